//! Small scenarios whose whole trace is kept as text in `fixtures/traces/`: what a change of behaviour looks like, line by line.
//!
//! A change on purpose: run with `WAVETANK_BLESS=1`, and read the difference before it is committed.

use std::{
    fs,
    io::{Read, Write},
    path::PathBuf,
    time::Duration,
};

use wavetank_api::{Host, TcpListener, TcpStream, UdpSocket};
use wavetank_sim::{CarrierKind, Machine, Sim};

use crate::KINDS;

const MS: Duration = Duration::from_millis(1);

/// Runs a scenario between two hosts and holds its trace against the file of that name.
fn golden(name: &str, build: fn(&Sim, &Machine, &Machine)) {
    let trace = |kind: CarrierKind| {
        let sim = Sim::traced(1);
        sim.set_carrier(kind);
        let (server, client) = (sim.host("server"), sim.host("client"));
        build(&sim, &server, &client);
        let report = sim.run();
        assert!(report.is_ok(), "{report}");
        report.trace().to_string()
    };
    let [on_coroutines, on_threads] = KINDS.map(trace);
    assert_eq!(on_coroutines, on_threads, "{name}: the carriers differ");
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/traces").join(name).with_extension("trace");
    if std::env::var_os("WAVETANK_BLESS").is_some() {
        fs::write(&file, &on_coroutines).expect("the folder can be written");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let first = on_coroutines.lines().zip(kept.lines()).position(|(now, then)| now != then);
    let line = first.unwrap_or(on_coroutines.lines().count().min(kept.lines().count()));
    assert!(
        on_coroutines == kept,
        "{} differs from line {} on:\n  kept {}\n  now  {}\nif that is meant, WAVETANK_BLESS=1 writes the file anew",
        file.display(),
        line + 1,
        kept.lines().nth(line).unwrap_or("(the end)"),
        on_coroutines.lines().nth(line).unwrap_or("(the end)"),
    );
}

fn echo_once(server: &Machine) {
    server.serve(|host| {
        let (mut stream, _) = TcpListener::bind(host, "0.0.0.0:7")?.accept()?;
        let mut buf = [0; 16];
        loop {
            match stream.read(&mut buf)? {
                0 => return Ok(()),
                count => stream.write_all(&buf[..count])?,
            }
        }
    });
}

fn ask_once(client: &Machine) {
    client.run(|host| {
        let mut stream = TcpStream::connect(host, "10.0.0.1:7")?;
        stream.write_all(b"ahoy")?;
        stream.read_exact(&mut [0; 4])?;
        stream.shutdown(std::net::Shutdown::Write)?;
        assert_eq!(stream.read(&mut [0; 1])?, 0);
        Ok(())
    });
}

#[test]
fn tcp_echo() {
    golden("tcp_echo", |_, server, client| {
        echo_once(server);
        ask_once(client);
    });
}

#[test]
fn tcp_echo_with_a_lost_packet() {
    golden("tcp_echo_with_a_lost_packet", |sim, server, client| {
        drop(sim.link_one_way(client, server).drop_packet(3));
        echo_once(server);
        ask_once(client);
    });
}

#[test]
fn tcp_refused() {
    golden("tcp_refused", |_, _, client| {
        client.run(|host| {
            TcpStream::connect(host, "10.0.0.1:7").expect_err("nobody listens");
            Ok(())
        });
    });
}

#[test]
fn tcp_through_a_partition() {
    golden("tcp_through_a_partition", |sim, server, client| {
        sim.partition(&[server], &[client], 3 * MS, 500 * MS);
        echo_once(server);
        ask_once(client);
    });
}

#[test]
fn tcp_reset_by_unread_data() {
    golden("tcp_reset_by_unread_data", |_, server, client| {
        server.serve(|host| {
            let (stream, _) = TcpListener::bind(host, "0.0.0.0:7")?.accept()?;
            host.sleep(10 * MS);
            drop(stream);
            Ok(())
        });
        client.run(|host| {
            let mut stream = TcpStream::connect(host, "10.0.0.1:7")?;
            stream.write_all(b"ahoy")?;
            stream.read(&mut [0; 1]).expect_err("it was not read");
            Ok(())
        });
    });
}

#[test]
fn udp_refused() {
    golden("udp_refused", |_, _, client| {
        client.run(|host| {
            let socket = UdpSocket::bind(host, "0.0.0.0:5000")?;
            socket.connect("10.0.0.1:9")?;
            socket.send(b"anybody?")?;
            socket.recv(&mut [0; 8]).expect_err("nobody");
            Ok(())
        });
    });
}

#[test]
fn udp_through_a_partition() {
    golden("udp_through_a_partition", |sim, server, client| {
        sim.partition_one_way(&[client], &[server], 4 * MS, 3 * MS);
        server.serve(|host| {
            let socket = UdpSocket::bind(host, "0.0.0.0:9")?;
            loop {
                let (count, from) = socket.recv_from(&mut [0; 8])?;
                socket.send_to(&vec![0; count], from)?;
            }
        });
        client.run(|host| {
            let socket = UdpSocket::bind(host, "0.0.0.0:5000")?;
            for _ in 0..3 {
                socket.send_to(b"ping", "10.0.0.1:9")?;
                host.sleep(5 * MS);
            }
            for _ in 0..2 {
                socket.recv_from(&mut [0; 8])?;
            }
            Ok(())
        });
    });
}
