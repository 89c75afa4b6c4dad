//! Congestion control: NewReno, that is slow start and congestion avoidance (RFC 5681), fast retransmit and fast recovery
//! without SACK (RFC 6582), initial window 10 (RFC 6928), limited transmit (RFC 3042).
//!
//! It only keeps the numbers: `input.rs` tells it what was acknowledged, `output.rs` asks how much may be in flight.
//! It counts bytes as the RFCs do; Linux counts segments, which differs for a program that sends many small ones. Absent
//! today: CUBIC, proportional rate reduction, undo of a spurious reduction (all need SACK or timestamps to be as in
//! Linux).

use crate::wire::SeqNum;

/// Initial window in segments: RFC 6928, Linux TCP_INIT_CWND.
const INITIAL_SEGMENTS: u32 = 10;
/// Duplicate ACKs that mean a loss: RFC 5681 section 3.2.
const DUPLICATES: u8 = 3;

/// Which algorithm: TCP_CONGESTION.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CongestionControl {
    Cubic,
    Reno,
}

/// Why the window is what it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Nothing is thought to be lost.
    Open,
    /// A loss was seen by duplicate ACKs; it lasts until everything sent by then is acknowledged.
    Recovery,
    /// The retransmission timer ran out; it lasts until everything sent by then is acknowledged.
    Loss,
}

/// What an acknowledgment of new data asks of the sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Progress {
    /// Nothing special.
    Normal,
    /// One more segment of those in flight is missing: send the first again (RFC 6582 section 3.2 step 3, partial
    /// acknowledgment).
    Partial,
}

/// The congestion state of one connection. Amounts are bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Congestion {
    cwnd: u32,
    ssthresh: u32,
    /// Bytes acknowledged since `cwnd` last grew in congestion avoidance.
    acked: u32,
    /// SND.NXT when the loss was seen.
    recover: SeqNum,
    phase: Phase,
    dup_acks: u8,
}

impl Congestion {
    pub(super) fn new(mss: u16) -> Self {
        Self {
            cwnd: INITIAL_SEGMENTS * u32::from(mss),
            ssthresh: u32::MAX,
            acked: 0,
            recover: SeqNum(0),
            phase: Phase::Open,
            dup_acks: 0,
        }
    }

    /// How much may be in flight now. The first two duplicate ACKs let one new segment out each (RFC 3042).
    #[inline]
    pub(super) fn window(&self, mss: u16) -> u32 {
        if self.dup_acks == 0 { self.cwnd } else { self.cwnd.saturating_add(u32::from(self.dup_acks) * u32::from(mss)) }
    }

    /// `acked` bytes were acknowledged up to `una`; `flight` were in flight before.
    #[inline]
    pub(super) fn on_ack(&mut self, una: SeqNum, acked: u32, flight: u32, mss: u16) -> Progress {
        self.dup_acks = 0;
        match self.phase {
            Phase::Open => self.grow(acked, flight, mss),
            Phase::Loss => {
                self.grow(acked, flight, mss);
                if self.recover.at_or_before(una) {
                    self.phase = Phase::Open;
                }
            }
            Phase::Recovery if self.recover.at_or_before(una) => {
                // Full acknowledgment: RFC 6582 section 3.2 step 3, option 1, which avoids a burst.
                let flight = flight.saturating_sub(acked).max(mss.into());
                self.cwnd = self.ssthresh.min(flight.saturating_add(mss.into()));
                self.phase = Phase::Open;
            }
            Phase::Recovery => {
                // Partial: the window deflates by what has left the network, less the segment that is sent again.
                self.cwnd = self.cwnd.saturating_sub(acked).saturating_add(mss.into()).max(mss.into());
                return Progress::Partial;
            }
        }
        Progress::Normal
    }

    /// Slow start below the threshold, congestion avoidance above: RFC 5681 section 3.1. A window that was not used does
    /// not grow (RFC 7661, `tcp_is_cwnd_limited`): twice what was in flight is enough for slow start.
    fn grow(&mut self, acked: u32, flight: u32, mss: u16) {
        let mss = u32::from(mss);
        if self.cwnd < self.ssthresh {
            if self.cwnd < 2 * flight.min(u32::MAX / 2) {
                self.cwnd = self.cwnd.saturating_add(acked);
            }
        } else if self.cwnd < flight.saturating_add(mss) {
            self.acked = self.acked.saturating_add(acked);
            if self.acked >= self.cwnd {
                self.acked -= self.cwnd;
                self.cwnd = self.cwnd.saturating_add(mss);
            }
        }
    }

    /// A duplicate ACK came. `true` if the segment at SND.UNA is to be sent again now (RFC 5681 section 3.2 step 2).
    pub(super) fn on_duplicate_ack(&mut self, nxt: SeqNum, flight: u32, mss: u16) -> bool {
        match self.phase {
            Phase::Open => {
                self.dup_acks += 1;
                if self.dup_acks < DUPLICATES {
                    return false;
                }
                self.dup_acks = 0;
                self.ssthresh = halved(flight, mss);
                self.cwnd = self.ssthresh.saturating_add(u32::from(DUPLICATES) * u32::from(mss));
                self.recover = nxt;
                self.phase = Phase::Recovery;
                true
            }
            Phase::Recovery => {
                self.cwnd = self.cwnd.saturating_add(mss.into());
                false
            }
            // What the timer sends again makes duplicates of its own (RFC 6582 section 4).
            Phase::Loss => false,
        }
    }

    /// The retransmission timer ran out: RFC 5681 section 3.1, equation 4, once for each loss.
    pub(super) fn on_timeout(&mut self, nxt: SeqNum, flight: u32, mss: u16) {
        if self.phase != Phase::Loss {
            self.ssthresh = halved(flight, mss);
        }
        self.recover = nxt;
        self.cwnd = mss.into();
        self.acked = 0;
        self.dup_acks = 0;
        self.phase = Phase::Loss;
    }

    /// Nothing was sent for `idle`: the window decays by half for every `rto`, down to the initial one (RFC 5681 section
    /// 4.1; `tcp_cwnd_restart`, on by default as `tcp_slow_start_after_idle`).
    pub(super) fn restart_after_idle(&mut self, idle: u64, rto: u64, mss: u16) {
        let restart = self.cwnd.min(INITIAL_SEGMENTS * u32::from(mss));
        let halvings = (idle / rto.max(1)).min(31) as u32;
        self.ssthresh = self.ssthresh.max(self.cwnd / 4 * 3);
        self.cwnd = (self.cwnd >> halvings).max(restart);
    }
}

/// Half of what is in flight, but two segments at least.
fn halved(flight: u32, mss: u16) -> u32 {
    (flight / 2).max(2 * u32::from(mss))
}
