//! wavetank on the operating system: [`Machine`] is [`Net`](wavetank_api::Net) and [`Host`](wavetank_api::Host) by Linux's own calls.
//!
//! Nothing is between a program and the system but types: no simulator, no thread of our own, no allocation for a transfer. A
//! signal shows as `EINTR` on this level, as in C; [`Socket`](wavetank_api::Socket) and everything above make the call again.
//!
//! Three things are always so: every descriptor is close-on-exec; nobody gets a `SIGPIPE` (`MSG_NOSIGNAL`); and requests or options
//! whose argument has an address in it, to which the kernel would write, are refused, because these calls are safe Rust.
//!
//! ```
//! use std::io::{Read, Write};
//! use wavetank_api::{Host, TcpListener, TcpStream};
//! use wavetank_real::Machine;
//!
//! let host = Machine::this();
//! let listener = TcpListener::bind(&host, "127.0.0.1:0")?;
//! let addr = listener.local_addr()?;
//! let echo = host.spawn("echo", move || {
//!     let (stream, _peer) = listener.accept()?;
//!     std::io::copy(&mut &stream, &mut &stream)
//! });
//!
//! let mut stream = TcpStream::connect(&host, addr)?;
//! stream.write_all(b"ahoy")?;
//! let mut back = [0; 4];
//! stream.read_exact(&mut back)?;
//! assert_eq!(&back, b"ahoy");
//!
//! drop(stream);
//! assert_eq!(echo.join().unwrap()?, 4);
//! # Ok::<(), wavetank_api::Error>(())
//! ```
//!
//! The same with the names of Python's `socket`, and with time limits:
//!
//! ```
//! use std::time::Duration;
//! use wavetank_api::{Errno, Host, ServerOptions, create_connection, create_server, option::TCP_NODELAY};
//! use wavetank_real::Machine;
//!
//! let host = Machine::this();
//! let server = create_server(&host, ("localhost", 0), ServerOptions::default())?;
//! let addr = server.getsockname()?;
//! let client = create_connection(&host, &addr, Some(Duration::from_millis(10)))?;
//! client.setsockopt(TCP_NODELAY, true)?;
//!
//! // Nobody sends: the socket's own timeout strikes.
//! let error = client.recv(&mut [0; 100]).unwrap_err();
//! assert_eq!(error.to_string(), "recv: timed out");
//!
//! // Nobody listens any more.
//! drop((server, client));
//! let error = create_connection(&host, &addr, None).unwrap_err();
//! assert_eq!(error, Errno::ECONNREFUSED);
//! assert_eq!(
//!     format!("{error:#}"),
//!     "connect: ECONNREFUSED (Connection refused); nothing listens there: is the server started, bound to this address and port, \
//!      and listening before you connect?",
//! );
//! # Ok::<(), wavetank_api::Error>(())
//! ```
//!
//! Waiting for several sockets at once:
//!
//! ```
//! use std::time::Duration;
//! use wavetank_api::{Net, PollEvents, PollFd, UdpSocket};
//! use wavetank_real::Machine;
//!
//! let host = Machine::this();
//! let (a, b) = (UdpSocket::bind(&host, "127.0.0.1:0")?, UdpSocket::bind(&host, "127.0.0.1:0")?);
//! a.send_to(b"ahoy", b.local_addr()?)?;
//!
//! let mut fds = [PollFd::of(a.socket(), PollEvents::IN), PollFd::of(b.socket(), PollEvents::IN)];
//! assert_eq!(host.poll(&mut fds, Some(Duration::from_secs(10)))?, 1);
//! assert!(!fds[0].is_readable() && fds[1].is_readable());
//! # Ok::<(), wavetank_api::Error>(())
//! ```
//!
//! macOS and FreeBSD have files of their own (`sys/bsd.rs`, `none.rs`), and so has Windows, for what only it has (`windows.rs`): written
//! without a machine of these systems.
//!
//! Where to look: `sys.rs` has the calls and all `unsafe`, `addr.rs` addresses in memory, `net.rs` and `host.rs` the two traits.

#[cfg(unix)]
mod addr;
#[cfg(unix)]
mod control;
#[cfg(unix)]
mod fd;
#[cfg(unix)]
mod host;
#[cfg(unix)]
mod modes;
#[cfg(unix)]
mod net;
#[cfg(unix)]
mod netdb;
#[cfg(unix)]
mod poll;
#[cfg(target_os = "linux")]
mod quirks;
#[cfg(all(unix, not(target_os = "linux")))]
#[path = "none.rs"]
mod quirks;
#[cfg(target_os = "linux")]
mod refused;
#[cfg(all(unix, not(target_os = "linux")))]
use self::quirks as refused;
#[cfg(unix)]
mod resolve;
#[cfg(unix)]
mod sys;

#[cfg(unix)]
pub use self::fd::Fd;
#[cfg(unix)]
pub use self::host::Count;
#[cfg(windows)]
pub mod windows;

/// The machine this program runs on.
///
/// ```
/// use wavetank_api::Net;
/// use wavetank_real::Machine;
///
/// let machine = Machine::this();
/// assert_eq!(machine.if_nameindex()?[0], (1, "lo".to_string()));
/// # Ok::<(), wavetank_api::Error>(())
/// ```
#[cfg(unix)]
#[derive(Clone, Debug)]
pub struct Machine(());

#[cfg(unix)]
impl Machine {
    /// This machine. All of its handles are the same.
    #[must_use]
    pub const fn this() -> Self {
        Self(())
    }
}
