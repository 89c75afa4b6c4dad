//! How runs end, and what the report says of it.

use std::io::{Read, Write};

use wavetank_api::{Host, TcpListener, TcpStream};
use wavetank_sim::{End, Sim, check};

use crate::support::{echo_server, ms};

#[test]
fn servers_may_wait_when_the_clients_have_ended() {
    let sim = Sim::new(1);
    let (server, client) = (sim.host("server"), sim.host("client"));
    server.serve(echo_server);
    client.run(|_| Ok(()));
    let report = sim.run();
    assert_eq!((report.end(), report.is_ok()), (End::Finished, true));
}

#[test]
fn a_run_in_which_nothing_can_happen_says_who_waits_and_where() {
    let sim = Sim::new(1);
    let (server, client) = (sim.host("server"), sim.host("client"));
    server.serve(|host| {
        let listener = TcpListener::bind(host, "0.0.0.0:7")?;
        let (_stream, _) = listener.accept()?;
        listener.accept()?;
        Ok(())
    });
    client.run(|host| {
        let mut stream = TcpStream::connect(host, ("server", 7))?;
        // By way of std, so that the line of the call lies in std; the program's own is wanted.
        stream.read_exact(&mut [0; 1])?;
        Ok(())
    });
    let report = sim.run();
    assert_eq!(report.end(), End::Stalled);
    let text = report.to_string();
    assert!(text.contains("nothing can ever happen again"), "{text}");
    let waiting = report.waiting();
    assert_eq!(waiting.len(), 2, "{text}");
    let client = waiting.iter().find(|waiting| waiting.process == "client").unwrap();
    assert_eq!((client.call, client.fd, client.is_server), ("recv", Some(3), false));
    if cfg!(debug_assertions) {
        assert!(client.line.contains("lifecycle.rs"), "{}", client.line);
    }
    let server = waiting.iter().find(|waiting| waiting.process == "server").unwrap();
    assert_eq!(server.call, "accept");
    assert!(server.line.contains("lifecycle.rs"), "{}", server.line);
}

#[test]
fn an_error_returned_by_a_process_fails_the_run_with_a_hint() {
    let sim = Sim::new(1);
    let client = sim.host("client");
    sim.host("server");
    client.run(|host| TcpStream::connect(host, ("server", 7)).map(drop));
    let report = sim.run();
    let text = report.to_string();
    assert!(text.contains("client returned an error: connect: ECONNREFUSED"), "{text}");
    assert!(text.contains("try: "), "{text}");
}

#[test]
fn bounds_end_a_run_that_would_go_on() {
    let sim = Sim::new(1);
    sim.set_time_limit(ms(500));
    sim.host("host").run(|host| {
        loop {
            host.sleep(ms(100));
        }
    });
    let report = sim.run();
    assert_eq!(report.end(), End::OutOfTime);
    assert!(report.elapsed() <= ms(500));

    let sim = Sim::new(1);
    sim.set_event_limit(50);
    sim.host("host").run(|host| {
        loop {
            host.sleep(ms(100));
        }
    });
    assert_eq!(sim.run().end(), End::TooManyEvents);
}

#[test]
fn virtual_hours_take_no_time() {
    let sim = Sim::new(1);
    sim.host("host").run(|host| {
        host.sleep(ms(20 * 3600 * 1000));
        assert_eq!(host.now().as_nanos(), 20 * 3600 * 1_000_000_000);
        Ok(())
    });
    assert!(sim.run().is_ok());
}

#[test]
fn check_reports_the_lowest_failing_seed_and_how_to_see_it_again() {
    let failing = |sim: &Sim| {
        let seed = sim.seed();
        sim.host("host").run(move |_| {
            assert!(seed < 17, "seed {seed} is too large");
            Ok(())
        });
    };
    let payload = std::panic::catch_unwind(|| check(failing)).unwrap_err();
    let text = payload.downcast_ref::<String>().unwrap();
    assert!(text.contains("seed 17: host panicked at"), "{text}");
    assert!(text.contains("seed 17 is too large"), "{text}");
    assert!(text.contains("WAVETANK_SEED=17 cargo test -p wavetank-sim -- --exact lifecycle::check_reports"), "{text}");
    assert!(text.contains("digest "), "{text}");
}

#[test]
fn check_passes_a_good_world() {
    check(|sim| {
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.link(&server, &client).latency(ms(5)..=ms(50)).loss(1, 100);
        server.serve(echo_server);
        client.run(|host| {
            let mut stream = TcpStream::connect(host, ("server", 7))?;
            stream.write_all(b"ahoy")?;
            let mut back = [0; 4];
            stream.read_exact(&mut back)?;
            assert_eq!(&back, b"ahoy");
            Ok(())
        });
    });
}

#[test]
fn the_trace_reads_like_strace_and_tcpdump() {
    let sim = Sim::traced(1);
    let (server, client) = (sim.host("server"), sim.host("client"));
    server.serve(echo_server);
    client.run(|host| {
        let mut stream = TcpStream::connect(host, ("server", 7))?;
        stream.write_all(b"ahoy")?;
        stream.read_exact(&mut [0; 4])?;
        Ok(())
    });
    let report = sim.run();
    let text = report.trace().to_string();
    for expected in [
        "client socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3",
        "client connect(3, 10.0.0.1:7) = 0",
        "client send(3, \"ahoy\", 4, 0) = 4",
        "Flags [S], seq ",
        "Flags [P.], seq ",
        "server ... waits in accept",
        "+++ exited +++",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in:\n{text}");
    }
}

#[test]
fn a_program_that_polls_without_waiting_does_not_stop_time() {
    let sim = Sim::new(1);
    let (server, client) = (sim.host("server"), sim.host("client"));
    server.serve(echo_server);
    client.run(|host| {
        let mut stream = TcpStream::connect(host, ("server", 7))?;
        stream.set_nonblocking(true)?;
        stream.write_all(b"ahoy")?;
        // No sleep, no poll: on a real machine the answer would come all the same.
        let count = loop {
            match stream.read(&mut [0; 4]) {
                Ok(count) => break count,
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
            }
        };
        assert_eq!(count, 4);
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn a_program_that_watches_the_clock_does_not_stop_it() {
    let sim = Sim::new(1);
    sim.host("host").run(|host| {
        let start = host.now();
        while host.now() - start < ms(25) {}
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}
