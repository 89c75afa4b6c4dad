//! UNIX sockets of a host.

use super::{Body, Env, Family, Host, Socket, SocketOptions};
use crate::{base::SocketId, proto::unix::Stream};

impl Host {
    /// `socketpair(2)`: two ends that know each other.
    pub(crate) fn unix_pair(&mut self) -> (SocketId, SocketId) {
        let sndbuf = self.settings.wmem_default;
        let end = |host: &mut Self| {
            let body = Body::Unix { end: Box::new(Stream::connected(sndbuf as usize)), peer: None };
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

    /// The last descriptor of an end is gone.
    pub(super) fn unix_close(&mut self, env: &mut Env<'_>, id: SocketId) {
        self.with_unix(env, id, |end, peer| end.close(peer));
        self.sockets.remove(id);
    }
}
