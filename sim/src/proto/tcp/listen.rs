//! The bookkeeping of a listening socket: who is in the handshake, and who waits to be accepted.
//!
//! It knows connections by whatever the host calls them. It is not responsible for the connections themselves, nor for
//! dropping segments: the host asks [`Listener::welcome`] before it makes a connection of a SYN, and drops the last segment
//! of a handshake while [`Listener::is_full`], so that the connection stays in SYN_RECEIVED and its SYN+ACK goes out again
//! (`tcp_v4_syn_recv_sock`).
//!
//! A SYN cookie is a connection in the queue all the same, whose SYN+ACK is sent once: a peer that uses timestamps, which
//! carry the options of its SYN, cannot tell the difference.

use std::collections::VecDeque;

use crate::base::Instant;

/// What a listener does about a SYN.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Welcome {
    /// It begins a connection.
    Request,
    /// The queue of those that begin is full: its answer is a SYN cookie, which is sent once (`tcp_syncookies`).
    Cookie,
    /// It is dropped without an answer.
    Drop,
}

/// The two queues of a listener.
#[derive(Clone, Debug)]
pub(crate) struct Listener<Id> {
    backlog: usize,
    /// In SYN_RECEIVED, the oldest first.
    embryos: VecDeque<Id>,
    /// Established and not accepted, the oldest first.
    accepted: VecDeque<Id>,
    /// Those that began with data, once there was one.
    early: Option<Box<Early<Id>>>,
    /// Options were set while somebody was in SYN_RECEIVED.
    is_changed: bool,
}

/// Connections that are open before their handshake is over: `struct fastopen_queue`.
#[derive(Clone, Debug)]
struct Early<Id> {
    pending: Vec<Id>,
    /// Until when those count that were reset instead: somebody may be sending SYNs in another's name (RFC 7413 section 5.1).
    reset_until: VecDeque<Instant>,
}

/// TCP Fast Open's penalty for a reset, 60 s (`reqsk_fastopen_remove`).
const PENALTY: u64 = 60_000_000_000;

impl<Id: Copy + Eq> Listener<Id> {
    /// A listener as after `listen(2)`; `backlog` is clamped already.
    pub(crate) fn new(backlog: usize) -> Self {
        Self { backlog, embryos: VecDeque::new(), accepted: VecDeque::new(), early: None, is_changed: false }
    }

    /// `listen(2)` again. Whoever is in a queue stays there.
    pub(crate) fn set_backlog(&mut self, backlog: usize) {
        self.backlog = backlog;
    }

    /// Its options are others than before.
    pub(crate) fn note_change(&mut self) {
        self.is_changed |= !self.embryos.is_empty();
    }

    /// Whether who is in SYN_RECEIVED may have other options than a connection that is made now.
    pub(crate) fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// What becomes of a SYN (`tcp_conn_request`).
    pub(crate) fn welcome(&self, sysctl: &super::Sysctl) -> Welcome {
        let waiting = self.embryos.len();
        if self.is_full() {
            Welcome::Drop
        } else if waiting > self.backlog {
            // `inet_csk_reqsk_queue_is_full`: one more than the backlog (Linux 6.18; in 6.1 as many as the backlog).
            if sysctl.syncookies > 0 { Welcome::Cookie } else { Welcome::Drop }
        } else if sysctl.syncookies == 0 && waiting * 4 >= sysctl.max_syn_backlog as usize * 3 {
            // The last quarter is for peers that have proved to be there, of which nothing is known here.
            Welcome::Drop
        } else if sysctl.syncookies == 2 {
            Welcome::Cookie
        } else {
            Welcome::Request
        }
    }

    /// Whether the accept queue takes no more: it holds one more than the backlog (`sk_acceptq_is_full`).
    pub(crate) fn is_full(&self) -> bool {
        self.accepted.len() > self.backlog
    }

    /// A SYN has made a connection.
    pub(crate) fn syn_received(&mut self, id: Id) {
        self.embryos.push_back(id);
    }

    /// A connection's handshake is over: it moves to the accept queue. `false` if it was there already.
    pub(crate) fn established(&mut self, id: Id) -> bool {
        let moved = self.gone(id);
        if moved {
            self.accepted.push_back(id);
        }
        moved
    }

    /// Whether one more may begin with data, if `limit` may be in the handshake at a time (`tcp_fastopen_queue_check`).
    pub(crate) fn may_open_early(&mut self, limit: u32, now: Instant) -> bool {
        let Some(early) = &mut self.early else { return limit > 0 };
        if early.pending.len() + early.reset_until.len() < limit as usize {
            return true;
        }
        let is_over = limit > 0 && early.reset_until.front().is_some_and(|&until| until < now);
        if is_over {
            early.reset_until.pop_front();
        }
        is_over
    }

    /// A SYN with data has made a connection that can be accepted.
    pub(crate) fn opened_early(&mut self, id: Id) {
        self.accepted.push_back(id);
        let early =
            self.early.get_or_insert_with(|| Box::new(Early { pending: Vec::new(), reset_until: VecDeque::new() }));
        early.pending.push(id);
    }

    /// Whether a connection ever began with data.
    pub(crate) fn has_early(&self) -> bool {
        self.early.is_some()
    }

    /// The handshake of one of these is over; or it was reset instead, at this time, after it had been accepted. `false` if it
    /// is none of these.
    pub(crate) fn early_is_over(&mut self, id: Id, reset_at: Option<Instant>) -> bool {
        let Some(early) = &mut self.early else { return false };
        let Some(at) = early.pending.iter().position(|&pending| pending == id) else { return false };
        early.pending.remove(at);
        if let Some(at) = reset_at {
            early.reset_until.push_back(Instant::from_nanos(at.as_nanos().saturating_add(PENALTY)));
        }
        true
    }

    /// A connection ended before its handshake was over. `false` if it was not in the handshake.
    ///
    /// One that ends in the accept queue stays there: `accept` returns it, and what is done with it then says what
    /// happened.
    pub(crate) fn gone(&mut self, id: Id) -> bool {
        let place = self.embryos.iter().position(|&embryo| embryo == id);
        place.and_then(|at| self.embryos.remove(at)).is_some()
    }

    /// The oldest established connection: `accept(2)`.
    pub(crate) fn pop(&mut self) -> Option<Id> {
        self.accepted.pop_front()
    }

    /// Whether `accept` would find nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }

    /// How many may wait to be accepted, but for one more.
    pub(crate) fn backlog(&self) -> usize {
        self.backlog
    }

    /// How many wait to be accepted.
    pub(crate) fn len(&self) -> usize {
        self.accepted.len()
    }

    /// Whether a connection waits to be accepted.
    pub(crate) fn is_queued(&self, id: Id) -> bool {
        self.accepted.contains(&id)
    }

    /// The listener is closed: all that nobody will accept, to be aborted (`inet_csk_listen_stop`). Those in the
    /// handshake come last.
    pub(crate) fn into_children(self) -> impl Iterator<Item = Id> {
        self.accepted.into_iter().chain(self.embryos)
    }
}
