//! The way to an address, as far as a socket sees it: from which address, or why not at all. `ip_route_output_key_hash_rcu`
//! (net/ipv4/route.c) and `ip6_dst_lookup_tail` (net/ipv6/ip6_output.c).
//!
//! Which unicast addresses there are is the network's affair: who asks has found out. Absent: routes that a program adds, and a default
//! route. So, as on Linux without one, packets to many find a way only from an address or an interface that the socket has.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    Host, SocketOptions, Switches,
    address::{LO, interface_of},
};
use crate::proto::tcp::DEFAULT_HOP_LIMIT;

/// Why there is no way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoWay {
    Unreachable,
    /// The interface that the socket is bound to is not there.
    NoDevice,
    /// The source is an address of the loopback, and the destination is not of this host.
    Invalid,
    /// The source is an IPv4 address, and the destination is not.
    WrongFamily,
}

/// From where to where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Way {
    pub(crate) source: IpAddr,
    pub(crate) to: IpAddr,
    /// By the interface that was asked for; 0: any.
    pub(crate) device: u32,
}

impl Host {
    /// The way to `to` by an interface, or any (0), from `source` if the socket has an address. `reachable` says whether a unicast address is anybody's.
    pub(crate) fn way(
        &self,
        to: IpAddr,
        source: Option<IpAddr>,
        options: &SocketOptions,
        device: u32,
        reachable: bool,
    ) -> Result<Way, NoWay> {
        let exists = device == 0 || self.interface_name(device).is_some();
        match (to, source) {
            (IpAddr::V4(_), Some(IpAddr::V4(source)))
                if !self.may_bind(source.into()) && !options.switches.contains(Switches::TRANSPARENT) =>
            {
                Err(NoWay::Unreachable)
            }
            (IpAddr::V4(_), _) if !exists => Err(NoWay::NoDevice),
            (IpAddr::V6(_), _) if !exists => Err(NoWay::Unreachable),
            (IpAddr::V4(to), Some(IpAddr::V4(source))) => self.way4(to, Some(source), options, device, reachable),
            (IpAddr::V4(to), _) => self.way4(to, None, options, device, reachable),
            (IpAddr::V6(to), source) => self.way6(to, source, options, device, reachable),
        }
    }

    fn way4(
        &self,
        to: Ipv4Addr,
        source: Option<Ipv4Addr>,
        options: &SocketOptions,
        device: u32,
        reachable: bool,
    ) -> Result<Way, NoWay> {
        let to_many = to.is_multicast() || to.is_broadcast();
        // A socket that is bound where packets to many come from sends from an address of the interface (`__inet_bind`).
        let source = source.filter(|source| !source.is_multicast() && !source.is_broadcast());
        let way = |source: IpAddr, to: Ipv4Addr| Ok(Way { source, to: to.into(), device });
        if to.is_unspecified() {
            let own = source.unwrap_or_else(|| self.first4_of(device));
            // By `lo`, which it counts as come by (`ip_route_output_key_hash_rcu`: LOOPBACK_IFINDEX).
            let way = Way { source: own.into(), to: own.into(), device: device.max(LO) };
            return if device > LO && own.is_loopback() { Err(NoWay::Invalid) } else { Ok(way) };
        }
        match source {
            Some(source) if !self.owns(source.into()) && !options.switches.contains(Switches::TRANSPARENT) => {
                Err(NoWay::Unreachable)
            }
            // What goes to many goes by the interface that has the address (`ip_route_output_key_hash_rcu`).
            Some(source) if to_many && device == 0 && !self.owns(source.into()) => Err(NoWay::Unreachable),
            // Through `eth0`, as if 127.0.0.1 were there (`__mkroute_output`).
            Some(source) if device > LO && source.is_loopback() && (to.is_loopback() || !self.owns(to.into())) => {
                Err(NoWay::Invalid)
            }
            Some(source) if to_many || self.owns(to.into()) || Self::is_broadcast(to.into()) => way(source.into(), to),
            Some(_) if !reachable && device == 0 => Err(NoWay::Unreachable),
            // `__mkroute_output`
            Some(source) if source.is_loopback() && device != LO => Err(NoWay::Invalid),
            Some(source) => way(source.into(), to),
            None if to_many && device == 0 => Err(NoWay::Unreachable),
            // An address of the loopback is none for others (`inet_select_addr`, RT_SCOPE_LINK).
            None if to_many => way(self.first_of(2), to),
            None if !reachable && device == 0 => Err(NoWay::Unreachable),
            None if device > LO && to.is_loopback() => way(self.first_of(device), to),
            None => way(self.source_for(to.into()).map_err(|_| NoWay::Unreachable)?, to),
        }
    }

    fn way6(
        &self,
        to: Ipv6Addr,
        source: Option<IpAddr>,
        options: &SocketOptions,
        device: u32,
        reachable: bool,
    ) -> Result<Way, NoWay> {
        // Of who has an address to send from, an interface that he is not bound to is but a wish (`ip6_route_output_flags`:
        // RT6_LOOKUP_F_IFACE).
        let is_wish = options.device() == 0 && source.is_some() && !to.is_multicast();
        let device = if is_wish { 0 } else { device };
        // Nothing is sent to many through the loopback (IFF_MULTICAST).
        let by_another = device != 0 && device != interface_of(to.into()) && (device == LO || !to.is_multicast());
        if !reachable || by_another {
            return Err(NoWay::Unreachable);
        }
        let source = match source {
            Some(source) => source,
            None => self.source_for(to.into()).map_err(|_| NoWay::Unreachable)?,
        };
        if source.is_ipv4() {
            return Err(NoWay::WrongFamily);
        }
        Ok(Way { source, to: to.into(), device })
    }

    /// IP_TTL or IPV6_UNICAST_HOPS (`ip_select_ttl`, `ip6_sk_dst_hoplimit`).
    pub(super) fn hop_limit(&self, options: &SocketOptions, to: IpAddr) -> u8 {
        match to {
            IpAddr::V4(_) => u8::try_from(options.ttl).unwrap_or(self.settings.default_ttl),
            IpAddr::V6(_) => u8::try_from(options.hops).unwrap_or(DEFAULT_HOP_LIMIT),
        }
    }

    /// `inet_select_addr`: the first IPv4 address of an interface.
    fn first_of(&self, device: u32) -> IpAddr {
        self.first4_of(device).into()
    }

    fn first4_of(&self, device: u32) -> Ipv4Addr {
        let mut of_network = self.addrs.iter().filter_map(|addr| match addr {
            IpAddr::V4(v4) if device > LO => Some(*v4),
            _ => None,
        });
        of_network.next().unwrap_or(Ipv4Addr::LOCALHOST)
    }
}
