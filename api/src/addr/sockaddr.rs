//! Addresses in memory, both ways: [`Addr`] to C's `struct sockaddr`, and back.
//!
//! Each family writes and reads what stands behind the family's number, in the file of its name. This one writes the number, chooses
//! the family, and holds everybody to one rule: bytes that would not come back are not read as that family, but kept raw.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

use super::{
    AlgAddr, BluetoothAddr, CanAddr, HypervAddr, NetlinkAddr, PacketAddr, QipcrtrAddr, SystemAddr, TipcAddr, UnixAddr,
    VsockAddr, family,
};
use crate::{Addr, c};

impl Addr {
    /// The bytes of `struct sockaddr` with the family first, as `bind(2)` takes them; `None` for a family that this system does not
    /// have.
    ///
    /// ```
    /// use wavetank_api::Addr;
    ///
    /// let addr: Addr = "127.0.0.1:80".parse().unwrap();
    /// let bytes = addr.to_sockaddr().unwrap();
    /// assert_eq!(bytes[2..8], [0, 80, 127, 0, 0, 1]);
    /// assert_eq!(Addr::from_sockaddr(&bytes), addr);
    /// ```
    #[must_use]
    #[doc(alias = "sockaddr")]
    pub fn to_sockaddr(&self) -> Option<Vec<u8>> {
        let rest = match self {
            Self::V4(addr) => [&addr.port().to_be_bytes()[..], &addr.ip().octets(), &[0; 8]].concat(),
            Self::V6(addr) => [
                &addr.port().to_be_bytes()[..],
                &addr.flowinfo().to_ne_bytes(),
                &addr.ip().octets(),
                &addr.scope_id().to_ne_bytes(),
            ]
            .concat(),
            Self::Unix(addr) => addr.to_sun_path(),
            Self::Unspec => vec![0; 14],
            Self::Can(addr) => addr.encode(),
            Self::Packet(addr) => addr.encode(),
            Self::Netlink(addr) => addr.encode(),
            Self::Vsock(addr) => addr.encode(),
            Self::Tipc(addr) => addr.encode(),
            Self::Alg(addr) => addr.encode(),
            Self::Bluetooth(addr) => addr.encode(),
            Self::Qipcrtr(addr) => addr.encode(),
            Self::Hyperv(addr) => addr.encode(),
            Self::System(addr) => addr.encode(),
            Self::Raw { bytes, .. } => bytes.to_vec(),
        };
        let family = self.family().raw();
        let is_here = family < family::ABSENT || matches!(self, Self::Raw { .. });
        is_here.then(|| [&family::head(family, rest.len())[..], &rest].concat())
    }

    /// From the bytes of `struct sockaddr`, as many as a call has filled. Bytes that are not an address of their family stay raw; no
    /// family at all is [`Addr::Unspec`].
    #[must_use]
    pub fn from_sockaddr(bytes: &[u8]) -> Self {
        let Some((head, rest)) = bytes.split_first_chunk() else {
            return Self::Unspec;
        };
        let family = family::of(*head);
        known(family, rest).unwrap_or_else(|| Self::Raw { family, bytes: rest.into() })
    }
}

fn known(family: u16, rest: &[u8]) -> Option<Addr> {
    let mut fields = Fields(rest);
    let addr = match i32::from(family) {
        c::AF_UNSPEC => return Some(Addr::Unspec),
        c::AF_UNIX => return UnixAddr::from_sun_path(rest).ok().map(Addr::Unix),
        c::AF_INET => Addr::V4(v4(&mut fields)?),
        c::AF_INET6 => Addr::V6(v6(&mut fields)?),
        family::AF_CAN => Addr::Can(CanAddr::decode(&mut fields)?),
        family::AF_PACKET => Addr::Packet(PacketAddr::decode(&mut fields)?.into()),
        family::AF_NETLINK => Addr::Netlink(NetlinkAddr::decode(&mut fields)?),
        family::AF_VSOCK => Addr::Vsock(VsockAddr::decode(&mut fields)?),
        family::AF_TIPC => Addr::Tipc(TipcAddr::decode(&mut fields)?),
        family::AF_ALG => Addr::Alg(AlgAddr::decode(&mut fields)?.into()),
        family::AF_BLUETOOTH => Addr::Bluetooth(BluetoothAddr::decode(&mut fields)?),
        family::AF_QIPCRTR => Addr::Qipcrtr(QipcrtrAddr::decode(&mut fields)?),
        family::AF_HYPERV => Addr::Hyperv(HypervAddr::decode(&mut fields)?.into()),
        family::AF_SYSTEM => Addr::System(SystemAddr::decode(&mut fields)?),
        _ => return None,
    };
    // The padding of IPv4 is 8 bytes that nobody reads; what is left of another family must be nothing.
    let padding = fields.0;
    (padding.iter().all(|&byte| byte == 0) || matches!(addr, Addr::V4(_))).then_some(addr)
}

/// `struct sockaddr_in` after its family.
fn v4(fields: &mut Fields<'_>) -> Option<SocketAddrV4> {
    let port = u16::from_be_bytes(fields.array()?);
    Some(SocketAddrV4::new(Ipv4Addr::from(fields.array::<4>()?), port))
}

/// `struct sockaddr_in6` after its family. The flow label is passed on in the byte order it has, as in `std`.
fn v6(fields: &mut Fields<'_>) -> Option<SocketAddrV6> {
    let port = u16::from_be_bytes(fields.array()?);
    let flowinfo = fields.u32()?;
    let ip = Ipv6Addr::from(fields.array::<16>()?);
    Some(SocketAddrV6::new(ip, port, flowinfo, fields.u32()?))
}

/// The fields of a structure, one after the other; `None` where the bytes end.
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) const fn left(&self) -> usize {
        self.0.len()
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn skip(&mut self, len: usize) -> Option<()> {
        // Padding that is not zero would not come back.
        self.take(len)?.iter().all(|&byte| byte == 0).then_some(())
    }

    pub(super) fn array<const LEN: usize>(&mut self) -> Option<[u8; LEN]> {
        self.take(LEN)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_ne_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_ne_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_ne_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_ne_bytes)
    }
}
