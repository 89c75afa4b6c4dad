//! Packets that arrive: which socket they are for, and what answers those that are for none.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::{Body, Env, Family, Flow, Host, Socket, Switches, Tcp, fast_open, ports, socket::Rest};
use crate::{
    base::SocketId,
    net::DropReason,
    proto::tcp,
    wire::{Body as Wire, Flags, Icmp, Packet, Segment, Unreachable},
};

/// No path is believed to carry less: `net.ipv4.route.min_pmtu` (552), and RFC 8200 section 5 for IPv6.
const MIN_PMTU: u32 = 552;
const MIN_IPV6_MTU: u32 = 1280;

impl Host {
    /// Takes a packet that is addressed to this host.
    pub(crate) fn input(&mut self, env: &mut Env<'_>, packet: Packet) {
        let Packet { src, dst, body } = packet;
        match body {
            Wire::Tcp(segment) => {
                let from = SocketAddr::new(src, segment.src_port);
                let to = SocketAddr::new(dst, segment.dst_port);
                self.tcp_input(env, from, to, segment);
            }
            Wire::Udp(datagram) => {
                let from = SocketAddr::new(src, datagram.src_port);
                let to = SocketAddr::new(dst, datagram.dst_port);
                self.udp_input(env, from, to, datagram);
            }
            Wire::Icmp(icmp) => self.icmp_input(env, (src, dst), *icmp),
        }
    }

    /// `tcp_v4_rcv`: a connection, else a listener, else a reset.
    fn tcp_input(&mut self, env: &mut Env<'_>, from: SocketAddr, to: SocketAddr, segment: Segment) {
        let mut successor = None;
        let flow = self.flow(to, from);
        if let Some(id) = flow.or_else(|| self.flow_by_foreign_route(from, to)) {
            // A new connection may begin where an old one lies in TIME_WAIT (RFC 9293 section 3.6.1), if somebody listens. If nobody
            // does, the old one answers (TCP_TW_SYN of `tcp_v4_rcv`).
            let takes_over = self.sockets[id].connection().is_some_and(|old| old.time_wait_accepts(&segment))
                && self.listener_for(from, to).is_some();
            if !takes_over {
                return self.tcp_segment(env, id, from, to, segment);
            }
            successor = self.sockets[id].connection().map(tcp::Connection::successor);
            self.end_time_wait(id);
        }
        match self.listener_for(from, to) {
            Some(listener) => self.tcp_syn(env, listener, from, to, segment, successor),
            None if self.came_by_foreign_route(from, to) => env.out.pool.give(segment.payload),
            None => self.tcp_refuse(env, from, to, segment),
        }
    }

    fn tcp_segment(&mut self, env: &mut Env<'_>, id: SocketId, from: SocketAddr, to: SocketAddr, segment: Segment) {
        if self.is_left_behind(id) {
            self.drop_embryo(id);
            return self.tcp_input(env, from, to, segment);
        }
        if self.minds_headers {
            return self.tcp_segment_with_header(env, id, from, to, segment);
        }
        self.tcp_segment_taken(env, id, from, to, segment);
    }

    /// Where somebody looks at what IP's header says.
    #[cold]
    fn tcp_segment_with_header(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        from: SocketAddr,
        to: SocketAddr,
        segment: Segment,
    ) {
        if !self.is_near_enough(id, from, &segment) {
            return Self::drop_segment(env, DropReason::HopLimit, from, to, segment);
        }
        let (end, hop_limit) = (segment.seq + segment.seq_len(), segment.hop_limit);
        self.tcp_segment_taken(env, id, from, to, segment);
        if let Some(socket) = self.sockets.get_mut(id).filter(|_| from.is_ipv6()) {
            socket.note_of_segment(to.ip(), end, hop_limit);
        }
    }

    #[inline(always)] // for who looks at no header
    fn tcp_segment_taken(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        from: SocketAddr,
        to: SocketAddr,
        segment: Segment,
    ) {
        if segment.flags.contains(Flags::SYN) {
            return self.syn_for_connection(env, id, from, to, segment);
        }
        if let Body::Tcp(Tcp::Connection { connection, parent: Some(parent) }) = &self.sockets[id].body
            && connection.is_embryo()
            && !segment.flags.contains(Flags::RST)
        {
            let parent = *parent;
            if self.accept_queue_is_full(parent) {
                return self.put_aside(env, id, from, to, segment);
            }
            self.inherit_anew(env, id, parent);
        }
        self.with_connection(env, id, |connection, cx| connection.on_segment(cx, segment));
    }

    /// The last segment of the handshake is not looked at; the peer believes it is connected, and will send again
    /// (`tcp_v4_syn_recv_sock`, exit_overflow); or, if the administrator wants it so, it is told (`tcp_check_req`).
    #[cold]
    fn put_aside(&mut self, env: &mut Env<'_>, id: SocketId, from: SocketAddr, to: SocketAddr, segment: Segment) {
        let denied = self.sockets[id].connection().and_then(|connection| connection.is_denied_by_cookie(&segment));
        if denied.unwrap_or(self.settings.tcp().abort_on_overflow) {
            self.with_connection(env, id, |connection, _| connection.refuse());
            return self.tcp_refuse(env, from, to, segment);
        }
        if let Body::Tcp(Tcp::Connection { connection, .. }) = &mut self.sockets[id].body {
            connection.put_aside();
        }
        Self::drop_segment(env, DropReason::BacklogFull, from, to, segment);
    }

    /// IP_MINTTL and IPV6_MINHOPCOUNT (`tcp_v4_rcv`, `tcp_v6_rcv`; RFC 5082): not asked of what ends a handshake, for the socket is not
    /// there yet, nor by TIME_WAIT.
    fn is_near_enough(&self, id: SocketId, from: SocketAddr, segment: &Segment) -> bool {
        let socket = &self.sockets[id];
        let rare = socket.options.rare();
        let least = if from.is_ipv4() { rare.min_ttl } else { rare.v6_min_hops };
        let is_asked =
            |connection: &tcp::Connection| !connection.is_embryo() && connection.state() != tcp::State::TimeWait;
        let is_asked = socket.connection().is_none_or(is_asked);
        segment.hop_limit >= least || !is_asked
    }

    #[cold]
    fn drop_segment(env: &mut Env<'_>, reason: DropReason, from: SocketAddr, to: SocketAddr, segment: Segment) {
        let packet = Packet { src: from.ip(), dst: to.ip(), body: Wire::Tcp(segment) };
        env.refused.push((reason, packet));
    }

    fn accept_queue_is_full(&self, id: SocketId) -> bool {
        matches!(&self.sockets.get(id), Some(Socket { body: Body::Tcp(Tcp::Listening(listener)), .. }) if listener.is_full())
    }

    /// A segment for a listener: RFC 9293 section 3.10.7.2. Only a SYN makes a connection; an ACK is refused, a RST ignored.
    fn tcp_syn(
        &mut self,
        env: &mut Env<'_>,
        listener: SocketId,
        from: SocketAddr,
        to: SocketAddr,
        segment: Segment,
        successor: Option<tcp::Successor>,
    ) {
        if self.minds_headers && !self.is_near_enough(listener, from, &segment) {
            return Self::drop_segment(env, DropReason::HopLimit, from, to, segment);
        }
        if segment.flags.contains(Flags::RST) {
            return env.out.pool.give(segment.payload);
        }
        if segment.flags.contains(Flags::ACK) {
            return self.tcp_refuse(env, from, to, segment);
        }
        // A SYN with a FIN is nobody's beginning: Linux drops it (`tcp_rcv_state_process`, TCP_LISTEN).
        if !segment.flags.contains(Flags::SYN) || segment.flags.contains(Flags::FIN) {
            return env.out.pool.give(segment.payload);
        }
        let parent = &self.sockets[listener];
        let Body::Tcp(Tcp::Listening(queue)) = &parent.body else { return };
        let welcome = queue.welcome(self.settings.tcp());
        if welcome == tcp::Welcome::Drop {
            return Self::drop_segment(env, DropReason::BacklogFull, from, to, segment);
        }
        if from.is_ipv6() && !self.finds_way(&parent.options, from.ip()) {
            // By the interface that the listener is bound to nothing leads back (`inet6_csk_route_req`).
            return env.out.pool.give(segment.payload);
        }
        let verdict = if self.serves_fast_open() && welcome == tcp::Welcome::Request {
            self.fast_open_verdict(env, listener, from, to, &segment)
        } else {
            fast_open::Verdict::default()
        };
        let parent = &self.sockets[listener];
        let (family, options, defer_accept) = (parent.family, parent.options.inherited(), parent.options.defer_accept);
        // What was shut before it listened is its children's, too (`sk_clone`).
        let Rest { read_shut, write_shut, scaling_ratio, .. } = parent.rest();
        let mut child = Socket::new(family, Body::Tcp(Tcp::Closed), options);
        child.addr_locked = parent.addr_locked;
        child.syn_hop_limit = segment.hop_limit;
        child.options.switches.insert(Switches::ACCEPTED);
        let hop_limit = self.hop_limit(&child.options, from.ip());
        let config = tcp::Config { defer_accept, hop_limit, scaling_ratio, ..super::tcp_config::config_of(&child) };
        let config = super::tcp_config::towards(self, from.ip(), config);
        let cx = &mut Self::cx(&self.settings, &mut self.isn_rng, env);
        let mut connection = if verdict.early {
            Box::new(tcp::Connection::accept_fast(cx, to, from, &segment, config, successor, verdict.cookie))
        } else {
            Box::new(tcp::Connection::accept(cx, to, from, &segment, config, successor, welcome, verdict.cookie))
        };
        if child.options.switches.contains(Switches::PINGPONG) {
            connection.set_quickack(cx, 0);
        }
        connection.inherit_shut(read_shut, write_shut);
        child.body = Body::Tcp(Tcp::Connection { connection, parent: Some(listener) });
        let child = self.sockets.insert(child);
        self.adopt(child, to, from);
        if let Body::Tcp(Tcp::Listening(queue)) = &mut self.sockets[listener].body {
            if verdict.early { queue.opened_early(child) } else { queue.syn_received(child) }
        }
        env.out.pool.give(segment.payload);
        self.after(env, child);
        if verdict.early {
            self.wake(env, listener);
        }
    }

    fn tcp_refuse(&mut self, env: &mut Env<'_>, from: SocketAddr, to: SocketAddr, segment: Segment) {
        // `tcp_v6_send_response` answers by the interface of the address that was meant, from which nothing leads to ::1.
        let may = from.ip() != IpAddr::V6(Ipv6Addr::LOCALHOST) || to.ip().is_loopback();
        if may {
            tcp::reset_for(&segment, to.ip(), from.ip(), &mut Self::cx(&self.settings, &mut self.isn_rng, env));
        }
        env.out.pool.give(segment.payload);
    }

    /// The listener a SYN is for: one bound to the very address before a wildcard, then one of the packet's own family, then
    /// the one that listened last (`__inet_lookup_listener`, `compute_score`). Those who share its address by SO_REUSEPORT take
    /// turns by a hash of the connection (`reuseport_select_sock`).
    fn listener_for(&self, from: SocketAddr, to: SocketAddr) -> Option<SocketId> {
        let listeners = self.ports.listeners.get(&to.port())?;
        let by_foreign_route = self.came_by_foreign_route(from, to);
        let score = |id: &SocketId| {
            let socket = &self.sockets[*id];
            let at = socket.local?.ip();
            let fits = ports::reaches(to.ip(), at)
                && ports::family_fits(socket.family, socket.options.v6only, to.ip())
                && socket.options.hears(to.ip(), by_foreign_route);
            let is_own_family = (socket.family == Family::Inet6) == to.is_ipv6();
            fits.then_some((at == to.ip(), u8::from(socket.options.rare().device != 0) + u8::from(is_own_family)))
        };
        if let [only] = listeners[..] {
            return score(&only).map(|_| only);
        }
        let best = listeners.iter().filter(|id| score(id).is_some()).max_by_key(|id| score(id))?;
        let chosen = &self.sockets[*best];
        if !chosen.options.reuseport {
            return Some(*best);
        }
        // `inet_reuseport_add_sock`: the same address, family, device and IPV6_V6ONLY.
        let key = |socket: &Socket| {
            let options = &socket.options;
            (socket.family, options.v6only, options.rare().device, socket.local.map(|local| local.ip()))
        };
        let shares = |id: &&SocketId| self.sockets[**id].options.reuseport && key(&self.sockets[**id]) == key(chosen);
        let group = listeners.iter().filter(shares).count() as u64;
        let flow = Flow::new(to, from);
        let hash = self.port_rng.keyed(flow.local, flow.remote, flow.ports.into()) >> 32;
        listeners.iter().filter(shares).nth(((hash * group) >> 32) as usize).copied()
    }

    /// The path to where a segment was sent carries less than it had (`ipv4_update_pmtu`, `tcp_v4_mtu_reduced`).
    fn tcp_too_big(&mut self, env: &mut Env<'_>, id: SocketId, icmp: &Icmp, mtu: u32) {
        let (headers, least) = if icmp.quoted_dst.is_ipv4() { (40, MIN_PMTU) } else { (60, MIN_IPV6_MTU) };
        let mss = u16::try_from(mtu.max(least) - headers).unwrap_or(u16::MAX);
        self.with_connection(env, id, |connection, cx| connection.on_too_big(cx, mss, icmp.quoted_seq));
    }

    /// An ICMP error reaches the socket whose packet it quotes.
    fn icmp_input(&mut self, env: &mut Env<'_>, header: (IpAddr, IpAddr), icmp: Icmp) {
        if !icmp.quoted_tcp {
            return self.udp_error(env, header, icmp);
        }
        let Some(id) = self.flow(icmp.quoted_src, icmp.quoted_dst) else { return };
        let failure = match icmp.reason {
            Unreachable::Network => tcp::Failure::NetUnreachable,
            Unreachable::Host | Unreachable::Prohibited => tcp::Failure::HostUnreachable,
            Unreachable::Protocol => tcp::Failure::ProtocolUnreachable,
            Unreachable::Port => tcp::Failure::Refused,
            Unreachable::TooBig { mtu } => return self.tcp_too_big(env, id, &icmp, mtu),
        };
        self.with_connection(env, id, |connection, cx| connection.on_icmp(cx, failure, icmp.quoted_seq));
    }
}
