//! Concurrent programs: two and three threads that share sockets, whose outcome on the kernel must be one of those that the simulator
//! reaches under some schedule.
//!
//! What can be compared is not one run with another: which of two threads comes first is nobody's promise. So a program's
//! [`Outcome`] on the kernel, by whatever interleaving, is looked for among those of the simulator ([`Reach`]), whose schedules can be
//! walked through one after the other. Where Linux may choose (which of two readers is woken), the simulator has to be able to choose
//! the same.
//!
//! | file | holds |
//! |---|---|
//! | `outcome.rs` | what a run came to, without anything that tells of its schedule |
//! | `real.rs` | threads of this machine in two namespaces; when they wait for ever, and how they are freed |
//! | `sim.rs`, `schedule.rs` | one run in the simulator, and the choices that made it |
//! | `reach.rs` | the outcomes of many schedules, looked for until one is found |
//! | `draw.rs`, `shrink.rs` | programs drawn, and cut down |
//! | `freedoms.rs` | what calls may see that meet in the kernel, and no schedule of whole calls brings about; what Linux may choose |
//! | `hunt.rs` | many of them, in both worlds |
//!
//! Absent: time-outs that are a matter of milliseconds on the kernel's side too (a core that is busy elsewhere would decide).

mod draw;
mod freedoms;
mod hunt;
mod outcome;
mod reach;
mod real;
mod schedule;
mod shrink;
mod sim;

pub use draw::ConcurrentPrograms;
pub use freedoms::{RACES, Race};
pub use hunt::{Escape, Hunt, Hunted, Seldom, watch};
pub use outcome::Outcome;
pub use reach::Reach;
pub use real::{Pace, run};

/// The number of a call of a thread, for its data to be told from others'.
pub(crate) const fn step_of(prologue: usize, thread: usize, call: usize) -> usize {
    prologue + 20 * thread + call
}

/// # Panics
///
/// If the prologue of that program might wait: nobody else runs then.
pub(crate) fn assert_runnable(program: &crate::Program) {
    let blocks = |call: &crate::Call| matches!(call, crate::Call::SetNonblocking { on: false, .. });
    let first = program.calls.iter().position(blocks).unwrap_or(program.calls.len());
    assert!(
        program.calls[first..].iter().all(blocks),
        "the prologue of a concurrent program makes sockets blocking at its end, because nobody else runs while it does"
    );
}
