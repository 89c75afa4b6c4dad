//! Cells: what a program reaches, records, tables, and what a record changes about the programs that are drawn. All in the simulator,
//! which here is its own counterpart.

use std::{collections::BTreeSet, path::Path};

use wavetank_api::{Errno, c, option::option_name};
use wavetank_differential::{
    Answer, Call, Cell, Column, Coverage, LEFT_OUT, Log, Program, Programs, Question, drawn, world,
};

fn log(program: &Program) -> Log {
    world::run(program).unwrap_or_else(|report| panic!("{report}\n{program}"))
}

fn add(coverage: &mut Coverage, seed: u64, program: &Program) {
    let log = log(program);
    coverage.add(seed, program, &log, &log, program.len());
}

fn of_text(text: &str) -> Coverage {
    let program: Program = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut coverage = Coverage::default();
    add(&mut coverage, 0, &program);
    coverage
}

fn of_seeds(programs: &Programs, seeds: std::ops::Range<u64>) -> Coverage {
    let mut coverage = Coverage::default();
    seeds.for_each(|seed| add(&mut coverage, seed, &programs.draw(seed)));
    coverage
}

const CONNECTION: &str = "\
a = socket(AF_INET, SOCK_STREAM, 0)
bind(a, 127.0.0.1:$0)
listen(a, 5)
b = socket(AF_INET, SOCK_STREAM, 0)
connect(b, 127.0.0.1:@a)
c = accept4(a)
";

#[test]
fn cells_say_on_what_a_call_was_and_in_which_state() {
    let tcp = |calls: &str| format!("{CONNECTION}{calls}");
    let pair = |calls: &str| format!("a, b = socketpair(AF_UNIX, SOCK_STREAM, 0)\n{calls}");
    let rows: &[(String, &str)] = &[
        (tcp(""), "socket | tcp4 | - | ok"),
        (tcp(""), "bind | tcp4 | CLOSE | ok"),
        (tcp(""), "listen | tcp4 | CLOSE bound | ok"),
        (tcp(""), "connect | tcp4 | CLOSE | EINPROGRESS"),
        (tcp(""), "accept4 | tcp4 | LISTEN queue | ok"),
        (tcp("d = accept4(a)"), "accept4 | tcp4 | LISTEN | EAGAIN"),
        (tcp("recv(c, 1, 0)"), "recv | tcp4 | ESTABLISHED | EAGAIN"),
        (tcp("send(b, 1, 0)\nrecv(c, 1, MSG_PEEK)"), "recv MSG_PEEK | tcp4 | ESTABLISHED data | ok"),
        (tcp("send(b, 1, MSG_OOB)\nrecv(c, 1, MSG_OOB)"), "recv MSG_OOB | tcp4 | ESTABLISHED urgent | ok"),
        (tcp("shutdown(b, SHUT_WR)\nrecv(c, 1, 0)"), "recv | tcp4 | CLOSE_WAIT read-shut | ok"),
        (tcp("shutdown(b, SHUT_WR)\nshutdown(c, SHUT_WR)"), "shutdown SHUT_WR | tcp4 | CLOSE_WAIT read-shut | ok"),
        (
            tcp("d = socket(AF_INET, SOCK_STREAM, 0)\nshutdown(d, SHUT_WR)\nlisten(d, 1)"),
            "listen | tcp4 | CLOSE write-shut | ok",
        ),
        (
            tcp("setsockopt(b, SOL_SOCKET, SO_LINGER, {1, 0})\nclose(b)\nsend(c, 1, MSG_NOSIGNAL)"),
            "send | tcp4 | CLOSE both-shut error | ECONNRESET",
        ),
        (tcp("connect(b, unspec)"), "connect AF_UNSPEC | tcp4 | ESTABLISHED | ok"),
        (tcp("connect(b, unspec)\nconnect(b, 127.0.0.1:@a)"), "connect | tcp4 | CLOSE | EINPROGRESS"),
        // Readiness says nothing to an option.
        (tcp("send(b, 1, 0)\ngetsockopt(c, SOL_SOCKET, SO_TYPE, 4)"), "getsockopt SO_TYPE | tcp4 | ESTABLISHED | ok"),
        (tcp("setsockopt(b, 6, 9999, 1)"), "setsockopt 6:-1 | tcp4 | ESTABLISHED | ENOPROTOOPT"),
        (tcp("ioctl(b, 0x1234, 1)"), "ioctl 0x1234 | tcp4 | ESTABLISHED | ENOTTY"),
        // A call on a copy is a call on the socket.
        (tcp("d = dup(b)\nclose(b)\nsend(d, 1, MSG_MORE)"), "send MSG_MORE | tcp4 | ESTABLISHED | ok"),
        (
            "a = socket(AF_INET6, SOCK_DGRAM, 0)\nconnect(a, [::1]:$3)\nsend(a, 1, 0)\nrecv(a, 1, 0)".into(),
            "recv | udp6 | bound connected error | ECONNREFUSED",
        ),
        (
            "a = socket(AF_INET, SOCK_DGRAM, 0)\nconnect(a, 127.0.0.1:$3)\nconnect(a, unspec)\nbind(a, 127.0.0.1:$1)"
                .into(),
            "bind | udp4 | - | ok",
        ),
        (
            "a = socket(AF_INET, SOCK_DGRAM, 0)\nshutdown(a, SHUT_WR)\nsend(a, 1, MSG_NOSIGNAL)".into(),
            "shutdown SHUT_WR | udp4 | - | ENOTCONN",
        ),
        (pair("recv(a, 1, 0)"), "recv | unix stream | connected | EAGAIN"),
        (pair("close(b)\nsend(a, 1, MSG_NOSIGNAL)"), "send | unix stream | both-shut peer-gone | EPIPE"),
        (pair("shutdown(a, SHUT_WR)\nsend(a, 1, MSG_NOSIGNAL)"), "send | unix stream | connected write-shut | EPIPE"),
        (pair("c = dup(b)\nclose(b)\nrecv(a, 1, 0)"), "recv | unix stream | connected | EAGAIN"),
        (
            "a = socket(AF_UNIX, SOCK_SEQPACKET, 0)\nbind(a, \"unix:@n\")\nlisten(a, 1)\nb = socket(AF_UNIX, SOCK_SEQPACKET, 0)\nconnect(b, name(a))\nc = accept4(a)".into(),
            "accept4 | unix seqpacket | bound queue listening | ok",
        ),
        ("a = socket(99, SOCK_STREAM, 0)".into(), "socket | other | - | EAFNOSUPPORT"),
    ];
    for (text, cell) in rows {
        let cells: Vec<String> = of_text(text).reached().map(|(cell, _)| cell.to_string()).collect();
        assert!(
            cells.iter().any(|reached| reached == cell),
            "{text}\ndoes not reach {cell}, but\n{}",
            cells.join("\n")
        );
    }
}

#[test]
fn a_socket_that_came_along_is_known_if_there_was_one() {
    let sent = "\
a, b = socketpair(AF_UNIX, SOCK_STREAM, 0)
c = socket(AF_INET, SOCK_DGRAM, 0)
sendmsg(a, 1, MSG_NOSIGNAL, rights=c)
";
    let received = "close(c)\nrecvmsg(b, 1, 0, control=64, rights=d)\nlisten(d, 5)";
    let rights = |cells: &Coverage| {
        let mut cells = cells.reached().map(|(cell, _)| cell.to_string());
        cells.any(|cell| cell == "listen | udp4 | - | EOPNOTSUPP")
    };
    assert!(rights(&of_text(&format!("{sent}{received}"))));
    // Two different ones: which of them it is nobody says.
    let other = "e = socket(AF_INET6, SOCK_DGRAM, 0)\nsendmsg(a, 1, MSG_NOSIGNAL, rights=e)\n";
    assert!(!rights(&of_text(&format!("{sent}{other}{received}"))));
}

#[test]
fn what_the_worlds_answer_differently_is_asked_and_not_reached() {
    let program: Program = CONNECTION.parse().unwrap();
    let real = log(&program);
    let mut sim = real.clone();
    sim.entries[2].answer = Answer::Failed(Errno::EADDRINUSE);
    let mut coverage = Coverage::default();
    coverage.add(0, &program, &real, &sim, 2);
    let reached: Vec<String> = coverage.reached().map(|(cell, _)| cell.to_string()).collect();
    assert_eq!(reached, ["socket | tcp4 | - | ok", "bind | tcp4 | CLOSE | ok"]);
    let asked: Vec<Cell> = coverage.asked().map(|(cell, _)| cell).collect();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked.iter().filter(|cell| cell.column == Column::Differs).count(), 1);
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let coverage = of_seeds(&Programs::default(), 0..150);
    assert!(coverage.len() > 500, "{}", coverage.len());
    assert_eq!(coverage.to_string().parse::<Coverage>().as_ref(), Ok(&coverage));
    let short: Coverage = coverage.reached_text().parse().unwrap();
    assert_eq!(short.missing(&coverage), []);
    assert_eq!(coverage.missing(&short), []);

    let error =
        "cell connect | tcp4 | CLOSE | ok | 1\ncell jump | tcp4 | CLOSE | ok | 1".parse::<Coverage>().unwrap_err();
    assert_eq!(error.to_string(), "line 2 is no part of a record of coverage: cell jump | tcp4 | CLOSE | ok | 1");
}

#[test]
fn who_ran_which_program_does_not_matter() {
    let programs = Programs::default();
    let whole = of_seeds(&programs, 0..120);
    let (one, other) = (of_seeds(&programs, 0..50), of_seeds(&programs, 50..120));
    let mut forth = one.clone();
    forth.merge(other.clone());
    assert_eq!(forth, whole);
    let mut back = other;
    back.merge(one.clone());
    assert_eq!(back, whole);

    let missing = one.missing(&whole);
    assert!(!missing.is_empty());
    assert_eq!(missing.len(), whole.len() - one.len());
}

#[test]
fn tables_have_rows_for_questions_and_columns_for_answers() {
    let coverage = of_text("a, b = socketpair(AF_UNIX, SOCK_STREAM, 0)\nsend(a, 1, 0)\nrecv(b, 1, 0)\nrecv(b, 1, 0)");
    assert_eq!(
        coverage.table(),
        "\
recv                                      ok   EAGAIN
recv | unix stream | connected                      1
recv | unix stream | connected data        1

send                                 ok
send | unix stream | connected        1

socketpair                         ok
socketpair | unix stream | -        1

"
    );
    assert_eq!(
        coverage.markdown(),
        "\
| call | cells | unix stream |
|---|---:|---:|
| `recv` | 2 | 2 |
| `send` | 1 | 1 |
| `socketpair` | 1 | 1 |
| all | 4 | 4 |
"
    );
    assert_eq!(
        coverage.markdown_list(),
        "\
- `socketpair`, unix stream: **ok** in -
- `send`, unix stream: **ok** in connected
- `recv`, unix stream: **EAGAIN** in connected; **ok** in connected data
"
    );
}

/// What the openings are for.
#[test]
fn every_state_is_reached_without_a_record() {
    let coverage = of_seeds(&Programs::default(), 0..3_000);
    let met: BTreeSet<String> = coverage.states().map(|((kind, state), _)| format!("{kind} {state}")).collect();
    for state in [
        "CLOSE",
        "CLOSE bound",
        "CLOSE both-shut",
        "CLOSE both-shut error",
        "LISTEN",
        "LISTEN queue",
        "SYN_SENT",
        "ESTABLISHED",
        "ESTABLISHED data",
        "ESTABLISHED urgent",
        "ESTABLISHED read-shut",
        "ESTABLISHED full",
        "FIN_WAIT1",
        "FIN_WAIT2",
        "FIN_WAIT2 data",
        "FIN_WAIT2 both-shut",
        "CLOSE_WAIT read-shut",
        "CLOSING both-shut",
        "LAST_ACK both-shut",
    ] {
        assert!(met.contains(&format!("tcp4 {state}")), "{state} of {met:#?}");
    }
    for state in ["-", "bound", "bound data", "bound connected", "bound connected error", "bound connected read-shut"] {
        assert!(met.contains(&format!("udp4 {state}")), "{state} of {met:#?}");
    }
    for state in ["-", "connected", "connected data", "connected full", "connected read-shut", "both-shut peer-gone"] {
        assert!(met.contains(&format!("unix stream {state}")), "{state} of {met:#?}");
    }
}

#[test]
fn a_record_leads_to_what_it_lacks() {
    const ROUND: u64 = 250;
    let unsteered = of_seeds(&Programs::default(), 0..4 * ROUND);
    let mut steered = of_seeds(&Programs::default(), 0..ROUND);
    for round in 1..4 {
        let programs = Programs::steered(&steered);
        steered.merge(of_seeds(&programs, round * ROUND..(round + 1) * ROUND));
    }
    let (without, with) = (unsteered.len(), steered.len());
    assert!(with * 100 > without * 120, "{without} cells without a record, {with} with one");
}

#[test]
fn seed_and_record_decide_the_program() {
    let record = of_seeds(&Programs::default(), 0..60);
    let (one, other) = (Programs::steered(&record), Programs::steered(&record.to_string().parse().unwrap()));
    let other_record = Programs::steered(&of_seeds(&Programs::default(), 60..120));
    let mut differing = 0;
    for seed in 0..300 {
        assert_eq!(one.draw(seed), other.draw(seed));
        differing += usize::from(one.draw(seed) != other_record.draw(seed));
    }
    assert!(differing > 150, "{differing}");
}

/// Neither at random nor by way of a record.
#[test]
fn what_is_left_out_is_not_drawn() {
    let unsteered = Programs::default();
    let steered = Programs::steered(&of_seeds(&unsteered, 0..100));
    let (mut wait, mut programs) = (0, 0);
    for program in (0..4_000).flat_map(|seed| [unsteered.draw(seed), steered.draw(seed)]) {
        programs += 1;
        for call in &program.calls {
            let label = match call {
                Call::Setsockopt { level, name, .. } | Call::Getsockopt { level, name, .. } => {
                    option_name(*level, *name)
                }
                _ => None,
            };
            let is_set = matches!(call, Call::Setsockopt { .. });
            let left_out = LEFT_OUT.iter().find(|left| Some(left.what) == label && (is_set || !left.is_read));
            assert!(left_out.is_none(), "{left_out:?}");
            match call {
                Call::Setsockopt { level: c::SOL_SOCKET, name: c::SO_LINGER, value, .. } => {
                    assert_eq!(value[4..], [0; 4], "close would block");
                }
                Call::SetNonblocking { on, .. } => assert!(on),
                Call::Ioctl { request: 0x5421, arg, .. } => assert_ne!(*arg, 0),
                Call::Wait { millis } => {
                    wait += u64::from(*millis);
                    assert!(*millis <= 1_300);
                }
                _ => {}
            }
        }
    }
    assert!(wait * 5 < programs, "more than 0.2 ms of waiting in the mean: {wait} ms in {programs} programs");
}

#[test]
fn values_are_those_of_the_recorded_tables() {
    let mut names = BTreeSet::new();
    let programs = Programs::default();
    for program in (0..20_000).map(|seed| programs.draw(seed)) {
        for call in program.calls {
            if let Call::Setsockopt { level: c::IPPROTO_TCP, name: c::TCP_CONGESTION, value, .. } = call {
                names.insert(value);
            }
        }
    }
    for name in [&b"reno"[..], b"cubic", b"nonesuch", b"reno\0x"] {
        assert!(names.contains(name), "{names:?}");
    }
}

#[test]
fn every_question_is_read_as_it_is_written() {
    for question in Question::calls() {
        assert_eq!(question.to_string().parse(), Ok(question));
    }
}

#[test]
fn the_page_says_what_is_drawn() {
    assert_up_to_date("DRAWN.md", &drawn());
}

#[test]
fn the_conformance_page_has_the_record() {
    assert_up_to_date("../fixtures/conformance/cells.tsv", &record().1.tsv());
}

fn assert_up_to_date(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("WAVETANK_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, expected).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == expected, "{file} is stale: WAVETANK_BLESS=1 makes it anew");
}

/// The text of what was ever reached, and what it says.
fn record() -> (String, Coverage) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/coverage/reached.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let known = text.parse().unwrap_or_else(|error| panic!("{error}"));
    (text, known)
}

/// What was ever reached; a run of the hunt says with `--known` what of it is missing now.
#[test]
fn the_record_of_what_was_reached_can_be_read() {
    let (text, known) = record();
    assert!(known.len() > 10_000, "{}", known.len());
    assert_eq!(known.reached_text(), text);
    // The simulator's: a cell that Linux never showed would be one that the hunt should have found.
    let today = of_seeds(&Programs::default(), 0..500);
    let unknown = known.missing(&today).len();
    assert!(unknown * 5 < today.len(), "{unknown} of {} cells were never seen in both worlds", today.len());
}
