//! What a call may see that meets another in the middle: the kernel takes no lock there, and a call of the simulator is one step. And what
//! Linux may choose, as in a sequential program.

use std::collections::BTreeSet;

use wavetank_api::{Addr, Errno, PollEvents, TcpState, c};

use super::{Outcome, outcome::SMALL};
use crate::{Answer, Call, Fact, Place, Port, Program, Seen, Slot, flow::finds_another_amount};

/// What Linux may come to where the simulator comes to something else, because two calls were in the kernel at once.
#[derive(Clone, Copy, Debug)]
pub struct Race {
    /// A short name.
    pub name: &'static str,
    /// What may differ, and how far.
    pub bounds: &'static str,
    /// Why.
    pub reason: &'static str,
    covers: &'static [Covers],
}

/// What of an outcome is concerned.
#[derive(Clone, Copy, Debug)]
enum Covers {
    /// The answer of a call.
    Answer(fn(&Asked<'_>) -> bool),
    /// What a socket shows at the end.
    Seen(fn(&Program, &Seen, &Seen) -> bool),
    /// What the answer of another call that this row covers has left: the answer of a call, or what a socket shows at the end.
    LeftToAnswer(fn(&Asked<'_>) -> bool),
    LeftToSee(fn(&Program, &Seen, &Seen) -> bool),
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
        covers: &[Covers::Answer(|asked| {
            let Some((real, sim)) = asked.events() else { return false };
            real.contains(PollEvents::ERR) && sim.contains(real)
        })],
    },
    Race {
        name: "a poll that meets a disconnect",
        bounds: "poll, where a thread connects a socket to AF_UNSPEC: of POLLERR and POLLHUP one alone, and POLLIN, POLLPRI and POLLRDHUP \
                 still. Where a thread connects: POLLIN and POLLRDHUP still beside POLLHUP; nothing else",
        reason: "`tcp_disconnect` sets sk_state, then sk_err, without a barrier, and only then empties the queue and forgets urg_data and \
                 sk_shutdown; `tcp_poll` takes no lock. `__inet_stream_connect` takes sk_err of an attempt that has failed before it \
                 disconnects",
        covers: &[
            Covers::Answer(|asked| {
                let Some((real, sim)) = asked.events() else { return false };
                let is_disconnect =
                    |call: &Call| matches!(call, Call::Connect { addr: Place::Literal(Addr::Unspec), .. });
                let may_be = asked.program.threads.iter().flatten().any(is_disconnect);
                let still = PollEvents::IN | PollEvents::PRI | PollEvents::RDHUP;
                may_be && sim.contains(ENDED) && real.intersects(ENDED) && sim - ENDED == real - ENDED - still
            }),
            Covers::Answer(|asked| {
                let Some((real, sim)) = asked.events() else { return false };
                let connects = |call: &Call| matches!(call, Call::Connect { .. });
                let may_be = asked.is_tcp() && asked.program.threads.iter().flatten().any(connects);
                let still = PollEvents::IN | PollEvents::RDHUP;
                may_be && sim & ENDED == PollEvents::HUP && sim == real - (still - sim)
            }),
        ],
    },
    Race {
        name: "a call that meets the end of its peer",
        bounds: "on a UNIX socket of SOCK_STREAM or SOCK_SEQPACKET: send that fails with EPIPE for ECONNRESET, or though it could have \
                 been sent. Where a thread closes one: recv of 0 bytes for ECONNRESET, of SOCK_SEQPACKET alone; poll with POLLHUP without \
                 POLLERR. And after one of these: recv that fails with ECONNRESET for 0 bytes, POLLERR more; nothing else",
        reason: "`unix_release_sock` shuts the peer and then sets its error, and `sock_alloc_send_pskb`, `__skb_wait_for_more_packets`, \
                 `unix_poll` and `unix_dgram_poll` look at both without its lock: who looks in between finds it shut, and the error stays \
                 for the next. What finds the other dead is told EPIPE by `unix_dgram_sendmsg`, too",
        covers: &[
            Covers::Answer(|asked| {
                let Call::Send { slot, .. } = asked.call else { return false };
                let may_be = matches!(asked.sim, Answer::Failed(Errno::ECONNRESET) | Answer::Done(_));
                may_be && *asked.real == Answer::Failed(Errno::EPIPE) && is_of_pair(asked.program, *slot)
            }),
            Covers::Answer(|asked| {
                let may_be = is_end(asked.real) && *asked.sim == Answer::Failed(Errno::ECONNRESET);
                let Call::Recv { slot, .. } = asked.call else { return false };
                may_be
                    && asked.program.kinds(*slot).contains(&(c::AF_UNIX, c::SOCK_SEQPACKET))
                    && closes_pair(asked.program)
            }),
            Covers::Answer(|asked| {
                let is_such = asked.call.slot().is_some_and(|slot| is_of_pair(asked.program, slot));
                let may_be = |(real, sim)| has_failed_besides(sim, real);
                is_such && asked.events().is_some_and(may_be) && closes_pair(asked.program)
            }),
            Covers::LeftToAnswer(|asked| {
                let may_be = *asked.real == Answer::Failed(Errno::ECONNRESET) && is_end(asked.sim);
                matches!(asked.call, Call::Recv { slot, .. } if may_be && is_of_pair(asked.program, *slot))
            }),
            Covers::LeftToAnswer(|asked| {
                let is_such = asked.call.slot().is_some_and(|slot| is_of_pair(asked.program, slot));
                is_such && asked.events().is_some_and(|(real, sim)| has_failed_besides(real, sim))
            }),
            Covers::LeftToSee(|_, real, sim| {
                real.state.is_none() && sim.state.is_none() && has_failed_besides(real.ready, sim.ready)
            }),
        ],
    },
    Race {
        name: "what comes between the pieces of a large send",
        bounds: "send of more than 4,096 bytes on a UNIX socket of SOCK_STREAM: another number, or a number for EAGAIN, EPIPE or \
                 ECONNRESET, and with that a POLLERR more at the end. In a program that has one: what FIONREAD counts on such a socket; \
                 nothing else",
        reason: "`unix_stream_sendmsg` puts it into the queue in buffers of half of SO_SNDBUF at most, and holds no lock between them: a \
                 read or the end of either half may come there. Who has sent a part is told its number, and the error stays. Two may both \
                 find room for a piece (`sock_alloc_send_pskb`)",
        covers: &[
            Covers::Answer(|asked| {
                let Call::Send { slot, len, .. } = asked.call else { return false };
                let may_be = matches!(
                    asked.sim,
                    Answer::Failed(Errno::EAGAIN | Errno::EPIPE | Errno::ECONNRESET) | Answer::Done(_)
                );
                let is_part = *len > SMALL && matches!(asked.real, Answer::Done(_));
                may_be && is_part && is_of_pair(asked.program, *slot)
            }),
            Covers::Answer(|asked| asked.is_count() && !asked.is_tcp() && fills(asked.program, true)),
            Covers::Seen(|program, real, sim| {
                real.state.is_none() && real.ready == sim.ready | PollEvents::ERR && fills(program, true)
            }),
        ],
    },
    Race {
        name: "a port that is the right one by chance",
        bounds: "connect of TCP to the port of a socket that listens at no time: done for ECONNREFUSED; nothing else",
        reason: "the port that the kernel picks (`__inet_hash_connect`, by a secret that is the machine's) may be the very one that it \
                 connects to, and then it connects to itself: about one in 14,000. The simulator picks ports, too, but not all in each \
                 program",
        covers: &[Covers::Answer(|asked| {
            let Call::Connect { addr: Place::Ip(_, Port::Of(to)), .. } = asked.call else { return false };
            let mut calls = asked.program.calls.iter().chain(asked.program.threads.iter().flatten());
            let listens = calls.any(|call| matches!(call, Call::Listen { slot, .. } if slot == to));
            let is_done = matches!((asked.real, asked.sim), (Answer::Done(_), Answer::Failed(Errno::ECONNREFUSED)));
            is_done && !listens && asked.is_tcp()
        })],
    },
    Race {
        name: "a datagram to a peer that another loses",
        bounds: "send without an address on a UNIX socket of SOCK_DGRAM: ECONNRESET for ENOTCONN; nothing else",
        reason: "`unix_dgram_sendmsg` takes the peer (`unix_peer_get`) before it takes that one's lock: if another send has found it dead \
                 meanwhile and was told ECONNREFUSED, this one is told ECONNRESET, and the next one ENOTCONN",
        covers: &[Covers::Answer(|asked| {
            let Call::Send { slot, to: None, .. } = asked.call else { return false };
            let meets =
                matches!((asked.real, asked.sim), (Answer::Failed(Errno::ECONNRESET), Answer::Failed(Errno::ENOTCONN)));
            meets && asked.program.is_unix(*slot) && !is_of_pair(asked.program, *slot)
        })],
    },
    Race {
        name: "a datagram that meets a connect",
        bounds: "where a thread connects a socket of UDP: recv that fails with ECONNREFUSED for EAGAIN, or tells of a sender with port 0; \
                 send without an address that is done for EDESTADDRREQ, and nobody receives it; nothing else",
        reason: "`udp_sendmsg` and `udpv6_sendmsg` take no lock, and `__ip6_datagram_connect` sets the peer and the own address one after \
                 the other: what leaves in between has the address of before, and is refused by who is connected to the new one. \
                 `__udp_disconnect` sets inet_sport to 0: what has found its peer before, and leaves after, comes from port 0 (14 of \
                 15,000), whom no connected socket hears",
        covers: &[Covers::Answer(|asked| {
            let may_be = |slot: Slot| asked.program.is_datagram(slot) && !asked.program.is_unix(slot);
            let connects = |call: &Call| matches!(call, Call::Connect { slot, .. } if may_be(*slot));
            let meets = match (asked.call, asked.real, asked.sim) {
                (Call::Recv { .. }, Answer::Failed(Errno::ECONNREFUSED), Answer::Failed(Errno::EAGAIN)) => true,
                (Call::Recv { .. }, Answer::Done(real), Answer::Done(sim)) => is_from_no_port(real, sim),
                (Call::Send { to: None, .. }, Answer::Done(_), Answer::Failed(Errno::EDESTADDRREQ)) => true,
                _ => false,
            };
            meets && asked.call.slot().is_some_and(may_be) && asked.program.threads.iter().flatten().any(connects)
        })],
    },
    Race {
        name: "segments that come too late",
        bounds: "RSTs beyond those of the simulator; none that is wanting",
        reason: "each core has a queue of its own for what it sends over loopback and over veth (`enqueue_to_backlog`), so that a segment, \
                 and what TIME_WAIT has to say to one that was overtaken, may reach a connection that another core has ended",
        covers: &[Covers::Resets(|_, real, sim| real.resets.is_superset(&sim.resets))],
    },
    Race {
        name: "a listener that is being closed",
        bounds: "where a thread closes a listener of TCP: recv of 0 bytes, or EPIPE of a call, for ECONNRESET, and POLLERR beside POLLHUP \
                 at the end; bind of a socket of TCP that fails with EADDRINUSE; nothing else",
        reason: "`__tcp_close` sets sk_shutdown and then ends the listening: a connection that is made in between (`sk_clone_lock`) is shut \
                 as well, sends a FIN at once (`tcp_rcv_state_process`, TCP_SYN_RECV), and then the RST with which it ends, which is EPIPE \
                 to who has got the FIN (`tcp_reset`). Whose connection that RST has ended is unbound before the listener is \
                 (`inet_csk_listen_stop`, then `inet_csk_destroy_sock`), and may ask for its port in between",
        covers: &[
            Covers::Answer(|asked| {
                let is_end = match asked.real {
                    Answer::Done(facts) => {
                        matches!(asked.call, Call::Recv { .. }) && facts.first() == Some(&Fact::Number(0))
                    }
                    answer => *answer == Answer::Failed(Errno::EPIPE),
                };
                is_end && *asked.sim == Answer::Failed(Errno::ECONNRESET) && closes_listener(asked.program)
            }),
            Covers::Answer(|asked| {
                let is_bind = matches!(asked.call, Call::Bind { .. }) && asked.is_tcp();
                let may_be = *asked.real == Answer::Failed(Errno::EADDRINUSE) && matches!(asked.sim, Answer::Done(_));
                is_bind && may_be && closes_listener(asked.program)
            }),
            Covers::Seen(|program, real, sim| {
                let is_end = real.state == Some(TcpState::CLOSE) && real.ready == sim.ready | PollEvents::ERR;
                is_end && real.state == sim.state && sim.ready.contains(PollEvents::HUP) && closes_listener(program)
            }),
        ],
    },
    Race {
        name: "how much of a large send is taken",
        bounds: "send of more than 4,096 bytes on TCP: any number, EAGAIN, or the ECONNRESET or EPIPE with which the connection has ended. \
                 In a program that has one: how much of it recv finds, or EAGAIN; what FIONREAD counts; POLLOUT on TCP in one world only; \
                 POLLERR at the end in one world only; who is told by a RST",
        reason: "how much of a buffer is free depends on what was acknowledged, and how much of a window on how the data was cut into \
                 segments: the threads write, read and acknowledge at once. Who has sent a part is told its number, and the error stays. A \
                 probe of the window may be on its way when a connection ends",
        covers: &[
            Covers::Answer(|asked| {
                let may_be = |answer: &Answer| {
                    matches!(answer, Answer::Done(_) | Answer::Failed(Errno::EAGAIN | Errno::ECONNRESET | Errno::EPIPE))
                };
                let is_large_send = matches!(asked.call, Call::Send { len, .. } if *len > SMALL);
                is_large_send && asked.is_tcp() && may_be(asked.real) && may_be(asked.sim)
            }),
            Covers::Answer(|asked| {
                let is_some = finds_another_amount(asked.real, asked.sim);
                matches!(asked.call, Call::Recv { .. }) && is_some && asked.is_tcp() && fills_tcp(asked.program)
            }),
            Covers::Answer(|asked| asked.is_count() && asked.is_tcp() && fills_tcp(asked.program)),
            Covers::Answer(|asked| {
                let is_room = asked.events().is_some_and(|(real, sim)| real - ROOM == sim - ROOM);
                is_room && asked.is_tcp() && fills_tcp(asked.program)
            }),
            Covers::Seen(|program, real, sim| {
                let may_be = ROOM | PollEvents::ERR;
                let is_tcp = real.state.is_some() && real.state == sim.state;
                is_tcp && real.ready - may_be == sim.ready - may_be && fills_tcp(program)
            }),
            Covers::Resets(|program, _, _| fills_tcp(program)),
        ],
    },
];

/// What a connection shows that was given up.
const ENDED: PollEvents = PollEvents::ERR.union(PollEvents::HUP);
/// POLLOUT, POLLWRNORM and POLLWRBAND.
const ROOM: PollEvents = PollEvents::from_bits_retain(0x304);

impl Asked<'_> {
    fn is_tcp(&self) -> bool {
        self.call.slot().is_some_and(|slot| !self.program.is_unix(slot))
    }

    /// An ioctl that has counted in both worlds.
    fn is_count(&self) -> bool {
        let is_done = |answer: &Answer| matches!(answer, Answer::Done(_));
        matches!(self.call, Call::Ioctl { .. }) && is_done(self.real) && is_done(self.sim)
    }

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

/// Whether they differ in the sender alone, who has no port.
fn is_from_no_port(real: &[Fact], sim: &[Fact]) -> bool {
    let is_one = |(real, sim): (&Fact, &Fact)| match (real, sim) {
        (Fact::Addr(Some(real)), Fact::Addr(Some(sim))) => *real == sim.clone().with_port(0),
        (real, sim) => real == sim,
    };
    real.len() == sim.len() && real.iter().zip(sim).all(is_one)
}

/// Whether POLLERR is what one shows besides the other, where both show POLLHUP.
fn has_failed_besides(one: PollEvents, other: PollEvents) -> bool {
    !other.contains(PollEvents::ERR) && one == other | PollEvents::ERR && one.contains(PollEvents::HUP)
}

/// Whether a call has received nothing, because there will be nothing.
fn is_end(answer: &Answer) -> bool {
    matches!(answer, Answer::Done(facts) if facts.first() == Some(&Fact::Number(0)))
}

/// Whether a thread may end a UNIX socket of SOCK_STREAM or SOCK_SEQPACKET.
fn closes_pair(program: &Program) -> bool {
    let closes = |call: &Call| matches!(call, Call::Close { slot } if is_of_pair(program, *slot));
    program.threads.iter().flatten().any(closes)
}

/// Whether a thread may end a listener of TCP.
fn closes_listener(program: &Program) -> bool {
    let listens = |slot: Slot| {
        let mut calls = program.calls.iter().chain(program.threads.iter().flatten());
        calls.any(|call| matches!(call, Call::Listen { slot: listener, .. } if *listener == slot))
            && !program.is_unix(slot)
    };
    program.threads.iter().flatten().any(|call| matches!(call, Call::Close { slot } if listens(*slot)))
}

/// Whether a buffer of TCP may be filled.
fn fills_tcp(program: &Program) -> bool {
    fills(program, false)
}

/// Whether a buffer of a UNIX socket, or of another, may be filled.
fn fills(program: &Program, unix: bool) -> bool {
    let mut calls = program.calls.iter().chain(program.threads.iter().flatten());
    calls.any(|call| matches!(call, Call::Send { slot, len, .. } if *len > SMALL && program.is_unix(*slot) == unix))
}

/// Whether that is a UNIX socket of SOCK_STREAM or SOCK_SEQPACKET.
fn is_of_pair(program: &Program, slot: Slot) -> bool {
    program.kinds(slot).iter().any(|(family, kind)| *family == c::AF_UNIX && *kind != c::SOCK_DGRAM)
}

impl Program {
    /// Whether that socket may be one for datagrams.
    fn is_datagram(&self, slot: Slot) -> bool {
        self.kinds(slot).iter().any(|(_, kind)| *kind == c::SOCK_DGRAM)
    }

    /// Whether that socket is a UNIX socket, whichever of the program's it is.
    fn is_unix(&self, slot: Slot) -> bool {
        self.kinds(slot).iter().all(|(family, _)| *family == c::AF_UNIX)
    }

    /// The family and the type of every socket that may be there: made, accepted, a duplicate, or received.
    fn kinds(&self, slot: Slot) -> Vec<(i32, i32)> {
        let calls = || self.calls.iter().chain(self.threads.iter().flatten());
        let (mut kinds, mut slots, mut at) = (Vec::new(), vec![slot], 0);
        while let Some(&slot) = slots.get(at) {
            at += 1;
            if slots[..at - 1].contains(&slot) {
                continue;
            }
            for call in calls() {
                match call {
                    Call::Socket { into, family, kind, .. } if *into == slot => kinds.push((*family, kind & 0xf)),
                    Call::Socketpair { into, family, kind, .. } if into.contains(&slot) => {
                        kinds.push((*family, kind & 0xf))
                    }
                    Call::Accept { slot: from, into } | Call::Dup { slot: from, into } if *into == slot => {
                        slots.push(*from)
                    }
                    Call::Recv { into: Some(into), .. } if *into == slot => slots.extend(calls().filter_map(carried)),
                    _ => {}
                }
            }
        }
        kinds
    }
}

/// What it sends as a descriptor.
const fn carried(call: &Call) -> Option<Slot> {
    match call {
        Call::Send { carry, .. } => *carry,
        _ => None,
    }
}

/// The names of the [`RACES`] by which an outcome of the kernel's is one of the simulator's; `None`, if it is another.
pub(super) fn taken(program: &Program, real: &Outcome, sim: &Outcome) -> Option<BTreeSet<&'static str>> {
    let mut judge = Judge::new(program);
    (judge.is_same(real, sim) && judge.left.is_subset(&judge.taken)).then_some(judge.taken)
}

/// Whether the threads began with the same, but for [`RACES`].
pub(super) fn begins_the_same(program: &Program, real: &Outcome, sim: &Outcome) -> bool {
    Judge::new(program).are_same(&program.calls, &real.prologue, &sim.prologue)
}

struct Judge<'a> {
    program: &'a Program,
    taken: BTreeSet<&'static str>,
    /// Of which rows something was left.
    left: BTreeSet<&'static str>,
}

impl<'a> Judge<'a> {
    const fn new(program: &'a Program) -> Self {
        Self { program, taken: BTreeSet::new(), left: BTreeSet::new() }
    }

    fn is_same(&mut self, real: &Outcome, sim: &Outcome) -> bool {
        let program = self.program;
        let mut threads = program.threads.iter().zip(real.threads.iter().zip(&sim.threads));
        self.are_same(&program.calls, &real.prologue, &sim.prologue)
            && threads.all(|(calls, (real, sim))| self.are_same(calls, real, sim))
            && real.seen.iter().zip(&sim.seen).all(|(real, sim)| self.shows_the_same(real.as_ref(), sim.as_ref()))
            && (real.resets == sim.resets
                || self.permits(|covers| matches!(covers, Covers::Resets(covers) if covers(program, real, sim))))
    }

    fn are_same(&mut self, calls: &[Call], real: &[Answer], sim: &[Answer]) -> bool {
        let program = self.program;
        let is_same = |(call, (real, sim)): (&Call, (&Answer, &Answer))| {
            let asked = Asked { program, call, real, sim };
            real == sim
                || self.permits(|covers| matches!(covers, Covers::Answer(covers) if covers(&asked)))
                || self.leaves(|covers| matches!(covers, Covers::LeftToAnswer(covers) if covers(&asked)))
        };
        real.len() == sim.len() && calls.iter().zip(real.iter().zip(sim)).all(is_same)
    }

    fn shows_the_same(&mut self, real: Option<&Seen>, sim: Option<&Seen>) -> bool {
        let program = self.program;
        match (real, sim) {
            (Some(real), Some(sim)) if real != sim => {
                self.permits(|covers| matches!(covers, Covers::Seen(covers) if covers(program, real, sim)))
                    || self.leaves(|covers| matches!(covers, Covers::LeftToSee(covers) if covers(program, real, sim)))
            }
            (real, sim) => real == sim,
        }
    }

    fn permits(&mut self, covers: impl Fn(&Covers) -> bool) -> bool {
        row(covers).map(|race| self.taken.insert(race.name)).is_some()
    }

    fn leaves(&mut self, covers: impl Fn(&Covers) -> bool) -> bool {
        row(covers).map(|race| self.left.insert(race.name)).is_some()
    }
}

fn row(covers: impl Fn(&Covers) -> bool) -> Option<&'static Race> {
    RACES.iter().find(|race| race.covers.iter().any(&covers))
}
