//! [`Socket`]: what Python's `socket` object is, written once for both worlds.
//!
//! Read [`Net`] first. This file adds three things to the system calls: the timeout mode, the retry after a signal (PEP 475), and
//! types. It knows nothing of how a call works. Making and ending is here; the other calls are in the files below.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

pub use self::ancillary::{AlgOp, Ancillary};
pub use self::file::{Buffering, FileMode, SocketFile};
pub(crate) use self::io::{forward_read_write, read_write_by_socket};
pub use self::sendfile::SendFile;
pub use self::text::{DecodeErrors, Newline, TextFile};
use crate::option::{SO_DOMAIN, SO_PROTOCOL, SO_TYPE};
use crate::{Addr, Descriptor, Family, Instant, Net, Protocol, Result, Shutdown, SockFlags, SockType};

/// An open socket of either world.
///
/// # The three modes
///
/// * **blocking** (`settimeout(None)`, how a socket begins unless [`Net::set_default_timeout`] says otherwise): a call waits until it can do its work;
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

mod ancillary;
mod connect;
mod file;
mod io;
mod kind;
mod modes;
mod option;
mod recv;
mod send;
mod sendfile;
mod text;

/// Python's name for the type of sockets.
pub type SocketType<N> = Socket<N>;

/// `socketpair(2)` with its defaults: two connected UNIX streams (Python's `socket.socketpair()`). [`Socket::pair`] is for any other.
///
/// # Errors
///
/// Those of [`Socket::pair`].
#[track_caller]
pub fn socketpair<N: Net>(net: &N) -> Result<(Socket<N>, Socket<N>)> {
    Socket::pair(net, Family::UNIX, SockType::STREAM)
}

/// Making and ending.
impl<N: Net> Socket<N> {
    /// `socket(2)` with the family's default protocol, close-on-exec, with the default timeout ([`Net::default_timeout`]): in blocking
    /// mode unless somebody has set one.
    ///
    /// The type may have `SOCK_NONBLOCK` in it (`SockType::STREAM | SockFlags::NONBLOCK`): the socket is in non-blocking mode then, and
    /// [`kind`](Self::kind) does not show the bit.
    ///
    /// # Errors
    ///
    /// `EAFNOSUPPORT`, `EPROTONOSUPPORT`, `ESOCKTNOSUPPORT`, `EINVAL` (type), `EACCES`, `EPERM`, `EMFILE`, `ENFILE`, `ENOBUFS`,
    /// `ENOMEM`.
    #[track_caller]
    pub fn new(net: &N, family: Family, kind: SockType) -> Result<Self> {
        Self::with_protocol(net, family, kind, Protocol::DEFAULT)
    }

    /// [`new`](Self::new) with a protocol.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    #[track_caller]
    pub fn with_protocol(net: &N, family: Family, kind: SockType, protocol: Protocol) -> Result<Self> {
        let (kind, flags) = kind.split();
        let fd = net.socket(family, kind, flags | SockFlags::CLOEXEC, protocol)?;
        Self::from_parts(net, fd, family, kind, protocol).begin(flags)
    }

    /// `socketpair(2)`: two connected sockets, otherwise as [`new`](Self::new) makes one.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), and `EOPNOTSUPP` for a family that has no pairs.
    #[track_caller]
    #[doc(alias = "socketpair")]
    pub fn pair(net: &N, family: Family, kind: SockType) -> Result<(Self, Self)> {
        Self::pair_with_protocol(net, family, kind, Protocol::DEFAULT)
    }

    /// [`pair`](Self::pair) with a protocol.
    ///
    /// # Errors
    ///
    /// Those of [`pair`](Self::pair).
    #[track_caller]
    pub fn pair_with_protocol(net: &N, family: Family, kind: SockType, protocol: Protocol) -> Result<(Self, Self)> {
        let (kind, flags) = kind.split();
        let (a, b) = net.socketpair(family, kind, flags | SockFlags::CLOEXEC, protocol)?;
        let a = Self::from_parts(net, a, family, kind, protocol).begin(flags)?;
        Ok((a, Self::from_parts(net, b, family, kind, protocol).begin(flags)?))
    }

    /// Takes over an open descriptor: Python's `socket(fileno=fd)`. Family, type and protocol are asked of it, and so is its mode,
    /// unless there is a default timeout. The descriptor is the same and not a duplicate.
    ///
    /// # Errors
    ///
    /// `ENOTSOCK`, `EBADF`.
    #[track_caller]
    pub fn from_fd(net: &N, fd: N::Fd) -> Result<Self> {
        Self::from_fd_as(net, fd, None, None, None)
    }

    /// [`from_fd`](Self::from_fd), where what is given is not asked. It changes what [`family`](Self::family), [`kind`](Self::kind) and
    /// [`protocol`](Self::protocol) say, and nothing about the socket.
    ///
    /// # Errors
    ///
    /// Those of [`from_fd`](Self::from_fd).
    #[track_caller]
    pub fn from_fd_as(
        net: &N,
        fd: N::Fd,
        family: Option<Family>,
        kind: Option<SockType>,
        protocol: Option<Protocol>,
    ) -> Result<Self> {
        let mut socket = Self::from_parts(net, fd, Family::UNSPEC, SockType::ANY, Protocol::DEFAULT);
        socket.family = family.map_or_else(|| socket.getsockopt(SO_DOMAIN), Ok)?;
        socket.kind = kind.map_or_else(|| socket.getsockopt(SO_TYPE), Ok)?;
        socket.protocol = protocol.map_or_else(|| socket.getsockopt(SO_PROTOCOL), Ok)?;
        if net.default_timeout().is_some() {
            return socket.begin(SockFlags::empty());
        }
        if net.nonblocking(&socket.fd)? {
            socket.timeout = AtomicU64::new(0);
        }
        Ok(socket)
    }

    /// A socket over a duplicate of the descriptor (Python's `fromfd`). That the descriptor is of this family, type and protocol, and
    /// blocks, is the caller's word.
    ///
    /// # Errors
    ///
    /// Those of [`dup`](Self::try_clone).
    #[track_caller]
    pub fn fromfd(net: &N, fd: &N::Fd, family: Family, kind: SockType, protocol: Protocol) -> Result<Self> {
        let (kind, flags) = kind.split();
        Self::from_parts(net, net.dup(fd)?, family, kind, protocol).begin(flags)
    }

    /// The socket that another process has shared with this one by [`share`](Self::share). It is assumed to block.
    ///
    /// # Errors
    ///
    /// `WSAEINVAL`.
    #[cfg(windows)]
    pub fn fromshare(net: &N, data: &[u8]) -> Result<Self> {
        Self::from_fd(net, net.fromshare(data)?)
    }

    /// `WSADuplicateSocketW`: bytes for [`fromshare`](Self::fromshare) in the process with this number. This socket may be closed then.
    ///
    /// # Errors
    ///
    /// `WSAEINVAL`.
    #[cfg(windows)]
    pub fn share(&self, process: u32) -> Result<Vec<u8>> {
        self.net.share(&self.fd, process)
    }

    fn from_parts(net: &N, fd: N::Fd, family: Family, kind: SockType, protocol: Protocol) -> Self {
        Self { net: net.clone(), fd, timeout: AtomicU64::new(BLOCKING), family, kind, protocol }
    }

    /// The mode of a new socket: non-blocking if it was made so, else the default timeout's.
    #[inline]
    #[track_caller]
    fn begin(self, flags: SockFlags) -> Result<Self> {
        if flags.contains(SockFlags::NONBLOCK) {
            self.timeout.store(0, Ordering::Relaxed);
        } else if let Some(timeout) = self.net.default_timeout() {
            self.settimeout(Some(timeout))?;
        }
        Ok(self)
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
        Protocol::of(self.family, self.protocol.raw())
    }

    /// Whether programs that this one executes get the descriptor (Python's `get_inheritable`): `fcntl(F_GETFD)`. No new socket is
    /// inheritable.
    ///
    /// # Errors
    ///
    /// None on an open descriptor.
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
    #[track_caller]
    pub fn set_inheritable(&self, inheritable: bool) -> Result<()> {
        self.net.set_inheritable(&self.fd, inheritable)
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
