//! Addresses of the internet in text, as the C library reads them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `inet_aton(3)`: dotted parts in decimal, octal (`0…`) or hexadecimal (`0x…`), of which the last fills what is left.
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
///     ("1.2.3.256", None),
///     ("08.0.0.1", None),
///     ("1.2.3.4.5", None),
///     ("", None),
/// ];
/// for (text, octets) in rows {
///     assert_eq!(inet_aton(text).map(|ip| ip.octets()), octets, "{text:?}");
/// }
/// ```
#[must_use]
pub fn inet_aton(text: &str) -> Option<Ipv4Addr> {
    let mut parts = [0_u64; 4];
    let mut count = 0;
    for part in text.split('.') {
        *parts.get_mut(count)? = parse_part(part)?;
        count += 1;
    }
    let (last, leading) = parts[..count].split_last()?;
    if leading.iter().any(|&part| part > 0xff) || *last >= 1 << (8 * (5 - count)) {
        return None;
    }
    let high = leading.iter().enumerate().fold(0, |bits, (at, &part)| bits | part << (24 - 8 * at));
    Some(Ipv4Addr::from_bits((high | last) as u32))
}

/// One number of `inet_aton`, in the base that its prefix says.
fn parse_part(part: &str) -> Option<u64> {
    let (digits, radix) = match part.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (&part[2..], 16),
        [b'0', _, ..] => (&part[1..], 8),
        _ => (part, 10),
    };
    // `from_str_radix` accepts a sign, the C library does not.
    let all_digits = digits.chars().all(|digit| digit.is_digit(radix));
    if all_digits { u64::from_str_radix(digits, radix).ok() } else { None }
}

/// The host part of an internet address when it needs no name server: an address in text, or one of Python's two words,
/// `''` for `INADDR_ANY` and `<broadcast>` for `INADDR_BROADCAST`.
///
/// ```
/// use wavetank_api::parse_ip;
///
/// assert_eq!(parse_ip("").unwrap().to_string(), "0.0.0.0");
/// assert_eq!(parse_ip("<broadcast>").unwrap().to_string(), "255.255.255.255");
/// assert_eq!(parse_ip("::1").unwrap().to_string(), "::1");
/// assert_eq!(parse_ip("localhost"), None);
/// ```
#[must_use]
#[doc(alias = "INADDR_ANY")]
#[doc(alias = "INADDR_BROADCAST")]
pub fn parse_ip(host: &str) -> Option<IpAddr> {
    match host {
        "" => Some(Ipv4Addr::UNSPECIFIED.into()),
        "<broadcast>" => Some(Ipv4Addr::BROADCAST.into()),
        // Every spelling of an IPv4 address begins with a digit, and every IPv6 address has a colon: most names need no more.
        _ if !host.starts_with(|first: char| first.is_ascii_digit()) && !host.contains(':') => None,
        _ => inet_aton(host).map(IpAddr::V4).or_else(|| host.parse::<Ipv6Addr>().ok().map(IpAddr::V6)),
    }
}
