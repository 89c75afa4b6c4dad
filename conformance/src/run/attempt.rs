//! How one run of a case is made, whatever the subject: with patience, and where time is real once more if it failed.

use std::{
    collections::BTreeMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError, RwLock, mpsc},
    thread,
    time::Duration,
};

use crate::{
    bed::Way,
    case::{Case, World},
    cases,
    check::{Outcome, Stop},
    subject::{Function, Subject, Trial},
};

/// A subject, without the type of its bed.
pub(super) trait Attempts: Send + Sync {
    fn world(&self) -> World;
    fn jobs(&self) -> usize;
    fn is_in_real_time(&self) -> bool;

    /// Runs a case on a thread of its own. One that panics or gets stuck has failed.
    fn attempt(&self, case: &Case, way: Way, patience: Duration) -> Outcome;
}

/// A subject, and the cases made for its bed.
pub(super) struct Bedded<S: Subject> {
    subject: Arc<S>,
    functions: BTreeMap<&'static str, Function<S::Bed>>,
}

impl<S: Subject> Bedded<S> {
    pub(super) fn new(subject: S) -> Self {
        let names = cases::all().iter().map(|case| case.name);
        Self { subject: Arc::new(subject), functions: names.zip(cases::functions::<S::Bed>()).collect() }
    }
}

impl<S: Subject> Attempts for Bedded<S> {
    fn world(&self) -> World {
        self.subject.world()
    }

    fn jobs(&self) -> usize {
        self.subject.jobs()
    }

    fn is_in_real_time(&self) -> bool {
        self.subject.is_in_real_time()
    }

    fn attempt(&self, case: &Case, way: Way, patience: Duration) -> Outcome {
        let trial = Trial::new(*case, way, self.functions[case.name]);
        let subject = Arc::clone(&self.subject);
        let (tell, told) = mpsc::channel();
        let thread = thread::Builder::new().name("case".to_owned()).spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| subject.run(trial)));
            // Nobody listens any more if this took too long.
            drop(tell.send(outcome));
        });
        if let Err(error) = thread {
            return Err(Stop::Failed(format!("no thread for the case: {error}")));
        }
        match told.recv_timeout(patience) {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Stop::Failed("the case panicked; its message is above".to_owned())),
            Err(_) => Err(Stop::Failed(format!("still blocked after {patience:?}"))),
        }
    }
}

impl fmt::Debug for dyn Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.world())
    }
}

/// How a case is run beside others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Manner {
    /// Among others, and a second time alone if it fails.
    Shared,
    /// While no other case runs.
    Alone,
    /// At the same time as all the slow ones, and a second time if it fails.
    Slow,
    /// In a world whose time is its own: once.
    Virtual,
}

/// Held for reading by every case in real time, for writing by those that must run alone.
static ALONE: RwLock<()> = RwLock::new(());

/// Runs a case.
///
/// A machine is shared: another case may have the very port that a wildcard asks for, another program both cores. So a case that
/// fails in real time is tried again, alone unless it is slow, and what it said the first time is told as a note.
pub(super) fn run(attempt: impl Fn() -> Outcome, manner: Manner) -> (Outcome, Option<String>) {
    let first = match manner {
        Manner::Alone => alone(&attempt),
        Manner::Shared => {
            let _others = ALONE.read().unwrap_or_else(PoisonError::into_inner);
            attempt()
        }
        Manner::Slow | Manner::Virtual => attempt(),
    };
    let Err(Stop::Failed(reason)) = &first else { return (first, None) };
    let again = match manner {
        Manner::Virtual => return (first, None),
        Manner::Slow => attempt(),
        Manner::Shared | Manner::Alone => alone(&attempt),
    };
    let note = again.is_ok().then(|| format!("passed only when tried again: {reason}"));
    (again, note)
}

fn alone(attempt: impl Fn() -> Outcome) -> Outcome {
    let _alone = ALONE.write().unwrap_or_else(PoisonError::into_inner);
    attempt()
}
