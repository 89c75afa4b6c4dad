//! The two beds.

mod host;
mod net;
pub mod real;
pub mod sim;
