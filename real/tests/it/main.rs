//! The contract on the operating system: everything of `wavetank-api` that needs a world, on loopback.

mod connect;
mod control;
mod errors;
mod families;
mod modes;
mod options;
mod poll;
mod resolve;
mod signals;
mod sync;
mod sys;
mod tcp;
mod threads;
mod udp;
mod unix;

use wavetank_api::{Addr, Family, Net, SockType, Socket};
use wavetank_real::Machine;

/// This machine.
fn this() -> Machine {
    Machine::this()
}

/// A listening IPv4 socket on loopback, and its address.
fn listening(backlog: i32) -> (Socket<Machine>, Addr) {
    let listener = Socket::new(&this(), Family::INET, SockType::STREAM).unwrap();
    listener.bind(&loopback(0)).unwrap();
    listener.listen(backlog).unwrap();
    let addr = listener.getsockname().unwrap();
    (listener, addr)
}

/// Two connected TCP sockets.
fn connected() -> (Socket<Machine>, Socket<Machine>) {
    let (listener, addr) = listening(1);
    let client = Socket::new(&this(), Family::INET, SockType::STREAM).unwrap();
    client.connect(&addr).unwrap();
    let (server, peer) = listener.accept().unwrap();
    assert_eq!(peer, client.getsockname().unwrap());
    (client, server)
}

/// Two connected UNIX stream sockets.
fn pair() -> (Socket<Machine>, Socket<Machine>) {
    Socket::pair(&this(), Family::UNIX, SockType::STREAM).unwrap()
}

fn loopback(port: u16) -> Addr {
    Addr::v4([127, 0, 0, 1].into(), port)
}

/// An address on which nobody listens: of a socket that is bound, and does not.
fn closed_port() -> (Socket<Machine>, Addr) {
    let socket = Socket::new(&this(), Family::INET, SockType::STREAM).unwrap();
    socket.bind(&loopback(0)).unwrap();
    let addr = socket.getsockname().unwrap();
    (socket, addr)
}

/// Whether this machine has IPv6 on loopback; tests that need it say so and end.
fn has_ipv6() -> bool {
    let has = this()
        .socket(Family::INET6, SockType::DGRAM, wavetank_api::SockFlags::empty(), wavetank_api::Protocol::DEFAULT)
        .and_then(|fd| this().bind(&fd, &"[::1]:0".parse().unwrap()))
        .is_ok();
    if !has {
        eprintln!("skipped: no IPv6 on loopback");
    }
    has
}
