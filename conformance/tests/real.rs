//! Every case on the operating system: the proof that a case is right.

mod harness;

fn main() -> std::process::ExitCode {
    harness::main(wavetank_conformance::World::Real)
}
