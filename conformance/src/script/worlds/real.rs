//! The operating system under test, in a network namespace of its own, behind a TUN device whose other end is the script.

use std::{
    net::IpAddr,
    sync::{Arc, mpsc},
    time::Duration,
};

use wavetank_api::{Family, Host as _, Instant, Net as _};
use wavetank_lab::{Namespace, Tun, TunConfig};
use wavetank_real::Machine;

use super::super::{
    model::Script,
    run::{self, Failure, Places, Stop, Tolerance, World},
};

/// Timers of the kernel are as coarse as its tick, here 10 ms; other programs have the processor when they like. Half of a delayed
/// acknowledgement, at most: what comes at once must not be taken for one, nor it for that.
const TOLERANCE: Tolerance =
    Tolerance { early: Duration::from_millis(12), late: Duration::from_millis(20), wheel: true };
/// What a fresh interface takes until it carries packets of IPv6.
const SETTLE: Duration = Duration::from_millis(30);

/// Where newer kernels differ from 6.1 by a default, and by that alone. One that a kernel does not have is as it was in 6.1.
const DEFAULTS: [(&str, &str); 1] = [("net.ipv4.tcp_syn_linear_timeouts", "0")];

/// A kernel, as a script sees it.
struct Kernel<'a> {
    machine: Machine,
    space: &'a Namespace,
    tun: Arc<Tun>,
    packets: mpsc::Receiver<(Instant, Vec<u8>)>,
    places: Places,
}

/// Runs a script in a fresh namespace.
pub(crate) fn run(script: &Script, family: Family, all_faults: bool) -> Result<(), Stop> {
    let space = Namespace::new().map_err(refused)?;
    for (name, value) in DEFAULTS {
        match space.set_sysctl(name, value) {
            Err(error) if error.errno() != Some(libc::ENOENT) => return Err(refused(error)),
            _ => {}
        }
    }
    let places = places(family);
    let prefix = if family == Family::INET6 { 64 } else { 24 };
    let config = TunConfig { addresses: vec![(places.local, prefix)], ..TunConfig::default() };
    let tun = Arc::new(space.tun(&config).map_err(refused)?);
    let (tell, packets) = mpsc::channel();
    space.run(|| {
        std::thread::scope(|scope| {
            let (done, ended) = mpsc::channel::<()>();
            let reader = Arc::clone(&tun);
            // A thread of its own, so that a packet's time is when it came, whatever the script is doing then.
            scope.spawn(move || read(&reader, &tell, &ended));
            let machine = Machine::this();
            machine.sleep(SETTLE);
            let kernel = Kernel { machine, space: &space, tun, packets, places };
            let result = run::run(script, family, &kernel, all_faults);
            drop(done);
            result
        })
    })
}

fn read(tun: &Tun, tell: &mpsc::Sender<(Instant, Vec<u8>)>, ended: &mpsc::Receiver<()>) {
    let machine = Machine::this();
    let mut buf = vec![0; 0x1_0000];
    while ended.try_recv() != Err(mpsc::TryRecvError::Disconnected) {
        match tun.recv(&mut buf, Some(Duration::from_millis(50))) {
            Ok(Some(len)) => drop(tell.send((machine.now(), buf[..len].to_vec()))),
            Ok(None) => {}
            Err(_) => return,
        }
    }
}

/// RFC 5737 and RFC 3849: addresses for documentation.
pub(super) fn places(family: Family) -> Places {
    let ip = |v4: [u8; 4], last: u16| match family {
        Family::INET6 => IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last]),
        _ => IpAddr::from(v4),
    };
    Places { local: ip([192, 0, 2, 1], 1), remote: ip([192, 0, 2, 2], 2) }
}

fn refused(error: wavetank_lab::Error) -> Stop {
    if error.is_not_allowed() { Stop::Skipped(error.to_string()) } else { Stop::Failed(Failure::of(error.to_string())) }
}

impl World for Kernel<'_> {
    type Host = Machine;

    fn host(&self) -> &Machine {
        &self.machine
    }

    fn places(&self) -> Places {
        self.places
    }

    fn send(&self, packet: &[u8]) -> Result<(), String> {
        self.tun.send(packet).map_err(|error| error.to_string())
    }

    fn recv(&self, deadline: Instant) -> Option<(Instant, Vec<u8>)> {
        self.packets.recv_timeout(deadline - self.machine.monotonic()).ok()
    }

    fn sysctl(&self, name: &str, value: &str) -> Result<(), Stop> {
        self.space.set_sysctl(name, value).map_err(|error| match error.errno() {
            Some(libc::ENOENT | libc::EINVAL) => Stop::Skipped(format!("this kernel does not take it: {error}")),
            _ => refused(error),
        })
    }

    fn tolerance(&self, script: &Script) -> Tolerance {
        Tolerance { late: script.tolerance.unwrap_or(TOLERANCE.late).max(TOLERANCE.late), ..TOLERANCE }
    }
}
