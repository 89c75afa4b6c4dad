//! The retransmission timeout: RFC 6298 in the integers of `tcp_rtt_estimator`, which are not the RFC's: the variance may
//! only fall once a round trip, and its floor is the least timeout, with the smoothed time on top.
//!
//! It is not responsible for choosing what to time: `ack.rs` does, by what was acknowledged or by its timestamp.

use super::Sysctl;
use crate::{base::Instant, wire::SeqNum};

const MILLISECOND: u64 = 1_000_000;

/// RTO before any measurement, 1 s: RFC 6298 section 2.1, Linux TCP_TIMEOUT_INIT.
pub(super) const INITIAL: u64 = 1_000 * MILLISECOND;
/// RTO when the handshake had to be repeated, so could not be timed, 3 s: RFC 6298 section 5.7, Linux
/// TCP_TIMEOUT_FALLBACK.
const FALLBACK: u64 = 3_000 * MILLISECOND;
/// How long a least round trip counts: `tcp_min_rtt_wlen`, 300 s.
const MIN_WINDOW: u64 = 300_000 * MILLISECOND;

/// The estimator of one connection. What it measures is in microseconds, as in Linux; what it tells in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rtt {
    /// SRTT times 8; 0 before the first measurement.
    smoothed: u32,
    /// The mean deviation times 4, and its largest value of this round trip.
    deviation: u32,
    deviation_max: u32,
    /// RTTVAR times 4: never below the least timeout.
    variance: u32,
    /// Where the round trip ends that `deviation_max` belongs to.
    round_end: SeqNum,
    /// The timeout without back-off, nanoseconds.
    rto: u64,
    /// How often the timer has run out since the last measurement: each time doubles the timeout.
    backoff: u8,
    /// The least round trip of late, and when it was seen. `u32::MAX` before any.
    least: u32,
    least_at: Instant,
    /// The last round trip, of the last segment that arrived.
    latest: u32,
}

impl Rtt {
    pub(super) fn new() -> Self {
        Self {
            smoothed: 0,
            deviation: 0,
            deviation_max: 0,
            variance: 0,
            round_end: SeqNum(0),
            rto: INITIAL,
            backoff: 0,
            least: u32::MAX,
            least_at: Instant::EPOCH,
            latest: 0,
        }
    }

    /// Takes in one measurement, in microseconds (`tcp_rtt_estimator`, `tcp_set_rto`).
    #[inline]
    pub(super) fn sample(&mut self, micros: u64, una: SeqNum, nxt: SeqNum, sysctl: &Sysctl) {
        let time = micros.min(1 << 28) as i32;
        let floor = sysctl.rto_min * 1000;
        if self.smoothed == 0 {
            self.smoothed = ((time as u32) << 3).max(1);
            self.deviation = (time as u32) << 1;
            self.variance = self.deviation.max(floor);
            self.deviation_max = self.variance;
            self.round_end = nxt;
        } else {
            let mut error = time - (self.smoothed >> 3) as i32;
            self.smoothed = self.smoothed.wrapping_add_signed(error).max(1);
            if error < 0 {
                // Less than expected: its deviation counts an eighth, so that one lucky packet does not raise the timeout.
                error = -error - (self.deviation >> 2) as i32;
                if error > 0 {
                    error >>= 3;
                }
            } else {
                error -= (self.deviation >> 2) as i32;
            }
            self.deviation = self.deviation.wrapping_add_signed(error);
            if self.deviation > self.deviation_max {
                self.deviation_max = self.deviation;
                self.variance = self.variance.max(self.deviation_max);
            }
            if self.round_end.before(una) {
                if self.deviation_max < self.variance {
                    self.variance -= (self.variance - self.deviation_max) >> 2;
                }
                self.round_end = nxt;
                self.deviation_max = floor;
            }
        }
        // The kernel's clock ticks once a millisecond.
        let rto = u64::from((self.smoothed >> 3) + self.variance).div_ceil(1000) * MILLISECOND;
        self.rto = rto.min(u64::from(sysctl.rto_max) * MILLISECOND);
        self.backoff = 0;
    }

    /// `tcp_update_rtt_min`: the windowed minimum, in microseconds.
    #[inline]
    pub(super) fn observe_least(&mut self, micros: u64, now: Instant) {
        let micros = micros.clamp(1, u64::from(u32::MAX - 1)) as u32;
        self.latest = micros;
        let is_stale = now.as_nanos().saturating_sub(self.least_at.as_nanos()) > MIN_WINDOW;
        if micros <= self.least || is_stale {
            (self.least, self.least_at) = (micros, now);
        }
    }

    /// The least round trip of late in microseconds, if there was a measurement.
    #[inline]
    pub(super) fn least(&self) -> Option<u64> {
        (self.least != u32::MAX).then_some(self.least.into())
    }

    /// The last round trip in microseconds, if there was a measurement.
    #[inline]
    pub(super) fn latest(&self) -> Option<u64> {
        (self.latest != 0).then_some(self.latest.into())
    }

    /// The smoothed round trip in microseconds, if there was a measurement.
    #[inline]
    pub(super) fn smoothed(&self) -> Option<u64> {
        (self.smoothed != 0).then_some(u64::from(self.smoothed >> 3))
    }

    /// RTTVAR in microseconds, as TCP_INFO shows it.
    pub(super) fn deviation(&self) -> u32 {
        self.deviation >> 2
    }

    /// The handshake is over, and could not be timed.
    pub(super) fn handshake_was_repeated(&mut self) {
        self.rto = FALLBACK;
        self.backoff = 0;
    }

    /// The timeout now, backed off.
    #[inline]
    pub(super) fn timeout(&self, sysctl: &Sysctl) -> u64 {
        if self.backoff == 0 {
            return self.rto;
        }
        self.rto.saturating_mul(1 << self.backoff.min(20)).min(u64::from(sysctl.rto_max) * MILLISECOND)
    }

    /// The timeout without back-off.
    #[inline]
    pub(super) fn base(&self) -> u64 {
        self.rto
    }

    pub(super) fn backoff(&self) -> u8 {
        self.backoff
    }

    /// RFC 6298 section 5.5.
    pub(super) fn back_off(&mut self) {
        self.backoff = self.backoff.saturating_add(1);
    }

    /// One doubling less.
    pub(super) fn step_back(&mut self) {
        self.backoff = self.backoff.saturating_sub(1);
    }

    /// The peer has opened its window (`tcp_ack_probe`): from the bottom again.
    pub(super) fn end_back_off(&mut self) {
        self.backoff = 0;
    }
}
