//! The simulated world: one for each program.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use wavetank_api::{EventCount as _, Host as _};
use wavetank_sim::{Machine, Resets, Sim, SimHost};

use crate::{Log, Program, execute, execute::Tank};

/// The hosts, as a process of the first one has them.
struct SimTank {
    hosts: Vec<SimHost>,
    resets: Resets,
}

/// How long who waits for the other host's process sleeps.
const MOMENT: Duration = Duration::from_micros(1);
/// So short that a whole program is over before anything that is delayed on purpose.
const SETTLE: Duration = Duration::from_micros(10);

impl Tank for SimTank {
    type Net = SimHost;

    fn host(&self, index: u8) -> &SimHost {
        &self.hosts[usize::from(index) % self.hosts.len()]
    }

    fn settle(&self) {
        self.hosts[0].sleep(SETTLE);
    }

    fn pass(&self, time: Duration) {
        self.hosts[0].sleep(time);
    }

    fn resets(&self) -> Vec<(SocketAddr, SocketAddr)> {
        self.resets.take()
    }

    fn first_port(&self) -> u16 {
        crate::Port::NAMED
    }
}

/// Where a process leaves what others need.
type Drawer<T> = Arc<Mutex<Option<T>>>;

fn take<T>(drawer: &Drawer<T>) -> Option<T> {
    drawer.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn put<T>(drawer: &Drawer<T>, value: T) {
    *drawer.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
}

/// As the real world's namespaces have it.
fn set_up(host: &Machine) {
    for (name, value) in [
        ("net.ipv4.tcp_congestion_control", "reno"),
        ("net.ipv4.tcp_moderate_rcvbuf", "0"),
        ("net.ipv4.tcp_wmem", "4096 262144 4194304"),
    ] {
        host.set_sysctl(name, value);
    }
}

/// Runs a sequential program; the seed decides nothing that it sees.
///
/// # Errors
///
/// The report of a run that did not end by itself.
pub fn run(program: &Program) -> Result<Log, String> {
    run_seeded(program, 1, false)
}

/// Runs a sequential program under that seed, with a trace in the report if it fails.
///
/// # Errors
///
/// The report of a run that did not end by itself.
pub fn run_seeded(program: &Program, seed: u64, traced: bool) -> Result<Log, String> {
    let sim = if traced { Sim::traced(seed) } else { Sim::new(seed) };
    let resets = sim.watch_resets();
    let program = program.clone();
    on_hosts(&sim, program.hosts, Ways::default(), |_| move |hosts| execute(&SimTank { hosts, resets }, &program))
}

/// How far hosts are from one another, and from themselves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ways {
    pub(crate) latency: Duration,
    /// Packets take up to so much longer, and may overtake one another.
    pub(crate) overtaking: Option<Duration>,
}

/// Runs a simulation of one or two hosts that are so far from one another, and from themselves, in which a process of the first does
/// what `body` makes of the machines.
pub(crate) fn on_hosts<T: Send + 'static, B: FnOnce(Vec<SimHost>) -> T + Send + 'static>(
    sim: &Sim,
    count: u8,
    ways: Ways,
    body: impl FnOnce([&Machine; 2]) -> B,
) -> Result<T, String> {
    let one = sim.host("one");
    set_up(&one);
    let other: Drawer<SimHost> = Drawer::default();
    // It has an address in either world, whether the program makes sockets there or not.
    let two = sim.host("two");
    set_up(&two);
    for way in [sim.link(&one, &two).direct(), sim.loopback(&one), sim.loopback(&two)] {
        let way = if ways.latency.is_zero() { way } else { way.latency(ways.latency) };
        if let Some(longer) = ways.overtaking {
            way.jitter(longer).overtaking(true);
        }
    }
    if count > 1 {
        let other = Arc::clone(&other);
        two.serve(move |host| {
            put(&other, host.clone());
            // There as long as it is needed.
            host.event_count().wait(0, None);
            Ok(())
        });
    }
    let body = body([&one, &two]);
    let result: Drawer<T> = Drawer::default();
    let told = Arc::clone(&result);
    one.run(move |host| {
        let mut hosts = vec![host.clone()];
        while hosts.len() < usize::from(count) {
            // Which of two processes runs first is the scheduler's choice.
            match take(&other) {
                Some(other) => hosts.push(other),
                None => host.sleep(MOMENT),
            }
        }
        put(&told, body(hosts));
        Ok(())
    });
    let report = sim.run();
    if !report.is_ok() {
        return Err(report.to_string());
    }
    take(&result).ok_or_else(|| report.to_string())
}
