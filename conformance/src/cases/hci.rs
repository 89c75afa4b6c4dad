//! Bluetooth's controllers themselves: `BTPROTO_HCI`.

use wavetank_api::{
    Addr, BluetoothAddr, Errno, MsgFlags, PollEvents, Protocol, Result, Shutdown, SockOpt, SockType, Socket,
};

use super::bluetooth::{BLUETOOTH, BTPROTO_HCI, controller};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, becomes, fails, holds, same},
    need::Need,
};

const HCI: Need = Need::socket(BLUETOOTH, SockType::RAW, Protocol::from_raw(BTPROTO_HCI));

cases! { bluetooth::hci, needs HCI:
    a_fresh_one alone
        "Before bind: getsockname says EBADFD, recv waits, send says EINVAL"
        from "hci_sock_getname; hci_sock_sendmsg: the longest message is 0 before bind";
    nothing_of_a_stream alone
        "connect, listen, accept, shutdown, getpeername: EOPNOTSUPP"
        from "hci_sock_ops";
    no_such_controller alone
        "bind to a controller that there is not: ENODEV"
        from "hci_sock_bind: hci_dev_get";
    channels_without_a_controller alone
        "The channels of control and of the monitor are of no controller: EINVAL with one; the user's is of one: EINVAL without"
        from "hci_sock_bind: HCI_DEV_NONE";
    malformed_addresses alone
        "An address of another family, a channel that there is not: EINVAL; without a channel it is the raw one"
        from "hci_sock_bind";
    bound_once alone
        "A second bind: EALREADY"
        from "hci_sock_bind: BT_BOUND";
    management alone
        "The channel of control answers: its version, and no controllers"
        from "mgmt_control; doc/mgmt-api.txt of BlueZ";
    unknown_command alone
        "An unknown command is answered with a status; a length that is wrong: EINVAL"
        from "hci_mgmt_cmd: MGMT_STATUS_UNKNOWN_COMMAND";
    told_of_a_controller alone
        "The channel of control tells of a controller that comes; the raw channel of any controller, too"
        from "mgmt_index_added; hci_sock_dev_event";
    a_raw_channel alone
        "Bound to a controller: getsockname tells it; a command goes there, and what passes the filter is its answer"
        from "hci_sock_sendmsg, hci_send_to_sock";
    the_users_channel alone
        "The user's channel needs a controller that is down: EBUSY otherwise"
        from "hci_sock_bind: HCI_CHANNEL_USER";
    options alone
        "HCI_DATA_DIR and HCI_TIME_STAMP are off, the filter lets nothing pass; unknown: ENOPROTOOPT"
        from "hci_sock_getsockopt, hci_sock_setsockopt_old";
}

const RAW: u16 = 0;
const USER: u16 = 1;
const MONITOR: u16 = 2;
const CONTROL: u16 = 3;
const NONE: u16 = 0xffff;

const SOL_HCI: i32 = 0;
const HCI_DATA_DIR: SockOpt<i32> = SockOpt::new(SOL_HCI, 1);
const HCI_FILTER: i32 = 2;
const HCI_TIME_STAMP: SockOpt<i32> = SockOpt::new(SOL_HCI, 3);

fn hci<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    Socket::with_protocol(bed.near().host, BLUETOOTH, SockType::RAW, Protocol::from_raw(BTPROTO_HCI))
}

fn at(device: u16, channel: u16) -> Addr {
    BluetoothAddr::Hci { device, channel }.into()
}

fn bound<B: Bed>(bed: &B, device: u16, channel: u16) -> Result<Socket<B::Host>> {
    let socket = hci(bed)?;
    socket.bind(&at(device, channel))?;
    Ok(socket)
}

fn a_fresh_one<B: Bed>(bed: &B) -> Outcome {
    let socket = hci(bed)?;
    fails(socket.getsockname(), Errno::EBADFD)?;
    fails(socket.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    fails(socket.send(b"abc"), Errno::EINVAL)?;
    fails(socket.send(&[1, 3, 0x0c, 0]), Errno::EINVAL)
}

fn nothing_of_a_stream<B: Bed>(bed: &B) -> Outcome {
    let socket = hci(bed)?;
    fails(socket.connect(&at(0, RAW)), Errno::EOPNOTSUPP)?;
    fails(socket.listen(1), Errno::EOPNOTSUPP)?;
    fails(socket.accept(), Errno::EOPNOTSUPP)?;
    fails(socket.shutdown(Shutdown::Both), Errno::EOPNOTSUPP)?;
    fails(socket.getpeername(), Errno::EOPNOTSUPP)
}

fn no_such_controller<B: Bed>(bed: &B) -> Outcome {
    for channel in [RAW, USER] {
        fails(hci(bed)?.bind(&at(77, channel)), Errno::ENODEV)?;
    }
    let unbound = bound(bed, NONE, RAW)?;
    fails(unbound.getsockname(), Errno::EBADFD)?;
    fails(unbound.send(&[1, 3, 0x0c, 0]), Errno::EBADFD)
}

fn channels_without_a_controller<B: Bed>(bed: &B) -> Outcome {
    for channel in [CONTROL, MONITOR] {
        fails(hci(bed)?.bind(&at(0, channel)), Errno::EINVAL)?;
        bound(bed, NONE, channel)?;
    }
    fails(hci(bed)?.bind(&at(NONE, USER)), Errno::EINVAL)
}

fn malformed_addresses<B: Bed>(bed: &B) -> Outcome {
    let socket = hci(bed)?;
    fails(socket.bind(&Addr::Raw { family: libc::AF_UNIX as u16, bytes: [0xff; 4].into() }), Errno::EINVAL)?;
    fails(socket.bind(&at(NONE, 9)), Errno::EINVAL)?;
    Ok(socket.bind(&Addr::Raw { family: libc::AF_BLUETOOTH as u16, bytes: [0xff, 0xff].into() })?)
}

fn bound_once<B: Bed>(bed: &B) -> Outcome {
    let socket = bound(bed, NONE, CONTROL)?;
    fails(socket.bind(&at(NONE, CONTROL)), Errno::EALREADY)
}

/// A command of the management interface: its number, of no controller, without parameters.
fn command(number: u16) -> Vec<u8> {
    [number.to_le_bytes(), NONE.to_le_bytes(), [0, 0]].concat()
}

const READ_VERSION: u16 = 1;
const READ_INDEX_LIST: u16 = 3;

fn management<B: Bed>(bed: &B) -> Outcome {
    let socket = bound(bed, NONE, CONTROL)?;
    same("send", socket.send(&command(READ_VERSION))?, 6)?;
    let told = socket.recv_vec(100)?;
    // Command complete, of no controller, three more bytes for the command and its status, and three of the version.
    same("the answer", &told[..9], &[1, 0, 0xff, 0xff, 6, 0, 1, 0, 0])?;
    holds("version 1", told[9] == 1)?;
    socket.send(&command(READ_INDEX_LIST))?;
    same("no controllers", socket.recv_vec(100)?, vec![1, 0, 0xff, 0xff, 5, 0, 3, 0, 0, 0, 0])
}

fn unknown_command<B: Bed>(bed: &B) -> Outcome {
    let socket = bound(bed, NONE, CONTROL)?;
    socket.send(&command(0x999))?;
    same("a status", socket.recv_vec(100)?, vec![2, 0, 0xff, 0xff, 3, 0, 0x99, 9, 1])?;
    let mut lying = command(READ_VERSION);
    lying[4] = 5;
    fails(socket.send(&lying), Errno::EINVAL)?;
    fails(socket.send(&lying[..5]), Errno::EINVAL)
}

fn told_of_a_controller<B: Bed>(bed: &B) -> Outcome {
    const UNCONFIGURED_OR_NOT: [u16; 2] = [4, 0x1d];
    let (control, raw) = (bound(bed, NONE, CONTROL)?, bound(bed, NONE, RAW)?);
    let everything = [&[0xff; 12][..], &[0; 4]].concat();
    raw.setsockopt_raw(SOL_HCI, HCI_FILTER, &everything)?;
    let controller = controller(bed)?;
    becomes(&control, PollEvents::IN)?;
    let told = control.recv_vec(100)?;
    holds("it was added", UNCONFIGURED_OR_NOT.contains(&u16::from_le_bytes([told[0], told[1]])))?;
    same("its number", u16::from_le_bytes([told[2], told[3]]), controller.index())?;
    becomes(&raw, PollEvents::IN)?;
    // An event of the stack's own: a controller was registered.
    same("an event", &raw.recv_vec(100)?[..2], &[4, 0xfd])
}

fn a_raw_channel<B: Bed>(bed: &B) -> Outcome {
    let controller = controller(bed)?;
    bed.settle();
    let socket = bound(bed, controller.index(), RAW)?;
    same("getsockname", socket.getsockname()?, at(controller.index(), RAW))?;
    // Events alone, and of these all.
    let events = [&(1_u32 << 4).to_ne_bytes()[..], &[0xff; 8], &[0; 4]].concat();
    socket.setsockopt_raw(SOL_HCI, HCI_FILTER, &events)?;
    let read_bd_addr = [1, 9, 0x10, 0];
    same("send", socket.send(&read_bd_addr)?, 4)?;
    for _ in 0..20 {
        let told = socket.recv_vec(300)?;
        if told.get(4..6) == Some(&[9, 0x10]) {
            return same("the address", &told[7..13], &[0x11, 0x22, 0x33, 0x44, 0x55, 0x66]);
        }
    }
    Err(crate::Stop::Failed("the command was not answered".to_owned()))
}

fn the_users_channel<B: Bed>(bed: &B) -> Outcome {
    let controller = controller(bed)?;
    match hci(bed)?.bind(&at(controller.index(), USER)) {
        // It was switched on for setting it up only, so it counts as down.
        Ok(()) => Ok(()),
        other => fails(other, Errno::EBUSY),
    }
}

fn options<B: Bed>(bed: &B) -> Outcome {
    let socket = hci(bed)?;
    same("HCI_DATA_DIR", socket.getsockopt(HCI_DATA_DIR)?, 0)?;
    same("HCI_TIME_STAMP", socket.getsockopt(HCI_TIME_STAMP)?, 0)?;
    let mut filter = [1; 14];
    same("length", socket.getsockopt_raw(SOL_HCI, HCI_FILTER, &mut filter)?, 14)?;
    same("HCI_FILTER", filter, [0; 14])?;
    socket.setsockopt(HCI_DATA_DIR, 1)?;
    same("HCI_DATA_DIR", socket.getsockopt(HCI_DATA_DIR)?, 1)?;
    fails(socket.getsockopt_raw(SOL_HCI, 99, &mut [0; 4]), Errno::ENOPROTOOPT)?;
    fails(socket.setsockopt_raw(SOL_HCI, 99, &[0; 4]), Errno::ENOPROTOOPT)?;
    fails(socket.getsockopt_raw(libc::SOL_UDP, 1, &mut [0; 4]), Errno::ENOPROTOOPT)?;
    let control = bound(bed, NONE, CONTROL)?;
    fails(control.setsockopt(HCI_DATA_DIR, 1), Errno::EBADFD)
}
