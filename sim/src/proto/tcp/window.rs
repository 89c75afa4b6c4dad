//! The window we offer, and the receive buffer behind it: silly-window avoidance, the cautious growth of the offer
//! (`rcv_ssthresh`), and the tuning of the buffer to what the program takes (dynamic right-sizing).
//!
//! Linux counts what a segment costs in memory, and offers half of the buffer, because a full segment costs about twice its
//! length. From a wire a segment costs exactly that here; what it costs on loopback `memory.rs` knows.

use std::cmp::Ordering;

use super::{Config, Connection, ReceiveSide, Switches, Sysctl, congestion, memory::Memory};
use crate::{base::Instant, wire::SeqNum};

/// The memory of one connection's receiving side.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// SO_RCVBUF as it is now (`sk_rcvbuf`).
    pub(super) rcvbuf: u32,
    /// What of that can be offered (`tcp_full_space`).
    full: u32,
    /// The same, less what the heads of unread segments cost: what is unread deducted, it is `tcp_space`.
    spare: u32,
    /// The largest window to offer (`window_clamp`).
    pub(super) clamp: u32,
    /// What is offered at most as long as the peer has not sent more (`rcv_ssthresh`).
    pub(super) threshold: u32,
    /// What the program took in a round trip, when that was measured, and where (`rcvq_space`).
    taken: u32,
    taken_since: Instant,
    taken_from: SeqNum,
    /// The round trip as the receiver sees it, microseconds times 8 (`rcv_rtt_est`), and what it is measured by without
    /// timestamps.
    rtt: u32,
    rtt_until: SeqNum,
    rtt_since: Instant,
    /// The program has set the size itself (SOCK_RCVBUF_LOCK).
    pub(super) is_locked: bool,
    /// On loopback: what the segments cost. `None` where each costs twice its length.
    memory: Option<Box<Memory>>,
}

/// `SOCK_MIN_RCVBUF` / 2.
const MIN_CLAMP: u32 = 1152;

impl Window {
    /// As at the outset of a connection (`tcp_select_initial_window`): whole segments of what the buffer holds.
    pub(super) fn new(config: &Config, clamp: u32, mss: u16, sysctl: &Sysctl) -> Self {
        let (rcvbuf, is_locked) = (config.first_rcvbuf(sysctl), config.rcvbuf != 0);
        let memory = config.has(Switches::IN_MEMORY).then(|| Box::new(Memory::new(config.scaling_ratio)));
        let full = memory.as_ref().map_or(rcvbuf / 2, |memory| memory.share(rcvbuf));
        let clamp = if clamp == 0 { 65_535 << 14 } else { clamp };
        // A size that the program has chosen is not tuned, so nothing larger will ever be offered.
        let clamp = if is_locked { clamp.min(full) } else { clamp };
        let space = full.min(clamp);
        let mss = u32::from(mss.max(1));
        let initial = if space > mss { space / mss * mss } else { space };
        Self {
            rcvbuf,
            full,
            spare: full,
            clamp,
            threshold: initial,
            taken: 0,
            taken_since: Instant::EPOCH,
            taken_from: SeqNum(0),
            rtt: 0,
            rtt_until: SeqNum(0),
            rtt_since: Instant::EPOCH,
            is_locked,
            memory,
        }
    }

    /// What of so much of the buffer is offered (`tcp_win_from_space`).
    #[inline]
    fn share(&self, space: u32) -> u32 {
        self.memory.as_ref().map_or(space / 2, |memory| memory.share(space))
    }

    /// The program takes more than it did (`tcp_rcvbuf_grow`).
    #[inline(never)]
    fn grow_buffer(&mut self, taken: u32, our_mss: u16, sysctl: &Sysctl) {
        if sysctl.moderate_rcvbuf && !self.is_locked {
            let mut wanted = (u64::from(taken) << 1) + 16 * u64::from(our_mss);
            let growth = wanted * u64::from(taken - self.taken) / u64::from(self.taken.max(1));
            wanted += growth << 1;
            let wanted = self.memory.as_ref().map_or(wanted * 2, |memory| memory.space_for(wanted));
            let rcvbuf = u32::try_from(wanted).unwrap_or(u32::MAX).min(sysctl.rmem[2]);
            if rcvbuf > self.rcvbuf {
                self.resize(rcvbuf);
                self.clamp = self.full;
            }
        }
        self.taken = taken;
    }

    /// Reckons anew what can be offered while so much is unread (`tcp_space`).
    fn reckon(&mut self, unread: u32) {
        if let Some(memory) = &self.memory {
            self.spare = memory.share(self.rcvbuf.saturating_sub(memory.allocated() + memory.backlog())) + unread;
        }
    }

    fn resize(&mut self, rcvbuf: u32) {
        self.rcvbuf = rcvbuf;
        self.full = self.share(rcvbuf);
        self.spare = self.full;
    }

    /// What a segment costs has changed, and with it what can be offered of the buffer (`tcp_measure_rcv_mss`,
    /// `tcp_set_window_clamp`).
    fn share_has_changed(&mut self, offered: u32) {
        self.full = self.share(self.rcvbuf);
        let clamp = self.full.max(MIN_CLAMP);
        self.threshold = match clamp.cmp(&self.clamp) {
            Ordering::Less => self.threshold.min(clamp),
            Ordering::Equal => self.threshold,
            Ordering::Greater => self.threshold.max(offered.min(clamp)),
        };
        self.clamp = clamp;
        self.taken = self.taken.min(clamp);
    }

    /// The scale that lets a window cover what the buffer may ever be tuned to: RFC 7323 section 2.2. It can never be
    /// chosen again.
    pub(super) fn scale(&self, rmem_max: u32, sysctl: &Sysctl) -> u8 {
        let space = self.full.max(sysctl.rmem[2]).max(rmem_max).min(self.clamp).max(1);
        space.ilog2().saturating_sub(15).min(14) as u8
    }

    /// A window field shifted by this is the most that can be offered.
    pub(super) fn bound_by_scale(&mut self, scale: u8) {
        self.clamp = self.clamp.min(65_535 << scale);
    }

    /// The window of a SYN, which is never scaled.
    pub(super) fn initial(&self) -> u16 {
        self.threshold.min(u16::MAX.into()) as u16
    }

    /// The handshake is over (`tcp_init_buffer_space`).
    pub(super) fn established(&mut self, now: Instant, nxt: SeqNum, offered: u32, mss: u16) {
        let (full, mss) = (self.full, u32::from(mss));
        self.taken = self.threshold.min(offered).min(congestion::INITIAL * mss);
        (self.taken_since, self.taken_from) = (now, nxt);
        self.clamp = self.clamp.min(full);
        // A segment is held in reserve (`tcp_app_win`).
        if self.clamp > 2 * mss && self.clamp + mss > full {
            self.clamp = full.saturating_sub(mss).max(2 * mss);
        }
        self.threshold = self.threshold.min(self.clamp);
    }

    /// SO_RCVBUF.
    pub(super) fn set_rcvbuf(&mut self, bytes: u32) {
        self.resize(bytes);
        self.is_locked = true;
    }

    /// SO_RCVLOWAT: room for so much (`tcp_set_rcvlowat`).
    pub(super) fn make_room(&mut self, rcvbuf: u32, wanted: u32) {
        if rcvbuf > self.rcvbuf {
            self.resize(rcvbuf);
            if self.clamp > 0 {
                self.clamp = self.clamp.max(wanted);
            }
        }
    }

    /// `tcp_grow_window`: a peer that sends full segments may be offered more.
    #[inline]
    fn grow(&mut self, unread: u32, len: u32, seen_mss: u16, our_mss: u16, rmem_max: u32) -> bool {
        let room = self.clamp.min(self.spare.saturating_sub(unread)).saturating_sub(self.threshold);
        if room == 0 {
            return false;
        }
        // What a segment of this length costs: the head of a buffer, and its bytes in a block of their own. Of what lies in pages the
        // head is not counted (`truesize_adjust`).
        let in_memory = if self.memory.is_some() { len } else { (len + 320).next_power_of_two() + 256 };
        let cost = self.share(in_memory);
        let step = if cost <= len { 2 * u32::from(our_mss) } else { self.step_of_small(cost, len, seen_mss, rmem_max) };
        if step > 0 {
            self.threshold += room.min(step.max(2 * len));
        }
        step > 0
    }

    /// `__tcp_grow_window`: small segments cost more than they carry, so the offer grows only while it is far from what the
    /// largest buffer could hold.
    fn step_of_small(&self, cost: u32, len: u32, seen_mss: u16, rmem_max: u32) -> u32 {
        let (mut cost, mut window) = (cost >> 1, self.share(rmem_max) >> 1);
        while self.threshold <= window {
            if cost <= len {
                return 2 * u32::from(seen_mss);
            }
            cost >>= 1;
            window >>= 1;
        }
        0
    }

    /// `tcp_rcv_rtt_update`: with the least sample counting at once when there is no timestamp to tell better.
    fn round_trip(&mut self, micros: u64, is_timed_by_window: bool) {
        let sample = u32::try_from(micros.max(1) << 3).unwrap_or(u32::MAX >> 1);
        self.rtt = if self.rtt == 0 || (is_timed_by_window && sample < self.rtt) {
            sample
        } else if is_timed_by_window {
            self.rtt
        } else {
            self.rtt - (self.rtt >> 3) + (sample >> 3)
        };
    }

    /// Whether a round trip was timed: nothing is tuned before.
    #[inline]
    pub(super) fn knows_round_trip(&self) -> bool {
        self.rtt != 0
    }

    /// The receiver's estimate in microseconds, 0 before any.
    pub(super) fn rtt_micros(&self) -> u64 {
        u64::from(self.rtt >> 3)
    }

    /// What was taken in the last measured round trip: `tcpi_rcv_space`.
    pub(super) fn taken(&self) -> u32 {
        self.taken
    }
}

impl ReceiveSide {
    /// What of the buffer is free to be offered (`tcp_space`).
    #[inline]
    fn space(&self) -> u32 {
        self.window.spare.saturating_sub(self.buffer.len() as u32)
    }

    /// Whether segments are reckoned by what they cost.
    #[inline]
    pub(super) fn has_memory(&self) -> bool {
        self.window.memory.is_some()
    }

    /// What is allocated, and what was before the last segment came.
    pub(super) fn allocated(&self) -> [u32; 2] {
        self.window.memory.as_ref().map_or([0; 2], |memory| [memory.allocated(), memory.allocated_before()])
    }

    /// Whether more is allocated than SO_RCVBUF allows.
    #[inline]
    pub(super) fn has_overdrawn(&self) -> bool {
        self.window.memory.as_ref().is_some_and(|memory| memory.allocated() > self.window.rcvbuf)
    }

    /// Not much more can come before something is read (`tcp_epollin_ready`, `tcp_rmem_pressure`).
    #[cold]
    pub(super) fn is_pressed(&self) -> bool {
        let rcvbuf = self.window.rcvbuf;
        self.window() <= self.mss.into()
            || self.window.memory.as_ref().is_some_and(|memory| memory.allocated() > rcvbuf - (rcvbuf >> 3))
    }

    /// Whether a segment cannot be taken, for want of memory, up to `read` having been read (`tcp_try_rmem_schedule`).
    #[cold]
    pub(super) fn is_out_of_memory(&mut self, read: SeqNum, our_mss: u16, sysctl: &Sysctl) -> bool {
        let window = &mut self.window;
        let Some(memory) = &mut window.memory else { return false };
        if memory.allocated() <= window.rcvbuf {
            return false;
        }
        // `tcp_clamp_window`
        self.quick = 0;
        if !window.is_locked {
            window.rcvbuf = window.rcvbuf.max(memory.allocated().min(sysctl.rmem[2]));
        }
        if memory.allocated() > window.rcvbuf {
            window.threshold = window.clamp.min(2 * u32::from(our_mss));
            memory.collapse(read);
        }
        memory.allocated() > window.rcvbuf
    }

    /// A segment of `len` bytes on loopback is charged. If it is as large as any before, and of another size, it is a measure.
    #[cold]
    #[inline(never)]
    pub(super) fn charge(&mut self, len: u32, held: u16) {
        let Some(memory) = &mut self.window.memory else { return };
        memory.queue(self.nxt, len, held);
        if self.edge != self.wup && self.assembler.is_empty() {
            memory.predict(self.window.rcvbuf);
        }
        if len > self.mss.into() && memory.measure(len) {
            let offered = self.edge.0.wrapping_sub(self.wup.0);
            self.window.share_has_changed(offered);
        }
        self.window.reckon(self.buffer.len() as u32);
    }

    /// A FIN without data is a packet like others.
    #[cold]
    pub(super) fn charge_fin(&mut self, held: u16) {
        let Some(memory) = &mut self.window.memory else { return };
        // It is freed when its end is read, and then nothing more comes.
        memory.queue(self.nxt + 1, 0, held);
        self.reckon();
    }

    /// So many packets with so many bytes wait for the end of a call.
    #[cold]
    pub(super) fn set_backlog(&mut self, packets: u32, bytes: u32) {
        if let Some(memory) = &mut self.window.memory
            && memory.set_backlog(packets, bytes)
        {
            self.reckon();
        }
    }

    /// See [`Memory::is_made_by`].
    #[cold]
    pub(super) fn is_made_by(&mut self, number: u32) {
        if let Some(memory) = &mut self.window.memory {
            memory.is_made_by(number);
        }
    }

    /// See [`Memory::maker`].
    pub(super) fn maker(&self) -> Option<u32> {
        self.window.memory.as_ref().and_then(|memory| memory.maker())
    }

    /// The buffer is another.
    pub(super) fn reckon(&mut self) {
        self.window.reckon(self.buffer.len() as u32);
    }

    /// The program has read up to there.
    #[cold]
    #[inline(never)]
    pub(super) fn discharge(&mut self, read: SeqNum) {
        if let Some(memory) = &mut self.window.memory {
            memory.free_before(read);
            self.window.reckon(self.buffer.len() as u32);
        }
    }

    /// Whether nothing waits to be read (`sk_rmem_alloc` is 0), not even the packet of a FIN.
    pub(super) fn is_drained(&self) -> bool {
        self.buffer.is_empty() && self.window.memory.as_ref().is_none_or(|memory| memory.allocated() == 0)
    }

    /// A segment of `len` bytes has come in order.
    #[inline]
    pub(super) fn grow_window(&mut self, len: u32, our_mss: u16, sysctl: &Sysctl) {
        let unread = self.buffer.len() as u32;
        if self.window.threshold >= self.window.clamp {
            return;
        }
        if len >= 128 {
            let grew = self.window.grow(unread, len, self.mss, our_mss, sysctl.rmem[2]);
            if grew {
                self.quick |= 1;
            }
        }
    }

    /// Times a round trip by the window: from an edge until it is used up (`tcp_rcv_rtt_measure`).
    pub(super) fn measure_by_window(&mut self, now: Instant) {
        let window = &mut self.window;
        if window.rtt_since != Instant::EPOCH {
            if self.nxt.before(window.rtt_until) {
                return;
            }
            let micros = now.as_nanos().saturating_sub(window.rtt_since.as_nanos()) / 1000;
            window.round_trip(micros, true);
        }
        window.rtt_until = self.nxt + self.edge.0.wrapping_sub(self.nxt.0);
        window.rtt_since = now;
    }

    /// Times it by an echo of our clock (`tcp_rcv_rtt_measure_ts`).
    pub(super) fn measure_by_stamp(&mut self, micros: u64) {
        self.window.round_trip(micros, false);
    }

    /// The program has taken bytes (`tcp_rcv_space_adjust`): once a round trip, the buffer is tuned so that twice as much
    /// fits, and what is to come while the peer speeds up.
    pub(super) fn tune(&mut self, now: Instant, our_mss: u16, sysctl: &Sysctl) {
        let copied = self.nxt - self.buffer.len() as u32;
        let window = &mut self.window;
        let elapsed = now.as_nanos().saturating_sub(window.taken_since.as_nanos()) / 1000;
        if elapsed < window.rtt_micros() {
            return;
        }
        let taken = copied.0.wrapping_sub(window.taken_from.0);
        if taken > window.taken {
            window.grow_buffer(taken, our_mss, sysctl);
        }
        (window.taken_from, window.taken_since) = (copied, now);
        let unread = self.buffer.len() as u32;
        self.window.reckon(unread);
    }

    /// The window we would like to offer (`__tcp_select_window`). Silly window avoidance: a little room, less than a
    /// segment or a sixteenth, is as good as none (RFC 9293 section 3.8.6.2.2 as Linux does it).
    #[inline]
    pub(super) fn offer(&mut self) -> u32 {
        let allowed = self.window.full;
        let full = allowed.min(self.window.clamp);
        let mss = u32::from(self.mss).min(full);
        if mss == 0 {
            return 0;
        }
        let mut free = self.space();
        if free < full / 2 {
            self.quick = 0;
            // Rounding up below must not make more of it than there is.
            free &= !((1 << self.scale) - 1);
            if free < allowed / 16 || free < mss {
                if self.window() == 0 {
                    self.stop_predicting();
                }
                return 0;
            }
        }
        free = free.min(self.window.threshold);
        if self.scale > 0 {
            return free.next_multiple_of(1 << self.scale);
        }
        let window = self.edge.0.wrapping_sub(self.wup.0);
        if window + mss <= free || window > free {
            free / mss * mss
        } else if mss == full && free > window + full / 2 {
            free
        } else {
            window
        }
    }

    /// Chooses the window field of a segment (`tcp_select_window`). The edge that was promised never moves back.
    #[inline(always)] // of every segment that is sent
    pub(super) fn advertise(&mut self) -> u16 {
        let unit = 1 << self.scale;
        let (current, wanted) = (self.window(), self.offer());
        let window = if wanted < current { current.next_multiple_of(unit) } else { wanted };
        // (What the field has no room for is promised to nobody, but held to.)
        let field = (window >> self.scale).min(u16::MAX.into());
        let edge = self.nxt + window;
        if self.edge.before(edge) {
            self.edge = edge;
        }
        self.wup = self.nxt;
        field as u16
    }

    /// A window of nothing is told (`tcp_select_window`), or nothing can be kept.
    #[cold]
    pub(super) fn stop_predicting(&mut self) {
        if let Some(memory) = &mut self.window.memory {
            memory.stop_predicting();
        }
    }

    /// The peer's window is another (`tcp_ack_update_window`).
    pub(super) fn predict_anew(&mut self) {
        let may = self.edge != self.wup && self.assembler.is_empty();
        if let Some(memory) = &mut self.window.memory {
            memory.stop_predicting();
            if may {
                memory.predict(self.window.rcvbuf);
            }
        }
    }

    /// Whether the header of the next segment is predicted, as far as it is a matter of memory.
    #[inline]
    pub(super) fn predicts(&self) -> bool {
        self.window.memory.as_ref().is_none_or(|memory| memory.predicts())
    }

    /// As [`Self::predicts`], of the last segment.
    pub(super) fn predicted(&self) -> bool {
        self.window.memory.as_ref().is_none_or(|memory| memory.predicted())
    }
}

impl Connection {
    /// What it has seen of the cost of segments, if it looks.
    pub(crate) fn scaling_ratio(&self) -> u8 {
        self.rcv.window.memory.as_ref().map_or(0, |memory| memory.ratio())
    }

    /// SO_RCVBUF as it is now.
    pub(crate) fn rcvbuf(&self) -> u32 {
        self.rcv.window.rcvbuf
    }

    /// The buffer that so large a window asks for (`tcp_space_from_win`).
    pub(crate) fn space_for(&self, window: u32) -> u32 {
        self.rcv.window.memory.as_ref().map_or(window * 2, |memory| memory.space_for(window.into()) as u32)
    }

    /// TCP_WINDOW_CLAMP as it is now.
    pub(crate) fn window_clamp(&self) -> u32 {
        self.rcv.window.clamp
    }
}
