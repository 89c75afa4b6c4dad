//! The worlds of the workloads: each function builds one, runs it to its end and drops it.
//!
//! The programs inside are written as users write them, with blocking calls and the types that have the names of
//! [`std::net`]. Every world checks its report, so work that was not done is a panic and not a fast run.

use std::time::Duration;

use wavetank_api::{Host, Result, TcpListener, TcpStream};
use wavetank_sim::{CarrierKind, Machine, Sim, SimHost};

use crate::talk;

/// Echoes per client in [`hosts`], and per simulation in [`one_sim`].
pub const ECHOES: u64 = 10;
/// Hosts that do nothing in `pingpong-idle`.
pub const IDLE_HOSTS: usize = 1000;
/// One-way delay of a link that nobody thinks about, the simulator's default.
pub const FAST_LINK: Duration = Duration::from_millis(1);
/// One-way delay of the slow link in `pingpong-latency`.
pub const SLOW_LINK: Duration = Duration::from_millis(50);

const ANYWHERE: (&str, u16) = ("0.0.0.0", 7);
const SERVER: (&str, u16) = ("server", 7);

/// Builds, runs and drops a world of a seed.
pub type OneSim = fn(u64);

/// The whole simulations there are, by the names of their workloads.
pub const WHOLE: [(&str, OneSim); 3] = [("sims", one_sim), ("sims-parked", one_sim_parked), ("sims-empty", empty_sim)];

/// What [`pingpong`] can vary.
#[derive(Clone, Copy, Debug)]
pub struct PingPong {
    /// One-way delay of the link.
    pub latency: Duration,
    /// Other hosts in the world, each with a server parked in `accept`.
    pub idle_hosts: usize,
    /// What carries the two processes.
    pub carrier: CarrierKind,
}

impl Default for PingPong {
    fn default() -> Self {
        Self { latency: FAST_LINK, idle_hosts: 0, carrier: CarrierKind::default() }
    }
}

/// `round_trips` of 64 bytes over one TCP connection between two hosts.
///
/// # Panics
/// If it went wrong, as do all functions here.
pub fn pingpong(round_trips: u64, settings: PingPong) {
    let (sim, server, client) = two_hosts(1);
    sim.set_carrier(settings.carrier);
    sim.link(&server, &client).latency(settings.latency);
    for number in 0..settings.idle_hosts {
        sim.host(&format!("idle-{number}")).serve(wait_for_nobody);
    }
    converse(&server, &client, round_trips);
    finish(&sim);
}

/// `blocks` writes of 64 KiB, one way, over one TCP connection.
///
/// # Panics
/// If it went wrong.
pub fn bulk(blocks: u64) {
    let (sim, server, client) = two_hosts(1);
    server.run(move |host| Ok(talk::receive_blocks(accept_one(host)?, blocks)?));
    client.run(move |host| Ok(talk::send_blocks(TcpStream::connect(host, SERVER)?, blocks)?));
    finish(&sim);
}

/// A star of `clients` hosts around one server, all starting at once; each connects and gets ten echoes.
///
/// # Panics
/// If it went wrong.
pub fn hosts(clients: u64) {
    let sim = boundless(1);
    let server = sim.host("server");
    server.set_nofile(2 * clients as usize + 64);
    server.run(move |host| {
        let listener = TcpListener::bind(host, ANYWHERE)?;
        let mut answering = Vec::new();
        for _ in 0..clients {
            let (stream, _) = listener.accept()?;
            answering.push(host.spawn("answer", move || talk::answer(stream, ECHOES)));
        }
        // A program that returns takes its threads with it.
        answering.into_iter().try_for_each(|thread| Ok(thread.join().expect("nothing panics")?))
    });
    for number in 0..clients {
        let client = sim.host(&format!("client-{number}"));
        client.run(|host| Ok(talk::ask(TcpStream::connect(host, SERVER)?, ECHOES)?));
    }
    finish(&sim);
}

/// One whole simulation, as a property test runs thousands: two hosts, one connection, ten echoes, every process ends by
/// itself, the world is dropped.
///
/// # Panics
/// If it went wrong.
pub fn one_sim(seed: u64) {
    let (sim, server, client) = two_hosts(seed);
    converse(&server, &client, ECHOES);
    finish(&sim);
}

/// The same, but the server accepts for ever, as servers do, and is still parked in `accept` when the world is dropped.
///
/// # Panics
/// If it went wrong.
pub fn one_sim_parked(seed: u64) {
    let (sim, server, client) = two_hosts(seed);
    server.serve(|host| {
        for stream in TcpListener::bind(host, ANYWHERE)?.incoming() {
            talk::answer(stream?, ECHOES)?;
        }
        Ok(())
    });
    client.run(|host| Ok(talk::ask(TcpStream::connect(host, SERVER)?, ECHOES)?));
    finish(&sim);
}

/// A simulation of two hosts in which nothing happens at all.
///
/// # Panics
/// If it went wrong.
pub fn empty_sim(seed: u64) {
    let (sim, ..) = two_hosts(seed);
    finish(&sim);
}

/// `connections` one after the other between the same two hosts: connect, one byte there and back, close. The client
/// closes first and has its TIME_WAITs.
///
/// # Panics
/// If it went wrong.
pub fn churn(connections: u64) {
    use std::io::{Read, Write};

    let (sim, server, client) = two_hosts(1);
    server.run(move |host| {
        let listener = TcpListener::bind(host, ANYWHERE)?;
        let mut byte = [0];
        for _ in 0..connections {
            let (mut stream, _) = listener.accept()?;
            stream.read_exact(&mut byte)?;
            stream.write_all(&byte)?;
            assert_eq!(stream.read(&mut byte)?, 0, "the client has nothing more to say");
        }
        Ok(())
    });
    client.run(move |host| {
        for number in 0..connections {
            let mut stream = TcpStream::connect(host, SERVER)?;
            let sent = [number as u8];
            let mut echo = [0];
            stream.write_all(&sent)?;
            stream.read_exact(&mut echo)?;
            assert_eq!(sent, echo);
        }
        Ok(())
    });
    finish(&sim);
}

/// A world of a `server` and a `client`.
fn two_hosts(seed: u64) -> (Sim, Machine, Machine) {
    let sim = boundless(seed);
    let server = sim.host("server");
    let client = sim.host("client");
    (sim, server, client)
}

/// A world that runs as long as it takes: the limits are for programs that loop by mistake.
fn boundless(seed: u64) -> Sim {
    const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);
    let sim = Sim::new(seed);
    sim.set_time_limit(TEN_YEARS).set_event_limit(u64::MAX);
    sim
}

/// One connection between the two, and `echoes` over it. The server was started first, so it listens when the client comes.
fn converse(server: &Machine, client: &Machine, echoes: u64) {
    server.run(move |host| Ok(talk::answer(accept_one(host)?, echoes)?));
    client.run(move |host| Ok(talk::ask(TcpStream::connect(host, SERVER)?, echoes)?));
}

fn accept_one(host: &SimHost) -> Result<TcpStream<SimHost>> {
    let (stream, _) = TcpListener::bind(host, ANYWHERE)?.accept()?;
    Ok(stream)
}

fn wait_for_nobody(host: &SimHost) -> Result<()> {
    accept_one(host).map(drop)
}

fn finish(sim: &Sim) {
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
}
