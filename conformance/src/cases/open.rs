//! Opening in depth: queues that are full, both sides at once, every state in which connect may be asked for, ports that run out.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Host, MsgFlags, Net, PollEvents, Shutdown, Socket,
    option::{SO_ERROR, SO_REUSEADDR, TCP_DEFER_ACCEPT, TCP_SYNCNT},
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, holds, polls, receives, same, takes_between},
    pair::{abort, connected},
};

cases! { open:
    a_lost_syn_is_sent_again linked
        "A SYN that is lost is sent again after a second"
        from "RFC 6298 section 2.1; TCP_TIMEOUT_INIT";
    a_lost_synack_is_sent_again linked
        "So is the answer to it"
        from "RFC 9293 section 3.5; inet_rtx_syn_ack";
    syncnt_counts_repetitions linked + slow
        "TCP_SYNCNT of 1: two SYNs, and ETIMEDOUT after 3 s; with Linux 6.5's linear time-outs later"
        from "tcp(7) TCP_SYNCNT; tcp_write_timeout";
    what_poll_says_on_the_way linked
        "During the handshake poll says nothing; then writable; EALREADY and then success, and then EISCONN"
        from "connect(2), tcp_poll: TCP_SYN_SENT; __inet_stream_connect";
    what_a_listener_says_on_the_way linked
        "A listener is not readable while the last acknowledgment is missing"
        from "tcp_poll: inet_csk_listen_poll; RFC 9293 section 3.5";
    both_at_once linked
        "Two sockets that connect to each other at the same time are one connection"
        from "RFC 9293 section 3.5, figure 8: simultaneous open";
    both_at_once_is_told_once linked
        "Each connect succeeds once, then says EISCONN"
        from "RFC 9293 section 3.5; __inet_stream_connect";
    both_at_once_but_one_too_late linked
        "Who comes first finds a bound socket that does not listen: ECONNREFUSED"
        from "RFC 9293 section 3.10.7.1; connect(2)";
    itself_has_one_stream families
        "A socket connected to itself reads what it sends, its end too"
        from "RFC 9293 section 3.5; tcp_rcv_synsent_state_process";
    a_full_queue_drops_the_last_acknowledgment linked + slow
        "Where two handshakes race for the last place the second one is complete for its client only; its data waits"
        from "listen(2); tcp_check_req, tcp_v4_syn_recv_sock: sk_acceptq_is_full drops the ACK";
    a_full_queue_resets_if_told_to linked
        "With net.ipv4.tcp_abort_on_overflow it is reset instead: ECONNRESET"
        from "tcp(7) tcp_abort_on_overflow; tcp_check_req: listen_overflow";
    abort_on_overflow_is_not_about_syns linked
        "A SYN that finds the queue full is dropped all the same"
        from "tcp_conn_request: sk_acceptq_is_full drops before";
    somaxconn_cuts_the_backlog linked
        "A backlog above net.core.somaxconn is that"
        from "listen(2); __sys_listen";
    somaxconn_is_asked_when_listening linked
        "A change of net.core.somaxconn holds from the next listen on"
        from "__sys_listen reads it";
    a_smaller_backlog_keeps_who_is_there everywhere
        "Listening again with a smaller backlog throws nobody out, and lets nobody in"
        from "__inet_listen_sk: sk_max_ack_backlog";
    accepting_makes_room everywhere
        "Each accept makes room for one more"
        from "sk_acceptq_removed";
    closing_frees_no_place everywhere
        "A client that closes keeps its place in the queue until it is accepted"
        from "sk_acceptq_removed is accept's and the listener's end's";
    a_huge_backlog everywhere
        "A backlog of i32::MAX is taken"
        from "__sys_listen: compared as unsigned with somaxconn";
    ports_run_out linked
        "When no port of net.ipv4.ip_local_port_range is left for that destination connect says EADDRNOTAVAIL"
        from "connect(2), ip(7) ip_local_port_range; __inet_hash_connect";
    another_destination_has_ports linked
        "Another destination has them all"
        from "__inet_hash_connect: the four numbers must differ";
    bind_runs_out linked
        "bind to port 0 says EADDRINUSE then, and so does listen"
        from "bind(2); inet_csk_find_open_port";
    a_closed_one_gives_its_port_back linked
        "A port is free again when its connection was reset"
        from "tcp_done, inet_put_port";
    defer_accept_gives_up linked
        "TCP_DEFER_ACCEPT: a connection without data is accepted after that time"
        from "tcp(7) TCP_DEFER_ACCEPT; tcp_check_req: rskq_defer_accept";
    defer_accept_is_not_told_to_the_client linked
        "The client is connected at once"
        from "tcp_check_req drops the bare ACK only";
    defer_accept_and_the_end linked
        "An end without data counts as data"
        from "tcp_check_req: TCP_FLAG_ACK without a payload is what is dropped";
    connect_in_close_wait everywhere
        "A socket whose peer has closed: EISCONN"
        from "__inet_stream_connect: SS_CONNECTED";
    connect_when_shut everywhere
        "A socket that has shut down: EISCONN"
        from "__inet_stream_connect: SS_CONNECTED";
    connect_of_a_bound_socket_to_nobody everywhere
        "A refused socket keeps the port it was bound to"
        from "tcp_set_state: SOCK_BINDPORT_LOCK; __inet_stream_connect";
    a_refused_socket_frees_its_port everywhere
        "One that was not bound gets another for the next try, and has none in between"
        from "tcp_set_state: inet_put_port; inet_reset_saddr";
    listener_gone_during_the_handshake linked
        "A listener that closes while the handshake is under way: the client is refused or reset"
        from "inet_csk_listen_stop; RFC 9293 section 3.10.7.1";
    reset_after_accept_queue linked
        "A listener that closes resets who was not accepted, with the data"
        from "inet_csk_listen_stop; inet_child_forget";
}

const SECOND: Duration = Duration::from_secs(1);

/// A socket whose connect is under way.
#[track_caller]
fn connecting<H: Host>(socket: Socket<H>, addr: &Addr) -> Result<Socket<H>, Stop> {
    socket.setblocking(false)?;
    fails(socket.connect(addr), Errno::EINPROGRESS)?;
    Ok(socket)
}

fn a_lost_syn_is_sent_again<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    bed.set_gate(Side::Far, Gate::Closed)?;
    let near = connecting(bed.near().tcp()?, &listener.getsockname()?)?;
    bed.settle();
    bed.mend()?;
    takes_between(bed.near().host, SECOND / 2, SECOND * 3 / 2, || becomes(&near, PollEvents::OUT))??;
    polls(&near, PollEvents::OUT)
}

fn a_lost_synack_is_sent_again<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    let near = connecting(bed.near().tcp()?, &listener.getsockname()?)?;
    bed.settle();
    bed.mend()?;
    takes_between(bed.near().host, SECOND / 2, SECOND * 3 / 2, || becomes(&near, PollEvents::OUT))??;
    same("the peer", listener.accept()?.1, near.getsockname()?)?;
    // Whichever of the two was answered, there is one connection.
    listener.setblocking(false)?;
    fails(listener.accept(), Errno::EAGAIN)
}

fn syncnt_counts_repetitions<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    bed.cut()?;
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_SYNCNT, 1)?;
    let connect = || near.connect(&listener.getsockname()?);
    fails(takes_between(bed.near().host, 3 * SECOND, 8 * SECOND, connect)?, Errno::ETIMEDOUT)?;
    // It can be used again.
    bed.mend()?;
    near.connect(&listener.getsockname()?)?;
    Ok(())
}

fn what_poll_says_on_the_way<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    bed.cut()?;
    let near = connecting(bed.near().tcp()?, &addr)?;
    bed.settle();
    polls(&near, PollEvents::empty())?;
    fails(near.connect(&addr), Errno::EALREADY)?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, None)?;
    fails(near.getpeername(), Errno::ENOTCONN)?;
    holds("it has a name", near.getsockname()?.port().is_some_and(|port| port != 0))?;
    bed.mend()?;
    becomes(&near, PollEvents::OUT)?;
    polls(&near, PollEvents::OUT)?;
    same("getpeername", near.getpeername()?, addr.clone())?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, None)?;
    near.connect(&addr)?;
    fails(near.connect(&addr), Errno::EISCONN)
}

fn what_a_listener_says_on_the_way<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    let near = connecting(bed.near().tcp()?, &listener.getsockname()?)?;
    bed.settle();
    polls(&listener, PollEvents::empty())?;
    bed.mend()?;
    becomes(&listener, PollEvents::IN)?;
    polls(&near, PollEvents::OUT)
}

/// Two sockets that have sent each other a SYN, of which neither has arrived.
fn crossing<B: Bed>(bed: &B) -> Result<[Socket<B::Host>; 2], Stop> {
    let (near, far) = (bed.near().bound_tcp()?, bed.far().bound_tcp()?);
    let (near_name, far_name) = (near.getsockname()?, far.getsockname()?);
    bed.cut()?;
    let pair = [connecting(near, &far_name)?, connecting(far, &near_name)?];
    bed.settle();
    bed.mend()?;
    Ok(pair)
}

fn both_at_once<B: Bed>(bed: &B) -> Outcome {
    let [near, far] = crossing(bed)?;
    becomes(&near, PollEvents::OUT)?;
    becomes(&far, PollEvents::OUT)?;
    same("the near one's peer", near.getpeername()?, far.getsockname()?)?;
    same("the far one's peer", far.getpeername()?, near.getsockname()?)?;
    near.setblocking(true)?;
    far.setblocking(true)?;
    near.sendall(b"from near")?;
    far.sendall(b"from far")?;
    receives(&far, b"from near")?;
    receives(&near, b"from far")?;
    near.close()?;
    ends(&far)
}

fn both_at_once_is_told_once<B: Bed>(bed: &B) -> Outcome {
    let [near, far] = crossing(bed)?;
    becomes(&near, PollEvents::OUT)?;
    becomes(&far, PollEvents::OUT)?;
    for (socket, peer) in [(&near, &far), (&far, &near)] {
        same("SO_ERROR", socket.getsockopt(SO_ERROR)?, None)?;
        socket.connect(&peer.getsockname()?)?;
        fails(socket.connect(&peer.getsockname()?), Errno::EISCONN)?;
    }
    Ok(())
}

fn both_at_once_but_one_too_late<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_tcp()?, bed.far().bound_tcp()?);
    let (near_name, far_name) = (near.getsockname()?, far.getsockname()?);
    fails(near.connect(&far_name), Errno::ECONNREFUSED)?;
    fails(far.connect(&near_name), Errno::ECONNREFUSED)
}

fn itself_has_one_stream<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().bound_tcp()?;
    socket.connect(&socket.getsockname()?)?;
    socket.sendall(b"to")?;
    socket.sendall(b"myself")?;
    receives(&socket, b"tomyself")?;
    socket.sendall(b"last")?;
    socket.shutdown(Shutdown::Write)?;
    receives(&socket, b"last")?;
    ends(&socket)?;
    fails(socket.send(b"x"), Errno::EPIPE)
}

/// Two clients whose handshakes race for the last place of a listener: the SYN of each finds room, the last acknowledgment of one
/// only. Both are told that they are connected.
struct Race<H: Host> {
    listener: Socket<H>,
    clients: [Socket<H>; 2],
    /// Those who have the other places.
    _others: [Socket<H>; 2],
}

/// A backlog of 2 has room for three connections, and for two handshakes: who comes when so many are under way gets a SYN cookie,
/// which is never reset.
fn racing<B: Bed>(bed: &B) -> Result<Race<B::Host>, Stop> {
    let listener = bed.far().listener_with(2)?;
    let addr = listener.getsockname()?;
    let others = [bed.near().tcp()?, bed.near().tcp()?];
    others.iter().try_for_each(|other| other.connect(&addr))?;
    bed.settle();
    bed.set_gate(Side::Near, Gate::Closed)?;
    let clients = [connecting(bed.near().tcp()?, &addr)?, connecting(bed.near().tcp()?, &addr)?];
    bed.settle();
    bed.mend()?;
    for client in &clients {
        becomes(client, PollEvents::OUT)?;
        client.setblocking(true)?;
    }
    Ok(Race { listener, clients, _others: others })
}

fn a_full_queue_drops_the_last_acknowledgment<B: Bed>(bed: &B) -> Outcome {
    let race = racing(bed)?;
    race.clients.iter().try_for_each(|client| polls(client, PollEvents::OUT))?;
    race.clients.iter().try_for_each(|client| client.sendall(b"in?"))?;
    bed.settle();
    race.listener.setblocking(false)?;
    let mut accepted = Vec::new();
    while let Ok((socket, _)) = race.listener.accept() {
        accepted.push(socket);
    }
    same("connections that are complete", accepted.len(), 3)?;
    receives(&accepted[2], b"in?")?;
    race.listener.settimeout(Some(8 * SECOND))?;
    let (last, _) = race.listener.accept()?;
    let mut got = [0; 3];
    same("recv", last.recv_with(&mut got, MsgFlags::WAITALL)?, 3)
}

fn a_full_queue_resets_if_told_to<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Far, "net.ipv4.tcp_abort_on_overflow", "1")?;
    let race = racing(bed)?;
    bed.near().host.sleep(SECOND / 4);
    let errors = [race.clients[0].getsockopt(SO_ERROR)?, race.clients[1].getsockopt(SO_ERROR)?];
    same("how many are reset", errors.iter().flatten().count(), 1)?;
    holds("that is ECONNRESET", errors.contains(&Some(Errno::ECONNRESET)))?;
    (0..3).try_for_each(|_| race.listener.accept().map(drop))?;
    race.listener.setblocking(false)?;
    fails(race.listener.accept(), Errno::EAGAIN)
}

fn abort_on_overflow_is_not_about_syns<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Far, "net.ipv4.tcp_abort_on_overflow", "1")?;
    let full = crate::pair::full_listener(bed)?;
    let waiting = full.connecting(bed)?;
    polls(&waiting, PollEvents::empty())?;
    full.listener.accept()?;
    becomes(&waiting, PollEvents::OUT)?;
    polls(&waiting, PollEvents::OUT)?;
    full.done();
    Ok(())
}

/// How many of six clients that come one after the other are let in.
fn let_in<B: Bed>(bed: &B, addr: &Addr) -> Result<usize, Stop> {
    let mut clients = Vec::new();
    for _ in 0..6 {
        clients.push(connecting(bed.near().tcp()?, addr)?);
        bed.settle();
    }
    let mut count = 0;
    for client in &clients {
        let events = wavetank_api::poll_one(client.net(), client.fd(), PollEvents::OUT, Some(Duration::ZERO))?;
        count += usize::from(events == PollEvents::OUT);
    }
    Ok(count)
}

fn somaxconn_cuts_the_backlog<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Far, "net.core.somaxconn", "2")?;
    for backlog in [3, 100, -1] {
        let listener = bed.far().bound_tcp()?;
        bed.far().host.listen(listener.fd(), backlog)?;
        same("connections that are complete", let_in(bed, &listener.getsockname()?)?, 3)?;
    }
    let listener = bed.far().listener_with(1)?;
    same("connections that are complete", let_in(bed, &listener.getsockname()?)?, 2)
}

fn somaxconn_is_asked_when_listening<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Far, "net.core.somaxconn", "2")?;
    let listener = bed.far().listener_with(100)?;
    bed.set_sysctl(Side::Far, "net.core.somaxconn", "4096")?;
    same("before", let_in(bed, &listener.getsockname()?)?, 3)?;
    listener.listen(100)?;
    holds("more after", let_in(bed, &listener.getsockname()?)? == 6)
}

fn a_smaller_backlog_keeps_who_is_there<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener_with(4)?;
    let addr = listener.getsockname()?;
    let clients = [bed.near().tcp()?, bed.near().tcp()?, bed.near().tcp()?];
    clients.iter().try_for_each(|client| client.connect(&addr))?;
    bed.settle();
    listener.listen(0)?;
    let late = connecting(bed.near().tcp()?, &addr)?;
    bed.settle();
    polls(&late, PollEvents::empty())?;
    for client in &clients {
        same("the peer", listener.accept()?.1, client.getsockname()?)?;
    }
    Ok(())
}

fn accepting_makes_room<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener_with(0)?;
    let addr = listener.getsockname()?;
    for _ in 0..4 {
        let client = bed.near().tcp()?;
        client.connect(&addr)?;
        same("the peer", listener.accept()?.1, client.getsockname()?)?;
    }
    Ok(())
}

fn closing_frees_no_place<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener_with(0)?;
    let addr = listener.getsockname()?;
    let gone = bed.near().tcp()?;
    gone.connect(&addr)?;
    bed.settle();
    abort(gone)?;
    bed.settle();
    let late = connecting(bed.near().tcp()?, &addr)?;
    bed.settle();
    polls(&late, PollEvents::empty())?;
    let (accepted, _) = listener.accept()?;
    fails(accepted.recv(&mut [0]), Errno::ECONNRESET)?;
    becomes(&late, PollEvents::OUT)
}

fn a_huge_backlog<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    bed.far().host.listen(listener.fd(), i32::MAX)?;
    bed.near().tcp()?.connect(&listener.getsockname()?)?;
    listener.accept()?;
    bed.far().host.listen(listener.fd(), i32::MIN)?;
    bed.near().tcp()?.connect(&listener.getsockname()?)?;
    listener.accept()?;
    Ok(())
}

const FOUR_PORTS: &str = "40000 40003";

/// As many connections as there are ports.
fn all_ports<B: Bed>(bed: &B, addr: &Addr) -> Result<Vec<Socket<B::Host>>, Stop> {
    bed.set_sysctl(Side::Near, "net.ipv4.ip_local_port_range", FOUR_PORTS)?;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        let socket = bed.near().tcp()?;
        socket.connect(addr)?;
        sockets.push(socket);
    }
    Ok(sockets)
}

fn ports_run_out<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    let sockets = all_ports(bed, &addr)?;
    let mut ports = Vec::new();
    for socket in &sockets {
        ports.extend(socket.getsockname()?.port());
    }
    ports.sort_unstable();
    same("the ports", ports, vec![40_000, 40_001, 40_002, 40_003])?;
    let late = bed.near().tcp()?;
    fails(late.connect(&addr), Errno::EADDRNOTAVAIL)?;
    polls(&late, PollEvents::OUT | PollEvents::HUP)?;
    late.setblocking(false)?;
    fails(late.connect(&addr), Errno::EADDRNOTAVAIL)
}

fn another_destination_has_ports<B: Bed>(bed: &B) -> Outcome {
    let (listener, other) = (bed.far().listener()?, bed.far().listener()?);
    let _sockets = all_ports(bed, &listener.getsockname()?)?;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        let socket = bed.near().tcp()?;
        socket.connect(&other.getsockname()?)?;
        sockets.push(socket);
    }
    fails(bed.near().tcp()?.connect(&other.getsockname()?), Errno::EADDRNOTAVAIL)
}

fn bind_runs_out<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.ip_local_port_range", FOUR_PORTS)?;
    let bound = [bed.near().bound_tcp()?, bed.near().bound_tcp()?, bed.near().bound_tcp()?, bed.near().bound_tcp()?];
    fails(bed.near().tcp()?.bind(&bed.near().addr(0)), Errno::EADDRINUSE)?;
    fails(bed.near().tcp()?.bind(&bed.near().any(0)), Errno::EADDRINUSE)?;
    fails(bed.near().tcp()?.listen(1), Errno::EADDRINUSE)?;
    let listener = bed.far().listener()?;
    fails(bed.near().tcp()?.connect(&listener.getsockname()?), Errno::EADDRNOTAVAIL)?;
    // UDP has ports of its own.
    bed.near().bound_udp()?;
    drop(bound);
    bed.near().bound_tcp()?;
    Ok(())
}

fn a_closed_one_gives_its_port_back<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    let mut sockets = all_ports(bed, &addr)?;
    let late = bed.near().tcp()?;
    fails(late.connect(&addr), Errno::EADDRNOTAVAIL)?;
    if let Some(socket) = sockets.pop() {
        abort(socket)?;
    }
    bed.settle();
    late.connect(&addr)?;
    fails(bed.near().tcp()?.connect(&addr), Errno::EADDRNOTAVAIL)
}

/// A listener that waits so long for data, and a client that is connected to it.
fn deferred<B: Bed>(bed: &B, seconds: u64) -> Result<(Socket<B::Host>, Socket<B::Host>), Stop> {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(TCP_DEFER_ACCEPT, Duration::from_secs(seconds))?;
    listener.listen(4)?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    bed.settle();
    polls(&listener, PollEvents::empty())?;
    Ok((listener, client))
}

fn defer_accept_gives_up<B: Bed>(bed: &B) -> Outcome {
    let (listener, client) = deferred(bed, 1)?;
    takes_between(bed.near().host, SECOND / 2, 4 * SECOND, || becomes(&listener, PollEvents::IN))??;
    let (accepted, _) = listener.accept()?;
    client.sendall(b"late")?;
    receives(&accepted, b"late")
}

fn defer_accept_is_not_told_to_the_client<B: Bed>(bed: &B) -> Outcome {
    let (listener, client) = deferred(bed, 5)?;
    polls(&client, PollEvents::OUT)?;
    same("getpeername", client.getpeername()?, listener.getsockname()?)?;
    client.sendall(b"now")?;
    becomes(&listener, PollEvents::IN)?;
    receives(&listener.accept()?.0, b"now")
}

fn defer_accept_and_the_end<B: Bed>(bed: &B) -> Outcome {
    let (listener, client) = deferred(bed, 5)?;
    client.shutdown(Shutdown::Write)?;
    bed.settle();
    polls(&listener, PollEvents::IN)?;
    ends(&listener.accept()?.0)
}

fn connect_in_close_wait<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.close()?;
    bed.settle();
    fails(pair.near.connect(&pair.listener.getsockname()?), Errno::EISCONN)
}

fn connect_when_shut<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Both)?;
    fails(pair.near.connect(&pair.listener.getsockname()?), Errno::EISCONN)?;
    pair.far.shutdown(Shutdown::Both)?;
    bed.settle();
    fails(pair.near.connect(&pair.listener.getsockname()?), Errno::EISCONN)?;
    fails(pair.far.connect(&pair.listener.getsockname()?), Errno::EISCONN)
}

fn connect_of_a_bound_socket_to_nobody<B: Bed>(bed: &B) -> Outcome {
    let closed = bed.far().bound_tcp()?;
    let near = bed.near().tcp()?;
    near.bind(&bed.near().free_addr()?)?;
    let name = near.getsockname()?;
    fails(near.connect(&closed.getsockname()?), Errno::ECONNREFUSED)?;
    same("getsockname", near.getsockname()?, name.clone())?;
    fails(bed.near().tcp()?.bind(&name), Errno::EADDRINUSE)?;
    closed.listen(1)?;
    near.connect(&closed.getsockname()?)?;
    same("the peer", closed.accept()?.1, name)
}

fn a_refused_socket_frees_its_port<B: Bed>(bed: &B) -> Outcome {
    let closed = bed.far().bound_tcp()?;
    let near = bed.near().tcp()?;
    fails(near.connect(&closed.getsockname()?), Errno::ECONNREFUSED)?;
    let shown = near.getsockname()?;
    // Whatever is shown, it is not held.
    if let Some(port) = shown.port().filter(|&port| port != 0) {
        let other = bed.near().tcp()?;
        other.setsockopt(SO_REUSEADDR, false)?;
        other.bind(&bed.near().addr(port))?;
    }
    closed.listen(1)?;
    near.connect(&closed.getsockname()?)?;
    same("the peer", closed.accept()?.1, near.getsockname()?)
}

fn listener_gone_during_the_handshake<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    let near = connecting(bed.near().tcp()?, &listener.getsockname()?)?;
    bed.settle();
    listener.close()?;
    bed.mend()?;
    becomes(&near, PollEvents::IN)?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, Some(Errno::ECONNREFUSED))
}

fn reset_after_accept_queue<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    near.sendall(b"never read")?;
    bed.settle();
    listener.close()?;
    bed.settle();
    fails(near.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&near)?;
    fails(near.send(b"x"), Errno::EPIPE)
}
