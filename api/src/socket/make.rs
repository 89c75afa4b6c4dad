//! How sockets come to be: `socket`, `socketpair`, and descriptors from elsewhere.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{BLOCKING, Socket};
use crate::option::SO_TYPE;
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
use crate::option::{SO_DOMAIN, SO_PROTOCOL};
use crate::{Family, Net, Protocol, Result, SockFlags, SockType};

/// `socketpair(2)` with its defaults: two connected UNIX streams (Python's `socket.socketpair()`). [`Socket::pair`] is for any other.
///
/// # Errors
///
/// Those of [`Socket::pair`].
///
/// ```
/// use wavetank_api::socketpair;
///
/// # wavetank_sim::example(|host| {
/// let (left, right) = socketpair(host)?;
/// left.sendall(b"ahoy")?;
/// assert_eq!(right.recv_vec(16)?, b"ahoy");
/// # Ok(())
/// # });
/// ```
#[track_caller]
pub fn socketpair<N: Net>(net: &N) -> Result<(Socket<N>, Socket<N>)> {
    Socket::pair(net, Family::UNIX, SockType::STREAM)
}

/// Making.
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
    ///
    /// ```
    /// use wavetank_api::{Family, SockFlags, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// assert_eq!(socket.gettimeout(), None);
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM | SockFlags::NONBLOCK)?;
    /// assert_eq!((socket.kind(), socket.getblocking()), (SockType::STREAM, false));
    ///
    /// let error = Socket::new(host, Family::from_raw(44), SockType::STREAM).unwrap_err();
    /// assert_eq!(error.to_string(), "socket: EAFNOSUPPORT (Address family not supported by protocol)");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn new(net: &N, family: Family, kind: SockType) -> Result<Self> {
        Self::with_protocol(net, family, kind, Protocol::DEFAULT)
    }

    /// `socket(2)` with a protocol, otherwise as [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    ///
    /// ```
    /// use wavetank_api::{Errno, Family, Protocol, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::with_protocol(host, Family::INET, SockType::DGRAM, Protocol::UDP)?;
    /// assert_eq!(socket.protocol(), Protocol::UDP);
    /// let error = Socket::with_protocol(host, Family::INET, SockType::DGRAM, Protocol::TCP).unwrap_err();
    /// assert_eq!(error, Errno::EPROTONOSUPPORT);
    /// # Ok(())
    /// # });
    /// ```
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
    ///
    /// ```
    /// use wavetank_api::{Errno, Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = Socket::pair(host, Family::UNIX, SockType::STREAM)?;
    /// left.sendall(b"ahoy")?;
    /// assert_eq!(right.recv_vec(16)?, b"ahoy");
    /// let error = Socket::pair(host, Family::INET, SockType::STREAM).unwrap_err();
    /// assert_eq!(error, Errno::EOPNOTSUPP);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    #[doc(alias = "socketpair")]
    pub fn pair(net: &N, family: Family, kind: SockType) -> Result<(Self, Self)> {
        Self::pair_with_protocol(net, family, kind, Protocol::DEFAULT)
    }

    /// `socketpair(2)` with a protocol, otherwise as [`pair`](Self::pair).
    ///
    /// # Errors
    ///
    /// Those of [`pair`](Self::pair).
    ///
    /// ```
    /// use wavetank_api::{Family, Protocol, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let error = Socket::pair_with_protocol(host, Family::UNIX, SockType::STREAM, Protocol::UDP).unwrap_err();
    /// assert_eq!(error.to_string(), "socketpair: EPROTONOSUPPORT (Protocol not supported)");
    /// # Ok(())
    /// # });
    /// ```
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
    ///
    /// ```
    /// use wavetank_api::{Family, Protocol, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let fd = Socket::new(host, Family::INET6, SockType::DGRAM)?.detach();
    /// let socket = Socket::from_fd(host, fd)?;
    /// assert_eq!((socket.family(), socket.kind(), socket.protocol()), (Family::INET6, SockType::DGRAM, Protocol::UDP));
    /// # Ok(())
    /// # });
    /// ```
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
    ///
    /// ```
    /// use wavetank_api::{Family, Protocol, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let fd = Socket::new(host, Family::INET, SockType::STREAM)?.detach();
    /// let socket = Socket::from_fd_as(host, fd, None, None, Some(Protocol::MPTCP))?;
    /// assert_eq!((socket.family(), socket.protocol()), (Family::INET, Protocol::MPTCP));
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn from_fd_as(
        net: &N,
        fd: N::Fd,
        family: Option<Family>,
        kind: Option<SockType>,
        protocol: Option<Protocol>,
    ) -> Result<Self> {
        let mut socket = Self::from_parts(net, fd, Family::UNSPEC, SockType::ANY, Protocol::DEFAULT);
        socket.family = family.map_or_else(|| socket.ask_family(), Ok)?;
        socket.kind = kind.map_or_else(|| socket.getsockopt(SO_TYPE), Ok)?;
        socket.protocol = protocol.map_or_else(|| socket.ask_protocol(), Ok)?;
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
    ///
    /// ```
    /// use wavetank_api::{Socket, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let again = Socket::fromfd(host, left.fd(), left.family(), left.kind(), left.protocol())?;
    /// left.close()?;
    /// again.sendall(b"still there")?;
    /// assert_eq!(right.recv_vec(16)?, b"still there");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn fromfd(net: &N, fd: &N::Fd, family: Family, kind: SockType, protocol: Protocol) -> Result<Self> {
        let (kind, flags) = kind.split();
        Self::from_parts(net, net.dup(fd)?, family, kind, protocol).begin(flags)
    }

    /// Python's `fromshare`: the socket that another process has shared with this one by [`share`](Self::share). It is assumed to
    /// block.
    ///
    /// # Errors
    ///
    /// Those of [`Net::fromshare`].
    ///
    /// ```
    /// // On Windows, in the other process: let socket = Socket::fromshare(&host, &data)?;
    /// ```
    #[cfg(windows)]
    pub fn fromshare(net: &N, data: &[u8]) -> Result<Self> {
        Self::from_fd(net, net.fromshare(data)?)
    }

    /// `WSADuplicateSocketW()`: bytes for [`fromshare`](Self::fromshare) in the process with this number. This socket may be closed
    /// then.
    ///
    /// # Errors
    ///
    /// Those of [`Net::share`].
    ///
    /// ```
    /// // On Windows: let data = socket.share(process)?;
    /// ```
    #[cfg(windows)]
    pub fn share(&self, process: u32) -> Result<Vec<u8>> {
        self.net.share(&self.fd, process)
    }

    pub(super) fn from_parts(net: &N, fd: N::Fd, family: Family, kind: SockType, protocol: Protocol) -> Self {
        Self { net: net.clone(), fd, timeout: AtomicU64::new(BLOCKING), family, kind, protocol }
    }

    /// The mode of a new socket: non-blocking if it was made so, else the default timeout's.
    #[inline]
    #[track_caller]
    pub(super) fn begin(self, flags: SockFlags) -> Result<Self> {
        if flags.contains(SockFlags::NONBLOCK) {
            self.timeout.store(0, Ordering::Relaxed);
        } else if let Some(timeout) = self.net.default_timeout() {
            self.settimeout(Some(timeout))?;
        }
        Ok(self)
    }
}

/// What an open socket is.
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
impl<N: Net> Socket<N> {
    #[track_caller]
    fn ask_family(&self) -> Result<Family> {
        self.getsockopt(SO_DOMAIN)
    }

    #[track_caller]
    fn ask_protocol(&self) -> Result<Protocol> {
        self.getsockopt(SO_PROTOCOL)
    }
}

/// Where the system has no option that tells: the family of its address, and no protocol, as Python does it.
#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
impl<N: Net> Socket<N> {
    #[track_caller]
    fn ask_family(&self) -> Result<Family> {
        Ok(self.getsockname()?.family())
    }

    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "other systems ask")]
    const fn ask_protocol(&self) -> Result<Protocol> {
        Ok(Protocol::DEFAULT)
    }
}
