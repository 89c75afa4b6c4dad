//! The simulated stack and the real kernel's TCP on one wire, in real time.
//!
//! On one side a network namespace with a TUN device, on the other a simulated internet with one ([`wavetank_sim::SimTun`]). A
//! [`Pump`] carries packets between the two and slaves the virtual clock to the real one; a [`Path`] gives each direction delay,
//! loss and rate. Nothing here takes part in a decision of the simulator: it is told the time and handed packets.
//!
//! The programs at both ends are one program, written against the contract ([`talk`]). [`goodput`] measures a bulk transfer with
//! the simulator at both ends, and with the kernel at both.
//!
//! Needs root, network namespaces and `/dev/net/tun`, which tests find out by [`wavetank_lab::Error::is_not_allowed`].
#![cfg(target_os = "linux")]

pub mod goodput;
mod path;
mod pump;
pub mod talk;

pub use self::{
    path::{Counts, Path, PathSettings},
    pump::{Pump, Pumped},
};
