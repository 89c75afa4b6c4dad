//! `cargo run -p wavetank-examples --bin sniffer [INTERFACE]`: a line for each frame, as root. Ctrl-C ends it.

use wavetank::real::Machine;
use wavetank_examples::sniffer::Sniffer;

fn main() -> wavetank::Result<()> {
    let interface = std::env::args().nth(1).unwrap_or_else(|| "lo".to_owned());
    let sniffer = Sniffer::open(&Machine::this(), &interface)?;
    loop {
        let frame = sniffer.next_frame()?;
        println!("{} {} bytes", frame.from, frame.bytes.len());
    }
}
