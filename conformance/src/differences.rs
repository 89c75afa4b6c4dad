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
///
/// All of today's are of one kind: an option or a flag that the simulated TCP keeps and reads back, and that does nothing yet.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "poll::urgent_data",
        world: World::Sim,
        reason: "urgent data is not modelled: MSG_OOB sends an ordinary byte, as without the urgent pointer",
    },
    Difference {
        case: "options::effect::cork_holds_back",
        world: World::Sim,
        reason: "TCP_CORK is stored; partial segments go out as with Nagle's rule alone",
    },
    Difference { case: "options::effect::cork_gives_up_soon", world: World::Sim, reason: "TCP_CORK is stored" },
    Difference {
        case: "options::effect::more_holds_back",
        world: World::Sim,
        reason: "MSG_MORE is accepted and holds nothing back",
    },
    Difference {
        case: "options::effect::defer_accept_waits_for_data",
        world: World::Sim,
        reason: "TCP_DEFER_ACCEPT is stored; a connection is accepted when it is established",
    },
    Difference {
        case: "timeouts::user_timeout_of_a_closed_window",
        world: World::Sim,
        reason: "TCP_USER_TIMEOUT is stored; a connection is given up by tcp_retries2",
    },
];

/// The difference that is permitted for a case in a world.
pub(crate) fn permitted(case: &str, world: World) -> Option<&'static Difference> {
    DIFFERENCES.iter().find(|difference| difference.case == case && difference.world == world)
}
