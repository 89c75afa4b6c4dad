//! [`run`]: threads of this machine.

use std::{
    cell::Cell,
    collections::BTreeSet,
    fs,
    path::PathBuf,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use wavetank_api::{Net as _, Shutdown};
use wavetank_lab::Namespace;
use wavetank_real::{Fd, Machine};

use super::{Outcome, assert_runnable, step_of};
use crate::{
    Answer, Call, Dice, Program, SLOTS, Slot,
    execute::{Run, Tank},
    slots::Slots,
    world::RealTank,
};

/// How the threads of a run are held up, so that other interleavings come about: drawn from that seed.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The seed of all waits.
    pub seed: u64,
    /// What a thread waits at most before it starts, and before each call.
    pub at_most: [Duration; 2],
    /// What is waited after each call of the prologue of a program on two hosts.
    pub patience: Duration,
}

impl Pace {
    /// One of several: at the same time, a little or much apart.
    pub fn drawn(seed: u64) -> Self {
        const SCALES: [[u64; 2]; 6] =
            [[0, 0], [5_000, 0], [5_000, 2_000], [30_000, 20_000], [0, 3_000], [300_000, 50_000]];
        let at_most = SCALES[(seed % 6) as usize].map(Duration::from_nanos);
        Self { seed, at_most, patience: GLANCE / 3 }
    }
}

/// How often it is looked whether threads go on.
const GLANCE: Duration = Duration::from_micros(300);
/// How many glances in a row must show the same.
const GLANCES: usize = 3;
/// How long nothing may happen before an outcome is believed that nobody expects: longer than any time-out of a program, and than
/// TCP delays an ACK.
const PATIENCE: Duration = Duration::from_millis(120);

/// Runs it once. `is_expected` is asked of what it seems to have come to; when it is not, the run gets more time.
///
/// # Panics
///
/// If the prologue may block.
pub fn run(tank: &RealTank, program: &Program, pace: Pace, mut is_expected: impl FnMut(&Outcome) -> bool) -> Outcome {
    assert_runnable(program);
    let slots: Slots<Fd> = Slots::default();
    let first_port = tank.first_port();
    let spaces = tank.spaces();
    let mut here = Run::sharing(tank, slots.clone(), first_port);
    // What the end of the program before has caused is not this one's.
    drop(tank.resets());
    let prologue: Vec<Answer> = program.calls.iter().enumerate().map(|(step, call)| here.answer(step, call)).collect();
    // What is on its way arrives before the threads start: it is theirs to be early or late.
    thread::sleep(if program.hosts > 1 { 2 * GLANCE } else { GLANCE / 3 });
    let known = here.ports();
    let mut resets = BTreeSet::new();
    let start = Start::default();
    let threads: Vec<Progress> = program.threads.iter().map(|_| Progress::default()).collect();
    thread::scope(|scope| {
        for (index, (calls, progress)) in program.threads.iter().zip(&threads).enumerate() {
            let (slots, start) = (slots.clone(), &start);
            let first = step_of(program.calls.len(), index, 0);
            let dice = Dice::with_seed(pace.seed * 4 + index as u64);
            scope.spawn(move || {
                let seat = Seat::new(spaces, first_port);
                progress.run(Run::sharing(&seat, slots, first_port), calls, first, start, dice, pace);
            });
        }
        start.go(threads.len());
        let mut outcome = || {
            wait_for_quiet(&threads, program);
            let threads = threads.iter().map(Progress::answers).collect();
            resets.extend(here.resets_among(&known));
            let (prologue, resets) = (prologue.clone(), resets.clone());
            Outcome { prologue, threads, seen: here.look(), resets }.generalise()
        };
        let mut last = outcome();
        if !is_expected(&last) {
            thread::sleep(PATIENCE);
            last = outcome();
        }
        if !is_expected(&last) {
            // Where the cores are overworked a packet may still wait for `ksoftirqd`. What time-outs of TCP have made of it is not taken.
            thread::sleep(PATIENCE);
            let later = outcome();
            if is_expected(&later) {
                last = later;
            }
        }
        start.is_over.store(true, Ordering::SeqCst);
        while threads.iter().any(|progress| !progress.has_ended.load(Ordering::SeqCst)) {
            for (fd, _) in slots.ever() {
                // One that is not connected says so, and wakes who waits all the same.
                drop(Machine::this().shutdown(&fd, Shutdown::Both));
            }
            // Who waits for room in another's queue is woken when that one has gone (`unix_wait_for_peer`, `unix_release_sock`).
            (0..SLOTS as Slot).for_each(|slot| drop(slots.take(slot)));
            thread::yield_now();
        }
        last
    })
}

/// A thread's own way into the namespaces.
struct Seat<'a> {
    machine: Machine,
    spaces: &'a [Namespace; 2],
    here: Cell<Option<u8>>,
    first_port: u16,
}

impl<'a> Seat<'a> {
    const fn new(spaces: &'a [Namespace; 2], first_port: u16) -> Self {
        Self { machine: Machine::this(), spaces, here: Cell::new(None), first_port }
    }
}

impl Tank for Seat<'_> {
    type Net = Machine;

    fn host(&self, index: u8) -> &Machine {
        if self.here.replace(Some(index)) != Some(index) {
            self.spaces[usize::from(index) % 2].enter();
        }
        &self.machine
    }

    fn settle(&self) {}

    fn pass(&self, time: Duration) {
        thread::sleep(time);
    }

    fn first_port(&self) -> u16 {
        self.first_port
    }
}

/// The start of all threads at once.
#[derive(Default)]
struct Start {
    ready: AtomicUsize,
    gone: AtomicBool,
    /// What comes after is no part of the run.
    is_over: AtomicBool,
}

impl Start {
    fn go(&self, threads: usize) {
        while self.ready.load(Ordering::SeqCst) < threads {
            thread::yield_now();
        }
        self.gone.store(true, Ordering::SeqCst);
    }

    fn wait(&self) {
        self.ready.fetch_add(1, Ordering::SeqCst);
        while !self.gone.load(Ordering::SeqCst) {
            thread::yield_now();
        }
    }
}

/// How far a thread has come.
#[derive(Default)]
struct Progress {
    /// Its folder in `/proc`.
    proc: OnceLock<PathBuf>,
    answers: Mutex<Vec<Answer>>,
    /// Twice the number of calls that have ended, and one more while it is in a call.
    place: AtomicUsize,
    has_ended: AtomicBool,
}

impl Progress {
    fn run<T: Tank>(
        &self,
        mut run: Run<'_, T>,
        calls: &[Call],
        first: usize,
        start: &Start,
        mut dice: Dice,
        pace: Pace,
    ) {
        let me = fs::read_link("/proc/thread-self").expect("Linux has /proc/thread-self");
        self.proc.get_or_init(|| PathBuf::from("/proc").join(me));
        start.wait();
        spin(&mut dice, pace.at_most[0]);
        for (at, call) in calls.iter().enumerate() {
            spin(&mut dice, pace.at_most[1]);
            if start.is_over.load(Ordering::SeqCst) {
                break;
            }
            self.place.store(2 * at + 1, Ordering::SeqCst);
            let answer = run.answer(first + at, call);
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
            self.place.store(2 * at + 2, Ordering::SeqCst);
        }
        drop(run);
        self.has_ended.store(true, Ordering::SeqCst);
    }

    fn answers(&self) -> Vec<Answer> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it sleeps in a call.
    fn sleeps(&self) -> bool {
        let Some(proc) = self.proc.get() else { return false };
        let stat = fs::read_to_string(proc.join("stat")).unwrap_or_default();
        // proc(5): "pid (comm) state ..", and a name may have anything in it.
        let is_asleep = stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('S'));
        is_asleep && self.place.load(Ordering::SeqCst) % 2 == 1
    }
}

/// A part of `at_most`, without giving the core away.
fn spin(dice: &mut Dice, at_most: Duration) {
    let until = Instant::now() + Duration::from_nanos(dice.u64(0..=at_most.as_nanos() as u64));
    while !at_most.is_zero() && Instant::now() < until {
        std::hint::spin_loop();
    }
}

/// Returns when each thread has ended or sleeps in a call, and has done so for some glances.
fn wait_for_quiet(threads: &[Progress], program: &Program) {
    let mut same = 0;
    let mut before = Vec::new();
    while same < GLANCES {
        let places: Vec<_> = threads.iter().map(|progress| progress.place.load(Ordering::SeqCst)).collect();
        let at_rest = |(progress, calls): (&Progress, &Vec<Call>)| {
            progress.place.load(Ordering::SeqCst) == 2 * calls.len() || progress.sleeps()
        };
        let have_ended = places.iter().zip(&program.threads).all(|(place, calls)| *place == 2 * calls.len());
        if have_ended {
            return;
        }
        let rests = threads.iter().zip(&program.threads).all(at_rest);
        same = if rests && places == before { same + 1 } else { 0 };
        before = places;
        thread::sleep(GLANCE);
    }
}
