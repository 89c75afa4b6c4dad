//! [`Kind`] and [`State`]: what a call is on.

use std::{fmt, str::FromStr};

use wavetank_api::{PollEvents, SockType, TcpState, c};

use crate::Seen;

/// The family and type of a socket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "names of families and types")]
pub enum Kind {
    /// The call is on no socket, and makes one of no such kind.
    None,
    Tcp4,
    Tcp6,
    Udp4,
    Udp6,
    UnixStream,
    UnixDgram,
    UnixSeqpacket,
    /// One of another family, type or protocol.
    Other,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::None,
        Self::Tcp4,
        Self::Tcp6,
        Self::Udp4,
        Self::Udp6,
        Self::UnixStream,
        Self::UnixDgram,
        Self::UnixSeqpacket,
        Self::Other,
    ];

    /// What `socket` makes of these arguments.
    pub fn of(family: i32, kind: i32, protocol: i32) -> Self {
        let kind = SockType::from_raw(kind & 0xf);
        match (family, kind, protocol) {
            (c::AF_INET, SockType::STREAM, 0 | c::IPPROTO_TCP) => Self::Tcp4,
            (c::AF_INET6, SockType::STREAM, 0 | c::IPPROTO_TCP) => Self::Tcp6,
            (c::AF_INET, SockType::DGRAM, 0 | c::IPPROTO_UDP) => Self::Udp4,
            (c::AF_INET6, SockType::DGRAM, 0 | c::IPPROTO_UDP) => Self::Udp6,
            (c::AF_UNIX, SockType::STREAM, _) => Self::UnixStream,
            // `unix_create`: a raw one is one of datagrams.
            (c::AF_UNIX, SockType::DGRAM | SockType::RAW, _) => Self::UnixDgram,
            (c::AF_UNIX, SockType::SEQPACKET, _) => Self::UnixSeqpacket,
            _ => Self::Other,
        }
    }

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "-",
            Self::Tcp4 => "tcp4",
            Self::Tcp6 => "tcp6",
            Self::Udp4 => "udp4",
            Self::Udp6 => "udp6",
            Self::UnixStream => "unix stream",
            Self::UnixDgram => "unix dgram",
            Self::UnixSeqpacket => "unix seqpacket",
            Self::Other => "other",
        }
    }

    pub(crate) const fn is_tcp(self) -> bool {
        matches!(self, Self::Tcp4 | Self::Tcp6)
    }

    pub(crate) const fn is_udp(self) -> bool {
        matches!(self, Self::Udp4 | Self::Udp6)
    }

    pub(crate) const fn is_unix(self) -> bool {
        matches!(self, Self::UnixStream | Self::UnixDgram | Self::UnixSeqpacket)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The state of a socket: TCP's, and words for the rest. In order: the state's number in the lowest byte, a bit for each word above.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct State(u32);

/// The words, in the order in which they are written.
const WORDS: [&str; 12] = [
    "bound",
    "connected",
    "data",
    "urgent",
    "queue",
    "full",
    "read-shut",
    "write-shut",
    "both-shut",
    "error",
    "peer-gone",
    "listening",
];

const fn word(at: u32) -> u32 {
    1 << (8 + at)
}

impl State {
    /// It has an address.
    pub const BOUND: Self = Self(word(0));
    /// It has a peer. Not said of TCP, where the state says it.
    pub const CONNECTED: Self = Self(word(1));
    /// Something can be received.
    pub const DATA: Self = Self(word(2));
    /// `POLLPRI`.
    pub const URGENT: Self = Self(word(3));
    /// Connections wait to be accepted.
    pub const QUEUE: Self = Self(word(4));
    /// Nothing can be sent, though there is a connection.
    pub const FULL: Self = Self(word(5));
    /// Nothing comes any more.
    pub const READ_SHUT: Self = Self(word(6));
    /// Nothing goes any more. Of TCP only said in CLOSE: otherwise the state says it.
    pub const WRITE_SHUT: Self = Self(word(7));
    /// Neither.
    pub const BOTH_SHUT: Self = Self(word(8));
    /// `POLLERR`: a pending error, or a message in the error queue.
    pub const ERROR: Self = Self(word(9));
    /// All that was its peer is closed.
    pub const PEER_GONE: Self = Self(word(10));
    /// It listens. Not said of TCP, where the state says it.
    pub const LISTENING: Self = Self(word(11));

    /// What readiness says.
    pub(super) fn of(kind: Kind, seen: Seen) -> Self {
        let ready = |events| seen.ready.contains(events);
        let tcp = if kind.is_tcp() { seen.state } else { None };
        let mut state = Self(tcp.map_or(0, |state| u32::from(state.raw())));
        let shut = ready(PollEvents::RDHUP);
        let mut when = |is: bool, word: Self| {
            if is {
                state.0 |= word.0;
            }
        };
        when(shut && !ready(PollEvents::HUP), Self::READ_SHUT);
        when(shut && ready(PollEvents::HUP), Self::BOTH_SHUT);
        when(ready(PollEvents::IN) && !shut, if tcp == Some(TcpState::LISTEN) { Self::QUEUE } else { Self::DATA });
        when(ready(PollEvents::PRI), Self::URGENT);
        when(ready(PollEvents::ERR), Self::ERROR);
        let sends = tcp.is_none_or(|state| matches!(state, TcpState::ESTABLISHED | TcpState::CLOSE_WAIT));
        when(sends && !ready(PollEvents::OUT), Self::FULL);
        state
    }

    /// What readiness says of a listener that is not TCP's.
    pub(super) const fn listening(self) -> Self {
        let queue = if self.has(Self::DATA) { Self::QUEUE.0 } else { 0 };
        Self(self.0 & !(Self::DATA.0 | Self::FULL.0) | queue | Self::LISTENING.0)
    }

    pub(super) const fn with(self, word: Self, is: bool) -> Self {
        if is { Self(self.0 | word.0) } else { self }
    }

    /// Without what may be read off readiness but no answer of an option depends on.
    pub(super) const fn coarse(self) -> Self {
        Self(
            self.0 & (0xff | Self::BOUND.0 | Self::CONNECTED.0 | Self::ERROR.0 | Self::PEER_GONE.0 | Self::LISTENING.0),
        )
    }

    /// TCP's state, if it is a TCP socket.
    pub fn tcp(self) -> Option<TcpState> {
        match self.0 & 0xff {
            0 => None,
            raw => Some(TcpState::from_raw(raw as u8)),
        }
    }

    /// Whether that is said of it.
    pub const fn has(self, word: Self) -> bool {
        self.0 & word.0 == word.0
    }
}

const STATES: [TcpState; 12] = [
    TcpState::ESTABLISHED,
    TcpState::SYN_SENT,
    TcpState::SYN_RECV,
    TcpState::FIN_WAIT1,
    TcpState::FIN_WAIT2,
    TcpState::TIME_WAIT,
    TcpState::CLOSE,
    TcpState::CLOSE_WAIT,
    TcpState::LAST_ACK,
    TcpState::LISTEN,
    TcpState::CLOSING,
    TcpState::NEW_SYN_RECV,
];

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(state) = self.tcp() {
            let name = state.to_string();
            f.write_str(name.strip_prefix("TCP_").unwrap_or(&name))?;
            gap = " ";
        }
        for (at, name) in WORDS.iter().enumerate() {
            if self.has(Self(word(at as u32))) {
                write!(f, "{gap}{name}")?;
                gap = " ";
            }
        }
        if gap.is_empty() { f.write_str("-") } else { Ok(()) }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut state = Self::default();
        for name in text.split(' ').filter(|name| *name != "-") {
            let bit = match WORDS.iter().position(|known| *known == name) {
                Some(at) => word(at as u32),
                None => {
                    let full = format!("TCP_{name}");
                    let found = STATES.iter().find(|known| known.to_string() == full).ok_or(())?;
                    u32::from(found.raw())
                }
            };
            state.0 |= bit;
        }
        Ok(state)
    }
}
