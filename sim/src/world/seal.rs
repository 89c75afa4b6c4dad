//! The seal: how a world without a lock is reached from handles that may be anywhere.
//!
//! Handles are `Send + Sync`, because production code with threads must compile unchanged. The world behind them is
//! single-threaded: at any moment one process runs, whatever carries it. The seal checks that who enters is who runs:
//! the thread that built the world, or a gated thread that holds its baton. Both checks are a load and a compare.

#![allow(unsafe_code)]

use std::{
    cell::{Cell, UnsafeCell},
    ptr,
};

thread_local! {
    /// Its address tells threads apart.
    static TOKEN: u8 = const { 0 };
    /// The world for which this thread carries a process, if it is a gated one.
    static CARRIED_FOR: Cell<*const ()> = const { Cell::new(ptr::null()) };
}

fn token() -> usize {
    TOKEN.with(|token| ptr::from_ref(token).addr())
}

/// A value that only the running process, or the scheduler between two processes, may touch.
pub(crate) struct Sealed<T> {
    home: usize,
    busy: Cell<bool>,
    value: UnsafeCell<T>,
}

// SAFETY: `enter` and `is_open` are the only ways to the value. They admit the home thread and the gated threads of this
// world. A gated thread runs only while the home thread waits inside `Gated::resume`, and hands the baton over through a
// mutex, which orders all memory accesses; so no two threads are ever inside at once. What the value holds that is tied
// to the home thread (coroutines) is resumed and dropped by the scheduler, which runs there. The last reference may be
// dropped anywhere: `Sim` empties the world, on the home thread, before it lets go.
unsafe impl<T> Send for Sealed<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Sealed<T> {}

impl<T> Sealed<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { home: token(), busy: Cell::new(false), value: UnsafeCell::new(value) }
    }

    /// Runs `inside` with the value.
    ///
    /// # Panics
    /// On a thread that is no part of this simulation.
    #[inline]
    pub(crate) fn enter<R>(&self, inside: impl FnOnce(&mut T) -> R) -> R {
        assert!(self.may_enter(), "{FOREIGN}");
        assert!(!self.busy.replace(true), "the simulator called itself: please report this");
        let _leave = Leave(&self.busy);
        // SAFETY: this thread may enter, and `busy` was false, so no other reference exists.
        inside(unsafe { &mut *self.value.get() })
    }

    /// Whether [`Self::enter`] would admit this thread now.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.may_enter() && !self.busy.get()
    }

    #[inline]
    fn may_enter(&self) -> bool {
        self.home == token() || CARRIED_FOR.get() == ptr::from_ref(self).cast()
    }

    /// Marks the calling thread as one that carries a process of this world and takes turns with the home thread.
    pub(super) fn admit_this_thread(&self) {
        CARRIED_FOR.set(ptr::from_ref(self).cast());
    }
}

const FOREIGN: &str = "a simulated host was used on a thread that does not belong to its simulation. \
    Start threads of simulated programs with host.spawn(..), and keep a Sim on the thread that built it";

struct Leave<'a>(&'a Cell<bool>);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
