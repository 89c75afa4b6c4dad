//! Tests of the state machine. `script.rs` is the vocabulary of scripted segments, one file per state uses it; `pair.rs`
//! puts two ends on a wire with latency and a rule of fates, and `stories.rs` and `random.rs` use that.

#[macro_use]
mod script;

mod captured;
mod close_wait;
mod closed;
mod closing;
mod established;
mod fast_open;
mod fin_wait_1;
mod fin_wait_2;
mod last_ack;
mod listen;
mod memory;
mod pair;
mod parts;
mod random;
mod retransmission;
mod send;
mod stories;
mod syn_received;
mod syn_sent;
mod time_wait;
mod windows;
