//! What becomes of TCP connections: data under way, and each way in which they end.

use wavetank_api::c;

use super::{
    linger_not, recv, send, set,
    tcp::{connection, narrow_connection},
};
use crate::{Call, Slot, draw::sketch::Sketch};

/// `SHUT_WR`, or `SHUT_RDWR`.
fn shut(sketch: &mut Sketch<'_>, slot: Slot) {
    let how = sketch.one_of(&[1, 1, 1, 2]);
    sketch.call(Call::Shutdown { slot, how });
}

fn either(sketch: &mut Sketch<'_>, [one, other]: [Slot; 2]) -> [Slot; 2] {
    if sketch.once_in(2) { [one, other] } else { [other, one] }
}

/// Data waits at either end, or both.
pub(super) fn talking(sketch: &mut Sketch<'_>) {
    let ends = connection(sketch);
    for _ in 0..1 + sketch.dice.usize(0..3) {
        let [one, _] = either(sketch, ends);
        let len = sketch.one_of(&[1, 10, 100, 1000, 5000]);
        send(sketch, one, len, 0);
    }
}

/// FIN_WAIT2 and CLOSE_WAIT, with data waiting or without.
pub(super) fn half_closed(sketch: &mut Sketch<'_>) {
    let ends = connection(sketch);
    let [one, other] = either(sketch, ends);
    if sketch.once_in(2) {
        send(sketch, one, 10, 0);
    }
    if sketch.once_in(4) {
        send(sketch, other, 10, 0);
    }
    shut(sketch, one);
}

/// TIME_WAIT, which is CLOSE to its socket, and CLOSE; or one end is closed altogether.
pub(super) fn closed(sketch: &mut Sketch<'_>) {
    let ends = connection(sketch);
    let [one, other] = either(sketch, ends);
    if sketch.once_in(3) {
        send(sketch, one, 10, 0);
    }
    if sketch.once_in(2) {
        shut(sketch, one);
        shut(sketch, other);
    } else {
        sketch.call(Call::Close { slot: one });
    }
}

/// A pending ECONNRESET, or EPIPE: closed without lingering, closed over data that nobody read, or written to after the end.
pub(super) fn reset(sketch: &mut Sketch<'_>) {
    let ends = connection(sketch);
    let [one, other] = either(sketch, ends);
    match sketch.dice.u8(0..4) {
        0 => linger_not(sketch, one),
        1 => send(sketch, other, 10, 0),
        2 => {
            shut(sketch, other);
            linger_not(sketch, one);
        }
        _ => {
            sketch.call(Call::Close { slot: one });
            return send(sketch, other, 10, 0);
        }
    }
    sketch.call(Call::Close { slot: one });
}

/// FIN_WAIT1: the FIN stands behind data that the peer has no room for.
pub(super) fn stuck(sketch: &mut Sketch<'_>) {
    let [one, _] = narrow_connection(sketch);
    send(sketch, one, 10_000, 0);
    shut(sketch, one);
}

/// CLOSING: the peer's FIN comes while ours is not acknowledged.
pub(super) fn crossing(sketch: &mut Sketch<'_>) {
    let [one, other] = narrow_connection(sketch);
    send(sketch, one, 10_000, 0);
    shut(sketch, one);
    if sketch.once_in(4) {
        send(sketch, other, 10, 0);
    }
    shut(sketch, other);
    if sketch.once_in(2) {
        recv(sketch, other, 70_000);
    }
}

/// LAST_ACK: the second FIN stands behind data.
pub(super) fn last_ack(sketch: &mut Sketch<'_>) {
    let [one, other] = narrow_connection(sketch);
    shut(sketch, other);
    send(sketch, one, 10_000, 0);
    shut(sketch, one);
    if sketch.once_in(2) {
        recv(sketch, other, 70_000);
    }
}

/// Nothing can be sent any more.
pub(super) fn full(sketch: &mut Sketch<'_>) {
    let [one, _] = narrow_connection(sketch);
    set(sketch, one, c::SOL_SOCKET, c::SO_SNDBUF, 4608);
    for _ in 0..2 + sketch.dice.usize(0..2) {
        send(sketch, one, 65_536, 0);
    }
}

/// Urgent data waits, with and without ordinary data before and behind it.
pub(super) fn urgent(sketch: &mut Sketch<'_>) {
    let ends = connection(sketch);
    let [one, other] = either(sketch, ends);
    if sketch.once_in(4) {
        set(sketch, other, c::SOL_SOCKET, c::SO_OOBINLINE, 1);
    }
    if sketch.once_in(2) {
        send(sketch, one, 10, 0);
    }
    let len = sketch.one_of(&[1, 1, 3]);
    send(sketch, one, len, c::MSG_OOB);
    if sketch.once_in(3) {
        send(sketch, one, 10, 0);
    }
}

/// Data that is held back: `TCP_CORK`, `MSG_MORE`.
pub(super) fn corked(sketch: &mut Sketch<'_>) {
    let ends = connection(sketch);
    let [one, _] = either(sketch, ends);
    let more = sketch.once_in(2);
    if !more {
        set(sketch, one, c::IPPROTO_TCP, c::TCP_CORK, 1);
    }
    send(sketch, one, 10, if more { c::MSG_MORE } else { 0 });
}
