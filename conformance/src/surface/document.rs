//! The surface as text: `docs/SURFACE.md`, and the counts.

use std::{
    fmt::{self, Write as _},
    path::PathBuf,
};

use super::{Constant, Judged, RealState, SimState, Surface, record};

/// The documents that are made from the surface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Document {
    /// `docs/SURFACE.md`: the rows.
    Surface,
    /// `docs/CONSTANTS.md`: the constants one by one.
    Constants,
}

impl Document {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Surface, Self::Constants];

    /// The file.
    pub fn path(self) -> PathBuf {
        record::workspace().join(match self {
            Self::Surface => "docs/SURFACE.md",
            Self::Constants => "docs/CONSTANTS.md",
        })
    }
}

const HEAD: &str = "\
# The surface

Every name and stated behaviour of the socket documentation (Python's, in four editions), a row each: where it is in Rust, and how far
each world has come with it. Made by `cargo tank surface`; do not edit it. `cargo tank surface --check` compares, and
`WAVETANK_BLESS=1 cargo test -p wavetank-conformance --test surface` writes it anew.

| state | in the real world | in the simulated world |
|---|---|---|
| acts | what proves it passes on the kernel that is named: `fixtures/surface/` | what proves it passes |
| stored | | an option that is checked and read back as on Linux, and changes nothing |
| refused | | the errno that Linux answers too |
| absent | the platform that has it is named | |
| not yet | the reason | what the simulator answers instead of doing it |

What proves a row are conformance cases, named as `cargo tank conform` knows them, and tests, which stand with their file.
";

const CONSTANTS_HEAD: &str = "\
# The constants

Every constant that the socket documentation or CPython's module names, and every option that has a type in `wavetank::option`. Each is in
`wavetank::c` by its name in C, with the 1,300 of Linux's headers that are not here. Made by `cargo tank surface --constants`, as SURFACE.md is.

What the simulated world does with it is said where it can be asked for: of a family and of a protocol whether a socket opens, of an option
what getting it and setting it to 1 answer, on a fresh socket. *Acts*: cases show that it has its effect. *Stored*: it answers as on Linux, and
no case shows an effect. *Refused*: the errno is Linux's, too. *Not yet*: Linux answers something else. Without a word: a number that other
things are told by.
";

impl Surface {
    /// The text of a document.
    pub fn document(&self, document: Document) -> String {
        match document {
            Document::Surface => self.rows_text(),
            Document::Constants => self.constants_text(),
        }
    }

    fn rows_text(&self) -> String {
        let mut text = format!("{HEAD}\n{}", self.summary());
        let mut group = "";
        for judged in &self.rows {
            if judged.group != group {
                group = judged.group;
                let count = self.rows.iter().filter(|other| other.group == group).count();
                // Writing to a text cannot fail.
                let _ = write!(
                    text,
                    "\n## {group} ({count})\n\n| name | Rust | real | simulated | proof |\n|---|---|---|---|---|\n"
                );
            }
            let _ = writeln!(text, "{}", line(judged));
        }
        text
    }

    fn constants_text(&self) -> String {
        let mut text = CONSTANTS_HEAD.to_owned();
        let constants_of = |row: &'static str| self.constants.iter().filter(move |constant| constant.row == Some(row));
        let rows = self.rows.iter().map(|judged| judged.row.name).filter(|row| constants_of(row).next().is_some());
        for row in rows {
            let _ = write!(text, "\n## {row}\n\n| name | on Linux | simulated | shown by |\n|---|---|---|---|\n");
            for constant in constants_of(row) {
                let _ = writeln!(text, "{}", constant_line(constant));
            }
        }
        let rest: Vec<_> = self.constants.iter().filter(|constant| constant.row.is_none()).collect();
        let _ = write!(text, "\n## In no row\n\n| name | on Linux | simulated | shown by |\n|---|---|---|---|\n");
        for constant in rest {
            let _ = writeln!(text, "{}", constant_line(constant));
        }
        text
    }

    /// How many rows there are in each state of each world.
    pub fn summary(&self) -> Summary {
        let real = |wanted: fn(&RealState) -> bool| self.rows.iter().filter(|row| wanted(&row.real)).count();
        let sim = |wanted: fn(&SimState) -> bool| self.rows.iter().filter(|row| wanted(&row.sim)).count();
        Summary {
            rows: self.rows.len(),
            real: [
                real(|state| matches!(state, RealState::Acts(_))),
                real(|state| matches!(state, RealState::Absent(_))),
                real(|state| matches!(state, RealState::NotYet(_))),
            ],
            sim: [
                sim(|state| matches!(state, SimState::Acts)),
                sim(|state| matches!(state, SimState::Stored)),
                sim(|state| matches!(state, SimState::Refused(_))),
                sim(|state| matches!(state, SimState::NotYet(_))),
            ],
        }
    }

    /// The lines in which a document differs from [`document`](Self::document): `-` what it has, `+` what it should have.
    pub fn differences_from(&self, document: Document, on_disk: &str) -> Vec<String> {
        differing_lines(on_disk, &self.document(document))
    }
}

/// `-` what a text has, `+` what it should have.
pub(crate) fn differing_lines(on_disk: &str, expected: &str) -> Vec<String> {
    let (has, should): (Vec<_>, Vec<_>) = (on_disk.lines().collect(), expected.lines().collect());
    let gone = has.iter().filter(|line| !should.contains(line)).map(|line| format!("- {line}"));
    let new = should.iter().filter(|line| !has.contains(line)).map(|line| format!("+ {line}"));
    let mut differences: Vec<_> = gone.chain(new).collect();
    if differences.is_empty() && on_disk != expected {
        differences.push("the lines are the same, in another order or number".to_owned());
    }
    differences
}

/// A constant of Linux has a number; one of another system, that system's name.
fn constant_line(constant: &Constant) -> String {
    let cases: Vec<_> = constant.cases.iter().map(|case| format!("`{case}`")).collect();
    let value = match (&constant.value, constant.elsewhere) {
        (Some(value), _) => value.clone(),
        (None, systems) => format!("absent: {}", systems.unwrap_or_default()),
    };
    let state = constant.sim.as_ref().map_or_else(String::new, ToString::to_string);
    format!("| `{}` | {value} | {state} | {} |", constant.name, cases.join(", "))
}

fn line(judged: &Judged) -> String {
    let row = judged.row;
    let code = |items: Vec<String>| items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ");
    let mut proof = code(row.cases.iter().map(|case| (*case).to_owned()).collect());
    for test in row.tests {
        let separator = if proof.is_empty() { "" } else { ", " };
        let _ = write!(proof, "{separator}`{}` in {}", test.name, test.file);
    }
    let note = if row.note.is_empty() { String::new() } else { format!("<br>{}", row.note) };
    let cells = [
        format!("`{}`{note}", row.name),
        code(row.paths.iter().map(ToString::to_string).collect()),
        judged.real.to_string(),
        match &judged.counts {
            Some(counts) => format!("{}<br>{counts}", judged.sim),
            None => judged.sim.to_string(),
        },
        proof,
    ];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

impl fmt::Display for RealState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acts(machines) if machines.is_empty() => f.write_str("acts"),
            Self::Acts(machines) => write!(f, "acts ({})", machines.join("; ")),
            Self::Absent(platforms) => write!(f, "absent: {platforms}"),
            Self::NotYet(why) => write!(f, "**not yet**: {why}"),
        }
    }
}

impl fmt::Display for SimState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acts => f.write_str("acts"),
            Self::Stored => f.write_str("stored"),
            Self::Refused(Some(errno)) => write!(f, "refused: {errno}"),
            Self::Refused(None) => f.write_str("refused: not on Linux"),
            Self::NotYet(why) => write!(f, "not yet: {why}"),
        }
    }
}

/// Rows in each state; `Display` is a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// All.
    pub rows: usize,
    /// In the real world: acting, absent on Linux, not yet.
    pub real: [usize; 3],
    /// In the simulated world: acting, stored, refused, not yet.
    pub sim: [usize; 4],
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([acts, absent, not_yet], [sim_acts, stored, refused, sim_not_yet]) = (self.real, self.sim);
        writeln!(f, "| {} rows | acts | stored | refused | absent | not yet |\n|---|---|---|---|---|---|", self.rows)?;
        writeln!(f, "| real world | {acts} | | | {absent} | {not_yet} |")?;
        writeln!(f, "| simulated world | {sim_acts} | {stored} | {refused} | | {sim_not_yet} |")
    }
}
