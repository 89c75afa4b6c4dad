//! TIME_WAIT: who has it, for how long, and who may bind beside it.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use wavetank_api::{Addr, Errno, Family, Host, PollEvents, Shutdown, SockType, Socket, option::SO_REUSEADDR};

use crate::{
    bed::{Bed, Side},
    case::cases,
    check::{Outcome, Stop, ends, fails, holds, polls, port_of, receives, same},
    pair::abort,
};

cases! { time_wait:
    keeps_the_servers_port everywhere
        "A server that closed first leaves its port in TIME_WAIT: the next one's bind says EADDRINUSE"
        from "RFC 9293 section 3.6; inet_csk_bind_conflict with inet_timewait_sock";
    reuseaddr_of_both_passes_it everywhere
        "SO_REUSEADDR lets it bind and listen, if the first server had set it as well"
        from "socket(7) SO_REUSEADDR; inet_csk_bind_conflict: tb->fastreuse";
    reuseaddr_of_one_does_not everywhere
        "SO_REUSEADDR of only one of the two servers does not: EADDRINUSE"
        from "inet_csk_bind_conflict: sk->sk_reuse && sk2->sk_reuse";
    belongs_to_who_closes_first everywhere
        "A server whose client closed first has no TIME_WAIT: its port is free"
        from "RFC 9293 section 3.3.2, figure 5: LAST-ACK";
    keeps_the_clients_port everywhere
        "A client that closed first cannot bind its port again: EADDRINUSE"
        from "RFC 9293 section 3.6";
    a_reset_leaves_none everywhere
        "After a reset there is no TIME_WAIT on either side"
        from "RFC 9293 section 3.10.7.4; tcp_reset: tcp_done";
    with_the_socket_still_open everywhere
        "A port that was asked for stays taken while the socket is open, though its connection is over; one that bind chose does not"
        from "tcp_set_state: inet_put_port without SOCK_BINDPORT_LOCK";
    the_other_address_is_free once
        "It holds the port at its own address only"
        from "inet_rcv_saddr_equal";
    lets_a_new_connection_begin everywhere
        "A listener whose last connection waits in TIME_WAIT takes a new one from the very same client port"
        from "RFC 9293 section 3.6.1; tcp_timewait_state_process: TCP_TW_SYN";
    lets_the_client_connect_again everywhere
        "A client in TIME_WAIT that binds its port again, with SO_REUSEADDR, can connect to the same server at once"
        from "RFC 6191; tcp_twsk_unique without a delay where the port was bound";
    lasts_a_minute everywhere + slow
        "It lasts 60 s"
        from "TCP_TIMEWAIT_LEN; RFC 9293 says 2 MSL, four minutes";
    answers_the_late_fin everywhere
        "Who waits is writable, readable, hung up; to its program the connection is over"
        from "tcp_poll; tcp_time_wait: TCP_CLOSE";
    reused_on_loopback linked
        "When no other port is left, connect takes one out of TIME_WAIT after a second, on loopback"
        from "net.ipv4.tcp_tw_reuse = 2; tcp_twsk_unique";
    not_reused_elsewhere linked
        "It does not towards another machine: EADDRNOTAVAIL"
        from "net.ipv4.tcp_tw_reuse = 2; tcp_twsk_unique";
    reused_everywhere linked
        "With tcp_tw_reuse = 1 it does towards any"
        from "net.ipv4.tcp_tw_reuse = 1; tcp_twsk_unique";
    not_reused_at_all linked
        "With tcp_tw_reuse = 0 it never does"
        from "net.ipv4.tcp_tw_reuse = 0; tcp_twsk_unique";
    not_reused_without_timestamps linked
        "Nor without timestamps, which tell the new connection's segments from the old one's"
        from "RFC 6191; tcp_twsk_unique: tw_ts_recent_stamp";
    bind_needs_no_delay linked
        "Who has bound the port connects out of TIME_WAIT at once whatever tcp_tw_reuse says, but not without timestamps"
        from "tcp_twsk_unique: !twp";
    a_closed_fin_wait_2_gives_way everywhere
        "A connection that was closed and waits in FIN_WAIT_2 gives way to one that is bound there, too"
        from "tcp_time_wait with TCP_FIN_WAIT2; tcp_twsk_unique: !twp";
    its_descriptor_stays everywhere
        "A descriptor of a connection in TIME_WAIT that gave way stays what it was: to be read to its end"
        from "tcp_time_wait: tcp_done";
}

/// A server that has served one connection.
struct Served {
    /// Where it listened.
    server: Addr,
    /// Where its client was.
    client: Addr,
}

/// Serves one connection from a bound client. Who closes first is said; the listener and both ends are closed.
fn serve<B: Bed>(bed: &B, server_first: bool, reuse: bool) -> Result<Served, Stop> {
    let listener = bed.far().tcp()?;
    listener.setsockopt(SO_REUSEADDR, reuse)?;
    listener.bind(&bed.far().addr(0))?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_REUSEADDR, reuse)?;
    near.bind(&bed.near().addr(0))?;
    near.connect(&listener.getsockname()?)?;
    let (far, client) = listener.accept()?;
    let server = listener.getsockname()?;
    listener.close()?;
    let (first, second) = if server_first { (far, near) } else { (near, far) };
    first.close()?;
    ends(&second)?;
    second.close()?;
    bed.settle();
    Ok(Served { server, client })
}

/// A socket that wants to be the next server.
fn next<B: Bed>(bed: &B, at: &Addr, reuse: bool) -> wavetank_api::Result<Socket<B::Host>> {
    let socket = Socket::new(bed.far().host, bed.family(), SockType::STREAM)?;
    socket.setsockopt(SO_REUSEADDR, reuse)?;
    socket.bind(at)?;
    socket.listen(1)?;
    Ok(socket)
}

fn keeps_the_servers_port<B: Bed>(bed: &B) -> Outcome {
    let served = serve(bed, true, false)?;
    fails(next(bed, &served.server, false), Errno::EADDRINUSE)
}

fn reuseaddr_of_both_passes_it<B: Bed>(bed: &B) -> Outcome {
    let served = serve(bed, true, true)?;
    let server = next(bed, &served.server, true)?;
    bed.near().tcp()?.connect(&served.server)?;
    server.accept()?;
    Ok(())
}

fn reuseaddr_of_one_does_not<B: Bed>(bed: &B) -> Outcome {
    fails(next(bed, &serve(bed, true, false)?.server, true), Errno::EADDRINUSE)?;
    fails(next(bed, &serve(bed, true, true)?.server, false), Errno::EADDRINUSE)
}

fn belongs_to_who_closes_first<B: Bed>(bed: &B) -> Outcome {
    let served = serve(bed, false, false)?;
    next(bed, &served.server, false)?;
    Ok(())
}

fn keeps_the_clients_port<B: Bed>(bed: &B) -> Outcome {
    let served = serve(bed, false, false)?;
    fails(bed.near().tcp()?.bind(&served.client), Errno::EADDRINUSE)
}

fn a_reset_leaves_none<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().bound_tcp()?;
    near.connect(&listener.getsockname()?)?;
    let (far, client) = listener.accept()?;
    let server = listener.getsockname()?;
    listener.close()?;
    abort(far)?;
    bed.settle();
    fails(near.recv(&mut [0]), Errno::ECONNRESET)?;
    near.close()?;
    bed.far().tcp()?.bind(&server)?;
    bed.near().tcp()?.bind(&client)?;
    Ok(())
}

fn with_the_socket_still_open<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    for asked_for in [true, false] {
        let near = bed.near().tcp()?;
        near.bind(&if asked_for { bed.near().free_addr()? } else { bed.near().addr(0) })?;
        near.connect(&listener.getsockname()?)?;
        let (far, client) = listener.accept()?;
        // It is not the first to close, so it has no TIME_WAIT.
        far.close()?;
        ends(&near)?;
        near.shutdown(Shutdown::Write)?;
        bed.settle();
        if asked_for {
            fails(bed.near().tcp()?.bind(&client), Errno::EADDRINUSE)?;
            near.close()?;
        }
        bed.near().tcp()?.bind(&client)?;
    }
    Ok(())
}

fn the_other_address_is_free<B: Bed>(bed: &B) -> Outcome {
    let served = serve(bed, true, false)?;
    let port = port_of(&served.server)?;
    let other = bed.near().tcp()?;
    other.bind(&bed.near().addr(port))?;
    fails(bed.near().tcp()?.bind(&bed.near().any(port)), Errno::EADDRINUSE)
}

fn lets_a_new_connection_begin<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = bed.near().free_addr()?;
    for _ in 0..3 {
        let near = bed.near().tcp()?;
        near.bind(&addr)?;
        near.connect(&listener.getsockname()?)?;
        let (far, peer) = listener.accept()?;
        same("the peer", peer, addr.clone())?;
        far.close()?;
        ends(&near)?;
        near.close()?;
        bed.settle();
    }
    Ok(())
}

fn lets_the_client_connect_again<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let mut addr = bed.near().addr(0);
    for _ in 0..3 {
        let near = bed.near().tcp()?;
        near.setsockopt(SO_REUSEADDR, true)?;
        near.bind(&addr)?;
        near.connect(&listener.getsockname()?)?;
        let (far, client) = listener.accept()?;
        near.close()?;
        ends(&far)?;
        far.close()?;
        bed.settle();
        addr = client;
    }
    Ok(())
}

fn lasts_a_minute<B: Bed>(bed: &B) -> Outcome {
    let served = serve(bed, true, false)?;
    bed.far().host.sleep(Duration::from_secs(58));
    fails(next(bed, &served.server, false), Errno::EADDRINUSE)?;
    bed.far().host.sleep(Duration::from_secs(4));
    next(bed, &served.server, false)?;
    Ok(())
}

fn answers_the_late_fin<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    near.shutdown(Shutdown::Write)?;
    ends(&far)?;
    far.close()?;
    ends(&near)?;
    bed.settle();
    polls(&near, PollEvents::IN | PollEvents::OUT | PollEvents::RDHUP | PollEvents::HUP)?;
    fails(near.send(b"x"), Errno::EPIPE)?;
    same("recv", near.recv(&mut [0])?, 0)
}

/// Uses up the two ports there are: connections to one destination that the near side has closed first.
fn use_up_ports<B: Bed>(bed: &B, to: &Addr, listener: &Socket<B::Host>) -> Outcome {
    for _ in 0..2 {
        let near = bed.near().tcp()?;
        near.connect(to)?;
        let (far, _) = listener.accept()?;
        near.close()?;
        ends(&far)?;
        far.close()?;
    }
    bed.settle();
    fails(bed.near().tcp()?.connect(to), Errno::EADDRNOTAVAIL)
}

/// `net.ipv4.tcp_tw_reuse` with no port left but in TIME_WAIT, and whether one is used again after somewhat over a second.
fn reuses<B: Bed>(bed: &B, setting: &str, loopback: bool, expected: bool) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.ip_local_port_range", "40000 40001")?;
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_tw_reuse", setting)?;
    let listener = if loopback { bed.near().tcp()? } else { bed.far().tcp()? };
    let ip = if loopback { bed.near().any(5000) } else { bed.far().addr(5000) };
    listener.bind(&ip)?;
    listener.listen(5)?;
    let to = match (loopback, bed.family()) {
        (false, _) => bed.far().addr(5000),
        (true, Family::INET6) => Addr::v6(Ipv6Addr::LOCALHOST, 5000),
        (true, _) => Addr::v4(Ipv4Addr::LOCALHOST, 5000),
    };
    use_up_ports(bed, &to, &listener)?;
    bed.near().host.sleep(Duration::from_millis(2100));
    let near = bed.near().tcp()?;
    if !expected {
        return fails(near.connect(&to), Errno::EADDRNOTAVAIL);
    }
    near.connect(&to)?;
    let port = port_of(&near.getsockname()?)?;
    holds("it is one of the two", (40000..=40001).contains(&port))?;
    let (far, _) = listener.accept()?;
    near.send(b"again")?;
    receives(&far, b"again")
}

fn reused_on_loopback<B: Bed>(bed: &B) -> Outcome {
    reuses(bed, "2", true, true)
}

fn not_reused_elsewhere<B: Bed>(bed: &B) -> Outcome {
    reuses(bed, "2", false, false)
}

fn reused_everywhere<B: Bed>(bed: &B) -> Outcome {
    reuses(bed, "1", false, true)
}

fn not_reused_at_all<B: Bed>(bed: &B) -> Outcome {
    reuses(bed, "0", true, false)
}

fn not_reused_without_timestamps<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_timestamps", "0")?;
    reuses(bed, "1", false, false)
}

fn bind_needs_no_delay<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_tw_reuse", "0")?;
    for timestamps in ["1", "0"] {
        bed.set_sysctl(Side::Near, "net.ipv4.tcp_timestamps", timestamps)?;
        let listener = bed.far().listener()?;
        let near = bed.near().tcp()?;
        near.setsockopt(SO_REUSEADDR, true)?;
        near.connect(&listener.getsockname()?)?;
        let (far, client) = listener.accept()?;
        near.close()?;
        ends(&far)?;
        far.close()?;
        bed.settle();
        let again = bed.near().tcp()?;
        again.setsockopt(SO_REUSEADDR, true)?;
        again.bind(&client)?;
        if timestamps == "1" {
            again.connect(&listener.getsockname()?)?;
        } else {
            fails(again.connect(&listener.getsockname()?), Errno::EADDRNOTAVAIL)?;
        }
    }
    Ok(())
}

fn a_closed_fin_wait_2_gives_way<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_REUSEADDR, true)?;
    near.connect(&listener.getsockname()?)?;
    let (far, client) = listener.accept()?;
    near.shutdown(Shutdown::Write)?;
    far.send(b"x")?;
    receives(&near, b"x")?;
    near.close()?;
    bed.settle();
    let again = bed.near().tcp()?;
    again.setsockopt(SO_REUSEADDR, true)?;
    again.bind(&client)?;
    // The far side still has the old connection, and answers as for that: it is reset, and the next SYN finds nobody.
    again.connect(&listener.getsockname()?)?;
    fails(far.send(b"y"), Errno::EPIPE)?;
    let (far, _) = listener.accept()?;
    again.send(b"new")?;
    receives(&far, b"new")
}

fn its_descriptor_stays<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_REUSEADDR, true)?;
    near.bind(&bed.near().addr(0))?;
    near.connect(&listener.getsockname()?)?;
    let (far, client) = listener.accept()?;
    far.send(b"unread")?;
    near.shutdown(Shutdown::Write)?;
    ends(&far)?;
    far.close()?;
    bed.settle();
    let again = bed.near().tcp()?;
    again.setsockopt(SO_REUSEADDR, true)?;
    again.bind(&client)?;
    again.connect(&listener.getsockname()?)?;
    listener.accept()?;
    receives(&near, b"unread")?;
    ends(&near)?;
    polls(&near, PollEvents::IN | PollEvents::OUT | PollEvents::RDHUP | PollEvents::HUP)?;
    near.close()?;
    same("the new one", again.getsockname()?, client)
}
