//! Closing in depth: who waits for whom, how long, and what a half or a whole end does in each state.

use std::time::Duration;

use wavetank_api::{
    Errno, Host, MsgFlags, PollEvents, Shutdown, Socket,
    option::{SO_ERROR, SO_LINGER, SO_RCVBUF, SO_SNDBUF, TCP_LINGER2},
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, polls, receives, same, takes, takes_between},
    pair::{Pair, abort, connected},
};

cases! { closing:
    reset_of_a_reader_with_data linked
        "Data that had come before a reset is read first, though the reset came with it"
        from "tcp_recvmsg_locked looks at the queue before sk_err";
    reset_throws_away_what_was_not_sent everywhere
        "A reset throws away what was still to be sent: the peer reads what had come, and then ECONNRESET"
        from "tcp_close with SO_LINGER zero: tcp_disconnect purges the write queue";
    close_sends_what_was_not_sent everywhere
        "An orderly close sends it, however long the reader takes"
        from "tcp_close: without SO_LINGER the kernel goes on sending";
    unread_behind_the_end everywhere
        "Data unread makes close a reset also when the peer had ended its stream: EPIPE to who is in CLOSE_WAIT no more, ECONNRESET"
        from "tcp_close: data_was_unread; tcp_reset";
    read_to_the_end_is_no_reset everywhere
        "When everything was read close is orderly"
        from "tcp_close: data_was_unread is 0";
    write_after_both_shut everywhere
        "After both sides have shut down writing: send says EPIPE, recv the end, SO_ERROR nothing"
        from "tcp_sendmsg_locked: SEND_SHUTDOWN; tcp_recvmsg_locked";
    reset_in_close_wait_is_epipe everywhere
        "A reset that comes after the peer's end is EPIPE"
        from "tcp_reset: TCP_CLOSE_WAIT";
    reset_in_last_ack_is_econnreset linked
        "And ECONNRESET when the own end was sent, too"
        from "tcp_reset: TCP_LAST_ACK is among the others";
    reset_in_fin_wait_1 linked
        "A reset that answers the own end: ECONNRESET"
        from "tcp_reset";
    reset_in_fin_wait_2 everywhere
        "A reset in FIN_WAIT_2: ECONNRESET to recv"
        from "tcp_reset";
    shutdown_reading_in_close_wait everywhere
        "SHUT_RD after the peer's end succeeds, and changes nothing"
        from "inet_shutdown";
    shutdown_writing_in_close_wait everywhere
        "SHUT_WR after the peer's end: the connection is over on both sides; shutdown says ENOTCONN"
        from "tcp_shutdown: TCP_CLOSE_WAIT; inet_shutdown: TCP_CLOSE";
    shutdown_in_fin_wait_2 everywhere
        "SHUT_RD after SHUT_WR succeeds; from then on data from the peer is answered by a reset, which is ECONNRESET on this side too"
        from "tcp_rcv_state_process: RCV_SHUTDOWN in TCP_FIN_WAIT2; RFC 1122 section 4.2.2.13";
    data_for_who_has_shut_both everywhere
        "So is data for who shut down both halves at once, though SHUT_RD alone lets it in"
        from "tcp_rcv_state_process: RCV_SHUTDOWN in TCP_FIN_WAIT1 and TCP_FIN_WAIT2";
    simultaneous_close linked
        "Both close at the same time: both wait in TIME_WAIT"
        from "RFC 9293 section 3.6, figure 13: CLOSING";
    simultaneous_end_keeps_both_readable linked
        "Both shut down at the same time: both read the end, and are over"
        from "RFC 9293 section 3.6";
    the_late_fin_is_acknowledged_again linked
        "Who waits in TIME_WAIT acknowledges a repeated FIN: the other side is released"
        from "RFC 9293 section 3.10.7.4: TIME-WAIT; tcp_timewait_state_process";
    the_last_acknowledgment_may_be_lost linked
        "Until then the other side holds its port, in LAST_ACK"
        from "RFC 9293 section 3.3.2";
    linger2_limits_fin_wait_2 linked + slow
        "TCP_LINGER2: an orphan waits so long for the peer's end; then that end is answered by a reset"
        from "tcp(7) TCP_LINGER2; tcp_fin_time; tcp_time_wait";
    fin_timeout_limits_fin_wait_2 linked + slow
        "net.ipv4.tcp_fin_timeout does so for all"
        from "tcp(7) tcp_fin_timeout; ip-sysctl.rst";
    negative_linger2_does_not_wait everywhere
        "With TCP_LINGER2 below zero close in FIN_WAIT_2 resets"
        from "tcp_close: linger2 < 0";
    an_orphan_takes_no_data everywhere
        "Data to an orphan in FIN_WAIT_2 is answered by a reset: ECONNRESET before the peer's end was read, as well"
        from "tcp_rcv_state_process: TCP_FIN_WAIT2 and sock_flag(SOCK_DEAD); RFC 1122 section 4.2.2.13";
    linger_of_a_nonblocking_socket linked
        "SO_LINGER makes close wait although the socket does not block"
        from "tcp_close: SOCK_LINGER, without a look at O_NONBLOCK";
    linger_ends_when_acknowledged linked
        "It waits no longer than until the peer has acknowledged everything"
        from "socket(7) SO_LINGER; sk_stream_wait_close";
    linger_over_a_dead_network linked
        "It gives up when its time is over, and the connection goes on without it"
        from "tcp_close; sk_stream_wait_close";
    linger_zero_with_data_in_flight linked
        "SO_LINGER with no time: what is under way arrives or not, the reset comes in any case"
        from "socket(7) SO_LINGER; tcp_close";
    linger_does_not_concern_shutdown linked
        "shutdown does not wait"
        from "tcp_shutdown";
    two_errors_one_after_the_other everywhere
        "After the reset was told, each further send says EPIPE and each further recv the end"
        from "tcp_sendmsg_locked, tcp_recvmsg_locked: SOCK_DONE";
    connect_after_a_reset everywhere
        "A socket that was reset says EISCONN to connect until AF_UNSPEC frees it"
        from "__inet_stream_connect: SS_CONNECTED; tcp_disconnect";
    listen_after_the_end everywhere
        "Nor can it listen: EINVAL"
        from "__inet_listen_sk: SS_UNCONNECTED is asked for";
    names_after_the_end everywhere
        "It keeps its own name, and has no peer: ENOTCONN"
        from "inet_getname: TCP_CLOSE";
    fin_wait_2_lasts_a_minute linked + slow
        "An orphan waits 60 s for the peer's end; it is acknowledged before, and reset after that"
        from "tcp(7) tcp_fin_timeout: 60";
}

const SECOND: Duration = Duration::from_secs(1);
const ENDED: PollEvents = PollEvents::IN.union(PollEvents::OUT).union(PollEvents::RDHUP).union(PollEvents::HUP);

/// A connection whose near side has a large send buffer, and whose far side has a small window.
fn narrow<B: Bed>(bed: &B) -> Result<Pair<B::Host>, Stop> {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(SO_RCVBUF, 4_096)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_SNDBUF, 500_000)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    Ok(Pair { near, far, listener })
}

/// Reads to the end; how much, and what that was: nothing, or an error.
fn drain<H: Host>(socket: &Socket<H>) -> (usize, Option<Errno>) {
    let mut got = 0;
    loop {
        match socket.recv(&mut [0; 8_192]) {
            Ok(0) => return (got, None),
            Ok(count) => got += count,
            Err(error) => return (got, error.errno()),
        }
    }
}

fn reset_of_a_reader_with_data<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    pair.far.sendall(b"lost")?;
    bed.mend()?;
    // Sent again before the reset that follows.
    bed.near().host.sleep(SECOND);
    abort(pair.far)?;
    bed.settle();
    receives(&pair.near, b"lost")?;
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&pair.near)
}

const LEN: usize = 200_000;

fn reset_throws_away_what_was_not_sent<B: Bed>(bed: &B) -> Outcome {
    let pair = narrow(bed)?;
    pair.near.setblocking(false)?;
    let sent = pair.near.send(&[3; LEN])?;
    bed.settle();
    abort(pair.near)?;
    bed.settle();
    let (got, end) = drain(&pair.far);
    same("how it ends", end, Some(Errno::ECONNRESET))?;
    same("whether a part is missing", got < sent, true)
}

fn close_sends_what_was_not_sent<B: Bed>(bed: &B) -> Outcome {
    let pair = narrow(bed)?;
    pair.near.setblocking(false)?;
    let sent = pair.near.send(&[3; LEN])?;
    pair.near.close()?;
    bed.near().host.sleep(SECOND / 2);
    same("what arrives", drain(&pair.far), (sent, None))
}

fn unread_behind_the_end<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"never read")?;
    pair.near.shutdown(Shutdown::Write)?;
    bed.settle();
    pair.far.close()?;
    bed.settle();
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)
}

fn read_to_the_end_is_no_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"read")?;
    bed.settle();
    receives(&pair.far, b"read")?;
    pair.far.close()?;
    bed.settle();
    polls(&pair.near, ENDED - PollEvents::HUP)?;
    ends(&pair.near)
}

fn write_after_both_shut<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    for socket in [&pair.near, &pair.far] {
        fails(socket.send(b"x"), Errno::EPIPE)?;
        ends(socket)?;
        same("SO_ERROR", socket.getsockopt(SO_ERROR)?, None)?;
        polls(socket, ENDED)?;
    }
    Ok(())
}

fn reset_in_close_wait_is_epipe<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    abort(pair.far)?;
    bed.settle();
    same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, Some(Errno::EPIPE))?;
    ends(&pair.near)
}

fn reset_in_last_ack_is_econnreset<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    bed.cut()?;
    pair.near.shutdown(Shutdown::Write)?;
    abort(pair.far)?;
    bed.mend()?;
    // The repeated FIN meets nobody.
    bed.near().host.sleep(SECOND);
    same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, Some(Errno::ECONNRESET))
}

fn reset_in_fin_wait_1<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.cut()?;
    pair.near.shutdown(Shutdown::Write)?;
    abort(pair.far)?;
    bed.mend()?;
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&pair.near)
}

fn reset_in_fin_wait_2<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    bed.settle();
    abort(pair.far)?;
    bed.settle();
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&pair.near)
}

fn shutdown_reading_in_close_wait<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.sendall(b"last")?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    pair.near.shutdown(Shutdown::Read)?;
    receives(&pair.near, b"last")?;
    ends(&pair.near)?;
    pair.near.sendall(b"answer")?;
    receives(&pair.far, b"answer")
}

fn shutdown_writing_in_close_wait<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    pair.near.shutdown(Shutdown::Write)?;
    bed.settle();
    ends(&pair.far)?;
    for how in [Shutdown::Read, Shutdown::Write, Shutdown::Both] {
        fails(pair.near.shutdown(how), Errno::ENOTCONN)?;
        fails(pair.far.shutdown(how), Errno::ENOTCONN)?;
    }
    Ok(())
}

/// The peer's data is not taken any more.
fn resets_what_comes<B: Bed>(bed: &B, pair: &Pair<B::Host>) -> Outcome {
    pair.far.sendall(b"late")?;
    bed.settle();
    same("SO_ERROR", pair.far.getsockopt(SO_ERROR)?, Some(Errno::EPIPE))?;
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&pair.near)
}

fn shutdown_in_fin_wait_2<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    bed.settle();
    pair.near.shutdown(Shutdown::Write)?;
    pair.far.sendall(b"early")?;
    bed.settle();
    receives(&pair.near, b"early")?;
    pair.near.shutdown(Shutdown::Read)?;
    resets_what_comes(bed, &pair)
}

fn data_for_who_has_shut_both<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Both)?;
    bed.settle();
    resets_what_comes(bed, &pair)
}

/// Whether the address can be bound: nobody holds it, not even TIME_WAIT.
fn is_free<H: Host>(place: crate::Place<'_, H>, addr: &wavetank_api::Addr) -> Result<bool, Stop> {
    match place.tcp()?.bind(addr) {
        Ok(()) => Ok(true),
        Err(error) if error == Errno::EADDRINUSE => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A connection both of whose ends were bound to ports that were asked for, and its listener is gone.
fn bound_pair<B: Bed>(bed: &B) -> Result<(Socket<B::Host>, Socket<B::Host>), Stop> {
    let listener = bed.far().tcp()?;
    listener.bind(&bed.far().free_addr()?)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.bind(&bed.near().free_addr()?)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    Ok((near, far))
}

fn simultaneous_close<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = bound_pair(bed)?;
    let (near_name, far_name) = (near.getsockname()?, far.getsockname()?);
    bed.cut()?;
    near.close()?;
    far.close()?;
    bed.mend()?;
    bed.near().host.sleep(2 * SECOND);
    same("whether the near port is free", is_free(bed.near(), &near_name)?, false)?;
    same("whether the far port is free", is_free(bed.far(), &far_name)?, false)
}

fn simultaneous_end_keeps_both_readable<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.cut()?;
    pair.near.sendall(b"near")?;
    pair.far.sendall(b"far")?;
    pair.near.shutdown(Shutdown::Write)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.mend()?;
    let mut buf = [0; 8];
    same("far's", pair.near.recv_with(&mut buf, MsgFlags::WAITALL)?, 3)?;
    same("near's", pair.far.recv_with(&mut buf, MsgFlags::WAITALL)?, 4)?;
    ends(&pair.near)?;
    ends(&pair.far)?;
    bed.near().host.sleep(SECOND);
    fails(pair.near.shutdown(Shutdown::Both), Errno::ENOTCONN)?;
    fails(pair.far.shutdown(Shutdown::Both), Errno::ENOTCONN)
}

fn the_late_fin_is_acknowledged_again<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = bound_pair(bed)?;
    let (near_name, far_name) = (near.getsockname()?, far.getsockname()?);
    near.close()?;
    ends(&far)?;
    bed.set_gate(Side::Far, Gate::Closed)?;
    far.close()?;
    bed.near().host.sleep(SECOND / 2);
    same("whether the far port is free in LAST_ACK", is_free(bed.far(), &far_name)?, false)?;
    bed.mend()?;
    bed.near().host.sleep(2 * SECOND);
    same("whether the far port is free", is_free(bed.far(), &far_name)?, true)?;
    same("whether the near port is free", is_free(bed.near(), &near_name)?, false)
}

fn the_last_acknowledgment_may_be_lost<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = bound_pair(bed)?;
    let far_name = far.getsockname()?;
    near.close()?;
    ends(&far)?;
    bed.set_gate(Side::Far, Gate::Closed)?;
    far.close()?;
    bed.near().host.sleep(2 * SECOND);
    same("whether the far port is free", is_free(bed.far(), &far_name)?, false)
}

/// Both sides of the limit of FIN_WAIT_2: an end that comes before it is acknowledged, one that comes after it is reset.
fn limit_of_fin_wait_2<B: Bed>(bed: &B, limit: Duration, prepare: impl Fn(&Socket<B::Host>) -> Outcome) -> Outcome {
    for (wait, end) in [(limit / 4, None), (limit + 2 * SECOND, Some(Errno::ECONNRESET))] {
        let pair = connected(bed)?;
        prepare(&pair.near)?;
        pair.near.close()?;
        ends(&pair.far)?;
        bed.near().host.sleep(wait);
        pair.far.shutdown(Shutdown::Write)?;
        bed.settle();
        same("SO_ERROR", pair.far.getsockopt(SO_ERROR)?, end)?;
    }
    Ok(())
}

fn linger2_limits_fin_wait_2<B: Bed>(bed: &B) -> Outcome {
    limit_of_fin_wait_2(bed, 2 * SECOND, |near| Ok(near.setsockopt(TCP_LINGER2, 2)?))
}

fn fin_timeout_limits_fin_wait_2<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_fin_timeout", "2")?;
    limit_of_fin_wait_2(bed, 2 * SECOND, |_| Ok(()))
}

fn fin_wait_2_lasts_a_minute<B: Bed>(bed: &B) -> Outcome {
    limit_of_fin_wait_2(bed, 60 * SECOND, |_| Ok(()))
}

fn negative_linger2_does_not_wait<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_LINGER2, -1)?;
    pair.near.shutdown(Shutdown::Write)?;
    ends(&pair.far)?;
    bed.settle();
    pair.near.close()?;
    bed.settle();
    same("SO_ERROR", pair.far.getsockopt(SO_ERROR)?, Some(Errno::EPIPE))?;
    polls(&pair.far, ENDED)
}

fn an_orphan_takes_no_data<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.close()?;
    bed.settle();
    pair.far.send(b"x")?;
    bed.settle();
    same("SO_ERROR", pair.far.getsockopt(SO_ERROR)?, Some(Errno::EPIPE))?;
    fails(pair.far.send(b"x"), Errno::EPIPE)?;
    ends(&pair.far)
}

fn linger_of_a_nonblocking_socket<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setblocking(false)?;
    pair.near.setsockopt(SO_LINGER, Some(SECOND))?;
    bed.cut()?;
    pair.near.send(b"x")?;
    takes(bed.near().host, SECOND, || pair.near.close())??;
    Ok(())
}

fn linger_ends_when_acknowledged<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = narrow(bed)?;
    near.setblocking(false)?;
    let sent = near.send(&[3; LEN])?;
    near.setblocking(true)?;
    near.setsockopt(SO_LINGER, Some(20 * SECOND))?;
    let host = bed.far().host.clone();
    let reader = bed.far().host.spawn("reader", move || {
        host.sleep(SECOND / 2);
        drain(&far)
    });
    let closing = || near.close();
    takes_between(bed.near().host, SECOND / 4, 5 * SECOND, closing)??;
    same("what arrived", crate::check::joins(reader)?, (sent, None))
}

fn linger_over_a_dead_network<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_LINGER, Some(SECOND))?;
    bed.cut()?;
    pair.near.send(b"late")?;
    takes(bed.near().host, SECOND, || pair.near.close())??;
    bed.mend()?;
    becomes(&pair.far, PollEvents::IN)?;
    same("what arrives", drain(&pair.far), (4, None))
}

fn linger_zero_with_data_in_flight<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.set_gate(Side::Far, Gate::Closed)?;
    pair.near.send(b"lost")?;
    bed.mend()?;
    abort(pair.near)?;
    bed.settle();
    same("what arrives", drain(&pair.far), (0, Some(Errno::ECONNRESET)))
}

fn linger_does_not_concern_shutdown<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_LINGER, Some(SECOND))?;
    bed.cut()?;
    pair.near.send(b"x")?;
    takes_between(bed.near().host, Duration::ZERO, SECOND / 2, || pair.near.shutdown(Shutdown::Both))??;
    Ok(())
}

fn two_errors_one_after_the_other<B: Bed>(bed: &B) -> Outcome {
    for send_first in [true, false] {
        let pair = connected(bed)?;
        abort(pair.far)?;
        bed.settle();
        if send_first {
            fails(pair.near.send(b"x"), Errno::ECONNRESET)?;
        } else {
            fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)?;
        }
        for _ in 0..3 {
            fails(pair.near.send(b"x"), Errno::EPIPE)?;
            ends(&pair.near)?;
        }
        same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, None)?;
    }
    Ok(())
}

/// Sockets whose connection is over: reset, and closed by both.
fn over<B: Bed>(bed: &B) -> Result<[Pair<B::Host>; 2], Stop> {
    let reset = crate::pair::reset(bed)?;
    let closed = connected(bed)?;
    closed.near.shutdown(Shutdown::Write)?;
    closed.far.shutdown(Shutdown::Write)?;
    bed.settle();
    Ok([reset, closed])
}

fn connect_after_a_reset<B: Bed>(bed: &B) -> Outcome {
    for pair in over(bed)? {
        let addr = pair.listener.getsockname()?;
        fails(pair.near.connect(&addr), Errno::EISCONN)?;
        fails(pair.near.connect(&addr), Errno::EISCONN)?;
        pair.near.connect(&wavetank_api::Addr::Unspec)?;
        // The error of the reset may still be there to be told.
        pair.near.getsockopt(SO_ERROR)?;
        pair.near.connect(&addr)?;
        pair.near.sendall(b"again")?;
    }
    Ok(())
}

fn listen_after_the_end<B: Bed>(bed: &B) -> Outcome {
    over(bed)?.iter().try_for_each(|pair| fails(pair.near.listen(1), Errno::EINVAL))
}

fn names_after_the_end<B: Bed>(bed: &B) -> Outcome {
    for pair in over(bed)? {
        fails(pair.near.getpeername(), Errno::ENOTCONN)?;
        let name = pair.near.getsockname()?;
        same("the address", crate::check::ip_of(&name)?, crate::check::ip_of(&pair.near.getsockname()?)?)?;
        same("whether there is a port", crate::check::port_of(&name)? != 0, true)?;
    }
    Ok(())
}
