//! [`Evidence`]: who was asked, and what each case came to there.

use std::{collections::BTreeMap, io};

use super::{Cell, kept};
use crate::{
    Case, CaseResult, Results, Verdict, World, cases,
    surface::{OnSim, Outcome, Record, Records, Surface, judge_by, run_on_sim},
};

/// What stands for a share of nothing.
pub(super) const NONE: &str = "·";

/// How a page came to be that is not of records.
#[derive(Clone, Debug)]
pub struct Made {
    /// The command.
    pub by: String,
    /// The machine.
    pub on: String,
}

/// What a page is made from.
pub(super) struct Evidence {
    /// The rows and constants, judged.
    pub(super) surface: Surface,
    /// The cases that are on the page.
    pub(super) cases: Vec<&'static Case>,
    /// Real machines, the one at hand first.
    pub(super) real: Records,
    /// The simulated world; empty if it was not asked.
    pub(super) sim: OnSim,
    /// Implementations of others.
    pub(super) others: Records,
}

impl Evidence {
    pub(super) fn recorded() -> io::Result<Self> {
        Ok(Self::new(cases().to_vec(), Records::read()?, run_on_sim(), kept::records()?))
    }

    /// Of machines that lack what this one has there is a record, if the workspace is at hand.
    pub(super) fn of(results: &Results) -> Self {
        let recorded = |records: io::Result<Records>| records.unwrap_or_default();
        let real = recorded(Records::read());
        let real = record_of(results).map_or(real.clone(), |record| real.led_by(record));
        let in_sim = results.cases.iter().filter(|case| case.world == World::Sim);
        let sim: BTreeMap<_, CaseResult> = in_sim.map(|case| (case.name, case.clone())).collect();
        let others = records_of_others(results).fold(recorded(kept::records()), |others, record| others.led_by(record));
        let was_run = |case: &&Case| results.cases.iter().any(|result| result.name == case.name);
        Self::new(cases().iter().copied().filter(was_run).collect(), real, sim, others)
    }

    pub(super) fn new(cases: Vec<&'static Case>, real: Records, sim: OnSim, others: Records) -> Self {
        Self { surface: judge_by(real.clone(), sim.clone()), cases, real, sim, others }
    }

    /// Whether every case is on the page.
    pub(super) fn is_whole(&self) -> bool {
        self.cases.len() == cases().len()
    }

    /// Whether all of these cases are on the page: with a filter some are not, and what they prove is not known.
    pub(super) fn knows(&self, names: &[&str]) -> bool {
        let is_here = |name: &&str| self.cases.iter().any(|case| case.name == *name);
        self.is_whole() || !names.is_empty() && names.iter().all(is_here)
    }

    /// What a case came to on real machines; those that skipped it are not asked if another ran it.
    pub(super) fn in_real(&self, case: &str) -> Option<Verdict> {
        let ended = self.real.iter().filter_map(|record| record.outcome(case)).map(|outcome| outcome.verdict);
        let rank = |verdict: &Verdict| match verdict {
            Verdict::Failed => 0,
            Verdict::Differs => 1,
            Verdict::Passed => 2,
            Verdict::Absent => 3,
            Verdict::Skipped => 4,
        };
        ended.min_by_key(rank)
    }

    /// The same in words: where, if it was not on the machine at hand; and why, if it did not pass.
    pub(super) fn in_real_cell(&self, case: &str) -> Cell {
        let Some(verdict) = self.in_real(case) else { return Cell::from("not run") };
        let mut so = self.real.iter().enumerate().filter_map(|(index, record)| {
            let outcome = record.outcome(case).filter(|outcome| outcome.verdict == verdict)?;
            Some((index, record, outcome))
        });
        let Some((index, record, outcome)) = so.next() else { return Cell::default() };
        let mut cell = ended(outcome, verdict == Verdict::Differs);
        if index > 0 {
            cell = cell.then(" on ", &record.machine);
        }
        cell
    }

    pub(super) fn in_sim(&self, case: &str) -> Option<Verdict> {
        self.sim.get(case).map(|result| result.verdict)
    }

    pub(super) fn in_sim_cell(&self, case: &str) -> Cell {
        match self.sim.get(case) {
            Some(result) => ended(&Outcome::of(result), result.verdict == Verdict::Differs),
            None => Cell::from("not run"),
        }
    }

    /// How many of the cases passed, of those that were run, and how the others ended: `12 of 13, 1 absent`.
    pub(super) fn share(&self, cases: &[&str], verdict: impl Fn(&str) -> Option<Verdict>) -> Cell {
        let verdicts: Vec<_> = cases.iter().filter_map(|case| verdict(case)).collect();
        let count = |wanted| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        let others = [Verdict::Failed, Verdict::Differs, Verdict::Absent, Verdict::Skipped];
        let others: Vec<_> = others.into_iter().filter(|verdict| count(*verdict) > 0).collect();
        match (verdicts.len(), others.first()) {
            (0, _) => Cell::from(NONE),
            (all, None) => Cell::verdict(Verdict::Passed, &format!("all {all}")),
            (all, Some(&worst)) => {
                let text = Cell::verdict(worst, &format!("{} of {all}", count(Verdict::Passed)));
                others
                    .into_iter()
                    .fold(text, |text, other| text.then(", ", &format!("{} {}", count(other), other.name())))
            }
        }
    }
}

/// A verdict, and why if that is wanted.
fn ended(outcome: &Outcome, with_reason: bool) -> Cell {
    let cell = Cell::verdict(outcome.verdict, outcome.verdict.name());
    match &outcome.why {
        Some(why) if with_reason => cell.then(": ", why),
        _ => cell,
    }
}

/// A record of what was run on this machine, if anything was.
fn record_of(results: &Results) -> Option<Record> {
    results.cases.iter().any(|case| case.world == World::Real).then(|| Record::of(results))
}

/// A record for each implementation that is neither of our worlds.
fn records_of_others(results: &Results) -> impl Iterator<Item = Record> {
    let mut others: Vec<_> = results.cases.iter().map(|case| case.world).collect();
    others.retain(|world| matches!(world, World::Other(_)));
    others.sort_unstable();
    others.dedup();
    let of = |world: World| results.cases.iter().filter(move |case| case.world == world);
    others.into_iter().map(move |world| Record::named(world.name(), of(world)))
}
