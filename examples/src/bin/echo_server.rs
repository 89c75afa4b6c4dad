//! `cargo run -p wavetank-examples --bin echo_server`, and then `echo_client`.

use wavetank::real::Machine;
use wavetank_examples::echo::{self, PORT};

fn main() -> wavetank::Result<()> {
    echo::server(&Machine::this(), PORT)
}
