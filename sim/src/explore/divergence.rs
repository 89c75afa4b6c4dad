//! The determinism check: the same world twice, event by event.

use std::fmt;

use crate::{base::digest::Digest, observe::Report, sim::Sim};

/// Two runs of one seed that were not the same.
#[derive(Clone, Debug)]
pub struct Divergence {
    seed: u64,
    digests: [Digest; 2],
    /// Which event was the first to differ.
    event: usize,
    before: Vec<String>,
    lines: [String; 2],
}

/// Builds and runs the world of a seed twice, and compares the runs event by event.
///
/// # Errors
/// The first event that differs, and the events before it. The cause is something in the program that is not the
/// simulation's: a wall clock, a hash map's order, a random number of its own, a static that outlived the first run.
pub fn run_twice(seed: u64, build: impl Fn(&Sim)) -> Result<Report, Box<Divergence>> {
    let run = || {
        let sim = Sim::with_trace(seed, true);
        build(&sim);
        sim.run()
    };
    let (first, second) = (run(), run());
    match first.trace().first_difference(second.trace()) {
        None if first.digest() == second.digest() => Ok(first),
        index => {
            let event = index.unwrap_or(first.trace().len());
            let before = (event.saturating_sub(CONTEXT)..event).map(|index| first.trace().line_at(index)).collect();
            let lines = [&first, &second].map(|report| report.trace().line_at(event));
            Err(Box::new(Divergence { seed, digests: [first.digest(), second.digest()], event, before, lines }))
        }
    }
}

/// Events shown before the first that differs.
const CONTEXT: usize = 8;

impl Divergence {
    /// The number of the first event that differs, counted from 0.
    pub fn event(&self) -> usize {
        self.event
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: two runs of one seed differ, first at event {}", self.seed, self.event)?;
        self.before.iter().try_for_each(|line| writeln!(f, "    {line}"))?;
        for (line, digest) in self.lines.iter().zip(&self.digests) {
            writeln!(f, "  > {line}    (digest {digest})")?;
        }
        writeln!(
            f,
            "Something decides that is not the simulation: a wall clock, the order of a HashMap, a random number of"
        )?;
        writeln!(
            f,
            "the program's own, or a static that outlived the first run. Ask the host for time and randomness instead."
        )
    }
}

impl std::error::Error for Divergence {}
