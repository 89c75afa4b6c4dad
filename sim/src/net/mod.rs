//! What lies between hosts: links and the faults that act on packets, and which link joins whom.
//!
//! Nothing here knows sockets. A link sees a packet's length and the time, and says when it arrives or why it does not.

pub(crate) mod link;
pub(crate) mod names;
pub(crate) mod partition;
pub(crate) mod topology;
pub(crate) mod tun;

pub use link::DropReason;
pub(crate) use link::{Link, Verdict};
pub(crate) use names::Names;
pub(crate) use partition::Partition;
pub(crate) use topology::Topology;
pub(crate) use tun::Tun;

#[cfg(test)]
mod tests;
