//! `SOCK_CLOEXEC` and `SOCK_NONBLOCK` in the type.

use std::ops::BitOr;

use crate::{SockFlags, SockType};

/// The bits that C and Python let be part of the type.
const FLAGS: i32 = SockFlags::CLOEXEC.union(SockFlags::NONBLOCK).bits();

impl SockType {
    /// The type without `SOCK_CLOEXEC` and `SOCK_NONBLOCK`, and these.
    ///
    /// ```
    /// use wavetank_api::{SockFlags, SockType};
    ///
    /// let kind = SockType::STREAM | SockFlags::NONBLOCK;
    /// assert_eq!(kind.split(), (SockType::STREAM, SockFlags::NONBLOCK));
    /// ```
    #[must_use]
    pub const fn split(self) -> (Self, SockFlags) {
        (Self::from_raw(self.raw() & !FLAGS), SockFlags::from_bits_retain(self.raw() & FLAGS))
    }
}

/// A type with flags, as C writes it: `SOCK_STREAM | SOCK_NONBLOCK`. [`Socket::kind`](crate::Socket::kind) does not show them.
impl BitOr<SockFlags> for SockType {
    type Output = Self;

    fn bitor(self, flags: SockFlags) -> Self {
        Self::from_raw(self.raw() | flags.bits())
    }
}
