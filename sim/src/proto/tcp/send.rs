//! What `send(2)` takes, what that costs, and how much room is left for more.
//!
//! What becomes of what was taken is `output.rs`'s to know; blocking is the caller's affair, as in `calls.rs`.

use super::{
    Connection, Marks, SendError, State, Switches, Sysctl, congestion,
    memory::{HEAD, SK_BUFF},
    output::Push,
    timers::since,
};
use crate::proto::{Call, Cx};

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

impl Connection {
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
        if self.snd.left() > 0 && self.rcv.has_memory() {
            self.keep_push();
        }
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
            self.mark_end_of_write(cx, flags, whole);
        }
        self.output_queued(cx, if more { Push::More } else { Push::Usual });
        if !whole {
            self.snd.no_space = true;
        }
        if cx.out.packets.is_empty() {
            cx.out.call = Call::Other;
        }
        self.check();
        Ok(taken)
    }

    /// The call that is made has the socket locked until all is sent. Of what came before it nothing waits any more.
    #[inline]
    pub(super) fn hold_what_comes_back(&mut self, cx: &mut Cx<'_>) {
        if self.rcv.has_memory() {
            self.rcv.set_backlog(0, 0);
            cx.out.call = if self.leads_to_itself() { Call::SendsToItself } else { Call::Speaks };
        }
    }

    /// What it sends it receives.
    pub(super) fn leads_to_itself(&self) -> bool {
        let ends = &self.ends;
        (ends.local, ends.local_port) == (ends.remote, ends.remote_port)
    }

    /// What is to be seen where a write ends: urgent data, the end of a record.
    #[cold]
    fn mark_end_of_write(&mut self, cx: &mut Cx<'_>, flags: SendFlags, whole: bool) {
        if flags.contains(SendFlags::PART) && cx.out.call == Call::SendsToItself {
            cx.out.call = Call::SendsPartToItself;
        }
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

    /// After so many bytes a write looks what has come meanwhile (`process_backlog` of `tcp_sendmsg_locked`). Behind a packet that waits
    /// and takes nothing more nothing goes before it is pushed by force, so nothing comes either: unless it
    /// has come already.
    pub(crate) fn until_flush(&self, has_come: bool) -> usize {
        let mss = self.current_mss();
        let (waiting, tail) = self.unsent_packets(mss);
        if waiting == 0 || tail > 0 || has_come {
            return (tail + FLUSH * mss) as usize;
        }
        let unpushed = self.snd.end.0.wrapping_sub(self.snd.pushed.0);
        let filled = ((self.snd.max_wnd >> 1) + 1).saturating_sub(unpushed).div_ceil(mss);
        (filled.max(1).next_multiple_of(FLUSH) * mss) as usize
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
        let new = if lowat == 0 { new } else { new.min(self.segments_below_lowat(left, tail, size, flags)) };
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
    /// can be begun, when so much is left to be sent and the last packet takes a `tail` more.
    #[cold]
    fn segments_below_lowat(&self, left: u32, tail: u32, mss: u32, flags: SendFlags) -> u32 {
        if tail == 0 && left >= self.config.notsent_lowat {
            // Who has copied nothing yet lets nothing go (`tcp_sendmsg_locked`, wait_for_space).
            return 0;
        }
        let window = self.snd.window_left() / mss;
        let may_go = window.min(self.congestion.cwnd.saturating_sub(self.snd.sent.in_flight()));
        let may_go = if flags.contains(SendFlags::OOB) { 0 } else { may_go };
        may_go + self.config.notsent_lowat.saturating_sub(left + tail).div_ceil(mss)
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

    /// What is written now begins a packet, and the one before stays pushed (`tcp_mark_push`), though it is not sent. Where packets lie in
    /// memory, that is: over a wire nobody can tell, and a long transfer would have to remember each write.
    #[cold]
    fn keep_push(&mut self) {
        let (_, tail) = self.unsent_packets(self.current_mss());
        if tail == 0 && self.snd.pushed == self.snd.end {
            let end = self.snd.end;
            self.snd.seams.get_or_insert_default().push_at(end);
        }
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

    /// Somebody has looked, and there was no room (`tcp_poll`, SOCK_NOSPACE).
    pub(crate) fn misses_room(&mut self) {
        self.snd.no_space |= !self.state.is_connecting();
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

    /// A third of the send buffer is free (`__sk_stream_is_writeable`): more than `send` needs, so that a program is not
    /// woken for every segment that is acknowledged.
    #[inline]
    pub(super) fn is_writable(&self) -> bool {
        let (queued, sndbuf) = (self.send_memory(), self.sndbuf());
        queued < sndbuf && sndbuf - queued >= queued / 2 && (self.config.notsent_lowat == 0 || self.is_below_lowat())
    }

    /// TCP_NOTSENT_LOWAT: little enough waits to be sent for the first time.
    fn is_below_lowat(&self) -> bool {
        u64::from(self.snd.left()) * 2 < u64::from(self.config.notsent_lowat)
    }
}
