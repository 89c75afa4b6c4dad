//! What to send and when: segmentation, Nagle, the windows, and what goes into every segment's header.
//!
//! When an ACK is owed is `receive.rs`'s to say; here it goes out, with data if there is any. What goes out again is
//! `recovery/`'s to say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{AckDue, Connection, Marks, SendSide, State, Switches, Sysctl, scoreboard::Fate, timers::since};
use crate::{
    base::Instant,
    proto::Cx,
    wire::{Flags, Options, Segment, SeqNum, Timestamps},
};

/// What a program's last write asks of the small segment at its end (the `nonagle` of one push).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Push {
    /// As the options say.
    Usual,
    /// MSG_MORE: there will be more.
    More,
    /// It goes out, whatever the options say (TCP_NAGLE_PUSH).
    Now,
}

/// One segment to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Plan {
    /// Bytes of payload.
    data: u32,
    fin: bool,
    /// It ends what the program has written (RFC 9293 section 3.9.1.2).
    push: bool,
}

/// Why nothing more is sent, though there is more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stop {
    Congestion,
    Other,
}

impl Connection {
    /// Sends what may be sent now (`tcp_push_pending_frames`).
    #[inline]
    pub(super) fn output(&mut self, cx: &mut Cx<'_>) {
        if self.snd.left() > 0 && self.state.may_transmit() {
            self.output_queued(cx, Push::Usual);
        }
    }

    /// `tcp_write_xmit`
    pub(super) fn output_queued(&mut self, cx: &mut Cx<'_>, push: Push) {
        if self.snd.left() == 0 || !(self.state.may_transmit() || self.may_answer_early()) {
            return;
        }
        let (mut sent, mut stopped_by_window) = (false, false);
        while self.snd.left() > 0 {
            match self.next_segment(push) {
                Ok(plan) if self.has_no_way() => {
                    self.sent_in_vain(cx, plan.data);
                    break;
                }
                Ok(plan) => {
                    self.send_new(cx, plan);
                    if self.recovery.reduces() {
                        self.recovery.sent += 1;
                    }
                    sent = true;
                }
                Err(stop) => {
                    stopped_by_window = stop == Stop::Congestion;
                    break;
                }
            }
        }
        if sent || stopped_by_window {
            let full = self.snd.sent.in_flight() >= self.congestion.cwnd;
            self.window_was_used(cx, full);
        }
        if sent {
            self.schedule_loss_probe(cx, false);
            return;
        }
        if self.snd.sent.is_empty() && self.snd.left() > 0 && !self.timers.is_resend_set() {
            // Nothing will come back to tell that the window has opened (`tcp_check_probe_timer`).
            self.timers.set_probe(cx.now, self.rtt.base().max(u64::from(cx.sysctl.rto_min) * 1_000_000));
        }
    }

    /// Nothing leads to the peer any more, and TCP is told: what did not leave counts as not sent (`inet6_csk_xmit`, `__ip_queue_xmit`). What
    /// IPv4 sends by another interface does leave, and TCP does not hear of it.
    #[inline]
    pub(super) fn has_no_way(&self) -> bool {
        const NOWHERE6: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        match self.ends.remote {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => {
                matches!(self.ends.local, IpAddr::V4(Ipv4Addr::UNSPECIFIED | Ipv4Addr::BROADCAST))
            }
            remote => remote == NOWHERE6,
        }
    }

    /// A segment found no way: to TCP it is sent all the same, with the ACK that was owed (`__tcp_transmit_skb`).
    #[cold]
    fn sent_in_vain(&mut self, cx: &Cx<'_>, data: u32) {
        self.recovery.bytes_in_vain = self.recovery.bytes_in_vain.wrapping_add(data);
        self.header(cx, self.snd.nxt, Flags::ACK);
        if data > 0 {
            self.counts.data_out = self.counts.data_out.wrapping_add(1);
            self.data_is_sent(cx.now);
        }
        self.found_no_way();
    }

    /// Data came in the SYN: the answer needs not wait for the end of the handshake, but the FIN of a `shutdown` does.
    fn may_answer_early(&self) -> bool {
        self.is(Marks::FAST_OPEN) && !self.is(Marks::FIN_QUEUED)
    }

    fn window_was_used(&mut self, cx: &Cx<'_>, full: bool) {
        let idle_after = cx.sysctl.slow_start_after_idle.then(|| self.rtt.base());
        let (una, nxt, out) = (self.snd.una, self.snd.nxt, self.snd.sent.len());
        self.congestion.validate(cx.now, una, nxt, out, full, idle_after);
    }

    /// The most that a segment may carry now: SACK blocks take room (`tcp_current_mss`).
    #[inline]
    pub(super) fn current_mss(&self) -> u32 {
        let mss = u32::from(self.snd.mss);
        if self.rcv.assembler.owes_blocks() { mss - self.sack_len().min(mss - 1) } else { mss }
    }

    /// The next segment, if it may go out now.
    fn next_segment(&mut self, push: Push) -> Result<Plan, Stop> {
        let left = self.snd.left();
        let mss = self.current_mss();
        let fin_queued = self.is(Marks::FIN_QUEUED);
        let data_left = left - u32::from(fin_queued);
        let data = data_left.min(mss);
        let data = if self.snd.seams.is_some() { self.up_to_seam(data) } else { data };
        let snd = &self.snd;
        // (Of a FIN, too, since Linux 6.13.)
        if snd.sent.in_flight() >= self.congestion.cwnd {
            return Err(Stop::Congestion);
        }
        let window = snd.window_left();
        // Silly window avoidance: what the window cuts waits for more of it, or for the probe timer (RFC 9293 section
        // 3.8.6.2.1; the rule of half the largest window is in `SendSide::set_window`).
        if data > window || (data == 0 && window == 0) {
            return Err(Stop::Other);
        }
        let plan = self.plan(data, data_left, fin_queued, window);
        let is_last = data == data_left;
        if fin_queued && is_last && !plan.fin {
            // The FIN is a part of the last packet, which goes whole or not at all (`tcp_snd_wnd_test`).
            return Err(Stop::Other);
        }
        if data < mss && is_last && !plan.fin && push != Push::Now && !self.is_urgent() && self.nagle_holds(push) {
            return Err(Stop::Other);
        }
        Ok(plan)
    }

    /// The next packet takes from the one behind it (`tcp_write_xmit`), if the congestion window lets it go.
    #[cold]
    fn grow_packet(&mut self) {
        let (mss, end) = (self.current_mss(), self.end_of_data());
        let snd = &mut self.snd;
        if let Some(seams) = snd.seams.as_mut().filter(|_| snd.sent.in_flight() < self.congestion.cwnd) {
            seams.grow(snd.nxt, end, mss);
        }
    }

    /// All before was sent.
    #[cold]
    fn seams_are_sent(&mut self, seq: SeqNum) {
        self.snd.seams.take_if(|seams| seams.sent_to(seq));
    }

    /// A packet takes more than before: those that are there stay as they are.
    #[cold]
    fn keep_packets(&mut self, size: u32) {
        let end = self.end_of_data();
        let from = self.snd.nxt;
        if (from + size).before(end) {
            self.snd.seams.get_or_insert_default().cut(from, end, size);
        }
    }

    /// One beyond what the program has written.
    fn end_of_data(&self) -> SeqNum {
        self.snd.end - u32::from(self.is(Marks::FIN_QUEUED))
    }

    /// So many bytes, or as many as go into one packet.
    #[cold]
    fn up_to_seam(&mut self, data: u32) -> u32 {
        self.grow_packet();
        let end = self.snd.seams.as_ref().and_then(|seams| seams.next_end(self.snd.nxt));
        end.map_or(data, |end| data.min(end.0.wrapping_sub(self.snd.nxt.0)))
    }

    /// Whether a segment that goes up to there was pushed by force.
    #[cold]
    fn is_pushed_at(&self, end: SeqNum) -> bool {
        self.snd.seams.as_ref().is_some_and(|seams| seams.is_push(end))
    }

    /// A small segment waits for more under TCP_CORK and MSG_MORE; and, by Nagle's algorithm with Minshall's amendment,
    /// while another small one is not acknowledged (RFC 9293 section 3.7.4, `tcp_nagle_check`).
    fn nagle_holds(&self, push: Push) -> bool {
        let switches = self.config.switches;
        push == Push::More
            || switches.contains(Switches::CORK)
            || (!switches.contains(Switches::NODELAY)
                && self.snd.una.before(self.snd.small)
                && self.snd.small.at_or_before(self.snd.nxt))
    }

    fn send_new(&mut self, cx: &mut Cx<'_>, plan: Plan) {
        let snd = &mut self.snd;
        let seq = snd.nxt;
        let end = seq + plan.data + u32::from(plan.fin);
        if plan.data < u32::from(snd.mss) {
            snd.small = end;
        }
        if snd.sent.is_empty() {
            self.congestion.transmission_starts(since(cx.now, snd.sent_at));
        }
        snd.sent.push(seq, end, if plan.push { Fate::PUSHED } else { Fate::empty() }, cx.now);
        snd.nxt = end;
        if snd.seams.is_some() {
            self.seams_are_sent(end);
        }
        if !self.timers.is_retransmit_set() {
            self.timers.set_retransmit(cx.now, self.rtt.timeout(cx.sysctl));
        }
        if plan.data > 0 {
            self.counts.data_out = self.counts.data_out.wrapping_add(1);
            self.data_is_sent(cx.now);
        }
        if self.snd.no_space {
            // `tcp_event_new_data_sent`, while the congestion window is not full yet.
            self.check_space(cx.sysctl);
        }
        self.transmit(cx, seq, plan);
    }

    /// `tcp_event_data_sent`: data that follows closely upon what was received is its answer.
    #[inline]
    pub(super) fn data_is_sent(&mut self, now: Instant) {
        self.snd.sent_at = now;
        if self.rcv.data_at.get().is_some_and(|at| since(now, at) < self.rcv.ato_nanos()) {
            self.rcv.pingpong = true;
        }
    }

    /// Sends a segment of the scoreboard again (`__tcp_retransmit_skb`): its size may be another than before. `false` if
    /// the window does not allow it, or nothing leads to the peer.
    pub(super) fn retransmit(&mut self, cx: &mut Cx<'_>, index: usize) -> bool {
        let mss = self.current_mss();
        let Some(&sent) = self.snd.sent.get(index) else { return false };
        if self.has_no_way() {
            self.found_no_way_again();
            return false;
        }
        let edge = self.snd.una + self.snd.wnd;
        let room = match edge.distance_from(sent.seq) {
            // A window that has shrunk is respected, except that a closed one is probed with the first segment itself.
            ..=0 if sent.seq == self.snd.una => mss,
            ..=0 => return false,
            room => room as u32,
        };
        let fin = u32::from(self.ends_with_fin(sent.end));
        let data = sent.end.0.wrapping_sub(sent.seq.0) - fin;
        let most = if mss > room { room } else { mss };
        if data > most {
            self.snd.sent.split(index, sent.seq + most);
        } else if data < most {
            self.collapse(index, most, edge);
        }
        let Some(&sent) = self.snd.sent.get(index) else { return false };
        let fin = self.ends_with_fin(sent.end);
        let data = sent.end.0.wrapping_sub(sent.seq.0) - u32::from(fin);
        self.recovery.total = self.recovery.total.saturating_add(1);
        self.counts.bytes_resent = self.counts.bytes_resent.wrapping_add(data);
        self.counts.data_out = self.counts.data_out.wrapping_add(u32::from(data > 0));
        self.snd.sent.went_out_again(index, cx.now);
        let push = sent.fate.contains(Fate::PUSHED);
        self.transmit(cx, sent.seq, Plan { data, fin, push });
        true
    }

    /// Small segments that follow one another go out again as one (`tcp_retrans_try_collapse`).
    fn collapse(&mut self, index: usize, most: u32, edge: SeqNum) {
        while let (Some(&sent), Some(&next)) = (self.snd.sent.get(index), self.snd.sent.get(index + 1)) {
            let whole = next.end.0.wrapping_sub(sent.seq.0) - u32::from(self.ends_with_fin(next.end));
            if next.fate.contains(Fate::SACKED) || whole > most || edge.before(next.end) {
                break;
            }
            self.snd.sent.join_next(index);
        }
    }

    /// A segment of so many bytes from SND.NXT on, of `data_left` that are queued: with the FIN, if it is next and the window
    /// has room for it, and with PSH, if it ends what the program has written.
    #[inline]
    fn plan(&self, data: u32, data_left: u32, fin_queued: bool, window: u32) -> Plan {
        Plan {
            data,
            fin: fin_queued && data == data_left && data < window,
            push: data > 0
                && (self.snd.nxt + data == self.snd.pushed
                    || self.snd.seams.is_some() && self.is_pushed_at(self.snd.nxt + data)),
        }
    }

    /// Whether the last sequence number before `end` is our FIN's.
    pub(super) fn ends_with_fin(&self, end: SeqNum) -> bool {
        self.is(Marks::FIN_QUEUED) && end == self.snd.end
    }

    /// The probe timer overrides silly window avoidance: whatever fits goes out (`tcp_write_wakeup`). `false` if
    /// nothing does.
    pub(super) fn send_whatever_fits(&mut self, cx: &mut Cx<'_>) -> bool {
        let window = self.snd.window_left();
        if window == 0 || self.snd.left() == 0 || !self.state.may_transmit() {
            return false;
        }
        let fin_queued = self.is(Marks::FIN_QUEUED);
        let data_left = self.snd.left() - u32::from(fin_queued);
        let data = data_left.min(self.current_mss()).min(window);
        if self.has_no_way() {
            self.sent_in_vain(cx, data);
            return false;
        }
        self.send_new(cx, self.plan(data, data_left, fin_queued, window));
        true
    }

    /// One new segment beyond what the congestion window allows, for a tail loss probe. `false` if there is none.
    pub(super) fn send_probe_of_new_data(&mut self, cx: &mut Cx<'_>) -> bool {
        let window = self.snd.window_left();
        let fin_queued = self.is(Marks::FIN_QUEUED);
        let data_left = self.snd.left() - u32::from(fin_queued && self.snd.left() > 0);
        let data = data_left.min(self.current_mss());
        if data == 0 || data > window || !self.state.may_transmit() || self.has_no_way() {
            return false;
        }
        self.send_new(cx, self.plan(data, data_left, fin_queued, window));
        true
    }

    /// Sends an ACK without data.
    pub(super) fn send_ack(&mut self, cx: &mut Cx<'_>) {
        self.transmit_empty(cx, self.acceptable_seq(), Flags::ACK);
    }

    /// What is not yet a connection offers what its SYN+ACK did, as far as whole units go, and promises nothing more
    /// (`tcp_v4_reqsk_send_ack`).
    #[cold]
    pub(super) fn send_ack_of_request(&mut self, cx: &mut Cx<'_>) {
        let (edge, window) = (self.rcv.edge, self.rcv.window() >> self.rcv.scale);
        let segment = self.header(cx, self.acceptable_seq(), Flags::ACK);
        self.rcv.edge = edge;
        cx.out.segment(self.ends.local, self.ends.remote, Segment { window: window as u16, ..segment });
    }

    /// Tells the peer that the connection is no more (`tcp_send_active_reset`).
    pub(super) fn send_reset(&mut self, cx: &mut Cx<'_>) {
        let ends = &self.ends;
        if !ends.remote.is_unspecified() {
            cx.out.note_reset((ends.local, ends.local_port).into(), (ends.remote, ends.remote_port).into());
        }
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
        self.counts.segments_out += 1;
        let segment = self.make_syn(cx);
        cx.out.segment(self.ends.local, self.ends.remote, segment);
    }

    #[inline]
    pub(super) fn make_syn(&self, cx: &Cx<'_>) -> Segment {
        let early = self.is(Marks::FAST_OPEN);
        let answers = early || self.state == State::SynReceived;
        // The answer of a simultaneous open is our SYN once more, with its options (`tcp_send_synack`).
        let as_agreed = self.is(Marks::PASSIVE);
        let scale = if as_agreed {
            self.is(Marks::SCALING).then_some(self.rcv.scale)
        } else {
            cx.sysctl.window_scaling.then(|| self.rcv.window.scale(cx.rmem_max, cx.sysctl))
        };
        let timestamps = if as_agreed {
            self.stamps.option(cx.now)
        } else {
            let (value, echo) = (self.stamps.value(cx.now), self.stamps.recent);
            (cx.sysctl.timestamps > 0).then_some(Timestamps { value, echo })
        };
        Segment {
            src_port: self.ends.local_port,
            dst_port: self.ends.remote_port,
            seq: if early { self.snd.una - 1 } else { self.snd.una },
            ack: if answers { self.rcv.nxt } else { SeqNum(0) },
            flags: if answers { Flags::SYN | Flags::ACK } else { Flags::SYN },
            hop_limit: self.config.hop_limit,
            window: self.rcv.window.initial(),
            urgent: 0,
            holds: 0,
            options: Options {
                mss: Some(self.config.advertised_mss()),
                window_scale: scale,
                sack_permitted: if as_agreed { self.is(Marks::SACK) } else { cx.sysctl.sack },
                timestamps,
                ..Options::default()
            },
            payload: Default::default(),
        }
    }

    /// Makes one segment with payload or FIN from the send buffer.
    #[inline(always)] // so that the segment is made where it will lie
    fn transmit(&mut self, cx: &mut Cx<'_>, seq: SeqNum, plan: Plan) {
        let offset = seq.0.wrapping_sub(self.snd.una.0) as usize;
        let len = plan.data as usize;
        let mut flags = Flags::ACK;
        flags.set(Flags::PSH, plan.push);
        flags.set(Flags::FIN, plan.fin);
        let payload = cx.out.pool.payload_of_ring(self.snd.buffer.pieces(offset, len));
        let holds = self.snd.sent.len() as u16 - 1;
        let mut segment = Segment { payload, holds, ..self.header(cx, seq, flags) };
        if self.urgent.is_some() {
            self.mark_urgent(&mut segment);
        }
        cx.out.segment(self.ends.local, self.ends.remote, segment);
    }

    pub(super) fn transmit_empty(&mut self, cx: &mut Cx<'_>, seq: SeqNum, flags: Flags) {
        let mut segment = self.header(cx, seq, flags);
        if self.urgent.is_some() {
            self.mark_urgent(&mut segment);
        }
        cx.out.segment(self.ends.local, self.ends.remote, segment);
    }

    /// The header of any segment but a SYN. It acknowledges everything received, so no ACK is owed any more.
    #[inline(always)] // see `transmit`
    fn header(&mut self, cx: &Cx<'_>, seq: SeqNum, flags: Flags) -> Segment {
        // A RST that nobody may answer offers nothing.
        self.counts.segments_out = self.counts.segments_out.wrapping_add(1);
        let window = self.rcv.advertise();
        let rare = if self.rcv.assembler.owes_blocks() { self.sack_blocks() } else { None };
        if self.rcv.ack != AckDue::No {
            self.rcv.ack_is_sent();
        }
        self.timers.stop_ack();
        Segment {
            src_port: self.ends.local_port,
            dst_port: self.ends.remote_port,
            seq,
            ack: self.rcv.nxt,
            flags,
            hop_limit: self.config.hop_limit,
            window,
            urgent: 0,
            holds: 0,
            options: Options { timestamps: self.stamps.option(cx.now), rare, ..Options::default() },
            payload: Default::default(),
        }
    }

    /// Chooses what a segment carries at most, from what the peer and the path allow (`tcp_sync_mss`, `tcp_mtu_to_mss`).
    pub(super) fn sync_mss(&mut self, sysctl: &Sysctl) {
        let options = if self.stamps.on { 12 } else { 0 };
        let path = self.config.mss.min(self.snd.peer_mss).min(self.snd.path_mss) - u16::from(self.snd.ip_options);
        let mss = path.max(sysctl.min_snd_mss.max(options + 8)) - options;
        let mss = self.snd.bounded(mss);
        let before = std::mem::replace(&mut self.snd.mss, mss);
        if self.snd.mss > before && before > 0 && !self.snd.buffer.is_empty() {
            self.keep_packets(before.into());
        }
    }
}

impl SendSide {
    /// The peer offers `wnd`.
    #[inline]
    pub(super) fn set_window(&mut self, wnd: u32) -> bool {
        self.wnd = wnd;
        let is_larger = wnd > self.max_wnd;
        if is_larger {
            self.max_wnd = wnd;
        }
        is_larger
    }

    /// The largest offer bounds what we put into a segment: half of it, so that two fit, unless it is tiny
    /// (`tcp_bound_to_half_wnd`).
    fn bounded(&self, mss: u16) -> u16 {
        let bound = if self.max_wnd > 536 { self.max_wnd >> 1 } else { self.max_wnd };
        if bound != 0 && u32::from(mss) > bound { bound.max(8).min(mss.into()) as u16 } else { mss }
    }
}
