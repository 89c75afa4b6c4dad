//! The differences that are permitted, each with a reason that an engineer of the kernel would accept.
//!
//! A case that is listed here is expected to fail in that world. When it no longer does, that is a failure: the entry has to go.

use crate::case::World;

/// A case that may fail in a world.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// The name of the case.
    pub case: &'static str,
    /// The world in which it fails.
    pub world: World,
    /// Why that is right.
    pub reason: &'static str,
}

/// All of them.
pub const DIFFERENCES: &[Difference] = &[];

#[allow(dead_code, reason = "there may be none")]
const fn sim(case: &'static str, reason: &'static str) -> Difference {
    Difference { case, world: World::Sim, reason }
}
