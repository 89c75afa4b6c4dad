//! A TUN device: where packets leave the simulated internet as bytes. What reads them and writes others is not our affair.

use std::{collections::VecDeque, net::IpAddr, sync::Arc};

use crate::wire::{Packet, encode};

/// One device, with the packets that nobody has read yet.
pub(crate) struct Tun {
    pub(crate) name: Arc<str>,
    prefixes: Vec<Prefix>,
    queue: VecDeque<Vec<u8>>,
    /// The event count that readers wait on.
    pub(crate) readers: u32,
}

/// Addresses that share their first `len` bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Prefix {
    addr: IpAddr,
    len: u8,
}

/// Packets that wait to be read; more are dropped. Linux: `TUN_READQ_SIZE`.
const QUEUE: usize = 500;

impl Tun {
    pub(crate) fn new(name: Arc<str>, prefixes: Vec<Prefix>, readers: u32) -> Self {
        Self { name, prefixes, queue: VecDeque::new(), readers }
    }

    /// The length of the longest prefix an address lies in.
    pub(crate) fn prefix_of(&self, addr: IpAddr) -> Option<u8> {
        self.prefixes.iter().filter(|prefix| prefix.contains(addr)).map(|prefix| prefix.len).max()
    }

    /// Puts a packet into the queue; `false` if there is no room.
    pub(crate) fn take(&mut self, packet: &Packet) -> bool {
        // A packet that cannot be written down leaves no host.
        let bytes = if self.queue.len() < QUEUE { encode(packet).ok() } else { None };
        let taken = bytes.is_some();
        self.queue.extend(bytes);
        taken
    }

    /// The oldest packet.
    pub(crate) fn read(&mut self) -> Option<Vec<u8>> {
        self.queue.pop_front()
    }

    /// Packets that wait.
    pub(crate) fn pending(&self) -> usize {
        self.queue.len()
    }
}

impl Prefix {
    /// `192.0.2.0/24`, `2001:db8::/64`; an address alone is one of full length.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (addr, len) = match text.split_once('/') {
            Some((addr, len)) => (addr.parse::<IpAddr>().ok()?, Some(len.parse::<u8>().ok()?)),
            None => (text.parse().ok()?, None),
        };
        let longest = if addr.is_ipv4() { 32 } else { 128 };
        let len = len.unwrap_or(longest);
        (len <= longest).then_some(Self { addr, len })
    }

    fn contains(self, addr: IpAddr) -> bool {
        let differing = match (self.addr, addr) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => return false,
        };
        differing >= self.len.into()
    }
}
