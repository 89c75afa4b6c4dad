//! [`Coverage`]: which cells of the kernel's behaviour programs have reached, in both worlds.
//!
//! A [`Cell`] is a question and its answer: a call (an option has its name), on a socket of a family, in a state, was answered well or
//! with an errno. What the state was is taken from the real log: readiness and TCP's state as they were before the call, and what earlier
//! calls of the program came to (`walk.rs`).
//!
//! | file | holds |
//! |---|---|
//! | `question.rs` | which call |
//! | `state.rs` | on what, in which state |
//! | `walk.rs` | the cells of one program |
//! | `record.rs` | the file form |
//! | `table.rs` | the tables |

mod question;
mod record;
mod state;
mod table;
mod walk;

use std::{collections::BTreeMap, fmt};

use wavetank_api::Errno;

pub use self::{
    question::{Question, RecvWay, SendWay},
    record::ParseCoverageError,
    state::{Kind, State},
};
use crate::{Log, Program};

/// A call on a socket of that kind, in that state: what can be asked, whatever the answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Row {
    /// The call.
    pub question: Question,
    /// The socket.
    pub kind: Kind,
    /// Its state before the call.
    pub state: State,
}

/// What it was answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Column {
    /// Well.
    Ok,
    /// With an error.
    Failed(Errno),
    /// Otherwise in one world than in the other. Such a cell counts as asked, not as reached.
    Differs,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Failed(errno) => write!(f, "{errno:?}"),
            Self::Differs => f.write_str("differs"),
        }
    }
}

/// A question and its answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cell {
    /// The question.
    pub row: Row,
    /// The answer.
    pub column: Column,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { question, kind, state } = self.row;
        write!(f, "{question} | {kind} | {state} | {}", self.column)
    }
}

/// A program that came to a cell or a state, up to the call before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Example {
    /// The seed that it was drawn from, which decides between two of the same length.
    pub seed: u64,
    /// The calls.
    pub program: Program,
    /// The slot that the next call is on.
    pub slot: crate::Slot,
}

impl Example {
    const fn order(&self) -> (usize, u64) {
        (self.program.calls.len(), self.seed)
    }
}

/// Which cells were reached, and how often; and for each state and each rare cell the shortest program that came there.
///
/// The same programs make the same record, in whatever order and by however many threads they were run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    cells: BTreeMap<Cell, u64>,
    states: BTreeMap<(Kind, State), Example>,
    rare: BTreeMap<Cell, Example>,
}

impl Coverage {
    /// Up to which count a cell is rare: its example is kept.
    pub const RARE: u64 = 4;

    /// Counts what a program came to, which was run in both worlds and drawn from that seed. `until` is the first call whose answer, or
    /// what sockets showed after it, was not the same in both; the length of the program if there is none.
    pub fn add(&mut self, seed: u64, program: &Program, real: &Log, sim: &Log, until: usize) {
        let steps = until.saturating_add(1).min(real.entries.len()).min(sim.entries.len());
        walk::walk(program, real, steps, |step, full, cell| {
            let cell = match &sim.entries[step].answer {
                answer if step < until && walk::column(answer) == Some(cell.column) => cell,
                _ => Cell { column: Column::Differs, ..cell },
            };
            let count = self.cells.entry(cell).or_default();
            *count += 1;
            let Some(slot) = program.calls[step].slot() else { return };
            let here = (step, seed);
            let example = || Example { seed, program: prefix(program, step), slot };
            if *count <= Self::RARE && cell.column != Column::Differs {
                keep(&mut self.rare, cell, here, example);
            } else if *count > Self::RARE {
                self.rare.remove(&cell);
            }
            keep(&mut self.states, (cell.row.kind, full), here, example);
        });
    }

    /// Adds what another has.
    pub fn merge(&mut self, other: Self) {
        for (cell, count) in other.cells {
            *self.cells.entry(cell).or_default() += count;
        }
        for (state, example) in other.states {
            let order = example.order();
            keep(&mut self.states, state, order, || example);
        }
        for (cell, example) in other.rare {
            let order = example.order();
            keep(&mut self.rare, cell, order, || example);
        }
        self.rare.retain(|cell, _| self.cells.get(cell).is_some_and(|count| *count <= Self::RARE));
    }

    /// Every cell that was asked for, with its count; also those where the worlds [differed](Column::Differs).
    pub fn asked(&self) -> impl Iterator<Item = (Cell, u64)> + '_ {
        self.cells.iter().map(|(&cell, &count)| (cell, count))
    }

    /// Every cell that both worlds came to, with its count.
    pub fn reached(&self) -> impl Iterator<Item = (Cell, u64)> + '_ {
        self.asked().filter(|(cell, _)| cell.column != Column::Differs)
    }

    /// How many cells both worlds came to.
    pub fn len(&self) -> usize {
        self.reached().count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.reached().next().is_none()
    }

    /// The cells of an earlier record that this one lacks.
    pub fn missing(&self, earlier: &Self) -> Vec<Cell> {
        earlier.reached().map(|(cell, _)| cell).filter(|cell| !self.cells.contains_key(cell)).collect()
    }

    /// The counts, without the programs.
    #[must_use]
    pub fn without_examples(self) -> Self {
        Self { cells: self.cells, ..Self::default() }
    }

    /// Every state of a socket that was met, with the shortest program that brings one there.
    pub fn states(&self) -> impl Iterator<Item = ((Kind, State), &Example)> {
        self.states.iter().map(|(&state, example)| (state, example))
    }

    /// The programs that came to cells few others did.
    pub fn rarities(&self) -> impl Iterator<Item = (Cell, &Example)> {
        self.rare.iter().map(|(&cell, example)| (cell, example))
    }
}

/// The lesser of two examples, in an order that does not ask which came first.
fn keep<K: Ord>(map: &mut BTreeMap<K, Example>, key: K, order: (usize, u64), example: impl FnOnce() -> Example) {
    match map.get_mut(&key) {
        Some(known) if known.order() <= order => {}
        Some(known) => *known = example(),
        None => {
            map.insert(key, example());
        }
    }
}

fn prefix(program: &Program, len: usize) -> Program {
    Program { calls: program.calls[..len].to_vec(), threads: Vec::new(), ..*program }
}
