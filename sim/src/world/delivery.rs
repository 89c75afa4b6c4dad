//! Packets between hosts: over which link, when they arrive, and what keeps them from it.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::{
    Event, World,
    record::{Header, What},
};
use crate::{
    base::{HostId, Instant},
    host::Host,
    net::{DropReason, Link, Verdict},
    proto::Call,
    wire::{Body, Flags, Icmp, Malformed, Marks, Packet, Pool, Unreachable, decode, encode},
};

/// Packets under way, by slot. Slots are reused; the number of a packet is not.
#[derive(Default)]
pub(super) struct Flights {
    slots: Vec<Option<Flight>>,
    free: Vec<u32>,
    next_number: u64,
}

struct Flight {
    number: u64,
    from: HostId,
    to: HostId,
    packet: Packet,
}

impl Flights {
    /// Forgets everything, and begins to count anew.
    pub(super) fn clear(&mut self, pool: &mut Pool) {
        for flight in self.slots.drain(..).flatten() {
            flight.packet.recycle(pool);
        }
        self.free.clear();
        self.next_number = 0;
    }

    #[inline]
    fn put(&mut self, flight: Flight) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                // A free slot is empty: there is nothing to be dropped.
                std::mem::forget(self.slots[slot as usize].replace(flight));
                slot
            }
            None => {
                self.slots.push(Some(flight));
                (self.slots.len() - 1) as u32
            }
        }
    }

    #[inline]
    fn take(&mut self, slot: u32) -> Option<Flight> {
        let flight = self.slots[slot as usize].take();
        self.free.push(slot);
        flight
    }
}

impl World {
    /// Sees to what a host left behind: reminders, wakes, packets. A packet over an instant link (loopback) arrives before
    /// this returns, as Linux's loopback delivers before `send` returns.
    pub(super) fn settle(&mut self, id: HostId) {
        if self.has_left_news() {
            self.settle_local(id);
        }
        if self.out.call != Call::Other {
            return self.send_of_call(id);
        }
        match self.out.packets.pop() {
            None => return,
            // The usual case by far, and loopback may leave more behind.
            Some(packet) if self.out.packets.is_empty() => {
                self.send(id, packet, false);
                if !self.out.packets.is_empty() {
                    self.send_batches(id);
                }
            }
            Some(packet) => {
                self.out.packets.push(packet);
                self.send_batches(id);
            }
        }
        if !self.relayed.is_empty() {
            self.send_relayed();
        }
    }

    /// What was sent in answer over links that are as direct as loopback.
    #[cold]
    #[inline(never)]
    pub(super) fn send_relayed(&mut self) {
        let mut sent = 0;
        while let Some((from, packet)) = self.relayed.pop_front() {
            sent += 1;
            self.is_gathered = self.gathers_acks && self.relayed.front().is_some_and(|(_, next)| is_in(&packet, next));
            self.send(from, packet, sent > LOOPBACK_BURST);
            if !self.out.packets.is_empty() {
                self.send_batches(from);
            }
        }
    }

    /// Batch by batch, because what arrives on loopback leaves more packets behind.
    #[inline(never)]
    pub(super) fn send_batches(&mut self, id: HostId) {
        let mut batch = std::mem::take(&mut self.batch);
        let mut sent = 0;
        while !self.out.packets.is_empty() {
            std::mem::swap(&mut batch, &mut self.out.packets);
            let mut packets = batch.drain(..);
            while let Some(packet) = packets.next() {
                sent += 1;
                self.is_gathered =
                    self.gathers_acks && packets.as_slice().first().is_some_and(|next| is_in(&packet, next));
                // A flow that feeds itself without end would never let time pass: the rest goes by the agenda.
                self.send(id, packet, sent > LOOPBACK_BURST);
            }
        }
        self.batch = batch;
    }

    #[inline]
    pub(super) fn settle_local(&mut self, id: HostId) {
        while let Some(socket) = self.unarmed.pop() {
            self.to_arm.push((id, socket));
        }
        if !self.wakes.is_empty() {
            for index in 0..self.wakes.len() {
                let waiter = self.wakes[index];
                self.wake(waiter.task, waiter.parking);
            }
            self.wakes.clear();
        }
        if !self.refused.is_empty() {
            for (reason, packet) in std::mem::take(&mut self.refused) {
                self.drop_packet(id, packet, reason);
            }
        }
    }

    pub(crate) fn watch_resets(&mut self) {
        self.out.resets.get_or_insert_default();
    }

    pub(crate) fn take_resets(&mut self) -> Vec<(SocketAddr, SocketAddr)> {
        self.out.resets.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Sends a packet on its way.
    pub(super) fn send(&mut self, from: HostId, packet: Packet, later: bool) {
        self.counters.packets += 1;
        match self.destination(from, packet.dst) {
            Some(to) => self.send_to(from, to, packet, later),
            None => self.nobody_is_there(from, packet),
        }
    }

    #[inline(always)] // where it is called for every packet
    fn send_to(&mut self, from: HostId, to: HostId, packet: Packet, later: bool) {
        if self.cut(from, to) {
            if self.partitions.iter().any(|partition| partition.tells && partition.cuts(from, to)) {
                // As a Linux router with an unreachable route: `ip_error` says host, `ip6_pkt_discard` no route.
                let reason = if packet.dst.is_ipv4() { Unreachable::Host } else { Unreachable::Network };
                let at = self.now + self.topology.link_mut(from, to).settings().latency_min;
                self.tell_unreachable(from, at, &packet, reason);
            }
            return self.drop_packet(from, packet, DropReason::Partition);
        }
        if from != to && packet.src.is_loopback() {
            // Nobody believes that it came over the wire (`ip6_rcv_core`, RFC 4291 section 2.5.3; `ip_handle_martian_source`).
            return self.drop_packet(from, packet, DropReason::Malformed);
        }
        let link = self.topology.link_mut(from, to);
        let instant = !later && link.is_instant() && (from.is_next_to(to) || link.is_direct());
        match link.delay(self.now) {
            Some(arrives) => self.set_out(from, to, packet, arrives, instant),
            None => self.pass(from, to, packet, instant),
        }
    }

    /// Nothing keeps a packet from its destination: it arrives at once, or goes on the agenda.
    #[inline(always)] // a packet is large: each move of it shows
    fn set_out(&mut self, from: HostId, to: HostId, packet: Packet, arrives: Instant, instant: bool) {
        let number = self.flights.next_number;
        self.flights.next_number += 1;
        let kept = self.trace.keeps().then(|| Box::new(packet.clone()));
        self.record(What::Sent { number, from, to, arrives, header: Header::of(&packet), packet: kept });
        let flight = Flight { number, from, to, packet };
        if instant {
            if self.is_gathered {
                self.record(What::Arrived { number, to });
                return flight.packet.recycle(&mut self.out.pool);
            }
            let before = self.out.packets.len();
            self.arrive(flight);
            self.settle_local(to);
            if !from.is_next_to(to) {
                // What follows is the other host's.
                let answers = self.out.packets.drain(before..).map(|packet| (to, packet));
                self.relayed.extend(answers);
            }
        } else {
            let flight = self.flights.put(flight);
            self.agenda.put(arrives, Event::Arrival { flight });
        }
    }

    /// A packet meets what the link does to it; what is left of it sets out.
    #[inline(never)]
    fn pass(&mut self, from: HostId, to: HostId, packet: Packet, instant: bool) {
        let len = packet.wire_len();
        let link = self.topology.link_mut(from, to);
        if len > link.settings().mtu && matches!(packet.body, Body::Tcp(_)) {
            return self.too_big(from, to, packet);
        }
        let arrives = match link.offer(self.now, len) {
            Verdict::Arrives(at) => at,
            Verdict::Dropped(reason) => return self.drop_packet(from, packet, reason),
        };
        let passed = if link.settings().corruption.is_zero() { Ok(packet) } else { through_noise(link, packet) };
        match passed {
            Ok(packet) => self.set_out(from, to, packet, arrives, instant),
            Err(packet) => self.drop_packet(from, packet, DropReason::Corrupted),
        }
    }

    /// The host that a packet from `from` to this address reaches.
    #[inline]
    fn destination(&mut self, from: HostId, ip: IpAddr) -> Option<HostId> {
        match self.hosts.get(from.index()).and_then(|host| host.last_destination) {
            Some((last, to)) if last == ip => Some(to),
            _ => self.find_destination(from, ip),
        }
    }

    #[inline(never)]
    fn find_destination(&mut self, from: HostId, ip: IpAddr) -> Option<HostId> {
        let Some(host) = self.hosts.get_mut(from.index()) else {
            return self.topology.owner(ip).filter(|to| to.tun_index().is_none());
        };
        let to = if host.owns(ip) { from } else { self.topology.owner(ip)? };
        host.last_destination = Some((ip, to));
        Some(to)
    }

    /// A packet reaches the far end, unless a partition has come down before it meanwhile.
    pub(super) fn on_arrival(&mut self, slot: u32) {
        let Some(flight) = self.flights.take(slot) else { return };
        if self.cut(flight.from, flight.to) {
            return self.drop_flight(flight, DropReason::Partition);
        }
        let to = flight.to;
        self.arrive(flight);
        if self.has_left_something() {
            self.settle(to);
        }
    }

    /// Hands a packet to its host. What follows is left for [`Self::settle`].
    #[inline(always)]
    fn arrive(&mut self, flight: Flight) {
        self.record(What::Arrived { number: flight.number, to: flight.to });
        if flight.to.tun_index().is_some() {
            return self.leave_by_tun(flight);
        }
        let Flight { to, packet, .. } = flight;
        let mut env = crate::host::Env {
            now: self.now,
            out: &mut self.out,
            wakes: &mut self.wakes,
            unarmed: &mut self.unarmed,
            refused: &mut self.refused,
        };
        self.hosts[to.index()].input(&mut env, packet);
    }

    /// A packet comes to a TUN device: whoever waits for one can read it.
    #[cold]
    #[inline(never)]
    fn leave_by_tun(&mut self, flight: Flight) {
        let Some(tun) = self.topology.tun_mut(flight.to) else { return };
        let readers = tun.readers;
        if !tun.take(&flight.packet) {
            return self.drop_flight(flight, DropReason::QueueFull);
        }
        flight.packet.recycle(&mut self.out.pool);
        self.notify(readers, false);
    }

    /// Bytes are written into a TUN device: a packet for a host. Over a link without delay it is there when this returns.
    pub(crate) fn enter_by_tun(&mut self, tun: HostId, bytes: &[u8]) -> Result<(), Malformed> {
        let packet = decode(bytes).inspect_err(|_| {
            self.counters.packets += 1;
            self.counters.dropped[DropReason::Malformed as usize] += 1;
            let header = Header::of_bytes(bytes);
            self.record(What::Dropped { from: tun, reason: DropReason::Malformed, sent: None, header, packet: None });
        })?;
        let to = self.find_destination(tun, packet.dst);
        self.send(tun, packet, false);
        if let Some(to) = to
            && self.has_left_something()
        {
            self.settle(to);
        }
        Ok(())
    }

    /// A partition begins, or ends. A world that is over has none any more.
    pub(crate) fn move_partition(&mut self, index: u32, active: bool, tells: bool) {
        if let Some(partition) = self.partitions.get_mut(index as usize) {
            (partition.active, partition.tells) = (active, tells);
            self.record(What::Partition { number: index, active });
        }
    }

    #[inline]
    fn cut(&self, from: HostId, to: HostId) -> bool {
        self.partitions.iter().any(|partition| partition.cuts(from, to))
    }

    /// Whether a host has a way to an address: to its own, to whoever has it, and to its own network, whoever is there.
    pub(crate) fn has_route(&self, from: HostId, to: IpAddr) -> bool {
        let host = &self.hosts[from.index()];
        host.last_destination.is_some_and(|(last, _)| last == to)
            || host.owns(to)
            || to.is_unspecified()
            || to.is_multicast()
            || Host::is_broadcast(to)
            || is_neighbour(to)
            || self.topology.owner(to).is_some()
    }

    /// Nobody has the address. On the network that all are on, the sender asks for its owner three times, a second apart; then
    /// it tells itself that the host cannot be reached (arp(7); `arp_error_report`, `ndisc_error_report`).
    #[cold]
    fn nobody_is_there(&mut self, from: HostId, packet: Packet) {
        if packet.dst.is_multicast() || Host::is_broadcast(packet.dst) {
            return self.send_to_many(from, packet);
        }
        if from.tun_index().is_none() && is_neighbour(packet.dst) {
            let at = self.now + NEIGHBOUR_DISCOVERY;
            self.tell_unreachable(from, at, &packet, Unreachable::Host);
        }
        if let Body::Udp(datagram) = &packet.body
            && let Some(host) = self.hosts.get_mut(from.index())
        {
            host.udp_waits_for_neighbour(&packet, datagram);
        }
        if let Body::Tcp(segment) = &packet.body
            && segment.flags.contains(Flags::RST)
        {
            // It waits for a neighbour that nobody is: to who is bound to the address of another (IP_FREEBIND).
            self.out.forget_reset((packet.src, segment.src_port).into(), (packet.dst, segment.dst_port).into());
        }
        if packet.dst.is_unspecified()
            && let Some(host) = self.hosts.get_mut(from.index())
        {
            host.tcp_found_no_way(&packet);
        }
        self.drop_packet(from, packet, DropReason::NoRoute);
    }

    /// To whoever may want it: every host on the network, or but this one from its loopback. None has a router between.
    #[cold]
    fn send_to_many(&mut self, from: HostId, packet: Packet) {
        let marks = match &packet.body {
            Body::Udp(datagram) => datagram.marks,
            _ => Marks::empty(),
        };
        let hears = |to: HostId| !marks.contains(if to == from { Marks::QUIET } else { Marks::NEAR });
        let hosts = (0..self.hosts.len() as u32).map(HostId).filter(|to| hears(*to));
        for to in hosts.collect::<Vec<_>>() {
            self.send_to_one_of_many(from, to, packet.clone());
        }
        packet.recycle(&mut self.out.pool);
    }

    #[cold]
    #[inline(never)]
    fn send_to_one_of_many(&mut self, from: HostId, to: HostId, packet: Packet) {
        self.send_to(from, to, packet, false);
    }

    /// A segment is longer than the link takes. The sender is told, because Linux sends every segment with "don't fragment"
    /// set (RFC 1191 section 4); datagrams are fragmented instead, which here means carried whole.
    #[cold]
    fn too_big(&mut self, from: HostId, to: HostId, packet: Packet) {
        // To the middle of the way and back.
        let settings = self.topology.link_mut(from, to).settings();
        if !settings.black_hole {
            let mtu = u32::try_from(settings.mtu).unwrap_or(u32::MAX);
            let at = self.now + settings.latency_min;
            self.tell_unreachable(from, at, &packet, Unreachable::TooBig { mtu });
        }
        self.drop_packet(from, packet, DropReason::TooBig);
    }

    /// A router on the way answers for what is behind it: RFC 1812 section 4.3.3.1. Never about ICMP (RFC 1122 section 3.2.2).
    #[cold]
    fn tell_unreachable(&mut self, from: HostId, arrives: Instant, packet: &Packet, reason: Unreachable) {
        let flow = |src_port, dst_port| ((packet.src, src_port).into(), (packet.dst, dst_port).into());
        let icmp = match &packet.body {
            Body::Tcp(segment) => Icmp::about_segment(reason, flow(segment.src_port, segment.dst_port), segment.seq),
            Body::Udp(datagram) => {
                let flow = flow(datagram.src_port, datagram.dst_port);
                Icmp::about_datagram(reason, flow, datagram, &mut self.out.pool)
            }
            Body::Icmp(_) => return,
        };
        // Routers have no address of their own here.
        let answer = Packet { src: packet.dst, dst: packet.src, body: Body::Icmp(Box::new(icmp)) };
        let number = self.flights.next_number;
        self.flights.next_number += 1;
        let kept = self.trace.keeps().then(|| Box::new(answer.clone()));
        self.record(What::Sent { number, from, to: from, arrives, header: Header::of(&answer), packet: kept });
        let flight = self.flights.put(Flight { number, from, to: from, packet: answer });
        self.agenda.put(arrives, Event::Arrival { flight });
    }

    fn drop_packet(&mut self, from: HostId, packet: Packet, reason: DropReason) {
        self.dropped(from, None, packet, reason);
    }

    /// What had been on its way does not arrive.
    fn drop_flight(&mut self, flight: Flight, reason: DropReason) {
        self.dropped(flight.from, Some(flight.number), flight.packet, reason);
    }

    #[cold]
    #[inline(never)]
    fn dropped(&mut self, from: HostId, sent: Option<u64>, packet: Packet, reason: DropReason) {
        self.counters.dropped[reason as usize] += 1;
        let kept = self.trace.keeps().then(|| Box::new(packet.clone()));
        self.record(What::Dropped { from, reason, sent, header: Header::of(&packet), packet: kept });
        packet.recycle(&mut self.out.pool);
    }
}

/// Three requests, a second apart: `mcast_solicit` and `retrans_time_ms` of arp(7), and RFC 4861's.
const NEIGHBOUR_DISCOVERY: Duration = Duration::from_secs(3);

/// Whether an address is one of the network from which [`crate::Sim::host`] takes its addresses, which every host is on.
fn is_neighbour(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.octets()[0] == 10,
        IpAddr::V6(v6) => v6.segments()[..4] == [0xfd00, 0, 0, 0],
    }
}

/// What arrives of a packet on a link that changes bits: usually the packet. Else, made into bytes and damaged, it is what
/// its receiver reads; `Err`, with the packet as it was, if the receiver throws it away because a checksum is wrong.
#[cold]
fn through_noise(link: &mut Link, packet: Packet) -> Result<Packet, Packet> {
    let Ok(mut bytes) = encode(&packet) else { return Ok(packet) };
    let Some(places) = link.damage(bytes.len()) else { return Ok(packet) };
    for place in places {
        bytes[place / 8] ^= 1 << (place % 8);
    }
    decode(&bytes).map_err(|_| packet)
}

/// Packets one event may cause on loopback before the rest has to wait for the agenda.
pub(super) const LOOPBACK_BURST: usize = 10_000;

/// Whether all that one packet says is in the other, too: both are but acknowledgments, of the same moment.
pub(super) fn is_in(packet: &Packet, next: &Packet) -> bool {
    let (Body::Tcp(_), Body::Tcp(other)) = (&packet.body, &next.body) else { return false };
    other.payload.is_empty() && other.flags == Flags::ACK && is_joined(packet, next)
}

/// Whether one packet is but an acknowledgment, and becomes a part of the other while both wait (`tcp_add_backlog`).
pub(super) fn is_joined(packet: &Packet, next: &Packet) -> bool {
    let (Body::Tcp(one), Body::Tcp(other)) = (&packet.body, &next.body) else { return false };
    (packet.src, packet.dst) == (next.src, next.dst)
        && (one.src_port, one.dst_port, one.seq) == (other.src_port, other.dst_port, other.seq)
        && one.flags == Flags::ACK
        && one.payload.is_empty()
        && other.flags.contains(Flags::ACK)
        && !other.flags.intersects(Flags::SYN | Flags::RST | Flags::URG)
        && one.options == other.options
        && !other.ack.before(one.ack)
}
