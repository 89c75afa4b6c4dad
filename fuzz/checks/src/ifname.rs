//! The form of interfaces' names: `if_lookup_name` and a table, beside `if_nametoindex`.

use std::sync::OnceLock;

use wavetank_api::if_lookup_name;
use wavetank_lab::{End, Namespace, veth};

use crate::{
    Seed,
    dice::Dice,
    differential::{Parser, Verdict, verdict},
    named, sys,
};

/// See [`Parser`].
pub const PARSER: Parser = Parser { name: "ifname", reference: "if_nametoindex(3)", text, compare };

/// The bytes are the name.
pub fn run(bytes: &[u8]) {
    PARSER.check(bytes);
}

fn compare(text: &[u8]) -> Verdict {
    inside(|| {
        let ours = if_lookup_name(text).and_then(index_of);
        let theirs = sys::c_text(text).and_then(|text| sys::if_nametoindex(&text));
        verdict(ours.ok_or(()), theirs.ok_or(()))
    })
}

/// Names that are as odd as Linux allows: a number, the longest, with dots, with bytes that are not ASCII.
const INTERFACES: [(&str, &str); 3] = [("5", "123456789012345"), ("eth0.7", "e-_+@"), ("é", "4294967295")];

/// A network with such interfaces; `None` where none can be made.
fn network() -> Option<&'static Namespace> {
    static NETWORK: OnceLock<Option<Namespace>> = OnceLock::new();
    NETWORK
        .get_or_init(|| {
            let space = Namespace::new().ok()?;
            let end = |name| End { namespace: &space, name, addresses: &[] };
            for (name, peer) in INTERFACES {
                // Not every kernel has veth; loopback is enough for the rules.
                let _ = veth(end(name), end(peer));
            }
            Some(space)
        })
        .as_ref()
}

thread_local! {
    /// The interfaces that this thread sees, which has gone where nobody changes them.
    static HERE: Vec<(Vec<u8>, u32)> = {
        if let Some(space) = network() {
            space.enter();
        }
        sys::load_no_modules();
        sys::if_nameindex()
    };
}

/// Runs the closure where the interfaces are those of [`index_of`].
pub fn inside<T>(body: impl FnOnce() -> T) -> T {
    HERE.with(|_| body())
}

/// The interface of exactly this name.
#[must_use]
pub fn index_of(name: &[u8]) -> Option<u32> {
    HERE.with(|here| here.iter().find(|(known, _)| known == name).map(|(_, index)| *index))
}

/// A name, or nearly.
pub(crate) fn text(dice: &mut Dice) -> Vec<u8> {
    let [(a, b), (c, d), (e, f)] = INTERFACES;
    let mut text = dice.of(&["lo", "lo", a, b, c, d, e, f, "", "eth0"]).as_bytes().to_vec();
    match dice.below(4) {
        0 => {
            text.push(b':');
            text.extend(dice.some(b"0123:loeth% \xff", 14));
        }
        // About as long as a name may be.
        1 => text.resize(13 + dice.below(5), dice.of(b"0x:5")),
        _ => {}
    }
    dice.mutate(&mut text, b"lo05:eth.%/ \x00\xff\xc3\xa9");
    text
}

/// The edges of each rule.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    named(&[
        ("loopback", "lo"),
        ("label", "lo:1"),
        ("label-empty", "lo:"),
        ("label-alone", ":1"),
        ("label-two-colons", "lo::lo"),
        ("label-15-bytes", "lo:aaaaaaaaaaaa"),
        ("label-16-bytes", "lo:aaaaaaaaaaaaa"),
        ("name-15-bytes", "123456789012345"),
        ("name-16-bytes", "1234567890123456"),
        ("name-of-digits", "5"),
        ("name-not-ascii", "é"),
        ("name-with-dot", "eth0.7"),
        ("capitals", "LO"),
        ("space-behind", "lo "),
        ("space-before", " lo"),
        ("slash", "lo/"),
        ("percent", "%lo"),
        ("dot", "."),
        ("unknown", "nope"),
        ("nul-behind", "lo\0"),
        ("nul-inside", "l\0o"),
        ("nothing", ""),
    ])
}
