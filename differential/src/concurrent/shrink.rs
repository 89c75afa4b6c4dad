//! [`shrink`]: fewer calls and fewer threads that still show it.

use crate::Program;

/// The least program found for which `shows` holds.
pub(super) fn shrink(program: &Program, mut shows: impl FnMut(&Program) -> bool) -> Program {
    let mut best = program.clone();
    loop {
        match smaller(&best).into_iter().find(|less| shows(less)) {
            Some(less) => best = less,
            None => return best,
        }
    }
}

/// What is left when one thing is left out, the largest first.
fn smaller(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    let mut less = |change: &dyn Fn(&mut Program)| {
        let mut less = program.clone();
        change(&mut less);
        all.push(less);
    };
    for thread in 0..program.threads.len() {
        less(&|less| drop(less.threads.remove(thread)));
    }
    for (thread, calls) in program.threads.iter().enumerate() {
        for call in (0..calls.len()).rev() {
            less(&|less| drop(less.threads[thread].remove(call)));
        }
    }
    for call in (0..program.calls.len()).rev() {
        less(&|less| drop(less.calls.remove(call)));
    }
    all
}
