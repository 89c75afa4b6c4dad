//! `inet_ntop` and `inet_ntoa` beside the C library's: bytes to a text.

use wavetank_api::{Family, inet_ntoa, inet_pton};

use crate::{
    Seed,
    dice::Dice,
    differential::{Parser, Verdict, all, verdict},
    sys,
};

/// See [`Parser`].
pub const PARSER: Parser = Parser { name: "inet_ntop", reference: "inet_ntop(3), inet_ntoa(3)", text, compare };

/// The bytes are the address; four of IPv4, sixteen of IPv6, and no other number.
pub fn run(bytes: &[u8]) {
    PARSER.check(bytes);
}

fn compare(bytes: &[u8]) -> Verdict {
    let ours = |family| wavetank_api::inet_ntop(family, bytes).map_err(drop);
    for family in [Family::INET, Family::INET6] {
        if let Ok(text) = ours(family) {
            let again = inet_pton(family, &text).map(|ip| match ip {
                std::net::IpAddr::V4(ip) => ip.octets().to_vec(),
                std::net::IpAddr::V6(ip) => ip.octets().to_vec(),
            });
            assert_eq!(again.as_deref(), Ok(bytes), "{text:?}");
        }
    }
    let v4 = <[u8; 4]>::try_from(bytes).ok();
    let v6 = <[u8; 16]>::try_from(bytes).ok();
    all([
        verdict(ours(Family::INET), v4.and_then(sys::ntop_v4).ok_or(())),
        verdict(ours(Family::INET6), v6.and_then(sys::ntop_v6).ok_or(())),
        verdict(v4.map(inet_ntoa).ok_or(()), v4.map(sys::ntoa).ok_or(())),
    ])
}

fn text(dice: &mut Dice) -> Vec<u8> {
    match dice.below(32) {
        0 => (0..dice.below(20)).map(|_| dice.bits() as u8).collect(),
        1..8 => (0..4).map(|_| if dice.once_in(4) { dice.number() as u8 } else { dice.bits() as u8 }).collect(),
        _ => {
            let zeros = 1 + dice.below(8);
            let group = |dice: &mut Dice| match dice.below(12) {
                at if at < zeros => 0,
                8 => 0xffff,
                9 => 1,
                _ => dice.bits() as u16 >> dice.below(16),
            };
            (0..8).flat_map(|_| group(dice).to_be_bytes()).collect()
        }
    }
}

/// Where the gap goes, and when a dotted quad is written.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let rows: &[(&str, &[u16])] = &[
        ("v6-all-zeros", &[0, 0, 0, 0, 0, 0, 0, 0]),
        ("v6-loopback", &[0, 0, 0, 0, 0, 0, 0, 1]),
        ("v6-compatible", &[0, 0, 0, 0, 0, 0, 0x102, 0x304]),
        ("v6-compatible-low-half-zero", &[0, 0, 0, 0, 0, 0, 1, 0]),
        ("v6-mapped", &[0, 0, 0, 0, 0, 0xffff, 0x102, 0x304]),
        ("v6-mapped-zero", &[0, 0, 0, 0, 0, 0xffff, 0, 0]),
        ("v6-translated", &[0, 0, 0, 0, 0xffff, 0, 0x102, 0x304]),
        ("v6-one-zero", &[1, 2, 3, 0, 5, 6, 7, 8]),
        ("v6-two-runs-alike", &[1, 0, 0, 4, 5, 0, 0, 8]),
        ("v6-longer-run-second", &[1, 0, 0, 4, 0, 0, 0, 8]),
        ("v6-run-in-front", &[0, 0, 3, 4, 5, 6, 7, 8]),
        ("v6-run-behind", &[1, 2, 3, 4, 5, 6, 0, 0]),
        ("v6-none", &[1, 0x20, 0x300, 0x4000, 5, 6, 7, 0xffff]),
        ("v6-alternating", &[1, 0, 2, 0, 3, 0, 4, 0]),
        ("v6-seven-zeros-in-front-of-nothing", &[1, 0, 0, 0, 0, 0, 0, 0]),
    ];
    let v6 = rows.iter().map(|(name, groups)| ((*name).to_owned(), groups.iter().flat_map(|group| group.to_be_bytes()).collect()));
    let others: &[(&str, &[u8])] = &[
        ("nothing", &[]),
        ("three-bytes", &[1, 2, 3]),
        ("five-bytes", &[1, 2, 3, 4, 5]),
        ("seventeen-bytes", &[0; 17]),
        ("v4-largest", &[255; 4]),
        ("v4-loopback", &[127, 0, 0, 1]),
    ];
    v6.chain(others.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))).collect()
}
