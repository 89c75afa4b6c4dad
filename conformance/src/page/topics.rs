//! Every case, once, below its topic.

use super::{Cell, Row, Section, Table, evidence::Evidence};
use crate::Case;

const TEXT: &str =
    "Every case: the behaviour in one line, and what it came to. `passed on` names the machine if it is not the first.";

pub(super) fn section(evidence: &Evidence) -> Section {
    let mut tables: Vec<Table> = Vec::new();
    for &case in &evidence.cases {
        let topic = format!("`{}`", case.topic());
        if tables.iter().all(|table| table.title != topic) {
            tables.push(
                Table::new(&topic, ["case", "behaviour", "who says so", "over", "real", "simulated"]).wide(&[2, 3]),
            );
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
    let cells = vec![
        Cell::code(name),
        Cell::from(case.statement),
        Cell::from(case.source),
        Cell::from(over.join("; ")),
        evidence.in_real_cell(case.name),
        evidence.in_sim_cell(case.name),
    ];
    Row { cells, case: Some(case.name) }
}
