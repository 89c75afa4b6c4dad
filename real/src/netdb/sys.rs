//! The reentrant look-ups of glibc. Each fills a structure whose pointers lead into a buffer of ours; when that is too small the answer
//! is `ERANGE`, and the call is made again with a larger one.
#![allow(unsafe_code, reason = "the C library is called here; see ../sys.rs")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::MaybeUninit;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr;

use libc::{hostent, protoent, servent, size_t, socklen_t};
use wavetank_api::{Errno, HErrno, HostEntry};

use super::owned;

// The `libc` crate has only the forms that are not reentrant. Signatures: gethostbyname(3), getservent_r(3), getprotoent_r(3).
#[cfg(not(target_vendor = "apple"))]
unsafe extern "C" {
    fn gethostbyname2_r(
        name: *const c_char,
        family: c_int,
        into: *mut hostent,
        buf: *mut c_char,
        len: size_t,
        found: *mut *mut hostent,
        h_errno: *mut c_int,
    ) -> c_int;
    fn gethostbyaddr_r(
        addr: *const c_void,
        addr_len: socklen_t,
        family: c_int,
        into: *mut hostent,
        buf: *mut c_char,
        len: size_t,
        found: *mut *mut hostent,
        h_errno: *mut c_int,
    ) -> c_int;
    fn getservbyname_r(
        name: *const c_char,
        protocol: *const c_char,
        into: *mut servent,
        buf: *mut c_char,
        len: size_t,
        found: *mut *mut servent,
    ) -> c_int;
    fn getservbyport_r(
        port: c_int,
        protocol: *const c_char,
        into: *mut servent,
        buf: *mut c_char,
        len: size_t,
        found: *mut *mut servent,
    ) -> c_int;
    fn getprotobyname_r(
        name: *const c_char,
        into: *mut protoent,
        buf: *mut c_char,
        len: size_t,
        found: *mut *mut protoent,
    ) -> c_int;
}

// macOS has none of them; its plain forms are reentrant, but nobody has tried them here.
/// The answer is that there is no such call.
#[cfg(target_vendor = "apple")]
unsafe fn gethostbyname2_r(
    _name: *const c_char,
    _family: c_int,
    _into: *mut hostent,
    _buf: *mut c_char,
    _len: size_t,
    _found: *mut *mut hostent,
    _h_errno: *mut c_int,
) -> c_int {
    libc::ENOSYS
}

/// The answer is that there is no such call.
#[cfg(target_vendor = "apple")]
unsafe fn gethostbyaddr_r(
    _addr: *const c_void,
    _addr_len: socklen_t,
    _family: c_int,
    _into: *mut hostent,
    _buf: *mut c_char,
    _len: size_t,
    _found: *mut *mut hostent,
    _h_errno: *mut c_int,
) -> c_int {
    libc::ENOSYS
}

/// The answer is that there is no such call.
#[cfg(target_vendor = "apple")]
unsafe fn getservbyname_r(
    _name: *const c_char,
    _protocol: *const c_char,
    _into: *mut servent,
    _buf: *mut c_char,
    _len: size_t,
    _found: *mut *mut servent,
) -> c_int {
    libc::ENOSYS
}

/// The answer is that there is no such call.
#[cfg(target_vendor = "apple")]
unsafe fn getservbyport_r(
    _port: c_int,
    _protocol: *const c_char,
    _into: *mut servent,
    _buf: *mut c_char,
    _len: size_t,
    _found: *mut *mut servent,
) -> c_int {
    libc::ENOSYS
}

/// The answer is that there is no such call.
#[cfg(target_vendor = "apple")]
unsafe fn getprotobyname_r(
    _name: *const c_char,
    _into: *mut protoent,
    _buf: *mut c_char,
    _len: size_t,
    _found: *mut *mut protoent,
) -> c_int {
    libc::ENOSYS
}

/// Why a host was not found: `h_errno`, or the errno behind `NETDB_INTERNAL`.
pub(super) enum HostError {
    HErrno(HErrno),
    Os(Errno),
}

/// Bytes of the first buffer, doubled up to the second number. A host with a thousand addresses fits.
const ROOM: (usize, usize) = (1024, 1 << 20);
/// `NETDB_INTERNAL` of netdb.h.
const NETDB_INTERNAL: c_int = -1;

/// Makes a call with more and more room: `call` gets the structure, the buffer and where to leave the structure's address; `read` makes
/// ours of the structure while the buffer is there.
fn look_up<C, T>(
    mut call: impl FnMut(*mut C, *mut c_char, size_t, *mut *mut C) -> c_int,
    read: impl FnOnce(&C) -> T,
) -> Result<Option<T>, Errno> {
    let mut room = ROOM.0;
    loop {
        let mut buf = vec![0_u8; room];
        let mut into = MaybeUninit::<C>::uninit();
        let mut found = ptr::null_mut();
        let answer = call(into.as_mut_ptr(), buf.as_mut_ptr().cast(), buf.len(), &raw mut found);
        if answer == libc::ERANGE && room < ROOM.1 {
            room *= 2;
            continue;
        }
        // SAFETY: the calls leave null, or the address of the structure they have filled, which is `into`.
        return match unsafe { found.as_ref() } {
            Some(found) => Ok(Some(read(found))),
            None if answer == 0 => Ok(None),
            None => Err(Errno::from_raw(answer)),
        };
    }
}

pub(super) fn gethostbyname(name: &CStr) -> Result<HostEntry, HostError> {
    host(|into, buf, len, found, h_errno| {
        // SAFETY: the name ends with a NUL, the buffer has `len` bytes, and there is room for all that the call writes.
        unsafe { gethostbyname2_r(name.as_ptr(), libc::AF_INET, into, buf, len, found, h_errno) }
    })
}

pub(super) fn gethostbyaddr(ip: &[u8], family: c_int) -> Result<HostEntry, HostError> {
    host(|into, buf, len, found, h_errno| {
        let ip_len = ip.len() as socklen_t;
        // SAFETY: the address has `ip_len` bytes, the buffer `len`, and there is room for all that the call writes.
        unsafe { gethostbyaddr_r(ip.as_ptr().cast(), ip_len, family, into, buf, len, found, h_errno) }
    })
}

fn host(
    mut call: impl FnMut(*mut hostent, *mut c_char, size_t, *mut *mut hostent, *mut c_int) -> c_int,
) -> Result<HostEntry, HostError> {
    let mut h_errno = 0;
    // SAFETY: the structure is one that a successful call has just filled.
    let found = look_up(
        |into, buf, len, found| call(into, buf, len, found, &raw mut h_errno),
        |host| unsafe { host_entry(host) },
    );
    match found {
        Ok(Some(entry)) => Ok(entry),
        Err(errno) if h_errno == NETDB_INTERNAL => Err(HostError::Os(errno)),
        Ok(None) | Err(_) => Err(HostError::HErrno(HErrno::from_raw(h_errno))),
    }
}

/// # Safety
///
/// A successful call has filled the structure, and its buffer is still there.
unsafe fn host_entry(host: &hostent) -> HostEntry {
    // SAFETY: the name ends with a NUL.
    let name = owned(unsafe { CStr::from_ptr(host.h_name) });
    // SAFETY: both lists end with a null pointer.
    let (aliases, addrs) = unsafe { (list(host.h_aliases), list(host.h_addr_list)) };
    let aliases = aliases.into_iter().map(|alias| {
        // SAFETY: each alias ends with a NUL.
        owned(unsafe { CStr::from_ptr(alias) })
    });
    let addrs = addrs.into_iter().map(|addr| match host.h_addrtype {
        // SAFETY: an address of AF_INET6 has 16 bytes.
        libc::AF_INET6 => IpAddr::V6(Ipv6Addr::from(unsafe { addr.cast::<[u8; 16]>().read_unaligned() })),
        // SAFETY: one of AF_INET, the only other family there is, has 4.
        _ => IpAddr::V4(Ipv4Addr::from(unsafe { addr.cast::<[u8; 4]>().read_unaligned() })),
    });
    HostEntry { name, aliases: aliases.collect(), addrs: addrs.collect() }
}

/// # Safety
///
/// The list is null, or ends with a null pointer.
unsafe fn list(mut next: *mut *mut c_char) -> Vec<*mut c_char> {
    let mut found = Vec::new();
    // SAFETY: `next` is an entry of the list, because those before it were not the last.
    while let Some(&entry) = unsafe { next.as_ref() }
        && !entry.is_null()
    {
        found.push(entry);
        // SAFETY: this entry was not the last.
        next = unsafe { next.add(1) };
    }
    found
}

/// What a service or protocol that is not there answers is as good as an error: the files cannot be read, and so have no such entry.
pub(super) fn getservbyname(name: &CStr, protocol: Option<&CStr>) -> Option<u16> {
    let protocol = protocol.map_or(ptr::null(), CStr::as_ptr);
    let found = look_up(
        |into, buf, len, found| {
            // SAFETY: both texts end with a NUL, or the second is null; the buffer has `len` bytes.
            unsafe { getservbyname_r(name.as_ptr(), protocol, into, buf, len, found) }
        },
        |service: &servent| u16::from_be(service.s_port as u16),
    );
    found.ok().flatten()
}

pub(super) fn getservbyport(port: u16, protocol: Option<&CStr>) -> Option<String> {
    let protocol = protocol.map_or(ptr::null(), CStr::as_ptr);
    let found = look_up(
        |into, buf, len, found| {
            // SAFETY: the text ends with a NUL, or is null; the buffer has `len` bytes.
            unsafe { getservbyport_r(port.to_be().into(), protocol, into, buf, len, found) }
        },
        // SAFETY: the name of an entry ends with a NUL.
        |service: &servent| owned(unsafe { CStr::from_ptr(service.s_name) }),
    );
    found.ok().flatten()
}

pub(super) fn getprotobyname(name: &CStr) -> Option<i32> {
    let found = look_up(
        |into, buf, len, found| {
            // SAFETY: the text ends with a NUL; the buffer has `len` bytes.
            unsafe { getprotobyname_r(name.as_ptr(), into, buf, len, found) }
        },
        |protocol: &protoent| protocol.p_proto,
    );
    found.ok().flatten()
}
