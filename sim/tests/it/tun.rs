//! TUN devices: packets as bytes, out of the simulated internet and into it.

use std::{io::Read as _, net::Ipv4Addr, time::Duration};

use etherparse::{PacketBuilder, SlicedPacket, TcpHeader, TcpSlice, TransportSlice, ip_number};
use wavetank_api::{Host as _, TcpListener, TcpStream, UdpSocket};
use wavetank_sim::{CarrierKind, DropReason, End, Malformed, Sim, SimTun};

const MS: Duration = Duration::from_millis(1);
const POLL: Option<Duration> = Some(Duration::ZERO);

const OUTSIDE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

/// A segment from port 1000 of the outside to port 7 of the server.
fn segment(seq: u32, change: impl FnOnce(&mut TcpHeader), data: &[u8]) -> Vec<u8> {
    let mut header = TcpHeader::new(1000, 7, seq, 65_000);
    change(&mut header);
    let mut bytes = Vec::new();
    let builder = PacketBuilder::ipv4(OUTSIDE.octets(), SERVER.octets(), 64).tcp_header(header);
    builder.write(&mut bytes, data).unwrap();
    bytes
}

fn datagram(from: Ipv4Addr, to: Ipv4Addr, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4(from.octets(), to.octets(), 64).udp(1000, 7).write(&mut bytes, data).unwrap();
    bytes
}

fn as_tcp<R>(packet: &[u8], look: impl FnOnce(&TcpSlice<'_>) -> R) -> R {
    match SlicedPacket::from_ip(packet).unwrap().transport {
        Some(TransportSlice::Tcp(tcp)) => look(&tcp),
        other => panic!("not a segment: {other:?}"),
    }
}

/// A script plays a client's TCP by hand, as the packet scripts do.
fn handshake_by_hand(sim: &Sim) {
    let tun = sim.tun("tun0", &["192.0.2.0/24"]);
    sim.host("server").run(move |host| {
        let listener = TcpListener::bind(host, "0.0.0.0:7")?;
        listener.set_nonblocking(true)?;
        host.sleep(5 * MS);
        let before = host.now();
        tun.send(&segment(100, |tcp| tcp.syn = true, b"")).unwrap();
        // The answer is there, and no time has passed.
        assert_eq!((tun.pending(), host.now()), (1, before));
        let answer = tun.recv(POLL).unwrap();
        let isn = as_tcp(&answer, |tcp| {
            assert!(tcp.syn() && tcp.ack());
            assert_eq!((tcp.source_port(), tcp.destination_port(), tcp.acknowledgment_number()), (7, 1000, 101));
            tcp.sequence_number()
        });
        let first = |tcp: &mut TcpHeader| {
            tcp.acknowledgment_number = isn.wrapping_add(1);
            (tcp.ack, tcp.psh) = (true, true);
        };
        let bytes = segment(101, first, b"ahoy");

        // With a wrong sum it is as if nothing had been sent.
        let mut wrong = bytes.clone();
        *wrong.last_mut().unwrap() ^= 1;
        assert!(matches!(tun.send(&wrong), Err(Malformed::Checksum { of: "TCP", .. })));
        assert!(listener.accept().is_err());

        tun.send(&bytes).unwrap();
        let (mut stream, peer) = listener.accept()?;
        assert_eq!(peer, "192.0.2.1:1000".parse().unwrap());
        let mut buf = [0; 4];
        stream.read_exact(&mut buf)?;
        assert_eq!(&buf, b"ahoy");
        let mut acked = 0;
        while let Some(packet) = tun.recv(Some(100 * MS)) {
            acked = as_tcp(&packet, |tcp| tcp.acknowledgment_number());
        }
        assert_eq!(acked, 105);
        assert!(host.now() >= before + 100 * MS);
        Ok(())
    });
}

#[test]
fn a_script_speaks_tcp_to_a_server() {
    let run = |carrier| {
        let sim = Sim::traced(3);
        sim.set_carrier(carrier);
        handshake_by_hand(&sim);
        let report = sim.run();
        assert!(report.is_ok(), "{report}");
        assert_eq!(report.dropped(DropReason::Malformed), 1);
        report
    };
    let report = run(CarrierKind::Coroutine);
    assert_eq!(run(CarrierKind::Coroutine).digest(), report.digest());
    assert_eq!(run(CarrierKind::Thread).digest(), report.digest());
    let lines: Vec<_> = report.trace().lines().collect();
    let has = |text: &str| assert!(lines.iter().any(|line| line.contains(text)), "{text:?} in {lines:#?}");
    has("tun0 > server #0 IP 192.0.2.1.1000 > 10.0.0.1.7: Flags [S], seq 100, win 65000");
    has("server > tun0 #1 IP 10.0.0.1.7 > 192.0.2.1.1000: Flags [S.]");
    has("tun0 x a packet, dropped: malformed");
}

#[test]
fn a_machine_connects_to_what_lies_behind_a_device() {
    let sim = Sim::new(1);
    let tun = sim.tun("tun0", &["2001:db8::/64"]);
    let client = sim.host("client");
    client.serve(move |host| {
        let syn = tun.recv(None).unwrap();
        let (mut reset, tcp) = as_tcp(&syn, |tcp| {
            assert!(tcp.syn() && !tcp.ack());
            let mut header = TcpHeader::new(tcp.destination_port(), tcp.source_port(), 0, 0);
            header.acknowledgment_number = tcp.sequence_number() + 1;
            (header.rst, header.ack) = (true, true);
            (Vec::new(), header)
        });
        let (src, dst): ([u8; 16], [u8; 16]) = (syn[8..24].try_into().unwrap(), syn[24..40].try_into().unwrap());
        PacketBuilder::ipv6(dst, src, 64).tcp_header(tcp).write(&mut reset, b"").unwrap();
        tun.send(&reset).unwrap();
        // For ever.
        tun.recv(None);
        let _ = host;
        Ok(())
    });
    client.run(|host| {
        let refused = TcpStream::connect(host, "[2001:db8::1]:80").unwrap_err();
        assert_eq!(refused.errno(), Some(wavetank_api::Errno::ECONNREFUSED));
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn the_longest_prefix_gets_a_packet_and_a_machine_its_own() {
    let sim = Sim::new(1);
    let all = sim.tun("all", &["0.0.0.0/0"]);
    let some = sim.tun("some", &["192.0.2.0/24", "198.51.100.1"]);
    sim.host("server");
    let client = sim.host("client");
    let counts = move |devices: [&SimTun; 2]| devices.map(SimTun::pending);
    client.run(move |host| {
        let socket = UdpSocket::bind(host, "0.0.0.0:0")?;
        let mut expected = [0, 0];
        for (to, device) in
            [("192.0.2.9:1", Some(1)), ("198.51.100.1:1", Some(1)), ("198.51.100.2:1", Some(0)), ("10.0.0.1:1", None)]
        {
            socket.send_to(b"?", to)?;
            if let Some(device) = device {
                let counted: &mut usize = &mut expected[device];
                *counted += 1;
            }
            assert_eq!(counts([&all, &some]), expected, "{to}");
        }
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn a_device_that_nobody_reads_fills_up() {
    let sim = Sim::new(1);
    let tun = sim.tun("tun0", &["192.0.2.0/24"]);
    sim.host("client").run(move |host| {
        let socket = UdpSocket::bind(host, "0.0.0.0:0")?;
        for _ in 0..600 {
            socket.send_to(b"?", "192.0.2.1:1")?;
        }
        assert_eq!(tun.pending(), 500);
        Ok(())
    });
    assert!(sim.run().is_ok());
    assert_eq!(sim.dropped(DropReason::QueueFull), 100);
}

#[test]
fn a_link_to_a_device_has_faults_if_it_is_given_them() {
    let sim = Sim::new(1);
    let tun = sim.tun("tun0", &["192.0.2.0/24"]);
    let client = sim.host("client");
    sim.tun_link(&client, &tun).latency(10 * MS).drop_packet(1);
    client.run(move |host| {
        let socket = UdpSocket::bind(host, "0.0.0.0:7")?;
        let begin = host.now();
        socket.send_to(b"lost", "192.0.2.1:1")?;
        socket.send_to(b"late", "192.0.2.1:1")?;
        let packet = tun.recv(Some(9 * MS));
        assert_eq!(packet, None);
        assert_eq!(tun.recv(None).unwrap()[28..], *b"late");
        assert_eq!(host.now(), begin + 10 * MS);
        let own: Ipv4Addr = "10.0.0.1".parse().unwrap();
        tun.send(&datagram(OUTSIDE, own, b"lost")).unwrap();
        tun.send(&datagram(OUTSIDE, own, b"back")).unwrap();
        let mut buf = [0; 8];
        assert_eq!(socket.recv_from(&mut buf)?.0, 4);
        assert_eq!((&buf[..4], host.now()), (&b"back"[..], begin + 20 * MS));
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

/// As a pump does that slaves a world to real time.
#[test]
fn a_world_is_driven_from_outside() {
    let sim = Sim::new(1);
    let tun = sim.tun("tun0", &["192.0.2.0/24"]);
    let server = sim.host("server");
    server.serve(|host| {
        let socket = UdpSocket::bind(host, "0.0.0.0:7")?;
        let mut buf = [0; 8];
        loop {
            let (count, from) = socket.recv_from(&mut buf)?;
            host.sleep(3 * MS);
            socket.send_to(&buf[..count], from)?;
        }
    });
    assert_eq!(sim.next_event(), Some(Duration::ZERO));
    assert_eq!(sim.run_until(10 * MS), None);
    assert_eq!(sim.next_event(), None);
    for round in 1..=3 {
        tun.send(&datagram(OUTSIDE, SERVER, b"ahoy")).unwrap();
        assert_eq!(sim.next_event(), Some(round * 10 * MS));
        assert_eq!(sim.run_until(round * 10 * MS + MS), None);
        assert_eq!((tun.recv(POLL), sim.next_event()), (None, Some(round * 10 * MS + 3 * MS)));
        assert_eq!(sim.run_until((round + 1) * 10 * MS), None);
        assert_eq!(tun.recv(POLL).unwrap()[28..], *b"ahoy");
    }
    let report = sim.report();
    assert_eq!((report.elapsed(), report.packets()), (40 * MS, 6));
    // A client ends it for good.
    server.run(|_| Ok(()));
    assert_eq!(sim.run_until(50 * MS), Some(End::Finished));
    assert_eq!(sim.run_until(60 * MS), Some(End::Finished));
}

#[test]
fn what_is_no_packet_for_a_machine_is_refused_with_the_reason() {
    let sim = Sim::new(1);
    let tun = sim.tun("tun0", &["192.0.2.0/24"]);
    sim.host("server");
    assert_eq!(tun.send(b"").unwrap_err().to_string(), "truncated: the IP header is not all there");
    let mut sctp = Vec::new();
    let builder = PacketBuilder::ipv4(OUTSIDE.octets(), SERVER.octets(), 64);
    builder.write(&mut sctp, ip_number::SCTP, b"12345678").unwrap();
    assert_eq!(tun.send(&sctp).unwrap_err().to_string(), "IP protocol 132 is not spoken here");
    // A packet to nobody is lost like any other.
    tun.send(&datagram(OUTSIDE, Ipv4Addr::new(10, 9, 9, 9), b"?")).unwrap();
    assert_eq!((sim.dropped(DropReason::Malformed), sim.dropped(DropReason::NoRoute)), (2, 1));
}

#[test]
#[should_panic(expected = "outside of a process time does not pass")]
fn nobody_waits_outside_of_a_process() {
    let sim = Sim::new(1);
    sim.tun("tun0", &["192.0.2.0/24"]).recv(Some(MS));
}

#[test]
#[should_panic(expected = "\"192.0.2.0/33\" is no prefix of addresses")]
fn a_prefix_that_is_none_is_refused() {
    Sim::new(1).tun("tun0", &["192.0.2.0/33"]);
}
