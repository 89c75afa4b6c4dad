//! Beginnings of TCP connections.

use std::net::{IpAddr, Ipv4Addr};

use wavetank_api::{Addr, c};

use super::{address, maybe_option, own_port, port, set, where_to, wildcard};
use crate::{Call, Place, Port, Slot, draw::sketch::Sketch};

/// A listener, before it listens.
struct Server {
    slot: Slot,
    family: i32,
    host: u8,
}

fn bound(sketch: &mut Sketch<'_>, always: bool) -> Server {
    let (host, family) = (sketch.host(), sketch.family());
    let slot = sketch.socket(host, family, c::SOCK_STREAM);
    maybe_option(sketch, slot);
    if always || !sketch.once_in(8) {
        let port = port(sketch);
        sketch.call(Call::Bind { slot, addr: Place::Ip(wildcard(family), port) });
    }
    Server { slot, family, host }
}

fn listener(sketch: &mut Sketch<'_>) -> Server {
    let server = bound(sketch, false);
    let backlog = sketch.one_of(&[0, 1, 2, 128, 128]);
    sketch.call(Call::Listen { slot: server.slot, backlog });
    server
}

/// A client that connects to that listener.
fn client(sketch: &mut Sketch<'_>, server: &Server) -> Slot {
    let host = sketch.host();
    let slot = sketch.socket(host, server.family, c::SOCK_STREAM);
    maybe_option(sketch, slot);
    let to = where_to(sketch, server.family, server.host, host);
    sketch.call(Call::Connect { slot, addr: Place::Ip(to, Port::Of(server.slot)) });
    slot
}

fn accept(sketch: &mut Sketch<'_>, server: &Server) -> Slot {
    let into = sketch.empty();
    sketch.call(Call::Accept { slot: server.slot, into });
    if sketch.once_in(2) {
        sketch.call(Call::Close { slot: server.slot });
    }
    into
}

/// LISTEN, nobody waiting.
pub(super) fn listening(sketch: &mut Sketch<'_>) {
    listener(sketch);
}

/// Two sockets that are ESTABLISHED.
pub(super) fn connected(sketch: &mut Sketch<'_>) {
    connection(sketch);
}

/// The client, and what was accepted.
pub(super) fn connection(sketch: &mut Sketch<'_>) -> [Slot; 2] {
    let server = listener(sketch);
    let client = client(sketch, &server);
    [client, accept(sketch, &server)]
}

/// The same with small buffers on either side, so that little fills them.
pub(super) fn narrow_connection(sketch: &mut Sketch<'_>) -> [Slot; 2] {
    let server = bound(sketch, true);
    set(sketch, server.slot, c::SOL_SOCKET, c::SO_RCVBUF, 2304);
    sketch.call(Call::Listen { slot: server.slot, backlog: 5 });
    let host = sketch.host();
    let slot = sketch.socket(host, server.family, c::SOCK_STREAM);
    if sketch.once_in(2) {
        set(sketch, slot, c::SOL_SOCKET, c::SO_RCVBUF, 2304);
    }
    let to = where_to(sketch, server.family, server.host, host);
    sketch.call(Call::Connect { slot, addr: Place::Ip(to, Port::Of(server.slot)) });
    [slot, accept(sketch, &server)]
}

/// ESTABLISHED, and the listener has one waiting.
pub(super) fn half_connection(sketch: &mut Sketch<'_>) {
    let server = listener(sketch);
    client(sketch, &server);
}

/// More connections than the listener has room for: the last are in SYN_SENT.
pub(super) fn flood(sketch: &mut Sketch<'_>) {
    let server = bound(sketch, false);
    let backlog = sketch.one_of(&[0, 0, 1]);
    sketch.call(Call::Listen { slot: server.slot, backlog });
    for _ in 0..3 {
        client(sketch, &server);
    }
}

/// A pending ECONNREFUSED.
pub(super) fn refused(sketch: &mut Sketch<'_>) {
    let (host, family) = (sketch.host(), sketch.family());
    let slot = sketch.socket(host, family, c::SOCK_STREAM);
    let server = sketch.host();
    let ip = where_to(sketch, family, server, host);
    sketch.call(Call::Connect { slot, addr: Place::Ip(ip, Port::Number(Port::NAMED + 3)) });
}

/// A socket that connects to itself: the simultaneous open of RFC 9293, section 3.5, with one end.
pub(super) fn to_itself(sketch: &mut Sketch<'_>) {
    let (host, family) = (sketch.host(), sketch.family());
    let slot = sketch.socket(host, family, c::SOCK_STREAM);
    let ip = where_to(sketch, family, host, host);
    let port = port(sketch);
    sketch.call(Call::Bind { slot, addr: Place::Ip(ip, port) });
    sketch.call(Call::Connect { slot, addr: Place::Name(slot) });
}

/// A simultaneous open with two ends: the first SYN is lost on a listener whose queue is full, and before it is sent again, the socket
/// that it would reach has itself connected.
pub(super) fn simultaneous(sketch: &mut Sketch<'_>) {
    let (host, family) = (sketch.host(), sketch.family());
    let (mine, theirs) = (own_port(sketch), own_port(sketch));
    let there = sketch.host();
    let (here, there_ip) = if host == there {
        let ip = where_to(sketch, family, host, host);
        (ip, ip)
    } else {
        (address(family, host), address(family, there))
    };
    let listener = sketch.socket(there, family, c::SOCK_STREAM);
    set(sketch, listener, c::SOL_SOCKET, c::SO_REUSEADDR, 1);
    sketch.call(Call::Bind { slot: listener, addr: Place::Ip(there_ip, theirs) });
    sketch.call(Call::Listen { slot: listener, backlog: 0 });
    let filler = sketch.socket(host, family, c::SOCK_STREAM);
    sketch.call(Call::Connect { slot: filler, addr: Place::Ip(there_ip, theirs) });
    let one = sketch.socket(host, family, c::SOCK_STREAM);
    sketch.call(Call::Bind { slot: one, addr: Place::Ip(here, mine) });
    sketch.call(Call::Connect { slot: one, addr: Place::Ip(there_ip, theirs) });
    sketch.call(Call::Close { slot: listener });
    if sketch.once_in(6) {
        return;
    }
    let other = sketch.socket(there, family, c::SOCK_STREAM);
    set(sketch, other, c::SOL_SOCKET, c::SO_REUSEADDR, 1);
    sketch.call(Call::Bind { slot: other, addr: Place::Ip(there_ip, theirs) });
    sketch.call(Call::Connect { slot: other, addr: Place::Ip(here, mine) });
}

/// A listener that is not told of a connection before there is data (`TCP_DEFER_ACCEPT`).
pub(super) fn deferred(sketch: &mut Sketch<'_>) {
    let server = bound(sketch, true);
    set(sketch, server.slot, c::IPPROTO_TCP, c::TCP_DEFER_ACCEPT, 5);
    sketch.call(Call::Listen { slot: server.slot, backlog: 5 });
    let slot = client(sketch, &server);
    if sketch.once_in(2) {
        super::send(sketch, slot, 10, 0);
        accept(sketch, &server);
    }
}

/// IPv4 on sockets of IPv6.
pub(super) fn mapped(sketch: &mut Sketch<'_>) {
    let (host, there) = (sketch.host(), sketch.host());
    let listener = sketch.socket(there, c::AF_INET6, c::SOCK_STREAM);
    let port = port(sketch);
    let v4 = if host == there { Ipv4Addr::LOCALHOST } else { Ipv4Addr::new(10, 0, 0, there + 1) };
    let bound: IpAddr = if sketch.once_in(2) { wildcard(c::AF_INET6) } else { v4.to_ipv6_mapped().into() };
    sketch.call(Call::Bind { slot: listener, addr: Place::Ip(bound, port) });
    sketch.call(Call::Listen { slot: listener, backlog: 5 });
    let family = sketch.one_of(&[c::AF_INET, c::AF_INET6]);
    let slot = sketch.socket(host, family, c::SOCK_STREAM);
    let to = if family == c::AF_INET { v4.into() } else { v4.to_ipv6_mapped().into() };
    sketch.call(Call::Connect { slot, addr: Place::Ip(to, Port::Of(listener)) });
    accept(sketch, &Server { slot: listener, family: c::AF_INET6, host: there });
}

/// Connected once, and then to nobody: CLOSE, as if fresh.
pub(super) fn disconnected(sketch: &mut Sketch<'_>) {
    let [one, other] = connection(sketch);
    let slot = sketch.one_of(&[one, other]);
    sketch.call(Call::Connect { slot, addr: Place::Literal(Addr::Unspec) });
}
