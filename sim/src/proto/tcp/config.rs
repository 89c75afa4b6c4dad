//! What a program, and the way to its peer, ask of a connection.

use super::{CongestionControl, DEFAULT_HOP_LIMIT, Sysctl};

/// What a program has set on the socket of a connection. Where a field says so, 0 means the sysctl's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Config {
    /// What a packet of the route may carry: MTU less the headers of IP and TCP without options.
    pub(crate) mss: u16,
    /// TCP_MAXSEG: a lower bound than `mss` for both directions; 0 for none.
    pub(crate) maxseg: u16,
    pub(crate) congestion: CongestionControl,
    pub(crate) switches: Switches,
    /// SO_RCVBUF and SO_SNDBUF as `getsockopt` shows them; 0: tuned from `tcp_rmem` and `tcp_wmem`.
    pub(crate) rcvbuf: u32,
    pub(crate) sndbuf: u32,
    /// From where they are tuned (`sk_rcvbuf`, `sk_sndbuf`); 0: the sysctls' default.
    pub(crate) tuned_rcvbuf: u32,
    pub(crate) tuned_sndbuf: u32,
    /// SO_RCVLOWAT.
    pub(crate) rcvlowat: u32,
    /// TCP_WINDOW_CLAMP; 0 for none.
    pub(crate) window_clamp: u32,
    /// TCP_NOTSENT_LOWAT; 0: `tcp_notsent_lowat`.
    pub(crate) notsent_lowat: u32,
    /// TCP_USER_TIMEOUT, milliseconds; 0 for none.
    pub(crate) user_timeout: u32,
    /// TCP_LINGER2, seconds; 0: `tcp_fin_timeout`; negative: FIN_WAIT_2 is not waited for.
    pub(crate) linger2: i16,
    /// TCP_KEEPIDLE and TCP_KEEPINTVL in seconds, TCP_KEEPCNT; 0: `tcp_keepalive_*`.
    pub(crate) keepidle: u16,
    pub(crate) keepintvl: u16,
    pub(crate) keepcnt: u8,
    /// TCP_SYNCNT; 0: `tcp_syn_retries`.
    pub(crate) syn_retries: u8,
    /// TCP_DEFER_ACCEPT as a number of SYN+ACKs; 0 for none.
    pub(crate) defer_accept: u8,
    /// Of the packets it sends.
    pub(crate) hop_limit: u8,
    /// What the last connection of the same socket has seen of the cost of segments (`scaling_ratio`); 0 for none.
    pub(crate) scaling_ratio: u8,
}

bitflags::bitflags! {
    /// Options that are on or off.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(crate) struct Switches: u8 {
        const NODELAY = 0x01;
        const CORK = 0x02;
        const KEEPALIVE = 0x04;
        const OOBINLINE = 0x08;
        /// IP_RECVERR or IPV6_RECVERR: what ICMP says is told at once.
        const RECVERR = 0x10;
        /// Segments arrive in the memory in which they were sent: the peer is reached over loopback, or a direct link.
        const IN_MEMORY = 0x20;
        /// Of IPv6: each segment is charged twice while it is dealt with, because something may be noted of it (`np->rxopt.all`,
        /// `skb_clone_and_charge_r`).
        const NOTES = 0x40;
        /// Of IPv6: the SYN that a listener took is kept, and charged, until the first data is dealt with (`ireq->pktopts`,
        /// `tcp_v6_init_req`).
        const KEEPS_SYN = 0x80;
    }
}

impl Config {
    /// The MSS option we send.
    pub(super) fn advertised_mss(&self) -> u16 {
        if self.maxseg == 0 { self.mss } else { self.mss.min(self.maxseg) }
    }

    /// The receive buffer to begin with.
    pub(super) fn first_rcvbuf(&self, sysctl: &Sysctl) -> u32 {
        [self.rcvbuf, self.tuned_rcvbuf].into_iter().find(|size| *size != 0).unwrap_or(sysctl.rmem[1])
    }

    pub(super) fn has(&self, switch: Switches) -> bool {
        self.switches.contains(switch)
    }
}

impl Default for Config {
    /// A fresh socket on Ethernet.
    fn default() -> Self {
        Self {
            mss: 1460,
            maxseg: 0,
            congestion: CongestionControl::Cubic,
            switches: Switches::empty(),
            rcvbuf: 0,
            sndbuf: 0,
            tuned_rcvbuf: 0,
            tuned_sndbuf: 0,
            rcvlowat: 1,
            window_clamp: 0,
            notsent_lowat: 0,
            user_timeout: 0,
            linger2: 0,
            keepidle: 0,
            keepintvl: 0,
            keepcnt: 0,
            syn_retries: 0,
            defer_accept: 0,
            hop_limit: DEFAULT_HOP_LIMIT,
            scaling_ratio: 0,
        }
    }
}
