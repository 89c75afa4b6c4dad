//! What became of a run: one screen that tells the story.

use std::{fmt, fs, io, path::Path, time::Duration};

use wavetank_api::Instant;

use super::{Trace, trace::Time};
use crate::{
    base::digest::Digest,
    net::DropReason,
    world::{Counters, End, FailureKind, Waiting, World},
};

/// The story of a run. `Display` tells it.
#[derive(Clone, Debug)]
pub struct Report {
    seed: u64,
    end: End,
    digest: Digest,
    elapsed: Duration,
    counters: Counters,
    failures: Vec<FailureReport>,
    waiting: Vec<WaitingReport>,
    trace: Trace,
}

/// A process that failed the run.
#[derive(Clone, Debug)]
pub struct FailureReport {
    /// The process: its host, and its own name if it is a thread.
    pub process: String,
    /// Virtual time.
    pub at: Instant,
    /// What it panicked with, or the error it returned.
    pub message: String,
    /// Where it panicked; `None` if it returned an error.
    pub location: Option<String>,
    /// The frames from the panic to the beginning of the process.
    pub backtrace: String,
    /// What to try.
    pub hint: Option<&'static str>,
}

/// A process that was waiting when the run ended.
#[derive(Clone, Debug)]
pub struct WaitingReport {
    /// The process: its host, and its own name if it is a thread.
    pub process: String,
    /// Whether the run could end without it.
    pub is_server: bool,
    /// The call it waits in.
    pub call: &'static str,
    /// The descriptor it waits on.
    pub fd: Option<i32>,
    /// The line of the program that made the call.
    pub line: String,
    /// Since when, in virtual time.
    pub since: Instant,
    /// Until when at most.
    pub deadline: Option<Instant>,
}

impl Report {
    pub(crate) fn new(world: &mut World, end: End, waiting: Vec<Waiting>) -> Self {
        let nothing_to_name = !world.trace.keeps() && world.failures.is_empty() && waiting.is_empty();
        let trace = if nothing_to_name { Trace::default() } else { Trace::new(world) };
        let failures = world.failures.iter().map(|failure| {
            let process = trace.task(failure.task);
            let at = failure.at;
            match &failure.kind {
                FailureKind::Panicked(caught) => FailureReport {
                    process,
                    at,
                    message: caught.message.clone(),
                    location: Some(caught.location.clone()),
                    backtrace: caught.backtrace.clone(),
                    hint: None,
                },
                FailureKind::Returned { error, hint } => FailureReport {
                    process,
                    at,
                    message: error.clone(),
                    location: None,
                    backtrace: String::new(),
                    hint: *hint,
                },
            }
        });
        let waiting = waiting.into_iter().map(|waiting| WaitingReport {
            process: trace.task(waiting.task),
            is_server: waiting.is_server,
            call: waiting.call,
            fd: (waiting.fd >= 0).then_some(waiting.fd),
            line: waiting.line,
            since: waiting.since,
            deadline: waiting.deadline,
        });
        Self {
            seed: world.seed,
            end,
            digest: world.trace.digest(),
            elapsed: world.now.duration_since(Instant::default()),
            counters: world.counters,
            failures: failures.collect(),
            waiting: waiting.collect(),
            trace,
        }
    }

    /// Whether every client ended, and no process failed.
    pub fn is_ok(&self) -> bool {
        self.end == End::Finished && self.failures.is_empty()
    }

    /// The seed of the run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Why the run ended.
    pub fn end(&self) -> End {
        self.end
    }

    /// The digest of every event.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How long the run took, in virtual time.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// System calls made.
    pub fn calls(&self) -> u64 {
        self.counters.calls
    }

    /// Packets sent.
    pub fn packets(&self) -> u64 {
        self.counters.packets
    }

    /// Packets that did not arrive, for this reason.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.counters.dropped[reason as usize]
    }

    /// Packets that did not arrive, for any reason.
    pub fn dropped_in_all(&self) -> u64 {
        self.counters.dropped.iter().sum()
    }

    /// Packets that did not arrive, for each reason that occurred.
    pub fn dropped_by(&self) -> impl Iterator<Item = (DropReason, u64)> {
        DropReason::ALL.iter().map(|&reason| (reason, self.dropped(reason))).filter(|(_, count)| *count > 0)
    }

    /// What failed, in order of time.
    pub fn failures(&self) -> &[FailureReport] {
        &self.failures
    }

    /// Who was waiting at the end; nobody is asked after a run that went well.
    pub fn waiting(&self) -> &[WaitingReport] {
        &self.waiting
    }

    /// The events, if they were kept ([`crate::Sim::traced`]).
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Writes [`Trace::pcap`] into a file.
    ///
    /// # Errors
    /// If the trace was not kept, or the file cannot be written.
    pub fn write_pcap(&self, path: impl AsRef<Path>) -> io::Result<()> {
        if self.trace.is_empty() {
            return Err(io::Error::other(
                "the trace was not kept, so there is nothing to capture: make the world by Sim::traced",
            ));
        }
        fs::write(path, self.trace.pcap())
    }

    /// What went wrong, in one line; `None` if nothing did.
    pub fn verdict(&self) -> Option<String> {
        if let Some(failure) = self.failures.first() {
            return Some(failure.headline());
        }
        match self.end {
            End::Finished => None,
            End::Stalled => Some("nothing can ever happen again, and clients are still waiting".to_owned()),
            End::OutOfTime => Some(format!("the bound of virtual time was reached ({:?})", self.elapsed)),
            End::TooManyEvents => {
                Some("the bound of events was reached: is a loop without progress running?".to_owned())
            }
        }
    }

    /// Counts in one line.
    pub fn counts(&self) -> String {
        let lost: Vec<_> = self.dropped_by().map(|(reason, count)| format!("{count} {reason}")).collect();
        let lost = if lost.is_empty() {
            String::new()
        } else {
            format!(" ({} dropped: {})", self.dropped_in_all(), lost.join(", "))
        };
        format!(
            "{} s virtual, {} calls, {} packets{lost}",
            Time(Instant::default() + self.elapsed),
            self.calls(),
            self.packets()
        )
    }
}

/// Calls shown of each host, and hosts shown: what fits a screen.
const CALLS_SHOWN: usize = 8;
const HOSTS_SHOWN: usize = 6;
const WAITING_SHOWN: usize = 12;
const FRAMES_SHOWN: usize = 24;
const FAILURES_SHOWN: usize = 3;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verdict() {
            None => writeln!(f, "seed {}: finished", self.seed)?,
            Some(verdict) => writeln!(f, "seed {}: {verdict}", self.seed)?,
        }
        writeln!(f, "  digest {}", self.digest)?;
        writeln!(f, "  {}", self.counts())?;
        for failure in self.failures.iter().take(FAILURES_SHOWN) {
            write!(f, "\n{failure}")?;
        }
        if let more @ 1.. = self.failures.len().saturating_sub(FAILURES_SHOWN) {
            writeln!(f, "(and {more} more failures)")?;
        }
        if !self.is_ok() {
            self.write_waiting(f)?;
        }
        self.write_last_calls(f)
    }
}

impl Report {
    fn write_waiting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.waiting.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nwho waits for what:")?;
        let shown = self.waiting.iter().take(WAITING_SHOWN);
        shown.clone().try_for_each(|waiting| writeln!(f, "  {waiting}"))?;
        match self.waiting.len().saturating_sub(WAITING_SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "  (and {more} more)"),
        }
    }

    fn write_last_calls(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.trace.is_empty() || self.is_ok() {
            return Ok(());
        }
        writeln!(f, "\nthe last calls of each host:")?;
        for host in self.trace.hosts().take(HOSTS_SHOWN) {
            for line in self.trace.last_calls(host, CALLS_SHOWN) {
                writeln!(f, "  {line}")?;
            }
        }
        match self.trace.hosts().len().saturating_sub(HOSTS_SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "  (and {more} more hosts)"),
        }
    }
}

impl FailureReport {
    /// Who failed, and with what.
    pub fn headline(&self) -> String {
        match &self.location {
            Some(location) => format!("{} panicked at {location}: {}", self.process, self.message),
            None => format!("{} returned an error: {}", self.process, self.message),
        }
    }
}

impl fmt::Display for FailureReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", Time(self.at), self.headline())?;
        if let Some(hint) = self.hint {
            writeln!(f, "  try: {hint}")?;
        }
        self.backtrace.lines().take(FRAMES_SHOWN).try_for_each(|line| writeln!(f, "  {line}"))
    }
}

impl fmt::Display for WaitingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.process, self.call)?;
        if let Some(fd) = self.fd {
            write!(f, "({fd})")?;
        }
        write!(f, " since {} at {}", Time(self.since), self.line)?;
        if let Some(deadline) = self.deadline {
            write!(f, ", until {}", Time(deadline))?;
        }
        if self.is_server { write!(f, " (server)") } else { Ok(()) }
    }
}
