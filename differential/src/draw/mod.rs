//! Programs drawn at random: a strategy of proptest, whose values shrink.

mod arguments;
mod openings;
mod options;
mod shrink;
mod sketch;

use proptest::{
    prelude::{Rng as _, Strategy},
    strategy::NewTree,
    test_runner::TestRunner,
};

pub use self::shrink::shrink;
use self::{shrink::ProgramTree, sketch::Sketch};
use crate::Program;

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
pub struct Programs {}

impl Strategy for Programs {
    type Tree = ProgramTree;
    type Value = Program;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(ProgramTree::new(self.draw(runner.rng().next_u64())))
    }
}

impl Programs {
    /// The program of that seed.
    pub fn draw(&self, seed: u64) -> Program {
        let mut sketch = Sketch::new(Dice::with_seed(seed));
        for _ in 0..1 + sketch.dice.usize(0..2) {
            openings::open(&mut sketch);
        }
        for _ in 0..sketch.dice.usize(1..24) {
            sketch.any_call();
        }
        sketch.audit();
        sketch.program
    }
}
