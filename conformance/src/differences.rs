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
    sim(
        "alive::icmp_and_recverr",
        "IP_RECVERR is stored: an ICMP error of an established connection is remembered only",
    ),
    sim(
        "alive::keepalive_set_when_idle",
        "keepalive is reckoned from the last segment, not from when it was switched on",
    ),
    sim("alive::no_neighbour", NO_ROUTERS),
    sim("alive::no_route", NO_ROUTERS),
    sim(
        "open::a_full_queue_resets_if_told_to",
        "net.ipv4.tcp_abort_on_overflow is stored: the last acknowledgment is dropped",
    ),
    sim("urgent::announced_before_it_comes", "window probes do not carry the urgent pointer yet"),
    sim("urgent::atmark_says_where", ATMARK),
    sim("urgent::atmark_stays_when_it_is_taken", ATMARK),
    sim("urgent::inline_it_is_in_the_stream", ATMARK),
    sim("urgent::recvmsg_says_oob", OOB_FLAG),
    sim("urgent::then_the_end", ATMARK),
    sim("urgent::with_no_room", OOB_FLAG),
];

const NO_ROUTERS: &str =
    "the simulated network has no routers and no neighbours: what nobody has the address of is lost in silence";
const ATMARK: &str = "SIOCATMARK does not ask the connection yet";
const OOB_FLAG: &str = "recvmsg does not give MSG_OOB back yet";

const fn sim(case: &'static str, reason: &'static str) -> Difference {
    Difference { case, world: World::Sim, reason }
}

/// The difference that is permitted for a case in a world.
pub(crate) fn permitted(case: &str, world: World) -> Option<&'static Difference> {
    DIFFERENCES.iter().find(|difference| difference.case == case && difference.world == world)
}
