//! Every body that is measured, with as little to do as possible, so that none can rot.

use crate::child::collected;
use crate::simulated::{self, PingPong};
use crate::system::{Bare, Contract, Kind};
use crate::talk::MESSAGE_BYTES;
use crate::workload::{Workload, parse};

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn every_workload_does_its_work() {
    let rows = [
        ("pingpong 2", "2 round trips"),
        ("pingpong-latency 2", "2 round trips, link latency 50 ms"),
        ("pingpong-thread 2", "2 round trips, processes carried by threads"),
        ("bulk 5", "327680 bytes in 5 writes of 64 KiB"),
        ("hosts 3", "30 echoes by 3 client hosts"),
        ("sims 2", "2 simulations of 10 echoes"),
        ("sims-parked 2", "2 simulations of 10 echoes, servers parked at the end"),
        ("sims-empty 2", "2 simulations in which nothing happens"),
        ("churn 3", "3 connections, one byte echoed on each"),
        ("real-udp 2", "2 times send and recv, Socket<Machine>"),
        ("real-unix 2", "2 times send and recv, Socket<Machine>"),
        ("libc-udp 2", "2 times send and recv, libc"),
        ("libc-unix 2", "2 times send and recv, libc"),
    ];
    for (line, expected) in rows {
        let (workload, n) = parse(&words(line)).expect(line);
        assert_eq!(workload.work(n), expected);
        assert_eq!(workload.to_string(), line.split(' ').next().expect("a name"));
    }
}

#[test]
fn idle_hosts_are_only_there() {
    simulated::pingpong(2, PingPong { idle_hosts: 3, ..PingPong::default() });
}

#[test]
fn a_pair_of_the_system_carries_a_message() {
    for kind in [Kind::Udp, Kind::Unix] {
        let (message, mut echo) = ([7; MESSAGE_BYTES], [0; MESSAGE_BYTES]);
        Bare::new(kind).expect("a pair").exchange(&message, &mut echo).expect("an exchange");
        assert_eq!(message, echo, "{kind:?}, bare");
        echo.fill(0);
        Contract::new(kind).expect("a pair").exchange(&message, &mut echo).expect("an exchange");
        assert_eq!(message, echo, "{kind:?}, through the contract");
    }
}

#[test]
fn a_command_line_that_makes_no_sense_says_what_would() {
    let rows = [
        ("", "expected WORKLOAD N, where WORKLOAD is one of pingpong,"),
        ("pingpong", "expected WORKLOAD N"),
        ("pong 3", "no workload \"pong\"; there are pingpong, pingpong-latency,"),
        ("sims 0", "N must be a whole number from 1 up, not \"0\""),
        ("sims many", "N must be a whole number from 1 up, not \"many\""),
    ];
    for (line, expected) in rows {
        let complaint = parse(&words(line)).expect_err(line);
        assert!(complaint.starts_with(expected), "{line:?}: {complaint}");
    }
    assert_eq!(parse(&words("bulk 4")), Ok((Workload::Bulk, 4)));
}

#[test]
fn callgrinds_count_is_found() {
    assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 4128374\n==7== \n"), Some(4_128_374));
    assert_eq!(collected("valgrind: no such program"), None);
}
