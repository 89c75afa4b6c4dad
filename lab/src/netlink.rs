//! The requests of rtnetlink(7) that a lab needs, for a thread inside the namespace. Written out, because each is a header and a
//! few attributes, and the crates for it bring an asynchronous runtime or some ten others.

use std::{
    fs::File,
    net::IpAddr,
    os::fd::{AsFd as _, AsRawFd as _},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    error::{Error, Result},
    namespace::Route,
    sys,
};

/// `VETH_INFO_PEER` of `linux/veth.h`.
const VETH_INFO_PEER: u16 = 1;
/// Bytes of `struct nlmsghdr`.
const HEADER: usize = 16;

/// Where a route leads.
#[derive(Clone, Copy)]
pub(crate) struct Destination {
    pub(crate) to: IpAddr,
    pub(crate) prefix: u8,
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.to, self.prefix)
    }
}

pub(crate) fn set_up(interface: &str, up: bool) -> Result<()> {
    let what = format!("ip link set {interface} {}", if up { "up" } else { "down" });
    let flags = if up { libc::IFF_UP } else { 0 };
    let mut request = Request::new(libc::RTM_NEWLINK, 0);
    request.ifinfomsg(index_of(interface)?, flags.cast_unsigned(), libc::IFF_UP.cast_unsigned());
    request.send(what)
}

pub(crate) fn set_mtu(interface: &str, mtu: u32) -> Result<()> {
    let mut request = Request::new(libc::RTM_NEWLINK, 0);
    request.ifinfomsg(index_of(interface)?, 0, 0);
    request.attribute(libc::IFLA_MTU, &mtu.to_ne_bytes());
    request.send(format!("ip link set {interface} mtu {mtu}"))
}

pub(crate) fn set_max_segments(interface: &str, segments: u32) -> Result<()> {
    let mut request = Request::new(libc::RTM_NEWLINK, 0);
    request.ifinfomsg(index_of(interface)?, 0, 0);
    request.attribute(libc::IFLA_GSO_MAX_SEGS, &segments.to_ne_bytes());
    request.send(format!("ip link set {interface} gso_max_segs {segments}"))
}

pub(crate) fn add_address(interface: &str, ip: IpAddr, prefix: u8) -> Result<()> {
    let mut request = Request::new(libc::RTM_NEWADDR, libc::NLM_F_CREATE | libc::NLM_F_EXCL);
    // struct ifaddrmsg: family, prefix length, flags, scope, interface.
    request.bytes(&[family(ip), prefix, (libc::IFA_F_NODAD) as u8, libc::RT_SCOPE_UNIVERSE]);
    request.bytes(&index_of(interface)?.to_ne_bytes());
    request.attribute(libc::IFA_LOCAL, &octets(ip));
    request.attribute(libc::IFA_ADDRESS, &octets(ip));
    request.send(format!("ip address add {ip}/{prefix} dev {interface}"))
}

pub(crate) fn add_route(destination: Destination, route: Route<'_>) -> Result<()> {
    let (kind, scope) = match route {
        Route::Interface(_) => (libc::RTN_UNICAST, libc::RT_SCOPE_LINK),
        Route::Via(_) => (libc::RTN_UNICAST, libc::RT_SCOPE_UNIVERSE),
        Route::Unreachable => (libc::RTN_UNREACHABLE, libc::RT_SCOPE_UNIVERSE),
        Route::Prohibit => (libc::RTN_PROHIBIT, libc::RT_SCOPE_UNIVERSE),
        Route::Blackhole => (libc::RTN_BLACKHOLE, libc::RT_SCOPE_UNIVERSE),
    };
    let mut request = Request::new(libc::RTM_NEWROUTE, libc::NLM_F_CREATE | libc::NLM_F_EXCL);
    request.rtmsg(destination, kind, scope);
    match route {
        Route::Interface(name) => request.attribute(libc::RTA_OIF, &index_of(name)?.to_ne_bytes()),
        Route::Via(router) => request.attribute(libc::RTA_GATEWAY, &octets(router)),
        Route::Unreachable | Route::Prohibit | Route::Blackhole => {}
    }
    request.send(format!("ip route add {destination} ({route:?})"))
}

pub(crate) fn del_route(destination: Destination) -> Result<()> {
    let mut request = Request::new(libc::RTM_DELROUTE, 0);
    // The kernel takes 0 and "nowhere" for "any".
    request.rtmsg(destination, 0, libc::RT_SCOPE_NOWHERE);
    request.send(format!("ip route del {destination}"))
}

/// Makes both ends; the second one comes to be in the other namespace.
///
/// The ends get different numbers unless some are asked for, which they would not have of themselves in two fresh namespaces: an
/// interface that is its own peer by number gets its carrier a second later (`linkwatch_urgent_event`), and loses what it is to send until
/// then.
pub(crate) fn add_veth(name: &str, peer: &str, peer_namespace: &File, numbers: Option<[u32; 2]>) -> Result<()> {
    static NEXT: AtomicU32 = AtomicU32::new(1_000);
    let [number, peer_number] = numbers.unwrap_or_else(|| {
        let number = NEXT.fetch_add(2, Ordering::Relaxed);
        [number, number + 1]
    });
    let mut request = Request::new(libc::RTM_NEWLINK, libc::NLM_F_CREATE | libc::NLM_F_EXCL);
    request.ifinfomsg(number, 0, 0);
    request.attribute(libc::IFLA_IFNAME, &terminated(name));
    request.nested(libc::IFLA_LINKINFO, |request| {
        request.attribute(libc::IFLA_INFO_KIND, b"veth");
        request.nested(libc::IFLA_INFO_DATA, |request| {
            request.nested(VETH_INFO_PEER, |request| {
                request.ifinfomsg(peer_number, 0, 0);
                request.attribute(libc::IFLA_IFNAME, &terminated(peer));
                request.attribute(libc::IFLA_NET_NS_FD, &peer_namespace.as_raw_fd().to_ne_bytes());
            });
        });
    });
    request.send(format!("ip link add {name} type veth peer {peer}"))
}

/// An interface that needs no more than its kind.
pub(crate) fn add_link(name: &str, kind: &str) -> Result<()> {
    let mut request = Request::new(libc::RTM_NEWLINK, libc::NLM_F_CREATE | libc::NLM_F_EXCL);
    request.ifinfomsg(0, 0, 0);
    request.attribute(libc::IFLA_IFNAME, &terminated(name));
    request.nested(libc::IFLA_LINKINFO, |request| request.attribute(libc::IFLA_INFO_KIND, kind.as_bytes()));
    request.send(format!("ip link add {name} type {kind}"))
}

/// Takes an interface away.
pub(crate) fn del_link(name: &str) -> Result<()> {
    let mut request = Request::new(libc::RTM_DELLINK, 0);
    request.ifinfomsg(index_of(name)?, 0, 0);
    request.send(format!("ip link del {name}"))
}

fn index_of(interface: &str) -> Result<u32> {
    sys::if_nametoindex(interface).map_err(Error::of(format!("if_nametoindex {interface}")))
}

fn family(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { libc::AF_INET as u8 } else { libc::AF_INET6 as u8 }
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

fn terminated(name: &str) -> Vec<u8> {
    [name.as_bytes(), &[0]].concat()
}

/// A message to the kernel as it grows: netlink(7).
struct Request {
    message: Vec<u8>,
}

impl Request {
    fn new(kind: u16, flags: i32) -> Self {
        let flags = (libc::NLM_F_REQUEST | libc::NLM_F_ACK | flags) as u16;
        let mut message = vec![0; HEADER];
        message[4..6].copy_from_slice(&kind.to_ne_bytes());
        message[6..8].copy_from_slice(&flags.to_ne_bytes());
        Self { message }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.message.extend_from_slice(bytes);
    }

    /// `struct ifinfomsg`: family and type are of no matter here.
    fn ifinfomsg(&mut self, index: u32, flags: u32, change: u32) {
        self.bytes(&[0; 4]);
        for field in [index, flags, change] {
            self.bytes(&field.to_ne_bytes());
        }
    }

    /// `struct rtmsg`, and the destination.
    fn rtmsg(&mut self, destination: Destination, kind: u8, scope: u8) {
        let table = libc::RT_TABLE_MAIN;
        let header = [family(destination.to), destination.prefix, 0, 0, table, libc::RTPROT_BOOT, scope, kind];
        self.bytes(&header);
        self.bytes(&[0; 4]);
        self.attribute(libc::RTA_DST, &octets(destination.to));
    }

    /// `struct rtattr`: length, kind, value, and nothing up to a multiple of four.
    fn attribute(&mut self, kind: u16, value: &[u8]) {
        self.nested(kind, |request| request.bytes(value));
    }

    fn nested(&mut self, kind: u16, fill: impl FnOnce(&mut Self)) {
        let begin = self.message.len();
        self.bytes(&[0; 2]);
        self.bytes(&kind.to_ne_bytes());
        fill(self);
        let len = u16::try_from(self.message.len() - begin).expect("an attribute of some bytes");
        self.message[begin..begin + 2].copy_from_slice(&len.to_ne_bytes());
        self.message.resize(self.message.len().next_multiple_of(4), 0);
    }

    /// Sends it, and waits for the kernel's answer, `struct nlmsgerr`.
    fn send(mut self, what: String) -> Result<()> {
        let len = u32::try_from(self.message.len()).expect("a message of some bytes");
        self.message[..4].copy_from_slice(&len.to_ne_bytes());
        let exchange = || {
            let socket = sys::netlink_route()?;
            sys::send(socket.as_fd(), &self.message)?;
            let mut answer = [0; 4096];
            let len = sys::recv(socket.as_fd(), &mut answer)?;
            match answer[..len].get(HEADER..HEADER + 4) {
                Some(&[a, b, c, d]) => match i32::from_ne_bytes([a, b, c, d]) {
                    0 => Ok(()),
                    error => Err(std::io::Error::from_raw_os_error(-error)),
                },
                _ => Err(std::io::Error::from_raw_os_error(libc::EBADMSG)),
            }
        };
        exchange().map_err(Error::of(what))
    }
}
