//! [`Socket`]: what Python's `socket` object is, written once for both worlds.
//!
//! Read [`Net`] first. This file adds three things to the system calls: the timeout mode, the retry after a signal (PEP 475), and
//! types. It knows nothing of how a call works. Duplicates, ends and names are here; the other calls are in the files below.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

pub use self::ancillary::{AlgOp, Ancillary};
pub use self::file::{Buffering, FileMode, SocketFile};
pub(crate) use self::io::{forward_read_write, read_write_by_socket};
pub use self::make::socketpair;
pub use self::sendfile::SendFile;
pub use self::text::{DecodeErrors, Newline, TextFile};
use crate::{Addr, Descriptor, Family, Instant, Net, Protocol, Result, Shutdown, SockType};

/// An open socket of either world.
///
/// # The three modes
///
/// * **blocking** (`settimeout(None)`, how a socket begins unless [`Net::set_default_timeout`] says otherwise): a call waits until it
///   can do its work;
/// * **non-blocking** (`settimeout(Some(Duration::ZERO))` or `setblocking(false)`): it answers `EAGAIN` instead, and `connect`
///   answers `EINPROGRESS`;
/// * **timeout** (`settimeout(Some(t))`): it waits `t` at most, and then fails with an error for which
///   [`Error::is_timeout`](crate::Error::is_timeout) holds. The descriptor itself is non-blocking. `sendall` has one deadline for the
///   whole.
///
/// The descriptor's mode belongs to the open socket and is shared by its duplicates, as on Linux; the time belongs to this value.
///
/// # Interruptions
///
/// A call that a signal interrupts (`EINTR`) is made again with what is left of its time, as in Python since 3.5 (PEP 475).
///
/// # Closing
///
/// Dropping the socket closes it and ignores what `close(2)` answers; [`close`](Self::close) reports it.
///
/// `Read` and `Write` are implemented for `Socket` and for `&Socket`.
pub struct Socket<N: Net> {
    net: N,
    fd: N::Fd,
    /// Nanoseconds a call may take: 0 is the non-blocking mode, [`BLOCKING`] the blocking one.
    timeout: AtomicU64,
    family: Family,
    kind: SockType,
    protocol: Protocol,
}

/// No timeout. 584 years would be the same.
const BLOCKING: u64 = u64::MAX;

/// The deadline of one call in timeout mode: set when it first has to wait.
#[derive(Default)]
struct Patience {
    deadline: Option<Instant>,
}

/// Runs a call until it answers with something else than "interrupted" or, in timeout mode, "would block".
///
/// A macro, because `#[track_caller]` does not reach into closures: a simulation reports the user's line.
///
/// `retry!(after error, ...)` goes on after a call that has failed. A caller that must not cost more than the call does has it in a
/// function of its own, so that nothing of it is in the way of a call that succeeds.
macro_rules! retry {
    ($self:ident, $events:ident, $call:expr) => {
        match $call {
            Err(error) => retry!(after error, $self, $events, $call),
            done => done,
        }
    };
    (after $error:ident, $self:ident, $events:ident, $call:expr) => {{
        let mut patience = Patience::default();
        let mut error = $error;
        loop {
            $self.again(error, PollEvents::$events, &mut patience)?;
            match $call {
                Err(next) => error = next,
                done => break done,
            }
        }
    }};
}

mod ancillary;
mod connect;
mod file;
mod io;
mod kind;
mod make;
mod modes;
mod option;
mod recv;
mod send;
mod sendfile;
mod text;

/// Python's name for the type of sockets.
pub type SocketType<N> = Socket<N>;

/// Duplicates, and the end.
impl<N: Net> Socket<N> {
    /// `dup(2)`: another descriptor of the same open socket, with the same mode.
    ///
    /// # Errors
    ///
    /// `EMFILE`.
    ///
    /// ```
    /// use wavetank_api::socketpair;
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let again = left.try_clone()?;
    /// assert_ne!(again.fileno(), left.fileno());
    /// drop(left);
    /// again.sendall(b"still there")?;
    /// assert_eq!(right.recv_vec(16)?, b"still there");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    #[doc(alias = "dup")]
    pub fn try_clone(&self) -> Result<Self> {
        Ok(Self {
            net: self.net.clone(),
            fd: self.net.dup(&self.fd)?,
            timeout: AtomicU64::new(self.timeout.load(Ordering::Relaxed)),
            ..*self
        })
    }

    /// Python's `detach`: the descriptor, without closing it.
    ///
    /// ```
    /// use wavetank_api::{MsgFlags, Net, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let fd = left.detach();
    /// host.send(&fd, b"ahoy", MsgFlags::empty())?;
    /// host.close(fd)?;
    /// assert_eq!(right.recv_vec(16)?, b"ahoy");
    /// assert_eq!(right.recv_vec(16)?, b"");
    /// # Ok(())
    /// # });
    /// ```
    pub fn detach(self) -> N::Fd {
        self.fd
    }

    /// `close(2)`. Data that is queued is still delivered; [`shutdown`](Self::shutdown) first tells the peer in good time.
    ///
    /// Blocks only with [`SO_LINGER`](crate::option::SO_LINGER).
    ///
    /// # Errors
    ///
    /// Whatever `close` reports (`EIO`, `EINTR`); the descriptor is gone all the same.
    ///
    /// ```
    /// use wavetank_api::socketpair;
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// left.sendall(b"the last words")?;
    /// left.close()?;
    /// assert_eq!(right.recv_vec(16)?, b"the last words");
    /// assert_eq!(right.recv_vec(16)?, b"");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn close(self) -> Result<()> {
        self.net.close(self.fd)
    }

    /// `shutdown(2)`: ends one direction, or both, for every descriptor of the socket.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
    ///
    /// ```
    /// use wavetank_api::{Errno, Shutdown, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// left.shutdown(Shutdown::Write)?;
    /// assert_eq!(right.recv(&mut [0; 16])?, 0);
    /// assert_eq!(left.send(b"more").unwrap_err(), Errno::EPIPE);
    /// right.sendall(b"I am not done")?;
    /// assert_eq!(left.recv_vec(16)?, b"I am not done");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        self.net.shutdown(&self.fd, how)
    }
}

/// What it is.
impl<N: Net> Socket<N> {
    /// The stack this socket belongs to.
    pub const fn net(&self) -> &N {
        &self.net
    }

    /// The descriptor.
    pub const fn fd(&self) -> &N::Fd {
        &self.fd
    }

    /// Python's `fileno`: the descriptor's number.
    ///
    /// ```
    /// use wavetank_api::socketpair;
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// assert_eq!((left.fileno(), right.fileno()), (3, 4));
    /// # Ok(())
    /// # });
    /// ```
    pub fn fileno(&self) -> i32 {
        self.fd.raw()
    }

    /// Python's `family`: the one it was made with.
    ///
    /// ```
    /// use wavetank_api::{Family, Protocol, SockType, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, _right) = socketpair(host)?;
    /// assert_eq!((left.family(), left.kind(), left.protocol()), (Family::UNIX, SockType::STREAM, Protocol::DEFAULT));
    /// # Ok(())
    /// # });
    /// ```
    pub const fn family(&self) -> Family {
        self.family
    }

    /// Python's `type`: the one it was made with, without `SOCK_NONBLOCK` and `SOCK_CLOEXEC`.
    ///
    /// ```
    /// use wavetank_api::{Family, SockFlags, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::DGRAM | SockFlags::NONBLOCK)?;
    /// assert_eq!(socket.kind(), SockType::DGRAM);
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "type")]
    pub const fn kind(&self) -> SockType {
        self.kind
    }

    /// Python's `proto`: the one it was made with; 0 is the family's default.
    ///
    /// ```
    /// use wavetank_api::{Family, Protocol, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// assert_eq!(socket.protocol(), Protocol::DEFAULT);
    /// assert_eq!(Socket::from_fd(host, socket.detach())?.protocol(), Protocol::UDP);
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "proto")]
    pub const fn protocol(&self) -> Protocol {
        Protocol::of(self.family, self.protocol.raw())
    }

    /// Whether programs that this one executes get the descriptor (Python's `get_inheritable`): `fcntl(F_GETFD)`. No new socket is
    /// inheritable.
    ///
    /// # Errors
    ///
    /// None on an open descriptor.
    ///
    /// ```
    /// use wavetank_api::{Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// assert!(!socket.inheritable()?);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    #[doc(alias = "get_inheritable")]
    pub fn inheritable(&self) -> Result<bool> {
        self.net.inheritable(&self.fd)
    }

    /// Says whether programs that this one executes get the descriptor: `fcntl(F_SETFD)`.
    ///
    /// # Errors
    ///
    /// None on an open descriptor.
    ///
    /// ```
    /// use wavetank_api::{Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// socket.set_inheritable(true)?;
    /// assert!(socket.inheritable()?);
    /// assert!(!socket.try_clone()?.inheritable()?);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn set_inheritable(&self, inheritable: bool) -> Result<()> {
        self.net.set_inheritable(&self.fd, inheritable)
    }

    /// `getsockname(2)`: the local address.
    ///
    /// # Errors
    ///
    /// `ENOBUFS`.
    ///
    /// ```
    /// use wavetank_api::{Addr, Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// assert_eq!(socket.getsockname()?, Addr::ANY_V4);
    /// socket.bind(&"127.0.0.1:8080".parse().unwrap())?;
    /// assert_eq!(socket.getsockname()?.to_string(), "127.0.0.1:8080");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn getsockname(&self) -> Result<Addr> {
        self.net.getsockname(&self.fd)
    }

    /// `getpeername(2)`: the address of the peer.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
    ///
    /// ```
    /// use wavetank_api::{Errno, ServerOptions, create_connection, create_server};
    ///
    /// # wavetank_sim::example(|host| {
    /// let server = create_server(host, ("127.0.0.1", 80), ServerOptions::default())?;
    /// assert_eq!(server.getpeername().unwrap_err(), Errno::ENOTCONN);
    /// let client = create_connection(host, ("127.0.0.1", 80), None)?;
    /// assert_eq!(client.getpeername()?, server.getsockname()?);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn getpeername(&self) -> Result<Addr> {
        self.net.getpeername(&self.fd)
    }
}
impl<N: Net> fmt::Debug for Socket<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("fd", &self.fileno())
            .field("family", &self.family)
            .field("kind", &self.kind)
            .field("protocol", &self.protocol)
            .finish()
    }
}
