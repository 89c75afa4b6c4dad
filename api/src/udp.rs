//! [`UdpSocket`]: the names and signatures of [`std::net::UdpSocket`], in either world.

use std::net::SocketAddr;

use crate::option::SO_BROADCAST;
use crate::resolve::last_error;
use crate::tcp::{inet_family, timeouts, ttl, wrapper};
use crate::{Addr, Eai, Error, MsgFlags, Net, Result, SockType, Socket, ToAddrs};

/// A UDP socket.
///
/// ```
/// use wavetank_api::UdpSocket;
///
/// # wavetank_sim::example(|host| {
/// let server = UdpSocket::bind(host, "127.0.0.1:53")?;
/// let client = UdpSocket::bind(host, "127.0.0.1:0")?;
/// client.send_to(b"question", "127.0.0.1:53")?;
/// let mut buf = [0; 512];
/// let (count, from) = server.recv_from(&mut buf)?;
/// assert_eq!(&buf[..count], b"question");
/// server.send_to(b"answer", from)?;
/// client.connect("127.0.0.1:53")?;
/// assert_eq!(client.recv(&mut buf)?, 6);
/// # Ok(())
/// # });
/// ```
#[derive(Debug)]
pub struct UdpSocket<N: Net> {
    socket: Socket<N>,
}

impl<N: Net> UdpSocket<N> {
    /// A socket on the first of the addresses that can be bound.
    ///
    /// # Errors
    ///
    /// The last address's, as from `bind(2)`; or the resolver's.
    #[track_caller]
    pub fn bind(net: &N, addr: impl ToAddrs) -> Result<Self> {
        let mut errors = Vec::new();
        for addr in addr.to_addrs(net)? {
            match Self::bind_one(net, &addr) {
                Ok(socket) => return Ok(socket),
                Err(error) => errors.push(error),
            }
        }
        Err(last_error(errors))
    }

    #[track_caller]
    fn bind_one(net: &N, addr: &Addr) -> Result<Self> {
        let socket = Socket::new(net, inet_family(addr, "bind")?, SockType::DGRAM)?;
        socket.bind(addr)?;
        Ok(Self { socket })
    }

    /// Sends a datagram to the first of the addresses.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::sendto`]; or the resolver's.
    #[inline]
    #[track_caller]
    pub fn send_to(&self, data: &[u8], addr: impl ToAddrs) -> Result<usize> {
        if let Some(addr) = addr.as_addr() {
            return self.socket.sendto(data, &addr);
        }
        match addr.to_addrs(self.socket.net())?.first() {
            Some(addr) => self.socket.sendto(data, addr),
            None => Err(Error::resolve(Eai::NONAME, "getaddrinfo")),
        }
    }

    /// Receives a datagram: its length, cut to the buffer's, and its sender.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::recvfrom`].
    #[inline]
    #[track_caller]
    pub fn recv_from(&self, buf: &mut [u8]) -> Result<(usize, SocketAddr)> {
        let (count, addr) = self.socket.recvfrom(buf)?;
        Ok((count, addr.to_inet("recvfrom")?))
    }

    /// [`recv_from`](Self::recv_from) without taking the datagram.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::recvfrom`].
    #[track_caller]
    pub fn peek_from(&self, buf: &mut [u8]) -> Result<(usize, SocketAddr)> {
        let (count, addr) = self.socket.recvfrom_with(buf, MsgFlags::PEEK)?;
        Ok((count, addr.to_inet("recvfrom")?))
    }

    /// Connects to the first of the addresses to which there is a way: only its datagrams are received from now on.
    ///
    /// # Errors
    ///
    /// The last address's, as from `connect(2)`; or the resolver's.
    #[track_caller]
    pub fn connect(&self, addr: impl ToAddrs) -> Result<()> {
        let mut errors = Vec::new();
        for addr in addr.to_addrs(self.socket.net())? {
            match self.socket.connect(&addr) {
                Ok(()) => return Ok(()),
                Err(error) => errors.push(error),
            }
        }
        Err(last_error(errors))
    }

    /// Sends a datagram to the connected peer.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::send`]; `EDESTADDRREQ` if there is no peer.
    #[inline]
    #[track_caller]
    pub fn send(&self, data: &[u8]) -> Result<usize> {
        self.socket.send(data)
    }

    /// Receives a datagram; its length, cut to the buffer's.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::recv`].
    #[inline]
    #[track_caller]
    pub fn recv(&self, buf: &mut [u8]) -> Result<usize> {
        self.socket.recv(buf)
    }

    /// [`recv`](Self::recv) without taking the datagram.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::recv`].
    #[track_caller]
    pub fn peek(&self, buf: &mut [u8]) -> Result<usize> {
        self.socket.recv_with(buf, MsgFlags::PEEK)
    }

    /// The address it is bound to: `getsockname(2)`.
    ///
    /// # Errors
    ///
    /// `ENOBUFS`.
    #[track_caller]
    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.socket.getsockname()?.to_inet("getsockname")
    }

    /// The connected peer: `getpeername(2)`.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
    #[track_caller]
    pub fn peer_addr(&self) -> Result<SocketAddr> {
        self.socket.getpeername()?.to_inet("getpeername")
    }

    /// Another descriptor of the same socket: `dup(2)`.
    ///
    /// # Errors
    ///
    /// `EMFILE`.
    #[track_caller]
    pub fn try_clone(&self) -> Result<Self> {
        Ok(Self { socket: self.socket.try_clone()? })
    }

    /// Allows datagrams to broadcast addresses: `SO_BROADCAST`.
    ///
    /// # Errors
    ///
    /// Those of `setsockopt(2)`.
    #[track_caller]
    pub fn set_broadcast(&self, broadcast: bool) -> Result<()> {
        self.socket.setsockopt(SO_BROADCAST, broadcast)
    }

    /// Whether datagrams to broadcast addresses are allowed: `SO_BROADCAST`.
    ///
    /// # Errors
    ///
    /// Those of `getsockopt(2)`.
    #[track_caller]
    pub fn broadcast(&self) -> Result<bool> {
        self.socket.getsockopt(SO_BROADCAST)
    }
}

wrapper!(UdpSocket);
timeouts!(UdpSocket);
ttl!(UdpSocket);
