//! `docs/CONFORMANCE.md` is the page that follows from the records; every case, call and option is on it; and its three forms are what
//! their readers take.

#[path = "page/junit.rs"]
mod junit;

use std::{collections::BTreeSet, fs, sync::LazyLock};

use wavetank_conformance::{
    DIFFERENCES, World, cases,
    page::{self, Cell, Page, Row, Span, Table},
    script::SCRIPT_DIFFERENCES,
    surface::{judge, rows},
};
use wavetank_differential::{FREEDOMS, concurrent::RACES};

static PAGE: LazyLock<Page> = LazyLock::new(recorded);

fn recorded() -> Page {
    let page = Page::recorded().unwrap_or_else(|error| panic!("{error}"));
    page.with_freedoms(FREEDOMS.iter().map(|freedom| [freedom.name, freedom.bounds, freedom.reason]))
        .with_races(RACES.iter().map(|race| [race.name, race.bounds, race.reason]))
}

/// The rows of a section.
fn rows_of(section: &str) -> impl Iterator<Item = &'static Row> {
    let section = PAGE.sections.iter().find(|known| known.title == section);
    section.unwrap_or_else(|| panic!("no such section")).tables.iter().flat_map(|table| &table.rows)
}

/// What is the first word of each row, without what is said of it.
fn names_in(section: &str) -> Vec<&'static str> {
    let name = |row: &'static Row| match &row.cells[0].0[..] {
        [Span::Code(name) | Span::Text(name), ..] => name.as_str(),
        other => panic!("{section}: a row without a name: {other:?}"),
    };
    rows_of(section).map(name).collect()
}

#[test]
fn the_document_is_the_page() {
    let (path, text) = (page::path(), PAGE.markdown());
    if std::env::var_os("WAVETANK_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let on_disk = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let stale = PAGE.differences_from(&on_disk);
    assert!(
        stale.is_empty(),
        "{} lines of {} are stale (WAVETANK_BLESS=1 writes it anew):\n{}",
        stale.len(),
        path.display(),
        stale.join("\n")
    );
}

#[test]
fn a_stale_document_is_told() {
    let text = PAGE.markdown();
    assert_eq!(PAGE.differences_from(&text), Vec::<String>::new());
    assert_eq!(PAGE.differences_from(&text.replacen("| passed |", "| failed |", 1)).len(), 2);
    assert_eq!(PAGE.differences_from(&(text + "\n")).len(), 1);
}

/// Whatever two runs do not have in common may not get into it: addresses, ports, times, the order of threads.
#[test]
fn the_page_is_the_same_when_it_is_made_again() {
    let again = recorded();
    assert_eq!(again.markdown(), PAGE.markdown());
    assert_eq!(again.html(), PAGE.html());
}

#[test]
fn every_case_is_there_once_below_its_topic() {
    let on_page: Vec<_> = rows_of("Cases by topic").filter_map(|row| row.case).collect();
    let all: BTreeSet<_> = cases().iter().map(|case| case.name).collect();
    assert_eq!(on_page.iter().copied().collect::<BTreeSet<_>>(), all);
    assert_eq!(on_page.len(), all.len(), "a case is there twice");
    let section = PAGE.sections.iter().find(|section| section.title == "Cases by topic").unwrap();
    for table in &section.tables {
        for row in &table.rows {
            let topic = row.case.and_then(|case| case.rsplit_once("::")).map(|(topic, _)| format!("`{topic}`"));
            assert_eq!(topic.as_ref(), Some(&table.title));
        }
    }
}

#[test]
fn every_call_family_behaviour_and_option_has_a_row() {
    for group in rows() {
        let section = match group.name {
            "Constants" => continue,
            "Address families and protocols" => "Families",
            "Stated behaviour" | "Exceptions" | "Examples" | "Attributes" => "Behaviour",
            _ => "Calls",
        };
        let names = names_in(section);
        let missing: Vec<_> = group.rows.iter().map(|row| row.name).filter(|name| !names.contains(name)).collect();
        assert!(missing.is_empty(), "{section} lacks {missing:?}");
    }
    let options = names_in("Options");
    let all: BTreeSet<_> = wavetank_api::option::all().map(|(_, _, name)| name).collect();
    let here = options.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(all.difference(&here).collect::<Vec<_>>(), Vec::<&&str>::new(), "options without a row");
    assert_eq!(options.len(), all.len(), "an option is there twice");
}

#[test]
fn every_case_is_of_a_family_and_every_family_of_linux_has_cases() {
    assert_eq!(page::faults(), Vec::<String>::new());
}

#[test]
fn every_packet_script_is_on_record() {
    let faults = page::script_faults().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(faults, Vec::<String>::new(), "fixtures/tcp/README.md says how to record");
}

#[test]
fn every_permitted_difference_is_there_with_its_reason() {
    let text = PAGE.markdown();
    let (_, section) = text.split_once("\n## Permitted differences\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let named = DIFFERENCES.iter().map(|row| row.case).chain(SCRIPT_DIFFERENCES.iter().map(|row| row.script));
    let rows = section.lines().filter(|line| line.starts_with("| `") || line.starts_with("| none"));
    let listed: Vec<_> = rows.collect();
    for name in named {
        let line = listed.iter().find(|line| line.starts_with(&format!("| `{name}` |")));
        assert!(line.is_some_and(|line| line.split('|').nth_back(1).is_some_and(|reason| reason.len() > 10)), "{name}");
    }
    let freedoms = FREEDOMS.iter().map(|freedom| freedom.name).chain(RACES.iter().map(|race| race.name));
    assert_eq!(
        freedoms.filter(|name| !section.contains(&format!("| {name} |"))).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
}

/// The other sections say what `docs/SURFACE.md` says, for they are made from the same.
#[test]
fn what_does_not_act_in_the_simulator_is_said() {
    let surface = judge().unwrap_or_else(|error| panic!("{error}"));
    let not_yet = surface.summary().sim[3];
    let sections = ["Calls", "Families", "Behaviour"];
    let cells = sections.into_iter().flat_map(rows_of).flat_map(|row| &row.cells).flat_map(|cell| &cell.0);
    let on_page = cells.filter(|span| matches!(span, Span::Verdict(_, word) if word == "not yet")).count();
    let of_constants = surface.rows.iter().filter(|judged| judged.group == "Constants");
    let constants = of_constants.filter(|judged| judged.sim.to_string().starts_with("not yet")).count();
    assert_eq!(on_page + constants, not_yet);
}

#[test]
fn the_markdown_is_of_tables_that_fit() {
    let text = PAGE.markdown();
    // GitHub shows no more than 512 KB of a file as a page.
    assert!(text.len() < 384 * 1024, "{} bytes are too many to read", text.len());
    let mut columns = 0;
    for (number, line) in (1..).zip(text.lines()) {
        // A bar that is written with a backslash is no border.
        let borders = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        match line.starts_with('|') {
            false => columns = 0,
            true if columns == 0 => columns = borders,
            true => assert_eq!(borders, columns, "line {number}: {line}"),
        }
    }
}

#[test]
fn the_html_needs_nothing_but_itself() {
    let html = PAGE.html();
    for outside in ["src=", "http:", "https:", "@import", "url(", "<link"] {
        assert!(!html.contains(outside), "{outside}");
    }
    let attributes = |name: &str| {
        let after: Vec<_> = html.split(&format!(" {name}=\"")).skip(1).map(str::to_owned).collect();
        after.into_iter().filter_map(|text| Some(text.split_once('"')?.0.to_owned())).collect::<Vec<_>>()
    };
    let ids = attributes("id");
    let known: BTreeSet<_> = ids.iter().collect();
    assert_eq!(known.len(), ids.len(), "an id is there twice");
    let lost: Vec<_> = attributes("href").into_iter().filter(|link| !known.contains(&link[1..].to_owned())).collect();
    assert!(lost.is_empty(), "links lead nowhere: {lost:?}");
    assert!(cases().iter().all(|case| known.contains(&case.name.to_owned())));
    assert!(html.len() < 2 * 1024 * 1024, "{} bytes are too many to load", html.len());
}

/// `<`, `|` and the like stand for themselves, whatever a case says.
#[test]
fn nothing_that_is_said_is_taken_for_markup() {
    let text = "a|b <script>alert(1)</script> *x* `code|<b>`";
    let table = Table::new("odd", ["what"]).rows([vec![text]]);
    let page = Page { sections: Vec::new(), ..PAGE.clone() }.with("Odd", table);
    let line = r"| a\|b \<script>alert(1)\</script> \*x\* `code\|<b>` |";
    assert!(page.markdown().lines().any(|found| found == line), "{}", page.markdown());
    let html = page.html();
    assert!(html.contains("a|b &lt;script&gt;alert(1)&lt;/script&gt; *x* <code>code|&lt;b&gt;</code>"), "{html}");
}

#[test]
fn a_page_of_a_run_has_what_was_run() {
    let results = wavetank_conformance::run(World::Sim, Some("listen::"), |_| ());
    let made = page::Made { by: "wavetank conform --filter listen::".to_owned(), on: page::this_machine() };
    let page = Page::of(&results, &made);
    let section = |title: &str| page.sections.iter().find(|section| section.title == title).unwrap();
    let listed: usize = section("Cases by topic").tables.iter().map(|table| table.rows.len()).sum();
    assert_eq!(listed, results.cases.len());
    assert!(page.head[0].contains("`wavetank conform --filter listen::`") && page.head[0].contains(&made.on));
    // Of the calls those whose cases were all run.
    let calls = section("Calls").tables.iter().flat_map(|table| &table.rows).map(|row| &row.cells[0]);
    assert_eq!(calls.collect::<Vec<_>>(), [&Cell::code("listen")]);
}

#[test]
fn tables_of_other_programs_are_read() {
    let text =
        "# Permitted differences: of random programs\n## Why, and\n## how far.\nname\tbounds\nshort send\t1 to all\n";
    let (section, table) = Table::parse(text).unwrap();
    assert_eq!(
        (&*section, &*table.title, &*table.text),
        ("Permitted differences", "of random programs", "Why, and how far.")
    );
    let page = PAGE.clone().with(&section, table).markdown();
    assert!(page.contains(
        "\n### of random programs\n\nWhy, and how far.\n\n| name | bounds |\n|---|---|\n| short send | 1 to all |\n"
    ));
    for (text, fault) in [
        ("", "it does not begin with `# section: title`"),
        ("# no section\n", "it does not begin with `# section: title`"),
        ("# a: b\n## said\n", "no names of columns"),
        ("# a: b\none\ttwo\nalone\n", "1 cells below 2 columns: alone"),
    ] {
        assert_eq!(Table::parse(text).unwrap_err(), fault, "{text:?}");
    }
}
