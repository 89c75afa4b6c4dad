//! What the tests of signals need of the C library.
#![allow(unsafe_code, reason = "signals are the C library's")]

use std::mem::MaybeUninit;
use std::ptr;

/// A thread that signals can be sent to.
#[derive(Clone, Copy)]
pub(crate) struct Thread(libc::pthread_t);

extern "C" fn nothing(_: libc::c_int) {}

/// From now on SIGUSR1 interrupts the calls of this process, and does nothing else: its handler has no SA_RESTART.
pub(crate) fn interrupts_calls() {
    // SAFETY: all zeroes are a valid `sigaction`: no flags, no signals blocked.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as libc::sighandler_t;
    // SAFETY: the action is initialised, and its handler touches nothing.
    let answer = unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, ptr::null_mut()) };
    assert_eq!(answer, 0);
}

impl Thread {
    /// The calling thread.
    pub(crate) fn this() -> Self {
        // SAFETY: nothing goes in.
        Self(unsafe { libc::pthread_self() })
    }

    /// Sends it SIGUSR1. It has not been joined yet.
    pub(crate) fn interrupt(self) {
        // SAFETY: the caller keeps the thread from being joined.
        let answer = unsafe { libc::pthread_kill(self.0, libc::SIGUSR1) };
        assert_eq!(answer, 0);
    }
}
