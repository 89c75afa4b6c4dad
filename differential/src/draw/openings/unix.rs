//! Beginnings of UNIX sockets: pairs, and those with abstract names.

use wavetank_api::c;

use super::{send, set};
use crate::{
    Call, Place, Slot,
    draw::{arguments::unix_name, sketch::Sketch},
};

/// Types.
const KINDS: [i32; 4] = [c::SOCK_STREAM, c::SOCK_STREAM, c::SOCK_DGRAM, c::SOCK_SEQPACKET];

/// A pair, with data waiting or without.
pub(super) fn pair(sketch: &mut Sketch<'_>) {
    some(sketch);
}

fn some(sketch: &mut Sketch<'_>) -> [Slot; 2] {
    let kind = sketch.one_of(&KINDS);
    let pair = sketch.pair(kind);
    for _ in 0..sketch.dice.usize(0..3) {
        let len = sketch.one_of(&[0, 1, 10, 1000]);
        send(sketch, pair[0], len, 0);
    }
    pair
}

/// Descriptors are under way.
pub(super) fn rights(sketch: &mut Sketch<'_>) {
    let [one, other] = some(sketch);
    if sketch.once_in(3) {
        super::one(sketch);
    }
    for _ in 0..1 + sketch.dice.usize(0..2) {
        let carry = sketch.filled();
        sketch.call(Call::Send { slot: one, len: 5, flags: c::MSG_NOSIGNAL, to: None, control: Vec::new(), carry });
        if sketch.once_in(3) {
            send(sketch, one, 5, 0);
        }
    }
    if sketch.once_in(3) {
        // Closed while it is under way to itself, or to somebody.
        let slot = sketch.one_of(&[one, other]);
        sketch.call(Call::Close { slot });
    }
}

/// Nothing can be sent any more.
pub(super) fn full(sketch: &mut Sketch<'_>) {
    let [one, _] = some(sketch);
    set(sketch, one, c::SOL_SOCKET, c::SO_SNDBUF, 4608);
    for _ in 0..3 {
        send(sketch, one, 3000, 0);
    }
}

/// The other end is gone, over data that nobody read or not; or shut.
pub(super) fn left(sketch: &mut Sketch<'_>) {
    let [one, other] = some(sketch);
    let slot = sketch.one_of(&[one, other]);
    if sketch.once_in(2) {
        sketch.call(Call::Close { slot });
    } else {
        let how = sketch.dice.u8(0..3);
        sketch.call(Call::Shutdown { slot, how });
    }
}

/// One that has a name, or that the kernel names; it listens, and perhaps somebody connects.
pub(super) fn named(sketch: &mut Sketch<'_>) {
    let host = sketch.host();
    let kind = sketch.one_of(&[c::SOCK_STREAM, c::SOCK_DGRAM, c::SOCK_SEQPACKET]);
    let slot = sketch.socket(host, c::AF_UNIX, kind);
    let addr = unix_name(sketch);
    sketch.call(Call::Bind { slot, addr });
    if kind != c::SOCK_DGRAM {
        let backlog = sketch.one_of(&[0, 1, 5]);
        sketch.call(Call::Listen { slot, backlog });
    }
    for _ in 0..sketch.dice.usize(0..3) {
        let client = sketch.socket(host, c::AF_UNIX, kind);
        sketch.call(Call::Connect { slot: client, addr: Place::Name(slot) });
    }
    if kind != c::SOCK_DGRAM && sketch.once_in(2) {
        let into = sketch.empty();
        sketch.call(Call::Accept { slot, into });
    }
}

/// One alone.
pub(super) fn unpaired(sketch: &mut Sketch<'_>) {
    let host = sketch.host();
    let kind = sketch.one_of(&KINDS);
    sketch.socket(host, c::AF_UNIX, kind);
}
