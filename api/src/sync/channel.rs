//! Channels with the names and the rules of [`std::sync::mpsc`].

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use super::{Condvar, Mutex, MutexGuard};
use crate::{Host, Instant};

/// A channel that holds as much as is sent.
pub fn channel<H: Host, T>(host: &H) -> (Sender<H, T>, Receiver<H, T>) {
    new(host, None)
}

/// A channel that holds `bound` messages; a sender waits while it is full. With a bound of 0 a sender waits until its message
/// has been taken.
pub fn bounded<H: Host, T>(host: &H, bound: usize) -> (Sender<H, T>, Receiver<H, T>) {
    new(host, Some(bound))
}

fn new<H: Host, T>(host: &H, bound: Option<usize>) -> (Sender<H, T>, Receiver<H, T>) {
    let state = State { queue: VecDeque::new(), taken: 0, wanted: 0, senders: 1, receiving: true };
    let shared = Arc::new(Shared {
        host: host.clone(),
        bound,
        state: Mutex::new(host, state),
        arrived: Condvar::new(host),
        left: Condvar::new(host),
    });
    (Sender { shared: shared.clone() }, Receiver { shared })
}

struct Shared<H: Host, T> {
    host: H,
    bound: Option<usize>,
    state: Mutex<H, State<T>>,
    /// A message came, or the last sender went.
    arrived: Condvar<H>,
    /// A message was taken, a receiver began to wait, or went.
    left: Condvar<H>,
}

struct State<T> {
    queue: VecDeque<T>,
    /// Messages taken since the beginning: the n-th is gone when `taken >= n`.
    taken: u64,
    /// Receivers that wait at this moment.
    wanted: usize,
    senders: usize,
    receiving: bool,
}

/// The sending half; clone it for more senders.
pub struct Sender<H: Host, T> {
    shared: Arc<Shared<H, T>>,
}

/// The receiving half.
pub struct Receiver<H: Host, T> {
    shared: Arc<Shared<H, T>>,
}

impl<H: Host, T> Sender<H, T> {
    /// Sends a message, waiting for room if the channel has a bound.
    ///
    /// # Errors
    ///
    /// The message comes back if the receiver is gone, or who sends is unwinding and cannot wait ([`EventCount::wait`]).
    ///
    /// [`EventCount::wait`]: crate::EventCount::wait
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        let shared = &*self.shared;
        let mut state = shared.state.lock();
        while state.receiving && shared.bound.is_some_and(|bound| state.queue.len() >= bound.max(1)) {
            let (next, in_time) = shared.left.wait_until(state, None);
            state = next;
            if !in_time {
                return Err(SendError(message));
            }
        }
        if !state.receiving {
            return Err(SendError(message));
        }
        state.queue.push_back(message);
        let number = state.taken + state.queue.len() as u64;
        shared.arrived.notify_one();
        if shared.bound == Some(0) {
            return wait_until_taken(shared, state, number);
        }
        Ok(())
    }

    /// Sends a message if there is room at once; with a bound of 0, if a receiver waits for one.
    ///
    /// # Errors
    ///
    /// The message comes back, [`Full`](TrySendError::Full) or [`Disconnected`](TrySendError::Disconnected).
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let shared = &*self.shared;
        let mut state = shared.state.lock();
        if !state.receiving {
            return Err(TrySendError::Disconnected(message));
        }
        let room = match shared.bound {
            None => usize::MAX,
            Some(0) => state.wanted,
            Some(bound) => bound,
        };
        if state.queue.len() >= room {
            return Err(TrySendError::Full(message));
        }
        state.queue.push_back(message);
        shared.arrived.notify_one();
        Ok(())
    }
}

/// The second half of a rendezvous. A message that nobody can take any more comes back.
///
/// It was put into an empty queue, so as long as it is not taken it is the first.
#[track_caller]
fn wait_until_taken<H: Host, T>(
    shared: &Shared<H, T>,
    mut state: MutexGuard<'_, H, State<T>>,
    number: u64,
) -> Result<(), SendError<T>> {
    let mut in_time = true;
    while state.taken < number {
        if !state.receiving || !in_time {
            return state.queue.pop_front().map_or(Ok(()), |message| Err(SendError(message)));
        }
        (state, in_time) = shared.left.wait_until(state, None);
    }
    Ok(())
}

impl<H: Host, T> Receiver<H, T> {
    /// Waits for a message.
    ///
    /// # Errors
    ///
    /// The channel is empty, and every sender is gone.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.recv_until(None).map_err(|_| RecvError)
    }

    /// Waits for a message, for at most `timeout`.
    ///
    /// # Errors
    ///
    /// The time was over first; or the channel is empty, and every sender is gone.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.recv_until(Some(self.shared.host.now() + timeout))
    }

    /// A message, if there is one.
    ///
    /// # Errors
    ///
    /// The channel is empty; and perhaps every sender is gone.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let mut state = self.shared.state.lock();
        match self.take(&mut state) {
            Some(message) => Ok(message),
            None if state.senders == 0 => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        }
    }

    /// Every message until the last sender is gone, waiting for each.
    pub const fn iter(&self) -> Iter<'_, H, T> {
        Iter { receiver: self }
    }

    #[track_caller]
    fn recv_until(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        let mut state = self.shared.state.lock();
        let mut in_time = true;
        loop {
            if let Some(message) = self.take(&mut state) {
                return Ok(message);
            }
            if state.senders == 0 {
                return Err(RecvTimeoutError::Disconnected);
            }
            if !in_time {
                return Err(RecvTimeoutError::Timeout);
            }
            state.wanted += 1;
            (state, in_time) = self.shared.arrived.wait_until(state, deadline);
            state.wanted -= 1;
        }
    }

    #[track_caller]
    fn take(&self, state: &mut State<T>) -> Option<T> {
        let message = state.queue.pop_front()?;
        state.taken += 1;
        match self.shared.bound {
            None => {}
            // Those who wait for room and those whose message has just been taken wait on one event.
            Some(0) => self.shared.left.notify_all(),
            Some(_) => self.shared.left.notify_one(),
        }
        Some(message)
    }
}

/// See [`Receiver::iter`].
#[derive(Debug)]
pub struct Iter<'a, H: Host, T> {
    receiver: &'a Receiver<H, T>,
}

impl<H: Host, T> Iterator for Iter<'_, H, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.recv().ok()
    }
}

impl<'a, H: Host, T> IntoIterator for &'a Receiver<H, T> {
    type Item = T;
    type IntoIter = Iter<'a, H, T>;

    fn into_iter(self) -> Iter<'a, H, T> {
        self.iter()
    }
}

impl<H: Host, T> Clone for Sender<H, T> {
    #[track_caller]
    fn clone(&self) -> Self {
        self.shared.state.lock().senders += 1;
        Self { shared: self.shared.clone() }
    }
}

impl<H: Host, T> Drop for Sender<H, T> {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        state.senders -= 1;
        if state.senders == 0 {
            self.shared.arrived.notify_all();
        }
    }
}

/// What is still queued is dropped with the receiver, outside the lock.
impl<H: Host, T> Drop for Receiver<H, T> {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        state.receiving = false;
        let unread = if self.shared.bound == Some(0) { VecDeque::new() } else { std::mem::take(&mut state.queue) };
        self.shared.left.notify_all();
        drop(state);
        drop(unread);
    }
}

impl<H: Host, T> fmt::Debug for Sender<H, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<H: Host, T> fmt::Debug for Receiver<H, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
