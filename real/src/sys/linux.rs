//! What only Linux has, or has in this form: flags in `socket` and `accept4`, nanoseconds in `ppoll`, `getrandom`, `sendfile`.
//!
//! `bsd.rs` has the same functions for macOS and FreeBSD.

use std::ptr;
use std::time::Duration;

use libc::{c_int, socklen_t};
use wavetank_api::Errno;

use super::{Result, check, check_len};

/// Every descriptor made is close-on-exec from the beginning.
pub(crate) const CLOEXEC: c_int = libc::SOCK_CLOEXEC;
/// So is every descriptor received.
pub(crate) const CMSG_CLOEXEC: c_int = libc::MSG_CMSG_CLOEXEC;

/// The number of a request of `ioctl`.
pub(super) type Request = libc::Ioctl;

pub(super) fn socket(family: c_int, kind: c_int, protocol: c_int) -> Result<c_int> {
    // SAFETY: three numbers go in.
    check(unsafe { libc::socket(family, kind, protocol) })
}

pub(super) fn socketpair(family: c_int, kind: c_int, protocol: c_int) -> Result<[c_int; 2]> {
    let mut fds = [0; 2];
    // SAFETY: there is room for the two descriptors that the call writes.
    check(unsafe { libc::socketpair(family, kind, protocol, fds.as_mut_ptr()) })?;
    Ok(fds)
}

/// # Safety
///
/// There is room for `*len` bytes at `addr`, or both are null.
pub(super) unsafe fn accept(fd: c_int, addr: *mut libc::sockaddr, len: *mut socklen_t, flags: c_int) -> Result<c_int> {
    // SAFETY: the caller's promise.
    check(unsafe { libc::accept4(fd, addr, len, flags) })
}

/// `ppoll(2)` without a signal mask: `poll(2)` in nanoseconds.
pub(super) fn poll(fds: &mut [libc::pollfd], timeout: Option<Duration>) -> Result<c_int> {
    let timeout = timeout.map(|timeout| libc::timespec {
        tv_sec: timeout.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    });
    let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the call reads and writes as many entries as the slice has, and reads the time, if there is one.
    check(unsafe { libc::ppoll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, timeout, ptr::null()) })
}

/// Fills as much of the buffer as one call does.
pub(super) fn getrandom(buf: &mut [u8]) -> Result<usize> {
    // SAFETY: the call writes at most `len` bytes to a slice that has as many.
    check_len(unsafe { libc::getrandom(buf.as_mut_ptr().cast(), buf.len(), 0) })
}

pub(super) fn sendfile(fd: c_int, file: c_int, offset: u64, count: usize) -> Result<usize> {
    let mut offset = libc::off_t::try_from(offset).map_err(|_| Errno::EINVAL)?;
    // SAFETY: there is an offset to read and to write; the data goes from one descriptor to the other.
    check_len(unsafe { libc::sendfile(fd, file, &raw mut offset, count) })
}

/// In how many bytes `getsockopt` counts its room for this option: `SO_GET_FILTER` counts instructions, as no other does.
pub(super) const fn unit(level: c_int, name: c_int) -> usize {
    if level == libc::SOL_SOCKET && name == libc::SO_GET_FILTER { size_of::<libc::sock_filter>() } else { 1 }
}

/// Requests without an address in their argument, and how many bytes that is. `ioctl_list(2)`, `tcp(7)`, `netdevice(7)`.
pub(super) const REQUESTS: &[(u64, usize)] = &[
    (libc::FIONREAD, size_of::<c_int>()),
    (libc::TIOCOUTQ, size_of::<c_int>()),
    (libc::FIONBIO, size_of::<c_int>()),
    (SIOCATMARK, size_of::<c_int>()),
    (SIOCOUTQNSD, size_of::<c_int>()),
    (libc::SIOCGIFNAME, IFREQ),
    (libc::SIOCGIFINDEX, IFREQ),
    (libc::SIOCGIFFLAGS, IFREQ),
    (libc::SIOCSIFFLAGS, IFREQ),
    (libc::SIOCGIFADDR, IFREQ),
    (libc::SIOCGIFDSTADDR, IFREQ),
    (libc::SIOCGIFBRDADDR, IFREQ),
    (libc::SIOCGIFNETMASK, IFREQ),
    (libc::SIOCGIFMETRIC, IFREQ),
    (libc::SIOCGIFMTU, IFREQ),
    (libc::SIOCSIFMTU, IFREQ),
    (libc::SIOCGIFHWADDR, IFREQ),
    (libc::SIOCGIFTXQLEN, IFREQ),
];

/// Whether the next byte is the urgent mark, `sockatmark(3)`.
const SIOCATMARK: u64 = 0x8905;
/// Bytes that were never sent, `tcp(7)`.
const SIOCOUTQNSD: u64 = 0x894b;
/// Bytes of `struct ifreq`, the argument of `netdevice(7)`.
const IFREQ: usize = size_of::<libc::ifreq>();
