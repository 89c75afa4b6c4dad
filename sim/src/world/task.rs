//! Processes: who runs, who is ready, who waits for what.

use std::{collections::VecDeque, panic::Location, sync::Arc, time::Duration};

use super::carrier::Carrier;
use crate::base::{HostId, Instant, ProgramId, Rng, TaskId};

/// A thread of a simulated program.
pub(crate) struct Task {
    pub(crate) name: Arc<str>,
    pub(crate) host: HostId,
    pub(crate) program: ProgramId,
    /// The first thread of its program: its end is the program's.
    pub(crate) is_main: bool,
    /// The run does not wait for its end.
    pub(crate) is_server: bool,
    pub(crate) state: State,
    /// How often it has parked.
    pub(crate) parking: u32,
    /// Its stack; the scheduler holds it while the process runs.
    pub(crate) carrier: Option<Box<Carrier>>,
    pub(crate) wait: Option<Wait>,
    /// It returned an error or panicked.
    pub(crate) failed: bool,
    /// How often it has caught the unwinding that was to end it.
    pub(crate) survived: u32,
    /// A parking was ended by its deadline.
    pub(crate) timed_out: bool,
}

/// Where a process is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Ready,
    Running,
    Parked,
    Done,
}

/// What a parked process waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) call: &'static str,
    /// The descriptor it waits on, or -1.
    pub(crate) fd: i32,
    /// Whose descriptor that is: the process's own host and program, but where the harness makes the call for it elsewhere.
    pub(crate) of: (HostId, ProgramId),
    /// The line of the program that made the call.
    pub(crate) location: &'static Location<'static>,
    pub(crate) since: Instant,
    pub(crate) deadline: Option<Instant>,
}

/// Says which of the ready processes, given by their numbers, runs next, if any before the next event, which is due in so long. It is
/// asked inside the world, which it cannot enter.
pub(crate) type Chooser = Box<dyn FnMut(&[usize], Option<Duration>) -> usize + Send>;

/// The processes of a world, and the order in which ready ones run.
pub(crate) struct Tasks {
    pub(crate) all: Vec<Task>,
    ready: VecDeque<TaskId>,
    rng: Rng,
    /// Who is asked instead of `rng`.
    chooser: Option<Chooser>,
    /// Processes the run waits for that have not ended.
    pub(crate) clients: usize,
}

impl Default for Tasks {
    fn default() -> Self {
        let rng = Rng::stream(0, "schedule", 0);
        Self { all: Vec::new(), ready: VecDeque::new(), rng, chooser: None, clients: 0 }
    }
}

impl Tasks {
    /// Every draw follows from `seed`.
    pub(crate) fn seeded(mut self, seed: u64) -> Self {
        self.rng = Rng::stream(seed, "schedule", 0);
        self
    }

    /// From now on `chooser` decides.
    pub(crate) fn set_chooser(&mut self, chooser: Chooser) {
        self.chooser = Some(chooser);
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.ready.clear();
        self.chooser = None;
        self.clients = 0;
    }

    pub(crate) fn add(&mut self, task: Task) -> TaskId {
        let id = TaskId(self.all.len() as u32);
        self.clients += usize::from(task.is_main && !task.is_server);
        self.all.push(task);
        self.ready.push_back(id);
        id
    }

    #[inline]
    pub(crate) fn get(&self, id: TaskId) -> &Task {
        &self.all[id.index()]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: TaskId) -> &mut Task {
        &mut self.all[id.index()]
    }

    /// Makes a parked process ready, if `parking` is the wait it is in; says whether it was.
    #[inline]
    pub(crate) fn wake(&mut self, id: TaskId, parking: u32) -> bool {
        let task = &mut self.all[id.index()];
        let waits = task.state == State::Parked && task.parking == parking;
        if waits {
            task.state = State::Ready;
            self.ready.push_back(id);
        }
        waits
    }

    /// A process that did not park, but gave control back, has caught the unwinding that was to end it: it is made ready to die
    /// again, up to `patience` times. After that it is left where it is.
    pub(crate) fn insist(&mut self, id: TaskId, patience: u32) {
        let task = &mut self.all[id.index()];
        if task.survived < patience {
            task.survived += 1;
            task.state = State::Ready;
            self.ready.push_back(id);
        }
    }

    /// Takes back what [`Self::next`] gave: it is not to run now.
    pub(crate) fn put_back(&mut self, id: TaskId) {
        self.ready.push_front(id);
    }

    pub(crate) fn any_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// The process to run next: drawn from the seed among those that are ready, so that seeds explore schedules.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<TaskId> {
        if self.ready.len() > 1 {
            let chosen = self.rng.below(self.ready.len() as u64) as usize;
            self.ready.swap(0, chosen);
        }
        self.ready.pop_front()
    }

    /// Whether somebody else than the seed decides.
    #[inline]
    pub(crate) const fn has_chooser(&self) -> bool {
        self.chooser.is_some()
    }

    /// As [`Self::next`], where somebody else decides; none if the next event, which is due in `due_in`, is to happen first.
    #[cold]
    pub(crate) fn next_chosen(&mut self, due_in: Option<Duration>) -> Option<TaskId> {
        let choose = self.chooser.as_mut().filter(|_| !self.ready.is_empty())?;
        let ready: Vec<usize> = self.ready.iter().map(|id| id.index()).collect();
        let chosen = choose(&ready, due_in);
        if chosen >= self.ready.len() && due_in.is_some() {
            return None;
        }
        self.ready.swap(0, chosen.min(self.ready.len() - 1));
        self.ready.pop_front()
    }
}
