//! What a packet costs: `skb->truesize`, as a 64-bit kernel of 6.18 allocates. It is charged against `SO_RCVBUF` and `SO_SNDBUF`.

/// `SKB_DATA_ALIGN(sizeof(struct skb_shared_info))` and `SKB_DATA_ALIGN(sizeof(struct sk_buff))`.
pub(crate) const SHARED_INFO: usize = 320;
pub(crate) const SK_BUFF: usize = 256;
/// `SKB_SMALL_HEAD_CACHE_SIZE`: heads up to here come from a cache of their own (`kmalloc_reserve`).
const SMALL_HEAD: usize = 576;
/// `SKB_MAX_ALLOC`: what fits into one head; more lies in pages.
const MOST_IN_HEAD: usize = 4 * 4096 - SHARED_INFO;

/// Room for the device's header, `LL_RESERVED_SPACE` of an Ethernet's and of loopback's.
const DEVICE: usize = 16;

/// `__alloc_skb` for so many bytes.
pub(crate) fn truesize(bytes: usize) -> usize {
    let head = bytes.next_multiple_of(64) + SHARED_INFO;
    SK_BUFF + if head <= SMALL_HEAD { SMALL_HEAD } else { head.next_power_of_two() }
}

/// No memory for another fragment: ENOBUFS.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NoMemory;

/// The buffers of a datagram that is gathered, as `__ip_append_data` and `__ip6_append_data` make them: a new one for each fragment, filled
/// from pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Gathered {
    is_ipv4: bool,
    /// IP's, with its options.
    header: usize,
    /// UDP_SEGMENT: all of the data lies in pages.
    is_paged: bool,
    /// Of the path: a fragment is no longer.
    mtu: usize,
    /// Of all of it, without IP's headers.
    len: usize,
    /// Of the last fragment, with its header; 0: there is none yet.
    last: usize,
    /// `sk_wmem_alloc`.
    pub(crate) truesize: usize,
    /// How many buffers there are, and of the first: what it costs, how much is in it, and how much room is behind that.
    buffers: usize,
    first: (usize, usize, usize),
}

const UDP: usize = 8;

impl Gathered {
    pub(crate) const fn new(is_ipv4: bool, header: usize, mtu: usize, is_paged: bool) -> Self {
        Self { is_ipv4, header, is_paged, mtu, len: 0, last: 0, truesize: 0, buffers: 0, first: (0, 0, 0) }
    }

    pub(crate) const fn mtu(&self) -> usize {
        self.mtu
    }

    pub(crate) const fn header(&self) -> usize {
        self.header
    }

    /// Whether it is longer than the path takes at once.
    pub(crate) const fn is_in_fragments(&self) -> bool {
        self.len + self.header > self.mtu
    }

    /// How long the longest fragment is, with its headers, as `struct inet_frag_queue` counts: in 16 bits.
    pub(crate) fn longest_fragment(&self) -> u16 {
        if !self.is_in_fragments() {
            return 0;
        }
        let header = self.header;
        let longest = (self.mtu - header) / 8 * 8 + header;
        let last = self.last + if self.is_ipv4 { 0 } else { 8 };
        (longest as u16).max(last as u16)
    }

    /// What it costs less who gets it: a second fragment that there is room for behind the first is put there (`inet_frag_reasm_finish`,
    /// `skb_try_coalesce`).
    pub(crate) const fn saved(&self) -> usize {
        let (cost, len, room) = self.first;
        if self.buffers == 2 && self.is_in_fragments() && self.len - len <= room { self.truesize - cost } else { 0 }
    }

    /// Whether there is no buffer yet.
    pub(crate) const fn is_empty(&self) -> bool {
        self.last == 0
    }

    /// What a datagram of so many bytes costs, if nothing keeps it from being sent.
    pub(crate) fn whole(is_ipv4: bool, mtu: usize, len: usize) -> usize {
        let mut gathered = Self::new(is_ipv4, if is_ipv4 { 20 } else { 40 }, mtu, false);
        gathered.append(len, usize::MAX / 2).map_or(0, |()| gathered.truesize)
    }

    /// More data, of a socket with that `SO_SNDBUF`.
    pub(crate) fn append(&mut self, data: usize, sndbuf: usize) -> Result<(), NoMemory> {
        let header = self.header;
        // Alignment, or the header of a fragment.
        let (beside, fragment) = if self.is_ipv4 { (DEVICE + 15, 0) } else { (DEVICE + 8, 8) };
        let longest = (self.mtu - header) / 8 * 8 + header - fragment;
        let mut first = if self.last == 0 { UDP } else { 0 };
        let mut left = data + first;
        self.len += left;
        let room = if self.is_ipv4 || self.len <= self.mtu { self.mtu } else { longest };
        while left > 0 {
            let most = if self.last + left <= room { room } else { longest };
            if self.last > 0 && self.last < most {
                let part = left.min(most - self.last);
                self.last += part;
                self.truesize += part;
                self.first.2 = 0;
                left -= part;
                continue;
            }
            if self.last > 0 && self.truesize >= 2 * sndbuf {
                return Err(NoMemory);
            }
            let gap = self.last.saturating_sub(longest);
            let len = if left + gap > room - header { longest - header } else { left + gap };
            let is_linear = !self.is_paged && len + header + beside < MOST_IN_HEAD;
            let in_head = if is_linear { len } else { first };
            let cost = truesize(header + in_head + beside);
            if self.buffers == 0 && is_linear {
                let before = DEVICE + fragment + header;
                self.first = (cost, in_head, cost - SK_BUFF - SHARED_INFO - before - in_head);
            }
            self.buffers += 1;
            self.truesize += cost;
            self.last = header + in_head;
            left -= in_head.saturating_sub(gap);
            first = 0;
        }
        Ok(())
    }
}
