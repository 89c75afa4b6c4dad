//! [`RealBed`]: this machine's loopback, with addresses that no other case uses at the same time.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU16, Ordering},
        mpsc,
    },
    time::Duration,
};

use wavetank_api::{Addr, AddrQuery, Family, Host, Net, SockType, Socket, option::SO_MARK};
use wavetank_real::Machine;

use crate::{
    bed::{Bed, Capability, Way},
    case::World,
    check::{Outcome, Stop},
    pair::Place,
};

/// A part of 127.0.0.0/8 that belongs to one run of a case.
#[derive(Clone, Debug)]
pub struct RealBed {
    machine: Machine,
    way: Way,
    /// 127.x.y.0/24.
    subnet: [u8; 2],
    slow: bool,
}

/// Loopback delivers within the call that sends; this is for what the kernel leaves to a soft interrupt or a timer.
const SETTLE: Duration = Duration::from_millis(15);

/// A case that takes longer is stuck.
const PATIENCE: Duration = Duration::from_secs(40);
/// As [`PATIENCE`], where slow cases run.
const SLOW_PATIENCE: Duration = Duration::from_secs(200);

/// A limit of descriptors that can be reached in a moment.
const MANY_DESCRIPTORS: usize = 100_000;

/// Held for reading by every case, for writing by those that must run alone.
static ALONE: RwLock<()> = RwLock::new(());

impl Bed for RealBed {
    type Host = Machine;

    fn near(&self) -> Place<'_, Machine> {
        self.place(1)
    }

    fn far(&self) -> Place<'_, Machine> {
        self.place(2)
    }

    fn family(&self) -> Family {
        self.way.family
    }

    fn world(&self) -> World {
        World::Real
    }

    fn settle(&self) {
        self.machine.sleep(SETTLE);
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
            Capability::SlowTime if self.slow => return Ok(()),
            Capability::SlowTime => "slow (more than 60 s of real time); run with WAVETANK_SLOW=1",
            Capability::FillDescriptors => return descriptors(),
            Capability::ServiceNames if self.knows_http() => return Ok(()),
            Capability::ServiceNames => "this machine has no /etc/services",
        };
        Err(reason.to_owned())
    }
}

impl RealBed {
    fn new(way: Way, slow: bool) -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Two runs of the suite at the same time should not meet either, though they may: ports are ephemeral all the same.
        let number = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add((std::process::id() as u16).wrapping_mul(0x9e5));
        let [high, low] = number.to_be_bytes();
        Self { machine: Machine::this(), way, subnet: [high.clamp(1, 254), low], slow }
    }

    fn place(&self, last: u8) -> Place<'_, Machine> {
        let [high, low] = self.subnet;
        let v4 = Ipv4Addr::new(127, high, low, last);
        Place { host: &self.machine, family: self.way.family, v4, v6: Ipv6Addr::LOCALHOST }
    }

    fn binds(&self, ip: std::net::IpAddr, port: u16) -> bool {
        let addr = Addr::from((ip, port));
        Socket::new(&self.machine, addr.family(), SockType::DGRAM).is_ok_and(|socket| socket.bind(&addr).is_ok())
    }

    fn may_mark(&self) -> bool {
        let socket = Socket::new(&self.machine, Family::INET, SockType::DGRAM);
        socket.is_ok_and(|socket| socket.setsockopt(SO_MARK, 1).is_ok())
    }

    fn knows_http(&self) -> bool {
        let query = AddrQuery { service: Some("http"), kind: SockType::STREAM, ..AddrQuery::default() };
        self.machine.getaddrinfo(&query).is_ok()
    }
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

/// Runs a case on this machine.
///
/// A machine is shared: another case may have the very port that a wildcard asks for, another program both cores. So a case that
/// fails is tried again alone, and what it said the first time is told as a note.
pub(crate) fn run(case: fn(&RealBed) -> Outcome, way: Way, alone: bool, slow: bool) -> (Outcome, Option<String>) {
    let first = if alone {
        run_alone(case, way, slow)
    } else {
        let _others = ALONE.read().unwrap_or_else(PoisonError::into_inner);
        attempt(case, way, slow)
    };
    match first {
        Err(Stop::Failed(reason)) => {
            let again = run_alone(case, way, slow);
            let note = again.is_ok().then(|| format!("passed only when tried again, alone: {reason}"));
            (again, note)
        }
        first => (first, None),
    }
}

fn run_alone(case: fn(&RealBed) -> Outcome, way: Way, slow: bool) -> Outcome {
    let _alone = ALONE.write().unwrap_or_else(PoisonError::into_inner);
    attempt(case, way, slow)
}

/// One attempt. A case that panics or gets stuck has failed.
fn attempt(case: fn(&RealBed) -> Outcome, way: Way, slow: bool) -> Outcome {
    let bed = RealBed::new(way, slow);
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
    let patience = if slow { SLOW_PATIENCE } else { PATIENCE };
    match told.recv_timeout(patience) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Stop::Failed("the case panicked; its message is above".to_owned())),
        Err(_) => Err(Stop::Failed(format!("still blocked after {patience:?}"))),
    }
}
