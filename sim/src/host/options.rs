//! [`SocketOptions`]: what `setsockopt(2)` has left with a socket.
//!
//! Kept small, because an idle connection keeps two of them: what most programs never set is in a box of its own, [`Rare`]. A number that
//! was not set is 0 where Linux, too, asks the sysctl only when the number is needed; what `getsockopt` shows then is
//! `call/option/`'s affair.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use smallvec::SmallVec;

use crate::proto::tcp::CongestionControl;

/// Options that are kept with the socket. What each does is said where it acts.
#[derive(Clone, Debug)]
pub(crate) struct SocketOptions {
    pub(crate) reuseaddr: bool,
    pub(crate) reuseport: bool,
    pub(crate) keepalive: bool,
    pub(crate) broadcast: bool,
    pub(crate) oobinline: bool,
    pub(crate) nodelay: bool,
    pub(crate) cork: bool,
    pub(crate) v6only: bool,
    /// The program chose the size itself (SOCK_RCVBUF_LOCK, SOCK_SNDBUF_LOCK): no tuning.
    pub(crate) rcvbuf_set: bool,
    pub(crate) sndbuf_set: bool,
    /// `icsk_ca_ops`.
    pub(crate) congestion: CongestionControl,
    /// TCP_SYNCNT; 0: `tcp_syn_retries`.
    pub(crate) syncnt: u8,
    /// TCP_KEEPCNT; 0: `tcp_keepalive_probes`.
    pub(crate) keepcnt: u8,
    /// TCP_DEFER_ACCEPT as a number of retransmissions.
    pub(crate) defer_accept: u8,
    /// TCP_MAXSEG; 0: the path's.
    pub(crate) maxseg: u16,
    /// TCP_KEEPIDLE, TCP_KEEPINTVL in seconds; 0: `tcp_keepalive_time`, `tcp_keepalive_intvl`.
    pub(crate) keepidle: u16,
    pub(crate) keepintvl: u16,
    /// TCP_LINGER2 in seconds; 0: `tcp_fin_timeout`; -1: not at all.
    pub(crate) linger2: i16,
    /// IP_TTL; -1: `ip_default_ttl`.
    pub(crate) ttl: i16,
    /// IPV6_UNICAST_HOPS; -1: the route's.
    pub(crate) hops: i16,
    /// IP_TOS, IPV6_TCLASS.
    pub(crate) tos: u8,
    pub(crate) tclass: u8,
    /// TCP_USER_TIMEOUT in milliseconds.
    pub(crate) user_timeout: u32,
    /// TCP_WINDOW_CLAMP; 0: none.
    pub(crate) window_clamp: u32,
    /// TCP_NOTSENT_LOWAT; 0: `tcp_notsent_lowat`.
    pub(crate) notsent_lowat: u32,
    pub(crate) rcvlowat: i32,
    /// As `getsockopt` shows them: twice what was asked for.
    pub(crate) rcvbuf: u32,
    pub(crate) sndbuf: u32,
    /// SO_LINGER, in seconds while it is on; a negative number is for ever.
    pub(crate) linger: Option<i32>,
    /// SO_RCVTIMEO and SO_SNDTIMEO; in a box, because two durations are a tenth of an idle socket.
    timeouts: Option<Box<Timeouts>>,
    pub(crate) switches: Switches,
    rare: Option<Box<Rare>>,
}

bitflags::bitflags! {
    /// Options that are on or off, and act on nothing else of this model.
    ///
    /// Where Linux begins with 1, the bit says that it is off.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(crate) struct Switches: u64 {
        const DEBUG = 1;
        const DONTROUTE = 1 << 1;
        const NO_CHECK = 1 << 2;
        const RXQ_OVFL = 1 << 3;
        const WIFI_STATUS = 1 << 4;
        const NOFCS = 1 << 5;
        const LOCK_FILTER = 1 << 6;
        const SELECT_ERR_QUEUE = 1 << 7;
        const PREFER_BUSY_POLL = 1 << 8;
        const ZEROCOPY = 1 << 9;
        const RCVMARK = 1 << 10;
        const PASSCRED = 1 << 11;
        const PASSSEC = 1 << 12;
        /// SOCK_RCVTSTAMP, SOCK_RCVTSTAMPNS, SOCK_TSTAMP_NEW.
        const TIMESTAMP = 1 << 13;
        const TIMESTAMP_NS = 1 << 14;
        const TIMESTAMP_NEW = 1 << 15;

        const THIN_LINEAR = 1 << 16;
        const REPAIR = 1 << 17;
        const FASTOPEN_CONNECT = 1 << 18;
        const FASTOPEN_NO_COOKIE = 1 << 19;
        const INQ = 1 << 20;
        /// `inet_csk_in_pingpong_mode`: TCP_QUICKACK was switched off.
        const PINGPONG = 1 << 21;
        /// Not an option: the socket was made for a SYN, and shows what that one had.
        const ACCEPTED = 1 << 22;

        const RECVOPTS = 1 << 24;
        const RETOPTS = 1 << 25;
        const PKTINFO = 1 << 26;
        const RECVERR = 1 << 27;
        const RECVTTL = 1 << 28;
        const RECVTOS = 1 << 29;
        const FREEBIND = 1 << 30;
        const IP_PASSSEC = 1 << 31;
        const TRANSPARENT = 1 << 32;
        const RECVORIGDSTADDR = 1 << 33;
        const CHECKSUM = 1 << 34;
        const BIND_ADDRESS_NO_PORT = 1 << 35;
        const RECVERR_RFC4884 = 1 << 36;
        const RECVFRAGSIZE = 1 << 37;
        const NO_MULTICAST_LOOP = 1 << 38;
        const NO_MULTICAST_ALL = 1 << 39;

        const V6_2292PKTINFO = 1 << 40;
        const V6_2292HOPLIMIT = 1 << 41;
        const V6_FLOWINFO = 1 << 42;
        const V6_NO_MULTICAST_LOOP = 1 << 43;
        const V6_NO_MULTICAST_ALL = 1 << 44;
        const V6_RECVERR = 1 << 45;
        const V6_RECVERR_RFC4884 = 1 << 46;
        const V6_FLOWINFO_SEND = 1 << 47;
        const V6_RECVPKTINFO = 1 << 48;
        const V6_RECVHOPLIMIT = 1 << 49;
        const V6_RECVHOPOPTS = 1 << 50;
        const V6_RECVRTHDR = 1 << 51;
        const V6_RECVDSTOPTS = 1 << 52;
        const V6_RECVPATHMTU = 1 << 53;
        const V6_DONTFRAG = 1 << 54;
        const V6_RECVTCLASS = 1 << 55;
        const V6_AUTOFLOWLABEL_SET = 1 << 56;
        const V6_AUTOFLOWLABEL = 1 << 57;
        const V6_RECVORIGDSTADDR = 1 << 58;
        const V6_RECVFRAGSIZE = 1 << 59;

        /// What a TCP socket that has one of these is asked for is in the segment that has come last.
        const NOTED_OF_SEGMENTS = Self::V6_2292PKTINFO.bits() | Self::V6_2292HOPLIMIT.bits() | Self::V6_RECVPKTINFO.bits()
            | Self::V6_RECVHOPLIMIT.bits();

        /// Of a TCP socket with one of these each segment of IPv6 is looked at twice (`rxopt.all`).
        const NOTES_OF_SEGMENTS = Self::NOTED_OF_SEGMENTS.bits() | Self::V6_FLOWINFO.bits() | Self::V6_RECVHOPOPTS.bits()
            | Self::V6_RECVRTHDR.bits() | Self::V6_RECVDSTOPTS.bits() | Self::V6_RECVPATHMTU.bits() | Self::V6_RECVTCLASS.bits()
            | Self::V6_RECVORIGDSTADDR.bits() | Self::V6_RECVFRAGSIZE.bits();
    }
}

bitflags::bitflags! {
    /// More of them, which are kept in [`Rare`].
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(crate) struct RareSwitches: u16 {
        const PASSPIDFD = 1;
        const NO_PASSRIGHTS = 1 << 1;
        const RCVPRIORITY = 1 << 2;
        /// SO_INQ, of a UNIX stream.
        const INQ = 1 << 3;
        const V6_2292HOPOPTS = 1 << 4;
        const V6_2292DSTOPTS = 1 << 5;
        const V6_2292RTHDR = 1 << 6;
        const V6_ROUTER_ALERT_ISOLATE = 1 << 7;
        const UDP_CORK = 1 << 8;
        const UDP_NO_CHECK6_TX = 1 << 9;
        const UDP_NO_CHECK6_RX = 1 << 10;
        const UDP_GRO = 1 << 11;
        /// TCP_FASTOPEN_CONNECT has asked for a cookie, which is never over (`fastopen_req`).
        const FASTOPEN_ASKED = 1 << 12;

        /// As [`Switches::NOTES_OF_SEGMENTS`].
        const NOTES_OF_SEGMENTS = Self::V6_2292HOPOPTS.bits() | Self::V6_2292DSTOPTS.bits() | Self::V6_2292RTHDR.bits();
    }
}

/// A group that a socket has joined (`struct ip_mc_socklist`, `struct ipv6_mc_socklist`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Membership {
    pub(crate) group: IpAddr,
    /// The interface by its index, and by the address that it was asked for by, if it was.
    pub(crate) interface: i32,
    pub(crate) address: Ipv4Addr,
    /// MCAST_INCLUDE: these sources and no others; else all but these.
    pub(crate) includes: bool,
    pub(crate) sources: Vec<IpAddr>,
}

/// How long a call may block; `None`: for ever.
#[derive(Clone, Default, Debug)]
pub(crate) struct Timeouts {
    pub(crate) receive: Option<Duration>,
    pub(crate) send: Option<Duration>,
}

/// Options that hardly any program sets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rare {
    pub(crate) switches: RareSwitches,
    pub(crate) priority: i32,
    pub(crate) mark: u32,
    /// SO_LINGER's time, as it is shown while SO_LINGER is off.
    pub(crate) linger_shown: i32,
    /// SO_BINDTODEVICE, by index; 0: any.
    pub(crate) device: i32,
    /// To where the last connection of a socket of IPv6 was, if that was IPv4 (`inet_daddr`).
    pub(crate) last_v4: Option<Ipv4Addr>,
    /// A bind that failed, or to any address, has left the socket none, though it is locked (`inet_reset_saddr`).
    pub(crate) has_lost_address: bool,
    /// How many segments a connection had sent when it lost the route that is kept with it.
    pub(crate) route_forgotten_at: Option<u32>,
    /// The program has written since another was found (`tcp_current_mss`).
    pub(crate) has_looked_at_route: bool,
    pub(crate) timestamping: u32,
    /// SO_PEEK_OFF; negative: off.
    pub(crate) peek_off: i32,
    pub(crate) busy_poll: i32,
    pub(crate) max_pacing_rate: u64,
    pub(crate) incoming_cpu: i32,
    /// SO_TXTIME: clock and flags.
    pub(crate) txtime: (i32, u32),
    pub(crate) txrehash: i32,

    /// TCP_FASTOPEN: the queue of connections that began with data.
    pub(crate) fastopen: u32,
    pub(crate) repair_queue: u8,
    pub(crate) save_syn: u8,
    pub(crate) tx_delay: i32,
    /// TCP_RTO_MAX_MS, TCP_RTO_MIN_US, TCP_DELACK_MAX_US.
    pub(crate) rto_max_ms: u32,
    pub(crate) rto_min_us: u32,
    pub(crate) delack_max_us: u32,

    /// UDP_ENCAP, UDP_SEGMENT.
    pub(crate) udp_encap: u8,
    /// UDP_ENCAP was one for IPsec, or 0, once: that is what looks at the datagrams ever after (`encap_rcv`).
    pub(crate) udp_looks_for_esp: bool,
    pub(crate) udp_segment: u16,

    /// IP_LOCAL_PORT_RANGE: the ends; 0: the host's own.
    pub(crate) local_port_range: (u16, u16),
    pub(crate) mtu_discover: Option<u8>,
    pub(crate) min_ttl: u8,
    pub(crate) multicast_ttl: i16,
    /// In network order, as the program gave it.
    pub(crate) unicast_if: i32,
    pub(crate) multicast_if: [u8; 4],
    pub(crate) multicast_index: i32,

    pub(crate) v6_mtu_discover: Option<u8>,
    /// IPV6_MTU.
    pub(crate) v6_frag_size: Option<usize>,
    pub(crate) v6_min_hops: u8,
    pub(crate) v6_multicast_hops: i16,
    pub(crate) v6_unicast_if: i32,
    pub(crate) v6_multicast_if: i32,
    /// IPV6_PREFER_SRC_TMP, _PUBLIC, _COA.
    pub(crate) v6_source_preference: u8,

    /// Groups that the socket has joined.
    pub(crate) memberships: Vec<Membership>,
    /// Anycast addresses that it has taken, and on which interface.
    pub(crate) anycast: Vec<(Ipv6Addr, i32)>,

    /// Values that are bytes, by level and name: IP_OPTIONS, IPV6_HOPOPTS, IPV6_DSTOPTS, TCP_FASTOPEN_KEY.
    blobs: Vec<(i32, i32, SmallVec<[u8; 16]>)>,
}

/// A socket on which nothing rare was set.
static NOTHING_RARE: Rare = Rare::new();

impl Rare {
    const fn new() -> Self {
        Self {
            switches: RareSwitches::empty(),
            priority: 0,
            mark: 0,
            linger_shown: 0,
            device: 0,
            last_v4: None,
            has_lost_address: false,
            route_forgotten_at: None,
            has_looked_at_route: false,
            timestamping: 0,
            peek_off: -1,
            busy_poll: 0,
            max_pacing_rate: u64::MAX,
            incoming_cpu: -1,
            txtime: (0, 0),
            txrehash: 1,
            fastopen: 0,
            repair_queue: 0,
            save_syn: 0,
            tx_delay: 0,
            rto_max_ms: 120_000,
            rto_min_us: 200_000,
            delack_max_us: 200_000,
            udp_encap: 0,
            udp_looks_for_esp: false,
            udp_segment: 0,
            local_port_range: (0, 0),
            mtu_discover: None,
            min_ttl: 0,
            multicast_ttl: 1,
            unicast_if: 0,
            multicast_if: [0; 4],
            multicast_index: 0,
            v6_mtu_discover: None,
            v6_frag_size: None,
            v6_min_hops: 0,
            v6_multicast_hops: 1,
            v6_unicast_if: 0,
            v6_multicast_if: 0,
            v6_source_preference: 0,
            memberships: Vec::new(),
            anycast: Vec::new(),
            blobs: Vec::new(),
        }
    }

    /// What `tcp_disconnect` sets back.
    pub(super) fn disconnected(&mut self) {
        let Self { peek_off, rto_min_us, delack_max_us, .. } = Self::new();
        (self.peek_off, self.rto_min_us, self.delack_max_us) = (peek_off, rto_min_us, delack_max_us);
        self.switches.remove(RareSwitches::FASTOPEN_ASKED);
    }

    /// The bytes kept for that option; none if it was not set.
    pub(crate) fn blob(&self, level: i32, name: i32) -> &[u8] {
        let found = self.blobs.iter().find(|blob| (blob.0, blob.1) == (level, name));
        found.map_or(&[], |blob| &blob.2)
    }

    /// Keeps bytes for that option; none removes it.
    pub(crate) fn set_blob(&mut self, level: i32, name: i32, bytes: &[u8]) {
        self.blobs.retain(|blob| (blob.0, blob.1) != (level, name));
        if !bytes.is_empty() {
            self.blobs.push((level, name, bytes.into()));
        }
    }
}

impl SocketOptions {
    pub(crate) fn new(rcvbuf: u32, sndbuf: u32) -> Self {
        Self {
            reuseaddr: false,
            reuseport: false,
            keepalive: false,
            broadcast: false,
            oobinline: false,
            nodelay: false,
            cork: false,
            v6only: false,
            rcvbuf_set: false,
            sndbuf_set: false,
            congestion: CongestionControl::Cubic,
            syncnt: 0,
            keepcnt: 0,
            defer_accept: 0,
            maxseg: 0,
            keepidle: 0,
            keepintvl: 0,
            linger2: 0,
            ttl: -1,
            hops: -1,
            tos: 0,
            tclass: 0,
            user_timeout: 0,
            window_clamp: 0,
            notsent_lowat: 0,
            rcvlowat: 1,
            rcvbuf,
            sndbuf,
            linger: None,
            timeouts: None,
            switches: Switches::empty(),
            rare: None,
        }
    }

    /// Whether an option was set that hardly any program sets.
    #[inline]
    pub(crate) fn has_rare(&self) -> bool {
        self.rare.is_some()
    }

    /// What is hardly ever set.
    #[inline]
    pub(crate) fn rare(&self) -> &Rare {
        self.rare.as_deref().unwrap_or(&NOTHING_RARE)
    }

    /// SO_RCVTIMEO.
    #[inline]
    pub(crate) fn rcvtimeo(&self) -> Option<Duration> {
        self.timeouts.as_ref()?.receive
    }

    /// SO_SNDTIMEO.
    #[inline]
    pub(crate) fn sndtimeo(&self) -> Option<Duration> {
        self.timeouts.as_ref()?.send
    }

    /// The timeouts, to be set.
    pub(crate) fn timeouts_mut(&mut self) -> &mut Timeouts {
        self.timeouts.get_or_insert_default()
    }

    /// What is hardly ever set, to be set.
    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_with(|| Box::new(Rare::new()))
    }

    /// What an accepted socket takes over from its listener (`sk_clone_lock`, `inet_csk_clone_lock`,
    /// `tcp_create_openreq_child`): all but what is said here. O_NONBLOCK is of the open file, and stays with the listener.
    pub(crate) fn inherited(&self) -> Self {
        // TCP_DEFER_ACCEPT and TCP_FASTOPEN are of the listener's queue (`request_sock_queue`).
        let mut child = Self { defer_accept: 0, ..self.clone() };
        if let Some(rare) = &mut child.rare {
            (rare.priority, rare.fastopen, rare.route_forgotten_at, rare.last_v4) = (0, 0, None, None);
            rare.memberships.clear();
            rare.anycast.clear();
            // It has what its peer's SYN brought (`ireq_opt`), and no IP options come in here.
            rare.set_blob(libc::IPPROTO_IP, libc::IP_OPTIONS, &[]);
        }
        child
    }
}
