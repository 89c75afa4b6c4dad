//! Where packets end within what a program has written, or are pushed, beside its end. Few connections have any.

use std::collections::VecDeque;

use crate::wire::SeqNum;

/// The seams in what was not sent yet, in order.
#[derive(Debug, Default)]
pub(super) struct Seams {
    /// One beyond the ends of packets that were pushed because half a window had been filled since the last (`forced_push`).
    pushes: VecDeque<SeqNum>,
    /// One beyond what was written with MSG_EOR: nothing is put behind it into the same packet (`eor`).
    ends: VecDeque<SeqNum>,
    /// One beyond packets that were filled when a packet took less than now: they are larger when they go out only by what the next one has
    /// (`tcp_grow_skb`).
    cuts: VecDeque<SeqNum>,
}

impl Seams {
    pub(super) fn push_at(&mut self, at: SeqNum) {
        self.pushes.push_back(at);
    }

    pub(super) fn end_at(&mut self, at: SeqNum) {
        self.ends.push_back(at);
    }

    /// Whether a segment up to there has PSH.
    pub(super) fn is_push(&self, at: SeqNum) -> bool {
        self.pushes.contains(&at)
    }

    /// Where the packet that begins there ends at the latest.
    pub(super) fn next_end(&self, from: SeqNum) -> Option<SeqNum> {
        self.bounds().find(|&end| from.before(end))
    }

    /// Where packets end, in order.
    fn bounds(&self) -> impl Iterator<Item = SeqNum> {
        let (mut ends, mut cuts) = (self.ends.iter().copied().peekable(), self.cuts.iter().copied().peekable());
        std::iter::from_fn(move || match (ends.peek(), cuts.peek()) {
            (Some(end), Some(cut)) if cut.before(*end) => cuts.next(),
            (None, Some(_)) => cuts.next(),
            _ => ends.next(),
        })
    }

    /// What lies from there to `end` was put into packets of this size.
    pub(super) fn cut(&mut self, from: SeqNum, end: SeqNum, size: u32) {
        let mut at = self.bounds().last().filter(|last| from.before(*last)).unwrap_or(from) + size;
        while at.before(end) {
            self.cuts.push_back(at);
            at += size;
        }
    }

    /// The packet that begins there is about to go out: it takes from the next one what it has room for. Data ends at `end`.
    pub(super) fn grow(&mut self, from: SeqNum, end: SeqNum, size: u32) {
        let Some(&cut) = self.cuts.front().filter(|cut| from.before(**cut)) else { return };
        if self.ends.iter().any(|seam| from.before(*seam) && seam.at_or_before(cut)) {
            return;
        }
        let room = size.saturating_sub(cut.0.wrapping_sub(from.0));
        let next = self.bounds().find(|&bound| cut.before(bound)).unwrap_or(end);
        let taken = room.min(next.0.wrapping_sub(cut.0));
        self.cuts.pop_front();
        if cut + taken != next {
            self.cuts.push_front(cut + taken);
        }
    }

    /// In how many packets of this size lie so many bytes from there on, and how much more goes into the last.
    #[cold]
    pub(super) fn packets(&self, from: SeqNum, bytes: u32, size: u32) -> (u32, u32) {
        let end = from + bytes;
        let (mut count, mut begin) = (0, from);
        for seam in self.bounds().filter(|seam| from.before(*seam) && seam.at_or_before(end)) {
            count += seam.0.wrapping_sub(begin.0).div_ceil(size);
            begin = seam;
        }
        let last = end.0.wrapping_sub(begin.0);
        (count + last.div_ceil(size), last.next_multiple_of(size) - last)
    }

    /// All before was sent. Whether no seam is left.
    pub(super) fn sent_to(&mut self, seq: SeqNum) -> bool {
        for seams in [&mut self.pushes, &mut self.ends, &mut self.cuts] {
            while seams.front().is_some_and(|seam| seam.at_or_before(seq)) {
                seams.pop_front();
            }
        }
        self.pushes.is_empty() && self.ends.is_empty() && self.cuts.is_empty()
    }
}
