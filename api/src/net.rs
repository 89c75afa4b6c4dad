//! The system calls: [`Net`], the small mandatory level on which everything else is written once for both worlds.

use std::time::Duration;

use crate::{
    Addr, AddrInfo, AddrQuery, Family, Instant, MsgFlags, NameFlags, PollFd, Protocol, RecvMsg, Result, SendMsg,
    Shutdown, SockFlags, SockType,
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
/// A call blocks unless the descriptor is in non-blocking mode ([`Net::set_nonblocking`]) or the call carries
/// [`MsgFlags::DONTWAIT`].
pub trait Net: Clone + Send + Sync + 'static {
    /// The owned descriptor of this world.
    type Fd: Descriptor;

    /// `socket(2)`.
    #[track_caller]
    fn socket(&self, family: Family, kind: SockType, flags: SockFlags, protocol: Protocol) -> Result<Self::Fd>;
    /// `socketpair(2)`.
    #[track_caller]
    fn socketpair(
        &self,
        family: Family,
        kind: SockType,
        flags: SockFlags,
        protocol: Protocol,
    ) -> Result<(Self::Fd, Self::Fd)>;
    /// `bind(2)`.
    #[track_caller]
    fn bind(&self, fd: &Self::Fd, addr: &Addr) -> Result<()>;
    /// `listen(2)`.
    #[track_caller]
    fn listen(&self, fd: &Self::Fd, backlog: i32) -> Result<()>;
    /// `accept4(2)`.
    #[track_caller]
    fn accept(&self, fd: &Self::Fd, flags: SockFlags) -> Result<(Self::Fd, Addr)>;
    /// `connect(2)`.
    #[track_caller]
    fn connect(&self, fd: &Self::Fd, addr: &Addr) -> Result<()>;
    /// `getsockname(2)`.
    #[track_caller]
    fn getsockname(&self, fd: &Self::Fd) -> Result<Addr>;
    /// `getpeername(2)`.
    #[track_caller]
    fn getpeername(&self, fd: &Self::Fd) -> Result<Addr>;
    /// `sendmsg(2)`.
    #[track_caller]
    fn sendmsg(&self, fd: &Self::Fd, msg: &SendMsg<'_>, flags: MsgFlags) -> Result<usize>;
    /// `recvmsg(2)`: the count of bytes is returned; the sender, the flags and the control length are left in `msg`.
    #[track_caller]
    fn recvmsg(&self, fd: &Self::Fd, msg: &mut RecvMsg<'_, '_>, flags: MsgFlags) -> Result<usize>;
    /// `send(2)`: one buffer, no address. Here because the general form costs more than the call.
    #[track_caller]
    fn send(&self, fd: &Self::Fd, data: &[u8], flags: MsgFlags) -> Result<usize>;
    /// `recv(2)`: one buffer, no address.
    #[track_caller]
    fn recv(&self, fd: &Self::Fd, buf: &mut [u8], flags: MsgFlags) -> Result<usize>;
    /// `getsockopt(2)`, raw: how many bytes of `value` were filled.
    #[track_caller]
    fn getsockopt(&self, fd: &Self::Fd, level: i32, name: i32, value: &mut [u8]) -> Result<usize>;
    /// `setsockopt(2)`, raw.
    #[track_caller]
    fn setsockopt(&self, fd: &Self::Fd, level: i32, name: i32, value: &[u8]) -> Result<()>;
    /// `shutdown(2)`.
    #[track_caller]
    fn shutdown(&self, fd: &Self::Fd, how: Shutdown) -> Result<()>;
    /// `dup(2)` (close-on-exec is set, as for every descriptor made here).
    #[track_caller]
    fn dup(&self, fd: &Self::Fd) -> Result<Self::Fd>;
    /// `close(2)`, for who wants its answer; dropping the descriptor does the same in silence.
    #[track_caller]
    fn close(&self, fd: Self::Fd) -> Result<()>;
    /// `fcntl(F_GETFL) & O_NONBLOCK`.
    #[track_caller]
    fn nonblocking(&self, fd: &Self::Fd) -> Result<bool>;
    /// `fcntl(F_SETFL, O_NONBLOCK)`.
    #[track_caller]
    fn set_nonblocking(&self, fd: &Self::Fd, nonblocking: bool) -> Result<()>;
    /// `ioctl(2)`, raw: the request's number and its argument in memory, which the call may change.
    #[track_caller]
    fn ioctl(&self, fd: &Self::Fd, request: u64, arg: &mut [u8]) -> Result<i32>;
    /// `poll(2)`: how many of `fds` have a non-empty `revents`. `None` waits for ever.
    #[track_caller]
    fn poll(&self, fds: &mut [PollFd<'_, Self>], timeout: Option<Duration>) -> Result<usize>;
    /// A monotonic clock, `clock_gettime(CLOCK_MONOTONIC)`: what deadlines are reckoned by.
    fn monotonic(&self) -> Instant;
    /// `getaddrinfo(3)`.
    #[track_caller]
    fn getaddrinfo(&self, query: &AddrQuery<'_>) -> Result<Vec<AddrInfo>>;
    /// `getnameinfo(3)`: host and service.
    #[track_caller]
    fn getnameinfo(&self, addr: &Addr, flags: NameFlags) -> Result<(String, String)>;
    /// `gethostname(2)`.
    #[track_caller]
    fn gethostname(&self) -> Result<String>;
    /// `sethostname(2)`.
    #[track_caller]
    fn sethostname(&self, name: &str) -> Result<()>;
    /// `if_nameindex(3)`: index and name of each interface.
    #[track_caller]
    fn if_nameindex(&self) -> Result<Vec<(u32, String)>>;
}
