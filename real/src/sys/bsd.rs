//! macOS and FreeBSD in the form of `linux.rs`. Written without a machine of those systems: `cargo check` accepts it for both, nothing
//! here was ever run.
//!
//! macOS has no flags in `socket` and no `accept4`, so a descriptor is close-on-exec a moment after it is made, as everywhere on macOS.
//! `sendfile` has other forms there; its answer is `ENOSYS`, with which `Socket::sendfile` reads and sends. Time to wait is in
//! milliseconds, rounded up.

use std::time::Duration;

use libc::{c_int, c_ulong, socklen_t};
use wavetank_api::{Errno, SockFlags};

use super::{Result, check};

/// Every descriptor made is close-on-exec.
pub(crate) const CLOEXEC: c_int = SockFlags::CLOEXEC.bits();
/// On FreeBSD every descriptor received is too.
#[cfg(target_os = "freebsd")]
pub(crate) const CMSG_CLOEXEC: c_int = libc::MSG_CMSG_CLOEXEC;
/// macOS has no such flag.
#[cfg(target_vendor = "apple")]
pub(crate) const CMSG_CLOEXEC: c_int = 0;

/// The number of a request of `ioctl`.
pub(super) type Request = c_ulong;

/// The flags that stand beside the type.
#[cfg(target_vendor = "apple")]
const FLAGS: c_int = SockFlags::CLOEXEC.bits() | SockFlags::NONBLOCK.bits();

/// Does for a new descriptor what the flags ask for; closes it if that fails.
#[cfg(target_vendor = "apple")]
fn set(fd: c_int, flags: c_int) -> Result<c_int> {
    // SAFETY: numbers go in.
    let mut answer = check(unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) });
    if answer.is_ok() && flags & SockFlags::NONBLOCK.bits() != 0 {
        // SAFETY: numbers go in.
        answer = check(unsafe { libc::fcntl(fd, libc::F_SETFL, libc::O_NONBLOCK) });
    }
    if answer.is_err() {
        // SAFETY: the descriptor was made a moment ago, and nobody else has it.
        unsafe { libc::close(fd) };
    }
    answer.map(|_| fd)
}

#[cfg(target_vendor = "apple")]
pub(super) fn socket(family: c_int, kind: c_int, protocol: c_int) -> Result<c_int> {
    // SAFETY: three numbers go in.
    set(check(unsafe { libc::socket(family, kind & !FLAGS, protocol) })?, kind)
}

#[cfg(target_os = "freebsd")]
pub(super) fn socket(family: c_int, kind: c_int, protocol: c_int) -> Result<c_int> {
    // SAFETY: three numbers go in.
    check(unsafe { libc::socket(family, kind, protocol) })
}

pub(super) fn socketpair(family: c_int, kind: c_int, protocol: c_int) -> Result<[c_int; 2]> {
    let mut fds = [0; 2];
    #[cfg(target_vendor = "apple")]
    let plain = kind & !FLAGS;
    #[cfg(target_os = "freebsd")]
    let plain = kind;
    // SAFETY: there is room for the two descriptors that the call writes.
    check(unsafe { libc::socketpair(family, plain, protocol, fds.as_mut_ptr()) })?;
    #[cfg(target_vendor = "apple")]
    for (at, fd) in fds.into_iter().enumerate() {
        if let Err(errno) = set(fd, kind) {
            // SAFETY: the other descriptor of the pair, which nobody else has.
            unsafe { libc::close(fds[1 - at]) };
            return Err(errno);
        }
    }
    Ok(fds)
}

/// # Safety
///
/// There is room for `*len` bytes at `addr`, or both are null.
#[cfg(target_vendor = "apple")]
pub(super) unsafe fn accept(fd: c_int, addr: *mut libc::sockaddr, len: *mut socklen_t, flags: c_int) -> Result<c_int> {
    // SAFETY: the caller's promise.
    let new = set(check(unsafe { libc::accept(fd, addr, len) })?, flags)?;
    if flags & SockFlags::NONBLOCK.bits() == 0 {
        // It takes the listener's mode here, and the contract says that the flags alone decide.
        // SAFETY: numbers go in.
        unsafe { libc::fcntl(new, libc::F_SETFL, 0) };
    }
    Ok(new)
}

/// # Safety
///
/// There is room for `*len` bytes at `addr`, or both are null.
#[cfg(target_os = "freebsd")]
pub(super) unsafe fn accept(fd: c_int, addr: *mut libc::sockaddr, len: *mut socklen_t, flags: c_int) -> Result<c_int> {
    // SAFETY: the caller's promise.
    check(unsafe { libc::accept4(fd, addr, len, flags) })
}

pub(super) fn poll(fds: &mut [libc::pollfd], timeout: Option<Duration>) -> Result<c_int> {
    let millis = timeout.map_or(-1, |timeout| timeout.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(c_int::MAX));
    // SAFETY: the call reads and writes as many entries as the slice has.
    check(unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, millis) })
}

/// `getentropy(2)`, which fills at most 256 bytes.
pub(super) fn getrandom(buf: &mut [u8]) -> Result<usize> {
    let len = buf.len().min(256);
    // SAFETY: the call writes `len` bytes to a slice that has as many.
    check(unsafe { libc::getentropy(buf.as_mut_ptr().cast(), len) })?;
    Ok(len)
}

pub(super) const fn sendfile(_fd: c_int, _file: c_int, _offset: u64, _count: usize) -> Result<usize> {
    Err(Errno::ENOSYS)
}

/// In how many bytes `getsockopt` counts its room: in ones.
pub(super) const fn unit(_level: c_int, _name: c_int) -> usize {
    1
}

/// Requests without an address in their argument, and how many bytes that is: `tcp(4)`, `ioctl(2)`.
pub(super) const REQUESTS: &[(u64, usize)] =
    &[(libc::FIONREAD as u64, size_of::<c_int>()), (libc::FIONBIO as u64, size_of::<c_int>())];
