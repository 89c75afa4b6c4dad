//! `cells PROGRAMS SEED JOBS [RECORD [ROUNDS [REACHED]]]`: which cells programs reach. With a record the programs are steered by it, and what they
//! reach is added to it; in several rounds, each steered by those before. REACHED is
//! written what all that comes to, as `fixtures/coverage/reached.txt` has it. Differences are for `cargo tank differ`.
use std::time::Instant;

use wavetank_differential::{Coverage, Hunt, Only, Programs};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, else_: u64| args.get(at).and_then(|arg| arg.parse().ok()).unwrap_or(else_);
    let (programs, seed, jobs, rounds) = (number(0, 10_000), number(1, 0), number(2, 2), number(4, 1));
    let mut record = Coverage::default();
    if let Some(text) = args.get(3).and_then(|path| std::fs::read_to_string(path).ok()) {
        record = text.parse().unwrap_or_else(|error| panic!("{error}"));
    }
    for round in 0..rounds {
        let draw = if args.len() > 3 { Programs::steered(&record) } else { Programs::default() };
        let begun = Instant::now();
        let (programs, seed) = (programs / rounds, seed + round * (programs / rounds));
        let surveyed = Hunt { seed, programs, jobs: jobs as usize, draw, only: Only::default() }.survey().unwrap();
        let each = begun.elapsed().as_secs_f64() * 1e3 * jobs as f64 / programs as f64;
        let cells = surveyed.coverage.len();
        record.merge(surveyed.coverage);
        println!(
            "seeds {seed}..{}: {} calls, {} differing, {each:.3} ms each; {cells} cells, {} in all",
            seed + programs,
            surveyed.calls,
            surveyed.differing,
            record.len(),
        );
    }
    if let Some(path) = args.get(3) {
        std::fs::write(path, record.to_string()).unwrap();
    }
    if let Some(path) = args.get(5) {
        std::fs::write(path, record.reached_text()).unwrap();
    }
    println!("{}", record.markdown());
}
