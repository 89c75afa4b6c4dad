//! The families: whether a socket opens, and what became of the cases that are of the family.

use wavetank_api::Family;

use super::{Cell, Section, Table, calls, evidence::Evidence};
use crate::{
    Case,
    surface::{Row, rows},
};

const GROUP: &str = "Address families and protocols";
/// Where a case is that opens no socket.
const NONE: &str = "no socket";
/// The topics of such cases.
const SOCKETLESS: [&str; 5] = ["addr_text", "databases", "host", "netdb", "resolve"];

const TEXT: &str = "What `socket(2)` answers, and the cases that are of the family. A case that needs a socket that not every kernel has is \
    of that socket's row; one that says UNIX is of AF_UNIX; any other is of the families it is run over.";

pub(super) fn section(evidence: &Evidence) -> Section {
    let row = |row: &'static str| {
        let of_row = evidence.cases.iter().filter(|case| of(case).contains(&row));
        let cases: Vec<_> = of_row.map(|case| case.name).collect();
        let judged = evidence.surface.rows.iter().find(|judged| judged.group == GROUP && judged.row.name == row);
        let (opens, state) = match judged {
            Some(judged) => {
                let answer = evidence.real.answer(row).map_or_else(Cell::default, |(_, answer)| Cell::from(answer));
                let state = [calls::real(evidence, judged), calls::sim(&judged.sim)];
                (answer, if evidence.knows(judged.row.cases) { state } else { Default::default() })
            }
            None => Default::default(),
        };
        let [real, sim] = state;
        let share = |verdict: &dyn Fn(&str) -> Option<crate::Verdict>| {
            if cases.is_empty() { Cell::default() } else { evidence.share(&cases, verdict) }
        };
        let passed = share(&|case| evidence.in_real(case));
        let passed_in_sim = share(&|case| evidence.in_sim(case));
        let name = if row == NONE { Cell::from(row) } else { Cell::code(row) };
        let is_shown = !cases.is_empty() || evidence.is_whole();
        is_shown.then(|| vec![name, opens, real, passed, sim, passed_in_sim])
    };
    let head = ["family", "`socket(2)`", "real", "its cases", "simulated", "its cases"];
    let names = family_rows().iter().map(|row| row.name).chain([NONE]);
    Section::new("Families", &[TEXT], vec![Table::new("", head).rows(names.filter_map(row))])
}

fn family_rows() -> &'static [Row] {
    rows().iter().find(|group| group.name == GROUP).map_or(&[], |group| group.rows)
}

/// The names of the rows that a case is of.
pub(super) fn of(case: &Case) -> Vec<&'static str> {
    if let Some(need) = case.need {
        // Of several rows of a family, the one with the same protocol; RAW sockets of IPv4 have one row for all protocols.
        let rank = |row: &&Row| {
            let probe = row.probe.filter(|probe| probe.family == need.family)?;
            Some((probe.kind == need.kind, probe.protocol == need.protocol))
        };
        let best = family_rows().iter().filter(|row| rank(row).is_some()).rev().max_by_key(rank);
        return best.map(|row| row.name).into_iter().collect();
    }
    let topic = case.topic();
    if SOCKETLESS.contains(&topic) {
        return vec![NONE];
    }
    if case.name.split(['_', ':']).any(|word| word == "unix") {
        return vec!["AF_UNIX"];
    }
    let over = |family: Family, name| case.ways.all().iter().any(|way| way.family == family).then_some(name);
    [over(Family::INET, "AF_INET"), over(Family::INET6, "AF_INET6")].into_iter().flatten().collect()
}

/// Cases of no family, and families of Linux without a case.
pub fn faults() -> Vec<String> {
    let lost = crate::cases().iter().filter(|case| of(case).is_empty());
    let mut faults: Vec<_> = lost.map(|case| format!("{} is of no family", case.name)).collect();
    let of_linux = family_rows().iter().filter(|row| row.elsewhere.is_none());
    let empty = of_linux.filter(|row| !crate::cases().iter().any(|case| of(case).contains(&row.name)));
    faults.extend(empty.map(|row| format!("{} has no case", row.name)));
    faults
}
