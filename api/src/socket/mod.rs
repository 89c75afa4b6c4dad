//! [`Socket`]: what Python's `socket` object is, written once for both worlds.
//!
//! Read [`Net`] first. This file adds three things to the system calls: the timeout mode, the retry after a signal (PEP 475), and
//! types. It knows nothing of how a call works. Making and ending is here; the other calls are in the files below.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use self::io::{forward_read_write, read_write_by_socket};
use crate::option::{SO_DOMAIN, SO_PROTOCOL, SO_TYPE};
use crate::{Addr, Descriptor, Family, Instant, Net, Protocol, Result, Shutdown, SockFlags, SockType};

/// An open socket of either world.
///
/// # The three modes
///
/// * **blocking** (`settimeout(None)`, how a socket begins): a call waits until it can do its work;
/// * **non-blocking** (`settimeout(Some(Duration::ZERO))` or `setblocking(false)`): it answers `EAGAIN` instead, and `connect`
///   answers `EINPROGRESS`;
/// * **timeout** (`settimeout(Some(t))`): it waits `t` at most, and then fails with an error for which
///   [`Error::is_timeout`] holds. The descriptor itself is non-blocking. `sendall` has one deadline for the whole.
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
macro_rules! retry {
    ($self:ident, $events:ident, $call:expr) => {{
        let mut patience = Patience::default();
        loop {
            match $call {
                Err(error) => $self.again(error, PollEvents::$events, &mut patience)?,
                done => break done,
            }
        }
    }};
}

mod connect;
mod io;
mod modes;
mod option;
mod recv;
mod send;

/// Making and ending.
impl<N: Net> Socket<N> {
    /// `socket(2)` with the family's default protocol, in blocking mode, close-on-exec.
    ///
    /// # Errors
    ///
    /// `EAFNOSUPPORT`, `EPROTONOSUPPORT`, `ESOCKTNOSUPPORT`, `EACCES`, `EPERM`, `EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`.
    #[track_caller]
    pub fn new(net: &N, family: Family, kind: SockType) -> Result<Self> {
        Self::with_protocol(net, family, kind, Protocol::DEFAULT)
    }

    /// `socket(2)`, in blocking mode, close-on-exec.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    #[track_caller]
    pub fn with_protocol(net: &N, family: Family, kind: SockType, protocol: Protocol) -> Result<Self> {
        let fd = net.socket(family, kind, SockFlags::CLOEXEC, protocol)?;
        Ok(Self::from_parts(net, fd, family, kind, protocol))
    }

    /// `socketpair(2)`: two connected sockets, in blocking mode.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), and `EOPNOTSUPP` for a family that has no pairs.
    #[track_caller]
    #[doc(alias = "socketpair")]
    pub fn pair(net: &N, family: Family, kind: SockType) -> Result<(Self, Self)> {
        let (a, b) = net.socketpair(family, kind, SockFlags::CLOEXEC, Protocol::DEFAULT)?;
        Ok((
            Self::from_parts(net, a, family, kind, Protocol::DEFAULT),
            Self::from_parts(net, b, family, kind, Protocol::DEFAULT),
        ))
    }

    /// Takes over an open descriptor; family, type and protocol are asked of it, and so is its mode.
    ///
    /// # Errors
    ///
    /// `ENOTSOCK`, `EBADF`.
    #[track_caller]
    #[doc(alias = "fromfd")]
    pub fn from_fd(net: &N, fd: N::Fd) -> Result<Self> {
        let mut socket = Self::from_parts(net, fd, Family::UNSPEC, SockType::ANY, Protocol::DEFAULT);
        socket.family = socket.getsockopt(SO_DOMAIN)?;
        socket.kind = socket.getsockopt(SO_TYPE)?;
        socket.protocol = socket.getsockopt(SO_PROTOCOL)?;
        if net.nonblocking(&socket.fd)? {
            socket.timeout = AtomicU64::new(0);
        }
        Ok(socket)
    }

    fn from_parts(net: &N, fd: N::Fd, family: Family, kind: SockType, protocol: Protocol) -> Self {
        Self { net: net.clone(), fd, timeout: AtomicU64::new(BLOCKING), family, kind, protocol }
    }

    /// `dup(2)`: another descriptor of the same open socket, with the same mode.
    ///
    /// # Errors
    ///
    /// `EMFILE`.
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

    /// The descriptor, without closing it.
    pub fn detach(self) -> N::Fd {
        self.fd
    }

    /// `close(2)`. Data that is queued is still delivered; [`shutdown`](Self::shutdown) first tells the peer in good time.
    ///
    /// # Errors
    ///
    /// Whatever `close` reports (`EIO`, `EINTR`); the descriptor is gone all the same.
    #[track_caller]
    pub fn close(self) -> Result<()> {
        self.net.close(self.fd)
    }

    /// `shutdown(2)`: ends one direction, or both, for every descriptor of the socket.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
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

    /// The descriptor's number.
    pub fn fileno(&self) -> i32 {
        self.fd.raw()
    }

    /// The family it was made with.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// The type it was made with.
    #[doc(alias = "type")]
    pub const fn kind(&self) -> SockType {
        self.kind
    }

    /// The protocol it was made with; 0 is the family's default.
    #[doc(alias = "proto")]
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// `getsockname(2)`: the local address.
    ///
    /// # Errors
    ///
    /// `ENOBUFS`.
    #[track_caller]
    pub fn getsockname(&self) -> Result<Addr> {
        self.net.getsockname(&self.fd)
    }

    /// `getpeername(2)`: the address of the peer.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
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
