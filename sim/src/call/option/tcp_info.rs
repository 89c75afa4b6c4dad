//! `TCP_INFO`: `tcp_get_info`.

use wavetank_api::{
    TcpState,
    option::{MAX_LEN, OptValue, TcpInfo},
};

use super::Asked;
use crate::{
    host::{Body, LO, Tcp},
    proto::tcp::Info,
};

/// Bytes of `struct tcp_info` in Linux 6.18: behind what the contract knows stand `tcpi_rcv_wnd`, and what is never anything but 0 here
/// (`tcpi_rehash`, `tcpi_total_rto` and its kin, accurate ECN's).
const LEN: usize = 280;

/// The structure as it lies in memory.
pub(super) fn bytes(asked: &Asked<'_>) -> Vec<u8> {
    let mut room = [0; MAX_LEN];
    let len = TcpInfo::encode(&info(asked), &mut room);
    let rcv_wnd = asked
        .socket()
        .connection()
        .map_or(0, |connection| connection.info(asked.now, asked.host.settings.tcp()).rcv_wnd);
    let mut bytes = [&room[..len], &rcv_wnd.to_ne_bytes()].concat();
    bytes.resize(LEN, 0);
    bytes
}

/// TCP_INIT_CWND.
const INITIAL_WINDOW: u32 = 10;

fn info(asked: &Asked<'_>) -> TcpInfo {
    let socket = asked.socket();
    let sysctl = asked.host.settings.tcp();
    let begin = TcpInfo {
        state: TcpState::CLOSE.raw(),
        pacing_rate: u64::MAX,
        max_pacing_rate: asked.rare().max_pacing_rate,
        reordering: sysctl.reordering,
        snd_cwnd: INITIAL_WINDOW,
        ..TcpInfo::default()
    };
    match &socket.body {
        Body::Tcp(Tcp::Listening(listener)) => TcpInfo {
            state: TcpState::LISTEN.raw(),
            unacked: listener.len() as u32,
            sacked: listener.backlog() as u32,
            ..begin
        },
        Body::Tcp(Tcp::Connection { connection, .. }) => {
            let info = of_connection(&connection.info(asked.now, sysctl), begin);
            // Led to `lo` by SO_BINDTODEVICE, it looks at what that carries when it sends again (`tcp_current_mss`).
            let looks = socket.options.device() == LO && (asked.rare().has_looked_at_route || info.total_retrans > 0);
            match asked.path_mtu() {
                Ok(mtu) if looks => TcpInfo { pmtu: mtu.cast_unsigned(), ..info },
                _ => info,
            }
        }
        _ => {
            let rest = socket.rest();
            let (mss, pmtu, advmss) = rest.path.map_or((MSS, 0, 0), |path| (path.mss, path.mtu, path.advertised_mss));
            TcpInfo {
                rto: RTO,
                rttvar: RTTVAR,
                snd_mss: mss.into(),
                pmtu,
                advmss: advmss.into(),
                notsent_bytes: u32::try_from(rest.unsent.cast_signed()).unwrap_or(0),
                snd_ssthresh: NO_THRESHOLD,
                min_rtt: u32::MAX,
                ..begin
            }
        }
    }
}

/// TCP_TIMEOUT_INIT, and the quarter of it that mdev_us begins with; TCP_MSS_DEFAULT, TCP_INFINITE_SSTHRESH.
const RTO: u32 = 1_000_000;
const RTTVAR: u32 = 250_000;
const MSS: u16 = 536;
const NO_THRESHOLD: u32 = 0x7fff_ffff;

/// What the model knows of a connection; what it does not know stays 0.
fn of_connection(info: &Info, begin: TcpInfo) -> TcpInfo {
    TcpInfo {
        state: info.state,
        ca_state: info.ca_state,
        retransmits: info.retransmits,
        probes: info.probes,
        backoff: info.backoff,
        options: info.options,
        wscale: info.snd_wscale | info.rcv_wscale << 4,
        flags: info.client_fail << 1,
        rto: info.rto,
        ato: info.ato,
        snd_mss: info.snd_mss,
        rcv_mss: info.rcv_mss,
        unacked: info.unacked,
        sacked: info.sacked,
        lost: info.lost,
        retrans: info.retrans,
        last_data_sent: info.last_data_sent,
        last_data_recv: info.last_data_recv,
        last_ack_recv: info.last_ack_recv,
        pmtu: info.pmtu,
        rcv_ssthresh: info.rcv_ssthresh,
        rtt: info.rtt,
        rttvar: info.rttvar,
        snd_ssthresh: info.snd_ssthresh,
        snd_cwnd: info.snd_cwnd,
        advmss: info.advmss,
        reordering: info.reordering,
        rcv_rtt: info.rcv_rtt,
        rcv_space: info.rcv_space,
        total_retrans: info.total_retrans,
        notsent_bytes: info.notsent_bytes,
        min_rtt: info.min_rtt,
        snd_wnd: info.snd_wnd,
        bytes_acked: info.bytes_acked.into(),
        bytes_received: info.bytes_received.into(),
        bytes_sent: info.bytes_sent.into(),
        bytes_retrans: info.bytes_retrans.into(),
        segs_out: info.segs_out,
        segs_in: info.segs_in,
        data_segs_out: info.data_segs_out,
        data_segs_in: info.data_segs_in,
        delivered: info.delivered,
        ..begin
    }
}
