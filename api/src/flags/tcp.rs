//! [`TcpState`] and [`TcpOptions`]: what `TCP_INFO` tells in small numbers.
//!
//! Linux's numbers on every system: the simulated world has them too.

use super::{flag_set, open_number};

open_number! {
    /// The state of a TCP connection as `TCP_INFO` and `/proc/net/tcp` number it: include/net/tcp_states.h.
    TcpState(u8) {
        /// The handshake is over, and both sides may send.
        ESTABLISHED = TCP_ESTABLISHED(1);
        /// Our SYN is sent.
        SYN_SENT = TCP_SYN_SENT(2);
        /// Our SYN and the peer's have crossed, or the third segment of the handshake is missing.
        SYN_RECV = TCP_SYN_RECV(3);
        /// Our FIN is sent.
        FIN_WAIT1 = TCP_FIN_WAIT1(4);
        /// Our FIN is acknowledged.
        FIN_WAIT2 = TCP_FIN_WAIT2(5);
        /// Waiting for old segments to vanish.
        TIME_WAIT = TCP_TIME_WAIT(6);
        /// No connection.
        CLOSE = TCP_CLOSE(7);
        /// The peer's FIN has come.
        CLOSE_WAIT = TCP_CLOSE_WAIT(8);
        /// The peer's FIN has come, and ours is sent.
        LAST_ACK = TCP_LAST_ACK(9);
        /// Listening.
        LISTEN = TCP_LISTEN(10);
        /// Both FINs have crossed.
        CLOSING = TCP_CLOSING(11);
        /// Half open, in a table of the kernel's own; a program never sees it.
        NEW_SYN_RECV = TCP_NEW_SYN_RECV(12);
    }
}

flag_set! {
    /// What a TCP connection has negotiated, in `TCP_INFO`: `TCPI_OPT_*`.
    TcpOptions(u8), "TCPI_OPT_" {
        /// Timestamps, RFC 7323.
        TIMESTAMPS = numbers::TCPI_OPT_TIMESTAMPS;
        /// Selective acknowledgements, RFC 2018.
        SACK = numbers::TCPI_OPT_SACK;
        /// Window scaling, RFC 7323.
        WSCALE = numbers::TCPI_OPT_WSCALE;
        /// Explicit congestion notification, RFC 3168.
        ECN = numbers::TCPI_OPT_ECN;
        /// A packet with a congestion mark has come.
        ECN_SEEN = numbers::TCPI_OPT_ECN_SEEN;
        /// Data in the SYN was acknowledged, RFC 7413.
        SYN_DATA = numbers::TCPI_OPT_SYN_DATA;
    }
}

/// The bits of `tcpi_options`: include/uapi/linux/tcp.h.
mod numbers {
    pub(super) const TCPI_OPT_TIMESTAMPS: u8 = 1;
    pub(super) const TCPI_OPT_SACK: u8 = 2;
    pub(super) const TCPI_OPT_WSCALE: u8 = 4;
    pub(super) const TCPI_OPT_ECN: u8 = 8;
    pub(super) const TCPI_OPT_ECN_SEEN: u8 = 16;
    pub(super) const TCPI_OPT_SYN_DATA: u8 = 32;
}
