//! [`BluetoothAddr`] and [`BdAddr`]: a device, and what each of the four protocols adds. include/net/bluetooth/*.h.

use std::fmt;
use std::str::FromStr;

use super::sockaddr::Fields;
use super::text::{AddrParseError, FamilyText, keys, number, number_or};

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

/// Six numbers in hexadecimal, each below 256, with colons.
///
/// The numbers are read as C's `scanf("%X")` reads them, by which Python reads the address: white space and a plus or a minus
/// may stand before a number, then `0x`, and any number of zeros. But a number that `scanf` would cut to 32 bits is refused.
///
/// ```
/// use wavetank_api::BdAddr;
///
/// assert_eq!("00:1A:7d:da:71:13".parse(), Ok(BdAddr([0x00, 0x1a, 0x7d, 0xda, 0x71, 0x13])));
/// assert_eq!("1:2:3:4:5:6".parse(), Ok(BdAddr([1, 2, 3, 4, 5, 6])));
/// let error = "00:1a:7d:da:71:100".parse::<BdAddr>().unwrap_err();
/// assert_eq!(error.to_string(), "not a Bluetooth address: write 00:1a:7d:da:71:13, six bytes in hexadecimal");
/// ```
impl FromStr for BdAddr {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        const BAD: AddrParseError =
            AddrParseError::new("not a Bluetooth address: write 00:1a:7d:da:71:13, six bytes in hexadecimal");
        read_bdaddr(text.as_bytes()).ok_or(BAD)
    }
}

fn read_bdaddr(text: &[u8]) -> Option<BdAddr> {
    let mut bytes = [0; 6];
    let mut parts = text.split(|&byte| byte == b':');
    for byte in &mut bytes {
        *byte = read_scanned(parts.next()?)?;
    }
    parts.next().is_none().then_some(BdAddr(bytes))
}

/// A number as `scanf("%X")` reads it, and nothing after it.
fn read_scanned(text: &[u8]) -> Option<u8> {
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'..=b'\r'))?;
    let (unsigned, minus) = match &text[start..] {
        [b'-', rest @ ..] => (rest, true),
        [b'+', rest @ ..] | rest => (rest, false),
    };
    let digits = match unsigned {
        // The zero is a digit already.
        [b'0', b'x' | b'X', rest @ ..] => rest,
        [] => return None,
        rest => rest,
    };
    let add = |number: u8, byte: &u8| {
        let digit = char::from(*byte).to_digit(16)? as u8;
        (number < 16).then_some(number << 4 | digit)
    };
    // What is below zero would be above 255.
    digits.iter().try_fold(0, add).filter(|&number| number == 0 || !minus)
}

impl fmt::Display for BluetoothAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::L2cap { bdaddr, psm, cid, bdaddr_type } => {
                write!(f, "l2cap:{bdaddr}")?;
                if psm != 0 {
                    write!(f, "/psm={psm:#x}")?;
                }
                if cid != 0 {
                    write!(f, "/cid={cid:#x}")?;
                }
                if bdaddr_type == 0 { Ok(()) } else { write!(f, "/type={bdaddr_type}") }
            }
            Self::Rfcomm { bdaddr, channel: 0 } => write!(f, "rfcomm:{bdaddr}"),
            Self::Rfcomm { bdaddr, channel } => write!(f, "rfcomm:{bdaddr}/channel={channel}"),
            Self::Hci { device, channel: 0 } => write!(f, "hci:{device}"),
            Self::Hci { device, channel } => write!(f, "hci:{device}/channel={channel}"),
            Self::Sco { bdaddr } => write!(f, "sco:{bdaddr}"),
        }
    }
}

impl FamilyText for BluetoothAddr {
    const SENTENCE: &str = "not a BLUETOOTH address: write l2cap:00:1a:7d:da:71:13/psm=0x1001 (or /cid=0x40, and perhaps /type=1), \
                            rfcomm:00:1a:7d:da:71:13/channel=3, hci:0/channel=1, or sco:00:1a:7d:da:71:13";

    fn read(form: &str, rest: &str) -> Option<Self> {
        match form {
            "l2cap" => {
                let (bdaddr, [psm, cid, kind]) = keys(rest, ["psm", "cid", "type"])?;
                Some(Self::L2cap {
                    bdaddr: bdaddr.parse().ok()?,
                    psm: number_or(psm, 0)?,
                    cid: number_or(cid, 0)?,
                    bdaddr_type: number_or(kind, 0)?,
                })
            }
            "rfcomm" => {
                let (bdaddr, [channel]) = keys(rest, ["channel"])?;
                Some(Self::Rfcomm { bdaddr: bdaddr.parse().ok()?, channel: number_or(channel, 0)? })
            }
            "hci" => {
                let (device, [channel]) = keys(rest, ["channel"])?;
                Some(Self::Hci { device: number(device)?, channel: number_or(channel, 0)? })
            }
            "sco" => Some(Self::Sco { bdaddr: rest.parse().ok()? }),
            _ => None,
        }
    }
}

impl fmt::Debug for BluetoothAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
