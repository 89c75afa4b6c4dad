//! Programs of the record, changed.

use super::{arguments, sketch::Sketch};
use crate::{Call, Program, Question};

/// How many questions are asked in one state, at most.
const MOST: usize = 10;

/// A socket is brought to a state that the record knows, and asked there what was seldom asked.
pub(super) fn from_a_state(sketch: &mut Sketch<'_>) {
    let steering = sketch.steering;
    let count = 1 + sketch.dice.usize(0..MOST);
    let Some((example, mut questions)) = steering.state(&mut sketch.dice, count) else { return };
    begin(sketch, &example.program);
    example.program.calls.iter().for_each(|call| sketch.call(call.clone()));
    // What changes the state is the last thing asked in it.
    questions.sort_by_key(|question| question.changes());
    let last = questions.partition_point(|question| question.changes() < 2) + 1;
    for &question in questions.iter().take(last) {
        let call = arguments::ask(sketch, example.slot, question);
        sketch.call(call);
    }
    for _ in 0..sketch.dice.usize(0..8) {
        sketch.any_call();
    }
}

/// A program that came to a cell few others did, with some calls more, fewer, or other.
pub(super) fn of_a_rarity(sketch: &mut Sketch<'_>) {
    let steering = sketch.steering;
    let Some((cell, example)) = steering.rarity(&mut sketch.dice) else { return };
    begin(sketch, &example.program);
    changed(sketch, &example.program);
    let call = arguments::ask(sketch, example.slot, cell.row.question);
    sketch.call(call);
    if sketch.once_in(3)
        && let Some((_, other)) = steering.rarity(&mut sketch.dice)
    {
        // The end of another, on whatever is in the same slots here.
        let from = sketch.dice.usize(0..=other.program.calls.len());
        changed(sketch, &Program { calls: other.program.calls[from..].to_vec(), ..Program::default() });
    }
    for _ in 0..sketch.dice.usize(0..8) {
        sketch.any_call();
    }
}

fn begin(sketch: &mut Sketch<'_>, program: &Program) {
    sketch.program.hosts = program.hosts.max(1);
}

/// Its calls, about two of them changed.
fn changed(sketch: &mut Sketch<'_>, program: &Program) {
    /// How many calls there are for each that is changed, at least.
    const SPARED: usize = 4;
    let spared = (program.calls.len() / 2).max(SPARED);
    for call in &program.calls {
        if !sketch.once_in(spared) {
            sketch.call(call.clone());
            continue;
        }
        match sketch.dice.u8(0..4) {
            0 => {}
            1 => {
                sketch.any_call();
                sketch.call(call.clone());
            }
            _ => {
                let other = other_arguments(sketch, call);
                sketch.call(other);
            }
        }
    }
}

/// The same call, with arguments drawn anew.
fn other_arguments(sketch: &mut Sketch<'_>, call: &Call) -> Call {
    match (call, call.slot(), Question::of(call)) {
        (Call::Socket { into, .. }, ..) => match arguments::strange_socket(sketch) {
            Call::Socket { host, family, kind, protocol, .. } => {
                Call::Socket { host, into: *into, family, kind, protocol }
            }
            other => other,
        },
        // What it makes stays where it is.
        (Call::Accept { .. } | Call::Dup { .. }, ..) => call.clone(),
        (_, Some(slot), Some(question)) => arguments::ask(sketch, slot, question),
        _ => call.clone(),
    }
}
