//! Addresses in memory, both ways: [`Addr`] to `struct sockaddr`, and back. `ip(7)`, `ipv6(7)`, `unix(7)`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

use wavetank_api::{Addr, Errno, UnixAddr};

/// Room for any address: `struct sockaddr_storage`.
const ROOM: usize = 128;

/// An address as a call takes it: the family in the machine's byte order, then the family's own form.
#[repr(align(8))]
pub(crate) struct SockAddr {
    bytes: [u8; ROOM],
    len: usize,
}

impl SockAddr {
    /// # Errors
    ///
    /// `EINVAL` for raw bytes that are more than any address has, as from the kernel.
    #[inline]
    pub(crate) fn new(addr: &Addr) -> Result<Self, Errno> {
        let mut out = Self { bytes: [0; ROOM], len: 0 };
        match addr {
            Addr::V4(addr) => {
                out.family(libc::AF_INET as u16);
                out.put(&addr.port().to_be_bytes());
                out.put(&addr.ip().octets());
                out.put(&[0; 8]);
            }
            Addr::V6(addr) => {
                out.family(libc::AF_INET6 as u16);
                out.put(&addr.port().to_be_bytes());
                out.put(&addr.flowinfo().to_ne_bytes());
                out.put(&addr.ip().octets());
                out.put(&addr.scope_id().to_ne_bytes());
            }
            Addr::Unix(addr) => {
                out.family(libc::AF_UNIX as u16);
                out.put(&addr.to_sun_path());
            }
            Addr::Unspec => out.len = size_of::<libc::sockaddr>(),
            Addr::Raw { family, bytes } if bytes.len() <= ROOM - 2 => {
                out.family(*family);
                out.put(bytes);
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(out)
    }

    fn family(&mut self, family: u16) {
        self.put(&family.to_ne_bytes());
    }

    fn put(&mut self, field: &[u8]) {
        let end = self.len + field.len();
        self.bytes[self.len..end].copy_from_slice(field);
        self.len = end;
    }

    pub(crate) const fn as_ptr(&self) -> *const u8 {
        self.bytes.as_ptr()
    }

    pub(crate) const fn len(&self) -> u32 {
        self.len as u32
    }
}

/// What the kernel filled. Bytes that are too few for their family stay raw; no family at all is [`Addr::Unspec`].
#[inline]
pub(crate) fn decode(bytes: &[u8]) -> Addr {
    let Some((family, rest)) = bytes.split_first_chunk() else {
        return Addr::Unspec;
    };
    let family = u16::from_ne_bytes(*family);
    let known = match i32::from(family) {
        libc::AF_UNSPEC => Some(Addr::Unspec),
        libc::AF_INET => decode_v4(rest).map(Addr::V4),
        libc::AF_INET6 => decode_v6(rest).map(Addr::V6),
        libc::AF_UNIX => UnixAddr::from_sun_path(rest).ok().map(Addr::Unix),
        _ => None,
    };
    known.unwrap_or_else(|| Addr::Raw { family, bytes: rest.into() })
}

/// `struct sockaddr_in` after its family.
fn decode_v4(bytes: &[u8]) -> Option<SocketAddrV4> {
    let (port, bytes) = bytes.split_first_chunk()?;
    let (ip, _) = bytes.split_first_chunk::<4>()?;
    Some(SocketAddrV4::new(Ipv4Addr::from(*ip), u16::from_be_bytes(*port)))
}

/// `struct sockaddr_in6` after its family. The flow label stays in network order, as in `std`.
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
