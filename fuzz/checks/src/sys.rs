//! The C library's parsers, and what they need of the system to be left alone with: all `unsafe` of the fuzz targets.
#![allow(unsafe_code, reason = "the one place where the C library is called")]

use std::{
    ffi::{CStr, CString, c_char, c_int, c_uint, c_void},
    mem, ptr,
};

use wavetank_api::{AiFlags, Eai, Family};

unsafe extern "C" {
    // <arpa/inet.h>; `libc` has them not.
    fn inet_aton(text: *const c_char, ip: *mut libc::in_addr) -> c_int;
    fn inet_ntoa(ip: libc::in_addr) -> *const c_char;
    fn inet_pton(family: c_int, text: *const c_char, ip: *mut c_void) -> c_int;
    fn inet_ntop(family: c_int, ip: *const c_void, text: *mut c_char, size: libc::socklen_t) -> *const c_char;
}

/// A text as C has it; `None` if there is a NUL in it.
#[must_use]
pub fn c_text(text: &[u8]) -> Option<CString> {
    CString::new(text).ok()
}

/// `inet_aton(3)`.
#[must_use]
pub fn aton(text: &CStr) -> Option<[u8; 4]> {
    let mut ip = libc::in_addr { s_addr: 0 };
    // SAFETY: the text ends with a NUL, and the structure outlives the call.
    let read = unsafe { inet_aton(text.as_ptr(), &raw mut ip) };
    (read != 0).then_some(ip.s_addr.to_ne_bytes())
}

/// `inet_ntoa(3)`.
#[must_use]
pub fn ntoa(octets: [u8; 4]) -> String {
    let ip = libc::in_addr { s_addr: u32::from_ne_bytes(octets) };
    // SAFETY: the call cannot fail; the text lies in a buffer of this thread, and is copied before the next call.
    unsafe { CStr::from_ptr(inet_ntoa(ip)) }.to_string_lossy().into_owned()
}

/// `inet_pton(3)`: `LEN` bytes of this family.
#[must_use]
pub fn pton<const LEN: usize>(family: Family, text: &CStr) -> Option<[u8; LEN]> {
    // The call writes 16 bytes at most, whatever the family.
    let mut ip = [0_u8; 16];
    // SAFETY: the text ends with a NUL, and the buffer is as long as the longest address.
    let read = unsafe { inet_pton(family.raw(), text.as_ptr(), ip.as_mut_ptr().cast()) };
    if read == 1 { ip.first_chunk().copied() } else { None }
}

/// `inet_ntop(3)` of four bytes.
#[must_use]
pub fn ntop_v4(octets: [u8; 4]) -> Option<String> {
    ntop(libc::AF_INET, &octets)
}

/// `inet_ntop(3)` of sixteen bytes.
#[must_use]
pub fn ntop_v6(octets: [u8; 16]) -> Option<String> {
    ntop(libc::AF_INET6, &octets)
}

/// The address has as many bytes as the family: the two callers above.
fn ntop(family: c_int, ip: &[u8]) -> Option<String> {
    let mut text = [0_u8; 64];
    // SAFETY: the address is as long as its family wants; the text is no longer than its buffer, of which the call is told.
    let written =
        unsafe { inet_ntop(family, ip.as_ptr().cast(), text.as_mut_ptr().cast(), text.len() as libc::socklen_t) };
    let text = CStr::from_bytes_until_nul(&text).ok()?;
    if written.is_null() { None } else { text.to_str().ok().map(str::to_owned) }
}

/// What `getaddrinfo(3)` says: family, address (IPv4's in the first four bytes), scope and port of its only answer.
pub type Answer = Result<(Family, [u8; 16], u32, u16), Eai>;

/// `getaddrinfo(3)` for streams, with `AI_NUMERICHOST` and `AI_NUMERICSERV`, which ask nobody.
pub fn getaddrinfo(host: Option<&CStr>, service: Option<&CStr>, family: Family, flags: AiFlags) -> Answer {
    // SAFETY: all zeros are an `addrinfo` that asks for everything.
    let mut hints: libc::addrinfo = unsafe { mem::zeroed() };
    hints.ai_family = family.raw();
    hints.ai_socktype = libc::SOCK_STREAM;
    hints.ai_flags = (flags | AiFlags::NUMERICHOST | AiFlags::NUMERICSERV).bits();
    let pointer = |text: Option<&CStr>| text.map_or(ptr::null(), CStr::as_ptr);
    let mut list: *mut libc::addrinfo = ptr::null_mut();
    // SAFETY: the texts end with a NUL or are not there; hints and list outlive the call.
    let failed = unsafe { libc::getaddrinfo(pointer(host), pointer(service), &raw const hints, &raw mut list) };
    if failed != 0 {
        return Err(Eai::from_raw(failed));
    }
    // SAFETY: without an error there is one answer at least, which lives until the list is freed.
    let first = unsafe { &*list };
    let answer = match first.ai_family {
        libc::AF_INET => {
            // SAFETY: an answer of this family has an address of this structure.
            let addr = unsafe { first.ai_addr.cast::<libc::sockaddr_in>().read_unaligned() };
            let mut ip = [0; 16];
            ip[..4].copy_from_slice(&addr.sin_addr.s_addr.to_ne_bytes());
            (Family::INET, ip, 0, u16::from_be(addr.sin_port))
        }
        _ => {
            // SAFETY: no other family than IPv4 and IPv6 is ever answered.
            let addr = unsafe { first.ai_addr.cast::<libc::sockaddr_in6>().read_unaligned() };
            (Family::INET6, addr.sin6_addr.s6_addr, addr.sin6_scope_id, u16::from_be(addr.sin6_port))
        }
    };
    let alone = first.ai_next.is_null();
    // SAFETY: the list came from `getaddrinfo`, and nothing points into it any more.
    unsafe { libc::freeaddrinfo(list) };
    assert!(alone || host.is_none(), "a host in numbers has one address");
    Ok(answer)
}

/// `if_nametoindex(3)`.
#[must_use]
pub fn if_nametoindex(name: &CStr) -> Option<u32> {
    // SAFETY: the name ends with a NUL.
    let index: c_uint = unsafe { libc::if_nametoindex(name.as_ptr()) };
    (index != 0).then_some(index)
}

/// `if_nameindex(3)`: the interfaces of this thread's network.
#[must_use]
pub fn if_nameindex() -> Vec<(Vec<u8>, u32)> {
    // SAFETY: the list ends with an index of 0, and is freed when nothing points into it any more; a null pointer is not read.
    unsafe {
        let list = libc::if_nameindex();
        let mut found = Vec::new();
        let mut entry = list;
        while !entry.is_null() && (*entry).if_index != 0 {
            found.push((CStr::from_ptr((*entry).if_name).to_bytes().to_vec(), (*entry).if_index));
            entry = entry.add(1);
        }
        if !list.is_null() {
            libc::if_freenameindex(list);
        }
        found
    }
}

/// `sscanf(3)` with the format by which Python reads a Bluetooth address, and its condition that each number be a byte.
#[must_use]
pub fn scan_bdaddr(text: &CStr) -> Option<[u8; 6]> {
    let mut numbers: [c_uint; 6] = [0; 6];
    let mut more: c_char = 0;
    let [a, b, c, d, e, f] = numbers.each_mut().map(ptr::from_mut);
    // SAFETY: the text ends with a NUL; each conversion of the format has its pointer to a value of its type.
    let read = unsafe { libc::sscanf(text.as_ptr(), c"%X:%X:%X:%X:%X:%X%c".as_ptr(), a, b, c, d, e, f, &raw mut more) };
    let bytes = numbers.map(|number| u8::try_from(number).ok());
    if read == 6 && bytes.iter().all(Option::is_some) { Some(bytes.map(Option::unwrap_or_default)) } else { None }
}

/// Takes from this thread what makes the kernel load a module, by running a program, whenever an interface is not known.
pub fn load_no_modules() {
    const CAP_NET_ADMIN: u32 = 12;
    const CAP_SYS_MODULE: u32 = 16;
    // `_LINUX_CAPABILITY_VERSION_3`, and this thread; two halves of effective, permitted and inheritable capabilities.
    let mut header = [0x2008_0522_u32, 0];
    let mut sets = [[0_u32; 3]; 2];
    // SAFETY: both structures have the layout of <linux/capability.h>.
    unsafe {
        if libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()) == 0 {
            sets[0][0] &= !(1 << CAP_NET_ADMIN | 1 << CAP_SYS_MODULE);
            libc::syscall(libc::SYS_capset, header.as_mut_ptr(), sets.as_ptr());
        }
    }
}
