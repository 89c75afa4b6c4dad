//! Groups (ip(7), ipv6(7), RFC 3678): the structures that their options are given. There are few groups, interfaces and sources, so that
//! one call meets what another has left.

use std::net::{IpAddr, Ipv6Addr};

use wavetank_api::c;

use super::{left_out, sketch::Sketch};
use crate::{Call, Slot};

/// Bytes of a `sockaddr_storage`.
const STORAGE: usize = 128;

/// Those that a program of groups asks, at the level of its family.
const OF_IPV4: [i32; 15] = [
    c::IP_ADD_MEMBERSHIP,
    c::IP_ADD_MEMBERSHIP,
    c::IP_DROP_MEMBERSHIP,
    c::IP_ADD_SOURCE_MEMBERSHIP,
    c::IP_DROP_SOURCE_MEMBERSHIP,
    c::IP_BLOCK_SOURCE,
    c::IP_UNBLOCK_SOURCE,
    c::IP_MSFILTER,
    c::MCAST_JOIN_GROUP,
    c::MCAST_LEAVE_GROUP,
    c::MCAST_JOIN_SOURCE_GROUP,
    c::MCAST_LEAVE_SOURCE_GROUP,
    c::MCAST_BLOCK_SOURCE,
    c::MCAST_UNBLOCK_SOURCE,
    c::MCAST_MSFILTER,
];
const OF_IPV6: [i32; 12] = [
    c::IPV6_JOIN_GROUP,
    c::IPV6_JOIN_GROUP,
    c::IPV6_LEAVE_GROUP,
    c::IPV6_JOIN_ANYCAST,
    c::IPV6_LEAVE_ANYCAST,
    c::MCAST_JOIN_GROUP,
    c::MCAST_LEAVE_GROUP,
    c::MCAST_JOIN_SOURCE_GROUP,
    c::MCAST_LEAVE_SOURCE_GROUP,
    c::MCAST_BLOCK_SOURCE,
    c::MCAST_UNBLOCK_SOURCE,
    c::MCAST_MSFILTER,
];

/// A socket that comes and goes in groups.
pub(super) fn member(sketch: &mut Sketch<'_>) {
    let (host, family) = (sketch.host(), sketch.family());
    let slot = sketch.socket(host, family, c::SOCK_DGRAM);
    for _ in 0..2 + sketch.dice.usize(0..5) {
        let (level, name) = if family == c::AF_INET {
            (c::IPPROTO_IP, sketch.one_of(&OF_IPV4))
        } else {
            (c::IPPROTO_IPV6, sketch.one_of(&OF_IPV6))
        };
        let call = ask(sketch, slot, level, name);
        sketch.call(call);
    }
}

fn ask(sketch: &mut Sketch<'_>, slot: Slot, level: i32, name: i32) -> Call {
    let value = value(sketch, level, name).unwrap_or_default();
    Call::Setsockopt { slot, level, name, value }
}

/// What that option is given, if it is one of groups: mostly of the right length.
pub(super) fn value(sketch: &mut Sketch<'_>, level: i32, name: i32) -> Option<Vec<u8>> {
    let mut value = match level {
        c::IPPROTO_IP => of_ipv4(sketch, name)?,
        c::IPPROTO_IPV6 => of_ipv6(sketch, name)?,
        _ => return None,
    };
    if left_out::is_value_left_out(level, name, &value) {
        value.truncate(4);
    }
    if sketch.once_in(10) {
        let len = [value.len() - 1, value.len() + 1, value.len() + 4, 0, 4, 8];
        value.resize(sketch.one_of(&len), 0);
    }
    Some(value)
}

fn of_ipv4(sketch: &mut Sketch<'_>, name: i32) -> Option<Vec<u8>> {
    let value = match name {
        c::IP_ADD_MEMBERSHIP | c::IP_DROP_MEMBERSHIP | c::IP_MULTICAST_IF => {
            let mut value = [v4_group(sketch), v4_interface(sketch)].concat();
            match sketch.dice.u8(0..4) {
                0 => value.extend(index(sketch).to_ne_bytes()),
                1 if name == c::IP_MULTICAST_IF => value.truncate(4),
                _ => {}
            }
            value
        }
        c::IP_ADD_SOURCE_MEMBERSHIP | c::IP_DROP_SOURCE_MEMBERSHIP | c::IP_BLOCK_SOURCE | c::IP_UNBLOCK_SOURCE => {
            [v4_group(sketch), v4_interface(sketch), v4_source(sketch)].concat()
        }
        c::IP_MSFILTER => {
            let mut value = [v4_group(sketch), v4_interface(sketch)].concat();
            value.extend(mode(sketch).to_ne_bytes());
            let (said, sources) = count(sketch);
            value.extend(said.to_ne_bytes());
            (0..sources).for_each(|_| value.extend(v4_source(sketch)));
            value
        }
        _ => return of_either(sketch, name, c::AF_INET),
    };
    Some(value)
}

fn of_ipv6(sketch: &mut Sketch<'_>, name: i32) -> Option<Vec<u8>> {
    match name {
        c::IPV6_JOIN_GROUP | c::IPV6_LEAVE_GROUP => {
            Some([&v6_group(sketch).octets()[..], &index(sketch).to_ne_bytes()].concat())
        }
        c::IPV6_JOIN_ANYCAST | c::IPV6_LEAVE_ANYCAST => {
            let near = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0x77);
            let addr = sketch.one_of(&[near, near, v6(1), v6(0), Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED]);
            Some([&addr.octets()[..], &index(sketch).to_ne_bytes()].concat())
        }
        c::IPV6_MULTICAST_IF => Some(index(sketch).to_ne_bytes().to_vec()),
        _ => of_either(sketch, name, c::AF_INET6),
    }
}

/// RFC 3678's own: `group_req`, `group_source_req`, `group_filter`.
fn of_either(sketch: &mut Sketch<'_>, name: i32, family: i32) -> Option<Vec<u8>> {
    let has_source = matches!(
        name,
        c::MCAST_JOIN_SOURCE_GROUP | c::MCAST_LEAVE_SOURCE_GROUP | c::MCAST_BLOCK_SOURCE | c::MCAST_UNBLOCK_SOURCE
    );
    if !has_source && !matches!(name, c::MCAST_JOIN_GROUP | c::MCAST_LEAVE_GROUP | c::MCAST_MSFILTER) {
        return None;
    }
    let family = if sketch.once_in(12) { c::AF_INET + c::AF_INET6 - family } else { family };
    let mut value = index(sketch).to_ne_bytes().to_vec();
    value.resize(8, 0);
    let group = if family == c::AF_INET { v4_group(sketch).into() } else { v6_group(sketch).into() };
    value.extend(storage(group));
    let source = |sketch: &mut Sketch<'_>| match family {
        c::AF_INET => storage(v4_source(sketch).into()),
        _ => storage(sketch.one_of(&[v6(2), v6(2), v6(1), v6(9), Ipv6Addr::UNSPECIFIED]).into()),
    };
    if has_source {
        value.extend(source(sketch));
    } else if name == c::MCAST_MSFILTER {
        value.extend(mode(sketch).to_ne_bytes());
        let (said, sources) = count(sketch);
        value.extend(said.to_ne_bytes());
        (0..sources).for_each(|_| value.extend(source(sketch)));
    }
    Some(value)
}

/// The loopback's, the cable's, or nobody's.
fn index(sketch: &mut Sketch<'_>) -> i32 {
    sketch.one_of(&[0, 0, 1, 1, 2, 9999, -1])
}

fn mode(sketch: &mut Sketch<'_>) -> i32 {
    sketch.one_of(&[c::MCAST_EXCLUDE, c::MCAST_INCLUDE, c::MCAST_INCLUDE, 2])
}

/// How many sources it says it has, and how many it has.
fn count(sketch: &mut Sketch<'_>) -> (u32, usize) {
    let count = sketch.one_of(&[0, 0, 1, 2, 3, 10, 11, 65]);
    let said = if sketch.once_in(8) { sketch.one_of(&[0, count + 1, u32::MAX]) } else { count };
    (said, count as usize)
}

fn v4_group(sketch: &mut Sketch<'_>) -> [u8; 4] {
    sketch.one_of(&[
        [239, 1, 2, 3],
        [239, 1, 2, 3],
        [239, 1, 2, 3],
        [239, 1, 2, 4],
        [224, 0, 0, 1],
        [0; 4],
        [10, 0, 0, 1],
    ])
}

fn v4_interface(sketch: &mut Sketch<'_>) -> [u8; 4] {
    sketch.one_of(&[[127, 0, 0, 1], [127, 0, 0, 1], [10, 0, 0, 1], [0; 4], [192, 0, 2, 1]])
}

fn v4_source(sketch: &mut Sketch<'_>) -> [u8; 4] {
    sketch.one_of(&[[10, 0, 0, 2], [10, 0, 0, 2], [10, 0, 0, 1], [192, 0, 2, 9], [0; 4]])
}

const fn v6(last: u16) -> Ipv6Addr {
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, last)
}

fn v6_group(sketch: &mut Sketch<'_>) -> Ipv6Addr {
    let group = |scope: u16| Ipv6Addr::new(0xff00 | scope, 0, 0, 0, 0, 0, 0, 0x1234);
    sketch.one_of(&[
        group(0x15),
        group(0x15),
        group(0x15),
        group(0x18),
        group(2),
        group(1),
        v6(1),
        Ipv6Addr::UNSPECIFIED,
    ])
}

fn storage(addr: IpAddr) -> [u8; STORAGE] {
    let mut storage = [0; STORAGE];
    let (family, at, octets) = match addr {
        IpAddr::V4(addr) => (c::AF_INET, 4, addr.octets().to_vec()),
        IpAddr::V6(addr) => (c::AF_INET6, 8, addr.octets().to_vec()),
    };
    storage[..2].copy_from_slice(&(family as u16).to_ne_bytes());
    storage[at..at + octets.len()].copy_from_slice(&octets);
    storage
}
