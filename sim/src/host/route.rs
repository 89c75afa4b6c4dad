//! The way to an address, as far as a socket sees it: from which address, or why not at all. `ip_route_output_key_hash_rcu`
//! (net/ipv4/route.c) and `ip6_dst_lookup_tail` (net/ipv6/ip6_output.c).
//!
//! Which unicast addresses there are is the network's affair: who asks has found out. Absent: routes that a program adds, and a default
//! route. So, as on Linux without one, packets to many find a way only from an address or an interface that the socket has.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Host, SocketOptions, Switches};

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
}

impl Host {
    /// The way to `to`, from `source` if the socket has an address. `reachable` says whether a unicast address is anybody's.
    pub(crate) fn way(
        &self,
        to: IpAddr,
        source: Option<IpAddr>,
        options: &SocketOptions,
        reachable: bool,
    ) -> Result<Way, NoWay> {
        match (to, source) {
            (IpAddr::V4(to), Some(IpAddr::V4(source))) => self.way4(to, Some(source), options, reachable),
            (IpAddr::V4(to), _) => self.way4(to, None, options, reachable),
            (IpAddr::V6(to), source) => self.way6(to, source, options, reachable),
        }
    }

    fn way4(
        &self,
        to: Ipv4Addr,
        source: Option<Ipv4Addr>,
        options: &SocketOptions,
        reachable: bool,
    ) -> Result<Way, NoWay> {
        let to_many = to.is_multicast() || to.is_broadcast();
        let device = self.device_for(options, to.is_multicast())?;
        // A socket that is bound where packets to many come from sends from an address of the interface (`__inet_bind`).
        let source = source.filter(|source| !source.is_multicast() && !source.is_broadcast());
        let way = |source: IpAddr, to: Ipv4Addr| Ok(Way { source, to: to.into() });
        if to.is_unspecified() {
            let own = source.unwrap_or_else(|| self.first4_of(device));
            return way(own.into(), own);
        }
        match source {
            Some(source) if !self.owns(source.into()) && !options.switches.contains(Switches::TRANSPARENT) => {
                Err(NoWay::Unreachable)
            }
            // Through `eth0`, as if 127.0.0.1 were there (`__mkroute_output`).
            Some(source) if device > 1 && source.is_loopback() && to.is_loopback() => Err(NoWay::Invalid),
            Some(source) if to_many || self.owns(to.into()) || Self::is_broadcast(to.into()) => way(source.into(), to),
            Some(_) if !reachable && device == 0 => Err(NoWay::Unreachable),
            // `__mkroute_output`
            Some(source) if source.is_loopback() && device != 1 => Err(NoWay::Invalid),
            Some(source) => way(source.into(), to),
            None if to_many && device == 0 => Err(NoWay::Unreachable),
            None if to_many => way(self.first_of(device), to),
            None if !reachable && device == 0 => Err(NoWay::Unreachable),
            None if device > 1 && to.is_loopback() => way(self.first_of(device), to),
            None => way(self.source_for(to.into()).map_err(|_| NoWay::Unreachable)?, to),
        }
    }

    fn way6(
        &self,
        to: Ipv6Addr,
        source: Option<IpAddr>,
        options: &SocketOptions,
        reachable: bool,
    ) -> Result<Way, NoWay> {
        // Of two interfaces, one has the loopback's addresses, and the other one all others.
        let device = self.device_for(options, false).map_err(|_| NoWay::Unreachable)?;
        let by_another = device != 0 && (device == 1) != to.is_loopback() && !to.is_multicast();
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
        Ok(Way { source, to: to.into() })
    }

    /// The interface a packet has to leave by; 0 for any.
    fn device_for(&self, options: &SocketOptions, multicast: bool) -> Result<u32, NoWay> {
        let rare = options.rare();
        let device = match u32::try_from(rare.device) {
            Ok(0) | Err(_) if multicast => self.multicast_device(Ipv4Addr::from(rare.multicast_if)),
            device => device.unwrap_or(0),
        };
        let exists = device == 0 || self.interface_name(device).is_some();
        exists.then_some(device).ok_or(NoWay::NoDevice)
    }

    /// The interface of IP_MULTICAST_IF.
    fn multicast_device(&self, of: Ipv4Addr) -> u32 {
        match of {
            Ipv4Addr::UNSPECIFIED => 0,
            of if of.is_loopback() => 1,
            of if self.owns(of.into()) => 2,
            _ => 0,
        }
    }

    /// `inet_select_addr`: the first IPv4 address of an interface.
    fn first_of(&self, device: u32) -> IpAddr {
        self.first4_of(device).into()
    }

    fn first4_of(&self, device: u32) -> Ipv4Addr {
        let mut of_network = self.addrs.iter().filter_map(|addr| match addr {
            IpAddr::V4(v4) if device > 1 => Some(*v4),
            _ => None,
        });
        of_network.next().unwrap_or(Ipv4Addr::LOCALHOST)
    }
}
