//! The total order of events: **`(time, sequence)`**, and nothing else.
//!
//! The sequence number is given when an event is put on the agenda. So of two events due at one instant, the one that
//! was arranged first happens first. Breaking ties *is* behaviour: whatever a run does at one instant follows from
//! this rule, and from the scheduler's draws among processes that are ready at the same time (`world/scheduler.rs`).
//!
//! Cancelling is not offered. Who no longer wants an event recognises it as stale when it comes (by a generation, or by
//! a deadline that has moved), which is cheaper than a queue that can be searched.

use std::{cmp::Ordering, collections::BinaryHeap};

use super::{
    Instant,
    wheel::{Wheel, slot_of},
};

/// Events to come, the earliest first.
///
/// The next few stand in a sorted list, where most events of a small world are put in and taken out with a handful of
/// comparisons. What comes after them within the time slots that have been opened lies in a heap; behind that a wheel of slots keeps
/// what is due in the next minute, and a second heap the rest. No event of one of the four comes before one of those before it.
pub(crate) struct Agenda<E> {
    /// The latest first, so that the earliest is the last: it is popped.
    near: Vec<Entry<E>>,
    /// Of slots before `wheel.first()`.
    soon: BinaryHeap<Entry<E>>,
    wheel: Wheel<Entry<E>>,
    /// Of slots from `wheel.end()` on.
    late: BinaryHeap<Entry<E>>,
    next_sequence: u64,
}

/// How many events the list holds.
const NEAR: usize = 48;
/// How many it is given when it is empty.
const REFILL: usize = NEAR / 2;

struct Entry<E> {
    at: Instant,
    sequence: u64,
    event: E,
}

impl<E> Entry<E> {
    #[inline]
    fn slot(&self) -> u64 {
        slot_of(self.at.as_nanos())
    }
}

impl<E> Agenda<E> {
    /// Forgets everything, and begins to count anew.
    pub(crate) fn clear(&mut self) {
        self.near.clear();
        self.soon.clear();
        self.wheel.clear();
        self.late.clear();
        self.next_sequence = 0;
    }

    #[inline]
    pub(crate) fn put(&mut self, at: Instant, event: E) {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let entry = Entry { at, sequence, event };
        // A new event is later than all that are due at its time, so it stands before the first that is due no later.
        // Most come before all others, as packets do before timers, or behind them.
        let place = match &self.near[..] {
            [.., earliest] if earliest.at > at => self.near.len(),
            [latest, ..] if latest.at > at => self.near.iter().rposition(|near| near.at > at).map_or(0, |one| one + 1),
            _ => 0,
        };
        if (place == 0 && !self.is_before_others(&entry)) || self.near.len() == NEAR {
            return self.put_far(place, entry);
        }
        self.near.insert(place, entry);
    }

    /// Whether an event that belongs behind those of the list comes before all others.
    #[inline]
    fn is_before_others(&self, entry: &Entry<E>) -> bool {
        self.soon.is_empty() && (entry.slot() < self.wheel.first() || (self.wheel.is_empty() && self.late.is_empty()))
    }

    /// There is no room in the list, or the event may belong behind others.
    fn put_far(&mut self, place: usize, entry: Entry<E>) {
        if place == 0 {
            return self.put_behind(entry);
        }
        if self.near.len() == NEAR {
            let latest = self.near.remove(0);
            self.put_behind(latest);
            self.near.insert(place - 1, entry);
        } else {
            self.near.insert(place, entry);
        }
    }

    fn put_behind(&mut self, entry: Entry<E>) {
        if self.wheel.is_empty()
            && self.late.is_empty()
            && let Some(next) = self.near.last()
        {
            // It has stood still while the list was enough.
            self.wheel.advance(next.slot());
        }
        let slot = entry.slot();
        if slot < self.wheel.first() {
            self.soon.push(entry);
        } else if slot < self.wheel.end() {
            self.wheel.put(slot, entry);
        } else {
            self.late.push(entry);
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

    #[inline(never)]
    fn refill(&mut self) {
        if self.soon.is_empty() {
            self.open_slot();
        }
        if self.near.is_empty() {
            self.near.extend(std::iter::from_fn(|| self.soon.pop()).take(REFILL));
            self.near.reverse();
        }
    }

    /// Opens the next slot that has something: into the list if that has room, else into the heap.
    fn open_slot(&mut self) {
        if self.wheel.is_empty()
            && let Some(first) = self.late.peek()
        {
            self.wheel.advance(first.slot());
        }
        self.bring_late_ones();
        let Self { near, soon, wheel, .. } = self;
        wheel.give_out(|entry| near.push(entry));
        if near.len() > REFILL {
            soon.extend(near.drain(..));
        } else {
            // The order of `Ord` is reversed for the heap, which is the order the list wants.
            near.sort_unstable();
        }
        self.bring_late_ones();
    }

    /// As the wheel goes on, there is room in it for more.
    #[inline]
    fn bring_late_ones(&mut self) {
        while let Some(first) = self.late.peek()
            && first.slot() < self.wheel.end()
            && let Some(entry) = self.late.pop()
        {
            self.wheel.put(entry.slot(), entry);
        }
    }
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self {
            near: Vec::new(),
            soon: BinaryHeap::new(),
            wheel: Wheel::default(),
            late: BinaryHeap::new(),
            next_sequence: 0,
        }
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
