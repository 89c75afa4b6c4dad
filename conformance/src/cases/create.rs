//! What makes a socket ready in one call, and what makes one of a descriptor: `create_connection`, `create_server`, `from_fd`, `fromfd`;
//! the bits in the type, inheritance, the default timeout.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Family, Net, Protocol, ServerOptions, SockFlags, SockType, Socket, create_connection,
    create_connection_all_errors, create_connection_from, create_server, has_dualstack_ipv6,
    option::{IPV6_V6ONLY, SO_REUSEADDR, SO_REUSEPORT},
};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, fails, holds, receives, same, takes, times_out},
};

cases! { create:
    connection_takes_the_first_that_answers everywhere
        "create_connection tries one address after another, and the socket keeps the timeout it was given"
        from "Python, socket.create_connection";
    connection_fails_with_the_last_error everywhere
        "If nobody answers, the error is the last one's, or a list of each one's"
        from "Python, socket.create_connection(all_errors=True)";
    connection_from_an_address everywhere
        "source_address is what the socket is bound to before it connects; its port may be 0"
        from "Python, socket.create_connection(source_address)";
    server_listens everywhere
        "create_server sets SO_REUSEADDR, binds and listens; without a backlog it takes a reasonable one"
        from "Python, socket.create_server";
    server_shares_its_port families
        "With reuse_port a second server of the same port is made; without it, EADDRINUSE"
        from "Python, socket.create_server(reuse_port=True); socket(7) SO_REUSEPORT";
    server_of_ipv6_only once
        "A server of IPv6 has IPV6_V6ONLY set unless it is to take both; both for a server of IPv4 is EINVAL"
        from "Python, socket.create_server(dualstack_ipv6)";
    dual_stack_is_there once
        "Where there is IPv6 a socket can take IPv4 too"
        from "Python, socket.has_dualstack_ipv6";
    bits_in_the_type families
        "SOCK_CLOEXEC and SOCK_NONBLOCK may be in the type; afterwards type does not show them, and the mode is non-blocking"
        from "Python, socket.socket; socket(2)";
    detached_is_open_and_the_same families
        "detach gives the descriptor without closing it; a socket made of it finds family, type and protocol by itself"
        from "Python, socket.detach, socket(fileno)";
    from_a_descriptor_keeps_the_mode families
        "A socket made of a non-blocking descriptor is in non-blocking mode"
        from "Python, socket(fileno); fcntl(2) F_GETFL";
    fromfd_is_a_duplicate everywhere
        "fromfd leaves the descriptor alone and works on a duplicate of it"
        from "Python, socket.fromfd; dup(2)";
    not_inheritable_unless_told families
        "A new descriptor is not inheritable, nor is a duplicate or an accepted one; set_inheritable changes it for this descriptor alone"
        from "Python, socket.set_inheritable; fcntl(2) FD_CLOEXEC";
    default_timeout_is_for_new_sockets alone
        "The default timeout is none; once set, a new and an accepted socket begin with it, and those that were there keep theirs"
        from "Python, socket.setdefaulttimeout";
    no_value_but_a_length families
        "setsockopt without a value is EFAULT for an option that reads one, and EINVAL with a length that is too short"
        from "setsockopt(2) EFAULT; Python, socket.setsockopt(level, optname, None, optlen)";
    socketpair_is_of_unix once
        "socketpair makes a pair of UNIX streams, which is not inheritable"
        from "Python, socket.socketpair; socketpair(2)";
}

const TIME: Duration = Duration::from_millis(60);

fn connection_takes_the_first_that_answers<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let closed = bed.far().bound_tcp()?;
    let addrs = vec![closed.getsockname()?, listener.getsockname()?];
    let client = create_connection(bed.near().host, addrs, Some(TIME))?;
    same("getpeername", client.getpeername()?, listener.getsockname()?)?;
    same("gettimeout", client.gettimeout(), Some(TIME))
}

fn connection_fails_with_the_last_error<B: Bed>(bed: &B) -> Outcome {
    let closed = [bed.far().bound_tcp()?, bed.far().bound_tcp()?];
    let addrs = vec![closed[0].getsockname()?, closed[1].getsockname()?];
    let host = bed.near().host;
    fails(create_connection(host, addrs.clone(), None), Errno::ECONNREFUSED)?;
    let Err(errors) = create_connection_all_errors(host, addrs, None, None) else {
        return Err(Stop::failed("somebody answered"));
    };
    let errnos: Vec<_> = errors.iter().map(|error| error.errno()).collect();
    same("errors", errnos, vec![Some(Errno::ECONNREFUSED); 2])
}

fn connection_from_an_address<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let source = bed.near().free_addr()?;
    let client = create_connection_from(bed.near().host, vec![listener.getsockname()?], None, &source)?;
    same("getsockname", client.getsockname()?, source.clone())?;
    let (_accepted, peer) = listener.accept()?;
    same("the peer", peer, source.clone())?;
    let other =
        create_connection_from(bed.near().host, vec![listener.getsockname()?], None, &source.clone().with_port(0))?;
    holds("another port", other.getsockname()?.port() != source.port())
}

fn options<B: Bed>(bed: &B) -> ServerOptions {
    ServerOptions { family: bed.family(), ..ServerOptions::default() }
}

fn server_listens<B: Bed>(bed: &B) -> Outcome {
    let server = create_server(bed.far().host, vec![bed.far().addr(0)], options(bed))?;
    same("SO_REUSEADDR", server.getsockopt(SO_REUSEADDR)?, true)?;
    same("SO_REUSEPORT", server.getsockopt(SO_REUSEPORT)?, false)?;
    let addr = server.getsockname()?;
    let clients: Vec<_> =
        (0..10).map(|_| create_connection(bed.near().host, vec![addr.clone()], None)).collect::<Result<_, _>>()?;
    for client in &clients {
        same("the peer", server.accept()?.1, client.getsockname()?)?;
    }
    Ok(())
}

fn server_shares_its_port<B: Bed>(bed: &B) -> Outcome {
    let host = bed.far().host;
    let shared = ServerOptions { reuse_port: true, ..options(bed) };
    let first = create_server(host, vec![bed.far().addr(0)], shared)?;
    let addr = first.getsockname()?;
    same("the second's", create_server(host, vec![addr.clone()], shared)?.getsockname()?, addr.clone())?;
    fails(create_server(host, vec![addr], options(bed)), Errno::EADDRINUSE)
}

fn server_of_ipv6_only<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let host = bed.near().host;
    for dualstack_ipv6 in [false, true] {
        let options = ServerOptions { family: Family::INET6, dualstack_ipv6, ..ServerOptions::default() };
        let server = create_server(host, ("", 0), options)?;
        same("IPV6_V6ONLY", server.getsockopt(IPV6_V6ONLY)?, !dualstack_ipv6)?;
    }
    let both = ServerOptions { dualstack_ipv6: true, ..ServerOptions::default() };
    fails(create_server(host, ("", 0), both), Errno::EINVAL)
}

fn dual_stack_is_there<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    holds("there is a dual stack", has_dualstack_ipv6(bed.near().host))
}

fn bits_in_the_type<B: Bed>(bed: &B) -> Outcome {
    let kind = SockType::STREAM | SockFlags::NONBLOCK | SockFlags::CLOEXEC;
    let socket = Socket::new(bed.near().host, bed.family(), kind)?;
    same("type", socket.kind(), SockType::STREAM)?;
    same("gettimeout", socket.gettimeout(), Some(Duration::ZERO))?;
    same("O_NONBLOCK", socket.net().nonblocking(socket.fd())?, true)?;
    same("inheritable", socket.inheritable()?, false)
}

fn detached_is_open_and_the_same<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let socket = bed.near().bound_tcp()?;
    let (number, addr) = (socket.fileno(), socket.getsockname()?);
    let again = Socket::from_fd(host, socket.detach())?;
    same("fileno", again.fileno(), number)?;
    same("getsockname", again.getsockname()?, addr)?;
    same("family", again.family(), bed.family())?;
    same("type and protocol", (again.kind(), again.protocol()), (SockType::STREAM, Protocol::TCP))
}

fn from_a_descriptor_keeps_the_mode<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    socket.setblocking(false)?;
    let again = Socket::from_fd(bed.near().host, socket.detach())?;
    same("gettimeout", again.gettimeout(), Some(Duration::ZERO))?;
    again.setblocking(true)?;
    let again = Socket::from_fd(bed.near().host, again.detach())?;
    same("gettimeout", again.gettimeout(), None)
}

fn fromfd_is_a_duplicate<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    let twin = Socket::fromfd(bed.near().host, near.fd(), bed.family(), SockType::STREAM, Protocol::DEFAULT)?;
    holds("it has a number of its own", twin.fileno() != near.fileno())?;
    drop(near);
    twin.sendall(b"ahoy")?;
    receives(&far, b"ahoy")
}

fn not_inheritable_unless_told<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    for socket in [&listener, &near, &far] {
        same("inheritable", socket.inheritable()?, false)?;
    }
    near.set_inheritable(true)?;
    same("once set", near.inheritable()?, true)?;
    let twin = near.try_clone()?;
    same("of a duplicate", twin.inheritable()?, false)?;
    near.set_inheritable(false)?;
    same("once taken back", near.inheritable()?, false)
}

fn default_timeout_is_for_new_sockets<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    same("getdefaulttimeout", host.default_timeout(), None)?;
    let before = bed.near().tcp()?;
    host.set_default_timeout(Some(TIME));
    let outcome = with_a_default_timeout(bed, &before);
    host.set_default_timeout(None);
    outcome?;
    same("gettimeout once it is taken back", bed.near().tcp()?.gettimeout(), None)
}

fn with_a_default_timeout<B: Bed>(bed: &B, before: &Socket<B::Host>) -> Outcome {
    let host = bed.near().host;
    same("getdefaulttimeout", host.default_timeout(), Some(TIME))?;
    same("gettimeout of an older socket", before.gettimeout(), None)?;
    let (a, b) = bed.near().unix()?;
    same("gettimeout of a new one", (a.gettimeout(), b.gettimeout()), (Some(TIME), Some(TIME)))?;
    times_out(takes(host, TIME, || a.recv(&mut [0]))?)?;
    let listener = bed.near().listener()?;
    let client = create_connection(host, vec![listener.getsockname()?], None)?;
    same("gettimeout of one that was told otherwise", client.gettimeout(), None)?;
    let (accepted, _) = listener.accept()?;
    same("gettimeout of an accepted one", accepted.gettimeout(), Some(TIME))
}

fn no_value_but_a_length<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    let (level, name) = (SO_REUSEADDR.level(), SO_REUSEADDR.name());
    fails(socket.setsockopt_null(level, name, 4), Errno::EFAULT)?;
    fails(socket.setsockopt_null(level, name, 3), Errno::EINVAL)?;
    same("SO_REUSEADDR", socket.getsockopt(SO_REUSEADDR)?, false)
}

fn socketpair_is_of_unix<B: Bed>(bed: &B) -> Outcome {
    let (a, b) = wavetank_api::socketpair(bed.near().host)?;
    for socket in [&a, &b] {
        same("what it is", (socket.family(), socket.kind()), (Family::UNIX, SockType::STREAM))?;
        same("inheritable", socket.inheritable()?, false)?;
        same("getsockname", socket.getsockname()?, Addr::from(wavetank_api::UnixAddr::unnamed()))?;
    }
    a.sendall(b"ahoy")?;
    receives(&b, b"ahoy")
}
