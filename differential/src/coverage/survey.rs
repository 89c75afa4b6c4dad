//! [`Survey`]: many programs, run in both worlds for their cells alone. Differences are for [`Hunt`](crate::Hunt).

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use super::Coverage;
use crate::{
    Programs, compare,
    world::{self, RealTank},
};

/// What is run.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Programs `seed..seed + programs`.
    pub seed: u64,
    /// How many.
    pub programs: u64,
    /// Threads, each with namespaces of its own.
    pub jobs: usize,
    /// How they are drawn.
    pub draw: Programs,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Surveyed {
    /// The cells.
    pub coverage: Coverage,
    /// Calls made in each world.
    pub calls: u64,
    /// Programs in which the worlds differed.
    pub differing: u64,
}

impl Survey {
    /// Runs them all.
    ///
    /// # Errors
    ///
    /// If the namespaces cannot be made.
    pub fn run(&self) -> wavetank_lab::Result<Surveyed> {
        let next = AtomicU64::new(self.seed);
        let surveyed = Mutex::new(Surveyed::default());
        thread::scope(|scope| {
            let workers: Vec<_> = (0..self.jobs.max(1)).map(|_| scope.spawn(|| self.work(&next, &surveyed))).collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        Ok(surveyed.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn work(&self, next: &AtomicU64, surveyed: &Mutex<Surveyed>) -> wavetank_lab::Result<()> {
        let mut tank = RealTank::new()?;
        let mut own = Surveyed::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.seed + self.programs {
                break;
            }
            if tank.is_used_up() {
                tank = RealTank::new()?;
            }
            let program = self.draw.draw(seed);
            own.calls += program.len() as u64;
            let real = tank.run(&program, Duration::ZERO);
            let Ok(sim) = world::run(&program) else { continue };
            let difference = compare(&program, &real, &sim);
            own.differing += u64::from(difference.is_some());
            let until = difference.map_or(program.len(), |difference| difference.step);
            own.coverage.add(seed, &program, &real, &sim, until);
        }
        let mut surveyed = surveyed.lock().unwrap_or_else(PoisonError::into_inner);
        surveyed.coverage.merge(own.coverage);
        surveyed.calls += own.calls;
        surveyed.differing += own.differing;
        Ok(())
    }
}
