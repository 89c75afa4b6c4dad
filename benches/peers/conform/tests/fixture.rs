//! What the suite finds is turmoil-net's and not the driver's of `src/`: the same in turmoil-net's own fixture, as its own tests would
//! have it.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use turmoil_net::{
    fixture,
    shim::tokio::net::{TcpListener, TcpStream, UdpSocket},
};

const LONG: Duration = Duration::from_mins(1);

async fn pair() -> (TcpStream, TcpStream, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (far, _) = listener.accept().await.unwrap();
    (near, far, listener)
}

/// `stream::a_megabyte_in_order`: a window that is closed is opened again only by a read of half the buffer at once.
#[test]
fn a_megabyte_read_in_small_parts_does_not_arrive() {
    let got = fixture::lo(async {
        let (mut near, mut far, _listener) = pair().await;
        let mut got = 0;
        let send = async {
            near.write_all(&vec![7; 1 << 20]).await.unwrap();
            std::future::pending::<()>().await;
        };
        let read = async {
            let mut part = vec![0; 10_007];
            while got < 1 << 20 {
                got += far.read(&mut part).await.unwrap();
            }
        };
        let end = timeout(LONG, async {
            tokio::select! { () = send => {}, () = read => {} }
        })
        .await;
        assert!(end.is_err(), "it arrives: the record is out of date");
        got
    });
    assert!((1..1 << 20).contains(&got), "{got}");
}

/// `udp::errors::refused_is_told_to_the_connected`: nobody is told that a port is closed.
#[test]
fn a_closed_udp_port_says_nothing() {
    fixture::lo(async {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect("127.0.0.1:9").await.unwrap();
        socket.send(b"anybody?").await.unwrap();
        assert!(timeout(LONG, socket.recv(&mut [0])).await.is_err(), "it is told: the record is out of date");
    });
}

/// `bind::dual_stack_wildcard_covers_ipv4`: the IPv6 wildcard leaves the port to IPv4.
#[test]
fn the_wildcard_of_ipv6_is_not_that_of_ipv4() {
    fixture::lo(async {
        let six = TcpListener::bind("[::]:0").await.unwrap();
        let port = six.local_addr().unwrap().port();
        assert!(TcpListener::bind(("0.0.0.0", port)).await.is_ok(), "the record is out of date");
    });
}

/// `close::unread_data_is_a_reset`: the reset is told each time, where Linux tells it once and then the end.
#[test]
fn a_reset_is_told_again_and_again() {
    fixture::lo(async {
        let (mut near, far, _listener) = pair().await;
        near.write_all(b"unread").await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
        drop(far);
        tokio::time::sleep(Duration::from_millis(10)).await;
        for _ in 0..3 {
            let error = near.read(&mut [0]).await.expect_err("the record is out of date");
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        }
    });
}
