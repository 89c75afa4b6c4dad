//! What fuzzing has found, each told as a story.

use std::{
    io::{Read, Write},
    sync::Arc,
    time::Duration,
};

use wavetank_api::{
    Addr, Buffering, DecodeErrors, Errno, Family, FileMode, Host, MsgFlags, Net, Newline, PollEvents, PollFd, Protocol,
    SockFlags, SockType, TcpListener, TcpStream, option::SO_SNDTIMEO, socketpair,
};
use wavetank_sim::{End, Sim};

/// Asked for its report again, a run that was over went on: the digest moved.
#[test]
fn a_run_that_is_over_stays_over() {
    let sim = Sim::new(12);
    for name in ["one", "two", "three"] {
        sim.host(name).run(|host| {
            let inner = host.clone();
            host.spawn("thread", move || inner.sleep(Duration::from_secs(60)));
            Ok(())
        });
        sim.host(&format!("server of {name}")).serve(|_| Ok(()));
    }
    let report = sim.run();
    for _ in 0..4 {
        assert_eq!((sim.run().digest(), sim.digest()), (report.digest(), report.digest()));
    }
}

/// At the last instant the clock can show, timers were set for "never", and a debug assertion of TCP failed.
#[test]
fn all_time_is_less_than_the_clock_can_show() {
    let sim = Sim::new(1);
    sim.set_time_limit(Duration::MAX);
    sim.host("host").run(|host| {
        let listener = TcpListener::bind(host, "0.0.0.0:7")?;
        let client = TcpStream::connect(host, "127.0.0.1:7")?;
        host.sleep(Duration::MAX);
        drop((listener, client));
        Ok(())
    });
    let report = sim.run();
    assert_eq!((report.end(), report.failures().len()), (End::OutOfTime, 0), "{report}");
}

/// A connection broke while MSG_WAITALL had a part of what it wanted. The part was told, the error was lost with it, and the next
/// receive said end of stream, as if the peer had closed in order. Linux leaves the error in place.
#[test]
fn an_error_that_comes_after_bytes_is_the_next_calls() {
    let sim = Sim::new(1);
    let (server, client) = (sim.host("server"), sim.host("client"));
    sim.partition(&[&server], &[&client], Duration::from_secs(1), Duration::MAX);
    server.serve(|host| {
        let (mut stream, _) = TcpListener::bind(host, "0.0.0.0:7")?.accept()?;
        stream.write_all(&[1; 1000])?;
        host.sleep(Duration::MAX);
        Ok(())
    });
    client.run(|host| {
        let stream = TcpStream::connect(host, ("server", 7))?;
        host.sleep(Duration::from_secs(2));
        (&stream).write_all(b"are you there?")?;
        let socket = stream.socket();
        assert_eq!(host.recv(socket.fd(), &mut [0; 2000], MsgFlags::WAITALL)?, 1000);
        let error = (&stream).read(&mut [0; 1]).expect_err("the peer does not answer");
        assert_eq!(error.raw_os_error(), Some(Errno::ETIMEDOUT.raw()));
        assert_eq!((&stream).read(&mut [0; 1])?, 0);
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

/// Of a socket that stands twice in the list, only what was asked the last time was waited for.
#[test]
fn a_socket_may_stand_twice_in_a_poll() {
    for order in [[PollEvents::IN, PollEvents::OUT], [PollEvents::OUT, PollEvents::IN]] {
        let sim = Sim::new(1);
        sim.host("host").run(move |host| {
            let (left, right) =
                host.socketpair(Family::UNIX, SockType::STREAM, SockFlags::NONBLOCK, Protocol::DEFAULT)?;
            while host.send(&left, &[0; 4096], MsgFlags::empty()).is_ok() {}
            let (same, inner) = (host.dup(&left)?, host.clone());
            host.spawn("peer", move || {
                inner.sleep(Duration::from_millis(1));
                drop(inner.send(&right, b"x", MsgFlags::empty()));
                inner.sleep(Duration::from_secs(10));
            });
            let mut list = [PollFd::new(&left, order[0]), PollFd::new(&same, order[1])];
            assert_eq!(host.poll(&mut list, Some(Duration::from_secs(1)))?, 1);
            assert_eq!(host.now().as_nanos(), 1_000_000);
            Ok(())
        });
        let report = sim.run();
        assert!(report.is_ok(), "{order:?}: {report}");
    }
}

/// A send timeout that is negative means not to wait; a `connect` said EAGAIN then, where Linux says EINPROGRESS.
#[test]
fn a_connect_that_may_not_wait_is_in_progress() {
    let sim = Sim::new(1);
    let (server, client) = (sim.host("server"), sim.host("client"));
    server.serve(|host| TcpListener::bind(host, "0.0.0.0:7")?.accept().map(drop));
    client.run(|host| {
        let fd = host.socket(Family::INET, SockType::STREAM, SockFlags::empty(), Protocol::DEFAULT)?;
        let negative = [(-1_i64).to_ne_bytes(), 0_i64.to_ne_bytes()].concat();
        host.setsockopt(&fd, SO_SNDTIMEO.level(), SO_SNDTIMEO.name(), &negative)?;
        let error = host.connect(&fd, &Addr::v4([10, 0, 0, 1].into(), 7)).expect_err("it takes 2 ms");
        assert_eq!(error.errno(), Some(Errno::EINPROGRESS), "{error}");
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

/// A sleep of no time is no failure, whatever the trace said.
#[test]
fn a_sleep_of_no_time_is_over_at_once() {
    let sim = Sim::traced(1);
    sim.host("host").run(|host| {
        host.sleep(Duration::ZERO);
        Ok(())
    });
    let text = sim.run().trace().to_string();
    assert!(text.contains("nanosleep(0ns) = 0"), "{text}");
}

/// Two threads that answer each other over loopback or a pair, which take no time: it stood still, and neither bound was reached.
#[test]
fn processes_that_keep_each_other_busy_do_not_stop_time() {
    crate::ends(|| {
        let sim = Sim::new(1);
        sim.host("host").run(|host| {
            let (left, right) =
                host.socketpair(Family::UNIX, SockType::STREAM, SockFlags::empty(), Protocol::DEFAULT)?;
            let inner = host.clone();
            host.spawn("echo", move || {
                while inner.recv(&right, &mut [0; 1], MsgFlags::empty()).is_ok_and(|count| count == 1) {
                    drop(inner.send(&right, b"x", MsgFlags::empty()));
                }
            });
            while host.now().as_nanos() < 10_000_000 {
                host.send(&left, b"x", MsgFlags::empty())?;
                host.recv(&left, &mut [0; 1], MsgFlags::empty())?;
            }
            Ok(())
        });
        let report = sim.run();
        assert!(report.is_ok(), "{report}");
    });
}

/// Bytes that are no UTF-8 and are left away stood between a `\r` and its `\n`, which became two lines. Python sees the text.
#[test]
fn what_is_left_away_does_not_part_an_end_of_line() {
    let sim = Sim::new(1);
    sim.host("host").run(|host| {
        let (near, far) = socketpair(host)?;
        near.sendall(b"a\r\xff\nb\r\xffc\r\n\r")?;
        drop(near);
        let mut file = Arc::new(far).makefile_text(
            FileMode::Read,
            Buffering::Default,
            DecodeErrors::Ignore,
            Newline::Untranslated,
        )?;
        for expected in ["a\r\n", "b\r", "c\r\n", "\r", ""] {
            let mut line = String::new();
            assert_eq!((file.read_line(&mut line)?, &*line), (expected.len(), expected));
        }
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}
