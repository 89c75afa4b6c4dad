//! A run as a capture file for Wireshark, `tshark` and `tcpdump`.
//!
//! **Where it is captured decides what an analysis of it can say.** On all interfaces at once, each packet stands at the moment its
//! sender sent it, lost ones too, with a comment that says so: nothing is missing and nothing is there twice. But an answer then
//! stands before what it answers has been received, so whoever wants Wireshark's verdict on a connection looks from one of its
//! ends: there stands what this host sent, when it did, and what it received, when it did.

use std::collections::BTreeMap;

use super::{
    Trace,
    pcapng::{Direction, Writer},
};
use crate::{
    base::{HostId, Instant},
    net::DropReason,
    wire::{Body, Packet, encode},
    world::record::{Record, What},
};

/// One packet of the capture.
struct Seen<'a> {
    at: Instant,
    interface: HostId,
    direction: Direction,
    packet: &'a Packet,
    dropped: Option<DropReason>,
}

impl Trace {
    /// What crossed the wires of the whole world, as a pcapng file: each packet once, when it was sent, on the interface of its
    /// sender. Of what did not arrive a comment says why.
    ///
    /// Times are virtual, from 0, in nanoseconds. Empty but for the interfaces if the trace was not kept
    /// ([`Sim::traced`](crate::Sim::traced)).
    pub fn pcap(&self) -> Vec<u8> {
        self.written(&self.seen(None))
    }

    /// What crossed the interface of one host, or TUN device, as a pcapng file: what it sent, when it did, lost packets with a
    /// comment; and what reached it, when it did. `None` if there is no host of that name.
    ///
    /// From here Wireshark judges retransmissions, acknowledgements and round trips as this host's TCP had to.
    pub fn pcap_at(&self, host: &str) -> Option<Vec<u8>> {
        let id = self.id_of(host)?;
        Some(self.written(&self.seen(Some(id))))
    }

    fn written(&self, seen: &[Seen<'_>]) -> Vec<u8> {
        let mut writer = Writer::new(concat!("wavetank ", env!("CARGO_PKG_VERSION")), "virtual time, from 0");
        for name in self.hosts().chain(self.tuns()) {
            writer.interface(name);
        }
        for seen in seen {
            // What cannot be written down leaves no host.
            let Ok(bytes) = encode(seen.packet) else { continue };
            let comment = seen.dropped.map(|reason| format!("dropped: {reason}"));
            let interface = seen.interface.tun_index().map_or(seen.interface.index(), |tun| self.hosts().len() + tun);
            writer.packet(interface as u32, seen.at.as_nanos(), seen.direction, &bytes, comment.as_deref());
        }
        writer.finish()
    }

    /// The packets in order of time, as they are seen from one host, or from all.
    fn seen(&self, from_one: Option<HostId>) -> Vec<Seen<'_>> {
        let is_here = |host: HostId| from_one.is_none_or(|one| one == host);
        let mut all: Vec<Seen<'_>> = Vec::new();
        // By number: what is on its way, and where in `all` it stands, being sent or having arrived.
        let mut sent: BTreeMap<u64, (&Packet, HostId)> = BTreeMap::new();
        let mut places: BTreeMap<u64, usize> = BTreeMap::new();
        let mut arrived = 0;
        for Record { at, what } in self.records() {
            let see = |interface, direction, packet, dropped| Seen { at: *at, interface, direction, packet, dropped };
            match what {
                What::Sent { number, from, to, packet: Some(packet), .. } => {
                    sent.insert(*number, (packet, *from));
                    if is_here(*from) && !is_from_between(*from, *to, packet) {
                        places.insert(*number, all.len());
                        all.push(see(*from, Direction::Out, packet, None));
                    }
                }
                What::Arrived { number, to } => {
                    arrived = *number;
                    // Over loopback it has been seen.
                    if let Some((packet, from)) = sent.remove(number)
                        && (from_one == Some(*to) && from != *to || is_here(*to) && is_from_between(from, *to, packet))
                    {
                        places.insert(*number, all.len());
                        all.push(see(*to, Direction::In, packet, None));
                    }
                }
                What::Dropped { from, reason, sent: number, packet: Some(packet), .. } => {
                    // What a host could not take is dropped right after it arrived.
                    let received = matches!(reason, DropReason::BufferFull | DropReason::BacklogFull);
                    match number.or(received.then_some(arrived)) {
                        Some(number) => {
                            let place = places.get(&number).and_then(|place| all.get_mut(*place));
                            place.into_iter().for_each(|seen| seen.dropped = Some(*reason));
                        }
                        None if is_here(*from) => all.push(see(*from, Direction::Out, packet, Some(*reason))),
                        None => {}
                    }
                }
                _ => {}
            }
        }
        all
    }
}

/// An ICMP error from the way: it stands for a router, which is none of the hosts, and comes to the host it is about.
fn is_from_between(from: HostId, to: HostId, packet: &Packet) -> bool {
    from == to && packet.src != packet.dst && matches!(packet.body, Body::Icmp(_))
}
