//! TIPC's connections, `SOCK_STREAM` and `SOCK_SEQPACKET`, and its topology service.

use std::time::Duration;

use wavetank_api::{Addr, Errno, MsgFlags, PollEvents, Protocol, Shutdown, SockType, Socket, TipcAddr, TipcName};

use super::tipc::{CLUSTER, TIPC, TIPC_CONN_TIMEOUT, id_of, name, socket};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, receives, same, takes},
    need::Need,
};

const SEQPACKET: Need = Need::socket(TIPC, SockType::SEQPACKET, Protocol::DEFAULT);

cases! { tipc::connect, needs SEQPACKET:
    pairs apart
        "socketpair makes two connected ones of every type, also of those without connections"
        from "tipc_socketpair";
    boundaries apart
        "SEQPACKET keeps messages apart, STREAM does not"
        from "tipc_recvmsg, tipc_recvstream";
    waits_for_accept apart
        "connect waits until the connection is accepted; in non-blocking mode: EINPROGRESS, then EALREADY, then writable"
        from "tipc_connect; tipc_accept sends the first acknowledgement";
    addresses_are_ids apart
        "Both ends are known by their ids; the listener's is not the accepted one's"
        from "tipc_getname";
    times_out apart
        "Nobody accepts: ETIMEDOUT after TIPC_CONN_TIMEOUT; but the connection waits in the queue, and accept makes it one after all"
        from "tipc_wait_for_connect; tipc_accept";
    not_listening apart
        "The id of a socket that does not listen: ECONNREFUSED; a name that nobody has: EHOSTUNREACH"
        from "tipc_sk_filter_rcv: TIPC_ERR_NO_PORT; tipc_sk_filter_connect";
    no_range apart
        "connect to a range: EINVAL; without a listener, listen of a connected socket and bind of one: EINVAL"
        from "tipc_connect, tipc_listen, tipc_bind";
    connected_already apart
        "connect again: EISCONN"
        from "tipc_connect: TIPC_ESTABLISHED";
    the_address_is_not_looked_at apart
        "sendto on a connection goes to the peer, whatever the address"
        from "tipc_sendstream: dest is only used before a connection";
    closing apart
        "After the peer's close what it sent is read, then ECONNRESET, each time; only shutdown ends a connection in order"
        from "tipc_release: TIPC_ERR_NO_PORT, tipc_shutdown: TIPC_CONN_SHUTDOWN; tipc_recvmsg, tipc_recvstream";
    unread_data_is_a_reset apart
        "Closed with data unread: ECONNRESET for the other side, as without"
        from "__tipc_shutdown rejects what is queued; tipc_recvstream";
    shutdown_is_both_or_nothing apart
        "shutdown takes SHUT_RDWR alone: EINVAL otherwise; ENOTCONN without a connection"
        from "tipc_shutdown";
    fresh apart
        "A socket that was never connected: send ENOTCONN, recv ENOTCONN, accept EINVAL before listen"
        from "tipc_recvstream, __tipc_sendstream, tipc_accept";
    listen_takes_no_number apart
        "listen without a name succeeds, with any backlog"
        from "tipc_listen does not look at it";
    topology_tells apart
        "A subscription to a range of names is told what is published in it, and what is withdrawn"
        from "tipc_topsrv; include/uapi/linux/tipc.h struct tipc_event";
    topology_times_out apart
        "A subscription with a time ends with TIPC_SUBSCR_TIMEOUT"
        from "tipc_sub_timeout";
    topology_refuses_nonsense apart
        "What is no subscription ends the connection to the service"
        from "tipc_conn_rcv_from_sock";
}

const SERVICE: u32 = 1_000;
const KINDS: [SockType; 2] = [SockType::STREAM, SockType::SEQPACKET];

fn listener<B: Bed>(bed: &B, kind: SockType) -> Result<Socket<B::Host>, Stop> {
    let listener = socket(bed, kind)?;
    listener.bind(&name(SERVICE, 1))?;
    listener.listen(5)?;
    Ok(listener)
}

/// A connection: the side that connected, and the accepted one.
fn connected<B: Bed>(bed: &B, kind: SockType) -> Result<[Socket<B::Host>; 2], Stop> {
    let listener = listener(bed, kind)?;
    let client = socket(bed, kind)?;
    client.setblocking(false)?;
    fails(client.connect(&name(SERVICE, 1)), Errno::EINPROGRESS)?;
    let (server, _) = listener.accept()?;
    becomes(&client, PollEvents::OUT)?;
    client.setblocking(true)?;
    Ok([client, server])
}

fn pairs<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::STREAM, SockType::SEQPACKET, SockType::RDM, SockType::DGRAM] {
        let (left, right) = Socket::pair(bed.near().host, TIPC, kind)?;
        same("getpeername", id_of(&left.getpeername()?)?, id_of(&right.getsockname()?)?)?;
        same("send", left.send(b"right")?, 5)?;
        receives(&right, b"right")?;
        right.send(b"left")?;
        receives(&left, b"left")?;
    }
    Ok(())
}

fn boundaries<B: Bed>(bed: &B) -> Outcome {
    let [client, server] = connected(bed, SockType::SEQPACKET)?;
    client.send(b"one")?;
    client.send(b"two")?;
    receives(&server, b"one")?;
    receives(&server, b"two")?;
    let [client, server] = connected(bed, SockType::STREAM)?;
    client.send(b"one")?;
    client.send(b"two")?;
    receives(&server, b"onetwo")
}

fn waits_for_accept<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let listener = listener(bed, kind)?;
        let client = socket(bed, kind)?;
        client.setblocking(false)?;
        fails(client.connect(&name(SERVICE, 1)), Errno::EINPROGRESS)?;
        fails(client.connect(&name(SERVICE, 1)), Errno::EALREADY)?;
        becomes(&listener, PollEvents::IN)?;
        let (server, from) = listener.accept()?;
        same("accept", id_of(&from)?, id_of(&client.getsockname()?)?)?;
        becomes(&client, PollEvents::OUT)?;
        client.send(b"hello")?;
        receives(&server, b"hello")?;
    }
    Ok(())
}

fn addresses_are_ids<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let [client, server] = connected(bed, kind)?;
        same("client's peer", id_of(&client.getpeername()?)?, id_of(&server.getsockname()?)?)?;
        same("server's peer", id_of(&server.getpeername()?)?, id_of(&client.getsockname()?)?)?;
    }
    Ok(())
}

fn times_out<B: Bed>(bed: &B) -> Outcome {
    let time = Duration::from_millis(200);
    for kind in KINDS {
        let listener = listener(bed, kind)?;
        let client = socket(bed, kind)?;
        client.setsockopt(TIPC_CONN_TIMEOUT, 200)?;
        takes(bed.near().host, time, || fails(client.connect(&name(SERVICE, 1)), Errno::ETIMEDOUT))??;
        let (server, _) = listener.accept()?;
        becomes(&client, PollEvents::OUT)?;
        same("send", client.send(b"late")?, 4)?;
        receives(&server, b"late")?;
    }
    Ok(())
}

fn not_listening<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let nobody = socket(bed, kind)?;
        fails(socket(bed, kind)?.connect(&nobody.getsockname()?), Errno::ECONNREFUSED)?;
        fails(socket(bed, kind)?.connect(&name(SERVICE, 1)), Errno::EHOSTUNREACH)?;
    }
    Ok(())
}

fn no_range<B: Bed>(bed: &B) -> Outcome {
    let range: Addr = TipcAddr { scope: CLUSTER, name: TipcName::NameSeq { kind: SERVICE, lower: 1, upper: 1 } }.into();
    for kind in KINDS {
        fails(socket(bed, kind)?.connect(&range), Errno::EINVAL)?;
        let [client, _server] = connected(bed, kind)?;
        fails(client.listen(1), Errno::EINVAL)?;
        fails(client.bind(&name(SERVICE, 2)), Errno::EINVAL)?;
    }
    Ok(())
}

fn connected_already<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let [client, _server] = connected(bed, kind)?;
        fails(client.connect(&name(SERVICE, 1)), Errno::EISCONN)?;
    }
    Ok(())
}

fn the_address_is_not_looked_at<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let [client, server] = connected(bed, kind)?;
        same("sendto", client.sendto(b"x", &name(SERVICE + 9, 1))?, 1)?;
        receives(&server, b"x")?;
    }
    Ok(())
}

fn closing<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let [client, server] = connected(bed, kind)?;
        server.send(b"bye")?;
        server.close()?;
        bed.settle();
        receives(&client, b"bye")?;
        fails(client.recv(&mut [0; 4]), Errno::ECONNRESET)?;
        fails(client.recv(&mut [0; 4]), Errno::ECONNRESET)?;
        fails(client.send(b"x"), Errno::EPIPE)?;
    }
    Ok(())
}

fn unread_data_is_a_reset<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let [client, server] = connected(bed, kind)?;
        client.send(b"never read")?;
        server.close()?;
        bed.settle();
        fails(client.recv(&mut [0; 4]), Errno::ECONNRESET)?;
        fails(client.recv(&mut [0; 4]), Errno::ECONNRESET)?;
        fails(client.send(b"x"), Errno::EPIPE)?;
    }
    Ok(())
}

fn shutdown_is_both_or_nothing<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        fails(socket(bed, kind)?.shutdown(Shutdown::Both), Errno::ENOTCONN)?;
        let [client, server] = connected(bed, kind)?;
        fails(client.shutdown(Shutdown::Read), Errno::EINVAL)?;
        fails(client.shutdown(Shutdown::Write), Errno::EINVAL)?;
        client.shutdown(Shutdown::Both)?;
        bed.settle();
        ends(&server)?;
        fails(client.send(b"x"), Errno::EPIPE)?;
        fails(server.send(b"x"), Errno::EPIPE)?;
    }
    Ok(())
}

fn fresh<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let socket = socket(bed, kind)?;
        fails(socket.send(b"x"), Errno::ENOTCONN)?;
        fails(socket.recv(&mut [0; 4]), Errno::ENOTCONN)?;
        fails(socket.getpeername(), Errno::ENOTCONN)?;
        fails(socket.accept(), Errno::EINVAL)?;
    }
    Ok(())
}

fn listen_takes_no_number<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let socket = socket(bed, kind)?;
        socket.listen(-1)?;
        socket.setblocking(false)?;
        fails(socket.accept(), Errno::EAGAIN)?;
    }
    Ok(())
}

/// `struct tipc_subscr`: a range, a time, a filter (TIPC_SUB_PORTS), and eight bytes of the user's.
fn subscription(lower: u32, upper: u32, timeout: u32) -> Vec<u8> {
    const TIPC_SUB_PORTS: u32 = 1;
    let numbers = [SERVICE, lower, upper, timeout, TIPC_SUB_PORTS];
    numbers.iter().flat_map(|number| number.to_ne_bytes()).chain(*b"mydata..").collect()
}

const FOREVER: u32 = u32::MAX;
const PUBLISHED: u32 = 1;
const WITHDRAWN: u32 = 2;
const TIMEOUT: u32 = 3;

/// A connection to the topology service (TIPC_TOP_SRV, 1) with a subscription.
fn subscribed<B: Bed>(bed: &B, subscription: &[u8]) -> Result<Socket<B::Host>, Stop> {
    let socket = socket(bed, SockType::SEQPACKET)?;
    socket.connect(&name(1, 1))?;
    same("send", socket.send(subscription)?, subscription.len())?;
    Ok(socket)
}

/// `struct tipc_event`: what, the range, the publisher's id; after these the subscription is repeated.
fn event<B: Bed>(socket: &Socket<B::Host>, subscription: &[u8]) -> Result<[u32; 5], Stop> {
    let bytes = socket.recv_vec(100)?;
    same("length", bytes.len(), 48)?;
    same("the subscription", &bytes[20..], subscription)?;
    Ok(std::array::from_fn(|at| {
        let number: [u8; 4] = bytes[at * 4..at * 4 + 4].try_into().expect("four bytes");
        u32::from_ne_bytes(number)
    }))
}

fn topology_tells<B: Bed>(bed: &B) -> Outcome {
    let wanted = subscription(0, 100, FOREVER);
    let service = subscribed(bed, &wanted)?;
    let publisher = socket(bed, SockType::RDM)?;
    publisher.bind(&name(SERVICE, 7))?;
    let (node, reference) = id_of(&publisher.getsockname()?)?;
    same("published", event::<B>(&service, &wanted)?, [PUBLISHED, 7, 7, reference, node])?;
    publisher.bind(&name(SERVICE, 101))?;
    publisher.close()?;
    same("withdrawn", event::<B>(&service, &wanted)?, [WITHDRAWN, 7, 7, reference, node])?;
    bed.settle();
    fails(service.recv_with(&mut [0; 64], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn topology_times_out<B: Bed>(bed: &B) -> Outcome {
    let wanted = subscription(0, 100, 200);
    let service = subscribed(bed, &wanted)?;
    let told = takes(bed.near().host, Duration::from_millis(200), || event::<B>(&service, &wanted))??;
    same("timeout", told[0], TIMEOUT)
}

fn topology_refuses_nonsense<B: Bed>(bed: &B) -> Outcome {
    let service = subscribed(bed, b"nonsense")?;
    bed.settle();
    ends(&service)
}
