//! `struct cmsghdr` in memory: a length with the header, a level, a type, and then the data. Linux's include/linux/socket.h; POSIX
//! <sys/socket.h> for the others.

use crate::{Errno, Error, Result};

/// Messages begin, and their data begins, at a multiple of this.
#[cfg(any(target_os = "linux", target_os = "freebsd", windows))]
pub(super) const ALIGN: usize = size_of::<usize>();
/// macOS aligns to 32 bits: `__DARWIN_ALIGN32`.
#[cfg(target_vendor = "apple")]
pub(super) const ALIGN: usize = 4;

/// The length's type: Linux and Windows have `size_t`, the others `socklen_t`.
#[cfg(any(target_os = "linux", windows))]
pub(super) type Len = usize;
/// See above.
#[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
pub(super) type Len = u32;

/// Bytes of the header's own fields.
pub(super) const FIELDS: usize = size_of::<Len>() + 2 * size_of::<i32>();

/// Bytes before the data.
pub(super) const HEADER: usize = FIELDS.next_multiple_of(ALIGN);

/// The largest length that C's arithmetic, and Python's check of it, allow.
const MAX: usize = i32::MAX as usize;

/// `CMSG_LEN`: bytes of a message with `len` bytes of data, without padding behind them.
///
/// # Errors
///
/// `EINVAL` for a length that a message cannot have: what C's macro computes with no check, Python answers with `OverflowError`.
///
/// ```
/// use wavetank_api::control::cmsg_len;
///
/// assert_eq!(cmsg_len(4)?, 20);
/// assert!(cmsg_len(usize::MAX).is_err());
/// # Ok::<(), wavetank_api::Error>(())
/// ```
#[doc(alias = "CMSG_LEN")]
pub fn cmsg_len(len: usize) -> Result<usize> {
    match HEADER.checked_add(len) {
        Some(total) if total <= MAX => Ok(total),
        _ => Err(Error::new(Errno::EINVAL, "CMSG_LEN")),
    }
}

/// `CMSG_SPACE`: bytes that a message with `len` bytes of data takes up in a buffer, with the padding that lets another follow.
///
/// To receive several messages, add up their spaces.
///
/// # Errors
///
/// Those of [`cmsg_len`].
///
/// ```
/// use wavetank_api::control::cmsg_space;
///
/// assert_eq!(cmsg_space(4)?, 24);
/// assert_eq!(cmsg_space(8)?, 24);
/// # Ok::<(), wavetank_api::Error>(())
/// ```
#[doc(alias = "CMSG_SPACE")]
pub fn cmsg_space(len: usize) -> Result<usize> {
    match HEADER.checked_add(len).and_then(|total| total.checked_next_multiple_of(ALIGN)) {
        Some(total) if total <= MAX => Ok(total),
        _ => Err(Error::new(Errno::EINVAL, "CMSG_SPACE")),
    }
}
