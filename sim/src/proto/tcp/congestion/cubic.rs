//! CUBIC (RFC 9438) in the integers of net/ipv4/tcp_cubic.c, and HyStart in both its forms: the train of ACKs, and their
//! delay.

use super::Acked;
use crate::{base::Instant, wire::SeqNum};

/// 1024 times beta, 0.7: what is left of the window after a loss.
const BETA: u32 = 717;
const SCALE: u32 = 1024;
/// 1024 times the factor C of the curve, 0.4.
const CURVE: u64 = 410;
/// Times are in units of 1/1024 s.
const HZ_BITS: u32 = 10;

/// HyStart does nothing below this window.
pub(super) const LOW_WINDOW: u32 = 16;
/// How many samples of a round decide about its delay.
const SAMPLES: u8 = 8;
/// Bounds of the increase of delay that ends slow start, and the spacing of a train, microseconds.
const DELAY_MIN: u32 = 4_000;
const DELAY_MAX: u32 = 16_000;
const SPACING: u64 = 2_000;

/// What CUBIC remembers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cubic {
    /// How many acknowledged segments make the window one larger.
    every: u32,
    /// The window before the last loss, and where the curve comes from.
    last_max: u32,
    origin: u32,
    /// The window and the time of the last calculation.
    last_cwnd: u32,
    last_time: Option<Instant>,
    /// When the curve began, and how long it takes to its origin.
    epoch: Option<Instant>,
    k: u32,
    /// The least delay, microseconds; 0 before any.
    least_delay: u32,
    /// Acknowledged since the epoch, and the window Reno would have.
    acked: u32,
    reno_cwnd: u32,
    /// HyStart: this round's samples.
    round_end: SeqNum,
    round_start: Option<Instant>,
    last_ack: Option<Instant>,
    samples: u8,
    round_delay: u32,
    found: bool,
}

impl Cubic {
    /// `bictcp_reset`
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// `cubictcp_recalc_ssthresh`: the new threshold, with fast convergence.
    pub(super) fn reduce(&mut self, cwnd: u32) -> u32 {
        self.epoch = None;
        self.last_max = if cwnd < self.last_max { cwnd * (SCALE + BETA) / (2 * SCALE) } else { cwnd };
        (cwnd * BETA / SCALE).max(2)
    }

    /// Time in which nothing was sent does not count (`cubictcp_cwnd_event`).
    pub(super) fn was_idle(&mut self, idle: u64) {
        if let Some(epoch) = self.epoch
            && idle > 0
        {
            self.epoch = Some(Instant::from_nanos(epoch.as_nanos().saturating_add(idle)));
        }
    }

    /// `bictcp_update`: how many acknowledged segments are to make the window one larger.
    pub(super) fn update(&mut self, cwnd: u32, acked: u32, now: Instant) -> u32 {
        self.acked += acked;
        let since = |then: Instant| now.as_nanos().saturating_sub(then.as_nanos());
        if self.last_cwnd == cwnd && self.last_time.is_some_and(|last| since(last) <= 1_000_000_000 / 32) {
            return self.every.max(2);
        }
        // The curve is looked at once a millisecond; Reno's window always.
        let millis = |then: Instant| then.as_nanos() / 1_000_000;
        if self.epoch.is_none() || self.last_time.map(millis) != Some(millis(now)) {
            self.last_cwnd = cwnd;
            self.last_time = Some(now);
            let epoch = *self.epoch.get_or_insert_with(|| {
                self.acked = acked;
                self.reno_cwnd = cwnd;
                if self.last_max <= cwnd {
                    (self.k, self.origin) = (0, cwnd);
                } else {
                    let distance = u64::from(self.last_max - cwnd);
                    self.k = cube_root((1u64 << (10 + 3 * HZ_BITS)) / CURVE * distance);
                    self.origin = self.last_max;
                }
                now
            });
            let elapsed = since(epoch) + u64::from(self.least_delay) * 1000;
            let time = elapsed / 1_000_000 * (1 << HZ_BITS) / 1000;
            let offset = time.abs_diff(self.k.into());
            let delta = ((CURVE * offset).saturating_mul(offset).saturating_mul(offset)) >> (10 + 3 * HZ_BITS);
            let delta = u32::try_from(delta).unwrap_or(u32::MAX);
            let target = if time < u64::from(self.k) {
                self.origin.saturating_sub(delta)
            } else {
                self.origin.saturating_add(delta)
            };
            self.every = if target > cwnd { cwnd / (target - cwnd) } else { 100 * cwnd };
            // The first increases do not wait for a curve that has no height yet.
            if self.last_max == 0 && self.every > 20 {
                self.every = 20;
            }
        }
        // As fast as Reno at least.
        let per_segment = ((cwnd * (8 * (SCALE + BETA) / 3 / (SCALE - BETA))) >> 3).max(1);
        while self.acked > per_segment {
            self.acked -= per_segment;
            self.reno_cwnd += 1;
        }
        if self.reno_cwnd > cwnd {
            self.every = self.every.min(cwnd / (self.reno_cwnd - cwnd));
        }
        self.every.max(2)
    }

    /// `cubictcp_acked`: takes in a round trip in microseconds. Whether slow start is over.
    pub(super) fn observe(&mut self, acked: &Acked, rtt: u64, cwnd: u32, in_slow_start: bool) -> bool {
        // Right after a loss the delay is that of the recovery.
        let now = acked.now;
        if self.epoch.is_some_and(|epoch| now.as_nanos().saturating_sub(epoch.as_nanos()) < 1_000_000_000) {
            return false;
        }
        let delay = u32::try_from(rtt).unwrap_or(u32::MAX).max(1);
        if self.least_delay == 0 || delay < self.least_delay {
            self.least_delay = delay;
        }
        !self.found && in_slow_start && cwnd >= LOW_WINDOW && self.hystart(acked, delay)
    }

    /// `hystart_update`
    fn hystart(&mut self, acked: &Acked, delay: u32) -> bool {
        let now = acked.now;
        let micros = |since: Instant| now.as_nanos().saturating_sub(since.as_nanos()) / 1000;
        let round_start = match self.round_start {
            Some(start) if !self.round_end.before(acked.una) => start,
            _ => {
                self.round_end = acked.nxt;
                (self.samples, self.round_delay) = (0, u32::MAX);
                self.last_ack = Some(now);
                *self.round_start.insert(now)
            }
        };
        // A train: ACKs that follow one another closely, for half of a round trip.
        if self.last_ack.is_some_and(|last| micros(last) <= SPACING) {
            self.last_ack = Some(now);
            // ACKs come late by what segments were held back for; without pacing, that is half the least delay.
            if micros(round_start) > u64::from(self.least_delay) / 2 {
                self.found = true;
            }
        }
        self.round_delay = self.round_delay.min(delay);
        if self.samples < SAMPLES {
            self.samples += 1;
        } else {
            let increase = (self.least_delay / 8).clamp(DELAY_MIN, DELAY_MAX);
            if self.round_delay > self.least_delay.saturating_add(increase) {
                self.found = true;
            }
        }
        self.found
    }
}

/// The cube root, rounded down.
fn cube_root(a: u64) -> u32 {
    let (mut low, mut high) = (0u64, 1 << 21);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if middle * middle * middle <= a {
            low = middle;
        } else {
            high = middle;
        }
    }
    low as u32
}
