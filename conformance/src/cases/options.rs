//! Options: what each is at first, what it takes, and what it reads back.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Family, Net, Socket,
    option::{
        IP_TOS, IP_TTL, IPV6_UNICAST_HOPS, IPV6_V6ONLY, SO_ACCEPTCONN, SO_BROADCAST, SO_DOMAIN, SO_DONTROUTE, SO_ERROR,
        SO_KEEPALIVE, SO_LINGER, SO_OOBINLINE, SO_PRIORITY, SO_PROTOCOL, SO_RCVBUF, SO_RCVLOWAT, SO_REUSEADDR,
        SO_REUSEPORT, SO_SNDBUF, SO_SNDLOWAT, SO_TYPE, SockOpt, TCP_CORK, TCP_DEFER_ACCEPT, TCP_KEEPCNT, TCP_KEEPIDLE,
        TCP_KEEPINTVL, TCP_MAXSEG, TCP_NODELAY, TCP_QUICKACK, TCP_SYNCNT, TCP_USER_TIMEOUT,
    },
};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, fails, holds, same},
};

cases! { options:
    switches families
        "A switch is off at first, any number but 0 switches it on, and it reads back as 0 or 1"
        from "socket(7), tcp(7); sk_setsockopt: valbool";
    read_only families
        "An option that can only be read: ENOPROTOOPT"
        from "socket(7); sk_setsockopt: SO_TYPE, SO_PROTOCOL, SO_DOMAIN, SO_ERROR";
    unknown_name families
        "A name the kernel does not have: ENOPROTOOPT, in both directions and on every level"
        from "setsockopt(2), getsockopt(2)";
    unknown_level families
        "A level the socket does not have: ENOPROTOOPT; but getsockopt of an IPv4 socket says EOPNOTSUPP"
        from "ip_setsockopt, ipv6_setsockopt, ipv6_getsockopt; do_ip_getsockopt: level != SOL_IP";
    levels_of_a_unix_socket once
        "A UNIX socket has no level but SOL_SOCKET: EOPNOTSUPP in both directions"
        from "sock_no_setsockopt; do_sock_getsockopt without proto_ops";
    ipv6_level_of_an_ipv4_socket once
        "An IPv4 socket has no IPv6 level: ENOPROTOOPT to set, EOPNOTSUPP to get"
        from "do_ip_setsockopt, do_ip_getsockopt";
    ip_level_of_an_ipv6_socket once
        "An IPv6 socket has the IPv4 options, for its mapped addresses"
        from "ipv6_setsockopt; udpv6, tcp: icsk_af_ops of SOL_IP";
    too_short_to_set families
        "Fewer bytes than the value has: EINVAL"
        from "setsockopt(2); sk_setsockopt: optlen < sizeof(int)";
    one_byte_is_enough_for_ip once
        "The IPv4 options take a single byte, too"
        from "ip(7); do_ip_setsockopt";
    cut_to_fit_the_buffer families
        "getsockopt cuts what it returns to the buffer, and says how many bytes these are"
        from "getsockopt(2)";
    defaults_of_tcp families
        "What a TCP socket begins with"
        from "tcp(7); tcp_init_sock";
    buffers_are_doubled families
        "SO_RCVBUF and SO_SNDBUF read back as twice what was set"
        from "socket(7)";
    buffers_have_a_minimum families
        "They are never less than 2,304 and 4,608 bytes, for any protocol"
        from "SOCK_MIN_RCVBUF, SOCK_MIN_SNDBUF";
    buffers_have_a_maximum families
        "They are never more than twice the system's limit, and a negative number is as much as possible"
        from "socket(7) rmem_max, wmem_max; sk_setsockopt: min_t(u32)";
    rcvlowat families
        "SO_RCVLOWAT is 1 at first; 0 means 1, and a negative number as much as possible"
        from "socket(7); sk_setsockopt: val ? : 1; tcp_set_rcvlowat";
    linger families
        "SO_LINGER keeps the time while it is on; off, it reads back as 0 and 0"
        from "socket(7) SO_LINGER; sk_getsockopt";
    keepalive_times families
        "TCP_KEEPIDLE and TCP_KEEPINTVL take 1 to 32767 s, TCP_KEEPCNT 1 to 127: EINVAL else"
        from "tcp(7); MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT";
    syncnt families
        "TCP_SYNCNT takes 1 to 127: EINVAL else"
        from "tcp(7); MAX_TCP_SYNCNT";
    user_timeout families
        "TCP_USER_TIMEOUT takes any number that is not negative: EINVAL else"
        from "tcp(7); tcp_sock_set_user_timeout";
    maxseg families
        "TCP_MAXSEG takes 88 to 32767, and 0 for none: EINVAL else; it reads back as 536 before a connection"
        from "tcp(7); TCP_MIN_MSS, MAX_TCP_WINDOW, TCP_MSS_DEFAULT";
    defer_accept families
        "TCP_DEFER_ACCEPT is kept as a number of retransmissions, and reads back as the time they take"
        from "tcp(7); secs_to_retrans, retrans_to_secs";
    ttl once
        "IP_TTL takes 1 to 255, and -1 for the default, 64: EINVAL else"
        from "ip(7); do_ip_setsockopt";
    hop_limit once
        "IPV6_UNICAST_HOPS takes 0 to 255, and -1 for the default, 64: EINVAL else"
        from "ipv6(7); do_ipv6_setsockopt";
    tos_of_tcp once
        "IP_TOS keeps a byte, and of TCP not its two lowest bits, which are ECN's"
        from "ip(7); __ip_sock_set_tos: INET_ECN_MASK";
    tos_of_udp once
        "IP_TOS of UDP keeps the whole byte"
        from "ip(7)";
    v6only once
        "IPV6_V6ONLY can be set until the socket is bound: EINVAL afterwards"
        from "ipv6(7); do_ipv6_setsockopt: inet_num";
    priority families
        "SO_PRIORITY keeps its number"
        from "socket(7)";
}

fn switches<B: Bed>(bed: &B) -> Outcome {
    let rows: &[SockOpt<i32>] = &[
        raw(SO_REUSEADDR),
        raw(SO_REUSEPORT),
        raw(SO_KEEPALIVE),
        raw(SO_BROADCAST),
        raw(SO_OOBINLINE),
        raw(SO_DONTROUTE),
        raw(TCP_NODELAY),
        raw(TCP_CORK),
    ];
    let socket = bed.near().tcp()?;
    for &option in rows {
        same(&option.to_string(), socket.getsockopt(option)?, 0)?;
        for (value, back) in [(1, 1), (0, 0), (2, 1), (0, 0), (-1, 1)] {
            socket.setsockopt(option, value)?;
            same(&option.to_string(), socket.getsockopt(option)?, back)?;
        }
    }
    Ok(())
}

/// The same option as the number that it is.
const fn raw<T>(option: SockOpt<T>) -> SockOpt<i32> {
    SockOpt::new(option.level(), option.name())
}

fn read_only<B: Bed>(bed: &B) -> Outcome {
    let names = [
        SO_TYPE.name(),
        SO_DOMAIN.name(),
        SO_PROTOCOL.name(),
        SO_ERROR.name(),
        SO_ACCEPTCONN.name(),
        SO_SNDLOWAT.name(),
    ];
    for socket in [bed.near().tcp()?, bed.near().udp()?] {
        for name in names {
            fails(socket.setsockopt(SockOpt::<i32>::new(SOL_SOCKET, name), 1), Errno::ENOPROTOOPT)?;
        }
        same("SO_SNDLOWAT", socket.getsockopt(SO_SNDLOWAT)?, 1)?;
    }
    Ok(())
}

const V6: Family = Family::INET6;

const SOL_SOCKET: i32 = 1;
const SOL_IP: i32 = 0;
const SOL_TCP: i32 = 6;
const SOL_IPV6: i32 = 41;

fn unknown_name<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    for level in [SOL_SOCKET, SOL_TCP, SOL_IP] {
        let option = SockOpt::<i32>::new(level, 9_999);
        fails(socket.setsockopt(option, 1), Errno::ENOPROTOOPT)?;
        fails(socket.getsockopt(option), Errno::ENOPROTOOPT)?;
    }
    Ok(())
}

fn unknown_level<B: Bed>(bed: &B) -> Outcome {
    let check = |socket: &Socket<B::Host>, level| {
        let option = SockOpt::<i32>::new(level, 1);
        fails(socket.setsockopt(option, 1), Errno::ENOPROTOOPT)?;
        let expected = if bed.family() == V6 { Errno::ENOPROTOOPT } else { Errno::EOPNOTSUPP };
        fails(socket.getsockopt(option), expected)
    };
    check(&bed.near().tcp()?, 77)?;
    check(&bed.near().udp()?, 77)?;
    check(&bed.near().udp()?, SOL_TCP)
}

fn levels_of_a_unix_socket<B: Bed>(bed: &B) -> Outcome {
    let (left, _right) = bed.near().unix()?;
    for level in [SOL_TCP, SOL_IP, 77] {
        let option = SockOpt::<i32>::new(level, 1);
        fails(left.setsockopt(option, 1), Errno::EOPNOTSUPP)?;
        fails(left.getsockopt(option), Errno::EOPNOTSUPP)?;
    }
    Ok(())
}

fn ipv6_level_of_an_ipv4_socket<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    fails(socket.setsockopt(IPV6_V6ONLY, true), Errno::ENOPROTOOPT)?;
    fails(socket.getsockopt(IPV6_V6ONLY), Errno::EOPNOTSUPP)
}

fn ip_level_of_an_ipv6_socket<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    for socket in [bed.near().tcp_of(V6)?, bed.near().udp_of(V6)?] {
        same("IP_TTL", socket.getsockopt(IP_TTL)?, 64)?;
        socket.setsockopt(IP_TTL, 5)?;
        same("IP_TTL", socket.getsockopt(IP_TTL)?, 5)?;
        same("IPV6_UNICAST_HOPS", socket.getsockopt(IPV6_UNICAST_HOPS)?, 64)?;
    }
    Ok(())
}

fn too_short_to_set<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    let set = |level, name, len| socket.setsockopt_raw(level, name, &[1; 8][..len]);
    for len in 0..4 {
        fails(set(SOL_SOCKET, SO_REUSEADDR.name(), len), Errno::EINVAL)?;
        fails(set(SOL_SOCKET, SO_RCVBUF.name(), len), Errno::EINVAL)?;
        fails(set(SOL_TCP, TCP_NODELAY.name(), len), Errno::EINVAL)?;
    }
    fails(set(SOL_SOCKET, SO_LINGER.name(), 4), Errno::EINVAL)?;
    if bed.family() == V6 {
        fails(set(SOL_IPV6, IPV6_UNICAST_HOPS.name(), 1), Errno::EINVAL)?;
        fails(set(SOL_IPV6, IPV6_V6ONLY.name(), 3), Errno::EINVAL)?;
    }
    Ok(())
}

fn one_byte_is_enough_for_ip<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    socket.setsockopt_raw(SOL_IP, IP_TTL.name(), &[7])?;
    same("IP_TTL", socket.getsockopt(IP_TTL)?, 7)?;
    fails(socket.setsockopt_raw(SOL_IP, IP_TTL.name(), &[]), Errno::EINVAL)
}

fn cut_to_fit_the_buffer<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    let get = |name, buf: &mut [u8]| socket.getsockopt_raw(SOL_SOCKET, name, buf);
    socket.setsockopt(SO_RCVBUF, 50_000)?;
    let whole = 100_000_i32.to_ne_bytes();
    let mut buf = [0xee; 8];
    same("of 8 bytes", get(SO_RCVBUF.name(), &mut buf)?, 4)?;
    same("of 8 bytes", buf, [whole[0], whole[1], whole[2], whole[3], 0xee, 0xee, 0xee, 0xee])?;
    let mut buf = [0xee; 2];
    same("of 2 bytes", get(SO_RCVBUF.name(), &mut buf)?, 2)?;
    same("of 2 bytes", buf, [whole[0], whole[1]])?;
    same("of none", get(SO_RCVBUF.name(), &mut [])?, 0)?;
    same("half of a linger", get(SO_LINGER.name(), &mut [0; 4])?, 4)
}

fn defaults_of_tcp<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    same("TCP_KEEPIDLE", socket.getsockopt(TCP_KEEPIDLE)?, Duration::from_secs(7200))?;
    same("TCP_KEEPINTVL", socket.getsockopt(TCP_KEEPINTVL)?, Duration::from_secs(75))?;
    same("TCP_KEEPCNT", socket.getsockopt(TCP_KEEPCNT)?, 9)?;
    same("TCP_SYNCNT", socket.getsockopt(TCP_SYNCNT)?, 6)?;
    same("TCP_MAXSEG", socket.getsockopt(TCP_MAXSEG)?, 536)?;
    same("TCP_USER_TIMEOUT", socket.getsockopt(TCP_USER_TIMEOUT)?, Duration::ZERO)?;
    same("TCP_DEFER_ACCEPT", socket.getsockopt(TCP_DEFER_ACCEPT)?, Duration::ZERO)?;
    same("TCP_QUICKACK", socket.getsockopt(TCP_QUICKACK)?, true)?;
    same("SO_LINGER", socket.getsockopt(SO_LINGER)?, None)?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, None)
}

/// A socket of each protocol.
fn each<B: Bed>(bed: &B) -> Result<[Socket<B::Host>; 3], Stop> {
    Ok([bed.near().tcp()?, bed.near().udp()?, bed.near().unix()?.0])
}

fn buffers_are_doubled<B: Bed>(bed: &B) -> Outcome {
    for socket in each(bed)? {
        for size in [5_000, 12_345, 100_000] {
            socket.setsockopt(SO_RCVBUF, size)?;
            socket.setsockopt(SO_SNDBUF, size)?;
            same("SO_RCVBUF", socket.getsockopt(SO_RCVBUF)?, 2 * size)?;
            same("SO_SNDBUF", socket.getsockopt(SO_SNDBUF)?, 2 * size)?;
        }
    }
    Ok(())
}

fn buffers_have_a_minimum<B: Bed>(bed: &B) -> Outcome {
    for socket in each(bed)? {
        for size in [0, 1, 1_000] {
            socket.setsockopt(SO_RCVBUF, size)?;
            socket.setsockopt(SO_SNDBUF, size)?;
            same("SO_RCVBUF", socket.getsockopt(SO_RCVBUF)?, 2_304)?;
            same("SO_SNDBUF", socket.getsockopt(SO_SNDBUF)?, 4_608)?;
        }
    }
    Ok(())
}

fn buffers_have_a_maximum<B: Bed>(bed: &B) -> Outcome {
    for socket in each(bed)? {
        socket.setsockopt(SO_RCVBUF, i32::MAX)?;
        socket.setsockopt(SO_SNDBUF, i32::MAX)?;
        let most = (socket.getsockopt(SO_RCVBUF)?, socket.getsockopt(SO_SNDBUF)?);
        holds("there is a limit", most.0 < i32::MAX && most.1 < i32::MAX)?;
        holds("it is doubled", most.0 % 2 == 0 && most.1 % 2 == 0)?;
        socket.setsockopt(SO_RCVBUF, -1)?;
        socket.setsockopt(SO_SNDBUF, -1)?;
        same("after a negative size", (socket.getsockopt(SO_RCVBUF)?, socket.getsockopt(SO_SNDBUF)?), most)?;
    }
    Ok(())
}

fn rcvlowat<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    same("SO_RCVLOWAT", socket.getsockopt(SO_RCVLOWAT)?, 1)?;
    for (value, back) in [(100, 100), (0, 1), (1, 1)] {
        socket.setsockopt(SO_RCVLOWAT, value)?;
        same("SO_RCVLOWAT", socket.getsockopt(SO_RCVLOWAT)?, back)?;
    }
    socket.setsockopt(SO_RCVLOWAT, -1)?;
    holds("a negative number is a large one", socket.getsockopt(SO_RCVLOWAT)? > 65_536)
}

fn linger<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    let rows = [([1, 5], [1, 5]), ([2, 3], [1, 3]), ([1, 0], [1, 0]), ([0, 5], [0, 0])];
    for (value, back) in rows {
        socket.setsockopt_raw(SOL_SOCKET, SO_LINGER.name(), &value.map(i32::to_ne_bytes).concat())?;
        let mut bytes = [0; 8];
        socket.getsockopt_raw(SOL_SOCKET, SO_LINGER.name(), &mut bytes)?;
        same("SO_LINGER", bytes.to_vec(), back.map(i32::to_ne_bytes).concat())?;
    }
    Ok(())
}

/// Every number is taken, and reads back; or is refused, and changes nothing.
#[track_caller]
fn takes<N: Net>(socket: &Socket<N>, option: SockOpt<i32>, good: &[i32], bad: &[i32]) -> Outcome {
    for &value in good {
        socket.setsockopt(option, value)?;
        same(&option.to_string(), socket.getsockopt(option)?, value)?;
    }
    let last = socket.getsockopt(option)?;
    for &value in bad {
        fails(socket.setsockopt(option, value), Errno::EINVAL)?;
        same(&option.to_string(), socket.getsockopt(option)?, last)?;
    }
    Ok(())
}

fn keepalive_times<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    takes(&socket, raw(TCP_KEEPIDLE), &[1, 77, 32_767], &[0, -1, 32_768])?;
    takes(&socket, raw(TCP_KEEPINTVL), &[1, 77, 32_767], &[0, -1, 32_768])?;
    takes(&socket, TCP_KEEPCNT, &[1, 9, 127], &[0, -1, 128])
}

fn syncnt<B: Bed>(bed: &B) -> Outcome {
    takes(&bed.near().tcp()?, TCP_SYNCNT, &[1, 6, 127], &[0, -1, 128])
}

fn user_timeout<B: Bed>(bed: &B) -> Outcome {
    takes(&bed.near().tcp()?, raw(TCP_USER_TIMEOUT), &[0, 1, i32::MAX], &[-1])
}

fn maxseg<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    takes(&socket, TCP_MAXSEG, &[88, 536, 1_460, 32_767], &[1, 87, -1, 32_768])?;
    socket.setsockopt(TCP_MAXSEG, 0)?;
    same("TCP_MAXSEG", socket.getsockopt(TCP_MAXSEG)?, 536)
}

fn defer_accept<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    for (value, back) in [(1, 1), (2, 3), (3, 3), (4, 7), (50, 63), (100, 127), (-1, 0), (0, 0)] {
        socket.setsockopt(raw(TCP_DEFER_ACCEPT), value)?;
        same("TCP_DEFER_ACCEPT", socket.getsockopt(raw(TCP_DEFER_ACCEPT))?, back)?;
    }
    Ok(())
}

fn ttl<B: Bed>(bed: &B) -> Outcome {
    for socket in [bed.near().tcp()?, bed.near().udp()?] {
        same("IP_TTL", socket.getsockopt(IP_TTL)?, 64)?;
        takes(&socket, IP_TTL, &[1, 64, 255], &[0, -2, 256])?;
        socket.setsockopt(IP_TTL, -1)?;
        same("IP_TTL", socket.getsockopt(IP_TTL)?, 64)?;
    }
    Ok(())
}

fn hop_limit<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    for socket in [bed.near().tcp_of(V6)?, bed.near().udp_of(V6)?] {
        same("IPV6_UNICAST_HOPS", socket.getsockopt(IPV6_UNICAST_HOPS)?, 64)?;
        takes(&socket, IPV6_UNICAST_HOPS, &[0, 1, 255], &[-2, 256])?;
        socket.setsockopt(IPV6_UNICAST_HOPS, -1)?;
        same("IPV6_UNICAST_HOPS", socket.getsockopt(IPV6_UNICAST_HOPS)?, 64)?;
    }
    Ok(())
}

fn tos_of_tcp<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    same("IP_TOS", socket.getsockopt(IP_TOS)?, 0)?;
    for (value, back) in [(0x10, 0x10), (1, 0), (7, 4), (255, 252), (-1, 252), (300, 44), (0, 0)] {
        socket.setsockopt(IP_TOS, value)?;
        same("IP_TOS", socket.getsockopt(IP_TOS)?, back)?;
    }
    Ok(())
}

fn tos_of_udp<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().udp()?;
    for (value, back) in [(0x10, 0x10), (1, 1), (255, 255), (-1, 255), (300, 44), (0, 0)] {
        socket.setsockopt(IP_TOS, value)?;
        same("IP_TOS", socket.getsockopt(IP_TOS)?, back)?;
    }
    Ok(())
}

fn v6only<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let near = bed.near();
    for socket in [near.tcp_of(V6)?, near.udp_of(V6)?] {
        same("IPV6_V6ONLY", socket.getsockopt(IPV6_V6ONLY)?, false)?;
        socket.setsockopt(IPV6_V6ONLY, true)?;
        same("IPV6_V6ONLY", socket.getsockopt(IPV6_V6ONLY)?, true)?;
        socket.bind(&Addr::v6(near.v6, 0))?;
        fails(socket.setsockopt(IPV6_V6ONLY, false), Errno::EINVAL)?;
        same("IPV6_V6ONLY", socket.getsockopt(IPV6_V6ONLY)?, true)?;
    }
    Ok(())
}

fn priority<B: Bed>(bed: &B) -> Outcome {
    for socket in each(bed)? {
        for value in [0, 1, 6] {
            socket.setsockopt(SO_PRIORITY, value)?;
            same("SO_PRIORITY", socket.getsockopt(SO_PRIORITY)?, value)?;
        }
    }
    Ok(())
}
