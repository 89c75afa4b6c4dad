//! What `getaddrinfo(3)` of the C library reads without asking anybody: hosts and services in numbers.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV6};

use super::inet::inet_aton_exact;
use super::{Addr, inet6};
use crate::{AiFlags, Eai, Family};

/// A host in numbers as `getaddrinfo(3)` reads it, all of it with `AI_NUMERICHOST`: an address with port 0, or `None` for what is
/// a name and needs a name server (`EAI_NONAME` with that flag).
///
/// IPv4 is read by [`inet_aton`](crate::inet_aton) with nothing after it. IPv6 may have a scope: `%` and a number, or, if the address
/// is link-local (`fe80::/10`, `ff01::/16` and `ff02::/16` with any flags of multicast), the name of an interface, which goes before the
/// number and is given to `if_nametoindex`. `flags` matters for [`AiFlags::V4MAPPED`] only. `*` is no host at all to `getaddrinfo`.
///
/// # Errors
///
/// `EAI_ADDRFAMILY` for an address of another family than `family`; but with `AF_INET` an IPv4-mapped address is IPv4, and with
/// `AF_INET6` and `AI_V4MAPPED` the other way round. `EAI_NONAME` for a scope that is neither. `EAI_FAMILY` unless `family` is
/// `AF_UNSPEC`, `AF_INET` or `AF_INET6`.
///
/// ```
/// use wavetank_api::{AiFlags, Eai, Family, numeric_host};
///
/// let interfaces = |name: &[u8]| (name == b"lo").then_some(1);
/// let rows = [
///     ("127.1", Ok(Some("127.0.0.1:0"))),
///     ("::1%7", Ok(Some("[::1%7]:0"))),
///     ("fe80::1%lo", Ok(Some("[fe80::1%1]:0"))),
///     ("fe80::1%nope", Err(Eai::NONAME)),
///     // A name is for link-local addresses only.
///     ("2001:db8::1%lo", Err(Eai::NONAME)),
///     ("1.2.3.4 ", Ok(None)),
///     ("localhost", Ok(None)),
/// ];
/// for (text, answer) in rows {
///     let host = numeric_host(text, Family::UNSPEC, AiFlags::empty(), interfaces);
///     let host = host.map(|addr| addr.map(|addr| addr.to_string()));
///     assert_eq!(host.as_ref().map(Option::as_deref), answer.as_ref().map(|text| *text), "{text}");
/// }
/// assert_eq!(numeric_host("::1", Family::INET, AiFlags::empty(), interfaces), Err(Eai::ADDRFAMILY));
/// ```
#[doc(alias = "AI_NUMERICHOST")]
pub fn numeric_host(
    text: impl AsRef<[u8]>,
    family: Family,
    flags: AiFlags,
    if_nametoindex: impl FnOnce(&[u8]) -> Option<u32>,
) -> Result<Option<Addr>, Eai> {
    let text = text.as_ref();
    if text == b"*" {
        return Ok(None);
    }
    if ![Family::UNSPEC, Family::INET, Family::INET6].contains(&family) {
        return Err(Eai::FAMILY);
    }
    if let Some(ip) = inet_aton_exact(text) {
        return match family {
            Family::INET6 if flags.contains(AiFlags::V4MAPPED) => Ok(Some(Addr::v6(ip.to_ipv6_mapped(), 0))),
            Family::INET6 => Err(Eai::ADDRFAMILY),
            _ => Ok(Some(Addr::v4(ip, 0))),
        };
    }
    let percent = text.iter().position(|&byte| byte == b'%');
    let Some(ip) = inet6::read(&text[..percent.unwrap_or(text.len())]) else { return Ok(None) };
    let scope_text = percent.map(|at| &text[at + 1..]);
    if family != Family::INET {
        let scope = scope_text.map_or(Ok(0), |text| scope(ip, text, if_nametoindex))?;
        return Ok(Some(Addr::V6(SocketAddrV6::new(ip, 0, 0, scope))));
    }
    let v4 = ip.to_ipv4_mapped().ok_or(Eai::ADDRFAMILY)?;
    if let Some(text) = scope_text {
        // The scope is of no use, but it is read. glibc has moved the IPv4 address to the front of the IPv6 one by then, so that
        // 254.128.0.0/10 looks link-local to it; so do we.
        scope(moved_to_front(v4), text, if_nametoindex)?;
    }
    Ok(Some(Addr::v4(v4, 0)))
}

/// A scope in text (`__inet6_scopeid_pton` of glibc).
fn scope(ip: Ipv6Addr, text: &[u8], if_nametoindex: impl FnOnce(&[u8]) -> Option<u32>) -> Result<u32, Eai> {
    if takes_interface(ip)
        && let Some(index) = if_lookup_name(text).and_then(if_nametoindex)
    {
        return Ok(index);
    }
    let add = |number: u32, byte: &u8| number.checked_mul(10)?.checked_add(char::from(*byte).to_digit(10)?);
    let number = if text.is_empty() { None } else { text.iter().try_fold(0, add) };
    number.ok_or(Eai::NONAME)
}

/// Link-local addresses, and multicast to the link or the node.
fn takes_interface(ip: Ipv6Addr) -> bool {
    let [head, ..] = ip.segments();
    ip.is_unicast_link_local() || matches!(head & 0xff0f, 0xff01 | 0xff02)
}

fn moved_to_front(ip: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = ip.octets();
    Ipv6Addr::from([a, b, c, d, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d])
}

/// The name under which Linux looks for an interface when `if_nametoindex(3)`, or a scope, says `text`; `None` if it can be no
/// interface's.
///
/// A colon and what follows it, an address label of old (`eth0:1`), is left away (`dev_ioctl`); a name of 16 bytes or more
/// (`IFNAMSIZ` counts a NUL) and one with a NUL in it are nobody's. Interfaces are compared byte for byte.
///
/// ```
/// use wavetank_api::if_lookup_name;
///
/// assert_eq!(if_lookup_name("eth0"), Some(&b"eth0"[..]));
/// assert_eq!(if_lookup_name("eth0:1"), Some(&b"eth0"[..]));
/// assert_eq!(if_lookup_name("a-name-with-15-b"), None);
/// assert_eq!(if_lookup_name("lo\0"), None);
/// ```
#[must_use]
#[doc(alias = "if_nametoindex")]
pub fn if_lookup_name<T: AsRef<[u8]> + ?Sized>(text: &T) -> Option<&[u8]> {
    let text = text.as_ref();
    let name = text.split(|&byte| byte == b':').next()?;
    (text.len() < IFNAMSIZ && !name.is_empty() && !text.contains(&0)).then_some(name)
}

/// Bytes of an interface's name with its NUL: `IFNAMSIZ`, `<linux/if.h>`.
const IFNAMSIZ: usize = 16;

/// A service in numbers as `getaddrinfo(3)` reads it: the port; `None` for what has to be looked up by name, and is
/// `EAI_SERVICE` if nobody knows it.
///
/// glibc reads it by `strtoul(3)`: white space before it, a sign and leading zeros are accepted, and of the number the lower 32
/// bits are kept as an `int`, then the lower 16 as the port. So `65616` and `+80` are port 80. If that `int` is negative,
/// the text is taken for a name. An empty text, and `*`, mean no service at all, port 0.
///
/// # Errors
///
/// With [`AiFlags::NUMERICSERV`], `EAI_NONAME` for a text that is no number.
///
/// ```
/// use wavetank_api::{AiFlags, Eai, numeric_service};
///
/// let rows = [
///     ("80", Ok(Some(80))),
///     ("080", Ok(Some(80))),
///     (" +80", Ok(Some(80))),
///     ("65616", Ok(Some(80))),
///     ("", Ok(Some(0))),
///     ("-1", Ok(None)),
///     ("80 ", Err(Eai::NONAME)),
///     ("0x50", Err(Eai::NONAME)),
///     ("http", Err(Eai::NONAME)),
/// ];
/// for (text, port) in rows {
///     assert_eq!(numeric_service(text, AiFlags::NUMERICSERV), port, "{text:?}");
/// }
/// assert_eq!(numeric_service("http", AiFlags::empty()), Ok(None));
/// ```
#[doc(alias = "AI_NUMERICSERV")]
pub fn numeric_service(text: impl AsRef<[u8]>, flags: AiFlags) -> Result<Option<u16>, Eai> {
    match text.as_ref() {
        b"" | b"*" => Ok(Some(0)),
        text => match unsigned_long(text) {
            Some(number) if (number as i32) >= 0 => Ok(Some(number as u16)),
            Some(_) => Ok(None),
            None if flags.contains(AiFlags::NUMERICSERV) => Err(Eai::NONAME),
            None => Ok(None),
        },
    }
}

/// A whole text as `strtoul(3)` with base 10 reads it: too large is the largest, and a minus counts back from zero.
fn unsigned_long(text: &[u8]) -> Option<u64> {
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'..=b'\r'))?;
    let (digits, minus) = match &text[start..] {
        [b'-', digits @ ..] => (digits, true),
        [b'+', digits @ ..] | digits => (digits, false),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let add = |number: u64, byte: &u8| number.checked_mul(10)?.checked_add(u64::from(byte - b'0'));
    Some(match digits.iter().try_fold(0, add) {
        Some(number) if minus => number.wrapping_neg(),
        Some(number) => number,
        None => u64::MAX,
    })
}
