//! Faults do what they say, and prove it.

use std::io::{ErrorKind, Read, Write};

use wavetank_api::{Errno, Host, TcpStream, UdpSocket};
use wavetank_sim::{DropReason, Sim};

use crate::support::{echo_client, echo_server, ms, run_ok};

#[test]
fn a_partition_delays_a_stream_and_cuts_no_hole() {
    let report = run_ok(1, |sim| {
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.link(&server, &client).latency(ms(20));
        sim.partition(&[&server], &[&client], ms(50), ms(5_000));
        server.serve(echo_server);
        client.run(|host| echo_client(host, 300_000));
    });
    assert!(report.dropped(DropReason::Partition) > 0);
    assert!(report.elapsed() >= ms(5_050), "{:?}", report.elapsed());
}

#[test]
fn a_partition_hits_packets_already_under_way() {
    let report = run_ok(1, |sim| {
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.link(&server, &client).latency(ms(100));
        // Begins while the SYN is half way, and is over before it would have been sent again.
        sim.partition(&[&client], &[&server], ms(50), ms(100));
        server.serve(echo_server);
        client.run(|host| echo_client(host, 10));
    });
    assert_eq!(report.dropped(DropReason::Partition), 1);
    // The SYN was sent again after a second.
    assert!(report.elapsed() >= ms(1_000));
}

#[test]
fn a_one_way_partition_lets_the_other_way_pass() {
    let sim = Sim::new(1);
    let (a, b) = (sim.host("a"), sim.host("b"));
    sim.partition_one_way(&[&a], &[&b], ms(0), ms(10_000));
    b.run(|host| {
        let socket = UdpSocket::bind(host, "0.0.0.0:9")?;
        socket.send_to(b"hello", ("a", 9))?;
        socket.set_read_timeout(Some(ms(100)))?;
        assert_eq!(socket.recv(&mut [0; 9]).unwrap_err(), Errno::EAGAIN);
        Ok(())
    });
    a.run(|host| {
        let socket = UdpSocket::bind(host, "0.0.0.0:9")?;
        let mut buf = [0; 9];
        let (count, from) = socket.recv_from(&mut buf)?;
        assert_eq!(&buf[..count], b"hello");
        socket.send_to(b"lost", from)?;
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
    assert_eq!(report.dropped(DropReason::Partition), 1);
}

#[test]
fn connecting_into_silence_gives_up_after_127_seconds() {
    let report = run_ok(1, |sim| {
        let (client, server) = (sim.host("client"), sim.host("server"));
        sim.link(&client, &server).loss(1, 1);
        client.run(|host| {
            let error = TcpStream::connect(host, "10.0.0.2:80").unwrap_err();
            assert_eq!(error, Errno::ETIMEDOUT);
            assert_eq!(host.now().as_nanos() / 1_000_000_000, 127);
            Ok(())
        });
    });
    // The SYN and its six repetitions.
    assert_eq!(report.dropped(DropReason::Loss), 7);
}

#[test]
fn where_nobody_is_cannot_be_reached() {
    let report = run_ok(1, |sim| {
        sim.host("client").run(|host| {
            // A neighbour is asked for three times.
            let error = TcpStream::connect(host, "10.9.9.9:80").unwrap_err();
            assert_eq!(error, Errno::EHOSTUNREACH);
            assert_eq!(host.now().as_nanos(), 3_000_000_000);
            // Nothing leads elsewhere.
            for addr in ["203.0.113.1:80", "[2001:db8::1]:80"] {
                assert_eq!(TcpStream::connect(host, addr).unwrap_err(), Errno::ENETUNREACH);
                let socket = UdpSocket::bind(host, if addr.starts_with('[') { "[::]:0" } else { "0.0.0.0:0" })?;
                assert_eq!(socket.send_to(b"anybody?", addr).unwrap_err(), Errno::ENETUNREACH);
            }
            assert_eq!(host.now().as_nanos(), 3_000_000_000);
            Ok(())
        });
    });
    assert!(report.dropped(DropReason::NoRoute) >= 1);
}

#[test]
fn a_connection_through_a_lasting_partition_times_out() {
    run_ok(1, |sim| {
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.partition(&[&server], &[&client], ms(1_000), ms(3_600_000));
        server.serve(echo_server);
        client.run(|host| {
            let mut stream = TcpStream::connect(host, ("server", 7))?;
            host.sleep(ms(2_000));
            stream.write_all(b"into the void")?;
            let error = stream.read(&mut [0; 1]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            // tcp_retries2 = 15: about 924.6 s (ip-sysctl).
            let waited = host.now().as_nanos() / 1_000_000_000;
            assert!((900..=950).contains(&waited), "{waited}");
            Ok(())
        });
    });
}

#[test]
fn losing_on_one_link_moves_nothing_on_another() {
    let arrivals = |loss: u32| {
        let sim = Sim::traced(11);
        let (quiet, noisy, sink) = (sim.host("quiet"), sim.host("noisy"), sim.host("sink"));
        sim.link(&quiet, &sink).latency(ms(1)..=ms(50));
        sim.link(&noisy, &sink).latency(ms(1)..=ms(50)).loss(loss, 10);
        for machine in [&quiet, &noisy] {
            machine.run(|host| {
                let socket = UdpSocket::bind(host, "0.0.0.0:9")?;
                for _ in 0..50 {
                    socket.send_to(b"x", ("sink", 9))?;
                    host.sleep(ms(7));
                }
                Ok(())
            });
        }
        let report = sim.run();
        assert!(report.is_ok(), "{report}");
        assert_eq!(report.dropped(DropReason::Loss) > 0, loss > 0);
        let sent = |line: &String| line.contains("quiet > sink");
        let arrives = |line: String| line.split("arrives ").nth(1).map(str::to_owned);
        report.trace().lines().filter(sent).filter_map(arrives).collect::<Vec<_>>()
    };
    let (without, with) = (arrivals(0), arrivals(5));
    assert_eq!(without.len(), 50);
    assert_eq!(without, with);
}
