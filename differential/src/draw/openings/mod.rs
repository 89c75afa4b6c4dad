//! Openings: the calls that bring sockets to a state from which something can be seen.

mod ends;
mod tcp;
mod udp;
mod unix;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::c;

use super::{options, sketch::Sketch};
use crate::{Call, Port, Slot};

/// An opening, and how likely it is beside the others.
type Opening = (u32, fn(&mut Sketch<'_>));

/// All of them. What they lead to is in each function's comment.
const OPENINGS: &[Opening] = &[
    (24, tcp::connected),
    (5, tcp::listening),
    (5, tcp::half_connection),
    (5, tcp::refused),
    (4, tcp::to_itself),
    (3, tcp::simultaneous),
    (5, tcp::flood),
    (3, tcp::deferred),
    (3, tcp::mapped),
    (2, tcp::disconnected),
    (6, ends::half_closed),
    (4, ends::closed),
    (4, ends::reset),
    (4, ends::stuck),
    (3, ends::crossing),
    (3, ends::last_ack),
    (3, ends::full),
    (3, ends::urgent),
    (3, ends::corked),
    (5, ends::talking),
    (10, udp::datagrams),
    (4, udp::waiting),
    (4, udp::unreachable),
    (4, udp::told),
    (2, udp::mapped),
    (2, udp::corked),
    (8, unix::pair),
    (3, unix::rights),
    (2, unix::full),
    (2, unix::left),
    (4, unix::named),
    (2, unix::unpaired),
    (6, one),
];

/// One of them.
pub(super) fn open(sketch: &mut Sketch<'_>) {
    let total: u32 = OPENINGS.iter().map(|(weight, _)| weight).sum();
    let mut at = sketch.dice.u32(0..total);
    for (weight, opening) in OPENINGS {
        if at < *weight {
            return opening(sketch);
        }
        at -= weight;
    }
}

/// A socket, and nothing done with it.
fn one(sketch: &mut Sketch<'_>) {
    let (host, family) = (sketch.host(), sketch.family());
    let kind = sketch.one_of(&[c::SOCK_STREAM, c::SOCK_DGRAM]);
    sketch.socket(host, family, kind);
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
fn where_to(sketch: &mut Sketch<'_>, family: i32, server: u8, client: u8) -> IpAddr {
    if server != client || sketch.once_in(3) {
        return address(family, server);
    }
    if family == c::AF_INET6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() }
}

const fn wildcard(family: i32) -> IpAddr {
    if family == c::AF_INET6 { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { IpAddr::V4(Ipv4Addr::UNSPECIFIED) }
}

/// A port of the program's own, or whichever is free.
fn port(sketch: &mut Sketch<'_>) -> Port {
    let named = own_port(sketch);
    sketch.one_of(&[Port::Number(0), named, named])
}

fn own_port(sketch: &mut Sketch<'_>) -> Port {
    Port::Number(Port::NAMED + sketch.dice.u16(0..Port::NAMES))
}

/// Some option, one time in four.
fn maybe_option(sketch: &mut Sketch<'_>, slot: Slot) {
    if sketch.once_in(4) {
        let (level, name) = options::likely(sketch, sketch.guess(slot).kind());
        let call = options::set(sketch, slot, level, name);
        sketch.call(call);
    }
}

fn set(sketch: &mut Sketch<'_>, slot: Slot, level: i32, name: i32, value: i32) {
    sketch.call(Call::Setsockopt { slot, level, name, value: value.to_ne_bytes().to_vec() });
}

/// On, and no time: closing throws away what is left, and tells the peer by a RST.
fn linger_not(sketch: &mut Sketch<'_>, slot: Slot) {
    let value = [1_i32.to_ne_bytes(), 0_i32.to_ne_bytes()].concat();
    sketch.call(Call::Setsockopt { slot, level: c::SOL_SOCKET, name: c::SO_LINGER, value });
}

fn send(sketch: &mut Sketch<'_>, slot: Slot, len: u32, flags: i32) {
    let flags = flags | c::MSG_NOSIGNAL;
    sketch.call(Call::Send { slot, len, flags, to: None, control: Vec::new(), carry: None });
}

fn recv(sketch: &mut Sketch<'_>, slot: Slot, len: u32) {
    sketch.call(Call::Recv { slot, len, flags: 0, from: false, control: 0, into: None });
}
