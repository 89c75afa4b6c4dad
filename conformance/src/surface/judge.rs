//! The states of the rows: what follows from their cases, probes and platforms.

use std::{collections::BTreeMap, fmt, io};

use super::{
    Group, Records, Row,
    constants::{self, Constant},
    probe, rows,
};
use crate::{Absence, CaseResult, Runner, Verdict, World, cases};

/// A row in the real world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RealState {
    /// Everything that proves it passes, on these machines.
    Acts(Vec<String>),
    /// Linux does not have it; these platforms do.
    Absent(&'static str),
    /// Why it is neither.
    NotYet(String),
}

/// A row in the simulated world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SimState {
    /// As on Linux: everything that proves it passes.
    Acts,
    /// An option that is checked and read back as on Linux, and changes nothing.
    Stored,
    /// As Linux answers, which does not have it either: with that errno, if it can be asked.
    Refused(Option<String>),
    /// Linux does it. The errno that the simulator answers instead, or another reason.
    NotYet(String),
}

/// A row, and its states.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The heading it is below.
    pub group: &'static str,
    /// What it says of itself.
    pub row: &'static Row,
    /// Its state in the real world.
    pub real: RealState,
    /// Its state in the simulated one.
    pub sim: SimState,
    /// For a row of constants: how many are in each state there.
    pub counts: Option<String>,
}

/// All rows, in the documentation's order.
#[derive(Clone, Debug)]
pub struct Surface {
    /// One for each row.
    pub rows: Vec<Judged>,
    /// The constants that the rows of constants stand for, one by one.
    pub constants: Vec<Constant>,
}

/// Runs every case in the simulated world, reads what was recorded of the real one, and judges each row.
///
/// # Errors
///
/// A record that cannot be read.
pub fn judge() -> io::Result<Surface> {
    Ok(judge_by(Records::read()?, run_on_sim()))
}

/// What follows from what was run.
pub(crate) fn judge_by(records: Records, sim: OnSim) -> Surface {
    let constants = constants::judge(&records, &sim);
    let evidence = Evidence { records, sim, constants };
    let judged = |group: &'static Group| {
        let evidence = &evidence;
        group.rows.iter().map(move |row| Judged {
            group: group.name,
            row,
            real: evidence.real(row),
            sim: evidence.sim(row),
            counts: evidence.counts(row),
        })
    };
    let rows = rows().iter().flat_map(judged).collect();
    Surface { rows, constants: evidence.constants }
}

/// What each case came to in the simulated world.
pub(crate) type OnSim = BTreeMap<&'static str, CaseResult>;

/// Runs every case there.
pub(crate) fn run_on_sim() -> OnSim {
    let results = Runner::new(World::Sim).run(|_| ());
    results.cases.into_iter().map(|case| (case.name, case)).collect()
}

struct Evidence {
    records: Records,
    sim: OnSim,
    constants: Vec<Constant>,
}

impl Evidence {
    fn real(&self, row: &Row) -> RealState {
        if let Some(platforms) = row.elsewhere {
            return RealState::Absent(platforms);
        }
        if let Some(why) = unproven(row, World::Real) {
            return RealState::NotYet(why);
        }
        let mut machines: Vec<String> = Vec::new();
        for &case in row.cases {
            let passed: Vec<_> = self.records.passed(case).map(str::to_owned).collect();
            if passed.is_empty() {
                let was = self.records.verdict(case).map_or("never run", Verdict::name);
                return RealState::NotYet(format!("{case}: {was}"));
            }
            // One machine is enough, and the first is the one at hand.
            if !passed.iter().any(|machine| machines.contains(machine)) {
                machines.push(passed[0].clone());
            }
        }
        RealState::Acts(machines)
    }

    fn sim(&self, row: &Row) -> SimState {
        if let Some(probe) = row.probe
            && let Err(errno) = probe::on_sim(probe)
        {
            let name = format!("{errno:?}");
            let is_same = |(_, answer): (&str, &str)| answer == name;
            let same = row.elsewhere.is_some() || self.records.answer(row.name).is_some_and(is_same);
            let absence = Absence::answering(&probe.to_string(), errno);
            return if same { SimState::Refused(Some(name)) } else { SimState::NotYet(absence.to_string()) };
        }
        if row.elsewhere.is_some() {
            return SimState::Refused(None);
        }
        if let Some(why) = unproven(row, World::Sim) {
            return SimState::NotYet(why);
        }
        let unmet = row.cases.iter().filter_map(|&case| self.unmet(case));
        match unmet.min_by_key(|(rank, _)| *rank) {
            Some((_, why)) => SimState::NotYet(why),
            None => self.of_constants(row),
        }
    }

    /// The states of the row's constants of Linux that have one.
    fn states<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (&'static str, &'a SimState)> {
        let of_row = self.constants.iter().filter(|constant| constant.row == Some(row.name));
        of_row.filter_map(|constant| Some((constant.name, constant.sim.as_ref()?)))
    }

    /// The worst state of a row's constants; of a row without any, that it acts.
    fn of_constants(&self, row: &Row) -> SimState {
        let mut state = SimState::Acts;
        for (name, other) in self.states(row) {
            state = match (other, state) {
                (_, SimState::NotYet(why)) => SimState::NotYet(why),
                (SimState::NotYet(why), _) => SimState::NotYet(format!("{name}: {why}")),
                (SimState::Stored, _) => SimState::Stored,
                (_, state) => state,
            };
        }
        state
    }

    fn counts(&self, row: &Row) -> Option<String> {
        let in_row = self.constants.iter().filter(|constant| constant.row == Some(row.name));
        let count = |wanted: fn(Option<&SimState>) -> bool| {
            in_row.clone().filter(|constant| constant.value.is_some() && wanted(constant.sim.as_ref())).count()
        };
        let counts = [
            (count(|state| matches!(state, Some(SimState::Acts))), "act"),
            (count(|state| matches!(state, Some(SimState::Stored))), "stored"),
            (count(|state| matches!(state, Some(SimState::Refused(_)))), "refused"),
            (count(|state| matches!(state, Some(SimState::NotYet(_)))), "not yet"),
            (count(|state| state.is_none()), "numbers"),
        ];
        let some = counts.iter().filter(|(count, _)| *count > 0);
        let text: Vec<_> = some.map(|(count, word)| format!("{count} {word}")).collect();
        (!text.is_empty()).then(|| text.join(", "))
    }

    /// Why a case does not show that the simulator acts, if it does not. What tells an errno comes first.
    fn unmet(&self, case: &str) -> Option<(u8, String)> {
        let result = match self.sim.get(case) {
            None => return Some((1, format!("{case}: no such case"))),
            Some(result) if result.verdict == Verdict::Passed => return None,
            Some(result) => result,
        };
        match &result.absence {
            Some(absence) => Some((0, absence.to_string())),
            None => Some((1, format!("{case}: {}", result.verdict.name()))),
        }
    }
}

/// What a row lacks before anybody has to ask for its cases.
fn unproven(row: &Row, world: World) -> Option<String> {
    if row.paths.is_empty() {
        return Some("no path".to_owned());
    }
    if row.cases.is_empty() && !row.tests.iter().any(|test| test.is_of(world)) {
        return Some("no case".to_owned());
    }
    None
}

impl Surface {
    /// What is wrong with what the rows name: a file that is not there, a test that is not in it, a case that does not exist.
    pub fn faults(&self) -> Vec<String> {
        let exists = |name: &str| cases().iter().any(|case| case.name == name);
        let mut faults = constants::faults(&self.constants);
        for Judged { row, .. } in &self.rows {
            let name = row.name;
            faults.extend(row.paths.iter().filter_map(|path| path.fault()).map(|fault| format!("{name}: {fault}")));
            let unknown = row.cases.iter().filter(|case| !exists(case));
            faults.extend(unknown.map(|case| format!("{name}: there is no case {case}")));
            faults.extend(row.tests.iter().filter_map(|test| test.fault()).map(|fault| format!("{name}: {fault}")));
        }
        faults
    }
}

impl super::Test {
    /// Whether it says something of that world: a test of neither `real` nor `sim` is about what both are made of.
    fn is_of(&self, world: World) -> bool {
        let others: &[&str] = match world {
            World::Real => &["sim/", "examples/tests/simulated"],
            World::Sim => &["real/", "examples/tests/real"],
            World::Other(_) => &[],
        };
        !others.iter().any(|folder| self.file.starts_with(folder))
    }

    /// Why it is no test, if it is none.
    fn fault(&self) -> Option<String> {
        let text = match std::fs::read_to_string(super::record::workspace().join(self.file)) {
            Ok(text) => text,
            Err(error) => return Some(format!("{}: {error}", self.file)),
        };
        let head = format!("fn {}(", self.name);
        let at = text.lines().position(|line| line.trim_start().starts_with(&head));
        let lines: Vec<_> = text.lines().collect();
        let is_test = |at: usize| {
            let above = lines[..at].iter().rev().map(|line| line.trim());
            above.take_while(|line| line.starts_with(['#', '/'])).any(|line| line == "#[test]")
        };
        // What proptest and rstest make tests of says so above the function too.
        (!at.is_some_and(is_test)).then(|| format!("{} has no test {}", self.file, self.name))
    }
}

impl fmt::Display for super::Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.name)
    }
}
