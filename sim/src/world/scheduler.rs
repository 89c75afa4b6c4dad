//! The loop: run who is ready; when nobody is, let the next event happen; end when there is nothing left to do.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    time::Duration,
};

use super::{
    Event, World,
    carrier::{Body, Carrier, Killed, Order, Resumed},
    panics::{self, Caught},
    record::{HowEnded, What},
    seal::Sealed,
    task::State,
};
use crate::base::{Instant, TaskId};

/// Why a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Every client ended. Servers may still have been waiting.
    Finished,
    /// Clients are waiting, and nothing can ever happen again.
    Stalled,
    /// The bound of virtual time was reached.
    OutOfTime,
    /// The bound of events was reached.
    TooManyEvents,
}

/// Something that fails a run.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) at: Instant,
    pub(crate) task: TaskId,
    pub(crate) kind: FailureKind,
}

#[derive(Clone, Debug)]
pub(crate) enum FailureKind {
    Panicked(Caught),
    /// The process returned an error.
    Returned {
        error: String,
        hint: Option<&'static str>,
    },
}

/// A process that was waiting when the run ended.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) task: TaskId,
    pub(crate) is_server: bool,
    pub(crate) call: &'static str,
    pub(crate) fd: i32,
    pub(crate) line: String,
    pub(crate) since: Instant,
    pub(crate) deadline: Option<Instant>,
}

enum Step {
    Resume(TaskId, Box<Carrier>, Order),
    Ended(End),
}

/// After a first failure the others get this much virtual time to end in their own ways.
const GRACE: Duration = Duration::from_secs(60);

/// Runs a world to its end.
pub(crate) fn run(world: &Arc<Sealed<World>>) -> End {
    let mut step = world.enter(World::next_step);
    loop {
        match step {
            Step::Resume(id, mut carrier, order) => {
                let resumed = carrier.resume(order);
                let over;
                (over, step) = world.enter(|world| (world.after_resume(id, carrier, resumed), world.next_step()));
                // Dropped outside the world, which its stack and what it returned may know.
                drop(over);
            }
            Step::Ended(end) => return end,
        }
    }
}

/// Runs what is due until `at`, and sets the clock there. Returns why the run is over, unless it can go on: who waits may be
/// waiting for what comes from outside.
pub(crate) fn run_until(world: &Arc<Sealed<World>>, at: Instant) -> Option<End> {
    let bound = world.enter(|world| {
        let bound = world.limits.until;
        world.limits.until = bound.min(at);
        bound
    });
    let was_over = world.enter(|world| world.over.is_some());
    let end = run(world);
    world.enter(|world| {
        // A failure lowers the bound.
        world.limits.until = world.failures.first().map_or(bound, |failure| bound.min(failure.at + GRACE));
        let goes_on = match end {
            _ if was_over => false,
            End::Finished => !world.clients_are_done(),
            End::Stalled => true,
            End::OutOfTime => at < world.limits.until,
            End::TooManyEvents => false,
        };
        if !goes_on {
            return Some(end);
        }
        world.over = None;
        if at > world.now {
            world.now = at;
            world.calls_at_once = 0;
        }
        None
    })
}

/// Ends every process that is still there and empties the world, so that nothing of it outlives its handles.
pub(crate) fn tear_down(world: &Arc<Sealed<World>>) {
    world.enter(|world| world.closing = true);
    let (mut index, mut stubborn) = (0, None);
    // Processes may be started by destructors of others: hence no range.
    while let Some(carrier) = world.enter(|world| world.tasks.all.get_mut(index).map(|task| task.carrier.take())) {
        if let Some(mut carrier) = carrier
            && !(0..PATIENCE).any(|_| matches!(carrier.resume(Order::Die), Resumed::Finished(_)))
        {
            // Its stack is in use for ever: it can neither be unwound nor be given back.
            Box::leak(carrier);
            stubborn = stubborn.or(Some(index));
        }
        index += 1;
    }
    let name = stubborn.map(|index| world.enter(|world| Arc::clone(&world.tasks.all[index].name)));
    world.enter(World::take_apart);
    if let Some(name) = name
        && !std::thread::panicking()
    {
        panic!(
            "the simulated process {name:?} catches its own end again and again. It comes as a panic out of a call, with a payload \
             that is no text: let it pass (std::panic::resume_unwind), or leave the loop when a call has panicked"
        );
    }
}

/// How often a process may catch the unwinding that is to end it.
const PATIENCE: u32 = 1000;

/// Wraps what a process does: a panic ends it, and is reported where it happened.
pub(crate) fn process_body(world: Arc<Sealed<World>>, act: impl FnOnce() + Send + 'static) -> Body {
    Box::new(move || {
        let ended = catch_unwind(AssertUnwindSafe(|| run_process(act)));
        if let Err(payload) = &ended
            && !payload.is::<Killed>()
        {
            let caught = panics::take(&**payload);
            world.enter(|world| world.fail(FailureKind::Panicked(caught)));
        }
        ended
    })
}

/// Runs a thread that somebody may join: a panic fails the run, and is handed to who joins.
pub(crate) fn catch_thread<T>(world: &Arc<Sealed<World>>, act: impl FnOnce() -> T) -> std::thread::Result<T> {
    let result = catch_unwind(AssertUnwindSafe(act));
    match result {
        Err(payload) if payload.is::<Killed>() => resume_unwind(payload),
        Err(payload) => {
            let caught = panics::take(&*payload);
            world.enter(|world| world.fail(FailureKind::Panicked(caught)));
            Err(payload)
        }
        Ok(value) => Ok(value),
    }
}

/// Its name ends the user's part of a backtrace.
#[inline(never)]
fn run_process(act: impl FnOnce()) {
    act();
    // Keeps this frame on the stack: no tail call.
    std::hint::black_box(());
}

impl World {
    fn next_step(&mut self) -> Step {
        self.current = None;
        // A run that is over stays over: nothing moves because somebody asks again.
        if let Some(end) = self.over {
            return Step::Ended(end);
        }
        loop {
            if let Some(id) = self.next_task() {
                match self.step_into(id) {
                    Some(Step::Ended(end)) => return self.end_run(end),
                    Some(step) => return step,
                    None => continue,
                }
            }
            if let Some(end) = self.happen_next() {
                return self.end_run(end);
            }
        }
    }

    #[inline]
    fn next_task(&mut self) -> Option<TaskId> {
        if self.tasks.has_chooser() { self.next_chosen() } else { self.tasks.next() }
    }

    #[cold]
    #[inline(never)]
    fn next_chosen(&mut self) -> Option<TaskId> {
        self.arm();
        let due_in = self.agenda.next_at().map(|at| at.duration_since(self.now));
        self.tasks.next_chosen(due_in)
    }

    fn end_run(&mut self, end: End) -> Step {
        self.over = Some(end);
        Step::Ended(end)
    }

    /// Makes a ready process the running one.
    #[inline]
    fn step_into(&mut self, id: TaskId) -> Option<Step> {
        let dead = {
            let task = self.tasks.get(id);
            self.hosts[task.host.index()].programs[task.program.index()].dead
        };
        if !dead && self.clients_are_done() {
            self.tasks.put_back(id);
            return Some(Step::Ended(End::Finished));
        }
        let task = self.tasks.get_mut(id);
        let carrier = task.carrier.take()?;
        task.state = State::Running;
        self.current = Some(id);
        self.calls_in_a_row = 0;
        Some(Step::Resume(id, carrier, if dead { Order::Die } else { Order::Go }))
    }

    /// When the next thing happens if nothing comes from outside.
    pub(crate) fn next_due(&mut self) -> Option<Instant> {
        self.arm();
        if self.tasks.any_ready() { Some(self.now) } else { self.agenda.next_at() }
    }

    fn clients_are_done(&self) -> bool {
        self.had_clients && self.tasks.clients == 0
    }

    /// Lets the next event happen; says why the run ends if none does.
    #[inline]
    fn happen_next(&mut self) -> Option<End> {
        if self.clients_are_done() {
            return Some(End::Finished);
        }
        self.arm();
        let Some(at) = self.agenda.next_at() else {
            return Some(if self.tasks.clients == 0 { End::Finished } else { End::Stalled });
        };
        if at > self.limits.until {
            return Some(End::OutOfTime);
        }
        if self.counters.events >= self.limits.events {
            return Some(End::TooManyEvents);
        }
        self.counters.events += 1;
        let (at, event) = self.agenda.take()?;
        if at > self.now {
            self.now = at;
            self.calls_at_once = 0;
        }
        self.happen(event);
        None
    }

    /// Puts on the agenda the reminders that the last round of processes and events has made necessary.
    #[inline]
    fn arm(&mut self) {
        for index in 0..self.to_arm.len() {
            let (host, socket) = self.to_arm[index];
            if let Some(at) = self.hosts[host.index()].arm(socket) {
                self.agenda.put(at.max(self.now), Event::Deadline { host, socket });
            }
        }
        self.to_arm.clear();
    }

    #[inline]
    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrival { flight } => self.on_arrival(flight),
            Event::Deadline { host, socket } => {
                let due = self.hosts[host.index()].is_due(self.now, socket);
                if due {
                    self.record(What::Timer { host, socket: slotmap::Key::data(&socket).as_ffi() });
                    self.on_host(host, |host, env| host.on_deadline(env, socket));
                } else {
                    self.to_arm.push((host, socket));
                }
            }
            Event::Unpark { task, parking } => {
                if self.tasks.get(task).parking == parking {
                    self.tasks.get_mut(task).timed_out = true;
                    self.leave(task);
                    self.wake(task, parking);
                }
            }
            Event::Partition { index, active } => {
                self.move_partition(index, active, false);
            }
        }
    }

    /// Takes note of how a process gave control back. What is returned is to be dropped outside the world.
    #[inline]
    fn after_resume(&mut self, id: TaskId, carrier: Box<Carrier>, resumed: Resumed) -> Option<Box<Carrier>> {
        self.current = None;
        match resumed {
            Resumed::Parked | Resumed::Described(_) => {
                self.tasks.get_mut(id).carrier = Some(carrier);
                if self.tasks.get(id).state == State::Running {
                    self.tasks.insist(id, PATIENCE);
                }
                None
            }
            Resumed::Finished(result) => {
                let how = match result {
                    Ok(()) if self.tasks.get(id).failed => HowEnded::Failed,
                    Ok(()) => HowEnded::Returned,
                    Err(payload) if payload.is::<Killed>() => HowEnded::Killed,
                    Err(_) => HowEnded::Panicked,
                };
                self.end_task(id, how);
                Some(carrier)
            }
        }
    }

    /// Notes that the running process fails the run.
    pub(crate) fn fail(&mut self, kind: FailureKind) {
        let Some(id) = self.current else { return };
        let at = self.now;
        let task = self.tasks.get_mut(id);
        task.failed = true;
        self.failures.push(Failure { at, task: id, kind });
        self.limits.until = self.limits.until.min(at + GRACE);
    }
}

/// Who waits for what: asked of a world whose run has ended. Where the line of a call lies inside the standard library
/// (`read_exact` and its like), the process itself is asked for its stack.
pub(crate) fn waiting(world: &Arc<Sealed<World>>) -> Vec<Waiting> {
    let parked: Vec<TaskId> = world.enter(|world| {
        let is_parked = |index: &usize| world.tasks.all[*index].state == State::Parked;
        (0..world.tasks.all.len()).filter(is_parked).map(|index| TaskId(index as u32)).collect()
    });
    parked.into_iter().filter_map(|id| waiting_of(world, id)).collect()
}

fn waiting_of(world: &Arc<Sealed<World>>, id: TaskId) -> Option<Waiting> {
    let (mut waiting, own_line) = world.enter(|world| {
        let task = world.tasks.get(id);
        let wait = task.wait?;
        let waiting = Waiting {
            task: id,
            is_server: task.is_server,
            call: wait.call,
            fd: wait.fd,
            line: wait.location.to_string(),
            since: wait.since,
            deadline: wait.deadline,
        };
        Some((waiting, panics::is_the_programs(wait.location.file())))
    })?;
    if !own_line && let Some(mut carrier) = world.enter(|world| world.tasks.get_mut(id).carrier.take()) {
        if let Resumed::Described(backtrace) = carrier.resume(Order::Describe)
            && let Some(line) = panics::user_line(&backtrace)
        {
            waiting.line = line;
        }
        world.enter(|world| world.tasks.get_mut(id).carrier = Some(carrier));
    }
    Some(waiting)
}
