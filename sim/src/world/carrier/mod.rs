//! What carries a process: a stackful coroutine, or an operating-system thread behind a gate. One interface.
//!
//! A carrier runs only inside [`Carrier::resume`] and gives control back by [`suspend`], called on its own stack, or by
//! ending. The scheduler cannot tell the two kinds apart, so neither can a digest.

mod coroutine;
mod stack;
mod thread;

use std::{any::Any, cell::Cell};

use super::seal::Sealed;

/// Which kind of carrier processes get.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CarrierKind {
    /// A coroutine on a stack of 256 KiB: cheap enough for 100,000 of them.
    #[default]
    Coroutine,
    /// A thread of the operating system that waits for its turn: for code that needs its own thread-locals or a deep
    /// stack, and for debuggers. The same seed gives the same digest.
    Thread,
}

/// What a resumed process is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// Go on.
    Go,
    /// Say where you are, and park again.
    Describe,
    /// Unwind: your program is gone.
    Die,
}

/// How a process gave control back.
pub(crate) enum Resumed {
    Parked,
    /// It described itself by a backtrace.
    Described(String),
    Finished(Ended),
}

/// What a carrier runs. It catches its own panics, because only it knows what to say of them.
pub(crate) type Body = Box<dyn FnOnce() -> Ended + Send>;

/// How a process ended: it returned, or unwound with a payload.
pub(crate) type Ended = Result<(), Box<dyn Any + Send>>;

/// A process's stack, and the means to switch to it.
pub(crate) enum Carrier {
    Coroutine(coroutine::Coroutine),
    Thread(thread::Gated),
}

impl Carrier {
    /// A carrier for `body`, not yet begun.
    pub(crate) fn new<T: 'static>(
        kind: CarrierKind,
        world: &std::sync::Arc<Sealed<T>>,
        name: &str,
        body: Body,
    ) -> Self {
        match kind {
            CarrierKind::Coroutine => Self::Coroutine(coroutine::Coroutine::new(body)),
            CarrierKind::Thread => Self::Thread(thread::Gated::new(std::sync::Arc::clone(world), name, body)),
        }
    }

    #[inline(always)] // of every step
    pub(crate) fn resume(&mut self, order: Order) -> Resumed {
        match self {
            Self::Coroutine(coroutine) => coroutine.resume(order),
            Self::Thread(gated) => gated.resume(order),
        }
    }
}

/// The way out of the process that runs on this thread.
#[derive(Clone, Copy)]
enum Exit {
    Coroutine(coroutine::Exit),
    Thread(thread::Exit),
}

thread_local! {
    static EXIT: Cell<Option<Exit>> = const { Cell::new(None) };
}

/// Gives control back to the scheduler until it resumes this process with [`Order::Go`].
///
/// Never returns into a process that is to die: it unwinds with [`Killed`], which no panic hook reports.
pub(crate) fn suspend() {
    let exit = EXIT.get().expect("only a simulated process can be suspended");
    let mut description = None;
    loop {
        let order = match exit {
            Exit::Coroutine(exit) => exit.switch(description.take()),
            Exit::Thread(exit) => exit.switch(description.take()),
        };
        EXIT.set(Some(exit));
        match order {
            Order::Go => return,
            Order::Describe => description = Some(std::backtrace::Backtrace::force_capture().to_string()),
            Order::Die => std::panic::resume_unwind(Box::new(Killed)),
        }
    }
}

/// The payload with which a process of a dead program unwinds.
pub(crate) struct Killed;

/// Whether the code that asks runs inside a simulated process.
pub(crate) fn inside_process() -> bool {
    EXIT.get().is_some()
}
