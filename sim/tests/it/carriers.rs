//! Processes behave the same whatever carries them, and a simulation gives back all it took.

use std::{
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
};

use wavetank_api::{Host, TcpListener, sync};
use wavetank_sim::{CarrierKind, Sim};

use crate::support::{Counter, ms};

const KINDS: [CarrierKind; 2] = [CarrierKind::Coroutine, CarrierKind::Thread];

struct OnDrop(Counter);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.add();
    }
}

#[test]
fn destructors_of_parked_processes_run_at_teardown() {
    for kind in KINDS {
        let drops = Counter::default();
        let sim = Sim::new(1);
        sim.set_carrier(kind);
        for number in 0..10 {
            let drops = drops.clone();
            sim.host(&format!("host{number}")).serve(move |host| {
                let _guard = OnDrop(drops);
                let listener = TcpListener::bind(host, "0.0.0.0:7")?;
                listener.accept()?;
                unreachable!("nobody connects")
            });
        }
        assert!(sim.run().is_ok());
        assert_eq!(drops.get(), 0);
        drop(sim);
        assert_eq!(drops.get(), 10, "{kind:?}");
    }
}

#[test]
fn a_process_that_never_ran_is_dropped_too() {
    for kind in KINDS {
        let drops = Counter::default();
        let sim = Sim::new(1);
        sim.set_carrier(kind);
        let guard = OnDrop(drops.clone());
        sim.host("host").run(move |_| {
            let _guard = &guard;
            Ok(())
        });
        drop(sim);
        assert_eq!(drops.get(), 1, "{kind:?}");
    }
}

#[test]
fn locks_condition_variables_and_channels_hold_across_blocking_calls() {
    for kind in KINDS {
        let sim = Sim::new(9);
        sim.set_carrier(kind);
        sim.host("host").run(|host| {
            let shared = std::sync::Arc::new((sync::Mutex::new(host, 0_u32), sync::Condvar::new(host)));
            let (sender, receiver) = sync::channel(host);
            let workers: Vec<_> = (0..10)
                .map(|number| {
                    let (shared, sender, inner) = (shared.clone(), sender.clone(), host.clone());
                    host.spawn("worker", move || {
                        let mut count = shared.0.lock();
                        let before = *count;
                        // Held across a blocking call: the others must wait for the lock, in virtual time.
                        inner.sleep(ms(10));
                        *count = before + 1;
                        shared.1.notify_all();
                        drop(count);
                        sender.send(number).expect("the receiver waits");
                    })
                })
                .collect();
            drop(sender);
            let mut count = shared.0.lock();
            while *count < 10 {
                count = shared.1.wait(count);
            }
            drop(count);
            assert!(host.now().as_nanos() >= 100_000_000, "ten sleeps one after the other");
            for worker in workers {
                worker.join().expect("no worker panics");
            }
            let mut numbers: Vec<u32> = receiver.iter().collect();
            numbers.sort_unstable();
            assert_eq!(numbers, (0..10).collect::<Vec<_>>());
            Ok(())
        });
        let report = sim.run();
        assert!(report.is_ok(), "{report}");
    }
}

#[test]
fn a_panic_is_reported_and_the_peer_sees_the_end_of_the_stream() {
    for kind in KINDS {
        let sim = Sim::traced(2);
        sim.set_carrier(kind);
        let (server, client) = (sim.host("server"), sim.host("client"));
        server.serve(|host| {
            let listener = TcpListener::bind(host, "0.0.0.0:7")?;
            let (_stream, _) = listener.accept()?;
            panic!("the disk is on fire");
        });
        let seen = Counter::default();
        let inner = seen.clone();
        client.run(move |host| {
            let mut stream = wavetank_api::TcpStream::connect(host, ("server", 7))?;
            assert_eq!(stream.read(&mut [0; 8])?, 0);
            inner.add();
            Ok(())
        });
        let report = sim.run();
        assert!(!report.is_ok());
        assert_eq!(seen.get(), 1, "the kernel closes what a crashed program had open");
        let text = report.to_string();
        assert!(text.contains("server panicked at") && text.contains("the disk is on fire"), "{text}");
        assert!(text.contains("carriers.rs"), "the line is missing: {text}");
        assert!(text.contains("the last calls of each host") && text.contains("accept("), "{text}");
        // The simulator stays usable.
        drop(sim);
        let sim = Sim::new(3);
        sim.host("host").run(|host| {
            host.sleep(ms(1));
            Ok(())
        });
        assert!(sim.run().is_ok());
    }
}

#[test]
fn a_panic_in_a_thread_reaches_who_joins_and_fails_the_run() {
    let sim = Sim::new(2);
    sim.host("host").run(|host| {
        let thread = host.spawn("thread", || panic!("no"));
        assert!(thread.join().is_err());
        Ok(())
    });
    let report = sim.run();
    assert_eq!(report.failures().len(), 1);
    assert_eq!(report.failures()[0].process, "host/thread");
}

#[test]
fn blocking_outside_a_process_says_what_to_do_instead() {
    let sim = Sim::new(1);
    let machine = sim.host("host");
    let stray = std::sync::Arc::new(std::sync::Mutex::new(None));
    let inner = stray.clone();
    machine.run(move |host| {
        *inner.lock().unwrap() = Some(host.clone());
        Ok(())
    });
    sim.run();
    let host = stray.lock().unwrap().take().unwrap();
    // Its program has ended: like any descriptor of a dead process, it does nothing.
    assert!(TcpListener::bind(&host, "0.0.0.0:7").is_err());
}

#[test]
fn a_handle_on_a_foreign_thread_says_what_is_wrong() {
    let sim = Sim::new(1);
    let machine = sim.host("host");
    let result = std::thread::scope(|scope| {
        let machine = machine.clone();
        scope.spawn(move || catch_unwind(AssertUnwindSafe(|| machine.name()))).join().unwrap()
    });
    let payload = result.unwrap_err();
    let message =
        payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied()).unwrap();
    assert!(message.contains("does not belong to its simulation"), "{message}");
}
