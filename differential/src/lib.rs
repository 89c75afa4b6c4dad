//! The two worlds held against each other: programs of socket calls, drawn at random, run on the real kernel and on the simulator, and
//! every result compared.
//!
//! The list of cases (`wavetank-conformance`) proves what somebody thought of. This crate looks for what nobody did.
//!
//! | file | holds |
//! |---|---|
//! | `program/` | what a program is: hosts, sockets in slots, calls as data; `program/text/` its text, a timed script, both ways |
//! | `draw/` | a proptest strategy of programs, and how they shrink |
//! | `execute.rs` | runs a program over any [`Net`](wavetank_api::Net), and writes down what it saw: a [`Log`] |
//! | `log.rs` | answers, readiness, states; ephemeral ports up to renaming |
//! | `world/` | the two worlds: fresh network namespaces, and the simulator |
//! | `compare.rs`, `freedoms.rs` | what is equal; what Linux may choose, and within which bounds |
//! | `concurrent/` | programs of two and three threads: every outcome on the kernel is one that the simulator can reach |
//! | `print/` | programs for readers: with the answers beside the calls, as C, as Rust |
//! | `corpus.rs` | programs that once showed a difference, `fixtures/differential/`, and how they are run again |
//! | `coverage/` | which cells of the kernel's behaviour were reached: call, socket, state, answer; tables, and records that steer |
//! | `ioctl.rs` | the numbers of requests |
//! | `hunt.rs` | many programs, the differences among them, each confirmed and cut down |

mod compare;
pub mod concurrent;
pub mod corpus;
mod coverage;
mod draw;
mod execute;
mod flow;
mod freedoms;
mod hunt;
mod ioctl;
mod log;
mod print;
mod program;
mod slots;
mod workers;
pub mod world;

pub use compare::{Difference, Part, compare};
pub use coverage::{Cell, Column, Coverage, Example, Kind, ParseCoverageError, Question, RecvWay, Row, SendWay, State};
pub use draw::{Dice, LEFT_OUT, LeftOut, Programs, drawn, shrink};
pub use execute::{Tank, execute};
pub use freedoms::{FREEDOMS, Freedom};
pub use hunt::{Finding, Hunt, Hunted, Only};
pub use log::{Answer, Bytes, Entry, Fact, Log, Seen};
pub use print::annotated;
pub use program::{Call, ParseProgramError, Place, Port, Program, SLOTS, Slot};
