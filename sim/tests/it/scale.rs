//! Many hosts, many processes, many simulations.

use std::io::{Read, Write};

use wavetank_api::{Host, TcpListener, TcpStream};

use crate::support::{Counter, ms, run_ok};

#[test]
fn two_thousand_hosts_each_with_a_connection_to_one_server() {
    const HOSTS: usize = 2_000;
    run_ok(1, |sim| {
        let server = sim.host("server");
        server.set_nofile(3 * HOSTS);
        server.serve(|host| {
            let listener = TcpListener::bind(host, "0.0.0.0:7")?;
            loop {
                let (mut stream, _) = listener.accept()?;
                host.spawn("session", move || -> std::io::Result<()> {
                    let mut buf = [0; 64];
                    loop {
                        match stream.read(&mut buf)? {
                            0 => return Ok(()),
                            count => stream.write_all(&buf[..count])?,
                        }
                    }
                });
            }
        });
        for number in 0..HOSTS {
            sim.host(&format!("client{number}")).run(|host| {
                let mut stream = TcpStream::connect(host, ("server", 7))?;
                for _ in 0..3 {
                    stream.write_all(&[1; 64])?;
                    stream.read_exact(&mut [0; 64])?;
                }
                Ok(())
            });
        }
    });
}

#[test]
fn ten_thousand_processes_at_once() {
    let woke = Counter::default();
    run_ok(1, |sim| {
        let machine = sim.host("host");
        let woke = woke.clone();
        machine.run(move |host| {
            let sleepers: Vec<_> = (0..10_000)
                .map(|number| {
                    let (inner, woke) = (host.clone(), woke.clone());
                    host.spawn("sleeper", move || {
                        inner.sleep(ms(number % 100));
                        woke.add();
                    })
                })
                .collect();
            for sleeper in sleepers {
                sleeper.join().expect("no sleeper panics");
            }
            Ok(())
        });
    });
    assert_eq!(woke.get(), 10_000);
}

#[test]
fn descriptors_run_out_as_on_linux_and_come_back() {
    run_ok(1, |sim| {
        let machine = sim.host("host");
        machine.set_nofile(10);
        machine.run(|host| {
            let mut listeners = Vec::new();
            let error = loop {
                match TcpListener::bind(host, "127.0.0.1:0") {
                    Ok(listener) => listeners.push(listener),
                    Err(error) => break error,
                }
            };
            assert_eq!(error, wavetank_api::Errno::EMFILE);
            assert_eq!(listeners.len(), 7);
            listeners.pop();
            TcpListener::bind(host, "127.0.0.1:0")?;
            Ok(())
        });
    });
}

#[test]
fn ephemeral_ports_run_out_with_eaddrnotavail() {
    run_ok(1, |sim| {
        let (server, client) = (sim.host("server"), sim.host("client"));
        client.set_port_range(40_000..=40_009);
        server.serve(crate::support::echo_server);
        client.run(|host| {
            let streams: Vec<_> = (0..10).map(|_| TcpStream::connect(host, "10.0.0.1:7").unwrap()).collect();
            let error = TcpStream::connect(host, "10.0.0.1:7").unwrap_err();
            assert_eq!(error, wavetank_api::Errno::EADDRNOTAVAIL);
            drop(streams);
            Ok(())
        });
    });
}
