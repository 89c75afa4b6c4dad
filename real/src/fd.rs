//! [`Fd`]: an open descriptor of the operating system.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use wavetank_api::Descriptor;

/// An open descriptor; dropping it closes it. It converts from and into [`OwnedFd`], and through that every type of `std`.
#[derive(Debug)]
#[repr(transparent)]
pub struct Fd(OwnedFd);

impl Descriptor for Fd {
    fn raw(&self) -> i32 {
        self.0.as_raw_fd()
    }
}

impl AsFd for Fd {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl From<OwnedFd> for Fd {
    fn from(fd: OwnedFd) -> Self {
        Self(fd)
    }
}

impl From<Fd> for OwnedFd {
    fn from(fd: Fd) -> Self {
        fd.0
    }
}
