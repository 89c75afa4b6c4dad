//! The two worlds that programs are run on.

mod real;
mod sim;

pub use real::RealTank;
pub use sim::{run, run_seeded};
