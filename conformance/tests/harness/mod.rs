//! Gives every case to `cargo test` under its own name.

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use wavetank_conformance::{CaseResult, Results, Runner, Verdict, World, cases};

/// Cases of the real world wait more than they work.
const THREADS: usize = 8;

/// Runs them; after the list that every test has comes the table of what was skipped, and why.
pub(crate) fn main(world: World) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    let results = Arc::new(Mutex::new(Results::default()));
    let trials = cases().iter().map(|case| {
        let results = Arc::clone(&results);
        Trial::ignorable_test(case.name, move || {
            let result = Runner::new(world).run_case(case);
            let completion = completion(&result);
            results.lock().unwrap_or_else(PoisonError::into_inner).cases.push(result);
            completion
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if !arguments.list {
        println!("{}", results.lock().unwrap_or_else(PoisonError::into_inner));
    }
    conclusion.exit_code()
}

fn completion(result: &CaseResult) -> Result<Completion, Failed> {
    match result.verdict {
        Verdict::Passed | Verdict::Differs => Ok(Completion::Completed),
        Verdict::Skipped => Ok(Completion::ignored_with(result.reason.as_deref().unwrap_or_default())),
        Verdict::Failed => Err(result.to_string().into()),
    }
}
