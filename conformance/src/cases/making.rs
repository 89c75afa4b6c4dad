//! How sockets come to be, beyond `create.rs`: flags in the type of a pair, a number with a history, what is said of a descriptor.

use wavetank_api::{Errno, Family, Net, Protocol, SockFlags, SockType, Socket, option::SO_PROTOCOL};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, fails, holds, same},
};

cases! { making:
    flags_in_the_type_of_a_pair once
        "So it is for both sockets of a pair"
        from "socketpair(2)";
    unknown_flag_in_the_type once
        "A bit in the type that is neither: EINVAL, before the family is looked at"
        from "__sys_socket: SOCK_TYPE_MASK";
    the_flag_is_not_inherited_by_the_number once
        "Who gets the number of an inheritable descriptor that was closed is not inheritable"
        from "fcntl(2) F_SETFD: the flag is the descriptor's";
    said_and_not_asked once
        "What is said of a descriptor changes what the socket says of itself, and not the socket"
        from "Python's socket(fileno): auto-detection can be overruled";
}

fn flags_in_the_type_of_a_pair<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = Socket::pair(bed.near().host, Family::UNIX, SockType::STREAM | SockFlags::NONBLOCK)?;
    for socket in [&left, &right] {
        same("the type", socket.kind(), SockType::STREAM)?;
        fails(socket.recv(&mut [0]), Errno::EAGAIN)?;
    }
    Ok(())
}

fn unknown_flag_in_the_type<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for family in [Family::INET, Family::UNIX, Family::from_raw(99)] {
        for bit in [0x10, 0x100, 0x40_0000] {
            let kind = SockType::from_raw(SockType::STREAM.raw() | bit);
            fails(host.socket(family, kind, SockFlags::empty(), Protocol::DEFAULT), Errno::EINVAL)?;
            fails(host.socketpair(family, kind, SockFlags::empty(), Protocol::DEFAULT), Errno::EINVAL)?;
        }
    }
    Ok(())
}

fn said_and_not_asked<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let fd = bed.near().tcp_of(Family::INET)?.detach();
    let said = Socket::from_fd_as(host, fd, Some(Family::INET6), None, Some(Protocol::SCTP))?;
    same("what was said", (said.family(), said.protocol()), (Family::INET6, Protocol::SCTP))?;
    same("what was asked", said.kind(), SockType::STREAM)?;
    same("SO_PROTOCOL", said.getsockopt(SO_PROTOCOL)?, Protocol::TCP)
}

fn the_flag_is_not_inherited_by_the_number<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    socket.set_inheritable(true)?;
    let number = socket.fileno();
    socket.close()?;
    let next = bed.near().tcp()?;
    // In the real world another case may have taken the number meanwhile.
    holds("the number's next socket is not inheritable", next.fileno() != number || !next.inheritable()?)
}
