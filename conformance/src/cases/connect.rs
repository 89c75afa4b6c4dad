//! Connecting, in blocking mode.

use std::{net::Ipv4Addr, net::Ipv6Addr, time::Duration};

use wavetank_api::{
    Addr, Errno, Family, PollEvents,
    option::{IPV6_V6ONLY, SO_REUSEADDR, SO_SNDTIMEO, TCP_SYNCNT},
};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, becomes, ends, fails, holds, ip_of, polls, port_of, receives, same, takes, times_out},
    pair::{connected, full_listener},
};

cases! { connect:
    to_a_listener everywhere
        "connect to a listener succeeds before anybody accepts"
        from "connect(2); RFC 9293 section 3.5";
    refused_by_a_closed_port everywhere
        "A port that nobody listens on refuses: ECONNREFUSED"
        from "connect(2); RFC 9293 section 3.10.7.1";
    refused_by_a_bound_port everywhere
        "A port that a socket has bound without listening refuses all the same: ECONNREFUSED"
        from "inet_lookup_listener";
    refused_by_port_zero families
        "Port 0 is nobody's: ECONNREFUSED"
        from "tcp_v4_connect does not look at the port";
    again_after_a_refusal everywhere
        "A socket that was refused can be used to connect again"
        from "__inet_stream_connect: SS_UNCONNECTED after the error";
    keeps_the_bound_address everywhere
        "A socket that was bound connects from that address and port"
        from "connect(2), bind(2)";
    chooses_an_address everywhere
        "A socket that was not bound gets an address of this host and a port"
        from "ip(7); ip_route_connect";
    wildcard_gets_an_address everywhere
        "A socket that was bound to the wildcard keeps its port and gets an address"
        from "tcp_v4_connect: inet_saddr";
    unspecified_means_this_host once
        "0.0.0.0 and :: as destinations mean this host"
        from "ip_route_output_key; tcp_v6_connect: ipv6_addr_any";
    broadcast_and_multicast once
        "TCP has no broadcast and no multicast: ENETUNREACH"
        from "tcp_v4_connect: RTCF_MULTICAST, RTCF_BROADCAST; tcp_v6_connect";
    wrong_family once
        "An IPv4 socket refuses an IPv6 address with EAFNOSUPPORT; an IPv6 TCP socket an IPv4 address with EINVAL, as too short"
        from "tcp_v4_connect; tcp_v6_connect: SIN6_LEN_RFC2133";
    mapped_address once
        "An IPv6 socket reaches IPv4 by mapped addresses, and shows them mapped"
        from "ipv6(7); tcp_v6_connect";
    mapped_address_with_v6only once
        "Not with IPV6_V6ONLY: ENETUNREACH"
        from "tcp_v6_connect: ipv6_only_sock";
    mapped_address_from_ipv6 once
        "Nor from a specific IPv6 address: ENETUNREACH"
        from "tcp_v6_connect, __inet6_bind";
    dual_stack_listener once
        "A listener at the IPv6 wildcard takes IPv4 connections, and shows the peer mapped"
        from "ipv6(7)";
    v6only_listener_refuses_ipv4 once
        "With IPV6_V6ONLY it does not: ECONNREFUSED"
        from "ipv6(7) IPV6_V6ONLY";
    connected_already everywhere
        "A connected socket, and an accepted one: EISCONN; whatever the address"
        from "connect(2); __inet_stream_connect: SS_CONNECTED";
    listening families
        "A listener: EISCONN"
        from "__inet_stream_connect: SS_UNCONNECTED, but not TCP_CLOSE";
    to_itself families
        "A socket can connect to itself: both ends open at the same time, and it reads what it writes"
        from "RFC 9293 section 3.5, simultaneous open";
    same_four_numbers everywhere
        "The same two addresses and ports cannot be connected twice: EADDRNOTAVAIL"
        from "__inet_check_established";
    one_port_for_two_peers everywhere
        "One local port may be connected to two different peers"
        from "__inet_check_established; SO_REUSEADDR lets both bind";
    unspec_on_a_fresh_socket families
        "AF_UNSPEC on a socket that is not connected: success"
        from "connect(2): dissolving the association";
    unspec_resets_a_connection everywhere
        "AF_UNSPEC on a connection resets it; the socket is free again"
        from "connect(2); tcp_disconnect";
    sndtimeo_limits_the_wait families
        "SO_SNDTIMEO limits the wait for the handshake: EINPROGRESS; the handshake goes on"
        from "socket(7) SO_SNDTIMEO; __inet_stream_connect";
    settimeout_limits_the_wait families
        "In timeout mode connect fails with a timeout"
        from "Python's socket.settimeout";
    nobody_answers everywhere
        "When no SYN is answered: ETIMEDOUT; with TCP_SYNCNT 1 that is after 1 s and 2 s"
        from "tcp(7) TCP_SYNCNT; RFC 6298 section 5";
}

fn to_a_listener<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let socket = bed.near().tcp()?;
    socket.connect(&listener.getsockname()?)?;
    polls(&socket, PollEvents::OUT)?;
    socket.sendall(b"early")?;
    let (accepted, _) = listener.accept()?;
    receives(&accepted, b"early")
}

fn refused_by_a_closed_port<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    listener.close()?;
    fails(bed.near().tcp()?.connect(&addr), Errno::ECONNREFUSED)
}

fn refused_by_a_bound_port<B: Bed>(bed: &B) -> Outcome {
    let closed = bed.far().bound_tcp()?;
    fails(bed.near().tcp()?.connect(&closed.getsockname()?), Errno::ECONNREFUSED)
}

fn refused_by_port_zero<B: Bed>(bed: &B) -> Outcome {
    fails(bed.near().tcp()?.connect(&bed.far().addr(0)), Errno::ECONNREFUSED)
}

fn again_after_a_refusal<B: Bed>(bed: &B) -> Outcome {
    let closed = bed.far().bound_tcp()?;
    let socket = bed.near().tcp()?;
    for _ in 0..3 {
        fails(socket.connect(&closed.getsockname()?), Errno::ECONNREFUSED)?;
        polls(&socket, PollEvents::OUT | PollEvents::HUP)?;
        fails(socket.getpeername(), Errno::ENOTCONN)?;
    }
    let listener = bed.far().listener()?;
    socket.connect(&listener.getsockname()?)?;
    same("the peer", listener.accept()?.1, socket.getsockname()?)
}

fn keeps_the_bound_address<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let socket = bed.near().bound_tcp()?;
    let name = socket.getsockname()?;
    socket.connect(&listener.getsockname()?)?;
    same("getsockname", socket.getsockname()?, name.clone())?;
    same("the peer", listener.accept()?.1, name)
}

fn chooses_an_address<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let name = pair.near.getsockname()?;
    holds("there is a port", port_of(&name)? != 0)?;
    // Somebody at that address can be reached from this machine.
    let again = bed.near().tcp()?;
    again.bind(&name.with_port(0))?;
    Ok(())
}

fn wildcard_gets_an_address<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let socket = bed.near().tcp()?;
    socket.bind(&bed.near().any(0))?;
    let port = port_of(&socket.getsockname()?)?;
    socket.connect(&listener.getsockname()?)?;
    let name = socket.getsockname()?;
    same("the port", port_of(&name)?, port)?;
    holds("the address is specific", !ip_of(&name)?.is_unspecified())
}

fn unspecified_means_this_host<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let listener = near.tcp_of(Family::INET)?;
    listener.bind(&Addr::v4(Ipv4Addr::LOCALHOST, 0))?;
    listener.listen(1)?;
    let socket = near.tcp_of(Family::INET)?;
    socket.connect(&Addr::ANY_V4.with_port(port_of(&listener.getsockname()?)?))?;
    same("getpeername", socket.getpeername()?, listener.getsockname()?)?;
    bed.need(Capability::Ipv6)?;
    let listener = near.tcp_of(Family::INET6)?;
    listener.bind(&Addr::v6(Ipv6Addr::LOCALHOST, 0))?;
    listener.listen(1)?;
    let socket = near.tcp_of(Family::INET6)?;
    socket.connect(&Addr::ANY_V6.with_port(port_of(&listener.getsockname()?)?))?;
    same("getpeername", socket.getpeername()?, listener.getsockname()?)
}

fn broadcast_and_multicast<B: Bed>(bed: &B) -> Outcome {
    for ip in [Ipv4Addr::BROADCAST, Ipv4Addr::new(127, 255, 255, 255), Ipv4Addr::new(224, 0, 0, 1)] {
        fails(bed.near().tcp()?.connect(&Addr::v4(ip, 9)), Errno::ENETUNREACH)?;
    }
    bed.need(Capability::Ipv6)?;
    let all_nodes = Addr::v6(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1), 9);
    fails(bed.near().tcp_of(Family::INET6)?.connect(&all_nodes), Errno::ENETUNREACH)
}

fn wrong_family<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    fails(near.tcp_of(Family::INET)?.connect(&Addr::v6(near.v6, 9)), Errno::EAFNOSUPPORT)?;
    fails(near.tcp_of(Family::INET6)?.connect(&Addr::v4(near.v4, 9)), Errno::EINVAL)
}

fn mapped_address<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let listener = near.listener()?;
    let port = port_of(&listener.getsockname()?)?;
    let socket = near.tcp_of(Family::INET6)?;
    socket.connect(&Addr::v6(near.v4.to_ipv6_mapped(), port))?;
    same("getpeername", socket.getpeername()?, Addr::v6(near.v4.to_ipv6_mapped(), port))?;
    let (accepted, peer) = listener.accept()?;
    let port = port_of(&peer)?;
    same("getsockname", socket.getsockname()?, Addr::v6(Ipv4Addr::LOCALHOST.to_ipv6_mapped(), port))?;
    same("the IPv4 end sees", accepted.getpeername()?, Addr::v4(Ipv4Addr::LOCALHOST, port))
}

fn mapped_address_with_v6only<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let listener = near.listener()?;
    let mapped = Addr::v6(near.v4.to_ipv6_mapped(), port_of(&listener.getsockname()?)?);
    let socket = near.tcp_of(Family::INET6)?;
    socket.setsockopt(IPV6_V6ONLY, true)?;
    fails(socket.connect(&mapped), Errno::ENETUNREACH)
}

fn mapped_address_from_ipv6<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let listener = near.listener()?;
    let mapped = Addr::v6(near.v4.to_ipv6_mapped(), port_of(&listener.getsockname()?)?);
    let socket = near.tcp_of(Family::INET6)?;
    socket.bind(&Addr::v6(near.v6, 0))?;
    fails(socket.connect(&mapped), Errno::ENETUNREACH)
}

fn dual_stack_listener<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let listener = near.tcp_of(Family::INET6)?;
    listener.listen(1)?;
    let socket = near.tcp_of(Family::INET)?;
    socket.bind(&Addr::v4(near.v4, 0))?;
    socket.connect(&Addr::v4(near.v4, port_of(&listener.getsockname()?)?))?;
    let (_, peer) = listener.accept()?;
    same("the peer", ip_of(&peer)?, near.v4.to_ipv6_mapped().into())
}

fn v6only_listener_refuses_ipv4<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let listener = near.tcp_of(Family::INET6)?;
    listener.setsockopt(IPV6_V6ONLY, true)?;
    listener.listen(1)?;
    let addr = Addr::v4(near.v4, port_of(&listener.getsockname()?)?);
    fails(near.tcp_of(Family::INET)?.connect(&addr), Errno::ECONNREFUSED)
}

fn connected_already<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    for addr in [pair.listener.getsockname()?, bed.far().addr(9)] {
        fails(pair.near.connect(&addr), Errno::EISCONN)?;
        fails(pair.far.connect(&addr), Errno::EISCONN)?;
    }
    Ok(())
}

fn listening<B: Bed>(bed: &B) -> Outcome {
    let (one, other) = (bed.near().listener()?, bed.near().listener()?);
    fails(one.connect(&other.getsockname()?), Errno::EISCONN)
}

fn to_itself<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().bound_tcp()?;
    let name = socket.getsockname()?;
    socket.connect(&name)?;
    same("getpeername", socket.getpeername()?, name)?;
    socket.sendall(b"echo")?;
    receives(&socket, b"echo")
}

fn same_four_numbers<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    let (first, second) = (bed.near().tcp()?, bed.near().tcp()?);
    first.setsockopt(SO_REUSEADDR, true)?;
    second.setsockopt(SO_REUSEADDR, true)?;
    first.bind(&bed.near().addr(0))?;
    second.bind(&first.getsockname()?)?;
    first.connect(&addr)?;
    fails(second.connect(&addr), Errno::EADDRNOTAVAIL)?;
    // The first one has not noticed.
    first.sendall(b"x")?;
    receives(&listener.accept()?.0, b"x")
}

fn one_port_for_two_peers<B: Bed>(bed: &B) -> Outcome {
    let listeners = [bed.far().listener()?, bed.far().listener()?];
    let (first, second) = (bed.near().tcp()?, bed.near().tcp()?);
    first.setsockopt(SO_REUSEADDR, true)?;
    second.setsockopt(SO_REUSEADDR, true)?;
    first.bind(&bed.near().addr(0))?;
    second.bind(&first.getsockname()?)?;
    first.connect(&listeners[0].getsockname()?)?;
    second.connect(&listeners[1].getsockname()?)?;
    same("the peers", listeners[0].accept()?.1, listeners[1].accept()?.1)
}

fn unspec_on_a_fresh_socket<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    socket.connect(&Addr::Unspec)?;
    socket.connect(&bed.far().listener()?.getsockname()?)?;
    Ok(())
}

fn unspec_resets_a_connection<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.connect(&Addr::Unspec)?;
    fails(pair.near.getpeername(), Errno::ENOTCONN)?;
    bed.settle();
    fails(pair.far.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&pair.far)?;
    // Its own wait would have ended so, too: the first thing it hears of is the reset.
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)?;
    pair.near.connect(&pair.listener.getsockname()?)?;
    Ok(())
}

fn sndtimeo_limits_the_wait<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = bed.near().tcp()?;
    let timeout = Duration::from_millis(60);
    socket.setsockopt(SO_SNDTIMEO, Some(timeout))?;
    fails(takes(bed.near().host, timeout, || socket.connect(&full.addr))?, Errno::EINPROGRESS)?;
    polls(&socket, PollEvents::empty())?;
    full.listener.accept()?;
    becomes(&socket, PollEvents::OUT)?;
    full.done();
    Ok(())
}

fn settimeout_limits_the_wait<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = bed.near().tcp()?;
    let timeout = Duration::from_millis(60);
    socket.settimeout(Some(timeout))?;
    times_out(takes(bed.near().host, timeout, || socket.connect(&full.addr))?)?;
    full.done();
    Ok(())
}

fn nobody_answers<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = bed.near().tcp()?;
    socket.setsockopt(TCP_SYNCNT, 1)?;
    fails(takes(bed.near().host, Duration::from_secs(3), || socket.connect(&full.addr))?, Errno::ETIMEDOUT)?;
    full.done();
    Ok(())
}
