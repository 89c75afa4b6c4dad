//! The [`Host`] of a machine: clocks, threads and what they wait on. It is the driver's, as turmoil-net leaves all of it to the driver.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use wavetank_api::{EventCount, Host, Instant, JoinHandle};

use crate::{
    machine::Machine,
    world::{Link, Stack},
};

impl Host for Machine {
    type EventCount = Count;

    fn wall_clock(&self) -> Duration {
        Duration::from_secs(1_700_000_000) + (self.link.now() - Instant::EPOCH)
    }

    fn sleep(&self, duration: Duration) {
        let deadline = self.link.now() + duration;
        self.link.until::<()>("sleep", Some(deadline), |_| Poll::Pending);
    }

    fn spawn<T, F>(&self, _: &str, body: F) -> JoinHandle<Self, T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (completer, handle) = JoinHandle::pair(self);
        self.link.spawn(move || completer.complete(catch_unwind(AssertUnwindSafe(body))));
        handle
    }

    /// Not random at all: nothing in turmoil-net is.
    fn random(&self, buf: &mut [u8]) {
        (0_u8..).map(|number| number.wrapping_mul(97)).zip(buf).for_each(|(number, byte)| *byte = number);
    }

    fn event_count(&self) -> Count {
        Count { moved: Arc::default(), link: self.link.clone() }
    }
}

/// What threads of a case wait on.
pub(crate) struct Count {
    moved: Arc<AtomicU64>,
    link: Link,
}

impl EventCount for Count {
    fn ticket(&self) -> u64 {
        self.moved.load(Ordering::Acquire)
    }

    fn wait(&self, ticket: u64, deadline: Option<Instant>) -> bool {
        let moved = Arc::clone(&self.moved);
        let has_moved = move |_: &mut Stack| match moved.load(Ordering::Acquire) {
            now if now == ticket => Poll::Pending,
            _ => Poll::Ready(()),
        };
        self.link.until("join or lock", deadline, has_moved).is_some()
    }

    fn notify_one(&self) {
        self.notify_all();
    }

    fn notify_all(&self) {
        self.moved.fetch_add(1, Ordering::AcqRel);
    }
}
