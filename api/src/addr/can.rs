//! [`CanAddr`]: an interface, and what the protocol above it adds. include/uapi/linux/can.h, Documentation/networking/can.rst.

use std::fmt;

use super::sockaddr::Fields;
use super::text::{FamilyText, keys, number, number_or};
use crate::can::CanId;

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
                Some(Self::Isotp {
                    ifindex: number(ifindex)?,
                    rx_id: rx?.parse::<CanId>().ok()?.0,
                    tx_id: tx?.parse::<CanId>().ok()?.0,
                })
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
