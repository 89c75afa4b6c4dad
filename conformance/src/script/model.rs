//! What a script says: its header, and its events in their order. `fixtures/tcp/README.md` is the grammar.

use std::{ops::RangeInclusive, path::PathBuf, sync::Arc, time::Duration};

use wavetank_api::{Errno, Family};

use super::segment::Segment;

/// A script, read and understood.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its path below the folder of scripts, without `.pkt`: `close/local-first`.
    pub name: Arc<str>,
    /// Where it was read.
    pub path: PathBuf,
    /// Its first comment: the behaviour, in a sentence or two, with its source.
    pub title: String,
    /// What it runs over.
    pub families: &'static [Family],
    /// Whether it takes so much real time that it runs only when asked for.
    pub slow: bool,
    /// How much too late a packet or the end of a call may be, where the script says so.
    pub tolerance: Option<Duration>,
    /// Whether a world with a virtual clock is held to every time as written.
    pub exact: bool,
    /// The first sequence number of the script's side, on the wire.
    pub remote_isn: u32,
    /// `name`, `value`, set before the first event.
    pub sysctls: Vec<(String, String)>,
    pub(crate) events: Vec<Event>,
    /// Whether what is sent and received are the bytes of the pattern throughout.
    pub(crate) patterned: bool,
}

/// A line that says when something is.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// From 1.
    pub(crate) line: usize,
    /// As it stands in the script, without its comment.
    pub(crate) text: String,
    pub(crate) when: When,
    pub(crate) action: Action,
}

/// When an event is, or may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum When {
    /// `*`: whenever it comes. For expected packets.
    Whenever,
    /// `0.1` or `+0.1`, perhaps with an end.
    At {
        /// After the event before, instead of after the beginning.
        relative: bool,
        from: Duration,
        span: Span,
    },
}

/// The end of a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Span {
    /// There is none.
    Point,
    /// `~`: at some moment up to then.
    Until(Duration),
    /// `...`: a call that blocks until then.
    Blocks(Duration),
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// `<`: the script's side sends a segment, on the connection of that number.
    Inject(usize, Segment),
    /// `< icmp`: an error about a segment of the tested side.
    InjectIcmp(usize, Icmp),
    /// `>`: the tested side sends this.
    Expect(usize, Segment),
    /// `> nothing`: up to now the tested side has sent nothing that was not expected.
    ExpectNothing,
    Call(Call, Expected),
    /// `info(4) snd_cwnd == 10`.
    Info(i32, Vec<Condition>),
    /// `sysctl name=value`, in the middle.
    Sysctl(String, String),
    /// `renumber`: the next SYN of the tested side on that connection begins a new one, with a new initial sequence number.
    Renumber(usize),
}

/// An ICMP error, and the segment in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Icmp {
    pub(crate) kind: IcmpKind,
    /// The sequence number and the length of the segment that it is about.
    pub(crate) seq: u32,
    pub(crate) len: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum IcmpKind {
    NetUnreachable,
    HostUnreachable,
    PortUnreachable,
    ProtocolUnreachable,
    AdminProhibited,
    /// IPv4's "fragmentation needed", IPv6's "packet too big", with the MTU.
    FragmentationNeeded(u16),
    TimeExceeded,
}

/// An address by its part in the script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Address {
    /// `local:80`: the tested side.
    Local(u16),
    /// `any:80`: no address in particular.
    Any(u16),
    /// `remote:2`: the script's side, on the connection of that number.
    Remote(usize),
    /// `unspec`: the one that dissolves an association.
    Unspec,
}

/// Bytes of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Data {
    /// `...`: those of the pattern.
    Pattern,
    Bytes(Vec<u8>),
}

/// A system call with its arguments. Descriptors are the script's numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Call {
    Socket {
        kind: i32,
        protocol: i32,
    },
    Bind {
        fd: i32,
        addr: Address,
    },
    Listen {
        fd: i32,
        backlog: i32,
    },
    Accept {
        fd: i32,
        flags: i32,
    },
    Connect {
        fd: i32,
        addr: Address,
    },
    Send {
        fd: i32,
        data: Data,
        len: usize,
        flags: i32,
        to: Option<Address>,
        name: &'static str,
    },
    Recv {
        fd: i32,
        data: Data,
        len: usize,
        flags: i32,
        name: &'static str,
    },
    Shutdown {
        fd: i32,
        how: i32,
    },
    Close {
        fd: i32,
    },
    Dup {
        fd: i32,
    },
    Setsockopt {
        fd: i32,
        level: i32,
        name: i32,
        value: Vec<u8>,
    },
    /// The value is what is expected; without one, anything is.
    Getsockopt {
        fd: i32,
        level: i32,
        name: i32,
        value: Option<OptionValue>,
    },
    Ioctl {
        fd: i32,
        request: u64,
        value: Option<RangeInclusive<i64>>,
    },
    SetFlags {
        fd: i32,
        flags: i32,
    },
    GetFlags {
        fd: i32,
    },
    Poll {
        fds: Vec<PollEntry>,
        timeout: i32,
    },
    Getsockname {
        fd: i32,
        addr: Option<Address>,
    },
    Getpeername {
        fd: i32,
        addr: Option<Address>,
    },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum OptionValue {
    Int(RangeInclusive<i64>),
    Bytes(Vec<u8>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PollEntry {
    pub(crate) fd: i32,
    pub(crate) events: i16,
    pub(crate) revents: i16,
}

/// What a call returns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Expected {
    /// `= 5`, or `= 1..5`.
    Returns(RangeInclusive<i64>),
    /// `= -1 EAGAIN`.
    Fails(Errno),
    /// `= ?`.
    Anything,
}

/// `snd_cwnd >= 10`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Condition {
    pub(crate) field: &'static super::info::Field,
    pub(crate) relation: Relation,
    pub(crate) value: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    pub(crate) const ALL: [(&'static str, Self); 6] = [
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    pub(crate) fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }

    pub(crate) fn sign(self) -> &'static str {
        Self::ALL.iter().find(|(_, relation)| *relation == self).map_or("", |(sign, _)| sign)
    }
}
