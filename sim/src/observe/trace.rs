//! The trace as text: calls as strace prints them, packets as tcpdump does.

use std::{fmt, sync::Arc};

use wavetank_api::{Errno, Instant};

use crate::{
    base::{Digester, digest::Digest},
    base::{HostId, TaskId, trace::Record as _},
    world::{
        World,
        record::{HowEnded, Record, What},
    },
};

/// Everything that happened in a run whose trace was kept; else nothing but names.
#[derive(Clone, Default)]
pub struct Trace {
    records: Vec<Record>,
    hosts: Vec<Arc<str>>,
    tuns: Vec<Arc<str>>,
    /// Host and name of each process.
    tasks: Vec<(HostId, Arc<str>)>,
}

impl Trace {
    pub(crate) fn new(world: &mut World) -> Self {
        let records = world.trace.take_kept();
        Self {
            records,
            hosts: world.hosts.iter().map(|host| host.name.clone()).collect(),
            tuns: world.topology.tuns().iter().map(|tun| tun.name.clone()).collect(),
            tasks: world.tasks.all.iter().map(|task| (task.host, task.name.clone())).collect(),
        }
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// One line for each event.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.records.iter().map(|record| self.line(record))
    }

    /// The last `count` calls of a host, a line each.
    pub fn last_calls(&self, host: &str, count: usize) -> Vec<String> {
        let is_hers = |record: &&Record| match &record.what {
            What::Call { host: id, .. } => self.host(*id) == host,
            _ => false,
        };
        let mut lines: Vec<_> =
            self.records.iter().rev().filter(is_hers).take(count).map(|record| self.line(record)).collect();
        lines.reverse();
        lines
    }

    /// The names of the hosts, in the order they were made.
    pub fn hosts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.hosts.iter().map(|name| &**name)
    }

    /// The names of the TUN devices, in the order they were made.
    pub fn tuns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.tuns.iter().map(|name| &**name)
    }

    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }

    /// The host, or TUN device, of a name.
    pub(super) fn id_of(&self, name: &str) -> Option<HostId> {
        let host = self.hosts().position(|host| host == name).map(|index| HostId(index as u32));
        host.or_else(|| self.tuns().position(|tun| tun == name).map(HostId::of_tun))
    }

    /// Where two traces first differ, by the digest of each event: its index.
    pub(crate) fn first_difference(&self, other: &Self) -> Option<usize> {
        let same = self.records.iter().zip(&other.records).take_while(|(a, b)| digest_of(a) == digest_of(b)).count();
        (same < self.records.len() || same < other.records.len()).then_some(same)
    }

    /// The event at an index, as text.
    pub(crate) fn line_at(&self, index: usize) -> String {
        self.records.get(index).map_or_else(|| "(the run had ended)".to_owned(), |record| self.line(record))
    }

    fn line(&self, record: &Record) -> String {
        format!("{} {}", Time(record.at), self.event(&record.what))
    }

    fn event(&self, what: &What) -> String {
        match what {
            What::Began { task, program, .. } => format!("{} +++ began as program {program} +++", self.task(*task)),
            What::Ended { task, how } => format!("{} +++ {} +++", self.task(*task), ended(*how)),
            What::Call { task, host, result, text, .. } => {
                let who = task.map_or_else(|| format!("{} (harness)", self.host(*host)), |task| self.task(task));
                format!("{who} {text} = {}", outcome(*result))
            }
            What::Parked { task, call } => format!("{} ... waits in {call}", self.task(*task)),
            What::Woken { task } => format!("{} ... wakes", self.task(*task)),
            What::Sent { number, from, to, arrives, packet, .. } => {
                let (from, to) = (self.host(*from), self.host(*to));
                format!("{from} > {to} #{number} {}, arrives {}", shown(packet.as_deref()), Time(*arrives))
            }
            What::Arrived { number, to } => format!("{} < #{number} arrived", self.host(*to)),
            What::Dropped { from, reason, packet, .. } => {
                format!("{} x {}, dropped: {reason}", self.host(*from), shown(packet.as_deref()))
            }
            What::Timer { host, .. } => format!("{} timer", self.host(*host)),
            What::Partition { number, active } => {
                format!("partition {number} {}", if *active { "begins" } else { "ends" })
            }
        }
    }

    pub(crate) fn host(&self, id: HostId) -> &str {
        let name = match id.tun_index() {
            None => self.hosts.get(id.index()),
            Some(index) => self.tuns.get(index),
        };
        name.map_or("?", |name| name)
    }

    /// A process: its host, and its own name if it is not the program's first.
    pub(crate) fn task(&self, id: TaskId) -> String {
        let Some((host, name)) = self.tasks.get(id.index()) else { return "?".to_owned() };
        let host = self.host(*host);
        if **name == *host { host.to_owned() } else { format!("{host}/{name}") }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trace({} events)", self.records.len())
    }
}

fn digest_of(record: &Record) -> Digest {
    let mut digester = Digester::new();
    record.digest(&mut digester);
    digester.finish()
}

/// Virtual time with nanoseconds, as `tcpdump -ttttt --nano` would show it.
pub(crate) struct Time(pub(crate) Instant);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        write!(f, "{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
    }
}

fn outcome(result: i64) -> String {
    match i32::try_from(-result) {
        Ok(errno @ 1..) => format!("-1 {}", Errno::from_raw(errno)),
        _ => result.to_string(),
    }
}

fn ended(how: HowEnded) -> &'static str {
    match how {
        HowEnded::Returned => "exited",
        HowEnded::Failed => "exited with an error",
        HowEnded::Panicked => "panicked",
        HowEnded::Killed => "ended with its program",
    }
}

fn shown(packet: Option<&crate::wire::Packet>) -> String {
    packet.map_or_else(|| "a packet".to_owned(), ToString::to_string)
}
