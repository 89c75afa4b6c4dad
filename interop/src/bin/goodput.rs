//! Goodput under loss, the simulator's beside the kernel's: a table, and status 1 if a ratio lies outside 0.75 to 1.25.
//!
//! `cargo run --release -p wavetank-interop --bin goodput [SEEDS] [--netem]`
//!
//! With `--netem` the kernels' link is a veth pair with netem, for a kernel that has it, as the one of the virtual machine:
//! `run-in-vm --host-root -- target/release/goodput 5 --netem`.

use std::{env, process::ExitCode, thread};

use wavetank_interop::goodput::{Transfer, median};

/// Of the issue: within 25 % of the kernel's.
const BOUNDS: std::ops::RangeInclusive<f64> = 0.75..=1.25;

fn main() -> ExitCode {
    let seeds: u64 = env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(9);
    let netem = env::args().any(|text| text == "--netem");
    let real = if netem { Transfer::real_netem } else { Transfer::real };
    println!(
        "10 MB over 100 Mbit/s, round trip 50 ms, 1 % of packets lost each way; median of {seeds} seeds, in kB/s\n"
    );
    println!("congestion control   simulated   (lowest..highest)        kernel   (lowest..highest)    ratio");
    let mut all_within = true;
    for congestion_control in ["reno", "cubic"] {
        let transfers: Vec<_> = (0..seeds).map(|seed| Transfer::new(congestion_control, seed)).collect();
        let simulated: Vec<_> = transfers.iter().map(Transfer::simulated).collect();
        // In real time, so all at once: each has its own namespaces.
        let real: Result<Vec<_>, _> = thread::scope(|scope| {
            let running: Vec<_> = transfers.iter().map(|transfer| scope.spawn(|| real(transfer))).collect();
            running
                .into_iter()
                .map(|one| one.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload)))
                .collect()
        });
        let real = match real {
            Ok(real) => real,
            Err(error) => {
                println!("{congestion_control:<18} {}   the kernel was not asked: {error}", shown(&simulated));
                continue;
            }
        };
        let ratio = median(simulated.clone()) / median(real.clone());
        let within = BOUNDS.contains(&ratio);
        all_within &= within;
        let verdict = if within { "" } else { "  OUTSIDE 0.75..1.25" };
        println!("{congestion_control:<18} {}   {}   {ratio:>6.2}{verdict}", shown(&simulated), shown(&real));
    }
    if all_within { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// The median, and between what it lies.
fn shown(values: &[f64]) -> String {
    let kilobytes = |value: f64| (value / 1000.0).round();
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(0.0, f64::max);
    let range = format!("({}..{})", kilobytes(lowest), kilobytes(highest));
    format!("{:>11}   {range:<19}", kilobytes(median(values.to_vec())))
}
