//! Openings: the calls that bring sockets to a state from which something can be seen.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::c;

use super::sketch::{Sketch, Stage};
use crate::{Call, Place, Port, Slot};

/// One of them.
pub(super) fn open(sketch: &mut Sketch) {
    match sketch.dice.u8(0..16) {
        0..=5 => drop(connection(sketch)),
        6 => drop(listener(sketch)),
        7 => half_connection(sketch),
        8 => refused(sketch),
        9 => crossing(sketch),
        10 | 11 => datagrams(sketch),
        12 | 13 => drop(sketch.pair(c::SOCK_STREAM)),
        14 => {
            let (host, family) = (sketch.host(), sketch.family());
            let kind = sketch.one_of(&[c::SOCK_STREAM, c::SOCK_DGRAM]);
            sketch.socket(host, family, kind);
        }
        _ => flood(sketch),
    }
}

/// The address of a host, as one of a family is asked for it.
pub(super) fn address(family: i32, host: u8) -> IpAddr {
    if family == c::AF_INET6 {
        Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, u16::from(host) + 1).into()
    } else {
        Ipv4Addr::new(10, 0, 0, host + 1).into()
    }
}

/// Where the server is: its loopback if the client is on the same host, or its address.
fn where_to(sketch: &mut Sketch, family: i32, server: u8, client: u8) -> IpAddr {
    if server != client || sketch.once_in(3) {
        return address(family, server);
    }
    if family == c::AF_INET6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() }
}

fn wildcard(family: i32) -> IpAddr {
    if family == c::AF_INET6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() }
}

/// A port of the program's own, or whichever is free.
fn port(sketch: &mut Sketch) -> Port {
    let named = Port::NAMED + sketch.dice.u16(0..Port::NAMES);
    Port::Number(sketch.one_of(&[0, named, named]))
}

fn maybe_option(sketch: &mut Sketch, slot: Slot) {
    if sketch.once_in(4) {
        let call = super::options::set(sketch, slot);
        sketch.call(call);
    }
}

fn listener(sketch: &mut Sketch) -> (Slot, i32, u8) {
    let (host, family) = (sketch.host(), sketch.family());
    let slot = sketch.socket(host, family, c::SOCK_STREAM);
    maybe_option(sketch, slot);
    if !sketch.once_in(8) {
        let port = port(sketch);
        sketch.call(Call::Bind { slot, addr: Place::Ip(wildcard(family), port) });
    }
    let backlog = sketch.one_of(&[0, 1, 2, 128]);
    sketch.call(Call::Listen { slot, backlog });
    sketch.guess(slot).stage = Stage::Listening;
    (slot, family, host)
}

/// A client that connects to that listener.
fn client(sketch: &mut Sketch, listener: Slot, family: i32, server: u8) -> Slot {
    let host = sketch.host();
    // A client of the other family reaches a listener of IPv6 by a mapped address.
    let slot = sketch.socket(host, family, c::SOCK_STREAM);
    maybe_option(sketch, slot);
    let to = where_to(sketch, family, server, host);
    sketch.call(Call::Connect { slot, addr: Place::Ip(to, Port::Of(listener)) });
    sketch.guess(slot).stage = Stage::Connected;
    slot
}

fn connection(sketch: &mut Sketch) -> [Slot; 2] {
    let (listener, family, server) = listener(sketch);
    let client = client(sketch, listener, family, server);
    let into = sketch.empty();
    *sketch.guess(into) = super::sketch::Guess { family, kind: c::SOCK_STREAM, host: server, stage: Stage::Connected };
    sketch.call(Call::Accept { slot: listener, into });
    if sketch.once_in(2) {
        sketch.call(Call::Close { slot: listener });
        *sketch.guess(listener) = super::sketch::Guess::default();
    }
    [client, into]
}

/// Connected, and nobody has accepted.
fn half_connection(sketch: &mut Sketch) {
    let (listener, family, server) = listener(sketch);
    client(sketch, listener, family, server);
}

/// More connections than the listener has room for.
fn flood(sketch: &mut Sketch) {
    let (listener, family, server) = listener(sketch);
    for _ in 0..3 {
        client(sketch, listener, family, server);
    }
}

fn refused(sketch: &mut Sketch) {
    let (host, family) = (sketch.host(), sketch.family());
    let kind = sketch.one_of(&[c::SOCK_STREAM, c::SOCK_STREAM, c::SOCK_DGRAM]);
    let slot = sketch.socket(host, family, kind);
    let server = sketch.host();
    let ip = where_to(sketch, family, server, host);
    sketch.call(Call::Connect { slot, addr: Place::Ip(ip, Port::Number(Port::NAMED + 3)) });
    sketch.guess(slot).stage = Stage::Connected;
}

/// A socket that connects to itself.
fn crossing(sketch: &mut Sketch) {
    let (host, family) = (sketch.host(), sketch.family());
    let slot = sketch.socket(host, family, c::SOCK_STREAM);
    let ip = where_to(sketch, family, host, host);
    let port = port(sketch);
    sketch.call(Call::Bind { slot, addr: Place::Ip(ip, port) });
    sketch.call(Call::Connect { slot, addr: Place::Name(slot) });
    sketch.guess(slot).stage = Stage::Connected;
}

/// Two sockets of UDP, of which the second is connected to the first.
fn datagrams(sketch: &mut Sketch) {
    let (server, family) = (sketch.host(), sketch.family());
    let one = sketch.socket(server, family, c::SOCK_DGRAM);
    maybe_option(sketch, one);
    let port = port(sketch);
    sketch.call(Call::Bind { slot: one, addr: Place::Ip(wildcard(family), port) });
    sketch.guess(one).stage = Stage::Bound;
    let host = sketch.host();
    let two = sketch.socket(host, family, c::SOCK_DGRAM);
    maybe_option(sketch, two);
    let to = where_to(sketch, family, server, host);
    sketch.call(Call::Connect { slot: two, addr: Place::Ip(to, Port::Of(one)) });
    sketch.guess(two).stage = Stage::Connected;
    if sketch.once_in(2) {
        sketch.call(Call::Connect { slot: one, addr: Place::Ip(address(family, host), Port::Of(two)) });
        sketch.guess(one).stage = Stage::Connected;
    }
}
