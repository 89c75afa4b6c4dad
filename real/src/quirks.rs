//! Families that refuse what is done for every other one.
//!
//! Looked at only when a call has failed, so nobody else pays for them.

use std::os::fd::BorrowedFd;

use wavetank_api::{Errno, c};

use crate::sys;

/// Whether a call failed for `MSG_NOSIGNAL`: `rds_sendmsg` and `qrtr_sendmsg` refuse every flag but `MSG_DONTWAIT`, with `EOPNOTSUPP` and
/// `EINVAL`. Neither raises a `SIGPIPE`.
#[cold]
pub(crate) fn refuses_nosignal(fd: BorrowedFd<'_>, errno: Errno) -> bool {
    match errno {
        Errno::EOPNOTSUPP => is_of(fd, c::AF_RDS),
        Errno::EINVAL => is_of(fd, c::AF_QIPCRTR),
        _ => false,
    }
}

/// Whether a call failed for `MSG_CMSG_CLOEXEC`: `packet_recvmsg`, `isotp_recvmsg` and `j1939_sk_recvmsg` refuse every flag that they do
/// not know, before they take anything. No descriptor comes over such a socket.
#[cold]
pub(crate) fn refuses_cmsg_cloexec(fd: BorrowedFd<'_>, errno: Errno) -> bool {
    errno == Errno::EINVAL && [libc::AF_PACKET, libc::AF_CAN].into_iter().any(|family| is_of(fd, family))
}

/// Whether `accept` failed because there is no address to tell: `do_accept` answers `ECONNABORTED` where `af_alg_accept` has made the
/// socket, but has no name for it.
#[cold]
pub(crate) fn refuses_accept_with_addr(fd: BorrowedFd<'_>, errno: Errno) -> bool {
    errno == Errno::ECONNABORTED && is_of(fd, libc::AF_ALG)
}

fn is_of(fd: BorrowedFd<'_>, family: i32) -> bool {
    let mut domain = [0; 4];
    let read = sys::getsockopt(fd, libc::SOL_SOCKET, libc::SO_DOMAIN, &mut domain);
    read == Ok(domain.len()) && i32::from_ne_bytes(domain) == family
}
