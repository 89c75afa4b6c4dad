//! Options of `AF_VSOCK`, whose level is the family's number: `vsock(7)`, `vsock_connectible_setsockopt`. Connected kinds only:
//! `ENOPROTOOPT`.

use super::{SockOpt, Timeval, options};
use crate::c;

options! { VSOCK_NAMES;
    /// Bytes of the receive buffer, between the two bounds below. 262,144 at first. Exactly 8 bytes, or `EINVAL`. `vsock(7)`.
    AF_VSOCK SO_VM_SOCKETS_BUFFER_SIZE: u64;
    /// The least [`SO_VM_SOCKETS_BUFFER_SIZE`]. 128 at first. `vsock(7)`.
    AF_VSOCK SO_VM_SOCKETS_BUFFER_MIN_SIZE: u64;
    /// The largest [`SO_VM_SOCKETS_BUFFER_SIZE`]. 262,144 at first. `vsock(7)`.
    AF_VSOCK SO_VM_SOCKETS_BUFFER_MAX_SIZE: u64;
    /// How long `connect` may take; `None` is the default, 2 s. `ERANGE` if it is too long.
    AF_VSOCK SO_VM_SOCKETS_CONNECT_TIMEOUT: Timeval;
    /// [`SO_VM_SOCKETS_CONNECT_TIMEOUT`] with 64 bits of seconds on every machine.
    AF_VSOCK SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW: Timeval;
}
