//! The conformance suite: what sockets do on Linux, each case written once and run on both worlds.
//!
//! # How a case is written
//!
//! A case is a function over a [`Bed`], and a row in the table at the top of its file: the name, where it runs, the behaviour in one
//! line, and the source of that sentence.
//!
//! ```ignore
//! cases! { tcp::connect:
//!     refused_by_a_closed_port everywhere
//!         "A port that nobody listens on refuses the connection: ECONNREFUSED"
//!         from "connect(2); RFC 9293 section 3.10.7.1";
//! }
//!
//! fn refused_by_a_closed_port<B: Bed>(bed: &B) -> Outcome {
//!     let closed = bed.far().bound_tcp()?;
//!     fails(bed.near().tcp()?.connect(&closed.getsockname()?), Errno::ECONNREFUSED)
//! }
//! ```
//!
//! * `everywhere`: over IPv4 and over IPv6; on loopback, and between two machines. In the real world these are network namespaces
//!   with a router between them, which takes root;
//! * `linked`: over IPv4 and over IPv6, between two machines only: what needs a network that can be cut, or a machine whose sysctls
//!   can be changed;
//! * `families`: over IPv4 and over IPv6, on loopback: for what depends on loopback being immediate;
//! * `once`: IPv4 and loopback, for what does not depend on the family, or is about one;
//! * `alone`: like `once`, and in the real world while no other case runs, because it looks at what the process shares;
//! * `apart`: on a machine of its own (in the real world a network namespace, which takes root), with loopback and the interfaces
//!   that it needs: for what is on a bus that everybody hears, and for what changes an interface or a sysctl.
//!
//! A case of a family that not every kernel has, and not every world yet, says so with a [`Need`], for the table or for its row:
//!
//! ```ignore
//! const CAN_RAW: Need = Need::socket(Family::CAN, SockType::RAW, Protocol::from_raw(c::CAN_RAW)).with_links(&[("vcan0", "vcan")]);
//!
//! cases! { can::raw, needs CAN_RAW:
//!     own_frames_are_not_heard apart
//!         "..." from "...";
//!     between_interfaces apart needs CAN_RAW_ON_TWO
//!         "..." from "...";
//! }
//! ```
//!
//! Then a machine that lacks it skips the case; the virtual machine of `conformance/vm` has all of them, so that there it fails; and a
//! simulated world without it answers for it with [`Verdict::Absent`].
//!
//! The order of work is always: write the case, see it pass on real Linux, then make the simulator pass. So a case
//! waits with [`Bed::settle`] for what takes time on a network, and says what it needs with [`Bed::need`]: where the machine
//! lacks it, the case is reported as skipped, with the reason. A case that is slow in real time (from some ten seconds on) says so in
//! the table, `everywhere + slow`: the real world runs it if `WAVETANK_SLOW=1` is set, all of them at once, after the others.
//!
//! What may differ, and why, is in `differences.rs`, and nowhere else.
//!
//! # How it is run
//!
//! [`run`] runs a selection on one world; `tests/real.rs` and `tests/sim.rs` give every case to `cargo test` under its own name, and
//! the command is `wavetank conform`.
//!
//! # On your own implementation
//!
//! A case knows nothing of the world it runs in but its [`Bed`]. So whoever has an implementation of `Net` and `Host` makes a
//! [`Subject`] of it and runs a [`Runner`], with the same results, the same table and the same tests: `conformance/README.md`.

pub mod bed;
pub mod beds;
pub mod bind_table;
mod case;
mod cases;
mod check;
mod differences;
mod forward;
mod grid;
pub mod harness;
mod message;
mod need;
mod nlmsg;
pub mod page;
mod pair;
mod run;
pub mod script;
mod subject;
pub mod surface;
mod table;
mod topics;
mod vhci;

#[doc(hidden)]
pub use wavetank_api as api;

pub use bed::{Bed, Capability, Gate, Side, Way};
pub use case::{Case, World};
pub use check::{Outcome, Stop};
pub use differences::{DIFFERENCES, Difference};
pub use need::{Absence, Kernel, Need, is_in_vm};
pub use pair::{Pair, Place};
pub use run::{CaseResult, Results, Runner, Verdict, run};
pub use subject::{Subject, Trial};

/// Every case, in the order of the files and of the tables in them.
pub fn cases() -> &'static [&'static Case] {
    cases::all()
}
