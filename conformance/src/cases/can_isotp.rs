//! Transfers of more than a frame: `CAN_ISOTP`, ISO 15765-2.

use wavetank_api::{
    Addr, CanAddr, Errno, Family, Host, MsgFlags, PollEvents, Shutdown, SockType, Socket, c,
    can::{CanFrame, CanId, IsotpFc, IsotpOptions},
    option::{SO_ERROR, SO_TYPE},
};

use super::can::{Result, Two, bus, hears, hears_nothing, index_of, need, raw_on, sends, set_up, socket};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, PATIENCE, Stop, becomes, fails, joins, polls, same},
    need::Need,
};

pub(super) const CAN_ISOTP: Need = need(SockType::DGRAM, c::CAN_ISOTP);

cases! { can::isotp, needs CAN_ISOTP:
    names apart
        "getsockname tells interface and both identifiers; getpeername is EOPNOTSUPP"
        from "isotp_getname";
    single_frame apart
        "Up to 7 bytes are one frame: the length, then the data"
        from "ISO 15765-2 single frame; N_PCI_SF";
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
    wrong_identifiers apart
        "A frame with another identifier is not heard, nor are those of 29 bits with the same number"
        from "isotp_bind: can_rx_register with SINGLE_MASK";
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
    one_at_a_time apart
        "While a message is under way a non-blocking send says EAGAIN, and poll says not writable"
        from "isotp_sendmsg: so->tx.state; isotp_poll, Linux 6.2";
    a_short_buffer apart
        "What does not fit into the buffer is lost: MSG_TRUNC tells it, and asked for it tells the length"
        from "isotp_recvmsg";
    not_a_connection apart
        "connect, listen, accept and shutdown: EOPNOTSUPP"
        from "isotp_ops";
    interface_goes_down apart
        "When the interface goes down: ENETDOWN once; when it is taken away: ENODEV, and the socket is bound no more"
        from "isotp_notify";
}

pub(super) const HERE: u32 = 0x7e0;

pub(super) const THERE: u32 = 0x7e8;

/// That transfer on vcan0.
#[track_caller]
pub(super) fn transfer<B: Bed>(bed: &B, rx_id: u32, tx_id: u32) -> Result<Addr> {
    Ok(Addr::Can(CanAddr::Isotp { ifindex: index_of(bed, "vcan0")?, rx_id, tx_id }))
}

pub(super) fn fresh<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    socket(bed, &CAN_ISOTP)
}

/// Bound to send as HERE and to hear THERE.
#[track_caller]
pub(super) fn bound<B: Bed>(bed: &B, socket: Socket<B::Host>) -> Result<Socket<B::Host>> {
    socket.bind(&transfer(bed, THERE, HERE)?)?;
    Ok(socket)
}

/// Two ends of a transfer, both with these options.
#[track_caller]
pub(super) fn ends_with<B: Bed>(bed: &B, options: &IsotpOptions) -> Result<Two<B>> {
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
pub(super) fn set_options<H: Host>(socket: &Socket<H>, options: &IsotpOptions) -> Outcome {
    set_raw(socket, c::CAN_ISOTP_OPTS, &options.encode())
}

#[track_caller]
pub(super) fn set_raw<H: Host>(socket: &Socket<H>, option: i32, value: &[u8]) -> Outcome {
    Ok(socket.setsockopt_raw(c::SOL_CAN_ISOTP, option, value)?)
}

/// The next message is this.
#[track_caller]
pub(super) fn gets<H: Host>(socket: &Socket<H>, expected: &[u8]) -> Outcome {
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
pub(super) fn says(id: u32, data: &[u8]) -> CanFrame {
    CanFrame::new(CanId(id), data).expect("8 bytes at most")
}

pub(super) fn message(len: usize) -> Vec<u8> {
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

fn wrong_identifiers<B: Bed>(bed: &B) -> Outcome {
    let (socket, other) = (bound(bed, fresh(bed)?)?, raw_on(bed, "vcan0")?);
    for id in [HERE, THERE + 1, THERE | CanId::EFF_FLAG, THERE | CanId::RTR_FLAG] {
        sends(&other, &says(id, b"\x03abc").encode())?;
    }
    hears_nothing(bed, &socket)?;
    sends(&other, &says(THERE, b"\x03abc").encode())?;
    gets(&socket, b"abc")
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
