//! `TCP_INFO`: `tcp_get_info`.

use wavetank_api::{
    TcpState,
    option::{MAX_LEN, OptValue, TcpInfo},
};

use super::Asked;
use crate::{
    host::{Body, Tcp},
    proto::tcp::State,
};

/// The structure as it lies in memory.
pub(super) fn bytes(asked: &Asked<'_>) -> Vec<u8> {
    let mut room = [0; MAX_LEN];
    let len = TcpInfo::encode(&info(asked), &mut room);
    room[..len].to_vec()
}

/// What a socket begins with: `tcp_init_sock`, `tcp_assign_congestion_control`.
const REORDERING: u32 = 3;
const INITIAL_WINDOW: u32 = 10;

fn info(asked: &Asked<'_>) -> TcpInfo {
    let socket = asked.socket();
    let rare = asked.rare();
    let mut info = TcpInfo {
        state: TcpState::CLOSE.raw(),
        pacing_rate: u64::MAX,
        max_pacing_rate: rare.max_pacing_rate,
        reordering: REORDERING,
        snd_cwnd: INITIAL_WINDOW,
        ..TcpInfo::default()
    };
    match &socket.body {
        Body::Tcp(Tcp::Listening(listener)) => {
            info.state = TcpState::LISTEN.raw();
            (info.unacked, info.sacked) = (listener.len() as u32, listener.backlog() as u32);
        }
        Body::Tcp(Tcp::Connection { connection, .. }) => info.state = number(connection.state()).raw(),
        _ => {}
    }
    info
}

fn number(state: State) -> TcpState {
    match state {
        State::SynSent => TcpState::SYN_SENT,
        State::SynReceived => TcpState::SYN_RECV,
        State::Established => TcpState::ESTABLISHED,
        State::FinWait1 => TcpState::FIN_WAIT1,
        State::FinWait2 => TcpState::FIN_WAIT2,
        State::CloseWait => TcpState::CLOSE_WAIT,
        State::Closing => TcpState::CLOSING,
        State::LastAck => TcpState::LAST_ACK,
        State::TimeWait => TcpState::TIME_WAIT,
        State::Closed => TcpState::CLOSE,
    }
}
