//! Options: which there are, and calls that read and set them.

use std::sync::LazyLock;

use wavetank_api::{c, option};

use super::{groups, left_out, sketch::Sketch, values};
use crate::{
    Call, Slot,
    coverage::{Kind, Question},
};

/// Those of the levels that sockets of the internet and UNIX sockets have: level, name, whether it is set as well as read.
pub(super) static OPTIONS: LazyLock<Vec<(i32, i32, bool)>> = LazyLock::new(|| {
    let levels = [c::SOL_SOCKET, c::IPPROTO_TCP, c::IPPROTO_IP, c::IPPROTO_IPV6, c::IPPROTO_UDP];
    let mut options: Vec<_> = option::all()
        .filter(|(level, _, label)| levels.contains(level) && !left_out::is_left_out(label, false))
        .map(|(level, name, label)| (level, name, !left_out::is_left_out(label, true)))
        .collect();
    options.sort_unstable();
    options.dedup_by_key(|option| (option.0, option.1));
    options
});

/// Those that programs use: what they do is seen in other calls.
const USUAL: [(i32, i32); 24] = [
    (c::SOL_SOCKET, c::SO_REUSEADDR),
    (c::SOL_SOCKET, c::SO_REUSEPORT),
    (c::SOL_SOCKET, c::SO_KEEPALIVE),
    (c::SOL_SOCKET, c::SO_OOBINLINE),
    (c::SOL_SOCKET, c::SO_RCVBUF),
    (c::SOL_SOCKET, c::SO_SNDBUF),
    (c::SOL_SOCKET, c::SO_RCVLOWAT),
    (c::SOL_SOCKET, c::SO_BROADCAST),
    (c::SOL_SOCKET, c::SO_LINGER),
    (c::SOL_SOCKET, c::SO_ERROR),
    (c::SOL_SOCKET, c::SO_PEEK_OFF),
    (c::SOL_SOCKET, c::SO_TIMESTAMP),
    (c::IPPROTO_TCP, c::TCP_NODELAY),
    (c::IPPROTO_TCP, c::TCP_CORK),
    (c::IPPROTO_TCP, c::TCP_MAXSEG),
    (c::IPPROTO_TCP, c::TCP_DEFER_ACCEPT),
    (c::IPPROTO_TCP, c::TCP_INFO),
    (c::IPPROTO_IPV6, c::IPV6_V6ONLY),
    (c::IPPROTO_IPV6, c::IPV6_RECVERR),
    (c::IPPROTO_IPV6, c::IPV6_RECVPKTINFO),
    (c::IPPROTO_IP, c::IP_RECVERR),
    (c::IPPROTO_IP, c::IP_PKTINFO),
    (c::IPPROTO_IP, c::IP_RECVTTL),
    (c::IPPROTO_IP, c::IP_TTL),
];

/// How likely an option is, in the same measure for all: tenfold if programs use it, a tenth on a socket whose level it is not.
pub(super) fn likelihood(kind: Kind, level: i32, name: i32) -> u64 {
    let fits = match level {
        c::IPPROTO_TCP => kind.is_tcp(),
        c::IPPROTO_UDP => kind.is_udp(),
        c::IPPROTO_IPV6 => matches!(kind, Kind::Tcp6 | Kind::Udp6),
        c::IPPROTO_IP => matches!(kind, Kind::Tcp4 | Kind::Udp4),
        _ => true,
    };
    let usual = if USUAL.contains(&(level, name)) { 10 } else { 1 };
    usual * if fits { 10 } else { 1 }
}

/// What that question means by "any other".
fn numbers(sketch: &mut Sketch<'_>, level: i32, name: i32) -> (i32, i32) {
    if name != Question::OTHER {
        return (level, name);
    }
    // Netfilter has the numbers from 64 on at IP's levels.
    let name = if matches!(level, c::IPPROTO_IP | c::IPPROTO_IPV6) { 0..64 } else { 0..100 };
    let name = sketch.dice.i32(name);
    let is_left_out = option::option_name(level, name).is_some_and(|label| left_out::is_left_out(label, true));
    let level = if level == Question::OTHER { sketch.one_of(&[2, 255, 300, -1]) } else { level };
    (level, if is_left_out { 0 } else { name })
}

pub(super) fn set(sketch: &mut Sketch<'_>, slot: Slot, level: i32, name: i32) -> Call {
    let (level, name) = numbers(sketch, level, name);
    let value = if (level, name) == (c::SOL_SOCKET, c::SO_LINGER) {
        // On, and no time: what is left is thrown away, and the peer told by a reset. Or off.
        let on = sketch.one_of(&[1_i32, 1, 1, 0]);
        [on.to_ne_bytes(), 0_i32.to_ne_bytes()].concat()
    } else if let Some(value) = groups::value(sketch, level, name) {
        value
    } else {
        let list = values::of(level, name);
        if !list.is_empty() && !sketch.once_in(6) {
            list[sketch.dice.usize(0..list.len())].clone()
        } else {
            any_value(sketch, level, name)
        }
    };
    let value = if left_out::is_value_left_out(level, name, &value) { vec![0; 4] } else { value };
    Call::Setsockopt { slot, level, name, value }
}

fn any_value(sketch: &mut Sketch<'_>, level: i32, name: i32) -> Vec<u8> {
    if (level, name) == (c::SOL_SOCKET, c::SO_MAX_PACING_RATE) {
        return vec![255; 4];
    }
    let mut value = sketch.one_of(&values::ANY).to_ne_bytes().to_vec();
    if sketch.once_in(6) {
        value.resize(sketch.one_of(&[0, 1, 2, 3, 5, 8, 12, 16]), 0);
    }
    value
}

pub(super) fn get(sketch: &mut Sketch<'_>, slot: Slot, level: i32, name: i32) -> Call {
    let (level, name) = numbers(sketch, level, name);
    let room = if sketch.once_in(12) { sketch.one_of(&[0, 1, 2, 3, 5, 8, 12]) } else { 256 };
    Call::Getsockopt { slot, level, name, room }
}

/// An option that programs use, or once in a while any.
pub(super) fn likely(sketch: &mut Sketch<'_>, kind: Kind) -> (i32, i32) {
    loop {
        let (level, name) = if sketch.once_in(2) {
            sketch.one_of(&USUAL)
        } else {
            let at = sketch.dice.usize(0..OPTIONS.len());
            (OPTIONS[at].0, OPTIONS[at].1)
        };
        let is_set = OPTIONS.contains(&(level, name, true));
        if is_set && (likelihood(kind, level, name) >= 10 || sketch.once_in(10)) {
            return (level, name);
        }
    }
}
