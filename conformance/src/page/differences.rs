//! What may differ, and why: of cases, of packet scripts, and what others have put beside (`fixtures/conformance/`).

use super::{Cell, Section, Table};
use crate::{DIFFERENCES, script::SCRIPT_DIFFERENCES};

const TEXT: &str = "Everything that may differ between the worlds is listed, and nowhere else than in these files. What is listed and no longer \
    differs is a failure. What Linux leaves open (`bounds`) is no difference: both worlds keep within it.";

pub(super) const TITLE: &str = "Permitted differences";

pub(super) fn section() -> Section {
    let cases =
        DIFFERENCES.iter().map(|row| vec![Cell::code(row.case), Cell::from(row.world.name()), Cell::from(row.reason)]);
    let scripts = SCRIPT_DIFFERENCES.iter().map(|row| vec![Cell::code(row.script), Cell::from(row.reason)]);
    let in_cases = Table::new("Of cases", ["case", "world", "reason"]).text("`conformance/src/differences.rs`.");
    let in_scripts = Table::new("Of packet scripts", ["script", "reason"]).text(
        "`conformance/src/script/differences.rs`; the scripts are `fixtures/tcp/`, and `cargo tank pkt` runs them.",
    );
    let tables = vec![listed(in_cases, cases.collect()), listed(in_scripts, scripts.collect())];
    Section::new(TITLE, &[TEXT], tables)
}

pub(super) fn of_programs(freedoms: impl IntoIterator<Item = [&'static str; 3]>) -> Table {
    freedoms_in("Of random programs", "`differential/src/freedoms.rs`.", freedoms)
}

pub(super) fn of_concurrent_programs(races: impl IntoIterator<Item = [&'static str; 3]>) -> Table {
    freedoms_in("Of concurrent programs", "`differential/src/concurrent/freedoms.rs`.", races)
}

fn freedoms_in(title: &str, file: &str, freedoms: impl IntoIterator<Item = [&'static str; 3]>) -> Table {
    let table = Table::new(title, ["freedom", "bounds", "reason"]).text(file);
    listed(table, freedoms.into_iter().map(|row| row.map(Cell::from).to_vec()).collect())
}

/// That there is none is said in a row.
fn listed(table: Table, mut rows: Vec<Vec<Cell>>) -> Table {
    if rows.is_empty() {
        rows.push(table.head.iter().enumerate().map(|(at, _)| Cell::from(if at == 0 { "none" } else { "" })).collect());
    }
    table.rows(rows)
}
