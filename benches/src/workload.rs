//! The workloads by name, and the command line `WORKLOAD N`. The first six are those of `peers/workloads`.

use std::fmt;
use std::process::ExitCode;
use std::str::FromStr;

use wavetank_sim::CarrierKind;

use crate::simulated::{self, ECHOES, IDLE_HOSTS, PingPong, SLOW_LINK};
use crate::system::{Bare, Contract, Kind};
use crate::talk::{BLOCK_BYTES, MESSAGE_BYTES};

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// N round trips of 64 bytes over one TCP connection.
    PingPong,
    /// The same over a link of 50 ms one way.
    PingPongLatency,
    /// The same beside 1,000 hosts, each with a server parked in `accept`.
    PingPongIdle,
    /// N writes of 64 KiB, one way.
    Bulk,
    /// N client hosts and one server host, ten echoes each.
    Hosts,
    /// N whole simulations: two hosts, one connection, ten echoes, the end.
    Sims,
    /// The same, with servers that are still parked in `accept` when the world is dropped.
    SimsParked,
    /// N simulations of two hosts in which nothing happens.
    SimsEmpty,
    /// N connections, one after the other, one byte echoed on each.
    Churn,
    /// `pingpong` with operating-system threads as carriers.
    PingPongThread,
    /// N times `send` and `recv` of 64 bytes on the operating system's UDP, through the contract.
    RealUdp,
    /// The same on a UNIX stream pair, through the contract.
    RealUnix,
    /// `real-udp` by the bare calls.
    LibcUdp,
    /// `real-unix` by the bare calls.
    LibcUnix,
}

use Workload::*;

const NAMES: [(&str, Workload); 14] = [
    ("pingpong", PingPong),
    ("pingpong-latency", PingPongLatency),
    ("pingpong-idle", PingPongIdle),
    ("bulk", Bulk),
    ("hosts", Hosts),
    ("sims", Sims),
    ("sims-parked", SimsParked),
    ("sims-empty", SimsEmpty),
    ("churn", Churn),
    ("pingpong-thread", PingPongThread),
    ("real-udp", RealUdp),
    ("real-unix", RealUnix),
    ("libc-udp", LibcUdp),
    ("libc-unix", LibcUnix),
];

impl Workload {
    /// Does it, and says what was done.
    ///
    /// # Panics
    /// If it went wrong.
    pub fn work(self, n: u64) -> String {
        let plain = PingPong::default();
        match self {
            PingPong => {
                simulated::pingpong(n, plain);
                format!("{n} round trips")
            }
            PingPongLatency => {
                simulated::pingpong(n, PingPong { latency: SLOW_LINK, ..plain });
                format!("{n} round trips, link latency 50 ms")
            }
            PingPongIdle => {
                simulated::pingpong(n, PingPong { idle_hosts: IDLE_HOSTS, ..plain });
                format!("{n} round trips beside {IDLE_HOSTS} idle hosts, each with a server parked in accept")
            }
            PingPongThread => {
                simulated::pingpong(n, PingPong { carrier: CarrierKind::Thread, ..plain });
                format!("{n} round trips, processes carried by threads")
            }
            Bulk => {
                simulated::bulk(n);
                format!("{} bytes in {n} writes of 64 KiB", n * BLOCK_BYTES as u64)
            }
            Hosts => {
                simulated::hosts(n);
                format!("{} echoes by {n} client hosts", n * ECHOES)
            }
            Sims => {
                (0..n).for_each(simulated::one_sim);
                format!("{n} simulations of {ECHOES} echoes")
            }
            SimsParked => {
                (0..n).for_each(simulated::one_sim_parked);
                format!("{n} simulations of {ECHOES} echoes, servers parked at the end")
            }
            SimsEmpty => {
                (0..n).for_each(simulated::empty_sim);
                format!("{n} simulations in which nothing happens")
            }
            Churn => {
                simulated::churn(n);
                format!("{n} connections, one byte echoed on each")
            }
            RealUdp => through_the_contract(Kind::Udp, n),
            RealUnix => through_the_contract(Kind::Unix, n),
            LibcUdp => bare(Kind::Udp, n),
            LibcUnix => bare(Kind::Unix, n),
        }
    }
}

fn through_the_contract(kind: Kind, n: u64) -> String {
    let pair = Contract::new(kind).expect("a pair of sockets");
    let (message, mut echo) = ([0x5a; MESSAGE_BYTES], [0; MESSAGE_BYTES]);
    for _ in 0..n {
        pair.exchange(&message, &mut echo).expect("nothing is in the way");
    }
    assert_eq!(message, echo);
    format!("{n} times send and recv, Socket<Machine>")
}

fn bare(kind: Kind, n: u64) -> String {
    let pair = Bare::new(kind).expect("a pair of sockets");
    let (message, mut echo) = ([0x5a; MESSAGE_BYTES], [0; MESSAGE_BYTES]);
    for _ in 0..n {
        pair.exchange(&message, &mut echo).expect("nothing is in the way");
    }
    assert_eq!(message, echo);
    format!("{n} times send and recv, libc")
}

/// The `main` of a program whose arguments are `WORKLOAD N`.
///
/// Exit status 0 with one line on standard output when the work was done; 2 for a command line that makes no sense. Work
/// that went wrong is a panic.
pub fn run(arguments: &[String]) -> ExitCode {
    match parse(arguments) {
        Ok((workload, n)) => {
            println!("wavetank {workload}: {}", workload.work(n));
            ExitCode::SUCCESS
        }
        Err(complaint) => {
            eprintln!("{complaint}");
            ExitCode::from(2)
        }
    }
}

pub(crate) fn parse(arguments: &[String]) -> Result<(Workload, u64), String> {
    let [workload, n] = arguments else {
        return Err(format!("expected WORKLOAD N, where WORKLOAD is one of {}", names()));
    };
    let workload = workload.parse()?;
    match n.parse() {
        Ok(n) if n > 0 => Ok((workload, n)),
        _ => Err(format!("N must be a whole number from 1 up, not {n:?}")),
    }
}

fn names() -> String {
    NAMES.map(|(name, _)| name).join(", ")
}

impl FromStr for Workload {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = NAMES.iter().find(|(name, _)| *name == text);
        known.map(|&(_, workload)| workload).ok_or_else(|| format!("no workload {text:?}; there are {}", names()))
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(_, workload)| workload == self);
        f.pad(name.expect("every workload has a name").0)
    }
}
