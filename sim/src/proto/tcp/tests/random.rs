//! Random programs at both ends of a random wire. Bytes out are a prefix of bytes in (`End::read` compares), the
//! invariants hold after every step (`Connection::check`), and every connection ends. Random segments: nothing panics.

use proptest::prelude::*;

use super::{
    pair::{CLIENT, Fate, Pair, SERVER},
    script::{LOCAL, REMOTE},
};
use crate::{
    base::{Instant, Rng},
    proto::{
        Cx, Out, Readiness,
        tcp::{Config, CongestionControl, Connection, Failure, Marks, SendFlags, State, Switches, Sysctl, Welcome},
    },
    wire::{Flags, Options, Payload, Segment},
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
    (prop_oneof![0u16..100, Just(536), Just(1460), Just(65_495)], size(), size(), any::<bool>()).prop_map(
        |(mss, rcvbuf, sndbuf, nodelay)| Config {
            mss,
            rcvbuf,
            sndbuf,
            switches: if nodelay { Switches::NODELAY } else { Switches::empty() },
            ..Config::default()
        },
    )
}

fn perform(pair: &mut Pair<'_>, who: usize, act: Act) {
    let end = &mut pair.ends[who];
    match act {
        Act::Write(len) => drop(end.write(len)),
        Act::Read(len) => drop(end.read(len)),
        Act::Shutdown { read, write } => {
            let _ = end.with(|connection, cx| connection.shutdown(cx, read, write));
        }
        Act::Nodelay(on) => {
            let _ = end.with(|connection, cx| connection.set_config(cx, with_nodelay(on)));
        }
        Act::Rcvbuf(bytes) => {
            let _ = end.with(|connection, cx| connection.set_config(cx, Config { rcvbuf: bytes, ..Config::default() }));
        }
        Act::Sndbuf(bytes) => {
            let _ = end.with(|connection, cx| connection.set_config(cx, Config { sndbuf: bytes, ..Config::default() }));
        }
        Act::Icmp => {
            let _ =
                end.with(|connection, cx| connection.on_icmp(cx, Failure::HostUnreachable, connection.first_unacked()));
        }
        // Not before it is accepted: nobody holds it yet. And once: a second time would begin the wait of FIN_WAIT_2 anew.
        Act::Close if end.state() != Some(State::SynReceived) => {
            let _ = end.with(|connection, cx| {
                if !connection.is(Marks::ORPHAN) {
                    connection.close(cx);
                }
            });
        }
        Act::Abort => {
            let _ = end.with(Connection::abort);
        }
        Act::Close => {}
    }
}

/// What an administrator may have set.
fn sysctl() -> impl Strategy<Value = Sysctl> {
    let switches = any::<[bool; 6]>();
    (switches, 0u8..3, prop_oneof![Just(0u8), Just(3)], prop_oneof![3 => Just(15u8), 1 => 1u8..4]).prop_map(
        |(
            [sack, dsack, window_scaling, moderate_rcvbuf, slow_start_after_idle, cubic],
            timestamps,
            early_retrans,
            retries2,
        )| {
            Sysctl {
                sack,
                dsack,
                window_scaling,
                moderate_rcvbuf,
                slow_start_after_idle,
                congestion_control: if cubic { CongestionControl::Cubic } else { CongestionControl::Reno },
                timestamps,
                early_retrans,
                frto: early_retrans,
                retries2,
                ..Sysctl::DEFAULT
            }
        },
    )
}

/// RFC 9293 figure 5: whether one state may follow another, with others between them.
fn may_follow(before: State, after: State) -> bool {
    use State::{CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, SynReceived, SynSent, TimeWait};
    let later: &[State] = match before {
        SynSent => &[SynReceived, Established, FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait, Closed],
        SynReceived => &[Established, FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait, Closed],
        Established => &[FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait, Closed],
        FinWait1 => &[FinWait2, Closing, TimeWait, Closed],
        FinWait2 | Closing => &[TimeWait, Closed],
        CloseWait => &[LastAck, Closed],
        LastAck | TimeWait => &[Closed],
        Closed => &[],
    };
    before == after || later.contains(&after)
}

fn check_states(pair: &Pair<'_>, states: &mut [Option<State>; 2]) {
    for (end, before) in [CLIENT, SERVER].into_iter().zip(states) {
        let after = pair.ends[end].state();
        if let (Some(before), Some(after)) = (*before, after) {
            assert!(may_follow(before, after), "{before:?}, then {after:?}");
        }
        *before = after;
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

/// A segment as no honest peer sends it; numbers count from what its receiver expects.
#[derive(Clone, Debug)]
struct Stray {
    flags: u8,
    seq: i32,
    ack: i32,
    len: usize,
    window: u16,
    options: Options,
}

fn stray() -> impl Strategy<Value = Stray> {
    let near = || prop_oneof![4 => Just(0i32), 4 => -3i32..4, 2 => -3_000i32..70_000, 1 => any::<i32>()];
    let flags = prop_oneof![8 => Just(0x10u8), 4 => Just(0x18), 2 => Just(0x11), 1 => Just(0x02), 1 => Just(0x12), 4 => any::<u8>()];
    let len = prop_oneof![2 => Just(0usize), 2 => 1usize..10, 2 => 10usize..2_000];
    let window = prop_oneof![Just(0u16), 1u16..100, any::<u16>()];
    let options = (prop::option::of(any::<u16>()), prop::option::of(any::<u8>()))
        .prop_map(|(mss, window_scale)| Options { mss, window_scale, ..Options::default() });
    (flags, near(), near(), len, window, options).prop_map(|(flags, seq, ack, len, window, options)| Stray {
        flags,
        seq,
        ack,
        len,
        window,
        options,
    })
}

fn with_nodelay(on: bool) -> Config {
    Config { switches: if on { Switches::NODELAY } else { Switches::empty() }, ..Config::default() }
}

/// One end, and nobody at the other.
struct Lone {
    connection: Connection,
    rng: Rng,
    out: Out,
    now: Instant,
}

impl Lone {
    fn new(config: Config, passive: bool) -> Self {
        let (mut rng, mut out, now) = (Rng::stream(3, "lone", 0), Out::default(), Instant::EPOCH);
        let cx = &mut Cx { now, rng: &mut rng, out: &mut out, sysctl: &Sysctl::DEFAULT, rmem_max: 212_992 };
        let (local, remote) = (LOCAL.parse().unwrap(), REMOTE.parse().unwrap());
        let mut connection = Connection::connect(cx, local, remote, config, None);
        if passive {
            let syn = Stray { flags: 0x02, seq: 0, ack: 0, len: 0, window: 5_000, options: Options::default() };
            let syn = stray_segment(&syn, &connection);
            connection = Connection::accept(cx, local, remote, &syn, config, None, Welcome::Request, None);
        }
        Self { connection, rng, out, now }
    }

    fn take(&mut self, wait: u64, stray: Stray, act: Option<Act>) {
        let until = self.now.as_nanos() + wait * MS;
        while let Some(at) = self.connection.poll_at().filter(|at| at.as_nanos() <= until) {
            self.now = self.now.max(at);
            let cx = &mut Cx {
                now: self.now,
                rng: &mut self.rng,
                out: &mut self.out,
                sysctl: &Sysctl::DEFAULT,
                rmem_max: 212_992,
            };
            self.connection.on_deadline(cx);
        }
        self.now = Instant::from_nanos(until);
        let cx = &mut Cx {
            now: self.now,
            rng: &mut self.rng,
            out: &mut self.out,
            sysctl: &Sysctl::DEFAULT,
            rmem_max: 212_992,
        };
        let segment = stray_segment(&stray, &self.connection);
        self.connection.on_segment(cx, segment);
        match act {
            Some(Act::Write(len)) => drop(self.connection.send(cx, &vec![0; len], SendFlags::empty())),
            Some(Act::Read(len)) => drop(self.connection.recv(cx, &mut vec![0; len], false, false)),
            Some(Act::Shutdown { read, write }) => drop(self.connection.shutdown(cx, read, write)),
            Some(Act::Nodelay(on)) => self.connection.set_config(cx, with_nodelay(on)),
            Some(Act::Rcvbuf(bytes)) => self.connection.set_config(cx, Config { rcvbuf: bytes, ..Config::default() }),
            Some(Act::Sndbuf(bytes)) => self.connection.set_config(cx, Config { sndbuf: bytes, ..Config::default() }),
            Some(Act::Icmp) => self.connection.on_icmp(cx, Failure::NetUnreachable, self.connection.first_unacked()),
            Some(Act::Close) => self.connection.close(cx),
            Some(Act::Abort) | None => {}
        }
        self.out.packets.clear();
    }
}

fn stray_segment(stray: &Stray, connection: &Connection) -> Segment {
    Segment {
        src_port: 80,
        dst_port: 4000,
        seq: connection.rcv.nxt + stray.seq as u32,
        ack: connection.snd.nxt + stray.ack as u32,
        flags: Flags::from_bits_truncate(stray.flags),
        hop_limit: 64,
        window: stray.window,
        urgent: 0,
        holds: 0,
        options: stray.options.clone(),
        payload: Payload::from(&*vec![0; stray.len]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_segments(
        config in config(),
        passive in any::<bool>(),
        strays in prop::collection::vec((0u64..3_000, stray(), prop::option::weighted(0.3, act())), 0..80),
    ) {
        let mut end = Lone::new(config, passive);
        for (wait, stray, act) in strays {
            end.take(wait, stray, act);
        }
    }

    #[test]
    fn random_programs(
        configs in [config(), config()],
        sysctls in [sysctl(), sysctl()],
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
        for (end, (sysctl, config)) in pair.ends.iter_mut().zip(sysctls.into_iter().zip(configs)) {
            end.config = Config { congestion: sysctl.congestion_control, ..config };
            end.sysctl = sysctl;
        }
        let mut states = [None; 2];
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
                check_states(&pair, &mut states);
            }
            pair.sleep_until(until);
            perform(&mut pair, who, act);
            pair.transmit();
            check(&pair);
            check_states(&pair, &mut states);
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
