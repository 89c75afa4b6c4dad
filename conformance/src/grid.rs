//! [`Grid`]: what options answer, cell by cell: option × state of the socket × value, as text that can be read and compared.
//!
//! A grid is recorded on a real kernel and kept as data (`fixtures/options/`, whose README says how it is read); a case makes the same grid
//! again and compares. `WAVETANK_RECORD=folder` writes what the real world says into that folder instead of comparing, or prints it if
//! the folder is `-`.

use std::fmt::Write as _;

use wavetank_api::{
    Errno, Error, Host, Net, PollEvents, Socket,
    option::{SO_ERROR, SockOpt},
};

use crate::{
    bed::Bed,
    case::World,
    check::{Outcome, Stop, becomes, fails},
    pair::{self, Full, Pair},
};

type Result<T> = std::result::Result<T, Stop>;

/// An option, and what is tried on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    name: &'static str,
    level: i32,
    number: i32,
    tries: &'static [Try],
    show: Show,
}

/// A value that is set.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Try {
    Int(i32),
    Text(&'static str),
    Bytes(&'static [u8]),
    /// So many bytes, all zero but the first, which is 1.
    Len(usize),
}

/// How what is read is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Show {
    /// An `int` as a number, everything else in hexadecimal.
    Value,
    /// Text up to its NUL, and the length.
    Text,
    /// Only the length: the rest is a clock's, a counter's or the machine's.
    Len,
}

/// What a row asks for, as the words of a table.
pub(crate) fn row<T>(option: SockOpt<T>, tries: &'static [Try], show: Show) -> Row {
    let name = wavetank_api::option::option_name(option.level(), option.name()).unwrap_or("?");
    Row { name, level: option.level(), number: option.name(), tries, show }
}

/// The states of a TCP socket that options are tried in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Fresh,
    Listening,
    Connecting,
    Connected,
    /// Reset by the peer, and the error taken.
    Closed,
}

const STATES: [(State, &str); 5] = [
    (State::Fresh, "fresh"),
    (State::Listening, "listening"),
    (State::Connecting, "connecting"),
    (State::Connected, "connected"),
    (State::Closed, "closed"),
];

/// Lengths that are tried, beside the right one.
const GET_LENGTHS: [usize; 6] = [0, 1, 2, 3, 4, 12];
const SET_LENGTHS: [usize; 6] = [0, 1, 2, 3, 5, 12];

/// One line of a grid: the option, the state, and what happened.
type Line = (&'static str, &'static str, String);

/// Makes the grid of these rows and compares it with the one on record, which is called `name`.
pub(crate) fn compare<B: Bed>(bed: &B, name: &str, recorded: &str, rows: &[Row]) -> Outcome {
    let mut lines = Vec::new();
    let full = pair::full_listener(bed)?;
    for row in rows {
        for (state, state_name) in STATES {
            let (socket, keep) = socket_in(bed, &full, state)?;
            lines.push((row.name, state_name, tried(&socket, row)));
            drop(keep);
        }
        lines.push((row.name, "lengths", lengths(&bed.near().tcp()?, row)));
    }
    full.done();
    if let Ok(folder) = std::env::var("WAVETANK_RECORD")
        && bed.world() == World::Real
    {
        if folder == "-" {
            println!("## {name}\n{}", text(&lines));
            return Ok(());
        }
        return std::fs::write(format!("{folder}/{name}.txt"), text(&lines)).map_err(Stop::from);
    }
    differing(&lines, recorded, bed.world())
}

/// A socket in that state, and what keeps it there.
#[expect(clippy::type_complexity, reason = "two sockets that need no name")]
fn socket_in<B: Bed>(
    bed: &B,
    full: &Full<B::Host>,
    state: State,
) -> Result<(Socket<B::Host>, Option<(Socket<B::Host>, Socket<B::Host>)>)> {
    Ok(match state {
        State::Fresh => (bed.near().tcp()?, None),
        State::Listening => (bed.near().listener()?, None),
        State::Connecting => {
            let socket = bed.near().tcp()?;
            socket.setblocking(false)?;
            fails(socket.connect(&full.addr), Errno::EINPROGRESS)?;
            (socket, None)
        }
        State::Connected => {
            let Pair { near, far, listener } = pair::connected(bed)?;
            (near, Some((far, listener)))
        }
        State::Closed => {
            let Pair { near, far, listener } = pair::connected(bed)?;
            pair::abort(far)?;
            becomes(&near, PollEvents::RDHUP)?;
            near.getsockopt(SO_ERROR)?;
            (near, Some((listener.try_clone()?, listener)))
        }
    })
}

/// What the option reads at first, and after each of the values.
fn tried<H: Host>(socket: &Socket<H>, row: &Row) -> String {
    let mut now = read(socket, row);
    let mut text = format!("{now} |");
    for value in row.tries {
        let answer = socket.setsockopt_raw(row.level, row.number, &value.bytes());
        let then = read(socket, row);
        // Writing to a text cannot fail.
        let _ = match answer {
            Ok(()) => write!(text, " {value}={then}"),
            Err(error) if then == now => write!(text, " {value}!{}", errno(&error)),
            Err(error) => write!(text, " {value}!{}={then}", errno(&error)),
        };
        now = then;
    }
    text
}

fn read<N: Net>(socket: &Socket<N>, row: &Row) -> String {
    let mut bytes = [0xee; 256];
    match socket.getsockopt_raw(row.level, row.number, &mut bytes) {
        Ok(len) => shown(&bytes[..len], row.show),
        Err(error) => format!("!{}", errno(&error)),
    }
}

fn shown(bytes: &[u8], show: Show) -> String {
    match (show, bytes) {
        (_, []) => "empty".to_owned(),
        (Show::Value, &[a, b, c, d]) => i32::from_ne_bytes([a, b, c, d]).to_string(),
        (Show::Value, bytes) => format!("0x{}", hex(bytes)),
        (Show::Text, bytes) => {
            let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
            format!("{}/{}", bytes[..end].escape_ascii(), bytes.len())
        }
        (Show::Len, bytes) => format!("len{}", bytes.len()),
    }
}

/// Bytes from the first on, without the zeroes that follow the last other one.
fn hex(bytes: &[u8]) -> String {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let digits: String = bytes[..end].iter().map(|byte| format!("{byte:02x}")).collect();
    if end < bytes.len() { format!("{digits}+{}", bytes.len() - end) } else { digits }
}

/// What getting and setting say to each length.
fn lengths<N: Net>(socket: &Socket<N>, row: &Row) -> String {
    let mut text = "get".to_owned();
    for len in GET_LENGTHS {
        let mut bytes = [0xee; 12];
        let _ = match socket.getsockopt_raw(row.level, row.number, &mut bytes[..len]) {
            Ok(filled) if row.show == Show::Len => write!(text, " {len}:{filled}"),
            Ok(filled) => write!(text, " {len}:0x{}", hex(&bytes[..filled])),
            Err(error) => write!(text, " {len}!{}", errno(&error)),
        };
    }
    text.push_str(" | set");
    for len in SET_LENGTHS {
        let answer = socket.setsockopt_raw(row.level, row.number, &Try::Len(len).bytes());
        let _ = match answer {
            Ok(()) => write!(text, " {len}={}", read(socket, row)),
            Err(error) => write!(text, " {len}!{}", errno(&error)),
        };
    }
    text
}

fn errno(error: &Error) -> String {
    error.errno().map_or_else(|| "?".to_owned(), |errno| format!("{errno:?}"))
}

impl Try {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Int(int) => int.to_ne_bytes().to_vec(),
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::Bytes(bytes) => bytes.to_vec(),
            Self::Len(len) => [1].into_iter().chain(std::iter::repeat(0)).take(len).collect(),
        }
    }
}

impl std::fmt::Display for Try {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(int) => write!(f, "{int}"),
            Self::Text(text) => write!(f, "\"{}\"", text.as_bytes().escape_ascii()),
            Self::Bytes(bytes) => write!(f, "0x{}", hex(bytes)),
            Self::Len(len) => write!(f, "len{len}"),
        }
    }
}

/// The grid as it is kept: states that answer alike share a line.
fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while at < lines.len() {
        let count = lines[at..].iter().take_while(|line| line.0 == lines[at].0).count();
        let option = &lines[at..at + count];
        for (index, line) in option.iter().enumerate() {
            if option[..index].iter().all(|earlier| earlier.2 != line.2) {
                let states: Vec<_> = option[index..].iter().filter(|other| other.2 == line.2).map(|l| l.1).collect();
                let _ = writeln!(text, "{} {} {}", line.0, states.join(","), line.2);
            }
        }
        at += count;
    }
    text
}

/// The cells that differ from what is on record. Where a line stands there more than once, any of them will do; one whose reason
/// begins with `sim:` only for the simulator.
fn differing(lines: &[Line], recorded: &str, world: World) -> Outcome {
    let mut report = String::new();
    let mut count = 0;
    for (option, state, got) in lines {
        let known = || {
            let lines = recorded.lines().filter(|line| !line.starts_with('#'));
            lines.filter_map(|line| {
                let (line, reason) = line.split_once('#').unwrap_or((line, ""));
                let line = line.trim_end();
                let (name, rest) = line.split_once(' ')?;
                let (states, rest) = rest.split_once(' ')?;
                let may_be = world == World::Sim || !reason.starts_with(" sim:");
                (may_be && name == *option && states.split(',').any(|other| other == *state)).then_some(rest)
            })
        };
        if known().any(|line| line == got) {
            continue;
        }
        let Some(expected) = known().next() else {
            count += 1;
            let _ = writeln!(report, "  {option} {state}: not on record: {got}");
            continue;
        };
        let cells = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (expected, got) = (cells(expected), cells(got));
        for (expected, got) in expected.iter().zip(&got).filter(|(expected, got)| expected != got) {
            count += 1;
            let _ = writeln!(report, "  {option} {state}: expected {expected}, got {got}");
        }
        if expected.len() != got.len() {
            count += 1;
            let _ = writeln!(report, "  {option} {state}: expected {} cells, got {}", expected.len(), got.len());
        }
    }
    if count == 0 { Ok(()) } else { Err(Stop::Failed(format!("{count} cells differ from the record:\n{report}"))) }
}
