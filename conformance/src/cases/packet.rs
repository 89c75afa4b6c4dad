//! Frames of the link layer: `AF_PACKET`. `packet(7)`.
//!
//! The interfaces are loopback and a bridge without ports: what goes out there goes nowhere.

use wavetank_api::{
    Addr, Errno, Family, HwAddr, MsgFlags, Net, PacketAddr, PollEvents, Protocol, Shutdown, SockType, Socket,
    option::SO_TYPE,
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, holds, polls, same},
    message::recvmsg,
    need::Need,
};

pub(super) const PACKET: Need =
    Need::socket(Family::PACKET, SockType::RAW, Protocol::DEFAULT).with_links(&[("br7", "bridge")]);

cases! { packet, needs PACKET:
    types apart
        "RAW and DGRAM; another type: ESOCKTNOSUPPORT; the protocol is in network byte order"
        from "packet(7); packet_create";
    nothing_of_a_stream apart
        "connect, listen, accept, shutdown, getpeername: EOPNOTSUPP"
        from "packet_ops";
    protocol_0_hears_nothing apart
        "With protocol 0 nothing is heard until bind says which"
        from "packet(7); packet_create";
    sniffer apart
        "With ETH_P_ALL a datagram over loopback is seen twice: leaving and arriving, with all headers"
        from "packet(7); dev_queue_xmit_nit, __netif_receive_skb_core";
    one_protocol apart
        "With one protocol only what arrives is seen, and only of that"
        from "packet(7); ptype_base";
    without_the_link_header apart
        "DGRAM is the same without the link's header"
        from "packet(7)";
    where_it_came apart
        "The address tells the interface, its kind, the protocol, the direction, and the sender's link address"
        from "packet(7) sockaddr_ll; packet_rcv";
    bound_to_an_interface apart
        "bind chooses interface and protocol; getsockname tells these, and the interface's kind and address"
        from "packet(7); packet_bind, packet_getname";
    bound_again apart
        "bind may be repeated; protocol 0 means the one that it was made with"
        from "packet_bind: pkt_sk(sk)->num";
    what_cannot_be_bound apart
        "No such interface: ENODEV; an address that is too short, or of another family: EINVAL"
        from "packet_bind, packet_do_bind";
    fresh_name apart
        "Before bind the name has the protocol, and no interface"
        from "packet_getname";
    a_frame_as_it_is apart
        "RAW sends the frame as it is given"
        from "packet(7); packet_snd";
    a_header_of_the_kernels apart
        "DGRAM: the kernel writes the header, from the address and the interface"
        from "packet(7); packet_snd: dev_hard_header";
    no_way_out apart
        "Not bound and without an address: ENXIO; an interface that there is not: ENXIO; an address too short: EINVAL"
        from "packet_snd";
    dgram_without_an_address apart
        "DGRAM on Ethernet to an empty link address goes to the bytes that are there, zeroes; bound, with no address at all: EINVAL"
        from "packet_snd: sll_addr; eth_header";
    too_short_or_too_long apart
        "A frame without a whole header: EINVAL; one that is longer than the MTU and the header: EMSGSIZE"
        from "packet_snd: dev_validate_header, dev->mtu + reserve";
    an_interface_that_is_down apart
        "send: ENETDOWN; bind succeeds, and the next call says ENETDOWN; an interface that goes down says so once, too"
        from "packet_snd: IFF_UP; packet_do_bind, packet_notifier";
    truncated apart
        "What does not fit is lost, with MSG_TRUNC; with the flag in recv the length is the frame's; MSG_PEEK takes nothing"
        from "packet_recvmsg";
    no_urgent_data apart
        "MSG_OOB in recv: EINVAL, as any flag that it does not know; in send it is not looked at"
        from "packet_recvmsg, packet_snd";
}

pub(super) const ETH_P_ALL: u16 = 3;
pub(super) const ETH_P_IP: u16 = 0x0800;
/// A number for experiments, IEEE 802 local experimental 1.
pub(super) const EXPERIMENT: u16 = 0x88b5;
const ARPHRD_ETHER: u16 = 1;
const ARPHRD_LOOPBACK: u16 = 772;
pub(super) const PACKET_HOST: u8 = 0;
pub(super) const PACKET_OUTGOING: u8 = 4;

pub(super) fn packet<B: Bed>(bed: &B, kind: SockType, protocol: u16) -> Result<Socket<B::Host>, Stop> {
    let protocol = Protocol::from_raw(protocol.to_be().into());
    Ok(Socket::with_protocol(bed.near().host, Family::PACKET, kind, protocol)?)
}

/// The number of an interface of the case's machine.
pub(super) fn index<B: Bed>(bed: &B, name: &str) -> Result<u32, Stop> {
    let found = bed.near().host.if_nameindex()?;
    found.iter().find(|entry| entry.1 == name).map(|entry| entry.0).ok_or_else(|| Stop::failed("no such interface"))
}

/// A socket on an interface.
pub(super) fn on<B: Bed>(bed: &B, name: &str, kind: SockType, protocol: u16) -> Result<Socket<B::Host>, Stop> {
    let socket = packet(bed, kind, 0)?;
    socket.bind(&PacketAddr::new(protocol, index(bed, name)?).into())?;
    Ok(socket)
}

fn address(addr: &Addr) -> Result<&PacketAddr, Stop> {
    match addr {
        Addr::Packet(addr) => Ok(addr),
        other => Err(Stop::failed(&format!("expected an address of the link layer, got {other}"))),
    }
}

/// The next frame and what the link layer says of it, among those that are of the protocol: IPv6 has things of its own to say.
pub(super) fn frame<B: Bed>(socket: &Socket<B::Host>, protocol: u16) -> Result<(Vec<u8>, PacketAddr), Stop> {
    let mut buf = vec![0; 70_000];
    loop {
        let (count, from) = socket.recvfrom(&mut buf)?;
        let from = address(&from)?;
        if from.protocol == protocol {
            return Ok((buf[..count].to_vec(), from.clone()));
        }
    }
}

fn nothing_more<B: Bed>(socket: &Socket<B::Host>, protocol: u16) -> Outcome {
    let mut buf = [0; 2_000];
    loop {
        match socket.recvfrom_with(&mut buf, MsgFlags::DONTWAIT) {
            Ok((_, from)) if address(&from)?.protocol != protocol => {}
            other => return fails(other, Errno::EAGAIN),
        }
    }
}

/// Sends a datagram over loopback.
pub(super) fn chatter<B: Bed>(bed: &B, data: &[u8]) -> Result<Socket<B::Host>, Stop> {
    let receiver = bed.near().bound_udp()?;
    bed.near().udp()?.sendto(data, &receiver.getsockname()?)?;
    Ok(receiver)
}

/// An Ethernet header and some data.
fn experiment(data: &[u8]) -> Vec<u8> {
    [&[0xff; 6][..], &[2, 0, 0, 0, 0, 1], &EXPERIMENT.to_be_bytes(), data].concat()
}

fn types<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::RAW, SockType::DGRAM] {
        same("SO_TYPE", packet(bed, kind, ETH_P_ALL)?.getsockopt(SO_TYPE)?, kind)?;
    }
    for kind in [SockType::STREAM, SockType::SEQPACKET, SockType::RDM] {
        fails(Socket::new(bed.near().host, Family::PACKET, kind), Errno::ESOCKTNOSUPPORT)?;
    }
    fails(Socket::pair(bed.near().host, Family::PACKET, SockType::RAW), Errno::EOPNOTSUPP)
}

fn nothing_of_a_stream<B: Bed>(bed: &B) -> Outcome {
    let socket = on(bed, "lo", SockType::RAW, EXPERIMENT)?;
    fails(socket.connect(&socket.getsockname()?), Errno::EOPNOTSUPP)?;
    fails(socket.listen(1), Errno::EOPNOTSUPP)?;
    fails(socket.accept(), Errno::EOPNOTSUPP)?;
    fails(socket.shutdown(Shutdown::Both), Errno::EOPNOTSUPP)?;
    fails(socket.getpeername(), Errno::EOPNOTSUPP)
}

fn protocol_0_hears_nothing<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, 0)?;
    chatter(bed, b"unheard")?;
    fails(socket.recv_with(&mut [0; 64], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    socket.bind(&PacketAddr::new(ETH_P_IP, 0).into())?;
    chatter(bed, b"heard")?;
    holds("it ends with the data", frame::<B>(&socket, ETH_P_IP)?.0.ends_with(b"heard"))
}

fn sniffer<B: Bed>(bed: &B) -> Outcome {
    // On every interface there would be what the bridge has to say of its multicast groups.
    let socket = on(bed, "lo", SockType::RAW, ETH_P_ALL)?;
    let receiver = chatter(bed, b"overheard")?;
    let port = receiver.getsockname()?.port().unwrap_or(0);
    for direction in [PACKET_OUTGOING, PACKET_HOST] {
        let (bytes, from) = frame::<B>(&socket, ETH_P_IP)?;
        same("direction", from.pkttype, direction)?;
        same("length", bytes.len(), 14 + 20 + 8 + 9)?;
        same("ether type", &bytes[12..14], &ETH_P_IP.to_be_bytes())?;
        same("version and protocol", (bytes[14] >> 4, bytes[23]), (4, 17))?;
        same("port", u16::from_be_bytes([bytes[36], bytes[37]]), port)?;
        same("data", &bytes[42..], b"overheard")?;
    }
    nothing_more::<B>(&socket, ETH_P_IP)
}

fn one_protocol<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (packet(bed, SockType::RAW, ETH_P_IP)?, packet(bed, SockType::RAW, EXPERIMENT)?);
    chatter(bed, b"once")?;
    same("direction", frame::<B>(&socket, ETH_P_IP)?.1.pkttype, PACKET_HOST)?;
    for socket in [&socket, &other] {
        fails(socket.recv_with(&mut [0; 64], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    }
    Ok(())
}

fn without_the_link_header<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::DGRAM, ETH_P_IP)?;
    chatter(bed, b"overheard")?;
    let (bytes, _) = frame::<B>(&socket, ETH_P_IP)?;
    same("length", bytes.len(), 20 + 8 + 9)?;
    same("version", bytes[0] >> 4, 4)
}

fn where_it_came<B: Bed>(bed: &B) -> Outcome {
    let loopback = packet(bed, SockType::DGRAM, ETH_P_IP)?;
    chatter(bed, b"x")?;
    let expected = PacketAddr {
        protocol: ETH_P_IP,
        ifindex: index(bed, "lo")?,
        hatype: ARPHRD_LOOPBACK,
        pkttype: PACKET_HOST,
        addr: [0; 6].into(),
    };
    same("on loopback", frame::<B>(&loopback, ETH_P_IP)?.1, expected)?;
    let sniffer = on(bed, "br7", SockType::RAW, ETH_P_ALL)?;
    on(bed, "br7", SockType::RAW, EXPERIMENT)?.send(&experiment(b"some data"))?;
    let expected = PacketAddr {
        protocol: EXPERIMENT,
        ifindex: index(bed, "br7")?,
        hatype: ARPHRD_ETHER,
        pkttype: PACKET_OUTGOING,
        addr: [2, 0, 0, 0, 0, 1].into(),
    };
    same("on Ethernet", frame::<B>(&sniffer, EXPERIMENT)?.1, expected)
}

/// The link address of an interface.
fn hw_addr<B: Bed>(bed: &B, name: &str) -> Result<HwAddr, Stop> {
    Ok(address(&on(bed, name, SockType::RAW, EXPERIMENT)?.getsockname()?)?.addr)
}

fn bound_to_an_interface<B: Bed>(bed: &B) -> Outcome {
    for (name, hatype) in [("lo", ARPHRD_LOOPBACK), ("br7", ARPHRD_ETHER)] {
        let socket = on(bed, name, SockType::RAW, ETH_P_IP)?;
        let told = socket.getsockname()?;
        let told = address(&told)?;
        let expected = (ETH_P_IP, index(bed, name)?, hatype, PACKET_HOST);
        same(name, (told.protocol, told.ifindex, told.hatype, told.pkttype), expected)?;
        same("length of the address", told.addr.as_bytes().len(), 6)?;
    }
    same("loopback's", hw_addr(bed, "lo")?, [0; 6].into())?;
    holds("the bridge's", hw_addr(bed, "br7")? != [0; 6].into())?;
    let elsewhere = on(bed, "br7", SockType::RAW, ETH_P_IP)?;
    chatter(bed, b"on loopback")?;
    fails(elsewhere.recv_with(&mut [0; 64], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn bound_again<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, ETH_P_IP)?;
    for name in ["br7", "lo"] {
        socket.bind(&PacketAddr::new(0, index(bed, name)?).into())?;
        let told = socket.getsockname()?;
        same(name, address(&told)?.ifindex, index(bed, name)?)?;
        same("protocol", address(&told)?.protocol, ETH_P_IP)?;
    }
    chatter(bed, b"heard")?;
    holds("it ends with the data", frame::<B>(&socket, ETH_P_IP)?.0.ends_with(b"heard"))
}

fn what_cannot_be_bound<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, 0)?;
    fails(socket.bind(&PacketAddr::new(ETH_P_IP, 999).into()), Errno::ENODEV)?;
    let bytes = [0; 4].into();
    fails(socket.bind(&Addr::Raw { family: libc::AF_PACKET as u16, bytes }), Errno::EINVAL)?;
    let bytes = [0; 18].into();
    fails(socket.bind(&Addr::Raw { family: libc::AF_INET as u16, bytes }), Errno::EINVAL)
}

fn fresh_name<B: Bed>(bed: &B) -> Outcome {
    same("with a protocol", packet(bed, SockType::RAW, ETH_P_IP)?.getsockname()?, PacketAddr::new(ETH_P_IP, 0).into())?;
    same("without", packet(bed, SockType::RAW, 0)?.getsockname()?, PacketAddr::new(0, 0).into())
}

fn a_frame_as_it_is<B: Bed>(bed: &B) -> Outcome {
    let sniffer = on(bed, "br7", SockType::RAW, ETH_P_ALL)?;
    let sent = experiment(b"as it is");
    let bound = on(bed, "br7", SockType::RAW, EXPERIMENT)?;
    same("send", bound.send(&sent)?, sent.len())?;
    same("the frame", frame::<B>(&sniffer, EXPERIMENT)?.0, sent.clone())?;
    let unbound = packet(bed, SockType::RAW, 0)?;
    same("sendto", unbound.sendto(&sent, &PacketAddr::new(EXPERIMENT, index(bed, "br7")?).into())?, sent.len())?;
    same("the frame", frame::<B>(&sniffer, EXPERIMENT)?.0, sent)
}

fn a_header_of_the_kernels<B: Bed>(bed: &B) -> Outcome {
    let sniffer = on(bed, "br7", SockType::RAW, ETH_P_ALL)?;
    let destination = [0xff; 6];
    let to = PacketAddr { addr: destination.into(), ..PacketAddr::new(EXPERIMENT, index(bed, "br7")?) };
    same("sendto", packet(bed, SockType::DGRAM, 0)?.sendto(b"data", &to.into())?, 4)?;
    let source = hw_addr(bed, "br7")?;
    let expected = [&destination[..], source.as_bytes(), &EXPERIMENT.to_be_bytes(), b"data"].concat();
    same("the frame", frame::<B>(&sniffer, EXPERIMENT)?.0, expected)
}

fn no_way_out<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, EXPERIMENT)?;
    fails(socket.send(&experiment(b"x")), Errno::ENXIO)?;
    fails(socket.sendto(&experiment(b"x"), &PacketAddr::new(EXPERIMENT, 999).into()), Errno::ENXIO)?;
    let short = Addr::Raw { family: libc::AF_PACKET as u16, bytes: [0; 4].into() };
    fails(socket.sendto(&experiment(b"x"), &short), Errno::EINVAL)
}

fn dgram_without_an_address<B: Bed>(bed: &B) -> Outcome {
    let sniffer = on(bed, "br7", SockType::RAW, ETH_P_ALL)?;
    let to = PacketAddr::new(EXPERIMENT, index(bed, "br7")?).into();
    same("sendto", packet(bed, SockType::DGRAM, 0)?.sendto(b"data", &to)?, 4)?;
    same("destination", frame::<B>(&sniffer, EXPERIMENT)?.0[..6].to_vec(), vec![0; 6])?;
    fails(on(bed, "br7", SockType::DGRAM, EXPERIMENT)?.send(b"data"), Errno::EINVAL)
}

fn too_short_or_too_long<B: Bed>(bed: &B) -> Outcome {
    let socket = on(bed, "br7", SockType::RAW, EXPERIMENT)?;
    fails(socket.send(&experiment(b"")[..13]), Errno::EINVAL)?;
    fails(socket.send(b""), Errno::EINVAL)?;
    let longest = experiment(&[7; 1_500]);
    same("send", socket.send(&longest)?, 1_514)?;
    fails(socket.send(&[&longest[..], b"x"].concat()), Errno::EMSGSIZE)
}

/// Sets or clears IFF_UP by `netdevice(7)`.
fn set_up<B: Bed>(bed: &B, name: &str, up: bool) -> Outcome {
    let socket = bed.near().udp()?;
    let mut request = [0; size_of::<libc::ifreq>()];
    request[..name.len()].copy_from_slice(name.as_bytes());
    socket.ioctl(libc::SIOCGIFFLAGS, &mut request)?;
    let flags = u16::from_ne_bytes([request[16], request[17]]);
    let up_flag = libc::IFF_UP as u16;
    let flags = if up { flags | up_flag } else { flags & !up_flag };
    request[16..18].copy_from_slice(&flags.to_ne_bytes());
    socket.ioctl(libc::SIOCSIFFLAGS, &mut request)?;
    Ok(())
}

fn an_interface_that_is_down<B: Bed>(bed: &B) -> Outcome {
    let before = on(bed, "br7", SockType::RAW, EXPERIMENT)?;
    set_up(bed, "br7", false)?;
    polls(&before, PollEvents::OUT | PollEvents::ERR)?;
    fails(before.recv(&mut [0; 4]), Errno::ENETDOWN)?;
    fails(before.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    let after = on(bed, "br7", SockType::RAW, EXPERIMENT)?;
    fails(after.recv(&mut [0; 4]), Errno::ENETDOWN)?;
    fails(before.send(&experiment(b"x")), Errno::ENETDOWN)?;
    set_up(bed, "br7", true)?;
    same("send", before.send(&experiment(b"x"))?, 15)
}

fn truncated<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::DGRAM, ETH_P_IP)?;
    for _ in 0..2 {
        chatter(bed, b"longer than the room")?;
    }
    same("peek", recvmsg(&socket, 100, MsgFlags::PEEK)?.data.len(), 48)?;
    let got = recvmsg(&socket, 6, MsgFlags::empty())?;
    same("data", got.data.len(), 6)?;
    holds("MSG_TRUNC is set", got.flags.contains(MsgFlags::TRUNC))?;
    same("recv with MSG_TRUNC", socket.recv_with(&mut [0; 6], MsgFlags::TRUNC)?, 48)?;
    fails(socket.recv_with(&mut [0; 6], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn no_urgent_data<B: Bed>(bed: &B) -> Outcome {
    let socket = on(bed, "br7", SockType::RAW, EXPERIMENT)?;
    same("send", socket.send_with(&experiment(b"x"), MsgFlags::OOB)?, 15)?;
    for flags in [MsgFlags::OOB, MsgFlags::WAITALL] {
        fails(socket.recv_with(&mut [0; 4], flags | MsgFlags::DONTWAIT), Errno::EINVAL)?;
    }
    Ok(())
}
