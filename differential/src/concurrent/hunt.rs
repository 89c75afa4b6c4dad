//! [`Hunt`]: many concurrent programs, and the outcomes that the simulator does not reach.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{ConcurrentPrograms, Outcome, Pace, Reach, run, shrink::shrink};
use crate::{Only, Program, workers, world::RealTank};

/// What is looked for, and how long.
#[derive(Clone, Debug)]
pub struct Hunt {
    /// Programs `seed..seed + programs`.
    pub seed: u64,
    /// How many.
    pub programs: u64,
    /// Threads, each with namespaces of its own.
    pub jobs: usize,
    /// How often each program is run on the kernel.
    pub runs: u64,
    /// How they are drawn.
    pub draw: ConcurrentPrograms,
    /// Of these.
    pub only: Only,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Hunted {
    /// Programs run in both worlds.
    pub programs: u64,
    /// Their calls.
    pub calls: u64,
    /// Runs on the kernel.
    pub runs: u64,
    /// Different outcomes of the programs on the kernel, added up.
    pub outcomes: u64,
    /// Programs that had more than one outcome on the kernel.
    pub various: u64,
    /// Programs in one of whose runs a thread waited for ever.
    pub blocked: u64,
    /// Runs whose prologue went another way, and not when there was more time.
    pub passing: u64,
    /// Runs in the simulator.
    pub simulated: u64,
    /// How many outcomes were of the simulator's by each of the [`RACES`](super::RACES) only, by name.
    pub races: BTreeMap<&'static str, u64>,
    /// What it does not reach.
    pub escapes: Vec<Escape>,
}

/// An outcome of the kernel's that the simulator does not reach.
#[derive(Clone, Debug)]
pub struct Escape {
    /// The seed of the program.
    pub seed: u64,
    /// The program, cut down.
    pub program: Program,
    /// The outcome.
    pub outcome: Outcome,
    /// What the simulator has that is the least different; none, if a run of it failed.
    pub nearest: Option<Outcome>,
    /// The report of a run of it that failed.
    pub failure: Option<String>,
}

/// How often a program is run that comes to the same again and again.
const FEW: u64 = 5;
/// How many thousand schedules are tried at most.
const PATIENCE: u64 = 40;
/// And before an outcome is said to be out of reach: what one schedule in a hundred thousand comes to is not found by fewer.
const LONG_PATIENCE: u64 = 5 * PATIENCE;
/// For so many of them: where there are more, it is not for want of patience.
const FEW_ESCAPES: usize = 3;
/// And while a program is cut down.
const LITTLE_PATIENCE: u64 = 2;
/// How often it is run on the kernel then.
const LITTLE_RUNS: u64 = 18;
/// How long a program is cut down: what is left then is small enough to be read.
const LONGEST_CUT: Duration = Duration::from_secs(20);
/// How often a prologue that differs is run again, and what is waited after its calls then.
const ATTEMPTS: usize = 3;
const LONG: Duration = Duration::from_millis(5);

impl Hunt {
    /// Runs them all.
    ///
    /// # Errors
    ///
    /// If the namespaces cannot be made.
    pub fn run(&self, on_progress: impl Fn(&Hunted) + Sync) -> wavetank_lab::Result<Hunted> {
        let next = AtomicU64::new(self.seed);
        workers::share(self.jobs, |hunted| self.work(&next, hunted, &on_progress))
    }

    fn work(
        &self,
        next: &AtomicU64,
        hunted: &Mutex<Hunted>,
        on_progress: &impl Fn(&Hunted),
    ) -> wavetank_lab::Result<()> {
        let mut tank = RealTank::new()?;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.seed + self.programs {
                return Ok(());
            }
            let program = self.draw.draw(seed);
            if !self.only.takes(&program) {
                continue;
            }
            let mut of_program = Hunted { programs: 1, calls: program.len() as u64, ..Hunted::default() };
            let escapes = hunted.lock().unwrap_or_else(PoisonError::into_inner).escapes.len();
            let last = if escapes < FEW_ESCAPES { LONG_PATIENCE } else { PATIENCE };
            if let Some(escape) = look_at(&mut tank, &program, seed, self.runs, [PATIENCE, last], &mut of_program)? {
                of_program.escapes.push(cut_down(&mut tank, escape)?);
            }
            let mut hunted = hunted.lock().unwrap_or_else(PoisonError::into_inner);
            hunted.add(of_program);
            on_progress(&hunted);
        }
    }
}

impl Hunted {
    fn add(&mut self, other: Self) {
        self.programs += other.programs;
        self.calls += other.calls;
        self.runs += other.runs;
        self.outcomes += other.outcomes;
        self.various += other.various;
        self.blocked += other.blocked;
        self.passing += other.passing;
        self.simulated += other.simulated;
        for (race, count) in other.races {
            *self.races.entry(race).or_default() += count;
        }
        self.escapes.extend(other.escapes);
    }
}

/// An outcome of the kernel's.
#[derive(Clone, Debug)]
pub struct Seldom {
    /// What the program came to.
    pub outcome: Outcome,
    /// In how many runs.
    pub count: u64,
    /// Whether the simulator reaches it.
    pub is_reached: bool,
}

/// Runs a program so often on the kernel: the outcomes, the most frequent first.
///
/// # Errors
///
/// If the namespaces cannot be made.
pub fn watch(program: &Program, runs: u64) -> wavetank_lab::Result<Vec<Seldom>> {
    let mut tank = RealTank::new()?;
    let mut reach = Reach::new(program, PATIENCE);
    let mut seen: Vec<Seldom> = Vec::new();
    for number in 0..runs {
        tank.refresh()?;
        let outcome = run(&tank, program, Pace::drawn(number), |outcome| reach.contains_soon(outcome));
        match seen.iter_mut().find(|seen| seen.outcome == outcome) {
            Some(seen) => seen.count += 1,
            None => seen.push(Seldom { is_reached: reach.contains(&outcome), outcome, count: 1 }),
        }
    }
    seen.sort_by_key(|seen| std::cmp::Reverse(seen.count));
    Ok(seen)
}

/// Runs a program so often on the kernel, until an outcome is not reached: with so much patience, and with so much at last.
fn look_at(
    tank: &mut RealTank,
    program: &Program,
    seed: u64,
    runs: u64,
    [patience, last]: [u64; 2],
    hunted: &mut Hunted,
) -> wavetank_lab::Result<Option<Escape>> {
    let mut reach = Reach::new(program, patience);
    let mut outcomes = Vec::new();
    let mut escape = None;
    let mut is_blocked = false;
    for number in 0..runs {
        if number == FEW && outcomes.len() < 2 {
            break;
        }
        tank.refresh()?;
        hunted.runs += 1;
        let mut pace = Pace::drawn(seed.wrapping_mul(1000) + number);
        let mut outcome = run(tank, program, pace, |outcome| reach.contains_soon(outcome));
        for _ in 0..ATTEMPTS {
            if reach.knows_prologue(&outcome) {
                break;
            }
            // A core that is overworked: the other host has not got yet what it is about.
            pace.patience = LONG;
            hunted.passing += 1;
            outcome = run(tank, program, pace, |outcome| reach.contains_soon(outcome));
        }
        is_blocked |= outcome.is_blocked(program);
        if last > patience && !reach.contains(&outcome) {
            hunted.simulated += reach.runs();
            reach = Reach::new(program, last);
        }
        if !reach.contains(&outcome) {
            let nearest = reach.nearest(&outcome).cloned();
            let failure = reach.failure().map(str::to_owned);
            escape = Some(Escape { seed, program: program.clone(), outcome, nearest, failure });
            break;
        }
        if !outcomes.contains(&outcome) {
            for race in reach.races(&outcome) {
                *hunted.races.entry(race).or_default() += 1;
            }
            outcomes.push(outcome);
        }
    }
    hunted.outcomes += outcomes.len() as u64;
    hunted.various += u64::from(outcomes.len() > 1);
    hunted.blocked += u64::from(is_blocked);
    hunted.simulated += reach.runs();
    Ok(escape)
}

fn cut_down(tank: &mut RealTank, escape: Escape) -> wavetank_lab::Result<Escape> {
    let (mut last, seed) = (escape.clone(), escape.seed);
    let mut failure = None;
    let began = Instant::now();
    shrink(&escape.program, |less| {
        if began.elapsed() > LONGEST_CUT {
            return false;
        }
        match look_at(tank, less, seed, LITTLE_RUNS, [LITTLE_PATIENCE; 2], &mut Hunted::default()) {
            Ok(Some(escape)) => {
                last = escape;
                true
            }
            Ok(None) => false,
            Err(error) => {
                failure = Some(error);
                false
            }
        }
    });
    failure.map_or(Ok(last), Err)
}

impl fmt::Display for Hunted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { programs, calls, runs, outcomes, various, blocked, passing, simulated, races, escapes } = self;
        write!(
            f,
            "{programs} concurrent programs, {calls} calls: {runs} runs on the kernel had {outcomes} outcomes; {various} programs had several, in \
             {blocked} a thread waits for ever; {simulated} runs in the simulator; {} outcomes out of its reach; {passing} seen once and not \
             again",
            escapes.len()
        )?;
        races.iter().try_for_each(|(race, count)| write!(f, "\npermitted: {race}, in {count} outcomes"))
    }
}

impl fmt::Display for Escape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}\n{}real:\n{}", self.seed, self.program, self.outcome)?;
        match (&self.nearest, &self.failure) {
            (_, Some(failure)) => write!(f, "\nthe simulation failed:\n{failure}"),
            (Some(nearest), _) => write!(f, "\nthe nearest in the simulator:\n{nearest}"),
            _ => Ok(()),
        }
    }
}
