//! [`CanFrame`] and [`CanFdFrame`]: what `CAN_RAW` sends and receives.

use std::fmt;

use bitflags::bitflags;

use super::CanId;

/// C's `struct can_frame`: an identifier and up to 8 bytes.
///
/// ```
/// use wavetank_api::can::{CanFrame, CanId};
///
/// let frame = CanFrame::new(CanId::standard(0x123), b"ahoy").unwrap();
/// assert_eq!(frame.encode().len(), CanFrame::LEN);
/// assert_eq!(CanFrame::decode(&frame.encode()), Some(frame));
/// assert_eq!(frame.to_string(), "123#61686f79");
/// assert_eq!(CanFrame::new(CanId::standard(1), &[0; 9]), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias = "can_frame")]
pub struct CanFrame {
    /// The identifier.
    pub id: CanId,
    /// `len`: how many of the bytes count, 8 at most. A remote request says with it how many it wants.
    pub len: u8,
    /// `len8_dlc`: 9 to 15 where 8 bytes were sent with that length code, otherwise 0.
    pub len8_dlc: u8,
    /// The bytes, and zeroes after them.
    pub bytes: [u8; 8],
}

impl CanFrame {
    /// Bytes of the structure, `CAN_MTU`.
    #[doc(alias = "CAN_MTU")]
    pub const LEN: usize = 16;

    /// A frame with this data; `None` if that is more than 8 bytes.
    #[must_use]
    pub fn new(id: CanId, data: &[u8]) -> Option<Self> {
        let mut bytes = [0; 8];
        bytes.get_mut(..data.len())?.copy_from_slice(data);
        Some(Self { id, len: data.len() as u8, len8_dlc: 0, bytes })
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.bytes[..self.bytes.len().min(self.len.into())]
    }

    /// As the kernel has it.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..4].copy_from_slice(&self.id.0.to_ne_bytes());
        out[4] = self.len;
        out[7] = self.len8_dlc;
        out[8..].copy_from_slice(&self.bytes);
        out
    }

    /// What `recv` gave; `None` unless it is a frame of this kind, which its length tells.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (head, data) = bytes.split_first_chunk::<8>()?;
        let [a, b, c, d, len, _, _, len8_dlc] = *head;
        let id = CanId(u32::from_ne_bytes([a, b, c, d]));
        (len <= 8).then_some(Self { id, len, len8_dlc, bytes: data.try_into().ok()? })
    }
}

bitflags! {
    /// What a CAN FD frame says of itself.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
    pub struct CanFdFlags: u8 {
        /// `CANFD_BRS`: the data were sent at the second bit rate.
        const BRS = 0x01;
        /// `CANFD_ESI`: the sender is error passive.
        const ESI = 0x02;
        /// `CANFD_FDF`: it is a CAN FD frame; the kernel sets it on all that it gives since Linux 5.14.
        const FDF = 0x04;
        const _ = !0;
    }
}

/// C's `struct canfd_frame`: an identifier and up to 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "canfd_frame")]
pub struct CanFdFrame {
    /// The identifier.
    pub id: CanId,
    /// `len`: how many of the bytes count, 64 at most.
    pub len: u8,
    /// What it says of itself.
    pub flags: CanFdFlags,
    /// The bytes, and zeroes after them.
    pub bytes: [u8; 64],
}

impl CanFdFrame {
    /// Bytes of the structure, `CANFD_MTU`.
    #[doc(alias = "CANFD_MTU")]
    pub const LEN: usize = 72;

    /// A frame with this data; `None` if that is more than 64 bytes.
    #[must_use]
    pub fn new(id: CanId, flags: CanFdFlags, data: &[u8]) -> Option<Self> {
        let mut bytes = [0; 64];
        bytes.get_mut(..data.len())?.copy_from_slice(data);
        Some(Self { id, len: data.len() as u8, flags, bytes })
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.bytes[..self.bytes.len().min(self.len.into())]
    }

    /// As the kernel has it.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..4].copy_from_slice(&self.id.0.to_ne_bytes());
        out[4] = self.len;
        out[5] = self.flags.bits();
        out[8..].copy_from_slice(&self.bytes);
        out
    }

    /// What `recv` gave; `None` unless it is a frame of this kind, which its length tells.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (head, data) = bytes.split_first_chunk::<8>()?;
        let [a, b, c, d, len, flags, _, _] = *head;
        let id = CanId(u32::from_ne_bytes([a, b, c, d]));
        let flags = CanFdFlags::from_bits_retain(flags);
        (len <= 64).then_some(Self { id, len, flags, bytes: data.try_into().ok()? })
    }
}

/// As candump(1) logs it, in lower case: `123#61686f79`, a remote request `123#R`.
impl fmt::Display for CanFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        if self.id.is_remote() {
            return if self.len == 0 { Ok(()) } else { write!(f, "{}", self.len) };
        }
        f.write_str("#")?;
        self.data().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// As candump(1) logs it, in lower case: `123##161686f79`, the digit being the flags.
impl fmt::Display for CanFdFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}##{:x}", self.id, self.flags.bits() & 0xf)?;
        self.data().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CanFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for CanFdFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
