//! Values that are structures in C, in options and in control messages.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::value::{MAX_LEN, OptValue, put};

/// The fields of a structure from `bytes`, one after the other.
fn field<const LEN: usize>(bytes: &mut &[u8]) -> Option<[u8; LEN]> {
    let (field, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*field)
}

/// A process, C's `struct ucred`: `SO_PEERCRED` and `SCM_CREDENTIALS`. `unix(7)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[doc(alias = "ucred")]
pub struct Ucred {
    /// The process; 0 if it is of another namespace.
    pub pid: i32,
    /// Its user.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

impl OptValue for Ucred {
    type Value = Self;
    const LEN: usize = 12;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value.pid.to_ne_bytes());
        put(bytes, 4, &value.uid.to_ne_bytes());
        put(bytes, 8, &value.gid.to_ne_bytes())
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        Some(Self {
            pid: i32::from_ne_bytes(field(&mut bytes)?),
            uid: u32::from_ne_bytes(field(&mut bytes)?),
            gid: u32::from_ne_bytes(field(&mut bytes)?),
        })
    }
}

/// By which interface and address an IPv4 packet came, or is to go: C's `struct in_pktinfo`. `ip(7)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[doc(alias = "in_pktinfo")]
pub struct PktInfo {
    /// The interface; sent, 0 leaves the choice to the route.
    pub ifindex: u32,
    /// The local address; sent, the source, where 0.0.0.0 leaves the choice to the route.
    pub spec_dst: Ipv4Addr,
    /// Received: the destination in the packet's header, which may be a group or a broadcast.
    pub addr: Ipv4Addr,
}

impl OptValue for PktInfo {
    type Value = Self;
    const LEN: usize = 12;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value.ifindex.to_ne_bytes());
        put(bytes, 4, &value.spec_dst.octets());
        put(bytes, 8, &value.addr.octets())
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        Some(Self {
            ifindex: u32::from_ne_bytes(field(&mut bytes)?),
            spec_dst: Ipv4Addr::from(field::<4>(&mut bytes)?),
            addr: Ipv4Addr::from(field::<4>(&mut bytes)?),
        })
    }
}

/// By which interface and address an IPv6 packet came, or is to go: C's `struct in6_pktinfo`. RFC 3542 section 6.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[doc(alias = "in6_pktinfo")]
pub struct Pkt6Info {
    /// Received: the destination; sent: the source, where `::` leaves the choice to the route.
    pub addr: Ipv6Addr,
    /// The interface; sent, 0 leaves the choice to the route.
    pub ifindex: u32,
}

impl OptValue for Pkt6Info {
    type Value = Self;
    const LEN: usize = 20;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value.addr.octets());
        put(bytes, 16, &value.ifindex.to_ne_bytes())
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let addr = Ipv6Addr::from(field::<16>(&mut bytes)?);
        Some(Self { addr, ifindex: u32::from_ne_bytes(field(&mut bytes)?) })
    }
}

/// `struct timespec`: a time since the epoch.
#[derive(Debug)]
pub enum Timespec {}

impl OptValue for Timespec {
    type Value = Duration;
    const LEN: usize = 16;

    fn encode(value: &Duration, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &i64::try_from(value.as_secs()).unwrap_or(i64::MAX).to_ne_bytes());
        put(bytes, 8, &i64::from(value.subsec_nanos()).to_ne_bytes())
    }

    fn decode(mut bytes: &[u8]) -> Option<Duration> {
        let seconds = u64::try_from(i64::from_ne_bytes(field(&mut bytes)?)).ok()?;
        let nanos = u32::try_from(i64::from_ne_bytes(field(&mut bytes)?)).ok()?;
        // More would be carried into the seconds.
        (nanos < 1_000_000_000).then(|| Duration::new(seconds, nanos))
    }
}
