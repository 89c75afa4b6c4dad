//! The surface: every name and stated behaviour of the socket documentation, a [`Row`] each, and how far each world has come with it.
//!
//! `docs/SURFACE.md` is this table as text, and `docs/CONSTANTS.md` the constants of it one by one. What a row says of itself is data (`rows/`), and no more than three things:
//!
//! * **paths**: where it is in Rust. The macro `rust!` compiles what it writes down, so a path that does not exist does not build;
//! * **cases** and **tests**: what proves it. A name that no case has, and a file without that test, fail `tests/surface.rs`;
//! * for what can be asked for by itself, such as a family, the **probe** that asks.
//!
//! The states follow from these, and nobody writes them by hand. The simulated world's is found out anew each time ([`judge`]): its
//! cases are run there, and its sockets opened. The real world's is what was recorded (`fixtures/surface/`, whose README says how):
//! no single machine has every family, so there is a record of this kind of machine, and one of the virtual machine of
//! `conformance/vm/`.

mod constants;
mod document;
mod judge;
mod path;
mod probe;
mod record;
mod rows;

pub use self::{
    constants::{Asked, Constant},
    document::{Document, Summary},
    judge::{Judged, RealState, SimState, Surface, judge},
    path::Path,
    record::{Outcome, Record, Records},
    rows::rows,
};
pub(crate) use self::{
    document::differing_lines,
    judge::{OnSim, judge_by, run_on_sim},
    record::{read_all, workspace},
};
use crate::need::Need;

/// A name of the documentation, or something that it states.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it is called there.
    pub name: &'static str,
    /// What there is to say of it.
    pub note: &'static str,
    /// Where it is in Rust.
    pub paths: &'static [Path],
    /// The platforms that have it, if Linux is none of them.
    pub elsewhere: Option<&'static str>,
    /// The conformance cases that prove it.
    pub cases: &'static [&'static str],
    /// The tests beside the cases that prove it: for what is the same in both worlds, because it is pure, or is about one of them.
    pub tests: &'static [Test],
    pub(crate) probe: Option<Need>,
}

/// A test of the workspace: its file, from the workspace's root, and its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Test {
    /// The file, from the workspace's root.
    pub file: &'static str,
    /// The function.
    pub name: &'static str,
}

/// A heading of the documentation, and what is below it.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The heading.
    pub name: &'static str,
    /// Its rows.
    pub rows: &'static [Row],
}

/// A row that is nowhere yet.
const fn row(name: &'static str) -> Row {
    Row { name, note: "", paths: &[], elsewhere: None, cases: &[], tests: &[], probe: None }
}

const fn test(file: &'static str, name: &'static str) -> Test {
    Test { file, name }
}

impl Row {
    const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    const fn at(mut self, paths: &'static [Path]) -> Self {
        self.paths = paths;
        self
    }

    const fn only_on(mut self, platforms: &'static str) -> Self {
        self.elsewhere = Some(platforms);
        self
    }

    const fn cases(mut self, cases: &'static [&'static str]) -> Self {
        self.cases = cases;
        self
    }

    const fn tests(mut self, tests: &'static [Test]) -> Self {
        self.tests = tests;
        self
    }

    const fn asks(mut self, probe: Need) -> Self {
        self.probe = Some(probe);
        self
    }
}
