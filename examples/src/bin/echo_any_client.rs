//! `cargo run -p wavetank-examples --bin echo_any_client [HOST]`: the host on which `echo_any_server` runs.

use wavetank::real::Machine;
use wavetank_examples::{echo::PORT, echo_any};

fn main() -> wavetank::Result<()> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "localhost".to_owned());
    let data = echo_any::client(&Machine::this(), &name, PORT)?;
    println!("Received {:?}", String::from_utf8_lossy(&data));
    Ok(())
}
