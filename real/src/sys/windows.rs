//! The calls of Windows Sockets. Written without a machine of that system: `cargo check` accepts it, nothing here was ever run.
#![allow(unsafe_code, reason = "Windows Sockets is called here; see ../sys.rs")]

use std::mem::MaybeUninit;
use std::os::windows::io::{AsRawSocket, BorrowedSocket, FromRawSocket, OwnedSocket};
use std::ptr;

use wavetank_api::{Errno, Error, Result};
use windows_sys::Win32::Networking::WinSock::{
    FROM_PROTOCOL_INFO, INVALID_SOCKET, WSA_FLAG_NO_HANDLE_INHERIT, WSA_FLAG_OVERLAPPED, WSADuplicateSocketW,
    WSAGetLastError, WSAIoctl, WSAPROTOCOL_INFOW, WSASocketW,
};

/// Bytes of what one process gives another.
const SHARED: usize = size_of::<WSAPROTOCOL_INFOW>();

#[cold]
fn last_error(call: &'static str) -> Error {
    // SAFETY: nothing goes in.
    Error::new(Errno::from_raw(unsafe { WSAGetLastError() }), call)
}

pub(crate) fn share(socket: BorrowedSocket<'_>, process: u32) -> Result<Vec<u8>> {
    let mut info = MaybeUninit::<WSAPROTOCOL_INFOW>::zeroed();
    // SAFETY: there is room for the structure that the call fills.
    let answer = unsafe { WSADuplicateSocketW(socket.as_raw_socket() as usize, process, info.as_mut_ptr()) };
    if answer != 0 {
        return Err(last_error("WSADuplicateSocket"));
    }
    // SAFETY: the structure is numbers and arrays of them without padding, and was zero before it was filled.
    let bytes: [u8; SHARED] = unsafe { std::mem::transmute(info) };
    Ok(bytes.to_vec())
}

pub(crate) fn from_share(data: &[u8]) -> Result<OwnedSocket> {
    let Ok(bytes) = <[u8; SHARED]>::try_from(data) else {
        return Err(Error::new(Errno::EINVAL, "WSASocket"));
    };
    // SAFETY: any bytes are a valid structure, which is numbers and arrays of them.
    let info: WSAPROTOCOL_INFOW = unsafe { std::mem::transmute(bytes) };
    let flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
    // SAFETY: the call reads the structure.
    let socket =
        unsafe { WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &raw const info, 0, flags) };
    if socket == INVALID_SOCKET {
        return Err(last_error("WSASocket"));
    }
    // SAFETY: the system has just made this handle, for us alone.
    Ok(unsafe { OwnedSocket::from_raw_socket(socket as _) })
}

/// A request whose argument has no address in it, and that answers nothing.
pub(crate) fn ioctl(socket: BorrowedSocket<'_>, request: u32, argument: &[u8]) -> Result<u32> {
    let mut filled = 0;
    // SAFETY: the call reads `len` bytes of a slice that has as many, and writes the count; nothing is overlapped.
    let answer = unsafe {
        WSAIoctl(
            socket.as_raw_socket() as usize,
            request,
            argument.as_ptr().cast(),
            argument.len() as u32,
            ptr::null_mut(),
            0,
            &raw mut filled,
            ptr::null_mut(),
            None,
        )
    };
    if answer == 0 { Ok(filled) } else { Err(last_error("WSAIoctl")) }
}
