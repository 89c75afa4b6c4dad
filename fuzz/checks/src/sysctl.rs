//! Text as sysctls of a simulated machine: whatever is written to them, what is read back can be written again and is the same; what is
//! refused changes nothing; and with whatever was accepted a conversation does not make the simulator panic.

use std::{
    io::{Read, Write},
    time::Duration,
};

use wavetank_api::{Host, TcpListener, TcpStream, UdpSocket};
use wavetank_sim::{Sim, SimHost};

use super::Seed;

/// Each line is `name=value`.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let sim = Sim::new(1);
    sim.set_time_limit(Duration::from_secs(30)).set_event_limit(5_000);
    let (server, client) = (sim.host("server"), sim.host("client"));
    let settings = text.clone();
    server.serve(move |host| {
        write_all(host, &settings);
        let (mut stream, _) = TcpListener::bind(host, "0.0.0.0:7")?.accept()?;
        let mut buf = [0; 20_000];
        loop {
            match stream.read(&mut buf)? {
                0 => return Ok(()),
                count => stream.write_all(&buf[..count])?,
            }
        }
    });
    client.run(move |host| {
        write_all(host, &text);
        host.sleep(Duration::from_millis(1));
        // Errors of the network are what strange settings deserve; panics are not.
        drop(talk(host));
        Ok(())
    });
    let report = sim.run();
    assert!(report.failures().is_empty(), "{report}");
}

fn talk(host: &SimHost) -> wavetank_api::Result<()> {
    drop(UdpSocket::bind(host, "0.0.0.0:0")?);
    let mut stream = TcpStream::connect(host, ("server", 7))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    let sent = [0x5a; 40_000];
    stream.write_all(&sent)?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut back = Vec::new();
    stream.read_to_end(&mut back)?;
    assert!(back.len() <= sent.len() && back.iter().all(|&byte| byte == 0x5a), "{} bytes came back", back.len());
    Ok(())
}

fn write_all(host: &SimHost, text: &str) {
    for line in text.lines() {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let before = host.sysctl(name).ok();
        match host.set_sysctl(name, value) {
            Ok(()) => {
                let reads = host.sysctl(name).expect("what can be written can be read");
                host.set_sysctl(name, &reads).unwrap_or_else(|error| panic!("{name} reads {reads:?}: {error}"));
                assert_eq!(host.sysctl(name).ok(), Some(reads), "{name} is another one when written again");
            }
            Err(_) => assert_eq!(host.sysctl(name).ok(), before, "{name}={value} was refused, and yet acted"),
        }
    }
}

/// Names of which each acts, with values on the edge.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    const ROWS: [(&str, &str); 28] = [
        ("nothing", ""),
        ("no-value", "net.ipv4.tcp_fin_timeout"),
        ("unknown", "net.ipv4.tcp_fin_timout=30"),
        ("zero", "net.ipv4.tcp_fin_timeout=0"),
        ("negative", "net.ipv4.tcp_fin_timeout=-1"),
        ("hexadecimal", "net.ipv4.tcp_fin_timeout=0x1e"),
        ("octal", "net.ipv4.tcp_fin_timeout=036"),
        ("white-space", "net.ipv4.tcp_fin_timeout= \t30 \t"),
        ("plus", "net.ipv4.tcp_fin_timeout=+30"),
        ("behind", "net.ipv4.tcp_fin_timeout=30 31"),
        ("letters", "net.ipv4.tcp_fin_timeout=30x"),
        ("int-max", "net.ipv4.tcp_fin_timeout=2147483647"),
        ("int-overflow", "net.ipv4.tcp_fin_timeout=2147483648"),
        ("long-overflow", "net.ipv4.tcp_fin_timeout=99999999999999999999999"),
        ("nul", "net.ipv4.tcp_fin_timeout=3\x000"),
        ("three-numbers", "net.ipv4.tcp_rmem=4096\t131072\t6291456"),
        ("three-of-one", "net.ipv4.tcp_rmem=4096"),
        ("three-of-four", "net.ipv4.tcp_wmem=4096 16384 4194304 1"),
        ("least-buffers", "net.ipv4.tcp_rmem=1 1 1\nnet.ipv4.tcp_wmem=1 1 1"),
        ("largest-buffers", "net.ipv4.tcp_rmem=2147483647 2147483647 2147483647\nnet.ipv4.tcp_wmem=2147483647 2147483647 2147483647"),
        ("port-range", "net.ipv4.ip_local_port_range=60999 32768"),
        ("port-range-of-one", "net.ipv4.ip_local_port_range=1 1"),
        ("algorithm", "net.ipv4.tcp_congestion_control=reno"),
        ("no-algorithm", "net.ipv4.tcp_congestion_control=bbr"),
        ("retries", "net.ipv4.tcp_syn_retries=127\nnet.ipv4.tcp_retries1=0\nnet.ipv4.tcp_retries2=255\nnet.ipv4.tcp_synack_retries=255"),
        ("keepalive", "net.ipv4.tcp_keepalive_time=1\nnet.ipv4.tcp_keepalive_intvl=1\nnet.ipv4.tcp_keepalive_probes=0"),
        ("core", "net.core.somaxconn=0\nnet.core.rmem_default=2304\nnet.core.wmem_default=4608\nnet.core.rmem_max=2304"),
        ("off", "net.ipv4.tcp_sack=0\nnet.ipv4.tcp_timestamps=0\nnet.ipv4.tcp_window_scaling=0\nnet.ipv4.tcp_fastopen=0"),
    ];
    ROWS.map(|(name, text)| (name.to_owned(), text.into())).to_vec()
}
