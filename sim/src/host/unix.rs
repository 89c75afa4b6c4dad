//! UNIX sockets of a host.

use super::{Body, Env, Family, Host, Socket, SocketOptions, Switches};
use crate::{
    base::{ProgramId, SocketId},
    proto::unix::{Credentials, Stream},
};

/// The process number of the first program of a host: the harness, whose calls are made outside any process.
const FIRST_PID: i32 = 1000;

impl Host {
    /// `socketpair(2)`: two ends that know each other.
    pub(crate) fn unix_pair(&mut self, maker: ProgramId) -> (SocketId, SocketId) {
        let sndbuf = self.settings.wmem_default;
        let end = |host: &mut Self| {
            let body =
                Body::Unix { end: Box::new(Stream::connected(sndbuf as usize, Self::credentials(maker))), peer: None };
            let options = SocketOptions::new(host.settings.rmem_default, sndbuf);
            host.sockets.insert(Socket::new(Family::Unix, body, options))
        };
        let (left, right) = (end(self), end(self));
        for (id, other) in [(left, right), (right, left)] {
            if let Body::Unix { peer, .. } = &mut self.sockets[id].body {
                *peer = Some(other);
            }
        }
        (left, right)
    }

    /// Runs `act` on one end and its peer, if that is still there, and wakes who waits at either.
    pub(crate) fn with_unix<R>(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        act: impl FnOnce(&mut Stream, Option<&mut Stream>) -> R,
    ) -> Option<R> {
        let Body::Unix { peer, .. } = self.sockets.get(id)?.body else { return None };
        let result = match peer.and_then(|peer| self.sockets.get_disjoint_mut([id, peer])) {
            Some([Socket { body: Body::Unix { end, .. }, .. }, Socket { body: Body::Unix { end: other, .. }, .. }]) => {
                act(end, Some(other))
            }
            _ => {
                let Body::Unix { end, .. } = &mut self.sockets[id].body else { return None };
                act(end, None)
            }
        };
        self.wake(env, id);
        if let Some(peer) = peer {
            self.wake(env, peer);
        }
        Some(result)
    }

    /// Whether this end or its peer has SO_PASSCRED: then what it sends says who sent it (`unix_maybe_add_creds`).
    pub(crate) fn unix_asks_for_senders(&self, id: SocketId) -> bool {
        let asks = |id: SocketId| {
            self.sockets.get(id).is_some_and(|socket| socket.options.switches.contains(Switches::PASSCRED))
        };
        let Some(Body::Unix { peer, .. }) = self.sockets.get(id).map(|socket| &socket.body) else { return false };
        asks(id) || peer.is_some_and(asks)
    }

    /// The last descriptor of an end is gone. What was in flight to it goes with it: sockets that may have others in flight to them,
    /// to any depth, so that this does not call itself.
    ///
    /// Absent: what looks for sockets that are only in flight to one another (net/unix/garbage.c). They stay until the host ends.
    pub(super) fn unix_close(&mut self, env: &mut Env<'_>, id: SocketId) {
        let mut orphans = self.unix_end(env, id);
        while let Some(orphan) = orphans.pop() {
            match self.sockets.get_mut(orphan) {
                Some(Socket { body: Body::Unix { .. }, descriptors: last @ 1, .. }) => {
                    *last = 0;
                    orphans.extend(self.unix_end(env, orphan));
                }
                _ => self.release(env, orphan),
            }
        }
    }

    fn unix_end(&mut self, env: &mut Env<'_>, id: SocketId) -> Vec<SocketId> {
        let unread = self.with_unix(env, id, |end, peer| end.close(peer).collect());
        self.sockets.remove(id);
        unread.unwrap_or_default()
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
