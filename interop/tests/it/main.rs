//! A simulated machine and the kernel talk to each other over TUN devices, in real time.
//!
//! Skipped where namespaces or TUN devices are not allowed. The share that takes long is run by
//! `cargo test --release -p wavetank-interop -- --include-ignored`.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use wavetank_api::{Result, TcpListener};
use wavetank_interop::{
    Path, PathSettings, Pump, Pumped,
    talk::{self, Plan, Side},
};
use wavetank_lab::{Namespace, Tun, TunConfig};
use wavetank_real::Machine;
use wavetank_sim::Sim;

const PORT: u16 = 7;

/// One conversation between the two stacks.
#[derive(Clone, Copy, Debug)]
struct Talk {
    /// The kernel connects, or the simulated machine.
    kernel_is: Side,
    plan: Plan,
    v6: bool,
    delay: Duration,
    /// In a thousand, each way.
    loss: u32,
}

const SMALL: usize = 1 << 20;
const LARGE: usize = 10 << 20;

impl Talk {
    /// Two megabytes, up and then down, over IPv4, 1 ms each way, nothing lost; the client closes.
    fn new(kernel_is: Side) -> Self {
        let plan = Plan { up: SMALL, down: SMALL, at_once: false, closes: Side::Client };
        Self { kernel_is, plan, v6: false, delay: Duration::from_millis(1), loss: 0 }
    }

    fn large(self) -> Self {
        Self { plan: Plan { up: LARGE, down: LARGE, ..self.plan }, ..self }
    }

    fn at_once(self) -> Self {
        Self { plan: Plan { at_once: true, ..self.plan }, ..self }
    }

    fn server_closes(self) -> Self {
        Self { plan: Plan { closes: Side::Server, ..self.plan }, ..self }
    }

    fn v6(self) -> Self {
        Self { v6: true, ..self }
    }

    /// 10 ms each way, `loss` in a thousand lost.
    fn lossy(self, loss: u32) -> Self {
        Self { delay: Duration::from_millis(10), loss, ..self }
    }

    fn addr(&self, number: u8) -> IpAddr {
        if self.v6 { format!("fd12::{number}").parse().unwrap() } else { IpAddr::from([192, 0, 2, number]) }
    }
}

/// A namespace with a device; `None`, and a word why, where that is not allowed.
fn kernel() -> Option<(Namespace, Tun)> {
    let addresses = vec![("192.0.2.1".parse().unwrap(), 24), ("fd12::1".parse().unwrap(), 64)];
    let made = Namespace::new().and_then(|space| {
        let tun = space.tun(&TunConfig { addresses, ..TunConfig::default() })?;
        Ok((space, tun))
    });
    match made {
        Ok(both) => Some(both),
        Err(error) if error.is_not_allowed() => {
            println!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// The states of the kernel's TCP sockets (`include/net/tcp_states.h`), listening ones left out.
fn kernel_states(space: &Namespace) -> Vec<u8> {
    const LISTEN: u8 = 10;
    let tables = space
        .run(|| ["tcp", "tcp6"].map(|name| std::fs::read_to_string(format!("/proc/thread-self/net/{name}")).unwrap()));
    let rows = tables.iter().flat_map(|table| table.lines().skip(1));
    let states = rows.map(|row| u8::from_str_radix(row.split_whitespace().nth(3).unwrap(), 16).unwrap());
    states.filter(|state| *state != LISTEN).collect()
}

const TIME_WAIT: u8 = 6;

/// Holds it, and checks that every byte arrived, that both ends closed in order and that nobody sent a reset.
fn hold(talk: Talk) -> Option<Pumped> {
    let (space, tun) = kernel()?;
    let sim = Sim::new(1);
    let machine = sim.host_with_addrs("sim", &["192.0.2.2".parse().unwrap(), "fd12::2".parse().unwrap()]);
    let inner = sim.tun("tun0", &["192.0.2.1", "fd12::1"]);
    let settings = |seed| PathSettings { delay: talk.delay, loss: (talk.loss, 1000), seed, ..PathSettings::default() };
    let mut pump = Pump::new(&sim, &inner, &tun, settings(1), settings(2));

    let sim_result: Arc<Mutex<Option<Result<()>>>> = Arc::default();
    let result = Arc::clone(&sim_result);
    let (kernel_addr, sim_addr) = (SocketAddr::new(talk.addr(1), PORT), SocketAddr::new(talk.addr(2), PORT));
    // The kernel's listener must be there before the first SYN is.
    let listener = (talk.kernel_is == Side::Server)
        .then(|| space.run(|| TcpListener::bind(&Machine::this(), kernel_addr).unwrap()));
    machine.serve(move |host| {
        let done = match talk.kernel_is {
            Side::Client => {
                TcpListener::bind(host, sim_addr).and_then(|listener| talk::server(host, &listener, &talk.plan))
            }
            Side::Server => talk::client(host, kernel_addr, &talk.plan),
        };
        *result.lock().unwrap() = Some(done);
        Ok(())
    });
    // Up to its first wait: it listens, or has sent its SYN.
    assert_eq!(sim.run_until(Duration::ZERO), None);

    let over = AtomicBool::new(false);
    let limit = Duration::from_secs(if talk.loss > 0 { 120 } else { 30 });
    let (pumped, kernel_result) = thread::scope(|scope| {
        let kernel = scope.spawn(|| {
            let done = space.run(|| match &listener {
                None => talk::client(&Machine::this(), sim_addr, &talk.plan),
                Some(listener) => talk::server(&Machine::this(), listener, &talk.plan),
            });
            over.store(true, Ordering::Release);
            done
        });
        let is_over = || over.load(Ordering::Acquire) && sim_result.lock().unwrap().is_some();
        pump.run(limit, is_over).unwrap();
        if !is_over() {
            space
                .run(|| std::fs::read_to_string("/proc/thread-self/net/tcp").map(|table| println!("{table}")))
                .unwrap();
            panic!("{talk:?} did not end; {:?}\n{}", *sim_result.lock().unwrap(), sim.report());
        }
        // The last segments, which the kernel's table tells of.
        let closed = || kernel_states(&space).iter().all(|state| *state == TIME_WAIT);
        (pump.run(Duration::from_secs(10), closed).unwrap(), kernel.join().unwrap())
    });
    assert!(kernel_result.is_ok(), "{talk:?}: {kernel_result:?}");
    let sim_result = sim_result.lock().unwrap();
    assert!(matches!(*sim_result, Some(Ok(()))), "{talk:?}: {sim_result:?}");
    // Who closed first waits.
    let expected: &[u8] = if talk.plan.closes == talk.kernel_is { &[TIME_WAIT] } else { &[] };
    assert_eq!(kernel_states(&space), expected, "{talk:?}");
    assert_eq!((pumped.to_kernel.resets, pumped.to_sim.resets), (0, 0), "{talk:?}: {pumped:?}");
    let report = sim.report();
    assert!(report.failures().is_empty(), "{report}");
    if talk.loss > 0 {
        assert!(pumped.to_kernel.lost > 0 && pumped.to_sim.lost > 0, "{pumped:?}");
    }
    println!("{talk:?}\n  {pumped:?}");
    Some(pumped)
}

mod connect;

#[test]
fn a_path_delays_limits_and_loses() {
    let ms = Duration::from_millis;
    let settings = PathSettings { delay: ms(10), rate: Some(100_000), queue: 3000, ..PathSettings::default() };
    let mut path = Path::new(settings);
    for _ in 0..4 {
        path.put(Duration::ZERO, &[0; 1000]);
    }
    // 10 ms each to send, and 10 ms on the way; the fourth finds no room.
    assert_eq!(path.next(), Some(ms(20)));
    assert_eq!(path.take(ms(19)), None);
    let times: Vec<_> = std::iter::from_fn(|| path.take(ms(100))).map(|(at, _)| at).collect();
    assert_eq!(times, [ms(20), ms(30), ms(40)]);
    assert_eq!((path.counts().packets, path.counts().overflowed), (4, 1));

    let mut path = Path::new(PathSettings { loss: (1, 10), ..PathSettings::default() });
    (0..1000).for_each(|_| path.put(Duration::ZERO, &[0; 100]));
    assert!((60..140).contains(&path.counts().lost), "{:?}", path.counts());
}
