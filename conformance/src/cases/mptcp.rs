//! Multipath TCP: a stream that may have several ways, or fall back to TCP. RFC 8684.

use wavetank_api::{
    Errno, Family, PollEvents, Protocol, Result, Shutdown, SockOpt, SockType, Socket,
    option::{SO_PROTOCOL, SO_REUSEADDR, SO_TYPE, TCP_CONGESTION, TCP_NODELAY},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, becomes, ends, fails, holds, joins, polls, receives, same},
    need::Need,
};

const MPTCP: Need = Need::socket(Family::INET, SockType::STREAM, Protocol::MPTCP);

cases! { mptcp, needs MPTCP:
    what_it_is families
        "SO_TYPE is SOCK_STREAM, SO_PROTOCOL IPPROTO_MPTCP; there are no datagrams of it: EPROTONOSUPPORT"
        from "mptcp_protosw";
    both_ways families
        "A connection between two of them: bytes both ways, each end's name is the other's peer"
        from "RFC 8684; mptcp_connect, mptcp_accept";
    the_accepted_one_is_one_too families
        "What a listener of MPTCP accepts from MPTCP is of MPTCP; from TCP it is a TCP socket"
        from "mptcp_stream_accept: mptcp_fallback_tcp_ops";
    to_tcp families
        "connect to a TCP listener falls back: it works, and remains a socket of MPTCP"
        from "RFC 8684 section 3.7; subflow_finish_connect";
    who_has_fallen_back families
        "MPTCP_INFO tells of a connection; after the fallback it is an option that TCP does not know, or its flag says so"
        from "mptcp_getsockopt: __mptcp_tcp_fallback; MPTCP_INFO_FLAG_FALLBACK";
    refused families
        "A closed port: ECONNREFUSED, and the socket may be used again"
        from "mptcp_connect";
    the_end_comes_after_the_data families
        "After close the peer reads what is left, then the end"
        from "RFC 8684 section 3.3.3, DATA_FIN; mptcp_close";
    half_close families
        "After SHUT_WR the peer reads the end and can still send"
        from "mptcp_shutdown";
    not_connected families
        "Not connected: recv, getpeername and shutdown say ENOTCONN; send EPIPE"
        from "mptcp_recvmsg, mptcp_sendmsg";
    nonblocking_connect families
        "connect without waiting: EINPROGRESS, then writable"
        from "mptcp_connect";
    many_bytes families
        "A megabyte arrives in order"
        from "mptcp_sendmsg, mptcp_recvmsg";
    one_port_table_with_tcp families
        "Its ports are TCP's: the other one's port is EADDRINUSE"
        from "mptcp_bind binds the first subflow, a socket of TCP";
    some_options_of_tcp families
        "TCP_NODELAY, TCP_CONGESTION and SO_REUSEADDR act on the subflows; TCP_MD5SIG is not there: ENOPROTOOPT"
        from "mptcp_setsockopt, mptcp_supported_sockopt";
    switched_off apart
        "net.mptcp.enabled=0: making one says ENOPROTOOPT"
        from "mptcp_init_sock";
}

/// include/uapi/linux/mptcp.h: `struct mptcp_info`, whose 4 bytes of flags come after 12 bytes of numbers of subflows and addresses.
const MPTCP_INFO: SockOpt<Vec<u8>> = SockOpt::new(284, 1);
const MPTCP_INFO_FLAG_FALLBACK: u32 = 1;

fn mptcp<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    Socket::with_protocol(bed.near().host, bed.family(), SockType::STREAM, Protocol::MPTCP)
}

fn listener<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    let socket = mptcp(bed)?;
    socket.bind(&bed.far().addr(0))?;
    socket.listen(4)?;
    Ok(socket)
}

fn connected<B: Bed>(bed: &B) -> Result<[Socket<B::Host>; 2]> {
    let listener = listener(bed)?;
    let near = mptcp(bed)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    Ok([near, far])
}

fn what_it_is<B: Bed>(bed: &B) -> Outcome {
    let socket = mptcp(bed)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::STREAM)?;
    same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, Protocol::MPTCP)?;
    let datagrams = Socket::with_protocol(bed.near().host, bed.family(), SockType::DGRAM, Protocol::MPTCP);
    fails(datagrams, Errno::EPROTONOSUPPORT)
}

fn both_ways<B: Bed>(bed: &B) -> Outcome {
    let [near, far] = connected(bed)?;
    same("getpeername", near.getpeername()?, far.getsockname()?)?;
    same("getpeername", far.getpeername()?, near.getsockname()?)?;
    near.sendall(b"ping")?;
    receives(&far, b"ping")?;
    far.sendall(b"pong")?;
    receives(&near, b"pong")
}

fn the_accepted_one_is_one_too<B: Bed>(bed: &B) -> Outcome {
    let listener = listener(bed)?;
    let (near, tcp) = (mptcp(bed)?, bed.near().tcp()?);
    for (client, protocol) in [(&near, Protocol::MPTCP), (&tcp, Protocol::TCP)] {
        client.connect(&listener.getsockname()?)?;
        let (far, _) = listener.accept()?;
        same("SO_PROTOCOL", far.getsockopt(SO_PROTOCOL)?, protocol)?;
        client.sendall(b"hello")?;
        receives(&far, b"hello")?;
    }
    Ok(())
}

fn to_tcp<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = mptcp(bed)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    near.sendall(b"hello")?;
    receives(&far, b"hello")?;
    far.close()?;
    ends(&near)?;
    same("SO_PROTOCOL", near.getsockopt(SO_PROTOCOL)?, Protocol::MPTCP)
}

fn who_has_fallen_back<B: Bed>(bed: &B) -> Outcome {
    let flags = |socket: &Socket<B::Host>| -> Result<Option<u32>> {
        match socket.getsockopt(MPTCP_INFO) {
            Ok(info) => Ok(info.get(8..12).map(|bytes| u32::from_ne_bytes(bytes.try_into().expect("four bytes")))),
            // `ip_getsockopt` says the one, `ipv6_getsockopt` the other.
            Err(error) if error == Errno::EOPNOTSUPP || error == Errno::ENOPROTOOPT => Ok(None),
            Err(error) => Err(error),
        }
    };
    let [near, far] = connected(bed)?;
    for socket in [&near, &far] {
        let flags = flags(socket)?;
        holds("it is told, without the flag", flags.is_some_and(|flags| flags & MPTCP_INFO_FLAG_FALLBACK == 0))?;
    }
    let listener = bed.far().listener()?;
    let alone = mptcp(bed)?;
    alone.connect(&listener.getsockname()?)?;
    holds("it has fallen back", flags(&alone)?.is_none_or(|flags| flags & MPTCP_INFO_FLAG_FALLBACK != 0))
}

fn refused<B: Bed>(bed: &B) -> Outcome {
    let closed = bed.far().bound_tcp()?.getsockname()?;
    let socket = mptcp(bed)?;
    fails(socket.connect(&closed), Errno::ECONNREFUSED)?;
    let listener = listener(bed)?;
    Ok(socket.connect(&listener.getsockname()?)?)
}

fn the_end_comes_after_the_data<B: Bed>(bed: &B) -> Outcome {
    let [near, far] = connected(bed)?;
    near.sendall(b"bye")?;
    near.close()?;
    receives(&far, b"bye")?;
    ends(&far)
}

fn half_close<B: Bed>(bed: &B) -> Outcome {
    let [near, far] = connected(bed)?;
    near.sendall(b"last")?;
    near.shutdown(Shutdown::Write)?;
    fails(near.send(b"x"), Errno::EPIPE)?;
    receives(&far, b"last")?;
    ends(&far)?;
    far.sendall(b"answer")?;
    receives(&near, b"answer")
}

fn not_connected<B: Bed>(bed: &B) -> Outcome {
    let socket = mptcp(bed)?;
    fails(socket.getpeername(), Errno::ENOTCONN)?;
    fails(socket.recv(&mut [0; 4]), Errno::ENOTCONN)?;
    fails(socket.send(b"x"), Errno::EPIPE)?;
    polls(&socket, PollEvents::OUT | PollEvents::HUP)?;
    fails(socket.shutdown(Shutdown::Both), Errno::ENOTCONN)
}

fn nonblocking_connect<B: Bed>(bed: &B) -> Outcome {
    let listener = listener(bed)?;
    let socket = mptcp(bed)?;
    socket.setblocking(false)?;
    fails(socket.connect(&listener.getsockname()?), Errno::EINPROGRESS)?;
    becomes(&socket, PollEvents::OUT)?;
    let (far, _) = listener.accept()?;
    same("send", socket.send(b"x")?, 1)?;
    receives(&far, b"x")
}

fn many_bytes<B: Bed>(bed: &B) -> Outcome {
    use wavetank_api::Host;
    let [near, far] = connected(bed)?;
    let data: Vec<_> = (0..1_000_000_u32).map(|at| (at % 251) as u8).collect();
    let sent = data.clone();
    let thread = bed.near().host.spawn("sender", move || {
        near.sendall(&sent)?;
        near.close()
    });
    let mut got = Vec::new();
    let mut buf = vec![0; 60_000];
    loop {
        match far.recv(&mut buf)? {
            0 => break,
            count => got.extend_from_slice(&buf[..count]),
        }
    }
    joins(thread)??;
    holds("it is what was sent", got == data)
}

fn one_port_table_with_tcp<B: Bed>(bed: &B) -> Outcome {
    let listener = listener(bed)?;
    fails(bed.near().tcp()?.bind(&listener.getsockname()?), Errno::EADDRINUSE)?;
    let taken = bed.far().bound_tcp()?.getsockname()?;
    mptcp(bed)?.bind(&taken)?;
    let _kept = bed.far().bound_tcp()?;
    fails(mptcp(bed)?.bind(&_kept.getsockname()?), Errno::EADDRINUSE)
}

fn some_options_of_tcp<B: Bed>(bed: &B) -> Outcome {
    let socket = mptcp(bed)?;
    socket.setsockopt(TCP_NODELAY, true)?;
    same("TCP_NODELAY", socket.getsockopt(TCP_NODELAY)?, true)?;
    socket.setsockopt(SO_REUSEADDR, true)?;
    same("SO_REUSEADDR", socket.getsockopt(SO_REUSEADDR)?, true)?;
    socket.setsockopt(TCP_CONGESTION, "reno".to_owned())?;
    same("TCP_CONGESTION", socket.getsockopt(TCP_CONGESTION)?, "reno".to_owned())?;
    fails(socket.setsockopt_raw(libc::IPPROTO_TCP, libc::TCP_MD5SIG, &[0; 216]), Errno::ENOPROTOOPT)
}

fn switched_off<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(crate::bed::Side::Near, "net.mptcp.enabled", "0")?;
    fails(mptcp(bed), Errno::ENOPROTOOPT)
}
