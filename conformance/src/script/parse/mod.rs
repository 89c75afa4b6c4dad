//! Reading a script. `fixtures/tcp/README.md` is the grammar; what is not understood is told with its place and what was expected there.

mod call;
mod cursor;
mod packet;
#[cfg(test)]
mod tests;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use wavetank_api::Family;

pub(crate) use self::call::LOCAL_PORT;
use self::cursor::Cursor;
use super::{
    info,
    model::{Action, Call, Condition, Event, Expected, Relation, Script, Span, When},
};

/// A place in a script that was not understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What was expected there, and what was found.
    pub message: String,
    /// The line.
    pub text: String,
}

/// `LINE:COL: message`, then the line with a mark under the column. The file's name goes before it.
impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message, text } = self;
        write!(f, "{line}:{column}: {message}\n  {line:4} | {text}\n       | {:>column$}", "^")
    }
}

impl std::error::Error for ParseError {}

const V4: &[Family] = &[Family::INET];
const V6: &[Family] = &[Family::INET6];
const BOTH: &[Family] = &[Family::INET, Family::INET6];

/// Where numbers of the script's side begin on the wire unless the script says so: not far from the end of all numbers, so that most
/// scripts that send a megabyte pass it, and those that send a few segments do not.
const REMOTE_ISN: u32 = 4_294_000_000;

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    ///
    /// The first place that was not understood.
    pub fn parse(name: &str, path: &Path, text: &str) -> Result<Self, ParseError> {
        let mut script = Self {
            name: Arc::from(name),
            path: path.to_owned(),
            title: title(text),
            families: BOTH,
            slow: false,
            tolerance: None,
            exact: false,
            remote_isn: REMOTE_ISN,
            sysctls: Vec::new(),
            events: Vec::new(),
            patterned: true,
        };
        for (index, line) in text.lines().enumerate() {
            let line = without_comment(line);
            let mut cursor = Cursor::new(index + 1, line);
            if cursor.at_end() {
                continue;
            }
            if line.trim_start().starts_with(|c: char| c.is_ascii_digit() || "+*.".contains(c)) {
                script.events.push(event(&mut cursor, index + 1, line.trim())?);
            } else {
                script.header(&mut cursor)?;
            }
            cursor.finish()?;
        }
        if script.events.is_empty() {
            let end = text.lines().count().max(1);
            return Err(Cursor::new(end, "").error("expected an event: a script without events shows nothing"));
        }
        script.patterned = script.events.iter().all(|event| is_patterned(&event.action));
        Ok(script)
    }

    fn header(&mut self, cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
        let begin = *cursor;
        let word = cursor.word();
        if !self.events.is_empty() {
            return begin.error_at("expected an event, which begins with a time: +0.1, 0.1 or *");
        }
        match word {
            Some("ip") => {
                self.families = match () {
                    () if cursor.eat("4") => V4,
                    () if cursor.eat("6") => V6,
                    () if cursor.eat("both") => BOTH,
                    () => return cursor.expected("4, 6 or both"),
                };
            }
            Some("slow") => self.slow = true,
            Some("exact") => self.exact = true,
            Some("tolerance") => self.tolerance = Some(seconds(cursor)?),
            Some("remote_isn") => self.remote_isn = cursor.number("a 32-bit number")?,
            Some("sysctl") => self.sysctls.push(sysctl(cursor)?),
            _ => {
                let words = "an event (+0.1, 0.1 or *) or one of ip, slow, exact, tolerance, remote_isn, sysctl";
                *cursor = begin;
                return cursor.expected(words);
            }
        }
        Ok(())
    }
}

impl Cursor<'_> {
    fn error_at<T>(mut self, message: &str) -> Result<T, ParseError> {
        self.rest();
        Err(self.error(message))
    }
}

/// The comment at the top, without its marks.
fn title(text: &str) -> String {
    let lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    let comments = lines.map_while(|line| line.strip_prefix("//").or_else(|| line.strip_prefix('#')));
    comments.map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The line without `// ...` or `# ...`, unless they stand in quotes.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '#' if !quoted => return &line[..at],
            '/' if !quoted && line[at + 1..].starts_with('/') => return &line[..at],
            _ => {}
        }
    }
    line
}

/// Whether the bytes of this can be checked against the pattern by their place in the stream.
fn is_patterned(action: &Action) -> bool {
    // A byte that is out of band is missing in the stream, one that is peeked at comes again, and one that is cut off never does.
    let odd = libc::MSG_OOB | libc::MSG_PEEK | libc::MSG_TRUNC;
    match action {
        Action::Inject(_, segment) | Action::Expect(_, segment) => {
            segment.payload.is_none() && segment.urgent.is_none_or(|urgent| urgent == 0)
        }
        Action::Call(Call::Send { data, flags, .. } | Call::Recv { data, flags, .. }, _) => {
            *data == super::model::Data::Pattern && flags & odd == 0
        }
        _ => true,
    }
}

fn event(cursor: &mut Cursor<'_>, line: usize, text: &str) -> Result<Event, ParseError> {
    let when_at = *cursor;
    let when = when(cursor)?;
    let action_at = *cursor;
    let action = action(cursor)?;
    let is_expectation = matches!(action, Action::Expect(..));
    match when {
        When::Whenever if !is_expectation => return action_at.error_at("only an expected packet may come at any time"),
        When::At { span: Span::Until(_), .. } if !is_expectation => {
            return action_at.error_at("only an expected packet may have a range of times (~)");
        }
        When::At { span: Span::Blocks(_), .. } if !matches!(action, Action::Call(..)) => {
            return action_at.error_at("only a call may block (...)");
        }
        When::At { from, span: Span::Until(end) | Span::Blocks(end), .. } if end < from => {
            return when_at.error_at("the end of this time is before its beginning");
        }
        _ => {}
    }
    Ok(Event { line, text: text.to_owned(), when, action })
}

/// `*`, `+0.1`, `0.1`, `+0~+0.2`, `0.1~0.2`, `0...0.2`, `+0...0.2`.
fn when(cursor: &mut Cursor<'_>) -> Result<When, ParseError> {
    if cursor.eat("*") {
        return Ok(When::Whenever);
    }
    let relative = cursor.eat("+");
    let from = seconds(cursor)?;
    let span = if cursor.eat("~") {
        Span::Until(end(cursor, relative)?)
    } else if cursor.eat("...") {
        Span::Blocks(end(cursor, relative)?)
    } else {
        Span::Point
    };
    Ok(When::At { relative, from, span })
}

/// The end of a time counts from where its beginning does; the plus sign may be left out.
fn end(cursor: &mut Cursor<'_>, relative: bool) -> Result<Duration, ParseError> {
    if cursor.sees("+") && !relative {
        return cursor.expected("an end without \"+\", because the beginning has none");
    }
    cursor.eat("+");
    seconds(cursor)
}

/// Seconds with up to nine decimals, or a number with a unit: `0.2`, `.2`, `200ms`, `5us`, `1s`.
fn seconds(cursor: &mut Cursor<'_>) -> Result<Duration, ParseError> {
    let begin = *cursor;
    let rest = cursor.rest();
    let is_digit = |c: char| c.is_ascii_digit();
    let whole = rest.len() - rest.trim_start_matches(is_digit).len();
    let fraction = match rest[whole..].strip_prefix('.') {
        Some(after) => after.len() - after.trim_start_matches(is_digit).len(),
        None => 0,
    };
    if whole + fraction == 0 || whole > 9 || fraction > 9 {
        return cursor.expected("a time in seconds, as in 0.25");
    }
    let len = if fraction > 0 { whole + 1 + fraction } else { whole };
    let digits = format!("{}{:0<9}", &rest[..whole], &rest[len - fraction..len]);
    let nanos: u64 = digits.parse().map_err(|_| begin.error("expected a time in seconds, as in 0.25"))?;
    cursor.skip(len);
    let divisor = match () {
        () if cursor.eat("ms") => 1000,
        () if cursor.eat("us") => 1_000_000,
        () => {
            cursor.eat("s");
            1
        }
    };
    Ok(Duration::from_nanos(nanos / divisor))
}

fn action(cursor: &mut Cursor<'_>) -> Result<Action, ParseError> {
    if cursor.eat("<") {
        let connection = connection(cursor)?;
        if cursor.eat("icmp") {
            return Ok(Action::InjectIcmp(connection, packet::icmp(cursor)?));
        }
        return Ok(Action::Inject(connection, packet::injected(cursor)?));
    }
    if cursor.eat(">") {
        let connection = connection(cursor)?;
        if cursor.eat("nothing") {
            return Ok(Action::ExpectNothing);
        }
        return Ok(Action::Expect(connection, packet::expected(cursor)?));
    }
    let begin = *cursor;
    match cursor.word() {
        Some("sysctl") => {
            let (name, value) = sysctl(cursor)?;
            Ok(Action::Sysctl(name, value))
        }
        Some("renumber") => Ok(Action::Renumber(connection(cursor)?)),
        Some("info") => info(cursor),
        Some(name) => {
            let call = call::call(cursor, begin, name)?;
            let expected = call::result(cursor, &call)?;
            Ok(Action::Call(call, expected))
        }
        None => {
            *cursor = begin;
            cursor.expected("a packet (< or >), a call, info, sysctl or renumber")
        }
    }
}

/// The number of a connection, 1 unless said otherwise: `<2`, `>2`.
fn connection(cursor: &mut Cursor<'_>) -> Result<usize, ParseError> {
    let number = if cursor.next_char().is_some_and(|c| c.is_ascii_digit()) {
        cursor.number::<usize>("the number of a connection")?
    } else {
        1
    };
    if (1..=60).contains(&number) { Ok(number) } else { Err(cursor.error("connections are numbered 1 to 60")) }
}

/// `NAME = VALUE`, to the end of the line.
fn sysctl(cursor: &mut Cursor<'_>) -> Result<(String, String), ParseError> {
    let name = cursor.until(&['=', ' ']);
    if name.is_empty() {
        return cursor.expected("the name of a setting, as in net.ipv4.tcp_sack");
    }
    cursor.expect("=")?;
    let value = cursor.until(&[]);
    if value.is_empty() { cursor.expected("a value") } else { Ok((name.to_owned(), value.to_owned())) }
}

/// `info(4) state == ESTABLISHED, snd_cwnd >= 10`.
fn info(cursor: &mut Cursor<'_>) -> Result<Action, ParseError> {
    cursor.expect("(")?;
    let fd = cursor.number("a descriptor")?;
    cursor.expect(")")?;
    let mut conditions = Vec::new();
    loop {
        let begin = *cursor;
        let name = cursor.word().unwrap_or_default();
        let Some(field) = info::field(name) else {
            *cursor = begin;
            return cursor.expected(format!("a field of struct tcp_info: {}", info::names()));
        };
        let relation = Relation::ALL.iter().find(|(sign, _)| cursor.eat(sign));
        let Some(&(_, relation)) = relation else { return cursor.expected("one of == != <= >= < >") };
        let value = call::integer(cursor, "a number or a name")?;
        conditions.push(Condition { field, relation, value });
        if !cursor.eat(",") {
            return Ok(Action::Info(fd, conditions));
        }
    }
}

/// What an [`Expected`] is written as.
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returns(range) if range.start() == range.end() => write!(f, "{}", range.start()),
            Self::Returns(range) => write!(f, "{}..{}", range.start(), range.end()),
            Self::Fails(errno) => write!(f, "-1 {errno:?}"),
            Self::Anything => f.write_str("?"),
        }
    }
}
