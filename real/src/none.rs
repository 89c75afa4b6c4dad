//! `quirks.rs` and `refused.rs` of the systems that have neither: what they know is Linux's.

use std::os::fd::BorrowedFd;

use wavetank_api::Errno;
use wavetank_api::control::Cmsg;

pub(crate) const fn refuses_nosignal(_fd: BorrowedFd<'_>, _errno: Errno) -> bool {
    false
}

pub(crate) const fn refuses_cmsg_cloexec(_fd: BorrowedFd<'_>, _errno: Errno) -> bool {
    false
}

pub(crate) const fn refuses_accept_with_addr(_fd: BorrowedFd<'_>, _errno: Errno) -> bool {
    false
}

pub(crate) const fn get(_level: i32, _name: i32) -> bool {
    false
}

pub(crate) const fn set(_level: i32, _name: i32) -> bool {
    false
}

pub(crate) const fn control(_message: &Cmsg<'_>) -> bool {
    false
}
