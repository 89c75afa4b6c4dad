//! Scripted segments: one end is ours, the other is the script.
//!
//! A segment is written `"P. 1:101(100) ack 1 win 512 <mss 1460,wscale 7>"`: flags, first sequence number, the one behind
//! the last byte, bytes of payload; then ACK, window and options. Sequence numbers count from each end's SYN, and the bytes
//! of a payload are a function of their sequence numbers, so a script never has to spell them out.
//!
//! - `send!(s, at 5 ms, "...")` lets time pass until then, in which nothing may be sent, and delivers the segment;
//! - `recv!(s, at 5 ms, "...")` demands that our end sends that segment next, and then; without `win` any window will do;
//! - `recv_nothing!(s, until 5 ms)` lets time pass, in which nothing may be sent.

use std::fmt::Write as _;

use crate::{
    base::{Instant, Rng},
    proto::{
        Cx, Out, Readiness,
        tcp::{
            Config, Connection, Failure, Opening, RecvError, SendError, SendFlags, State, Switches, Sysctl, Welcome,
        },
    },
    wire::{Body, Flags, Options, Packet, Payload, Segment, SeqNum},
};

macro_rules! send {
    ($script:expr, at $ms:literal ms, $text:expr) => {
        $script.deliver($ms, $text)
    };
}

macro_rules! recv {
    ($script:expr, at $ms:literal ms, $text:expr) => {
        $script.expect($ms, $text)
    };
}

macro_rules! recv_nothing {
    ($script:expr, until $ms:literal ms) => {
        $script.expect_silence($ms)
    };
}

pub(super) const LOCAL: &str = "10.0.0.1:4000";
pub(super) const REMOTE: &str = "10.0.0.2:80";

/// Where the script's sequence numbers begin: near the end of their space, so every script crosses it.
const PEER_ISS: u32 = u32::MAX - 50;

/// Segments of 1,000 bytes and windows that need no scale, for numbers that can be read.
pub(super) fn config() -> Config {
    Config { mss: 1000, switches: Switches::NODELAY, ..Config::default() }
}

pub(super) struct Script {
    pub(super) connection: Connection,
    iss: SeqNum,
    now: Instant,
    rng: Rng,
    out: Out,
    pub(super) sysctl: Sysctl,
}

fn at(ms: u64) -> Instant {
    Instant::from_nanos(ms * 1_000_000)
}

/// The byte at a place of a stream; place 0 is the SYN.
pub(super) fn byte_at(place: usize) -> u8 {
    (place * 31 + (place >> 8)) as u8
}

/// `len` bytes of a stream from `place` on.
pub(super) fn bytes(place: usize, len: usize) -> Vec<u8> {
    (place..place + len).map(byte_at).collect()
}

impl Script {
    pub(super) fn connecting(config: Config) -> Self {
        Self::begin(|cx| Connection::connect(cx, LOCAL.parse().unwrap(), REMOTE.parse().unwrap(), config, None))
    }

    /// As `connecting`, with the SYN taken from the wire.
    pub(super) fn syn_sent() -> Self {
        let mut s = Self::connecting(config());
        recv!(s, at 0 ms, "S 0:0(0) win 65000 <mss 1000,wscale 7>");
        s
    }

    /// As `connecting`, on a host with these settings.
    pub(super) fn connecting_under(sysctl: Sysctl, config: Config) -> Self {
        let open =
            |cx: &mut Cx<'_>| Connection::connect(cx, LOCAL.parse().unwrap(), REMOTE.parse().unwrap(), config, None);
        Self::begin_under(sysctl, open)
    }

    pub(super) fn accepting(config: Config, syn: &str) -> Self {
        let syn = parse(syn, SeqNum(0));
        Self::begin(|cx| {
            Connection::accept(
                cx,
                LOCAL.parse().unwrap(),
                REMOTE.parse().unwrap(),
                &syn,
                config,
                None,
                Welcome::Request,
                None,
            )
        })
    }

    /// As after `connect` with TCP_FASTOPEN_CONNECT.
    pub(super) fn put_off(config: Config) -> Self {
        let (local, remote) = (LOCAL.parse().unwrap(), REMOTE.parse().unwrap());
        Self::begin_silently(|cx| Connection::put_off(cx, local, remote, config, None))
    }

    /// As `accepting`, of a SYN whose data is believed.
    pub(super) fn accepting_fast(config: Config, syn: &str) -> Self {
        let syn = parse(syn, SeqNum(0));
        let (local, remote) = (LOCAL.parse().unwrap(), REMOTE.parse().unwrap());
        Self::begin(|cx| Connection::accept_fast(cx, local, remote, &syn, config, None, None))
    }

    pub(super) fn syn_received() -> Self {
        let mut s = Self::accepting(config(), "S 0:0(0) win 60000 <mss 1000>");
        recv!(s, at 0 ms, "S. 0:0(0) ack 1 win 65000 <mss 1000>");
        s
    }

    /// Connected without window scaling, at 0 ms; the peer offers 60,000 bytes.
    pub(super) fn established() -> Self {
        Self::established_with(config())
    }

    pub(super) fn established_with(config: Config) -> Self {
        let mut s = Self::connecting(config);
        s.out.packets.clear();
        send!(s, at 0 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000>");
        recv!(s, at 0 ms, ". 1:1(0) ack 1");
        assert_eq!(s.state(), State::Established);
        s
    }

    /// Our FIN is sent and not acknowledged; ours to read is still what comes.
    pub(super) fn fin_wait_1() -> Self {
        let mut s = Self::established();
        s.shutdown_write();
        recv!(s, at 0 ms, "F. 1:1(0) ack 1");
        s
    }

    pub(super) fn fin_wait_2() -> Self {
        let mut s = Self::fin_wait_1();
        send!(s, at 0 ms, ". 1:1(0) ack 2 win 60000");
        assert_eq!(s.state(), State::FinWait2);
        s
    }

    /// The peer's FIN has come at 0 ms; its ACK waits.
    pub(super) fn close_wait() -> Self {
        let mut s = Self::established();
        send!(s, at 0 ms, "F. 1:1(0) ack 1 win 60000");
        assert_eq!(s.state(), State::CloseWait);
        s
    }

    pub(super) fn closing() -> Self {
        let mut s = Self::fin_wait_1();
        send!(s, at 0 ms, "F. 1:1(0) ack 1 win 60000");
        recv!(s, at 0 ms, ". 2:2(0) ack 2");
        assert_eq!(s.state(), State::Closing);
        s
    }

    pub(super) fn last_ack() -> Self {
        let mut s = Self::close_wait();
        s.close();
        recv!(s, at 0 ms, "F. 1:1(0) ack 2");
        assert_eq!(s.state(), State::LastAck);
        s
    }

    pub(super) fn time_wait() -> Self {
        let mut s = Self::fin_wait_2();
        send!(s, at 0 ms, "F. 1:1(0) ack 2 win 60000");
        recv!(s, at 0 ms, ". 2:2(0) ack 2");
        assert_eq!(s.state(), State::TimeWait);
        s
    }

    fn begin(open: impl FnOnce(&mut Cx<'_>) -> Connection) -> Self {
        Self::begin_under(Sysctl::DEFAULT, open)
    }

    fn begin_under(sysctl: Sysctl, open: impl FnOnce(&mut Cx<'_>) -> Connection) -> Self {
        let (mut rng, mut out) = (Rng::stream(1, "script", 0), Out::default());
        let now = at(0);
        let connection = open(&mut Cx { now, rng: &mut rng, out: &mut out, sysctl: &sysctl, rmem_max: 212_992 });
        let Body::Tcp(syn) = &out.packets[0].body else { panic!("not a segment") };
        let iss = syn.seq;
        Self { connection, iss, now, rng, out, sysctl }
    }

    /// As `begin`, for what sends nothing.
    fn begin_silently(open: impl FnOnce(&mut Cx<'_>) -> Connection) -> Self {
        let (mut rng, mut out) = (Rng::stream(1, "script", 0), Out::default());
        let now = at(0);
        let connection =
            open(&mut Cx { now, rng: &mut rng, out: &mut out, sysctl: &Sysctl::DEFAULT, rmem_max: 212_992 });
        assert!(out.packets.is_empty());
        let iss = connection.first_unacked();
        Self { connection, iss, now, rng, out, sysctl: Sysctl::DEFAULT }
    }

    fn with<R>(&mut self, act: impl FnOnce(&mut Connection, &mut Cx<'_>) -> R) -> R {
        act(
            &mut self.connection,
            &mut Cx { now: self.now, rng: &mut self.rng, out: &mut self.out, sysctl: &self.sysctl, rmem_max: 212_992 },
        )
    }

    // What a program does.

    /// Writes `len` bytes, of which the first has the sequence number `place`.
    pub(super) fn write(&mut self, place: usize, len: usize) -> Result<usize, SendError> {
        self.write_with(place, len, SendFlags::empty())
    }

    pub(super) fn write_with(&mut self, place: usize, len: usize, flags: SendFlags) -> Result<usize, SendError> {
        let data = bytes(place, len);
        self.with(|connection, cx| connection.send(cx, &data, flags))
    }

    /// Opens what was put off with as much of `len` bytes as the SYN takes; the first has the sequence number 1.
    pub(super) fn open_fast(&mut self, opening: &Opening, len: usize) -> usize {
        let data = bytes(1, len);
        let (first, second) = data.split_at(len / 3);
        self.with(|connection, cx| connection.open_fast(cx, opening, &[first, second]))
    }

    /// Whether data in a SYN was acknowledged, and why not: `tcpi_options`, `tcpi_fastopen_client_fail`.
    pub(super) fn fast_open_info(&self) -> (bool, u8) {
        let info = self.connection.info(self.now, &self.sysctl);
        (info.options & 32 != 0, info.client_fail)
    }

    /// Reads up to `len` bytes, which must be those from sequence number `place` on.
    pub(super) fn read(&mut self, place: usize, len: usize) -> Result<usize, RecvError> {
        let mut buf = vec![0; len];
        let count = self.with(|connection, cx| connection.recv(cx, &mut buf, false, false))?;
        assert_eq!(buf[..count], bytes(place, count), "the peer's bytes, in order");
        Ok(count)
    }

    /// As [`Self::read`] with MSG_PEEK.
    pub(super) fn peek(&mut self, place: usize, len: usize) -> Result<usize, RecvError> {
        let mut buf = vec![0; len];
        let count = self.with(|connection, cx| connection.recv(cx, &mut buf, true, false))?;
        assert_eq!(buf[..count], bytes(place, count), "the peer's bytes, in order");
        Ok(count)
    }

    pub(super) fn shutdown_write(&mut self) {
        self.with(|connection, cx| connection.shutdown(cx, false, true)).unwrap();
    }

    pub(super) fn shutdown_read(&mut self) {
        self.with(|connection, cx| connection.shutdown(cx, true, false)).unwrap();
    }

    pub(super) fn shutdown(&mut self, read: bool, write: bool) -> Result<(), crate::proto::tcp::NotConnected> {
        self.with(|connection, cx| connection.shutdown(cx, read, write))
    }

    pub(super) fn close(&mut self) {
        self.with(Connection::close);
    }

    pub(super) fn abort(&mut self) {
        self.with(Connection::abort);
    }

    pub(super) fn disconnect(&mut self) -> Option<Failure> {
        self.with(Connection::disconnect)
    }

    pub(super) fn set_nodelay(&mut self, on: bool) {
        let switches = if on { Switches::NODELAY } else { Switches::empty() };
        self.with(|connection, cx| connection.set_config(cx, Config { switches, ..config() }));
    }

    pub(super) fn state(&self) -> State {
        self.connection.state()
    }

    pub(super) fn readiness(&self) -> Readiness {
        self.connection.readiness()
    }

    /// It has ended for `failure`, and says so once.
    pub(super) fn assert_failed(&mut self, failure: Failure) {
        assert_eq!(self.state(), State::Closed);
        assert!(self.readiness().contains(Readiness::ERR));
        assert_eq!(self.connection.take_failure(), Some(failure));
        assert_eq!(self.connection.take_failure(), None);
        assert_eq!(self.connection.poll_at(), None);
    }

    /// It has ended, and what ICMP said before is still to be asked for.
    pub(super) fn assert_soft(&mut self, failure: Failure) {
        assert_eq!(self.state(), State::Closed);
        assert!(!self.readiness().contains(Readiness::ERR));
        assert_eq!(self.connection.take_failure(), Some(failure));
        assert_eq!(self.connection.take_failure(), None);
    }

    // The wire.

    /// A segment as the script writes it, for what is not delivered.
    pub(super) fn segment(&self, text: &str) -> Segment {
        parse(text, self.iss)
    }

    pub(super) fn deliver(&mut self, ms: u64, text: &str) {
        self.expect_silence(ms);
        let segment = self.segment(text);
        self.with(|connection, cx| connection.on_segment(cx, segment));
    }

    pub(super) fn icmp(&mut self, failure: Failure) {
        let seq = self.connection.first_unacked();
        self.with(|connection, cx| connection.on_icmp(cx, failure, seq));
    }

    pub(super) fn expect(&mut self, ms: u64, text: &str) {
        self.pass_time(at(ms));
        assert!(!self.out.packets.is_empty(), "at {ms} ms: expected {text}, nothing was sent");
        let sent = self.out.packets.remove(0);
        let told = self.tell(&sent);
        let told = if text.contains(" win ") { told } else { without_window(&told) };
        assert_eq!((told.as_str(), self.now), (text, at(ms)), "\n{:?}", self.connection);
    }

    /// How many segments were sent since the last that was expected.
    pub(super) fn take_sent(&mut self) -> usize {
        self.out.packets.drain(..).count()
    }

    pub(super) fn expect_silence(&mut self, ms: u64) {
        self.pass_time(at(ms));
        if let Some(sent) = self.out.packets.first() {
            panic!(
                "by {ms} ms: nothing was expected, sent at {:?}: {}\n{:?}",
                self.now,
                self.tell(sent),
                self.connection
            );
        }
        self.now = at(ms);
    }

    /// Lets deadlines come until one of them sends something, or `until`.
    fn pass_time(&mut self, until: Instant) {
        while self.out.packets.is_empty() {
            match self.connection.poll_at() {
                Some(due) if due <= until => {
                    self.now = self.now.max(due);
                    self.with(Connection::on_deadline);
                }
                _ => {
                    self.now = self.now.max(until);
                    break;
                }
            }
        }
    }

    fn tell(&self, packet: &Packet) -> String {
        let Body::Tcp(segment) = &packet.body else { panic!("not a segment: {packet}") };
        assert_eq!((packet.src.to_string(), packet.dst.to_string()), ("10.0.0.1".into(), "10.0.0.2".into()));
        // The RST to a segment without ACK has sequence number 0 on the wire.
        let seq = if segment.flags.contains(Flags::RST) && segment.seq == SeqNum(0) {
            0
        } else {
            segment.seq.0.wrapping_sub(self.iss.0)
        };
        if !segment.payload.is_empty() {
            let place = seq as usize + usize::from(segment.flags.contains(Flags::SYN));
            assert_eq!(*segment.payload, *bytes(place, segment.payload.len()), "our bytes, in their places");
        }
        let mut text = String::new();
        for (flag, letter) in
            [(Flags::FIN, 'F'), (Flags::SYN, 'S'), (Flags::RST, 'R'), (Flags::PSH, 'P'), (Flags::ACK, '.')]
        {
            if segment.flags.contains(flag) {
                text.push(letter);
            }
        }
        // As -1 if it is before our SYN: a probe on a fresh connection.
        let (seq, len) = (i64::from(seq as i32), segment.payload.len());
        write!(text, " {seq}:{}({len})", seq + len as i64).unwrap();
        if segment.flags.contains(Flags::ACK) {
            write!(text, " ack {}", segment.ack.0.wrapping_sub(PEER_ISS)).unwrap();
        }
        write!(text, " win {}", segment.window).unwrap();
        let fast = match segment.options.fast_open() {
            Some(cookie) if cookie.is_empty() => ",tfo cookiereq",
            Some(_) => ",tfo cookie",
            None => "",
        };
        match (segment.options.mss, segment.options.window_scale) {
            (Some(mss), Some(scale)) => write!(text, " <mss {mss},wscale {scale}{fast}>").unwrap(),
            (Some(mss), None) => write!(text, " <mss {mss}>").unwrap(),
            _ => {}
        }
        text
    }
}

fn without_window(text: &str) -> String {
    text.split(" win ").next().unwrap().to_string()
}

/// Reads a segment of the script's end, whose ACKs count from our `iss`.
fn parse(text: &str, iss: SeqNum) -> Segment {
    let mut words = text.split([' ', ',', '<', '>']).filter(|word| !word.is_empty());
    let flags = words.next().unwrap().chars().fold(Flags::empty(), |flags, letter| {
        flags
            | match letter {
                'F' => Flags::FIN,
                'S' => Flags::SYN,
                'R' => Flags::RST,
                'P' => Flags::PSH,
                '.' => Flags::ACK,
                _ => panic!("no flag: {letter}"),
            }
    });
    let range = words.next().unwrap();
    let (seq, rest) = range.split_once(':').unwrap();
    let (end, len) = rest.trim_end_matches(')').split_once('(').unwrap();
    let (seq, end, len): (i64, i64, usize) = (seq.parse().unwrap(), end.parse().unwrap(), len.parse().unwrap());
    assert_eq!(seq + len as i64, end, "{text}");
    let payload = if len == 0 { Payload::default() } else { Payload::from(&*bytes(seq as usize, len)) };
    let mut segment = Segment {
        src_port: 80,
        dst_port: 4000,
        seq: SeqNum(PEER_ISS.wrapping_add(seq as u32)),
        ack: SeqNum(0),
        flags,
        hop_limit: 64,
        window: 0,
        urgent: 0,
        holds: 0,
        options: Options::default(),
        payload,
    };
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        match name {
            "ack" => segment.ack = iss + value.parse::<i64>().unwrap() as u32,
            "win" => segment.window = value.parse().unwrap(),
            "mss" => segment.options.mss = Some(value.parse().unwrap()),
            "wscale" => segment.options.window_scale = Some(value.parse().unwrap()),
            _ => panic!("not understood: {text}"),
        }
    }
    segment
}
