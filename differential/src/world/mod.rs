//! The two worlds that programs are run on.

mod real;
mod sim;

pub use real::RealTank;
pub(crate) use real::SYSCTLS;
pub(crate) use sim::{Ways, on_hosts};
pub use sim::{run, run_seeded};
