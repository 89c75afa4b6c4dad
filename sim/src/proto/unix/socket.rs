//! [`Socket`]: what one UNIX socket knows of itself. `struct unix_sock`.

use std::collections::VecDeque;

use super::buffer::{Buffer, Credentials};
use crate::{base::SocketId, proto::Readiness};

/// `SOCK_STREAM`, `SOCK_DGRAM` (which `SOCK_RAW` is here, too) and `SOCK_SEQPACKET`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Stream,
    Datagram,
    Packets,
}

/// `sk_state`. A datagram socket is connected when it has a peer, or is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Closed,
    Listening,
    Connected,
}

/// One socket.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) kind: Kind,
    pub(crate) state: State,
    pub(crate) peer: Option<SocketId>,
    pub(crate) queue: VecDeque<Buffer>,
    /// Of a stream: the bytes that are to be read, and those of MSG_OOB that were passed over (`inq_len`).
    pub(super) unread: usize,
    /// Of a listener: who has connected, and nobody has accepted.
    pub(crate) waiting: VecDeque<SocketId>,
    /// More than so many in either queue are not let in (`sk_max_ack_backlog`).
    pub(crate) backlog: usize,
    /// What buffers that nobody has read yet are charged with (`sk_wmem_alloc`).
    pub(crate) charged: usize,
    pub(crate) sndbuf: usize,
    pub(crate) read_shut: bool,
    pub(crate) write_shut: bool,
    /// The peer has gone with something of ours unread: ECONNRESET.
    pub(crate) reset: bool,
    /// Who its `SO_PEERCRED` tells.
    pub(crate) peer_credentials: Option<Credentials>,
    /// Of a datagram socket: its peer's queue is full, and not for us alone.
    pub(crate) peer_is_full: bool,
    /// It is closed, and there for those that point to it.
    pub(crate) is_dead: bool,
    /// How many peers and buffers point to it.
    pub(crate) holds: u32,
}

/// `net.unix.max_dgram_qlen`.
const MAX_DGRAM_QLEN: usize = 10;

impl Socket {
    pub(crate) fn new(kind: Kind, sndbuf: usize) -> Self {
        Self {
            kind,
            state: State::Closed,
            peer: None,
            queue: VecDeque::new(),
            unread: 0,
            waiting: VecDeque::new(),
            backlog: MAX_DGRAM_QLEN,
            charged: 0,
            sndbuf,
            read_shut: false,
            write_shut: false,
            reset: false,
            peer_credentials: None,
            peer_is_full: false,
            is_dead: false,
            holds: 0,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.state == State::Connected
    }

    /// `unix_recvq_full`.
    pub(crate) fn is_full(&self) -> bool {
        self.queue.len() + self.waiting.len() > self.backlog
    }

    /// Whether something arrives at a peer that shuts itself: not so with datagrams.
    pub(crate) fn has_ends(&self) -> bool {
        self.kind != Kind::Datagram
    }

    /// `SO_ERROR`.
    pub(crate) fn take_reset(&mut self) -> bool {
        std::mem::take(&mut self.reset)
    }

    /// `FIONREAD` (`unix_inq_len`): of a datagram socket the first one's length.
    pub(crate) fn unread(&self) -> usize {
        match self.kind {
            Kind::Stream => self.unread,
            Kind::Datagram => self.queue.front().map_or(0, Buffer::len),
            Kind::Packets => self.queue.iter().map(Buffer::len).sum(),
        }
    }

    /// SIOCATMARK: whether the byte of MSG_OOB comes next, or has been read from here.
    pub(crate) fn is_at_mark(&self) -> bool {
        // Who waits to be accepted has sent nothing: a buffer of no bytes, like one that was read.
        let Some(first) = self.queue.front() else { return !self.waiting.is_empty() };
        let next_is_urgent = self.queue.get(1).is_some_and(|next| next.is_urgent);
        first.is_urgent || first.len() == 0 && (next_is_urgent || !self.has_urgent())
    }

    /// Whether there is a byte of MSG_OOB (`oob_skb`).
    pub(crate) fn has_urgent(&self) -> bool {
        self.queue.iter().any(|buffer| buffer.is_urgent)
    }

    /// Puts a buffer into the queue; one that is urgent takes that from the one before.
    pub(crate) fn deliver(&mut self, buffer: Buffer) {
        if buffer.is_urgent {
            self.queue.iter_mut().for_each(|before| before.is_urgent = false);
        }
        self.unread += buffer.len();
        self.queue.push_back(buffer);
    }

    /// As `unix_poll` and `unix_dgram_poll`; writable while a quarter of the buffer would still hold what is in flight,
    /// and the one that `sk_wmem_alloc` begins with (`unix_writable`).
    pub(crate) fn readiness(&self) -> Readiness {
        let mut ready = Readiness::default();
        let is_closed = self.has_ends() && self.state == State::Closed;
        ready.set(Readiness::ERR, self.reset);
        ready.set(Readiness::IN, self.read_shut || !self.queue.is_empty() || !self.waiting.is_empty());
        ready.set(Readiness::RDHUP, self.read_shut);
        ready.set(Readiness::HUP, self.read_shut && self.write_shut || is_closed);
        ready.set(Readiness::PRI, self.kind == Kind::Stream && self.has_urgent());
        let is_writable = self.state != State::Listening && (self.charged + 1) * 4 <= self.sndbuf;
        ready.set(Readiness::OUT, is_writable && !self.peer_is_full);
        ready.set(Readiness::ROOM, !self.is_full());
        ready
    }
}
