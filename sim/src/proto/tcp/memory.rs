//! What the receive queue costs in memory (`sk_rmem_alloc`), where segments come in the memory in which they were sent: on loopback.
//!
//! There a segment costs its length and a head of its own. As soon as it is acknowledged, and the sender has let go of it, those that
//! follow are put into it (`tcp_try_coalesce`). What is offered is that share of the buffer that a segment's
//! bytes are of its cost (`scaling_ratio`, Linux 6.6). `window.rs` reckons with it; it is not responsible for what is offered.

use std::collections::VecDeque;

use crate::wire::SeqNum;

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

/// The memory of a small packet (`SKB_SMALL_HEAD_CACHE_SIZE`); of a larger one it is a power of two.
const SMALL_HEAD: u32 = HEAD - SK_BUFF;

/// How many pieces a packet may consist of: MAX_SKB_FRAGS; how large the pages are from which they are cut, and how little of one is
/// left over (`skb_page_frag_refill`, `sk_page_frag_refill`).
const MAX_FRAGS: u32 = 17;
const FRAGMENT: u32 = 32_768;
const REST: u32 = 32;

/// One half in 256ths: TCP_DEFAULT_SCALING_RATIO.
const DEFAULT_RATIO: u8 = 128;

/// The packets in the receive queue.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// `scaling_ratio`
    ratio: u32,
    /// The sum of what all cost.
    allocated: u32,
    /// What the last one added to it.
    charged: u32,
    /// Whether the header of the next is predicted (`pred_flags`), and that of the last was.
    predicts: bool,
    predicted: bool,
    /// Which segment has made a connection of a request.
    maker: Option<u32>,
    queue: VecDeque<Packet>,
    /// What waits for the end of a call, which is held against the socket until all is dealt with (`sk_backlog.len`).
    backlog: u32,
    /// How far into its page the data of the last one goes. A page of which nothing is kept any more begins anew: what other sockets have
    /// written meanwhile is not looked at.
    page: u32,
}

/// One packet of the queue.
#[derive(Clone, Copy, Debug)]
struct Packet {
    begin: SeqNum,
    /// One beyond its last byte.
    end: SeqNum,
    /// `truesize`
    cost: u32,
    frags: u32,
    /// What of its own memory is still free.
    room: u32,
    /// How many segments were put into the first.
    more: u16,
}

impl Packet {
    /// A segment up to `end` is put into it, which costs so much.
    fn add(&mut self, end: SeqNum, frags: u32, cost: u32) -> u32 {
        (self.end, self.more) = (end, self.more.saturating_add(1));
        self.frags += frags;
        self.cost += cost;
        cost
    }
}

impl Memory {
    /// `ratio`: as an earlier connection has measured it, which `tcp_disconnect` leaves; or 0.
    pub(super) fn new(ratio: u8) -> Self {
        Self {
            ratio: if ratio == 0 { DEFAULT_RATIO } else { ratio }.into(),
            allocated: 0,
            charged: 0,
            predicts: true,
            predicted: true,
            maker: None,
            queue: VecDeque::new(),
            backlog: 0,
            page: 0,
        }
    }

    pub(super) fn allocated(&self) -> u32 {
        self.allocated
    }

    /// `scaling_ratio`
    pub(super) fn ratio(&self) -> u8 {
        self.ratio as u8
    }

    /// So many packets with so many bytes wait. Whether that is news.
    pub(super) fn set_backlog(&mut self, packets: u32, bytes: u32) -> bool {
        let backlog = bytes + HEAD * packets;
        std::mem::replace(&mut self.backlog, backlog) != backlog
    }

    pub(super) fn backlog(&self) -> u32 {
        self.backlog
    }

    /// The segment of this number has made the connection.
    pub(super) fn is_made_by(&mut self, number: u32) {
        self.maker = Some(number);
    }

    /// Which has, if it was a request.
    pub(super) fn maker(&self) -> Option<u32> {
        self.maker
    }

    /// Whether the header of the next segment is predicted.
    pub(super) fn predicts(&self) -> bool {
        self.predicts
    }

    /// Whether that of the last one was.
    pub(super) fn predicted(&self) -> bool {
        self.predicted
    }

    /// Nothing is predicted until there is reason to again.
    pub(super) fn stop_predicting(&mut self) {
        self.predicts = false;
    }

    /// Headers are predicted again, or still, if the buffer has room (`tcp_fast_path_check`).
    pub(super) fn predict(&mut self, rcvbuf: u32) {
        self.predicts |= self.allocated < rcvbuf;
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

    /// A segment up to `end` is queued (`tcp_queue_rcv`), whose sender still held so many that came before: into one that is held nothing
    /// is put (`skb_cloned`).
    pub(super) fn queue(&mut self, end: SeqNum, len: u32, held: u16) {
        let frags = self.cut_from_pages(len);
        let begin = end - len;
        self.predicted = self.predicts;
        self.charged = match self.queue.back_mut() {
            Some(last) if held <= last.more && len <= last.room => {
                last.room -= len;
                last.add(end, 0, 0)
            }
            Some(last) if held <= last.more && last.frags + frags <= MAX_FRAGS => last.add(end, frags, len),
            _ => {
                self.queue.push_back(Packet { begin, end, cost: len + HEAD, frags, room: 0, more: 0 });
                len + HEAD
            }
        };
        self.allocated += self.charged;
    }

    /// In how many pieces the data of a segment lies.
    fn cut_from_pages(&mut self, len: u32) -> u32 {
        if self.queue.is_empty() {
            self.page = 0;
        }
        let (mut left, mut frags) = (len, 0);
        while left > 0 {
            if self.page + REST > FRAGMENT {
                self.page = 0;
            }
            let piece = left.min(FRAGMENT - self.page);
            (self.page, left, frags) = (self.page + piece, left - piece, frags + 1);
        }
        frags
    }

    /// The program has read up to there: a packet is freed when all of it was read.
    pub(super) fn free_before(&mut self, read: SeqNum) {
        while let Some(&first) = self.queue.front()
            && first.end.at_or_before(read)
        {
            self.queue.pop_front();
            self.allocated -= first.cost;
        }
    }

    /// What was not read yet is copied together, without the heads that cost more than they carry (`tcp_collapse`).
    pub(super) fn collapse(&mut self, read: SeqNum) {
        let is_wasteful = |packet: &Packet| {
            self.share(packet.cost) > packet.end.0.wrapping_sub(packet.begin.0) || packet.begin.before(read)
        };
        let Some(first) = self.queue.iter().position(is_wasteful) else { return };
        let mut begin = super::assembler::later(self.queue[first].begin, read);
        let end = self.queue.back().map_or(begin, |last| last.end);
        for packet in self.queue.drain(first..) {
            self.allocated -= packet.cost;
        }
        while begin.before(end) {
            let len = end.0.wrapping_sub(begin.0).min(COLLAPSED);
            let block = match len.next_multiple_of(64) + SHARED_INFO {
                ..=SMALL_HEAD => SMALL_HEAD,
                larger => larger.next_power_of_two(),
            };
            let (cost, room) = (block + SK_BUFF, block - SHARED_INFO - len);
            let end = begin + len;
            // No sender holds it.
            self.queue.push_back(Packet { begin, end, cost, frags: 0, room, more: u16::MAX });
            self.allocated += cost;
            begin += len;
        }
    }
}
