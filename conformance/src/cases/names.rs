//! getsockname and getpeername in every state.

use wavetank_api::{Addr, Errno, Shutdown, UnixAddr};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, ends, fails, ip_of, port_of, same},
    pair::{connected, reset},
};

cases! { names:
    fresh_socket families
        "A socket that is not bound has the wildcard address and port 0, and no peer: ENOTCONN"
        from "getsockname(2), getpeername(2); inet_getname";
    bound_socket families
        "A bound socket has its address, and no peer"
        from "inet_getname";
    both_ends_agree everywhere
        "Each end of a connection is the other's peer"
        from "getpeername(2)";
    peer_of_a_half_closed_connection everywhere
        "As long as one direction is open there is a peer"
        from "inet_getname: TCP_CLOSE and TCP_SYN_SENT have none";
    peer_after_both_have_closed everywhere
        "When both directions are closed there is no peer any more: ENOTCONN; the own name stays"
        from "inet_getname: a connection that waits in TIME_WAIT is TCP_CLOSE to its socket";
    peer_after_a_reset everywhere
        "After a reset there is no peer: ENOTCONN"
        from "tcp_reset, inet_getname";
    after_a_refusal everywhere
        "After a refusal the address is the wildcard again; one that was bound stays"
        from "tcp_disconnect, tcp_set_state; SOCK_BINDADDR_LOCK";
    udp_peer everywhere
        "A UDP socket has the peer it is connected to; another connect changes it"
        from "connect(2); inet_getname";
    udp_send_binds everywhere
        "Sending gives a UDP socket a port, and leaves the address open"
        from "udp(7); inet_send_prepare: inet_autobind";
    udp_connect_binds everywhere
        "Connecting gives a UDP socket a port and an address"
        from "__ip4_datagram_connect: inet_saddr";
    unix_pair_is_unnamed once
        "Both ends of a UNIX pair have no name, and a peer without a name"
        from "unix(7): unnamed";
}

fn fresh_socket<B: Bed>(bed: &B) -> Outcome {
    for socket in [bed.near().tcp()?, bed.near().udp()?] {
        same("getsockname", socket.getsockname()?, bed.near().any(0))?;
        fails(socket.getpeername(), Errno::ENOTCONN)?;
    }
    Ok(())
}

fn bound_socket<B: Bed>(bed: &B) -> Outcome {
    for socket in [bed.near().bound_tcp()?, bed.near().bound_udp()?, bed.near().listener()?] {
        same("the address", ip_of(&socket.getsockname()?)?, bed.near().ip())?;
        fails(socket.getpeername(), Errno::ENOTCONN)?;
    }
    Ok(())
}

fn both_ends_agree<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    same("the near peer", pair.near.getpeername()?, pair.far.getsockname()?)?;
    same("the far peer", pair.far.getpeername()?, pair.near.getsockname()?)?;
    same("the accepted name", pair.far.getsockname()?, pair.listener.getsockname()?)
}

fn peer_of_a_half_closed_connection<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    bed.settle();
    same("the near peer", pair.near.getpeername()?, pair.listener.getsockname()?)?;
    same("the far peer", pair.far.getpeername()?, pair.near.getsockname()?)
}

fn peer_after_both_have_closed<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let (near, far) = (pair.near.getsockname()?, pair.far.getsockname()?);
    pair.near.shutdown(Shutdown::Write)?;
    ends(&pair.far)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    for (socket, name) in [(&pair.near, near), (&pair.far, far)] {
        fails(socket.getpeername(), Errno::ENOTCONN)?;
        same("getsockname", socket.getsockname()?, name)?;
    }
    Ok(())
}

fn peer_after_a_reset<B: Bed>(bed: &B) -> Outcome {
    fails(reset(bed)?.near.getpeername(), Errno::ENOTCONN)
}

fn after_a_refusal<B: Bed>(bed: &B) -> Outcome {
    let closed = bed.far().bound_tcp()?.getsockname()?;
    let socket = bed.near().tcp()?;
    fails(socket.connect(&closed), Errno::ECONNREFUSED)?;
    same("the address", ip_of(&socket.getsockname()?)?, ip_of(&bed.near().any(0))?)?;
    let socket = bed.near().tcp()?;
    let name = bed.near().free_addr()?;
    socket.bind(&name)?;
    fails(socket.connect(&closed), Errno::ECONNREFUSED)?;
    same("getsockname", socket.getsockname()?, name)
}

fn udp_peer<B: Bed>(bed: &B) -> Outcome {
    let (one, two) = (bed.far().bound_udp()?, bed.far().bound_udp()?);
    let socket = bed.near().udp()?;
    for peer in [one, two] {
        socket.connect(&peer.getsockname()?)?;
        same("getpeername", socket.getpeername()?, peer.getsockname()?)?;
    }
    Ok(())
}

fn udp_send_binds<B: Bed>(bed: &B) -> Outcome {
    let peer = bed.far().bound_udp()?;
    let socket = bed.near().udp()?;
    socket.sendto(b"x", &peer.getsockname()?)?;
    let name = socket.getsockname()?;
    same("the address", ip_of(&name)?, ip_of(&bed.near().any(0))?)?;
    let (_, from) = peer.recvfrom(&mut [0])?;
    same("the port", port_of(&name)?, port_of(&from)?)
}

fn udp_connect_binds<B: Bed>(bed: &B) -> Outcome {
    let peer = bed.far().bound_udp()?;
    let socket = bed.near().udp()?;
    socket.connect(&peer.getsockname()?)?;
    socket.send(b"x")?;
    let (_, from) = peer.recvfrom(&mut [0])?;
    same("getsockname", socket.getsockname()?, from)
}

fn unix_pair_is_unnamed<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    for socket in [&left, &right] {
        same("getsockname", socket.getsockname()?, Addr::Unix(UnixAddr::unnamed()))?;
        same("getpeername", socket.getpeername()?, Addr::Unix(UnixAddr::unnamed()))?;
    }
    Ok(())
}
