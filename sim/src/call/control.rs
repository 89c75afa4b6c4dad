//! Control messages: what `sendmsg(2)` is given beside the data, and what `recvmsg(2)` gives. `cmsg(3)`, net/core/scm.c.

use std::fmt;

use smallvec::SmallVec;
use wavetank_api::{
    Errno, MsgFlags, SockFlags,
    control::{Cmsg, ControlBuf, ControlMessages, cmsg_len, cmsg_space},
    option::{MAX_LEN, OptValue, SO_INQ, Ucred},
};

use super::Caller;
use crate::{
    base::SocketId,
    host::{Body, Host},
    proto::{
        tcp,
        unix::{Beside, Credentials, Kind},
    },
    world::World,
};

/// What a program gives beside the data.
#[derive(Clone, Copy, Default)]
pub(crate) struct Extra<'a> {
    pub(crate) control: &'a [u8],
    /// Numbers of descriptors: `SCM_RIGHTS`.
    pub(crate) fds: &'a [i32],
}

impl Extra<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.control.is_empty() && self.fds.is_empty()
    }
}

/// What was read of it.
#[derive(Default)]
pub(super) struct Given<'a> {
    /// Beside the bytes of a UNIX stream.
    pub(super) beside: Beside,
    /// With a datagram.
    pub(super) control: &'a [u8],
    /// Descriptors go with it: a datagram leaves them behind.
    pub(super) has_rights: bool,
}

/// As arguments of a call in the trace.
impl fmt::Display for Extra<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.fds.is_empty() {
            write!(f, ", SCM_RIGHTS={:?}", self.fds)?;
        }
        if !self.control.is_empty() {
            write!(f, ", {:?}", ControlMessages::new(self.control))?;
        }
        Ok(())
    }
}

/// The most descriptors a message carries: SCM_MAX_FD of include/net/scm.h.
const SCM_MAX_FD: usize = 253;

/// The messages of a sender, each held to `CMSG_OK`: long enough for its header, and not beyond the end.
pub(super) fn checked(control: &[u8]) -> Result<SmallVec<[Cmsg<'_>; 4]>, Errno> {
    let header = cmsg_len(0).map_err(|_| Errno::EINVAL)?;
    let (mut all, mut rest) = (SmallVec::new(), control);
    while rest.len() >= header {
        let len = rest.first_chunk().map_or(0, |len| usize::from_ne_bytes(*len));
        if len < header || len > rest.len() {
            return Err(Errno::EINVAL);
        }
        all.extend(ControlMessages::new(&rest[..len]).next());
        rest = rest.get(len.next_multiple_of(size_of::<usize>())..).unwrap_or_default();
    }
    Ok(all)
}

impl Caller<'_> {
    /// What a sender gave beside the data, checked as the socket's protocol checks it.
    #[cold]
    pub(super) fn read_extra<'e>(&self, world: &World, id: SocketId, extra: &Extra<'e>) -> Result<Given<'e>, Errno> {
        if extra.fds.len() > SCM_MAX_FD || ControlMessages::new(extra.control).any(|message| is_rights(&message)) {
            // A number among the bytes is nobody's descriptor: the contract's rule in both worlds.
            return Err(Errno::EINVAL);
        }
        let mut given = Given::default();
        let socket = &self.host(world).sockets[id];
        match socket.body {
            // `unix_seqpacket_sendmsg` looks at the state first.
            Body::Unix(ref unix) if unix.kind == Kind::Packets && (unix.reset || !unix.is_connected()) => {}
            Body::Unix(_) => given.beside = self.scm_send(world, &checked(extra.control)?, extra.fds)?,
            // `tcp_sendmsg_locked` waits for a connection first, and refuses who can have none.
            Body::Tcp(_) if !socket.connection().is_some_and(may_have_control) => {}
            Body::Tcp(_) => sock_cmsg_send(&checked(extra.control)?)?,
            // Read where the destination is known (`ip_control.rs`).
            Body::Udp(_) => (given.control, given.has_rights) = (extra.control, !extra.fds.is_empty()),
        }
        Ok(given)
    }

    /// `__scm_send`: what UNIX sockets know. Other levels are passed over.
    fn scm_send(&self, world: &World, messages: &[Cmsg<'_>], fds: &[i32]) -> Result<Beside, Errno> {
        let rights = fds.iter().map(|fd| self.socket(world, *fd)).collect::<Result<_, _>>()?;
        let mut beside = Beside { rights, who: None };
        for message in messages.iter().filter(|message| message.level == libc::SOL_SOCKET) {
            match message.kind {
                libc::SCM_CREDENTIALS if message.data.len() == Ucred::LEN => {
                    let Ucred { pid, uid, gid } = Ucred::decode(message.data).ok_or(Errno::EINVAL)?;
                    // Every program is root's: it may say whom it likes, if there is such a process.
                    if !self.host(world).has_process(pid) {
                        return Err(Errno::ESRCH);
                    }
                    beside.who = Some(Credentials { pid, uid, gid });
                }
                _ => return Err(Errno::EINVAL),
            }
        }
        Ok(beside)
    }

    /// Gives what lay beside the data to a receiver, behind what it has been told already: `scm_recv_unix`. And after it how much is left
    /// to read, if he wants to know (`unix_stream_read_generic`).
    #[cold]
    pub(super) fn scm_recv(
        &self,
        world: &mut World,
        who: Option<Credentials>,
        rights: Vec<SocketId>,
        unread: Option<i32>,
        mut out: Control,
    ) -> (Option<Box<Passed>>, MsgFlags) {
        let mut fds = Vec::new();
        if let Some(Credentials { pid, uid, gid }) = who {
            let mut value = [0; MAX_LEN];
            let len = Ucred::encode(&Ucred { pid, uid, gid }, &mut value);
            out.put(libc::SOL_SOCKET, libc::SCM_CREDENTIALS, &value[..len]);
        }
        if !rights.is_empty() {
            // `scm_detach_fds`: as many as there is room for, and as the program may have.
            let most = out.left().saturating_sub(cmsg_len(0).unwrap_or(0)) / size_of::<i32>();
            for socket in rights.iter().take(most) {
                match self.open(world, *socket, SockFlags::empty()) {
                    Ok(fd) => fds.push(fd),
                    Err(_) => break,
                }
            }
            out.cut |= fds.len() < rights.len();
            if !fds.is_empty() {
                let numbers: Vec<_> = fds.iter().flat_map(|fd| fd.to_ne_bytes()).collect();
                out.put(libc::SOL_SOCKET, libc::SCM_RIGHTS, &numbers);
            }
            self.drop_rights(world, rights);
        }
        if let Some(unread) = unread {
            out.put(libc::SOL_SOCKET, SO_INQ.name(), &unread.to_ne_bytes());
        }
        out.finish(fds)
    }

    /// Sockets that were in flight are so no more.
    pub(super) fn drop_rights(&self, world: &mut World, rights: Vec<SocketId>) {
        world.on_host(self.host, |host, env| rights.into_iter().for_each(|socket| host.release(env, socket)));
    }
}

/// Sockets go in flight: each is as open as by one more descriptor. One that was closed since the call looked at it is not sent.
pub(super) fn take_off(host: &mut Host, rights: &mut Vec<SocketId>) {
    rights.retain(|socket| match host.sockets.get_mut(*socket) {
        Some(socket) => {
            socket.descriptors += 1;
            host.unix_in_flight |= matches!(socket.body, Body::Unix(_));
            true
        }
        None => false,
    });
}

/// What `recvmsg` gives beside the data.
#[derive(Default)]
pub(crate) struct Passed {
    pub(crate) control: Vec<u8>,
    pub(crate) fds: Vec<i32>,
}

/// Room for control messages, filled as `put_cmsg` does.
pub(super) struct Control {
    bytes: Vec<u8>,
    room: usize,
    cut: bool,
}

impl Control {
    pub(super) const fn new(room: usize) -> Self {
        Self { bytes: Vec::new(), room, cut: false }
    }

    /// What came of it, and the flags that say whether it was cut.
    pub(super) fn finish(self, fds: Vec<i32>) -> (Option<Box<Passed>>, MsgFlags) {
        let flags = if self.cut { MsgFlags::CTRUNC } else { MsgFlags::empty() };
        (Some(Box::new(Passed { control: self.bytes, fds })), flags)
    }

    /// The messages, where nobody is told whether they were cut.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn left(&self) -> usize {
        self.room - self.bytes.len()
    }

    /// One more message; cut if it does not fit, and left out if its header does not.
    pub(super) fn put(&mut self, level: i32, kind: i32, data: &[u8]) {
        let (Ok(header), Ok(len), Ok(space)) = (cmsg_len(0), cmsg_len(data.len()), cmsg_space(data.len())) else {
            return;
        };
        if self.left() < header {
            self.cut = true;
            return;
        }
        self.cut |= self.left() < len;
        let fits = len.min(self.left());
        let mut message = ControlBuf::new();
        if message.push_raw(level, kind, &data[..fits - header]).is_ok() {
            let end = space.min(self.left());
            self.bytes.extend(&message.as_bytes()[..end.min(message.as_bytes().len())]);
        }
    }
}

fn may_have_control(connection: &tcp::Connection) -> bool {
    matches!(connection.state(), tcp::State::Established | tcp::State::CloseWait)
}

fn is_rights(message: &Cmsg<'_>) -> bool {
    (message.level, message.kind) == (libc::SOL_SOCKET, libc::SCM_RIGHTS)
}

/// `__sock_cmsg_send`: what every internet socket knows. Descriptors and credentials are passed over.
pub(super) fn sock_cmsg_send(messages: &[Cmsg<'_>]) -> Result<(), Errno> {
    for message in messages.iter().filter(|message| message.level == libc::SOL_SOCKET) {
        match message.kind {
            libc::SO_MARK | libc::SO_PRIORITY | libc::SO_TIMESTAMPING if message.data.len() == 4 => {}
            libc::SCM_CREDENTIALS => {}
            _ => return Err(Errno::EINVAL),
        }
    }
    Ok(())
}
