//! `inet_pton` of both families beside the C library's.

use std::net::IpAddr;

use wavetank_api::{Family, inet_ntop};

use crate::{
    Seed,
    dice::{self, Dice},
    differential::{Parser, Verdict, all, verdict},
    named, sys,
};

/// See [`Parser`].
pub const PARSER: Parser = Parser { name: "inet_pton", reference: "inet_pton(3)", text, compare };

/// The bytes are the text.
pub fn run(bytes: &[u8]) {
    PARSER.check(bytes);
}

fn compare(text: &[u8]) -> Verdict {
    let c_text = sys::c_text(text);
    let ours = |family| match wavetank_api::inet_pton(family, text) {
        Ok(IpAddr::V4(ip)) => Ok(ip.octets().to_vec()),
        Ok(IpAddr::V6(ip)) => Ok(ip.octets().to_vec()),
        Err(_) => Err(()),
    };
    for family in [Family::INET, Family::INET6] {
        if let Ok(bytes) = ours(family) {
            let again = inet_ntop(family, &bytes).unwrap_or_default();
            assert!(wavetank_api::inet_pton(family, &again).is_ok(), "{again:?} was written of {}", text.escape_ascii());
        }
    }
    let v4 = c_text.as_ref().and_then(|text| sys::pton::<4>(Family::INET, text)).map(|ip| ip.to_vec());
    let v6 = c_text.as_ref().and_then(|text| sys::pton::<16>(Family::INET6, text)).map(|ip| ip.to_vec());
    all([verdict(ours(Family::INET), v4.ok_or(())), verdict(ours(Family::INET6), v6.ok_or(()))])
}

fn text(dice: &mut Dice) -> Vec<u8> {
    let mut text = match dice.below(8) {
        0 | 1 => dice::quad(dice),
        2 => dice::v4(dice),
        _ => dice::v6(dice),
    };
    dice.mutate(&mut text, b"0123456789abcdefABCDEF::::...g%x +-\x00\xff");
    text
}

/// The edges of each rule.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    named(&[
        ("v4", "127.0.0.1"),
        ("v4-largest", "255.255.255.255"),
        ("v4-too-large", "1.2.3.256"),
        ("v4-leading-zero", "01.2.3.4"),
        ("v4-zero-zero", "1.2.3.00"),
        ("v4-three-parts", "1.2.3"),
        ("v4-five-parts", "1.2.3.4.5"),
        ("v4-space-behind", "1.2.3.4 "),
        ("v4-nul-behind", "1.2.3.4\0"),
        ("v6-all-zeros", "::"),
        ("v6-full", "1:2:3:4:5:6:7:8"),
        ("v6-nine-groups", "1:2:3:4:5:6:7:8:9"),
        ("v6-gap-in-front", "::2:3:4:5:6:7:8"),
        ("v6-gap-behind", "1:2:3:4:5:6:7::"),
        ("v6-gap-for-nothing", "1:2:3:4::5:6:7:8"),
        ("v6-two-gaps", "1::2::3"),
        ("v6-three-colons", "1:::2"),
        ("v6-colon-in-front", ":1"),
        ("v6-colon-behind", "1:2:3:4:5:6:7:"),
        ("v6-five-digits", "::12345"),
        ("v6-mapped", "::ffff:1.2.3.4"),
        ("v6-compatible", "::1.2.3.4"),
        ("v6-quad-last", "1:2:3:4:5:6:1.2.3.4"),
        ("v6-quad-too-late", "1:2:3:4:5:6:7:1.2.3.4"),
        ("v6-quad-first", "1.2.3.4::"),
        ("v6-quad-and-group", "::1.2.3.4:5"),
        ("v6-quad-leading-zero", "::01.2.3.4"),
        ("v6-capitals", "ABCD:EF01::"),
        ("v6-scope", "fe80::1%lo"),
        ("v6-brackets", "[::1]"),
        ("v6-nul-behind", "::1\0"),
        ("nothing", ""),
    ])
}
