//! [`Error`]: which call failed, and why; and [`Eai`], the resolver's own numbers.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::Errno;

/// What every call returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A call that failed: its name, and the cause.
///
/// There are four causes: an error number of the system ([`errno`](Self::errno)); the timeout of a socket in timeout mode
/// ([`is_timeout`](Self::is_timeout)), which is not the kernel's `ETIMEDOUT`; a resolver error ([`eai`](Self::eai)); and an
/// [`io::Error`] that other code brought in with `?`. The first three carry no allocation.
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
    Io(Arc<io::Error>),
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

    /// The error number; `None` for a timeout, a resolver error, or an [`io::Error`] without one.
    #[must_use]
    pub fn errno(&self) -> Option<Errno> {
        match &self.0 {
            Repr::Os { errno, .. } => Some(*errno),
            Repr::Io(error) => error.raw_os_error().map(Errno::from_raw),
            Repr::Timeout { .. } | Repr::Resolve { .. } => None,
        }
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
            Repr::Os { call, .. } | Repr::Timeout { call } | Repr::Resolve { call, .. } => call,
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
            Repr::Resolve { .. } => io::ErrorKind::Other,
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
            Repr::Io(_) => None,
        }
    }
}

/// The rows are read from top to bottom; `""` stands for any call.
const HINTS: &[(&str, Errno, &str)] = &[
    (
        "connect",
        Errno::ECONNREFUSED,
        "nothing listens there: is the server started, bound to this address and port, and listening before you connect?",
    ),
    (
        "",
        Errno::ECONNREFUSED,
        "an earlier datagram met a closed port (ICMP port unreachable): is the peer's socket bound?",
    ),
    (
        "bind",
        Errno::EADDRINUSE,
        "another socket has this port, or a connection of an earlier run is in TIME_WAIT: set SO_REUSEADDR before bind, or bind port 0",
    ),
    ("listen", Errno::EADDRINUSE, "another socket listens on this port: bind another one, or set SO_REUSEPORT on both"),
    (
        "connect",
        Errno::EADDRINUSE,
        "the same four addresses and ports are in use: let the system choose the local port",
    ),
    ("bind", Errno::EADDRNOTAVAIL, "no interface of this host has this address: bind 0.0.0.0 or ::, or one of its own"),
    ("connect", Errno::EADDRNOTAVAIL, "no local port is free for this peer, or the address cannot be connected to"),
    ("bind", Errno::EACCES, "ports below 1024 need a privilege; a UNIX path needs write permission on its directory"),
    ("socket", Errno::EACCES, "this family or type needs a privilege (CAP_NET_RAW for raw and packet sockets)"),
    ("socket", Errno::EPERM, "this family or type needs a privilege (CAP_NET_RAW for raw and packet sockets)"),
    ("", Errno::EACCES, "a broadcast address needs SO_BROADCAST; a firewall rule answers in the same way"),
    ("socket", Errno::EAFNOSUPPORT, "this kernel has no such address family, or it is switched off (IPv6?)"),
    ("", Errno::EAFNOSUPPORT, "the address is of another family than the socket"),
    ("", Errno::EMFILE, "this process is at its limit of descriptors (ulimit -n): is every socket closed?"),
    ("", Errno::ENFILE, "the whole system is at its limit of open files"),
    ("", Errno::EPIPE, "the sending side is closed: by shutdown() here, or because the peer reset the connection"),
    (
        "",
        Errno::ECONNRESET,
        "the peer aborted: it closed with data unread, crashed, or was never told of this connection",
    ),
    (
        "connect",
        Errno::ETIMEDOUT,
        "nobody answered: is the host up, is the address right, does a firewall drop the packets?",
    ),
    ("", Errno::ETIMEDOUT, "the peer stopped answering, and retransmission or keepalive gave up"),
    (
        "",
        Errno::ENETUNREACH,
        "no route to this network: is the interface up, and is there a default route for this family?",
    ),
    ("", Errno::EHOSTUNREACH, "the last router could not reach the host: is it up, and on that link?"),
    (
        "",
        Errno::ENOTCONN,
        "the socket is not connected: connect first, or look whether the connection has already ended",
    ),
    ("", Errno::EISCONN, "the socket is connected already: use a new one, or send without an address"),
    ("connect", Errno::EINPROGRESS, "the socket does not block: poll for POLLOUT, then read SO_ERROR"),
    ("connect", Errno::EALREADY, "an earlier connect is still under way: poll for POLLOUT, then read SO_ERROR"),
    ("connect", Errno::ENOENT, "no socket has this path: is the server started, and does it use the same directory?"),
    ("", Errno::EAGAIN, "the call would block: poll first, or give the socket a timeout"),
    ("", Errno::EMSGSIZE, "the datagram is longer than the protocol or the link can carry"),
    ("", Errno::ENOBUFS, "the system had no room for the packet: slow down, or try again"),
    ("", Errno::EDESTADDRREQ, "the socket is not connected: send with an address, or connect first"),
    ("getsockopt", Errno::ENOPROTOOPT, "this socket's protocol does not have the option at this level"),
    ("setsockopt", Errno::ENOPROTOOPT, "this socket's protocol does not have the option at this level"),
];

fn os_hint(errno: Errno, call: &str) -> Option<&'static str> {
    HINTS
        .iter()
        .find(|(of_call, of_errno, _)| *of_errno == errno && (of_call.is_empty() || *of_call == call))
        .map(|(.., hint)| *hint)
}

fn eai_hint(eai: Eai) -> Option<&'static str> {
    Some(match eai {
        Eai::NONAME => "the name does not exist: is it spelt right, and in this host's DNS or hosts file?",
        Eai::AGAIN => "the name server did not answer: try again",
        Eai::FAIL => "the name server answered with a failure: trying again will hardly help",
        Eai::SERVICE => "the service is not known for this socket type: give the port as a number",
        Eai::NODATA | Eai::ADDRFAMILY => "the name exists, but has no address of this family",
        _ => return None,
    })
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
            Repr::Timeout { .. } | Repr::Resolve { .. } => Self::new(error.kind(), error),
        }
    }
}

/// A resolver's error number, `EAI_*` (Python's `gaierror`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Eai(i32);

/// Declares the constants with the numbers and texts of glibc's `gai_strerror(3)`.
macro_rules! eais {
    ($($name:ident = $number:literal, $c_name:literal, $text:literal;)*) => {
        impl Eai {
            $(
                #[doc = concat!("`", $c_name, "`: ", $text, ".")]
                #[doc(alias = $c_name)]
                pub const $name: Self = Self($number);
            )*

            /// The name in C; `None` for a number without one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($c_name),)*
                    _ => None,
                }
            }

            /// The text of `gai_strerror(3)`.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self.0 {
                    $($number => $text,)*
                    _ => "Unknown error",
                }
            }
        }
    };
}

eais! {
    BADFLAGS = -1, "EAI_BADFLAGS", "Bad value for ai_flags";
    NONAME = -2, "EAI_NONAME", "Name or service not known";
    AGAIN = -3, "EAI_AGAIN", "Temporary failure in name resolution";
    FAIL = -4, "EAI_FAIL", "Non-recoverable failure in name resolution";
    NODATA = -5, "EAI_NODATA", "No address associated with hostname";
    FAMILY = -6, "EAI_FAMILY", "ai_family not supported";
    SOCKTYPE = -7, "EAI_SOCKTYPE", "ai_socktype not supported";
    SERVICE = -8, "EAI_SERVICE", "Servname not supported for ai_socktype";
    ADDRFAMILY = -9, "EAI_ADDRFAMILY", "Address family for hostname not supported";
    MEMORY = -10, "EAI_MEMORY", "Memory allocation failure";
    SYSTEM = -11, "EAI_SYSTEM", "System error";
    OVERFLOW = -12, "EAI_OVERFLOW", "Result too large for supplied buffer";
}

impl Eai {
    /// The resolver error with this number.
    #[must_use]
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.0
    }
}

impl fmt::Debug for Eai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Eai({})", self.0),
        }
    }
}

impl fmt::Display for Eai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.description()),
            None => write!(f, "EAI {} (Unknown error)", self.0),
        }
    }
}
