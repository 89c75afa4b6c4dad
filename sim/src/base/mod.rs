//! The ground: time, randomness, identity, the order of events, and the running digest.
//!
//! Nothing here knows what a packet, a socket or a host is.

pub(crate) mod digest;
pub(crate) mod id;
pub(crate) mod lookup;
pub(crate) mod order;
pub(crate) mod rng;
pub(crate) mod trace;
mod wheel;

pub(crate) use digest::Digester;
pub(crate) use id::{HostId, ProgramId, SocketId, TaskId};
pub(crate) use lookup::Lookup;
pub(crate) use order::Agenda;
pub(crate) use rng::Rng;
/// Virtual time: nanoseconds since the simulation began.
pub(crate) use wavetank_api::Instant;

#[cfg(test)]
mod tests;
