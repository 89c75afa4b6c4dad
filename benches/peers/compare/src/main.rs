//! Runs wavetank's workloads beside its rivals and prints one table each.
//!
//! Two measures, since neither is enough. *Instructions per operation* come from callgrind at n and at 2n operations,
//! differenced: start-up cancels, the load of the machine does not matter, and memory stalls do not show. *CPU time per
//! operation* comes from the kernel's account of the process in interleaved rounds, and ratios are taken inside a round,
//! because the machine's mood changes between rounds. No wall time anywhere: on a shared machine it says nothing.
//!
//! Read `tables.rs` for what is asked of whom, `measure.rs` for how it is counted. Not here: any pass or fail. This
//! prints; a gate reads the recorded numbers.

mod contestants;
mod format;
mod measure;
mod options;
mod tables;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(complaint) => {
            eprintln!("{complaint}");
            return ExitCode::from(2);
        }
    };
    let contestants = match contestants::build(options.ours.as_deref()) {
        Ok(contestants) => contestants,
        Err(complaint) => {
            eprintln!("{complaint}");
            return ExitCode::FAILURE;
        }
    };
    let callgrind = options.callgrind && measure::valgrind_version().is_some();
    println!("{}", tables::header(&options, callgrind));
    for remark in &contestants.remarks {
        println!("{remark}");
    }
    for table in tables::chosen(&options) {
        let measured = tables::measure(table, &contestants.all, &options, callgrind);
        print!("\n{}", tables::render(table, &measured, callgrind));
    }
    ExitCode::SUCCESS
}
