//! What a call may see that meets another in the middle: the kernel takes no lock there, and a call of the simulator is one step.

use std::net::SocketAddr;

use wavetank_api::{Errno, PollEvents, c};

use super::{Outcome, outcome::SMALL};
use crate::{Answer, Call, Fact, Program, Slot};

/// An answer that Linux gives where the simulator gives another, because two calls were in the kernel at once.
#[derive(Clone, Copy, Debug)]
pub struct Race {
    /// A short name.
    pub name: &'static str,
    /// What may differ, and how far.
    pub bounds: &'static str,
    /// Why.
    pub reason: &'static str,
    covers: fn(&Asked<'_>) -> bool,
}

/// A call of a thread whose answers differ.
struct Asked<'a> {
    program: &'a Program,
    call: &'a Call,
    real: &'a Answer,
    sim: &'a Answer,
}

/// All of them.
pub const RACES: &[Race] = &[
    Race {
        name: "a poll that meets a reset",
        bounds: "poll: POLLERR without some of what comes with it; nothing else",
        reason: "`tcp_poll` takes no lock: it reads sk_state and sk_shutdown, then, behind a barrier, sk_err, which `tcp_done_with_error` \
                 writes first",
        covers: |asked| {
            let events = |answer: &Answer| match answer {
                Answer::Done(facts) => match facts[..] {
                    [Fact::Number(_), Fact::Events(events)] => Some(events),
                    _ => None,
                },
                _ => None,
            };
            let (Some(real), Some(sim)) = (events(asked.real), events(asked.sim)) else { return false };
            matches!(asked.call, Call::Poll { .. }) && real.contains(PollEvents::ERR) && sim.contains(real)
        },
    },
    Race {
        name: "a send that meets the end of its peer",
        bounds: "send on a UNIX socket of SOCK_STREAM or SOCK_SEQPACKET: EPIPE for ECONNRESET, or though it could have been sent; of \
                 a large one that a part was sent, for EPIPE; nothing else",
        reason: "`unix_release_sock` shuts the peer and then sets its error, and `sock_alloc_send_pskb` looks at both without its lock; what \
                 finds the other dead is told EPIPE by `unix_dgram_sendmsg`, too",
        covers: |asked| {
            let Call::Send { slot, len, .. } = asked.call else { return false };
            let meets = match (asked.real, asked.sim) {
                (Answer::Failed(Errno::EPIPE), Answer::Failed(Errno::ECONNRESET) | Answer::Done(_)) => true,
                (Answer::Done(_), Answer::Failed(Errno::EPIPE)) => *len > SMALL,
                _ => false,
            };
            meets && is_of_pair(asked.program, *slot)
        },
    },
];

fn is_of_pair(program: &Program, slot: Slot) -> bool {
    let is_connected = |kind: i32| kind & 0xf != c::SOCK_DGRAM;
    program.calls.iter().any(|call| match call {
        Call::Socketpair { into, kind, .. } => into.contains(&slot) && is_connected(*kind),
        Call::Socket { into, family: c::AF_UNIX, kind, .. } => *into == slot && is_connected(*kind),
        _ => false,
    })
}

/// Whether an outcome of the kernel's is one of the simulator's, but for [`RACES`] and RSTs in answer to late segments.
pub(super) fn is_same(program: &Program, real: &Outcome, sim: &Outcome) -> bool {
    let mut threads = program.threads.iter().zip(real.threads.iter().zip(&sim.threads));
    (&real.prologue, &real.seen) == (&sim.prologue, &sim.seen)
        && are_of_late_segments(real, sim)
        && threads.all(|(calls, (real, sim))| is_same_thread(program, calls, real, sim))
}

/// Whether no RST is wanting, and those beyond answer segments that came too late: each core has a queue of its own for what it sends
/// over loopback (`enqueue_to_backlog`), so that a segment, and what TIME_WAIT has to say to one, may reach a connection that another has
/// ended.
fn are_of_late_segments(real: &Outcome, sim: &Outcome) -> bool {
    let is_local = |[from, to]: &[SocketAddr; 2]| from.ip() == to.ip() || from.ip().is_loopback();
    real.resets.is_superset(&sim.resets) && real.resets.difference(&sim.resets).all(is_local)
}

fn is_same_thread(program: &Program, calls: &[Call], real: &[Answer], sim: &[Answer]) -> bool {
    let may_be = |(call, (real, sim)): (&Call, (&Answer, &Answer))| {
        real == sim || RACES.iter().any(|race| (race.covers)(&Asked { program, call, real, sim }))
    };
    real.len() == sim.len() && calls.iter().zip(real.iter().zip(sim)).all(may_be)
}
