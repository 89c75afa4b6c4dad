//! Who misuses the harness is told what is wrong and what to do instead.

use std::{
    net::{IpAddr, Ipv4Addr},
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use wavetank_api::{Host, Net, TcpListener};
use wavetank_sim::{End, Sim};

use crate::is_usable;

/// What `act` panics with.
fn message_of(act: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(act)).expect_err("it was accepted");
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("a text")
}

fn assert_says(act: impl FnOnce(), parts: &[&str]) {
    let message = message_of(act);
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
    is_usable();
}

#[test]
fn two_hosts_of_one_name() {
    let sim = Sim::new(1);
    sim.host("twin");
    assert_says(|| drop(sim.host("twin")), &["there is a host \"twin\" already", "a name of its own"]);
}

#[test]
fn addresses_that_cannot_be() {
    let sim = Sim::new(1);
    let one = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    sim.host_with_addrs("one", &[one]);
    assert_says(|| drop(sim.host_with_addrs("two", &[one])), &["192.0.2.1 belongs to another host"]);
    for bad in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED, Ipv4Addr::new(224, 0, 0, 1)] {
        let name = bad.to_string();
        assert_says(|| drop(sim.host_with_addrs(&name, &[bad.into()])), &[&name, "cannot be the address of a host"]);
    }
}

#[test]
fn links_that_cannot_be() {
    let sim = Sim::new(1);
    let (a, b) = (sim.host("a"), sim.host("b"));
    let ms = Duration::from_millis;
    assert_says(|| drop(sim.link(&a, &b).loss(2, 1)), &["greater than one"]);
    assert_says(|| drop(sim.link(&a, &b).loss(0, 0)), &["in 0 means nothing", "loss(1, 100)"]);
    assert_says(|| drop(sim.link(&a, &b).rate(0)), &["a rate of 0", "partition"]);
    let backwards = ms(2)..=ms(1);
    assert_says(|| drop(sim.link(&a, &b).latency(backwards)), &["2ms to 1ms"]);
    // Longer than all time is not wrong, only long.
    drop(sim.link(&a, &b).latency(Duration::MAX).jitter(Duration::MAX));
    sim.partition(&[&a], &[&b], Duration::MAX, Duration::MAX);
    a.run(|host| {
        drop(host.getaddrinfo(&wavetank_api::AddrQuery { host: Some("b"), ..Default::default() })?);
        Ok(())
    });
    assert!(sim.run().is_ok());
}

#[test]
fn settings_that_cannot_be() {
    let sim = Sim::new(1);
    let host = sim.host("host");
    #[expect(clippy::reversed_empty_ranges, reason = "that is the mistake")]
    let backwards = 2..=1;
    assert_says(|| drop(host.set_port_range(backwards).name()), &["range of ephemeral ports is empty"]);
    assert_says(|| drop(host.set_port_range(0..=9).name()), &["port 0"]);
    host.set_wall_clock(Duration::MAX);
    host.run(|host| {
        host.sleep(Duration::from_secs(1));
        assert_eq!(host.wall_clock(), Duration::MAX);
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn a_machine_of_another_simulation() {
    let (sim, other) = (Sim::new(1), Sim::new(2));
    let (own, foreign) = (sim.host("own"), other.host("foreign"));
    let parts = ["foreign", "another simulation"];
    assert_says(|| drop(sim.link(&own, &foreign)), &parts);
    assert_says(|| drop(sim.link_one_way(&foreign, &own)), &parts);
    assert_says(|| drop(sim.loopback(&foreign)), &parts);
    assert_says(|| sim.partition(&[&own], &[&foreign], Duration::ZERO, Duration::ZERO), &parts);
}

#[test]
fn a_handle_on_a_foreign_thread() {
    let parts = ["does not belong to its simulation", "host.spawn(..)"];
    let sim = Sim::new(1);
    let machine = sim.host("host");
    let on_a_thread = |act: Box<dyn FnOnce() + Send>| thread::spawn(move || assert_says(act, &parts)).join().unwrap();
    let handle = machine.clone();
    on_a_thread(Box::new(move || drop(handle.name())));
    let handle = machine.clone();
    on_a_thread(Box::new(move || handle.run(|_| Ok(()))));
    machine.run(move |host| {
        let listener = TcpListener::bind(host, "0.0.0.0:7")?;
        let (inner, own) = (host.clone(), listener.try_clone()?);
        let told = thread::spawn(move || {
            let message = message_of(|| inner.sleep(Duration::from_secs(1)));
            let second = message_of(|| drop(own.accept()));
            // Dropped here, it stays open: this thread may not close it.
            drop(own);
            [message, second]
        });
        for message in told.join().expect("the panics were caught") {
            assert!(message.contains(parts[0]) && message.contains(parts[1]), "{message}");
        }
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn blocking_outside_of_any_process() {
    let sim = Sim::new(1);
    let machine = sim.host("host");
    let (sender, receiver) = std::sync::mpsc::channel();
    machine.serve(move |host| {
        sender.send(host.clone()).expect("the test waits");
        host.sleep(Duration::from_secs(10));
        Ok(())
    });
    sim.host("client").run(|host| {
        host.sleep(Duration::from_secs(1));
        Ok(())
    });
    assert!(sim.run().is_ok());
    let host = receiver.recv().unwrap();
    let parts = ["nanosleep would block", "no simulated process is running", "host.run(..)", "misuse.rs"];
    assert_says(|| host.sleep(Duration::from_secs(1)), &parts);
}

#[test]
fn running_twice_gives_the_same_report() {
    for kind in crate::KINDS {
        let sim = Sim::new(1);
        sim.set_carrier(kind);
        let (server, client) = (sim.host("server"), sim.host("client"));
        server.serve(|host| TcpListener::bind(host, "0.0.0.0:7")?.accept().map(drop));
        client.run(|host| {
            host.spawn("left behind", {
                let inner = host.clone();
                move || inner.sleep(Duration::from_secs(5))
            });
            host.sleep(Duration::from_secs(1));
            panic!("on purpose");
        });
        let (first, second) = (sim.run(), sim.run());
        assert_eq!(first.to_string(), second.to_string());
    }
}

#[test]
fn a_program_started_after_the_run_runs_in_the_next() {
    let sim = Sim::new(1);
    let (server, client) = (sim.host("server"), sim.host("client"));
    server.serve(|host| {
        let listener = TcpListener::bind(host, "0.0.0.0:7")?;
        loop {
            listener.accept()?;
        }
    });
    for _ in 0..3 {
        client.run(|host| wavetank_api::TcpStream::connect(host, ("server", 7)).map(drop));
        let report = sim.run();
        assert!(report.is_ok(), "{report}");
    }
}

#[test]
fn an_empty_simulation_ends_at_once() {
    let sim = Sim::new(1);
    assert_eq!(sim.run().end(), End::Finished);
    sim.host("idle");
    assert_eq!(sim.run().end(), End::Finished);
}
