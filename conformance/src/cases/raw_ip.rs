//! Raw IP: packets of one protocol, with or without their header. `raw(7)`, RFC 3542 section 3.

use std::net::{Ipv4Addr, Ipv6Addr};

use wavetank_api::{
    Addr, Errno, Family, MsgFlags, Protocol, Result, SockOpt, SockType, Socket,
    option::{IP_HDRINCL, SO_PROTOCOL, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, holds, receives, same},
    need::Need,
};

const RAW: Need = Need::socket(Family::INET, SockType::RAW, Protocol::ICMP);

cases! { raw_ip, needs RAW:
    a_protocol_is_needed apart
        "Without a protocol: EPROTONOSUPPORT; with one above 255: EINVAL or EPROTONOSUPPORT"
        from "inet_create, inet6_create";
    what_it_is apart
        "SO_PROTOCOL is the protocol; so is the port of a fresh socket's name"
        from "inet_create: inet_num = protocol, and inet_sport of it";
    echo apart
        "IPv4: the request and the kernel's answer are both heard on loopback, each with its IP header"
        from "raw(7); raw_local_deliver; icmp_echo";
    echo_v6 apart
        "IPv6: the same without headers; and the kernel computes the checksum of ICMPv6"
        from "RFC 3542 sections 3 and 3.1; rawv6_push_pending_frames";
    filter apart
        "ICMP_FILTER: types whose bit is set are not heard"
        from "raw(7); icmp_filter";
    filter_v6 apart
        "ICMP6_FILTER: likewise, with 256 bits"
        from "RFC 3542 section 3.2; icmpv6_filter";
    everybody_hears apart
        "A packet goes to every socket of its protocol"
        from "raw_v4_input";
    bind_chooses_the_destination apart
        "A bound socket hears only what is sent to its address"
        from "raw_v4_match: inet_rcv_saddr";
    connect_chooses_the_source apart
        "A connected socket hears only its peer, and send goes there; getpeername says ENOTCONN if the peer's port was 0"
        from "raw_v4_match: inet_daddr; inet_getname: inet_dport; __ip4_datagram_connect";
    no_destination apart
        "send without an address: EDESTADDRREQ"
        from "raw_sendmsg, rawv6_sendmsg";
    the_port_is_not_looked_at apart
        "A port in the destination does nothing with IPv4; with IPv6 it must be 0 or the protocol: EINVAL"
        from "raw(7); rawv6_sendmsg: proto != inet->inet_num";
    malformed_addresses apart
        "An address that is too short: EINVAL; of another family: EAFNOSUPPORT"
        from "raw_sendmsg, rawv6_sendmsg, raw_bind";
    not_an_address_of_ours apart
        "bind to an address of nobody's: EADDRNOTAVAIL"
        from "raw_bind";
    no_connections apart
        "listen and accept: EOPNOTSUPP; getpeername: ENOTCONN"
        from "inet_sockraw_ops";
    no_urgent_data apart
        "MSG_OOB: EOPNOTSUPP"
        from "raw_sendmsg, raw_recvmsg";
    header_of_the_senders apart
        "IP_HDRINCL: the sender writes the header; the kernel the checksum, the length, and what of source and identification is 0"
        from "raw(7); raw_send_hdrinc";
    ipproto_raw apart
        "IPPROTO_RAW has IP_HDRINCL from the beginning, and hears nothing"
        from "raw(7); inet_create: hdrincl = 1";
    header_that_is_none apart
        "IP_HDRINCL: less than a header, or less than the header says it is: EINVAL"
        from "raw_send_hdrinc";
    too_long apart
        "More than 65,535 bytes: EMSGSIZE; with IP_HDRINCL more than the MTU"
        from "raw_sendmsg: len > 0xFFFF; raw_send_hdrinc: length > rt->dst.dev->mtu";
    checksum_v6 apart
        "IPV6_CHECKSUM: the kernel writes the checksum there; an odd place: EINVAL; ICMPv6's own cannot be moved: EINVAL"
        from "RFC 3542 section 3.1; do_rawv6_setsockopt";
    checksum_of_the_received apart
        "And drops what comes with a wrong one"
        from "RFC 3542 section 3.1; rawv6_rcv";
    truncated apart
        "What does not fit is lost, with MSG_TRUNC; with the flag in recv the length is the packet's"
        from "raw_recvmsg";
}

/// Numbers for experiments, RFC 3692.
const EXPERIMENT: Protocol = Protocol::from_raw(253);
const SOL_RAW: i32 = 255;
const ICMP_FILTER: i32 = 1;
const ICMP6_FILTER: i32 = 1;
const IPV6_CHECKSUM: SockOpt<i32> = SockOpt::new(libc::IPPROTO_IPV6, 7);

fn raw<B: Bed>(bed: &B, protocol: Protocol) -> Result<Socket<B::Host>> {
    Socket::with_protocol(bed.near().host, Family::INET, SockType::RAW, protocol)
}

fn raw6<B: Bed>(bed: &B, protocol: Protocol) -> Result<Socket<B::Host>> {
    Socket::with_protocol(bed.near().host, Family::INET6, SockType::RAW, protocol)
}

fn local() -> Addr {
    Addr::v4(Ipv4Addr::LOCALHOST, 0)
}

fn local6() -> Addr {
    Addr::v6(Ipv6Addr::LOCALHOST, 0)
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)])));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !(((folded & 0xffff) + (folded >> 16)) as u16)
}

/// An echo message of ICMP: its type, identification 0x1234, number 1, and some data.
pub(super) fn echo_message(kind: u8) -> Vec<u8> {
    let mut bytes = vec![kind, 0, 0, 0, 0x12, 0x34, 0, 1];
    bytes.extend(b"wavetank");
    let sum = checksum(&bytes);
    bytes[2..4].copy_from_slice(&sum.to_be_bytes());
    bytes
}

const ECHO_REPLY: u8 = 0;
const ECHO: u8 = 8;
const ECHO_V6: u8 = 128;
const ECHO_REPLY_V6: u8 = 129;

fn packet<B: Bed>(socket: &Socket<B::Host>) -> std::result::Result<Vec<u8>, Stop> {
    Ok(socket.recv_vec(2_000)?)
}

fn nothing_more<B: Bed>(socket: &Socket<B::Host>) -> Outcome {
    fails(socket.recv_with(&mut [0; 64], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn a_protocol_is_needed<B: Bed>(bed: &B) -> Outcome {
    fails(raw(bed, Protocol::DEFAULT), Errno::EPROTONOSUPPORT)?;
    fails(raw6(bed, Protocol::DEFAULT), Errno::EPROTONOSUPPORT)?;
    for number in [-1, 100_000] {
        fails(raw(bed, Protocol::from_raw(number)), Errno::EINVAL)?;
        fails(raw6(bed, Protocol::from_raw(number)), Errno::EINVAL)?;
    }
    Ok(())
}

fn what_it_is<B: Bed>(bed: &B) -> Outcome {
    let socket = raw(bed, EXPERIMENT)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::RAW)?;
    same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, EXPERIMENT)?;
    same("getsockname", socket.getsockname()?, Addr::ANY_V4.with_port(253))?;
    same("getsockname", raw6(bed, EXPERIMENT)?.getsockname()?, Addr::ANY_V6.with_port(253))
}

fn echo<B: Bed>(bed: &B) -> Outcome {
    let socket = raw(bed, Protocol::ICMP)?;
    let request = echo_message(ECHO);
    same("sendto", socket.sendto(&request, &local())?, request.len())?;
    for message in [request, echo_message(ECHO_REPLY)] {
        let mut buf = [0; 100];
        let (count, from) = socket.recvfrom(&mut buf)?;
        same("from", from, local())?;
        let (header, body) = buf[..count].split_at(20);
        same("version and header length", header[0], 0x45)?;
        same("total length", u16::from_be_bytes([header[2], header[3]]).into(), count)?;
        same("protocol", header[9], 1)?;
        same("header's checksum", checksum(header), 0)?;
        same("message", body, &message[..])?;
    }
    nothing_more::<B>(&socket)
}

fn echo_v6<B: Bed>(bed: &B) -> Outcome {
    let socket = raw6(bed, Protocol::ICMPV6)?;
    let mut request = echo_message(ECHO_V6);
    request[2..4].copy_from_slice(&[0, 0]);
    socket.sendto(&request, &local6())?;
    for kind in [ECHO_V6, ECHO_REPLY_V6] {
        let got = packet::<B>(&socket)?;
        same("type", got[0], kind)?;
        holds("there is a checksum", got[2..4] != [0, 0])?;
        same("the rest", &got[4..], &request[4..])?;
    }
    nothing_more::<B>(&socket)
}

fn filter<B: Bed>(bed: &B) -> Outcome {
    let socket = raw(bed, Protocol::ICMP)?;
    let all_but_replies = !(1_u32 << ECHO_REPLY);
    socket.setsockopt_raw(SOL_RAW, ICMP_FILTER, &all_but_replies.to_ne_bytes())?;
    let mut value = [0; 4];
    same("getsockopt", socket.getsockopt_raw(SOL_RAW, ICMP_FILTER, &mut value)?, 4)?;
    same("value", u32::from_ne_bytes(value), all_but_replies)?;
    socket.sendto(&echo_message(ECHO), &local())?;
    same("type", packet::<B>(&socket)?[20], ECHO_REPLY)?;
    nothing_more::<B>(&socket)?;
    fails(raw(bed, EXPERIMENT)?.setsockopt_raw(SOL_RAW, ICMP_FILTER, &value), Errno::EOPNOTSUPP)
}

fn filter_v6<B: Bed>(bed: &B) -> Outcome {
    let socket = raw6(bed, Protocol::ICMPV6)?;
    let mut blocked = [u32::MAX; 8];
    blocked[usize::from(ECHO_REPLY_V6 / 32)] &= !(1 << (ECHO_REPLY_V6 % 32));
    let value: Vec<_> = blocked.iter().flat_map(|word| word.to_ne_bytes()).collect();
    socket.setsockopt_raw(libc::IPPROTO_ICMPV6, ICMP6_FILTER, &value)?;
    socket.sendto(&echo_message(ECHO_V6), &local6())?;
    same("type", packet::<B>(&socket)?[0], ECHO_REPLY_V6)?;
    nothing_more::<B>(&socket)
}

fn everybody_hears<B: Bed>(bed: &B) -> Outcome {
    let receivers = [raw(bed, EXPERIMENT)?, raw(bed, EXPERIMENT)?];
    let other = raw(bed, Protocol::from_raw(254))?;
    receivers[0].sendto(b"everybody", &local())?;
    for receiver in &receivers {
        same("data", &packet::<B>(receiver)?[20..], b"everybody")?;
        nothing_more::<B>(receiver)?;
    }
    nothing_more::<B>(&other)
}

fn bind_chooses_the_destination<B: Bed>(bed: &B) -> Outcome {
    let [one, two] = [1, 2].map(|last| Addr::v4(Ipv4Addr::new(127, 0, 0, last), 0));
    let receiver = raw(bed, EXPERIMENT)?;
    receiver.bind(&two)?;
    let sender = raw(bed, EXPERIMENT)?;
    sender.sendto(b"one", &one)?;
    sender.sendto(b"two", &two)?;
    same("data", &packet::<B>(&receiver)?[20..], b"two")?;
    nothing_more::<B>(&receiver)
}

fn connect_chooses_the_source<B: Bed>(bed: &B) -> Outcome {
    let [one, two] = [1, 2].map(|last| Addr::v4(Ipv4Addr::new(127, 0, 0, last), 0));
    let socket = raw(bed, EXPERIMENT)?;
    socket.bind(&one)?;
    socket.connect(&two)?;
    fails(socket.getpeername(), Errno::ENOTCONN)?;
    socket.connect(&two.clone().with_port(9))?;
    same("getpeername", socket.getpeername()?, two.clone().with_port(9))?;
    for (from, data) in [(&one, b"from 1"), (&two, b"from 2")] {
        let sender = raw(bed, EXPERIMENT)?;
        sender.bind(from)?;
        sender.sendto(data, &one)?;
    }
    same("data", &packet::<B>(&socket)?[20..], b"from 2")?;
    nothing_more::<B>(&socket)?;
    socket.connect(&Addr::Unspec)?;
    fails(socket.send(b"x"), Errno::EDESTADDRREQ)
}

fn no_destination<B: Bed>(bed: &B) -> Outcome {
    fails(raw(bed, EXPERIMENT)?.send(b"x"), Errno::EDESTADDRREQ)?;
    fails(raw6(bed, EXPERIMENT)?.send(b"x"), Errno::EDESTADDRREQ)
}

fn the_port_is_not_looked_at<B: Bed>(bed: &B) -> Outcome {
    let socket = raw(bed, EXPERIMENT)?;
    same("sendto", socket.sendto(b"x", &local().with_port(9))?, 1)?;
    let socket = raw6(bed, EXPERIMENT)?;
    same("sendto", socket.sendto(b"x", &local6())?, 1)?;
    same("sendto", socket.sendto(b"x", &local6().with_port(253))?, 1)?;
    fails(socket.sendto(b"x", &local6().with_port(9)), Errno::EINVAL)
}

fn malformed_addresses<B: Bed>(bed: &B) -> Outcome {
    for (socket, family) in [(raw(bed, EXPERIMENT)?, libc::AF_INET), (raw6(bed, EXPERIMENT)?, libc::AF_INET6)] {
        let short = Addr::Raw { family: family as u16, bytes: [0; 4].into() };
        fails(socket.bind(&short), Errno::EINVAL)?;
        fails(socket.sendto(b"x", &short), Errno::EINVAL)?;
        let other = Addr::Raw { family: libc::AF_UNIX as u16, bytes: [0; 26].into() };
        fails(socket.sendto(b"x", &other), Errno::EAFNOSUPPORT)?;
    }
    Ok(())
}

fn not_an_address_of_ours<B: Bed>(bed: &B) -> Outcome {
    fails(raw(bed, EXPERIMENT)?.bind(&Addr::v4(Ipv4Addr::new(192, 0, 2, 1), 0)), Errno::EADDRNOTAVAIL)?;
    let nobodys = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    fails(raw6(bed, EXPERIMENT)?.bind(&Addr::v6(nobodys, 0)), Errno::EADDRNOTAVAIL)
}

fn no_connections<B: Bed>(bed: &B) -> Outcome {
    let socket = raw(bed, EXPERIMENT)?;
    fails(socket.listen(1), Errno::EOPNOTSUPP)?;
    fails(socket.accept(), Errno::EOPNOTSUPP)?;
    fails(socket.getpeername(), Errno::ENOTCONN)
}

fn no_urgent_data<B: Bed>(bed: &B) -> Outcome {
    for (socket, to) in [(raw(bed, EXPERIMENT)?, local()), (raw6(bed, EXPERIMENT)?, local6())] {
        fails(socket.sendto_with(b"x", MsgFlags::OOB, &to), Errno::EOPNOTSUPP)?;
        socket.sendto(b"x", &to)?;
        fails(socket.recv_with(&mut [0; 40], MsgFlags::OOB), Errno::EOPNOTSUPP)?;
    }
    Ok(())
}

/// An IPv4 header without length, identification, checksum and source; before it the data's protocol and after it the data.
fn with_header(protocol: Protocol, data: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 9, protocol.raw() as u8, 0, 0, 0, 0, 0, 0, 127, 0, 0, 1];
    packet.extend(data);
    packet
}

fn header_of_the_senders<B: Bed>(bed: &B) -> Outcome {
    let receiver = raw(bed, EXPERIMENT)?;
    let sender = raw(bed, EXPERIMENT)?;
    same("IP_HDRINCL", sender.getsockopt(IP_HDRINCL)?, false)?;
    sender.setsockopt(IP_HDRINCL, true)?;
    // The protocol in the header counts, not the socket's.
    let written = with_header(EXPERIMENT, b"data");
    same("sendto", sender.sendto(&written, &local())?, 24)?;
    let got = packet::<B>(&receiver)?;
    same("total length", got[2..4].to_vec(), vec![0, 24])?;
    holds("there is an identification", got[4..6] != [0, 0])?;
    same("time to live", got[8], 9)?;
    same("checksum", checksum(&got[..20]), 0)?;
    same("source", got[12..16].to_vec(), vec![127, 0, 0, 1])?;
    same("data", &got[20..], b"data")
}

fn ipproto_raw<B: Bed>(bed: &B) -> Outcome {
    let receiver = raw(bed, EXPERIMENT)?;
    let sender = raw(bed, Protocol::RAW)?;
    same("IP_HDRINCL", sender.getsockopt(IP_HDRINCL)?, true)?;
    sender.sendto(&with_header(EXPERIMENT, b"data"), &local())?;
    same("data", &packet::<B>(&receiver)?[20..], b"data")?;
    nothing_more::<B>(&sender)
}

fn header_that_is_none<B: Bed>(bed: &B) -> Outcome {
    let sender = raw(bed, Protocol::RAW)?;
    let mut packet = with_header(EXPERIMENT, b"");
    fails(sender.sendto(&packet[..19], &local()), Errno::EINVAL)?;
    // A header of 24 bytes, says its first byte.
    packet[0] = 0x46;
    fails(sender.sendto(&packet, &local()), Errno::EINVAL)?;
    fails(sender.sendto(b"", &local()), Errno::EINVAL)
}

fn too_long<B: Bed>(bed: &B) -> Outcome {
    let data = vec![0; 65_536];
    fails(raw(bed, EXPERIMENT)?.sendto(&data, &local()), Errno::EMSGSIZE)?;
    fails(raw(bed, EXPERIMENT)?.sendto(&data[1..], &local()), Errno::EMSGSIZE)?;
    same("sendto", raw(bed, EXPERIMENT)?.sendto(&data[21..], &local())?, 65_515)?;
    let sender = raw(bed, Protocol::RAW)?;
    fails(sender.sendto(&with_header(EXPERIMENT, &data), &local()), Errno::EMSGSIZE)
}

fn checksum_v6<B: Bed>(bed: &B) -> Outcome {
    let socket = raw6(bed, EXPERIMENT)?;
    same("IPV6_CHECKSUM", socket.getsockopt(IPV6_CHECKSUM)?, -1)?;
    fails(socket.setsockopt(IPV6_CHECKSUM, 3), Errno::EINVAL)?;
    socket.setsockopt(IPV6_CHECKSUM, 2)?;
    same("IPV6_CHECKSUM", socket.getsockopt(IPV6_CHECKSUM)?, 2)?;
    socket.sendto(&[0xaa, 0xbb, 0, 0, 0xcc, 0xdd], &local6())?;
    let got = packet::<B>(&socket)?;
    // RFC 8200 section 8.1: source, destination, length and protocol are summed, too.
    let mut summed = [&Ipv6Addr::LOCALHOST.octets()[..], &Ipv6Addr::LOCALHOST.octets()].concat();
    summed.extend([0, 0, 0, 6, 0, 0, 0, 253]);
    summed.extend(&got);
    same("checksum", checksum(&summed), 0)?;
    // No place for it in so short a packet.
    fails(socket.sendto(&[0; 2], &local6()), Errno::EINVAL)?;
    fails(raw6(bed, Protocol::ICMPV6)?.setsockopt(IPV6_CHECKSUM, 4), Errno::EINVAL)
}

fn checksum_of_the_received<B: Bed>(bed: &B) -> Outcome {
    let receiver = raw6(bed, EXPERIMENT)?;
    receiver.setsockopt(IPV6_CHECKSUM, 2)?;
    let sender = raw6(bed, EXPERIMENT)?;
    sender.sendto(&[1, 2, 3, 4, 5, 6], &local6())?;
    bed.settle();
    nothing_more::<B>(&receiver)?;
    sender.setsockopt(IPV6_CHECKSUM, 2)?;
    sender.sendto(&[1, 2, 3, 4, 5, 6], &local6())?;
    same("length", packet::<B>(&receiver)?.len(), 6)
}

fn truncated<B: Bed>(bed: &B) -> Outcome {
    let socket = raw6(bed, EXPERIMENT)?;
    for _ in 0..2 {
        socket.sendto(b"longer than the room", &local6())?;
    }
    socket.sendto(b"next", &local6())?;
    let got = crate::message::recvmsg(&socket, 6, MsgFlags::empty())?;
    same("data", &got.data[..], b"longer")?;
    holds("MSG_TRUNC is set", got.flags.contains(MsgFlags::TRUNC))?;
    same("recv with MSG_TRUNC", socket.recv_with(&mut [0; 6], MsgFlags::TRUNC)?, 20)?;
    receives(&socket, b"next")
}
