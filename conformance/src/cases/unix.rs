//! The pair of socketpair(2): a UNIX stream.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Family, Host, MsgFlags, PollEvents, Shutdown, UnixAddr,
    option::{SO_ERROR, SO_SNDBUF},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, becomes, ends, fails, holds, joins, polls, receives, same, waits},
};

cases! { unix::pair:
    both_ways once
        "Each end reads what the other writes"
        from "socketpair(2); unix(7)";
    boundaries_vanish once
        "One recv takes what several sends sent"
        from "unix(7) SOCK_STREAM; unix_stream_read_generic";
    closing_ends_the_peers_stream once
        "After close the peer reads what is left and then the end; its send says EPIPE"
        from "unix(7); unix_release_sock";
    poll_after_close once
        "After close the peer is readable, writable and hung up"
        from "unix_poll";
    unread_data_is_a_reset once
        "close with data unread: the peer's next call says ECONNRESET, once"
        from "unix_release_sock: sk_err = ECONNRESET";
    data_before_the_reset once
        "What the closed end had sent can be read before that"
        from "unix_stream_read_generic: the queue is looked at before sk_err";
    reset_in_so_error once
        "SO_ERROR takes it; then it is an end like any other"
        from "socket(7) SO_ERROR";
    send_does_not_take_the_reset once
        "send says EPIPE and leaves the ECONNRESET to recv"
        from "unix_stream_sendmsg looks at the shutdown, not at sk_err";
    half_close once
        "After SHUT_WR the peer reads the end and can still send; the own send says EPIPE"
        from "shutdown(2); unix_shutdown";
    shutting_reading_stops_the_peer once
        "Unlike TCP's, SHUT_RD is known to the peer at once: its send says EPIPE"
        from "unix_shutdown: the peer's SEND_SHUTDOWN";
    poll_of_the_halves once
        "poll: RDHUP and readable when reading has ended, HUP when both have"
        from "unix_poll";
    shutdown_twice once
        "shutdown may be repeated, also when the peer has gone"
        from "unix_shutdown";
    full_buffer once
        "A non-blocking send says EAGAIN when the buffer is full; with less than a quarter of it in use it is writable again"
        from "unix_stream_sendmsg; unix_writable";
    partial_send once
        "A non-blocking send takes what fits"
        from "unix_stream_sendmsg";
    blocking_send_waits once
        "A blocking send takes everything, and waits for the reader"
        from "send(2)";
    peek_and_waitall once
        "MSG_PEEK looks without taking; MSG_WAITALL waits until the buffer is full, or the stream ends"
        from "recv(2)";
    trunc_is_nothing_special once
        "Unlike TCP, MSG_TRUNC changes nothing on a UNIX stream"
        from "unix_stream_read_generic";
    no_address once
        "sendto with an address: EISCONN"
        from "unix_stream_sendmsg";
    connect_again once
        "connect of an end to a name that does not exist: ENOENT by path, ECONNREFUSED by abstract name"
        from "unix_find_bsd, unix_find_abstract";
    wrong_family once
        "connect with an address of another family: EINVAL"
        from "unix_validate_addr";
    fresh_socket once
        "A UNIX socket that is not connected: recv says EINVAL, send and getpeername ENOTCONN; it is writable and hung up"
        from "unix_stream_read_generic, unix_stream_sendmsg, unix_getname, unix_poll";
    shutdown_of_a_fresh_socket once
        "Unlike TCP's, shutdown of a UNIX socket that is not connected succeeds"
        from "unix_shutdown has no check";
    wakes_a_blocked_recv once
        "A recv that waits is woken by data, and by the peer's end"
        from "unix_stream_data_wait";
}

fn both_ways<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.sendall(b"right")?;
    right.sendall(b"left")?;
    receives(&left, b"left")?;
    receives(&right, b"right")
}

fn boundaries_vanish<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    for part in [b"one".as_slice(), b"", b"two"] {
        same("send", left.send(part)?, part.len())?;
    }
    same("recv", right.recv_vec(4)?, b"onet".to_vec())?;
    receives(&right, b"wo")?;
    fails(right.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn closing_ends_the_peers_stream<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.sendall(b"bye")?;
    left.close()?;
    receives(&right, b"bye")?;
    ends(&right)?;
    fails(right.send(b"x"), Errno::EPIPE)?;
    ends(&right)?;
    same("getpeername", right.getpeername()?, Addr::Unix(UnixAddr::unnamed()))
}

const ENDED: PollEvents = PollEvents::IN.union(PollEvents::OUT).union(PollEvents::RDHUP);

fn poll_after_close<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    polls(&right, PollEvents::OUT)?;
    left.sendall(b"x")?;
    polls(&right, PollEvents::IN | PollEvents::OUT)?;
    left.close()?;
    polls(&right, ENDED | PollEvents::HUP)
}

fn unread_data_is_a_reset<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    right.sendall(b"never read")?;
    left.close()?;
    polls(&right, ENDED | PollEvents::HUP | PollEvents::ERR)?;
    fails(right.recv(&mut [0]), Errno::ECONNRESET)?;
    polls(&right, ENDED | PollEvents::HUP)?;
    ends(&right)
}

fn data_before_the_reset<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.sendall(b"before")?;
    right.sendall(b"never read")?;
    left.close()?;
    receives(&right, b"before")?;
    fails(right.recv(&mut [0]), Errno::ECONNRESET)?;
    ends(&right)
}

fn reset_in_so_error<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    right.sendall(b"never read")?;
    left.close()?;
    same("SO_ERROR", right.getsockopt(SO_ERROR)?, Some(Errno::ECONNRESET))?;
    same("SO_ERROR again", right.getsockopt(SO_ERROR)?, None)?;
    ends(&right)
}

fn send_does_not_take_the_reset<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    right.sendall(b"never read")?;
    left.close()?;
    fails(right.send(b"x"), Errno::EPIPE)?;
    fails(right.send(b"x"), Errno::EPIPE)?;
    fails(right.recv(&mut [0]), Errno::ECONNRESET)
}

fn half_close<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.sendall(b"last")?;
    left.shutdown(Shutdown::Write)?;
    receives(&right, b"last")?;
    ends(&right)?;
    fails(left.send(b"x"), Errno::EPIPE)?;
    right.sendall(b"answer")?;
    receives(&left, b"answer")
}

fn shutting_reading_stops_the_peer<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.shutdown(Shutdown::Read)?;
    ends(&left)?;
    fails(right.send(b"x"), Errno::EPIPE)?;
    left.sendall(b"still")?;
    receives(&right, b"still")
}

fn poll_of_the_halves<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.shutdown(Shutdown::Write)?;
    polls(&left, PollEvents::OUT)?;
    polls(&right, ENDED)?;
    left.shutdown(Shutdown::Read)?;
    polls(&left, ENDED | PollEvents::HUP)?;
    polls(&right, ENDED | PollEvents::HUP)
}

fn shutdown_twice<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    for how in [Shutdown::Write, Shutdown::Write, Shutdown::Both, Shutdown::Read] {
        left.shutdown(how)?;
    }
    left.close()?;
    Ok(right.shutdown(Shutdown::Both)?)
}

fn full_buffer<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.setblocking(false)?;
    let mut sent = 0;
    let full = loop {
        match left.send(&[1; 1_000]) {
            Ok(count) => sent += count,
            Err(error) => break error,
        }
    };
    fails(Err::<(), _>(full), Errno::EAGAIN)?;
    polls(&left, PollEvents::empty())?;
    same("recv", right.recv(&mut [0; 1_000])?, 1_000)?;
    polls(&left, PollEvents::empty())?;
    let mut got = 1_000;
    while got < sent {
        got += right.recv(&mut [0; 65_536])?;
    }
    same("what was taken arrived", got, sent)?;
    polls(&left, PollEvents::OUT)
}

fn partial_send<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.setsockopt(SO_SNDBUF, 0)?;
    left.setblocking(false)?;
    let sent = left.send(&[1; 1_000_000])?;
    holds("a part was taken", 0 < sent && sent < 1_000_000)?;
    fails(left.send(&[1; 1_000_000]), Errno::EAGAIN)?;
    same("recv", right.recv(&mut vec![0; 1_000_000])?, sent)
}

fn blocking_send_waits<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    const LEN: usize = 2_000_000;
    let thread = bed.near().host.spawn("sender", move || left.send(&vec![1; LEN]));
    bed.settle();
    let mut got = 0;
    while got < LEN {
        got += right.recv(&mut [0; 60_000])?;
    }
    let sent = joins(thread)??;
    same("send", sent, LEN)
}

fn peek_and_waitall<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.sendall(b"abc")?;
    let mut buf = [0; 5];
    same("peek", right.recv_with(&mut buf, MsgFlags::PEEK)?, 3)?;
    let (host, sender) = (bed.near().host.clone(), left.try_clone()?);
    let thread = bed.near().host.spawn("sender", move || {
        host.sleep(Duration::from_millis(40));
        sender.send(b"defg")
    });
    same("recv with MSG_WAITALL", right.recv_with(&mut buf, MsgFlags::WAITALL)?, 5)?;
    same("the bytes", &buf, b"abcde")?;
    joins(thread)??;
    left.close()?;
    same("recv with MSG_WAITALL at the end", right.recv_with(&mut buf, MsgFlags::WAITALL)?, 2)
}

fn trunc_is_nothing_special<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.sendall(b"abcd")?;
    let mut buf = [0; 2];
    same("recv with MSG_TRUNC", right.recv_with(&mut buf, MsgFlags::TRUNC)?, 2)?;
    same("the bytes", &buf, b"ab")?;
    receives(&right, b"cd")
}

fn no_address<B: Bed>(bed: &B) -> Outcome {
    let (left, _right) = bed.near().unix()?;
    let addr = Addr::Unix(UnixAddr::pathname("/nonexistent/name")?);
    fails(left.sendto(b"x", &addr), Errno::EISCONN)?;
    fails(bed.near().tcp_of(Family::UNIX)?.sendto(b"x", &addr), Errno::EOPNOTSUPP)
}

fn connect_again<B: Bed>(bed: &B) -> Outcome {
    let (left, _right) = bed.near().unix()?;
    for socket in [left, bed.near().tcp_of(Family::UNIX)?] {
        fails(socket.connect(&Addr::Unix(UnixAddr::pathname("/nonexistent/name")?)), Errno::ENOENT)?;
        fails(socket.connect(&Addr::Unix(UnixAddr::abstract_name("wavetank nobody")?)), Errno::ECONNREFUSED)?;
    }
    Ok(())
}

fn wrong_family<B: Bed>(bed: &B) -> Outcome {
    let (left, _right) = bed.near().unix()?;
    for socket in [left, bed.near().tcp_of(Family::UNIX)?] {
        fails(socket.connect(&bed.near().addr(9)), Errno::EINVAL)?;
        fails(socket.connect(&Addr::Unspec), Errno::EINVAL)?;
    }
    Ok(())
}

fn fresh_socket<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp_of(Family::UNIX)?;
    fails(socket.recv(&mut [0]), Errno::EINVAL)?;
    fails(socket.send(b"x"), Errno::ENOTCONN)?;
    fails(socket.getpeername(), Errno::ENOTCONN)?;
    same("getsockname", socket.getsockname()?, Addr::Unix(UnixAddr::unnamed()))?;
    polls(&socket, PollEvents::OUT | PollEvents::HUP)
}

fn shutdown_of_a_fresh_socket<B: Bed>(bed: &B) -> Outcome {
    Ok(bed.near().tcp_of(Family::UNIX)?.shutdown(Shutdown::Both)?)
}

fn wakes_a_blocked_recv<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let host = bed.near().host.clone();
    let time = Duration::from_millis(50);
    let thread = bed.near().host.spawn("sender", move || {
        host.sleep(time);
        left.send(b"now")?;
        host.sleep(time);
        left.close()
    });
    waits(bed.near().host, time, || receives(&right, b"now"))??;
    waits(bed.near().host, time, || ends(&right))??;
    becomes(&right, PollEvents::HUP)?;
    joins(thread)??;
    Ok(())
}
