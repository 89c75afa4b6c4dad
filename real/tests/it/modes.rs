//! The three modes of `Socket`: blocking, non-blocking, timeout.

use std::io::ErrorKind;
use std::io::Read;
use std::time::Duration;

use wavetank_api::{Errno, Host, MsgFlags, Net, Socket, option::SO_SNDBUF};

use crate::{listening, pair, this};

const SHORT: Duration = Duration::from_millis(20);

/// What `call` returned, and how long it took.
fn timed<T>(call: impl FnOnce() -> T) -> (T, Duration) {
    let start = this().now();
    let result = call();
    (result, this().now() - start)
}

#[test]
fn the_mode_is_what_was_set() {
    let (a, _b) = pair();
    let net = this();
    for (timeout, blocking, nonblocking_fd) in
        [(Some(SHORT), true, true), (Some(Duration::ZERO), false, true), (None, true, false)]
    {
        a.settimeout(timeout).unwrap();
        assert_eq!((a.gettimeout(), a.getblocking()), (timeout, blocking));
        assert_eq!(net.nonblocking(a.fd()).unwrap(), nonblocking_fd);
    }
    a.setblocking(false).unwrap();
    assert_eq!(a.gettimeout(), Some(Duration::ZERO));
    a.settimeout(Some(Duration::MAX)).unwrap();
    assert!(a.gettimeout().unwrap() > Duration::from_secs(500 * 365 * 86_400));
}

#[test]
fn a_timeout_strikes_in_time_and_by_its_own_name() {
    let (a, _b) = pair();
    a.settimeout(Some(SHORT)).unwrap();
    let (result, took) = timed(|| a.recv(&mut [0]));
    let error = result.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.is_timeout(), error.errno()), ("recv: timed out", true, None));
    assert!(took >= SHORT && took < SHORT * 50, "{took:?}");
    assert_eq!((&a).read(&mut [0]).unwrap_err().kind(), ErrorKind::TimedOut);
}

#[test]
fn data_ends_the_wait() {
    let (a, b) = pair();
    a.settimeout(Some(Duration::from_secs(60))).unwrap();
    let sender = this().spawn("sender", move || {
        this().sleep(SHORT);
        b.send(b"x").unwrap();
        b
    });
    let (result, took) = timed(|| a.recv(&mut [0]));
    assert_eq!(result.unwrap(), 1);
    assert!(took < Duration::from_secs(30));
    sender.join().unwrap();
}

#[test]
fn non_blocking_calls_would_block() {
    let (a, _b) = pair();
    a.setblocking(false).unwrap();
    assert_eq!(a.recv(&mut [0]).unwrap_err(), Errno::EAGAIN);
    let full = std::iter::repeat_with(|| a.send(&[0; 65_536])).find_map(Result::err).unwrap();
    assert_eq!(full.to_string(), "send: EAGAIN (Resource temporarily unavailable)");
}

#[test]
fn one_call_can_be_non_blocking() {
    let (a, _b) = pair();
    assert!(a.recv_with(&mut [0], MsgFlags::DONTWAIT).unwrap_err().is_would_block());
}

#[test]
fn accept_times_out_and_the_new_socket_blocks() {
    let (listener, addr) = listening(1);
    listener.settimeout(Some(SHORT)).unwrap();
    assert_eq!(listener.accept().unwrap_err().to_string(), "accept: timed out");
    let client = Socket::new(&this(), addr.family(), listener.kind()).unwrap();
    client.connect(&addr).unwrap();
    let (server, _) = listener.accept().unwrap();
    assert_eq!(server.gettimeout(), None);
    assert!(!this().nonblocking(server.fd()).unwrap());
}

#[test]
fn sendall_has_one_deadline_for_the_whole() {
    let (a, b) = pair();
    a.setsockopt(SO_SNDBUF, 4096).unwrap();
    a.settimeout(Some(SHORT * 5)).unwrap();
    // The reader takes a little every now and then: each single send would be in time, the whole is not.
    let reader = this().spawn("reader", move || {
        let mut buf = [0; 4096];
        while b.recv(&mut buf).unwrap() > 0 {
            this().sleep(SHORT);
        }
    });
    let (result, took) = timed(|| a.sendall(&vec![0; 1 << 20]));
    assert!(result.unwrap_err().is_timeout());
    assert!(took >= SHORT * 5 && took < SHORT * 100, "{took:?}");
    drop(a);
    reader.join().unwrap();
}

#[test]
fn sendall_sends_all() {
    let (a, b) = pair();
    a.setsockopt(SO_SNDBUF, 4096).unwrap();
    a.settimeout(Some(Duration::from_secs(60))).unwrap();
    let reader = this().spawn("reader", move || {
        let mut data = Vec::new();
        (&b).read_to_end(&mut data).unwrap();
        data
    });
    let data: Vec<u8> = (0..300_000_u32).map(|at| (at % 253) as u8).collect();
    a.sendall(&data).unwrap();
    a.sendall(b"").unwrap();
    drop(a);
    assert!(reader.join().unwrap() == data);
}

#[test]
fn the_mode_is_shared_by_duplicates_and_the_time_is_not() {
    let (a, _b) = pair();
    a.settimeout(Some(SHORT)).unwrap();
    let other = a.try_clone().unwrap();
    assert_eq!(other.gettimeout(), Some(SHORT));
    a.settimeout(None).unwrap();
    // As on Linux: the descriptor of `other` blocks now, too.
    assert!(!this().nonblocking(other.fd()).unwrap());
}

#[test]
fn a_descriptor_keeps_its_mode_when_it_is_taken_over() {
    let (a, _b) = pair();
    a.setblocking(false).unwrap();
    let fileno = a.fileno();
    let again = Socket::from_fd(&this(), a.detach()).unwrap();
    assert_eq!((again.fileno(), again.getblocking()), (fileno, false));
    assert_eq!((again.family(), again.kind()), (wavetank_api::Family::UNIX, wavetank_api::SockType::STREAM));
    again.close().unwrap();
}
