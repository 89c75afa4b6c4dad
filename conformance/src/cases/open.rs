//! Opening in depth: queues that are full, both sides at once, every state in which connect may be asked for, ports that run out.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, PollEvents, Shutdown, Socket,
    option::{SO_ERROR, SO_REUSEADDR, TCP_SYNCNT},
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, holds, polls, receives, same, takes_between},
    pair::{abort, connected, connecting},
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
}

const SECOND: Duration = Duration::from_secs(1);

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
