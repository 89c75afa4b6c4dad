//! Text as a packet script: it is read, or told at which place it is not one.

use std::path::Path;

use wavetank_conformance::script::Script;

use super::Seed;

/// Takes the bytes as a script, and each of its lines as one.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    check(&text);
    text.lines().for_each(check);
}

fn check(text: &str) {
    match Script::parse("fuzz", Path::new("fuzz.pkt"), text) {
        Ok(script) => assert_eq!((&*script.name, script.families.is_empty()), ("fuzz", false)),
        Err(error) => {
            // The place is one of the text, or just behind it.
            let line = text.lines().nth(error.line.wrapping_sub(1)).unwrap_or_default();
            assert!(error.line >= 1 && error.line <= text.lines().count().max(1), "{error}");
            assert!(error.column >= 1 && error.column <= line.chars().count() + 1, "{error}");
            assert!(!error.message.is_empty() && !error.to_string().is_empty());
        }
    }
}

/// Every tenth script of `fixtures/tcp`, cut to what libFuzzer takes, and the edges of the grammar.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    const ROWS: [(&str, &str); 24] = [
        ("nothing", ""),
        ("comment", "// nothing happens\n"),
        ("header", "ip both\nslow\nexact\ntolerance 0.01\nremote_isn 4294967295\nsysctl net.ipv4.tcp_sack 0\n"),
        ("tolerance-of-all-time", "tolerance 99999999999999999999\n+0 > .\n"),
        ("time-with-many-digits", "0.0000000000000000001 > . 1:1(0) ack 1\n"),
        ("time-huge", "18446744073709551616 > . 1:1(0) ack 1\n"),
        ("time-minus", "-1 > . 1:1(0) ack 1\n"),
        ("range-backwards", "+2~1 > . 1:1(0) ack 1\n"),
        ("seq-overflow", "+0 < . 4294967296:4294967297(1) ack 1 win 1\n"),
        ("seq-backwards", "+0 < . 10:1(0) ack 1 win 1\n"),
        ("seq-not-its-length", "+0 < P. 1:11(11) ack 1 win 1\n"),
        ("seq-around", "+0 < P. 4294967295:5(6) ack 1 win 1\n"),
        ("length-of-a-gigabyte", "+0 < P. 1:1000000001(1000000000) ack 1 win 1\n"),
        ("options", "+0 < S 0:0(0) win 1 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>\n"),
        ("options-open", "+0 < S 0:0(0) win 1 <mss 1460\n"),
        ("options-too-many", "+0 < . 1:1(0) ack 1 win 1 <sack 1:2 3:4 5:6 7:8 9:10>\n"),
        ("options-numbers", "+0 < S 0:0(0) win 99999 <mss 65536,wscale 256>\n"),
        ("call", "+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n"),
        ("call-errno", "+0 write(4, ..., 1000) = -1 EPIPE (Broken pipe)\n"),
        ("call-open", "+0 write(4, ..., 1000\n"),
        ("call-unknown", "+0 reboot(1) = 0\n"),
        ("call-huge", "+0 write(4, ..., 99999999999) = 99999999999\n"),
        ("icmp", "+0 < icmp unreachable frag_needed mtu 1400 [1:1(0)]\n"),
        ("not-ascii", "+0 < \u{fe0f}\u{202e}. 1:1(0)\u{00e9}\n"),
    ];
    ROWS.map(|(name, text)| (name.to_owned(), text.into())).to_vec()
}
