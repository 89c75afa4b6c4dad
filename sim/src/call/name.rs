//! bind(2), getsockname(2), getpeername(2), and how addresses are read and shown.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use wavetank_api::{Addr, Errno, Result};

use super::{Caller, Told, errno::IntoErrno};
use crate::{
    host::{Body, Family, Host, Socket},
    proto::tcp,
};

/// Which call an address is given to: they differ in what they forgive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Use {
    Bind,
    Connect,
    Send,
}

/// Reads an address for a socket of the internet families; an IPv4-mapped IPv6 address becomes the IPv4 address it means.
pub(crate) fn read(socket: &Socket, addr: &Addr, purpose: Use) -> Result<SocketAddr, Errno> {
    let datagram = matches!(socket.body, Body::Udp(_));
    match (socket.family, addr) {
        (Family::Inet, Addr::V4(v4)) => Ok(SocketAddr::V4(*v4)),
        (Family::Inet6, Addr::V6(v6)) => match v6.ip().to_ipv4_mapped() {
            // An IPv6-only socket has no way to IPv4 (`ipv6_only_sock`).
            Some(_) if socket.options.v6only => match purpose {
                Use::Bind => Err(Errno::EINVAL),
                Use::Connect | Use::Send => Err(Errno::ENETUNREACH),
            },
            Some(v4) => Ok(SocketAddr::new(v4.into(), v6.port())),
            None => Ok(SocketAddr::new((*v6.ip()).into(), v6.port())),
        },
        // A datagram socket of IPv6 takes an IPv4 address as it is (`udpv6_sendmsg`, `__ip6_datagram_connect`).
        (Family::Inet6, Addr::V4(v4)) if datagram && purpose != Use::Bind && !socket.options.v6only => {
            Ok(SocketAddr::V4(*v4))
        }
        (Family::Inet6, Addr::V4(_)) if datagram && purpose == Use::Send => Err(Errno::ENETUNREACH),
        (Family::Inet6, Addr::V4(_)) if datagram && purpose == Use::Connect => Err(Errno::EAFNOSUPPORT),
        // A `sockaddr_in` is shorter than any IPv6 address may be (SIN6_LEN_RFC2133).
        (Family::Inet6, Addr::V4(_)) => Err(Errno::EINVAL),
        // Too short to be an internet address, before its family is looked at.
        (_, Addr::Unspec) if purpose == Use::Bind => Err(Errno::EINVAL),
        _ => Err(Errno::EAFNOSUPPORT),
    }
}

/// Shows an address as a socket of `family` sees it: an IPv6 socket sees IPv4 addresses mapped.
pub(crate) fn show(family: Family, addr: SocketAddr) -> Addr {
    match (family, addr) {
        (Family::Inet6, SocketAddr::V4(v4)) => Addr::V6(SocketAddrV6::new(v4.ip().to_ipv6_mapped(), v4.port(), 0, 0)),
        (_, addr) => addr.into(),
    }
}

impl Caller<'_> {
    pub(crate) fn bind(&self, fd: i32, addr: &Addr) -> Result<()> {
        let told = Told { call: "bind", numbers: addr_numbers(fd, addr), text: || format!("bind({fd}, {addr})") };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let host = self.host_mut(world);
            if host.sockets[id].family == Family::Unix {
                // Names of UNIX sockets are not modelled yet; the pair of socketpair(2) is.
                return Err(Errno::EOPNOTSUPP);
            }
            let addr = read(&host.sockets[id], addr, Use::Bind)?;
            host.bind(id, addr).map_err(IntoErrno::errno)
        })
    }

    pub(crate) fn getsockname(&self, fd: i32) -> Result<Addr> {
        self.shown("getsockname", fd, |host, socket| {
            Ok(match (socket.family, socket.local) {
                (Family::Unix, _) => Addr::Unix(wavetank_api::UnixAddr::unnamed()),
                (family, Some(local)) => show(family, local),
                (family, None) => show(family, SocketAddr::new(host.any(family), 0)),
            })
        })
    }

    pub(crate) fn getpeername(&self, fd: i32) -> Result<Addr> {
        self.shown("getpeername", fd, |_, socket| match (&socket.body, socket.remote) {
            (Body::Unix { end, .. }, _) if end.is_connected() => Ok(Addr::Unix(wavetank_api::UnixAddr::unnamed())),
            (Body::Tcp(_), Some(remote)) if socket.connection().is_some_and(has_peer) => {
                Ok(show(socket.family, remote))
            }
            (Body::Udp(_), Some(remote)) => Ok(show(socket.family, remote)),
            _ => Err(Errno::ENOTCONN),
        })
    }

    fn shown(
        &self,
        call: &'static str,
        fd: i32,
        find: impl FnOnce(&Host, &Socket) -> Result<Addr, Errno>,
    ) -> Result<Addr> {
        let told = Told { call, numbers: [fd as u64, 0, 0], text: || format!("{call}({fd})") };
        let found = self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let host = self.host(world);
            find(host, &host.sockets[id]).map(|addr| ((), addr))
        });
        found.map(|((), addr)| addr)
    }
}

/// `inet_getname`: a connection that is not there yet, or no longer, has no peer. (In TIME_WAIT the socket that the
/// program holds is closed already.)
fn has_peer(connection: &tcp::Connection) -> bool {
    !matches!(connection.state(), tcp::State::SynSent | tcp::State::Closed | tcp::State::TimeWait)
}

/// An address in two words, and the descriptor.
pub(crate) fn addr_numbers(fd: i32, addr: &Addr) -> [u64; 3] {
    let (high, low, port) = match (addr.ip(), addr.port()) {
        (Some(IpAddr::V4(v4)), port) => (4 << 32, u64::from(v4.to_bits()), port),
        (Some(IpAddr::V6(v6)), port) => ((v6.to_bits() >> 64) as u64, v6.to_bits() as u64, port),
        (None, port) => (0, 0, port),
    };
    [fd as u64 | u64::from(port.unwrap_or(0)) << 32, high, low]
}
