//! A simulated machine under test, behind the simulator's TUN device. The script is a process of it, in virtual time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use wavetank_api::{Family, Instant, Net as _};
use wavetank_sim::{Sim, SimHost, SimTun};

use super::{
    super::{
        model::Script,
        run::{self, Failure, Places, Stop, Tolerance, World},
    },
    real::places,
};

/// A kernel's timers go by its tick, and so do the times that were seen there and written into scripts.
const TOLERANCE: Tolerance =
    Tolerance { early: Duration::from_millis(12), late: Duration::from_millis(12), wheel: false };
/// What happens at the very time at which nobody waits for it any more is still in time.
const EXACT: Tolerance = Tolerance { early: Duration::ZERO, late: Duration::from_nanos(1), wheel: false };

/// A simulated machine, as a script sees it.
struct Simulated {
    host: SimHost,
    tun: SimTun,
    places: Places,
}

/// Runs a script in a world of its own. A run that stalls or panics is a failure, told by the report of the run.
pub(crate) fn run(script: &Script, family: Family, all_faults: bool) -> Result<(), Stop> {
    let sim = Sim::traced(1);
    sim.set_time_limit(Duration::from_secs(4000));
    let places = places(family);
    let tested = sim.host_with_addrs("tested", &[places.local]);
    let prefix = if family == Family::INET6 { 64 } else { 24 };
    let tun = sim.tun("tun0", &[&format!("{}/{prefix}", places.remote)]);
    let outcome = Arc::new(Mutex::new(None));
    let told = Arc::clone(&outcome);
    let own = script.clone();
    tested.run(move |host| {
        let simulated = Simulated { host: host.clone(), tun, places };
        let result = run::run(&own, family, &simulated, all_faults);
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        Ok(())
    });
    let report = sim.run();
    let outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
    outcome.unwrap_or_else(|| {
        Err(Stop::Failed(Failure::of(format!("{}: the run ended early\n{report}", script.path.display()))))
    })
}

impl World for Simulated {
    type Host = SimHost;

    fn host(&self) -> &SimHost {
        &self.host
    }

    fn places(&self) -> Places {
        self.places
    }

    fn send(&self, packet: &[u8]) -> Result<(), String> {
        // What a machine throws away without a look is none of the sender's business, there as here.
        let _ = self.tun.send(packet);
        Ok(())
    }

    fn recv(&self, deadline: Instant) -> Option<(Instant, Vec<u8>)> {
        // The script always waits here when time passes, so what is there has come just now.
        let packet = self.tun.recv(Some(deadline - self.host.monotonic()))?;
        Some((self.host.monotonic(), packet))
    }

    fn sysctl(&self, name: &str, value: &str) -> Result<(), Stop> {
        let refused = |error| Stop::Failed(Failure::of(format!("sysctl -w {name}={value}: {error}")));
        self.host.set_sysctl(name, value).map_err(refused)
    }

    fn tolerance(&self, script: &Script) -> Tolerance {
        if script.exact {
            return EXACT;
        }
        Tolerance { late: script.tolerance.unwrap_or(TOLERANCE.late), ..TOLERANCE }
    }
}
