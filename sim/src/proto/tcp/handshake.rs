//! How a connection begins: with a SYN of its own or of the peer, and what is known when the handshake is over.
//!
//! Which segments belong to the handshake `input.rs` says, in the order of RFC 9293.

use std::net::{IpAddr, SocketAddr};

use super::{
    Config, Connection, Counts, Ends, Marks, ReceiveSide, SendSide, State, Sysctl, Welcome,
    congestion::{self, Congestion},
    default_mss,
    recovery::{Phase, Recovery},
    rtt::Rtt,
    stamps::Stamps,
    timers::{Moment, Timers, since},
    window::Window,
};
use crate::{
    base::Instant,
    proto::Cx,
    wire::{Options, RareOption, Segment, SeqNum},
};

/// What a new connection takes over from one in TIME_WAIT that it displaces (`tcp_twsk_unique`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Successor {
    iss: SeqNum,
    stamps: Stamps,
}

impl Connection {
    /// Active open: the SYN is left in `cx.out`.
    pub(crate) fn connect(
        cx: &mut Cx<'_>,
        local: SocketAddr,
        remote: SocketAddr,
        config: Config,
        successor: Option<Successor>,
    ) -> Self {
        let mut connection = Self::new(cx, local, remote, State::SynSent, config, successor);
        connection.send_syn(cx);
        connection.check();
        connection
    }

    /// Passive open: a SYN has come to a listener; the SYN+ACK, with a cookie for Fast Open, is left in `cx.out`.
    #[expect(clippy::too_many_arguments, reason = "what a listener knows of a SYN")]
    pub(crate) fn accept(
        cx: &mut Cx<'_>,
        local: SocketAddr,
        remote: SocketAddr,
        syn: &Segment,
        config: Config,
        successor: Option<Successor>,
        welcome: Welcome,
        cookie: Option<Box<RareOption>>,
    ) -> Self {
        let mut connection = Self::new(cx, local, remote, State::SynReceived, config, successor);
        connection.marks |= Marks::PASSIVE;
        connection.marks.set(Marks::COOKIE, welcome == Welcome::Cookie);
        connection.learn_peer(cx, syn);
        connection.send_syn_with(cx, cookie);
        connection.check();
        connection
    }

    pub(super) fn new(
        cx: &mut Cx<'_>,
        local: SocketAddr,
        remote: SocketAddr,
        state: State,
        config: Config,
        successor: Option<Successor>,
    ) -> Self {
        let hash = hash_of(cx, local, remote);
        let iss = successor.map_or_else(|| initial_sequence_number(cx.now, hash), |successor| successor.iss);
        let offset = if cx.sysctl.timestamps == 1 { (hash >> 32) as u32 } else { 0 };
        let rtt = Rtt::new();
        let mut timers = Timers::default();
        timers.set_retransmit(cx.now, rtt.timeout(cx.sysctl));
        let mss = config.advertised_mss();
        let window = Window::new(&config, config.window_clamp, mss, cx.sysctl);
        let mut connection = Self {
            ends: Ends::new(local, remote),
            config,
            state,
            marks: Marks::empty(),
            failure: None,
            soft_failure: None,
            snd: SendSide::new(iss, mss, cx.now),
            rcv: ReceiveSide::new(window, cx.now),
            stamps: successor.map_or_else(|| Stamps::new(offset), |successor| successor.stamps),
            rtt,
            congestion: Congestion::new(config.congestion),
            recovery: Recovery::new(cx.sysctl),
            timers,
            urgent: None,
            counts: Counts { iss, delivered: 1, ..Counts::default() },
        };
        connection.snd.sndbuf = if config.tuned_sndbuf == 0 { cx.sysctl.wmem[1] } else { config.tuned_sndbuf };
        if state == State::SynSent {
            let scale = connection.rcv.window.scale(cx.rmem_max, cx.sysctl);
            connection.rcv.window.bound_by_scale(if cx.sysctl.window_scaling { scale } else { 0 });
            // What the peer takes is not known yet (TCP_MSS_DEFAULT; `tcp_v6_connect`), unless the program says (`tcp_connect_init`).
            let guess = if config.maxseg == 0 { default_mss(remote.ip()) } else { config.maxseg };
            connection.snd.peer_mss = mss.min(guess);
            connection.stamps.on = cx.sysctl.timestamps > 0;
            connection.sync_mss(cx.sysctl);
            connection.stamps.on = false;
        }
        connection
    }

    /// What a connection to the same place takes over from this one, which lies in TIME_WAIT: it begins beyond the numbers
    /// of the old one, and keeps its clocks.
    pub(crate) fn successor(&self) -> Successor {
        Successor { iss: self.snd.nxt + 65_535 + 2, stamps: self.stamps }
    }

    /// Whether who connects may take the place of this one, which lies in TIME_WAIT (`tcp_twsk_unique`): with timestamps
    /// nothing old can be taken for new. Who has a port of its own may at once; who looks for one when `tcp_tw_reuse` says
    /// so, a second after the peer was last heard.
    pub(crate) fn may_be_succeeded(&self, now: Instant, sysctl: &Sysctl, looks_for_port: bool) -> bool {
        let Some(heard) = self.stamps.heard_at() else { return false };
        let reuses = match sysctl.tw_reuse {
            0 => false,
            1 => true,
            _ => self.ends.local.to_canonical().is_loopback() || self.ends.remote.to_canonical().is_loopback(),
        };
        match self.state {
            State::TimeWait => !looks_for_port || (reuses && since(now, heard) > 1_000_000_000),
            // Linux keeps it as it keeps TIME_WAIT (`tcp_time_wait` with TCP_FIN_WAIT2).
            State::FinWait2 => self.is(Marks::ORPHAN) && !looks_for_port,
            _ => false,
        }
    }

    /// Takes over what the peer's SYN says.
    pub(super) fn learn_peer(&mut self, cx: &Cx<'_>, syn: &Segment) {
        let Options { mss, window_scale, sack_permitted, timestamps, .. } = &syn.options;
        let sysctl = cx.sysctl;
        self.rcv.nxt = syn.seq + 1;
        self.counts.irs = syn.seq;
        self.rcv.wup = self.rcv.nxt;
        if let Some(scale) = window_scale.filter(|_| sysctl.window_scaling) {
            // RFC 7323 section 2.3: more than 14 is taken for 14.
            self.snd.scale = scale.min(14);
            self.marks |= Marks::SCALING;
            self.rcv.scale = self.rcv.window.scale(cx.rmem_max, sysctl);
        }
        if self.is(Marks::PASSIVE) {
            let scale = self.rcv.scale;
            self.rcv.window.bound_by_scale(scale);
        }
        self.marks.set(Marks::SACK, *sack_permitted && sysctl.sack);
        if let Some(stamp) = timestamps.filter(|_| sysctl.timestamps > 0) {
            self.stamps.on = true;
            self.stamps.store(stamp, cx.now);
        }
        let options = if self.stamps.on { 12 } else { 0 };
        if self.is(Marks::PASSIVE) {
            // Options take their room from whole segments: 65,160 instead of 64,240 (`tcp_openreq_init_rwin`).
            let mss = self.config.advertised_mss().saturating_sub(options);
            let (config, clamp) = (&self.config, self.rcv.window.clamp);
            self.rcv.window = Window::new(config, clamp, mss, sysctl);
        }
        // More than the window field of a SYN could say (`tcp_select_initial_window`).
        self.rcv.edge = self.rcv.nxt + self.rcv.window.threshold;
        let mss = mss.unwrap_or(default_mss(self.ends.remote)).max(sysctl.min_snd_mss);
        let mss = self.config.advertised_mss().min(mss);
        self.snd.peer_mss = if self.is(Marks::COOKIE) { cookie_mss(self.ends.remote, mss) } else { mss };
        // The window of a SYN is not scaled.
        self.snd.set_window(syn.window.into());
        self.snd.wl1 = syn.seq;
        self.sync_mss(sysctl);
        // `tcp_initialize_rcv_mss`
        let hint =
            self.config.advertised_mss().min(self.snd.mss).min((self.rcv.window() / 2).min(u16::MAX.into()) as u16);
        self.rcv.mss = hint.clamp(88, 536);
    }

    /// Our SYN is acknowledged, by `segment`: `tcp_finish_connect`, `tcp_rcv_state_process` for SYN_RECV.
    pub(super) fn become_established(&mut self, cx: &Cx<'_>, segment: &Segment) {
        let once = (self.recovery.total == 0).then(|| since(cx.now, self.snd.sent_at) / 1000);
        self.time_handshake(cx, segment, once);
        // If the SYN was lost more than once, the path is in no state for ten segments (`tcp_init_transfer`).
        self.congestion.cwnd = if self.recovery.total > 1 { 1 } else { congestion::INITIAL };
        self.recovery.phase = Phase::Open;
        // Data in the SYN may be acknowledged, too: that is seen to later.
        self.snd.una += 1;
        self.snd.retries = 0;
        self.snd.pushed = self.snd.nxt;
        self.snd.small = self.snd.nxt;
        self.snd.sent_at = cx.now;
        if self.is(Marks::PASSIVE) || self.state == State::SynSent {
            // `lrcvtime` (`tcp_finish_connect`, `tcp_create_openreq_child`)
            self.rcv.data_at = Moment::at(cx.now);
        }
        self.recovery.forget_resent();
        self.recovery.high = self.snd.una;
        self.timers.stop_resend();
        if self.is(Marks::PASSIVE) {
            // The largest offer is reckoned from here (`tcp_create_openreq_child`).
            let window = u32::from(segment.window) << self.snd.scale;
            self.snd.max_wnd = 0;
            self.snd.set_window(window);
            self.sync_mss(cx.sysctl);
            if self.is(Marks::COOKIE) {
                self.choose_window_of_cookie(cx.sysctl);
            }
            self.rcv.is_made_by(self.counts.segments_in);
        } else {
            let scale = self.rcv.scale;
            self.rcv.window.bound_by_scale(scale);
        }
        let offered = self.rcv.window();
        let mss = self.received_mss();
        self.rcv.window.established(cx.now, self.rcv.nxt, offered, mss);
        if !self.is_sndbuf_locked() {
            self.expand_sndbuf(cx.sysctl);
        }
        // Shut down while connecting: the FIN follows now (RFC 9293 section 3.10.4, SYN-RECEIVED).
        self.state = if self.is(Marks::FIN_QUEUED) { State::FinWait1 } else { State::Established };
        self.set_keepalive(cx, false);
    }

    /// Of a request that was but a cookie the window is chosen again, by the MSS that the cookie has kept, of which nothing is deducted
    /// (`cookie_v4_check`, `cookie_v6_check`).
    #[cold]
    fn choose_window_of_cookie(&mut self, sysctl: &Sysctl) {
        let scale = self.rcv.scale;
        self.rcv.window = Window::new(&self.config, self.config.window_clamp, self.snd.peer_mss, sysctl);
        self.rcv.window.bound_by_scale(scale);
        self.rcv.edge = self.rcv.nxt + self.rcv.window.threshold;
    }

    /// Takes in the round trip of the handshake that `segment` ends, in microseconds: `once` if our SYN went out but once, else
    /// what the echo of a timestamp tells.
    pub(super) fn time_handshake(&mut self, cx: &Cx<'_>, segment: &Segment, once: Option<u64>) {
        let echo = || {
            let stamp = segment.options.timestamps.filter(|_| self.stamps.on)?;
            self.stamps.round_trip(stamp, cx.now)
        };
        match once.or_else(echo) {
            Some(micros) => {
                self.rtt.observe_least(micros.max(1), cx.now);
                self.rtt.sample(micros, segment.ack, segment.ack, cx.sysctl);
            }
            None => self.rtt.handshake_was_repeated(),
        }
    }
}

/// What a stranger cannot guess of two addresses.
fn hash_of(cx: &Cx<'_>, local: SocketAddr, remote: SocketAddr) -> u64 {
    let bits = |addr: SocketAddr| match addr.ip() {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    cx.rng.keyed(bits(local), bits(remote), u64::from(local.port()) << 16 | u64::from(remote.port()))
}

/// RFC 6528: a clock, and a hash of the addresses that the peer cannot guess. So a new connection between the same two
/// addresses begins beyond the numbers of the old one. The clock is Linux's: it ticks every 64 ns (`secure_tcp_seq`).
fn initial_sequence_number(now: Instant, hash: u64) -> SeqNum {
    SeqNum((hash as u32).wrapping_add((now.as_nanos() >> 6) as u32))
}

/// What of the peer's MSS a SYN cookie can carry: one of four (`msstab` of net/ipv4/syncookies.c and net/ipv6/syncookies.c).
fn cookie_mss(remote: IpAddr, mss: u16) -> u16 {
    let known = if remote.is_ipv4() { [536, 1300, 1440, 1460] } else { [1220, 1420, 1440, 8940] };
    known.into_iter().rev().find(|known| *known <= mss).unwrap_or(known[0])
}
