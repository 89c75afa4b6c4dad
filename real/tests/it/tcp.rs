//! `TcpListener` and `TcpStream`, with the names of `std`.

use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use wavetank_api::{Errno, Host, TcpListener, TcpStream};

use crate::{has_ipv6, this};

/// A stream to a thread that sends back what it receives.
fn echo(addr: &str) -> TcpStream<wavetank_real::Machine> {
    let host = this();
    let listener = TcpListener::bind(&host, addr).unwrap();
    let addr = listener.local_addr().unwrap();
    host.spawn("echo", move || {
        let (stream, _) = listener.accept().unwrap();
        std::io::copy(&mut &stream, &mut &stream).unwrap();
    });
    TcpStream::connect(&host, addr).unwrap()
}

#[test]
fn echo_over_both_families() {
    for addr in ["127.0.0.1:0", "[::1]:0"] {
        if addr.starts_with('[') && !has_ipv6() {
            continue;
        }
        let mut stream = echo(addr);
        stream.write_all(b"ahoy").unwrap();
        let mut back = [0; 4];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"ahoy");
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
    }
}

#[test]
fn a_megabyte_comes_back_whole() {
    let stream = echo("127.0.0.1:0");
    let data: Vec<u8> = (0..1_000_000_u32).map(|at| (at % 251) as u8).collect();
    let back = std::thread::scope(|scope| {
        scope.spawn(|| {
            (&stream).write_all(&data).unwrap();
            stream.shutdown(wavetank_api::Shutdown::Write).unwrap();
        });
        let mut back = Vec::new();
        (&stream).read_to_end(&mut back).unwrap();
        back
    });
    assert!(back == data);
}

#[test]
fn addresses_of_both_ends_agree() {
    let host = this();
    let listener = TcpListener::bind(&host, ("localhost", 0)).unwrap();
    let client = TcpStream::connect(&host, listener.local_addr().unwrap()).unwrap();
    let (server, peer) = listener.accept().unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
    assert_eq!(server.peer_addr().unwrap(), client.local_addr().unwrap());
    assert_eq!(client.peer_addr().unwrap(), listener.local_addr().unwrap());
}

#[test]
fn peek_leaves_the_data() {
    let mut stream = echo("127.0.0.1:0");
    stream.write_all(b"ahoy").unwrap();
    let mut buf = [0; 2];
    assert_eq!(stream.peek(&mut buf).unwrap(), 2);
    assert_eq!(stream.read(&mut buf).unwrap(), 2);
    assert_eq!(&buf, b"ah");
}

#[test]
fn vectored_reads_and_writes() {
    let mut stream = echo("127.0.0.1:0");
    assert_eq!(stream.write_vectored(&[IoSlice::new(b"ah"), IoSlice::new(b"oy")]).unwrap(), 4);
    let (mut a, mut b) = ([0; 1], [0; 3]);
    stream.peek(&mut [0; 4]).unwrap();
    assert_eq!(stream.read_vectored(&mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)]).unwrap(), 4);
    assert_eq!((&a, &b), (b"a", b"hoy"));
}

#[test]
fn read_exact_at_the_end_is_unexpected_eof() {
    let mut stream = echo("127.0.0.1:0");
    stream.write_all(b"ah").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(stream.read_exact(&mut [0; 4]).unwrap_err().kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn a_read_timeout_is_the_kernels() {
    let stream = echo("127.0.0.1:0");
    stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    // The kernel keeps it in ticks.
    assert!(stream.read_timeout().unwrap().unwrap() >= Duration::from_millis(1));
    assert_eq!((&stream).read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    stream.set_read_timeout(None).unwrap();
    assert_eq!(stream.read_timeout().unwrap(), None);
    assert_eq!(stream.set_write_timeout(Some(Duration::ZERO)).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(stream.write_timeout().unwrap(), None);
}

#[test]
fn options_by_method() {
    let stream = echo("127.0.0.1:0");
    stream.set_nodelay(true).unwrap();
    assert!(stream.nodelay().unwrap());
    stream.set_ttl(7).unwrap();
    assert_eq!(stream.ttl().unwrap(), 7);
    assert_eq!(stream.set_ttl(256).unwrap_err(), Errno::EINVAL);
    stream.set_linger(Some(Duration::from_secs(3))).unwrap();
    assert_eq!(stream.linger().unwrap(), Some(Duration::from_secs(3)));
    assert!(stream.take_error().unwrap().is_none());
}

#[test]
fn a_clone_is_the_same_connection() {
    let stream = echo("127.0.0.1:0");
    let mut other = stream.try_clone().unwrap();
    drop(stream);
    other.write_all(b"x").unwrap();
    other.read_exact(&mut [0]).unwrap();
}

#[test]
fn incoming_accepts_one_after_another() {
    let host = this();
    let listener = TcpListener::bind(&host, "127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let streams: Vec<_> = (0..3).map(|_| TcpStream::connect(&host, addr).unwrap()).collect();
    let peers: Vec<SocketAddr> =
        listener.incoming().take(3).map(|stream| stream.unwrap().peer_addr().unwrap()).collect();
    assert_eq!(peers, streams.iter().map(|stream| stream.local_addr().unwrap()).collect::<Vec<_>>());
}

#[test]
fn the_first_address_that_answers_is_taken() {
    let host = this();
    let (_bound, closed) = crate::closed_port();
    let listener = TcpListener::bind(&host, "127.0.0.1:0").unwrap();
    let open = listener.local_addr().unwrap();
    let stream = TcpStream::connect(&host, &[closed.as_inet().unwrap(), open][..]).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), open);
}

#[test]
fn connect_timeout_is_no_mode() {
    let host = this();
    let listener = TcpListener::bind(&host, "127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let stream = TcpStream::connect_timeout(&host, &addr, Duration::from_secs(5)).unwrap();
    assert_eq!(stream.socket().gettimeout(), None);
    let zero = TcpStream::connect_timeout(&host, &addr, Duration::ZERO).unwrap_err();
    assert_eq!(zero.kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_non_blocking_listener_would_block() {
    let listener = TcpListener::bind(&this(), "127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().unwrap_err().is_would_block());
}

#[test]
fn reading_to_the_end() {
    let mut stream = echo("127.0.0.1:0");
    stream.write_all("ahoj, světe".as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut text = "> ".to_owned();
    assert_eq!(stream.read_to_string(&mut text).unwrap(), 12);
    assert_eq!(text, "> ahoj, světe");

    let mut stream = echo("127.0.0.1:0");
    stream.write_all(b"\xff").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(stream.read_to_string(&mut text).unwrap_err().kind(), ErrorKind::InvalidData);
    assert_eq!(text, "> ahoj, světe");
}

#[test]
fn what_was_read_before_an_error_is_kept() {
    let mut stream = echo("127.0.0.1:0");
    stream.write_all(b"ahoy").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut data = b"> ".to_vec();
    assert_eq!(stream.read_to_end(&mut data).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(data, b"> ahoy");
}
