//! Random inputs for a fuzz target, in a loop on stable: what fails is shrunk and printed.
//!
//! `stress TARGET [COUNT] [FIRST]` runs COUNT inputs, each from its number, on all cores. `stress TARGET HEX` runs one, of `calls` and
//! `tun` with its report.

use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use wavetank_fuzz_checks::{Target, calls, input::random_bytes, target, tun};
use wavetank_sim::{CarrierKind, Sim};

/// No input takes this long, unless something runs in circles.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let Some(target) = args.first().and_then(|name| target(name)) else {
        eprintln!("usage: stress TARGET [COUNT] [FIRST], or stress TARGET HEX");
        return ExitCode::from(2);
    };
    // A panic is told in one line, or as many as its message has.
    std::panic::set_hook(Box::new(|info| eprintln!("{info}")));
    let number = |index: usize| args.get(index).and_then(|text| text.parse::<u64>().ok());
    if let (Some(hex), None) = (args.get(1), number(1)) {
        let bytes = calls::unhex(hex);
        if target.name == "calls" {
            let report = calls::report(&bytes, CarrierKind::Coroutine, true);
            println!("{}\n{report}", report.trace());
        } else if target.name == "tun" {
            let report = tun::report(&bytes, Sim::traced(1));
            println!("{}\n{report}", report.trace());
        }
        (target.run)(&bytes);
        return ExitCode::SUCCESS;
    }
    let (count, first) = (number(1).unwrap_or(200_000), number(2).unwrap_or(0));
    if run(target, first, count) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The input of a number.
fn input_of(target: &Target, number: u64) -> Vec<u8> {
    if target.name != "calls" {
        let [low, high, ..] = random_bytes(number, 8)[..] else { return Vec::new() };
        return random_bytes(!number, usize::from(u16::from_le_bytes([low, high])) % (target.max_len + 1));
    }
    let head = random_bytes(number, 8);
    let steps = [2, 6, 12, 25, 50, 100, 150, 250][usize::from(head[0]) % 8];
    random_bytes(!number, calls::WORLD + calls::TALK + steps * 8)
}

fn run(target: &Target, first: u64, count: u64) -> bool {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicU64::new(first);
    let failed = Mutex::new(Vec::new());
    let began = Instant::now();
    // What each worker is at, and since when.
    let busy: Vec<Mutex<Option<(u64, Instant)>>> = (0..cores).map(|_| Mutex::default()).collect();
    thread::scope(|scope| {
        for slot in &busy {
            let (next, failed) = (&next, &failed);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= first + count || failed.lock().unwrap().len() >= 3 {
                        *slot.lock().unwrap() = None;
                        return;
                    }
                    *slot.lock().unwrap() = Some((number, Instant::now()));
                    let bytes = input_of(target, number);
                    if catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes))).is_err() {
                        failed.lock().unwrap().push(number);
                    }
                }
            });
        }
        loop {
            thread::sleep(Duration::from_millis(200));
            let now: Vec<_> = busy.iter().filter_map(|slot| *slot.lock().unwrap()).collect();
            if let Some((number, _)) = now.iter().find(|(_, since)| since.elapsed() > PATIENCE) {
                println!("input {number} does not end: {}", calls::hex(&input_of(target, *number)));
                std::process::abort();
            }
            if now.is_empty() {
                break;
            }
        }
    });
    let done = next.load(Ordering::Relaxed).min(first + count) - first;
    println!("{done} inputs from {first} on, in {:.1} s", began.elapsed().as_secs_f64());
    let failed = failed.into_inner().unwrap();
    for &number in &failed {
        *busy[0].lock().unwrap() = None;
        let small = shrink(target.run, input_of(target, number));
        println!("input {number} fails; shrunk to {}", calls::hex(&small));
        drop(catch_unwind(AssertUnwindSafe(|| (target.run)(&small))));
    }
    failed.is_empty()
}

/// Leaves out steps, then sets bytes to zero, as long as it still fails.
fn shrink(check: fn(&[u8]), mut bytes: Vec<u8>) -> Vec<u8> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let fails = |bytes: &[u8]| catch_unwind(AssertUnwindSafe(|| check(bytes))).is_err();
    let head = calls::WORLD + calls::TALK;
    let mut size = (bytes.len() / 2).next_multiple_of(8);
    while size >= 8 {
        let mut at = head;
        while at < bytes.len() {
            let mut fewer = bytes.clone();
            fewer.drain(at..(at + size).min(bytes.len()));
            if fails(&fewer) { bytes = fewer } else { at += size }
        }
        size = if size == 8 { 0 } else { (size / 2).next_multiple_of(8) };
    }
    for at in 0..bytes.len() {
        let before = std::mem::replace(&mut bytes[at], 0);
        if before != 0 && !fails(&bytes) {
            bytes[at] = before;
        }
    }
    std::panic::set_hook(hook);
    bytes
}
