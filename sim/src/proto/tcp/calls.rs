//! What a program can ask of a connection. Blocking is the caller's affair: `WouldBlock` means to wait for
//! [`Connection::readiness`] and ask again.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::{
    AckDue, Config, Connection, Counts, Ends, Failure, Marks, NotConnected, ReceiveSide, RecvError, SendError,
    SendSide, State, Switches, Sysctl, Welcome,
    congestion::{self, Congestion},
    default_mss,
    memory::{HEAD, SK_BUFF},
    output::Push,
    recovery::Recovery,
    rtt::Rtt,
    stamps::Stamps,
    timers::{Timers, since},
    window::Window,
};
use crate::{
    base::Instant,
    proto::{Call, Cx, Readiness},
    wire::{RareOption, Segment, SeqNum},
};

/// No send buffer is larger, so that what it holds stays far below half the sequence space. SO_SNDBUF comes nowhere near.
const MAX_SNDBUF: u32 = 1 << 30;

/// GSO_LEGACY_MAX_SIZE less MAX_TCP_HEADER, which a packet of several segments may have; and TCP_MSS_DEFAULT.
const GSO_MAX_SIZE: u32 = 65_536 - 1 - 256;
const MSS_DEFAULT: u32 = 536;

/// How many packets a write fills before it looks what has come meanwhile.
const FLUSH: u32 = 16;

bitflags::bitflags! {
    /// What of `send(2)`'s flags the protocol sees.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(crate) struct SendFlags: u8 {
        /// MSG_MORE: a small segment waits for what is to follow.
        const MORE = 0x01;
        /// MSG_OOB: the last byte is urgent.
        const OOB = 0x02;
        /// MSG_EOR: what follows begins a segment of its own.
        const EOR = 0x04;
        /// There is more of the same write to come, if there is room.
        const PART = 0x08;
    }
}

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

    /// `send(2)`: takes as much as fits into the send buffer, and sends what may be sent. The order of checks is that of
    /// `tcp_sendmsg_locked` and `sk_stream_wait_connect`.
    pub(crate) fn send(&mut self, cx: &mut Cx<'_>, data: &[u8], flags: SendFlags) -> Result<usize, SendError> {
        if !self.may_send() {
            return Err(self.why_not_send());
        }
        if data.is_empty() {
            // What waits for more goes on waiting (`tcp_sendmsg_locked` pushes only if it copied something).
            return Ok(0);
        }
        let taken = self.send_room(data.len(), flags);
        if taken == 0 {
            self.snd.no_space = true;
            return Err(SendError::WouldBlock);
        }
        self.restart_if_idle(cx);
        self.hold_what_comes_back(cx);
        self.snd.buffer.push(&data[..taken]);
        self.snd.end += taken as u32;
        let whole = taken == data.len();
        // (Of a write that ends urgently only its end is pushed.)
        let forced = !flags.contains(SendFlags::OOB) && self.is_push_forced();
        if forced {
            self.push_by_force(taken as u32);
        }
        let more = !flags.is_empty() && whole && flags.contains(SendFlags::MORE);
        if !more || forced && self.is_push_forced() {
            self.snd.pushed = self.snd.end;
        }
        if !flags.is_empty() {
            self.mark_end_of_write(flags, whole);
        }
        self.output_queued(cx, if more { Push::More } else { Push::Usual });
        if !whole || !self.is_writable() {
            self.snd.no_space = true;
        }
        self.check();
        Ok(taken)
    }

    /// The call that is made has the socket locked until all is sent.
    #[inline]
    fn hold_what_comes_back(&mut self, cx: &mut Cx<'_>) {
        if self.rcv.has_memory() {
            self.rcv.set_backlog(0, 0);
            cx.out.call = if self.leads_to_itself() { Call::SendsToItself } else { Call::Speaks };
        }
    }

    /// What it sends it receives.
    fn leads_to_itself(&self) -> bool {
        let ends = &self.ends;
        (ends.local, ends.local_port) == (ends.remote, ends.remote_port)
    }

    /// What is to be seen where a write ends: urgent data, the end of a record.
    #[cold]
    fn mark_end_of_write(&mut self, flags: SendFlags, whole: bool) {
        if whole && flags.contains(SendFlags::PART) {
            return;
        }
        if flags.contains(SendFlags::OOB) {
            self.mark_last_urgent();
        }
        if whole && flags.contains(SendFlags::EOR) {
            self.snd.seams.get_or_insert_default().end_at(self.snd.end);
        }
    }

    /// After so many bytes a write looks what has come meanwhile (`process_backlog` of `tcp_sendmsg_locked`).
    pub(crate) fn until_flush(&self) -> usize {
        let mss = self.current_mss();
        let (_, tail) = self.unsent_packets(mss);
        (tail + FLUSH * mss) as usize
    }

    /// How many of so many bytes the send buffer takes now: the last packet is filled, and others are begun as long as what there is
    /// costs less than SO_SNDBUF (`sk_stream_memory_free`).
    #[inline]
    fn send_room(&self, data: usize, flags: SendFlags) -> usize {
        let sndbuf = self.sndbuf().min(MAX_SNDBUF);
        let spare = sndbuf.saturating_sub(self.send_memory());
        let lowat = self.config.notsent_lowat;
        if lowat == 0 && data <= self.current_mss() as usize && spare > 0 {
            return data;
        }
        let size = if lowat == 0 { self.packet_size() } else { self.current_mss() };
        let left = self.unsent_data();
        let (_, tail) = self.unsent_packets(size);
        let new = spare.saturating_sub(tail).div_ceil(size + HEAD);
        let new = if lowat == 0 { new } else { new.min(self.segments_below_lowat(left + tail, size, flags)) };
        data.min((tail + new.saturating_mul(size)) as usize)
    }

    /// How much one packet of the send queue takes (`tcp_xmit_size_goal`): as many segments as a device can divide (GSO), and not more
    /// than half of the window. Where it stays in memory, one, as in the namespaces that random programs are run in.
    #[inline]
    fn packet_size(&self) -> u32 {
        let mss = self.current_mss();
        if self.config.has(Switches::IN_MEMORY) {
            return mss;
        }
        let half = if self.snd.max_wnd > MSS_DEFAULT { self.snd.max_wnd / 2 } else { self.snd.max_wnd };
        (GSO_MAX_SIZE.min(half) / mss).max(1) * mss
    }

    /// TCP_NOTSENT_LOWAT: no packet is begun while so much is not sent, but what may be sent is sent as it is filled
    /// (`tcp_stream_memory_free`); of a write that ends urgently nothing goes before its end (`tcp_sendmsg_locked`). How many packets
    /// can be begun.
    #[cold]
    fn segments_below_lowat(&self, left: u32, mss: u32, flags: SendFlags) -> u32 {
        let window = self.snd.window_left() / mss;
        let may_go = window.min(self.congestion.cwnd.saturating_sub(self.snd.sent.in_flight()));
        let may_go = if flags.contains(SendFlags::OOB) { 0 } else { may_go };
        may_go + self.config.notsent_lowat.saturating_sub(left).div_ceil(mss)
    }

    /// Bytes that were never sent.
    #[inline]
    fn unsent_data(&self) -> u32 {
        if self.snd.buffer.is_empty() {
            0
        } else {
            self.snd.left().saturating_sub(u32::from(self.is(Marks::FIN_QUEUED)))
        }
    }

    /// In how many packets of this size lies what was never sent, and how much more goes into the last.
    #[inline]
    fn unsent_packets(&self, size: u32) -> (u32, u32) {
        let left = self.unsent_data();
        match &self.snd.seams {
            Some(seams) => seams.packets(self.snd.nxt, left, size),
            None => (left.div_ceil(size), left.next_multiple_of(size) - left),
        }
    }

    /// What all that is not acknowledged costs, a head for each packet (`sk_wmem_queued`).
    #[inline(always)]
    pub(super) fn send_memory(&self) -> u32 {
        let queued = self.snd.buffer.len() as u32;
        if queued == 0 {
            return 0;
        }
        if !self.config.has(Switches::IN_MEMORY) {
            let whole = if queued <= u32::from(self.snd.mss) { 1 } else { queued.div_ceil(self.packet_size()) };
            return queued + HEAD * whole;
        }
        let left = self.unsent_data();
        let unsent = if left == 0 { 0 } else { self.unsent_packets(self.current_mss()).0 };
        queued + HEAD * (self.snd.sent.len() + unsent)
    }

    /// So much was written since the last push that the peer might wait for more in vain (`forced_push`).
    #[inline]
    fn is_push_forced(&self) -> bool {
        self.snd.end.0.wrapping_sub(self.snd.pushed.0) > self.snd.max_wnd >> 1
    }

    /// So many bytes were written just now: of the packets that they fill, those are pushed that come too long after the last such.
    #[cold]
    fn push_by_force(&mut self, written: u32) {
        let mss = self.current_mss();
        let snd = &mut self.snd;
        let before = snd.end - written;
        let mut at = snd.nxt + (before.0.wrapping_sub(snd.nxt.0) / mss + 1) * mss;
        while at.before(snd.end) {
            if at.0.wrapping_sub(snd.pushed.0) > snd.max_wnd >> 1 {
                snd.seams.get_or_insert_default().push_at(at);
                snd.pushed = at;
            }
            at += mss;
        }
    }

    /// An acknowledgment may have made room that was missed (`tcp_check_space`): a buffer that is tuned grows unless it is the congestion
    /// window that holds things up.
    #[cold]
    #[inline(never)]
    pub(super) fn check_space(&mut self, sysctl: &Sysctl) {
        if !self.is_sndbuf_locked() && self.snd.sent.in_flight() < self.congestion.cwnd {
            self.expand_sndbuf(sysctl);
        }
        self.snd.no_space = !self.is_writable();
    }

    /// SO_SNDBUF as it is now.
    #[inline]
    pub(crate) fn sndbuf(&self) -> u32 {
        if self.config.sndbuf == 0 { self.snd.sndbuf } else { self.config.sndbuf }
    }

    pub(super) fn is_sndbuf_locked(&self) -> bool {
        self.config.sndbuf != 0
    }

    /// `tcp_sndbuf_expand`: room for twice what may be in flight.
    #[inline]
    pub(super) fn expand_sndbuf(&mut self, sysctl: &Sysctl) {
        let mss = u32::from(self.snd.peer_mss.max(self.snd.mss));
        let segment = (mss + HEAD - SK_BUFF).next_power_of_two() + SK_BUFF;
        let segments = self.congestion.cwnd.max(congestion::INITIAL).max(self.recovery.reordering + 1);
        let wanted = segments.saturating_mul(2 * segment).min(sysctl.wmem[2]);
        self.snd.sndbuf = self.snd.sndbuf.max(wanted);
    }

    /// Whether what is sent is taken, if there is room.
    #[inline]
    fn may_send(&self) -> bool {
        let may = self.state.takes_data() && !self.is(Marks::SEND_SHUT) && self.failure.is_none();
        may || self.takes_data_early()
    }

    /// Whether there is a connection, so that the arguments of `sendmsg(2)` are looked at.
    pub(crate) fn looks_at_control(&self) -> bool {
        self.state.takes_data() || self.takes_data_early()
    }

    /// An answer to what was in the SYN (`tcp_passive_fastopen`).
    #[cold]
    fn takes_data_early(&self) -> bool {
        self.state == State::SynReceived
            && self.is(Marks::FAST_OPEN)
            && !self.is(Marks::SEND_SHUT)
            && self.failure.is_none()
    }

    fn why_not_send(&mut self) -> SendError {
        if let Some(failure) = self.failure.take() {
            return SendError::Failed(failure);
        }
        // `sk_stream_wait_connect` asks for nothing else.
        if self.state.is_connecting() && !self.is_open_early() { SendError::WouldBlock } else { SendError::ShutDown }
    }

    /// `tcp_slow_start_after_idle_check`
    #[inline]
    fn restart_if_idle(&mut self, cx: &Cx<'_>) {
        if self.snd.sent.is_empty() && cx.sysctl.slow_start_after_idle {
            let (idle, rto) = (since(cx.now, self.snd.sent_at), self.rtt.base());
            if idle > rto {
                self.congestion.restart_after_idle(cx.now, idle, rto);
            }
        }
    }

    /// `recv(2)`, with `peek` for MSG_PEEK; `Ok(0)` is the end of the stream. `begun`: a part of what the program asked for
    /// was read before, so that an urgent byte that is next ends it. Sends a window update when one is due.
    #[inline]
    pub(crate) fn recv(
        &mut self,
        cx: &mut Cx<'_>,
        buf: &mut [u8],
        peek: bool,
        begun: bool,
    ) -> Result<usize, RecvError> {
        // Every wait begins with an attempt that finds nothing.
        if self.rcv.buffer.is_empty() {
            return self.nothing_to_read(cx, 0, peek);
        }
        self.recv_what_is_there(cx, buf, peek, begun)
    }

    fn recv_what_is_there(
        &mut self,
        cx: &mut Cx<'_>,
        buf: &mut [u8],
        peek: bool,
        begun: bool,
    ) -> Result<usize, RecvError> {
        if buf.is_empty() {
            self.after_read(cx, 0);
            return Ok(0);
        }
        let (skip, unread) = self.readable_at_once(begun);
        if unread == 0 {
            return if begun { Ok(0) } else { self.nothing_to_read(cx, skip, peek) };
        }
        let count = unread.min(buf.len());
        let [first, second] = self.rcv.buffer.pieces(skip, count);
        buf[..first.len()].copy_from_slice(first);
        buf[first.len()..count].copy_from_slice(second);
        if peek {
            // Who only looks may be told to the peer, too (`tcp_cleanup_rbuf`).
            self.after_read(cx, count);
        } else {
            self.take_off(cx, skip + count);
        }
        Ok(count)
    }

    /// MSG_TRUNC: takes up to `len` bytes and throws them away (tcp(7)).
    pub(crate) fn discard(&mut self, cx: &mut Cx<'_>, len: usize, begun: bool) -> Result<usize, RecvError> {
        if len == 0 && !self.rcv.buffer.is_empty() {
            self.after_read(cx, 0);
            return Ok(0);
        }
        let (skip, unread) = self.readable_at_once(begun);
        if unread == 0 {
            return if begun && !self.rcv.buffer.is_empty() { Ok(0) } else { self.nothing_to_read(cx, skip, false) };
        }
        let count = unread.min(len);
        self.take_off(cx, skip + count);
        Ok(count)
    }

    #[inline(always)] // one of its two callers is hot
    fn take_off(&mut self, cx: &mut Cx<'_>, count: usize) {
        self.rcv.buffer.consume(count);
        if self.urgent.is_some() {
            self.read_past_urgent();
        }
        self.after_read(cx, count);
        self.check();
    }

    /// A look behind what is there (SO_PEEK_OFF).
    pub(crate) fn look_behind(&mut self, cx: &mut Cx<'_>) -> Result<usize, RecvError> {
        self.nothing_to_read(cx, 0, true)
    }

    #[cold]
    fn nothing_to_read(&mut self, cx: &mut Cx<'_>, skip: usize, peek: bool) -> Result<usize, RecvError> {
        if skip > 0 && !peek {
            self.rcv.buffer.consume(skip);
            self.read_past_urgent();
        }
        if self.rcv.ack != AckDue::No {
            self.after_read(cx, 0);
        }
        self.why_nothing_to_read().map_or(Ok(0), Err)
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

    /// `shutdown(2)`: `inet_shutdown`, then `tcp_shutdown`.
    pub(crate) fn shutdown(&mut self, cx: &mut Cx<'_>, read: bool, write: bool) -> Result<(), NotConnected> {
        self.marks.set(Marks::RECEIVE_SHUT, read || self.is(Marks::RECEIVE_SHUT));
        self.marks.set(Marks::SEND_SHUT, write || self.is(Marks::SEND_SHUT));
        if matches!(self.state, State::Closed | State::TimeWait) {
            return Err(NotConnected);
        }
        if write {
            self.hold_what_comes_back(cx);
            self.queue_fin(cx);
        }
        self.check();
        Ok(())
    }

    /// Our side has said everything: the state after `tcp_close_state`, and its FIN.
    pub(super) fn queue_fin(&mut self, cx: &mut Cx<'_>) {
        if self.is(Marks::FIN_QUEUED) {
            return;
        }
        match self.state {
            State::Established => self.state = State::FinWait1,
            State::CloseWait => self.state = State::LastAck,
            // Data came in the SYN, and nobody will wait for the end of the handshake (`tcp_close_state`).
            State::SynReceived if self.is_open_early() && self.is(Marks::ORPHAN) => self.state = State::FinWait1,
            // Sent when the handshake is over (RFC 9293 section 3.10.4).
            State::SynReceived => {}
            _ => return,
        }
        self.marks |= Marks::FIN_QUEUED;
        self.rcv.set_backlog(0, 0);
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
            State::FinWait2 => {
                if !self.limit_fin_wait_2(cx) {
                    self.send_reset(cx);
                    self.finish(None);
                }
            }
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

    /// As [`Self::abort`], by a program that keeps the socket: what it is told of this connection from now on
    /// (`tcp_disconnect`). What went wrong before is not forgotten, and an end by this is as one by the peer.
    pub(crate) fn disconnect(&mut self, cx: &mut Cx<'_>) -> Option<Failure> {
        let is_unsent = matches!(self.state, State::Closing | State::LastAck) && self.snd.nxt != self.snd.end;
        let resets = self.state.needs_reset() || is_unsent;
        let was_there = resets || self.state == State::SynSent;
        self.abort(cx);
        if resets && self.ends.remote == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
            self.found_no_way();
        }
        if was_there { Some(Failure::Reset) } else { self.failure }
    }

    pub(crate) fn remote_ip(&self) -> IpAddr {
        self.ends.remote
    }

    /// From where to where segments are sent; to the unspecified address, and they get nowhere.
    pub(crate) fn set_way(&mut self, (local, remote): (IpAddr, IpAddr)) {
        (self.ends.local, self.ends.remote) = (local, remote);
    }

    /// What is wrong while there is hope.
    pub(crate) fn soft_failure(&self) -> Option<Failure> {
        self.soft_failure
    }

    /// A segment did not leave the host.
    pub(crate) fn found_no_way(&mut self) {
        self.soft_failure = Some(Failure::NetUnreachable);
    }

    /// What was shut before there was a connection.
    pub(crate) fn inherit_shut(&mut self, read: bool, write: bool) {
        self.marks.set(Marks::RECEIVE_SHUT, read);
        self.marks.set(Marks::SEND_SHUT, write);
    }

    /// ICMP says that the segment `seq` did not arrive; if that is not in flight, it is not believed (RFC 5927 section 4.1).
    /// It ends a handshake; on a connection it is only remembered, for the case that the data never gets through
    /// (`tcp_v4_err`; RFC 5461).
    pub(crate) fn on_icmp(&mut self, cx: &mut Cx<'_>, failure: Failure, seq: SeqNum) {
        if seq.before(self.snd.una) || self.snd.nxt.before(seq) {
            return;
        }
        match self.state {
            State::SynSent | State::SynReceived if !self.is(Marks::FAST_OPEN) => self.finish(Some(failure)),
            State::Closed | State::TimeWait => {}
            _ => {
                if self.config.has(Switches::RECVERR) {
                    self.failure = Some(failure);
                } else {
                    self.soft_failure = Some(failure);
                }
                if matches!(failure, Failure::NetUnreachable | Failure::HostUnreachable) && seq == self.snd.una {
                    self.path_is_broken(cx);
                }
            }
        }
    }

    /// SND.UNA.
    #[cfg(test)]
    pub(crate) fn first_unacked(&self) -> SeqNum {
        self.snd.una
    }

    /// ICMP says that a packet was too big: the path carries so much less the headers (RFC 1191, RFC 8201;
    /// `tcp_v4_mtu_reduced`). What is too large goes out again at once in smaller pieces; that is no congestion.
    pub(crate) fn on_too_big(&mut self, cx: &mut Cx<'_>, mss: u16, seq: SeqNum) {
        if seq.before(self.snd.una) || self.snd.nxt.before(seq) || self.state == State::Closed {
            return;
        }
        if mss >= self.snd.path_mss.min(self.config.mss) {
            return;
        }
        self.snd.path_mss = mss;
        self.sync_mss(cx.sysctl);
        if !self.state.is_connecting() {
            self.resend_what_is_too_large(cx);
        }
        self.check();
    }

    /// IP_OPTIONS: what they take, segments have no room for (`do_ip_setsockopt`).
    pub(crate) fn set_ip_options(&mut self, cx: &Cx<'_>, len: u8) {
        let before = std::mem::replace(&mut self.snd.ip_options, len);
        if self.state.is_connecting() || self.state == State::Closed {
            self.snd.mss = self.snd.mss + u16::from(before) - u16::from(len);
        } else {
            self.sync_mss(cx.sysctl);
        }
    }

    /// What `poll(2)` reports (`tcp_poll`).
    pub(crate) fn readiness(&self) -> Readiness {
        let is_quiet = self.state == State::Established
            && !self.marks.intersects(Marks::BOTH_SHUT)
            && self.failure.is_none()
            && self.urgent.is_none();
        if is_quiet {
            let unread = self.rcv.buffer.len();
            let mut ready = Readiness::empty();
            ready.set(Readiness::IN, unread > 0 && self.is_enough(unread));
            ready.set(Readiness::OUT, self.is_writable());
            return ready;
        }
        self.readiness_in_any_state()
    }

    #[inline(never)]
    fn readiness_in_any_state(&self) -> Readiness {
        let mut ready = Readiness::empty();
        let closed = matches!(self.state, State::Closed | State::TimeWait);
        ready.set(Readiness::HUP, closed || self.is(Marks::BOTH_SHUT));
        ready.set(Readiness::IN | Readiness::RDHUP, self.is(Marks::RECEIVE_SHUT));
        if !self.state.is_connecting() || self.is(Marks::FAST_OPEN) {
            let unread = self.rcv.buffer.len();
            // An urgent byte that is next is no reason to read, unless nothing more can come.
            let skipped = usize::from(self.is_at_mark() && !self.is_urgent_inline());
            let is_enough =
                unread > 0 && (unread > skipped && self.is_enough(unread - skipped) || self.rcv.is_pressed());
            ready.set(Readiness::IN, ready.contains(Readiness::IN) || is_enough);
            ready.set(Readiness::OUT, self.is(Marks::SEND_SHUT) || self.is_writable());
            ready.set(Readiness::PRI, self.has_urgent());
        } else if self.is(Marks::PUT_OFF) {
            // So that the program writes, which opens (`tcp_poll`).
            ready |= Readiness::OUT;
        }
        ready.set(Readiness::ERR, self.failure.is_some());
        ready
    }

    /// Whether there is as much to read as SO_RCVLOWAT wants, or as there can be (`tcp_epollin_ready`).
    #[inline]
    fn is_enough(&self, unread: usize) -> bool {
        unread as u64 >= self.config.rcvlowat.into() || self.rcv.is_pressed()
    }

    /// A third of the send buffer is free (`__sk_stream_is_writeable`): more than `send` needs, so that a program is not
    /// woken for every segment that is acknowledged.
    #[inline]
    fn is_writable(&self) -> bool {
        let (queued, sndbuf) = (self.send_memory(), self.sndbuf());
        queued < sndbuf && sndbuf - queued >= queued / 2 && (self.config.notsent_lowat == 0 || self.is_below_lowat())
    }

    /// TCP_NOTSENT_LOWAT: little enough waits to be sent for the first time.
    fn is_below_lowat(&self) -> bool {
        u64::from(self.snd.left()) * 2 < u64::from(self.config.notsent_lowat)
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

    /// The options of the socket have changed: does what that asks for.
    pub(crate) fn set_config(&mut self, cx: &mut Cx<'_>, config: Config) {
        // What the route carries is not the socket's to say, and TCP_MAXSEG acts on the handshake alone.
        let switches = config.switches | self.config.switches & Switches::IN_MEMORY;
        let config = Config { mss: self.config.mss, maxseg: self.config.maxseg, switches, ..config };
        let old = std::mem::replace(&mut self.config, config);
        if old == config {
            return;
        }
        if config.rcvbuf != old.rcvbuf && config.rcvbuf != 0 {
            self.rcv.window.set_rcvbuf(config.rcvbuf);
            self.rcv.reckon();
        }
        if config.rcvbuf == 0 && config.tuned_rcvbuf > old.tuned_rcvbuf {
            self.rcv.window.make_room(config.tuned_rcvbuf, config.rcvlowat);
            self.rcv.reckon();
        }
        // SO_BUF_LOCK: they are tuned again, from where they are.
        if config.sndbuf == 0 && old.sndbuf != 0 {
            self.snd.sndbuf = old.sndbuf;
        }
        if config.rcvbuf == 0 && old.rcvbuf != 0 {
            self.rcv.window.is_locked = false;
        }
        if config.window_clamp != old.window_clamp {
            self.set_window_clamp(config.window_clamp);
        }
        if config.congestion != old.congestion {
            self.congestion.set_algorithm(config.congestion);
        }
        let switched = config.has(Switches::KEEPALIVE) != old.has(Switches::KEEPALIVE);
        if switched || (config.keepidle != old.keepidle && config.has(Switches::KEEPALIVE)) {
            self.set_keepalive(cx, !switched);
        }
        let freed = old.switches - config.switches;
        let added = config.switches - old.switches;
        if added.contains(Switches::NODELAY) {
            // It lets go what Nagle's algorithm holds, but not what is corked (`__tcp_sock_set_nodelay`).
            self.output_queued(cx, Push::Now);
        } else if freed.contains(Switches::CORK) {
            self.output(cx);
        }
        self.check();
    }

    /// TCP_NODELAY is on: what is held goes out, even what is corked (`__tcp_sock_set_nodelay`: TCP_NAGLE_PUSH).
    pub(crate) fn push_now(&mut self, cx: &mut Cx<'_>) {
        self.output_queued(cx, Push::Now);
    }

    /// TCP_CORK is off: what MSG_MORE holds goes out, too (`__tcp_sock_set_cork`).
    pub(crate) fn push_usually(&mut self, cx: &mut Cx<'_>) {
        self.output(cx);
    }

    /// TCP_WINDOW_CLAMP is 0: only when all is over.
    pub(crate) fn forget_window_clamp(&mut self) {
        self.rcv.window.clamp = 0;
    }

    /// TCP_WINDOW_CLAMP (`tcp_set_window_clamp`).
    fn set_window_clamp(&mut self, clamp: u32) {
        let full = self.rcv.window.rcvbuf / 2;
        let window = &mut self.rcv.window;
        window.clamp = if clamp == 0 { full } else { clamp };
        window.threshold = if clamp == 0 { window.threshold } else { window.threshold.min(clamp) };
    }

    /// Bytes not acknowledged, a FIN counted as one: SIOCOUTQ.
    pub(crate) fn unacked(&self) -> usize {
        if self.state.is_connecting() { 0 } else { self.unacked_in_any_state() as usize }
    }

    /// As [`Self::unacked`], a SYN counted, too.
    pub(crate) fn unacked_in_any_state(&self) -> u32 {
        self.snd.end.0.wrapping_sub(self.snd.una.0)
    }

    /// Bytes not sent yet, a FIN counted as one: SIOCOUTQNSD.
    pub(crate) fn unsent(&self) -> usize {
        if self.state.is_connecting() { 0 } else { self.unsent_in_any_state() as usize }
    }

    /// As [`Self::unsent`], in any state.
    pub(crate) fn unsent_in_any_state(&self) -> u32 {
        self.snd.end.0.wrapping_sub(self.snd.nxt.0)
    }

    /// The largest window that the peer has offered.
    pub(crate) fn largest_window(&self) -> u32 {
        self.snd.max_wnd
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
