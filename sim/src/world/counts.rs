//! Event counts: what the locks, condition variables and channels of simulated programs wait on.

use crate::{
    base::TaskId,
    host::{Waiter, Waiters},
    proto::Readiness,
};

/// The counters of a world, by index.
#[derive(Default)]
pub(crate) struct EventCounts {
    counts: Vec<Count>,
    free: Vec<u32>,
}

#[derive(Default)]
struct Count {
    value: u64,
    waiters: Waiters,
}

impl EventCounts {
    pub(crate) fn make(&mut self) -> u32 {
        if let Some(index) = self.free.pop() {
            return index;
        }
        self.counts.push(Count::default());
        (self.counts.len() - 1) as u32
    }

    /// Gives a counter back. Its value goes on rising in its next life, so a ticket of this one stays stale.
    pub(crate) fn free(&mut self, index: u32) {
        if let Some(count) = self.counts.get_mut(index as usize) {
            count.value += 1;
            self.free.push(index);
        }
    }

    pub(crate) fn value(&self, index: u32) -> u64 {
        self.counts.get(index as usize).map_or(0, |count| count.value)
    }

    pub(crate) fn wait(&mut self, index: u32, task: TaskId, parking: u32) {
        if let Some(count) = self.counts.get_mut(index as usize) {
            count.waiters.add(Waiter { task, parking, interest: Readiness::IN });
        }
    }

    /// Moves a counter and asks of each waiter, in the order they came, whether it stays: the caller knows which are
    /// stale, and how many are to be woken.
    pub(crate) fn notify(&mut self, index: u32, stays: impl FnMut(&Waiter) -> bool) {
        if let Some(count) = self.counts.get_mut(index as usize) {
            count.value += 1;
            count.waiters.retain(stays);
        }
    }
}
