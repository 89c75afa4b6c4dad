//! Programs to copy. Each is generic over [`wavetank::Host`]: `src/bin/` runs it on the operating system, `tests/` in both worlds.
//!
//! | module | program |
//! |---|---|
//! | [`echo`] | the echo server and client of the socket documentation, IPv4 |
//! | [`echo_any`] | the same over `getaddrinfo`, trying each address of each family |
//! | [`time_wait`] | why a server that is started again finds its port taken, and what `SO_REUSEADDR` does about it |
//! | [`chat`] | a WebSocket chat with tungstenite, a crate that knows nothing of wavetank |
//!
//! `src/bin/scenarios.rs` is a program of one's own scenarios; `tests/first_test.rs` is the first test of the README.

pub mod chat;
pub mod echo;
pub mod echo_any;
pub mod time_wait;
