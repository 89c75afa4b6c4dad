//! Every case, once, below its topic.

use super::{
    Cell, Row, Section, Table,
    evidence::{Evidence, NONE},
};
use crate::{Case, Verdict};

const TEXT: &str =
    "Every case: the behaviour in one line, and what it came to. `passed on` names the machine if it is not the first.";

const COLUMNS: [&str; 6] = ["case", "behaviour", "who says so", "over", "real", "simulated"];
/// Those that are in Markdown, too.
const NARROW: [usize; 4] = [0, 1, 4, 5];

pub(super) fn section(evidence: &Evidence) -> Section {
    let others = evidence.others.iter().map(|record| &*record.machine);
    let head: Vec<_> = COLUMNS.into_iter().chain(others).collect();
    let wide: Vec<_> = (0..head.len()).filter(|column| !NARROW.contains(column)).collect();
    let mut tables: Vec<Table> = Vec::new();
    for &case in &evidence.cases {
        let topic = format!("`{}`", case.topic());
        if tables.iter().all(|table| table.title != topic) {
            tables.push(Table::new(&topic, &head).wide(&wide));
        }
        if let Some(table) = tables.iter_mut().find(|table| table.title == topic) {
            table.rows.push(line(evidence, case));
        }
    }
    Section::new("Cases by topic", &[TEXT], tables)
}

fn line(evidence: &Evidence, case: &'static Case) -> Row {
    let name = case.name.rsplit("::").next().unwrap_or(case.name);
    let over: Vec<_> = case.ways.all().iter().map(ToString::to_string).collect();
    let mut cells = vec![
        Cell::code(name),
        Cell::from(case.statement),
        Cell::from(case.source),
        Cell::from(over.join("; ")),
        evidence.in_real_cell(case.name),
        evidence.in_sim_cell(case.name),
    ];
    cells.extend(evidence.others.iter().map(|record| match record.outcome(case.name) {
        Some(outcome) if outcome.verdict != Verdict::Absent => Cell::verdict(outcome.verdict, outcome.verdict.name()),
        _ => Cell::from(NONE),
    }));
    Row { cells, case: Some(case.name) }
}
