//! The cells of one program: what each call was on, as the real log shows it, and what it was answered.

use wavetank_api::{Errno, MsgFlags, TcpState};

use super::{Cell, Column, Kind, Question, Row, State};
use crate::{Answer, Call, Entry, Fact, Log, Place, Port, Program, SLOTS, Seen, Slot};

/// The answer's column; none if the call was not made.
pub(super) const fn column(answer: &Answer) -> Option<Column> {
    match answer {
        Answer::NoSocket => None,
        Answer::Failed(errno) => Some(Column::Failed(*errno)),
        Answer::Done(_) => Some(Column::Ok),
    }
}

/// Goes through the first calls of a program, and says of each that was made which cell it reached. The state comes twice: as finely as
/// it can be told, and in the cell as finely as it matters to that call.
pub(super) fn walk(program: &Program, real: &Log, steps: usize, mut each: impl FnMut(usize, State, Cell)) {
    let mut sockets = Sockets::default();
    let mut before: &[Option<Seen>; SLOTS] = &[None; SLOTS];
    for (step, (call, entry)) in program.calls.iter().zip(&real.entries).enumerate().take(steps) {
        if let (Some(question), Some(column)) = (Question::of(call), column(&entry.answer))
            && let Some((kind, state)) = sockets.on(call, before)
        {
            each(step, state, Cell { row: Row { question, kind, state: question.sees(state) }, column });
        }
        sockets.follow(call, entry);
        before = &entry.seen;
    }
}

/// A socket: what of its state readiness does not show.
#[derive(Clone, Debug)]
struct Held {
    /// Which socket it is; two slots may hold the same.
    id: usize,
    kind: Kind,
}

/// What is known of a socket.
#[derive(Clone, Debug, Default)]
struct Known {
    is_bound: bool,
    /// To a port that was asked for, which it keeps when its connection is over.
    keeps_port: bool,
    is_connected: bool,
    is_listening: bool,
    write_shut: bool,
    /// It was in a state that a socket without a connection is not in.
    was_connected: bool,
    peer: Option<usize>,
    /// Slots, and messages under way, that hold it.
    holders: usize,
    /// Sockets that were sent to it, in their order; the kind of each.
    in_flight: Vec<Held>,
}

#[derive(Debug, Default)]
struct Sockets {
    slots: [Option<Held>; SLOTS],
    known: Vec<Known>,
}

impl Sockets {
    /// What that call is on.
    fn on(&self, call: &Call, before: &[Option<Seen>; SLOTS]) -> Option<(Kind, State)> {
        let slot = match call {
            Call::Socket { family, kind, protocol, .. } | Call::Socketpair { family, kind, protocol, .. } => {
                return Some((Kind::of(*family, *kind, *protocol), State::default()));
            }
            _ => usize::from(call.slot()?),
        };
        let held = self.slots.get(slot)?.as_ref()?;
        let seen = before[slot]?;
        let known = &self.known[held.id];
        let is_closed = seen.state == Some(TcpState::CLOSE);
        // `tcp_set_state`: a port that nobody asked for is given back with the connection.
        let is_bound = known.is_bound && (!known.was_connected || known.keeps_port || held.kind.is_unix());
        let is_gone = known.peer.is_some_and(|peer| self.known[peer].holders == 0);
        let state = State::of(held.kind, seen)
            .with(State::BOUND, is_bound && (!held.kind.is_tcp() || is_closed))
            .with(State::CONNECTED, known.is_connected && !held.kind.is_tcp())
            .with(State::CONNECTED, known.peer.is_some() && !is_gone)
            .with(State::PEER_GONE, is_gone);
        let state = if known.is_listening && held.kind.is_unix() { state.listening() } else { state };
        let shows = !state.has(State::BOTH_SHUT) && (is_closed || !held.kind.is_tcp());
        Some((held.kind, state.with(State::WRITE_SHUT, known.write_shut && shows)))
    }

    /// Takes note of what the call did.
    fn follow(&mut self, call: &Call, entry: &Entry) {
        match (&entry.answer, call) {
            (Answer::Done(facts), _) => self.done(call, facts),
            // `inet_shutdown`: a socket that is not connected is told so, and shut all the same.
            (Answer::Failed(Errno::ENOTCONN), Call::Shutdown { slot, .. }) => {
                let held = self.held(*slot).filter(|held| !held.kind.is_unix());
                held.iter().for_each(|held| self.done_to(call, held));
            }
            _ => {}
        }
        self.after(entry);
    }

    fn after(&mut self, entry: &Entry) {
        for (held, seen) in self.slots.iter().zip(&entry.seen) {
            let (Some(held), Some(state)) = (held, seen.and_then(|seen| seen.state)) else { continue };
            if !matches!(state, TcpState::CLOSE | TcpState::LISTEN) {
                self.known[held.id].was_connected = true;
            }
        }
    }

    fn done(&mut self, call: &Call, facts: &[Fact]) {
        match call {
            Call::Socket { into, family, kind, protocol, .. } => {
                self.make(*into, Kind::of(*family, *kind, *protocol), Known::default());
            }
            Call::Socketpair { into, family, kind, protocol, .. } => {
                let kind = Kind::of(*family, *kind, *protocol);
                let one = self.make(into[0], kind, Known::default());
                let other = self.make(into[1], kind, Known { peer: Some(one), ..Known::default() });
                self.known[one].peer = Some(other);
            }
            Call::Accept { slot, into } => {
                if let Some(listener) = self.held(*slot) {
                    // `sk_clone_lock`: the listener's port, which it does not keep.
                    let known = Known { is_bound: true, is_connected: true, was_connected: true, ..Known::default() };
                    self.make(*into, listener.kind, known);
                }
            }
            Call::Dup { slot, into } => {
                if let Some(held) = self.held(*slot) {
                    self.put(*into, held);
                }
            }
            Call::Close { slot } => self.clear(*slot),
            Call::Recv { into: Some(into), .. } => self.received(call, *into, facts),
            _ => {
                let Some(held) = call.slot().and_then(|slot| self.held(slot)) else { return };
                self.done_to(call, &held);
            }
        }
    }

    fn done_to(&mut self, call: &Call, held: &Held) {
        let asks_for_port = |addr: &Place| match addr {
            Place::Ip(_, Port::Number(port)) => *port != 0,
            Place::Ip(_, Port::Of(_)) | Place::Name(_) => true,
            Place::Literal(addr) => addr.port().is_some_and(|port| port != 0),
        };
        match call {
            Call::Bind { addr, .. } => {
                let known = &mut self.known[held.id];
                (known.is_bound, known.keeps_port) = (true, asks_for_port(addr));
            }
            Call::Listen { .. } => {
                let known = &mut self.known[held.id];
                (known.is_bound, known.is_listening) = (true, true);
            }
            Call::Connect { .. } => {
                let known = &mut self.known[held.id];
                known.is_connected = Question::of(call) == Some(Question::Connect);
                // `__udp_disconnect`: a port that nobody asked for is given back.
                if !held.kind.is_unix() {
                    known.is_bound = known.is_connected || known.keeps_port;
                }
                // `tcp_disconnect`; UDP's leaves a socket shut.
                known.write_shut &= known.is_connected || held.kind.is_udp();
            }
            Call::Send { carry, .. } => {
                // `inet_autobind`; UNIX sockets need no name to send.
                self.known[held.id].is_bound |= !held.kind.is_unix();
                let carried = carry.and_then(|slot| self.held(slot));
                if let (Some(carried), Some(peer)) = (carried, self.known[held.id].peer) {
                    self.known[carried.id].holders += 1;
                    self.known[peer].in_flight.push(carried);
                }
            }
            Call::Shutdown { how: 1 | 2, .. } => self.known[held.id].write_shut = true,
            _ => {}
        }
    }

    /// A socket came along. Which one is certain only if all that were ever sent there are the same: otherwise the slot is one of which
    /// nothing is known, and calls on it are not counted.
    fn received(&mut self, call: &Call, into: Slot, facts: &[Fact]) {
        let came = facts.iter().any(|fact| matches!(fact, Fact::Descriptors(count) if *count > 0));
        let Some(receiver) = call.slot().and_then(|slot| self.held(slot)).filter(|_| came) else { return };
        self.clear(into);
        let queue = &self.known[receiver.id].in_flight;
        let Some(first) = queue.first().cloned().filter(|first| queue.iter().all(|held| held.id == first.id)) else {
            return;
        };
        // What was looked at only is there still, and remembered as before; so is what was received, as a holder that is one too many
        // until its socket is closed: a peer that seems to be there.
        let Call::Recv { flags, .. } = call else { return };
        if !MsgFlags::from_bits_retain(*flags).contains(MsgFlags::PEEK) {
            self.known[first.id].holders -= 1;
        }
        self.put(into, first);
    }

    fn held(&self, slot: Slot) -> Option<Held> {
        self.slots.get(usize::from(slot))?.clone()
    }

    fn make(&mut self, into: Slot, kind: Kind, known: Known) -> usize {
        self.known.push(known);
        let id = self.known.len() - 1;
        self.put(into, Held { id, kind });
        id
    }

    fn put(&mut self, into: Slot, held: Held) {
        self.known[held.id].holders += 1;
        self.clear(into);
        self.slots[usize::from(into) % SLOTS] = Some(held);
    }

    fn clear(&mut self, slot: Slot) {
        let Some(held) = self.slots[usize::from(slot) % SLOTS].take() else { return };
        let known = &mut self.known[held.id];
        known.holders = known.holders.saturating_sub(1);
        if known.holders > 0 {
            return;
        }
        // What was on its way to it is closed with it.
        for carried in std::mem::take(&mut known.in_flight) {
            let carried = &mut self.known[carried.id];
            carried.holders = carried.holders.saturating_sub(1);
        }
    }
}
