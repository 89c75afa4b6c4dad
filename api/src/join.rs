//! [`JoinHandle`]: waiting for a thread of either world.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{EventCount, Host};

/// The thread's end, and what it left.
struct Packet<H: Host, T> {
    /// Set after `result` has been, and before the notification.
    ended: AtomicBool,
    /// Held only for the moment of putting and of taking, which do not meet: one comes before `ended`, the other after.
    result: Mutex<Option<std::thread::Result<T>>>,
    moved: H::EventCount,
}

/// Owns the permission to wait for the end of a thread started by [`Host::spawn`]. Dropping it lets the thread go on alone.
pub struct JoinHandle<H: Host, T> {
    packet: Arc<Packet<H, T>>,
}

impl<H: Host, T> JoinHandle<H, T> {
    /// The two ends, for who writes a [`Host::spawn`].
    #[doc(hidden)]
    pub fn pair(host: &H) -> (Completer<H, T>, Self) {
        let packet =
            Arc::new(Packet { ended: AtomicBool::new(false), result: Mutex::new(None), moved: host.event_count() });
        (Completer { packet: Some(packet.clone()) }, Self { packet })
    }

    /// Waits until the thread has ended, and returns what its body returned.
    ///
    /// # Errors
    ///
    /// The payload of the panic with which the thread ended, as in [`std::thread::JoinHandle::join`]. In a simulation also a text, for
    /// a destructor that runs while its process unwinds: it cannot wait.
    #[track_caller]
    pub fn join(self) -> std::thread::Result<T> {
        loop {
            let ticket = self.packet.moved.ticket();
            if self.is_finished() {
                break;
            }
            if !self.packet.moved.wait(ticket, None) {
                return Err(Box::new("who is unwinding cannot wait for a thread"));
            }
        }
        let result = self.packet.result.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.unwrap_or_else(|| Err(no_result()))
    }

    /// Whether [`join`](Self::join) would return at once.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.packet.ended.load(Ordering::Acquire)
    }
}

impl<H: Host, T> fmt::Debug for JoinHandle<H, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("finished", &self.is_finished()).finish_non_exhaustive()
    }
}

/// The thread's side of a [`JoinHandle`].
///
/// Dropped without a result, it leaves an error in its place, so that nobody waits for ever.
#[doc(hidden)]
pub struct Completer<H: Host, T> {
    packet: Option<Arc<Packet<H, T>>>,
}

impl<H: Host, T> Completer<H, T> {
    /// The thread has ended, with this.
    #[track_caller]
    pub fn complete(mut self, result: std::thread::Result<T>) {
        self.put(result);
    }

    #[track_caller]
    fn put(&mut self, result: std::thread::Result<T>) {
        if let Some(packet) = self.packet.take() {
            *packet.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            packet.ended.store(true, Ordering::Release);
            packet.moved.notify_all();
        }
    }
}

impl<H: Host, T> Drop for Completer<H, T> {
    fn drop(&mut self) {
        self.put(Err(no_result()));
    }
}

fn no_result() -> Box<dyn Any + Send> {
    Box::new("the thread ended without a result")
}
