//! Accepting: what the new socket is, in which order connections come, and what becomes of those that end early.

use std::time::Duration;

use wavetank_api::{
    Errno, Family, Host, Net, PollEvents, SockFlags,
    option::{
        IP_TTL, SO_KEEPALIVE, SO_LINGER, SO_OOBINLINE, SO_PRIORITY, SO_RCVBUF, SO_RCVTIMEO, TCP_KEEPIDLE, TCP_NODELAY,
    },
};

use crate::{
    bed::Bed,
    case::cases,
    check::{
        Outcome, Stop, becomes, ends, fails, ip_of, joins, polls, port_of, receives, same, takes, times_out, waits,
    },
    pair::{abort, connected},
};

cases! { accept:
    nobody_there everywhere
        "A non-blocking accept with nobody there: EAGAIN"
        from "accept(2)";
    not_listening families
        "A TCP socket that does not listen: EINVAL; of UDP: EOPNOTSUPP"
        from "accept(2); inet_csk_accept, sock_no_accept";
    unix_not_listening once
        "A UNIX socket that does not listen, connected or not: EINVAL"
        from "unix_accept";
    unknown_flag families
        "A flag other than SOCK_NONBLOCK and SOCK_CLOEXEC: EINVAL"
        from "accept4(2)";
    addresses_match everywhere
        "accept tells the peer's address, and the new socket's own is the one that was connected to, also of a wildcard listener"
        from "accept(2); inet_csk_accept";
    in_order_of_arrival everywhere
        "Connections are accepted in the order in which they were established"
        from "reqsk_queue_remove: the queue is a FIFO";
    not_nonblocking everywhere
        "The new socket blocks, though the listener does not; unless SOCK_NONBLOCK asks for it"
        from "accept(2): on Linux, the new socket does not inherit file status flags";
    options_are_inherited everywhere
        "The new socket has the options of the listener"
        from "inet_csk_clone_lock, sk_clone_lock";
    priority_is_not_inherited families
        "The new socket has not the listener's SO_PRIORITY"
        from "sk_clone_lock: sk_priority = 0";
    waits_for_a_connection everywhere
        "accept blocks until a connection comes"
        from "accept(2)";
    gives_up_after_rcvtimeo families
        "SO_RCVTIMEO limits the wait: EAGAIN"
        from "socket(7) SO_RCVTIMEO; inet_csk_accept: sock_rcvtimeo";
    gives_up_after_settimeout families
        "In timeout mode accept fails with a timeout"
        from "Python's socket.settimeout";
    two_wait_two_come everywhere
        "Of two that wait in accept each gets a connection"
        from "inet_csk_wait_for_connect: exclusive waiters";
    closed_before_accept everywhere
        "A connection that the peer has closed is accepted, with the data and the end"
        from "tcp(7); the queue keeps established connections";
    reset_before_accept everywhere
        "A connection that the peer has reset is still accepted; its first recv gives ECONNRESET, and it has no peer"
        from "tcp_reset: the child stays in the accept queue";
    closing_the_listener_resets_the_queue everywhere
        "Closing a listener resets the connections nobody accepted: ECONNRESET, then the end"
        from "inet_csk_listen_stop";
    accepted_outlives_the_listener everywhere
        "An accepted connection goes on when the listener is closed"
        from "tcp(7)";
}

fn nobody_there<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    listener.setblocking(false)?;
    fails(listener.accept(), Errno::EAGAIN)?;
    bed.near().tcp()?.connect(&listener.getsockname()?)?;
    becomes(&listener, PollEvents::IN)?;
    listener.accept()?;
    fails(listener.accept(), Errno::EAGAIN)
}

fn not_listening<B: Bed>(bed: &B) -> Outcome {
    fails(bed.near().tcp()?.accept(), Errno::EINVAL)?;
    fails(bed.near().bound_tcp()?.accept(), Errno::EINVAL)?;
    let pair = connected(bed)?;
    fails(pair.near.accept(), Errno::EINVAL)?;
    fails(pair.far.accept(), Errno::EINVAL)?;
    fails(bed.near().udp()?.accept(), Errno::EOPNOTSUPP)
}

fn unix_not_listening<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    fails(left.accept(), Errno::EINVAL)?;
    fails(right.accept(), Errno::EINVAL)?;
    fails(bed.near().tcp_of(Family::UNIX)?.accept(), Errno::EINVAL)
}

fn unknown_flag<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.near().listener()?;
    fails(bed.near().host.accept(listener.fd(), SockFlags::from_bits_retain(1)), Errno::EINVAL)
}

fn addresses_match<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near(), bed.far());
    let listener = far.tcp()?;
    listener.bind(&far.any(0))?;
    listener.listen(1)?;
    let addr = listener.getsockname()?;
    let client = near.tcp()?;
    client.connect(&far.addr(port_of(&addr)?))?;
    let (accepted, peer) = listener.accept()?;
    same("the peer", peer, client.getsockname()?)?;
    same("getpeername", accepted.getpeername()?, client.getsockname()?)?;
    same("getsockname", accepted.getsockname()?, client.getpeername()?)?;
    same("the address", ip_of(&accepted.getsockname()?)?, far.ip())?;
    same("the listener's own", listener.getsockname()?, addr)
}

fn in_order_of_arrival<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let clients = [bed.near().tcp()?, bed.near().tcp()?, bed.near().tcp()?];
    clients.iter().try_for_each(|client| client.connect(&listener.getsockname()?))?;
    for client in &clients {
        same("the peer", listener.accept()?.1, client.getsockname()?)?;
    }
    Ok(())
}

fn not_nonblocking<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    listener.setblocking(false)?;
    for flags in [SockFlags::empty(), SockFlags::NONBLOCK] {
        let client = bed.near().tcp()?;
        client.connect(&listener.getsockname()?)?;
        becomes(&listener, PollEvents::IN)?;
        let (fd, _) = bed.far().host.accept(listener.fd(), flags)?;
        same("O_NONBLOCK", bed.far().host.nonblocking(&fd)?, flags == SockFlags::NONBLOCK)?;
    }
    Ok(())
}

fn options_are_inherited<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(SO_KEEPALIVE, true)?;
    listener.setsockopt(SO_OOBINLINE, true)?;
    listener.setsockopt(SO_RCVBUF, 50_000)?;
    listener.setsockopt(SO_LINGER, Some(Duration::from_secs(7)))?;
    listener.setsockopt(SO_RCVTIMEO, Some(Duration::from_secs(3)))?;
    listener.setsockopt(TCP_NODELAY, true)?;
    listener.setsockopt(TCP_KEEPIDLE, Duration::from_secs(77))?;
    listener.setsockopt(IP_TTL, 33)?;
    listener.listen(1)?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    let (accepted, _) = listener.accept()?;
    same("SO_KEEPALIVE", accepted.getsockopt(SO_KEEPALIVE)?, true)?;
    same("SO_OOBINLINE", accepted.getsockopt(SO_OOBINLINE)?, true)?;
    same("SO_RCVBUF", accepted.getsockopt(SO_RCVBUF)?, 100_000)?;
    same("SO_LINGER", accepted.getsockopt(SO_LINGER)?, Some(Duration::from_secs(7)))?;
    same("SO_RCVTIMEO", accepted.getsockopt(SO_RCVTIMEO)?, Some(Duration::from_secs(3)))?;
    same("TCP_NODELAY", accepted.getsockopt(TCP_NODELAY)?, true)?;
    same("TCP_KEEPIDLE", accepted.getsockopt(TCP_KEEPIDLE)?, Duration::from_secs(77))?;
    same("IP_TTL", accepted.getsockopt(IP_TTL)?, 33)?;
    // Its own, it can be changed alone.
    accepted.setsockopt(TCP_NODELAY, false)?;
    same("the listener's TCP_NODELAY", listener.getsockopt(TCP_NODELAY)?, true)
}

fn priority_is_not_inherited<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    listener.setsockopt(SO_PRIORITY, 3)?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    let (accepted, _) = listener.accept()?;
    same("SO_PRIORITY", (listener.getsockopt(SO_PRIORITY)?, accepted.getsockopt(SO_PRIORITY)?), (3, 0))
}

fn waits_for_a_connection<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    let (host, client) = (bed.near().host.clone(), bed.near().tcp()?);
    let thread = bed.near().host.spawn("client", move || {
        host.sleep(Duration::from_millis(50));
        client.connect(&addr).map(|()| client)
    });
    let accepted = waits(bed.near().host, Duration::from_millis(50), || listener.accept())?;
    let (_, peer) = accepted?;
    let client = joins(thread)??;
    same("the peer", peer, client.getsockname()?)
}

fn gives_up_after_rcvtimeo<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.near().listener()?;
    let timeout = Duration::from_millis(60);
    listener.setsockopt(SO_RCVTIMEO, Some(timeout))?;
    fails(takes(bed.near().host, timeout, || listener.accept())?, Errno::EAGAIN)
}

fn gives_up_after_settimeout<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.near().listener()?;
    let timeout = Duration::from_millis(60);
    listener.settimeout(Some(timeout))?;
    times_out(takes(bed.near().host, timeout, || listener.accept())?)
}

fn two_wait_two_come<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    let wait = || -> Result<_, Stop> {
        let dup = listener.try_clone()?;
        Ok(bed.far().host.spawn("acceptor", move || dup.accept()))
    };
    let threads = [wait()?, wait()?];
    bed.settle();
    let clients = [bed.near().tcp()?, bed.near().tcp()?];
    clients.iter().try_for_each(|client| client.connect(&addr))?;
    let mut peers = Vec::new();
    for thread in threads {
        peers.push(joins(thread)??.1);
    }
    peers.sort();
    let mut names = vec![clients[0].getsockname()?, clients[1].getsockname()?];
    names.sort();
    same("the peers", peers, names)
}

fn closed_before_accept<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    client.sendall(b"and gone")?;
    client.close()?;
    bed.settle();
    let (accepted, _) = listener.accept()?;
    receives(&accepted, b"and gone")?;
    ends(&accepted)
}

fn reset_before_accept<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    let name = client.getsockname()?;
    bed.settle();
    abort(client)?;
    bed.settle();
    polls(&listener, PollEvents::IN)?;
    let (accepted, peer) = listener.accept()?;
    same("the peer", peer, name)?;
    fails(accepted.getpeername(), Errno::ENOTCONN)?;
    fails(accepted.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&accepted)
}

fn closing_the_listener_resets_the_queue<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    bed.settle();
    listener.close()?;
    bed.settle();
    fails(client.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&client)
}

fn accepted_outlives_the_listener<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let name = pair.listener.getsockname()?;
    pair.listener.close()?;
    fails(bed.near().tcp()?.connect(&name), Errno::ECONNREFUSED)?;
    pair.far.sendall(b"still here")?;
    receives(&pair.near, b"still here")
}
