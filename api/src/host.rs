//! What a program needs from its machine besides the network: [`Host`].

use std::time::Duration;

use crate::{Instant, JoinHandle, Net};

/// A machine with a network stack, a clock, threads and randomness.
///
/// Code written against `Host` runs on the operating system and in a simulation without a change, if it takes what it needs from
/// here: a `std` clock does not see virtual time, and a `std` lock held across a blocking call stops a simulation
/// ([`sync`](crate::sync) has one that does not).
///
/// ```
/// use std::time::Duration;
/// use wavetank_api::Host;
///
/// /// Doubles the pause up to ten seconds, with jitter.
/// fn back_off<H: Host>(host: &H, attempt: u32) {
///     let pause = Duration::from_millis(100 << attempt.min(6)).min(Duration::from_secs(10));
///     let mut byte = [0];
///     host.random(&mut byte);
///     host.sleep(pause + pause * u32::from(byte[0]) / 512);
/// }
/// ```
pub trait Host: Net {
    /// What the locks, condition variables and channels of [`crate::sync`] wait on.
    type EventCount: EventCount;

    /// A monotonic clock (`CLOCK_MONOTONIC`): [`Net::monotonic`] by its usual name.
    fn now(&self) -> Instant {
        self.monotonic()
    }

    /// Time since the UNIX epoch by this machine's own, perhaps wrong, clock (`CLOCK_REALTIME`).
    fn wall_clock(&self) -> Duration;

    /// `nanosleep(2)`. Blocks for at least `duration`; a signal does not end it.
    #[track_caller]
    fn sleep(&self, duration: Duration);

    /// Starts a thread of the same program.
    ///
    /// Dropping the handle lets the thread go on alone. A panic ends the thread and is handed to who joins it.
    ///
    /// # Panics
    ///
    /// If no more threads can be started, as [`std::thread::spawn`].
    #[track_caller]
    fn spawn<T, F>(&self, name: &str, body: F) -> JoinHandle<Self, T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static;

    /// `getrandom(2)`: fills the buffer with random bytes; in a simulation, with bytes drawn from the seed.
    #[track_caller]
    fn random(&self, buf: &mut [u8]);

    /// A new event count.
    fn event_count(&self) -> Self::EventCount;
}

/// The one primitive under every lock: a counter that can be waited on until it moves.
///
/// A waiter takes a [`ticket`](Self::ticket), looks whether what it wants is there, and if not waits with that ticket.
/// A notification between the two moves the counter, so the wait returns at once: none can be lost.
///
/// Reading a ticket that a notification has left acquires what the notifier wrote before it.
pub trait EventCount: Send + Sync + 'static {
    /// The counter's value now.
    fn ticket(&self) -> u64;

    /// Blocks until the counter is no longer `ticket`; `false` if `deadline` came first. May wake early.
    ///
    /// In a simulation, destructors run while a process panics and when its program is ended, and cannot wait then: `false`, also
    /// without a deadline.
    #[track_caller]
    fn wait(&self, ticket: u64, deadline: Option<Instant>) -> bool;

    /// Moves the counter and wakes one waiter. Who does not wait yet but has a ticket from before does not wait at all.
    #[track_caller]
    fn notify_one(&self);

    /// Moves the counter and wakes every waiter.
    #[track_caller]
    fn notify_all(&self);
}
