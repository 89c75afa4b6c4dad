//! Gives every case to `cargo test` under its own name.

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use wavetank_conformance::{Case, CaseResult, Results, Runner, Verdict, World, is_in_vm};

/// Cases of the real world wait more than they work.
const THREADS: usize = 16;

/// Runs them; after the list that every test has comes the table of what was skipped, and why. The slow ones come last, all at
/// once.
pub(crate) fn main(world: World) -> ExitCode {
    let arguments = Arguments::from_args();
    let runner = Runner::new(world);
    let results = Arc::new(Mutex::new(Results::default()));
    let trials = |slow: bool| -> Vec<Trial> {
        let cases = runner.selected().into_iter().filter(|case| runner.waits(case) == slow);
        cases.map(|case| trial(world, case, &results)).collect()
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
        arguments.test_threads.get_or_insert(if slow { trials.len() } else { THREADS });
        failed |= libtest_mimic::run(&arguments, trials).has_failed();
    }
    let results = results.lock().unwrap_or_else(PoisonError::into_inner);
    println!("{results}");
    // The machine was booted for them.
    if is_in_vm() && results.cases.is_empty() {
        println!("no case was run: is the filter a part of a case's name?");
        failed = true;
    }
    if failed { ExitCode::from(101) } else { ExitCode::SUCCESS }
}

fn trial(world: World, case: &'static Case, results: &Arc<Mutex<Results>>) -> Trial {
    let results = Arc::clone(results);
    Trial::ignorable_test(case.name, move || {
        let result = Runner::new(world).run_case(case);
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
