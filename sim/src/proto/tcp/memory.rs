//! What the receive queue costs in memory (`sk_rmem_alloc`), where segments come in the memory in which they were sent: on loopback.
//!
//! There a segment costs its length and a head of its own. As soon as it is acknowledged, and the sender has let go of it, those that
//! follow are put into it (`tcp_try_coalesce`). What is offered is that share of the buffer that a segment's
//! bytes are of its cost (`scaling_ratio`, Linux 6.6). `window.rs` reckons with it; it is not responsible for what is offered.

use std::collections::VecDeque;

use crate::{base::Instant, wire::SeqNum};

/// `SKB_TRUESIZE` of a head that `tcp_stream_alloc_skb` makes: `struct sk_buff`, `struct skb_shared_info` and MAX_TCP_HEADER, 832 bytes
/// on x86-64 in a kernel without wireless LAN.
pub(super) const HEAD: u32 = 832;

/// The unit in which a socket reserves memory (`sk_mem_pages`).
pub(super) const PAGE: u32 = 4096;

/// `struct skb_shared_info`, and `struct sk_buff`, as they are aligned.
const SHARED_INFO: u32 = 320;
pub(super) const SK_BUFF: u32 = 256;

/// What one page takes beside `struct skb_shared_info`: the size into which a queue is collapsed (`SKB_MAX_ORDER`).
const COLLAPSED: u32 = PAGE - SHARED_INFO;

/// How many pieces a packet may consist of: MAX_SKB_FRAGS; and how large the pages are from which they are cut.
const MAX_FRAGS: u32 = 17;
const FRAGMENT: u32 = 32_768;

/// One half in 256ths: TCP_DEFAULT_SCALING_RATIO.
const DEFAULT_RATIO: u32 = 128;

/// The packets in the receive queue.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// `scaling_ratio`
    ratio: u32,
    /// The sum of what all cost.
    allocated: u32,
    /// What the last one added to it.
    charged: u32,
    queue: VecDeque<Packet>,
    /// When the last one came.
    at: Instant,
    /// Of a socket that is connected to itself: what came while it sent, which is held against it until all is dealt with
    /// (`sk_backlog`).
    backlog: Option<u32>,
    /// When such a socket last acknowledged, which it does of all that came in one call (TCP_ACK_DEFERRED).
    acked_at: Instant,
}

/// One packet of the queue.
#[derive(Clone, Copy, Debug)]
struct Packet {
    begin: SeqNum,
    /// One beyond the segment that it was, until others were put into it, and one beyond its last byte.
    head: SeqNum,
    end: SeqNum,
    /// `truesize`
    cost: u32,
    frags: u32,
    /// When the first of it came.
    at: Instant,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            ratio: DEFAULT_RATIO,
            allocated: 0,
            charged: 0,
            queue: VecDeque::new(),
            at: Instant::EPOCH,
            backlog: None,
            acked_at: Instant::EPOCH,
        }
    }

    pub(super) fn hold_backlog(&mut self) {
        self.backlog = Some(0);
    }

    pub(super) fn allocated(&self) -> u32 {
        self.allocated
    }

    /// Whether what comes now is acknowledged now, because it `is_due` or something before was.
    pub(super) fn defers_ack(&mut self, now: Instant, is_due: bool) -> bool {
        if is_due {
            self.acked_at = now;
        }
        self.backlog.is_some() && self.acked_at == now
    }

    pub(super) fn backlog(&self) -> u32 {
        self.backlog.unwrap_or(0)
    }

    /// What was allocated before the last segment came.
    pub(super) fn allocated_before(&self) -> u32 {
        self.allocated.saturating_sub(self.charged)
    }

    /// `tcp_win_from_space`
    pub(super) fn share(&self, space: u32) -> u32 {
        ((u64::from(space) * u64::from(self.ratio)) >> 8) as u32
    }

    /// `tcp_space_from_win`
    pub(super) fn space_for(&self, window: u64) -> u64 {
        (window << 8) / u64::from(self.ratio)
    }

    /// A segment of a size that was not seen before tells the ratio (`tcp_measure_rcv_mss`). Whether it is another.
    pub(super) fn measure(&mut self, len: u32) -> bool {
        let ratio = ((u64::from(len) << 8) / u64::from(len + HEAD)).max(1) as u32;
        std::mem::replace(&mut self.ratio, ratio) != ratio
    }

    /// A segment up to `end` is queued (`tcp_queue_rcv`). What lies before `acked` was acknowledged, which the sender knows if that was
    /// before this moment.
    pub(super) fn queue(&mut self, now: Instant, end: SeqNum, len: u32, acked: SeqNum) {
        let frags = 1 + len / FRAGMENT;
        let begin = end - len;
        if let Some(backlog) = &mut self.backlog {
            *backlog = if self.at == now { *backlog } else { 0 } + len + HEAD;
        }
        self.at = now;
        self.charged = match self.queue.back_mut() {
            Some(last) if last.at != now && last.head.at_or_before(acked) && last.frags + frags <= MAX_FRAGS => {
                (last.end, last.cost, last.frags) = (end, last.cost + len, last.frags + frags);
                len
            }
            _ => {
                self.queue.push_back(Packet { begin, head: end, end, cost: len + HEAD, frags, at: now });
                len + HEAD
            }
        };
        self.allocated += self.charged;
    }

    /// The program has read up to there: a packet is freed when all of it was read.
    pub(super) fn free_before(&mut self, read: SeqNum) {
        self.backlog = self.backlog.map(|_| 0);
        while let Some(&first) = self.queue.front()
            && first.end.at_or_before(read)
        {
            self.queue.pop_front();
            self.allocated -= first.cost;
        }
    }

    /// What was not read yet is copied together, without the heads that cost more than they carry (`tcp_collapse`).
    pub(super) fn collapse(&mut self, read: SeqNum) {
        let is_bloated = |packet: &Packet| self.share(packet.cost) > packet.end.0.wrapping_sub(packet.begin.0);
        let Some(first) = self.queue.iter().position(is_bloated) else { return };
        let mut begin = super::assembler::later(self.queue[first].begin, read);
        let end = self.queue.back().map_or(begin, |last| last.end);
        for packet in self.queue.drain(first..) {
            self.allocated -= packet.cost;
        }
        while begin.before(end) {
            let len = end.0.wrapping_sub(begin.0).min(COLLAPSED);
            let cost = (len.next_multiple_of(64) + SHARED_INFO).next_power_of_two() + SK_BUFF;
            let end = begin + len;
            self.queue.push_back(Packet { begin, head: end, end, cost, frags: MAX_FRAGS, at: self.at });
            self.allocated += cost;
            begin += len;
        }
    }
}
