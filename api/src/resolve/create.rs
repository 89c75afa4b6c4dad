//! `create_connection` and `create_server`: from a name to a socket that is ready.

use std::time::Duration;

#[cfg(unix)]
use crate::option::SO_REUSEPORT;
use crate::option::{IPV6_V6ONLY, SO_REUSEADDR};
use crate::{Addr, Eai, Errno, Error, Family, Net, Result, SockType, Socket, ToAddrs};

/// The timeout of a connection that is being made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[doc(alias = "GLOBAL_DEFAULT")]
pub enum ConnectTimeout {
    /// What [`Net::default_timeout`] says: Python's, where the argument is left out.
    #[default]
    Default,
    /// None: the socket blocks.
    Never,
    /// This one; zero makes the socket non-blocking, which few connections survive.
    After(Duration),
}

impl ConnectTimeout {
    #[track_caller]
    fn mode<N: Net>(self, net: &N) -> Option<Duration> {
        match self {
            Self::Default => net.default_timeout(),
            Self::Never => None,
            Self::After(time) => Some(time),
        }
    }
}

/// As [`Socket::settimeout`] takes it.
impl From<Duration> for ConnectTimeout {
    fn from(timeout: Duration) -> Self {
        Self::After(timeout)
    }
}

/// As [`Socket::settimeout`] takes it.
impl From<Option<Duration>> for ConnectTimeout {
    fn from(timeout: Option<Duration>) -> Self {
        timeout.map_or(Self::Never, Self::After)
    }
}

/// Connects a TCP socket to the first of the addresses that answers (Python's `socket.create_connection`).
///
/// Every attempt has `timeout` for itself, and the socket keeps it as its mode.
///
/// Blocks until a connection stands, or every attempt has failed.
///
/// # Errors
///
/// The last address's: `ECONNREFUSED`, `ETIMEDOUT` (the kernel's), a timeout (the mode's), `ENETUNREACH`, `EHOSTUNREACH`; or the
/// resolver's: `EAI_NONAME`, `EAI_AGAIN`. [`create_connection_all_errors`] keeps them all.
///
/// ```
/// use std::time::Duration;
/// use wavetank_api::{ConnectTimeout, Errno, ServerOptions, create_connection, create_server};
///
/// # wavetank_sim::example(|host| {
/// let server = create_server(host, ("here", 80), ServerOptions::default())?;
/// let client = create_connection(host, ("here", 80), Some(Duration::from_secs(5)))?;
/// assert_eq!(client.getpeername()?, server.getsockname()?);
/// assert_eq!(client.gettimeout(), Some(Duration::from_secs(5)));
///
/// let error = create_connection(host, ("here", 81), ConnectTimeout::Default).unwrap_err();
/// assert_eq!(error, Errno::ECONNREFUSED);
/// let error = create_connection(host, ("nobody.invalid", 80), None).unwrap_err();
/// assert_eq!(error.to_string(), "getaddrinfo: EAI_NONAME (Name or service not known)");
/// # Ok(())
/// # });
/// ```
#[track_caller]
pub fn create_connection<N: Net>(net: &N, addr: impl ToAddrs, timeout: impl Into<ConnectTimeout>) -> Result<Socket<N>> {
    create_connection_all_errors(net, addr, timeout, None).map_err(last_error)
}

/// [`create_connection`] from a given local address (Python's `source_address`).
///
/// Its port may be 0, which leaves the port to the system; its host may be the wildcard of either family, which leaves the address.
///
/// Blocks as [`create_connection`].
///
/// # Errors
///
/// Those of [`create_connection`], and of `bind(2)`: `EADDRINUSE`, `EADDRNOTAVAIL`, `EAFNOSUPPORT`.
///
/// ```
/// use wavetank_api::{ServerOptions, create_connection_from, create_server};
///
/// # wavetank_sim::example(|host| {
/// let _server = create_server(host, ("127.0.0.1", 80), ServerOptions::default())?;
/// let source = "127.0.0.9:1234".parse().unwrap();
/// let client = create_connection_from(host, ("127.0.0.1", 80), None, &source)?;
/// assert_eq!(client.getsockname()?, source);
/// # Ok(())
/// # });
/// ```
#[track_caller]
pub fn create_connection_from<N: Net>(
    net: &N,
    addr: impl ToAddrs,
    timeout: impl Into<ConnectTimeout>,
    source: &Addr,
) -> Result<Socket<N>> {
    create_connection_all_errors(net, addr, timeout, Some(source)).map_err(last_error)
}

/// [`create_connection`], from a given local address if there is one, with the error of every attempt (Python's `all_errors`), in the
/// order of the attempts.
///
/// Blocks as [`create_connection`].
///
/// # Errors
///
/// Those of [`create_connection`], one for each address tried; or the resolver's alone.
///
/// ```
/// use wavetank_api::{Errno, create_connection_all_errors};
///
/// # wavetank_sim::example(|host| {
/// // It has an IPv6 and an IPv4 address, and nobody listens.
/// let errors = create_connection_all_errors(host, ("here", 80), None, None).unwrap_err();
/// assert_eq!(errors.len(), 2);
/// assert!(errors.iter().all(|error| *error == Errno::ECONNREFUSED));
/// # Ok(())
/// # });
/// ```
#[track_caller]
pub fn create_connection_all_errors<N: Net>(
    net: &N,
    addr: impl ToAddrs,
    timeout: impl Into<ConnectTimeout>,
    source: Option<&Addr>,
) -> Result<Socket<N>, Vec<Error>> {
    let timeout = timeout.into().mode(net);
    let mut errors = Vec::new();
    for peer in addr.to_addrs(net).map_err(|error| vec![error])? {
        match connect_one(net, &peer, timeout, source) {
            Ok(socket) => return Ok(socket),
            Err(error) => errors.push(error),
        }
    }
    Err(errors)
}

#[track_caller]
fn connect_one<N: Net>(net: &N, peer: &Addr, timeout: Option<Duration>, source: Option<&Addr>) -> Result<Socket<N>> {
    let socket = Socket::new(net, peer.family(), SockType::STREAM)?;
    if socket.gettimeout() != timeout {
        socket.settimeout(timeout)?;
    }
    if let Some(source) = source {
        socket.bind(&of_family(source.clone(), peer.family()))?;
    }
    socket.connect(peer)?;
    Ok(socket)
}

/// The address, but a wildcard becomes that of the family, because `''` is the wildcard of both.
fn of_family(addr: Addr, family: Family) -> Addr {
    match &addr {
        Addr::V4(any) if any.ip().is_unspecified() && family == Family::INET6 => Addr::ANY_V6.with_port(any.port()),
        Addr::V6(any) if any.ip().is_unspecified() && family == Family::INET => Addr::ANY_V4.with_port(any.port()),
        _ => addr,
    }
}

/// The last of the errors; an empty list means that the look-up found no address at all.
pub(crate) fn last_error(mut errors: Vec<Error>) -> Error {
    errors.pop().unwrap_or_else(|| Error::resolve(Eai::NONAME, "getaddrinfo"))
}

/// How [`create_server`] makes its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// IPv4 or IPv6.
    pub family: Family,
    /// Connections that may wait to be accepted; `None` is 128.
    pub backlog: Option<i32>,
    /// Sets `SO_REUSEPORT`: several sockets share the port.
    pub reuse_port: bool,
    /// One IPv6 socket accepts IPv4 connections too. Needs [`Family::INET6`].
    pub dualstack_ipv6: bool,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self { family: Family::INET, backlog: None, reuse_port: false, dualstack_ipv6: false }
    }
}

/// A listening TCP socket on the first address of the wanted family (Python's `socket.create_server`).
///
/// `SO_REUSEADDR` is set, so that connections of an earlier run in TIME_WAIT are not in the way. An IPv6 socket takes IPv6
/// connections only, unless [`ServerOptions::dualstack_ipv6`].
///
/// # Errors
///
/// `EINVAL` for a dual-stack socket that is not IPv6, or where there is none ([`has_dualstack_ipv6`]); `EADDRINUSE`, `EADDRNOTAVAIL`,
/// `EACCES` as from `bind`; `EAFNOSUPPORT` if
/// no address is of the wanted family; the resolver's.
///
/// ```
/// use wavetank_api::{Errno, Family, ServerOptions, create_connection, create_server};
///
/// # wavetank_sim::example(|host| {
/// let options = ServerOptions { family: Family::INET6, dualstack_ipv6: true, ..ServerOptions::default() };
/// let server = create_server(host, ("::", 80), options)?;
/// let _client = create_connection(host, ("127.0.0.1", 80), None)?;
/// let (_, peer) = server.accept()?;
/// assert_eq!(peer.ip().unwrap().to_string(), "::ffff:127.0.0.1");
///
/// let again = create_server(host, ("::", 80), options).unwrap_err();
/// assert_eq!(again, Errno::EADDRINUSE);
/// # Ok(())
/// # });
/// ```
#[track_caller]
pub fn create_server<N: Net>(net: &N, addr: impl ToAddrs, options: ServerOptions) -> Result<Socket<N>> {
    if options.dualstack_ipv6 && (options.family != Family::INET6 || !has_dualstack_ipv6(net)) {
        return Err(Error::new(Errno::EINVAL, "create_server"));
    }
    let addr = server_addr(net, addr, options.family)?;
    let socket = Socket::new(net, options.family, SockType::STREAM)?;
    socket.setsockopt(SO_REUSEADDR, true)?;
    if options.reuse_port {
        #[cfg(unix)]
        socket.setsockopt(SO_REUSEPORT, true)?;
        #[cfg(not(unix))]
        return Err(Error::new(Errno::ENOPROTOOPT, "setsockopt"));
    }
    if options.family == Family::INET6 {
        socket.setsockopt(IPV6_V6ONLY, !options.dualstack_ipv6)?;
    }
    socket.bind(&addr)?;
    socket.listen(options.backlog.unwrap_or(DEFAULT_BACKLOG))?;
    Ok(socket)
}

/// Connections that may wait to be accepted, where nobody says otherwise: Python's `min(SOMAXCONN, 128)`, and std's.
pub(crate) const DEFAULT_BACKLOG: i32 = 128;

/// The first address of this family; a wildcard is of either.
#[track_caller]
fn server_addr<N: Net>(net: &N, addr: impl ToAddrs, family: Family) -> Result<Addr> {
    let addrs = addr.to_addrs(net)?;
    let mut fitting = addrs.into_iter().map(|addr| of_family(addr, family));
    fitting.find(|addr| addr.family() == family).ok_or_else(|| Error::new(Errno::EAFNOSUPPORT, "bind"))
}

/// Whether IPv6 was built in (Python's `has_ipv6`): always. A machine may have it switched off all the same: then sockets of
/// [`Family::INET6`] answer `EAFNOSUPPORT`, or `EADDRNOTAVAIL` from `bind`.
pub const HAS_IPV6: bool = true;

/// Whether one TCP socket of this machine can take IPv4 and IPv6 connections (Python's `has_dualstack_ipv6`).
///
/// ```
/// use wavetank_api::has_dualstack_ipv6;
///
/// # wavetank_sim::example(|host| {
/// assert!(has_dualstack_ipv6(host));
/// # Ok(())
/// # });
/// ```
#[track_caller]
pub fn has_dualstack_ipv6<N: Net>(net: &N) -> bool {
    Socket::new(net, Family::INET6, SockType::STREAM).is_ok_and(|socket| socket.setsockopt(IPV6_V6ONLY, false).is_ok())
}
