//! UDP sockets of a host. Which checks come in which order is `call/udp.rs`'s affair.

use std::net::{IpAddr, SocketAddr};

use super::{
    Body, Env, Host, RareSwitches, Switches, Way,
    ports::{self, Space},
    udp_limits::Limits,
};
use crate::{
    base::SocketId,
    proto::{
        skb::{Gathered, NoMemory},
        udp,
    },
    wire::{Body as Wire, Datagram, Icmp, Packet, Unreachable},
};

/// Why a datagram was not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SendError {
    /// EPIPE.
    ShutDown,
    PortsExhausted,
    /// A segment that the path has no room for, or what is gathered grows longer than a datagram can be: EMSGSIZE.
    TooLong,
    /// No memory for so many fragments: ENOBUFS.
    NoBuffers,
    /// UDP_SEGMENT: too many, or without a checksum: EINVAL.
    Segments,
    Failed(udp::Failure),
}

/// What a control message says of one datagram; nothing, where the socket decides.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct How {
    pub(crate) source: Option<IpAddr>,
    pub(crate) hop_limit: Option<u8>,
    pub(crate) traffic_class: Option<u8>,
    pub(crate) segment: Option<u16>,
    /// IPV6_DONTFRAG.
    pub(crate) dont_fragment: Option<bool>,
}

/// What the length field of IPv4 can say.
const LONGEST_V4: usize = 65_535 - 20 - 8;

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

    /// Sends what has a way: `ip_make_skb` and `udp_send_skb`.
    pub(crate) fn udp_send(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        to: (Way, u16),
        parts: &[&[u8]],
        how: &How,
    ) -> Result<(), SendError> {
        let mut outgoing = self.udp_outgoing(id, to, how);
        self.udp_add(env, id, &mut outgoing, parts)?;
        self.udp_emit(env, id, &outgoing, parts)
    }

    /// Whether so much more may go with it: `__ip_append_data`.
    pub(super) fn udp_add(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        outgoing: &mut udp::Outgoing,
        parts: &[&[u8]],
    ) -> Result<(), SendError> {
        let len = parts.iter().map(|part| part.len()).sum::<usize>();
        if outgoing.data.len() + len > outgoing.most {
            self.udp_too_long(env, id, outgoing.to, outgoing.gathered.mtu());
            return Err(SendError::TooLong);
        }
        if outgoing.gathered.is_empty() {
            self.udp_may_send(id)?;
        }
        let sndbuf = self.sockets[id].options.sndbuf as usize;
        outgoing.gathered.append(len, sndbuf).map_err(|NoMemory| SendError::NoBuffers)
    }

    /// `sock_alloc_send_pskb` is where a pending error is told, and that the socket is shut down.
    fn udp_may_send(&mut self, id: SocketId) -> Result<(), SendError> {
        let Body::Udp(udp) = &mut self.sockets[id].body else { return Err(SendError::ShutDown) };
        match udp.take_failure() {
            Some(failure) => Err(SendError::Failed(failure)),
            None if udp.is_write_shut() => Err(SendError::ShutDown),
            None => Ok(()),
        }
    }

    /// A datagram without its data.
    pub(super) fn udp_outgoing(&self, id: SocketId, (way, port): (Way, u16), how: &How) -> udp::Outgoing {
        let socket = &self.sockets[id];
        let (hop_limit, traffic_class) = self.usual_header(id, way.to);
        let Limits { most, mtu } = self.udp_limits(id, way, how);
        udp::Outgoing {
            from: SocketAddr::new(way.source, socket.local.map_or(0, |local| local.port())),
            to: SocketAddr::new(way.to, port),
            hop_limit: how.hop_limit.unwrap_or(hop_limit),
            traffic_class: how.traffic_class.unwrap_or(traffic_class),
            segment: how.segment.unwrap_or(socket.options.rare().udp_segment),
            data: Vec::new(),
            most,
            gathered: Gathered::new(way.to.is_ipv4(), mtu),
        }
    }

    /// One packet, or as many as UDP_SEGMENT has it cut into.
    pub(super) fn udp_emit(
        &self,
        env: &mut Env<'_>,
        id: SocketId,
        outgoing: &udp::Outgoing,
        parts: &[&[u8]],
    ) -> Result<(), SendError> {
        let len = parts.iter().map(|part| part.len()).sum();
        let mut send = |parts: &[&[u8]]| {
            let datagram = Datagram {
                src_port: outgoing.from.port(),
                dst_port: outgoing.to.port(),
                hop_limit: outgoing.hop_limit,
                traffic_class: outgoing.traffic_class,
                truesize: if outgoing.segment == 0 { outgoing.gathered.truesize as u32 } else { 0 },
                payload: env.out.pool.payload(parts),
            };
            let (src, dst) = (outgoing.from.ip(), outgoing.to.ip());
            env.out.packets.push(Packet { src, dst, body: Wire::Udp(datagram) });
        };
        if outgoing.from.is_ipv4() && len > LONGEST_V4 {
            // Who probes is let by with what loopback carries and IPv4 does not, and tells himself so (`ip_fragment`).
            send(parts);
            if let Some(Packet { src, dst, body: Wire::Udp(datagram) }) = env.out.packets.pop() {
                let (reason, flow) = (Unreachable::TooBig { mtu: 65_535 }, (outgoing.from, outgoing.to));
                let icmp = Box::new(Icmp::about_datagram(reason, flow, &datagram, &mut env.out.pool));
                env.out.packets.push(Packet { src: dst, dst: src, body: Wire::Icmp(icmp) });
            }
            return Err(SendError::TooLong);
        }
        let segment = usize::from(outgoing.segment);
        if segment > 0 {
            self.udp_may_segment(id, outgoing.to.ip(), len, segment)?;
        }
        if segment == 0 || len <= segment {
            send(parts);
        } else {
            parts.concat().chunks(segment).for_each(|data| send(&[data]));
        }
        Ok(())
    }

    /// The checks of `udp_send_skb` and `udp_v6_send_skb`.
    fn udp_may_segment(&self, id: SocketId, to: IpAddr, len: usize, segment: usize) -> Result<(), SendError> {
        /// UDP_MAX_SEGMENTS, since Linux 6.9.
        const MOST: usize = 128;
        let options = &self.sockets[id].options;
        let (header, no_checksum) = match to {
            IpAddr::V4(_) => (20 + 8, options.switches.contains(Switches::NO_CHECK)),
            IpAddr::V6(_) => (40 + 8, options.rare().switches.contains(RareSwitches::UDP_NO_CHECK6_TX)),
        };
        let mtu = if self.owns(to) { 65_535 } else { 1500 };
        if header + len.min(segment) > mtu {
            return Err(SendError::TooLong);
        }
        if len > segment * MOST || no_checksum { Err(SendError::Segments) } else { Ok(()) }
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
