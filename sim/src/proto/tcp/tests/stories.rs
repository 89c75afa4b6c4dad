//! Stories of two ends: what must always come out, whatever the wire does.

use super::pair::{CLIENT, End, Fate, Pair, Program, SERVER, Seen};
use crate::{
    base::{Rng, rng::Ratio},
    proto::{
        Readiness,
        tcp::{Config, Connection, RecvError, SendError, State},
    },
};

const MS: u64 = 1_000_000;
const ECHO: usize = 200 * 1024;

/// Writes `total` bytes in pieces, reads all of them back, closes.
struct Client {
    total: usize,
    piece: usize,
    /// Closes its half as soon as it has written everything.
    half_close: bool,
    is_shut: bool,
    is_closed: bool,
}

impl Client {
    fn new(total: usize, piece: usize) -> Self {
        Self { total, piece, half_close: false, is_shut: false, is_closed: false }
    }
}

impl Program for Client {
    fn step(&mut self, end: &mut End) -> bool {
        if self.is_closed {
            return false;
        }
        let ready = end.readiness();
        assert!(!ready.contains(Readiness::ERR), "{:?}", end.connection);
        if end.written < self.total && ready.contains(Readiness::OUT) {
            return end.write(self.piece.min(self.total - end.written)).unwrap() > 0;
        }
        if end.written == self.total && self.half_close && !self.is_shut {
            self.is_shut = true;
            end.with(|connection, cx| connection.shutdown(cx, false, true)).unwrap().unwrap();
            return true;
        }
        if end.read < self.total {
            return ready.contains(Readiness::IN) && end.read(100_000).unwrap() > 0;
        }
        if self.half_close && end.read(1) != Ok(0) {
            return false;
        }
        self.is_closed = true;
        end.with(Connection::close);
        true
    }
}

/// Sends back what it reads, until the end.
struct Echo {
    is_closed: bool,
}

impl Program for Echo {
    fn step(&mut self, end: &mut End) -> bool {
        if self.is_closed || end.connection.is_none() || end.state() == Some(State::SynReceived) {
            return false;
        }
        if end.written < end.read {
            return match end.write((end.read - end.written).min(50_000)) {
                Ok(count) => count > 0,
                Err(SendError::WouldBlock) => false,
                Err(error) => panic!("{error:?}: {:?}", end.connection),
            };
        }
        match end.read(30_000) {
            Ok(0) => {
                self.is_closed = true;
                end.with(Connection::close);
                true
            }
            Ok(_) => true,
            Err(RecvError::WouldBlock) => false,
            Err(error) => panic!("{error:?}: {:?}", end.connection),
        }
    }
}

/// Writes everything, then closes. Reads nothing.
struct Source {
    total: usize,
    is_closed: bool,
}

impl Program for Source {
    fn step(&mut self, end: &mut End) -> bool {
        if self.is_closed {
            return false;
        }
        if end.written == self.total {
            self.is_closed = true;
            end.with(Connection::close);
            return true;
        }
        end.readiness().contains(Readiness::OUT) && end.write((self.total - end.written).min(65_536)).unwrap() > 0
    }
}

/// Reads pieces of one size until the end, then closes.
struct Sink {
    piece: usize,
    is_closed: bool,
}

impl Program for Sink {
    fn step(&mut self, end: &mut End) -> bool {
        if self.is_closed || end.connection.is_none() {
            return false;
        }
        match end.read(self.piece) {
            Ok(0) => {
                self.is_closed = true;
                end.with(Connection::close);
                true
            }
            Ok(_) => true,
            Err(RecvError::WouldBlock) => false,
            Err(error) => panic!("{error:?}: {:?}", end.connection),
        }
    }
}

fn echo(total: usize, piece: usize, half_close: bool, latency: u64, fate: impl FnMut(Seen<'_>) -> Fate) -> u64 {
    let mut pair = Pair::new([Config::default(); 2], latency, fate);
    let mut client = Client { half_close, ..Client::new(total, piece) };
    pair.run(&mut client, &mut Echo { is_closed: false });
    assert_eq!((pair.ends[CLIENT].read, pair.ends[SERVER].read), (total, total));
    assert!(client.is_closed && pair.is_over());
    pair.now.as_nanos()
}

#[test]
fn echo_on_a_good_wire() {
    for latency in [0, MS, 50 * MS] {
        echo(ECHO, 20_000, false, latency, |_| Fate::Arrives);
    }
    // A connection's whole life and its TIME_WAIT: 60 s and a few round trips.
    let end = echo(ECHO, 20_000, true, 10 * MS, |_| Fate::Arrives);
    assert!((60_000 * MS..61_000 * MS).contains(&end), "{end}");
}

#[test]
fn any_single_packet_may_be_lost() {
    for from in [CLIENT, SERVER] {
        for lost in 0..=60 {
            for half_close in [false, true] {
                let fate = |seen: Seen<'_>| {
                    if (seen.from, seen.nth) == (from, lost) { Fate::Lost } else { Fate::Arrives }
                };
                echo(ECHO, 20_000, half_close, 10 * MS, fate);
            }
        }
    }
}

#[test]
fn any_single_packet_may_be_late_or_come_twice() {
    for from in [CLIENT, SERVER] {
        for nth in 0..=60 {
            for strange in [Fate::Twice, Fate::Late(3 * MS), Fate::Late(2_000 * MS)] {
                let fate = |seen: Seen<'_>| if (seen.from, seen.nth) == (from, nth) { strange } else { Fate::Arrives };
                echo(ECHO, 20_000, true, 10 * MS, fate);
            }
        }
    }
}

#[test]
fn random_loss() {
    for (percent, seeds) in [(1, 100), (10, 100)] {
        let mut slowest = 0;
        for seed in 0..seeds {
            let mut rng = Rng::stream(seed, "loss", percent);
            let fate =
                |_: Seen<'_>| if rng.chance(Ratio::new(percent as u32, 100)) { Fate::Lost } else { Fate::Arrives };
            slowest = slowest.max(echo(ECHO, 20_000, true, 50 * MS, fate));
        }
        // Between a minute of TIME_WAIT and what exponential back-off may add: a number to notice a change by.
        assert!(slowest < 200_000 * MS, "{percent} %: {} s", slowest / MS / 1000);
    }
}

#[test]
fn round_trips_under_loss() {
    for percent in [1, 10] {
        for seed in 0..100 {
            let mut rng = Rng::stream(seed, "round trips", percent);
            let fate =
                |_: Seen<'_>| if rng.chance(Ratio::new(percent as u32, 100)) { Fate::Lost } else { Fate::Arrives };
            let mut pair = Pair::new([Config::default(); 2], 50 * MS, fate);
            let mut client = RoundTrips { left: 50, is_closed: false };
            pair.run(&mut client, &mut Echo { is_closed: false });
            assert!(client.is_closed && pair.is_over());
        }
    }
}

/// Sends 64 bytes, waits until they are back, and again.
struct RoundTrips {
    left: usize,
    is_closed: bool,
}

impl Program for RoundTrips {
    fn step(&mut self, end: &mut End) -> bool {
        if self.is_closed || end.state().is_none_or(State::is_connecting) {
            return false;
        }
        if end.read < end.written {
            return end.read(64).is_ok_and(|count| count > 0);
        }
        if self.left == 0 {
            self.is_closed = true;
            end.with(Connection::close);
            return false;
        }
        self.left -= 1;
        end.write(64).unwrap() == 64
    }
}

#[test]
fn everything_at_once() {
    for seed in 0..50 {
        let mut rng = Rng::stream(seed, "everything", 0);
        let fate = |_: Seen<'_>| match rng.below(20) {
            0 => Fate::Lost,
            1 => Fate::Twice,
            2..=4 => Fate::Late(rng.below(30 * MS)),
            _ => Fate::Arrives,
        };
        echo(ECHO, 7_777, true, 10 * MS, fate);
    }
}

#[test]
fn every_read_size_and_every_buffer() {
    let total = 1 << 20;
    for rcvbuf in [4 << 10, 64 << 10, 1 << 20] {
        for piece in [1, 7, 1000, 65_536] {
            let config = Config { rcvbuf, ..Config::default() };
            let mut pair = Pair::new([Config::default(), config], MS, |_| Fate::Arrives);
            let (mut source, mut sink) = (Source { total, is_closed: false }, Sink { piece, is_closed: false });
            pair.run(&mut source, &mut sink);
            assert_eq!(pair.ends[SERVER].read, total);
            assert!(sink.is_closed && pair.is_over());
            let slowest = 60_000 * MS + if rcvbuf == 4096 { 3_000 * MS } else { 500 * MS };
            assert!(pair.now.as_nanos() < slowest, "{rcvbuf}, {piece}: {} ms", pair.now.as_nanos() / MS);
        }
    }
}

/// Reads a little now and then.
struct Sleeper {
    piece: usize,
    every: u64,
    next: u64,
    is_closed: bool,
}

#[test]
fn slow_reader_with_a_small_buffer() {
    for piece in [100, 1000, 3000] {
        let config = Config { rcvbuf: 4096, ..Config::default() };
        let mut pair = Pair::new([Config::default(), config], MS, |_| Fate::Arrives);
        let mut source = Source { total: 50_000, is_closed: false };
        let mut sleeper = Sleeper { piece, every: 300 * MS, next: 0, is_closed: false };
        pair.ends[CLIENT].connect();
        loop {
            while source.step(&mut pair.ends[CLIENT]) {}
            let now = pair.now.as_nanos();
            if now >= sleeper.next && !sleeper.is_closed {
                sleeper.next = now + sleeper.every;
                if pair.ends[SERVER].connection.is_some() && pair.ends[SERVER].read(sleeper.piece) == Ok(0) {
                    sleeper.is_closed = true;
                    pair.ends[SERVER].with(Connection::close);
                }
            }
            pair.transmit();
            let wake = (!sleeper.is_closed).then_some(sleeper.next);
            match (pair.next_at(), wake) {
                (None, None) => break,
                (at, Some(wake)) if at.is_none_or(|at| at.as_nanos() > wake) => pair.sleep_until(wake),
                _ => assert!(pair.step()),
            }
        }
        assert_eq!(pair.ends[SERVER].read, 50_000);
        assert!(pair.is_over());
    }
}

/// Closes as soon as it is connected.
struct Closer {
    is_closed: bool,
}

impl Program for Closer {
    fn step(&mut self, end: &mut End) -> bool {
        if !self.is_closed && end.state() == Some(State::Established) {
            self.is_closed = true;
            end.with(Connection::close);
            return true;
        }
        false
    }
}

#[test]
fn simultaneous_open_and_close() {
    for lost in 0..12 {
        for from in [CLIENT, SERVER] {
            let fate = |seen: Seen<'_>| if (seen.from, seen.nth) == (from, lost) { Fate::Lost } else { Fate::Arrives };
            let mut pair = Pair::new([Config::default(); 2], 10 * MS, fate);
            pair.ends[SERVER].connect();
            let (mut client, mut server) = (Closer { is_closed: false }, Closer { is_closed: false });
            pair.run(&mut client, &mut server);
            assert!(client.is_closed && server.is_closed && pair.is_over());
        }
    }
}

#[test]
fn one_way_bulk_is_not_acknowledged_more_than_it_must_be() {
    let mut packets = [0; 2];
    let mut pair = Pair::new([Config::default(); 2], MS, |seen| {
        packets[seen.from] += 1;
        Fate::Arrives
    });
    let (mut source, mut sink) =
        (Source { total: 1 << 20, is_closed: false }, Sink { piece: 65_536, is_closed: false });
    pair.run(&mut source, &mut sink);
    drop(pair);
    assert!(packets[CLIENT] <= (1 << 20) / 1460 + 10, "{packets:?}");
    assert!(packets[SERVER] <= packets[CLIENT] / 2 + 40, "{packets:?}");
}

#[test]
fn nobody_is_there() {
    let mut pair = Pair::new([Config::default(); 2], MS, |_| Fate::Lost);
    pair.ends[CLIENT].connect();
    pair.transmit();
    while pair.step() {
        pair.transmit();
    }
    assert_eq!(pair.now.as_nanos(), 127_000 * MS);
}
