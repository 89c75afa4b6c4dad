//! SO_BINDTODEVICE, as TCP has it: which packets a bound socket takes, and which of its own find a way.
//!
//! An address of the loopback is `lo`'s and any other `eth0`'s, also where a host talks to itself: what comes to one counts as come by its
//! interface (`__mkroute_output` keeps it in `rt_iif`, and `ip6_rcv_core` in the control block).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Flow, Host, SocketOptions};
use crate::base::SocketId;

impl SocketOptions {
    /// Whether packets from or to that address are for the interface the socket is bound to (`inet_sk_bound_dev_eq`).
    pub(crate) fn is_by_device_of(&self, ip: IpAddr) -> bool {
        let device = self.rare().device;
        device == 0 || device == if ip.is_loopback() { 1 } else { 2 }
    }

    /// Whether this option divides two sockets that would be in conflict (`inet_bind_conflict`).
    pub(super) fn is_by_another_device(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.rare().device, other.rare().device);
        ours != 0 && theirs != 0 && ours != theirs
    }
}

impl Host {
    /// Whether what a bound socket sends arrives anywhere. Through `lo` any IPv4 packet comes back, to whoever has the address
    /// (`__mkroute_output`: RTCF_LOCAL).
    pub(super) fn finds_way(&self, options: &SocketOptions, to: IpAddr) -> bool {
        options.is_by_device_of(to) || options.rare().device == 1 && to.is_ipv4() && self.owns(to)
    }

    /// A connection is bound to another device than before: it takes what comes by that one (`inet_match`), and sends into nothing if nothing
    /// leads that way to its peer (`__ip_queue_xmit` without a route).
    pub(super) fn tcp_device_is_set(&mut self, id: SocketId) {
        let socket = &self.sockets[id];
        let (Some(local), Some(remote)) = (socket.local, socket.remote) else { return };
        let (hears, speaks) =
            (socket.options.is_by_device_of(local.ip()), self.finds_way(&socket.options, remote.ip()));
        let socket = &mut self.sockets[id];
        let Some(connection) = socket.connection_mut().filter(|connection| !connection.is_finished()) else { return };
        let nowhere: IpAddr =
            if remote.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        connection.set_way(if speaks { remote.ip() } else { nowhere });
        let flow = Flow::new(local, remote);
        match self.flows.get(&flow) {
            Some(&found) if found == id && !hears => self.remove_flow(&flow),
            None if hears => drop(self.flows.insert(flow, id)),
            _ => {}
        }
    }
}
