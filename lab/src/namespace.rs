//! [`Namespace`]: a network of its own, by `unshare(CLONE_NEWNET)` on a thread that ends at once.
//!
//! A network namespace belongs to a thread, and a thread begins in that of the thread that started it. So what runs on a thread of
//! [`Namespace::run`] is inside, with every thread it starts; a socket stays in the namespace it was made in, whoever uses it.

use std::{
    fs::{self, File},
    net::IpAddr,
    os::fd::AsFd as _,
    panic,
    thread::{self, JoinHandle},
};

use crate::{
    error::{Error, Result},
    netlink::{self, Destination},
    sys,
    tun::{Tun, TunConfig},
};

/// A network namespace: interfaces, addresses, routes, ports and sysctls of its own.
///
/// It is gone when this is dropped and the last socket in it is closed.
#[derive(Debug)]
pub struct Namespace {
    file: File,
}

/// Where packets to a destination go.
#[derive(Clone, Copy, Debug)]
pub enum Route<'a> {
    /// Out of that interface: the destination is a neighbour.
    Interface(&'a str),
    /// To that router.
    Via(IpAddr),
    /// Nowhere: the sender is told `EHOSTUNREACH`.
    Unreachable,
    /// Nowhere: the sender is told `EACCES`.
    Prohibit,
    /// Nowhere: the sender is told `EINVAL`.
    Blackhole,
}

/// What a namespace takes over from the machine's first one instead of from the kernel's source, with the kernel's own values:
/// a test should not depend on how this machine is tuned. Those a kernel does not have are left out.
const DEFAULTS: [(&str, &str); 6] = [
    ("net.ipv4.tcp_congestion_control", "cubic"),
    ("net.ipv4.tcp_rmem", "4096 131072 6291456"),
    ("net.ipv4.tcp_wmem", "4096 16384 4194304"),
    ("net.ipv6.conf.all.disable_ipv6", "0"),
    ("net.ipv6.conf.default.disable_ipv6", "0"),
    ("net.ipv6.conf.lo.disable_ipv6", "0"),
];

impl Namespace {
    /// A fresh one. Its loopback is up, with 127.0.0.1 and ::1; TCP's settings are Linux's own, not this machine's.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_allowed`] without `CAP_SYS_ADMIN`, or on a kernel without network namespaces.
    ///
    /// # Panics
    ///
    /// If no thread can be started.
    pub fn new() -> Result<Self> {
        let make = || {
            sys::unshare_network().map_err(Error::lacking("unshare(CLONE_NEWNET)"))?;
            let path = "/proc/thread-self/ns/net";
            let file = File::open(path).map_err(Error::lacking(format!("open {path}")))?;
            for (name, value) in DEFAULTS {
                match write_sysctl(name, value) {
                    // A machine whose own default is another one may not have it in `tcp_allowed_congestion_control`; Reno always is.
                    Err(error) if error.errno() == Some(libc::EPERM) && value == "cubic" => write_sysctl(name, "reno")?,
                    Err(error) if error.errno() != Some(libc::ENOENT) => return Err(error),
                    _ => {}
                }
            }
            netlink::set_up("lo", true)?;
            Ok(Self { file })
        };
        thread::scope(|scope| scope.spawn(make).join()).unwrap_or_else(|panic| panic::resume_unwind(panic))
    }

    /// Runs the closure on a thread of its own inside, and waits for it. A panic of the closure goes on here.
    ///
    /// # Panics
    ///
    /// If no thread can be started, and as the closure does.
    pub fn run<T: Send>(&self, body: impl FnOnce() -> T + Send) -> T {
        let inside = || {
            self.enter();
            body()
        };
        thread::scope(|scope| scope.spawn(inside).join()).unwrap_or_else(|panic| panic::resume_unwind(panic))
    }

    /// Starts a thread inside.
    ///
    /// # Panics
    ///
    /// If no thread can be started.
    pub fn spawn<T: Send + 'static>(&self, name: &str, body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        let space = Self { file: self.file.try_clone().expect("no descriptor is free for a namespace") };
        let inside = move || {
            space.enter();
            body()
        };
        thread::Builder::new().name(name.to_owned()).spawn(inside).expect("no thread could be started")
    }

    /// Moves this thread inside for good, with the threads that it starts from now on: better [`run`](Self::run), unless that would
    /// be a thread for each of many short calls.
    ///
    /// # Panics
    ///
    /// If this thread has given up the privilege by which the namespace was made.
    pub fn enter(&self) {
        // It was ours to make, so it is ours to enter.
        sys::enter_network(self.file.as_fd()).expect("setns into a namespace that was made here");
    }

    /// What `sysctl NAME` shows inside; dots or slashes part the name.
    ///
    /// # Errors
    ///
    /// `ENOENT` if there is no such setting.
    pub fn sysctl(&self, name: &str) -> Result<String> {
        self.run(|| {
            let text = fs::read_to_string(path_of(name)).map_err(Error::of(format!("sysctl {name}")))?;
            Ok(text.trim_end().replace('\t', " "))
        })
    }

    /// `sysctl -w NAME=VALUE` inside.
    ///
    /// # Errors
    ///
    /// `ENOENT` if there is no such setting, `EINVAL` if it does not take the value.
    pub fn set_sysctl(&self, name: &str, value: &str) -> Result<()> {
        self.run(|| write_sysctl(name, value))
    }

    /// `ip address add IP/PREFIX dev INTERFACE`. An IPv6 address is usable at once, without duplicate address detection.
    ///
    /// # Errors
    ///
    /// `EEXIST`, `EPERM`.
    pub fn add_address(&self, interface: &str, ip: IpAddr, prefix: u8) -> Result<()> {
        self.run(|| netlink::add_address(interface, ip, prefix))
    }

    /// `ip route add TO/PREFIX ...`.
    ///
    /// # Errors
    ///
    /// `EEXIST`, `ENETUNREACH` (a router that is not reached), `EPERM`.
    pub fn add_route(&self, to: IpAddr, prefix: u8, route: Route<'_>) -> Result<()> {
        self.run(|| netlink::add_route(Destination { to, prefix }, route))
    }

    /// `ip route del TO/PREFIX`.
    ///
    /// # Errors
    ///
    /// `ESRCH` if there is none, `EPERM`.
    pub fn del_route(&self, to: IpAddr, prefix: u8) -> Result<()> {
        self.run(|| netlink::del_route(Destination { to, prefix }))
    }

    /// `ip link add NAME type KIND`: a kind that needs no more than that, such as `vcan` or `dummy`. It is down.
    ///
    /// # Errors
    ///
    /// `EOPNOTSUPP` if the kernel does not know the kind, `EEXIST` if the name is taken, `EPERM`.
    pub fn add_link(&self, name: &str, kind: &str) -> Result<()> {
        self.run(|| netlink::add_link(name, kind))
    }

    /// `ip link del NAME`.
    ///
    /// # Errors
    ///
    /// `ENODEV`, `EOPNOTSUPP` (loopback), `EPERM`.
    pub fn del_link(&self, name: &str) -> Result<()> {
        self.run(|| netlink::del_link(name))
    }

    /// `ip link set INTERFACE up`, or `down`.
    ///
    /// # Errors
    ///
    /// `ENODEV`, `EPERM`.
    pub fn set_up(&self, interface: &str, up: bool) -> Result<()> {
        self.run(|| netlink::set_up(interface, up))
    }

    /// `ip link set INTERFACE mtu MTU`.
    ///
    /// # Errors
    ///
    /// `ENODEV`, `EINVAL`, `EPERM`.
    pub fn set_mtu(&self, interface: &str, mtu: u32) -> Result<()> {
        self.run(|| netlink::set_mtu(interface, mtu))
    }

    /// Lets one packet of an interface stand for so many segments at most; with 1, nothing is left to segmentation offload.
    ///
    /// # Errors
    ///
    /// `ENODEV` if there is no such interface.
    pub fn set_max_segments(&self, interface: &str, segments: u32) -> Result<()> {
        self.run(|| netlink::set_max_segments(interface, segments))
    }

    /// A TUN device inside, with its addresses, up.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_allowed`] where there is no `/dev/net/tun`.
    pub fn tun(&self, config: &TunConfig) -> Result<Tun> {
        self.run(|| Tun::open(config))
    }

    /// The namespace as a descriptor, for rtnetlink's `IFLA_NET_NS_FD`.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }
}

/// For a thread inside: an interface that does not speak on its own, so that only what a test does is on the wire.
pub(crate) fn quiet_ipv6(interface: &str) -> Result<()> {
    // 1 is IN6_ADDR_GEN_MODE_NONE: no link-local address, hence no router solicitation from it.
    for (setting, value) in [("addr_gen_mode", "1"), ("accept_dad", "0"), ("router_solicitations", "0")] {
        match write_sysctl(&format!("net/ipv6/conf/{interface}/{setting}"), value) {
            // A kernel without IPv6 does not speak it.
            Err(error) if error.errno() != Some(libc::ENOENT) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn write_sysctl(name: &str, value: &str) -> Result<()> {
    fs::write(path_of(name), value).map_err(Error::of(format!("sysctl -w {name}={value}")))
}

/// As sysctl(8): dots part the name, unless a slash does, because an interface may have a dot in its name.
fn path_of(name: &str) -> String {
    let name = if name.contains('/') { name.to_owned() } else { name.replace('.', "/") };
    format!("/proc/sys/{name}")
}
