//! [`Steering`]: what is drawn more often, by what a record lacks.
//!
//! Three ways lead to cells that are empty. A call that was seldom made on a kind of socket, counted over all states that this kind was
//! seen in, is drawn more often in any program. A program that brings a socket to a state is continued with a call that was seldom made
//! in that state. And a program that came to a cell few others did is changed. The states are the record's own: what an opening leads to
//! is not believed but read off the kernel's answers, so one that some lucky program found is from then on as good as an opening.

use std::collections::BTreeMap;

use super::{Dice, options};
use crate::coverage::{Cell, Coverage, Example, Kind, Question, RecvWay, Row, SendWay};

/// Numbers, each as likely as its weight.
#[derive(Clone, Debug)]
struct Urn<T> {
    items: Vec<T>,
    /// The sums of the weights up to each.
    sums: Vec<u64>,
}

impl<T> Default for Urn<T> {
    fn default() -> Self {
        Self { items: Vec::new(), sums: Vec::new() }
    }
}

impl<T> Urn<T> {
    fn put(&mut self, item: T, weight: u64) {
        if weight > 0 {
            self.items.push(item);
            self.sums.push(self.total() + weight);
        }
    }

    fn total(&self) -> u64 {
        self.sums.last().copied().unwrap_or(0)
    }

    fn draw(&self, dice: &mut Dice) -> Option<&T> {
        let total = self.total();
        if total == 0 {
            return None;
        }
        let at = dice.u64(0..total);
        self.items.get(self.sums.partition_point(|sum| *sum <= at))
    }
}

/// Weights, made of a record and fixed from then on.
#[derive(Clone, Debug)]
pub(super) struct Steering {
    /// Which call, on a socket of each kind.
    questions: BTreeMap<Kind, Urn<Question>>,
    /// Which state, and for each which call.
    states: Urn<(Example, Urn<Question>)>,
    rarities: Vec<(Cell, Example)>,
}

/// Without a record nothing is rarer than anything else.
impl Default for Steering {
    fn default() -> Self {
        Self::new(&Coverage::default())
    }
}

impl Steering {
    pub(super) fn new(record: &Coverage) -> Self {
        let mut asked: BTreeMap<Row, u64> = BTreeMap::new();
        for (cell, count) in record.asked() {
            *asked.entry(cell.row).or_default() += count;
        }
        let all: Vec<Question> = questions().collect();
        let wants = |kind, state, question| want(asked.get(&Row { question, kind, state }).copied().unwrap_or(0));
        let mut states = Urn::default();
        let mut wanted: BTreeMap<(Kind, Question), u64> = BTreeMap::new();
        let mut met: BTreeMap<Kind, u64> = BTreeMap::new();
        for ((kind, state), example) in record.states() {
            let mut urn = Urn::default();
            for &question in &all {
                let want = wants(kind, question.sees(state), question);
                *wanted.entry((kind, question)).or_default() += want;
                urn.put(question, want);
            }
            *met.entry(kind).or_default() += 1;
            let weight = urn.total();
            states.put((example.clone(), urn), weight);
        }
        let mut by_kind = BTreeMap::new();
        for kind in Kind::ALL {
            let mut urn = Urn::default();
            for &question in &all {
                // From 1, where every state has seen that call often, to 1 + MOST.
                let thin = match (wanted.get(&(kind, question)), met.get(&kind)) {
                    (Some(want), Some(states)) => 8 + 8 * want / states,
                    _ => 8,
                };
                urn.put(question, likelihood(kind, question) * thin);
            }
            by_kind.insert(kind, urn);
        }
        let rarities = record.rarities().map(|(cell, example)| (cell, example.clone())).collect();
        Self { questions: by_kind, states, rarities }
    }

    pub(super) const fn has_states(&self) -> bool {
        !self.states.items.is_empty()
    }

    pub(super) const fn has_rarities(&self) -> bool {
        !self.rarities.is_empty()
    }

    /// A call on a socket of that kind.
    pub(super) fn question(&self, dice: &mut Dice, kind: Kind) -> Question {
        let urn = self.questions.get(&kind).and_then(|urn| urn.draw(dice));
        urn.copied().unwrap_or(Question::Getsockname)
    }

    /// A state, how to come there, and so many things that were seldom asked in it.
    pub(super) fn state(&self, dice: &mut Dice, count: usize) -> Option<(&Example, Vec<Question>)> {
        let (example, urn) = self.states.draw(dice)?;
        Some((example, (0..count).filter_map(|_| urn.draw(dice).copied()).collect()))
    }

    /// A rare cell, and how to come there.
    pub(super) fn rarity(&self, dice: &mut Dice) -> Option<(Cell, &Example)> {
        if self.rarities.is_empty() {
            return None;
        }
        let (cell, example) = &self.rarities[dice.usize(0..self.rarities.len())];
        Some((*cell, example))
    }
}

/// How much a row is wanted that was asked so often.
const fn want(asked: u64) -> u64 {
    match asked {
        0 => 16,
        1..=2 => 6,
        3..=7 => 2,
        8..=31 => 1,
        _ => 0,
    }
}

/// Everything that can be asked of a socket.
pub(super) fn questions() -> impl Iterator<Item = Question> {
    let calls = Question::calls().filter(|question| !matches!(question, Question::Socket | Question::Socketpair));
    let set = options::OPTIONS.iter().filter(|option| option.2);
    let unnamed = [wavetank_api::c::SOL_SOCKET, 6, 0, 41, 17, Question::OTHER].into_iter();
    calls
        .chain(set.map(|&(level, name, _)| Question::Setsockopt(level, name)))
        .chain(options::OPTIONS.iter().map(|&(level, name, _)| Question::Getsockopt(level, name)))
        .chain(unnamed.clone().map(|level| Question::Setsockopt(level, Question::OTHER)))
        .chain(unnamed.map(|level| Question::Getsockopt(level, Question::OTHER)))
        .chain(super::arguments::REQUESTS.map(Question::Ioctl))
}

/// How likely a call is that nobody steers, in parts of something over 10,000.
pub(super) fn likelihood(kind: Kind, question: Question) -> u64 {
    match question {
        Question::Connect | Question::Accept | Question::Send(SendWay::Plain) => 700,
        Question::Recv(RecvWay::Plain) | Question::Close => 600,
        Question::Bind => 500,
        Question::Listen => 400,
        Question::Getsockname | Question::Getpeername | Question::Recv(RecvWay::Peek | RecvWay::Msg) => 250,
        Question::Shutdown(_) => 200,
        Question::Send(SendWay::Rights) if !kind.is_unix() => 20,
        Question::Send(_) | Question::Dup | Question::Poll => 150,
        Question::Recv(_) => 120,
        Question::Disconnect => 100,
        Question::Ioctl(_) => 40,
        Question::Fcntl => 30,
        Question::Socket | Question::Socketpair => 0,
        Question::Setsockopt(level, name) => options::likelihood(kind, level, name) / 5 + 1,
        Question::Getsockopt(level, name) => options::likelihood(kind, level, name) / 10 + 1,
    }
}
