//! Addresses and ports: whose they are, who may share one, and what comes first when several things are wrong.

use std::net::{Ipv4Addr, Ipv6Addr};

use wavetank_api::{
    Addr, Errno, Family, Net, SockType, Socket,
    option::{IPV6_V6ONLY, SO_REUSEADDR, SO_REUSEPORT},
};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, fails, holds, ip_of, port_of, same},
    pair::{Place, connected},
};

cases! { bind:
    port_zero_chooses everywhere
        "Port 0 asks for any free port; getsockname tells which, and each asks in vain for another's"
        from "ip(7); bind(2)";
    foreign_address families
        "An address that no interface of the host has: EADDRNOTAVAIL"
        from "bind(2); ip(7): a nonlocal address was requested";
    all_of_127_is_local once
        "Every address of 127.0.0.0/8 is the host's own"
        from "ip(7); RFC 1122 section 3.2.1.3";
    wrong_family once
        "An IPv4 socket refuses an IPv6 address with EAFNOSUPPORT; an IPv6 socket refuses an IPv4 address with EINVAL, as too short"
        from "inet_bind_sk; inet6_bind_sk: addr_len < SIN6_LEN_RFC2133";
    broadcast_address once
        "A broadcast or multicast address can be bound, even by TCP"
        from "inet_addr_valid_or_nonlocal";
    twice families
        "A socket that is bound cannot be bound again: EINVAL"
        from "bind(2); __inet_bind: inet_num is set";
    twice_to_a_foreign_address families
        "Of a bound socket and a foreign address IPv4 tells the address, EADDRNOTAVAIL, and IPv6 the socket, EINVAL"
        from "__inet_bind looks at inet_num last, __inet6_bind first";
    connected_socket everywhere
        "A socket that connect has given an address cannot be bound: EINVAL"
        from "__inet_bind";
    taken_port families
        "A port that another socket has at this address: EADDRINUSE, for TCP and for UDP"
        from "bind(2); inet_csk_get_port, udp_lib_get_port";
    tcp_and_udp_are_apart families
        "TCP and UDP have ports of their own"
        from "tcp(7), udp(7)";
    closing_frees_the_port families
        "A port is free again as soon as its socket is closed, if there never was a connection"
        from "inet_csk_destroy_sock, udp_lib_unhash";
    wildcard_meets_specific families
        "The wildcard and any address of the host exclude each other on a port: EADDRINUSE"
        from "inet_rcv_saddr_equal";
    two_addresses_share_a_port once
        "Two addresses of the host may have the same port"
        from "ip(7); inet_rcv_saddr_equal";
    reuseaddr_by_both families
        "SO_REUSEADDR of both sockets lets TCP sockets share an address as long as neither listens; of one alone does not"
        from "socket(7); inet_csk_bind_conflict";
    reuseaddr_against_a_listener families
        "SO_REUSEADDR does not let a TCP socket bind where another listens: EADDRINUSE"
        from "socket(7): except when there is an active listening socket";
    reuseaddr_of_udp families
        "SO_REUSEADDR of both lets UDP sockets share an address for good"
        from "udp_lib_lport_inuse";
    reuseport_by_both families
        "SO_REUSEPORT of both sockets lets them share, and both listen; of one alone, or mixed with SO_REUSEADDR, does not"
        from "socket(7); inet_csk_bind_conflict";
    dual_stack_wildcard_covers_ipv4 once
        "The IPv6 wildcard has the port in IPv4 too: EADDRINUSE for the IPv4 wildcard and for any IPv4 address"
        from "ipv6(7); ipv6_rcv_saddr_equal";
    ipv4_covers_dual_stack_wildcard once
        "Where IPv4 has the port, the IPv6 wildcard does not get it: EADDRINUSE"
        from "ipv6_rcv_saddr_equal";
    v6only_leaves_ipv4_alone once
        "With IPV6_V6ONLY the IPv6 wildcard and IPv4 have the same port side by side"
        from "ipv6(7) IPV6_V6ONLY";
    specific_ipv6_leaves_ipv4_alone once
        "A specific IPv6 address and IPv4 have the same port side by side"
        from "ipv6_rcv_saddr_equal";
    mapped_address once
        "An IPv4-mapped IPv6 address is the IPv4 address: EADDRINUSE against IPv4; shown mapped"
        from "ipv6(7); RFC 4291 section 2.5.5.2";
    mapped_address_with_v6only once
        "A mapped address on an IPV6_V6ONLY socket: EINVAL"
        from "__inet6_bind: ipv6_only_sock";
    ipv6_multicast once
        "Neither TCP nor an IPv6 UDP socket without an interface binds a link-local multicast address: EINVAL"
        from "__inet6_bind";
    low_port_for_everybody once
        "A port below 1024 needs a privilege: EACCES"
        from "ip(7); net.ipv4.ip_unprivileged_port_start";
    low_port_for_root once
        "With the privilege a port below 1024 is a port like any other"
        from "capabilities(7) CAP_NET_BIND_SERVICE";
}

fn port_zero_chooses<B: Bed>(bed: &B) -> Outcome {
    let far = bed.far();
    let (tcp, udp) = (far.bound_tcp()?, far.bound_udp()?);
    for socket in [&tcp, &udp] {
        let name = socket.getsockname()?;
        same("the address", ip_of(&name)?, far.ip())?;
        holds("the port is not 0", port_of(&name)? != 0)?;
        fails(Socket::new(far.host, bed.family(), socket.kind())?.bind(&name), Errno::EADDRINUSE)?;
    }
    holds("the next port is another", far.bound_tcp()?.getsockname()? != tcp.getsockname()?)
}

/// Addresses for documentation (RFC 5737, RFC 3849): nobody's, and so not this host's.
fn foreign(family: Family) -> Addr {
    match family {
        Family::INET6 => Addr::v6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7), 0),
        _ => Addr::v4(Ipv4Addr::new(198, 51, 100, 7), 0),
    }
}

fn foreign_address<B: Bed>(bed: &B) -> Outcome {
    let addr = foreign(bed.family());
    for addr in [addr.clone(), addr.with_port(4321)] {
        fails(bed.near().tcp()?.bind(&addr), Errno::EADDRNOTAVAIL)?;
        fails(bed.near().udp()?.bind(&addr), Errno::EADDRNOTAVAIL)?;
    }
    Ok(())
}

fn all_of_127_is_local<B: Bed>(bed: &B) -> Outcome {
    for last in [[0, 0, 1], [1, 2, 3], [255, 255, 254]] {
        let ip = Ipv4Addr::new(127, last[0], last[1], last[2]);
        let socket = bed.near().tcp()?;
        socket.bind(&Addr::v4(ip, 0))?;
        same("getsockname", ip_of(&socket.getsockname()?)?, ip.into())?;
    }
    Ok(())
}

fn wrong_family<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let (v4, v6) = (Addr::v4(near.v4, 0), Addr::v6(near.v6, 0));
    fails(near.tcp_of(Family::INET)?.bind(&v6), Errno::EAFNOSUPPORT)?;
    fails(near.udp_of(Family::INET)?.bind(&v6), Errno::EAFNOSUPPORT)?;
    fails(near.tcp_of(Family::INET6)?.bind(&v4), Errno::EINVAL)?;
    fails(near.udp_of(Family::INET6)?.bind(&v4), Errno::EINVAL)
}

fn broadcast_address<B: Bed>(bed: &B) -> Outcome {
    for ip in [Ipv4Addr::BROADCAST, Ipv4Addr::new(224, 0, 0, 1)] {
        bed.near().udp()?.bind(&Addr::v4(ip, 0))?;
        bed.near().tcp()?.bind(&Addr::v4(ip, 0))?;
    }
    Ok(())
}

fn twice<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    for socket in [near.bound_tcp()?, near.bound_udp()?] {
        fails(socket.bind(&near.addr(0)), Errno::EINVAL)?;
        fails(socket.bind(&near.any(0)), Errno::EINVAL)?;
        fails(socket.bind(&socket.getsockname()?), Errno::EINVAL)?;
    }
    Ok(())
}

fn twice_to_a_foreign_address<B: Bed>(bed: &B) -> Outcome {
    let errno = if bed.family() == Family::INET6 { Errno::EINVAL } else { Errno::EADDRNOTAVAIL };
    fails(bed.near().bound_tcp()?.bind(&foreign(bed.family())), errno)?;
    fails(bed.near().bound_udp()?.bind(&foreign(bed.family())), errno)
}

fn connected_socket<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    fails(pair.near.bind(&bed.near().addr(0)), Errno::EINVAL)?;
    fails(pair.far.bind(&bed.far().addr(0)), Errno::EINVAL)?;
    fails(pair.listener.bind(&bed.far().addr(0)), Errno::EINVAL)?;
    let udp = bed.near().udp()?;
    udp.connect(&bed.far().bound_udp()?.getsockname()?)?;
    fails(udp.bind(&bed.near().addr(0)), Errno::EINVAL)
}

fn taken_port<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let (tcp, udp) = (near.bound_tcp()?, near.bound_udp()?);
    fails(near.tcp()?.bind(&tcp.getsockname()?), Errno::EADDRINUSE)?;
    fails(near.udp()?.bind(&udp.getsockname()?), Errno::EADDRINUSE)
}

fn tcp_and_udp_are_apart<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let listener = near.listener()?;
    near.udp()?.bind(&listener.getsockname()?)?;
    Ok(())
}

fn closing_frees_the_port<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    for socket in [near.bound_tcp()?, near.listener()?, near.bound_udp()?] {
        let (kind, name) = (socket.kind(), socket.getsockname()?);
        socket.close()?;
        Socket::new(near.host, bed.family(), kind)?.bind(&name)?;
    }
    Ok(())
}

fn wildcard_meets_specific<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    for make in [Place::tcp, Place::udp] {
        let wild = make(&near)?;
        wild.bind(&near.any(0))?;
        fails(make(&near)?.bind(&near.addr(port_of(&wild.getsockname()?)?)), Errno::EADDRINUSE)?;
        let narrow = make(&near)?;
        narrow.bind(&near.addr(0))?;
        fails(make(&near)?.bind(&near.any(port_of(&narrow.getsockname()?)?)), Errno::EADDRINUSE)?;
    }
    Ok(())
}

fn two_addresses_share_a_port<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near(), bed.far());
    let (tcp, udp) = (near.listener()?, near.bound_udp()?);
    let other = far.tcp()?;
    other.bind(&far.addr(port_of(&tcp.getsockname()?)?))?;
    other.listen(1)?;
    far.udp()?.bind(&far.addr(port_of(&udp.getsockname()?)?))?;
    Ok(())
}

/// A second socket that binds where a first one is, the options of each set before.
fn share<N: Net>(first: Socket<N>, second: Socket<N>, at: &Addr, and: &Addr) -> Result<Shared<N>, Stop> {
    first.bind(at)?;
    let result = second.bind(&and.clone().with_port(port_of(&first.getsockname()?)?));
    Ok(Shared { result, first, second })
}

/// The two sockets, and what the second one's `bind` said.
struct Shared<N: Net> {
    result: wavetank_api::Result<()>,
    first: Socket<N>,
    second: Socket<N>,
}

fn reuseaddr_by_both<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    for (first, second) in [(false, false), (true, false), (false, true), (true, true)] {
        let (a, b) = (near.tcp()?, near.tcp()?);
        a.setsockopt(SO_REUSEADDR, first)?;
        b.setsockopt(SO_REUSEADDR, second)?;
        let shared = share(a, b, &near.addr(0), &near.addr(0))?;
        if first && second {
            shared.result?;
        } else {
            fails(shared.result, Errno::EADDRINUSE)?;
        }
    }
    Ok(())
}

fn reuseaddr_against_a_listener<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let listener = near.tcp()?;
    listener.setsockopt(SO_REUSEADDR, true)?;
    listener.bind(&near.addr(0))?;
    listener.listen(1)?;
    let name = listener.getsockname()?;
    for addr in [name.clone(), near.any(port_of(&name)?)] {
        let other = near.tcp()?;
        other.setsockopt(SO_REUSEADDR, true)?;
        fails(other.bind(&addr), Errno::EADDRINUSE)?;
    }
    Ok(())
}

fn reuseaddr_of_udp<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    for (first, second) in [(true, false), (false, true), (true, true)] {
        let (a, b) = (near.udp()?, near.udp()?);
        a.setsockopt(SO_REUSEADDR, first)?;
        b.setsockopt(SO_REUSEADDR, second)?;
        let shared = share(a, b, &near.addr(0), &near.addr(0))?;
        if first && second {
            shared.result?;
        } else {
            fails(shared.result, Errno::EADDRINUSE)?;
        }
    }
    Ok(())
}

fn reuseport_by_both<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let (a, b) = (near.tcp()?, near.tcp()?);
    a.setsockopt(SO_REUSEPORT, true)?;
    b.setsockopt(SO_REUSEPORT, true)?;
    let shared = share(a, b, &near.addr(0), &near.addr(0))?;
    shared.result?;
    shared.first.listen(1)?;
    shared.second.listen(1)?;
    for make in [Place::tcp, Place::udp] {
        let (a, b) = (make(&near)?, make(&near)?);
        a.setsockopt(SO_REUSEPORT, true)?;
        fails(share(a, b, &near.addr(0), &near.addr(0))?.result, Errno::EADDRINUSE)?;
        let (a, b) = (make(&near)?, make(&near)?);
        a.setsockopt(SO_REUSEPORT, true)?;
        b.setsockopt(SO_REUSEADDR, true)?;
        fails(share(a, b, &near.addr(0), &near.addr(0))?.result, Errno::EADDRINUSE)?;
    }
    Ok(())
}

fn dual_stack_wildcard_covers_ipv4<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    for make in [Place::tcp_of, Place::udp_of] {
        for v4 in [Addr::ANY_V4, Addr::v4(near.v4, 0)] {
            let shared = share(make(&near, Family::INET6)?, make(&near, Family::INET)?, &Addr::ANY_V6, &v4)?;
            fails(shared.result, Errno::EADDRINUSE)?;
        }
    }
    Ok(())
}

fn ipv4_covers_dual_stack_wildcard<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    for make in [Place::tcp_of, Place::udp_of] {
        for v4 in [Addr::ANY_V4, Addr::v4(near.v4, 0)] {
            let shared = share(make(&near, Family::INET)?, make(&near, Family::INET6)?, &v4, &Addr::ANY_V6)?;
            fails(shared.result, Errno::EADDRINUSE)?;
        }
    }
    Ok(())
}

fn v6only_leaves_ipv4_alone<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    for make in [Place::tcp_of, Place::udp_of] {
        for v4 in [Addr::ANY_V4, Addr::v4(near.v4, 0)] {
            let six = make(&near, Family::INET6)?;
            six.setsockopt(IPV6_V6ONLY, true)?;
            let shared = share(six, make(&near, Family::INET)?, &Addr::ANY_V6, &v4)?;
            shared.result?;
            if shared.first.kind() == SockType::STREAM {
                shared.first.listen(1)?;
                shared.second.listen(1)?;
            }
        }
    }
    Ok(())
}

fn specific_ipv6_leaves_ipv4_alone<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let v6 = Addr::v6(near.v6, 0);
    for make in [Place::tcp_of, Place::udp_of] {
        for v4 in [Addr::ANY_V4, Addr::v4(near.v4, 0)] {
            share(make(&near, Family::INET6)?, make(&near, Family::INET)?, &v6, &v4)?.result?;
        }
    }
    Ok(())
}

fn mapped_address<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    let mapped = Addr::v6(near.v4.to_ipv6_mapped(), 0);
    for make in [Place::tcp_of, Place::udp_of] {
        let shared = share(make(&near, Family::INET6)?, make(&near, Family::INET)?, &mapped, &Addr::v4(near.v4, 0))?;
        fails(shared.result, Errno::EADDRINUSE)?;
        same("getsockname", ip_of(&shared.first.getsockname()?)?, near.v4.to_ipv6_mapped().into())?;
    }
    Ok(())
}

fn mapped_address_with_v6only<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    for socket in [near.tcp_of(Family::INET6)?, near.udp_of(Family::INET6)?] {
        socket.setsockopt(IPV6_V6ONLY, true)?;
        fails(socket.bind(&Addr::v6(near.v4.to_ipv6_mapped(), 0)), Errno::EINVAL)?;
    }
    Ok(())
}

fn ipv6_multicast<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let all_nodes = Addr::v6(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1), 0);
    fails(bed.near().tcp_of(Family::INET6)?.bind(&all_nodes), Errno::EINVAL)?;
    fails(bed.near().udp_of(Family::INET6)?.bind(&all_nodes), Errno::EINVAL)
}

/// The first of these that nobody has.
const LOW_PORTS: [u16; 4] = [1, 5, 17, 19];

fn low_port_for_everybody<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Unprivileged)?;
    for port in LOW_PORTS {
        fails(bed.near().tcp()?.bind(&bed.near().addr(port)), Errno::EACCES)?;
    }
    Ok(())
}

fn low_port_for_root<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Privileged)?;
    for port in LOW_PORTS {
        bed.near().tcp()?.bind(&bed.near().addr(port))?;
        bed.near().udp()?.bind(&bed.near().addr(port))?;
    }
    Ok(())
}
