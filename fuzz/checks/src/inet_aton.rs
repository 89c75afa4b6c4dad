//! `inet_aton` beside the C library's.

use std::net::Ipv4Addr;

use crate::{
    Seed,
    dice::{self, Dice},
    differential::{Parser, Verdict, verdict},
    named, sys,
};

/// See [`Parser`].
pub const PARSER: Parser = Parser { name: "inet_aton", reference: "inet_aton(3)", text, compare };

/// The bytes are the text.
pub fn run(bytes: &[u8]) {
    PARSER.check(bytes);
}

fn compare(text: &[u8]) -> Verdict {
    let ours = wavetank_api::inet_aton(text).ok();
    if let Some(ip) = ours {
        let bits = ip.to_bits();
        for again in [ip.to_string(), bits.to_string(), format!("{bits:#x}"), format!("0{bits:o} and more")] {
            assert_eq!(wavetank_api::inet_aton(&again), Ok(ip), "{again:?} was written of {}", text.escape_ascii());
        }
    }
    // std reads a part of what `inet_aton` does: four parts, decimal, without a leading zero.
    if let Some(ip) = str::from_utf8(text).ok().and_then(|text| text.parse::<Ipv4Addr>().ok()) {
        assert_eq!(ours, Some(ip));
    }
    let theirs = sys::c_text(text).and_then(|text| sys::aton(&text));
    verdict(ours.map(|ip| ip.octets()).ok_or(()), theirs.ok_or(()))
}

fn text(dice: &mut Dice) -> Vec<u8> {
    let mut text = dice::v4(dice);
    if dice.once_in(4) {
        text.push(dice.space());
        text.extend(dice.some(b" x.1\xff\x00:/", 4));
    }
    dice.mutate(&mut text, b"0123456789abcdefxX.. \t\n+-:%/\x00\xa0\xff");
    text
}

/// The edges of each rule.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    named(&[
        ("four-parts", "127.0.0.1"),
        ("three-parts", "1.2.65535"),
        ("three-parts-too-large", "1.2.65536"),
        ("two-parts", "1.16777215"),
        ("two-parts-too-large", "1.16777216"),
        ("one-part", "4294967295"),
        ("one-part-too-large", "4294967296"),
        ("five-parts", "1.2.3.4.5"),
        ("octal", "0177.010"),
        ("octal-nine", "09.1"),
        ("octal-largest", "037777777777"),
        ("hex", "0x7f.0X1"),
        ("hex-without-digits", "0x.1"),
        ("hex-many-zeros", "0x000000000000000000000000000001"),
        ("over-64-bits", "18446744073709551616"),
        ("leading-part-too-large", "256.1"),
        ("dot-at-the-end", "1.2.3."),
        ("two-dots", "1..2"),
        ("sign", "+1.2.3.4"),
        ("sign-inside", "1.-2.3.4"),
        ("space-before", " 1.2.3.4"),
        ("space-behind", "1.2.3.4 and more"),
        ("newline-behind", "1.2.3.4\n"),
        ("space-inside", "1 .2.3.4"),
        ("slash-behind", "1.2.3.4/8"),
        ("nul-behind", "1.2.3.4\0"),
        ("nul-after-space", "1.2.3.4 \0"),
        ("no-break-space", "1.2.3.4\u{a0}"),
        ("nothing", ""),
    ])
}
