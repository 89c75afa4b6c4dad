//! A TCP segment: RFC 9293 section 3.1, with the options of section 3.2 and RFC 7323 that the stack speaks.
//!
//! Absent today: timestamps and SACK (RFC 7323, RFC 2018), and the urgent pointer.

use std::fmt;

use super::Payload;

bitflags::bitflags! {
    /// The control bits.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(crate) struct Flags: u8 {
        const FIN = 0x01;
        const SYN = 0x02;
        const RST = 0x04;
        const PSH = 0x08;
        const ACK = 0x10;
        const URG = 0x20;
    }
}

/// A sequence number: arithmetic modulo 2^32, comparison by the sign of the distance (RFC 9293 section 3.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct SeqNum(pub(crate) u32);

impl SeqNum {
    /// `self < other` in sequence space.
    pub(crate) fn before(self, other: Self) -> bool {
        self.distance_from(other) < 0
    }

    /// `self <= other` in sequence space.
    pub(crate) fn at_or_before(self, other: Self) -> bool {
        self.distance_from(other) <= 0
    }

    /// How far `self` lies behind `other`; negative if it lies before.
    pub(crate) fn distance_from(self, other: Self) -> i32 {
        self.0.wrapping_sub(other.0) as i32
    }
}

impl std::ops::Add<u32> for SeqNum {
    type Output = Self;

    fn add(self, count: u32) -> Self {
        Self(self.0.wrapping_add(count))
    }
}

impl std::ops::AddAssign<u32> for SeqNum {
    fn add_assign(&mut self, count: u32) {
        *self = *self + count;
    }
}

impl std::ops::Sub<u32> for SeqNum {
    type Output = Self;

    fn sub(self, count: u32) -> Self {
        Self(self.0.wrapping_sub(count))
    }
}

impl fmt::Debug for SeqNum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for SeqNum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// TCP options.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Options {
    /// Maximum segment size, bytes; on SYN only (RFC 9293 section 3.7.1).
    pub(crate) mss: Option<u16>,
    /// Window scale, a shift of 0 to 14; on SYN only (RFC 7323 section 2).
    pub(crate) window_scale: Option<u8>,
}

/// One segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Segment {
    pub(crate) src_port: u16,
    pub(crate) dst_port: u16,
    /// The first byte of the payload; of a SYN, the SYN itself.
    pub(crate) seq: SeqNum,
    /// The next byte expected; means something only with [`Flags::ACK`].
    pub(crate) ack: SeqNum,
    pub(crate) flags: Flags,
    /// As on the wire: not yet scaled.
    pub(crate) window: u16,
    pub(crate) options: Options,
    pub(crate) payload: Payload,
}

impl Segment {
    /// SEG.LEN of RFC 9293: the payload, and one each for SYN and FIN.
    pub(crate) fn seq_len(&self) -> u32 {
        let control = u32::from(self.flags.contains(Flags::SYN)) + u32::from(self.flags.contains(Flags::FIN));
        self.payload.len() as u32 + control
    }

    /// Header, options padded to whole words, and payload, in bytes.
    pub(crate) fn wire_len(&self) -> usize {
        let mss = if self.options.mss.is_some() { 4 } else { 0 };
        let scale = if self.options.window_scale.is_some() { 4 } else { 0 };
        20 + mss + scale + self.payload.len()
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flags [")?;
        for (flag, letter) in [
            (Flags::FIN, 'F'),
            (Flags::SYN, 'S'),
            (Flags::RST, 'R'),
            (Flags::PSH, 'P'),
            (Flags::URG, 'U'),
            (Flags::ACK, '.'),
        ] {
            if self.flags.contains(flag) {
                write!(f, "{letter}")?;
            }
        }
        write!(f, "], seq {}", self.seq)?;
        if !self.payload.is_empty() {
            write!(f, ":{}", self.seq + self.payload.len() as u32)?;
        }
        if self.flags.contains(Flags::ACK) {
            write!(f, ", ack {}", self.ack)?;
        }
        write!(f, ", win {}", self.window)?;
        if let Some(mss) = self.options.mss {
            write!(f, ", mss {mss}")?;
        }
        if let Some(scale) = self.options.window_scale {
            write!(f, ", wscale {scale}")?;
        }
        write!(f, ", length {}", self.payload.len())
    }
}
