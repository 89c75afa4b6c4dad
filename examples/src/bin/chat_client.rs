//! `cargo run -p wavetank-examples --bin chat_client [HOST]`: the host on which `chat_server` runs.

use wavetank::real::Machine;
use wavetank_examples::chat;

fn main() -> wavetank::Result<()> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "localhost".to_owned());
    chat::client(&Machine::this(), (name, 50080), 1000)?;
    println!("1,000 messages each way, every byte as it was sent");
    Ok(())
}
