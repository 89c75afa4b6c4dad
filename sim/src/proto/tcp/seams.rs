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
        self.ends.iter().copied().find(|&end| from.before(end))
    }

    /// In how many packets of this size lie so many bytes from there on, and how much more goes into the last.
    #[cold]
    pub(super) fn packets(&self, from: SeqNum, bytes: u32, size: u32) -> (u32, u32) {
        let end = from + bytes;
        let (mut count, mut begin) = (0, from);
        for &seam in self.ends.iter().filter(|seam| from.before(**seam) && seam.at_or_before(end)) {
            count += seam.0.wrapping_sub(begin.0).div_ceil(size);
            begin = seam;
        }
        let last = end.0.wrapping_sub(begin.0);
        (count + last.div_ceil(size), last.next_multiple_of(size) - last)
    }

    /// All before was sent. Whether no seam is left.
    pub(super) fn sent_to(&mut self, seq: SeqNum) -> bool {
        for seams in [&mut self.pushes, &mut self.ends] {
            while seams.front().is_some_and(|seam| seam.at_or_before(seq)) {
                seams.pop_front();
            }
        }
        self.pushes.is_empty() && self.ends.is_empty()
    }
}
