//! `inet_pton(3)` and `inet_ntop(3)`: addresses of both families, in the strict spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::inet6;
use super::text::AddrParseError;
use crate::Family;

/// `inet_pton(3)`: an IPv4 address as four decimal numbers without leading zeros, or an IPv6 address without a scope.
///
/// # Errors
///
/// The text is not an address of this family (Python: `illegal IP address string passed to inet_pton`); a NUL in it is an error
/// like any other byte. `EAFNOSUPPORT`, as an [`Error`](crate::Error), for any other family.
///
/// ```
/// use wavetank_api::{Family, inet_pton};
///
/// let rows = [
///     (Family::INET, "127.0.0.1", Some("127.0.0.1")),
///     (Family::INET, "127.1", None),
///     (Family::INET, "127.0.0.01", None),
///     (Family::INET, "1.2.3.4 ", None),
///     (Family::INET6, "::1", Some("::1")),
///     (Family::INET6, "1:2:3:4:5:6:7::", Some("1:2:3:4:5:6:7:0")),
///     (Family::INET6, "::ffff:1.2.3.4", Some("::ffff:1.2.3.4")),
///     (Family::INET6, "1:2:3:4::5:6:7:8", None),
///     (Family::INET6, "::00001", None),
///     (Family::INET6, "fe80::1%lo", None),
///     (Family::INET6, "1.2.3.4", None),
/// ];
/// for (family, text, ip) in rows {
///     assert_eq!(inet_pton(family, text).ok().map(|ip| ip.to_string()).as_deref(), ip, "{text:?}");
/// }
/// ```
pub fn inet_pton(family: Family, text: impl AsRef<[u8]>) -> Result<IpAddr, AddrParseError> {
    const NOT_V4: AddrParseError = AddrParseError::new(
        "inet_pton: not an IPv4 address: write four decimal numbers without leading zeros, 1.2.3.4",
    );
    const NOT_V6: AddrParseError = AddrParseError::new(
        "inet_pton: not an IPv6 address: write eight groups of hexadecimal digits, with :: for zeros, fe80::1 or ::ffff:1.2.3.4, \
         and no scope",
    );
    match family {
        Family::INET => inet6::read_quad(text.as_ref()).map(IpAddr::V4).ok_or(NOT_V4),
        Family::INET6 => inet6::read(text.as_ref()).map(IpAddr::V6).ok_or(NOT_V6),
        _ => Err(AddrParseError::family("inet_pton")),
    }
}

/// `inet_ntop(3)`: the text of the 4 bytes of an IPv4 address, or the 16 of an IPv6 address as RFC 5952 wants it.
///
/// Like the C library, and unlike `Display` of [`Ipv6Addr`], it writes the deprecated IPv4-compatible addresses with a dotted
/// quad.
///
/// # Errors
///
/// Another number of bytes (Python: `invalid length of packed IP address string`); `EAFNOSUPPORT`, as an
/// [`Error`](crate::Error), for any other family.
///
/// ```
/// use wavetank_api::{Family, inet_ntop, inet_pton};
///
/// assert_eq!(inet_ntop(Family::INET, &[127, 0, 0, 1])?, "127.0.0.1");
/// let rows = [
///     "::", "::1", "::1.2.3.4", "::0.1.0.0", "::ffff:1.2.3.4", "::ffff:0:1.2.3.4", "1::2:0:0:3:4", "1:0:2:0:3:0:4:0", "64:ff9b::102:304",
/// ];
/// for text in rows {
///     let std::net::IpAddr::V6(ip) = inet_pton(Family::INET6, text)? else { panic!("{text}") };
///     let written = inet_ntop(Family::INET6, &ip.octets())?;
///     assert_eq!(written, if text == "::ffff:0:1.2.3.4" { "::ffff:0:102:304" } else { text });
/// }
/// assert!(inet_ntop(Family::INET6, &[0; 4]).is_err());
/// # Ok::<(), wavetank_api::AddrParseError>(())
/// ```
pub fn inet_ntop(family: Family, bytes: &[u8]) -> Result<String, AddrParseError> {
    const LENGTH: AddrParseError = AddrParseError::new(
        "inet_ntop: an IPv4 address has 4 bytes, and an IPv6 address 16: pass as many as the family has",
    );
    match family {
        Family::INET => bytes.try_into().map(|octets: [u8; 4]| Ipv4Addr::from(octets).to_string()).map_err(|_| LENGTH),
        Family::INET6 => bytes
            .try_into()
            .map(|octets: [u8; 16]| inet6::AsText(Ipv6Addr::from(octets)).to_string())
            .map_err(|_| LENGTH),
        _ => Err(AddrParseError::family("inet_ntop")),
    }
}
