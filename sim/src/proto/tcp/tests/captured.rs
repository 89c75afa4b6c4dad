//! What Linux 6.18 was seen to do on its loopback, packet by packet, when the same calls are made at the same times; the
//! ACKs above all. Captured with a packet socket; times are rounded to the millisecond, windows left out.

use std::fmt::Write as _;

use super::pair::{CLIENT, Fate, Pair, SERVER};
use crate::{
    proto::tcp::{Config, Connection, Switches},
    wire::{Body, Flags},
};

const MS: u64 = 1_000_000;

#[derive(Clone, Copy)]
enum Call {
    Send(usize),
    Recv(usize),
    ShutWrite,
    Close,
}

/// Makes calls at their times on two connected ends without latency, and tells what crosses the wire after the handshake.
fn tell(calls: &[(u64, usize, Call)]) -> String {
    let mut log = Vec::new();
    let mut pair = Pair::new([Config { switches: Switches::NODELAY, ..Config::default() }; 2], 0, |seen| {
        let Body::Tcp(segment) = &seen.packet.body else { panic!("not a segment") };
        log.push((seen.at.as_nanos(), seen.from, segment.clone()));
        Fate::Arrives
    });
    pair.ends[CLIENT].connect();
    pair.transmit();
    for &(at, who, call) in calls {
        while pair.next_at().is_some_and(|next| next.as_nanos() <= at * MS) {
            pair.step();
            pair.transmit();
        }
        pair.sleep_until(at * MS);
        let end = &mut pair.ends[who];
        match call {
            Call::Send(len) => assert_eq!(end.write(len), Ok(len)),
            Call::Recv(len) => assert_eq!(end.read(10 * len.max(1)), Ok(len)),
            Call::ShutWrite => drop(end.with(|connection, cx| connection.shutdown(cx, false, true))),
            Call::Close => drop(end.with(Connection::close)),
        }
        pair.transmit();
    }
    while pair.step() {
        pair.transmit();
    }
    drop(pair);

    let isn = [log[0].2.seq, log[1].2.seq];
    let mut text = String::new();
    for (at, from, segment) in log.iter().skip(3) {
        let (seq, len) = (segment.seq.0.wrapping_sub(isn[*from].0), segment.payload.len());
        let ack = segment.ack.0.wrapping_sub(isn[1 - *from].0);
        let flags: String = [(Flags::FIN, 'F'), (Flags::RST, 'R'), (Flags::PSH, 'P'), (Flags::ACK, '.')]
            .into_iter()
            .filter_map(|(flag, letter)| segment.flags.contains(flag).then_some(letter))
            .collect();
        let who = ["client", "server"][*from];
        writeln!(text, "{} ms {who} {flags} {seq}:{}({len}) ack {ack}", at / MS, seq as usize + len).unwrap();
    }
    text
}

#[test]
fn echo_then_half_close() {
    let calls = [
        (0, CLIENT, Call::Send(100)),
        (0, SERVER, Call::Recv(100)),
        (0, SERVER, Call::Send(50)),
        (0, CLIENT, Call::Recv(50)),
        (10, CLIENT, Call::Send(100)),
        (10, SERVER, Call::Recv(100)),
        (10, SERVER, Call::Send(50)),
        (10, CLIENT, Call::Recv(50)),
        (20, CLIENT, Call::Send(100)),
        (20, SERVER, Call::Recv(100)),
        (20, SERVER, Call::Send(50)),
        (20, CLIENT, Call::Recv(50)),
        (130, SERVER, Call::ShutWrite),
        (230, CLIENT, Call::Close),
    ];
    let expected = "\
0 ms client P. 1:101(100) ack 1
0 ms server . 1:1(0) ack 101
0 ms server P. 1:51(50) ack 101
0 ms client . 101:101(0) ack 51
10 ms client P. 101:201(100) ack 51
10 ms server P. 51:101(50) ack 201
20 ms client P. 201:301(100) ack 101
20 ms server P. 101:151(50) ack 301
60 ms client . 301:301(0) ack 151
130 ms server F. 151:151(0) ack 301
170 ms client . 301:301(0) ack 152
230 ms client F. 301:301(0) ack 152
230 ms server . 152:152(0) ack 302
";
    assert_eq!(tell(&calls), expected);
}

#[test]
fn one_way_and_late_to_close() {
    let mut calls: Vec<_> = (0..16).map(|n| (3 * n, CLIENT, Call::Send(100))).collect();
    calls.extend([
        (50, CLIENT, Call::Send(100)),
        (51, SERVER, Call::Recv(1700)),
        (270, CLIENT, Call::Send(100)),
        (273, SERVER, Call::Recv(100)),
        (330, CLIENT, Call::Close),
        (430, SERVER, Call::Close),
    ]);
    let mut expected = String::new();
    for n in 0..16 {
        let (first, last) = (1 + 100 * n, 101 + 100 * n);
        writeln!(expected, "{} ms client P. {first}:{last}(100) ack 1", 3 * n).unwrap();
        writeln!(expected, "{} ms server . 1:1(0) ack {last}", 3 * n).unwrap();
    }
    expected += "\
50 ms client P. 1601:1701(100) ack 1
51 ms server . 1:1(0) ack 1701
270 ms client P. 1701:1801(100) ack 1
270 ms server . 1:1(0) ack 1801
330 ms client F. 1801:1801(0) ack 1
370 ms server . 1:1(0) ack 1802
430 ms server F. 1:1(0) ack 1802
430 ms client . 1802:1802(0) ack 2
";
    assert_eq!(tell(&calls), expected);
}

#[test]
fn close_with_unread_data() {
    let expected = "\
0 ms client P. 1:4(3) ack 1
0 ms server . 1:1(0) ack 4
50 ms server R. 1:1(0) ack 4
";
    assert_eq!(tell(&[(0, CLIENT, Call::Send(3)), (50, SERVER, Call::Close)]), expected);
}
