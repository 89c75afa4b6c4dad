//! Two ends on a wire: virtual time, latency, and a rule that decides the fate of every packet.

use std::{collections::BTreeMap, net::SocketAddr};

use super::script::byte_at;
use crate::{
    base::{Instant, Rng},
    proto::{
        Cx, Out, Readiness,
        tcp::{Config, Connection, RecvError, SendError, SendFlags, State, Sysctl, Welcome, reset_for},
    },
    wire::{Body, Flags, Packet},
};

pub(super) const CLIENT: usize = 0;
pub(super) const SERVER: usize = 1;

/// What happens to a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Arrives,
    Lost,
    Twice,
    /// Arrives this many nanoseconds later than others, so perhaps after them.
    Late(u64),
}

/// A packet as a rule sees it.
pub(super) struct Seen<'a> {
    /// Who sent it.
    pub(super) from: usize,
    /// How many this end has sent before.
    pub(super) nth: usize,
    pub(super) at: Instant,
    pub(super) packet: &'a Packet,
}

/// What a program does at its end whenever something has happened. It returns whether it got anything done.
pub(super) trait Program {
    fn step(&mut self, end: &mut End) -> bool;
}

/// One end: its connection, once there is one, and what its program has read and written.
pub(super) struct End {
    pub(super) sysctl: Sysctl,
    pub(super) connection: Option<Connection>,
    pub(super) config: Config,
    addr: SocketAddr,
    peer: SocketAddr,
    rng: Rng,
    out: Out,
    now: Instant,
    sent_packets: usize,
    /// Bytes written and read so far: the bytes of a stream are a function of their place.
    pub(super) written: usize,
    pub(super) read: usize,
}

impl End {
    fn new(index: usize, config: Config) -> Self {
        let addrs = ["10.0.0.1:4000", "10.0.0.2:80"].map(|addr| addr.parse().unwrap());
        Self {
            sysctl: Sysctl::DEFAULT,
            connection: None,
            config,
            addr: addrs[index],
            peer: addrs[1 - index],
            rng: Rng::stream(7, "pair", index as u64),
            out: Out::default(),
            now: Instant::from_nanos(0),
            sent_packets: 0,
            written: 0,
            read: 0,
        }
    }

    pub(super) fn with<R>(&mut self, act: impl FnOnce(&mut Connection, &mut Cx<'_>) -> R) -> Option<R> {
        let mut cx =
            Cx { now: self.now, rng: &mut self.rng, out: &mut self.out, sysctl: &self.sysctl, rmem_max: 212_992 };
        self.connection.as_mut().map(|connection| act(connection, &mut cx))
    }

    pub(super) fn connect(&mut self) {
        let cx =
            &mut Cx { now: self.now, rng: &mut self.rng, out: &mut self.out, sysctl: &self.sysctl, rmem_max: 212_992 };
        self.connection = Some(Connection::connect(cx, self.addr, self.peer, self.config, None));
    }

    pub(super) fn readiness(&self) -> Readiness {
        self.connection.as_ref().map_or(Readiness::empty(), Connection::readiness)
    }

    /// Writes up to `len` bytes of its stream.
    pub(super) fn write(&mut self, len: usize) -> Result<usize, SendError> {
        let data: Vec<u8> = (self.written..self.written + len).map(byte_at).collect();
        let count = self
            .with(|connection, cx| connection.send(cx, &data, SendFlags::empty()))
            .unwrap_or(Err(SendError::ShutDown))?;
        self.written += count;
        Ok(count)
    }

    /// Reads up to `len` bytes, and holds them against the peer's stream.
    pub(super) fn read(&mut self, len: usize) -> Result<usize, RecvError> {
        let mut buf = vec![0; len];
        let count = self.with(|connection, cx| connection.recv(cx, &mut buf, false, false)).unwrap_or(Ok(0))?;
        for (offset, &byte) in buf[..count].iter().enumerate() {
            assert_eq!(byte, byte_at(self.read + offset), "byte {} of the stream", self.read + offset);
        }
        self.read += count;
        Ok(count)
    }

    fn input(&mut self, packet: Packet) {
        let Body::Tcp(segment) = packet.body else { panic!("not a segment") };
        let cx =
            &mut Cx { now: self.now, rng: &mut self.rng, out: &mut self.out, sysctl: &self.sysctl, rmem_max: 212_992 };
        match &mut self.connection {
            Some(connection) => connection.on_segment(cx, segment),
            None if segment.flags == Flags::SYN => {
                self.connection = Some(Connection::accept(
                    cx,
                    self.addr,
                    self.peer,
                    &segment,
                    self.config,
                    None,
                    Welcome::Request,
                    None,
                ));
            }
            None => reset_for(&segment, self.addr.ip(), self.peer.ip(), cx),
        }
    }

    pub(super) fn is_finished(&self) -> bool {
        self.connection.as_ref().is_none_or(Connection::is_finished)
    }

    pub(super) fn state(&self) -> Option<State> {
        self.connection.as_ref().map(Connection::state)
    }
}

/// The two ends and the wire between them.
pub(super) struct Pair<'a> {
    pub(super) ends: [End; 2],
    pub(super) now: Instant,
    latency: u64,
    fate: Box<dyn FnMut(Seen<'_>) -> Fate + 'a>,
    wire: BTreeMap<(Instant, u64), (usize, Packet)>,
    put: u64,
    pub(super) events: u64,
}

impl<'a> Pair<'a> {
    /// `latency` in nanoseconds, one way.
    pub(super) fn new(configs: [Config; 2], latency: u64, fate: impl FnMut(Seen<'_>) -> Fate + 'a) -> Self {
        let [client, server] = configs;
        Self {
            ends: [End::new(CLIENT, client), End::new(SERVER, server)],
            now: Instant::from_nanos(0),
            latency,
            fate: Box::new(fate),
            wire: BTreeMap::new(),
            put: 0,
            events: 0,
        }
    }

    /// Lets the client connect and both programs run until nothing can happen any more.
    pub(super) fn run(&mut self, client: &mut dyn Program, server: &mut dyn Program) {
        self.ends[CLIENT].connect();
        loop {
            while client.step(&mut self.ends[CLIENT]) {}
            while server.step(&mut self.ends[SERVER]) {}
            self.transmit();
            if !self.step() {
                return;
            }
        }
    }

    /// Puts what the ends have sent onto the wire.
    pub(super) fn transmit(&mut self) {
        for from in [CLIENT, SERVER] {
            let end = &mut self.ends[from];
            let packets = std::mem::take(&mut end.out.packets);
            for packet in packets {
                let seen = Seen { from, nth: self.ends[from].sent_packets, at: self.now, packet: &packet };
                let fate = (self.fate)(seen);
                self.ends[from].sent_packets += 1;
                let arrival = self.now.as_nanos() + self.latency;
                match fate {
                    Fate::Arrives => self.put(arrival, 1 - from, packet),
                    Fate::Lost => {}
                    Fate::Twice => {
                        self.put(arrival, 1 - from, packet.clone());
                        self.put(arrival + self.latency / 2, 1 - from, packet);
                    }
                    Fate::Late(by) => self.put(arrival + by, 1 - from, packet),
                }
            }
        }
    }

    fn put(&mut self, at: u64, to: usize, packet: Packet) {
        self.wire.insert((Instant::from_nanos(at), self.put), (to, packet));
        self.put += 1;
    }

    /// When the next thing happens.
    pub(super) fn next_at(&self) -> Option<Instant> {
        let arrival = self.wire.keys().next().map(|key| key.0);
        let deadlines = self.ends.iter().filter_map(|end| end.connection.as_ref().and_then(Connection::poll_at));
        arrival.into_iter().chain(deadlines).min()
    }

    /// Lets the next thing happen. `false` if nothing ever will.
    pub(super) fn step(&mut self) -> bool {
        let Some(at) = self.next_at() else { return false };
        self.events += 1;
        assert!(self.events < 5_000_000, "it never ends");
        self.now = self.now.max(at);
        for end in &mut self.ends {
            end.now = self.now;
        }
        if let Some(entry) = self.wire.first_entry()
            && entry.key().0 <= self.now
        {
            let (to, packet) = entry.remove();
            self.ends[to].input(packet);
        } else {
            for end in &mut self.ends {
                end.with(Connection::on_deadline);
            }
        }
        true
    }

    /// Nothing happens until then.
    pub(super) fn sleep_until(&mut self, nanos: u64) {
        self.now = Instant::from_nanos(nanos);
        for end in &mut self.ends {
            end.now = self.now;
        }
    }

    /// Both ends are gone, and nothing is on the wire.
    pub(super) fn is_over(&self) -> bool {
        self.wire.is_empty() && self.ends.iter().all(End::is_finished)
    }
}
