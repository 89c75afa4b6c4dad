//! [`Hunt`]: many programs, and the differences among them, each confirmed and cut down.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    Coverage, Difference, Log, Program, Programs,
    compare::compare_and_tell,
    shrink, workers,
    world::{self, RealTank},
};

/// What is looked for, and how long.
#[derive(Clone, Debug)]
pub struct Hunt {
    /// Programs `seed..seed + programs`.
    pub seed: u64,
    /// How many.
    pub programs: u64,
    /// Threads, each with namespaces of its own.
    pub jobs: usize,
    /// How they are drawn.
    pub draw: Programs,
    /// Which of them are run.
    pub only: Only,
}

/// Programs chosen by their text: to hunt in one part of it.
#[derive(Clone, Debug, Default)]
pub struct Only {
    /// What the text must have, all of it.
    pub with: Vec<String>,
    /// What it must not have.
    pub without: Vec<String>,
}

impl Only {
    pub(crate) fn takes(&self, program: &Program) -> bool {
        if self.with.is_empty() && self.without.is_empty() {
            return true;
        }
        let text = program.to_string();
        let has = |part: &String| text.contains(part.as_str());
        self.with.iter().all(has) && !self.without.iter().any(has)
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Hunted {
    /// Programs run in both worlds.
    pub programs: u64,
    /// Calls made in each.
    pub calls: u64,
    /// Programs that differed once, and not when they were run again: a core that was overworked.
    pub passing: u64,
    /// Of these, the seed of the first one of each signature, and how many have it.
    pub passed: BTreeMap<String, (u64, u64)>,
    /// In how many programs each of the [freedoms](crate::FREEDOMS) was taken, by name.
    pub freedoms: BTreeMap<&'static str, u64>,
    /// Programs that differ.
    pub differing: u64,
    /// The least program of each signature, and how many have it.
    pub findings: BTreeMap<String, Finding>,
    /// What was reached in both worlds, when all have run.
    pub coverage: Coverage,
}

/// A difference.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The seed of the first program that showed it.
    pub seed: u64,
    /// That program, cut down.
    pub program: Program,
    /// The difference.
    pub difference: Difference,
    /// How many programs had this signature when they were cut down.
    pub count: u64,
}

/// What is waited after each call when a difference is confirmed: time for a core that is overworked, and none, so that it is not the
/// time that passes which makes the difference (a probe for a lost tail goes out after 8 ms). It must show in each: what Linux does
/// but now and then, as when the clock of the time stamps ticks between two ACKs that would have been one, is no difference.
const PATIENCE: [Duration; 12] = {
    const TIME: Duration = Duration::from_micros(300);
    const NONE: Duration = Duration::ZERO;
    [TIME, NONE, TIME, NONE, NONE, TIME, NONE, NONE, TIME, NONE, TIME, NONE]
};
/// How many differing programs of a signature each thread cuts down: that costs many runs, and the others mostly have the same cause.
const CUT_DOWN: u64 = 1;

impl Hunt {
    /// Runs them all.
    ///
    /// # Errors
    ///
    /// If the namespaces cannot be made.
    pub fn run(&self, on_progress: impl Fn(&Hunted) + Sync) -> wavetank_lab::Result<Hunted> {
        self.go(true, on_progress)
    }

    /// Runs them all, for what they reach: differences are counted, and neither confirmed nor cut down.
    ///
    /// # Errors
    ///
    /// If the namespaces cannot be made.
    pub fn survey(&self) -> wavetank_lab::Result<Hunted> {
        self.go(false, |_| ())
    }

    fn go(&self, confirms: bool, on_progress: impl Fn(&Hunted) + Sync) -> wavetank_lab::Result<Hunted> {
        let next = AtomicU64::new(self.seed);
        workers::share(self.jobs, |hunted| self.work(confirms, &next, hunted, &on_progress))
    }

    fn work(
        &self,
        confirms: bool,
        next: &AtomicU64,
        hunted: &Mutex<Hunted>,
        on_progress: &impl Fn(&Hunted),
    ) -> wavetank_lab::Result<()> {
        const BATCH: u64 = 64;
        let mut bench = Bench { tank: RealTank::new()? };
        let mut raw: BTreeMap<String, u64> = BTreeMap::new();
        let mut coverage = Coverage::default();
        loop {
            let first = next.fetch_add(BATCH, Ordering::Relaxed);
            let end = (self.seed + self.programs).min(first + BATCH);
            if first >= end {
                hunted.lock().unwrap_or_else(PoisonError::into_inner).coverage.merge(coverage);
                return Ok(());
            }
            let mut of_batch = Hunted::default();
            for seed in first..end {
                let program = self.draw.draw(seed);
                if !self.only.takes(&program) {
                    continue;
                }
                of_batch.programs += 1;
                of_batch.calls += program.len() as u64;
                let (real, sim) = bench.both(&program, Duration::ZERO)?;
                let Some(first) = of_batch.compare(&program, &real, &sim) else {
                    if let Ok(sim) = sim {
                        coverage.add(seed, &program, &real, &sim, program.len());
                    }
                    continue;
                };
                if let Ok(sim) = sim {
                    coverage.add(seed, &program, &real, &sim, first.step);
                }
                if !confirms {
                    of_batch.differing += 1;
                    continue;
                }
                let Some(difference) = bench.confirmed(&program)? else {
                    of_batch.passing += 1;
                    of_batch.passed.entry(first.signature(&program)).or_insert((seed, 0)).1 += 1;
                    continue;
                };
                of_batch.differing += 1;
                let count = raw.entry(difference.signature(&program)).or_default();
                *count += 1;
                if *count > CUT_DOWN {
                    continue;
                }
                let (program, difference) = bench.cut_down(&program, difference)?;
                let signature = difference.signature(&program);
                let finding = Finding { seed, program, difference, count: 0 };
                of_batch.findings.entry(signature).or_insert(finding).count += 1;
            }
            let mut hunted = hunted.lock().unwrap_or_else(PoisonError::into_inner);
            hunted.add(of_batch);
            on_progress(&hunted);
        }
    }
}

impl Hunted {
    /// How the worlds differ in this program; what freedoms that takes is counted.
    fn compare(&mut self, program: &Program, real: &Log, sim: &Result<Log, String>) -> Option<Difference> {
        let Ok(sim) = sim else { return Difference::between(program, real, sim) };
        let mut taken = BTreeSet::new();
        let difference = compare_and_tell(program, real, sim, |freedom| {
            taken.insert(freedom.name);
        });
        for name in taken {
            *self.freedoms.entry(name).or_default() += 1;
        }
        difference
    }

    fn add(&mut self, other: Self) {
        self.programs += other.programs;
        self.calls += other.calls;
        self.passing += other.passing;
        self.differing += other.differing;
        for (signature, (seed, count)) in other.passed {
            self.passed.entry(signature).or_insert((seed, 0)).1 += count;
        }
        for (name, count) in other.freedoms {
            *self.freedoms.entry(name).or_default() += count;
        }
        for (signature, finding) in other.findings {
            let known = self.findings.entry(signature).or_insert_with(|| Finding { count: 0, ..finding.clone() });
            known.count += finding.count;
            if finding.program.len() < known.program.len() {
                *known = Finding { count: known.count, ..finding };
            }
        }
    }
}

/// One thread's real world.
struct Bench {
    tank: RealTank,
}

impl Bench {
    fn real(&mut self, program: &Program, patience: Duration) -> wavetank_lab::Result<Log> {
        self.tank.refresh()?;
        Ok(self.tank.run(program, patience))
    }

    /// What the worlds show: the real one, and the simulated one or how it got stuck.
    fn both(&mut self, program: &Program, patience: Duration) -> wavetank_lab::Result<(Log, Result<Log, String>)> {
        Ok((self.real(program, patience)?, world::run(program)))
    }

    /// How the worlds differ in this program.
    fn differ(&mut self, program: &Program, patience: Duration) -> wavetank_lab::Result<Option<Difference>> {
        let (real, sim) = self.both(program, patience)?;
        Ok(Difference::between(program, &real, &sim))
    }

    /// How they differ each time.
    fn confirmed(&mut self, program: &Program) -> wavetank_lab::Result<Option<Difference>> {
        let mut found = None;
        for patience in PATIENCE {
            // Where nothing is left: what a connection leaves behind on a port that has no name lies there for a minute.
            self.tank = RealTank::new()?;
            found = self.differ(program, patience)?;
            if found.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// How they differ where nothing is left.
    fn differ_afresh(&mut self, program: &Program) -> wavetank_lab::Result<Option<Difference>> {
        self.tank = RealTank::new()?;
        self.differ(program, Duration::ZERO)
    }

    fn cut_down(&mut self, program: &Program, first: Difference) -> wavetank_lab::Result<(Program, Difference)> {
        let mut last = first;
        let mut failure = None;
        let least = shrink(program, |less| match self.differ(less, Duration::ZERO) {
            Ok(Some(_)) => match self.differ_afresh(less) {
                Ok(Some(difference)) => {
                    last = difference;
                    true
                }
                _ => false,
            },
            Ok(None) => false,
            Err(error) => {
                failure = Some(error);
                false
            }
        });
        failure.map_or(Ok((least, last)), Err)
    }
}
