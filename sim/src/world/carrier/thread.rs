//! Processes on operating-system threads that run one at a time: each waits at its gate for the baton.

#![allow(unsafe_code)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use super::{Body, EXIT, Order, Resumed};
use crate::world::seal::Sealed;

/// A thread and its gate.
pub(crate) struct Gated {
    gate: Arc<Gate>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Gate {
    turn: Mutex<Turn>,
    moved: Condvar,
}

/// Who holds the baton, and what was said when it was handed over.
#[derive(Default)]
enum Turn {
    /// Nobody has ever run.
    #[default]
    Idle,
    Process(Order),
    Scheduler(Resumed),
}

/// A program's stack may be as deep as a thread's of std is by default.
const STACK_SIZE: usize = 2 * 1024 * 1024;

impl Gated {
    pub(super) fn new<T: 'static>(world: Arc<Sealed<T>>, name: &str, body: Body) -> Self {
        let gate = Arc::new(Gate::default());
        let own = Arc::clone(&gate);
        #[expect(clippy::disallowed_methods, reason = "this thread is gated: it runs only when it holds the baton")]
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .stack_size(STACK_SIZE)
            .spawn(move || {
                world.admit_this_thread();
                EXIT.set(Some(super::Exit::Thread(Exit(Arc::as_ptr(&own)))));
                let ended = match own.wait_for_order() {
                    Order::Die => catch_unwind(AssertUnwindSafe(|| drop(body))),
                    Order::Go | Order::Describe => body(),
                };
                // The baton carries everything this process owned back to the scheduler, the world included.
                drop(world);
                own.pass(Turn::Scheduler(Resumed::Finished(ended)));
            })
            .expect("the operating system refused a thread for a simulated process");
        Self { gate, thread: Some(thread) }
    }

    pub(super) fn resume(&mut self, order: Order) -> Resumed {
        if self.thread.is_none() {
            return Resumed::Finished(Ok(()));
        }
        self.gate.pass(Turn::Process(order));
        let resumed = self.gate.wait_for_baton();
        if matches!(resumed, Resumed::Finished(_))
            && let Some(thread) = self.thread.take()
        {
            // It has nothing left to do but return. A panic was caught inside, so there is no result to look at.
            drop(thread.join());
        }
        resumed
    }
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self, turn: Turn) {
        *self.lock() = turn;
        self.moved.notify_all();
    }

    fn wait_for_order(&self) -> Order {
        let mut turn = self.lock();
        loop {
            if let Turn::Process(order) = *turn {
                return order;
            }
            turn = self.moved.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wait_for_baton(&self) -> Resumed {
        let mut turn = self.lock();
        loop {
            match std::mem::take(&mut *turn) {
                Turn::Scheduler(resumed) => return resumed,
                other => *turn = other,
            }
            turn = self.moved.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The gate of the thread that runs.
#[derive(Clone, Copy)]
pub(super) struct Exit(*const Gate);

impl Exit {
    pub(super) fn switch(self, description: Option<String>) -> Order {
        // SAFETY: `EXIT` is a thread-local of the gated thread, which owns an `Arc` of its gate until it ends.
        let gate = unsafe { &*self.0 };
        gate.pass(Turn::Scheduler(description.map_or(Resumed::Parked, Resumed::Described)));
        gate.wait_for_order()
    }
}
