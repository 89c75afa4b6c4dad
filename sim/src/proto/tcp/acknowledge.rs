//! When what has come is acknowledged: `__tcp_ack_snd_check`, `tcp_send_delayed_ack`, `tcp_cleanup_rbuf`.

use super::{
    AckDue, Connection, Marks, ReceiveSide, State,
    timers::{DELAYED_ACK_MS, since},
};
use crate::{
    base::Instant,
    proto::{Call, Cx},
};

/// How many segments are acknowledged at once when the peer may be in slow start: Linux TCP_MAX_QUICKACKS.
const MAX_QUICK: u32 = 16;

/// So many duplicate ACKs go out at once, because so many make the peer send again: TCP_FASTRETRANS_THRESH.
const PROMPT_DUPLICATES: u8 = 3;

impl Connection {
    /// Sends the ACK that is owed, now or by the timer (`__tcp_ack_snd_check`).
    #[inline]
    pub(super) fn acknowledge(&mut self, cx: &mut Cx<'_>) {
        let rcv = &self.rcv;
        if rcv.ack == AckDue::No {
            return;
        }
        // At least every second full segment (RFC 9293 section 3.8.6.3), if the program keeps up or the window is not to
        // shrink; and every one while the peer gets going.
        // (The first looks at the window, which may end the third.)
        let now = (rcv.holds_two_segments() && self.keeps_up())
            || self.rcv.ack == AckDue::Now
            || (self.rcv.quick > 0 && !self.rcv.pingpong);
        if cx.out.held.segments > 0 {
            return self.acknowledge_at_last(cx, now);
        }
        if now {
            return self.send_ack(cx);
        }
        self.acknowledge_later(cx);
    }

    /// Nothing asks for an ACK now.
    #[inline]
    fn acknowledge_later(&mut self, cx: &mut Cx<'_>) {
        if !self.rcv.assembler.is_empty() {
            return self.acknowledge_out_of_order(cx);
        }
        let delay = self.ack_delay();
        self.timers.set_ack(cx.now, delay);
    }

    /// A segment that waited for the end of a call: what has come is acknowledged once, when all is dealt with (TCP_ACK_DEFERRED).
    #[cold]
    #[inline(never)]
    fn acknowledge_at_last(&mut self, cx: &mut Cx<'_>, is_due: bool) {
        let held = &mut cx.out.held;
        held.owes_ack |= is_due;
        let (more, owes_ack) = (held.more, held.owes_ack);
        if !more {
            self.rcv.set_backlog(0, 0);
        }
        if !more && owes_ack {
            self.send_ack(cx);
        } else if !is_due {
            self.acknowledge_later(cx);
        }
    }

    fn keeps_up(&mut self) -> bool {
        let rcv = &mut self.rcv;
        (rcv.buffer.len() as u32) < self.config.rcvlowat || rcv.offer() >= rcv.edge.0.wrapping_sub(rcv.wup.0)
    }

    /// While something is missing every segment is answered, the first three at once; with SACK, later ones are gathered for
    /// a millisecond at most (`tcp_comp_sack_delay_ns`).
    fn acknowledge_out_of_order(&mut self, cx: &mut Cx<'_>) {
        let rcv = &mut self.rcv;
        let gathered = rcv.duplicates.saturating_sub(PROMPT_DUPLICATES);
        if !self.marks.contains(Marks::SACK) || rcv.duplicates < PROMPT_DUPLICATES || gathered >= cx.sysctl.comp_sack_nr
        {
            rcv.duplicates = if gathered >= cx.sysctl.comp_sack_nr { PROMPT_DUPLICATES } else { rcv.duplicates + 1 };
            return self.send_ack(cx);
        }
        rcv.duplicates += 1;
        let micros = match (rcv.window.rtt_micros(), self.rtt.smoothed()) {
            (0, smoothed) => smoothed.unwrap_or(0),
            (own, Some(smoothed)) => own.min(smoothed),
            (own, None) => own,
        };
        let delay = cx.sysctl.comp_sack_delay.min(micros * 1000 / 20);
        if delay == 0 {
            return self.send_ack(cx);
        }
        self.timers.set_ack(cx.now, delay);
    }

    /// How long an ACK may wait (`tcp_send_delayed_ack`), nanoseconds.
    fn ack_delay(&self) -> u64 {
        let mut millis = u64::from(self.rcv.ato);
        if millis > DELAYED_ACK_MS {
            let mut most = if self.rcv.pingpong || self.rcv.pushed > 0 { 200 } else { 500 };
            if let Some(micros) = self.rtt.smoothed() {
                most = most.min((micros / 1000).max(DELAYED_ACK_MS));
            }
            millis = millis.min(most);
        }
        millis.max(1) * 1_000_000
    }

    /// The program has made room: `tcp_cleanup_rbuf` says whether the peer hears of it at once.
    #[inline]
    pub(super) fn after_read(&mut self, cx: &mut Cx<'_>, count: usize) {
        if self.rcv.window.knows_round_trip() {
            let our_mss = self.received_mss();
            self.rcv.tune(cx.now, our_mss, cx.sysctl);
        }
        if self.rcv.has_memory() {
            let read = self.read_to();
            self.rcv.set_backlog(0, 0);
            self.rcv.discharge(read);
        }
        let is_shut = self.is(Marks::RECEIVE_SHUT);
        let rcv = &mut self.rcv;
        // An ACK that was held back for the program's answer: one that has taken everything and only ever listens will not
        // answer.
        let ack = rcv.ack != AckDue::No
            && (rcv.nxt.0.wrapping_sub(rcv.wup.0) > u32::from(rcv.mss)
                || (count > 0 && (rcv.pushed > 1 || (rcv.pushed == 1 && !rcv.pingpong)) && rcv.is_drained()));
        // A window that can be opened to twice its size. (RFC 9293 section 3.8.6.2.2 speaks of a segment or half the buffer.)
        let mut update = || {
            let window = rcv.window();
            2 * u64::from(window) <= u64::from(rcv.window.clamp) && {
                let offer = rcv.offer();
                offer > 0 && offer >= 2 * window
            }
        };
        if ack || (count > 0 && !is_shut && update()) {
            if self.rcv.has_memory() {
                cx.out.call = if self.leads_to_itself() { Call::SendsToItself } else { Call::Speaks };
            }
            self.send_ack(cx);
        }
    }

    /// TCP_QUICKACK: off, ACKs wait for an answer; on, what waits goes out.
    pub(crate) fn set_quickack(&mut self, cx: &mut Cx<'_>, value: i32) {
        if value == 0 {
            self.rcv.pingpong = true;
            return;
        }
        self.rcv.pingpong = false;
        if matches!(self.state, State::Established | State::CloseWait) && self.rcv.ack != AckDue::No {
            // As if the program had read something (`tcp_cleanup_rbuf` with 1); but an ACK of a FIN goes on waiting, as the FIN was not
            // read. (On a way through a wire nothing is noted of FINs: it counts as unread.)
            let is_fin = self.is(Marks::PEER_DONE) && !self.rcv.has_memory();
            self.rcv.pushed = self.rcv.pushed.max(1);
            self.after_read(cx, (!is_fin).into());
            if value & 1 == 0 {
                self.rcv.pingpong = true;
            }
        }
    }

    /// TCP_QUICKACK as it reads.
    pub(crate) fn is_quickack(&self) -> bool {
        !self.rcv.pingpong
    }
}

impl ReceiveSide {
    /// More than one full segment has not been acknowledged.
    #[inline]
    pub(super) fn holds_two_segments(&self) -> bool {
        self.nxt.0.wrapping_sub(self.wup.0) > u32::from(self.mss)
    }

    /// How long an ACK waits follows the gaps between segments (`icsk_ack.ato`).
    #[inline]
    pub(super) fn adapt_delay(&mut self, now: Instant, rto: u64) {
        let Some(at) = self.data_at.get().filter(|_| self.ato > 0) else {
            // The first data: the peer is in slow start.
            self.grant_quick_acks();
            self.ato = DELAYED_ACK_MS as u16;
            return;
        };
        let gap = since(now, at);
        let ato = u64::from(self.ato);
        if gap < (DELAYED_ACK_MS / 2 + 1) * 1_000_000 {
            self.ato = self.ato / 2 + DELAYED_ACK_MS as u16 / 2;
        } else if gap < ato * 1_000_000 {
            self.ato = (ato / 2 + gap / 1_000_000).min(rto / 1_000_000) as u16;
        } else if gap > rto {
            // A silence in which the peer's window has decayed: it starts anew.
            self.grant_quick_acks();
        }
    }

    /// `icsk_ack.ato` in nanoseconds.
    #[inline]
    pub(super) fn ato_nanos(&self) -> u64 {
        u64::from(self.ato) * 1_000_000
    }

    /// `tcp_incr_quickack`: enough for half a window.
    fn grant_quick_acks(&mut self) {
        // Of the window as it was last offered (`rcv_wnd`).
        let window = self.edge.0.wrapping_sub(self.wup.0);
        let segments = match window / (2 * u32::from(self.mss.max(1))) {
            0 => 2,
            segments => segments.min(MAX_QUICK),
        };
        self.quick = self.quick.max(segments as u8);
    }

    /// `tcp_enter_quickack_mode`: the peer is in trouble, so it hears from us at once.
    pub(super) fn enter_quick_mode(&mut self) {
        self.grant_quick_acks();
        self.pingpong = false;
        self.ato = DELAYED_ACK_MS as u16;
    }

    /// `tcp_event_ack_sent`
    #[inline]
    pub(super) fn ack_is_sent(&mut self) {
        self.ack = AckDue::No;
        self.pushed = 0;
        if self.quick > 0 {
            self.quick -= 1;
            if self.quick == 0 {
                self.ato = DELAYED_ACK_MS as u16;
            }
        }
    }
}
