//! Processes that panic where it hurts, or will not die.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use wavetank_api::{Host, TcpListener, TcpStream, sync};
use wavetank_sim::{CarrierKind, Report, Sim, SimHost};

use crate::{KINDS, ends, is_usable};

const MS: Duration = Duration::from_millis(1);

/// Runs one client on each kind of carrier, then looks whether another simulation works.
fn on_each(client: fn(&SimHost), check: fn(&Report)) {
    for kind in KINDS {
        ends(move || {
            let sim = Sim::new(1);
            sim.set_carrier(kind);
            sim.host("server").serve(|host| {
                let listener = TcpListener::bind(host, "0.0.0.0:7")?;
                let streams: Vec<_> = listener.incoming().collect();
                drop(streams);
                Ok(())
            });
            sim.host("client").run(move |host| {
                client(host);
                Ok(())
            });
            check(&sim.run());
            drop(sim);
            is_usable();
        });
    }
}

fn panicked(report: &Report) {
    assert_eq!(report.failures().len(), 1, "{report}");
    assert!(report.failures()[0].message.contains("on purpose"), "{report}");
}

fn fine(report: &Report) {
    assert!(report.is_ok(), "{report}");
}

#[test]
fn a_panic_while_a_lock_is_held_opens_it() {
    on_each(
        |host| {
            let lock = Arc::new(sync::Mutex::new(host, 0));
            let (own, inner) = (Arc::clone(&lock), host.clone());
            let thread = host.spawn("thread", move || {
                let _guard = own.lock();
                inner.sleep(MS);
                panic!("on purpose");
            });
            host.sleep(MS / 2);
            *lock.lock() += 1;
            assert!(thread.join().is_err());
        },
        panicked,
    );
}

#[test]
fn a_panic_in_the_middle_of_a_wait_opens_the_lock() {
    on_each(
        |host| {
            let pair = Arc::new((sync::Mutex::new(host, 0), sync::Condvar::new(host)));
            let own = Arc::clone(&pair);
            let thread = host.spawn("thread", move || {
                drop(own.1.wait_while(own.0.lock(), |count| if *count > 0 { panic!("on purpose") } else { true }));
            });
            host.sleep(MS);
            *pair.0.lock() = 1;
            pair.1.notify_all();
            assert!(thread.join().is_err());
            assert_eq!(*pair.0.lock(), 1);
        },
        panicked,
    );
}

/// Panics when it is dropped, unless somebody does already.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "on purpose");
    }
}

#[test]
fn a_panic_in_a_destructor_is_a_panic() {
    on_each(|_| drop(Bomb), panicked);
    on_each(
        |host| {
            let (sender, receiver) = sync::channel(host);
            sender.send(Bomb).unwrap_or_else(|_| unreachable!("the receiver is there"));
            drop(receiver);
        },
        panicked,
    );
}

/// Does what well-meaning destructors do: takes a lock, talks, waits.
struct Farewell {
    host: SimHost,
    lock: Arc<sync::Mutex<SimHost, u32>>,
    stream: TcpStream<SimHost>,
}

impl Drop for Farewell {
    fn drop(&mut self) {
        use std::io::{Read as _, Write as _};
        *self.lock.lock() += 1;
        drop(self.stream.write_all(&[0; 1_000_000]));
        drop(self.stream.read(&mut [0; 1]));
        self.host.sleep(MS);
        let thread = self.host.spawn("late", || ());
        drop(thread.join());
        drop(TcpStream::connect(&self.host, ("server", 7)));
    }
}

impl Farewell {
    fn new(host: &SimHost) -> Self {
        let stream = TcpStream::connect(host, ("server", 7)).expect("the server listens");
        Self { host: host.clone(), lock: Arc::new(sync::Mutex::new(host, 0)), stream }
    }
}

#[test]
fn destructors_that_block_do_not_hold_up_a_panic() {
    on_each(
        |host| {
            host.sleep(MS);
            let _farewell = Farewell::new(host);
            panic!("on purpose");
        },
        panicked,
    );
}

/// Set for the process that is to be aborted.
const ABORTED: &str = "WAVETANK_TEST_ABORTED";

/// Nobody can be given a lock that another has, and nobody can wait while the stack unwinds: what remains is to say so. It is a panic
/// in a destructor, which aborts; in a process of its own, therefore.
#[test]
fn a_destructor_that_needs_a_lock_says_why_it_cannot_have_it() {
    for kind in ["coroutine", "thread"] {
        let mut command = std::process::Command::new(std::env::current_exe().expect("a test has a file"));
        command.args(["--exact", "death::needs_a_lock", "--ignored", "--nocapture"]).env(ABORTED, kind);
        let output = command.output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{text}");
        assert!(text.contains("a destructor waits for a lock") && text.contains("try_lock"), "{text}");
    }
}

#[test]
#[ignore = "aborts; run by the test above"]
fn needs_a_lock() {
    let Ok(kind) = std::env::var(ABORTED) else { return };
    let sim = Sim::new(1);
    sim.set_carrier(if kind == "thread" { CarrierKind::Thread } else { CarrierKind::Coroutine });
    sim.host("host").run(|host| {
        let lock = Arc::new(sync::Mutex::new(host, 0));
        let (own, inner) = (Arc::clone(&lock), host.clone());
        host.spawn("holder", move || {
            let _guard = own.lock();
            inner.sleep(10 * MS);
        });
        host.sleep(MS);
        let _counts = CountsDown(lock);
        panic!("on purpose");
    });
    drop(sim.run());
}

struct CountsDown(Arc<sync::Mutex<SimHost, i32>>);

impl Drop for CountsDown {
    fn drop(&mut self) {
        *self.0.lock() -= 1;
    }
}

#[test]
fn destructors_that_block_do_not_hold_up_the_end() {
    for kind in KINDS {
        ends(move || {
            let sim = Sim::new(1);
            sim.set_carrier(kind);
            sim.host("server").serve(|host| {
                let listener = TcpListener::bind(host, "0.0.0.0:7")?;
                let streams: Vec<_> = listener.incoming().collect();
                drop(streams);
                Ok(())
            });
            sim.host("talker").serve(|host| {
                host.sleep(MS);
                let farewell = Farewell::new(host);
                let _guard = farewell.lock.lock();
                let (lock, inner) = (Arc::clone(&farewell.lock), host.clone());
                host.spawn("second", move || {
                    let _farewell = Farewell::new(&inner);
                    let _guard = lock.lock();
                });
                host.sleep(Duration::MAX);
                Ok(())
            });
            sim.host("client").run(|host| {
                host.sleep(10 * MS);
                Ok(())
            });
            fine(&sim.run());
            drop(sim);
            is_usable();
        });
    }
}

#[test]
fn a_process_that_catches_its_end_and_returns_is_let_go() {
    for kind in KINDS {
        ends(move || {
            let sim = Sim::new(1);
            sim.set_carrier(kind);
            sim.host("server").serve(|host| {
                let listener = TcpListener::bind(host, "0.0.0.0:7")?;
                assert!(catch_unwind(AssertUnwindSafe(|| drop(listener.accept()))).is_err());
                Ok(())
            });
            sim.host("client").run(|_| Ok(()));
            sim.run();
            drop(sim);
            is_usable();
        });
    }
}

/// What a server does that will not be brought down by the panic of a handler, and goes on after every error.
fn stubborn(host: &SimHost) -> wavetank_api::Result<()> {
    let listener = TcpListener::bind(host, "0.0.0.0:7")?;
    loop {
        let handled = catch_unwind(AssertUnwindSafe(|| listener.accept().map(drop)));
        drop(handled);
    }
}

#[test]
fn a_process_that_always_catches_its_end_is_reported_at_the_end_of_the_run() {
    for kind in KINDS {
        ends(move || {
            let sim = Sim::new(1);
            sim.set_carrier(kind);
            sim.host("server").serve(stubborn);
            sim.host("client").run(|host| {
                host.sleep(MS);
                Ok(())
            });
            fine(&sim.run());
            let payload = catch_unwind(AssertUnwindSafe(|| drop(sim))).expect_err("it cannot be ended");
            let message = payload.downcast_ref::<String>().map_or("", String::as_str);
            assert!(message.contains("catches its own end"), "{message:?}");
            is_usable();
        });
    }
}

#[test]
fn a_thread_that_always_catches_its_end_does_not_hold_up_the_run() {
    for kind in KINDS {
        ends(move || {
            let sim = Sim::new(1);
            sim.set_carrier(kind);
            sim.host("first").run(|host| {
                let inner = host.clone();
                host.spawn("stubborn", move || drop(stubborn(&inner)));
                host.sleep(MS);
                Ok(())
            });
            // Its program ends, and with it the thread, while others go on.
            sim.host("second").run(|host| {
                host.sleep(10 * MS);
                Ok(())
            });
            let report = sim.run();
            fine(&report);
            assert_eq!(report.elapsed(), 10 * MS);
            assert!(catch_unwind(AssertUnwindSafe(|| drop(sim))).is_err());
            is_usable();
        });
    }
}

/// A program that lets its end pass once it has noticed it.
#[test]
fn a_process_that_catches_its_end_once_more_than_it_should_is_ended_by_its_next_call() {
    for kind in KINDS {
        ends(move || {
            let sim = Sim::new(1);
            sim.set_carrier(kind);
            sim.host("server").serve(|host| {
                let listener = TcpListener::bind(host, "0.0.0.0:7")?;
                drop(catch_unwind(AssertUnwindSafe(|| listener.accept().map(drop))));
                while listener.accept().is_err() {}
                unreachable!("the call unwinds")
            });
            sim.host("client").run(|host| {
                host.sleep(MS);
                Ok(())
            });
            fine(&sim.run());
            drop(sim);
            is_usable();
        });
    }
}

#[test]
fn a_simulation_in_a_simulation_is_one_of_its_own() {
    on_each(|_| is_usable(), fine);
}

#[test]
fn a_crash_on_one_carrier_is_the_same_crash_on_the_other() {
    let digest = |kind: CarrierKind| {
        let sim = Sim::new(5);
        sim.set_carrier(kind);
        let host = sim.host("host");
        host.run(|host| {
            let _farewell = sync::Mutex::new(host, 0);
            host.spawn("thread", || panic!("on purpose"));
            host.sleep(MS);
            panic!("on purpose");
        });
        let report = sim.run();
        assert_eq!(report.failures().len(), 2, "{report}");
        report.digest()
    };
    assert_eq!(digest(CarrierKind::Coroutine), digest(CarrierKind::Thread));
}
