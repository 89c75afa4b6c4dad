//! [`Error`]: which call failed, and why. The resolver's own numbers are in the files below.

mod eai;
mod herrno;
mod hint;

use std::fmt;
use std::io;
use std::sync::Arc;

pub use self::eai::Eai;
pub use self::herrno::HErrno;
use self::hint::{eai_hint, herrno_hint, os_hint};
use crate::Errno;

/// What every call returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A call that failed: its name, and the cause.
///
/// The causes, with Python's names for them:
///
/// | cause | asked by | in Python |
/// |---|---|---|
/// | an error number of the system | [`errno`](Self::errno) | `OSError`, of which `socket.error` is an alias |
/// | the timeout of a socket in timeout mode, which is not the kernel's `ETIMEDOUT` | [`is_timeout`](Self::is_timeout) | `timeout` |
/// | a number of `getaddrinfo` or `getnameinfo` | [`eai`](Self::eai) | `gaierror` |
/// | a number of `gethostbyname` or `gethostbyaddr` | [`h_errno`](Self::h_errno) | `herror` |
/// | a service or protocol that no table has | [`is_not_found`](Self::is_not_found) | `OSError` without a number |
/// | an [`io::Error`] that other code brought in with `?` | | |
///
/// All but the last carry no allocation.
///
/// ```
/// use wavetank_api::{Errno, Error};
///
/// let error = Error::new(Errno::ECONNREFUSED, "connect");
/// assert_eq!(error.to_string(), "connect: ECONNREFUSED (Connection refused)");
/// assert_eq!(error, Errno::ECONNREFUSED);
/// assert_eq!(error.call(), "connect");
///
/// let io: std::io::Error = error.into();
/// assert_eq!(io.kind(), std::io::ErrorKind::ConnectionRefused);
/// assert_eq!(io.raw_os_error(), Some(111));
///
/// assert_eq!(Error::timeout("recv").to_string(), "recv: timed out");
/// ```
#[derive(Clone)]
pub struct Error(Repr);

/// Flat, so that the whole is 24 bytes: the name is 16, which leaves 8 for a number and the tag.
#[derive(Clone)]
enum Repr {
    Os { errno: Errno, call: &'static str },
    Timeout { call: &'static str },
    Resolve { eai: Eai, call: &'static str },
    Host { h_errno: HErrno, call: &'static str },
    Missing { what: Missing, call: &'static str },
    Io(Arc<io::Error>),
}

/// What a table of names does not have.
#[derive(Clone, Copy, Debug)]
enum Missing {
    Service,
    Port,
    Protocol,
}

const _: () = assert!(size_of::<Error>() <= 24);

impl Error {
    /// The system refused `call` with `errno`.
    #[must_use]
    #[inline]
    pub const fn new(errno: Errno, call: &'static str) -> Self {
        Self(Repr::Os { errno, call })
    }

    /// The time that a socket's timeout mode allows for `call` is over (Python's `socket.timeout`).
    #[must_use]
    pub const fn timeout(call: &'static str) -> Self {
        Self(Repr::Timeout { call })
    }

    /// The resolver answered `call` with `eai`. What `EAI_SYSTEM` hides in `errno` is reported by [`Error::new`] instead.
    #[must_use]
    pub const fn resolve(eai: Eai, call: &'static str) -> Self {
        Self(Repr::Resolve { eai, call })
    }

    /// `gethostbyname` or `gethostbyaddr`, which is `call`, failed with this `h_errno` (Python's `herror`).
    #[must_use]
    pub const fn host(h_errno: HErrno, call: &'static str) -> Self {
        Self(Repr::Host { h_errno, call })
    }

    /// `getservbyname` finds no such service: "service/proto not found".
    #[must_use]
    pub const fn no_service() -> Self {
        Self(Repr::Missing { what: Missing::Service, call: "getservbyname" })
    }

    /// `getservbyport` finds no service of that port: "port/proto not found".
    #[must_use]
    pub const fn no_port() -> Self {
        Self(Repr::Missing { what: Missing::Port, call: "getservbyport" })
    }

    /// `getprotobyname` finds no such protocol: "protocol not found".
    #[must_use]
    pub const fn no_protocol() -> Self {
        Self(Repr::Missing { what: Missing::Protocol, call: "getprotobyname" })
    }

    /// The error number; `None` for a timeout, a resolver error, or an [`io::Error`] without one.
    #[must_use]
    pub fn errno(&self) -> Option<Errno> {
        match &self.0 {
            Repr::Os { errno, .. } => Some(*errno),
            Repr::Io(error) => error.raw_os_error().map(Errno::from_raw),
            _ => None,
        }
    }

    /// `h_errno`, if one of the older look-ups failed.
    #[must_use]
    #[doc(alias = "herror")]
    pub fn h_errno(&self) -> Option<HErrno> {
        match &self.0 {
            Repr::Host { h_errno, .. } => Some(*h_errno),
            _ => None,
        }
    }

    /// Whether a service, port or protocol was looked up that no table has.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.0, Repr::Missing { .. })
    }

    /// The resolver's number, if the resolver failed.
    #[must_use]
    pub fn eai(&self) -> Option<Eai> {
        match &self.0 {
            Repr::Resolve { eai, .. } => Some(*eai),
            _ => None,
        }
    }

    /// The call that failed, by its name in C; empty if it was lost on the way through an [`io::Error`].
    #[must_use]
    pub fn call(&self) -> &'static str {
        match &self.0 {
            Repr::Os { call, .. }
            | Repr::Timeout { call }
            | Repr::Resolve { call, .. }
            | Repr::Host { call, .. }
            | Repr::Missing { call, .. } => call,
            Repr::Io(_) => "",
        }
    }

    /// The same cause, told of another call.
    #[must_use]
    pub fn with_call(self, call: &'static str) -> Self {
        Self(match self.0 {
            Repr::Os { errno, .. } => Repr::Os { errno, call },
            Repr::Timeout { .. } => Repr::Timeout { call },
            Repr::Resolve { eai, .. } => Repr::Resolve { eai, call },
            Repr::Host { h_errno, .. } => Repr::Host { h_errno, call },
            Repr::Missing { what, .. } => Repr::Missing { what, call },
            Repr::Io(error) => Repr::Io(error),
        })
    }

    /// Whether the timeout of the socket's mode struck. `ETIMEDOUT` of the kernel is another thing: see [`errno`](Self::errno).
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0, Repr::Timeout { .. })
    }

    /// Whether a non-blocking call would have had to wait: `EAGAIN`, which is `EWOULDBLOCK`.
    #[must_use]
    pub fn is_would_block(&self) -> bool {
        self.is(Errno::EAGAIN)
    }

    /// Whether a signal came first: `EINTR`.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.is(Errno::EINTR)
    }

    /// Whether a non-blocking `connect` is under way: `EINPROGRESS`.
    #[must_use]
    pub fn is_in_progress(&self) -> bool {
        self.is(Errno::EINPROGRESS)
    }

    /// Whether the error number is `errno`.
    #[must_use]
    pub fn is(&self, errno: Errno) -> bool {
        self.errno() == Some(errno)
    }

    /// The kind that [`io::Error`] would report.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match &self.0 {
            Repr::Os { errno, .. } => io::Error::from(*errno).kind(),
            Repr::Timeout { .. } => io::ErrorKind::TimedOut,
            Repr::Resolve { .. } | Repr::Host { .. } => io::ErrorKind::Other,
            Repr::Missing { .. } => io::ErrorKind::NotFound,
            Repr::Io(error) => error.kind(),
        }
    }

    /// What to look at first, for the failures that everybody meets.
    ///
    /// ```
    /// use wavetank_api::{Errno, Error};
    ///
    /// let hint = Error::new(Errno::EADDRINUSE, "bind").hint().unwrap();
    /// assert!(hint.contains("SO_REUSEADDR"));
    /// assert_eq!(Error::new(Errno::ENOSYS, "bind").hint(), None);
    /// ```
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match &self.0 {
            Repr::Os { errno, call } => os_hint(*errno, call),
            Repr::Timeout { .. } => {
                Some("the socket's own timeout struck: is the peer alive, and is settimeout() long enough?")
            }
            Repr::Resolve { eai, .. } => eai_hint(*eai),
            Repr::Host { h_errno, .. } => herrno_hint(*h_errno),
            Repr::Missing { .. } | Repr::Io(_) => None,
        }
    }
}

impl Missing {
    /// The texts of Python.
    const fn text(self) -> &'static str {
        match self {
            Self::Service => "service/proto not found",
            Self::Port => "port/proto not found",
            Self::Protocol => "protocol not found",
        }
    }
}

/// The call and the cause; `{:#}` adds the [`hint`](Error::hint).
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.call().is_empty() {
            write!(f, "{}: ", self.call())?;
        }
        match &self.0 {
            Repr::Os { errno, .. } => write!(f, "{errno}")?,
            Repr::Timeout { .. } => f.write_str("timed out")?,
            Repr::Resolve { eai, .. } => write!(f, "{eai}")?,
            Repr::Host { h_errno, .. } => write!(f, "{h_errno}")?,
            Repr::Missing { what, .. } => f.write_str(what.text())?,
            Repr::Io(error) => write!(f, "{error}")?,
        }
        match self.hint() {
            Some(hint) if f.alternate() => write!(f, "; {hint}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Os { errno, call } => f.debug_struct("Error").field("call", call).field("errno", errno).finish(),
            Repr::Timeout { call } => f.debug_struct("Error").field("call", call).field("timeout", &true).finish(),
            Repr::Resolve { eai, call } => f.debug_struct("Error").field("call", call).field("eai", eai).finish(),
            Repr::Host { h_errno, call } => {
                f.debug_struct("Error").field("call", call).field("h_errno", h_errno).finish()
            }
            Repr::Missing { what, call } => f.debug_struct("Error").field("call", call).field("missing", what).finish(),
            Repr::Io(error) => f.debug_tuple("Error").field(error).finish(),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Repr::Io(error) => error.get_ref().and_then(|inner| inner.source()),
            _ => None,
        }
    }
}

impl PartialEq<Errno> for Error {
    fn eq(&self, errno: &Errno) -> bool {
        self.is(*errno)
    }
}

impl PartialEq<HErrno> for Error {
    fn eq(&self, h_errno: &HErrno) -> bool {
        self.h_errno() == Some(*h_errno)
    }
}

impl PartialEq<Eai> for Error {
    fn eq(&self, eai: &Eai) -> bool {
        self.eai() == Some(*eai)
    }
}

/// A raw error of the system keeps its number; one of ours inside comes out as it went in.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if let Some(number) = error.raw_os_error() {
            return Self::new(Errno::from_raw(number), "");
        }
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) => Self(Repr::Io(Arc::new(error))),
        }
    }
}

/// An error number becomes exactly what `std` makes of it, so that `kind` and `raw_os_error` are the same in both worlds.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error.0 {
            Repr::Os { errno, .. } => errno.into(),
            Repr::Io(inner) => match Arc::try_unwrap(inner) {
                Ok(inner) => inner,
                Err(shared) => Self::new(shared.kind(), Error(Repr::Io(shared))),
            },
            _ => Self::new(error.kind(), error),
        }
    }
}
