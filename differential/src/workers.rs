//! [`share`]: a hunt's work, shared among threads that add to one result.

use std::{
    panic,
    sync::{Mutex, PoisonError},
    thread,
};

use wavetank_lab::Result;

/// Runs the work on so many threads at the same time, one at least, and gives what they have come to in all.
pub(crate) fn share<T: Default + Send>(jobs: usize, work: impl Fn(&Mutex<T>) -> Result<()> + Sync) -> Result<T> {
    let result = Mutex::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(|| work(&result))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|panic| panic::resume_unwind(panic)))
    })?;
    Ok(result.into_inner().unwrap_or_else(PoisonError::into_inner))
}
