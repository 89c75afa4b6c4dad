//! What a program can ask of a connection. Blocking is the caller's affair: `WouldBlock` means to wait for
//! [`Connection::readiness`] and ask again.

use std::net::{IpAddr, Ipv4Addr};

use super::{AckDue, Config, Connection, Failure, Marks, NotConnected, RecvError, State, Switches, output::Push};
use crate::{
    proto::{Cx, Readiness},
    wire::SeqNum,
};

impl Connection {
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
            self.take_off(cx, skip + count, count < buf.len());
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
        self.take_off(cx, skip + count, count < len);
        Ok(count)
    }

    #[inline(always)] // one of its two callers is hot
    fn take_off(&mut self, cx: &mut Cx<'_>, count: usize, wants_more: bool) {
        self.rcv.buffer.consume(count);
        if self.urgent.is_some() {
            self.read_past_urgent();
        }
        if wants_more && self.is(Marks::PEER_DONE) {
            self.eat_fin();
        }
        self.after_read(cx, count);
        self.check();
    }

    /// Who reads to the end takes the packet of the FIN away, too (`tcp_recvmsg_locked`: found_fin_ok).
    #[cold]
    fn eat_fin(&mut self) {
        if self.rcv.has_memory() && self.rcv.buffer.is_empty() {
            let end = self.rcv.nxt;
            self.rcv.discharge(end);
        }
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
            if self.rcv.has_memory() {
                let read = self.read_to();
                self.rcv.discharge(read);
            }
        }
        if !peek && self.is(Marks::PEER_DONE) {
            self.eat_fin();
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
        if resets && self.has_no_way() {
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

    /// A segment did not leave the host: IPv6 remembers that.
    pub(crate) fn found_no_way(&mut self) {
        if self.ends.remote.is_ipv6() {
            self.soft_failure = Some(Failure::NetUnreachable);
        }
    }

    /// A segment that was to be sent again has none: of IPv4, too, that is remembered (`inet_sk_rebuild_header`).
    #[cold]
    pub(super) fn found_no_way_again(&mut self) {
        self.soft_failure = Some(match self.ends.local {
            IpAddr::V6(_) => Failure::NetUnreachable,
            IpAddr::V4(Ipv4Addr::BROADCAST) => Failure::ForbiddenWay,
            IpAddr::V4(_) => Failure::NoDevice,
        });
    }

    /// What was shut before there was a connection.
    pub(crate) fn inherit_shut(&mut self, read: bool, write: bool) {
        self.marks.set(Marks::RECEIVE_SHUT, read);
        self.marks.set(Marks::SEND_SHUT, write);
    }

    /// What was wrong with the connection before, which no ACK has told to be right (`sk_err_soft`, which `tcp_disconnect` leaves).
    pub(crate) fn inherit_soft_failure(&mut self, failure: Option<Failure>) {
        self.soft_failure = failure;
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
        let never_connected = self.state == State::Closed && self.snd.max_wnd == 0;
        if self.state.is_connecting() || never_connected {
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
        // (Whether a SYN is kept was settled when it came.)
        let stays = Switches::IN_MEMORY | Switches::KEEPS_SYN;
        let switches = (config.switches - stays) | (self.config.switches & stays);
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
            self.push_now(cx);
        } else if freed.contains(Switches::CORK) {
            self.push_usually(cx);
        }
        self.check();
    }

    /// TCP_NODELAY is on: what is held goes out, even what is corked (`__tcp_sock_set_nodelay`: TCP_NAGLE_PUSH).
    pub(crate) fn push_now(&mut self, cx: &mut Cx<'_>) {
        self.hold_what_comes_back(cx);
        self.output_queued(cx, Push::Now);
    }

    /// TCP_CORK is off: what MSG_MORE holds goes out, too (`__tcp_sock_set_cork`).
    pub(crate) fn push_usually(&mut self, cx: &mut Cx<'_>) {
        self.hold_what_comes_back(cx);
        self.output(cx);
    }

    /// TCP_WINDOW_CLAMP is 0: only when all is over.
    pub(crate) fn forget_window_clamp(&mut self) {
        self.rcv.window.clamp = 0;
    }

    /// TCP_WINDOW_CLAMP (`tcp_set_window_clamp`).
    fn set_window_clamp(&mut self, clamp: u32) {
        let window = &mut self.rcv.window;
        window.clamp = clamp;
        if clamp > 0 {
            window.threshold = window.threshold.min(clamp);
        }
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
