//! [`Host`] on the operating system: clocks, threads, randomness, and the event count under every lock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use wavetank_api::{Errno, EventCount, Host, Instant, JoinHandle};

use crate::{Machine, sys};

impl Host for Machine {
    type EventCount = Count;

    fn wall_clock(&self) -> Duration {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) {
        thread::sleep(duration);
    }

    /// # Panics
    ///
    /// If the system makes no more threads, as [`std::thread::spawn`].
    fn spawn<T, F>(&self, name: &str, body: F) -> JoinHandle<Self, T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (completer, handle) = JoinHandle::pair(self);
        thread::Builder::new()
            .name(name.replace('\0', ""))
            .spawn(move || completer.complete(catch_unwind(AssertUnwindSafe(body))))
            .unwrap_or_else(|error| panic!("the system starts no thread {name:?}: {error}"));
        handle
    }

    /// # Panics
    ///
    /// If the system has no random bytes, which only an ancient one does.
    fn random(&self, buf: &mut [u8]) {
        let mut rest = buf;
        while !rest.is_empty() {
            match sys::getrandom(rest) {
                Ok(count) => rest = &mut rest[count..],
                Err(Errno::EINTR) => {}
                Err(errno) => panic!("getrandom: {errno}"),
            }
        }
    }

    fn event_count(&self) -> Count {
        Count::default()
    }
}

/// An event count over `std`'s mutex and condition variable.
#[derive(Debug, Default)]
pub struct Count {
    /// Moved only under `turn`, so that nobody begins to wait between the look and the sleep.
    counter: AtomicU64,
    turn: Mutex<()>,
    moved: Condvar,
}

impl Count {
    fn advance(&self) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.counter.fetch_add(1, Ordering::Release);
    }
}

impl EventCount for Count {
    fn ticket(&self) -> u64 {
        self.counter.load(Ordering::Acquire)
    }

    fn wait(&self, ticket: u64, deadline: Option<Instant>) -> bool {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        while self.ticket() == ticket {
            turn = match deadline.map(|deadline| deadline - sys::monotonic()) {
                None => self.moved.wait(turn).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return false,
                Some(left) => self.moved.wait_timeout(turn, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        true
    }

    fn notify_one(&self) {
        self.advance();
        self.moved.notify_one();
    }

    fn notify_all(&self) {
        self.advance();
        self.moved.notify_all();
    }
}
