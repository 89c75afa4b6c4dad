//! The options: what getting each and setting it to 1 answered on a fresh socket, in both worlds.

use super::{Cell, Section, Table, calls, evidence::Evidence};
use crate::{
    Verdict,
    surface::{Constant, SimState, rows},
};

const TEXT: &str = "Every option that has a type in `wavetank::option`: what `getsockopt` into 256 bytes and `setsockopt` of the `int` 1 \
    answered on a fresh socket. *Acts*: cases show that it has its effect. *Stored*: it answers as on Linux, and no case shows an effect. \
    *Refused*: the errno is Linux's, too. What each takes in each state of a TCP socket is the case `options::table`, and the constants that \
    are no options are in [CONSTANTS.md](CONSTANTS.md).";

pub(super) fn section(evidence: &Evidence) -> Section {
    let table = |row: Option<&'static str>| {
        let options = evidence.surface.constants.iter().filter(|constant| constant.row == row);
        let options = options.filter(|option| is_option(option) && evidence.knows(option.cases));
        let head = ["option", "real", "simulated", "state", "shown by"];
        let title = row.map_or("Beside those of the documentation".to_owned(), |row| format!("`{row}`"));
        Table::new(&title, head).rows(options.map(|option| line(evidence, option)))
    };
    let names = rows().iter().flat_map(|group| group.rows).map(|row| Some(row.name));
    Section::new("Options", &[TEXT], names.chain([None]).map(table).collect())
}

fn is_option(constant: &Constant) -> bool {
    constant.asked.as_ref().is_some_and(|asked| asked.option)
}

fn line(evidence: &Evidence, option: &Constant) -> Vec<Cell> {
    let first = evidence.real.iter().next().map(|record| &*record.machine);
    let answered = option.asked.as_ref().map(|asked| &*asked.sim).unwrap_or_default();
    let (real, same) = match evidence.real.answer(option.name) {
        None => (Cell::from("never asked"), false),
        Some((machine, answer)) => {
            let place = if Some(machine) == first { String::new() } else { format!(" ({machine})") };
            (Cell::from(format!("{answer}{place}")), answer == answered)
        }
    };
    let sim = if same { Cell::from("the same") } else { Cell::verdict(Verdict::Absent, answered) };
    // What it answers instead stands beside.
    let state = match &option.sim {
        Some(SimState::Refused(_)) => Cell::verdict(Verdict::Passed, "refused"),
        Some(SimState::NotYet(_)) => Cell::verdict(Verdict::Absent, "not yet"),
        state => state.as_ref().map_or_else(Cell::default, calls::sim),
    };
    vec![Cell::code(option.name), real, sim, state, Cell::cases(option.cases)]
}
