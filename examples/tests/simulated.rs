//! Every program in the simulated world, for many seeds.

use wavetank::{Errno, Family, ServerOptions, Sim, create_connection, create_server, ms, sim::Machine};
use wavetank_examples::{can, chat, descriptors, dual_stack, echo, echo_any, scatter, sniffer::Sniffer, time_wait};

/// A server and a client on a bad link.
fn pair(sim: &Sim) -> (Machine, Machine) {
    let (server, client) = (sim.host("server"), sim.host("client"));
    sim.link(&server, &client).latency(ms(5)..=ms(50)).loss(5, 100);
    (server, client)
}

#[test]
fn echo_over_ipv4() {
    wavetank::check(|sim| {
        let (server, client) = pair(sim);
        server.serve(|host| echo::server(host, echo::PORT));
        client.run(|host| {
            assert_eq!(echo::client(host, "server", echo::PORT)?, b"Hello, world");
            Ok(())
        });
    });
}

#[test]
fn echo_over_getaddrinfo() {
    wavetank::check(|sim| {
        let (server, client) = pair(sim);
        server.serve(|host| echo_any::server(host, echo::PORT));
        client.run(|host| {
            assert_eq!(echo_any::client(host, "server", echo::PORT)?, b"Hello, world");
            Ok(())
        });
    });
}

/// A server of one family only: whichever address the client tries first, with one of the two it is refused, and goes on.
#[test]
fn echo_over_the_family_that_works() {
    for (any, family) in [("0.0.0.0", Family::INET), ("::", Family::INET6)] {
        wavetank::check(|sim| {
            let (server, client) = pair(sim);
            let options = ServerOptions { family, ..ServerOptions::default() };
            server.serve(move |host| echo::serve(&create_server(host, (any, echo::PORT), options)?));
            client.run(|host| {
                assert_eq!(echo_any::client(host, "server", echo::PORT)?, b"Hello, world");
                Ok(())
            });
        });
    }
}

#[test]
fn a_port_in_time_wait() {
    wavetank::check(|sim| {
        sim.host("alone").run(|host| {
            time_wait::run_twice(host, 50010, [true, true])?;
            for (port, options) in [(50011, [false, false]), (50012, [false, true]), (50013, [true, false])] {
                let error = time_wait::run_twice(host, port, options).expect_err("the port is in TIME_WAIT");
                assert_eq!((error.errno(), error.call()), (Some(Errno::EADDRINUSE), "bind"), "{options:?}");
            }
            Ok(())
        });
    });
}

#[test]
fn a_websocket_chat_under_loss() {
    let explored = wavetank::Explorer::new(|sim| {
        let (server, client) = pair(sim);
        server.run(|host| chat::server(host, "0.0.0.0:80", 1000));
        client.run(|host| chat::client(host, ("server", 80), 1000));
    });
    let explored = explored.seeds(10).check_determinism(true).run(|_| {});
    assert!(explored.failure.is_none(), "{}", explored.failure.unwrap());
    assert!(explored.divergence.is_none(), "{}", explored.divergence.unwrap());
    assert!(explored.dropped > 0, "nothing was lost");
}

#[test]
fn one_server_for_both_versions() {
    wavetank::check(|sim| {
        let (server, client) = pair(sim);
        server.serve(|host| {
            let server = dual_stack::listen(host, 8080)?;
            loop {
                dual_stack::greet(&server)?;
            }
        });
        client.run(|host| {
            // Whichever is tried first, the server takes it.
            for (ip, shown) in [("10.0.0.1", "[::ffff:10.0.0.2]:"), ("fd00::1", "[fd00::2]:")] {
                let conn = loop {
                    // It may not listen yet.
                    match create_connection(host, (ip, 8080), None) {
                        Err(error) if error == Errno::ECONNREFUSED => wavetank::Host::sleep(host, ms(10)),
                        conn => break conn?,
                    }
                };
                let greeting = String::from_utf8(conn.recv_vec(100)?).unwrap();
                assert!(greeting.starts_with(&format!("You are {shown}")), "{greeting}");
            }
            Ok(())
        });
    });
}

#[test]
fn a_descriptor_by_hand() {
    wavetank::check(|sim| {
        sim.host("alone").run(|host| {
            assert_eq!(descriptors::hand_over(host)?, b"write this into what I give you");
            Ok(())
        });
    });
}

#[test]
fn mary_over_three_buffers() {
    wavetank::check(|sim| {
        sim.host("alone").run(|host| {
            let (count, bufs) = scatter::mary(host)?;
            let expected = [&b"Mary"[..], b"01 had a 9", b"little lamb---"];
            assert_eq!((count, bufs.each_ref().map(|buf| &buf[..])), (22, expected));
            Ok(())
        });
    });
}

/// A simulated kernel has not these families yet, and says so as a kernel without them does.
#[test]
fn families_that_are_not_there() {
    wavetank::check(|sim| {
        sim.host("alone").run(|host| {
            let errors = [
                Sniffer::open(host, "lo").err().and_then(|error| error.errno()),
                can::open_raw(host, "lo").err().and_then(|error| error.errno()),
                can::open_bcm(host, "lo").err().and_then(|error| error.errno()),
            ];
            assert_eq!(errors, [Some(Errno::EAFNOSUPPORT); 3]);
            Ok(())
        });
    });
}
