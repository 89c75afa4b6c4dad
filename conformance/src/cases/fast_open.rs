//! Fast Open: data in the SYN, RFC 7413. A client learns a cookie with its first connection, and uses it with the next.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Host, MsgFlags, PollEvents, Socket,
    option::{SO_ERROR, TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_NO_COOKIE},
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, holds, polls, receives, same},
    pair::connected,
};

cases! { fast_open:
    a_server_without_it linked
        "MSG_FASTOPEN connects and sends in one call, also to a server that does not know of it"
        from "tcp(7) MSG_FASTOPEN; RFC 7413 section 4.1.1; tcp_sendmsg_fastopen";
    first_asks_for_a_cookie linked
        "To a new server the first one is an ordinary handshake; in non-blocking mode EINPROGRESS, and nothing is taken"
        from "RFC 7413 section 4.1.1; tcp_sendmsg_fastopen: copied is 0 without a cookie";
    second_has_data_in_the_syn linked
        "With a cookie the data is in the SYN: accepted and readable before the client is connected"
        from "RFC 7413 section 4.2; tcp_try_fastopen";
    nonblocking_takes_what_fits_a_syn linked
        "With a cookie a non-blocking send takes what fits into a SYN"
        from "tcp_send_syn_data";
    refused linked
        "A port that nobody listens on refuses: ECONNREFUSED"
        from "connect(2); tcp_sendmsg_fastopen";
    switched_off linked
        "Without the client's bit in net.ipv4.tcp_fastopen MSG_FASTOPEN says EOPNOTSUPP"
        from "ip-sysctl.rst tcp_fastopen; tcp_sendmsg_fastopen";
    unspec_address linked
        "To AF_UNSPEC: EOPNOTSUPP"
        from "tcp_sendmsg_fastopen";
    of_a_connection linked
        "On a connection: EISCONN"
        from "tcp_sendmsg_fastopen: __inet_stream_connect";
    twice_at_once linked
        "A second one while the first is under way: EALREADY"
        from "tcp_sendmsg_fastopen: fastopen_req";
    connect_is_put_off linked
        "TCP_FASTOPEN_CONNECT with a cookie: connect succeeds at once, and nothing is sent before the first send"
        from "tcp(7) TCP_FASTOPEN_CONNECT; __inet_stream_connect: defer_connect; tcp_fastopen_defer_connect";
    connect_without_a_cookie linked
        "TCP_FASTOPEN_CONNECT without a cookie is an ordinary connect"
        from "tcp_fastopen_defer_connect";
    no_cookie_needed linked
        "TCP_FASTOPEN_NO_COOKIE on both sides: the first SYN carries data"
        from "TCP_FASTOPEN_NO_COOKIE; tcp_fastopen_no_cookie";
    lost_syn_is_sent_again_without_data linked
        "If the SYN is lost the data comes later, once"
        from "RFC 7413 section 4.1.3; tcp_retransmit_timer; tcp_send_syn_data";
    a_server_forgets_it linked
        "A server that lets no data in any more acknowledges the SYN only; the data is sent again"
        from "RFC 7413 section 4.2.2; tcp_rcv_fastopen_synack";
}

const TEXT: &[u8] = b"in the SYN";

/// A listener that takes data in SYNs, on a machine that does.
fn server<B: Bed>(bed: &B) -> Result<(Socket<B::Host>, Addr), Stop> {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_fastopen", "1")?;
    bed.set_sysctl(Side::Far, "net.ipv4.tcp_fastopen", "3")?;
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(TCP_FASTOPEN, 16)?;
    listener.listen(16)?;
    let addr = listener.getsockname()?;
    Ok((listener, addr))
}

/// The near machine gets its cookie.
fn learn<B: Bed>(bed: &B, listener: &Socket<B::Host>, addr: &Addr) -> Outcome {
    let first = bed.near().tcp()?;
    same("sendto", first.sendto_with(b"first", MsgFlags::FASTOPEN, addr)?, 5)?;
    let (accepted, _) = listener.accept()?;
    receives(&accepted, b"first")?;
    first.close()?;
    ends(&accepted)
}

fn a_server_without_it<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    let sent = near.sendto_with(TEXT, MsgFlags::FASTOPEN, &listener.getsockname()?)?;
    same("sendto", sent, TEXT.len())?;
    let (accepted, peer) = listener.accept()?;
    same("the peer", peer, near.getsockname()?)?;
    receives(&accepted, TEXT)?;
    near.send(b"and on")?;
    receives(&accepted, b"and on")
}

fn first_asks_for_a_cookie<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = server(bed)?;
    let near = bed.near().tcp()?;
    near.setblocking(false)?;
    fails(near.sendto_with(TEXT, MsgFlags::FASTOPEN, &addr), Errno::EINPROGRESS)?;
    becomes(&near, PollEvents::OUT)?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, None)?;
    same("send", near.send(TEXT)?, TEXT.len())?;
    receives(&listener.accept()?.0, TEXT)
}

fn second_has_data_in_the_syn<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = server(bed)?;
    learn(bed, &listener, &addr)?;
    // No answer comes through: the data is all the same there.
    bed.set_gate(Side::Near, Gate::Closed)?;
    let near = bed.near().tcp()?;
    near.setblocking(false)?;
    near.sendto_with(TEXT, MsgFlags::FASTOPEN, &addr)?;
    bed.settle();
    polls(&near, PollEvents::empty())?;
    let (accepted, _) = listener.accept()?;
    receives(&accepted, TEXT)?;
    accepted.sendall(b"answer")?;
    bed.mend()?;
    becomes(&near, PollEvents::IN)?;
    receives(&near, b"answer")?;
    near.sendall(b"and on")?;
    receives(&accepted, b"and on")
}

fn nonblocking_takes_what_fits_a_syn<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = server(bed)?;
    learn(bed, &listener, &addr)?;
    let near = bed.near().tcp()?;
    near.setblocking(false)?;
    let sent = near.sendto_with(&[1; 100_000], MsgFlags::FASTOPEN, &addr)?;
    holds("less than a segment", (1_000..1_460).contains(&sent))?;
    let (accepted, _) = listener.accept()?;
    let mut got = vec![0; sent];
    same("recv", accepted.recv_with(&mut got, MsgFlags::WAITALL)?, sent)?;
    becomes(&near, PollEvents::OUT)
}

fn refused<B: Bed>(bed: &B) -> Outcome {
    let closed = bed.far().bound_tcp()?;
    let near = bed.near().tcp()?;
    fails(near.sendto_with(TEXT, MsgFlags::FASTOPEN, &closed.getsockname()?), Errno::ECONNREFUSED)
}

fn switched_off<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    for setting in ["0", "2"] {
        bed.set_sysctl(Side::Near, "net.ipv4.tcp_fastopen", setting)?;
        let near = bed.near().tcp()?;
        fails(near.sendto_with(TEXT, MsgFlags::FASTOPEN, &listener.getsockname()?), Errno::EOPNOTSUPP)?;
        near.connect(&listener.getsockname()?)?;
    }
    Ok(())
}

fn unspec_address<B: Bed>(bed: &B) -> Outcome {
    fails(bed.near().tcp()?.sendto_with(TEXT, MsgFlags::FASTOPEN, &Addr::Unspec), Errno::EOPNOTSUPP)
}

fn of_a_connection<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    fails(pair.near.sendto_with(TEXT, MsgFlags::FASTOPEN, &pair.listener.getsockname()?), Errno::EISCONN)?;
    pair.near.send(b"on")?;
    receives(&pair.far, b"on")
}

fn twice_at_once<B: Bed>(bed: &B) -> Outcome {
    let (_listener, addr) = server(bed)?;
    bed.cut()?;
    let near = bed.near().tcp()?;
    near.setblocking(false)?;
    fails(near.sendto_with(TEXT, MsgFlags::FASTOPEN, &addr), Errno::EINPROGRESS)?;
    fails(near.sendto_with(TEXT, MsgFlags::FASTOPEN, &addr), Errno::EALREADY)?;
    fails(near.connect(&addr), Errno::EALREADY)
}

fn connect_is_put_off<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = server(bed)?;
    learn(bed, &listener, &addr)?;
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_FASTOPEN_CONNECT, 1)?;
    bed.cut()?;
    near.connect(&addr)?;
    // In blocking mode it would wait for a handshake that nobody has begun.
    near.setblocking(false)?;
    fails(near.connect(&addr), Errno::EISCONN)?;
    near.setblocking(true)?;
    polls(&near, PollEvents::OUT)?;
    fails(near.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    bed.mend()?;
    bed.settle();
    polls(&listener, PollEvents::empty())?;
    same("send", near.send(TEXT)?, TEXT.len())?;
    receives(&listener.accept()?.0, TEXT)
}

fn connect_without_a_cookie<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = server(bed)?;
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_FASTOPEN_CONNECT, 1)?;
    near.connect(&addr)?;
    becomes(&listener, PollEvents::IN)?;
    let other = bed.near().tcp()?;
    other.setsockopt(TCP_FASTOPEN_CONNECT, 1)?;
    // It has one now.
    other.connect(&addr)?;
    listener.accept()?;
    bed.settle();
    polls(&listener, PollEvents::empty())
}

fn no_cookie_needed<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = server(bed)?;
    listener.setsockopt(TCP_FASTOPEN_NO_COOKIE, 1)?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_FASTOPEN_NO_COOKIE, 1)?;
    near.setblocking(false)?;
    same("sendto", near.sendto_with(TEXT, MsgFlags::FASTOPEN, &addr)?, TEXT.len())?;
    bed.settle();
    receives(&listener.accept()?.0, TEXT)
}

fn lost_syn_is_sent_again_without_data<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = server(bed)?;
    learn(bed, &listener, &addr)?;
    bed.cut()?;
    let near = bed.near().tcp()?;
    near.setblocking(false)?;
    near.sendto_with(TEXT, MsgFlags::FASTOPEN, &addr)?;
    bed.settle();
    bed.mend()?;
    becomes(&near, PollEvents::OUT)?;
    let (accepted, _) = listener.accept()?;
    becomes(&accepted, PollEvents::IN)?;
    bed.near().host.sleep(Duration::from_millis(300));
    receives(&accepted, TEXT)
}

fn a_server_forgets_it<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = server(bed)?;
    learn(bed, &listener, &addr)?;
    bed.set_sysctl(Side::Far, "net.ipv4.tcp_fastopen", "1")?;
    let near = bed.near().tcp()?;
    same("sendto", near.sendto_with(TEXT, MsgFlags::FASTOPEN, &addr)?, TEXT.len())?;
    let (accepted, _) = listener.accept()?;
    becomes(&accepted, PollEvents::IN)?;
    bed.settle();
    receives(&accepted, TEXT)
}
