//! Qualcomm's IPC router: QIPCRTR. There is no node but this one here; the kernel keeps the list of services. net/qrtr.

use std::io::{IoSlice, IoSliceMut};

use wavetank_api::{
    Addr, Errno, Family, Host, MsgFlags, Protocol, QipcrtrAddr, RecvMsg, SendMsg, Shutdown, SockType, Socket, c,
    option::{SO_DOMAIN, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, PATIENCE, Stop, fails, holds, joins, polls, same, times_out},
    need::Need,
};

const QIPCRTR: Need = Need::socket(Family::from_raw(c::AF_QIPCRTR), SockType::DGRAM, Protocol::DEFAULT);

cases! { qipcrtr, needs QIPCRTR:
    what_it_is once
        "There are only datagrams: another type is EPROTOTYPE; there are no pairs: EOPNOTSUPP"
        from "qrtr_create; qrtr_proto_ops";
    fresh_names once
        "A fresh socket has the number of its node, and no port (0); no peer: ENOTCONN"
        from "qrtr_getname, qrtr_create: qrtr_local_nid";
    bind_any_port once
        "Port 0 gets a free one, from 0x4000 to 0x7fff"
        from "qrtr_port_assign: QRTR_MIN_EPH_SOCKET, QRTR_MAX_EPH_SOCKET";
    bind_a_port once
        "A port that is free is bound to; one that is taken: EADDRINUSE; the own one again: nothing changes"
        from "qrtr_port_assign, __qrtr_bind";
    bind_again once
        "A socket with a port may get another one"
        from "__qrtr_bind: SOCK_ZAPPED, or another port";
    bind_refused once
        "A short address, another family or another node: EINVAL"
        from "qrtr_bind";
    control_port_is_taken once
        "The control port is the name service's: EADDRINUSE"
        from "qrtr_port_assign: QRTR_PORT_CTRL; net/qrtr/ns.c";
    to_another_socket once
        "A message reaches the socket of the port, with the sender's node and port"
        from "qrtr_local_enqueue, qrtr_recvmsg";
    to_itself once
        "A socket cannot send to itself: ENODEV"
        from "qrtr_local_enqueue: &ipc->sk == skb->sk";
    sends_unbound once
        "sendto gives a socket without a port one"
        from "qrtr_sendmsg: qrtr_autobind";
    connected once
        "A connected socket sends with send and tells its peer; connecting gives it a port, and can be done anew"
        from "qrtr_connect";
    connect_refused once
        "A short address or another family: EINVAL"
        from "qrtr_connect";
    not_connected once
        "send without a peer: ENOTCONN"
        from "qrtr_sendmsg: sk->sk_state != TCP_ESTABLISHED";
    sendto_refused once
        "sendto a short address or another family: EINVAL"
        from "qrtr_sendmsg";
    nobody_there once
        "To a port that nobody has: ENODEV"
        from "qrtr_local_enqueue: !ipc";
    no_such_node once
        "To a node that is not known: ECONNRESET"
        from "qrtr_sendmsg: qrtr_node_lookup";
    too_long once
        "A message of more than 65535 bytes: EMSGSIZE; 65535 and none at all pass"
        from "qrtr_sendmsg: len > 65535";
    every_length once
        "The boundaries of messages are kept"
        from "qrtr_recvmsg";
    a_short_buffer once
        "What does not fit into the buffer is lost, MSG_TRUNC tells it"
        from "qrtr_recvmsg";
    receives_unbound once
        "recv on a socket without a port: EADDRNOTAVAIL"
        from "qrtr_recvmsg: SOCK_ZAPPED";
    send_flags once
        "send knows MSG_DONTWAIT and no other flag: EINVAL"
        from "qrtr_sendmsg: msg_flags";
    everybody once
        "A message to every node, other than to its control port: ENOTCONN"
        from "qrtr_sendmsg: QRTR_NODE_BCAST";
    lookup_of_nothing once
        "A look-up of a service that nobody has is answered with the end of the list"
        from "net/qrtr/ns.c ctrl_cmd_new_lookup";
    server_is_announced once
        "A server that is told to the name service is told to who looks for it: service, instance, node, port; and when it goes"
        from "net/qrtr/ns.c ctrl_cmd_new_server, ctrl_cmd_del_server, lookup_notify";
    closing_is_told once
        "When a server's socket is closed, who looks for it is told"
        from "net/qrtr/ns.c ctrl_cmd_del_client; qrtr_port_remove";
    wakes_who_waits once
        "A recv that waits is woken by a message; a timeout is kept"
        from "qrtr_recvmsg";
    unread_bytes once
        "FIONREAD tells the length of the next message, TIOCOUTQ the room of the send buffer"
        from "qrtr_ioctl: TIOCINQ, TIOCOUTQ";
    not_a_stream once
        "listen, accept, shutdown and options of a protocol: EOPNOTSUPP"
        from "qrtr_proto_ops";
}

type Result<T> = std::result::Result<T, Stop>;

fn at(node: u32, port: u32) -> Addr {
    Addr::Qipcrtr(QipcrtrAddr { node, port })
}

#[track_caller]
fn fresh<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    Ok(Socket::new(bed.near().host, QIPCRTR.family, SockType::DGRAM)?)
}

#[track_caller]
fn name_of<H: Host>(socket: &Socket<H>) -> Result<QipcrtrAddr> {
    match socket.getsockname()? {
        Addr::Qipcrtr(addr) => Ok(addr),
        other => Err(Stop::failed(&format!("{other} is no address of QIPCRTR"))),
    }
}

/// This machine.
fn node<B: Bed>(bed: &B) -> Result<u32> {
    Ok(name_of(&fresh(bed)?)?.node)
}

/// With a port of its own.
#[track_caller]
fn bound<B: Bed>(bed: &B) -> Result<(Socket<B::Host>, QipcrtrAddr)> {
    let socket = fresh(bed)?;
    socket.bind(&at(node(bed)?, 0))?;
    let name = name_of(&socket)?;
    Ok((socket, name))
}

#[track_caller]
fn gets<H: Host>(socket: &Socket<H>, expected: &[u8]) -> Result<Addr> {
    socket.settimeout(Some(PATIENCE))?;
    let mut buf = vec![0; 70_000];
    let (count, from) = socket.recvfrom(&mut buf)?;
    socket.settimeout(None)?;
    if buf[..count] == *expected { Ok(from) } else { Err(Stop::failed(&format!("{count} bytes came from {from}"))) }
}

fn what_it_is<B: Bed>(bed: &B) -> Outcome {
    let make =
        |kind, protocol| Socket::with_protocol(bed.near().host, QIPCRTR.family, kind, Protocol::from_raw(protocol));
    let socket = make(SockType::DGRAM, 0)?;
    same("SO_DOMAIN", socket.getsockopt(SO_DOMAIN)?, QIPCRTR.family)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::DGRAM)?;
    for kind in [SockType::STREAM, SockType::RAW, SockType::SEQPACKET] {
        fails(make(kind, 0), Errno::EPROTOTYPE)?;
    }
    fails(Socket::pair(bed.near().host, QIPCRTR.family, SockType::DGRAM), Errno::EOPNOTSUPP)
}

fn fresh_names<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    let name = name_of(&socket)?;
    same("port", name.port, 0)?;
    same("the node of all sockets", name_of(&fresh(bed)?)?.node, name.node)?;
    fails(socket.getpeername(), Errno::ENOTCONN)
}

fn bind_any_port<B: Bed>(bed: &B) -> Outcome {
    let ((_one, one), (_two, two)) = (bound(bed)?, bound(bed)?);
    for name in [one, two] {
        holds(&format!("{} is from 0x4000 to 0x7fff", name.port), (0x4000..=0x7fff).contains(&name.port))?;
    }
    holds("ports differ", one.port != two.port)
}

fn bind_a_port<B: Bed>(bed: &B) -> Outcome {
    // Below those that are given to who asks for none.
    let (one, two, addr) = (fresh(bed)?, fresh(bed)?, at(node(bed)?, 0x3001));
    one.bind(&addr)?;
    fails(two.bind(&addr), Errno::EADDRINUSE)?;
    one.bind(&addr)?;
    drop(one);
    two.bind(&addr)?;
    same("getsockname", two.getsockname()?, addr)
}

fn bind_again<B: Bed>(bed: &B) -> Outcome {
    let (socket, name) = bound(bed)?;
    let other = at(name.node, 0x3002);
    socket.bind(&other)?;
    same("getsockname", socket.getsockname()?, other)
}

fn bind_refused<B: Bed>(bed: &B) -> Outcome {
    let (socket, node) = (fresh(bed)?, node(bed)?);
    for len in 0..10 {
        let bytes = [&[0; 2][..], &node.to_ne_bytes(), &[0; 4]].concat()[..len].into();
        fails(socket.bind(&Addr::Raw { family: c::AF_QIPCRTR as u16, bytes }), Errno::EINVAL)?;
    }
    fails(socket.bind(&Addr::ANY_V4), Errno::EINVAL)?;
    fails(socket.bind(&Addr::ANY_V6), Errno::EINVAL)?;
    fails(socket.bind(&at(node + 1, 0)), Errno::EINVAL)?;
    fails(socket.bind(&at(QipcrtrAddr::NODE_BCAST, 0)), Errno::EINVAL)
}

fn control_port_is_taken<B: Bed>(bed: &B) -> Outcome {
    let (socket, node) = (fresh(bed)?, node(bed)?);
    fails(socket.bind(&at(node, QipcrtrAddr::PORT_CTRL)), Errno::EADDRINUSE)
}

fn to_another_socket<B: Bed>(bed: &B) -> Outcome {
    let ((near, here), (far, there)) = (bound(bed)?, bound(bed)?);
    same("sendto", near.sendto(b"hello", &Addr::Qipcrtr(there))?, 5)?;
    same("from", gets(&far, b"hello")?, Addr::Qipcrtr(here))?;
    same("sendto", far.sendto(b"and back", &Addr::Qipcrtr(here))?, 8)?;
    same("from", gets(&near, b"and back")?, Addr::Qipcrtr(there))
}

fn to_itself<B: Bed>(bed: &B) -> Outcome {
    let (socket, name) = bound(bed)?;
    fails(socket.sendto(b"me", &Addr::Qipcrtr(name)), Errno::ENODEV)
}

fn sends_unbound<B: Bed>(bed: &B) -> Outcome {
    let (near, (far, there)) = (fresh(bed)?, bound(bed)?);
    near.sendto(b"x", &Addr::Qipcrtr(there))?;
    let from = gets(&far, b"x")?;
    same("from", from, near.getsockname()?)?;
    holds("it has a port", name_of(&near)?.port >= 0x4000)
}

fn connected<B: Bed>(bed: &B) -> Outcome {
    let (near, (far, there), (third, other)) = (fresh(bed)?, bound(bed)?, bound(bed)?);
    near.connect(&Addr::Qipcrtr(there))?;
    holds("it has a port", name_of(&near)?.port >= 0x4000)?;
    same("getpeername", near.getpeername()?, Addr::Qipcrtr(there))?;
    near.send(b"by send")?;
    gets(&far, b"by send")?;
    near.connect(&Addr::Qipcrtr(other))?;
    near.send(b"to another")?;
    gets(&third, b"to another")?;
    // An address goes before the peer, and anybody is heard.
    near.sendto(b"by address", &Addr::Qipcrtr(there))?;
    gets(&far, b"by address")?;
    far.sendto(b"no peer", &near.getsockname()?)?;
    gets(&near, b"no peer").map(drop)
}

fn connect_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    for len in 0..10 {
        let bytes = vec![0; len].into();
        fails(socket.connect(&Addr::Raw { family: c::AF_QIPCRTR as u16, bytes }), Errno::EINVAL)?;
    }
    fails(socket.connect(&Addr::ANY_V4), Errno::EINVAL)?;
    fails(socket.connect(&Addr::Unspec), Errno::EINVAL)?;
    fails(socket.getpeername(), Errno::ENOTCONN)
}

fn not_connected<B: Bed>(bed: &B) -> Outcome {
    fails(fresh(bed)?.send(b"x"), Errno::ENOTCONN)?;
    fails(bound(bed)?.0.send(b"x"), Errno::ENOTCONN)
}

fn sendto_refused<B: Bed>(bed: &B) -> Outcome {
    let (socket, _) = bound(bed)?;
    for len in 0..10 {
        let addr = Addr::Raw { family: c::AF_QIPCRTR as u16, bytes: vec![0; len].into() };
        fails(socket.sendto(b"x", &addr), Errno::EINVAL)?;
    }
    fails(socket.sendto(b"x", &Addr::ANY_V4), Errno::EINVAL)?;
    fails(socket.sendto(b"x", &Addr::ANY_V6), Errno::EINVAL)
}

fn nobody_there<B: Bed>(bed: &B) -> Outcome {
    let (socket, name) = bound(bed)?;
    fails(socket.sendto(b"x", &at(name.node, 0x3003)), Errno::ENODEV)
}

fn no_such_node<B: Bed>(bed: &B) -> Outcome {
    let (socket, name) = bound(bed)?;
    fails(socket.sendto(b"x", &at(name.node + 7, 0x4000)), Errno::ECONNRESET)
}

fn too_long<B: Bed>(bed: &B) -> Outcome {
    let ((near, _), (far, there)) = (bound(bed)?, bound(bed)?);
    let there = Addr::Qipcrtr(there);
    fails(near.sendto(&vec![1; 65_536], &there), Errno::EMSGSIZE)?;
    for len in [65_535, 0] {
        same("sendto", near.sendto(&vec![1; len], &there)?, len)?;
        gets(&far, &vec![1; len])?;
    }
    Ok(())
}

fn every_length<B: Bed>(bed: &B) -> Outcome {
    let ((near, _), (far, there)) = (bound(bed)?, bound(bed)?);
    let message = |len: usize| (0..len).map(|index| (index + len) as u8).collect::<Vec<_>>();
    for len in [1, 2, 3, 4, 5, 7, 100, 1_001] {
        same("sendto", near.sendto(&message(len), &Addr::Qipcrtr(there))?, len)?;
    }
    for len in [1, 2, 3, 4, 5, 7, 100, 1_001] {
        gets(&far, &message(len))?;
    }
    Ok(())
}

fn a_short_buffer<B: Bed>(bed: &B) -> Outcome {
    let ((near, _), (far, there)) = (bound(bed)?, bound(bed)?);
    let parts = [IoSlice::new(b"too "), IoSlice::new(b"long")];
    near.sendmsg(&SendMsg::new(&parts).to(&Addr::Qipcrtr(there)), MsgFlags::empty())?;
    let mut buf = [0; 5];
    let mut bufs = [IoSliceMut::new(&mut buf)];
    let mut msg = RecvMsg::new(&mut bufs);
    same("recvmsg", far.recvmsg(&mut msg, MsgFlags::empty())?, 5)?;
    same("flags", msg.flags, MsgFlags::TRUNC)?;
    same("data", &buf, b"too l")?;
    fails(far.recv_with(&mut [0; 8], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn receives_unbound<B: Bed>(bed: &B) -> Outcome {
    fails(fresh(bed)?.recv(&mut [0; 8]), Errno::EADDRNOTAVAIL)
}

fn send_flags<B: Bed>(bed: &B) -> Outcome {
    let ((near, _), (far, there)) = (bound(bed)?, bound(bed)?);
    let there = Addr::Qipcrtr(there);
    for flag in [MsgFlags::OOB, MsgFlags::CONFIRM, MsgFlags::DONTROUTE, MsgFlags::EOR] {
        fails(near.sendto_with(b"x", flag, &there), Errno::EINVAL)?;
    }
    same("sendto", near.sendto_with(b"x", MsgFlags::DONTWAIT, &there)?, 1)?;
    gets(&far, b"x").map(drop)
}

fn everybody<B: Bed>(bed: &B) -> Outcome {
    let (socket, _) = bound(bed)?;
    fails(socket.sendto(b"x", &at(QipcrtrAddr::NODE_BCAST, 0x4000)), Errno::ENOTCONN)
}

/// `struct qrtr_ctrl_pkt`: what is said to and by the name service, little-endian everywhere.
fn control(command: i32, rest: [u32; 4]) -> Vec<u8> {
    let rest = rest.iter().flat_map(|number| number.to_le_bytes());
    (command as u32).to_le_bytes().into_iter().chain(rest).collect()
}

/// A service that no other case uses.
fn service(case: u32) -> u32 {
    0x7700_0000 + case
}

/// Says this to the name service.
#[track_caller]
fn tells<B: Bed>(bed: &B, socket: &Socket<B::Host>, command: i32, rest: [u32; 4]) -> Outcome {
    let message = control(command, rest);
    same("sendto", socket.sendto(&message, &at(node(bed)?, QipcrtrAddr::PORT_CTRL))?, message.len())
}

fn lookup_of_nothing<B: Bed>(bed: &B) -> Outcome {
    let (socket, name) = bound(bed)?;
    tells(bed, &socket, c::QRTR_TYPE_NEW_LOOKUP, [service(1), 0, 0, 0])?;
    let from = gets(&socket, &control(c::QRTR_TYPE_NEW_SERVER, [0; 4]))?;
    same("from", from, at(name.node, QipcrtrAddr::PORT_CTRL))
}

fn server_is_announced<B: Bed>(bed: &B) -> Outcome {
    let ((client, _), (server, name)) = (bound(bed)?, bound(bed)?);
    let served = [service(2), 0x0102, name.node, name.port];
    tells(bed, &client, c::QRTR_TYPE_NEW_LOOKUP, [service(2), 0, 0, 0])?;
    gets(&client, &control(c::QRTR_TYPE_NEW_SERVER, [0; 4]))?;
    tells(bed, &server, c::QRTR_TYPE_NEW_SERVER, served)?;
    gets(&client, &control(c::QRTR_TYPE_NEW_SERVER, served))?;
    // Who comes later gets the list, and its end.
    let (late, _) = bound(bed)?;
    tells(bed, &late, c::QRTR_TYPE_NEW_LOOKUP, [service(2), 0x0102, 0, 0])?;
    gets(&late, &control(c::QRTR_TYPE_NEW_SERVER, served))?;
    gets(&late, &control(c::QRTR_TYPE_NEW_SERVER, [0; 4]))?;
    tells(bed, &server, c::QRTR_TYPE_DEL_SERVER, served)?;
    for client in [&client, &late] {
        gets(client, &control(c::QRTR_TYPE_DEL_SERVER, served))?;
    }
    Ok(())
}

fn closing_is_told<B: Bed>(bed: &B) -> Outcome {
    let ((client, _), (server, name)) = (bound(bed)?, bound(bed)?);
    let served = [service(3), 1, name.node, name.port];
    tells(bed, &server, c::QRTR_TYPE_NEW_SERVER, served)?;
    tells(bed, &client, c::QRTR_TYPE_NEW_LOOKUP, [service(3), 0, 0, 0])?;
    gets(&client, &control(c::QRTR_TYPE_NEW_SERVER, served))?;
    gets(&client, &control(c::QRTR_TYPE_NEW_SERVER, [0; 4]))?;
    drop(server);
    gets(&client, &control(c::QRTR_TYPE_DEL_SERVER, served)).map(drop)
}

fn wakes_who_waits<B: Bed>(bed: &B) -> Outcome {
    let ((near, _), (far, there)) = (bound(bed)?, bound(bed)?);
    far.settimeout(Some(std::time::Duration::from_millis(50)))?;
    times_out(far.recv(&mut [0; 8]))?;
    far.settimeout(None)?;
    let waiting = far.try_clone()?;
    let thread = bed.near().host.spawn("waits", move || waiting.recv_vec(8));
    bed.settle();
    near.sendto(b"wake", &Addr::Qipcrtr(there))?;
    same("recv", joins(thread)??, b"wake".to_vec())
}

fn unread_bytes<B: Bed>(bed: &B) -> Outcome {
    use wavetank_api::{PollEvents, option::SO_SNDBUF};
    let ((near, _), (far, there)) = (bound(bed)?, bound(bed)?);
    polls(&far, PollEvents::OUT)?;
    for message in [&b"three"[..], b"and more"] {
        near.sendto(message, &Addr::Qipcrtr(there))?;
    }
    polls(&far, PollEvents::IN | PollEvents::OUT)?;
    let mut count = [0; 4];
    far.ioctl(libc::FIONREAD, &mut count)?;
    same("FIONREAD", i32::from_ne_bytes(count), 5)?;
    far.ioctl(libc::TIOCOUTQ, &mut count)?;
    same("TIOCOUTQ", i32::from_ne_bytes(count), far.getsockopt(SO_SNDBUF)?)
}

fn not_a_stream<B: Bed>(bed: &B) -> Outcome {
    let (socket, _) = bound(bed)?;
    fails(socket.listen(1), Errno::EOPNOTSUPP)?;
    fails(socket.accept(), Errno::EOPNOTSUPP)?;
    fails(socket.shutdown(Shutdown::Both), Errno::EOPNOTSUPP)?;
    fails(socket.setsockopt_raw(6, 1, &[0; 4]), Errno::EOPNOTSUPP)
}
