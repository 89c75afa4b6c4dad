//! Ports that nobody asked for by number, and ports that several share.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, Ipv6Addr},
};

use wavetank_api::{
    Addr, Errno, Family, Host, SockType, Socket,
    option::{IP_BIND_ADDRESS_NO_PORT, IP_LOCAL_PORT_RANGE, IPV6_V6ONLY, SO_REUSEADDR, SO_REUSEPORT},
};

use crate::{
    bed::{Bed, Capability, Side},
    case::cases,
    check::{Outcome, Stop, fails, holds, port_of, same, sets_if_known},
    pair::Place,
};

cases! { ports:
    bind_takes_odd_ones linked
        "Port 0 begins with ports at an odd distance from the range's lower end, connect with those at an even one"
        from "inet_csk_find_open_port: offset |= 1; __inet_hash_connect: offset &= ~1";
    bind_takes_even_ones_then linked
        "When the odd ones are gone, port 0 takes the even ones; when all are, bind says EADDRINUSE, for UDP too"
        from "ip(7) ip_local_port_range; bind(2) EADDRINUSE";
    listening_needs_a_port linked
        "When all ports are gone, listen on a socket that is not bound says EADDRINUSE, and sendto EAGAIN"
        from "inet_csk_listen_start: get_port; inet_send_prepare: inet_autobind";
    reuseaddr_takes_the_lower_half linked
        "With SO_REUSEADDR port 0 leaves the upper half of the range alone as long as it can"
        from "inet_csk_find_open_port: attempt_half";
    another_address_has_them_too linked
        "Ports that are gone at one address are there at another"
        from "inet_csk_bind_conflict: inet_rcv_saddr_equal";
    connect_runs_out linked
        "When every port has a connection to the same destination, connect says EADDRNOTAVAIL; another destination has them all again"
        from "connect(2) EADDRNOTAVAIL; __inet_check_established";
    the_last_of_an_odd_number linked
        "Of an odd number of ports the last one is never chosen"
        from "__inet_hash_connect, inet_csk_find_open_port: remaining &= ~1U";
    connect_leaves_bound_ones_alone linked
        "connect never chooses a port that somebody has bound, whatever the address and the options; an accepted connection counts"
        from "__inet_hash_connect: tb->fastreuse >= 0";
    no_port_until_connect everywhere
        "With IP_BIND_ADDRESS_NO_PORT bind with port 0 fixes the address alone; connect gives the port, and bind may be called again"
        from "ip(7) IP_BIND_ADDRESS_NO_PORT";
    no_port_until_listen everywhere
        "With IP_BIND_ADDRESS_NO_PORT listen gives the port"
        from "inet_csk_listen_start: get_port";
    no_port_shares linked
        "With IP_BIND_ADDRESS_NO_PORT a port serves for a connection to each destination; without, a bound port serves for one"
        from "ip(7) IP_BIND_ADDRESS_NO_PORT";
    range_of_one_socket families
        "IP_LOCAL_PORT_RANGE narrows the choice of bind, connect and UDP; connect says EADDRNOTAVAIL when it is used up, bind EADDRINUSE"
        from "ip(7) IP_LOCAL_PORT_RANGE; inet_sk_get_local_port_range";
    range_of_one_socket_is_within families
        "An end of IP_LOCAL_PORT_RANGE that lies outside the system's range does not count, nor does one that is 0"
        from "ip(7) IP_LOCAL_PORT_RANGE; inet_sk_get_local_port_range";
    reuseport_shares_connections everywhere
        "Listeners that have their address by SO_REUSEPORT share the connections; the same ports come to the same one again"
        from "socket(7) SO_REUSEPORT; reuseport_select_sock";
    reuseport_closes_one_queue everywhere
        "When one of them closes, who waits in its queue is reset, and the other takes all that comes from now on"
        from "inet_csk_listen_stop; net.ipv4.tcp_migrate_req = 0";
    specific_listener_before_the_wildcard once
        "A connection is for the listener at its address before one at the wildcard, SO_REUSEPORT or not"
        from "__inet_lookup_listener: first by address, then INADDR_ANY";
    own_family_before_dual_stack once
        "Of the IPv4 and the IPv6 wildcard, both with SO_REUSEPORT, IPv4's has the IPv4 connections"
        from "compute_score: sk_family == PF_INET";
    bound_address_makes_v6only once
        "An IPv6 socket that is bound to an address is IPV6_V6ONLY from then on, and not again if bind fails; one that connects is not"
        from "__inet6_bind: sk->sk_ipv6only = 1";
    no_way_between_versions once
        "A socket bound to an IPv6 address has no way to a mapped one: ENETUNREACH; the other way round it is EAFNOSUPPORT"
        from "tcp_v6_connect; ip6_dst_lookup_tail";
    mapped_wildcard once
        "::ffff:0.0.0.0 is a wildcard for IPv4 alone, and shown as it was given"
        from "__inet6_bind: IPV6_ADDR_MAPPED";
}

/// Gives a side so small a range that it can be used up.
fn narrow<B: Bed>(bed: &B, side: Side, range: &str) -> Outcome {
    bed.set_sysctl(side, "net.ipv4.ip_local_port_range", range)
}

fn local_port<H: Host>(socket: &Socket<H>) -> Result<u16, Stop> {
    port_of(&socket.getsockname()?)
}

/// Sockets of `make`, as many as can be had; and what the one after them was told.
fn all_of<T>(mut make: impl FnMut() -> Result<Result<T, wavetank_api::Error>, Stop>) -> Result<(Vec<T>, Errno), Stop> {
    let mut made = Vec::new();
    loop {
        match make()? {
            Ok(one) => made.push(one),
            Err(error) => return Ok((made, error.errno().unwrap_or(Errno::EIO))),
        }
        if made.len() > 100 {
            return Err(Stop::failed("ports do not run out"));
        }
    }
}

fn bound<H: Host>(
    place: &Place<'_, H>,
    kind: SockType,
    addr: &Addr,
    reuse: bool,
) -> Result<Result<Socket<H>, wavetank_api::Error>, Stop> {
    let socket = Socket::new(place.host, addr.family(), kind)?;
    socket.setsockopt(SO_REUSEADDR, reuse)?;
    Ok(socket.bind(addr).map(|()| socket))
}

fn connection<H: Host>(socket: Socket<H>, to: &Addr) -> Result<Result<Socket<H>, wavetank_api::Error>, Stop> {
    Ok(socket.connect(to).map(|()| socket))
}

fn ports_of<H: Host>(sockets: &[Socket<H>]) -> Result<BTreeSet<u16>, Stop> {
    sockets.iter().map(local_port).collect()
}

fn bind_takes_odd_ones<B: Bed>(bed: &B) -> Outcome {
    narrow(bed, Side::Near, "40000 40007")?;
    let (near, listener) = (bed.near(), bed.far().listener()?);
    let (mut binds, mut connects) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        binds.push(near.bound_tcp()?);
        let client = near.tcp()?;
        client.connect(&listener.getsockname()?)?;
        connects.push(client);
    }
    same("what bind chose", ports_of(&binds)?, [40001, 40003, 40005, 40007].into())?;
    same("what connect chose", ports_of(&connects)?, [40000, 40002, 40004, 40006].into())
}

fn bind_takes_even_ones_then<B: Bed>(bed: &B) -> Outcome {
    narrow(bed, Side::Near, "40000 40007")?;
    let near = bed.near();
    for kind in [SockType::STREAM, SockType::DGRAM] {
        let (all, errno) = all_of(|| bound(&near, kind, &near.addr(0), false))?;
        same("bind", errno, Errno::EADDRINUSE)?;
        same("the ports", ports_of(&all)?, (40000..=40007).collect())?;
        if kind == SockType::STREAM {
            holds("the odd ones come first", ports_of(&all[..4])?.iter().all(|port| port % 2 == 1))?;
        }
    }
    Ok(())
}

fn listening_needs_a_port<B: Bed>(bed: &B) -> Outcome {
    narrow(bed, Side::Near, "40000 40001")?;
    let near = bed.near();
    let _tcp = all_of(|| bound(&near, SockType::STREAM, &near.any(0), false))?;
    let _udp = all_of(|| bound(&near, SockType::DGRAM, &near.any(0), false))?;
    fails(near.tcp()?.listen(1), Errno::EADDRINUSE)?;
    fails(near.udp()?.sendto(b"x", &bed.far().addr(9)), Errno::EAGAIN)?;
    fails(near.udp()?.connect(&bed.far().addr(9)), Errno::EAGAIN)
}

fn reuseaddr_takes_the_lower_half<B: Bed>(bed: &B) -> Outcome {
    narrow(bed, Side::Near, "40000 40007")?;
    let near = bed.near();
    let (all, errno) = all_of(|| bound(&near, SockType::STREAM, &near.addr(0), true))?;
    same("bind", errno, Errno::EADDRINUSE)?;
    same("the first four", ports_of(&all[..4])?, (40000..=40003).collect())?;
    same("all", ports_of(&all)?, (40000..=40007).collect())
}

fn another_address_has_them_too<B: Bed>(bed: &B) -> Outcome {
    narrow(bed, Side::Near, "40000 40001")?;
    let near = bed.near();
    for kind in [SockType::STREAM, SockType::DGRAM] {
        let (here, _) = all_of(|| bound(&near, kind, &near.addr(0), false))?;
        let loopback = Addr::v4(Ipv4Addr::LOCALHOST, 0);
        let (there, errno) = all_of(|| bound(&near, kind, &loopback, false))?;
        same("bind", errno, Errno::EADDRINUSE)?;
        same("how many", (here.len(), there.len()), (2, 2))?;
    }
    Ok(())
}

fn connect_runs_out<B: Bed>(bed: &B) -> Outcome {
    narrow(bed, Side::Near, "40000 40003")?;
    let (near, far) = (bed.near(), bed.far());
    let mut kept = Vec::new();
    for _ in 0..2 {
        let listener = far.listener()?;
        let to = listener.getsockname()?;
        let (all, errno) = all_of(|| connection(near.tcp()?, &to))?;
        same("connect", errno, Errno::EADDRNOTAVAIL)?;
        same("the ports", ports_of(&all)?, (40000..=40003).collect())?;
        // A connection that is gone without a TIME_WAIT leaves its port.
        let (server, _) = listener.accept()?;
        crate::pair::abort(server)?;
        bed.settle();
        near.tcp()?.connect(&to)?;
        kept.push((listener, all));
    }
    Ok(())
}

fn the_last_of_an_odd_number<B: Bed>(bed: &B) -> Outcome {
    narrow(bed, Side::Near, "40000 40002")?;
    let (near, listener) = (bed.near(), bed.far().listener()?);
    let to = listener.getsockname()?;
    let (connected, _) = all_of(|| connection(near.tcp()?, &to))?;
    same("what connect chose", ports_of(&connected)?, [40000, 40001].into())?;
    drop(connected);
    bed.settle();
    let loopback =
        if bed.family() == Family::INET6 { Addr::v6(Ipv6Addr::LOCALHOST, 0) } else { Addr::v4(Ipv4Addr::LOCALHOST, 0) };
    let (bound, _) = all_of(|| bound(&near, SockType::STREAM, &loopback, false))?;
    same("what bind chose", ports_of(&bound)?, [40000, 40001].into())
}

fn connect_leaves_bound_ones_alone<B: Bed>(bed: &B) -> Outcome {
    narrow(bed, Side::Near, "40000 40003")?;
    let (near, listener) = (bed.near(), bed.far().listener()?);
    let to = listener.getsockname()?;
    // At another address, with every option.
    let elsewhere = near.tcp_of(Family::INET)?;
    elsewhere.setsockopt(SO_REUSEADDR, true)?;
    elsewhere.setsockopt(SO_REUSEPORT, true)?;
    elsewhere.bind(&Addr::v4(Ipv4Addr::LOCALHOST, 40000))?;
    // A connection that was accepted, whose listener is gone.
    let server = near.tcp()?;
    server.bind(&near.addr(40002))?;
    server.listen(1)?;
    let client = bed.far().tcp()?;
    client.connect(&near.addr(40002))?;
    let (accepted, _) = server.accept()?;
    server.close()?;
    let (all, errno) = all_of(|| connection(near.tcp()?, &to))?;
    same("connect", errno, Errno::EADDRNOTAVAIL)?;
    same("the ports", ports_of(&all)?, [40001, 40003].into())?;
    // Free again as soon as nobody is there.
    elsewhere.close()?;
    let last = near.tcp()?;
    last.connect(&to)?;
    same("the port", local_port(&last)?, 40000)?;
    drop(accepted);
    Ok(())
}

fn no_port_until_connect<B: Bed>(bed: &B) -> Outcome {
    let (near, listener) = (bed.near(), bed.far().listener()?);
    let socket = near.tcp()?;
    socket.setsockopt(IP_BIND_ADDRESS_NO_PORT, true)?;
    socket.bind(&near.addr(0))?;
    same("after bind", socket.getsockname()?, near.addr(0))?;
    socket.bind(&near.addr(0))?;
    socket.connect(&listener.getsockname()?)?;
    let name = socket.getsockname()?;
    same("the address", name.ip(), near.addr(0).ip())?;
    holds("there is a port", local_port(&socket)? != 0)?;
    fails(socket.bind(&near.addr(0)), Errno::EINVAL)?;
    same("the peer", listener.accept()?.1, name)?;
    let udp = near.udp()?;
    udp.setsockopt(IP_BIND_ADDRESS_NO_PORT, true)?;
    udp.bind(&near.addr(0))?;
    same("UDP after bind", udp.getsockname()?, near.addr(0))?;
    udp.sendto(b"x", &bed.far().bound_udp()?.getsockname()?)?;
    holds("sending gives a port", local_port(&udp)? != 0)
}

fn no_port_until_listen<B: Bed>(bed: &B) -> Outcome {
    let far = bed.far();
    let listener = far.tcp()?;
    listener.setsockopt(IP_BIND_ADDRESS_NO_PORT, true)?;
    listener.bind(&far.addr(0))?;
    listener.listen(1)?;
    bed.near().tcp()?.connect(&listener.getsockname()?)?;
    listener.accept()?;
    // A port that is asked for is had at once.
    let asked_for = far.free_addr()?;
    let other = far.tcp()?;
    other.setsockopt(IP_BIND_ADDRESS_NO_PORT, true)?;
    other.bind(&asked_for)?;
    same("with a port", other.getsockname()?, asked_for)
}

fn no_port_shares<B: Bed>(bed: &B) -> Outcome {
    narrow(bed, Side::Near, "40000 40001")?;
    let (near, far) = (bed.near(), bed.far());
    let listeners = [far.listener()?, far.listener()?];
    for (without_port, expected) in [(true, 4), (false, 2)] {
        let mut all = Vec::new();
        for listener in &listeners {
            let to = listener.getsockname()?;
            let make = || -> Result<_, Stop> {
                let socket = near.tcp()?;
                socket.setsockopt(IP_BIND_ADDRESS_NO_PORT, without_port)?;
                match socket.bind(&near.addr(0)) {
                    Ok(()) => connection(socket, &to),
                    Err(error) => Ok(Err(error)),
                }
            };
            let (some, errno) = all_of(make)?;
            same("errno", errno, if without_port { Errno::EADDRNOTAVAIL } else { Errno::EADDRINUSE })?;
            all.extend(some);
        }
        same("how many", all.len(), expected)?;
        for socket in all {
            crate::pair::abort(socket)?;
        }
        bed.settle();
    }
    Ok(())
}

/// IP_LOCAL_PORT_RANGE's value.
fn range(low: u16, high: u16) -> i32 {
    (u32::from(high) << 16 | u32::from(low)) as i32
}

fn range_of_one_socket<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let listener = bed.far().listener()?;
    let to = listener.getsockname()?;
    // Ports of an address that no other case has.
    let narrowed = |socket: Socket<B::Host>| -> Result<Socket<B::Host>, Stop> {
        sets_if_known(&socket, IP_LOCAL_PORT_RANGE, range(40100, 40102))?;
        Ok(socket)
    };
    let make = || connection(narrowed(near.tcp()?)?, &to);
    let (connected, errno) = all_of(make)?;
    same("connect", errno, Errno::EADDRNOTAVAIL)?;
    same("what connect chose", ports_of(&connected)?, (40100..=40102).collect())?;
    connected.into_iter().try_for_each(crate::pair::abort)?;
    bed.settle();
    for (kind, count) in [(SockType::STREAM, 2), (SockType::DGRAM, 3)] {
        let make = || {
            let socket = narrowed(Socket::new(near.host, bed.family(), kind)?)?;
            Ok(socket.bind(&near.addr(0)).map(|()| socket))
        };
        let (bound, errno) = all_of(make)?;
        same("bind", errno, Errno::EADDRINUSE)?;
        same("what bind chose", ports_of(&bound)?, (40100..40100 + count).collect())?;
    }
    Ok(())
}

fn range_of_one_socket_is_within<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let rows = [((1000, 0), 32768..=60999), ((0, 32769), 32768..=32769), ((60998, 65535), 60998..=60999)];
    for ((low, high), expected) in rows {
        let socket = near.udp()?;
        sets_if_known(&socket, IP_LOCAL_PORT_RANGE, range(low, high))?;
        same("read back", socket.getsockopt(IP_LOCAL_PORT_RANGE)?, range(low, high))?;
        socket.bind(&near.addr(0))?;
        holds("the port is in the range", expected.contains(&local_port(&socket)?))?;
    }
    fails(near.tcp()?.setsockopt(IP_LOCAL_PORT_RANGE, range(5, 4)), Errno::EINVAL)
}

/// Two listeners at one address.
fn two_listeners<B: Bed>(bed: &B) -> Result<[Socket<B::Host>; 2], Stop> {
    let far = bed.far();
    let first = far.tcp()?;
    first.setsockopt(SO_REUSEPORT, true)?;
    first.bind(&far.addr(0))?;
    let second = far.tcp()?;
    second.setsockopt(SO_REUSEPORT, true)?;
    second.bind(&first.getsockname()?)?;
    for listener in [&first, &second] {
        listener.listen(100)?;
        listener.setblocking(false)?;
    }
    Ok([first, second])
}

/// Everybody in a listener's queue.
fn accept_all<H: Host>(listener: &Socket<H>) -> Result<Vec<(Socket<H>, Addr)>, Stop> {
    Ok(all_of(|| Ok(listener.accept()))?.0)
}

fn reuseport_shares_connections<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let listeners = two_listeners(bed)?;
    let to = listeners[0].getsockname()?;
    let clients = (0..40).map(|_| {
        let client = near.tcp()?;
        client.connect(&to)?;
        Ok(client)
    });
    let clients = clients.collect::<Result<Vec<_>, Stop>>()?;
    bed.settle();
    let [first, second] = [accept_all(&listeners[0])?, accept_all(&listeners[1])?];
    same("all of them", first.len() + second.len(), clients.len())?;
    holds("both have some", first.len() > 2 && second.len() > 2)?;
    // The same four numbers, twice more.
    let (_, addr) = &first[0];
    let addr = addr.clone();
    clients.into_iter().try_for_each(crate::pair::abort)?;
    drop((first, second));
    bed.settle();
    for _ in 0..2 {
        let again = near.tcp()?;
        again.bind(&addr)?;
        again.connect(&to)?;
        bed.settle();
        same("who accepts", (accept_all(&listeners[0])?.len(), accept_all(&listeners[1])?.len()), (1, 0))?;
        crate::pair::abort(again)?;
        bed.settle();
    }
    Ok(())
}

fn reuseport_closes_one_queue<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let [first, second] = two_listeners(bed)?;
    let to = first.getsockname()?;
    let connect = || -> Result<Socket<B::Host>, Stop> {
        let client = near.tcp()?;
        client.connect(&to)?;
        client.setblocking(false)?;
        Ok(client)
    };
    let clients = (0..20).map(|_| connect()).collect::<Result<Vec<_>, Stop>>()?;
    bed.settle();
    first.close()?;
    bed.settle();
    let reset = clients.iter().filter(|client| client.recv(&mut [0]).is_err_and(|error| error == Errno::ECONNRESET));
    let lost = reset.count();
    holds("some were in its queue", lost > 0 && lost < 20)?;
    same("the others", accept_all(&second)?.len(), 20 - lost)?;
    let _later = (0..20).map(|_| connect()).collect::<Result<Vec<_>, Stop>>()?;
    bed.settle();
    same("who came later", accept_all(&second)?.len(), 20)
}

fn specific_listener_before_the_wildcard<B: Bed>(bed: &B) -> Outcome {
    let far = bed.far();
    let (wild, narrow) = (far.tcp()?, far.tcp()?);
    for listener in [&wild, &narrow] {
        listener.setsockopt(SO_REUSEPORT, true)?;
        listener.setblocking(false)?;
    }
    wild.bind(&far.any(0))?;
    wild.listen(5)?;
    narrow.bind(&far.addr(local_port(&wild)?))?;
    narrow.listen(5)?;
    let _clients = (0..4)
        .map(|_| {
            let client = bed.near().tcp()?;
            client.connect(&narrow.getsockname()?)?;
            Ok(client)
        })
        .collect::<Result<Vec<_>, Stop>>()?;
    same("who accepts", (accept_all(&wild)?.len(), accept_all(&narrow)?.len()), (0, 4))
}

fn own_family_before_dual_stack<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let far = bed.far();
    let (four, six) = (far.tcp_of(Family::INET)?, far.tcp_of(Family::INET6)?);
    six.setsockopt(IPV6_V6ONLY, false)?;
    for listener in [&four, &six] {
        listener.setsockopt(SO_REUSEPORT, true)?;
        listener.setblocking(false)?;
    }
    four.bind(&Addr::ANY_V4)?;
    six.bind(&Addr::ANY_V6.with_port(local_port(&four)?))?;
    four.listen(5)?;
    six.listen(5)?;
    let _clients = (0..4)
        .map(|_| {
            let client = bed.near().tcp()?;
            client.connect(&far.addr(local_port(&four)?))?;
            Ok(client)
        })
        .collect::<Result<Vec<_>, Stop>>()?;
    same("who accepts", (accept_all(&four)?.len(), accept_all(&six)?.len()), (4, 0))
}

fn bound_address_makes_v6only<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let fresh = || -> Result<Socket<B::Host>, Stop> {
        let socket = near.tcp_of(Family::INET6)?;
        socket.setsockopt(IPV6_V6ONLY, false)?;
        Ok(socket)
    };
    let (bound, taken, connected) = (fresh()?, fresh()?, fresh()?);
    bound.bind(&Addr::v6(Ipv6Addr::LOCALHOST, 0))?;
    holds("bound to ::1", bound.getsockopt(IPV6_V6ONLY)?)?;
    bound.listen(1)?;
    fails(taken.bind(&bound.getsockname()?), Errno::EADDRINUSE)?;
    holds("bind has failed", !taken.getsockopt(IPV6_V6ONLY)?)?;
    connected.connect(&bound.getsockname()?)?;
    holds("connected to ::1", !connected.getsockopt(IPV6_V6ONLY)?)?;
    let mapped = fresh()?;
    mapped.bind(&Addr::v6(near.v4.to_ipv6_mapped(), 0))?;
    holds("bound to a mapped address", !mapped.getsockopt(IPV6_V6ONLY)?)
}

fn no_way_between_versions<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let mapped = |port| Addr::v6(Ipv4Addr::LOCALHOST.to_ipv6_mapped(), port);
    let six = near.tcp_of(Family::INET6)?;
    six.bind(&Addr::v6(Ipv6Addr::LOCALHOST, 0))?;
    fails(six.connect(&mapped(9)), Errno::ENETUNREACH)?;
    for wild in [Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST] {
        let four = near.tcp_of(Family::INET6)?;
        four.setsockopt(IPV6_V6ONLY, false)?;
        four.bind(&Addr::v6(wild.to_ipv6_mapped(), 0))?;
        fails(four.connect(&Addr::v6(Ipv6Addr::LOCALHOST, 9)), Errno::EAFNOSUPPORT)?;
    }
    Ok(())
}

fn mapped_wildcard<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let wild = |port| Addr::v6(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped(), port);
    let listener = near.tcp_of(Family::INET6)?;
    listener.setsockopt(IPV6_V6ONLY, false)?;
    listener.bind(&wild(0))?;
    listener.listen(5)?;
    let port = local_port(&listener)?;
    same("getsockname", listener.getsockname()?, wild(port))?;
    let four = near.tcp_of(Family::INET)?;
    four.connect(&Addr::v4(Ipv4Addr::LOCALHOST, port))?;
    let (server, peer) = listener.accept()?;
    let mapped = |port| Addr::v6(Ipv4Addr::LOCALHOST.to_ipv6_mapped(), port);
    same("the peer", peer, mapped(local_port(&four)?))?;
    same("the server's end", server.getsockname()?, mapped(port))?;
    fails(near.tcp_of(Family::INET6)?.connect(&Addr::v6(Ipv6Addr::LOCALHOST, port)), Errno::ECONNREFUSED)?;
    let udp = near.udp_of(Family::INET6)?;
    udp.setsockopt(IPV6_V6ONLY, false)?;
    udp.bind(&wild(0))?;
    let port = local_port(&udp)?;
    near.udp_of(Family::INET)?.sendto(b"x", &Addr::v4(Ipv4Addr::LOCALHOST, port))?;
    same("recv", udp.recv(&mut [0; 8])?, 1)
}
