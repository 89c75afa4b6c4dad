//! The command `wavetank`.

use std::process::ExitCode;

fn main() -> ExitCode {
    wavetank::cli::wavetank()
}
