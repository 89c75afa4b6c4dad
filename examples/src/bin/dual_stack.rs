//! `cargo run -p wavetank-examples --bin dual_stack`: greets whoever connects to port 8080, over either version of IP.

use wavetank::real::Machine;
use wavetank_examples::dual_stack;

fn main() -> wavetank::Result<()> {
    let server = dual_stack::listen(&Machine::this(), 8080)?;
    loop {
        println!("{}", dual_stack::greet(&server)?);
    }
}
