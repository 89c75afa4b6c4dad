//! `BdAddr` beside the `scanf` by which Python reads a Bluetooth address.

use wavetank_api::BdAddr;

use crate::{
    Seed,
    dice::Dice,
    differential::{Parser, Verdict, verdict},
    named, sys,
};

/// See [`Parser`].
pub const PARSER: Parser = Parser { name: "bluetooth", reference: "sscanf(3), as in Python's setbdaddr", text, compare };

/// The bytes are the text.
pub fn run(bytes: &[u8]) {
    PARSER.check(bytes);
}

fn compare(text: &[u8]) -> Verdict {
    // A text that is no UTF-8 cannot be given to us, and nobody may read it.
    let ours = str::from_utf8(text).ok().and_then(|text| text.parse::<BdAddr>().ok());
    if let Some(addr) = ours {
        assert_eq!(addr.to_string().parse(), Ok(addr));
    }
    let theirs = sys::c_text(text).and_then(|text| sys::scan_bdaddr(&text));
    verdict(ours.map(|addr| addr.0).ok_or(()), theirs.ok_or(()))
}

fn text(dice: &mut Dice) -> Vec<u8> {
    let parts = dice.of(&[5, 6, 6, 6, 6, 6, 6, 6, 7]);
    let mut text = Vec::new();
    for part in 0..parts {
        if part > 0 {
            text.push(b':');
        }
        if dice.once_in(12) {
            text.push(dice.space());
        }
        let signed = dice.once_in(12);
        if signed {
            text.push(dice.of(b"+-"));
        }
        if dice.once_in(12) {
            text.extend(dice.of(&["0x", "0X", "00", "0", "000000000"]).bytes());
        }
        let number = match dice.below(12) {
            0 => dice.number(),
            // Below zero is nothing but zero itself.
            1..6 if signed => 0,
            _ => dice.bits() % 256,
        };
        text.extend(if dice.once_in(2) { format!("{number:02x}") } else { format!("{number:X}") }.bytes());
    }
    dice.mutate(&mut text, b"0123456789abcdefABCDEFxX::: +-\t\n\x00\xffg");
    text
}

/// The edges of each rule, and the difference that is permitted.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    named(&[
        ("bytes", "00:1a:7d:da:71:13"),
        ("capitals", "AA:BB:CC:DD:EE:FF"),
        ("one-digit-each", "1:2:3:4:5:6"),
        ("zeros", "0000:0001:2:3:4:5"),
        ("five-parts", "1:2:3:4:5"),
        ("seven-parts", "1:2:3:4:5:6:7"),
        ("too-large", "1:2:3:4:5:100"),
        ("permitted-cut-to-32-bits", "1:2:3:4:5:100000001"),
        ("permitted-minus-cut-to-32-bits", "1:2:3:4:5:-ffffffff"),
        ("more-than-64-bits", "1:2:3:4:5:10000000000000001"),
        ("minus", "1:2:3:4:5:-6"),
        ("minus-zero", "1:2:3:4:5:-0"),
        ("plus", "+1:2:3:4:5:6"),
        ("prefix", "0x1:2:3:4:5:0X6"),
        ("prefix-alone", "0x:2:3:4:5:6"),
        ("prefix-twice", "0x0x1:2:3:4:5:6"),
        ("prefix-after-zero", "00x1:2:3:4:5:6"),
        ("space-before-number", " 1:\t2:\u{b}3:4:5:6"),
        ("space-behind-number", "1 :2:3:4:5:6"),
        ("space-behind-sign", "+ 1:2:3:4:5:6"),
        ("space-at-the-end", "1:2:3:4:5:6 "),
        ("colon-at-the-end", "1:2:3:4:5:6:"),
        ("no-digit", "1:2:3:4:5:"),
        ("sign-alone", "1:2:3:4:5:+"),
        ("nul-behind", "1:2:3:4:5:6\0"),
        ("nothing", ""),
    ])
}
