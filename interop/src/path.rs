//! One direction of a wire between two TUN devices: loss, then a queue before a rate, then a delay. The simulator's own links work
//! in this order too (`sim/src/net/link.rs`), so that a comparison of the two compares what is at their ends.

use std::{collections::VecDeque, time::Duration};

/// What a wire does to packets.
#[derive(Clone, Debug)]
pub struct PathSettings {
    /// One way.
    pub delay: Duration,
    /// Each packet is lost with a chance of the first in the second.
    pub loss: (u32, u32),
    /// Bytes per second; `None`: no limit.
    pub rate: Option<u64>,
    /// Bytes that may wait to be sent; only a rate makes packets wait.
    pub queue: usize,
    /// Which packets are lost follows from it, and from the order they come in.
    pub seed: u64,
}

impl Default for PathSettings {
    /// No delay, no loss, no limit.
    fn default() -> Self {
        Self { delay: Duration::ZERO, loss: (0, 1), rate: None, queue: 256 * 1024, seed: 0 }
    }
}

/// What became of packets.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// All that came.
    pub packets: u64,
    /// Lost by chance.
    pub lost: u64,
    /// Lost because there was no room.
    pub overflowed: u64,
    /// Segments with RST among those that came.
    pub resets: u64,
}

/// One direction, with what is on its way. Times are since a common beginning.
#[derive(Debug)]
pub struct Path {
    settings: PathSettings,
    random: fastrand::Rng,
    /// In order of time.
    on_the_way: VecDeque<(Duration, Vec<u8>)>,
    free_at: Duration,
    counts: Counts,
}

impl Path {
    /// With nothing on it.
    #[must_use]
    pub fn new(settings: PathSettings) -> Self {
        let random = fastrand::Rng::with_seed(settings.seed);
        Self { settings, random, on_the_way: VecDeque::new(), free_at: Duration::ZERO, counts: Counts::default() }
    }

    /// A packet comes.
    pub fn put(&mut self, now: Duration, packet: &[u8]) {
        self.counts.packets += 1;
        self.counts.resets += u64::from(is_reset(packet));
        let (chance, of) = self.settings.loss;
        if self.random.u32(..of) < chance {
            self.counts.lost += 1;
            return;
        }
        let Some(sent) = self.sent_at(now, packet.len()) else {
            self.counts.overflowed += 1;
            return;
        };
        self.on_the_way.push_back((sent + self.settings.delay, packet.to_vec()));
    }

    fn sent_at(&mut self, now: Duration, len: usize) -> Option<Duration> {
        let Some(rate) = self.settings.rate else { return Some(now) };
        let waiting = self.free_at.saturating_sub(now).as_nanos() * u128::from(rate) / 1_000_000_000;
        if waiting + len as u128 > self.settings.queue as u128 {
            return None;
        }
        self.free_at = self.free_at.max(now) + Duration::from_nanos(len as u64 * 1_000_000_000 / rate);
        Some(self.free_at)
    }

    /// The next packet that has arrived by now, and when it did.
    pub fn take(&mut self, now: Duration) -> Option<(Duration, Vec<u8>)> {
        self.on_the_way.pop_front_if(|(at, _)| *at <= now)
    }

    /// When the next one arrives.
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        self.on_the_way.front().map(|(at, _)| *at)
    }

    /// What became of all so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

/// Whether it is a TCP segment with RST.
fn is_reset(packet: &[u8]) -> bool {
    const TCP: u8 = 6;
    const RST: u8 = 0x04;
    let header = match packet.first().map(|first| first >> 4) {
        Some(4) if packet.get(9) == Some(&TCP) => usize::from(packet[0] & 0x0f) * 4,
        Some(6) if packet.get(6) == Some(&TCP) => 40,
        _ => return false,
    };
    packet.get(header + 13).is_some_and(|flags| flags & RST != 0)
}
