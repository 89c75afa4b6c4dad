//! Carries packets between a simulated internet and the kernel, and lets its clock follow the real one.

use std::{
    io,
    time::{Duration, Instant},
};

use wavetank_lab::Tun;
use wavetank_sim::{End, Sim, SimTun};

use super::{Counts, Path, PathSettings};

/// A simulation on one side of a wire, the kernel on the other.
#[derive(Debug)]
pub struct Pump<'a> {
    sim: &'a Sim,
    inner: &'a SimTun,
    outer: &'a Tun,
    to_kernel: Path,
    to_sim: Path,
    began: Instant,
}

/// What was carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pumped {
    /// From the simulated machines to the kernel.
    pub to_kernel: Counts,
    /// And back.
    pub to_sim: Counts,
    /// Why the simulation is over, if it is.
    pub end: Option<End>,
    /// How long it took.
    pub took: Duration,
}

/// How long it waits at most before it asks `done` again.
const PATIENCE: Duration = Duration::from_millis(20);

impl<'a> Pump<'a> {
    /// `inner` is the device of the simulation, `outer` the kernel's.
    #[must_use]
    pub fn new(sim: &'a Sim, inner: &'a SimTun, outer: &'a Tun, to_kernel: PathSettings, to_sim: PathSettings) -> Self {
        let (to_kernel, to_sim) = (Path::new(to_kernel), Path::new(to_sim));
        Self { sim, inner, outer, to_kernel, to_sim, began: Instant::now() }
    }

    /// Until `done`, or the simulation is over, or the time is.
    ///
    /// # Errors
    /// If the kernel's device fails.
    pub fn run(&mut self, limit: Duration, mut done: impl FnMut() -> bool) -> io::Result<Pumped> {
        let mut buf = vec![0; 1 << 16];
        let until = self.began.elapsed() + limit;
        loop {
            let end = self.carry()?;
            let now = self.began.elapsed();
            if end.is_some() || now >= until || done() {
                let (to_kernel, to_sim) = (self.to_kernel.counts(), self.to_sim.counts());
                return Ok(Pumped { to_kernel, to_sim, end, took: now });
            }
            let next = [self.sim.next_event(), self.to_kernel.next(), self.to_sim.next()].into_iter().flatten().min();
            let mut wait = next.map_or(PATIENCE, |next| next.saturating_sub(now).min(PATIENCE));
            while let Some(len) = self.outer.recv(&mut buf, Some(wait))? {
                self.to_sim.put(self.began.elapsed(), &buf[..len]);
                wait = Duration::ZERO;
            }
        }
    }

    /// Brings the simulation up to now: what has come in stands before it at the time it came.
    fn carry(&mut self) -> io::Result<Option<End>> {
        let now = self.began.elapsed();
        let mut end = None;
        while end.is_none() {
            let Some((at, packet)) = self.to_sim.take(now) else { break };
            end = self.sim.run_until(at);
            // What is not for it is as good as lost: neighbours looking for each other, say.
            let _ = self.inner.send(&packet);
            self.collect(at);
        }
        if end.is_none() {
            end = self.sim.run_until(now);
        }
        self.collect(now);
        while let Some((_, packet)) = self.to_kernel.take(now) {
            match self.outer.send(&packet) {
                // It is no IP packet, or the interface is busy: the kernel's to judge, and a loss to the sender.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
                done => done?,
            }
        }
        Ok(end)
    }

    fn collect(&mut self, now: Duration) {
        while let Some(packet) = self.inner.recv(Some(Duration::ZERO)) {
            self.to_kernel.put(now, &packet);
        }
    }
}
