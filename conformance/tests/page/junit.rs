//! The XML is what its readers take: the schema that Jenkins' xUnit plugin demands (`junit-10.xsd`), and what GitLab and GitHub's actions
//! look for: a suite's name and time, a case's name and class.

use roxmltree::{Document, Node};
use wavetank_conformance::{
    CaseResult, Results, Verdict, World, cases,
    page::{Made, junit},
};

/// An element of the schema.
struct Element {
    name: &'static str,
    needs: &'static [&'static str],
    may_have: &'static [&'static str],
    children: &'static [&'static str],
}

const fn element(
    name: &'static str,
    needs: &'static [&'static str],
    may_have: &'static [&'static str],
    children: &'static [&'static str],
) -> Element {
    Element { name, needs, may_have, children }
}

const SCHEMA: &[Element] = &[
    element("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"]),
    element(
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"],
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
    ),
    element("properties", &[], &[], &["property"]),
    element("property", &["name", "value"], &[], &[]),
    element(
        "testcase",
        &["name"],
        &["time", "classname", "group"],
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    element("skipped", &[], &["type", "message"], &[]),
    element("failure", &[], &["type", "message"], &[]),
    element("system-out", &[], &[], &[]),
];

/// What of an element, and of all below it, the schema refuses.
fn faults(node: Node<'_, '_>) -> Vec<String> {
    let name = node.tag_name().name();
    let Some(element) = SCHEMA.iter().find(|element| element.name == name) else {
        return vec![format!("no element {name}")];
    };
    let mut found = Vec::new();
    let attributes: Vec<_> = node.attributes().collect();
    let has = |name: &str| attributes.iter().any(|attribute| attribute.name() == name);
    found.extend(element.needs.iter().filter(|name| !has(name)).map(|attribute| format!("{name} without {attribute}")));
    for attribute in &attributes {
        if !element.needs.contains(&attribute.name()) && !element.may_have.contains(&attribute.name()) {
            found.push(format!("{name} has {}", attribute.name()));
        }
        // `SUREFIRE_TIME`: at most three decimals.
        let decimals = attribute.value().split_once('.').map_or("", |(_, decimals)| decimals);
        if attribute.name() == "time" && (attribute.value().parse::<f64>().is_err() || decimals.len() > 3) {
            found.push(format!("{name} took {}", attribute.value()));
        }
    }
    for child in node.children().filter(Node::is_element) {
        if !element.children.contains(&child.tag_name().name()) {
            found.push(format!("{} in {name}", child.tag_name().name()));
        }
        found.extend(faults(child));
    }
    found
}

fn made() -> Made {
    Made { by: "wavetank conform --filter 'a b' --junit \"x\"".to_owned(), on: "Linux 6.18".to_owned() }
}

fn result(world: World, verdict: Verdict, reason: Option<&str>) -> CaseResult {
    let case = cases()[0];
    let reason = reason.map(str::to_owned);
    CaseResult {
        name: case.name,
        statement: case.statement,
        source: case.source,
        world,
        verdict,
        reason,
        absence: None,
        millis: 1234,
    }
}

#[test]
fn a_whole_run_is_what_the_schema_says() {
    let results = wavetank_conformance::run(World::Sim, None, |_| ());
    let text = junit(&results, &made());
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    assert_eq!(faults(document.root_element()), Vec::<String>::new());
    let tests = document.descendants().filter(|node| node.has_tag_name("testcase"));
    let mut names: Vec<_> = tests.map(|test| (test.attribute("classname"), test.attribute("name"))).collect();
    assert_eq!(names.len(), cases().len());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases().len(), "two cases have the same class and name: GitLab takes them for one");
    assert!(names.contains(&(Some("sim.connect.nonblocking"), Some("connect::nonblocking::refusal_can_be_asked_for"))));
}

#[test]
fn each_verdict_is_what_a_machine_understands_by_it() {
    let verdicts = [
        result(World::Real, Verdict::Passed, None),
        result(World::Real, Verdict::Skipped, Some("run as root")),
        result(World::Sim, Verdict::Failed, Some("expected <a> & \"b\", got \u{1b}[1m\u{0}\nline two")),
        result(World::Sim, Verdict::Differs, Some("ECN is not modelled")),
        result(World::Sim, Verdict::Absent, Some("socket(AF_CAN, SOCK_RAW, 1) answers EAFNOSUPPORT")),
        result(World::Other("mine & yours"), Verdict::Passed, None),
    ];
    let text = junit(&Results { cases: verdicts.to_vec() }, &made());
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let root = document.root_element();
    assert_eq!(faults(root), Vec::<String>::new());
    let counts = |node: Node<'_, '_>| {
        let count = |name| node.attribute(name).map_or(-1, |count| count.parse().unwrap_or(-1));
        (node.attribute("name").unwrap_or_default().to_owned(), count("tests"), count("failures"), count("skipped"))
    };
    assert_eq!(counts(root), ("wavetank conform".to_owned(), 6, 1, -1));
    let suites: Vec<_> = root.children().filter(Node::is_element).collect();
    let counted: Vec<_> = suites.iter().map(|suite| counts(*suite)).collect();
    let expected = [("real", 2, 0, 1), ("sim", 3, 1, 1), ("mine & yours", 1, 0, 0)];
    assert_eq!(counted, expected.map(|(name, all, failed, skipped)| (name.to_owned(), all, failed, skipped)));
    assert_eq!(suites[0].attribute("time"), Some("2.468"));
    let property = document.descendants().find(|node| node.attribute("name") == Some("command")).unwrap();
    assert_eq!(property.attribute("value"), Some(&*made().by));
    let [failure, skipped, absent] = [("failure", 0), ("skipped", 0), ("skipped", 1)]
        .map(|(name, index)| document.descendants().filter(|node| node.has_tag_name(name)).nth(index).unwrap());
    assert_eq!(failure.attribute("message"), Some("expected <a> & \"b\", got "));
    assert!(failure.text().unwrap_or_default().contains("line two"));
    assert_eq!(skipped.attribute("message"), Some("skipped: run as root"));
    assert_eq!(absent.attribute("message"), Some("absent: socket(AF_CAN, SOCK_RAW, 1) answers EAFNOSUPPORT"));
    let said: Vec<_> = document.descendants().filter(|node| node.has_tag_name("system-out")).collect();
    assert!(said.iter().any(|node| node.text().unwrap_or_default().contains("permitted: ECN is not modelled")));
}

#[test]
fn what_the_schema_refuses_is_told() {
    for (text, fault) in [
        ("<testsuites skipped='1'/>", "testsuites has skipped"),
        ("<testsuites><testcase name='a'/></testsuites>", "testcase in testsuites"),
        ("<testsuite name='a' tests='1' failures='0'/>", "testsuite without errors"),
        ("<testcase name='a' time='0.1234'/>", "testcase took 0.1234"),
        ("<testcase name='a'><b/></testcase>", "b in testcase"),
    ] {
        let document = Document::parse(text).unwrap();
        assert!(faults(document.root_element()).contains(&fault.to_owned()), "{text}");
    }
}
