//! Transfers of more than a frame: `CAN_ISOTP`, ISO 15765-2.

use std::time::Duration;

use wavetank_api::{
    Addr, CanAddr, Errno, Family, Host, MsgFlags, PollEvents, Shutdown, SockType, Socket, c,
    can::{CanFdFlags, CanFdFrame, CanFrame, CanId, IsotpFc, IsotpFlags, IsotpLink, IsotpOptions},
    option::{SO_ERROR, SO_TYPE},
};

use super::{
    can::{Result, Two, bus, hears, hears_nothing, index_of, need, raw_on, sends, set_up, socket},
    can_raw::set,
};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, PATIENCE, Stop, becomes, fails, holds, joins, polls, same},
    need::Need,
};

pub(super) const CAN_ISOTP: Need = need(SockType::DGRAM, c::CAN_ISOTP);

cases! { can::isotp, needs CAN_ISOTP:
    names apart
        "getsockname tells interface and both identifiers; getpeername is EOPNOTSUPP"
        from "isotp_getname";
    single_frame apart
        "Up to 7 bytes are one frame: the length, then the data"
        from "ISO 15765-2 single frame; isotp_create_... N_PCI_SF";
    several_frames apart
        "More bytes are a first frame, flow control from the receiver, and consecutive frames with numbers"
        from "ISO 15765-2 segmented messages; isotp_sendmsg, isotp_rcv_ff, isotp_send_fc";
    every_length apart
        "A message arrives as it was sent, whatever its length up to 4095 bytes, both ways"
        from "ISO 15765-2; isotp_sendmsg";
    longest apart
        "The longest message has 8300 bytes (before Linux 6.5: 66,000); one more is EINVAL"
        from "isotp_sendmsg: max_pdu_size, DEFAULT_MAX_PDU_SIZE; before, MAX_MSG_LENGTH";
    nothing_to_send apart
        "A message without bytes is EINVAL"
        from "isotp_sendmsg: !size";
    not_bound apart
        "An unbound socket: send and recv say EADDRNOTAVAIL"
        from "isotp_sendmsg, isotp_recvmsg: so->bound";
    bind_refused apart
        "bind without an interface, or to one that is no CAN: ENODEV; a short address: EINVAL; the same identifier twice: EADDRNOTAVAIL"
        from "isotp_bind";
    other_bits_of_an_identifier apart
        "Bits that an identifier cannot have are EINVAL: bind does not cut them"
        from "isotp_bind: sanitize_addr, Linux 6.1";
    bind_twice apart
        "A bound socket is bound again: EINVAL"
        from "isotp_bind: so->bound";
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
    wrong_identifiers apart
        "A frame with another identifier is not heard, nor are those of 29 bits with the same number"
        from "isotp_bind: can_rx_register with SINGLE_MASK";
    padding apart
        "With CAN_ISOTP_TX_PADDING frames are filled up with the padding byte"
        from "isotp_fill_dataframe, CAN_ISOTP_TX_PADDING";
    padding_is_checked apart
        "With CAN_ISOTP_CHK_PAD_LEN and CHK_PAD_DATA a frame that is not filled up as expected is EBADMSG"
        from "check_pad; isotp_rcv_sf";
    extended_addressing apart
        "With CAN_ISOTP_EXTEND_ADDR the first byte is an address; what comes for another is not heard"
        from "ISO 15765-2 extended addressing; isotp_rcv: so->opt.flags";
    nobody_answers apart
        "Without flow control a long message ends after a second: ECOMM, once"
        from "isotp_tx_timer_handler: N_Bs";
    receiver_refuses apart
        "Flow control that says overflow ends it: EMSGSIZE"
        from "ISO 15765-2 FS = OVFLW; isotp_rcv_fc";
    wrong_flow_control apart
        "Flow control of an unknown kind, or too short to be any, ends it: EBADMSG"
        from "isotp_rcv_fc";
    a_frame_is_missing apart
        "A consecutive frame out of order ends the transfer for the receiver: EILSEQ"
        from "isotp_rcv_cf: so->rx.sn";
    sender_stops apart
        "A sender that stops halfway ends it for the receiver after a second: ETIMEDOUT"
        from "isotp_rx_timer_handler: N_Cr";
    block_size apart
        "With a block size the receiver sends flow control after so many frames"
        from "ISO 15765-2 BS; CAN_ISOTP_RECV_FC; isotp_rcv_cf";
    separation_time apart
        "The sender keeps the separation time that the receiver asks for"
        from "ISO 15765-2 STmin; isotp_rcv_fc";
    waits_until_sent apart
        "With CAN_ISOTP_WAIT_TX_DONE send returns when the last frame is out"
        from "isotp_sendmsg: CAN_ISOTP_WAIT_TX_DONE";
    one_at_a_time apart
        "While a message is under way a non-blocking send says EAGAIN, and poll says not writable"
        from "isotp_sendmsg: so->tx.state; isotp_poll, Linux 6.2";
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
    a_short_buffer apart
        "What does not fit into the buffer is lost: MSG_TRUNC tells it, and asked for it tells the length"
        from "isotp_recvmsg";
    not_a_connection apart
        "connect, listen, accept and shutdown: EOPNOTSUPP; a flag that send does not know: EINVAL or nothing"
        from "isotp_ops";
    interface_goes_down apart
        "When the interface goes down: ENETDOWN once; when it is taken away: ENODEV, and the socket is bound no more"
        from "isotp_notify";
}

const HERE: u32 = 0x7e0;
const THERE: u32 = 0x7e8;

/// That transfer on vcan0.
#[track_caller]
fn transfer<B: Bed>(bed: &B, rx_id: u32, tx_id: u32) -> Result<Addr> {
    Ok(Addr::Can(CanAddr::Isotp { ifindex: index_of(bed, "vcan0")?, rx_id, tx_id }))
}

fn fresh<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    socket(bed, &CAN_ISOTP)
}

/// Bound to send as HERE and to hear THERE.
#[track_caller]
fn bound<B: Bed>(bed: &B, socket: Socket<B::Host>) -> Result<Socket<B::Host>> {
    socket.bind(&transfer(bed, THERE, HERE)?)?;
    Ok(socket)
}

/// Two ends of a transfer, both with these options.
#[track_caller]
fn ends_with<B: Bed>(bed: &B, options: &IsotpOptions) -> Result<Two<B>> {
    let (near, far) = (fresh(bed)?, fresh(bed)?);
    for end in [&near, &far] {
        set_options(end, options)?;
    }
    far.bind(&transfer(bed, HERE, THERE)?)?;
    Ok((bound(bed, near)?, far))
}

#[track_caller]
fn ends<B: Bed>(bed: &B) -> Result<Two<B>> {
    ends_with(bed, &IsotpOptions::default())
}

#[track_caller]
fn set_options<H: Host>(socket: &Socket<H>, options: &IsotpOptions) -> Outcome {
    set_raw(socket, c::CAN_ISOTP_OPTS, &options.encode())
}

#[track_caller]
fn set_raw<H: Host>(socket: &Socket<H>, option: i32, value: &[u8]) -> Outcome {
    Ok(socket.setsockopt_raw(c::SOL_CAN_ISOTP, option, value)?)
}

fn get_raw<H: Host>(socket: &Socket<H>, option: i32) -> Result<Vec<u8>> {
    let mut value = vec![0; 64];
    let len = socket.getsockopt_raw(c::SOL_CAN_ISOTP, option, &mut value)?;
    value.truncate(len);
    Ok(value)
}

/// The next message is this.
#[track_caller]
fn gets<H: Host>(socket: &Socket<H>, expected: &[u8]) -> Outcome {
    socket.settimeout(Some(PATIENCE))?;
    let got = socket.recv_vec(10_000)?;
    socket.settimeout(None)?;
    if got == expected {
        Ok(())
    } else {
        Err(Stop::failed(&format!("a message of {} bytes came: {got:02x?}", got.len())))
    }
}

/// A frame of the bus in which HERE or THERE says this.
fn says(id: u32, data: &[u8]) -> CanFrame {
    CanFrame::new(CanId(id), data).expect("8 bytes at most")
}

fn message(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index * 7 + len) as u8).collect()
}

fn names<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::DGRAM)?;
    let extended = transfer(bed, CanId::extended(0x18da_00f1).0, CanId::extended(0x18da_f100).0)?;
    socket.bind(&extended)?;
    same("getsockname", socket.getsockname()?, extended)?;
    fails(socket.getpeername(), Errno::EOPNOTSUPP)
}

fn single_frame<B: Bed>(bed: &B) -> Outcome {
    let ((near, far), watch) = (ends(bed)?, raw_on(bed, "vcan0")?);
    for len in 1..=7 {
        let data = message(len);
        sends(&near, &data)?;
        gets(&far, &data)?;
        hears(&watch, &says(HERE, &[&[len as u8][..], &data].concat()))?;
    }
    hears_nothing(bed, &watch)
}

fn several_frames<B: Bed>(bed: &B) -> Outcome {
    let ((near, far), watch) = (ends(bed)?, raw_on(bed, "vcan0")?);
    sends(&near, b"0123456789abcdefghij")?;
    gets(&far, b"0123456789abcdefghij")?;
    hears(&watch, &says(HERE, b"\x10\x14012345"))?;
    hears(&watch, &says(THERE, b"\x30\0\0"))?;
    hears(&watch, &says(HERE, b"\x216789abc"))?;
    hears(&watch, &says(HERE, b"\x22defghij"))?;
    hears_nothing(bed, &watch)
}

fn every_length<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = ends(bed)?;
    for len in [1, 7, 8, 13, 14, 62, 63, 100, 1_000, 4_094, 4_095] {
        for (from, to) in [(&near, &far), (&far, &near)] {
            sends(from, &message(len))?;
            gets(to, &message(len))?;
        }
    }
    Ok(())
}

fn longest<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = ends(bed)?;
    let most = if bed.kernel() < (6, 5) { 66_000 } else { 8_300 };
    sends(&near, &message(8_300))?;
    gets(&far, &message(8_300))?;
    fails(near.send(&message(most + 1)), Errno::EINVAL)
}

fn nothing_to_send<B: Bed>(bed: &B) -> Outcome {
    let (near, _far) = ends(bed)?;
    fails(near.send(b""), Errno::EINVAL)
}

fn not_bound<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    fails(socket.send(b"x"), Errno::EADDRNOTAVAIL)?;
    fails(socket.recv(&mut [0]), Errno::EADDRNOTAVAIL)?;
    fails(socket.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EADDRNOTAVAIL)
}

fn bind_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let isotp = |ifindex, rx_id, tx_id| Addr::Can(CanAddr::Isotp { ifindex, rx_id, tx_id });
    for ifindex in [0, 9_999, u32::MAX, index_of(bed, "lo")?] {
        fails(socket.bind(&isotp(ifindex, 1, 2)), Errno::ENODEV)?;
    }
    fails(socket.bind(&bus(bed, "vcan0")?), Errno::EINVAL)?;
    for len in 0..14 {
        fails(socket.bind(&Addr::Raw { family: Family::CAN.raw() as u16, bytes: vec![0; len].into() }), Errno::EINVAL)?;
    }
    fails(socket.bind(&Addr::Raw { family: 40, bytes: vec![0; 14].into() }), Errno::EINVAL)?;
    fails(socket.bind(&transfer(bed, 5, 5)?), Errno::EADDRNOTAVAIL)?;
    socket.bind(&transfer(bed, CanId::extended(5).0, 5)?)?;
    Ok(())
}

fn other_bits_of_an_identifier<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    for bad in [0x800, 1 | CanId::RTR_FLAG, 1 | CanId::ERR_FLAG, u32::MAX] {
        fails(socket.bind(&transfer(bed, bad, 1)?), Errno::EINVAL)?;
        fails(socket.bind(&transfer(bed, 1, bad)?), Errno::EINVAL)?;
    }
    same("getsockname", socket.getsockname()?, Addr::Can(CanAddr::Isotp { ifindex: 0, rx_id: 0, tx_id: 0 }))
}

fn bind_twice<B: Bed>(bed: &B) -> Outcome {
    let socket = bound(bed, fresh(bed)?)?;
    fails(socket.bind(&transfer(bed, THERE, HERE)?), Errno::EINVAL)?;
    fails(socket.bind(&transfer(bed, 1, 2)?), Errno::EINVAL)
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

fn wrong_identifiers<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (bound(bed, fresh(bed)?)?, raw_on(bed, "vcan0")?);
    for id in [HERE, THERE + 1, THERE | CanId::EFF_FLAG, THERE | CanId::RTR_FLAG] {
        sends(&other, &says(id, b"\x03abc").encode())?;
    }
    hears_nothing(bed, &socket)?;
    sends(&other, &says(THERE, b"\x03abc").encode())?;
    gets(&socket, b"abc")
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

fn nobody_answers<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (bound(bed, fresh(bed)?)?, raw_on(bed, "vcan0")?);
    sends(&socket, b"longer than a frame")?;
    hears(&other, &says(HERE, b"\x10\x13longer"))?;
    becomes(&socket, PollEvents::ERR)?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, Some(Errno::ECOMM))?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, None)?;
    hears_nothing(bed, &other)?;
    sends(&socket, b"again")?;
    hears(&other, &says(HERE, b"\x05again"))
}

/// What becomes of a long message that is answered with this.
fn answered_with<B: Bed>(bed: &B, answer: &[u8]) -> Result<Option<Errno>> {
    let (socket, other) = (bound(bed, fresh(bed)?)?, raw_on(bed, "vcan0")?);
    sends(&socket, b"longer than a frame")?;
    hears(&other, &says(HERE, b"\x10\x13longer"))?;
    sends(&other, &says(THERE, answer).encode())?;
    becomes(&socket, PollEvents::ERR)?;
    Ok(socket.getsockopt(SO_ERROR)?)
}

fn receiver_refuses<B: Bed>(bed: &B) -> Outcome {
    same("SO_ERROR", answered_with(bed, b"\x32\0\0")?, Some(Errno::EMSGSIZE))
}

fn wrong_flow_control<B: Bed>(bed: &B) -> Outcome {
    same("of an unknown kind", answered_with(bed, b"\x33\0\0")?, Some(Errno::EBADMSG))?;
    same("too short", answered_with(bed, b"\x30\0")?, Some(Errno::EBADMSG))
}

fn a_frame_is_missing<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (bound(bed, fresh(bed)?)?, raw_on(bed, "vcan0")?);
    sends(&other, &says(THERE, b"\x10\x14012345").encode())?;
    hears(&other, &says(HERE, b"\x30\0\0"))?;
    sends(&other, &says(THERE, b"\x22defghij").encode())?;
    becomes(&socket, PollEvents::ERR)?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, Some(Errno::EILSEQ))?;
    sends(&other, &says(THERE, b"\x02go").encode())?;
    gets(&socket, b"go")
}

fn sender_stops<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (bound(bed, fresh(bed)?)?, raw_on(bed, "vcan0")?);
    sends(&other, &says(THERE, b"\x10\x14012345").encode())?;
    hears(&other, &says(HERE, b"\x30\0\0"))?;
    becomes(&socket, PollEvents::ERR)?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, Some(Errno::ETIMEDOUT))
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

fn one_at_a_time<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (fresh(bed)?, fresh(bed)?);
    set_raw(&far, c::CAN_ISOTP_RECV_FC, &IsotpFc { bs: 0, stmin: 100, wftmax: 0 }.encode())?;
    far.bind(&transfer(bed, HERE, THERE)?)?;
    let near = bound(bed, near)?;
    polls(&near, PollEvents::OUT)?;
    sends(&near, &message(62))?;
    fails(near.send_with(b"second", MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    polls(&near, PollEvents::empty())?;
    // A blocking one waits for its turn.
    let second = near.try_clone()?;
    let thread = bed.near().host.spawn("second", move || second.send(b"second"));
    gets(&far, &message(62))?;
    gets(&far, b"second")?;
    same("second", joins(thread)??, 6)
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

fn a_short_buffer<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = ends(bed)?;
    sends(&near, &message(100))?;
    becomes(&far, PollEvents::IN)?;
    same("recv", far.recv_vec(10)?, message(100)[..10].to_vec())?;
    sends(&near, &message(100))?;
    becomes(&far, PollEvents::IN)?;
    same("recv with MSG_TRUNC", far.recv_with(&mut [0; 10], MsgFlags::TRUNC)?, 100)?;
    hears_nothing(bed, &far)
}

fn not_a_connection<B: Bed>(bed: &B) -> Outcome {
    let (near, _far) = ends(bed)?;
    fails(near.connect(&transfer(bed, THERE, HERE)?), Errno::EOPNOTSUPP)?;
    fails(near.listen(1), Errno::EOPNOTSUPP)?;
    fails(near.accept(), Errno::EOPNOTSUPP)?;
    fails(near.shutdown(Shutdown::Both), Errno::EOPNOTSUPP)
}

fn interface_goes_down<B: Bed>(bed: &B) -> Outcome {
    let ((near, _far), watch) = (ends(bed)?, raw_on(bed, "vcan0")?);
    set_up(&watch, "vcan0", false)?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, Some(Errno::ENETDOWN))?;
    fails(near.send(b"x"), Errno::ENETDOWN)?;
    bed.unplug("vcan0")?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, Some(Errno::ENODEV))?;
    fails(near.send(b"x"), Errno::EADDRNOTAVAIL)
}
