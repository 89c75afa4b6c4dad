//! Names to addresses: the query and the answer of `getaddrinfo(3)`, and what is built on them.

mod create;
mod hosts;

pub use self::create::{
    ConnectTimeout, HAS_IPV6, ServerOptions, create_connection, create_connection_all_errors, create_connection_from,
    create_server, has_dualstack_ipv6,
};
pub(crate) use self::create::{DEFAULT_BACKLOG, last_error};
pub use self::hosts::{HostEntry, getfqdn, gethostbyaddr, gethostbyname};
use crate::{Addr, AiFlags, Family, Protocol, SockType};

/// A question to `getaddrinfo(3)`. The default asks for everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddrQuery<'a> {
    /// The name, or an address in text; `None` is loopback, or the wildcard with [`AiFlags::PASSIVE`].
    pub host: Option<&'a str>,
    /// The service by name, or a port in text; `None` leaves the port 0.
    pub service: Option<&'a str>,
    /// Of this family only; [`Family::UNSPEC`] is any.
    pub family: Family,
    /// For this type only; [`SockType::ANY`] is any.
    pub kind: SockType,
    /// For this protocol only; 0 is any.
    pub protocol: Protocol,
    /// How to look.
    pub flags: AiFlags,
}

impl Default for AddrQuery<'_> {
    fn default() -> Self {
        Self {
            host: None,
            service: None,
            family: Family::UNSPEC,
            kind: SockType::ANY,
            protocol: Protocol::DEFAULT,
            flags: AiFlags::empty(),
        }
    }
}

/// One answer of `getaddrinfo(3)`: what to call `socket` with, and then `connect` or `bind`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddrInfo {
    /// The first argument of `socket`.
    pub family: Family,
    /// The second.
    pub kind: SockType,
    /// The third.
    pub protocol: Protocol,
    /// The canonical name, in the first answer, if it was asked for.
    pub canonname: Option<String>,
    /// The address.
    pub addr: Addr,
}
