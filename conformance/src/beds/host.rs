//! [`RealHost`]: this machine, or one of two that are network namespaces of it.

use std::{net::IpAddr, sync::Arc};

use wavetank_api::{
    Addr, AddrInfo, AddrQuery, Family, Host, HostEntry, NameFlags, Net, Protocol, Result, SockFlags, SockType,
};
use wavetank_lab::Namespace;
use wavetank_real::{Count, Fd, Machine};

use crate::forward;

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

    forward! {
        machine:
        bind, listen, accept, connect, getsockname, getpeername, sendmsg, recvmsg, send, recv, sendfile,
        getsockopt, setsockopt, setsockopt_null, shutdown, dup, close, nonblocking, set_nonblocking,
        inheritable, set_inheritable, default_timeout, set_default_timeout, ioctl, poll, monotonic,
        getservbyname, getservbyport, getprotobyname, gethostname, sethostname,
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

    forward! { machine: wall_clock, sleep, spawn, random, event_count }
}
