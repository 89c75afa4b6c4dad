//! Printed by wavetank, with what Linux answers to each call:
//!
//! ```text
//! hosts 2
//! a = socket(AF_INET, SOCK_STREAM, 0) on host 2
//! bind(a, 10.0.0.2:$2)
//! listen(a, 1)
//! b = socket(AF_INET, SOCK_STREAM, 0)
//! connect(b, 10.0.0.2:@a)
//! a = accept4(a)
//! send(b, 1000, MSG_NOSIGNAL)
//! recv(a, 70000, 0)
//! ```

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use wavetank_api::{Addr, Errno, Family, Host, MsgFlags, Net, PollEvents, PollFd, Protocol, Result, SockFlags, SockType, TcpState, c};
use wavetank_sim::Sim;

/// `port` is the first of four that nobody else has.
fn program<H: Host>(one: &H, two: &H, port: u16) {
    // 0: a = socket(AF_INET, SOCK_STREAM, 0) on host 2
    let a = two.socket(Family::INET, SockType::STREAM, SockFlags::NONBLOCK, Protocol::DEFAULT).unwrap();
    one.sleep(Duration::from_micros(50));
    assert_eq!(shown(two, &a), "POLLOUT|POLLHUP|0x100 TCP_CLOSE");
    // 1: bind(a, 10.0.0.2:$2)
    two.bind(&a, &at("10.0.0.2", port + 2)).unwrap();
    one.sleep(Duration::from_micros(50));
    // 2: listen(a, 1)
    two.listen(&a, 1).unwrap();
    one.sleep(Duration::from_micros(50));
    assert_eq!(shown(two, &a), "0 TCP_LISTEN");
    // 3: b = socket(AF_INET, SOCK_STREAM, 0)
    let b = one.socket(Family::INET, SockType::STREAM, SockFlags::NONBLOCK, Protocol::DEFAULT).unwrap();
    one.sleep(Duration::from_micros(50));
    assert_eq!(shown(one, &b), "POLLOUT|POLLHUP|0x100 TCP_CLOSE");
    // 4: connect(b, 10.0.0.2:@a)
    assert_eq!(errno(one.connect(&b, &at("10.0.0.2", port_of(two, &a)))), Errno::EINPROGRESS);
    one.sleep(Duration::from_micros(50));
    assert_eq!(shown(two, &a), "POLLIN|0x40 TCP_LISTEN");
    assert_eq!(shown(one, &b), "POLLOUT|0x100 TCP_ESTABLISHED");
    // 5: a = accept4(a)
    let (a_new, addr) = two.accept(&a, SockFlags::NONBLOCK).unwrap();
    drop(a);
    let a = a_new;
    let chosen0 = addr.port().unwrap();
    assert_eq!(addr, at("10.0.0.1", chosen0));
    one.sleep(Duration::from_micros(50));
    assert_eq!(shown(two, &a), "POLLOUT|0x100 TCP_ESTABLISHED");
    // 6: send(b, 1000, MSG_NOSIGNAL)
    assert_eq!(one.send(&b, &sent(6, 1000), MsgFlags::NOSIGNAL).unwrap(), 1000);
    one.sleep(Duration::from_micros(50));
    assert_eq!(shown(two, &a), "POLLIN|POLLOUT|0x140 TCP_ESTABLISHED");
    // 7: recv(a, 70000, 0)
    assert_eq!(receive(two, &a, 70000, MsgFlags::empty()).unwrap(), (1000, vec![222, 233, 244, 255]));
    one.sleep(Duration::from_micros(50));
    assert_eq!(shown(two, &a), "POLLOUT|0x100 TCP_ESTABLISHED");
}

#[test]
fn in_the_simulator() {
    let sim = Sim::new(1);
    let (one, two) = (sim.host("one"), sim.host("two"));
    sim.link(&one, &two).latency(Duration::from_micros(1));
    let other = Arc::new(OnceLock::new());
    let told = Arc::clone(&other);
    two.serve(move |host| {
        drop(told.set(host.clone()));
        // There as long as it is needed.
        loop {
            host.sleep(Duration::from_secs(3600));
        }
    });
    one.run(move |one| {
        let two = loop {
            match other.get() {
                Some(two) => break two,
                None => one.sleep(Duration::from_micros(1)),
            }
        };
        program(one, two, 1000);
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
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

/// How much comes, and the first of it.
fn receive<N: Net>(net: &N, fd: &N::Fd, len: usize, flags: MsgFlags) -> Result<(usize, Vec<u8>)> {
    let mut data = vec![0; len];
    let count = net.recv(fd, &mut data, flags)?;
    data.truncate(count.min(4));
    Ok((count, data))
}

/// What the call of that number sends.
fn sent(step: usize, len: usize) -> Vec<u8> {
    (0..len).map(|at| (step * 37 + at * 11) as u8).collect()
}
