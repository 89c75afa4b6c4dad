//! `TCP_*` and `MPTCP_*`: netinet/tcp.h, linux/tcp.h, linux/mptcp.h.

use crate::c::constants;

constants! { TCP;
    // Options of TCP, `tcp(7)`: their types and errors stand at [`option`](crate::option).
    /// Bytes of data in a segment at most.
    TCP_MAXSEG;
    /// Sends no partial segment until it is cleared.
    TCP_CORK;
    /// Idle time before the first keepalive probe.
    TCP_KEEPIDLE;
    /// Time between keepalive probes.
    TCP_KEEPINTVL;
    /// Keepalive probes without an answer before the connection ends.
    TCP_KEEPCNT;
    /// How often a SYN is sent again.
    TCP_SYNCNT;
    /// How long an orphaned connection stays in FIN_WAIT_2.
    TCP_LINGER2;
    /// Wakes an accepting socket only when data has arrived.
    TCP_DEFER_ACCEPT;
    /// Bytes of the window that is advertised at most.
    TCP_WINDOW_CLAMP;
    /// What the kernel knows of the connection.
    TCP_INFO;
    /// Acknowledges at once.
    TCP_QUICKACK;
    /// The congestion control algorithm by name.
    TCP_CONGESTION;
    /// A key that signs segments, RFC 2385.
    TCP_MD5SIG;
    /// Removed from Linux 3.10.
    TCP_COOKIE_TRANSACTIONS;
    /// Linear time-outs for a connection with few packets in flight.
    TCP_THIN_LINEAR_TIMEOUTS;
    /// Without effect since Linux 4.11.
    TCP_THIN_DUPACK;
    /// How long data may stay unacknowledged.
    TCP_USER_TIMEOUT;
    /// The program takes the socket apart or puts it together.
    TCP_REPAIR;
    /// Which queue is under repair.
    TCP_REPAIR_QUEUE;
    /// The sequence number of that queue.
    TCP_QUEUE_SEQ;
    /// The options negotiated, under repair.
    TCP_REPAIR_OPTIONS;
    /// Accepts data in the SYN.
    TCP_FASTOPEN;
    /// The clock of the timestamps option.
    TCP_TIMESTAMP;
    /// Bytes not yet sent above which the socket is not writable.
    TCP_NOTSENT_LOWAT;
    /// What the congestion control algorithm tells of itself.
    TCP_CC_INFO;
    /// Keeps the headers of the SYN.
    TCP_SAVE_SYN;
    /// Those headers, once.
    TCP_SAVED_SYN;
    /// The windows, under repair.
    TCP_REPAIR_WINDOW;
    /// The first `send` opens the connection.
    TCP_FASTOPEN_CONNECT;
    /// A protocol on top by name.
    TCP_ULP;
    /// [`TCP_MD5SIG`] for a prefix or an interface.
    TCP_MD5SIG_EXT;
    /// The key of Fast Open's cookies.
    TCP_FASTOPEN_KEY;
    /// Fast Open without a cookie.
    TCP_FASTOPEN_NO_COOKIE;
    /// Maps received pages into the program's memory.
    TCP_ZEROCOPY_RECEIVE;
    /// Receives how many bytes are still to be read.
    TCP_INQ;
    /// The type of that control message.
    TCP_CM_INQ;
    /// Delays outgoing packets.
    TCP_TX_DELAY = 37;
    /// Adds a key of the authentication option, RFC 5925. Linux 6.7.
    TCP_AO_ADD_KEY = 38;
    /// Removes such a key. Linux 6.7.
    TCP_AO_DEL_KEY = 39;
    /// Settings of the authentication option. Linux 6.7.
    TCP_AO_INFO = 40;
    /// Lists its keys. Linux 6.7.
    TCP_AO_GET_KEYS = 41;
    /// Its sequence numbers, under repair. Linux 6.7.
    TCP_AO_REPAIR = 42;
    /// Whether the connection is multipath TCP. Linux 6.9.
    TCP_IS_MPTCP = 43;
    /// Upper bound of the retransmission time-out, milliseconds. Linux 6.15.
    TCP_RTO_MAX_MS = 44;
    /// Lower bound of the retransmission time-out, microseconds. Linux 6.15.
    TCP_RTO_MIN_US = 45;
    /// Longest delay of an acknowledgement, microseconds. Linux 6.15.
    TCP_DELACK_MAX_US = 46;

    // Values of those options.
    /// [`TCP_REPAIR_QUEUE`]: none.
    TCP_NO_QUEUE = 0;
    /// [`TCP_REPAIR_QUEUE`]: the receive queue.
    TCP_RECV_QUEUE = 1;
    /// [`TCP_REPAIR_QUEUE`]: the send queue.
    TCP_SEND_QUEUE = 2;
    /// [`TCP_REPAIR`]: on.
    TCP_REPAIR_ON = 1;
    /// [`TCP_REPAIR`]: off.
    TCP_REPAIR_OFF = 0;
    /// [`TCP_REPAIR`]: off, without a window probe.
    TCP_REPAIR_OFF_NO_WP = -1;
    /// Bytes of the longest key of [`TCP_MD5SIG`].
    TCP_MD5SIG_MAXKEYLEN;
    /// [`TCP_MD5SIG_EXT`]: the address has a prefix.
    TCP_MD5SIG_FLAG_PREFIX = 1;
    /// [`TCP_INFO`]: timestamps.
    TCPI_OPT_TIMESTAMPS = 1;
    /// [`TCP_INFO`]: selective acknowledgements.
    TCPI_OPT_SACK = 2;
    /// [`TCP_INFO`]: window scaling.
    TCPI_OPT_WSCALE = 4;
    /// [`TCP_INFO`]: congestion notification.
    TCPI_OPT_ECN = 8;
    /// [`TCP_INFO`]: a packet with a congestion mark has come.
    TCPI_OPT_ECN_SEEN = 16;
    /// [`TCP_INFO`]: data in the SYN was acknowledged.
    TCPI_OPT_SYN_DATA = 32;

    // States, as [`TCP_INFO`] numbers them.
    /// The handshake is over.
    TCP_ESTABLISHED = 1;
    /// Our SYN is sent.
    TCP_SYN_SENT = 2;
    /// The third segment of the handshake is missing.
    TCP_SYN_RECV = 3;
    /// Our FIN is sent.
    TCP_FIN_WAIT1 = 4;
    /// Our FIN is acknowledged.
    TCP_FIN_WAIT2 = 5;
    /// Waiting for old segments to vanish.
    TCP_TIME_WAIT = 6;
    /// No connection.
    TCP_CLOSE = 7;
    /// The peer's FIN has come.
    TCP_CLOSE_WAIT = 8;
    /// The peer's FIN has come, and ours is sent.
    TCP_LAST_ACK = 9;
    /// Listening.
    TCP_LISTEN = 10;
    /// Both FINs have crossed.
    TCP_CLOSING = 11;

    // Options of multipath TCP, `SOL_MPTCP`.
    /// What the kernel knows of the connection.
    MPTCP_INFO = 1;
    /// [`TCP_INFO`] of every subflow.
    MPTCP_TCPINFO = 2;
    /// The addresses of every subflow.
    MPTCP_SUBFLOW_ADDRS = 3;
    /// All three at once. Linux 6.5.
    MPTCP_FULL_INFO = 4;
}
