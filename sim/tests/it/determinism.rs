//! The promise: one seed, one run.

use std::io::{Read, Write};

use wavetank_api::{Host, TcpStream, UdpSocket};
use wavetank_sim::{CarrierKind, Digest, Explorer, Sim, run_twice};

use crate::support::{echo_client, echo_server, ms};

/// A world in which everything draws: three clients race, links lose and delay, threads share a host, datagrams cross.
fn busy_world(sim: &Sim) {
    let server = sim.host("server");
    server.serve(echo_server);
    for number in 0..3 {
        let client = sim.host(&format!("client{number}"));
        sim.link(&server, &client).latency(ms(1)..=ms(40)).loss(1, 20);
        client.run(move |host| {
            echo_client(host, 20_000)?;
            let mut bytes = [0; 8];
            host.random(&mut bytes);
            host.sleep(ms(u64::from(bytes[0])));
            let socket = UdpSocket::bind(host, "0.0.0.0:0")?;
            socket.send_to(&bytes, ("server", 9))?;
            let mut stream = TcpStream::connect(host, ("server", 7))?;
            stream.write_all(&bytes)?;
            stream.read_exact(&mut bytes)?;
            Ok(())
        });
    }
    sim.partition(&[&server], &[&server], ms(5), ms(5));
}

fn digest(seed: u64, carrier: CarrierKind, traced: bool) -> Digest {
    let sim = if traced { Sim::traced(seed) } else { Sim::new(seed) };
    sim.set_carrier(carrier);
    busy_world(&sim);
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
    report.digest()
}

/// Raised whenever the golden digests change on purpose.
const FORMAT: u32 = 5;

/// Seeds and their digests: the same on every machine, in every build profile, on every carrier. CI runs this test in debug
/// and in release.
const GOLDEN: [(u64, &str); 3] = [
    (0, "f3ea5def58949b84a4dcc0ad5ce4f03a"),
    (1, "2808a081818888248f9d6094fe51b760"),
    (0xdead_beef, "c5ec81b8ab52608f5c489c4b5628489e"),
];

#[test]
fn golden_digests() {
    for (seed, golden) in GOLDEN {
        let digest = digest(seed, CarrierKind::Coroutine, false);
        assert_eq!(digest.to_string(), golden, "format {FORMAT}, seed {seed}: behaviour has changed");
    }
}

#[test]
fn the_same_seed_gives_the_same_digest_on_both_carriers_and_with_or_without_a_trace() {
    for seed in 0..5 {
        let expected = digest(seed, CarrierKind::Coroutine, false);
        assert_eq!(digest(seed, CarrierKind::Coroutine, false), expected, "twice");
        assert_eq!(digest(seed, CarrierKind::Thread, false), expected, "threads");
        assert_eq!(digest(seed, CarrierKind::Coroutine, true), expected, "traced");
    }
}

#[test]
fn different_seeds_give_different_runs() {
    let digests: std::collections::BTreeSet<_> =
        (0..20).map(|seed| digest(seed, CarrierKind::Coroutine, false)).collect();
    assert_eq!(digests.len(), 20);
}

#[test]
fn the_number_of_jobs_changes_nothing() {
    let explore = |jobs| Explorer::new(busy_world).seeds(24).jobs(jobs).run(|_| {});
    let (one, two, five) = (explore(1), explore(2), explore(5));
    assert!(one.failure.is_none());
    assert_eq!((one.digest, one.packets, one.dropped), (two.digest, two.packets, two.dropped));
    assert_eq!(one.digest, five.digest);
}

#[test]
fn run_twice_finds_no_difference_in_a_good_world() {
    let report = run_twice(7, busy_world).unwrap();
    assert!(report.is_ok() && !report.trace().is_empty());
}

#[test]
fn run_twice_shows_the_first_event_that_differs() {
    // A static that outlives the first run: the classic.
    static RUNS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let world = |sim: &Sim| {
        let nap = RUNS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        sim.host("sleeper").run(move |host| {
            host.sleep(ms(1));
            host.sleep(ms(10 + nap));
            Ok(())
        });
    };
    let divergence = run_twice(1, world).unwrap_err();
    let text = divergence.to_string();
    assert!(text.contains("> 0.001000000 sleeper nanosleep(1ms) = 0") || text.contains("> 0.01"), "{text}");
    assert!(text.contains("Something decides that is not the simulation"), "{text}");
}
