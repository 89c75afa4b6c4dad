//! What the peer has received: the fifth step of RFC 9293 section 3.10.7.4 as `tcp_ack` does it, with the blocks of RFC
//! 2018 and what is learned of the round trip on the way.

use super::{
    Connection, Marks, congestion,
    recovery::{Phase, Resend},
    scoreboard::{Fate, Taken},
    timers::since,
};
use crate::{
    base::Instant,
    proto::Cx,
    wire::{Flags, Segment, SeqNum, Timestamps},
};

/// What the ACK field of a segment said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Acked {
    /// Nothing that was not known, or something new.
    Fine,
    /// It acknowledges what was never sent: the segment is not looked at further.
    Beyond,
    /// It is older than any window: nobody's (RFC 5961 section 5).
    Ancient,
}

bitflags::bitflags! {
    /// What an acknowledgment says (`FLAG_*` of net/ipv4/tcp_input.c).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct NewsOf: u16 {
        /// The segment carried data, moved the window or acknowledged something: it is no duplicate.
        const NOT_DUPLICATE = 0x01;
        /// SND.UNA moved.
        const ADVANCED = 0x02;
        /// Data was acknowledged.
        const DATA = 0x04;
        /// Something was SACKed.
        const SACKED = 0x08;
        /// A block says that a copy was received of what had arrived.
        const DUPLICATE_SACK = 0x10;
        /// What was sent before the loss, and never again, has arrived.
        const ORIGINAL = 0x20;
        /// A repetition is lost as well.
        const LOST_AGAIN = 0x40;
        /// The retransmission timer is to be set anew.
        const SET_TIMER = 0x80;
    }
}

/// What one acknowledgment brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct News {
    pub(super) of: NewsOf,
    pub(super) is_duplicate: bool,
    /// Segments delivered and lost by it.
    pub(super) delivered: u32,
    pub(super) lost: u32,
    pub(super) stamp: Option<Timestamps>,
}

/// What the blocks of a segment brought.
#[derive(Default)]
struct Tagged {
    first_sent: Option<Instant>,
    last_sent: Option<Instant>,
    /// The lowest segment that arrived after a later one, never having been repeated.
    late: Option<SeqNum>,
    /// Where the furthest SACKed segment began before.
    furthest: Option<SeqNum>,
}

impl Connection {
    /// The fifth step, for all states alike.
    #[inline]
    pub(super) fn take_ack(&mut self, cx: &mut Cx<'_>, segment: &Segment) -> Acked {
        let advance = segment.ack.distance_from(self.snd.una);
        if advance < 0 {
            return self.take_old_ack(cx, segment, advance.unsigned_abs());
        }
        if self.snd.nxt.before(segment.ack) {
            return Acked::Beyond;
        }
        let before = self.snd.una;
        let mut news = News {
            of: NewsOf::empty(),
            is_duplicate: false,
            delivered: 0,
            lost: 0,
            stamp: if self.stamps.on { segment.options.timestamps } else { None },
        };
        if advance > 0 {
            news.of |= NewsOf::ADVANCED;
            self.snd.retries = 0;
        }
        if self.take_window(cx, segment) || !segment.payload.is_empty() {
            news.of |= NewsOf::NOT_DUPLICATE;
        }
        self.snd.probes = 0;
        self.soft_failure = None;
        if self.snd.sent.is_empty() && advance == 0 {
            if segment.options.rare.is_some() && self.is(Marks::SACK) {
                self.take_blocks(cx, segment, before, &mut news);
                if news.of.contains(NewsOf::DUPLICATE_SACK) {
                    // What was reduced for nothing may still be undone.
                    let resend = self.assess(cx, &mut news);
                    self.resend(cx, resend);
                }
            }
            if self.timers.is_probe_set() {
                self.peer_answered_probe(cx);
            }
            return Acked::Fine;
        }
        let mut tagged = Tagged::default();
        if segment.options.rare.is_some() && self.is(Marks::SACK) {
            tagged = self.take_blocks(cx, segment, before, &mut news);
        }
        if advance > 0 {
            self.una_advances(cx, segment.ack, advance as u32, &tagged, &mut news);
        } else if tagged.first_sent.is_some() {
            self.take_round_trip(cx, &Taken::default(), &tagged, &news);
        }
        self.respond(cx, segment, news);
        Acked::Fine
    }

    /// The fifth step for an acknowledgment with which nothing is wrong: as [`Self::take_ack`], but without asking for what
    /// [`Self::is_predicted`] has seen not to be. It acknowledges `advance` sequence numbers, and what it does not is in
    /// flight; if it acknowledges nothing, it carries data.
    #[inline]
    pub(super) fn take_predicted_ack(&mut self, cx: &mut Cx<'_>, segment: &Segment, advance: u32) {
        if segment.options.rare.is_some() || self.recovery.probe_end.is_some() || !self.snd.sent.is_plain() {
            self.take_ack(cx, segment);
            return;
        }
        self.take_window(cx, segment);
        self.snd.probes = 0;
        self.soft_failure = None;
        if advance == 0 {
            return;
        }
        let has_sack = self.is(Marks::SACK);
        let snd = &mut self.snd;
        snd.retries = 0;
        snd.buffer.consume((advance as usize).min(snd.buffer.len()));
        snd.una = segment.ack;
        let taken = snd.sent.acknowledge_plain(segment.ack, has_sack, cx.now, self.rtt.least());
        if taken.segments == 0 {
            return;
        }
        if taken.repeated {
            let stamp = if self.stamps.on { segment.options.timestamps } else { None };
            if let Some(micros) = stamp.and_then(|stamp| self.stamps.round_trip(stamp, cx.now)) {
                self.take_sample(cx, micros, micros);
            }
        } else {
            let whole = since(cx.now, taken.first_sent) / 1000;
            let is_one = taken.last_sent == taken.first_sent;
            let latest = if is_one { whole } else { since(cx.now, taken.last_sent) / 1000 };
            self.take_sample(cx, whole, latest);
        }
        self.set_transmit_timer(cx);
        self.counts.delivered = self.counts.delivered.wrapping_add(taken.segments);
        self.grow(cx, taken.segments);
    }

    /// What follows from the news: is something lost, does the window grow, what goes out again.
    #[inline]
    fn respond(&mut self, cx: &mut Cx<'_>, segment: &Segment, mut news: News) {
        if self.recovery.probe_end.is_some() {
            self.probe_is_answered(segment.ack, &news);
        }
        let mut resend = Resend::Nothing;
        let is_ordinary = news.of.contains(NewsOf::NOT_DUPLICATE)
            && !news.of.intersects(NewsOf::SACKED | NewsOf::DUPLICATE_SACK)
            && self.recovery.phase == Phase::Open;
        if !is_ordinary {
            news.is_duplicate = !news.of.intersects(NewsOf::ADVANCED | NewsOf::NOT_DUPLICATE | NewsOf::DUPLICATE_SACK);
            if news.is_duplicate && self.snd.wnd == 0 && !self.is(Marks::ORPHAN) {
                // The peer has closed a window over data in flight, and says so: it is there, so we do not give up on it.
                if self.recovery.resent_since.is_some() {
                    self.recovery.resent_since = Some(cx.now);
                }
            }
            resend = self.assess(cx, &mut news);
        }
        self.counts.delivered = self.counts.delivered.wrapping_add(news.delivered);
        if news.of.contains(NewsOf::SET_TIMER) {
            self.set_transmit_timer(cx);
        }
        if self.recovery.reduces() {
            self.reduce_window(news.delivered, news.lost, news.of.contains(NewsOf::ADVANCED));
        } else if news.of.contains(NewsOf::DATA) {
            self.grow(cx, news.delivered);
        }
        if resend != Resend::Nothing {
            self.resend(cx, resend);
        }
    }

    /// `tcp_cong_avoid`
    #[inline]
    fn grow(&mut self, cx: &Cx<'_>, delivered: u32) {
        self.congestion.on_ack(&congestion::Acked {
            now: cx.now,
            segments: delivered,
            rtt: self.rtt.latest(),
            una: self.snd.una,
            nxt: self.snd.nxt,
        });
    }

    /// An acknowledgment of what was acknowledged before may still bring blocks.
    fn take_old_ack(&mut self, cx: &mut Cx<'_>, segment: &Segment, age: u32) -> Acked {
        if age > self.snd.max_wnd {
            return Acked::Ancient;
        }
        if segment.options.rare.is_some() && self.is(Marks::SACK) && !self.snd.sent.is_empty() {
            let mut news = News { of: NewsOf::NOT_DUPLICATE, is_duplicate: false, delivered: 0, lost: 0, stamp: None };
            self.take_blocks(cx, segment, self.snd.una, &mut news);
            let resend = self.assess(cx, &mut news);
            self.resend(cx, resend);
        }
        Acked::Fine
    }

    /// The send window, if the segment is newer than the one that last told it (RFC 9293 section 3.10.7.4, fifth;
    /// `tcp_may_update_window`). Says whether it is, also if the window is the same.
    #[inline(always)]
    fn take_window(&mut self, cx: &Cx<'_>, segment: &Segment) -> bool {
        let snd = &mut self.snd;
        let scale = if segment.flags.contains(Flags::SYN) { 0 } else { snd.scale };
        let window = u32::from(segment.window) << scale;
        let is_newer = snd.una.before(segment.ack)
            || snd.wl1.before(segment.seq)
            || (snd.wl1 == segment.seq && (window > snd.wnd || window == 0));
        if !is_newer {
            return false;
        }
        snd.wl1 = segment.seq;
        if window != snd.wnd {
            self.window_is_another(cx, window);
        }
        true
    }

    /// `tcp_ack_update_window`
    #[cold]
    fn window_is_another(&mut self, cx: &Cx<'_>, window: u32) {
        if self.snd.set_window(window) {
            self.sync_mss(cx.sysctl);
        }
        self.rcv.predict_anew();
    }

    /// `tcp_clean_rtx_queue`
    #[inline]
    fn una_advances(&mut self, cx: &mut Cx<'_>, ack: SeqNum, acked: u32, tagged: &Tagged, news: &mut News) {
        let has_sack = self.is(Marks::SACK);
        let furthest = if has_sack && self.snd.sent.sacked > 0 { self.snd.sent.highest_sacked() } else { None };
        let snd = &mut self.snd;
        // Our SYN and our FIN have sequence numbers, but no place in the buffer.
        snd.buffer.consume((acked as usize).min(snd.buffer.len()));
        snd.una = ack;
        if self.urgent.is_some() {
            self.urgent_is_acked(ack);
        }
        let taken = self.snd.sent.acknowledge(ack, self.recovery.high, has_sack, cx.now, self.rtt.least());
        if taken.segments > 0 {
            news.of |= NewsOf::NOT_DUPLICATE | NewsOf::DATA | NewsOf::SET_TIMER;
        }
        if taken.original {
            news.of |= NewsOf::ORIGINAL;
        }
        if has_sack {
            news.delivered += taken.segments - taken.sacked_before;
            let late = tagged.late.into_iter().chain(taken.late).reduce(super::assembler::earlier);
            let furthest = furthest.into_iter().chain(tagged.furthest).reduce(super::assembler::later);
            self.check_reordering(cx, late, furthest);
        } else {
            news.delivered += self.reno_acked(taken.segments);
        }
        self.take_round_trip(cx, &taken, tagged, news);
    }

    /// Without SACK, of what is acknowledged the first was the missing one, and the rest had been counted by duplicates
    /// (`tcp_remove_reno_sacks`). How many are new.
    fn reno_acked(&mut self, segments: u32) -> u32 {
        let sent = &mut self.snd.sent;
        if sent.sacked == 0 || segments == 0 {
            return segments;
        }
        let counted = sent.sacked.min(segments - 1);
        sent.sacked = sent.sacked.saturating_sub(segments - 1).min(sent.len());
        (segments - counted).max(1)
    }

    /// What was never repeated, and arrives after what was sent later, was overtaken (`tcp_check_sack_reordering`).
    fn check_reordering(&mut self, cx: &Cx<'_>, late: Option<SeqNum>, furthest: Option<SeqNum>) {
        if let (Some(late), Some(furthest)) = (late, furthest)
            && late.before(furthest)
        {
            let mss = u32::from(self.snd.mss.max(1));
            let distance = furthest.0.wrapping_sub(late.0).div_ceil(mss);
            self.recovery.saw_reordering(distance, cx.sysctl);
        }
    }

    /// `tcp_ack_update_rtt`: Karn's rule for what was sent once, the echo of a timestamp for the rest.
    #[inline]
    fn take_round_trip(&mut self, cx: &Cx<'_>, taken: &Taken, tagged: &Tagged, news: &News) {
        let micros = |at: Instant| since(cx.now, at) / 1000;
        let mut whole = taken.first_sent.filter(|_| !taken.retransmitted).map(micros);
        let mut latest = taken.last_sent.filter(|_| !taken.retransmitted).map(micros);
        if let Some(last) = tagged.last_sent {
            whole = whole.or(tagged.first_sent.map(micros));
            latest = Some(micros(last));
        }
        if whole.is_none() && taken.segments > 0 {
            whole = news.stamp.and_then(|stamp| self.stamps.round_trip(stamp, cx.now));
            latest = whole;
        }
        let Some(whole) = whole else { return };
        let latest = latest.unwrap_or(whole);
        self.take_sample(cx, whole, latest);
    }

    /// The round trip of all that was acknowledged, and of the last of it.
    #[inline]
    fn take_sample(&mut self, cx: &Cx<'_>, whole: u64, latest: u64) {
        self.rtt.observe_least(latest, cx.now);
        self.rtt.sample(whole, self.snd.una, self.snd.nxt, cx.sysctl);
    }

    /// `tcp_sacktag_write_queue`
    fn take_blocks(&mut self, cx: &Cx<'_>, segment: &Segment, una: SeqNum, news: &mut News) -> Tagged {
        let mut tagged = Tagged::default();
        let Some(blocks) = segment.options.sack() else { return tagged };
        tagged.furthest = self.snd.sent.highest_sacked();
        let is_duplicate = is_duplicate_report(blocks, segment.ack);
        if is_duplicate {
            news.of |= NewsOf::DUPLICATE_SACK;
            let (_, end) = blocks[0];
            if end.at_or_before(una) {
                self.recovery.explained(end);
            }
        }
        for (number, &(start, end)) in blocks.iter().enumerate() {
            let is_copy = number == 0 && is_duplicate;
            // What lies outside of what was sent is no block of ours (`tcp_is_sackblock_valid`).
            if !start.before(end) || self.snd.nxt.before(end) || end.at_or_before(self.snd.una) {
                continue;
            }
            self.take_block(cx, start, end, is_copy, &mut tagged, news);
        }
        tagged
    }

    fn take_block(
        &mut self,
        cx: &Cx<'_>,
        start: SeqNum,
        end: SeqNum,
        is_copy: bool,
        tagged: &mut Tagged,
        news: &mut News,
    ) {
        let mut index = self.snd.sent.position(start);
        while let Some(&sent) = self.snd.sent.get(index) {
            if end.at_or_before(sent.seq) {
                break;
            }
            if sent.seq.before(start) {
                // It begins within a segment: the part before is another.
                self.snd.sent.split(index, start);
                index += 1;
                continue;
            }
            if end.before(sent.end) {
                self.snd.sent.split(index, end);
            }
            if is_copy {
                if sent.fate.contains(Fate::RETRANSMITTED) {
                    self.recovery.explained(sent.end);
                }
                self.snd.sent.forget_copy(index);
            }
            if let Some(before) = self.snd.sent.mark_sacked(index, cx.now, self.rtt.least()) {
                news.of |= NewsOf::SACKED;
                news.delivered += 1;
                if !before.fate.intersects(Fate::RETRANSMITTED | Fate::EVER_RETRANSMITTED) {
                    if tagged.furthest.is_some_and(|furthest| before.seq.before(furthest)) {
                        tagged.late =
                            Some(tagged.late.map_or(before.seq, |late| super::assembler::earlier(late, before.seq)));
                    }
                    if before.end.at_or_before(self.recovery.high) {
                        news.of |= NewsOf::ORIGINAL;
                    }
                    tagged.first_sent = tagged.first_sent.or(Some(before.at));
                    tagged.last_sent = Some(before.at);
                }
            }
            index += 1;
        }
    }

    /// `tcp_ack_probe`: if the window has opened far enough, `output` sends; else the peer is asked again later.
    pub(super) fn peer_answered_probe(&mut self, cx: &Cx<'_>) {
        let next = self.snd.left().min(self.current_mss());
        if next <= self.snd.window_left() {
            self.rtt.end_back_off();
            if self.recovery.probing_since.is_some() {
                self.recovery.probing_since = None;
            }
            self.timers.stop_resend();
        } else {
            self.timers.set_probe(cx.now, self.probe_timeout(cx.sysctl));
        }
    }
}

/// Whether the first block tells of a copy: RFC 2883 section 4, `tcp_check_dsack`.
fn is_duplicate_report(blocks: &[(SeqNum, SeqNum)], ack: SeqNum) -> bool {
    match blocks {
        [first, ..] if first.0.before(ack) => true,
        [first, second, ..] => first.1.at_or_before(second.1) && second.0.at_or_before(first.0),
        _ => false,
    }
}
