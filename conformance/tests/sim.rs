//! Every case on the simulator.

use wavetank_conformance::{Runner, World, harness};

fn main() -> std::process::ExitCode {
    harness::main(&Runner::new(World::Sim))
}
