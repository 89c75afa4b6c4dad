//! The calls, and what the documentation states of them: rows of the surface, and what became of their cases.

use super::{
    Cell, Section, Table,
    evidence::Evidence,
    parts::{Span, code_list},
};
use crate::{
    Verdict,
    surface::{Judged, RealState, SimState},
};

/// The headings of the surface whose rows are calls, and those of what is stated beside them.
const CALLS: [&str; 4] = ["Functions that create sockets", "Other functions", "Socket methods", "Attributes"];
const BEHAVIOURS: [&str; 3] = ["Stated behaviour", "Exceptions", "Examples"];

pub(super) fn calls(evidence: &Evidence) -> Section {
    let text = "How far each world has come with a call, and the cases that show it best; all of them are below, by topic. Where it is in \
                Rust, and the tests beside the cases, is in [SURFACE.md](SURFACE.md).";
    Section::new("Calls", &[text], tables(evidence, &CALLS))
}

pub(super) fn behaviours(evidence: &Evidence) -> Section {
    let text = "What the documentation states of no single call.";
    Section::new("Behaviour", &[text], tables(evidence, &BEHAVIOURS))
}

fn tables(evidence: &Evidence, groups: &[&str]) -> Vec<Table> {
    let table = |group: &&str| {
        let rows = evidence.surface.rows.iter().filter(|judged| judged.group == *group);
        let rows = rows.filter(|judged| evidence.knows(judged.row.cases)).map(|judged| line(evidence, judged));
        Table::new(group, ["name", "real", "simulated", "cases"]).rows(rows)
    };
    groups.iter().map(table).collect()
}

fn line(evidence: &Evidence, judged: &Judged) -> Vec<Cell> {
    let row = judged.row;
    let proof = match (row.cases, row.tests) {
        ([], tests) => {
            let mut names: Vec<_> = tests.iter().map(|test| test.name).collect();
            names.dedup();
            code_list(names)
        }
        (cases, _) => Cell::cases(cases),
    };
    let mut name = Cell::code(row.name);
    if !row.note.is_empty() {
        name.0.push(Span::Break);
        name.0.extend(Cell::from(row.note).0);
    }
    vec![name, real(evidence, &judged.real), sim(&judged.sim), proof]
}

/// The machine is named where it is not the one at hand.
pub(super) fn real(evidence: &Evidence, state: &RealState) -> Cell {
    let first = evidence.real.iter().next().map(|record| &record.machine);
    match state {
        RealState::Acts(machines) if machines.iter().all(|machine| Some(machine) == first) => {
            Cell::verdict(Verdict::Passed, "acts")
        }
        RealState::Acts(machines) => Cell::verdict(Verdict::Passed, "acts").then(" on ", &machines.join(" and ")),
        RealState::Absent(platforms) => Cell::from(format!("not on Linux: {platforms}")),
        RealState::NotYet(why) => Cell::verdict(Verdict::Failed, "not shown").then(": ", why),
    }
}

pub(super) fn sim(state: &SimState) -> Cell {
    match state {
        SimState::Acts => Cell::verdict(Verdict::Passed, "acts"),
        SimState::Stored => Cell::verdict(Verdict::Passed, "stored"),
        SimState::Refused(Some(errno)) => Cell::verdict(Verdict::Passed, "refused").then(": ", errno),
        SimState::Refused(None) => Cell::from("not on Linux"),
        SimState::NotYet(why) => Cell::verdict(Verdict::Absent, "not yet").then(": ", why),
    }
}
