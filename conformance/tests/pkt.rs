//! Every packet script of `fixtures/tcp` on the simulator, and on the real kernel where that is allowed, under names of their own:
//! `sim::open/simultaneous`, `real::open/simultaneous`.

use std::{process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use wavetank_conformance::{
    Verdict, World,
    script::{SCRIPT_DIFFERENCES, Script, ScriptRunner, Scripts, folder},
};

/// Scripts of the real world wait more than they work.
const THREADS: usize = 12;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    let Scripts { scripts, errors } = Scripts::read(&folder()).expect("the folder of scripts can be read");
    let scripts: Vec<_> = scripts.into_iter().map(Arc::new).collect();
    let mut trials = vec![understood(errors), said(&scripts), listed(&scripts)];
    for world in [World::Sim, World::Real] {
        trials.extend(scripts.iter().map(|script| trial(world, script)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(world: World, script: &Arc<Script>) -> Trial {
    let script = Arc::clone(script);
    Trial::ignorable_test(format!("{world}::{}", script.name), move || {
        let result = ScriptRunner::new(world).run_script(&script);
        match result.verdict {
            Verdict::Passed | Verdict::Differs => Ok(Completion::Completed),
            Verdict::Skipped | Verdict::Absent => Ok(Completion::ignored_with(result.reason.unwrap_or_default())),
            Verdict::Failed => Err(Failed::from(result.to_string())),
        }
    })
}

fn understood(errors: Vec<String>) -> Trial {
    Trial::test("every_script_is_understood", move || match errors.is_empty() {
        true => Ok(()),
        false => Err(errors.join("\n").into()),
    })
}

/// A script says what it shows, and where that comes from: in its first comment.
fn said(scripts: &[Arc<Script>]) -> Trial {
    let silent: Vec<_> =
        scripts.iter().filter(|script| script.title.len() < 30).map(|script| script.name.clone()).collect();
    Trial::test("every_script_says_what_it_shows", move || match silent.is_empty() {
        true => Ok(()),
        false => Err(format!("no comment at the top of {}", silent.join(", ")).into()),
    })
}

fn listed(scripts: &[Arc<Script>]) -> Trial {
    let named = |name: &str| scripts.iter().any(|script| *script.name == *name);
    let unknown: Vec<_> =
        SCRIPT_DIFFERENCES.iter().map(|difference| difference.script).filter(|name| !named(name)).collect();
    Trial::test("every_permitted_difference_is_a_script", move || match unknown.is_empty() {
        true => Ok(()),
        false => Err(format!("script/differences.rs lists what does not exist: {}", unknown.join(", ")).into()),
    })
}
