//! Random and mutated texts through each parser of addresses and the C library's, on all cores.
//!
//! `addr COUNT [PARSER ...]`: COUNT texts for each, every one from its number, so a run can be repeated. `addr --seed N ...` takes the
//! texts of other numbers. Exit status 1 if there was a difference that is not permitted, of which the first ten are printed.

use std::{
    collections::BTreeMap,
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    thread,
    time::Instant,
};

use wavetank_fuzz_checks::{
    dice::Dice,
    differential::{PARSERS, Parser, Verdict},
};

fn main() -> ExitCode {
    let mut args: Vec<String> = env::args().skip(1).collect();
    let mut seed = 0;
    if args.first().is_some_and(|arg| arg == "--seed") && args.len() > 1 {
        seed = args[1].parse().unwrap_or(0);
        args.drain(..2);
    }
    let names: Vec<&str> = PARSERS.iter().map(|parser| parser.name).collect();
    let Some(count) = args.first().and_then(|count| count.parse().ok()) else {
        eprintln!("usage: addr [--seed N] COUNT [PARSER ...], of {}", names.join(", "));
        return ExitCode::from(2);
    };
    if let Some(unknown) = args[1..].iter().find(|name| !names.contains(&name.as_str())) {
        eprintln!("{unknown} is no parser: write {}", names.join(", "));
        return ExitCode::from(2);
    }
    println!(
        "{:<14} {:>11} {:>11} {:>11} {:>10} {:>11} {:>8}  reference",
        "parser", "texts", "read", "refused", "permitted", "differences", "seconds"
    );
    let mut differences = 0;
    for parser in PARSERS.iter().filter(|parser| args.len() == 1 || args[1..].iter().any(|name| name == parser.name)) {
        let began = Instant::now();
        let tally = run(parser, seed, count);
        println!(
            "{:<14} {count:>11} {:>11} {:>11} {:>10} {:>11} {:>8.1}  {}",
            parser.name,
            tally.read,
            tally.refused,
            tally.permitted.values().sum::<u64>(),
            tally.differences,
            began.elapsed().as_secs_f64(),
            parser.reference
        );
        for (reason, count) in &tally.permitted {
            println!("    permitted {count} times: {reason}");
        }
        for shown in &tally.shown {
            println!("    {shown}");
        }
        differences += tally.differences;
    }
    if differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Tally {
    read: u64,
    refused: u64,
    permitted: BTreeMap<&'static str, u64>,
    differences: u64,
    shown: Vec<String>,
}

fn run(parser: &Parser, seed: u64, count: u64) -> Tally {
    let cores = thread::available_parallelism().map_or(1, usize::from) as u64;
    let share = |core: u64| {
        let mut tally = Tally::default();
        for number in (core..count).step_by(cores as usize) {
            let text = (parser.text)(&mut Dice::new(seed << 40 | number));
            // A rule of our own that is broken is a difference, too.
            let verdict = catch_unwind(AssertUnwindSafe(|| parser.judge(&text)));
            match verdict.unwrap_or_else(|_| Verdict::Differs("it panics".to_owned())) {
                Verdict::Read => tally.read += 1,
                Verdict::Refused => tally.refused += 1,
                Verdict::Permitted(reason) => *tally.permitted.entry(reason).or_default() += 1,
                Verdict::Differs(how) => {
                    tally.differences += 1;
                    if tally.shown.len() < 10 {
                        tally.shown.push(format!("text {number}, {}: {how}", text.escape_ascii()));
                    }
                }
            }
        }
        tally
    };
    thread::scope(|scope| {
        let shares: Vec<_> = (0..cores).map(|core| scope.spawn(move || share(core))).collect();
        shares.into_iter().fold(Tally::default(), |mut sum, share| {
            let tally = share.join().expect("a panic of a check is caught");
            sum.read += tally.read;
            sum.refused += tally.refused;
            sum.differences += tally.differences;
            sum.shown.extend(tally.shown);
            sum.shown.truncate(10);
            for (reason, count) in tally.permitted {
                *sum.permitted.entry(reason).or_default() += count;
            }
            sum
        })
    })
}
