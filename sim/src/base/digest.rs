//! The running digest of a run: XXH3 with a 128-bit result over the words of every event.
//!
//! XXH3 is specified, so a digest means the same on every machine and in every version of a crate. It tells accidents
//! apart, not adversaries.

use std::{fmt, str::FromStr};

use xxhash_rust::xxh3::xxh3_128;

/// What a run was, in 128 bits: two runs with one digest made the same events in the same order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest(pub u128);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

/// Takes events in and gives the digest out: a chain, in which each batch of words is hashed with the digest of all
/// before it.
#[derive(Clone)]
pub(crate) struct Digester {
    /// The chain's digest, then words not yet hashed, as bytes in little-endian order. Events are small, and hashing is
    /// cheapest in long pieces.
    bytes: [u8; CHAIN + BATCH],
    used: usize,
    /// The time of the last event: it is taken in only when it changes.
    at: u64,
}

const CHAIN: usize = 16;
const BATCH: usize = 62 * 8;

impl Digester {
    pub(crate) fn new() -> Self {
        Self { bytes: [0; CHAIN + BATCH], used: CHAIN, at: 0 }
    }

    /// Takes in the time of the next event. Its high byte is 0, which no event's first word has.
    #[inline(always)]
    pub(crate) fn at(&mut self, nanos: u64) {
        if self.at != nanos {
            self.advance(nanos);
        }
    }

    #[inline(never)]
    fn advance(&mut self, nanos: u64) {
        self.at = nanos;
        self.words([nanos]);
    }

    /// Takes in the words of one event, the first of which begins with a byte that says its kind.
    #[inline(always)]
    pub(crate) fn words<const N: usize>(&mut self, words: [u64; N]) {
        if self.used + N * 8 > self.bytes.len() {
            self.link();
        }
        let room = &mut self.bytes[self.used..self.used + N * 8];
        for (chunk, word) in room.chunks_exact_mut(8).zip(words) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        self.used += N * 8;
    }

    #[inline(never)]
    fn link(&mut self) {
        let digest = xxh3_128(&self.bytes[..self.used]);
        self.bytes[..CHAIN].copy_from_slice(&digest.to_le_bytes());
        self.used = CHAIN;
    }

    pub(crate) fn finish(&self) -> Digest {
        Digest(xxh3_128(&self.bytes[..self.used]))
    }
}
