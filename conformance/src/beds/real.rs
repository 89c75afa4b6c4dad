//! [`RealBed`]: this machine's loopback, with addresses that no other case uses at the same time; or two machines of their own.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU16, Ordering},
        mpsc,
    },
    time::Duration,
};

use wavetank_api::{Addr, AddrQuery, Errno, Family, Host, Net, SockType, Socket, option::SO_MARK};
use wavetank_lab::Namespace;

use super::{
    host::RealHost,
    net::{self, TwoMachines},
};
use crate::{
    bed::{Bed, Capability, Gate, Side, Way},
    case::{Case, World},
    check::{Outcome, Stop},
    need::{self, KERNEL, Kernel, Need},
    pair::Place,
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

/// A case that takes longer is stuck.
const PATIENCE: Duration = Duration::from_secs(40);
/// As [`PATIENCE`], for a case that is slow.
const SLOW_PATIENCE: Duration = Duration::from_secs(200);

/// A limit of descriptors that can be reached in a moment.
const MANY_DESCRIPTORS: usize = 100_000;

/// Held for reading by every case, for writing by those that must run alone.
static ALONE: RwLock<()> = RwLock::new(());

impl Bed for RealBed {
    type Host = RealHost;

    fn near(&self) -> Place<'_, RealHost> {
        self.place(Side::Near)
    }

    fn far(&self) -> Place<'_, RealHost> {
        self.place(Side::Far)
    }

    fn family(&self) -> Family {
        self.way.family
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
        let low_port = || self.binds(Ipv4Addr::from([127, self.subnet[0], self.subnet[1], 3]).into(), 1);
        let reason = match capability {
            Capability::Ipv6 if self.binds(Ipv6Addr::LOCALHOST.into(), 0) => return Ok(()),
            Capability::Ipv6 => "this machine has no IPv6 on loopback",
            Capability::Privileged if low_port() => return Ok(()),
            Capability::Privileged => "run by root, or with CAP_NET_BIND_SERVICE",
            Capability::NetAdmin if self.may_mark() => return Ok(()),
            Capability::NetAdmin => "run by root, or with CAP_NET_ADMIN",
            Capability::Unprivileged if !low_port() => return Ok(()),
            Capability::Unprivileged => "run as a user who may not bind port 1",
            Capability::FillDescriptors => return descriptors(),
            Capability::ServiceNames if self.knows_http() => return Ok(()),
            Capability::ServiceNames => "this machine has no /etc/services",
        };
        Err(reason.to_owned())
    }
}

impl RealBed {
    fn new(way: Way, need: Option<&Need>) -> Result<Self, Stop> {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Two runs of the suite at the same time should not meet either, though they may: ports are ephemeral all the same.
        let number = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add((std::process::id() as u16).wrapping_mul(0x9e5));
        let [high, low] = number.to_be_bytes();
        let subnet = [high.clamp(1, 254), low];
        if let Some(need) = need {
            need.removed().map_or(Ok(()), Err)?;
            need.probe(&RealHost::this()).map_err(|errno| need::real_lacks(&need.to_string(), errno))?;
        }
        if way.apart {
            let space = Arc::new(machine_with(need.map_or(&[], |need| need.links))?);
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

    fn binds(&self, ip: std::net::IpAddr, port: u16) -> bool {
        let addr = Addr::from((ip, port));
        Socket::new(&self.near, addr.family(), SockType::DGRAM).is_ok_and(|socket| socket.bind(&addr).is_ok())
    }

    fn may_mark(&self) -> bool {
        let socket = Socket::new(&self.near, Family::INET, SockType::DGRAM);
        socket.is_ok_and(|socket| socket.setsockopt(SO_MARK, 1).is_ok())
    }

    fn knows_http(&self) -> bool {
        let query = AddrQuery { service: Some("http"), kind: SockType::STREAM, ..AddrQuery::default() };
        self.near.getaddrinfo(&query).is_ok()
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

/// How a case is run beside others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Manner {
    /// Among others, and a second time alone if it fails.
    Shared,
    /// While no other case runs.
    Alone,
    /// At the same time as all the slow ones.
    Slow,
}

/// Runs a case on this machine.
///
/// A machine is shared: another case may have the very port that a wildcard asks for, another program both cores. So a case that
/// fails is tried again, alone unless it is slow, and what it said the first time is told as a note.
pub(crate) fn run(case: &Case, way: Way, manner: Manner) -> (Outcome, Option<String>) {
    let first = match manner {
        Manner::Alone => run_alone(case, way),
        Manner::Shared => {
            let _others = ALONE.read().unwrap_or_else(PoisonError::into_inner);
            attempt(case, way, PATIENCE)
        }
        Manner::Slow => attempt(case, way, SLOW_PATIENCE),
    };
    let Err(Stop::Failed(reason)) = first else { return (first, None) };
    let again = if manner == Manner::Slow { attempt(case, way, SLOW_PATIENCE) } else { run_alone(case, way) };
    let note = again.is_ok().then(|| format!("passed only when tried again: {reason}"));
    (again, note)
}

fn run_alone(case: &Case, way: Way) -> Outcome {
    let _alone = ALONE.write().unwrap_or_else(PoisonError::into_inner);
    attempt(case, way, PATIENCE)
}

/// One attempt. A case that panics or gets stuck has failed.
fn attempt(case: &Case, way: Way, patience: Duration) -> Outcome {
    let bed = RealBed::new(way, case.need)?;
    let case = case.on_real;
    if way.family == Family::INET6 {
        bed.need(Capability::Ipv6)?;
    }
    let (tell, told) = mpsc::channel();
    let thread = std::thread::Builder::new().name("case".to_owned()).spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| case(&bed)));
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
