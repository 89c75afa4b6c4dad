//! The workloads on turmoil 0.7.2.
//!
//! turmoil moves whole messages between hosts by ticks of 1 ms. Its links are one tick long here, the shortest time that
//! is visible to a program inside. `peer-turmoil WORKLOAD N zero-latency` makes them nothing at all: then a message to a
//! host whose turn comes later crosses within the tick, and the ping-pong is 1.7 times cheaper. The default latency (up
//! to 100 ms, drawn from a distribution) would make it 14 times dearer and is not used.

use std::cell::Cell;
use std::future::pending;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use turmoil::net::{TcpListener, TcpStream};
use turmoil::{Builder, Result, Sim};
use workloads::{ECHOES, Outcome, PORT, SLOW_LINK, Workload};

/// One tick: turmoil's default, and the shortest time in which a message can cross.
const TICK: Duration = Duration::from_millis(1);

/// Every tick visits every host, and every host's turn walks the links, of which there are hosts²/2: beside 1,000 hosts
/// that do nothing a round trip took 6.7 s of CPU (2 ticks; a 2026 server processor). Thirty can be waited for.
const BEARABLE_IDLE_HOSTS: usize = 30;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let latency = if arguments.last().is_some_and(|last| last == "zero-latency") {
        arguments.pop();
        Duration::ZERO
    } else {
        TICK
    };
    workloads::run("turmoil", &arguments, |workload, n| work(workload, n, latency))
}

fn work(workload: Workload, n: u64, latency: Duration) -> Outcome {
    let link = format!("link latency {} ms", latency.as_millis());
    Outcome::Done(match workload {
        Workload::PingPong => {
            pingpong(n, latency, 0);
            format!("{n} round trips, {link}")
        }
        Workload::PingPongLatency if latency.is_zero() => {
            return Outcome::Cannot("this workload is about a latency of 50 ms".into());
        }
        Workload::PingPongLatency => {
            pingpong(n, SLOW_LINK, 0);
            format!("{n} round trips, link latency 50 ms = 50 ticks")
        }
        Workload::PingPongIdle => {
            pingpong(n, latency, BEARABLE_IDLE_HOSTS);
            format!(
                "{n} round trips, {link}, beside only {BEARABLE_IDLE_HOSTS} idle hosts, since beside 1,000 one takes 7 s of CPU"
            )
        }
        Workload::Bulk => {
            let bytes = bulk(n, latency);
            format!("{bytes} bytes in {n} writes of 64 KiB, {link}")
        }
        Workload::Hosts => {
            let echoes = hosts(n, latency);
            format!("{echoes} echoes by {n} client hosts, {link}")
        }
        Workload::Sims => {
            (0..n).for_each(|seed| one_sim(seed, latency));
            format!("{n} simulations of {ECHOES} echoes, {link}")
        }
    })
}

fn pingpong(round_trips: u64, latency: Duration, idle_hosts: usize) {
    let mut sim = build(1, latency, 1);
    for number in 0..idle_hosts {
        sim.host(format!("idle-{number}"), pending::<Result>);
    }
    sim.host("server", move || async move {
        let (mut stream, _) = listen().await?.accept().await?;
        workloads::answer(&mut stream, round_trips).await;
        Ok(())
    });
    let echoes = Count::default();
    echo_client(&mut sim, "client".into(), round_trips, &echoes);
    sim.run().expect("simulation");
    assert_eq!(echoes.get(), round_trips);
}

fn bulk(blocks: u64, latency: Duration) -> u64 {
    let mut sim = build(1, latency, 1);
    let received = Count::default();
    let report = received.clone();
    sim.host("server", move || {
        let received = report.clone();
        async move {
            let (mut stream, _) = listen().await?.accept().await?;
            received.set(workloads::receive_blocks(&mut stream, blocks).await);
            Ok(())
        }
    });
    sim.client("client", async move {
        let mut stream = TcpStream::connect(("server", PORT)).await?;
        workloads::send_blocks(&mut stream, blocks).await;
        Ok(())
    });
    sim.run().expect("simulation");
    received.get()
}

fn hosts(clients: u64, latency: Duration) -> u64 {
    let mut sim = build(1, latency, clients);
    sim.host("server", move || async move {
        let listener = listen().await?;
        for _ in 0..clients {
            let (mut stream, _) = listener.accept().await?;
            tokio::spawn(async move { workloads::answer(&mut stream, ECHOES).await });
        }
        // The listener stays: dropping it while answers are under way is not part of the workload.
        pending().await
    });
    let echoes = Count::default();
    for number in 0..clients {
        echo_client(&mut sim, format!("client-{number}"), ECHOES, &echoes);
    }
    sim.run().expect("simulation");
    assert_eq!(echoes.get(), clients * ECHOES);
    echoes.get()
}

fn one_sim(seed: u64, latency: Duration) {
    let mut sim = build(seed, latency, 1);
    sim.host("server", move || async move {
        let (mut stream, _) = listen().await?.accept().await?;
        workloads::answer(&mut stream, ECHOES).await;
        Ok(())
    });
    let echoes = Count::default();
    echo_client(&mut sim, "client".into(), ECHOES, &echoes);
    sim.run().expect("simulation");
    assert_eq!(echoes.get(), ECHOES);
}

/// A simulation whose every link takes `latency`, and whose server can have `clients` connections waiting.
fn build<'a>(seed: u64, latency: Duration, clients: u64) -> Sim<'a> {
    let waiting = usize::try_from(clients).expect("clients fit in memory");
    Builder::new()
        .rng_seed(seed)
        // The default start is the wall clock's time, another input that differs from run to run.
        .epoch(SystemTime::UNIX_EPOCH)
        .simulation_duration(Duration::from_secs(u64::from(u32::MAX)))
        .tick_duration(TICK)
        .min_message_latency(latency)
        .max_message_latency(latency)
        // One number for two things: segments in flight per connection, and connections not yet accepted, which
        // panic when they are more. 64 is the default.
        .tcp_capacity(waiting.max(64))
        .build()
}

fn echo_client(sim: &mut Sim<'_>, name: String, echoes: u64, total: &Count) {
    let total = total.clone();
    sim.client(name, async move {
        let mut stream = TcpStream::connect(("server", PORT)).await?;
        let returned = workloads::ask(&mut stream, echoes).await;
        total.set(total.get() + returned);
        Ok(())
    });
}

async fn listen() -> std::io::Result<TcpListener> {
    TcpListener::bind(("0.0.0.0", PORT)).await
}

/// What the hosts report to the outside, which gets nothing else from them.
type Count = Rc<Cell<u64>>;
