//! One end of a connected UNIX stream: what net/unix/af_unix.c does with a pair of `SOCK_STREAM` sockets.
//!
//! The two ends live on one host and hand bytes to each other directly. An end holds what it has yet to read; how much
//! that may be is the *sender's* `SO_SNDBUF`, because UNIX sockets charge the sender.

use std::collections::VecDeque;

use super::beside::{Beside, Credentials, Parcels};
use crate::{base::SocketId, proto::Readiness};

/// Why nothing was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SendError {
    WouldBlock,
    /// This end's writing half or the peer's reading half is shut: EPIPE.
    Broken,
    NotConnected,
}

/// Why nothing was received. End of stream is `Ok(0)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RecvError {
    WouldBlock,
    /// The peer closed with bytes of ours unread.
    Reset,
    NotConnected,
}

/// What one receive took.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) count: usize,
    /// Open sockets that lay beside; see [`Beside::rights`].
    pub(crate) rights: Vec<SocketId>,
    pub(crate) who: Credentials,
}

impl Taken {
    const NOTHING: Self = Self { count: 0, rights: Vec::new(), who: Credentials::UNKNOWN };
}

/// The most bytes one buffer of a stream holds: `SKB_MAX_HEAD(0) + UNIX_SKB_FRAGS_SZ` with pages of 4 KiB (`unix_stream_sendmsg`).
const BUFFER_MAX: usize = 3_776 + 32_768;

/// One end.
#[derive(Debug)]
pub(crate) struct Stream {
    connected: bool,
    inbox: VecDeque<u8>,
    /// Bytes that were read from the inbox so far.
    read: u64,
    /// What lies beside the bytes of the inbox.
    parcels: Parcels,
    /// Who made this end: what the peer's `SO_PEERCRED` tells.
    maker: Option<Credentials>,
    /// Bytes of ours in the peer's inbox may reach this.
    sndbuf: usize,
    /// How much room the peer's inbox has left, as of the last exchange: what `poll` needs without seeing the peer.
    in_flight: usize,
    read_shut: bool,
    write_shut: bool,
    peer_read_shut: bool,
    peer_write_shut: bool,
    peer_gone: bool,
    reset: bool,
}

impl Stream {
    /// An end that belongs to no pair yet.
    pub(crate) fn unconnected(sndbuf: usize) -> Self {
        Self {
            connected: false,
            inbox: VecDeque::new(),
            read: 0,
            parcels: Parcels::default(),
            maker: None,
            sndbuf,
            in_flight: 0,
            read_shut: false,
            write_shut: false,
            peer_read_shut: false,
            peer_write_shut: false,
            peer_gone: false,
            reset: false,
        }
    }

    /// An end of a pair.
    pub(crate) fn connected(sndbuf: usize, maker: Credentials) -> Self {
        Self { connected: true, maker: Some(maker), ..Self::unconnected(sndbuf) }
    }

    /// Moves what fits to the peer, and with the first byte what lies beside.
    pub(crate) fn send(
        &mut self,
        peer: Option<&mut Self>,
        data: &[u8],
        beside: &mut Beside,
    ) -> Result<usize, SendError> {
        if !self.connected {
            return Err(SendError::NotConnected);
        }
        let Some(peer) = peer else { return Err(SendError::Broken) };
        if self.write_shut || self.peer_read_shut || self.peer_gone {
            return Err(SendError::Broken);
        }
        if data.is_empty() {
            return Ok(0);
        }
        let room = self.sndbuf.saturating_sub(peer.inbox.len());
        if room == 0 {
            return Err(SendError::WouldBlock);
        }
        let mut taken = room.min(data.len());
        if !beside.rights.is_empty() {
            // Descriptors are the first buffer's.
            taken = taken.min(BUFFER_MAX).min((self.sndbuf / 2).saturating_sub(64).max(1));
        }
        let start = peer.read + peer.inbox.len() as u64;
        peer.parcels.lay(start, start + taken as u64, beside);
        peer.inbox.extend(&data[..taken]);
        self.in_flight = peer.inbox.len();
        Ok(taken)
    }

    /// Takes up to `buf.len()` bytes; leaves them if `peek`. `by_who` keeps bytes of different senders apart.
    pub(crate) fn recv(
        &mut self,
        peer: Option<&mut Self>,
        buf: &mut [u8],
        peek: bool,
        by_who: bool,
    ) -> Result<Taken, RecvError> {
        if !self.connected {
            return Err(RecvError::NotConnected);
        }
        if self.inbox.is_empty() {
            return match () {
                () if std::mem::take(&mut self.reset) => Err(RecvError::Reset),
                () if self.read_shut || self.peer_write_shut || self.peer_gone || buf.is_empty() => Ok(Taken::NOTHING),
                () => Err(RecvError::WouldBlock),
            };
        }
        let wanted = self.read + buf.len().min(self.inbox.len()) as u64;
        let reach = self.parcels.reach(self.read, wanted, by_who, peek);
        let count = copy_front(&self.inbox, &mut buf[..(reach.end - self.read) as usize]);
        if !peek {
            self.inbox.drain(..count);
            self.read += count as u64;
            self.parcels.forget_before(self.read);
            if let Some(peer) = peer {
                peer.in_flight = self.inbox.len();
            }
        }
        Ok(Taken { count, rights: reach.rights, who: reach.who })
    }

    /// Who sent what is to be read next.
    pub(crate) fn next_sender(&self) -> Option<Credentials> {
        (!self.inbox.is_empty()).then(|| self.parcels.who_at(self.read))
    }

    /// Who made this end.
    pub(crate) fn maker(&self) -> Option<Credentials> {
        self.maker
    }

    /// `shutdown(2)`, on an unconnected end too; each half shut on one end shuts the other half of the peer.
    pub(crate) fn shutdown(&mut self, peer: Option<&mut Self>, read: bool, write: bool) {
        self.read_shut |= read;
        self.write_shut |= write;
        if let Some(peer) = peer {
            peer.peer_read_shut |= read;
            peer.peer_write_shut |= write;
        }
    }

    /// The last descriptor of this end is gone. Bytes left unread reset the peer (`unix_release_sock`); the descriptors beside them are
    /// returned.
    pub(crate) fn close(&mut self, peer: Option<&mut Self>) -> impl Iterator<Item = SocketId> + use<> {
        if let Some(peer) = peer {
            peer.peer_gone = true;
            peer.reset |= !self.inbox.is_empty();
        }
        self.inbox = VecDeque::new();
        std::mem::take(&mut self.parcels).into_rights()
    }

    /// `SO_ERROR`.
    pub(crate) fn take_reset(&mut self) -> bool {
        std::mem::take(&mut self.reset)
    }

    /// `FIONREAD`.
    pub(crate) fn unread(&self) -> usize {
        self.inbox.len()
    }

    pub(crate) fn set_sndbuf(&mut self, sndbuf: usize) {
        self.sndbuf = sndbuf;
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// As `unix_poll`; writable while a quarter of the buffer would still hold what is in flight (`unix_writable`).
    pub(crate) fn readiness(&self) -> Readiness {
        let mut ready = Readiness::default();
        if !self.connected {
            return Readiness::OUT | Readiness::HUP;
        }
        let no_more_in = self.read_shut || self.peer_write_shut || self.peer_gone;
        let no_more_out = self.write_shut || self.peer_read_shut || self.peer_gone;
        ready.set(Readiness::ERR, self.reset);
        ready.set(Readiness::IN, !self.inbox.is_empty() || no_more_in);
        ready.set(Readiness::RDHUP, no_more_in);
        ready.set(Readiness::HUP, no_more_in && no_more_out);
        ready.set(Readiness::OUT, self.in_flight * 4 <= self.sndbuf);
        ready
    }
}

/// Copies from the front of a ring.
fn copy_front(ring: &VecDeque<u8>, buf: &mut [u8]) -> usize {
    let (head, tail) = ring.as_slices();
    let first = head.len().min(buf.len());
    buf[..first].copy_from_slice(&head[..first]);
    let second = tail.len().min(buf.len() - first);
    buf[first..first + second].copy_from_slice(&tail[..second]);
    first + second
}
