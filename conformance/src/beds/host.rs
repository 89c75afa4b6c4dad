//! [`RealHost`]: this machine, or one of two that are network namespaces of it.

use std::{fs::File, net::IpAddr, sync::Arc, time::Duration};

use wavetank_api::{
    Addr, AddrInfo, AddrQuery, Family, Host, HostEntry, Instant, JoinHandle, MsgFlags, NameFlags, Net, PollFd,
    Protocol, RecvMsg, Result, SendMsg, Shutdown, SockFlags, SockType,
};
use wavetank_lab::Namespace;
use wavetank_real::{Count, Fd, Machine};

/// [`Machine`], whose new sockets are in a namespace. A socket stays where it was made, so every other call is the machine's own.
#[derive(Clone, Debug)]
pub struct RealHost {
    machine: Machine,
    space: Option<Arc<Namespace>>,
}

impl RealHost {
    pub(super) const fn this() -> Self {
        Self { machine: Machine::this(), space: None }
    }

    pub(super) fn inside(space: &Arc<Namespace>) -> Self {
        Self { machine: Machine::this(), space: Some(Arc::clone(space)) }
    }

    /// On a thread inside the namespace, if there is one.
    fn there<T: Send>(&self, call: impl FnOnce() -> T + Send) -> T {
        match &self.space {
            Some(space) => space.run(call),
            None => call(),
        }
    }
}

impl Net for RealHost {
    type Fd = Fd;

    fn socket(&self, family: Family, kind: SockType, flags: SockFlags, protocol: Protocol) -> Result<Fd> {
        self.there(|| self.machine.socket(family, kind, flags, protocol))
    }

    fn socketpair(&self, family: Family, kind: SockType, flags: SockFlags, protocol: Protocol) -> Result<(Fd, Fd)> {
        self.there(|| self.machine.socketpair(family, kind, flags, protocol))
    }

    fn bind(&self, fd: &Fd, addr: &Addr) -> Result<()> {
        self.machine.bind(fd, addr)
    }

    fn listen(&self, fd: &Fd, backlog: i32) -> Result<()> {
        self.machine.listen(fd, backlog)
    }

    fn accept(&self, fd: &Fd, flags: SockFlags) -> Result<(Fd, Addr)> {
        self.machine.accept(fd, flags)
    }

    fn connect(&self, fd: &Fd, addr: &Addr) -> Result<()> {
        self.machine.connect(fd, addr)
    }

    fn getsockname(&self, fd: &Fd) -> Result<Addr> {
        self.machine.getsockname(fd)
    }

    fn getpeername(&self, fd: &Fd) -> Result<Addr> {
        self.machine.getpeername(fd)
    }

    fn sendmsg(&self, fd: &Fd, msg: &SendMsg<'_, Fd>, flags: MsgFlags) -> Result<usize> {
        self.machine.sendmsg(fd, msg, flags)
    }

    fn recvmsg(&self, fd: &Fd, msg: &mut RecvMsg<'_, '_, Fd>, flags: MsgFlags) -> Result<usize> {
        self.machine.recvmsg(fd, msg, flags)
    }

    fn send(&self, fd: &Fd, data: &[u8], flags: MsgFlags) -> Result<usize> {
        self.machine.send(fd, data, flags)
    }

    fn recv(&self, fd: &Fd, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        self.machine.recv(fd, buf, flags)
    }

    fn sendfile(&self, fd: &Fd, file: &File, offset: u64, count: usize) -> Result<usize> {
        self.machine.sendfile(fd, file, offset, count)
    }

    fn getsockopt(&self, fd: &Fd, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
        self.machine.getsockopt(fd, level, name, value)
    }

    fn setsockopt(&self, fd: &Fd, level: i32, name: i32, value: &[u8]) -> Result<()> {
        self.machine.setsockopt(fd, level, name, value)
    }

    fn setsockopt_null(&self, fd: &Fd, level: i32, name: i32, len: u32) -> Result<()> {
        self.machine.setsockopt_null(fd, level, name, len)
    }

    fn shutdown(&self, fd: &Fd, how: Shutdown) -> Result<()> {
        self.machine.shutdown(fd, how)
    }

    fn dup(&self, fd: &Fd) -> Result<Fd> {
        self.machine.dup(fd)
    }

    fn close(&self, fd: Fd) -> Result<()> {
        self.machine.close(fd)
    }

    fn nonblocking(&self, fd: &Fd) -> Result<bool> {
        self.machine.nonblocking(fd)
    }

    fn set_nonblocking(&self, fd: &Fd, nonblocking: bool) -> Result<()> {
        self.machine.set_nonblocking(fd, nonblocking)
    }

    fn inheritable(&self, fd: &Fd) -> Result<bool> {
        self.machine.inheritable(fd)
    }

    fn set_inheritable(&self, fd: &Fd, inheritable: bool) -> Result<()> {
        self.machine.set_inheritable(fd, inheritable)
    }

    fn default_timeout(&self) -> Option<Duration> {
        self.machine.default_timeout()
    }

    fn set_default_timeout(&self, timeout: Option<Duration>) {
        self.machine.set_default_timeout(timeout);
    }

    fn ioctl(&self, fd: &Fd, request: u64, arg: &mut [u8]) -> Result<i32> {
        self.machine.ioctl(fd, request, arg)
    }

    fn poll(&self, fds: &mut [PollFd<'_, Self>], timeout: Option<Duration>) -> Result<usize> {
        let mut entries: Vec<_> = fds.iter().map(|entry| PollFd::<Machine>::new(entry.fd, entry.events)).collect();
        let count = self.machine.poll(&mut entries, timeout)?;
        fds.iter_mut().zip(entries).for_each(|(entry, found)| entry.revents = found.revents);
        Ok(count)
    }

    fn monotonic(&self) -> Instant {
        self.machine.monotonic()
    }

    fn getaddrinfo(&self, query: &AddrQuery<'_>) -> Result<Vec<AddrInfo>> {
        self.there(|| self.machine.getaddrinfo(query))
    }

    fn getnameinfo(&self, addr: &Addr, flags: NameFlags) -> Result<(String, String)> {
        self.there(|| self.machine.getnameinfo(addr, flags))
    }

    fn gethostbyname_ex(&self, name: &str) -> Result<HostEntry> {
        self.there(|| self.machine.gethostbyname_ex(name))
    }

    fn gethostbyaddr(&self, ip: IpAddr) -> Result<HostEntry> {
        self.there(|| self.machine.gethostbyaddr(ip))
    }

    fn getservbyname(&self, service: &str, protocol: Option<&str>) -> Result<u16> {
        self.machine.getservbyname(service, protocol)
    }

    fn getservbyport(&self, port: u16, protocol: Option<&str>) -> Result<String> {
        self.machine.getservbyport(port, protocol)
    }

    fn getprotobyname(&self, name: &str) -> Result<Protocol> {
        self.machine.getprotobyname(name)
    }

    fn gethostname(&self) -> Result<String> {
        self.machine.gethostname()
    }

    fn sethostname(&self, name: &str) -> Result<()> {
        self.machine.sethostname(name)
    }

    fn if_nameindex(&self) -> Result<Vec<(u32, String)>> {
        self.there(|| self.machine.if_nameindex())
    }

    fn if_nametoindex(&self, name: &str) -> Result<u32> {
        self.there(|| self.machine.if_nametoindex(name))
    }

    fn if_indextoname(&self, index: u32) -> Result<String> {
        self.there(|| self.machine.if_indextoname(index))
    }
}

impl Host for RealHost {
    type EventCount = Count;

    fn wall_clock(&self) -> Duration {
        self.machine.wall_clock()
    }

    fn sleep(&self, duration: Duration) {
        self.machine.sleep(duration);
    }

    /// # Panics
    ///
    /// If the system makes no more threads, as [`std::thread::spawn`].
    fn spawn<T, F>(&self, name: &str, body: F) -> JoinHandle<Self, T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (completer, handle) = JoinHandle::pair(self);
        // Its own handle is not needed: the completer tells the end, a panic too.
        drop(self.machine.spawn(name, move || {
            completer.complete(std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)));
        }));
        handle
    }

    fn random(&self, buf: &mut [u8]) {
        self.machine.random(buf);
    }

    fn event_count(&self) -> Count {
        self.machine.event_count()
    }
}
