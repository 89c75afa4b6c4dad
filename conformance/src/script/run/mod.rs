//! Running a script in a world: its calls, its packets, and what came of them.

mod calls;
mod connection;
mod report;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use wavetank_api::{Family, Host, Instant};

pub(crate) use self::{calls::Places, report::Failure};
use self::{
    calls::{Begun, Calls},
    connection::Connection,
    report::History,
};
use super::{
    bytes::{self, Arrived, Path},
    model::{Action, Call, Condition, Event, Expected, Icmp, Script, Span, When},
    parse::LOCAL_PORT,
    segment::{Flags, IpPart, Segment, TcpOption},
};

/// What a script needs of a world: a machine that is tested, and the wire to it.
pub(crate) trait World {
    /// The tested side.
    type Host: Host;

    fn host(&self) -> &Self::Host;

    /// Where the addresses of the script are.
    fn places(&self) -> Places;

    /// The tested side receives a packet.
    fn send(&self, packet: &[u8]) -> Result<(), String>;

    /// The next packet that the tested side has sent, and when; `None` if there is none by then.
    fn recv(&self, deadline: Instant) -> Option<(Instant, Vec<u8>)>;

    /// `sysctl -w name=value`, on the tested side.
    fn sysctl(&self, name: &str, value: &str) -> Result<(), Stop>;

    /// How exact times are here.
    fn tolerance(&self, script: &Script) -> Tolerance;
}

/// How much earlier and later than written something may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tolerance {
    pub(crate) early: Duration,
    pub(crate) late: Duration,
    /// Whether timers are the less exact the longer they are, as those of Linux (`kernel/time/timer.c`: by up to an eighth).
    pub(crate) wheel: bool,
}

impl Tolerance {
    /// How late something may be that was to take so long.
    fn late_after(self, long: Duration) -> Duration {
        self.late + if self.wheel { long / 8 } else { Duration::ZERO }
    }
}

/// How a script ends before its end.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    Failed(Failure),
    /// This machine cannot run it; why.
    Skipped(String),
}

/// How long a call that does not say `...` may take, and a packet that may come at any time.
const PATIENCE: Duration = Duration::from_secs(2);
const LONG_PATIENCE: Duration = Duration::from_secs(150);

/// The bytes of all streams: number `n` is `n` modulo 251, which no power of two and no segment size divides.
pub(super) fn pattern(begin: u64, len: usize) -> Vec<u8> {
    (begin..).take(len).map(|n| (n % 251) as u8).collect()
}

/// Runs a script to its end, or to its first fault; who writes one may want to see all of them.
pub(crate) fn run<W: World>(script: &Script, family: Family, world: &W, all_faults: bool) -> Result<(), Stop> {
    for (name, value) in &script.sysctls {
        world.sysctl(name, value)?;
    }
    let begin = world.host().now();
    let calls = Calls::new(world.host(), family, world.places(), script.patterned);
    let mut run = Run {
        script,
        world,
        tolerance: world.tolerance(script),
        begin,
        last: begin,
        calls,
        blocked: Vec::new(),
        connections: BTreeMap::new(),
        arrived: VecDeque::new(),
        history: History::default(),
    };
    let mut faults = Vec::new();
    for event in &script.events {
        match run.event(event) {
            Err(Stop::Failed(failure)) if all_faults => faults.push(failure),
            done => done?,
        }
    }
    match run.finish() {
        Err(Stop::Failed(failure)) if all_faults => faults.push(failure),
        done => done?,
    }
    Failure::all(&faults).map_or(Ok(()), |failure| Err(Stop::Failed(failure)))
}

struct Run<'a, W: World> {
    script: &'a Script,
    world: &'a W,
    tolerance: Tolerance,
    begin: Instant,
    /// When the event before was: what `+` counts from.
    last: Instant,
    calls: Calls<W::Host>,
    blocked: Vec<Blocked<'a, W::Host>>,
    connections: BTreeMap<usize, Connection>,
    /// Packets that came and were not expected yet.
    arrived: VecDeque<(Instant, Arrived)>,
    history: History,
}

/// A call that is expected to end later.
struct Blocked<'a, H: Host> {
    event: &'a Event,
    begun: Begun<H>,
    starts: Instant,
    ends: Instant,
}

impl<'a, W: World> Run<'a, W> {
    fn event(&mut self, event: &'a Event) -> Result<(), Stop> {
        let (from, span) = match event.when {
            When::Whenever => (self.last, Span::Until(LONG_PATIENCE)),
            When::At { relative, from, span } => {
                let base = if relative { self.last } else { self.begin };
                let moved = |end: Duration| base + end - (base + from);
                let span = match span {
                    Span::Point => Span::Point,
                    Span::Until(end) => Span::Until(moved(end)),
                    Span::Blocks(end) => Span::Blocks(moved(end)),
                };
                (base + from, span)
            }
        };
        if let Action::Expect(number, segment) = &event.action {
            let until = if let Span::Until(long) = span { from + long } else { from };
            return self.expect(event, *number, segment, from, until);
        }
        self.wait_until(from);
        // A packet may be what ends the call, at the very time at which it should end.
        if matches!(event.action, Action::Call(..) | Action::Info(..)) {
            self.await_due(from)?;
        }
        self.last = self.world.host().now();
        match &event.action {
            Action::Inject(number, segment) => self.inject(event, *number, segment),
            Action::InjectIcmp(number, icmp) => self.inject_icmp(event, *number, icmp),
            Action::ExpectNothing => self.expect_nothing(event),
            Action::Call(call, expected) => {
                let blocks = if let Span::Blocks(long) = span { Some(from + long) } else { None };
                self.call(event, call, expected, blocks)
            }
            Action::Info(fd, conditions) => self.info(event, *fd, conditions),
            Action::Sysctl(name, value) => self.world.sysctl(name, value),
            Action::Renumber(number) => {
                self.connection(*number).renumber();
                Ok(())
            }
            Action::Expect(..) => Ok(()),
        }
    }

    fn connection(&mut self, number: usize) -> &mut Connection {
        let isn = self.script.remote_isn;
        self.connections.entry(number).or_insert_with(|| Connection::new(number, LOCAL_PORT, isn))
    }

    fn path_to_local(&mut self, number: usize) -> Path {
        let Places { local, remote } = self.world.places();
        let connection = self.connection(number);
        Path { from: (remote, connection.remote_port), to: (local, connection.local_port) }
    }

    fn inject(&mut self, event: &Event, number: usize, segment: &Segment) -> Result<(), Stop> {
        let path = self.path_to_local(number);
        let payload = segment.payload.clone().unwrap_or_else(|| payload(segment));
        let packet = bytes::encode(path, &self.connection(number).absolute(segment), &payload);
        self.history.add(self.last - self.begin, mark('<', number), segment.to_string());
        self.world.send(&packet).map_err(|error| self.failed(event, "the packet was not taken", [error]))
    }

    fn inject_icmp(&mut self, event: &Event, number: usize, icmp: &Icmp) -> Result<(), Stop> {
        let about = self.path_to_local(number).back();
        let seq = self.connection(number).local_seq(icmp.seq);
        let packet = bytes::encode_icmp(about, icmp.kind, seq, icmp.len);
        self.history.add(self.last - self.begin, mark('<', number), format!("icmp {:?}", icmp.kind));
        self.world.send(&packet).map_err(|error| self.failed(event, "the packet was not taken", [error]))
    }

    /// Sees to it that the next packet is that one, and comes in time.
    fn expect(
        &mut self,
        event: &Event,
        number: usize,
        expected: &Segment,
        from: Instant,
        until: Instant,
    ) -> Result<(), Stop> {
        let whenever = event.when == When::Whenever;
        let latest = until + self.tolerance.late_after(until - self.last);
        let Some((at, arrived)) = self.next_packet(latest) else {
            let what = format!("no packet came until {}", report::time(latest - self.begin));
            return Err(self.not_as_expected(event, from, until, expected, None, vec![what]));
        };
        let expected = &self.over_this_family(expected);
        let who = self.number_of(&arrived);
        let connection = self.connection(who);
        connection.learn(&arrived, Some(expected).filter(|_| who == number));
        let actual = connection.relative(&arrived);
        let mut wrong = connection::differences(expected, &actual, self.tolerance);
        if who != number {
            wrong.insert(0, format!("connection: expected {number}, got {who}"));
        }
        wrong.extend(arrived.fault.clone());
        if wrong.is_empty() && self.script.patterned && arrived.payload != payload(&actual) {
            wrong.push("payload: not the bytes that were written".to_owned());
        }
        if let Some(expected) = expected.payload.as_ref().filter(|payload| **payload != arrived.payload) {
            let (expected, got) = (expected.escape_ascii(), arrived.payload.escape_ascii());
            wrong.push(format!("payload: expected \"{expected}\", got \"{got}\""));
        }
        if !whenever && at + self.tolerance.early < from {
            wrong.push(format!("time: {} too early", report::time(from - at)));
        }
        if !whenever && at > latest {
            wrong.push(format!("time: {} too late", report::time(at - until)));
        }
        let actual = without_usual(actual, expected);
        let failed =
            (!wrong.is_empty()).then(|| self.not_as_expected(event, from, until, expected, Some((at, &actual)), wrong));
        self.history.add(at - self.begin, mark('>', number), actual.to_string());
        self.last = at;
        failed.map_or(Ok(()), Err)
    }

    /// The segment size that the tested side offers is what an interface of 1500 bytes leaves: scripts say what that is over IPv4,
    /// and over IPv6, whose header is 20 bytes longer, it is so much less.
    fn over_this_family(&self, expected: &Segment) -> Segment {
        let mut expected = expected.clone();
        if self.world.places().local.is_ipv6() {
            for option in &mut expected.options.list {
                if *option == TcpOption::Mss(1460) {
                    *option = TcpOption::Mss(1440);
                }
            }
        }
        expected
    }

    fn expect_nothing(&mut self, event: &Event) -> Result<(), Stop> {
        self.drain();
        match self.arrived.pop_front() {
            None => Ok(()),
            Some((at, arrived)) => Err(self.unexpected(event, at, &arrived)),
        }
    }

    fn unexpected(&mut self, event: &Event, at: Instant, arrived: &Arrived) -> Stop {
        let number = self.number_of(arrived);
        let connection = self.connection(number);
        connection.learn(arrived, None);
        let mut actual = connection.relative(arrived);
        actual.ip = IpPart::default();
        let got = format!("got       {}  {} {actual}", report::time(at - self.begin), mark('>', number));
        self.failed(event, "a packet came that is not in the script", [got])
    }

    fn call(
        &mut self,
        event: &'a Event,
        call: &Call,
        expected: &Expected,
        blocks: Option<Instant>,
    ) -> Result<(), Stop> {
        let begun =
            self.calls.begin(call, expected).map_err(|why| self.failed(event, "the call cannot be made", [why]))?;
        self.history.add(self.last - self.begin, " ".to_owned(), report::action_text(event));
        let host = self.world.host();
        match blocks {
            Some(ends) => {
                self.blocked.push(Blocked { event, begun, starts: self.last, ends });
                Ok(())
            }
            None => match begun.wait(host, host.now() + PATIENCE) {
                Some(mut ended) => {
                    let late = ended.at - self.last;
                    if late > self.tolerance.late {
                        let what = format!(
                            "it took {}; write `+0...{:?}` if it should block",
                            report::time(late),
                            late.as_secs_f64()
                        );
                        return Err(self.failed(event, "the call blocked", [what]));
                    }
                    match self.calls.end(&begun, &mut ended) {
                        None => Ok(()),
                        Some(fault) => Err(self.failed(event, "the call did something else", [fault])),
                    }
                }
                None => {
                    let what = format!("after {PATIENCE:?} it has not returned; write `+0...0.2` if it should block");
                    Err(self.failed(event, "the call blocks", [what]))
                }
            },
        }
    }

    /// Waits for the calls that should have ended by then.
    fn await_due(&mut self, now: Instant) -> Result<(), Stop> {
        let due: Vec<_> = self.blocked.extract_if(.., |blocked| blocked.ends <= now).collect();
        due.into_iter().try_for_each(|blocked| self.await_end(&blocked))
    }

    fn await_end(&mut self, blocked: &Blocked<'a, W::Host>) -> Result<(), Stop> {
        let Blocked { event, begun, starts, ends } = blocked;
        let latest = *ends + self.tolerance.late_after(*ends - *starts);
        let Some(mut ended) = begun.wait(self.world.host(), latest) else {
            let what = format!("at {} it has not returned", report::time(latest - self.begin));
            return Err(self.failed(event, "the call blocks longer than written", [what]));
        };
        if ended.at + self.tolerance.early < *ends || ended.at > latest {
            let (should, did) = (report::time(*ends - self.begin), report::time(ended.at - self.begin));
            let result = calls::shown_result(&ended);
            let what = format!("it should return at {should}, and returned at {did}: {result}");
            return Err(self.failed(event, "the call did not block as long as written", [what]));
        }
        match self.calls.end(begun, &mut ended) {
            None => Ok(()),
            Some(fault) => Err(self.failed(event, "the call did something else", [fault])),
        }
    }

    fn info(&mut self, event: &Event, fd: i32, conditions: &[Condition]) -> Result<(), Stop> {
        let info = self.calls.info(fd).map_err(|why| self.failed(event, "the call failed", [why]))?;
        let wrong: Vec<_> = conditions
            .iter()
            .filter_map(|Condition { field, relation, value }| {
                let got = field.read(&info);
                let holds = got.is_some_and(|got| relation.holds(got, *value));
                let shown = got.map_or("nothing: the structure is shorter".to_owned(), |got| got.to_string());
                (!holds).then(|| format!("{}: expected {} {value}, got {shown}", field.name, relation.sign()))
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(self.failed(event, "TCP_INFO says otherwise", wrong)) }
    }

    /// After the last event nothing more is looked at, but nothing may be left over from before.
    fn finish(&mut self) -> Result<(), Stop> {
        let due = std::mem::take(&mut self.blocked);
        due.iter().try_for_each(|blocked| self.await_end(blocked))?;
        self.drain();
        let left = self.arrived.pop_front().filter(|(at, _)| *at <= self.last);
        match (left, self.script.events.last()) {
            (Some((at, arrived)), Some(event)) => Err(self.unexpected(event, at, &arrived)),
            _ => Ok(()),
        }
    }

    /// Takes packets in until then.
    fn wait_until(&mut self, until: Instant) {
        while let Some((at, packet)) = self.world.recv(until) {
            self.take_in(at, &packet);
        }
    }

    /// Takes in what is there.
    fn drain(&mut self) {
        self.wait_until(self.world.host().now());
    }

    fn take_in(&mut self, at: Instant, packet: &[u8]) {
        let ours = |arrived: &Arrived| {
            let ports = connection::REMOTE_PORTS..connection::REMOTE_PORTS + 100;
            arrived.path.to.0 == self.world.places().remote && ports.contains(&arrived.path.to.1)
        };
        if let Some(arrived) = bytes::decode(packet).filter(ours) {
            self.arrived.push_back((at, arrived));
        }
    }

    fn next_packet(&mut self, deadline: Instant) -> Option<(Instant, Arrived)> {
        while self.arrived.is_empty() {
            let (at, packet) = self.world.recv(deadline)?;
            self.take_in(at, &packet);
        }
        self.arrived.pop_front()
    }

    fn number_of(&self, arrived: &Arrived) -> usize {
        usize::from(arrived.path.to.1 - connection::REMOTE_PORTS)
    }

    fn failed(&mut self, event: &Event, what: &str, details: impl IntoIterator<Item = String>) -> Stop {
        Stop::Failed(Failure::new(self.script, event, what, details, &self.history))
    }

    fn not_as_expected(
        &mut self,
        event: &Event,
        from: Instant,
        until: Instant,
        expected: &Segment,
        actual: Option<(Instant, &Segment)>,
        wrong: Vec<String>,
    ) -> Stop {
        let number = if let Action::Expect(number, _) = &event.action { *number } else { 1 };
        let mut times = report::time(from - self.begin);
        if event.when == When::Whenever {
            times = "*".to_owned();
        } else if until > from {
            times = format!("{times}~{}", report::time(until - self.begin));
        }
        let mut details = vec![format!("expected  {times}  {} {expected}", mark('>', number))];
        let what = if let Some((at, actual)) = actual {
            details.push(format!("got       {}  {} {actual}", report::time(at - self.begin), mark('>', number)));
            "another packet came"
        } else {
            "an expected packet did not come"
        };
        details.extend(wrong);
        self.failed(event, what, details)
    }
}

/// The bytes of the pattern that a segment carries: its SYN takes the number before the first.
fn payload(segment: &Segment) -> Vec<u8> {
    let first = segment.seq.wrapping_add(u32::from(segment.flags.has(Flags::SYN))).wrapping_sub(1);
    // What lies before the stream has no bytes; a script that sends it means bytes that nobody will read.
    pattern(u64::from(first), segment.len as usize)
}

/// What is shown of a packet: what a script would not write, because it is as always, is left out.
fn without_usual(mut actual: Segment, expected: &Segment) -> Segment {
    let usual = expected.ip == actual.ip || expected.ip == IpPart::default();
    actual.ip = IpPart { ecn: actual.ip.ecn.filter(|ecn| *ecn != 0 || expected.ip.ecn.is_some()), ..actual.ip };
    if usual {
        actual.ip.ttl = None;
    }
    actual
}

/// `<`, or `<2` for another connection than the first.
fn mark(sign: char, number: usize) -> String {
    if number == 1 { sign.to_string() } else { format!("{sign}{number}") }
}
