//! Counts instructions, prints each figure beside its gate, and fails when one is missed.
//!
//! `gate` counts with callgrind at n and 2n operations and takes the difference: exact at any load of the machine, and
//! deterministic simulation makes it repeatable. `gate --scale` measures what instructions cannot show, time and memory of
//! 1,000 and 10,000 hosts. `gate WORKLOAD N` does the work, so that it can count itself and needs no second binary.
//!
//! The rivals' figures are constants here, for orientation; `peers/compare` measures them afresh.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wavetank_benches::child::{instructions, usage};
use wavetank_benches::workload;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        [] => own_path().and_then(|program| gates(&program)),
        ["--scale"] => own_path().and_then(|program| scale(&program)),
        _ if arguments.len() == 2 => return workload::run(&arguments),
        _ => {
            eprintln!("expected nothing, --scale, or WORKLOAD N");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn own_path() -> io::Result<PathBuf> {
    env::current_exe()
}

/// A figure and the most it may be.
struct Gate {
    what: &'static str,
    figure: f64,
    limit: f64,
    /// What the figure is counted in.
    unit: &'static str,
    remark: String,
}

impl Gate {
    fn holds(&self) -> bool {
        self.figure <= self.limit
    }

    fn print(&self) {
        let Self { what, figure, limit, unit, remark } = self;
        let verdict = if self.holds() { "ok" } else { "MISSED" };
        // Hundreds of thousands need no fraction, per cents do.
        let digits = if figure.abs() < 1000.0 { 1 } else { 0 };
        println!("{what:<34} {figure:>10.digits$} {unit:<3} of {limit:>8.0}  {verdict:<6}  {remark}");
    }
}

/// Instructions of one rival for `pingpong` and `sims`, as `peers/README.md` has them.
struct Peer {
    name: &'static str,
    pingpong: f64,
    sims: f64,
}

const PEERS: [Peer; 3] = [
    Peer { name: "turmoil", pingpong: 42_600.0, sims: 540_000.0 },
    Peer { name: "turmoil-net", pingpong: 21_500.0, sims: 289_000.0 },
    Peer { name: "madsim", pingpong: 11_400.0, sims: 168_000.0 },
];

/// Counts everything that has a gate; whether all of them hold.
fn gates(program: &Path) -> io::Result<bool> {
    println!("instructions per operation (callgrind, 2n less n), and the most they may be\n");
    let mut all_hold = true;
    let mut judge = |gate: Gate| {
        gate.print();
        all_hold &= gate.holds();
    };
    let absolute = |what, figure, limit, remark| Gate { what, figure, limit, unit: "Ir", remark };

    let pingpong = instructions(program, "pingpong", 2000)?;
    judge(absolute("pingpong, a round trip", pingpong, 9000.0, ratios(pingpong, |peer| peer.pingpong)));
    for (what, name, n) in [
        ("  over 50 ms, difference", "pingpong-latency", 2000),
        ("  beside 1,000 hosts, difference", "pingpong-idle", 1000),
    ] {
        let figure = instructions(program, name, n)?;
        let difference = (figure / pingpong - 1.0).abs() * 100.0;
        judge(Gate { what, figure: difference, limit: 5.0, unit: "%", remark: format!("{figure:.0} Ir") });
    }
    let sims = instructions(program, "sims", 200)?;
    judge(absolute("sims, a whole simulation", sims, 120_000.0, ratios(sims, |peer| peer.sims)));
    for (what, ours, theirs) in [
        ("real send or recv, UDP", "real-udp", "libc-udp"),
        ("real send or recv, UNIX stream", "real-unix", "libc-unix"),
    ] {
        let (ours, theirs) = (instructions(program, ours, 2000)?, instructions(program, theirs, 2000)?);
        let remark = format!("over libc; send and recv together, outside the kernel: {ours:.0} and {theirs:.0} Ir");
        judge(Gate { what, figure: (ours / theirs - 1.0) * 100.0, limit: 3.0, unit: "%", remark });
    }

    println!("\nwithout a gate");
    for (what, name, n) in [
        ("sims-parked, a simulation", "sims-parked", 200),
        ("sims-empty, a simulation", "sims-empty", 200),
        ("churn, a connection", "churn", 500),
        ("bulk, 64 KiB", "bulk", 200),
        ("hosts, a client of 100", "hosts", 100),
        ("hosts, a client of 1,000", "hosts", 1000),
    ] {
        println!("{what:<34} {:>10.0} Ir", instructions(program, name, n)?);
    }
    println!("\n{}", if all_hold { "all gates hold" } else { "a gate was missed" });
    Ok(all_hold)
}

/// How many times our figure each rival takes.
fn ratios(ours: f64, theirs: impl Fn(&Peer) -> f64) -> String {
    let ratio = |peer: &Peer| format!("{} {:.1}x", peer.name, theirs(peer) / ours);
    PEERS.iter().map(ratio).collect::<Vec<_>>().join(", ")
}

/// Hosts in the worlds of `--scale`.
const SIZES: [u64; 2] = [1000, 10_000];
/// Rounds in which both sizes take turns.
const ROUNDS: usize = 9;

/// How much the work for one host may grow. PERFORMANCE.md, W3.
const WORK_GROWTH: f64 = 1.15;

/// CPU time and memory of a small and a large star; whether the work for a host stays the same.
///
/// Time is printed and does not judge: the small star lives in the caches as long as nobody else wants them, so the ratio
/// says as much of the machine's other jobs as of ours.
fn scale(program: &Path) -> io::Result<bool> {
    println!("n hosts, each with a connection to one server and ten echoes on it; the best of {ROUNDS} rounds\n");
    let mut best = [f64::INFINITY; 2];
    let mut rss = [u64::MAX; 2];
    for _ in 0..ROUNDS {
        for (index, n) in SIZES.into_iter().enumerate() {
            let run = usage(program, "hosts", n)?;
            best[index] = best[index].min(run.cpu.as_secs_f64());
            rss[index] = rss[index].min(run.peak_rss_bytes);
        }
    }
    for (index, n) in SIZES.into_iter().enumerate() {
        let (cpu, rss) = (best[index], rss[index] as f64);
        println!(
            "{n:>6} hosts: {:>8.1} ms CPU, {:>5.1} us a host; {:>6.1} MiB peak RSS, {:>5.1} KiB a host",
            cpu * 1e3,
            cpu * 1e6 / n as f64,
            rss / f64::from(1 << 20),
            rss / 1024.0 / n as f64,
        );
    }
    let n_log_n = |n: u64| n as f64 * (n as f64).log2();
    let growth = best[1] / best[0];
    let allowed = n_log_n(SIZES[1]) / n_log_n(SIZES[0]);
    let verdict = if growth <= allowed { "no worse" } else { "worse" };
    println!(
        "\ngrowth of CPU time {growth:.1}x, of n log n {allowed:.1}x: {verdict}, on this machine as busy as it is"
    );

    let [small, large] = [instructions(program, "hosts", 500)?, instructions(program, "hosts", 2000)?];
    let growth = large / small;
    let holds = growth <= WORK_GROWTH;
    println!(
        "instructions a host: {small:.0} at 500 to 1,000, {large:.0} at 2,000 to 4,000: {growth:.3}x of {WORK_GROWTH}x  {}",
        if holds { "ok" } else { "MISSED" }
    );
    Ok(holds)
}
