//! Closing in depth: who waits for whom, how long, and what a half or a whole end does in each state.

use std::time::Duration;

use wavetank_api::{Errno, Host, MsgFlags, PollEvents, Shutdown, option::SO_ERROR};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, ends, fails, polls, receives, same},
    pair::{Pair, abort, connected, drain, narrow},
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
    simultaneous_end_keeps_both_readable linked
        "Both shut down at the same time: both read the end, and are over"
        from "RFC 9293 section 3.6";
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
}

const SECOND: Duration = Duration::from_secs(1);

const ENDED: PollEvents = PollEvents::IN.union(PollEvents::OUT).union(PollEvents::RDHUP).union(PollEvents::HUP);

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
    let pair = narrow(bed, 500_000, 4_096)?;
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
    let pair = narrow(bed, 500_000, 4_096)?;
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
