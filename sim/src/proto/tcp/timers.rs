//! What happens by itself: the timers of a connection, and what each does when it runs out.
//!
//! Nothing here is called back. Whoever drives the connection asks [`Connection::poll_at`] and calls
//! [`Connection::on_deadline`], early or late: it does what is due by `cx.now`.

use super::{AckDue, Connection, Failure, Marks, State, rtt};
use crate::{base::Instant, proto::Cx, wire::Flags};

/// How long an ACK waits for data to ride on, 40 ms: Linux TCP_ATO_MIN. RFC 9293 section 3.8.6.3 allows 500 ms. Linux
/// adapts it to the gaps between segments; this is where it starts and where it returns to.
pub(super) const DELAYED_ACK: u64 = 40_000_000;

/// TIME_WAIT, 60 s: Linux TCP_TIMEWAIT_LEN. RFC 9293 section 3.4.2 says 4 minutes.
pub(super) const TIME_WAIT: u64 = 60_000_000_000;

/// Doublings of the timeout granted to data of a connection without descriptor: Linux `tcp_orphan_retries`.
const ORPHAN_RETRIES: u8 = 8;

const NEVER: Instant = Instant::FAR_FUTURE;

/// When each timer runs out; [`NEVER`] if it is not set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timers {
    /// `icsk_retransmit_timer`: one for both purposes, which exclude one another.
    resend: Instant,
    probing: bool,
    /// `icsk_delack_timer`.
    ack: Instant,
    /// The end of TIME_WAIT, or of FIN_WAIT_2 without a descriptor.
    linger: Instant,
}

impl Default for Timers {
    fn default() -> Self {
        Self { resend: NEVER, probing: false, ack: NEVER, linger: NEVER }
    }
}

impl Timers {
    #[inline]
    pub(super) fn earliest(&self) -> Option<Instant> {
        let earliest = self.resend.min(self.ack).min(self.linger);
        (earliest != NEVER).then_some(earliest)
    }

    /// Something is in flight: unless it is acknowledged, it is sent again.
    #[inline]
    pub(super) fn set_retransmit(&mut self, now: Instant, timeout: u64) {
        (self.resend, self.probing) = (after(now, timeout), false);
    }

    /// Nothing is in flight, because what there is to send may not be sent: the peer is asked again.
    pub(super) fn set_probe(&mut self, now: Instant, timeout: u64) {
        (self.resend, self.probing) = (after(now, timeout), true);
    }

    #[inline]
    pub(super) fn is_retransmit_set(&self) -> bool {
        self.resend != NEVER && !self.probing
    }

    #[inline]
    pub(super) fn is_probe_set(&self) -> bool {
        self.probing && self.resend != NEVER
    }

    #[inline]
    pub(super) fn stop_resend(&mut self) {
        self.resend = NEVER;
    }

    /// An ACK that waits already waits no longer for one more segment.
    #[inline]
    pub(super) fn set_ack(&mut self, now: Instant) {
        if self.ack == NEVER {
            self.ack = after(now, DELAYED_ACK);
        }
    }

    #[inline]
    pub(super) fn stop_ack(&mut self) {
        self.ack = NEVER;
    }

    pub(super) fn set_linger(&mut self, now: Instant, time: u64) {
        self.linger = after(now, time);
    }
}

/// `nanos` nanoseconds after `now`.
#[inline]
pub(super) fn after(now: Instant, nanos: u64) -> Instant {
    Instant::from_nanos(now.as_nanos().saturating_add(nanos))
}

/// Nanoseconds from `earlier` to `now`.
#[inline]
pub(super) fn since(now: Instant, earlier: Instant) -> u64 {
    now.as_nanos().saturating_sub(earlier.as_nanos())
}

impl Connection {
    /// When [`Self::on_deadline`] wants to be called next.
    #[inline]
    pub(crate) fn poll_at(&self) -> Option<Instant> {
        self.timers.earliest()
    }

    /// Does what is due.
    pub(crate) fn on_deadline(&mut self, cx: &mut Cx<'_>) {
        if self.timers.ack <= cx.now {
            self.delayed_ack_is_due(cx);
        }
        if self.timers.resend <= cx.now {
            self.timers.stop_resend();
            if self.timers.probing { self.probe_is_due(cx) } else { self.retransmission_is_due(cx) }
        }
        if self.timers.linger <= cx.now {
            // The end of TIME_WAIT, or of patience in FIN_WAIT_2: nobody is told.
            self.finish(None);
        }
        self.check();
    }

    /// When TIME_WAIT began, if the connection is in it.
    #[cfg(test)]
    pub(crate) fn time_wait_since(&self) -> Option<Instant> {
        let began = self.timers.linger.as_nanos().saturating_sub(TIME_WAIT);
        (self.state == State::TimeWait).then(|| Instant::from_nanos(began))
    }

    pub(super) fn enter_time_wait(&mut self, now: Instant) {
        self.marks |= Marks::BOTH_SHUT;
        self.leave(State::TimeWait);
        self.timers.set_linger(now, TIME_WAIT);
    }

    /// FIN_WAIT_2 without a descriptor ends by itself (`tcp_fin_time`: at least three and a half timeouts).
    pub(super) fn limit_fin_wait_2(&mut self, now: Instant) {
        let rto = self.rtt.base();
        let configured = u64::try_from(self.config.fin_timeout.as_nanos()).unwrap_or(u64::MAX);
        self.timers.set_linger(now, configured.max(rto * 4 - rto / 2));
    }

    /// `tcp_delack_timer_handler`.
    fn delayed_ack_is_due(&mut self, cx: &mut Cx<'_>) {
        self.timers.stop_ack();
        if self.rcv.ack != AckDue::No {
            // The program did not answer in time: its next ACKs are not held back for an answer.
            self.rcv.pingpong = false;
            self.send_ack(cx);
        }
    }

    /// RFC 6298 section 5, `tcp_retransmit_timer`.
    fn retransmission_is_due(&mut self, cx: &mut Cx<'_>) {
        if self.state.is_connecting() {
            return self.syn_is_due(cx);
        }
        if self.gives_up(cx.now) {
            return self.time_out();
        }
        self.snd.stalled_since.get_or_insert(cx.now);
        self.snd.retries = self.snd.retries.saturating_add(1);
        self.congestion.on_timeout(self.snd.nxt, self.snd.flight(), self.snd.mss);
        self.snd.cursor = self.snd.una;
        self.retransmit_first(cx);
        self.rtt.back_off();
        self.timers.set_retransmit(cx.now, self.rtt.timeout());
    }

    /// The SYN or SYN+ACK was not answered: after 1, 3, 7, ... seconds it goes out again.
    fn syn_is_due(&mut self, cx: &mut Cx<'_>) {
        let retries = if self.is(Marks::PASSIVE) { self.config.synack_retries } else { self.config.syn_retries };
        if self.snd.retries >= retries {
            return self.time_out();
        }
        self.snd.retries += 1;
        self.snd.timed = None;
        self.rtt.back_off();
        self.send_syn(cx);
        self.timers.set_retransmit(cx.now, self.rtt.timeout());
    }

    /// Whether the peer has been silent for too long (`tcp_write_timeout`): at the first timeout beyond what `retries`
    /// doublings of the least timeout add up to, 924.6 s for 15. That is counted from the first repetition on.
    fn gives_up(&self, now: Instant) -> bool {
        let Some(since_when) = self.snd.stalled_since else { return false };
        let limit = if !self.is(Marks::ORPHAN) {
            self.config.retries
        } else if self.rtt.timeout() < rtt::MAX {
            ORPHAN_RETRIES.min(self.config.retries)
        } else {
            0
        };
        since(now, since_when) >= backed_off_sum(limit)
    }

    /// `tcp_write_err`: if ICMP has said why, that is the reason.
    fn time_out(&mut self) {
        self.finish(Some(self.soft_failure.unwrap_or(Failure::TimedOut)));
    }

    /// The window is closed, or too small for what is queued: RFC 9293 section 3.8.6.1, `tcp_probe_timer`. While the peer
    /// answers this goes on for ever, unless nobody holds a descriptor any more.
    fn probe_is_due(&mut self, cx: &mut Cx<'_>) {
        let orphan = self.is(Marks::ORPHAN);
        let limit = if orphan { ORPHAN_RETRIES } else { self.config.retries };
        if self.snd.probes >= limit || (orphan && self.rtt.timeout() >= rtt::MAX) {
            return self.time_out();
        }
        if !self.send_whatever_fits(cx) {
            // Linux probes with an empty segment from before the window; the answer tells the window
            // (`tcp_xmit_probe_skb`). RFC 9293 would send one byte of data.
            self.transmit_empty(cx, self.snd.una - 1, Flags::ACK);
            self.snd.probes += 1;
            self.rtt.back_off();
            self.timers.set_probe(cx.now, self.rtt.timeout());
        }
    }
}

/// What `retries` doublings of the least timeout add up to, with the greatest timeout as their bound
/// (`tcp_model_timeout`).
fn backed_off_sum(retries: u8) -> u64 {
    let doubling = (rtt::MAX / rtt::MIN).ilog2() as u8;
    let doubled = ((2 << retries.min(doubling)) - 1) * rtt::MIN;
    doubled + u64::from(retries.saturating_sub(doubling)) * rtt::MAX
}
