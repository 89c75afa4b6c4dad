//! Fast Open: data in the SYN, from a client that shows a cookie which the server gave it before (RFC 7413), as
//! net/ipv4/tcp_fastopen.c does it.
//!
//! A client's connection is made by [`Connection::put_off`], and [`Connection::open_fast`] sends its SYN: at once, or when the
//! program first writes (TCP_FASTOPEN_CONNECT). A server's is made by [`Connection::accept_fast`]: in SYN_RECEIVED, but
//! readable and writable, until the ACK of its SYN+ACK comes ([`Marks::FAST_OPEN`], Linux's `fastopen_rsk`).
//!
//! Not its responsibility: who gives cookies, who believes them and who remembers them; the host does.
//!
//! Absent: the experimental option (RFC 6994), to which Linux turns when a request for a cookie was not answered; and
//! `tcp_fastopen_blackhole_timeout_sec`, which is off by default.

use std::net::SocketAddr;

use super::{
    AckDue, Config, Connection, Failure, Marks, State, Successor,
    scoreboard::Fate,
    timers::{Moment, Timers, since},
};
use crate::{
    proto::Cx,
    wire::{FastOpenCookie, Flags, RareOption, Segment},
};

/// What is kept free in a SYN with data: MAX_TCP_OPTION_SPACE.
const OPTION_SPACE: u32 = 40;

/// No SYN carries more: the fragment of a page that it is copied into (`sk_page_frag`, 32 KiB).
const MOST: u32 = 32_768;

/// How a client opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Opening {
    /// It has no cookie, and asks for one.
    Asking,
    /// It has one, from a server whose MSS was this.
    Cookie { cookie: FastOpenCookie, mss: Option<u16> },
    /// It has been told that none is needed (`tcp_fastopen_no_cookie`).
    WithoutCookie { mss: Option<u16> },
}

/// Why a client's data was not in the SYN: `enum tcp_fastopen_client_fail`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shortfall {
    CookieUnavailable = 1,
    DataNotAcked = 2,
    SynRetransmitted = 3,
}

/// Where a connection stands that began with data in a SYN.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Handshake {
    Pending,
    Over,
    /// A RST answered the SYN+ACK: perhaps the SYN was not of its sender.
    Reset,
}

impl Connection {
    /// A connection whose SYN is not sent yet: `inet->defer_connect`. To Linux it is in SYN_SENT all the same.
    #[cold]
    pub(crate) fn put_off(
        cx: &mut Cx<'_>,
        local: SocketAddr,
        remote: SocketAddr,
        config: Config,
        successor: Option<Successor>,
    ) -> Self {
        let mut connection = Self::new(cx, local, remote, State::SynSent, config, successor);
        connection.marks |= Marks::PUT_OFF;
        connection.timers = Timers::default();
        connection
    }

    /// Nothing has been sent, and the first write opens.
    pub(crate) fn is_put_off(&self) -> bool {
        self.is(Marks::PUT_OFF) && self.state == State::SynSent
    }

    /// Sends the SYN, with as much of the data as it may carry: how much that is (`tcp_send_syn_data`).
    pub(crate) fn open_fast(&mut self, cx: &mut Cx<'_>, opening: &Opening, parts: &[&[u8]]) -> usize {
        self.marks.remove(Marks::PUT_OFF);
        self.snd.sent_at = cx.now;
        self.timers.set_retransmit(cx.now, self.rtt.timeout(cx.sysctl));
        let (cookie, mss) = match opening {
            Opening::Asking => (Some(FastOpenCookie::new()), None),
            Opening::Cookie { cookie, mss } => (Some(cookie.clone()), Some(*mss)),
            Opening::WithoutCookie { mss } => (None, Some(*mss)),
        };
        self.marks.set(Marks::ASKED_FOR_COOKIE, cookie.is_some());
        let mut syn = self.make_syn(cx);
        syn.options.rare = cookie.map(|cookie| Box::new(RareOption::FastOpen(cookie)));
        match mss {
            None => self.fell_short(Shortfall::CookieUnavailable),
            Some(mss) => {
                self.queue_syn_data(cx, mss, parts);
                syn.payload = cx.out.pool.payload(&self.snd.buffer.pieces(0, self.snd.buffer.len()));
            }
        }
        let taken = syn.payload.len();
        cx.out.segment(self.ends.local, self.ends.remote, syn);
        self.check();
        taken
    }

    /// It goes out with the SYN, and lies behind it in the queue of what was sent.
    fn queue_syn_data(&mut self, cx: &Cx<'_>, mss: Option<u16>, parts: &[&[u8]]) {
        let ours = self.config.advertised_mss();
        let mut room = u32::from(ours.min(mss.unwrap_or(ours))).saturating_sub(OPTION_SPACE).min(MOST) as usize;
        for part in parts {
            let taken = part.len().min(room);
            self.snd.buffer.push(&part[..taken]);
            room -= taken;
        }
        let len = self.snd.buffer.len() as u32;
        if len > 0 {
            let seq = self.snd.nxt;
            self.snd.nxt += len;
            self.snd.end = self.snd.nxt;
            self.snd.sent.push(seq, self.snd.nxt, Fate::PUSHED, cx.now);
        }
    }

    /// Whether the host is to remember what the SYN+ACK says of cookies (`tp->syn_fastopen`, `tp->syn_data`).
    pub(crate) fn awaits_cookie(&self) -> bool {
        self.state == State::SynSent && (self.is(Marks::ASKED_FOR_COOKIE) || !self.snd.sent.is_empty())
    }

    /// The option was in our SYN, so a cookie in the answer is welcome.
    pub(crate) fn asked_for_cookie(&self) -> bool {
        self.is(Marks::ASKED_FOR_COOKIE)
    }

    /// The SYN+ACK, once our SYN is known to be acknowledged: was the data as well? If not, it goes out again, at once, and
    /// brings the ACK (`tcp_rcv_fastopen_synack`); `true` then.
    pub(super) fn syn_data_is_answered(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> bool {
        if self.snd.sent.is_empty() {
            self.take_syn_ack_text(cx, segment);
            return false;
        }
        if segment.ack == self.snd.nxt {
            self.snd.buffer.consume(self.snd.buffer.len());
            self.snd.sent.clear();
            self.snd.una = self.snd.nxt;
            self.marks |= Marks::SYN_DATA_ACKED;
            self.take_syn_ack_text(cx, segment);
            return false;
        }
        let again = self.recovery.total > 0;
        self.fell_short(if again { Shortfall::SynRetransmitted } else { Shortfall::DataNotAcked });
        true
    }

    /// All that was in the SYN goes out again (`tcp_non_congestion_loss_retransmit`).
    pub(super) fn resend_syn_data(&mut self, cx: &mut Cx<'_>) {
        for index in 0..self.snd.sent.len() as usize {
            self.snd.sent.mark_lost(index);
        }
        self.resend_without_blame(cx);
    }

    /// A server may answer with its SYN+ACK (`tcp_fastopen_add_skb`).
    fn take_syn_ack_text(&mut self, cx: &Cx<'_>, segment: &Segment) {
        if self.is(Marks::ASKED_FOR_COOKIE) || self.is(Marks::SYN_DATA_ACKED) {
            self.take_syn_text(cx, segment);
        }
    }

    fn take_syn_text(&mut self, cx: &Cx<'_>, segment: &Segment) {
        let len = segment.payload.len().min(self.rcv.window() as usize);
        if len > 0 {
            self.rcv.buffer.push(&segment.payload[..len]);
            self.rcv.nxt += len as u32;
            self.rcv.data_at = Moment::at(cx.now);
            self.marks |= Marks::SYN_DATA_ACKED;
        }
    }

    /// Passive open by a SYN whose cookie is good: the data is taken, and the connection is there (`tcp_fastopen_create_child`).
    /// `cookie` is a fresh one for the client.
    #[cold]
    pub(crate) fn accept_fast(
        cx: &mut Cx<'_>,
        local: SocketAddr,
        remote: SocketAddr,
        syn: &Segment,
        config: Config,
        successor: Option<Successor>,
        cookie: Option<Box<RareOption>>,
    ) -> Self {
        let mut connection = Self::new(cx, local, remote, State::SynReceived, config, successor);
        connection.marks |= Marks::PASSIVE | Marks::FAST_OPEN;
        connection.learn_peer(cx, syn);
        let snd = &mut connection.snd;
        // What is sent begins behind the SYN, which is not in the queue (`tcp_create_openreq_child`).
        snd.una = snd.nxt;
        (snd.small, snd.pushed) = (snd.una, snd.una);
        connection.recovery.high = connection.snd.una;
        let offered = connection.rcv.window();
        connection.take_syn_text(cx, syn);
        let rcv = &mut connection.rcv;
        (rcv.wup, rcv.edge) = (rcv.nxt, rcv.nxt + offered);
        if !connection.is_sndbuf_locked() {
            connection.expand_sndbuf(cx.sysctl);
        }
        connection.set_keepalive(cx, false);
        connection.send_syn_with(cx, cookie);
        connection.check();
        connection
    }

    /// A connection made by [`Self::accept_fast`]: whether its handshake is over.
    pub(crate) fn handshake(&self) -> Handshake {
        match self.state {
            _ if !self.is(Marks::FAST_OPEN) => Handshake::Over,
            State::Closed if self.failure == Some(Failure::Reset) => Handshake::Reset,
            State::Closed => Handshake::Over,
            _ => Handshake::Pending,
        }
    }

    /// Data came in the SYN, and the handshake is not over.
    pub(crate) fn is_open_early(&self) -> bool {
        self.handshake() == Handshake::Pending
    }

    /// Whether a segment is for a connection whose handshake is not over to look at: the same SYN is answered with the same
    /// SYN+ACK, what does not belong with nothing or a RST that leaves the connection alone (`tcp_check_req`).
    pub(super) fn looks_at_early(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> bool {
        let flags = segment.flags;
        if flags == Flags::SYN && segment.seq.before(self.rcv.nxt) {
            if self.may_challenge(cx) {
                self.send_syn_with(cx, None);
            }
            return false;
        }
        if flags.contains(Flags::SYN) && !flags.contains(Flags::RST) {
            super::reset_for(segment, self.ends.local, self.ends.remote, cx);
            return false;
        }
        true
    }

    /// The ACK of our SYN+ACK (`tcp_rcv_synrecv_state_fastopen`). `false` if it acknowledges what was never sent.
    pub(super) fn early_open_is_acked(&mut self, cx: &Cx<'_>, segment: &Segment) -> bool {
        if segment.ack.before(self.snd.una) || self.snd.nxt.before(segment.ack) {
            return false;
        }
        self.marks.remove(Marks::FAST_OPEN);
        let offered = self.rcv.window();
        let mss = self.received_mss();
        self.rcv.window.established(cx.now, self.rcv.nxt, offered, mss);
        if self.rtt.smoothed().is_none() {
            // The SYN+ACK went out when the SYN was heard.
            let once = (self.snd.retries == 0).then(|| since(cx.now, self.rcv.heard_at) / 1000);
            self.time_handshake(cx, segment, once);
        }
        self.snd.retries = 0;
        self.recovery.forget_resent();
        self.timers.stop_resend();
        self.rearm(cx);
        if self.state == State::SynReceived {
            self.snd.sent_at = cx.now;
            self.state = if self.is(Marks::FIN_QUEUED) { State::FinWait1 } else { State::Established };
        }
        true
    }

    /// The SYN+ACK of a connection that is open early again; the second time its window shrinks (`tcp_fastopen_synack_timer`).
    pub(super) fn early_syn_ack_is_due(&mut self, cx: &mut Cx<'_>) {
        let retries = if self.config.syn_retries > 0 { self.config.syn_retries } else { cx.sysctl.synack_retries + 1 };
        if self.snd.retries >= retries {
            return self.time_out();
        }
        if self.snd.retries == 1 && !self.snd.sent.is_empty() {
            self.enter_loss(cx);
        }
        self.snd.retries += 1;
        self.rtt.back_off();
        self.recovery.resent_since.get_or_insert(cx.now);
        self.recovery.total = self.recovery.total.saturating_add(1);
        self.send_syn_with(cx, None);
        self.timers.set_retransmit(cx.now, self.rtt.timeout(cx.sysctl));
    }

    /// Our SYN+ACK, with a cookie if there is one to give.
    #[inline]
    pub(super) fn send_syn_with(&mut self, cx: &mut Cx<'_>, cookie: Option<Box<RareOption>>) {
        let mut syn = self.make_syn(cx);
        syn.options.rare = cookie;
        self.rcv.ack = AckDue::No;
        cx.out.segment(self.ends.local, self.ends.remote, syn);
    }

    fn fell_short(&mut self, why: Shortfall) {
        self.marks.remove(Marks::FELL_SHORT);
        self.marks |= Marks::from_bits_retain((why as u16) << Marks::FELL_SHORT.bits().trailing_zeros());
    }

    /// `tcpi_fastopen_client_fail`
    pub(super) fn client_fail(&self) -> u8 {
        ((self.marks & Marks::FELL_SHORT).bits() >> Marks::FELL_SHORT.bits().trailing_zeros()) as u8
    }
}
