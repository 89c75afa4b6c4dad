//! Openings: the calls that bring sockets to a state from which something can be seen.

mod ends;
mod tcp;
mod udp;
mod unix;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::c;

use super::{groups, options, sketch::Sketch};
use crate::{Call, Port, Slot};

/// An opening.
pub(super) struct Opening {
    /// How likely it is beside the others.
    pub(super) weight: u32,
    pub(super) name: &'static str,
    /// What it leads to.
    pub(super) leads_to: &'static str,
    draw: fn(&mut Sketch<'_>),
}

const fn opening(weight: u32, name: &'static str, leads_to: &'static str, draw: fn(&mut Sketch<'_>)) -> Opening {
    Opening { weight, name, leads_to, draw }
}

/// All of them.
pub(super) const OPENINGS: &[Opening] = &[
    opening(24, "connected", "two sockets in ESTABLISHED", tcp::connected),
    opening(5, "listening", "LISTEN, nobody waiting", tcp::listening),
    opening(5, "half connection", "ESTABLISHED, and a listener with one waiting", tcp::half_connection),
    opening(5, "refused", "CLOSE with a pending ECONNREFUSED", tcp::refused),
    opening(4, "to itself", "a socket that connects to its own name", tcp::to_itself),
    opening(3, "simultaneous open", "two sockets that connect to each other: SYN_SENT, ESTABLISHED", tcp::simultaneous),
    opening(5, "flood", "a full accept queue, clients in SYN_SENT", tcp::flood),
    opening(3, "deferred", "a listener that waits for data (`TCP_DEFER_ACCEPT`)", tcp::deferred),
    opening(3, "mapped", "IPv4 on sockets of IPv6", tcp::mapped),
    opening(2, "disconnected", "CLOSE after `connect` to AF_UNSPEC", tcp::disconnected),
    opening(6, "half closed", "FIN_WAIT1, FIN_WAIT2 and CLOSE_WAIT", ends::half_closed),
    opening(4, "closed", "CLOSE after both FINs; one end closed altogether", ends::closed),
    opening(4, "reset", "CLOSE with a pending ECONNRESET or EPIPE", ends::reset),
    opening(4, "stuck", "FIN_WAIT1, the FIN behind data that the peer has no room for", ends::stuck),
    opening(3, "crossing", "CLOSING", ends::crossing),
    opening(3, "last ACK", "LAST_ACK", ends::last_ack),
    opening(3, "full", "nothing can be sent any more", ends::full),
    opening(3, "urgent", "urgent data waits, in line or not", ends::urgent),
    opening(3, "corked", "data held back by `TCP_CORK`, `MSG_MORE`", ends::corked),
    opening(5, "talking", "data waits at either end", ends::talking),
    opening(10, "datagrams", "one bound, one connected to it, or each to the other", udp::datagrams),
    opening(4, "datagrams waiting", "several, some empty, some in fragments", udp::waiting),
    opening(4, "unreachable", "a pending error of ICMP's; an entry in the error queue", udp::unreachable),
    opening(
        4,
        "told",
        "a datagram with control messages: packet information, TTL, TOS, hop limit, time stamps",
        udp::told,
    ),
    opening(2, "mapped datagrams", "IPv4 on sockets of IPv6", udp::mapped),
    opening(2, "corked datagram", "one in the making: `UDP_CORK`, `MSG_MORE`", udp::corked),
    opening(3, "member", "a UDP socket that joins and leaves groups, and chooses their sources", groups::member),
    opening(8, "pair", "a UNIX pair, data waiting or not", unix::pair),
    opening(3, "rights", "descriptors under way, perhaps of the socket itself", unix::rights),
    opening(2, "full pair", "nothing can be sent any more", unix::full),
    opening(2, "left", "the other end closed, or shut", unix::left),
    opening(4, "named", "a UNIX socket with a name, alone, listening, or with a client", unix::named),
    opening(2, "unpaired", "a UNIX socket alone", unix::unpaired),
    opening(6, "one", "an internet socket, nothing done with it", one),
];

/// One of them.
pub(super) fn open(sketch: &mut Sketch<'_>) {
    let total: u32 = OPENINGS.iter().map(|opening| opening.weight).sum();
    let mut at = sketch.dice.u32(0..total);
    for opening in OPENINGS {
        if at < opening.weight {
            return (opening.draw)(sketch);
        }
        at -= opening.weight;
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
