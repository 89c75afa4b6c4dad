//! shutdown: the two halves of a connection.

use std::time::Duration;

use wavetank_api::{Errno, Host, PollEvents, Shutdown};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, ends, fails, joins, polls, receives, same, waits},
    pair::{Pair, connected, reset},
};

cases! { shutdown:
    writing_ends_the_peers_stream everywhere
        "After SHUT_WR the peer reads the end, and can still send"
        from "shutdown(2); RFC 9293 section 3.6";
    writing_delivers_what_was_sent everywhere
        "What was sent before SHUT_WR arrives before the end"
        from "RFC 9293 section 3.6";
    sending_afterwards everywhere
        "After SHUT_WR send says EPIPE, each time"
        from "send(2); tcp_sendmsg_locked: SEND_SHUTDOWN";
    the_end_is_read_again_and_again everywhere
        "The end of the stream is read as often as one asks"
        from "recv(2); tcp_recvmsg_locked";
    reading_ends_the_own_stream everywhere
        "After SHUT_RD recv returns the end, and the peer is not told"
        from "shutdown(2); tcp_shutdown only looks at SEND_SHUTDOWN";
    data_after_reading_is_shut everywhere
        "Data that comes after SHUT_RD can still be read; then it is the end again"
        from "tcp_recvmsg_locked: the queue is looked at first";
    both_is_both everywhere
        "SHUT_RDWR is SHUT_RD and SHUT_WR"
        from "shutdown(2)";
    poll_sees_the_halves everywhere
        "poll: RDHUP and readable when reading has ended, HUP when both have"
        from "poll(2); tcp_poll: RCV_SHUTDOWN, SHUTDOWN_MASK";
    twice_is_fine everywhere
        "Shutting down what is shut succeeds while the connection is there"
        from "inet_shutdown";
    after_both_have_closed everywhere
        "When both directions are closed: ENOTCONN"
        from "inet_shutdown: TCP_CLOSE, which TIME_WAIT is to the socket";
    not_connected families
        "A socket that is not connected: ENOTCONN; of TCP and of UDP"
        from "shutdown(2); inet_shutdown";
    after_a_reset everywhere
        "After a reset: ENOTCONN"
        from "inet_shutdown";
    wakes_a_blocked_recv everywhere
        "SHUT_RD ends a recv that waits"
        from "inet_shutdown: sk_state_change";
    last_words_both_ways everywhere
        "Both may shut down at the same time, and read what the other had sent"
        from "RFC 9293 section 3.6, simultaneous close";
}

fn writing_ends_the_peers_stream<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    ends(&pair.far)?;
    pair.far.sendall(b"answer")?;
    bed.settle();
    receives(&pair.near, b"answer")?;
    pair.far.close()?;
    ends(&pair.near)
}

fn writing_delivers_what_was_sent<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let data = vec![5; 60_000];
    pair.near.sendall(&data)?;
    pair.near.shutdown(Shutdown::Write)?;
    let mut got = 0;
    loop {
        match pair.far.recv(&mut [0; 10_000])? {
            0 => return same("bytes before the end", got, data.len()),
            count => got += count,
        }
    }
}

fn sending_afterwards<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)?;
    bed.settle();
    fails(pair.near.send(b""), Errno::EPIPE)
}

fn the_end_is_read_again_and_again<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"x")?;
    pair.near.shutdown(Shutdown::Write)?;
    bed.settle();
    receives(&pair.far, b"x")?;
    (0..3).try_for_each(|_| ends(&pair.far))
}

fn reading_ends_the_own_stream<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Read)?;
    ends(&pair.near)?;
    bed.settle();
    polls(&pair.far, PollEvents::OUT)?;
    pair.near.sendall(b"still sending")?;
    receives(&pair.far, b"still sending")
}

fn data_after_reading_is_shut<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Read)?;
    pair.far.sendall(b"late")?;
    bed.settle();
    receives(&pair.near, b"late")?;
    ends(&pair.near)?;
    polls(&pair.far, PollEvents::OUT)
}

fn both_is_both<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Both)?;
    ends(&pair.near)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)?;
    ends(&pair.far)
}

fn poll_sees_the_halves<B: Bed>(bed: &B) -> Outcome {
    const ENDED: PollEvents = PollEvents::IN.union(PollEvents::RDHUP).union(PollEvents::OUT);
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    bed.settle();
    polls(&pair.near, PollEvents::OUT)?;
    polls(&pair.far, ENDED)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    polls(&pair.near, ENDED | PollEvents::HUP)?;
    polls(&pair.far, ENDED | PollEvents::HUP)?;
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Read)?;
    polls(&pair.near, ENDED)?;
    pair.near.shutdown(Shutdown::Write)?;
    polls(&pair.near, ENDED | PollEvents::HUP)
}

fn twice_is_fine<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    for how in [Shutdown::Write, Shutdown::Write, Shutdown::Read, Shutdown::Both] {
        pair.near.shutdown(how)?;
    }
    bed.settle();
    Ok(pair.near.shutdown(Shutdown::Both)?)
}

fn after_both_have_closed<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    ends(&pair.far)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    for how in [Shutdown::Read, Shutdown::Write, Shutdown::Both] {
        fails(pair.near.shutdown(how), Errno::ENOTCONN)?;
        fails(pair.far.shutdown(how), Errno::ENOTCONN)?;
    }
    Ok(())
}

fn not_connected<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near();
    for socket in [near.tcp()?, near.bound_tcp()?, near.udp()?, near.bound_udp()?] {
        for how in [Shutdown::Read, Shutdown::Write, Shutdown::Both] {
            fails(socket.shutdown(how), Errno::ENOTCONN)?;
        }
    }
    Ok(())
}

fn after_a_reset<B: Bed>(bed: &B) -> Outcome {
    fails(reset(bed)?.near.shutdown(Shutdown::Write), Errno::ENOTCONN)
}

fn wakes_a_blocked_recv<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let (host, dup) = (bed.near().host.clone(), pair.near.try_clone()?);
    let thread = bed.near().host.spawn("closer", move || {
        host.sleep(Duration::from_millis(50));
        dup.shutdown(Shutdown::Read)
    });
    waits(bed.near().host, Duration::from_millis(50), || ends(&pair.near))??;
    joins(thread)??;
    Ok(())
}

fn last_words_both_ways<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    near.sendall(b"near")?;
    far.sendall(b"far")?;
    near.shutdown(Shutdown::Write)?;
    far.shutdown(Shutdown::Write)?;
    bed.settle();
    receives(&near, b"far")?;
    receives(&far, b"near")?;
    ends(&near)?;
    ends(&far)
}
