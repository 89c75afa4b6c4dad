//! [`Question`]: a call, without what it is called on.

use std::{fmt, str::FromStr};

use wavetank_api::{MsgFlags, c, option};

use super::State;
use crate::{Call, Place};

/// Which call; an option with its level and number, other calls with what of their arguments makes another call of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "the names of the calls")]
pub enum Question {
    Socket,
    Socketpair,
    Bind,
    Listen,
    Connect,
    /// `connect` to `AF_UNSPEC`.
    Disconnect,
    Accept,
    Send(SendWay),
    Recv(RecvWay),
    /// 0 to 2, as `SHUT_*`.
    Shutdown(u8),
    Close,
    Dup,
    Getsockname,
    Getpeername,
    /// Level and name; the name is [`Question::OTHER`] for those that nobody has heard of.
    Setsockopt(i32, i32),
    Getsockopt(i32, i32),
    Ioctl(u32),
    Fcntl,
    Poll,
}

/// What tells one `send` or `sendmsg` from another. If several are true, the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "the names of flags and fields")]
pub enum SendWay {
    Rights,
    Control,
    To,
    Oob,
    More,
    OtherFlags,
    Plain,
}

/// What tells one `recv` or `recvmsg` from another. If several are true, the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "the names of flags and fields")]
pub enum RecvWay {
    ErrQueue,
    Oob,
    Peek,
    Trunc,
    WaitAll,
    Msg,
    Plain,
}

const SEND_WAYS: [(SendWay, &str); 7] = [
    (SendWay::Plain, "send"),
    (SendWay::Oob, "send MSG_OOB"),
    (SendWay::More, "send MSG_MORE"),
    (SendWay::OtherFlags, "send flags"),
    (SendWay::To, "sendmsg to"),
    (SendWay::Control, "sendmsg control"),
    (SendWay::Rights, "sendmsg SCM_RIGHTS"),
];

const RECV_WAYS: [(RecvWay, &str); 7] = [
    (RecvWay::Plain, "recv"),
    (RecvWay::Peek, "recv MSG_PEEK"),
    (RecvWay::Oob, "recv MSG_OOB"),
    (RecvWay::ErrQueue, "recv MSG_ERRQUEUE"),
    (RecvWay::Trunc, "recv MSG_TRUNC"),
    (RecvWay::WaitAll, "recv MSG_WAITALL"),
    (RecvWay::Msg, "recvmsg"),
];

const SHUTDOWNS: [&str; 3] = ["shutdown SHUT_RD", "shutdown SHUT_WR", "shutdown SHUT_RDWR"];

const PLAIN: [(Question, &str); 13] = [
    (Question::Socket, "socket"),
    (Question::Socketpair, "socketpair"),
    (Question::Bind, "bind"),
    (Question::Listen, "listen"),
    (Question::Connect, "connect"),
    (Question::Disconnect, "connect AF_UNSPEC"),
    (Question::Accept, "accept4"),
    (Question::Close, "close"),
    (Question::Dup, "dup"),
    (Question::Getsockname, "getsockname"),
    (Question::Getpeername, "getpeername"),
    (Question::Fcntl, "fcntl"),
    (Question::Poll, "poll"),
];

impl Question {
    /// The name of all options, and all requests, that have none.
    pub const OTHER: i32 = -1;

    /// All but options and requests.
    pub fn calls() -> impl Iterator<Item = Self> {
        PLAIN
            .iter()
            .map(|(question, _)| *question)
            .chain(SEND_WAYS.iter().map(|(way, _)| Self::Send(*way)))
            .chain(RECV_WAYS.iter().map(|(way, _)| Self::Recv(*way)))
            .chain((0..3).map(Self::Shutdown))
    }

    /// What that call asks; time that passes asks nothing.
    pub fn of(call: &Call) -> Option<Self> {
        Some(match call {
            Call::Socket { .. } => Self::Socket,
            Call::Socketpair { .. } => Self::Socketpair,
            Call::Bind { .. } => Self::Bind,
            Call::Listen { .. } => Self::Listen,
            Call::Connect { addr: Place::Literal(addr), .. } if is_unspec(addr) => Self::Disconnect,
            Call::Connect { .. } => Self::Connect,
            Call::Accept { .. } => Self::Accept,
            Call::Send { .. } => Self::Send(SendWay::of(call)),
            Call::Recv { .. } => Self::Recv(RecvWay::of(call)),
            Call::Shutdown { how, .. } => Self::Shutdown(how % 3),
            Call::Close { .. } => Self::Close,
            Call::Dup { .. } => Self::Dup,
            Call::Getsockname { .. } => Self::Getsockname,
            Call::Getpeername { .. } => Self::Getpeername,
            Call::Setsockopt { level, name, .. } => {
                let (level, name) = known(*level, *name);
                Self::Setsockopt(level, name)
            }
            Call::Getsockopt { level, name, .. } => {
                let (level, name) = known(*level, *name);
                Self::Getsockopt(level, name)
            }
            Call::Ioctl { request, .. } => Self::Ioctl(*request),
            Call::SetNonblocking { .. } => Self::Fcntl,
            Call::Poll { .. } => Self::Poll,
            Call::Wait { .. } => return None,
        })
    }

    /// What of a state matters to this call, as far as cells tell.
    pub(crate) const fn sees(self, state: State) -> State {
        if self.is_of_the_socket() { state.coarse() } else { state }
    }

    /// Whether the socket is another after it: 0 no, 1 hardly ever, 2 probably.
    pub(crate) const fn changes(self) -> u8 {
        match self {
            Self::Getsockopt(..) | Self::Getsockname | Self::Getpeername | Self::Poll | Self::Fcntl => 0,
            Self::Recv(RecvWay::Peek) | Self::Ioctl(_) | Self::Setsockopt(..) => 1,
            _ => 2,
        }
    }

    /// Whether readiness has nothing to do with the answer: the states are told apart more coarsely.
    const fn is_of_the_socket(self) -> bool {
        matches!(
            self,
            Self::Setsockopt(..)
                | Self::Getsockopt(..)
                | Self::Getsockname
                | Self::Getpeername
                | Self::Dup
                | Self::Fcntl
                | Self::Bind
                | Self::Close
        )
    }

    /// The call's name alone.
    pub fn call_name(self) -> &'static str {
        match self {
            Self::Setsockopt(..) => "setsockopt",
            Self::Getsockopt(..) => "getsockopt",
            Self::Ioctl(_) => "ioctl",
            Self::Shutdown(_) => "shutdown",
            Self::Disconnect => "connect",
            Self::Send(SendWay::Rights | SendWay::Control | SendWay::To) => "sendmsg",
            Self::Send(_) => "send",
            Self::Recv(RecvWay::Msg) => "recvmsg",
            Self::Recv(_) => "recv",
            other => PLAIN.iter().find(|(question, _)| *question == other).map_or("", |(_, name)| name),
        }
    }
}

fn is_unspec(addr: &wavetank_api::Addr) -> bool {
    *addr == wavetank_api::Addr::Unspec
}

/// The levels that sockets of the internet and UNIX sockets have, whose options are told apart.
const LEVELS: [i32; 5] = [c::SOL_SOCKET, c::IPPROTO_TCP, c::IPPROTO_IP, c::IPPROTO_IPV6, c::IPPROTO_UDP];

/// Those without a name are one.
fn known(level: i32, name: i32) -> (i32, i32) {
    if !LEVELS.contains(&level) {
        return (Question::OTHER, Question::OTHER);
    }
    (
        level,
        if names().binary_search_by_key(&(level, name), |known| (known.0, known.1)).is_ok() {
            name
        } else {
            Question::OTHER
        },
    )
}

/// The options of [`LEVELS`] in the order of their numbers: [`option::option_name`] looks through hundreds.
fn names() -> &'static [(i32, i32, &'static str)] {
    static NAMES: std::sync::LazyLock<Vec<(i32, i32, &'static str)>> = std::sync::LazyLock::new(|| {
        let mut names: Vec<_> = option::all().filter(|option| LEVELS.contains(&option.0)).collect();
        // The first of two names for one number is the usual one.
        names.sort_by_key(|option| (option.0, option.1));
        names.dedup_by_key(|option| (option.0, option.1));
        names
    });
    &NAMES
}

impl SendWay {
    fn of(call: &Call) -> Self {
        let Call::Send { flags, to, control, carry, .. } = call else { return Self::Plain };
        let flags = MsgFlags::from_bits_retain(*flags).difference(MsgFlags::NOSIGNAL.union(MsgFlags::DONTWAIT));
        match () {
            () if carry.is_some() => Self::Rights,
            () if !control.is_empty() => Self::Control,
            () if flags.contains(MsgFlags::OOB) => Self::Oob,
            () if to.is_some() => Self::To,
            () if flags.contains(MsgFlags::MORE) => Self::More,
            () if !flags.is_empty() => Self::OtherFlags,
            () => Self::Plain,
        }
    }
}

impl RecvWay {
    fn of(call: &Call) -> Self {
        let Call::Recv { flags, from, control, .. } = call else { return Self::Plain };
        let flags = MsgFlags::from_bits_retain(*flags);
        match () {
            () if flags.contains(MsgFlags::ERRQUEUE) => Self::ErrQueue,
            () if flags.contains(MsgFlags::OOB) => Self::Oob,
            () if flags.contains(MsgFlags::PEEK) => Self::Peek,
            () if flags.contains(MsgFlags::TRUNC) => Self::Trunc,
            () if flags.contains(MsgFlags::WAITALL) => Self::WaitAll,
            () if *from || *control > 0 => Self::Msg,
            () => Self::Plain,
        }
    }
}

fn option_text(f: &mut fmt::Formatter<'_>, call: &str, level: i32, name: i32) -> fmt::Result {
    match names().binary_search_by_key(&(level, name), |known| (known.0, known.1)) {
        Ok(at) => write!(f, "{call} {}", names()[at].2),
        Err(_) => write!(f, "{call} {level}:{name}"),
    }
}

fn option_of(text: &str) -> Option<(i32, i32)> {
    if let Some((level, name)) = text.split_once(':') {
        return Some((level.parse().ok()?, name.parse().ok()?));
    }
    names().iter().find(|known| known.2 == text).map(|known| (known.0, known.1))
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = |name: Option<&'static str>| name.unwrap_or_default();
        match *self {
            Self::Setsockopt(level, name) => option_text(f, "setsockopt", level, name),
            Self::Getsockopt(level, name) => option_text(f, "getsockopt", level, name),
            Self::Ioctl(request) => write!(f, "ioctl {request:#x}"),
            Self::Shutdown(how) => f.write_str(SHUTDOWNS[usize::from(how) % 3]),
            Self::Send(way) => f.write_str(found(SEND_WAYS.iter().find(|known| known.0 == way).map(|known| known.1))),
            Self::Recv(way) => f.write_str(found(RECV_WAYS.iter().find(|known| known.0 == way).map(|known| known.1))),
            other => f.write_str(found(PLAIN.iter().find(|known| known.0 == other).map(|known| known.1))),
        }
    }
}

impl FromStr for Question {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(known) = Self::calls().find(|known| known.to_string() == text) {
            return Ok(known);
        }
        let (call, what) = text.split_once(' ').ok_or(())?;
        match call {
            "setsockopt" => option_of(what).map(|(level, name)| Self::Setsockopt(level, name)),
            "getsockopt" => option_of(what).map(|(level, name)| Self::Getsockopt(level, name)),
            "ioctl" => what.strip_prefix("0x").and_then(|hex| u32::from_str_radix(hex, 16).ok()).map(Self::Ioctl),
            _ => None,
        }
        .ok_or(())
    }
}
