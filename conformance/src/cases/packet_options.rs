//! Options of packet sockets. `packet(7)`.

use wavetank_api::{Errno, MsgFlags, SockOpt, SockType, Socket, option::SO_RCVBUF};

use super::netlink::{get_link, one_answer, route};
use super::packet::{ETH_P_ALL, ETH_P_IP, PACKET, PACKET_HOST, PACKET_OUTGOING, chatter, frame, index, on, packet};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, holds, same},
    message::recvmsg,
};

cases! { packet::options, needs PACKET:
    promiscuous apart
        "PACKET_ADD_MEMBERSHIP with PACKET_MR_PROMISC: the interface counts who wants it, until he leaves or closes"
        from "packet(7); packet_dev_mc: dev_set_promiscuity";
    memberships_are_counted apart
        "The same membership twice is one of the interface's, and must be dropped twice"
        from "packet_mc_add: ml->count";
    wrong_memberships apart
        "No such interface: ENODEV; less than the structure: EINVAL; what was never added can be dropped"
        from "packet_setsockopt, packet_mc_add, packet_mc_drop";
    auxdata apart
        "PACKET_AUXDATA: a control message with lengths and places of the headers"
        from "packet(7); packet_recvmsg: struct tpacket_auxdata";
    statistics apart
        "PACKET_STATISTICS counts what was heard, and begins anew when it is read"
        from "packet(7); packet_getsockopt";
    statistics_of_losses apart
        "What finds the buffer full is counted as dropped, and as heard"
        from "packet(7) tp_packets, tp_drops";
    ignore_outgoing apart
        "PACKET_IGNORE_OUTGOING: only what arrives is heard"
        from "packet(7); dev_queue_xmit_nit: ignore_outgoing";
    fanout apart
        "PACKET_FANOUT: each packet goes to one of the group; before bind to a protocol: EINVAL"
        from "packet(7); fanout_add";
    header_lengths apart
        "PACKET_HDRLEN tells the length of a ring's header by version; another version: EINVAL"
        from "packet(7); packet_getsockopt";
    ring_versions apart
        "PACKET_VERSION: 0, 1 or 2; another: EINVAL"
        from "packet(7); packet_setsockopt";
    plain_numbers apart
        "PACKET_RESERVE, PACKET_LOSS, PACKET_ORIGDEV, PACKET_TIMESTAMP, PACKET_COPY_THRESH: what is set is read back"
        from "packet(7); packet_setsockopt, packet_getsockopt";
    unknown apart
        "An unknown option and another level: ENOPROTOOPT; half a number: EINVAL"
        from "packet_setsockopt, packet_getsockopt";
}

const SOL_PACKET: i32 = 263;
const PACKET_ADD_MEMBERSHIP: i32 = 1;
const PACKET_DROP_MEMBERSHIP: i32 = 2;
const PACKET_STATISTICS: i32 = 6;
const PACKET_AUXDATA: SockOpt<i32> = SockOpt::new(SOL_PACKET, 8);
const PACKET_VERSION: SockOpt<i32> = SockOpt::new(SOL_PACKET, 10);
const PACKET_HDRLEN: i32 = 11;
const PACKET_FANOUT: SockOpt<u32> = SockOpt::new(SOL_PACKET, 18);
const PACKET_IGNORE_OUTGOING: SockOpt<i32> = SockOpt::new(SOL_PACKET, 23);

/// `struct packet_mreq`.
fn membership(ifindex: u32, kind: u16) -> Vec<u8> {
    [&ifindex.to_ne_bytes()[..], &kind.to_ne_bytes(), &[0; 10]].concat()
}

const PACKET_MR_PROMISC: u16 = 1;

/// How many want the interface to be promiscuous.
fn promiscuity<B: Bed>(bed: &B, name: &str) -> Result<u32, Stop> {
    const IFLA_PROMISCUITY: u16 = 30;
    let socket = route(bed)?;
    socket.send(&get_link(1, name))?;
    let link = one_answer::<B>(&socket)?;
    let number = link.attribute(16, IFLA_PROMISCUITY).and_then(|data| data.try_into().ok());
    number.map(u32::from_ne_bytes).ok_or_else(|| Stop::failed("the link does not tell its promiscuity"))
}

fn promiscuous<B: Bed>(bed: &B) -> Outcome {
    let promisc = membership(index(bed, "br7")?, PACKET_MR_PROMISC);
    let sockets = [packet(bed, SockType::RAW, ETH_P_ALL)?, packet(bed, SockType::RAW, ETH_P_ALL)?];
    for (at, socket) in sockets.iter().enumerate() {
        same("before", promiscuity(bed, "br7")?, at as u32)?;
        socket.setsockopt_raw(SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc)?;
    }
    same("two", promiscuity(bed, "br7")?, 2)?;
    let [leaves, closes] = sockets;
    leaves.setsockopt_raw(SOL_PACKET, PACKET_DROP_MEMBERSHIP, &promisc)?;
    same("one has left", promiscuity(bed, "br7")?, 1)?;
    closes.close()?;
    same("one has closed", promiscuity(bed, "br7")?, 0)
}

fn memberships_are_counted<B: Bed>(bed: &B) -> Outcome {
    let promisc = membership(index(bed, "br7")?, PACKET_MR_PROMISC);
    let socket = packet(bed, SockType::RAW, ETH_P_ALL)?;
    for _ in 0..2 {
        socket.setsockopt_raw(SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc)?;
        same("added", promiscuity(bed, "br7")?, 1)?;
    }
    for left in [1, 0] {
        socket.setsockopt_raw(SOL_PACKET, PACKET_DROP_MEMBERSHIP, &promisc)?;
        same("dropped", promiscuity(bed, "br7")?, left)?;
    }
    Ok(())
}

fn wrong_memberships<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, ETH_P_ALL)?;
    let nowhere = membership(999, PACKET_MR_PROMISC);
    fails(socket.setsockopt_raw(SOL_PACKET, PACKET_ADD_MEMBERSHIP, &nowhere), Errno::ENODEV)?;
    fails(socket.setsockopt_raw(SOL_PACKET, PACKET_ADD_MEMBERSHIP, &nowhere[..15]), Errno::EINVAL)?;
    let promisc = membership(index(bed, "br7")?, PACKET_MR_PROMISC);
    Ok(socket.setsockopt_raw(SOL_PACKET, PACKET_DROP_MEMBERSHIP, &promisc)?)
}

fn auxdata<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, ETH_P_IP)?;
    same("PACKET_AUXDATA", socket.getsockopt(PACKET_AUXDATA)?, 0)?;
    socket.setsockopt(PACKET_AUXDATA, 1)?;
    chatter(bed, b"x")?;
    let got = recvmsg(&socket, 10, MsgFlags::empty())?;
    let data = got.raw(SOL_PACKET, PACKET_AUXDATA.name()).ok_or_else(|| Stop::failed("no PACKET_AUXDATA"))?;
    same("length", data.len(), 20)?;
    let long = |at: usize| u32::from_ne_bytes(data[at..at + 4].try_into().expect("four bytes"));
    let short = |at: usize| u16::from_ne_bytes([data[at], data[at + 1]]);
    same("length of the frame, and of what was kept", (long(4), long(8)), (43, 43))?;
    same("where the headers begin", (short(12), short(14)), (0, 14))
}

/// Heard and dropped.
fn statistics_of<B: Bed>(socket: &Socket<B::Host>) -> Result<(u32, u32), Stop> {
    let mut value = [0; 8];
    same("length", socket.getsockopt_raw(SOL_PACKET, PACKET_STATISTICS, &mut value)?, 8)?;
    let [a, b, c, d, e, f, g, h] = value;
    Ok((u32::from_ne_bytes([a, b, c, d]), u32::from_ne_bytes([e, f, g, h])))
}

fn statistics<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, ETH_P_IP)?;
    for _ in 0..3 {
        chatter(bed, b"x")?;
    }
    same("heard", statistics_of::<B>(&socket)?, (3, 0))?;
    same("anew", statistics_of::<B>(&socket)?, (0, 0))
}

fn statistics_of_losses<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, ETH_P_IP)?;
    socket.setsockopt(SO_RCVBUF, 0)?;
    for _ in 0..50 {
        chatter(bed, b"x")?;
    }
    let (heard, dropped) = statistics_of::<B>(&socket)?;
    same("heard", heard, 50)?;
    let mut kept = 0;
    while socket.recv_with(&mut [0; 100], MsgFlags::DONTWAIT).is_ok() {
        kept += 1;
    }
    holds("some were dropped", dropped > 0)?;
    same("kept", kept, heard - dropped)
}

fn ignore_outgoing<B: Bed>(bed: &B) -> Outcome {
    let all = on(bed, "lo", SockType::RAW, ETH_P_ALL)?;
    let arriving = on(bed, "lo", SockType::RAW, ETH_P_ALL)?;
    arriving.setsockopt(PACKET_IGNORE_OUTGOING, 1)?;
    same("PACKET_IGNORE_OUTGOING", arriving.getsockopt(PACKET_IGNORE_OUTGOING)?, 1)?;
    fails(arriving.setsockopt(PACKET_IGNORE_OUTGOING, 2), Errno::EINVAL)?;
    chatter(bed, b"x")?;
    same("all", frame::<B>(&all, ETH_P_IP)?.1.pkttype, PACKET_OUTGOING)?;
    same("arriving", frame::<B>(&arriving, ETH_P_IP)?.1.pkttype, PACKET_HOST)
}

fn fanout<B: Bed>(bed: &B) -> Outcome {
    const PACKET_FANOUT_LB: u32 = 1;
    let group = 7 | PACKET_FANOUT_LB << 16;
    let without = packet(bed, SockType::RAW, 0)?;
    fails(without.setsockopt(PACKET_FANOUT, group), Errno::EINVAL)?;
    let members = [packet(bed, SockType::RAW, ETH_P_IP)?, packet(bed, SockType::RAW, ETH_P_IP)?];
    for member in &members {
        member.setsockopt(PACKET_FANOUT, group)?;
        same("PACKET_FANOUT", member.getsockopt(PACKET_FANOUT)?, group)?;
    }
    for _ in 0..6 {
        chatter(bed, b"x")?;
    }
    for member in &members {
        for _ in 0..3 {
            frame::<B>(member, ETH_P_IP)?;
        }
        fails(member.recv_with(&mut [0; 64], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    }
    fails(members[0].setsockopt(PACKET_FANOUT, group), Errno::EALREADY)
}

fn header_lengths<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, 0)?;
    for (version, len) in [(0_i32, 32_i32), (1, 32), (2, 48)] {
        let mut value = version.to_ne_bytes();
        same("length", socket.getsockopt_raw(SOL_PACKET, PACKET_HDRLEN, &mut value)?, 4)?;
        same("PACKET_HDRLEN", i32::from_ne_bytes(value), len)?;
    }
    fails(socket.getsockopt_raw(SOL_PACKET, PACKET_HDRLEN, &mut 9_i32.to_ne_bytes()), Errno::EINVAL)?;
    fails(socket.getsockopt_raw(SOL_PACKET, PACKET_HDRLEN, &mut [0; 2]), Errno::EINVAL)
}

fn ring_versions<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, 0)?;
    for version in 0..3 {
        socket.setsockopt(PACKET_VERSION, version)?;
        same("PACKET_VERSION", socket.getsockopt(PACKET_VERSION)?, version)?;
    }
    fails(socket.setsockopt(PACKET_VERSION, 3), Errno::EINVAL)
}

fn plain_numbers<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, 0)?;
    for (name, value) in [(9, 1), (12, 100), (14, 1), (17, 64)] {
        let option: SockOpt<i32> = SockOpt::new(SOL_PACKET, name);
        socket.setsockopt(option, value)?;
        same("the option", socket.getsockopt(option)?, value)?;
    }
    Ok(())
}

fn unknown<B: Bed>(bed: &B) -> Outcome {
    let socket = packet(bed, SockType::RAW, 0)?;
    for (level, name) in [(SOL_PACKET, 99), (libc::SOL_UDP, 1)] {
        fails(socket.setsockopt_raw(level, name, &[1, 0, 0, 0]), Errno::ENOPROTOOPT)?;
        fails(socket.getsockopt_raw(level, name, &mut [0; 4]), Errno::ENOPROTOOPT)?;
    }
    fails(socket.setsockopt_raw(SOL_PACKET, PACKET_AUXDATA.name(), &[1, 0]), Errno::EINVAL)
}
