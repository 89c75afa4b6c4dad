//! Programs drawn at random: a strategy of proptest, whose values shrink.
//!
//! | file | holds |
//! |---|---|
//! | `openings/` | calls that bring sockets to a state from which something can be seen |
//! | `arguments.rs`, `options.rs`, `values.rs` | one call: right, on the edge, nonsense |
//! | `sketch.rs` | a program as far as it is drawn, and what its sockets probably are by then |
//! | `steering.rs` | what is drawn more often, by what a [`Coverage`] lacks |
//! | `mutate.rs` | programs of that record, changed |
//! | `left_out.rs` | what is not drawn, and why |
//! | `page.rs` | what is, as a page: `differential/DRAWN.md` |
//! | `shrink.rs` | programs cut down |

mod arguments;
mod groups;
mod left_out;
mod mutate;
mod openings;
mod options;
mod page;
mod shrink;
mod sketch;
mod steering;
mod values;

use std::sync::Arc;

use proptest::{
    prelude::{Rng as _, Strategy},
    strategy::NewTree,
    test_runner::TestRunner,
};

pub use self::{
    left_out::{LEFT_OUT, LeftOut},
    page::drawn,
    shrink::shrink,
};
use self::{shrink::ProgramTree, sketch::Sketch, steering::Steering};
use crate::{Coverage, Program};

/// A source of chance that a number is the seed of.
pub type Dice = fastrand::Rng;

/// The strategy of all sequential programs.
///
/// ```
/// use proptest::{strategy::{Strategy as _, ValueTree as _}, test_runner::TestRunner};
/// use wavetank_differential::Programs;
///
/// let program = Programs::default().new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// assert!(!program.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Programs {
    steering: Arc<Steering>,
}

impl Strategy for Programs {
    type Tree = ProgramTree;
    type Value = Program;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(ProgramTree::new(self.draw(runner.rng().next_u64())))
    }
}

impl Programs {
    /// Those that come more often to what this record lacks. Seed and record together decide the program.
    pub fn steered(record: &Coverage) -> Self {
        Self { steering: Arc::new(Steering::new(record)) }
    }

    /// The program of that seed.
    pub fn draw(&self, seed: u64) -> Program {
        let mut sketch = Sketch::new(Dice::with_seed(seed), &self.steering);
        match sketch.dice.u8(0..10) {
            0..=3 if self.steering.has_states() => mutate::from_a_state(&mut sketch),
            4..=5 if self.steering.has_rarities() => mutate::of_a_rarity(&mut sketch),
            _ => fresh(&mut sketch),
        }
        sketch.audit();
        sketch.program
    }
}

fn fresh(sketch: &mut Sketch<'_>) {
    for _ in 0..1 + sketch.dice.usize(0..2) {
        openings::open(sketch);
    }
    for _ in 0..sketch.dice.usize(1..24) {
        sketch.any_call();
    }
}
