//! What happens by itself: the timers of a connection, and what each does when it runs out.
//!
//! Nothing here is called back. Whoever drives the connection asks [`Connection::poll_at`] and calls
//! [`Connection::on_deadline`], early or late: it does what is due by `cx.now`.

use super::{AckDue, Connection, Failure, Marks, State, Sysctl, recovery::Phase};
use crate::{base::Instant, proto::Cx, wire::Flags};

/// The least time that an ACK waits for data to ride on, 40 ms: Linux TCP_ATO_MIN. RFC 9293 section 3.8.6.3 allows 500 ms.
pub(super) const DELAYED_ACK_MS: u64 = 40;

/// TIME_WAIT, 60 s: Linux TCP_TIMEWAIT_LEN. RFC 9293 section 3.4.2 says 4 minutes.
pub(super) const TIME_WAIT: u64 = 60_000_000_000;

/// Doublings of the timeout granted to data of a connection without descriptor, if `tcp_orphan_retries` does not say
/// (`tcp_orphan_retries` of net/ipv4/tcp_timer.c).
const ORPHAN_RETRIES: u8 = 8;

/// The least that is waited for what the peer is to say: TCP_TIMEOUT_MIN, two ticks of a clock with CONFIG_HZ=250.
pub(super) const TIMEOUT_MIN: u64 = 8_000_000;

pub(super) const MILLISECOND: u64 = 1_000_000;
pub(super) const SECOND: u64 = 1_000_000_000;

const NEVER: Instant = Instant::FAR_FUTURE;

/// When something last happened, if it ever did: `Option<Instant>` would take twice the room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Moment(Instant);

impl Moment {
    pub(super) const NEVER: Self = Self(NEVER);

    #[inline]
    pub(super) fn at(at: Instant) -> Self {
        Self(at)
    }

    #[inline]
    pub(super) fn get(self) -> Option<Instant> {
        (self.0 != NEVER).then_some(self.0)
    }
}

/// What the one timer of the sending side is for (`icsk_pending`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    /// What is out is sent again.
    Retransmit,
    /// A closed window is probed.
    Probe,
    /// A tail loss probe goes out.
    LossProbe,
    /// What was overtaken is lost.
    Reordering,
}

/// When each timer runs out; [`NEVER`] if it is not set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timers {
    /// `icsk_retransmit_timer`: one for all its purposes, which exclude one another.
    resend: Instant,
    purpose: Purpose,
    /// `icsk_delack_timer`.
    ack: Instant,
    /// `sk_timer`: the end of TIME_WAIT, or of FIN_WAIT_2 without a descriptor; or the next look for a sign of life.
    linger: Instant,
}

impl Default for Timers {
    fn default() -> Self {
        Self { resend: NEVER, purpose: Purpose::Retransmit, ack: NEVER, linger: NEVER }
    }
}

impl Timers {
    #[inline]
    pub(super) fn earliest(&self) -> Option<Instant> {
        let earliest = self.resend.min(self.ack).min(self.linger);
        (earliest != NEVER).then_some(earliest)
    }

    #[inline]
    fn set(&mut self, now: Instant, wait: u64, purpose: Purpose) {
        (self.resend, self.purpose) = (after(now, wait), purpose);
    }

    /// Something is in flight: unless it is acknowledged, it is sent again.
    #[inline]
    pub(super) fn set_retransmit(&mut self, now: Instant, timeout: u64) {
        self.set(now, timeout, Purpose::Retransmit);
    }

    /// Nothing is in flight, because what there is to send may not be sent: the peer is asked again.
    pub(super) fn set_probe(&mut self, now: Instant, timeout: u64) {
        self.set(now, timeout, Purpose::Probe);
    }

    #[inline]
    pub(super) fn set_loss_probe(&mut self, now: Instant, timeout: u64) {
        self.set(now, timeout, Purpose::LossProbe);
    }

    pub(super) fn set_reordering(&mut self, now: Instant, timeout: u64) {
        self.set(now, timeout, Purpose::Reordering);
    }

    fn is(&self, purpose: Purpose) -> bool {
        self.resend != NEVER && self.purpose == purpose
    }

    #[inline]
    pub(super) fn is_resend_set(&self) -> bool {
        self.resend != NEVER
    }

    /// A timer runs that answers for what is out.
    #[inline]
    pub(super) fn is_retransmit_set(&self) -> bool {
        self.resend != NEVER && self.purpose != Purpose::Probe
    }

    #[inline]
    pub(super) fn is_probe_set(&self) -> bool {
        self.is(Purpose::Probe)
    }

    pub(super) fn is_reordering_set(&self) -> bool {
        self.is(Purpose::Reordering)
    }

    /// One of RACK's timers runs in place of the retransmission timer.
    pub(super) fn is_probe_of_loss_set(&self) -> bool {
        self.is(Purpose::LossProbe) || self.is(Purpose::Reordering)
    }

    #[inline]
    pub(super) fn stop_resend(&mut self) {
        self.resend = NEVER;
    }

    /// An ACK that waits already waits no longer for one more segment.
    #[inline]
    pub(super) fn set_ack(&mut self, now: Instant, wait: u64) {
        self.ack = self.ack.min(after(now, wait));
    }

    #[inline]
    pub(super) fn stop_ack(&mut self) {
        self.ack = NEVER;
    }

    pub(super) fn stop_linger(&mut self) {
        self.linger = NEVER;
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

    /// As [`Self::poll_at`]; [`Instant::FAR_FUTURE`] for never.
    #[inline]
    pub(crate) fn poll_at_or_never(&self) -> Instant {
        self.timers.resend.min(self.timers.ack).min(self.timers.linger)
    }

    /// Does what is due.
    pub(crate) fn on_deadline(&mut self, cx: &mut Cx<'_>) {
        if self.timers.ack <= cx.now {
            self.delayed_ack_is_due(cx);
        }
        if self.timers.resend <= cx.now {
            self.timers.stop_resend();
            match self.timers.purpose {
                Purpose::Retransmit => self.retransmission_is_due(cx),
                Purpose::Probe => self.probe_is_due(cx),
                Purpose::LossProbe => self.loss_probe_is_due(cx),
                Purpose::Reordering => self.reordering_is_over(cx),
            }
        }
        if self.timers.linger <= cx.now {
            self.timers.stop_linger();
            if self.state == State::TimeWait || self.state == State::FinWait2 && self.is(Marks::ORPHAN) {
                // The end of TIME_WAIT, or of patience in FIN_WAIT_2: nobody is told.
                self.finish(None);
            } else {
                self.keepalive_is_due(cx);
            }
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

    /// FIN_WAIT_2 without a descriptor ends by itself (`tcp_fin_time`: at least three and a half timeouts). `false` if it
    /// is not to be waited for at all (TCP_LINGER2 negative).
    pub(super) fn limit_fin_wait_2(&mut self, cx: &Cx<'_>) -> bool {
        let rto = self.rtt.timeout(cx.sysctl);
        let seconds = match self.config.linger2 {
            ..=-1 => return false,
            0 => u64::from(cx.sysctl.fin_timeout),
            seconds => seconds as u64,
        };
        self.timers.set_linger(cx.now, (seconds * SECOND).max(rto * 4 - rto / 2));
        true
    }

    /// `tcp_delack_timer_handler`, and `tcp_compressed_ack_kick`.
    fn delayed_ack_is_due(&mut self, cx: &mut Cx<'_>) {
        self.rcv.set_backlog(0, 0);
        self.timers.stop_ack();
        if self.rcv.ack != AckDue::No {
            if self.rcv.assembler.is_empty() {
                if self.rcv.pingpong {
                    // The program did not answer in time: its next ACKs are not held back for an answer.
                    self.rcv.pingpong = false;
                    self.rcv.ato = DELAYED_ACK_MS as u16;
                } else {
                    let rto = self.rtt.base() / MILLISECOND;
                    self.rcv.ato = (u64::from(self.rcv.ato) * 2).min(rto).min(u16::MAX.into()) as u16;
                }
            } else {
                self.rcv.duplicates = self.rcv.duplicates.min(3);
            }
            self.send_ack(cx);
        }
    }

    /// RFC 6298 section 5, `tcp_retransmit_timer`.
    fn retransmission_is_due(&mut self, cx: &mut Cx<'_>) {
        if self.is(Marks::FAST_OPEN) {
            return self.early_syn_ack_is_due(cx);
        }
        if self.state.is_connecting() {
            return self.syn_is_due(cx);
        }
        if self.snd.sent.is_empty() {
            return;
        }
        let closed = self.snd.wnd == 0 && !self.is(Marks::ORPHAN);
        if closed {
            // The peer has taken back its window over data in flight; it is there, or it is not.
            let silent = since(cx.now, self.rcv.heard_at);
            if silent > u64::from(cx.sysctl.rto_max) * MILLISECOND && self.gives_up(cx) {
                return self.time_out();
            }
        } else {
            self.suspect_black_hole(cx);
            if self.gives_up(cx) {
                return self.time_out();
            }
        }
        self.enter_loss(cx);
        if !closed {
            self.snd.retries = self.snd.retries.saturating_add(1);
        }
        self.repeat(cx, 0);
        self.rtt.back_off();
        let timeout = self.clamp_to_user_timeout(cx, self.rtt.timeout(cx.sysctl), self.recovery.resent_since);
        self.timers.set_retransmit(cx.now, timeout);
    }

    /// `tcp_mtu_probing`: what is too large may vanish without an ICMP error (RFC 4821 section 7.7). After `tcp_retries1`
    /// repetitions segments are made smaller: `tcp_base_mss` at first, then half each time.
    fn suspect_black_hole(&mut self, cx: &Cx<'_>) {
        let silent = self.recovery.resent_since.filter(|_| self.snd.retries > 0).map(|at| since(cx.now, at));
        if cx.sysctl.mtu_probing == 0
            || silent.is_none_or(|silent| silent < backed_off_sum(cx.sysctl.retries1, cx.sysctl))
        {
            return;
        }
        let base = cx.sysctl.base_mss;
        let next = if self.snd.path_mss > base { base } else { (self.snd.path_mss / 2).max(cx.sysctl.min_snd_mss) };
        self.snd.path_mss = next;
        self.sync_mss(cx.sysctl);
    }

    /// The SYN or SYN+ACK was not answered: after 1, 3, 7, ... seconds it goes out again.
    fn syn_is_due(&mut self, cx: &mut Cx<'_>) {
        if self.is(Marks::PASSIVE) {
            return self.syn_ack_is_due(cx);
        }
        let linear = cx.sysctl.syn_linear_timeouts;
        let retries = if self.config.syn_retries > 0 { self.config.syn_retries } else { cx.sysctl.syn_retries };
        let over = u16::from(self.snd.retries) >= u16::from(retries) + u16::from(linear);
        if over || (self.config.user_timeout > 0 && self.gives_up(cx)) {
            return self.time_out();
        }
        if self.snd.retries == 0 {
            // As for any segment (`tcp_enter_loss`).
            self.congestion.reduce();
            self.congestion.cwnd = 1;
            self.recovery.phase = Phase::Loss;
        }
        self.recovery.resent_since.get_or_insert(cx.now);
        self.snd.retries += 1;
        self.recovery.total = self.recovery.total.saturating_add(1);
        if self.snd.retries > linear {
            self.rtt.back_off();
        }
        self.send_syn(cx);
        let timeout = self.clamp_to_user_timeout(cx, self.rtt.timeout(cx.sysctl), self.recovery.resent_since);
        self.timers.set_retransmit(cx.now, timeout);
    }

    /// `reqsk_timer_handler`: with TCP_DEFER_ACCEPT, the answer that has come is waited with, and the SYN+ACK goes out again
    /// only when the time is nearly over.
    fn syn_ack_is_due(&mut self, cx: &mut Cx<'_>) {
        let retries = if self.config.syn_retries > 0 { self.config.syn_retries } else { cx.sysctl.synack_retries };
        let (defer, acked) = (self.config.defer_accept, self.is(Marks::ACKED));
        let done = self.snd.retries;
        let expired = done >= retries && (defer == 0 || !acked || done >= defer);
        if expired || self.is(Marks::COOKIE) {
            return self.time_out();
        }
        let again = defer == 0 || !acked || done + 1 >= defer;
        self.snd.retries += 1;
        self.rtt.back_off();
        if again {
            self.recovery.resent_since.get_or_insert(cx.now);
            self.recovery.total = self.recovery.total.saturating_add(1);
            self.send_syn(cx);
        }
        self.timers.set_retransmit(cx.now, self.rtt.timeout(cx.sysctl));
    }

    /// Whether the peer has been silent for too long (`tcp_write_timeout`): at the first timeout beyond what `tcp_retries2`
    /// doublings of the least timeout add up to, 924.6 s for 15, or TCP_USER_TIMEOUT. Counted from the first repetition on.
    fn gives_up(&self, cx: &Cx<'_>) -> bool {
        let Some(since_when) = self.recovery.resent_since.filter(|_| self.snd.retries > 0) else { return false };
        let silent = since(cx.now, since_when);
        let max = u64::from(cx.sysctl.rto_max) * MILLISECOND;
        let limit = if !self.is(Marks::ORPHAN) {
            cx.sysctl.retries2
        } else if self.rtt.timeout(cx.sysctl) < max {
            self.orphan_retries(cx.sysctl)
        } else {
            0
        };
        if self.config.user_timeout > 0 {
            return silent >= u64::from(self.config.user_timeout) * MILLISECOND;
        }
        silent >= backed_off_sum(limit, cx.sysctl)
    }

    /// `tcp_orphan_retries`
    fn orphan_retries(&self, sysctl: &Sysctl) -> u8 {
        let retries = sysctl.orphan_retries;
        if self.soft_failure.is_some() {
            // The network has said that it is over.
            0
        } else if retries == 0 {
            ORPHAN_RETRIES
        } else {
            retries
        }
    }

    /// A timer does not wait beyond TCP_USER_TIMEOUT (`tcp_clamp_rto_to_user_timeout`).
    fn clamp_to_user_timeout(&self, cx: &Cx<'_>, timeout: u64, since_when: Option<Instant>) -> u64 {
        let limit = u64::from(self.config.user_timeout) * MILLISECOND;
        match since_when {
            Some(at) if limit > 0 => timeout.min(limit.saturating_sub(since(cx.now, at)).max(MILLISECOND)),
            _ => timeout,
        }
    }

    /// `tcp_write_err`: if ICMP has said why, that is the reason.
    pub(super) fn time_out(&mut self) {
        self.finish(Some(self.soft_failure.unwrap_or(Failure::TimedOut)));
    }

    /// How long the next probe of a closed window waits (`tcp_probe0_when`).
    pub(super) fn probe_timeout(&self, sysctl: &Sysctl) -> u64 {
        let base = self.rtt.base().max(u64::from(sysctl.rto_min) * MILLISECOND);
        base.saturating_mul(1 << self.rtt.backoff().min(20)).min(u64::from(sysctl.rto_max) * MILLISECOND)
    }

    /// The window is closed, or too small for what is queued: RFC 9293 section 3.8.6.1, `tcp_probe_timer`. While the peer
    /// answers this goes on for ever, unless nobody holds a descriptor any more or TCP_USER_TIMEOUT is over.
    fn probe_is_due(&mut self, cx: &mut Cx<'_>) {
        if !self.snd.sent.is_empty() || self.snd.left() == 0 {
            (self.snd.probes, self.recovery.probing_since) = (0, None);
            return;
        }
        let orphan = self.is(Marks::ORPHAN);
        let began = *self.recovery.probing_since.get_or_insert(cx.now);
        let limit = if orphan { self.orphan_retries(cx.sysctl) } else { cx.sysctl.retries2 };
        let dead = orphan && self.probe_timeout(cx.sysctl) >= u64::from(cx.sysctl.rto_max) * MILLISECOND;
        let user_timeout = u64::from(self.config.user_timeout) * MILLISECOND;
        let overdue = user_timeout > 0 && began != cx.now && since(cx.now, began) >= user_timeout;
        if self.snd.probes >= limit || dead || overdue {
            return self.time_out();
        }
        if self.send_whatever_fits(cx) {
            (self.snd.probes, self.recovery.probing_since) = (0, None);
            self.rtt.end_back_off();
            self.schedule_loss_probe(cx, false);
            return;
        }
        // Linux probes with an empty segment from before the window; the answer tells the window (`tcp_xmit_probe_skb`).
        // RFC 9293 would send one byte of data.
        self.send_probe(cx);
        self.snd.probes += 1;
        if self.rtt.backoff() < cx.sysctl.retries2 {
            self.rtt.back_off();
        }
        let timeout = self.clamp_to_user_timeout(cx, self.probe_timeout(cx.sysctl), Some(began));
        self.timers.set_probe(cx.now, timeout);
    }

    /// A segment that the peer has seen makes it answer. Before it goes one that carries the urgent pointer, if that is near
    /// (`tcp_write_wakeup`).
    pub(super) fn send_probe(&mut self, cx: &mut Cx<'_>) {
        if self.is_urgent() {
            self.transmit_empty(cx, self.snd.una, Flags::ACK);
        }
        self.send_window_probe(cx);
    }

    /// `tcp_send_window_probe`
    pub(crate) fn send_window_probe(&mut self, cx: &mut Cx<'_>) {
        self.transmit_empty(cx, self.snd.una - 1, Flags::ACK);
    }
}

/// What `retries` doublings of the least timeout add up to, with the greatest timeout as their bound
/// (`tcp_model_timeout`).
fn backed_off_sum(retries: u8, sysctl: &Sysctl) -> u64 {
    let (min, max) = (u64::from(sysctl.rto_min.max(1)) * MILLISECOND, u64::from(sysctl.rto_max) * MILLISECOND);
    let doubling = (max / min).max(1).ilog2() as u8;
    let doubled = ((2u64 << retries.min(doubling)) - 1) * min;
    doubled + u64::from(retries.saturating_sub(doubling)) * max
}
