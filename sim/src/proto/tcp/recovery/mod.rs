//! What is lost, and what becomes of the congestion window then: the state machine of `tcp_fastretrans_alert`.
//!
//! With SACK, RACK (RFC 8985) finds losses by time; without, three duplicate ACKs do (RFC 5681, NewReno of RFC 6582). In
//! recovery the window comes down in proportion to what arrives (PRR, RFC 6937). A tail loss probe goes before the
//! retransmission timeout (`probe.rs`); after one, F-RTO (RFC 5682) looks whether it was spurious; timestamps (Eifel, RFC
//! 3522) and D-SACK (RFC 3708) undo what was reduced for nothing (`undo.rs`). `reduction.rs` brings the window down,
//! `resend.rs` sends again.

mod probe;
mod reduction;
mod resend;
mod undo;

use std::ops::{Deref, DerefMut};

use super::{
    Connection, Marks, Sysctl,
    ack::{News, NewsOf},
    scoreboard::Fate,
    timers::TIMEOUT_MIN,
};
use crate::{base::Instant, proto::Cx, wire::SeqNum};

/// `tcp_ca_state`
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Phase {
    /// Nothing is thought to be lost.
    Open,
    /// Something has arrived out of order.
    Disorder,
    /// The window comes down for a loss that a probe has repaired.
    Cwr,
    /// A loss was seen; it lasts until everything sent by then is acknowledged.
    Recovery,
    /// The retransmission timer ran out; it lasts until everything sent by then is acknowledged.
    Loss,
}

/// What is to be sent for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Resend {
    Nothing,
    Lost,
    /// F-RTO: new data, to see whether it arrives.
    New,
}

/// The recovery of one connection. It reads as if it had [`Trouble`]'s fields, too, and what is written into one of them makes
/// the box they lie in: most connections never need it.
#[derive(Debug)]
pub(super) struct Recovery {
    pub(super) phase: Phase,
    /// SND.NXT when the phase began.
    pub(super) high: SeqNum,
    /// How far segments may overtake one another before one is taken to be lost (`tp->reordering`).
    pub(super) reordering: u32,
    /// So often was something sent again (`total_retrans`).
    pub(super) total: u32,
    trouble: Option<Box<Trouble>>,
}

/// What matters once something went wrong.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Reordering was seen at some time.
    reordered: bool,
    /// When something was first sent again, if SND.UNA has not passed `high` since (`retrans_stamp`).
    pub(super) resent_since: Option<Instant>,
    /// Where the tail loss probe on its way ends, and whether it was a repetition (`tlp_high_seq`, `tlp_retrans`).
    pub(super) probe_end: Option<SeqNum>,
    pub(super) probe_repeats: bool,
    frto: bool,
    /// What a reduction can be undone by: where it began, the threshold and the window before, and repetitions that no
    /// D-SACK has explained (`undo_marker`, `prior_ssthresh`, `prior_cwnd`, `undo_retrans`).
    undo_from: Option<SeqNum>,
    unexplained: i32,
    prior_ssthresh: u32,
    prior_cwnd: u32,
    /// PRR's counters.
    delivered: u32,
    pub(super) sent: u32,
    /// RACK's window of reordering in quarters of the least round trip, and for how many recoveries it stays wide.
    steps: u8,
    persist: u8,
    /// Since when a closed window is probed (`icsk_probes_tstamp`).
    pub(super) probing_since: Option<Instant>,
    /// Segments that make no sense are not answered before this.
    pub(super) challenge_from: Instant,
    /// How many bytes were to be sent and found no way, modulo 2^32: `bytes_sent` counts them.
    pub(super) bytes_in_vain: u32,
}

/// Of a connection that never had any.
static NO_TROUBLE: Trouble = Trouble::new();

impl Trouble {
    const fn new() -> Self {
        Self {
            reordered: false,
            resent_since: None,
            probe_end: None,
            probe_repeats: false,
            frto: false,
            undo_from: None,
            unexplained: 0,
            prior_ssthresh: 0,
            prior_cwnd: 0,
            delivered: 0,
            sent: 0,
            steps: 1,
            persist: 0,
            probing_since: None,
            challenge_from: Instant::EPOCH,
            bytes_in_vain: 0,
        }
    }
}

impl Deref for Recovery {
    type Target = Trouble;

    #[inline]
    fn deref(&self) -> &Trouble {
        self.trouble.as_deref().unwrap_or(&NO_TROUBLE)
    }
}

impl DerefMut for Recovery {
    fn deref_mut(&mut self) -> &mut Trouble {
        self.trouble.get_or_insert_with(|| Box::new(Trouble::new()))
    }
}

impl Recovery {
    pub(super) fn new(sysctl: &Sysctl) -> Self {
        Self { phase: Phase::Open, high: SeqNum(0), reordering: sysctl.reordering, total: 0, trouble: None }
    }

    /// The window is on its way down (`tcp_in_cwnd_reduction`).
    #[inline]
    pub(super) fn reduces(&self) -> bool {
        matches!(self.phase, Phase::Cwr | Phase::Recovery)
    }

    /// A D-SACK says that what ends at `end` had arrived before it was sent again.
    pub(super) fn explained(&mut self, end: SeqNum) {
        if self.undo_from.is_some_and(|from| from.before(end)) && self.unexplained > 0 {
            self.unexplained -= 1;
        }
    }

    /// A D-SACK has come: the window of reordering was too narrow (`tcp_rack_update_reo_wnd`).
    fn adapt(&mut self, had_dsack: bool) {
        if had_dsack {
            (self.steps, self.persist) = (self.steps.saturating_add(1), 16);
        } else if self.persist == 0
            && let Some(trouble) = &mut self.trouble
        {
            trouble.steps = 1;
        }
    }

    /// Nothing that was sent again matters any more (`retrans_stamp` is 0).
    pub(super) fn forget_resent(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.resent_since = None;
        }
    }

    /// Segments were seen to overtake others by so many.
    pub(super) fn saw_reordering(&mut self, distance: u32, sysctl: &Sysctl) {
        self.reordering = self.reordering.max(distance.min(sysctl.max_reordering));
        self.reordered = true;
    }
}

impl Connection {
    /// `tcp_fastretrans_alert`: an acknowledgment that is not quite ordinary, or one in trouble.
    pub(super) fn assess(&mut self, cx: &mut Cx<'_>, news: &mut News) -> Resend {
        let has_sack = self.is(Marks::SACK);
        let advanced = news.of.contains(NewsOf::ADVANCED);
        if self.snd.sent.is_empty() {
            self.snd.sent.sacked = 0;
        }
        if self.is_reneging(cx, news) {
            return Resend::Nothing;
        }
        self.recovery.adapt(news.of.contains(NewsOf::DUPLICATE_SACK));
        if self.recovery.phase == Phase::Open {
            self.recovery.forget_resent();
        } else if self.recovery.high.at_or_before(self.snd.una) {
            match self.recovery.phase {
                Phase::Cwr if self.recovery.high != self.snd.una => {
                    self.end_reduction();
                    self.recovery.phase = Phase::Open;
                }
                Phase::Recovery => {
                    if !has_sack {
                        self.snd.sent.sacked = 0;
                    }
                    if self.try_undo_recovery(news) {
                        return Resend::Nothing;
                    }
                    self.end_reduction();
                }
                _ => {}
            }
        }
        match self.recovery.phase {
            Phase::Recovery => {
                if !advanced {
                    if !has_sack {
                        self.count_duplicate(news, cx.sysctl);
                    }
                } else if self.try_undo_partial(news) {
                    return Resend::Nothing;
                }
                if self.try_undo_by_dsack() {
                    self.recovery.phase = Phase::Open;
                    return Resend::Nothing;
                }
                self.find_losses(cx, news);
            }
            Phase::Loss => {
                let resend = self.assess_after_timeout(news);
                if self.recovery.phase != Phase::Loss {
                    self.find_losses(cx, news);
                }
                if !(self.recovery.phase == Phase::Open || news.of.contains(NewsOf::LOST_AGAIN)) {
                    return resend;
                }
                return self.assess_in_the_open(cx, news, resend);
            }
            _ => return self.assess_in_the_open(cx, news, Resend::Nothing),
        }
        Resend::Lost
    }

    /// The `default` of `tcp_fastretrans_alert`'s switch.
    fn assess_in_the_open(&mut self, cx: &mut Cx<'_>, news: &mut News, resend: Resend) -> Resend {
        if !self.is(Marks::SACK) {
            if news.of.contains(NewsOf::ADVANCED) {
                self.snd.sent.sacked = 0;
            }
            self.count_duplicate(news, cx.sysctl);
        }
        if self.recovery.phase <= Phase::Disorder {
            self.try_undo_by_dsack();
        }
        self.find_losses(cx, news);
        if self.snd.sent.lost == 0 {
            if self.recovery.phase != Phase::Loss {
                self.try_to_open();
            }
            return resend;
        }
        self.enter_recovery();
        Resend::Lost
    }

    /// The peer said that it had the first segment, and then that it has not (`tcp_check_sack_reneging`): after a moment
    /// everything goes out again, as after a timeout.
    fn is_reneging(&mut self, cx: &Cx<'_>, news: &News) -> bool {
        let front_is_sacked = self.snd.sent.front().is_some_and(|sent| sent.fate.contains(Fate::SACKED));
        if front_is_sacked && news.of.contains(NewsOf::ADVANCED) {
            let delay = (self.rtt.smoothed().unwrap_or(0) / 2 * 1000).max(10_000_000);
            self.timers.set_retransmit(cx.now, delay);
            return true;
        }
        false
    }

    /// Without SACK, a duplicate ACK says that one more segment has arrived, though not which (`tcp_add_reno_sack`).
    fn count_duplicate(&mut self, news: &mut News, sysctl: &Sysctl) {
        if !news.is_duplicate {
            return;
        }
        let sent = &mut self.snd.sent;
        let before = sent.sacked;
        let holes = sent.lost.max(1).min(sent.len());
        sent.sacked += 1;
        if sent.sacked + holes > sent.len() {
            sent.sacked = sent.len() - holes;
            let distance = sent.len();
            self.recovery.saw_reordering(distance, sysctl);
        }
        news.delivered += self.snd.sent.sacked.saturating_sub(before);
    }

    /// `tcp_identify_packet_loss`
    fn find_losses(&mut self, cx: &Cx<'_>, news: &mut News) {
        if self.snd.sent.is_empty() {
            return;
        }
        let lost = self.snd.sent.lost;
        if !self.is(Marks::SACK) {
            let in_recovery = self.recovery.phase == Phase::Recovery;
            let by_duplicates =
                self.recovery.phase < Phase::Recovery && self.snd.sent.sacked >= self.recovery.reordering;
            if by_duplicates || (in_recovery && news.of.contains(NewsOf::ADVANCED)) {
                self.snd.sent.mark_lost(0);
            }
        } else if self.snd.sent.take_rack_advanced() {
            let retransmitted = self.snd.sent.retransmitted;
            self.detect_loss_by_time(cx.now);
            if retransmitted > self.snd.sent.retransmitted {
                news.of |= NewsOf::LOST_AGAIN;
            }
        }
        news.lost += self.snd.sent.lost.saturating_sub(lost);
    }

    /// `tcp_rack_mark_lost`: what is not lost yet, but may be soon, is looked at again by a timer.
    fn detect_loss_by_time(&mut self, now: Instant) {
        let window = self.reordering_window();
        if let Some(wait) = self.snd.sent.detect_loss(now, window) {
            self.timers.set_reordering(now, wait + TIMEOUT_MIN);
        }
    }

    /// For how long a segment may be overtaken without being lost, microseconds (`tcp_rack_reo_wnd`).
    pub(super) fn reordering_window(&self) -> u64 {
        let recovery = &self.recovery;
        if !recovery.reordered && (recovery.phase >= Phase::Recovery || self.snd.sent.sacked >= recovery.reordering) {
            return 0;
        }
        let quarter = self.rtt.least().unwrap_or(u64::from(u32::MAX)) >> 2;
        (quarter * u64::from(recovery.steps)).min(self.rtt.smoothed().unwrap_or(0))
    }

    /// The timer of [`Self::detect_loss_by_time`]: `tcp_rack_reo_timeout`.
    pub(super) fn reordering_is_over(&mut self, cx: &mut Cx<'_>) {
        let in_flight = self.snd.sent.in_flight();
        let lost = self.snd.sent.lost;
        self.detect_loss_by_time(cx.now);
        if in_flight != self.snd.sent.in_flight() {
            if self.recovery.phase != Phase::Recovery {
                self.enter_recovery();
                self.reduce_window(1, self.snd.sent.lost.saturating_sub(lost), false);
            }
            self.resend_lost(cx);
        }
        if !self.timers.is_retransmit_set() {
            self.rearm(cx);
        }
    }

    /// `tcp_process_loss`: what an acknowledgment says after a timeout.
    fn assess_after_timeout(&mut self, news: &News) -> Resend {
        let recovered = self.recovery.high.at_or_before(self.snd.una);
        let advanced = news.of.contains(NewsOf::ADVANCED);
        if advanced && self.try_undo_loss(news, false) {
            return Resend::Nothing;
        }
        if self.recovery.frto {
            // RFC 5682 section 3.1 step 3b: something that was never repeated has arrived; the timeout was spurious.
            if news.of.contains(NewsOf::ORIGINAL) && self.try_undo_loss(news, true) {
                return Resend::Nothing;
            }
            if self.recovery.high.before(self.snd.nxt) {
                if news.of.contains(NewsOf::SACKED) || news.is_duplicate {
                    self.recovery.frto = false;
                }
            } else if advanced && !recovered {
                self.recovery.high = self.snd.nxt;
                // Step 2b: new data, if there is any and the window lets it out.
                if self.snd.left() > 0 && self.snd.window_left() > 0 {
                    return Resend::New;
                }
                self.recovery.frto = false;
            }
        }
        if recovered {
            self.try_undo_recovery(news);
            return Resend::Nothing;
        }
        Resend::Lost
    }

    /// The retransmission timer ran out: `tcp_enter_loss`.
    pub(super) fn enter_loss(&mut self, cx: &Cx<'_>) {
        let is_new = self.recovery.phase < Phase::Recovery;
        let reneged = self.snd.sent.front().is_some_and(|sent| sent.fate.contains(Fate::SACKED));
        if reneged || !self.is(Marks::SACK) {
            self.snd.sent.renege();
        }
        for index in 0..self.snd.sent.len() as usize {
            // RACK: what was sent just now is not lost yet.
            let spared = index > 0 && !reneged && self.is(Marks::SACK) && self.snd.sent.is_recent(index, cx.now);
            if !spared {
                self.snd.sent.mark_lost(index);
            }
        }
        let phase = self.recovery.phase;
        if phase <= Phase::Disorder
            || self.recovery.high.at_or_before(self.snd.una)
            || (phase == Phase::Loss && self.snd.retries == 0)
        {
            self.recovery.prior_ssthresh = self.congestion.current_ssthresh(self.recovery.reduces());
            self.recovery.prior_cwnd = self.congestion.cwnd;
            self.congestion.reduce();
            self.mark_undo();
        }
        self.congestion.timed_out();
        self.congestion.cwnd = self.snd.sent.in_flight() + 1;
        if phase <= Phase::Disorder && self.snd.sent.sacked >= cx.sysctl.reordering {
            self.recovery.reordering = self.recovery.reordering.min(cx.sysctl.reordering);
        }
        self.recovery.phase = Phase::Loss;
        self.recovery.high = self.snd.nxt;
        self.recovery.probe_end = None;
        self.recovery.frto = cx.sysctl.frto > 0 && (is_new || self.snd.retries > 0);
    }
}
