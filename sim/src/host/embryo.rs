//! Requests (`struct request_sock`) whose listener listens no more. They stay in the table of connections until a segment comes for them or
//! their timer runs out (`tcp_v4_rcv` and `reqsk_timer_handler`: `inet_csk_reqsk_queue_drop`); should the same socket listen again before
//! that, they are its own as before.

use super::{Body, Flow, Host, Tcp, ports::By};
use crate::base::SocketId;

impl Host {
    /// The listener has stopped. A request has no port of its own.
    pub(super) fn leave_behind(&mut self, id: SocketId) {
        self.unbind(id);
        self.left_behind.push(id);
    }

    /// Whether a segment for that connection, or its timer, finds a request without a listener.
    #[inline]
    pub(super) fn is_left_behind(&self, id: SocketId) -> bool {
        !self.left_behind.is_empty() && self.left_behind.contains(&id)
    }

    pub(super) fn drop_embryo(&mut self, id: SocketId) {
        self.left_behind.retain(|left| *left != id);
        if let Some((local, remote)) = self.sockets.get(id).and_then(|socket| socket.local.zip(socket.remote)) {
            self.remove_flow(&Flow::new(local, remote));
            self.forget(id);
        }
    }

    /// A socket listens again.
    pub(super) fn take_up(&mut self, listener: SocketId) {
        for id in std::mem::take(&mut self.left_behind) {
            match self.sockets.get(id).map(|socket| (&socket.body, socket.local)) {
                Some((Body::Tcp(Tcp::Connection { parent: Some(parent), .. }), Some(local))) if *parent == listener => {
                    self.take_port(id, local, By::Inheritance);
                    if let Body::Tcp(Tcp::Listening(queue)) = &mut self.sockets[listener].body {
                        queue.syn_received(id);
                    }
                }
                Some(_) => self.left_behind.push(id),
                None => {}
            }
        }
    }
}
