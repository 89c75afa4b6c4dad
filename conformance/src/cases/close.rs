//! close: what the peer sees, and when it is a reset.

use std::time::Duration;

use wavetank_api::{
    Errno, Host, PollEvents, Shutdown,
    option::{SO_ERROR, SO_LINGER, SO_RCVBUF, SO_SNDBUF},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, ends, fails, polls, receives, same, takes},
    pair::{abort, connected, reset},
};

cases! { close:
    ends_the_peers_stream everywhere
        "close is an orderly end for the peer"
        from "close(2); RFC 9293 section 3.6";
    delivers_what_was_sent everywhere
        "What was sent before close arrives before the end"
        from "tcp(7), tcp_close: without SO_LINGER the kernel goes on sending";
    unread_data_is_a_reset everywhere
        "close with data unread resets the connection: the peer's recv says ECONNRESET, once, and then the end"
        from "RFC 2525 section 2.17; tcp_close: data_was_unread";
    send_after_the_reset everywhere
        "After a reset send says ECONNRESET if it comes first, and EPIPE from then on"
        from "tcp_sendmsg_locked: sk_err, then SEND_SHUTDOWN";
    poll_after_the_reset everywhere
        "After a reset: readable, writable, with error and hang-up; the error goes with the call that tells it"
        from "tcp_poll";
    so_error_after_the_reset everywhere
        "After a reset SO_ERROR says ECONNRESET, once; then recv says the end, and send EPIPE"
        from "socket(7) SO_ERROR; sock_error";
    queued_data_outlives_the_reset everywhere
        "Data that had arrived before the reset can be read before it"
        from "tcp_recvmsg_locked: the queue is looked at before sk_err";
    linger_zero_is_a_reset everywhere
        "close with SO_LINGER and no time resets the connection"
        from "socket(7) SO_LINGER; RFC 9293 section 3.10.5; tcp_close";
    linger_waits_for_the_peer everywhere
        "close with SO_LINGER waits until what was sent is acknowledged, at most that long"
        from "socket(7) SO_LINGER; tcp_close: sk_stream_wait_close";
    sending_to_who_has_closed everywhere
        "The first send to a peer that has closed succeeds, and is answered by a reset; the next says EPIPE"
        from "tcp_reset in CLOSE_WAIT: EPIPE";
    so_error_of_the_broken_pipe everywhere
        "That reset, in CLOSE_WAIT, is EPIPE to SO_ERROR; recv goes on to say the end"
        from "tcp_reset; tcp_recvmsg_locked: SOCK_DONE";
    half_closed_then_closed everywhere
        "Data to a peer that has shut down writing and then closed is answered by a reset"
        from "tcp_rcv_state_process: TCP_FIN_WAIT2 with no socket";
    last_duplicate_ends_it everywhere
        "The connection ends when the last descriptor of it is closed"
        from "close(2), dup(2)";
    orphan_in_fin_wait_2 everywhere + slow
        "A closed connection that the peer does not close is forgotten after 60 s: then its data is answered by a reset"
        from "tcp(7) tcp_fin_timeout";
}

fn ends_the_peers_stream<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.close()?;
    ends(&pair.far)?;
    polls(&pair.far, PollEvents::IN | PollEvents::OUT | PollEvents::RDHUP)
}

fn delivers_what_was_sent<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let data = vec![5; 60_000];
    pair.near.sendall(&data)?;
    pair.near.close()?;
    let mut got = 0;
    loop {
        match pair.far.recv(&mut [0; 10_000])? {
            0 => return same("bytes before the end", got, data.len()),
            count => got += count,
        }
    }
}

fn unread_data_is_a_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"never read")?;
    bed.settle();
    pair.far.close()?;
    bed.settle();
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&pair.near)?;
    ends(&pair.near)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)
}

fn send_after_the_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = reset(bed)?;
    fails(pair.near.send(b"x"), Errno::ECONNRESET)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)?;
    ends(&pair.near)
}

const ENDED: PollEvents = PollEvents::IN.union(PollEvents::OUT).union(PollEvents::RDHUP).union(PollEvents::HUP);

fn poll_after_the_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = reset(bed)?;
    polls(&pair.near, ENDED | PollEvents::ERR)?;
    polls(&pair.near, ENDED | PollEvents::ERR)?;
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)?;
    polls(&pair.near, ENDED)
}

fn so_error_after_the_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = reset(bed)?;
    same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, Some(Errno::ECONNRESET))?;
    same("SO_ERROR again", pair.near.getsockopt(SO_ERROR)?, None)?;
    polls(&pair.near, ENDED)?;
    ends(&pair.near)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)
}

fn queued_data_outlives_the_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.sendall(b"before")?;
    bed.settle();
    abort(pair.far)?;
    bed.settle();
    receives(&pair.near, b"before")?;
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&pair.near)
}

fn linger_zero_is_a_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.setsockopt(SO_LINGER, Some(Duration::ZERO))?;
    pair.far.close()?;
    bed.settle();
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)
}

fn linger_waits_for_the_peer<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(SO_RCVBUF, 4_096)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_SNDBUF, 500_000)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    near.setblocking(false)?;
    near.send(&[3; 200_000])?;
    bed.settle();
    // The peer reads nothing, so its window closes, and the close runs into its bound.
    near.setblocking(true)?;
    let time = Duration::from_secs(1);
    near.setsockopt(SO_LINGER, Some(time))?;
    takes(bed.near().host, time, || near.close())??;
    drop(far);
    // Nothing to send: nothing to wait for.
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_LINGER, Some(Duration::from_secs(30)))?;
    takes(bed.near().host, Duration::ZERO, || pair.near.close())??;
    Ok(())
}

fn sending_to_who_has_closed<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.close()?;
    bed.settle();
    same("the first send", pair.near.send(b"x")?, 1)?;
    bed.settle();
    polls(&pair.near, ENDED | PollEvents::ERR)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)?;
    ends(&pair.near)
}

fn so_error_of_the_broken_pipe<B: Bed>(bed: &B) -> Outcome {
    for ask in [true, false] {
        let pair = connected(bed)?;
        pair.far.close()?;
        bed.settle();
        pair.near.send(b"x")?;
        bed.settle();
        if ask {
            same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, Some(Errno::EPIPE))?;
            same("SO_ERROR again", pair.near.getsockopt(SO_ERROR)?, None)?;
        }
        ends(&pair.near)?;
        ends(&pair.near)?;
    }
    Ok(())
}

fn half_closed_then_closed<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.shutdown(Shutdown::Write)?;
    ends(&pair.near)?;
    pair.near.sendall(b"heard")?;
    bed.settle();
    receives(&pair.far, b"heard")?;
    pair.far.close()?;
    bed.settle();
    pair.near.send(b"not heard")?;
    bed.settle();
    fails(pair.near.send(b"x"), Errno::EPIPE)
}

fn last_duplicate_ends_it<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let dup = pair.near.try_clone()?;
    pair.near.close()?;
    bed.settle();
    polls(&pair.far, PollEvents::OUT)?;
    dup.sendall(b"here")?;
    bed.settle();
    receives(&pair.far, b"here")?;
    dup.close()?;
    ends(&pair.far)
}

fn orphan_in_fin_wait_2<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.close()?;
    ends(&pair.far)?;
    bed.near().host.sleep(Duration::from_secs(65));
    pair.far.send(b"anybody?")?;
    bed.settle();
    fails(pair.far.send(b"x"), Errno::EPIPE)
}
