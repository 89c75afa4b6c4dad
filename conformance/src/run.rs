//! Running cases: a selection, a world, and what became of each.

mod attempt;
#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use self::attempt::{Attempts, Bedded, Manner};
use crate::{
    Case, DIFFERENCES, World,
    beds::{real::RealMachine, sim::Simulator},
    case::Ways,
    cases,
    check::{Outcome, Stop},
    need::Absence,
    subject::Subject,
};

/// What became of a case in a world.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case's name.
    pub name: &'static str,
    /// The behaviour in one line.
    pub statement: &'static str,
    /// Who says so.
    pub source: &'static str,
    /// Where it ran.
    pub world: World,
    /// How it ended.
    pub verdict: Verdict,
    /// Why it failed or was skipped, or why the difference is permitted. For a case that passed: what else
    /// there is to know, such as over what it was not run.
    pub reason: Option<String>,
    /// What this world does not have, if the verdict is [`Absent`](Verdict::Absent).
    pub absence: Option<Absence>,
    /// How long it took, in real time.
    pub millis: u64,
}

/// How a case ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// As the case says.
    Passed,
    /// Not as the case says; or as it says, though a difference is [permitted](Runner::permit).
    Failed,
    /// This machine cannot run it.
    Skipped,
    /// Not as the case says, which is permitted.
    Differs,
    /// The world does not have what the case is about: not yet.
    Absent,
}

impl Verdict {
    /// All of them, the best first.
    pub const ALL: [Self; 5] = [Self::Passed, Self::Failed, Self::Skipped, Self::Differs, Self::Absent];

    /// `passed`, `failed`, `skipped`, `differs` or `absent`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Differs => "differs",
            Self::Absent => "absent",
        }
    }
}

/// What became of the cases, in the order of [`cases`].
///
/// `Display` is a table of what did not pass, and a line of counts for each world.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// One for each case and world.
    pub cases: Vec<CaseResult>,
}

impl Results {
    /// How many ended so in that world.
    pub fn count(&self, world: World, verdict: Verdict) -> usize {
        self.cases.iter().filter(|case| case.world == world && case.verdict == verdict).count()
    }

    /// Whether none failed.
    pub fn is_ok(&self) -> bool {
        self.cases.iter().all(|case| case.verdict != Verdict::Failed)
    }

    /// What a program ends with that ran them: 0 if none failed, else 1.
    pub fn exit_code(&self) -> ExitCode {
        if self.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// The results of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.cases.extend(other.cases);
        self
    }
}

/// Runs the cases whose name contains `filter` on a world; all of them if there is none. `on_progress` is told each result as it
/// comes.
pub fn run(world: World, filter: Option<&str>, on_progress: impl Fn(&CaseResult)) -> Results {
    Runner::new(world).filter(filter).run(on_progress)
}

/// A selection of cases, what they are run on, and how.
#[derive(Clone, Debug)]
pub struct Runner {
    subject: Arc<dyn Attempts>,
    filter: Option<String>,
    without: Vec<String>,
    needy: bool,
    slow: bool,
    jobs: Option<usize>,
    patience: Duration,
    /// The cases that may fail, and why.
    permitted: BTreeMap<&'static str, Cow<'static, str>>,
}

/// A case that takes longer is stuck: the longest waits for some ten seconds.
const PATIENCE: Duration = Duration::from_secs(40);
/// So many times longer may a case take that is slow.
const SLOWER: u32 = 5;

impl Runner {
    /// All cases on this machine, or on the simulator; and on the machine, the slow ones only if the environment has `WAVETANK_SLOW=1`,
    /// those of other families only if it has `WAVETANK_FAMILIES=1`. What may differ is in [`DIFFERENCES`].
    ///
    /// # Panics
    ///
    /// If the world is somebody else's: [`of`](Self::of) takes it.
    pub fn new(world: World) -> Self {
        let mut runner = match world {
            World::Real => Self::of(RealMachine),
            World::Sim => Self::of(Simulator),
            World::Other(name) => panic!("{name:?} is a name: give Runner::of the subject itself"),
        };
        for difference in DIFFERENCES.iter().filter(|difference| difference.world == world) {
            runner = runner.permit(difference.case, difference.reason);
        }
        runner
    }

    /// All cases on that implementation; the environment as in [`new`](Self::new).
    pub fn of(subject: impl Subject) -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| value == "1");
        Self {
            subject: Arc::new(Bedded::new(subject)),
            filter: None,
            without: Vec::new(),
            needy: is_set("WAVETANK_FAMILIES"),
            slow: is_set("WAVETANK_SLOW"),
            jobs: None,
            patience: PATIENCE,
            permitted: BTreeMap::new(),
        }
    }

    /// What the cases are run on.
    pub fn world(&self) -> World {
        self.subject.world()
    }

    /// Only cases whose name contains this text.
    #[must_use]
    pub fn filter(mut self, filter: Option<&str>) -> Self {
        self.filter = filter.map(str::to_owned);
        self
    }

    /// Without the cases whose name contains this text: they are not run and not counted.
    #[must_use]
    pub fn without(mut self, part: &str) -> Self {
        self.without.push(part.to_owned());
        self
    }

    /// This case may fail, for that reason: then it [differs](Verdict::Differs). If it passes, it has failed, because the list is out of date.
    ///
    /// # Panics
    ///
    /// If there is no case of that name.
    #[must_use]
    pub fn permit(mut self, case: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        let known = cases().iter().find(|known| known.name == case);
        let known = known.unwrap_or_else(|| panic!("a difference is permitted for {case:?}, which is no case"));
        self.permitted.insert(known.name, reason.into());
        self
    }

    /// A case that takes longer has failed, in this machine's time, and what it has begun is left to itself: 40 seconds. A slow one may
    /// take five times as long.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Only cases that need what not every kernel has.
    #[must_use]
    pub fn families(mut self, families: bool) -> Self {
        self.needy = families;
        self
    }

    /// Also the cases that take many seconds of real time. They wait rather than work, and are run all at once.
    #[must_use]
    pub fn slow(mut self, slow: bool) -> Self {
        self.slow = slow;
        self
    }

    /// So many cases at the same time.
    ///
    /// # Panics
    ///
    /// If there are none.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        assert!(jobs > 0, "no jobs run no cases: give 1 or more");
        self.jobs = Some(jobs);
        self
    }

    /// How many cases run at the same time.
    pub fn jobs_at_once(&self) -> usize {
        self.jobs.unwrap_or_else(|| self.subject.jobs())
    }

    /// The cases that will be run.
    pub fn selected(&self) -> Vec<&'static Case> {
        cases().iter().copied().filter(|case| self.wants(case)).collect()
    }

    /// Whether the case is one of them.
    pub fn wants(&self, case: &Case) -> bool {
        let is_named = self.filter.as_deref().is_none_or(|filter| case.name.contains(filter));
        let is_out = self.without.iter().any(|part| case.name.contains(part));
        is_named && !is_out && (!self.needy || case.need.is_some())
    }

    /// Runs them: first those that are quick, so many at a time; then those that are slow, all at once.
    pub fn run(&self, on_progress: impl Fn(&CaseResult)) -> Results {
        let selected = self.selected();
        let (slow, quick): (Vec<_>, Vec<_>) =
            selected.iter().copied().enumerate().partition(|(_, case)| self.waits(case));
        let mut results: Vec<Option<CaseResult>> = vec![None; selected.len()];
        let jobs = self.jobs_at_once();
        for (cases, jobs) in [(quick, jobs), (slow.clone(), slow.len())] {
            self.run_beside(cases, jobs, |index, result| {
                on_progress(&result);
                results[index] = Some(result);
            });
        }
        Results { cases: results.into_iter().flatten().collect() }
    }

    /// Whether the case will spend its time waiting.
    pub fn waits(&self, case: &Case) -> bool {
        case.slow && self.slow && self.subject.is_in_real_time()
    }

    fn run_beside(&self, cases: Vec<(usize, &Case)>, jobs: usize, mut on_result: impl FnMut(usize, CaseResult)) {
        let queue = Mutex::new(cases.into_iter());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let (tell, told) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..jobs {
                let (tell, next) = (tell.clone(), &next);
                scope.spawn(move || {
                    while let Some((index, case)) = next() {
                        drop(tell.send((index, self.run_case(case))));
                    }
                });
            }
            drop(tell);
            told.into_iter().for_each(|(index, result)| on_result(index, result));
        });
    }

    /// Runs one case, every way it has.
    pub fn run_case(&self, case: &Case) -> CaseResult {
        let begin = Instant::now();
        let mut failed = Vec::new();
        let mut skipped = Vec::new();
        let mut notes = Vec::new();
        let mut absence = None;
        let ways = case.ways.all();
        let over = |way| if ways.len() > 1 { format!("{way}: ") } else { String::new() };
        for (way, (outcome, note)) in ways.iter().copied().zip(self.run_ways(case)) {
            notes.extend(note.map(|note| format!("{}{note}", over(way))));
            match outcome {
                Ok(()) => {}
                Err(Stop::Failed(reason)) => failed.push(format!("{}{reason}", over(way))),
                Err(Stop::Skipped(reason)) => skipped.push((way, reason)),
                Err(Stop::Absent(lacking)) => absence = Some(lacking),
            }
        }
        let (verdict, reason) = if let Some(absence) = &absence
            && failed.is_empty()
        {
            (Verdict::Absent, Some(absence.to_string()))
        } else if failed.is_empty() && skipped.len() == ways.len() {
            (Verdict::Skipped, skipped.into_iter().next().map(|(_, reason)| reason))
        } else {
            notes.extend(skipped.iter().map(|(way, reason)| format!("{way}: not run: {reason}")));
            judge(self.permitted.get(case.name).map(|reason| &**reason), &failed, &notes)
        };
        CaseResult {
            name: case.name,
            statement: case.statement,
            source: case.source,
            world: self.world(),
            verdict,
            reason,
            absence,
            millis: begin.elapsed().as_millis() as u64,
        }
    }

    fn run_ways(&self, case: &Case) -> Vec<(Outcome, Option<String>)> {
        let ways = case.ways.all();
        let run = |way, patience, manner| attempt::run(|| self.subject.attempt(case, way, patience), manner);
        if self.waits(case) {
            let run = &|way| run(way, self.patience * SLOWER, Manner::Slow);
            return thread::scope(|scope| {
                let threads: Vec<_> = ways.iter().map(|&way| scope.spawn(move || run(way))).collect();
                threads.into_iter().map(|thread| thread.join().expect("a case's panic is its own")).collect()
            });
        }
        let manner = match (self.subject.is_in_real_time(), case.ways) {
            (false, _) => Manner::Virtual,
            (true, _) if case.slow => return vec![(Err(Stop::Skipped(SLOW.to_owned())), None); ways.len()],
            (true, Ways::alone) => Manner::Alone,
            (true, _) => Manner::Shared,
        };
        ways.iter().map(|&way| run(way, self.patience, manner)).collect()
    }
}

/// Why a slow case is skipped.
const SLOW: &str = "slow in real time; run with WAVETANK_SLOW=1";

/// Holds what happened against what is permitted.
fn judge(permitted: Option<&str>, failed: &[String], notes: &[String]) -> (Verdict, Option<String>) {
    let text = |lines: &[String]| (!lines.is_empty()).then(|| lines.join("\n"));
    match (permitted, failed.is_empty()) {
        (None, true) => (Verdict::Passed, text(notes)),
        (None, false) => (Verdict::Failed, text(failed)),
        (Some(reason), false) => (Verdict::Differs, Some(reason.to_owned())),
        (Some(_), true) => {
            let stale =
                "it passes, though a difference is permitted (for our own worlds in differences.rs): delete the entry";
            (Verdict::Failed, Some(stale.to_owned()))
        }
    }
}
