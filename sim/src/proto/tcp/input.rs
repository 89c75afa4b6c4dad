//! A segment arrives: RFC 9293 section 3.10.7, in its own order, with its steps named.
//!
//! What is due in answer is sent here at the end; what goes into it is `output.rs`'s to know.

use std::net::IpAddr;

use super::{
    Connection, Failure, Marks, State,
    ack::Acked,
    timers::{Moment, TIMEOUT_MIN, after},
};
use crate::{
    proto::Cx,
    wire::{Flags, Options, Segment, SeqNum},
};

/// What is to be done about a segment beyond what was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Disposition {
    Done,
    /// It is answered with a RST that takes its sequence number from it.
    Reset,
}

/// How long the last ACK of a handshake waits for data to ride on: TCP_DELACK_MAX.
const ACK_AWAITS_DATA: u64 = 200_000_000;

impl Connection {
    /// A segment of this connection has arrived.
    pub(crate) fn on_segment(&mut self, cx: &mut Cx<'_>, segment: Segment) {
        self.counts.segments_in = self.counts.segments_in.wrapping_add(1);
        if self.is_predicted(&segment) {
            self.take_predicted(cx, &segment);
        } else if self.arrives(cx, &segment) == Disposition::Reset {
            reset_for(&segment, self.ends.local, self.ends.remote, cx);
        }
        cx.out.pool.give(segment.payload);
        self.check();
    }

    /// RFC 9293 section 3.10.7.4, from top to bottom; the states that are treated otherwise come first.
    pub(super) fn arrives(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> Disposition {
        self.counts.data_in = self.counts.data_in.wrapping_add(u32::from(!segment.payload.is_empty()));
        match self.state {
            State::Closed => return Disposition::Reset,
            State::SynSent => return self.arrives_in_syn_sent(cx, segment),
            State::TimeWait => return self.arrives_in_time_wait(cx, segment),
            _ => {}
        }
        if self.is(Marks::FAST_OPEN) && !self.looks_at_early(cx, segment) {
            return Disposition::Done;
        }
        let flags = segment.flags;

        // Before all: RFC 7323 section 5.3, protection against wrapped sequence numbers. A RST is exempt.
        if !self.is_timely(cx, segment) {
            if flags.contains(Flags::SYN) && !flags.contains(Flags::RST) {
                self.challenge(cx);
                return Disposition::Done;
            }
            if !flags.contains(Flags::RST) {
                self.answer_unacceptable(cx, segment);
                return Disposition::Done;
            }
        }

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

        // Second, check the RST bit. Only the exact sequence number is believed (RFC 5961 section 3), or the end of what
        // we told to have (`tcp_validate_incoming`).
        if flags.contains(Flags::RST) {
            if segment.seq == self.rcv.nxt
                || self.is_reset_of_fin(segment)
                || self.is_embryo()
                || self.is(Marks::FAST_OPEN)
                || self.rcv.assembler.furthest_report() == Some(segment.seq)
            {
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
        if self.is(Marks::FAST_OPEN) && !self.early_open_is_acked(cx, segment) {
            return Disposition::Reset;
        }
        self.rcv.heard_at = cx.now;
        if self.state == State::SynReceived {
            if !self.acks_syn(segment) {
                return Disposition::Reset;
            }
            if self.waits_for_data(segment) {
                self.marks |= Marks::ACKED;
                return Disposition::Done;
            }
            self.become_established(cx, segment);
            if self.is(Marks::SEND_SHUT) {
                // What was shut before there was a connection (`tcp_rcv_state_process`, TCP_SYN_RECV).
                self.queue_fin(cx);
            }
            // Data that was in our SYN, when both have opened.
            self.rearm(cx);
        }
        if self.stamps.on
            && let Some(stamp) = segment.options.timestamps
            && segment.seq.at_or_before(self.rcv.wup)
        {
            // RFC 7323 section 4.3: TS.Recent is of the segment that is acknowledged next.
            self.stamps.renew(stamp, cx.now);
        }
        let is_foreseen = self.rcv.has_overdrawn() && self.fits_unasked(segment);
        let is_quiet = self.urgent.is_some() && self.lets_nothing_go(segment);
        match if is_quiet { Acked::Fine } else { self.take_ack(cx, segment) } {
            Acked::Fine => {}
            Acked::Ancient => {
                self.challenge(cx);
                return Disposition::Done;
            }
            Acked::Beyond => {
                // RFC 9293 section 3.10.7.4: an ACK, and nothing else is looked at.
                self.challenge(cx);
                return Disposition::Done;
            }
        }
        if self.fin_is_acked() {
            match self.state {
                State::FinWait1 => {
                    self.state = State::FinWait2;
                    if self.is(Marks::ORPHAN) && !self.limit_fin_wait_2(cx) {
                        self.finish(None);
                        return Disposition::Reset;
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

        // Sixth, check the URG bit.
        if (self.urgent.is_some() || flags.contains(Flags::URG)) && self.state.awaits_data() {
            self.take_urgent(segment);
        }

        // Seventh, process the segment text.
        if self.is_too_late(segment) {
            // Nobody will read it (RFC 9293 section 3.6.1, RFC 1122 section 4.2.2.13).
            self.refuse_text();
            return Disposition::Reset;
        }
        if self.state.awaits_data() || segment.seq.before(self.rcv.nxt) {
            let fin_came_before = self.rcv.fin_at.is_some();
            self.take_text(cx, segment, is_foreseen);
            // Eighth, check the FIN bit.
            if self.rcv.fin_at.is_some_and(|fin| fin.at_or_before(self.rcv.nxt)) {
                if segment.payload.is_empty() && !self.is(Marks::PEER_DONE) {
                    self.rcv.charge_fin(self.held_by_sender(segment));
                }
                self.take_fin(cx);
                if fin_came_before && self.state != State::TimeWait {
                    // The gap before it is filled.
                    self.rcv.ack = super::AckDue::Now;
                }
            }
        }

        if !is_quiet {
            self.output(cx);
        }
        if self.snd.no_space {
            self.check_space(cx.sysctl);
        }
        self.acknowledge(cx);
        Disposition::Done
    }

    /// `tcp_paws_discard`: whether a segment is not older than what was heard. An old one passes if it is but an ACK that
    /// was overtaken (`tcp_disordered_ack`).
    fn is_timely(&self, cx: &Cx<'_>, segment: &Segment) -> bool {
        let Some(stamp) = segment.options.timestamps.filter(|_| self.stamps.on) else { return true };
        if self.stamps.is_fresh(stamp, cx.now, 1) {
            return true;
        }
        let rto_ticks = self.rtt.timeout(cx.sysctl) / 1_000_000;
        let overtaken = segment.flags.contains(Flags::ACK)
            && segment.seq == self.rcv.nxt
            && segment.payload.is_empty()
            && segment.ack == self.snd.una
            && u64::try_from(self.stamps.behind(stamp)).is_ok_and(|behind| behind <= rto_ticks * 6 / 5);
        overtaken && u32::from(segment.window) << self.snd.scale == self.snd.wnd
    }

    /// An ACK of our SYN, and perhaps of data that was in it.
    fn acks_syn(&self, segment: &Segment) -> bool {
        self.snd.una.before(segment.ack) && segment.ack.at_or_before(self.snd.nxt)
    }

    /// TCP_DEFER_ACCEPT: the bare ACK of the handshake makes no connection; data does, or the end of patience
    /// (`tcp_check_req`).
    fn waits_for_data(&self, segment: &Segment) -> bool {
        // A request that is but a cookie is not kept, so it cannot wait (`cookie_v4_check`).
        (self.marks & (Marks::PASSIVE | Marks::COOKIE)) == Marks::PASSIVE
            && segment.seq_len() == 0
            && self.snd.retries < self.config.defer_accept
    }

    /// Of a request that is but a cookie, whether the listener cannot tell by a segment that there was one: it has to follow the SYN
    /// (`cookie_v4_check`), and one that is further on is refused (`tcp_rcv_state_process`, TCP_LISTEN). `None` of a request that is kept.
    pub(crate) fn is_denied_by_cookie(&self, segment: &Segment) -> Option<bool> {
        self.is(Marks::COOKIE).then(|| segment.seq != self.rcv.nxt || segment.ack != self.snd.una + 1)
    }

    /// The accept queue is full, and the peer is told so (`tcp_abort_on_overflow`).
    pub(crate) fn refuse(&mut self) {
        self.finish(Some(Failure::Reset));
    }

    /// The accept queue was full when the handshake's last segment came: it is known, and not taken (`inet_rsk(req)->acked`).
    pub(crate) fn put_aside(&mut self) {
        self.marks |= Marks::ACKED;
    }

    /// RFC 9293 section 3.10.7.3.
    fn arrives_in_syn_sent(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> Disposition {
        let flags = segment.flags;
        // First, check the ACK bit.
        if self.is(Marks::PUT_OFF) {
            return Disposition::Reset;
        }
        if flags.contains(Flags::ACK) && !self.acks_syn(segment) {
            if self.snd.retries == 0 {
                // Somebody is there who remembers another connection: the SYN goes out again as soon as that is gone.
                self.timers.set_retransmit(cx.now, TIMEOUT_MIN);
            }
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
        self.rcv.heard_at = cx.now;
        if flags.contains(Flags::ACK)
            && let Some(stamp) = segment.options.timestamps
            && stamp.echo != 0
            && self.stamps.round_trip(stamp, cx.now).is_none()
        {
            // An echo of what was never sent: an old segment (RFC 7323 section 5.3, `tcp_rcv_synsent_state_process`).
            return Disposition::Reset;
        }
        self.learn_peer(cx, segment);
        if flags.contains(Flags::ACK) {
            self.become_established(cx, segment);
            if self.snd.scale > 0 {
                // `tcp_finish_connect`
                self.rcv.stop_predicting();
            }
            let unanswered = self.syn_data_is_answered(cx, segment);
            if !unanswered || segment.ack != self.snd.una {
                self.take_ack(cx, segment);
            }
            if unanswered {
                self.resend_syn_data(cx);
            } else if self.config.defer_accept > 0 || self.rcv.pingpong {
                // Data will follow soon, which saves an ACK (`tcp_rcv_synsent_state_process`).
                self.rcv.ack = super::AckDue::Soon;
                self.rcv.enter_quick_mode();
                // So that what follows is its answer (`tcp_finish_connect`: lrcvtime).
                self.rcv.data_at = Moment::at(cx.now);
                self.timers.set_ack(cx.now, ACK_AWAITS_DATA);
            } else {
                self.send_ack(cx);
            }
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
        let is_old =
            segment.options.timestamps.is_some_and(|stamp| self.stamps.on && !self.stamps.is_fresh(stamp, cx.now, 0));
        if !is_old && segment.seq == self.rcv.nxt && (is_bare || flags.contains(Flags::RST)) {
            if flags.contains(Flags::RST) {
                // TIME_WAIT assassination, RFC 1337: Linux permits it (`tcp_rfc1337` is off).
                if !cx.sysctl.rfc1337 {
                    self.finish(None);
                }
            } else {
                if let Some(stamp) = segment.options.timestamps.filter(|_| self.stamps.on) {
                    self.stamps.store(stamp, cx.now);
                }
                self.enter_time_wait(cx.now);
            }
            return Disposition::Done;
        }
        if flags.contains(Flags::RST) {
            return Disposition::Done;
        }
        // A FIN sent again restarts the time. A SYN without ACK may be a new connection's with an unlucky number.
        if flags.contains(Flags::ACK) || is_old {
            self.enter_time_wait(cx.now);
        }
        let limited = is_bare || flags.contains(Flags::SYN);
        if !limited || self.may_challenge(cx) {
            self.send_ack(cx);
        }
        Disposition::Done
    }

    /// Whether a segment to a connection in TIME_WAIT begins a new one: a SYN beyond all that the old one received (RFC
    /// 9293 section 3.6.1 MAY-2). The host then forgets the old one and shows the SYN to the listener.
    pub(crate) fn time_wait_accepts(&self, segment: &Segment) -> bool {
        self.state == State::TimeWait
            && segment.flags & (Flags::SYN | Flags::RST | Flags::ACK) == Flags::SYN
            && (self.rcv.nxt.before(segment.seq) || self.has_newer_stamp(segment))
    }

    /// RFC 6191: a newer clock proves a SYN as well as a higher sequence number does.
    fn has_newer_stamp(&self, segment: &Segment) -> bool {
        self.stamps.on && segment.options.timestamps.is_some_and(|stamp| self.stamps.behind(stamp) < 0)
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
            && self.acks_syn(segment)
    }

    /// A SYN in the window: RFC 5961 section 4. To a connection that is not yet one, it is the same SYN again, whose
    /// answer was lost, or another (`tcp_check_req`).
    fn unexpected_syn(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> Disposition {
        if !self.is_embryo() {
            self.challenge(cx);
        } else if segment.seq + 1 == self.rcv.nxt {
            if self.may_challenge(cx) {
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
        if self.may_challenge(cx) {
            if self.is_embryo() { self.send_ack_of_request(cx) } else { self.send_ack(cx) }
        }
    }

    /// Such answers are limited, so that two ends that disagree do not talk for ever (`__tcp_oow_rate_limited`).
    pub(super) fn may_challenge(&mut self, cx: &Cx<'_>) -> bool {
        let may = self.recovery.challenge_from <= cx.now;
        if may {
            self.recovery.challenge_from = after(cx.now, u64::from(cx.sysctl.invalid_ratelimit) * 1_000_000);
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
            if self.is(Marks::SACK) && cx.sysctl.dsack {
                let end = segment.seq + segment.seq_len();
                self.rcv.assembler.report_duplicate(segment.seq, super::assembler::earlier(end, self.rcv.nxt));
            }
        }
        self.send_ack(cx);
    }

    /// Everything sent is acknowledged, and the FIN was the last of it.
    fn fin_is_acked(&self) -> bool {
        self.is(Marks::FIN_QUEUED) && self.snd.una == self.snd.end
    }
}

/// Answers a segment that no connection wants with a RST (RFC 9293 section 3.10.7.1), from `local` to `remote`. A RST is
/// never answered.
pub(crate) fn reset_for(segment: &Segment, local: IpAddr, remote: IpAddr, cx: &mut Cx<'_>) {
    if segment.flags.contains(Flags::RST) {
        return;
    }
    let (seq, ack, flags) = if segment.flags.contains(Flags::ACK) {
        (segment.ack, SeqNum(0), Flags::RST)
    } else {
        (SeqNum(0), segment.seq + segment.seq_len(), Flags::RST | Flags::ACK)
    };
    let reset = Segment {
        src_port: segment.dst_port,
        dst_port: segment.src_port,
        seq,
        ack,
        flags,
        hop_limit: super::DEFAULT_HOP_LIMIT,
        window: 0,
        urgent: 0,
        holds: 0,
        options: Options::default(),
        payload: Default::default(),
    };
    cx.out.note_reset((local, reset.src_port).into(), (remote, reset.dst_port).into());
    cx.out.segment(local, remote, reset);
}
