//! `cargo run -p wavetank-examples --bin echo_client [HOST]`: the host on which `echo_server` runs.

use wavetank::real::Machine;
use wavetank_examples::echo::{self, PORT};

fn main() -> wavetank::Result<()> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "localhost".to_owned());
    let data = echo::client(&Machine::this(), &name, PORT)?;
    println!("Received {:?}", String::from_utf8_lossy(&data));
    Ok(())
}
