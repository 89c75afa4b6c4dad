//! TCP Fast Open from both ends, before the handshake is over and after; `fast_open` is what a client sees of it.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Host, MsgFlags, PollEvents, Shutdown, Socket, TcpOptions, TcpState,
    option::{
        SO_ERROR, SO_SNDTIMEO, TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_KEY, TCP_FASTOPEN_NO_COOKIE, TCP_INFO,
        TcpInfo,
    },
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, holds, polls, receives, same, takes},
    pair::{Place, abort, connected},
};

cases! { syn_data:
    data_is_there_before_the_handshake_ends linked
        "With a cookie the data is in the SYN: it is accepted and read while the SYN+ACK is on its way, and answered"
        from "RFC 7413 section 4.2; tcp_try_fastopen";
    first_it_asks_for_a_cookie linked
        "Without a cookie a non-blocking send takes nothing and says EINPROGRESS: the handshake is an ordinary one"
        from "RFC 7413 section 4.1.1; tcp(7) MSG_FASTOPEN; tcp_send_syn_data: fallback";
    blocking_it_waits_for_the_handshake linked
        "A blocking one sends everything after the handshake; with a cookie it waits for the handshake all the same"
        from "tcp_sendmsg_fastopen: __inet_stream_connect waits";
    forbidden_to_clients linked
        "Without the client's bit in net.ipv4.tcp_fastopen: EOPNOTSUPP"
        from "ip-sysctl.rst tcp_fastopen; tcp_sendmsg_fastopen";
    forbidden_to_servers linked
        "Without the server's bit, or without TCP_FASTOPEN on the listener, no cookie is given"
        from "ip-sysctl.rst tcp_fastopen; tcp_try_fastopen";
    needs_a_fresh_socket everywhere
        "EISCONN on a connected or listening socket, EINVAL without an address, EOPNOTSUPP with AF_UNSPEC"
        from "tcp_sendmsg_fastopen; __inet_stream_connect";
    once_at_a_time linked
        "While it connects a second one says EALREADY, a plain send EAGAIN; connected, the next one goes on, then EISCONN"
        from "__inet_stream_connect: SS_CONNECTING, is_sendmsg; sk_stream_wait_connect";
    as_much_as_a_segment_holds linked
        "The SYN takes a segment less 40 bytes for options; the rest goes the usual way"
        from "tcp_send_syn_data: MAX_TCP_OPTION_SPACE";
    nothing_may_be_sent linked
        "No data: EINPROGRESS without waiting, 0 with; the connection can be accepted at once all the same"
        from "tcp_send_syn_data: space; tcp_try_fastopen: data-less SYN with a valid cookie";
    a_lost_syn_is_repeated_without_data linked
        "A SYN that is lost goes out again after a second without data; the data follows the handshake"
        from "RFC 7413 section 4.2.1; tcp_retransmit_timer; tcp_rcv_fastopen_synack";
    a_lost_answer_is_repeated linked
        "If the SYN+ACK is lost, it goes out again, and still acknowledges the data"
        from "tcp_fastopen_synack_timer";
    what_is_not_acknowledged_is_sent_again linked
        "If the SYN+ACK acknowledges the SYN alone, the data goes out again at once"
        from "RFC 7413 section 4.2.1; tcp_rcv_fastopen_synack";
    another_key_makes_the_cookie_worthless linked
        "A cookie of another key is not accepted; the SYN+ACK brings a fresh one"
        from "RFC 7413 section 4.1.2; tcp_fastopen_cookie_gen_check; TCP_FASTOPEN_KEY";
    the_key_before_still_counts linked
        "Of two keys the second is accepted too, and answered with a cookie of the first"
        from "tcp_fastopen_cookie_gen_check: returns 2";
    connect_is_put_off linked
        "TCP_FASTOPEN_CONNECT: with a cookie connect returns at once, nothing is sent, and the first send opens"
        from "tcp_fastopen_defer_connect; tcp_poll";
    connect_is_not_put_off_without_a_cookie linked
        "TCP_FASTOPEN_CONNECT without a cookie: connect is the usual one, and fetches a cookie"
        from "tcp_fastopen_defer_connect: fastopen_req without data";
    put_off_and_called_off linked
        "What was put off and is shut down or closed has never been: the server sees nothing"
        from "inet_shutdown: TCP_SYN_SENT, tcp_disconnect; tcp_close_state";
    put_off_and_refused linked
        "What was put off and finds nobody: the blocking send says ECONNREFUSED; a non-blocking one succeeds, SO_ERROR tells"
        from "__inet_stream_connect: sock_error";
    refused linked
        "Nobody listens: a blocking send says ECONNREFUSED, a non-blocking one has taken the data, and SO_ERROR tells"
        from "tcp_sendmsg_fastopen; tcp_reset";
    the_queue_is_limited linked
        "No more than TCP_FASTOPEN says may be in the handshake; the next SYN makes an ordinary connection"
        from "tcp_fastopen_queue_check";
    a_reset_counts_for_a_minute linked
        "An accepted connection that is reset before the handshake's end fails with ECONNRESET, and keeps its place in the queue"
        from "RFC 7413 section 5.1; tcp_check_req: embryonic_reset; reqsk_fastopen_remove";
    a_reset_before_accept linked
        "One that is reset before it is accepted can be accepted: its data is read, then ECONNRESET; it keeps no place"
        from "reqsk_fastopen_remove: req->sk";
    answered_and_closed_before_the_handshake_ends linked
        "The server may answer and close before the handshake is over: the answer comes with it, and the end"
        from "tcp_passive_fastopen; tcp_close_state: TCP_SYN_RECV";
    shut_down_before_the_handshake_ends linked
        "It may shut down its half as well: the end follows the handshake"
        from "tcp_shutdown; tcp_rcv_state_process: TCP_SYN_RECV, sk_shutdown";
    closed_with_unread_data linked
        "Closed with the data unread it is reset: the client, whose SYN+ACK comes too late, hears ECONNRESET or ECONNREFUSED"
        from "RFC 2525 section 2.17; __tcp_close";
    without_cookies_by_sysctl linked
        "0x4 and 0x200 of net.ipv4.tcp_fastopen: the first SYN carries data already"
        from "ip-sysctl.rst tcp_fastopen; tcp_fastopen_no_cookie";
    without_cookies_by_option linked
        "TCP_FASTOPEN_NO_COOKIE on both sides: the same; on one side alone it is of no use"
        from "tcp_fastopen_no_cookie: fastopen_no_cookie";
    all_listeners linked
        "0x400 of net.ipv4.tcp_fastopen: listen gives the backlog to TCP_FASTOPEN"
        from "inet_listen: TFO_SERVER_WO_SOCKOPT1";
    on_loopback linked
        "On loopback it is all over when the call returns"
        from "tcp_send_syn_data; tcp_rcv_fastopen_synack";
    cookies_are_per_address linked
        "A cookie is good for every port of the server, and for that server alone"
        from "RFC 7413 section 4.1.3; tcp_fastopen_cache_get";
    gathered linked
        "sendmsg gathers its buffers into the SYN"
        from "tcp_send_syn_data: copy_page_from_iter";
}

const SECOND: Duration = Duration::from_secs(1);
const FAST: MsgFlags = MsgFlags::FASTOPEN;
const FAST_NOW: MsgFlags = MsgFlags::FASTOPEN.union(MsgFlags::DONTWAIT);

type Result<T> = std::result::Result<T, Stop>;

/// Lets both sides speak it.
fn allow<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_fastopen", "3")?;
    bed.set_sysctl(Side::Far, "net.ipv4.tcp_fastopen", "3")
}

/// A listener that takes data from a SYN.
#[track_caller]
fn fast_listener<H: Host>(place: &Place<'_, H>, queue: i32) -> Result<Socket<H>> {
    let listener = place.bound_tcp()?;
    listener.setsockopt(TCP_FASTOPEN, queue)?;
    listener.listen(16)?;
    Ok(listener)
}

/// The near side fetches a cookie by a connection that is over then.
#[track_caller]
fn fetch_cookie<B: Bed>(bed: &B, listener: &Socket<B::Host>) -> Outcome {
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(b"first", FAST, &listener.getsockname()?)?, 5)?;
    let (far, _) = listener.accept()?;
    receives(&far, b"first")?;
    same("the first SYN has no data", had_syn_data(&near)?, false)?;
    abort(near)?;
    bed.settle();
    Ok(())
}

/// A listener whose cookie the near side has.
#[track_caller]
fn known_listener<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    allow(bed)?;
    let listener = fast_listener(&bed.far(), 8)?;
    fetch_cookie(bed, &listener)?;
    Ok(listener)
}

#[track_caller]
fn info<H: Host>(socket: &Socket<H>) -> Result<TcpInfo> {
    Ok(socket.getsockopt(TCP_INFO)?)
}

/// Data in a SYN was acknowledged.
#[track_caller]
fn had_syn_data<H: Host>(socket: &Socket<H>) -> Result<bool> {
    Ok(info(socket)?.options & TcpOptions::SYN_DATA.bits() != 0)
}

#[track_caller]
fn is_in<H: Host>(socket: &Socket<H>, state: TcpState) -> Outcome {
    same("state", info(socket)?.state, state.raw())
}

/// Why Fast Open failed: `enum tcp_fastopen_client_fail`.
#[track_caller]
fn why_not<H: Host>(socket: &Socket<H>) -> Result<u8> {
    Ok(info(socket)?.flags >> 1 & 3)
}

const UNSPEC: u8 = 0;
const COOKIE_UNAVAILABLE: u8 = 1;
const DATA_NOT_ACKED: u8 = 2;
const SYN_RETRANSMITTED: u8 = 3;

/// A fast connection whose SYN+ACK is lost, and later ones too: what the near side holds, and what the far side has accepted.
#[track_caller]
fn half_open<B: Bed>(bed: &B, listener: &Socket<B::Host>, data: &[u8]) -> Result<[Socket<B::Host>; 2]> {
    bed.set_gate(Side::Near, Gate::Closed)?;
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(data, FAST_NOW, &listener.getsockname()?)?, data.len())?;
    becomes(listener, PollEvents::IN)?;
    let (far, _) = listener.accept()?;
    is_in(&far, TcpState::SYN_RECV)?;
    Ok([near, far])
}

fn data_is_there_before_the_handshake_ends<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let [near, far] = half_open(bed, &listener, b"hello")?;
    is_in(&near, TcpState::SYN_SENT)?;
    polls(&near, PollEvents::empty())?;
    polls(&far, PollEvents::IN | PollEvents::OUT)?;
    same("far: data in the SYN", had_syn_data(&far)?, true)?;
    same("near: not known yet", had_syn_data(&near)?, false)?;
    same("its peer", far.getpeername()?, near.getsockname()?)?;
    receives(&far, b"hello")?;
    polls(&far, PollEvents::OUT)?;
    far.sendall(b"world")?;
    bed.set_gate(Side::Near, Gate::Open)?;
    becomes(&near, PollEvents::IN)?;
    receives(&near, b"world")?;
    bed.settle();
    is_in(&near, TcpState::ESTABLISHED)?;
    is_in(&far, TcpState::ESTABLISHED)?;
    same("near: data in the SYN", had_syn_data(&near)?, true)?;
    same("no failure", why_not(&near)?, UNSPEC)?;
    near.sendall(b"more")?;
    receives(&far, b"more")?;
    near.close()?;
    ends(&far)
}

fn first_it_asks_for_a_cookie<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    let listener = fast_listener(&bed.far(), 8)?;
    let near = bed.near().tcp()?;
    fails(near.sendto_with(b"hello", FAST_NOW, &listener.getsockname()?), Errno::EINPROGRESS)?;
    becomes(&near, PollEvents::OUT)?;
    let (far, _) = listener.accept()?;
    bed.settle();
    polls(&far, PollEvents::OUT)?;
    same("data in the SYN", had_syn_data(&near)?, false)?;
    same("failure", why_not(&near)?, COOKIE_UNAVAILABLE)?;
    near.sendall(b"hello")?;
    receives(&far, b"hello")?;
    // From now on there is one.
    let [_near, far] = half_open(bed, &listener, b"again")?;
    receives(&far, b"again")
}

fn blocking_it_waits_for_the_handshake<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let addr = listener.getsockname()?;
    let second = bed.near().tcp()?;
    same("taken", second.sendto_with(b"hello", FAST, &addr)?, 5)?;
    is_in(&second, TcpState::ESTABLISHED)?;
    same("data in the SYN", had_syn_data(&second)?, true)?;
    let (far, _) = listener.accept()?;
    receives(&far, b"hello")?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_SNDTIMEO, Some(SECOND / 2))?;
    let taken = takes(bed.near().host, SECOND / 2, || near.sendto_with(b"hello", FAST, &addr))??;
    same("taken, though the handshake goes on", taken, 5)?;
    is_in(&near, TcpState::SYN_SENT)?;
    let (far, _) = listener.accept()?;
    receives(&far, b"hello")?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_SNDTIMEO, Some(SECOND / 2))?;
    let large = [0; 5000];
    let taken = takes(bed.near().host, SECOND / 2, || near.sendto_with(&large, FAST, &addr))??;
    same("what the SYN holds is taken", taken, room(bed))
}

fn forbidden_to_clients<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_fastopen", "2")?;
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    fails(near.sendto_with(b"x", FAST, &listener.getsockname()?), Errno::EOPNOTSUPP)?;
    fails(near.setsockopt(TCP_FASTOPEN_CONNECT, 1), Errno::EOPNOTSUPP)?;
    near.connect(&listener.getsockname()?)?;
    fails(near.sendto_with(b"x", FAST, &listener.getsockname()?), Errno::EOPNOTSUPP)
}

fn forbidden_to_servers<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    let plain = bed.far().listener()?;
    fetch_cookie(bed, &plain)?;
    let near = bed.near().tcp()?;
    fails(near.sendto_with(b"x", FAST_NOW, &plain.getsockname()?), Errno::EINPROGRESS)?;
    bed.set_sysctl(Side::Far, "net.ipv4.tcp_fastopen", "1")?;
    let fast = fast_listener(&bed.far(), 8)?;
    fetch_cookie(bed, &fast)?;
    let near = bed.near().tcp()?;
    fails(near.sendto_with(b"x", FAST_NOW, &fast.getsockname()?), Errno::EINPROGRESS)
}

fn needs_a_fresh_socket<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let addr = pair.listener.getsockname()?;
    fails(pair.near.sendto_with(b"x", FAST, &addr), Errno::EISCONN)?;
    fails(pair.near.send_with(b"x", FAST), Errno::EISCONN)?;
    fails(pair.far.sendto_with(b"x", FAST, &addr), Errno::EISCONN)?;
    fails(pair.listener.sendto_with(b"x", FAST, &addr), Errno::EISCONN)?;
    let fresh = bed.near().tcp()?;
    fails(fresh.send_with(b"x", FAST), Errno::EINVAL)?;
    fails(fresh.sendto_with(b"x", FAST, &Addr::Unspec), Errno::EOPNOTSUPP)?;
    fails(pair.near.sendto_with(b"x", FAST, &Addr::Unspec), Errno::EOPNOTSUPP)?;
    pair.near.sendall(b"still")?;
    receives(&pair.far, b"still")?;
    same("bytes taken", fresh.sendto_with(b"fresh", FAST, &addr)?, 5)?;
    let (far, _) = pair.listener.accept()?;
    receives(&far, b"fresh")
}

fn once_at_a_time<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let addr = listener.getsockname()?;
    let [near, far] = half_open(bed, &listener, b"one")?;
    fails(near.sendto_with(b"two", FAST_NOW, &addr), Errno::EALREADY)?;
    fails(near.send_with(b"two", FAST_NOW), Errno::EALREADY)?;
    fails(near.send_with(b"two", MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    near.setblocking(false)?;
    fails(near.connect(&addr), Errno::EALREADY)?;
    bed.set_gate(Side::Near, Gate::Open)?;
    becomes(&near, PollEvents::OUT)?;
    same("nobody has told of the connection", near.sendto_with(b"two", FAST_NOW, &addr)?, 3)?;
    fails(near.sendto_with(b"three", FAST_NOW, &addr), Errno::EISCONN)?;
    bed.settle();
    receives(&far, b"onetwo")
}

/// 1,500 bytes less the headers of IP and TCP, and 40 for options.
fn room<B: Bed>(bed: &B) -> usize {
    if bed.near().ip().is_ipv4() { 1420 } else { 1400 }
}

fn as_much_as_a_segment_holds<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let addr = listener.getsockname()?;
    let data: Vec<u8> = (0..5000).map(|at: u32| at as u8).collect();
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(&data, FAST_NOW, &addr)?, room(bed))?;
    let (far, _) = listener.accept()?;
    receives(&far, &data[..room(bed)])?;
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(&data, FAST, &addr)?, data.len())?;
    let (far, _) = listener.accept()?;
    same("data in the SYN", had_syn_data(&near)?, true)?;
    bed.settle();
    receives(&far, &data)
}

fn nothing_may_be_sent<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let addr = listener.getsockname()?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    let near = bed.near().tcp()?;
    fails(near.sendto_with(b"", FAST_NOW, &addr), Errno::EINPROGRESS)?;
    becomes(&listener, PollEvents::IN)?;
    let (far, _) = listener.accept()?;
    is_in(&far, TcpState::SYN_RECV)?;
    polls(&far, PollEvents::OUT)?;
    same("far: data in the SYN", had_syn_data(&far)?, false)?;
    far.sendall(b"you first")?;
    bed.set_gate(Side::Near, Gate::Open)?;
    becomes(&near, PollEvents::IN)?;
    receives(&near, b"you first")?;
    same("near: data in the SYN", had_syn_data(&near)?, false)?;
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(b"", FAST, &addr)?, 0)?;
    is_in(&near, TcpState::ESTABLISHED)
}

fn a_lost_syn_is_repeated_without_data<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    bed.set_gate(Side::Far, Gate::Closed)?;
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(b"hello", FAST_NOW, &listener.getsockname()?)?, 5)?;
    bed.settle();
    bed.set_gate(Side::Far, Gate::Open)?;
    takes(bed.near().host, SECOND * 9 / 10, || listener.accept())?.map_err(Stop::from).and_then(|(far, _)| {
        is_in(&far, TcpState::ESTABLISHED)?;
        receives(&far, b"hello")?;
        same("far: data in the SYN", had_syn_data(&far)?, false)?;
        bed.settle();
        same("near: data in the SYN", had_syn_data(&near)?, false)?;
        same("failure", why_not(&near)?, SYN_RETRANSMITTED)?;
        near.sendall(b"more")?;
        receives(&far, b"more")
    })
}

fn a_lost_answer_is_repeated<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let [near, far] = half_open(bed, &listener, b"hello")?;
    bed.settle();
    bed.set_gate(Side::Near, Gate::Open)?;
    takes(bed.near().host, SECOND * 9 / 10, || becomes(&near, PollEvents::OUT))??;
    same("near: data in the SYN", had_syn_data(&near)?, true)?;
    receives(&far, b"hello")?;
    bed.settle();
    is_in(&far, TcpState::ESTABLISHED)
}

fn what_is_not_acknowledged_is_sent_again<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    listener.setsockopt(TCP_FASTOPEN, 0)?;
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(b"hello", FAST_NOW, &listener.getsockname()?)?, 5)?;
    let (far, _) = listener.accept()?;
    bed.settle();
    receives(&far, b"hello")?;
    same("near: data in the SYN", had_syn_data(&near)?, false)?;
    same("failure", why_not(&near)?, DATA_NOT_ACKED)?;
    same("far: data in the SYN", had_syn_data(&far)?, false)?;
    holds("it went out again", info(&near)?.total_retrans >= 1)?;
    near.sendall(b"more")?;
    receives(&far, b"more")
}

const KEY: [u8; 16] = *b"0123456789abcdef";
const OTHER: [u8; 16] = *b"fedcba9876543210";

fn another_key_makes_the_cookie_worthless<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    let listener = fast_listener(&bed.far(), 8)?;
    listener.setsockopt(TCP_FASTOPEN_KEY, KEY.to_vec())?;
    fetch_cookie(bed, &listener)?;
    listener.setsockopt(TCP_FASTOPEN_KEY, OTHER.to_vec())?;
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(b"hello", FAST_NOW, &listener.getsockname()?)?, 5)?;
    let (far, _) = listener.accept()?;
    bed.settle();
    receives(&far, b"hello")?;
    same("failure", why_not(&near)?, DATA_NOT_ACKED)?;
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(b"hello", FAST, &listener.getsockname()?)?, 5)?;
    same("data in the SYN", had_syn_data(&near)?, true)
}

fn the_key_before_still_counts<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    let listener = fast_listener(&bed.far(), 8)?;
    listener.setsockopt(TCP_FASTOPEN_KEY, KEY.to_vec())?;
    fetch_cookie(bed, &listener)?;
    listener.setsockopt(TCP_FASTOPEN_KEY, [OTHER, KEY].concat())?;
    let fast = || {
        let near = bed.near().tcp()?;
        same("bytes taken", near.sendto_with(b"hello", FAST, &listener.getsockname()?)?, 5)?;
        had_syn_data(&near)
    };
    same("by the key before", fast()?, true)?;
    listener.setsockopt(TCP_FASTOPEN_KEY, OTHER.to_vec())?;
    same("by the key that came with it", fast()?, true)
}

/// A socket whose `connect` was put off.
#[track_caller]
fn put_off<B: Bed>(bed: &B, addr: &Addr) -> Result<Socket<B::Host>> {
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_FASTOPEN_CONNECT, 1)?;
    near.connect(addr)?;
    Ok(near)
}

fn connect_is_put_off<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let addr = listener.getsockname()?;
    let near = put_off(bed, &addr)?;
    bed.settle();
    polls(&listener, PollEvents::empty())?;
    polls(&near, PollEvents::OUT)?;
    is_in(&near, TcpState::SYN_SENT)?;
    fails(near.getpeername(), Errno::ENOTCONN)?;
    same("it has a port", near.getsockname()?.port().is_some_and(|port| port > 0), true)?;
    near.setblocking(false)?;
    fails(near.connect(&addr), Errno::EISCONN)?;
    fails(near.recv(&mut [0]), Errno::EAGAIN)?;
    same("no error", near.getsockopt(SO_ERROR)?, None)?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    same("bytes taken", near.send(b"hello")?, 5)?;
    becomes(&listener, PollEvents::IN)?;
    let (far, _) = listener.accept()?;
    is_in(&far, TcpState::SYN_RECV)?;
    receives(&far, b"hello")?;
    polls(&near, PollEvents::empty())?;
    fails(near.connect(&addr), Errno::EALREADY)?;
    fails(near.send(b"more"), Errno::EAGAIN)?;
    bed.set_gate(Side::Near, Gate::Open)?;
    becomes(&near, PollEvents::OUT)?;
    same("data in the SYN", had_syn_data(&near)?, true)?;
    near.setblocking(true)?;
    near.connect(&addr)?;
    fails(near.connect(&addr), Errno::EISCONN)?;
    let near = put_off(bed, &addr)?;
    let data = [7; 5000];
    same("a blocking send takes all", near.send(&data)?, data.len())?;
    let (far, _) = listener.accept()?;
    bed.settle();
    receives(&far, &data)?;
    fails(near.connect(&addr), Errno::EISCONN)
}

fn connect_is_not_put_off_without_a_cookie<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    let listener = fast_listener(&bed.far(), 8)?;
    let addr = listener.getsockname()?;
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_FASTOPEN_CONNECT, 1)?;
    near.setblocking(false)?;
    fails(near.connect(&addr), Errno::EINPROGRESS)?;
    becomes(&near, PollEvents::OUT)?;
    let (far, _) = listener.accept()?;
    near.send(b"hello")?;
    receives(&far, b"hello")?;
    same("data in the SYN", had_syn_data(&near)?, false)?;
    let near = put_off(bed, &addr)?;
    is_in(&near, TcpState::SYN_SENT)?;
    same("bytes taken", near.send(b"hello")?, 5)?;
    same("data in the SYN", had_syn_data(&near)?, true)
}

fn put_off_and_called_off<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let addr = listener.getsockname()?;
    put_off(bed, &addr)?.close()?;
    let near = put_off(bed, &addr)?;
    near.shutdown(Shutdown::Write)?;
    is_in(&near, TcpState::CLOSE)?;
    fails(near.send(b"x"), Errno::ECONNRESET)?;
    fails(near.send(b"x"), Errno::EPIPE)?;
    near.connect(&addr)?;
    near.connect(&Addr::Unspec)?;
    is_in(&near, TcpState::CLOSE)?;
    bed.settle();
    polls(&listener, PollEvents::empty())?;
    near.connect(&addr)?;
    same("bytes taken", near.send(b"hello")?, 5)?;
    let (far, _) = listener.accept()?;
    receives(&far, b"hello")
}

fn put_off_and_refused<B: Bed>(bed: &B) -> Outcome {
    drop(known_listener(bed)?);
    let addr = bed.far().bound_tcp()?;
    let near = put_off(bed, &addr.getsockname()?)?;
    fails(near.send(b"hello"), Errno::ECONNREFUSED)?;
    is_in(&near, TcpState::CLOSE)?;
    let near = put_off(bed, &addr.getsockname()?)?;
    near.setblocking(false)?;
    same("bytes taken", near.send(b"hello")?, 5)?;
    becomes(&near, PollEvents::ERR)?;
    same("what went wrong", near.getsockopt(SO_ERROR)?, Some(Errno::ECONNREFUSED))
}

fn refused<B: Bed>(bed: &B) -> Outcome {
    drop(known_listener(bed)?);
    let bound = bed.far().bound_tcp()?;
    let addr = bound.getsockname()?;
    let near = bed.near().tcp()?;
    fails(near.sendto_with(b"hello", FAST, &addr), Errno::ECONNREFUSED)?;
    is_in(&near, TcpState::CLOSE)?;
    same("bytes taken", near.sendto_with(b"hello", FAST_NOW, &addr)?, 5)?;
    becomes(&near, PollEvents::ERR)?;
    same("what went wrong", near.getsockopt(SO_ERROR)?, Some(Errno::ECONNREFUSED))?;
    same("once", near.getsockopt(SO_ERROR)?, None)
}

fn the_queue_is_limited<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    listener.setsockopt(TCP_FASTOPEN, 1)?;
    let addr = listener.getsockname()?;
    let [near, far] = half_open(bed, &listener, b"one")?;
    let second = bed.near().tcp()?;
    same("bytes taken", second.sendto_with(b"two", FAST_NOW, &addr)?, 3)?;
    bed.settle();
    polls(&listener, PollEvents::empty())?;
    bed.set_gate(Side::Near, Gate::Open)?;
    becomes(&near, PollEvents::OUT)?;
    receives(&far, b"one")?;
    becomes(&second, PollEvents::OUT)?;
    let (far, _) = listener.accept()?;
    bed.settle();
    receives(&far, b"two")?;
    same("the second: data in the SYN", had_syn_data(&second)?, false)?;
    let third = bed.near().tcp()?;
    same("bytes taken", third.sendto_with(b"three", FAST, &addr)?, 5)?;
    same("there is room again", had_syn_data(&third)?, true)
}

fn a_reset_counts_for_a_minute<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    listener.setsockopt(TCP_FASTOPEN, 1)?;
    let addr = listener.getsockname()?;
    let [near, far] = half_open(bed, &listener, b"one")?;
    near.close()?;
    bed.set_gate(Side::Near, Gate::Open)?;
    // The next SYN+ACK finds nobody.
    becomes(&far, PollEvents::ERR)?;
    is_in(&far, TcpState::CLOSE)?;
    receives(&far, b"one")?;
    fails(far.recv(&mut [0]), Errno::ECONNRESET)?;
    far.close()?;
    let second = bed.near().tcp()?;
    same("bytes taken", second.sendto_with(b"two", FAST, &addr)?, 3)?;
    same("no room yet", had_syn_data(&second)?, false)?;
    let (far, _) = listener.accept()?;
    bed.settle();
    receives(&far, b"two")
}

fn a_reset_before_accept<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    listener.setsockopt(TCP_FASTOPEN, 1)?;
    let addr = listener.getsockname()?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(b"one", FAST_NOW, &addr)?, 3)?;
    becomes(&listener, PollEvents::IN)?;
    near.close()?;
    bed.set_gate(Side::Near, Gate::Open)?;
    bed.near().host.sleep(SECOND * 3 / 2);
    let second = bed.near().tcp()?;
    same("bytes taken", second.sendto_with(b"two", FAST, &addr)?, 3)?;
    same("there is room", had_syn_data(&second)?, true)?;
    let (far, _) = listener.accept()?;
    is_in(&far, TcpState::CLOSE)?;
    receives(&far, b"one")?;
    fails(far.recv(&mut [0]), Errno::ECONNRESET)?;
    let (far, _) = listener.accept()?;
    receives(&far, b"two")
}

fn answered_and_closed_before_the_handshake_ends<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let [near, far] = half_open(bed, &listener, b"GET")?;
    receives(&far, b"GET")?;
    far.sendall(b"answer")?;
    far.close()?;
    bed.set_gate(Side::Near, Gate::Open)?;
    becomes(&near, PollEvents::OUT)?;
    becomes(&near, PollEvents::RDHUP)?;
    receives(&near, b"answer")?;
    ends(&near)?;
    is_in(&near, TcpState::CLOSE_WAIT)?;
    near.close()?;
    // A fresh one goes the usual way.
    let near = bed.near().tcp()?;
    same("bytes taken", near.sendto_with(b"again", FAST, &listener.getsockname()?)?, 5)?;
    let (far, _) = listener.accept()?;
    receives(&far, b"again")
}

fn shut_down_before_the_handshake_ends<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let [near, far] = half_open(bed, &listener, b"GET")?;
    far.sendall(b"answer")?;
    far.shutdown(Shutdown::Write)?;
    fails(far.send(b"x"), Errno::EPIPE)?;
    receives(&far, b"GET")?;
    bed.set_gate(Side::Near, Gate::Open)?;
    becomes(&near, PollEvents::RDHUP)?;
    receives(&near, b"answer")?;
    ends(&near)?;
    near.sendall(b"bye")?;
    near.close()?;
    receives(&far, b"bye")?;
    ends(&far)
}

fn closed_with_unread_data<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let [near, far] = half_open(bed, &listener, b"hello")?;
    far.close()?;
    bed.settle();
    bed.set_gate(Side::Near, Gate::Open)?;
    // The SYN goes out again, without data, and begins an ordinary connection.
    becomes(&near, PollEvents::OUT)?;
    let (far, _) = listener.accept()?;
    bed.settle();
    receives(&far, b"hello")
}

fn without_cookies_by_sysctl<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_fastopen", "5")?;
    bed.set_sysctl(Side::Far, "net.ipv4.tcp_fastopen", "515")?;
    let listener = fast_listener(&bed.far(), 8)?;
    let [near, far] = half_open(bed, &listener, b"hello")?;
    receives(&far, b"hello")?;
    bed.set_gate(Side::Near, Gate::Open)?;
    becomes(&near, PollEvents::OUT)?;
    same("data in the SYN", had_syn_data(&near)?, true)
}

fn without_cookies_by_option<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    let listener = fast_listener(&bed.far(), 8)?;
    let addr = listener.getsockname()?;
    let fast = || {
        let near = bed.near().tcp()?;
        near.setsockopt(TCP_FASTOPEN_NO_COOKIE, 1)?;
        same("bytes taken", near.sendto_with(b"hello", FAST, &addr)?, 5)?;
        let (far, _) = listener.accept()?;
        bed.settle();
        receives(&far, b"hello")?;
        had_syn_data(&near)
    };
    same("on one side", fast()?, false)?;
    listener.setsockopt(TCP_FASTOPEN_NO_COOKIE, 1)?;
    same("on both", fast()?, true)
}

fn all_listeners<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    bed.set_sysctl(Side::Far, "net.ipv4.tcp_fastopen", "1027")?;
    let listener = bed.far().listener_with(7)?;
    same("the queue", listener.getsockopt(TCP_FASTOPEN)?, 7)?;
    listener.listen(9)?;
    same("the queue stays", listener.getsockopt(TCP_FASTOPEN)?, 7)?;
    let own = fast_listener(&bed.far(), 3)?;
    same("the program's word counts", own.getsockopt(TCP_FASTOPEN)?, 3)?;
    fetch_cookie(bed, &listener)?;
    let [_near, far] = half_open(bed, &listener, b"hello")?;
    receives(&far, b"hello")?;
    same("its own queue", far.getsockopt(TCP_FASTOPEN)?, 0)
}

fn on_loopback<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    let place = bed.near();
    let listener = fast_listener(&place, 8)?;
    let addr = listener.getsockname()?;
    let first = place.tcp()?;
    fails(first.sendto_with(b"hello", FAST_NOW, &addr), Errno::EINPROGRESS)?;
    bed.settle();
    let (far, _) = listener.accept()?;
    polls(&far, PollEvents::OUT)?;
    let second = place.tcp()?;
    same("bytes taken", second.sendto_with(b"hello", FAST_NOW, &addr)?, 5)?;
    bed.settle();
    let (far, _) = listener.accept()?;
    receives(&far, b"hello")?;
    is_in(&second, TcpState::ESTABLISHED)?;
    is_in(&far, TcpState::ESTABLISHED)?;
    same("data in the SYN", (had_syn_data(&second)?, had_syn_data(&far)?), (true, true))?;
    second.sendall(b"more")?;
    receives(&far, b"more")?;
    far.close()?;
    ends(&second)
}

fn cookies_are_per_address<B: Bed>(bed: &B) -> Outcome {
    let listener = known_listener(bed)?;
    let other = fast_listener(&bed.far(), 8)?;
    let near = bed.near().tcp()?;
    same("another port", near.sendto_with(b"hello", FAST_NOW, &other.getsockname()?)?, 5)?;
    let (far, _) = other.accept()?;
    receives(&far, b"hello")?;
    drop(listener);
    let own = fast_listener(&bed.near(), 8)?;
    let near = bed.near().tcp()?;
    fails(near.sendto_with(b"hello", FAST_NOW, &own.getsockname()?), Errno::EINPROGRESS)
}

fn gathered<B: Bed>(bed: &B) -> Outcome {
    use std::io::IoSlice;

    use wavetank_api::SendMsg;

    let listener = known_listener(bed)?;
    let addr = listener.getsockname()?;
    let parts = [b"one".as_slice(), b"", b"two", &[b'3'; 2000]].map(IoSlice::new);
    let near = bed.near().tcp()?;
    let taken = near.sendmsg(&SendMsg::new(&parts).to(&addr), FAST_NOW)?;
    same("bytes taken", taken, room(bed))?;
    let (far, _) = listener.accept()?;
    let mut expected = b"onetwo".to_vec();
    expected.resize(room(bed), b'3');
    receives(&far, &expected)
}
