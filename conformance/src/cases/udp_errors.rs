//! Datagrams that are refused: here, or by the other side.

use std::net::Ipv4Addr;

use wavetank_api::{
    Addr, Errno, Family, MsgFlags, PollEvents, Shutdown, Socket, c,
    option::{IP_RECVERR, IPV6_RECVERR, SO_BROADCAST, SO_ERROR},
};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, ends, fails, holds, polls, port_of, receives, same},
    message::recvmsg,
};

cases! { udp::errors:
    no_destination families
        "send without an address on a socket that is not connected: EDESTADDRREQ; it has a port all the same"
        from "send(2); udp_sendmsg; inet_send_prepare binds first";
    port_zero families
        "A datagram to port 0: EINVAL"
        from "udp_sendmsg, udpv6_sendmsg";
    wrong_family once
        "An IPv4 socket sends to no IPv6 address: EAFNOSUPPORT"
        from "udp_sendmsg";
    broadcast_needs_permission once
        "A broadcast address without SO_BROADCAST: EACCES, in sendto and in connect"
        from "ip(7), socket(7) SO_BROADCAST";
    too_long_before_anything_else families
        "More than 65,535 bytes: EMSGSIZE, though there is no destination either"
        from "udp_sendmsg: len > 0xffff is looked at first";
    refused_is_told_to_the_connected everywhere
        "A closed port: a connected socket's next call says ECONNREFUSED, once"
        from "udp(7); RFC 1122 section 4.1.3.3; __udp4_lib_err";
    refused_shows_in_poll everywhere
        "poll reports the pending error, until a call has told it"
        from "udp_poll: EPOLLERR";
    refused_in_so_error everywhere
        "SO_ERROR takes it"
        from "socket(7) SO_ERROR";
    refused_is_told_by_send everywhere
        "send tells it instead of sending; the one after that sends again"
        from "sock_alloc_send_pskb: sock_error";
    refused_before_what_arrived everywhere
        "recv tells the error before it gives a datagram that has arrived"
        from "__skb_recv_udp: sock_error first";
    refused_is_not_told_to_the_unconnected everywhere
        "A socket that is not connected hears nothing of a closed port"
        from "udp(7): unless IP_RECVERR is enabled";
    shut_for_reading everywhere
        "After SHUT_RD recv returns 0 rather than wait, with MSG_DONTWAIT EAGAIN; what comes is still received"
        from "shutdown(2); __skb_wait_for_more_packets: RCV_SHUTDOWN";
    shut_for_writing everywhere
        "After SHUT_WR send says EPIPE, also to an address"
        from "ip_append_data; udp_sendmsg: SEND_SHUTDOWN in sock_alloc_send_pskb";
    shut_without_a_peer families
        "shutdown without a peer says ENOTCONN, and shuts all the same"
        from "inet_shutdown: SS_UNCONNECTED sets ENOTCONN and falls through";
    no_urgent_data families
        "MSG_OOB in send: EOPNOTSUPP; an IPv6 socket sends to IPv6 as if nothing had been said"
        from "udp_sendmsg: MSG_OOB; udpv6_sendmsg does not look";
    refused_is_queued everywhere
        "With IP_RECVERR each refusal is queued, for the unconnected too: what was sent, where to, and as ICMP says it"
        from "ip(7) IP_RECVERR; ip_icmp_error, ipv6_icmp_error, sock_dequeue_err_skb";
    too_long_is_queued families
        "EMSGSIZE is queued with the path's MTU, and is no pending error"
        from "ip(7) IP_RECVERR; ip_local_error, ipv6_local_error";
    no_errors_wanted_any_more families
        "Without IP_RECVERR again what was queued is gone"
        from "do_ip_setsockopt: skb_errqueue_purge";
}

fn no_destination<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().udp()?;
    fails(socket.send(b"x"), Errno::EDESTADDRREQ)?;
    fails(socket.getpeername(), Errno::ENOTCONN)?;
    holds("there is a port", port_of(&socket.getsockname()?)? != 0)?;
    fails(bed.near().bound_udp()?.send(b"x"), Errno::EDESTADDRREQ)
}

fn port_zero<B: Bed>(bed: &B) -> Outcome {
    fails(bed.near().udp()?.sendto(b"x", &bed.far().addr(0)), Errno::EINVAL)?;
    fails(bed.near().bound_udp()?.sendto(b"x", &bed.far().addr(0)), Errno::EINVAL)
}

fn wrong_family<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let (near, six) = (bed.near(), Addr::v6(bed.near().v6, 9));
    fails(near.udp_of(Family::INET)?.sendto(b"x", &six), Errno::EAFNOSUPPORT)?;
    fails(near.udp_of(Family::INET)?.connect(&six), Errno::EAFNOSUPPORT)
}

fn broadcast_needs_permission<B: Bed>(bed: &B) -> Outcome {
    // Not 255.255.255.255, for which a machine without a default route has no way.
    let this_net = Addr::v4(Ipv4Addr::new(127, 255, 255, 255), 9);
    let socket = bed.near().udp()?;
    fails(socket.sendto(b"x", &this_net), Errno::EACCES)?;
    fails(bed.near().udp()?.connect(&this_net), Errno::EACCES)?;
    same("SO_BROADCAST", socket.getsockopt(SO_BROADCAST)?, false)?;
    socket.setsockopt(SO_BROADCAST, true)?;
    same("sendto", socket.sendto(b"x", &this_net)?, 1)?;
    Ok(socket.connect(&this_net)?)
}

fn too_long_before_anything_else<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().udp()?;
    let data = vec![0; 65_536];
    let expected = if bed.family() == Family::INET6 { Errno::EDESTADDRREQ } else { Errno::EMSGSIZE };
    fails(socket.send(&data), expected)?;
    fails(socket.send(&data[1..]), Errno::EDESTADDRREQ)
}

/// A socket connected to a port that was closed since.
fn towards_nobody<B: Bed>(bed: &B) -> Result<Socket<B::Host>, Stop> {
    let nobody = bed.far().bound_udp()?;
    let socket = bed.near().udp()?;
    socket.connect(&nobody.getsockname()?)?;
    nobody.close()?;
    Ok(socket)
}

fn refused_is_told_to_the_connected<B: Bed>(bed: &B) -> Outcome {
    let socket = towards_nobody(bed)?;
    same("the first send", socket.send(b"x")?, 1)?;
    bed.settle();
    fails(socket.recv(&mut [0]), Errno::ECONNREFUSED)?;
    fails(socket.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn refused_shows_in_poll<B: Bed>(bed: &B) -> Outcome {
    let socket = towards_nobody(bed)?;
    socket.send(b"x")?;
    bed.settle();
    polls(&socket, PollEvents::OUT | PollEvents::ERR)?;
    fails(socket.recv(&mut [0]), Errno::ECONNREFUSED)?;
    polls(&socket, PollEvents::OUT)
}

fn refused_in_so_error<B: Bed>(bed: &B) -> Outcome {
    let socket = towards_nobody(bed)?;
    socket.send(b"x")?;
    bed.settle();
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, Some(Errno::ECONNREFUSED))?;
    same("SO_ERROR again", socket.getsockopt(SO_ERROR)?, None)?;
    fails(socket.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn refused_is_told_by_send<B: Bed>(bed: &B) -> Outcome {
    let socket = towards_nobody(bed)?;
    for _ in 0..3 {
        same("send", socket.send(b"x")?, 1)?;
        bed.settle();
        fails(socket.send(b"x"), Errno::ECONNREFUSED)?;
        bed.settle();
        polls(&socket, PollEvents::OUT)?;
    }
    Ok(())
}

fn refused_before_what_arrived<B: Bed>(bed: &B) -> Outcome {
    let peer = bed.far().bound_udp()?;
    let socket = bed.near().udp()?;
    socket.connect(&peer.getsockname()?)?;
    peer.sendto(b"last words", &socket.getsockname()?)?;
    bed.settle();
    peer.close()?;
    socket.send(b"x")?;
    bed.settle();
    polls(&socket, PollEvents::IN | PollEvents::OUT | PollEvents::ERR)?;
    fails(socket.recv(&mut [0; 20]), Errno::ECONNREFUSED)?;
    receives(&socket, b"last words")
}

fn refused_is_not_told_to_the_unconnected<B: Bed>(bed: &B) -> Outcome {
    let nobody = bed.far().bound_udp()?;
    let addr = nobody.getsockname()?;
    nobody.close()?;
    let socket = bed.near().bound_udp()?;
    for _ in 0..2 {
        same("sendto", socket.sendto(b"x", &addr)?, 1)?;
        bed.settle();
        polls(&socket, PollEvents::OUT)?;
    }
    fails(socket.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn shut_for_reading<B: Bed>(bed: &B) -> Outcome {
    let peer = bed.far().bound_udp()?;
    let socket = bed.near().udp()?;
    socket.connect(&peer.getsockname()?)?;
    socket.shutdown(Shutdown::Read)?;
    polls(&socket, PollEvents::IN | PollEvents::OUT | PollEvents::RDHUP)?;
    ends(&socket)?;
    fails(socket.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    peer.sendto(b"late", &socket.getsockname()?)?;
    bed.settle();
    receives(&socket, b"late")?;
    ends(&socket)
}

fn shut_for_writing<B: Bed>(bed: &B) -> Outcome {
    let peer = bed.far().bound_udp()?;
    let socket = bed.near().udp()?;
    socket.connect(&peer.getsockname()?)?;
    socket.shutdown(Shutdown::Write)?;
    fails(socket.send(b"x"), Errno::EPIPE)?;
    fails(socket.sendto(b"x", &peer.getsockname()?), Errno::EPIPE)?;
    polls(&socket, PollEvents::OUT)?;
    peer.sendto(b"to you", &socket.getsockname()?)?;
    receives(&socket, b"to you")
}

fn shut_without_a_peer<B: Bed>(bed: &B) -> Outcome {
    let peer = bed.far().bound_udp()?;
    let socket = bed.near().bound_udp()?;
    fails(socket.shutdown(Shutdown::Both), Errno::ENOTCONN)?;
    polls(&socket, PollEvents::IN | PollEvents::OUT | PollEvents::RDHUP | PollEvents::HUP)?;
    fails(socket.sendto(b"x", &peer.getsockname()?), Errno::EPIPE)?;
    ends(&socket)
}

fn no_urgent_data<B: Bed>(bed: &B) -> Outcome {
    let peer = bed.far().bound_udp()?;
    let socket = bed.near().udp()?;
    let sent = socket.sendto_with(b"x", MsgFlags::OOB, &peer.getsockname()?);
    if bed.family() == Family::INET6 { same("sendto", sent?, 1) } else { fails(sent, Errno::EOPNOTSUPP) }
}

/// The socket's way of asking for the queue of errors.
fn queue_errors<B: Bed>(bed: &B, socket: &Socket<B::Host>) -> Outcome {
    match bed.family() {
        Family::INET6 => socket.setsockopt(IPV6_RECVERR, true)?,
        _ => socket.setsockopt(IP_RECVERR, true)?,
    }
    Ok(())
}

/// The bytes of `struct sock_extended_err`, what was sent, and where to.
type Queued = (Vec<u8>, Vec<u8>, Option<Addr>);

/// Takes one error of the queue.
fn queued<B: Bed>(bed: &B, socket: &Socket<B::Host>, size: usize) -> Result<Queued, Stop> {
    let (level, kind) = match bed.family() {
        Family::INET6 => (c::IPPROTO_IPV6, c::IPV6_RECVERR),
        _ => (c::IPPROTO_IP, c::IP_RECVERR),
    };
    let got = recvmsg(socket, size, MsgFlags::ERRQUEUE)?;
    same("msg_flags", got.flags & MsgFlags::ERRQUEUE, MsgFlags::ERRQUEUE)?;
    let error = got.raw(level, kind).ok_or_else(|| Stop::failed("no IP_RECVERR"))?.to_vec();
    Ok((error, got.data, got.from))
}

/// `ee_errno` as four bytes, `ee_origin`, `ee_type` and `ee_code`.
fn extended(errno: Errno, origin: [u8; 3]) -> Vec<u8> {
    [&errno.raw().to_ne_bytes()[..], &origin, &[0]].concat()
}

fn refused_is_queued<B: Bed>(bed: &B) -> Outcome {
    let nobody = bed.far().bound_udp()?;
    let there = nobody.getsockname()?;
    nobody.close()?;
    let socket = bed.near().udp()?;
    queue_errors(bed, &socket)?;
    for data in [&b"one"[..], b"two"] {
        // What is pending of the first is told by the second, which is not sent.
        drop(socket.sendto(data, &there));
        bed.settle();
    }
    socket.sendto(b"three", &there)?;
    bed.settle();
    polls(&socket, PollEvents::OUT | PollEvents::ERR)?;
    let unreachable = if bed.family() == Family::INET6 { [3, 1, 4] } else { [2, 3, 3] };
    for sent in [&b"one"[..], b"three"] {
        let (error, data, about) = queued(bed, &socket, 100)?;
        same("the error", &error[..8], &extended(Errno::ECONNREFUSED, unreachable)[..])?;
        same("what was sent", &data[..], sent)?;
        same("where to", about, Some(there.clone()))?;
    }
    fails(recvmsg(&socket, 1, MsgFlags::ERRQUEUE), Errno::EAGAIN)?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, None)?;
    polls(&socket, PollEvents::OUT)
}

fn too_long_is_queued<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().udp()?;
    queue_errors(bed, &socket)?;
    fails(socket.sendto(&[0; 65_528], &bed.near().addr(9)), Errno::EMSGSIZE)?;
    polls(&socket, PollEvents::OUT | PollEvents::ERR)?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, None)?;
    let (error, data, _) = queued(bed, &socket, 100)?;
    same("the error", &error[..8], &extended(Errno::EMSGSIZE, [1, 0, 0])[..])?;
    let mtu = if bed.family() == Family::INET6 { 65_536_u32 } else { 65_535 };
    same("the MTU", &error[8..12], &mtu.to_ne_bytes()[..])?;
    same("what was sent", data.len(), 0)
}

fn no_errors_wanted_any_more<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().udp()?;
    queue_errors(bed, &socket)?;
    fails(socket.sendto(&[0; 65_528], &bed.near().addr(9)), Errno::EMSGSIZE)?;
    match bed.family() {
        Family::INET6 => socket.setsockopt(IPV6_RECVERR, false)?,
        _ => socket.setsockopt(IP_RECVERR, false)?,
    }
    polls(&socket, PollEvents::OUT)?;
    fails(recvmsg(&socket, 1, MsgFlags::ERRQUEUE), Errno::EAGAIN)
}
