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
    sim("fast_open::a_server_forgets_it", NO_FAST_OPEN),
    sim("fast_open::a_server_without_it", NO_FAST_OPEN),
    sim("fast_open::connect_is_put_off", NO_FAST_OPEN),
    sim("fast_open::connect_without_a_cookie", NO_FAST_OPEN),
    sim("fast_open::first_asks_for_a_cookie", NO_FAST_OPEN),
    sim("fast_open::lost_syn_is_sent_again_without_data", NO_FAST_OPEN),
    sim("fast_open::no_cookie_needed", NO_FAST_OPEN),
    sim("fast_open::nonblocking_takes_what_fits_a_syn", NO_FAST_OPEN),
    sim("fast_open::of_a_connection", NO_FAST_OPEN),
    sim("fast_open::refused", NO_FAST_OPEN),
    sim("fast_open::second_has_data_in_the_syn", NO_FAST_OPEN),
    sim("fast_open::switched_off", NO_FAST_OPEN),
    sim("fast_open::twice_at_once", NO_FAST_OPEN),
    sim("fast_open::unspec_address", NO_FAST_OPEN),
];

const NO_FAST_OPEN: &str = "Fast Open is not modelled yet: its options are stored, and MSG_FASTOPEN is ignored";

const fn sim(case: &'static str, reason: &'static str) -> Difference {
    Difference { case, world: World::Sim, reason }
}

/// The difference that is permitted for a case in a world.
pub(crate) fn permitted(case: &str, world: World) -> Option<&'static Difference> {
    DIFFERENCES.iter().find(|difference| difference.case == case && difference.world == world)
}
