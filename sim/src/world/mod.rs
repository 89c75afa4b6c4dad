//! The world: every host, what lies between them, the processes, and the loop that makes time pass.
//!
//! Time moves only when no process can run. Then the earliest event of the agenda happens, and whoever it wakes runs.

mod backlog;
pub(crate) mod carrier;
mod counts;
mod delivery;
pub(crate) mod panics;
pub(crate) mod record;
mod scheduler;
pub(crate) mod seal;
mod spare;
pub(crate) mod task;
pub(crate) mod underway;

use std::{collections::VecDeque, panic::Location, time::Duration};

use counts::EventCounts;
pub use scheduler::End;
pub(crate) use scheduler::{
    Failure, FailureKind, Waiting, catch_thread, process_body, run, run_until, tear_down, waiting,
};

use crate::{
    base::{Agenda, HostId, Instant, ProgramId, SocketId, TaskId, trace::Sink},
    host::{Env, Host, HostParts, Waiter},
    net::{DropReason, Names, Partition, Topology},
    proto::Out,
    wire::Packet,
};
use delivery::Flights;
use record::{HowEnded, Record, What};
use spare::Spare;
use task::{State, Task, Tasks, Wait};
use underway::Underway;

/// Calls without a wait after which a process is taken to be spinning.
const SPINNING: u32 = 10_000;

/// What is on the agenda.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// A packet reaches the far end of a link.
    Arrival { flight: u32 },
    /// A socket asked to be reminded.
    Deadline { host: HostId, socket: SocketId },
    /// A parked process has waited long enough.
    Unpark { task: TaskId, parking: u32 },
    /// A partition begins or ends.
    Partition { index: u32, active: bool },
}

/// When a run ends though it could go on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) until: Instant,
    pub(crate) events: u64,
}

impl Limits {
    /// Half of all time: what is due later never happens, so that no timer set before comes near the end of the clock, where an
    /// instant means "never".
    pub(crate) const LATEST: Instant = Instant::from_nanos(u64::MAX / 2);
}

impl Default for Limits {
    /// A day of virtual time, or a hundred million events: more than any run that makes progress needs.
    fn default() -> Self {
        Self { until: Instant::default() + Duration::from_secs(24 * 3600), events: 100_000_000 }
    }
}

/// What happened, in numbers.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Counters {
    pub(crate) calls: u64,
    pub(crate) packets: u64,
    pub(crate) events: u64,
    pub(crate) dropped: [u64; DropReason::ALL.len()],
}

/// Everything there is.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) now: Instant,
    pub(crate) hosts: Vec<Host>,
    /// For hosts to be made of.
    pub(crate) host_parts: Vec<HostParts>,
    pub(crate) topology: Topology,
    pub(crate) names: Names,
    pub(crate) partitions: Vec<Partition>,
    pub(crate) tasks: Tasks,
    pub(crate) current: Option<TaskId>,
    pub(crate) counts: EventCounts,
    pub(crate) trace: Sink<Record>,
    pub(crate) counters: Counters,
    pub(crate) limits: Limits,
    pub(crate) failures: Vec<Failure>,
    /// A run with clients ends with them; one without goes on until nothing happens any more.
    pub(crate) had_clients: bool,
    /// How the run ended; none while it goes on, or once a program was started after it.
    pub(crate) over: Option<End>,
    /// Calls that the running process has made since it was resumed.
    pub(crate) calls_in_a_row: u32,
    /// Calls of all processes since time has moved.
    pub(crate) calls_at_once: u64,
    /// The run is over and its processes are being ended: calls do nothing any more.
    pub(crate) closing: bool,
    agenda: Agenda<Event>,
    flights: Flights,
    out: Out,
    /// Packets being sent, while a host leaves more in `out`.
    batch: Vec<Packet>,
    /// What a call that is not over has sent to itself, and finds only when more of it follows.
    kept: Vec<Packet>,
    /// What comes back to a call, and what is said to that at once: empty but while that is dealt with.
    waiting: VecDeque<(HostId, Packet)>,
    answers: VecDeque<(HostId, Packet)>,
    /// What hosts have answered over direct links, to be sent.
    relayed: VecDeque<(HostId, Packet)>,
    /// A call that sends has its socket locked: of acknowledgments that come one after the other meanwhile, it looks at the last
    /// (`tcp_add_backlog`).
    pub(crate) gathers_acks: bool,
    /// What arrives now is in another that follows.
    is_gathered: bool,
    wakes: Vec<Waiter>,
    unarmed: Vec<SocketId>,
    /// Sockets whose reminders are to be looked at before time passes.
    to_arm: Vec<(HostId, SocketId)>,
    refused: Vec<(DropReason, Packet)>,
    underway: Underway,
}

impl World {
    pub(crate) fn new(seed: u64, keep_trace: bool) -> Self {
        let spare = Spare::take();
        Self {
            seed,
            now: Instant::default(),
            hosts: spare.hosts,
            host_parts: spare.host_parts,
            topology: spare.topology.seeded(seed),
            names: spare.names,
            partitions: Vec::new(),
            tasks: spare.tasks.seeded(seed),
            current: None,
            counts: EventCounts::default(),
            trace: Sink::new(keep_trace),
            counters: Counters::default(),
            limits: Limits::default(),
            failures: Vec::new(),
            had_clients: false,
            over: None,
            calls_in_a_row: 0,
            calls_at_once: 0,
            closing: false,
            agenda: spare.agenda,
            flights: spare.flights,
            out: spare.out,
            batch: spare.batch,
            kept: Vec::new(),
            waiting: VecDeque::new(),
            answers: VecDeque::new(),
            relayed: VecDeque::new(),
            gathers_acks: false,
            is_gathered: false,
            wakes: spare.wakes,
            unarmed: spare.unarmed,
            to_arm: spare.to_arm,
            refused: spare.refused,
            underway: Underway::default(),
        }
    }

    #[inline(always)]
    pub(crate) fn record(&mut self, what: What) {
        self.trace.record(Record { at: self.now, what });
    }

    /// Runs `act` on a host, then sees to the packets, wakes and reminders it left.
    #[inline]
    pub(crate) fn on_host<R>(&mut self, id: HostId, act: impl FnOnce(&mut Host, &mut Env<'_>) -> R) -> R {
        let mut env = Env {
            now: self.now,
            out: &mut self.out,
            wakes: &mut self.wakes,
            unarmed: &mut self.unarmed,
            refused: &mut self.refused,
        };
        let result = act(&mut self.hosts[id.index()], &mut env);
        if self.has_left_something() {
            self.settle(id);
        }
        result
    }

    /// Whether a host has left packets, wakes or reminders to be seen to.
    #[inline]
    fn has_left_something(&self) -> bool {
        !self.out.packets.is_empty() || self.has_left_news()
    }

    /// Whether there is something of that to be seen to here: all but packets.
    #[inline]
    fn has_left_news(&self) -> bool {
        !(self.wakes.is_empty() && self.unarmed.is_empty() && self.refused.is_empty())
    }

    /// Takes back the buffer of a packet that a program has read.
    pub(crate) fn recycle(&mut self, payload: crate::wire::Payload) {
        self.out.pool.give(payload);
    }

    /// Puts an event on the agenda.
    pub(crate) fn arrange(&mut self, at: Instant, event: Event) {
        self.agenda.put(at, event);
    }

    /// Counts a call of the running process; `true` if it has made so many without a wait that it must be spinning, or if all
    /// processes together have made so many in one instant that they must be keeping each other busy.
    #[inline]
    pub(crate) fn spins(&mut self) -> bool {
        self.calls_in_a_row += 1;
        self.calls_at_once += 1;
        let many_at_once = u64::from(SPINNING) * self.tasks.all.len() as u64;
        (self.calls_in_a_row >= SPINNING || self.calls_at_once >= many_at_once) && self.current.is_some()
    }

    /// Starts a process. Its carrier is made by the caller, who holds the world's seal.
    pub(crate) fn start(&mut self, mut task: Task) -> TaskId {
        if let Some(parent) = self.current.filter(|_| !task.is_main) {
            task.is_server = self.tasks.get(parent).is_server;
        }
        let (host, program) = (task.host, task.program);
        self.had_clients |= task.is_main && !task.is_server;
        if task.is_main {
            self.over = None;
        }
        let id = self.tasks.add(task);
        self.hosts[host.index()].programs[program.index()].threads.push(id);
        self.record(What::Began { task: id, host, program });
        id
    }

    /// Parks the running process; it is for its carrier to suspend next.
    #[inline]
    pub(crate) fn park(
        &mut self,
        of: (HostId, ProgramId),
        call: &'static str,
        fd: i32,
        at: &'static Location<'static>,
        deadline: Option<Instant>,
    ) {
        let Some(id) = self.current else { return };
        let now = self.now;
        let task = self.tasks.get_mut(id);
        task.state = State::Parked;
        task.wait = Some(Wait { call, fd, of, location: at, since: now, deadline });
        task.timed_out = false;
        let parking = task.parking;
        if let Some(deadline) = deadline {
            self.agenda.put(deadline, Event::Unpark { task: id, parking });
        }
        self.record(What::Parked { task: id, call });
    }

    /// The number of the wait that the running process is about to begin: given to whatever shall wake it.
    #[inline]
    pub(crate) fn begin_parking(&mut self) -> Option<(TaskId, u32)> {
        let id = self.current?;
        let task = self.tasks.get_mut(id);
        task.parking = task.parking.wrapping_add(1);
        Some((id, task.parking))
    }

    /// Makes a waiter ready, unless it waits for something else by now.
    #[inline]
    pub(crate) fn wake(&mut self, task: TaskId, parking: u32) -> bool {
        let woken = self.tasks.wake(task, parking);
        if woken {
            self.record(What::Woken { task });
        }
        woken
    }

    /// Moves an event count and wakes its waiters: one, or all.
    pub(crate) fn notify(&mut self, index: u32, all: bool) {
        let Self { counts, tasks, trace, now, .. } = self;
        let mut more = true;
        counts.notify(index, |waiter| {
            if !more {
                return true;
            }
            if tasks.wake(waiter.task, waiter.parking) {
                trace.record(Record { at: *now, what: What::Woken { task: waiter.task } });
                more = all;
            }
            false
        });
    }

    /// Ends a program as a crash does: the kernel closes what it had open, and its threads run no further.
    pub(crate) fn kill_program(&mut self, host: HostId, program: ProgramId) {
        let entry = &mut self.hosts[host.index()].programs[program.index()];
        if std::mem::replace(&mut entry.dead, true) {
            return;
        }
        self.on_host(host, |host, env| host.end_program(env, program));
        for id in std::mem::take(&mut self.hosts[host.index()].programs[program.index()].threads) {
            self.leave(id);
            let parking = self.tasks.get(id).parking;
            self.tasks.wake(id, parking);
        }
    }

    /// A process waits no more for what it does: nobody's turn is lost to it (`finish_wait`).
    fn leave(&mut self, id: TaskId) {
        let task = self.tasks.get(id);
        let Some(wait) = task.wait.filter(|wait| wait.fd >= 0 && wait.call != "poll") else { return };
        let host = &mut self.hosts[task.host.index()];
        let named = host.programs[task.program.index()].get(wait.fd);
        if named.and_then(|socket| host.sockets.get_mut(socket)).is_some_and(|socket| socket.waiters.leave(id)) {
            return;
        }
        // The descriptor is another's by now, or it waits for room in another socket.
        host.sockets.values_mut().any(|socket| socket.waiters.leave(id));
    }

    /// Whether a program's calls still do something.
    #[inline]
    pub(crate) fn is_dead(&self, host: HostId, program: ProgramId) -> bool {
        self.closing || self.hosts[host.index()].programs[program.index()].dead
    }

    /// A process has ended; what it was waiting for or holding is nobody's any more.
    fn end_task(&mut self, id: TaskId, how: HowEnded) {
        let task = self.tasks.get_mut(id);
        task.state = State::Done;
        task.wait = None;
        let (host, program, is_main, is_server) = (task.host, task.program, task.is_main, task.is_server);
        if is_main && !is_server {
            self.tasks.clients -= 1;
        }
        self.record(What::Ended { task: id, how });
        if is_main {
            // The end of `main` is the end of the program, and of its other threads.
            self.kill_program(host, program);
        }
    }
}
