//! Congestion control: how much may be on its way. Slow start and congestion avoidance (RFC 5681), initial window 10 (RFC
//! 6928), and CUBIC (RFC 9438) beside Reno. Everything is counted in segments, as in Linux.
//!
//! It only keeps the numbers: `ack.rs` tells it what was acknowledged, `recovery/` when something was lost, `output.rs`
//! asks how much may be in flight.

mod cubic;

use self::cubic::Cubic;
use crate::{base::Instant, wire::SeqNum};

/// Initial window in segments: RFC 6928, Linux TCP_INIT_CWND.
pub(super) const INITIAL: u32 = 10;

/// A threshold that was never set: TCP_INFINITE_SSTHRESH.
pub(super) const INFINITE: u32 = 0x7fff_ffff;

/// Which algorithm: TCP_CONGESTION.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CongestionControl {
    Cubic,
    Reno,
}

impl CongestionControl {
    /// As TCP_CONGESTION and `tcp_congestion_control` name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cubic => "cubic",
            Self::Reno => "reno",
        }
    }

    /// The algorithm of that name, if it is here.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Cubic, Self::Reno].into_iter().find(|known| known.name() == name)
    }
}

/// The congestion window of one connection.
#[derive(Debug)]
pub(super) struct Congestion {
    pub(super) algorithm: CongestionControl,
    pub(super) cwnd: u32,
    pub(super) ssthresh: u32,
    /// Segments acknowledged since `cwnd` last grew in congestion avoidance (`snd_cwnd_cnt`).
    count: u32,
    /// The window was full when something was last sent (`is_cwnd_limited`), until `usage_end` is acknowledged.
    is_limiting: bool,
    usage_end: SeqNum,
    /// The most that was out in that time.
    most_out: u32,
    /// The most that was out since the window was last full, and since when (`snd_cwnd_used`, `snd_cwnd_stamp`).
    used: u32,
    used_since: Instant,
    /// CUBIC's memory, once it has one: a short conversation never leaves the initial window.
    cubic: Option<Box<Cubic>>,
}

/// What an algorithm is told of an acknowledgment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acked {
    pub(super) now: Instant,
    /// Segments that were delivered, SACKed ones included.
    pub(super) segments: u32,
    /// The round trip of the last of them, microseconds.
    pub(super) rtt: Option<u64>,
    pub(super) una: SeqNum,
    pub(super) nxt: SeqNum,
}

impl Congestion {
    pub(super) fn new(algorithm: CongestionControl) -> Self {
        Self {
            algorithm,
            cwnd: INITIAL,
            ssthresh: INFINITE,
            count: 0,
            is_limiting: false,
            usage_end: SeqNum(0),
            most_out: 0,
            used: 0,
            used_since: Instant::EPOCH,
            cubic: None,
        }
    }

    /// TCP_CONGESTION on a connection that runs: the window stays, the memory goes (`tcp_reinit_congestion_control`).
    pub(super) fn set_algorithm(&mut self, algorithm: CongestionControl) {
        if self.algorithm != algorithm {
            (self.algorithm, self.cubic) = (algorithm, None);
        }
    }

    #[inline]
    pub(super) fn in_slow_start(&self) -> bool {
        self.cwnd < self.ssthresh
    }

    /// What the window was halved from, roughly (`tcp_current_ssthresh`).
    pub(super) fn current_ssthresh(&self, in_reduction: bool) -> u32 {
        if in_reduction { self.ssthresh } else { self.ssthresh.max((self.cwnd >> 1) + (self.cwnd >> 2)) }
    }

    /// Something was sent: `out` segments are out, the window is `full` or not (`tcp_cwnd_validate`, RFC 7661).
    #[inline]
    pub(super) fn validate(
        &mut self,
        now: Instant,
        una: SeqNum,
        nxt: SeqNum,
        out: u32,
        full: bool,
        idle_after: Option<u64>,
    ) {
        if self.usage_end.at_or_before(una) || full || (!self.is_limiting && out > self.most_out) {
            self.is_limiting = full;
            self.most_out = out;
            self.usage_end = nxt;
        }
        if self.is_used_up() {
            (self.used, self.used_since) = (0, now);
        } else {
            self.used = self.used.max(out);
            if idle_after.is_some_and(|rto| now.as_nanos().saturating_sub(self.used_since.as_nanos()) >= rto) {
                self.application_limited(now);
            }
        }
    }

    /// `tcp_is_cwnd_limited`: only a window that was used may grow; in slow start, half of it is enough.
    #[inline]
    fn is_used_up(&self) -> bool {
        self.is_limiting || (self.in_slow_start() && self.cwnd < 2 * self.most_out)
    }

    /// `tcp_cwnd_application_limited`: a window that was not used for a while decays towards what was used.
    fn application_limited(&mut self, now: Instant) {
        let used = self.used.max(INITIAL);
        if used < self.cwnd {
            self.ssthresh = self.current_ssthresh(false);
            self.cwnd = (self.cwnd + used) >> 1;
        }
        (self.used, self.used_since) = (0, now);
    }

    /// `tcp_cong_avoid`: the window may grow.
    #[inline]
    pub(super) fn on_ack(&mut self, acked: &Acked) {
        if self.algorithm == CongestionControl::Cubic && (self.cubic.is_some() || self.cwnd >= cubic::LOW_WINDOW) {
            self.observe(acked);
        }
        if !self.is_used_up() {
            return;
        }
        let mut left = acked.segments;
        if self.in_slow_start() {
            left = self.slow_start(left);
            if left == 0 {
                return;
            }
        }
        let every = match self.algorithm {
            CongestionControl::Reno => self.cwnd,
            CongestionControl::Cubic => {
                let cwnd = self.cwnd;
                self.cubic.get_or_insert_default().update(cwnd, left, acked.now)
            }
        };
        self.avoid(every, left);
    }

    /// A sample of the round trip for CUBIC, whose HyStart leaves slow start before something is lost.
    fn observe(&mut self, acked: &Acked) {
        let (cwnd, in_slow_start) = (self.cwnd, self.in_slow_start());
        let cubic = self.cubic.get_or_insert_default();
        if let Some(rtt) = acked.rtt
            && cubic.observe(acked, rtt, cwnd, in_slow_start)
        {
            self.ssthresh = self.cwnd;
        }
    }

    /// A segment more for each that was acknowledged, up to the threshold. What was not used of them.
    #[inline]
    fn slow_start(&mut self, acked: u32) -> u32 {
        let cwnd = (self.cwnd + acked).min(self.ssthresh);
        let used = cwnd - self.cwnd;
        self.cwnd = cwnd;
        acked - used
    }

    /// A segment more for `every` acknowledged (`tcp_cong_avoid_ai`).
    fn avoid(&mut self, every: u32, acked: u32) {
        let every = every.max(1);
        if self.count >= every {
            self.count = 0;
            self.cwnd += 1;
        }
        self.count += acked;
        if self.count >= every {
            let more = self.count / every;
            self.count -= more * every;
            self.cwnd += more;
        }
    }

    /// Something was lost: the threshold that the window comes down to.
    pub(super) fn reduce(&mut self) {
        self.ssthresh = match self.algorithm {
            CongestionControl::Reno => (self.cwnd >> 1).max(2),
            CongestionControl::Cubic => {
                let cwnd = self.cwnd;
                self.cubic.get_or_insert_default().reduce(cwnd)
            }
        };
        self.count = 0;
    }

    /// The retransmission timer ran out: the memory of the curve is worth nothing (`cubictcp_state`, TCP_CA_Loss).
    pub(super) fn timed_out(&mut self) {
        if let Some(cubic) = &mut self.cubic {
            cubic.reset();
        }
        self.count = 0;
    }

    /// Data goes out when nothing was on its way (CA_EVENT_TX_START).
    #[inline]
    pub(super) fn transmission_starts(&mut self, idle: u64) {
        if let Some(cubic) = &mut self.cubic {
            cubic.was_idle(idle);
        }
    }

    /// Nothing was sent for `idle`: the window decays by half for every `rto`, down to the initial one (RFC 5681 section
    /// 4.1; `tcp_cwnd_restart`).
    pub(super) fn restart_after_idle(&mut self, now: Instant, idle: u64, rto: u64) {
        let restart = self.cwnd.min(INITIAL);
        self.ssthresh = self.current_ssthresh(false);
        let mut left = idle.saturating_sub(rto);
        while left > 0 && self.cwnd > restart {
            self.cwnd >>= 1;
            left = left.saturating_sub(rto);
        }
        self.cwnd = self.cwnd.max(restart);
        (self.used, self.used_since) = (0, now);
    }
}
