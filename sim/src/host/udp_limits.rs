//! How long a datagram may be, and how long its fragments are: `ip_setup_cork` and `__ip_append_data`, `ip6_setup_cork` and
//! `__ip6_append_data`.

use std::net::IpAddr;

use super::{Host, How, Switches, Way, address::LO};
use crate::{base::SocketId, proto::udp::Outgoing};

/// IP_PMTUDISC_*, which IPV6_PMTUDISC_* are, too.
pub(super) mod discover {
    pub(in crate::host) const DONT: u8 = 0;
    pub(in crate::host) const WANT: u8 = 1;
    pub(in crate::host) const DO: u8 = 2;
    pub(in crate::host) const PROBE: u8 = 3;
    pub(in crate::host) const OMIT: u8 = 5;
}

/// IP_MAX_MTU: the longest packet of IPv4; IP6_MAX_MTU.
const LONGEST_V4: usize = 65_535;
const LONGEST_V6: usize = 65_535 + 40;
/// UDP's.
const UDP: usize = 8;

/// Of a datagram on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Limits {
    /// Of a fragment; what a program is told of the path.
    pub(crate) mtu: usize,
    /// IP's header, with its options.
    pub(crate) header: usize,
    /// It may not be cut into fragments, whatever IPV6_MTU_DISCOVER says (IPV6_DONTFRAG).
    pub(crate) is_whole: bool,
}

impl Host {
    /// What is settled when a datagram begins to be gathered.
    pub(super) fn udp_limits(&self, id: SocketId, way: Way, how: &How) -> Limits {
        let options = &self.sockets[id].options;
        let rare = options.rare();
        let segments = how.segment.unwrap_or(rare.udp_segment) > 0;
        let device = self.device_mtu(way, how.route.unwrap_or(way.to));
        match way.to {
            IpAddr::V4(_) => {
                let discover = rare.mtu_discover.unwrap_or(discover::WANT);
                // `ip_sk_use_pmtu`
                let path = if discover < discover::PROBE { device.min(LONGEST_V4) } else { device };
                let mtu = if segments { LONGEST_V4 } else { path };
                let header = 20 + rare.blob(libc::IPPROTO_IP, libc::IP_OPTIONS).len();
                Limits { mtu, header, is_whole: false }
            }
            IpAddr::V6(_) => {
                let path = device.min(rare.v6_frag_size.unwrap_or(device));
                let mtu = if segments { LONGEST_V6 } else { path };
                let is_whole = how.dont_fragment.unwrap_or(options.switches.contains(Switches::V6_DONTFRAG));
                Limits { mtu, header: 40, is_whole }
            }
        }
    }

    /// How many bytes of data it may have, as IP_MTU_DISCOVER and IPV6_MTU_DISCOVER are when the data comes.
    pub(super) fn udp_most(&self, id: SocketId, outgoing: &Outgoing) -> usize {
        let rare = self.sockets[id].options.rare();
        let (discover, longest) =
            if outgoing.to.is_ipv4() { (rare.mtu_discover, LONGEST_V4) } else { (rare.v6_mtu_discover, LONGEST_V6) };
        let discover = discover.unwrap_or(discover::WANT);
        // `ip_sk_ignore_df`
        let fragments = discover < discover::DO || discover == discover::OMIT;
        let most = if fragments && !outgoing.is_whole { longest } else { outgoing.gathered.mtu() };
        most - outgoing.gathered.header() - UDP
    }

    /// Of the interface that the route leads to, wherever the packet is for: loopback's, and Ethernet's.
    fn device_mtu(&self, way: Way, route: IpAddr) -> usize {
        let is_by_loopback = way.source.is_ipv4() && way.source.is_loopback();
        if self.owns(route) || is_by_loopback || way.device == LO { 65_536 } else { 1500 }
    }
}
