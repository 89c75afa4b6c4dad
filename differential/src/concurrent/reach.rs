//! [`Reach`]: the outcomes that the simulator reaches.

use std::collections::BTreeSet;

use super::{
    Outcome, assert_runnable,
    freedoms::{begins_the_same, taken},
    schedule::Schedule,
    sim::{Grain, may_end_listening, run},
};
use crate::{Call, Place, Port, Program, Slot};

/// The outcomes of a program in the simulator, as far as they have been looked for.
#[derive(Debug)]
pub struct Reach<'a> {
    program: &'a Program,
    /// Each once: so few that a list is fast enough.
    found: Vec<Outcome>,
    stages: Vec<Stage>,
    /// What is done of the first stage.
    done: u64,
    /// The next schedule, if they are enumerated.
    next: Option<Schedule>,
    runs: u64,
    failure: Option<String>,
}

/// A part of the search.
#[derive(Clone, Copy, Debug)]
struct Stage {
    grain: Grain,
    /// All schedules, one after the other; else drawn ones, each in a world of its own seed.
    enumerated: bool,
    /// How many at most.
    most: u64,
}

impl<'a> Reach<'a> {
    /// Nothing is looked for yet. `patience` is how many thousand schedules are tried for an outcome at most.
    ///
    /// # Panics
    ///
    /// If the prologue may block.
    pub fn new(program: &'a Program, patience: u64) -> Self {
        assert_runnable(program);
        let stage = |grain, enumerated, most: u64| Stage { grain, enumerated, most: (most * patience).div_ceil(40) };
        let mut stages = vec![
            // What is frequent soon.
            Stage { grain: Grain::Calls, enumerated: false, most: 60 },
            stage(Grain::Calls, true, 5_000),
            stage(Grain::Packets, false, 3_000),
            stage(Grain::Overtaking, false, 8_000),
            stage(Grain::Halves, true, 5_000),
            stage(Grain::Packets, true, 5_000),
            stage(Grain::Packets, false, 60_000),
        ];
        if may_lose_listener(program) {
            stages.insert(2, stage(Grain::Losses, false, 8_000));
        }
        if may_time_out(program) {
            stages.insert(2, stage(Grain::Ages, false, 5_000));
        }
        if may_find_itself(program) {
            stages.insert(3, stage(Grain::FewPorts, false, 2_000));
        }
        Self { program, found: Vec::new(), stages, done: 0, next: None, runs: 0, failure: None }
    }

    /// Every outcome of interleaved calls. None, if there are more schedules than `most`.
    ///
    /// # Errors
    ///
    /// The report of a run that did not end by itself.
    pub fn every(program: &'a Program, most: u64) -> Result<Option<Vec<Outcome>>, String> {
        let mut reach = Self::new(program, 1);
        reach.stages = vec![Stage { grain: Grain::Calls, enumerated: true, most }];
        while reach.step() {}
        match reach.failure {
            Some(report) => Err(report),
            None => Ok((reach.runs < most).then_some(reach.found)),
        }
    }

    /// Whether the simulator reaches it, but for [`RACES`](super::RACES).
    pub fn contains(&mut self, outcome: &Outcome) -> bool {
        let program = self.program;
        self.find(|found| taken(program, outcome, found).is_some()).is_some()
    }

    /// The first outcome that is such a one.
    pub fn find(&mut self, is_such: impl Fn(&Outcome) -> bool) -> Option<&Outcome> {
        let mut looked_at = 0;
        loop {
            if let Some(at) = self.found[looked_at..].iter().position(&is_such) {
                return self.found.get(looked_at + at);
            }
            looked_at = self.found.len();
            if !self.step() {
                return None;
            }
        }
    }

    /// Whether it is known that the simulator reaches it, or is soon found.
    pub fn contains_soon(&mut self, outcome: &Outcome) -> bool {
        const SOON: u64 = 60;
        while self.runs < SOON && !self.knows(outcome) && self.step() {}
        self.knows(outcome)
    }

    fn knows(&self, outcome: &Outcome) -> bool {
        self.found.iter().any(|found| taken(self.program, outcome, found).is_some())
    }

    /// The names of the [`RACES`](super::RACES) by which it is one of those that were found: the fewest.
    pub fn races(&self, outcome: &Outcome) -> BTreeSet<&'static str> {
        let by = self.found.iter().filter_map(|found| taken(self.program, outcome, found));
        by.min_by_key(BTreeSet::len).unwrap_or_default()
    }

    /// Whether the threads came that far at all: the prologue went as it always does in the simulator.
    pub fn knows_prologue(&self, outcome: &Outcome) -> bool {
        self.found.first().is_some_and(|found| begins_the_same(self.program, outcome, found))
    }

    /// How many runs there were.
    pub const fn runs(&self) -> u64 {
        self.runs
    }

    /// How many different outcomes they had.
    pub const fn outcomes(&self) -> usize {
        self.found.len()
    }

    /// The report of a run that did not end by itself: it reached nothing.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// The outcome that is the least different.
    pub fn nearest(&self, outcome: &Outcome) -> Option<&Outcome> {
        self.found.iter().min_by_key(|found| (found.distance(outcome), found.to_string()))
    }

    /// Looks at one more schedule, if there is one.
    fn step(&mut self) -> bool {
        let Some(&Stage { grain, enumerated, most }) = self.stages.first() else { return false };
        if self.failure.is_some() {
            return false;
        }
        let number = self.done;
        let schedule = if enumerated {
            if number == 0 { Some(Schedule::first()) } else { self.next.take() }
        } else {
            Some(Schedule::drawn(number))
        };
        let Some(schedule) = schedule.filter(|_| number < most) else {
            self.stages.remove(0);
            self.done = 0;
            return true;
        };
        self.done += 1;
        self.runs += 1;
        match run(self.program, if enumerated { 1 } else { number }, grain, &schedule) {
            Ok(outcome) if self.found.contains(&outcome) => {}
            Ok(outcome) => self.found.push(outcome),
            Err(report) => self.failure = Some(report),
        }
        self.next = if enumerated { schedule.next() } else { None };
        true
    }
}

/// Whether a listener may end while others connect to it.
fn may_lose_listener(program: &Program) -> bool {
    let mut calls = program.calls.iter().chain(program.threads.iter().flatten());
    calls.any(|call| matches!(call, Call::Listen { .. })) && program.threads.iter().flatten().any(may_end_listening)
}

/// Whether a thread connects to the port of a socket that may have none: then the number is anybody's.
fn may_find_itself(program: &Program) -> bool {
    let has_port =
        |slot: Slot| program.calls.iter().any(|call| matches!(call, Call::Bind { slot: bound, .. } if *bound == slot));
    let is_free = |call: &Call| match call {
        Call::Connect { addr: Place::Ip(_, Port::Of(slot)), .. } => !has_port(*slot),
        _ => false,
    };
    program.threads.iter().flatten().any(is_free)
}

/// Whether a call ends by itself.
fn may_time_out(program: &Program) -> bool {
    use wavetank_api::c;
    let is_time_out = |call: &Call| {
        matches!(call, Call::Setsockopt { level: c::SOL_SOCKET, name: c::SO_RCVTIMEO | c::SO_SNDTIMEO, .. })
            || matches!(call, Call::Wait { .. })
    };
    program.calls.iter().chain(program.threads.iter().flatten()).any(is_time_out)
}
