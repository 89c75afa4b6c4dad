//! The errnos: which cases demand each of the world. A case demands what its statement names.

use wavetank_api::Errno;

use super::{
    Cell, Section, Table,
    evidence::Evidence,
    parts::{has_word, topics},
};

const TEXT: &str = "The errnos that the statements of cases name, and what became of these cases.";

/// Linux's numbers: asm-generic/errno.h ends with `EHWPOISON`, 133.
const NUMBERS: std::ops::RangeInclusive<i32> = 1..=133;

pub(super) fn section(evidence: &Evidence) -> Section {
    let rows = NUMBERS.filter_map(|number| {
        let errno = Errno::from_raw(number);
        let name = errno.name()?;
        let cases: Vec<_> =
            evidence.cases.iter().filter(|case| has_word(case.statement, name)).map(|case| case.name).collect();
        let line = || {
            vec![
                Cell::code(name),
                Cell::from(errno.description()),
                topics(&cases),
                evidence.share(&cases, |case| evidence.in_real(case)),
                evidence.share(&cases, |case| evidence.in_sim(case)),
            ]
        };
        (!cases.is_empty()).then(line)
    });
    let head = ["errno", "which says", "cases of", "real", "simulated"];
    Section::new("Errnos", &[TEXT], vec![Table::new("", head).rows(rows)])
}
