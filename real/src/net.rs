//! [`Net`] on the operating system: each method is the call its name says.

use std::fs::File;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::time::Duration;

use wavetank_api::{
    Addr, AddrInfo, AddrQuery, Errno, Error, Family, HostEntry, Instant, MsgFlags, NameFlags, Net, PollFd, Protocol,
    RecvMsg, Result, SendMsg, Shutdown, SockFlags, SockType,
};

use crate::addr::SockAddr;
use crate::{Fd, Machine, control, modes, netdb, poll, quirks, resolve, sys};

/// Every descriptor made here is close-on-exec, whether asked for or not.
const CLOEXEC: i32 = sys::CLOEXEC;

/// Says which call the errno came from.
#[cold]
fn of(call: &'static str) -> impl Fn(Errno) -> Error {
    move |errno| Error::new(errno, call)
}

impl Net for Machine {
    type Fd = Fd;

    fn socket(&self, family: Family, kind: SockType, flags: SockFlags, protocol: Protocol) -> Result<Fd> {
        let kind = kind.raw() | flags.bits() | CLOEXEC;
        sys::socket(family.raw(), kind, protocol.raw()).map(Fd::from).map_err(of("socket"))
    }

    fn socketpair(&self, family: Family, kind: SockType, flags: SockFlags, protocol: Protocol) -> Result<(Fd, Fd)> {
        let kind = kind.raw() | flags.bits() | CLOEXEC;
        let (a, b) = sys::socketpair(family.raw(), kind, protocol.raw()).map_err(of("socketpair"))?;
        Ok((a.into(), b.into()))
    }

    fn bind(&self, fd: &Fd, addr: &Addr) -> Result<()> {
        SockAddr::new(addr).and_then(|addr| sys::bind(fd.as_fd(), &addr)).map_err(of("bind"))
    }

    fn listen(&self, fd: &Fd, backlog: i32) -> Result<()> {
        sys::listen(fd.as_fd(), backlog).map_err(of("listen"))
    }

    fn accept(&self, fd: &Fd, flags: SockFlags) -> Result<(Fd, Addr)> {
        let flags = flags.bits() | CLOEXEC;
        match sys::accept(fd.as_fd(), flags) {
            Ok((fd, peer)) => Ok((fd.into(), peer)),
            Err(errno) if quirks::refuses_accept_with_addr(fd.as_fd(), errno) => {
                let fd = sys::accept_unnamed(fd.as_fd(), flags).map_err(of("accept"))?;
                Ok((fd.into(), Addr::Unspec))
            }
            Err(errno) => Err(Error::new(errno, "accept")),
        }
    }

    fn connect(&self, fd: &Fd, addr: &Addr) -> Result<()> {
        SockAddr::new(addr).and_then(|addr| sys::connect(fd.as_fd(), &addr)).map_err(of("connect"))
    }

    fn getsockname(&self, fd: &Fd) -> Result<Addr> {
        sys::getsockname(fd.as_fd()).map_err(of("getsockname"))
    }

    fn getpeername(&self, fd: &Fd) -> Result<Addr> {
        sys::getpeername(fd.as_fd()).map_err(of("getpeername"))
    }

    #[inline]
    fn sendmsg(&self, fd: &Fd, msg: &SendMsg<'_, Fd>, flags: MsgFlags) -> Result<usize> {
        let encoded;
        let control = if msg.control.is_empty() && msg.fds.is_empty() {
            &[]
        } else {
            encoded = control::encode(msg.control, msg.fds)?;
            &encoded[..]
        };
        let send = |flags| match msg.addr.map(SockAddr::new) {
            None => sys::sendmsg(fd.as_fd(), msg.bufs, None, control, flags),
            Some(Ok(addr)) => sys::sendmsg(fd.as_fd(), msg.bufs, Some(&addr), control, flags),
            Some(Err(errno)) => Err(errno),
        };
        match send(flags.bits() | libc::MSG_NOSIGNAL) {
            Ok(count) => Ok(count),
            Err(errno) if quirks::refuses_nosignal(fd.as_fd(), errno) => send(flags.bits()).map_err(of("sendmsg")),
            Err(errno) => Err(Error::new(errno, "sendmsg")),
        }
    }

    #[inline]
    fn recvmsg(&self, fd: &Fd, msg: &mut RecvMsg<'_, '_, Fd>, flags: MsgFlags) -> Result<usize> {
        let count = match sys::recvmsg(fd.as_fd(), msg, flags.bits() | sys::CMSG_CLOEXEC) {
            Err(errno) if quirks::refuses_cmsg_cloexec(fd.as_fd(), errno) => {
                sys::recvmsg(fd.as_fd(), msg, flags.bits())
            }
            received => received,
        };
        let count = count.map_err(of("recvmsg"))?;
        // The kernel gives this one back because we gave it; the caller may not have.
        msg.flags.remove(MsgFlags::from_bits_retain(sys::CMSG_CLOEXEC));
        Ok(count)
    }

    #[inline]
    fn send(&self, fd: &Fd, data: &[u8], flags: MsgFlags) -> Result<usize> {
        match sys::send(fd.as_fd(), data, flags.bits() | libc::MSG_NOSIGNAL) {
            Ok(count) => Ok(count),
            Err(errno) if quirks::refuses_nosignal(fd.as_fd(), errno) => {
                sys::send(fd.as_fd(), data, flags.bits()).map_err(of("send"))
            }
            Err(errno) => Err(Error::new(errno, "send")),
        }
    }

    #[inline]
    fn recv(&self, fd: &Fd, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        sys::recv(fd.as_fd(), buf, flags.bits()).map_err(of("recv"))
    }

    fn sendfile(&self, fd: &Fd, file: &File, offset: u64, count: usize) -> Result<usize> {
        sys::sendfile(fd.as_fd(), file.as_fd(), offset, count).map_err(of("sendfile"))
    }

    fn getsockopt(&self, fd: &Fd, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
        sys::getsockopt(fd.as_fd(), level, name, value).map_err(of("getsockopt"))
    }

    fn setsockopt(&self, fd: &Fd, level: i32, name: i32, value: &[u8]) -> Result<()> {
        sys::setsockopt(fd.as_fd(), level, name, value).map_err(of("setsockopt"))
    }

    fn setsockopt_null(&self, fd: &Fd, level: i32, name: i32, len: u32) -> Result<()> {
        sys::setsockopt_null(fd.as_fd(), level, name, len).map_err(of("setsockopt"))
    }

    fn shutdown(&self, fd: &Fd, how: Shutdown) -> Result<()> {
        sys::shutdown(fd.as_fd(), how.raw()).map_err(of("shutdown"))
    }

    fn dup(&self, fd: &Fd) -> Result<Fd> {
        sys::dup(fd.as_fd()).map(Fd::from).map_err(of("dup"))
    }

    fn close(&self, fd: Fd) -> Result<()> {
        sys::close(fd.into()).map_err(of("close"))
    }

    fn nonblocking(&self, fd: &Fd) -> Result<bool> {
        sys::nonblocking(fd.as_fd()).map_err(of("fcntl"))
    }

    fn set_nonblocking(&self, fd: &Fd, nonblocking: bool) -> Result<()> {
        sys::set_nonblocking(fd.as_fd(), nonblocking).map_err(of("ioctl"))
    }

    fn inheritable(&self, fd: &Fd) -> Result<bool> {
        sys::inheritable(fd.as_fd()).map_err(of("fcntl"))
    }

    fn set_inheritable(&self, fd: &Fd, inheritable: bool) -> Result<()> {
        sys::set_inheritable(fd.as_fd(), inheritable).map_err(of("fcntl"))
    }

    #[inline]
    fn default_timeout(&self) -> Option<Duration> {
        modes::default_timeout()
    }

    fn set_default_timeout(&self, timeout: Option<Duration>) {
        modes::set_default_timeout(timeout);
    }

    /// Only requests whose argument has no address in it: those of `FIONREAD`, `FIONBIO`, `SIOCOUTQ`, `SIOCATMARK`, and the
    /// `SIOCGIF…` of `netdevice(7)`. Any other answers `ENOTTY`.
    fn ioctl(&self, fd: &Fd, request: u64, arg: &mut [u8]) -> Result<i32> {
        sys::ioctl(fd.as_fd(), request, arg).map_err(of("ioctl"))
    }

    fn poll(&self, fds: &mut [PollFd<'_, Self>], timeout: Option<Duration>) -> Result<usize> {
        poll::poll(fds, timeout).map_err(of("poll"))
    }

    #[inline]
    fn monotonic(&self) -> Instant {
        sys::monotonic()
    }

    fn getaddrinfo(&self, query: &AddrQuery<'_>) -> Result<Vec<AddrInfo>> {
        resolve::getaddrinfo(query)
    }

    fn getnameinfo(&self, addr: &Addr, flags: NameFlags) -> Result<(String, String)> {
        resolve::getnameinfo(addr, flags)
    }

    fn gethostbyname_ex(&self, name: &str) -> Result<HostEntry> {
        netdb::gethostbyname_ex(name)
    }

    fn gethostbyaddr(&self, ip: IpAddr) -> Result<HostEntry> {
        netdb::gethostbyaddr(ip)
    }

    fn getservbyname(&self, service: &str, protocol: Option<&str>) -> Result<u16> {
        netdb::getservbyname(service, protocol)
    }

    fn getservbyport(&self, port: u16, protocol: Option<&str>) -> Result<String> {
        netdb::getservbyport(port, protocol)
    }

    fn getprotobyname(&self, name: &str) -> Result<Protocol> {
        netdb::getprotobyname(name)
    }

    fn gethostname(&self) -> Result<String> {
        sys::gethostname().map_err(of("gethostname"))
    }

    fn sethostname(&self, name: &str) -> Result<()> {
        sys::sethostname(name).map_err(of("sethostname"))
    }

    fn if_nameindex(&self) -> Result<Vec<(u32, String)>> {
        sys::if_nameindex().map_err(of("if_nameindex"))
    }

    fn if_nametoindex(&self, name: &str) -> Result<u32> {
        // No interface has a NUL in its name.
        let name = sys::c_string(name).ok_or(Errno::ENODEV);
        name.and_then(|name| sys::if_nametoindex(&name)).map_err(of("if_nametoindex"))
    }

    fn if_indextoname(&self, index: u32) -> Result<String> {
        sys::if_indextoname(index).map_err(of("if_indextoname"))
    }
}
