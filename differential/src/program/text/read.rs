//! Programs read.

use std::{fmt, net::IpAddr, str::FromStr};

use wavetank_api::{Addr, control::ControlBuf};

use super::words;
use crate::{Call, Place, Port, Program, Slot};

/// A text that is no program: which line, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseProgramError {
    line: usize,
    reason: String,
}

impl fmt::Display for ParseProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for ParseProgramError {}

/// What is read, or why it cannot be.
type Read<T> = Result<T, String>;

impl FromStr for Program {
    type Err = ParseProgramError;

    fn from_str(text: &str) -> Result<Self, ParseProgramError> {
        let mut program = Self { hosts: 1, ..Self::default() };
        for (index, line) in text.lines().enumerate() {
            program
                .read_line(without_comment(line).trim())
                .map_err(|reason| ParseProgramError { line: index + 1, reason })?;
        }
        Ok(program)
    }
}

impl FromStr for Call {
    type Err = ParseProgramError;

    /// One line, without a time before it.
    fn from_str(text: &str) -> Result<Self, ParseProgramError> {
        let read = match text.trim().strip_prefix('+') {
            Some(time) => wait(time),
            None => call(text.trim()),
        };
        read.map_err(|reason| ParseProgramError { line: 1, reason })
    }
}

impl Program {
    fn read_line(&mut self, line: &str) -> Read<()> {
        if let Some(hosts) = line.strip_prefix("hosts ") {
            self.hosts = within(words::number(hosts.trim())?)?;
            return Ok(());
        }
        if line == "thread" {
            self.threads.push(Vec::new());
            return Ok(());
        }
        let calls = self.threads.last_mut().unwrap_or(&mut self.calls);
        let mut rest = line;
        if let Some(timed) = line.strip_prefix('+') {
            let (time, call) = timed.split_once(char::is_whitespace).unwrap_or((timed, ""));
            let passes = wait(time)?;
            // `+0 call()` has no wait; a line that is nothing else has one of no time.
            if call.is_empty() || passes != (Call::Wait { millis: 0 }) {
                calls.push(passes);
            }
            rest = call.trim();
        }
        if !rest.is_empty() {
            calls.push(call(rest)?);
        }
        Ok(())
    }
}

fn without_comment(line: &str) -> &str {
    outside(line, |rest| rest.starts_with('#')).map_or(line, |at| &line[..at])
}

/// The first place, in no quotes, where that is so.
fn outside(text: &str, mut is_it: impl FnMut(&str) -> bool) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if !is_quoted && is_it(&text[at..]) => return Some(at),
            _ => {}
        }
    }
    None
}

/// What stands between commas, where the commas are in no brackets and in no quotes.
fn list(mut text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    if text.trim().is_empty() {
        return parts;
    }
    loop {
        let mut depth = 0_i32;
        let comma = outside(text, |rest| {
            depth += i32::from(rest.starts_with(['(', '[', '{'])) - i32::from(rest.starts_with([')', ']', '}']));
            depth == 0 && rest.starts_with(',')
        });
        let Some(comma) = comma else {
            parts.push(text.trim());
            return parts;
        };
        parts.push(text[..comma].trim());
        text = &text[comma + 1..];
    }
}

/// Seconds with up to three digits behind the point.
fn wait(time: &str) -> Read<Call> {
    let (whole, part) = time.split_once('.').unwrap_or((time, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(whole) && digits(part) && part.len() <= 3 && !(whole.is_empty() && part.is_empty()) {
        let millis = format!("{whole}{part:0<3}").parse::<u16>();
        if let Ok(millis) = millis {
            return Ok(Call::Wait { millis });
        }
    }
    Err(format!("`+{time}` is no time: write +0.060, in seconds, up to +65.535"))
}

fn within<T: TryFrom<i64>>(number: i64) -> Read<T> {
    number.try_into().map_err(|_| format!("{number} is too large or too small there"))
}

/// An `int`, whose bits may also be given as a number without a sign.
fn int(text: &str) -> Read<i32> {
    let number = words::number(text)?;
    i32::try_from(number).or_else(|_| within::<u32>(number).map(u32::cast_signed))
}

fn short(text: &str) -> Read<i16> {
    let number = words::number(text)?;
    i16::try_from(number).or_else(|_| within::<u16>(number).map(u16::cast_signed))
}

fn unsigned<T: TryFrom<i64>>(text: &str) -> Read<T> {
    within(words::number(text)?)
}

fn slot(text: &str) -> Read<Slot> {
    let number = match text.as_bytes() {
        &[letter @ b'a'..=b'z'] => Some(letter - b'a'),
        [b's', ..] => text[1..].parse().ok(),
        _ => text.parse().ok(),
    };
    number.ok_or_else(|| format!("`{text}` is no socket: write a, b, ..."))
}

/// The arguments of a call, and how it is written for who has them wrong.
struct Arguments<'a> {
    name: &'a str,
    list: Vec<&'a str>,
}

impl<'a> Arguments<'a> {
    /// As many as that names.
    fn exactly<const N: usize>(&self, usage: &[&str; N]) -> Read<[&'a str; N]> {
        self.list.as_slice().try_into().map_err(|_| self.wrong(usage))
    }

    /// So many, and then those that have keys.
    fn at_least<const N: usize>(&self, usage: &[&str; N]) -> Read<([&'a str; N], &[&'a str])> {
        self.list.split_first_chunk().map(|(first, rest)| (*first, rest)).ok_or_else(|| self.wrong(usage))
    }

    fn wrong(&self, usage: &[&str]) -> String {
        let Self { name, list } = self;
        format!("{name} has {} arguments: {name}({}); here are {}", usage.len(), usage.join(", "), list.len())
    }
}

fn call(line: &str) -> Read<Call> {
    const FORM: &str = "this is no call: write name(arguments), or a = name(arguments)";
    let open = line.find('(').ok_or(FORM)?;
    let close = line.rfind(')').filter(|close| *close > open).ok_or("the closing bracket is not there")?;
    let (made, name) = line[..open].rsplit_once('=').map_or(("", &line[..open]), |(made, name)| (made, name));
    let (name, made) = (name.trim(), list(made));
    let into = made.iter().map(|made| slot(made)).collect::<Read<Vec<Slot>>>()?;
    let arguments = Arguments { name, list: list(&line[open + 1..close]) };
    let host = on_host(line[close + 1..].trim())?;
    let call = match name {
        "socket" | "socketpair" => make(&arguments, &into, host.unwrap_or(0))?,
        "accept" | "accept4" | "dup" => from_another(&arguments, &into)?,
        _ => on_socket(&arguments)?,
    };
    let (has_host, makes) = match call {
        Call::Socketpair { .. } => (true, 2),
        Call::Socket { .. } => (true, 1),
        Call::Accept { .. } | Call::Dup { .. } => (false, 1),
        _ => (false, 0),
    };
    if host.is_some() && !has_host {
        return Err(format!("{name} is called where its socket is: no host can be said"));
    }
    if into.len() != makes {
        return Err(format!("{name} makes {makes} sockets; here stand {} before it", into.len()));
    }
    let right = call.name();
    if right != name && !(right == "accept4" && name == "accept") {
        return Err(format!("with these arguments it is {right}, not {name}"));
    }
    Ok(call)
}

fn on_host(text: &str) -> Read<Option<u8>> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.strip_prefix("on host ").and_then(|number| number.trim().parse::<u16>().ok());
    let host = number.and_then(|number| number.checked_sub(1)?.try_into().ok());
    host.map(Some).ok_or_else(|| format!("`{text}` is nothing that can follow a call: write on host 2"))
}

fn make(arguments: &Arguments<'_>, into: &[Slot], host: u8) -> Read<Call> {
    let [family, kind, protocol] = arguments.exactly(&["family", "type", "protocol"])?;
    let (family, kind, protocol) = (int(family)?, int(kind)?, int(protocol)?);
    // How many there must be the caller sees to.
    let nth = |at: usize| into.get(at).copied().unwrap_or_default();
    Ok(if arguments.name == "socket" {
        Call::Socket { host, into: nth(0), family, kind, protocol }
    } else {
        Call::Socketpair { host, into: [nth(0), nth(1)], family, kind, protocol }
    })
}

fn from_another(arguments: &Arguments<'_>, into: &[Slot]) -> Read<Call> {
    let [of] = arguments.exactly(&["socket"])?;
    let (slot, into) = (slot(of)?, into.first().copied().unwrap_or_default());
    Ok(if arguments.name == "dup" { Call::Dup { slot, into } } else { Call::Accept { slot, into } })
}

fn on_socket(arguments: &Arguments<'_>) -> Read<Call> {
    let option = |level: &str, name: &str| {
        let level = int(level)?;
        Ok::<_, String>((level, within(words::option_of(level, name)?)?))
    };
    Ok(match arguments.name {
        "bind" | "connect" => {
            let [of, addr] = arguments.exactly(&["socket", "address"])?;
            let (slot, addr) = (slot(of)?, place(addr)?);
            if arguments.name == "bind" { Call::Bind { slot, addr } } else { Call::Connect { slot, addr } }
        }
        "listen" => {
            let [of, backlog] = arguments.exactly(&["socket", "backlog"])?;
            Call::Listen { slot: slot(of)?, backlog: int(backlog)? }
        }
        "shutdown" => {
            let [of, how] = arguments.exactly(&["socket", "SHUT_RD, SHUT_WR or SHUT_RDWR"])?;
            Call::Shutdown { slot: slot(of)?, how: unsigned(how)? }
        }
        "close" | "getsockname" | "getpeername" => {
            let [of] = arguments.exactly(&["socket"])?;
            let slot = slot(of)?;
            match arguments.name {
                "close" => Call::Close { slot },
                "getsockname" => Call::Getsockname { slot },
                _ => Call::Getpeername { slot },
            }
        }
        "setsockopt" => {
            let [of, level, name, value] = arguments.exactly(&["socket", "level", "option", "value"])?;
            let (level, name) = option(level, name)?;
            Call::Setsockopt { slot: slot(of)?, level, name, value: bytes(value)? }
        }
        "getsockopt" => {
            let [of, level, name, room] = arguments.exactly(&["socket", "level", "option", "room"])?;
            let (level, name) = option(level, name)?;
            Call::Getsockopt { slot: slot(of)?, level, name, room: unsigned(room)? }
        }
        "ioctl" => {
            let [of, request, arg] = arguments.exactly(&["socket", "request", "argument"])?;
            Call::Ioctl { slot: slot(of)?, request: unsigned(request)?, arg: int(arg)? }
        }
        "fcntl" => match arguments.exactly(&["socket", "F_SETFL", "O_NONBLOCK or 0"])? {
            [of, "F_SETFL", "O_NONBLOCK"] => Call::SetNonblocking { slot: slot(of)?, on: true },
            [of, "F_SETFL", "0"] => Call::SetNonblocking { slot: slot(of)?, on: false },
            _ => return Err("fcntl is there for F_SETFL with O_NONBLOCK or 0 alone".to_owned()),
        },
        "poll" => {
            let ([of, events], timeout) = arguments.at_least(&["socket", "events"])?;
            let waits = match timeout {
                [] => false,
                ["-1"] => true,
                _ => return Err("poll has no time-out, or -1".to_owned()),
            };
            Call::Poll { slot: slot(of)?, events: short(events)?, waits }
        }
        "send" | "sendmsg" => return send(arguments),
        "recv" | "recvmsg" => return recv(arguments),
        other => return Err(format!("`{other}` is no call that a program can make")),
    })
}

fn send(arguments: &Arguments<'_>) -> Read<Call> {
    let ([of, len, flags], keys) = arguments.at_least(&["socket", "length", "flags"])?;
    let (mut to, mut control, mut carry) = (None, Vec::new(), None);
    for key in keys {
        match key.split_once('=') {
            Some(("to", addr)) => to = Some(place(addr)?),
            Some(("control", messages)) => control = self::control(messages)?,
            Some(("rights", carried)) => carry = Some(slot(carried)?),
            _ => return Err(format!("`{key}` is not known: to=, control= and rights= are")),
        }
    }
    Ok(Call::Send { slot: slot(of)?, len: unsigned(len)?, flags: int(flags)?, to, control, carry })
}

fn recv(arguments: &Arguments<'_>) -> Read<Call> {
    let ([of, len, flags], keys) = arguments.at_least(&["socket", "length", "flags"])?;
    let (mut from, mut control, mut into) = (false, 0, None);
    for key in keys {
        match key.split_once('=') {
            None if *key == "from" => from = true,
            Some(("control", room)) => control = unsigned(room)?,
            Some(("rights", slot_of)) => into = Some(slot(slot_of)?),
            _ => return Err(format!("`{key}` is not known: from, control= and rights= are")),
        }
    }
    Ok(Call::Recv { slot: slot(of)?, len: unsigned(len)?, flags: int(flags)?, from, control, into })
}

fn place(text: &str) -> Read<Place> {
    if let Some(of) = text.strip_prefix("name(").and_then(|rest| rest.strip_suffix(')')) {
        return Ok(Place::Name(slot(of.trim())?));
    }
    if text.starts_with('"') {
        let addr: Addr = unquote(text)?.parse().map_err(|error| format!("{text}: {error}"))?;
        return Ok(Place::Literal(addr));
    }
    if text == "unspec" {
        return Ok(Place::Literal(Addr::Unspec));
    }
    let none =
        || format!("`{text}` is no address: write 127.0.0.1:$0, [::1]:80, 10.0.0.2:@a, name(a), or one in quotes");
    let (ip, port) = text.rsplit_once(':').ok_or_else(none)?;
    let ip: IpAddr = match ip.strip_prefix('[') {
        Some(ip) => ip.strip_suffix(']').and_then(|ip| ip.parse().ok()).map(IpAddr::V6).ok_or_else(none)?,
        None => ip.parse().map(IpAddr::V4).map_err(|_| none())?,
    };
    Ok(Place::Ip(ip, self::port(port)?))
}

fn port(text: &str) -> Read<Port> {
    if let Some(of) = text.strip_prefix('@') {
        return Ok(Port::Of(slot(of)?));
    }
    let number = match text.strip_prefix('$') {
        Some(name) => name.parse::<u16>().ok().filter(|name| *name < Port::NAMES).map(|name| Port::NAMED + name),
        None => text.parse().ok(),
    };
    number.map(Port::Number).ok_or_else(|| format!("`{text}` is no port: write 80, $0 to $3, or @a"))
}

fn unquote(text: &str) -> Read<String> {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let mut letters = inner.ok_or_else(|| format!("{text}: a quote is not closed"))?.chars();
    let mut plain = String::new();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => letters.next().ok_or_else(|| format!("{text}: a quote is not closed"))?,
            letter => letter,
        });
    }
    Ok(plain)
}

/// The value of an option.
fn bytes(text: &str) -> Read<Vec<u8>> {
    if text.starts_with('"') {
        return unquote(text).map(String::into_bytes);
    }
    if let Some(digits) = text.strip_prefix("x\"").and_then(|rest| rest.strip_suffix('"')) {
        return hex(digits).ok_or_else(|| format!("{text}: two hexadecimal digits a byte are wanted"));
    }
    if let Some(ints) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let ints = list(ints).into_iter().map(int).collect::<Read<Vec<i32>>>()?;
        return Ok(ints.into_iter().flat_map(i32::to_ne_bytes).collect());
    }
    int(text).map(|int| int.to_ne_bytes().to_vec())
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    pairs.iter().map(|&[high, low]| Some((digit(high)? << 4 | digit(low)?) as u8)).collect()
}

/// Control messages, or bytes that may be none.
fn control(text: &str) -> Read<Vec<u8>> {
    let Some(messages) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return bytes(text);
    };
    let mut control = ControlBuf::new();
    for message in list(messages) {
        let parts = message.split_once(':').and_then(|(level, rest)| Some((level, rest.split_once(' ')?)));
        let (level, (kind, data)) =
            parts.ok_or_else(|| format!("`{message}` is no control message: write IPPROTO_IP:IP_TTL 64"))?;
        let level = int(level)?;
        let kind = within(words::control_of(level, kind)?)?;
        control.push_raw(level, kind, &bytes(data.trim())?).map_err(|error| format!("`{message}`: {error}"))?;
    }
    Ok(control.as_bytes().to_vec())
}
