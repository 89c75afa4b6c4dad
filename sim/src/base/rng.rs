//! Named streams of random numbers: one ChaCha8 stream per *(seed, purpose, entity)*.
//!
//! No two purposes share a stream, so switching one fault off moves no other draw. The block function is `rand_chacha`'s,
//! which is specified for ever; the sampling on top is here, because other crates change theirs between versions.
//! Chances are integer ratios and ranges are closed: no float takes part in a decision.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng},
};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A chance of `num` in `den`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ratio {
    num: u32,
    den: u32,
}

impl Ratio {
    /// Never.
    pub(crate) const ZERO: Self = Self { num: 0, den: 1 };

    /// `num` in `den`.
    ///
    /// # Panics
    /// If `den` is 0 or `num` is greater than `den`.
    pub(crate) const fn new(num: u32, den: u32) -> Self {
        assert!(den > 0, "a chance of so many in 0 means nothing: write for instance loss(1, 100)");
        assert!(num <= den, "a chance greater than one: the first number must not exceed the second");
        Self { num, den }
    }

    /// Whether it can ever happen.
    pub(crate) const fn is_zero(self) -> bool {
        self.num == 0
    }
}

/// One stream. Its generator is made at the first draw: most streams are never drawn from.
#[derive(Clone, Debug)]
pub(crate) struct Rng {
    seed: u64,
    purpose: u64,
    entity: u64,
    generator: Option<Box<ChaCha8Rng>>,
}

impl Rng {
    /// The stream for `purpose` and `entity` under `seed`. A purpose is a short fixed name such as `"link loss"`.
    #[inline]
    pub(crate) const fn stream(seed: u64, purpose: &'static str, entity: u64) -> Self {
        Self { seed, purpose: fnv1a(purpose.as_bytes()), entity, generator: None }
    }

    #[inline]
    fn generator(&mut self) -> &mut ChaCha8Rng {
        if self.generator.is_none() {
            self.begin();
        }
        self.generator.as_mut().expect("it was just made")
    }

    #[cold]
    fn begin(&mut self) {
        let mut key = [0; 32];
        for (chunk, word) in key.chunks_exact_mut(8).zip([self.seed, self.purpose, self.entity]) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        self.generator = Some(Box::new(ChaCha8Rng::from_seed(key)));
    }

    #[inline]
    pub(crate) fn u64(&mut self) -> u64 {
        self.generator().next_u64()
    }

    /// A number that follows from the stream's name and what is asked about, and draws nothing: a keyed hash (XXH3), for
    /// what the same question must always answer alike.
    pub(crate) fn keyed(&self, a: u128, b: u128, c: u64) -> u64 {
        let words = [self.purpose, self.entity, a as u64, (a >> 64) as u64, b as u64, (b >> 64) as u64, c];
        let mut bytes = [0; 56];
        for (chunk, word) in bytes.chunks_exact_mut(8).zip(words) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        xxh3_64_with_seed(&bytes, self.seed)
    }

    pub(crate) fn fill(&mut self, buf: &mut [u8]) {
        self.generator().fill_bytes(buf);
    }

    /// A number below `bound`, each as likely: Lemire's multiplication with rejection of the unfair remainder
    /// ("Fast random integer generation in an interval", 2019). `bound` 0 gives 0.
    #[inline]
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let mut product = u128::from(self.u64()) * u128::from(bound);
        if (product as u64) < bound {
            let unfair = bound.wrapping_neg() % bound;
            while (product as u64) < unfair {
                product = u128::from(self.u64()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// A number of the closed range `low..=high`.
    pub(crate) fn within(&mut self, low: u64, high: u64) -> u64 {
        debug_assert!(low <= high);
        match (high - low).checked_add(1) {
            Some(span) => low + self.below(span),
            None => self.u64(),
        }
    }

    /// Whether something of this chance happens. Draws once, whatever the chance.
    pub(crate) fn chance(&mut self, chance: Ratio) -> bool {
        self.below(u64::from(chance.den)) < u64::from(chance.num)
    }
}

/// FNV-1a, 64 bits: turns the name of a purpose into a number that will never change.
pub(crate) const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    hash
}
