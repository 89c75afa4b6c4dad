//! A ring of bytes. It owns no memory until the first byte comes, grows in powers of two up to what its user puts into
//! it, and keeps what it has grown to.
//!
//! It is not responsible for limits: SO_SNDBUF and SO_RCVBUF are enforced by `send.rs` and by the window.

/// What a ring takes when its first byte comes: room for a few small messages, little enough for a crowd of idle
/// connections.
const SMALLEST: usize = 128;

/// Up to here it costs less to clear what malloc gives than to ask calloc, which has large blocks from the kernel, cleared.
const LARGEST_CLEARED: usize = 4096;

/// The bytes of one direction: `len` readable ones, and behind them a shore of bytes already in place, but not yet
/// readable, because some before them are missing (`assembler.rs` knows which).
#[derive(Debug, Default)]
pub(super) struct Ring {
    /// As long as the capacity, which is 0 or a power of two.
    bytes: Box<[u8]>,
    /// Where the first readable byte lies: `head < bytes.len()`, or both are 0.
    head: u32,
    /// `len <= bytes.len()`
    len: u32,
}

impl Ring {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends readable bytes.
    #[inline]
    pub(super) fn push(&mut self, data: &[u8]) {
        self.put_beyond(0, data);
        self.extend(data.len());
    }

    /// Places bytes `gap` behind the last readable one, without making them readable.
    #[inline]
    pub(super) fn put_beyond(&mut self, gap: usize, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        let offset = self.len() + gap;
        if offset + data.len() > self.bytes.len() {
            self.grow(offset + data.len());
        }
        let start = self.position(offset);
        let first = data.len().min(self.bytes.len() - start);
        self.bytes[start..start + first].copy_from_slice(&data[..first]);
        if first < data.len() {
            self.bytes[..data.len() - first].copy_from_slice(&data[first..]);
        }
    }

    /// Makes the next `count` bytes readable: [`Self::put_beyond`] has placed all of them.
    #[inline]
    pub(super) fn extend(&mut self, count: usize) {
        debug_assert!(self.len() + count <= self.bytes.len());
        self.len += count as u32;
    }

    /// The `count` readable bytes from `offset` on, in at most two pieces.
    #[inline]
    pub(super) fn pieces(&self, offset: usize, count: usize) -> [&[u8]; 2] {
        debug_assert!(offset + count <= self.len());
        if count == 0 {
            return [&[], &[]];
        }
        let start = self.position(offset);
        let first = count.min(self.bytes.len() - start);
        [&self.bytes[start..start + first], &self.bytes[..count - first]]
    }

    /// Forgets the first `count` readable bytes.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.len());
        if count > 0 {
            self.head = self.position(count) as u32;
            self.len -= count as u32;
        }
    }

    /// Forgets everything and gives the memory back.
    pub(super) fn free(&mut self) {
        *self = Self::default();
    }

    /// Where the byte at `offset` lies. The capacity is not 0.
    #[inline]
    fn position(&self, offset: usize) -> usize {
        (self.head as usize + offset) & (self.bytes.len().wrapping_sub(1))
    }

    /// Moves everything, the shore included, into a ring that holds at least `need`.
    #[cold]
    fn grow(&mut self, need: usize) {
        let capacity = need.next_power_of_two().max(SMALLEST);
        let mut bytes = if capacity <= LARGEST_CLEARED {
            #[expect(
                clippy::slow_vector_initialization,
                reason = "glibc's calloc has no cache of small blocks, malloc has"
            )]
            let mut bytes = Vec::with_capacity(capacity);
            bytes.resize(capacity, 0);
            bytes
        } else {
            vec![0; capacity]
        }
        .into_boxed_slice();
        let (wrapped, straight) = self.bytes.split_at(self.head as usize);
        bytes[..straight.len()].copy_from_slice(straight);
        bytes[straight.len()..self.bytes.len()].copy_from_slice(wrapped);
        (self.bytes, self.head) = (bytes, 0);
    }
}
