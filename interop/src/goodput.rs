//! Goodput of a bulk transfer over a lossy link: with the simulator at both ends, and with the kernel at both.
//!
//! The same program runs in both worlds ([`talk`]), over links that work alike: in the simulator its own, for the kernel two TUN
//! devices joined by a [`Path`] each way (netem is not on every machine).

use std::{
    io,
    net::{IpAddr, SocketAddr},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use wavetank_api::{Host, Instant, Result, TcpListener, TcpStream, option::TCP_CONGESTION};
use wavetank_lab::{End, Namespace, Tun, TunConfig, veth};
use wavetank_real::Machine;
use wavetank_sim::Sim;

use super::{
    Path, PathSettings,
    talk::{self, Plan, Side},
};

/// A transfer from a client to a server.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// `reno`, `cubic`.
    pub congestion_control: &'static str,
    /// From the client to the server.
    pub bytes: usize,
    /// Half the round trip.
    pub delay: Duration,
    /// Of each packet, either way.
    pub loss: (u32, u32),
    /// Bytes per second.
    pub rate: u64,
    /// Which packets are lost.
    pub seed: u64,
}

impl Transfer {
    /// 10 MB over 100 Mbit/s with a round trip of 50 ms, 1 % lost.
    #[must_use]
    pub fn new(congestion_control: &'static str, seed: u64) -> Self {
        Self {
            congestion_control,
            bytes: 10_000_000,
            delay: Duration::from_millis(25),
            loss: (1, 100),
            rate: 12_500_000,
            seed,
        }
    }

    const fn plan(&self) -> Plan {
        Plan { up: self.bytes, down: 0, at_once: false, closes: Side::Server }
    }

    /// What the client does: it has connected, sends, and knows by the server's close that all has arrived.
    fn send<H: Host>(&self, host: &H, server: SocketAddr) -> Result<f64> {
        let stream = TcpStream::connect(host, server)?;
        stream.socket().setsockopt(TCP_CONGESTION, self.congestion_control.to_owned())?;
        let began: Instant = host.now();
        talk::converse(host, stream, Side::Client, &self.plan())?;
        Ok(self.bytes as f64 / host.now().duration_since(began).as_secs_f64())
    }

    /// Bytes per second of virtual time.
    ///
    /// # Panics
    /// If the transfer fails.
    #[must_use]
    pub fn simulated(&self) -> f64 {
        let sim = Sim::new(self.seed);
        let (server, client) = (sim.host("server"), sim.host("client"));
        sim.link(&server, &client).latency(self.delay).loss(self.loss.0, self.loss.1).rate(self.rate).queue(QUEUE);
        let plan = self.plan();
        server.serve(move |host| talk::server(host, &TcpListener::bind(host, ("0.0.0.0", PORT))?, &plan));
        let (transfer, result) = (self.clone(), Arc::new(Mutex::new(0.0)));
        let goodput = Arc::clone(&result);
        let server = SocketAddr::new(server.addrs()[0], PORT);
        client.run(move |host| {
            *goodput.lock().unwrap() = transfer.send(host, server)?;
            Ok(())
        });
        let report = sim.run();
        assert!(report.is_ok(), "{report}");
        *result.lock().unwrap()
    }

    /// Bytes per second of real time, from kernel to kernel over two TUN devices.
    ///
    /// # Errors
    /// If namespaces and devices are not to be had.
    ///
    /// # Panics
    /// If the transfer fails.
    pub fn real(&self) -> wavetank_lab::Result<f64> {
        let address = |number| IpAddr::from([192, 0, 2, number]);
        let end = |number| -> wavetank_lab::Result<(Namespace, Tun)> {
            let space = Namespace::new()?;
            let tun = space.tun(&TunConfig { addresses: vec![(address(number), 24)], ..TunConfig::default() })?;
            Ok((space, tun))
        };
        let ((client, client_tun), (server, server_tun)) = (end(1)?, end(2)?);
        let path = |seed| {
            let Self { delay, loss, rate, .. } = *self;
            Path::new(PathSettings { delay, loss, rate: Some(rate), queue: QUEUE, seed })
        };
        let over = AtomicBool::new(false);
        let goodput = thread::scope(|scope| {
            scope.spawn(|| forward(&client_tun, &server_tun, path(2 * self.seed), &over));
            scope.spawn(|| forward(&server_tun, &client_tun, path(2 * self.seed + 1), &over));
            let goodput = self.between(&client, &server, address(2));
            over.store(true, Ordering::Release);
            goodput
        });
        Ok(goodput)
    }

    /// Bytes per second of real time, from kernel to kernel over a veth pair with netem at both ends: `tc-netem(8)`. Which packets
    /// are lost does not follow from the seed.
    ///
    /// # Errors
    /// If namespaces and devices are not to be had.
    ///
    /// # Panics
    /// If the kernel has no netem, the commands `tc` and `ip` are not there, or the transfer fails.
    pub fn real_netem(&self) -> wavetank_lab::Result<f64> {
        let address = |number| IpAddr::from([192, 0, 2, number]);
        let (client, server) = (Namespace::new()?, Namespace::new()?);
        let addresses = [1, 2].map(|number| [(address(number), 24)]);
        let end = |namespace, addresses| End { namespace, name: "wire", addresses };
        veth(end(&client, &addresses[0]), end(&server, &addresses[1]))?;
        let micros = self.delay.as_micros();
        let loss = f64::from(self.loss.0) / f64::from(self.loss.1) * 100.0;
        let rate = self.rate * 8;
        let commands = [
            // Packets as they are on a wire: a large one that is cut later would be lost as a whole.
            "ip link set dev wire gso_max_segs 1".to_owned(),
            format!("tc qdisc add dev wire root netem delay {micros}us loss {loss}% rate {rate}bit limit 2000"),
        ];
        for space in [&client, &server] {
            for command in &commands {
                let words: Vec<_> = command.split(' ').collect();
                let done = space.run(|| Command::new(words[0]).args(&words[1..]).status());
                assert!(done.as_ref().is_ok_and(std::process::ExitStatus::success), "{command}: {done:?}");
            }
        }
        Ok(self.between(&client, &server, address(2)))
    }

    fn between(&self, client: &Namespace, server: &Namespace, at: IpAddr) -> f64 {
        let addr = SocketAddr::new(at, PORT);
        let listener =
            server.run(|| TcpListener::bind(&Machine::this(), addr)).unwrap_or_else(|error| panic!("{error}"));
        thread::scope(|scope| {
            let serving = scope.spawn(|| server.run(|| talk::server(&Machine::this(), &listener, &self.plan())));
            let goodput = client.run(|| self.send(&Machine::this(), addr));
            let served = serving.join();
            assert!(matches!(served, Ok(Ok(()))), "{served:?}");
            goodput.unwrap_or_else(|error| panic!("{error}"))
        })
    }
}

const PORT: u16 = 7;
/// Bytes that wait before the rate: a fifth of a second's worth, more than a lossy transfer ever fills.
const QUEUE: usize = 2_500_000;

/// Carries packets one way until it is `over`.
fn forward(from: &Tun, to: &Tun, mut path: Path, over: &AtomicBool) -> io::Result<()> {
    const PATIENCE: Duration = Duration::from_millis(20);
    let began = std::time::Instant::now();
    let mut buf = vec![0; 1 << 16];
    while !over.load(Ordering::Acquire) {
        let wait = path.next().map_or(PATIENCE, |next| next.saturating_sub(began.elapsed()).min(PATIENCE));
        let mut received = from.recv(&mut buf, Some(wait))?;
        while let Some(len) = received {
            path.put(began.elapsed(), &buf[..len]);
            received = from.recv(&mut buf, Some(Duration::ZERO))?;
        }
        while let Some((_, packet)) = path.take(began.elapsed()) {
            to.send(&packet)?;
        }
    }
    Ok(())
}

/// The middle one of an odd number; of an even one, the higher of the two.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
