//! getsockopt(2) and setsockopt(2): which options there are, what each takes, how Linux bounds and shows it. One file a level.
//!
//! An option that is in none of them answers ENOPROTOOPT, as a kernel built without it would. *Acts*, *stored* and *refused* are said
//! arm by arm: a stored option is checked and read back like Linux, and changes nothing in this model. A simulated program has every
//! privilege.

mod buffers;
mod filter;
mod ip;
mod ip_options;
mod ipv6;
mod multicast;
mod null;
mod pktoptions;
mod socket;
mod stamps;
mod tcp;
mod tcp_info;
mod udp;

use std::net::{IpAddr, SocketAddr};

pub(super) use ip::priority_of;

use wavetank_api::{Errno, Result, c, option::SockOpt};

use super::{Caller, Told};
use crate::{
    base::{Instant, SocketId},
    host::{Body, ETH0, Env, Family, Host, LO, Rare, RareSwitches, Socket, Switches, Tcp},
    proto::{
        Cx,
        tcp::{Connection, State},
    },
};

/// A second in jiffies: CONFIG_HZ of Debian's and most other kernels. Times are kept in jiffies.
const HZ: u64 = 250;

impl Caller<'_> {
    pub(crate) fn getsockopt(&self, fd: i32, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
        let told = Told {
            call: "getsockopt",
            numbers: [fd as u64, level as u64, name as u64],
            text: || format!("getsockopt({fd}, {})", option_text(level, name)),
        };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let now = world.now;
            let machine = u64::from(self.host.0) + 1;
            let asked =
                &mut Asked { host: self.host_mut(world), machine, id, now, name, room: value.len(), buffer: value };
            let found = get(asked, level)?;
            Ok(found.fill(value))
        })
    }

    pub(crate) fn setsockopt(&self, fd: i32, level: i32, name: i32, value: &[u8]) -> Result<()> {
        let told = Told {
            call: "setsockopt",
            numbers: [fd as u64 | (level as u64) << 32, name as u64, value_word(value)],
            text: || format!("setsockopt({fd}, {}, {})", option_text(level, name), value_text(value)),
        };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            world.on_host(self.host, |host, env| {
                set(&mut Given { host, env, id, name, value }, level)?;
                host.tcp_reconfigure(env, id);
                Ok(())
            })
        })
    }
}

/// What getsockopt is asked.
struct Asked<'a> {
    host: &'a mut Host,
    /// The machine's number, from 1.
    machine: u64,
    id: SocketId,
    now: Instant,
    name: i32,
    /// Bytes that the answer may have.
    room: usize,
    /// What lies where the answer will: some options read there what they are asked about.
    buffer: &'a [u8],
}

impl Asked<'_> {
    fn socket(&self) -> &Socket {
        &self.host.sockets[self.id]
    }

    fn rare(&self) -> &Rare {
        self.socket().options.rare()
    }

    /// Whether a switch is on.
    fn is_on(&self, switch: Switches) -> bool {
        self.socket().options.switches.contains(switch)
    }

    /// A switch as `getsockopt` shows it.
    fn switch(&self, switch: Switches) -> Value {
        Value::Int(self.is_on(switch).into())
    }

    /// A switch of the rarer ones.
    fn rare_switch(&self, switch: RareSwitches) -> Value {
        Value::Int(self.rare().switches.contains(switch).into())
    }

    /// IP_MULTICAST_TTL, and the interface of IP_MULTICAST_IF by its index.
    fn multicast(&self) -> (i32, i32) {
        let noted = self.socket().noted().filter(|_| self.socket().is_v4());
        let (ttl, index) = noted.unwrap_or_else(|| (self.rare().multicast_ttl, self.rare().multicast_index));
        (ttl.into(), index)
    }

    /// IPV6_MULTICAST_HOPS and IPV6_MULTICAST_IF.
    fn v6_multicast(&self) -> (i32, i32) {
        let rare = self.rare();
        let (hops, index) = self.socket().noted().unwrap_or((rare.v6_multicast_hops, rare.v6_multicast_if));
        (hops.into(), index)
    }

    /// The MTU towards the peer; ENOTCONN without one. What loopback has beyond IP_MAX_MTU, an IPv4 packet cannot use.
    fn path_mtu(&self) -> Result<i32, Errno> {
        let socket = self.socket();
        // A second bind forgets the way that the last connection had, but not of a socket of IPv6 (`__inet_bind`, `__inet6_bind`).
        let left = || socket.connection().filter(|_| socket.family == Family::Inet6).map(Connection::remote_ip);
        let found = || socket.rest().way6.map(IpAddr::from).filter(|_| matches!(socket.body, Body::Tcp(Tcp::Closed)));
        let remote = socket.remote.map(|remote| remote.ip()).or_else(left).or_else(found).ok_or(Errno::ENOTCONN)?;
        // Who was connected to an IPv4 address sends IPv4's packets ever after.
        let sent_to = socket.remote.and(socket.connection()).map(Connection::remote_ip);
        let remote = sent_to.filter(|to| to.is_ipv4() && !to.is_unspecified()).unwrap_or(remote);
        if self.rare().route_forgotten_at.is_some() && !self.host.has_found_route_again(socket) {
            return Err(Errno::ENOTCONN);
        }
        if matches!(&socket.body, Body::Udp(udp) if !udp.has_way) {
            return Err(Errno::ENOTCONN);
        }
        // IPv4 reaches others from an address of the loopback through that alone; IPv6 leaves by `eth0` all the same.
        let is_loopback = |local: SocketAddr| remote.is_ipv4() && local.is_ipv4() && local.ip().is_loopback();
        // Who is bound to `lo` sends there what is for others, too.
        let (device, is_led) = match &socket.body {
            Body::Udp(udp) => (udp.way_device, true),
            _ => (socket.options.device(), remote.is_ipv4()),
        };
        let is_by_lo = is_led && device == LO;
        // By another interface 127.0.0.1 is somebody's on its network.
        if remote.is_ipv4() && remote.is_loopback() && device == ETH0 {
            return Ok(1500);
        }
        let is_near = is_by_lo || self.host.owns(remote) || socket.remote.and(socket.local).is_some_and(is_loopback);
        Ok(match remote {
            _ if !is_near => 1500,
            IpAddr::V4(_) => 65_535,
            IpAddr::V6(_) => 65_536,
        })
    }
}

/// What setsockopt is given.
struct Given<'a, 'e> {
    host: &'a mut Host,
    env: &'a mut Env<'e>,
    id: SocketId,
    name: i32,
    value: &'a [u8],
}

impl Given<'_, '_> {
    fn socket(&self) -> &Socket {
        &self.host.sockets[self.id]
    }

    fn socket_mut(&mut self) -> &mut Socket {
        &mut self.host.sockets[self.id]
    }

    fn rare_mut(&mut self) -> &mut Rare {
        self.socket_mut().options.rare_mut()
    }

    fn switch(&mut self, switch: Switches, on: bool) {
        let socket = self.socket_mut();
        socket.options.switches.set(switch, on);
        // Who wants to know of no errors has none (`skb_errqueue_purge`): there is one queue for both families.
        if !on
            && matches!(switch, Switches::RECVERR | Switches::V6_RECVERR)
            && let Body::Udp(udp) = &mut socket.body
        {
            udp.forget_reports();
        }
    }

    fn rare_switch(&mut self, switch: RareSwitches, on: bool) {
        self.rare_mut().switches.set(switch, on);
    }

    /// Tells the connection, if there is one, what the option asks for at once, also if it was set before.
    fn push(&mut self, act: impl FnOnce(&mut Connection, &mut Cx<'_>)) {
        let id = self.id;
        self.host.with_connection(self.env, id, act);
    }

    /// `sk_dst_reset`: until the connection sends again there is none; and so does a datagram socket.
    fn forget_route(&mut self) {
        if let Body::Udp(udp) = &mut self.socket_mut().body {
            udp.has_way = false;
        }
        if self.socket().rest().way6.is_some() {
            self.socket_mut().rest_mut().way6 = None;
        }
        if let Some(sent) = self.socket().connection().map(Connection::segments_sent) {
            let rare = self.rare_mut();
            (rare.route_forgotten_at, rare.has_looked_at_route) = (Some(sent), false);
        }
    }

    /// The value as an `int`; EINVAL if there are fewer bytes.
    fn int(&self) -> Result<i32, Errno> {
        int(self.value)
    }

    /// IP_UNICAST_IF and IPV6_UNICAST_IF: none, or one that is there, but of a socket that is bound to an interface not even that.
    fn may_leave_by(&self, index: i32) -> Result<(), Errno> {
        match index {
            0 => Ok(()),
            _ if !self.has_interface(index) => Err(Errno::EADDRNOTAVAIL),
            _ if self.socket().options.rare().device != 0 => Err(Errno::EINVAL),
            _ => Ok(()),
        }
    }

    /// Whether there is an interface of that index.
    fn has_interface(&self, index: i32) -> bool {
        self.host.interface_name(index.cast_unsigned()).is_some()
    }
}

/// What an option holds.
enum Value {
    /// An `int`, cut to the room there is.
    Int(i32),
    /// An `int` that is below 256 and may be a single byte, too (`do_ip_getsockopt`).
    ByteOrInt(i32),
    Bytes(Vec<u8>),
}

impl Value {
    /// Fills as much as there is room for; how much that is.
    fn fill(self, room: &mut [u8]) -> usize {
        let int;
        let bytes = match &self {
            Self::ByteOrInt(value @ 0..256) if (1..4).contains(&room.len()) => {
                room[0] = *value as u8;
                return 1;
            }
            Self::Int(value) | Self::ByteOrInt(value) => {
                int = value.to_ne_bytes();
                &int[..]
            }
            Self::Bytes(bytes) => bytes,
        };
        let len = bytes.len().min(room.len());
        room[..len].copy_from_slice(&bytes[..len]);
        len
    }
}

/// Options that the contract passes on to no kernel, because they have it write to memory of the program's: TCP_ZEROCOPY_RECEIVE,
/// EBT_SO_GET_ENTRIES and EBT_SO_GET_INIT_ENTRIES; IPT_SO_SET_REPLACE, ARPT_SO_SET_REPLACE and EBT_SO_SET_ENTRIES.
fn refused_to_get(level: i32, name: i32) -> bool {
    (level, name) == (c::IPPROTO_TCP, c::TCP_ZEROCOPY_RECEIVE) || (level == c::IPPROTO_IP && matches!(name, 129 | 131))
}

fn refused_to_set(level: i32, name: i32) -> bool {
    matches!(level, c::IPPROTO_IP | c::IPPROTO_IPV6) && matches!(name, 64 | 96 | 128)
}

fn get(asked: &mut Asked<'_>, level: i32) -> Result<Value, Errno> {
    if refused_to_get(level, asked.name) {
        return Err(Errno::ENOPROTOOPT);
    }
    let socket = asked.socket();
    let (is_tcp, is_udp) = (matches!(socket.body, Body::Tcp(_)), matches!(socket.body, Body::Udp(_)));
    let family = socket.family;
    match level {
        libc::SOL_SOCKET => socket::get(asked),
        libc::IPPROTO_TCP if is_tcp => tcp::get(asked),
        libc::IPPROTO_UDP | libc::IPPROTO_UDPLITE if is_udp => udp::get(asked),
        libc::IPPROTO_IP if family != Family::Unix => ip::get(asked),
        libc::IPPROTO_IPV6 if family == Family::Inet6 => ipv6::get(asked),
        // `do_ipv6_getsockopt` of another level.
        _ if family == Family::Inet6 => Err(Errno::ENOPROTOOPT),
        // `do_ip_getsockopt` of another level, and `sock_no_getsockopt` for UNIX sockets.
        _ => Err(Errno::EOPNOTSUPP),
    }
}

fn set(given: &mut Given<'_, '_>, level: i32) -> Result<(), Errno> {
    if refused_to_set(level, given.name) {
        return Err(Errno::ENOPROTOOPT);
    }
    let socket = given.socket();
    let (is_tcp, is_udp) = (matches!(socket.body, Body::Tcp(_)), matches!(socket.body, Body::Udp(_)));
    let family = socket.family;
    match level {
        libc::SOL_SOCKET => socket::set(given),
        libc::IPPROTO_TCP if is_tcp => tcp::set(given),
        libc::IPPROTO_UDP | libc::IPPROTO_UDPLITE if is_udp => udp::set(given),
        libc::IPPROTO_IP if family != Family::Unix => ip::set(given),
        libc::IPPROTO_IPV6 if family == Family::Inet6 => ipv6::set(given),
        _ if family == Family::Unix => Err(Errno::EOPNOTSUPP),
        _ => Err(Errno::ENOPROTOOPT),
    }
}

/// The state of a socket (`sk_state`), as the checks of the options see it: a socket without a connection is closed or listens.
fn state(socket: &Socket) -> TcpState {
    if socket.is_listening() {
        return TcpState::Listen;
    }
    if matches!(socket.body, Body::Udp(_)) && socket.remote.is_some() {
        // As `udp_connect` says it.
        return TcpState::Established;
    }
    match socket.connection().map_or(State::Closed, |connection| connection.state()) {
        // In TIME_WAIT the kernel has put something smaller in the connection's place, and the socket is closed.
        State::Closed | State::TimeWait => TcpState::Close,
        State::Established => TcpState::Established,
        _ => TcpState::Other,
    }
}

/// The states that options tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum TcpState {
    Close,
    Listen,
    Established,
    Other,
}

impl TcpState {
    /// TCPF_CLOSE | TCPF_LISTEN.
    fn is_close_or_listen(self) -> bool {
        matches!(self, Self::Close | Self::Listen)
    }
}

/// What `xfrm_user_policy` says where no key manager knows the policy: it is told by the number of the option that the socket's family
/// has, at whatever level, and a policy of its own makes no sense here.
fn policy_refused(given: &Given<'_, '_>, known: (i32, Family)) -> Errno {
    const PAGE_SIZE: usize = 4096;
    match given.value.len() {
        1..=PAGE_SIZE if known == (given.name, given.socket().family) => Errno::EINVAL,
        1..=PAGE_SIZE => Errno::EOPNOTSUPP,
        _ => Errno::EMSGSIZE,
    }
}

/// An `int`; EINVAL if there are fewer bytes.
fn int(value: &[u8]) -> Result<i32, Errno> {
    let bytes = value.first_chunk::<4>().ok_or(Errno::EINVAL)?;
    Ok(i32::from_ne_bytes(*bytes))
}

/// A number of that range; EINVAL else.
fn within(value: i32, low: i32, high: i32) -> Result<i32, Errno> {
    if (low..=high).contains(&value) { Ok(value) } else { Err(Errno::EINVAL) }
}

/// 0 or 1; EINVAL else.
fn zero_or_one(value: i32) -> Result<bool, Errno> {
    within(value, 0, 1).map(|value| value == 1)
}

/// Text up to its NUL, of at most so many bytes (`strncpy_from_sockptr`); EINVAL if there are none at all.
fn text(value: &[u8], most: usize) -> Result<&[u8], Errno> {
    if value.is_empty() {
        return Err(Errno::EINVAL);
    }
    let cut = &value[..value.len().min(most)];
    Ok(cut.split(|&byte| byte == 0).next().unwrap_or_default())
}

fn value_word(value: &[u8]) -> u64 {
    value.iter().rev().fold(value.len() as u64, |word, &byte| word.rotate_left(8) ^ u64::from(byte))
}

fn value_text(value: &[u8]) -> String {
    match int(value) {
        Ok(int) if value.len() == 4 => format!("[{int}]"),
        _ => format!("{value:?}"),
    }
}

/// An option by its C name, or its numbers.
fn option_text(level: i32, name: i32) -> String {
    SockOpt::<i32>::new(level, name).to_string()
}
