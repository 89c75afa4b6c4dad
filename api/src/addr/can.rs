//! [`CanAddr`]: an interface, and what the protocol above it adds. include/uapi/linux/can.h, Documentation/networking/can.rst.

use std::fmt;
use std::str::FromStr;

use super::sockaddr::Fields;
use super::text::{AddrParseError, FamilyText, keys, number, number_or};

/// The address of a CAN socket, C's `struct sockaddr_can`: its form is that of the protocol.
///
/// Interfaces are numbers, 0 being all of them; [`Net::if_nametoindex`](crate::Net::if_nametoindex) turns a name into its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "sockaddr_can")]
pub enum CanAddr {
    /// `CAN_RAW` and `CAN_BCM`: the interface.
    Raw {
        /// The interface; 0 is all of them.
        ifindex: u32,
    },
    /// `CAN_ISOTP`: a transfer between two CAN identifiers, ISO 15765-2.
    Isotp {
        /// The interface.
        ifindex: u32,
        /// The identifier to receive, with `CAN_EFF_FLAG` if it is an extended one.
        rx_id: u32,
        /// The identifier to send, likewise.
        tx_id: u32,
    },
    /// `CAN_J1939`: SAE J1939. Documentation/networking/j1939.rst.
    J1939 {
        /// The interface; 0 is all of them.
        ifindex: u32,
        /// The 64-bit name of a node; `J1939_NO_NAME` (0) is none.
        name: u64,
        /// The parameter group; `J1939_NO_PGN` (0x40000) is none.
        pgn: u32,
        /// The 8-bit address of a node; `J1939_NO_ADDR` (255) is none, or all.
        addr: u8,
    },
}

impl CanAddr {
    /// The interface; 0 is all of them.
    #[must_use]
    pub const fn ifindex(&self) -> u32 {
        match *self {
            Self::Raw { ifindex } | Self::Isotp { ifindex, .. } | Self::J1939 { ifindex, .. } => ifindex,
        }
    }

    /// The bytes after the family, as many as the protocol asks for (its `..._MIN_NAMELEN`, since Linux 5.4).
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0; 2];
        bytes.extend(self.ifindex().to_ne_bytes());
        match *self {
            Self::Raw { .. } => {}
            Self::Isotp { rx_id, tx_id, .. } => {
                bytes.extend(rx_id.to_ne_bytes());
                bytes.extend(tx_id.to_ne_bytes());
            }
            Self::J1939 { name, pgn, addr, .. } => {
                bytes.extend(name.to_ne_bytes());
                bytes.extend(pgn.to_ne_bytes());
                bytes.extend([addr, 0, 0, 0]);
            }
        }
        bytes
    }

    /// The protocol is told by the length, which is the one difference that the kernel makes.
    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.skip(2)?;
        let ifindex = fields.u32()?;
        match fields.left() {
            0 => Some(Self::Raw { ifindex }),
            8 => Some(Self::Isotp { ifindex, rx_id: fields.u32()?, tx_id: fields.u32()? }),
            13.. => Some(Self::J1939 { ifindex, name: fields.u64()?, pgn: fields.u32()?, addr: fields.u8()? }),
            _ => None,
        }
    }
}

/// A CAN identifier as the kernel has it, with its flags: C's `canid_t`.
///
/// In text it is as candump and cansend of can-utils write it: three hexadecimal digits for a standard identifier (`7e8`),
/// eight for an extended one (`18db33f1`, [`EFF_FLAG`](Self::EFF_FLAG)) and for an error frame (`20000004`,
/// [`ERR_FLAG`](Self::ERR_FLAG)), and `#R` behind either identifier for a remote request (`123#R`, [`RTR_FLAG`](Self::RTR_FLAG)).
/// What has no such form, because its flags contradict one another, is `0x` and the whole number.
///
/// ```
/// use wavetank_api::CanId;
///
/// let rows = [
///     ("7e8", 0x7e8),
///     ("00000001", 1 | CanId::EFF_FLAG),
///     ("18db33f1", 0x18db_33f1 | CanId::EFF_FLAG),
///     ("123#R", 0x123 | CanId::RTR_FLAG),
///     ("20000004", 4 | CanId::ERR_FLAG),
///     ("0x800", 0x800),
/// ];
/// for (text, id) in rows {
///     assert_eq!(text.parse(), Ok(CanId(id)), "{text}");
///     assert_eq!(CanId(id).to_string(), text);
/// }
/// assert!("800".parse::<CanId>().unwrap_err().to_string().contains("three digits up to 7ff"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "canid_t")]
pub struct CanId(pub u32);

impl CanId {
    /// `CAN_EFF_FLAG`: the identifier has 29 bits.
    pub const EFF_FLAG: u32 = libc::CAN_EFF_FLAG;
    /// `CAN_RTR_FLAG`: a remote request.
    pub const RTR_FLAG: u32 = libc::CAN_RTR_FLAG;
    /// `CAN_ERR_FLAG`: a message of the controller's, not of the bus.
    pub const ERR_FLAG: u32 = libc::CAN_ERR_FLAG;
    /// `CAN_SFF_MASK`: the bits of a standard identifier.
    pub const SFF_MASK: u32 = libc::CAN_SFF_MASK;
    /// `CAN_EFF_MASK`: the bits of an extended identifier, and of an error's class.
    pub const EFF_MASK: u32 = libc::CAN_EFF_MASK;
}

impl fmt::Display for CanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bits, flags) = (self.0 & Self::EFF_MASK, self.0 & !Self::EFF_MASK);
        match flags & !Self::RTR_FLAG {
            0 if bits <= Self::SFF_MASK => write!(f, "{bits:03x}")?,
            Self::EFF_FLAG => write!(f, "{bits:08x}")?,
            Self::ERR_FLAG if flags == Self::ERR_FLAG => return write!(f, "{:08x}", self.0),
            _ => return write!(f, "{:#x}", self.0),
        }
        f.write_str(if flags & Self::RTR_FLAG == 0 { "" } else { "#R" })
    }
}

impl fmt::Debug for CanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CanId {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        const BAD: AddrParseError = AddrParseError::new(
            "not a CAN identifier: write three digits up to 7ff, or eight up to 1fffffff, in hexadecimal, perhaps #R behind them; \
             eight from 20000000 on for an error; or 0x and the number with its flags",
        );
        read_can_id(text).map(Self).ok_or(BAD)
    }
}

fn read_can_id(text: &str) -> Option<u32> {
    if text.starts_with("0x") {
        return number(text);
    }
    let (digits, remote) = text.strip_suffix("#R").map_or((text, 0), |digits| (digits, CanId::RTR_FLAG));
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = u32::from_str_radix(digits, 16).ok().filter(|_| all_digits)?;
    match digits.len() {
        3 if id <= CanId::SFF_MASK => Some(id | remote),
        8 if id <= CanId::EFF_MASK => Some(id | CanId::EFF_FLAG | remote),
        8 if id & !CanId::EFF_MASK == CanId::ERR_FLAG && remote == 0 => Some(id),
        _ => None,
    }
}

/// `J1939_NO_PGN` of include/uapi/linux/can/j1939.h; `J1939_NO_NAME` is 0.
const NO_PGN: u32 = 0x4_0000;
/// `J1939_NO_ADDR`.
const NO_ADDR: u8 = 0xff;

impl fmt::Display for CanAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Raw { ifindex } => write!(f, "can:{ifindex}"),
            Self::Isotp { ifindex, rx_id, tx_id } => {
                write!(f, "can-isotp:{ifindex}/rx={}/tx={}", CanId(rx_id), CanId(tx_id))
            }
            Self::J1939 { ifindex, name, pgn, addr } => {
                write!(f, "can-j1939:{ifindex}")?;
                if name != 0 {
                    write!(f, "/name={name:#x}")?;
                }
                if pgn != NO_PGN {
                    write!(f, "/pgn={pgn:#x}")?;
                }
                if addr == NO_ADDR { Ok(()) } else { write!(f, "/addr={addr:#x}") }
            }
        }
    }
}

impl FamilyText for CanAddr {
    const SENTENCE: &str = "not a CAN address: write can:3 with the number of the interface, can-isotp:3/rx=7e8/tx=7e0, or can-j1939:3, \
                            perhaps with /name=0x1, /pgn=0xfeca, /addr=0x80";

    fn read(form: &str, rest: &str) -> Option<Self> {
        match form {
            "can" => Some(Self::Raw { ifindex: number(rest)? }),
            "can-isotp" => {
                let (ifindex, [rx, tx]) = keys(rest, ["rx", "tx"])?;
                Some(Self::Isotp { ifindex: number(ifindex)?, rx_id: read_can_id(rx?)?, tx_id: read_can_id(tx?)? })
            }
            "can-j1939" => {
                let (ifindex, [name, pgn, addr]) = keys(rest, ["name", "pgn", "addr"])?;
                Some(Self::J1939 {
                    ifindex: number(ifindex)?,
                    name: number_or(name, 0)?,
                    pgn: number_or(pgn, NO_PGN)?,
                    addr: number_or(addr, NO_ADDR)?,
                })
            }
            _ => None,
        }
    }
}

impl fmt::Debug for CanAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
