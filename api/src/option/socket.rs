//! Options of every socket: `SOL_SOCKET`, `socket(7)`, and `sk_setsockopt` of the kernel where the manual is silent.
//!
//! Unless a line says otherwise: a value shorter than its type is `EINVAL`, an unknown or read-only name `ENOPROTOOPT`, and what is set
//! is read back.

use super::{Linger, SockOpt, Timeval, options};
#[cfg(target_os = "linux")]
use super::{List, SockTxtime, Ucred};
use crate::{Errno, SockType, c};
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
use crate::{Family, Protocol};

options! { SOCKET_NAMES;
    /// Records debugging information. Needs a privilege to be switched on: `EACCES`. `socket(7)`.
    SOL_SOCKET SO_DEBUG: bool;
    /// Lets `bind` take a local address whose earlier connections are in TIME_WAIT. Two listeners on one port still exclude each
    /// other. `socket(7)`.
    SOL_SOCKET SO_REUSEADDR: bool;
    /// The socket's type. Read only. `socket(7)`.
    SOL_SOCKET SO_TYPE: SockType;
    /// The pending error, which reading clears. Read only. `socket(7)`.
    SOL_SOCKET SO_ERROR: Option<Errno>;
    /// Sends to directly connected networks only. `socket(7)`.
    SOL_SOCKET SO_DONTROUTE: bool;
    /// Allows datagrams to broadcast addresses. `socket(7)`.
    SOL_SOCKET SO_BROADCAST: bool;
    /// Bytes of the send buffer. Linux doubles what is set, for its book-keeping, and returns the double; at least 4,608, at most
    /// twice `net.core.wmem_max`. `socket(7)`.
    SOL_SOCKET SO_SNDBUF: i32;
    /// Bytes of the receive buffer. Linux doubles what is set, for its book-keeping, and returns the double; at least 2,304, at most
    /// twice `net.core.rmem_max`. `socket(7)`.
    SOL_SOCKET SO_RCVBUF: i32;
    /// Probes an idle connection, and ends it if nobody answers. `socket(7)`.
    SOL_SOCKET SO_KEEPALIVE: bool;
    /// Leaves urgent data in the stream. `socket(7)`.
    SOL_SOCKET SO_OOBINLINE: bool;
    /// What `close` does with data that is not sent yet. `socket(7)`.
    SOL_SOCKET SO_LINGER: Linger;
    /// Bytes for which a receive waits; a negative number is the largest. `socket(7)`.
    SOL_SOCKET SO_RCVLOWAT: i32;
    /// Bytes for which a send waits. Always 1 on Linux. Read only. `socket(7)`.
    SOL_SOCKET SO_SNDLOWAT: i32;
    /// How long a blocking receive or accept may take: `EAGAIN` after it. `EDOM` unless the microseconds are less than a million.
    /// `socket(7)`.
    SOL_SOCKET SO_RCVTIMEO: Timeval;
    /// How long a blocking send or connect may take: `EAGAIN` after it, or `EINPROGRESS`. `EDOM` as [`SO_RCVTIMEO`]. `socket(7)`.
    SOL_SOCKET SO_SNDTIMEO: Timeval;
    /// Receives the time of arrival in microseconds as a control message. `socket(7)`.
    SOL_SOCKET SO_TIMESTAMP: bool;
    /// Whether the socket listens. Read only. `socket(7)`.
    SOL_SOCKET SO_ACCEPTCONN: bool;
    [cfg(target_os = "linux")] {
        /// As [`SO_SNDBUF`] without the system's limit. Write only. `EPERM` without CAP_NET_ADMIN. `socket(7)`.
        SOL_SOCKET SO_SNDBUFFORCE: i32;
        /// As [`SO_RCVBUF`] without the system's limit. Write only. `EPERM` without CAP_NET_ADMIN. `socket(7)`.
        SOL_SOCKET SO_RCVBUFFORCE: i32;
        /// Sends datagrams without a checksum. `udp(7)`.
        SOL_SOCKET SO_NO_CHECK: bool;
        /// The priority of outgoing packets; above 6 it needs CAP_NET_ADMIN, or `EPERM`. `socket(7)`.
        SOL_SOCKET SO_PRIORITY: i32;
        /// Without effect since Linux 2.6. `socket(7)`.
        SOL_SOCKET SO_BSDCOMPAT: i32;
        /// Receives credentials of the sender as a control message. Since Linux 6.16 `EOPNOTSUPP` on other sockets than UNIX. `unix(7)`.
        SOL_SOCKET SO_PASSCRED: bool;
        /// [`SO_RCVTIMEO`] with 64 bits of seconds on every machine. `sock_set_timeout`.
        SOL_SOCKET SO_RCVTIMEO_NEW: Timeval;
        /// [`SO_SNDTIMEO`] with 64 bits of seconds on every machine. `sock_set_timeout`.
        SOL_SOCKET SO_SNDTIMEO_NEW: Timeval;
        /// Only packets of the interface with this name; empty is any. `ENODEV`, `ENOPROTOOPT` without the interface or on a kernel
        /// without the option, `EPERM` for a change without CAP_NET_RAW. `socket(7)`.
        SOL_SOCKET SO_BINDTODEVICE: String;
        /// [`SO_BINDTODEVICE`] by the interface's index; 0 is any. `EINVAL` if negative. `sock_bindtoindex`.
        SOL_SOCKET SO_BINDTOIFINDEX: i32;
        /// Filters what is received by a classic BPF program; read with this name as SO_GET_FILTER. `socket(7)`.
        SOL_SOCKET SO_ATTACH_FILTER: Vec<u8>;
        /// Removes the filter: `ENOENT` if there is none, `EPERM` if it is locked. Write only. `socket(7)`.
        SOL_SOCKET SO_DETACH_FILTER: i32;
        /// The peer's address, as `getpeername` gives it; `ENOTCONN`. Read only. `sk_getsockopt`.
        SOL_SOCKET SO_PEERNAME: Vec<u8>;
        /// Receives the time of arrival in nanoseconds as a control message. `socket(7)`.
        SOL_SOCKET SO_TIMESTAMPNS: bool;
        /// Which time stamps are made and told: SOF_TIMESTAMPING_*. `EINVAL` for bits that are none.
        /// Documentation/networking/timestamping.rst.
        SOL_SOCKET SO_TIMESTAMPING: u32;
        /// [`SO_TIMESTAMP`] with 64 bits of seconds on every machine.
        SOL_SOCKET SO_TIMESTAMP_NEW: bool;
        /// [`SO_TIMESTAMPNS`] with 64 bits of seconds on every machine.
        SOL_SOCKET SO_TIMESTAMPNS_NEW: bool;
        /// [`SO_TIMESTAMPING`] with 64 bits of seconds on every machine.
        SOL_SOCKET SO_TIMESTAMPING_NEW: u32;
        /// The security label of the peer; `ENOPROTOOPT` without a security module. Read only. `sk_getsockopt`.
        SOL_SOCKET SO_PEERSEC: String;
        /// Receives the security label of the sender as a control message. As [`SO_PASSCRED`]. `unix(7)`.
        SOL_SOCKET SO_PASSSEC: bool;
        /// The mark of outgoing packets, for firewalls and routes. `EPERM` without CAP_NET_ADMIN. `socket(7)`.
        SOL_SOCKET SO_MARK: u32;
        /// Receives how many packets were dropped as a control message. `socket(7)`.
        SOL_SOCKET SO_RXQ_OVFL: bool;
        /// Receives the state of a wireless frame as a control message.
        SOL_SOCKET SO_WIFI_STATUS: bool;
        /// Where peeking begins, in bytes; -1 is off. `socket(7)` says UNIX sockets only; UDP since Linux 4.20, TCP since 6.9,
        /// `EOPNOTSUPP` before.
        SOL_SOCKET SO_PEEK_OFF: i32;
        /// Leaves the frame's checksum to the program. Needs a driver that can.
        SOL_SOCKET SO_NOFCS: bool;
        /// Whether the filter can be changed: `EPERM` to unlock it. `socket(7)`.
        SOL_SOCKET SO_LOCK_FILTER: bool;
        /// Whether an error in the queue of errors makes `select` say readable. `socket(7)`.
        SOL_SOCKET SO_SELECT_ERR_QUEUE: bool;
        /// Microseconds to poll the device for packets; `EINVAL` if negative, `EPERM` for more without CAP_NET_ADMIN. `socket(7)`.
        SOL_SOCKET SO_BUSY_POLL: i32;
        /// Prefers busy polling over interrupts; `EPERM` to switch on without CAP_NET_ADMIN.
        SOL_SOCKET SO_PREFER_BUSY_POLL: bool;
        /// Packets of one round of busy polling, at most 65,535; `EPERM` for more without CAP_NET_ADMIN.
        SOL_SOCKET SO_BUSY_POLL_BUDGET: i32;
        /// Bytes per second sent at most; all ones is no limit. 4 or 8 bytes long. `tc-fq(8)`.
        SOL_SOCKET SO_MAX_PACING_RATE: u64;
        /// The number of extensions to classic BPF. Read only.
        SOL_SOCKET SO_BPF_EXTENSIONS: i32;
        /// The processor that handled the last packet; set, the one a packet is preferably given on. `socket(7)`.
        SOL_SOCKET SO_INCOMING_CPU: i32;
        /// The number of the device queue of the last packet; 0 if there is none that counts. Read only. `socket(7)`.
        SOL_SOCKET SO_INCOMING_NAPI_ID: i32;
        /// The memory this socket uses, nine numbers: `SK_MEMINFO_*` of include/uapi/linux/sock_diag.h. Read only.
        SOL_SOCKET SO_MEMINFO: List<u32>;
        /// A number that no other socket of the machine has or had. `EINVAL` unless there is room for its 8 bytes. Read only.
        SOL_SOCKET SO_COOKIE: u64;
        /// The number of the socket's network namespace. Exactly 8 bytes, or `EINVAL`. Read only.
        SOL_SOCKET SO_NETNS_COOKIE: u64;
        /// Advises whether the route works: 1 says no. Write only; any number is taken.
        SOL_SOCKET SO_CNX_ADVICE: i32;
        /// Allows `MSG_ZEROCOPY`: `EINVAL` but for 0 and 1. Documentation/networking/msg_zerocopy.rst.
        SOL_SOCKET SO_ZEROCOPY: i32;
        /// Sends packets at times the program gives. `EPERM` without CAP_NET_ADMIN for some clocks.
        SOL_SOCKET SO_TXTIME: SockTxtime;
        /// Which buffers the program has chosen itself, so that the kernel does not tune them: 1 the send buffer, 2 the receive buffer.
        /// `EINVAL` for other bits.
        SOL_SOCKET SO_BUF_LOCK: i32;
        /// Bytes of memory reserved for this socket; `EOPNOTSUPP` without memory accounting. `sock_reserve_memory`.
        SOL_SOCKET SO_RESERVE_MEM: i32;
        /// Whether a connection tries another path after time-outs: -1 the system's choice, 0, 1; else `EINVAL`. `EOPNOTSUPP` if not TCP.
        SOL_SOCKET SO_TXREHASH: i32;
        /// Receives the mark of a packet as a control message; `EPERM` without CAP_NET_RAW or CAP_NET_ADMIN.
        SOL_SOCKET SO_RCVMARK: bool;
        /// Chooses among the sockets of a SO_REUSEPORT group by an extended BPF program. Write only. `socket(7)`.
        SOL_SOCKET SO_ATTACH_REUSEPORT_EBPF: i32;
        /// Chooses among the sockets of a SO_REUSEPORT group by a classic BPF program. Write only. `socket(7)`.
        SOL_SOCKET SO_ATTACH_REUSEPORT_CBPF: Vec<u8>;
        /// Removes that program; `ENOENT` if there is none. Write only. `socket(7)`.
        SOL_SOCKET SO_DETACH_REUSEPORT_BPF: i32;
        /// Credentials of the peer: who made the pair, called `connect` or `listen`. Read only. `unix(7)`.
        SOL_SOCKET SO_PEERCRED: Ucred;
        /// The supplementary groups of the peer; `ENODATA` without a peer. Read only. `sk_getsockopt`.
        SOL_SOCKET SO_PEERGROUPS: List<u32>;
        /// Receives a descriptor of the sender's process as a control message. UNIX only: `EOPNOTSUPP`. Linux 6.5.
        SOL_SOCKET SO_PASSPIDFD: bool;
        /// Receives the priority of a packet as a control message. Linux 6.14.
        SOL_SOCKET SO_RCVPRIORITY: bool;
        /// Whether descriptors are accepted at all; so at first. UNIX only: `EOPNOTSUPP`. Linux 6.16.
        SOL_SOCKET SO_PASSRIGHTS: bool;
        /// Receives how many bytes are still to be read as a control message. UNIX streams only. Write only. Linux 6.17.
        SOL_SOCKET SO_INQ: bool;
    }
    [cfg(unix)] {
        /// Lets several sockets of one user bind the same address, all of them having set it. `socket(7)`.
        SOL_SOCKET SO_REUSEPORT: bool;
    }
    [cfg(any(target_os = "linux", target_os = "freebsd"))] {
        /// The socket's protocol. Read only. `socket(7)`.
        SOL_SOCKET SO_PROTOCOL: Protocol;
        /// The socket's family. Read only. `socket(7)`.
        SOL_SOCKET SO_DOMAIN: Family;
    }
}
