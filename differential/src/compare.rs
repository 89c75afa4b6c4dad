//! [`compare`]: where two logs of the same program part.

use std::fmt;

use wavetank_api::Addr;

use crate::{Answer, FREEDOMS, Freedom, Log, Program, Seen, Slot, freedoms::Asked};

/// The first place where the worlds differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Which call.
    pub step: usize,
    /// What of it.
    pub part: Part,
}

/// What differs.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the two worlds")]
pub enum Part {
    /// The answer to the call.
    Answer { real: Answer, sim: Answer },
    /// What a socket shows after it.
    Seen { slot: Slot, real: Option<Seen>, sim: Option<Seen> },
    /// Who was told by a RST, while it was made.
    Resets { real: Vec<[Addr; 2]>, sim: Vec<[Addr; 2]> },
    /// The simulation did not end by itself; the report.
    Stuck(String),
}

/// The first difference that is no [freedom](FREEDOMS), if there is one.
pub fn compare(program: &Program, real: &Log, sim: &Log) -> Option<Difference> {
    compare_and_tell(program, real, sim, |_| ())
}

/// As [`compare`], and tells of each freedom that it takes for one: once for each call.
pub(crate) fn compare_and_tell(
    program: &Program,
    real: &Log,
    sim: &Log,
    mut on_freedom: impl FnMut(&'static Freedom),
) -> Option<Difference> {
    let logs = [real, sim];
    for (step, (real, sim)) in real.entries.iter().zip(&sim.entries).enumerate() {
        if real == sim {
            continue;
        }
        let asked = Asked { program, step, real, sim, logs };
        if let Some(freedom) = FREEDOMS.iter().find(|freedom| (freedom.covers)(&asked)) {
            on_freedom(freedom);
            if freedom.ends {
                return None;
            }
            continue;
        }
        if real.answer != sim.answer {
            let part = Part::Answer { real: real.answer.clone(), sim: sim.answer.clone() };
            return Some(Difference { step, part });
        }
        let Some(slot) = real.seen.iter().zip(&sim.seen).position(|(real, sim)| real != sim) else {
            let part = Part::Resets { real: real.resets.clone(), sim: sim.resets.clone() };
            return Some(Difference { step, part });
        };
        let part = Part::Seen { slot: slot as Slot, real: real.seen[slot], sim: sim.seen[slot] };
        return Some(Difference { step, part });
    }
    None
}

impl Difference {
    /// As [`compare`], where the simulation may also not have ended by itself, but with that report.
    pub fn between(program: &Program, real: &Log, sim: &Result<Log, String>) -> Option<Self> {
        match sim {
            Ok(sim) => compare(program, real, sim),
            Err(report) => Some(Self { step: 0, part: Part::Stuck(report.clone()) }),
        }
    }

    /// What differences of the same cause probably have in common.
    pub fn signature(&self, program: &Program) -> String {
        let title = program.calls.get(self.step).map(crate::Call::title).unwrap_or_default();
        match &self.part {
            Part::Answer { real, sim } => {
                let form = |answer: &Answer| match answer {
                    Answer::Done(_) => "ok".to_owned(),
                    answer => answer.to_string(),
                };
                format!("{title}: {} / {}", form(real), form(sim))
            }
            Part::Seen { real, sim, .. } => format!("after {title}: {real:?} / {sim:?}"),
            Part::Resets { real, sim } => format!("resets after {title}: {} / {}", real.len(), sim.len()),
            Part::Stuck(_) => format!("stuck in {title}"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Part::Answer { real, sim } => write!(f, "call {}: real {real}\n  sim {sim}", self.step),
            Part::Seen { slot, real, sim } => {
                write!(f, "after call {}, socket {slot}: real {real:?}\n  sim {sim:?}", self.step)
            }
            Part::Resets { real, sim } => {
                write!(f, "call {}: resets (from, to): real {real:?}\n  sim {sim:?}", self.step)
            }
            Part::Stuck(report) => write!(f, "the simulation did not end:\n{report}"),
        }
    }
}
