//! What glibc sees in a control buffer. All `unsafe` of this package that is about control messages.
#![allow(unsafe_code, reason = "C's macros take and give pointers")]

use std::mem;

use libc::{CMSG_DATA, CMSG_FIRSTHDR, CMSG_LEN, CMSG_SPACE, cmsghdr, msghdr};

/// `sizeof (struct cmsghdr)`.
pub(super) const HEADER: usize = size_of::<cmsghdr>();

/// A message as C has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Message {
    pub(super) offset: usize,
    pub(super) len: usize,
    pub(super) level: i32,
    pub(super) kind: i32,
}

unsafe extern "C" {
    /// What glibc's `CMSG_NXTHDR` calls, or has in line; `libc` has a translation of its own.
    fn __cmsg_nxthdr(mhdr: *mut msghdr, cmsg: *mut cmsghdr) -> *mut cmsghdr;
}

/// The messages that `CMSG_FIRSTHDR` and `CMSG_NXTHDR` find.
pub(super) fn messages(bytes: &[u8]) -> Vec<Message> {
    // As a C program has it: aligned, and with room behind it, because glibc before 2.37 reads the length of a header of which only the
    // beginning is in the buffer.
    let mut buffer = vec![0_usize; bytes.len().div_ceil(size_of::<usize>()) + 2];
    for (word, bytes) in buffer.iter_mut().zip(bytes.chunks(size_of::<usize>())) {
        let mut whole = [0; size_of::<usize>()];
        whole[..bytes.len()].copy_from_slice(bytes);
        *word = usize::from_ne_bytes(whole);
    }
    // SAFETY: a `struct msghdr` of zeros is one: no pointer in it is read while its length is 0.
    let mut msg: msghdr = unsafe { mem::zeroed() };
    msg.msg_control = buffer.as_mut_ptr().cast();
    msg.msg_controllen = bytes.len() as _;
    let start = msg.msg_control as usize;
    let mut messages = Vec::new();
    // SAFETY: `msg_control` points to as many initialised bytes as `msg_controllen` says, aligned as a header.
    let mut at = unsafe { CMSG_FIRSTHDR(&raw const msg) };
    while !at.is_null() {
        // SAFETY: C's macros give no pointer that has not a whole header before the end of the buffer.
        let header = unsafe { at.read() };
        let offset = at as usize - start;
        // SAFETY: as above; the data begin behind the header, at most at the buffer's end.
        debug_assert_eq!(unsafe { CMSG_DATA(at) } as usize - start, offset + HEADER);
        let len = header.cmsg_len as usize;
        messages.push(Message { offset, len, level: header.cmsg_level, kind: header.cmsg_type });
        // Glibc before 2.37 adds the length without a look: beyond the buffer the pointer would be none.
        if len > bytes.len() - offset {
            break;
        }
        // SAFETY: `at` came from C's macros over the same `msg`, and the length added to it ends in the buffer.
        at = unsafe { __cmsg_nxthdr(&raw mut msg, at) };
    }
    messages
}

/// `CMSG_LEN` and `CMSG_SPACE`.
pub(super) fn lengths(len: u32) -> [usize; 2] {
    // SAFETY: they only compute; `unsafe` is what `libc` makes of every macro.
    unsafe { [CMSG_LEN(len) as usize, CMSG_SPACE(len) as usize] }
}
