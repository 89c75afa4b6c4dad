//! `cargo run -p wavetank-examples --bin can_echo [INTERFACE]`: prints CAN frames and sends them back. Ctrl-C ends it.

use wavetank::real::Machine;
use wavetank_examples::can;

fn main() -> wavetank::Result<()> {
    let interface = std::env::args().nth(1).unwrap_or_else(|| "vcan0".to_owned());
    let socket = can::open_raw(&Machine::this(), &interface)?;
    loop {
        if let Err(error) = can::receive_and_echo(&socket) {
            println!("Error sending CAN frame: {error}");
        }
    }
}
