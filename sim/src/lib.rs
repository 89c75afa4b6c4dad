//! The simulated world: a network that answers like Linux, in virtual time, under a seed.
//!
//! The folders are the layers, each may use those above it:
//!
//! | folder | holds |
//! |---|---|
//! | `base` | time, randomness, identity, the order of events, the digest |
//! | `wire` | typed packets |
//! | `proto` | one state machine per protocol, without input or output |
//! | `net` | links, partitions, names |
//! | `host` | one host: addresses, ports, sockets, descriptor tables |
//! | `world` | all hosts, the processes and what carries them, the event loop |
//! | `call` | one function per system call |
//! | `observe` | the trace as text, the report of a run |
//! | `explore` | many seeds, replay, the determinism check |
//!
//! `handle.rs` puts the contract's traits on top of `call`; `sim.rs` is how a world is built and run.

mod base;
mod call;
mod example;
mod explore;
mod gate;
mod handle;
mod host;
mod net;
mod observe;
mod proto;
mod resets;
mod sim;
mod tun;
mod wire;
mod world;

pub use base::digest::Digest;
#[doc(hidden)]
pub use example::example;
pub use explore::{Divergence, Exploration, Explorer, check, run_twice};
pub use gate::Gate;
pub use handle::{SimEventCount, SimFd, SimHost};
pub use net::DropReason;
pub use observe::{FailureReport, Report, Trace, WaitingReport};
pub use resets::Resets;
pub use sim::{Latency, LinkBuilder, Machine, Sim};
pub use tun::SimTun;
pub use wavetank_api as api;
pub use wire::Malformed;
#[doc(hidden)]
pub use wire::reencode;
pub use world::{End, carrier::CarrierKind};
