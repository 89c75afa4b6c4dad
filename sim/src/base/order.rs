//! The total order of events: **`(time, sequence)`**, and nothing else.
//!
//! The sequence number is given when an event is put on the agenda. So of two events due at one instant, the one that
//! was arranged first happens first. Breaking ties *is* behaviour: whatever a run does at one instant follows from
//! this rule, and from the scheduler's draws among processes that are ready at the same time (`world/scheduler.rs`).
//!
//! Cancelling is not offered. Who no longer wants an event recognises it as stale when it comes (by a generation, or by
//! a deadline that has moved), which is cheaper than a queue that can be searched.

use std::{cmp::Ordering, collections::BinaryHeap};

use super::Instant;

/// Events to come, the earliest first.
pub(crate) struct Agenda<E> {
    heap: BinaryHeap<Entry<E>>,
    next_sequence: u64,
}

struct Entry<E> {
    at: Instant,
    sequence: u64,
    event: E,
}

impl<E> Agenda<E> {
    /// Forgets everything, and begins to count anew.
    pub(crate) fn clear(&mut self) {
        self.heap.clear();
        self.next_sequence = 0;
    }

    pub(crate) fn put(&mut self, at: Instant, event: E) {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.heap.push(Entry { at, sequence, event });
    }

    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.heap.peek().map(|entry| entry.at)
    }

    pub(crate) fn take(&mut self) -> Option<(Instant, E)> {
        self.heap.pop().map(|entry| (entry.at, entry.event))
    }

}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), next_sequence: 0 }
    }
}

impl<E> Ord for Entry<E> {
    /// Reversed, because std's heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Entry<E> {}
