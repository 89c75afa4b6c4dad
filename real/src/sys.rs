//! The calls of the C library, and all `unsafe` of wavetank's real world.
//!
//! Every function here is safe to call with any arguments: buffers are Rust slices, lengths come from them, and what the kernel
//! filled is what is read. Results are the call's own number or its errno; meaning is given to both in the files above.
//!
//! Two calls can be asked to write to an address that hides in their argument. [`ioctl`] answers only the requests it knows to have
//! none, and [`getsockopt`] and [`setsockopt`] refuse the options that have one.
#![allow(unsafe_code, reason = "the one place where the C library is called")]

use std::ffi::{CStr, CString};
use std::io::{self, IoSlice};
use std::mem::{self, MaybeUninit};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};
use std::ptr;
use std::slice;
use std::time::Duration;

use libc::{c_int, c_void, socklen_t};
use wavetank_api::control::{Cmsg, ControlMessages};
use wavetank_api::{Addr, AddrInfo, Eai, Errno, Family, Instant, MsgFlags, Protocol, RecvMsg, SockType};

#[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
#[path = "sys/bsd.rs"]
mod platform;
#[cfg(target_os = "linux")]
#[path = "sys/linux.rs"]
mod platform;

pub(crate) use self::platform::{CLOEXEC, CMSG_CLOEXEC};
use crate::Fd;
use crate::addr::{self, SockAddr};
use crate::refused;

type Result<T, E = Errno> = std::result::Result<T, E>;

#[cold]
fn last_errno() -> Errno {
    Errno::from_raw(io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

/// A call that answers -1 and sets errno when it fails.
#[inline]
fn check(answer: c_int) -> Result<c_int> {
    if answer == -1 { Err(last_errno()) } else { Ok(answer) }
}

/// [`check`] for calls that count bytes.
#[inline]
fn check_len(answer: isize) -> Result<usize> {
    if answer == -1 { Err(last_errno()) } else { Ok(answer.cast_unsigned()) }
}

pub(crate) fn socket(family: i32, kind: i32, protocol: i32) -> Result<OwnedFd> {
    let fd = platform::socket(family, kind, protocol)?;
    // SAFETY: the kernel has just made this descriptor, for us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

pub(crate) fn socketpair(family: i32, kind: i32, protocol: i32) -> Result<(OwnedFd, OwnedFd)> {
    let fds = platform::socketpair(family, kind, protocol)?;
    // SAFETY: the kernel has just made both descriptors, for us alone.
    Ok(unsafe { (OwnedFd::from_raw_fd(fds[0]), OwnedFd::from_raw_fd(fds[1])) })
}

pub(crate) fn bind(fd: BorrowedFd<'_>, addr: &SockAddr) -> Result<()> {
    // SAFETY: the address is `len` initialised bytes, which the call only reads.
    check(unsafe { libc::bind(fd.as_raw_fd(), addr.as_ptr(), addr.len()) }).map(drop)
}

pub(crate) fn listen(fd: BorrowedFd<'_>, backlog: i32) -> Result<()> {
    // SAFETY: two numbers go in.
    check(unsafe { libc::listen(fd.as_raw_fd(), backlog) }).map(drop)
}

pub(crate) fn accept(fd: BorrowedFd<'_>, flags: i32) -> Result<(OwnedFd, Addr)> {
    let (fd, addr) = with_addr(|addr, len| {
        // SAFETY: `addr` has room for `*len` bytes.
        unsafe { platform::accept(fd.as_raw_fd(), addr, len, flags) }
    })?;
    // SAFETY: the kernel has just made this descriptor, for us alone.
    Ok((unsafe { OwnedFd::from_raw_fd(fd) }, addr))
}

/// [`accept`] without asking for the peer's address.
pub(crate) fn accept_unnamed(fd: BorrowedFd<'_>, flags: i32) -> Result<OwnedFd> {
    // SAFETY: two numbers go in, and no address is asked for.
    let fd = unsafe { platform::accept(fd.as_raw_fd(), ptr::null_mut(), ptr::null_mut(), flags) }?;
    // SAFETY: the kernel has just made this descriptor, for us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

pub(crate) fn connect(fd: BorrowedFd<'_>, addr: &SockAddr) -> Result<()> {
    // SAFETY: the address is `len` initialised bytes, which the call only reads.
    check(unsafe { libc::connect(fd.as_raw_fd(), addr.as_ptr(), addr.len()) }).map(drop)
}

pub(crate) fn getsockname(fd: BorrowedFd<'_>) -> Result<Addr> {
    // SAFETY: `addr` has room for `*len` bytes.
    with_addr(|addr, len| check(unsafe { libc::getsockname(fd.as_raw_fd(), addr, len) })).map(|(_, addr)| addr)
}

pub(crate) fn getpeername(fd: BorrowedFd<'_>) -> Result<Addr> {
    // SAFETY: `addr` has room for `*len` bytes.
    with_addr(|addr, len| check(unsafe { libc::getpeername(fd.as_raw_fd(), addr, len) })).map(|(_, addr)| addr)
}

/// Makes a call that fills an address, and reads what it filled.
fn with_addr(call: impl FnOnce(*mut libc::sockaddr, *mut socklen_t) -> Result<c_int>) -> Result<(c_int, Addr)> {
    let mut storage = AddrRoom::new();
    let mut len = storage.len();
    let answer = call(storage.as_mut_ptr().cast(), &raw mut len)?;
    // SAFETY: the call succeeded, so the kernel has filled the first `len` bytes, or all if `len` is more.
    Ok((answer, addr::decode(unsafe { storage.filled(len) })))
}

/// Room for any address, of which only the part that the kernel filled is ever read.
struct AddrRoom(MaybeUninit<libc::sockaddr_storage>);

impl AddrRoom {
    const fn new() -> Self {
        Self(MaybeUninit::uninit())
    }

    const fn len(&self) -> socklen_t {
        size_of::<libc::sockaddr_storage>() as socklen_t
    }

    const fn as_mut_ptr(&mut self) -> *mut c_void {
        self.0.as_mut_ptr().cast()
    }

    /// # Safety
    ///
    /// The first `len` bytes are initialised, or all of them if `len` is more.
    #[inline]
    unsafe fn filled(&self, len: socklen_t) -> &[u8] {
        let len = len.min(self.len()) as usize;
        // SAFETY: the caller's promise.
        unsafe { slice::from_raw_parts(self.0.as_ptr().cast(), len) }
    }
}

#[inline]
pub(crate) fn send(fd: BorrowedFd<'_>, data: &[u8], flags: i32) -> Result<usize> {
    // SAFETY: the call reads `len` bytes of a slice that has as many.
    check_len(unsafe { libc::send(fd.as_raw_fd(), data.as_ptr().cast(), data.len(), flags) })
}

#[inline]
pub(crate) fn recv(fd: BorrowedFd<'_>, buf: &mut [u8], flags: i32) -> Result<usize> {
    // SAFETY: the call writes at most `len` bytes to a slice that has as many.
    check_len(unsafe { libc::recv(fd.as_raw_fd(), buf.as_mut_ptr().cast(), buf.len(), flags) })
}

#[inline]
pub(crate) fn sendmsg(
    fd: BorrowedFd<'_>,
    bufs: &[IoSlice<'_>],
    addr: Option<&SockAddr>,
    control: &[u8],
    flags: i32,
) -> Result<usize> {
    let (name, name_len) = addr.map_or((ptr::null(), 0), |addr| (addr.as_ptr(), addr.len()));
    if let ([buf], []) = (bufs, control) {
        // SAFETY: the call reads `len` bytes of a slice that has as many, and the address, if there is one.
        return check_len(unsafe {
            libc::sendto(fd.as_raw_fd(), buf.as_ptr().cast(), buf.len(), flags, name, name_len)
        });
    }
    let msg = libc::msghdr {
        msg_name: name.cast_mut().cast(),
        msg_namelen: name_len,
        // `IoSlice` has the layout of `iovec` on Unix, as its documentation promises.
        msg_iov: bufs.as_ptr().cast_mut().cast(),
        msg_iovlen: bufs.len() as _,
        msg_control: if control.is_empty() { ptr::null_mut() } else { control.as_ptr().cast_mut().cast() },
        msg_controllen: control.len() as _,
        msg_flags: 0,
    };
    // SAFETY: every pointer comes with the length of the slice it points to, and the call only reads.
    check_len(unsafe { libc::sendmsg(fd.as_raw_fd(), &raw const msg, flags) })
}

#[inline]
pub(crate) fn recvmsg(fd: BorrowedFd<'_>, into: &mut RecvMsg<'_, '_, Fd>, flags: i32) -> Result<usize> {
    let mut storage = AddrRoom::new();
    let mut msg = libc::msghdr {
        msg_name: if into.want_addr { storage.as_mut_ptr() } else { ptr::null_mut() },
        msg_namelen: if into.want_addr { storage.len() } else { 0 },
        // `IoSliceMut` has the layout of `iovec` on Unix, as its documentation promises.
        msg_iov: into.bufs.as_mut_ptr().cast(),
        msg_iovlen: into.bufs.len() as _,
        msg_control: if into.control.is_empty() { ptr::null_mut() } else { into.control.as_mut_ptr().cast() },
        msg_controllen: into.control.len() as _,
        msg_flags: 0,
    };
    // SAFETY: every pointer comes with the length of what it points to, all of which we may write.
    let count = check_len(unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut msg, flags) })?;
    if into.want_addr && msg.msg_namelen > 0 {
        // SAFETY: the call succeeded, so the kernel has filled the first `msg_namelen` bytes.
        addr::decode_into(&mut into.addr, unsafe { storage.filled(msg.msg_namelen) });
    } else {
        into.addr = None;
    }
    into.control_len = msg.msg_controllen as usize;
    into.fds.clear();
    if msg.msg_controllen > 0 {
        // SAFETY: the kernel has just filled these bytes, and nobody has seen them yet.
        unsafe { take_fds(&into.control[..msg.msg_controllen as usize], &mut into.fds) };
    }
    into.flags = MsgFlags::from_bits_retain(msg.msg_flags);
    Ok(count)
}

/// `SCM_PIDFD`, include/linux/socket.h: a message whose data are a descriptor, as those of `SCM_RIGHTS` are several.
const SCM_PIDFD: i32 = 4;

/// Whether the data of a control message are descriptors.
pub(crate) fn has_fds(message: &Cmsg<'_>) -> bool {
    message.level == libc::SOL_SOCKET && matches!(message.kind, libc::SCM_RIGHTS | SCM_PIDFD)
}

/// Takes ownership of the descriptors in control messages.
///
/// # Safety
///
/// A call of `recvmsg` has filled the bytes, and this is done once.
#[cold]
unsafe fn take_fds(control: &[u8], fds: &mut Vec<Fd>) {
    for message in ControlMessages::new(control).filter(has_fds) {
        let (numbers, _) = message.data.as_chunks();
        let numbers = numbers.iter().map(|number| c_int::from_ne_bytes(*number));
        // The kernel says -1 for a descriptor that it could not make (SCM_PIDFD).
        // SAFETY: the kernel has made these descriptors for this message, so they are nobody else's.
        fds.extend(numbers.filter(|&number| number >= 0).map(|number| unsafe { OwnedFd::from_raw_fd(number) }.into()));
    }
}

/// Refused with `ENOPROTOOPT` where the kernel would write elsewhere than to `value`.
///
/// `SO_GET_FILTER` counts its room in instructions, as no other option does, and so here bytes become instructions and back.
pub(crate) fn getsockopt(fd: BorrowedFd<'_>, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
    if refused::get(level, name) {
        return Err(Errno::ENOPROTOOPT);
    }
    let unit = platform::unit(level, name);
    let room = socklen_t::try_from(value.len() / unit).unwrap_or(socklen_t::MAX);
    let mut len = room;
    // SAFETY: the call writes at most `len` units to a slice that has as many, and the options that write elsewhere are refused.
    check(unsafe { libc::getsockopt(fd.as_raw_fd(), level, name, value.as_mut_ptr().cast(), &raw mut len) })?;
    // Without room for one, a filter's length is told.
    Ok(len.min(room) as usize * unit)
}

pub(crate) fn setsockopt(fd: BorrowedFd<'_>, level: i32, name: i32, value: &[u8]) -> Result<()> {
    if refused::set(level, name) {
        return Err(Errno::ENOPROTOOPT);
    }
    let len = socklen_t::try_from(value.len()).unwrap_or(socklen_t::MAX);
    // SAFETY: the call reads `len` bytes of a slice that has as many, and the options that write somewhere are refused.
    check(unsafe { libc::setsockopt(fd.as_raw_fd(), level, name, value.as_ptr().cast(), len) }).map(drop)
}

/// With a null pointer and a length.
pub(crate) fn setsockopt_null(fd: BorrowedFd<'_>, level: i32, name: i32, len: u32) -> Result<()> {
    // SAFETY: the kernel reads nothing at a null pointer: an option that tries answers `EFAULT`.
    check(unsafe { libc::setsockopt(fd.as_raw_fd(), level, name, ptr::null(), len) }).map(drop)
}

pub(crate) fn sendfile(fd: BorrowedFd<'_>, file: BorrowedFd<'_>, offset: u64, count: usize) -> Result<usize> {
    platform::sendfile(fd.as_raw_fd(), file.as_raw_fd(), offset, count)
}

pub(crate) fn shutdown(fd: BorrowedFd<'_>, how: i32) -> Result<()> {
    // SAFETY: two numbers go in.
    check(unsafe { libc::shutdown(fd.as_raw_fd(), how) }).map(drop)
}

pub(crate) fn dup(fd: BorrowedFd<'_>) -> Result<OwnedFd> {
    // SAFETY: three numbers go in.
    let fd = check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 0) })?;
    // SAFETY: the kernel has just made this descriptor, for us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

pub(crate) fn close(fd: OwnedFd) -> Result<()> {
    // SAFETY: the descriptor was ours alone, and whatever the answer, it is gone.
    check(unsafe { libc::close(fd.into_raw_fd()) }).map(drop)
}

pub(crate) fn nonblocking(fd: BorrowedFd<'_>) -> Result<bool> {
    // SAFETY: two numbers go in.
    let flags = check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETFL) })?;
    Ok(flags & libc::O_NONBLOCK != 0)
}

pub(crate) fn inheritable(fd: BorrowedFd<'_>) -> Result<bool> {
    // SAFETY: two numbers go in.
    let flags = check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETFD) })?;
    Ok(flags & libc::FD_CLOEXEC == 0)
}

/// By `F_SETFD`: close-on-exec is the only flag there is.
pub(crate) fn set_inheritable(fd: BorrowedFd<'_>, inheritable: bool) -> Result<()> {
    let flags = if inheritable { 0 } else { libc::FD_CLOEXEC };
    // SAFETY: three numbers go in.
    check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFD, flags) }).map(drop)
}

/// By `FIONBIO`, which is one call where `F_GETFL` and `F_SETFL` are two.
pub(crate) fn set_nonblocking(fd: BorrowedFd<'_>, nonblocking: bool) -> Result<()> {
    let mut nonblocking = c_int::from(nonblocking);
    // SAFETY: the request reads the number at its argument.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), libc::FIONBIO, &raw mut nonblocking) }).map(drop)
}

/// Any request but those of `REQUESTS` answers `ENOTTY`, as if no driver knew it; too short an argument answers `EFAULT`.
pub(crate) fn ioctl(fd: BorrowedFd<'_>, request: u64, arg: &mut [u8]) -> Result<i32> {
    let (_, len) = platform::REQUESTS.iter().find(|(known, _)| *known == request).ok_or(Errno::ENOTTY)?;
    if arg.len() < *len {
        return Err(Errno::EFAULT);
    }
    // SAFETY: the request reads and writes `len` bytes at its argument and nothing else, and the slice has as many.
    check(unsafe { libc::ioctl(fd.as_raw_fd(), request as platform::Request, arg.as_mut_ptr()) })
}

/// `poll(2)`, as exact as the system can.
pub(crate) fn poll(fds: &mut [libc::pollfd], timeout: Option<Duration>) -> Result<usize> {
    Ok(platform::poll(fds, timeout)?.cast_unsigned() as usize)
}

pub(crate) fn monotonic() -> Instant {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: there is room for the time that the call writes. It cannot fail for this clock.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    Instant::from_nanos(time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned())
}

/// Fills as much of the buffer as one call does.
pub(crate) fn getrandom(buf: &mut [u8]) -> Result<usize> {
    platform::getrandom(buf)
}

/// Why `getaddrinfo` failed: its own number, or the system's behind `EAI_SYSTEM`.
pub(crate) enum ResolveError {
    Eai(Eai),
    Os(Errno),
}

impl ResolveError {
    fn new(answer: c_int) -> Self {
        if answer == libc::EAI_SYSTEM { Self::Os(last_errno()) } else { Self::Eai(Eai::from_raw(answer)) }
    }
}

pub(crate) fn getaddrinfo(
    host: Option<&CStr>,
    service: Option<&CStr>,
    [flags, family, kind, protocol]: [i32; 4],
) -> Result<Vec<AddrInfo>, ResolveError> {
    let host = host.map_or(ptr::null(), CStr::as_ptr);
    let service = service.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: all zeroes are a valid `addrinfo`: numbers, and pointers that are null.
    let mut hints: libc::addrinfo = unsafe { mem::zeroed() };
    hints.ai_flags = flags;
    hints.ai_family = family;
    hints.ai_socktype = kind;
    hints.ai_protocol = protocol;
    let mut list = ptr::null_mut();
    // SAFETY: both texts end with a NUL or are null, the hints are initialised, and there is room for the list's address.
    let answer = unsafe { libc::getaddrinfo(host, service, &raw const hints, &raw mut list) };
    if answer != 0 {
        return Err(ResolveError::new(answer));
    }
    let mut found = Vec::new();
    let mut next = list;
    // SAFETY: a successful call leaves a list of valid entries that ends with null, ours until it is freed.
    while let Some(entry) = unsafe { next.as_ref() } {
        // SAFETY: the entry is one of that list.
        found.push(unsafe { addr_info(entry) });
        next = entry.ai_next;
    }
    // SAFETY: the list came from `getaddrinfo`, and nothing points into it any more.
    unsafe { libc::freeaddrinfo(list) };
    Ok(found)
}

/// # Safety
///
/// The entry is of a list that `getaddrinfo` made.
unsafe fn addr_info(entry: &libc::addrinfo) -> AddrInfo {
    // SAFETY: the address of such an entry has `ai_addrlen` bytes.
    let addr = unsafe { slice::from_raw_parts(entry.ai_addr.cast(), entry.ai_addrlen as usize) };
    let canonname = (!entry.ai_canonname.is_null()).then(|| {
        // SAFETY: the name of such an entry, where there is one, ends with a NUL.
        unsafe { CStr::from_ptr(entry.ai_canonname) }.to_string_lossy().into_owned()
    });
    AddrInfo {
        family: Family::from_raw(entry.ai_family),
        kind: SockType::from_raw(entry.ai_socktype),
        protocol: Protocol::from_raw(entry.ai_protocol),
        canonname,
        addr: addr::decode(addr),
    }
}

pub(crate) fn getnameinfo(addr: &SockAddr, flags: i32) -> Result<(String, String), ResolveError> {
    // The most that can come back, from netdb.h: NI_MAXHOST and NI_MAXSERV.
    let mut host = [0_u8; 1025];
    let mut service = [0_u8; 32];
    // SAFETY: the address is `len` initialised bytes, and each buffer has the room that is said.
    let answer = unsafe {
        libc::getnameinfo(
            addr.as_ptr(),
            addr.len(),
            host.as_mut_ptr().cast(),
            host.len() as _,
            service.as_mut_ptr().cast(),
            service.len() as _,
            flags,
        )
    };
    if answer == 0 { Ok((text(&host), text(&service))) } else { Err(ResolveError::new(answer)) }
}

pub(crate) fn gethostname() -> Result<String> {
    // HOST_NAME_MAX is 64 on Linux.
    let mut name = [0_u8; 256];
    // SAFETY: the call writes at most `len` bytes to an array that has as many.
    check(unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) })?;
    Ok(text(&name))
}

pub(crate) fn sethostname(name: &str) -> Result<()> {
    // SAFETY: the call reads `len` bytes of a text that has as many.
    check(unsafe { libc::sethostname(name.as_ptr().cast(), name.len() as _) }).map(drop)
}

pub(crate) fn if_nameindex() -> Result<Vec<(u32, String)>> {
    // SAFETY: nothing goes in.
    let list = unsafe { libc::if_nameindex() };
    if list.is_null() {
        return Err(last_errno());
    }
    let mut found = Vec::new();
    let mut next = list;
    // SAFETY: the list ends with an entry whose index is 0, and the loop stops there.
    while let entry = unsafe { &*next }
        && entry.if_index != 0
    {
        // SAFETY: the name of an entry ends with a NUL.
        let name = unsafe { CStr::from_ptr(entry.if_name) };
        found.push((entry.if_index, name.to_string_lossy().into_owned()));
        // SAFETY: this entry is not the last one.
        next = unsafe { next.add(1) };
    }
    // SAFETY: the list came from `if_nameindex`, and nothing points into it any more.
    unsafe { libc::if_freenameindex(list) };
    Ok(found)
}

pub(crate) fn if_nametoindex(name: &CStr) -> Result<u32> {
    // SAFETY: the text ends with a NUL.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    if index == 0 { Err(last_errno()) } else { Ok(index) }
}

pub(crate) fn if_indextoname(index: u32) -> Result<String> {
    let mut name = [0_u8; libc::IF_NAMESIZE];
    // SAFETY: the call writes at most `IF_NAMESIZE` bytes to an array that has as many.
    let found = unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) };
    if found.is_null() { Err(last_errno()) } else { Ok(text(&name)) }
}

/// Text up to its NUL.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// Text for the C library; `None` if there is a NUL in it.
pub(crate) fn c_string(text: &str) -> Option<CString> {
    CString::new(text).ok()
}
