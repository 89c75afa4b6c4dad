//! TCP sockets of a host: the calls that need ports, queues and other sockets.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use smallvec::smallvec;

use super::{
    Body, ConnectStatus, Env, Family, Flow, Host, Rare, Socket, Stage, Switches, Tcp, Way, address, ports::By,
    tcp_config::towards,
};
use crate::{
    base::SocketId,
    proto::{Readiness, tcp},
};

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Why a socket does not listen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ListenError {
    /// It is connected or connecting.
    Connected,
    /// Another socket listens there, or no port is left.
    AddrInUse,
}

/// Why no connection was taken from the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AcceptError {
    NotListening,
    WouldBlock,
}

/// Why no connection was begun: all ports towards that address are in use, or the very connection exists already (EADDRNOTAVAIL).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PortsExhausted;

impl Host {
    /// `listen(2)`; the backlog is clamped as `__sys_listen` does: as an unsigned number, to somaxconn.
    pub(crate) fn tcp_listen(&mut self, id: SocketId, backlog: i32) -> Result<(), ListenError> {
        let somaxconn = self.settings.somaxconn;
        let backlog = if backlog < 0 { somaxconn } else { backlog.min(somaxconn) } as usize;
        if self.sockets[id].stage != Stage::Unconnected {
            return Err(ListenError::Connected);
        }
        match &mut self.sockets[id].body {
            Body::Tcp(Tcp::Listening(listener)) => {
                listener.set_backlog(backlog);
                return Ok(());
            }
            Body::Tcp(Tcp::Closed) => {}
            _ => return Err(ListenError::Connected),
        }
        // `inet_csk_delack_init`, of who finds no port, too (`inet_csk_listen_start`).
        self.sockets[id].options.switches.remove(Switches::PINGPONG);
        self.autobind(id).map_err(|_| ListenError::AddrInUse)?;
        let local = self.sockets[id].local.expect("just bound");
        if !self.may_listen(id) {
            return Err(ListenError::AddrInUse);
        }
        let socket = &mut self.sockets[id];
        socket.body = Body::Tcp(Tcp::Listening(Box::new(tcp::Listener::new(backlog))));
        self.lend_fast_open(id, backlog);
        self.take_up(id);
        match self.ports.listeners.get_mut(&local.port()) {
            Some(listeners) => listeners.push(id),
            None => {
                self.ports.listeners.insert(local.port(), smallvec![id]);
            }
        }
        Ok(())
    }

    /// `accept(2)`: the oldest established connection.
    pub(crate) fn tcp_accept(&mut self, env: &mut Env<'_>, id: SocketId) -> Result<SocketId, AcceptError> {
        let Body::Tcp(Tcp::Listening(listener)) = &mut self.sockets[id].body else {
            return Err(AcceptError::NotListening);
        };
        let child = listener.pop().ok_or(AcceptError::WouldBlock)?;
        let socket = &mut self.sockets[child];
        socket.stage = Stage::Connected;
        if let Body::Tcp(Tcp::Connection { connection, parent }) = &mut socket.body
            && !connection.is_open_early()
        {
            *parent = None;
        }
        // More may be waiting, for others who wait.
        self.wake(env, id);
        Ok(child)
    }

    /// Whether [`Self::tcp_accept`] would succeed: asked first, because a descriptor must be had before.
    pub(crate) fn tcp_may_accept(&self, id: SocketId) -> Result<(), AcceptError> {
        match &self.sockets[id].body {
            Body::Tcp(Tcp::Listening(listener)) if listener.is_empty() => Err(AcceptError::WouldBlock),
            Body::Tcp(Tcp::Listening(_)) => Ok(()),
            _ => Err(AcceptError::NotListening),
        }
    }

    /// Where a socket stands on the way to a connection, for a call that begins or that `has_begun` to wait; the reason of a failure is
    /// taken with it.
    pub(crate) fn tcp_connect_status(&mut self, id: SocketId, has_begun: bool) -> ConnectStatus {
        let socket = &mut self.sockets[id];
        let status = if has_begun { socket.attempt_status() } else { socket.connect_status() };
        match (status, &mut socket.body) {
            (ConnectStatus::Failed(_), Body::Tcp(Tcp::Connection { connection, .. })) => {
                ConnectStatus::Failed(connection.take_failure())
            }
            (ConnectStatus::Failed(_), _) => ConnectStatus::Failed(socket.take_failure_left()),
            (status, _) => status,
        }
    }

    /// `tcp_disconnect`: back to a socket that was never connected; a connection that still is one is reset.
    pub(crate) fn tcp_disconnect(&mut self, env: &mut Env<'_>, id: SocketId) {
        match &self.sockets[id].body {
            Body::Tcp(Tcp::Listening(_)) => self.stop_listening(env, id),
            Body::Tcp(Tcp::Connection { connection, .. }) => {
                let (unacked, unsent) = (connection.unacked_in_any_state(), connection.unsent_in_any_state());
                let (path, scaling_ratio) = (Some(connection.path(self.settings.tcp())), connection.scaling_ratio());
                let (rcvbuf, sndbuf) = (connection.rcvbuf(), connection.sndbuf());
                let largest_window = connection.largest_window();
                let syn_was_for = match self.sockets[id].local {
                    Some(SocketAddr::V6(local)) if connection.tells_of_syn() => Some(*local.ip()),
                    _ => None,
                };
                // Aborting a connection that is over sends nothing.
                let failure = self.with_connection(env, id, |connection, cx| connection.disconnect(cx)).flatten();
                let soft_failure = self.sockets[id].connection().and_then(tcp::Connection::soft_failure);
                let rest = self.sockets[id].rest_mut();
                (rest.failure, rest.unacked, rest.unsent) = (failure, unacked, unsent);
                rest.soft_failure = soft_failure;
                (rest.largest_window, rest.syn_was_for) = (largest_window, syn_was_for);
                (rest.path, rest.scaling_ratio) = (path, scaling_ratio);
                let options = &mut self.sockets[id].options;
                (options.rcvbuf, options.sndbuf) = (rcvbuf, sndbuf);
            }
            _ => {}
        }
        let socket = &mut self.sockets[id];
        let rest = socket.rest_mut();
        (rest.read_shut, rest.write_shut) = (false, false);
        rest.way6 = None;
        // Numbers of the old connection are not used again.
        rest.unacked = rest.unacked.wrapping_add(rest.largest_window + 2);
        rest.unsent = rest.unsent.wrapping_add(rest.largest_window + 2);
        // `rx_opt` is cleared, and TCP_MAXSEG with it.
        (socket.options.maxseg, socket.options.window_clamp) = (0, 0);
        // `inet_csk_delack_init`
        socket.options.switches.remove(Switches::PINGPONG);
        if socket.options.has_rare() {
            socket.options.rare_mut().disconnected();
        }
        if let (Family::Inet6, Some(SocketAddr::V4(remote))) = (socket.family, socket.remote) {
            socket.options.rare_mut().last_v4 = Some(*remote.ip());
        }
        socket.keep_what_was_noted();
        socket.body = Body::Tcp(Tcp::Closed);
        socket.remote = None;
        socket.stage = Stage::Unconnected;
        socket.timer_at = None;
        self.back_to_bound(id);
    }

    /// `inet_shutdown`: where there is no connection, the halves are shut all the same.
    pub(crate) fn tcp_shutdown(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        read: bool,
        write: bool,
    ) -> Result<(), tcp::NotConnected> {
        let socket = &mut self.sockets[id];
        if let Body::Tcp(Tcp::Connection { connection, .. }) = &socket.body
            && write
            && socket.options.has_rare()
        {
            look_at_route(connection, socket.options.rare_mut());
        }
        if socket.stage == Stage::Connecting {
            let is_there = socket.connection().is_some_and(|connection| !connection.state().is_connecting_or_closed());
            socket.stage = if is_there { Stage::Connected } else { Stage::Disconnecting };
        }
        match &socket.body {
            // Shutting the reading half ends the listening.
            Body::Tcp(Tcp::Listening(_)) if read => self.tcp_disconnect(env, id),
            Body::Tcp(Tcp::Listening(_)) => {}
            Body::Tcp(Tcp::Connection { connection, .. }) if connection.state() == tcp::State::SynSent => {
                // Whichever half is meant, the attempt is called off.
                self.tcp_disconnect(env, id);
            }
            Body::Tcp(Tcp::Connection { .. }) => {
                let result = self.with_connection(env, id, |connection, cx| connection.shutdown(cx, read, write));
                return result.unwrap_or(Err(tcp::NotConnected));
            }
            _ => {
                let rest = socket.rest_mut();
                (rest.read_shut, rest.write_shut) = (rest.read_shut || read, rest.write_shut || write);
                self.wake_all(env, id);
                return Err(tcp::NotConnected);
            }
        }
        self.wake_all(env, id);
        Ok(())
    }

    /// Leaves of a socket's name what the program asked for (SOCK_BINDADDR_LOCK, SOCK_BINDPORT_LOCK). The port that TCP gave
    /// back is still shown (`inet_put_port` clears `inet_num`, not `inet_sport`); who had no connection keeps it (`tcp_set_state`).
    pub(super) fn back_to_bound(&mut self, id: SocketId) {
        if !self.sockets[id].port_locked && matches!(self.sockets[id].body, Body::Udp(_)) {
            self.unbind(id);
        }
        let socket = &mut self.sockets[id];
        let is_shown = socket.port_locked || matches!(socket.body, Body::Tcp(_));
        let port = if is_shown { socket.local.map_or(0, |local| local.port()) } else { 0 };
        let any = address::any(socket.family);
        let ip = socket.local.filter(|_| socket.addr_locked).map_or(any, |local| local.ip());
        socket.local = Some(SocketAddr::new(ip, port)).filter(|_| socket.addr_locked || port != 0);
    }

    /// `connect(2)` on a fresh socket, by a way that there is: begins the handshake, unless it is put off until [`Host::tcp_open_fast`].
    pub(crate) fn tcp_connect(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        to: (Way, u16),
        put_off: bool,
    ) -> Result<(), PortsExhausted> {
        let begun = self.tcp_begin(env, id, to, put_off);
        if begun.is_err() {
            self.keep_way_without_port(id, &to.0);
        }
        begun
    }

    /// IPv6 keeps the way itself; IPv4 the address, if the socket is bound to where packets to many come from (`inet_bhash2_update_saddr`).
    #[cold]
    fn keep_way_without_port(&mut self, id: SocketId, way: &Way) {
        let socket = &mut self.sockets[id];
        if let IpAddr::V6(to) = way.to {
            socket.rest_mut().way6 = Some(to);
        } else if let (Family::Inet, Some(local)) = (socket.family, &mut socket.local)
            && (local.ip().is_multicast() || Self::is_broadcast(local.ip()))
        {
            local.set_ip(way.source);
        }
    }

    fn tcp_begin(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        (way, port): (Way, u16),
        put_off: bool,
    ) -> Result<(), PortsExhausted> {
        let to = SocketAddr::new(way.to, port);
        let has_port = self.sockets[id].port_slot.is_some();
        let port = match self.sockets[id].local {
            Some(local) if has_port => local.port(),
            _ => self.ephemeral_for_connect(id, way.source, to, env.now).ok_or(PortsExhausted)?,
        };
        let local = SocketAddr::new(way.source, port);
        let flow = Flow::new(local, to);
        let mut successor = None;
        if let Some(&old) = self.flows.get(&flow) {
            if !self.gives_way(old, env.now, !has_port) {
                return Err(PortsExhausted);
            }
            successor = self.sockets[old].connection().map(tcp::Connection::successor);
            self.end_time_wait(old);
        }
        self.flows.insert(flow, id);
        if has_port {
            self.sockets[id].local = Some(local);
        } else {
            self.take_port(id, local, By::Connect);
        }
        let hop_limit = self.hop_limit(&self.sockets[id].options, to.ip());
        let sent_to = self.way_of_segments(id, local.ip(), to.ip()).1;
        let sent_to = match sent_to {
            // Who is bound to `lo` sends there what is for others, too.
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) if self.sockets[id].options.device() == address::LO => LOCALHOST,
            // By another interface 127.0.0.1 is somebody's on its network.
            sent_to if sent_to == Ipv4Addr::UNSPECIFIED && to.ip().is_loopback() => sent_to,
            sent_to if sent_to.is_unspecified() => to.ip(),
            sent_to => sent_to,
        };
        let config = towards(self, sent_to, tcp::Config { hop_limit, ..self.tcp_config(id) });
        let packets = env.out.packets.len();
        let cx = &mut Self::cx(&self.settings, &mut self.isn_rng, env);
        let mut connection = if put_off {
            Box::new(tcp::Connection::put_off(cx, local, to, config, successor))
        } else {
            Box::new(tcp::Connection::connect(cx, local, to, config, successor))
        };
        let socket = &mut self.sockets[id];
        if socket.options.switches.contains(Switches::PINGPONG) {
            connection.set_quickack(cx, 0);
        }
        // `tcp_connect_init` clears `sk_err`; what was shut stays so, and what was wrong while there was hope.
        let rest = socket.take_rest();
        if socket.options.has_rare() {
            socket.options.rare_mut().route_forgotten_at = None;
        }
        if socket.options.has_rare() && to.is_ipv4() {
            let ip_options = socket.options.rare().blob(libc::IPPROTO_IP, libc::IP_OPTIONS);
            connection.set_ip_options(cx, ip_options.len() as u8);
        }
        connection.inherit_shut(rest.read_shut, rest.write_shut);
        connection.inherit_soft_failure(rest.soft_failure);
        socket.stage = Stage::Connecting;
        socket.remote = Some(to);
        socket.body = Body::Tcp(Tcp::Connection { connection, parent: None });
        if socket.options.has_rare() {
            self.tcp_reach_is_set(id);
            let way = self.way_of_segments(id, local.ip(), to.ip());
            env.out.packets[packets..].iter_mut().for_each(|syn| (syn.src, syn.dst) = way);
        }
        self.after(env, id);
        Ok(())
    }

    /// Runs `act` on the connection of a socket and sees to what follows.
    pub(crate) fn with_connection<R>(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        act: impl FnOnce(&mut tcp::Connection, &mut crate::proto::Cx<'_>) -> R,
    ) -> Option<R> {
        let Body::Tcp(Tcp::Connection { connection, .. }) = &mut self.sockets.get_mut(id)?.body else { return None };
        let result = act(connection, &mut Self::cx(&self.settings, &mut self.isn_rng, env));
        self.after(env, id);
        Some(result)
    }

    /// Writes to a connection.
    #[inline]
    pub(crate) fn tcp_send(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        data: &[u8],
        flags: tcp::SendFlags,
    ) -> Result<usize, tcp::SendError> {
        let socket = &mut self.sockets[id];
        let Body::Tcp(Tcp::Connection { connection, .. }) = &mut socket.body else {
            // `sk_stream_wait_connect`, also of a listener.
            return Err(socket.take_failure_left().map_or(tcp::SendError::ShutDown, tcp::SendError::Failed));
        };
        if socket.options.has_rare() {
            look_at_route(connection, socket.options.rare_mut());
        }
        let result = connection.send(&mut Self::cx(&self.settings, &mut self.isn_rng, env), data, flags);
        self.after(env, id);
        result
    }

    /// Reads from a connection. An attempt that finds nothing changes nothing, so nothing follows from it.
    #[inline]
    pub(crate) fn tcp_recv(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        buf: &mut [u8],
        peek: bool,
        begun: bool,
    ) -> Result<usize, tcp::RecvError> {
        let Body::Tcp(Tcp::Connection { connection, .. }) = &mut self.sockets[id].body else {
            return Err(tcp::RecvError::NotConnected);
        };
        let result = connection.recv(&mut Self::cx(&self.settings, &mut self.isn_rng, env), buf, peek, begun);
        match result {
            Err(tcp::RecvError::WouldBlock) => {}
            Ok(_) if peek => self.after_a_look(env, id),
            _ => self.after(env, id),
        }
        result
    }

    /// Looks at a connection where nothing has come yet (SO_PEEK_OFF).
    #[cold]
    pub(crate) fn tcp_look_behind(&mut self, env: &mut Env<'_>, id: SocketId) -> Result<usize, tcp::RecvError> {
        let Body::Tcp(Tcp::Connection { connection, .. }) = &mut self.sockets[id].body else {
            return Err(tcp::RecvError::NotConnected);
        };
        let result = connection.look_behind(&mut Self::cx(&self.settings, &mut self.isn_rng, env));
        if result.is_err() && result != Err(tcp::RecvError::WouldBlock) {
            self.after(env, id);
        }
        result
    }

    /// As [`Self::tcp_recv`], if nothing is asked for but what is there: no SO_RCVLOWAT, and none of the rare options. `None`
    /// if there is more to it, or no connection.
    #[inline]
    pub(crate) fn tcp_recv_plainly(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        buf: &mut [u8],
    ) -> Option<Result<usize, tcp::RecvError>> {
        let socket = &mut self.sockets[id];
        if socket.options.rcvlowat > 1 || socket.options.has_rare() {
            return None;
        }
        let Body::Tcp(Tcp::Connection { connection, .. }) = &mut socket.body else { return None };
        let result = connection.recv(&mut Self::cx(&self.settings, &mut self.isn_rng, env), buf, false, false);
        if result != Err(tcp::RecvError::WouldBlock) {
            self.after(env, id);
        }
        Some(result)
    }

    /// The last descriptor is gone.
    pub(super) fn tcp_close(&mut self, env: &mut Env<'_>, id: SocketId) {
        let socket = &mut self.sockets[id];
        let linger_zero = socket.options.linger == Some(0);
        match &mut socket.body {
            Body::Tcp(Tcp::Listening(_)) => {
                self.stop_listening(env, id);
                self.forget(id);
            }
            Body::Tcp(Tcp::Connection { connection, .. }) => {
                let cx = &mut Self::cx(&self.settings, &mut self.isn_rng, env);
                if linger_zero {
                    connection.abort(cx);
                } else {
                    connection.close(cx);
                }
                self.after(env, id);
            }
            _ => self.forget(id),
        }
    }

    /// Leaves the listening state; whoever is in the queues is reset (`inet_csk_listen_stop`).
    pub(crate) fn stop_listening(&mut self, env: &mut Env<'_>, id: SocketId) {
        let body = &mut self.sockets[id].body;
        let Body::Tcp(tcp @ Tcp::Listening(_)) = body else { return };
        let Tcp::Listening(listener) = std::mem::replace(tcp, Tcp::Closed) else { return };
        let port = self.sockets[id].local.map_or(0, |local| local.port());
        if let Some(listeners) = self.ports.listeners.get_mut(&port) {
            listeners.retain(|other| *other != id);
            if listeners.is_empty() {
                self.ports.listeners.remove(&port);
            }
        }
        if !self.sockets[id].port_locked {
            // The port is free for others; what was shown is still shown (`inet_put_port` clears inet_num, not inet_sport).
            self.unbind(id);
        }
        for child in listener.into_children() {
            if self.sockets.get(child).and_then(Socket::connection).is_some_and(tcp::Connection::is_embryo) {
                self.leave_behind(child);
                continue;
            }
            if let Some(Socket { body: Body::Tcp(Tcp::Connection { parent, .. }), .. }) = self.sockets.get_mut(child) {
                *parent = None;
            }
            self.with_connection(env, child, tcp::Connection::abort);
        }
        // One of those who wait for a connection (`tcp_disconnect`, `sk_error_report`).
        self.sockets[id].waiters.wake(Readiness::ERR, || true, env.wakes);
    }

    /// Enters a connection made by a listener.
    pub(super) fn adopt(&mut self, id: SocketId, local: SocketAddr, remote: SocketAddr) {
        self.sockets[id].remote = Some(remote);
        self.take_port(id, local, By::Inheritance);
        self.flows.insert(Flow::new(local, remote), id);
    }

    #[inline]
    pub(super) fn flow(&mut self, local: SocketAddr, remote: SocketAddr) -> Option<SocketId> {
        let flow = Flow::new(local, remote);
        match self.last_flow {
            Some((last, id)) if last == flow => Some(id),
            _ => {
                let id = *self.flows.get(&flow)?;
                self.last_flow = Some((flow, id));
                Some(id)
            }
        }
    }

    pub(super) fn remove_flow(&mut self, flow: &Flow) {
        self.flows.remove(flow);
        self.last_flow = None;
    }
}

/// Something is written: a route that was found since the last was forgotten is looked at (`tcp_current_mss`).
#[cold]
fn look_at_route(connection: &tcp::Connection, rare: &mut Rare) {
    rare.has_looked_at_route |= rare.route_forgotten_at.is_some_and(|at| at != connection.segments_sent());
}
