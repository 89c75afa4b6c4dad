//! Packet scripts: timed scripts of calls and packets, run against a TCP through a wire of IP packets.
//!
//! A script is data, `fixtures/tcp/*.pkt`, in the grammar of `fixtures/tcp/README.md`, which who knows packetdrill can read. The
//! script plays the remote side, packet by packet; the tested side is the operating system, in a network namespace behind a TUN
//! device, or a simulated machine behind the simulator's.
//!
//! Where to look: `parse/` reads scripts into `model.rs`; `run/` runs them over a `World`, of which `worlds/` has the two;
//! `bytes.rs` makes and reads packets; `suite.rs` finds scripts and runs many; `differences.rs` says what may fail in the simulator.

mod bytes;
mod constants;
mod differences;
mod info;
mod model;
mod parse;
mod run;
mod segment;
mod suite;
mod worlds;

pub use self::{
    differences::{SCRIPT_DIFFERENCES, ScriptDifference},
    model::Script,
    parse::ParseError,
    suite::{ScriptResult, ScriptResults, ScriptRunner, Scripts, folder},
};

/// A packet as the runner reads it: nothing for what is not TCP, else its segment, or what is wrong with it. For fuzz targets.
#[doc(hidden)]
pub fn arrived(packet: &[u8]) -> Option<Result<String, String>> {
    let arrived = bytes::decode(packet)?;
    Some(arrived.fault.map_or_else(|| Ok(format!("{:?} {:?}", arrived.path, arrived.segment)), Err))
}
