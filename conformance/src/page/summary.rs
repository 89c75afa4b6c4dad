//! The counts.

use super::{Cell, Section, Table, evidence::Evidence};
use crate::{
    Verdict,
    surface::{RealState, SimState},
};

pub(super) fn section(evidence: &Evidence) -> Section {
    Section::new("Summary", &[], vec![worlds(evidence), areas(evidence)])
}

/// A row for each who was asked.
fn worlds(evidence: &Evidence) -> Table {
    let row = |name: String, verdicts: Vec<Verdict>| {
        let count = |wanted: Verdict| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        let counts = Verdict::ALL.into_iter().map(|verdict| match count(verdict) {
            0 => Cell::from("·"),
            count => Cell::verdict(verdict, &count.to_string()),
        });
        let cells = [Cell::from(name), Cell::from(verdicts.len().to_string())].into_iter().chain(counts);
        (!verdicts.is_empty()).then(|| cells.collect::<Vec<_>>())
    };
    let of_record = |kind: &'static str| {
        move |record: &crate::surface::Record| {
            let outcomes = evidence.cases.iter().filter_map(|case| record.outcome(case.name));
            row(format!("{kind}{}", record.machine), outcomes.map(|outcome| outcome.verdict).collect())
        }
    };
    let sim = evidence.cases.iter().filter_map(|case| evidence.in_sim(case.name)).collect();
    let rows = evidence.real.iter().map(of_record("real: "));
    let rows = rows.chain([row("simulated".to_owned(), sim)]).chain(evidence.others.iter().map(of_record("")));
    let head = ["who", "cases"].into_iter().chain(Verdict::ALL.map(Verdict::name));
    Table::new("Cases", head).rows(rows.flatten().collect::<Vec<_>>())
}

/// A row for each heading of the surface, and one for the options.
fn areas(evidence: &Evidence) -> Table {
    let mut groups: Vec<_> = evidence.surface.rows.iter().map(|judged| judged.group).collect();
    groups.dedup();
    let is_known = |cases: &[&str]| evidence.knows(cases);
    let of_group = |group: &&str| {
        let rows = evidence.surface.rows.iter().filter(|judged| judged.group == *group && is_known(judged.row.cases));
        let rows: Vec<_> = rows.collect();
        let real = rows.iter().filter(|judged| matches!(judged.real, RealState::Acts(_))).count();
        let elsewhere = rows.iter().filter(|judged| matches!(judged.real, RealState::Absent(_))).count();
        line(group, [rows.len(), real, elsewhere], rows.iter().map(|judged| &judged.sim).collect())
    };
    let options = evidence
        .surface
        .constants
        .iter()
        .filter(|constant| constant.asked.as_ref().is_some_and(|asked| asked.option) && is_known(constant.cases));
    let options: Vec<_> = options.collect();
    let asked = options.iter().filter(|option| evidence.real.answer(option.name).is_some()).count();
    let states = options.iter().filter_map(|option| option.sim.as_ref()).collect();
    let rows = groups.iter().map(of_group).chain([line("Options", [options.len(), asked, 0], states)]);
    let head = [
        "rows of the surface",
        "rows",
        "real: acts",
        "not on Linux",
        "simulated: acts",
        "stored",
        "refused",
        "not yet",
    ];
    Table::new("Surface", head).rows(rows.flatten().collect::<Vec<_>>())
}

fn line(name: &str, [rows, real, elsewhere]: [usize; 3], sim: Vec<&SimState>) -> Option<Vec<Cell>> {
    let count = |wanted: fn(&SimState) -> bool| sim.iter().filter(|state| wanted(state)).count();
    let counts = [
        rows,
        real,
        elsewhere,
        count(|state| matches!(state, SimState::Acts)),
        count(|state| matches!(state, SimState::Stored)),
        count(|state| matches!(state, SimState::Refused(_))),
        count(|state| matches!(state, SimState::NotYet(_))),
    ];
    let number = |count: usize| Cell::from(if count == 0 { "·".to_owned() } else { count.to_string() });
    (rows > 0).then(|| std::iter::once(Cell::from(name)).chain(counts.map(number)).collect())
}
