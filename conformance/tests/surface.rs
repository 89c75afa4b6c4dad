//! `docs/SURFACE.md` says what is so: its paths compile, its cases and tests exist, and what it claims follows from what ran.

use std::{fs, sync::LazyLock};

use wavetank_conformance::{
    World, cases,
    surface::{Document, RealState, Record, Records, Row, SimState, Surface, judge, rows},
};

static SURFACE: LazyLock<Surface> = LazyLock::new(|| judge().unwrap_or_else(|error| panic!("{error}")));

#[track_caller]
fn assert_none(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{} {what}:\n{}", faults.len(), faults.join("\n"));
}

fn all_rows() -> impl Iterator<Item = &'static Row> {
    rows().iter().flat_map(|group| group.rows)
}

#[test]
fn there_is_a_row_for_every_name_of_the_documentation() {
    let counts: Vec<_> = rows().iter().map(|group| (group.name, group.rows.len())).collect();
    let expected = [
        ("Exceptions", 4),
        ("Address families and protocols", 25),
        ("Constants", 30),
        ("Functions that create sockets", 8),
        ("Other functions", 29),
        ("Socket methods", 39),
        ("Attributes", 3),
        ("Stated behaviour", 15),
        ("Examples", 9),
    ];
    assert_eq!(counts, expected);
    assert_eq!(all_rows().count(), 162);
}

#[test]
fn what_the_rows_name_exists() {
    assert_none("names of rows are wrong", &SURFACE.faults());
}

#[test]
fn the_documents_are_what_follows() {
    for document in Document::ALL {
        let (path, text) = (document.path(), SURFACE.document(document));
        if std::env::var_os("WAVETANK_BLESS").is_some_and(|value| value == "1") {
            fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        let on_disk = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let what =
            format!("lines of {} are not what follows from the code (WAVETANK_BLESS=1 writes it anew)", path.display());
        assert_none(&what, &SURFACE.differences_from(document, &on_disk));
    }
}

#[test]
fn a_document_that_differs_is_told() {
    let differences = |text: &str| SURFACE.differences_from(Document::Surface, text);
    let text = SURFACE.document(Document::Surface);
    assert_eq!(differences(&text), Vec::<String>::new());
    let changed = text.replacen("| acts", "| not acts", 1);
    assert_eq!(differences(&changed).len(), 2);
    assert_eq!(differences(&(text + "\n")).len(), 1);
}

#[test]
fn who_claims_to_act_has_proof() {
    let mut faults = Vec::new();
    for judged in &SURFACE.rows {
        let row = judged.row;
        let proof = !(row.paths.is_empty() || row.cases.is_empty() && row.tests.is_empty());
        let claims = matches!(judged.real, RealState::Acts(_)) || judged.sim == SimState::Acts;
        if claims && !proof {
            faults.push(row.name.to_owned());
        }
    }
    assert_none("rows claim to act and show nothing", &faults);
}

#[test]
fn every_row_has_a_state_in_the_real_world() {
    let rows = SURFACE.rows.iter();
    let without = rows.filter_map(|judged| match &judged.real {
        RealState::NotYet(why) => Some(format!("{}: {why}", judged.row.name)),
        RealState::Acts(_) | RealState::Absent(_) => None,
    });
    assert_none("rows have none", &without.collect::<Vec<_>>());
}

#[test]
fn the_records_are_of_the_cases_that_exist() {
    let records = Records::read().unwrap_or_else(|error| panic!("{error}"));
    assert_none("lines of fixtures/surface do not fit (its README says how to record)", &records.faults());
}

#[test]
fn a_record_comes_back_from_its_text() {
    let case = cases()[0];
    let results = wavetank_conformance::Runner::new(World::Real).filter(Some(case.name)).run(|_| ());
    let record = Record::of(&results);
    assert!(record.names().any(|name| name == case.name));
    assert_eq!(Record::parse(&record.to_string()), Ok(record));
    let skipped = "# m\nskipped a::b: this has not: socket(AF_ALG)\n";
    let record = Record::parse(skipped).unwrap_or_else(|error| panic!("{error}"));
    let why = record.outcome("a::b").and_then(|outcome| outcome.why.as_deref());
    assert_eq!((why, &*record.to_string()), (Some("this has not: socket(AF_ALG)"), skipped));
    for (text, fault) in [
        ("", "it does not begin with `# machine`"),
        ("# m\nmaybe a::b", "no verdict: maybe a::b"),
        ("# m\npassed a::b\nfailed a::b", "twice: failed a::b"),
        ("# m\nprobe socket()", "no answer: probe socket()"),
    ] {
        assert_eq!(Record::parse(text), Err(fault.to_owned()), "{text:?}");
    }
}
