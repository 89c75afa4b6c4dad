//! What follows from every event at a socket: reminders, wakes, what its listener is told, and its end.

use super::{Body, Env, Host, Socket, Tcp};
use crate::{
    base::{Instant, SocketId},
    proto::{Readiness, tcp},
};

impl Host {
    /// What follows from any event at a socket: the listener it was in the queue of is told, who waits is woken, the next
    /// reminder is asked for, and what is over is removed.
    #[inline]
    pub(super) fn after(&mut self, env: &mut Env<'_>, id: SocketId) {
        let Some(socket) = self.sockets.get_mut(id) else { return };
        let mut is_over = false;
        if let Body::Tcp(Tcp::Connection { connection, parent }) = &mut socket.body {
            if !socket.arming && connection.poll_at_or_never() < socket.timer_at.unwrap_or(Instant::FAR_FUTURE) {
                socket.arming = true;
                env.unarmed.push(id);
            }
            is_over = connection.state().is_over();
            if let Some(parent) = *parent {
                self.tell_parent(env, id, parent);
            }
        }
        if is_over {
            self.be_over(env, id);
        }
        self.wake(env, id);
    }

    /// What follows from a look: no more than that its ACK may have set a timer. Who looks wakes nobody: two who look for more than there is
    /// would wake one another for ever.
    #[cold]
    pub(super) fn after_a_look(&mut self, env: &mut Env<'_>, id: SocketId) {
        let socket = &mut self.sockets[id];
        if !socket.arming {
            socket.arming = true;
            env.unarmed.push(id);
        }
    }

    /// Wakes who waits for what the socket is ready for now.
    #[inline]
    pub(crate) fn wake(&mut self, env: &mut Env<'_>, id: SocketId) {
        if let Some(socket) = self.sockets.get_mut(id) {
            socket.wake_for(Readiness::all(), env.wakes);
        }
    }

    /// Wakes who waits for that, if the socket is ready for it now.
    pub(crate) fn wake_for(&mut self, env: &mut Env<'_>, id: SocketId, what: Readiness) {
        if let Some(socket) = self.sockets.get_mut(id) {
            socket.wake_for(what, env.wakes);
        }
    }

    /// Wakes all who wait for anything: [`Waiters::wake_all`](super::Waiters::wake_all).
    pub(crate) fn wake_all(&mut self, env: &mut Env<'_>, id: SocketId) {
        if let Some(socket) = self.sockets.get_mut(id) {
            socket.waiters.wake_all(false, env.wakes);
        }
    }

    /// A connection in a listener's queue has moved on.
    fn tell_parent(&mut self, env: &mut Env<'_>, child: SocketId, parent: SocketId) {
        let Some(connection) = self.sockets[child].connection() else { return };
        let state = connection.state();
        let died_unborn = connection.is_finished() && !connection.was_opened();
        let handshake = connection.handshake();
        let is_embryo = connection.is_embryo();
        let Some(Socket { body: Body::Tcp(Tcp::Listening(listener)), waiters, .. }) = self.sockets.get_mut(parent)
        else {
            if is_embryo {
                return;
            }
            // It listens no more: an accepted connection whose handshake was not over.
            return self.forget_parent(child);
        };
        if state == tcp::State::SynReceived || handshake == tcp::Handshake::Pending {
            return;
        }
        if listener.has_early() {
            let accepted = !listener.is_queued(child);
            let reset = handshake == tcp::Handshake::Reset && accepted;
            let was_early = listener.early_is_over(child, reset.then_some(env.now));
            if was_early && accepted {
                return self.forget_parent(child);
            }
        }
        if died_unborn && !listener.is_queued(child) {
            // Reset or given up during the handshake: nobody will ever see it.
            listener.gone(child);
            self.forget_parent(child);
        } else if listener.established(child) {
            waiters.wake(Readiness::IN, || true, env.wakes);
        }
    }

    fn forget_parent(&mut self, child: SocketId) {
        if let Body::Tcp(Tcp::Connection { parent, .. }) = &mut self.sockets[child].body {
            *parent = None;
        }
    }
}
