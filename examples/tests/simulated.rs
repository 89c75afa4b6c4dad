//! Every program in the simulated world, for many seeds.

use wavetank::{Errno, Family, ServerOptions, Sim, create_server, ms, sim::Machine};
use wavetank_examples::{chat, echo, echo_any, time_wait};

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
