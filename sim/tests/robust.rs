//! Whatever programs do, and however they die, the simulator answers and stays usable; who misuses the harness is told what to
//! do instead.

#![expect(
    clippy::disallowed_methods,
    reason = "tests of threads that are no part of a simulation, and of time running out"
)]

#[path = "robust/death.rs"]
mod death;
#[path = "robust/found.rs"]
mod found;
#[path = "robust/golden.rs"]
mod golden;
#[path = "robust/misuse.rs"]
mod misuse;

use std::{sync::mpsc, thread, time::Duration};

use wavetank_api::{Host, TcpListener, TcpStream};
use wavetank_sim::{CarrierKind, Sim};

const KINDS: [CarrierKind; 2] = [CarrierKind::Coroutine, CarrierKind::Thread];

/// Runs `act`, which would run in circles if something is wrong, for at most a minute.
fn ends(act: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        let _sender = sender;
        act();
    });
    match receiver.recv_timeout(Duration::from_secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it does not end"),
        _ => thread.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload)),
    }
}

/// A simulation on this thread does what simulations do.
fn is_usable() {
    let sim = Sim::new(1);
    let (server, client) = (sim.host("server"), sim.host("client"));
    server.serve(|host| TcpListener::bind(host, "0.0.0.0:7")?.accept().map(drop));
    client.run(|host| {
        let thread = host.spawn("thread", || 7);
        assert_eq!(thread.join().ok(), Some(7));
        TcpStream::connect(host, ("server", 7)).map(drop)
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}
