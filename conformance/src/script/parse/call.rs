//! Calls: `setsockopt(4, IPPROTO_TCP, TCP_NODELAY, [1], 4) = 0`.

use std::ops::RangeInclusive;

use super::{ParseError, cursor::Cursor};
use crate::script::{
    constants,
    model::{Address, Call, Data, Expected, OptionValue, PollEntry},
};

/// An argument as it is written.
enum Value {
    /// `...`
    Elided,
    Int(RangeInclusive<i64>),
    Text(Vec<u8>),
    Address(Address),
    /// `[a, b]`
    List(Vec<Self>),
    /// `{name=a, b}`
    Fields(Vec<(Option<String>, i64)>),
}

/// The port of the tested side unless a script says another.
pub(crate) const LOCAL_PORT: u16 = 8080;

/// A number, or names joined by `|`.
pub(super) fn integer(cursor: &mut Cursor<'_>, what: &str) -> Result<i64, ParseError> {
    let mut sum = 0;
    loop {
        let begin = *cursor;
        sum |= match cursor.word() {
            Some(name) => match constants::value(name) {
                Some(value) => value,
                None => return begin.error_at(&format!("expected {what}, found {name:?}, which has no value here")),
            },
            None => cursor.integer(what)?,
        };
        if !cursor.eat("|") {
            return Ok(sum);
        }
    }
}

/// A number, or `LOW..HIGH`.
fn integers(cursor: &mut Cursor<'_>, what: &str) -> Result<RangeInclusive<i64>, ParseError> {
    let low = integer(cursor, what)?;
    let high = if cursor.eat("..") { integer(cursor, "the end of the range")? } else { low };
    Ok(low..=high)
}

fn value(cursor: &mut Cursor<'_>) -> Result<Value, ParseError> {
    if cursor.eat("...") {
        return Ok(Value::Elided);
    }
    if cursor.sees("\"") {
        return cursor.string().map(Value::Text);
    }
    if cursor.eat("[") {
        let mut values = Vec::new();
        while !cursor.eat("]") {
            values.push(value(cursor)?);
            if !cursor.eat(",") && !cursor.sees("]") {
                return cursor.expected("\",\" or \"]\"");
            }
        }
        return Ok(Value::List(values));
    }
    if cursor.eat("{") {
        return fields(cursor).map(Value::Fields);
    }
    if let Some(address) = address(cursor)? {
        return Ok(Value::Address(address));
    }
    integers(cursor, "an argument").map(Value::Int)
}

fn fields(cursor: &mut Cursor<'_>) -> Result<Vec<(Option<String>, i64)>, ParseError> {
    let mut fields = Vec::new();
    while !cursor.eat("}") {
        let begin = *cursor;
        let name = cursor.word().filter(|_| cursor.eat("=")).map(str::to_owned);
        if name.is_none() {
            *cursor = begin;
        }
        fields.push((name, integer(cursor, "a number or a name")?));
        if !cursor.eat(",") && !cursor.sees("}") {
            return cursor.expected("\",\" or \"}\"");
        }
    }
    Ok(fields)
}

/// `local`, `local:80`, `any:80`, `remote`, `remote:2`, `unspec`.
fn address(cursor: &mut Cursor<'_>) -> Result<Option<Address>, ParseError> {
    let begin = *cursor;
    let word = cursor.word().unwrap_or_default();
    if !["local", "any", "remote", "unspec"].contains(&word) {
        *cursor = begin;
        return Ok(None);
    }
    let mut number = |default: u16| if cursor.eat(":") { cursor.number("a number after \":\"") } else { Ok(default) };
    Ok(Some(match word {
        "local" => Address::Local(number(LOCAL_PORT)?),
        "any" => Address::Any(number(LOCAL_PORT)?),
        "remote" => Address::Remote(number(1)?.into()),
        _ => Address::Unspec,
    }))
}

/// The arguments of a call, taken one after the other.
struct Arguments<'a> {
    name: &'static str,
    values: std::vec::IntoIter<(Cursor<'a>, Value)>,
    /// The closing parenthesis.
    end: Cursor<'a>,
}

impl<'a> Arguments<'a> {
    fn next(&mut self, what: &str) -> Result<(Cursor<'a>, Value), ParseError> {
        let missing = format!("{} needs one more argument: {what}", self.name);
        self.values.next().ok_or_else(|| self.end.error(missing))
    }

    fn wrong<T>(&self, at: Cursor<'a>, what: &str) -> Result<T, ParseError> {
        at.error_at(&format!("expected {what} as this argument of {}", self.name))
    }

    fn int<T: TryFrom<i64>>(&mut self, what: &str) -> Result<T, ParseError> {
        match self.next(what)? {
            (at, Value::Int(range)) if range.start() == range.end() => {
                T::try_from(*range.start()).or_else(|_| self.wrong(at, what))
            }
            (at, _) => self.wrong(at, what),
        }
    }

    fn fd(&mut self) -> Result<i32, ParseError> {
        self.int("a descriptor")
    }

    /// An address that goes into a call, and the length after it.
    fn address(&mut self, default: Address) -> Result<Address, ParseError> {
        let what = "local, any, remote, unspec or ...";
        let address = match self.next(what)? {
            (_, Value::Elided) => default,
            (_, Value::Address(address)) => address,
            (at, _) => return self.wrong(at, what),
        };
        self.length()?;
        Ok(address)
    }

    /// An address that comes out of a call, and the length after it.
    fn address_out(&mut self) -> Result<Option<Address>, ParseError> {
        let what = "local, any, remote or ...";
        let address = match self.next(what)? {
            (_, Value::Elided) => None,
            (_, Value::Address(address)) => Some(address),
            (at, _) => return self.wrong(at, what),
        };
        self.length()?;
        Ok(address)
    }

    /// A length that says nothing we do not know: `...`, `4`, `[4]`. It may be missing.
    fn length(&mut self) -> Result<(), ParseError> {
        match self.values.next() {
            None | Some((_, Value::Elided | Value::Int(_) | Value::List(_))) => Ok(()),
            Some((at, _)) => self.wrong(at, "a length or ..."),
        }
    }

    fn data(&mut self) -> Result<(Data, usize), ParseError> {
        let what = "... or text in quotes";
        let (at, data) = match self.next(what)? {
            (at, Value::Elided) => (at, Data::Pattern),
            (at, Value::Text(bytes)) => (at, Data::Bytes(bytes)),
            (at, _) => return self.wrong(at, what),
        };
        let len = self.int("a count of bytes")?;
        match &data {
            Data::Bytes(bytes) if bytes.len() > len => self.wrong(at, "text that is no longer than the count of bytes"),
            _ => Ok((data, len)),
        }
    }

    fn end(mut self) -> Result<(), ParseError> {
        match self.values.next() {
            None => Ok(()),
            Some((at, _)) => at.error_at(&format!("{} takes no such argument", self.name)),
        }
    }
}

const NAMES: [&str; 22] = [
    "socket",
    "bind",
    "listen",
    "accept",
    "accept4",
    "connect",
    "send",
    "sendto",
    "write",
    "recv",
    "recvfrom",
    "read",
    "shutdown",
    "close",
    "dup",
    "setsockopt",
    "getsockopt",
    "ioctl",
    "fcntl",
    "poll",
    "getsockname",
    "getpeername",
];

/// The call that `name` begins.
pub(super) fn call<'a>(cursor: &mut Cursor<'a>, name_at: Cursor<'a>, name: &str) -> Result<Call, ParseError> {
    let Some(&name) = NAMES.iter().find(|known| **known == name) else {
        return name_at.error_at(&format!("no call {name:?}: there are {}", NAMES.join(", ")));
    };
    cursor.expect("(")?;
    let mut values = Vec::new();
    let end = loop {
        cursor.rest();
        let begin = *cursor;
        if cursor.eat(")") {
            break begin;
        }
        values.push((begin, value(cursor)?));
        if !cursor.eat(",") && !cursor.sees(")") {
            return cursor.expected("\",\" or \")\"");
        }
    };
    let mut args = Arguments { name, values: values.into_iter(), end };
    let call = typed(&mut args)?;
    args.end()?;
    Ok(call)
}

fn typed(args: &mut Arguments<'_>) -> Result<Call, ParseError> {
    let name = args.name;
    Ok(match name {
        "socket" => {
            // The family is the run's.
            args.next("... for the family")?;
            Call::Socket { kind: args.int("a type")?, protocol: args.int("a protocol")? }
        }
        "bind" => Call::Bind { fd: args.fd()?, addr: args.address(Address::Local(LOCAL_PORT))? },
        "listen" => Call::Listen { fd: args.fd()?, backlog: args.int("a backlog")? },
        "accept" | "accept4" => {
            let fd = args.fd()?;
            args.address_out()?;
            Call::Accept { fd, flags: if name == "accept4" { args.int("flags")? } else { 0 } }
        }
        "connect" => Call::Connect { fd: args.fd()?, addr: args.address(Address::Remote(1))? },
        "write" | "send" | "sendto" => {
            let fd = args.fd()?;
            let (data, len) = args.data()?;
            let flags = if name == "write" { 0 } else { args.int("flags")? };
            let to = if name == "sendto" { Some(args.address(Address::Remote(1))?) } else { None };
            Call::Send { fd, data, len, flags, to, name }
        }
        "read" | "recv" | "recvfrom" => {
            let fd = args.fd()?;
            let (data, len) = args.data()?;
            let flags = if name == "read" { 0 } else { args.int("flags")? };
            if name == "recvfrom" {
                args.address_out()?;
            }
            Call::Recv { fd, data, len, flags, name }
        }
        "shutdown" => Call::Shutdown { fd: args.fd()?, how: args.int("SHUT_RD, SHUT_WR or SHUT_RDWR")? },
        "close" => Call::Close { fd: args.fd()? },
        "dup" => Call::Dup { fd: args.fd()? },
        "setsockopt" => {
            let (fd, level, option) = (args.fd()?, args.int("a level")?, args.int("an option")?);
            let value = option_in(args)?;
            args.length()?;
            Call::Setsockopt { fd, level, name: option, value }
        }
        "getsockopt" => {
            let (fd, level, option) = (args.fd()?, args.int("a level")?, args.int("an option")?);
            let value = option_out(args)?;
            args.length()?;
            Call::Getsockopt { fd, level, name: option, value }
        }
        "ioctl" => {
            let (fd, request) = (args.fd()?, args.int::<i64>("a request")?.cast_unsigned());
            Call::Ioctl { fd, request, value: int_out(args)? }
        }
        "fcntl" => {
            let fd = args.fd()?;
            match args.int::<i32>("F_GETFL or F_SETFL")? {
                libc::F_GETFL => Call::GetFlags { fd },
                libc::F_SETFL => Call::SetFlags { fd, flags: args.int("flags")? },
                _ => return args.wrong(args.end, "F_GETFL or F_SETFL"),
            }
        }
        "poll" => poll(args)?,
        "getsockname" => Call::Getsockname { fd: args.fd()?, addr: args.address_out()? },
        _ => Call::Getpeername { fd: args.fd()?, addr: args.address_out()? },
    })
}

/// `[1]`, `{onoff=1, linger=5}`, `"reno"`.
fn option_in(args: &mut Arguments<'_>) -> Result<Vec<u8>, ParseError> {
    let what = "[number], {field=number, ...} or text in quotes";
    match args.next(what)? {
        (_, Value::Text(text)) => Ok(text),
        (at, Value::List(list)) => match list.as_slice() {
            [Value::Int(range)] if range.start() == range.end() => Ok((*range.start() as i32).to_ne_bytes().to_vec()),
            [] => Ok(Vec::new()),
            _ => args.wrong(at, what),
        },
        // Each field is an int, as in struct linger; a struct timeval is {sec, usec} of 8 bytes each.
        (_, Value::Fields(fields)) => Ok(struct_bytes(&fields)),
        (at, _) => args.wrong(at, what),
    }
}

fn struct_bytes(fields: &[(Option<String>, i64)]) -> Vec<u8> {
    let is_time = fields.iter().any(|(name, _)| name.as_deref().is_some_and(|name| name.ends_with("sec")));
    let wide = |value: i64| value.to_ne_bytes().to_vec();
    let narrow = |value: i64| (value as i32).to_ne_bytes().to_vec();
    fields.iter().flat_map(|(_, value)| if is_time { wide(*value) } else { narrow(*value) }).collect()
}

fn option_out(args: &mut Arguments<'_>) -> Result<Option<OptionValue>, ParseError> {
    let what = "[number], {field=number, ...}, text in quotes or ...";
    match args.next(what)? {
        (_, Value::Elided) => Ok(None),
        (_, Value::Text(text)) => Ok(Some(OptionValue::Bytes(text))),
        (_, Value::Fields(fields)) => Ok(Some(OptionValue::Bytes(struct_bytes(&fields)))),
        (at, Value::List(list)) => match list.as_slice() {
            [Value::Int(range)] => Ok(Some(OptionValue::Int(range.clone()))),
            [Value::Elided] => Ok(None),
            _ => args.wrong(at, what),
        },
        (at, _) => args.wrong(at, what),
    }
}

fn int_out(args: &mut Arguments<'_>) -> Result<Option<RangeInclusive<i64>>, ParseError> {
    match args.next("[number] or ...")? {
        (_, Value::Elided) => Ok(None),
        (at, Value::List(list)) => match list.as_slice() {
            [Value::Int(range)] => Ok(Some(range.clone())),
            _ => args.wrong(at, "[number] or ..."),
        },
        (at, _) => args.wrong(at, "[number] or ..."),
    }
}

/// `[{fd=4, events=POLLIN, revents=POLLIN}], 1, 0`.
fn poll(args: &mut Arguments<'_>) -> Result<Call, ParseError> {
    let what = "[{fd=4, events=POLLIN, revents=POLLIN}, ...]";
    let (at, list) = match args.next(what)? {
        (at, Value::List(list)) => (at, list),
        (at, _) => return args.wrong(at, what),
    };
    let mut fds = Vec::new();
    for value in &list {
        let Value::Fields(fields) = value else { return args.wrong(at, what) };
        let [(_, fd), (_, events), (_, revents)] = fields.as_slice() else { return args.wrong(at, what) };
        fds.push(PollEntry { fd: *fd as i32, events: *events as i16, revents: *revents as i16 });
    }
    let count: usize = args.int("the count of descriptors")?;
    if count != fds.len() {
        return args.wrong(at, "as many descriptors as the count says");
    }
    Ok(Call::Poll { fds, timeout: args.int("milliseconds")? })
}

/// `= 5`, `= 1..5`, `= -1 EAGAIN (Resource temporarily unavailable)`, `= ?`.
pub(super) fn result(cursor: &mut Cursor<'_>, call: &Call) -> Result<Expected, ParseError> {
    cursor.expect("=")?;
    if cursor.eat("?") {
        return Ok(Expected::Anything);
    }
    let begin = *cursor;
    let range = integers(cursor, "a result: a number, -1 and an errno, or ?")?;
    if range != (-1..=-1) {
        let makes_fd = matches!(call, Call::Socket { .. } | Call::Accept { .. } | Call::Dup { .. });
        if makes_fd && range.start() != range.end() {
            return begin.error_at("expected one number for the new descriptor");
        }
        return Ok(Expected::Returns(range));
    }
    let name_at = *cursor;
    let name = cursor.word().unwrap_or_default();
    let Some(errno) = constants::errno(name) else {
        return name_at.error_at(&format!("expected the name of an error, found {name:?}"));
    };
    if cursor.eat("(") {
        // What strerror says, for the reader.
        cursor.until(&[')']);
        cursor.expect(")")?;
    }
    Ok(Expected::Fails(errno))
}
