//! [`UnixListener`] and [`UnixStream`]: the names and signatures of [`std::os::unix::net`], in either world.

use std::io::{IoSlice, IoSliceMut};
use std::path::Path;

use crate::control::cmsg_len;
use crate::socket::read_write_by_socket;
use crate::tcp::{shutdown, timeouts, wrapper};
use crate::{Addr, Errno, Error, Family, MsgFlags, Net, Result, SockType, Socket, UnixAddr};

/// Connections that may wait to be accepted, as in `std`: Linux reads -1 as the most it allows, `net.core.somaxconn`.
const BACKLOG: i32 = -1;

/// A UNIX stream socket that listens.
#[derive(Debug)]
pub struct UnixListener<N: Net> {
    socket: Socket<N>,
}

impl<N: Net> UnixListener<N> {
    /// Listens on this path, where a file is made; nobody removes it afterwards.
    ///
    /// # Errors
    ///
    /// `EADDRINUSE` if the file exists, `EACCES`, `ENOENT`, `ENOTDIR`; `EINVAL` if the path is too long.
    #[track_caller]
    pub fn bind(net: &N, path: impl AsRef<Path>) -> Result<Self> {
        Self::bind_addr(net, &UnixAddr::pathname(path.as_ref())?)
    }

    /// Listens on this address.
    ///
    /// # Errors
    ///
    /// Those of [`bind`](Self::bind).
    #[track_caller]
    pub fn bind_addr(net: &N, addr: &UnixAddr) -> Result<Self> {
        let socket = Socket::new(net, Family::UNIX, SockType::STREAM)?;
        socket.bind(&addr.clone().into())?;
        net.listen(socket.fd(), BACKLOG)?;
        Ok(Self { socket })
    }

    /// Waits for a connection: the stream, and the peer's address, which is rarely a name.
    ///
    /// # Errors
    ///
    /// `EAGAIN` in non-blocking mode, `EMFILE`.
    #[track_caller]
    pub fn accept(&self) -> Result<(UnixStream<N>, UnixAddr)> {
        let (socket, peer) = self.socket.accept()?;
        Ok((UnixStream { socket }, unix_addr(peer, "accept")?))
    }

    /// Every connection, waiting for each; it never ends.
    pub const fn incoming(&self) -> UnixIncoming<'_, N> {
        UnixIncoming { listener: self }
    }

    /// The address it listens on.
    ///
    /// # Errors
    ///
    /// `ENOBUFS`.
    #[track_caller]
    pub fn local_addr(&self) -> Result<UnixAddr> {
        unix_addr(self.socket.getsockname()?, "getsockname")
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
}

/// The connections of [`UnixListener::incoming`].
#[derive(Debug)]
pub struct UnixIncoming<'a, N: Net> {
    listener: &'a UnixListener<N>,
}

impl<N: Net> Iterator for UnixIncoming<'_, N> {
    type Item = Result<UnixStream<N>>;

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.listener.accept() {
            Ok((stream, _)) => Ok(stream),
            Err(error) => Err(error),
        })
    }
}

/// A UNIX stream connection. `Read` and `Write` are implemented for it and for `&UnixStream`.
///
/// ```
/// use std::io::{Read, Write};
/// use wavetank_api::UnixStream;
///
/// # wavetank_sim::example(|host| {
/// let (mut left, mut right) = UnixStream::pair(host)?;
/// left.write_all(b"ahoy")?;
/// drop(left);
/// let mut all = String::new();
/// right.read_to_string(&mut all)?;
/// assert_eq!(all, "ahoy");
/// # Ok(())
/// # });
/// ```
#[derive(Debug)]
pub struct UnixStream<N: Net> {
    socket: Socket<N>,
}

impl<N: Net> UnixStream<N> {
    /// Two connected streams: `socketpair(2)`.
    ///
    /// # Errors
    ///
    /// `EMFILE`.
    #[track_caller]
    pub fn pair(net: &N) -> Result<(Self, Self)> {
        let (a, b) = Socket::pair(net, Family::UNIX, SockType::STREAM)?;
        Ok((Self { socket: a }, Self { socket: b }))
    }

    /// Connects to the socket that listens on this path.
    ///
    /// # Errors
    ///
    /// `ENOENT`, `ECONNREFUSED`, `EACCES`; `EINVAL` if the path is too long.
    #[track_caller]
    pub fn connect(net: &N, path: impl AsRef<Path>) -> Result<Self> {
        let addr = UnixAddr::pathname(path.as_ref()).map_err(|error| error.with_call("connect"))?;
        Self::connect_addr(net, &addr)
    }

    /// Connects to this address.
    ///
    /// # Errors
    ///
    /// Those of [`connect`](Self::connect).
    #[track_caller]
    pub fn connect_addr(net: &N, addr: &UnixAddr) -> Result<Self> {
        let socket = Socket::new(net, Family::UNIX, SockType::STREAM)?;
        socket.connect(&addr.clone().into())?;
        Ok(Self { socket })
    }

    /// The address of this end.
    ///
    /// # Errors
    ///
    /// `ENOBUFS`.
    #[track_caller]
    pub fn local_addr(&self) -> Result<UnixAddr> {
        unix_addr(self.socket.getsockname()?, "getsockname")
    }

    /// The peer's address.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
    #[track_caller]
    pub fn peer_addr(&self) -> Result<UnixAddr> {
        unix_addr(self.socket.getpeername()?, "getpeername")
    }

    /// Sends data and descriptors: [`Socket::send_fds`]. The receiver gets duplicates. Blocks until there is room for the data.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::send_fds`].
    ///
    /// ```
    /// use wavetank_api::{Socket, UnixStream};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = UnixStream::pair(host)?;
    /// let (mine, yours) = UnixStream::pair(host)?;
    /// left.send_fds(b"take it", &[mine.socket().fd()])?;
    /// let mut buf = [0; 16];
    /// let (count, mut fds) = right.recv_fds(&mut buf, 1)?;
    /// assert_eq!(&buf[..count], b"take it");
    /// Socket::from_fd(host, fds.remove(0))?.sendall(b"I have it")?;
    /// assert_eq!(yours.socket().recv_vec(16)?, b"I have it");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn send_fds(&self, data: &[u8], fds: &[&N::Fd]) -> Result<usize> {
        self.socket.send_fds(&[IoSlice::new(data)], fds, MsgFlags::empty(), None)
    }

    /// Receives data and at most `max_fds` descriptors, as [`Socket::recv_fds`] into memory of one's own. Further ones are closed.
    /// Blocks until there is something, or the stream has ended.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::recv_fds`].
    #[track_caller]
    pub fn recv_fds(&self, buf: &mut [u8], max_fds: usize) -> Result<(usize, Vec<N::Fd>)> {
        let room = cmsg_len(max_fds.saturating_mul(size_of::<i32>())).map_err(|error| error.with_call("recvmsg"))?;
        let (count, ancillary) = self.socket.recvmsg_into(&mut [IoSliceMut::new(buf)], room, MsgFlags::empty())?;
        Ok((count, ancillary.fds))
    }

    /// Another descriptor of the same connection: `dup(2)`.
    ///
    /// # Errors
    ///
    /// `EMFILE`.
    #[track_caller]
    pub fn try_clone(&self) -> Result<Self> {
        Ok(Self { socket: self.socket.try_clone()? })
    }
}

fn unix_addr(addr: Addr, call: &'static str) -> Result<UnixAddr> {
    match addr {
        Addr::Unix(addr) => Ok(addr),
        Addr::Unspec => Ok(UnixAddr::unnamed()),
        _ => Err(Error::new(Errno::EAFNOSUPPORT, call)),
    }
}

wrapper!(UnixListener);

wrapper!(UnixStream);
timeouts!(UnixStream);
shutdown!(UnixStream);
read_write_by_socket!(UnixStream);
