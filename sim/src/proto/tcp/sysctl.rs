//! What an administrator may set for the TCP of a host: `net.ipv4.tcp_*`, by Linux's names, with the defaults of Linux 6.1.
//!
//! A protocol reads them when it needs them, through [`crate::proto::Cx`], as the kernel does; so a change acts on
//! connections that are there already, unless the field says otherwise. Their text form, and those that act on nothing
//! here, are the host's (`host/sysctl.rs`).

/// `net.ipv4.tcp_*`; see Documentation/networking/ip-sysctl.rst of the kernel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sysctl {
    pub(crate) abort_on_overflow: bool,
    /// Which congestion control a new socket has: an index into [`super::CongestionControl`].
    pub(crate) congestion_control: super::CongestionControl,
    pub(crate) base_mss: u16,
    /// Nanoseconds that an ACK of out-of-order data may be held back, and how many may be.
    pub(crate) comp_sack_delay: u64,
    pub(crate) comp_sack_nr: u8,
    pub(crate) dsack: bool,
    /// 3: tail loss probes.
    pub(crate) early_retrans: u8,
    /// 0x1 client, 0x2 server, 0x4 client without a cookie, 0x200 server without a cookie, 0x400 all listeners.
    pub(crate) fastopen: u32,
    /// Seconds.
    pub(crate) fin_timeout: u32,
    pub(crate) frto: u8,
    /// Milliseconds.
    pub(crate) invalid_ratelimit: u32,
    /// Seconds.
    pub(crate) keepalive_time: u32,
    pub(crate) keepalive_intvl: u32,
    pub(crate) keepalive_probes: u8,
    pub(crate) max_reordering: u32,
    pub(crate) max_syn_backlog: u32,
    pub(crate) max_tw_buckets: u32,
    pub(crate) max_orphans: u32,
    pub(crate) min_snd_mss: u16,
    pub(crate) moderate_rcvbuf: bool,
    pub(crate) mtu_probing: u8,
    pub(crate) notsent_lowat: u32,
    pub(crate) orphan_retries: u8,
    /// 1: RACK.
    pub(crate) recovery: u8,
    pub(crate) reordering: u32,
    pub(crate) retries1: u8,
    pub(crate) retries2: u8,
    pub(crate) rfc1337: bool,
    /// Smallest, default and largest receive and send buffer in bytes.
    pub(crate) rmem: [u32; 3],
    pub(crate) wmem: [u32; 3],
    /// Milliseconds: since 6.15 and 6.11.
    pub(crate) rto_max: u32,
    pub(crate) rto_min: u32,
    pub(crate) sack: bool,
    pub(crate) slow_start_after_idle: bool,
    /// So many repetitions of a SYN come after one second each, before the time doubles: since 6.5, where it is 4.
    pub(crate) syn_linear_timeouts: u8,
    pub(crate) syn_retries: u8,
    pub(crate) synack_retries: u8,
    pub(crate) syncookies: u8,
    pub(crate) thin_linear_timeouts: bool,
    /// 0 off, 1 on, 2 on without a random offset.
    pub(crate) timestamps: u8,
    /// 0 never, 1 always, 2 on loopback only.
    pub(crate) tw_reuse: u8,
    pub(crate) window_scaling: bool,
}

impl Sysctl {
    /// Linux 6.1's.
    pub(crate) const DEFAULT: Self = Self {
        abort_on_overflow: false,
        congestion_control: super::CongestionControl::Cubic,
        base_mss: 1024,
        comp_sack_delay: 1_000_000,
        comp_sack_nr: 44,
        dsack: true,
        early_retrans: 3,
        fastopen: 1,
        fin_timeout: 60,
        frto: 2,
        invalid_ratelimit: 500,
        keepalive_time: 7200,
        keepalive_intvl: 75,
        keepalive_probes: 9,
        max_reordering: 300,
        max_syn_backlog: 4096,
        max_tw_buckets: 262_144,
        max_orphans: 262_144,
        min_snd_mss: 48,
        moderate_rcvbuf: true,
        mtu_probing: 0,
        notsent_lowat: u32::MAX,
        orphan_retries: 0,
        recovery: 1,
        reordering: 3,
        retries1: 3,
        retries2: 15,
        rfc1337: false,
        rmem: [4096, 131_072, 6_291_456],
        wmem: [4096, 16_384, 4_194_304],
        rto_max: 120_000,
        rto_min: 200,
        sack: true,
        slow_start_after_idle: true,
        syn_linear_timeouts: 0,
        syn_retries: 6,
        synack_retries: 5,
        syncookies: 1,
        thin_linear_timeouts: false,
        timestamps: 1,
        tw_reuse: 2,
        window_scaling: true,
    };
}
