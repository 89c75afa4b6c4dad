//! The table as text.

use std::{fmt, iter};

use wavetank_api::Errno;

use super::{Answer, Beside, Grid, Place, Side, State};

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::V4Any => "0.0.0.0",
            Self::V4 => "127.0.0.1",
            Self::V4Other => "127.0.0.2",
            Self::V6Any => "::",
            Self::V6AnyToV4 => ":: to IPv4",
            Self::V6Only => ":: V6ONLY",
            Self::V6 => "::1",
            Self::V6Other => "fd00::2",
            Self::MappedAny => "::ffff:0.0.0.0",
            Self::Mapped => "::ffff:127.0.0.1",
        })
    }
}

impl Side {
    /// `-`, `A` for SO_REUSEADDR, `P` for SO_REUSEPORT, `&` for both.
    const fn options(self) -> char {
        match (self.reuseaddr, self.reuseport) {
            (false, false) => '-',
            (true, false) => 'A',
            (false, true) => 'P',
            (true, true) => '&',
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, self.options())
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bound => "bound",
            Self::OptionsSetLater => "bound, its options set afterwards",
            Self::OptionsTakenBack => "bound, its options taken back afterwards",
            Self::Listening => "listening",
            Self::ListensLater => "bound, listens when the second is bound too",
            Self::StoppedListening => "listened, and was shut down",
            Self::Connecting => "bound, SYN_SENT",
            Self::Connected => "bound, connected",
            Self::ConnectChose => "connected, port chosen by connect",
            Self::Accepted => "accepted, listener closed",
            Self::FinWait2 => "bound, connected, FIN_WAIT_2",
            Self::FinWait2Closed => "bound, connected, closed in FIN_WAIT_2",
            Self::CloseWait => "bound, connected, CLOSE_WAIT",
            Self::TimeWait => "bound, connected, TIME_WAIT",
            Self::TimeWaitConnectChose => "connected, port chosen by connect, TIME_WAIT",
            Self::TimeWaitAccepted => "accepted, listener closed, TIME_WAIT",
            Self::TimeWaitOpen => "bound, connected, TIME_WAIT, descriptor still open",
            Self::Reset => "bound, connected, reset by the peer",
            Self::UdpBound => "UDP, bound",
            Self::UdpConnected => "UDP, bound and connected",
        })
    }
}

impl Answer {
    /// One letter; `None` if there is none for it.
    fn letter(self) -> Option<char> {
        const IN_USE: Option<Errno> = Some(Errno::EADDRINUSE);
        const EXISTS: Option<Errno> = Some(Errno::EADDRNOTAVAIL);
        match (self.bind, self.listen, self.connect) {
            (None, None, None) => Some('.'),
            (Some(Errno::EADDRINUSE), ..) => Some('B'),
            (None, IN_USE, None) => Some('L'),
            (None, None, EXISTS) => Some('C'),
            (None, IN_USE, EXISTS) => Some('X'),
            _ => None,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |errno: Option<Errno>| errno.map_or_else(|| "0".to_owned(), |errno| format!("{errno:?}"));
        match self.bind {
            Some(_) => write!(f, "[bind {}]", said(self.bind)),
            None => write!(f, "[bind 0, listen {}, connect {}]", said(self.listen), said(self.connect)),
        }
    }
}

/// What the letters mean.
pub(crate) const LEGEND: &str = "\
Rows: the first socket's address and options. Columns: the second socket's, in the same order.
Options: - none, A SO_REUSEADDR, P SO_REUSEPORT, & both.
Cells: . bind succeeds, so do listen and connect after it; B bind says EADDRINUSE; L bind succeeds, listen says EADDRINUSE;
       C bind succeeds, connect says EADDRNOTAVAIL; X bind succeeds, listen says EADDRINUSE and connect EADDRNOTAVAIL.
Connect: to where the first socket is connected, if it is (the second connection has the same four numbers then if the addresses
         are the same too); else to any listener.
";

const LABEL: usize = 18;

impl Grid {
    fn line(&self, row: usize) -> String {
        let mut line = String::new();
        for (column, answer) in self.answers[row].iter().enumerate() {
            if column > 0 && column % 4 == 0 {
                line.push(' ');
            }
            line.push(answer.letter().unwrap_or('?'));
        }
        line
    }

    fn header() -> (String, String) {
        let names = ["0.0", ".1", ".2", "::", "::>4", "::6", "::1", "fd::", "m0.0", "m.1"];
        let options: Vec<_> = Place::ALL.iter().map(|_| "-AP&").collect();
        (names.map(|name| format!("{name:<4}")).join(" "), options.join(" "))
    }

    fn write(&self, beside: Option<&Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (names, options) = Self::header();
        writeln!(f, "The first socket: {}\n", self.state)?;
        let width = options.len();
        match beside {
            Some(_) => {
                writeln!(f, "{:LABEL$}{:width$}   simulated", "", "real")?;
                writeln!(f, "{:LABEL$}{names:width$}   {}", "", names.trim_end())?;
                writeln!(f, "{:LABEL$}{options}   {options}", "")?;
            }
            None => {
                writeln!(f, "{:LABEL$}{}", "", names.trim_end())?;
                writeln!(f, "{:LABEL$}{options}", "")?;
            }
        }
        for (row, side) in Side::all().enumerate() {
            let place = if row % 4 == 0 { side.place.to_string() } else { String::new() };
            write!(f, "{place:<16}{} {}", side.options(), self.line(row))?;
            if let Some(other) = beside {
                let differs = if self.answers[row] == other.answers[row] { "" } else { "  <- differs" };
                write!(f, "   {}{differs}", other.line(row))?;
            }
            writeln!(f)?;
        }
        for (first, second, answer) in self.cells().filter(|(.., answer)| answer.letter().is_none()) {
            writeln!(f, "? first {first}, second {second}: {answer}")?;
        }
        Ok(())
    }
}

impl super::Table {
    /// The table as a document: `conformance/BIND.md`.
    pub fn document(&self) -> String {
        format!("{DOCUMENT}\n```text\n{self}```\n")
    }

    /// The cells in which another one, in the words of [`Self::document`], differs from this one.
    pub fn differences_from(&self, document: &str) -> Vec<String> {
        let (ours, theirs) = (self.document(), document);
        let mut state = "";
        let mut found = Vec::new();
        for (ours, theirs) in ours.lines().zip(theirs.lines().chain(iter::repeat(""))) {
            state = ours.strip_prefix("The first socket: ").unwrap_or(state);
            if ours != theirs {
                found.push(format!("{state}:\n  document {theirs}\n  answered {ours}"));
            }
        }
        if theirs.lines().count() > ours.lines().count() {
            found.push("the document is longer".to_owned());
        }
        found
    }
}

/// What stands above the table.
const DOCUMENT: &str = "\
# Who may have whose port

The complete table of `bind` conflicts, as Linux 6.18 answers it, and the simulator in every cell. Made by

    cargo tank conform --bind-table --world real > conformance/BIND.md

`cargo tank conform --bind-table` asks both worlds now and shows them side by side; `conformance/tests/bind_table.rs` holds both against
this file.
";

impl fmt::Display for super::Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(LEGEND)?;
        self.grids.iter().try_for_each(|grid| {
            writeln!(f)?;
            grid.write(None, f)
        })
    }
}

impl fmt::Display for Beside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(LEGEND)?;
        for (real, sim) in self.real.grids.iter().zip(&self.sim.grids) {
            writeln!(f)?;
            real.write(Some(sim), f)?;
        }
        let differ = self.differences().len();
        writeln!(f, "\n{} cells; {differ} differ", self.cells())
    }
}
