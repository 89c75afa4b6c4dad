//! Timestamps and PAWS: RFC 7323 sections 3 to 5, as `struct tcp_options_received` keeps them.

use super::timers::Moment;
use crate::{base::Instant, wire::Timestamps};

/// A clock this old says nothing any more, 24 days: RFC 7323 section 5.5, Linux TCP_PAWS_WRAP.
const PAWS_24_DAYS: u64 = 24 * 24 * 60 * 60 * 1_000_000_000;

/// The timestamps of one connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamps {
    /// Both ends send them.
    pub(super) on: bool,
    /// What is added to our clock, so that a peer does not learn how long we are up (RFC 7323 section 7.1; `tsoffset`).
    offset: u32,
    /// TS.Recent: the clock of the peer, as we echo it.
    pub(super) recent: u32,
    /// When `recent` was heard; nothing was before the first.
    recent_at: Moment,
}

impl Stamps {
    pub(super) fn new(offset: u32) -> Self {
        Self { on: false, offset, recent: 0, recent_at: Moment::NEVER }
    }

    /// TSval at `now`: a clock of milliseconds (`tcp_time_stamp`).
    #[inline]
    pub(super) fn value(&self, now: Instant) -> u32 {
        self.offset.wrapping_add((now.as_nanos() / 1_000_000) as u32)
    }

    /// The option of a segment that is sent now.
    #[inline]
    pub(super) fn option(&self, now: Instant) -> Option<Timestamps> {
        self.on.then(|| Timestamps { value: self.value(now), echo: self.recent })
    }

    /// The peer's first timestamp.
    pub(super) fn store(&mut self, theirs: Timestamps, now: Instant) {
        (self.recent, self.recent_at) = (theirs.value, Moment::at(now));
    }

    /// `tcp_replace_ts_recent`: takes over a newer clock. The caller has seen that the segment is in order.
    #[inline]
    pub(super) fn renew(&mut self, theirs: Timestamps, now: Instant) {
        if self.is_fresh(theirs, now, 0) {
            self.store(theirs, now);
        }
    }

    /// `tcp_paws_check`: whether a segment is not older than what was heard, give or take `slack` ticks.
    #[inline]
    pub(super) fn is_fresh(&self, theirs: Timestamps, now: Instant, slack: i32) -> bool {
        let Some(at) = self.recent_at.get() else { return true };
        self.recent.wrapping_sub(theirs.value) as i32 <= slack
            || now.as_nanos().saturating_sub(at.as_nanos()) >= PAWS_24_DAYS
            || self.recent == 0
    }

    /// How far a segment's clock lies behind, in ticks.
    pub(super) fn behind(&self, theirs: Timestamps) -> i32 {
        self.recent.wrapping_sub(theirs.value) as i32
    }

    /// The round trip that an echo tells, in microseconds; at least one (`tcp_rtt_tsopt_us`). `None` without an echo, or
    /// with one that was never sent.
    pub(super) fn round_trip(&self, theirs: Timestamps, now: Instant) -> Option<u64> {
        if theirs.echo == 0 {
            return None;
        }
        let ticks = self.value(now).wrapping_sub(theirs.echo);
        (ticks < i32::MAX as u32 / 1000).then(|| if ticks == 0 { 1 } else { u64::from(ticks) * 1000 })
    }

    /// Whether the echo was sent before `at`, in our own clock.
    pub(super) fn echo_is_before(&self, theirs: Timestamps, at: Instant) -> bool {
        theirs.echo != 0 && (theirs.echo.wrapping_sub(self.value(at)) as i32) < 0
    }

    /// When the peer's clock was last heard: `ts_recent_stamp`.
    pub(crate) fn heard_at(&self) -> Option<Instant> {
        self.recent_at.get().filter(|_| self.on)
    }
}
