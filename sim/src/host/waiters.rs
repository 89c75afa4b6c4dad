//! Who waits for a socket to become ready.

use smallvec::SmallVec;

use crate::{base::TaskId, proto::Readiness};

/// A process that is parked on a socket. `parking` counts how often it has parked, so that a wake meant for an
/// earlier wait is recognised as stale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Waiter {
    pub(crate) task: TaskId,
    pub(crate) parking: u32,
    pub(crate) interest: Readiness,
}

/// The processes parked on one socket, in the order they came.
#[derive(Default, Debug)]
pub(crate) struct Waiters(SmallVec<[Waiter; 1]>);

impl Waiters {
    /// Adds a waiter; what the same process left behind by an earlier wait is stale by now and goes. One wait may be for two
    /// things: a socket can stand twice in a poll.
    #[inline]
    pub(crate) fn add(&mut self, waiter: Waiter) {
        if !self.0.is_empty() {
            self.0.retain(|other| other.task != waiter.task || other.parking == waiter.parking);
        }
        self.0.push(waiter);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Waiter> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Moves to `wakes` who waits for any of `ready`; if those who wait for a thing to take do so `in_turn`, the first of them
    /// (`prepare_to_wait_exclusive`). Errors and hang-ups are always of interest, as for `poll(2)`.
    #[inline]
    pub(crate) fn wake(&mut self, ready: Readiness, in_turn: impl FnOnce() -> bool, wakes: &mut Vec<Waiter>) {
        if let [waiter] = self.0[..] {
            if ready.intersects(waiter.interest | Readiness::ERR | Readiness::HUP) {
                wakes.push(waiter);
                self.0.clear();
            }
            return;
        }
        if !self.0.is_empty() {
            self.wake_several(ready, in_turn(), wakes);
        }
    }

    fn wake_several(&mut self, ready: Readiness, in_turn: bool, wakes: &mut Vec<Waiter>) {
        let takes = Readiness::IN | Readiness::ROOM;
        let mut taken = Readiness::empty();
        self.0.retain(|waiter| {
            let interest = waiter.interest;
            let in_turn = in_turn && interest.intersects(takes) && !interest.contains(Readiness::BY_POLL);
            let stays =
                !ready.intersects(interest | Readiness::ERR | Readiness::HUP) || in_turn && taken.intersects(interest);
            if !stays {
                wakes.push(*waiter);
            }
            if in_turn && !stays {
                taken |= interest;
            }
            stays
        });
    }

    /// Moves all of them: something is different altogether (`sk_state_change`). But who waits for room in a queue waits elsewhere
    /// (`peer_wait`), and hears of it when the socket is gone.
    pub(crate) fn wake_all(&mut self, is_gone: bool, wakes: &mut Vec<Waiter>) {
        self.0.retain(|waiter| {
            let stays = !is_gone && waiter.interest == Readiness::ROOM;
            if !stays {
                wakes.push(*waiter);
            }
            stays
        });
    }

    /// Forgets what a process waits for; says whether it did.
    pub(crate) fn leave(&mut self, task: TaskId) -> bool {
        let before = self.0.len();
        self.0.retain(|waiter| waiter.task != task);
        self.0.len() < before
    }

    /// Asks of each waiter, in order, whether it stays.
    pub(crate) fn retain(&mut self, mut stays: impl FnMut(&Waiter) -> bool) {
        self.0.retain(|waiter| stays(waiter));
    }
}
