//! Bluetooth: L2CAP, RFCOMM and SCO, without a controller and with one that reaches nobody. HCI is in `hci.rs`.

use wavetank_api::{
    Addr, BdAddr, BluetoothAddr, Errno, Family, MsgFlags, PollEvents, Protocol, Result, SockType, Socket,
    option::{SO_DOMAIN, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, polls, same},
    need::Need,
    vhci::{ADDRESS, Controller},
};

pub(super) const BLUETOOTH: Family = Family::from_raw(libc::AF_BLUETOOTH);
const L2CAP: Need = Need::socket(BLUETOOTH, SockType::SEQPACKET, Protocol::from_raw(BTPROTO_L2CAP));
const RFCOMM: Need = Need::socket(BLUETOOTH, SockType::STREAM, Protocol::from_raw(BTPROTO_RFCOMM));
const SCO: Need = Need::socket(BLUETOOTH, SockType::SEQPACKET, Protocol::from_raw(BTPROTO_SCO));

cases! { bluetooth, needs L2CAP:
    types_and_protocols alone
        "L2CAP has SEQPACKET, STREAM, DGRAM, RAW; HCI RAW; SCO SEQPACKET; RFCOMM STREAM, RAW; others: ESOCKTNOSUPPORT"
        from "l2cap_sock_create, hci_sock_create, sco_sock_create, rfcomm_sock_create; bt_sock_create";
    a_fresh_one alone
        "A fresh one has an address of zeroes; recv waits, send says ENOTCONN; getpeername, too, but for SCO's"
        from "bt_sock_recvmsg; l2cap_sock_getname, rfcomm_sock_getname, sco_sock_getname";
    malformed_addresses alone
        "An address of another family: EINVAL; one that is too short is filled up with zeroes by L2CAP"
        from "l2cap_sock_bind, l2cap_sock_connect";
    psm_of_l2cap alone
        "L2CAP: a PSM is odd, with an even upper byte: EINVAL; one that is taken: EADDRINUSE"
        from "l2cap_sock_bind: l2cap_is_valid psm; l2cap_add_psm";
    channel_or_psm alone
        "L2CAP: a fixed channel and a PSM at once: EINVAL; a kind of address that there is not: EINVAL"
        from "l2cap_sock_bind, l2cap_sock_connect";
    listens alone
        "listen needs bind: EBADFD; bind twice: EBADFD; bind without a PSM chooses one from 0x1001 on"
        from "l2cap_sock_listen; l2cap_add_psm";
    no_connections_of_datagrams alone
        "L2CAP's DGRAM does not listen: EINVAL"
        from "l2cap_sock_listen";
    connect_without_a_controller alone
        "Without a controller connect says EHOSTUNREACH"
        from "l2cap_chan_connect: hci_get_route";
    rfcomm_channels alone needs RFCOMM
        "RFCOMM: channel 0 becomes one that is free when it listens; one that is taken: EADDRINUSE"
        from "rfcomm_sock_bind, rfcomm_sock_listen";
    rfcomm_addresses alone needs RFCOMM
        "RFCOMM: connect to less than an address, or one of another family: EINVAL; without a controller EHOSTUNREACH"
        from "rfcomm_sock_connect, __rfcomm_dlc_open";
    rfcomm_states alone needs RFCOMM
        "RFCOMM: listen before bind: EBADFD; bind twice: EBADFD"
        from "rfcomm_sock_bind, rfcomm_sock_listen";
    sco alone needs SCO
        "SCO: bind to any, one listener: EADDRINUSE; too short: EINVAL; connect without a controller: EHOSTUNREACH"
        from "sco_sock_bind, sco_sock_listen, sco_connect";
    the_controllers_address alone
        "With a controller its address can be bound, and listened on"
        from "l2cap_sock_bind";
}

const BTPROTO_L2CAP: i32 = 0;
pub(super) const BTPROTO_HCI: i32 = 1;
const BTPROTO_SCO: i32 = 2;
const BTPROTO_RFCOMM: i32 = 3;
const PROTOCOLS: [i32; 4] = [BTPROTO_L2CAP, BTPROTO_HCI, BTPROTO_SCO, BTPROTO_RFCOMM];

/// A device of nobody's.
const FAR: BdAddr = BdAddr([6, 5, 4, 3, 2, 1]);

fn bluetooth<B: Bed>(bed: &B, kind: SockType, protocol: i32) -> Result<Socket<B::Host>> {
    Socket::with_protocol(bed.near().host, BLUETOOTH, kind, Protocol::from_raw(protocol))
}

fn l2cap<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    bluetooth(bed, SockType::SEQPACKET, BTPROTO_L2CAP)
}

fn rfcomm<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    bluetooth(bed, SockType::STREAM, BTPROTO_RFCOMM)
}

fn l2(bdaddr: BdAddr, psm: u16) -> Addr {
    BluetoothAddr::L2cap { bdaddr, psm, cid: 0, bdaddr_type: 0 }.into()
}

fn rc(bdaddr: BdAddr, channel: u8) -> Addr {
    BluetoothAddr::Rfcomm { bdaddr, channel }.into()
}

fn sc(bdaddr: BdAddr) -> Addr {
    BluetoothAddr::Sco { bdaddr }.into()
}

/// Bytes of an address after its family.
fn raw(family: i32, len: usize) -> Addr {
    Addr::Raw { family: family as u16, bytes: vec![0; len].into() }
}

/// A controller that the kernel has set up: it is switched on for some seconds when it is new.
pub(super) fn controller<B: Bed>(bed: &B) -> std::result::Result<Controller, Stop> {
    const READ_BD_ADDR: [u8; 4] = [1, 9, 0x10, 0];
    let controller = Controller::new()?;
    let socket = bluetooth(bed, SockType::RAW, BTPROTO_HCI)?;
    socket.bind(&BluetoothAddr::Hci { device: controller.index(), channel: 0 }.into())?;
    let mut last = None;
    for _ in 0..200 {
        match socket.send(&READ_BD_ADDR) {
            Ok(_) => return Ok(controller),
            Err(error) => last = Some(error),
        }
        bed.settle();
    }
    Err(Stop::failed(&format!("the controller does not come up: {last:?}")))
}

fn types_and_protocols<B: Bed>(bed: &B) -> Outcome {
    use SockType as Type;
    let all = [Type::STREAM, Type::DGRAM, Type::RAW, Type::SEQPACKET, Type::RDM];
    let some = [
        &[Type::STREAM, Type::DGRAM, Type::RAW, Type::SEQPACKET][..],
        &[Type::RAW],
        &[Type::SEQPACKET],
        &[Type::STREAM, Type::RAW],
    ];
    for (protocol, known) in PROTOCOLS.into_iter().zip(some) {
        for kind in all {
            let made = bluetooth(bed, kind, protocol);
            if known.contains(&kind) {
                let made = made?;
                same("SO_DOMAIN", made.getsockopt(SO_DOMAIN)?, BLUETOOTH)?;
                same("SO_TYPE", made.getsockopt(SO_TYPE)?, kind)?;
            } else {
                fails(made, Errno::ESOCKTNOSUPPORT)?;
            }
        }
    }
    fails(bluetooth(bed, Type::STREAM, -1), Errno::EINVAL)?;
    fails(bluetooth(bed, Type::STREAM, 100), Errno::EINVAL)?;
    fails(Socket::pair(bed.near().host, BLUETOOTH, Type::SEQPACKET), Errno::EOPNOTSUPP)
}

fn a_fresh_one<B: Bed>(bed: &B) -> Outcome {
    let sco = bluetooth(bed, SockType::SEQPACKET, BTPROTO_SCO)?;
    let rows = [(l2cap(bed)?, l2(BdAddr::ANY, 0)), (rfcomm(bed)?, rc(BdAddr::ANY, 0)), (sco, sc(BdAddr::ANY))];
    for (socket, name) in rows {
        same("getsockname", socket.getsockname()?, name.clone())?;
        if name == sc(BdAddr::ANY) {
            same("getpeername", socket.getpeername()?, name)?;
        } else {
            fails(socket.getpeername(), Errno::ENOTCONN)?;
        }
        fails(socket.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
        fails(socket.send(b"data"), Errno::ENOTCONN)?;
    }
    Ok(())
}

fn malformed_addresses<B: Bed>(bed: &B) -> Outcome {
    let socket = l2cap(bed)?;
    fails(socket.bind(&raw(libc::AF_UNIX, 12)), Errno::EINVAL)?;
    fails(socket.connect(&raw(libc::AF_UNIX, 12)), Errno::EINVAL)?;
    socket.bind(&raw(libc::AF_BLUETOOTH, 2))?;
    same("getsockname", socket.getsockname()?, l2(BdAddr::ANY, 0x1001))
}

fn psm_of_l2cap<B: Bed>(bed: &B) -> Outcome {
    let socket = l2cap(bed)?;
    for psm in [2, 0x1000, 0x101] {
        fails(socket.bind(&l2(BdAddr::ANY, psm)), Errno::EINVAL)?;
    }
    socket.bind(&l2(BdAddr::ANY, 0x1003))?;
    same("getsockname", socket.getsockname()?, l2(BdAddr::ANY, 0x1003))?;
    fails(l2cap(bed)?.bind(&l2(BdAddr::ANY, 0x1003)), Errno::EADDRINUSE)?;
    socket.close()?;
    Ok(l2cap(bed)?.bind(&l2(BdAddr::ANY, 0x1003))?)
}

fn channel_or_psm<B: Bed>(bed: &B) -> Outcome {
    let addr = |psm, cid, bdaddr_type| BluetoothAddr::L2cap { bdaddr: BdAddr::ANY, psm, cid, bdaddr_type }.into();
    fails(l2cap(bed)?.bind(&addr(0x1001, 0x40, 0)), Errno::EINVAL)?;
    fails(l2cap(bed)?.bind(&addr(0, 0, 9)), Errno::EINVAL)?;
    fails(l2cap(bed)?.connect(&addr(0x1001, 0, 9)), Errno::EINVAL)?;
    Ok(l2cap(bed)?.bind(&addr(0, 0x40, 0))?)
}

fn listens<B: Bed>(bed: &B) -> Outcome {
    let socket = l2cap(bed)?;
    fails(socket.listen(1), Errno::EBADFD)?;
    socket.bind(&l2(BdAddr::ANY, 0))?;
    fails(socket.bind(&l2(BdAddr::ANY, 0)), Errno::EBADFD)?;
    socket.listen(1)?;
    same("getsockname", socket.getsockname()?, l2(BdAddr::ANY, 0x1001))?;
    polls(&socket, PollEvents::empty())?;
    socket.setblocking(false)?;
    fails(socket.accept(), Errno::EAGAIN)
}

fn no_connections_of_datagrams<B: Bed>(bed: &B) -> Outcome {
    let socket = bluetooth(bed, SockType::DGRAM, BTPROTO_L2CAP)?;
    socket.bind(&l2(BdAddr::ANY, 0))?;
    fails(socket.listen(1), Errno::EINVAL)
}

fn connect_without_a_controller<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::SEQPACKET, SockType::STREAM, SockType::DGRAM] {
        fails(bluetooth(bed, kind, BTPROTO_L2CAP)?.connect(&l2(FAR, 0x1001)), Errno::EHOSTUNREACH)?;
    }
    Ok(())
}

fn rfcomm_channels<B: Bed>(bed: &B) -> Outcome {
    let five = rfcomm(bed)?;
    five.bind(&rc(BdAddr::ANY, 5))?;
    five.listen(1)?;
    same("getsockname", five.getsockname()?, rc(BdAddr::ANY, 5))?;
    fails(rfcomm(bed)?.bind(&rc(BdAddr::ANY, 5)), Errno::EADDRINUSE)?;
    let any = rfcomm(bed)?;
    any.bind(&rc(BdAddr::ANY, 0))?;
    same("before listen", any.getsockname()?, rc(BdAddr::ANY, 0))?;
    any.listen(1)?;
    same("after listen", any.getsockname()?, rc(BdAddr::ANY, 1))
}

fn rfcomm_addresses<B: Bed>(bed: &B) -> Outcome {
    fails(rfcomm(bed)?.connect(&raw(libc::AF_BLUETOOTH, 2)), Errno::EINVAL)?;
    fails(rfcomm(bed)?.connect(&raw(libc::AF_UNIX, 8)), Errno::EINVAL)?;
    fails(rfcomm(bed)?.bind(&raw(libc::AF_UNIX, 8)), Errno::EINVAL)?;
    fails(rfcomm(bed)?.connect(&rc(FAR, 0)), Errno::EINVAL)?;
    fails(rfcomm(bed)?.connect(&rc(FAR, 1)), Errno::EHOSTUNREACH)
}

fn rfcomm_states<B: Bed>(bed: &B) -> Outcome {
    let socket = rfcomm(bed)?;
    fails(socket.listen(1), Errno::EBADFD)?;
    socket.bind(&rc(BdAddr::ANY, 0))?;
    fails(socket.bind(&rc(BdAddr::ANY, 0)), Errno::EBADFD)
}

fn sco<B: Bed>(bed: &B) -> Outcome {
    let new = || bluetooth(bed, SockType::SEQPACKET, BTPROTO_SCO);
    fails(new()?.listen(1), Errno::EBADFD)?;
    fails(new()?.bind(&raw(libc::AF_BLUETOOTH, 2)), Errno::EINVAL)?;
    fails(new()?.connect(&raw(libc::AF_BLUETOOTH, 2)), Errno::EINVAL)?;
    let (socket, other) = (new()?, new()?);
    socket.bind(&sc(BdAddr::ANY))?;
    socket.listen(1)?;
    other.bind(&sc(BdAddr::ANY))?;
    fails(other.listen(1), Errno::EADDRINUSE)?;
    fails(new()?.connect(&sc(FAR)), Errno::EHOSTUNREACH)
}

fn the_controllers_address<B: Bed>(bed: &B) -> Outcome {
    let _controller = controller(bed)?;
    let socket = l2cap(bed)?;
    socket.bind(&l2(BdAddr(ADDRESS), 0x1005))?;
    same("getsockname", socket.getsockname()?, l2(BdAddr(ADDRESS), 0x1005))?;
    Ok(socket.listen(1)?)
}
