//! Which bytes beyond the first missing one have arrived, and what of it the peer is told. The bytes themselves lie in the
//! receive ring at their place (`buffer.rs`), so a segment out of order costs no memory of its own and is copied once.

use smallvec::SmallVec;

use crate::wire::{RareOption, SackBlocks, SeqNum};

/// How many blocks are remembered: TCP_NUM_SACKS.
const BLOCKS: usize = 4;

/// What has arrived out of order; in a box, because most of the time nothing has.
#[derive(Debug, Default)]
pub(super) struct Assembler(Option<Box<Held>>);

#[derive(Debug, Default)]
struct Held {
    /// Ranges `[start, end)` in order, none empty, none touching another, all after RCV.NXT.
    ranges: Vec<(SeqNum, SeqNum)>,
    /// What to report, if the peer takes SACK.
    report: Option<Report>,
}

/// RFC 2018 section 4: the block that arrived last comes first.
#[derive(Debug, Default)]
struct Report {
    blocks: SackBlocks,
    /// What arrived a second time, to be told once (RFC 2883).
    duplicate: Option<(SeqNum, SeqNum)>,
}

impl Assembler {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|held| held.ranges.is_empty())
    }

    /// There is something to report.
    #[inline]
    pub(super) fn owes_blocks(&self) -> bool {
        self.0.as_ref().is_some_and(|held| held.report.is_some())
    }

    /// Notes that `[start, end)` has arrived; what it overlaps or touches becomes one range with it. Returns that range,
    /// and whether all of it had been there.
    pub(super) fn insert(&mut self, mut start: SeqNum, mut end: SeqNum) -> ((SeqNum, SeqNum), bool) {
        let ranges = &mut self.0.get_or_insert_default().ranges;
        let first = ranges.partition_point(|range| range.1.before(start));
        let touching = ranges[first..].iter().take_while(|range| range.0.at_or_before(end)).count();
        let mut known = false;
        if let Some(range) = ranges[first..first + touching].first() {
            known = range.0.at_or_before(start) && end.at_or_before(range.1);
            start = earlier(start, range.0);
        }
        if let Some(range) = ranges[first..first + touching].last() {
            end = later(end, range.1);
        }
        ranges.splice(first..first + touching, [(start, end)]);
        ((start, end), known)
    }

    /// What of `[start, end)` had arrived already, if its beginning or its end had.
    pub(super) fn overlap(&self, start: SeqNum, end: SeqNum) -> Option<(SeqNum, SeqNum)> {
        let range = self.0.as_ref()?.ranges.iter().find(|range| range.0.before(end) && start.before(range.1))?;
        Some((later(start, range.0), earlier(end, range.1)))
    }

    /// The peer is to be told of a range first (`tcp_sack_new_ofo_skb`).
    pub(super) fn report(&mut self, range: (SeqNum, SeqNum)) {
        let report = self.0.get_or_insert_default().report.get_or_insert_default();
        report.blocks.retain(|block| block.1.before(range.0) || range.1.before(block.0));
        report.blocks.truncate(BLOCKS - 1);
        report.blocks.insert(0, range);
    }

    /// The peer is to be told that something came twice (`tcp_dsack_set`, `tcp_dsack_extend`).
    pub(super) fn report_duplicate(&mut self, start: SeqNum, end: SeqNum) {
        let report = self.0.get_or_insert_default().report.get_or_insert_default();
        report.duplicate = match report.duplicate {
            Some(known) if start.at_or_before(known.1) && known.0.at_or_before(end) => {
                Some((earlier(start, known.0), later(end, known.1)))
            }
            _ => Some((start, end)),
        };
    }

    /// Where the furthest block that the peer was told of ends.
    pub(super) fn furthest_report(&self) -> Option<SeqNum> {
        self.0.as_ref()?.report.as_ref()?.blocks.iter().map(|block| block.1).reduce(later)
    }

    /// How many blocks the next segment carries, if so many have room.
    pub(super) fn block_count(&self, room: usize) -> usize {
        let Some(report) = self.0.as_ref().and_then(|held| held.report.as_ref()) else { return 0 };
        (report.blocks.len() + usize::from(report.duplicate.is_some())).min(room)
    }

    /// The blocks of the next segment. A duplicate is told once.
    pub(super) fn take_blocks(&mut self, room: usize) -> Option<Box<RareOption>> {
        let held = self.0.as_mut()?;
        let report = held.report.as_mut()?;
        let mut blocks: SackBlocks = SmallVec::new();
        blocks.extend(report.duplicate.take());
        blocks.extend(report.blocks.iter().copied());
        blocks.truncate(room);
        if report.blocks.is_empty() {
            held.report = None;
            self.let_go();
        }
        (!blocks.is_empty()).then(|| Box::new(RareOption::Sack(blocks)))
    }

    /// RCV.NXT has come to `next`: takes out the range that has become contiguous with it, and returns its end.
    pub(super) fn contiguous(&mut self, next: SeqNum) -> Option<SeqNum> {
        let mut reached = None;
        let held = self.0.as_mut()?;
        while let Some(&(start, end)) = held.ranges.first()
            && start.at_or_before(next)
        {
            held.ranges.remove(0);
            if next.before(end) {
                reached = Some(end);
            }
        }
        let next = reached.unwrap_or(next);
        if let Some(report) = &mut held.report {
            report.blocks.retain(|block| next.before(block.0));
            if held.ranges.is_empty() {
                report.blocks.clear();
            }
            if report.blocks.is_empty() && report.duplicate.is_none() {
                held.report = None;
            }
        }
        self.let_go();
        reached
    }

    /// Gives the box back when nothing is left in it.
    fn let_go(&mut self) {
        if self.0.as_ref().is_some_and(|held| held.ranges.is_empty() && held.report.is_none()) {
            self.0 = None;
        }
    }

    pub(super) fn free(&mut self) {
        *self = Self::default();
    }

    #[cfg(test)]
    pub(super) fn ranges(&self) -> &[(SeqNum, SeqNum)] {
        self.0.as_ref().map_or(&[], |held| &held.ranges)
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
