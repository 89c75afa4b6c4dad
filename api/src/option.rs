//! Options as typed constants: [`SockOpt`], and what their values look like in memory: [`OptValue`].
//!
//! Levels, names and encodings are Linux's: `socket(7)`, `ip(7)`, `ipv6(7)`, `tcp(7)`, `udp(7)`. An option that is not here is
//! one line away: `const SO_BUSY_POLL: SockOpt<i32> = SockOpt::new(1, 46);`, or the raw form,
//! [`Socket::setsockopt_raw`](crate::Socket::setsockopt_raw).

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use crate::{Errno, Family, Protocol, SockType};

/// An option of `setsockopt(2)` and `getsockopt(2)` together with the type of its value.
///
/// ```
/// use std::time::Duration;
/// use wavetank_api::option::{Linger, MAX_LEN, OptValue, SO_REUSEADDR, SockOpt};
///
/// assert_eq!((SO_REUSEADDR.level(), SO_REUSEADDR.name()), (1, 2));
/// assert_eq!(SO_REUSEADDR.to_string(), "SO_REUSEADDR");
///
/// // struct linger { l_onoff = 1, l_linger = 5 }
/// let mut bytes = [0; MAX_LEN];
/// let len = Linger::encode(&Some(Duration::from_millis(4_200)), &mut bytes);
/// assert_eq!(bytes[..len], [1_i32.to_ne_bytes(), 5_i32.to_ne_bytes()].concat());
///
/// const SO_BUSY_POLL: SockOpt<i32> = SockOpt::new(1, 46);
/// assert_eq!(SO_BUSY_POLL.to_string(), "1:46");
/// ```
pub struct SockOpt<T> {
    level: i32,
    name: i32,
    value: PhantomData<fn(T) -> T>,
}

impl<T> SockOpt<T> {
    /// The option `name` at `level`, as the C headers number them.
    #[must_use]
    pub const fn new(level: i32, name: i32) -> Self {
        Self { level, name, value: PhantomData }
    }

    /// The level: `SOL_SOCKET`, or a protocol.
    #[must_use]
    pub const fn level(self) -> i32 {
        self.level
    }

    /// The option's number.
    #[must_use]
    pub const fn name(self) -> i32 {
        self.name
    }
}

impl<T> Clone for SockOpt<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SockOpt<T> {}

impl<T> PartialEq for SockOpt<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.level, self.name) == (other.level, other.name)
    }
}

impl<T> Eq for SockOpt<T> {}

/// The name in C, or level and number.
impl<T> fmt::Display for SockOpt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match option_name(self.level, self.name) {
            Some(name) => f.write_str(name),
            None => write!(f, "{}:{}", self.level, self.name),
        }
    }
}

impl<T> fmt::Debug for SockOpt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How an option's value lies in the memory that the call is given.
///
/// The plain types (`bool`, `i32`, ...) are their own values. Where one Rust type has several forms in memory, the form has a
/// name: [`Timeval`] and [`Linger`] are both an `Option<Duration>` to the caller.
pub trait OptValue {
    /// What the caller gives and gets.
    type Value;

    /// Room to read it into, in bytes: at most [`MAX_LEN`].
    const LEN: usize;

    /// Writes the value to the beginning of `bytes`; how many bytes it takes is returned.
    fn encode(value: &Self::Value, bytes: &mut [u8; MAX_LEN]) -> usize;

    /// From the bytes the call filled; `None` if they cannot be such a value.
    fn decode(bytes: &[u8]) -> Option<Self::Value>;
}

/// The longest value that has a type here, in bytes; longer ones go through the raw form.
pub const MAX_LEN: usize = 128;

/// `int`.
impl OptValue for i32 {
    type Value = Self;
    const LEN: usize = 4;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value.to_ne_bytes())
    }

    /// A kernel may fill fewer bytes than an `int` has.
    fn decode(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [a, b, c, d, ..] => Some(Self::from_ne_bytes([a, b, c, d])),
            [a] => Some(a.into()),
            _ => None,
        }
    }
}

/// Writes `field` at `offset`; where it ends is returned.
fn put(bytes: &mut [u8; MAX_LEN], offset: usize, field: &[u8]) -> usize {
    let end = offset + field.len();
    bytes[offset..end].copy_from_slice(field);
    end
}

/// Values that are an `int` in memory and something better here.
macro_rules! int_values {
    ($($(#[$meta:meta])* $form:ty, $value:ty: $to_int:expr, $from_int:expr;)*) => {
        $(
            $(#[$meta])*
            impl OptValue for $form {
                type Value = $value;
                const LEN: usize = 4;

                fn encode(value: &$value, bytes: &mut [u8; MAX_LEN]) -> usize {
                    let to_int: fn($value) -> i32 = $to_int;
                    i32::encode(&to_int(*value), bytes)
                }

                fn decode(bytes: &[u8]) -> Option<$value> {
                    i32::decode(bytes).map($from_int)
                }
            }
        )*
    };
}

int_values! {
    /// `unsigned int`.
    u32, u32: u32::cast_signed, i32::cast_unsigned;
    /// `int`, of which everything but 0 is true.
    bool, bool: i32::from, |number| number != 0;
    /// `SOCK_*`.
    SockType, SockType: SockType::raw, SockType::from_raw;
    /// `AF_*`.
    Family, Family: Family::raw, Family::from_raw;
    /// `IPPROTO_*`.
    Protocol, Protocol: Protocol::raw, Protocol::from_raw;
    /// An error number, where 0 is none.
    Option<Errno>, Option<Errno>: |errno| errno.map_or(0, Errno::raw), |number| (number != 0).then(|| Errno::from_raw(number));
    Seconds, Duration: |time| whole(time, Duration::from_secs(1)), |number| Duration::from_secs(not_negative(number));
    Millis, Duration: |time| whole(time, Duration::from_millis(1)), |number| Duration::from_millis(not_negative(number));
}

/// Whole seconds as an `int`; what is between two is rounded up.
#[derive(Debug)]
pub enum Seconds {}

/// Whole milliseconds as an `int`; what is between two is rounded up.
#[derive(Debug)]
pub enum Millis {}

fn whole(duration: Duration, unit: Duration) -> i32 {
    i32::try_from(duration.as_nanos().div_ceil(unit.as_nanos())).unwrap_or(i32::MAX)
}

fn not_negative(number: i32) -> u64 {
    number.max(0).cast_unsigned().into()
}

/// `struct timeval`, where zero stands for `None`. What is between two microseconds is rounded up.
#[derive(Debug)]
pub enum Timeval {}

impl OptValue for Timeval {
    type Value = Option<Duration>;
    const LEN: usize = 16;

    /// `Some(Duration::ZERO)` becomes the shortest timeout there is, 1 µs: zero would be none at all.
    fn encode(value: &Option<Duration>, bytes: &mut [u8; MAX_LEN]) -> usize {
        let micros = value.map_or(0, |timeout| timeout.as_nanos().div_ceil(1000).max(1));
        let seconds = i64::try_from(micros / 1_000_000).unwrap_or(i64::MAX);
        let micros = (micros % 1_000_000) as i64;
        put(bytes, 0, &seconds.to_ne_bytes());
        put(bytes, 8, &micros.to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> Option<Option<Duration>> {
        let (seconds, rest) = bytes.split_first_chunk()?;
        let (micros, _) = rest.split_first_chunk()?;
        let seconds = u64::try_from(i64::from_ne_bytes(*seconds)).ok()?;
        let micros = u64::try_from(i64::from_ne_bytes(*micros)).ok()?;
        let timeout = Duration::from_secs(seconds).saturating_add(Duration::from_micros(micros));
        Some((!timeout.is_zero()).then_some(timeout))
    }
}

/// `struct linger`: `None` is off, and `Some(Duration::ZERO)` makes `close` abort the connection with a RST. In whole seconds; what
/// is between two is rounded up, so that a short time never becomes an abort.
#[derive(Debug)]
pub enum Linger {}

impl OptValue for Linger {
    type Value = Option<Duration>;
    const LEN: usize = 8;

    fn encode(value: &Option<Duration>, bytes: &mut [u8; MAX_LEN]) -> usize {
        let onoff = i32::from(value.is_some());
        let seconds = value.map_or(0, |time| whole(time, Duration::from_secs(1)));
        put(bytes, 0, &onoff.to_ne_bytes());
        put(bytes, 4, &seconds.to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> Option<Option<Duration>> {
        let onoff = i32::decode(bytes)?;
        let seconds = i32::decode(bytes.get(4..8)?)?;
        Some((onoff != 0).then(|| Duration::from_secs(not_negative(seconds))))
    }
}

/// Text, up to its NUL, or to as many bytes as there is room for.
impl OptValue for String {
    type Value = Self;
    const LEN: usize = MAX_LEN;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value.as_bytes()[..value.len().min(MAX_LEN)])
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        Self::from_utf8(bytes[..end].to_vec()).ok()
    }
}

/// Declares the options, and the table of their names.
macro_rules! options {
    ($($(#[$meta:meta])* $level:ident $name:ident: $form:ty;)*) => {
        $(
            $(#[$meta])*
            pub const $name: SockOpt<$form> = SockOpt::new(libc::$level, libc::$name);
        )*

        /// The name in C of an option given by its numbers, if it is one of those here.
        #[must_use]
        pub fn option_name(level: i32, name: i32) -> Option<&'static str> {
            match (level, name) {
                $((libc::$level, libc::$name) => Some(stringify!($name)),)*
                _ => None,
            }
        }
    };
}

options! {
    /// Lets `bind` take a local address whose earlier connections are in TIME_WAIT. Two listeners on one port still exclude each
    /// other. `socket(7)`.
    SOL_SOCKET SO_REUSEADDR: bool;
    /// Lets several sockets of one user bind the same address, all of them having set it. `socket(7)`.
    SOL_SOCKET SO_REUSEPORT: bool;
    /// Probes an idle connection, and ends it if nobody answers. `socket(7)`.
    SOL_SOCKET SO_KEEPALIVE: bool;
    /// Allows datagrams to broadcast addresses. `socket(7)`.
    SOL_SOCKET SO_BROADCAST: bool;
    /// The pending error, which reading clears. Read only. `socket(7)`.
    SOL_SOCKET SO_ERROR: Option<Errno>;
    /// The socket's type. Read only. `socket(7)`.
    SOL_SOCKET SO_TYPE: SockType;
    /// The socket's family. Read only. `socket(7)`.
    SOL_SOCKET SO_DOMAIN: Family;
    /// The socket's protocol. Read only. `socket(7)`.
    SOL_SOCKET SO_PROTOCOL: Protocol;
    /// Whether the socket listens. Read only. `socket(7)`.
    SOL_SOCKET SO_ACCEPTCONN: bool;
    /// Bytes of the receive buffer. Linux doubles what is set, for its book-keeping, and returns the double. `socket(7)`.
    SOL_SOCKET SO_RCVBUF: i32;
    /// Bytes of the send buffer. Linux doubles what is set, for its book-keeping, and returns the double. `socket(7)`.
    SOL_SOCKET SO_SNDBUF: i32;
    /// How long a blocking receive or accept may take: `EAGAIN` after it. `socket(7)`.
    SOL_SOCKET SO_RCVTIMEO: Timeval;
    /// How long a blocking send or connect may take: `EAGAIN` after it, or `EINPROGRESS`. `socket(7)`.
    SOL_SOCKET SO_SNDTIMEO: Timeval;
    /// What `close` does with data that is not sent yet. `socket(7)`.
    SOL_SOCKET SO_LINGER: Linger;
    /// Bytes for which a receive waits. `socket(7)`.
    SOL_SOCKET SO_RCVLOWAT: i32;
    /// Bytes for which a send waits. Always 1 on Linux. Read only. `socket(7)`.
    SOL_SOCKET SO_SNDLOWAT: i32;
    /// Leaves urgent data in the stream. `socket(7)`.
    SOL_SOCKET SO_OOBINLINE: bool;
    /// Sends to directly connected networks only. `socket(7)`.
    SOL_SOCKET SO_DONTROUTE: bool;
    /// The priority of outgoing packets. `socket(7)`.
    SOL_SOCKET SO_PRIORITY: i32;
    /// The mark of outgoing packets, for firewalls and routes. Needs a privilege. `socket(7)`.
    SOL_SOCKET SO_MARK: u32;
    /// Receives the time of arrival as a control message. `socket(7)`.
    SOL_SOCKET SO_TIMESTAMP: bool;
    /// Receives credentials of the sender as a control message. `unix(7)`.
    SOL_SOCKET SO_PASSCRED: bool;
    /// Where peeking begins, in bytes; -1 is off. `socket(7)`.
    SOL_SOCKET SO_PEEK_OFF: i32;

    /// Sends small segments at once (Nagle's algorithm is off). `tcp(7)`.
    IPPROTO_TCP TCP_NODELAY: bool;
    /// Bytes of data in a segment at most. `tcp(7)`.
    IPPROTO_TCP TCP_MAXSEG: i32;
    /// Sends no partial segment until it is cleared, at most 200 ms. `tcp(7)`.
    IPPROTO_TCP TCP_CORK: bool;
    /// Idle time before the first keepalive probe. `tcp(7)`.
    IPPROTO_TCP TCP_KEEPIDLE: Seconds;
    /// Time between keepalive probes. `tcp(7)`.
    IPPROTO_TCP TCP_KEEPINTVL: Seconds;
    /// Keepalive probes without an answer before the connection ends. `tcp(7)`.
    IPPROTO_TCP TCP_KEEPCNT: i32;
    /// How often a SYN is sent again before `connect` gives up. `tcp(7)`.
    IPPROTO_TCP TCP_SYNCNT: i32;
    /// How long an orphaned connection stays in FIN_WAIT2, in seconds. `tcp(7)`.
    IPPROTO_TCP TCP_LINGER2: i32;
    /// Wakes an accepting socket only when data has arrived, for at most so many seconds. `tcp(7)`.
    IPPROTO_TCP TCP_DEFER_ACCEPT: Seconds;
    /// Bytes of the window that is advertised at most. `tcp(7)`.
    IPPROTO_TCP TCP_WINDOW_CLAMP: i32;
    /// How long data may stay unacknowledged before the connection ends with `ETIMEDOUT`; zero is the system's choice. `tcp(7)`.
    IPPROTO_TCP TCP_USER_TIMEOUT: Millis;
    /// Acknowledges at once; not permanent. `tcp(7)`.
    IPPROTO_TCP TCP_QUICKACK: bool;
    /// The congestion control algorithm by name. `tcp(7)`.
    IPPROTO_TCP TCP_CONGESTION: String;
    /// Accepts data in the SYN; the value is the queue of such connections. `tcp(7)`.
    IPPROTO_TCP TCP_FASTOPEN: i32;
    /// Bytes not yet sent above which the socket is not writable. `tcp(7)`.
    IPPROTO_TCP TCP_NOTSENT_LOWAT: u32;

    /// The time to live of outgoing packets. `ip(7)`.
    IPPROTO_IP IP_TTL: i32;
    /// The type of service (DSCP and ECN) of outgoing packets. `ip(7)`.
    IPPROTO_IP IP_TOS: i32;
    /// Receives the destination and the interface of a packet as a control message. `ip(7)`.
    IPPROTO_IP IP_PKTINFO: bool;
    /// Queues ICMP errors for `MSG_ERRQUEUE`, and reports them at once. `ip(7)`.
    IPPROTO_IP IP_RECVERR: bool;
    /// Receives the time to live of a packet as a control message. `ip(7)`.
    IPPROTO_IP IP_RECVTTL: bool;
    /// Receives the type of service of a packet as a control message. `ip(7)`.
    IPPROTO_IP IP_RECVTOS: bool;
    /// Whether the path's MTU is looked for (`IP_PMTUDISC_*`). `ip(7)`.
    IPPROTO_IP IP_MTU_DISCOVER: i32;
    /// The known MTU of the path of a connected socket. Read only. `ip(7)`.
    IPPROTO_IP IP_MTU: i32;
    /// Lets `bind` take an address this host does not have. `ip(7)`.
    IPPROTO_IP IP_FREEBIND: bool;
    /// Leaves the choice of the port to `connect`. `ip(7)`.
    IPPROTO_IP IP_BIND_ADDRESS_NO_PORT: bool;
    /// The time to live of outgoing multicast packets. `ip(7)`.
    IPPROTO_IP IP_MULTICAST_TTL: i32;
    /// Whether multicast packets come back to this host. `ip(7)`.
    IPPROTO_IP IP_MULTICAST_LOOP: bool;

    /// An IPv6 socket that takes IPv6 only. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_V6ONLY: bool;
    /// The hop limit of outgoing packets; -1 is the route's. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_UNICAST_HOPS: i32;
    /// The hop limit of outgoing multicast packets; -1 is the route's. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_MULTICAST_HOPS: i32;
    /// Whether multicast packets come back to this host. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_MULTICAST_LOOP: bool;
    /// The traffic class of outgoing packets. RFC 3542.
    IPPROTO_IPV6 IPV6_TCLASS: i32;
    /// Receives the destination and the interface of a packet as a control message. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_RECVPKTINFO: bool;
    /// Receives the hop limit of a packet as a control message. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_RECVHOPLIMIT: bool;
    /// Queues ICMP errors for `MSG_ERRQUEUE`, and reports them at once. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_RECVERR: bool;
    /// The known MTU of the path of a connected socket. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_MTU: i32;
    /// Whether the path's MTU is looked for. RFC 3542.
    IPPROTO_IPV6 IPV6_MTU_DISCOVER: i32;
}
