//! UDP-Lite: a checksum over a part of the datagram. RFC 3828.

use wavetank_api::{
    Addr, Errno, Family, Protocol, Result, SockOpt, SockType, Socket,
    option::{SO_PROTOCOL, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, fails, holds, port_of, receives, same},
    need::Need,
};

const UDPLITE: Need = Need::socket(Family::INET, SockType::DGRAM, Protocol::UDPLITE).gone_in((7, 1));

cases! { udplite, needs UDPLITE:
    datagrams families
        "It is UDP in everything else: datagrams with their sender's address"
        from "RFC 3828; udplite_prot";
    what_it_is families
        "SO_TYPE is SOCK_DGRAM, SO_PROTOCOL IPPROTO_UDPLITE; a stream of it: EPROTONOSUPPORT"
        from "udplite4_protosw";
    ports_of_its_own families
        "Its ports are not UDP's: both may have the same; a second one of its own: EADDRINUSE"
        from "udplite_table";
    the_whole_datagram_at_first families
        "UDPLITE_SEND_CSCOV and UDPLITE_RECV_CSCOV are 0 at first: everything is covered"
        from "RFC 3828 section 3.1; udplite_sk_init";
    at_least_the_header families
        "A coverage of less than the 8 bytes of the header, but for 0, becomes 8; one above 65,535 becomes 65,535"
        from "udp_lib_setsockopt";
    covered_in_part families
        "Sent with a part covered, a datagram arrives, whole"
        from "RFC 3828 section 3.1; udplite_sender_cscov";
    too_little_covered families
        "The receiver drops in silence what is covered less than it demands"
        from "udplite_checksum_init; __udp_lib_rcv: UDPLITE_RECV_CC";
    all_covered_is_always_enough families
        "A datagram that is covered as a whole is never dropped for a receiver's demand"
        from "udp_queue_rcv_one_skb: partial_cov";
    not_for_udp families
        "UDP has no coverage: ENOPROTOOPT"
        from "udp_lib_setsockopt: is_udplite";
    values families
        "Half a number: EINVAL; what is set is read back"
        from "udp_lib_setsockopt, udp_lib_getsockopt";
    refused families
        "A closed port is told to a connected socket: ECONNREFUSED"
        from "udplite_err";
}

const SEND_CSCOV: SockOpt<i32> = SockOpt::new(136, 10);
const RECV_CSCOV: SockOpt<i32> = SockOpt::new(136, 11);

fn lite<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    Socket::with_protocol(bed.near().host, bed.family(), SockType::DGRAM, Protocol::UDPLITE)
}

fn bound<B: Bed>(bed: &B) -> Result<(Socket<B::Host>, Addr)> {
    let socket = lite(bed)?;
    socket.bind(&bed.far().addr(0))?;
    let addr = socket.getsockname()?;
    Ok((socket, addr))
}

fn datagrams<B: Bed>(bed: &B) -> Outcome {
    let (receiver, to) = bound(bed)?;
    let (sender, from) = bound(bed)?;
    for data in [&b"one"[..], b"", b"three"] {
        same("sendto", sender.sendto(data, &to)?, data.len())?;
        let mut buf = [0; 10];
        let (count, who) = receiver.recvfrom(&mut buf)?;
        same("data", &buf[..count], data)?;
        same("from", &who, &from)?;
    }
    Ok(())
}

fn what_it_is<B: Bed>(bed: &B) -> Outcome {
    let socket = lite(bed)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::DGRAM)?;
    same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, Protocol::UDPLITE)?;
    let stream = Socket::with_protocol(bed.near().host, bed.family(), SockType::STREAM, Protocol::UDPLITE);
    fails(stream, Errno::EPROTONOSUPPORT)
}

fn ports_of_its_own<B: Bed>(bed: &B) -> Outcome {
    let (_taken, addr) = bound(bed)?;
    holds("there is a port", port_of(&addr)? != 0)?;
    bed.near().udp()?.bind(&addr)?;
    fails(lite(bed)?.bind(&addr), Errno::EADDRINUSE)
}

fn the_whole_datagram_at_first<B: Bed>(bed: &B) -> Outcome {
    let socket = lite(bed)?;
    same("UDPLITE_SEND_CSCOV", socket.getsockopt(SEND_CSCOV)?, 0)?;
    same("UDPLITE_RECV_CSCOV", socket.getsockopt(RECV_CSCOV)?, 0)
}

fn at_least_the_header<B: Bed>(bed: &B) -> Outcome {
    let socket = lite(bed)?;
    for (value, becomes) in [(1, 8), (7, 8), (8, 8), (20, 20), (65_535, 65_535), (65_536, 65_535), (-1, 8), (0, 0)] {
        socket.setsockopt(SEND_CSCOV, value)?;
        same("UDPLITE_SEND_CSCOV", socket.getsockopt(SEND_CSCOV)?, becomes)?;
        socket.setsockopt(RECV_CSCOV, value)?;
        same("UDPLITE_RECV_CSCOV", socket.getsockopt(RECV_CSCOV)?, becomes)?;
    }
    Ok(())
}

fn covered_in_part<B: Bed>(bed: &B) -> Outcome {
    let (receiver, to) = bound(bed)?;
    let sender = lite(bed)?;
    for coverage in [8, 12, 5_000] {
        sender.setsockopt(SEND_CSCOV, coverage)?;
        sender.sendto(b"whatever is covered", &to)?;
        receives(&receiver, b"whatever is covered")?;
    }
    Ok(())
}

fn too_little_covered<B: Bed>(bed: &B) -> Outcome {
    let (receiver, to) = bound(bed)?;
    receiver.setsockopt(RECV_CSCOV, 16)?;
    let sender = lite(bed)?;
    sender.setsockopt(SEND_CSCOV, 15)?;
    same("sendto", sender.sendto(b"covered in part", &to)?, 15)?;
    sender.setsockopt(SEND_CSCOV, 16)?;
    sender.sendto(b"covered as wanted", &to)?;
    receives(&receiver, b"covered as wanted")
}

fn all_covered_is_always_enough<B: Bed>(bed: &B) -> Outcome {
    let (receiver, to) = bound(bed)?;
    receiver.setsockopt(RECV_CSCOV, 1_000)?;
    let sender = lite(bed)?;
    sender.sendto(b"short", &to)?;
    receives(&receiver, b"short")
}

fn not_for_udp<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().udp()?;
    for option in [SEND_CSCOV, RECV_CSCOV] {
        fails(socket.setsockopt_raw(libc::SOL_UDP, option.name(), &[8, 0, 0, 0]), Errno::ENOPROTOOPT)?;
        fails(socket.setsockopt(option, 8), Errno::ENOPROTOOPT)?;
    }
    Ok(())
}

fn values<B: Bed>(bed: &B) -> Outcome {
    let socket = lite(bed)?;
    fails(socket.setsockopt_raw(136, SEND_CSCOV.name(), &[8, 0]), Errno::EINVAL)?;
    fails(socket.setsockopt_raw(136, 99, &[8, 0, 0, 0]), Errno::ENOPROTOOPT)?;
    let mut half = [0; 2];
    same("half a number", socket.getsockopt_raw(136, SEND_CSCOV.name(), &mut half)?, 2)?;
    fails(socket.getsockopt_raw(136, 99, &mut [0; 4]), Errno::ENOPROTOOPT)
}

fn refused<B: Bed>(bed: &B) -> Outcome {
    let (nobody, addr) = bound(bed)?;
    let socket = lite(bed)?;
    socket.connect(&addr)?;
    nobody.close()?;
    socket.send(b"x")?;
    bed.settle();
    fails(socket.recv(&mut [0; 4]), Errno::ECONNREFUSED)
}
