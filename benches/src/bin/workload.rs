//! Does one piece of work and counts nothing: `workload WORKLOAD N`. What counts is outside: `gate`, `peers/compare`,
//! `callgrind`, `time`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    wavetank_benches::workload::run(&arguments)
}
