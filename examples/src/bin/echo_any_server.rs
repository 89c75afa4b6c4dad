//! `cargo run -p wavetank-examples --bin echo_any_server`, and then `echo_any_client`.

use wavetank::real::Machine;
use wavetank_examples::{echo::PORT, echo_any};

fn main() -> wavetank::Result<()> {
    echo_any::server(&Machine::this(), PORT)
}
