//! [`BluetoothAddr`] and [`BdAddr`]: a device, and what each of the four protocols adds. include/net/bluetooth/*.h.

use std::fmt;

use super::sockaddr::Fields;

/// A device address of Bluetooth, most significant byte first, as it is written: `00:1a:7d:da:71:13`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "bdaddr_t")]
pub struct BdAddr(pub [u8; 6]);

impl BdAddr {
    /// `BDADDR_ANY`, `00:00:00:00:00:00`: any adapter of this machine.
    pub const ANY: Self = Self([0; 6]);
    /// `BDADDR_LOCAL`, `00:00:00:ff:ff:ff`: this machine.
    pub const LOCAL: Self = Self([0, 0, 0, 0xff, 0xff, 0xff]);

    /// In memory the least significant byte comes first.
    fn to_memory(self) -> [u8; 6] {
        let mut bytes = self.0;
        bytes.reverse();
        bytes
    }

    const fn from_memory([a, b, c, d, e, f]: [u8; 6]) -> Self {
        Self([f, e, d, c, b, a])
    }
}

/// The address of a Bluetooth socket: its form is that of the protocol.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "sockaddr_l2")]
#[doc(alias = "sockaddr_rc")]
#[doc(alias = "sockaddr_hci")]
#[doc(alias = "sockaddr_sco")]
pub enum BluetoothAddr {
    /// `BTPROTO_L2CAP`, `struct sockaddr_l2`.
    L2cap {
        /// The device.
        bdaddr: BdAddr,
        /// The protocol/service multiplexer; 0 if [`cid`](Self::L2cap::cid) is used.
        psm: u16,
        /// The fixed channel; 0 if the multiplexer is used.
        cid: u16,
        /// `BDADDR_BREDR` (0), `BDADDR_LE_PUBLIC` (1) or `BDADDR_LE_RANDOM` (2).
        bdaddr_type: u8,
    },
    /// `BTPROTO_RFCOMM`, `struct sockaddr_rc`.
    Rfcomm {
        /// The device.
        bdaddr: BdAddr,
        /// The channel, 1 to 30; 0 lets `bind(2)` choose one.
        channel: u8,
    },
    /// `BTPROTO_HCI`, `struct sockaddr_hci`.
    Hci {
        /// The adapter; `HCI_DEV_NONE` (0xffff) is none.
        device: u16,
        /// `HCI_CHANNEL_RAW` (0), `_USER` (1), `_MONITOR` (2), `_CONTROL` (3) or `_LOGGING` (4).
        channel: u16,
    },
    /// `BTPROTO_SCO`, `struct sockaddr_sco`.
    Sco {
        /// The device.
        bdaddr: BdAddr,
    },
}

impl BluetoothAddr {
    /// The size of the structure is its padding's too: `sockaddr_l2` and `sockaddr_rc` end with one byte that is not used.
    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::L2cap { bdaddr, psm, cid, bdaddr_type } => {
                [&psm.to_le_bytes()[..], &bdaddr.to_memory(), &cid.to_le_bytes(), &[*bdaddr_type, 0]].concat()
            }
            Self::Rfcomm { bdaddr, channel } => [&bdaddr.to_memory()[..], &[*channel, 0]].concat(),
            Self::Hci { device, channel } => [device.to_ne_bytes(), channel.to_ne_bytes()].concat(),
            Self::Sco { bdaddr } => bdaddr.to_memory().to_vec(),
        }
    }

    /// The protocol is told by the length.
    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        match fields.left() {
            4 => Some(Self::Hci { device: fields.u16()?, channel: fields.u16()? }),
            6 => Some(Self::Sco { bdaddr: BdAddr::from_memory(fields.array()?) }),
            8 => Some(Self::Rfcomm { bdaddr: BdAddr::from_memory(fields.array()?), channel: fields.u8()? }),
            12 => {
                let psm = u16::from_le_bytes(fields.array()?);
                let bdaddr = BdAddr::from_memory(fields.array()?);
                let cid = u16::from_le_bytes(fields.array()?);
                Some(Self::L2cap { bdaddr, psm, cid, bdaddr_type: fields.u8()? })
            }
            _ => None,
        }
    }
}

impl fmt::Display for BdAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, last] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{last:02x}")
    }
}

impl fmt::Debug for BdAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for BluetoothAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::L2cap { bdaddr, psm, cid, bdaddr_type } => write!(f, "l2cap:{bdaddr}/{psm}/{cid}/{bdaddr_type}"),
            Self::Rfcomm { bdaddr, channel } => write!(f, "rfcomm:{bdaddr}/{channel}"),
            Self::Hci { device, channel } => write!(f, "hci:{device}/{channel}"),
            Self::Sco { bdaddr } => write!(f, "sco:{bdaddr}"),
        }
    }
}

impl fmt::Debug for BluetoothAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
