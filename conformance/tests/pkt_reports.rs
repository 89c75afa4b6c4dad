//! What a packet script that fails says, in full. A third of what a script is good for is here.

use std::path::Path;

use wavetank_conformance::{
    Verdict, World,
    script::{Script, ScriptRunner},
};

/// Runs a script that must fail on the simulator, over IPv4, and gives what it says.
fn report(events: &str) -> String {
    let text = format!("// A script that fails.\nip 4\n{events}");
    let script = Script::parse("it", Path::new("it.pkt"), &text).unwrap_or_else(|error| panic!("it.pkt:{error}"));
    let result = ScriptRunner::new(World::Sim).run_script(&script);
    assert_eq!(result.verdict, Verdict::Failed, "{result}");
    result.reason.unwrap_or_default()
}

#[track_caller]
fn says(events: &str, expected: &[&str]) {
    let report = report(events);
    assert_eq!(report.lines().collect::<Vec<_>>(), expected, "\n{report}");
}

const LISTENING: &str = "\
0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0   bind(3, ..., ...) = 0
+0   listen(3, 1) = 0
+.1  < S 0:0(0) win 65535 <mss 1000>
";

#[test]
fn another_packet_than_expected_is_shown_beside_it() {
    says(
        &format!("{LISTENING}+0   > S. 0:0(0) ack 2 win 1000 <mss 1460,sackOK>\n"),
        &[
            "IPv4, sim world: it.pkt:7: another packet came",
            "     7 | +0   > S. 0:0(0) ack 2 win 1000 <mss 1460,sackOK>",
            "         expected  0.100000  > S. 0:0(0) ack 2 win 1000 <mss 1460,sackOK>",
            "         got       0.100000  > S. 0:0(0) ack 1 win 64240 <mss 1460>",
            "         ack: expected 2, got 1",
            "         win: expected 1000, got 64240",
            "         options: expected <mss 1460,sackOK>, got <mss 1460>",
            "       before it:",
            "         0.000000    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
            "         0.000000    bind(3, ..., ...) = 0",
            "         0.000000    listen(3, 1) = 0",
            "         0.100000  < S 0:0(0) win 65535 <mss 1000>",
        ],
    );
}

#[test]
fn a_packet_at_another_time_is_told_by_how_much() {
    says(
        &format!("{LISTENING}+.3  > S. 0:0(0) ack 1 <...>\n"),
        &[
            "IPv4, sim world: it.pkt:7: another packet came",
            "     7 | +.3  > S. 0:0(0) ack 1 <...>",
            "         expected  0.400000  > S. 0:0(0) ack 1 <...>",
            "         got       0.100000  > S. 0:0(0) ack 1 win 64240 <mss 1460>",
            "         time: 0.300000 too early",
            "       before it:",
            "         0.000000    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
            "         0.000000    bind(3, ..., ...) = 0",
            "         0.000000    listen(3, 1) = 0",
            "         0.100000  < S 0:0(0) win 65535 <mss 1000>",
        ],
    );
}

#[test]
fn a_packet_that_does_not_come_is_waited_for_no_longer_than_the_tolerance() {
    says(
        "tolerance 100ms\n0.5 < R 1:1(0) win 0\n+0~+.2 > R. 0:0(0) ack 1\n",
        &[
            "IPv4, sim world: it.pkt:5: an expected packet did not come",
            "     5 | +0~+.2 > R. 0:0(0) ack 1",
            "         expected  0.500000~0.700000  > R. 0:0(0) ack 1",
            "         no packet came until 0.800000",
            "       before it:",
            "         0.500000  < R 1:1(0) win 0",
        ],
    );
}

#[test]
fn a_packet_that_nobody_expects_is_a_failure() {
    let came = [
        "         got       0.000000  > R. 0:0(0) ack 1 win 0",
        "       before it:",
        "         0.000000  < S 0:0(0) win 65535",
    ];
    says(
        "0 < S 0:0(0) win 65535\n+.1 > nothing\n",
        &[&["IPv4, sim world: it.pkt:4: a packet came that is not in the script", "     4 | +.1 > nothing"], &came[..]]
            .concat(),
    );
    says(
        "0 < S 0:0(0) win 65535\n",
        &[
            &["IPv4, sim world: it.pkt:3: a packet came that is not in the script", "     3 | 0 < S 0:0(0) win 65535"],
            &came[..],
        ]
        .concat(),
    );
}

#[test]
fn calls_tell_result_and_time() {
    let before = ["       before it:", "         0.000000    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3"];
    let rows: [(&str, &[&str]); 4] = [
        (
            "+0 listen(3, 1) = -1 EINVAL",
            &["the call did something else", "+0 listen(3, 1) = -1 EINVAL", "result: expected -1 EINVAL, got 0"],
        ),
        (
            "+0 read(3, ..., 10) = 0",
            &[
                "the call did something else",
                "+0 read(3, ..., 10) = 0",
                "result: expected 0, got -1 ENOTCONN (Transport endpoint is not connected)",
            ],
        ),
        (
            "+0 getsockopt(3, IPPROTO_TCP, TCP_NODELAY, [1], [4]) = 0",
            &[
                "the call did something else",
                "+0 getsockopt(3, IPPROTO_TCP, TCP_NODELAY, [1], [4]) = 0",
                "value: expected 1, got 0",
            ],
        ),
        ("+0 close(4) = 0", &["the call cannot be made", "+0 close(4) = 0", "no descriptor 4 is open in the script"]),
    ];
    for (line, expected) in rows {
        let report = report(&format!("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n{line}\n"));
        let lines: Vec<_> = report.lines().collect();
        assert_eq!(lines[0], format!("IPv4, sim world: it.pkt:4: {}", expected[0]), "{report}");
        assert_eq!(lines[1], format!("     4 | {}", expected[1]), "{report}");
        assert_eq!(lines[2].trim_start(), expected[2], "{report}");
        assert_eq!(lines[3..5], before, "{report}");
    }
}

#[test]
fn a_call_that_blocks_must_say_so() {
    let report = report(&format!("{LISTENING}+0 > S. 0:0(0) ack 1 <...>\n+.1 accept(3, ..., ...) = 4\n"));
    assert!(
        report.contains("it.pkt:8: the call blocks\n     8 | +.1 accept(3, ..., ...) = 4\n         after 2s it has not returned; write `+0...0.2`"),
        "{report}"
    );
}

#[test]
fn a_call_that_blocks_for_another_time_tells_both() {
    let report = report(&format!(
        "{LISTENING}+0 > S. 0:0(0) ack 1 <...>\n+0...+.5 accept(3, ..., ...) = 4\n+.1 < . 1:1(0) ack 1 win 65535\n"
    ));
    assert!(report.contains("it should return at 0.600000, and returned at 0.200000: a new descriptor"), "{report}");
}

#[test]
fn tcp_info_tells_each_field() {
    let report =
        report("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 info(3) state == ESTABLISHED, snd_cwnd > 100\n");
    assert!(report.contains("state: expected == 1, got 7\n         snd_cwnd: expected > 100, got 10\n"), "{report}");
}
