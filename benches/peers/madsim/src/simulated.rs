//! The workloads themselves.

use std::future::pending;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use madsim::Config;
use madsim::runtime::{NodeHandle, Runtime};
use madsim::task::JoinHandle;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use workloads::{ECHOES, IDLE_HOSTS, Outcome, PORT, SLOW_LINK, Workload};

const FAST_LINK: Duration = Duration::from_millis(1);
const SERVER: SocketAddr = SocketAddr::new(address(0), PORT);

/// Does one workload.
pub(crate) fn work(workload: Workload, n: u64) -> Outcome {
    Outcome::Done(match workload {
        Workload::PingPong => {
            pingpong(1, n, FAST_LINK, 0);
            format!("{n} round trips, link latency 1 ms")
        }
        Workload::PingPongLatency => {
            pingpong(1, n, SLOW_LINK, 0);
            format!("{n} round trips, link latency 50 ms")
        }
        Workload::PingPongIdle => {
            pingpong(1, n, FAST_LINK, IDLE_HOSTS);
            format!("{n} round trips beside {IDLE_HOSTS} idle hosts")
        }
        Workload::Bulk => {
            let bytes = bulk(n);
            format!("{bytes} bytes in {n} writes of 64 KiB (all of it buffered: no flow control)")
        }
        Workload::Hosts => {
            let echoes = hosts(n);
            format!("{echoes} echoes by {n} client hosts")
        }
        Workload::Sims => {
            (0..n).for_each(|seed| pingpong(seed, ECHOES, FAST_LINK, 0));
            format!("{n} simulations of {ECHOES} echoes")
        }
    })
}

fn pingpong(seed: u64, round_trips: u64, latency: Duration, idle_hosts: usize) {
    let runtime = build(seed, latency);
    let server = host(&runtime, 0);
    let client = host(&runtime, 1);
    for number in 0..idle_hosts {
        host(&runtime, 2 + number).spawn(pending::<()>());
    }
    // The client waits for this and not, as in the other workloads, for `listen`, because running the simulation
    // twice adds 3 % to `sims`.
    let (ready, go) = oneshot::channel();
    let answering = server.spawn(async move {
        let listener = TcpListener::bind(SERVER).await.expect("bind");
        ready.send(()).expect("the client waits");
        let (mut stream, _) = listener.accept().await.expect("accept");
        workloads::answer(&mut stream, round_trips).await;
    });
    let asking = client.spawn(async move {
        go.await.expect("the server is ready");
        workloads::ask(&mut connect().await, round_trips).await
    });
    let echoes = runtime.block_on(async {
        // A task still parked when its runtime is dropped is never freed (14 KB a simulation), so both are waited for.
        answering.await.expect("the server did not panic");
        asking.await.expect("the client did not panic")
    });
    assert_eq!(echoes, round_trips);
}

fn bulk(blocks: u64) -> u64 {
    let runtime = build(1, FAST_LINK);
    let (server, listener) = listen(&runtime);
    let receiving = server.spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("accept");
        workloads::receive_blocks(&mut stream, blocks).await
    });
    let client = host(&runtime, 1);
    let sending = client.spawn(async move { workloads::send_blocks(&mut connect().await, blocks).await });
    finish(&runtime, sending);
    finish(&runtime, receiving)
}

fn hosts(clients: u64) -> u64 {
    let runtime = build(1, FAST_LINK);
    let (server, listener) = listen(&runtime);
    let serving = server.spawn(async move {
        for _ in 0..clients {
            let (mut stream, _) = listener.accept().await.expect("accept");
            madsim::task::spawn(async move { workloads::answer(&mut stream, ECHOES).await });
        }
    });
    let count = usize::try_from(clients).expect("hosts fit in memory");
    let asking: Vec<_> = (1..=count)
        .map(|number| {
            let client = host(&runtime, number);
            client.spawn(async move { workloads::ask(&mut connect().await, ECHOES).await })
        })
        .collect();
    let echoes = asking.into_iter().map(|task| finish(&runtime, task)).sum();
    finish(&runtime, serving);
    assert_eq!(echoes, clients * ECHOES);
    echoes
}

fn build(seed: u64, latency: Duration) -> Runtime {
    let mut config = Config::default();
    config.net.send_latency = latency..latency + Duration::from_nanos(1);
    Runtime::with_seed_and_config(seed, config)
}

/// The server's host, already listening: madsim runs tasks in random order, and a client that comes first is refused.
fn listen(runtime: &Runtime) -> (NodeHandle, TcpListener) {
    let server = host(runtime, 0);
    let binding = server.spawn(async { TcpListener::bind(SERVER).await.expect("bind") });
    let listener = finish(runtime, binding);
    (server, listener)
}

async fn connect() -> TcpStream {
    TcpStream::connect(SERVER).await.expect("connect")
}

fn host(runtime: &Runtime, number: usize) -> NodeHandle {
    runtime.create_node().ip(address(number)).build()
}

/// 10.0.0.1 for host 0, and onwards.
const fn address(number: usize) -> IpAddr {
    let [.., high, middle, low] = (number + 1).to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(10, high, middle, low))
}

/// Runs the simulation until a task has ended.
fn finish<T>(runtime: &Runtime, task: JoinHandle<T>) -> T {
    runtime.block_on(task).expect("the task did not panic")
}
