//! Printed by wavetank, with what Linux answers to each call:
//!
//! ```text
//! a = socket(AF_INET, SOCK_STREAM, 0)
//! setsockopt(a, SOL_SOCKET, SO_REUSEADDR, 1)
//! bind(a, 127.0.0.1:$0)
//! bind(a, 127.0.0.1:$1)
//! listen(a, 5)
//! a = accept4(a)
//! b = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
//! getpeername(b)
//! connect(b, 127.0.0.1:@a)
//! c = accept4(a)
//! a = dup(a)
//! getsockname(b)
//! getpeername(c)
//! send(b, 10, MSG_NOSIGNAL)
//! sendmsg(b, 3, MSG_NOSIGNAL, to=name(a))
//! ioctl(c, FIONREAD, 1)
//! ioctl(c, 0x1234, 1)
//! poll(c, POLLIN|POLLOUT)
//! recv(c, 5, MSG_PEEK)
//! recvmsg(c, 70000, 0, from)
//! recv(c, 1, MSG_DONTWAIT)
//! recvmsg(c, 1, 0, control=64)
//! getsockopt(c, SOL_SOCKET, SO_ERROR, 4)
//! getsockopt(c, IPPROTO_TCP, 255, 4)
//! setsockopt(c, SOL_SOCKET, SO_LINGER, {1, 0})
//! fcntl(c, F_SETFL, O_NONBLOCK)
//! +0.002
//! shutdown(b, SHUT_WR)
//! connect(b, unspec)
//! connect(b, "unix:@x")
//! close(c)
//! close(c)
//! recv(b, 1, 0)
//! d = socket(AF_INET6, SOCK_DGRAM, 0)
//! bind(d, [::1]:0)
//! getsockname(d)
//! setsockopt(d, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)
//! sendmsg(d, 4, MSG_NOSIGNAL, to=name(d), control=[IPPROTO_IPV6:IPV6_HOPLIMIT 9])
//! recvmsg(d, 2, MSG_TRUNC, from, control=64)
//! e, f = socketpair(AF_UNIX, SOCK_STREAM, 0)
//! sendmsg(e, 1, MSG_NOSIGNAL, rights=d)
//! recvmsg(f, 1, 0, control=64, rights=d)
//! h = socket(99, 77, -1)
//! ```

use std::io::{IoSlice, IoSliceMut};
use std::net::IpAddr;
use std::time::Duration;
use wavetank_api::{Addr, Errno, Family, Host, MsgFlags, Net, PollEvents, PollFd, Protocol, RecvMsg, Result, SendMsg, Shutdown, SockFlags, SockType, TcpState, c};
use wavetank_real::Machine;
use wavetank_sim::Sim;

/// `port` is the first of four that nobody else has.
fn program<H: Host>(one: &H, port: u16) {
    // 0: a = socket(AF_INET, SOCK_STREAM, 0)
    let a = one.socket(Family::INET, SockType::STREAM, SockFlags::NONBLOCK, Protocol::DEFAULT).unwrap();
    assert_eq!(shown(one, &a), "POLLOUT|POLLHUP|0x100 TCP_CLOSE");
    // 1: setsockopt(a, SOL_SOCKET, SO_REUSEADDR, 1)
    one.setsockopt(&a, c::SOL_SOCKET, c::SO_REUSEADDR, &i32::to_ne_bytes(1)).unwrap();
    // 2: bind(a, 127.0.0.1:$0)
    one.bind(&a, &at("127.0.0.1", port)).unwrap();
    // 3: bind(a, 127.0.0.1:$1)
    assert_eq!(errno(one.bind(&a, &at("127.0.0.1", port + 1))), Errno::EINVAL);
    // 4: listen(a, 5)
    one.listen(&a, 5).unwrap();
    assert_eq!(shown(one, &a), "0 TCP_LISTEN");
    // 5: a = accept4(a)
    assert_eq!(errno(one.accept(&a, SockFlags::NONBLOCK)), Errno::EAGAIN);
    // 6: b = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
    let b = one.socket(Family::INET, SockType::STREAM, SockFlags::NONBLOCK, Protocol::TCP).unwrap();
    assert_eq!(shown(one, &b), "POLLOUT|POLLHUP|0x100 TCP_CLOSE");
    // 7: getpeername(b)
    assert_eq!(errno(one.getpeername(&b)), Errno::ENOTCONN);
    // 8: connect(b, 127.0.0.1:@a)
    assert_eq!(errno(one.connect(&b, &at("127.0.0.1", port_of(one, &a)))), Errno::EINPROGRESS);
    assert_eq!(shown(one, &a), "POLLIN|0x40 TCP_LISTEN");
    assert_eq!(shown(one, &b), "POLLOUT|0x100 TCP_ESTABLISHED");
    // 9: c = accept4(a)
    let (c, addr) = one.accept(&a, SockFlags::NONBLOCK).unwrap();
    let chosen0 = addr.port().unwrap();
    assert_eq!(addr, at("127.0.0.1", chosen0));
    assert_eq!(shown(one, &a), "0 TCP_LISTEN");
    assert_eq!(shown(one, &c), "POLLOUT|0x100 TCP_ESTABLISHED");
    // 10: a = dup(a)
    let a_new = one.dup(&a).unwrap();
    drop(a);
    let a = a_new;
    assert_eq!(shown(one, &a), "0 TCP_LISTEN");
    // 11: getsockname(b)
    let addr = one.getsockname(&b).unwrap();
    assert_eq!(addr, at("127.0.0.1", chosen0));
    // 12: getpeername(c)
    let addr = one.getpeername(&c).unwrap();
    assert_eq!(addr, at("127.0.0.1", chosen0));
    // 13: send(b, 10, MSG_NOSIGNAL)
    assert_eq!(one.send(&b, &sent(13, 10), MsgFlags::NOSIGNAL).unwrap(), 10);
    assert_eq!(shown(one, &c), "POLLIN|POLLOUT|0x140 TCP_ESTABLISHED");
    // 14: sendmsg(b, 3, MSG_NOSIGNAL, to=name(a))
    assert_eq!(one.sendmsg(&b, &SendMsg { bufs: &[IoSlice::new(&sent(14, 3))], addr: Some(&one.getsockname(&a).unwrap()), control: &[], fds: &[] }, MsgFlags::NOSIGNAL).unwrap(), 3);
    // 15: ioctl(c, FIONREAD, 1)
    let mut argument = i32::to_ne_bytes(1);
    assert_eq!(one.ioctl(&c, 0x541b, &mut argument).unwrap(), 0);
    assert_eq!(argument, i32::to_ne_bytes(13));
    // 16: ioctl(c, 0x1234, 1)
    assert_eq!(errno(one.ioctl(&c, 0x1234, &mut i32::to_ne_bytes(1))), Errno::ENOTTY);
    // 17: poll(c, POLLIN|POLLOUT)
    let mut fds = [PollFd::new(&c, PollEvents::from_bits_retain(5))];
    assert_eq!(one.poll(&mut fds, Some(Duration::ZERO)).unwrap(), 1);
    assert_eq!(fds[0].revents.to_string(), "POLLIN|POLLOUT");
    // 18: recv(c, 5, MSG_PEEK)
    assert_eq!(receive(one, &c, 5, MsgFlags::PEEK).unwrap(), (5, vec![225, 236, 247, 2]));
    // 19: recvmsg(c, 70000, 0, from)
    let (mut data, mut control) = (room(70000), room(0));
    let mut bufs = [IoSliceMut::new(&mut data)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut control);
    msg.want_addr = true;
    assert_eq!(one.recvmsg(&c, &mut msg, MsgFlags::empty()).unwrap(), 13);
    assert_eq!(msg.flags, MsgFlags::empty());
    assert_eq!(msg.fds.len(), 0);
    assert_eq!(msg.addr, None);
    assert_eq!(shown(one, &c), "POLLOUT|0x100 TCP_ESTABLISHED");
    // 20: recv(c, 1, MSG_DONTWAIT)
    assert_eq!(errno(receive(one, &c, 1, MsgFlags::DONTWAIT)), Errno::EAGAIN);
    // 21: recvmsg(c, 1, 0, control=64)
    assert_eq!(errno(one.recvmsg(&c, &mut RecvMsg::new(&mut [IoSliceMut::new(&mut room(1))]).without_addr().with_control(&mut room(64)), MsgFlags::empty())), Errno::EAGAIN);
    // 22: getsockopt(c, SOL_SOCKET, SO_ERROR, 4)
    assert_eq!(option(one, &c, c::SOL_SOCKET, c::SO_ERROR, 4).unwrap(), i32::to_ne_bytes(0));
    // 23: getsockopt(c, IPPROTO_TCP, 255, 4)
    assert_eq!(errno(option(one, &c, c::IPPROTO_TCP, 255, 4)), Errno::ENOPROTOOPT);
    // 24: setsockopt(c, SOL_SOCKET, SO_LINGER, {1, 0})
    one.setsockopt(&c, c::SOL_SOCKET, c::SO_LINGER, &[1, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    // 25: fcntl(c, F_SETFL, O_NONBLOCK)
    one.set_nonblocking(&c, true).unwrap();
    // 26: +0.002
    one.sleep(Duration::from_millis(2));
    // 27: shutdown(b, SHUT_WR)
    one.shutdown(&b, Shutdown::Write).unwrap();
    assert_eq!(shown(one, &b), "POLLOUT|0x100 TCP_FIN_WAIT1");
    assert_eq!(shown(one, &c), "POLLIN|POLLOUT|POLLRDHUP|0x140 TCP_CLOSE_WAIT");
    // 28: connect(b, unspec)
    one.connect(&b, &Addr::Unspec).unwrap();
    assert_eq!(shown(one, &b), "POLLOUT|POLLERR|POLLHUP|0x100 TCP_CLOSE");
    assert_eq!(shown(one, &c), "POLLIN|POLLOUT|POLLERR|POLLHUP|POLLRDHUP|0x140 TCP_CLOSE");
    // 29: connect(b, "unix:@x")
    assert_eq!(errno(one.connect(&b, &"unix:@x".parse::<Addr>().unwrap())), Errno::EINVAL);
    // 30: close(c)
    drop(c);
    // 31: close(c): there is no socket.
    // 32: recv(b, 1, 0)
    assert_eq!(errno(receive(one, &b, 1, MsgFlags::empty())), Errno::ECONNRESET);
    assert_eq!(shown(one, &b), "POLLOUT|POLLHUP|0x100 TCP_CLOSE");
    // 33: d = socket(AF_INET6, SOCK_DGRAM, 0)
    let d = one.socket(Family::INET6, SockType::DGRAM, SockFlags::NONBLOCK, Protocol::DEFAULT).unwrap();
    assert_eq!(shown(one, &d), "POLLOUT|0x300");
    // 34: bind(d, [::1]:0)
    one.bind(&d, &at("::1", 0)).unwrap();
    // 35: getsockname(d)
    let addr = one.getsockname(&d).unwrap();
    let chosen1 = addr.port().unwrap();
    assert_eq!(addr, at("::1", chosen1));
    // 36: setsockopt(d, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)
    one.setsockopt(&d, c::IPPROTO_IPV6, c::IPV6_RECVHOPLIMIT, &i32::to_ne_bytes(1)).unwrap();
    // 37: sendmsg(d, 4, MSG_NOSIGNAL, to=name(d), control=[IPPROTO_IPV6:IPV6_HOPLIMIT 9])
    assert_eq!(one.sendmsg(&d, &SendMsg { bufs: &[IoSlice::new(&sent(37, 4))], addr: Some(&one.getsockname(&d).unwrap()), control: &[20, 0, 0, 0, 0, 0, 0, 0, 41, 0, 0, 0, 52, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0], fds: &[] }, MsgFlags::NOSIGNAL).unwrap(), 4);
    assert_eq!(shown(one, &d), "POLLIN|POLLOUT|0x340");
    // 38: recvmsg(d, 2, MSG_TRUNC, from, control=64)
    let (mut data, mut control) = (room(2), room(64));
    let mut bufs = [IoSliceMut::new(&mut data)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut control);
    msg.want_addr = true;
    assert_eq!(one.recvmsg(&d, &mut msg, MsgFlags::TRUNC).unwrap(), 4);
    assert_eq!(msg.flags, MsgFlags::TRUNC);
    assert_eq!(msg.fds.len(), 0);
    let addr = msg.addr.clone().unwrap();
    assert_eq!(addr, at("::1", chosen1));
    let messages = msg.control_messages().filter(|message| message.level != c::SOL_SOCKET);
    let messages: Vec<_> = messages.map(|message| (message.level, message.kind, message.data.to_vec())).collect();
    assert_eq!(messages, [(41, 52, vec![9, 0, 0, 0])]);
    assert_eq!(shown(one, &d), "POLLOUT|0x300");
    // 39: e, f = socketpair(AF_UNIX, SOCK_STREAM, 0)
    let (e, f) = one.socketpair(Family::UNIX, SockType::STREAM, SockFlags::NONBLOCK, Protocol::DEFAULT).unwrap();
    assert_eq!(shown(one, &e), "POLLOUT|0x300");
    assert_eq!(shown(one, &f), "POLLOUT|0x300");
    // 40: sendmsg(e, 1, MSG_NOSIGNAL, rights=d)
    assert_eq!(one.sendmsg(&e, &SendMsg { bufs: &[IoSlice::new(&sent(40, 1))], addr: None, control: &[], fds: &[&d] }, MsgFlags::NOSIGNAL).unwrap(), 1);
    assert_eq!(shown(one, &f), "POLLIN|POLLOUT|0x340");
    // 41: recvmsg(f, 1, 0, control=64, rights=d)
    let (mut data, mut control) = (room(1), room(64));
    let mut bufs = [IoSliceMut::new(&mut data)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut control);
    msg.want_addr = false;
    assert_eq!(one.recvmsg(&f, &mut msg, MsgFlags::empty()).unwrap(), 1);
    assert_eq!(msg.flags, MsgFlags::empty());
    assert_eq!(msg.fds.len(), 1);
    let d_new = msg.fds.remove(0);
    drop(d);
    let d = d_new;
    assert_eq!(shown(one, &d), "POLLOUT|0x300");
    assert_eq!(shown(one, &f), "POLLOUT|0x300");
    // 42: h = socket(99, 77, -1)
    assert_eq!(errno(one.socket(Family::from_raw(99), SockType::from_raw(77), SockFlags::NONBLOCK, Protocol::from_raw(-1))), Errno::EINVAL);
}

#[test]
fn in_the_simulator() {
    let sim = Sim::new(1);
    sim.host("one").run(|host| {
        program(host, 1000);
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn on_this_machine() {
    program(&Machine::this(), 20000);
}

/// The error of a call that must fail.
fn errno<T: std::fmt::Debug>(result: Result<T>) -> Errno {
    result.unwrap_err().errno().unwrap()
}

/// What a socket is ready for, and the state of one of TCP.
fn shown<N: Net>(net: &N, fd: &N::Fd) -> String {
    let mut fds = [PollFd::<N>::new(fd, PollEvents::from_bits_retain(0x27c7))];
    net.poll(&mut fds, Some(Duration::ZERO)).unwrap();
    let mut state = [0];
    match net.getsockopt(fd, c::IPPROTO_TCP, c::TCP_INFO, &mut state) {
        Ok(1) => format!("{} {}", fds[0].revents, TcpState::from_raw(state[0])),
        _ => fds[0].revents.to_string(),
    }
}

fn at(ip: &str, port: u16) -> Addr {
    Addr::from((ip.parse::<IpAddr>().unwrap(), port))
}

/// The port of a socket's name.
fn port_of<N: Net>(net: &N, fd: &N::Fd) -> u16 {
    net.getsockname(fd).unwrap().port().unwrap_or(0)
}

fn room(len: usize) -> Vec<u8> {
    vec![0; len]
}

/// How much comes, and the first of it.
fn receive<N: Net>(net: &N, fd: &N::Fd, len: usize, flags: MsgFlags) -> Result<(usize, Vec<u8>)> {
    let mut data = vec![0; len];
    let count = net.recv(fd, &mut data, flags)?;
    data.truncate(count.min(4));
    Ok((count, data))
}

/// The value of an option, of which so much is asked for.
fn option<N: Net>(net: &N, fd: &N::Fd, level: i32, name: i32, room: usize) -> Result<Vec<u8>> {
    let mut value = vec![0; room];
    let len = net.getsockopt(fd, level, name, &mut value)?;
    value.truncate(len);
    Ok(value)
}

/// What the call of that number sends.
fn sent(step: usize, len: usize) -> Vec<u8> {
    (0..len).map(|at| (step * 37 + at * 11) as u8).collect()
}
