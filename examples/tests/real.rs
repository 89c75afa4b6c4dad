//! Every program on the operating system, over loopback.

use wavetank::{Errno, Family, Host, Result, ServerOptions, SockType, Socket, create_server, real::Machine};
use wavetank_examples::{chat, echo, echo_any, time_wait};

fn port_of(listener: &Socket<Machine>) -> u16 {
    listener.getsockname().unwrap().port().unwrap()
}

#[test]
fn echo_over_ipv4() {
    let machine = Machine::this();
    let listener = echo::listen(&machine, 0).unwrap();
    let port = port_of(&listener);
    let server = machine.spawn("server", move || echo::serve(&listener));
    assert_eq!(echo::client(&machine, "localhost", port).unwrap(), b"Hello, world");
    server.join().unwrap().unwrap();
}

#[test]
fn echo_over_getaddrinfo() {
    let machine = Machine::this();
    let listener = echo_any::listen(&machine, 0).unwrap();
    let port = port_of(&listener);
    let server = machine.spawn("server", move || echo::serve(&listener));
    assert_eq!(echo_any::client(&machine, "localhost", port).unwrap(), b"Hello, world");
    server.join().unwrap().unwrap();
}

/// A port that was free a moment ago.
fn free_port(machine: &Machine) -> Result<u16> {
    let socket = Socket::new(machine, Family::INET, SockType::STREAM)?;
    socket.bind(&wavetank::Addr::ANY_V4)?;
    Ok(port_of(&socket))
}

#[test]
fn a_port_in_time_wait() {
    let machine = Machine::this();
    time_wait::run_twice(&machine, free_port(&machine).unwrap(), [true, true]).unwrap();
    for options in [[false, false], [false, true], [true, false]] {
        let port = free_port(&machine).unwrap();
        let error = time_wait::run_twice(&machine, port, options).expect_err("the port is in TIME_WAIT");
        assert_eq!((error.errno(), error.call()), (Some(Errno::EADDRINUSE), "bind"), "{options:?}");
    }
}

#[test]
fn a_websocket_chat() {
    let machine = Machine::this();
    let listener = create_server(&machine, "127.0.0.1:0", ServerOptions::default()).unwrap();
    let port = port_of(&listener);
    let server = machine.spawn("server", move || chat::serve(&listener, 1000));
    chat::client(&machine, ("127.0.0.1", port), 1000).unwrap();
    server.join().unwrap().unwrap();
}
