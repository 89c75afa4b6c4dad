//! [`Sketch`]: a program that is being drawn, and what its sockets probably are by then.

use wavetank_api::c;

use super::{Dice, arguments, options};
use crate::{Call, Program, SLOTS, Slot};

/// A program as far as it is drawn.
pub(super) struct Sketch {
    pub(super) dice: Dice,
    pub(super) program: Program,
    pub(super) slots: [Guess; SLOTS],
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
}

impl Sketch {
    pub(super) fn new(mut dice: Dice) -> Self {
        let hosts = if dice.u8(..) < 80 { 2 } else { 1 };
        Self { dice, program: Program { hosts, ..Program::default() }, slots: Default::default() }
    }

    /// Whether one of so many.
    pub(super) fn once_in(&mut self, many: usize) -> bool {
        self.dice.usize(0..many) == 0
    }

    pub(super) fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.dice.usize(0..list.len())]
    }

    pub(super) fn host(&mut self) -> u8 {
        self.dice.u8(0..self.program.hosts)
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

    pub(super) fn guess(&mut self, slot: Slot) -> &mut Guess {
        &mut self.slots[usize::from(slot)]
    }

    pub(super) fn call(&mut self, call: Call) {
        self.program.calls.push(call);
    }

    pub(super) fn socket(&mut self, host: u8, family: i32, kind: i32) -> Slot {
        let into = self.empty();
        *self.guess(into) = Guess { family, kind, host, stage: Stage::Fresh };
        self.call(Call::Socket { host, into, family, kind, protocol: 0 });
        into
    }

    pub(super) fn pair(&mut self, kind: i32) -> [Slot; 2] {
        let host = self.host();
        let guess = Guess { family: c::AF_UNIX, kind, host, stage: Stage::Connected };
        let one = self.empty();
        *self.guess(one) = guess;
        let other = self.empty();
        *self.guess(other) = guess;
        self.call(Call::Socketpair { host, into: [one, other], family: c::AF_UNIX, kind, protocol: 0 });
        [one, other]
    }

    /// Some call.
    pub(super) fn any_call(&mut self) {
        let Some(slot) = self.filled() else {
            super::openings::open(self);
            return;
        };
        let call = match self.dice.u8(0..100) {
            0..=2 => return self.strange_socket(),
            3..=5 => return super::openings::open(self),
            6..=10 => {
                let addr = arguments::place(self, Some(slot));
                if self.slots[usize::from(slot)].stage == Stage::Fresh {
                    self.guess(slot).stage = Stage::Bound;
                }
                Call::Bind { slot, addr }
            }
            11..=15 => {
                self.guess(slot).stage = Stage::Listening;
                Call::Listen { slot, backlog: self.one_of(&[0, 1, 1, 2, 5, 128, -1, i32::MAX]) }
            }
            16..=22 => Call::Connect { slot, addr: arguments::place(self, Some(slot)) },
            23..=29 => {
                let into = self.empty();
                let listener = self.slots[usize::from(slot)];
                *self.guess(into) = Guess { stage: Stage::Connected, ..listener };
                Call::Accept { slot, into }
            }
            30..=44 => arguments::send(self, slot),
            45..=59 => arguments::recv(self, slot),
            60..=65 => Call::Shutdown { slot, how: self.dice.u8(0..3) },
            66..=71 => {
                *self.guess(slot) = Guess::default();
                Call::Close { slot }
            }
            72..=73 => {
                let into = self.empty();
                *self.guess(into) = self.slots[usize::from(slot)];
                Call::Dup { slot, into }
            }
            74..=76 => Call::Getsockname { slot },
            77..=79 => Call::Getpeername { slot },
            80..=87 => options::set(self, slot),
            88..=93 => options::get(self, slot),
            94..=95 => arguments::ioctl(self, slot),
            96 => Call::Poll { slot, events: self.one_of(&[0, 1, 4, 5, 0x2000, 2, 0x40, 0x7fff, -1]) },
            _ => {
                if !self.once_in(8) {
                    return;
                }
                let long = self.once_in(100);
                Call::Wait { millis: if long { self.one_of(&[60, 300, 1300]) } else { self.one_of(&[1, 3]) } }
            }
        };
        self.call(call);
    }

    /// A socket of whatever numbers.
    fn strange_socket(&mut self) {
        let host = self.host();
        let family = self.one_of(&[c::AF_INET, c::AF_INET6, c::AF_UNIX, 0, 99, -1]);
        let kind = self.one_of(&[1, 1, 2, 2, 3, 4, 5, 6, 10, 0, -1, 0x1001]);
        let protocol = self.one_of(&[0, 0, 6, 17, 1, 58, 255, 256, -1]);
        let (into, other) = (self.empty(), self.empty());
        let call = if self.once_in(3) {
            Call::Socketpair { host, into: [into, other], family, kind, protocol }
        } else {
            Call::Socket { host, into, family, kind, protocol }
        };
        self.call(call);
    }

    /// What is asked of every socket at the end.
    pub(super) fn audit(&mut self) {
        const SET: usize = 6;
        for slot in (0..SLOTS as Slot).filter(|&slot| !self.slots[usize::from(slot)].is_none()).collect::<Vec<_>>() {
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
