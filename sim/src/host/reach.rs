//! Which packets a socket of TCP takes, and which of its own find a way: SO_BINDTODEVICE.
//!
//! An address of the loopback is `lo`'s and any other `eth0`'s, also where a host talks to itself: what comes to one counts as come by its
//! interface (`__mkroute_output` keeps it in `rt_iif`, and `ip6_rcv_core` in the control block).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{
    Env, Flow, Host, Socket, SocketOptions,
    address::{LO, LOOPBACK4_IPV6, interface_of},
    ports,
};
use crate::{
    base::SocketId,
    wire::{Body as Wire, Flags, Packet},
};

impl SocketOptions {
    /// The interface that the socket is bound to; 0: none.
    pub(crate) fn device(&self) -> u32 {
        self.rare().device.cast_unsigned()
    }

    /// Whether packets from or to that address are for the interface the socket is bound to (`inet_sk_bound_dev_eq`).
    pub(crate) fn is_by_device_of(&self, ip: IpAddr) -> bool {
        self.is_by_device(interface_of(ip))
    }

    fn is_by_device(&self, interface: u32) -> bool {
        let device = self.device();
        device == 0 || device == interface
    }

    /// As [`Self::is_by_device_of`], of a segment that may have come [by a foreign route](Host::came_by_foreign_route).
    pub(super) fn hears(&self, at: IpAddr, came_by_foreign_route: bool) -> bool {
        self.is_by_device(if came_by_foreign_route { LO } else { interface_of(at) })
    }

    /// Whether this option divides two sockets that would be in conflict (`inet_bind_conflict`).
    pub(super) fn is_by_another_device(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.rare().device, other.rare().device);
        ours != 0 && theirs != 0 && ours != theirs
    }
}

impl Host {
    /// Whether what a socket sends arrives anywhere. Through `lo` any IPv4 packet comes back, to whoever has the address (`__mkroute_output`:
    /// RTCF_LOCAL).
    pub(super) fn finds_way(&self, options: &SocketOptions, to: IpAddr) -> bool {
        self.is_found_by(options.device(), to)
    }

    pub(super) fn is_found_by(&self, device: u32, to: IpAddr) -> bool {
        device == 0 || device == interface_of(to) || device == LO && to.is_ipv4() && self.owns(to)
    }

    /// Whether a segment came by a route that is not local: from who is bound to `lo`, to an address of `eth0`. It counts as come by `lo`
    /// (`__mkroute_output`: `rt_iif`), and nobody is told there that no socket takes it (`tcp_v4_send_reset`: RTN_LOCAL).
    pub(super) fn came_by_foreign_route(&self, from: SocketAddr, to: SocketAddr) -> bool {
        self.binds_to_lo && to.is_ipv4() && !to.ip().is_loopback() && self.bound_to_lo(from, to).is_some()
    }

    /// Of two sockets of this host that are bound to `lo`, the one that a segment to an address of `eth0` is for.
    pub(super) fn flow_by_foreign_route(&self, from: SocketAddr, to: SocketAddr) -> Option<SocketId> {
        if self.came_by_foreign_route(from, to) { self.bound_to_lo(to, from) } else { None }
    }

    fn bound_to_lo(&self, local: SocketAddr, remote: SocketAddr) -> Option<SocketId> {
        let is_it = |id: &SocketId| {
            let socket = &self.sockets[*id];
            socket.options.device() == LO && (socket.local, socket.remote) == (Some(local), Some(remote))
        };
        self.users(ports::Space::Tcp, local.port()).iter().copied().find(is_it)
    }

    /// A connection of a socket that is bound to `lo` ends with a RST to another host's IPv4 address: that comes back to this one.
    #[cold]
    pub(super) fn note_reset_through_lo(&self, env: &mut Env<'_>, socket: &Socket) {
        let is_reset = |packet: &Packet| {
            packet.dst == Ipv4Addr::UNSPECIFIED
                && matches!(&packet.body, Wire::Tcp(segment) if segment.flags.contains(Flags::RST))
        };
        if let (Some(local), Some(remote)) = (socket.local, socket.remote)
            && socket.options.device() == LO
            && env.out.packets.last().is_some_and(is_reset)
        {
            env.out.note_reset(local, remote);
        }
    }

    /// Whether a packet is for a connection of this host, if it is a segment.
    #[cold]
    pub(crate) fn has_flow_of(&mut self, packet: &Packet) -> bool {
        let Wire::Tcp(segment) = &packet.body else { return true };
        let (from, to) = ((packet.src, segment.src_port).into(), (packet.dst, segment.dst_port).into());
        self.flow(to, from).or_else(|| self.flow_by_foreign_route(from, to)).is_some()
    }

    /// From where to where the segments of a connection are sent; to the unspecified address if they get nowhere, and of IPv4 also from it
    /// if there is no such interface, or from the broadcast address if it carries nothing from the loopback.
    ///
    /// Who was connected to an IPv4 address sends IPv4's packets ever after (`tcp_v6_connect` does not set `ipv6_specific` again), to where
    /// they were sent last, from what stands for the address of IPv6 that it is bound to (`__ip_queue_xmit`, LOOPBACK4_IPV6).
    pub(super) fn way_of_segments(&self, id: SocketId, local: IpAddr, remote: IpAddr) -> (IpAddr, IpAddr) {
        let socket = &self.sockets[id];
        match socket.options.rare().last_v4 {
            Some(last) if remote.is_ipv6() => {
                let has_address = socket.addr_locked && !socket.options.rare().has_lost_address;
                let bound = has_address.then_some(LOOPBACK4_IPV6);
                let way = self.way(last.into(), bound.map(IpAddr::V4), &socket.options, socket.options.device(), true);
                way.map_or((local, Ipv4Addr::UNSPECIFIED.into()), |way| (way.source, way.to))
            }
            _ if self.finds_way(&socket.options, remote) => (local, remote),
            _ if remote.is_ipv4() => {
                let device = socket.options.device();
                let from = match local {
                    _ if self.interface_name(device).is_none() => Ipv4Addr::UNSPECIFIED.into(),
                    // `__mkroute_output`
                    local if local.is_loopback() && device != LO => Ipv4Addr::BROADCAST.into(),
                    local => local,
                };
                (from, Ipv4Addr::UNSPECIFIED.into())
            }
            _ => (local, Ipv6Addr::UNSPECIFIED.into()),
        }
    }

    /// Whether a connection that has lost its route (`sk_dst_reset`) has sent since, by another.
    pub(crate) fn has_found_route_again(&self, socket: &Socket) -> bool {
        let Some(connection) = socket.connection() else { return false };
        let remote = socket.remote.map_or(connection.remote_ip(), |remote| remote.ip());
        let options = &socket.options;
        // By `lo` IPv4 sends to everybody.
        let finds_way = self.finds_way(options, remote) || options.device() == LO && remote.is_ipv4();
        options.rare().route_forgotten_at != Some(connection.segments_sent()) && finds_way
    }

    /// A segment has found no way at all: of IPv6 that is remembered (`inet6_csk_xmit`).
    #[cold]
    pub(crate) fn tcp_found_no_way(&mut self, packet: &Packet) {
        let Wire::Tcp(segment) = &packet.body else { return };
        let users = self.users(ports::Space::Tcp, segment.src_port).to_vec();
        let is_its = |socket: &Socket| socket.remote.is_some_and(|remote| remote.port() == segment.dst_port);
        for id in users.into_iter().filter(|_| packet.dst.is_ipv6()) {
            if let Some(socket) = self.sockets.get_mut(id).filter(|socket| is_its(socket))
                && let Some(connection) = socket.connection_mut()
            {
                connection.found_no_way();
            }
        }
    }

    /// The options of a connection are others than before: it takes what comes by its device (`inet_match`), and sends
    /// into nothing if nothing leads to its peer (`__ip_queue_xmit` without a route).
    pub(super) fn tcp_reach_is_set(&mut self, id: SocketId) {
        let socket = &self.sockets[id];
        let (Some(local), Some(remote), options) = (socket.local, socket.remote, &socket.options) else { return };
        let way = self.way_of_segments(id, local.ip(), remote.ip());
        let hears = options.is_by_device_of(local.ip());
        let socket = &mut self.sockets[id];
        let Some(connection) = socket.connection_mut().filter(|connection| !connection.is_finished()) else { return };
        connection.set_way(way);
        let flow = Flow::new(local, remote);
        match self.flows.get(&flow) {
            Some(&found) if found == id && !hears => self.remove_flow(&flow),
            None if hears => drop(self.flows.insert(flow, id)),
            _ => {}
        }
    }
}
