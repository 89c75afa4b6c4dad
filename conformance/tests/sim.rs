//! Every case on the simulator.

mod harness;

fn main() -> std::process::ExitCode {
    harness::main(wavetank_conformance::World::Sim)
}
