//! `cargo run -p wavetank-examples --bin time_wait`: the story told by the operating system.

use wavetank::real::Machine;
use wavetank_examples::time_wait;

fn main() {
    let rows = [(50010, [false, false]), (50011, [false, true]), (50012, [true, true])];
    for (port, options) in rows {
        let shown = options.map(|set| if set { "with SO_REUSEADDR" } else { "without" });
        match time_wait::run_twice(&Machine::this(), port, options) {
            Ok(()) => println!("run {}, run again {}: both ran", shown[0], shown[1]),
            Err(error) => println!("run {}, run again {}: {error}", shown[0], shown[1]),
        }
    }
}
