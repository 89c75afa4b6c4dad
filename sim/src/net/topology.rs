//! Who has which address, and which link joins two hosts.
//!
//! Every host can reach every other over one link of its own; a pair that was not told otherwise has the default
//! settings. TUN devices stand among the hosts, behind links of no delay. Links are made when the first packet crosses, so hosts that never speak cost nothing.

use std::net::IpAddr;

use super::{
    Tun,
    link::{Link, Settings},
};
use crate::base::{HostId, Lookup};

/// The map of the world.
#[derive(Default)]
pub(crate) struct Topology {
    seed: u64,
    owners: Lookup<IpAddr, HostId>,
    /// Index into `links` by (from, to). From a host to itself: its loopback.
    by_pair: Lookup<(HostId, HostId), usize>,
    links: Vec<Link>,
    default: Settings,
    tuns: Vec<Tun>,
}

impl Topology {
    /// Every draw of its links follows from `seed`.
    pub(crate) fn seeded(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.owners.clear();
        self.by_pair.clear();
        self.links.clear();
        self.default = Settings::between_hosts();
        self.tuns.clear();
    }

    /// Gives an address to a host; `false` if it has an owner already.
    pub(crate) fn assign(&mut self, addr: IpAddr, host: HostId) -> bool {
        let free = !self.owners.contains(&addr);
        if free {
            self.owners.insert(addr, host);
        }
        free
    }

    /// The host that has an address, else the TUN device it lies behind: the one with the longest prefix, among those the first.
    #[inline]
    pub(crate) fn owner(&self, addr: IpAddr) -> Option<HostId> {
        let host = self.owners.get(&addr).copied();
        if host.is_some() || self.tuns.is_empty() { host } else { self.tun_for(addr) }
    }

    fn tun_for(&self, addr: IpAddr) -> Option<HostId> {
        let lengths = self.tuns.iter().map(|tun| tun.prefix_of(addr).map_or(0, |len| 1 + u32::from(len)));
        let (index, length) = lengths.enumerate().rev().max_by_key(|(_, length)| *length)?;
        (length > 0).then_some(HostId::of_tun(index))
    }

    pub(crate) fn add_tun(&mut self, tun: Tun) -> HostId {
        self.tuns.push(tun);
        HostId::of_tun(self.tuns.len() - 1)
    }

    pub(crate) fn tuns(&self) -> &[Tun] {
        &self.tuns
    }

    pub(crate) fn tun_mut(&mut self, id: HostId) -> Option<&mut Tun> {
        self.tuns.get_mut(id.tun_index()?)
    }

    /// What a pair of hosts gets that has no link of its own yet.
    pub(crate) fn default_settings_mut(&mut self) -> &mut Settings {
        &mut self.default
    }

    #[inline]
    pub(crate) fn link_mut(&mut self, from: HostId, to: HostId) -> &mut Link {
        let index = match self.by_pair.get(&(from, to)) {
            Some(&index) => index,
            None => self.make(from, to),
        };
        &mut self.links[index]
    }

    #[cold]
    fn make(&mut self, from: HostId, to: HostId) -> usize {
        let settings = if from.is_next_to(to) { Settings::instant() } else { self.default.clone() };
        let entity = u64::from(from.0) << 32 | u64::from(to.0);
        let index = self.links.len();
        self.links.push(Link::new(settings, self.seed, entity));
        self.by_pair.insert((from, to), index);
        index
    }
}
