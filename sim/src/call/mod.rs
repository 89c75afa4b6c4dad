//! System calls: one function each. Look up the descriptor, match on the family, run, map the error, park or return, trace.
//!
//! A call that cannot go on parks its process and is *made again* when what it waits for has come: nothing of a call is
//! kept in the world while it waits, but the counts it has made.

pub(crate) mod connect;
pub(crate) mod control;
pub(crate) mod create;
pub(crate) mod errno;
mod error_queue;
mod fast_open;
pub(crate) mod ioctl;
mod ip_control;
pub(crate) mod machine;
pub(crate) mod name;
pub(crate) mod netdb;
pub(crate) mod option;
pub(crate) mod poll;
pub(crate) mod receive;
mod receive_peek;
mod receive_unix;
pub(crate) mod resolve;
pub(crate) mod send;
pub(crate) mod sysctl;
pub(crate) mod tun;
mod udp;
mod unix;

use std::{panic::Location, sync::Arc};

use wavetank_api::{Errno, Error, Result};

use crate::{
    base::{HostId, Instant, ProgramId, SocketId},
    host::{Host, Waiter},
    proto::Readiness,
    world::{World, carrier, record::What, seal::Sealed},
};

/// Who calls: a program of a host.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) world: &'a Arc<Sealed<World>>,
    pub(crate) host: HostId,
    pub(crate) program: ProgramId,
}

/// How far an attempt at a call came.
pub(crate) enum Attempt<T> {
    Done(Result<T, Errno>),
    /// Try again when a socket is ready, a counter has moved, or the time has come.
    Wait(For),
}

/// What a call waits for.
pub(crate) enum For {
    Ready { socket: SocketId, interest: Readiness },
    AnyReady(Vec<(SocketId, Readiness)>),
    Count(u32),
    Time,
}

/// What a process that never waits is made to wait after [`World::spins`] calls: less than they would take on a machine.
const SLICE: std::time::Duration = std::time::Duration::from_millis(1);

/// What a call says of itself in the trace.
pub(crate) struct Told<F> {
    pub(crate) call: &'static str,
    /// What distinguishes its arguments: for the digest.
    pub(crate) numbers: [u64; 3],
    /// Its arguments as strace would write them: made only when the trace is kept.
    pub(crate) text: F,
}

/// What a call returns, as the kernel's single number.
pub(crate) trait Outcome {
    fn number(&self) -> i64;
}

impl Outcome for () {
    fn number(&self) -> i64 {
        0
    }
}

impl Outcome for bool {
    fn number(&self) -> i64 {
        i64::from(*self)
    }
}

impl Outcome for i32 {
    fn number(&self) -> i64 {
        i64::from(*self)
    }
}

impl Outcome for usize {
    fn number(&self) -> i64 {
        *self as i64
    }
}

impl<A: Outcome, B> Outcome for (A, B) {
    fn number(&self) -> i64 {
        self.0.number()
    }
}

impl Caller<'_> {
    /// Whether the program has ended, and its descriptors with it.
    pub(crate) fn is_dead(&self) -> bool {
        self.world.enter(|world| world.is_dead(self.host, self.program))
    }

    /// Makes a call that never blocks.
    #[inline]
    pub(crate) fn call<T: Outcome>(
        &self,
        told: Told<impl FnOnce() -> String>,
        act: impl FnOnce(&mut World) -> Result<T, Errno>,
    ) -> Result<T> {
        let call = told.call;
        let (result, spins) = self.world.enter(|world| {
            if world.is_dead(self.host, self.program) {
                return (Err(Errno::EBADF), false);
            }
            let result = act(world);
            self.trace(world, told, &result);
            (result, world.spins())
        });
        if spins {
            self.preempt();
        }
        result.map_err(|errno| self.failed(errno, call))
    }

    /// Takes the processor from a process that has made very many calls without ever waiting: on a real machine time would
    /// have passed meanwhile, and what it may be polling for have come.
    #[cold]
    #[inline(never)]
    pub(crate) fn preempt(&self) {
        let line = Location::caller();
        let parked = self.world.enter(|world| {
            let slice = world.now + SLICE;
            let able = !std::thread::panicking() && world.begin_parking().is_some();
            if able {
                world.park((self.host, self.program), "sched_yield", -1, line, Some(slice));
            }
            able
        });
        if parked {
            carrier::suspend();
        }
    }

    /// Makes a call that may block: attempts it until it is done. `deadline` ends the last wait with one more attempt, which
    /// is told so and must not wait again.
    #[inline]
    #[track_caller]
    pub(crate) fn blocking<T: Outcome>(
        &self,
        fd: i32,
        told: Told<impl FnOnce() -> String>,
        mut attempt: impl FnMut(&mut World, &mut Option<Instant>) -> Attempt<T>,
    ) -> Result<T> {
        let call = told.call;
        let mut told = Some(told);
        let mut deadline = None;
        let line = Location::caller();
        loop {
            let done = self.world.enter(|world| {
                if world.is_dead(self.host, self.program) {
                    return Some((Err(Errno::EBADF), false));
                }
                let result = match attempt(world, &mut deadline) {
                    Attempt::Done(result) => result,
                    Attempt::Wait(_) if has_passed(world, deadline) => Err(Errno::EAGAIN),
                    Attempt::Wait(event) => match self.park(world, call, fd, line, &event, deadline) {
                        Ok(()) => return None,
                        Err(errno) => Err(errno),
                    },
                };
                if let Some(told) = told.take() {
                    self.trace(world, told, &result);
                }
                Some((result, world.spins()))
            });
            match done {
                Some((result, spins)) => {
                    if spins {
                        self.preempt();
                    }
                    return result.map_err(|errno| self.failed(errno, call));
                }
                None => carrier::suspend(),
            }
        }
    }

    /// Makes an error of an errno. In a dead program a call does nothing and says EBADF, for the sake of destructors while its
    /// processes unwind; one that does not unwind has caught what was to end it, and is sent the same way again.
    #[cold]
    fn failed(&self, errno: Errno, call: &'static str) -> Error {
        if errno == Errno::EBADF && carrier::inside_process() && !std::thread::panicking() && self.is_dead() {
            carrier::suspend();
        }
        Error::new(errno, call)
    }

    /// Registers the running process with what it waits for.
    #[inline]
    fn park(
        &self,
        world: &mut World,
        call: &'static str,
        fd: i32,
        line: &'static Location<'static>,
        event: &For,
        deadline: Option<Instant>,
    ) -> Result<(), Errno> {
        if std::thread::panicking() {
            // Destructors of a panicking process run on; they must not give control away, because the unwinding is the
            // thread's, which other processes share.
            return Err(Errno::ECANCELED);
        }
        let Some((task, parking)) = world.begin_parking() else {
            // Misuse of the harness, not something a simulated program can do.
            panic!(
                "{call} would block, but no simulated process is running: blocking calls belong into a closure given to \
                 host.run(..), host.serve(..) or host.spawn(..). The call was made at {line}"
            );
        };
        let mut on_socket = |socket: SocketId, interest| {
            if let Some(socket) = world.hosts[self.host.index()].sockets.get_mut(socket) {
                socket.waiters.add(Waiter { task, parking, interest });
            }
        };
        match event {
            For::Ready { socket, interest } => on_socket(*socket, *interest),
            For::AnyReady(all) => all.iter().for_each(|(socket, interest)| on_socket(*socket, *interest)),
            For::Count(count) => world.counts.wait(*count, task, parking),
            For::Time => {}
        }
        world.park((self.host, self.program), call, fd, line, deadline);
        Ok(())
    }

    #[inline]
    fn trace<T: Outcome>(&self, world: &mut World, told: Told<impl FnOnce() -> String>, result: &Result<T, Errno>) {
        let text = if world.trace.keeps() { (told.text)().into_boxed_str() } else { Box::default() };
        let result = match result {
            Ok(value) => value.number(),
            Err(errno) => -i64::from(errno.raw()),
        };
        world.counters.calls += 1;
        let task = world.current;
        world.record(What::Call { task, host: self.host, call: told.call, numbers: told.numbers, result, text });
    }

    /// The open socket a descriptor names.
    #[inline]
    pub(crate) fn socket(&self, world: &World, fd: i32) -> Result<SocketId, Errno> {
        self.host(world).programs[self.program.index()].get(fd).ok_or(Errno::EBADF)
    }

    #[inline]
    pub(crate) fn host<'w>(&self, world: &'w World) -> &'w Host {
        &world.hosts[self.host.index()]
    }

    #[inline]
    pub(crate) fn host_mut<'w>(&self, world: &'w mut World) -> &'w mut Host {
        &mut world.hosts[self.host.index()]
    }
}

/// The instant a timeout that begins now ends; the same one at every attempt.
pub(crate) fn deadline_after(world: &World, deadline: &mut Option<Instant>, timeout: Option<std::time::Duration>) {
    if let (None, Some(timeout)) = (&deadline, timeout) {
        *deadline = Some(world.now + timeout);
    }
}

/// Whether the wait that ends at `deadline` is over.
#[inline]
pub(crate) fn has_passed(world: &World, deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| deadline <= world.now)
}
