//! `UdpSocket`, with the names of `std`.

use std::io::{IoSlice, IoSliceMut};

use wavetank_api::{Addr, Errno, MsgFlags, RecvMsg, SendMsg, UdpSocket};

use crate::{has_ipv6, this};

#[test]
fn a_datagram_each_way_over_both_families() {
    for addr in ["127.0.0.1:0", "[::1]:0"] {
        if addr.starts_with('[') && !has_ipv6() {
            continue;
        }
        let (a, b) = (UdpSocket::bind(&this(), addr).unwrap(), UdpSocket::bind(&this(), addr).unwrap());
        assert_eq!(a.send_to(b"ahoy", b.local_addr().unwrap()).unwrap(), 4);
        let mut buf = [0; 10];
        let (len, from) = b.recv_from(&mut buf).unwrap();
        assert_eq!((&buf[..len], from), (&b"ahoy"[..], a.local_addr().unwrap()));
        b.connect(from).unwrap();
        assert_eq!(b.peer_addr().unwrap(), from);
        b.send(b"").unwrap();
        assert_eq!(a.recv(&mut buf).unwrap(), 0);
    }
}

#[test]
fn a_name_is_looked_up() {
    let host = this();
    let socket = UdpSocket::bind(&host, "127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    socket.send_to(b"x", ("127.1", port)).unwrap();
    assert_eq!(socket.recv(&mut [0; 2]).unwrap(), 1);
    let error = socket.send_to(b"x", "no-port").unwrap_err();
    assert_eq!(error.to_string(), r#""no-port" is not an address: write host:port"#);
}

#[test]
fn a_closed_port_is_reported_to_a_connected_socket() {
    let socket = UdpSocket::bind(&this(), "127.0.0.1:0").unwrap();
    let closed = UdpSocket::bind(&this(), "127.0.0.1:0").unwrap().local_addr().unwrap();
    socket.connect(closed).unwrap();
    socket.send(b"x").unwrap();
    assert_eq!(socket.recv(&mut [0]).unwrap_err(), Errno::ECONNREFUSED);
}

#[test]
fn connect_to_unspec_takes_the_peer_back() {
    let socket = UdpSocket::bind(&this(), "127.0.0.1:0").unwrap();
    socket.connect(socket.local_addr().unwrap()).unwrap();
    socket.socket().connect(&Addr::Unspec).unwrap();
    assert_eq!(socket.peer_addr().unwrap_err(), Errno::ENOTCONN);
    assert_eq!(socket.send(b"x").unwrap_err(), Errno::EDESTADDRREQ);
}

#[test]
fn a_message_over_several_buffers_and_one_that_is_cut() {
    let socket = UdpSocket::bind(&this(), "127.0.0.1:0").unwrap();
    let addr = Addr::from(socket.local_addr().unwrap());
    let bufs = [IoSlice::new(b"ah"), IoSlice::new(b"oy")];
    let msg = SendMsg::new(&bufs).to(&addr);
    assert_eq!(socket.socket().sendmsg(&msg, MsgFlags::empty()).unwrap(), 4);
    assert_eq!(socket.peek_from(&mut [0; 9]).unwrap(), (4, socket.local_addr().unwrap()));

    let (mut a, mut b) = ([0; 1], [0; 2]);
    let mut bufs = [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)];
    let mut msg = RecvMsg::new(&mut bufs);
    assert_eq!(socket.socket().recvmsg(&mut msg, MsgFlags::empty()).unwrap(), 3);
    assert_eq!((msg.addr, msg.flags, msg.control_len), (Some(addr), MsgFlags::TRUNC, 0));
    assert_eq!((&a, &b), (b"a", b"ho"));
}

#[test]
fn what_is_too_long_is_refused() {
    let socket = UdpSocket::bind(&this(), "127.0.0.1:0").unwrap();
    let to = socket.local_addr().unwrap();
    // 65,535 less 20 for IP and 8 for UDP.
    assert_eq!(socket.send_to(&[0; 65_508], to).unwrap_err().to_string(), "sendto: EMSGSIZE (Message too long)");
    assert_eq!(socket.send_to(&[0; 65_507], to).unwrap(), 65_507);
}

#[test]
fn broadcast_needs_its_option() {
    let socket = UdpSocket::bind(&this(), "0.0.0.0:0").unwrap();
    assert!(!socket.broadcast().unwrap());
    assert_eq!(socket.send_to(b"x", ("<broadcast>", 9)).unwrap_err(), Errno::EACCES);
    socket.set_broadcast(true).unwrap();
    assert!(socket.broadcast().unwrap());
}
