//! Many seeds: run them over the cores, find the first that fails, tell its story, say how to see it again.

mod divergence;
mod settings;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

pub use divergence::{Divergence, run_twice};
use settings::Settings;

use crate::{base::digest::Digest, net::DropReason, observe::Report, sim::Sim};

/// Builds a world with `build` and runs it, for many seeds, in parallel over the cores; panics with a report of the first
/// seed that fails.
///
/// Three variables of the environment say which seeds: `WAVETANK_SEED` runs one, `WAVETANK_SEEDS` says how many (default
/// 100, from 0), `WAVETANK_JOBS` on how many threads (default: as many as there are cores). Which seed is reported does not
/// depend on the number of threads: it is the lowest that fails.
///
/// `WAVETANK_PCAP` names a folder: the run that failed, or if none did that of the first seed, is written there as a pcapng file
/// named after the test and the seed.
///
/// The first seed is run twice, and the two runs are compared by their digests.
///
/// # Panics
/// If a run fails, or a run made twice differs.
pub fn check(build: impl Fn(&Sim) + Sync) {
    let settings = Settings::from_env().unwrap_or_else(|wrong| panic!("{wrong}"));
    let mut explorer = Explorer::new(&build).first(settings.first).seeds(settings.seeds).jobs(settings.jobs);
    explorer.check_determinism = true;
    let exploration = explorer.run(|_| {});
    if let Some(folder) = &settings.pcap {
        let first = || explorer.run_seed(settings.first, true);
        let report = exploration.failure.clone().unwrap_or_else(first);
        match settings::capture(folder, &report) {
            Ok(path) => eprintln!("wavetank: captured in {}", path.display()),
            Err(error) => eprintln!("wavetank: nothing was captured in {}: {error}", folder.display()),
        }
    }
    if let Some(failure) = exploration.failure {
        panic!("\n{failure}\nsee it again:\n  {}\n", settings::replay_command(failure.seed()));
    }
    if let Some(divergence) = exploration.divergence {
        panic!("\n{divergence}");
    }
}

/// Runs a range of seeds of one scenario.
pub struct Explorer<F> {
    build: F,
    first: u64,
    seeds: u64,
    jobs: usize,
    check_determinism: bool,
}

/// What a range of seeds came to.
#[derive(Debug, Default)]
pub struct Exploration {
    /// Seeds that were run.
    pub seeds: u64,
    /// Of all runs together.
    pub packets: u64,
    /// Packets that did not arrive, of all runs together.
    pub dropped: u64,
    /// The same by reason, each reason that occurred.
    pub dropped_by: BTreeMap<DropReason, u64>,
    /// System calls of all runs together.
    pub calls: u64,
    /// Virtual time of all runs together.
    pub elapsed: Duration,
    /// The digests of all runs, in order of their seeds, folded into one.
    pub digest: Digest,
    /// The lowest seed that failed, run once more with its trace kept.
    pub failure: Option<Report>,
    /// A run that was not the same when it was made again.
    pub divergence: Option<Box<Divergence>>,
}

/// What [`Explorer::run`] says of each seed as it ends, in no particular order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The seed that ended.
    pub seed: u64,
    /// Whether it passed.
    pub ok: bool,
}

impl<F: Fn(&Sim) + Sync> Explorer<F> {
    /// A hundred seeds from 0, on every core.
    pub fn new(build: F) -> Self {
        Self { build, first: 0, seeds: 100, jobs: settings::cores(), check_determinism: false }
    }

    /// The first seed.
    pub fn first(mut self, first: u64) -> Self {
        self.first = first;
        self
    }

    /// How many seeds.
    pub fn seeds(mut self, seeds: u64) -> Self {
        self.seeds = seeds;
        self
    }

    /// On how many threads; at least one.
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }

    /// Runs the first seed twice, and compares.
    pub fn check_determinism(mut self, check: bool) -> Self {
        self.check_determinism = check;
        self
    }

    /// Runs them. After a failure no higher seed is begun.
    pub fn run(&self, progress: impl Fn(Progress) + Sync) -> Exploration {
        let (next, lowest_failed) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
        let worker = || self.work(&next, &lowest_failed, &progress);
        let jobs = self.jobs.min(usize::try_from(self.seeds).unwrap_or(usize::MAX)).max(1);
        let mut outcomes: Vec<Outcome> = if jobs == 1 {
            worker()
        } else {
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(worker)).collect();
                let joined = threads.into_iter().map(|thread| thread.join());
                joined.flat_map(|result| result.unwrap_or_else(|payload| std::panic::resume_unwind(payload))).collect()
            })
        };
        outcomes.sort_by_key(|outcome| outcome.seed);
        self.sum_up(&outcomes)
    }

    fn work(&self, next: &AtomicU64, lowest_failed: &AtomicU64, progress: &(impl Fn(Progress) + Sync)) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let seed = self.first.wrapping_add(number);
            if number >= self.seeds || seed > lowest_failed.load(Ordering::Relaxed) {
                return outcomes;
            }
            let outcome = Outcome::of(&self.run_seed(seed, false));
            if !outcome.ok {
                lowest_failed.fetch_min(seed, Ordering::Relaxed);
            }
            progress(Progress { seed, ok: outcome.ok });
            outcomes.push(outcome);
        }
    }

    /// Builds and runs one world.
    pub fn run_seed(&self, seed: u64, traced: bool) -> Report {
        let sim = Sim::with_trace(seed, traced);
        // What `build` panics with is the harness's own affair; but the seed should be known.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| (self.build)(&sim))) {
            eprintln!("wavetank: the closure that builds the world panicked with seed {seed}");
            std::panic::resume_unwind(payload);
        }
        sim.run()
    }

    fn sum_up(&self, outcomes: &[Outcome]) -> Exploration {
        let failed = outcomes.iter().find(|outcome| !outcome.ok).map(|outcome| outcome.seed);
        // Seeds above a failure were run or not as the threads happened to be: they do not count.
        let counted = outcomes.iter().filter(|outcome| failed.is_none_or(|failed| outcome.seed <= failed));
        let mut sum = Exploration::default();
        let mut digester = crate::base::Digester::new();
        for outcome in counted {
            sum.seeds += 1;
            sum.packets += outcome.packets;
            sum.dropped += outcome.dropped.iter().map(|(_, count)| count).sum::<u64>();
            for &(reason, count) in &outcome.dropped {
                *sum.dropped_by.entry(reason).or_default() += count;
            }
            sum.calls += outcome.calls;
            sum.elapsed += outcome.elapsed;
            digester.words([outcome.seed, outcome.digest.0 as u64, (outcome.digest.0 >> 64) as u64]);
        }
        sum.digest = digester.finish();
        sum.failure = failed.map(|seed| self.run_seed(seed, true));
        if let Some(report) = &sum.failure {
            let before = outcomes.iter().find(|outcome| outcome.seed == report.seed());
            if before.is_some_and(|before| before.digest != report.digest()) {
                sum.divergence = run_twice(report.seed(), &self.build).err();
            }
        } else if self.check_determinism && self.seeds > 0 {
            sum.divergence = run_twice(self.first, &self.build).err();
        }
        sum
    }
}

/// What is kept of a run.
struct Outcome {
    seed: u64,
    ok: bool,
    digest: Digest,
    packets: u64,
    dropped: Vec<(DropReason, u64)>,
    calls: u64,
    elapsed: Duration,
}

impl Outcome {
    fn of(report: &Report) -> Self {
        Self {
            seed: report.seed(),
            ok: report.is_ok(),
            digest: report.digest(),
            packets: report.packets(),
            dropped: report.dropped_by().collect(),
            calls: report.calls(),
            elapsed: report.elapsed(),
        }
    }
}
