//! The file form of a [`Coverage`]: a line for each cell with its count, and a block for each program that is kept; or shorter, only what
//! was reached, with all states that a call gave the same answer in on one line.
//!
//! ```text
//! cell connect | tcp4 | CLOSE | EINPROGRESS | 17
//!
//! state tcp4 | SYN_SENT | slot 0 | seed 4711
//!   a = socket(AF_INET, SOCK_STREAM, 0)
//!
//! rare connect | tcp4 | LISTEN | EISCONN | slot 0 | seed 12
//!   ...
//!
//! reached connect | tcp4 | EISCONN | ESTABLISHED; CLOSE_WAIT read-shut
//! ```

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    str::FromStr,
};

use wavetank_api::Errno;

use super::{Cell, Column, Coverage, Example, Kind, Question, Row};

/// A text that is no record: which line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseCoverageError {
    line: usize,
    text: String,
}

impl fmt::Display for ParseCoverageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} is no part of a record of coverage: {}", self.line, self.text)
    }
}

impl std::error::Error for ParseCoverageError {}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (cell, count) in &self.cells {
            writeln!(f, "cell {cell} | {count}")?;
        }
        for ((kind, state), example) in &self.states {
            write!(f, "\nstate {kind} | {state}")?;
            example.write(f)?;
        }
        for (cell, example) in &self.rare {
            write!(f, "\nrare {cell}")?;
            example.write(f)?;
        }
        Ok(())
    }
}

impl Coverage {
    /// The shorter form: what was reached, without counts and programs.
    pub fn reached_text(&self) -> String {
        let mut lines: BTreeMap<(Question, Kind, Column), Vec<String>> = BTreeMap::new();
        for (Cell { row: Row { question, kind, state }, column }, _) in self.reached() {
            lines.entry((question, kind, column)).or_default().push(state.to_string());
        }
        lines.iter().fold(String::new(), |mut text, ((question, kind, column), states)| {
            let _ = writeln!(text, "reached {question} | {kind} | {column} | {}", states.join("; "));
            text
        })
    }
}

impl Example {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, " | slot {} | seed {}", self.slot, self.seed)?;
        self.program.to_string().lines().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

impl FromStr for Coverage {
    type Err = ParseCoverageError;

    fn from_str(text: &str) -> Result<Self, ParseCoverageError> {
        let mut coverage = Self::default();
        let mut lines = text.lines().enumerate().peekable();
        while let Some((at, line)) = lines.next() {
            let mut body = String::new();
            while let Some((_, call)) = lines.next_if(|(_, line)| line.starts_with("  ")) {
                body.push_str(call.trim_start());
                body.push('\n');
            }
            let is_read = line.is_empty() || line.starts_with('#') || coverage.read(line, &body).is_some();
            if !is_read {
                return Err(ParseCoverageError { line: at + 1, text: line.to_owned() });
            }
        }
        Ok(coverage)
    }
}

impl Coverage {
    fn read(&mut self, line: &str, body: &str) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        let parts: Vec<&str> = rest.split(" | ").collect();
        match (word, &parts[..]) {
            ("cell", [cell @ .., count]) => {
                self.cells.insert(read_cell(cell)?, count.parse().ok()?);
            }
            ("reached", [question, kind, column, states]) => {
                for state in states.split("; ") {
                    *self.cells.entry(read_cell(&[question, kind, state, column])?).or_default() += 1;
                }
            }
            ("state", [kind, state, slot, seed]) => {
                self.states.insert((read_kind(kind)?, state.parse().ok()?), read_example(slot, seed, body)?);
            }
            ("rare", [cell @ .., slot, seed]) => {
                self.rare.insert(read_cell(cell)?, read_example(slot, seed, body)?);
            }
            _ => return None,
        }
        Some(())
    }
}

fn read_cell(parts: &[&str]) -> Option<Cell> {
    let [question, kind, state, column] = parts else { return None };
    let row = Row { question: question.parse().ok()?, kind: read_kind(kind)?, state: state.parse().ok()? };
    let column = match *column {
        "ok" => Column::Ok,
        "differs" => Column::Differs,
        name => Column::Failed(Errno::ALL.iter().copied().find(|errno| errno.name() == Some(name))?),
    };
    Some(Cell { row, column })
}

fn read_kind(text: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.name() == text)
}

fn read_example(slot: &str, seed: &str, body: &str) -> Option<Example> {
    Some(Example {
        slot: slot.strip_prefix("slot ")?.parse().ok()?,
        seed: seed.strip_prefix("seed ")?.parse().ok()?,
        program: body.parse().ok()?,
    })
}
