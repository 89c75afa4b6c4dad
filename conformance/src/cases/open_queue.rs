//! The queue of a listener: how many fit, who gets the last place, and who waits outside.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Host, MsgFlags, Net, PollEvents, Shutdown, Socket,
    option::{SO_ERROR, TCP_DEFER_ACCEPT},
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, holds, polls, receives, same, takes_between},
    pair::{abort, connecting},
};

cases! { open::queue:
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
    defer_accept_gives_up linked
        "TCP_DEFER_ACCEPT: a connection without data is accepted after that time"
        from "tcp(7) TCP_DEFER_ACCEPT; tcp_check_req: rskq_defer_accept";
    defer_accept_is_not_told_to_the_client linked
        "The client is connected at once"
        from "tcp_check_req drops the bare ACK only";
    defer_accept_and_the_end linked
        "An end without data counts as data"
        from "tcp_check_req: TCP_FLAG_ACK without a payload is what is dropped";
    listener_gone_during_the_handshake linked
        "A listener that closes while the handshake is under way: the client is refused or reset"
        from "inet_csk_listen_stop; RFC 9293 section 3.10.7.1";
    reset_after_accept_queue linked
        "A listener that closes resets who was not accepted, with the data"
        from "inet_csk_listen_stop; inet_child_forget";
}

const SECOND: Duration = Duration::from_secs(1);

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

/// A listener that waits so long for data, and a client that is connected to it.
fn deferred<B: Bed>(bed: &B, seconds: u64) -> Result<[Socket<B::Host>; 2], Stop> {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(TCP_DEFER_ACCEPT, Duration::from_secs(seconds))?;
    listener.listen(4)?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    bed.settle();
    polls(&listener, PollEvents::empty())?;
    Ok([listener, client])
}

fn defer_accept_gives_up<B: Bed>(bed: &B) -> Outcome {
    let [listener, client] = deferred(bed, 1)?;
    takes_between(bed.near().host, SECOND / 2, 4 * SECOND, || becomes(&listener, PollEvents::IN))??;
    let (accepted, _) = listener.accept()?;
    client.sendall(b"late")?;
    receives(&accepted, b"late")
}

fn defer_accept_is_not_told_to_the_client<B: Bed>(bed: &B) -> Outcome {
    let [listener, client] = deferred(bed, 5)?;
    polls(&client, PollEvents::OUT)?;
    same("getpeername", client.getpeername()?, listener.getsockname()?)?;
    client.sendall(b"now")?;
    becomes(&listener, PollEvents::IN)?;
    receives(&listener.accept()?.0, b"now")
}

fn defer_accept_and_the_end<B: Bed>(bed: &B) -> Outcome {
    let [listener, client] = deferred(bed, 5)?;
    client.shutdown(Shutdown::Write)?;
    bed.settle();
    polls(&listener, PollEvents::IN)?;
    ends(&listener.accept()?.0)
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
