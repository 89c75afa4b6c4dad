//! The workloads on turmoil-net 0.1.0, through its own fixture.
//!
//! turmoil-net moves packets (MTU 1500) through a small TCP, by ticks of 1 ms that its fixture fixes. Without a latency
//! rule a packet crosses within the tick, which is its best case. It has no seed: nothing in it is random.

use std::future::pending;
use std::process::ExitCode;
use std::rc::Rc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Semaphore;
use turmoil_net::fixture::ClientServer;
use turmoil_net::shim::tokio::net::{TcpListener, TcpStream};
use turmoil_net::{KernelConfig, Latency};
use workloads::{ECHOES, IDLE_HOSTS, Outcome, PORT, SLOW_LINK, Workload};

/// turmoil-net sends again what is not acknowledged within this many ticks (3 by default) and gives up after five
/// times, so a round trip of 100 ticks never gets through unless the number is raised.
const PATIENT_RETRANSMISSION_TICKS: u32 = 1000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    workloads::run("turmoil-net", &arguments, work)
}

fn work(workload: Workload, n: u64) -> Outcome {
    Outcome::Done(match workload {
        Workload::PingPong => {
            pingpong(n, Link::Immediate, 0);
            format!("{n} round trips, no latency rule")
        }
        Workload::PingPongLatency => {
            pingpong(n, Link::Slow, 0);
            format!(
                "{n} round trips, link latency 50 ms, retransmission after {PATIENT_RETRANSMISSION_TICKS} ticks instead of 3"
            )
        }
        Workload::PingPongIdle => {
            pingpong(n, Link::Immediate, IDLE_HOSTS);
            format!("{n} round trips beside {IDLE_HOSTS} idle hosts")
        }
        Workload::Bulk => {
            bulk(n);
            format!("{n} writes of 64 KiB, MTU 1500")
        }
        Workload::Hosts => {
            hosts(n);
            format!("{} echoes by {n} client hosts", n * ECHOES)
        }
        Workload::Sims => {
            (0..n).for_each(|_| pingpong(ECHOES, Link::Immediate, 0));
            format!("{n} simulations of {ECHOES} echoes")
        }
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Link {
    Immediate,
    Slow,
}

fn pingpong(round_trips: u64, link: Link, idle_hosts: usize) {
    let config = match link {
        Link::Immediate => KernelConfig::default(),
        Link::Slow => KernelConfig::default().retx_threshold(PATIENT_RETRANSMISSION_TICKS),
    };
    let mut fixture = ClientServer::with_config(config).server("server", async move {
        let (mut stream, _) = listen().await.accept().await.expect("accept");
        workloads::answer(&mut stream, round_trips).await;
    });
    for number in 0..idle_hosts {
        fixture = fixture.server(format!("idle-{number}").as_str(), pending());
    }
    let echoes = fixture.run("client", async move {
        if link == Link::Slow {
            // A rule lives as long as its guard, and it can be installed only from inside.
            turmoil_net::rule(Latency::fixed(SLOW_LINK)).forget();
        }
        workloads::ask(&mut connect().await, round_trips).await
    });
    assert_eq!(echoes, round_trips);
}

fn bulk(blocks: u64) {
    let server = async move {
        let (mut stream, _) = listen().await.accept().await.expect("accept");
        // The receiver checks what came; the sender ends only with its receipt.
        workloads::receive_blocks(&mut stream, blocks).await;
    };
    let client = async move { workloads::send_blocks(&mut connect().await, blocks).await };
    ClientServer::new().server("server", server).run("client", client);
}

/// The fixture has one client and any number of servers; the difference is only whose end ends the run. So all clients
/// but the last are "servers", and the last one waits for them.
fn hosts(clients: u64) {
    let count = u32::try_from(clients).expect("hosts fit in 32 bits");
    let config = KernelConfig::default().default_backlog(count.max(1024) as usize);
    let mut fixture = ClientServer::with_config(config).server("server", hub(clients));
    let finished = Rc::new(Semaphore::new(0));
    for number in 1..count {
        let finished = Rc::clone(&finished);
        let name = format!("client-{number}");
        fixture = fixture.server(name.as_str(), async move {
            assert_eq!(workloads::ask(&mut connect().await, ECHOES).await, ECHOES);
            finished.add_permits(1);
        });
    }
    fixture.run("client-0", async move {
        assert_eq!(workloads::ask(&mut connect().await, ECHOES).await, ECHOES);
        let all = finished.acquire_many(count - 1).await;
        all.expect("the semaphore is never closed").forget();
    });
}

/// A server of many connections in one task: a spawned task would lose track of the host it runs on, since the fixture
/// sets the current host only around the future it was given. Only futures that were woken are polled.
async fn hub(clients: u64) {
    let listener = listen().await;
    let mut conversations = FuturesUnordered::new();
    let mut waiting = clients;
    while waiting > 0 || !conversations.is_empty() {
        tokio::select! {
            accepted = listener.accept(), if waiting > 0 => {
                let (mut stream, _) = accepted.expect("accept");
                conversations.push(async move { workloads::answer(&mut stream, ECHOES).await });
                waiting -= 1;
            }
            Some(()) = conversations.next(), if !conversations.is_empty() => {}
        }
    }
}

async fn listen() -> TcpListener {
    let listener = TcpListener::bind(("0.0.0.0", PORT)).await;
    listener.expect("bind")
}

async fn connect() -> TcpStream {
    let stream = TcpStream::connect(("server", PORT)).await;
    stream.expect("connect")
}
