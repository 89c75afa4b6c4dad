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
///
/// The next few stand in a sorted list, where most events of a small world are put in and taken out with a handful of
/// comparisons; the rest lie in a heap. No event of the heap comes before one of the list.
pub(crate) struct Agenda<E> {
    /// The latest first, so that the earliest is the last: it is popped.
    near: Vec<Entry<E>>,
    far: BinaryHeap<Entry<E>>,
    next_sequence: u64,
}

/// How many events the list holds.
const NEAR: usize = 16;
/// How many it is given from the heap when it is empty.
const REFILL: usize = NEAR / 2;

struct Entry<E> {
    at: Instant,
    sequence: u64,
    event: E,
}

impl<E> Agenda<E> {
    /// Forgets everything, and begins to count anew.
    pub(crate) fn clear(&mut self) {
        self.near.clear();
        self.far.clear();
        self.next_sequence = 0;
    }

    #[inline]
    pub(crate) fn put(&mut self, at: Instant, event: E) {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let entry = Entry { at, sequence, event };
        // A new event is later than all that are due at its time, so it stands before the first that is due no later.
        let place = self.near.iter().position(|near| near.at <= at).unwrap_or(self.near.len());
        if place == 0 && !self.far.is_empty() || self.near.len() == NEAR {
            return self.put_far(place, entry);
        }
        self.near.insert(place, entry);
    }

    /// There is no room in the list, or the event may belong behind some of the heap.
    fn put_far(&mut self, place: usize, entry: Entry<E>) {
        if place == 0 {
            return self.far.push(entry);
        }
        if self.near.len() == NEAR {
            let latest = self.near.remove(0);
            self.far.push(latest);
            self.near.insert(place - 1, entry);
        } else {
            self.near.insert(place, entry);
        }
    }

    #[inline]
    pub(crate) fn next_at(&mut self) -> Option<Instant> {
        if self.near.is_empty() {
            self.refill();
        }
        self.near.last().map(|entry| entry.at)
    }

    #[inline]
    pub(crate) fn take(&mut self) -> Option<(Instant, E)> {
        if self.near.is_empty() {
            self.refill();
        }
        self.near.pop().map(|entry| (entry.at, entry.event))
    }

    fn refill(&mut self) {
        self.near.extend(std::iter::from_fn(|| self.far.pop()).take(REFILL));
        self.near.reverse();
    }
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self { near: Vec::new(), far: BinaryHeap::new(), next_sequence: 0 }
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
