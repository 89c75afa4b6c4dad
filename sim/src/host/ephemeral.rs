//! Ephemeral ports: which port is given to who did not ask for one.
//!
//! `bind` with port 0 and everything that binds by itself takes a random one (`inet_csk_find_open_port`,
//! `udp_lib_get_port`); `connect` walks through the range, beginning where a stranger cannot guess (RFC 6056 section 3.3.3,
//! `__inet_hash_connect`). TCP's two do not get in each other's way: `bind` begins with ports at an odd distance from the
//! lower end of the range, `connect` with those at an even one.

use std::net::{IpAddr, SocketAddr};

use super::{Body, Flow, Host, ports::Name};
use crate::base::{Instant, SocketId};

/// `ip_local_port_range` as seen by one socket.
#[derive(Clone, Copy, Debug)]
struct Range {
    low: u32,
    /// How many ports are used. Linux leaves the last one of an odd number alone.
    len: u32,
    /// IP_LOCAL_PORT_RANGE has narrowed it: `connect` makes no difference between odd and even then.
    own: bool,
}

impl Range {
    fn new(low: u16, high: u16, own: bool) -> Self {
        let len = (u32::from(high) + 1).saturating_sub(low.into());
        Self { low: low.into(), len, own }
    }

    /// Without the last port of an odd number of them; a single one stays (`remaining &= ~1U`).
    fn even(self) -> Self {
        Self { len: if self.len > 1 { self.len & !1 } else { self.len }, ..self }
    }

    /// Every `step`th port from `offset` on, round the end.
    fn from(self, offset: u32, step: u32) -> impl Iterator<Item = u16> {
        let Self { low, len, .. } = self;
        (0..len).step_by(step as usize).map(move |at| (low + (offset + at) % len) as u16)
    }

    /// The first port in the order of [`Self::by_parity`] that is not in the set.
    fn first_unused(self, set: &PortSet, offset: u32) -> Option<u16> {
        let end = self.low + self.len;
        [offset, offset ^ 1].into_iter().find_map(|offset| {
            let (start, first) = (self.low + offset, self.low + offset % 2);
            set.first_missing(start.min(end), end).or_else(|| set.first_missing(first.min(end), start.min(end)))
        })
    }

    /// All of them, first those of `offset`'s parity; with `offset` at random.
    fn by_parity(self, offset: u32) -> impl Iterator<Item = u16> {
        let second = self.len > 1;
        self.from(offset, 2).chain(self.from(offset ^ 1, 2).take(if second { usize::MAX } else { 0 }))
    }
}

/// A set of ports.
pub(super) struct PortSet([u64; 1024]);

impl Default for PortSet {
    fn default() -> Self {
        Self([0; 1024])
    }
}

impl PortSet {
    pub(super) fn insert(&mut self, port: u16) {
        self.0[usize::from(port / 64)] |= 1 << (port % 64);
    }

    pub(super) fn remove(&mut self, port: u16) {
        self.0[usize::from(port / 64)] &= !(1 << (port % 64));
    }

    /// The first port of `from..to` that is not in the set, every second one left out.
    fn first_missing(&self, from: u32, to: u32) -> Option<u16> {
        let parity = 0x5555_5555_5555_5555 << (from % 2);
        let mut wanted = parity & (u64::MAX << (from % 64));
        for word in from / 64..to.div_ceil(64) {
            let missing = !self.0[word as usize] & wanted;
            if missing != 0 {
                let port = word * 64 + missing.trailing_zeros();
                return (port < to).then_some(port as u16);
            }
            wanted = parity;
        }
        None
    }
}

impl Host {
    /// A free port for `bind` with port 0, and for whoever is bound without having asked.
    pub(super) fn ephemeral_for_bind(&mut self, id: SocketId, name: Name) -> Option<u16> {
        let range = self.port_range(id);
        let socket = &self.sockets[id];
        if matches!(socket.body, Body::Udp(_)) {
            let offset = self.port_rng.below(range.len.into()) as u32;
            return range.from(offset, 1).find(|&port| !self.is_shared(id, name, port));
        }
        // Who has SO_REUSEADDR leaves the upper half of the range alone as long as it can.
        let half = range.len / 4 * 2;
        let parts = if socket.options.reuseaddr && range.len >= 4 {
            [Range { len: half, ..range }, Range { low: range.low + half, len: range.len - half, ..range }]
        } else {
            [range, Range { len: 0, ..range }]
        };
        parts.into_iter().filter(|part| part.len > 0).find_map(|part| {
            let part = part.even();
            let offset = self.port_rng.below(part.len.into()) as u32 | u32::from(part.len > 1);
            part.by_parity(offset).find(|&port| !self.is_shared(id, name, port))
        })
    }

    /// A port for `connect` such that the connection is unique. A port that somebody has bound is left alone; one that
    /// `connect` has given to others serves for another destination too.
    pub(super) fn ephemeral_for_connect(
        &mut self,
        id: SocketId,
        local: IpAddr,
        remote: SocketAddr,
        now: Instant,
    ) -> Option<u16> {
        let range = self.port_range(id);
        let start = self.next_port.unwrap_or_else(|| self.port_rng.keyed(0, 0, 0) as u32);
        let is_free = |port: &u16| {
            let unique = |flow| self.flows.get(&flow).is_none_or(|&old| self.gives_way(old, now, true));
            self.is_for_connect(*port) && unique(Flow::new(SocketAddr::new(local, *port), remote))
        };
        let found = if range.own {
            range.from(start % range.len.max(1), 1).find(is_free)
        } else {
            let range = range.even();
            let start = (start % range.len.max(1)) & !1;
            // Where thousands are in use, ports that nobody has at all come first: asking for each in turn would take long.
            let unused = self.ports.tcp_in_use.as_ref().and_then(|set| range.first_unused(set, start));
            unused.or_else(|| range.by_parity(start).find(is_free))
        }?;
        // The next search begins where this one has ended, so that it hardly ever has to look twice.
        // Where it begins depends on the destination (`table_perturb`), so two connections hardly ever share a port, of whichever range.
        self.next_port = Some((u32::from(found) - u32::from(self.settings.port_range.0) + 2) & !1);
        Some(found)
    }

    /// `inet_sk_get_local_port_range`: an end of IP_LOCAL_PORT_RANGE counts if it lies within the host's range.
    fn port_range(&self, id: SocketId) -> Range {
        let (low, high) = self.settings.port_range;
        let (own_low, own_high) = self.sockets[id].options.rare().local_port_range;
        let or = |own: u16, otherwise| if (low..=high).contains(&own) { own } else { otherwise };
        Range::new(or(own_low, low), or(own_high, high), (own_low, own_high) != (0, 0))
    }
}
