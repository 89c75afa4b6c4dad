//! CAN frames on the bus: `CAN_RAW`. Filters and the other options are in `can_raw_options.rs`.

use std::{io::IoSliceMut, time::Duration};

use wavetank_api::{
    Addr, CanAddr, Errno, Family, Host, MsgFlags, Net, PollEvents, Protocol, RecvMsg, Shutdown, SockFlags, SockType,
    Socket, c,
    can::{CanFilter, CanFrame, CanId},
    control::{ControlMessages, SCM_TIMESTAMP},
    option::{SO_DOMAIN, SO_ERROR, SO_PROTOCOL, SO_TIMESTAMP, SO_TYPE},
};

use super::can::{
    CAN_RAW, Result, bus, frame, hears, hears_nothing, index_of, interface_ioctl, raw_on, sends, set_up, socket,
};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, fails, holds, polls, same},
    need::Need,
};

/// An interface that is a cable: its other end, which the kernel makes with it, is called vxcan0.
const CABLE: Need = CAN_RAW.with_links(&[("near0", "vxcan")]);

cases! { can::raw, needs CAN_RAW:
    what_it_is apart
        "A raw CAN socket tells its family and type; its protocol is 0, whatever it was made with"
        from "can_create does not set sk_protocol";
    types_and_protocols apart
        "SOCK_RAW goes with CAN_RAW and SOCK_DGRAM with CAN_BCM (EPROTOTYPE); protocols that nobody made are EPROTONOSUPPORT, those above 7 EINVAL"
        from "can_create; CAN_NPROTO";
    unbound apart
        "A socket that was never bound is on no interface: getsockname says 0, send ENXIO, and nothing is heard"
        from "raw_sendmsg: dev_get_by_index(0); raw_getname";
    reaches_the_others apart
        "A frame reaches every other socket on the bus, byte for byte, and none on another bus"
        from "Documentation/networking/can.rst, 4.1";
    names_the_interface apart
        "recvfrom tells the interface that the frame came from"
        from "Documentation/networking/can.rst, 4.1: recvfrom; raw_recvmsg";
    order_is_kept apart
        "Frames are heard in the order in which they were sent"
        from "Documentation/networking/can.rst, 3.2";
    own_frames_are_not_heard apart
        "Who sends does not hear it, unless CAN_RAW_RECV_OWN_MSGS is set"
        from "Documentation/networking/can.rst, 4.1.4";
    no_loopback apart
        "Without CAN_RAW_LOOPBACK no socket of this machine hears the frame, nor does the sender that wants his own"
        from "Documentation/networking/can.rst, 4.1.3; can_send";
    local_frames_are_marked apart
        "A frame of this machine has MSG_DONTROUTE, one's own MSG_CONFIRM too"
        from "Documentation/networking/can.rst, 4.1.7; raw_rcv";
    foreign_frames_are_not_marked apart needs CABLE
        "A frame from elsewhere has neither flag"
        from "Documentation/networking/can.rst, 4.1.7; raw_rcv";
    every_interface apart
        "Bound to interface 0 a socket hears every bus; to send it must say which (ENXIO)"
        from "Documentation/networking/can.rst, 4.1; raw_sendmsg";
    sendto_another_interface apart
        "sendto goes out of the interface of the address, whatever the socket is bound to"
        from "raw_sendmsg: msg_name before ro->ifindex";
    bind_again apart
        "A bound socket may be bound again, and hears the other bus from then on"
        from "raw_bind has no check of ro->bound";
    bind_refused apart
        "An address that is too short or of another family: EINVAL; an interface that is not there or no CAN: ENODEV"
        from "raw_bind; RAW_MIN_NAMELEN";
    sendto_refused apart
        "sendto an address that is too short or of another family: EINVAL; an interface that is not there: ENXIO; no CAN: EPERM (seen on 6.1 and 6.12), EINVAL (7.3)"
        from "raw_sendmsg; can_send: ARPHRD_CAN";
    a_longer_address apart
        "What follows the interface in an address is not looked at"
        from "raw_bind: only can_ifindex is read";
    wrong_lengths apart
        "A message that is not as long as a frame, or a frame that says more than 8 bytes: EINVAL"
        from "raw_sendmsg: CAN_MTU; can_send";
    remote_requests apart
        "A remote transmission request passes with its length"
        from "Documentation/networking/can.rst, 2.1; linux/can.h CAN_RTR_FLAG";
    eight_bytes_with_a_longer_code apart
        "len8_dlc passes beside 8 bytes"
        from "linux/can.h: len8_dlc, since Linux 5.11";
    a_short_buffer apart
        "What does not fit into the buffer is lost: MSG_TRUNC is told, and the count is what did fit, also if MSG_TRUNC was asked for"
        from "raw_recvmsg";
    peek apart
        "MSG_PEEK looks at the frame and leaves it"
        from "recv(2); skb_recv_datagram";
    out_of_band apart
        "MSG_OOB and whatever else recv does not know passes; MSG_ERRQUEUE finds nothing: EAGAIN"
        from "raw_recvmsg looks at MSG_ERRQUEUE alone";
    interface_goes_down apart
        "When the interface goes down: ENETDOWN once, from recv or SO_ERROR; send says ENETDOWN as long as it is down"
        from "raw_notify NETDEV_DOWN; can_send";
    binding_to_a_downed_interface apart
        "bind to an interface that is down succeeds, and leaves ENETDOWN for the next call"
        from "raw_bind: notify_enetdown";
    interface_comes_back apart
        "When the interface is up again everything goes on without another bind"
        from "raw_notify has no NETDEV_UP; the filters have stayed";
    interface_is_taken_away apart
        "When the interface is no more: ENODEV once; the socket is bound to nothing then, and has no filters either"
        from "raw_notify NETDEV_UNREGISTER";
    not_a_connection apart
        "connect, listen, accept, shutdown, getpeername and socketpair: EOPNOTSUPP"
        from "raw_ops: sock_no_connect and so on; getname with a peer";
    poll apart
        "poll: writable from the beginning, readable when there is a frame"
        from "datagram_poll";
    timestamps apart
        "With SO_TIMESTAMP a frame comes with the time of day at which it was received"
        from "Documentation/networking/can.rst, 4.1: SO_TIMESTAMP; socket(7)";
    gathered apart
        "A frame may lie in several buffers, both ways"
        from "sendmsg(2), recvmsg(2)";
    interface_numbers apart
        "SIOCGIFINDEX and SIOCGIFNAME are each other's inverse on a CAN socket; SIOCGIFMTU of a virtual bus is CAN FD's (72), or CAN XL's (2060, seen on 7.3)"
        from "Documentation/networking/can.rst, 4.1: SIOCGIFINDEX; netdevice(7); vcan_setup";
    requests_of_other_families apart
        "FIONREAD and SIOCOUTQ are no requests of a CAN socket: ENOTTY"
        from "can_sock_no_ioctlcmd";
}

fn what_it_is<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    same("SO_DOMAIN", socket.getsockopt(SO_DOMAIN)?, Family::CAN)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::RAW)?;
    same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, Protocol::DEFAULT)
}

fn types_and_protocols<B: Bed>(bed: &B) -> Outcome {
    let make = |kind, protocol| {
        Socket::with_protocol(bed.near().host, Family::CAN, kind, Protocol::from_raw(protocol)).map(drop)
    };
    fails(make(SockType::DGRAM, c::CAN_RAW), Errno::EPROTOTYPE)?;
    fails(make(SockType::STREAM, c::CAN_RAW), Errno::EPROTOTYPE)?;
    fails(make(SockType::RAW, c::CAN_BCM), Errno::EPROTOTYPE)?;
    // CAN_TP16, CAN_TP20, CAN_MCNET: never made.
    for protocol in [0, 3, 4, 5] {
        fails(make(SockType::RAW, protocol), Errno::EPROTONOSUPPORT)?;
    }
    [-1, 8, 262].into_iter().try_for_each(|protocol| fails(make(SockType::RAW, protocol), Errno::EINVAL))
}

const NOWHERE: Addr = Addr::Can(CanAddr::Raw { ifindex: 0 });

fn unbound<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (socket(bed, &CAN_RAW)?, raw_on(bed, "vcan0")?);
    same("getsockname", socket.getsockname()?, NOWHERE)?;
    fails(socket.send(&frame(1, b"").encode()), Errno::ENXIO)?;
    sends(&other, &frame(1, b"").encode())?;
    hears_nothing(bed, &socket)
}

fn reaches_the_others<B: Bed>(bed: &B) -> Outcome {
    let (sender, elsewhere) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan1")?);
    let others = [raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?];
    let frames = [frame(0x123, b"whatever"), frame(0, b""), CanFrame::new(CanId::extended(0x123), &[0, 255]).unwrap()];
    for frame in frames {
        sends(&sender, &frame.encode())?;
        others.iter().try_for_each(|other| hears(other, &frame))?;
    }
    hears_nothing(bed, &elsewhere)?;
    hears_nothing(bed, &sender)
}

fn names_the_interface<B: Bed>(bed: &B) -> Outcome {
    let (sender, receiver) = (raw_on(bed, "vcan1")?, raw_on(bed, "vcan1")?);
    same("getsockname", receiver.getsockname()?, bus(bed, "vcan1")?)?;
    sends(&sender, &frame(1, b"x").encode())?;
    let (count, from) = receiver.recvfrom(&mut [0; 16])?;
    same("count", count, CanFrame::LEN)?;
    same("from", from, bus(bed, "vcan1")?)
}

fn order_is_kept<B: Bed>(bed: &B) -> Outcome {
    let (sender, receiver) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    let frames = (0..50).map(|number: u16| frame(0x7ff - number, &number.to_be_bytes()));
    frames.clone().try_for_each(|frame| sends(&sender, &frame.encode()))?;
    frames.into_iter().try_for_each(|frame| hears(&receiver, &frame))
}

pub(super) fn set<H: Host>(socket: &Socket<H>, option: i32, value: i32) -> Outcome {
    Ok(socket.setsockopt_raw(c::SOL_CAN_RAW, option, &value.to_ne_bytes())?)
}

fn own_frames_are_not_heard<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    sends(&socket, &frame(1, b"").encode())?;
    hears_nothing(bed, &socket)?;
    set(&socket, c::CAN_RAW_RECV_OWN_MSGS, 1)?;
    sends(&socket, &frame(2, b"").encode())?;
    hears(&socket, &frame(2, b""))?;
    hears(&other, &frame(1, b""))?;
    hears(&other, &frame(2, b""))
}

fn no_loopback<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    set(&socket, c::CAN_RAW_LOOPBACK, 0)?;
    set(&socket, c::CAN_RAW_RECV_OWN_MSGS, 1)?;
    sends(&socket, &frame(1, b"").encode())?;
    hears_nothing(bed, &other)?;
    hears_nothing(bed, &socket)?;
    set(&socket, c::CAN_RAW_LOOPBACK, 1)?;
    sends(&socket, &frame(2, b"").encode())?;
    hears(&other, &frame(2, b""))?;
    hears(&socket, &frame(2, b""))
}

/// The flags that come with the next frame.
fn flags_of<H: Host>(socket: &Socket<H>) -> Result<MsgFlags> {
    becomes(socket, PollEvents::IN)?;
    let mut buf = [0; 128];
    let mut bufs = [IoSliceMut::new(&mut buf)];
    let mut msg = RecvMsg::new(&mut bufs);
    socket.recvmsg(&mut msg, MsgFlags::DONTWAIT)?;
    Ok(msg.flags)
}

fn local_frames_are_marked<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    set(&socket, c::CAN_RAW_RECV_OWN_MSGS, 1)?;
    sends(&socket, &frame(1, b"").encode())?;
    same("flags of the own frame", flags_of(&socket)?, MsgFlags::DONTROUTE | MsgFlags::CONFIRM)?;
    same("flags of a neighbour's", flags_of(&other)?, MsgFlags::DONTROUTE)
}

fn foreign_frames_are_not_marked<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (raw_on(bed, "near0")?, socket(bed, &CAN_RAW)?);
    set_up(&far, "vxcan0", true)?;
    far.bind(&bus(bed, "vxcan0")?)?;
    sends(&far, &frame(1, b"").encode())?;
    same("flags", flags_of(&near)?, MsgFlags::empty())?;
    sends(&near, &frame(2, b"back").encode())?;
    hears(&far, &frame(2, b"back"))
}

fn every_interface<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    socket.bind(&NOWHERE)?;
    same("getsockname", socket.getsockname()?, NOWHERE)?;
    for name in ["vcan0", "vcan1"] {
        sends(&raw_on(bed, name)?, &frame(1, b"").encode())?;
        same("from", socket.recvfrom(&mut [0; 16])?.1, bus(bed, name)?)?;
    }
    fails(socket.send(&frame(1, b"").encode()), Errno::ENXIO)?;
    let other = raw_on(bed, "vcan1")?;
    socket.sendto(&frame(3, b"to one").encode(), &bus(bed, "vcan1")?)?;
    hears(&other, &frame(3, b"to one"))
}

fn sendto_another_interface<B: Bed>(bed: &B) -> Outcome {
    let (socket, here, there) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?, raw_on(bed, "vcan1")?);
    same("sendto", socket.sendto(&frame(1, b"").encode(), &bus(bed, "vcan1")?)?, CanFrame::LEN)?;
    hears(&there, &frame(1, b""))?;
    hears_nothing(bed, &here)
}

fn bind_again<B: Bed>(bed: &B) -> Outcome {
    let (socket, here, there) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?, raw_on(bed, "vcan1")?);
    socket.bind(&bus(bed, "vcan1")?)?;
    same("getsockname", socket.getsockname()?, bus(bed, "vcan1")?)?;
    sends(&here, &frame(1, b"").encode())?;
    sends(&there, &frame(2, b"").encode())?;
    hears(&socket, &frame(2, b""))?;
    hears_nothing(bed, &socket)?;
    socket.bind(&bus(bed, "vcan1")?)?;
    socket.bind(&NOWHERE)?;
    sends(&here, &frame(3, b"").encode())?;
    hears(&socket, &frame(3, b""))
}

/// An address of that family with these bytes after it.
fn raw_addr(family: Family, bytes: &[u8]) -> Addr {
    Addr::Raw { family: family.raw() as u16, bytes: bytes.into() }
}

/// The bytes of a CAN address of an interface, as many as are wanted.
fn with_length(ifindex: u32, len: usize) -> Addr {
    let bytes = [&[0; 2][..], &ifindex.to_ne_bytes(), &[0xee; 64]].concat();
    raw_addr(Family::CAN, &bytes[..len])
}

fn bind_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    let vcan0 = index_of(bed, "vcan0")?;
    for len in 0..6 {
        fails(socket.bind(&with_length(vcan0, len)), Errno::EINVAL)?;
    }
    fails(socket.bind(&Addr::Unspec), Errno::EINVAL)?;
    fails(socket.bind(&Addr::ANY_V4), Errno::EINVAL)?;
    fails(socket.bind(&raw_addr(Family::VSOCK, &[0; 14])), Errno::EINVAL)?;
    for ifindex in [9_999, u32::MAX, 1 << 31, index_of(bed, "lo")?] {
        fails(socket.bind(&Addr::Can(CanAddr::Raw { ifindex })), Errno::ENODEV)?;
    }
    same("getsockname", socket.getsockname()?, NOWHERE)
}

fn sendto_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = raw_on(bed, "vcan0")?;
    let vcan0 = index_of(bed, "vcan0")?;
    let frame = frame(1, b"").encode();
    for len in 0..6 {
        fails(socket.sendto(&frame, &with_length(vcan0, len)), Errno::EINVAL)?;
    }
    fails(socket.sendto(&frame, &Addr::Unspec), Errno::EINVAL)?;
    fails(socket.sendto(&frame, &Addr::ANY_V6), Errno::EINVAL)?;
    for ifindex in [0, 9_999, u32::MAX] {
        fails(socket.sendto(&frame, &Addr::Can(CanAddr::Raw { ifindex })), Errno::ENXIO)?;
    }
    let no_can = if bed.kernel() < (7, 0) { Errno::EPERM } else { Errno::EINVAL };
    fails(socket.sendto(&frame, &bus(bed, "lo")?), no_can)
}

fn a_longer_address<B: Bed>(bed: &B) -> Outcome {
    let (sender, receiver) = (raw_on(bed, "vcan0")?, socket(bed, &CAN_RAW)?);
    let vcan0 = index_of(bed, "vcan0")?;
    for len in [6, 7, 14, 22, 60] {
        receiver.bind(&with_length(vcan0, len))?;
        same("getsockname", receiver.getsockname()?, bus(bed, "vcan0")?)?;
        sender.sendto(&frame(len as u16, b"").encode(), &with_length(vcan0, len))?;
        hears(&receiver, &frame(len as u16, b""))?;
    }
    Ok(())
}

fn wrong_lengths<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    for len in [0, 1, 15, 17, 71, 72, 73, 4_096, 100_000] {
        fails(socket.send(&vec![0; len]), Errno::EINVAL)?;
    }
    for len in [9, 64, 255] {
        fails(socket.send(&CanFrame { len, ..frame(1, b"") }.encode()), Errno::EINVAL)?;
    }
    hears_nothing(bed, &other)
}

fn remote_requests<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    for id in [CanId::standard(0x12).remote(), CanId::extended(0x12).remote()] {
        let request = CanFrame { len: 5, ..CanFrame::new(id, b"").unwrap() };
        sends(&socket, &request.encode())?;
        hears(&other, &request)?;
    }
    Ok(())
}

fn eight_bytes_with_a_longer_code<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    let frame = CanFrame { len8_dlc: 15, ..frame(1, b"12345678") };
    sends(&socket, &frame.encode())?;
    hears(&other, &frame)
}

fn a_short_buffer<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    for flags in [MsgFlags::empty(), MsgFlags::TRUNC] {
        sends(&socket, &frame(0x55, b"lost").encode())?;
        let mut buf = [0; 5];
        let mut bufs = [IoSliceMut::new(&mut buf)];
        let mut msg = RecvMsg::new(&mut bufs);
        same("count", other.recvmsg(&mut msg, flags)?, 5)?;
        same("flags", msg.flags, MsgFlags::TRUNC | MsgFlags::DONTROUTE)?;
        same("bytes", buf, [0x55, 0, 0, 0, 4])?;
    }
    hears_nothing(bed, &other)
}

fn peek<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    sends(&socket, &frame(7, b"look").encode())?;
    let mut buf = [0; 16];
    same("peek", other.recv_with(&mut buf, MsgFlags::PEEK)?, 16)?;
    same("frame", CanFrame::decode(&buf), Some(frame(7, b"look")))?;
    hears(&other, &frame(7, b"look"))?;
    hears_nothing(bed, &other)
}

fn out_of_band<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    fails(other.recv_with(&mut [0; 16], MsgFlags::ERRQUEUE), Errno::EAGAIN)?;
    same("send", socket.send_with(&frame(1, b"").encode(), MsgFlags::OOB)?, 16)?;
    same("recv", other.recv_with(&mut [0; 16], MsgFlags::OOB)?, 16)
}

fn interface_goes_down<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    set_up(&socket, "vcan0", false)?;
    polls(&socket, PollEvents::OUT | PollEvents::ERR)?;
    fails(socket.recv(&mut [0; 16]), Errno::ENETDOWN)?;
    fails(socket.recv_with(&mut [0; 16], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    same("SO_ERROR", other.getsockopt(SO_ERROR)?, Some(Errno::ENETDOWN))?;
    same("SO_ERROR", other.getsockopt(SO_ERROR)?, None)?;
    for _ in 0..2 {
        fails(socket.send(&frame(1, b"").encode()), Errno::ENETDOWN)?;
    }
    Ok(())
}

fn binding_to_a_downed_interface<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    set_up(&socket, "vcan0", false)?;
    socket.bind(&bus(bed, "vcan0")?)?;
    same("getsockname", socket.getsockname()?, bus(bed, "vcan0")?)?;
    fails(socket.recv(&mut [0; 16]), Errno::ENETDOWN)
}

fn interface_comes_back<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    set_up(&socket, "vcan0", false)?;
    set_up(&socket, "vcan0", true)?;
    fails(other.recv(&mut [0; 16]), Errno::ENETDOWN)?;
    // `sock_alloc_send_skb` takes the error, too.
    fails(socket.send(&frame(1, b"").encode()), Errno::ENETDOWN)?;
    sends(&socket, &frame(2, b"back").encode())?;
    hears(&other, &frame(2, b"back"))
}

fn interface_is_taken_away<B: Bed>(bed: &B) -> Outcome {
    let socket = raw_on(bed, "vcan0")?;
    bed.unplug("vcan0")?;
    fails(socket.recv(&mut [0; 16]), Errno::ENODEV)?;
    same("getsockname", socket.getsockname()?, NOWHERE)?;
    fails(socket.send(&frame(1, b"").encode()), Errno::ENXIO)?;
    socket.bind(&bus(bed, "vcan1")?)?;
    let other = raw_on(bed, "vcan1")?;
    sends(&other, &frame(1, b"unheard").encode())?;
    hears_nothing(bed, &socket)?;
    let every = CanFilter { id: 0, mask: 0 };
    socket.setsockopt_raw(c::SOL_CAN_RAW, c::CAN_RAW_FILTER, &CanFilter::encode(&[every]))?;
    sends(&other, &frame(1, b"again").encode())?;
    hears(&socket, &frame(1, b"again"))
}

fn not_a_connection<B: Bed>(bed: &B) -> Outcome {
    let socket = raw_on(bed, "vcan0")?;
    fails(socket.connect(&bus(bed, "vcan0")?), Errno::EOPNOTSUPP)?;
    fails(socket.connect(&Addr::Unspec), Errno::EOPNOTSUPP)?;
    fails(socket.listen(1), Errno::EOPNOTSUPP)?;
    fails(socket.accept(), Errno::EOPNOTSUPP)?;
    fails(socket.shutdown(Shutdown::Both), Errno::EOPNOTSUPP)?;
    fails(socket.getpeername(), Errno::EOPNOTSUPP)?;
    let pair =
        bed.near().host.socketpair(Family::CAN, SockType::RAW, SockFlags::empty(), Protocol::from_raw(c::CAN_RAW));
    fails(pair, Errno::EOPNOTSUPP)
}

fn poll<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    polls(&other, PollEvents::OUT)?;
    sends(&socket, &frame(1, b"").encode())?;
    becomes(&other, PollEvents::IN)?;
    polls(&other, PollEvents::IN | PollEvents::OUT)?;
    hears(&other, &frame(1, b""))?;
    polls(&other, PollEvents::OUT)
}

fn timestamps<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    other.setsockopt(SO_TIMESTAMP, true)?;
    let before = bed.near().host.wall_clock();
    sends(&socket, &frame(1, b"").encode())?;
    becomes(&other, PollEvents::IN)?;
    let (mut buf, mut control) = ([0; 16], [0; 128]);
    let mut bufs = [IoSliceMut::new(&mut buf)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut control);
    other.recvmsg(&mut msg, MsgFlags::DONTWAIT)?;
    let len = msg.control_len;
    let stamp = ControlMessages::new(&control[..len]).find(SCM_TIMESTAMP);
    let stamp: Duration = stamp.flatten().ok_or_else(|| Stop::failed("there is no timestamp"))?;
    let after = bed.near().host.wall_clock();
    // It has microseconds.
    holds("the frame came between sending and receiving", stamp + Duration::from_micros(1) >= before && stamp <= after)
}

fn gathered<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (raw_on(bed, "vcan0")?, raw_on(bed, "vcan0")?);
    let bytes = frame(0x321, b"in parts").encode();
    let parts: Vec<_> = bytes.chunks(5).map(std::io::IoSlice::new).collect();
    same("sendmsg", socket.sendmsg(&wavetank_api::SendMsg::new(&parts), MsgFlags::empty())?, 16)?;
    becomes(&other, PollEvents::IN)?;
    let (mut head, mut data) = ([0; 8], [0; 20]);
    let mut bufs = [IoSliceMut::new(&mut head), IoSliceMut::new(&mut data)];
    same("recvmsg", other.recvmsg(&mut RecvMsg::new(&mut bufs), MsgFlags::DONTWAIT)?, 16)?;
    same("head", &head[..], &bytes[..8])?;
    same("data", &data[..8], b"in parts")
}

fn interface_numbers<B: Bed>(bed: &B) -> Outcome {
    let socket = socket(bed, &CAN_RAW)?;
    let index = interface_ioctl(&socket, libc::SIOCGIFINDEX, "vcan1", 0)?;
    same("SIOCGIFINDEX", index as u32, index_of(bed, "vcan1")?)?;
    let mut request = [0; 40];
    request[16..20].copy_from_slice(&index.to_ne_bytes());
    socket.ioctl(libc::SIOCGIFNAME, &mut request)?;
    same("SIOCGIFNAME", &request[..6], b"vcan1\0")?;
    let mtu = interface_ioctl(&socket, libc::SIOCGIFMTU, "vcan1", 0)?;
    same("SIOCGIFMTU", mtu, if bed.kernel() < (7, 0) { c::CANFD_MTU } else { c::CANXL_MTU })?;
    let mut request = [b'x'; 40];
    fails(socket.ioctl(libc::SIOCGIFINDEX, &mut request), Errno::ENODEV)?;
    fails(socket.ioctl(libc::SIOCGIFNAME, &mut [0; 40]), Errno::ENODEV)
}

fn requests_of_other_families<B: Bed>(bed: &B) -> Outcome {
    let socket = raw_on(bed, "vcan0")?;
    fails(socket.ioctl(libc::FIONREAD, &mut [0; 4]), Errno::ENOTTY)?;
    fails(socket.ioctl(libc::TIOCOUTQ, &mut [0; 4]), Errno::ENOTTY)
}
