//! UDP's own state: RFC 768, RFC 1122 section 4.1. Ports and addresses are the host's affair.

use std::{collections::VecDeque, net::SocketAddr};

use super::Readiness;
use crate::wire::Payload;

/// What the kernel charges a queued datagram against `SO_RCVBUF` beyond its bytes (`skb->truesize`): for a small datagram
/// on Linux 6.x 768 bytes in all, of which we count this much as overhead.
const OVERHEAD: usize = 512;

/// A pending error, from an ICMP message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    Refused,
    HostUnreachable,
    NetUnreachable,
}

/// Why there is nothing to return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RecvError {
    WouldBlock,
    Failed(Failure),
}

/// The receiving side of one socket.
#[derive(Debug)]
pub(crate) struct Udp {
    queue: VecDeque<(SocketAddr, Payload)>,
    charged: usize,
    rcvbuf: usize,
    failure: Option<Failure>,
    read_shut: bool,
    write_shut: bool,
}

impl Udp {
    pub(crate) fn new(rcvbuf: usize) -> Self {
        Self { queue: VecDeque::new(), charged: 0, rcvbuf, failure: None, read_shut: false, write_shut: false }
    }

    /// Queues a datagram; gives it back if the buffer is full (the kernel drops it and counts RcvbufErrors).
    ///
    /// Linux accepts one datagram beyond the limit: it compares what was charged before this one.
    pub(crate) fn deliver(&mut self, from: SocketAddr, payload: Payload) -> Result<(), Payload> {
        if self.charged > self.rcvbuf {
            return Err(payload);
        }
        self.charged += payload.len() + OVERHEAD;
        self.queue.push_back((from, payload));
        Ok(())
    }

    /// Looks at the oldest datagram, after a pending error has been reported once.
    pub(crate) fn front(&mut self) -> Result<(SocketAddr, &[u8]), RecvError> {
        if let Some(failure) = self.failure.take() {
            return Err(RecvError::Failed(failure));
        }
        self.queue.front().map(|(from, payload)| (*from, &**payload)).ok_or(RecvError::WouldBlock)
    }

    /// Takes the oldest datagram away.
    pub(crate) fn pop(&mut self) -> Option<Payload> {
        let (_, payload) = self.queue.pop_front()?;
        self.charged -= payload.len() + OVERHEAD;
        Some(payload)
    }

    pub(crate) fn fail(&mut self, failure: Failure) {
        self.failure = Some(failure);
    }

    pub(crate) fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    pub(crate) fn set_rcvbuf(&mut self, rcvbuf: usize) {
        self.rcvbuf = rcvbuf;
    }

    pub(crate) fn shutdown(&mut self, read: bool, write: bool) {
        self.read_shut |= read;
        self.write_shut |= write;
    }

    pub(crate) fn is_read_shut(&self) -> bool {
        self.read_shut
    }

    pub(crate) fn is_write_shut(&self) -> bool {
        self.write_shut
    }

    /// Length of the first datagram (`FIONREAD`).
    pub(crate) fn next_len(&self) -> usize {
        self.queue.front().map_or(0, |(_, payload)| payload.len())
    }

    /// As `datagram_poll` in net/core/datagram.c.
    pub(crate) fn readiness(&self) -> Readiness {
        let mut ready = Readiness::OUT;
        ready.set(Readiness::ERR, self.failure.is_some());
        ready.set(Readiness::IN, !self.queue.is_empty() || self.read_shut);
        ready.set(Readiness::RDHUP, self.read_shut);
        ready.set(Readiness::HUP, self.read_shut && self.write_shut);
        ready
    }
}
