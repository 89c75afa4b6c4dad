//! Van Jacobson's "header prediction": what is done at once about a segment as most are, and which Linux takes for such.

use super::{
    Connection, Marks, State, Switches,
    input::Disposition,
    memory::{HEAD, PAGE},
    output::Push,
    recovery::Phase,
};
use crate::{
    proto::Cx,
    wire::{Flags, Segment},
};

impl Connection {
    /// Whether none of the steps of [`Self::arrives`] would find anything out of the ordinary: data or an ACK of data, in
    /// order, and nothing waits for what is missing (Van Jacobson's "header prediction", as in `tcp_rcv_established`).
    #[inline]
    pub(super) fn is_predicted(&self, segment: &Segment) -> bool {
        let (snd, rcv) = (&self.snd, &self.rcv);
        let newly_acked = segment.ack.0.wrapping_sub(snd.una.0);
        self.state == State::Established
            && segment.flags.difference(Flags::PSH) == Flags::ACK
            && segment.seq == rcv.nxt
            && newly_acked <= snd.outstanding()
            && segment.payload.len() as u32 <= rcv.window()
            && (newly_acked > 0 || !segment.payload.is_empty())
            && rcv.assembler.is_empty()
            && rcv.fin_at.is_none()
            && self.urgent.is_none()
            && self.recovery.phase == Phase::Open
            && !rcv.has_overdrawn()
    }

    pub(super) fn take_predicted(&mut self, cx: &mut Cx<'_>, segment: &Segment) {
        if self.stamps.on
            && let Some(stamp) = segment.options.timestamps
        {
            if self.stamps.behind(stamp) > 0 {
                // Older than what was heard: not ordinary at all.
                let disposition = self.arrives(cx, segment);
                debug_assert_eq!(disposition, Disposition::Done);
                return;
            }
            if self.rcv.nxt == self.rcv.wup {
                self.stamps.store(stamp, cx.now);
            }
        }
        self.rcv.heard_at = cx.now;
        let advance = segment.ack.0.wrapping_sub(self.snd.una.0);
        let window = self.snd.wnd;
        self.take_predicted_ack(cx, segment, advance);
        let len = segment.payload.len();
        if len > 0 {
            self.counts.data_in = self.counts.data_in.wrapping_add(1);
            self.rcv.buffer.push(&segment.payload);
            self.rcv.nxt += len as u32;
            self.data_arrived(cx, segment, len);
        }
        if self.snd.left() > 0 && (advance > 0 || self.is_off_fast_path(segment, window)) {
            // Only who looks closer takes it for the answer to a probe: of what is corked the timer runs on.
            if advance == 0 && self.timers.is_probe_set() && self.snd.sent.is_empty() {
                self.peer_answered_probe(cx);
            }
            self.output_queued(cx, Push::Usual);
        }
        if self.snd.no_space {
            self.check_space(cx.sysctl);
        }
        self.acknowledge(cx);
    }

    /// Whether it is only for what is urgent on our side that a segment is not predicted: to Linux it is, and acknowledges nothing.
    #[cold]
    pub(super) fn lets_nothing_go(&self, segment: &Segment) -> bool {
        segment.ack == self.snd.una && !segment.payload.is_empty() && self.fits_unasked(segment)
    }

    /// A segment is foreseen and fits into what the socket has reserved: nobody asks whether there is memory for it
    /// (`tcp_rcv_established`). That is said before its ACK is taken.
    #[cold]
    pub(super) fn fits_unasked(&self, segment: &Segment) -> bool {
        self.foresees(segment)
            && segment.payload.len() as u32 <= self.rcv.window()
            && !self.needs_memory(segment, self.rcv.allocated()[0])
    }

    /// Header prediction.
    fn foresees(&self, segment: &Segment) -> bool {
        self.state == State::Established
            && segment.flags.difference(Flags::PSH) == Flags::ACK
            && segment.seq == self.rcv.nxt
            && self.rcv.assembler.is_empty()
            && !self.expects_urgent()
            && self.rcv.predicts()
            && u32::from(segment.window) << self.snd.scale == self.snd.wnd
    }

    /// Whether Linux, too, would look closer at a predicted segment: its window is another than the last, or it is the first
    /// that brings a client anything (`pred_flags`), or it does not fit into what the socket has of memory
    /// (`sk_forward_alloc`), here beside what is held back alone. Data that acknowledges nothing otherwise does not let go what is corked
    /// (`tcp_rcv_established`: only the slow path ends with `tcp_data_snd_check`).
    #[cold]
    fn is_off_fast_path(&self, segment: &Segment, window: u32) -> bool {
        // (Without window scaling a client predicts from the beginning, `tcp_finish_connect`.)
        let is_first = self.counts.data_in == 1 && self.snd.una == self.counts.iss + 1 && self.snd.scale > 0;
        self.snd.wnd != window
            || is_first && !self.is(Marks::PASSIVE) && !self.rcv.has_memory()
            || !self.rcv.predicted()
            || self.needs_memory(segment, self.rcv.allocated()[1])
    }

    /// Whether a segment does not fit into what the socket has reserved, when so much was allocated for what was received. It reserves
    /// whole pages, and gives back those that are free.
    fn needs_memory(&self, segment: &Segment, allocated: u32) -> bool {
        let cost = segment.payload.len() as u32 + HEAD;
        let twice = if self.notes() { cost } else { 0 };
        let syn = if self.keeps_syn() { HEAD } else { 0 };
        let reserved = (PAGE - (self.send_memory() + allocated + twice + syn) % PAGE) % PAGE;
        cost > reserved
    }

    /// What comes is charged twice while it is dealt with.
    #[inline]
    pub(super) fn notes(&self) -> bool {
        self.config.has(Switches::NOTES) && self.ends.remote.is_ipv6()
    }
}
