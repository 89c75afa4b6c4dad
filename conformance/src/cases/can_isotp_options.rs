//! What the options of ISO-TP hold, refuse and do.

use std::time::Duration;

use wavetank_api::{
    Errno, Host, PollEvents, Socket, c,
    can::{CanFdFlags, CanFdFrame, CanId, IsotpFc, IsotpFlags, IsotpLink, IsotpOptions},
    option::SO_ERROR,
};

use super::can_isotp::{
    CAN_ISOTP, HERE, THERE, bound, ends_with, fresh, gets, message, says, set_options, set_raw, transfer,
};
use super::{
    can::{Result, hears, hears_nothing, raw_on, sends},
    can_raw::set,
};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, fails, holds, same},
};

cases! { can::isotp, needs CAN_ISOTP:
    options_by_default apart
        "A fresh socket: no flags, 50 µs a frame, 0xCC as padding, no limits on the sender, classical frames"
        from "linux/can/isotp.h: CAN_ISOTP_DEFAULT_*";
    options_come_back apart
        "Options are read back as they were set"
        from "isotp_setsockopt_locked, isotp_getsockopt";
    options_after_bind apart
        "After bind no option can be set: EISCONN"
        from "isotp_setsockopt_locked: so->bound";
    options_refused apart
        "Another length than the structure's: EINVAL; an unknown option: ENOPROTOOPT; another level: EINVAL"
        from "isotp_setsockopt_locked";
    link_refused apart
        "A data length that CAN FD has not, or more than 8 for classical frames, or flags for those: EINVAL"
        from "isotp_setsockopt_locked CAN_ISOTP_LL_OPTS";
    padding apart
        "With CAN_ISOTP_TX_PADDING frames are filled up with the padding byte"
        from "isotp_fill_dataframe, CAN_ISOTP_TX_PADDING";
    padding_is_checked apart
        "With CAN_ISOTP_CHK_PAD_LEN and CHK_PAD_DATA a frame that is not filled up as expected is EBADMSG"
        from "check_pad; isotp_rcv_sf";
    extended_addressing apart
        "With CAN_ISOTP_EXTEND_ADDR the first byte is an address; what comes for another is not heard"
        from "ISO 15765-2 extended addressing; isotp_rcv: so->opt.flags";
    block_size apart
        "With a block size the receiver sends flow control after so many frames"
        from "ISO 15765-2 BS; CAN_ISOTP_RECV_FC; isotp_rcv_cf";
    separation_time apart
        "The sender keeps the separation time that the receiver asks for"
        from "ISO 15765-2 STmin; isotp_rcv_fc";
    waits_until_sent apart
        "With CAN_ISOTP_WAIT_TX_DONE send returns when the last frame is out"
        from "isotp_sendmsg: CAN_ISOTP_WAIT_TX_DONE";
    listen_only apart
        "With CAN_ISOTP_LISTEN_MODE the receiver sends no flow control, and takes what comes"
        from "isotp_rcv_ff: CAN_ISOTP_LISTEN_MODE";
    broadcast_of_single_frames apart
        "With CAN_ISOTP_SF_BROADCAST single frames go out and longer messages are refused (EINVAL)"
        from "isotp_sendmsg: CAN_ISOTP_SF_BROADCAST";
    broadcast_of_long_messages apart
        "With CAN_ISOTP_CF_BROADCAST long messages go out without flow control"
        from "isotp_sendmsg: CAN_ISOTP_CF_BROADCAST, Linux 6.0";
    with_fd_frames apart
        "With CAN_ISOTP_LL_OPTS for CAN FD a message takes frames of up to 64 bytes"
        from "linux/can/isotp.h: can_isotp_ll_options";
}

fn get_raw<H: Host>(socket: &Socket<H>, option: i32) -> Result<Vec<u8>> {
    let mut value = vec![0; 64];
    let len = socket.getsockopt_raw(c::SOL_CAN_ISOTP, option, &mut value)?;
    value.truncate(len);
    Ok(value)
}

fn options_by_default<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let options = IsotpOptions::decode(&get_raw(&socket, c::CAN_ISOTP_OPTS)?);
    same("CAN_ISOTP_OPTS", options, Some(IsotpOptions::default()))?;
    same("CAN_ISOTP_RECV_FC", get_raw(&socket, c::CAN_ISOTP_RECV_FC)?, IsotpFc::default().encode().to_vec())?;
    same("CAN_ISOTP_LL_OPTS", get_raw(&socket, c::CAN_ISOTP_LL_OPTS)?, IsotpLink::default().encode().to_vec())?;
    same("CAN_ISOTP_TX_STMIN", get_raw(&socket, c::CAN_ISOTP_TX_STMIN)?, vec![0; 4])?;
    same("CAN_ISOTP_RX_STMIN", get_raw(&socket, c::CAN_ISOTP_RX_STMIN)?, vec![0; 4])
}

fn options_come_back<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let options = IsotpOptions {
        flags: IsotpFlags::TX_PADDING | IsotpFlags::EXTEND_ADDR | IsotpFlags::RX_EXT_ADDR,
        frame_txtime: 123_456,
        ext_address: 1,
        txpad_content: 2,
        rxpad_content: 3,
        rx_ext_address: 4,
    };
    for frame_txtime in [123_456, 0, u32::MAX] {
        let options = IsotpOptions { frame_txtime, ..options };
        set_options(&socket, &options)?;
        let back = IsotpOptions::decode(&get_raw(&socket, c::CAN_ISOTP_OPTS)?);
        same("CAN_ISOTP_OPTS", back, Some(options))?;
    }
    let rows = [
        (c::CAN_ISOTP_RECV_FC, IsotpFc { bs: 8, stmin: 0xf5, wftmax: 2 }.encode().to_vec()),
        (c::CAN_ISOTP_TX_STMIN, 7_u32.to_ne_bytes().to_vec()),
        (c::CAN_ISOTP_RX_STMIN, u32::MAX.to_ne_bytes().to_vec()),
        (c::CAN_ISOTP_LL_OPTS, IsotpLink { mtu: 72, tx_dl: 48, tx_flags: 1 }.encode().to_vec()),
    ];
    for (option, value) in rows {
        set_raw(&socket, option, &value)?;
        same("value", get_raw(&socket, option)?, value)?;
    }
    let mut short = [0; 5];
    same("bytes", socket.getsockopt_raw(c::SOL_CAN_ISOTP, c::CAN_ISOTP_OPTS, &mut short)?, 5)
}

const OPTIONS: [(i32, usize); 5] = [
    (c::CAN_ISOTP_OPTS, 12),
    (c::CAN_ISOTP_RECV_FC, 3),
    (c::CAN_ISOTP_TX_STMIN, 4),
    (c::CAN_ISOTP_RX_STMIN, 4),
    (c::CAN_ISOTP_LL_OPTS, 3),
];

fn options_after_bind<B: Bed>(bed: &B) -> Outcome {
    let socket = bound(bed, fresh(bed)?)?;
    for (option, len) in OPTIONS {
        fails(socket.setsockopt_raw(c::SOL_CAN_ISOTP, option, &vec![0; len]), Errno::EISCONN)?;
        same("bytes", get_raw(&socket, option)?.len(), len)?;
    }
    Ok(())
}

fn options_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    for (option, len) in OPTIONS {
        for len in [0, len - 1, len + 1, 100] {
            fails(socket.setsockopt_raw(c::SOL_CAN_ISOTP, option, &vec![0; len]), Errno::EINVAL)?;
        }
    }
    fails(socket.setsockopt_raw(c::SOL_CAN_ISOTP, 99, &[0; 4]), Errno::ENOPROTOOPT)?;
    fails(socket.getsockopt_raw(c::SOL_CAN_ISOTP, 99, &mut [0; 4]), Errno::ENOPROTOOPT)?;
    fails(socket.setsockopt_raw(c::SOL_CAN_RAW, 1, &[0; 12]), Errno::EINVAL)?;
    fails(socket.getsockopt_raw(c::SOL_CAN_RAW, 1, &mut [0; 12]), Errno::EINVAL)
}

fn link_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let set =
        |mtu, tx_dl, tx_flags| set_raw(&socket, c::CAN_ISOTP_LL_OPTS, &IsotpLink { mtu, tx_dl, tx_flags }.encode());
    let refused = |mtu, tx_dl, tx_flags| {
        let value = IsotpLink { mtu, tx_dl, tx_flags }.encode();
        fails(socket.setsockopt_raw(c::SOL_CAN_ISOTP, c::CAN_ISOTP_LL_OPTS, &value), Errno::EINVAL)
    };
    for (mtu, tx_dl, tx_flags) in [(16, 12, 0), (16, 8, 1), (16, 7, 0), (72, 9, 0), (72, 65, 0), (17, 8, 0), (0, 8, 0)]
    {
        refused(mtu, tx_dl, tx_flags)?;
    }
    [8, 12, 16, 20, 24, 32, 48, 64].into_iter().try_for_each(|tx_dl| set(72, tx_dl, 0))?;
    set(16, 8, 0)
}

fn padding<B: Bed>(bed: &B) -> Outcome {
    let watch = raw_on(bed, "vcan0")?;
    for (content, expected) in [(0xcc, 0xcc), (0x55, 0x55)] {
        let options = IsotpOptions { flags: IsotpFlags::TX_PADDING, txpad_content: content, ..IsotpOptions::default() };
        let (near, far) = ends_with(bed, &options)?;
        sends(&near, b"pad")?;
        gets(&far, b"pad")?;
        hears(&watch, &says(HERE, &[&b"\x03pad"[..], &[expected; 4]].concat()))?;
    }
    Ok(())
}

fn padding_is_checked<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let flags = IsotpFlags::RX_PADDING | IsotpFlags::CHK_PAD_LEN | IsotpFlags::CHK_PAD_DATA;
    set_options(&socket, &IsotpOptions { flags, ..IsotpOptions::default() })?;
    let (socket, other) = (bound(bed, socket)?, raw_on(bed, "vcan0")?);
    for bad in [&b"\x02ok"[..], b"\x02ok\xcc\xcc\xcc\xcc\0", b"\x02ok\xcc\xcc"] {
        sends(&other, &says(THERE, bad).encode())?;
        becomes(&socket, PollEvents::ERR)?;
        same("SO_ERROR", socket.getsockopt(SO_ERROR)?, Some(Errno::EBADMSG))?;
    }
    sends(&other, &says(THERE, b"\x02ok\xcc\xcc\xcc\xcc\xcc").encode())?;
    gets(&socket, b"ok")
}

fn extended_addressing<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let flags = IsotpFlags::EXTEND_ADDR | IsotpFlags::RX_EXT_ADDR;
    set_options(&socket, &IsotpOptions { flags, ext_address: 0x11, rx_ext_address: 0x22, ..IsotpOptions::default() })?;
    let (socket, other) = (bound(bed, socket)?, raw_on(bed, "vcan0")?);
    sends(&socket, b"abcdef")?;
    hears(&other, &says(HERE, b"\x11\x06abcdef"))?;
    for (address, data) in [(0x11, b"no"), (0x23, b"no"), (0x22, b"yo")] {
        sends(&other, &says(THERE, &[&[address, 2][..], data].concat()).encode())?;
    }
    gets(&socket, b"yo")?;
    hears_nothing(bed, &socket)
}

fn block_size<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (fresh(bed)?, raw_on(bed, "vcan0")?);
    set_raw(&socket, c::CAN_ISOTP_RECV_FC, &IsotpFc { bs: 2, stmin: 5, wftmax: 0 }.encode())?;
    let socket = bound(bed, socket)?;
    sends(&other, &says(THERE, b"\x10\x1b012345").encode())?;
    hears(&other, &says(HERE, b"\x30\x02\x05"))?;
    sends(&other, &says(THERE, b"\x216789abc").encode())?;
    sends(&other, &says(THERE, b"\x22defghij").encode())?;
    hears(&other, &says(HERE, b"\x30\x02\x05"))?;
    sends(&other, &says(THERE, b"\x23klmnopq").encode())?;
    gets(&socket, b"0123456789abcdefghijklmnopq")?;
    hears_nothing(bed, &other)
}

fn separation_time<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (fresh(bed)?, fresh(bed)?);
    // 100 ms between frames, of which there are four after the first.
    set_raw(&far, c::CAN_ISOTP_RECV_FC, &IsotpFc { bs: 0, stmin: 100, wftmax: 0 }.encode())?;
    far.bind(&transfer(bed, HERE, THERE)?)?;
    let near = bound(bed, near)?;
    let host = bed.near().host;
    let begin = host.now();
    sends(&near, &message(34))?;
    gets(&far, &message(34))?;
    let took = host.now() - begin;
    holds(&format!("four gaps of 100 ms take 300 ms at least, not {took:?}"), took >= Duration::from_millis(300))
}

fn waits_until_sent<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (fresh(bed)?, fresh(bed)?);
    set_raw(&far, c::CAN_ISOTP_RECV_FC, &IsotpFc { bs: 0, stmin: 100, wftmax: 0 }.encode())?;
    far.bind(&transfer(bed, HERE, THERE)?)?;
    set_options(&near, &IsotpOptions { flags: IsotpFlags::WAIT_TX_DONE, ..IsotpOptions::default() })?;
    let near = bound(bed, near)?;
    let host = bed.near().host;
    let begin = host.now();
    sends(&near, &message(34))?;
    let took = host.now() - begin;
    holds(&format!("send waits for 300 ms at least, not {took:?}"), took >= Duration::from_millis(300))?;
    gets(&far, &message(34))?;
    // And it tells what became of it.
    drop(far);
    fails(near.send(&message(34)), Errno::ECOMM)
}

fn listen_only<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (fresh(bed)?, raw_on(bed, "vcan0")?);
    set_options(&socket, &IsotpOptions { flags: IsotpFlags::LISTEN_MODE, ..IsotpOptions::default() })?;
    let socket = bound(bed, socket)?;
    for data in [b"\x10\x0a012345".as_slice(), b"\x216789"] {
        sends(&other, &says(THERE, data).encode())?;
    }
    gets(&socket, b"0123456789")?;
    hears_nothing(bed, &other)
}

fn broadcast_of_single_frames<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (fresh(bed)?, raw_on(bed, "vcan0")?);
    set_options(&socket, &IsotpOptions { flags: IsotpFlags::SF_BROADCAST, ..IsotpOptions::default() })?;
    let socket = bound(bed, socket)?;
    sends(&socket, b"to all")?;
    hears(&other, &says(HERE, b"\x06to all"))?;
    fails(socket.send(b"too long"), Errno::EINVAL)
}

fn broadcast_of_long_messages<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (fresh(bed)?, raw_on(bed, "vcan0")?);
    set_options(&socket, &IsotpOptions { flags: IsotpFlags::CF_BROADCAST, ..IsotpOptions::default() })?;
    let socket = bound(bed, socket)?;
    sends(&socket, b"longer than a frame")?;
    for data in [b"\x10\x13longer".as_slice(), b"\x21 than a", b"\x22 frame"] {
        hears(&other, &says(HERE, data))?;
    }
    Ok(())
}

fn with_fd_frames<B: Bed>(bed: &B) -> Outcome {
    let (near, far, watch) = (fresh(bed)?, fresh(bed)?, raw_on(bed, "vcan0")?);
    set(&watch, c::CAN_RAW_FD_FRAMES, 1)?;
    for end in [&near, &far] {
        set_raw(end, c::CAN_ISOTP_LL_OPTS, &IsotpLink { mtu: 72, tx_dl: 64, tx_flags: 1 }.encode())?;
    }
    far.bind(&transfer(bed, HERE, THERE)?)?;
    let near = bound(bed, near)?;
    sends(&near, &message(62))?;
    gets(&far, &message(62))?;
    let frame = CanFdFrame::decode(&watch.recv_vec(128)?).ok_or_else(|| Stop::failed("no CAN FD frame was sent"))?;
    same("identifier", frame.id, CanId(HERE))?;
    holds("the bit rate is switched", frame.flags.contains(CanFdFlags::BRS))?;
    // More than 7 bytes in one frame: no length in the first byte, but in the second.
    same("data", frame.data().to_vec(), [&[0, 62][..], &message(62)].concat())?;
    sends(&near, &message(1_000))?;
    gets(&far, &message(1_000))
}
