//! [`ToAddrs`]: what a call accepts as an address.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::{Addr, UnixAddr, parse_ip};
use crate::{AddrQuery, Error, Net, Result, SockType};

/// What can be turned into addresses, perhaps by asking a resolver: [`std::net::ToSocketAddrs`] for either world.
///
/// `"host:port"` and `(host, port)` are looked up by [`Net::getaddrinfo`] unless the host is an address in text, empty
/// (`INADDR_ANY`) or `<broadcast>`. So is `"[fe80::1%eth0]:port"`, whose scope is an interface by name.
pub trait ToAddrs {
    /// The addresses, best first.
    ///
    /// # Errors
    ///
    /// The resolver's, [`Error::eai`]; an `InvalidInput` of [`io`] if the text has no port, or the port is not a number.
    #[track_caller]
    fn to_addrs<N: Net>(&self, net: &N) -> Result<Vec<Addr>>;

    /// The addresses without a look-up and without an allocation, if there is exactly one and no name server is needed for it.
    ///
    /// `sendto` with an address asks this first.
    fn as_addr(&self) -> Option<Addr> {
        None
    }
}

impl ToAddrs for str {
    #[track_caller]
    fn to_addrs<N: Net>(&self, net: &N) -> Result<Vec<Addr>> {
        if let Some(addr) = self.as_addr() {
            return Ok(vec![addr]);
        }
        let (host, port) = self.rsplit_once(':').ok_or_else(|| no_port(self))?;
        let port = port.parse::<u16>().map_err(|_| no_port(self))?;
        // What could not be read has a scope by name.
        let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        (in_brackets.unwrap_or(host), port).to_addrs(net)
    }

    fn as_addr(&self) -> Option<Addr> {
        self.parse().ok()
    }
}

#[cold]
fn no_port(text: &str) -> Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{text:?} is not an address: write host:port")).into()
}

impl ToAddrs for (&str, u16) {
    #[track_caller]
    fn to_addrs<N: Net>(&self, net: &N) -> Result<Vec<Addr>> {
        let (host, port) = *self;
        if let Some(addr) = self.as_addr() {
            return Ok(vec![addr]);
        }
        let query = AddrQuery { host: Some(host), kind: SockType::STREAM, ..AddrQuery::default() };
        let found = net.getaddrinfo(&query)?;
        Ok(found.into_iter().map(|info| info.addr.with_port(port)).collect())
    }

    fn as_addr(&self) -> Option<Addr> {
        parse_ip(self.0).map(|ip| Addr::from((ip, self.1)))
    }
}

impl ToAddrs for (String, u16) {
    #[track_caller]
    fn to_addrs<N: Net>(&self, net: &N) -> Result<Vec<Addr>> {
        (self.0.as_str(), self.1).to_addrs(net)
    }

    fn as_addr(&self) -> Option<Addr> {
        (self.0.as_str(), self.1).as_addr()
    }
}

impl ToAddrs for String {
    #[track_caller]
    fn to_addrs<N: Net>(&self, net: &N) -> Result<Vec<Addr>> {
        self.as_str().to_addrs(net)
    }

    fn as_addr(&self) -> Option<Addr> {
        self.as_str().as_addr()
    }
}

impl ToAddrs for [SocketAddr] {
    fn to_addrs<N: Net>(&self, _: &N) -> Result<Vec<Addr>> {
        Ok(self.iter().map(|&addr| addr.into()).collect())
    }
}

impl ToAddrs for [Addr] {
    fn to_addrs<N: Net>(&self, _: &N) -> Result<Vec<Addr>> {
        Ok(self.to_vec())
    }
}

impl ToAddrs for Vec<Addr> {
    fn to_addrs<N: Net>(&self, _: &N) -> Result<Vec<Addr>> {
        Ok(self.clone())
    }
}

impl<T: ToAddrs + ?Sized> ToAddrs for &T {
    #[track_caller]
    fn to_addrs<N: Net>(&self, net: &N) -> Result<Vec<Addr>> {
        (**self).to_addrs(net)
    }

    fn as_addr(&self) -> Option<Addr> {
        (**self).as_addr()
    }
}

/// Types that are an address already.
macro_rules! plain_addrs {
    ($($type:ty),*) => {
        $(
            impl ToAddrs for $type {
                fn to_addrs<N: Net>(&self, _: &N) -> Result<Vec<Addr>> {
                    Ok(vec![self.clone().into()])
                }

                #[inline]
                fn as_addr(&self) -> Option<Addr> {
                    Some(self.clone().into())
                }
            }
        )*
    };
}

plain_addrs!(Addr, UnixAddr, SocketAddr, SocketAddrV4, SocketAddrV6, (IpAddr, u16), (Ipv4Addr, u16), (Ipv6Addr, u16));
