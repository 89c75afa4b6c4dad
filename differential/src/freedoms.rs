//! What Linux may choose, and within which bounds: the differences that are none.

use wavetank_api::{Addr, Errno, PollEvents, TcpState, c};

use crate::{Answer, Call, Entry, Fact, Log, Place, Program, Seen, Slot, flow, ioctl::SIOCOUTQ};

/// A difference between the worlds that is permitted.
#[derive(Clone, Copy, Debug)]
pub struct Freedom {
    /// A short name.
    pub name: &'static str,
    /// What may differ, and how far.
    pub bounds: &'static str,
    /// Why a kernel may do either.
    pub reason: &'static str,
    /// What comes after depends on it: the comparison of that program ends there.
    pub ends: bool,
    pub(crate) covers: fn(&Asked<'_>) -> bool,
}

/// A call whose answers differ.
pub(crate) struct Asked<'a> {
    pub(crate) program: &'a Program,
    pub(crate) step: usize,
    pub(crate) real: &'a Entry,
    pub(crate) sim: &'a Entry,
    /// All that either world showed.
    pub(crate) logs: [&'a Log; 2],
}

/// All of them.
pub const FREEDOMS: &[Freedom] = &[
    Freedom {
        name: "netfilter's options",
        bounds: "getsockopt and setsockopt at IPPROTO_IP and IPPROTO_IPV6, names 64 to 69, 80, 83, 96 to 99: ENOPROTOOPT, or what the \
                 tables answer",
        reason: "they belong to whichever modules of netfilter a kernel has and has loaded (`nf_register_sockopt`); the simulator is a \
                 kernel without",
        ends: false,
        covers: |asked| {
            let at = |level: i32, name: i32| {
                matches!(level, c::IPPROTO_IP | c::IPPROTO_IPV6) && matches!(name, 64..=69 | 80 | 83 | 96..=99)
            };
            let refusals = [Errno::EINVAL, Errno::ENOENT, Errno::EPROTO, Errno::EPERM, Errno::ENOPROTOOPT];
            asked.is_option(at) && asked.failed(&refusals, &[Errno::ENOPROTOOPT])
        },
    },
    Freedom {
        name: "whose descriptor a number is",
        bounds: "setsockopt of SO_ATTACH_BPF and SO_ATTACH_REUSEPORT_EBPF: EBADF or EINVAL",
        reason: "EINVAL says that the number is an open descriptor of something else, and what else a process has open is its own affair",
        ends: false,
        covers: |asked| {
            let at = |level: i32, name: i32| {
                level == c::SOL_SOCKET && matches!(name, c::SO_ATTACH_BPF | c::SO_ATTACH_REUSEPORT_EBPF)
            };
            let refusals = [Errno::EBADF, Errno::EINVAL];
            asked.is_option(at) && asked.failed(&refusals, &refusals)
        },
    },
    Freedom {
        name: "cookies",
        bounds: "the bytes of getsockopt of SO_COOKIE and SO_NETNS_COOKIE, not how many",
        reason: "they are numbers that are given out one after the other to all sockets, and to all namespaces, of the machine",
        ends: false,
        covers: |asked| {
            let at =
                |level: i32, name: i32| level == c::SOL_SOCKET && matches!(name, c::SO_COOKIE | c::SO_NETNS_COOKIE);
            let len = |entry: &Entry| match &entry.answer {
                Answer::Done(facts) => match &facts[..] {
                    [Fact::Value(value)] => Some(value.len()),
                    _ => None,
                },
                _ => None,
            };
            asked.is_option(at) && len(asked.real).is_some() && len(asked.real) == len(asked.sim)
        },
    },
    Freedom {
        name: "a tick until a FIN is acknowledged",
        bounds: "FIN_WAIT1 in one world and FIN_WAIT2 in the other, ready for the same; and what SIOCOUTQ, TCP_INFO and TCP_MAXSEG tell of \
                 such a socket; at the other end TCP_QUICKACK, 0 in one world and 1 in the other, of a socket that has been in CLOSE_WAIT \
                 in both",
        reason: "the ACK of a FIN that comes without data waits for the timer of delayed ACKs with a timeout of 0 (`tcp_send_delayed_ack` \
                 with `icsk_ack.ato` 0): until the clock ticks the next time, which is any time from now to 1/CONFIG_HZ (1 to 10 ms) later. \
                 A FIN begins the mode in which ACKs wait (`tcp_fin`), that timer ends it (`tcp_delack_timer_handler`)",
        ends: false,
        covers: |asked| {
            asked.differs_in_states(&[TcpState::FIN_WAIT1, TcpState::FIN_WAIT2]) || asked.differs_in_quickack()
        },
    },
    Freedom {
        name: "a tick until the ACK of a FIN finds nobody",
        bounds: "after setsockopt of TCP_LINGER2: CLOSE_WAIT in one world, and in the other CLOSE, with POLLERR and POLLHUP, told by a RST \
                 that only that world has seen; after shutdown or close of a socket that SO_BINDTODEVICE or SO_BINDTOIFINDEX has bound: \
                 the RST alone; nothing else; the comparison ends there",
        reason: "it is the tick of the row before: who was closed with TCP_LINGER2 below 0 does not wait for the peer's FIN once his own \
                 is acknowledged (`tcp_rcv_state_process`), and who is bound to another interface does not hear that it is; the ACK that \
                 comes a tick later or not is answered with a RST",
        ends: true,
        covers: |asked| asked.is_refused_for_want_of_linger() || asked.is_refused_by_another_interface(),
    },
    Freedom {
        name: "how many segments are refused",
        bounds: "the same senders and receivers of RSTs, each at least once; nothing else",
        reason: "each segment that nobody wants is answered with a RST, and how many segments a write becomes is a matter of segmentation \
                 offload: a large one may travel as it is between the namespaces",
        ends: false,
        covers: |asked| {
            asked.real.answer == asked.sim.answer && asked.real.seen == asked.sim.seen && asked.refuses_the_same()
        },
    },
    Freedom {
        name: "time stamps of what came before",
        bounds: "recvmsg: control messages of time stamps in one world only, those behind that they leave no room for, MSG_CTRUNC, and \
                 addresses, as their names come from where they are told first; nothing else; the comparison ends there",
        reason: "a segment is stamped as it comes if anybody on the machine wants stamps (`net_enable_timestamp`, which a kernel worker \
                 does); of one that came unstamped TCP tells nothing (`tcp_recv_timestamp`), and nobody does by SOF_TIMESTAMPING_SOFTWARE \
                 (`__sock_recv_timestamp`)",
        ends: true,
        covers: |asked| {
            let told = |entry: &Entry| match &entry.answer {
                Answer::Done(facts) => Some(facts.iter().filter(|fact| !is_of_time(fact)).cloned().collect::<Vec<_>>()),
                _ => None,
            };
            let is_recvmsg = matches!(asked.program.calls.get(asked.step), Some(Call::Recv { .. }));
            is_recvmsg
                && asked.real.seen == asked.sim.seen
                && told(asked.real)
                    .zip(told(asked.sim))
                    .is_some_and(|(real, sim)| real == sim || is_cut_short(&real, &sim) || is_cut_short(&sim, &real))
        },
    },
    Freedom {
        name: "to where a cork of IPv6 leads after a connect to IPv4",
        bounds: "recvmsg of a datagram: IPV6_PKTINFO and IPV6_2292PKTINFO, if a socket has gathered with MSG_MORE or UDP_CORK and one was \
                 connected to an address of IPv4 after that; nothing else",
        reason: "the flow of IPv4 is written over that of IPv6 (`inet->cork.fl` is a union), and what was the address begins with 127.0.0.1 \
                 twice and goes on with the ports of this machine",
        ends: false,
        covers: |asked| {
            let others = |entry: &Entry| match &entry.answer {
                Answer::Done(facts) => {
                    Some(facts.iter().filter(|fact| !is_pktinfo6(fact)).cloned().collect::<Vec<_>>())
                }
                _ => None,
            };
            asked.real.seen == asked.sim.seen
                && others(asked.real).is_some_and(|told| Some(told) == others(asked.sim))
                && asked.has_led_a_cork_to_v4()
        },
    },
    Freedom {
        name: "when the sockets are found that nobody can receive",
        bounds: "once a descriptor was sent: the peer of a UNIX socket is gone in one world and not in the other, which POLLHUP or POLLERR \
                 says, or a datagram that is sent to it, or who connects to its name (ECONNREFUSED in one world only); or what it has sent \
                 is, which POLLOUT and SIOCOUTQ say; if a datagram socket of another family was sent, who has sent to it is told by \
                 POLLERR in one world only, and bind fails with EADDRINUSE in one world only; if a TCP socket was sent, its peer, or who \
                 waits to be accepted by it, is in CLOSE or CLOSE_WAIT in one world only, or waits to be accepted, or is told by a RST \
                 that nobody is there; the comparison ends there",
        reason: "sockets that are only in flight to one another are looked for by a kernel worker when any UNIX socket of the machine is \
                 closed (`unix_gc`), and their files are let go of a tick or two later (`delayed_fput`): 8 ms as a rule; whoever closes such \
                 a cycle closes no socket by that. The simulator looks for them whenever a UNIX socket is closed, at once",
        ends: true,
        covers: |asked| {
            let so_far = asked.program.calls.iter().take(asked.step);
            so_far.clone().any(|call| matches!(call, Call::Send { carry: Some(_), .. }))
                && (asked.is_sent_to_nobody()
                    || asked.differs_in_peers()
                    || asked.tells_what_is_unread()
                    || asked.is_bound_in_one_world())
        },
    },
    Freedom {
        name: "how much has come through a full window",
        bounds: "once a TCP socket has written at least a window more than others have read, in both worlds (65,483 bytes, or what \
                 SO_RCVBUF or TCP_WINDOW_CLAMP asked for): how much sends take, how much of the same data recv finds, what FIONREAD, \
                 SIOCOUTQ, SIOCOUTQNSD, TCP_INFO, TCP_MAXSEG, TCP_WINDOW_CLAMP and SO_RCVBUF tell of it, POLLIN, POLLOUT and POLLPRI, and \
                 whether a FIN behind it, or the ACK of one, has come (POLLRDHUP says so of a FIN, unless something was shut for reading; \
                 of one that is the last of its connection POLLHUP, too); after recv and a wait also whether what came through was \
                 refused: RSTs in one world only, and the connection is closed there, with POLLERR, POLLHUP and POLLRDHUP; and how often \
                 the same are told by a RST; the comparison ends there",
        reason: "when a window is full, what goes on is decided by what each packet costs in memory (`truesize`), which packets were put \
                 into one another (`tcp_try_coalesce`), what of them was copied together (`tcp_collapse`) and what the socket had reserved \
                 (`sk_forward_alloc`): all of it is the allocator's affair, and changes from release to release",
        ends: true,
        covers: |asked| {
            flow::differs_in_amounts(asked.program, asked.step, asked.real, asked.sim)
                && flow::filled_a_window(asked.program, asked.step, asked.logs)
        },
    },
];

/// A time stamp, or the flags, which say whether there was room for it; or an address, which is named after those that were told before.
fn is_of_time(fact: &Fact) -> bool {
    const STAMPS: [i32; 6] = [
        c::SO_TIMESTAMP_OLD,
        c::SO_TIMESTAMPNS_OLD,
        c::SO_TIMESTAMPING_OLD,
        c::SO_TIMESTAMP_NEW,
        c::SO_TIMESTAMPNS_NEW,
        c::SO_TIMESTAMPING_NEW,
    ];
    match fact {
        Fact::Control(level, kind, _) => *level == c::SOL_SOCKET && STAMPS.contains(kind),
        Fact::Flags(_) | Fact::Addr(_) => true,
        _ => false,
    }
}

fn is_pktinfo6(fact: &Fact) -> bool {
    matches!(fact, Fact::Control(c::IPPROTO_IPV6, c::IPV6_PKTINFO | c::IPV6_2292PKTINFO, _))
}

/// Whether the one is the other without its last control messages.
fn is_cut_short(one: &[Fact], other: &[Fact]) -> bool {
    let is_control = |fact: &&Fact| matches!(fact, Fact::Control(..));
    let (mut ours, theirs) = (one.iter().filter(is_control), other.iter().filter(is_control));
    let is_told = |fact: &&Fact| !is_control(fact) || ours.next().is_some();
    theirs.clone().zip(one.iter().filter(is_control)).all(|(one, other)| one == other)
        && other.iter().filter(is_told).eq(one)
}

impl Asked<'_> {
    /// Whether the call is about one of these options, by level and name.
    fn is_option(&self, of: impl Fn(i32, i32) -> bool) -> bool {
        match self.program.calls.get(self.step) {
            Some(Call::Getsockopt { level, name, .. } | Call::Setsockopt { level, name, .. }) => of(*level, *name),
            _ => false,
        }
    }

    /// Whether it failed in either world, with one of these; and nothing else differs.
    fn failed(&self, real: &[Errno], sim: &[Errno]) -> bool {
        let is_one = |entry: &Entry, of: &[Errno]| matches!(&entry.answer, Answer::Failed(errno) if of.contains(errno));
        is_one(self.real, real) && is_one(self.sim, sim) && self.real.seen == self.sim.seen
    }

    /// Whether sockets show otherwise in the two worlds, and all that do so in this way.
    fn all_that_differ(&self, so: impl Fn(&Seen, &Seen) -> bool) -> bool {
        let both = self.real.seen.iter().flatten().zip(self.sim.seen.iter().flatten());
        let mut differing = both.filter(|(real, sim)| real != sim).peekable();
        differing.peek().is_some() && differing.all(|(real, sim)| so(real, sim))
    }

    /// Whether a RST was sent in one world only.
    fn is_told_in_one_world(&self) -> bool {
        self.real.resets.is_empty() != self.sim.resets.is_empty()
    }

    /// Whether a connection has lasted until its peer's FIN in one world, and in the other until the RST that the ACK of that has brought,
    /// and nothing else differs.
    fn is_refused_for_want_of_linger(&self) -> bool {
        let is_linger =
            |call: &Call| matches!(call, Call::Setsockopt { level: c::IPPROTO_TCP, name: c::TCP_LINGER2, .. });
        let is_over =
            |seen: &Seen| seen.state == Some(TcpState::CLOSE) && seen.ready.contains(PollEvents::ERR | PollEvents::HUP);
        let waits = |seen: &Seen| seen.state == Some(TcpState::CLOSE_WAIT);
        self.program.calls.iter().take(self.step).any(is_linger)
            && self.real.answer == self.sim.answer
            && self.is_told_in_one_world()
            && self.all_that_differ(|real, sim| is_over(real) && waits(sim) || waits(real) && is_over(sim))
    }

    /// Whether a socket that was bound to an interface was shut or closed, and nothing differs but that a RST was sent in one world only.
    fn is_refused_by_another_interface(&self) -> bool {
        const DEVICE: [i32; 2] = [c::SO_BINDTODEVICE, c::SO_BINDTOIFINDEX];
        let so_far = &self.program.calls[..self.step];
        let is_bound = |shut: Slot| {
            let binds = |call: &Call| match call {
                Call::Setsockopt { slot, level: c::SOL_SOCKET, name, .. } => *slot == shut && DEVICE.contains(name),
                _ => false,
            };
            so_far.iter().any(binds)
        };
        self.is_told_in_one_world()
            && self.real.answer == self.sim.answer
            && self.real.seen == self.sim.seen
            && so_far
                .iter()
                .any(|call| matches!(call, Call::Shutdown { slot, .. } | Call::Close { slot } if is_bound(*slot)))
    }

    /// Whether nothing differs but sockets whose peer is gone in one world: sockets of TCP, if one was sent, and others, which show POLLHUP,
    /// POLLOUT or POLLERR.
    fn differs_in_peers(&self) -> bool {
        let is_tcp = |slot: Slot, step: usize| {
            let entry = self.logs[0].entries.get(step);
            entry
                .and_then(|entry| entry.seen.get(usize::from(slot)))
                .is_some_and(|seen| seen.is_some_and(|seen| seen.state.is_some()))
        };
        let mut so_far = self.program.calls.iter().take(self.step).enumerate();
        let was_sent =
            so_far.any(|(step, call)| matches!(call, Call::Send { carry: Some(slot), .. } if is_tcp(*slot, step)));
        let is_gone = |seen: &Seen| matches!(seen.state, Some(TcpState::CLOSE | TcpState::CLOSE_WAIT));
        // TCP_DEFER_ACCEPT: the FIN is what it waited for.
        let waits = |seen: &Seen| (seen.state == Some(TcpState::LISTEN)).then(|| seen.ready.contains(PollEvents::IN));
        let differs = |real: &Seen, sim: &Seen| waits(real).zip(waits(sim)).is_some_and(|(real, sim)| real != sim);
        let is_told = self.is_told_in_one_world() && self.real.seen == self.sim.seen;
        let of_tcp = |real: &Seen, sim: &Seen| {
            is_gone(real) != is_gone(sim) || is_gone(real) && real.state != sim.state || differs(real, sim)
        };
        let gone = PollEvents::HUP | PollEvents::OUT | PollEvents::ERR;
        let of_others = |real: &Seen, sim: &Seen| (real.ready ^ sim.ready).intersects(gone);
        was_sent && is_told
            || self.all_that_differ(|real, sim| match real.state {
                Some(_) => was_sent && of_tcp(real, sim),
                None => of_others(real, sim),
            })
    }

    /// Whether somebody was connected to IPv4 after somebody had begun to gather.
    fn has_led_a_cork_to_v4(&self) -> bool {
        let gathers = |call: &Call| match call {
            Call::Send { flags, .. } => flags & c::MSG_MORE != 0,
            Call::Setsockopt { level: c::IPPROTO_UDP, name: c::UDP_CORK, .. } => true,
            _ => false,
        };
        let is_to_v4 = |call: &Call| match call {
            Call::Connect { addr: Place::Ip(ip, _), .. } => ip.is_ipv4(),
            Call::Connect { addr: Place::Name(_) | Place::Literal(Addr::V4(_)), .. } => true,
            _ => false,
        };
        let so_far = &self.program.calls[..self.step];
        let begun = so_far.iter().position(gathers);
        begun.is_some_and(|begun| so_far[begun..].iter().any(is_to_v4))
    }

    /// Whether an address is taken in one world.
    fn is_bound_in_one_world(&self) -> bool {
        let is_taken = |entry: &Entry| entry.answer == Answer::Failed(Errno::EADDRINUSE);
        let is_done = |entry: &Entry| matches!(entry.answer, Answer::Done(_));
        matches!(self.program.calls.get(self.step), Some(Call::Bind { .. }))
            && (is_taken(self.real) && is_done(self.sim) || is_done(self.real) && is_taken(self.sim))
    }

    /// Whether it is SIOCOUTQ on a UNIX socket, and nothing is left in one world of what that has sent.
    fn tells_what_is_unread(&self) -> bool {
        let Some(Call::Ioctl { slot, request: SIOCOUTQ, .. }) = self.program.calls.get(self.step) else { return false };
        let is_nothing = |entry: &Entry| match &entry.answer {
            Answer::Done(facts) => facts.contains(&Fact::Value(vec![0; 4])),
            _ => false,
        };
        let is_unix = self.real.seen[usize::from(*slot)].is_some_and(|seen| seen.state.is_none());
        is_unix && self.real.seen == self.sim.seen && is_nothing(self.real) != is_nothing(self.sim)
    }

    /// Whether it sends a UNIX datagram, or connects to who is named so, and nobody is there in one world.
    fn is_sent_to_nobody(&self) -> bool {
        let Some(Call::Send { slot, .. } | Call::Connect { slot, .. }) = self.program.calls.get(self.step) else {
            return false;
        };
        let before = self.program.calls[..self.step].iter().rev();
        let mut original = *slot;
        let mut family = before.filter_map(|call| match call {
            Call::Socket { into, family, kind: c::SOCK_DGRAM, .. } if *into == original => Some(*family),
            Call::Socketpair { into, family, kind: c::SOCK_DGRAM, .. } if into.contains(&original) => Some(*family),
            Call::Dup { slot, into } => {
                if *into == original {
                    original = *slot;
                }
                None
            }
            _ => None,
        });
        let answers = [&self.real.answer, &self.sim.answer];
        family.next() == Some(c::AF_UNIX) && answers.contains(&&Answer::Failed(Errno::ECONNREFUSED))
    }

    /// Whether it asks for TCP_QUICKACK of a socket that has come through CLOSE_WAIT, and nothing differs but whether it is 0 or 1.
    fn differs_in_quickack(&self) -> bool {
        let Some(Call::Getsockopt { slot, level: c::IPPROTO_TCP, name: c::TCP_QUICKACK, .. }) =
            self.program.calls.get(self.step)
        else {
            return false;
        };
        let states = |log: &Log| {
            let so_far = log.entries.iter().take(self.step + 1);
            so_far.map(|entry| entry.seen[usize::from(*slot)].and_then(|seen| seen.state)).collect::<Vec<_>>()
        };
        // Since it was connected: another socket may have been in this place before.
        let was_closed_first = |states: &[Option<TcpState>]| {
            let since = states.iter().rev().take_while(|state| **state != Some(TcpState::ESTABLISHED));
            let among = [TcpState::CLOSE_WAIT, TcpState::LAST_ACK, TcpState::CLOSE];
            since.clone().all(|state| state.is_some_and(|state| among.contains(&state)))
                && since.into_iter().any(|state| *state == Some(TcpState::CLOSE_WAIT))
        };
        let bit = |entry: &Entry| match &entry.answer {
            Answer::Done(facts) => match &facts[..] {
                [Fact::Value(value)] => match &value[..] {
                    [bit @ (0 | 1), rest @ ..] if rest.iter().all(|byte| *byte == 0) => Some((*bit, rest.len())),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        let told = bit(self.real).zip(bit(self.sim));
        told.is_some_and(|((_, real), (_, sim))| real == sim)
            && self.real.seen == self.sim.seen
            && self.real.resets == self.sim.resets
            && self.logs.iter().all(|log| was_closed_first(&states(log)))
    }

    /// Whether the same are told by RSTs, however often.
    fn refuses_the_same(&self) -> bool {
        self.real.refuses_like(self.sim)
    }

    /// Whether nothing differs but the states of sockets, and these are among those.
    fn differs_in_states(&self, states: &[TcpState]) -> bool {
        let is_among = |state: Option<TcpState>| state.is_some_and(|state| states.contains(&state));
        let differs_so = |(real, sim): (&Option<Seen>, &Option<Seen>)| match (real, sim) {
            (Some(real), Some(sim)) => {
                real == sim || real.ready == sim.ready && is_among(real.state) && is_among(sim.state)
            }
            (real, sim) => real == sim,
        };
        let has_told = matches!(
            self.program.calls.get(self.step),
            Some(
                Call::Ioctl { request: SIOCOUTQ, .. }
                    | Call::Getsockopt { level: c::IPPROTO_TCP, name: c::TCP_INFO | c::TCP_MAXSEG, .. }
            )
        );
        (self.real.answer == self.sim.answer || has_told && self.real.seen != self.sim.seen)
            && self.refuses_the_same()
            && self.real.seen.iter().zip(&self.sim.seen).all(differs_so)
    }
}
