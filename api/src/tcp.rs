//! [`TcpListener`] and [`TcpStream`]: the names and signatures of [`std::net`], in either world.
//!
//! The constructors take the machine first; everything else is as it was.

use std::net::SocketAddr;
use std::time::Duration;

use crate::option::{SO_LINGER, SO_REUSEADDR, TCP_NODELAY};
use crate::resolve::{DEFAULT_BACKLOG, last_error};
use crate::socket::read_write_by_socket;
use crate::{Addr, Errno, Error, Family, MsgFlags, Net, Result, SockType, Socket, ToAddrs};

/// A TCP socket that listens.
///
/// ```
/// use std::io::{Read, Write};
/// use wavetank_api::{Errno, Host, TcpListener, TcpStream};
///
/// # wavetank_sim::example(|host| {
/// let listener = TcpListener::bind(host, "127.0.0.1:7")?;
/// let echo = host.spawn("echo", move || {
///     let (stream, _peer) = listener.accept()?;
///     std::io::copy(&mut &stream, &mut &stream)
/// });
/// let mut stream = TcpStream::connect(host, "127.0.0.1:7")?;
/// stream.write_all(b"ahoy")?;
/// let mut back = [0; 4];
/// stream.read_exact(&mut back)?;
/// assert_eq!(&back, b"ahoy");
/// drop(stream);
/// assert_eq!(echo.join().unwrap()?, 4);
/// // The listener ended with the thread.
/// assert_eq!(TcpStream::connect(host, "127.0.0.1:7").unwrap_err(), Errno::ECONNREFUSED);
/// # Ok(())
/// # });
/// ```
#[derive(Debug)]
pub struct TcpListener<N: Net> {
    socket: Socket<N>,
}

impl<N: Net> TcpListener<N> {
    /// Listens on the first of the addresses that can be bound, with `SO_REUSEADDR` set and a backlog of 128.
    ///
    /// # Errors
    ///
    /// The last address's, as from `bind(2)`: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`; or the resolver's.
    #[track_caller]
    pub fn bind(net: &N, addr: impl ToAddrs) -> Result<Self> {
        let mut errors = Vec::new();
        for addr in addr.to_addrs(net)? {
            match Self::bind_one(net, &addr) {
                Ok(listener) => return Ok(listener),
                Err(error) => errors.push(error),
            }
        }
        Err(last_error(errors))
    }

    #[track_caller]
    fn bind_one(net: &N, addr: &Addr) -> Result<Self> {
        let socket = Socket::new(net, inet_family(addr, "bind")?, SockType::STREAM)?;
        socket.setsockopt(SO_REUSEADDR, true)?;
        socket.bind(addr)?;
        socket.listen(DEFAULT_BACKLOG)?;
        Ok(Self { socket })
    }

    /// Waits for a connection: the stream, and the peer's address.
    ///
    /// # Errors
    ///
    /// `EAGAIN` in non-blocking mode, `EMFILE`, `ECONNABORTED`.
    #[track_caller]
    pub fn accept(&self) -> Result<(TcpStream<N>, SocketAddr)> {
        let (socket, peer) = self.socket.accept()?;
        Ok((TcpStream { socket }, peer.to_inet("accept")?))
    }

    /// Every connection, waiting for each; it never ends.
    pub const fn incoming(&self) -> Incoming<'_, N> {
        Incoming { listener: self }
    }

    /// The address it listens on: `getsockname(2)`.
    ///
    /// # Errors
    ///
    /// `ENOBUFS`.
    #[track_caller]
    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.socket.getsockname()?.to_inet("getsockname")
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

/// The connections of [`TcpListener::incoming`].
#[derive(Debug)]
pub struct Incoming<'a, N: Net> {
    listener: &'a TcpListener<N>,
}

impl<N: Net> Iterator for Incoming<'_, N> {
    type Item = Result<TcpStream<N>>;

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.listener.accept() {
            Ok((stream, _)) => Ok(stream),
            Err(error) => Err(error),
        })
    }
}

/// A TCP connection. `Read` and `Write` are implemented for it and for `&TcpStream`.
///
/// ```
/// use std::time::Duration;
/// use wavetank_api::{Errno, TcpListener, TcpStream};
///
/// # wavetank_sim::example(|host| {
/// let listener = TcpListener::bind(host, "127.0.0.1:80")?;
/// let stream = TcpStream::connect_timeout(host, &listener.local_addr()?, Duration::from_secs(5))?;
/// stream.set_nodelay(true)?;
/// stream.set_read_timeout(Some(Duration::from_millis(200)))?;
/// let error = std::io::Read::read(&mut &stream, &mut [0; 16]).unwrap_err();
/// assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
/// # Ok(())
/// # });
/// ```
#[derive(Debug)]
pub struct TcpStream<N: Net> {
    socket: Socket<N>,
}

impl<N: Net> TcpStream<N> {
    /// Connects to the first of the addresses that answers.
    ///
    /// # Errors
    ///
    /// The last address's, as from `connect(2)`: `ECONNREFUSED`, `ETIMEDOUT`, `ENETUNREACH`, ...; or the resolver's.
    #[track_caller]
    pub fn connect(net: &N, addr: impl ToAddrs) -> Result<Self> {
        let mut errors = Vec::new();
        for addr in addr.to_addrs(net)? {
            match Self::connect_one(net, &addr, None) {
                Ok(stream) => return Ok(stream),
                Err(error) => errors.push(error),
            }
        }
        Err(last_error(errors))
    }

    /// Connects to this address within `timeout`.
    ///
    /// # Errors
    ///
    /// Those of [`connect`](Self::connect); a timeout; `EINVAL` if `timeout` is zero, as in `std`.
    #[track_caller]
    pub fn connect_timeout(net: &N, addr: &SocketAddr, timeout: Duration) -> Result<Self> {
        if timeout.is_zero() {
            return Err(Error::new(Errno::EINVAL, "connect"));
        }
        Self::connect_one(net, &Addr::from(*addr), Some(timeout))
    }

    #[track_caller]
    fn connect_one(net: &N, addr: &Addr, timeout: Option<Duration>) -> Result<Self> {
        let socket = Socket::new(net, inet_family(addr, "connect")?, SockType::STREAM)?;
        if timeout.is_some() {
            socket.settimeout(timeout)?;
            socket.connect(addr)?;
            socket.settimeout(net.default_timeout())?;
        } else {
            socket.connect(addr)?;
        }
        Ok(Self { socket })
    }

    /// The peer's address: `getpeername(2)`.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
    #[track_caller]
    pub fn peer_addr(&self) -> Result<SocketAddr> {
        self.socket.getpeername()?.to_inet("getpeername")
    }

    /// The address of this end: `getsockname(2)`.
    ///
    /// # Errors
    ///
    /// `ENOBUFS`.
    #[track_caller]
    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.socket.getsockname()?.to_inet("getsockname")
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

    /// Receives without taking: `recv(2)` with `MSG_PEEK`.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::recv`].
    #[track_caller]
    pub fn peek(&self, buf: &mut [u8]) -> Result<usize> {
        self.socket.recv_with(buf, MsgFlags::PEEK)
    }

    /// Sends small segments at once, or not: `TCP_NODELAY`.
    ///
    /// # Errors
    ///
    /// Those of `setsockopt(2)`.
    #[track_caller]
    pub fn set_nodelay(&self, nodelay: bool) -> Result<()> {
        self.socket.setsockopt(TCP_NODELAY, nodelay)
    }

    /// Whether small segments are sent at once: `TCP_NODELAY`.
    ///
    /// # Errors
    ///
    /// Those of `getsockopt(2)`.
    #[track_caller]
    pub fn nodelay(&self) -> Result<bool> {
        self.socket.getsockopt(TCP_NODELAY)
    }

    /// What `close` does with data that is not sent yet: `SO_LINGER`, in whole seconds.
    ///
    /// # Errors
    ///
    /// Those of `setsockopt(2)`.
    #[track_caller]
    pub fn set_linger(&self, linger: Option<Duration>) -> Result<()> {
        self.socket.setsockopt(SO_LINGER, linger)
    }

    /// What [`set_linger`](Self::set_linger) set.
    ///
    /// # Errors
    ///
    /// Those of `getsockopt(2)`.
    #[track_caller]
    pub fn linger(&self) -> Result<Option<Duration>> {
        self.socket.getsockopt(SO_LINGER)
    }
}

/// The family of an internet address, or `EAFNOSUPPORT` in the name of `call`.
pub(crate) fn inet_family(addr: &Addr, call: &'static str) -> Result<Family> {
    addr.to_inet(call).map(|_| addr.family())
}

/// What every wrapper has: the socket inside, and the mode.
macro_rules! wrapper {
    ($type:ident) => {
        impl<N: Net> $type<N> {
            /// The socket inside, for everything that has no method here.
            pub const fn socket(&self) -> &Socket<N> {
                &self.socket
            }

            /// The socket without its wrapper.
            pub fn into_socket(self) -> Socket<N> {
                self.socket
            }

            /// Puts the descriptor into non-blocking mode, or back.
            ///
            /// # Errors
            ///
            /// None on an open descriptor.
            #[track_caller]
            pub fn set_nonblocking(&self, nonblocking: bool) -> Result<()> {
                self.socket.setblocking(!nonblocking)
            }

            /// The pending error, which this clears: `SO_ERROR`.
            ///
            /// # Errors
            ///
            /// Those of `getsockopt(2)`.
            #[track_caller]
            pub fn take_error(&self) -> Result<Option<Error>> {
                let errno = self.socket.getsockopt($crate::option::SO_ERROR)?;
                Ok(errno.map(|errno| Error::new(errno, "")))
            }
        }

        /// Takes over a socket as it is; that it is of the right family and type is the caller's word.
        impl<N: Net> From<Socket<N>> for $type<N> {
            fn from(socket: Socket<N>) -> Self {
                Self { socket }
            }
        }
    };
}

/// The two timeouts of `std`, which are the kernel's: `SO_RCVTIMEO` and `SO_SNDTIMEO`.
macro_rules! timeouts {
    ($type:ident) => {
        impl<N: Net> $type<N> {
            /// How long a receive may take, `EAGAIN` after it: `SO_RCVTIMEO`.
            ///
            /// # Errors
            ///
            /// `EINVAL` for a timeout of zero, as in `std`.
            #[track_caller]
            pub fn set_read_timeout(&self, timeout: Option<std::time::Duration>) -> Result<()> {
                self.socket.setsockopt($crate::option::SO_RCVTIMEO, $crate::tcp::not_zero(timeout)?)
            }

            /// How long a send may take, `EAGAIN` after it: `SO_SNDTIMEO`.
            ///
            /// # Errors
            ///
            /// `EINVAL` for a timeout of zero, as in `std`.
            #[track_caller]
            pub fn set_write_timeout(&self, timeout: Option<std::time::Duration>) -> Result<()> {
                self.socket.setsockopt($crate::option::SO_SNDTIMEO, $crate::tcp::not_zero(timeout)?)
            }

            /// What [`set_read_timeout`](Self::set_read_timeout) set.
            ///
            /// # Errors
            ///
            /// Those of `getsockopt(2)`.
            #[track_caller]
            pub fn read_timeout(&self) -> Result<Option<std::time::Duration>> {
                self.socket.getsockopt($crate::option::SO_RCVTIMEO)
            }

            /// What [`set_write_timeout`](Self::set_write_timeout) set.
            ///
            /// # Errors
            ///
            /// Those of `getsockopt(2)`.
            #[track_caller]
            pub fn write_timeout(&self) -> Result<Option<std::time::Duration>> {
                self.socket.getsockopt($crate::option::SO_SNDTIMEO)
            }
        }
    };
}

/// `shutdown`, with the argument of `std` or ours.
macro_rules! shutdown {
    ($type:ident) => {
        impl<N: Net> $type<N> {
            /// Ends one direction, or both: `shutdown(2)`.
            ///
            /// # Errors
            ///
            /// `ENOTCONN`.
            #[track_caller]
            pub fn shutdown(&self, how: impl Into<$crate::Shutdown>) -> Result<()> {
                self.socket.shutdown(how.into())
            }
        }
    };
}

/// The time to live, which `std` has on every internet socket.
macro_rules! ttl {
    ($type:ident) => {
        impl<N: Net> $type<N> {
            /// The time to live of outgoing packets: `IP_TTL`.
            ///
            /// # Errors
            ///
            /// `EINVAL` outside 1 to 255.
            #[track_caller]
            pub fn set_ttl(&self, ttl: u32) -> Result<()> {
                self.socket.setsockopt($crate::option::IP_TTL, ttl.cast_signed())
            }

            /// The time to live of outgoing packets: `IP_TTL`.
            ///
            /// # Errors
            ///
            /// Those of `getsockopt(2)`.
            #[track_caller]
            pub fn ttl(&self) -> Result<u32> {
                Ok(self.socket.getsockopt($crate::option::IP_TTL)?.cast_unsigned())
            }
        }
    };
}

pub(crate) use {shutdown, timeouts, ttl, wrapper};

/// `std` refuses a timeout of zero, which to the kernel would mean none.
pub(crate) fn not_zero(timeout: Option<Duration>) -> Result<Option<Duration>> {
    if timeout == Some(Duration::ZERO) { Err(Error::new(Errno::EINVAL, "setsockopt")) } else { Ok(timeout) }
}

wrapper!(TcpListener);
ttl!(TcpListener);

wrapper!(TcpStream);
timeouts!(TcpStream);
shutdown!(TcpStream);
ttl!(TcpStream);
read_write_by_socket!(TcpStream);
