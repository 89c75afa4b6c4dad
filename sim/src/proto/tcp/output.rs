//! What to send and when: segmentation, Nagle, the window, retransmission, and what goes into every segment's header.
//!
//! When an ACK is owed is `input.rs`'s to say; here it goes out, with data if there is any.

use super::{
    AckDue, Connection, MIN_MSS, Marks, ReceiveSide, SendSide, State,
    timers::{DELAYED_ACK, since},
};
use crate::{
    base::Instant,
    proto::Cx,
    wire::{Flags, Options, Segment, SeqNum},
};

/// One segment to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Plan {
    /// Bytes of payload.
    data: u32,
    fin: bool,
}

impl Connection {
    /// Sends what may be sent now (`tcp_write_xmit`).
    #[inline]
    pub(super) fn output(&mut self, cx: &mut Cx<'_>) {
        if self.snd.left() > 0 && self.state.may_transmit() {
            self.output_queued(cx);
        }
    }

    fn output_queued(&mut self, cx: &mut Cx<'_>) {
        while let Some(plan) = self.next_segment() {
            self.send_planned(cx, plan);
        }
        if self.snd.is_idle() && self.snd.left() > 0 && !self.timers.is_probe_set() {
            // Nothing will come back to tell that the window has opened (`tcp_check_probe_timer`).
            self.timers.set_probe(cx.now, self.rtt.timeout());
        }
    }

    /// The next segment, if it may go out now.
    fn next_segment(&self) -> Option<Plan> {
        let snd = &self.snd;
        let left = snd.left();
        if left == 0 {
            return None;
        }
        let mss = u32::from(snd.mss);
        let fin_queued = self.is(Marks::FIN_QUEUED);
        let data_left = left - u32::from(fin_queued);
        let data = data_left.min(mss);
        let window = snd.window_left();
        // Silly window avoidance: what the window cuts waits for more of it, or for the probe timer (RFC 9293 section
        // 3.8.6.2.1; the rule of half the largest window is in `SendSide::mss`).
        if data > window || (data == 0 && window == 0) {
            return None;
        }
        if data > self.congestion.window(snd.mss).saturating_sub(snd.flight()) {
            return None;
        }
        if data < mss && !fin_queued && self.nagle_holds() {
            return None;
        }
        Some(Plan { data, fin: fin_queued && data == data_left && data < window })
    }

    /// Nagle's algorithm with Minshall's amendment: a small segment waits while another small one is not acknowledged
    /// (RFC 9293 section 3.7.4, `tcp_nagle_check`).
    fn nagle_holds(&self) -> bool {
        !self.config.nodelay && self.snd.una.before(self.snd.small) && self.snd.cursor == self.snd.nxt
    }

    fn send_planned(&mut self, cx: &mut Cx<'_>, plan: Plan) {
        let snd = &mut self.snd;
        let seq = snd.cursor;
        let end = seq + plan.data + u32::from(plan.fin);
        if seq == snd.nxt {
            if snd.timed.is_none() {
                snd.timed = Some((cx.now, end));
            }
            if plan.data < u32::from(snd.mss) {
                snd.small = end;
            }
        } else {
            snd.timed = None;
        }
        snd.cursor = end;
        if snd.nxt.before(end) {
            snd.nxt = end;
        }
        if !self.timers.is_retransmit_set() {
            self.timers.set_retransmit(cx.now, self.rtt.timeout());
        }
        if plan.data > 0 {
            self.data_is_sent(cx.now);
        }
        self.transmit(cx, seq, plan);
    }

    /// `tcp_event_data_sent`.
    #[inline]
    fn data_is_sent(&mut self, now: Instant) {
        self.snd.sent_at = now;
        if self.rcv.data_at.is_some_and(|at| since(now, at) < DELAYED_ACK) {
            self.rcv.pingpong = true;
        }
    }

    /// Sends the segment at SND.UNA again: its size may be another than before.
    pub(super) fn retransmit_first(&mut self, cx: &mut Cx<'_>) {
        let snd = &mut self.snd;
        let sent = snd.nxt.0.wrapping_sub(snd.una.0);
        let fin_sent = self.marks.contains(Marks::FIN_QUEUED) && snd.nxt == snd.end;
        let data_sent = sent - u32::from(fin_sent && sent > 0);
        // A window that has shrunk is respected, except that a closed one is probed with the segment itself.
        let room = if snd.wnd == 0 { u32::MAX } else { snd.wnd };
        let data = data_sent.min(snd.mss.into()).min(room);
        let plan = Plan { data, fin: fin_sent && data == data_sent };
        snd.timed = None;
        let end = snd.una + data + u32::from(plan.fin);
        if snd.cursor.before(end) {
            snd.cursor = end;
        }
        let una = snd.una;
        self.transmit(cx, una, plan);
    }

    /// The probe timer overrides silly window avoidance: whatever fits goes out (`tcp_write_wakeup`). `false` if
    /// nothing does.
    pub(super) fn send_whatever_fits(&mut self, cx: &mut Cx<'_>) -> bool {
        let window = self.snd.window_left();
        if window == 0 || self.snd.left() == 0 {
            return false;
        }
        let fin_queued = self.is(Marks::FIN_QUEUED);
        let data_left = self.snd.left() - u32::from(fin_queued);
        let data = data_left.min(self.snd.mss.into()).min(window);
        self.rtt.end_back_off();
        self.send_planned(cx, Plan { data, fin: fin_queued && data == data_left && data < window });
        true
    }

    /// Sends an ACK without data.
    pub(super) fn send_ack(&mut self, cx: &mut Cx<'_>) {
        self.transmit_empty(cx, self.acceptable_seq(), Flags::ACK);
    }

    /// Tells the peer that the connection is no more (`tcp_send_active_reset`).
    pub(super) fn send_reset(&mut self, cx: &mut Cx<'_>) {
        self.transmit_empty(cx, self.acceptable_seq(), Flags::RST | Flags::ACK);
    }

    /// SND.NXT, unless the peer has taken back so much of its window that it would not look at it
    /// (`tcp_acceptable_seq`).
    #[inline]
    fn acceptable_seq(&self) -> SeqNum {
        let edge = self.snd.una + self.snd.wnd;
        let beyond = self.snd.nxt.distance_from(edge);
        if beyond < 1 << self.rcv.scale { self.snd.nxt } else { edge }
    }

    /// Sends our SYN, or SYN+ACK if the peer's SYN is known. It also goes out unchanged when it is sent again.
    pub(super) fn send_syn(&mut self, cx: &mut Cx<'_>) {
        let answers = self.state == State::SynReceived;
        let scale = if answers { self.rcv.scale } else { self.config.window_scale() };
        let segment = Segment {
            src_port: self.local.port(),
            dst_port: self.remote.port(),
            seq: self.snd.una,
            ack: self.rcv.nxt,
            flags: if answers { Flags::SYN | Flags::ACK } else { Flags::SYN },
            window: self.config.initial_window(),
            urgent: 0,
            options: Options {
                mss: Some(self.config.mss),
                window_scale: (scale > 0).then_some(scale),
                ..Options::default()
            },
            payload: Default::default(),
        };
        cx.out.segment(self.local, self.remote, segment);
    }

    /// Makes one segment with payload or FIN from the send buffer.
    #[inline]
    fn transmit(&mut self, cx: &mut Cx<'_>, seq: SeqNum, plan: Plan) {
        let offset = seq.0.wrapping_sub(self.snd.una.0) as usize;
        let len = plan.data as usize;
        let mut flags = Flags::ACK;
        // PSH marks the end of what the program has written (RFC 9293 section 3.9.1.2).
        flags.set(Flags::PSH, len > 0 && offset + len == self.snd.buffer.len());
        flags.set(Flags::FIN, plan.fin);
        let payload = cx.out.pool.payload(&self.snd.buffer.pieces(offset, len));
        let segment = Segment { payload, ..self.header(seq, flags) };
        cx.out.segment(self.local, self.remote, segment);
    }

    pub(super) fn transmit_empty(&mut self, cx: &mut Cx<'_>, seq: SeqNum, flags: Flags) {
        let segment = self.header(seq, flags);
        cx.out.segment(self.local, self.remote, segment);
    }

    /// The header of any segment but a SYN. It acknowledges everything received, so no ACK is owed any more.
    #[inline]
    fn header(&mut self, seq: SeqNum, flags: Flags) -> Segment {
        let window = self.rcv.advertise(self.config.rcvbuf);
        self.rcv.ack_is_sent();
        self.timers.stop_ack();
        Segment {
            src_port: self.local.port(),
            dst_port: self.remote.port(),
            seq,
            ack: self.rcv.nxt,
            flags,
            window,
            urgent: 0,
            options: Options::default(),
            payload: Default::default(),
        }
    }
}

impl ReceiveSide {
    /// The window we would like to offer (`__tcp_select_window`). Silly window avoidance: a little room, less than a
    /// segment or a sixteenth, is as good as none (RFC 9293 section 3.8.6.2.2 as Linux does it).
    #[inline]
    pub(super) fn offer(&self, rcvbuf: u32) -> u32 {
        // A buffer below the unit of the scale could never be offered.
        let full = rcvbuf.max(1 << self.scale);
        let free = full.saturating_sub(self.buffer.len() as u32);
        if free < full / 2 && (free < full / 16 || free < self.mss.into()) { 0 } else { free }
    }

    /// Chooses the window field of a segment (`tcp_select_window`). The edge that was promised never moves back. What is
    /// lost by scaling is rounded down, so a field may seem to take back less than one unit of the scale (RFC 7323
    /// section 2.4); Linux rounds up and exceeds its buffer.
    #[inline]
    fn advertise(&mut self, rcvbuf: u32) -> u16 {
        let window = self.offer(rcvbuf).max(self.window());
        let field = (window >> self.scale).min(u16::MAX.into());
        let edge = self.nxt + (field << self.scale);
        if self.edge.before(edge) {
            self.edge = edge;
        }
        self.wup = self.nxt;
        field as u16
    }

    #[inline]
    fn ack_is_sent(&mut self) {
        self.ack = AckDue::No;
        self.pushed = 0;
        self.quick = self.quick.saturating_sub(1);
    }
}

impl SendSide {
    /// The peer offers `wnd`. The largest offer bounds what we put into a segment: half of it, so that two fit, unless it
    /// is tiny (`tcp_bound_to_half_wnd`).
    #[inline]
    pub(super) fn set_window(&mut self, wnd: u32) {
        self.wnd = wnd;
        if wnd > self.max_wnd {
            self.max_wnd = wnd;
            let bound = if wnd > 536 { wnd / 2 } else { wnd };
            self.mss = bound.clamp(MIN_MSS.into(), self.peer_mss.into()) as u16;
        }
    }
}
