//! Control messages of datagrams: how a packet came, and how it is to go.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use wavetank_api::{
    Addr, Errno, Family, Host, MsgFlags, Net, Result, SockOpt, Socket,
    control::{self, ControlBuf, ControlMessages, ControlType, SCM_TIMESTAMP, SCM_TIMESTAMPNS, SO_RXQ_OVFL, cmsg_len},
    option::{
        self, IP_PKTINFO, IP_RECVORIGDSTADDR, IP_RECVTOS, IP_RECVTTL, IP_TOS, IP_TTL, IPV6_RECVHOPLIMIT,
        IPV6_RECVPKTINFO, IPV6_RECVTCLASS, IPV6_TCLASS, IPV6_UNICAST_HOPS, OptValue, Pkt6Info, PktInfo, SO_PRIORITY,
        SO_RCVBUF, SO_RCVMARK, SO_RCVPRIORITY, SO_TIMESTAMP, SO_TIMESTAMPNS,
    },
};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, fails, holds, same, sets_if_known},
    message::{Received, recvmsg_into, sendmsg},
};

cases! { udp::control:
    nothing_unasked families
        "Without an option for it a datagram brings no control message"
        from "ip(7); ip_cmsg_recv_offset, ip6_datagram_recv_ctl";
    hop_limit families
        "IP_RECVTTL, IPV6_RECVHOPLIMIT: the datagram's own, as the sender's option or control message set it"
        from "ip(7) IP_RECVTTL; RFC 3542 section 6.3";
    traffic_class families
        "IP_RECVTOS gives a byte, IPV6_RECVTCLASS an int: as the sender's option or control message set it"
        from "ip(7) IP_RECVTOS; ip_cmsg_recv_tos; RFC 3542 section 6.5";
    where_it_came families
        "IP_PKTINFO, IPV6_RECVPKTINFO: the interface and the address it came to"
        from "ip(7) IP_PKTINFO; RFC 3542 section 6.1";
    chosen_source once
        "IP_PKTINFO sent with a datagram chooses the address it comes from, for this one"
        from "ip(7) IP_PKTINFO; udp_sendmsg";
    source_of_another families
        "A source that is not this machine's: ENETUNREACH on IPv4, where the route is what fails, EINVAL on IPv6"
        from "ip_route_output_key_hash_rcu; ip6_datagram_send_ctl";
    original_destination once
        "IP_RECVORIGDSTADDR: address and port it was sent to"
        from "ip(7) IP_RECVORIGDSTADDR; ip_cmsg_recv_dstaddr";
    all_in_order families
        "Several come in the kernel's order: interface, hop limit, traffic class"
        from "ip_cmsg_recv_offset; ip6_datagram_recv_common_ctl, ip6_datagram_recv_specific_ctl";
    cut_to_the_room families
        "What does not fit is left out, and MSG_CTRUNC says so; so does a receiver without any room"
        from "put_cmsg";
    peeked_too families
        "MSG_PEEK brings them, too"
        from "udp_recvmsg, udpv6_recvmsg";
    time_of_arrival families
        "SO_TIMESTAMP gives microseconds, SO_TIMESTAMPNS nanoseconds since the epoch, before all others"
        from "socket(7) SO_TIMESTAMP; __sock_recv_timestamp";
    dropped_before families
        "SO_RXQ_OVFL: how many were dropped for want of room before this one came"
        from "socket(7) SO_RXQ_OVFL; sock_recv_drops";
    mark_and_priority families
        "SO_RCVMARK and SO_RCVPRIORITY: the datagram's own, as the sender's option or control message set them; the mark comes first"
        from "socket(7) SO_MARK, SO_PRIORITY; sock_recv_mark, sock_recv_priority";
    mark_stays_here linked
        "To another machine neither mark nor priority goes"
        from "____dev_forward_skb: skb_scrub_packet";
    bad_hop_limits families
        "A hop limit of 0 (IPv4), of 256, or of a wrong length: EINVAL; on IPv6 -1 is the usual one, and only 16 bits count"
        from "ip_cmsg_send; ip6_datagram_send_ctl";
    bad_traffic_classes families
        "A traffic class of 256 or of a wrong length: EINVAL; IPv4 takes a byte or an int, IPv6 an int"
        from "ip_cmsg_send; ip6_datagram_send_ctl";
    bad_interfaces families
        "Interface information of a wrong length: EINVAL; an interface that does not exist: ENODEV on IPv6"
        from "ip_cmsg_send; ip6_datagram_send_ctl";
    unknown_kinds families
        "An unknown message of the own level or of SOL_SOCKET: EINVAL; of another level it is passed over"
        from "ip_cmsg_send; ip6_datagram_send_ctl; __sock_cmsg_send";
    malformed families
        "A message that is too short or goes beyond the end: EINVAL, and nothing is sent"
        from "CMSG_OK of include/linux/socket.h";
    mapped_on_ipv6 once
        "An IPv6 socket that receives over IPv4: the interface in IPv6's form, the hop limit in IPv4's, if that was asked for"
        from "ip6_datagram_recv_common_ctl; udpv6_recvmsg: ip_cmsg_recv_offset";
}

const ROOM: usize = 256;

/// A datagram, and what came with it.
type Got<H> = Received<<H as Net>::Fd>;

fn receive<H: Host>(socket: &Socket<H>, room: usize, flags: MsgFlags) -> Result<Got<H>> {
    recvmsg_into(socket, 16, room, flags)
}

fn get<H: Host>(socket: &Socket<H>) -> Result<Got<H>> {
    receive(socket, ROOM, MsgFlags::empty())
}

fn send<H: Host>(socket: &Socket<H>, to: &Addr, control: &[u8]) -> Result<usize> {
    sendmsg(socket, b"x", Some(to), control, MsgFlags::empty())
}

/// One control message.
fn one<T: OptValue>(of: ControlType<T>, value: T::Value) -> Result<Vec<u8>> {
    let mut control = ControlBuf::new();
    control.push(of, value)?;
    Ok(control.as_bytes().to_vec())
}

/// One control message with these bytes.
fn bytes(level: i32, kind: i32, data: &[u8]) -> Result<Vec<u8>> {
    let mut control = ControlBuf::new();
    control.push_raw(level, kind, data)?;
    Ok(control.as_bytes().to_vec())
}

/// A sender, a receiver, and where that is.
#[expect(clippy::type_complexity, reason = "two sockets and an address, which need no name")]
fn two<B: Bed>(bed: &B) -> std::result::Result<(Socket<B::Host>, Socket<B::Host>, Addr), Stop> {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    let to = far.getsockname()?;
    Ok((near, far, to))
}

/// What the family calls it: IPv4's or IPv6's.
fn by_family<B: Bed, T>(bed: &B, v4: T, v6: T) -> T {
    if bed.family() == Family::INET6 { v6 } else { v4 }
}

fn ask_for_hop_limits<B: Bed>(bed: &B, socket: &Socket<B::Host>) -> Result<()> {
    socket.setsockopt(by_family(bed, IP_RECVTTL, IPV6_RECVHOPLIMIT), true)
}

fn hop_limit_message<B: Bed>(bed: &B) -> ControlType<i32> {
    by_family(bed, control::IP_TTL, control::IPV6_HOPLIMIT)
}

fn nothing_unasked<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    send(&near, &to, &[])?;
    let got = get(&far)?;
    same("messages", got.kinds(), vec![])?;
    same("flags", got.flags, MsgFlags::empty())
}

fn hop_limit<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    ask_for_hop_limits(bed, &far)?;
    let message = hop_limit_message(bed);
    send(&near, &to, &[])?;
    same("usual", get(&far)?.value(message), Some(64))?;
    near.setsockopt(by_family(bed, IP_TTL, IPV6_UNICAST_HOPS), 7)?;
    send(&near, &to, &[])?;
    same("by the option", get(&far)?.value(message), Some(7))?;
    send(&near, &to, &one(message, 9)?)?;
    same("by a message", get(&far)?.value(message), Some(9))?;
    send(&near, &to, &[])?;
    same("by the option again", get(&far)?.value(message), Some(7))
}

fn traffic_class<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    far.setsockopt(by_family(bed, IP_RECVTOS, IPV6_RECVTCLASS), true)?;
    let read = |got: &Got<B::Host>| match bed.family() {
        Family::INET6 => got.value(control::IPV6_TCLASS),
        _ => got.value(control::IP_TOS).map(i32::from),
    };
    send(&near, &to, &[])?;
    let got = get(&far)?;
    same("usual", read(&got), Some(0))?;
    let len = ControlMessages::new(&got.control).next().map(|message| message.data.len());
    same("length", len, Some(by_family(bed, 1, 4)))?;
    near.setsockopt(by_family(bed, IP_TOS, IPV6_TCLASS), 0x28)?;
    send(&near, &to, &[])?;
    same("by the option", read(&get(&far)?), Some(0x28))?;
    let message = by_family(bed, one(control::IP_TOS, 0x48)?, one(control::IPV6_TCLASS, 0x48)?);
    send(&near, &to, &message)?;
    same("by a message", read(&get(&far)?), Some(0x48))
}

fn where_it_came<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    far.setsockopt(by_family(bed, IP_PKTINFO, IPV6_RECVPKTINFO), true)?;
    send(&near, &to, &[])?;
    let got = get(&far)?;
    match bed.far().ip() {
        IpAddr::V4(ip) => {
            let expected = PktInfo { ifindex: 1, spec_dst: ip, addr: ip };
            same("in_pktinfo", got.value(control::IP_PKTINFO), Some(expected))
        }
        IpAddr::V6(addr) => same("in6_pktinfo", got.value(control::IPV6_PKTINFO), Some(Pkt6Info { addr, ifindex: 1 })),
    }
}

fn chosen_source<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near().udp()?;
    near.bind(&bed.near().any(0))?;
    let far = bed.far().bound_udp()?;
    let (to, port) = (far.getsockname()?, near.getsockname()?.port().unwrap_or(0));
    let chosen = Ipv4Addr::new(127, 0, 0, 77);
    let info = PktInfo { ifindex: 0, spec_dst: chosen, addr: Ipv4Addr::UNSPECIFIED };
    send(&near, &to, &one(control::IP_PKTINFO, info)?)?;
    same("the sender", get(&far)?.from, Some(Addr::v4(chosen, port)))?;
    send(&near, &to, &[])?;
    same("the next", get(&far)?.from.and_then(|from| from.ip()), Some(IpAddr::V4(Ipv4Addr::LOCALHOST)))
}

fn source_of_another<B: Bed>(bed: &B) -> Outcome {
    let (near, _far, to) = two(bed)?;
    let v4 = PktInfo { ifindex: 0, spec_dst: Ipv4Addr::new(192, 0, 2, 1), addr: Ipv4Addr::UNSPECIFIED };
    let v6 = Pkt6Info { addr: Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), ifindex: 0 };
    let message = by_family(bed, one(control::IP_PKTINFO, v4)?, one(control::IPV6_PKTINFO, v6)?);
    fails(send(&near, &to, &message), by_family(bed, Errno::ENETUNREACH, Errno::EINVAL))
}

fn original_destination<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    far.setsockopt(IP_RECVORIGDSTADDR, true)?;
    send(&near, &to, &[])?;
    let got = get(&far)?;
    let message = ControlMessages::new(&got.control).next();
    let message = message.map(|message| (message.level, message.kind, Addr::from_sockaddr(message.data)));
    same("message", message, Some((libc::IPPROTO_IP, libc::IP_ORIGDSTADDR, to)))
}

/// Switches on what the three messages of [`all_in_order`] need.
fn ask_for_all<B: Bed>(bed: &B, socket: &Socket<B::Host>) -> Result<()> {
    socket.setsockopt(by_family(bed, IP_RECVTOS, IPV6_RECVTCLASS), true)?;
    ask_for_hop_limits(bed, socket)?;
    socket.setsockopt(by_family(bed, IP_PKTINFO, IPV6_RECVPKTINFO), true)
}

fn all_in_order<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    ask_for_all(bed, &far)?;
    send(&near, &to, &[])?;
    let v4 = [libc::IP_PKTINFO, libc::IP_TTL, libc::IP_TOS].map(|kind| (libc::IPPROTO_IP, kind));
    let v6 = [libc::IPV6_PKTINFO, libc::IPV6_HOPLIMIT, libc::IPV6_TCLASS].map(|kind| (libc::IPPROTO_IPV6, kind));
    same("messages", get(&far)?.kinds(), by_family(bed, v4, v6).to_vec())
}

fn cut_to_the_room<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    ask_for_all(bed, &far)?;
    let info = by_family(bed, 12, 20);
    for (room, count, flags) in [
        (0, 0, MsgFlags::CTRUNC),
        (cmsg_len(0)? - 1, 0, MsgFlags::CTRUNC),
        (cmsg_len(info)?, 1, MsgFlags::CTRUNC),
        (ROOM, 3, MsgFlags::empty()),
    ] {
        send(&near, &to, &[])?;
        let got = receive(&far, room, MsgFlags::empty())?;
        same("messages and flags", (got.kinds().len(), got.flags), (count, flags))?;
    }
    Ok(())
}

fn peeked_too<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    ask_for_hop_limits(bed, &far)?;
    send(&near, &to, &[])?;
    for flags in [MsgFlags::PEEK, MsgFlags::empty()] {
        same("hop limit", receive(&far, ROOM, flags)?.value(hop_limit_message(bed)), Some(64))?;
    }
    Ok(())
}

fn time_of_arrival<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    ask_for_hop_limits(bed, &far)?;
    far.setsockopt(SO_TIMESTAMP, true)?;
    let host = bed.near().host;
    // The clock of the packet may be a tick behind the one that is asked.
    let slack = Duration::from_millis(100);
    let before = host.wall_clock().saturating_sub(slack);
    send(&near, &to, &[])?;
    let got = get(&far)?;
    let stamp = got.value(SCM_TIMESTAMP).flatten().unwrap_or_default();
    let after = host.wall_clock() + slack;
    holds("the time is now", before <= stamp && stamp <= after)?;
    same("first", got.kinds().first().copied(), Some((libc::SOL_SOCKET, libc::SCM_TIMESTAMP)))?;
    far.setsockopt(SO_TIMESTAMPNS, true)?;
    send(&near, &to, &[])?;
    let got = get(&far)?;
    let stamp = got.value(SCM_TIMESTAMPNS).unwrap_or_default();
    holds("the time is now", after.saturating_sub(slack * 2) <= stamp && stamp <= host.wall_clock() + slack)?;
    same("microseconds", got.value(SCM_TIMESTAMP), None)
}

fn dropped_before<B: Bed>(bed: &B) -> Outcome {
    const SWITCH: SockOpt<bool> = SockOpt::new(libc::SOL_SOCKET, libc::SO_RXQ_OVFL);
    let (near, far, to) = two(bed)?;
    far.setsockopt(SWITCH, true)?;
    far.setsockopt(SO_RCVBUF, 4096)?;
    far.setblocking(false)?;
    let sent = 40;
    for _ in 0..sent {
        send(&near, &to, &[])?;
    }
    bed.settle();
    let mut received = 0;
    while let Ok(got) = get(&far) {
        same("none was dropped before these", got.value(SO_RXQ_OVFL), None)?;
        received += 1;
    }
    send(&near, &to, &[])?;
    bed.settle();
    same("dropped", get(&far)?.value(SO_RXQ_OVFL), Some(sent - received))
}

/// What tells the datagram's priority: nothing that this crate has a type for.
const PRIORITY: ControlType<i32> = ControlType::new(libc::SOL_SOCKET, libc::SO_PRIORITY);

fn ask_for_mark_and_priority<H: Host>(socket: &Socket<H>) -> Outcome {
    sets_if_known(socket, SO_RCVMARK, true)?;
    sets_if_known(socket, SO_RCVPRIORITY, true)
}

fn mark_and_priority<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::NetAdmin)?;
    let (near, far, to) = two(bed)?;
    ask_for_mark_and_priority(&far)?;
    send(&near, &to, &[])?;
    let got = get(&far)?;
    same("messages", got.kinds(), [libc::SO_MARK, libc::SO_PRIORITY].map(|kind| (libc::SOL_SOCKET, kind)).to_vec())?;
    same("mark and priority", (got.value(control::SO_MARK), got.value(PRIORITY)), (Some(0), Some(0)))?;
    near.setsockopt(option::SO_MARK, 0x8000_0007)?;
    near.setsockopt(SO_PRIORITY, 5)?;
    send(&near, &to, &[])?;
    let got = get(&far)?;
    same("set by options", (got.value(control::SO_MARK), got.value(PRIORITY)), (Some(0x8000_0007), Some(5)))?;
    let both = [one(control::SO_MARK, 3)?, one(PRIORITY, 2)?].concat();
    send(&near, &to, &both)?;
    let got = get(&far)?;
    same("set for this one", (got.value(control::SO_MARK), got.value(PRIORITY)), (Some(3), Some(2)))?;
    far.setsockopt(SO_RCVMARK, false)?;
    send(&near, &to, &[])?;
    same("messages", get(&far)?.kinds(), vec![(libc::SOL_SOCKET, libc::SO_PRIORITY)])
}

fn mark_stays_here<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::NetAdmin)?;
    let (near, far, to) = two(bed)?;
    ask_for_mark_and_priority(&far)?;
    near.setsockopt(option::SO_MARK, 7)?;
    near.setsockopt(SO_PRIORITY, 5)?;
    send(&near, &to, &[])?;
    let got = get(&far)?;
    same("mark and priority", (got.value(control::SO_MARK), got.value(PRIORITY)), (Some(0), Some(0)))
}

fn bad_hop_limits<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    ask_for_hop_limits(bed, &far)?;
    let message = hop_limit_message(bed);
    for value in by_family(bed, [0, 256, -1], [-2, 256, 1000]) {
        fails(send(&near, &to, &one(message, value)?), Errno::EINVAL)?;
    }
    for len in [0, 1, 3, 5] {
        let message = bytes(message.level(), message.kind(), &[1; 5][..len])?;
        fails(send(&near, &to, &message), Errno::EINVAL)?;
    }
    if bed.family() == Family::INET6 {
        // The number is cut to 16 bits before it is looked at (`struct ipcm6_cookie`).
        for (value, comes) in [(-1, 64), (0, 0), (i32::MIN, 0), (0x1_0005, 5)] {
            send(&near, &to, &one(message, value)?)?;
            same("hop limit", get(&far)?.value(message), Some(comes))?;
        }
    }
    Ok(())
}

fn bad_traffic_classes<B: Bed>(bed: &B) -> Outcome {
    let (near, _far, to) = two(bed)?;
    let (level, kind) = by_family(bed, (0, libc::IP_TOS), (libc::IPPROTO_IPV6, libc::IPV6_TCLASS));
    for value in [256, -2] {
        fails(send(&near, &to, &bytes(level, kind, &i32::to_ne_bytes(value))?), Errno::EINVAL)?;
    }
    for len in by_family(bed, vec![0, 2, 3, 5], vec![0, 1, 2, 3, 5]) {
        fails(send(&near, &to, &bytes(level, kind, &[0; 5][..len])?), Errno::EINVAL)?;
    }
    for len in by_family(bed, vec![1, 4], vec![4]) {
        same("sendmsg", send(&near, &to, &bytes(level, kind, &[0; 5][..len])?)?, 1)?;
    }
    Ok(())
}

fn bad_interfaces<B: Bed>(bed: &B) -> Outcome {
    let (near, _far, to) = two(bed)?;
    let (level, kind) = by_family(bed, (0, libc::IP_PKTINFO), (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO));
    // IPv6 takes a longer one.
    for len in by_family(bed, vec![0, 11, 13], vec![0, 19]) {
        fails(send(&near, &to, &bytes(level, kind, &[0; 21][..len])?), Errno::EINVAL)?;
    }
    if bed.family() == Family::INET6 {
        let info = Pkt6Info { addr: Ipv6Addr::UNSPECIFIED, ifindex: 9999 };
        fails(send(&near, &to, &one(control::IPV6_PKTINFO, info)?), Errno::ENODEV)?;
    }
    Ok(())
}

fn unknown_kinds<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    let own = by_family(bed, libc::IPPROTO_IP, libc::IPPROTO_IPV6);
    for level in [own, libc::SOL_SOCKET] {
        fails(send(&near, &to, &bytes(level, 199, &[0; 4])?), Errno::EINVAL)?;
    }
    for level in [libc::IPPROTO_TCP, 199, by_family(bed, libc::IPPROTO_IPV6, libc::IPPROTO_IP)] {
        same("sendmsg", send(&near, &to, &bytes(level, 199, &[0; 4])?)?, 1)?;
    }
    get(&far).map(drop)?;
    // Credentials are for others.
    same("sendmsg", send(&near, &to, &bytes(libc::SOL_SOCKET, libc::SCM_CREDENTIALS, &[0; 12])?)?, 1)
}

fn malformed<B: Bed>(bed: &B) -> Outcome {
    let (near, far, to) = two(bed)?;
    let message = one(hop_limit_message(bed), 9)?;
    for len in [0, 1, cmsg_len(0)? - 1, message.len() + 1, usize::MAX] {
        let mut message = message.clone();
        message[..size_of::<usize>()].copy_from_slice(&len.to_ne_bytes());
        fails(send(&near, &to, &message), Errno::EINVAL)?;
    }
    far.setblocking(false)?;
    bed.settle();
    fails(get(&far), Errno::EAGAIN)
}

fn mapped_on_ipv6<B: Bed>(bed: &B) -> Outcome {
    let far = bed.far().udp_of(Family::INET6)?;
    far.bind(&Addr::ANY_V6)?;
    far.setsockopt(IPV6_RECVPKTINFO, true)?;
    far.setsockopt(IPV6_RECVHOPLIMIT, true)?;
    let near = bed.near().udp_of(Family::INET)?;
    let to = Addr::v4(Ipv4Addr::LOCALHOST, far.getsockname()?.port().unwrap_or(0));
    send(&near, &to, &[])?;
    let got = get(&far)?;
    let expected = Pkt6Info { addr: Ipv4Addr::LOCALHOST.to_ipv6_mapped(), ifindex: 1 };
    same("in6_pktinfo", got.value(control::IPV6_PKTINFO), Some(expected))?;
    same("messages", got.kinds().len(), 1)?;
    far.setsockopt(IP_RECVTTL, true)?;
    send(&near, &to, &[])?;
    same("hop limit", get(&far)?.value(control::IP_TTL), Some(64))
}
