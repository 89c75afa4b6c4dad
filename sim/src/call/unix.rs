//! bind(2), connect(2), listen(2), accept(2) and sendmsg(2) on UNIX sockets: `unix_validate_addr` and what waits.

use wavetank_api::{Addr, Errno, MsgFlags, UnixAddr};

use super::{
    Attempt, Caller, For,
    control::{Given, take_off},
    deadline_after,
    errno::IntoErrno,
    has_passed,
    send::{Progress, Waited},
};
use crate::{
    base::{Instant, SocketId},
    host::{Sending, UnixError},
    proto::{
        Readiness,
        unix::{self, Beside, Kind},
    },
    world::World,
};

/// An address of the family; bytes that are not as the kernel would give them, too: a path ends at its first NUL.
fn unix_addr(addr: &Addr) -> Result<UnixAddr, UnixError> {
    match addr {
        Addr::Unix(name) => Ok(name.clone()),
        Addr::Raw { family, bytes } if i32::from(*family) == libc::AF_UNIX => {
            UnixAddr::from_sun_path(bytes).map_err(|_| UnixError::Invalid)
        }
        _ => Err(UnixError::Invalid),
    }
}

/// `unix_validate_addr`: of the family, and not without a name.
fn validate(addr: &Addr) -> Result<UnixAddr, UnixError> {
    unix_addr(addr).and_then(|name| if name.is_unnamed() { Err(UnixError::Invalid) } else { Ok(name) })
}

impl Caller<'_> {
    /// `unix_bind`: to no name at all it is the kernel that chooses.
    pub(super) fn bind_unix(&self, world: &mut World, id: SocketId, addr: &Addr) -> Result<(), Errno> {
        let name = unix_addr(addr).map_err(IntoErrno::errno)?;
        self.host_mut(world).unix_bind(id, &name).map_err(IntoErrno::errno)
    }

    pub(super) fn listen_unix(&self, world: &mut World, id: SocketId, backlog: i32) -> Result<(), Errno> {
        let who = self.program;
        world.on_host(self.host, |host, env| host.unix_listen(env, id, backlog, who)).map_err(IntoErrno::errno)
    }

    /// `unix_stream_connect` and `unix_dgram_connect`. Who finds the listener's queue full waits for room in it.
    pub(super) fn connect_unix(
        &self,
        world: &mut World,
        id: SocketId,
        addr: &Addr,
        deadline: &mut Option<Instant>,
    ) -> Attempt<()> {
        let is_datagram = self.host(world).unix(id).is_some_and(|unix| unix.kind == Kind::Datagram);
        let name = match addr {
            Addr::Unspec if is_datagram => Ok(None),
            addr => validate(addr).map(Some),
        };
        let who = self.program;
        let result = name.and_then(|name| {
            world.on_host(self.host, |host, env| match name {
                Some(name) if !is_datagram => host.unix_connect(env, id, &name, who),
                name => host.unix_point(env, id, name.as_ref()),
            })
        });
        match result {
            Err(UnixError::Full(other)) => self.wait_for_room(world, id, other, MsgFlags::empty(), deadline),
            result => Attempt::Done(result.map_err(IntoErrno::errno)),
        }
    }

    /// `unix_wait_for_peer`, for as long as SO_SNDTIMEO.
    fn wait_for_room<T>(
        &self,
        world: &mut World,
        id: SocketId,
        other: SocketId,
        flags: MsgFlags,
        deadline: &mut Option<Instant>,
    ) -> Attempt<T> {
        if !self.may_wait(world, id, flags) || has_passed(world, *deadline) {
            return Attempt::Done(Err(Errno::EAGAIN));
        }
        deadline_after(world, deadline, self.host(world).sockets[id].options.sndtimeo());
        Attempt::Wait(For::Ready { socket: other, interest: Readiness::ROOM })
    }

    #[expect(clippy::too_many_arguments, reason = "the arguments of sendmsg(2), and how far it has come")]
    pub(super) fn send_unix(
        &self,
        world: &mut World,
        id: SocketId,
        to: Option<&Addr>,
        parts: &[&[u8]],
        flags: MsgFlags,
        progress: &mut Progress,
        given: Option<&mut Given<'_>>,
        deadline: &mut Option<Instant>,
    ) -> Attempt<usize> {
        let Progress { sent, waited, .. } = progress;
        if *waited == Waited::Here && self.host_mut(world).unix_mut(id).is_some_and(unix::Socket::take_reset) {
            // `sock_alloc_send_pskb`: who waits looks at the error first, where who begins is told of the broken pipe.
            return Attempt::Done(if *sent > 0 { Ok(*sent) } else { Err(Errno::ECONNRESET) });
        }
        let mut nothing = Beside::default();
        let beside = given.map_or(&mut nothing, |given| &mut given.beside);
        let data = parts.concat();
        let who = self.program;
        let result = world.on_host(self.host, |host, env| {
            let mut rights = std::mem::take(&mut beside.rights);
            take_off(host, &mut rights);
            let mut aboard = Beside { rights, who: beside.who };
            let mut sending = Sending { who, urgent: flags.contains(MsgFlags::OOB), beside: &mut aboard };
            let kind = host.unix(id).map(|unix| unix.kind);
            let result = match kind {
                Some(Kind::Stream) if to.is_some() && !(sending.urgent && data.is_empty()) => {
                    let is_connected = host.unix(id).is_some_and(|unix| unix.is_connected());
                    Err(if is_connected { UnixError::IsConnected } else { UnixError::NotSupported })
                }
                Some(Kind::Stream) => host.unix_send_stream(env, id, &data, sent, &mut sending),
                _ => match *waited {
                    Waited::At(other) => host.unix_send_on(env, id, other, to.map(validate), &data, &mut sending),
                    _ => host.unix_send_whole(env, id, to.map(validate), &data, &mut sending),
                },
            };
            if result.is_ok() {
                *sent = data.len();
            }
            // What did not leave is for the next attempt, or stays here.
            aboard.rights.iter().for_each(|socket| host.release(env, *socket));
            beside.rights = aboard.rights;
            result
        });
        match result {
            Ok(()) => Attempt::Done(Ok(*sent)),
            Err(UnixError::Full(other)) => {
                *waited = Waited::At(other);
                self.wait_for_room(world, id, other, flags, deadline)
            }
            Err(UnixError::WouldBlock) if self.may_wait(world, id, flags) && !has_passed(world, *deadline) => {
                deadline_after(world, deadline, self.host(world).sockets[id].options.sndtimeo());
                *waited = Waited::Here;
                Attempt::Wait(For::Ready { socket: id, interest: Readiness::OUT })
            }
            // What was taken is told first.
            Err(_) if *sent > 0 => Attempt::Done(Ok(*sent)),
            Err(error) => Attempt::Done(Err(error.errno())),
        }
    }
}
