//! Making sockets: which checks there are, and which comes first.

use wavetank_api::{
    Errno, Family, Net, Protocol, SockFlags, SockType, Socket,
    option::{SO_DOMAIN, SO_PROTOCOL, SO_TYPE},
};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, fails, holds, same},
};

cases! { socket:
    unknown_family once
        "A family that the kernel does not have, or that is no family: EAFNOSUPPORT"
        from "socket(2); __sock_create";
    type_out_of_range once
        "A type above SOCK_PACKET, or below 0, is no type in any family: EINVAL"
        from "socket(2); __sock_create, __sys_socket";
    family_is_looked_at_first once
        "With family and type both out of range it is the family that is told: EAFNOSUPPORT"
        from "__sock_create";
    type_the_family_lacks families
        "A type that the family does not have: ESOCKTNOSUPPORT"
        from "inet_create, inet6_create: no entry in inetsw";
    protocol_of_another_type families
        "A protocol that exists, but for another type: EPROTONOSUPPORT"
        from "socket(2); inet_create";
    protocol_out_of_range families
        "A protocol number outside 0 to 262: EINVAL, whatever the type"
        from "inet_create, inet6_create: IPPROTO_MAX is looked at first";
    unix_types_and_protocols once
        "A UNIX socket takes the protocols 0 and PF_UNIX, and no type but stream, datagram, seqpacket and (as datagram) raw"
        from "unix(7); unix_create";
    default_protocol_is_told_by_its_number families
        "A socket made with protocol 0 reports the protocol that it got"
        from "socket(7) SO_PROTOCOL, SO_TYPE, SO_DOMAIN";
    nonblock_flag families
        "SOCK_NONBLOCK makes the new descriptor non-blocking; without it, it blocks"
        from "socket(2)";
    unknown_flag once
        "A bit beside the type that is no flag: EINVAL"
        from "__sys_socket: flags & ~SOCK_TYPE_MASK";
    pair_of_internet_sockets families
        "Internet sockets do not come in pairs: EOPNOTSUPP"
        from "socketpair(2); sock_no_socketpair";
    pair_checks_like_socket once
        "A pair of an unknown family or a wrong protocol is refused as one socket is"
        from "__sys_socketpair calls sock_create";
    lowest_free_descriptor alone
        "A new socket gets the lowest number that is free"
        from "socket(2): the lowest-numbered file descriptor not currently open";
    too_many_descriptors alone
        "When all the numbers the program may have are in use: EMFILE, for socket, socketpair and dup"
        from "socket(2), socketpair(2), dup(2); getrlimit(2) RLIMIT_NOFILE";
    too_many_descriptors_after_the_other_checks alone
        "A socket that cannot be made is refused for that, though there is no number for it either"
        from "__sys_socket: sock_create before sock_map_fd";
    accept_without_a_descriptor alone
        "accept without a free number: EMFILE, though nobody is there; who comes stays in the queue"
        from "__sys_accept4_file: get_unused_fd_flags first";
}

fn make<B: Bed>(bed: &B, family: Family, kind: SockType, protocol: Protocol) -> wavetank_api::Result<Socket<B::Host>> {
    Socket::with_protocol(bed.near().host, family, kind, protocol)
}

fn unknown_family<B: Bed>(bed: &B) -> Outcome {
    for number in [0, 3, 9, 45, 46, 99, -1, -5] {
        fails(make(bed, Family::from_raw(number), SockType::STREAM, Protocol::DEFAULT), Errno::EAFNOSUPPORT)?;
    }
    Ok(())
}

fn type_out_of_range<B: Bed>(bed: &B) -> Outcome {
    for number in [11, 12, 15] {
        fails(make(bed, Family::INET, SockType::from_raw(number), Protocol::DEFAULT), Errno::EINVAL)?;
        fails(make(bed, Family::UNIX, SockType::from_raw(number), Protocol::DEFAULT), Errno::EINVAL)?;
    }
    Ok(())
}

fn family_is_looked_at_first<B: Bed>(bed: &B) -> Outcome {
    fails(make(bed, Family::from_raw(99), SockType::from_raw(15), Protocol::from_raw(-1)), Errno::EAFNOSUPPORT)
}

fn type_the_family_lacks<B: Bed>(bed: &B) -> Outcome {
    // Not SEQPACKET or 6, which a kernel with SCTP or DCCP has.
    for kind in [SockType::ANY, SockType::RDM, SockType::from_raw(7)] {
        fails(make(bed, bed.family(), kind, Protocol::DEFAULT), Errno::ESOCKTNOSUPPORT)?;
    }
    Ok(())
}

fn protocol_of_another_type<B: Bed>(bed: &B) -> Outcome {
    fails(make(bed, bed.family(), SockType::STREAM, Protocol::UDP), Errno::EPROTONOSUPPORT)?;
    fails(make(bed, bed.family(), SockType::DGRAM, Protocol::TCP), Errno::EPROTONOSUPPORT)
}

fn protocol_out_of_range<B: Bed>(bed: &B) -> Outcome {
    for number in [-1, 263, 300] {
        for kind in [SockType::STREAM, SockType::DGRAM, SockType::RDM] {
            fails(make(bed, bed.family(), kind, Protocol::from_raw(number)), Errno::EINVAL)?;
        }
    }
    Ok(())
}

fn unix_types_and_protocols<B: Bed>(bed: &B) -> Outcome {
    make(bed, Family::UNIX, SockType::STREAM, Protocol::DEFAULT)?;
    make(bed, Family::UNIX, SockType::STREAM, Protocol::from_raw(Family::UNIX.raw()))?;
    fails(make(bed, Family::UNIX, SockType::STREAM, Protocol::TCP), Errno::EPROTONOSUPPORT)?;
    fails(make(bed, Family::UNIX, SockType::RDM, Protocol::TCP), Errno::EPROTONOSUPPORT)?;
    fails(make(bed, Family::UNIX, SockType::RDM, Protocol::DEFAULT), Errno::ESOCKTNOSUPPORT)
}

fn default_protocol_is_told_by_its_number<B: Bed>(bed: &B) -> Outcome {
    let rows = [
        (bed.family(), SockType::STREAM, Protocol::TCP),
        (bed.family(), SockType::DGRAM, Protocol::UDP),
        (Family::UNIX, SockType::STREAM, Protocol::DEFAULT),
    ];
    for (family, kind, protocol) in rows {
        let socket = make(bed, family, kind, Protocol::DEFAULT)?;
        same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, protocol)?;
        same("SO_TYPE", socket.getsockopt(SO_TYPE)?, kind)?;
        same("SO_DOMAIN", socket.getsockopt(SO_DOMAIN)?, family)?;
    }
    Ok(())
}

fn nonblock_flag<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for kind in [SockType::STREAM, SockType::DGRAM] {
        for flags in [SockFlags::NONBLOCK, SockFlags::NONBLOCK | SockFlags::CLOEXEC, SockFlags::CLOEXEC] {
            let fd = host.socket(bed.family(), kind, flags, Protocol::DEFAULT)?;
            same("O_NONBLOCK", host.nonblocking(&fd)?, flags.contains(SockFlags::NONBLOCK))?;
        }
    }
    let (left, right) = host.socketpair(Family::UNIX, SockType::STREAM, SockFlags::NONBLOCK, Protocol::DEFAULT)?;
    same("O_NONBLOCK of a pair", (host.nonblocking(&left)?, host.nonblocking(&right)?), (true, true))
}

fn unknown_flag<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for bits in [0x10, 0x10_0000] {
        let flags = SockFlags::from_bits_retain(bits);
        fails(host.socket(Family::INET, SockType::STREAM, flags, Protocol::DEFAULT), Errno::EINVAL)?;
        fails(host.socketpair(Family::UNIX, SockType::STREAM, flags, Protocol::DEFAULT), Errno::EINVAL)?;
    }
    Ok(())
}

fn pair_of_internet_sockets<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::STREAM, SockType::DGRAM] {
        fails(Socket::pair(bed.near().host, bed.family(), kind), Errno::EOPNOTSUPP)?;
    }
    Ok(())
}

fn pair_checks_like_socket<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let pair = |family, kind, protocol| host.socketpair(family, kind, SockFlags::CLOEXEC, protocol);
    fails(pair(Family::from_raw(99), SockType::STREAM, Protocol::DEFAULT), Errno::EAFNOSUPPORT)?;
    fails(pair(Family::UNIX, SockType::STREAM, Protocol::TCP), Errno::EPROTONOSUPPORT)?;
    fails(pair(Family::UNIX, SockType::RDM, Protocol::DEFAULT), Errno::ESOCKTNOSUPPORT)?;
    fails(pair(Family::INET, SockType::STREAM, Protocol::UDP), Errno::EPROTONOSUPPORT)?;
    fails(pair(Family::INET, SockType::RDM, Protocol::DEFAULT), Errno::ESOCKTNOSUPPORT)
}

fn lowest_free_descriptor<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    let (first, second, third) = (near.tcp()?, near.udp()?, near.tcp()?);
    let numbers = [first.fileno(), second.fileno(), third.fileno()];
    holds("the numbers rise", numbers.is_sorted())?;
    second.close()?;
    let again = near.tcp()?;
    same("the number after closing the middle one", again.fileno(), numbers[1])?;
    first.close()?;
    let dup = third.try_clone()?;
    same("the number of a duplicate after closing the first", dup.fileno(), numbers[0])?;
    let (left, right) = near.unix()?;
    holds("the numbers of a pair rise", left.fileno() < right.fileno())
}

/// Opens sockets until there is no number left.
fn fill<B: Bed>(bed: &B) -> Result<Vec<Socket<B::Host>>, Stop> {
    bed.need(Capability::FillDescriptors)?;
    let mut all = Vec::new();
    loop {
        match Socket::new(bed.near().host, Family::UNIX, SockType::STREAM) {
            Ok(socket) => all.push(socket),
            Err(error) if error == Errno::EMFILE => return Ok(all),
            Err(error) => return Err(error.into()),
        }
    }
}

fn too_many_descriptors<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let mut all = fill(bed)?;
    let socket = all.pop();
    fails(Socket::pair(host, Family::UNIX, SockType::STREAM), Errno::EMFILE)?;
    drop(socket);
    let last = Socket::new(host, Family::INET, SockType::DGRAM)?;
    fails(last.try_clone(), Errno::EMFILE)?;
    fails(Socket::new(host, Family::INET, SockType::STREAM), Errno::EMFILE)
}

fn too_many_descriptors_after_the_other_checks<B: Bed>(bed: &B) -> Outcome {
    let all = fill(bed)?;
    fails(make(bed, Family::from_raw(99), SockType::STREAM, Protocol::DEFAULT), Errno::EAFNOSUPPORT)?;
    fails(make(bed, Family::INET, SockType::STREAM, Protocol::UDP), Errno::EPROTONOSUPPORT)?;
    // A pair is the other way round: its two numbers are reserved first.
    fails(Socket::pair(bed.near().host, Family::INET, SockType::STREAM), Errno::EMFILE)?;
    drop(all);
    Ok(())
}

fn accept_without_a_descriptor<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.near().listener()?;
    let client = bed.near().tcp()?;
    let all = fill(bed)?;
    fails(listener.accept(), Errno::EMFILE)?;
    client.connect(&listener.getsockname()?)?;
    fails(listener.accept(), Errno::EMFILE)?;
    drop(all);
    let (_, peer) = listener.accept()?;
    same("the peer", peer, client.getsockname()?)
}
