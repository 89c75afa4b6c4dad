//! A wheel of time slots: where an agenda keeps what is due neither at once nor in a distant future.
//!
//! Events are put in and given out by slot, in no order within one: ordering is `order.rs`'s affair. Both take constant time, however
//! many there are: a crowd of connections in TIME_WAIT costs no more than one.

/// How long a slot is: 2^24 ns, 16.8 ms.
const SLOT_BITS: u32 = 24;
/// How many there are: 64 words of 64 bits to mark them, and one to mark the words. 68.7 s: TIME_WAIT's 60 s find room.
const SLOTS: u64 = 64 * 64;

/// How many nodes an empty wheel keeps.
const KEPT: usize = 256;

/// Entries by slot. The slots are numbered from the beginning of time; those below `first` have been given out.
pub(super) struct Wheel<T> {
    first: u64,
    /// The first of each slot's chain, as an index of `nodes` and 1; 0: none. Made when the first entry comes.
    chains: Option<Box<[u32; SLOTS as usize]>>,
    /// Which slots have entries, and which words of that are not 0.
    marks: [u64; 64],
    marked_words: u64,
    nodes: Vec<Node<T>>,
    /// The first free node, as in `chains`.
    free: u32,
}

struct Node<T> {
    entry: Option<T>,
    next: u32,
}

/// The slot of a time in nanoseconds.
#[inline]
pub(super) const fn slot_of(nanos: u64) -> u64 {
    nanos >> SLOT_BITS
}

impl<T> Wheel<T> {
    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.marked_words == 0
    }

    /// The first slot that has not been given out.
    #[inline]
    pub(super) const fn first(&self) -> u64 {
        self.first
    }

    /// The slot after the last one there is room for.
    #[inline]
    pub(super) const fn end(&self) -> u64 {
        self.first + SLOTS
    }

    /// Moves an empty wheel on, so that it reaches as far as it can.
    #[inline]
    pub(super) fn advance(&mut self, first: u64) {
        debug_assert!(self.is_empty());
        self.first = self.first.max(first);
    }

    /// Puts an entry into a slot within `first..end`.
    #[inline]
    pub(super) fn put(&mut self, slot: u64, entry: T) {
        debug_assert!((self.first..self.end()).contains(&slot));
        let at = (slot % SLOTS) as usize;
        let chain = &mut self.chains.get_or_insert_with(|| Box::new([0; SLOTS as usize]))[at];
        let node = Node { entry: Some(entry), next: *chain };
        *chain = if self.free == 0 {
            self.nodes.push(node);
            self.nodes.len() as u32
        } else {
            let taken = self.free;
            self.free = std::mem::replace(&mut self.nodes[taken as usize - 1], node).next;
            taken
        };
        self.marks[at / 64] |= 1 << (at % 64);
        self.marked_words |= 1 << (at / 64);
    }

    /// Gives out what is in the earliest slot that has something.
    #[inline]
    pub(super) fn give_out(&mut self, mut take: impl FnMut(T)) {
        let Some(at) = self.earliest() else { return };
        self.first += (at as u64).wrapping_sub(self.first) % SLOTS + 1;
        self.marks[at / 64] &= !(1 << (at % 64));
        if self.marks[at / 64] == 0 {
            self.marked_words &= !(1 << (at / 64));
        }
        let Some(chains) = &mut self.chains else { return };
        let mut next = std::mem::take(&mut chains[at]);
        while next != 0 {
            let node = &mut self.nodes[next as usize - 1];
            if let Some(entry) = node.entry.take() {
                take(entry);
            }
            (self.free, next) = (next, std::mem::replace(&mut node.next, self.free));
        }
        if self.marked_words == 0 && self.nodes.len() > KEPT {
            // A crowd has passed.
            (self.nodes, self.free) = (Vec::new(), 0);
        }
    }

    /// The index of the earliest slot that has something: the first marked one from `first` on, round the end.
    #[inline]
    fn earliest(&self) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        let from = (self.first % SLOTS) as usize;
        let (word, bit) = (from / 64, from % 64);
        let rest = self.marks[word] & (u64::MAX << bit);
        if rest != 0 {
            return Some(word * 64 + rest.trailing_zeros() as usize);
        }
        // Of the words after this one, round the end and with this one as the last, the first that is marked.
        let word = (word + 1) % 64;
        let word = (word + self.marked_words.rotate_right(word as u32).trailing_zeros() as usize) % 64;
        Some(word * 64 + self.marks[word].trailing_zeros() as usize)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        while !self.is_empty() {
            self.give_out(drop);
        }
        self.nodes.clear();
        (self.free, self.first) = (0, 0);
    }
}

impl<T> Default for Wheel<T> {
    fn default() -> Self {
        Self { first: 0, chains: None, marks: [0; 64], marked_words: 0, nodes: Vec::new(), free: 0 }
    }
}
