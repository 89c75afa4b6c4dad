//! poll: what it reports in each state is said beside the calls that lead there; here is the call itself.

use std::time::Duration;

use wavetank_api::{Errno, Host, MsgFlags, Net, PollEvents, PollFd, Socket, option::SO_ERROR};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, joins, polls, receives, same, takes, waits},
    pair::{Pair, abort, connected, reset},
};

cases! { poll:
    fresh_tcp_socket families
        "A TCP socket that was never connected, bound or not: writable and hung up"
        from "tcp_poll: TCP_CLOSE";
    listener everywhere
        "A listener: readable when a connection can be accepted, never writable"
        from "tcp_poll: inet_csk_listen_poll";
    connection everywhere
        "A connection: writable, and readable when there is data"
        from "poll(2); tcp_poll";
    udp_socket everywhere
        "A UDP socket: writable, and readable when there is a datagram, even an empty one"
        from "udp_poll, datagram_poll";
    only_what_was_asked everywhere
        "Only what was asked for is reported; errors and hang-ups unasked"
        from "poll(2)";
    rdhup_only_when_asked everywhere
        "RDHUP is reported only to who asks for it"
        from "poll(2) POLLRDHUP";
    counts_the_ready everywhere
        "The result is the number of descriptors with something to report; the others' revents are empty"
        from "poll(2)";
    same_descriptor_twice families
        "A descriptor may stand in the list twice, asking for different things"
        from "do_poll";
    no_time families
        "With no time it looks and returns"
        from "poll(2): a timeout of zero";
    some_time families
        "With nothing to report it returns 0 after the time"
        from "poll(2)";
    nothing_to_wait_for families
        "Without descriptors it sleeps"
        from "poll(2)";
    wakes_for_data everywhere
        "It returns as soon as there is something to report"
        from "poll(2)";
    wakes_for_an_error everywhere
        "It returns for an error though nothing was asked for"
        from "poll(2) POLLERR, POLLHUP";
    does_not_take_the_error everywhere
        "Looking does not take the pending error"
        from "tcp_poll";
    urgent_data everywhere
        "Urgent data makes a socket PRI, and is not in the stream"
        from "tcp(7); tcp_poll: tp->urg_data";
}

fn fresh_tcp_socket<B: Bed>(bed: &B) -> Outcome {
    polls(&bed.near().tcp()?, PollEvents::OUT | PollEvents::HUP)?;
    polls(&bed.near().bound_tcp()?, PollEvents::OUT | PollEvents::HUP)
}

fn listener<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    polls(&listener, PollEvents::empty())?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    bed.settle();
    polls(&listener, PollEvents::IN)?;
    listener.accept()?;
    polls(&listener, PollEvents::empty())
}

fn connection<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    polls(&pair.near, PollEvents::OUT)?;
    pair.far.sendall(b"ab")?;
    bed.settle();
    polls(&pair.near, PollEvents::IN | PollEvents::OUT)?;
    same("recv", pair.near.recv(&mut [0])?, 1)?;
    polls(&pair.near, PollEvents::IN | PollEvents::OUT)?;
    same("recv", pair.near.recv(&mut [0])?, 1)?;
    polls(&pair.near, PollEvents::OUT)
}

fn udp_socket<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().udp()?, bed.far().bound_udp()?);
    polls(&near, PollEvents::OUT)?;
    for message in [b"x".as_slice(), b""] {
        near.sendto(message, &far.getsockname()?)?;
        bed.settle();
        polls(&far, PollEvents::IN | PollEvents::OUT)?;
        receives(&far, message)?;
        polls(&far, PollEvents::OUT)?;
    }
    Ok(())
}

fn look<N: Net>(socket: &Socket<N>, events: PollEvents) -> Result<(usize, PollEvents), Stop> {
    let mut fds = [PollFd::of(socket, events)];
    let count = socket.net().poll(&mut fds, Some(Duration::ZERO))?;
    Ok((count, fds[0].revents))
}

fn only_what_was_asked<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.sendall(b"x")?;
    bed.settle();
    for asked in [PollEvents::IN, PollEvents::OUT, PollEvents::IN | PollEvents::OUT] {
        same("poll", look(&pair.near, asked)?, (1, asked))?;
    }
    same("poll for nothing", look(&pair.near, PollEvents::empty())?, (0, PollEvents::empty()))?;
    let reset = reset(bed)?;
    let unasked = PollEvents::ERR | PollEvents::HUP;
    same("poll for nothing after a reset", look(&reset.near, PollEvents::empty())?, (1, unasked))
}

fn rdhup_only_when_asked<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.close()?;
    bed.settle();
    same("poll", look(&pair.near, PollEvents::IN)?, (1, PollEvents::IN))?;
    same("poll", look(&pair.near, PollEvents::RDHUP)?, (1, PollEvents::RDHUP))
}

fn counts_the_ready<B: Bed>(bed: &B) -> Outcome {
    let (one, two, three) = (connected(bed)?, connected(bed)?, connected(bed)?);
    one.far.sendall(b"x")?;
    three.far.sendall(b"x")?;
    bed.settle();
    let mut fds = [&one, &two, &three].map(|pair| PollFd::of(&pair.near, PollEvents::IN));
    same("poll", bed.near().host.poll(&mut fds, None)?, 2)?;
    let found = fds.map(|fd| fd.revents);
    same("revents", found, [PollEvents::IN, PollEvents::empty(), PollEvents::IN])
}

fn same_descriptor_twice<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let mut fds = [PollFd::of(&pair.near, PollEvents::IN), PollFd::of(&pair.near, PollEvents::OUT)];
    same("poll", bed.near().host.poll(&mut fds, None)?, 1)?;
    same("revents", fds.map(|fd| fd.revents), [PollEvents::empty(), PollEvents::OUT])
}

fn no_time<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let found = takes(bed.near().host, Duration::ZERO, || look(&pair.near, PollEvents::IN))??;
    same("poll", found, (0, PollEvents::empty()))
}

fn some_time<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let time = Duration::from_millis(60);
    let mut fds = [PollFd::of(&pair.near, PollEvents::IN), PollFd::of(&pair.far, PollEvents::IN)];
    let count = takes(bed.near().host, time, || bed.near().host.poll(&mut fds, Some(time)))?;
    same("poll", count?, 0)
}

fn nothing_to_wait_for<B: Bed>(bed: &B) -> Outcome {
    let time = Duration::from_millis(60);
    let count = takes(bed.near().host, time, || bed.near().host.poll(&mut [], Some(time)))?;
    same("poll", count?, 0)
}

fn wakes_for_data<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    let host = bed.near().host.clone();
    let thread = bed.near().host.spawn("sender", move || {
        host.sleep(Duration::from_millis(50));
        far.send(b"x").map(|_| far)
    });
    let mut fds = [PollFd::of(&near, PollEvents::IN)];
    let count = waits(bed.near().host, Duration::from_millis(50), || bed.near().host.poll(&mut fds, None))?;
    same("poll", (count?, fds[0].revents), (1, PollEvents::IN))?;
    joins(thread)??;
    Ok(())
}

fn wakes_for_an_error<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    let host = bed.near().host.clone();
    let thread = bed.near().host.spawn("closer", move || {
        host.sleep(Duration::from_millis(50));
        abort(far)
    });
    let mut fds = [PollFd::of(&near, PollEvents::empty())];
    let count = waits(bed.near().host, Duration::from_millis(50), || bed.near().host.poll(&mut fds, None))?;
    same("poll", (count?, fds[0].revents), (1, PollEvents::ERR | PollEvents::HUP))?;
    joins(thread)?
}

fn does_not_take_the_error<B: Bed>(bed: &B) -> Outcome {
    let pair = reset(bed)?;
    for _ in 0..3 {
        look(&pair.near, PollEvents::IN)?;
    }
    same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, Some(Errno::ECONNRESET))
}

fn urgent_data<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.send_with(b"U", MsgFlags::OOB)?;
    bed.settle();
    polls(&pair.near, PollEvents::PRI | PollEvents::OUT)?;
    let mut byte = [0];
    same("recv MSG_OOB", pair.near.recv_with(&mut byte, MsgFlags::OOB)?, 1)?;
    same("the byte", byte, *b"U")?;
    polls(&pair.near, PollEvents::OUT)?;
    fails(pair.near.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)
}
