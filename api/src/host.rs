//! What a program needs from its machine besides the network: [`Host`].

use std::time::Duration;

use crate::{Instant, JoinHandle, Net};

/// A machine with a network stack, a clock, threads and randomness.
///
/// Code written against `Host` runs on the operating system and in a simulation without a change.
pub trait Host: Net {
    /// What the locks, condition variables and channels of [`crate::sync`] wait on.
    type EventCount: EventCount;

    /// A monotonic clock (`CLOCK_MONOTONIC`): [`Net::monotonic`] by its usual name.
    fn now(&self) -> Instant {
        self.monotonic()
    }
    /// Time since the UNIX epoch by this machine's own, perhaps wrong, clock (`CLOCK_REALTIME`).
    fn wall_clock(&self) -> Duration;
    /// `nanosleep(2)`.
    #[track_caller]
    fn sleep(&self, duration: Duration);
    /// Starts a thread of the same program.
    #[track_caller]
    fn spawn<T, F>(&self, name: &str, body: F) -> JoinHandle<Self, T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static;
    /// `getrandom(2)`.
    #[track_caller]
    fn random(&self, buf: &mut [u8]);
    /// A new event count.
    fn event_count(&self) -> Self::EventCount;
}

/// The one primitive under every lock: a counter that can be waited on until it moves.
///
/// A waiter takes a [`ticket`](Self::ticket), looks whether what it wants is there, and if not waits with that ticket.
/// A notification between the two moves the counter, so the wait returns at once: none can be lost.
pub trait EventCount: Send + Sync + 'static {
    /// The counter's value now.
    fn ticket(&self) -> u64;
    /// Blocks until the counter is no longer `ticket`; `false` if `deadline` came first. May wake early.
    #[track_caller]
    fn wait(&self, ticket: u64, deadline: Option<Instant>) -> bool;
    /// Moves the counter and wakes one waiter.
    #[track_caller]
    fn notify_one(&self);
    /// Moves the counter and wakes every waiter.
    #[track_caller]
    fn notify_all(&self);
}
