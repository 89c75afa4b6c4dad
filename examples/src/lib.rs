//! Programs to copy. Each is generic over [`wavetank::Host`]: `src/bin/` runs it on the operating system, `tests/` in both worlds.
//!
//! | module | program |
//! |---|---|
//! | [`echo`] | the echo server and client of the socket documentation, IPv4 |
//! | [`echo_any`] | the same over `getaddrinfo`, trying each address of each family |
//! | [`time_wait`] | why a server that is started again finds its port taken, and what `SO_REUSEADDR` does about it |
//! | [`dual_stack`] | one server for both versions of IP, by `create_server` |
//! | [`descriptors`] | `send_fds` and `recv_fds` by hand, through `sendmsg` and `recvmsg` |
//! | [`scatter`] | one message into several buffers, by `recvmsg_into` |
//! | [`sniffer`] | the frames of an interface, in promiscuous mode; Linux, with CAP_NET_RAW |
//! | [`can`] | CAN frames by the raw protocol and by the broadcast manager; Linux, with a CAN interface |
//! | [`chat`] | a WebSocket chat with tungstenite, a crate that knows nothing of wavetank |
//!
//! The last two are not simulated yet. What [`can`] needs is in the virtual machine of `conformance/vm`:
//! `conformance/vm/boot -- target/debug/deps/real-...` runs these tests there.
//!
//! `src/bin/scenarios.rs` is a program of one's own scenarios; `tests/first_test.rs` is the first test of the README.

pub mod can;
pub mod chat;
pub mod descriptors;
pub mod dual_stack;
pub mod echo;
pub mod echo_any;
pub mod scatter;
pub mod sniffer;
pub mod time_wait;
