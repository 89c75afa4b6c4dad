//! bind(2), getsockname(2), getpeername(2), and how addresses are read and shown.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use wavetank_api::{Addr, Errno, Result};

use super::{Caller, Told, errno::IntoErrno};
use crate::{
    base::SocketId,
    host::{Body, Family, Host, Socket, is_link_local_group},
    proto::tcp,
};

/// Which call an address is given to: they differ in what they forgive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Use {
    Bind,
    Connect,
    Send,
}

/// What `move_addr_to_kernel` takes: `struct sockaddr_storage`.
const STORAGE: usize = 128;
/// `struct sockaddr_in`, and the shortest `struct sockaddr_in6`: SIN6_LEN_RFC2133.
const SOCKADDR_IN: usize = 16;
const SOCKADDR_IN6: usize = 24;

/// Reads an address for a socket of the internet families; an IPv4-mapped IPv6 address becomes the IPv4 address it means.
pub(crate) fn read(socket: &Socket, addr: &Addr, purpose: Use) -> Result<SocketAddr, Errno> {
    match (socket.family, addr) {
        (Family::Inet, Addr::V4(v4)) => Ok(SocketAddr::V4(*v4)),
        (Family::Inet6, Addr::V6(v6)) => unmapped(socket, *v6.ip(), v6.port(), purpose),
        _ => read_bytes(socket, addr, purpose),
    }
}

fn unmapped(socket: &Socket, ip: Ipv6Addr, port: u16, purpose: Use) -> Result<SocketAddr, Errno> {
    match ip.to_ipv4_mapped() {
        // An IPv6-only socket has no way to IPv4 (`ipv6_only_sock`).
        Some(_) if socket.options.v6only => match purpose {
            Use::Bind => Err(Errno::EINVAL),
            Use::Connect | Use::Send => Err(Errno::ENETUNREACH),
        },
        Some(v4) => Ok(SocketAddr::new(v4.into(), port)),
        None => Ok(SocketAddr::new(ip.into(), port)),
    }
}

/// An address that is not of the socket's family, or not as long as one: the length is looked at before the family, but by
/// `udpv6_sendmsg`.
#[cold]
fn read_bytes(socket: &Socket, addr: &Addr, purpose: Use) -> Result<SocketAddr, Errno> {
    let bytes = addr.to_sockaddr().unwrap_or_default();
    if bytes.len() > STORAGE && purpose != Use::Send {
        return Err(Errno::EINVAL);
    }
    let family = addr.family().raw();
    let is_datagram = matches!(socket.body, Body::Udp(_));
    match (socket.family, family) {
        // A datagram socket of IPv6 takes an IPv4 address as it is (`udpv6_sendmsg`, `__ip6_datagram_connect`).
        (Family::Inet6, libc::AF_INET) if is_datagram && purpose != Use::Bind => match purpose {
            Use::Send if socket.options.v6only => Err(Errno::ENETUNREACH),
            _ if socket.options.v6only => Err(Errno::EAFNOSUPPORT),
            _ => read_inet(&bytes, family, purpose),
        },
        (Family::Inet6, family) if purpose == Use::Send && family != libc::AF_INET6 => Err(Errno::EINVAL),
        (Family::Inet6, _) if bytes.len() < SOCKADDR_IN6 => Err(Errno::EINVAL),
        (Family::Inet6, libc::AF_INET6) => {
            let ip = bytes[8..].first_chunk::<16>().map_or(Ipv6Addr::UNSPECIFIED, |ip| Ipv6Addr::from(*ip));
            unmapped(socket, ip, port_of(&bytes), purpose)
        }
        (Family::Inet6, _) => Err(Errno::EAFNOSUPPORT),
        (Family::Inet | Family::Unix, family) => read_inet(&bytes, family, purpose),
    }
}

/// A `struct sockaddr_in`. AF_UNSPEC is taken for AF_INET by `udp_sendmsg`, and of the wildcard by `__inet_bind`.
fn read_inet(bytes: &[u8], family: i32, purpose: Use) -> Result<SocketAddr, Errno> {
    if bytes.len() < SOCKADDR_IN {
        return Err(Errno::EINVAL);
    }
    let ip = Ipv4Addr::from([bytes[4], bytes[5], bytes[6], bytes[7]]);
    let is_taken = match purpose {
        _ if family == libc::AF_INET => true,
        Use::Bind => family == libc::AF_UNSPEC && ip.is_unspecified(),
        Use::Send => family == libc::AF_UNSPEC,
        Use::Connect => false,
    };
    if is_taken { Ok(SocketAddr::new(ip.into(), port_of(bytes))) } else { Err(Errno::EAFNOSUPPORT) }
}

fn port_of(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[2], bytes[3]])
}

/// Shows an address as a socket of `family` sees it: an IPv6 socket sees IPv4 addresses mapped.
pub(crate) fn show(family: Family, addr: SocketAddr) -> Addr {
    match (family, addr) {
        (Family::Inet6, SocketAddr::V4(v4)) => Addr::V6(SocketAddrV6::new(v4.ip().to_ipv6_mapped(), v4.port(), 0, 0)),
        (_, addr) => addr.into(),
    }
}

/// Its own or its peer's; that of a group of one interface with the number of that (`ipv6_iface_scope_id`).
fn name_of(socket: &Socket, addr: SocketAddr) -> Addr {
    match show(socket.family, addr) {
        Addr::V6(v6) if is_link_local_group(addr.ip()) => {
            Addr::V6(SocketAddrV6::new(*v6.ip(), v6.port(), 0, socket.options.device()))
        }
        shown => shown,
    }
}

impl Caller<'_> {
    pub(crate) fn bind(&self, fd: i32, addr: &Addr) -> Result<()> {
        let told = Told { call: "bind", numbers: addr_numbers(fd, addr), text: || format!("bind({fd}, {addr})") };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let host = self.host_mut(world);
            if host.sockets[id].family == Family::Unix {
                return self.bind_unix(world, id, addr);
            }
            let addr = read(&host.sockets[id], addr, Use::Bind)?;
            host.bind(id, addr).map_err(IntoErrno::errno)
        })
    }

    pub(crate) fn getsockname(&self, fd: i32) -> Result<Addr> {
        self.shown("getsockname", fd, |host, id, socket| {
            Ok(match (socket.family, socket.local) {
                (Family::Unix, _) => Addr::Unix(host.unix_name(id)),
                (_, Some(local)) => name_of(socket, local),
                (family, None) => show(family, SocketAddr::new(host.any(family), 0)),
            })
        })
    }

    pub(crate) fn getpeername(&self, fd: i32) -> Result<Addr> {
        self.shown("getpeername", fd, |host, id, socket| match (&socket.body, socket.remote) {
            (Body::Unix(unix), _) if unix.peer.is_some() => Ok(host.unix_peer_name(id)),
            (Body::Tcp(_), Some(remote)) if socket.connection().is_some_and(has_peer) => {
                Ok(show(socket.family, remote))
            }
            // `inet_getname`: who is connected to port 0 has no peer.
            (Body::Udp(_), Some(remote)) if remote.port() != 0 => Ok(name_of(socket, remote)),
            _ => Err(Errno::ENOTCONN),
        })
    }

    fn shown(
        &self,
        call: &'static str,
        fd: i32,
        find: impl FnOnce(&Host, SocketId, &Socket) -> Result<Addr, Errno>,
    ) -> Result<Addr> {
        let told = Told { call, numbers: [fd as u64, 0, 0], text: || format!("{call}({fd})") };
        let found = self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let host = self.host(world);
            find(host, id, &host.sockets[id]).map(|addr| ((), addr))
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

/// `::` means this host (a BSDism, as the comment in `udpv6_sendmsg` has it; `tcp_v6_connect`): by IPv4, if the socket has an address of that, and may.
pub(super) fn not_unspecified6(socket: &Socket, to: SocketAddr) -> Result<SocketAddr, Errno> {
    let loopback: IpAddr = match (to.ip(), socket.local.map(|local| local.ip())) {
        (IpAddr::V6(Ipv6Addr::UNSPECIFIED), Some(IpAddr::V4(_))) if socket.options.v6only => {
            return Err(Errno::ENETUNREACH);
        }
        (IpAddr::V6(Ipv6Addr::UNSPECIFIED), Some(IpAddr::V4(_))) => Ipv4Addr::LOCALHOST.into(),
        (IpAddr::V6(Ipv6Addr::UNSPECIFIED), _) => Ipv6Addr::LOCALHOST.into(),
        _ => return Ok(to),
    };
    Ok(SocketAddr::new(loopback, to.port()))
}
