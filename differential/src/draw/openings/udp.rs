//! Beginnings of UDP.

use std::net::Ipv4Addr;

use wavetank_api::c;

use super::{maybe_option, port, send, set, where_to, wildcard};
use crate::{Call, Place, Port, Slot, draw::sketch::Sketch};

/// Two sockets, of which the second is connected to the first, or each to the other.
pub(super) fn datagrams(sketch: &mut Sketch<'_>) {
    let [one, two] = pair(sketch);
    if sketch.once_in(2) {
        sketch.call(Call::Connect { slot: one, addr: Place::Name(two) });
    }
}

fn pair(sketch: &mut Sketch<'_>) -> [Slot; 2] {
    let (server, family) = (sketch.host(), sketch.family());
    let one = sketch.socket(server, family, c::SOCK_DGRAM);
    maybe_option(sketch, one);
    let port = port(sketch);
    sketch.call(Call::Bind { slot: one, addr: Place::Ip(wildcard(family), port) });
    let host = sketch.host();
    let two = sketch.socket(host, family, c::SOCK_DGRAM);
    maybe_option(sketch, two);
    let to = where_to(sketch, family, server, host);
    sketch.call(Call::Connect { slot: two, addr: Place::Ip(to, Port::Of(one)) });
    [one, two]
}

/// Datagrams wait, one of them perhaps empty.
pub(super) fn waiting(sketch: &mut Sketch<'_>) {
    let [_, two] = pair(sketch);
    for _ in 0..1 + sketch.dice.usize(0..3) {
        let len = sketch.one_of(&[0, 1, 10, 1000, 1500, 9000]);
        send(sketch, two, len, 0);
    }
}

/// A pending error: nobody is there, and ICMP says so; in the error queue, if that is asked for.
pub(super) fn unreachable(sketch: &mut Sketch<'_>) {
    let (host, family) = (sketch.host(), sketch.family());
    let slot = sketch.socket(host, family, c::SOCK_DGRAM);
    if sketch.once_in(2) {
        error_queue(sketch, slot, family);
    }
    let server = sketch.host();
    let ip = where_to(sketch, family, server, host);
    let nobody = Place::Ip(ip, Port::Number(Port::NAMED + 3));
    if sketch.once_in(4) {
        // Not connected, one is told only if the error queue is asked for.
        error_queue(sketch, slot, family);
        sketch.call(Call::Send {
            slot,
            len: 10,
            flags: c::MSG_NOSIGNAL,
            to: Some(nobody),
            control: Vec::new(),
            carry: None,
        });
        return;
    }
    sketch.call(Call::Connect { slot, addr: nobody });
    let len = sketch.one_of(&[0, 1, 10, 2000]);
    send(sketch, slot, len, 0);
}

fn error_queue(sketch: &mut Sketch<'_>, slot: Slot, family: i32) {
    if family == c::AF_INET6 {
        set(sketch, slot, c::IPPROTO_IPV6, c::IPV6_RECVERR, 1);
    } else {
        set(sketch, slot, c::IPPROTO_IP, c::IP_RECVERR, 1);
    }
}

/// A datagram waits, and what is to be told with it as control messages: several of these, once asked for.
pub(super) fn told(sketch: &mut Sketch<'_>) {
    const BOTH: [(i32, i32); 5] = [
        (c::SOL_SOCKET, c::SO_TIMESTAMP),
        (c::SOL_SOCKET, c::SO_TIMESTAMPNS),
        (c::SOL_SOCKET, c::SO_RXQ_OVFL),
        (c::SOL_SOCKET, c::SO_RCVMARK),
        (c::SOL_SOCKET, c::SO_PASSCRED),
    ];
    const INET: [(i32, i32); 5] = [
        (c::IPPROTO_IP, c::IP_PKTINFO),
        (c::IPPROTO_IP, c::IP_RECVTTL),
        (c::IPPROTO_IP, c::IP_RECVTOS),
        (c::IPPROTO_IP, c::IP_RECVORIGDSTADDR),
        (c::IPPROTO_IP, c::IP_CHECKSUM),
    ];
    const INET6: [(i32, i32); 5] = [
        (c::IPPROTO_IPV6, c::IPV6_RECVPKTINFO),
        (c::IPPROTO_IPV6, c::IPV6_RECVHOPLIMIT),
        (c::IPPROTO_IPV6, c::IPV6_RECVTCLASS),
        (c::IPPROTO_IPV6, c::IPV6_RECVORIGDSTADDR),
        (c::IPPROTO_IPV6, c::IPV6_2292PKTINFO),
    ];
    let [one, two] = pair(sketch);
    for _ in 0..1 + sketch.dice.usize(0..3) {
        let own: &[_] = if sketch.guess(one).family == c::AF_INET6 { &INET6 } else { &INET };
        let list = if sketch.once_in(3) { &BOTH[..] } else { own };
        let (level, name) = sketch.one_of(list);
        set(sketch, one, level, name, 1);
    }
    send(sketch, two, 10, 0);
    if !sketch.once_in(3) {
        let (control, into) = (sketch.one_of(&[0, 16, 24, 40, 512, 512]), sketch.empty());
        let flags = sketch.one_of(&[0, 0, c::MSG_PEEK]);
        sketch.call(Call::Recv { slot: one, len: 100, flags, from: true, control, into: Some(into) });
    }
}

/// IPv4 on sockets of IPv6.
pub(super) fn mapped(sketch: &mut Sketch<'_>) {
    let (host, there) = (sketch.host(), sketch.host());
    let one = sketch.socket(there, c::AF_INET6, c::SOCK_DGRAM);
    let port = port(sketch);
    sketch.call(Call::Bind { slot: one, addr: Place::Ip(wildcard(c::AF_INET6), port) });
    let family = sketch.one_of(&[c::AF_INET, c::AF_INET6]);
    let two = sketch.socket(host, family, c::SOCK_DGRAM);
    let v4 = if host == there { Ipv4Addr::LOCALHOST } else { Ipv4Addr::new(10, 0, 0, there + 1) };
    let to = if family == c::AF_INET { v4.into() } else { v4.to_ipv6_mapped().into() };
    sketch.call(Call::Connect { slot: two, addr: Place::Ip(to, Port::Of(one)) });
    send(sketch, two, 10, 0);
}

/// A datagram in the making: `UDP_CORK`, `MSG_MORE`.
pub(super) fn corked(sketch: &mut Sketch<'_>) {
    let [_, two] = pair(sketch);
    let more = sketch.once_in(2);
    if !more {
        set(sketch, two, c::IPPROTO_UDP, c::UDP_CORK, 1);
    }
    send(sketch, two, 10, if more { c::MSG_MORE } else { 0 });
}
