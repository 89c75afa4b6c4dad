//! What was skipped, and what is absent: by reason, for there are few of them and many cases.

use std::collections::BTreeMap;

use super::{Cell, Section, Table, evidence::Evidence, parts::topics};
use crate::{
    Verdict,
    surface::{Outcome, Record},
};

const TEXT: &str = "A case is *skipped* by a machine that cannot run it: the next column says whether another did. It is *absent* from the \
    simulated world if that has no such socket yet.";

pub(super) fn section(evidence: &Evidence) -> Section {
    let skipped = evidence.real.iter().map(|record| skipped(evidence, record));
    let tables = skipped.chain([absent(evidence)]).collect();
    Section::new("Skipped and absent", &[TEXT], tables)
}

fn skipped(evidence: &Evidence, record: &Record) -> Table {
    let of = |case: &'static str| record.outcome(case).cloned();
    let rows = by_reason(evidence, Verdict::Skipped, of).into_iter().map(|(why, cases)| {
        let passed = evidence.share(&cases, |case| evidence.in_real(case));
        vec![Cell::from(why), Cell::from(cases.len().to_string()), topics(&cases), passed]
    });
    let title = format!("Skipped on {}", record.machine);
    Table::new(&title, ["why", "cases", "topics", "passed elsewhere"]).rows(rows)
}

fn absent(evidence: &Evidence) -> Table {
    let of = |case: &'static str| evidence.sim.get(case).map(Outcome::of);
    let [absent, skipped] = [Verdict::Absent, Verdict::Skipped].map(|verdict| by_reason(evidence, verdict, of));
    let rows = absent
        .into_iter()
        .chain(skipped)
        .map(|(why, cases)| vec![Cell::from(why), Cell::from(cases.len().to_string()), topics(&cases)]);
    Table::new("Absent from the simulated world", ["what it answers", "cases", "topics"]).rows(rows)
}

/// The cases of each reason; the most first.
fn by_reason(
    evidence: &Evidence,
    verdict: Verdict,
    outcome: impl Fn(&'static str) -> Option<Outcome>,
) -> Vec<(String, Vec<&'static str>)> {
    let mut reasons: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for case in &evidence.cases {
        if let Some(outcome) = outcome(case.name).filter(|outcome| outcome.verdict == verdict) {
            reasons.entry(outcome.why.unwrap_or_default()).or_default().push(case.name);
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
    reasons
}
