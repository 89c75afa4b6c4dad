//! The surface as text: `docs/SURFACE.md`, and the counts.

use std::{
    fmt::{self, Write as _},
    path::PathBuf,
};

use super::{Judged, RealState, SimState, Surface, record};

/// `docs/SURFACE.md`.
pub fn document_path() -> PathBuf {
    record::workspace().join("docs/SURFACE.md")
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

impl Surface {
    /// The text of `docs/SURFACE.md`.
    pub fn document(&self) -> String {
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
    pub fn differences_from(&self, document: &str) -> Vec<String> {
        let expected = self.document();
        let (has, should): (Vec<_>, Vec<_>) = (document.lines().collect(), expected.lines().collect());
        let gone = has.iter().filter(|line| !should.contains(line)).map(|line| format!("- {line}"));
        let new = should.iter().filter(|line| !has.contains(line)).map(|line| format!("+ {line}"));
        let mut differences: Vec<_> = gone.chain(new).collect();
        if differences.is_empty() && document != expected {
            differences.push("the lines are the same, in another order or number".to_owned());
        }
        differences
    }
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
        judged.sim.to_string(),
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
