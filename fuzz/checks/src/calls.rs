//! Arbitrary programs on two hosts: whatever they call, the simulator answers, and the run ends.
//!
//! Three programs of up to three threads each do what their bytes say ([`program`](super::program)), while two more hold an honest
//! conversation ([`conversation`]). What must hold:
//!
//! * no process panics, so neither does the simulator, which runs inside their calls;
//! * the run ends, by itself or at a bound;
//! * a program that has closed what it had has all descriptors back;
//! * what is received of a stream is what was sent, as far as it came; all of it, if the stream ended in order;
//! * the same bytes give the same digest, on coroutines and on threads.
//!
//! The bytes: [`WORLD`] of them describe the world, [`TALK`] the conversation, then eight for each step: who, what, arguments.

use std::{sync::Arc, time::Duration};

use wavetank_sim::{CarrierKind, Digest, End, Machine, Report, Sim};

use super::{
    Seed, conversation,
    input::Input,
    program::{Gifts, STEP, THREADS, program},
};

/// Bytes that describe the world.
pub const WORLD: usize = 20;
/// Bytes that describe the conversation.
pub const TALK: usize = 16;

/// Programs that do as they are told.
const PROGRAMS: usize = 3;

/// Runs the programs that the bytes describe; some on both carriers.
///
/// # Panics
/// If something that must hold does not: with the end of the trace, and the bytes.
pub fn run(bytes: &[u8]) {
    let digest = digest(bytes, CarrierKind::Coroutine);
    // A thread for each process is dear: not for every input.
    if bytes.get(WORLD - 1).is_some_and(|byte| byte.is_multiple_of(16)) {
        assert_eq!(
            self::digest(bytes, CarrierKind::Thread),
            digest,
            "on threads the run is another one: {}",
            hex(bytes)
        );
    }
}

/// All inputs were found.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    Vec::new()
}

/// Runs the programs that the bytes describe on one kind of carrier.
///
/// # Panics
/// As [`run`].
pub fn digest(bytes: &[u8], carrier: CarrierKind) -> Digest {
    let report = report(bytes, carrier, false);
    if report.failures().is_empty() {
        return report.digest();
    }
    let report = self::report(bytes, carrier, true);
    let lines: Vec<String> = report.trace().lines().collect();
    let tail = lines[lines.len().saturating_sub(60)..].join("\n");
    panic!("{tail}\n\n{report}\ninput {}", hex(bytes));
}

/// Runs the programs that the bytes describe, whatever comes of it.
pub fn report(bytes: &[u8], carrier: CarrierKind, traced: bool) -> Report {
    let sim = if traced { Sim::traced(seed(bytes)) } else { Sim::new(seed(bytes)) };
    sim.set_carrier(carrier);
    build(&sim, bytes);
    let report = sim.run();
    // Asked again, it says the same.
    assert_eq!((sim.run().end(), sim.digest()), (report.end(), report.digest()));
    let bound = matches!(report.end(), End::OutOfTime | End::TooManyEvents);
    assert!(
        bound || report.end() == End::Finished || !report.waiting().is_empty(),
        "stalled, but nobody waits: {report}"
    );
    report
}

/// The bytes as text, for a regression test.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of such a text.
///
/// # Panics
/// If it is not one.
pub fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).expect("a hexadecimal digit") as u8;
    text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn seed(bytes: &[u8]) -> u64 {
    Input::new(bytes).word().into()
}

fn build(sim: &Sim, bytes: &[u8]) {
    let (world, rest) = bytes.split_at(bytes.len().min(WORLD));
    let (talk, steps) = rest.split_at(rest.len().min(TALK));
    let mut input = Input::new(world);
    input.word();
    let hosts = [sim.host("one"), sim.host("two")];
    settings(sim, &hosts, &mut input);
    let nofile = [3, 5, 12, 64, 64, 64][usize::from(input.byte()) % 6];
    for host in &hosts {
        host.set_nofile(nofile);
    }
    conversation::start(&hosts[0], &hosts[1], talk, nofile);

    let mut scripts = vec![vec![Vec::new(); THREADS]; PROGRAMS];
    for step in steps.chunks(STEP) {
        let who = usize::from(step[0]);
        scripts[who % PROGRAMS][who / PROGRAMS % THREADS].push(step.to_vec());
    }
    let gifts: Gifts = Arc::default();
    for (number, script) in scripts.into_iter().enumerate() {
        let gifts = Arc::clone(&gifts);
        let waits_for_threads = !input.once_in(4);
        let act = move |host: &_| {
            program(host, number, script, &gifts, waits_for_threads, nofile);
            Ok(())
        };
        let machine = &hosts[number % 2];
        if number == 2 { machine.serve(act) } else { machine.run(act) }
    }
}

/// Links, partitions, limits.
fn settings(sim: &Sim, hosts: &[Machine; 2], input: &mut Input<'_>) {
    let [one, two] = hosts;
    let ms = Duration::from_millis;
    sim.set_time_limit(input.of(&[ms(100), ms(70_000), ms(3_600_000), ms(24 * 3_600_000), Duration::MAX]));
    sim.set_event_limit(input.of(&[0, 10, 1000, 20_000, 20_000, 20_000, 20_000]));
    let mut link = sim.link(one, two);
    link = match input.byte() % 8 {
        0 => link.latency(Duration::ZERO),
        1 => link.latency(ms(1)..=ms(80)),
        2 => link.latency(ms(1)..=ms(80)).overtaking(true),
        3 => link.rate(20_000).queue(5000),
        4 => link.rate(1).queue(usize::MAX),
        5 => link.latency(Duration::MAX),
        _ => link,
    };
    link = match input.byte() % 8 {
        0 => link.loss(1, 10),
        1 => link.loss(1, 2),
        2 => link.loss(1, 1),
        3 => link.drop_packet(u64::from(input.byte()) % 20),
        _ => link,
    };
    drop(link);
    if input.once_in(8) {
        drop(sim.loopback(one).loss(1, 5).latency(ms(0)..=ms(3)));
    }
    let (at, lasting) = (ms(u64::from(input.byte())), ms(u64::from(input.byte()) * 100));
    match input.byte() % 6 {
        0 => sim.partition(&[one], &[two], at, lasting),
        1 => sim.partition_one_way(&[one], &[two], at, lasting),
        2 => sim.partition(&[one], &[one, two], at, Duration::MAX),
        _ => {}
    }
    let port_range = input.of(&[(32_768, 60_999), (32_768, 32_769), (7, 9), (65_535, 65_535), (1, u16::MAX)]);
    let somaxconn = input.of(&[0, 1, 4096, u16::MAX]);
    for host in hosts {
        host.set_port_range(port_range.0..=port_range.1).set_somaxconn(somaxconn);
    }
}
