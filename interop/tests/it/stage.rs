//! Where a play is performed: one part by a simulated machine, the other by the kernel.

use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use wavetank_api::{Host, Result, TcpListener, TcpStream};
use wavetank_interop::{PathSettings, Pump, Pumped, talk::Side};
use wavetank_lab::{Namespace, Tun, TunConfig};
use wavetank_real::Machine;
use wavetank_sim::Sim;

const PORT: u16 = 7;
/// Longer than anything here takes; a play that is not over by then has failed.
const LIMIT: Duration = Duration::from_secs(120);

/// Two parts, each written once, so that either stack can play either.
pub(crate) trait Play: Clone + Send + Sync + 'static {
    /// The server's socket listens already.
    fn client<H: Host>(&self, host: &H, server: SocketAddr) -> Result<()>;

    fn server<H: Host>(&self, host: &H, listener: &TcpListener<H>) -> Result<()>;
}

/// How it is performed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    /// Whose part the kernel plays.
    pub(crate) kernel_is: Side,
    pub(crate) v6: bool,
    pub(crate) delay: Duration,
    /// In a thousand, each way.
    pub(crate) loss: u32,
}

impl Scene {
    /// Over IPv4, 1 ms each way, nothing lost.
    pub(crate) fn new(kernel_is: Side) -> Self {
        Self { kernel_is, v6: false, delay: Duration::from_millis(1), loss: 0 }
    }

    pub(crate) fn v6(self) -> Self {
        Self { v6: true, ..self }
    }

    /// 10 ms each way, `loss` in a thousand lost.
    pub(crate) fn lossy(self, loss: u32) -> Self {
        Self { delay: Duration::from_millis(10), loss, ..self }
    }

    fn addr(&self, number: u8) -> IpAddr {
        if self.v6 { format!("fd12::{number}").parse().unwrap() } else { IpAddr::from([192, 0, 2, number]) }
    }

    /// Performs a play to its end, and until neither side has more to say. `None` where it may not be.
    pub(crate) fn perform(self, play: &impl Play) -> Option<Outcome> {
        let (space, tun) = kernel()?;
        let sim = Sim::new(1);
        let machine = sim.host_with_addrs("sim", &["192.0.2.2".parse().unwrap(), "fd12::2".parse().unwrap()]);
        let inner = sim.tun("tun0", &["192.0.2.1", "fd12::1"]);
        let settings =
            |seed| PathSettings { delay: self.delay, loss: (self.loss, 1000), seed, ..PathSettings::default() };
        let mut pump = Pump::new(&sim, &inner, &tun, settings(1), settings(2));

        let (of_kernel, of_sim) = (SocketAddr::new(self.addr(1), PORT), SocketAddr::new(self.addr(2), PORT));
        // The kernel's listener is there before the first SYN.
        let listener = (self.kernel_is == Side::Server)
            .then(|| space.run(|| TcpListener::bind(&Machine::this(), of_kernel).unwrap()));
        let sims: Arc<Mutex<Option<Result<()>>>> = Arc::default();
        let (result, part) = (Arc::clone(&sims), play.clone());
        machine.serve(move |host| {
            let done = host.set_sysctl("net.ipv4.tcp_fastopen", "3").and_then(|()| match self.kernel_is {
                Side::Client => {
                    let listener = TcpListener::bind(host, of_sim)?;
                    part.server(host, &listener)
                }
                Side::Server => part.client(host, of_kernel),
            });
            *result.lock().unwrap() = Some(done);
            Ok(())
        });
        // Up to its first wait: it listens, or has sent its SYN.
        assert_eq!(sim.run_until(Duration::ZERO), None);

        // On a thread of its own that nobody waits for if it does not end: it may hang in a call.
        let kernels: Arc<Mutex<Option<Result<()>>>> = Arc::default();
        let (result, part) = (Arc::clone(&kernels), play.clone());
        let kernel = space.spawn("kernel", move || {
            let done = match &listener {
                None => part.client(&Machine::this(), of_sim),
                Some(listener) => part.server(&Machine::this(), listener),
            };
            *result.lock().unwrap() = Some(done);
        });
        let results = || [&sims, &kernels].map(|result| result.lock().unwrap().as_ref().map(Result::is_ok));
        // A part that panics leaves no result.
        let is_over = || {
            results().contains(&Some(false))
                || !results().contains(&None)
                || kernel.is_finished() && results()[1].is_none()
        };
        pump.run(LIMIT, is_over).unwrap();
        let ended = results() == [Some(true); 2];
        assert!(ended, "{self:?}\nkernel {:?}\nsimulator {:?}\n{}", kernels.lock(), sims.lock(), sim.report());
        kernel.join().unwrap();
        // The last segments, of which the kernel's table tells.
        let closed = || states(&space).iter().all(|state| *state == TIME_WAIT);
        let pumped = pump.run(Duration::from_secs(10), closed).unwrap();
        let report = sim.report();
        assert!(report.failures().is_empty(), "{report}");
        let outcome = Outcome { pumped, states: states(&space), counters: counters(&space) };
        outcome.check();
        println!("{self:?}\n  {pumped:?}");
        Some(outcome)
    }
}

/// What was seen.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) pumped: Pumped,
    /// Of the kernel's TCP sockets that do not listen (`include/net/tcp_states.h`).
    pub(crate) states: Vec<u8>,
    /// The kernel's own, such as `Tcp:InSegs` and `TcpExt:TCPSACKDiscard`.
    pub(crate) counters: BTreeMap<String, u64>,
}

pub(crate) const TIME_WAIT: u8 = 6;

impl Outcome {
    pub(crate) fn counter(&self, name: &str) -> u64 {
        *self.counters.get(name).unwrap_or_else(|| panic!("the kernel does not count {name}"))
    }

    /// The kernel found nothing wrong with any segment: no bad checksum, no stamp out of order, no acknowledgement of what it has not
    /// sent, no block that cannot be.
    fn check(&self) {
        for name in [
            "Tcp:InErrs",
            "Tcp:InCsumErrors",
            "Ip:InHdrErrors",
            "TcpExt:PAWSActive",
            "TcpExt:PAWSEstab",
            "TcpExt:TCPSACKDiscard",
            "TcpExt:TCPSACKReneging",
            "TcpExt:TCPChallengeACK",
            "TcpExt:TCPSYNChallenge",
            "TcpExt:TCPAbortOnTimeout",
        ] {
            assert_eq!(self.counter(name), 0, "{name}");
        }
    }
}

/// A namespace with a device; `None`, and a word why, where that is not allowed.
fn kernel() -> Option<(Namespace, Tun)> {
    let addresses = vec![("192.0.2.1".parse().unwrap(), 24), ("fd12::1".parse().unwrap(), 64)];
    let made = Namespace::new().and_then(|space| {
        let tun = space.tun(&TunConfig { addresses, ..TunConfig::default() })?;
        space.set_sysctl("net.ipv4.tcp_fastopen", "3")?;
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

fn states(space: &Namespace) -> Vec<u8> {
    const LISTEN: u8 = 10;
    let tables = space.run(|| ["tcp", "tcp6"].map(of_proc));
    let rows = tables.iter().flat_map(|table| table.lines().skip(1));
    let states = rows.map(|row| u8::from_str_radix(row.split_whitespace().nth(3).unwrap(), 16).unwrap());
    states.filter(|state| *state != LISTEN).collect()
}

/// Pairs of lines: names, then numbers, the first word of each saying of what.
fn counters(space: &Namespace) -> BTreeMap<String, u64> {
    let text = space.run(|| of_proc("snmp") + &of_proc("netstat"));
    let lines: Vec<_> = text.lines().collect();
    let pairs = lines.chunks_exact(2).flat_map(|pair| {
        let (group, names) = pair[0].split_once(' ').unwrap();
        let numbers = pair[1].split(' ').skip(1).map(|number| number.parse().unwrap_or(0));
        names.split(' ').zip(numbers).map(move |(name, number)| (format!("{group}{name}"), number))
    });
    pairs.collect()
}

fn of_proc(name: &str) -> String {
    fs::read_to_string(format!("/proc/thread-self/net/{name}")).unwrap()
}

/// Reads to the end of the stream.
pub(crate) fn rest<H: Host>(mut stream: &TcpStream<H>) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    Ok(all)
}
