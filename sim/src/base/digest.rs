//! The running digest of a run: XXH3 with a 128-bit result over the words of every event.
//!
//! XXH3 is specified, so a digest means the same on every machine and in every version of a crate. It tells accidents
//! apart, not adversaries.

use std::{fmt, str::FromStr};

use xxhash_rust::xxh3::Xxh3;

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

/// Takes events in and gives the digest out.
#[derive(Clone)]
pub(crate) struct Digester {
    /// Words not yet hashed: events are small, and hashing is cheapest in long pieces.
    waiting: [u64; BATCH],
    used: usize,
    hasher: Xxh3,
}

const BATCH: usize = 64;

impl Digester {
    pub(crate) fn new() -> Self {
        Self { waiting: [0; BATCH], used: 0, hasher: Xxh3::new() }
    }

    /// Takes in the words of one event.
    #[inline(always)]
    pub(crate) fn words<const N: usize>(&mut self, words: [u64; N]) {
        if self.used + N > BATCH {
            self.flush();
        }
        self.waiting[self.used..self.used + N].copy_from_slice(&words);
        self.used += N;
    }

    #[inline(never)]
    fn flush(&mut self) {
        let mut bytes = [0; BATCH * 8];
        for (chunk, word) in bytes.chunks_exact_mut(8).zip(&self.waiting) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        self.hasher.update(&bytes[..self.used * 8]);
        self.used = 0;
    }

    pub(crate) fn finish(&self) -> Digest {
        let mut whole = self.clone();
        whole.flush();
        Digest(whole.hasher.digest128())
    }
}
