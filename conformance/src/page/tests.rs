//! What no record shows today: several machines that say different things, and implementations of others.

use std::collections::BTreeMap;

use super::{Cell, Span, evidence::Evidence, others, parts::spans, programs};
use crate::{
    CaseResult, Verdict, World, cases,
    surface::{Record, Records},
};

const CASE: usize = 0;

fn result(world: World, verdict: Verdict, reason: &str) -> CaseResult {
    let case = cases()[CASE];
    CaseResult {
        name: case.name,
        statement: case.statement,
        source: case.source,
        world,
        verdict,
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        absence: None,
        millis: 0,
    }
}

fn records(said: &[(&str, Verdict, &str)]) -> Records {
    let record =
        |(name, verdict, reason): &(&str, Verdict, &str)| Record::named(name, [&result(World::Real, *verdict, reason)]);
    said.iter().rev().map(record).fold(Records::default(), Records::led_by)
}

fn text(cell: &Cell) -> String {
    let word = |span: &Span| match span {
        Span::Text(text) | Span::Code(text) | Span::Verdict(_, text) => text.clone(),
        Span::Case(case) => (*case).to_owned(),
        Span::Break => "\n".to_owned(),
    };
    cell.0.iter().map(word).collect()
}

#[test]
fn the_machine_is_named_where_it_is_not_the_first() {
    use Verdict::{Differs, Failed, Passed, Skipped};
    for (said, expected) in [
        (&[("A", Passed, ""), ("B", Passed, "")][..], "passed"),
        (&[("A", Skipped, "no CAN"), ("B", Passed, "")], "passed on B"),
        (&[("A", Passed, ""), ("B", Failed, "port 3 was taken")], "failed on B"),
        (&[("A", Skipped, "no CAN"), ("B", Skipped, "not root")], "skipped"),
        (&[("A", Differs, "it rounds"), ("B", Passed, "")], "differs: it rounds"),
        (&[], "not run"),
    ] {
        let evidence = Evidence::new(cases().to_vec(), records(said), BTreeMap::new(), Records::default());
        assert_eq!(text(&evidence.in_real_cell(cases()[CASE].name)), expected, "{said:?}");
    }
}

#[test]
fn others_have_a_column_of_what_they_passed() {
    let case = cases()[CASE];
    let others = records(&[("mine 1.0", Verdict::Passed, ""), ("yours 0.2", Verdict::Absent, "no such socket")]);
    let evidence = Evidence::new(vec![case], Records::default(), BTreeMap::new(), others);
    let section = others::section(&evidence);
    assert_eq!(section.tables[0].head, ["topic", "mine 1.0", "yours 0.2"]);
    let cells: Vec<_> = section.tables[0].rows[0].cells.iter().map(text).collect();
    assert_eq!(cells, [case.topic(), "all 1", "·"]);
    let unknown = records(&[("yours 0.2", Verdict::Absent, "no such socket")]);
    let unknown = Evidence::new(vec![case], Records::default(), BTreeMap::new(), unknown);
    assert!(others::section(&unknown).tables.is_empty(), "nothing could be asked");
    let nobody = Evidence::new(vec![case], Records::default(), BTreeMap::new(), Records::default());
    assert!(others::section(&nobody).tables.is_empty());
}

#[test]
fn code_is_what_two_backticks_hold() {
    let code = |text: &str| Span::Code(text.to_owned());
    let plain = |text: &str| Span::Text(text.to_owned());
    assert_eq!(spans("a `b` c `d`"), [plain("a "), code("b"), plain(" c "), code("d")]);
    assert_eq!(spans("it`s one"), [plain("it`s one")]);
    assert_eq!(spans(""), []);
}

#[test]
fn the_head_of_a_program_is_a_row() {
    let text = "# A port is taken.\n# Linux: __inet_bind says\n# EADDRINUSE.\n# Simulator once: took it.\n# Freedom: ports\na = socket()\n# no\n";
    let row = ["taken", "A port is taken.", "__inet_bind says EADDRINUSE. (a freedom: ports)", "took it."];
    let cells = programs::line("taken", text).unwrap();
    assert_eq!(cells[0], Cell::code(row[0]));
    assert_eq!(cells[1..], row[1..].iter().map(|text| Cell::from(*text)).collect::<Vec<_>>());
    assert!(programs::line("odd", "# Only a title.\na = socket()\n").is_err());
    assert!(programs::line("none", "").is_err());
}
