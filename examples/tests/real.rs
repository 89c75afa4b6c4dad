//! Every program on the operating system, over loopback.

use std::time::Duration;

use wavetank::{
    Errno, Error, Family, Host, Net, Result, ServerOptions, SockType, Socket, UdpSocket,
    can::{BcmOp, CanFrame, CanId},
    create_connection, create_server,
    real::Machine,
};
use wavetank_examples::{can, chat, descriptors, dual_stack, echo, echo_any, scatter, sniffer::Sniffer, time_wait};

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

#[test]
fn one_server_for_both_versions() {
    let machine = Machine::this();
    let server = dual_stack::listen(&machine, 0).unwrap();
    let port = port_of(&server);
    for (ip, shown) in [("127.0.0.1", "::ffff:127.0.0.1"), ("::1", "::1")] {
        let client = create_connection(&machine, (ip, port), Duration::from_secs(10)).unwrap();
        let peer = dual_stack::greet(&server).unwrap();
        assert_eq!(peer.ip().unwrap().to_string(), shown);
        assert_eq!(client.recv_vec(100).unwrap(), format!("You are {peer}\n").as_bytes());
    }
}

#[test]
fn a_descriptor_by_hand() {
    assert_eq!(descriptors::hand_over(&Machine::this()).unwrap(), b"write this into what I give you");
}

#[test]
fn mary_over_three_buffers() {
    let (count, bufs) = scatter::mary(&Machine::this()).unwrap();
    assert_eq!((count, &bufs[0][..], &bufs[1][..], &bufs[2][..]), MARY);
}

/// As the documentation prints it.
const MARY: (usize, &[u8], &[u8], &[u8]) = (22, b"Mary", b"01 had a 9", b"little lamb---");

/// What needs a privilege or a family that is not there is told, and is no failure but in the virtual machine, which has them all.
fn skips(error: &Error) -> bool {
    let lacks = [Errno::EPERM, Errno::EAFNOSUPPORT, Errno::EPROTONOSUPPORT, Errno::ENODEV];
    let skips = lacks.into_iter().any(|errno| *error == errno) && std::env::var_os("WAVETANK_IN_VM").is_none();
    if skips {
        println!("skipped: {error:#}");
    }
    skips
}

#[test]
fn a_sniffer_on_loopback() {
    let machine = Machine::this();
    let sniffer = match Sniffer::open(&machine, "lo") {
        Ok(sniffer) => sniffer,
        Err(error) if skips(&error) => return,
        Err(error) => panic!("{error:#}"),
    };
    let (from, to) =
        (UdpSocket::bind(&machine, "127.0.0.1:0").unwrap(), UdpSocket::bind(&machine, "127.0.0.1:0").unwrap());
    from.send_to(b"a secret that everybody hears", to.local_addr().unwrap()).unwrap();
    let heard = std::iter::repeat_with(|| sniffer.next_frame().unwrap())
        .take(10_000)
        .find(|frame| frame.ipv4().is_some_and(|packet| packet.ends_with(b"a secret that everybody hears")));
    assert_eq!(heard.unwrap().from.ifindex, machine.if_nametoindex("lo").unwrap());
    sniffer.set_promiscuous(false).unwrap();
}

#[test]
fn can_frames_are_echoed() {
    let machine = Machine::this();
    let (echo, other) = match (can::open_raw(&machine, "vcan0"), can::open_raw(&machine, "vcan0")) {
        (Ok(echo), Ok(other)) => (echo, other),
        (Err(error), _) if skips(&error) => return,
        (echo, other) => panic!("{echo:?} {other:?}"),
    };
    other.settimeout(Some(Duration::from_secs(10))).unwrap();
    let frame = CanFrame::new(CanId::standard(0x123), b"ahoy").unwrap();
    can::send(&other, &frame).unwrap();
    assert_eq!(can::receive_and_echo(&echo).unwrap(), frame);
    let heard = || CanFrame::decode(&other.recv_vec(CanFrame::LEN).unwrap()).unwrap();
    assert_eq!(heard(), frame);
    assert_eq!(heard(), CanFrame::new(CanId::standard(1), &[1, 2]).unwrap());
}

#[test]
fn can_frames_by_the_broadcast_manager() {
    let machine = Machine::this();
    let (sender, watcher) = match (can::open_bcm(&machine, "vcan1"), can::open_bcm(&machine, "vcan1")) {
        (Ok(sender), Ok(watcher)) => (sender, watcher),
        (Err(error), _) if skips(&error) => return,
        (sender, watcher) => panic!("{sender:?} {watcher:?}"),
    };
    watcher.settimeout(Some(Duration::from_secs(10))).unwrap();
    let id = CanId::standard(0x42);
    can::tell_changes(&watcher, id).unwrap();
    for content in [b"one", b"two"] {
        let frame = CanFrame::new(id, content).unwrap();
        can::send_cyclically(&sender, frame, Duration::from_millis(20)).unwrap();
        let told = can::next_told(&watcher).unwrap();
        assert_eq!((told.op, told.id, told.frames), (BcmOp::RX_CHANGED, id, vec![frame]));
    }
}
