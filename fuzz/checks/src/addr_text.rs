//! Addresses in text: reading never panics, and what is written reads back as what it was.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV6};

use super::Seed;
use wavetank_api::{Addr, UnixAddr, inet_aton, parse_ip};

/// Takes the bytes as a text, and as the parts of addresses.
pub fn run(bytes: &[u8]) {
    check_text(&String::from_utf8_lossy(bytes));
    // The prefix is what a random text rarely begins with.
    check_text(&format!("unix:{}", String::from_utf8_lossy(bytes)));
    check_text(&format!("raw:{}", String::from_utf8_lossy(bytes)));
    check_parts(bytes);
}

/// All inputs were found.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    Vec::new()
}

fn check_text(text: &str) {
    if let Ok(addr) = text.parse::<Addr>() {
        reads_back(&addr);
    }
    if let Ok(ip) = inet_aton(text) {
        assert_eq!(inet_aton(ip.to_string()), Ok(ip), "{text:?}");
        assert_eq!(inet_aton(ip.to_bits().to_string()), Ok(ip), "{text:?}");
        assert_eq!(inet_aton(format!("{:#x}", ip.to_bits())), Ok(ip), "{text:?}");
        assert_eq!(inet_aton(format!("0{:o}", ip.to_bits())), Ok(ip), "{text:?}");
        // What may follow white space is `inet_aton`'s affair alone.
        if !text.contains(|c: char| c.is_ascii_whitespace() || c == '\x0b') {
            assert_eq!(parse_ip(text), Some(IpAddr::V4(ip)), "{text:?}");
        }
    }
    // std reads a part of what `inet_aton` does: four parts, decimal, without a leading zero.
    if let Ok(ip) = text.parse::<Ipv4Addr>() {
        assert_eq!(inet_aton(text), Ok(ip), "{text:?}");
    }
    if let Some(ip) = parse_ip(text) {
        assert_eq!(parse_ip(ip.to_string()), Some(ip), "{text:?}");
    }
}

fn check_parts(bytes: &[u8]) {
    if let Ok(addr) = UnixAddr::from_sun_path(bytes) {
        reads_back(&Addr::Unix(addr.clone()));
        let again = UnixAddr::from_sun_path(&addr.to_sun_path());
        assert_eq!(again.ok(), Some(addr), "{bytes:02x?}");
    }
    if let Ok(addr) = UnixAddr::abstract_name(bytes) {
        assert_eq!(addr.as_abstract_name(), Some(bytes));
        reads_back(&Addr::Unix(addr));
    }
    if let Some((head, rest)) = bytes.split_first_chunk::<2>() {
        let family = u16::from_le_bytes(*head);
        reads_back(&Addr::Raw { family, bytes: rest.into() });
        if let Some((v4, _)) = rest.split_first_chunk::<4>() {
            reads_back(&Addr::v4(Ipv4Addr::from(*v4), family));
        }
        if let Some((v6, rest)) = rest.split_first_chunk::<16>() {
            let scope = rest.first_chunk().map_or(0, |scope| u32::from_le_bytes(*scope));
            // The flow label is no part of the text.
            reads_back(&Addr::V6(SocketAddrV6::new(Ipv6Addr::from(*v6), family, 0, scope)));
        }
    }
}

fn reads_back(addr: &Addr) {
    let text = addr.to_string();
    match text.parse::<Addr>() {
        Ok(again) => assert_eq!(again, *addr, "{text:?} was read as another address"),
        Err(error) => panic!("{text:?}: {error}"),
    }
}
