//! What tests need of a real kernel: network namespaces, TUN devices, veth pairs. Linux only, and nothing for programs.
//!
//! Everything here needs `CAP_SYS_ADMIN` and `CAP_NET_ADMIN`, which root usually has and a container often lacks. Where something is
//! not allowed the [`Error`] says what, and [`Error::is_not_allowed`] that a test should be skipped rather than fail.
//!
//! ```
//! use wavetank_lab::Namespace;
//!
//! match Namespace::new() {
//!     Ok(space) => {
//!         // Port 1 of 127.0.0.1 is free: nobody else is in here.
//!         let listener = space.run(|| std::net::TcpListener::bind("127.0.0.1:1")).unwrap();
//!         assert_eq!(space.sysctl("net.ipv4.tcp_syn_retries").unwrap(), "6");
//!         drop(listener);
//!     }
//!     Err(error) if error.is_not_allowed() => println!("skipped: {error}"),
//!     Err(error) => panic!("{error}"),
//! }
//! ```
//!
//! Nothing outlives its value: a namespace is gone when it is dropped and the last socket in it is closed, a TUN device when it is
//! dropped, a veth pair with either namespace. No command of the system is called, no mount is made, and no name is left anywhere.
//!
//! Where to look: `namespace.rs`, `tun.rs`, `veth.rs`; `netlink.rs` speaks rtnetlink(7); `sys.rs` has the calls.
#![cfg(target_os = "linux")]

mod error;
mod namespace;
mod netlink;
mod resets;
mod sys;
mod tun;
mod veth;

pub use self::{
    error::{Error, Result},
    namespace::{Namespace, Route},
    resets::Resets,
    tun::{Tun, TunConfig},
    veth::{End, veth, veth_numbered},
};
