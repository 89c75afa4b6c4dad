//! Ports: who has which, who may share one, and which one is given to who did not ask.
//!
//! The rule (net/ipv4/inet_connection_sock.c, `inet_csk_bind_conflict`; udp.c, `inet_rcv_saddr_equal`): two sockets of one
//! protocol and port are in conflict if their addresses overlap, unless both have SO_REUSEADDR and, for TCP, neither
//! listens; or both have SO_REUSEPORT. A socket in TIME_WAIT counts with the options it had.

use std::net::{IpAddr, SocketAddr};

use smallvec::{SmallVec, smallvec};

use super::{Body, Family, Host, Socket, address};
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
    /// Who uses a port, in no particular order.
    users: Lookup<(Space, u16), SmallVec<[SocketId; 2]>>,
    /// Who listens on a TCP port: a few at most, where a port may have thousands of users.
    pub(super) listeners: Lookup<u16, SmallVec<[SocketId; 1]>>,
}

impl Ports {
    pub(super) fn clear(&mut self) {
        self.users.clear();
        self.listeners.clear();
    }
}

/// Why a socket was not bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BindError {
    /// It has a port already, or is connected, or the address is one that IPv6 does not bind.
    AlreadyBound,
    AddrInUse,
    /// No address of this host.
    AddrNotAvailable,
}

impl Host {
    /// `bind(2)` for the internet families. The family of `addr` has been checked against the socket's.
    pub(crate) fn bind(&mut self, id: SocketId, addr: SocketAddr) -> Result<(), BindError> {
        let socket = &self.sockets[id];
        let taken = socket.port_slot.is_some() || !is_idle(socket);
        let six = socket.family == Family::Inet6;
        // `__inet6_bind` looks first whether there is a port already, and at multicast not at all; `__inet_bind` looks last.
        if six && (taken || addr.ip().is_multicast()) {
            return Err(BindError::AlreadyBound);
        }
        if !self.may_bind(addr.ip()) {
            return Err(BindError::AddrNotAvailable);
        }
        if taken {
            return Err(BindError::AlreadyBound);
        }
        let port = match addr.port() {
            0 => self.ephemeral_for_bind(id, addr.ip()).ok_or(BindError::AddrInUse)?,
            port if self.conflicts(id, addr.ip(), port) => return Err(BindError::AddrInUse),
            port => port,
        };
        self.sockets[id].port_locked = addr.port() != 0;
        self.sockets[id].addr_locked = !addr.ip().is_unspecified();
        self.take_port(id, SocketAddr::new(addr.ip(), port));
        Ok(())
    }

    /// Gives an unbound socket a port of the kernel's choice, as `listen` and sending do.
    pub(super) fn autobind(&mut self, id: SocketId) -> Result<(), BindError> {
        let socket = &self.sockets[id];
        if socket.port_slot.is_some() {
            return Ok(());
        }
        let ip = match socket.local {
            Some(local) if socket.addr_locked => local.ip(),
            _ => address::any(socket.family),
        };
        let port = self.ephemeral_for_bind(id, ip).ok_or(BindError::AddrInUse)?;
        self.take_port(id, SocketAddr::new(ip, port));
        Ok(())
    }

    /// Enters a socket under its port.
    pub(super) fn take_port(&mut self, id: SocketId, local: SocketAddr) {
        let socket = &mut self.sockets[id];
        socket.local = Some(local);
        let key = (space(socket), local.port());
        let slot = match self.ports.users.get_mut(&key) {
            Some(users) => {
                users.push(id);
                users.len() - 1
            }
            None => {
                self.ports.users.insert(key, smallvec![id]);
                0
            }
        };
        self.sockets[id].port_slot = Some(slot);
    }

    /// Takes a socket out of its port's list, in constant time.
    pub(super) fn unbind(&mut self, id: SocketId) {
        let socket = &mut self.sockets[id];
        let (Some(slot), Some(local)) = (socket.port_slot.take(), socket.local) else { return };
        let key = (space(socket), local.port());
        let Some(users) = self.ports.users.get_mut(&key) else { return };
        users.swap_remove(slot);
        if let Some(&moved) = users.get(slot) {
            self.sockets[moved].port_slot = Some(slot);
        } else if users.is_empty() {
            self.ports.users.remove(&key);
        }
    }

    pub(super) fn users(&self, space: Space, port: u16) -> &[SocketId] {
        self.ports.users.get(&(space, port)).map_or(&[], SmallVec::as_slice)
    }

    /// Would `id`, bound to `ip` and `port`, be in conflict with another user of the port?
    fn conflicts(&self, id: SocketId, ip: IpAddr, port: u16) -> bool {
        let socket = &self.sockets[id];
        self.users(space(socket), port).iter().filter(|&&other| other != id).any(|&other| {
            let other = &self.sockets[other];
            overlap(socket, ip, other) && !may_share(socket, other)
        })
    }

    /// A free port for `bind` with port 0. Linux starts at a random odd offset of the range and takes the even ones only
    /// when those are exhausted, to leave them to `connect` (`inet_csk_find_open_port`).
    fn ephemeral_for_bind(&mut self, id: SocketId, ip: IpAddr) -> Option<u16> {
        let candidates = self.ephemeral_candidates(1);
        candidates.into_iter().find(|&port| {
            self.users(space(&self.sockets[id]), port).is_empty() || !self.conflicts_unshared(id, ip, port)
        })
    }

    /// As [`Self::conflicts`], but a port is not shared by chance: options do not count.
    fn conflicts_unshared(&self, id: SocketId, ip: IpAddr, port: u16) -> bool {
        let socket = &self.sockets[id];
        self.users(space(socket), port).iter().any(|&other| other != id && overlap(socket, ip, &self.sockets[other]))
    }

    /// A port for `connect` such that the connection is unique; bound ports are left alone.
    ///
    /// RFC 6056 section 3.3.3, as Linux does it (`__inet_hash_connect`): the search begins at an offset that a stranger
    /// cannot guess, and the next one begins where this one ended, so that it hardly ever has to look twice.
    pub(super) fn ephemeral_for_connect(&mut self, local: IpAddr, remote: SocketAddr) -> Option<u16> {
        let (low, half) = self.ephemeral_halves();
        let start = self.next_port.unwrap_or_else(|| self.port_rng.keyed(0, 0, 0) as u32 % half);
        let found = self.ephemeral_from(start, 0).into_iter().find(|&port| {
            let bound = self.users(Space::Tcp, port).iter().any(|&user| {
                let user = &self.sockets[user];
                user.port_locked || user.remote.is_none()
            });
            !bound && !self.flows.contains(&super::Flow::new(SocketAddr::new(local, port), remote))
        })?;
        self.next_port = Some(((u32::from(found) - low) / 2 + 1) % half);
        Some(found)
    }

    /// The lowest port of the range, and how many pairs of an even and an odd offset there are.
    fn ephemeral_halves(&self) -> (u32, u32) {
        let (low, high) = self.settings.port_range;
        (u32::from(low), (u32::from(high.saturating_sub(low)) + 1).div_ceil(2))
    }

    /// Every port of the range once: from a random start those of the wanted parity, then the others.
    fn ephemeral_candidates(&mut self, parity: u32) -> impl IntoIterator<Item = u16> + use<> {
        let (_, half) = self.ephemeral_halves();
        let start = self.port_rng.below(u64::from(half)) as u32;
        self.ephemeral_from(start, parity)
    }

    fn ephemeral_from(&self, start: u32, parity: u32) -> impl IntoIterator<Item = u16> + use<> {
        let ((low, half), high) = (self.ephemeral_halves(), u32::from(self.settings.port_range.1));
        let pass = move |parity: u32| (0..half).map(move |step| low + (start + step) % half * 2 + parity);
        pass(parity).chain(pass(1 - parity)).filter(move |&port| port <= high).map(|port| port as u16)
    }
}

fn is_idle(socket: &Socket) -> bool {
    !matches!(&socket.body, Body::Tcp(super::Tcp::Listening(_) | super::Tcp::Connection { .. }))
}

pub(super) fn space(socket: &Socket) -> Space {
    match socket.body {
        Body::Udp(_) => Space::Udp,
        Body::Tcp(_) | Body::Unix { .. } => Space::Tcp,
    }
}

/// Do the addresses have one in common? An IPv6 wildcard without IPV6_V6ONLY covers IPv4 as well.
pub(super) fn overlap(socket: &Socket, ip: IpAddr, other: &Socket) -> bool {
    let Some(other_ip) = other.local.map(|local| local.ip()) else { return false };
    let covers = |socket: &Socket, wide: IpAddr, narrow: IpAddr| match (wide, narrow) {
        (IpAddr::V6(wide), IpAddr::V4(_)) => wide.is_unspecified() && !socket.options.v6only,
        (IpAddr::V4(_), IpAddr::V6(_)) => false,
        (wide, narrow) => wide == narrow || wide.is_unspecified(),
    };
    // Two wildcards of different families meet unless the IPv6 one is V6ONLY.
    covers(socket, ip, other_ip) || covers(other, other_ip, ip)
}

fn may_share(socket: &Socket, other: &Socket) -> bool {
    let (a, b) = (&socket.options, &other.options);
    let reuse = a.reuseaddr && b.reuseaddr && !other.is_listening() && !socket.is_listening();
    reuse || (a.reuseport && b.reuseport)
}

/// Whether a socket of this family may use an address of that kind.
pub(crate) fn family_fits(family: Family, v6only: bool, ip: IpAddr) -> bool {
    match (family, ip) {
        (Family::Inet, IpAddr::V4(_)) | (Family::Inet6, IpAddr::V6(_)) => true,
        (Family::Inet6, IpAddr::V4(_)) => !v6only,
        _ => false,
    }
}
