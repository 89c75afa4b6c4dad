//! What the examples of `wavetank-api`'s documentation run on: they show calls, and not how a world is built.

use wavetank_api::Result;

use crate::{Sim, SimHost};

/// Runs an example as the only program of the only machine of a world, with seed 1.
///
/// # Panics
///
/// With the report of the run, if the example fails.
pub fn example(program: impl FnOnce(&SimHost) -> Result<()> + Send + 'static) {
    let sim = Sim::new(1);
    sim.host("here").run(program);
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}
