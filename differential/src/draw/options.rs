//! Options: which, and what they are given.

use std::sync::LazyLock;

use wavetank_api::{c, option};

use super::sketch::Sketch;
use crate::{Call, Slot};

/// Options whose value is the machine's own, or whose effect reaches beyond the program.
const LEFT_OUT: [&str; 14] = [
    "SO_COOKIE",
    "SO_NETNS_COOKIE",
    "SO_INCOMING_CPU",
    "SO_INCOMING_NAPI_ID",
    "SO_PEERCRED",
    "SO_MEMINFO",
    "TCP_CC_INFO",
    "TCP_TIMESTAMP",
    "TCP_FASTOPEN_KEY",
    "TCP_ZEROCOPY_RECEIVE",
    // Blocks in close(), non-blocking or not: drawn by hand below, with no time.
    "SO_LINGER",
    // Sockets are non-blocking.
    "SO_RCVTIMEO",
    "SO_SNDTIMEO",
    "TCP_ULP",
];

/// Those of the levels that there are in both worlds.
static OPTIONS: LazyLock<Vec<(i32, i32)>> = LazyLock::new(|| {
    let levels = [c::SOL_SOCKET, c::IPPROTO_TCP, c::IPPROTO_IP, c::IPPROTO_IPV6, c::IPPROTO_UDP];
    let wanted = |(level, _, label): &(i32, i32, &str)| levels.contains(level) && !LEFT_OUT.contains(label);
    option::all().filter(wanted).map(|(level, name, _)| (level, name)).collect()
});

/// Those that programs use.
const USUAL: [(i32, i32); 16] = [
    (c::SOL_SOCKET, c::SO_REUSEADDR),
    (c::SOL_SOCKET, c::SO_REUSEADDR),
    (c::SOL_SOCKET, c::SO_REUSEPORT),
    (c::SOL_SOCKET, c::SO_KEEPALIVE),
    (c::SOL_SOCKET, c::SO_OOBINLINE),
    (c::SOL_SOCKET, c::SO_RCVBUF),
    (c::SOL_SOCKET, c::SO_SNDBUF),
    (c::SOL_SOCKET, c::SO_RCVLOWAT),
    (c::SOL_SOCKET, c::SO_BROADCAST),
    (c::IPPROTO_TCP, c::TCP_NODELAY),
    (c::IPPROTO_TCP, c::TCP_CORK),
    (c::IPPROTO_TCP, c::TCP_MAXSEG),
    (c::IPPROTO_TCP, c::TCP_DEFER_ACCEPT),
    (c::IPPROTO_IPV6, c::IPV6_V6ONLY),
    (c::IPPROTO_IP, c::IP_RECVERR),
    (c::IPPROTO_IP, c::IP_PKTINFO),
];

fn any(sketch: &mut Sketch, slot: Slot) -> (i32, i32) {
    if sketch.once_in(40) {
        return (sketch.one_of(&[0, 1, 6, 17, 41, 255, -1]), sketch.dice.i32(0..80));
    }
    loop {
        let (level, name) = if sketch.once_in(2) { sketch.one_of(&USUAL) } else { sketch.one_of(&OPTIONS) };
        let guess = sketch.slots[usize::from(slot)];
        let fits = match level {
            c::IPPROTO_TCP => guess.kind == c::SOCK_STREAM && guess.family != c::AF_UNIX,
            c::IPPROTO_UDP => guess.kind == c::SOCK_DGRAM && guess.family != c::AF_UNIX,
            c::IPPROTO_IPV6 => guess.family == c::AF_INET6,
            c::IPPROTO_IP => guess.family == c::AF_INET,
            _ => true,
        };
        if fits || sketch.once_in(10) {
            return (level, name);
        }
    }
}

pub(super) fn set(sketch: &mut Sketch, slot: Slot) -> Call {
    const INTS: [i32; 16] = [0, 1, 1, 1, 0, 1, 2, 5, 64, 255, 1000, 2304, 50_000, -1, i32::MAX, i32::MIN];
    if sketch.once_in(12) {
        // On, and no time: what is left is thrown away, and the peer told by a reset.
        let value = [1_i32.to_ne_bytes(), 0_i32.to_ne_bytes()].concat();
        return Call::Setsockopt { slot, level: c::SOL_SOCKET, name: c::SO_LINGER, value };
    }
    let (level, name) = any(sketch, slot);
    let mut value = sketch.one_of(&INTS).to_ne_bytes().to_vec();
    if sketch.once_in(16) {
        value.resize(sketch.one_of(&[0, 1, 2, 3, 5, 8, 12, 16]), 0);
    }
    Call::Setsockopt { slot, level, name, value }
}

pub(super) fn get(sketch: &mut Sketch, slot: Slot) -> Call {
    if sketch.once_in(5) {
        return Call::Getsockopt { slot, level: c::SOL_SOCKET, name: c::SO_ERROR, room: 4 };
    }
    let (level, name) = any(sketch, slot);
    let room = if sketch.once_in(12) { sketch.one_of(&[0, 1, 2, 3, 5, 8, 12]) } else { 256 };
    Call::Getsockopt { slot, level, name, room }
}
