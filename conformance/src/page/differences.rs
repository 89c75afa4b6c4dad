//! What may differ, and why: of cases, of packet scripts, and what others have put beside (`fixtures/conformance/`).

use super::{Cell, Section, Table};
use crate::{DIFFERENCES, script::SCRIPT_DIFFERENCES};

const TEXT: &str = "Everything that may differ between the worlds is listed, and nowhere else than in these files. What is listed and no longer \
    differs is a failure. What Linux leaves open (`bounds`) is no difference: both worlds keep within it.";

pub(super) fn section() -> Section {
    let cases =
        DIFFERENCES.iter().map(|row| vec![Cell::code(row.case), Cell::from(row.world.name()), Cell::from(row.reason)]);
    let scripts = SCRIPT_DIFFERENCES.iter().map(|row| vec![Cell::code(row.script), Cell::from(row.reason)]);
    let none = vec![vec![Cell::from("none"), Cell::default(), Cell::default()]];
    let cases: Vec<_> = if DIFFERENCES.is_empty() { none } else { cases.collect() };
    let tables = vec![
        Table::new("Of cases", ["case", "world", "reason"]).text("`conformance/src/differences.rs`").rows(cases),
        Table::new("Of packet scripts", ["script", "reason"])
            .text("`conformance/src/script/differences.rs`; the scripts are `fixtures/tcp/`, and `cargo tank pkt` runs them")
            .rows(scripts),
    ];
    Section::new("Permitted differences", &[TEXT], tables)
}
