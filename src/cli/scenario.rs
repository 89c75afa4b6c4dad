//! [`Scenario`]: a world with a name, for the command line.

use super::{Knobs, text};
use crate::sim::Sim;

/// A world that the command line can build and run: its name, what it shows, and how it is built.
///
/// The function gives the machines something to do and lets [`Knobs::on`] act on its links. What is asserted is asserted by the
/// programs of the machines: a panic, or an error that one of them returns, fails the run.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) build: fn(&Sim, &Knobs),
}

impl Scenario {
    /// A scenario; `about` is one line.
    pub const fn new(name: &'static str, about: &'static str, build: fn(&Sim, &Knobs)) -> Self {
        Self { name, about, build }
    }
}

/// The scenario of this name, or the line that says which there are.
pub(super) fn find<'a>(scenarios: &'a [Scenario], name: &str) -> Result<&'a Scenario, String> {
    scenarios.iter().find(|scenario| scenario.name == name).ok_or_else(|| {
        let names: Vec<_> = scenarios.iter().map(|scenario| scenario.name).collect();
        let meant = text::nearest(name, names.iter().copied());
        let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
        format!("no scenario {name:?}: there are {}{meant}", names.join(", "))
    })
}

/// One line for each: its name and what it shows.
pub(super) fn table(scenarios: &[Scenario]) -> String {
    let width = scenarios.iter().map(|scenario| scenario.name.len()).max().unwrap_or(0);
    scenarios.iter().map(|scenario| format!("  {:width$}  {}\n", scenario.name, scenario.about)).collect()
}
