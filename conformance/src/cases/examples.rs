//! The documentation's example programs that are no programs of `examples/`: because they need what only one world has, or are a few
//! lines about one call.

use std::io::IoSliceMut;

use wavetank_api::{
    Addr, Family, MsgFlags, Net, PacketAddr, PollEvents, Protocol, RecvMsg, ServerOptions, SockType, Socket, c,
    can::CanFrame,
    create_connection, create_server,
    option::{IPV6_V6ONLY, PACKET_ADD_MEMBERSHIP, PACKET_DROP_MEMBERSHIP, PacketMreq},
};

use super::can::{CAN_RAW, frame, raw_on};
use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, becomes, receives, same},
    need::Need,
};

const PACKET: Need = Need::socket(Family::PACKET, SockType::RAW, Protocol::DEFAULT);

cases! { example:
    recvmsg_into_over_several_buffers once
        "One message fills several buffers, and parts of them"
        from "Python, socket.recvmsg_into";
    sniffer apart needs PACKET
        "A packet socket on an interface in promiscuous mode sees what goes over it, and says from where and to whom"
        from "Python, example of a network sniffer with raw sockets; packet(7)";
    can_raw_echo apart needs CAN_RAW
        "One program sends a frame, another echoes it, and the first receives the echo; each takes the frame apart"
        from "Python, example of socket.CAN_RAW; Documentation/networking/can.rst";
    create_server_dual_stack once
        "One server of IPv6 takes connections over both versions"
        from "Python, socket.create_server(dualstack_ipv6=True)";
}

fn recvmsg_into_over_several_buffers<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = bed.near().unix()?;
    let (mut b1, mut b2, mut b3) = (*b"----", *b"0123456789", *b"--------------");
    near.send(b"Mary had a little lamb")?;
    let bufs = &mut [IoSliceMut::new(&mut b1), IoSliceMut::new(&mut b2[2..9]), IoSliceMut::new(&mut b3)];
    let mut msg = RecvMsg::new(bufs);
    same("bytes received", far.recvmsg(&mut msg, MsgFlags::empty())?, 22)?;
    same("control", msg.control_len, 0)?;
    same("flags", msg.flags, MsgFlags::empty())?;
    same("the first", &b1, b"Mary")?;
    same("the second", &b2, b"01 had a 9")?;
    same("the third", &b3, b"little lamb---")
}

fn create_server_dual_stack<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let host = bed.near().host;
    let options = ServerOptions { family: Family::INET6, dualstack_ipv6: true, ..ServerOptions::default() };
    let server = create_server(host, ("", 0), options)?;
    same("family", server.family(), Family::INET6)?;
    same("IPV6_V6ONLY", server.getsockopt(IPV6_V6ONLY)?, false)?;
    let port = server.getsockname()?.port().unwrap_or(0);
    for (to, from) in [("127.0.0.1", "::ffff:127.0.0.1"), ("::1", "::1")] {
        let client = create_connection(host, (to, port), None)?;
        let (accepted, peer) = server.accept()?;
        same("the peer", peer.ip().map(|ip| ip.to_string()), Some(from.to_owned()))?;
        client.sendall(b"hello")?;
        receives(&accepted, b"hello")?;
    }
    Ok(())
}

fn sniffer<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let lo = host.if_nametoindex("lo")?;
    let sniffer = Socket::with_protocol(host, Family::PACKET, SockType::RAW, Protocol::DEFAULT)?;
    sniffer.bind(&Addr::from(PacketAddr::new(c::ETH_P_IP as u16, lo)))?;
    sniffer.setsockopt(PACKET_ADD_MEMBERSHIP, PacketMreq::promiscuous(lo as i32))?;

    let (near, far) = (bed.near().bound_udp()?, bed.near().bound_udp()?);
    near.sendto(b"a datagram to be seen", &far.getsockname()?)?;
    becomes(&sniffer, PollEvents::IN)?;
    let mut packet = [0; 65_565];
    let (len, from) = sniffer.recvfrom(&mut packet)?;
    let Addr::Packet(from) = from else { return Err(Stop::failed(&format!("the sender is {from}"))) };
    same("protocol and interface", (i32::from(from.protocol), from.ifindex), (c::ETH_P_IP, lo))?;
    // Ethernet, IPv4, UDP, data.
    same("bytes", len, 14 + 20 + 8 + 21)?;
    same("EtherType", &packet[12..14], &[8, 0])?;
    same("IP version and protocol", (packet[14] >> 4, i32::from(packet[23])), (4, c::IPPROTO_UDP))?;
    same("ports", port_at(&packet, 34), near.getsockname()?.port())?;
    same("ports", port_at(&packet, 36), far.getsockname()?.port())?;
    same("data", &packet[42..len], b"a datagram to be seen")?;
    Ok(sniffer.setsockopt(PACKET_DROP_MEMBERSHIP, PacketMreq::promiscuous(lo as i32))?)
}

fn port_at(packet: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([packet[at], packet[at + 1]]))
}

fn can_raw_echo<B: Bed>(bed: &B) -> Outcome {
    let (first, second) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    let sent = frame(0x01, b"\x01\x02\x03");
    first.sendall(&sent.encode())?;

    let mut bytes = [0; CanFrame::LEN];
    same("bytes received", second.recv(&mut bytes)?, CanFrame::LEN)?;
    let received = CanFrame::decode(&bytes).ok_or_else(|| Stop::failed("no frame"))?;
    same("identifier and length", (received.id.number(), received.len), (0x01, 3))?;
    same("data", received.data(), &[1, 2, 3])?;
    second.sendall(&bytes)?;

    receives(&first, &sent.encode())
}
