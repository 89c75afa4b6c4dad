//! A segment arrives: RFC 9293 section 3.10.7, in its own order, with its steps named.
//!
//! What is due in answer is sent here at the end; what goes into it is `output.rs`'s to know.

use std::net::SocketAddr;

use super::{
    AckDue, Connection, Failure, MIN_MSS, Marks, ReceiveSide, State,
    assembler::{earlier, later},
    congestion::{Congestion, Progress},
    default_mss,
    timers::{after, since},
};
use crate::{
    base::Instant,
    proto::Cx,
    wire::{Flags, Options, Segment, SeqNum},
};

/// Answers to segments that make no sense are at least this far apart, 500 ms: Linux `tcp_invalid_ratelimit`.
const CHALLENGE_INTERVAL: u64 = 500_000_000;

/// How many segments are acknowledged at once when the peer may be in slow start: Linux TCP_MAX_QUICKACKS.
const MAX_QUICK: u32 = 16;

/// What is to be done about a segment beyond what was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Disposition {
    Done,
    /// It is answered with a RST that takes its sequence number from it.
    Reset,
}

/// What the ACK field of a segment said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Acked {
    /// Nothing that was not known, or something new.
    Fine,
    /// Something outside what was sent: the segment is not looked at further.
    Impossible,
}

impl Connection {
    /// A segment of this connection has arrived.
    pub(crate) fn on_segment(&mut self, cx: &mut Cx<'_>, segment: Segment) {
        if self.is_predicted(&segment) {
            self.take_predicted(cx, &segment);
        } else if self.arrives(cx, &segment) == Disposition::Reset {
            reset_for(&segment, self.local, self.remote, cx);
        }
        cx.out.pool.give(segment.payload);
        self.check();
    }

    /// Whether none of the steps of [`Self::arrives`] would find anything out of the ordinary: data or an ACK of data, in
    /// order, and nothing waits for what is missing (Van Jacobson's "header prediction", as in `tcp_rcv_established`).
    #[inline]
    fn is_predicted(&self, segment: &Segment) -> bool {
        let (snd, rcv) = (&self.snd, &self.rcv);
        let newly_acked = segment.ack.0.wrapping_sub(snd.una.0);
        self.state == State::Established
            && segment.flags.difference(Flags::PSH) == Flags::ACK
            && segment.seq == rcv.nxt
            && newly_acked <= snd.nxt.0.wrapping_sub(snd.una.0)
            && segment.payload.len() as u32 <= rcv.window()
            && (newly_acked > 0 || !segment.payload.is_empty())
            && rcv.assembler.is_empty()
            && rcv.fin_at.is_none()
    }

    fn take_predicted(&mut self, cx: &mut Cx<'_>, segment: &Segment) {
        self.take_ack(cx, segment);
        if !segment.payload.is_empty() {
            self.rcv.buffer.push(&segment.payload);
            self.rcv.nxt += segment.payload.len() as u32;
            self.rcv.data_arrived(cx.now, segment.payload.len(), self.rtt.base());
        }
        self.output(cx);
        self.acknowledge(cx);
    }

    /// RFC 9293 section 3.10.7.4, from top to bottom; the states that are treated otherwise come first.
    fn arrives(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> Disposition {
        match self.state {
            State::Closed => return Disposition::Reset,
            State::SynSent => return self.arrives_in_syn_sent(cx, segment),
            State::TimeWait => return self.arrives_in_time_wait(cx, segment),
            _ => {}
        }
        let flags = segment.flags;

        // First, check sequence number.
        if !self.rcv.is_acceptable(segment) {
            if flags.contains(Flags::RST) {
                if self.is_reset_of_fin(segment) {
                    self.peer_resets();
                }
            } else if flags.contains(Flags::SYN) {
                self.challenge(cx);
            } else {
                self.answer_unacceptable(cx, segment);
            }
            return Disposition::Done;
        }

        // Second, check the RST bit. Only the exact sequence number is believed (RFC 5961 section 3).
        if flags.contains(Flags::RST) {
            if segment.seq == self.rcv.nxt || self.is_reset_of_fin(segment) || self.is_embryo() {
                self.peer_resets();
            } else {
                self.challenge(cx);
            }
            return Disposition::Done;
        }

        // Third, check security: RFC 9293 appendix A.1; not on this internet.

        // Fourth, check the SYN bit.
        if flags.contains(Flags::SYN) && !self.is_crossing_syn(segment) {
            return self.unexpected_syn(cx, segment);
        }

        // Fifth, check the ACK field.
        if !flags.contains(Flags::ACK) {
            return Disposition::Done;
        }
        if self.state == State::SynReceived {
            if segment.ack != self.snd.nxt {
                return Disposition::Reset;
            }
            self.become_established();
        }
        let established = self.state == State::Established;
        if self.take_ack(cx, segment) == Acked::Impossible {
            if !established {
                self.challenge(cx);
            }
            return Disposition::Done;
        }
        if self.fin_is_acked() {
            match self.state {
                State::FinWait1 => {
                    self.state = State::FinWait2;
                    if self.is(Marks::ORPHAN) {
                        self.limit_fin_wait_2(cx.now);
                    }
                }
                State::Closing => {
                    self.enter_time_wait(cx.now);
                    return Disposition::Done;
                }
                State::LastAck => {
                    self.finish(None);
                    return Disposition::Done;
                }
                _ => {}
            }
        }

        // Sixth, check the URG bit: absent today.

        // Seventh, process the segment text.
        if self.is_too_late(segment) {
            // Nobody will read it (RFC 9293 section 3.6.1, RFC 1122 section 4.2.2.13).
            self.finish(Some(Failure::Reset));
            return Disposition::Reset;
        }
        if self.state.awaits_data() || segment.seq.before(self.rcv.nxt) {
            self.take_text(cx, segment);
            // Eighth, check the FIN bit.
            if self.rcv.fin_at.is_some_and(|fin| fin.at_or_before(self.rcv.nxt)) {
                self.take_fin(cx);
            }
        }

        self.output(cx);
        self.acknowledge(cx);
        Disposition::Done
    }

    /// RFC 9293 section 3.10.7.3.
    fn arrives_in_syn_sent(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> Disposition {
        let flags = segment.flags;
        // First, check the ACK bit.
        if flags.contains(Flags::ACK) && segment.ack != self.snd.nxt {
            return Disposition::Reset;
        }
        // Second, check the RST bit.
        if flags.contains(Flags::RST) {
            if flags.contains(Flags::ACK) {
                self.peer_resets();
            }
            return Disposition::Done;
        }
        // Third, check security: absent. Fourth, check the SYN bit.
        if !flags.contains(Flags::SYN) {
            return Disposition::Done;
        }
        self.learn_peer(segment);
        if flags.contains(Flags::ACK) {
            self.become_established();
            self.take_ack(cx, segment);
            // Text beside the SYN would be Fast Open's; it is dropped, and comes again.
            self.send_ack(cx);
        } else {
            // Simultaneous open.
            self.state = State::SynReceived;
            self.send_syn(cx);
        }
        Disposition::Done
    }

    /// `tcp_timewait_state_process`: RFC 9293 section 3.10.7.4 for TIME-WAIT, in the order Linux does it.
    fn arrives_in_time_wait(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> Disposition {
        let flags = segment.flags;
        let is_bare = segment.seq_len() == 0;
        if segment.seq == self.rcv.nxt && (is_bare || flags.contains(Flags::RST)) {
            if flags.contains(Flags::RST) {
                // TIME_WAIT assassination, RFC 1337: Linux permits it (`tcp_rfc1337` is off).
                self.finish(None);
            } else {
                self.enter_time_wait(cx.now);
            }
            return Disposition::Done;
        }
        if flags.contains(Flags::RST) {
            return Disposition::Done;
        }
        // A FIN sent again restarts the time. A SYN without ACK may be a new connection's with an unlucky number.
        if flags.contains(Flags::ACK) {
            self.enter_time_wait(cx.now);
        }
        let limited = is_bare || flags.contains(Flags::SYN);
        if !limited || self.may_challenge(cx.now) {
            self.send_ack(cx);
        }
        Disposition::Done
    }

    /// Whether a segment to a connection in TIME_WAIT begins a new one: a SYN beyond all that the old one received (RFC
    /// 9293 section 3.6.1 MAY-2). The host then forgets the old one and shows the SYN to the listener.
    pub(crate) fn time_wait_accepts(&self, segment: &Segment) -> bool {
        self.state == State::TimeWait
            && segment.flags & (Flags::SYN | Flags::RST | Flags::ACK) == Flags::SYN
            && self.rcv.nxt.before(segment.seq)
    }

    /// A RST that numbers itself as if our ACK of its FIN had not arrived (`tcp_reset_check`).
    fn is_reset_of_fin(&self, segment: &Segment) -> bool {
        self.state.is_past_peer_fin() && segment.seq + 1 == self.rcv.nxt
    }

    /// `tcp_reset`: the peer has no connection, or refuses one.
    fn peer_resets(&mut self) {
        self.finish(Some(match self.state {
            State::SynSent => Failure::Refused,
            State::CloseWait => Failure::BrokenPipe,
            _ => Failure::Reset,
        }));
    }

    /// The SYN+ACK of a simultaneous open: its SYN is known already, its ACK is what we wait for.
    fn is_crossing_syn(&self, segment: &Segment) -> bool {
        self.state == State::SynReceived
            && !self.is(Marks::PASSIVE)
            && segment.flags.contains(Flags::ACK)
            && segment.seq + 1 == self.rcv.nxt
            && segment.ack == self.snd.nxt
    }

    /// A SYN in the window: RFC 5961 section 4. To a connection that is not yet one, it is the same SYN again, whose
    /// answer was lost, or another (`tcp_check_req`).
    fn unexpected_syn(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> Disposition {
        if !self.is_embryo() {
            self.challenge(cx);
        } else if segment.seq + 1 == self.rcv.nxt {
            if self.may_challenge(cx.now) {
                self.send_syn(cx);
            }
        } else {
            self.finish(Some(Failure::Reset));
            return Disposition::Reset;
        }
        Disposition::Done
    }

    /// A challenge ACK: whoever is there tells us by its answer whether the connection still is (RFC 5961).
    fn challenge(&mut self, cx: &mut Cx<'_>) {
        if self.may_challenge(cx.now) {
            self.send_ack(cx);
        }
    }

    /// Such answers are limited, so that two ends that disagree do not talk for ever (`__tcp_oow_rate_limited`).
    fn may_challenge(&mut self, now: Instant) -> bool {
        let may = self.rcv.challenge_from <= now;
        if may {
            self.rcv.challenge_from = after(now, CHALLENGE_INTERVAL);
        }
        may
    }

    /// An old or an impossible segment is answered with what we expect. If it carries data, the peer has missed our ACK
    /// (`tcp_send_dupack`).
    fn answer_unacceptable(&mut self, cx: &mut Cx<'_>, segment: &Segment) {
        if segment.seq_len() == 0 {
            return self.challenge(cx);
        }
        if segment.seq.before(self.rcv.nxt) {
            self.rcv.enter_quick_mode();
        }
        self.send_ack(cx);
    }

    /// Takes over what the peer's SYN says.
    pub(super) fn learn_peer(&mut self, syn: &Segment) {
        let Options { mss, window_scale, .. } = syn.options;
        self.rcv.nxt = syn.seq + 1;
        self.rcv.wup = self.rcv.nxt;
        self.rcv.edge = self.rcv.nxt + u32::from(self.config.initial_window());
        if let Some(scale) = window_scale {
            // RFC 7323 section 2.3: more than 14 is taken for 14.
            self.snd.scale = scale.min(14);
            self.rcv.scale = self.config.window_scale();
        }
        let mss = mss.unwrap_or(default_mss(self.remote)).max(MIN_MSS);
        self.snd.peer_mss = self.snd.peer_mss.min(mss);
        self.snd.mss = self.snd.peer_mss;
        // The window of a SYN is not scaled.
        self.snd.set_window(syn.window.into());
        self.snd.wl1 = syn.seq;
        self.congestion = Congestion::new(self.snd.peer_mss);
        // `tcp_initialize_rcv_mss`
        self.rcv.mss = self.snd.peer_mss.min(536).min((self.rcv.window() / 2).min(536) as u16).max(88);
    }

    /// Our SYN is acknowledged.
    fn become_established(&mut self) {
        if self.snd.retries > 0 {
            self.rtt.handshake_was_repeated();
        }
        // Shut down while connecting: the FIN follows now (RFC 9293 section 3.10.4, SYN-RECEIVED).
        self.state = if self.is(Marks::FIN_QUEUED) { State::FinWait1 } else { State::Established };
    }

    /// The fifth step, for all states alike (`tcp_ack`).
    #[inline]
    fn take_ack(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> Acked {
        let advance = segment.ack.distance_from(self.snd.una);
        if advance < 0 {
            // An old ACK. One older than any window is nobody's (RFC 5961 section 5).
            let too_old = advance.unsigned_abs() > self.snd.max_wnd;
            return if too_old { Acked::Impossible } else { Acked::Fine };
        }
        if self.snd.nxt.before(segment.ack) {
            return Acked::Impossible;
        }
        self.snd.probes = 0;
        let window_moved = self.take_window(segment);
        if advance > 0 {
            self.una_advances(cx, segment.ack, advance as u32);
        } else if !window_moved && segment.seq_len() == 0 && !self.snd.is_idle() {
            // RFC 5681 section 2: a duplicate acknowledgment.
            self.duplicate_ack(cx);
        }
        if self.timers.is_probe_set() {
            self.peer_answered_probe(cx.now);
        }
        Acked::Fine
    }

    /// The send window, if the segment is newer than the one that last told it (RFC 9293 section 3.10.7.4, fifth;
    /// `tcp_may_update_window`). Says whether it changed.
    #[inline]
    fn take_window(&mut self, segment: &Segment) -> bool {
        let snd = &mut self.snd;
        let scale = if segment.flags.contains(Flags::SYN) { 0 } else { snd.scale };
        let window = u32::from(segment.window) << scale;
        let is_newer = snd.una.before(segment.ack)
            || snd.wl1.before(segment.seq)
            || (snd.wl1 == segment.seq && (window > snd.wnd || window == 0));
        if !is_newer {
            return false;
        }
        snd.wl1 = segment.seq;
        let moved = window != snd.wnd;
        if moved {
            snd.set_window(window);
        }
        moved
    }

    #[inline]
    fn una_advances(&mut self, cx: &mut Cx<'_>, ack: SeqNum, acked: u32) {
        let snd = &mut self.snd;
        let flight = snd.flight();
        // Our SYN and our FIN have sequence numbers, but no place in the buffer.
        snd.buffer.consume((acked as usize).min(snd.buffer.len()));
        snd.una = ack;
        snd.cursor = later(snd.cursor, ack);
        snd.retries = 0;
        snd.stalled_since = None;
        if let Some((sent_at, end)) = snd.timed
            && end.at_or_before(ack)
        {
            snd.timed = None;
            self.rtt.sample(since(cx.now, sent_at));
        } else {
            // Karn's rule keeps the back-off until something is timed. With timestamps, which Linux has on by default,
            // every new ACK times something (`tcp_ack_update_rtt`); so it ends here as well, though without a sample.
            self.rtt.end_back_off();
        }
        let progress = self.congestion.on_ack(ack, acked, flight, self.snd.mss);
        // RFC 6298 sections 5.2 and 5.3.
        if self.snd.is_idle() {
            self.timers.stop_resend();
        } else {
            self.timers.set_retransmit(cx.now, self.rtt.timeout());
        }
        if progress == Progress::Partial {
            self.retransmit_first(cx);
        }
    }

    fn duplicate_ack(&mut self, cx: &mut Cx<'_>) {
        if self.snd.wnd == 0 && !self.is(Marks::ORPHAN) {
            // The peer has closed a window over data in flight, and says so: it is there, so we do not give up on it.
            self.snd.stalled_since = self.snd.stalled_since.map(|_| cx.now);
        }
        let flight = self.snd.nxt.0.wrapping_sub(self.snd.una.0);
        if self.congestion.on_duplicate_ack(self.snd.nxt, flight, self.snd.mss) {
            self.retransmit_first(cx);
        }
    }

    /// `tcp_ack_probe`: if the window has opened far enough, `output` sends; else the peer is asked again later.
    fn peer_answered_probe(&mut self, now: Instant) {
        let next = self.snd.left().min(self.snd.mss.into());
        if next <= self.snd.window_left() {
            self.rtt.end_back_off();
            self.timers.stop_resend();
        } else {
            self.timers.set_probe(now, self.rtt.timeout());
        }
    }

    /// Everything sent is acknowledged, and the FIN was the last of it.
    fn fin_is_acked(&self) -> bool {
        self.is(Marks::FIN_QUEUED) && self.snd.una == self.snd.end
    }

    /// New data that no program can ever read: the reading side is shut, and so is ours (`tcp_rcv_state_process`, step 7).
    /// In ESTABLISHED data is kept even after `shutdown(SHUT_RD)`.
    fn is_too_late(&self, segment: &Segment) -> bool {
        self.state != State::Established
            && self.is(Marks::RECEIVE_SHUT)
            && (self.state.awaits_data() || segment.seq.before(self.rcv.nxt))
            && !segment.payload.is_empty()
            && self.rcv.nxt.before(segment.seq + segment.payload.len() as u32)
    }

    /// `tcp_data_queue`: what is new and within the window is kept, wherever it belongs.
    fn take_text(&mut self, cx: &mut Cx<'_>, segment: &Segment) {
        let is_syn = u32::from(segment.flags.contains(Flags::SYN));
        let start = segment.seq + is_syn;
        let data_end = start + segment.payload.len() as u32;
        let fin = segment.flags.contains(Flags::FIN);
        if segment.seq_len() == 0 {
            return;
        }
        let rcv = &mut self.rcv;
        let window = rcv.window();
        let is_old = (data_end + u32::from(fin)).at_or_before(rcv.nxt);
        let bare_fin_in_order = start == rcv.nxt && segment.payload.is_empty();
        let is_beyond = rcv.edge.at_or_before(start) || window == 0;
        if is_old || (is_beyond && !bare_fin_in_order) {
            // Sent again, or a probe: the peer waits for an answer.
            rcv.enter_quick_mode();
            rcv.ack = AckDue::Now;
            return;
        }
        // Trim to the window.
        let first = later(start, rcv.nxt);
        let last = if bare_fin_in_order { data_end } else { earlier(data_end, rcv.edge) };
        if fin && last == data_end && rcv.fin_at.is_none() {
            rcv.fin_at = Some(data_end);
        }
        let skip = first.0.wrapping_sub(start.0) as usize;
        let len = last.distance_from(first).max(0) as usize;
        let data = &segment.payload[skip.min(segment.payload.len())..][..len];
        let gap = first.0.wrapping_sub(rcv.nxt.0) as usize;
        rcv.buffer.put_beyond(gap, data);
        if gap > 0 {
            // Out of order: the duplicate ACK goes out at once (RFC 5681 section 4.2).
            rcv.ack = AckDue::Now;
            if len > 0 {
                rcv.assembler.insert(first, last);
            }
            return;
        }
        rcv.buffer.extend(len);
        rcv.nxt += len as u32;
        if len > 0 {
            rcv.data_arrived(cx.now, len, self.rtt.base());
        }
        if !rcv.assembler.is_empty() {
            if let Some(end) = rcv.assembler.contiguous(rcv.nxt) {
                rcv.buffer.extend(end.0.wrapping_sub(rcv.nxt.0) as usize);
                rcv.nxt = end;
            }
            // A gap was filled, or one remains: the peer is told at once either way.
            rcv.ack = AckDue::Now;
        }
    }

    /// The peer sends no more (`tcp_fin`).
    fn take_fin(&mut self, cx: &mut Cx<'_>) {
        if self.is(Marks::PEER_DONE) {
            return;
        }
        self.marks |= Marks::RECEIVE_SHUT | Marks::PEER_DONE;
        self.rcv.nxt += 1;
        self.rcv.edge = later(self.rcv.edge, self.rcv.nxt);
        self.rcv.assembler.free();
        self.rcv.owe_ack();
        match self.state {
            State::Established => {
                self.state = State::CloseWait;
                // The program will answer with its own FIN, so this ACK may wait for it.
                self.rcv.pingpong = true;
            }
            State::FinWait1 => {
                self.send_ack(cx);
                self.state = State::Closing;
            }
            State::FinWait2 => {
                self.send_ack(cx);
                self.enter_time_wait(cx.now);
            }
            _ => {}
        }
    }

    /// Sends the ACK that is owed, now or by the timer (`__tcp_ack_snd_check`).
    #[inline]
    fn acknowledge(&mut self, cx: &mut Cx<'_>) {
        let rcv = &self.rcv;
        let now = match rcv.ack {
            AckDue::No => return,
            AckDue::Now => true,
            // At least every second full segment (RFC 9293 section 3.8.6.3), and every one while the peer gets going.
            AckDue::Soon => rcv.holds_two_segments() || (rcv.quick > 0 && !rcv.pingpong),
        };
        if now { self.send_ack(cx) } else { self.timers.set_ack(cx.now) }
    }
}

impl ReceiveSide {
    /// RFC 9293 section 3.4, as lenient as `tcp_sequence`: an old segment passes if it reaches up to what was last
    /// acknowledged, one without text if it starts at the edge of the window.
    fn is_acceptable(&self, segment: &Segment) -> bool {
        let end = segment.seq + segment.seq_len();
        !end.before(self.wup) && segment.seq.at_or_before(self.edge)
    }

    /// More than one full segment has not been acknowledged.
    #[inline]
    pub(super) fn holds_two_segments(&self) -> bool {
        self.nxt.0.wrapping_sub(self.wup.0) > u32::from(self.mss)
    }

    /// `tcp_event_data_recv`, `tcp_measure_rcv_mss`.
    #[inline]
    fn data_arrived(&mut self, now: Instant, len: usize, rto: u64) {
        self.owe_ack();
        if len >= usize::from(self.mss) {
            self.mss = len.min(u16::MAX.into()) as u16;
        } else {
            self.pushed = (self.pushed + 1).min(2);
        }
        // The first data, or the first after a silence in which the peer's window has decayed: it is in slow start.
        if self.data_at.is_none_or(|at| since(now, at) > rto) {
            self.grant_quick_acks();
        }
        self.data_at = Some(now);
    }

    /// `tcp_incr_quickack`: enough for half a window.
    fn grant_quick_acks(&mut self) {
        let segments = (self.window() / (2 * u32::from(self.mss))).clamp(2, MAX_QUICK);
        self.quick = self.quick.max(segments as u8);
    }

    /// `tcp_enter_quickack_mode`: the peer is in trouble, so it hears from us at once.
    fn enter_quick_mode(&mut self) {
        self.grant_quick_acks();
        self.pingpong = false;
    }
}

/// Answers a segment that no connection wants with a RST (RFC 9293 section 3.10.7.1), from `local` to `remote`. A RST is
/// never answered.
pub(crate) fn reset_for(segment: &Segment, local: SocketAddr, remote: SocketAddr, cx: &mut Cx<'_>) {
    if segment.flags.contains(Flags::RST) {
        return;
    }
    let (seq, ack, flags) = if segment.flags.contains(Flags::ACK) {
        (segment.ack, SeqNum(0), Flags::RST)
    } else {
        (SeqNum(0), segment.seq + segment.seq_len(), Flags::RST | Flags::ACK)
    };
    let reset = Segment {
        src_port: local.port(),
        dst_port: remote.port(),
        seq,
        ack,
        flags,
        window: 0,
        urgent: 0,
        options: Options::default(),
        payload: Default::default(),
    };
    cx.out.segment(local, remote, reset);
}
