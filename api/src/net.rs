//! The system calls: [`Net`], the small mandatory level on which everything else is written once for both worlds.
//!
//! Programs rather use [`Socket`](crate::Socket) or the types of [`TcpStream`](crate::TcpStream)'s family. This is for who adds a world,
//! and for who needs exactly what the kernel does. Nothing here retries, times out or buffers.

use std::fs::File;
use std::net::IpAddr;
use std::time::Duration;

use crate::{
    Addr, AddrInfo, AddrQuery, Family, HostEntry, Instant, MsgFlags, NameFlags, PollFd, Protocol, RecvMsg, Result,
    SendMsg, Shutdown, SockFlags, SockType,
};

/// An owned descriptor: closing is what dropping it does.
///
/// `dup` and descriptor passing make several of them name one open socket, as on Linux.
pub trait Descriptor: Send + Sync + std::fmt::Debug + 'static {
    /// The small integer by which programs, `strace` and the trace know it (`fileno` in Python).
    fn raw(&self) -> i32;
}

/// A network stack and its system calls: the operating system's, or a simulated host's.
///
/// What Linux does with a descriptor is what a `Net` does; the errno, and which of several wins, included.
///
/// A call blocks unless the descriptor is in non-blocking mode ([`Net::set_nonblocking`]) or the call carries
/// [`MsgFlags::DONTWAIT`]; then it answers `EAGAIN` where it would wait. Every call that may block can answer `EINTR` when a signal
/// comes first, and is then not made again; [`Socket`](crate::Socket) does that.
///
/// Each error says the call's name and an errno ([`Error::errno`](crate::Error::errno)), or the resolver's number
/// ([`Error::eai`](crate::Error::eai)). The errors listed are those of the socket's own doing; `ENOMEM`, `ENOBUFS` and, for a
/// descriptor
/// from elsewhere, `EBADF` and `ENOTSOCK` can be added everywhere.
///
/// Calls are `#[track_caller]`, so that a simulation can say on which line of the program somebody waits.
pub trait Net: Clone + Send + Sync + 'static {
    /// The owned descriptor of this world.
    type Fd: Descriptor;

    /// `socket(2)`: a new socket. Close-on-exec is always set.
    ///
    /// # Errors
    ///
    /// `EAFNOSUPPORT`, `EINVAL` (type), `EPROTONOSUPPORT`, `ESOCKTNOSUPPORT`, `EPERM`, `EACCES`, `EMFILE`, `ENFILE`.
    ///
    /// ```
    /// use wavetank_api::{Errno, Family, Net, Protocol, SockFlags, SockType};
    ///
    /// # wavetank_sim::example(|host| {
    /// let fd = host.socket(Family::INET, SockType::DGRAM, SockFlags::NONBLOCK, Protocol::UDP)?;
    /// assert!(host.nonblocking(&fd)?);
    /// let error = host.socket(Family::INET, SockType::RDM, SockFlags::empty(), Protocol::DEFAULT).unwrap_err();
    /// assert_eq!(error, Errno::ESOCKTNOSUPPORT);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn socket(&self, family: Family, kind: SockType, flags: SockFlags, protocol: Protocol) -> Result<Self::Fd>;

    /// `socketpair(2)`: two sockets connected to each other.
    ///
    /// # Errors
    ///
    /// Those of [`socket`](Self::socket), and `EOPNOTSUPP` for a family without pairs.
    #[track_caller]
    fn socketpair(
        &self,
        family: Family,
        kind: SockType,
        flags: SockFlags,
        protocol: Protocol,
    ) -> Result<(Self::Fd, Self::Fd)>;

    /// `bind(2)`: gives the socket its local address. Port 0 leaves the choice to the system.
    ///
    /// # Errors
    ///
    /// `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES` (ports below 1024), `EINVAL` (bound already, or the address's length),
    /// `EAFNOSUPPORT`; for a path also those of making a file.
    #[track_caller]
    fn bind(&self, fd: &Self::Fd, addr: &Addr) -> Result<()>;

    /// `listen(2)`: connections are accepted from now on, and `backlog` of them may wait. The number is treated as Linux does: cut
    /// to `net.core.somaxconn`, for which -1 stands.
    ///
    /// # Errors
    ///
    /// `EADDRINUSE`, `EOPNOTSUPP` (not a stream), `EINVAL` (connected).
    #[track_caller]
    fn listen(&self, fd: &Self::Fd, backlog: i32) -> Result<()>;

    /// `accept4(2)`: the oldest waiting connection and its peer. Blocks until there is one. The new descriptor's mode comes from
    /// `flags` alone, not from the listener; close-on-exec is always set.
    ///
    /// # Errors
    ///
    /// `EAGAIN`, `EINVAL` (not listening), `EOPNOTSUPP` (not a stream), `EMFILE`, `ENFILE`, `ECONNABORTED`, `EINTR`.
    #[track_caller]
    fn accept(&self, fd: &Self::Fd, flags: SockFlags) -> Result<(Self::Fd, Addr)>;

    /// `connect(2)`: opens a connection, and blocks until it stands or has failed. On a datagram socket it only chooses the peer;
    /// [`Addr::Unspec`] takes the choice back.
    ///
    /// In non-blocking mode the answer is `EINPROGRESS`; [`PollEvents::OUT`](crate::PollEvents::OUT) tells the end, and
    /// [`SO_ERROR`](crate::option::SO_ERROR) how it went.
    ///
    /// # Errors
    ///
    /// `ECONNREFUSED`, `ETIMEDOUT`, `ENETUNREACH`, `EHOSTUNREACH`, `EINPROGRESS`, `EALREADY`, `EISCONN`, `EADDRNOTAVAIL` (no local
    /// port is free), `EAFNOSUPPORT`, `EACCES` (broadcast), `EINVAL`, `ENOENT` (no such path), `EPROTOTYPE`, `EINTR` (the handshake
    /// goes on).
    #[track_caller]
    fn connect(&self, fd: &Self::Fd, addr: &Addr) -> Result<()>;

    /// `getsockname(2)`: the local address.
    ///
    /// # Errors
    ///
    /// None of its own.
    #[track_caller]
    fn getsockname(&self, fd: &Self::Fd) -> Result<Addr>;

    /// `getpeername(2)`: the address of the peer.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
    #[track_caller]
    fn getpeername(&self, fd: &Self::Fd) -> Result<Addr>;

    /// `sendmsg(2)`: how many bytes were taken. Blocks until there is room for one byte at least, or for the whole message where
    /// messages are. Nobody gets a `SIGPIPE`.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), `EISCONN` or `ENETUNREACH` and the like for an address, `EMSGSIZE` for too many buffers, `EINVAL`
    /// for control messages.
    #[track_caller]
    fn sendmsg(&self, fd: &Self::Fd, msg: &SendMsg<'_, Self::Fd>, flags: MsgFlags) -> Result<usize>;

    /// `recvmsg(2)`: the count of bytes is returned; the sender, the flags and the control length are left in `msg`. Blocks until
    /// there is something, or the stream has ended.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv), and `EMSGSIZE` for too many buffers.
    #[track_caller]
    fn recvmsg(&self, fd: &Self::Fd, msg: &mut RecvMsg<'_, '_, Self::Fd>, flags: MsgFlags) -> Result<usize>;

    /// `send(2)`: one buffer, no address. Here because the general form costs more than the call. Blocks as
    /// [`sendmsg`](Self::sendmsg).
    ///
    /// # Errors
    ///
    /// `EAGAIN`, `EPIPE`, `ECONNRESET`, `ENOTCONN`, `EDESTADDRREQ`, `EMSGSIZE`, `ENOBUFS`, `EOPNOTSUPP` (a flag), `EINTR`; and what the
    /// network has reported since the last call, such as `ECONNREFUSED` or `EHOSTUNREACH`.
    #[track_caller]
    fn send(&self, fd: &Self::Fd, data: &[u8], flags: MsgFlags) -> Result<usize>;

    /// `recv(2)`: one buffer, no address. 0 is the end of a stream, or an empty datagram. Blocks as [`recvmsg`](Self::recvmsg).
    ///
    /// # Errors
    ///
    /// `EAGAIN`, `ECONNRESET`, `ENOTCONN`, `ETIMEDOUT`, `EINVAL` or `EOPNOTSUPP` (a flag), `EINTR`; and what the network has reported
    /// since the last call.
    #[track_caller]
    fn recv(&self, fd: &Self::Fd, buf: &mut [u8], flags: MsgFlags) -> Result<usize>;

    /// `sendfile(2)`: sends `count` bytes of the file from `offset` on without a copy through the program; the file's own position
    /// stays. How many bytes were sent is returned; 0 is the end of the file. Blocks as [`send`](Self::send).
    ///
    /// A system without the call, and a simulated one, answers `ENOSYS`; [`Socket::sendfile`](crate::Socket::sendfile) reads and
    /// sends instead.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send); `EINVAL` (not a file that can be mapped, or the offset), `EIO`, `EOVERFLOW`, `ENOSYS`.
    #[track_caller]
    fn sendfile(&self, fd: &Self::Fd, file: &File, offset: u64, count: usize) -> Result<usize>;

    /// `getsockopt(2)`, raw: how many bytes of `value` were filled.
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`, `EOPNOTSUPP`, `EINVAL`.
    #[track_caller]
    fn getsockopt(&self, fd: &Self::Fd, level: i32, name: i32, value: &mut [u8]) -> Result<usize>;

    /// `setsockopt(2)`, raw.
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`, `EOPNOTSUPP`, `EINVAL` (the value, or its length), `EDOM` (a timeout), `EPERM`, `EISCONN`.
    #[track_caller]
    fn setsockopt(&self, fd: &Self::Fd, level: i32, name: i32, value: &[u8]) -> Result<()>;

    /// `setsockopt(2)` with no value, only a length: `setsockopt(fd, level, name, NULL, len)`. A few options are set so:
    /// `ALG_SET_AEAD_AUTHSIZE`.
    ///
    /// # Errors
    ///
    /// Those of [`setsockopt`](Self::setsockopt), and `EFAULT` from an option that reads a value.
    #[track_caller]
    fn setsockopt_null(&self, fd: &Self::Fd, level: i32, name: i32, len: u32) -> Result<()>;

    /// `shutdown(2)`: ends one direction or both, for every descriptor of the socket.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`.
    #[track_caller]
    fn shutdown(&self, fd: &Self::Fd, how: Shutdown) -> Result<()>;

    /// `dup(2)` (close-on-exec is set, as for every descriptor made here).
    ///
    /// # Errors
    ///
    /// `EMFILE`.
    ///
    /// ```
    /// use wavetank_api::{MsgFlags, Net, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let again = host.dup(left.fd())?;
    /// drop(left);
    /// host.send(&again, b"ahoy", MsgFlags::empty())?;
    /// assert_eq!(right.recv_vec(16)?, b"ahoy");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn dup(&self, fd: &Self::Fd) -> Result<Self::Fd>;

    /// `close(2)`, for who wants its answer; dropping the descriptor does the same in silence. Blocks only with
    /// [`SO_LINGER`](crate::option::SO_LINGER).
    ///
    /// # Errors
    ///
    /// `EIO`, `EINTR`; the descriptor is gone all the same.
    #[track_caller]
    fn close(&self, fd: Self::Fd) -> Result<()>;

    /// `fcntl(F_GETFL) & O_NONBLOCK`: the mode, which belongs to the open socket and not to one of its descriptors.
    ///
    /// # Errors
    ///
    /// None of its own.
    ///
    /// ```
    /// use wavetank_api::{Net, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, _right) = socketpair(host)?;
    /// assert!(!host.nonblocking(left.fd())?);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn nonblocking(&self, fd: &Self::Fd) -> Result<bool>;

    /// `fcntl(F_SETFL, O_NONBLOCK)`, or `ioctl(FIONBIO)`, which does the same.
    ///
    /// # Errors
    ///
    /// None of its own.
    ///
    /// ```
    /// use wavetank_api::{Net, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, _right) = socketpair(host)?;
    /// let again = left.try_clone()?;
    /// host.set_nonblocking(again.fd(), true)?;
    /// assert!(host.nonblocking(left.fd())?);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn set_nonblocking(&self, fd: &Self::Fd, nonblocking: bool) -> Result<()>;

    /// `fcntl(F_GETFD) & FD_CLOEXEC`, turned round: whether a program that this one executes gets the descriptor too. No descriptor
    /// made here is inheritable at first.
    ///
    /// # Errors
    ///
    /// None of its own.
    #[track_caller]
    fn inheritable(&self, fd: &Self::Fd) -> Result<bool>;

    /// `fcntl(F_SETFD, FD_CLOEXEC)`, turned round. The flag is the descriptor's own: duplicates do not share it.
    ///
    /// # Errors
    ///
    /// None of its own.
    #[track_caller]
    fn set_inheritable(&self, fd: &Self::Fd, inheritable: bool) -> Result<()>;

    /// The timeout with which this program's new sockets begin (Python's `getdefaulttimeout`); `None`, which it is at first, means that
    /// they block. [`Socket`](crate::Socket) is who asks: the system calls know nothing of it.
    ///
    /// It belongs to the program: to the process in the real world, to one program of one host in a simulation.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wavetank_api::{Net, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(host.default_timeout(), None);
    /// host.set_default_timeout(Some(Duration::from_secs(10)));
    /// let (left, _right) = socketpair(host)?;
    /// assert_eq!(left.gettimeout(), Some(Duration::from_secs(10)));
    /// # Ok(())
    /// # });
    /// ```
    fn default_timeout(&self) -> Option<Duration>;

    /// Sets what [`default_timeout`](Self::default_timeout) returns (Python's `setdefaulttimeout`); zero makes new sockets
    /// non-blocking.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wavetank_api::{Net, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// host.set_default_timeout(Some(Duration::from_millis(100)));
    /// let (left, _right) = socketpair(host)?;
    /// assert!(left.recv(&mut [0]).unwrap_err().is_timeout());
    /// # Ok(())
    /// # });
    /// ```
    fn set_default_timeout(&self, timeout: Option<Duration>);

    /// `WSADuplicateSocketW()` (Python's `share`): what another process, given by its number, needs to open the same socket.
    ///
    /// # Errors
    ///
    /// `EINVAL` (no such process), `ENOTSOCK`.
    ///
    /// ```
    /// // On Windows: let data = host.share(&fd, process)?;
    /// ```
    #[cfg(windows)]
    fn share(&self, fd: &Self::Fd, process: u32) -> Result<Vec<u8>>;

    /// `WSASocketW()` with what [`share`](Self::share) gave (Python's `fromshare`): the socket of the other process, in this one.
    ///
    /// # Errors
    ///
    /// `EINVAL` (not such data).
    ///
    /// ```
    /// // On Windows, in the other process: let fd = host.fromshare(&data)?;
    /// ```
    #[cfg(windows)]
    fn fromshare(&self, data: &[u8]) -> Result<Self::Fd>;

    /// `ioctl(2)`, raw: the request's number and its argument in memory, which the call may change.
    ///
    /// # Errors
    ///
    /// `ENOTTY` (no such request, or none that is safe to pass on), `EFAULT` (the argument is too short), `EINVAL`, and the
    /// request's own.
    #[track_caller]
    fn ioctl(&self, fd: &Self::Fd, request: u64, arg: &mut [u8]) -> Result<i32>;

    /// `poll(2)`: how many of `fds` have a non-empty `revents`. Blocks until there is one, or the time is over; `None` waits for ever.
    ///
    /// # Errors
    ///
    /// `EINTR`, `EINVAL` (more than the limit of descriptors).
    ///
    /// ```
    /// use std::time::Duration;
    /// use wavetank_api::{Net, PollEvents, PollFd, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let mut fds = [PollFd::of(&left, PollEvents::IN), PollFd::of(&right, PollEvents::IN | PollEvents::OUT)];
    /// assert_eq!(host.poll(&mut fds, Some(Duration::from_secs(1)))?, 1);
    /// assert!(!fds[0].is_readable() && fds[1].is_writable());
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn poll(&self, fds: &mut [PollFd<'_, Self>], timeout: Option<Duration>) -> Result<usize>;

    /// A monotonic clock, `clock_gettime(CLOCK_MONOTONIC)`: what deadlines are reckoned by.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wavetank_api::{Host, Net};
    ///
    /// # wavetank_sim::example(|host| {
    /// let begin = host.monotonic();
    /// host.sleep(Duration::from_secs(3600));
    /// assert_eq!(host.monotonic() - begin, Duration::from_secs(3600));
    /// # Ok(())
    /// # });
    /// ```
    fn monotonic(&self) -> Instant;

    /// `getaddrinfo(3)`: the addresses of a name, best first. Blocks while name servers are asked.
    ///
    /// # Errors
    ///
    /// `EAI_NONAME`, `EAI_AGAIN`, `EAI_FAIL`, `EAI_FAMILY`, `EAI_SOCKTYPE`, `EAI_SERVICE`, `EAI_BADFLAGS`, `EAI_NODATA`,
    /// `EAI_ADDRFAMILY`. Where C says `EAI_SYSTEM`, it is the errno behind it, as in Python.
    ///
    /// ```
    /// use wavetank_api::{AddrQuery, Eai, Family, Net, Protocol, SockType};
    ///
    /// # wavetank_sim::example(|host| {
    /// let query = AddrQuery { host: Some("here"), service: Some("http"), kind: SockType::STREAM, ..AddrQuery::default() };
    /// let found = host.getaddrinfo(&query)?;
    /// let shown: Vec<_> = found.iter().map(|info| (info.family, info.protocol, info.addr.to_string())).collect();
    /// assert_eq!(shown[0], (Family::INET, Protocol::TCP, "10.0.0.1:80".to_owned()));
    /// assert_eq!(shown[1], (Family::INET6, Protocol::TCP, "[fd00::1]:80".to_owned()));
    ///
    /// let nobody = AddrQuery { host: Some("nobody.invalid"), ..AddrQuery::default() };
    /// assert_eq!(host.getaddrinfo(&nobody).unwrap_err(), Eai::NONAME);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn getaddrinfo(&self, query: &AddrQuery<'_>) -> Result<Vec<AddrInfo>>;

    /// `getnameinfo(3)`: host and service of an address. Blocks while name servers are asked.
    ///
    /// # Errors
    ///
    /// `EAI_NONAME` (with [`NameFlags::NAMEREQD`]), `EAI_AGAIN`, `EAI_FAMILY`, `EAI_BADFLAGS`.
    ///
    /// ```
    /// use wavetank_api::{Addr, NameFlags, Net};
    ///
    /// # wavetank_sim::example(|host| {
    /// let addr: Addr = "10.0.0.1:80".parse().unwrap();
    /// assert_eq!(host.getnameinfo(&addr, NameFlags::empty())?, ("here".to_owned(), "http".to_owned()));
    /// let numeric = NameFlags::NUMERICHOST | NameFlags::NUMERICSERV;
    /// assert_eq!(host.getnameinfo(&addr, numeric)?, ("10.0.0.1".to_owned(), "80".to_owned()));
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn getnameinfo(&self, addr: &Addr, flags: NameFlags) -> Result<(String, String)>;

    /// `gethostbyname_r(3)`: the IPv4 addresses of a name, its official form and its aliases. Blocks while name servers are asked.
    ///
    /// # Errors
    ///
    /// None of errno's, but an [`HErrno`](crate::HErrno): `HOST_NOT_FOUND`, `NO_DATA`, `TRY_AGAIN`, `NO_RECOVERY`.
    ///
    /// ```
    /// use std::net::IpAddr;
    /// use wavetank_api::{HErrno, Net};
    ///
    /// # wavetank_sim::example(|host| {
    /// let entry = host.gethostbyname_ex("here")?;
    /// assert_eq!(entry.addrs, [IpAddr::from([10, 0, 0, 1])]);
    /// assert_eq!(host.gethostbyname_ex("nobody.invalid").unwrap_err(), HErrno::HOST_NOT_FOUND);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn gethostbyname_ex(&self, name: &str) -> Result<HostEntry>;

    /// `gethostbyaddr_r(3)`: the names of an address. Blocks while name servers are asked.
    ///
    /// # Errors
    ///
    /// Those of [`gethostbyname_ex`](Self::gethostbyname_ex).
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    /// use wavetank_api::Net;
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(host.gethostbyaddr(Ipv4Addr::LOCALHOST.into())?.name, "localhost");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn gethostbyaddr(&self, ip: IpAddr) -> Result<HostEntry>;

    /// `getservbyname_r(3)`: the port of a service, for this protocol (`"tcp"`, `"udp"`) or for any.
    ///
    /// # Errors
    ///
    /// None with a number: "service/proto not found" ([`Error::is_not_found`](crate::Error::is_not_found)).
    ///
    /// ```
    /// use wavetank_api::Net;
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(host.getservbyname("http", None)?, 80);
    /// let error = host.getservbyname("http", Some("udp")).unwrap_err();
    /// assert_eq!(error.to_string(), "getservbyname: service/proto not found");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn getservbyname(&self, service: &str, protocol: Option<&str>) -> Result<u16>;

    /// `getservbyport_r(3)`: the service that has the port, for this protocol or for any.
    ///
    /// # Errors
    ///
    /// None with a number: "port/proto not found".
    ///
    /// ```
    /// use wavetank_api::Net;
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(host.getservbyport(514, Some("udp"))?, "syslog");
    /// assert!(host.getservbyport(1, Some("udp")).unwrap_err().is_not_found());
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn getservbyport(&self, port: u16, protocol: Option<&str>) -> Result<String>;

    /// `getprotobyname_r(3)`: the number of a protocol, for the third argument of [`socket`](Self::socket).
    ///
    /// # Errors
    ///
    /// None with a number: "protocol not found".
    ///
    /// ```
    /// use wavetank_api::{Net, Protocol};
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(host.getprotobyname("icmp")?, Protocol::ICMP);
    /// assert_eq!(host.getprotobyname("nonsense").unwrap_err().to_string(), "getprotobyname: protocol not found");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn getprotobyname(&self, name: &str) -> Result<Protocol>;

    /// `gethostname(2)`: this machine's name.
    ///
    /// # Errors
    ///
    /// None in practice.
    ///
    /// ```
    /// use wavetank_api::Net;
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(host.gethostname()?, "here");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn gethostname(&self) -> Result<String>;

    /// `sethostname(2)`.
    ///
    /// # Errors
    ///
    /// `EPERM`, `EINVAL` (longer than 64 bytes).
    ///
    /// ```
    /// use wavetank_api::{Errno, Net};
    ///
    /// # wavetank_sim::example(|host| {
    /// host.sethostname("elsewhere")?;
    /// assert_eq!(host.gethostname()?, "elsewhere");
    /// assert_eq!(host.sethostname(&"x".repeat(65)).unwrap_err(), Errno::EINVAL);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn sethostname(&self, name: &str) -> Result<()>;

    /// `if_nameindex(3)`: index and name of each interface.
    ///
    /// # Errors
    ///
    /// None of its own.
    ///
    /// ```
    /// use wavetank_api::Net;
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(host.if_nameindex()?, [(1, "lo".to_owned()), (2, "eth0".to_owned())]);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn if_nameindex(&self) -> Result<Vec<(u32, String)>>;

    /// `if_nametoindex(3)`: the number of an interface.
    ///
    /// # Errors
    ///
    /// `ENODEV`: there is none of that name.
    ///
    /// ```
    /// use wavetank_api::{Errno, Net};
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(host.if_nametoindex("eth0")?, 2);
    /// assert_eq!(host.if_nametoindex("wlan7").unwrap_err(), Errno::ENODEV);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn if_nametoindex(&self, name: &str) -> Result<u32>;

    /// `if_indextoname(3)`: the name of an interface.
    ///
    /// # Errors
    ///
    /// `ENXIO`: there is none of that number.
    ///
    /// ```
    /// use wavetank_api::{Errno, Net};
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(host.if_indextoname(1)?, "lo");
    /// assert_eq!(host.if_indextoname(0).unwrap_err(), Errno::ENXIO);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    fn if_indextoname(&self, index: u32) -> Result<String>;
}
