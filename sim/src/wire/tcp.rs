//! A TCP segment: RFC 9293 section 3.1, with the options that Linux speaks by default: RFC 9293 section 3.2, RFC 7323,
//! RFC 2018, RFC 7413.

use std::fmt;

use smallvec::SmallVec;

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

/// TCP options. What is rare lies in a box, because every packet is moved about with its options.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Options {
    /// Maximum segment size, bytes; on SYN only (RFC 9293 section 3.7.1).
    pub(crate) mss: Option<u16>,
    /// Window scale, a shift of 0 to 14; on SYN only (RFC 7323 section 2).
    pub(crate) window_scale: Option<u8>,
    /// The sender takes SACK blocks; on SYN only (RFC 2018 section 2).
    pub(crate) sack_permitted: bool,
    /// RFC 7323 section 3.
    pub(crate) timestamps: Option<Timestamps>,
    /// What few segments carry, and none together.
    pub(crate) rare: Option<Box<RareOption>>,
}

/// An option that few segments carry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum RareOption {
    /// What has arrived beyond a gap (RFC 2018 section 3), one block at least; never on a SYN.
    Sack(SackBlocks),
    /// Fast Open's cookie, on SYN only; empty, a request for one (RFC 7413 section 4.1.1).
    FastOpen(FastOpenCookie),
}

/// The timestamps option. Packed, because every packet is moved about, and eight bytes more or less decide how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C, packed)]
pub(crate) struct Timestamps {
    /// TSval: the sender's clock.
    pub(crate) value: u32,
    /// TSecr: what it heard of the receiver's clock; means something only with [`Flags::ACK`].
    pub(crate) echo: u32,
}

/// Up to four blocks `[start, end)`; beside timestamps three have room. The one that arrived last, or a D-SACK (RFC 2883),
/// comes first.
pub(crate) type SackBlocks = SmallVec<[(SeqNum, SeqNum); 4]>;

/// 4 to 16 bytes, an even number; none in a request.
pub(crate) type FastOpenCookie = SmallVec<[u8; 16]>;

impl Options {
    /// The SACK blocks, if there are any.
    #[inline]
    pub(crate) fn sack(&self) -> Option<&SackBlocks> {
        match self.rare.as_deref() {
            Some(RareOption::Sack(blocks)) => Some(blocks),
            _ => None,
        }
    }

    /// Fast Open's cookie, or the request for one.
    pub(crate) fn fast_open(&self) -> Option<&FastOpenCookie> {
        match self.rare.as_deref() {
            Some(RareOption::FastOpen(cookie)) => Some(cookie),
            _ => None,
        }
    }

    /// Their length on the wire as Linux lays them out, filled up to whole words (`tcp_options_write`).
    pub(crate) fn wire_len(&self) -> usize {
        let mss = if self.mss.is_some() { 4 } else { 0 };
        let scale = if self.window_scale.is_some() { 4 } else { 0 };
        let timestamps = if self.timestamps.is_some() { 12 } else { 0 };
        // On a SYN with timestamps it takes the place of their padding.
        let permitted = if self.sack_permitted && self.timestamps.is_none() { 4 } else { 0 };
        let sack = self.sack().map_or(0, |blocks| 4 + 8 * blocks.len());
        let fast_open = self.fast_open().map_or(0, |cookie| (2 + cookie.len()).next_multiple_of(4));
        mss + scale + timestamps + permitted + sack + fast_open
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let mut item = |text: fmt::Arguments<'_>| -> fmt::Result {
            write!(f, "{separator}{text}")?;
            separator = ",";
            Ok(())
        };
        if let Some(mss) = self.mss {
            item(format_args!("mss {mss}"))?;
        }
        if self.sack_permitted {
            item(format_args!("sackOK"))?;
        }
        if let Some(Timestamps { value, echo }) = self.timestamps {
            item(format_args!("TS val {value} ecr {echo}"))?;
        }
        if let Some(scale) = self.window_scale {
            item(format_args!("wscale {scale}"))?;
        }
        for (index, (start, end)) in self.sack().into_iter().flatten().enumerate() {
            if index == 0 {
                item(format_args!("sack {start}:{end}"))?;
            } else {
                item(format_args!("{start}:{end}"))?;
            }
        }
        if let Some(cookie) = self.fast_open() {
            item(format_args!("tfo {}", if cookie.is_empty() { "cookiereq" } else { "cookie" }))?;
        }
        Ok(())
    }
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
    /// TTL, or hop limit, of its packet.
    pub(crate) hop_limit: u8,
    /// As on the wire: not yet scaled.
    pub(crate) window: u16,
    /// Where urgent data ends, counted from `seq`; means something only with [`Flags::URG`].
    pub(crate) urgent: u16,
    /// Not on the wire: how many segments before this one its sender holds on to, which who shares its memory knows (`skb_cloned`).
    pub(crate) holds: u16,
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
        20 + self.options.wire_len() + self.payload.len()
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
        if self.flags.contains(Flags::URG) {
            write!(f, ", urg {}", self.urgent)?;
        }
        // The timestamps of every segment would hide what matters; `{:#}` shows them.
        let is_plain = Options { timestamps: None, ..self.options.clone() } == Options::default();
        if self.options != Options::default() && (f.alternate() || !is_plain) {
            write!(f, ", options [{}]", self.options)?;
        }
        write!(f, ", length {}", self.payload.len())
    }
}
