//! [`PollFd`]: what [`Net::poll`] waits for, and what it found.

use std::fmt;
use std::time::Duration;

use crate::{Descriptor, Net, PollEvents, Result, Socket};

/// One descriptor in a call of [`Net::poll`]: C's `struct pollfd`.
pub struct PollFd<'a, N: Net> {
    /// The descriptor.
    pub fd: &'a N::Fd,
    /// What to wait for.
    pub events: PollEvents,
    /// What was found; `ERR`, `HUP` and `NVAL` come unasked.
    pub revents: PollEvents,
}

impl<'a, N: Net> PollFd<'a, N> {
    /// Waits for `events` on `fd`.
    #[must_use]
    pub const fn new(fd: &'a N::Fd, events: PollEvents) -> Self {
        Self { fd, events, revents: PollEvents::empty() }
    }

    /// Waits for `events` on `socket`.
    #[must_use]
    pub fn of(socket: &'a Socket<N>, events: PollEvents) -> Self {
        Self::new(socket.fd(), events)
    }

    /// Whether reading now returns at once: with data, the end, or an error.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        self.revents.intersects(PollEvents::IN.union(PollEvents::HUP).union(PollEvents::ERR))
    }

    /// Whether writing now returns at once: with success, or an error.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        self.revents.intersects(PollEvents::OUT.union(PollEvents::HUP).union(PollEvents::ERR))
    }
}

impl<N: Net> fmt::Debug for PollFd<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{fd={}, events={}, revents={}}}", self.fd.raw(), self.events, self.revents)
    }
}

/// `poll(2)` for one descriptor, begun again with what is left of the time when a signal interrupts it.
///
/// Empty if the time was over first. `None` waits for ever.
///
/// # Errors
///
/// `ENOMEM`, `EINVAL` (the process's limit of descriptors is 0).
#[track_caller]
pub fn poll_one<N: Net>(net: &N, fd: &N::Fd, events: PollEvents, timeout: Option<Duration>) -> Result<PollEvents> {
    let deadline = timeout.map(|timeout| net.monotonic() + timeout);
    let mut fds = [PollFd::new(fd, events)];
    loop {
        let left = deadline.map(|deadline| deadline - net.monotonic());
        match net.poll(&mut fds, left) {
            Ok(_) => return Ok(fds[0].revents),
            Err(error) if error.is_interrupted() => {}
            Err(error) => return Err(error),
        }
    }
}
