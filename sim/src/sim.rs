//! [`Sim`]: build a world, run it, see what became of it.

use std::{
    fmt,
    marker::PhantomData,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};

use wavetank_api::{Instant, Result};

use crate::{
    base::{HostId, ProgramId, digest::Digest, rng::Ratio},
    gate::Gate,
    handle::SimHost,
    host::Host,
    net::{DropReason, Partition, Tun, link::Settings, tun::Prefix},
    observe::Report,
    resets::Resets,
    tun::SimTun,
    world::{self, End, Event, FailureKind, Limits, World, carrier::CarrierKind, seal::Sealed},
};

/// A simulated internet: build it, give its machines something to do, [`run`](Self::run) it.
///
/// It stays on the thread that built it.
///
/// ```compile_fail,E0277
/// let sim = wavetank_sim::Sim::new(1);
/// std::thread::spawn(move || sim.run());
/// ```
///
/// ```
/// use std::io::{Read, Write};
/// use wavetank_api::{TcpListener, TcpStream};
/// use wavetank_sim::Sim;
///
/// let sim = Sim::new(42);
/// let server = sim.host("server");
/// let client = sim.host("client");
/// server.serve(|host| {
///     let listener = TcpListener::bind(host, "0.0.0.0:7")?;
///     let (mut stream, _) = listener.accept()?;
///     stream.write_all(b"ahoy")?;
///     Ok(())
/// });
/// client.run(|host| {
///     let mut stream = TcpStream::connect(host, ("server", 7))?;
///     let mut text = String::new();
///     stream.read_to_string(&mut text)?;
///     assert_eq!(text, "ahoy");
///     Ok(())
/// });
/// let report = sim.run();
/// assert!(report.is_ok(), "{report}");
/// ```
pub struct Sim {
    world: Arc<Sealed<World>>,
    seed: u64,
    carrier: std::cell::Cell<CarrierKind>,
    /// Its processes can be ended on the thread that made them only: a `Sim` cannot be sent to another.
    _home: PhantomData<*const ()>,
}

/// A machine of a simulation: what is set up before the run, and what runs on it.
#[derive(Clone)]
pub struct Machine {
    host: SimHost,
}

impl Sim {
    /// An empty world. Everything random in it follows from `seed`.
    pub fn new(seed: u64) -> Self {
        Self::with_trace(seed, false)
    }

    /// As [`Self::new`], and keeps every event, to be read from the report of the run. It costs memory.
    pub fn traced(seed: u64) -> Self {
        Self::with_trace(seed, true)
    }

    pub(crate) fn with_trace(seed: u64, keep: bool) -> Self {
        world::panics::install_hook();
        let world = Arc::new(Sealed::new(World::new(seed, keep)));
        Self { world, seed, carrier: std::cell::Cell::default(), _home: PhantomData }
    }

    /// The seed of this world.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What carries the processes started from now on. Whichever it is, the same seed gives the same digest.
    pub fn set_carrier(&self, kind: CarrierKind) -> &Self {
        self.carrier.set(kind);
        self
    }

    /// Lets `choose` say which of the ready processes runs next, instead of drawing it from the seed: for who walks through schedules in
    /// an order of their own. It is given their numbers, in the order in which all were started, and says at which place of that list
    /// the chosen one is. It is told besides in how long the next event is due, if there is one (a packet arrives, a time-out ends): a
    /// place behind the last lets that happen first, as on a machine whose cores are busy. It cannot look into the world, nor make a
    /// call. Processes switch when one waits, ends, or calls [`SimHost::yield_now`].
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use wavetank_api::Host;
    /// use wavetank_sim::Sim;
    ///
    /// let (sim, order) = (Sim::new(1), Arc::new(Mutex::new(Vec::new())));
    /// let host = sim.host("host");
    /// for number in 0..3 {
    ///     let order = Arc::clone(&order);
    ///     host.run(move |_| Ok(order.lock().unwrap().push(number)));
    /// }
    /// sim.set_scheduler(|ready, _| ready.len() - 1);
    /// sim.run();
    /// assert_eq!(*order.lock().unwrap(), [2, 0, 1]);
    /// ```
    pub fn set_scheduler(&self, choose: impl FnMut(&[usize], Option<Duration>) -> usize + Send + 'static) -> &Self {
        self.world.enter(|world| world.tasks.set_chooser(Box::new(choose)));
        self
    }

    /// The run ends at this virtual time if it has not ended before. Default: 24 hours; never more than 292 years.
    pub fn set_time_limit(&self, limit: Duration) -> &Self {
        self.world.enter(|world| world.limits.until = (Instant::default() + limit).min(Limits::LATEST));
        self
    }

    /// The run ends after this many events (arrivals, timers, time-outs). Default: 100 million.
    pub fn set_event_limit(&self, limit: u64) -> &Self {
        self.world.enter(|world| world.limits.events = limit);
        self
    }

    /// A new machine. It gets one address of 10.0.0.0/8 and one of fd00::/64, the next in order, and can be reached by
    /// `name` from every other.
    ///
    /// # Panics
    /// If there is a host of that name.
    pub fn host(&self, name: &str) -> Machine {
        let number = self.world.enter(|world| world.hosts.len() as u32 + 1);
        let v4 = Ipv4Addr::from_bits(0x0a00_0000 + number);
        let v6 = Ipv6Addr::from_bits((0xfd00_u128 << 112) + u128::from(number));
        self.host_with_addrs(name, &[v4.into(), v6.into()])
    }

    /// A new machine with exactly these addresses besides loopback; none makes it an island.
    ///
    /// # Panics
    /// If there is a host of that name, or one of the addresses has an owner or cannot be a host's.
    pub fn host_with_addrs(&self, name: &str, addrs: &[IpAddr]) -> Machine {
        let id = self.world.enter(|world| {
            assert!(
                world.names.find(name).is_none(),
                "there is a host {name:?} already: give each host a name of its own"
            );
            let id = HostId(world.hosts.len() as u32);
            for addr in addrs {
                let usable = !addr.is_loopback() && !addr.is_unspecified() && !addr.is_multicast();
                assert!(usable, "{addr} cannot be the address of a host on a network");
                assert!(world.topology.assign(*addr, id), "{addr} belongs to another host already");
            }
            let name: Arc<str> = name.into();
            world.names.add(&name, addrs);
            let parts = world.host_parts.pop().unwrap_or_default();
            world.hosts.push(Host::new(id, name, addrs, world.seed, parts));
            id
        });
        let world = Arc::clone(&self.world);
        Machine { host: SimHost { world, id, program: ProgramId(0), carrier: self.carrier.get() } }
    }

    /// The link between two machines, both directions: set what it does to packets. Default: 1 ms each way, nothing lost.
    pub fn link(&self, a: &Machine, b: &Machine) -> LinkBuilder<'_> {
        let (a, b) = (self.own(a), self.own(b));
        LinkBuilder { sim: self, directions: vec![(a, b), (b, a)] }
    }

    /// One direction of the link between two machines.
    pub fn link_one_way(&self, from: &Machine, to: &Machine) -> LinkBuilder<'_> {
        LinkBuilder { sim: self, directions: vec![(self.own(from), self.own(to))] }
    }

    /// The loopback interface of a machine. Default: no delay at all. Faults act on it as on any link.
    pub fn loopback(&self, machine: &Machine) -> LinkBuilder<'_> {
        LinkBuilder { sim: self, directions: vec![(self.own(machine), self.own(machine))] }
    }

    /// A TUN device: what machines send to an address of these prefixes, such as `"192.0.2.0/24"` or `"2001:db8::/64"`, comes out of
    /// it as bytes. An address that a machine has is the machine's; of several devices the one with the longest prefix gets it.
    ///
    /// # Panics
    /// If a prefix is none, or there is a host or a device of that name.
    pub fn tun(&self, name: &str, prefixes: &[&str]) -> SimTun {
        let prefixes = prefixes.iter().map(|text| {
            Prefix::parse(text)
                .unwrap_or_else(|| panic!("{text:?} is no prefix of addresses, as 192.0.2.0/24 or fd01::/16 are"))
        });
        let prefixes = prefixes.collect();
        let id = self.world.enter(|world| {
            let taken = world.names.find(name).is_some() || world.topology.tuns().iter().any(|tun| *tun.name == *name);
            assert!(!taken, "there is a host or a TUN device {name:?} already: give each a name of its own");
            let readers = world.counts.make();
            world.topology.add_tun(Tun::new(name.into(), prefixes, readers))
        });
        SimTun { world: Arc::clone(&self.world), id }
    }

    /// The link between a machine and a TUN device, both directions. Default: no delay at all.
    pub fn tun_link(&self, machine: &Machine, tun: &SimTun) -> LinkBuilder<'_> {
        assert!(Arc::ptr_eq(&self.world, &tun.world), "{tun:?} belongs to another simulation");
        let machine = self.own(machine);
        LinkBuilder { sim: self, directions: vec![(machine, tun.id), (tun.id, machine)] }
    }

    /// What every link has that no packet has crossed and that was not set up by [`Self::link`].
    pub fn default_link(&self) -> LinkBuilder<'_> {
        LinkBuilder { sim: self, directions: Vec::new() }
    }

    /// Nothing passes between the two sets of machines from `at` on, for as long as `lasting`; packets already on their way
    /// are lost too. Both are virtual time, `at` counted from the start of the run.
    pub fn partition(&self, left: &[&Machine], right: &[&Machine], at: Duration, lasting: Duration) {
        self.add_partition(left, right, at, lasting, false);
    }

    /// As [`Self::partition`], but only what goes from `from` to `to` is lost.
    pub fn partition_one_way(&self, from: &[&Machine], to: &[&Machine], at: Duration, lasting: Duration) {
        self.add_partition(from, to, at, lasting, true);
    }

    /// A barrier on the way from one machine to another, open at first, that programs can move while the simulation runs.
    pub fn gate(&self, from: &Machine, to: &Machine) -> Gate {
        let partition = Partition::new(vec![self.own(from)], vec![self.own(to)], true);
        let index = self.world.enter(|world| {
            world.partitions.push(partition);
            world.partitions.len() as u32 - 1
        });
        Gate::new(&self.world, index)
    }

    /// The RST segments that machines send from now on, for programs and tests to look at.
    pub fn watch_resets(&self) -> Resets {
        Resets::new(&self.world)
    }

    /// The number of a machine of this simulation.
    fn own(&self, machine: &Machine) -> HostId {
        let is_ours = Arc::ptr_eq(&self.world, &machine.host.world);
        assert!(
            is_ours,
            "{machine:?} belongs to another simulation: links and partitions are between machines of one Sim"
        );
        machine.host.id
    }

    fn add_partition(&self, left: &[&Machine], right: &[&Machine], at: Duration, lasting: Duration, one_way: bool) {
        let ids = |machines: &[&Machine]| machines.iter().map(|machine| self.own(machine)).collect();
        let partition = Partition::new(ids(left), ids(right), one_way);
        self.world.enter(|world| {
            let index = world.partitions.len() as u32;
            world.partitions.push(partition);
            let begin = Instant::default() + at;
            world.arrange(begin, Event::Partition { index, active: true });
            world.arrange(begin + lasting, Event::Partition { index, active: false });
        });
    }

    /// Runs the world to its end: until every client has ended, or one of the bounds is reached, or nothing can ever happen
    /// again. The report says which.
    ///
    /// Servers that still wait are ended with the simulation. Calling it again gives the same report of a run that is over.
    pub fn run(&self) -> Report {
        let end = world::run(&self.world);
        self.report_of(end)
    }

    /// Lets happen what is due until this time of the world, and sets its clock there: for who drives a world that has a
    /// [TUN device](Self::tun) along with something outside, such as real time. `None` while the run can go on: unlike for
    /// [`Self::run`] it does not end because everybody waits, since a packet may come through the device.
    ///
    /// The digest of such a run depends on what comes in, and when.
    pub fn run_until(&self, time: Duration) -> Option<End> {
        world::run_until(&self.world, (Instant::default() + time).min(Limits::LATEST))
    }

    /// When the next thing happens if nothing comes from outside; `None`: nothing ever does.
    pub fn next_event(&self) -> Option<Duration> {
        let due = self.world.enter(|world| if world.over.is_some() { None } else { world.next_due() });
        due.map(|at| at.duration_since(Instant::default()))
    }

    /// The report of a run by [`Self::run_until`], as of now. The trace stops there.
    pub fn report(&self) -> Report {
        let end = self.world.enter(|world| world.over);
        self.report_of(end.unwrap_or(End::OutOfTime))
    }

    fn report_of(&self, end: End) -> Report {
        let went_well = end == End::Finished && self.world.enter(|world| world.failures.is_empty());
        let waiting = if went_well { Vec::new() } else { world::waiting(&self.world) };
        self.world.enter(|world| Report::new(world, end, waiting))
    }

    /// The digest of what has happened so far.
    pub fn digest(&self) -> Digest {
        self.world.enter(|world| world.trace.digest())
    }

    /// How many packets were dropped for this reason so far: a test that needs a fault to have happened can ask.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.world.enter(|world| world.counters.dropped[reason as usize])
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        world::tear_down(&self.world);
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sim(seed {})", self.seed)
    }
}

impl Machine {
    /// Starts a program that the run waits for: a client. It fails the run by panicking or by returning an error.
    pub fn run<F>(&self, program: F)
    where
        F: FnOnce(&SimHost) -> Result<()> + Send + 'static,
    {
        self.start(program, false);
    }

    /// Starts a program that may still be waiting when the run ends: a server. It, too, fails the run by panicking or by
    /// returning an error.
    pub fn serve<F>(&self, program: F)
    where
        F: FnOnce(&SimHost) -> Result<()> + Send + 'static,
    {
        self.start(program, true);
    }

    fn start<F>(&self, program: F, is_server: bool)
    where
        F: FnOnce(&SimHost) -> Result<()> + Send + 'static,
    {
        let mut host = self.host.clone();
        let name = host.world.enter(|world| {
            let entry = &mut world.hosts[host.id.index()];
            host.program = entry.start_program();
            Arc::clone(&entry.name)
        });
        let inner = host.clone();
        host.start(name, true, is_server, move || {
            if let Err(error) = program(&inner) {
                let kind = FailureKind::Returned { error: error.to_string(), hint: error.hint() };
                inner.world.enter(|world| world.fail(kind));
            }
        });
    }

    /// The name it was given.
    pub fn name(&self) -> String {
        self.host.name()
    }

    /// Its addresses besides loopback.
    pub fn addrs(&self) -> Vec<IpAddr> {
        self.host.addrs()
    }

    /// `RLIMIT_NOFILE`: how many descriptors a program of this machine may have. Default: 1024.
    pub fn set_nofile(&self, limit: usize) -> &Self {
        self.with_host(|host| host.settings.nofile = limit)
    }

    /// `net.ipv4.ip_local_port_range`. Default: 32768 to 60999.
    ///
    /// # Panics
    /// If the range is empty, or has port 0 in it.
    pub fn set_port_range(&self, range: RangeInclusive<u16>) -> &Self {
        assert!(!range.is_empty(), "the range of ephemeral ports is empty: the first must not exceed the last");
        assert!(*range.start() > 0, "port 0 is no port: the range of ephemeral ports begins at 1 at the least");
        self.with_host(|host| host.settings.set_port_range(*range.start(), *range.end()))
    }

    /// `net.core.somaxconn`. Default: 4096.
    pub fn set_somaxconn(&self, limit: u16) -> &Self {
        self.set_sysctl("net.core.somaxconn", &limit.to_string())
    }

    /// Sets a sysctl by its name, from text as it is written to `/proc/sys`: every `net.ipv4.tcp_*` of Linux, `net.core.somaxconn` and more.
    /// The defaults are those of Linux 6.1. Some act, some are only kept and read back, as `sim/src/host/sysctl/table.rs` says.
    ///
    /// ```
    /// let sim = wavetank_sim::Sim::new(1);
    /// let server = sim.host("server");
    /// server.set_sysctl("net.ipv4.tcp_fin_timeout", "30").set_sysctl("net.ipv4.tcp_rmem", "4096 65536 65536");
    /// assert_eq!(server.sysctl("net.ipv4.tcp_fin_timeout"), "30");
    /// assert_eq!(server.sysctl("net.ipv4.tcp_syn_retries"), "6");
    /// ```
    ///
    /// A program changes those of its machine while it runs by [`SimHost::set_sysctl`].
    ///
    /// # Panics
    /// If there is none of that name, with those that look like it; or if Linux would refuse the value.
    ///
    /// ```should_panic
    /// # let sim = wavetank_sim::Sim::new(1);
    /// // there is no sysctl "net.ipv4.tcp_fin_timout"; there is net.ipv4.tcp_fin_timeout
    /// sim.host("server").set_sysctl("net.ipv4.tcp_fin_timout", "30");
    /// ```
    pub fn set_sysctl(&self, name: &str, value: &str) -> &Self {
        let mut result = Ok(());
        self.with_host(|host| result = host.settings.set_sysctl(name, value));
        assert!(result.is_ok(), "{}", result.err().map_or_else(String::new, |error| error.to_string()));
        self
    }

    /// A sysctl as `/proc/sys` shows it.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn sysctl(&self, name: &str) -> String {
        let mut text = Ok(String::new());
        self.with_host(|host| text = host.settings.sysctl(name).map(str::to_owned).map_err(|error| error.to_string()));
        match text {
            Ok(text) => text,
            Err(error) => panic!("{error}"),
        }
    }

    /// The time by this machine's wall clock when the run begins, since the UNIX epoch. Default: 2000-01-01 00:00 UTC.
    pub fn set_wall_clock(&self, since_epoch: Duration) -> &Self {
        self.with_host(|host| host.epoch = since_epoch)
    }

    fn with_host(&self, act: impl FnOnce(&mut Host)) -> &Self {
        self.host.world.enter(|world| act(&mut world.hosts[self.host.id.index()]));
        self
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Machine({:?})", self.name())
    }
}

/// Says what a link does to packets. Each setting holds from the next packet on.
#[derive(Debug)]
pub struct LinkBuilder<'a> {
    sim: &'a Sim,
    /// Empty: the default of all links.
    directions: Vec<(HostId, HostId)>,
}

impl LinkBuilder<'_> {
    fn set(self, change: impl Fn(&mut Settings)) -> Self {
        self.sim.world.enter(|world| {
            if self.directions.is_empty() {
                change(world.topology.default_settings_mut());
            }
            for &(from, to) in &self.directions {
                world.topology.link_mut(from, to).change(&change);
            }
        });
        self
    }

    /// As a pair of veth(4): without delay, so that each packet is there before the call that sent it returns, and in the memory in which
    /// it was sent, which is what it costs the receiver. A latency, or a fault, that is set later takes away the first.
    pub fn direct(self) -> Self {
        self.sim.world.enter(|world| {
            for &(from, to) in &self.directions {
                let neighbours = world.hosts[to.index()].addrs.clone();
                world.hosts[from.index()].next_door.extend(neighbours);
            }
        });
        self.set(|settings| {
            (settings.latency_min, settings.latency_max) = (Duration::ZERO, Duration::ZERO);
            settings.direct = true;
        })
    }

    /// One-way delay: fixed, or drawn for each packet from a closed range, each length as likely.
    ///
    /// # Panics
    /// If the range is empty.
    pub fn latency(self, latency: impl Into<Latency>) -> Self {
        let Latency(range) = latency.into();
        assert!(
            !range.is_empty(),
            "a latency from {:?} to {:?}: the first must not exceed the last",
            range.start(),
            range.end()
        );
        self.set(|settings| {
            settings.latency_min = *range.start();
            settings.latency_max = *range.end();
        })
    }

    /// Adds up to this much, drawn for each packet, to the shortest delay.
    pub fn jitter(self, jitter: Duration) -> Self {
        self.set(|settings| settings.latency_max = settings.latency_min.saturating_add(jitter))
    }

    /// Each packet is lost with a chance of `num` in `den`.
    ///
    /// # Panics
    /// If `den` is 0 or `num` is greater than `den`.
    pub fn loss(self, num: u32, den: u32) -> Self {
        let loss = Ratio::new(num, den);
        self.set(|settings| settings.loss = loss)
    }

    /// Bytes per second, each direction. `None`, the default: no limit.
    ///
    /// # Panics
    /// If it is 0: for a link that carries nothing, use [`Sim::partition`].
    pub fn rate(self, bytes_per_second: impl Into<Option<u64>>) -> Self {
        let rate = bytes_per_second.into();
        assert!(rate != Some(0), "a rate of 0 lets nothing through, ever: use a partition for that");
        self.set(|settings| settings.rate = rate)
    }

    /// Bytes that may wait for a link with a rate; what finds no room is lost. Default: 256 KiB.
    pub fn queue(self, bytes: usize) -> Self {
        self.set(|settings| settings.queue = bytes)
    }

    /// Whether a packet with a short delay may overtake one with a long delay. Default: no, as on a wire.
    pub fn overtaking(self, allowed: bool) -> Self {
        self.set(|settings| settings.overtaking = allowed)
    }

    /// Bits of a packet change on the way with a chance of `num` in `den`: a burst of one to fifteen. The receiver verifies the
    /// checksums of IP, TCP, UDP and ICMP, which notice every such burst in what they cover, and throws the packet away.
    ///
    /// # Panics
    /// If `den` is 0 or `num` is greater than `den`.
    pub fn corruption(self, num: u32, den: u32) -> Self {
        let corruption = Ratio::new(num, den);
        self.set(|settings| settings.corruption = corruption)
    }

    /// The longest packet that passes, in bytes, the headers of IP included (a host's own interface sends none longer than
    /// 1,500). What is longer is lost, and the sender is told by an ICMP error, from which TCP learns what the path carries
    /// (RFC 1191, RFC 8201); with [`Self::black_hole`], it is not. Datagrams pass as if fragmented. Default: no limit.
    ///
    /// # Panics
    /// If it is less than 68 bytes, RFC 791's least.
    pub fn mtu(self, bytes: usize) -> Self {
        assert!(bytes >= 68, "an MTU of {bytes} bytes: every link carries 68 at the least (RFC 791)");
        self.set(|settings| settings.mtu = bytes)
    }

    /// Whether packets longer than the MTU vanish without an ICMP error, as behind a firewall that drops those: path MTU
    /// discovery's black hole (RFC 2923). Linux gets over it only with `net.ipv4.tcp_mtu_probing`.
    pub fn black_hole(self, silent: bool) -> Self {
        self.set(|settings| settings.black_hole = silent)
    }

    /// Loses exactly the `n`-th packet of each direction, the first being 1.
    pub fn drop_packet(self, n: u64) -> Self {
        self.set(|settings| settings.drop_exactly.push(n))
    }
}

/// A one-way delay: a [`Duration`], or a closed range of them.
#[derive(Clone, Debug)]
pub struct Latency(RangeInclusive<Duration>);

impl From<Duration> for Latency {
    fn from(fixed: Duration) -> Self {
        Self(fixed..=fixed)
    }
}

impl From<RangeInclusive<Duration>> for Latency {
    fn from(range: RangeInclusive<Duration>) -> Self {
        Self(range)
    }
}
