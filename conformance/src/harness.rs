//! Gives every case to `cargo test` under its own name, with the arguments and the summary that every test has.
//!
//! A test target without Rust's own harness (`[[test]] name = "conformance", harness = false` in `Cargo.toml`) is one line:
//!
//! ```no_run
//! use wavetank_conformance::{Runner, World, harness};
//!
//! fn main() -> std::process::ExitCode {
//!     harness::main(&Runner::new(World::Sim))
//! }
//! ```

use std::{
    fs, io,
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

pub use libtest_mimic::Arguments;
use libtest_mimic::{Completion, Failed, Trial};

use crate::{
    Case, CaseResult, Results, Runner, Verdict, is_in_vm,
    page::{self, Made},
};

/// The folder that the results go into as JUnit's XML, by this name in the environment: `real.xml` of the real world.
pub const JUNIT: &str = "WAVETANK_JUNIT";

/// Runs the runner's cases, with the arguments of the command line: `cargo test --test conformance -- accept --skip reset`.
pub fn main(runner: &Runner) -> ExitCode {
    main_with(runner, Arguments::from_args())
}

/// As [`main`], with these arguments.
///
/// After the list that every test has comes the table of what was skipped, and why. The slow ones come last, all at once.
pub fn main_with(runner: &Runner, arguments: Arguments) -> ExitCode {
    let results = Arc::new(Mutex::new(Results::default()));
    let trials = |slow: bool| -> Vec<Trial> {
        let cases = runner.selected().into_iter().filter(|case| runner.waits(case) == slow);
        cases.map(|case| trial(runner.clone(), case, &results)).collect()
    };
    if arguments.list {
        let all = trials(false).into_iter().chain(trials(true));
        return libtest_mimic::run(&arguments, all.collect()).exit_code();
    }
    let mut failed = false;
    for slow in [false, true] {
        let trials = trials(slow);
        if slow && trials.is_empty() {
            break;
        }
        let mut arguments = arguments.clone();
        arguments.test_threads.get_or_insert(if slow { trials.len() } else { runner.jobs_at_once() });
        failed |= libtest_mimic::run(&arguments, trials).has_failed();
    }
    let results = results.lock().unwrap_or_else(PoisonError::into_inner);
    println!("{results}");
    // The machine was booted for them.
    if is_in_vm() && results.cases.is_empty() {
        println!("no case was run: is the filter a part of a case's name?");
        failed = true;
    }
    if let Some(folder) = std::env::var_os(JUNIT)
        && let Err(error) = leave(&results, runner, Path::new(&folder))
    {
        println!("the results could not be left in {}: {error}", folder.display());
        failed = true;
    }
    if failed { ExitCode::from(101) } else { ExitCode::SUCCESS }
}

fn leave(results: &Results, runner: &Runner, folder: &Path) -> io::Result<()> {
    let made = Made { by: std::env::args().collect::<Vec<_>>().join(" "), on: page::this_machine() };
    fs::create_dir_all(folder)?;
    fs::write(folder.join(format!("{}.xml", runner.world().name().replace('/', "-"))), page::junit(results, &made))
}

fn trial(runner: Runner, case: &'static Case, results: &Arc<Mutex<Results>>) -> Trial {
    let results = Arc::clone(results);
    Trial::ignorable_test(case.name, move || {
        let result = runner.run_case(case);
        let completion = completion(&result);
        results.lock().unwrap_or_else(PoisonError::into_inner).cases.push(result);
        completion
    })
}

fn completion(result: &CaseResult) -> Result<Completion, Failed> {
    match result.verdict {
        Verdict::Passed | Verdict::Differs => Ok(Completion::Completed),
        Verdict::Skipped | Verdict::Absent => {
            Ok(Completion::ignored_with(result.reason.as_deref().unwrap_or_default()))
        }
        Verdict::Failed => Err(result.to_string().into()),
    }
}
