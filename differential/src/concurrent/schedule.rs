//! [`Schedule`]: the choices of a run, replayed, enumerated or drawn.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::Dice;

/// Who is asked at each choice of a run. Its clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Choices count: not before the threads start, nor when they have been seen to wait.
    counts: bool,
    /// What is chosen first.
    prefix: Vec<Choice>,
    /// What was chosen so far.
    made: Vec<Choice>,
    /// Who chooses when the prefix is over; nobody: the first.
    dice: Option<Dice>,
    /// Who goes before whom: a number for each process, drawn when it first comes up, and again now and then. So that one goes far
    /// ahead of others, which a choice at each place would hardly bring about. None: each choice is drawn.
    ranks: Option<BTreeMap<usize, u64>>,
}

/// What stands for the next event among the processes.
const EVENTS: usize = usize::MAX;
/// One of so many choices changes the rank of who is chosen.
const CHANGES: usize = 6;

/// One of so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Choice {
    chosen: usize,
    of: usize,
}

impl Schedule {
    /// The first of all schedules.
    pub(super) fn first() -> Self {
        Self::default()
    }

    /// Any.
    pub(super) fn drawn(seed: u64) -> Self {
        let schedule = Self::default();
        let ranks = (seed % 2 == 1).then(BTreeMap::new);
        {
            let mut state = schedule.lock();
            (state.dice, state.ranks) = (Some(Dice::with_seed(seed)), ranks);
        }
        schedule
    }

    /// After a run: the next in the order in which all are enumerated, if there is one.
    pub(super) fn next(&self) -> Option<Self> {
        let mut prefix = std::mem::take(&mut self.lock().made);
        while let Some(last) = prefix.pop() {
            if last.chosen + 1 < last.of {
                prefix.push(Choice { chosen: last.chosen + 1, ..last });
                let next = Self::default();
                next.lock().prefix = prefix;
                return Some(next);
            }
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on choices count, or not any more.
    pub(super) fn count(&self, counts: bool) {
        self.lock().counts = counts;
    }

    /// A place in the list of who is ready, or the one behind it if an event `may_come`.
    pub(super) fn choose_among(&self, ready: &[usize], may_come: bool) -> usize {
        let of = ready.len() + usize::from(may_come);
        let mut state = self.lock();
        let State { counts: true, dice: Some(dice), ranks: Some(ranks), .. } = &mut *state else {
            drop(state);
            return self.choose(of);
        };
        let who = |place: usize| ready.get(place).copied().unwrap_or(EVENTS);
        let mut rank = |place: usize| *ranks.entry(who(place)).or_insert_with(|| dice.u64(..));
        let first = (0..of).max_by_key(|place| rank(*place)).unwrap_or_default();
        if dice.usize(0..CHANGES) == 0 {
            ranks.insert(who(first), dice.u64(..));
        }
        first
    }

    /// One of so many.
    pub(super) fn choose(&self, of: usize) -> usize {
        let mut state = self.lock();
        if !state.counts || of < 2 {
            return 0;
        }
        let at = state.made.len();
        let chosen = match (state.prefix.get(at).copied(), &mut state.dice) {
            (Some(choice), _) => choice.chosen.min(of - 1),
            (None, Some(dice)) => dice.usize(0..of),
            (None, None) => 0,
        };
        state.made.push(Choice { chosen, of });
        chosen
    }
}
