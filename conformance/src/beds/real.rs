//! [`RealBed`]: this machine's loopback, with addresses that no other case uses at the same time; or two machines of their own.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use wavetank_api::{Errno, Host};
use wavetank_lab::Namespace;

use super::{
    host::RealHost,
    net::{self, TwoMachines},
};
use crate::{
    bed::{self, Bed, Capability, Gate, Side, Way},
    case::World,
    check::{Outcome, Stop},
    need::{self, KERNEL, Kernel},
    pair::Place,
    subject::{Subject, Trial},
};

/// What belongs to one run of a case: a part of 127.0.0.0/8, a machine, or two.
#[derive(Debug)]
pub struct RealBed {
    near: RealHost,
    far: RealHost,
    way: Way,
    /// 127.x.y.0/24.
    subnet: [u8; 2],
    site: Site,
}

/// Where a case runs.
#[derive(Debug)]
enum Site {
    /// On this machine's loopback, beside others.
    Loopback,
    Apart(Arc<Namespace>),
    Linked(TwoMachines),
}

/// Loopback delivers within the call that sends; this is for what the kernel leaves to a soft interrupt or a timer.
const SETTLE: Duration = Duration::from_millis(15);

/// Between namespaces every step is a soft interrupt.
const LINK_SETTLE: Duration = Duration::from_millis(25);

/// A limit of descriptors that can be reached in a moment.
const MANY_DESCRIPTORS: usize = 100_000;

/// Cases wait more than they work.
const JOBS: usize = 16;

/// This machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RealMachine;

impl Subject for RealMachine {
    type Bed = RealBed;

    fn world(&self) -> World {
        World::Real
    }

    fn run(&self, trial: Trial<RealBed>) -> Outcome {
        // Before a machine is made with interfaces that this kernel may lack.
        let trial = trial.meeting(&RealBed::new(Way::V4, &[])?)?;
        trial.run(&RealBed::new(trial.way, trial.links())?)
    }

    /// Asking for the number of cores would open files, which a case about descriptors would see.
    fn jobs(&self) -> usize {
        JOBS
    }
}

impl Bed for RealBed {
    type Host = RealHost;

    fn near(&self) -> Place<'_, RealHost> {
        self.place(Side::Near)
    }

    fn far(&self) -> Place<'_, RealHost> {
        self.place(Side::Far)
    }

    fn way(&self) -> Way {
        self.way
    }

    fn world(&self) -> World {
        World::Real
    }

    fn settle(&self) {
        self.near.sleep(if self.way.link { LINK_SETTLE } else { SETTLE });
    }

    fn set_gate(&self, to: Side, gate: Gate) -> Outcome {
        self.machines()?.set_gate(to, gate).map_err(|error| Stop::failed(&error.to_string()))
    }

    fn set_sysctl(&self, side: Side, name: &str, value: &str) -> Outcome {
        let space = match &self.site {
            Site::Apart(space) => space,
            _ => self.machines()?.space(side),
        };
        space.set_sysctl(name, value).map_err(|error| Stop::failed(&format!("{name}: {error}")))
    }

    fn unplug(&self, interface: &str) -> Outcome {
        match &self.site {
            Site::Apart(space) => space.del_link(interface).map_err(|error| Stop::failed(&error.to_string())),
            _ => Err(Stop::failed("only an apart case may take an interface away")),
        }
    }

    fn kernel(&self) -> Kernel {
        *KERNEL
    }

    fn lacks(&self, what: &str, errno: Errno) -> Stop {
        need::real_lacks(what, errno)
    }

    fn can(&self, capability: Capability) -> Result<(), String> {
        match capability {
            Capability::FillDescriptors => descriptors(),
            _ => bed::tried(self, capability),
        }
    }
}

impl RealBed {
    fn new(way: Way, links: &[(&str, &str)]) -> Result<Self, Stop> {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Two runs of the suite at the same time should not meet either, though they may: ports are ephemeral all the same.
        let number = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add((std::process::id() as u16).wrapping_mul(0x9e5));
        let [high, low] = number.to_be_bytes();
        let subnet = [high.clamp(1, 254), low];
        if way.apart {
            let space = Arc::new(machine_with(links)?);
            let host = RealHost::inside(&space);
            return Ok(Self { near: host.clone(), far: host, way, subnet, site: Site::Apart(space) });
        }
        if !way.link {
            return Ok(Self { near: RealHost::this(), far: RealHost::this(), way, subnet, site: Site::Loopback });
        }
        let machines = TwoMachines::new().map_err(|error| match error.is_not_allowed() {
            true => Stop::Skipped(format!("no two machines: {error}")),
            false => Stop::failed(&error.to_string()),
        })?;
        let host = |side| RealHost::inside(machines.space(side));
        Ok(Self { near: host(Side::Near), far: host(Side::Far), way, subnet, site: Site::Linked(machines) })
    }

    fn machines(&self) -> Result<&TwoMachines, Stop> {
        match &self.site {
            Site::Linked(machines) => Ok(machines),
            _ => Err(Stop::failed("loopback is everybody's: only a linked case may change it")),
        }
    }

    fn place(&self, side: Side) -> Place<'_, RealHost> {
        let (host, last) = if side == Side::Near { (&self.near, 1) } else { (&self.far, 2) };
        let (v4, v6) = if self.way.link {
            net::machine(side)
        } else {
            (Ipv4Addr::new(127, self.subnet[0], self.subnet[1], last), Ipv6Addr::LOCALHOST)
        };
        Place { host, family: self.way.family, v4, v6 }
    }
}

/// A machine of its own, with these interfaces.
fn machine_with(links: &[(&str, &str)]) -> Result<Namespace, Stop> {
    let make = || {
        let space = Namespace::new()?;
        for (name, kind) in links {
            space.add_link(name, kind)?;
            space.set_up(name, true)?;
        }
        Ok(space)
    };
    make().map_err(|error: wavetank_lab::Error| {
        if error.is_not_allowed() && !need::is_in_vm() {
            Stop::Skipped(format!("no machine of its own: {error}"))
        } else {
            Stop::Failed(error.to_string())
        }
    })
}

/// Whether the limit of descriptors can be reached without doing harm.
fn descriptors() -> Result<(), String> {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let soft =
        limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok());
    match soft {
        Some(soft @ ..=MANY_DESCRIPTORS) => {
            let _: usize = soft;
            Ok(())
        }
        Some(soft) => Err(format!("{soft} descriptors are too many to open; run with a lower ulimit -n")),
        None => Err("the limit of descriptors is not known".to_owned()),
    }
}
