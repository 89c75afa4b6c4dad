//! `connect` in each mode, and what is built on it.

use std::time::Duration;

use wavetank_api::option::{IPV6_V6ONLY, SO_ERROR, SO_REUSEADDR, SO_REUSEPORT};
use wavetank_api::{
    Addr, Errno, Family, PollEvents, ServerOptions, SockType, Socket, create_connection, create_connection_all_errors,
    create_server, poll_one,
};
use wavetank_real::Machine;

use crate::{closed_port, has_ipv6, listening, loopback, this};

const SHORT: Duration = Duration::from_millis(50);

fn tcp() -> Socket<Machine> {
    Socket::new(&this(), Family::INET, SockType::STREAM).unwrap()
}

/// A listener that answers no SYN: its queue is full. The connections in it come along, so that they stay.
fn full() -> (Socket<Machine>, Addr, Vec<Socket<Machine>>) {
    let (listener, addr) = listening(0);
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let socket = tcp();
        socket.settimeout(Some(SHORT)).unwrap();
        let result = socket.connect(&addr);
        waiting.push(socket);
        if result.is_err() {
            return (listener, addr, waiting);
        }
    }
    panic!("a backlog of 0 took 20 connections");
}

#[test]
fn a_closed_port_refuses_in_every_mode() {
    let (_bound, addr) = closed_port();
    for timeout in [None, Some(Duration::from_secs(10))] {
        let socket = tcp();
        socket.settimeout(timeout).unwrap();
        let error = socket.connect(&addr).unwrap_err();
        assert_eq!(error.to_string(), "connect: ECONNREFUSED (Connection refused)");
        // The kernel remembers a connect that did not block, and that its error has been read: once, it is ECONNABORTED.
        let remembered = if timeout.is_none() { Errno::ECONNREFUSED } else { Errno::ECONNABORTED };
        assert_eq!(socket.connect_ex(&addr), Some(remembered));
        assert_eq!(socket.connect_ex(&addr), Some(Errno::ECONNREFUSED));
    }
}

#[test]
fn a_non_blocking_connect_is_in_progress_and_then_done() {
    let (_listener, addr) = listening(1);
    let socket = tcp();
    socket.setblocking(false).unwrap();
    assert_eq!(socket.connect_ex(&addr), Some(Errno::EINPROGRESS));
    let found = poll_one(&this(), socket.fd(), PollEvents::OUT, Some(Duration::from_secs(10))).unwrap();
    assert_eq!(found, PollEvents::OUT);
    assert_eq!(socket.getsockopt(SO_ERROR).unwrap(), None);
    // The first call after it tells that it is done, the next ones that it was before.
    assert_eq!(socket.connect_ex(&addr), None);
    assert_eq!(socket.connect_ex(&addr), Some(Errno::EISCONN));
}

#[test]
fn a_non_blocking_connect_to_a_closed_port_leaves_its_error() {
    let (_bound, addr) = closed_port();
    let socket = tcp();
    socket.setblocking(false).unwrap();
    assert!(socket.connect(&addr).unwrap_err().is_in_progress());
    let found = poll_one(&this(), socket.fd(), PollEvents::OUT, Some(Duration::from_secs(10))).unwrap();
    assert_eq!(found, PollEvents::OUT | PollEvents::ERR | PollEvents::HUP);
    assert_eq!(socket.getsockopt(SO_ERROR).unwrap(), Some(Errno::ECONNREFUSED));
    assert_eq!(socket.getsockopt(SO_ERROR).unwrap(), None);
}

#[test]
fn a_connect_without_an_answer_times_out() {
    let (_listener, addr, _waiting) = full();
    let socket = tcp();
    socket.settimeout(Some(SHORT)).unwrap();
    assert_eq!(socket.connect(&addr).unwrap_err().to_string(), "connect: timed out");
    let socket = tcp();
    socket.settimeout(Some(SHORT)).unwrap();
    assert_eq!(socket.connect_ex(&addr), Some(Errno::EAGAIN));
}

#[test]
fn create_connection_takes_the_first_that_answers_and_keeps_the_timeout() {
    let (_listener, open) = listening(5);
    let (_bound, closed) = closed_port();
    let timeout = Some(Duration::from_secs(10));
    let socket = create_connection(&this(), vec![closed, open.clone()], timeout).unwrap();
    assert_eq!((socket.getpeername().unwrap(), socket.gettimeout()), (open.clone(), timeout));

    let source = loopback(0);
    let socket = create_connection_all_errors(&this(), open, None, Some(&source)).unwrap();
    assert_eq!(socket.getsockname().unwrap().ip(), source.ip());
}

#[test]
fn create_connection_reports_the_last_error_or_all() {
    let ((_a, first), (_b, second)) = (closed_port(), closed_port());
    let addrs = vec![first, second];
    assert_eq!(create_connection(&this(), &addrs, None).unwrap_err(), Errno::ECONNREFUSED);
    let errors = create_connection_all_errors(&this(), &addrs, None, None).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.errno()).collect::<Vec<_>>(), [Some(Errno::ECONNREFUSED); 2]);
    let none = create_connection(&this(), Vec::new(), None).unwrap_err();
    assert_eq!(none.to_string(), "getaddrinfo: EAI_NONAME (Name or service not known)");
}

#[test]
fn create_server_listens() {
    let server = create_server(&this(), ("127.0.0.1", 0), ServerOptions::default()).unwrap();
    assert!(server.getsockopt(SO_REUSEADDR).unwrap());
    let client = create_connection(&this(), server.getsockname().unwrap(), None).unwrap();
    let (peer, addr) = server.accept().unwrap();
    assert_eq!(addr, client.getsockname().unwrap());
    client.sendall(b"ahoy").unwrap();
    assert_eq!(peer.recv_vec(10).unwrap(), b"ahoy");
}

#[test]
fn create_server_shares_a_port() {
    let options = ServerOptions { reuse_port: true, backlog: Some(3), ..ServerOptions::default() };
    let first = create_server(&this(), "127.0.0.1:0", options).unwrap();
    assert!(first.getsockopt(SO_REUSEPORT).unwrap());
    create_server(&this(), first.getsockname().unwrap(), options).unwrap();
    let alone = create_server(&this(), first.getsockname().unwrap(), ServerOptions::default()).unwrap_err();
    assert_eq!(alone.to_string(), "bind: EADDRINUSE (Address already in use)");
}

#[test]
fn create_server_for_both_families() {
    if !has_ipv6() {
        return;
    }
    let both = ServerOptions { family: Family::INET6, dualstack_ipv6: true, ..ServerOptions::default() };
    let server = create_server(&this(), ("", 0), both).unwrap();
    let port = server.getsockname().unwrap().port().unwrap();
    for (host, seen) in [("127.0.0.1", "::ffff:127.0.0.1"), ("::1", "::1")] {
        create_connection(&this(), (host, port), None).unwrap();
        let (_, peer) = server.accept().unwrap();
        assert_eq!(peer.ip(), Some(seen.parse().unwrap()));
    }
    let only = ServerOptions { dualstack_ipv6: false, ..both };
    let server = create_server(&this(), ("", 0), only).unwrap();
    assert!(server.getsockopt(IPV6_V6ONLY).unwrap());
    let port = server.getsockname().unwrap().port().unwrap();
    assert_eq!(create_connection(&this(), ("127.0.0.1", port), None).unwrap_err(), Errno::ECONNREFUSED);
}

#[test]
fn create_server_refuses_what_cannot_be() {
    let both_on_v4 = ServerOptions { dualstack_ipv6: true, ..ServerOptions::default() };
    assert_eq!(create_server(&this(), ("", 0), both_on_v4).unwrap_err(), Errno::EINVAL);
    let wrong = create_server(&this(), ("::1", 0), ServerOptions::default()).unwrap_err();
    assert_eq!(wrong.to_string(), "bind: EAFNOSUPPORT (Address family not supported by protocol)");
}
