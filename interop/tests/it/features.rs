//! What is not in every conversation, each with either stack in either part.

use std::{
    io::{Read as _, Write as _},
    net::SocketAddr,
    time::Duration,
};

use wavetank_api::{
    Errno, Family, Host, MsgFlags, Result, Shutdown, SockType, Socket, TcpListener, TcpStream,
    option::{SO_KEEPALIVE, SO_RCVBUF, TCP_FASTOPEN, TCP_KEEPIDLE, TCP_KEEPINTVL},
};
use wavetank_interop::talk::Side;

use crate::stage::{Outcome, Play, Scene, rest};

const MS: Duration = Duration::from_millis(1);

/// Both ways round, over both families.
fn perform(play: &impl Play, check: impl Fn(&Scene, &Outcome)) {
    for kernel_is in [Side::Client, Side::Server] {
        for scene in [Scene::new(kernel_is), Scene::new(kernel_is).v6()] {
            if let Some(outcome) = scene.perform(play) {
                check(&scene, &outcome);
            }
        }
    }
}

fn no_resets(scene: &Scene, outcome: &Outcome) {
    let pumped = outcome.pumped;
    assert_eq!((pumped.to_kernel.resets, pumped.to_sim.resets), (0, 0), "{scene:?}");
}

/// Nobody listens where the client knocks; the server waits for a second client, so that both parts end.
#[derive(Clone, Copy)]
struct Refused;

impl Play for Refused {
    fn client<H: Host>(&self, host: &H, server: SocketAddr) -> Result<()> {
        let nobody = SocketAddr::new(server.ip(), server.port() + 1);
        let refused = TcpStream::connect(host, nobody).map(drop).unwrap_err();
        assert_eq!(refused.errno(), Some(Errno::ECONNREFUSED));
        drop(TcpStream::connect(host, server)?);
        Ok(())
    }

    fn server<H: Host>(&self, _: &H, listener: &TcpListener<H>) -> Result<()> {
        let (stream, _) = listener.accept()?;
        assert_eq!(rest(&stream)?, b"");
        Ok(())
    }
}

#[test]
fn who_knocks_where_nobody_listens_is_refused() {
    perform(&Refused, |scene, outcome| {
        let by_server = if scene.kernel_is == Side::Server { outcome.pumped.to_sim } else { outcome.pumped.to_kernel };
        assert_eq!(by_server.resets, 1, "{scene:?}");
    });
}

/// The client sends more than the server reads for a while: the window closes, is probed, and opens.
#[derive(Clone, Copy)]
struct SlowReader;

const MUCH: usize = 400_000;

impl Play for SlowReader {
    fn client<H: Host>(&self, host: &H, server: SocketAddr) -> Result<()> {
        // By then the server is prepared.
        host.sleep(50 * MS);
        let mut stream = TcpStream::connect(host, server)?;
        stream.write_all(&vec![7; MUCH])?;
        Ok(())
    }

    fn server<H: Host>(&self, host: &H, listener: &TcpListener<H>) -> Result<()> {
        listener.socket().setsockopt(SO_RCVBUF, 10_000)?;
        let (stream, _) = listener.accept()?;
        // Long enough for some probes: 200 ms, 400 ms, 800 ms after the window closed.
        host.sleep(1700 * MS);
        assert_eq!(rest(&stream)?, vec![7; MUCH]);
        Ok(())
    }
}

#[test]
fn a_closed_window_is_probed() {
    perform(&SlowReader, |scene, outcome| {
        no_resets(scene, outcome);
        if scene.kernel_is == Side::Server {
            assert!(outcome.counter("TcpExt:TCPToZeroWindowAdv") > 0);
        } else {
            assert!(outcome.counter("TcpExt:TCPWinProbe") > 0);
        }
    });
}

/// One half closes, the other goes on.
#[derive(Clone, Copy)]
struct HalfClose;

impl Play for HalfClose {
    fn client<H: Host>(&self, host: &H, server: SocketAddr) -> Result<()> {
        let mut stream = TcpStream::connect(host, server)?;
        stream.write_all(b"all I have")?;
        stream.shutdown(Shutdown::Write)?;
        assert_eq!(rest(&stream)?, vec![9; 100_000]);
        Ok(())
    }

    fn server<H: Host>(&self, host: &H, listener: &TcpListener<H>) -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        assert_eq!(rest(&stream)?, b"all I have");
        host.sleep(300 * MS);
        stream.write_all(&[9; 100_000])?;
        Ok(())
    }
}

#[test]
fn half_closed_it_goes_on() {
    perform(&HalfClose, no_resets);
}

/// The client closes with a linger of zero: the server is told by a reset.
#[derive(Clone, Copy)]
struct Abort;

impl Play for Abort {
    fn client<H: Host>(&self, host: &H, server: SocketAddr) -> Result<()> {
        let mut stream = TcpStream::connect(host, server)?;
        stream.read_exact(&mut [0; 4])?;
        stream.set_linger(Some(Duration::ZERO))?;
        Ok(())
    }

    fn server<H: Host>(&self, _: &H, listener: &TcpListener<H>) -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        stream.write_all(b"ahoy")?;
        let reset = stream.read(&mut [0]).unwrap_err();
        assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
        Ok(())
    }
}

#[test]
fn an_abort_is_a_reset() {
    perform(&Abort, |scene, outcome| {
        let by_client = if scene.kernel_is == Side::Client { outcome.pumped.to_sim } else { outcome.pumped.to_kernel };
        assert_eq!((by_client.resets, &outcome.states[..]), (1, &[][..]), "{scene:?}");
    });
}

/// A byte out of band, and then some that are not.
#[derive(Clone, Copy)]
struct Urgent;

impl Play for Urgent {
    fn client<H: Host>(&self, host: &H, server: SocketAddr) -> Result<()> {
        let mut stream = TcpStream::connect(host, server)?;
        stream.write_all(b"before")?;
        stream.socket().send_with(b"!", MsgFlags::OOB)?;
        stream.write_all(b"after")?;
        stream.read_exact(&mut [0])?;
        Ok(())
    }

    fn server<H: Host>(&self, host: &H, listener: &TcpListener<H>) -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        host.sleep(100 * MS);
        let mut byte = [0];
        assert_eq!(stream.socket().recv_with(&mut byte, MsgFlags::OOB)?, 1);
        assert_eq!(&byte, b"!");
        // A read stops at the mark.
        let mut buf = [0; 32];
        assert_eq!(stream.read(&mut buf)?, 6);
        assert_eq!(stream.read(&mut buf[6..])?, 5);
        assert_eq!(&buf[..11], b"beforeafter");
        stream.write_all(b".")?;
        Ok(())
    }
}

#[test]
fn an_urgent_byte_stands_beside_the_stream() {
    perform(&Urgent, no_resets);
}

/// Two connections by Fast Open: the first asks for a cookie, the second's SYN carries data.
#[derive(Clone, Copy)]
struct FastOpen;

impl Play for FastOpen {
    fn client<H: Host>(&self, host: &H, server: SocketAddr) -> Result<()> {
        // By then the server is prepared.
        host.sleep(50 * MS);
        for text in [b"first", b"quick"] {
            let family = if server.is_ipv4() { Family::INET } else { Family::INET6 };
            let socket = Socket::new(host, family, SockType::STREAM)?;
            assert_eq!(socket.sendto_with(text, MsgFlags::FASTOPEN, &server.into())?, 5);
            let mut back = [0; 5];
            assert_eq!(socket.recv(&mut back)?, 5);
            assert_eq!(&back, text);
        }
        Ok(())
    }

    fn server<H: Host>(&self, _: &H, listener: &TcpListener<H>) -> Result<()> {
        listener.socket().setsockopt(TCP_FASTOPEN, 5)?;
        for text in [b"first", b"quick"] {
            let (mut stream, _) = listener.accept()?;
            let mut buf = [0; 5];
            stream.read_exact(&mut buf)?;
            assert_eq!(&buf, text);
            stream.write_all(&buf)?;
            assert_eq!(rest(&stream)?, b"");
        }
        Ok(())
    }
}

#[test]
fn the_second_syn_carries_data() {
    perform(&FastOpen, |scene, outcome| {
        no_resets(scene, outcome);
        let counted =
            if scene.kernel_is == Side::Server { "TcpExt:TCPFastOpenPassive" } else { "TcpExt:TCPFastOpenActive" };
        assert_eq!(outcome.counter(counted), 1, "{scene:?}");
    });
}

/// Nothing is said for some seconds; the client asks whether the server is still there.
#[derive(Clone, Copy)]
struct KeepAlive;

impl Play for KeepAlive {
    fn client<H: Host>(&self, host: &H, server: SocketAddr) -> Result<()> {
        let mut stream = TcpStream::connect(host, server)?;
        let socket = stream.socket();
        socket.setsockopt(TCP_KEEPIDLE, Duration::from_secs(1))?;
        socket.setsockopt(TCP_KEEPINTVL, Duration::from_secs(1))?;
        socket.setsockopt(SO_KEEPALIVE, true)?;
        host.sleep(3500 * MS);
        stream.write_all(b"ahoy")?;
        Ok(())
    }

    fn server<H: Host>(&self, _: &H, listener: &TcpListener<H>) -> Result<()> {
        let (stream, _) = listener.accept()?;
        assert_eq!(rest(&stream)?, b"ahoy");
        Ok(())
    }
}

#[test]
fn a_silent_connection_is_asked() {
    perform(&KeepAlive, |scene, outcome| {
        no_resets(scene, outcome);
        if scene.kernel_is == Side::Client {
            assert!(outcome.counter("TcpExt:TCPKeepAlive") >= 3);
        }
        // Opening, data, closing: four each way; the rest are probes and their answers.
        assert!(outcome.pumped.to_kernel.packets.min(outcome.pumped.to_sim.packets) >= 6, "{:?}", outcome.pumped);
    });
}
