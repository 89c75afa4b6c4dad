//! Datagrams that arrive.

use std::io::{IoSlice, IoSliceMut};

use wavetank_api::{
    Addr, Errno, Family, MsgFlags, RecvMsg, SendMsg,
    option::{IPV6_V6ONLY, SO_RCVBUF, SO_REUSEADDR},
};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, fails, holds, ip_of, port_of, receives, same},
};

cases! { udp:
    one_send_is_one_recv everywhere
        "Each recv takes one datagram, and tells who sent it"
        from "udp(7)";
    empty_datagram everywhere
        "A datagram of no bytes is one: recv returns 0"
        from "udp(7)";
    too_long_for_the_buffer everywhere
        "What does not fit the buffer is lost, and recvmsg says MSG_TRUNC"
        from "recv(2); udp_recvmsg";
    trunc_tells_the_whole_length everywhere
        "With MSG_TRUNC recv returns the length of the datagram, whatever fits"
        from "recv(2) MSG_TRUNC";
    recv_of_nothing_takes_it everywhere
        "A recv of no bytes takes a datagram all the same"
        from "udp_recvmsg";
    peek everywhere
        "MSG_PEEK looks without taking"
        from "recv(2) MSG_PEEK";
    gather_and_scatter everywhere
        "sendmsg gathers its buffers into one datagram, recvmsg scatters it"
        from "sendmsg(2), recvmsg(2)";
    nothing_there everywhere
        "Without a datagram: EAGAIN, with MSG_DONTWAIT or in non-blocking mode"
        from "recv(2)";
    connected_hears_only_its_peer everywhere
        "A connected socket receives only from its peer"
        from "connect(2); udp(7)";
    queued_before_connect everywhere
        "What had arrived before connect is still received"
        from "udp_connect does not look at the queue";
    connected_sends_elsewhere everywhere
        "A connected socket may still send to another address"
        from "send(2); udp_sendmsg: no EISCONN on Linux";
    most_specific_socket_gets_it everywhere
        "Of the sockets that fit the connected one gets a datagram, then the one with the address, then the wildcard"
        from "udp4_lib_lookup2: compute_score";
    last_of_equals_gets_it families
        "Of sockets that share an address by SO_REUSEADDR the one that bound last gets it"
        from "udp_lib_get_port: added to the head of the list";
    unspec_dissolves everywhere
        "AF_UNSPEC dissolves the connection; a port that was not asked for goes with it"
        from "connect(2); __udp_disconnect";
    unspec_keeps_what_was_bound families
        "AF_UNSPEC keeps an address and a port that were bound"
        from "__udp_disconnect: SOCK_BINDADDR_LOCK, SOCK_BINDPORT_LOCK";
    unspecified_means_this_host once
        "Connecting to 0.0.0.0 and :: means this host"
        from "ip_route_output_key; __ip6_datagram_connect";
    largest_datagram everywhere
        "The most that fits: 65,507 bytes in IPv4, 65,527 in IPv6; one more is EMSGSIZE"
        from "RFC 768, RFC 791; udp_sendmsg, ip6_append_data";
    full_queue_loses families
        "What finds the receive buffer full is lost, without a word to either side"
        from "udp(7); __udp_enqueue_schedule_skb";
    dual_stack once
        "An IPv6 socket at the wildcard receives from IPv4, and shows the sender mapped; it sends to a plain IPv4 address, too"
        from "ipv6(7); udpv6_sendmsg: AF_INET";
    v6only_keeps_to_ipv6 once
        "With IPV6_V6ONLY it sends to no IPv4 address: ENETUNREACH; it connects to no plain one: EAFNOSUPPORT"
        from "udpv6_sendmsg, __ip6_datagram_connect: ipv6_only_sock";
}

fn one_send_is_one_recv<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    for message in [b"one".as_slice(), b"two and more"] {
        same("sendto", near.sendto(message, &far.getsockname()?)?, message.len())?;
    }
    let mut buf = [0; 64];
    for message in [b"one".as_slice(), b"two and more"] {
        let (count, from) = far.recvfrom(&mut buf)?;
        same("the message", &buf[..count], message)?;
        same("the sender", from, near.getsockname()?)?;
    }
    Ok(())
}

fn empty_datagram<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    same("sendto", near.sendto(b"", &far.getsockname()?)?, 0)?;
    near.sendto(b"after", &far.getsockname()?)?;
    same("recvfrom", far.recvfrom(&mut [0; 9])?, (0, near.getsockname()?))?;
    receives(&far, b"after")
}

fn too_long_for_the_buffer<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    near.sendto(b"abcdef", &far.getsockname()?)?;
    near.sendto(b"gh", &far.getsockname()?)?;
    for (message, flags) in [(b"ab", MsgFlags::TRUNC), (b"gh", MsgFlags::empty())] {
        let mut buf = [0; 2];
        let mut bufs = [IoSliceMut::new(&mut buf)];
        let mut msg = RecvMsg::new(&mut bufs);
        same("recvmsg", far.recvmsg(&mut msg, MsgFlags::empty())?, 2)?;
        same("msg_flags", msg.flags, flags)?;
        same("the bytes", &buf, message)?;
    }
    Ok(())
}

fn trunc_tells_the_whole_length<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    near.sendto(b"abcdef", &far.getsockname()?)?;
    bed.settle();
    let mut buf = [0; 2];
    same("recv with MSG_PEEK", far.recv_with(&mut buf, MsgFlags::TRUNC | MsgFlags::PEEK)?, 6)?;
    same("recv", far.recv_with(&mut buf, MsgFlags::TRUNC)?, 6)?;
    same("the bytes", &buf, b"ab")?;
    fails(far.recv_with(&mut buf, MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn recv_of_nothing_takes_it<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    near.sendto(b"gone", &far.getsockname()?)?;
    near.sendto(b"next", &far.getsockname()?)?;
    same("recv", far.recv(&mut [])?, 0)?;
    receives(&far, b"next")
}

fn peek<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    near.sendto(b"abc", &far.getsockname()?)?;
    let mut buf = [0; 9];
    for _ in 0..2 {
        same("peek", far.recvfrom_with(&mut buf, MsgFlags::PEEK)?, (3, near.getsockname()?))?;
    }
    receives(&far, b"abc")
}

fn gather_and_scatter<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    let parts = [IoSlice::new(b"ab"), IoSlice::new(b"cdef")];
    let to = far.getsockname()?;
    same("sendmsg", near.sendmsg(&SendMsg::new(&parts).to(&to), MsgFlags::empty())?, 6)?;
    let (mut one, mut two) = ([0; 3], [0; 9]);
    let mut bufs = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
    let mut msg = RecvMsg::new(&mut bufs);
    same("recvmsg", far.recvmsg(&mut msg, MsgFlags::empty())?, 6)?;
    same("the sender", msg.addr, Some(near.getsockname()?))?;
    same("the parts", (&one, &two[..3]), (b"abc", b"def".as_slice()))
}

fn nothing_there<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().bound_udp()?;
    fails(socket.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    fails(bed.near().udp()?.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    socket.setblocking(false)?;
    fails(socket.recv(&mut [0]), Errno::EAGAIN)
}

fn connected_hears_only_its_peer<B: Bed>(bed: &B) -> Outcome {
    let (peer, stranger) = (bed.far().bound_udp()?, bed.far().bound_udp()?);
    let socket = bed.near().udp()?;
    socket.connect(&peer.getsockname()?)?;
    stranger.sendto(b"from a stranger", &socket.getsockname()?)?;
    peer.sendto(b"from the peer", &socket.getsockname()?)?;
    receives(&socket, b"from the peer")?;
    bed.settle();
    fails(socket.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn queued_before_connect<B: Bed>(bed: &B) -> Outcome {
    let (peer, stranger) = (bed.far().bound_udp()?, bed.far().bound_udp()?);
    let socket = bed.near().bound_udp()?;
    stranger.sendto(b"early", &socket.getsockname()?)?;
    bed.settle();
    socket.connect(&peer.getsockname()?)?;
    same("recvfrom", socket.recvfrom(&mut [0; 9])?, (5, stranger.getsockname()?))
}

fn connected_sends_elsewhere<B: Bed>(bed: &B) -> Outcome {
    let (peer, other) = (bed.far().bound_udp()?, bed.far().bound_udp()?);
    let socket = bed.near().udp()?;
    socket.connect(&peer.getsockname()?)?;
    same("sendto", socket.sendto(b"aside", &other.getsockname()?)?, 5)?;
    receives(&other, b"aside")?;
    same("getpeername", socket.getpeername()?, peer.getsockname()?)
}

fn most_specific_socket_gets_it<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near(), bed.far());
    let sender = near.bound_udp()?;
    let make = || -> Result<_, Stop> {
        let socket = far.udp()?;
        socket.setsockopt(SO_REUSEADDR, true)?;
        Ok(socket)
    };
    let connected = make()?;
    connected.bind(&far.addr(0))?;
    let addr = connected.getsockname()?;
    connected.connect(&sender.getsockname()?)?;
    let (exact, wild) = (make()?, make()?);
    exact.bind(&addr)?;
    wild.bind(&far.any(port_of(&addr)?))?;
    for socket in [connected, exact, wild] {
        sender.sendto(b"who?", &addr)?;
        bed.settle();
        socket.setblocking(false)?;
        receives(&socket, b"who?")?;
        socket.close()?;
    }
    Ok(())
}

fn last_of_equals_gets_it<B: Bed>(bed: &B) -> Outcome {
    let far = bed.far();
    let sender = bed.near().bound_udp()?;
    let first = far.udp()?;
    first.setsockopt(SO_REUSEADDR, true)?;
    first.bind(&far.addr(0))?;
    let second = far.udp()?;
    second.setsockopt(SO_REUSEADDR, true)?;
    second.bind(&first.getsockname()?)?;
    sender.sendto(b"who?", &first.getsockname()?)?;
    bed.settle();
    fails(first.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    receives(&second, b"who?")
}

fn unspec_dissolves<B: Bed>(bed: &B) -> Outcome {
    let peer = bed.far().bound_udp()?;
    let socket = bed.near().udp()?;
    socket.connect(&peer.getsockname()?)?;
    socket.connect(&Addr::Unspec)?;
    fails(socket.getpeername(), Errno::ENOTCONN)?;
    same("getsockname", socket.getsockname()?, bed.near().any(0))?;
    fails(socket.send(b"x"), Errno::EDESTADDRREQ)?;
    socket.sendto(b"again", &peer.getsockname()?)?;
    receives(&peer, b"again")
}

fn unspec_keeps_what_was_bound<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let peer = bed.far().bound_udp()?;
    let free = || -> Result<u16, Stop> { port_of(&near.bound_udp()?.getsockname()?) };
    for addr in [near.addr(free()?), near.any(free()?)] {
        let socket = near.udp()?;
        socket.bind(&addr)?;
        socket.connect(&peer.getsockname()?)?;
        socket.connect(&Addr::Unspec)?;
        same("getsockname", socket.getsockname()?, addr)?;
    }
    // A port that bind chose was not asked for.
    let socket = near.bound_udp()?;
    socket.connect(&peer.getsockname()?)?;
    socket.connect(&Addr::Unspec)?;
    same("getsockname", socket.getsockname()?, near.addr(0))
}

fn unspecified_means_this_host<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().udp_of(Family::INET)?;
    socket.connect(&Addr::ANY_V4.with_port(9))?;
    same("getpeername", socket.getpeername()?.to_string(), "127.0.0.1:9".to_owned())?;
    bed.need(Capability::Ipv6)?;
    let socket = bed.near().udp_of(Family::INET6)?;
    socket.connect(&Addr::ANY_V6.with_port(9))?;
    same("getpeername", socket.getpeername()?.to_string(), "[::1]:9".to_owned())
}

fn largest_datagram<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    let most = if bed.family() == Family::INET6 { 65_527 } else { 65_507 };
    let data = vec![1; 65_536];
    let to = far.getsockname()?;
    fails(near.sendto(&data[..most + 1], &to), Errno::EMSGSIZE)?;
    fails(near.sendto(&data, &to), Errno::EMSGSIZE)?;
    same("sendto", near.sendto(&data[..most], &to)?, most)?;
    same("recv", far.recv(&mut vec![0; 70_000])?, most)
}

fn full_queue_loses<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    far.setsockopt(SO_RCVBUF, 5_000)?;
    for _ in 0..100 {
        near.sendto(&[1; 1_000], &far.getsockname()?)?;
    }
    bed.settle();
    far.setblocking(false)?;
    let mut count = 0;
    let end = loop {
        match far.recv(&mut [0; 1_000]) {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    fails(Err::<(), _>(end), Errno::EAGAIN)?;
    holds("some came through and some did not", (1..100).contains(&count))?;
    // There is room again.
    near.sendto(b"next", &far.getsockname()?)?;
    bed.settle();
    receives(&far, b"next")
}

fn dual_stack<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let (four, six) = (near.bound_udp()?, near.udp_of(Family::INET6)?);
    six.bind(&Addr::ANY_V6)?;
    four.sendto(b"to six", &Addr::v4(near.v4, port_of(&six.getsockname()?)?))?;
    let (count, from) = six.recvfrom(&mut [0; 9])?;
    same("the length", count, 6)?;
    same("the sender", from.clone(), Addr::v6(near.v4.to_ipv6_mapped(), port_of(&four.getsockname()?)?))?;
    six.sendto(b"mapped", &from)?;
    receives(&four, b"mapped")?;
    six.sendto(b"plain", &four.getsockname()?)?;
    receives(&four, b"plain")?;
    six.connect(&four.getsockname()?)?;
    same("getpeername", ip_of(&six.getpeername()?)?, near.v4.to_ipv6_mapped().into())
}

fn v6only_keeps_to_ipv6<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let four = near.bound_udp()?.getsockname()?;
    let mapped = Addr::v6(near.v4.to_ipv6_mapped(), port_of(&four)?);
    let six = near.udp_of(Family::INET6)?;
    six.setsockopt(IPV6_V6ONLY, true)?;
    fails(six.sendto(b"x", &four), Errno::ENETUNREACH)?;
    fails(six.sendto(b"x", &mapped), Errno::ENETUNREACH)?;
    fails(six.connect(&mapped), Errno::ENETUNREACH)?;
    fails(six.connect(&four), Errno::EAFNOSUPPORT)
}
