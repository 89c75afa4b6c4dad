//! Wall time in the simulated world, for looking. `gate` is what judges.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use wavetank_benches::simulated::{self, ECHOES, PingPong, SLOW_LINK};
use wavetank_benches::talk::BLOCK_BYTES;

/// Round trips on one connection: enough for the making of the world not to show.
const ROUND_TRIPS: u64 = 10_000;
/// 16 MiB.
const BLOCKS: u64 = 256;

fn pingpong(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tcp ping-pong, 64 bytes");
    group.throughput(Throughput::Elements(ROUND_TRIPS)).sample_size(20);
    let plain = PingPong::default();
    group.bench_function("plain", |bencher| bencher.iter(|| simulated::pingpong(ROUND_TRIPS, plain)));
    let slow = PingPong { latency: SLOW_LINK, ..plain };
    group.bench_function("50 ms", |bencher| bencher.iter(|| simulated::pingpong(ROUND_TRIPS, slow)));
    group.finish();
}

fn bulk(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tcp bulk");
    group.throughput(Throughput::Bytes(BLOCKS * BLOCK_BYTES as u64)).sample_size(20);
    group.bench_function("writes of 64 KiB", |bencher| bencher.iter(|| simulated::bulk(BLOCKS)));
    group.finish();
}

fn hosts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("star of hosts, ten echoes each");
    group.sample_size(10);
    for clients in [100, 1000] {
        group.throughput(Throughput::Elements(clients * ECHOES));
        group.bench_with_input(BenchmarkId::from_parameter(clients), &clients, |bencher, &clients| {
            bencher.iter(|| simulated::hosts(clients));
        });
    }
    group.finish();
}

fn sims(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole simulations");
    group.throughput(Throughput::Elements(1));
    let mut seed = 0;
    for (name, body) in simulated::WHOLE {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                seed += 1;
                body(seed);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, pingpong, bulk, hosts, sims);
criterion_main!(benches);
