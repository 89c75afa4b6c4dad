//! Addresses in memory, both ways: [`Addr`] to `struct sockaddr`, and back. `ip(7)`, `ipv6(7)`.
//!
//! IPv4 and IPv6 are here because they go without an allocation; [`Addr::to_sockaddr`] and [`Addr::from_sockaddr`] know the other
//! families.

use std::net::{Ipv4Addr, SocketAddrV4, SocketAddrV6};

use wavetank_api::{Addr, Errno};

/// An address as a call takes it: the family in the machine's byte order, then the family's own form.
pub(crate) enum SockAddr {
    V4(libc::sockaddr_in),
    V6(libc::sockaddr_in6),
    Other(Vec<u8>),
}

impl SockAddr {
    /// # Errors
    ///
    /// `EINVAL` for raw bytes that are more than any address has, as from the kernel.
    #[inline]
    pub(crate) fn new(addr: &Addr) -> Result<Self, Errno> {
        match addr {
            Addr::V4(addr) => Ok(Self::V4(v4(addr))),
            Addr::V6(addr) => Ok(Self::V6(v6(addr))),
            other => Self::other(other).map(Self::Other),
        }
    }

    fn other(addr: &Addr) -> Result<Vec<u8>, Errno> {
        let bytes = addr.to_sockaddr().ok_or(Errno::EAFNOSUPPORT)?;
        if bytes.len() > size_of::<libc::sockaddr_storage>() { Err(Errno::EINVAL) } else { Ok(bytes) }
    }

    #[inline]
    pub(crate) const fn as_ptr(&self) -> *const libc::sockaddr {
        match self {
            Self::V4(addr) => std::ptr::from_ref(addr).cast(),
            Self::V6(addr) => std::ptr::from_ref(addr).cast(),
            Self::Other(bytes) => bytes.as_ptr().cast(),
        }
    }

    #[inline]
    pub(crate) const fn len(&self) -> libc::socklen_t {
        match self {
            Self::V4(_) => size_of::<libc::sockaddr_in>() as u32,
            Self::V6(_) => size_of::<libc::sockaddr_in6>() as u32,
            Self::Other(bytes) => bytes.len() as u32,
        }
    }
}

#[inline]
fn v4(addr: &SocketAddrV4) -> libc::sockaddr_in {
    libc::sockaddr_in {
        #[cfg(not(target_os = "linux"))]
        sin_len: size_of::<libc::sockaddr_in>() as u8,
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: addr.port().to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(addr.ip().octets()) },
        sin_zero: [0; 8],
    }
}

/// The flow label is passed on in the byte order it has, as in `std`.
#[inline]
fn v6(addr: &SocketAddrV6) -> libc::sockaddr_in6 {
    libc::sockaddr_in6 {
        #[cfg(not(target_os = "linux"))]
        sin6_len: size_of::<libc::sockaddr_in6>() as u8,
        sin6_family: libc::AF_INET6 as libc::sa_family_t,
        sin6_port: addr.port().to_be(),
        sin6_flowinfo: addr.flowinfo(),
        sin6_addr: libc::in6_addr { s6_addr: addr.ip().octets() },
        sin6_scope_id: addr.scope_id(),
    }
}

/// What the kernel filled. Bytes that are too few for their family stay raw; no family at all is [`Addr::Unspec`].
pub(crate) fn decode(bytes: &[u8]) -> Addr {
    let mut addr = None;
    decode_into(&mut addr, bytes);
    addr.unwrap_or(Addr::Unspec)
}

/// [`decode`] to where it is wanted, which saves the moves. IPv4 is read in line, as it is by far the most frequent.
#[inline]
pub(crate) fn decode_into(out: &mut Option<Addr>, bytes: &[u8]) {
    *out = Some(match decode_v4(bytes) {
        Some(addr) => Addr::V4(addr),
        None => Addr::from_sockaddr(bytes),
    });
}

/// `struct sockaddr_in`, if the family says so.
#[inline]
fn decode_v4(bytes: &[u8]) -> Option<SocketAddrV4> {
    let (head, bytes) = bytes.split_first_chunk::<2>()?;
    // BSD's begins with its length.
    let family = if cfg!(target_os = "linux") { u16::from_ne_bytes(*head) } else { head[1].into() };
    if i32::from(family) != libc::AF_INET {
        return None;
    }
    let (port, bytes) = bytes.split_first_chunk()?;
    let (ip, _) = bytes.split_first_chunk::<4>()?;
    Some(SocketAddrV4::new(Ipv4Addr::from(*ip), u16::from_be_bytes(*port)))
}
