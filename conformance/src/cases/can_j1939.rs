//! SAE J1939: `CAN_J1939`. Documentation/networking/j1939.rst.

use std::{
    io::{IoSlice, IoSliceMut},
    time::Duration,
};

use wavetank_api::{
    Addr, CanAddr, Errno, Family, Host, MsgFlags, PollEvents, RecvMsg, SendMsg, Shutdown, SockType, Socket, c,
    can::{CanFrame, CanId, J1939Filter},
    control::{ControlMessages, SCM_J1939_DEST_ADDR, SCM_J1939_DEST_NAME, SCM_J1939_PRIO},
    option::{SO_BROADCAST, SO_ERROR, SO_TYPE},
};

use super::can::{Result, bus, hears, hears_nothing, index_of, need, raw_on, sends, set_up, socket};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, PATIENCE, Stop, becomes, fails, holds, same},
    need::Need,
};

pub(super) const CAN_J1939: Need = need(SockType::DGRAM, c::CAN_J1939);

cases! { can::j1939, needs CAN_J1939:
    names apart
        "getsockname tells interface, name and address of the socket, not its group; getpeername those of connect, before it EADDRNOTAVAIL"
        from "j1939_sk_getname";
    bind_refused apart
        "bind without an interface or to one that is not there or no CAN: ENODEV; a short address, another family or a group with bits of an address: EINVAL"
        from "j1939_sk_bind, j1939_sk_sanity_check";
    bind_again apart
        "A bound socket may get another address on its interface; another interface is EINVAL"
        from "j1939_sk_bind: jsk->ifindex != addr->can_ifindex";
    connect_refused apart
        "connect before bind: EINVAL; to everybody without SO_BROADCAST: EACCES"
        from "j1939_sk_connect";
    not_bound apart
        "An unbound socket, and one without an address, cannot send: EBADFD"
        from "j1939_sk_sendmsg";
    to_an_address apart
        "A message to an address reaches the socket bound to it, with the sender's address and group"
        from "Documentation/networking/j1939.rst, API calls; j1939_sk_recv";
    connected apart
        "A connected socket sends with send"
        from "Documentation/networking/j1939.rst, API calls: connect";
    on_the_bus apart
        "The identifier has priority, group, destination and source"
        from "SAE J1939-21, 5.2; j1939_send_one";
    priority apart
        "SO_J1939_SEND_PRIO is 6 by default, from 0 to 7, otherwise EDOM; SCM_J1939_PRIO tells it"
        from "j1939_sk_setsockopt SO_J1939_SEND_PRIO";
    destination_is_told apart
        "SCM_J1939_DEST_ADDR tells the destination, of a broadcast it is absent"
        from "j1939_sk_recvmsg";
    broadcast apart
        "A message to everybody takes SO_BROADCAST (EACCES), and reaches who set it"
        from "Documentation/networking/j1939.rst, API calls; j1939_sk_recv_match: SOCK_BROADCAST";
    group_is_filtered apart
        "A socket bound to a group hears no other"
        from "Documentation/networking/j1939.rst: bind() with a PGN; j1939_sk_recv_match_one";
    filters apart
        "SO_J1939_FILTER passes what agrees with one of the filters in the bits of its masks; none passes all"
        from "Documentation/networking/j1939.rst, Filters; j1939_sk_match_filter";
    filters_refused apart
        "Filters of another length, or more than 512: EINVAL"
        from "j1939_sk_setsockopt SO_J1939_FILTER; J1939_FILTER_MAX";
    promiscuous apart
        "With SO_J1939_PROMISC a socket hears what is for others"
        from "Documentation/networking/j1939.rst: SO_J1939_PROMISC";
    address_claim apart
        "A name claims its address with the group of claims; 250 ms later it may send by name, and be reached by it"
        from "Documentation/networking/j1939.rst, Address Claiming; j1939_ac_process";
    name_without_an_address apart
        "A name that has claimed no address cannot send: EADDRNOTAVAIL; nor can one be reached"
        from "j1939_ac_fixup";
    wrong_claim apart
        "A claim with another name than the socket's, or of another length: EPROTO"
        from "j1939_ac_verify_outgoing";
    receive_flags apart
        "recv knows MSG_DONTWAIT and MSG_ERRQUEUE: any other flag is EINVAL"
        from "j1939_sk_recvmsg";
    a_short_buffer apart
        "What does not fit into the buffer is lost, MSG_TRUNC tells it"
        from "j1939_sk_recvmsg";
    options_refused apart
        "Another length than an int's: EINVAL; an unknown option: ENOPROTOOPT; another level: EINVAL"
        from "j1939_sk_setsockopt_flag, j1939_sk_setsockopt";
    not_a_connection apart
        "listen, accept and shutdown: EOPNOTSUPP"
        from "j1939_ops";
    interface_goes_down apart
        "When the interface goes down: ENETDOWN, once"
        from "j1939_netdev_notify, j1939_sk_netdev_event_netdown";
}

/// A group with a destination (PDU1) and one without (PDU2).
pub(super) const TO_ONE: u32 = 0x0_1200;

pub(super) const TO_ALL: u32 = 0x0_feca;

/// Every group, and every address.
const NO_PGN: u32 = c::J1939_NO_PGN as u32;

pub(super) const NO_ADDR: u8 = c::J1939_NO_ADDR as u8;

pub(super) const NEAR: u8 = 0x20;

pub(super) const FAR: u8 = 0x30;

/// An address on vcan0.
#[track_caller]
pub(super) fn at<B: Bed>(bed: &B, name: u64, pgn: u32, addr: u8) -> Result<Addr> {
    Ok(Addr::Can(CanAddr::J1939 { ifindex: index_of(bed, "vcan0")?, name, pgn, addr }))
}

fn fresh<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    socket(bed, &CAN_J1939)
}

/// Bound to that address, for every group.
#[track_caller]
pub(super) fn node<B: Bed>(bed: &B, addr: u8) -> Result<Socket<B::Host>> {
    let socket = fresh(bed)?;
    socket.bind(&at(bed, 0, NO_PGN, addr)?)?;
    Ok(socket)
}

#[track_caller]
pub(super) fn sends_to<B: Bed>(bed: &B, socket: &Socket<B::Host>, data: &[u8], pgn: u32, addr: u8) -> Outcome {
    same("sendto", socket.sendto(data, &at(bed, 0, pgn, addr)?)?, data.len())
}

/// What came, and from whom.
#[track_caller]
pub(super) fn receives_from<H: Host>(socket: &Socket<H>, expected: &[u8]) -> Result<Addr> {
    socket.settimeout(Some(PATIENCE))?;
    let mut buf = vec![0; 100_000];
    let (count, from) = socket.recvfrom(&mut buf)?;
    socket.settimeout(None)?;
    if buf[..count] == *expected {
        return Ok(from);
    }
    Err(Stop::failed(&format!("a message of {count} bytes came from {from}: {:02x?}", &buf[..count.min(20)])))
}

fn set_int<H: Host>(socket: &Socket<H>, option: i32, value: i32) -> wavetank_api::Result<()> {
    socket.setsockopt_raw(c::SOL_CAN_J1939, option, &value.to_ne_bytes())
}

/// A frame of J1939.
pub(super) fn says(id: u32, data: &[u8]) -> CanFrame {
    CanFrame::new(CanId::extended(id), data).expect("8 bytes at most")
}

fn names<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::DGRAM)?;
    socket.bind(&at(bed, 0x1122_3344_5566_7788, TO_ONE, NEAR)?)?;
    same("getsockname", socket.getsockname()?, at(bed, 0x1122_3344_5566_7788, NO_PGN, NEAR)?)?;
    fails(socket.getpeername(), Errno::EADDRNOTAVAIL)?;
    socket.connect(&at(bed, 7, TO_ONE, FAR)?)?;
    same("getpeername", socket.getpeername()?, at(bed, 7, TO_ONE, FAR)?)
}

fn bind_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let addr = |ifindex, pgn| Addr::Can(CanAddr::J1939 { ifindex, name: 0, pgn, addr: NEAR });
    for ifindex in [0, 9_999, index_of(bed, "lo")?] {
        fails(socket.bind(&addr(ifindex, NO_PGN)), Errno::ENODEV)?;
    }
    let vcan0 = index_of(bed, "vcan0")?;
    // PDU1 with bits of a destination; beyond the groups that there are.
    for pgn in [TO_ONE | 1, 0xea80] {
        fails(socket.bind(&addr(vcan0, pgn)), Errno::EINVAL)?;
    }
    fails(socket.bind(&bus(bed, "vcan0")?), Errno::EINVAL)?;
    for len in 0..14 {
        fails(socket.bind(&Addr::Raw { family: Family::CAN.raw() as u16, bytes: vec![0; len].into() }), Errno::EINVAL)?;
    }
    fails(socket.bind(&Addr::Raw { family: 40, bytes: vec![0; 22].into() }), Errno::EINVAL)
}

fn bind_again<B: Bed>(bed: &B) -> Outcome {
    let (socket, far) = (node(bed, NEAR)?, node(bed, FAR)?);
    socket.bind(&at(bed, 0, NO_PGN, 0x21)?)?;
    sends_to(bed, &socket, b"moved", TO_ONE, FAR)?;
    same("from", receives_from(&far, b"moved")?, at(bed, 0, TO_ONE, 0x21)?)?;
    let elsewhere = CanAddr::J1939 { ifindex: index_of(bed, "vcan1")?, name: 0, pgn: NO_PGN, addr: NEAR };
    fails(socket.bind(&Addr::Can(elsewhere)), Errno::EINVAL)
}

fn connect_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let to_all = at(bed, 0, TO_ALL, NO_ADDR)?;
    fails(socket.connect(&to_all), Errno::EINVAL)?;
    socket.bind(&at(bed, 0, NO_PGN, NEAR)?)?;
    fails(socket.connect(&to_all), Errno::EACCES)?;
    fails(socket.connect(&at(bed, 0, TO_ONE | 1, FAR)?), Errno::EINVAL)?;
    fails(socket.connect(&bus(bed, "vcan0")?), Errno::EINVAL)?;
    socket.setsockopt(SO_BROADCAST, true)?;
    Ok(socket.connect(&to_all)?)
}

fn not_bound<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let far = at(bed, 0, TO_ONE, FAR)?;
    fails(socket.sendto(b"x", &far), Errno::EBADFD)?;
    fails(socket.send(b"x"), Errno::EBADFD)?;
    socket.bind(&at(bed, 0, NO_PGN, NO_ADDR)?)?;
    fails(socket.sendto(b"x", &far), Errno::EBADFD)
}

fn to_an_address<B: Bed>(bed: &B) -> Outcome {
    let (near, far, other) = (node(bed, NEAR)?, node(bed, FAR)?, node(bed, 0x40)?);
    for data in [&b"hello"[..], b"12345678", b"x"] {
        sends_to(bed, &near, data, TO_ONE, FAR)?;
        same("from", receives_from(&far, data)?, at(bed, 0, TO_ONE, NEAR)?)?;
    }
    hears_nothing(bed, &other)?;
    hears_nothing(bed, &near)
}

fn connected<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (node(bed, NEAR)?, node(bed, FAR)?);
    fails(near.send(b"x"), Errno::EACCES)?;
    near.connect(&at(bed, 0, TO_ONE, FAR)?)?;
    sends(&near, b"by send")?;
    same("from", receives_from(&far, b"by send")?, at(bed, 0, TO_ONE, NEAR)?)?;
    // What it hears is the peer's alone.
    sends_to(bed, &node(bed, 0x41)?, b"other", TO_ONE, NEAR)?;
    sends_to(bed, &far, b"peer", TO_ONE, NEAR)?;
    receives_from(&near, b"peer").map(drop)
}

fn on_the_bus<B: Bed>(bed: &B) -> Outcome {
    let (near, watch) = (node(bed, NEAR)?, raw_on(bed, "vcan0")?);
    sends_to(bed, &near, b"one", TO_ONE, FAR)?;
    hears(&watch, &says(0x1812_3020, b"one"))?;
    near.setsockopt(SO_BROADCAST, true)?;
    sends_to(bed, &near, b"all", TO_ALL, NO_ADDR)?;
    hears(&watch, &says(0x18fe_ca20, b"all"))?;
    // And the other way round: a frame of somebody who knows nothing of sockets.
    sends(&watch, &says(0x0012_2077, b"in").encode())?;
    same("from", receives_from(&near, b"in")?, at(bed, 0, TO_ONE, 0x77)?)
}

/// The control messages of the next message.
fn control_of<H: Host>(socket: &Socket<H>) -> Result<Vec<u8>> {
    becomes(socket, PollEvents::IN)?;
    let (mut buf, mut control) = ([0; 64], [0; 256]);
    let mut bufs = [IoSliceMut::new(&mut buf)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut control);
    socket.recvmsg(&mut msg, MsgFlags::DONTWAIT)?;
    let len = msg.control_len;
    Ok(control[..len].to_vec())
}

fn priority<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (node(bed, NEAR)?, node(bed, FAR)?);
    let mut value = [0; 4];
    near.getsockopt_raw(c::SOL_CAN_J1939, c::SO_J1939_SEND_PRIO, &mut value)?;
    same("SO_J1939_SEND_PRIO", i32::from_ne_bytes(value), 6)?;
    for priority in 0..=7 {
        set_int(&near, c::SO_J1939_SEND_PRIO, priority)?;
        sends_to(bed, &near, b"x", TO_ONE, FAR)?;
        let told = ControlMessages::new(&control_of(&far)?).find(SCM_J1939_PRIO);
        same("SCM_J1939_PRIO", told, Some(priority as u8))?;
    }
    [-1, 8, 1_000].into_iter().try_for_each(|bad| fails(set_int(&near, c::SO_J1939_SEND_PRIO, bad), Errno::EDOM))
}

fn destination_is_told<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (node(bed, NEAR)?, node(bed, FAR)?);
    sends_to(bed, &near, b"x", TO_ONE, FAR)?;
    let control = control_of(&far)?;
    same("SCM_J1939_DEST_ADDR", ControlMessages::new(&control).find(SCM_J1939_DEST_ADDR), Some(FAR))?;
    same("SCM_J1939_DEST_NAME", ControlMessages::new(&control).find(SCM_J1939_DEST_NAME), None)?;
    for socket in [&near, &far] {
        socket.setsockopt(SO_BROADCAST, true)?;
    }
    sends_to(bed, &near, b"x", TO_ALL, NO_ADDR)?;
    let control = control_of(&far)?;
    same("SCM_J1939_DEST_ADDR", ControlMessages::new(&control).find(SCM_J1939_DEST_ADDR), None)
}

fn broadcast<B: Bed>(bed: &B) -> Outcome {
    let (near, far, deaf) = (node(bed, NEAR)?, node(bed, FAR)?, node(bed, 0x40)?);
    let to_all = at(bed, 0, TO_ALL, NO_ADDR)?;
    fails(near.sendto(b"x", &to_all), Errno::EACCES)?;
    near.setsockopt(SO_BROADCAST, true)?;
    far.setsockopt(SO_BROADCAST, true)?;
    same("sendto", near.sendto(b"to all", &to_all)?, 6)?;
    same("from", receives_from(&far, b"to all")?, at(bed, 0, TO_ALL, NEAR)?)?;
    hears_nothing(bed, &deaf)
}

fn group_is_filtered<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (node(bed, NEAR)?, fresh(bed)?);
    far.bind(&at(bed, 0, TO_ONE, FAR)?)?;
    sends_to(bed, &near, b"other", 0x1300, FAR)?;
    sends_to(bed, &near, b"this", TO_ONE, FAR)?;
    receives_from(&far, b"this").map(drop)?;
    hears_nothing(bed, &far)
}

fn filters<B: Bed>(bed: &B) -> Outcome {
    let (near, other, far) = (node(bed, NEAR)?, node(bed, 0x21)?, node(bed, FAR)?);
    let set = |filters: &[J1939Filter]| {
        far.setsockopt_raw(c::SOL_CAN_J1939, c::SO_J1939_FILTER, &J1939Filter::encode(filters))
    };
    let group = J1939Filter { pgn: TO_ONE, pgn_mask: c::J1939_PGN_MAX as u32, ..J1939Filter::default() };
    let sender = J1939Filter { addr: 0x21, addr_mask: 0xff, ..J1939Filter::default() };
    set(&[group, sender])?;
    let say_all = || {
        sends_to(bed, &near, b"a", 0x1300, FAR)?;
        sends_to(bed, &near, b"b", TO_ONE, FAR)?;
        sends_to(bed, &other, b"c", 0x1300, FAR)
    };
    say_all()?;
    // Each sender's messages are in order, the two senders' not.
    same("filtered", sorted(&far, 2)?, b"bc".to_vec())?;
    hears_nothing(bed, &far)?;
    set(&[])?;
    say_all()?;
    same("all", sorted(&far, 3)?, b"abc".to_vec())
}

/// The next messages of a byte each.
fn sorted<H: Host>(socket: &Socket<H>, count: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        bytes.extend(socket.recv_vec(8)?);
    }
    bytes.sort_unstable();
    Ok(bytes)
}

fn filters_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let set = |len: usize| socket.setsockopt_raw(c::SOL_CAN_J1939, c::SO_J1939_FILTER, &vec![0; len]);
    for len in [1, 8, 31, 33, 513 * 32] {
        fails(set(len), Errno::EINVAL)?;
    }
    Ok(set(512 * 32)?)
}

fn promiscuous<B: Bed>(bed: &B) -> Outcome {
    let (near, _far, ear) = (node(bed, NEAR)?, node(bed, FAR)?, node(bed, 0x40)?);
    set_int(&ear, c::SO_J1939_PROMISC, 1)?;
    sends_to(bed, &near, b"secret", TO_ONE, FAR)?;
    same("from", receives_from(&ear, b"secret")?, at(bed, 0, TO_ONE, NEAR)?)?;
    set_int(&ear, c::SO_J1939_PROMISC, 0)?;
    sends_to(bed, &near, b"secret", TO_ONE, FAR)?;
    hears_nothing(bed, &ear)
}

const NAME: u64 = 0x8000_1234_5678_9abc;

const CLAIM: u32 = c::J1939_PGN_ADDRESS_CLAIMED as u32;

/// A socket with a name, and what claims its address.
fn named<B: Bed>(bed: &B) -> Result<(Socket<B::Host>, Addr)> {
    let socket = fresh(bed)?;
    socket.setsockopt(SO_BROADCAST, true)?;
    socket.bind(&at(bed, NAME, NO_PGN, NEAR)?)?;
    Ok((socket, at(bed, 0, CLAIM, NO_ADDR)?))
}

fn address_claim<B: Bed>(bed: &B) -> Outcome {
    let ((near, claim), far, watch) = (named(bed)?, node(bed, FAR)?, raw_on(bed, "vcan0")?);
    let host = bed.near().host;
    let begin = host.now();
    same("claim", near.sendto(&NAME.to_le_bytes(), &claim)?, 8)?;
    hears(&watch, &says(0x18ee_ff20, &NAME.to_le_bytes()))?;
    let far_addr = at(bed, 0, TO_ONE, FAR)?;
    let early = near.sendto(b"early", &far_addr);
    if host.now() - begin < Duration::from_millis(250) {
        fails(early, Errno::EADDRNOTAVAIL)?;
    } else if early.is_ok() {
        // A machine this slow was not early.
        receives_from(&far, b"early")?;
    }
    host.sleep(Duration::from_millis(600));
    same("sendto", near.sendto(b"named", &far_addr)?, 5)?;
    // Both are told: the name, and the address that it has.
    same("from", receives_from(&far, b"named")?, at(bed, NAME, TO_ONE, NEAR)?)?;
    far.sendto(b"by name", &at(bed, NAME, TO_ONE, NO_ADDR)?)?;
    let control = control_of(&near)?;
    same("SCM_J1939_DEST_NAME", ControlMessages::new(&control).find(SCM_J1939_DEST_NAME), Some(NAME))?;
    same("SCM_J1939_DEST_ADDR", ControlMessages::new(&control).find(SCM_J1939_DEST_ADDR), Some(NEAR))
}

fn name_without_an_address<B: Bed>(bed: &B) -> Outcome {
    let ((near, _claim), far) = (named(bed)?, node(bed, FAR)?);
    fails(near.sendto(b"x", &at(bed, 0, TO_ONE, FAR)?), Errno::EADDRNOTAVAIL)?;
    let nobody = at(bed, 0x4711, TO_ONE, NO_ADDR)?;
    fails(far.sendto(b"x", &nobody), Errno::EADDRNOTAVAIL)
}

fn wrong_claim<B: Bed>(bed: &B) -> Outcome {
    let ((near, claim), watch) = (named(bed)?, raw_on(bed, "vcan0")?);
    for data in [&(NAME + 1).to_le_bytes()[..], &NAME.to_le_bytes()[..7], b"", &[0; 8]] {
        fails(near.sendto(data, &claim), Errno::EPROTO)?;
    }
    hears_nothing(bed, &watch)
}

fn receive_flags<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (node(bed, NEAR)?, node(bed, FAR)?);
    sends_to(bed, &near, b"x", TO_ONE, FAR)?;
    becomes(&far, PollEvents::IN)?;
    for flag in [MsgFlags::PEEK, MsgFlags::TRUNC, MsgFlags::OOB, MsgFlags::WAITALL] {
        fails(far.recv_with(&mut [0; 8], flag), Errno::EINVAL)?;
    }
    same("recv", far.recv_with(&mut [0; 8], MsgFlags::DONTWAIT)?, 1)?;
    fails(far.recv_with(&mut [0; 8], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    fails(far.recv_with(&mut [0; 8], MsgFlags::ERRQUEUE), Errno::EAGAIN)
}

fn a_short_buffer<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (node(bed, NEAR)?, node(bed, FAR)?);
    let parts = [IoSlice::new(b"in "), IoSlice::new(b"parts")];
    let to = at(bed, 0, TO_ONE, FAR)?;
    same("sendmsg", near.sendmsg(&SendMsg::new(&parts).to(&to), MsgFlags::empty())?, 8)?;
    becomes(&far, PollEvents::IN)?;
    let mut buf = [0; 4];
    let mut bufs = [IoSliceMut::new(&mut buf)];
    let mut msg = RecvMsg::new(&mut bufs);
    same("recvmsg", far.recvmsg(&mut msg, MsgFlags::DONTWAIT)?, 4)?;
    holds("MSG_TRUNC is told", msg.flags.contains(MsgFlags::TRUNC))?;
    same("data", &buf, b"in p")?;
    hears_nothing(bed, &far)
}

fn options_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    for option in [c::SO_J1939_PROMISC, c::SO_J1939_SEND_PRIO, c::SO_J1939_ERRQUEUE] {
        for len in [0, 1, 3, 5] {
            fails(socket.setsockopt_raw(c::SOL_CAN_J1939, option, &vec![0; len]), Errno::EINVAL)?;
        }
    }
    fails(set_int(&socket, 99, 1), Errno::ENOPROTOOPT)?;
    fails(socket.getsockopt_raw(c::SOL_CAN_J1939, 99, &mut [0; 4]), Errno::ENOPROTOOPT)?;
    fails(socket.setsockopt_raw(c::SOL_CAN_RAW, c::SO_J1939_PROMISC, &[0; 4]), Errno::EINVAL)?;
    fails(socket.getsockopt_raw(c::SOL_CAN_RAW, c::SO_J1939_PROMISC, &mut [0; 4]), Errno::EINVAL)
}

fn not_a_connection<B: Bed>(bed: &B) -> Outcome {
    let socket = node(bed, NEAR)?;
    fails(socket.listen(1), Errno::EOPNOTSUPP)?;
    fails(socket.accept(), Errno::EOPNOTSUPP)?;
    fails(socket.shutdown(Shutdown::Both), Errno::EOPNOTSUPP)
}

fn interface_goes_down<B: Bed>(bed: &B) -> Outcome {
    let (near, watch) = (node(bed, NEAR)?, raw_on(bed, "vcan0")?);
    set_up(&watch, "vcan0", false)?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, Some(Errno::ENETDOWN))?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, None)
}
