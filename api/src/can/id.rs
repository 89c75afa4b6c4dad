//! [`CanId`]: the identifier of a frame, and what kind of frame it is.

use std::fmt;
use std::str::FromStr;

use crate::AddrParseError;
use crate::addr::number;

/// C's `canid_t`: an identifier of 11 or 29 bits, and three flags.
///
/// In text it is as candump and cansend of can-utils write it: three hexadecimal digits for a standard identifier (`7e8`),
/// eight for an extended one (`18db33f1`, [`EFF_FLAG`](Self::EFF_FLAG)) and for an error frame (`20000004`,
/// [`ERR_FLAG`](Self::ERR_FLAG)), and `#R` behind either identifier for a remote request (`123#R`, [`RTR_FLAG`](Self::RTR_FLAG)).
/// What has no such form, because its flags contradict one another, is `0x` and the whole number.
///
/// ```
/// use wavetank_api::can::CanId;
///
/// let id = CanId::extended(0x123).remote();
/// assert_eq!((id.number(), id.0), (0x123, 0xc000_0123));
/// assert_eq!([id.to_string(), CanId::standard(0x123).to_string()], ["00000123#R", "123"]);
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
    pub const EFF_FLAG: u32 = 0x8000_0000;
    /// `CAN_RTR_FLAG`: a remote transmission request, which has a length and no data.
    pub const RTR_FLAG: u32 = 0x4000_0000;
    /// `CAN_ERR_FLAG`: an error message of the interface; the identifier is the error's class. In a filter: `CAN_INV_FILTER`.
    pub const ERR_FLAG: u32 = 0x2000_0000;
    /// `CAN_SFF_MASK`.
    pub const SFF_MASK: u32 = 0x7ff;
    /// `CAN_EFF_MASK`.
    pub const EFF_MASK: u32 = 0x1fff_ffff;

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
