//! One direction of a link: delay, loss, rate and queue.
//!
//! A packet first meets the faults that drop it, then waits for the packets before it to be sent (rate), if there is
//! room (queue), then travels (latency). Packets keep their order unless the link is told otherwise: a wire does not
//! let packets overtake, however its delay varies.

use std::{fmt, time::Duration};

use crate::base::{Instant, Rng, rng::Ratio};

/// What a link does to a packet: set by [`crate::LinkBuilder`].
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Delay of each packet: uniform over this closed range.
    pub(crate) latency_min: Duration,
    pub(crate) latency_max: Duration,
    pub(crate) loss: Ratio,
    /// Bytes per second; `None` sends at once.
    pub(crate) rate: Option<u64>,
    /// Bytes that may wait to be sent; only a rate makes packets wait.
    pub(crate) queue: usize,
    /// May a later packet overtake an earlier one with a longer delay?
    pub(crate) overtaking: bool,
    /// The chance that bits of a packet change on the way.
    pub(crate) corruption: Ratio,
    /// The longest packet that passes, in bytes, headers of IP included.
    pub(crate) mtu: usize,
    /// As veth(4): what has no delay is there before the call that sent it returns.
    pub(crate) direct: bool,
    /// What is too long vanishes, instead of being answered with an ICMP error.
    pub(crate) black_hole: bool,
    /// Packets to drop by their number, 1 being the first of this direction.
    pub(crate) drop_exactly: Vec<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::between_hosts()
    }
}

impl Settings {
    /// The delay, if there is nothing else.
    fn plain(&self) -> Option<Duration> {
        let is_plain = self.latency_min == self.latency_max
            && self.loss.is_zero()
            && self.rate.is_none()
            && self.drop_exactly.is_empty()
            && self.corruption.is_zero()
            && self.mtu == usize::MAX
            && !self.overtaking;
        is_plain.then_some(self.latency_min)
    }

    /// Between two hosts that were not told otherwise: 1 ms each way, no loss, no limit.
    pub(crate) fn between_hosts() -> Self {
        Self {
            latency_min: Duration::from_millis(1),
            latency_max: Duration::from_millis(1),
            loss: Ratio::ZERO,
            rate: None,
            queue: 256 * 1024,
            overtaking: false,
            corruption: Ratio::ZERO,
            mtu: usize::MAX,
            direct: false,
            black_hole: false,
            drop_exactly: Vec::new(),
        }
    }

    /// A host's own loopback, and a TUN device: no delay at all, as Linux delivers it before the call returns.
    pub(crate) fn instant() -> Self {
        Self { latency_min: Duration::ZERO, latency_max: Duration::ZERO, ..Self::between_hosts() }
    }
}

/// What becomes of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Arrives(Instant),
    Dropped(DropReason),
}

/// Why a packet did not arrive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DropReason {
    /// The link's chance of loss.
    Loss,
    /// The link was told to drop exactly this packet.
    Chosen,
    /// The queue before the link was full.
    QueueFull,
    /// A partition lay between the hosts.
    Partition,
    /// No host has the address.
    NoRoute,
    /// The receiving socket's buffer was full.
    BufferFull,
    /// The listener's queue was full.
    BacklogFull,
    /// The packet was longer than the link's MTU.
    TooBig,
    /// What was written into a TUN device is no packet that a host could take, or it came from outside and says that it did not.
    Malformed,
    /// Bits were changed on the way, and a checksum told.
    Corrupted,
    /// It came from farther away than the socket allows (`IP_MINTTL`, `IPV6_MINHOPCOUNT`).
    HopLimit,
}

impl DropReason {
    /// Each of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Loss,
        Self::Chosen,
        Self::QueueFull,
        Self::Partition,
        Self::NoRoute,
        Self::BufferFull,
        Self::BacklogFull,
        Self::TooBig,
        Self::Malformed,
        Self::Corrupted,
        Self::HopLimit,
    ];
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loss => "loss",
            Self::Chosen => "chosen",
            Self::QueueFull => "queue full",
            Self::Partition => "partition",
            Self::NoRoute => "no route",
            Self::BufferFull => "buffer full",
            Self::BacklogFull => "backlog full",
            Self::TooBig => "too big",
            Self::Corrupted => "corrupted",
            Self::HopLimit => "hop limit",
            Self::Malformed => "malformed",
        })
    }
}

/// One direction of a link and its state.
pub(crate) struct Link {
    settings: Settings,
    /// The delay, if that is all the link does to a packet.
    plain: Option<Duration>,
    /// Two streams, so that switching loss off moves no delay.
    loss: Rng,
    delay: Rng,
    noise: Option<Box<Rng>>,
    /// For `noise`, which hardly any link has.
    seed: (u64, u64),
    /// Packets offered so far.
    offered: u64,
    /// When the sender is done with the packets before.
    free_at: Instant,
    /// The latest arrival so far, which a packet may not come before.
    last_arrival: Instant,
}

impl Link {
    /// `entity` names the direction: no two directions of a world share it.
    pub(crate) fn new(settings: Settings, seed: u64, entity: u64) -> Self {
        let start = Instant::default();
        Self {
            plain: settings.plain(),
            settings,
            loss: Rng::stream(seed, "link loss", entity),
            delay: Rng::stream(seed, "link latency", entity),
            noise: None,
            seed: (seed, entity),
            offered: 0,
            free_at: start,
            last_arrival: start,
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sets it up anew; what is on its way is not touched.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings);
        self.plain = self.settings.plain();
    }

    /// A link that hands a packet over in the very instant, without a draw or a wait.
    #[inline]
    pub(crate) fn is_instant(&self) -> bool {
        self.plain == Some(Duration::ZERO)
    }

    /// As [`Self::is_instant`], between hosts.
    pub(crate) fn is_direct(&self) -> bool {
        self.is_instant() && self.settings.direct
    }

    /// When a packet that leaves at `now` arrives, on a link that does nothing but delay it. On another, it is to be
    /// [offered](Self::offer).
    #[inline]
    pub(crate) fn delay(&mut self, now: Instant) -> Option<Instant> {
        let delay = self.plain?;
        self.offered += 1;
        self.last_arrival = (now + delay).max(self.last_arrival);
        Some(self.last_arrival)
    }

    /// Takes a packet of `len` bytes at `now`.
    pub(crate) fn offer(&mut self, now: Instant, len: usize) -> Verdict {
        self.offered += 1;
        // Drawn for every packet, lost ones too: so losing one moves the delay of no other.
        let latency = self.draw_latency();
        if !self.settings.drop_exactly.is_empty() && self.settings.drop_exactly.contains(&self.offered) {
            return Verdict::Dropped(DropReason::Chosen);
        }
        if !self.settings.loss.is_zero() && self.loss.chance(self.settings.loss) {
            return Verdict::Dropped(DropReason::Loss);
        }
        let Some(sent) = self.sent_at(now, len) else {
            return Verdict::Dropped(DropReason::QueueFull);
        };
        let mut arrival = sent + latency;
        if !self.settings.overtaking {
            arrival = arrival.max(self.last_arrival);
        }
        self.last_arrival = arrival;
        Verdict::Arrives(arrival)
    }

    /// Which bits of the next packet of so many bytes change, if any do: a burst of up to fifteen, the first of which does.
    pub(crate) fn damage(&mut self, len: usize) -> Option<Vec<usize>> {
        let (seed, entity) = self.seed;
        let noise = self.noise.get_or_insert_with(|| Box::new(Rng::stream(seed, "link corruption", entity)));
        if !noise.chance(self.settings.corruption) {
            return None;
        }
        let (first, burst) = (noise.below(8 * len as u64) as usize, noise.below(1 << 15) | 1);
        Some((0..15).filter(|bit| burst >> bit & 1 == 1).map(|bit| first + bit).filter(|&bit| bit < 8 * len).collect())
    }

    /// When the last bit leaves; `None` if the queue has no room.
    #[inline]
    fn sent_at(&mut self, now: Instant, len: usize) -> Option<Instant> {
        let Some(rate) = self.settings.rate else { return Some(now) };
        let waiting = self.free_at.duration_since(now).as_nanos() * u128::from(rate) / 1_000_000_000;
        if waiting + len as u128 > self.settings.queue as u128 {
            return None;
        }
        let sending = u128::from(len as u64) * 1_000_000_000 / u128::from(rate);
        self.free_at = self.free_at.max(now) + Duration::from_nanos(u64::try_from(sending).unwrap_or(u64::MAX));
        Some(self.free_at)
    }

    #[inline]
    fn draw_latency(&mut self) -> Duration {
        let (min, max) = (self.settings.latency_min, self.settings.latency_max);
        if min == max {
            return min;
        }
        Duration::from_nanos(self.delay.within(nanos(min), nanos(max)))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
