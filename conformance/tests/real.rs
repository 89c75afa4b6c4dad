//! Every case on the operating system: the proof that a case is right.

use wavetank_conformance::{Runner, World, harness};

fn main() -> std::process::ExitCode {
    harness::main(&Runner::new(World::Real))
}
