//! [`Knobs`]: what the command line changes in a scenario; and how `--loss`, `--latency` and numbers are written.
//!
//! Chances are integer ratios from the text on: a percentage with decimals is a ratio with a power of ten below it.

use std::{fmt, ops::RangeInclusive, time::Duration};

use crate::sim::LinkBuilder;

/// What the options of the command ask of a scenario's links. The default asks for nothing: the scenario's own settings hold.
///
/// ```
/// use wavetank::{Sim, cli::Knobs, ms};
///
/// fn build(sim: &Sim, knobs: &Knobs) {
///     let (server, client) = (sim.host("server"), sim.host("client"));
///     knobs.on(sim.link(&server, &client).latency(ms(5)..=ms(50)).loss(1, 100));
/// }
/// build(&Sim::new(0), &Knobs::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knobs {
    /// `--loss`: a chance of the first in the second.
    pub loss: Option<(u32, u32)>,
    /// `--latency`: one way, closed.
    pub latency: Option<RangeInclusive<Duration>>,
}

impl Knobs {
    /// Sets on this link what the command line asked for, over what the scenario has set.
    pub fn on<'a>(&self, mut link: LinkBuilder<'a>) -> LinkBuilder<'a> {
        if let Some((num, den)) = self.loss {
            link = link.loss(num, den);
        }
        if let Some(latency) = &self.latency {
            link = link.latency(latency.clone());
        }
        link
    }
}

/// The options that say the same again.
impl fmt::Display for Knobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((num, den)) = self.loss {
            write!(f, " --loss {num}/{den}")?;
        }
        match self.latency.as_ref().map(|range| (Exact(*range.start()), Exact(*range.end()))) {
            None => Ok(()),
            Some((low, high)) if low == high => write!(f, " --latency {low}"),
            Some((low, high)) => write!(f, " --latency {low}..{high}"),
        }
    }
}

/// A time in the largest unit that has no decimals, as [`parse_latency`] reads it.
#[derive(PartialEq, Eq)]
struct Exact(Duration);

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX) {
            nanos if nanos % 1_000_000_000 == 0 => write!(f, "{}s", nanos / 1_000_000_000),
            nanos if nanos % 1_000_000 == 0 => write!(f, "{}ms", nanos / 1_000_000),
            nanos if nanos % 1_000 == 0 => write!(f, "{}us", nanos / 1_000),
            nanos => write!(f, "{nanos}ns"),
        }
    }
}

/// `5%`, `0.1%`, `1/1000`, `1 in 1000`; a whole number is a percentage. Never more than the whole.
pub(super) fn parse_loss(text: &str) -> Result<(u32, u32), String> {
    const FORMS: &str = "a percentage or a ratio, as in 5%, 0.1% or 1/1000";
    let text = text.trim();
    let ratio = if let Some(percent) = text.strip_suffix('%') {
        decimal(percent.trim_end()).map(|(num, den)| (num, den * 100))
    } else if let Ok(percent) = text.parse() {
        Some((percent, 100))
    } else if let Some((num, den)) = text.split_once('/').or_else(|| text.split_once(" in ")) {
        num.trim().parse().ok().zip(den.trim().parse().ok())
    } else if decimal(text).is_some() {
        return Err(format!("is it {text}%, or {text} of all? It takes {FORMS}"));
    } else {
        None
    };
    let (num, den) = ratio.ok_or_else(|| format!("it takes {FORMS}"))?;
    if den == 0 || num > den {
        return Err(format!("more than every packet cannot be lost: it takes {FORMS}"));
    }
    let (num, den) = reduced(num, den);
    u32::try_from(num).ok().zip(u32::try_from(den).ok()).ok_or_else(|| format!("that is too fine: it takes {FORMS}"))
}

/// `50ms`, `1.5ms`, or a closed range of them: `5ms..50ms`.
pub(super) fn parse_latency(text: &str) -> Result<RangeInclusive<Duration>, String> {
    const FORMS: &str = "it takes a time or a range of times, as in 50ms, 1.5s or 5ms..50ms";
    let (low, high) = match text.split_once("..") {
        Some((low, high)) => (low, high.strip_prefix('=').unwrap_or(high)),
        None => (text, text),
    };
    let (low, high) = parse_time(low).zip(parse_time(high)).ok_or(FORMS)?;
    if low > high { Err(format!("the first must not exceed the last: {FORMS}")) } else { Ok(low..=high) }
}

/// Decimal, or hexadecimal after `0x`; `_` may part digits.
pub(super) fn parse_number(text: &str) -> Result<u64, String> {
    let digits = text.replace('_', "");
    let parsed = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    parsed.map_err(|_| "it takes a number, as in 17 or 0x2a".to_owned())
}

/// As [`parse_number`], without 0.
pub(super) fn parse_count(text: &str) -> Result<u64, String> {
    match parse_number(text) {
        Ok(0) | Err(_) => Err("it takes a number from 1 on".to_owned()),
        count => count,
    }
}

/// Longest suffix first, so that `ms` is not read as minutes of something.
const UNITS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("h", 3_600_000_000_000),
];

fn parse_time(text: &str) -> Option<Duration> {
    let text = text.trim();
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let (number, unit) = UNITS.iter().find_map(|(name, nanos)| Some((text.strip_suffix(name)?, *nanos)))?;
    let (num, den) = decimal(number.trim_end())?;
    let nanos = u128::from(num) * u128::from(unit) / u128::from(den);
    Some(Duration::from_nanos(nanos.try_into().ok()?))
}

/// Digits with at most nine decimals, as a ratio.
fn decimal(text: &str) -> Option<(u64, u64)> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = whole.bytes().chain(decimals.bytes()).all(|byte| byte.is_ascii_digit());
    if !all_digits || whole.is_empty() || decimals.len() > 9 {
        return None;
    }
    let den = 10_u64.pow(u32::try_from(decimals.len()).ok()?);
    Some((format!("{whole}{decimals}").parse().ok()?, den))
}

fn reduced(num: u64, den: u64) -> (u64, u64) {
    let (mut a, mut b) = (num, den);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (num / a, den / a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_a_percentage_or_a_ratio() {
        let rows = [
            ("5%", Ok((1, 20))),
            ("0.1%", Ok((1, 1000))),
            ("12.5 %", Ok((1, 8))),
            ("100%", Ok((1, 1))),
            ("0%", Ok((0, 1))),
            ("0", Ok((0, 1))),
            ("1/1000", Ok((1, 1000))),
            ("2 in 50", Ok((1, 25))),
            ("101%", Err("more than every packet")),
            ("3/2", Err("more than every packet")),
            ("1/0", Err("more than every packet")),
            ("5", Ok((1, 20))),
            ("101", Err("more than every packet")),
            ("1.5", Err("is it 1.5%, or 1.5 of all?")),
            ("0.05", Err("is it 0.05%, or 0.05 of all?")),
            ("much", Err("it takes a percentage or a ratio")),
            ("-1%", Err("it takes a percentage or a ratio")),
            ("", Err("it takes a percentage or a ratio")),
            ("99999999999%", Err("more than every packet")),
            ("1/99999999999", Err("that is too fine")),
            ("0.1234567890%", Err("it takes a percentage or a ratio")),
        ];
        for (text, expected) in rows {
            match (parse_loss(text), expected) {
                (Ok(ratio), Ok(expected)) => assert_eq!(ratio, expected, "{text}"),
                (Err(error), Err(expected)) => assert!(error.starts_with(expected), "{text}: {error}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn a_latency_is_a_time_or_a_closed_range() {
        let ms = Duration::from_millis;
        let rows = [
            ("50ms", Some(ms(50)..=ms(50))),
            ("5ms..50ms", Some(ms(5)..=ms(50))),
            ("5ms..=50ms", Some(ms(5)..=ms(50))),
            ("0..1s", Some(ms(0)..=ms(1000))),
            ("1.5 ms", Some(Duration::from_micros(1500)..=Duration::from_micros(1500))),
            ("2min", Some(ms(120_000)..=ms(120_000))),
            ("250us", Some(Duration::from_micros(250)..=Duration::from_micros(250))),
            ("50", None),
            ("ms", None),
            ("50ms..5ms", None),
            ("..5ms", None),
            ("9999999999h", None),
            ("4000000000h", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_latency(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn knobs_are_shown_as_the_options_that_set_them() {
        let rows = [
            ("5%", "5ms..50ms", " --loss 1/20 --latency 5ms..50ms"),
            ("1/3", "1.5s", " --loss 1/3 --latency 1500ms"),
            ("0", "0..17ns", " --loss 0/1 --latency 0s..17ns"),
        ];
        for (loss, latency, shown) in rows {
            let knobs = Knobs { loss: parse_loss(loss).ok(), latency: parse_latency(latency).ok() };
            assert_eq!(knobs.to_string(), shown);
            let (loss, latency) = shown.split_once(" --latency ").unwrap();
            let loss = loss.strip_prefix(" --loss ").unwrap();
            assert_eq!(Knobs { loss: parse_loss(loss).ok(), latency: parse_latency(latency).ok() }, knobs);
        }
        assert_eq!(Knobs::default().to_string(), "");
    }

    #[test]
    fn a_number_is_decimal_or_hexadecimal() {
        let rows = [("17", Some(17)), ("0x2a", Some(42)), ("1_000", Some(1000)), ("", None), ("-1", None), ("x", None)];
        for (text, expected) in rows {
            assert_eq!(parse_number(text).ok(), expected, "{text}");
        }
        assert!(parse_count("0").is_err());
    }
}
