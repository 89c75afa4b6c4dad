//! [`Outcome`]: what a concurrent program came to.

use std::{collections::BTreeSet, fmt, net::SocketAddr};

use crate::{Answer, Fact, Program, SLOTS, Seen, log::EPHEMERAL};

/// What each thread was answered, and what the sockets show when none can go on.
///
/// Nothing in it tells in which order the threads ran, unless an answer does: ephemeral ports are numbered in the order of the
/// threads, not of time.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Outcome {
    /// The calls before the threads.
    pub prologue: Vec<Answer>,
    /// Of each thread one answer a call. The first call without one is where it waits for ever.
    pub threads: Vec<Vec<Answer>>,
    /// Each socket at the end.
    pub seen: [Option<Seen>; SLOTS],
    /// Who was told by a RST that there is no such connection, and by whom, if one of them had its port before the threads began. How often
    /// depends on how many segments there are.
    pub resets: BTreeSet<[SocketAddr; 2]>,
}

/// A send of more may find a buffer full. What TCP takes of it is Linux's choice, as whether anything is; a UNIX stream takes it in pieces,
/// between which others come.
pub(super) const SMALL: u32 = 4096;

impl Outcome {
    /// Whether a thread waits for ever.
    pub fn is_blocked(&self, program: &Program) -> bool {
        self.threads.iter().zip(&program.threads).any(|(answers, calls)| answers.len() < calls.len())
    }

    /// Makes it independent of the run it is from.
    pub(super) fn generalise(mut self) -> Self {
        let mut known = Vec::new();
        for answer in self.prologue.iter_mut().chain(self.threads.iter_mut().flatten()) {
            let Answer::Done(facts) = answer else { continue };
            for fact in facts {
                let Fact::Addr(Some(addr)) = fact else { continue };
                let Some(port) = addr.port().filter(|port| EPHEMERAL.contains(port)) else { continue };
                let index = known.iter().position(|&known| known == port).unwrap_or_else(|| {
                    known.push(port);
                    known.len() - 1
                });
                *addr = addr.clone().with_port(EPHEMERAL.end() + 1 + index as u16);
            }
        }
        self
    }

    /// In how many places it differs from another.
    pub fn distance(&self, other: &Self) -> usize {
        let places = |outcome: &Self| {
            let answers = outcome.threads.iter().flat_map(|answers| {
                (0..16).map(|at| answers.get(at).map_or_else(|| "blocked".to_owned(), ToString::to_string))
            });
            let seen = outcome.seen.iter().map(|seen| format!("{seen:?}"));
            answers.chain(seen).chain([format!("{:?}", outcome.resets)]).collect::<Vec<_>>()
        };
        places(self).iter().zip(&places(other)).filter(|(one, other)| one != other).count()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |answers: &[Answer]| answers.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        write!(f, "first: {}", list(&self.prologue))?;
        for (thread, answers) in self.threads.iter().enumerate() {
            write!(f, "\nthread {thread}: {}", list(answers))?;
        }
        f.write_str("\nat last:")?;
        for (slot, seen) in self.seen.iter().enumerate() {
            if let Some(seen) = seen {
                write!(f, " {slot} {seen:?};")?;
            }
        }
        self.resets.iter().try_for_each(|[from, to]| write!(f, " RST {from} > {to};"))
    }
}
