//! UDP sockets of a host. Which checks come in which order is `call/udp.rs`'s affair.

use std::net::{IpAddr, SocketAddr};

use super::{
    Body, Env, Host, Way,
    ports::{self, Space},
};
use crate::{
    base::SocketId,
    proto::udp,
    wire::{Body as Wire, Datagram, Packet},
};

/// Why a datagram was not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SendError {
    /// EPIPE.
    ShutDown,
    PortsExhausted,
    Failed(udp::Failure),
}

/// What a control message says of one datagram; nothing, where the socket decides.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct How {
    pub(crate) source: Option<IpAddr>,
    pub(crate) hop_limit: Option<u8>,
    pub(crate) traffic_class: Option<u8>,
}

/// `net.ipv6.conf.*.hop_limit`.
const DEFAULT_HOP_LIMIT: u8 = 64;

impl Host {
    /// A port for who needs one to go on: `inet_autobind`.
    pub(crate) fn udp_autobind(&mut self, id: SocketId) -> Result<(), SendError> {
        self.autobind(id).map_err(|_| SendError::PortsExhausted)
    }

    /// The address that packets to there leave from, if the socket has one: `inet_saddr` and `inet6_sk(sk)->saddr`.
    pub(crate) fn udp_source(&self, id: SocketId, to: IpAddr) -> Option<IpAddr> {
        let socket = &self.sockets[id];
        let Body::Udp(udp) = &socket.body else { return None };
        match socket.local?.ip() {
            // A socket of IPv6 that has connected to IPv4 as well.
            IpAddr::V6(_) if to.is_ipv4() => udp.source4().map(IpAddr::V4),
            local => (!local.is_unspecified()).then_some(local),
        }
    }

    /// `connect(2)` on a datagram socket: fixes the peer, and with it the local address, unless it is fixed already.
    pub(crate) fn udp_connect(&mut self, id: SocketId, way: Way, port: u16) {
        let socket = &mut self.sockets[id];
        socket.remote = Some(SocketAddr::new(way.to, port));
        let Some(local) = socket.local else { return };
        if local.ip().is_unspecified() {
            socket.local = Some(SocketAddr::new(way.source, local.port()));
        } else if let (IpAddr::V6(_), IpAddr::V4(source), Body::Udp(udp)) = (local.ip(), way.source, &mut socket.body) {
            udp.set_source4(Some(source));
        }
    }

    /// `connect(2)` with AF_UNSPEC: no peer any more, and bound to no device (`__udp_disconnect`).
    pub(crate) fn udp_disconnect(&mut self, id: SocketId) {
        let socket = &mut self.sockets[id];
        socket.remote = None;
        if socket.options.rare().device != 0 {
            socket.options.rare_mut().device = 0;
        }
        if let Body::Udp(udp) = &mut socket.body {
            udp.set_source4(None);
        }
        self.back_to_bound(id);
    }

    /// Sends what has a way: `ip_make_skb` and `udp_send_skb`. `sock_alloc_send_pskb` is where a pending error is told, and that the
    /// socket is shut down.
    pub(crate) fn udp_send(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        (way, port): (Way, u16),
        parts: &[&[u8]],
        how: &How,
    ) -> Result<(), SendError> {
        let socket = &mut self.sockets[id];
        let Body::Udp(udp) = &mut socket.body else { return Err(SendError::ShutDown) };
        if let Some(failure) = udp.take_failure() {
            return Err(SendError::Failed(failure));
        }
        if udp.is_write_shut() {
            return Err(SendError::ShutDown);
        }
        let src_port = socket.local.map_or(0, |local| local.port());
        let (hop_limit, traffic_class) = self.usual_header(id, way.to);
        let datagram = Datagram {
            src_port,
            dst_port: port,
            hop_limit: how.hop_limit.unwrap_or(hop_limit),
            traffic_class: how.traffic_class.unwrap_or(traffic_class),
            payload: env.out.pool.payload(parts),
        };
        env.out.packets.push(Packet { src: way.source, dst: way.to, body: Wire::Udp(datagram) });
        Ok(())
    }

    /// Hop limit and traffic class of a packet to there, as the options have them.
    fn usual_header(&self, id: SocketId, to: IpAddr) -> (u8, u8) {
        let options = &self.sockets[id].options;
        match to {
            IpAddr::V4(_) => (u8::try_from(options.ttl).unwrap_or(self.settings.default_ttl), options.tos),
            IpAddr::V6(_) => (u8::try_from(options.hops).unwrap_or(DEFAULT_HOP_LIMIT), options.tclass),
        }
    }

    /// The socket a datagram is for: the one that says most about it, the one that bound last among equals.
    pub(super) fn udp_receiver(&self, from: SocketAddr, to: SocketAddr) -> Option<SocketId> {
        let score = |&id: &SocketId| {
            let socket = &self.sockets[id];
            let local = socket.local?;
            if !ports::reaches(to.ip(), local.ip()) {
                return None;
            }
            if !ports::family_fits(socket.family, socket.options.v6only, to.ip()) {
                return None;
            }
            if socket.remote.is_some_and(|remote| !is_peer(remote, from)) {
                return None;
            }
            Some(u8::from(!local.ip().is_unspecified()) + 2 * u8::from(socket.remote.is_some()))
        };
        let mut best = None;
        for id in self.users(Space::Udp, to.port()) {
            let Some(score) = score(id) else { continue };
            if best.is_none_or(|(best, _)| score >= best) {
                best = Some((score, *id));
            }
        }
        best.map(|(_, id)| id)
    }
}

/// Whether a socket that is connected to `remote` takes what comes from there: `compute_score` compares no port that is 0.
pub(super) fn is_peer(remote: SocketAddr, from: SocketAddr) -> bool {
    remote.ip() == from.ip() && (remote.port() == 0 || remote.port() == from.port())
}
