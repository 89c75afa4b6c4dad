//! The two worlds of a script.

pub(crate) mod real;
pub(crate) mod sim;
