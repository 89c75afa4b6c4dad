//! Arguments: what is right, what is on the edge, and nonsense.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{
    Addr, MsgFlags, UnixAddr, c,
    control::{ControlBuf, IP_TTL},
};

use super::{
    openings::address,
    sketch::{Sketch, Stage},
};
use crate::{Call, Place, Port, Slot};

/// Where to: mostly of the slot's own family.
pub(super) fn place(sketch: &mut Sketch, slot: Option<Slot>) -> Place {
    let own = slot.map_or(c::AF_INET, |slot| sketch.slots[usize::from(slot)].family);
    let family = if sketch.once_in(12) { sketch.one_of(&[c::AF_INET, c::AF_INET6]) } else { own };
    match sketch.dice.u8(0..32) {
        0..=7 => sketch.filled().map_or(Place::Literal(Addr::Unspec), Place::Name),
        8 => Place::Literal(Addr::Unspec),
        9 => Place::Literal(literal(sketch)),
        _ => Place::Ip(ip(sketch, family), port(sketch)),
    }
}

fn ip(sketch: &mut Sketch, family: i32) -> IpAddr {
    let host = sketch.host();
    if family == c::AF_INET6 {
        let v4 = sketch.one_of(&[Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED, Ipv4Addr::new(10, 0, 0, host + 1)]);
        return match sketch.dice.u8(0..16) {
            0..=4 => Ipv6Addr::LOCALHOST.into(),
            5..=7 => Ipv6Addr::UNSPECIFIED.into(),
            8..=11 => address(family, host),
            12..=13 => v4.to_ipv6_mapped().into(),
            14 => Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1).into(),
            _ => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
        };
    }
    match sketch.dice.u8(0..16) {
        0..=4 => Ipv4Addr::LOCALHOST.into(),
        5..=7 => Ipv4Addr::UNSPECIFIED.into(),
        8..=11 => address(family, host),
        12 => Ipv4Addr::new(127, 9, 9, 9).into(),
        13 => Ipv4Addr::new(192, 0, 2, 1).into(),
        14 => Ipv4Addr::BROADCAST.into(),
        _ => Ipv4Addr::new(224, 0, 0, 1).into(),
    }
}

fn port(sketch: &mut Sketch) -> Port {
    match sketch.dice.u8(0..12) {
        0..=5 => Port::Number(Port::NAMED + sketch.dice.u16(0..Port::NAMES)),
        6..=8 => sketch.filled().map_or(Port::Number(0), Port::Of),
        9 | 10 => Port::Number(0),
        _ => Port::Number(sketch.one_of(&[1, 80, 1023])),
    }
}

fn literal(sketch: &mut Sketch) -> Addr {
    let family = sketch.one_of(&[c::AF_INET, c::AF_INET6, c::AF_UNIX, 99]) as u16;
    let len = sketch.one_of(&[0_usize, 2, 6, 13, 14, 22, 26, 100]);
    if sketch.once_in(4) {
        return Addr::Unix(UnixAddr::unnamed());
    }
    Addr::from_sockaddr(&[&family.to_ne_bytes()[..], &vec![0; len]].concat())
}

fn len(sketch: &mut Sketch) -> u32 {
    match sketch.dice.u8(0..16) {
        0 => 0,
        1..=8 => sketch.dice.u32(1..64),
        9..=11 => sketch.one_of(&[500, 1000, 1448, 1460, 4096]),
        12..=13 => sketch.one_of(&[10_000, 16_384, 30_000]),
        _ => sketch.one_of(&[65_483, 65_507, 65_508, 65_535, 65_536]),
    }
}

pub(super) fn send(sketch: &mut Sketch, slot: Slot) -> Call {
    const FLAGS: [MsgFlags; 14] = [
        MsgFlags::empty(),
        MsgFlags::empty(),
        MsgFlags::empty(),
        MsgFlags::empty(),
        MsgFlags::empty(),
        MsgFlags::empty(),
        MsgFlags::DONTWAIT,
        MsgFlags::MORE,
        MsgFlags::OOB,
        MsgFlags::EOR,
        MsgFlags::DONTROUTE,
        MsgFlags::CONFIRM,
        MsgFlags::PEEK,
        MsgFlags::TRUNC,
    ];
    let guess = sketch.slots[usize::from(slot)];
    let flags = (sketch.one_of(&FLAGS) | MsgFlags::NOSIGNAL).bits();
    let needs = guess.kind == c::SOCK_DGRAM && guess.stage != Stage::Connected;
    let to = if sketch.once_in(if needs { 1 } else { 10 }) { Some(place(sketch, Some(slot))) } else { None };
    let control = if sketch.once_in(20) { control(sketch, guess.family) } else { Vec::new() };
    let carries = guess.family == c::AF_UNIX && sketch.once_in(8);
    let carry = if carries { sketch.filled() } else { None };
    Call::Send { slot, len: len(sketch), flags, to, control, carry }
}

fn control(sketch: &mut Sketch, family: i32) -> Vec<u8> {
    let mut control = ControlBuf::new();
    let value = sketch.one_of(&[0_i32, 1, 64, 255, 256, -1]);
    let pushed = match sketch.dice.u8(0..6) {
        0 => control.push(IP_TTL, value),
        1 => control.push_raw(c::IPPROTO_IP, c::IP_TOS, &value.to_ne_bytes()),
        2 => control.push_raw(c::IPPROTO_IPV6, c::IPV6_HOPLIMIT, &value.to_ne_bytes()),
        3 => control.push_raw(c::IPPROTO_IPV6, c::IPV6_TCLASS, &value.to_ne_bytes()),
        4 if family == c::AF_UNIX => control.push_raw(c::SOL_SOCKET, 2, &[0; 12]),
        _ => return vec![1; sketch.one_of(&[1, 8, 15, 16, 17])],
    };
    drop(pushed);
    control.as_bytes().to_vec()
}

pub(super) fn recv(sketch: &mut Sketch, slot: Slot) -> Call {
    const FLAGS: [MsgFlags; 12] = [
        MsgFlags::empty(),
        MsgFlags::empty(),
        MsgFlags::empty(),
        MsgFlags::empty(),
        MsgFlags::DONTWAIT,
        MsgFlags::PEEK,
        MsgFlags::PEEK,
        MsgFlags::TRUNC,
        MsgFlags::WAITALL,
        MsgFlags::OOB,
        MsgFlags::ERRQUEUE,
        MsgFlags::PEEK.union(MsgFlags::TRUNC),
    ];
    let flags = sketch.one_of(&FLAGS).bits();
    let len = if sketch.once_in(3) { 70_000 } else { len(sketch) };
    let from = sketch.once_in(3);
    let control = if sketch.once_in(4) { sketch.one_of(&[8, 16, 24, 64, 512]) } else { 0 };
    let into = if control > 0 { Some(sketch.empty()) } else { None };
    Call::Recv { slot, len, flags, from, control, into }
}

pub(super) fn ioctl(sketch: &mut Sketch, slot: Slot) -> Call {
    // FIONREAD, SIOCOUTQ, SIOCATMARK, SIOCOUTQNSD, FIONBIO, and one that there is not.
    let request = sketch.one_of(&[0x541b, 0x541b, 0x5411, 0x8905, 0x894b, 0x1234]);
    Call::Ioctl { slot, request, arg: 1 }
}
