//! One socket API, two worlds: the operating system's network, and a simulated internet that is seeded, virtual-timed, faulty on
//! demand, and answers errno for errno like Linux.
//!
//! Network code is written once, against [`Host`] (or [`Net`]), with the types of this page: [`TcpListener`], [`TcpStream`] and
//! [`UdpSocket`] have the names and signatures of `std::net`; [`Socket`] is what Python's `socket` is. In production it runs on
//! `real::Machine`, and a call costs what the system call costs. In tests it runs on the machines of a `Sim`: thousands of seeds
//! in seconds, because time is virtual and nothing waits.
//!
//! # The first test
//!
#![cfg_attr(feature = "sim", doc = "```")]
#![cfg_attr(not(feature = "sim"), doc = "```ignore")]
//! use std::io::{Read, Write};
//! use wavetank::{Host, TcpListener, TcpStream, ms};
//!
//! fn echo<H: Host>(host: &H) -> wavetank::Result<()> {
//!     let listener = TcpListener::bind(host, "0.0.0.0:7")?;
//!     loop {
//!         let (stream, _peer) = listener.accept()?;
//!         host.spawn("echo", move || std::io::copy(&mut &stream, &mut &stream).map(drop));
//!     }
//! }
//!
//! wavetank::check(|sim| {
//!     let server = sim.host("server");
//!     let client = sim.host("client");
//!     sim.link(&server, &client).latency(ms(5)..=ms(50)).loss(1, 100);
//!     server.serve(echo);
//!     client.run(|host| {
//!         let mut stream = TcpStream::connect(host, ("server", 7))?;
//!         stream.write_all(b"ahoy")?;
//!         let mut back = [0; 4];
//!         stream.read_exact(&mut back)?;
//!         assert_eq!(&back, b"ahoy");
//!         Ok(())
//!     });
//! });
//! ```
//!
//! The same `echo` serves the real network with `echo(&wavetank::real::Machine::this())`. When a seed fails, the test prints the
//! seed, the digest of the run, what each machine called last, who waits on what, and the command that runs that seed again.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `real` (default) | `real`: the sockets of the operating system |
//! | `sim` | `sim`: the simulated internet; `check`, `run_twice`, `Explorer`. For tests: `cargo add --dev wavetank --features sim` |
//! | `cli` | `cli`: the command `wavetank`, and the same command line for a program of your own scenarios |
//!
//! # What it does not do
//!
//! * It intercepts nothing: code that calls `std::net` goes to the operating system, whatever world it was started in.
//! * It offers blocking calls; there is no async yet.
//! * Both worlds are Linux. The simulated one has TCP and UDP over IPv4 and IPv6, and UNIX stream pairs; what it does not have
//!   answers as a kernel built without it would.
//! * A simulated host has no file system and no processes besides those that the test starts.
//! * Wall clocks, hash maps and random numbers that a program takes from elsewhere than its [`Host`] are as indeterminate as ever;
//!   `run_twice` finds them.

use std::time::Duration;

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(feature = "real")]
pub use wavetank_real as real;
#[cfg(feature = "sim")]
pub use wavetank_sim as sim;
#[cfg(feature = "sim")]
pub use wavetank_sim::{Explorer, Report, Sim, check, run_twice};

pub use wavetank_api::*;

/// So many milliseconds.
///
/// ```
/// assert_eq!(wavetank::ms(1500), std::time::Duration::from_millis(1500));
/// ```
pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// So many seconds.
pub const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}
