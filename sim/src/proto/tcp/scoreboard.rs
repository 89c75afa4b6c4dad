//! What was sent and is not acknowledged, segment by segment: the retransmission queue of Linux with the marks of its
//! `sacked` byte, and RACK (RFC 8985), which finds losses by when segments were sent.
//!
//! It knows nothing of windows and timers: `ack.rs` tells it what has arrived, `recovery/` asks it what is lost.

use std::collections::VecDeque;

use crate::{base::Instant, wire::SeqNum};

bitflags::bitflags! {
    /// What is known of a segment (`TCPCB_*`).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct Fate: u8 {
        /// The peer has it (SACKED_ACKED).
        const SACKED = 0x01;
        /// It was sent again, and that copy is on its way (SACKED_RETRANS).
        const RETRANSMITTED = 0x02;
        /// It is taken to be lost.
        const LOST = 0x04;
        /// It ends what the program had written when it was sent: whenever it is sent, it has PSH.
        const PUSHED = 0x08;
        /// It was sent again at some time.
        const EVER_RETRANSMITTED = 0x80;
    }
}

impl Fate {
    /// It was sent once, and nothing was heard of it.
    #[inline]
    fn is_untouched(self) -> bool {
        Self::PUSHED.contains(self)
    }
}

/// A segment that was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) seq: SeqNum,
    /// One beyond its last sequence number, a FIN's included.
    pub(super) end: SeqNum,
    pub(super) fate: Fate,
    /// When it was last sent.
    pub(super) at: Instant,
}

/// The segments in order, and how many have which fate.
#[derive(Debug, Default)]
pub(super) struct Scoreboard {
    queue: VecDeque<Sent>,
    /// SACKed, or without SACK so many duplicate ACKs (`sacked_out`).
    pub(super) sacked: u32,
    pub(super) lost: u32,
    /// Sent again and still on its way.
    pub(super) retransmitted: u32,
    /// RACK's most recently sent segment that has been delivered: when it was sent, where it ends, what its round trip
    /// was in microseconds (RFC 8985 section 6.2).
    rack_at: Instant,
    rack_end: SeqNum,
    rack_rtt: u32,
    /// Something was delivered since losses were last looked for.
    rack_advanced: bool,
}

/// What a cumulative acknowledgment took off the queue.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken {
    pub(super) segments: u32,
    /// Of these, so many had been SACKed before.
    pub(super) sacked_before: u32,
    /// When the first and the last of those were sent that were never repeated.
    pub(super) first_sent: Option<Instant>,
    pub(super) last_sent: Option<Instant>,
    /// One of them was on its way a second time.
    pub(super) retransmitted: bool,
    /// One of them was delivered although it was never repeated, and had been sent before `high`.
    pub(super) original: bool,
    /// The lowest of those that came late although never repeated: reordering.
    pub(super) late: Option<SeqNum>,
}

/// What a cumulative acknowledgment took off a queue of which nothing is known but that it was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainlyTaken {
    pub(super) segments: u32,
    /// One of them had been sent again at some time.
    pub(super) repeated: bool,
    /// When the first and the last of them were sent; the epoch if there are none.
    pub(super) first_sent: Instant,
    pub(super) last_sent: Instant,
}

impl Scoreboard {
    /// How many segments were sent and not acknowledged (`packets_out`).
    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.queue.len() as u32
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many are on their way (`tcp_packets_in_flight`).
    #[inline]
    pub(super) fn in_flight(&self) -> u32 {
        (self.len() + self.retransmitted).saturating_sub(self.sacked + self.lost)
    }

    /// Nothing is known but what was sent.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.sacked | self.lost | self.retransmitted == 0
    }

    #[inline]
    pub(super) fn push(&mut self, seq: SeqNum, end: SeqNum, fate: Fate, at: Instant) {
        if self.queue.capacity() == 0 {
            // Most conversations have one segment on its way: room for four would be wasted on a crowd of them.
            self.queue.reserve_exact(1);
        }
        self.queue.push_back(Sent { seq, end, fate, at });
    }

    pub(super) fn get(&self, index: usize) -> Option<&Sent> {
        self.queue.get(index)
    }

    #[inline]
    pub(super) fn front(&self) -> Option<&Sent> {
        self.queue.front()
    }

    pub(super) fn back(&self) -> Option<&Sent> {
        self.queue.back()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The peer has everything before `ack` (`tcp_clean_rtx_queue`). `high` is what had been sent when recovery began,
    /// `highest_sacked` where the furthest segment ends that is known to have arrived.
    #[inline]
    pub(super) fn acknowledge(
        &mut self,
        ack: SeqNum,
        high: SeqNum,
        has_sack: bool,
        now: Instant,
        least: Option<u64>,
    ) -> Taken {
        let mut taken = Taken::default();
        while let Some(&sent) = self.queue.front() {
            if ack.before(sent.end) {
                if sent.seq.before(ack)
                    && let Some(front) = self.queue.front_mut()
                {
                    front.seq = ack;
                }
                break;
            }
            self.queue.pop_front();
            taken.segments += 1;
            if sent.fate.is_untouched() {
                taken.first_sent = taken.first_sent.or(Some(sent.at));
                taken.last_sent = Some(sent.at);
                taken.original |= !high.before(sent.end);
                taken.late = taken.late.or(Some(sent.seq));
                if has_sack {
                    self.rack_delivered(&sent, now, least);
                }
            } else {
                self.take_off(&sent, high, has_sack, now, least, &mut taken);
            }
        }
        taken
    }

    /// [`Self::acknowledge`] while [`Self::is_plain`] holds: all that it then has to tell. RACK hears of the last segment of
    /// each row that was sent once, which is the latest of them.
    #[inline]
    pub(super) fn acknowledge_plain(
        &mut self,
        ack: SeqNum,
        has_sack: bool,
        now: Instant,
        least: Option<u64>,
    ) -> PlainlyTaken {
        let mut taken =
            PlainlyTaken { segments: 0, repeated: false, first_sent: Instant::EPOCH, last_sent: Instant::EPOCH };
        let mut last = None;
        while let Some(front) = self.queue.front_mut() {
            if ack.before(front.end) {
                if front.seq.before(ack) {
                    front.seq = ack;
                }
                break;
            }
            let sent = *front;
            self.queue.pop_front();
            if taken.segments == 0 {
                taken.first_sent = sent.at;
            }
            taken.segments += 1;
            taken.last_sent = sent.at;
            if !sent.fate.is_untouched() {
                taken.repeated = true;
                if let Some(last) = last.filter(|_| has_sack) {
                    self.rack_delivered(&last, now, least);
                }
            }
            last = Some(sent);
        }
        if let Some(last) = last.filter(|_| has_sack) {
            self.rack_delivered(&last, now, least);
        }
        taken
    }

    fn take_off(
        &mut self,
        sent: &Sent,
        high: SeqNum,
        has_sack: bool,
        now: Instant,
        least: Option<u64>,
        taken: &mut Taken,
    ) {
        let fate = sent.fate;
        if fate.contains(Fate::RETRANSMITTED) {
            self.retransmitted -= 1;
            taken.retransmitted = true;
        } else if !fate.contains(Fate::SACKED) {
            if fate.contains(Fate::EVER_RETRANSMITTED) {
                taken.retransmitted = true;
            } else {
                taken.first_sent = taken.first_sent.or(Some(sent.at));
                taken.last_sent = Some(sent.at);
                taken.original |= !high.before(sent.end);
                taken.late = taken.late.or(Some(sent.seq));
            }
        }
        if fate.contains(Fate::SACKED) {
            self.sacked -= 1;
            taken.sacked_before += 1;
        } else if has_sack {
            self.rack_delivered(sent, now, least);
        }
        if fate.contains(Fate::LOST) {
            self.lost -= 1;
        }
    }

    /// Where the furthest SACKed segment begins (`tcp_highest_sack_seq`).
    pub(super) fn highest_sacked(&self) -> Option<SeqNum> {
        self.queue.iter().rev().find(|sent| sent.fate.contains(Fate::SACKED)).map(|sent| sent.seq)
    }

    /// The index of the first segment that ends after `seq`.
    pub(super) fn position(&self, seq: SeqNum) -> usize {
        self.queue.partition_point(|sent| sent.end.at_or_before(seq))
    }

    /// Cuts a segment in two at `at`, which lies inside it (`tcp_fragment`).
    pub(super) fn split(&mut self, index: usize, at: SeqNum) {
        let Some(sent) = self.queue.get_mut(index) else { return };
        let second = Sent { seq: at, ..*sent };
        sent.end = at;
        sent.fate.remove(Fate::PUSHED);
        let fate = second.fate;
        self.queue.insert(index + 1, second);
        self.sacked += u32::from(fate.contains(Fate::SACKED));
        self.lost += u32::from(fate.contains(Fate::LOST));
        self.retransmitted += u32::from(fate.contains(Fate::RETRANSMITTED));
    }

    /// Makes one of a segment and the next (`tcp_collapse_retrans`).
    pub(super) fn join_next(&mut self, index: usize) {
        let Some(next) = self.queue.remove(index + 1) else { return };
        self.sacked -= u32::from(next.fate.contains(Fate::SACKED));
        self.lost -= u32::from(next.fate.contains(Fate::LOST));
        self.retransmitted -= u32::from(next.fate.contains(Fate::RETRANSMITTED));
        if let Some(sent) = self.queue.get_mut(index) {
            sent.end = next.end;
            sent.fate |= next.fate & (Fate::EVER_RETRANSMITTED | Fate::PUSHED);
        }
    }

    /// A block says that a segment has arrived (`tcp_sacktag_one`). What the segment was before; `None` if that was known.
    pub(super) fn mark_sacked(&mut self, index: usize, now: Instant, least: Option<u64>) -> Option<Sent> {
        let before = *self.queue.get(index)?;
        if before.fate.contains(Fate::SACKED) {
            return None;
        }
        self.rack_delivered(&before, now, least);
        let fate = &mut self.queue[index].fate;
        if fate.contains(Fate::RETRANSMITTED) {
            // Unless it is lost, the copy may still be on its way; Linux leaves its mark then.
            if fate.contains(Fate::LOST) {
                fate.remove(Fate::LOST | Fate::RETRANSMITTED);
                self.lost -= 1;
                self.retransmitted -= 1;
            }
        } else if fate.contains(Fate::LOST) {
            fate.remove(Fate::LOST);
            self.lost -= 1;
        }
        fate.insert(Fate::SACKED);
        self.sacked += 1;
        Some(before)
    }

    /// A D-SACK says that a copy has arrived as well: nothing of the segment is on its way.
    pub(super) fn forget_copy(&mut self, index: usize) {
        if let Some(sent) = self.queue.get_mut(index)
            && sent.fate.contains(Fate::RETRANSMITTED)
        {
            sent.fate.remove(Fate::RETRANSMITTED);
            self.retransmitted -= 1;
        }
    }

    /// `tcp_mark_skb_lost`. Whether that was news.
    pub(super) fn mark_lost(&mut self, index: usize) -> bool {
        let Some(sent) = self.queue.get_mut(index) else { return false };
        if sent.fate.contains(Fate::SACKED) {
            return false;
        }
        if sent.fate.contains(Fate::LOST) {
            let again = sent.fate.contains(Fate::RETRANSMITTED);
            if again {
                sent.fate.remove(Fate::RETRANSMITTED);
                self.retransmitted -= 1;
            }
            return again;
        }
        sent.fate.insert(Fate::LOST);
        self.lost += 1;
        true
    }

    /// Nothing is taken to be lost any more (`tcp_undo_cwnd_reduction` with `unmark_loss`).
    pub(super) fn unmark_lost(&mut self) {
        for sent in &mut self.queue {
            sent.fate.remove(Fate::LOST);
        }
        self.lost = 0;
    }

    /// The peer has thrown away what it had SACKed (RFC 2018 section 8), or does not SACK: nothing is known to have
    /// arrived.
    pub(super) fn renege(&mut self) {
        for sent in &mut self.queue {
            sent.fate.remove(Fate::SACKED);
        }
        self.sacked = 0;
    }

    /// A segment goes out again.
    pub(super) fn went_out_again(&mut self, index: usize, now: Instant) {
        if let Some(sent) = self.queue.get_mut(index) {
            sent.fate.insert(Fate::EVER_RETRANSMITTED);
            sent.at = now;
        }
    }

    /// The copy counts as one on its way, which a tail loss probe does not.
    pub(super) fn repeated(&mut self, index: usize) {
        if let Some(sent) = self.queue.get_mut(index)
            && !sent.fate.contains(Fate::RETRANSMITTED)
        {
            sent.fate.insert(Fate::RETRANSMITTED);
            self.retransmitted += 1;
        }
    }

    /// `tcp_rack_advance`: a segment was delivered.
    #[inline]
    fn rack_delivered(&mut self, sent: &Sent, now: Instant, least: Option<u64>) {
        let rtt = now.as_nanos().saturating_sub(sent.at.as_nanos()) / 1000;
        if sent.fate.contains(Fate::EVER_RETRANSMITTED) && least.is_some_and(|least| rtt < least) {
            // So soon that it must be the original that has arrived: what that says of time is not known.
            return;
        }
        self.rack_advanced = true;
        self.rack_rtt = u32::try_from(rtt).unwrap_or(u32::MAX);
        if is_sent_after(sent.at, sent.end, self.rack_at, self.rack_end) {
            (self.rack_at, self.rack_end) = (sent.at, sent.end);
        }
    }

    /// Whether RACK has something to look at that it has not seen.
    pub(super) fn take_rack_advanced(&mut self) -> bool {
        std::mem::take(&mut self.rack_advanced)
    }

    pub(super) fn set_rack_advanced(&mut self) {
        self.rack_advanced = true;
    }

    /// `tcp_rack_detect_loss`: what was sent long enough before something that has been delivered is lost. Returns in how
    /// many nanoseconds the next will be, if any may.
    pub(super) fn detect_loss(&mut self, now: Instant, window_micros: u64) -> Option<u64> {
        let mut wait = None;
        for index in 0..self.queue.len() {
            let sent = self.queue[index];
            if sent.fate.contains(Fate::SACKED) || (sent.fate & (Fate::LOST | Fate::RETRANSMITTED)) == Fate::LOST {
                continue;
            }
            if !is_sent_after(self.rack_at, self.rack_end, sent.at, sent.end) {
                if sent.fate.contains(Fate::RETRANSMITTED) {
                    continue;
                }
                break;
            }
            let deadline = sent.at.as_nanos() + (u64::from(self.rack_rtt) + window_micros) * 1000;
            let left = deadline.saturating_sub(now.as_nanos());
            if left == 0 {
                self.mark_lost(index);
            } else {
                wait = Some(wait.map_or(left, |wait: u64| wait.max(left)));
            }
        }
        wait
    }

    /// Whether a segment was sent so lately that a timeout says nothing of it (`tcp_rack_skb_timeout`).
    pub(super) fn is_recent(&self, index: usize, now: Instant) -> bool {
        let deadline = self.queue[index].at.as_nanos() + u64::from(self.rack_rtt) * 1000;
        deadline > now.as_nanos()
    }

    /// What must be true of it between any two events.
    #[cfg(debug_assertions)]
    pub(super) fn check(&self, una: SeqNum, nxt: SeqNum) {
        let count = |fate: Fate| self.queue.iter().filter(|sent| sent.fate.contains(fate)).count() as u32;
        debug_assert_eq!(count(Fate::LOST), self.lost, "{self:?}");
        debug_assert_eq!(count(Fate::RETRANSMITTED), self.retransmitted, "{self:?}");
        debug_assert!(self.sacked <= self.len(), "{self:?}");
        let mut next = una;
        for sent in &self.queue {
            debug_assert_eq!(sent.seq, next, "a gap before {sent:?} in {self:?}");
            next = sent.end;
        }
        debug_assert_eq!(next, nxt, "{self:?}");
    }
}

/// `tcp_rack_sent_after`: by time, and by sequence number within one instant.
fn is_sent_after(at: Instant, end: SeqNum, than_at: Instant, than_end: SeqNum) -> bool {
    at > than_at || (at == than_at && than_end.before(end))
}
