//! Between virtual machines and their host, here over loopback: VSOCK. `vsock(7)`.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Family, Host, MsgFlags, PollEvents, Protocol, Shutdown, SockType, Socket, VsockAddr, c,
    option::{SO_DOMAIN, SO_ERROR, SO_PROTOCOL, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, holds, joins, polls, receives, same, takes_between, times_out},
    need::Need,
};

/// Everything here is over loopback, `VMADDR_CID_LOCAL`, as between two programs of one machine: vsock_loopback.
pub(super) const STREAM: Need =
    Need::socket(Family::VSOCK, SockType::STREAM, Protocol::DEFAULT).with_cid(VsockAddr::CID_LOCAL);
const SEQPACKET: Need =
    Need::socket(Family::VSOCK, SockType::SEQPACKET, Protocol::DEFAULT).with_cid(VsockAddr::CID_LOCAL);

cases! { vsock, needs STREAM:
    what_it_is once
        "A VSOCK socket tells its family, type and protocol"
        from "vsock(7); vsock_create";
    types_and_protocols once needs SEQPACKET
        "Streams and sequences of packets, with protocol 0 or PF_VSOCK (EPROTONOSUPPORT); other types ESOCKTNOSUPPORT; datagrams are VMware's: ENODEV"
        from "vsock(7); vsock_create, vsock_assign_transport";
    both_ways once
        "Data pass both ways as a stream of bytes"
        from "vsock(7) SOCK_STREAM";
    packets_keep_their_ends once needs SEQPACKET
        "A packet is received as it was sent, however long the buffer; what does not fit is lost, MSG_TRUNC tells its length; an empty one is not sent"
        from "vsock(7) SOCK_SEQPACKET; virtio_transport_seqpacket_do_dequeue";
    types_do_not_meet once needs SEQPACKET
        "A stream does not reach a socket of packets: ECONNRESET"
        from "virtio_transport_recv_pkt: VIRTIO_VSOCK_TYPE";
    nobody_listens once
        "Nobody listens there: ECONNRESET"
        from "virtio_transport_recv_pkt: virtio_transport_reset_no_sock";
    accept_refused once
        "accept on a socket that does not listen: EINVAL; nobody there, non-blocking: EAGAIN; with SO_RCVTIMEO: EAGAIN in time"
        from "vsock_accept";
    backlog once
        "A full queue resets who comes"
        from "virtio_transport_recv_listen: sk_acceptq_is_full";
    end_of_stream once
        "After the peer's close, or its SHUT_WR, what was sent is read, then the end"
        from "vsock_connectible_recvmsg";
    write_after_close once
        "Writing to a peer that has gone: EPIPE"
        from "vsock_connectible_sendmsg: peer_shutdown";
    shutdown_both_ways once
        "shutdown: SHUT_WR ends one way and leaves the other; without a connection ENOTCONN; another direction EINVAL"
        from "vsock_shutdown";
    not_connected once
        "send and recv without a connection: ENOTCONN"
        from "vsock_connectible_sendmsg, vsock_connectible_recvmsg";
    peek once
        "MSG_PEEK looks at a stream and leaves it"
        from "vsock_connectible_recvmsg: virtio_transport_stream_do_peek";
    out_of_band once
        "MSG_OOB: EOPNOTSUPP"
        from "vsock_connectible_sendmsg, vsock_connectible_recvmsg";
    full_buffer once
        "A sender without credit waits, non-blocking it says EAGAIN; when the peer has read it goes on"
        from "virtio_transport_get_credit; vsock_connectible_sendmsg";
    poll once
        "poll: a listener is readable when somebody has come, a connection writable, readable with data and at the end, which is RDHUP"
        from "vsock_poll";
    buffer_sizes once
        "SO_VM_SOCKETS_BUFFER_SIZE is 256 KiB, kept between _MIN_SIZE (128) and _MAX_SIZE (256 KiB), all of 64 bits"
        from "vsock(7); vsock_update_buffer_size; VSOCK_DEFAULT_BUFFER_SIZE";
    options_refused once
        "A value shorter than its type: EINVAL; an unknown option or level: ENOPROTOOPT"
        from "vsock_connectible_setsockopt, vsock_connectible_getsockopt";
    connect_timeout once
        "SO_VM_SOCKETS_CONNECT_TIMEOUT is 2 s, which 0 restores; a time that is none: ERANGE"
        from "vsock(7); vsock_connectible_setsockopt, vsock_set_connect_timeout";
    unread_bytes once
        "FIONREAD tells what can be read, since Linux 6.17; TIOCOUTQ what was not taken; before there were requests, to 6.13, EOPNOTSUPP"
        from "vsock_do_ioctl; sock_no_ioctl";
    pair_of_sockets once
        "socketpair makes no VSOCK sockets: EOPNOTSUPP"
        from "vsock_stream_ops: sock_no_socketpair";
}

pub(super) type Result<T> = std::result::Result<T, Stop>;

/// Two ends of a connection.
type Two<B> = (Socket<<B as Bed>::Host>, Socket<<B as Bed>::Host>);

pub(super) fn local(port: u32) -> Addr {
    Addr::Vsock(VsockAddr::new(VsockAddr::CID_LOCAL, port))
}

#[track_caller]
pub(super) fn fresh<B: Bed>(bed: &B, kind: SockType) -> Result<Socket<B::Host>> {
    Ok(Socket::new(bed.near().host, Family::VSOCK, kind)?)
}

/// Bound to a port of its own.
#[track_caller]
pub(super) fn bound<B: Bed>(bed: &B, kind: SockType) -> Result<Socket<B::Host>> {
    let socket = fresh(bed, kind)?;
    socket.bind(&local(VsockAddr::PORT_ANY))?;
    Ok(socket)
}

#[track_caller]
pub(super) fn listener<B: Bed>(bed: &B, kind: SockType, backlog: i32) -> Result<(Socket<B::Host>, Addr)> {
    let listener = bound(bed, kind)?;
    listener.listen(backlog)?;
    let addr = listener.getsockname()?;
    Ok((listener, addr))
}

/// Two ends of a connection.
#[track_caller]
fn connection<B: Bed>(bed: &B, kind: SockType) -> Result<Two<B>> {
    let (listener, addr) = listener(bed, kind, 4)?;
    let near = fresh(bed, kind)?;
    near.connect(&addr)?;
    Ok((near, listener.accept()?.0))
}

pub(super) fn stream<B: Bed>(bed: &B) -> Result<Two<B>> {
    connection(bed, SockType::STREAM)
}

#[track_caller]
pub(super) fn vsock_of(addr: &Addr) -> Result<VsockAddr> {
    match addr {
        Addr::Vsock(addr) => Ok(*addr),
        other => Err(Stop::failed(&format!("{other} is no address of VSOCK"))),
    }
}

fn what_it_is<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed, SockType::STREAM)?;
    same("SO_DOMAIN", socket.getsockopt(SO_DOMAIN)?, Family::VSOCK)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::STREAM)?;
    same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, Protocol::DEFAULT)
}

fn types_and_protocols<B: Bed>(bed: &B) -> Outcome {
    let make = |kind, protocol| {
        Socket::with_protocol(bed.near().host, Family::VSOCK, kind, Protocol::from_raw(protocol)).map(drop)
    };
    for kind in [SockType::STREAM, SockType::SEQPACKET] {
        make(kind, 0)?;
        make(kind, c::PF_VSOCK)?;
        fails(make(kind, 6), Errno::EPROTONOSUPPORT)?;
    }
    fails(make(SockType::RAW, 0), Errno::ESOCKTNOSUPPORT)?;
    fails(make(SockType::RDM, 0), Errno::ESOCKTNOSUPPORT)?;
    fails(make(SockType::DGRAM, 0), Errno::ENODEV)
}

fn both_ways<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = stream(bed)?;
    near.sendall(b"to ")?;
    near.sendall(b"there")?;
    far.sendall(b"and back")?;
    receives(&near, b"and back")?;
    becomes(&far, PollEvents::IN)?;
    let mut got = Vec::new();
    while got.len() < 8 {
        got.extend(far.recv_vec(3)?);
    }
    same("data", got, b"to there".to_vec())?;
    let sender = near.try_clone()?;
    let big: Vec<u8> = (0..1_000_000_u32).map(|index| index as u8).collect();
    let data = big.clone();
    let thread = bed.near().host.spawn("sender", move || sender.sendall(&data));
    let mut got = Vec::new();
    while got.len() < big.len() {
        got.extend(far.recv_vec(65_536)?);
    }
    joins(thread)??;
    holds("a million bytes arrive as they were sent", got == big)
}

fn packets_keep_their_ends<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = connection(bed, SockType::SEQPACKET)?;
    for packet in [&b"one"[..], b"", b"three", &[7; 1_000]] {
        same("send", near.send(packet)?, packet.len())?;
    }
    for packet in [&b"one"[..], b"three"] {
        same("packet", far.recv_vec(100)?, packet.to_vec())?;
    }
    same("recv with MSG_TRUNC", far.recv_with(&mut [0; 10], MsgFlags::TRUNC)?, 1_000)?;
    near.send(b"cut")?;
    near.send(b"next")?;
    same("cut", far.recv_vec(2)?, b"cu".to_vec())?;
    receives(&far, b"next")
}

fn types_do_not_meet<B: Bed>(bed: &B) -> Outcome {
    let (_listener, addr) = listener(bed, SockType::SEQPACKET, 4)?;
    fails(fresh(bed, SockType::STREAM)?.connect(&addr), Errno::ECONNRESET)
}

fn nobody_listens<B: Bed>(bed: &B) -> Outcome {
    let free = bound(bed, SockType::STREAM)?;
    let near = fresh(bed, SockType::STREAM)?;
    fails(near.connect(&free.getsockname()?), Errno::ECONNRESET)?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, None)?;
    fails(near.getpeername(), Errno::ENOTCONN)?;
    // It may try again.
    let (_listener, addr) = listener(bed, SockType::STREAM, 1)?;
    Ok(near.connect(&addr)?)
}

fn accept_refused<B: Bed>(bed: &B) -> Outcome {
    fails(bound(bed, SockType::STREAM)?.accept(), Errno::EINVAL)?;
    let (listener, _addr) = listener(bed, SockType::STREAM, 1)?;
    listener.setblocking(false)?;
    fails(listener.accept(), Errno::EAGAIN)?;
    let host = bed.near().host;
    let time = Duration::from_millis(200);
    listener.settimeout(Some(time))?;
    takes_between(host, time / 2, time * 20, || times_out(listener.accept()))?
}

fn backlog<B: Bed>(bed: &B) -> Outcome {
    let (_listener, addr) = listener(bed, SockType::STREAM, 1)?;
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let near = fresh(bed, SockType::STREAM)?;
            near.connect(&addr)?;
            Ok(near)
        })
        .collect::<Result<_>>()?;
    fails(fresh(bed, SockType::STREAM)?.connect(&addr), Errno::ECONNRESET)?;
    drop(waiting);
    Ok(())
}

fn end_of_stream<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = stream(bed)?;
    near.sendall(b"last")?;
    near.shutdown(Shutdown::Write)?;
    receives(&far, b"last")?;
    ends(&far)?;
    far.sendall(b"answer")?;
    receives(&near, b"answer")?;
    far.sendall(b"bye")?;
    drop(far);
    receives(&near, b"bye")?;
    ends(&near)
}

fn write_after_close<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = stream(bed)?;
    drop(far);
    becomes(&near, PollEvents::RDHUP)?;
    fails(near.send(b"x"), Errno::EPIPE)?;
    ends(&near)
}

fn shutdown_both_ways<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = stream(bed)?;
    near.shutdown(Shutdown::Write)?;
    fails(near.send(b"x"), Errno::EPIPE)?;
    far.sendall(b"still")?;
    receives(&near, b"still")?;
    near.shutdown(Shutdown::Read)?;
    ends(&near)?;
    for socket in [fresh(bed, SockType::STREAM)?, bound(bed, SockType::STREAM)?] {
        fails(socket.shutdown(Shutdown::Both), Errno::ENOTCONN)?;
    }
    Ok(())
}

fn not_connected<B: Bed>(bed: &B) -> Outcome {
    for socket in [fresh(bed, SockType::STREAM)?, bound(bed, SockType::STREAM)?] {
        fails(socket.send(b"x"), Errno::ENOTCONN)?;
        fails(socket.recv(&mut [0]), Errno::ENOTCONN)?;
    }
    Ok(())
}

fn peek<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = stream(bed)?;
    near.sendall(b"look")?;
    becomes(&far, PollEvents::IN)?;
    let mut buf = [0; 8];
    same("peek", far.recv_with(&mut buf, MsgFlags::PEEK)?, 4)?;
    same("data", &buf[..4], b"look")?;
    receives(&far, b"look")
}

fn out_of_band<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = stream(bed)?;
    fails(near.send_with(b"x", MsgFlags::OOB), Errno::EOPNOTSUPP)?;
    fails(far.recv_with(&mut [0], MsgFlags::OOB | MsgFlags::DONTWAIT), Errno::EOPNOTSUPP)
}

fn full_buffer<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = stream(bed)?;
    near.setblocking(false)?;
    let mut sent = 0;
    loop {
        match near.send(&[7; 10_000]) {
            Ok(count) => sent += count,
            Err(error) if error == Errno::EAGAIN => break,
            Err(error) => return Err(error.into()),
        }
        holds("there is an end to it", sent < 10_000_000)?;
    }
    holds("the peer's buffer is used", sent >= 100_000)?;
    polls(&near, PollEvents::empty())?;
    let mut got = 0;
    while got < sent {
        got += far.recv(&mut [0; 65_536])?;
    }
    becomes(&near, PollEvents::OUT)?;
    holds("there is room again", near.send(b"more")? == 4)
}

fn poll<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = listener(bed, SockType::STREAM, 1)?;
    polls(&listener, PollEvents::empty())?;
    let near = fresh(bed, SockType::STREAM)?;
    near.connect(&addr)?;
    becomes(&listener, PollEvents::IN)?;
    let (far, _) = listener.accept()?;
    polls(&near, PollEvents::OUT)?;
    far.sendall(b"x")?;
    becomes(&near, PollEvents::IN)?;
    polls(&near, PollEvents::IN | PollEvents::OUT)?;
    receives(&near, b"x")?;
    drop(far);
    becomes(&near, PollEvents::RDHUP)?;
    polls(&near, PollEvents::IN | PollEvents::RDHUP | PollEvents::OUT)
}

fn get_u64<H: Host>(socket: &Socket<H>, option: i32) -> Result<u64> {
    let mut value = [0; 8];
    same("bytes", socket.getsockopt_raw(c::AF_VSOCK, option, &mut value)?, 8)?;
    Ok(u64::from_ne_bytes(value))
}

fn buffer_sizes<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed, SockType::STREAM)?;
    let options = [c::SO_VM_SOCKETS_BUFFER_SIZE, c::SO_VM_SOCKETS_BUFFER_MIN_SIZE, c::SO_VM_SOCKETS_BUFFER_MAX_SIZE];
    let sizes = || -> Result<Vec<u64>> { options.iter().map(|&option| get_u64(&socket, option)).collect() };
    let set = |option, value: u64| socket.setsockopt_raw(c::AF_VSOCK, option, &value.to_ne_bytes());
    same("by default", sizes()?, vec![262_144, 128, 262_144])?;
    set(c::SO_VM_SOCKETS_BUFFER_SIZE, 1_000)?;
    same("within the bounds", sizes()?, vec![1_000, 128, 262_144])?;
    set(c::SO_VM_SOCKETS_BUFFER_SIZE, 1 << 40)?;
    same("above them", sizes()?, vec![262_144, 128, 262_144])?;
    set(c::SO_VM_SOCKETS_BUFFER_SIZE, 0)?;
    same("below them", sizes()?, vec![128, 128, 262_144])?;
    set(c::SO_VM_SOCKETS_BUFFER_MIN_SIZE, 4_096)?;
    same("a higher least size", sizes()?, vec![4_096, 4_096, 262_144])?;
    set(c::SO_VM_SOCKETS_BUFFER_MAX_SIZE, 1 << 20)?;
    set(c::SO_VM_SOCKETS_BUFFER_SIZE, 1 << 20)?;
    same("a higher most size", sizes()?, vec![1 << 20, 4_096, 1 << 20])
}

fn options_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed, SockType::STREAM)?;
    for len in [0, 4, 7] {
        let value = vec![0; len];
        fails(socket.setsockopt_raw(c::AF_VSOCK, c::SO_VM_SOCKETS_BUFFER_SIZE, &value), Errno::EINVAL)?;
        fails(socket.getsockopt_raw(c::AF_VSOCK, c::SO_VM_SOCKETS_BUFFER_SIZE, &mut vec![0; len]), Errno::EINVAL)?;
    }
    for (level, option) in [(c::AF_VSOCK, 99), (6, 1)] {
        fails(socket.setsockopt_raw(level, option, &[0; 8]), Errno::ENOPROTOOPT)?;
        fails(socket.getsockopt_raw(level, option, &mut [0; 8]), Errno::ENOPROTOOPT)?;
    }
    Ok(())
}

fn connect_timeout<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed, SockType::STREAM)?;
    let get = || -> Result<[i64; 2]> {
        let mut value = [0; 16];
        socket.getsockopt_raw(c::AF_VSOCK, c::SO_VM_SOCKETS_CONNECT_TIMEOUT, &mut value)?;
        let (parts, _) = value.as_chunks();
        Ok([i64::from_ne_bytes(parts[0]), i64::from_ne_bytes(parts[1])])
    };
    let set = |time: [i64; 2]| {
        let value = [time[0].to_ne_bytes(), time[1].to_ne_bytes()].concat();
        socket.setsockopt_raw(c::AF_VSOCK, c::SO_VM_SOCKETS_CONNECT_TIMEOUT, &value)
    };
    same("by default", get()?, [2, 0])?;
    set([5, 500_000])?;
    same("5.5 s", get()?, [5, 500_000])?;
    for none in [[-1, 0], [1, 1_000_000]] {
        fails(set(none), Errno::ERANGE)?;
    }
    same("unchanged", get()?, [5, 500_000])?;
    set([0, 0])?;
    same("restored", get()?, [2, 0])
}

fn unread_bytes<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = stream(bed)?;
    near.sendall(b"seven b")?;
    becomes(&far, PollEvents::IN)?;
    let mut count = [0; 4];
    if bed.kernel() < (6, 14) {
        return fails(far.ioctl(libc::FIONREAD, &mut count), Errno::EOPNOTSUPP);
    }
    if bed.kernel() < (6, 17) {
        return fails(far.ioctl(libc::FIONREAD, &mut count), Errno::ENOTTY);
    }
    far.ioctl(libc::FIONREAD, &mut count)?;
    same("FIONREAD", i32::from_ne_bytes(count), 7)?;
    receives(&far, b"seven b")?;
    far.ioctl(libc::FIONREAD, &mut count)?;
    same("FIONREAD", i32::from_ne_bytes(count), 0)?;
    far.ioctl(libc::TIOCOUTQ, &mut count)?;
    same("TIOCOUTQ", i32::from_ne_bytes(count), 0)
}

fn pair_of_sockets<B: Bed>(bed: &B) -> Outcome {
    fails(Socket::pair(bed.near().host, Family::VSOCK, SockType::STREAM), Errno::EOPNOTSUPP)
}
