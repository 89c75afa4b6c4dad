//! [`SimHost`]: a simulated host as programs see it, through the traits of the contract.

use std::{fmt, fs::File, net::IpAddr, sync::Arc, time::Duration};

use smallvec::SmallVec;
use wavetank_api::{
    Addr, AddrInfo, AddrQuery, Descriptor, Errno, Error, EventCount, Family, Host, HostEntry, Instant, JoinHandle,
    MsgFlags, NameFlags, Net, PollFd, Protocol, RecvMsg, Result, SendMsg, Shutdown, SockFlags, SockType,
};

use crate::{
    base::{HostId, ProgramId},
    call::{Caller, control::Extra, poll::Entry},
    world::{
        self, World,
        carrier::{Carrier, CarrierKind},
        seal::Sealed,
        task::{State, Task},
    },
};

/// A host of a simulation, as one of its programs sees it. Cloning it makes another handle of the same program.
#[derive(Clone)]
pub struct SimHost {
    pub(crate) world: Arc<Sealed<World>>,
    pub(crate) id: HostId,
    pub(crate) program: ProgramId,
    pub(crate) carrier: CarrierKind,
}

/// An open descriptor of a simulated program. Dropping it closes it.
pub struct SimFd {
    host: SimHost,
    fd: i32,
}

/// What a closed [`SimFd`] holds.
const CLOSED: i32 = -1;

impl SimHost {
    #[inline]
    fn caller(&self) -> Caller<'_> {
        Caller { world: &self.world, host: self.id, program: self.program }
    }

    fn fd(&self, fd: i32) -> SimFd {
        SimFd { host: self.clone(), fd }
    }

    /// The name the simulation knows this host by.
    pub fn name(&self) -> String {
        self.world
            .enter(|world| world.hosts.get(self.id.index()).map_or_else(String::new, |host| (*host.name).to_owned()))
    }

    /// Its addresses besides loopback, in the order they were given.
    pub fn addrs(&self) -> Vec<IpAddr> {
        self.world.enter(|world| world.hosts.get(self.id.index()).map_or_else(Vec::new, |host| host.addrs.to_vec()))
    }

    /// `int sched_yield(void)`: another process that is ready may run before this one goes on. No time passes.
    #[doc(alias = "sched_yield")]
    #[track_caller]
    pub fn yield_now(&self) {
        self.caller().yield_now();
    }

    /// A sysctl of this machine as `/proc/sys` shows it.
    ///
    /// # Errors
    ///
    /// `ENOENT`: there is none of that name.
    pub fn sysctl(&self, name: &str) -> Result<String> {
        self.caller().sysctl(name)
    }

    /// Sets a sysctl of this machine, as who writes to `/proc/sys` does. It acts from now on.
    ///
    /// # Errors
    ///
    /// `ENOENT` (no such name, no such congestion control), `EINVAL` (out of range), `EACCES` (it can only be read).
    pub fn set_sysctl(&self, name: &str, value: &str) -> Result<()> {
        self.caller().set_sysctl(name, value)
    }

    /// Starts a process of this host and program that does `act`.
    pub(crate) fn start(&self, name: Arc<str>, is_main: bool, is_server: bool, act: impl FnOnce() + Send + 'static) {
        let body = world::process_body(Arc::clone(&self.world), act);
        let carrier = Carrier::new(self.carrier, &self.world, &name, body);
        let task = Task {
            name,
            host: self.id,
            program: self.program,
            is_main,
            is_server,
            state: State::Ready,
            parking: 0,
            carrier: Some(Box::new(carrier)),
            wait: None,
            failed: false,
            survived: 0,
            timed_out: false,
        };
        self.world.enter(|world| world.start(task));
    }
}

impl fmt::Debug for SimHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimHost({})", self.id)
    }
}

impl fmt::Debug for SimFd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimFd({})", self.fd)
    }
}

impl Descriptor for SimFd {
    fn raw(&self) -> i32 {
        self.fd
    }
}

impl Drop for SimFd {
    fn drop(&mut self) {
        // A handle may outlive its simulation, or be dropped on a thread that is no part of it: then there is nothing to close.
        if self.fd != CLOSED && self.host.world.is_open() && !self.host.caller().is_dead() {
            drop(self.host.caller().close(self.fd));
        }
    }
}

// In a debug build the hot calls are not inlined into the program: there they would be compiled without optimisation,
// where this crate is optimised in the dev profile (README, "Fast tests").
impl Net for SimHost {
    type Fd = SimFd;

    fn socket(&self, family: Family, kind: SockType, flags: SockFlags, protocol: Protocol) -> Result<SimFd> {
        self.caller().socket_call(family, kind, flags, protocol).map(|fd| self.fd(fd))
    }

    fn socketpair(
        &self,
        family: Family,
        kind: SockType,
        flags: SockFlags,
        protocol: Protocol,
    ) -> Result<(SimFd, SimFd)> {
        let (left, right) = self.caller().socketpair(family, kind, flags, protocol)?;
        Ok((self.fd(left), self.fd(right)))
    }

    fn bind(&self, fd: &SimFd, addr: &Addr) -> Result<()> {
        self.caller().bind(fd.fd, addr)
    }

    fn listen(&self, fd: &SimFd, backlog: i32) -> Result<()> {
        self.caller().listen(fd.fd, backlog)
    }

    #[cfg_attr(not(debug_assertions), inline)]
    #[track_caller]
    fn accept(&self, fd: &SimFd, flags: SockFlags) -> Result<(SimFd, Addr)> {
        let (fd, peer) = self.caller().accept(fd.fd, flags)?;
        Ok((self.fd(fd), peer))
    }

    #[track_caller]
    fn connect(&self, fd: &SimFd, addr: &Addr) -> Result<()> {
        self.caller().connect(fd.fd, addr)
    }

    fn getsockname(&self, fd: &SimFd) -> Result<Addr> {
        self.caller().getsockname(fd.fd)
    }

    fn getpeername(&self, fd: &SimFd) -> Result<Addr> {
        self.caller().getpeername(fd.fd)
    }

    #[track_caller]
    fn sendmsg(&self, fd: &SimFd, msg: &SendMsg<'_, SimFd>, flags: MsgFlags) -> Result<usize> {
        // A descriptor of another program is no descriptor of this one.
        let number = |passed: &&SimFd| {
            let here = passed.host.id == self.id && passed.host.program == self.program;
            if here { passed.fd } else { CLOSED }
        };
        let fds: SmallVec<[i32; 4]> = msg.fds.iter().map(number).collect();
        let extra = Extra { control: msg.control, fds: &fds };
        self.caller().sendmsg(fd.fd, msg.bufs, msg.addr, &extra, flags)
    }

    #[track_caller]
    fn recvmsg(&self, fd: &SimFd, msg: &mut RecvMsg<'_, '_, SimFd>, flags: MsgFlags) -> Result<usize> {
        let received = self.caller().recvmsg(fd.fd, msg.bufs, msg.control.len(), flags)?;
        msg.addr = received.from;
        msg.flags = received.flags;
        let passed = received.passed.map(|passed| *passed).unwrap_or_default();
        msg.control[..passed.control.len()].copy_from_slice(&passed.control);
        msg.control_len = passed.control.len();
        msg.fds = passed.fds.into_iter().map(|fd| self.fd(fd)).collect();
        Ok(received.count)
    }

    #[cfg_attr(not(debug_assertions), inline)]
    #[track_caller]
    fn send(&self, fd: &SimFd, data: &[u8], flags: MsgFlags) -> Result<usize> {
        self.caller().send(fd.fd, data, flags)
    }

    #[cfg_attr(not(debug_assertions), inline)]
    #[track_caller]
    fn recv(&self, fd: &SimFd, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        self.caller().recv(fd.fd, buf, flags)
    }

    /// A simulated machine has no files, and no such call: [`Socket::sendfile`](wavetank_api::Socket::sendfile) reads and sends.
    fn sendfile(&self, _: &SimFd, _: &File, _: u64, _: usize) -> Result<usize> {
        Err(Error::new(Errno::ENOSYS, "sendfile"))
    }

    fn getsockopt(&self, fd: &SimFd, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
        self.caller().getsockopt(fd.fd, level, name, value)
    }

    fn setsockopt(&self, fd: &SimFd, level: i32, name: i32, value: &[u8]) -> Result<()> {
        self.caller().setsockopt(fd.fd, level, name, value)
    }

    fn setsockopt_null(&self, fd: &SimFd, level: i32, name: i32, len: u32) -> Result<()> {
        self.caller().setsockopt_null(fd.fd, level, name, len)
    }

    fn shutdown(&self, fd: &SimFd, how: Shutdown) -> Result<()> {
        self.caller().shutdown(fd.fd, how)
    }

    fn dup(&self, fd: &SimFd) -> Result<SimFd> {
        self.caller().dup(fd.fd).map(|fd| self.fd(fd))
    }

    #[track_caller]
    fn close(&self, fd: SimFd) -> Result<()> {
        let mut fd = fd;
        // Closed whatever the answer: the drop must not close what gets this number next.
        self.caller().close(std::mem::replace(&mut fd.fd, CLOSED))
    }

    fn nonblocking(&self, fd: &SimFd) -> Result<bool> {
        self.caller().nonblocking(fd.fd)
    }

    fn set_nonblocking(&self, fd: &SimFd, nonblocking: bool) -> Result<()> {
        self.caller().set_nonblocking(fd.fd, nonblocking)
    }

    fn inheritable(&self, fd: &SimFd) -> Result<bool> {
        self.caller().inheritable(fd.fd)
    }

    fn set_inheritable(&self, fd: &SimFd, inheritable: bool) -> Result<()> {
        self.caller().set_inheritable(fd.fd, inheritable)
    }

    #[inline]
    fn default_timeout(&self) -> Option<Duration> {
        self.caller().default_timeout()
    }

    fn set_default_timeout(&self, timeout: Option<Duration>) {
        self.caller().set_default_timeout(timeout);
    }

    fn ioctl(&self, fd: &SimFd, request: u64, arg: &mut [u8]) -> Result<i32> {
        self.caller().ioctl(fd.fd, request, arg)
    }

    #[track_caller]
    fn poll(&self, fds: &mut [PollFd<'_, Self>], timeout: Option<Duration>) -> Result<usize> {
        let mut entries: SmallVec<[Entry; 8]> = fds
            .iter()
            .map(|entry| Entry { fd: entry.fd.raw(), events: entry.events, revents: entry.revents })
            .collect();
        let ready = self.caller().poll(&mut entries, timeout)?;
        for (fd, entry) in fds.iter_mut().zip(&entries) {
            fd.revents = entry.revents;
        }
        Ok(ready)
    }

    fn getaddrinfo(&self, query: &AddrQuery<'_>) -> Result<Vec<AddrInfo>> {
        self.caller().getaddrinfo(query)
    }

    fn getnameinfo(&self, addr: &Addr, flags: NameFlags) -> Result<(String, String)> {
        self.caller().getnameinfo(addr, flags)
    }

    fn gethostbyname_ex(&self, name: &str) -> Result<HostEntry> {
        self.caller().gethostbyname_ex(name)
    }

    fn gethostbyaddr(&self, ip: IpAddr) -> Result<HostEntry> {
        self.caller().gethostbyaddr(ip)
    }

    fn getservbyname(&self, service: &str, protocol: Option<&str>) -> Result<u16> {
        self.caller().getservbyname(service, protocol)
    }

    fn getservbyport(&self, port: u16, protocol: Option<&str>) -> Result<String> {
        self.caller().getservbyport(port, protocol)
    }

    fn getprotobyname(&self, name: &str) -> Result<Protocol> {
        self.caller().getprotobyname(name)
    }

    fn gethostname(&self) -> Result<String> {
        self.caller().gethostname()
    }

    fn sethostname(&self, name: &str) -> Result<()> {
        self.caller().sethostname(name)
    }

    fn if_nameindex(&self) -> Result<Vec<(u32, String)>> {
        self.caller().if_nameindex()
    }

    fn if_nametoindex(&self, name: &str) -> Result<u32> {
        self.caller().if_nametoindex(name)
    }

    fn if_indextoname(&self, index: u32) -> Result<String> {
        self.caller().if_indextoname(index)
    }

    fn monotonic(&self) -> Instant {
        self.caller().now()
    }
}

impl Host for SimHost {
    type EventCount = SimEventCount;

    fn now(&self) -> Instant {
        self.caller().now()
    }

    fn wall_clock(&self) -> Duration {
        self.caller().wall_clock()
    }

    #[track_caller]
    fn sleep(&self, duration: Duration) {
        self.caller().sleep(duration);
    }

    fn spawn<T, F>(&self, name: &str, body: F) -> JoinHandle<Self, T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (completer, handle) = JoinHandle::pair(self);
        let world = Arc::clone(&self.world);
        self.start(name.into(), false, false, move || completer.complete(world::catch_thread(&world, body)));
        handle
    }

    fn random(&self, buf: &mut [u8]) {
        self.caller().random(buf);
    }

    fn event_count(&self) -> SimEventCount {
        let index = self.world.enter(|world| world.counts.make());
        SimEventCount { host: self.clone(), index }
    }
}

/// An event count of a simulation.
pub struct SimEventCount {
    host: SimHost,
    index: u32,
}

impl fmt::Debug for SimEventCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimEventCount({})", self.index)
    }
}

impl Drop for SimEventCount {
    fn drop(&mut self) {
        if self.host.world.is_open() {
            self.host.world.enter(|world| world.counts.free(self.index));
        }
    }
}

impl EventCount for SimEventCount {
    fn ticket(&self) -> u64 {
        self.host.world.enter(|world| world.counts.value(self.index))
    }

    #[track_caller]
    fn wait(&self, ticket: u64, deadline: Option<Instant>) -> bool {
        self.host.caller().wait_count(self.index, ticket, deadline)
    }

    fn notify_one(&self) {
        self.host.caller().notify_count(self.index, false);
    }

    fn notify_all(&self) {
        self.host.caller().notify_count(self.index, true);
    }
}
