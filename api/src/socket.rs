//! [`Socket`]: what Python's `socket` object is, written once for both worlds.
//!
//! Read [`Net`] first. This file adds three things to the system calls: the timeout mode, the retry after a signal (PEP 475), and
//! types. It knows nothing of how a call works.

use std::fmt;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::option::{MAX_LEN, OptValue, SO_DOMAIN, SO_ERROR, SO_PROTOCOL, SO_TYPE};
use crate::poll::poll_one;
use crate::{
    Addr, Descriptor, Errno, Error, Family, Instant, MsgFlags, Net, PollEvents, Protocol, RecvMsg, Result, SendMsg,
    Shutdown, SockFlags, SockOpt, SockType,
};

/// An open socket of either world.
///
/// # The three modes
///
/// * **blocking** (`settimeout(None)`, how a socket begins): a call waits until it can do its work;
/// * **non-blocking** (`settimeout(Some(Duration::ZERO))` or `setblocking(false)`): it answers `EAGAIN` instead, and `connect`
///   answers `EINPROGRESS`;
/// * **timeout** (`settimeout(Some(t))`): it waits `t` at most, and then fails with an error for which
///   [`Error::is_timeout`] holds. The descriptor itself is non-blocking. `sendall` has one deadline for the whole.
///
/// The descriptor's mode belongs to the open socket and is shared by its duplicates, as on Linux; the time belongs to this value.
///
/// # Interruptions
///
/// A call that a signal interrupts (`EINTR`) is made again with what is left of its time, as in Python since 3.5 (PEP 475).
///
/// # Closing
///
/// Dropping the socket closes it and ignores what `close(2)` answers; [`close`](Self::close) reports it.
///
/// `Read` and `Write` are implemented for `Socket` and for `&Socket`.
pub struct Socket<N: Net> {
    net: N,
    fd: N::Fd,
    /// Nanoseconds a call may take: 0 is the non-blocking mode, [`BLOCKING`] the blocking one.
    timeout: AtomicU64,
    family: Family,
    kind: SockType,
    protocol: Protocol,
}

/// No timeout. 584 years would be the same.
const BLOCKING: u64 = u64::MAX;

/// The deadline of one call in timeout mode: set when it first has to wait.
#[derive(Default)]
struct Patience {
    deadline: Option<Instant>,
}

/// Runs a call until it answers with something else than "interrupted" or, in timeout mode, "would block".
///
/// A macro, because `#[track_caller]` does not reach into closures: a simulation reports the user's line.
macro_rules! retry {
    ($self:ident, $events:ident, $call:expr) => {{
        let mut patience = Patience::default();
        loop {
            match $call {
                Err(error) => $self.again(error, PollEvents::$events, &mut patience)?,
                done => break done,
            }
        }
    }};
}

/// Making and ending.
impl<N: Net> Socket<N> {
    /// `socket(2)` with the family's default protocol, in blocking mode, close-on-exec.
    ///
    /// # Errors
    ///
    /// `EAFNOSUPPORT`, `EPROTONOSUPPORT`, `ESOCKTNOSUPPORT`, `EACCES`, `EPERM`, `EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`.
    #[track_caller]
    pub fn new(net: &N, family: Family, kind: SockType) -> Result<Self> {
        Self::with_protocol(net, family, kind, Protocol::DEFAULT)
    }

    /// `socket(2)`, in blocking mode, close-on-exec.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    #[track_caller]
    pub fn with_protocol(net: &N, family: Family, kind: SockType, protocol: Protocol) -> Result<Self> {
        let fd = net.socket(family, kind, SockFlags::CLOEXEC, protocol)?;
        Ok(Self::from_parts(net, fd, family, kind, protocol))
    }

    /// `socketpair(2)`: two connected sockets, in blocking mode.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), and `EOPNOTSUPP` for a family that has no pairs.
    #[track_caller]
    #[doc(alias = "socketpair")]
    pub fn pair(net: &N, family: Family, kind: SockType) -> Result<(Self, Self)> {
        let (a, b) = net.socketpair(family, kind, SockFlags::CLOEXEC, Protocol::DEFAULT)?;
        Ok((
            Self::from_parts(net, a, family, kind, Protocol::DEFAULT),
            Self::from_parts(net, b, family, kind, Protocol::DEFAULT),
        ))
    }

    /// Takes over an open descriptor; family, type and protocol are asked of it, and so is its mode.
    ///
    /// # Errors
    ///
    /// `ENOTSOCK`, `EBADF`.
    #[track_caller]
    #[doc(alias = "fromfd")]
    pub fn from_fd(net: &N, fd: N::Fd) -> Result<Self> {
        let mut socket = Self::from_parts(net, fd, Family::UNSPEC, SockType::ANY, Protocol::DEFAULT);
        socket.family = socket.getsockopt(SO_DOMAIN)?;
        socket.kind = socket.getsockopt(SO_TYPE)?;
        socket.protocol = socket.getsockopt(SO_PROTOCOL)?;
        if net.nonblocking(&socket.fd)? {
            socket.timeout = AtomicU64::new(0);
        }
        Ok(socket)
    }

    fn from_parts(net: &N, fd: N::Fd, family: Family, kind: SockType, protocol: Protocol) -> Self {
        Self { net: net.clone(), fd, timeout: AtomicU64::new(BLOCKING), family, kind, protocol }
    }

    /// `dup(2)`: another descriptor of the same open socket, with the same mode.
    ///
    /// # Errors
    ///
    /// `EMFILE`.
    #[track_caller]
    #[doc(alias = "dup")]
    pub fn try_clone(&self) -> Result<Self> {
        Ok(Self {
            net: self.net.clone(),
            fd: self.net.dup(&self.fd)?,
            timeout: AtomicU64::new(self.timeout.load(Ordering::Relaxed)),
            ..*self
        })
    }

    /// The descriptor, without closing it.
    pub fn detach(self) -> N::Fd {
        self.fd
    }

    /// `close(2)`. Data that is queued is still delivered; [`shutdown`](Self::shutdown) first tells the peer in good time.
    ///
    /// # Errors
    ///
    /// Whatever `close` reports (`EIO`, `EINTR`); the descriptor is gone all the same.
    #[track_caller]
    pub fn close(self) -> Result<()> {
        self.net.close(self.fd)
    }

    /// `shutdown(2)`: ends one direction, or both, for every descriptor of the socket.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
    #[track_caller]
    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        self.net.shutdown(&self.fd, how)
    }
}

/// What it is.
impl<N: Net> Socket<N> {
    /// The stack this socket belongs to.
    pub const fn net(&self) -> &N {
        &self.net
    }

    /// The descriptor.
    pub const fn fd(&self) -> &N::Fd {
        &self.fd
    }

    /// The descriptor's number.
    pub fn fileno(&self) -> i32 {
        self.fd.raw()
    }

    /// The family it was made with.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// The type it was made with.
    #[doc(alias = "type")]
    pub const fn kind(&self) -> SockType {
        self.kind
    }

    /// The protocol it was made with; 0 is the family's default.
    #[doc(alias = "proto")]
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// `getsockname(2)`: the local address.
    ///
    /// # Errors
    ///
    /// `ENOBUFS`.
    #[track_caller]
    pub fn getsockname(&self) -> Result<Addr> {
        self.net.getsockname(&self.fd)
    }

    /// `getpeername(2)`: the address of the peer.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
    #[track_caller]
    pub fn getpeername(&self) -> Result<Addr> {
        self.net.getpeername(&self.fd)
    }
}

/// The modes.
impl<N: Net> Socket<N> {
    /// Chooses the mode: `None` blocks, zero does not, any other time is the most a call may take.
    ///
    /// # Errors
    ///
    /// `EBADF`, which cannot happen on a descriptor of this world's own.
    #[track_caller]
    pub fn settimeout(&self, timeout: Option<Duration>) -> Result<()> {
        self.net.set_nonblocking(&self.fd, timeout.is_some())?;
        let nanos = timeout.map_or(BLOCKING, |timeout| u64::try_from(timeout.as_nanos()).unwrap_or(BLOCKING - 1));
        self.timeout.store(nanos, Ordering::Relaxed);
        Ok(())
    }

    /// The mode, as [`settimeout`](Self::settimeout) takes it.
    pub fn gettimeout(&self) -> Option<Duration> {
        match self.timeout.load(Ordering::Relaxed) {
            BLOCKING => None,
            nanos => Some(Duration::from_nanos(nanos)),
        }
    }

    /// `settimeout(None)` or `settimeout(Some(Duration::ZERO))`.
    ///
    /// # Errors
    ///
    /// Those of [`settimeout`](Self::settimeout).
    #[track_caller]
    pub fn setblocking(&self, blocking: bool) -> Result<()> {
        self.settimeout((!blocking).then_some(Duration::ZERO))
    }

    /// Whether the mode is not the non-blocking one: `gettimeout() != Some(Duration::ZERO)`.
    pub fn getblocking(&self) -> bool {
        self.timeout.load(Ordering::Relaxed) != 0
    }

    /// Decides after a failed call whether to make it again: at once after a signal; after waiting for `events` in timeout mode.
    #[cold]
    #[track_caller]
    fn again(&self, error: Error, events: PollEvents, patience: &mut Patience) -> Result<()> {
        if error.is_interrupted() {
            return Ok(());
        }
        match self.gettimeout() {
            Some(timeout) if error.is_would_block() && !timeout.is_zero() => {
                self.wait(events, timeout, patience, error.call())
            }
            _ => Err(error),
        }
    }

    /// Waits for `events` until the deadline, which is `timeout` from now unless it is set already.
    #[track_caller]
    fn wait(&self, events: PollEvents, timeout: Duration, patience: &mut Patience, call: &'static str) -> Result<()> {
        let now = self.net.monotonic();
        let deadline = *patience.deadline.get_or_insert(now + timeout);
        let found = poll_one(&self.net, &self.fd, events, Some(deadline - now))?;
        if found.is_empty() { Err(Error::timeout(call)) } else { Ok(()) }
    }
}

/// Opening connections.
impl<N: Net> Socket<N> {
    /// `bind(2)`.
    ///
    /// # Errors
    ///
    /// `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, `EINVAL` (bound already), `EAFNOSUPPORT`; and those of files for a path.
    #[track_caller]
    pub fn bind(&self, addr: &Addr) -> Result<()> {
        self.net.bind(&self.fd, addr)
    }

    /// `listen(2)`; a backlog below 0 is 0, as in Python.
    ///
    /// # Errors
    ///
    /// `EADDRINUSE`, `EOPNOTSUPP`, `EINVAL`.
    #[track_caller]
    pub fn listen(&self, backlog: i32) -> Result<()> {
        self.net.listen(&self.fd, backlog.max(0))
    }

    /// `accept4(2)`: the next connection and the peer's address. The new socket is in blocking mode, whatever this one's is.
    ///
    /// # Errors
    ///
    /// `EAGAIN`, a timeout, `EINVAL` (not listening), `EMFILE`, `ECONNABORTED`, `EOPNOTSUPP`.
    #[track_caller]
    pub fn accept(&self) -> Result<(Self, Addr)> {
        let (fd, peer) = self.accept_fd()?;
        Ok((Self::from_parts(&self.net, fd, self.family, self.kind, self.protocol), peer))
    }

    #[track_caller]
    fn accept_fd(&self) -> Result<(N::Fd, Addr)> {
        retry!(self, IN, self.net.accept(&self.fd, SockFlags::CLOEXEC))
    }

    /// `connect(2)`. In timeout mode it waits for the handshake that long. A signal does not break it off: the handshake goes on,
    /// and so does the waiting.
    ///
    /// # Errors
    ///
    /// `ECONNREFUSED`, `ETIMEDOUT` (the kernel's), a timeout (the mode's), `EINPROGRESS`, `EALREADY`, `EISCONN`, `ENETUNREACH`,
    /// `EHOSTUNREACH`, `EADDRNOTAVAIL`, `EAFNOSUPPORT`, `EACCES`; `ENOENT` and `EAGAIN` for UNIX sockets.
    #[track_caller]
    pub fn connect(&self, addr: &Addr) -> Result<()> {
        match self.net.connect(&self.fd, addr) {
            Err(error) => self.finish_connect(error),
            Ok(()) => Ok(()),
        }
    }

    /// [`connect`](Self::connect) that returns the errno, `None` for success (Python returns 0). Where the mode's timeout strikes it is
    /// `EAGAIN`, as in Python.
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

/// Sending.
impl<N: Net> Socket<N> {
    /// `send(2)`: as many of the bytes as fit; how many is returned.
    ///
    /// # Errors
    ///
    /// `EAGAIN`, a timeout, `EPIPE`, `ECONNRESET`, `ENOTCONN`, `EMSGSIZE`, `EDESTADDRREQ`, `ENOBUFS`, and what the network
    /// reported since the last call. Never a `SIGPIPE`.
    #[inline]
    #[track_caller]
    pub fn send(&self, data: &[u8]) -> Result<usize> {
        self.send_with(data, MsgFlags::empty())
    }

    /// `send(2)` with flags.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), and `EOPNOTSUPP` for a flag.
    #[inline]
    #[track_caller]
    pub fn send_with(&self, data: &[u8], flags: MsgFlags) -> Result<usize> {
        retry!(self, OUT, self.net.send(&self.fd, data, flags))
    }

    /// Sends all the bytes, with one deadline for the whole. After an error, nothing tells how many have been sent.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send).
    #[inline]
    #[track_caller]
    pub fn sendall(&self, data: &[u8]) -> Result<()> {
        let mut rest = data;
        let mut patience = Patience::default();
        if let Some(timeout) = self.gettimeout() {
            patience.deadline = Some(self.net.monotonic() + timeout);
        }
        loop {
            match self.net.send(&self.fd, rest, MsgFlags::empty()) {
                Ok(sent) if sent >= rest.len() => return Ok(()),
                Ok(sent) => rest = &rest[sent..],
                Err(error) => self.again(error, PollEvents::OUT, &mut patience)?,
            }
        }
    }

    /// `sendto(2)`: a message to this address.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), and `EISCONN`, `ENETUNREACH`, `EACCES` (broadcast), `EAFNOSUPPORT`, `EINVAL`.
    #[inline]
    #[track_caller]
    pub fn sendto(&self, data: &[u8], addr: &Addr) -> Result<usize> {
        self.sendto_with(data, MsgFlags::empty(), addr)
    }

    /// `sendto(2)` with flags.
    ///
    /// # Errors
    ///
    /// Those of [`sendto`](Self::sendto).
    #[inline]
    #[track_caller]
    pub fn sendto_with(&self, data: &[u8], flags: MsgFlags, addr: &Addr) -> Result<usize> {
        let bufs = [IoSlice::new(data)];
        let msg = SendMsg::new(&bufs).to(addr);
        self.sendmsg(&msg, flags).map_err(|error| error.with_call("sendto"))
    }

    /// `sendmsg(2)`: gathered data, an address, control messages.
    ///
    /// # Errors
    ///
    /// Those of [`sendto`](Self::sendto), and `EMSGSIZE` (too many buffers), `EINVAL` (control messages).
    #[inline]
    #[track_caller]
    pub fn sendmsg(&self, msg: &SendMsg<'_>, flags: MsgFlags) -> Result<usize> {
        retry!(self, OUT, self.net.sendmsg(&self.fd, msg, flags))
    }
}

/// Receiving.
impl<N: Net> Socket<N> {
    /// `recv(2)`: how many bytes were received; 0 is the end of a stream (or an empty datagram).
    ///
    /// # Errors
    ///
    /// `EAGAIN`, a timeout, `ECONNRESET`, `ECONNREFUSED`, `ENOTCONN`, `ETIMEDOUT`, and what the network reported since the last
    /// call.
    #[inline]
    #[track_caller]
    #[doc(alias = "recv_into")]
    pub fn recv(&self, buf: &mut [u8]) -> Result<usize> {
        self.recv_with(buf, MsgFlags::empty())
    }

    /// `recv(2)` with flags.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv), and `EINVAL` or `EOPNOTSUPP` for a flag.
    #[inline]
    #[track_caller]
    pub fn recv_with(&self, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        retry!(self, IN, self.net.recv(&self.fd, buf, flags))
    }

    /// [`recv`](Self::recv) into a new buffer of at most `size` bytes: the form that Python's `recv` has.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv).
    #[track_caller]
    pub fn recv_vec(&self, size: usize) -> Result<Vec<u8>> {
        let mut buf = vec![0; size];
        let count = self.recv(&mut buf)?;
        buf.truncate(count);
        Ok(buf)
    }

    /// `recvfrom(2)`: the count of bytes, and the sender; [`Addr::Unspec`] where there is none to tell, as on a stream.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv).
    #[inline]
    #[track_caller]
    #[doc(alias = "recvfrom_into")]
    pub fn recvfrom(&self, buf: &mut [u8]) -> Result<(usize, Addr)> {
        self.recvfrom_with(buf, MsgFlags::empty())
    }

    /// `recvfrom(2)` with flags.
    ///
    /// # Errors
    ///
    /// Those of [`recv_with`](Self::recv_with).
    #[inline]
    #[track_caller]
    pub fn recvfrom_with(&self, buf: &mut [u8], flags: MsgFlags) -> Result<(usize, Addr)> {
        let mut bufs = [IoSliceMut::new(buf)];
        let mut msg = RecvMsg::new(&mut bufs);
        match self.recvmsg(&mut msg, flags) {
            Ok(count) => Ok((count, msg.addr.unwrap_or(Addr::Unspec))),
            Err(error) => Err(error.with_call("recvfrom")),
        }
    }

    /// `recvmsg(2)`: scattered data, the sender, control messages, and flags.
    ///
    /// # Errors
    ///
    /// Those of [`recv_with`](Self::recv_with), and `EMSGSIZE` (too many buffers).
    #[inline]
    #[track_caller]
    #[doc(alias = "recvmsg_into")]
    pub fn recvmsg(&self, msg: &mut RecvMsg<'_, '_>, flags: MsgFlags) -> Result<usize> {
        retry!(self, IN, self.net.recvmsg(&self.fd, msg, flags))
    }
}

/// Options.
impl<N: Net> Socket<N> {
    /// `setsockopt(2)` with a typed option: `socket.setsockopt(SO_REUSEADDR, true)`.
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`, `EINVAL`, `EDOM`, `EPERM`.
    #[track_caller]
    pub fn setsockopt<T: OptValue>(&self, option: SockOpt<T>, value: T::Value) -> Result<()> {
        let mut bytes = [0; MAX_LEN];
        let len = T::encode(&value, &mut bytes);
        self.setsockopt_raw(option.level(), option.name(), &bytes[..len])
    }

    /// `getsockopt(2)` with a typed option: `let errno = socket.getsockopt(SO_ERROR)?`.
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`; `EINVAL` too if the answer is not a value of the option's type.
    #[track_caller]
    pub fn getsockopt<T: OptValue>(&self, option: SockOpt<T>) -> Result<T::Value> {
        let mut bytes = [0; MAX_LEN];
        let bytes = &mut bytes[..T::LEN.min(MAX_LEN)];
        let len = self.getsockopt_raw(option.level(), option.name(), bytes)?;
        T::decode(&bytes[..len]).ok_or_else(|| Error::new(Errno::EINVAL, "getsockopt"))
    }

    /// `setsockopt(2)`, raw: any level, any name, any bytes.
    ///
    /// # Errors
    ///
    /// Those of [`setsockopt`](Self::setsockopt).
    #[track_caller]
    pub fn setsockopt_raw(&self, level: i32, name: i32, value: &[u8]) -> Result<()> {
        self.net.setsockopt(&self.fd, level, name, value)
    }

    /// `getsockopt(2)`, raw: how many bytes of `value` were filled.
    ///
    /// # Errors
    ///
    /// Those of [`getsockopt`](Self::getsockopt).
    #[track_caller]
    pub fn getsockopt_raw(&self, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
        self.net.getsockopt(&self.fd, level, name, value)
    }

    /// `ioctl(2)`, raw.
    ///
    /// # Errors
    ///
    /// `ENOTTY`, `EINVAL`, and the request's own.
    #[track_caller]
    pub fn ioctl(&self, request: u64, arg: &mut [u8]) -> Result<i32> {
        self.net.ioctl(&self.fd, request, arg)
    }
}

impl<N: Net> fmt::Debug for Socket<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("fd", &self.fileno())
            .field("family", &self.family)
            .field("kind", &self.kind)
            .field("protocol", &self.protocol)
            .finish()
    }
}

/// Implements `Read` and `Write` for a type whose shared reference has them already.
macro_rules! forward_read_write {
    ($type:ident) => {
        impl<N: Net> std::io::Read for $type<N> {
            #[inline]
            #[track_caller]
            fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
                std::io::Read::read(&mut &*self, buf)
            }

            #[inline]
            #[track_caller]
            fn read_vectored(&mut self, bufs: &mut [std::io::IoSliceMut<'_>]) -> std::io::Result<usize> {
                std::io::Read::read_vectored(&mut &*self, bufs)
            }

            #[inline]
            #[track_caller]
            fn read_exact(&mut self, buf: &mut [u8]) -> std::io::Result<()> {
                std::io::Read::read_exact(&mut &*self, buf)
            }

            #[track_caller]
            fn read_to_end(&mut self, buf: &mut Vec<u8>) -> std::io::Result<usize> {
                std::io::Read::read_to_end(&mut &*self, buf)
            }

            #[track_caller]
            fn read_to_string(&mut self, buf: &mut String) -> std::io::Result<usize> {
                std::io::Read::read_to_string(&mut &*self, buf)
            }
        }

        impl<N: Net> std::io::Write for $type<N> {
            #[inline]
            #[track_caller]
            fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
                std::io::Write::write(&mut &*self, data)
            }

            #[inline]
            #[track_caller]
            fn write_vectored(&mut self, bufs: &[std::io::IoSlice<'_>]) -> std::io::Result<usize> {
                std::io::Write::write_vectored(&mut &*self, bufs)
            }

            #[inline]
            #[track_caller]
            fn write_all(&mut self, data: &[u8]) -> std::io::Result<()> {
                std::io::Write::write_all(&mut &*self, data)
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
    };
}

/// Implements `Read` and `Write` for a wrapper and its shared reference by those of the socket inside.
macro_rules! read_write_by_socket {
    ($type:ident) => {
        impl<N: Net> std::io::Read for &$type<N> {
            #[inline]
            #[track_caller]
            fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
                std::io::Read::read(&mut &self.socket, buf)
            }

            #[inline]
            #[track_caller]
            fn read_vectored(&mut self, bufs: &mut [std::io::IoSliceMut<'_>]) -> std::io::Result<usize> {
                std::io::Read::read_vectored(&mut &self.socket, bufs)
            }

            #[inline]
            #[track_caller]
            fn read_exact(&mut self, buf: &mut [u8]) -> std::io::Result<()> {
                std::io::Read::read_exact(&mut &self.socket, buf)
            }

            #[track_caller]
            fn read_to_end(&mut self, buf: &mut Vec<u8>) -> std::io::Result<usize> {
                std::io::Read::read_to_end(&mut &self.socket, buf)
            }

            #[track_caller]
            fn read_to_string(&mut self, buf: &mut String) -> std::io::Result<usize> {
                std::io::Read::read_to_string(&mut &self.socket, buf)
            }
        }

        impl<N: Net> std::io::Write for &$type<N> {
            #[inline]
            #[track_caller]
            fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
                std::io::Write::write(&mut &self.socket, data)
            }

            #[inline]
            #[track_caller]
            fn write_vectored(&mut self, bufs: &[std::io::IoSlice<'_>]) -> std::io::Result<usize> {
                std::io::Write::write_vectored(&mut &self.socket, bufs)
            }

            #[inline]
            #[track_caller]
            fn write_all(&mut self, data: &[u8]) -> std::io::Result<()> {
                std::io::Write::write_all(&mut &self.socket, data)
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }

        $crate::socket::forward_read_write!($type);
    };
}

pub(crate) use {forward_read_write, read_write_by_socket};

/// Bytes that `read_to_end` makes room for at first, and at most: doubled whenever a read fills them.
const READ_ROOM_MIN: usize = 4 * 1024;
/// See [`READ_ROOM_MIN`].
const READ_ROOM_MAX: usize = 256 * 1024;

/// `read` is [`Socket::recv`]. What loops over it is written here and not left to `std`, so that a simulation reports the line of
/// its caller.
impl<N: Net> Read for &Socket<N> {
    #[inline]
    #[track_caller]
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.recv(buf)?)
    }

    #[inline]
    #[track_caller]
    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        Ok(self.recvmsg(&mut RecvMsg::new(bufs).without_addr(), MsgFlags::empty())?)
    }

    #[inline]
    #[track_caller]
    fn read_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.recv(&mut buf[filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => filled += count,
            }
        }
        Ok(())
    }

    #[track_caller]
    fn read_to_end(&mut self, buf: &mut Vec<u8>) -> io::Result<usize> {
        let start = buf.len();
        let mut room = READ_ROOM_MIN;
        loop {
            let end = buf.len();
            buf.resize(end + room, 0);
            let count = self.recv(&mut buf[end..]);
            buf.truncate(end + count.as_ref().map_or(0, |count| *count));
            match count? {
                0 => return Ok(end - start),
                count if count == room => room = (room * 2).min(READ_ROOM_MAX),
                _ => {}
            }
        }
    }

    #[track_caller]
    fn read_to_string(&mut self, buf: &mut String) -> io::Result<usize> {
        let mut bytes = Vec::new();
        let count = self.read_to_end(&mut bytes)?;
        let text = String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        buf.push_str(&text);
        Ok(count)
    }
}

/// `write` is [`Socket::send`]. `write_all` sends until all is sent, each send with the mode's time for itself, as `std` does; it is
/// [`Socket::sendall`] that has one deadline.
impl<N: Net> Write for &Socket<N> {
    #[inline]
    #[track_caller]
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Ok(self.send(data)?)
    }

    #[inline]
    #[track_caller]
    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(self.sendmsg(&SendMsg::new(bufs), MsgFlags::empty())?)
    }

    #[inline]
    #[track_caller]
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        let mut rest = data;
        while !rest.is_empty() {
            match self.send(rest)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => rest = &rest[count..],
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

forward_read_write!(Socket);
