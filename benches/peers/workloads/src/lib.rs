//! What the rivals have in common: the command line, and the two ends of each conversation.
//!
//! Everything here is generic over tokio's stream traits, which all three rivals implement, so the only thing a
//! peer's own crate says is how *it* makes hosts, links and connections. Read [`run`] first.
//!
//! Not here: any measuring. A peer does the work, proves that it was done and leaves; `compare` counts from outside,
//! because madsim replaces the clock inside its process.

mod talk;

use std::fmt;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

pub use talk::{answer, ask, receive_blocks, send_blocks};

/// Bytes in a ping, and in its echo.
pub const MESSAGE_BYTES: usize = 64;
/// Bytes in one write of the bulk workload.
pub const BLOCK_BYTES: usize = 64 * 1024;
/// Echoes per client in `hosts`, and per simulation in `sims`.
pub const ECHOES: u64 = 10;
/// One-way delay of the slow link in `pingpong-latency`.
pub const SLOW_LINK: Duration = Duration::from_millis(50);
/// Hosts that do nothing in `pingpong-idle`, for those who can bear so many.
pub const IDLE_HOSTS: usize = 1000;
/// Where every server listens.
pub const PORT: u16 = 7;

/// What can be asked for on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// N round trips of 64 bytes over one TCP connection, at the latency that suits the peer best.
    PingPong,
    /// The same over a link of 50 ms one way.
    PingPongLatency,
    /// The same beside 1,000 hosts that do nothing.
    PingPongIdle,
    /// N writes of 64 KiB, one way.
    Bulk,
    /// N client hosts and one server host, ten echoes each.
    Hosts,
    /// N whole simulations: two hosts, one connection, ten echoes, the end.
    Sims,
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and what was done: one line.
    Done(String),
    /// The peer has no way to do this, and why: one line.
    Cannot(String),
}

/// The `main` of a peer, whose `arguments` are `WORKLOAD N`.
///
/// Exit status 0 with one line on standard output when `work` was done; 3 with one line when the peer cannot do it;
/// 2 for a command line that makes no sense. Work that went wrong is a panic.
pub fn run(peer: &str, arguments: &[String], work: impl FnOnce(Workload, u64) -> Outcome) -> ExitCode {
    match parse(arguments) {
        Err(complaint) => {
            eprintln!("{complaint}");
            ExitCode::from(2)
        }
        Ok((workload, n)) => match work(workload, n) {
            Outcome::Done(what) => {
                println!("{peer} {workload}: {what}");
                ExitCode::SUCCESS
            }
            Outcome::Cannot(why) => {
                println!("{peer} {workload}: {why}");
                ExitCode::from(3)
            }
        },
    }
}

const NAMES: [(&str, Workload); 6] = [
    ("pingpong", Workload::PingPong),
    ("pingpong-latency", Workload::PingPongLatency),
    ("pingpong-idle", Workload::PingPongIdle),
    ("bulk", Workload::Bulk),
    ("hosts", Workload::Hosts),
    ("sims", Workload::Sims),
];

fn parse(arguments: &[String]) -> Result<(Workload, u64), String> {
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
        NAMES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|&(_, workload)| workload)
            .ok_or_else(|| format!("no workload {text:?}; there are {}", names()))
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(_, workload)| workload == self);
        f.write_str(name.expect("every workload has a name").0)
    }
}
