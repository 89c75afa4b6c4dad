//! Texts as the command's arguments, one each line: understood, or refused with one line that says what there is instead. The options
//! that a report prints, to run the same again, are understood as the same.

use std::{ffi::OsString, os::unix::ffi::OsStringExt};

use wavetank::cli::options_again;

use super::Seed;

/// Takes the lines as arguments, also behind `run echo`.
pub fn run(bytes: &[u8]) {
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').take(20).collect();
    check(&[b"wavetank"], &lines);
    check(&[b"wavetank", b"run", b"echo"], &lines);
}

fn check(before: &[&[u8]], lines: &[&[u8]]) {
    let arguments: Vec<OsString> =
        before.iter().chain(lines).map(|argument| OsString::from_vec(argument.to_vec())).collect();
    match options_again(&arguments) {
        Ok(None) => {}
        Ok(Some(options)) => {
            let again = ["wavetank", "run", "echo"].into_iter().chain(options.split_whitespace()).map(OsString::from);
            let again = options_again(&again.collect::<Vec<_>>());
            assert_eq!(again, Ok(Some(options)));
        }
        Err(line) => assert!(!line.is_empty() && line.lines().count() == 1, "{line:?}"),
    }
}

/// What each option takes, and what is nearly that.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    const ROWS: [(&str, &str); 33] = [
        ("nothing", ""),
        ("run", "run\necho\n--seed\n17\n--loss\n5%\n--latency\n5ms..50ms\n--trace"),
        ("explore", "explore\necho\n--seeds\n1_000\n--jobs\n2\n--seed\n0x2a"),
        ("conform", "conform\n--world\nboth\n--filter\ntcp"),
        ("pkt", "pkt\n--world\nsim\n--slow\nclose"),
        ("list-json", "list\n--json"),
        ("help", "--help"),
        ("version", "--version"),
        ("unknown", "runn"),
        ("unknown-option", "run\necho\n--los\n5%"),
        ("scenario-unknown", "run\necco"),
        ("equals", "--loss=1/1000\n--latency=1.5ms"),
        ("loss-ratio", "--loss\n1 in 1000"),
        ("loss-decimals", "--loss\n0.00000000000000000001%"),
        ("loss-bare-decimal", "--loss\n0.5"),
        ("loss-all", "--loss\n100%"),
        ("loss-more", "--loss\n101%"),
        ("loss-by-zero", "--loss\n1/0"),
        ("loss-huge", "--loss\n18446744073709551615/18446744073709551615"),
        ("loss-huger", "--loss\n18446744073709551616/1"),
        ("loss-minus", "--loss\n-1%"),
        ("latency-zero", "--latency\n0"),
        ("latency-units", "--latency\n1ns..1h"),
        ("latency-micro-sign", "--latency\n1\u{b5}s"),
        ("latency-backwards", "--latency\n2ms..1ms"),
        ("latency-end-of-time", "--latency\n18446744073709551615h"),
        ("latency-decimals", "--latency\n0.0000000001ns"),
        ("latency-closed", "--latency\n1ms..=2ms"),
        ("latency-no-unit", "--latency\n5"),
        ("seed-overflow", "--seed\n18446744073709551616"),
        ("seed-hexadecimal", "--seed\n0xffffffffffffffff"),
        ("seed-underscores", "--seed\n_1__0_"),
        ("carrier", "--carrier\nthread"),
    ];
    ROWS.map(|(name, text)| (name.to_owned(), text.into())).to_vec()
}
