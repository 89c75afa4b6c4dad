//! What lies on the way: links that carry less than their ends, and links that change bits.

use std::io::{Read, Write};

use wavetank_api::{Errno, TcpStream};
use wavetank_sim::{DropReason, Sim};

use crate::support::{echo_client, echo_server, ms, run_ok};

#[test]
fn a_narrow_link_is_found_out() {
    for mtu in [600, 1000, 1492] {
        let report = run_ok(1, |sim| {
            let (server, client) = (sim.host("server"), sim.host("client"));
            sim.link(&server, &client).latency(ms(5)).mtu(mtu);
            server.serve(echo_server);
            client.run(|host| echo_client(host, 200_000));
        });
        // An initial window in each direction at the most: then the path is known.
        assert!((1..=20).contains(&report.dropped(DropReason::TooBig)), "MTU {mtu}: {report}");
        assert!(report.elapsed() < ms(1_000), "nobody waited for a timeout: {:?}", report.elapsed());
    }
}

#[test]
fn a_black_hole_swallows_what_is_too_long() {
    let report = run_ok(1, |sim| {
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.link(&server, &client).latency(ms(5)).mtu(1000).black_hole(true);
        server.serve(echo_server);
        client.run(|host| {
            let mut stream = TcpStream::connect(host, ("server", 7))?;
            // Small messages pass.
            let mut buf = [0; 100];
            stream.write_all(&buf)?;
            stream.read_exact(&mut buf)?;
            stream.write_all(&[0; 5_000])?;
            let error = stream.read_exact(&mut buf).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(Errno::ETIMEDOUT.raw()));
            Ok(())
        });
    });
    assert!(report.elapsed() > ms(900_000), "{:?}", report.elapsed());
    assert!(report.dropped(DropReason::TooBig) >= 15);
}

#[test]
fn mtu_probing_gets_over_a_black_hole() {
    let report = run_ok(1, |sim| {
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.link(&server, &client).latency(ms(5)).mtu(1100).black_hole(true);
        for machine in [&server, &client] {
            machine.set_sysctl("net.ipv4.tcp_mtu_probing", "1");
        }
        server.serve(echo_server);
        client.run(|host| echo_client(host, 50_000));
    });
    // A few timeouts in each direction (`tcp_retries1`), and then segments of `tcp_base_mss`.
    assert!((ms(3_000)..ms(30_000)).contains(&report.elapsed()), "{:?}", report.elapsed());
    assert!(report.dropped(DropReason::TooBig) > 0);
}

#[test]
fn datagrams_pass_a_narrow_link_as_if_fragmented() {
    let report = run_ok(1, |sim| {
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.link(&server, &client).mtu(600);
        server.run(|host| {
            let socket = wavetank_api::UdpSocket::bind(host, "0.0.0.0:9")?;
            assert_eq!(socket.recv(&mut [0; 5000])?, 4000);
            Ok(())
        });
        client.run(|host| {
            wavetank_api::UdpSocket::bind(host, "0.0.0.0:0")?.send_to(&[0; 4000], ("server", 9))?;
            Ok(())
        });
    });
    assert_eq!(report.dropped_in_all(), 0);
}

#[test]
fn damaged_packets_are_noticed_and_sent_again() {
    let report = run_ok(3, |sim| {
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.link(&server, &client).latency(ms(5)).corruption(5, 100);
        server.serve(echo_server);
        // `echo_client` compares every byte.
        client.run(|host| echo_client(host, 300_000));
    });
    assert!(report.dropped(DropReason::Corrupted) > 5, "{report}");
}

#[test]
fn damage_follows_from_the_seed() {
    let run = |seed| {
        let sim = Sim::new(seed);
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.link(&server, &client).corruption(10, 100);
        server.serve(echo_server);
        client.run(|host| echo_client(host, 50_000));
        sim.run().digest()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
