//! The three modes of a socket: blocking, non-blocking, timeout.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{BLOCKING, Patience, Socket};
use crate::poll::poll_one;
use crate::{Error, Net, PollEvents, Result};

/// The modes.
impl<N: Net> Socket<N> {
    /// Python's `settimeout`, which chooses the mode: `None` blocks, zero does not, any other time is the most a call may take.
    ///
    /// # Errors
    ///
    /// `EBADF`, which cannot happen on a descriptor of this world's own.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wavetank_api::{Errno, Host, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, _right) = socketpair(host)?;
    /// left.settimeout(Some(Duration::from_millis(1500)))?;
    /// let begin = host.now();
    /// assert!(left.recv(&mut [0; 16]).unwrap_err().is_timeout());
    /// assert_eq!(host.now() - begin, Duration::from_millis(1500));
    ///
    /// left.settimeout(Some(Duration::ZERO))?;
    /// assert_eq!(left.recv(&mut [0; 16]).unwrap_err(), Errno::EAGAIN);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn settimeout(&self, timeout: Option<Duration>) -> Result<()> {
        self.net.set_nonblocking(&self.fd, timeout.is_some())?;
        let nanos = timeout.map_or(BLOCKING, |timeout| u64::try_from(timeout.as_nanos()).unwrap_or(BLOCKING - 1));
        self.timeout.store(nanos, Ordering::Relaxed);
        Ok(())
    }

    /// Python's `gettimeout`: the mode, as [`settimeout`](Self::settimeout) takes it.
    ///
    /// ```
    /// use wavetank_api::socketpair;
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, _right) = socketpair(host)?;
    /// assert_eq!(left.gettimeout(), None);
    /// left.setblocking(false)?;
    /// assert_eq!(left.gettimeout(), Some(std::time::Duration::ZERO));
    /// # Ok(())
    /// # });
    /// ```
    pub fn gettimeout(&self) -> Option<Duration> {
        match self.timeout.load(Ordering::Relaxed) {
            BLOCKING => None,
            nanos => Some(Duration::from_nanos(nanos)),
        }
    }

    /// `settimeout(None)` or `settimeout(Some(Duration::ZERO))`.
    ///
    /// # Errors
    ///
    /// Those of [`settimeout`](Self::settimeout).
    ///
    /// ```
    /// use wavetank_api::socketpair;
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, _right) = socketpair(host)?;
    /// left.setblocking(false)?;
    /// let error = left.recv(&mut [0; 16]).unwrap_err();
    /// assert_eq!(error.to_string(), "recv: EAGAIN (Resource temporarily unavailable)");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn setblocking(&self, blocking: bool) -> Result<()> {
        self.settimeout((!blocking).then_some(Duration::ZERO))
    }

    /// Whether the mode is not the non-blocking one: `gettimeout() != Some(Duration::ZERO)`.
    ///
    /// ```
    /// use wavetank_api::socketpair;
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, _right) = socketpair(host)?;
    /// assert!(left.getblocking());
    /// left.settimeout(Some(std::time::Duration::from_secs(1)))?;
    /// assert!(left.getblocking());
    /// left.setblocking(false)?;
    /// assert!(!left.getblocking());
    /// # Ok(())
    /// # });
    /// ```
    pub fn getblocking(&self) -> bool {
        self.timeout.load(Ordering::Relaxed) != 0
    }

    /// Decides after a failed call whether to make it again: at once after a signal; after waiting for `events` in timeout mode.
    #[cold]
    #[track_caller]
    pub(super) fn again(&self, error: Error, events: PollEvents, patience: &mut Patience) -> Result<()> {
        if error.is_interrupted() {
            return Ok(());
        }
        match self.gettimeout() {
            Some(timeout) if error.is_would_block() && !timeout.is_zero() => {
                self.wait(events, timeout, patience, error.call())
            }
            _ => Err(error),
        }
    }

    /// Waits for `events` until the deadline, which is `timeout` from now unless it is set already.
    #[track_caller]
    pub(super) fn wait(
        &self,
        events: PollEvents,
        timeout: Duration,
        patience: &mut Patience,
        call: &'static str,
    ) -> Result<()> {
        let now = self.net.monotonic();
        let deadline = *patience.deadline.get_or_insert(now + timeout);
        let found = poll_one(&self.net, &self.fd, events, Some(deadline - now))?;
        if found.is_empty() { Err(Error::timeout(call)) } else { Ok(()) }
    }
}
