//! What a program can ask of a connection. Blocking is the caller's affair: `WouldBlock` means to wait for
//! [`Connection::readiness`] and ask again.

use std::net::{IpAddr, SocketAddr};

use super::{
    AckDue, Config, Connection, Failure, Marks, NotConnected, ReceiveSide, RecvError, SendError, SendSide, State,
    congestion::Congestion,
    rtt::Rtt,
    timers::{Timers, since},
};
use crate::{
    proto::{Cx, Readiness},
    wire::{Segment, SeqNum},
};

/// No send buffer is larger, so that what it holds stays far below half the sequence space. SO_SNDBUF comes nowhere near.
const MAX_SNDBUF: u32 = 1 << 30;

impl Connection {
    /// Active open: the SYN is left in `cx.out`.
    pub(crate) fn connect(cx: &mut Cx<'_>, local: SocketAddr, remote: SocketAddr, config: Config) -> Self {
        let mut connection = Self::new(cx, local, remote, State::SynSent, config);
        connection.send_syn(cx);
        connection.check();
        connection
    }

    /// Passive open: a SYN has come to a listener; the SYN+ACK is left in `cx.out`.
    pub(crate) fn accept(
        cx: &mut Cx<'_>,
        local: SocketAddr,
        remote: SocketAddr,
        syn: &Segment,
        config: Config,
    ) -> Self {
        let mut connection = Self::new(cx, local, remote, State::SynReceived, config);
        connection.marks |= Marks::PASSIVE;
        connection.learn_peer(syn);
        connection.send_syn(cx);
        connection.check();
        connection
    }

    /// The initial sequence number is drawn here: nothing else of a connection is random. (Linux's comes from a hash of
    /// the addresses and a clock, RFC 6528; to a simulated peer both are unpredictable, and ours is to be repeatable.)
    fn new(cx: &mut Cx<'_>, local: SocketAddr, remote: SocketAddr, state: State, config: Config) -> Self {
        let iss = initial_sequence_number(cx, local, remote);
        let rtt = Rtt::new();
        let mut timers = Timers::default();
        timers.set_retransmit(cx.now, rtt.timeout());
        Self {
            local,
            remote,
            config,
            state,
            marks: Marks::empty(),
            failure: None,
            soft_failure: None,
            snd: SendSide::new(iss, &config, cx.now),
            rcv: ReceiveSide::new(),
            rtt,
            congestion: Congestion::new(config.mss),
            timers,
        }
    }

    /// `send(2)`: takes as much as fits into the send buffer, and sends what may be sent. The order of checks is that of
    /// `tcp_sendmsg_locked` and `sk_stream_wait_connect`.
    pub(crate) fn send(&mut self, cx: &mut Cx<'_>, data: &[u8]) -> Result<usize, SendError> {
        if !self.state.takes_data() {
            return Err(self.why_not_send());
        }
        let room = (self.config.sndbuf.min(MAX_SNDBUF) as usize).saturating_sub(self.snd.buffer.len());
        if room == 0 && !data.is_empty() {
            return Err(SendError::WouldBlock);
        }
        let taken = data.len().min(room);
        self.restart_if_idle(cx);
        self.snd.buffer.push(&data[..taken]);
        self.snd.end += taken as u32;
        self.output(cx);
        self.check();
        Ok(taken)
    }

    fn why_not_send(&mut self) -> SendError {
        if let Some(failure) = self.failure.take() {
            return SendError::Failed(failure);
        }
        if self.state.is_connecting() && !self.is(Marks::SEND_SHUT) {
            SendError::WouldBlock
        } else {
            SendError::ShutDown
        }
    }

    /// `tcp_slow_start_after_idle_check`
    #[inline]
    fn restart_if_idle(&mut self, cx: &Cx<'_>) {
        if self.snd.is_idle() {
            let (idle, rto) = (since(cx.now, self.snd.sent_at), self.rtt.base());
            if idle > rto {
                self.congestion.restart_after_idle(idle, rto, self.snd.mss);
            }
        }
    }

    /// `recv(2)`, with `peek` for MSG_PEEK; `Ok(0)` is the end of the stream. Sends a window update when one is due.
    pub(crate) fn recv(&mut self, cx: &mut Cx<'_>, buf: &mut [u8], peek: bool) -> Result<usize, RecvError> {
        if self.rcv.buffer.is_empty() {
            return self.why_nothing_to_read().map_or(Ok(0), Err);
        }
        let count = self.rcv.buffer.copy_to(buf);
        if !peek {
            self.rcv.buffer.consume(count);
            self.after_read(cx, count);
            self.check();
        }
        Ok(count)
    }

    /// `None` at the end of the stream. The order of checks is that of `tcp_recvmsg_locked`: after the peer's FIN not even
    /// a failure is reported here, after a reset it is reported once.
    fn why_nothing_to_read(&mut self) -> Option<RecvError> {
        if self.is(Marks::PEER_DONE) {
            return None;
        }
        if let Some(failure) = self.failure.take() {
            return Some(RecvError::Failed(failure));
        }
        match self.state {
            _ if self.is(Marks::RECEIVE_SHUT) => None,
            State::Closed => Some(RecvError::NotConnected),
            _ => Some(RecvError::WouldBlock),
        }
    }

    /// The program has made room: `tcp_cleanup_rbuf` says whether the peer hears of it at once.
    #[inline]
    fn after_read(&mut self, cx: &mut Cx<'_>, count: usize) {
        let rcv = &self.rcv;
        // An ACK that was held back for the program's answer: one that has taken everything and only ever listens will not
        // answer.
        let ack = rcv.ack != AckDue::No
            && count > 0
            && rcv.buffer.is_empty()
            && (rcv.pushed > 1 || (rcv.pushed == 1 && !rcv.pingpong));
        // A window that can be opened to twice its size. (RFC 9293 section 3.8.6.2.2 speaks of a segment or half the buffer.)
        let update = || {
            let window = rcv.window();
            let offer = rcv.offer(self.config.rcvbuf);
            window <= self.config.rcvbuf / 2 && offer > 0 && offer >= 2 * window
        };
        if ack || (count > 0 && !self.is(Marks::RECEIVE_SHUT) && update()) {
            self.send_ack(cx);
        }
    }

    /// `shutdown(2)`: `inet_shutdown`, then `tcp_shutdown`.
    pub(crate) fn shutdown(&mut self, cx: &mut Cx<'_>, read: bool, write: bool) -> Result<(), NotConnected> {
        if self.state == State::SynSent {
            // Whichever half is meant, the attempt is called off (`tcp_disconnect`).
            self.finish(Some(Failure::Reset));
            self.marks.remove(Marks::BOTH_SHUT);
            return Ok(());
        }
        self.marks.set(Marks::RECEIVE_SHUT, read || self.is(Marks::RECEIVE_SHUT));
        self.marks.set(Marks::SEND_SHUT, write || self.is(Marks::SEND_SHUT));
        if matches!(self.state, State::Closed | State::TimeWait) {
            return Err(NotConnected);
        }
        if write {
            self.queue_fin(cx);
        }
        self.check();
        Ok(())
    }

    /// Our side has said everything: the state after `tcp_close_state`, and its FIN.
    fn queue_fin(&mut self, cx: &mut Cx<'_>) {
        if self.is(Marks::FIN_QUEUED) {
            return;
        }
        match self.state {
            State::Established => self.state = State::FinWait1,
            State::CloseWait => self.state = State::LastAck,
            // Sent when the handshake is over (RFC 9293 section 3.10.4).
            State::SynReceived => {}
            _ => return,
        }
        self.marks |= Marks::FIN_QUEUED;
        self.snd.end += 1;
        self.output(cx);
    }

    /// The last descriptor is gone (`__tcp_close`). Unread data means the program did not want it: the peer gets a RST (RFC
    /// 2525 section 2.17), otherwise a FIN after what is still to be sent. From here on the connection ends by itself.
    pub(crate) fn close(&mut self, cx: &mut Cx<'_>) {
        self.marks |= Marks::ORPHAN | Marks::BOTH_SHUT;
        let has_unread = !self.rcv.buffer.is_empty();
        self.rcv.forget();
        match self.state {
            State::Closed | State::TimeWait => {}
            State::SynSent => self.finish(None),
            _ if has_unread => {
                self.send_reset(cx);
                self.finish(None);
            }
            State::FinWait2 => self.limit_fin_wait_2(cx.now),
            _ => self.queue_fin(cx),
        }
        self.check();
    }

    /// The connection is thrown away, and the peer is told if it believes in it (`tcp_disconnect`; SO_LINGER with time 0). A
    /// half-open one made by a listener is only forgotten: to Linux it is not yet a socket.
    pub(crate) fn abort(&mut self, cx: &mut Cx<'_>) {
        self.marks |= Marks::ORPHAN | Marks::BOTH_SHUT;
        self.rcv.forget();
        let is_unsent = matches!(self.state, State::Closing | State::LastAck) && self.snd.nxt != self.snd.end;
        if (self.state.needs_reset() && !self.is_embryo()) || is_unsent {
            self.send_reset(cx);
        }
        if self.state != State::TimeWait {
            self.finish(None);
        }
        self.check();
    }

    /// ICMP says that packets do not arrive. It ends a handshake; on a connection it is only remembered, for the case that
    /// the data never gets through (`tcp_v4_err`; RFC 5461).
    pub(crate) fn on_icmp(&mut self, failure: Failure) {
        match self.state {
            State::SynSent | State::SynReceived => self.finish(Some(failure)),
            State::Closed | State::TimeWait => {}
            _ => self.soft_failure = Some(failure),
        }
    }

    /// What `poll(2)` reports (`tcp_poll`).
    pub(crate) fn readiness(&self) -> Readiness {
        let mut ready = Readiness::empty();
        let closed = matches!(self.state, State::Closed | State::TimeWait);
        ready.set(Readiness::HUP, closed || self.is(Marks::BOTH_SHUT));
        ready.set(Readiness::IN | Readiness::RDHUP, self.is(Marks::RECEIVE_SHUT));
        if !self.state.is_connecting() {
            ready.set(Readiness::IN, ready.contains(Readiness::IN) || !self.rcv.buffer.is_empty());
            ready.set(Readiness::OUT, self.is(Marks::SEND_SHUT) || self.is_writable());
        }
        ready.set(Readiness::ERR, self.failure.is_some());
        ready
    }

    /// A third of the send buffer is free (`__sk_stream_is_writeable`): more than `send` needs, so that a program is not
    /// woken for every segment that is acknowledged.
    #[inline]
    fn is_writable(&self) -> bool {
        let (queued, sndbuf) = (self.snd.buffer.len(), self.config.sndbuf as usize);
        queued <= sndbuf && sndbuf - queued >= queued / 2
    }

    /// Whether something went wrong that nobody has been told yet.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Whether the next to receive would be told that something went wrong.
    pub(crate) fn has_failed_at_the_end(&self) -> bool {
        self.has_failed() && self.rcv.buffer.is_empty()
    }

    /// SO_ERROR: what went wrong, once.
    pub(crate) fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take().or_else(|| self.soft_failure.take())
    }

    /// TCP_NODELAY. Switching it on lets go what Nagle's algorithm holds.
    pub(crate) fn set_nodelay(&mut self, cx: &mut Cx<'_>, on: bool) {
        self.config.nodelay = on;
        self.output(cx);
        self.check();
    }

    /// SO_RCVBUF. A promise already made is kept.
    pub(crate) fn set_rcvbuf(&mut self, bytes: u32) {
        self.config.rcvbuf = bytes;
    }

    /// SO_SNDBUF.
    pub(crate) fn set_sndbuf(&mut self, bytes: u32) {
        self.config.sndbuf = bytes;
    }

    /// Bytes that can be read now: FIONREAD.
    pub(crate) fn unread(&self) -> usize {
        self.rcv.buffer.len()
    }

    /// Bytes not acknowledged, a FIN counted as one: SIOCOUTQ.
    pub(crate) fn unacked(&self) -> usize {
        if self.state.is_connecting() { 0 } else { self.snd.end.0.wrapping_sub(self.snd.una.0) as usize }
    }

    /// Bytes not sent yet, a FIN counted as one: SIOCOUTQNSD.
    pub(crate) fn unsent(&self) -> usize {
        if self.state.is_connecting() { 0 } else { self.snd.end.0.wrapping_sub(self.snd.nxt.0) as usize }
    }
}

/// RFC 6528: a clock, and a hash of the addresses that the peer cannot guess. So a new connection between the same two
/// addresses begins beyond the numbers of the old one. The clock is Linux's: it ticks every 64 ns (`secure_tcp_seq`).
fn initial_sequence_number(cx: &Cx<'_>, local: SocketAddr, remote: SocketAddr) -> SeqNum {
    let bits = |addr: SocketAddr| match addr.ip() {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    let hash = cx.rng.keyed(bits(local), bits(remote), u64::from(local.port()) << 16 | u64::from(remote.port()));
    SeqNum((hash as u32).wrapping_add((cx.now.as_nanos() >> 6) as u32))
}
