//! UDP sockets of a host. Which checks come in which order is `call/udp.rs`'s affair.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{
    Body, Env, Family, Host, RareSwitches, Socket, Switches, Way,
    address::{LO, interface_of},
    udp_limits::Limits,
};
use crate::{
    base::SocketId,
    proto::{
        skb::{Gathered, NoMemory},
        udp,
    },
    wire::{Body as Wire, Datagram, Icmp, Marks, Packet, Unreachable},
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
    /// What waits for a neighbour, or went astray, is as much as SO_SNDBUF allows: EAGAIN, or to wait.
    Full,
    /// UDP_SEGMENT: too many, or without a checksum: EINVAL.
    Segments,
    Failed(udp::Failure),
}

/// What was given another address keeps the way that it had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Astray {
    /// Through the loopback, whoever has the address.
    Here,
    /// To somebody who has another.
    Nowhere,
}

/// What a control message says of one datagram; nothing, where the socket decides.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct How {
    /// From where; from wherever the way leads, if that is unspecified.
    pub(crate) source: Option<IpAddr>,
    /// By which interface; 0: any.
    pub(crate) device: u32,
    /// For which address the route is, if it is one that was kept.
    pub(crate) route: Option<IpAddr>,
    pub(crate) hop_limit: Option<u8>,
    pub(crate) traffic_class: Option<u8>,
    pub(crate) mark: Option<u32>,
    pub(crate) priority: Option<u32>,
    pub(crate) segment: Option<u16>,
    /// IPV6_DONTFRAG.
    pub(crate) dont_fragment: Option<bool>,
}

/// What the length field of IPv4 can say.
const LONGEST_V4: usize = 65_535 - 20 - 8;

impl Host {
    /// A port for who needs one to go on: `inet_autobind`.
    pub(crate) fn udp_autobind(&mut self, id: SocketId) -> Result<(), SendError> {
        self.autobind(id).map_err(|_| SendError::PortsExhausted)
    }

    /// The address that packets to there leave from, if the socket has one: `inet_saddr` and `inet6_sk(sk)->saddr`; or that of
    /// IP_MULTICAST_IF.
    pub(crate) fn udp_source(&self, id: SocketId, to: IpAddr, how: &How) -> Option<IpAddr> {
        let socket = &self.sockets[id];
        let Body::Udp(udp) = &socket.body else { return None };
        let own = match (how.source, socket.local.map(|local| local.ip())) {
            (Some(given), _) => Some(given),
            // A socket of IPv6 that has connected to IPv4 as well, or had before it became one of IPv4; or bound where packets to many come
            // from (`__inet_bind`).
            (_, Some(local)) if to.is_ipv4() && (local.is_ipv6() || is_to_many(local) || udp.source4().is_some()) => {
                udp.source4().map(IpAddr::V4)
            }
            // `__inet6_bind`: the same.
            (_, Some(local)) if is_to_many(local) && local.is_ipv6() => None,
            (_, local) => local,
        };
        let of_group = || Some(IpAddr::from(socket.options.rare().multicast_if)).filter(|_| is_group4(to));
        if let (IpAddr::V6(_), Some(IpAddr::V4(mapped))) = (to, own) {
            // There is no way from it, not even if it is `::ffff:0.0.0.0`.
            return Some(mapped.into());
        }
        own.filter(|own| !own.is_unspecified()).or_else(of_group).filter(|own| !own.is_unspecified())
    }

    /// The interface that packets to there leave by; 0 for any.
    pub(crate) fn udp_device(&self, id: SocketId, to: IpAddr, how: &How) -> u32 {
        let options = &self.sockets[id].options;
        let rare = options.rare();
        let of_kind = match to {
            IpAddr::V4(v4) if v4.is_multicast() => rare.multicast_index,
            IpAddr::V6(v6) if v6.is_multicast() => rare.v6_multicast_if,
            // In network order.
            IpAddr::V4(_) => i32::from_be(rare.unicast_if),
            IpAddr::V6(_) => i32::from_be(rare.v6_unicast_if),
        };
        [how.device, options.device(), of_kind.cast_unsigned()].into_iter().find(|device| *device != 0).unwrap_or(0)
    }

    /// `connect(2)` finds its way in the place where the way of what is gathered stands (`inet->cork.fl`), and so takes that along.
    pub(crate) fn udp_aim(&mut self, id: SocketId, to: SocketAddr, way: Option<&Way>) {
        let own = self.udp_source(id, to.ip(), &How::default()).unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let Body::Udp(udp) = &mut self.sockets[id].body else { return };
        if !to.is_ipv4() {
            if let Some(way) = way {
                (udp.has_way, udp.way_device, udp.way_to) = (true, way.device, Some(way.to));
            }
            return;
        }
        let source = way.map(|way| way.source);
        let to = way.map_or(to, |way| SocketAddr::new(way.to, to.port()));
        udp.aim = Some(udp::Aim { source: source.unwrap_or(own), to });
        udp.has_way = way.is_some();
        (udp.way_device, udp.way_to) = (way.map_or(0, |way| way.device), way.map(|way| way.to));
        if let Some(pending) = &mut udp.pending {
            let source = source.unwrap_or(own);
            match (pending.to, to, source) {
                (SocketAddr::V6(before), SocketAddr::V4(to), IpAddr::V4(source)) => {
                    // IPv6 has its destination where IPv4 has both addresses and the ports (`struct flowi6`, `struct flowi4`).
                    let mut ip = before.ip().octets();
                    ip[..4].copy_from_slice(&source.octets());
                    ip[4..8].copy_from_slice(&to.ip().octets());
                    ip[8..10].copy_from_slice(&to.port().to_be_bytes());
                    ip[10..12].copy_from_slice(&pending.from.port().to_be_bytes());
                    pending.to.set_ip(ip.into());
                }
                _ => {
                    pending.to = to;
                    pending.from.set_ip(source);
                }
            }
        }
    }

    /// What becomes of a packet that has another address than its route is for: what goes through the loopback comes back, whoever has the
    /// address, and else it is asked for by `eth0`, where nobody has this host's own.
    fn astray(&self, route: IpAddr, to: IpAddr) -> Option<Astray> {
        match (self.owns(route), self.owns(to)) {
            _ if route == to => None,
            (true, true) => None,
            (true, false) => Some(Astray::Here),
            (false, false) if !is_to_many(to) => None,
            (false, _) => Some(Astray::Nowhere),
        }
    }

    /// Who sends to his peer keeps the way that was found (`sk_dst_set`, `ip6_sk_dst_store_flow`).
    pub(crate) fn udp_keeps_way(&mut self, id: SocketId, way: Way) {
        let socket = &mut self.sockets[id];
        if let Body::Udp(udp) = &mut socket.body
            && socket.remote.is_some()
        {
            (udp.has_way, udp.way_device, udp.way_to) = (true, way.device, Some(way.to));
        }
    }

    /// For which address the way is that was kept.
    pub(crate) fn udp_route(&self, id: SocketId) -> Option<IpAddr> {
        match &self.sockets[id].body {
            Body::Udp(udp) => udp.way_to,
            _ => None,
        }
    }

    /// To where a connected socket sends that has kept its way (`sk_dst_check`): whither the flow points that it shares with what was gathered
    /// last. An IPv6 socket names the peer anew each time.
    pub(crate) fn udp_aimed(&self, id: SocketId) -> Option<(Way, u16)> {
        let socket = &self.sockets[id];
        let Body::Udp(udp) = &socket.body else { return None };
        let udp::Aim { source, to } = udp.aim.filter(|_| udp.has_way && socket.family == Family::Inet)?;
        let is_group = socket.remote.is_some_and(|remote| remote.ip().is_multicast());
        (!is_group).then_some((Way { source, to: to.ip(), device: udp.way_device }, to.port()))
    }

    /// The way that a socket of IPv6 has kept to there, which is not asked for again while it leaves by the interface that is asked for
    /// (`ip6_sk_dst_check`): whoever is this host is behind `lo`.
    pub(crate) fn udp_kept_way6(&self, id: SocketId, to: IpAddr, how: &How) -> Option<Way> {
        let source = self.udp_source(id, to, how)?;
        let Body::Udp(udp) = &self.sockets[id].body else { return None };
        let device = self.udp_device(id, to, how);
        let is_it = udp.has_way && to.is_ipv6() && source.is_ipv6() && udp.way_to == Some(to);
        let leaves_by = if self.owns(to) { LO } else { interface_of(to) };
        (is_it && (device == 0 || device == leaves_by)).then_some(Way { source, to, device: 0 })
    }

    /// `connect(2)` on a datagram socket: fixes the peer, and with it the local address, unless it is fixed already.
    pub(crate) fn udp_connect(&mut self, id: SocketId, way: Way, port: u16) {
        let socket = &mut self.sockets[id];
        socket.remote = Some(SocketAddr::new(way.to, port));
        if let Body::Udp(udp) = &mut socket.body
            && socket.family == Family::Inet6
        {
            udp.peer6 = Some(match way.to {
                IpAddr::V4(v4) => v4.to_ipv6_mapped(),
                IpAddr::V6(v6) => v6,
            });
        }
        let Some(local) = socket.local else { return };
        if local.ip().is_unspecified() {
            socket.local = Some(SocketAddr::new(way.source, local.port()));
        } else if let (IpAddr::V4(source), Body::Udp(udp)) = (way.source, &mut socket.body)
            && (local.is_ipv6() || is_to_many(local.ip()))
        {
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
            if !socket.addr_locked {
                udp.set_source4(None);
            }
            udp.has_way = false;
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
        self.udp_leave(env, id, &outgoing, parts)
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
        if outgoing.data.len() + len > self.udp_most(id, outgoing) {
            self.udp_too_long(env, id, outgoing.to, outgoing.gathered.mtu());
            return Err(SendError::TooLong);
        }
        if outgoing.gathered.is_empty() {
            self.udp_may_send(id)?;
        }
        let sndbuf = self.sockets[id].options.sndbuf as usize;
        if outgoing.gathered.is_empty() && self.udp_is_full(id) {
            return Err(SendError::Full);
        }
        outgoing.gathered.append(len, sndbuf).map_err(|NoMemory| SendError::NoBuffers)
    }

    /// Whether nothing more may be begun (`sock_alloc_send_pskb`).
    pub(crate) fn udp_is_full(&self, id: SocketId) -> bool {
        let socket = &self.sockets[id];
        matches!(&socket.body, Body::Udp(udp) if udp.stuck > 0 && udp.stuck >= socket.options.sndbuf as usize)
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
        let Limits { mtu, header, is_whole } = self.udp_limits(id, way, how);
        let segment = how.segment.unwrap_or(socket.options.rare().udp_segment);
        udp::Outgoing {
            from: SocketAddr::new(way.source, socket.local.map_or(0, |local| local.port())),
            to: SocketAddr::new(way.to, port),
            hop_limit: how.hop_limit.unwrap_or(hop_limit),
            traffic_class: how.traffic_class.unwrap_or(traffic_class),
            tags: [
                how.mark.unwrap_or(socket.options.rare().mark),
                how.priority.unwrap_or(socket.options.rare().priority.cast_unsigned()),
            ],
            segment,
            data: Vec::new(),
            is_whole,
            gathered: Gathered::new(way.to.is_ipv4(), header, mtu, segment > 0),
            route: how.route.unwrap_or(way.to),
            is_gathered: false,
            device: way.device,
        }
    }

    /// Where it is led, perhaps astray.
    pub(super) fn udp_leave(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        outgoing: &udp::Outgoing,
        parts: &[&[u8]],
    ) -> Result<(), SendError> {
        let (to, route) = (outgoing.to.ip(), outgoing.route);
        let is_foreign = !self.owns(to) || !self.owns(route) && !is_to_many(route);
        if outgoing.device == LO && to.is_ipv4() && is_foreign && !is_to_many(to) {
            // `lo` brings all back that IPv4 sends by it, whoever has the address (`__mkroute_output`: RTCF_LOCAL).
            return self.udp_comes_back(env, id, outgoing, parts, LO);
        }
        if is_to_many(outgoing.route) && outgoing.route != outgoing.to.ip() {
            // What `lo` brings back, or `eth0` to a host that hears the group (`ip_mc_output`), its route takes to all who hear it there
            // (`__udp4_lib_rcv`: RTCF_MULTICAST).
            let (from, device) = (outgoing.from, interface_of(outgoing.from.ip()));
            let is_heard = self.hears_group(from.ip(), outgoing.route, device.cast_signed());
            if device == LO || is_heard && !self.sockets[id].is_quiet_to(outgoing.route) {
                self.udp_emit(env, id, outgoing, parts)?;
                if let Some(Packet { body: Wire::Udp(datagram), .. }) = env.out.packets.pop() {
                    self.udp_to_all(env, from, outgoing.to, device, datagram);
                }
            }
            if device == LO {
                return Ok(());
            }
        }
        let Some(astray) = self.astray(outgoing.route, outgoing.to.ip()) else {
            return self.udp_emit(env, id, outgoing, parts);
        };
        if astray == Astray::Nowhere && is_to_many(outgoing.to.ip()) {
            // Nobody need be asked where that is; and no copy comes back, as the route is not a group's.
            self.udp_emit(env, id, outgoing, parts)?;
            if let Some(Packet { body: Wire::Udp(datagram), .. }) = env.out.packets.last_mut() {
                datagram.marks.insert(Marks::QUIET);
            }
            return Ok(());
        }
        if astray == Astray::Nowhere {
            if let Body::Udp(udp) = &mut self.sockets[id].body {
                udp.stuck += outgoing.gathered.truesize;
            }
            return Ok(());
        }
        self.udp_comes_back(env, id, outgoing, parts, interface_of(outgoing.to.ip()))
    }

    /// Its route is the packet's still when it comes back (`ip_rcv_finish_core`), by that interface.
    fn udp_comes_back(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        outgoing: &udp::Outgoing,
        parts: &[&[u8]],
        device: u32,
    ) -> Result<(), SendError> {
        self.udp_emit(env, id, outgoing, parts)?;
        if let Some(Packet { body: Wire::Udp(datagram), .. }) = env.out.packets.pop() {
            match self.udp_found(outgoing.from, outgoing.to, device) {
                Some(id) => self.udp_deliver(env, id, outgoing.from, outgoing.to, datagram),
                None => env.out.pool.give(datagram.payload),
            }
        }
        Ok(())
    }

    /// One packet, or as many as UDP_SEGMENT has it cut into.
    fn udp_emit(
        &self,
        env: &mut Env<'_>,
        id: SocketId,
        outgoing: &udp::Outgoing,
        parts: &[&[u8]],
    ) -> Result<(), SendError> {
        let len = parts.iter().map(|part| part.len()).sum();
        let socket = &self.sockets[id];
        let (to, is_ipv4) = (outgoing.to.ip(), outgoing.to.is_ipv4());
        let mut marks = Marks::empty();
        marks.set(Marks::NEAR, outgoing.from.ip().is_loopback() || outgoing.device == LO);
        marks.set(Marks::BY_LO, outgoing.device == LO);
        marks.set(Marks::QUIET, !marks.contains(Marks::NEAR) && socket.is_quiet_to(to));
        marks.set(Marks::UNSUMMED, !is_ipv4 && socket.has_udp(RareSwitches::UDP_NO_CHECK6_TX));
        let is_by_hand = outgoing.is_gathered || outgoing.gathered.is_in_fragments();
        marks.set(Marks::SUMMED_BY_HAND, is_by_hand && !socket.options.switches.contains(Switches::NO_CHECK));
        let mut send = |parts: &[&[u8]]| {
            let datagram = Datagram {
                src_port: outgoing.from.port(),
                dst_port: outgoing.to.port(),
                hop_limit: outgoing.hop_limit,
                traffic_class: outgoing.traffic_class,
                truesize: if outgoing.segment == 0 { outgoing.gathered.truesize as u32 } else { 0 },
                saved: outgoing.gathered.saved() as u16,
                fragment: outgoing.gathered.longest_fragment(),
                marks,
                tags: outgoing.tags,
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
            self.udp_may_segment(id, outgoing, len)?;
        }
        let is_brought_back = outgoing.device == LO && is_ipv4;
        if !is_brought_back && !self.is_found_by(outgoing.device, to) && !is_to_many(to) {
            // By an interface behind which nobody has that address.
            return Ok(());
        }
        if segment == 0 || len <= segment {
            send(parts);
        } else {
            parts.concat().chunks(segment).for_each(|data| send(&[data]));
        }
        Ok(())
    }

    /// The checks of `udp_send_skb` and `udp_v6_send_skb`.
    fn udp_may_segment(&self, id: SocketId, outgoing: &udp::Outgoing, len: usize) -> Result<(), SendError> {
        /// UDP_MAX_SEGMENTS, since Linux 6.9.
        const MOST: usize = 128;
        let options = &self.sockets[id].options;
        let segment = usize::from(outgoing.segment);
        let (header, no_checksum) = match outgoing.to.ip() {
            IpAddr::V4(_) => (20 + 8, options.switches.contains(Switches::NO_CHECK)),
            IpAddr::V6(_) => (40 + 8, options.rare().switches.contains(RareSwitches::UDP_NO_CHECK6_TX)),
        };
        let mtu = if self.owns(outgoing.route) { 65_535 } else { 1500 };
        if header + len.min(segment) > mtu {
            return Err(SendError::TooLong);
        }
        if len > segment * MOST || no_checksum { Err(SendError::Segments) } else { Ok(()) }
    }

    /// Hop limit and traffic class of a packet to there, as the options have them.
    fn usual_header(&self, id: SocketId, to: IpAddr) -> (u8, u8) {
        let options = &self.sockets[id].options;
        match to {
            IpAddr::V4(v4) if v4.is_multicast() => (options.rare().multicast_ttl as u8, options.tos),
            IpAddr::V6(v6) if v6.is_multicast() => (options.rare().v6_multicast_hops as u8, options.tclass),
            to => (self.hop_limit(options, to), if to.is_ipv4() { options.tos } else { options.tclass }),
        }
    }
}

impl Socket {
    pub(super) fn has_udp(&self, switch: RareSwitches) -> bool {
        self.options.has_rare() && self.options.rare().switches.contains(switch)
    }

    /// IP_MULTICAST_LOOP is off.
    fn is_quiet_to(&self, to: IpAddr) -> bool {
        to.is_multicast()
            && self.options.switches.contains(match to {
                IpAddr::V4(_) => Switches::NO_MULTICAST_LOOP,
                IpAddr::V6(_) => Switches::V6_NO_MULTICAST_LOOP,
            })
    }
}

fn is_to_many(to: IpAddr) -> bool {
    to.is_multicast() || Host::is_broadcast(to)
}

fn is_group4(ip: IpAddr) -> bool {
    ip.is_ipv4() && ip.is_multicast()
}
