//! Packets into a simulated machine by a TUN device: its TCP is led into whatever state the bytes say, by segments that fit what it has
//! sent, nearly fit, or do not fit at all. What must hold:
//!
//! * nothing panics, and the run ends;
//! * what a program receives of a stream are the bytes that belong there, each once: of every stream the byte at a sequence number is
//!   the number's lowest eight bits, so that a reader can tell;
//! * what the machine sends is a packet to etherparse, with right checksums; and the same sequence number has always the same byte.
//!
//! The bytes: one for the world, then [`STEP`] for each step: [`Step`].

mod peer;
mod seeds;

use std::{
    io::{Read, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use wavetank_api::{
    Host, Shutdown, TcpListener, TcpStream, UdpSocket,
    option::{SO_OOBINLINE, SO_RCVBUF},
};
use wavetank_sim::{Report, Sim, SimHost, SimTun};

use self::peer::Peer;
pub use self::seeds::seeds;
use super::input::Input;

/// Bytes of a step.
pub const STEP: usize = 12;

/// What the outside does next. Offsets are relative to what would fit.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// With which conversation, and by which protocol.
    pub what: u8,
    /// TCP's control bits.
    pub flags: u8,
    /// From the next sequence number that was not sent yet.
    pub seq: i32,
    /// From the next one that is expected.
    pub ack: i32,
    /// As on the wire.
    pub window: u16,
    /// Bytes of payload.
    pub len: usize,
    /// Which options: a row of `tun/peer.rs`.
    pub options: u8,
    /// What the pointer says, if the flag is set.
    pub urgent: u16,
    /// How long it waits then.
    pub pause: Duration,
}

impl Step {
    /// Reads a step.
    fn new(bytes: &[u8]) -> Self {
        const OFFSETS: [i32; 16] =
            [0, 0, 0, 0, 0, 0, 1, -1, -2, 1000, -1000, 1460, 65_535, -70_000, 1 << 30, i32::MIN];
        const LENS: [usize; 8] = [0, 0, 1, 10, 100, 1000, 1460, 9000];
        // Microseconds; after none the machine's programs have not run.
        const PAUSES: [u64; 16] =
            [10, 10, 10, 10, 10, 10, 10, 0, 1000, 1000, 10_000, 40_000, 200_000, 1_000_000, 3_000_000, 61_000_000];
        let mut input = Input::new(bytes);
        let (what, flags) = (input.byte(), input.byte());
        Self {
            what,
            flags,
            seq: input.of(&OFFSETS),
            ack: input.of(&OFFSETS),
            window: input.word(),
            len: input.of(&LENS),
            options: input.byte(),
            urgent: input.byte().into(),
            pause: Duration::from_micros(input.of(&PAUSES)),
        }
    }
}

/// Does what the bytes say, from outside.
///
/// # Panics
/// See above.
pub fn run(bytes: &[u8]) {
    let report = report(bytes, Sim::new(1));
    assert!(report.failures().is_empty(), "{report}");
}

/// The report of what the bytes say, done in this world.
///
/// # Panics
/// See above.
#[must_use]
pub fn report(bytes: &[u8], sim: Sim) -> Report {
    sim.set_time_limit(Duration::from_secs(600)).set_event_limit(30_000);
    let tun = sim.tun("tun0", &["192.0.2.0/24", "2001:db8::/64"]);
    let machine = sim.host("machine");
    let (world, steps) = bytes.split_first().unwrap_or((&0, &[]));
    let small = world & 1 != 0;
    if world & 2 != 0 {
        machine.set_sysctl("net.ipv4.tcp_timestamps", "0").set_sysctl("net.ipv4.tcp_sack", "0");
    }
    if world & 4 != 0 {
        machine.set_sysctl("net.ipv4.tcp_fastopen", "1027");
    }
    if world & 8 != 0 {
        machine.set_sysctl("net.ipv4.tcp_max_syn_backlog", "1").set_somaxconn(1);
    }
    machine.serve(move |host| serve(host, small));
    machine.serve(answer_datagrams);
    machine.run(|host| {
        drop(connect(host));
        Ok(())
    });
    let steps: Vec<Step> = steps.chunks(STEP).map(Step::new).collect();
    sim.host("outside").run(move |host| {
        play(host, &tun, &steps);
        Ok(())
    });
    sim.run()
}

/// The outside: a step, then whatever the machine has to say about it.
fn play(host: &SimHost, tun: &SimTun, steps: &[Step]) {
    let mut peer = Peer::default();
    // Whoever connects has begun.
    host.sleep(Duration::from_millis(1));
    peer.hear(tun);
    for step in steps {
        if let Some(packet) = peer.packet(step) {
            // Nothing is expected of who hears nonsense.
            let _ = tun.send(&packet);
        }
        host.sleep(step.pause);
        peer.hear(tun);
    }
}

fn serve(host: &SimHost, small: bool) -> wavetank_api::Result<()> {
    let listener = TcpListener::bind(host, "[::]:7")?;
    let socket = listener.try_clone()?.into_socket();
    socket.setsockopt(SO_OOBINLINE, true)?;
    if small {
        socket.setsockopt(SO_RCVBUF, 2304)?;
    }
    loop {
        // A connection may be reset before it is accepted.
        if let Ok((stream, _)) = listener.accept() {
            let stream = Arc::new(stream);
            host.spawn("conversation", move || {
                drop(echo(&stream));
            });
        }
    }
}

fn echo(mut stream: &TcpStream<SimHost>) -> std::io::Result<()> {
    stream.set_write_timeout(Some(Duration::from_secs(1)))?;
    let mut buf = [0; 5000];
    let mut expected = None;
    loop {
        let count = stream.read(&mut buf)?;
        if count == 0 {
            return Ok(());
        }
        for &byte in &buf[..count] {
            let expected = expected.replace(byte.wrapping_add(1));
            assert!(expected.is_none_or(|expected| expected == byte), "{byte:#x} where {expected:#x?} belongs");
        }
        stream.write_all(&buf[..count])?;
    }
}

fn answer_datagrams(host: &SimHost) -> wavetank_api::Result<()> {
    let socket = UdpSocket::bind(host, "[::]:7")?;
    let mut buf = [0; 3000];
    loop {
        // An ICMP error about an answer is told here.
        if let Ok((count, from)) = socket.recv_from(&mut buf) {
            drop(socket.send_to(&buf[..count], from));
        }
    }
}

fn connect(host: &SimHost) -> std::io::Result<()> {
    let outside: SocketAddr = "192.0.2.1:9".parse().expect("an address");
    let mut stream = TcpStream::connect_timeout(host, &outside, Duration::from_secs(100))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(&[0x5a; 5000])?;
    stream.shutdown(Shutdown::Write)?;
    echo(&stream)
}
