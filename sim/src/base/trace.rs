//! The trace sink: every event goes into the digest; it is kept for reading only when asked for.
//!
//! A run that only has to pass pays for a few words of hashing per event. A run that failed is made again with the
//! sink keeping everything: that is what determinism is good for.

use super::{Digester, digest::Digest};

/// Something that happened, as the digest sees it.
pub(crate) trait Record {
    /// Feeds whatever distinguishes this record from another.
    fn digest(&self, digester: &mut Digester);
}

/// Takes records in.
pub(crate) struct Sink<R> {
    digester: Digester,
    kept: Option<Vec<R>>,
}

impl<R: Record> Sink<R> {
    pub(crate) fn new(keep: bool) -> Self {
        Self { digester: Digester::new(), kept: keep.then(Vec::new) }
    }

    /// Inlined with [`Record::digest`], so that what is not kept is never built: only its words are.
    #[inline(always)]
    pub(crate) fn record(&mut self, record: R) {
        record.digest(&mut self.digester);
        match &self.kept {
            Some(_) => self.keep(record),
            // Nothing of it was allocated, because nobody keeps it: spares the code that would look.
            None => std::mem::forget(record),
        }
    }

    #[cold]
    #[inline(never)]
    fn keep(&mut self, record: R) {
        self.kept.get_or_insert_default().push(record);
    }

    /// Whether records are kept: what only a reader needs (names, the first bytes of data) may be left out otherwise.
    #[inline]
    pub(crate) fn keeps(&self) -> bool {
        self.kept.is_some()
    }

    pub(crate) fn digest(&self) -> Digest {
        self.digester.finish()
    }

    pub(crate) fn take_kept(&mut self) -> Vec<R> {
        self.kept.take().unwrap_or_default()
    }
}
