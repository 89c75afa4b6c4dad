//! [`SimBed`]: a simulated world of its own for each run of a case.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use wavetank_api::{Errno, EventCount, Host};
use wavetank_sim::{Gate as SimGate, Sim, SimHost};

use crate::{
    bed::{Bed, Capability, Gate, Side, Way},
    case::World,
    check::{Outcome, Stop},
    pair::Place,
    subject::{Subject, Trial},
};

/// Seen from inside the simulation: the case runs in a process of the near machine.
#[derive(Clone, Debug)]
pub struct SimBed {
    near: SimHost,
    far: SimHost,
    /// To the near side, and to the far side, where there is a link.
    gates: Option<[SimGate; 2]>,
    way: Way,
}

/// No case depends on chance, so any seed will do: 1, or `WAVETANK_SEED`.
fn seed() -> u64 {
    std::env::var("WAVETANK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// Long enough for any round trip over a link of this bed, and for whatever is delayed on purpose, such as an ACK.
const SETTLE: Duration = Duration::from_millis(100);

impl Bed for SimBed {
    type Host = SimHost;

    fn near(&self) -> Place<'_, SimHost> {
        self.place(&self.near, 1)
    }

    fn far(&self) -> Place<'_, SimHost> {
        self.place(&self.far, 2)
    }

    fn way(&self) -> Way {
        self.way
    }

    fn world(&self) -> World {
        World::Sim
    }

    #[track_caller]
    fn settle(&self) {
        self.near.sleep(SETTLE);
    }

    fn set_gate(&self, to: Side, gate: Gate) -> Outcome {
        let [near, far] =
            self.gates.as_ref().ok_or_else(|| Stop::failed("only a linked case may change its network"))?;
        let way = if to == Side::Near { near } else { far };
        match gate {
            Gate::Open => way.open(),
            Gate::Closed => way.close(),
            Gate::Rejecting => way.reject(),
        }
        Ok(())
    }

    fn set_sysctl(&self, side: Side, name: &str, value: &str) -> Outcome {
        let host = match side {
            Side::Near => &self.near,
            Side::Far => &self.far,
        };
        host.set_sysctl(name, value).map_err(|error| Stop::failed(&format!("{name}: {error}")))
    }

    fn unplug(&self, interface: &str) -> Outcome {
        Err(self.lacks(&format!("ip link del {interface}"), Errno::EOPNOTSUPP))
    }

    fn can(&self, capability: Capability) -> Result<(), String> {
        match capability {
            Capability::Unprivileged => Err("a simulated program may do everything".to_owned()),
            _ => Ok(()),
        }
    }
}

impl SimBed {
    fn place<'a>(&self, host: &'a SimHost, last: u8) -> Place<'a, SimHost> {
        let mut place =
            Place { host, family: self.way.family, v4: Ipv4Addr::new(127, 0, 0, last), v6: Ipv6Addr::LOCALHOST };
        if self.way.link {
            for ip in host.addrs() {
                match ip {
                    IpAddr::V4(v4) => place.v4 = v4,
                    IpAddr::V6(v6) => place.v6 = v6,
                }
            }
        }
        place
    }
}

/// Where the processes of a case leave what the others and the run need.
struct Shared<T>(Arc<Mutex<Option<T>>>);

impl<T> Shared<T> {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    fn put(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Runs each case in a world of its own. A run that stalls or panics is a failure, told by the report of the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Simulator;

impl Subject for Simulator {
    type Bed = SimBed;

    fn world(&self) -> World {
        World::Sim
    }

    fn run(&self, trial: Trial<SimBed>) -> Outcome {
        run(trial)
    }

    fn is_in_real_time(&self) -> bool {
        false
    }
}

fn run(trial: Trial<SimBed>) -> Outcome {
    let way = trial.way;
    let sim = Sim::traced(seed());
    let near = sim.host("near");
    let far_host = Shared::new();
    let outcome = Shared::new();
    let mut gates = None;
    if way.link {
        let far_host = far_host.clone();
        let far = sim.host("far");
        gates = Some([sim.gate(&far, &near), sim.gate(&near, &far)]);
        far.serve(move |host| {
            far_host.put(host.clone());
            // There as long as the case needs it, without a timer.
            host.event_count().wait(0, None);
            Ok(())
        });
    }
    let told = outcome.clone();
    near.run(move |host| {
        let far = if way.link { await_host(host, &far_host) } else { host.clone() };
        let bed = SimBed { near: host.clone(), far, gates, way };
        told.put(trial.run(&bed));
        Ok(())
    });
    let report = sim.run();
    match outcome.take() {
        Some(outcome) if report.is_ok() => outcome,
        // What the case itself has seen comes first; the report tells how it came about.
        Some(Err(Stop::Failed(reason))) => Err(Stop::Failed(format!("{reason}\n{report}"))),
        _ => Err(Stop::Failed(report.to_string())),
    }
}

/// Which of two processes runs first is the scheduler's choice.
fn await_host(host: &SimHost, far: &Shared<SimHost>) -> SimHost {
    loop {
        if let Some(far) = far.take() {
            return far;
        }
        host.sleep(Duration::from_millis(1));
    }
}
