//! The retransmission timeout: RFC 6298 in integers, with Linux's bounds.
//!
//! It is not responsible for choosing what to time: `output.rs` times one segment at a time and forgets it when anything
//! is sent again (Karn's algorithm, RFC 6298 section 3). Absent today: samples from timestamps (RFC 7323 section 4).

const MILLISECOND: u64 = 1_000_000;

/// RTO before any measurement, 1 s: RFC 6298 section 2.1, Linux TCP_TIMEOUT_INIT.
const INITIAL: u64 = 1_000 * MILLISECOND;
/// RTO when the handshake had to be repeated, so could not be timed, 3 s: RFC 6298 section 5.7, Linux
/// TCP_TIMEOUT_FALLBACK.
const FALLBACK: u64 = 3_000 * MILLISECOND;
/// Lower bound of the part that stands for the variance, 200 ms: Linux TCP_RTO_MIN. RFC 6298 section 2.4 says 1 s, and
/// bounds the whole; in Linux the smoothed time itself comes on top (`tcp_rtt_estimator`, `__tcp_set_rto`).
pub(super) const MIN: u64 = 200 * MILLISECOND;
/// Upper bound, 120 s: Linux TCP_RTO_MAX; RFC 6298 section 2.5 allows 60 s or more.
pub(super) const MAX: u64 = 120_000 * MILLISECOND;

/// The estimator of one connection. Times are nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rtt {
    /// SRTT.
    smoothed: u64,
    /// RTTVAR.
    variance: u64,
    /// `rto = min(smoothed + max(4 * variance, MIN), MAX)` once measured.
    rto: u64,
    is_measured: bool,
    /// How often the timer has run out since the last measurement: each time doubles the timeout.
    backoff: u8,
}

impl Rtt {
    pub(super) fn new() -> Self {
        Self { smoothed: 0, variance: 0, rto: INITIAL, is_measured: false, backoff: 0 }
    }

    /// Takes in one measurement: RFC 6298 sections 2.2 and 2.3, alpha 1/8 and beta 1/4.
    #[inline]
    pub(super) fn sample(&mut self, time: u64) {
        if self.is_measured {
            self.variance = self.variance - self.variance / 4 + self.smoothed.abs_diff(time) / 4;
            self.smoothed = self.smoothed - self.smoothed / 8 + time / 8;
        } else {
            (self.smoothed, self.variance, self.is_measured) = (time, time / 2, true);
        }
        self.rto = (self.smoothed + (4 * self.variance).max(MIN)).min(MAX);
        self.backoff = 0;
    }

    /// The handshake is over, and could not be timed.
    pub(super) fn handshake_was_repeated(&mut self) {
        self.rto = FALLBACK;
        self.backoff = 0;
    }

    /// The timeout now, backed off.
    #[inline]
    pub(super) fn timeout(&self) -> u64 {
        if self.backoff == 0 { self.rto } else { self.rto.saturating_mul(1 << self.backoff.min(20)).min(MAX) }
    }

    /// The timeout without back-off.
    #[inline]
    pub(super) fn base(&self) -> u64 {
        self.rto
    }

    /// RFC 6298 section 5.5.
    pub(super) fn back_off(&mut self) {
        self.backoff = self.backoff.saturating_add(1);
    }

    /// The peer has acknowledged something new, or opened its window (`tcp_ack_probe`): from the bottom again.
    pub(super) fn end_back_off(&mut self) {
        self.backoff = 0;
    }
}
