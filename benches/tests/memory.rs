//! What the simulator asks of the heap, counted to the byte. `--nocapture` shows the figures.
//!
//! The counts are those of the calling thread (see `heap.rs`), so the tests may run beside each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use wavetank_api::{Host, TcpListener, TcpStream};
use wavetank_benches::heap::{Counting, counted, counts};
use wavetank_benches::simulated::{self, PingPong};
use wavetank_sim::Sim;

#[global_allocator]
static HEAP: Counting = Counting;

/// As many as the profile bears: tests without optimisation are some ten times slower.
const fn scaled(optimised: u64) -> u64 {
    if cfg!(debug_assertions) { optimised / 10 } else { optimised }
}

/// Lets everything that is made once and kept (pools, hooks, thread-locals) be made.
fn warm_up() {
    for seed in 0..20 {
        simulated::one_sim(seed);
        simulated::one_sim_parked(seed);
    }
}

#[test]
fn the_allocator_counts() {
    let kept = counted(|| std::mem::forget(std::hint::black_box(vec![0_u8; 100])));
    assert_eq!((kept.allocations, kept.live_bytes), (1, 100));
    let given_back = counted(|| drop(std::hint::black_box(vec![0_u8; 100])));
    assert_eq!((given_back.allocations, given_back.live_bytes), (1, 0));
}

#[test]
fn a_round_trip_allocates_nothing() {
    warm_up();
    let n = scaled(20_000);
    for settings in [PingPong::default(), PingPong { latency: simulated::SLOW_LINK, ..PingPong::default() }] {
        let once = counted(|| simulated::pingpong(n, settings)).allocations;
        let twice = counted(|| simulated::pingpong(2 * n, settings)).allocations;
        println!("{settings:?}: {once} allocations for {n} round trips, {twice} for {}", 2 * n);
        assert_eq!(once, twice, "allocations must not depend on the number of round trips");
    }
}

#[test]
fn a_bulk_transfer_allocates_nothing_more_once_it_flows() {
    let n = scaled(400);
    // Buffers are pooled from one simulation to the next; the first makes them.
    simulated::bulk(2 * n);
    let once = counted(|| simulated::bulk(n)).allocations;
    let twice = counted(|| simulated::bulk(2 * n)).allocations;
    println!("bulk: {once} allocations for {n} writes of 64 KiB, {twice} for {}", 2 * n);
    // A buffer more or less may have to be made, depending on what the run before left in the pool.
    assert!(once.abs_diff(twice) <= 10, "{once} allocations for {n} writes, {twice} for {}", 2 * n);
}

#[test]
fn a_simulation_allocates_little() {
    warm_up();
    let n = scaled(1000);
    for (name, body) in simulated::WHOLE {
        let each = counted(|| (0..n).for_each(body)).allocations as f64 / n as f64;
        println!("{name}: {each:.1} allocations a simulation");
        // The gate of PERFORMANCE.md for W5: madsim needs 142.
        assert!(each <= 120.0, "{name}: {each} allocations a simulation");
    }
}

#[test]
fn simulations_leave_nothing_behind() {
    warm_up();
    let n = scaled(20_000);
    let drift = counted(|| (0..n).for_each(simulated::one_sim_parked)).live_bytes;
    println!("{n} simulations, each with a server parked in accept at its end: {drift} bytes left");
    assert_eq!(drift, 0);
}

#[test]
fn an_idle_host_is_small_however_many_there_are() {
    warm_up();
    let of = |hosts: i64| {
        let sim = Sim::new(1);
        let before = counts().live_bytes;
        for number in 0..hosts {
            sim.host(&format!("host-{number}"));
        }
        (counts().live_bytes - before) / hosts
    };
    let (few, many) = (of(100), of(1000));
    println!("an idle host: {few} bytes among 100, {many} among 1000");
    assert!(many <= few, "{few} bytes among 100 hosts, {many} among 1000");
}

#[test]
fn an_idle_connection_is_small() {
    warm_up();
    // A fresh connection, and one that has carried a byte each way: then both ends have buffers.
    for used in [false, true] {
        let bytes = bytes_per_connection(used);
        println!("an idle TCP connection, both ends, {}: {bytes} bytes", if used { "used" } else { "fresh" });
        // The gate of PERFORMANCE.md.
        assert!(used || bytes <= 2048, "{bytes} bytes");
    }
}

/// Live heap per connection between two hosts while nothing happens, both ends and their descriptors together.
fn bytes_per_connection(used: bool) -> i64 {
    use std::io::{Read, Write};

    const CONNECTIONS: usize = 500;
    let growth = Arc::new(AtomicI64::new(0));
    let report = Arc::clone(&growth);
    let sim = Sim::new(1);
    let server = sim.host("server");
    let client = sim.host("client");
    server.serve(move |host| {
        let listener = TcpListener::bind(host, "0.0.0.0:7")?;
        let mut streams = Vec::with_capacity(CONNECTIONS);
        loop {
            let (mut stream, _) = listener.accept()?;
            if used {
                let mut byte = [0];
                stream.read_exact(&mut byte)?;
                stream.write_all(&byte)?;
            }
            streams.push(stream);
        }
    });
    client.run(move |host| {
        let mut streams = Vec::with_capacity(CONNECTIONS);
        host.sleep(Duration::from_secs(1));
        let before = counts().live_bytes;
        for _ in 0..CONNECTIONS {
            let mut stream = TcpStream::connect(host, ("server", 7))?;
            if used {
                let mut byte = [7];
                stream.write_all(&byte)?;
                stream.read_exact(&mut byte)?;
            }
            streams.push(stream);
        }
        // Acknowledgements that were put off have been sent by then.
        host.sleep(Duration::from_secs(1));
        report.store(counts().live_bytes - before, Ordering::Relaxed);
        Ok(())
    });
    let outcome = sim.run();
    assert!(outcome.is_ok(), "{outcome}");
    growth.load(Ordering::Relaxed) / CONNECTIONS as i64
}
