//! Bluetooth's four kinds of sockets as far as they go without a controller: what they are, what they are bound to, what they refuse.

use wavetank_api::{
    Addr, BdAddr, BluetoothAddr, Errno, Family, Protocol, SockType, Socket, c,
    option::{HCI_DATA_DIR, HCI_TIME_STAMP, SO_DOMAIN, SO_PROTOCOL, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, same},
    need::Need,
};

const fn need(kind: SockType, protocol: i32) -> Need {
    Need::socket(Family::BLUETOOTH, kind, Protocol::from_raw(protocol))
}

const HCI: Need = need(SockType::RAW, c::BTPROTO_HCI);
const L2CAP: Need = need(SockType::SEQPACKET, c::BTPROTO_L2CAP);
const RFCOMM: Need = need(SockType::STREAM, c::BTPROTO_RFCOMM);
const SCO: Need = need(SockType::SEQPACKET, c::BTPROTO_SCO);

cases! { bluetooth::unplugged, needs HCI:
    hci_is_raw alone
        "An HCI socket is raw and nothing else"
        from "hci_sock_create";
    hci_without_a_controller alone
        "A controller that is not there is ENODEV; bound to none, the socket has no name: EBADFD"
        from "hci_sock_bind, hci_sock_getname";
    hci_options alone
        "HCI_DATA_DIR and HCI_TIME_STAMP are off, and can be switched on"
        from "hci_sock_setsockopt_old";
    l2cap_kinds alone needs L2CAP
        "L2CAP carries packets, datagrams, streams and raw frames, and tells its protocol"
        from "l2cap_sock_create";
    l2cap_bound alone needs L2CAP
        "A multiplexer is bound once for an address and told by getsockname; an even one is no multiplexer: EINVAL"
        from "l2cap_sock_bind, l2cap_validate_bredr_psm";
    l2cap_to_nobody alone needs L2CAP
        "Without a controller there is no way to any device: EHOSTUNREACH; without a peer there is none to tell"
        from "l2cap_chan_connect: hci_get_route";
    rfcomm_kinds alone needs RFCOMM
        "RFCOMM carries streams and raw frames; packets are ESOCKTNOSUPPORT"
        from "rfcomm_sock_create";
    rfcomm_bound alone needs RFCOMM
        "A channel is bound by one listener for an address; a second says EADDRINUSE"
        from "rfcomm_sock_bind, rfcomm_sock_listen";
    rfcomm_chooses_a_channel alone needs RFCOMM
        "Channel 0 is bound; listening, it becomes the first that is free, from 1 on"
        from "rfcomm_sock_listen";
    rfcomm_to_nobody alone needs RFCOMM
        "Without a controller there is no way to any device: EHOSTUNREACH"
        from "rfcomm_sock_connect: rfcomm_session_create";
    sco_bound alone needs SCO
        "A SCO socket is bound to an address, once, and listens for one"
        from "sco_sock_bind, sco_sock_listen";
    sco_to_nobody alone needs SCO
        "Without a controller there is no way to any device: EHOSTUNREACH"
        from "sco_connect: hci_get_route";
    addresses_of_other_families alone needs L2CAP
        "An address of another family, or cut short: EINVAL"
        from "l2cap_sock_bind, l2cap_sock_connect";
}

type Result<T> = std::result::Result<T, Stop>;

/// A device that is not there.
const NOBODY: BdAddr = BdAddr([0x00, 0x11, 0x22, 0x33, 0x44, 0x55]);
const ANY: BdAddr = BdAddr([0; 6]);
/// HCI_DEV_NONE of net/bluetooth/hci.h.
const NO_DEVICE: u16 = 0xffff;

#[track_caller]
fn open<B: Bed>(bed: &B, need: &Need) -> Result<Socket<B::Host>> {
    Ok(Socket::with_protocol(bed.near().host, need.family, need.kind, need.protocol)?)
}

fn hci(device: u16) -> Addr {
    Addr::from(BluetoothAddr::Hci { device, channel: 0 })
}

fn l2cap(bdaddr: BdAddr, psm: u16) -> Addr {
    Addr::from(BluetoothAddr::L2cap { bdaddr, psm, cid: 0, bdaddr_type: 0 })
}

fn rfcomm(bdaddr: BdAddr, channel: u8) -> Addr {
    Addr::from(BluetoothAddr::Rfcomm { bdaddr, channel })
}

fn sco(bdaddr: BdAddr) -> Addr {
    Addr::from(BluetoothAddr::Sco { bdaddr })
}

/// Those of the types that this protocol has not.
fn lacks<B: Bed>(bed: &B, protocol: i32, kinds: &[SockType]) -> Outcome {
    for &kind in kinds {
        let opened = Socket::with_protocol(bed.near().host, Family::BLUETOOTH, kind, Protocol::from_raw(protocol));
        fails(opened, Errno::ESOCKTNOSUPPORT)?;
    }
    Ok(())
}

fn hci_is_raw<B: Bed>(bed: &B) -> Outcome {
    let socket = open(bed, &HCI)?;
    same("SO_DOMAIN", socket.getsockopt(SO_DOMAIN)?, Family::BLUETOOTH)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::RAW)?;
    lacks(bed, c::BTPROTO_HCI, &[SockType::STREAM, SockType::DGRAM, SockType::SEQPACKET])
}

fn hci_without_a_controller<B: Bed>(bed: &B) -> Outcome {
    let socket = open(bed, &HCI)?;
    fails(socket.bind(&hci(77)), Errno::ENODEV)?;
    socket.bind(&hci(NO_DEVICE))?;
    fails(socket.getsockname(), Errno::EBADFD)?;
    fails(socket.getpeername(), Errno::EOPNOTSUPP)?;
    fails(socket.listen(1), Errno::EOPNOTSUPP)
}

fn hci_options<B: Bed>(bed: &B) -> Outcome {
    let socket = open(bed, &HCI)?;
    for option in [HCI_DATA_DIR, HCI_TIME_STAMP] {
        same("at first", socket.getsockopt(option)?, false)?;
        socket.setsockopt(option, true)?;
        same("once set", socket.getsockopt(option)?, true)?;
    }
    Ok(())
}

fn l2cap_kinds<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::SEQPACKET, SockType::STREAM, SockType::DGRAM, SockType::RAW] {
        let socket = open(bed, &need(kind, c::BTPROTO_L2CAP))?;
        same("SO_TYPE", socket.getsockopt(SO_TYPE)?, kind)?;
        same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?.raw(), c::BTPROTO_L2CAP)?;
    }
    lacks(bed, c::BTPROTO_L2CAP, &[SockType::RDM])
}

fn l2cap_bound<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (open(bed, &L2CAP)?, open(bed, &L2CAP)?);
    same("a fresh one's name", socket.getsockname()?, l2cap(ANY, 0))?;
    fails(socket.bind(&l2cap(ANY, 0x1002)), Errno::EINVAL)?;
    socket.bind(&l2cap(ANY, 0x1001))?;
    same("getsockname", socket.getsockname()?, l2cap(ANY, 0x1001))?;
    fails(other.bind(&l2cap(ANY, 0x1001)), Errno::EADDRINUSE)?;
    fails(socket.bind(&l2cap(ANY, 0x1003)), Errno::EBADFD)?;
    Ok(socket.listen(1)?)
}

fn l2cap_to_nobody<B: Bed>(bed: &B) -> Outcome {
    let socket = open(bed, &L2CAP)?;
    fails(socket.getpeername(), Errno::ENOTCONN)?;
    fails(socket.connect(&l2cap(NOBODY, 0x1001)), Errno::EHOSTUNREACH)?;
    fails(socket.send(b"x"), Errno::ENOTCONN)
}

fn rfcomm_kinds<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::STREAM, SockType::RAW] {
        let socket = open(bed, &need(kind, c::BTPROTO_RFCOMM))?;
        same("SO_TYPE", socket.getsockopt(SO_TYPE)?, kind)?;
    }
    lacks(bed, c::BTPROTO_RFCOMM, &[SockType::SEQPACKET, SockType::DGRAM])
}

fn rfcomm_bound<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (open(bed, &RFCOMM)?, open(bed, &RFCOMM)?);
    socket.bind(&rfcomm(ANY, 11))?;
    same("getsockname", socket.getsockname()?, rfcomm(ANY, 11))?;
    fails(other.bind(&rfcomm(ANY, 11)), Errno::EADDRINUSE)?;
    socket.listen(1)?;
    fails(socket.getpeername(), Errno::ENOTCONN)
}

fn rfcomm_chooses_a_channel<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (open(bed, &RFCOMM)?, open(bed, &RFCOMM)?);
    for (socket, channel) in [(&socket, 1), (&other, 2)] {
        socket.bind(&rfcomm(ANY, 0))?;
        same("before", socket.getsockname()?, rfcomm(ANY, 0))?;
        socket.listen(1)?;
        same("listening", socket.getsockname()?, rfcomm(ANY, channel))?;
    }
    Ok(())
}

fn rfcomm_to_nobody<B: Bed>(bed: &B) -> Outcome {
    fails(open(bed, &RFCOMM)?.connect(&rfcomm(NOBODY, 1)), Errno::EHOSTUNREACH)
}

fn sco_bound<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (open(bed, &SCO)?, open(bed, &SCO)?);
    socket.bind(&sco(NOBODY))?;
    same("getsockname", socket.getsockname()?, sco(NOBODY))?;
    fails(socket.bind(&sco(ANY)), Errno::EBADFD)?;
    socket.listen(1)?;
    other.bind(&sco(NOBODY))?;
    fails(other.listen(1), Errno::EADDRINUSE)?;
    lacks(bed, c::BTPROTO_SCO, &[SockType::STREAM, SockType::DGRAM, SockType::RAW])
}

fn sco_to_nobody<B: Bed>(bed: &B) -> Outcome {
    fails(open(bed, &SCO)?.connect(&sco(NOBODY)), Errno::EHOSTUNREACH)
}

fn addresses_of_other_families<B: Bed>(bed: &B) -> Outcome {
    let socket = open(bed, &L2CAP)?;
    let other = Addr::v4(std::net::Ipv4Addr::LOCALHOST, 1);
    fails(socket.bind(&other), Errno::EINVAL)?;
    fails(socket.connect(&other), Errno::EINVAL)
}
