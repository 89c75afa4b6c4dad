//! Which bytes beyond the first missing one have arrived. The bytes themselves lie in the receive ring at their place
//! (`buffer.rs`), so a segment out of order costs no memory of its own and is copied once.
//!
//! Absent today: the order of arrival, which SACK will want (RFC 2018 section 4 reports the latest block first).

use crate::wire::SeqNum;

/// Ranges `[start, end)` in order, none empty, none touching another, all after RCV.NXT.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    ranges: Vec<(SeqNum, SeqNum)>,
}

impl Assembler {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Notes that `[start, end)` has arrived; what it overlaps or touches becomes one range with it.
    pub(super) fn insert(&mut self, mut start: SeqNum, mut end: SeqNum) {
        let first = self.ranges.partition_point(|range| range.1.before(start));
        let touching = self.ranges[first..].iter().take_while(|range| range.0.at_or_before(end)).count();
        if let Some(range) = self.ranges[first..first + touching].first() {
            start = earlier(start, range.0);
        }
        if let Some(range) = self.ranges[first..first + touching].last() {
            end = later(end, range.1);
        }
        self.ranges.splice(first..first + touching, [(start, end)]);
    }

    /// RCV.NXT has come to `next`: takes out the range that has become contiguous with it, and returns its end.
    pub(super) fn contiguous(&mut self, next: SeqNum) -> Option<SeqNum> {
        let mut reached = None;
        while let Some(&(start, end)) = self.ranges.first()
            && start.at_or_before(next)
        {
            self.ranges.remove(0);
            if next.before(end) {
                reached = Some(end);
            }
        }
        reached
    }

    pub(super) fn free(&mut self) {
        *self = Self::default();
    }

    #[cfg(test)]
    pub(super) fn ranges(&self) -> &[(SeqNum, SeqNum)] {
        &self.ranges
    }
}

/// The first of two in sequence space.
pub(super) fn earlier(a: SeqNum, b: SeqNum) -> SeqNum {
    if a.before(b) { a } else { b }
}

/// The last of two in sequence space.
pub(super) fn later(a: SeqNum, b: SeqNum) -> SeqNum {
    if a.before(b) { b } else { a }
}
