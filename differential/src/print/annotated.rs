//! [`annotated`]: the script of a program, with what a world answered beside each call.

use std::fmt::{self, Write as _};

use wavetank_api::Addr;

use crate::{
    Answer, Entry, Fact, Log, Port, Program, SLOTS, Seen,
    log::EPHEMERAL,
    program::text::{Letter, Message, Value, words::events},
};

/// Where the answers stand, so that calls of usual length have them below one another.
const COLUMN: usize = 44;

/// The program with what that log has of each of its calls, in a comment: what it answered, then those sockets that show
/// something else than before, then who was told by a RST.
///
/// The text is still the program's.
pub fn annotated(program: &Program, log: &Log) -> String {
    let plain = program.to_string();
    let mut lines = plain.lines();
    let mut text = String::new();
    let mut before = [None; SLOTS];
    let mut entries = log.entries.iter();
    for line in &mut lines {
        // Neither is a call.
        let entry = if line.starts_with("hosts ") || line == "thread" { None } else { entries.next() };
        match entry {
            Some(entry) => {
                // A string knows how to take what is written to it.
                let _ = writeln!(text, "{line:<COLUMN$} # {}", Said { entry, before: &before });
                before = entry.seen;
            }
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

/// What there is to say of a call.
struct Said<'a> {
    entry: &'a Entry,
    before: &'a [Option<Seen>; SLOTS],
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entry.answer {
            Answer::NoSocket => f.write_str("not made: no socket")?,
            Answer::Failed(errno) => write!(f, "= -1 {errno:?}")?,
            Answer::Done(facts) if facts.is_empty() => f.write_str("= 0")?,
            Answer::Done(facts) => {
                let facts: Vec<String> = facts.iter().map(|fact| Told(fact).to_string()).collect();
                write!(f, "= {}", facts.join(", "))?;
            }
        }
        for (slot, (before, seen)) in self.before.iter().zip(&self.entry.seen).enumerate() {
            match seen {
                Some(seen) if before != &Some(*seen) => {
                    write!(f, "; {} {}", Letter(slot as u8), events(seen.ready.bits()))?;
                    seen.state.map_or(Ok(()), |state| write!(f, " {state}"))?;
                }
                _ => {}
            }
        }
        self.entry.resets.iter().try_for_each(|[from, to]| write!(f, "; RST {} > {}", Place(from), Place(to)))
    }
}

/// A fact in few words.
struct Told<'a>(&'a Fact);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Fact::Number(number) => write!(f, "{number}"),
            Fact::Addr(None) => f.write_str("no address"),
            Fact::Addr(Some(addr)) => write!(f, "{}", Place(addr)),
            Fact::Data(bytes) if bytes.len == 0 => f.write_str("no data"),
            Fact::Data(bytes) => {
                f.write_str("data ")?;
                bytes.head.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                if bytes.len > bytes.head.len() { write!(f, "..{:08x}", bytes.hash as u32) } else { Ok(()) }
            }
            Fact::Flags(flags) => write!(f, "msg_flags {flags}"),
            Fact::Control(level, kind, data) => write!(f, "{}", Message { level: *level, kind: *kind, data }),
            Fact::Descriptors(count) => write!(f, "{count} descriptors"),
            Fact::Value(value) => write!(f, "{}", Value(value)),
            Fact::Info(name, value) => write!(f, "{name} {value}"),
            Fact::Events(found) => f.write_str(&events(found.bits())),
        }
    }
}

/// An address of a log: the program's own ports are `$0` to `$3`, those that the system chose `?0`, `?1`, as they come up.
struct Place<'a>(&'a Addr);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.0.port() {
            Some(port) if (Port::NAMED..Port::NAMED + Port::NAMES).contains(&port) => ('$', port - Port::NAMED),
            Some(port) if port > *EPHEMERAL.end() => ('?', port - EPHEMERAL.end() - 1),
            _ => return write!(f, "{}", self.0),
        };
        // The port is what comes last, but for the flow of IPv6.
        let text = self.0.clone().with_port(0).to_string();
        let (head, flow) = text.split_at(text.find('/').unwrap_or(text.len()));
        write!(f, "{}{}{}{flow}", head.strip_suffix('0').unwrap_or(head), sign.0, sign.1)
    }
}
