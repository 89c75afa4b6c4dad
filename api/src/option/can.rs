//! Options of CAN: `raw_setsockopt`, `isotp_setsockopt`, `j1939_sk_setsockopt`; Documentation/networking/can.rst, iso15765-2.rst, j1939.rst.
//! The values are [`can`](crate::can)'s, and lists of them.

use super::layout::{Field, List};
use super::{MAX_LEN, OptValue, SockOpt, options};
use crate::c;
use crate::can::{CanFilter, IsotpFc, IsotpLink, IsotpOptions, J1939Filter};

impl Field for CanFilter {
    const SIZE: usize = Self::LEN;

    fn write(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&Self::encode(&[*self]));
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::decode(bytes).pop()
    }
}

impl Field for J1939Filter {
    const SIZE: usize = Self::LEN;

    fn write(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&Self::encode(&[*self]));
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| u32::read(bytes.get(at..at + 4)?);
        let name = |at: usize| u64::read(bytes.get(at..at + 8)?);
        Some(Self {
            name: name(0)?,
            name_mask: name(8)?,
            pgn: number(16)?,
            pgn_mask: number(20)?,
            addr: *bytes.get(24)?,
            addr_mask: *bytes.get(25)?,
        })
    }
}

/// The structures of ISO-TP, as `can` has them.
macro_rules! structures {
    ($($type:ident $len:expr;)*) => {
        $(
            impl OptValue for $type {
                type Value = Self;
                const LEN: usize = $len;

                fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
                    bytes[..$len].copy_from_slice(&$type::encode(value));
                    $len
                }

                fn decode(bytes: &[u8]) -> Option<Self> {
                    $type::decode(bytes)
                }
            }
        )*
    };
}

structures! {
    IsotpOptions IsotpOptions::LEN;
    IsotpFc 3;
    IsotpLink 3;
}

/// The virtual network of CAN XL frames: C's `struct can_raw_vcid_options`, linux/can/raw.h. Linux 6.9.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[doc(alias = "can_raw_vcid_options")]
pub struct CanRawVcid {
    /// `CAN_RAW_XL_VCID_TX_SET` (1), `CAN_RAW_XL_VCID_TX_PASS` (2), `CAN_RAW_XL_VCID_RX_FILTER` (4).
    pub flags: u8,
    /// The network of what is sent.
    pub tx: u8,
    /// The network of what is taken.
    pub rx: u8,
    /// The bits of it that count.
    pub rx_mask: u8,
}

impl OptValue for CanRawVcid {
    type Value = Self;
    const LEN: usize = 4;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        bytes[..4].copy_from_slice(&[value.flags, value.tx, value.rx, value.rx_mask]);
        4
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let [flags, tx, rx, rx_mask] = *bytes.first_chunk()?;
        Some(Self { flags, tx, rx, rx_mask })
    }
}

options! { CAN_NAMES;
    /// Which frames are taken: those that match one of the filters; with none at all, nothing is. At most 512, or `EINVAL`.
    SOL_CAN_RAW CAN_RAW_FILTER: List<CanFilter>;
    /// Which classes of errors are taken: `CAN_ERR_*`; none at first.
    SOL_CAN_RAW CAN_RAW_ERR_FILTER: u32;
    /// Whether other sockets of this host see what is sent; so at first.
    SOL_CAN_RAW CAN_RAW_LOOPBACK: bool;
    /// Whether this socket sees what it sends; not at first. Needs [`CAN_RAW_LOOPBACK`].
    SOL_CAN_RAW CAN_RAW_RECV_OWN_MSGS: bool;
    /// Takes and sends CAN FD frames too. `EINVAL` but for 0 and 1.
    SOL_CAN_RAW CAN_RAW_FD_FRAMES: bool;
    /// A frame must match every filter, not one of them.
    SOL_CAN_RAW CAN_RAW_JOIN_FILTERS: bool;
    /// Takes and sends CAN XL frames too. Linux 6.2.
    SOL_CAN_RAW CAN_RAW_XL_FRAMES: bool;
    /// The virtual network of CAN XL frames. Linux 6.9.
    SOL_CAN_RAW CAN_RAW_XL_VCID_OPTS: CanRawVcid;
    /// How messages are made of frames. `EISCONN` once bound.
    SOL_CAN_ISOTP CAN_ISOTP_OPTS: IsotpOptions;
    /// How the sender is told to go on. `EISCONN` once bound.
    SOL_CAN_ISOTP CAN_ISOTP_RECV_FC: IsotpFc;
    /// Nanoseconds between frames sent, whatever the receiver asks for, with [`FORCE_TXSTMIN`](crate::can::IsotpFlags::FORCE_TXSTMIN).
    SOL_CAN_ISOTP CAN_ISOTP_TX_STMIN: u32;
    /// Nanoseconds between frames taken, with [`FORCE_RXSTMIN`](crate::can::IsotpFlags::FORCE_RXSTMIN).
    SOL_CAN_ISOTP CAN_ISOTP_RX_STMIN: u32;
    /// The frames underneath. `EINVAL` for sizes that are none, `EISCONN` once bound.
    SOL_CAN_ISOTP CAN_ISOTP_LL_OPTS: IsotpLink;
    /// Which messages are taken; with none at all, all are. At most 512, or `EINVAL`. Write only.
    SOL_CAN_J1939 SO_J1939_FILTER: List<J1939Filter>;
    /// Takes messages for others too.
    SOL_CAN_J1939 SO_J1939_PROMISC: bool;
    /// The priority of what is sent: 0, the highest, to 7; 6 at first. `EDOM` else, `EPERM` below 2 without CAP_NET_ADMIN.
    SOL_CAN_J1939 SO_J1939_SEND_PRIO: i32;
    /// Tells of what became of messages in the queue of errors.
    SOL_CAN_J1939 SO_J1939_ERRQUEUE: bool;
}
