//! What TCP_INFO tells of a connection: `tcp_get_info`, as far as the model knows the figure.

use std::net::{IpAddr, Ipv4Addr};

use super::{Connection, Marks, State, recovery::Phase, timers::since};
use crate::base::Instant;

/// The figures of `struct tcp_info`, in its units: microseconds, milliseconds where it says so, segments, bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Info {
    /// `TCP_ESTABLISHED` ... of include/net/tcp_states.h.
    pub(crate) state: u8,
    pub(crate) ca_state: u8,
    pub(crate) retransmits: u8,
    pub(crate) probes: u8,
    pub(crate) backoff: u8,
    /// TCPI_OPT_TIMESTAMPS 1, _SACK 2, _WSCALE 4, _SYN_DATA 32.
    pub(crate) options: u8,
    /// `tcpi_fastopen_client_fail`
    pub(crate) client_fail: u8,
    pub(crate) snd_wscale: u8,
    pub(crate) rcv_wscale: u8,
    pub(crate) rto: u32,
    pub(crate) ato: u32,
    pub(crate) snd_mss: u32,
    pub(crate) rcv_mss: u32,
    pub(crate) unacked: u32,
    pub(crate) sacked: u32,
    pub(crate) lost: u32,
    pub(crate) retrans: u32,
    /// Milliseconds.
    pub(crate) last_data_sent: u32,
    pub(crate) last_data_recv: u32,
    pub(crate) last_ack_recv: u32,
    pub(crate) pmtu: u32,
    pub(crate) rcv_ssthresh: u32,
    pub(crate) rtt: u32,
    pub(crate) rttvar: u32,
    pub(crate) snd_ssthresh: u32,
    pub(crate) snd_cwnd: u32,
    pub(crate) advmss: u32,
    pub(crate) reordering: u32,
    pub(crate) rcv_rtt: u32,
    pub(crate) rcv_space: u32,
    pub(crate) total_retrans: u32,
    pub(crate) notsent_bytes: u32,
    pub(crate) min_rtt: u32,
    pub(crate) snd_wnd: u32,
    pub(crate) rcv_wnd: u32,
    /// Counts modulo 2^32, bytes as well; the SYN that we sent is acknowledged as one.
    pub(crate) bytes_acked: u32,
    pub(crate) bytes_received: u32,
    pub(crate) bytes_sent: u32,
    pub(crate) bytes_retrans: u32,
    pub(crate) segs_out: u32,
    pub(crate) segs_in: u32,
    pub(crate) data_segs_out: u32,
    pub(crate) data_segs_in: u32,
    pub(crate) delivered: u32,
}

/// What a socket still knows of the way that its last connection took (`tcp_disconnect` clears none of it).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Path {
    pub(crate) remote: IpAddr,
    /// `mss_cache`
    pub(crate) mss: u16,
    /// `icsk_pmtu_cookie`
    pub(crate) mtu: u32,
    /// `advmss`
    pub(crate) advertised_mss: u16,
    /// `tcp_header_len`
    header: u16,
}

impl Path {
    const UNKNOWN: Self =
        Self { remote: IpAddr::V4(Ipv4Addr::UNSPECIFIED), mss: 0, mtu: 0, advertised_mss: 0, header: 0 };

    /// A socket without a connection has to reckon anew, as its IP header has other options. It knows no peer's MSS, which is the least
    /// that is sent (`tcp_min_snd_mss`, 48); its TCP header is as long as that of the last connection, if there was any
    /// (`tcp_mtu_to_mss`).
    pub(crate) fn reckon_anew(path: Option<Self>) -> Self {
        let path = path.unwrap_or(Self::UNKNOWN);
        Self { mss: 48 + 20 - path.header, ..path }
    }
}

impl State {
    /// The number of include/net/tcp_states.h.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Established => 1,
            Self::SynSent => 2,
            Self::SynReceived => 3,
            Self::FinWait1 => 4,
            Self::FinWait2 => 5,
            // To whoever still holds a descriptor it is closed: a smaller thing stands for it (`tcp_time_wait`).
            Self::TimeWait | Self::Closed => 7,
            Self::CloseWait => 8,
            Self::LastAck => 9,
            Self::Closing => 11,
        }
    }
}

impl Connection {
    /// The figures now.
    pub(crate) fn info(&self, now: Instant, sysctl: &super::Sysctl) -> Info {
        let millis = |at: Instant| u32::try_from(since(now, at) / 1_000_000).unwrap_or(u32::MAX);
        let micros = |nanos: u64| u32::try_from(nanos / 1000).unwrap_or(u32::MAX);
        let scales = self.is(Marks::SCALING);
        let (counts, connecting, passive) = (&self.counts, self.state.is_connecting(), self.is(Marks::PASSIVE));
        let fin = u32::from(self.is(Marks::FIN_QUEUED) && self.snd.nxt == self.snd.end);
        Info {
            state: self.state.number(),
            ca_state: match self.recovery.phase {
                Phase::Open => 0,
                Phase::Disorder => 1,
                Phase::Cwr => 2,
                Phase::Recovery => 3,
                Phase::Loss => 4,
            },
            retransmits: self.snd.retries,
            probes: self.snd.probes,
            backoff: self.rtt.backoff(),
            options: u8::from(self.stamps.on)
                | u8::from(self.is(Marks::SACK)) << 1
                | u8::from(scales) << 2
                | u8::from(self.is(Marks::SYN_DATA_ACKED)) << 5,
            client_fail: self.client_fail(),
            snd_wscale: self.snd.scale,
            rcv_wscale: self.rcv.scale,
            rto: micros(self.rtt.timeout(sysctl)),
            ato: u32::from(self.rcv.ato) * 1000,
            snd_mss: self.snd.mss.into(),
            rcv_mss: self.rcv.mss.into(),
            unacked: self.snd.sent.len() + u32::from(self.state.is_connecting() && !self.is(Marks::FAST_OPEN)),
            sacked: self.snd.sent.sacked,
            lost: self.snd.sent.lost,
            retrans: self.snd.sent.retransmitted,
            last_data_sent: millis(self.snd.sent_at),
            last_data_recv: self.rcv.data_at.get().map_or(millis(self.snd.sent_at), millis),
            last_ack_recv: millis(self.rcv.heard_at),
            pmtu: self.path_mtu(),
            rcv_ssthresh: self.rcv.window.threshold,
            rtt: self.rtt.smoothed().unwrap_or(0) as u32,
            rttvar: self.rtt.deviation(),
            snd_ssthresh: self.congestion.ssthresh,
            snd_cwnd: self.congestion.cwnd,
            advmss: self.received_mss().into(),
            reordering: self.recovery.reordering,
            rcv_rtt: self.rcv.window.rtt_micros() as u32,
            rcv_space: self.rcv.window.taken(),
            total_retrans: self.recovery.total,
            notsent_bytes: if self.state.is_connecting() { 0 } else { self.snd.left() },
            min_rtt: self.rtt.least().map_or(u32::MAX, |least| least as u32),
            snd_wnd: self.snd.wnd,
            rcv_wnd: self.rcv.edge.0.wrapping_sub(self.rcv.wup.0),
            bytes_acked: self.snd.una.0.wrapping_sub(counts.iss.0).wrapping_sub(u32::from(passive && !connecting)),
            bytes_received: if connecting || self.rcv.nxt == counts.irs {
                0
            } else {
                self.rcv.nxt.0.wrapping_sub(counts.irs.0.wrapping_add(1))
            },
            bytes_sent: self
                .snd
                .nxt
                .0
                .wrapping_sub(counts.iss.0.wrapping_add(1 + fin))
                .wrapping_add(counts.bytes_resent)
                .wrapping_add(self.recovery.bytes_in_vain),
            bytes_retrans: counts.bytes_resent,
            segs_out: counts.segments_out,
            segs_in: counts.segments_in,
            data_segs_out: counts.data_out,
            data_segs_in: counts.data_in,
            delivered: if connecting { 0 } else { counts.delivered },
        }
    }

    /// How many segments it has sent, modulo 2^32.
    pub(crate) fn segments_sent(&self) -> u32 {
        self.counts.segments_out
    }

    /// What outlives the connection.
    pub(crate) fn path(&self, sysctl: &super::Sysctl) -> Path {
        // A SYN that nobody has answered was to have time stamps behind it (`tcp_connect_init`).
        let is_unanswered = self.snd.max_wnd == 0 && sysctl.timestamps > 0;
        Path {
            remote: self.ends.remote,
            mss: self.snd.mss,
            mtu: self.path_mtu(),
            advertised_mss: self.received_mss(),
            header: if self.stamps.on || is_unanswered { 32 } else { 20 },
        }
    }

    fn path_mtu(&self) -> u32 {
        let headers = if self.ends.remote.is_ipv4() { 40 } else { 60 };
        u32::from(self.config.mss.min(self.snd.path_mss)) + headers
    }

    /// TCP_MAXSEG as it reads on a connection (`mss_cache`).
    pub(crate) fn mss(&self) -> u16 {
        self.snd.mss
    }
}
