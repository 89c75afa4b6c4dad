//! Prologues: sockets, and how far they are when the threads get them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{MsgFlags, c};

use super::{Role, Sketch};
use crate::{Call, Place, Port, Slot};

impl Sketch {
    /// Sockets, and how far they are.
    pub(super) fn open(&mut self) {
        match self.dice.u8(0..22) {
            0..=3 => self.listening(),
            4..=7 => self.connected(),
            8..=9 => self.datagrams(),
            10 | 11 => self.pair(),
            12 => self.unbound(),
            13 => self.refused(),
            14 => self.queued(),
            15 => self.filled(),
            16 | 17 => self.listening_unix(),
            18 => self.datagrams_unix(),
            19 => self.full_queue(),
            20 => self.full_name(),
            _ => self.in_flight(),
        }
    }

    fn listener(&mut self) -> (Slot, u8, i32) {
        let (host, family) = (self.host(), self.family());
        let slot = self.socket(Role::Listener, host, family, None);
        let port = Port::Number(self.one_of(&[0, Port::NAMED]));
        let any: IpAddr =
            if family == c::AF_INET6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        self.call(Call::Bind { slot, addr: Place::Ip(any, port) });
        let backlog = self.one_of(&[0, 1, 5, 128]);
        self.call(Call::Listen { slot, backlog });
        (slot, host, family)
    }

    fn client(&mut self, listener: Slot, family: i32) -> (Slot, u8) {
        let host = self.host();
        (self.socket(Role::Fresh, host, family, Some(listener)), host)
    }

    /// A listener, and some who may connect.
    fn listening(&mut self) {
        let (listener, _, family) = self.listener();
        for _ in 0..1 + self.dice.usize(0..2) {
            self.client(listener, family);
        }
    }

    fn connect(&mut self, slot: Slot, host: u8, to: Slot, of: u8, family: i32) {
        let ip = self.ip(family, of, host);
        self.call(Call::Connect { slot, addr: Place::Ip(ip, Port::Of(to)) });
    }

    fn connected(&mut self) {
        let (listener, server, family) = self.listener();
        let (client, host) = self.client(listener, family);
        self.connect(client, host, listener, server, family);
        self.shared[usize::from(client)].role = Role::Stream;
        let into = self.push(Role::Stream, server, family, Some(client));
        self.shared[usize::from(client)].peer = Some(into);
        self.call(Call::Accept { slot: listener, into });
        if self.once_in(4) {
            // What closes it now sends a RST.
            let value = [1_i32.to_ne_bytes(), 0_i32.to_ne_bytes()].concat();
            let slot = self.one_of(&[client, into]);
            self.call(Call::Setsockopt { slot, level: c::SOL_SOCKET, name: c::SO_LINGER, value });
        }
        if self.once_in(4) {
            let slot = self.one_of(&[client, into]);
            self.set(slot, c::IPPROTO_TCP, c::TCP_NODELAY, 1);
        }
        if self.once_in(3) {
            let slot = self.one_of(&[client, into]);
            let call = self.send(slot, None);
            self.call(call);
        }
    }

    /// Connections that nobody has accepted yet.
    fn queued(&mut self) {
        let (listener, server, family) = self.listener();
        for _ in 0..1 + self.dice.usize(0..2) {
            let (client, host) = self.client(listener, family);
            self.connect(client, host, listener, server, family);
            self.shared[usize::from(client)].role = Role::Stream;
        }
    }

    fn datagrams(&mut self) {
        let family = self.family();
        let (one_host, other_host) = (self.host(), self.host());
        let one = self.socket(Role::Datagrams, one_host, family, None);
        let ip = self.ip(family, one_host, other_host);
        self.call(Call::Bind { slot: one, addr: Place::Ip(ip, Port::Number(Port::NAMED + 1)) });
        let other = self.socket(Role::Datagrams, other_host, family, Some(one));
        self.shared[usize::from(one)].peer = Some(other);
        self.call(Call::Connect { slot: other, addr: Place::Name(one) });
        if self.once_in(2) {
            self.call(Call::Connect { slot: one, addr: Place::Name(other) });
        }
        if self.once_in(3) {
            let call = self.send(other, None);
            self.call(call);
        }
    }

    fn pair(&mut self) {
        let kind = self.one_of(&[c::SOCK_STREAM, c::SOCK_STREAM, c::SOCK_SEQPACKET, c::SOCK_DGRAM]);
        let one = self.pair_of(if self.has_small_buffers { c::SOCK_STREAM } else { kind });
        if self.once_in(3) {
            let call = self.send(one, None);
            self.call(call);
        }
    }

    fn pair_of(&mut self, kind: i32) -> Slot {
        let role = if kind == c::SOCK_STREAM { Role::Pipe } else { Role::Packets };
        let host = self.host();
        let one = self.push(role, host, c::AF_UNIX, None);
        let other = self.push(role, host, c::AF_UNIX, Some(one));
        self.shared[usize::from(one)].peer = Some(other);
        self.call(Call::Socketpair { host, into: [one, other], family: c::AF_UNIX, kind, protocol: 0 });
        if self.has_small_buffers {
            self.make_small(one);
            self.make_small(other);
        }
        one
    }

    /// A queue of datagrams that takes no more.
    fn full_queue(&mut self) {
        /// One more than `net.unix.max_dgram_qlen`.
        const FULL: usize = 11;
        let kind = self.one_of(&[c::SOCK_SEQPACKET, c::SOCK_DGRAM]);
        let slot = self.pair_of(kind);
        for _ in 0..FULL {
            let call = self.send(slot, None);
            self.call(call);
        }
    }

    /// As that, of one with a name whom others send to: they have to wait for it (`unix_wait_for_peer`).
    fn full_name(&mut self) {
        /// As many as `net.unix.max_dgram_qlen` lets in, now and then one less.
        const FULL: usize = 11;
        let host = self.host();
        let one = self.unix(Role::Datagrams, host, c::SOCK_DGRAM, None);
        let addr = self.name();
        self.call(Call::Bind { slot: one, addr });
        for _ in 0..1 + self.dice.usize(0..2) {
            let other = self.unix(Role::Datagrams, host, c::SOCK_DGRAM, Some(one));
            self.shared[usize::from(one)].peer = Some(other);
            self.call(Call::Connect { slot: other, addr: Place::Name(one) });
        }
        let sender = one + 1;
        for _ in 0..FULL - usize::from(self.once_in(3)) {
            let call = self.send(sender, None);
            self.call(call);
        }
    }

    /// Sockets, and a pair over which they may be sent.
    fn in_flight(&mut self) {
        let kind = self.one_of(&[c::SOCK_STREAM, c::SOCK_SEQPACKET, c::SOCK_DGRAM]);
        let one = self.pair_of(kind);
        let first = self.shared.len() as Slot;
        if self.once_in(2) {
            self.connected()
        } else {
            self.datagrams()
        }
        let host = self.shared[usize::from(one)].host;
        let end = self.shared.len() as Slot;
        // What is on another host has no number there.
        self.carried = (first..end).filter(|slot| self.shared[usize::from(*slot)].host == host).collect();
        if self.once_in(2)
            && let Some(call) = self.carries(one)
        {
            self.call(call);
        }
    }

    fn unix(&mut self, role: Role, host: u8, kind: i32, peer: Option<Slot>) -> Slot {
        let into = self.push(role, host, c::AF_UNIX, peer);
        self.call(Call::Socket { host, into, family: c::AF_UNIX, kind, protocol: 0 });
        into
    }

    /// A listener with a name, who may connect, and who has.
    fn listening_unix(&mut self) {
        let kind = self.one_of(&[c::SOCK_STREAM, c::SOCK_STREAM, c::SOCK_SEQPACKET]);
        let host = self.host();
        let listener = self.unix(Role::Listener, host, kind, None);
        let addr = self.name();
        self.call(Call::Bind { slot: listener, addr });
        let backlog = self.one_of(&[0, 0, 1, 5]);
        self.call(Call::Listen { slot: listener, backlog });
        for _ in 0..1 + self.dice.usize(0..2) {
            let client = self.unix(Role::Fresh, host, kind, Some(listener));
            if self.once_in(3) {
                self.call(Call::Connect { slot: client, addr: Place::Name(listener) });
                self.shared[usize::from(client)].role = Role::Pipe;
            }
        }
    }

    fn datagrams_unix(&mut self) {
        let host = self.host();
        let one = self.unix(Role::Datagrams, host, c::SOCK_DGRAM, None);
        let addr = self.name();
        self.call(Call::Bind { slot: one, addr });
        let other = self.unix(Role::Datagrams, host, c::SOCK_DGRAM, Some(one));
        self.shared[usize::from(one)].peer = Some(other);
        if self.once_in(2) {
            let addr = self.name();
            self.call(Call::Bind { slot: other, addr });
        }
        self.call(Call::Connect { slot: other, addr: Place::Name(one) });
        if self.once_in(3) {
            self.call(Call::Connect { slot: one, addr: Place::Name(other) });
        }
        if self.once_in(3) {
            let call = self.send(other, None);
            self.call(call);
        }
    }

    /// Who will have the port?
    fn unbound(&mut self) {
        let (host, family) = (self.host(), self.family());
        for _ in 0..2 + self.dice.usize(0..2) {
            let slot = self.socket(Role::Fresh, host, family, None);
            if self.once_in(2) {
                let name = self.one_of(&[c::SO_REUSEADDR, c::SO_REUSEPORT]);
                self.set(slot, c::SOL_SOCKET, name, 1);
            }
        }
        let first = self.shared[0].slot;
        self.shared.iter_mut().skip(1).for_each(|socket| socket.peer = socket.peer.or(Some(first)));
    }

    /// A bound socket that nobody listens on yet, and who connects.
    fn refused(&mut self) {
        let (host, family) = (self.host(), self.family());
        let slot = self.socket(Role::Fresh, host, family, None);
        let any: IpAddr =
            if family == c::AF_INET6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        self.call(Call::Bind { slot, addr: Place::Ip(any, Port::Number(Port::NAMED + 2)) });
        self.client(slot, family);
    }

    /// A buffer that takes no more.
    fn filled(&mut self) {
        let first = self.shared.len();
        self.has_small_buffers = true;
        if self.once_in(2) {
            self.pair();
        } else {
            self.connected();
        }
        self.has_small_buffers = false;
        let ends: Vec<Slot> = self.shared[first..]
            .iter()
            .filter(|socket| socket.role != Role::Listener)
            .map(|socket| socket.slot)
            .collect();
        let slot = self.one_of(&ends);
        for _ in 0..6 {
            let flags = MsgFlags::NOSIGNAL.bits();
            self.call(Call::Send { slot, len: 100_000, flags, to: None, control: Vec::new(), carry: None });
        }
    }
}
