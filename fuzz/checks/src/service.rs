//! `numeric_service` beside `getaddrinfo` with `AI_NUMERICSERV`.

use wavetank_api::{AiFlags, Eai, Family, numeric_service};

use crate::{
    Seed,
    dice::Dice,
    differential::{Parser, Verdict, verdict},
    named, sys,
};

/// See [`Parser`].
pub const PARSER: Parser = Parser { name: "service", reference: "getaddrinfo(3) with AI_NUMERICSERV", text, compare };

/// The bytes are the service.
pub fn run(bytes: &[u8]) {
    PARSER.check(bytes);
}

fn compare(text: &[u8]) -> Verdict {
    // Without a number it is a name, and no service has one like these.
    let ours = numeric_service(text, AiFlags::NUMERICSERV).and_then(|port| port.ok_or(Eai::SERVICE));
    let named = numeric_service(text, AiFlags::empty());
    assert_eq!(named, Ok(ours.ok()), "a number is one with AI_NUMERICSERV or without");
    let Some(c_text) = sys::c_text(text) else { return verdict(ours.map_err(drop), Err(())) };
    let theirs = sys::getaddrinfo(Some(c"0.0.0.0"), Some(&c_text), Family::INET, AiFlags::empty());
    verdict(ours, theirs.map(|(.., port)| port))
}

fn text(dice: &mut Dice) -> Vec<u8> {
    let mut text = Vec::new();
    if dice.once_in(4) {
        text.extend((0..1 + dice.below(2)).map(|_| dice.space()));
    }
    match dice.below(8) {
        0 => text.push(b'+'),
        1 => text.push(b'-'),
        _ => {}
    }
    if dice.once_in(4) {
        text.extend("0".repeat(dice.below(24)).bytes());
    }
    let number = dice.number();
    match dice.below(32) {
        0 => text.extend(dice.of(&["http", "*", "", "0x50", "1e3"]).bytes()),
        1 => text.extend(format!("{number}{number}").bytes()),
        2..16 => text.extend((number as u16).to_string().bytes()),
        _ => text.extend(number.to_string().bytes()),
    }
    dice.mutate(&mut text, b"00123456789+- \t\n\x0bx*.\x00\xa0");
    text
}

/// The edges of each rule.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    named(&[
        ("port", "80"),
        ("port-largest", "65535"),
        ("port-too-large", "65536"),
        ("port-wraps", "65616"),
        ("int-largest", "2147483647"),
        ("int-too-large", "2147483648"),
        ("int-wraps", "4294967376"),
        ("long-largest", "18446744073709551615"),
        ("long-too-large", "18446744073709551616"),
        ("leading-zeros", "0000000000000000000000000080"),
        ("space-before", " 80"),
        ("vertical-tab-before", "\u{b}80"),
        ("space-behind", "80 "),
        ("plus", "+80"),
        ("minus", "-1"),
        ("minus-zero", "-0"),
        ("minus-wraps", "-4294967216"),
        ("minus-too-large", "-18446744073709551616"),
        ("two-signs", "+-1"),
        ("sign-alone", "+"),
        ("space-alone", " "),
        ("space-after-sign", "+ 80"),
        ("hex", "0x50"),
        ("name", "http"),
        ("star", "*"),
        ("nul-behind", "80\0"),
        ("nothing", ""),
    ])
}
