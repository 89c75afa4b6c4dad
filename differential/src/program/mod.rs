//! [`Program`]: calls as data.

mod names;
pub(crate) mod text;

use std::net::IpAddr;

use wavetank_api::Addr;

pub use self::text::ParseProgramError;

/// The number of a socket of a program.
pub type Slot = u8;

/// Sockets that a program can hold at a time.
pub const SLOTS: usize = 8;

/// Calls on one or two hosts that are joined by a cable.
///
/// Sockets are non-blocking unless a [`Call::SetNonblocking`] says otherwise, so a sequential program does not hang.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Program {
    /// 1 or 2: 10.0.0.1 and fd00::1, 10.0.0.2 and fd00::2, each with its loopback.
    pub hosts: u8,
    /// What is called, one after the other.
    pub calls: Vec<Call>,
    /// What is called then, in as many threads at the same time; none for a sequential program.
    pub threads: Vec<Vec<Call>>,
}

/// One call with its arguments. Numbers are the kernel's.
///
/// A call on a slot without a socket, or that refers to one, is left out in either world.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the fields are the arguments of the calls")]
pub enum Call {
    Socket {
        host: u8,
        into: Slot,
        family: i32,
        kind: i32,
        protocol: i32,
    },
    Socketpair {
        host: u8,
        into: [Slot; 2],
        family: i32,
        kind: i32,
        protocol: i32,
    },
    Bind {
        slot: Slot,
        addr: Place,
    },
    Listen {
        slot: Slot,
        backlog: i32,
    },
    Connect {
        slot: Slot,
        addr: Place,
    },
    Accept {
        slot: Slot,
        into: Slot,
    },
    /// `sendmsg(2)`, or `send(2)` if there is nothing but data. `carry` is a socket sent along as a descriptor.
    Send {
        slot: Slot,
        len: u32,
        flags: i32,
        to: Option<Place>,
        control: Vec<u8>,
        carry: Option<Slot>,
    },
    /// `recvmsg(2)`, or `recv(2)` if only data is asked for. `control` is the room for control messages; a descriptor that
    /// comes goes `into` that slot.
    Recv {
        slot: Slot,
        len: u32,
        flags: i32,
        from: bool,
        control: u32,
        into: Option<Slot>,
    },
    /// 0 `SHUT_RD`, 1 `SHUT_WR`, 2 `SHUT_RDWR`.
    Shutdown {
        slot: Slot,
        how: u8,
    },
    Close {
        slot: Slot,
    },
    Dup {
        slot: Slot,
        into: Slot,
    },
    Getsockname {
        slot: Slot,
    },
    Getpeername {
        slot: Slot,
    },
    Setsockopt {
        slot: Slot,
        level: i32,
        name: i32,
        value: Vec<u8>,
    },
    Getsockopt {
        slot: Slot,
        level: i32,
        name: i32,
        room: u16,
    },
    /// A request whose argument is an `int`.
    Ioctl {
        slot: Slot,
        request: u32,
        arg: i32,
    },
    SetNonblocking {
        slot: Slot,
        on: bool,
    },
    /// `poll(2)` on one socket, without waiting, or for as long as it takes.
    Poll {
        slot: Slot,
        events: i16,
        waits: bool,
    },
    /// Time passes.
    Wait {
        millis: u16,
    },
}

/// An address, as far as it is known before the program runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// That address and that port.
    Ip(IpAddr, Port),
    /// What `getsockname` says of that socket.
    Name(Slot),
    /// As it stands.
    Literal(Addr),
}

/// A port.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Port {
    /// That number. The numbers from 1000 to 1003 stand for four ports that nobody else has: [`Port::NAMED`].
    Number(u16),
    /// The port of that socket's name.
    Of(Slot),
}

impl Port {
    /// The first of the numbers that stand for ports of the program's own, which are others at each run.
    pub const NAMED: u16 = 1000;
    /// How many there are.
    pub const NAMES: u16 = 4;
}

impl Program {
    /// How many calls there are in all.
    pub fn len(&self) -> usize {
        self.calls.len() + self.threads.iter().map(Vec::len).sum::<usize>()
    }

    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Call {
    /// The socket that the call is on; none if it makes one, or waits.
    pub fn slot(&self) -> Option<Slot> {
        match self {
            Self::Socket { .. } | Self::Socketpair { .. } | Self::Wait { .. } => None,
            Self::Bind { slot, .. }
            | Self::Listen { slot, .. }
            | Self::Connect { slot, .. }
            | Self::Accept { slot, .. }
            | Self::Send { slot, .. }
            | Self::Recv { slot, .. }
            | Self::Shutdown { slot, .. }
            | Self::Close { slot }
            | Self::Dup { slot, .. }
            | Self::Getsockname { slot }
            | Self::Getpeername { slot }
            | Self::Setsockopt { slot, .. }
            | Self::Getsockopt { slot, .. }
            | Self::Ioctl { slot, .. }
            | Self::SetNonblocking { slot, .. }
            | Self::Poll { slot, .. } => Some(*slot),
        }
    }
}
