//! Addresses in memory, both ways: [`Addr`] to `struct sockaddr`, and back. `ip(7)`, `ipv6(7)`, `unix(7)`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

use wavetank_api::{Addr, Errno, UnixAddr};

/// Bytes of the longest address there is, `struct sockaddr_storage`, after the family.
const REST_MAX: usize = size_of::<libc::sockaddr_storage>() - FAMILY;
/// Bytes of the family.
const FAMILY: usize = size_of::<libc::sa_family_t>();

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
        match addr {
            Addr::Unix(addr) => Ok([&(libc::AF_UNIX as u16).to_ne_bytes()[..], &addr.to_sun_path()].concat()),
            Addr::Unspec => Ok(vec![0; size_of::<libc::sockaddr>()]),
            Addr::Raw { family, bytes } if bytes.len() <= REST_MAX => Ok([&family.to_ne_bytes()[..], bytes].concat()),
            _ => Err(Errno::EINVAL),
        }
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
    let Some((family, rest)) = bytes.split_first_chunk() else {
        return *out = Some(Addr::Unspec);
    };
    let family = u16::from_ne_bytes(*family);
    match decode_v4(rest) {
        Some(addr) if i32::from(family) == libc::AF_INET => *out = Some(Addr::V4(addr)),
        _ => *out = Some(decode_other(family, rest)),
    }
}

fn decode_other(family: u16, rest: &[u8]) -> Addr {
    let known = match i32::from(family) {
        libc::AF_UNSPEC => Some(Addr::Unspec),
        libc::AF_INET6 => decode_v6(rest).map(Addr::V6),
        libc::AF_UNIX => UnixAddr::from_sun_path(rest).ok().map(Addr::Unix),
        _ => None,
    };
    known.unwrap_or_else(|| Addr::Raw { family, bytes: rest.into() })
}

/// `struct sockaddr_in` after its family.
#[inline]
fn decode_v4(bytes: &[u8]) -> Option<SocketAddrV4> {
    let (port, bytes) = bytes.split_first_chunk()?;
    let (ip, _) = bytes.split_first_chunk::<4>()?;
    Some(SocketAddrV4::new(Ipv4Addr::from(*ip), u16::from_be_bytes(*port)))
}

/// `struct sockaddr_in6` after its family.
fn decode_v6(bytes: &[u8]) -> Option<SocketAddrV6> {
    let (port, bytes) = bytes.split_first_chunk()?;
    let (flowinfo, bytes) = bytes.split_first_chunk()?;
    let (ip, bytes) = bytes.split_first_chunk::<16>()?;
    let (scope, _) = bytes.split_first_chunk()?;
    Some(SocketAddrV6::new(
        Ipv6Addr::from(*ip),
        u16::from_be_bytes(*port),
        u32::from_ne_bytes(*flowinfo),
        u32::from_ne_bytes(*scope),
    ))
}
