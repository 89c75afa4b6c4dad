//! Connecting in non-blocking mode: what each call says while the handshake is under way, and after it.

use wavetank_api::{
    Addr, Errno, Net, PollEvents, Shutdown, Socket,
    option::{SO_ERROR, TCP_SYNCNT},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, polls, receives, same},
    pair::full_listener,
};

cases! { connect::nonblocking:
    in_progress_even_on_loopback everywhere
        "EINPROGRESS, though on loopback the handshake is over by then; writable when it is"
        from "connect(2); inet_stream_connect with O_NONBLOCK";
    success_is_told_once everywhere
        "After the handshake connect succeeds once, and then says EISCONN"
        from "__inet_stream_connect: SS_CONNECTING to SS_CONNECTED";
    success_can_be_asked_for everywhere
        "SO_ERROR says 0 after a handshake that succeeded"
        from "connect(2): getsockopt reads SO_ERROR";
    already_under_way families
        "During the handshake connect says EALREADY, to whatever address"
        from "connect(2); __inet_stream_connect: SS_CONNECTING";
    during_the_handshake families
        "During the handshake: not readable, not writable, recv and send say EAGAIN, there is no peer yet"
        from "tcp_poll; tcp_sendmsg_locked: sk_stream_wait_connect; inet_getname";
    blocking_again_waits_for_it families
        "A blocking connect during the handshake waits for its end, and takes its success"
        from "__inet_stream_connect";
    shutdown_during_the_handshake families
        "shutdown during the handshake ends it: success, and the socket is as if reset"
        from "inet_shutdown: TCP_SYN_SENT disconnects";
    refusal_can_be_asked_for everywhere
        "After a refusal: readable, writable, with error and hang-up; SO_ERROR says ECONNREFUSED, once"
        from "connect(2); tcp_poll; sock_error";
    refusal_is_told_by_connect everywhere
        "After a refusal connect says ECONNREFUSED, and then begins anew"
        from "__inet_stream_connect: sock_error";
    refusal_taken_by_so_error everywhere
        "After SO_ERROR has taken the refusal connect says ECONNABORTED, and then begins anew"
        from "__inet_stream_connect: sock_error(sk) ? : -ECONNABORTED";
    refusal_is_told_by_recv everywhere
        "After a refusal recv says ECONNREFUSED once, and then the end of the stream"
        from "tcp_recvmsg_locked: sk_err, then SOCK_DONE";
    refusal_is_told_by_send everywhere
        "After a refusal send says ECONNREFUSED once, and then EPIPE"
        from "tcp_sendmsg_locked: sk_stream_error";
    timeout_can_be_asked_for everywhere
        "When nobody answers, SO_ERROR says ETIMEDOUT"
        from "tcp_write_timeout, tcp_write_err";
    unspec_gives_up families
        "AF_UNSPEC during the handshake gives it up: the socket is fresh again"
        from "connect(2); tcp_disconnect";
}

fn in_progress_even_on_loopback<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let socket = bed.near().tcp()?;
    socket.setblocking(false)?;
    fails(socket.connect(&listener.getsockname()?), Errno::EINPROGRESS)?;
    becomes(&socket, PollEvents::OUT)?;
    polls(&socket, PollEvents::OUT)?;
    socket.send(b"go")?;
    receives(&listener.accept()?.0, b"go")
}

fn success_is_told_once<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    let socket = bed.near().tcp()?;
    socket.setblocking(false)?;
    fails(socket.connect(&addr), Errno::EINPROGRESS)?;
    bed.settle();
    socket.connect(&addr)?;
    fails(socket.connect(&addr), Errno::EISCONN)?;
    fails(socket.connect(&addr), Errno::EISCONN)
}

fn success_can_be_asked_for<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    let socket = bed.near().tcp()?;
    socket.setblocking(false)?;
    fails(socket.connect(&addr), Errno::EINPROGRESS)?;
    bed.settle();
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, None)?;
    same("getpeername", socket.getpeername()?, addr.clone())?;
    // Asking has not told `connect`.
    socket.connect(&addr)?;
    fails(socket.connect(&addr), Errno::EISCONN)
}

fn already_under_way<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = full.connecting(bed)?;
    fails(socket.connect(&full.addr), Errno::EALREADY)?;
    fails(socket.connect(&bed.far().addr(9)), Errno::EALREADY)?;
    full.done();
    Ok(())
}

fn during_the_handshake<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = full.connecting(bed)?;
    polls(&socket, PollEvents::empty())?;
    fails(socket.recv(&mut [0]), Errno::EAGAIN)?;
    fails(socket.send(b"x"), Errno::EAGAIN)?;
    fails(socket.getpeername(), Errno::ENOTCONN)?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, None)?;
    fails(socket.listen(1), Errno::EINVAL)?;
    full.done();
    Ok(())
}

fn blocking_again_waits_for_it<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = full.connecting(bed)?;
    full.listener.accept()?;
    socket.setblocking(true)?;
    socket.connect(&full.addr)?;
    fails(socket.connect(&full.addr), Errno::EISCONN)?;
    full.done();
    Ok(())
}

fn shutdown_during_the_handshake<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = full.connecting(bed)?;
    socket.shutdown(Shutdown::Both)?;
    fails(socket.getpeername(), Errno::ENOTCONN)?;
    fails(socket.shutdown(Shutdown::Both), Errno::ENOTCONN)?;
    full.done();
    Ok(())
}

const REFUSED: PollEvents =
    PollEvents::IN.union(PollEvents::OUT).union(PollEvents::ERR).union(PollEvents::HUP).union(PollEvents::RDHUP);

fn refusal_can_be_asked_for<B: Bed>(bed: &B) -> Outcome {
    let closed = bed.far().bound_tcp()?;
    let socket = bed.near().tcp()?;
    socket.setblocking(false)?;
    fails(socket.connect(&closed.getsockname()?), Errno::EINPROGRESS)?;
    bed.settle();
    polls(&socket, REFUSED)?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, Some(Errno::ECONNREFUSED))?;
    same("SO_ERROR again", socket.getsockopt(SO_ERROR)?, None)?;
    polls(&socket, REFUSED - PollEvents::ERR)
}

/// A socket that was refused without having been told.
struct Refused<N: Net> {
    socket: Socket<N>,
    /// Keeps the port closed.
    closed: Socket<N>,
}

fn refused<B: Bed>(bed: &B) -> Result<Refused<B::Host>, Stop> {
    let closed = bed.far().bound_tcp()?;
    let socket = bed.near().tcp()?;
    socket.setblocking(false)?;
    fails(socket.connect(&closed.getsockname()?), Errno::EINPROGRESS)?;
    bed.settle();
    Ok(Refused { socket, closed })
}

fn refusal_is_told_by_connect<B: Bed>(bed: &B) -> Outcome {
    let Refused { socket, closed } = refused(bed)?;
    let addr = closed.getsockname()?;
    fails(socket.connect(&addr), Errno::ECONNREFUSED)?;
    fails(socket.connect(&addr), Errno::EINPROGRESS)?;
    bed.settle();
    fails(socket.connect(&addr), Errno::ECONNREFUSED)
}

fn refusal_taken_by_so_error<B: Bed>(bed: &B) -> Outcome {
    let Refused { socket, closed } = refused(bed)?;
    let addr = closed.getsockname()?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, Some(Errno::ECONNREFUSED))?;
    fails(socket.connect(&addr), Errno::ECONNABORTED)?;
    fails(socket.connect(&addr), Errno::EINPROGRESS)
}

fn refusal_is_told_by_recv<B: Bed>(bed: &B) -> Outcome {
    let socket = refused(bed)?.socket;
    fails(socket.recv(&mut [0]), Errno::ECONNREFUSED)?;
    ends(&socket)?;
    ends(&socket)
}

fn refusal_is_told_by_send<B: Bed>(bed: &B) -> Outcome {
    let socket = refused(bed)?.socket;
    fails(socket.send(b"x"), Errno::ECONNREFUSED)?;
    fails(socket.send(b"x"), Errno::EPIPE)?;
    ends(&socket)
}

fn timeout_can_be_asked_for<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = bed.near().tcp()?;
    socket.setsockopt(TCP_SYNCNT, 1)?;
    socket.setblocking(false)?;
    fails(socket.connect(&full.addr), Errno::EINPROGRESS)?;
    becomes(&socket, PollEvents::OUT)?;
    polls(&socket, REFUSED)?;
    same("SO_ERROR", socket.getsockopt(SO_ERROR)?, Some(Errno::ETIMEDOUT))?;
    full.done();
    Ok(())
}

fn unspec_gives_up<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = full.connecting(bed)?;
    socket.connect(&Addr::Unspec)?;
    let listener = bed.far().listener()?;
    fails(socket.connect(&listener.getsockname()?), Errno::EINPROGRESS)?;
    becomes(&socket, PollEvents::OUT)?;
    same("the peer", listener.accept()?.1, socket.getsockname()?)?;
    full.done();
    Ok(())
}
