//! Groups: who joins which, on which interface, for which sources. `ip(7)`, `ipv6(7)`, RFC 3678.
//!
//! `IP_MSFILTER` and `MCAST_MSFILTER`, whose value has a length of its own, are raw.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::layout::structure;
use super::{MAX_LEN, OptValue, SockOpt, options};
use crate::{Addr, c};

structure! { MULTICAST_LAYOUTS;
    /// A group and an interface, by its index or one of its addresses.
    IpMreqn, "ip_mreqn", 12 {
        /// The group.
        group: Ipv4Addr, "imr_multiaddr" @ 0;
        /// An address of the interface; 0.0.0.0 is any. Not looked at if there is an index.
        address: Ipv4Addr, "imr_address" @ 4;
        /// The interface's index; 0 is any.
        ifindex: i32, "imr_ifindex" @ 8;
    }

    /// A group, an interface, and a source.
    IpMreqSource, "ip_mreq_source", 12 {
        /// The group.
        group: Ipv4Addr, "imr_multiaddr" @ 0;
        /// An address of the interface; 0.0.0.0 is any.
        interface: Ipv4Addr, "imr_interface" @ 4;
        /// The source.
        source: Ipv4Addr, "imr_sourceaddr" @ 8;
    }

    /// A group of IPv6 and an interface.
    Ipv6Mreq, "ipv6_mreq", 20 {
        /// The group; an address for the options of anycast.
        group: Ipv6Addr, "ipv6mr_multiaddr" @ 0;
        /// The interface's index; 0 is any.
        ifindex: u32, "ipv6mr_interface" @ 16;
    }
}

impl IpMreqn {
    /// The group, on any interface.
    #[must_use]
    pub const fn any(group: Ipv4Addr) -> Self {
        Self { group, address: Ipv4Addr::UNSPECIFIED, ifindex: 0 }
    }

    /// No group, and the interface with this index: what `IP_MULTICAST_IF` takes.
    #[must_use]
    pub const fn interface(ifindex: i32) -> Self {
        Self { group: Ipv4Addr::UNSPECIFIED, address: Ipv4Addr::UNSPECIFIED, ifindex }
    }
}

/// The interface of outgoing multicast packets: set by an [`IpMreqn`], read as the address that was set.
#[derive(Debug)]
pub enum MulticastIf {}

impl OptValue for MulticastIf {
    type Value = IpMreqn;
    const LEN: usize = 4;

    fn encode(value: &IpMreqn, bytes: &mut [u8; MAX_LEN]) -> usize {
        IpMreqn::encode(value, bytes)
    }

    fn decode(bytes: &[u8]) -> Option<IpMreqn> {
        let address = Ipv4Addr::from(*bytes.first_chunk()?);
        Some(IpMreqn { address, ..IpMreqn::interface(0) })
    }
}

/// A group of either family and an interface: C's `struct group_req`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[doc(alias = "group_req")]
pub struct GroupReq {
    /// The interface's index; 0 is any.
    pub ifindex: u32,
    /// The group; its port counts for nothing.
    pub group: SocketAddr,
}

/// A group of either family, an interface, and a source: C's `struct group_source_req`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[doc(alias = "group_source_req")]
pub struct GroupSourceReq {
    /// The interface's index; 0 is any.
    pub ifindex: u32,
    /// The group; its port counts for nothing.
    pub group: SocketAddr,
    /// The source; its port counts for nothing.
    pub source: SocketAddr,
}

/// The MTU of a path with its destination: C's `struct ip6_mtuinfo`, RFC 3542.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[doc(alias = "ip6_mtuinfo")]
pub struct PathMtu {
    /// The destination, which a control message tells; Linux leaves it out of the option's value.
    pub addr: Option<SocketAddr>,
    /// Bytes.
    pub mtu: u32,
}

impl OptValue for PathMtu {
    type Value = Self;
    const LEN: usize = 32;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        bytes[..Self::LEN].fill(0);
        if let Some(addr) = value.addr {
            put_storage(&mut bytes[..28], addr);
        }
        bytes[28..32].copy_from_slice(&value.mtu.to_ne_bytes());
        Self::LEN
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mtu = u32::from_ne_bytes(*bytes.get(28..)?.first_chunk()?);
        Some(Self { addr: storage(bytes.get(..28)), mtu })
    }
}

/// Bytes of `struct sockaddr_storage`, which begins where an address of memory would.
const STORAGE: usize = 128;
/// Where the group begins.
const GROUP: usize = 8;

fn put_storage(bytes: &mut [u8], addr: SocketAddr) {
    let addr = Addr::from(addr).to_sockaddr().unwrap_or_default();
    bytes[..addr.len()].copy_from_slice(&addr);
}

fn storage(bytes: Option<&[u8]>) -> Option<SocketAddr> {
    Addr::from_sockaddr(bytes?).as_inet()
}

impl OptValue for GroupReq {
    type Value = Self;
    const LEN: usize = GROUP + STORAGE;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        bytes[..Self::LEN].fill(0);
        bytes[..4].copy_from_slice(&value.ifindex.to_ne_bytes());
        put_storage(&mut bytes[GROUP..], value.group);
        Self::LEN
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let ifindex = u32::from_ne_bytes(*bytes.first_chunk()?);
        Some(Self { ifindex, group: storage(bytes.get(GROUP..Self::LEN))? })
    }
}

impl OptValue for GroupSourceReq {
    type Value = Self;
    const LEN: usize = GROUP + 2 * STORAGE;

    /// The beginning: the whole is longer than [`MAX_LEN`].
    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        let whole = value.whole();
        bytes.copy_from_slice(&whole[..MAX_LEN]);
        MAX_LEN
    }

    fn bytes<'a>(value: &'a Self, _room: &'a mut [u8; MAX_LEN]) -> std::borrow::Cow<'a, [u8]> {
        value.whole().to_vec().into()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let ifindex = u32::from_ne_bytes(*bytes.first_chunk()?);
        let group = storage(bytes.get(GROUP..GROUP + STORAGE))?;
        Some(Self { ifindex, group, source: storage(bytes.get(GROUP + STORAGE..Self::LEN))? })
    }
}

impl GroupSourceReq {
    fn whole(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..4].copy_from_slice(&self.ifindex.to_ne_bytes());
        put_storage(&mut bytes[GROUP..], self.group);
        put_storage(&mut bytes[GROUP + STORAGE..], self.source);
        bytes
    }
}

options! { MULTICAST_NAMES;
    /// Joins a group. `EADDRINUSE` a second time, `ENODEV`, `ENOBUFS` above `net.ipv4.igmp_max_memberships`, `EINVAL` if it is none; a stream
    /// socket: `EPROTO`. Write only. `ip(7)`.
    IPPROTO_IP IP_ADD_MEMBERSHIP: IpMreqn;
    /// Leaves a group; `EADDRNOTAVAIL` if it was not joined. Write only. `ip(7)`.
    IPPROTO_IP IP_DROP_MEMBERSHIP: IpMreqn;
    /// The interface of outgoing multicast packets. A stream socket: `EINVAL`. `ip(7)`.
    IPPROTO_IP IP_MULTICAST_IF: MulticastIf;
    /// Joins an IPv6 group. `EADDRINUSE` a second time, `ENODEV`, `EINVAL` if it is none; a stream socket: `EPROTO`. Write only. RFC 3493.
    IPPROTO_IPV6 IPV6_JOIN_GROUP: Ipv6Mreq;
    /// Leaves an IPv6 group; `EADDRNOTAVAIL` if it was not joined. Write only. RFC 3493.
    IPPROTO_IPV6 IPV6_LEAVE_GROUP: Ipv6Mreq;
    [cfg(not(target_vendor = "apple"))] {
        /// Joins a group for one source. `EADDRNOTAVAIL` if it is joined already. Write only. `ip(7)`.
        IPPROTO_IP IP_ADD_SOURCE_MEMBERSHIP: IpMreqSource;
        /// Leaves a group for one source. Write only. `ip(7)`.
        IPPROTO_IP IP_DROP_SOURCE_MEMBERSHIP: IpMreqSource;
        /// Does not listen to a source of a group that was joined; `EINVAL` if it was not. Write only. `ip(7)`.
        IPPROTO_IP IP_BLOCK_SOURCE: IpMreqSource;
        /// Listens again to that source; `EADDRNOTAVAIL` if it was not blocked. Write only. `ip(7)`.
        IPPROTO_IP IP_UNBLOCK_SOURCE: IpMreqSource;
    }
    [cfg(target_os = "linux")] {
        /// The other name of [`IPV6_JOIN_GROUP`].
        IPPROTO_IPV6 IPV6_ADD_MEMBERSHIP: Ipv6Mreq;
        /// The other name of [`IPV6_LEAVE_GROUP`].
        IPPROTO_IPV6 IPV6_DROP_MEMBERSHIP: Ipv6Mreq;
        /// Takes an anycast address. `EPERM` without CAP_NET_ADMIN. Write only. `ipv6_sock_ac_join`.
        IPPROTO_IPV6 IPV6_JOIN_ANYCAST: Ipv6Mreq;
        /// Gives it back; `ENOENT` if it was not taken. Write only.
        IPPROTO_IPV6 IPV6_LEAVE_ANYCAST: Ipv6Mreq;
        /// Joins a group of either family, at the level of that family (here IPv4's). Write only. RFC 3678.
        IPPROTO_IP MCAST_JOIN_GROUP: GroupReq;
        /// Leaves it. Write only. RFC 3678.
        IPPROTO_IP MCAST_LEAVE_GROUP: GroupReq;
        /// Joins a group of either family for one source. Write only. RFC 3678.
        IPPROTO_IP MCAST_JOIN_SOURCE_GROUP: GroupSourceReq;
        /// Leaves it. Write only. RFC 3678.
        IPPROTO_IP MCAST_LEAVE_SOURCE_GROUP: GroupSourceReq;
        /// Does not listen to a source. Write only. RFC 3678.
        IPPROTO_IP MCAST_BLOCK_SOURCE: GroupSourceReq;
        /// Listens again to it. Write only. RFC 3678.
        IPPROTO_IP MCAST_UNBLOCK_SOURCE: GroupSourceReq;
    }
}
