//! The constants one by one: `docs/CONSTANTS.md`.
//!
//! A constant is a number, and the same number in both worlds. What a world does with it can be asked for: an option is got and set, a
//! family and a protocol are opened. What it means to have an *effect* no call can tell: that is shown by cases (`effects.rs`), and an option
//! that answers as on Linux and has none there is stored.

mod ask;
mod effects;
mod group;

use std::collections::BTreeMap;

use wavetank_api::c;

use self::{ask::Question, effects::EFFECTS, group::row_of};
use super::{Records, SimState, judge::OnSim};
use crate::Verdict;

/// The names of the documentation, and the systems that have them: a line each.
const DOCUMENTED: &str = include_str!("../../../../fixtures/constants/documented.tsv");
/// The names of CPython's module on Linux.
const CPYTHON: &str = include_str!("../../../../fixtures/constants/cpython.tsv");

/// A constant, and its states.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its name in C.
    pub name: &'static str,
    /// Its value on Linux, if Linux has it.
    pub value: Option<String>,
    /// The row of the surface that it belongs to, if any.
    pub row: Option<&'static str>,
    /// The other systems that have it, where Linux has not.
    pub elsewhere: Option<&'static str>,
    /// What the simulated world does with it; `None` if it is but a number.
    pub sim: Option<SimState>,
    /// What both worlds answer, if it can be asked for.
    pub asked: Option<Asked>,
    /// What shows that it acts there.
    pub cases: &'static [&'static str],
}

/// What getting an option and setting it to 1 answered on a fresh socket, or opening a socket of a family or protocol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Whether it is an option.
    pub option: bool,
    /// The simulated world: `get ok, set EPERM`.
    pub sim: String,
}

/// What is printed: every constant that the documentation or CPython names, and every option that has a type here.
pub(super) fn judge(records: &Records, sim: &OnSim) -> Vec<Constant> {
    let answers = ask::on_sim();
    let mut constants: Vec<_> = names()
        .into_iter()
        .map(|(name, elsewhere)| {
            let number = c::by_name(name).map(|number| number.to_string());
            let value = number.or_else(|| c::text_by_name(name).map(|text| format!("{text:?}")));
            let elsewhere = elsewhere.filter(|_| value.is_none());
            let cases = effects_of(name);
            let state = || match Question::of(name) {
                Some(_) => Some(state(name, &answers[name], records, cases, sim)),
                None if !cases.is_empty() => Some(shown(cases, sim)),
                None => None,
            };
            let state = if value.is_some() { state() } else { None };
            let asked = Question::of(name).map(|question| Asked {
                option: matches!(question, Question::Option { .. }),
                sim: answers[name].clone(),
            });
            Constant { name, value, row: row_of(name), elsewhere, sim: state, asked, cases }
        })
        .collect();
    constants.sort_by_key(|constant| constant.name);
    constants
}

/// Every name, and where it is if not on Linux.
fn names() -> BTreeMap<&'static str, Option<&'static str>> {
    let lines = |text: &'static str| text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let cpython = lines(CPYTHON).filter_map(|line| line.split('\t').next());
    // What CPython has beside: its error numbers, and numbers of its own.
    let cpython = cpython.filter(|name| row_of(name).is_some()).map(|name| (name, None));
    let options = wavetank_api::option::all().map(|(_, _, name)| (name, None));
    let documented = lines(DOCUMENTED).filter_map(|line| line.split_once('\t'));
    let documented = documented.map(|(name, systems)| (name, Some(systems)));
    cpython.chain(options).chain(documented).collect()
}

fn effects_of(name: &str) -> &'static [&'static str] {
    EFFECTS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, cases)| cases)
}

/// Whether the cases pass.
fn shown(cases: &[&str], sim: &OnSim) -> SimState {
    let passed = |case: &&&str| sim.get(**case).is_some_and(|result| result.verdict == Verdict::Passed);
    match cases.iter().find(|case| !passed(case)) {
        None => SimState::Acts,
        Some(case) => SimState::NotYet(format!("{case} does not pass")),
    }
}

/// What follows from the answers of both worlds.
fn state(name: &str, answer: &str, records: &Records, cases: &[&str], sim: &OnSim) -> SimState {
    let real = records.answer(name).map_or("never asked", |(_, answer)| answer);
    let taken = |answer: &str| answer.split([' ', ',']).any(|word| word == "ok");
    match (answer == real, taken(answer)) {
        (true, false) => SimState::Refused(Some(answer.to_owned())),
        (true, true) if !cases.is_empty() => shown(cases, sim),
        (true, true) if answer == "ok" => SimState::Acts,
        (true, true) => SimState::Stored,
        (false, false) => SimState::NotYet(answer.to_owned()),
        (false, true) => SimState::NotYet(format!("{answer}; Linux: {real}")),
    }
}

/// What the real world of this machine answers, for a record.
pub(super) fn ask_real() -> BTreeMap<&'static str, String> {
    ask::on_real()
}

/// The constants that have a question.
pub(super) fn asked() -> impl Iterator<Item = &'static str> {
    names().into_keys().filter(|name| Question::of(name).is_some())
}

/// What is wrong with what is named here.
pub(super) fn faults(constants: &[Constant]) -> Vec<String> {
    let exists = |name: &str| crate::cases().iter().any(|case| case.name == name);
    let mut faults = Vec::new();
    for (name, cases) in EFFECTS {
        if !constants.iter().any(|constant| constant.name == *name && constant.value.is_some()) {
            faults.push(format!("effects.rs names {name}, which is no constant of Linux"));
        }
        let unknown = cases.iter().filter(|case| !exists(case));
        faults.extend(unknown.map(|case| format!("{name}: there is no case {case}")));
    }
    let nowhere = constants.iter().filter(|constant| constant.value.is_none() && constant.elsewhere.is_none());
    faults.extend(nowhere.map(|constant| format!("{} is on no system", constant.name)));
    faults
}
