//! [`Segment`]: a TCP segment as scripts write it, numbers relative to the beginning of the connection.

use std::fmt;

/// A segment that is sent, or what is expected of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Segment {
    pub(crate) flags: Flags,
    /// PSH may be there or not: `p` in place of `P`.
    pub(crate) any_push: bool,
    pub(crate) seq: u32,
    /// Bytes of payload.
    pub(crate) len: u32,
    pub(crate) ack: Option<u32>,
    /// As it stands in the header, not scaled.
    pub(crate) window: Option<u16>,
    pub(crate) urgent: Option<u16>,
    pub(crate) options: Options,
    /// The bytes, where they are not those of the pattern.
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) ip: IpPart,
}

/// What a script may say of a packet besides TCP, in brackets before it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct IpPart {
    /// The checksum of TCP is wrong.
    pub(crate) bad_checksum: bool,
    /// The two bits of ECN.
    pub(crate) ecn: Option<u8>,
    pub(crate) ttl: Option<u8>,
}

/// The bits of the header's flags, with URG.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    pub(crate) const FIN: u8 = 0x01;
    pub(crate) const SYN: u8 = 0x02;
    pub(crate) const RST: u8 = 0x04;
    pub(crate) const PSH: u8 = 0x08;
    pub(crate) const ACK: u8 = 0x10;
    pub(crate) const URG: u8 = 0x20;
    pub(crate) const ECE: u8 = 0x40;
    pub(crate) const CWR: u8 = 0x80;

    /// In the order in which they are written.
    pub(crate) const LETTERS: [(char, u8); 8] = [
        ('S', Self::SYN),
        ('F', Self::FIN),
        ('R', Self::RST),
        ('P', Self::PSH),
        ('U', Self::URG),
        ('E', Self::ECE),
        ('W', Self::CWR),
        ('.', Self::ACK),
    ];

    pub(crate) const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// The options of a segment.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Options {
    pub(crate) list: Vec<TcpOption>,
    /// `...` at the end: others may follow.
    pub(crate) open: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum TcpOption {
    End,
    Nop,
    Mss(u16),
    WindowScale(u8),
    SackPermitted,
    Sack(Vec<(u32, u32)>),
    /// `None`: any, where it is expected.
    Timestamp {
        val: Option<u32>,
        ecr: Option<u32>,
    },
    FastOpen(Cookie),
    /// Any other kind, with its bytes.
    Other(u8, Vec<u8>),
}

/// The cookie of Fast Open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Cookie {
    /// An empty one asks for one.
    Bytes(Vec<u8>),
    /// The one that the tested side gave: expected, it is any, and remembered.
    Remembered,
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("-");
        }
        Self::LETTERS.iter().filter(|(_, flag)| self.has(*flag)).try_for_each(|(letter, _)| write!(f, "{letter}"))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ip)?;
        let flags = self.flags.to_string();
        if self.any_push {
            let at = flags.find('.').unwrap_or(flags.len());
            write!(f, "{}p{}", &flags[..at], &flags[at..])?;
        } else {
            f.write_str(&flags)?;
        }
        write!(f, " {}:{}({})", Relative(self.seq), Relative(self.seq.wrapping_add(self.len)), self.len)?;
        if let Some(ack) = self.ack {
            write!(f, " ack {}", Relative(ack))?;
        }
        if let Some(window) = self.window {
            write!(f, " win {window}")?;
        }
        if let Some(urgent) = self.urgent {
            write!(f, " urg {urgent}")?;
        }
        let options = self.options.to_string();
        if !options.is_empty() {
            write!(f, " <{options}>")?;
        }
        match &self.payload {
            Some(payload) => write!(f, " \"{}\"", payload.escape_ascii()),
            None => Ok(()),
        }
    }
}

/// A number relative to a beginning; a little before it, it is negative.
struct Relative(u32);

impl fmt::Display for Relative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = self.0.cast_signed();
        if (-1_000_000..0).contains(&signed) { write!(f, "{signed}") } else { write!(f, "{}", self.0) }
    }
}

impl fmt::Display for IpPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.bad_checksum {
            parts.push("badsum".to_owned());
        }
        if let Some(ecn) = self.ecn {
            parts.push(ECN_NAMES[usize::from(ecn & 3)].to_owned());
        }
        if let Some(ttl) = self.ttl {
            parts.push(format!("ttl {ttl}"));
        }
        if parts.is_empty() { Ok(()) } else { write!(f, "[{}] ", parts.join(", ")) }
    }
}

/// By their number, RFC 3168 section 5.
pub(crate) const ECN_NAMES: [&str; 4] = ["noecn", "ect1", "ect0", "ce"];

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut texts: Vec<_> = self.list.iter().map(ToString::to_string).collect();
        if self.open {
            texts.push("...".to_owned());
        }
        f.write_str(&texts.join(","))
    }
}

impl fmt::Display for TcpOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: &Option<u32>| number.map_or("*".to_owned(), |number| number.to_string());
        match self {
            Self::End => f.write_str("eol"),
            Self::Nop => f.write_str("nop"),
            Self::Mss(mss) => write!(f, "mss {mss}"),
            Self::WindowScale(shift) => write!(f, "wscale {shift}"),
            Self::SackPermitted => f.write_str("sackOK"),
            Self::Sack(blocks) => {
                f.write_str("sack")?;
                blocks.iter().try_for_each(|(left, right)| write!(f, " {}:{}", Relative(*left), Relative(*right)))
            }
            Self::Timestamp { val, ecr } => write!(f, "TS val {} ecr {}", number(val), number(ecr)),
            Self::FastOpen(Cookie::Remembered) => f.write_str("FO cookie"),
            Self::FastOpen(Cookie::Bytes(bytes)) if bytes.is_empty() => f.write_str("FO"),
            Self::FastOpen(Cookie::Bytes(bytes)) => write!(f, "FO {}", hex(bytes)),
            Self::Other(kind, bytes) => write!(f, "opt {kind} 0x{}", hex(bytes)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
