//! TIPC's names and messages: `SOCK_RDM` and `SOCK_DGRAM`. Connections are in `tipc_connect.rs`.

use wavetank_api::{
    Addr, Errno, Family, MsgFlags, Protocol, Result, SockOpt, SockType, Socket, TipcAddr, TipcName,
    option::{SO_DOMAIN, SO_PROTOCOL, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, holds, receives, same},
    message::recvmsg,
    need::Need,
};

pub(super) const TIPC: Family = Family::from_raw(libc::AF_TIPC);
const RDM: Need = Need::socket(TIPC, SockType::RDM, Protocol::DEFAULT);

cases! { tipc, needs RDM:
    four_types apart
        "There are four types: RDM, DGRAM, SEQPACKET, STREAM; another one: EPROTOTYPE; a protocol: EPROTONOSUPPORT"
        from "tipc_sk_create";
    every_socket_has_an_id apart
        "A socket has its own id from the beginning, and binding names does not change it"
        from "tipc_getname";
    a_name apart
        "What is sent to a name reaches the socket that is bound to it, with the sender's id"
        from "tipc_sendmsg, tipc_sk_set_orig_addr";
    the_name_is_told apart
        "The receiver is told by TIPC_DESTNAME to which name a message was sent; to an id: nothing"
        from "tipc_sk_anc_data_recv";
    a_range apart
        "A range of instances takes what is sent to each of them, and nothing beside"
        from "tipc_nametbl_lookup_anycast";
    several_names apart
        "One socket may have several names, and the same one more than once"
        from "tipc_sk_publish";
    withdrawn_by_a_negative_scope apart
        "bind with the scope negated withdraws the name; one that was never bound: EINVAL"
        from "tipc_sk_withdraw";
    everybody_in_the_range apart
        "What is sent to a range reaches every socket with a name in it, once"
        from "tipc_sendmcast, tipc_nametbl_lookup_mcast_sockets";
    one_of_several apart
        "Two sockets may have the same name: messages go to them in turn"
        from "tipc_nametbl_lookup_anycast: list_move_tail";
    to_an_id apart
        "What is sent to an id reaches that socket"
        from "tipc_sendmsg";
    nobody_has_the_name apart
        "A name that nobody has: EHOSTUNREACH; also a range, but for that the message counts as sent"
        from "__tipc_sendmsg: tipc_nametbl_lookup_anycast; tipc_sendmcast";
    undeliverable_is_dropped apart
        "A message to an id that nobody has is dropped in silence"
        from "tipc_sk_create: TIPC_DEST_DROPPABLE is 1 without a connection";
    undeliverable_comes_back apart
        "With TIPC_DEST_DROPPABLE off it comes back: no data, TIPC_ERRINFO with TIPC_ERR_NO_PORT, and TIPC_RETDATA with the data"
        from "tipc_sk_anc_data_recv; include/uapi/linux/tipc.h";
    what_cannot_be_bound apart
        "bind to an id: EAFNOSUPPORT; to a reserved type: EACCES; to a range that ends before it begins: EINVAL"
        from "tipc_bind, tipc_nametbl_publish";
    malformed_addresses apart
        "bind, sendto and connect: an address that is too short, or of another family, is EINVAL"
        from "tipc_uaddr_valid; __tipc_sendmsg";
    no_destination apart
        "send without an address: EDESTADDRREQ; after connect it goes to that name, and getpeername says ENOTCONN all the same"
        from "__tipc_sendmsg; tipc_connect without a connection; tipc_getname";
    forgets_the_destination apart
        "connect to no family takes the choice back"
        from "tipc_connect: AF_UNSPEC";
    the_longest_message apart
        "A message has at most 66,000 bytes: EMSGSIZE beyond"
        from "TIPC_MAX_USER_MSG_SIZE, include/uapi/linux/tipc.h";
    truncated apart
        "What does not fit is lost, with MSG_TRUNC"
        from "tipc_recvmsg";
    no_connections apart
        "listen and accept are not for messages: EOPNOTSUPP"
        from "msg_ops";
    options_by_type apart
        "TIPC_SRC_DROPPABLE is on for DGRAM alone, TIPC_DEST_DROPPABLE for what has no connection; TIPC_CONN_TIMEOUT is 8,000 ms"
        from "tipc_sk_create";
    options_refuse apart
        "TIPC_IMPORTANCE above TIPC_CRITICAL_IMPORTANCE, a value of 2 bytes and an unknown name: EINVAL; another level: ENOPROTOOPT"
        from "tipc_setsockopt, tipc_getsockopt";
    options_of_tcp apart
        "Options of TCP may be set on a stream, without any effect, and read 0 bytes long"
        from "tipc_setsockopt: lvl == IPPROTO_TCP";
    no_urgent_data apart
        "recv has no flags that it refuses: MSG_OOB is EOPNOTSUPP in a send of a connection only"
        from "tipc_recvmsg, tipc_sendmsg";
}

/// `SOL_TIPC`, include/linux/socket.h.
pub(super) const SOL_TIPC: i32 = 271;
const TIPC_IMPORTANCE: SockOpt<u32> = SockOpt::new(SOL_TIPC, 127);
const TIPC_SRC_DROPPABLE: SockOpt<u32> = SockOpt::new(SOL_TIPC, 128);
const TIPC_DEST_DROPPABLE: SockOpt<u32> = SockOpt::new(SOL_TIPC, 129);
pub(super) const TIPC_CONN_TIMEOUT: SockOpt<u32> = SockOpt::new(SOL_TIPC, 130);
/// Control messages.
const TIPC_ERRINFO: i32 = 1;
const TIPC_RETDATA: i32 = 2;
const TIPC_DESTNAME: i32 = 3;

/// Scopes of a name.
pub(super) const CLUSTER: i8 = 2;
const NODE: i8 = 3;

/// A service that nobody else has: each case has a machine of its own.
const SERVICE: u32 = 1_000;

pub(super) fn socket<B: Bed>(bed: &B, kind: SockType) -> Result<Socket<B::Host>> {
    Socket::with_protocol(bed.near().host, TIPC, kind, Protocol::DEFAULT)
}

fn rdm<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    socket(bed, SockType::RDM)
}

/// One instance, as a name to bind and as a destination.
pub(super) fn name(kind: u32, instance: u32) -> Addr {
    TipcAddr { scope: CLUSTER, name: TipcName::Name { kind, instance, domain: 0 } }.into()
}

fn range(lower: u32, upper: u32) -> Addr {
    ranged(CLUSTER, lower, upper)
}

fn ranged(scope: i8, lower: u32, upper: u32) -> Addr {
    TipcAddr { scope, name: TipcName::NameSeq { kind: SERVICE, lower, upper } }.into()
}

fn bound<B: Bed>(bed: &B, addr: &Addr) -> Result<Socket<B::Host>> {
    let socket = rdm(bed)?;
    socket.bind(addr)?;
    Ok(socket)
}

/// Node and number of a socket.
pub(super) fn id_of(addr: &Addr) -> std::result::Result<(u32, u32), Stop> {
    match addr {
        Addr::Tipc(TipcAddr { name: TipcName::Id { node, reference }, .. }) => Ok((*node, *reference)),
        other => Err(Stop::failed(&format!("expected an id of TIPC, got {other}"))),
    }
}

fn nothing_more<B: Bed>(socket: &Socket<B::Host>) -> Outcome {
    fails(socket.recv_with(&mut [0; 64], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn four_types<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::RDM, SockType::DGRAM, SockType::SEQPACKET, SockType::STREAM] {
        let socket = socket(bed, kind)?;
        same("SO_DOMAIN", socket.getsockopt(SO_DOMAIN)?, TIPC)?;
        same("SO_TYPE", socket.getsockopt(SO_TYPE)?, kind)?;
        same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, Protocol::DEFAULT)?;
    }
    fails(socket(bed, SockType::RAW), Errno::EPROTOTYPE)?;
    let host = bed.near().host;
    fails(Socket::with_protocol(host, TIPC, SockType::RDM, Protocol::from_raw(1)), Errno::EPROTONOSUPPORT)
}

fn every_socket_has_an_id<B: Bed>(bed: &B) -> Outcome {
    let (one, other) = (rdm(bed)?, rdm(bed)?);
    let id = id_of(&one.getsockname()?)?;
    holds("it is a number", id.1 != 0)?;
    holds("each has its own", id != id_of(&other.getsockname()?)?)?;
    one.bind(&name(SERVICE, 1))?;
    same("getsockname", id_of(&one.getsockname()?)?, id)?;
    fails(one.getpeername(), Errno::ENOTCONN)
}

fn a_name<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed, &name(SERVICE, 1))?;
    let sender = rdm(bed)?;
    same("sendto", sender.sendto(b"hello", &name(SERVICE, 1))?, 5)?;
    let mut buf = [0; 10];
    let (count, from) = receiver.recvfrom(&mut buf)?;
    same("data", &buf[..count], b"hello")?;
    same("from", from, sender.getsockname()?)?;
    nothing_more::<B>(&receiver)
}

fn the_name_is_told<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed, &range(5, 9))?;
    let sender = rdm(bed)?;
    sender.sendto(b"x", &name(SERVICE, 7))?;
    sender.sendto(b"x", &receiver.getsockname()?)?;
    let numbers: Vec<_> = [SERVICE, 7, 7].iter().flat_map(|number| number.to_ne_bytes()).collect();
    same("to a name", recvmsg(&receiver, 10, MsgFlags::empty())?.raw(SOL_TIPC, TIPC_DESTNAME), Some(&numbers[..]))?;
    same("to an id", recvmsg(&receiver, 10, MsgFlags::empty())?.kinds(), Vec::new())
}

fn a_range<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed, &range(5, 9))?;
    let sender = rdm(bed)?;
    for instance in [5, 7, 9] {
        sender.sendto(&[instance], &name(SERVICE, instance.into()))?;
        receives(&receiver, &[instance])?;
    }
    for instance in [4, 10] {
        fails(sender.sendto(b"x", &name(SERVICE, instance)), Errno::EHOSTUNREACH)?;
    }
    Ok(())
}

fn several_names<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed, &range(5, 9))?;
    receiver.bind(&range(5, 9))?;
    receiver.bind(&name(SERVICE + 1, 0))?;
    let sender = rdm(bed)?;
    sender.sendto(b"first", &name(SERVICE, 6))?;
    sender.sendto(b"second", &name(SERVICE + 1, 0))?;
    receives(&receiver, b"first")?;
    receives(&receiver, b"second")?;
    nothing_more::<B>(&receiver)
}

fn withdrawn_by_a_negative_scope<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed, &range(5, 9))?;
    let sender = rdm(bed)?;
    fails(receiver.bind(&ranged(-CLUSTER, 5, 8)), Errno::EINVAL)?;
    sender.sendto(b"x", &name(SERVICE, 5))?;
    receiver.bind(&ranged(-CLUSTER, 5, 9))?;
    fails(sender.sendto(b"x", &name(SERVICE, 5)), Errno::EHOSTUNREACH)?;
    receives(&receiver, b"x")
}

fn everybody_in_the_range<B: Bed>(bed: &B) -> Outcome {
    let receivers = [bound(bed, &range(5, 9))?, bound(bed, &range(8, 12))?, bound(bed, &ranged(NODE, 20, 20))?];
    let outside = bound(bed, &range(31, 40))?;
    let sender = rdm(bed)?;
    same("sendto", sender.sendto(b"all", &range(0, 30))?, 3)?;
    for receiver in &receivers {
        receives(receiver, b"all")?;
        nothing_more::<B>(receiver)?;
    }
    nothing_more::<B>(&outside)
}

fn one_of_several<B: Bed>(bed: &B) -> Outcome {
    let receivers = [bound(bed, &name(SERVICE, 1))?, bound(bed, &name(SERVICE, 1))?];
    let sender = rdm(bed)?;
    for _ in 0..4 {
        sender.sendto(b"turn", &name(SERVICE, 1))?;
    }
    for receiver in &receivers {
        receives(receiver, b"turn")?;
        receives(receiver, b"turn")?;
        nothing_more::<B>(receiver)?;
    }
    Ok(())
}

fn to_an_id<B: Bed>(bed: &B) -> Outcome {
    let (sender, receiver) = (rdm(bed)?, rdm(bed)?);
    same("sendto", sender.sendto(b"you", &receiver.getsockname()?)?, 3)?;
    receives(&receiver, b"you")
}

fn nobody_has_the_name<B: Bed>(bed: &B) -> Outcome {
    let sender = rdm(bed)?;
    fails(sender.sendto(b"x", &name(SERVICE, 1)), Errno::EHOSTUNREACH)?;
    fails(sender.sendto(b"x", &range(0, 9)), Errno::EHOSTUNREACH)
}

/// An id that no socket has.
fn nobody() -> Addr {
    TipcAddr { scope: 0, name: TipcName::Id { node: 0, reference: 99 } }.into()
}

fn undeliverable_is_dropped<B: Bed>(bed: &B) -> Outcome {
    let sender = rdm(bed)?;
    same("TIPC_DEST_DROPPABLE", sender.getsockopt(TIPC_DEST_DROPPABLE)?, 1)?;
    same("sendto", sender.sendto(b"x", &nobody())?, 1)?;
    bed.settle();
    nothing_more::<B>(&sender)
}

fn undeliverable_comes_back<B: Bed>(bed: &B) -> Outcome {
    let sender = rdm(bed)?;
    sender.setsockopt(TIPC_DEST_DROPPABLE, 0)?;
    same("sendto", sender.sendto(b"lost", &nobody())?, 4)?;
    let back = recvmsg(&sender, 10, MsgFlags::empty())?;
    same("data", &back.data[..], b"")?;
    let no_port: Vec<_> = [2_u32, 4].iter().flat_map(|number| number.to_ne_bytes()).collect();
    same("TIPC_ERRINFO", back.raw(SOL_TIPC, TIPC_ERRINFO), Some(&no_port[..]))?;
    same("TIPC_RETDATA", back.raw(SOL_TIPC, TIPC_RETDATA), Some(&b"lost"[..]))
}

fn what_cannot_be_bound<B: Bed>(bed: &B) -> Outcome {
    let socket = rdm(bed)?;
    fails(socket.bind(&socket.getsockname()?), Errno::EAFNOSUPPORT)?;
    // Types below TIPC_RESERVED_TYPES, 64, are TIPC's own.
    for reserved in [1, 5, 63] {
        fails(socket.bind(&name(reserved, 1)), Errno::EACCES)?;
    }
    socket.bind(&name(64, 1))?;
    fails(socket.bind(&range(9, 5)), Errno::EINVAL)
}

fn malformed_addresses<B: Bed>(bed: &B) -> Outcome {
    let socket = rdm(bed)?;
    let short = Addr::Raw { family: TIPC.raw() as u16, bytes: [2, 2, 0, 4].into() };
    fails(socket.bind(&short), Errno::EINVAL)?;
    fails(socket.sendto(b"x", &short), Errno::EINVAL)?;
    fails(socket.bind(&Addr::Raw { family: libc::AF_INET as u16, bytes: [0; 14].into() }), Errno::EINVAL)?;
    fails(socket.sendto(b"x", &Addr::ANY_V4), Errno::EINVAL)?;
    fails(socket.connect(&short), Errno::EINVAL)
}

fn no_destination<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed, &name(SERVICE, 1))?;
    for kind in [SockType::RDM, SockType::DGRAM] {
        let sender = socket(bed, kind)?;
        fails(sender.send(b"x"), Errno::EDESTADDRREQ)?;
        sender.connect(&name(SERVICE, 1))?;
        same("send", sender.send(b"now")?, 3)?;
        receives(&receiver, b"now")?;
        fails(sender.getpeername(), Errno::ENOTCONN)?;
    }
    Ok(())
}

fn forgets_the_destination<B: Bed>(bed: &B) -> Outcome {
    let sender = rdm(bed)?;
    sender.connect(&name(SERVICE, 1))?;
    fails(sender.send(b"x"), Errno::EHOSTUNREACH)?;
    sender.connect(&Addr::Unspec)?;
    fails(sender.send(b"x"), Errno::EDESTADDRREQ)
}

fn the_longest_message<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed, &name(SERVICE, 1))?;
    let sender = rdm(bed)?;
    let data = vec![7; 66_001];
    fails(sender.sendto(&data, &name(SERVICE, 1)), Errno::EMSGSIZE)?;
    same("sendto", sender.sendto(&data[1..], &name(SERVICE, 1))?, 66_000)?;
    receives(&receiver, &data[1..])
}

fn truncated<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed, &name(SERVICE, 1))?;
    let sender = rdm(bed)?;
    sender.sendto(b"abcdef", &name(SERVICE, 1))?;
    sender.sendto(b"next", &name(SERVICE, 1))?;
    let got = recvmsg(&receiver, 2, MsgFlags::empty())?;
    same("data", &got.data[..], b"ab")?;
    holds("MSG_TRUNC is set", got.flags.contains(MsgFlags::TRUNC))?;
    receives(&receiver, b"next")
}

fn no_connections<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::RDM, SockType::DGRAM] {
        let socket = socket(bed, kind)?;
        socket.bind(&name(SERVICE, 1))?;
        fails(socket.listen(1), Errno::EOPNOTSUPP)?;
        fails(socket.accept(), Errno::EOPNOTSUPP)?;
    }
    Ok(())
}

fn options_by_type<B: Bed>(bed: &B) -> Outcome {
    let rows = [(SockType::RDM, 0, 1), (SockType::DGRAM, 1, 1), (SockType::SEQPACKET, 0, 0), (SockType::STREAM, 0, 0)];
    for (kind, src_droppable, dest_droppable) in rows {
        let socket = socket(bed, kind)?;
        same("TIPC_IMPORTANCE", socket.getsockopt(TIPC_IMPORTANCE)?, 0)?;
        same("TIPC_SRC_DROPPABLE", socket.getsockopt(TIPC_SRC_DROPPABLE)?, src_droppable)?;
        same("TIPC_DEST_DROPPABLE", socket.getsockopt(TIPC_DEST_DROPPABLE)?, dest_droppable)?;
        same("TIPC_CONN_TIMEOUT", socket.getsockopt(TIPC_CONN_TIMEOUT)?, 8_000)?;
    }
    Ok(())
}

fn options_refuse<B: Bed>(bed: &B) -> Outcome {
    let socket = rdm(bed)?;
    for importance in 0..=3 {
        socket.setsockopt(TIPC_IMPORTANCE, importance)?;
        same("TIPC_IMPORTANCE", socket.getsockopt(TIPC_IMPORTANCE)?, importance)?;
    }
    fails(socket.setsockopt(TIPC_IMPORTANCE, 4), Errno::EINVAL)?;
    fails(socket.setsockopt_raw(SOL_TIPC, TIPC_IMPORTANCE.name(), &[0; 2]), Errno::EINVAL)?;
    fails(socket.getsockopt_raw(SOL_TIPC, TIPC_IMPORTANCE.name(), &mut [0; 2]), Errno::EINVAL)?;
    fails(socket.setsockopt_raw(SOL_TIPC, 99, &[0; 4]), Errno::EINVAL)?;
    fails(socket.getsockopt_raw(SOL_TIPC, 99, &mut [0; 4]), Errno::EINVAL)?;
    fails(socket.setsockopt_raw(libc::SOL_UDP, 1, &[0; 4]), Errno::ENOPROTOOPT)?;
    fails(socket.getsockopt_raw(libc::SOL_UDP, 1, &mut [0; 4]), Errno::ENOPROTOOPT)
}

fn options_of_tcp<B: Bed>(bed: &B) -> Outcome {
    let stream = socket(bed, SockType::STREAM)?;
    stream.setsockopt_raw(libc::IPPROTO_TCP, libc::TCP_NODELAY, &[1, 0, 0, 0])?;
    same("TCP_NODELAY", stream.getsockopt_raw(libc::IPPROTO_TCP, libc::TCP_NODELAY, &mut [0; 4])?, 0)?;
    fails(rdm(bed)?.setsockopt_raw(libc::IPPROTO_TCP, libc::TCP_NODELAY, &[1, 0, 0, 0]), Errno::ENOPROTOOPT)
}

fn no_urgent_data<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed, &name(SERVICE, 1))?;
    let sender = rdm(bed)?;
    same("sendto", sender.sendto_with(b"x", MsgFlags::OOB, &name(SERVICE, 1))?, 1)?;
    same("recv", receiver.recv_with(&mut [0; 4], MsgFlags::OOB)?, 1)
}
