//! [`TcpInfo`]: what `TCP_INFO` tells of a connection.

use super::{MAX_LEN, OptValue};
use crate::{TcpOptions, TcpState};

/// Declares the structure and how it lies in memory, in one list.
macro_rules! tcp_info {
    ($($(#[$meta:meta])* $name:ident: $int:ty;)*) => {
        /// `struct tcp_info` as Linux 6.1 has it, 232 bytes, without the prefix `tcpi_`. `tcp(7)`, include/uapi/linux/tcp.h,
        /// `tcp_get_info`.
        ///
        /// A kernel fills as much as there is room for, an older one has fewer fields: what was not filled is 0. Of a listener only
        /// `state`, `unacked` (connections to be accepted), `sacked` (the backlog) and a few defaults mean something.
        ///
        /// ```
        /// use wavetank_api::{TcpState, option::{MAX_LEN, OptValue, TcpInfo}};
        ///
        /// let info = TcpInfo { state: TcpState::ESTABLISHED.raw(), rto: 204_000, ..TcpInfo::default() };
        /// let mut bytes = [0; MAX_LEN];
        /// assert_eq!(TcpInfo::encode(&info, &mut bytes), 232);
        /// assert_eq!(TcpInfo::decode(&bytes[..12]), Some(info));
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct TcpInfo {
            $($(#[$meta])* pub $name: $int,)*
        }

        impl OptValue for TcpInfo {
            type Value = Self;
            const LEN: usize = 0 $(+ size_of::<$int>())*;

            fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
                let mut at = 0;
                $(at = super::value::put(bytes, at, &value.$name.to_ne_bytes());)*
                at
            }

            fn decode(bytes: &[u8]) -> Option<Self> {
                let mut whole = [0; MAX_LEN];
                let len = bytes.len().min(MAX_LEN);
                whole[..len].copy_from_slice(&bytes[..len]);
                let mut rest = &whole[..];
                Some(Self { $($name: <$int>::from_ne_bytes(take(&mut rest)?),)* })
            }
        }
    };
}

/// The next field's bytes, taken off the front.
fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (field, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*field)
}

tcp_info! {
    /// The state: [`TcpState`].
    state: u8;
    /// The congestion control's: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss.
    ca_state: u8;
    /// How often the oldest segment was sent again by time-out since the last ACK that moved on.
    retransmits: u8;
    /// Window or keepalive probes without an answer.
    probes: u8;
    /// How often the retransmission time-out has doubled.
    backoff: u8;
    /// What was negotiated: [`TcpOptions`].
    options: u8;
    /// The peer's window scale in the low four bits, ours in the high four.
    wscale: u8;
    /// Bit 0: the delivery rate was limited by the program. Bits 1 and 2: why Fast Open failed.
    flags: u8;
    /// Retransmission time-out, microseconds.
    rto: u32;
    /// Delayed ACK time-out, microseconds.
    ato: u32;
    /// Bytes of data in a segment we send at most.
    snd_mss: u32;
    /// The largest segment received: an estimate of the peer's.
    rcv_mss: u32;
    /// Segments in flight; of a listener, connections to be accepted.
    unacked: u32;
    /// Segments acknowledged selectively; of a listener, the backlog.
    sacked: u32;
    /// Segments taken to be lost.
    lost: u32;
    /// Segments sent again and in flight.
    retrans: u32;
    /// 0 since Linux 4.15.
    fackets: u32;
    /// Milliseconds since data was last sent.
    last_data_sent: u32;
    /// 0: never filled.
    last_ack_sent: u32;
    /// Milliseconds since data last came.
    last_data_recv: u32;
    /// Milliseconds since an ACK last came.
    last_ack_recv: u32;
    /// The path's MTU.
    pmtu: u32;
    /// Bytes of receive window that may be offered as yet.
    rcv_ssthresh: u32;
    /// Smoothed round-trip time, microseconds.
    rtt: u32;
    /// Its mean deviation, microseconds.
    rttvar: u32;
    /// Slow start threshold, segments; 0x7fffffff if there is none yet.
    snd_ssthresh: u32;
    /// Congestion window, segments.
    snd_cwnd: u32;
    /// The MSS we have advertised.
    advmss: u32;
    /// How far segments may be out of order without being taken for lost.
    reordering: u32;
    /// Round-trip time as the receiver reckons it, microseconds.
    rcv_rtt: u32;
    /// Bytes the program read in the last such round trip: what the receive buffer is tuned by.
    rcv_space: u32;
    /// Segments sent again in all.
    total_retrans: u32;
    /// Bytes per second; all ones is without limit.
    pacing_rate: u64;
    /// SO_MAX_PACING_RATE.
    max_pacing_rate: u64;
    /// Bytes of data that were acknowledged. RFC 4898 tcpEStatsAppHCThruOctetsAcked.
    bytes_acked: u64;
    /// Bytes of data that arrived in order. RFC 4898 tcpEStatsAppHCThruOctetsReceived.
    bytes_received: u64;
    /// Segments sent.
    segs_out: u32;
    /// Segments received.
    segs_in: u32;
    /// Bytes in the send queue that were never sent.
    notsent_bytes: u32;
    /// The least round-trip time of late, microseconds.
    min_rtt: u32;
    /// Segments with data received.
    data_segs_in: u32;
    /// Segments with data sent.
    data_segs_out: u32;
    /// Bytes per second, as last measured.
    delivery_rate: u64;
    /// Microseconds in which there was something to send.
    busy_time: u64;
    /// Of these, limited by the peer's window.
    rwnd_limited: u64;
    /// Of these, limited by the send buffer.
    sndbuf_limited: u64;
    /// Segments delivered, retransmissions included.
    delivered: u32;
    /// Of these, with a congestion mark.
    delivered_ce: u32;
    /// Bytes of data sent, retransmissions included. RFC 4898 tcpEStatsPerfHCDataOctetsOut.
    bytes_sent: u64;
    /// Bytes of data sent again. RFC 4898 tcpEStatsPerfOctetsRetrans.
    bytes_retrans: u64;
    /// Duplicates the peer has told of. RFC 4898 tcpEStatsStackDSACKDups.
    dsack_dups: u32;
    /// How often reordering was seen.
    reord_seen: u32;
    /// Segments received out of order.
    rcv_ooopack: u32;
    /// The peer's window, after scaling, bytes.
    snd_wnd: u32;
}

impl TcpInfo {
    /// The state, with its name.
    #[must_use]
    pub const fn tcp_state(&self) -> TcpState {
        TcpState::from_raw(self.state)
    }

    /// What was negotiated.
    #[must_use]
    pub const fn tcp_options(&self) -> TcpOptions {
        TcpOptions::from_bits_retain(self.options)
    }

    /// The window scales: the peer's, and ours.
    #[must_use]
    pub const fn scales(&self) -> (u8, u8) {
        (self.wscale & 0xf, self.wscale >> 4)
    }
}
