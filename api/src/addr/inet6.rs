//! IPv6 addresses in text, as the C library reads and writes them (RFC 4291 section 2.2; RFC 5952).

use std::fmt::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Eight groups of one to four hexadecimal digits; the last two may be a dotted quad, and `::` stands for one group or more.
pub(super) fn read(text: &[u8]) -> Option<Ipv6Addr> {
    let mut groups = [0; 8];
    let Some(gap) = text.windows(2).position(|pair| pair == b"::") else {
        return (read_groups(text, &mut groups, true)? == 8).then(|| groups.into());
    };
    let (before, after) = (&text[..gap], &text[gap + 2..]);
    // Seven at most: what the gap stands for is not nothing.
    let mut count = 0;
    if !before.is_empty() {
        count = read_groups(before, &mut groups[..7], false)?;
    }
    if !after.is_empty() {
        let mut tail = [0; 7];
        let len = read_groups(after, &mut tail[..7 - count], true)?;
        groups[8 - len..].copy_from_slice(&tail[..len]);
    }
    Some(groups.into())
}

/// Reads groups with a colon between each two; how many there were, if they fit.
fn read_groups(text: &[u8], into: &mut [u16], may_end_in_quad: bool) -> Option<usize> {
    let mut count = 0;
    let mut parts = text.split(|&byte| byte == b':').peekable();
    while let Some(part) = parts.next() {
        if may_end_in_quad && parts.peek().is_none() && part.contains(&b'.') {
            let [a, b, c, d] = read_quad(part)?.octets();
            let quad = into.get_mut(count..count + 2)?;
            quad.copy_from_slice(&[u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]);
            return Some(count + 2);
        }
        *into.get_mut(count)? = read_group(part)?;
        count += 1;
    }
    Some(count)
}

fn read_group(text: &[u8]) -> Option<u16> {
    let add = |group: u16, byte: &u8| Some(group << 4 | char::from(*byte).to_digit(16)? as u16);
    if (1..=4).contains(&text.len()) { text.iter().try_fold(0, add) } else { None }
}

/// Four decimal numbers without leading zeros: IPv4 as `inet_pton(3)` reads it.
pub(super) fn read_quad(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut parts = text.split(|&byte| byte == b'.');
    for octet in &mut octets {
        *octet = read_octet(parts.next()?)?;
    }
    parts.next().is_none().then(|| octets.into())
}

fn read_octet(text: &[u8]) -> Option<u8> {
    let add = |octet: u8, byte: &u8| octet.checked_mul(10)?.checked_add(char::from(*byte).to_digit(10)? as u8);
    match text {
        [] | [b'0', _, ..] => None,
        digits => digits.iter().try_fold(0, add),
    }
}

/// As `inet_ntop(3)` of the C library writes it: the first longest run of two zero groups or more is `::`, and an address that
/// carries one of IPv4 (`::ffff:1.2.3.4`, and the deprecated `::1.2.3.4`) ends in a dotted quad.
pub(super) struct AsText(pub(super) Ipv6Addr);

impl fmt::Display for AsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = self.0.segments();
        let quad = match groups {
            [0, 0, 0, 0, 0, 0xffff, _, _] => Some("::ffff:"),
            // With a zero there the gap is longer, and the address is one like `::1`.
            [0, 0, 0, 0, 0, 0, high, _] if high != 0 => Some("::"),
            _ => None,
        };
        if let Some(before) = quad {
            let [.., a, b, c, d] = self.0.octets();
            return write!(f, "{before}{}", Ipv4Addr::new(a, b, c, d));
        }
        let (start, len) = longest_zeros(&groups);
        if len < 2 {
            return write_groups(&groups, f);
        }
        write_groups(&groups[..start], f)?;
        f.write_str("::")?;
        write_groups(&groups[start + len..], f)
    }
}

/// Where the first longest run of zeros starts, and its length.
fn longest_zeros(groups: &[u16; 8]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut len = 0;
    for (at, &group) in groups.iter().enumerate() {
        len = if group == 0 { len + 1 } else { 0 };
        if len > best.1 {
            best = (at + 1 - len, len);
        }
    }
    best
}

fn write_groups(groups: &[u16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    groups.iter().enumerate().try_for_each(|(at, group)| {
        if at > 0 {
            f.write_char(':')?;
        }
        write!(f, "{group:x}")
    })
}
