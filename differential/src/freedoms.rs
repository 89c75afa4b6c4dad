//! What Linux may choose, and within which bounds: the differences that are none.

use crate::{Entry, Program};

/// A difference between the worlds that is permitted.
#[derive(Clone, Copy, Debug)]
pub struct Freedom {
    /// A short name.
    pub name: &'static str,
    /// What may differ, and how far.
    pub bounds: &'static str,
    /// Why a kernel may do either.
    pub reason: &'static str,
    pub(crate) covers: fn(&Asked<'_>) -> bool,
}

/// A call whose answers differ.
pub(crate) struct Asked<'a> {
    pub(crate) program: &'a Program,
    pub(crate) step: usize,
    pub(crate) real: &'a Entry,
    pub(crate) sim: &'a Entry,
}

/// All of them.
pub const FREEDOMS: &[Freedom] = &[];
