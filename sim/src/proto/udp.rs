//! UDP's own state: RFC 768, RFC 1122 section 4.1. Ports and addresses are the host's affair.

use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use super::{
    Readiness,
    skb::{self, Gathered},
};
use crate::{base::Instant, wire::Payload};

/// Why a datagram was not delivered, as an ICMP message says, or why it was not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    Refused,
    HostUnreachable,
    NetUnreachable,
    Prohibited,
    /// The protocol is not spoken there: ICMP's word for it, and ICMPv6's.
    ProtocolUnreachable,
    ParameterProblem,
    TooLong,
}

/// An error that waits for MSG_ERRQUEUE (`struct sock_exterr_skb`).
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) failure: Failure,
    /// To where the datagram was sent.
    pub(crate) about: SocketAddr,
    /// `ee_info`: the MTU, of a datagram that was too long.
    pub(crate) info: u32,
    /// The ICMP message it comes of; none, if this host says so itself.
    pub(crate) icmp: Option<Told>,
    /// As much of the datagram as was quoted.
    pub(crate) data: Payload,
}

/// An ICMP message: when it came, type and code, and of its IP header from whom to whom, and the traffic class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) at: Instant,
    pub(crate) kind: u8,
    pub(crate) code: u8,
    pub(crate) offender: IpAddr,
    pub(crate) to: IpAddr,
    pub(crate) traffic_class: u8,
}

impl Report {
    fn truesize(&self) -> usize {
        // The headers of `icmp_send` and `icmp6_send`, that of the quoted datagram among them; none of `ip_local_error`.
        let beside = match self.icmp {
            None => 0,
            Some(Told { to: IpAddr::V4(_), .. }) => 20 + 8 + 20 + 8 + 16 + 15,
            Some(Told { to: IpAddr::V6(_), .. }) => 40 + 8 + 40 + 8 + 16 + 8,
        };
        skb::truesize(beside + self.data.len())
    }
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
    /// The receiver wanted to know of its way when it came.
    pub(crate) is_prepared: bool,
    /// The length of its longest fragment; 0 if it came whole.
    pub(crate) fragment: u16,
    /// It came by `lo`, whatever its address.
    pub(crate) is_near: bool,
    /// Whether the sum over all of it is known (CHECKSUM_COMPLETE); none if nobody will reckon it.
    pub(crate) has_sum: Option<bool>,
    /// It is empty, and was looked at (`skb->peeked`).
    pub(crate) was_seen: bool,
    /// Mark and priority that its sender gave it on this host.
    pub(crate) tags: [u32; 2],
    /// What it is charged against `SO_RCVBUF`.
    pub(crate) truesize: usize,
    pub(crate) payload: Payload,
}

/// A datagram that is on its way out, or that is still gathered (`struct inet_cork`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Outgoing {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) hop_limit: u8,
    pub(crate) traffic_class: u8,
    /// SO_MARK and SO_PRIORITY.
    pub(crate) tags: [u32; 2],
    /// UDP_SEGMENT: it is cut into datagrams of so many bytes; 0: not at all.
    pub(crate) segment: u16,
    pub(crate) data: Vec<u8>,
    /// It may not be cut into fragments (IPV6_DONTFRAG).
    pub(crate) is_whole: bool,
    pub(crate) gathered: Gathered,
    /// By which interface; 0: any.
    pub(crate) device: u32,
    pub(crate) is_gathered: bool,
    /// For which address the way is.
    pub(crate) route: IpAddr,
}

/// What a socket has of its own.
#[derive(Debug)]
pub(crate) struct Udp {
    /// Each with how many were dropped before it came.
    queue: VecDeque<(u32, Arrival)>,
    /// How many of them lie where only the reader looks (`reader_queue`).
    reading: usize,
    /// Datagrams that the buffer had no room for (`sk_drops`).
    drops: u32,
    /// `sk_rmem_alloc`, and what of it is read already, but not given back yet (`forward_deficit`).
    charged: usize,
    deficit: usize,
    rcvbuf: usize,
    sndbuf: usize,
    /// `sk_err`.
    failure: Option<Failure>,
    /// `sk_error_queue`.
    reports: VecDeque<Report>,
    read_shut: bool,
    write_shut: bool,
    /// The address from which it sends to IPv4, of a socket whose own is one of IPv6 (`inet_saddr`).
    source4: Option<Ipv4Addr>,
    /// What is gathered under UDP_CORK or MSG_MORE (`up->pending`).
    pub(crate) pending: Option<Box<Outgoing>>,
    /// Where the last `connect` to IPv4, or what was gathered last for it, points (`inet->cork.fl`), and whether the socket has kept its
    /// way (`sk_dst_cache`).
    pub(crate) aim: Option<Aim>,
    pub(crate) has_way: bool,
    /// By which interface that is; 0: any.
    pub(crate) way_device: u32,
    /// For which address.
    pub(crate) way_to: Option<IpAddr>,
    /// What waits for a neighbour that nobody is, and is charged still: longer than a second.
    pub(crate) stuck: usize,
    /// To whom a socket of IPv6 was connected last; an end of the connection leaves it (`sk_v6_daddr`, `__udp_disconnect`).
    pub(crate) peer6: Option<Ipv6Addr>,
}

/// From where to where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Aim {
    pub(crate) source: IpAddr,
    pub(crate) to: SocketAddr,
}

impl Udp {
    pub(crate) fn new(rcvbuf: usize, sndbuf: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            reading: 0,
            drops: 0,
            charged: 0,
            deficit: 0,
            rcvbuf,
            sndbuf,
            failure: None,
            reports: VecDeque::new(),
            read_shut: false,
            write_shut: false,
            source4: None,
            pending: None,
            aim: None,
            has_way: false,
            way_device: 0,
            way_to: None,
            stuck: 0,
            peer6: None,
        }
    }

    /// Queues a datagram; gives it back if the buffer is full (the kernel drops it and counts RcvbufErrors): unless it is empty,
    /// which takes any (`__udp_enqueue_schedule_skb`).
    pub(crate) fn deliver(&mut self, arrival: Arrival) -> Result<(), Arrival> {
        let size = arrival.truesize;
        if self.charged > 0 && self.charged + size > self.rcvbuf {
            self.drops = self.drops.wrapping_add(1);
            return Err(arrival);
        }
        self.charged += size;
        self.queue.push_back((self.drops, arrival));
        Ok(())
    }

    /// Queues an error, unless there is no room for it (`sock_queue_err_skb`).
    pub(crate) fn report(&mut self, report: Report) {
        let size = report.truesize();
        if self.charged + size < self.rcvbuf {
            self.charged += size;
            self.reports.push_back(report);
        }
    }

    pub(crate) fn has_reports(&self) -> bool {
        !self.reports.is_empty()
    }

    /// Takes the oldest error of the queue. What then is pending is what the next one says, if an ICMP message told it
    /// (`sock_dequeue_err_skb`).
    pub(crate) fn take_report(&mut self) -> Option<Report> {
        let report = self.reports.pop_front()?;
        self.charged -= report.truesize();
        match self.reports.front() {
            Some(next) if next.icmp.is_some() => self.failure = Some(next.failure),
            _ if report.icmp.is_some() => self.failure = None,
            _ => {}
        }
        Some(report)
    }

    /// Throws the queue of errors away; what is pending stays (`skb_errqueue_purge`).
    pub(crate) fn forget_reports(&mut self) {
        self.charged -= self.reports.drain(..).map(|report| report.truesize()).sum::<usize>();
    }

    /// It is read in part: then its sum is reckoned first (`udp_recvmsg`).
    pub(crate) fn sum_up(&mut self, index: usize) {
        if let Some((_, arrival)) = self.queue.get_mut(index) {
            arrival.has_sum = arrival.has_sum.map(|_| true);
        }
    }

    /// A datagram that has come, and how many were dropped before it.
    pub(crate) fn arrived(&self, index: usize) -> Option<(&Arrival, u32)> {
        self.queue.get(index).map(|(drops, arrival)| (arrival, *drops))
    }

    /// Looks at the oldest datagram, after a pending error has been reported once.
    pub(crate) fn front(&mut self) -> Result<&Arrival, RecvError> {
        if let Some(failure) = self.failure.take() {
            return Err(RecvError::Failed(failure));
        }
        self.begin_reading();
        self.queue.front().map(|(_, arrival)| arrival).ok_or(RecvError::WouldBlock)
    }

    /// Looks behind so many bytes: at which datagram, and how many of the bytes are its. An empty one is looked at once
    /// (`__skb_try_recv_from_queue`).
    pub(crate) fn look(&mut self, mut skip: usize) -> Result<(usize, usize), RecvError> {
        self.front()?;
        let seen_by = |skip: &mut usize, arrival: &Arrival, was_seen: bool| {
            let len = arrival.payload.len();
            let passes = *skip >= len && (*skip > 0 || was_seen);
            *skip -= if passes { len } else { 0 };
            !passes
        };
        let found = self.queue.iter().position(|(_, arrival)| seen_by(&mut skip, arrival, arrival.was_seen));
        let index = found.ok_or(RecvError::WouldBlock)?;
        let (_, arrival) = &mut self.queue[index];
        arrival.was_seen |= arrival.payload.is_empty();
        Ok((index, skip))
    }

    /// Who reads and finds nothing left takes over all that has come (`__skb_recv_udp`, `first_packet_length`).
    fn begin_reading(&mut self) {
        if self.reading == 0 {
            self.reading = self.queue.len();
        }
    }

    /// Takes the oldest datagram away.
    pub(crate) fn pop(&mut self) -> Option<Payload> {
        let (_, arrival) = self.queue.pop_front()?;
        self.reading = self.reading.saturating_sub(1);
        self.release(arrival.truesize);
        Some(arrival.payload)
    }

    /// Gives room back: not before it is worth the while, or the reader has nothing left (`udp_rmem_release`).
    fn release(&mut self, size: usize) {
        self.deficit += size;
        if self.deficit >= self.rcvbuf / 4 || self.reading == 0 {
            self.charged -= std::mem::take(&mut self.deficit);
        }
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

    pub(crate) fn set_buffers(&mut self, rcvbuf: usize, sndbuf: usize) {
        (self.rcvbuf, self.sndbuf) = (rcvbuf, sndbuf);
    }

    /// `sk_wmem_alloc`, as SIOCOUTQ shows it: what is gathered is charged, what is sent no more.
    pub(crate) fn unsent(&self) -> usize {
        self.stuck + self.pending.as_ref().map_or(0, |pending| pending.gathered.truesize)
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
    pub(crate) fn next_len(&mut self) -> usize {
        self.begin_reading();
        self.queue.front().map_or(0, |(_, arrival)| arrival.payload.len())
    }

    /// As `datagram_poll` in net/core/datagram.c.
    pub(crate) fn readiness(&self) -> Readiness {
        let mut ready = Readiness::default();
        // `sock_writeable`, whose count begins with 1.
        ready.set(Readiness::OUT, self.unsent() + 1 < self.sndbuf / 2);
        ready.set(Readiness::ERR, self.failure.is_some() || !self.reports.is_empty());
        ready.set(Readiness::IN, !self.queue.is_empty() || self.read_shut);
        ready.set(Readiness::RDHUP, self.read_shut);
        ready.set(Readiness::HUP, self.read_shut && self.write_shut);
        ready
    }
}
