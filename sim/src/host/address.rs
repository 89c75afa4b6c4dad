//! Which addresses are this host's, and which of them a packet leaves from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Family, Host};

/// There is no way to that address: ENETUNREACH.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NoRoute;

/// What a specific IPv6 address looks like to IPv4.
pub(super) const LOOPBACK4_IPV6: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 6);

/// The number of `lo`, and that of the only interface beside it; as Linux gives them, with their names.
pub(crate) const LO: u32 = 1;
pub(crate) const ETH0: u32 = 2;
const INTERFACES: [(u32, &str); 2] = [(LO, "lo"), (ETH0, "eth0")];

/// The interface that has an address: `lo` those of the loopback, `eth0` all others; also where a host talks to itself (`__mkroute_output`
/// keeps it in `rt_iif`, `ip6_rcv_core` in the control block).
pub(crate) fn interface_of(ip: IpAddr) -> u32 {
    if ip.is_loopback() { LO } else { ETH0 }
}

/// `__ipv6_addr_needs_scope_id`, of a group: one of an interface.
pub(crate) fn is_link_local_group(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(v6) if v6.is_multicast() && matches!(v6.octets()[1] & 0xf, 1 | 2))
}

impl Host {
    /// Is a packet to `ip` for this host? All of 127.0.0.0/8 is, as on Linux.
    pub(crate) fn owns(&self, ip: IpAddr) -> bool {
        ip.is_loopback() || self.addrs.contains(&ip)
    }

    /// Can a socket be bound there? Also where only packets to many come from (`inet_addr_valid_or_nonlocal`).
    pub(super) fn may_bind(&self, ip: IpAddr) -> bool {
        ip.is_unspecified() || self.owns(ip) || matches!(ip, IpAddr::V4(v4) if v4.is_broadcast() || v4.is_multicast())
    }

    /// Does everybody on a network hear a packet to `ip`? Networks here have no broadcast address of their own but the
    /// loopback's.
    pub(crate) fn is_broadcast(ip: IpAddr) -> bool {
        matches!(ip, IpAddr::V4(v4) if v4.is_broadcast() || v4.octets() == [127, 255, 255, 255])
    }

    /// The interfaces by number: `lo`, and `eth0` where there is a network.
    pub(crate) fn interfaces(&self) -> impl Iterator<Item = (u32, &'static str)> {
        let count = if self.addrs.is_empty() { 1 } else { INTERFACES.len() };
        INTERFACES.into_iter().take(count)
    }

    /// The number of the interface that `if_nametoindex(3)` finds under this name.
    pub(crate) fn interface_index(&self, name: &[u8]) -> Option<u32> {
        let name = wavetank_api::if_lookup_name(name)?;
        self.interfaces().find(|(_, of)| of.as_bytes() == name).map(|(index, _)| index)
    }

    /// The name of the interface with this number.
    pub(crate) fn interface_name(&self, index: u32) -> Option<&'static str> {
        self.interfaces().find(|(of, _)| *of == index).map(|(_, name)| name)
    }

    /// The wildcard address of a family.
    pub(crate) fn any(&self, family: Family) -> IpAddr {
        any(family)
    }

    /// The address that a packet to `to` leaves from: what Linux's routing table would choose.
    pub(crate) fn source_for(&self, to: IpAddr) -> Result<IpAddr, NoRoute> {
        if to.is_loopback() {
            return Ok(match to {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        if self.addrs.contains(&to) {
            return Ok(to);
        }
        self.addrs.iter().copied().find(|addr| addr.is_ipv4() == to.is_ipv4()).ok_or(NoRoute)
    }
}

/// The wildcard address of a family.
pub(super) fn any(family: Family) -> IpAddr {
    match family {
        Family::Inet6 => Ipv6Addr::UNSPECIFIED.into(),
        Family::Inet | Family::Unix => Ipv4Addr::UNSPECIFIED.into(),
    }
}
