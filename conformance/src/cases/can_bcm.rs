//! The broadcast manager: `CAN_BCM` sends again and again, and tells what changes.

use std::time::Duration;

use wavetank_api::{
    Addr, CanAddr, Errno, Family, Host, MsgFlags, Shutdown, SockType, Socket, c,
    can::{BcmFlags, BcmMsg, BcmOp, CanFdFlags, CanFdFrame, CanFrame, CanId},
    option::{SO_ERROR, SO_TYPE},
};

use super::{
    can::{Result, Two, bus, frame, hears, hears_nothing, index_of, need, raw_on, sends, set_up, socket},
    can_raw::set,
};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, PATIENCE, Stop, fails, holds, same, takes_between},
    need::Need,
};

pub(super) const CAN_BCM: Need = need(SockType::DGRAM, c::CAN_BCM);

cases! { can::bcm, needs CAN_BCM:
    connected_not_bound apart
        "The interface is chosen by connect; bind, listen, accept, shutdown, getsockname and getpeername: EOPNOTSUPP"
        from "Documentation/networking/can.rst, 4.2; bcm_ops";
    connect_refused apart
        "connect to an address that is too short: EINVAL; to an interface that is not there or no CAN: ENODEV; a second time: EISCONN"
        from "bcm_connect";
    not_connected apart
        "Without connect, send says ENOTCONN, whatever the message"
        from "bcm_sendmsg: bo->bound";
    send_one apart
        "TX_SEND sends one frame, once"
        from "Documentation/networking/can.rst, 4.2.1: TX_SEND; bcm_tx_send";
    send_one_refused apart
        "TX_SEND with no frame or several, or a length that is not theirs: EINVAL"
        from "bcm_sendmsg: case TX_SEND";
    wrong_messages apart
        "A message shorter than a head, with a part of a frame, or with an unknown operation: EINVAL"
        from "bcm_sendmsg";
    cyclic apart
        "TX_SETUP with SETTIMER and STARTTIMER sends at once and then every ival2, until TX_DELETE"
        from "Documentation/networking/can.rst, 4.2.2; bcm_tx_setup";
    counted apart
        "count frames go out in intervals of ival1; without ival2 that is all, and TX_COUNTEVT tells it with TX_EXPIRED"
        from "Documentation/networking/can.rst, 4.2.2; bcm_tx_timeout_handler";
    several_frames_in_turn apart
        "Several frames of a task go out one after the other, round and round"
        from "Documentation/networking/can.rst, 4.2.2: nframes; bcm_can_tx";
    changed_while_it_runs apart
        "TX_SETUP without SETTIMER changes the data and not the time; TX_ANNOUNCE sends them at once"
        from "Documentation/networking/can.rst, 4.2.1: TX_ANNOUNCE; bcm_tx_setup";
    one_identifier_for_all apart
        "TX_CP_CAN_ID gives every frame the identifier of the head"
        from "Documentation/networking/can.rst, 4.2.1: TX_CP_CAN_ID";
    read_a_task apart
        "TX_READ is answered with TX_STATUS: intervals, count and frames as they were set; a task that is not there: EINVAL"
        from "Documentation/networking/can.rst, 4.2.1: TX_READ; bcm_read_op";
    delete_what_is_not_there apart
        "TX_DELETE and RX_DELETE of what is not there: EINVAL; what is deleted can be set up again"
        from "bcm_sendmsg: bcm_delete_tx_op, bcm_delete_rx_op";
    setup_refused apart
        "TX_SETUP with no frame or more than 256: EINVAL; with a frame that says more than 8 bytes: EINVAL"
        from "bcm_tx_setup: MAX_NFRAMES";
    times_refused apart
        "A time of a million microseconds or more in a field of microseconds, or of 400 days: EINVAL"
        from "bcm_is_invalid_tv";
    closing_ends_it apart
        "Closing the socket ends its tasks"
        from "bcm_release";
    every_interface apart
        "Connected to interface 0 it hears every bus, and tells which; to send it must say which (ENODEV)"
        from "Documentation/networking/can.rst, 4.2; bcm_sendmsg, bcm_connect";
    an_address_beside_a_connection apart
        "sendto's address is not looked at, once an interface is chosen"
        from "bcm_sendmsg: !ifindex && msg->msg_name";
    fd_frames apart
        "With CAN_FD_FRAME the frames of a message are CAN FD's, for sending and for receiving"
        from "Documentation/networking/can.rst, 4.2.6";
    interface_goes_down apart
        "When the interface goes down: ENETDOWN, once; when it is taken away: ENODEV, and the socket is no longer connected"
        from "bcm_notify";
}

/// A broadcast manager on vcan0, and a raw socket that watches the bus.
#[track_caller]
pub(super) fn on_the_bus<B: Bed>(bed: &B) -> Result<Two<B>> {
    let manager = socket(bed, &CAN_BCM)?;
    manager.connect(&bus(bed, "vcan0")?)?;
    Ok((manager, raw_on(bed, "vcan0")?))
}

pub(super) const ID: CanId = CanId::standard(0x42);

/// Runs of frames are timed by this: long for a machine, and even for one that is emulated.
pub(super) const BEAT: Duration = Duration::from_millis(200);

const TIMED: BcmFlags = BcmFlags::SETTIMER.union(BcmFlags::STARTTIMER);

pub(super) fn with_frames(op: BcmOp, frames: &[CanFrame]) -> BcmMsg {
    BcmMsg { frames: frames.to_vec(), ..BcmMsg::new(op, ID) }
}

#[track_caller]
pub(super) fn tells<H: Host>(manager: &Socket<H>, msg: &BcmMsg) -> Outcome {
    sends(manager, &msg.encode())
}

/// The next message.
#[track_caller]
pub(super) fn told<H: Host>(manager: &Socket<H>) -> Result<BcmMsg> {
    manager.settimeout(Some(PATIENCE))?;
    let bytes = manager.recv_vec(16_384)?;
    manager.settimeout(None)?;
    BcmMsg::decode(&bytes).ok_or_else(|| Stop::failed(&format!("no message: {} bytes {bytes:02x?}", bytes.len())))
}

/// The next message is that this frame came.
#[track_caller]
pub(super) fn told_changed<H: Host>(manager: &Socket<H>, frame: &CanFrame) -> Outcome {
    let msg = told(manager)?;
    same("operation", msg.op, BcmOp::RX_CHANGED)?;
    same("identifier", msg.id, frame.id)?;
    same("frames", msg.frames, vec![*frame])
}

fn connected_not_bound<B: Bed>(bed: &B) -> Outcome {
    let manager = socket(bed, &CAN_BCM)?;
    same("SO_TYPE", manager.getsockopt(SO_TYPE)?, SockType::DGRAM)?;
    let vcan0 = bus(bed, "vcan0")?;
    fails(manager.bind(&vcan0), Errno::EOPNOTSUPP)?;
    fails(manager.listen(1), Errno::EOPNOTSUPP)?;
    fails(manager.accept(), Errno::EOPNOTSUPP)?;
    manager.connect(&vcan0)?;
    fails(manager.getsockname(), Errno::EOPNOTSUPP)?;
    fails(manager.getpeername(), Errno::EOPNOTSUPP)?;
    fails(manager.shutdown(Shutdown::Write), Errno::EOPNOTSUPP)?;
    fails(manager.setsockopt_raw(c::SOL_CAN_RAW + 1, 1, &[0; 4]), Errno::EOPNOTSUPP)
}

fn connect_refused<B: Bed>(bed: &B) -> Outcome {
    let manager = socket(bed, &CAN_BCM)?;
    for len in 0..6 {
        let bytes = vec![0; len].into();
        fails(manager.connect(&Addr::Raw { family: Family::CAN.raw() as u16, bytes }), Errno::EINVAL)?;
    }
    for ifindex in [9_999, u32::MAX, index_of(bed, "lo")?] {
        fails(manager.connect(&Addr::Can(CanAddr::Raw { ifindex })), Errno::ENODEV)?;
    }
    manager.connect(&bus(bed, "vcan0")?)?;
    fails(manager.connect(&bus(bed, "vcan0")?), Errno::EISCONN)?;
    fails(manager.connect(&bus(bed, "vcan1")?), Errno::EISCONN)
}

fn not_connected<B: Bed>(bed: &B) -> Outcome {
    let manager = socket(bed, &CAN_BCM)?;
    fails(manager.send(&with_frames(BcmOp::TX_SEND, &[frame(1, b"")]).encode()), Errno::ENOTCONN)?;
    fails(manager.send(b""), Errno::ENOTCONN)?;
    fails(manager.sendto(&[0; 80], &bus(bed, "vcan0")?), Errno::ENOTCONN)
}

fn send_one<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    // The identifier of the head is of no matter here.
    tells(&manager, &with_frames(BcmOp::TX_SEND, &[frame(0x123, b"once")]))?;
    hears(&watch, &frame(0x123, b"once"))?;
    hears_nothing(bed, &watch)
}

fn send_one_refused<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    let one = frame(1, b"");
    let message = |nframes: u32, frames: usize| {
        let mut bytes = with_frames(BcmOp::TX_SEND, &vec![one; frames]).encode();
        bytes[BcmMsg::HEAD_LEN - 4..BcmMsg::HEAD_LEN].copy_from_slice(&nframes.to_ne_bytes());
        bytes
    };
    for (nframes, frames) in [(0, 0), (1, 0), (0, 1), (2, 1), (1, 2), (2, 2), (u32::MAX, 1)] {
        fails(manager.send(&message(nframes, frames)), Errno::EINVAL)?;
    }
    fails(manager.send(&with_frames(BcmOp::TX_SEND, &[CanFrame { len: 9, ..one }]).encode()), Errno::EINVAL)?;
    hears_nothing(bed, &watch)
}

fn wrong_messages<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    let whole = with_frames(BcmOp::TX_SEND, &[frame(1, b"")]).encode();
    for len in (0..BcmMsg::HEAD_LEN).chain([BcmMsg::HEAD_LEN + 1, BcmMsg::HEAD_LEN + 8, whole.len() - 1]) {
        fails(manager.send(&whole[..len]), Errno::EINVAL)?;
    }
    // TX_STATUS and those after it are only told, never asked.
    for op in [0, 8, 9, 10, 11, 12, 13, u32::MAX] {
        fails(manager.send(&with_frames(BcmOp(op), &[frame(1, b"")]).encode()), Errno::EINVAL)?;
    }
    hears_nothing(bed, &watch)
}

fn cyclic<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    let beat = frame(0x42, b"beat");
    tells(&manager, &BcmMsg { flags: TIMED, ival2: BEAT, ..with_frames(BcmOp::TX_SETUP, &[beat]) })?;
    hears(&watch, &beat)?;
    takes_between(bed.near().host, 2 * BEAT, 20 * BEAT, || (0..3).try_for_each(|_| hears(&watch, &beat)))??;
    tells(&manager, &BcmMsg::new(BcmOp::TX_DELETE, ID))?;
    bed.settle();
    drained(&watch)?;
    bed.near().host.sleep(2 * BEAT);
    hears_nothing(bed, &watch)
}

/// How many frames are there.
pub(super) fn drained<H: Host>(watch: &Socket<H>) -> Result<usize> {
    let mut count = 0;
    loop {
        match watch.recv_with(&mut [0; 128], MsgFlags::DONTWAIT) {
            Ok(_) => count += 1,
            Err(error) if error == Errno::EAGAIN => return Ok(count),
            Err(error) => return Err(error.into()),
        }
    }
}

fn counted<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    let flags = TIMED | BcmFlags::TX_COUNTEVT;
    let task = BcmMsg { flags, count: 3, ival1: BEAT / 2, ..with_frames(BcmOp::TX_SETUP, &[frame(0x42, b"3")]) };
    tells(&manager, &task)?;
    let expired = told(&manager)?;
    same("operation", expired.op, BcmOp::TX_EXPIRED)?;
    same("identifier", expired.id, ID)?;
    same("frames", expired.frames, vec![])?;
    // The message may overtake the last frame, which waits for a soft interrupt.
    bed.settle();
    same("frames sent", drained(&watch)?, 3)?;
    bed.near().host.sleep(2 * BEAT);
    hears_nothing(bed, &watch)?;
    hears_nothing(bed, &manager)
}

fn several_frames_in_turn<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    let frames = [frame(1, b"a"), frame(2, b"bb"), frame(3, b"")];
    tells(&manager, &BcmMsg { flags: TIMED, ival2: BEAT / 4, ..with_frames(BcmOp::TX_SETUP, &frames) })?;
    (0..2).try_for_each(|_| frames.iter().try_for_each(|frame| hears(&watch, frame)))
}

fn changed_while_it_runs<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    let hour = Duration::from_secs(3_600);
    tells(&manager, &BcmMsg { flags: TIMED, ival2: hour, ..with_frames(BcmOp::TX_SETUP, &[frame(0x42, b"old")]) })?;
    hears(&watch, &frame(0x42, b"old"))?;
    tells(&manager, &with_frames(BcmOp::TX_SETUP, &[frame(0x42, b"new")]))?;
    hears_nothing(bed, &watch)?;
    let now = BcmMsg { flags: BcmFlags::TX_ANNOUNCE, ..with_frames(BcmOp::TX_SETUP, &[frame(0x42, b"now")]) };
    tells(&manager, &now)?;
    hears(&watch, &frame(0x42, b"now"))?;
    tells(&manager, &BcmMsg::new(BcmOp::TX_READ, ID))?;
    let status = told(&manager)?;
    same("interval", status.ival2, hour)?;
    same("frames", status.frames, vec![frame(0x42, b"now")])?;
    // There is room for as many frames as there were at first.
    fails(manager.send(&with_frames(BcmOp::TX_SETUP, &[frame(1, b""), frame(2, b"")]).encode()), Errno::E2BIG)
}

fn one_identifier_for_all<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    let frames = [frame(1, b"a"), frame(2, b"b")];
    let flags = TIMED | BcmFlags::TX_CP_CAN_ID;
    tells(&manager, &BcmMsg { flags, ival2: BEAT / 4, ..with_frames(BcmOp::TX_SETUP, &frames) })?;
    hears(&watch, &frame(0x42, b"a"))?;
    hears(&watch, &frame(0x42, b"b"))
}

fn read_a_task<B: Bed>(bed: &B) -> Outcome {
    let (manager, _watch) = on_the_bus(bed)?;
    let (ival1, ival2) = (Duration::from_micros(7_000_123), Duration::from_secs(9));
    let frames = vec![frame(0x42, b"one"), frame(0x43, b"two")];
    let task = BcmMsg { flags: BcmFlags::SETTIMER, count: 5, ival1, ival2, frames, ..BcmMsg::new(BcmOp::TX_SETUP, ID) };
    tells(&manager, &task)?;
    tells(&manager, &BcmMsg::new(BcmOp::TX_READ, ID))?;
    same("status", told(&manager)?, BcmMsg { op: BcmOp::TX_STATUS, ..task })?;
    for id in [CanId::standard(0x43), CanId::extended(0x42)] {
        fails(manager.send(&BcmMsg::new(BcmOp::TX_READ, id).encode()), Errno::EINVAL)?;
    }
    fails(manager.send(&BcmMsg::new(BcmOp::RX_READ, ID).encode()), Errno::EINVAL)
}

fn delete_what_is_not_there<B: Bed>(bed: &B) -> Outcome {
    let (manager, _watch) = on_the_bus(bed)?;
    let (setups, deletes) = ([BcmOp::TX_SETUP, BcmOp::RX_SETUP], [BcmOp::TX_DELETE, BcmOp::RX_DELETE]);
    for (setup, delete) in setups.into_iter().zip(deletes) {
        let delete = BcmMsg::new(delete, ID).encode();
        for _ in 0..2 {
            fails(manager.send(&delete), Errno::EINVAL)?;
            tells(&manager, &with_frames(setup, &[frame(0x42, b"")]))?;
            sends(&manager, &delete)?;
        }
        fails(manager.send(&delete), Errno::EINVAL)?;
    }
    Ok(())
}

fn setup_refused<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    fails(manager.send(&with_frames(BcmOp::TX_SETUP, &[]).encode()), Errno::EINVAL)?;
    fails(manager.send(&with_frames(BcmOp::TX_SETUP, &vec![frame(1, b""); 257]).encode()), Errno::EINVAL)?;
    let long = CanFrame { len: 9, ..frame(1, b"") };
    fails(manager.send(&with_frames(BcmOp::TX_SETUP, &[frame(1, b""), long]).encode()), Errno::EINVAL)?;
    tells(&manager, &with_frames(BcmOp::TX_SETUP, &vec![frame(1, b""); 256]))?;
    hears_nothing(bed, &watch)
}

fn times_refused<B: Bed>(bed: &B) -> Outcome {
    let (manager, _watch) = on_the_bus(bed)?;
    let message = |second: i64, micros: i64| {
        let mut bytes =
            BcmMsg { flags: BcmFlags::SETTIMER, ..with_frames(BcmOp::TX_SETUP, &[frame(0x42, b"")]) }.encode();
        bytes[16..24].copy_from_slice(&second.to_ne_bytes());
        bytes[24..32].copy_from_slice(&micros.to_ne_bytes());
        bytes
    };
    const DAY: i64 = 86_400;
    for (second, micros) in [(0, 1_000_000), (0, -1), (-1, 0), (400 * DAY + 1, 0), (i64::MAX, 0), (0, i64::MIN)] {
        fails(manager.send(&message(second, micros)), Errno::EINVAL)?;
    }
    sends(&manager, &message(399 * DAY, 999_999))
}

fn closing_ends_it<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    let beat = frame(0x42, b"beat");
    tells(&manager, &BcmMsg { flags: TIMED, ival2: BEAT, ..with_frames(BcmOp::TX_SETUP, &[beat]) })?;
    hears(&watch, &beat)?;
    hears(&watch, &beat)?;
    manager.close()?;
    drained(&watch)?;
    bed.near().host.sleep(2 * BEAT);
    hears_nothing(bed, &watch)
}

fn every_interface<B: Bed>(bed: &B) -> Outcome {
    let manager = socket(bed, &CAN_BCM)?;
    manager.connect(&Addr::Can(CanAddr::Raw { ifindex: 0 }))?;
    tells(&manager, &BcmMsg::new(BcmOp::RX_SETUP, ID))?;
    for name in ["vcan0", "vcan1"] {
        sends(&raw_on(bed, name)?, &frame(0x42, b"").encode())?;
        same("from", manager.recvfrom(&mut [0; 128])?.1, bus(bed, name)?)?;
    }
    let one = with_frames(BcmOp::TX_SEND, &[frame(1, b"")]).encode();
    fails(manager.send(&one), Errno::ENODEV)?;
    fails(manager.sendto(&one, &bus(bed, "lo")?), Errno::ENODEV)?;
    fails(manager.sendto(&one, &Addr::ANY_V4), Errno::EINVAL)?;
    let watch = raw_on(bed, "vcan1")?;
    same("sendto", manager.sendto(&one, &bus(bed, "vcan1")?)?, one.len())?;
    hears(&watch, &frame(1, b""))
}

fn an_address_beside_a_connection<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    let one = with_frames(BcmOp::TX_SEND, &[frame(1, b"")]).encode();
    for addr in [bus(bed, "vcan1")?, Addr::ANY_V4, bus(bed, "lo")?] {
        same("sendto", manager.sendto(&one, &addr)?, one.len())?;
        hears(&watch, &frame(1, b""))?;
    }
    Ok(())
}

fn fd_frames<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    set(&watch, c::CAN_RAW_FD_FRAMES, 1)?;
    let fd = |byte| CanFdFrame::new(ID, CanFdFlags::FDF, &[byte; 48]).unwrap();
    let message = |op, frame| BcmMsg { flags: BcmFlags::FD, fd_frames: vec![frame], ..BcmMsg::new(op, ID) };
    tells(&manager, &message(BcmOp::TX_SEND, fd(7)))?;
    same("frame", CanFdFrame::decode(&watch.recv_vec(128)?), Some(fd(7)))?;
    tells(&manager, &message(BcmOp::RX_SETUP, fd(0xff)))?;
    sends(&watch, &fd(8).encode())?;
    let changed = told(&manager)?;
    same("operation", changed.op, BcmOp::RX_CHANGED)?;
    holds("CAN_FD_FRAME is told", changed.flags.contains(BcmFlags::FD))?;
    same("frames", changed.fd_frames, vec![fd(8)])
}

fn interface_goes_down<B: Bed>(bed: &B) -> Outcome {
    let (manager, watch) = on_the_bus(bed)?;
    set_up(&watch, "vcan0", false)?;
    same("SO_ERROR", manager.getsockopt(SO_ERROR)?, Some(Errno::ENETDOWN))?;
    same("SO_ERROR", manager.getsockopt(SO_ERROR)?, None)?;
    bed.unplug("vcan0")?;
    same("SO_ERROR", manager.getsockopt(SO_ERROR)?, Some(Errno::ENODEV))?;
    fails(manager.send(&with_frames(BcmOp::TX_SEND, &[frame(1, b"")]).encode()), Errno::ENOTCONN)?;
    Ok(manager.connect(&bus(bed, "vcan1")?)?)
}
