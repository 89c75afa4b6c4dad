//! The errno and the name of the call, where a call fails.

use wavetank_api::{
    Addr, Errno, Error, Family, MsgFlags, Net, Protocol, Result, Shutdown, SockFlags, SockType, Socket, UnixAddr,
};
use wavetank_real::Machine;

use crate::{closed_port, connected, listening, loopback, pair, this};

fn socket(family: Family, kind: SockType) -> Result<Socket<Machine>> {
    Socket::new(&this(), family, kind)
}

#[track_caller]
fn fails<T>(result: Result<T>, text: &str) {
    match result {
        Ok(_) => panic!("no error, but {text} was expected"),
        Err(error) => assert_eq!(error.to_string().split(" (").next(), Some(text)),
    }
}

#[test]
fn calls_that_cannot_be() {
    let tcp = || socket(Family::INET, SockType::STREAM).unwrap();
    let udp = || socket(Family::INET, SockType::DGRAM).unwrap();
    fails(socket(Family::from_raw(200), SockType::STREAM), "socket: EAFNOSUPPORT");
    fails(socket(Family::INET, SockType::from_raw(99)), "socket: EINVAL");
    fails(Socket::with_protocol(&this(), Family::INET, SockType::STREAM, Protocol::UDP), "socket: EPROTONOSUPPORT");
    fails(Socket::pair(&this(), Family::INET, SockType::STREAM), "socketpair: EOPNOTSUPP");
    fails(tcp().bind(&"192.0.2.77:0".parse().unwrap()), "bind: EADDRNOTAVAIL");
    fails(tcp().bind(&Addr::Unix(UnixAddr::unnamed())), "bind: EINVAL");
    fails(tcp().bind(&"[::1]:0".parse().unwrap()), "bind: EAFNOSUPPORT");
    fails(udp().listen(1), "listen: EOPNOTSUPP");
    fails(tcp().accept(), "accept: EINVAL");
    fails(udp().accept(), "accept: EOPNOTSUPP");
    fails(tcp().getpeername(), "getpeername: ENOTCONN");
    fails(tcp().shutdown(Shutdown::Both), "shutdown: ENOTCONN");
    fails(tcp().recv(&mut [0]), "recv: ENOTCONN");
    fails(tcp().send(b"x"), "send: EPIPE");
    fails(udp().send(b"x"), "send: EDESTADDRREQ");
    fails(udp().sendto(b"x", &Addr::Unix(UnixAddr::unnamed())), "sendto: EINVAL");
    fails(pair().0.recv_with(&mut [0], MsgFlags::OOB | MsgFlags::DONTWAIT), "recv: EINVAL");
    fails(closed_port().0.bind(&loopback(0)), "bind: EINVAL");
    fails(tcp().connect(&Addr::Raw { family: 2, bytes: vec![0; 200].into() }), "connect: EINVAL");
    fails(tcp().connect(&Addr::Raw { family: 2, bytes: vec![0; 2].into() }), "connect: EINVAL");
}

#[test]
fn a_port_in_use() {
    let (_listener, addr) = listening(1);
    let second = socket(Family::INET, SockType::STREAM).unwrap();
    fails(second.bind(&addr), "bind: EADDRINUSE");
    assert!(second.bind(&addr).unwrap_err().hint().unwrap().contains("SO_REUSEADDR"));
}

#[test]
fn a_peer_that_has_gone() {
    let (client, server) = connected();
    client.send(b"unread").unwrap();
    server.recv_with(&mut [0], MsgFlags::PEEK).unwrap();
    // Closing with data unread resets.
    drop(server);
    fails(client.recv(&mut [0]), "recv: ECONNRESET");
    // And nobody died of a SIGPIPE.
    fails(client.send(b"x"), "send: EPIPE");
}

#[test]
fn errors_of_a_call_are_those_of_std() {
    let (_bound, addr) = closed_port();
    let ours: std::io::Error = socket(Family::INET, SockType::STREAM).unwrap().connect(&addr).unwrap_err().into();
    let theirs = std::net::TcpStream::connect(addr.as_inet().unwrap()).unwrap_err();
    assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
}

#[test]
fn every_descriptor_is_close_on_exec() {
    let net = this();
    let (a, b) = net.socketpair(Family::UNIX, SockType::STREAM, SockFlags::empty(), Protocol::DEFAULT).unwrap();
    let (listener, addr) = listening(1);
    let client = socket(Family::INET, SockType::STREAM).unwrap();
    client.connect(&addr).unwrap();
    let (accepted, _) = net.accept(listener.fd(), SockFlags::NONBLOCK).unwrap();
    assert!(net.nonblocking(&accepted).unwrap());
    for fd in [&a, &b, &net.dup(&a).unwrap(), listener.fd(), client.fd(), &accepted] {
        let number = wavetank_api::Descriptor::raw(fd);
        let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap().trim().to_owned();
        // O_CLOEXEC, in octal.
        assert_ne!(u32::from_str_radix(&flags, 8).unwrap() & 0o2_000_000, 0, "{info}");
    }
}

#[test]
fn an_errno_can_be_asked_for_in_one_comparison() {
    let error: Error = socket(Family::from_raw(200), SockType::STREAM).unwrap_err();
    assert_eq!(error, Errno::EAFNOSUPPORT);
}
