//! [`CanId`]: the identifier of a frame, and what kind of frame it is.

use std::fmt;

/// C's `canid_t`: an identifier of 11 or 29 bits, and three flags. In text as candump(1) has it: `123`, `00000123`.
///
/// ```
/// use wavetank_api::can::CanId;
///
/// let id = CanId::extended(0x123).remote();
/// assert_eq!((id.number(), id.0), (0x123, 0xc000_0123));
/// assert_eq!([id.to_string(), CanId::standard(0x123).to_string()], ["00000123#R", "123"]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "canid_t")]
pub struct CanId(pub u32);

impl CanId {
    /// `CAN_EFF_FLAG`: the identifier has 29 bits.
    pub const EFF_FLAG: u32 = libc::CAN_EFF_FLAG;
    /// `CAN_RTR_FLAG`: a remote transmission request, which has a length and no data.
    pub const RTR_FLAG: u32 = libc::CAN_RTR_FLAG;
    /// `CAN_ERR_FLAG`: an error message of the interface; the identifier is the error's class. In a filter: `CAN_INV_FILTER`.
    pub const ERR_FLAG: u32 = libc::CAN_ERR_FLAG;
    /// `CAN_SFF_MASK`.
    pub const SFF_MASK: u32 = libc::CAN_SFF_MASK;
    /// `CAN_EFF_MASK`.
    pub const EFF_MASK: u32 = libc::CAN_EFF_MASK;

    /// An identifier of 11 bits; bits above them are dropped.
    #[must_use]
    pub const fn standard(id: u16) -> Self {
        Self(id as u32 & Self::SFF_MASK)
    }

    /// An identifier of 29 bits; bits above them are dropped.
    #[must_use]
    pub const fn extended(id: u32) -> Self {
        Self(id & Self::EFF_MASK | Self::EFF_FLAG)
    }

    /// The same identifier as a remote transmission request.
    #[must_use]
    pub const fn remote(self) -> Self {
        Self(self.0 | Self::RTR_FLAG)
    }

    /// The bits of the identifier.
    #[must_use]
    pub const fn number(self) -> u32 {
        if self.is_extended() || self.is_error() { self.0 & Self::EFF_MASK } else { self.0 & Self::SFF_MASK }
    }

    /// Whether the identifier has 29 bits.
    #[must_use]
    pub const fn is_extended(self) -> bool {
        self.0 & Self::EFF_FLAG != 0
    }

    /// Whether it is of a remote transmission request.
    #[must_use]
    pub const fn is_remote(self) -> bool {
        self.0 & Self::RTR_FLAG != 0
    }

    /// Whether it is of an error message.
    #[must_use]
    pub const fn is_error(self) -> bool {
        self.0 & Self::ERR_FLAG != 0
    }
}

impl fmt::Display for CanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = if self.is_extended() || self.is_error() { 8 } else { 3 };
        let error = if self.is_error() { Self::ERR_FLAG } else { 0 };
        write!(f, "{:0width$x}", self.number() | error)?;
        if self.is_remote() { f.write_str("#R") } else { Ok(()) }
    }
}

impl fmt::Debug for CanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
