//! Duplicates: two descriptors of one open socket.

use std::time::Duration;

use wavetank_api::{
    Descriptor, Errno, Net, Shutdown, Socket,
    option::{SO_KEEPALIVE, SO_RCVTIMEO},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, ends, fails, holds, receives, same},
    pair::connected,
};

cases! { dup:
    another_number_for_the_same_socket everywhere
        "A duplicate has a number of its own, and the same name and peer"
        from "dup(2)";
    one_stream everywhere
        "Two descriptors read from one stream: what one takes the other does not get"
        from "dup(2): they refer to the same open file description";
    one_mode everywhere
        "O_NONBLOCK is shared"
        from "fcntl(2): file status flags are of the open file description";
    one_set_of_options families
        "Options are shared"
        from "dup(2)";
    shutdown_is_for_both everywhere
        "shutdown by one is shutdown of both; close is of one alone"
        from "shutdown(2), close(2)";
    duplicate_of_a_listener everywhere
        "A duplicate of a listener accepts from the same queue, and keeps it open"
        from "dup(2)";
    from_its_descriptor everywhere
        "From a descriptor alone, family, type, protocol and mode are found"
        from "socket(7) SO_DOMAIN, SO_TYPE, SO_PROTOCOL; fcntl(2)";
}

fn another_number_for_the_same_socket<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let dup = pair.near.try_clone()?;
    holds("the numbers differ", dup.fileno() != pair.near.fileno())?;
    same("getsockname", dup.getsockname()?, pair.near.getsockname()?)?;
    same("getpeername", dup.getpeername()?, pair.near.getpeername()?)
}

fn one_stream<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let dup = pair.far.try_clone()?;
    pair.near.sendall(b"abcd")?;
    bed.settle();
    same("recv", dup.recv_vec(2)?, b"ab".to_vec())?;
    receives(&pair.far, b"cd")?;
    dup.sendall(b"from the other")?;
    bed.settle();
    receives(&pair.near, b"from the other")
}

fn one_mode<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let pair = connected(bed)?;
    let dup = host.dup(pair.near.fd())?;
    pair.near.setblocking(false)?;
    same("O_NONBLOCK of the duplicate", host.nonblocking(&dup)?, true)?;
    host.set_nonblocking(&dup, false)?;
    same("O_NONBLOCK of the first", host.nonblocking(pair.near.fd())?, false)
}

fn one_set_of_options<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    let dup = socket.try_clone()?;
    socket.setsockopt(SO_KEEPALIVE, true)?;
    dup.setsockopt(SO_RCVTIMEO, Some(Duration::from_secs(2)))?;
    same("SO_KEEPALIVE", dup.getsockopt(SO_KEEPALIVE)?, true)?;
    same("SO_RCVTIMEO", socket.getsockopt(SO_RCVTIMEO)?, Some(Duration::from_secs(2)))
}

fn shutdown_is_for_both<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let dup = pair.near.try_clone()?;
    pair.near.close()?;
    dup.sendall(b"open")?;
    bed.settle();
    receives(&pair.far, b"open")?;
    let other = dup.try_clone()?;
    dup.shutdown(Shutdown::Write)?;
    fails(other.send(b"x"), Errno::EPIPE)?;
    ends(&pair.far)
}

fn duplicate_of_a_listener<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let dup = listener.try_clone()?;
    let addr = listener.getsockname()?;
    listener.close()?;
    let client = bed.near().tcp()?;
    client.connect(&addr)?;
    same("the peer", dup.accept()?.1, client.getsockname()?)?;
    dup.close()?;
    fails(bed.near().tcp()?.connect(&addr), Errno::ECONNREFUSED)
}

fn from_its_descriptor<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for socket in [bed.near().tcp()?, bed.near().udp()?, bed.near().unix()?.0] {
        let (family, kind) = (socket.family(), socket.kind());
        socket.setblocking(false)?;
        let fd = socket.detach();
        let number = fd.raw();
        let again = Socket::from_fd(host, fd)?;
        same("the number", again.fileno(), number)?;
        same("family and type", (again.family(), again.kind()), (family, kind))?;
        same("the mode", again.gettimeout(), Some(Duration::ZERO))?;
    }
    Ok(())
}
