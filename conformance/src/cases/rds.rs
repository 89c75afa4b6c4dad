//! Reliable datagrams of RDS, over loopback. Addresses are IPv4's.
//!
//! Ports are the whole kernel's, whatever the network namespace, so these cases run on this machine's loopback.

use std::net::Ipv4Addr;
use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Family, MsgFlags, PollEvents, Protocol, Result, Shutdown, SockOpt, SockType, Socket,
    option::{SO_DOMAIN, SO_SNDBUF, SO_TYPE},
    poll_one,
};

use crate::{
    bed::Bed,
    case::cases,
    check::{ALL, Outcome, fails, holds, polls, port_of, receives, same},
    message::recvmsg,
    need::Need,
};

const RDS: Family = Family::from_raw(AF_RDS);
/// include/linux/socket.h; `libc` does not have it.
const AF_RDS: i32 = 21;
const NEED: Need = Need::socket(RDS, SockType::SEQPACKET, Protocol::DEFAULT);

cases! { rds, needs NEED:
    only_seqpacket once
        "There is SEQPACKET and no protocol number: anything else is ESOCKTNOSUPPORT, a pair EOPNOTSUPP"
        from "rds_create; sock_no_socketpair";
    nothing_of_a_stream once
        "listen, accept and shutdown: EOPNOTSUPP"
        from "rds_proto_ops";
    no_address_yet once
        "A fresh socket's name has no family; it has no peer: ENOTCONN; recv waits"
        from "rds_getname";
    what_cannot_be_bound once
        "bind to the wildcard, to an address that is too short, to another family: EINVAL; to an address of nobody's: EADDRNOTAVAIL"
        from "rds_bind";
    bound_once once
        "A second bind: EINVAL; a port that is taken: EADDRINUSE, until its socket is closed; port 0 is one that is free"
        from "rds_bind, rds_add_bound";
    messages once
        "Messages arrive in order and apart, with their sender's address; an empty one, too"
        from "rds_sendmsg, rds_recvmsg";
    peek_and_truncate once
        "MSG_PEEK looks; what does not fit is lost, with MSG_TRUNC"
        from "rds_recvmsg";
    not_bound once
        "send of a socket that is not bound: ENOTCONN, also after connect"
        from "rds_sendmsg: rs_bound_addr";
    no_destination once
        "send without an address: ENOTCONN; to the wildcard: EINVAL"
        from "rds_sendmsg";
    connect_chooses_the_destination once
        "connect only chooses the destination, and another one after that; whether anybody is there is not asked"
        from "rds_connect";
    what_cannot_be_connected_to once
        "connect to the wildcard: EDESTADDRREQ; to no family: EAFNOSUPPORT; to half an address: EINVAL"
        from "rds_connect";
    nobody_there once
        "A message to a port of nobody's is sent all the same"
        from "rds_sendmsg queues it for the connection; rds_recv_incoming drops it";
    longer_than_the_buffer once
        "A message that is longer than the send buffer: EMSGSIZE"
        from "rds_sendmsg: payload_len > rds_sk_sndbuf";
    no_urgent_data once
        "MSG_OOB in send: EOPNOTSUPP; in recv: 0, and nothing is taken"
        from "rds_sendmsg, rds_recvmsg";
    options once
        "RDS_RECVERR is off and can be set; SO_RDS_TRANSPORT is chosen once: EOPNOTSUPP then; EINVAL for one that there is not"
        from "rds_setsockopt, rds_set_transport; include/uapi/linux/rds.h";
    unknown_options once
        "Another option and another level: ENOPROTOOPT; half a number: EINVAL"
        from "rds_setsockopt, rds_getsockopt";
    readiness alone
        "poll: writable; readable when something is there, and once when the map of congested ports has changed, though nothing is there"
        from "rds_poll: rds_cong_updated_since";
}

const SOL_RDS: i32 = 276;
const RDS_RECVERR: SockOpt<i32> = SockOpt::new(SOL_RDS, 5);
const SO_RDS_TRANSPORT: SockOpt<i32> = SockOpt::new(SOL_RDS, 8);
const RDS_TRANS_TCP: i32 = 2;
/// That of addresses of loopback.
const RDS_TRANS_LOOP: i32 = 3;

fn rds<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    Socket::new(bed.near().host, RDS, SockType::SEQPACKET)
}

fn bound<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    let socket = rds(bed)?;
    socket.bind(&bed.near().addr(0))?;
    Ok(socket)
}

/// Two bound sockets, and the addresses of both.
fn two<B: Bed>(bed: &B) -> Result<[(Socket<B::Host>, Addr); 2]> {
    let (one, other) = (bound(bed)?, bound(bed)?);
    let addrs = [one.getsockname()?, other.getsockname()?];
    let [first, second] = addrs;
    Ok([(one, first), (other, second)])
}

/// Half of `struct sockaddr_in`.
fn short() -> Addr {
    Addr::Raw { family: libc::AF_INET as u16, bytes: [0, 80, 127, 0].into() }
}

fn only_seqpacket<B: Bed>(bed: &B) -> Outcome {
    let socket = rds(bed)?;
    same("SO_DOMAIN", socket.getsockopt(SO_DOMAIN)?, RDS)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::SEQPACKET)?;
    let host = bed.near().host;
    for kind in [SockType::STREAM, SockType::DGRAM, SockType::RAW, SockType::RDM] {
        fails(Socket::new(host, RDS, kind), Errno::ESOCKTNOSUPPORT)?;
    }
    let numbered = Socket::with_protocol(host, RDS, SockType::SEQPACKET, Protocol::from_raw(1));
    fails(numbered, Errno::ESOCKTNOSUPPORT)?;
    fails(Socket::pair(host, RDS, SockType::SEQPACKET), Errno::EOPNOTSUPP)
}

fn nothing_of_a_stream<B: Bed>(bed: &B) -> Outcome {
    for socket in [rds(bed)?, bound(bed)?] {
        fails(socket.listen(1), Errno::EOPNOTSUPP)?;
        fails(socket.accept(), Errno::EOPNOTSUPP)?;
        fails(socket.shutdown(Shutdown::Both), Errno::EOPNOTSUPP)?;
    }
    Ok(())
}

fn no_address_yet<B: Bed>(bed: &B) -> Outcome {
    let socket = rds(bed)?;
    same("getsockname", socket.getsockname()?, Addr::Unspec)?;
    fails(socket.getpeername(), Errno::ENOTCONN)?;
    fails(socket.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn what_cannot_be_bound<B: Bed>(bed: &B) -> Outcome {
    let socket = rds(bed)?;
    fails(socket.bind(&Addr::ANY_V4), Errno::EINVAL)?;
    fails(socket.bind(&short()), Errno::EINVAL)?;
    fails(socket.bind(&Addr::Raw { family: libc::AF_UNIX as u16, bytes: [0; 14].into() }), Errno::EINVAL)?;
    fails(socket.bind(&Addr::v4(Ipv4Addr::new(192, 0, 2, 1), 0)), Errno::EADDRNOTAVAIL)
}

fn bound_once<B: Bed>(bed: &B) -> Outcome {
    let socket = bound(bed)?;
    let addr = socket.getsockname()?;
    holds("port 0 became one", port_of(&addr)? != 0)?;
    fails(socket.bind(&bed.near().addr(0)), Errno::EINVAL)?;
    let other = rds(bed)?;
    fails(other.bind(&addr), Errno::EADDRINUSE)?;
    socket.close()?;
    Ok(other.bind(&addr)?)
}

fn messages<B: Bed>(bed: &B) -> Outcome {
    let [(sender, from), (receiver, to)] = two(bed)?;
    for data in [&b"one"[..], b"", b"three"] {
        same("sendto", sender.sendto(data, &to)?, data.len())?;
    }
    for data in [&b"one"[..], b"", b"three"] {
        let got = recvmsg(&receiver, 10, MsgFlags::empty())?;
        same("data", &got.data[..], data)?;
        same("from", got.from.as_ref(), Some(&from))?;
    }
    Ok(())
}

fn peek_and_truncate<B: Bed>(bed: &B) -> Outcome {
    let [(sender, _), (receiver, to)] = two(bed)?;
    sender.sendto(b"first", &to)?;
    sender.sendto(b"second", &to)?;
    same("peek", recvmsg(&receiver, 10, MsgFlags::PEEK)?.data, b"first".to_vec())?;
    let got = recvmsg(&receiver, 2, MsgFlags::empty())?;
    same("data", &got.data[..], b"fi")?;
    holds("MSG_TRUNC is set", got.flags.contains(MsgFlags::TRUNC))?;
    receives(&receiver, b"second")
}

fn not_bound<B: Bed>(bed: &B) -> Outcome {
    let receiver = bound(bed)?;
    let to = receiver.getsockname()?;
    let socket = rds(bed)?;
    fails(socket.sendto(b"x", &to), Errno::ENOTCONN)?;
    socket.connect(&to)?;
    fails(socket.send(b"x"), Errno::ENOTCONN)?;
    same("getsockname", socket.getsockname()?, Addr::ANY_V4)
}

fn no_destination<B: Bed>(bed: &B) -> Outcome {
    let socket = bound(bed)?;
    fails(socket.send(b"x"), Errno::ENOTCONN)?;
    fails(socket.sendto(b"x", &Addr::ANY_V4.with_port(80)), Errno::EINVAL)
}

fn connect_chooses_the_destination<B: Bed>(bed: &B) -> Outcome {
    let [(sender, from), (receiver, to)] = two(bed)?;
    sender.connect(&to)?;
    same("getpeername", sender.getpeername()?, to)?;
    sender.send(b"hello")?;
    receives(&receiver, b"hello")?;
    sender.connect(&from)?;
    same("getpeername", sender.getpeername()?, from)?;
    sender.send(b"me")?;
    receives(&sender, b"me")?;
    Ok(sender.connect(&bed.far().addr(1))?)
}

fn what_cannot_be_connected_to<B: Bed>(bed: &B) -> Outcome {
    let socket = bound(bed)?;
    fails(socket.connect(&Addr::ANY_V4.with_port(80)), Errno::EDESTADDRREQ)?;
    fails(socket.connect(&Addr::Unspec), Errno::EAFNOSUPPORT)?;
    fails(socket.connect(&short()), Errno::EINVAL)
}

fn nobody_there<B: Bed>(bed: &B) -> Outcome {
    let socket = bound(bed)?;
    same("sendto", socket.sendto(b"x", &bed.near().addr(1))?, 1)?;
    fails(socket.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn longer_than_the_buffer<B: Bed>(bed: &B) -> Outcome {
    let [(sender, _), (receiver, to)] = two(bed)?;
    sender.setsockopt(SO_SNDBUF, 10_000)?;
    fails(sender.sendto(&[1; 100_000], &to), Errno::EMSGSIZE)?;
    same("sendto", sender.sendto(&[1; 10_000], &to)?, 10_000)?;
    receives(&receiver, &[1; 10_000])
}

fn no_urgent_data<B: Bed>(bed: &B) -> Outcome {
    let [(sender, _), (receiver, to)] = two(bed)?;
    fails(sender.sendto_with(b"x", MsgFlags::OOB, &to), Errno::EOPNOTSUPP)?;
    sender.sendto(b"x", &to)?;
    same("recv with MSG_OOB", receiver.recv_with(&mut [0; 4], MsgFlags::OOB)?, 0)?;
    receives(&receiver, b"x")
}

fn options<B: Bed>(bed: &B) -> Outcome {
    let socket = rds(bed)?;
    same("RDS_RECVERR", socket.getsockopt(RDS_RECVERR)?, 0)?;
    socket.setsockopt(RDS_RECVERR, 1)?;
    same("RDS_RECVERR", socket.getsockopt(RDS_RECVERR)?, 1)?;
    fails(socket.setsockopt(SO_RDS_TRANSPORT, 99), Errno::EINVAL)?;
    socket.setsockopt(SO_RDS_TRANSPORT, RDS_TRANS_TCP)?;
    same("SO_RDS_TRANSPORT", socket.getsockopt(SO_RDS_TRANSPORT)?, RDS_TRANS_TCP)?;
    fails(socket.setsockopt(SO_RDS_TRANSPORT, RDS_TRANS_TCP), Errno::EOPNOTSUPP)?;
    same("of a bound one", bound(bed)?.getsockopt(SO_RDS_TRANSPORT)?, RDS_TRANS_LOOP)
}

fn unknown_options<B: Bed>(bed: &B) -> Outcome {
    let socket = rds(bed)?;
    for (level, name) in [(SOL_RDS, 99), (libc::SOL_UDP, 1)] {
        fails(socket.setsockopt_raw(level, name, &[0; 4]), Errno::ENOPROTOOPT)?;
        fails(socket.getsockopt_raw(level, name, &mut [0; 4]), Errno::ENOPROTOOPT)?;
    }
    fails(socket.setsockopt_raw(SOL_RDS, RDS_RECVERR.name(), &[0; 2]), Errno::EINVAL)?;
    fails(socket.getsockopt_raw(SOL_RDS, RDS_RECVERR.name(), &mut [0; 2]), Errno::EINVAL)
}

fn readiness<B: Bed>(bed: &B) -> Outcome {
    let [(sender, _), (receiver, to)] = two(bed)?;
    // The map changes when a connection is first made, which is after another case has made one, or not.
    let first = poll_one(receiver.net(), receiver.fd(), ALL, Some(Duration::ZERO))?;
    holds("it is writable", first.contains(PollEvents::OUT))?;
    fails(receiver.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    polls(&receiver, PollEvents::OUT)?;
    sender.sendto(b"x", &to)?;
    polls(&receiver, PollEvents::IN | PollEvents::OUT)?;
    receives(&receiver, b"x")?;
    polls(&receiver, PollEvents::OUT)
}
