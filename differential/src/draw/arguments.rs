//! Arguments: what is right, what is on the edge, and nonsense.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{
    Addr, MsgFlags, UnixAddr, c,
    control::{ControlBuf, IP_TTL},
};

use super::{
    left_out::is_lacking,
    openings::address,
    options,
    sketch::{Sketch, Stage},
};
use crate::{
    Call, Place, Port, Slot,
    coverage::{Question, RecvWay, SendWay},
    ioctl::{FIONBIO, FIONREAD, SIOCATMARK, SIOCOUTQ, SIOCOUTQNSD},
};

/// One is nobody's.
pub(super) const REQUESTS: [u32; 6] = [FIONREAD, SIOCOUTQ, SIOCATMARK, SIOCOUTQNSD, FIONBIO, 0x1234];

/// A call that asks this.
pub(super) fn ask(sketch: &mut Sketch<'_>, slot: Slot, question: Question) -> Call {
    match question {
        Question::Socket | Question::Socketpair => strange_socket(sketch),
        Question::Bind => Call::Bind { slot, addr: place(sketch, Some(slot)) },
        Question::Listen => Call::Listen { slot, backlog: sketch.one_of(&[0, 1, 1, 2, 5, 128, -1, i32::MAX]) },
        Question::Connect => Call::Connect { slot, addr: place(sketch, Some(slot)) },
        Question::Disconnect => Call::Connect { slot, addr: Place::Literal(Addr::Unspec) },
        Question::Accept => Call::Accept { slot, into: sketch.empty() },
        Question::Send(way) => send(sketch, slot, way),
        Question::Recv(way) => recv(sketch, slot, way),
        Question::Shutdown(how) => Call::Shutdown { slot, how },
        Question::Close => Call::Close { slot },
        Question::Dup => Call::Dup { slot, into: sketch.empty() },
        Question::Getsockname => Call::Getsockname { slot },
        Question::Getpeername => Call::Getpeername { slot },
        Question::Setsockopt(level, name) => options::set(sketch, slot, level, name),
        Question::Getsockopt(level, name) => options::get(sketch, slot, level, name),
        // What FIONBIO sets, sockets are already: those that block are not drawn.
        Question::Ioctl(request) => Call::Ioctl { slot, request, arg: 1 },
        Question::Fcntl => Call::SetNonblocking { slot, on: true },
        Question::Poll => {
            let events = sketch.one_of(&[0, 1, 4, 5, 0x2000, 2, 0x40, 0x200, 0x7fff, -1]);
            Call::Poll { slot, events, waits: false }
        }
    }
}

/// A socket of whatever numbers.
pub(super) fn strange_socket(sketch: &mut Sketch<'_>) -> Call {
    let host = sketch.host();
    let family = sketch.one_of(&[c::AF_INET, c::AF_INET6, c::AF_UNIX, c::AF_UNIX, 0, 99, -1]);
    let kind = sketch.one_of(&[1, 1, 2, 2, 3, 4, 5, 5, 6, 10, 0, -1, 0x1001]);
    let protocol = sketch.one_of(&[0, 0, 0, 6, 17, 1, 58, 255, 256, -1]);
    let protocol = if is_lacking(family, kind, protocol) { 255 } else { protocol };
    let kind = if is_lacking(family, kind, protocol) { c::SOCK_STREAM } else { kind };
    let inet = matches!(family, c::AF_INET | c::AF_INET6);
    // `left_out.rs`: raw sockets, SOCK_PACKET, and those of ping.
    let absent = matches!(kind, 3 | 10) || kind == 2 && matches!(protocol, 1 | 58);
    let kind = if inet && absent { 5 } else { kind };
    let into = sketch.empty();
    if sketch.once_in(3) {
        let other = (into + 1) % crate::SLOTS as Slot;
        return Call::Socketpair { host, into: [into, other], family, kind, protocol };
    }
    Call::Socket { host, into, family, kind, protocol }
}

/// Where to: mostly of the slot's own family.
pub(super) fn place(sketch: &mut Sketch<'_>, slot: Option<Slot>) -> Place {
    let own = slot.map_or(c::AF_INET, |slot| sketch.guess(slot).family);
    if own == c::AF_UNIX && !sketch.once_in(8) {
        return if sketch.once_in(3) {
            unix_name(sketch)
        } else {
            sketch.filled().map_or_else(|| unix_name(sketch), Place::Name)
        };
    }
    let family = if sketch.once_in(12) { sketch.one_of(&[c::AF_INET, c::AF_INET6]) } else { own };
    match sketch.dice.u8(0..32) {
        0..=7 => sketch.filled().map_or(Place::Literal(Addr::Unspec), Place::Name),
        8 => Place::Literal(Addr::Unspec),
        9 => Place::Literal(literal(sketch)),
        _ => Place::Ip(ip(sketch, family), port(sketch)),
    }
}

/// `left_out.rs`: what is sent to a multicast group comes to all that are in it, and every host is in 224.0.0.1 and ff02::1.
fn not_to_a_group(place: Place) -> Place {
    match place {
        Place::Ip(ip, port) if ip.is_multicast() && ip.is_ipv4() => Place::Ip(Ipv4Addr::LOCALHOST.into(), port),
        Place::Ip(ip, port) if ip.is_multicast() => Place::Ip(Ipv6Addr::LOCALHOST.into(), port),
        place => place,
    }
}

/// One of three abstract names, or the kernel's choice.
pub(super) fn unix_name(sketch: &mut Sketch<'_>) -> Place {
    let name = sketch.one_of(&[&b"a"[..], b"b", b"c", b"", b""]);
    let named = UnixAddr::abstract_name(name).ok().filter(|_| !name.is_empty());
    Place::Literal(Addr::Unix(named.unwrap_or_else(UnixAddr::unnamed)))
}

fn ip(sketch: &mut Sketch<'_>, family: i32) -> IpAddr {
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

fn port(sketch: &mut Sketch<'_>) -> Port {
    match sketch.dice.u8(0..12) {
        0..=5 => Port::Number(Port::NAMED + sketch.dice.u16(0..Port::NAMES)),
        6..=8 => sketch.filled().map_or(Port::Number(0), Port::Of),
        9 | 10 => Port::Number(0),
        _ => Port::Number(sketch.one_of(&[1, 80, 1023])),
    }
}

fn literal(sketch: &mut Sketch<'_>) -> Addr {
    let family = sketch.one_of(&[c::AF_INET, c::AF_INET6, c::AF_UNIX, 99]) as u16;
    let len = sketch.one_of(&[0_usize, 2, 6, 13, 14, 22, 26, 100]);
    if sketch.once_in(4) {
        return Addr::Unix(UnixAddr::unnamed());
    }
    Addr::from_sockaddr(&[&family.to_ne_bytes()[..], &vec![0; len]].concat())
}

fn len(sketch: &mut Sketch<'_>) -> u32 {
    match sketch.dice.u8(0..16) {
        0 => 0,
        1..=8 => sketch.dice.u32(1..64),
        9..=11 => sketch.one_of(&[500, 1000, 1448, 1460, 4096]),
        12..=13 => sketch.one_of(&[10_000, 16_384, 30_000]),
        _ => sketch.one_of(&[65_483, 65_507, 65_508, 65_535, 65_536]),
    }
}

fn send(sketch: &mut Sketch<'_>, slot: Slot, way: SendWay) -> Call {
    const OTHER: [MsgFlags; 8] = [
        MsgFlags::EOR,
        MsgFlags::DONTROUTE,
        MsgFlags::CONFIRM,
        MsgFlags::PEEK,
        MsgFlags::TRUNC,
        MsgFlags::WAITALL,
        MsgFlags::ERRQUEUE,
        MsgFlags::FASTOPEN,
    ];
    let guess = sketch.guess(slot);
    let needs = guess.kind == c::SOCK_DGRAM && guess.stage != Stage::Connected;
    let aimed = match way {
        SendWay::To => true,
        SendWay::Plain | SendWay::OtherFlags => false,
        _ => needs || sketch.once_in(8),
    };
    let to = if aimed { Some(not_to_a_group(place(sketch, Some(slot)))) } else { None };
    let control = if way == SendWay::Control { control(sketch, guess.family) } else { Vec::new() };
    let carried = if way == SendWay::Rights { sketch.filled() } else { None };
    // A descriptor cannot leave its machine.
    let carry = carried.filter(|&carried| sketch.guess(carried).host == guess.host);
    let mut flags = match way {
        SendWay::Oob => MsgFlags::OOB,
        SendWay::More => MsgFlags::MORE,
        SendWay::OtherFlags => sketch.one_of(&OTHER),
        _ => MsgFlags::empty(),
    };
    if sketch.once_in(8) {
        flags |= MsgFlags::DONTWAIT;
    }
    if way != SendWay::Plain && sketch.once_in(12) {
        flags |= sketch.one_of(&OTHER) | MsgFlags::MORE;
    }
    Call::Send { slot, len: len(sketch), flags: (flags | MsgFlags::NOSIGNAL).bits(), to, control, carry }
}

fn control(sketch: &mut Sketch<'_>, family: i32) -> Vec<u8> {
    let mut control = ControlBuf::new();
    let value = sketch.one_of(&[0_i32, 1, 64, 255, 256, -1]);
    let pushed = match sketch.dice.u8(0..9) {
        0 => control.push(IP_TTL, value),
        1 => control.push_raw(c::IPPROTO_IP, c::IP_TOS, &value.to_ne_bytes()),
        2 => control.push_raw(c::IPPROTO_IPV6, c::IPV6_HOPLIMIT, &value.to_ne_bytes()),
        3 => control.push_raw(c::IPPROTO_IPV6, c::IPV6_TCLASS, &value.to_ne_bytes()),
        4 if family == c::AF_UNIX => control.push_raw(c::SOL_SOCKET, c::SCM_CREDENTIALS, &[0; 12]),
        // No device, no source: the zeroes of `struct in_pktinfo`, `struct in6_pktinfo`.
        5 => control.push_raw(c::IPPROTO_IP, c::IP_PKTINFO, &[0; 12]),
        6 => control.push_raw(c::IPPROTO_IPV6, c::IPV6_PKTINFO, &[0; 20]),
        // Of the right kind and the wrong length.
        7 => control.push_raw(c::IPPROTO_IP, c::IP_TTL, &[1; 3]),
        _ => return vec![1; sketch.one_of(&[1, 8, 15, 16, 17])],
    };
    drop(pushed);
    control.as_bytes().to_vec()
}

fn recv(sketch: &mut Sketch<'_>, slot: Slot, way: RecvWay) -> Call {
    let mut flags = match way {
        RecvWay::ErrQueue => MsgFlags::ERRQUEUE,
        RecvWay::Oob => MsgFlags::OOB,
        RecvWay::Peek => MsgFlags::PEEK,
        RecvWay::Trunc => MsgFlags::TRUNC,
        RecvWay::WaitAll => MsgFlags::WAITALL,
        RecvWay::Msg | RecvWay::Plain => MsgFlags::empty(),
    };
    if sketch.once_in(8) {
        flags |= sketch.one_of(&[MsgFlags::DONTWAIT, MsgFlags::DONTWAIT, MsgFlags::TRUNC, MsgFlags::PEEK]);
    }
    let len = if sketch.once_in(3) { 70_000 } else { len(sketch) };
    let wants = way == RecvWay::Msg || (way != RecvWay::Plain && sketch.once_in(2));
    let from = wants && sketch.once_in(2);
    let control = if wants && !sketch.once_in(4) { sketch.one_of(&[8, 16, 24, 64, 512, 512]) } else { 0 };
    let into = if control > 0 { Some(sketch.empty()) } else { None };
    Call::Recv { slot, len, flags: flags.bits(), from: from || (way == RecvWay::Msg && control == 0), control, into }
}
