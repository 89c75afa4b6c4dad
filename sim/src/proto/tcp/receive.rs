//! The text of a segment: the seventh and eighth steps of RFC 9293 section 3.10.7.4 as `tcp_data_queue` does them.

use super::{
    AckDue, Connection, Failure, Marks, ReceiveSide, State, Switches,
    assembler::{earlier, later},
    timers::Moment,
};
use crate::{
    proto::Cx,
    wire::{Flags, RareOption, Segment, SeqNum},
};

impl Connection {
    /// New data that no program can ever read: the reading side is shut, and so is ours (`tcp_rcv_state_process`, step 7).
    /// In ESTABLISHED data is kept even after `shutdown(SHUT_RD)`.
    pub(super) fn is_too_late(&self, segment: &Segment) -> bool {
        self.state != State::Established
            && self.is(Marks::RECEIVE_SHUT)
            && (self.state.awaits_data() || segment.seq.before(self.rcv.nxt))
            && !segment.payload.is_empty()
            && self.rcv.nxt.before(segment.seq + segment.payload.len() as u32)
    }

    /// `tcp_data_queue`: what is new and within the window is kept, wherever it belongs. If it is foreseen nobody asks for memory.
    pub(super) fn take_text(&mut self, cx: &mut Cx<'_>, segment: &Segment, is_foreseen: bool) {
        let is_syn = u32::from(segment.flags.contains(Flags::SYN));
        let start = segment.seq + is_syn;
        let data_end = start + segment.payload.len() as u32;
        let fin = segment.flags.contains(Flags::FIN);
        if segment.seq_len() == 0 {
            return;
        }
        let reports = self.is(Marks::SACK);
        let rcv = &mut self.rcv;
        let window = rcv.window();
        let end = data_end + u32::from(fin);
        let is_old = end.at_or_before(rcv.nxt);
        let bare_fin_in_order = start == rcv.nxt && segment.payload.is_empty();
        let is_beyond = rcv.edge.at_or_before(start) || window == 0;
        if is_old || (is_beyond && !bare_fin_in_order) {
            // Sent again, or a probe: the peer waits for an answer.
            if reports && cx.sysctl.dsack && is_old {
                rcv.assembler.report_duplicate(segment.seq, end);
            }
            rcv.enter_quick_mode();
            rcv.ack = AckDue::Now;
            return;
        }
        // Trim to the window.
        let first = later(start, rcv.nxt);
        let last = if bare_fin_in_order { data_end } else { earlier(data_end, rcv.edge) };
        if reports && cx.sysctl.dsack && start.before(rcv.nxt) {
            rcv.assembler.report_duplicate(start, rcv.nxt);
        }
        if fin && last == data_end && rcv.fin_at.is_none() {
            rcv.fin_at = Some(data_end);
        }
        let skip = first.0.wrapping_sub(start.0) as usize;
        let len = last.distance_from(first).max(0) as usize;
        let data = &segment.payload[skip.min(segment.payload.len())..][..len];
        let gap = first.0.wrapping_sub(rcv.nxt.0) as usize;
        if gap == 0 && !is_foreseen && self.rcv.has_overdrawn() && self.drops_for_want_of_memory(cx, segment) {
            return;
        }
        let rcv = &mut self.rcv;
        rcv.buffer.put_beyond(gap, data);
        if gap > 0 {
            self.take_out_of_order(cx, first, last);
            return;
        }
        rcv.buffer.extend(len);
        rcv.nxt += len as u32;
        if len > 0 {
            self.data_arrived(cx, segment, len);
        }
        let rcv = &mut self.rcv;
        if !rcv.assembler.is_empty() {
            if let Some(end) = rcv.assembler.contiguous(rcv.nxt) {
                rcv.buffer.extend(end.0.wrapping_sub(rcv.nxt.0) as usize);
                rcv.nxt = end;
            }
            if rcv.assembler.is_empty() {
                // The gap is filled: the peer hears of it at once (RFC 5681 section 4.2).
                rcv.ack = AckDue::Now;
            }
        }
    }

    /// There is no memory left for data in order: the peer is told of a window that is closed, whatever was promised
    /// (`tcp_data_queue`, ICSK_ACK_NOMEM). The first segment of all is always taken.
    #[cold]
    fn drops_for_want_of_memory(&mut self, cx: &Cx<'_>, segment: &Segment) -> bool {
        let len = segment.payload.len();
        let (read, our_mss) = (self.read_to(), self.received_mss());
        let rcv = &mut self.rcv;
        if !rcv.is_out_of_memory(read, our_mss, cx.sysctl) || rcv.buffer.is_empty() || len == 0 {
            return false;
        }
        (rcv.edge, rcv.ack) = (rcv.nxt, AckDue::Now);
        rcv.stop_predicting();
        true
    }

    /// `tcp_data_queue_ofo`
    fn take_out_of_order(&mut self, cx: &Cx<'_>, first: SeqNum, last: SeqNum) {
        let reports = self.is(Marks::SACK);
        let rcv = &mut self.rcv;
        rcv.owe_ack();
        // A FIN is told of, too, but is no byte to be kept.
        let end_of = |end: SeqNum| end + u32::from(rcv.fin_at == Some(end));
        if !first.before(last) {
            rcv.ack = AckDue::Now;
            let end = end_of(last);
            if reports && first.before(end) {
                rcv.assembler.report((first, end));
            }
            return;
        }
        if reports
            && cx.sysctl.dsack
            && let Some((start, end)) = rcv.assembler.overlap(first, last)
        {
            rcv.assembler.report_duplicate(start, end);
        }
        let ((start, end), _) = rcv.assembler.insert(first, last);
        if reports {
            rcv.assembler.report((start, end_of(end)));
        }
    }

    /// Data has come in order: `tcp_event_data_recv`, `tcp_measure_rcv_mss`.
    #[inline]
    pub(super) fn data_arrived(&mut self, cx: &Cx<'_>, segment: &Segment, len: usize) {
        let rto = self.rtt.base();
        let our_mss = self.received_mss();
        if self.rcv.has_memory() {
            self.charge_arrived(cx, segment, len as u32);
        }
        let rcv = &mut self.rcv;
        rcv.owe_ack();
        rcv.duplicates = 0;
        if len >= usize::from(rcv.mss) {
            rcv.mss = len.min(usize::from(our_mss)) as u16;
            if segment.flags.contains(Flags::PSH) {
                // A full segment that ends a write: nothing may follow for a while.
                rcv.pushed = rcv.pushed.max(1);
            }
        } else {
            rcv.take_small(len, if self.stamps.on { 12 } else { 0 }, segment.flags);
        }
        match segment.options.timestamps {
            Some(stamp) if self.stamps.on && len >= usize::from(rcv.mss) => {
                if let Some(micros) = self.stamps.round_trip(stamp, cx.now) {
                    rcv.measure_by_stamp(micros);
                }
            }
            None => rcv.measure_by_window(cx.now),
            _ => {}
        }
        rcv.adapt_delay(cx.now, rto);
        rcv.data_at = Moment::at(cx.now);
        rcv.grow_window(len as u32, our_mss, cx.sysctl);
    }

    /// What the data of a segment costs, and what waits beside it.
    #[cold]
    fn charge_arrived(&mut self, cx: &Cx<'_>, segment: &Segment, len: u32) {
        // Nothing is noted of a segment that has made the connection of a request (`tcp_child_process`, not `tcp_v6_do_rcv`).
        let (number, maker) = (self.counts.segments_in, self.rcv.maker());
        let twice = u32::from(self.notes() && maker != Some(number));
        let waits = cx.out.held.segments + twice + u32::from(self.keeps_syn());
        self.rcv.set_backlog(waits, cx.out.held.bytes + twice * len);
        self.rcv.charge(len, self.held_by_sender(segment));
    }

    /// How many packets the sender of a segment still holds. Who is the sender itself has let go of what the segment acknowledges, unless
    /// it was predicted, and its data came before its ACK.
    pub(super) fn held_by_sender(&self, segment: &Segment) -> u16 {
        let takes_ack_first = segment.flags.contains(Flags::FIN) || self.state != State::Established;
        if takes_ack_first && self.leads_to_itself() && segment.seq.at_or_before(self.snd.una) {
            0
        } else {
            segment.holds
        }
    }

    /// Whether the SYN is still kept: until a segment is dealt with that has not made the connection.
    pub(super) fn keeps_syn(&self) -> bool {
        self.config.has(Switches::KEEPS_SYN)
            && self.ends.remote.is_ipv6()
            && self.rcv.maker().is_some_and(|maker| self.counts.segments_in <= maker + 1)
    }

    /// Whether no segment was dealt with since: the SYN is what IPV6_2292PKTOPTIONS tells of.
    pub(crate) fn tells_of_syn(&self) -> bool {
        self.keeps_syn() && self.rcv.maker().is_some_and(|maker| self.counts.segments_in <= maker)
    }

    /// The peer sends no more (`tcp_fin`).
    pub(super) fn take_fin(&mut self, cx: &mut Cx<'_>) {
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

    /// The most that a segment of the peer carries (`advmss`): what we told it, less the timestamps.
    #[inline]
    pub(super) fn received_mss(&self) -> u16 {
        let options = if self.stamps.on { 12 } else { 0 };
        self.config.advertised_mss().saturating_sub(options).max(1)
    }

    /// How many blocks fit beside the other options.
    fn block_room(&self) -> usize {
        if self.stamps.on { 3 } else { 4 }
    }

    /// What the blocks of the next segment take, in bytes.
    pub(super) fn sack_len(&self) -> u32 {
        let count = self.rcv.assembler.block_count(self.block_room());
        if count == 0 { 0 } else { 4 + 8 * count as u32 }
    }

    /// The blocks of the next segment.
    pub(super) fn sack_blocks(&mut self) -> Option<Box<RareOption>> {
        let room = self.block_room();
        self.rcv.assembler.take_blocks(room)
    }

    /// The end of a connection that took what nobody will read (RFC 9293 section 3.6.1, RFC 1122 section 4.2.2.13).
    pub(super) fn refuse_text(&mut self) {
        self.finish(Some(Failure::Reset));
    }

    /// SO_OOBINLINE.
    pub(super) fn is_urgent_inline(&self) -> bool {
        self.config.has(Switches::OOBINLINE)
    }
}

impl ReceiveSide {
    /// RFC 9293 section 3.4, as lenient as `tcp_sequence`: an old segment passes if it reaches up to what was last
    /// acknowledged, one without text if it starts at the edge of the window.
    pub(super) fn is_acceptable(&self, segment: &Segment) -> bool {
        let end = segment.seq + segment.seq_len();
        !end.before(self.wup) && segment.seq.at_or_before(self.edge)
    }

    /// A segment smaller than the largest: two of one size are the peer's new size, others the ends of its writes
    /// (`tcp_measure_rcv_mss`, which counts the header, with its `options`, as data).
    #[inline]
    fn take_small(&mut self, len: usize, options: usize, flags: Flags) {
        let ends = flags.intersects(Flags::PSH | Flags::FIN | Flags::URG | Flags::SYN);
        if len + options >= 536 || (len + options >= 88 && !ends) {
            let last = std::mem::replace(&mut self.last_len, len as u16);
            if usize::from(last) == len {
                self.mss = last;
                return;
            }
        }
        self.pushed = (self.pushed + 1).min(2);
    }
}
