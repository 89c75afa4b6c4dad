//! Messages of UNIX sockets: `SOCK_DGRAM` and `SOCK_SEQPACKET`.

use wavetank_api::{
    Addr, Errno, Family, MsgFlags, Protocol, Shutdown, SockType, Socket,
    control::SCM_CREDENTIALS,
    option::{SO_PASSCRED, SO_PROTOCOL, SO_SNDBUF, SO_TYPE},
};

use super::unix_names::{Dir, UNIX, hidden, own_pid, socket, unnamed};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, ends, fails, holds, receives, same},
    message::recvmsg,
};

cases! { unix::messages, needs UNIX:
    types_and_protocols once
        "SOCK_RAW is made a SOCK_DGRAM; RDM: ESOCKTNOSUPPORT; the protocol is 0, also if it was PF_UNIX; another one: EPROTONOSUPPORT"
        from "unix_create";
    boundaries once
        "Messages arrive in order and apart, an empty one, too"
        from "unix(7)";
    by_path_and_by_name once
        "A datagram is sent to a path or an abstract name, and tells its sender's"
        from "unix(7); unix_dgram_sendmsg";
    nobodys_datagram once
        "A datagram from a socket without a name tells no address"
        from "unix_copy_addr";
    no_destination once
        "send without an address: ENOTCONN"
        from "unix_dgram_sendmsg";
    where_nobody_is once
        "sendto to no file: ENOENT; to a file that is no socket, or is nobody's any more: ECONNREFUSED; to a stream: EPROTOTYPE"
        from "unix_find_bsd, unix_find_abstract";
    another_family once
        "sendto and connect to an address of another family: EINVAL; connect to no family dissolves"
        from "unix_validate_addr, unix_dgram_connect";
    connect_chooses_the_destination once
        "connect chooses the destination, and another one after that"
        from "unix_dgram_connect";
    connected_hears_its_peer_only once
        "Who is connected to one hears nobody else: their send says EPERM, their connect, too"
        from "unix_may_send";
    the_peer_goes once
        "The peer is closed: send says ECONNREFUSED, and then ENOTCONN"
        from "unix_dgram_sendmsg: SOCK_DEAD";
    ends_of_a_datagram_pair once
        "recv of a pair whose other end is closed does not end: EAGAIN; send says ECONNREFUSED"
        from "unix_dgram_disconnected; unix_dgram_sendmsg";
    the_longest_message once
        "A message that is longer than the send buffer, less 32: EMSGSIZE"
        from "unix_dgram_sendmsg: len > sk_sndbuf - 32";
    a_full_queue once
        "When net.unix.max_dgram_qlen messages and one wait at the receiver, send waits; in non-blocking mode: EAGAIN"
        from "unix(7); unix_recvq_full";
    truncated once
        "What does not fit is lost, with MSG_TRUNC; with the flag in recv the length is the message's; MSG_PEEK takes nothing"
        from "unix(7); __unix_dgram_recvmsg";
    no_urgent_data once
        "MSG_OOB: EOPNOTSUPP"
        from "unix_dgram_sendmsg, __unix_dgram_recvmsg";
    shut_for_reading once
        "A receiver that is shut for reading: the sender's EPIPE, and the end for itself"
        from "unix_dgram_sendmsg: RCV_SHUTDOWN";
    descriptors_without_data once
        "Unlike with a stream, descriptors travel with an empty message, too"
        from "unix(7); unix_dgram_sendmsg";
    credentials_with_a_datagram once
        "SO_PASSCRED of the receiver is enough: the message brings who sent it"
        from "unix(7) SO_PASSCRED";
    seqpacket_by_path once
        "SEQPACKET listens and connects as a stream does, and keeps messages apart"
        from "unix(7)";
    seqpacket_ignores_the_address once
        "sendto on a connection of SEQPACKET goes to the peer, whatever the address; without a connection: ENOTCONN, recv, too"
        from "unix_seqpacket_sendmsg, unix_seqpacket_recvmsg";
    seqpacket_ends once
        "After the peer's close: what is left, then the end; send says EPIPE"
        from "unix_release_sock; unix_dgram_sendmsg";
    seqpacket_unread once
        "Closed with messages unread: ECONNRESET, once"
        from "unix_release_sock: sk_err";
}

const MESSAGES: [SockType; 2] = [SockType::DGRAM, SockType::SEQPACKET];

fn pair<B: Bed>(bed: &B, kind: SockType) -> Result<[Socket<B::Host>; 2], Stop> {
    let (left, right) = Socket::pair(bed.near().host, Family::UNIX, kind)?;
    Ok([left, right])
}

fn dgram<B: Bed>(bed: &B) -> Result<Socket<B::Host>, Stop> {
    socket(bed, SockType::DGRAM)
}

fn bound<B: Bed>(bed: &B, addr: &Addr) -> Result<Socket<B::Host>, Stop> {
    let socket = dgram(bed)?;
    socket.bind(addr)?;
    Ok(socket)
}

fn nothing_more<B: Bed>(socket: &Socket<B::Host>) -> Outcome {
    fails(socket.recv_with(&mut [0; 64], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn types_and_protocols<B: Bed>(bed: &B) -> Outcome {
    same("SO_TYPE", socket(bed, SockType::RAW)?.getsockopt(SO_TYPE)?, SockType::DGRAM)?;
    let host = bed.near().host;
    fails(Socket::new(host, Family::UNIX, SockType::RDM), Errno::ESOCKTNOSUPPORT)?;
    for kind in [SockType::STREAM, SockType::DGRAM, SockType::SEQPACKET] {
        let socket = Socket::with_protocol(host, Family::UNIX, kind, Protocol::from_raw(libc::PF_UNIX))?;
        same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, Protocol::DEFAULT)?;
        fails(Socket::with_protocol(host, Family::UNIX, kind, Protocol::UDP), Errno::EPROTONOSUPPORT)?;
    }
    Ok(())
}

fn boundaries<B: Bed>(bed: &B) -> Outcome {
    for kind in MESSAGES {
        let [left, right] = pair(bed, kind)?;
        for data in [&b"one"[..], b"", b"three"] {
            same("send", left.send(data)?, data.len())?;
        }
        for data in [&b"one"[..], b"", b"three"] {
            receives(&right, data)?;
        }
        nothing_more::<B>(&right)?;
    }
    Ok(())
}

fn by_path_and_by_name<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let (path, name) = (dir.addr("s")?, hidden("datagrams")?);
    let (one, other) = (bound(bed, &path)?, bound(bed, &name)?);
    one.sendto(b"to a name", &name)?;
    let mut buf = [0; 20];
    same("recvfrom", other.recvfrom(&mut buf)?, (9, path.clone()))?;
    other.sendto(b"to a path", &path)?;
    same("recvfrom", one.recvfrom(&mut buf)?, (9, name))?;
    same("data", &buf[..9], b"to a path")
}

fn nobodys_datagram<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("nobody's")?;
    let receiver = bound(bed, &here)?;
    let sender = dgram(bed)?;
    sender.sendto(b"x", &here)?;
    same("recvfrom", receiver.recvfrom(&mut [0; 4])?, (1, Addr::Unspec))?;
    same("getsockname", sender.getsockname()?, unnamed())
}

fn no_destination<B: Bed>(bed: &B) -> Outcome {
    fails(dgram(bed)?.send(b"x"), Errno::ENOTCONN)?;
    fails(dgram(bed)?.getpeername(), Errno::ENOTCONN)
}

fn where_nobody_is<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    bound(bed, &dir.addr("gone")?)?.close()?;
    let stream = socket(bed, SockType::STREAM)?;
    stream.bind(&dir.addr("stream")?)?;
    let rows = [
        ("none", Errno::ENOENT),
        (".", Errno::ECONNREFUSED),
        ("gone", Errno::ECONNREFUSED),
        ("stream", Errno::EPROTOTYPE),
    ];
    for (path, errno) in rows {
        fails(dgram(bed)?.sendto(b"x", &dir.addr(path)?), errno)?;
        fails(dgram(bed)?.connect(&dir.addr(path)?), errno)?;
    }
    fails(dgram(bed)?.sendto(b"x", &hidden("is not there")?), Errno::ECONNREFUSED)
}

fn another_family<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("another family")?;
    let receiver = bound(bed, &here)?;
    let socket = dgram(bed)?;
    fails(socket.sendto(b"x", &Addr::ANY_V4), Errno::EINVAL)?;
    fails(socket.connect(&Addr::ANY_V4), Errno::EINVAL)?;
    socket.connect(&here)?;
    socket.send(b"connected")?;
    receives(&receiver, b"connected")?;
    socket.connect(&Addr::Unspec)?;
    fails(socket.send(b"x"), Errno::ENOTCONN)
}

fn connect_chooses_the_destination<B: Bed>(bed: &B) -> Outcome {
    let socket = dgram(bed)?;
    for name in ["first", "second"] {
        let here = hidden(name)?;
        let receiver = bound(bed, &here)?;
        socket.connect(&here)?;
        same("getpeername", socket.getpeername()?, here)?;
        socket.send(name.as_bytes())?;
        receives(&receiver, name.as_bytes())?;
    }
    Ok(())
}

fn connected_hears_its_peer_only<B: Bed>(bed: &B) -> Outcome {
    let (here, there) = (hidden("here")?, hidden("there")?);
    let (socket, peer) = (bound(bed, &here)?, bound(bed, &there)?);
    socket.connect(&there)?;
    peer.sendto(b"from the peer", &here)?;
    receives(&socket, b"from the peer")?;
    let other = dgram(bed)?;
    fails(other.sendto(b"x", &here), Errno::EPERM)?;
    fails(other.connect(&here), Errno::EPERM)?;
    nothing_more::<B>(&socket)
}

fn the_peer_goes<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("goes away")?;
    let receiver = bound(bed, &here)?;
    let socket = dgram(bed)?;
    socket.connect(&here)?;
    receiver.close()?;
    fails(socket.send(b"x"), Errno::ECONNREFUSED)?;
    fails(socket.send(b"x"), Errno::ENOTCONN)
}

fn ends_of_a_datagram_pair<B: Bed>(bed: &B) -> Outcome {
    let [left, right] = pair(bed, SockType::DGRAM)?;
    left.send(b"bye")?;
    left.close()?;
    receives(&right, b"bye")?;
    nothing_more::<B>(&right)?;
    fails(right.send(b"x"), Errno::ECONNREFUSED)
}

fn the_longest_message<B: Bed>(bed: &B) -> Outcome {
    for kind in MESSAGES {
        let [left, right] = pair(bed, kind)?;
        left.setsockopt(SO_SNDBUF, 20_000)?;
        let buffer = usize::try_from(left.getsockopt(SO_SNDBUF)?).unwrap_or(0);
        let data = vec![7; buffer - 31];
        fails(left.send(&data), Errno::EMSGSIZE)?;
        same("send", left.send(&data[..20_000])?, 20_000)?;
        receives(&right, &data[..20_000])?;
    }
    Ok(())
}

fn a_full_queue<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("a full queue")?;
    let receiver = bound(bed, &here)?;
    let sender = dgram(bed)?;
    sender.setblocking(false)?;
    let mut sent = 0;
    let refused = loop {
        match sender.sendto(b"x", &here) {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
    };
    fails(Err::<(), _>(refused), Errno::EAGAIN)?;
    // The sysctl is 10 unless this machine has another one; a network namespace begins with the first one's.
    let limit = std::fs::read_to_string("/proc/sys/net/unix/max_dgram_qlen")?;
    let limit: u32 = limit.trim().parse().map_err(|_| Stop::failed("the sysctl is no number"))?;
    same("messages in the queue", sent, limit + 1)?;
    receives(&receiver, b"x")?;
    same("sendto", sender.sendto(b"x", &here)?, 1)
}

fn truncated<B: Bed>(bed: &B) -> Outcome {
    for kind in MESSAGES {
        let [left, right] = pair(bed, kind)?;
        for _ in 0..2 {
            left.send(b"longer than the room")?;
        }
        left.send(b"next")?;
        same("peek", recvmsg(&right, 30, MsgFlags::PEEK)?.data.len(), 20)?;
        let got = recvmsg(&right, 6, MsgFlags::empty())?;
        same("data", &got.data[..], b"longer")?;
        holds("MSG_TRUNC is set", got.flags.contains(MsgFlags::TRUNC))?;
        same("recv with MSG_TRUNC", right.recv_with(&mut [0; 6], MsgFlags::TRUNC)?, 20)?;
        receives(&right, b"next")?;
    }
    Ok(())
}

fn no_urgent_data<B: Bed>(bed: &B) -> Outcome {
    for kind in MESSAGES {
        let [left, right] = pair(bed, kind)?;
        fails(left.send_with(b"x", MsgFlags::OOB), Errno::EOPNOTSUPP)?;
        left.send(b"x")?;
        fails(right.recv_with(&mut [0; 4], MsgFlags::OOB), Errno::EOPNOTSUPP)?;
    }
    Ok(())
}

fn shut_for_reading<B: Bed>(bed: &B) -> Outcome {
    for kind in MESSAGES {
        let [left, right] = pair(bed, kind)?;
        right.shutdown(Shutdown::Read)?;
        fails(left.send(b"x"), Errno::EPIPE)?;
        ends(&right)?;
        right.send(b"still")?;
        receives(&left, b"still")?;
    }
    Ok(())
}

fn descriptors_without_data<B: Bed>(bed: &B) -> Outcome {
    for kind in MESSAGES {
        let [left, right] = pair(bed, kind)?;
        let (mine, yours) = bed.near().unix()?;
        left.send_fds(&[], &[yours.fd()], MsgFlags::empty(), None)?;
        let mut got = recvmsg(&right, 4, MsgFlags::empty())?;
        same("data", got.data.len(), 0)?;
        same("descriptors", got.fds.len(), 1)?;
        let passed = Socket::from_fd(bed.near().host, got.fds.remove(0))?;
        passed.sendall(b"through it")?;
        receives(&mine, b"through it")?;
    }
    Ok(())
}

fn credentials_with_a_datagram<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("with credentials")?;
    let receiver = bound(bed, &here)?;
    receiver.setsockopt(SO_PASSCRED, true)?;
    dgram(bed)?.sendto(b"x", &here)?;
    let told = recvmsg(&receiver, 4, MsgFlags::empty())?.value(SCM_CREDENTIALS);
    same("pid", told.map(|who| who.pid), Some(own_pid(bed)?))
}

/// Two connected ones.
fn seqpacket<B: Bed>(bed: &B, name: &str) -> Result<[Socket<B::Host>; 2], Stop> {
    let here = hidden(name)?;
    let listener = socket(bed, SockType::SEQPACKET)?;
    listener.bind(&here)?;
    listener.listen(4)?;
    let client = socket(bed, SockType::SEQPACKET)?;
    client.connect(&here)?;
    Ok([client, listener.accept()?.0])
}

fn seqpacket_by_path<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let listener = socket(bed, SockType::SEQPACKET)?;
    listener.bind(&dir.addr("s")?)?;
    listener.listen(4)?;
    let client = socket(bed, SockType::SEQPACKET)?;
    client.connect(&dir.addr("s")?)?;
    let (server, _) = listener.accept()?;
    client.send(b"one")?;
    client.send(b"two")?;
    receives(&server, b"one")?;
    receives(&server, b"two")
}

fn seqpacket_ignores_the_address<B: Bed>(bed: &B) -> Outcome {
    let [client, server] = seqpacket(bed, "whatever the address")?;
    same("sendto", client.sendto(b"x", &hidden("nobody at all")?)?, 1)?;
    receives(&server, b"x")?;
    let fresh = socket(bed, SockType::SEQPACKET)?;
    fails(fresh.sendto(b"x", &hidden("nobody at all")?), Errno::ENOTCONN)?;
    fails(fresh.send(b"x"), Errno::ENOTCONN)?;
    fails(fresh.recv(&mut [0; 4]), Errno::ENOTCONN)
}

fn seqpacket_ends<B: Bed>(bed: &B) -> Outcome {
    let [client, server] = seqpacket(bed, "ends")?;
    client.send(b"bye")?;
    client.close()?;
    receives(&server, b"bye")?;
    ends(&server)?;
    ends(&server)?;
    fails(server.send(b"x"), Errno::EPIPE)
}

fn seqpacket_unread<B: Bed>(bed: &B) -> Outcome {
    let [client, server] = seqpacket(bed, "unread")?;
    server.send(b"never read")?;
    client.close()?;
    fails(server.recv(&mut [0; 4]), Errno::ECONNRESET)?;
    ends(&server)
}
