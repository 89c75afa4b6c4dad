//! Errors of datagrams: told at once, or queued for MSG_ERRQUEUE. `__udp4_lib_err`, `__udp6_lib_err`; `ip_icmp_error`,
//! `ipv6_icmp_error`; `ip_local_error`, `ipv6_local_error`.

use std::net::{IpAddr, SocketAddr};

use super::{
    Body, Env, Host, Socket, Switches,
    address::{ETH0, LO},
    ports::Space,
    udp_limits::discover,
};
use crate::{
    base::SocketId,
    proto::udp::{Failure, Report, Told},
    wire::{Datagram, Icmp, Packet, Payload, Unreachable},
};

impl Host {
    /// An ICMP error about a datagram: the socket is told that would take the answer. Without IP_RECVERR only if it is connected, and
    /// the error a hard one.
    pub(super) fn udp_error(&mut self, env: &mut Env<'_>, (offender, to): (IpAddr, IpAddr), icmp: Icmp) {
        let is_ipv4 = icmp.quoted_dst.is_ipv4();
        let (kind, code, info) = icmp.type_code_and_word();
        let Icmp { reason, quoted_src, quoted_dst, .. } = icmp;
        // By which interface the message came; of IPv6, that has the address.
        let is_near = if is_ipv4 { self.owns(offender) } else { to.is_loopback() };
        let device = if is_near { LO } else { ETH0 };
        let Some(id) = self.udp_found(quoted_dst, quoted_src, device) else { return };
        // A tunnel's end has no program that wants to know (`__udp4_lib_err_encap`).
        if self.sockets[id].options.has_rare() && self.sockets[id].options.rare().udp_encap != 0 {
            return;
        }
        let discovers = discovers_mtu(&self.sockets[id], is_ipv4);
        let (failure, is_hard) = match reason {
            // `ipv4_sk_update_pmtu` and nothing more.
            Unreachable::TooBig { .. } if is_ipv4 && !discovers => return,
            Unreachable::TooBig { .. } => (Failure::TooLong, discovers),
            reason => converted(reason, is_ipv4),
        };
        let socket = &mut self.sockets[id];
        let reports = wants_reports(socket, is_ipv4);
        let is_connected = socket.remote.is_some();
        let Body::Udp(udp) = &mut socket.body else { return };
        let was_stuck = reason == Unreachable::Host && std::mem::take(&mut udp.stuck) > 0;
        if reports {
            let told = Told { at: env.now, kind, code, offender, to, traffic_class: icmp.traffic_class() };
            udp.report(Report { failure, about: quoted_dst, info, icmp: Some(told), data: icmp.quoted_data });
        } else if !is_hard || !is_connected {
            if was_stuck {
                self.wake(env, id);
            }
            return;
        }
        udp.fail(failure);
        self.wake(env, id);
    }

    /// A datagram waits until it is known that there is no such neighbour: as long, its sender is charged.
    #[cold]
    pub(crate) fn udp_waits_for_neighbour(&mut self, packet: &Packet, datagram: &Datagram) {
        let is_its = |id: &&SocketId| {
            let local = self.sockets[**id].local.map(|local| local.ip());
            local.is_some_and(|local| local == packet.src || local.is_unspecified())
        };
        // (What was gathered for IPv6 before its socket was connected to IPv4 comes from neither address.)
        let users = self.users(Space::Udp, datagram.src_port);
        if let Some(id) = users.iter().find(is_its).or(users.first()).copied()
            && let Body::Udp(udp) = &mut self.sockets[id].body
        {
            udp.stuck += datagram.truesize as usize;
        }
    }

    /// A datagram was too long to be sent: queued, if the socket wants to know.
    pub(super) fn udp_too_long(&mut self, env: &mut Env<'_>, id: SocketId, about: SocketAddr, mtu: usize) {
        let socket = &mut self.sockets[id];
        if !wants_reports(socket, about.is_ipv4()) {
            return;
        }
        // IPv4's names the port that the socket is connected to, whatever the datagram's.
        let port = socket.remote.map_or(0, |remote| remote.port());
        let about = if about.is_ipv4() { SocketAddr::new(about.ip(), port) } else { about };
        let Body::Udp(udp) = &mut socket.body else { return };
        udp.report(Report { failure: Failure::TooLong, about, info: mtu as u32, icmp: None, data: Payload::default() });
        self.wake(env, id);
    }
}

/// IP_RECVERR of a packet of IPv4, IPV6_RECVERR of one of IPv6.
fn wants_reports(socket: &Socket, is_ipv4: bool) -> bool {
    socket.options.switches.contains(if is_ipv4 { Switches::RECVERR } else { Switches::V6_RECVERR })
}

fn discovers_mtu(socket: &Socket, is_ipv4: bool) -> bool {
    let rare = socket.options.rare();
    let discover = if is_ipv4 { rare.mtu_discover } else { rare.v6_mtu_discover };
    discover.unwrap_or(discover::WANT) != discover::DONT
}

/// `icmp_err_convert` and `icmpv6_err_convert`: what it is called, and whether it is fatal.
fn converted(reason: Unreachable, is_ipv4: bool) -> (Failure, bool) {
    match reason {
        Unreachable::Network => (Failure::NetUnreachable, false),
        Unreachable::Host => (Failure::HostUnreachable, false),
        Unreachable::Prohibited if is_ipv4 => (Failure::HostUnreachable, true),
        Unreachable::Prohibited => (Failure::Prohibited, true),
        Unreachable::Protocol if is_ipv4 => (Failure::ProtocolUnreachable, true),
        Unreachable::Protocol => (Failure::ParameterProblem, true),
        Unreachable::Port => (Failure::Refused, true),
        Unreachable::TooBig { .. } => (Failure::TooLong, true),
    }
}
