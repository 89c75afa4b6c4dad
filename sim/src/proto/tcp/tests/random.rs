//! Random programs at both ends of a random wire. Bytes out are a prefix of bytes in (`End::read` compares), the
//! invariants hold after every step (`Connection::check`), and every connection ends.

use proptest::prelude::*;

use super::pair::{CLIENT, Fate, Pair, SERVER};
use crate::proto::{
    Readiness,
    tcp::{Config, Connection, Failure, State},
};

const MS: u64 = 1_000_000;

/// Something a program does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Write(usize),
    Read(usize),
    Shutdown { read: bool, write: bool },
    Nodelay(bool),
    Rcvbuf(u32),
    Sndbuf(u32),
    Icmp,
    Close,
    Abort,
}

/// Who does what after how many milliseconds.
type Step = (usize, u64, Act);

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => (0usize..30_000).prop_map(Act::Write),
        4 => (0usize..100).prop_map(Act::Write),
        12 => (0usize..30_000).prop_map(Act::Read),
        4 => (0usize..100).prop_map(Act::Read),
        1 => any::<(bool, bool)>().prop_map(|(read, write)| Act::Shutdown { read, write }),
        1 => any::<bool>().prop_map(Act::Nodelay),
        1 => (0u32..100_000).prop_map(Act::Rcvbuf),
        1 => (0u32..100_000).prop_map(Act::Sndbuf),
        1 => Just(Act::Icmp),
        1 => Just(Act::Close),
        1 => Just(Act::Abort),
    ]
}

fn wait() -> impl Strategy<Value = u64> {
    prop_oneof![4 => Just(0u64), 4 => 0u64..20, 2 => 0u64..1_000, 1 => 0u64..100_000]
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        16 => Just(Fate::Arrives),
        2 => Just(Fate::Lost),
        1 => Just(Fate::Twice),
        2 => (0u64..100).prop_map(|ms| Fate::Late(ms * MS)),
        1 => (0u64..70_000).prop_map(|ms| Fate::Late(ms * MS)),
    ];
    prop::collection::vec(fate, 1..200)
}

fn config() -> impl Strategy<Value = Config> {
    let size = || prop_oneof![0u32..200, 200u32..5_000, 5_000u32..200_000];
    (prop_oneof![0u16..100, Just(536), Just(1460), Just(65_495)], size(), size(), any::<bool>())
        .prop_map(|(mss, rcvbuf, sndbuf, nodelay)| Config { mss, rcvbuf, sndbuf, nodelay, ..Config::default() })
}

fn perform(pair: &mut Pair<'_>, who: usize, act: Act) {
    let end = &mut pair.ends[who];
    match act {
        Act::Write(len) => drop(end.write(len)),
        Act::Read(len) => drop(end.read(len)),
        Act::Shutdown { read, write } => drop(end.with(|connection, cx| connection.shutdown(cx, read, write))),
        Act::Nodelay(on) => drop(end.with(|connection, cx| connection.set_nodelay(cx, on))),
        Act::Rcvbuf(bytes) => drop(end.with(|connection, _| connection.set_rcvbuf(bytes))),
        Act::Sndbuf(bytes) => drop(end.with(|connection, _| connection.set_sndbuf(bytes))),
        Act::Icmp => drop(end.with(|connection, _| connection.on_icmp(Failure::HostUnreachable))),
        // Not before it is accepted: nobody holds it yet.
        Act::Close if end.state() != Some(State::SynReceived) => drop(end.with(Connection::close)),
        Act::Abort => drop(end.with(Connection::abort)),
        Act::Close => {}
    }
}

fn check(pair: &Pair<'_>) {
    for (end, peer) in [(CLIENT, SERVER), (SERVER, CLIENT)] {
        assert!(pair.ends[end].read <= pair.ends[peer].written);
        let Some(connection) = &pair.ends[end].connection else { continue };
        let ready = connection.readiness();
        assert_eq!(ready.contains(Readiness::IN | Readiness::RDHUP), ready.contains(Readiness::RDHUP));
        if connection.is_finished() {
            assert!(ready.contains(Readiness::HUP) && connection.poll_at().is_none());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_programs(
        configs in [config(), config()],
        latency in prop_oneof![Just(0u64), 0u64..200],
        both_connect in prop::bool::weighted(0.1),
        fates in fates(),
        steps in prop::collection::vec((0usize..2, wait(), act()), 0..60),
    ) {
        let mut fate = fates.into_iter().cycle();
        let mut lossy = 2_000;
        let mut pair = Pair::new(configs, latency * MS, |_| {
            // Peace in the end: a rule that loses every packet of a kind for ever would prove nothing.
            lossy = u32::saturating_sub(lossy, 1);
            if lossy == 0 { Fate::Arrives } else { fate.next().unwrap() }
        });
        pair.ends[CLIENT].connect();
        if both_connect {
            pair.ends[SERVER].connect();
        }
        pair.transmit();
        for &(who, wait, act) in &steps as &[Step] {
            let until = pair.now.as_nanos() + wait * MS;
            while pair.next_at().is_some_and(|at| at.as_nanos() <= until) {
                pair.step();
                pair.transmit();
                check(&pair);
            }
            pair.sleep_until(until);
            perform(&mut pair, who, act);
            pair.transmit();
            check(&pair);
        }
        // Both programs exit.
        for round in 0.. {
            for who in [CLIENT, SERVER] {
                perform(&mut pair, who, Act::Close);
            }
            pair.transmit();
            if !pair.step() {
                break;
            }
            check(&pair);
            prop_assert!(round < 100_000, "it never ends: {:?} {:?}", pair.ends[0].connection, pair.ends[1].connection);
        }
        prop_assert!(pair.is_over());
        // Fifteen minutes of sending again, and what came before.
        prop_assert!(pair.now.as_nanos() < 10_000_000 * MS, "{} s", pair.now.as_nanos() / MS / 1000);
    }
}
