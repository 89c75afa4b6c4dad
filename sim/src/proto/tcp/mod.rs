//! TCP: one connection as a state machine without input or output of its own, and the queues of a listener.
//!
//! Read `state.rs` first, then `input.rs`, whose [`Connection::on_segment`] follows RFC 9293 section 3.10.7 from top to
//! bottom; `ack.rs` is its fifth step (what the peer has received), `receive.rs` its seventh (the text), `urgent.rs` its
//! sixth; `predict.rs` is the short way of ordinary segments. `output.rs` decides what to send and when, `recovery/` what is lost and
//! what becomes of the window then. `calls.rs` is what a program can ask for, `send.rs` what it writes and the room for that,
//! `config.rs` what options say of it, `handshake.rs` how a connection begins, `timers.rs` what happens by itself. `rtt.rs`,
//! `scoreboard.rs`, `congestion/`, `window.rs`, `memory.rs`, `stamps.rs`, `assembler.rs` and `buffer.rs` are small and know nothing of the
//! rest; `listen.rs` is the passive side's bookkeeping, `fast_open.rs` what RFC 7413 adds to both sides.
//!
//! The model is RFC 9293 as Linux does it: where the two differ Linux wins, and the comment names the function of the
//! kernel (6.1, default sysctls) that is meant.
//!
//! ```text
//!                    connect: SYN ──► SYN_SENT        SYN to a listener: SYN+ACK
//!                                      │    │                     │
//!                          SYN+ACK: ACK│    │SYN: SYN+ACK         │
//!                                      │    └───► SYN_RECEIVED ◄──┘      (LISTEN is a Listener,
//!                                      │               │ACK               not a state of a connection)
//!                                      └► ESTABLISHED ◄┘
//!                        close: FIN ┌──────┘      └──────┐ FIN: ACK
//!                             FIN_WAIT_1               CLOSE_WAIT
//!               ACK of FIN ┌────┘     └────┐ FIN: ACK      │ close: FIN
//!                     FIN_WAIT_2        CLOSING         LAST_ACK
//!                 FIN: ACK └────┐     ┌────┘ ACK of FIN    │ ACK of FIN
//!                              TIME_WAIT ───── 60 s ────► CLOSED
//! ```
//!
//! Not its responsibility: ports and routes, which connection a segment is for, which listener a SYN is for, what a
//! blocked program does, and errnos; the host and `call/` see to those. A connection never panics by what a peer sends or
//! a program asks.
//!
//! Absent on purpose: what only the hardware below would show (TSO, pacing, TCP small queues, autocorking), ECN, MD5 and
//! AO, multipath, and SYN cookies, which a peer cannot tell from a longer queue.

mod ack;
mod acknowledge;
mod assembler;
mod buffer;
mod calls;
mod config;
mod congestion;
mod fast_open;
mod handshake;
mod info;
mod input;
mod keepalive;
mod listen;
mod memory;
mod output;
mod predict;
mod receive;
mod recovery;
mod rtt;
mod scoreboard;
mod seams;
mod send;
mod stamps;
mod state;
mod sysctl;
#[cfg(test)]
mod tests;
mod time_wait;
mod timers;
mod urgent;
mod window;

use std::net::{IpAddr, SocketAddr};

use self::{
    assembler::Assembler,
    buffer::Ring,
    congestion::Congestion,
    recovery::Recovery,
    rtt::Rtt,
    scoreboard::Scoreboard,
    seams::Seams,
    stamps::Stamps,
    timers::{Moment, Timers},
    urgent::Urgent,
    window::Window,
};
pub(crate) use self::{
    config::{Config, Switches},
    congestion::CongestionControl,
    fast_open::{Handshake, Opening},
    handshake::Successor,
    info::{Info, Path},
    input::reset_for,
    listen::{Listener, Welcome},
    send::SendFlags,
    state::State,
    sysctl::Sysctl,
    urgent::UrgentError,
};
use crate::{base::Instant, wire::SeqNum};

/// `net.ipv4.ip_default_ttl` and `net.ipv6.conf.*.hop_limit`.
pub(crate) const DEFAULT_HOP_LIMIT: u8 = 64;

/// Why a connection ended, or could not be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    Refused,
    Reset,
    /// A reset after the peer's FIN (`tcp_reset` in CLOSE_WAIT).
    BrokenPipe,
    TimedOut,
    NetUnreachable,
    HostUnreachable,
    ProtocolUnreachable,
    /// The interface that the socket is bound to is not there.
    NoDevice,
    /// That interface carries nothing from the loopback.
    ForbiddenWay,
}

/// Why nothing was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SendError {
    /// The buffer is full, or the connection not yet there (`sk_stream_wait_connect`): wait until writable.
    WouldBlock,
    /// This half is shut down, or the connection gone.
    ShutDown,
    Failed(Failure),
}

/// Why nothing was received. The end of the stream is no error, but 0 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RecvError {
    WouldBlock,
    /// The handshake was called off by `shutdown`, and that has been reported.
    NotConnected,
    Failed(Failure),
}

/// There is no connection to shut down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NotConnected;

/// One end of a connection, from its SYN until nothing of it is left.
#[derive(Debug)]
pub(crate) struct Connection {
    ends: Ends,
    config: Config,
    state: State,
    marks: Marks,
    /// Reported once: `sk_err`.
    failure: Option<Failure>,
    /// What ICMP says is wrong, while there is hope: `sk_err_soft`.
    soft_failure: Option<Failure>,
    snd: SendSide,
    rcv: ReceiveSide,
    stamps: Stamps,
    rtt: Rtt,
    congestion: Congestion,
    recovery: Recovery,
    timers: Timers,
    /// Urgent data, once there was any.
    urgent: Option<Box<Urgent>>,
    counts: Counts,
}

/// Who speaks with whom: two addresses and their ports, without what else a [`SocketAddr`] has room for.
#[derive(Clone, Copy, Debug)]
struct Ends {
    local: IpAddr,
    remote: IpAddr,
    local_port: u16,
    remote_port: u16,
}

bitflags::bitflags! {
    /// What is true of a connection beside its state.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    struct Marks: u16 {
        /// The program reads no more, or the peer sends no more: RCV_SHUTDOWN.
        const RECEIVE_SHUT = 0x01;
        /// The program sends no more: SEND_SHUTDOWN.
        const SEND_SHUT = 0x02;
        const BOTH_SHUT = Self::RECEIVE_SHUT.bits() | Self::SEND_SHUT.bits();
        /// Our FIN is the last thing in the send queue, or sent, or acknowledged.
        const FIN_QUEUED = 0x04;
        /// The peer's FIN has been taken: SOCK_DONE.
        const PEER_DONE = 0x08;
        /// No descriptor is left: SOCK_DEAD.
        const ORPHAN = 0x10;
        /// Made by a SYN to a listener.
        const PASSIVE = 0x20;
        /// Both ends take SACK blocks: RFC 2018.
        const SACK = 0x40;
        /// The ACK of the handshake has come and was put aside for TCP_DEFER_ACCEPT, or because the accept queue was
        /// full (`inet_rsk(req)->acked`).
        const ACKED = 0x80;
        /// Its SYN+ACK is a cookie, and is not sent again.
        const COOKIE = 0x100;
        /// Both ends' windows are scaled.
        const SCALING = 0x200;
        /// It can be used though the handshake is not over, because data came in the SYN (`fastopen_rsk`).
        const FAST_OPEN = 0x400;
        /// Its SYN waits for the first write (`defer_connect`).
        const PUT_OFF = 0x800;
        /// Fast Open's option was in our SYN (`syn_fastopen`).
        const ASKED_FOR_COOKIE = 0x1000;
        /// What was in the SYN is acknowledged (`syn_data_acked`).
        const SYN_DATA_ACKED = 0x2000;
        /// Why no data was in our SYN, or was there in vain, as a number (`fastopen_client_fail`).
        const FELL_SHORT = 0xc000;
    }
}

/// What TCP_INFO counts, modulo 2^32. Bytes follow from where the sequence numbers began.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    iss: SeqNum,
    irs: SeqNum,
    segments_out: u32,
    segments_in: u32,
    data_out: u32,
    data_in: u32,
    delivered: u32,
    bytes_resent: u32,
}

/// The send sequence variables of RFC 9293 section 3.3.1, and what belongs to them.
///
/// `una <= nxt <= end`
#[derive(Debug)]
struct SendSide {
    /// SND.UNA: the oldest sequence number not acknowledged. `buffer` begins here, once our SYN is acknowledged.
    una: SeqNum,
    /// SND.NXT: one beyond the last sequence number sent.
    nxt: SeqNum,
    /// One beyond the last sequence number there is to send: after our SYN, `una + buffer.len()`, and one more for a
    /// FIN that is queued and not acknowledged.
    end: SeqNum,
    /// SND.WND, in bytes.
    wnd: u32,
    /// MAX.SND.WND: the largest window the peer has offered.
    max_wnd: u32,
    /// SND.WL1: the sequence number of the segment that last updated the window. (Linux does without SND.WL2.)
    wl1: SeqNum,
    /// One beyond the last segment that was smaller than it could be (Minshall's SND.SML).
    small: SeqNum,
    /// One beyond the last byte that a program has pushed (`pushed_seq`).
    pushed: SeqNum,
    /// What the peer's windows are shifted by.
    scale: u8,
    /// How often the SYN or the first segment was sent again since SND.UNA last moved (`icsk_retransmits`).
    retries: u8,
    /// How often a closed window, or an idle peer, was probed since the peer last answered (`icsk_probes_out`).
    probes: u8,
    /// The most we put into a segment now, options such as timestamps deducted (`mss_cache`).
    mss: u16,
    /// What both ends' MSS options allow (`rx_opt.mss_clamp`).
    peer_mss: u16,
    /// The bytes of IP options that go with each (`icsk_ext_hdr_len`).
    ip_options: u8,
    /// What the path carries, as far as ICMP or a black hole has told (`icsk_pmtu_cookie`, `icsk_mtup.search_low`).
    path_mss: u16,
    /// As much as a send buffer that is tuned may hold now.
    sndbuf: u32,
    /// When data was last sent (`lsndtime`).
    sent_at: Instant,
    buffer: Ring,
    /// What was sent and is not acknowledged.
    sent: Scoreboard,
    seams: Option<Box<Seams>>,
    /// There was no room, and that has not been remedied (SOCK_NOSPACE).
    no_space: bool,
}

/// The receive sequence variables of RFC 9293 section 3.3.1, and what belongs to them.
///
/// `wup <= nxt <= edge`
#[derive(Debug)]
struct ReceiveSide {
    /// RCV.NXT: what is expected next. `buffer` ends here.
    nxt: SeqNum,
    /// RCV.NXT as last acknowledged.
    wup: SeqNum,
    /// RCV.NXT + RCV.WND: the rightmost edge ever promised. It never moves left.
    edge: SeqNum,
    /// What our windows are shifted by; 0 if the peer does not scale.
    scale: u8,
    /// Segments still to be acknowledged at once, while the peer may be in slow start (`icsk_ack.quick`).
    quick: u8,
    /// The program answers what it receives, so ACKs may wait for its answer (`icsk_ack.pingpong`).
    pingpong: bool,
    /// Small segments since the last ACK, counted to two (ICSK_ACK_PUSHED, ICSK_ACK_PUSHED2).
    pushed: u8,
    ack: AckDue,
    /// Duplicate ACKs since RCV.NXT moved: the first three go out at once, the rest is compressed.
    duplicates: u8,
    /// The largest segment seen: an estimate of the peer's MSS (`icsk_ack.rcv_mss`).
    mss: u16,
    /// The last smaller segment that may be the peer's new size (`icsk_ack.last_seg_size`).
    last_len: u16,
    /// What is waited for in milliseconds before an ACK goes out alone (`icsk_ack.ato`).
    ato: u16,
    /// When data last arrived (`icsk_ack.lrcvtime`).
    data_at: Moment,
    /// When anything last arrived (`rcv_tstamp`).
    heard_at: Instant,
    /// Where the peer's FIN lies, if it has arrived before data that belongs in front of it.
    fin_at: Option<SeqNum>,
    window: Window,
    buffer: Ring,
    assembler: Assembler,
}

/// Whether an ACK is owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum AckDue {
    No,
    /// It may wait for data to ride on, or for the timer.
    Soon,
    Now,
}

/// What a missing MSS option means: RFC 9293 section 3.7.1 for IPv4, RFC 8200 section 5 for IPv6.
const fn default_mss(remote: IpAddr) -> u16 {
    if remote.is_ipv4() { 536 } else { 1220 }
}

impl Ends {
    fn new(local: SocketAddr, remote: SocketAddr) -> Self {
        Self { local: local.ip(), remote: remote.ip(), local_port: local.port(), remote_port: remote.port() }
    }
}

impl SendSide {
    fn new(iss: SeqNum, mss: u16, now: Instant) -> Self {
        Self {
            una: iss,
            nxt: iss + 1,
            end: iss + 1,
            wnd: 0,
            max_wnd: 0,
            wl1: SeqNum(0),
            small: iss,
            pushed: iss,
            scale: 0,
            retries: 0,
            probes: 0,
            mss,
            peer_mss: mss,
            ip_options: 0,
            path_mss: u16::MAX,
            sndbuf: 0,
            sent_at: now,
            buffer: Ring::default(),
            sent: Scoreboard::default(),
            seams: None,
            no_space: false,
        }
    }

    /// Sequence numbers there are to send that never were.
    #[inline]
    fn left(&self) -> u32 {
        self.end.0.wrapping_sub(self.nxt.0)
    }

    /// Sequence numbers sent and not acknowledged.
    #[inline]
    fn outstanding(&self) -> u32 {
        self.nxt.0.wrapping_sub(self.una.0)
    }

    /// What the peer's window still lets us send; 0 if it has shrunk below what was sent.
    #[inline]
    fn window_left(&self) -> u32 {
        self.wnd.saturating_sub(self.outstanding())
    }

    /// Nothing is on its way.
    #[inline]
    fn is_idle(&self) -> bool {
        self.una == self.nxt
    }

    /// The queue and what was sent are forgotten, but not how much that was (`tcp_write_queue_purge`).
    fn discard(&mut self) {
        self.buffer.free();
        self.seams = None;
        self.sent.clear();
    }
}

impl ReceiveSide {
    fn new(window: Window, now: Instant) -> Self {
        Self {
            nxt: SeqNum(0),
            wup: SeqNum(0),
            edge: SeqNum(0),
            scale: 0,
            quick: 0,
            pingpong: false,
            pushed: 0,
            ack: AckDue::No,
            duplicates: 0,
            mss: 536,
            last_len: 0,
            ato: 0,
            data_at: Moment::NEVER,
            heard_at: now,
            fin_at: None,
            window,
            buffer: Ring::default(),
            assembler: Assembler::default(),
        }
    }

    /// RCV.WND: what the peer may still send (`tcp_receive_window`).
    #[inline]
    fn window(&self) -> u32 {
        self.edge.0.wrapping_sub(self.nxt.0)
    }

    /// Nobody will read what has arrived, or waits.
    fn forget(&mut self) {
        self.buffer.free();
        self.assembler.free();
        self.set_backlog(0, 0);
        // The packet of a FIN, too.
        self.discharge(self.nxt);
    }

    /// An ACK is owed, sooner or later.
    #[inline]
    fn owe_ack(&mut self) {
        if self.ack == AckDue::No {
            self.ack = AckDue::Soon;
        }
    }
}

impl Connection {
    pub(crate) fn state(&self) -> State {
        self.state
    }

    /// Whether nothing of it is left on the wire or in time; what was received may still be read.
    pub(crate) fn is_finished(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether that is the next number expected of the peer.
    pub(crate) fn is_next(&self, seq: SeqNum) -> bool {
        self.rcv.nxt == seq
    }

    fn is(&self, mark: Marks) -> bool {
        self.marks.contains(mark)
    }

    /// It was made by a SYN to a listener, and its handshake is not over: to Linux not yet a socket, but a request.
    pub(crate) fn is_embryo(&self) -> bool {
        self.state == State::SynReceived && (self.marks & (Marks::PASSIVE | Marks::FAST_OPEN)) == Marks::PASSIVE
    }

    /// The peer has acknowledged our SYN.
    pub(crate) fn was_opened(&self) -> bool {
        self.snd.una != self.counts.iss
    }

    /// It is over, for a reason or without (`tcp_done`). What was received stays for the program to read.
    fn finish(&mut self, failure: Option<Failure>) {
        self.failure = failure.or(self.failure);
        self.marks |= Marks::BOTH_SHUT;
        self.leave(State::Closed);
    }

    /// Nothing will be sent, or sent again.
    fn leave(&mut self, to: State) {
        self.state = to;
        self.timers = Timers::default();
        self.snd.discard();
        self.rcv.ack = AckDue::No;
        self.rcv.assembler.free();
    }

    /// What must be true between any two events.
    #[inline]
    fn check(&self) {
        debug_assert!(self.snd.una.at_or_before(self.snd.nxt), "{self:?}");
        debug_assert!(self.snd.nxt.at_or_before(self.snd.end), "{self:?}");
        debug_assert!(self.rcv.wup.at_or_before(self.rcv.nxt), "{self:?}");
        debug_assert!(self.rcv.nxt.at_or_before(self.rcv.edge), "{self:?}");
        debug_assert!(self.state != State::Closed || self.timers.earliest().is_none(), "{self:?}");
        debug_assert!(
            self.state.is_connecting() || self.is_finished() || self.snd.is_idle() || self.timers.earliest().is_some(),
            "in flight without a timer: {self:?}"
        );
        debug_assert!(
            !self.state.may_transmit() || self.snd.left() == 0 || self.timers.earliest().is_some(),
            "something to send, and no timer: {self:?}"
        );
        #[cfg(debug_assertions)]
        if !self.state.is_connecting() && !self.is_finished() {
            self.snd.sent.check(self.snd.una, self.snd.nxt);
        }
    }
}
