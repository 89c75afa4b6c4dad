//! What other implementations of `Net` came to: a column for each, a row for each topic.

use super::{
    Cell, Section, Table,
    evidence::{Evidence, NONE},
};
use crate::Verdict;

const TEXT: &str = "The suite run on implementations of others, as their records in `fixtures/conformance/` have it: how many passed of the cases \
    that could be asked. The rest is no part of what they offer, and a topic of which that is true of every case is left out.";

pub(super) fn section(evidence: &Evidence) -> Section {
    let names: Vec<_> = evidence.others.iter().map(|record| record.machine.clone()).collect();
    let mut topics: Vec<_> = evidence.cases.iter().map(|case| case.topic()).collect();
    topics.dedup();
    let row = |topic: &str| {
        let of_topic = evidence.cases.iter().filter(|case| case.topic() == topic);
        let cases: Vec<_> = of_topic.map(|case| case.name).collect();
        let share = |record: &crate::surface::Record| {
            let verdict = |case: &str| record.outcome(case).map(|outcome| outcome.verdict);
            evidence.share(&cases, |case| verdict(case).filter(|verdict| *verdict != Verdict::Absent))
        };
        let shares: Vec<_> = evidence.others.iter().map(share).collect();
        let some = shares.iter().any(|share| *share != Cell::from(NONE));
        some.then(|| std::iter::once(Cell::code(topic)).chain(shares).collect::<Vec<_>>())
    };
    let rows: Vec<_> = topics.into_iter().filter_map(row).collect();
    let head = std::iter::once("topic".to_owned()).chain(names);
    Section::new("Other implementations", &[TEXT], vec![Table::new("", head).rows(rows)])
}
