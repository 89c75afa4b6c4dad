//! [`Condvar`]: waiting for what another thread changes under a lock.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{MutexGuard, mutex::cannot_wait};
use crate::{EventCount, Host, Instant};

/// A condition variable. A waiter may wake without reason, so it looks again: [`wait_while`](Self::wait_while) does.
pub struct Condvar<H: Host> {
    host: H,
    waiters: AtomicUsize,
    changed: H::EventCount,
}

impl<H: Host> Condvar<H> {
    /// A condition variable on which nobody waits.
    pub fn new(host: &H) -> Self {
        Self { host: host.clone(), waiters: AtomicUsize::new(0), changed: host.event_count() }
    }

    /// Opens the lock, waits for a notification, closes the lock again.
    #[track_caller]
    pub fn wait<'a, T: ?Sized>(&self, guard: MutexGuard<'a, H, T>) -> MutexGuard<'a, H, T> {
        let (guard, notified) = self.wait_until(guard, None);
        if !notified {
            cannot_wait("a notification");
        }
        guard
    }

    /// [`wait`](Self::wait) for as long as `condition` holds.
    #[track_caller]
    pub fn wait_while<'a, T: ?Sized>(
        &self,
        mut guard: MutexGuard<'a, H, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, H, T> {
        while condition(&mut guard) {
            guard = self.wait(guard);
        }
        guard
    }

    /// [`wait`](Self::wait) for at most `timeout`; `false` if that was over first.
    #[track_caller]
    pub fn wait_timeout<'a, T: ?Sized>(
        &self,
        guard: MutexGuard<'a, H, T>,
        timeout: Duration,
    ) -> (MutexGuard<'a, H, T>, bool) {
        self.wait_until(guard, Some(self.host.now() + timeout))
    }

    /// [`wait`](Self::wait) until `deadline`; `false` if that came first.
    #[track_caller]
    pub fn wait_until<'a, T: ?Sized>(
        &self,
        guard: MutexGuard<'a, H, T>,
        deadline: Option<Instant>,
    ) -> (MutexGuard<'a, H, T>, bool) {
        // Counted, and the ticket taken, while the lock is still held: who changes something after this sees a waiter, and the
        // notification moves the counter away from the ticket.
        self.waiters.fetch_add(1, Ordering::SeqCst);
        let ticket = self.changed.ticket();
        let mutex = guard.mutex();
        drop(guard);
        let notified = self.changed.wait(ticket, deadline);
        self.waiters.fetch_sub(1, Ordering::SeqCst);
        (mutex.lock(), notified)
    }

    /// Wakes one waiter, if there is one.
    #[track_caller]
    pub fn notify_one(&self) {
        if self.waiters.load(Ordering::SeqCst) > 0 {
            self.changed.notify_one();
        }
    }

    /// Wakes every waiter.
    #[track_caller]
    pub fn notify_all(&self) {
        if self.waiters.load(Ordering::SeqCst) > 0 {
            self.changed.notify_all();
        }
    }
}

impl<H: Host> fmt::Debug for Condvar<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}
