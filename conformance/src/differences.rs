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
pub const DIFFERENCES: &[Difference] = &[
    sim("unix::names::a_path", NO_FILES),
    sim("unix::names::the_file_stays", NO_FILES),
    sim("unix::names::no_way_to_the_path", NO_FILES),
    sim("unix::names::through_a_symbolic_link", NO_FILES),
    sim("unix::names::the_path_ends_at_a_nul", NO_FILES),
    sim("unix::names::nobody_listens", NO_FILES),
    sim("unix::messages::where_nobody_is", NO_FILES),
];

const NO_FILES: &str =
    "a simulated host has no file system: a path names a socket and is no file, so none can be looked at or unlinked";

const fn sim(case: &'static str, reason: &'static str) -> Difference {
    Difference { case, world: World::Sim, reason }
}
