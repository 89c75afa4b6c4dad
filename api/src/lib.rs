//! The contract of wavetank: one socket API for two worlds, the operating system's network and a simulated internet.
//!
//! This crate has the types and the traits; it makes no call, reads no clock and has no `unsafe`. The worlds are `wavetank-real` and
//! `wavetank-sim`; programs depend on `wavetank`, which re-exports all of it, or on this crate if the contract is enough.
//!
//! # The map
//!
//! | to | look at |
//! |---|---|
//! | write code for either world | [`Host`] (or [`Net`], without threads and clocks) as the bound of a generic function |
//! | use the names of `std::net` | [`TcpListener`], [`TcpStream`], [`UdpSocket`], [`UnixListener`], [`UnixStream`] |
//! | use the names of Python's `socket` | [`Socket`], [`socketpair`], [`create_connection`], [`create_server`] |
//! | read lines, write through a buffer | [`Socket::makefile`], [`Socket::makefile_text`] |
//! | send files, pass descriptors on | [`Socket::sendfile`], [`Socket::send_fds`] |
//! | wait for several sockets | [`Net::poll`], [`PollFd`], [`poll_one`] |
//! | look up names | [`ToAddrs`], [`Net::getaddrinfo`], [`AddrQuery`]; the older [`gethostbyname`], [`Net::getservbyname`] and so on |
//! | read and write addresses as text | [`Addr`], [`inet_pton`], [`inet_ntop`], [`inet_aton`], [`numeric_host`], [`parse_ip`] |
//! | give every new socket a timeout | [`Net::set_default_timeout`] |
//! | set options | [`option`] |
//! | use a constant by its name in C, or look one up | [`c`] |
//! | send and read control messages | [`control`] |
//! | start threads, sleep, draw random bytes | [`Host`] |
//! | lock, wait, send between threads | [`sync`] |
//! | see what went wrong | [`Error`], [`Errno`], [`Eai`], [`HErrno`] |
//! | add a world | [`Net`], [`Host`], [`EventCount`], [`Descriptor`] |
//!
//! A function generic over [`Host`] is ordinary code:
//!
//! ```
//! use wavetank_api::{Host, Result, TcpListener};
//!
//! fn echo<H: Host>(host: &H) -> Result<()> {
//!     let listener = TcpListener::bind(host, "0.0.0.0:7")?;
//!     loop {
//!         let (stream, _peer) = listener.accept()?;
//!         host.spawn("echo", move || std::io::copy(&mut &stream, &mut &stream).map(drop));
//!     }
//! }
//! ```
//!
//! # What is not offered
//!
//! * other systems than Linux, run: names and types are there for macOS, FreeBSD and Windows and pass `cargo check`, but nobody has run
//!   them there; the simulated world answers as Linux does;
//! * multicast membership by method: `setsockopt_raw` does it;
//! * `epoll`, `select`, `io_uring`: [`Net::poll`] is the one way to wait;
//! * async: this is the blocking contract;
//! * other encodings than UTF-8 in [`Socket::makefile_text`].

#![deny(missing_docs)]

mod addr;
pub mod c;
pub mod can;
pub mod control;
mod errno;
mod error;
mod flags;
mod host;
mod join;
mod msg;
mod net;
pub mod option;
mod order;
mod poll;
mod resolve;
mod socket;
pub mod sync;
mod tcp;
mod time;
mod udp;
mod unix;

pub use self::addr::{
    Addr, AddrParseError, AlgAddr, BdAddr, BluetoothAddr, CanAddr, Guid, HwAddr, HypervAddr, NetlinkAddr, PacketAddr,
    QipcrtrAddr, SystemAddr, TipcAddr, TipcName, ToAddrs, UnixAddr, VsockAddr, if_lookup_name, inet_aton, inet_ntoa,
    inet_ntop, inet_pton, numeric_host, numeric_service, parse_ip,
};
pub use self::errno::Errno;
pub use self::error::{Eai, Error, HErrno, Result};
pub use self::flags::{
    AiFlags, Family, MsgFlags, NameFlags, PollEvents, Protocol, Shutdown, SockFlags, SockType, TcpOptions, TcpState,
};
pub use self::host::{EventCount, Host};
#[doc(hidden)]
pub use self::join::Completer;
pub use self::join::JoinHandle;
pub use self::msg::{RecvMsg, SendMsg};
pub use self::net::{Descriptor, Net};
pub use self::option::SockOpt;
pub use self::order::{htonl, htons, ntohl, ntohs};
pub use self::poll::{PollFd, poll_one};
pub use self::resolve::{
    AddrInfo, AddrQuery, ConnectTimeout, HAS_IPV6, HostEntry, ServerOptions, create_connection,
    create_connection_all_errors, create_connection_from, create_server, getfqdn, gethostbyaddr, gethostbyname,
    has_dualstack_ipv6,
};
pub use self::socket::{
    AlgOp, Ancillary, Buffering, DecodeErrors, FileMode, Newline, SendFile, Socket, SocketFile, SocketType, TextFile,
    socketpair,
};
pub use self::tcp::{Incoming, TcpListener, TcpStream};
pub use self::time::Instant;
pub use self::udp::UdpSocket;
pub use self::unix::{UnixIncoming, UnixListener, UnixStream};
