//! The two beds.

pub mod real;
pub mod sim;
