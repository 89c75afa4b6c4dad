//! [`ConcurrentPrograms`]: concurrent programs drawn at random.
//!
//! A prologue brings sockets to a state from which threads can fall out with one another; then each thread makes a few calls on them.

mod openings;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{Addr, MsgFlags, UnixAddr, c};

use crate::{Call, Dice, Place, Port, Program, Slot, ioctl::FIONREAD};

/// Programs of two and three threads.
#[derive(Clone, Debug, Default)]
pub struct ConcurrentPrograms {}

impl ConcurrentPrograms {
    /// The program of that seed.
    pub fn draw(&self, seed: u64) -> Program {
        let mut sketch = Sketch::new(Dice::with_seed(seed ^ 0x5eed_c0c0));
        sketch.open();
        if sketch.once_in(6) && sketch.shared.len() < 3 {
            sketch.open();
        }
        sketch.make_blocking();
        let threads = if sketch.once_in(3) { 3 } else { 2 };
        for thread in 0..threads {
            sketch.thread(thread, if threads == 3 { 3 } else { 4 });
        }
        sketch.program
    }
}

/// What a socket is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// TCP that listens.
    Listener,
    /// TCP that has not done anything.
    Fresh,
    /// Connected TCP.
    Stream,
    Datagrams,
    /// A stream of UNIX sockets.
    Pipe,
    /// An end of a pair of UNIX sockets that send whole messages.
    Packets,
}

#[derive(Clone, Copy, Debug)]
struct Socket {
    slot: Slot,
    role: Role,
    host: u8,
    family: i32,
    /// Whom it is there for: where its calls go.
    peer: Option<Slot>,
    /// Its buffers are small.
    is_small: bool,
}

impl Socket {
    /// What such a listener gives.
    fn accepted(&self) -> Role {
        if self.family == c::AF_UNIX { Role::Pipe } else { Role::Stream }
    }
}

/// The first slot of threads' own sockets, one each.
const OWN: Slot = 5;

struct Sketch {
    dice: Dice,
    program: Program,
    /// The sockets that the threads share.
    shared: Vec<Socket>,
    /// How many hosts sockets are made on.
    reachable: u8,
    /// Buffers are small from the start: soon full.
    has_small_buffers: bool,
    /// Sockets that may be sent as descriptors.
    carried: Vec<Slot>,
}

impl Sketch {
    fn new(mut dice: Dice) -> Self {
        let hosts = if dice.u8(0..3) == 0 { 2 } else { 1 };
        Self {
            dice,
            program: Program { hosts, ..Program::default() },
            shared: Vec::new(),
            reachable: hosts,
            has_small_buffers: false,
            carried: Vec::new(),
        }
    }

    fn once_in(&mut self, many: usize) -> bool {
        self.dice.usize(0..many) == 0
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.dice.usize(0..list.len())]
    }

    fn host(&mut self) -> u8 {
        self.dice.u8(0..self.reachable)
    }

    fn family(&mut self) -> i32 {
        self.one_of(&[c::AF_INET, c::AF_INET, c::AF_INET6])
    }

    fn call(&mut self, call: Call) {
        self.program.calls.push(call);
    }

    fn push(&mut self, role: Role, host: u8, family: i32, peer: Option<Slot>) -> Slot {
        let slot = self.shared.len() as Slot;
        let is_small = self.has_small_buffers;
        self.shared.push(Socket { slot, role, host, family, peer, is_small });
        slot
    }

    fn socket(&mut self, role: Role, host: u8, family: i32, peer: Option<Slot>) -> Slot {
        let into = self.push(role, host, family, peer);
        let kind = if role == Role::Datagrams { c::SOCK_DGRAM } else { c::SOCK_STREAM };
        self.call(Call::Socket { host, into, family, kind, protocol: 0 });
        if self.has_small_buffers {
            self.make_small(into);
        }
        if self.once_in(8) {
            // Which of those that share a port by SO_REUSEPORT has a datagram is a hash of each machine's own (`reuseport_select_sock`).
            let reuse = if role == Role::Datagrams { c::SO_REUSEADDR } else { c::SO_REUSEPORT };
            let name = self.one_of(&[c::SO_REUSEADDR, reuse, c::SO_KEEPALIVE]);
            self.set(into, c::SOL_SOCKET, name, 1);
        }
        into
    }

    fn set(&mut self, slot: Slot, level: i32, name: i32, value: i32) {
        self.call(Call::Setsockopt { slot, level, name, value: value.to_ne_bytes().to_vec() });
    }

    fn make_small(&mut self, slot: Slot) {
        self.set(slot, c::SOL_SOCKET, c::SO_SNDBUF, 20_000);
        self.set(slot, c::SOL_SOCKET, c::SO_RCVBUF, 20_000);
    }

    /// Where a socket of that host is, as one of another host sees it.
    fn ip(&mut self, family: i32, of: u8, from: u8) -> IpAddr {
        let is_near = of == from && !self.once_in(3);
        match (family, is_near) {
            (c::AF_INET6, true) => Ipv6Addr::LOCALHOST.into(),
            (c::AF_INET6, false) => Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, u16::from(of) + 1).into(),
            (_, true) => Ipv4Addr::LOCALHOST.into(),
            _ => Ipv4Addr::new(10, 0, 0, of + 1).into(),
        }
    }

    /// The end of the prologue.
    fn make_blocking(&mut self) {
        for socket in self.shared.clone() {
            if self.once_in(20) {
                let name = self.one_of(&[c::SO_RCVTIMEO, c::SO_SNDTIMEO]);
                let value = [0_i64.to_ne_bytes(), 4_000_i64.to_ne_bytes()].concat();
                self.call(Call::Setsockopt { slot: socket.slot, level: c::SOL_SOCKET, name, value });
            }
        }
        for socket in self.shared.clone() {
            if !self.once_in(4) {
                self.call(Call::SetNonblocking { slot: socket.slot, on: false });
            }
        }
    }

    fn thread(&mut self, thread: usize, at_most: usize) {
        let own = OWN + thread as Slot;
        let mut owned: Option<Socket> = None;
        let mut calls = Vec::new();
        // One that most calls are on: threads that never meet tell nothing.
        let mut at = self.dice.usize(0..self.shared.len());
        for _ in 0..1 + self.dice.usize(0..at_most) {
            let socket = match owned {
                Some(owned) if self.once_in(2) => owned,
                _ => self.shared[at],
            };
            let call = self.any_call(socket, own);
            match call {
                Call::Accept { .. } => {
                    owned = Some(Socket { slot: own, role: socket.accepted(), peer: None, ..socket })
                }
                Call::Dup { .. } => owned = Some(Socket { slot: own, ..socket }),
                Call::Recv { into: Some(_), .. } => {
                    let received = self.carried.first().map(|slot| self.shared[usize::from(*slot)]);
                    owned = received.map(|received| Socket { slot: own, ..received }).or(owned);
                }
                _ => {}
            }
            if matches!(call, Call::Accept { .. }) && self.once_in(2) {
                calls.push(call);
                calls.push(Call::SetNonblocking { slot: own, on: false });
            } else {
                calls.push(call);
            }
            if self.once_in(3) {
                at = self.dice.usize(0..self.shared.len());
            }
        }
        self.program.threads.push(calls);
    }

    fn any_call(&mut self, socket: Socket, own: Slot) -> Call {
        let Socket { slot, role, .. } = socket;
        let roll = self.dice.u8(0..100);
        match role {
            Role::Listener => match roll {
                0..=59 => Call::Accept { slot, into: own },
                60..=69 => self.shutdown(slot),
                70..=79 => Call::Close { slot },
                80..=85 => Call::Listen { slot, backlog: self.one_of(&[0, 1, 5]) },
                _ => self.question(slot, own),
            },
            Role::Fresh => match roll {
                0..=39 => self.connects(socket),
                40..=49 => self.send(slot, None),
                50..=59 => self.recv(slot),
                60..=66 => self.shutdown(slot),
                67..=74 => Call::Close { slot },
                75..=82 => self.binds(socket),
                83..=87 => Call::Listen { slot, backlog: self.one_of(&[0, 1, 5]) },
                88..=90 => Call::Accept { slot, into: own },
                _ => self.question(slot, own),
            },
            Role::Pipe | Role::Packets if !self.carried.is_empty() && roll < 40 => match roll {
                0..=14 => self.carries(slot).unwrap_or(Call::Close { slot }),
                _ => self.receives(slot, own),
            },
            Role::Stream | Role::Pipe | Role::Packets => match roll {
                0..=27 => self.send(slot, None),
                28..=63 => self.recv(slot),
                64..=77 => self.shutdown(slot),
                78..=87 => Call::Close { slot },
                88 if role == Role::Stream => Call::Connect { slot, addr: Place::Literal(Addr::Unspec) },
                _ => self.question(slot, own),
            },
            Role::Datagrams => match roll {
                0..=29 => self.send(slot, socket.peer),
                30..=64 => self.recv(slot),
                65..=71 => self.shutdown(slot),
                72..=79 => Call::Close { slot },
                80..=84 => self.connects(socket),
                85 | 86 => Call::Connect { slot, addr: Place::Literal(Addr::Unspec) },
                87..=90 => self.binds(socket),
                _ => self.question(slot, own),
            },
        }
    }

    fn connects(&mut self, socket: Socket) -> Call {
        let target = match socket.peer {
            Some(peer) if !self.once_in(8) => peer,
            _ => self.dice.usize(0..self.shared.len()) as Slot,
        };
        let of = self.shared[usize::from(target)].host;
        if socket.family == c::AF_UNIX {
            return Call::Connect { slot: socket.slot, addr: Place::Name(target) };
        }
        let ip = self.ip(socket.family, of, socket.host);
        Call::Connect { slot: socket.slot, addr: Place::Ip(ip, Port::Of(target)) }
    }

    /// One of two, that UNIX sockets can have.
    fn name(&mut self) -> Place {
        let name = self.one_of(&["x", "y"]);
        Place::Literal(UnixAddr::abstract_name(name).map_or(Addr::Unspec, Addr::Unix))
    }

    fn binds(&mut self, socket: Socket) -> Call {
        if socket.family == c::AF_UNIX {
            return Call::Bind { slot: socket.slot, addr: self.name() };
        }
        let ip: IpAddr = match socket.family {
            c::AF_INET6 => self.one_of(&[Ipv6Addr::UNSPECIFIED, Ipv6Addr::LOCALHOST]).into(),
            _ => self.one_of(&[Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST]).into(),
        };
        let port = Port::Number(Port::NAMED + self.dice.u16(0..2));
        Call::Bind { slot: socket.slot, addr: Place::Ip(ip, port) }
    }

    fn shutdown(&mut self, slot: Slot) -> Call {
        Call::Shutdown { slot, how: self.one_of(&[0, 1, 1, 1, 2]) }
    }

    /// A message with a descriptor.
    fn carries(&mut self, slot: Slot) -> Option<Call> {
        let carried = self.carried.clone();
        let carry = Some(*carried.get(self.dice.usize(0..carried.len().max(1)))?);
        let len = self.one_of(&[1, 1, 10]);
        Some(Call::Send { slot, len, flags: MsgFlags::NOSIGNAL.bits(), to: None, control: Vec::new(), carry })
    }

    /// Takes one, with room for descriptors or without.
    fn receives(&mut self, slot: Slot, own: Slot) -> Call {
        let flags = self.one_of(&[MsgFlags::empty(), MsgFlags::empty(), MsgFlags::PEEK]).bits();
        let control = self.one_of(&[0, 64, 64, 64]);
        Call::Recv { slot, len: 10, flags, from: false, control, into: Some(own) }
    }

    fn send(&mut self, slot: Slot, to: Option<Slot>) -> Call {
        let role = self.shared.get(usize::from(slot)).map(|socket| socket.role);
        // More than there is room for, whatever Linux says that a buffer takes.
        let is_large = self.is_small(slot) && !self.has_small_buffers;
        let flags = match (role, self.dice.u8(0..24)) {
            (_, 0..=1) => MsgFlags::DONTWAIT,
            (Some(Role::Stream | Role::Pipe), 2) => MsgFlags::OOB,
            (Some(Role::Stream), 3) => MsgFlags::MORE,
            _ => MsgFlags::empty(),
        };
        let to = to.filter(|_| self.once_in(2)).map(Place::Name);
        let len = if is_large { 500_000 } else { self.one_of(&[1, 1, 2, 10, 100, 1000]) };
        Call::Send { slot, len, flags: (flags | MsgFlags::NOSIGNAL).bits(), to, control: Vec::new(), carry: None }
    }

    /// Whether its buffers are. A thread's own is a duplicate, or was accepted: of any of them.
    fn is_small(&self, slot: Slot) -> bool {
        self.shared.iter().any(|socket| socket.is_small && (socket.slot == slot || slot >= OWN))
    }

    fn recv(&mut self, slot: Slot) -> Call {
        const FLAGS: [MsgFlags; 6] = [
            MsgFlags::PEEK,
            MsgFlags::WAITALL,
            MsgFlags::DONTWAIT,
            MsgFlags::TRUNC,
            MsgFlags::OOB,
            MsgFlags::PEEK.union(MsgFlags::WAITALL),
        ];
        let flags = if self.once_in(2) { self.one_of(&FLAGS) } else { MsgFlags::empty() }.bits();
        let len = self.one_of(&[1, 2, 10, 100, 2000, 2000]);
        Call::Recv { slot, len, flags, from: self.once_in(5), control: 0, into: None }
    }

    /// What changes nothing, or not much.
    fn question(&mut self, slot: Slot, own: Slot) -> Call {
        match self.dice.u8(0..10) {
            8 => self.adjusts(slot),
            9 => Call::Dup { slot, into: own },
            0 => Call::Getsockname { slot },
            1 => Call::Getpeername { slot },
            2 => Call::Getsockopt { slot, level: c::SOL_SOCKET, name: c::SO_ERROR, room: 4 },
            3 => Call::Ioctl { slot, request: FIONREAD, arg: 0 },
            4 => Call::SetNonblocking { slot, on: true },
            5 => Call::Dup { slot, into: own },
            _ => {
                let events = self.one_of(&[1, 1, 4, 5, 0x2000, 0x2005]);
                // Whether there is room is not compared where it may be scarce, so neither is who waits for it.
                Call::Poll { slot, events, waits: self.once_in(2) && !self.is_small(slot) }
            }
        }
    }
    /// Sets an option that matters to who waits, or to how it ends.
    fn adjusts(&mut self, slot: Slot) -> Call {
        let value = match self.dice.u8(0..6) {
            0 => (c::SOL_SOCKET, c::SO_RCVLOWAT, 1 + self.dice.i32(0..10)),
            1 => (c::SOL_SOCKET, c::SO_OOBINLINE, 1),
            2 => (c::IPPROTO_TCP, c::TCP_NODELAY, 1),
            3 => (c::IPPROTO_TCP, c::TCP_CORK, self.dice.i32(0..2)),
            4 => (c::SOL_SOCKET, c::SO_PEEK_OFF, 0),
            _ => (c::SOL_SOCKET, c::SO_LINGER, 1),
        };
        let (level, name, first) = value;
        let mut value = first.to_ne_bytes().to_vec();
        if name == c::SO_LINGER {
            value.extend(0_i32.to_ne_bytes());
        }
        Call::Setsockopt { slot, level, name, value }
    }
}
