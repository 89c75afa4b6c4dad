//! Our parsers of addresses beside the C library's: one [`Parser`] each, for the fuzz target of its name and for `src/bin/addr.rs`.

use std::fmt::Debug;

use crate::{
    addr_from_str, bluetooth, dice::Dice, ifname, inet_aton, inet_ntop, inet_pton, numeric_host, permitted, service,
    unix,
};

/// A parser, and what it is held against.
#[derive(Clone, Copy, Debug)]
pub struct Parser {
    /// Its name, which is that of its fuzz target.
    pub name: &'static str,
    /// What else reads the same text.
    pub reference: &'static str,
    /// A text at random, of which a good part is right, and most of the others nearly.
    pub text: fn(&mut Dice) -> Vec<u8>,
    /// Reads it by both.
    pub compare: fn(&[u8]) -> Verdict,
}

/// What came of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Both read it as the same.
    Read,
    /// Both refused it, for the same reason if they tell one.
    Refused,
    /// They differ, which is permitted for this reason.
    Permitted(&'static str),
    /// They differ so.
    Differs(String),
}

/// All parsers.
pub const PARSERS: &[Parser] = &[
    inet_aton::PARSER,
    inet_pton::PARSER,
    inet_ntop::PARSER,
    numeric_host::PARSER,
    service::PARSER,
    ifname::PARSER,
    bluetooth::PARSER,
    addr_from_str::PARSER,
    unix::PARSER,
];

impl Parser {
    /// Reads a text by both; what is permitted is told apart.
    #[must_use]
    pub fn judge(&self, text: &[u8]) -> Verdict {
        match (self.compare)(text) {
            Verdict::Differs(how) => {
                permitted::reason(self.name, text).map_or(Verdict::Differs(how), Verdict::Permitted)
            }
            verdict => verdict,
        }
    }

    /// Reads a text by both.
    ///
    /// # Panics
    ///
    /// If they differ, and may not.
    pub fn check(&self, text: &[u8]) {
        if let Verdict::Differs(how) = self.judge(text) {
            panic!("{} differs from {} on {}: {how}", self.name, self.reference, text.escape_ascii());
        }
    }
}

/// The verdict on what both made of a text.
pub fn verdict<T: PartialEq + Debug, E: PartialEq + Debug>(ours: Result<T, E>, theirs: Result<T, E>) -> Verdict {
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) if ours == theirs => Verdict::Read,
        (Err(ours), Err(theirs)) if ours == theirs => Verdict::Refused,
        _ => Verdict::Differs(format!("ours is {ours:?}, theirs {theirs:?}")),
    }
}

/// Of several verdicts on one text: a difference, or whether anybody read it.
#[must_use]
pub fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let mut all = Verdict::Refused;
    for verdict in verdicts {
        match verdict {
            Verdict::Differs(_) => return verdict,
            Verdict::Read => all = verdict,
            Verdict::Refused | Verdict::Permitted(_) => {}
        }
    }
    all
}
