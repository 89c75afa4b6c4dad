//! TCP: one connection as a state machine without input or output of its own, and the queues of a listener.
//!
//! Read `state.rs` first, then `input.rs`, whose [`Connection::on_segment`] follows RFC 9293 section 3.10.7 from top to
//! bottom, then `output.rs`, which decides what to send and when. `calls.rs` is what a program can ask for, `timers.rs`
//! what happens by itself. `rtt.rs`, `congestion.rs`, `assembler.rs` and `buffer.rs` are small and know nothing of the
//! rest; `listen.rs` is the passive side's bookkeeping.
//!
//! The model is RFC 9293 as Linux does it: where the two differ Linux wins, and the comment names the function of the
//! kernel (6.x, default sysctls) that is meant.
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
//! Absent today: timestamps and SACK and what Linux builds on them (CUBIC's HyStart, RACK, tail loss probes, undo, D-SACK),
//! urgent data, keepalive, TCP_CORK, path MTU discovery, receive-window tuning, Fast Open. The windows and the buffers
//! have fixed sizes, as after SO_RCVBUF and SO_SNDBUF.

mod assembler;
mod buffer;
mod calls;
mod congestion;
mod input;
mod listen;
mod output;
mod rtt;
mod state;
mod sysctl;
#[cfg(test)]
mod tests;
mod time_wait;
mod timers;

use std::{net::SocketAddr, time::Duration};

use self::{assembler::Assembler, buffer::Ring, congestion::Congestion, rtt::Rtt, timers::Timers};
pub(crate) use self::{
    congestion::CongestionControl, input::reset_for, listen::Listener, state::State, sysctl::Sysctl,
};
use crate::{base::Instant, wire::SeqNum};

/// What a connection is set up with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Config {
    /// The MSS option we send, and the most we put into a segment, in bytes.
    pub(crate) mss: u16,
    /// Bytes that may lie unread; the window never promises more. (SO_RCVBUF counts overhead too; the caller deducts it.)
    pub(crate) rcvbuf: u32,
    /// Bytes that may lie unacknowledged or unsent.
    pub(crate) sndbuf: u32,
    /// TCP_NODELAY.
    pub(crate) nodelay: bool,
    /// How often a SYN is sent again: `tcp_syn_retries`.
    pub(crate) syn_retries: u8,
    /// How often a SYN+ACK is sent again: `tcp_synack_retries`.
    pub(crate) synack_retries: u8,
    /// How long data is sent again, in doublings of the least timeout: `tcp_retries2`.
    pub(crate) retries: u8,
    /// How long FIN_WAIT_2 lasts without a descriptor: `tcp_fin_timeout`.
    pub(crate) fin_timeout: Duration,
}

impl Default for Config {
    /// A fresh socket of Linux on Ethernet. Linux tunes the send buffer between 16 KiB and 4 MiB while it runs; ours stays
    /// at 256 KiB.
    fn default() -> Self {
        Self {
            mss: 1460,
            rcvbuf: 131_072,
            sndbuf: 256 * 1024,
            nodelay: false,
            syn_retries: 6,
            synack_retries: 5,
            retries: 15,
            fin_timeout: Duration::from_secs(60),
        }
    }
}

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
    local: SocketAddr,
    remote: SocketAddr,
    config: Config,
    state: State,
    marks: Marks,
    /// Reported once: `sk_err`.
    failure: Option<Failure>,
    /// What ICMP says is wrong, while there is hope: `sk_err_soft`.
    soft_failure: Option<Failure>,
    snd: SendSide,
    rcv: ReceiveSide,
    rtt: Rtt,
    congestion: Congestion,
    timers: Timers,
}

bitflags::bitflags! {
    /// What is true of a connection beside its state.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    struct Marks: u8 {
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
    }
}

/// The send sequence variables of RFC 9293 section 3.3.1, and what belongs to them.
///
/// `una <= cursor <= nxt <= end`
#[derive(Debug)]
struct SendSide {
    /// SND.UNA: the oldest sequence number not acknowledged. `buffer` begins here, once our SYN is acknowledged.
    una: SeqNum,
    /// What is sent next. Behind `nxt` only while a timeout has us send everything again.
    cursor: SeqNum,
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
    /// What the peer's windows are shifted by.
    scale: u8,
    /// The most we put into a segment now: `mss <= peer_mss`, and half the largest window if that is less.
    mss: u16,
    /// What both ends' MSS options allow.
    peer_mss: u16,
    /// How often the SYN or the first segment was sent again since SND.UNA last moved.
    retries: u8,
    /// How often a closed window was probed since the peer last answered.
    probes: u8,
    /// When the first segment was first sent again, if SND.UNA has not moved since.
    stalled_since: Option<Instant>,
    /// The segment being timed: when it was sent, and what acknowledges it.
    timed: Option<(Instant, SeqNum)>,
    /// When data was last sent.
    sent_at: Instant,
    buffer: Ring,
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
    /// RCV.NXT + RCV.WND: the rightmost edge ever promised. It never moves left, and `edge - nxt` more bytes fit into the
    /// receive buffer unless SO_RCVBUF was lowered.
    edge: SeqNum,
    /// What our windows are shifted by; 0 if the peer does not scale.
    scale: u8,
    /// The largest segment seen: an estimate of the peer's MSS (`icsk_ack.rcv_mss`).
    mss: u16,
    /// Segments still to be acknowledged at once, while the peer may be in slow start (`icsk_ack.quick`).
    quick: u8,
    /// The program answers what it receives, so ACKs may wait for its answer (`icsk_ack.pingpong`).
    pingpong: bool,
    /// Small segments since the last ACK, counted to two (ICSK_ACK_PUSHED, ICSK_ACK_PUSHED2).
    pushed: u8,
    ack: AckDue,
    /// When data last arrived.
    data_at: Option<Instant>,
    /// Segments that make no sense are not answered before this.
    challenge_from: Instant,
    /// Where the peer's FIN lies, if it has arrived before data that belongs in front of it.
    fin_at: Option<SeqNum>,
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
const fn default_mss(remote: SocketAddr) -> u16 {
    if remote.is_ipv4() { 536 } else { 1220 }
}

/// The least MSS we take from a peer: Linux `tcp_min_snd_mss`.
const MIN_MSS: u16 = 48;

/// The largest receive buffer Linux would tune to, `tcp_rmem[2]`, 6 MiB. The window scale is chosen for it at the outset,
/// because it can never be chosen again (`tcp_select_initial_window`).
const RMEM_MAX: u32 = 6 * 1024 * 1024;

impl Config {
    /// The scale that lets a window cover the receive buffer: RFC 7323 section 2.2.
    fn window_scale(&self) -> u8 {
        (self.rcvbuf.max(RMEM_MAX).ilog2() - 15).min(14) as u8
    }

    /// The window of a SYN, which is never scaled.
    fn initial_window(&self) -> u16 {
        self.rcvbuf.min(u16::MAX.into()) as u16
    }
}

impl SendSide {
    fn new(iss: SeqNum, config: &Config, now: Instant) -> Self {
        let mss = config.mss.max(MIN_MSS);
        Self {
            una: iss,
            cursor: iss + 1,
            nxt: iss + 1,
            end: iss + 1,
            wnd: 0,
            max_wnd: 0,
            wl1: SeqNum(0),
            small: iss,
            scale: 0,
            mss,
            peer_mss: mss,
            retries: 0,
            probes: 0,
            stalled_since: None,
            timed: Some((now, iss + 1)),
            sent_at: now,
            buffer: Ring::default(),
        }
    }

    /// Sequence numbers sent and neither acknowledged nor taken to be lost.
    #[inline]
    fn flight(&self) -> u32 {
        self.cursor.0.wrapping_sub(self.una.0)
    }

    /// Sequence numbers there are to send, or to send again.
    #[inline]
    fn left(&self) -> u32 {
        self.end.0.wrapping_sub(self.cursor.0)
    }

    /// What the peer's window still lets us send; 0 if it has shrunk below what was sent.
    #[inline]
    fn window_left(&self) -> u32 {
        self.wnd.saturating_sub(self.flight())
    }

    /// Nothing is on its way.
    #[inline]
    fn is_idle(&self) -> bool {
        self.una == self.nxt
    }

    /// The queue and what was sent are forgotten (`tcp_write_queue_purge`).
    fn discard(&mut self) {
        self.buffer.free();
        (self.una, self.cursor, self.end) = (self.nxt, self.nxt, self.nxt);
    }
}

impl ReceiveSide {
    fn new() -> Self {
        Self {
            nxt: SeqNum(0),
            wup: SeqNum(0),
            edge: SeqNum(0),
            scale: 0,
            mss: 536,
            quick: 0,
            pingpong: false,
            pushed: 0,
            ack: AckDue::No,
            data_at: None,
            challenge_from: Instant::EPOCH,
            fin_at: None,
            buffer: Ring::default(),
            assembler: Assembler::default(),
        }
    }

    /// RCV.WND: what the peer may still send (`tcp_receive_window`).
    #[inline]
    fn window(&self) -> u32 {
        self.edge.0.wrapping_sub(self.nxt.0)
    }

    /// Nobody will read what has arrived.
    fn forget(&mut self) {
        self.buffer.free();
        self.assembler.free();
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

    fn is(&self, mark: Marks) -> bool {
        self.marks.contains(mark)
    }

    /// It was made by a SYN to a listener, and its handshake is not over: to Linux not yet a socket, but a request.
    fn is_embryo(&self) -> bool {
        self.state == State::SynReceived && self.is(Marks::PASSIVE)
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
        debug_assert!(self.snd.una.at_or_before(self.snd.cursor), "{self:?}");
        debug_assert!(self.snd.cursor.at_or_before(self.snd.nxt), "{self:?}");
        debug_assert!(self.snd.nxt.at_or_before(self.snd.end), "{self:?}");
        debug_assert!(self.rcv.wup.at_or_before(self.rcv.nxt), "{self:?}");
        debug_assert!(self.rcv.nxt.at_or_before(self.rcv.edge), "{self:?}");
        debug_assert!(self.state != State::Closed || self.timers.earliest().is_none(), "{self:?}");
        debug_assert!(
            self.state.is_connecting() || self.snd.is_idle() || self.timers.earliest().is_some(),
            "in flight without a timer: {self:?}"
        );
        debug_assert!(
            !self.state.may_transmit() || self.snd.left() == 0 || self.timers.earliest().is_some(),
            "something to send, and no timer: {self:?}"
        );
    }
}
