//! The end of connections: what leaves the tables, and what stands in them for those in TIME_WAIT.

use super::{Body, Env, Flow, Host, Socket, Tcp, ports::By};
use crate::{
    base::{Instant, SocketId},
    proto::tcp,
};

impl Host {
    /// In TIME_WAIT something smaller takes the place of a connection that a program holds (`tcp_time_wait`); without either there is nothing
    /// left.
    #[cold]
    pub(super) fn be_over(&mut self, env: &mut Env<'_>, id: SocketId) {
        let socket = &self.sockets[id];
        if socket.connection().is_some_and(tcp::Connection::is_finished) {
            if socket.options.has_rare() {
                self.note_reset_through_lo(env, socket);
            }
            self.finish(id);
        } else if socket.descriptors > 0 {
            self.leave_to_time_wait(env, id);
        }
    }

    fn leave_to_time_wait(&mut self, env: &mut Env<'_>, id: SocketId) {
        let socket = &mut self.sockets[id];
        let (Body::Tcp(Tcp::Connection { connection, .. }), Some(local), Some(remote)) =
            (&mut socket.body, socket.local, socket.remote)
        else {
            return;
        };
        let rest = connection.split_off_time_wait(&Self::cx(&self.settings, &mut self.isn_rng, env));
        let body = Body::Tcp(Tcp::Connection { connection: Box::new(rest), parent: None });
        let mut small = Socket::new(socket.family, body, socket.options.clone());
        (small.remote, small.arming) = (Some(remote), true);
        let by = if socket.connect_bind { By::Connect } else { By::Inheritance };
        let small = self.sockets.insert(small);
        self.take_port(small, local, by);
        let flow = Flow::new(local, remote);
        if self.flows.get(&flow) == Some(&id) {
            self.flows.insert(flow, small);
            self.last_flow = None;
        }
        env.unarmed.push(small);
        self.finish(id);
    }

    /// A connection is over: it leaves the tables, and goes altogether if no program can see it any more.
    fn finish(&mut self, id: SocketId) {
        let socket = &self.sockets[id];
        let queued = matches!(socket.body, Body::Tcp(Tcp::Connection { parent: Some(_), .. }));
        let (invisible, port_locked) = (socket.descriptors == 0 && !queued, socket.port_locked);
        // Who was bound anew after the end of a connection has no peer any more: that port stays.
        let is_bound_anew = socket.remote.is_none();
        if let (Some(local), Some(remote)) = (socket.local, socket.remote) {
            let flow = Flow::new(local, remote);
            if self.flows.get(&flow) == Some(&id) {
                self.remove_flow(&flow);
            }
        }
        if invisible {
            self.forget(id);
        } else if !port_locked && !is_bound_anew {
            self.unbind(id);
        }
    }

    /// Whether a connection in TIME_WAIT makes room for who connects from its port to its peer.
    pub(super) fn gives_way(&self, id: SocketId, now: Instant, looks_for_port: bool) -> bool {
        let old = self.sockets[id].connection();
        old.is_some_and(|old| old.may_be_succeeded(now, self.settings.tcp(), looks_for_port))
    }

    /// Makes room for a new connection where one lies in TIME_WAIT.
    pub(super) fn end_time_wait(&mut self, id: SocketId) {
        if let (Some(local), Some(remote)) = (self.sockets[id].local, self.sockets[id].remote) {
            self.remove_flow(&Flow::new(local, remote));
        }
        self.forget(id);
    }
}
