//! The three modes of [`Socket`], which the documentation of Python's states: blocking, non-blocking, timeout.

use std::time::Duration;

use wavetank_api::{Errno, Host, Socket};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, fails, same, takes, times_out},
    pair::{self, Pair},
};

cases! { modes:
    begin_blocking families
        "A socket begins in blocking mode: no timeout, and the descriptor blocks"
        from "Python, socket.settimeout(None); fcntl(2) F_GETFL";
    what_is_set_is_told families
        "setblocking is a timeout of none or of zero; getblocking says whether the timeout is not zero; the descriptor blocks only without one"
        from "Python, socket.settimeout, socket.getblocking; fcntl(2) F_GETFL";
    each_mode_waits_its_time everywhere
        "With nothing to read: no time in non-blocking mode, which says EAGAIN; the timeout's in timeout mode, which says that it timed out"
        from "Python, Notes on socket timeouts";
    the_time_is_of_one_descriptor once
        "A duplicate shares the descriptor's mode; the time belongs to the socket it was set on"
        from "Python, Notes on socket timeouts; dup(2), open file status flags";
    connect_ex_tells_the_errno everywhere
        "connect_ex gives the errno instead of failing: none, ECONNREFUSED, EINPROGRESS in non-blocking mode, EISCONN"
        from "Python, socket.connect_ex; connect(2)";
}

const TIME: Duration = Duration::from_millis(60);

fn begin_blocking<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    same("gettimeout", socket.gettimeout(), None)?;
    same("getblocking", socket.getblocking(), true)?;
    descriptor_blocks(&socket, true)
}

fn what_is_set_is_told<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    for (timeout, blocking, descriptor) in
        [(Some(TIME), true, false), (Some(Duration::ZERO), false, false), (None, true, true)]
    {
        socket.settimeout(timeout)?;
        same("gettimeout", socket.gettimeout(), timeout)?;
        same("getblocking", socket.getblocking(), blocking)?;
        descriptor_blocks(&socket, descriptor)?;
    }
    for (blocking, timeout) in [(false, Some(Duration::ZERO)), (true, None)] {
        socket.setblocking(blocking)?;
        same("gettimeout", socket.gettimeout(), timeout)?;
        descriptor_blocks(&socket, blocking)?;
    }
    Ok(())
}

fn descriptor_blocks<H: Host>(socket: &Socket<H>, blocks: bool) -> Outcome {
    same("the descriptor blocks", !socket.net().nonblocking(socket.fd())?, blocks)
}

fn each_mode_waits_its_time<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far: _far, .. } = pair::connected(bed)?;
    let host = bed.near().host;
    near.settimeout(Some(TIME))?;
    times_out(takes(host, TIME, || near.recv(&mut [0; 10]))?)?;
    near.setblocking(false)?;
    fails(takes(host, Duration::ZERO, || near.recv(&mut [0; 10]))?, Errno::EAGAIN)
}

fn the_time_is_of_one_descriptor<B: Bed>(bed: &B) -> Outcome {
    let (socket, _peer) = bed.near().unix()?;
    let twin = socket.try_clone()?;
    twin.settimeout(Some(TIME))?;
    descriptor_blocks(&socket, false)?;
    same("gettimeout of the other", socket.gettimeout(), None)?;
    // Its call cannot wait: the descriptor is non-blocking, and there is no time to wait for.
    fails(socket.recv(&mut [0; 10]), Errno::EAGAIN)?;
    times_out(takes(bed.near().host, TIME, || twin.recv(&mut [0; 10]))?)
}

fn connect_ex_tells_the_errno<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let addr = listener.getsockname()?;
    let socket = bed.near().tcp()?;
    same("to a listener", socket.connect_ex(&addr), None)?;
    same("again", socket.connect_ex(&addr), Some(Errno::EISCONN))?;

    let closed = bed.far().bound_tcp()?;
    let refused = closed.getsockname()?;
    same("to nobody", bed.near().tcp()?.connect_ex(&refused), Some(Errno::ECONNREFUSED))?;

    let socket = bed.near().tcp()?;
    socket.setblocking(false)?;
    same("without waiting", socket.connect_ex(&addr), Some(Errno::EINPROGRESS))
}
