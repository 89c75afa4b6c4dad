//! Options of TCP: every one that Linux 6.1 has, `IPPROTO_TCP`. `tcp(7)`, include/uapi/linux/tcp.h, and `do_tcp_setsockopt` where the
//! manual is silent.
//!
//! Unless a line says otherwise: a value shorter than an `int` is `EINVAL`, a longer one is read as far as the `int`, a number out of
//! the range is `EINVAL` and changes nothing; getting fills as much of the `int` as there is room for; and a socket in any state
//! takes the option, a listener for the connections it will make.

#[cfg(target_os = "linux")]
use super::Millis;
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
use super::TcpInfo;
use super::{Seconds, SockOpt, options};
use crate::c;

options! { TCP_NAMES;
    /// Sends small segments at once (Nagle's algorithm is off). Any number but 0 is on. `tcp(7)`.
    IPPROTO_TCP TCP_NODELAY: bool;
    /// Bytes of data in a segment at most: 88 to 32,767, or 0 for the path's. Reads back what is in use once there is a connection.
    /// `tcp(7)`.
    IPPROTO_TCP TCP_MAXSEG: i32;
    /// Time between keepalive probes: 1 to 32,767 s. `tcp(7)`.
    IPPROTO_TCP TCP_KEEPINTVL: Seconds;
    /// Keepalive probes without an answer before the connection ends: 1 to 127. `tcp(7)`.
    IPPROTO_TCP TCP_KEEPCNT: i32;
    /// Accepts data in the SYN; the value is the queue of such connections. `EINVAL` if negative, or unless closed or listening.
    /// `tcp(7)`.
    IPPROTO_TCP TCP_FASTOPEN: i32;
    [cfg(target_os = "linux")] {
        /// Sends no partial segment until it is cleared, at most 200 ms. `tcp(7)`.
        IPPROTO_TCP TCP_CORK: bool;
        /// How often a SYN is sent again before `connect` gives up: 1 to 127. `tcp(7)`.
        IPPROTO_TCP TCP_SYNCNT: i32;
        /// How long an orphaned connection stays in FIN_WAIT_2, in seconds. Above 120 is 120; negative, and read back as -1, is not at
        /// all; 0 is the system's `tcp_fin_timeout`. `tcp(7)`.
        IPPROTO_TCP TCP_LINGER2: i32;
        /// Wakes an accepting socket only when data has arrived, for at most so many seconds: kept as a number of retransmissions, hence
        /// rounded up to 1, 3, 7, 15, ... `tcp(7)`.
        IPPROTO_TCP TCP_DEFER_ACCEPT: Seconds;
        /// Bytes of the window that is advertised at most; at least 1,152. 0, no clamp, is `EINVAL` unless the socket is closed.
        /// `tcp(7)`, `tcp_set_window_clamp`.
        IPPROTO_TCP TCP_WINDOW_CLAMP: i32;
        /// Acknowledges at once; not permanent. A negative or even number other than 0 does it for one ACK. `tcp(7)`.
        IPPROTO_TCP TCP_QUICKACK: bool;
        /// Removed from Linux 3.10 with its feature: `ENOPROTOOPT` in both directions.
        IPPROTO_TCP TCP_COOKIE_TRANSACTIONS: Vec<u8>;
        /// Linear instead of exponential time-outs for a connection with few packets in flight: 0 or 1. Documentation/networking/tcp-thin.rst.
        IPPROTO_TCP TCP_THIN_LINEAR_TIMEOUTS: i32;
        /// 0 or 1, without effect since Linux 4.11: always reads 0.
        IPPROTO_TCP TCP_THIN_DUPACK: i32;
        /// How long data may stay unacknowledged before the connection ends with `ETIMEDOUT`; zero is the system's choice. Negative is
        /// `EINVAL`. `tcp(7)`.
        IPPROTO_TCP TCP_USER_TIMEOUT: Millis;
        /// The socket is taken apart or put together by the program (CRIU): 1 on, 0 off, -1 off without a window probe. `EPERM` without
        /// CAP_NET_ADMIN or on a listener. `tcp_can_repair_sock`.
        IPPROTO_TCP TCP_REPAIR: i32;
        /// Which queue the calls under repair are about: 0 none, 1 receive, 2 send. `EPERM` unless under repair; reading then `EINVAL`.
        IPPROTO_TCP TCP_REPAIR_QUEUE: i32;
        /// The sequence number of that queue; `EPERM` unless closed, `EINVAL` without a queue.
        IPPROTO_TCP TCP_QUEUE_SEQ: u32;
        /// The options negotiated with the peer, under repair: an array of `struct tcp_repair_opt`. Write only. `EINVAL`, `EPERM`.
        IPPROTO_TCP TCP_REPAIR_OPTIONS: Vec<u8>;
        /// The clock of the timestamps option, in its ticks; setting is `EPERM` unless under repair.
        IPPROTO_TCP TCP_TIMESTAMP: u32;
        /// Bytes not yet sent above which the socket is not writable; 0 is the system's `tcp_notsent_lowat`.
        IPPROTO_TCP TCP_NOTSENT_LOWAT: u32;
        /// What the congestion control algorithm tells of itself: `union tcp_cc_info`, empty for most. Read only.
        IPPROTO_TCP TCP_CC_INFO: Vec<u8>;
        /// Keeps the headers of the SYN of each connection: 0 no, 1 from IP on, 2 from the link on. `EINVAL` else.
        IPPROTO_TCP TCP_SAVE_SYN: i32;
        /// Those headers, once: empty afterwards, or when there are none. `EINVAL` if there is too little room. Read only.
        IPPROTO_TCP TCP_SAVED_SYN: Vec<u8>;
        /// The windows of the connection, under repair: `struct tcp_repair_window`, exactly 20 bytes. `EPERM`, `EINVAL`.
        IPPROTO_TCP TCP_REPAIR_WINDOW: Vec<u8>;
        /// Lets `connect` return at once and the first `send` open the connection: 0 or 1. `EINVAL` unless closed, `EOPNOTSUPP` if
        /// `tcp_fastopen` forbids it. `tcp(7)`.
        IPPROTO_TCP TCP_FASTOPEN_CONNECT: i32;
        /// A protocol on top by name: `tls`. `ENOENT` if there is none of that name, `ENOTCONN` unless connected, `EEXIST` a second
        /// time. Reads empty if there is none. Documentation/networking/tls.rst.
        IPPROTO_TCP TCP_ULP: String;
        /// [`TCP_MD5SIG`] for a prefix or an interface.
        IPPROTO_TCP TCP_MD5SIG_EXT: Vec<u8>;
        /// The key of Fast Open's cookies: 16 bytes, or 32 for two of them; else `EINVAL`. Empty if there is none.
        IPPROTO_TCP TCP_FASTOPEN_KEY: Vec<u8>;
        /// Fast Open without a cookie: 0 or 1. `EINVAL` unless closed or listening.
        IPPROTO_TCP TCP_FASTOPEN_NO_COOKIE: i32;
        /// Maps received pages into the program's memory: `struct tcp_zerocopy_receive`. Read only, in a sense. The safe interface
        /// does not pass it on: `ENOPROTOOPT`.
        IPPROTO_TCP TCP_ZEROCOPY_RECEIVE: Vec<u8>;
        /// Receives how many bytes are still to be read as a control message: 0 or 1.
        IPPROTO_TCP TCP_INQ: i32;
        /// The type of that control message: the same number.
        IPPROTO_TCP TCP_CM_INQ: i32;
        /// Delays outgoing packets, in microseconds. Negative or very large is `EINVAL` since Linux 6.18.
        IPPROTO_TCP TCP_TX_DELAY: i32;
        /// Whether the connection is Multipath TCP still. Read only. Linux 6.9.
        IPPROTO_TCP TCP_IS_MPTCP: bool;
        /// Upper bound of the retransmission time-out: 1 s to 120 s. `EINVAL` else. Linux 6.15.
        IPPROTO_TCP TCP_RTO_MAX_MS: Millis;
        /// Lower bound of the retransmission time-out, microseconds. `EINVAL` if not positive or above 200 ms. Linux 6.15.
        IPPROTO_TCP TCP_RTO_MIN_US: i32;
        /// Longest delay of an acknowledgement, microseconds. `EINVAL` if not positive or above 200 ms. Linux 6.15.
        IPPROTO_TCP TCP_DELACK_MAX_US: i32;
    }
    [cfg(not(target_vendor = "apple"))] {
        /// Idle time before the first keepalive probe: 1 to 32,767 s. `tcp(7)`.
        IPPROTO_TCP TCP_KEEPIDLE: Seconds;
    }
    [cfg(any(target_os = "linux", target_os = "freebsd"))] {
        /// What the kernel knows of the connection; as many bytes as there is room for. Read only: setting is `ENOPROTOOPT`. `tcp(7)`.
        IPPROTO_TCP TCP_INFO: TcpInfo;
        /// The congestion control algorithm by name: at most 15 bytes. `ENOENT` if there is none of that name, `EPERM` if it is
        /// restricted. Reads 16 bytes. `tcp(7)`.
        IPPROTO_TCP TCP_CONGESTION: String;
        /// A key that signs the segments of one peer, RFC 2385: `struct tcp_md5sig`. `EINVAL` (length, family), `ENOENT` (no such key to
        /// delete); `ENOPROTOOPT` where the kernel is built without it. Write only.
        IPPROTO_TCP TCP_MD5SIG: Vec<u8>;
    }
}
