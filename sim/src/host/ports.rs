//! Ports: who has which, and who may have it beside others. Which one is given to who did not ask: `ephemeral.rs`.
//!
//! Read first: `inet_csk_get_port` (net/ipv4/inet_connection_sock.c) and `udp_lib_get_port` (net/ipv4/udp.c); the functions
//! here bear the names of theirs. The rule in short: two sockets of one protocol and port are in conflict if their addresses
//! overlap, unless both have SO_REUSEADDR and the other one does not listen, or both have SO_REUSEPORT. It is applied when a
//! socket is bound, and again when it listens; never when a connection gets its address. A socket in TIME_WAIT counts with the
//! options it had.
//!
//! Sockets that are bound to different devices are never in conflict. Absent: different users, by which the rule is divided further.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use smallvec::{SmallVec, smallvec};

use super::{Body, Family, Host, Socket, SocketOptions, Switches, Tcp, address, ephemeral::PortSet, socket::PortSlot};
use crate::base::{Lookup, SocketId};

/// The port spaces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Space {
    Tcp,
    Udp,
}

/// The bind tables of one host.
#[derive(Default)]
pub(super) struct Ports {
    users: Lookup<(Space, u16), Users>,
    /// How many of them are TCP's, and once they are many, which: so that `connect` need not ask for each.
    tcp_buckets: u32,
    pub(super) tcp_in_use: Option<Box<PortSet>>,
    /// Who listens on a TCP port: a few at most, where a port may have thousands of users. The last one stands last.
    pub(super) listeners: Lookup<u16, SmallVec<[SocketId; 1]>>,
}

impl Ports {
    pub(super) fn clear(&mut self) {
        self.users.clear();
        self.tcp_buckets = 0;
        self.tcp_in_use = None;
        self.listeners.clear();
    }
}

/// From so many TCP ports on, a set of them is kept. A world of a few connections has none.
const MANY: u32 = 1024;

/// Who uses a port. Most have one user, as every connection has whose port `connect` chose: those have no box.
enum Users {
    One(SocketId),
    Many(Box<Bucket>),
}

/// `struct inet_bind_bucket`.
struct Bucket {
    /// In no particular order for TCP; for UDP the last one to come is the last.
    users: SmallVec<[SocketId; 2]>,
    /// How many of them did not get the port from `connect`.
    binders: u32,
    /// The one bound last that was checked had SO_REUSEPORT and this address: who has the option and an address that this one
    /// covers is bound unchecked, whatever has become of the options of the others (`fastreuseport`, FASTREUSEPORT_STRICT).
    ///
    /// Linux means to have the same for SO_REUSEADDR (`fastreuse > 0`), and a laxer form of this one (FASTREUSEPORT_ANY), both
    /// entered by the first user of a bucket. Since Linux 6.8 nobody is the first: the bucket's second table has an entry already
    /// (`inet_csk_get_port` makes it before `inet_csk_update_fastreuse` looks). So neither is ever seen.
    fast_reuseport: Option<Box<Name>>,
}

/// Why a socket was not bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BindError {
    /// It has a port already, or is connected, or the address is one that IPv6 does not bind.
    AlreadyBound,
    AddrInUse,
    /// No address of this host.
    AddrNotAvailable,
    /// The device that the socket is bound to is not there: ENODEV.
    NoDevice,
}

/// How a socket comes by its port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum By {
    /// `bind`, `listen` or sending: it has been held against the others.
    Bind,
    /// `connect` has chosen the port (SOCK_CONNECT_BIND).
    Connect,
    /// It is its listener's (`__inet_inherit_port`).
    Inheritance,
}

impl Host {
    /// `bind(2)` for the internet families. The family of `addr` has been checked against the socket's.
    pub(crate) fn bind(&mut self, id: SocketId, addr: SocketAddr) -> Result<(), BindError> {
        let socket = &self.sockets[id];
        let taken = socket.port_slot.is_some() || !is_idle(socket);
        let six = socket.family == Family::Inet6;
        let to_many6 = six && addr.ip().is_multicast() && addr.is_ipv6();
        // `__inet6_bind` looks first whether there is a port already, and binds no stream to a group; `__inet_bind` looks last.
        if six && taken || to_many6 && !matches!(socket.body, Body::Udp(_)) {
            return Err(BindError::AlreadyBound);
        }
        // `::ffff:0.0.0.0` is an address, though not one of IPv4's.
        let is_somewhere = !addr.ip().is_unspecified() || six && addr.is_ipv4();
        if six && is_somewhere {
            self.is_on_device(&socket.options, addr.ip())?;
        }
        let anywhere = Switches::FREEBIND | Switches::TRANSPARENT;
        if !self.may_bind(addr.ip()) && !to_many6 && !socket.options.switches.intersects(anywhere) {
            return Err(BindError::AddrNotAvailable);
        }
        if taken {
            return Err(BindError::AlreadyBound);
        }
        // An address that no IPv4 packet has: the socket is IPV6_V6ONLY from now on, and shows it (`__inet6_bind`).
        let v6only = socket.options.v6only || addr.is_ipv6() && !addr.ip().is_unspecified();
        let name = Name { family: socket.family, ip: addr.ip(), v6only };
        // IP_BIND_ADDRESS_NO_PORT: `connect` will choose, when it knows to where.
        if addr.port() != 0 || !socket.options.switches.contains(Switches::BIND_ADDRESS_NO_PORT) {
            let port = match addr.port() {
                0 => self.ephemeral_for_bind(id, name),
                port if self.is_in_use(id, name, port) => None,
                port => Some(port),
            };
            let Some(port) = port else {
                // The address is forgotten that a connection before may have left; the port is still shown.
                let socket = &mut self.sockets[id];
                if socket.addr_locked || socket.options.has_rare() {
                    socket.options.rare_mut().has_lost_address = true;
                }
                socket.local = socket.local.map(|local| SocketAddr::new(address::any(socket.family), local.port()));
                return Err(BindError::AddrInUse);
            };
            self.sockets[id].options.v6only = v6only;
            self.take_port(id, SocketAddr::new(addr.ip(), port), By::Bind);
        }
        let socket = &mut self.sockets[id];
        socket.options.v6only = v6only;
        if socket.port_slot.is_none() {
            socket.local = Some(addr);
        }
        // Neither is forgotten by a second bind.
        socket.port_locked |= addr.port() != 0;
        socket.addr_locked |= is_somewhere;
        // Of the connection that was (`inet_dport`, `inet_daddr`).
        socket.keep_what_was_noted();
        let was_v4 = socket.remote.take().is_some_and(|remote| remote.is_ipv4()) && six;
        if was_v4 || socket.options.has_rare() {
            let rare = socket.options.rare_mut();
            rare.has_lost_address = !is_somewhere;
            if was_v4 || rare.last_v4.is_some() {
                rare.last_v4 = Some(Ipv4Addr::UNSPECIFIED);
            }
        }
        Ok(())
    }

    /// `__inet6_bind` of a socket that is bound to a device: it has to be there, and to have the address, if that is of one device alone.
    fn is_on_device(&self, options: &SocketOptions, ip: IpAddr) -> Result<(), BindError> {
        match options.device() {
            0 if address::is_link_local_group(ip) => Err(BindError::AlreadyBound),
            0 => Ok(()),
            device if self.interface_name(device).is_none() => Err(BindError::NoDevice),
            device if device != address::LO && ip.is_loopback() && ip.is_ipv6() => Err(BindError::AddrNotAvailable),
            _ => Ok(()),
        }
    }

    /// Gives an unbound socket a port of the kernel's choice, as `listen` and sending do (`inet_autobind`).
    pub(super) fn autobind(&mut self, id: SocketId) -> Result<(), BindError> {
        let socket = &self.sockets[id];
        if socket.port_slot.is_some() {
            return Ok(());
        }
        let ip = match socket.local {
            Some(local) if socket.addr_locked => local.ip(),
            _ => address::any(socket.family),
        };
        let name = Name { family: socket.family, ip, v6only: socket.options.v6only };
        let port = self.ephemeral_for_bind(id, name).ok_or(BindError::AddrInUse)?;
        self.take_port(id, SocketAddr::new(ip, port), By::Bind);
        Ok(())
    }

    /// Whether a bound socket may listen where it is; what it allows the others changes with it (`inet_csk_listen_start`
    /// asks `inet_csk_get_port` again, in the state LISTEN).
    pub(super) fn may_listen(&mut self, id: SocketId) -> bool {
        let socket = &self.sockets[id];
        let Some(local) = socket.local else { return false };
        let name = name_at(socket, local.ip());
        let Some(users) = self.ports.users.get_mut(&(Space::Tcp, local.port())) else { return false };
        if !users.matches_reuseport(socket, name) && users.conflicts(&self.sockets, id, name) {
            return false;
        }
        users.update_fastreuse(&self.sockets, socket, name);
        true
    }

    /// Enters a socket under its port.
    pub(super) fn take_port(&mut self, id: SocketId, local: SocketAddr, by: By) {
        let socket = &mut self.sockets[id];
        socket.local = Some(local);
        socket.connect_bind = by == By::Connect;
        socket.port_slot = Some(PortSlot::new(0));
        let key = (space(socket), local.port());
        match self.ports.users.get_mut(&key) {
            Some(users) => {
                let bucket = users.bucket(&self.sockets);
                bucket.binders += u32::from(by != By::Connect);
                bucket.users.push(id);
                self.sockets[id].port_slot = Some(PortSlot::new(bucket.users.len() - 1));
            }
            None => {
                self.ports.users.insert(key, Users::One(id));
                if key.0 == Space::Tcp {
                    self.count_tcp_port(key.1);
                }
            }
        }
        if by == By::Bind
            && let Some(users) = self.ports.users.get_mut(&key)
        {
            let socket = &self.sockets[id];
            users.update_fastreuse(&self.sockets, socket, name_at(socket, local.ip()));
        }
    }

    fn count_tcp_port(&mut self, port: u16) {
        self.ports.tcp_buckets += 1;
        match &mut self.ports.tcp_in_use {
            Some(set) => set.insert(port),
            None if self.ports.tcp_buckets >= MANY => self.begin_port_set(),
            None => {}
        }
    }

    #[cold]
    fn begin_port_set(&mut self) {
        let mut set = Box::<PortSet>::default();
        let bound = self.sockets.values().filter(|socket| socket.port_slot.is_some() && space(socket) == Space::Tcp);
        bound.filter_map(|socket| socket.local).for_each(|local| set.insert(local.port()));
        self.ports.tcp_in_use = Some(set);
    }

    /// Takes a socket out of its port's list; for TCP in constant time (`__inet_put_port`).
    pub(super) fn unbind(&mut self, id: SocketId) {
        let socket = &mut self.sockets[id];
        let (Some(slot), Some(local)) = (socket.port_slot.take(), socket.local) else { return };
        let by_connect = std::mem::take(&mut socket.connect_bind);
        let (slot, key) = (slot.index(), (space(socket), local.port()));
        let Some(users) = self.ports.users.get_mut(&key) else { return };
        if users.all().len() == 1 {
            self.ports.users.remove(&key);
            if key.0 == Space::Tcp {
                self.ports.tcp_buckets -= 1;
                if let Some(set) = &mut self.ports.tcp_in_use {
                    set.remove(key.1);
                }
            }
            return;
        }
        let Users::Many(bucket) = users else { return };
        if key.0 == Space::Tcp {
            bucket.users.swap_remove(slot);
        } else {
            bucket.users.remove(slot);
        }
        let moved = if key.0 == Space::Tcp { slot + 1 } else { bucket.users.len() };
        for slot in slot..moved.min(bucket.users.len()) {
            self.sockets[bucket.users[slot]].port_slot = Some(PortSlot::new(slot));
        }
        bucket.binders -= u32::from(!by_connect);
        if bucket.binders == 0 {
            // As if none had ever bound it (Linux 6.18, "tcp: Update bind bucket state on port release").
            bucket.fast_reuseport = None;
        }
    }

    pub(super) fn users(&self, space: Space, port: u16) -> &[SocketId] {
        self.ports.users.get(&(space, port)).map_or(&[], Users::all)
    }

    /// Whether `connect` may choose a port that has users: only if it has chosen it for all of them.
    pub(super) fn is_for_connect(&self, port: u16) -> bool {
        self.ports.users.get(&(Space::Tcp, port)).is_none_or(|users| match users {
            Users::One(id) => self.sockets[*id].connect_bind,
            Users::Many(bucket) => bucket.binders == 0,
        })
    }

    /// Whether `id` may not be bound to `name` and `port` beside who is there: `inet_csk_get_port`, `udp_lib_lport_inuse`.
    fn is_in_use(&self, id: SocketId, name: Name, port: u16) -> bool {
        let socket = &self.sockets[id];
        let Some(users) = self.ports.users.get(&(space(socket), port)) else { return false };
        match socket.body {
            Body::Udp(_) => users.conflicts_udp(&self.sockets, id, name),
            _ => !users.matches_reuseport(socket, name) && users.conflicts(&self.sockets, id, name),
        }
    }

    /// As [`Self::is_in_use`], but a port that the kernel chooses is not shared: options do not count
    /// (`inet_csk_bind_conflict` with neither `relax` nor `reuseport_ok`).
    pub(super) fn is_shared(&self, id: SocketId, name: Name, port: u16) -> bool {
        let socket = &self.sockets[id];
        let Some(users) = self.ports.users.get(&(space(socket), port)) else { return false };
        match socket.body {
            // `udp_lib_lport_inuse` with a bitmap: for UDP they count even here.
            Body::Udp(_) => users.others(&self.sockets, id).any(|other| {
                let (ours, theirs) = (&socket.options, &other.options);
                let may = ours.reuseaddr && theirs.reuseaddr || ours.reuseport && theirs.reuseport;
                !may && !ours.is_by_another_device(theirs) && name.equals(name_of(other), true, true)
            }),
            _ => users
                .others(&self.sockets, id)
                .any(|other| !socket.options.is_by_another_device(&other.options) && name.meets(name_of(other))),
        }
    }
}

type Sockets = slotmap::SlotMap<SocketId, Socket>;

impl Users {
    fn all(&self) -> &[SocketId] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Many(bucket) => &bucket.users,
        }
    }

    /// The bucket; made if there was none.
    fn bucket(&mut self, sockets: &Sockets) -> &mut Bucket {
        if let Self::One(id) = *self {
            let binders = u32::from(!sockets[id].connect_bind);
            *self = Self::Many(Box::new(Bucket { users: smallvec![id], binders, fast_reuseport: None }));
        }
        let Self::Many(bucket) = self else { unreachable!("it was just made") };
        bucket
    }

    fn others<'a>(&'a self, sockets: &'a Sockets, id: SocketId) -> impl Iterator<Item = &'a Socket> {
        self.all().iter().filter(move |&&other| other != id).map(|&other| &sockets[other])
    }

    /// `inet_csk_bind_conflict`, with `relax` and `reuseport_ok`: options count.
    fn conflicts(&self, sockets: &Sockets, id: SocketId, name: Name) -> bool {
        let options = &sockets[id].options;
        self.others(sockets, id).any(|other| {
            let theirs = &other.options;
            let by_reuseaddr = options.reuseaddr && theirs.reuseaddr && !other.is_listening();
            let may_share = by_reuseaddr || options.reuseport && theirs.reuseport;
            !may_share && !options.is_by_another_device(theirs) && name.meets(name_of(other))
        })
    }

    /// `udp_lib_lport_inuse`: the last to come is asked first, and the first who may share by SO_REUSEPORT decides for all.
    fn conflicts_udp(&self, sockets: &Sockets, id: SocketId, name: Name) -> bool {
        let options = &sockets[id].options;
        let met = self.all().iter().rev().filter(|&&other| other != id).map(|&other| &sockets[other]).find(|other| {
            let is_apart = options.is_by_another_device(&other.options);
            !(is_apart || options.reuseaddr && other.options.reuseaddr) && name.equals(name_of(other), true, true)
        });
        met.is_some_and(|other| !(options.reuseport && other.options.reuseport))
    }

    /// `sk_reuseport_match`.
    fn matches_reuseport(&self, socket: &Socket, name: Name) -> bool {
        let Self::Many(bucket) = self else { return false };
        socket.options.reuseport && bucket.fast_reuseport.as_ref().is_some_and(|fast| fast.equals(name, true, false))
    }

    /// `inet_csk_update_fastreuse`, for a socket that is bound here or listens from now on.
    fn update_fastreuse(&mut self, sockets: &Sockets, socket: &Socket, name: Name) {
        if socket.options.reuseport {
            if !self.matches_reuseport(socket, name) {
                self.bucket(sockets).fast_reuseport = Some(Box::new(name));
            }
        } else if let Self::Many(bucket) = self {
            bucket.fast_reuseport = None;
        }
    }
}

/// A socket's address as the tables compare it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Name {
    pub(super) family: Family,
    /// An IPv4 address also for an IPv4-mapped IPv6 address.
    pub(super) ip: IpAddr,
    pub(super) v6only: bool,
}

fn name_at(socket: &Socket, ip: IpAddr) -> Name {
    Name { family: socket.family, ip, v6only: socket.options.v6only }
}

fn name_of(socket: &Socket) -> Name {
    name_at(socket, socket.local.map_or_else(|| address::any(socket.family), |local| local.ip()))
}

impl Name {
    /// Whether somebody who wants to be bound here meets somebody who is there.
    ///
    /// A specific address is looked for in a table by address, and beside it the wildcards (`inet_bhash2_conflict`,
    /// `inet_bhash2_addr_any_conflict`); a wildcard is held against all (`inet_rcv_saddr_equal`). The two are not quite alike.
    fn meets(self, other: Self) -> bool {
        if self.ip.is_unspecified() {
            return self.equals(other, true, true);
        }
        let covered = match other.ip {
            IpAddr::V6(any) => any.is_unspecified(),
            IpAddr::V4(any) => any.is_unspecified() && self.ip.is_ipv4(),
        };
        (covered || other.ip == self.ip) && !(other.v6only && self.ip.is_ipv4())
    }

    /// `inet_rcv_saddr_equal`; whether a wildcard of the one side, or of the other, covers what the other side has.
    fn equals(self, other: Self, my_wildcard: bool, your_wildcard: bool) -> bool {
        let as_ipv4 = |a: Ipv4Addr, b: Ipv4Addr| {
            a == b || my_wildcard && a.is_unspecified() || your_wildcard && b.is_unspecified()
        };
        match (self.family, self.ip, other.ip) {
            (Family::Inet6, IpAddr::V4(a), IpAddr::V4(b)) => !other.v6only && as_ipv4(a, b),
            (Family::Inet6, a, b) => {
                let any = |ip: IpAddr| ip.is_ipv6() && ip.is_unspecified();
                a == b
                    || your_wildcard && any(b) && !(other.v6only && a.is_ipv4())
                    || my_wildcard && any(a) && !(self.v6only && b.is_ipv4())
            }
            (_, a, b) => !other.v6only && as_ipv4(ipv4_of(a), ipv4_of(b)),
        }
    }
}

/// What stands in `inet_rcv_saddr`. That of a specific IPv6 address is LOOPBACK4_IPV6: it matters for a socket of `::` that
/// has connected and so got an address without becoming IPV6_V6ONLY. An IPv4 wildcard meets it.
pub(crate) fn ipv4_of(ip: IpAddr) -> Ipv4Addr {
    match ip {
        IpAddr::V4(v4) => v4,
        IpAddr::V6(v6) if v6.is_unspecified() => Ipv4Addr::UNSPECIFIED,
        IpAddr::V6(_) => address::LOOPBACK4_IPV6,
    }
}

/// TCP_CLOSE, for all that is known here.
fn is_idle(socket: &Socket) -> bool {
    match &socket.body {
        Body::Tcp(Tcp::Listening(_)) => false,
        Body::Tcp(Tcp::Connection { connection, .. }) => connection.is_finished(),
        _ => true,
    }
}

pub(super) fn space(socket: &Socket) -> Space {
    match socket.body {
        Body::Udp(_) => Space::Udp,
        Body::Tcp(_) | Body::Unix(_) => Space::Tcp,
    }
}

/// Whether a socket of this family may use an address of that kind.
pub(crate) fn family_fits(family: Family, v6only: bool, ip: IpAddr) -> bool {
    match (family, ip) {
        (Family::Inet, IpAddr::V4(_)) | (Family::Inet6, IpAddr::V6(_)) => true,
        (Family::Inet6, IpAddr::V4(_)) => !v6only,
        _ => false,
    }
}

/// Whether what is sent `to` an address reaches a socket that is bound `at` one: `::ffff:0.0.0.0` is a wildcard for IPv4 alone.
pub(super) fn reaches(to: IpAddr, at: IpAddr) -> bool {
    to == at || at.is_unspecified() && (at.is_ipv6() || to.is_ipv4())
}
