//! Wall time of one `send` and one `recv` on the operating system: through the contract and by the bare calls. They cross
//! over between runs, which is the point; `gate` counts the instructions.

use criterion::{Criterion, criterion_group, criterion_main};
use wavetank_benches::system::{Bare, Contract, Kind};
use wavetank_benches::talk::MESSAGE_BYTES;

fn send_and_recv(criterion: &mut Criterion) {
    for (name, kind) in [("udp, connected", Kind::Udp), ("unix stream pair", Kind::Unix)] {
        let mut group = criterion.benchmark_group(format!("send and recv of 64 bytes, {name}"));
        let (message, mut echo) = ([0x5a; MESSAGE_BYTES], [0; MESSAGE_BYTES]);
        let bare = Bare::new(kind).expect("a pair of sockets");
        group.bench_function("libc", |bencher| bencher.iter(|| bare.exchange(&message, &mut echo)));
        let contract = Contract::new(kind).expect("a pair of sockets");
        group.bench_function("Socket<Machine>", |bencher| bencher.iter(|| contract.exchange(&message, &mut echo)));
        group.finish();
    }
}

criterion_group!(benches, send_and_recv);
criterion_main!(benches);
