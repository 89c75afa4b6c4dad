//! The calls of the C library, and all `unsafe` of the lab.
#![allow(unsafe_code, reason = "the one place where the C library is called")]

use std::{
    io,
    os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd},
    time::Duration,
};

use crate::resets::Instruction;

/// A call that answers -1 and sets errno when it fails.
fn check(answer: libc::c_int) -> io::Result<libc::c_int> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

fn check_len(answer: isize) -> io::Result<usize> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(answer.cast_unsigned()) }
}

/// `unshare(CLONE_NEWNET)`: this thread, and only it, moves to a network namespace that nobody else is in.
pub(crate) fn unshare_network() -> io::Result<()> {
    // SAFETY: a number goes in.
    check(unsafe { libc::unshare(libc::CLONE_NEWNET) }).map(drop)
}

/// `setns(fd, CLONE_NEWNET)`: this thread, and only it, moves to that network namespace.
pub(crate) fn enter_network(namespace: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: two numbers go in.
    check(unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) }).map(drop)
}

/// `ioctl(TUNSETIFF)` with `IFF_TUN | IFF_NO_PI`: the open `/dev/net/tun` becomes the interface of that name.
pub(crate) fn tun_set_iff(fd: BorrowedFd<'_>, name: &str) -> io::Result<()> {
    let mut request = libc::ifreq {
        ifr_name: [0; libc::IFNAMSIZ],
        ifr_ifru: libc::__c_anonymous_ifr_ifru { ifru_flags: (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short },
    };
    if name.len() >= libc::IFNAMSIZ {
        return Err(io::Error::from_raw_os_error(libc::ENAMETOOLONG));
    }
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = from.cast_signed();
    }
    // SAFETY: the request reads and writes the structure it is given.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), libc::TUNSETIFF as libc::Ioctl, &raw mut request) }).map(drop)
}

/// `poll(2)` for something to read on one descriptor.
pub(crate) fn wait_readable(fd: BorrowedFd<'_>, timeout: Option<Duration>) -> io::Result<bool> {
    let mut waiting = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let timeout = timeout.map(|timeout| libc::timespec {
        tv_sec: timeout.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    });
    let timeout = timeout.as_ref().map_or(std::ptr::null(), |timeout| &raw const *timeout);
    // SAFETY: one structure, which the call may change; the time is read, if there is one; no signal mask.
    let ready = check(unsafe { libc::ppoll(&raw mut waiting, 1, timeout, std::ptr::null()) })?;
    Ok(ready > 0)
}

/// A socket of rtnetlink(7), in the namespace of this thread.
pub(crate) fn netlink_route() -> io::Result<OwnedFd> {
    // SAFETY: three numbers go in.
    let fd =
        check(unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW | libc::SOCK_CLOEXEC, libc::NETLINK_ROUTE) })?;
    // SAFETY: the kernel has just made this descriptor, for us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// `send(2)`.
pub(crate) fn send(fd: BorrowedFd<'_>, data: &[u8]) -> io::Result<usize> {
    // SAFETY: the call reads `len` bytes of a slice that has as many.
    check_len(unsafe { libc::send(fd.as_raw_fd(), data.as_ptr().cast(), data.len(), 0) })
}

/// `recv(2)`.
pub(crate) fn recv(fd: BorrowedFd<'_>, buf: &mut [u8]) -> io::Result<usize> {
    // SAFETY: the call writes at most `len` bytes to a slice that has as many.
    check_len(unsafe { libc::recv(fd.as_raw_fd(), buf.as_mut_ptr().cast(), buf.len(), 0) })
}

/// `if_nametoindex(3)`, in the namespace of this thread.
pub(crate) fn if_nametoindex(name: &str) -> io::Result<u32> {
    let name = std::ffi::CString::new(name)?;
    // SAFETY: a string that ends with a zero goes in.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(io::Error::last_os_error()),
        index => Ok(index),
    }
}

/// A packet(7) socket that hears every interface of this thread's namespace, without link-layer headers, and keeps what the filter lets
/// pass. Non-blocking.
pub(crate) fn packet_socket(filter: &[Instruction]) -> io::Result<OwnedFd> {
    let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // No protocol yet, so nothing is heard before there is a filter.
    // SAFETY: three numbers go in.
    let fd = check(unsafe { libc::socket(libc::AF_PACKET, kind, 0) })?;
    // SAFETY: the kernel has just made this descriptor, for us alone.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    let mut code: Vec<libc::sock_filter> =
        filter.iter().map(|&(code, jt, jf, k)| libc::sock_filter { code, jt, jf, k }).collect();
    let program = libc::sock_fprog { len: code.len() as u16, filter: code.as_mut_ptr() };
    let len = size_of_val(&program) as libc::socklen_t;
    // SAFETY: the call reads one structure, and the instructions it points to, both of which outlive it.
    check(unsafe {
        libc::setsockopt(fd.as_raw_fd(), libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, (&raw const program).cast(), len)
    })?;
    // SAFETY: an all-zero sockaddr_ll is one.
    let mut addr: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    addr.sll_family = libc::AF_PACKET as u16;
    addr.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    let len = size_of_val(&addr) as libc::socklen_t;
    // SAFETY: the call reads one structure of that length.
    check(unsafe { libc::bind(fd.as_raw_fd(), (&raw const addr).cast(), len) })?;
    Ok(fd)
}
