//! One run of a concurrent program in the simulator.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use wavetank_api::{Addr, Host as _};
use wavetank_sim::{Gate, Resets, Sim, SimFd, SimHost};

use super::{Outcome, schedule::Schedule, step_of};
use crate::{
    Answer, Call, Place, Port, Program, Slot,
    execute::{Run, Tank},
    slots::Slots,
    world::{Ways, on_hosts},
};

/// How finely a run is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Grain {
    /// A call is made in one piece, and what it sends on loopback has arrived when it returns.
    Calls,
    /// As that, but a thread may be held up between having found its socket and making the call.
    Halves,
    /// Packets take a moment, on loopback too, and who could run may be held up until the next has arrived: a core that is busy, a
    /// socket that another call has locked.
    Packets,
    /// As that, and what is on its way to a listener that is just being closed may be lost: the last ACK of a handshake that has found the
    /// listener, but not its port any more (`tcp_v4_syn_recv_sock`, `__inet_inherit_port`: the request stays without an answer); a SYN
    /// that finds it closed when its turn has come (`tcp_rcv_state_process`, TCP_CLOSE). Nobody is told in either case.
    Losses,
    /// As [`Self::Packets`], and a packet may overtake another: each core has a queue of its own for what it sends over loopback, and over
    /// the cable, which is veth (`veth_forward_skb`, `enqueue_to_backlog`).
    Overtaking,
    /// As [`Self::Packets`], and a thread may be held up for longer than any time-out lasts.
    Ages,
    /// As [`Self::Packets`], and there are so few ephemeral ports that what is one in thousands on Linux comes about: that `connect` takes the
    /// one it connects to, which another has given back, and finds itself (`__inet_hash_connect`).
    FewPorts,
}

/// The ephemeral ports of [`Grain::FewPorts`].
const FEW_PORTS: &str = "40000 40001";
/// How long a packet takes where it takes a moment.
const MOMENT: Duration = Duration::from_micros(1);
/// What is due so soon may happen before a process that could run does: packets, but no time-out.
const SOON: Duration = Duration::from_micros(10);
/// Many round trips.
const SETTLE: Duration = Duration::from_micros(50);
/// A wait of [`Grain::Ages`]: more than the longest time-out of a drawn program.
const AGE: Duration = Duration::from_millis(15);
/// Who has got no answer by then waits for ever; before any time-out of TCP that lasts longer than a program's own.
const FOR_EVER: Duration = Duration::from_millis(100);

#[derive(Clone)]
struct Seat {
    hosts: Vec<SimHost>,
    schedule: Schedule,
    grain: Grain,
    /// On every way.
    gates: Vec<Gate>,
    resets: Resets,
}

impl Tank for Seat {
    type Net = SimHost;

    fn host(&self, index: u8) -> &SimHost {
        &self.hosts[usize::from(index) % self.hosts.len()]
    }

    fn settle(&self) {
        if self.grain >= Grain::Packets || self.hosts.len() > 1 {
            self.hosts[0].sleep(SETTLE);
        }
    }

    fn pass(&self, time: Duration) {
        self.hosts[0].sleep(time);
    }

    fn before_call(&self, call: &Call) {
        if self.grain != Grain::Calls {
            self.pause();
        }
        if self.grain == Grain::Losses && may_end_listening(call) && self.schedule.choose(2) == 1 {
            self.gates.iter().for_each(Gate::close);
            self.hosts[0].sleep(MOMENT);
            self.gates.iter().for_each(Gate::open);
        }
    }

    fn after_call(&self) {
        if self.grain >= Grain::Packets {
            self.pause();
        }
    }

    fn resets(&self) -> Vec<(SocketAddr, SocketAddr)> {
        self.resets.take()
    }

    fn first_port(&self) -> u16 {
        Port::NAMED
    }
}

impl PartialOrd for Grain {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        (*self as u8).partial_cmp(&(*other as u8))
    }
}

impl Seat {
    /// Others may run.
    fn pause(&self) {
        self.hosts[0].yield_now();
        if self.grain == Grain::Ages && self.schedule.choose(4) == 3 {
            self.hosts[0].sleep(AGE);
        }
    }

    fn thread(&self, slots: Slots<SimFd>, first: usize, calls: &[Call], answers: &Mutex<Vec<Answer>>) {
        let mut run = Run::sharing(self, slots, Port::NAMED);
        for (at, call) in calls.iter().enumerate() {
            self.pause();
            let answer = run.answer(first + at, call);
            answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
        }
    }

    /// How long until each thread has ended or waits for ever.
    fn patience(&self, program: &Program) -> Duration {
        let held_up = if self.grain == Grain::Ages { program.len() as u32 } else { 0 };
        FOR_EVER + held_up * AGE
    }

    fn run(self, program: &Program) -> Outcome {
        let slots = Slots::default();
        let mut run = Run::sharing(&self, slots.clone(), Port::NAMED);
        let answer = |(step, call)| {
            let answer = run.answer(step, call);
            self.settle();
            answer
        };
        let prologue: Vec<Answer> = program.calls.iter().enumerate().map(answer).collect();
        let known = run.ports();
        self.schedule.count(true);
        let start = |(index, calls): (usize, &Vec<Call>)| {
            let answers: Arc<Mutex<Vec<Answer>>> = Arc::default();
            let seat = self.clone();
            let (slots, calls, told) = (slots.clone(), calls.clone(), Arc::clone(&answers));
            let first = step_of(program.calls.len(), index, 0);
            let home = usize::from(home(program, &calls)) % self.hosts.len();
            drop(self.hosts[home].spawn("thread", move || seat.thread(slots, first, &calls, &told)));
            answers
        };
        let threads: Vec<_> = program.threads.iter().enumerate().map(start).collect();
        self.hosts[0].sleep(self.patience(program));
        self.schedule.count(false);
        let answers = |thread: &Arc<Mutex<Vec<Answer>>>| thread.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let threads = threads.iter().map(answers).collect();
        let resets = run.resets_among(&known).into_iter().collect();
        Outcome { prologue, threads, seen: run.look(), resets }.generalise()
    }
}

/// Runs it so.
///
/// # Errors
///
/// The report of a run that did not end by itself.
pub(super) fn run(program: &Program, seed: u64, grain: Grain, schedule: &Schedule) -> Result<Outcome, String> {
    let sim = Sim::new(seed);
    let ways = Ways {
        latency: if grain >= Grain::Packets { MOMENT } else { Duration::ZERO },
        overtaking: (grain == Grain::Overtaking).then_some(SOON / 2),
    };
    let chooser = schedule.clone();
    sim.set_scheduler(move |ready, due_in| {
        let may_be_held_up = due_in.is_some_and(|due_in| due_in <= SOON);
        chooser.choose_among(ready, may_be_held_up)
    });
    let (schedule, program, resets) = (schedule.clone(), program.clone(), sim.watch_resets());
    on_hosts(&sim, program.hosts, ways, |machines| {
        for machine in machines.iter().filter(|_| grain == Grain::FewPorts) {
            machine.set_sysctl("net.ipv4.ip_local_port_range", FEW_PORTS);
        }
        let ways = machines.iter().flat_map(|from| machines.iter().map(move |to| (from, to)));
        let gates =
            if grain == Grain::Losses { ways.map(|(from, to)| sim.gate(from, to)).collect() } else { Vec::new() };
        move |hosts| Seat { hosts, schedule, grain, gates, resets }.run(&program)
    })
}

/// The host of the first socket that a thread uses. One that waits there is known by its host's descriptors when something befalls its call.
fn home(program: &Program, calls: &[Call]) -> u8 {
    let host_of = |slot: Slot| {
        program.calls.iter().find_map(|call| match call {
            Call::Socket { host, into, .. } if *into == slot => Some(*host),
            Call::Socketpair { host, into, .. } if into.contains(&slot) => Some(*host),
            _ => None,
        })
    };
    let accepted_by = |slot: Slot| {
        program.calls.iter().find_map(|call| match call {
            Call::Accept { slot: listener, into } if *into == slot => Some(*listener),
            _ => None,
        })
    };
    let first = calls.iter().find_map(Call::slot);
    first.and_then(|slot| host_of(slot).or_else(|| host_of(accepted_by(slot)?))).unwrap_or(0)
}

/// Whether it may be the end of a listener, at once or when it lets go of one that was closed meanwhile.
pub(super) fn may_end_listening(call: &Call) -> bool {
    matches!(
        call,
        Call::Close { .. }
            | Call::Shutdown { .. }
            | Call::Accept { .. }
            | Call::Connect { addr: Place::Literal(Addr::Unspec), .. }
    )
}
