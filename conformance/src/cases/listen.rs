//! Listening: who may, who may beside whom, and how many fit into the queue.

use std::time::Duration;

use wavetank_api::{
    Errno, Family, Net, PollEvents, Shutdown,
    option::{SO_ACCEPTCONN, SO_REUSEADDR},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, becomes, ends, fails, holds, ip_of, polls, port_of, receives, same, takes},
    pair::{connected, full_listener},
};

cases! { listen:
    unbound_socket_gets_a_port families
        "A socket that is not bound gets a free port at the wildcard address"
        from "listen(2); inet_csk_listen_start, inet_autobind";
    udp_does_not families
        "A UDP socket: EOPNOTSUPP"
        from "listen(2); sock_no_listen";
    unix_without_a_name once
        "A UNIX socket without a name, connected or not: EINVAL"
        from "unix_listen: no address, no clients";
    connected_socket everywhere
        "A connected socket: EINVAL"
        from "__inet_listen_sk: sock->state";
    again_changes_the_backlog everywhere
        "A listener may be told to listen again: success, and the new backlog holds"
        from "__inet_listen_sk";
    acceptconn families
        "SO_ACCEPTCONN tells who listens"
        from "socket(7)";
    second_on_one_address families
        "Of two TCP sockets that share an address by SO_REUSEADDR only one can listen: EADDRINUSE"
        from "inet_csk_listen_start: get_port again";
    second_on_an_overlapping_address families
        "Nor can one listen at an address and the other at the wildcard: EADDRINUSE"
        from "inet_csk_bind_conflict";
    backlog_of_n_holds_n_plus_one families
        "A backlog of n holds n + 1 connections that nobody has accepted; the next one's handshake does not end"
        from "listen(2); sk_acceptq_is_full is 'greater than'";
    negative_backlog families
        "A negative backlog is as large as the system allows"
        from "__sys_listen: compared as unsigned with somaxconn";
    room_lets_the_next_one_in everywhere
        "A connection that found the queue full is tried again after a second, and succeeds if there is room by then"
        from "tcp_v4_conn_request drops the SYN; RFC 6298: the initial timeout is 1 s";
    shutdown_of_reading_ends_it everywhere
        "shutdown(SHUT_RD) makes a listener an ordinary socket again: accept gives EINVAL, who waits is reset, it can listen again"
        from "inet_shutdown: TCP_LISTEN";
    listening_again_moves_a_chosen_port families
        "A port that was not asked for is gone with the listening: the next listen gets another, until then the old one is shown"
        from "tcp_set_state: inet_put_port without SOCK_BINDPORT_LOCK clears inet_num, not inet_sport";
    shutdown_of_writing_does_nothing everywhere
        "shutdown(SHUT_WR) leaves a listener listening"
        from "inet_shutdown: TCP_LISTEN without RCV_SHUTDOWN";
}

fn unbound_socket_gets_a_port<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    socket.listen(1)?;
    let name = socket.getsockname()?;
    same("the address", ip_of(&name)?, ip_of(&bed.near().any(0))?)?;
    holds("there is a port", port_of(&name)? != 0)?;
    bed.near().tcp()?.connect(&bed.near().addr(port_of(&name)?))?;
    Ok(())
}

fn udp_does_not<B: Bed>(bed: &B) -> Outcome {
    fails(bed.near().udp()?.listen(1), Errno::EOPNOTSUPP)?;
    fails(bed.near().bound_udp()?.listen(1), Errno::EOPNOTSUPP)
}

fn unix_without_a_name<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    fails(left.listen(1), Errno::EINVAL)?;
    fails(right.listen(1), Errno::EINVAL)?;
    fails(bed.near().tcp_of(Family::UNIX)?.listen(1), Errno::EINVAL)
}

fn connected_socket<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    fails(pair.near.listen(1), Errno::EINVAL)?;
    fails(pair.far.listen(1), Errno::EINVAL)
}

fn again_changes_the_backlog<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener_with(0)?;
    let addr = listener.getsockname()?;
    listener.listen(4)?;
    let clients = [bed.near().tcp()?, bed.near().tcp()?, bed.near().tcp()?];
    clients.iter().try_for_each(|client| client.connect(&addr))?;
    Ok(())
}

fn acceptconn<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    same("a bound socket", near.bound_tcp()?.getsockopt(SO_ACCEPTCONN)?, false)?;
    same("a UDP socket", near.bound_udp()?.getsockopt(SO_ACCEPTCONN)?, false)?;
    let pair = connected(bed)?;
    same("a listener", pair.listener.getsockopt(SO_ACCEPTCONN)?, true)?;
    same("a connection", pair.near.getsockopt(SO_ACCEPTCONN)?, false)?;
    same("an accepted connection", pair.far.getsockopt(SO_ACCEPTCONN)?, false)
}

/// Two sockets with SO_REUSEADDR and one port, the second at `addr`; the first listens.
fn beside_a_listener<B: Bed>(bed: &B, wild: bool) -> Outcome {
    let near = bed.near();
    let (first, second) = (near.tcp()?, near.tcp()?);
    first.setsockopt(SO_REUSEADDR, true)?;
    second.setsockopt(SO_REUSEADDR, true)?;
    first.bind(&near.addr(0))?;
    let port = port_of(&first.getsockname()?)?;
    second.bind(&if wild { near.any(port) } else { near.addr(port) })?;
    first.listen(1)?;
    fails(second.listen(1), Errno::EADDRINUSE)?;
    // With the first one gone there is nothing in the way.
    first.close()?;
    Ok(second.listen(1)?)
}

fn second_on_one_address<B: Bed>(bed: &B) -> Outcome {
    beside_a_listener(bed, false)
}

fn second_on_an_overlapping_address<B: Bed>(bed: &B) -> Outcome {
    beside_a_listener(bed, true)
}

fn backlog_of_n_holds_n_plus_one<B: Bed>(bed: &B) -> Outcome {
    for backlog in [0, 1, 3] {
        let listener = bed.far().listener_with(backlog)?;
        let addr = listener.getsockname()?;
        let mut clients = Vec::new();
        for _ in 0..backlog + 2 {
            let client = bed.near().tcp()?;
            client.setblocking(false)?;
            fails(client.connect(&addr), Errno::EINPROGRESS)?;
            bed.settle();
            clients.push(client);
        }
        let last = clients.pop();
        clients.iter().try_for_each(|client| polls(client, PollEvents::OUT))?;
        last.iter().try_for_each(|client| polls(client, PollEvents::empty()))?;
    }
    Ok(())
}

fn negative_backlog<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    // `Socket::listen` would make 0 of it, as Python does.
    bed.far().host.listen(listener.fd(), -1)?;
    let addr = listener.getsockname()?;
    let mut clients = Vec::new();
    for _ in 0..150 {
        let client = bed.near().tcp()?;
        client.connect(&addr)?;
        clients.push(client);
    }
    Ok(())
}

fn room_lets_the_next_one_in<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let near = bed.near();
    let waiting = full.connecting(bed)?;
    full.listener.accept()?;
    takes(near.host, Duration::from_millis(700), || becomes(&waiting, PollEvents::OUT))??;
    let (accepted, _) = full.listener.accept()?;
    waiting.send(b"in")?;
    receives(&accepted, b"in")?;
    full.done();
    Ok(())
}

fn shutdown_of_reading_ends_it<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().tcp()?;
    let name = bed.far().free_addr()?;
    listener.bind(&name)?;
    listener.listen(1)?;
    let waiting = bed.near().tcp()?;
    waiting.connect(&name)?;
    bed.settle();
    listener.shutdown(Shutdown::Read)?;
    fails(listener.accept(), Errno::EINVAL)?;
    polls(&listener, PollEvents::OUT | PollEvents::HUP)?;
    same("the name is kept", listener.getsockname()?, name.clone())?;
    bed.settle();
    fails(waiting.recv(&mut [0]), Errno::ECONNRESET)?;
    fails(bed.near().tcp()?.connect(&name), Errno::ECONNREFUSED)?;
    listener.listen(1)?;
    bed.near().tcp()?.connect(&name)?;
    Ok(())
}

fn listening_again_moves_a_chosen_port<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.near().listener()?;
    let name = listener.getsockname()?;
    listener.shutdown(Shutdown::Read)?;
    same("getsockname", listener.getsockname()?, name.clone())?;
    // Somebody else can have it.
    let other = bed.near().tcp()?;
    other.bind(&name)?;
    listener.listen(1)?;
    holds("the port is another", listener.getsockname()? != name)
}

fn shutdown_of_writing_does_nothing<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    listener.shutdown(Shutdown::Write)?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    let (accepted, _) = listener.accept()?;
    accepted.close()?;
    ends(&client)
}
