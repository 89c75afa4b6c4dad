//! UDP sockets of a host.

use std::net::{IpAddr, SocketAddr};

use super::{
    Body, Env, Family, Host, address,
    address::NoRoute,
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
    /// Neither given an address nor connected: EDESTADDRREQ.
    NoDestination,
    /// Over 65,507 bytes (65,527 by IPv6): EMSGSIZE.
    TooLong,
    /// EPIPE.
    ShutDown,
    NoRoute,
    /// Broadcast without SO_BROADCAST: EACCES.
    Broadcast,
    PortsExhausted,
    /// Port 0: EINVAL.
    NoPort,
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
    /// `connect(2)` on a datagram socket: fixes the peer, and with it the local address.
    pub(crate) fn udp_connect(&mut self, id: SocketId, to: SocketAddr) -> Result<(), SendError> {
        let to = address::unspecified_is_loopback(to);
        let ip = match self.sockets[id].local {
            Some(local) if !local.ip().is_unspecified() => local.ip(),
            _ => self.source_for(to.ip()).map_err(|NoRoute| SendError::NoRoute)?,
        };
        self.autobind(id).map_err(|_| SendError::PortsExhausted)?;
        let socket = &mut self.sockets[id];
        socket.remote = Some(to);
        socket.local = socket.local.map(|local| SocketAddr::new(ip, local.port()));
        Ok(())
    }

    /// `connect(2)` with AF_UNSPEC: no peer any more.
    pub(crate) fn udp_disconnect(&mut self, id: SocketId) {
        self.sockets[id].remote = None;
        self.back_to_bound(id);
    }

    /// `sendto(2)`. The order of checks is that of `udp_sendmsg`.
    pub(crate) fn udp_send(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        to: Option<SocketAddr>,
        parts: &[&[u8]],
        how: &How,
    ) -> Result<usize, SendError> {
        // `inet_send_prepare` comes before anything else.
        self.autobind(id).map_err(|_| SendError::PortsExhausted)?;
        let socket = &mut self.sockets[id];
        let Body::Udp(udp) = &mut socket.body else { return Err(SendError::NoDestination) };
        let len = parts.iter().map(|part| part.len()).sum::<usize>();
        if len > 0xffff && socket.family == Family::Inet {
            return Err(SendError::TooLong);
        }
        let to = to.or(socket.remote).ok_or(SendError::NoDestination)?;
        if to.port() == 0 {
            return Err(SendError::NoPort);
        }
        if udp.is_write_shut() {
            return Err(SendError::ShutDown);
        }
        if let Some(failure) = udp.take_failure() {
            return Err(SendError::Failed(failure));
        }
        let to = address::unspecified_is_loopback(to);
        if Self::is_broadcast(to.ip()) && !socket.options.broadcast {
            return Err(SendError::Broadcast);
        }
        // What the length fields of IPv4 and IPv6 can say.
        if len > if to.is_ipv4() { 65_507 } else { 65_527 } {
            return Err(SendError::TooLong);
        }
        let local = self.sockets[id].local.expect("just bound");
        let src = match how.source {
            Some(source) => source,
            None if local.ip().is_unspecified() => self.source_for(to.ip()).map_err(|_| SendError::NoRoute)?,
            None => local.ip(),
        };
        let (hop_limit, traffic_class) = self.usual_header(id, to.ip());
        let datagram = Datagram {
            src_port: local.port(),
            dst_port: to.port(),
            hop_limit: how.hop_limit.unwrap_or(hop_limit),
            traffic_class: how.traffic_class.unwrap_or(traffic_class),
            payload: env.out.pool.payload(parts),
        };
        env.out.packets.push(Packet { src, dst: to.ip(), body: Wire::Udp(datagram) });
        Ok(len)
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
            if socket.remote.is_some_and(|remote| remote != from) {
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
