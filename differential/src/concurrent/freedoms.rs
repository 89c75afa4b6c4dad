//! What a call may see that meets another in the middle: the kernel takes no lock there, and a call of the simulator is one step. And what
//! Linux may choose, as in a sequential program.

use std::net::SocketAddr;

use wavetank_api::{Addr, Errno, PollEvents, c};

use super::{Outcome, outcome::SMALL};
use crate::{Answer, Call, Fact, Place, Program, Seen, Slot};

/// What Linux may come to where the simulator comes to something else, because two calls were in the kernel at once.
#[derive(Clone, Copy, Debug)]
pub struct Race {
    /// A short name.
    pub name: &'static str,
    /// What may differ, and how far.
    pub bounds: &'static str,
    /// Why.
    pub reason: &'static str,
    covers: Covers,
}

/// What of an outcome is concerned.
#[derive(Clone, Copy, Debug)]
enum Covers {
    /// The answer of a call.
    Answer(fn(&Asked<'_>) -> bool),
    /// What a socket shows at the end.
    Seen(fn(&Program, &Seen, &Seen) -> bool),
    /// Who was told by a RST.
    Resets(fn(&Program, &Outcome, &Outcome) -> bool),
}

/// A call whose answers differ.
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
        covers: Covers::Answer(|asked| {
            let Some((real, sim)) = asked.events() else { return false };
            real.contains(PollEvents::ERR) && sim.contains(real)
        }),
    },
    Race {
        name: "a poll that meets a disconnect",
        bounds: "poll, where a thread connects a socket to AF_UNSPEC: POLLHUP without the POLLERR that comes with it; nothing else",
        reason: "`tcp_disconnect` sets sk_state and then sk_err, without a barrier, and `tcp_poll` takes no lock",
        covers: Covers::Answer(|asked| {
            let Some((real, sim)) = asked.events() else { return false };
            let is_disconnect = |call: &Call| matches!(call, Call::Connect { addr: Place::Literal(Addr::Unspec), .. });
            let may_be = asked.program.threads.iter().flatten().any(is_disconnect);
            may_be && real.contains(PollEvents::HUP) && sim == real | PollEvents::ERR
        }),
    },
    Race {
        name: "a send that meets the end of its peer",
        bounds: "send on a UNIX socket of SOCK_STREAM or SOCK_SEQPACKET: EPIPE for ECONNRESET, or though it could have been sent; nothing else",
        reason: "`unix_release_sock` shuts the peer and then sets its error, and `sock_alloc_send_pskb` looks at both without its lock; what \
                 finds the other dead is told EPIPE by `unix_dgram_sendmsg`, too",
        covers: Covers::Answer(|asked| {
            let Call::Send { slot, .. } = asked.call else { return false };
            let may_be = matches!(asked.sim, Answer::Failed(Errno::ECONNRESET) | Answer::Done(_));
            may_be && *asked.real == Answer::Failed(Errno::EPIPE) && is_of_pair(asked.program, *slot)
        }),
    },
    Race {
        name: "what comes between the pieces of a large send",
        bounds: "send of more than 4,096 bytes on a UNIX socket of SOCK_STREAM: another number, or a number for EPIPE; nothing else",
        reason: "`unix_stream_sendmsg` puts it into the queue in buffers of half of SO_SNDBUF at most, and holds no lock between them: a read \
                 or the end of either half may come there",
        covers: Covers::Answer(|asked| {
            let Call::Send { slot, len, .. } = asked.call else { return false };
            let may_be = matches!(asked.sim, Answer::Failed(Errno::EPIPE) | Answer::Done(_));
            may_be && *len > SMALL && matches!(asked.real, Answer::Done(_)) && is_of_pair(asked.program, *slot)
        }),
    },
    Race {
        name: "a datagram to a peer that another loses",
        bounds: "send without an address on a UNIX socket of SOCK_DGRAM: ECONNRESET for ENOTCONN; nothing else",
        reason: "`unix_dgram_sendmsg` takes the peer (`unix_peer_get`) before it takes that one's lock: if another send has found it dead \
                 meanwhile and was told ECONNREFUSED, this one is told ECONNRESET, and the next one ENOTCONN",
        covers: Covers::Answer(|asked| {
            let Call::Send { slot, to: None, .. } = asked.call else { return false };
            let meets = matches!((asked.real, asked.sim), (Answer::Failed(Errno::ECONNRESET), Answer::Failed(Errno::ENOTCONN)));
            meets && asked.program.is_unix(*slot) && !is_of_pair(asked.program, *slot)
        }),
    },
    Race {
        name: "segments that come too late",
        bounds: "RSTs over loopback beyond those of the simulator; none that is wanting",
        reason: "each core has a queue of its own for what it sends over loopback (`enqueue_to_backlog`), so that a segment, and what \
                 TIME_WAIT has to say to one, may reach a connection that another core has ended",
        covers: Covers::Resets(|_, real, sim| {
            let is_local = |[from, to]: &[SocketAddr; 2]| from.ip() == to.ip() || from.ip().is_loopback();
            real.resets.is_superset(&sim.resets) && real.resets.difference(&sim.resets).all(is_local)
        }),
    },
    Race {
        name: "how much a large send takes",
        bounds: "send of more than 4,096 bytes on TCP: any number, or EAGAIN; in a program that has one, what FIONREAD counts",
        reason: "how much of a buffer is free depends on what was acknowledged, and how much of the window is, on how the data was cut into \
                 segments: the threads write, read and acknowledge at once",
        covers: Covers::Answer(|asked| {
            let is_amount = |answer: &Answer| matches!(answer, Answer::Done(_) | Answer::Failed(Errno::EAGAIN));
            is_amount(asked.real) && is_amount(asked.sim) && match asked.call {
                Call::Send { slot, len, .. } => *len > SMALL && !asked.program.is_unix(*slot),
                Call::Ioctl { slot, .. } => fills_tcp(asked.program) && !asked.program.is_unix(*slot),
                _ => false,
            }
        }),
    },
    Race {
        name: "whether a poll finds room",
        bounds: "poll on TCP in a program with a large send on TCP: POLLOUT in one world only; nothing else",
        reason: "as how much a large send takes",
        covers: Covers::Answer(|asked| {
            let Some((real, sim)) = asked.events() else { return false };
            let Some(slot) = asked.call.slot() else { return false };
            fills_tcp(asked.program) && !asked.program.is_unix(slot) && real - ROOM == sim - ROOM
        }),
    },
    Race {
        name: "whether there is room",
        bounds: "at the end, of TCP in a program with a large send on TCP: POLLOUT in one world only; nothing else",
        reason: "as how much a large send takes",
        covers: Covers::Seen(|program, real, sim| {
            fills_tcp(program) && real.state.is_some() && real.state == sim.state && real.ready - ROOM == sim.ready - ROOM
        }),
    },
    Race {
        name: "a probe of a window that is on its way",
        bounds: "in a program with a large send on TCP: who is told by a RST",
        reason: "as how much a large send takes: the window is closed or not, and a probe of it may be on its way when a connection ends",
        covers: Covers::Resets(|program, _, _| fills_tcp(program)),
    },
];

/// POLLOUT, POLLWRNORM and POLLWRBAND.
const ROOM: PollEvents = PollEvents::from_bits_retain(0x304);

impl Asked<'_> {
    /// What a poll has found, in either world.
    fn events(&self) -> Option<(PollEvents, PollEvents)> {
        let events = |answer: &Answer| match answer {
            Answer::Done(facts) => match facts[..] {
                [Fact::Number(_), Fact::Events(events)] => Some(events),
                [Fact::Number(0)] => Some(PollEvents::empty()),
                _ => None,
            },
            _ => None,
        };
        if !matches!(self.call, Call::Poll { .. }) {
            return None;
        }
        events(self.real).zip(events(self.sim))
    }
}

/// Whether a buffer of TCP may be filled.
fn fills_tcp(program: &Program) -> bool {
    let mut calls = program.calls.iter().chain(program.threads.iter().flatten());
    calls.any(|call| matches!(call, Call::Send { slot, len, .. } if *len > SMALL && !program.is_unix(*slot)))
}

fn is_of_pair(program: &Program, slot: Slot) -> bool {
    let is_connected = |kind: i32| kind & 0xf != c::SOCK_DGRAM;
    program.calls.iter().any(|call| match call {
        Call::Socketpair { into, kind, .. } => into.contains(&slot) && is_connected(*kind),
        Call::Socket { into, family: c::AF_UNIX, kind, .. } => *into == slot && is_connected(*kind),
        _ => false,
    })
}

impl Program {
    /// Whether that socket is a UNIX socket, whichever of the program's it is.
    fn is_unix(&self, slot: Slot) -> bool {
        let mut made = self.calls.iter().filter_map(|call| match call {
            Call::Socket { into, family, .. } => Some((*into, *family)),
            Call::Socketpair { into: [one, _], family, .. } if *one == slot => Some((slot, *family)),
            Call::Socketpair { into: [_, other], family, .. } => Some((*other, *family)),
            _ => None,
        });
        match made.clone().find(|(into, _)| *into == slot) {
            Some((_, family)) => family == c::AF_UNIX,
            // Accepted, or a duplicate.
            None => made.all(|(_, family)| family == c::AF_UNIX),
        }
    }
}

/// Whether an outcome of the kernel's is one of the simulator's, but for [`RACES`].
pub(super) fn is_same(program: &Program, real: &Outcome, sim: &Outcome) -> bool {
    let shows_the_same = |(real, sim): (&Option<Seen>, &Option<Seen>)| match (real, sim) {
        (Some(real), Some(sim)) => {
            real == sim || permits(|covers| matches!(covers, Covers::Seen(covers) if covers(program, real, sim)))
        }
        (real, sim) => real == sim,
    };
    let mut threads = program.threads.iter().zip(real.threads.iter().zip(&sim.threads));
    begins_the_same(program, real, sim)
        && real.seen.iter().zip(&sim.seen).all(shows_the_same)
        && (real.resets == sim.resets
            || permits(|covers| matches!(covers, Covers::Resets(covers) if covers(program, real, sim))))
        && threads.all(|(calls, (real, sim))| are_same(program, calls, real, sim))
}

/// Whether the threads began with the same, but for [`RACES`].
pub(super) fn begins_the_same(program: &Program, real: &Outcome, sim: &Outcome) -> bool {
    are_same(program, &program.calls, &real.prologue, &sim.prologue)
}

fn are_same(program: &Program, calls: &[Call], real: &[Answer], sim: &[Answer]) -> bool {
    let is_same = |(call, (real, sim)): (&Call, (&Answer, &Answer))| {
        let asked = Asked { program, call, real, sim };
        real == sim || permits(|covers| matches!(covers, Covers::Answer(covers) if covers(&asked)))
    };
    real.len() == sim.len() && calls.iter().zip(real.iter().zip(sim)).all(is_same)
}

fn permits(covers: impl Fn(&Covers) -> bool) -> bool {
    RACES.iter().any(|race| covers(&race.covers))
}
