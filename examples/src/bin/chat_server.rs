//! `cargo run -p wavetank-examples --bin chat_server`, and then `chat_client`.

use wavetank::real::Machine;
use wavetank_examples::chat;

fn main() -> wavetank::Result<()> {
    chat::server(&Machine::this(), "0.0.0.0:50080", 1000)
}
