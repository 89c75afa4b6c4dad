//! Options that macOS and FreeBSD have besides. Written without a machine of those systems.

use super::{SockOpt, options};
use crate::c;

options! { BSD_NAMES;
    /// Nobody gets a `SIGPIPE`. `setsockopt(2)`.
    SOL_SOCKET SO_NOSIGPIPE: bool;
    /// Sends by loopback when possible. `setsockopt(2)`.
    SOL_SOCKET SO_USELOOPBACK: bool;
    [cfg(target_os = "freebsd")] {
        /// A number for firewalls: as Linux's `SO_MARK`. `ipfw(8)`.
        SOL_SOCKET SO_USER_COOKIE: u32;
        /// The routing table of what is sent. `setfib(2)`.
        SOL_SOCKET SO_SETFIB: i32;
        /// `SO_REUSEPORT` that shares the load. `setsockopt(2)`.
        SOL_SOCKET SO_REUSEPORT_LB: bool;
        /// Receives credentials of the sender with the first message. `unix(4)`.
        SOL_LOCAL LOCAL_CREDS: bool;
        /// Receives credentials of the sender with each message. `unix(4)`.
        SOL_LOCAL LOCAL_CREDS_PERSISTENT: bool;
    }
    [cfg(target_vendor = "apple")] {
        /// Idle time before the first keepalive probe: as Linux's `TCP_KEEPIDLE`. `tcp(4)`.
        IPPROTO_TCP TCP_KEEPALIVE: super::Seconds;
        /// What the kernel knows of the connection: `struct tcp_connection_info`. Read only.
        IPPROTO_TCP TCP_CONNECTION_INFO: Vec<u8>;
        /// Bytes of the first message that waits. Read only.
        SOL_SOCKET SO_NREAD: i32;
        /// Bytes that are not sent yet. Read only.
        SOL_SOCKET SO_NWRITE: i32;
        /// The process of the peer. Read only. `unix(4)`.
        SOL_LOCAL LOCAL_PEERPID: i32;
        /// The name of a `utun` interface. Read only.
        SYSPROTO_CONTROL UTUN_OPT_IFNAME: String;
    }
}
