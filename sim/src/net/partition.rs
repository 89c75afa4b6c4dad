//! Partitions: sets of hosts between which nothing passes for a while.
//!
//! A partition acts on packets already in flight too, and never cuts a hole into a byte stream: what it drops, TCP
//! sends again.

use crate::base::HostId;

/// A cut between two sets of hosts.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    /// Sorted.
    left: Vec<HostId>,
    /// Sorted.
    right: Vec<HostId>,
    /// Only packets from left to right are dropped.
    one_way: bool,
    pub(crate) active: bool,
    /// Senders are told by ICMP, as by a router that does not find the host.
    pub(crate) tells: bool,
}

impl Partition {
    pub(crate) fn new(mut left: Vec<HostId>, mut right: Vec<HostId>, one_way: bool) -> Self {
        left.sort_unstable();
        right.sort_unstable();
        Self { left, right, one_way, active: false, tells: false }
    }

    /// Does it keep a packet of `from` away from `to`?
    pub(crate) fn cuts(&self, from: HostId, to: HostId) -> bool {
        let crosses = |a: &[HostId], b: &[HostId]| a.binary_search(&from).is_ok() && b.binary_search(&to).is_ok();
        self.active && (crosses(&self.left, &self.right) || (!self.one_way && crosses(&self.right, &self.left)))
    }
}
