//! IPv4 addresses in the old spellings: `inet_aton(3)` and `inet_ntoa(3)`; and the two words that Python knows.

use std::net::{IpAddr, Ipv4Addr};

use super::inet6;
use super::text::AddrParseError;

const NOT_V4: AddrParseError = AddrParseError::new(
    "inet_aton: not an IPv4 address: write 1.2.3.4, or one to four numbers in decimal, octal (010) or hexadecimal (0x8), \
     of which all but the last are below 256",
);

/// `inet_aton(3)`: one to four numbers in decimal, octal (`0...`) or hexadecimal (`0x...`), of which the last fills what is left.
///
/// As in the C library, white space ends the address, and anything may follow it: `getaddrinfo` does not allow that, nor does
/// [`parse_ip`](crate::parse_ip). A NUL, which would end the text in C, is refused wherever it stands.
///
/// # Errors
///
/// The text is none of these (Python: `illegal IP address string passed to inet_aton`).
///
/// ```
/// use wavetank_api::inet_aton;
///
/// let rows = [
///     ("127.0.0.1", Some([127, 0, 0, 1])),
///     ("127.1", Some([127, 0, 0, 1])),
///     ("0x7f.010", Some([127, 0, 0, 8])),
///     ("1.2.65535", Some([1, 2, 255, 255])),
///     ("4294967295", Some([255; 4])),
///     ("1.2.3.4 and more", Some([1, 2, 3, 4])),
///     ("1.2.3.4/8", None),
///     ("1.2.3.4\0", None),
///     (" 1.2.3.4", None),
///     ("1.2.3.256", None),
///     ("08.0.0.1", None),
///     ("1.2.3.4.5", None),
///     ("+1.2.3.4", None),
///     ("1.2.3.", None),
///     ("0x", None),
///     ("", None),
/// ];
/// for (text, octets) in rows {
///     assert_eq!(inet_aton(text).ok().map(|ip| ip.octets()), octets, "{text:?}");
/// }
/// ```
pub fn inet_aton(text: impl AsRef<[u8]>) -> Result<Ipv4Addr, AddrParseError> {
    let text = text.as_ref();
    match leading_v4(text) {
        Some((ip, [])) => Ok(ip),
        // What isspace(3) holds of in the C locale.
        Some((ip, [b' ' | b'\t'..=b'\r', ..])) if !text.contains(&0) => Ok(ip),
        _ => Err(NOT_V4),
    }
}

/// [`inet_aton`] with nothing after the address, as `getaddrinfo(3)` reads a host.
pub(super) fn inet_aton_exact(text: &[u8]) -> Option<Ipv4Addr> {
    leading_v4(text).filter(|(_, rest)| rest.is_empty()).map(|(ip, _)| ip)
}

/// The address at the head of a text, and what follows its last number.
fn leading_v4(text: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let mut high = 0;
    let mut shift = 32;
    let mut rest = text;
    loop {
        let (number, after) = leading_number(rest)?;
        if shift > 8
            && let Some((b'.', next)) = after.split_first()
        {
            shift -= 8;
            high |= u32::from(u8::try_from(number).ok()?) << shift;
            rest = next;
        } else {
            // A fifth part leaves its dot to the caller, who allows none.
            let fits = u64::from(number) < 1 << shift;
            return fits.then(|| (Ipv4Addr::from_bits(high | number), after));
        }
    }
}

/// The number at the head of a text, in the base that its prefix says, as `strtoul(3)` with base 0; without a sign.
fn leading_number(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, radix) = match text {
        [b'0', b'x' | b'X', digits @ ..] => (digits, 16),
        [b'0', ..] => (text, 8),
        _ => (text, 10),
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(radix);
    let len = digits.iter().take_while(|byte| digit(byte).is_some()).count();
    let (digits, rest) = digits.split_at(len);
    let add = |number: u32, digit| number.checked_mul(radix)?.checked_add(digit);
    let number = digits.iter().filter_map(digit).try_fold(0, add)?;
    (len > 0).then_some((number, rest))
}

/// `inet_ntoa(3)`: four decimal numbers.
///
/// ```
/// use wavetank_api::inet_ntoa;
///
/// assert_eq!(inet_ntoa([127, 0, 0, 1]), "127.0.0.1");
/// ```
#[must_use]
pub fn inet_ntoa(ip: impl Into<Ipv4Addr>) -> String {
    ip.into().to_string()
}

/// The host part of an internet address when it needs no name server: an address in text, or one of Python's two words,
/// `''` for `INADDR_ANY` and `<broadcast>` for `INADDR_BROADCAST`.
///
/// IPv4 is read as by [`inet_aton`], but with nothing after it, IPv6 as by [`inet_pton`](crate::inet_pton). A scope (`%eth0`) is
/// [`numeric_host`](crate::numeric_host)'s.
///
/// ```
/// use wavetank_api::parse_ip;
///
/// assert_eq!(parse_ip("").unwrap().to_string(), "0.0.0.0");
/// assert_eq!(parse_ip("<broadcast>").unwrap().to_string(), "255.255.255.255");
/// assert_eq!(parse_ip("::1").unwrap().to_string(), "::1");
/// assert_eq!(parse_ip("localhost"), None);
/// assert_eq!(parse_ip("1.2.3.4 "), None);
/// ```
#[must_use]
#[doc(alias = "INADDR_ANY")]
#[doc(alias = "INADDR_BROADCAST")]
pub fn parse_ip(host: impl AsRef<[u8]>) -> Option<IpAddr> {
    match host.as_ref() {
        b"" => Some(Ipv4Addr::UNSPECIFIED.into()),
        b"<broadcast>" => Some(Ipv4Addr::BROADCAST.into()),
        // Every spelling of an IPv4 address begins with a digit, and every IPv6 address has a colon: most names need no more.
        host if !host[0].is_ascii_digit() && !host.contains(&b':') => None,
        host => inet_aton_exact(host).map(IpAddr::V4).or_else(|| inet6::read(host).map(IpAddr::V6)),
    }
}
