//! [`Log`]: what a run of a program showed.

use std::fmt;

use wavetank_api::{Addr, Errno, MsgFlags, PollEvents, TcpState};

use crate::SLOTS;

/// One entry for each call, in the order of the program.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Log {
    /// One for each call.
    pub entries: Vec<Entry>,
}

/// What a call answered, and what each socket showed afterwards.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Entry {
    /// The answer.
    pub answer: Answer,
    /// Each socket afterwards.
    pub seen: [Option<Seen>; SLOTS],
    /// Who was told meanwhile, by a RST, that there is no such connection: from whom, to whom. In order of their text.
    pub resets: Vec<[Addr; 2]>,
}

impl Entry {
    /// Whether the same are told by RSTs, however often.
    pub(crate) fn refuses_like(&self, other: &Self) -> bool {
        let told = |entry: &Self| {
            let mut told: Vec<_> = entry.resets.iter().map(|pair| format!("{pair:?}")).collect();
            told.sort_unstable();
            told.dedup();
            told
        };
        told(self) == told(other)
    }
}

/// How a call ended.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Answer {
    /// It was not made: there is no socket in its slot.
    NoSocket,
    /// With an error.
    Failed(Errno),
    /// Well, and this is what it said.
    Done(Vec<Fact>),
}

/// One of the things that a call says.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Fact {
    /// A number: of bytes, of an `ioctl`.
    Number(i64),
    /// An address; ephemeral ports are numbered from 61,000 on as they come up, the program's own from [`Port::NAMED`](crate::Port::NAMED).
    Addr(Option<Addr>),
    /// Data.
    Data(Bytes),
    /// `msg_flags`.
    Flags(MsgFlags),
    /// A control message: level, type, data.
    Control(i32, i32, Vec<u8>),
    /// How many descriptors came along.
    Descriptors(usize),
    /// The value of an option.
    Value(Vec<u8>),
    /// A field of `struct tcp_info`.
    Info(&'static str, u64),
    /// What `poll` found.
    Events(PollEvents),
}

/// Data, as far as it has to be kept to be compared.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Bytes {
    /// How much.
    pub len: usize,
    /// The first of them.
    pub head: Vec<u8>,
    /// FNV-1a of all.
    pub hash: u64,
}

/// What a socket shows when no call is made on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seen {
    /// What it is ready for.
    pub ready: PollEvents,
    /// The state of a TCP socket.
    pub state: Option<TcpState>,
}

impl Bytes {
    /// Of this data.
    pub fn of(data: &[u8]) -> Self {
        let hash = data
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        Self { len: data.len(), head: data[..data.len().min(4)].to_vec(), hash }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {:02x?}.., {:08x}", self.len, self.head, self.hash as u32)
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ready)?;
        self.state.map_or(Ok(()), |state| write!(f, " {state}"))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSocket => f.write_str("no socket"),
            Self::Failed(errno) => write!(f, "{errno:?}"),
            Self::Done(facts) if facts.is_empty() => f.write_str("ok"),
            Self::Done(facts) => f.debug_list().entries(facts).finish(),
        }
    }
}

/// The ports that the hosts of either world give who asks for none: Linux's `net.ipv4.ip_local_port_range`.
pub(crate) const EPHEMERAL: std::ops::RangeInclusive<u16> = 32_768..=60_999;
