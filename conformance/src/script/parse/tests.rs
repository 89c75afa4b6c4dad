//! What is not understood: the place, and what was expected there.

use std::path::Path;

use crate::script::Script;

/// The message for a script of one line, `1:COLUMN: message`.
fn refused(line: &str) -> String {
    match Script::parse("it", Path::new("it.pkt"), line) {
        Ok(script) => panic!("{line} was understood as {:?}", script.events),
        Err(error) => format!("{}:{}: {}", error.line, error.column, error.message),
    }
}

#[test]
fn what_is_not_understood_is_told_with_its_place() {
    let flags = "expected flags: of S F R P U E W and . for ACK, or - for none";
    let rows = [
        ("0.1", "1:4: expected a packet (< or >), a call, info, sysctl or renumber, found the end of the line"),
        ("+ > . 1:1(0)", "1:3: expected a time in seconds, as in 0.25, found \">\""),
        ("0 > X 1:1(0)", &format!("1:5: {flags}, found \"X\"")),
        ("0 >", &format!("1:4: {flags}, found the end of the line")),
        ("0 > . 1:5(3)", "1:9: 1 and 3 bytes end at 4, not at 5"),
        ("0 > . 1(0)", "1:8: expected \":\", found \"(\""),
        ("0 > . 1:1(0) ack", "1:17: expected an acknowledgement number, found the end of the line"),
        ("0 > . 1:1(0) win 70000", "1:18: expected a window of 0 to 65535, found 70000, which is out of range"),
        ("0 > . 1:1(0) <mss>", "1:18: expected a segment size of 0 to 65535, found \">\""),
        (
            "0 > . 1:1(0) <size 5>",
            "1:15: expected an option: mss, wscale, sackOK, sack, TS, nop, eol, FO or opt, found \"size\"",
        ),
        ("0 > . 1:1(0) <nop nop>", "1:19: expected \",\" or \">\", found \"nop\""),
        ("0 > . 1:4(3) \"ab\"", "1:14: expected 3 bytes, as the length in parentheses says"),
        ("0 < . 1:1(0)", "1:13: a packet that is sent needs an acknowledgement number, because it has the flag"),
        ("0 < S 0:0(0) <mss 1000,...>", "1:28: a packet that is sent needs all of its options, not \"...\""),
        (
            "0 < icmp gone [1:1(0)]",
            "1:10: expected net_unreachable, host_unreachable, port_unreachable, protocol_unreachable, admin_prohibited, time_exceeded or frag_needed mtu N, found \"gone\"",
        ),
        (
            "0 frobnicate(3) = 0",
            "1:3: no call \"frobnicate\": there are socket, bind, listen, accept, accept4, connect, send, sendto, write, recv, recvfrom, read, shutdown, close, dup, setsockopt, getsockopt, ioctl, fcntl, poll, getsockname, getpeername",
        ),
        ("0 listen(3) = 0", "1:11: listen needs one more argument: a backlog"),
        ("0 listen(3, 1, 2) = 0", "1:16: listen takes no such argument"),
        ("0 listen(\"a\", 1) = 0", "1:10: expected a descriptor as this argument of listen"),
        ("0 listen(3, 1)", "1:15: expected \"=\", found the end of the line"),
        ("0 listen(3, 1) = -1 EFOO", "1:21: expected the name of an error, found \"EFOO\""),
        (
            "0 setsockopt(3, SOL_SOCKET, SO_FOO, [1], 4) = 0",
            "1:29: expected an argument, found \"SO_FOO\", which has no value here",
        ),
        ("0 info(3) cwnd == 1", "1:11: expected a field of struct tcp_info: state, ca_state"),
        ("0 info(3) snd_cwnd = 1", "1:20: expected one of == != <= >= < >, found \"=\""),
        ("0~1 listen(3, 1) = 0", "1:5: only an expected packet may have a range of times (~)"),
        ("* listen(3, 1) = 0", "1:3: only an expected packet may come at any time"),
        ("0...1 > . 1:1(0)", "1:7: only a call may block (...)"),
        ("1...0 close(3) = 0", "1:1: the end of this time is before its beginning"),
        ("ip 5", "1:4: expected 4, 6 or both, found \"5\""),
        ("sysctl net.ipv4.tcp_sack", "1:25: expected \"=\", found the end of the line"),
        (
            "speed 5",
            "1:1: expected an event (+0.1, 0.1 or *) or one of ip, slow, exact, tolerance, remote_isn, sysctl, found \"speed\"",
        ),
        ("// nothing", "1:1: expected an event: a script without events shows nothing"),
        ("0 close(3) = 0 now", "1:16: expected the end of the line, found \"now\""),
    ];
    let wrong = rows.iter().filter_map(|(line, expected)| {
        let message = refused(line);
        (!message.starts_with(expected)).then(|| format!("{line}\n  expected {expected}\n  got      {message}"))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_place_is_marked_below_the_line() {
    let error = Script::parse("it", Path::new("it.pkt"), "// Shown.\n\n0 > . 1:5(3)\n").unwrap_err();
    assert_eq!(error.to_string(), "3:9: 1 and 3 bytes end at 4, not at 5\n     3 | 0 > . 1:5(3)\n       |         ^");
}

#[test]
fn packets_are_shown_as_they_are_written() {
    let rows = [
        "S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>",
        "FP. 1:1001(1000) ack 1 win 0",
        "p. 1:1001(1000) ack 1",
        "- 10:10(0)",
        "PU. 1:4(3) ack 1 urg 3 <nop,nop,sack 1001:2001 3001:4001> \"a\\x00c\"",
        "[ce, ttl 1] R -5:-5(0) win 0 <...>",
        "S 0:0(0) <mss 1460,FO 0102aabb,eol,opt 99 0x01,...>",
        "S. 0:0(0) ack 1 <FO cookie,TS val * ecr *>",
    ];
    for row in rows {
        let script =
            Script::parse("it", Path::new("it.pkt"), &format!("0 > {row}")).unwrap_or_else(|error| panic!("{error}"));
        let super::Action::Expect(1, segment) = &script.events[0].action else { panic!("{row} is no expectation") };
        assert_eq!(segment.to_string(), row);
    }
}
