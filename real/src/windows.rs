//! What Windows has and others have not: sockets given to another process, and `WSAIoctl`. Over `std`'s sockets.
//!
//! Written without a machine of that system. The rest of the contract, [`Net`](wavetank_api::Net), is not written for Windows: its
//! descriptors are handles, its errors and options have numbers of their own ([`c`](wavetank_api::c)), and it wants to be tried there.

use std::os::windows::io::{AsSocket, OwnedSocket};
use std::time::Duration;

use wavetank_api::{Result, c};

#[path = "sys/windows.rs"]
mod sys;

/// `WSADuplicateSocketW`: bytes for [`from_share`] in the process with this number (Python's `socket.share`). This socket may be closed
/// then.
///
/// # Errors
///
/// `WSAEINVAL`, `WSAENOTSOCK`.
pub fn share(socket: &impl AsSocket, process: u32) -> Result<Vec<u8>> {
    sys::share(socket.as_socket(), process)
}

/// The socket that another process has shared with this one by [`share`] (Python's `fromshare`). No program executed gets it.
///
/// # Errors
///
/// `EINVAL` for bytes that [`share`] did not make.
pub fn from_share(data: &[u8]) -> Result<OwnedSocket> {
    sys::from_share(data)
}

/// A request of [`ioctl`]: Python's three.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// `SIO_RCVALL`: every packet of the interface; `RCVALL_*`. A raw socket that is bound, and a privilege.
    ReceiveAll(i32),
    /// `SIO_KEEPALIVE_VALS`: whether, the idle time before the first probe, the time between probes. In whole milliseconds, rounded up.
    KeepaliveVals(bool, Duration, Duration),
    /// `SIO_LOOPBACK_FAST_PATH`: the short way over loopback, before the connection is made.
    LoopbackFastPath(bool),
}

/// `WSAIoctl` (Python's `socket.ioctl`).
///
/// # Errors
///
/// `WSAEINVAL`, `WSAEOPNOTSUPP`, `WSAEACCES`.
pub fn ioctl(socket: &impl AsSocket, request: Request) -> Result<u32> {
    let millis = |time: Duration| u32::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX).to_ne_bytes();
    let (number, argument) = match request {
        Request::ReceiveAll(what) => (c::SIO_RCVALL, what.to_ne_bytes().to_vec()),
        Request::KeepaliveVals(on, idle, between) => {
            (c::SIO_KEEPALIVE_VALS, [u32::from(on).to_ne_bytes(), millis(idle), millis(between)].concat())
        }
        Request::LoopbackFastPath(on) => (c::SIO_LOOPBACK_FAST_PATH, u32::from(on).to_ne_bytes().to_vec()),
    };
    sys::ioctl(socket.as_socket(), number, &argument)
}
