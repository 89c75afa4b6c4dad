//! The complete table of `bind` conflicts, in BIND.md, is what both worlds answer.

use wavetank_conformance::{
    Stop,
    bind_table::{State, Table, real, sim},
};

const DOCUMENT: &str = include_str!("../BIND.md");

#[track_caller]
fn assert_documented(table: &Table) {
    let differences = table.differences_from(DOCUMENT);
    let shown = differences.iter().take(40).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} lines differ from conformance/BIND.md:\n{shown}", differences.len());
}

#[test]
fn the_simulator_answers_as_the_table_says() {
    assert_documented(&sim(&State::ALL).unwrap_or_else(|stop| panic!("{stop:?}")));
}

#[test]
fn the_kernel_answers_as_the_table_says() {
    match real(&State::ALL) {
        Ok(table) if is_as_new_as_the_table() => assert_documented(&table),
        Ok(_) => eprintln!("skipped: the table is Linux 6.18's, and this kernel is older"),
        Err(Stop::Absent(absence)) => panic!("{absence}"),
        Err(Stop::Skipped(why)) => eprintln!("skipped: {why}"),
        Err(Stop::Failed(why)) => panic!("{why}"),
    }
}

#[test]
fn a_cell_that_differs_is_told() {
    let table = sim(&[State::Bound]).unwrap_or_else(|stop| panic!("{stop:?}"));
    let document = table.document();
    assert_eq!(table.differences_from(&document), Vec::<String>::new());
    let changed = document.replacen("- BBBB", "- B.BB", 1);
    assert_eq!(table.differences_from(&changed).len(), 1);
    assert_eq!(table.differences_from(&(document + "more\n")).len(), 1);
}

fn is_as_new_as_the_table() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse().ok());
    (numbers.next(), numbers.next()) >= (Some(6u32), Some(18))
}
