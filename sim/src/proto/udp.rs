//! UDP's own state: RFC 768, RFC 1122 section 4.1. Ports and addresses are the host's affair.

use std::{
    collections::VecDeque,
    net::{Ipv4Addr, SocketAddr},
};

use super::Readiness;
use crate::{base::Instant, wire::Payload};

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

/// A datagram that has come.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) at: Instant,
    pub(crate) hop_limit: u8,
    pub(crate) traffic_class: u8,
    pub(crate) payload: Payload,
}

/// A datagram that is on its way out, or that is still gathered (`struct inet_cork`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Outgoing {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) hop_limit: u8,
    pub(crate) traffic_class: u8,
    /// UDP_SEGMENT: it is cut into datagrams of so many bytes; 0: not at all.
    pub(crate) segment: u16,
    pub(crate) data: Vec<u8>,
}

/// What a socket has of its own.
#[derive(Debug)]
pub(crate) struct Udp {
    /// Each with how many were dropped before it came.
    queue: VecDeque<(u32, Arrival)>,
    /// Datagrams that the buffer had no room for (`sk_drops`).
    drops: u32,
    charged: usize,
    rcvbuf: usize,
    failure: Option<Failure>,
    read_shut: bool,
    write_shut: bool,
    /// The address from which it sends to IPv4, of a socket whose own is one of IPv6 (`inet_saddr`).
    source4: Option<Ipv4Addr>,
    /// What is gathered under UDP_CORK or MSG_MORE (`up->pending`).
    pub(crate) pending: Option<Box<Outgoing>>,
}

impl Udp {
    pub(crate) fn new(rcvbuf: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            drops: 0,
            charged: 0,
            rcvbuf,
            failure: None,
            read_shut: false,
            write_shut: false,
            source4: None,
            pending: None,
        }
    }

    /// Queues a datagram; gives it back if the buffer is full (the kernel drops it and counts RcvbufErrors).
    ///
    /// Linux accepts one datagram beyond the limit: it compares what was charged before this one.
    pub(crate) fn deliver(&mut self, arrival: Arrival) -> Result<(), Arrival> {
        if self.charged > self.rcvbuf {
            self.drops = self.drops.wrapping_add(1);
            return Err(arrival);
        }
        self.charged += arrival.payload.len() + OVERHEAD;
        self.queue.push_back((self.drops, arrival));
        Ok(())
    }

    /// The oldest datagram, and how many were dropped before it.
    pub(crate) fn oldest(&self) -> Option<(&Arrival, u32)> {
        self.queue.front().map(|(drops, arrival)| (arrival, *drops))
    }

    /// Looks at the oldest datagram, after a pending error has been reported once.
    pub(crate) fn front(&mut self) -> Result<&Arrival, RecvError> {
        if let Some(failure) = self.failure.take() {
            return Err(RecvError::Failed(failure));
        }
        self.queue.front().map(|(_, arrival)| arrival).ok_or(RecvError::WouldBlock)
    }

    /// Takes the oldest datagram away.
    pub(crate) fn pop(&mut self) -> Option<Payload> {
        let (_, Arrival { payload, .. }) = self.queue.pop_front()?;
        self.charged -= payload.len() + OVERHEAD;
        Some(payload)
    }

    pub(crate) fn fail(&mut self, failure: Failure) {
        self.failure = Some(failure);
    }

    pub(crate) fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    pub(crate) fn source4(&self) -> Option<Ipv4Addr> {
        self.source4
    }

    pub(crate) fn set_source4(&mut self, source: Option<Ipv4Addr>) {
        self.source4 = source;
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
        self.queue.front().map_or(0, |(_, arrival)| arrival.payload.len())
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
