//! What wavetank costs: the same few pieces of work, counted in every way that says something.
//!
//! | file | holds |
//! |---|---|
//! | `talk.rs` | the two ends of each conversation, over any `Read + Write` |
//! | `simulated.rs` | the worlds in which they are held |
//! | `system.rs` | one `send` and one `recv` of the operating system, through the contract and bare |
//! | `workload.rs` | their names, and the command line `WORKLOAD N` |
//! | `child.rs` | a run of such a command line, and what it cost |
//! | `heap.rs` | an allocator that counts |
//!
//! The binaries: `workload` does one piece of work and counts nothing; `gate` counts instructions and judges. The
//! criterion benches are in `benches/`, allocations and memory in `tests/`, the rivals in `peers/`, a workspace of its own.
//!
//! Not here: wall time as a verdict. On a shared machine it says nothing.

pub mod child;
pub mod heap;
pub mod simulated;
pub mod system;
pub mod talk;
pub mod workload;

#[cfg(test)]
mod tests;
