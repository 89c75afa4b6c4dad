//! Opening connections: `bind`, `listen`, `accept`, `connect`.

use super::{Patience, Socket};
use crate::option::SO_ERROR;
use crate::poll::poll_one;
use crate::{Addr, Errno, Error, Net, PollEvents, Result, SockFlags};

/// Opening connections.
impl<N: Net> Socket<N> {
    /// `bind(2)`.
    ///
    /// # Errors
    ///
    /// `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, `EINVAL` (bound already), `EAFNOSUPPORT`; and those of files for a path.
    ///
    /// ```
    /// use wavetank_api::{Addr, Errno, Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let addr: Addr = "127.0.0.1:8080".parse().unwrap();
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// socket.bind(&addr)?;
    /// let other = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// assert_eq!(other.bind(&addr).unwrap_err(), Errno::EADDRINUSE);
    /// assert_eq!(other.bind(&"192.0.2.1:0".parse().unwrap()).unwrap_err(), Errno::EADDRNOTAVAIL);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn bind(&self, addr: &Addr) -> Result<()> {
        self.net.bind(&self.fd, addr)
    }

    /// `listen(2)`; a backlog below 0 is 0, as in Python.
    ///
    /// # Errors
    ///
    /// `EADDRINUSE`, `EOPNOTSUPP`, `EINVAL`.
    ///
    /// ```
    /// use wavetank_api::{Errno, Family, SockType, Socket, create_connection};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// socket.bind(&"127.0.0.1:80".parse().unwrap())?;
    /// socket.listen(16)?;
    /// let client = create_connection(host, ("127.0.0.1", 80), None)?;
    /// assert_eq!(client.listen(16).unwrap_err(), Errno::EINVAL);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn listen(&self, backlog: i32) -> Result<()> {
        self.net.listen(&self.fd, backlog.max(0))
    }

    /// `accept4(2)`: the next connection and the peer's address. The new socket has the default timeout ([`Net::default_timeout`]); if
    /// there is none it is in blocking mode, whatever this one's is.
    ///
    /// # Errors
    ///
    /// `EAGAIN`, a timeout, `EINVAL` (not listening), `EMFILE`, `ECONNABORTED`, `EOPNOTSUPP`.
    ///
    /// ```
    /// use wavetank_api::{Errno, ServerOptions, create_connection, create_server};
    ///
    /// # wavetank_sim::example(|host| {
    /// let server = create_server(host, ("127.0.0.1", 80), ServerOptions::default())?;
    /// let client = create_connection(host, ("127.0.0.1", 80), None)?;
    /// let (conn, addr) = server.accept()?;
    /// assert_eq!(addr, client.getsockname()?);
    /// client.sendall(b"ahoy")?;
    /// assert_eq!(conn.recv_vec(16)?, b"ahoy");
    ///
    /// server.setblocking(false)?;
    /// assert_eq!(server.accept().unwrap_err(), Errno::EAGAIN);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn accept(&self) -> Result<(Self, Addr)> {
        let (fd, peer) = self.accept_fd()?;
        let socket = Self::from_parts(&self.net, fd, self.family, self.kind, self.protocol);
        Ok((socket.begin(SockFlags::empty())?, peer))
    }

    #[track_caller]
    fn accept_fd(&self) -> Result<(N::Fd, Addr)> {
        retry!(self, IN, self.net.accept(&self.fd, SockFlags::CLOEXEC))
    }

    /// `connect(2)`. In timeout mode it waits for the handshake that long. A signal does not break it off: the handshake goes on,
    /// and so does the waiting.
    ///
    /// Blocks until the handshake is over, in timeout mode for so long at most. In non-blocking mode the answer is `EINPROGRESS`.
    ///
    /// # Errors
    ///
    /// `ECONNREFUSED`, `ETIMEDOUT` (the kernel's), a timeout (the mode's), `EINPROGRESS`, `EALREADY`, `EISCONN`, `ENETUNREACH`,
    /// `EHOSTUNREACH`, `EADDRNOTAVAIL`, `EAFNOSUPPORT`, `EACCES`; `ENOENT` and `EAGAIN` for UNIX sockets.
    ///
    /// ```
    /// use wavetank_api::{Family, ServerOptions, SockType, Socket, create_server};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// let error = socket.connect(&"127.0.0.1:80".parse().unwrap()).unwrap_err();
    /// assert_eq!(error.to_string(), "connect: ECONNREFUSED (Connection refused)");
    ///
    /// let server = create_server(host, ("127.0.0.1", 80), ServerOptions::default())?;
    /// socket.connect(&server.getsockname()?)?;
    /// assert_eq!(socket.getpeername()?, server.getsockname()?);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn connect(&self, addr: &Addr) -> Result<()> {
        match self.net.connect(&self.fd, addr) {
            Err(error) => self.finish_connect(error),
            Ok(()) => Ok(()),
        }
    }

    /// [`connect`](Self::connect) that returns the errno, `None` for success (Python returns 0). Where the mode's timeout strikes it is
    /// `EAGAIN`, as in Python.
    ///
    /// Blocks as [`connect`](Self::connect).
    ///
    /// ```
    /// use wavetank_api::{Addr, Errno, Family, ServerOptions, SockType, Socket, create_server};
    ///
    /// # wavetank_sim::example(|host| {
    /// let addr: Addr = "127.0.0.1:80".parse().unwrap();
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// assert_eq!(socket.connect_ex(&addr), Some(Errno::ECONNREFUSED));
    /// let _server = create_server(host, &addr, ServerOptions::default())?;
    /// assert_eq!(socket.connect_ex(&addr), None);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn connect_ex(&self, addr: &Addr) -> Option<Errno> {
        match self.connect(addr) {
            Ok(()) => None,
            Err(error) => Some(error.errno().unwrap_or(Errno::EAGAIN)),
        }
    }

    /// What to do when `connect` did not succeed at once.
    #[cold]
    #[track_caller]
    fn finish_connect(&self, error: Error) -> Result<()> {
        let timeout = self.gettimeout();
        let under_way = error.is_interrupted() || error.is_in_progress() && timeout.is_some_and(|time| !time.is_zero());
        if !under_way {
            return Err(error);
        }
        match timeout {
            None => drop(poll_one(&self.net, &self.fd, PollEvents::OUT, None)?),
            Some(timeout) => self.wait(PollEvents::OUT, timeout, &mut Patience::default(), "connect")?,
        }
        match self.getsockopt(SO_ERROR)? {
            None => Ok(()),
            Some(errno) => Err(Error::new(errno, "connect")),
        }
    }
}
