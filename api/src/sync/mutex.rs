//! [`Mutex`]: mutual exclusion over an event count.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::TryLockError;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{EventCount, Host};

/// The lowest bit of [`Mutex::gate`]: somebody holds the lock.
const LOCKED: u32 = 1;
/// What one waiter adds to [`Mutex::gate`].
const WAITER: u32 = 2;

/// A lock that may be held across a blocking call.
///
/// Not fair: who comes just as it is released may have it before those who wait.
pub struct Mutex<H: Host, T: ?Sized> {
    /// `LOCKED` or 0, plus `WAITER` for each who waits.
    gate: AtomicU32,
    released: H::EventCount,
    /// Only ever locked by who holds the gate: `try_lock` never fails, and no thread of the system ever waits.
    data: std::sync::Mutex<T>,
}

impl<H: Host, T> Mutex<H, T> {
    /// A lock around `value`, open.
    pub fn new(host: &H, value: T) -> Self {
        Self { gate: AtomicU32::new(0), released: host.event_count(), data: std::sync::Mutex::new(value) }
    }

    /// The value, without the lock.
    pub fn into_inner(self) -> T {
        self.data.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<H: Host, T: ?Sized> Mutex<H, T> {
    /// Waits until the lock is open, and closes it until the guard is dropped.
    ///
    /// A thread that locks twice waits for itself: for ever on the operating system; a simulation reports it.
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, H, T> {
        if self.gate.compare_exchange(0, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_err() {
            self.lock_slow();
        }
        self.guard()
    }

    /// The lock, if it is open.
    #[inline]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, H, T>> {
        self.try_gate().then(|| self.guard())
    }

    /// The value; nobody else can have the lock.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn try_gate(&self) -> bool {
        self.gate.fetch_or(LOCKED, Ordering::Acquire) & LOCKED == 0
    }

    /// A ticket is taken before the gate is tried, so that a release between the two is not missed.
    #[cold]
    #[track_caller]
    fn lock_slow(&self) {
        self.gate.fetch_add(WAITER, Ordering::Relaxed);
        loop {
            let ticket = self.released.ticket();
            if self.try_gate() {
                break;
            }
            if !self.released.wait(ticket, None) {
                self.gate.fetch_sub(WAITER, Ordering::Relaxed);
                cannot_wait("a lock");
            }
        }
        self.gate.fetch_sub(WAITER, Ordering::Relaxed);
    }

    fn guard(&self) -> MutexGuard<'_, H, T> {
        let data = match self.data.try_lock() {
            Ok(data) => data,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => unreachable!("the data is locked by the holder of the gate only"),
        };
        MutexGuard { mutex: self, data: Some(data) }
    }

    #[inline]
    #[track_caller]
    fn unlock(&self) {
        if self.gate.fetch_sub(LOCKED, Ordering::Release) != LOCKED {
            self.released.notify_one();
        }
    }
}

/// Better than to try for ever.
#[cold]
#[track_caller]
pub(super) fn cannot_wait(what: &str) -> ! {
    panic!(
        "a destructor waits for {what} while its simulated process unwinds, and cannot: another process has it. Use try_lock \
         where std::thread::panicking()"
    )
}

impl<H: Host, T: ?Sized + fmt::Debug> fmt::Debug for Mutex<H, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_lock() {
            Some(guard) => f.debug_tuple("Mutex").field(&&*guard).finish(),
            None => f.write_str("Mutex(<locked>)"),
        }
    }
}

/// The lock, closed; dropping it opens it.
#[must_use = "the lock opens at once if its guard is not kept"]
pub struct MutexGuard<'a, H: Host, T: ?Sized> {
    mutex: &'a Mutex<H, T>,
    /// `None` only while it is being dropped: the data must be let go before the gate is.
    data: Option<std::sync::MutexGuard<'a, T>>,
}

impl<'a, H: Host, T: ?Sized> MutexGuard<'a, H, T> {
    pub(super) const fn mutex(&self) -> &'a Mutex<H, T> {
        self.mutex
    }
}

impl<H: Host, T: ?Sized> Deref for MutexGuard<'_, H, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.data.as_ref().expect("the data is there until the guard is dropped")
    }
}

impl<H: Host, T: ?Sized> DerefMut for MutexGuard<'_, H, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.data.as_mut().expect("the data is there until the guard is dropped")
    }
}

impl<H: Host, T: ?Sized> Drop for MutexGuard<'_, H, T> {
    #[inline]
    #[track_caller]
    fn drop(&mut self) {
        self.data = None;
        self.mutex.unlock();
    }
}

impl<H: Host, T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, H, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
