//! Requests (`struct request_sock`): what they have of their listener, and those whose listener listens no more. These stay in the table
//! of connections until a segment comes for them or their timer runs out (`tcp_v4_rcv` and `reqsk_timer_handler`:
//! `inet_csk_reqsk_queue_drop`); should the same socket listen again before that, they are its own as before.

use super::{Body, Env, Flow, Host, Socket, Switches, Tcp, ports::By, socket::Rest};
use crate::{base::SocketId, proto::tcp};

impl Host {
    /// The listener has stopped. A request has no port of its own.
    pub(super) fn leave_behind(&mut self, id: SocketId) {
        self.unbind(id);
        self.left_behind.push(id);
    }

    /// A request has become a socket: it has what its listener has now, not when the SYN came (`sk_clone_lock`).
    #[cold]
    pub(super) fn inherit_anew(&mut self, env: &mut Env<'_>, id: SocketId, parent: SocketId) {
        let Some(Socket { body: Body::Tcp(Tcp::Listening(listener)), options, .. }) = self.sockets.get(parent) else {
            return;
        };
        if listener.is_changed() {
            let Rest { read_shut, write_shut, .. } = self.sockets[parent].rest();
            let (defer_accept, options) = (options.defer_accept, options.inherited());
            let child = &mut self.sockets[id];
            child.options = options;
            child.options.switches.insert(Switches::ACCEPTED);
            let config = tcp::Config { defer_accept, ..self.tcp_config(id) };
            self.with_connection(env, id, |connection, cx| {
                connection.inherit_shut(read_shut, write_shut);
                connection.set_config(cx, config);
            });
        }
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
                        queue.note_change();
                    }
                }
                Some(_) => self.left_behind.push(id),
                None => {}
            }
        }
    }
}
