//! UNIX sockets of a host: who is connected to whom, and what happens when one goes. net/unix/af_unix.c, whose function names are given.
//!
//! A socket that is closed stays as long as others point to it: those that are connected to it, and what it has sent and nobody read.

mod connect;
mod garbage;
mod names;
mod transfer;

pub(super) use names::Names;
pub(crate) use transfer::Sending;

use super::{Body, Env, Family, Host, RareSwitches, Socket, SocketOptions, Switches};
use crate::{
    base::{ProgramId, SocketId},
    proto::{
        Readiness,
        unix::{self, Buffer, Credentials, Kind, State},
    },
};

/// The process number of the first program of a host: the harness, whose calls are made outside any process.
const FIRST_PID: i32 = 1000;

/// Why a call on a UNIX socket fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UnixError {
    WouldBlock,
    /// That socket's queue is full.
    Full(SocketId),
    /// A half is shut, or the peer has gone: EPIPE.
    Broken,
    /// The peer has gone with something of ours unread.
    Reset,
    NotConnected,
    IsConnected,
    /// No such operation for that type, or no address for a stream.
    NotSupported,
    Invalid,
    TooLong,
    /// Nobody has that name, or does not listen.
    Refused,
    /// There is no such path.
    NoPath,
    /// The socket of that name is of another type.
    WrongType,
    /// The receiver is connected to somebody else.
    NotPermitted,
    NameInUse,
}

impl Host {
    pub(crate) fn unix(&self, id: SocketId) -> Option<&unix::Socket> {
        match self.sockets.get(id) {
            Some(Socket { body: Body::Unix(unix), .. }) => Some(unix),
            _ => None,
        }
    }

    pub(crate) fn unix_mut(&mut self, id: SocketId) -> Option<&mut unix::Socket> {
        match self.sockets.get_mut(id) {
            Some(Socket { body: Body::Unix(unix), .. }) => Some(unix),
            _ => None,
        }
    }

    /// `socket(2)`: `unix_create`.
    pub(crate) fn unix_socket(&mut self, kind: Kind) -> SocketId {
        let (rmem, wmem) = (self.settings.rmem_default, self.settings.wmem_default);
        let body = Body::Unix(Box::new(unix::Socket::new(kind, wmem as usize)));
        self.sockets.insert(Socket::new(Family::Unix, body, SocketOptions::new(rmem, wmem)))
    }

    /// `socketpair(2)`: two ends that know each other.
    pub(crate) fn unix_pair(&mut self, kind: Kind, maker: ProgramId) -> (SocketId, SocketId) {
        let (left, right) = (self.unix_socket(kind), self.unix_socket(kind));
        for (id, other) in [(left, right), (right, left)] {
            self.unix_set_peer(id, Some(other));
            let Some(unix) = self.unix_mut(id) else { continue };
            unix.state = State::Connected;
            unix.peer_credentials = Some(Self::credentials(maker));
        }
        (left, right)
    }

    /// Points a socket to another, or to none, instead of to the one before, which is returned. That one may be gone with this.
    fn unix_set_peer(&mut self, id: SocketId, peer: Option<SocketId>) -> Option<SocketId> {
        if let Some(peer) = peer.and_then(|peer| self.unix_mut(peer)) {
            peer.holds += 1;
        }
        let old = std::mem::replace(&mut self.unix_mut(id)?.peer, peer);
        if let Some(old) = old {
            self.unix_put(old);
        }
        old
    }

    /// One less points to a socket: `sock_put`.
    fn unix_put(&mut self, id: SocketId) {
        let Some(unix) = self.unix_mut(id) else { return };
        unix.holds -= 1;
        if unix.is_dead && unix.holds == 0 {
            self.unix_remove(id);
        }
    }

    /// A buffer is read, or thrown away: its sender may send more (`sock_wfree`). What lay beside it is returned.
    fn unix_free(&mut self, env: &mut Env<'_>, buffer: Buffer) -> Vec<SocketId> {
        if let Some(sender) = self.unix_mut(buffer.sender) {
            sender.charged -= buffer.charge;
            self.wake_for(env, buffer.sender, Readiness::OUT);
            self.unix_put(buffer.sender);
        }
        buffer.rights
    }

    /// `shutdown(2)`, on an unconnected socket too; each half shut on one end shuts the other half of the peer, unless they exchange
    /// datagrams.
    pub(crate) fn unix_shutdown(&mut self, env: &mut Env<'_>, id: SocketId, read: bool, write: bool) {
        let Some(unix) = self.unix_mut(id) else { return };
        unix.read_shut |= read;
        unix.write_shut |= write;
        let peer = unix.peer.filter(|_| unix.has_ends());
        // Whatever they wait for (`sk_state_change`): who waits for room in a buffer that is still full hears of it too.
        self.wake_all(env, id);
        if let Some(other) = peer.and_then(|peer| self.unix_mut(peer)) {
            other.read_shut |= write;
            other.write_shut |= read;
        }
        if let Some(peer) = peer {
            self.wake_all(env, peer);
        }
    }

    /// SO_PASSCRED or SO_PASSPIDFD: who sends to others says who it is, and has a name for that.
    fn unix_may_passcred(&self, id: SocketId) -> bool {
        let Some(Socket { options, .. }) = self.sockets.get(id) else { return false };
        options.switches.contains(Switches::PASSCRED) || options.rare().switches.contains(RareSwitches::PASSPIDFD)
    }

    /// Whether what `id` sends to `other` says who sent it (`unix_maybe_add_creds`): one of them has SO_PASSCRED, or nobody has accepted
    /// the other yet.
    fn unix_asks_for_senders(&self, id: SocketId, other: SocketId) -> bool {
        let asks = |id| self.unix_may_passcred(id);
        asks(id) || asks(other) || self.sockets.get(other).is_some_and(|other| other.descriptors == 0)
    }

    /// The last descriptor of a socket is gone. What was in flight to it goes with it: sockets that may have others in flight to them,
    /// to any depth, so that this does not call itself.
    pub(super) fn unix_close(&mut self, env: &mut Env<'_>, id: SocketId) {
        let orphans = self.unix_release(env, id, false);
        self.unix_let_go(env, orphans);
    }

    /// Nothing refers to these any more. They go, and so does what nobody can receive.
    fn unix_let_go(&mut self, env: &mut Env<'_>, mut orphans: Vec<SocketId>) {
        loop {
            while let Some(orphan) = orphans.pop() {
                match self.sockets.get_mut(orphan) {
                    Some(Socket { body: Body::Unix(_), descriptors: last @ 1, .. }) => {
                        *last = 0;
                        orphans.extend(self.unix_release(env, orphan, false));
                    }
                    _ => self.release(env, orphan),
                }
            }
            orphans = self.unix_gc(env);
            if orphans.is_empty() {
                return;
            }
        }
    }

    /// `unix_release_sock`: returns what was in flight. `embryo`: nobody had accepted it.
    fn unix_release(&mut self, env: &mut Env<'_>, id: SocketId, embryo: bool) -> Vec<SocketId> {
        self.unix_forget_name(id);
        let Some(unix) = self.unix_mut(id) else { return Vec::new() };
        unix.is_dead = true;
        unix.state = State::Closed;
        (unix.read_shut, unix.write_shut) = (true, true);
        let (peer, has_ends) = (unix.peer, unix.has_ends());
        // An urgent byte that was received is no longer anything.
        let unread = unix.queue.iter().enumerate().any(|(at, buffer)| at > 0 || buffer.len() > 0 || !has_ends);
        let (queue, waiting) = (std::mem::take(&mut unix.queue), std::mem::take(&mut unix.waiting));
        if has_ends && let Some(other) = peer.and_then(|peer| self.unix_mut(peer)) {
            (other.read_shut, other.write_shut) = (true, true);
            other.reset |= unread || embryo;
        }
        if let Some(socket) = self.sockets.get_mut(id) {
            socket.waiters.wake_all(true, env.wakes);
        }
        if let Some(peer) = peer {
            if has_ends {
                self.wake_all(env, peer);
            } else {
                self.wake_for(env, peer, Readiness::OUT);
            }
            self.unix_hold(id);
            self.unix_set_peer(id, None);
            self.unix_put(id);
        }
        self.unix_tell_writers(env, id);
        let mut orphans: Vec<_> = queue.into_iter().flat_map(|buffer| self.unix_free(env, buffer)).collect();
        for embryo in waiting {
            orphans.extend(self.unix_release(env, embryo, true));
        }
        if self.unix(id).is_some_and(|unix| unix.holds == 0) {
            self.unix_remove(id);
        }
        orphans
    }

    fn unix_hold(&mut self, id: SocketId) {
        if let Some(unix) = self.unix_mut(id) {
            unix.holds += 1;
        }
    }

    /// The queue of a socket has become full, or is no longer so, or its peer is another: those that send it datagrams are writable or
    /// not with that (`unix_dgram_poll`).
    fn unix_tell_writers(&mut self, env: &mut Env<'_>, id: SocketId) {
        let Some(unix) = self.unix(id).filter(|unix| unix.kind == Kind::Datagram) else { return };
        let (is_full, its_peer) = (unix.is_full() && !unix.is_dead, unix.peer);
        let is_writer =
            |(_, socket): &(SocketId, &mut Socket)| matches!(&socket.body, Body::Unix(unix) if unix.peer == Some(id));
        for (writer, socket) in self.sockets.iter_mut().filter(is_writer) {
            if let Body::Unix(unix) = &mut socket.body {
                unix.peer_is_full = is_full && its_peer != Some(writer);
            }
            socket.wake_for(Readiness::OUT, env.wakes);
        }
    }

    /// Who a program of this host is. Its user is root.
    pub(crate) fn credentials(program: ProgramId) -> Credentials {
        Credentials { pid: FIRST_PID + program.index() as i32, uid: 0, gid: 0 }
    }

    /// Whether there is a process of this number: `init`, or a program of this host.
    pub(crate) fn has_process(&self, pid: i32) -> bool {
        let program = usize::try_from(pid - FIRST_PID).ok().and_then(|index| self.programs.get(index));
        pid == 1 || program.is_some_and(|program| !program.dead)
    }
}
