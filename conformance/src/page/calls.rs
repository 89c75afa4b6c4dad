//! The calls, and what the documentation states of them: rows of the surface, and what became of their cases.

use super::{
    Cell, Section, Table,
    evidence::Evidence,
    parts::{Span, code_list, has_word},
};
use crate::{
    Case, Verdict,
    surface::{Judged, RealState, Row, SimState},
};

/// The headings of the surface whose rows are calls, and those of what is stated beside them.
const CALLS: [&str; 3] = ["Functions that create sockets", "Other functions", "Socket methods"];
const BEHAVIOURS: [&str; 4] = ["Attributes", "Stated behaviour", "Exceptions", "Examples"];

pub(super) fn calls(evidence: &Evidence) -> Section {
    let text = "How far each world has come with a call, and what became of its cases: those that show it best, and all whose topic or \
                statement has its name. *Absent* are those of families that the simulator has not. Where the call is in Rust, and the \
                tests beside the cases, is in [SURFACE.md](SURFACE.md).";
    let naming = |row: &Row| Some(if row.elsewhere.is_some() { Cell::default() } else { naming(evidence, row) });
    let head = ["name", "real", "simulated", "all cases of it", "shown best by"];
    Section::new("Calls", &[text], tables(evidence, &CALLS, &head, naming))
}

pub(super) fn behaviours(evidence: &Evidence) -> Section {
    let text = "What the documentation states of no single call.";
    Section::new("Behaviour", &[text], tables(evidence, &BEHAVIOURS, &["name", "real", "simulated", "cases"], |_| None))
}

fn tables(evidence: &Evidence, groups: &[&str], head: &[&str], more: impl Fn(&Row) -> Option<Cell>) -> Vec<Table> {
    let table = |group: &&str| {
        let rows = evidence.surface.rows.iter().filter(|judged| judged.group == *group);
        let rows = rows
            .filter(|judged| evidence.knows(judged.row.cases))
            .map(|judged| line(evidence, judged, more(judged.row)));
        Table::new(group, head).rows(rows)
    };
    groups.iter().map(table).collect()
}

/// Cases whose topic or statement has the name of the call, or that the row names.
fn naming(evidence: &Evidence, row: &Row) -> Cell {
    let name = row.name.split('(').next().unwrap_or(row.name);
    let of_it = |case: &&&Case| {
        case.topic().split("::").any(|part| part == name)
            || has_word(case.statement, name)
            || row.cases.contains(&case.name)
    };
    let cases: Vec<_> = evidence.cases.iter().filter(of_it).map(|case| case.name).collect();
    if cases.is_empty() {
        return Cell::default();
    }
    let [real, sim] =
        [evidence.share(&cases, |case| evidence.in_real(case)), evidence.share(&cases, |case| evidence.in_sim(case))];
    Cell::from("real ").followed(real).then("; ", "simulated ").followed(sim)
}

fn line(evidence: &Evidence, judged: &Judged, more: Option<Cell>) -> Vec<Cell> {
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
    let states = [name, real(evidence, judged), sim(&judged.sim)];
    states.into_iter().chain(more).chain([proof]).collect()
}

/// The machine is named where it is not the one at hand.
pub(super) fn real(evidence: &Evidence, judged: &Judged) -> Cell {
    let first = evidence.real.iter().next().map(|record| &record.machine);
    match &judged.real {
        RealState::Acts(machines) if machines.iter().all(|machine| Some(machine) == first) => {
            Cell::verdict(Verdict::Passed, "acts")
        }
        RealState::Acts(machines) => Cell::verdict(Verdict::Passed, "acts").then(" on ", &machines.join(" and ")),
        RealState::Absent(platforms) => Cell::from(format!("not on Linux: {platforms}")),
        RealState::NotYet(why) => {
            let skipped = judged.row.cases.iter().all(|case| evidence.in_real(case) != Some(Verdict::Failed));
            Cell::verdict(if skipped { Verdict::Skipped } else { Verdict::Failed }, "not shown").then(": ", why)
        }
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
