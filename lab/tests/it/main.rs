//! The lab on this machine's kernel. Where it is not allowed every test says so and passes.

mod resets;

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    time::{Duration, Instant},
};

use wavetank_lab::{End, Namespace, Result, Route, TunConfig, veth};

/// Runs a test that needs the rights of root.
fn lab(test: impl FnOnce() -> Result<()>) {
    match test() {
        Err(error) if error.is_not_allowed() => eprintln!("skipped: {error}"),
        result => result.unwrap_or_else(|error| panic!("{error}")),
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_namespace_has_a_loopback_and_nothing_else() {
    lab(|| {
        let space = Namespace::new()?;
        for addr in ["127.0.0.1:7", "[::1]:7"] {
            let listener = space.run(|| TcpListener::bind(addr)).unwrap();
            // Outside nobody listens there, unless the machine has an echo server.
            space.run(|| TcpStream::connect(listener.local_addr().unwrap())).unwrap();
        }
        let interfaces = space.run(|| std::fs::read_to_string("/proc/thread-self/net/dev")).unwrap();
        assert_eq!(interfaces.lines().filter(|line| line.contains(':')).count(), 1, "{interfaces}");
        Ok(())
    });
}

#[test]
fn sysctls_belong_to_the_namespace() {
    lab(|| {
        let (a, b) = (Namespace::new()?, Namespace::new()?);
        a.set_sysctl("net.ipv4.tcp_fin_timeout", "7")?;
        assert_eq!(a.sysctl("net.ipv4.tcp_fin_timeout")?, "7");
        assert_eq!(b.sysctl("net/ipv4/tcp_fin_timeout")?, "60");
        assert!(["cubic", "reno"].contains(&b.sysctl("net.ipv4.tcp_congestion_control")?.as_str()));
        assert_eq!(b.sysctl("net.ipv4.tcp_rmem")?, "4096 131072 6291456");
        let error = a.set_sysctl("net.ipv4.no_such_thing", "1").unwrap_err();
        assert_eq!(error.to_string(), "sysctl -w net.ipv4.no_such_thing=1: No such file or directory (os error 2)");
        assert!(!error.is_not_allowed());
        Ok(())
    });
}

#[test]
fn a_panic_inside_goes_on_outside() {
    lab(|| {
        let space = Namespace::new()?;
        let panic = std::panic::catch_unwind(|| space.run(|| std::panic::panic_any("ahoy"))).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"ahoy"));
        Ok(())
    });
}

#[test]
fn a_tun_device_carries_packets_of_both_families() {
    lab(|| {
        let space = Namespace::new()?;
        let addresses = vec![(ip("192.0.2.1"), 24), (ip("2001:db8::1"), 64)];
        let tun = space.tun(&TunConfig { addresses, mtu: 1280, ..TunConfig::default() })?;
        assert_eq!(tun.name(), "tun0");
        for (from, to, version, header) in
            [("192.0.2.1:7", "192.0.2.2:9", 4, 20), ("[2001:db8::1]:7", "[2001:db8::2]:9", 6, 40)]
        {
            let socket = space.run(|| UdpSocket::bind(from)).unwrap();
            socket.send_to(b"ahoy", to).unwrap();
            let mut buf = [0; 2000];
            // IPv6 may also tell of its multicast groups.
            let packet = loop {
                let len = tun.recv(&mut buf, Some(Duration::from_secs(5))).unwrap().expect("the packet");
                if buf[..len].ends_with(b"ahoy") {
                    break buf[..len].to_vec();
                }
            };
            assert_eq!((packet[0] >> 4, packet.len()), (version, header + 8 + 4));
            // The same packet back: addresses and ports change places, which no checksum notices.
            let (addresses, bytes) = if version == 4 { (12, 4) } else { (8, 16) };
            let mut back = packet.clone();
            for (at, bytes) in [(addresses, bytes), (header, 2)] {
                let (left, right) = back[at..at + 2 * bytes].split_at_mut(bytes);
                left.swap_with_slice(right);
            }
            // More than once: an address that is not yet known to be nobody else's (RFC 4862) takes nothing.
            socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
            let answer = (0..100).find_map(|_| {
                tun.send(&back).unwrap();
                socket.recv_from(&mut buf).ok()
            });
            assert_eq!(answer, Some((4, to.parse().unwrap())));
        }
        Ok(())
    });
}

#[test]
fn a_tun_device_waits_no_longer_than_told() {
    lab(|| {
        let space = Namespace::new()?;
        let tun = space.tun(&TunConfig { addresses: vec![(ip("192.0.2.1"), 24)], ..TunConfig::default() })?;
        let begin = Instant::now();
        assert_eq!(tun.recv(&mut [0; 100], Some(Duration::from_millis(30))).unwrap(), None);
        assert!(begin.elapsed() >= Duration::from_millis(30));
        assert_eq!(tun.recv(&mut [0; 100], Some(Duration::ZERO)).unwrap(), None);
        Ok(())
    });
}

#[test]
fn a_cable_joins_two_namespaces() {
    lab(|| {
        let (a, b) = (Namespace::new()?, Namespace::new()?);
        let (a_addresses, b_addresses) =
            ([(ip("192.0.2.1"), 24), (ip("2001:db8::1"), 64)], [(ip("192.0.2.2"), 24), (ip("2001:db8::2"), 64)]);
        veth(
            End { namespace: &a, name: "left", addresses: &a_addresses },
            End { namespace: &b, name: "right", addresses: &b_addresses },
        )?;
        for (b_ip, _) in b_addresses {
            let listener = b.run(|| TcpListener::bind((b_ip, 80))).unwrap();
            let echo = b.spawn("echo", move || {
                let (stream, _) = listener.accept().unwrap();
                std::io::copy(&mut &stream, &mut &stream).unwrap()
            });
            let mut stream = a.run(|| TcpStream::connect((b_ip, 80))).unwrap();
            stream.write_all(b"ahoy").unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut back = String::new();
            stream.read_to_string(&mut back).unwrap();
            assert_eq!((back.as_str(), echo.join().unwrap()), ("ahoy", 4));
        }
        Ok(())
    });
}

#[test]
fn routes_say_what_cannot_be_reached() {
    lab(|| {
        let space = Namespace::new()?;
        let send = |to: SocketAddr| space.run(|| UdpSocket::bind("0.0.0.0:0").unwrap().send_to(b"x", to));
        let to = SocketAddr::from((Ipv4Addr::new(198, 51, 100, 1), 9));
        let errno = |result: std::io::Result<usize>| result.unwrap_err().raw_os_error().unwrap();
        assert_eq!(errno(send(to)), 101, "ENETUNREACH");
        space.add_route(ip("198.51.100.0"), 24, Route::Unreachable)?;
        assert_eq!(errno(send(to)), 113, "EHOSTUNREACH");
        space.del_route(ip("198.51.100.0"), 24)?;
        assert_eq!(errno(send(to)), 101, "ENETUNREACH");
        let tun = space.tun(&TunConfig { addresses: vec![(ip("192.0.2.1"), 24)], ..TunConfig::default() })?;
        space.add_route(ip("198.51.100.0"), 24, Route::Via(ip("192.0.2.9")))?;
        assert_eq!(send(to).unwrap(), 1);
        space.add_route(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0, Route::Interface(tun.name()))?;
        space.set_up(tun.name(), false)?;
        assert_eq!(errno(send(to)), 101, "ENETUNREACH");
        Ok(())
    });
}

#[test]
fn what_is_not_there_is_named() {
    lab(|| {
        let space = Namespace::new()?;
        let error = space.set_mtu("eth7", 1500).unwrap_err();
        assert_eq!(error.to_string(), "if_nametoindex eth7: No such device (os error 19)");
        Ok(())
    });
}
