//! Datagrams that arrive: whose they are. `__udp4_lib_rcv` and `__udp6_lib_rcv`, `__udp4_lib_lookup` and `__udp6_lib_lookup`.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::{
    Body, Env, Family, Host, RareSwitches, Socket, Switches,
    address::{ETH0, LO, interface_of},
    ports::{self, Space},
};
use crate::{
    base::SocketId,
    net::DropReason,
    proto::{skb::Gathered, udp::Arrival},
    wire::{Body as Wire, Datagram, Icmp, Marks, Packet, Unreachable},
};

impl Host {
    pub(super) fn udp_input(&mut self, env: &mut Env<'_>, from: SocketAddr, to: SocketAddr, datagram: Datagram) {
        if to.ip().is_multicast() || Self::is_broadcast(to.ip()) {
            return self.udp_to_many(env, from, to, datagram);
        }
        let device = if datagram.marks.contains(Marks::BY_LO) { LO } else { interface_of(to.ip()) };
        let receiver = self.udp_found(from, to, device);
        // Not even refused (`udp6_csum_zero_error`).
        let is_taken = !datagram.marks.contains(Marks::UNSUMMED)
            || receiver.is_some_and(|id| self.sockets[id].has_udp(RareSwitches::UDP_NO_CHECK6_RX));
        if !is_taken {
            return env.out.pool.give(datagram.payload);
        }
        let Some(id) = receiver else {
            return Self::udp_refuse(env, from, to, datagram);
        };
        self.udp_deliver(env, id, from, to, datagram);
    }

    fn udp_refuse(env: &mut Env<'_>, from: SocketAddr, to: SocketAddr, datagram: Datagram) {
        let icmp = Icmp::about_datagram(Unreachable::Port, (from, to), &datagram, &mut env.out.pool);
        env.out.pool.give(datagram.payload);
        env.out.packets.push(Packet { src: to.ip(), dst: from.ip(), body: Wire::Icmp(Box::new(icmp)) });
    }

    /// `__udp4_lib_mcast_deliver`: a copy for each, and nobody is told if there is none.
    pub(super) fn udp_to_many(&mut self, env: &mut Env<'_>, from: SocketAddr, to: SocketAddr, datagram: Datagram) {
        let is_near = to.ip().is_loopback() || datagram.marks.contains(Marks::NEAR);
        let device = if is_near { LO } else { ETH0 };
        if self.hears_group(from.ip(), to.ip(), device.cast_signed()) {
            return self.udp_to_all(env, from, to, device, datagram);
        }
        env.out.pool.give(datagram.payload);
    }

    /// To all who hear it on that interface.
    pub(super) fn udp_to_all(
        &mut self,
        env: &mut Env<'_>,
        from: SocketAddr,
        to: SocketAddr,
        device: u32,
        datagram: Datagram,
    ) {
        let takes = |id: &SocketId| self.sockets[*id].hears_many(from, to, device.cast_signed());
        let receivers: Vec<_> = self.users(Space::Udp, to.port()).iter().copied().filter(takes).collect();
        for id in receivers {
            let payload = env.out.pool.payload(&[&datagram.payload]);
            self.udp_deliver(env, id, from, to, Datagram { payload, ..datagram });
        }
        env.out.pool.give(datagram.payload);
    }

    /// Whether this host takes what is sent to a group: if a socket is in it on that interface, or all are (`ip_check_mc_rcu`).
    pub(super) fn hears_group(&self, from: IpAddr, to: IpAddr, device: i32) -> bool {
        let is_everybodys = match to {
            IpAddr::V4(v4) => !v4.is_multicast() || v4.octets() == [224, 0, 0, 1],
            IpAddr::V6(v6) => matches!(v6.octets(), [0xff, 1 | 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        };
        is_everybodys || self.sockets.values().any(|socket| socket.membership(to, device, from) == Some(true))
    }

    pub(super) fn udp_deliver(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        from: SocketAddr,
        to: SocketAddr,
        datagram: Datagram,
    ) {
        let is_own = self.owns(from.ip());
        let socket = &mut self.sockets[id];
        let switches = socket.options.switches;
        // `ipv4_pktinfo_prepare`: only who wants to know by then is told.
        let of_v6 = Switches::V6_RECVPKTINFO | Switches::V6_2292PKTINFO;
        let is_prepared =
            switches.contains(Switches::PKTINFO) || socket.family == Family::Inet6 && switches.intersects(of_v6);
        let is_esp = socket.options.has_rare() && {
            let rare = socket.options.rare();
            rare.udp_encap != 0 && rare.udp_looks_for_esp
        };
        let Body::Udp(udp) = &mut socket.body else { return };
        let Datagram { hop_limit, traffic_class, truesize, saved, fragment, marks, tags, payload, .. } = datagram;
        if is_esp && payload[..] == KEEPALIVE {
            return env.out.pool.give(payload);
        }
        if is_esp && is_encapsulated(&payload) {
            // There is nobody who knows IPsec (`xfrm4_rcv_encap`, `xfrm6_rcv_encap`). What is shorter than its IP header is not even
            // asked about (`__xfrm4_udp_encap_rcv`, `__xfrm6_udp_encap_rcv`: "packet is too small").
            let header = if to.is_ipv4() { 20 } else { 40 };
            if payload.len() < header {
                return env.out.pool.give(payload);
            }
            let datagram = Datagram { payload, ..datagram };
            return Self::udp_refuse(env, from, to, datagram);
        }
        let charge = match truesize as usize {
            0 => Gathered::whole(to.is_ipv4(), 1500, payload.len()),
            known => known - usize::from(saved),
        };
        let tags = if is_own { tags } else { [0; 2] };
        let (at, to_many) = (env.now, to.ip().is_multicast() || Self::is_broadcast(to.ip()));
        let was_seen = false;
        // CHECKSUM_BREAK: so much is summed when it comes.
        let has_sum = marks.contains(Marks::SUMMED_BY_HAND).then_some(payload.len() + 8 <= 76);
        let arrival = Arrival {
            from,
            to,
            at,
            hop_limit,
            traffic_class,
            is_prepared,
            fragment,
            is_near: to.ip().is_loopback() || marks.contains(if to_many { Marks::NEAR } else { Marks::BY_LO }),
            was_seen,
            tags,
            has_sum,
            truesize: charge,
            payload,
        };
        match udp.deliver(arrival) {
            Ok(()) => self.wake(env, id),
            Err(Arrival { payload, .. }) => {
                let datagram = Datagram { payload, ..datagram };
                let packet = Packet { src: from.ip(), dst: to.ip(), body: Wire::Udp(datagram) };
                env.refused.push((DropReason::BufferFull, packet));
            }
        }
    }

    /// The socket a datagram is for that came by that interface: one with the very address before a wildcard, then the one that says most
    /// about it, and of equals the one that bound last (`compute_score`).
    pub(super) fn udp_found(&self, from: SocketAddr, to: SocketAddr, device: u32) -> Option<SocketId> {
        let users = self.users(Space::Udp, to.port()).iter().copied();
        users
            .filter_map(|id| Some((self.sockets[id].score(from, to, device)?, id)))
            .max_by_key(|(score, _)| *score)
            .map(|(_, id)| id)
    }
}

impl Socket {
    fn score(&self, from: SocketAddr, to: SocketAddr, device: u32) -> Option<(bool, u8)> {
        let local = self.local?.ip();
        let is_taken = ports::reaches(to.ip(), local)
            && ports::family_fits(self.family, self.options.v6only, to.ip())
            && matches!(self.options.device(), bound if bound == 0 || bound == device)
            && self.hears(from);
        let device = u8::from(self.options.has_rare() && self.options.device() != 0);
        let has_peer = self.remote.is_some() || to.is_ipv6() && self.peer6().is_some();
        let peer = u8::from(has_peer) + u8::from(self.remote.is_some_and(|remote| remote.port() != 0));
        let score = match to {
            // An IPv4 socket is half a peer better.
            SocketAddr::V4(_) => 4 * (peer + device) + u8::from(self.family == Family::Inet),
            SocketAddr::V6(_) => peer + device,
        };
        is_taken.then_some((!local.is_unspecified(), score))
    }

    /// Whether it takes what comes from there: from its peer, or the last it had. No port is compared with 0 (`compute_score`).
    fn hears(&self, from: SocketAddr) -> bool {
        let port = self.remote.map_or(0, |remote| remote.port());
        let is_peer = match from.ip() {
            IpAddr::V6(from) => self.peer6().is_none_or(|peer| peer == from),
            from => self.remote.is_none_or(|remote| remote.ip() == from),
        };
        is_peer && (port == 0 || port == from.port())
    }

    fn peer6(&self) -> Option<Ipv6Addr> {
        match &self.body {
            Body::Udp(udp) => udp.peer6,
            _ => None,
        }
    }

    /// `__udp_is_mcast_sock`, `__udp_v6_is_mcast_sock`.
    fn hears_many(&self, from: SocketAddr, to: SocketAddr, device: i32) -> bool {
        let Some(local) = self.local else { return false };
        let hears_all = match to {
            SocketAddr::V4(_) => !self.options.switches.contains(Switches::NO_MULTICAST_ALL),
            SocketAddr::V6(_) => !self.options.switches.contains(Switches::V6_NO_MULTICAST_ALL),
        };
        ports::reaches(to.ip(), local.ip())
            && ports::family_fits(self.family, self.options.v6only, to.ip())
            && matches!(self.options.rare().device, bound if bound == 0 || bound == device)
            && self.hears(from)
            && (!to.ip().is_multicast() || self.membership(to.ip(), device, from.ip()).unwrap_or(hears_all))
    }

    /// Whether a member of that group takes what comes from there; none, if the socket is no member (`ip_mc_sf_allow`, `inet6_mc_check`).
    fn membership(&self, group: IpAddr, device: i32, from: IpAddr) -> Option<bool> {
        let joined = &self.options.rare().memberships;
        let is_it = |of: &&super::Membership| of.group == group && of.interface == device;
        joined.iter().find(is_it).map(|of| of.includes == of.sources.contains(&from))
    }
}

/// What keeps a NAT's entry alive (RFC 3948 section 2.3).
const KEEPALIVE: [u8; 1] = [0xff];

/// What is taken for IPsec: a packet with an SPI (`__xfrm4_udp_encap_rcv`).
fn is_encapsulated(payload: &[u8]) -> bool {
    const HEADER: usize = 8;
    payload.len() > HEADER && payload[..4] != [0; 4]
}
