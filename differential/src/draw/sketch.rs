//! [`Sketch`]: a program that is being drawn, and what its sockets probably are by then.

use wavetank_api::c;

use super::{Dice, arguments, steering::Steering};
use crate::{Call, Program, SLOTS, Slot, coverage::Kind};

/// A program as far as it is drawn.
pub(super) struct Sketch<'a> {
    pub(super) dice: Dice,
    pub(super) program: Program,
    pub(super) slots: [Guess; SLOTS],
    pub(super) steering: &'a Steering,
    /// What was sent along last.
    carried: Guess,
}

/// What a slot probably holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Guess {
    /// `AF_*`, and 0 for an empty slot.
    pub(super) family: i32,
    /// `SOCK_*`.
    pub(super) kind: i32,
    pub(super) host: u8,
    pub(super) stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Stage {
    #[default]
    Fresh,
    Bound,
    Listening,
    Connected,
}

impl Guess {
    pub(super) const fn is_none(self) -> bool {
        self.family == 0
    }

    pub(super) fn kind(self) -> Kind {
        if self.is_none() { Kind::None } else { Kind::of(self.family, self.kind, 0) }
    }
}

impl<'a> Sketch<'a> {
    pub(super) fn new(mut dice: Dice, steering: &'a Steering) -> Self {
        let hosts = if dice.u8(..) < 80 { 2 } else { 1 };
        let program = Program { hosts, ..Program::default() };
        Self { dice, program, slots: Default::default(), steering, carried: Guess::default() }
    }

    /// Whether one of so many.
    pub(super) fn once_in(&mut self, many: usize) -> bool {
        self.dice.usize(0..many) == 0
    }

    pub(super) fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.dice.usize(0..list.len())]
    }

    pub(super) fn host(&mut self) -> u8 {
        self.dice.u8(0..self.program.hosts.max(1))
    }

    pub(super) fn family(&mut self) -> i32 {
        self.one_of(&[c::AF_INET, c::AF_INET, c::AF_INET6])
    }

    /// A slot that is probably empty, or any if none is.
    pub(super) fn empty(&mut self) -> Slot {
        let from = self.dice.usize(0..SLOTS);
        let found = (0..SLOTS).map(|at| (from + at) % SLOTS).find(|&slot| self.slots[slot].is_none());
        found.unwrap_or(from) as Slot
    }

    /// A slot that probably is not.
    pub(super) fn filled(&mut self) -> Option<Slot> {
        let from = self.dice.usize(0..SLOTS);
        (0..SLOTS).map(|at| (from + at) % SLOTS).find(|&slot| !self.slots[slot].is_none()).map(|slot| slot as Slot)
    }

    pub(super) const fn guess(&self, slot: Slot) -> Guess {
        self.slots[slot as usize % SLOTS]
    }

    /// Takes the call into the program.
    pub(super) fn call(&mut self, call: Call) {
        self.follow(&call);
        self.program.calls.push(call);
    }

    /// What the sockets probably are after it.
    fn follow(&mut self, call: &Call) {
        let mut put = |slot: Slot, guess: Guess| self.slots[usize::from(slot) % SLOTS] = guess;
        match *call {
            Call::Socket { host, into, family, kind, protocol } => {
                if let Some(guess) = made(host, family, kind, protocol) {
                    put(into, guess);
                }
            }
            Call::Socketpair { host, into, family: c::AF_UNIX, kind, protocol } => {
                if let Some(guess) = made(host, c::AF_UNIX, kind, protocol) {
                    into.into_iter().for_each(|into| put(into, Guess { stage: Stage::Connected, ..guess }));
                }
            }
            Call::Accept { slot, into } => {
                let listener = self.guess(slot);
                if listener.stage == Stage::Listening {
                    self.slots[usize::from(into) % SLOTS] = Guess { stage: Stage::Connected, ..listener };
                }
            }
            Call::Dup { slot, into } => {
                let guess = self.guess(slot);
                self.slots[usize::from(into) % SLOTS] = guess;
            }
            Call::Close { slot } => put(slot, Guess::default()),
            Call::Send { carry: Some(carry), .. } => self.carried = self.guess(carry),
            Call::Recv { slot, into: Some(into), .. }
                if !self.carried.is_none() && self.guess(slot).family == c::AF_UNIX =>
            {
                self.slots[usize::from(into) % SLOTS] = self.carried;
            }
            Call::Bind { slot, .. } if self.guess(slot).stage == Stage::Fresh => self.stage(slot, Stage::Bound),
            Call::Listen { slot, .. } => self.stage(slot, Stage::Listening),
            Call::Connect { slot, .. } => self.stage(slot, Stage::Connected),
            _ => {}
        }
    }

    fn stage(&mut self, slot: Slot, stage: Stage) {
        let guess = &mut self.slots[usize::from(slot) % SLOTS];
        if !guess.is_none() {
            guess.stage = stage;
        }
    }

    pub(super) fn socket(&mut self, host: u8, family: i32, kind: i32) -> Slot {
        let into = self.empty();
        self.call(Call::Socket { host, into, family, kind, protocol: 0 });
        into
    }

    pub(super) fn pair(&mut self, kind: i32) -> [Slot; 2] {
        let host = self.host();
        let one = self.empty();
        let free = (0..SLOTS).find(|&slot| slot != usize::from(one) && self.slots[slot].is_none());
        let other = free.unwrap_or((usize::from(one) + 1) % SLOTS) as Slot;
        self.call(Call::Socketpair { host, into: [one, other], family: c::AF_UNIX, kind, protocol: 0 });
        [one, other]
    }

    /// Some call.
    pub(super) fn any_call(&mut self) {
        let call = match self.dice.u8(0..100) {
            0..=2 => arguments::strange_socket(self),
            3..=5 => return super::openings::open(self),
            6 => match self.wait() {
                Some(call) => call,
                None => return,
            },
            _ => {
                let Some(slot) = self.filled() else { return super::openings::open(self) };
                let kind = self.guess(slot).kind();
                let question = self.steering.question(&mut self.dice, kind);
                arguments::ask(self, slot, question)
            }
        };
        self.call(call);
    }

    /// Time costs time: rarely, and rarely long.
    fn wait(&mut self) -> Option<Call> {
        if !self.once_in(5) {
            return None;
        }
        let long = self.once_in(400);
        Some(Call::Wait { millis: if long { self.one_of(&[60, 300, 1300]) } else { self.one_of(&[1, 1, 3]) } })
    }

    /// What is asked of every socket at the end.
    pub(super) fn audit(&mut self) {
        const SET: usize = 6;
        for slot in (0..SLOTS as Slot).filter(|&slot| !self.guess(slot).is_none()).collect::<Vec<_>>() {
            self.call(Call::Getsockname { slot });
            self.call(Call::Getpeername { slot });
            self.call(Call::Recv { slot, len: 70_000, flags: 0, from: false, control: 0, into: None });
            let set: Vec<_> = self
                .program
                .calls
                .iter()
                .filter_map(|call| match call {
                    Call::Setsockopt { slot: of, level, name, .. } if *of == slot => Some((*level, *name)),
                    _ => None,
                })
                .take(SET)
                .collect();
            for (level, name) in set {
                self.call(Call::Getsockopt { slot, level, name, room: 64 });
            }
            self.call(Call::Getsockopt { slot, level: c::SOL_SOCKET, name: c::SO_ERROR, room: 4 });
        }
    }
}

/// What `socket` probably makes.
fn made(host: u8, family: i32, kind: i32, protocol: i32) -> Option<Guess> {
    let known = !matches!(Kind::of(family, kind, protocol), Kind::Other | Kind::None);
    let protocol_fits = family != c::AF_UNIX || matches!(protocol, 0 | 1);
    // Sockets that block are not drawn: flags beside the type are refused here, or they are SOCK_NONBLOCK.
    (known && protocol_fits && kind & !0xf == 0).then_some(Guess { family, kind, host, stage: Stage::Fresh })
}
