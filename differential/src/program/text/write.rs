//! Programs written down.

use std::fmt::{self, Write as _};

use wavetank_api::{
    Addr,
    control::{Cmsg, ControlBuf, ControlMessages},
};

use super::words;
use crate::{Call, Place, Port, Program, Slot};

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hosts != 1 {
            writeln!(f, "hosts {}", self.hosts)?;
        }
        self.calls.iter().try_for_each(|call| writeln!(f, "{call}"))?;
        for thread in &self.threads {
            writeln!(f, "thread")?;
            thread.iter().try_for_each(|call| writeln!(f, "{call}"))?;
        }
        Ok(())
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::Socket { host, into, family, kind, protocol } => {
                let into = Letter(*into);
                write!(f, "{into} = {name}({}){}", domain(*family, *kind, *protocol), OnHost(*host))
            }
            Self::Socketpair { host, into, family, kind, protocol } => {
                let [one, other] = into.map(Letter);
                write!(f, "{one}, {other} = {name}({}){}", domain(*family, *kind, *protocol), OnHost(*host))
            }
            Self::Accept { slot, into } | Self::Dup { slot, into } => {
                write!(f, "{} = {name}({})", Letter(*into), Letter(*slot))
            }
            Self::Bind { slot, addr } | Self::Connect { slot, addr } => write!(f, "{name}({}, {addr})", Letter(*slot)),
            Self::Listen { slot, backlog } => write!(f, "{name}({}, {backlog})", Letter(*slot)),
            Self::Shutdown { slot, how } => write!(f, "{name}({}, {})", Letter(*slot), words::how(*how)),
            Self::Close { slot } | Self::Getsockname { slot } | Self::Getpeername { slot } => {
                write!(f, "{name}({})", Letter(*slot))
            }
            Self::Setsockopt { slot, level, name: option, value } => {
                let (slot, value) = (Letter(*slot), Value(value));
                write!(f, "{name}({slot}, {}, {}, {value})", words::level(*level), words::option(*level, *option))
            }
            Self::Getsockopt { slot, level, name: option, room } => {
                let slot = Letter(*slot);
                write!(f, "{name}({slot}, {}, {}, {room})", words::level(*level), words::option(*level, *option))
            }
            Self::Ioctl { slot, request, arg } => {
                write!(f, "{name}({}, {}, {arg})", Letter(*slot), words::request(*request))
            }
            Self::SetNonblocking { slot, on } => {
                write!(f, "{name}({}, F_SETFL, {})", Letter(*slot), if *on { "O_NONBLOCK" } else { "0" })
            }
            Self::Poll { slot, events, waits } => {
                let timeout = if *waits { ", -1" } else { "" };
                write!(f, "{name}({}, {}{timeout})", Letter(*slot), words::events(*events))
            }
            Self::Wait { millis } => write!(f, "+{}.{:03}", millis / 1000, millis % 1000),
            Self::Send { slot, len, flags, to, control, carry } => {
                write!(f, "{name}({}, {len}, {}", Letter(*slot), words::flags(*flags))?;
                to.iter().try_for_each(|to| write!(f, ", to={to}"))?;
                if !control.is_empty() {
                    write!(f, ", control={}", Messages(control))?;
                }
                carry.iter().try_for_each(|carry| write!(f, ", rights={}", Letter(*carry)))?;
                f.write_char(')')
            }
            Self::Recv { slot, len, flags, from, control, into } => {
                write!(f, "{name}({}, {len}, {}", Letter(*slot), words::flags(*flags))?;
                if *from {
                    f.write_str(", from")?;
                }
                if *control > 0 {
                    write!(f, ", control={control}")?;
                }
                into.iter().try_for_each(|into| write!(f, ", rights={}", Letter(*into)))?;
                f.write_char(')')
            }
        }
    }
}

fn domain(family: i32, kind: i32, protocol: i32) -> String {
    format!("{}, {}, {}", words::family(family), words::kind(kind), words::protocol(family, protocol))
}

/// A socket's name: its letter, or `s26` where there are no letters any more.
pub(crate) struct Letter(pub(crate) Slot);

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            letter @ 0..26 => f.write_char((b'a' + letter).into()),
            number => write!(f, "s{number}"),
        }
    }
}

/// Hosts count from 1, as their addresses do.
struct OnHost(u8);

impl fmt::Display for OnHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            host => write!(f, " on host {}", u16::from(host) + 1),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip, port) if ip.is_ipv6() => write!(f, "[{ip}]:{port}"),
            Self::Ip(ip, port) => write!(f, "{ip}:{port}"),
            Self::Name(slot) => write!(f, "name({})", Letter(*slot)),
            Self::Literal(Addr::Unspec) => f.write_str("unspec"),
            Self::Literal(addr) => write_quoted(&addr.to_string(), f),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(slot) => write!(f, "@{}", Letter(*slot)),
            Self::Number(port) if (Self::NAMED..Self::NAMED + Self::NAMES).contains(port) => {
                write!(f, "${}", port - Self::NAMED)
            }
            Self::Number(port) => write!(f, "{port}"),
        }
    }
}

fn write_quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

/// Bytes, as what they look like.
pub(crate) struct Value<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ints, rest) = self.0.as_chunks();
        let mut ints = ints.iter().map(|&int| i32::from_ne_bytes(int));
        match self.0 {
            // As names of congestion controls and interfaces are.
            [b'a'..=b'z', name @ ..]
                if name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-')) =>
            {
                write_quoted(&String::from_utf8_lossy(self.0), f)
            }
            [_, _, _, _] => ints.try_for_each(|int| write!(f, "{int}")),
            [_, ..] if rest.is_empty() => {
                let list: Vec<String> = ints.map(|int| int.to_string()).collect();
                write!(f, "{{{}}}", list.join(", "))
            }
            bytes => Hex(bytes).fmt(f),
        }
    }
}

/// Control messages, if that is what the bytes are; bytes otherwise.
struct Messages<'a>(&'a [u8]);

impl fmt::Display for Messages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut again = ControlBuf::new();
        let are_messages = ControlMessages::new(self.0)
            .all(|message| again.push_raw(message.level, message.kind, message.data).is_ok())
            && again.as_bytes() == self.0;
        if !are_messages {
            return Hex(self.0).fmt(f);
        }
        let list: Vec<String> = ControlMessages::new(self.0)
            .map(|Cmsg { level, kind, data }| Message { level, kind, data }.to_string())
            .collect();
        write!(f, "[{}]", list.join(", "))
    }
}

/// One of them.
pub(crate) struct Message<'a> {
    pub(crate) level: i32,
    pub(crate) kind: i32,
    pub(crate) data: &'a [u8],
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", words::control(self.level, self.kind), Value(self.data))
    }
}

/// Bytes as such.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("x\"")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_char('"')
    }
}
