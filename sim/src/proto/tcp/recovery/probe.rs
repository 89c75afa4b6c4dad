//! The tail loss probe, which goes before the retransmission timeout (RFC 8985 section 7), and which of the two is set.

use super::Phase;
use crate::{
    proto::{
        Cx,
        tcp::{
            Connection, Marks,
            ack::{News, NewsOf},
            rtt,
            scoreboard::Fate,
            timers::{TIMEOUT_MIN, after},
        },
    },
    wire::SeqNum,
};

impl Connection {
    /// A tail loss probe was sent, and this acknowledgment may be its answer (`tcp_process_tlp_ack`).
    pub(in crate::proto::tcp) fn probe_is_answered(&mut self, ack: SeqNum, news: &News) {
        let Some(end) = self.recovery.probe_end else { return };
        if ack.before(end) {
            return;
        }
        if !self.recovery.probe_repeats || news.of.contains(NewsOf::DUPLICATE_SACK) {
            self.recovery.probe_end = None;
        } else if end.before(ack) {
            // What was lost was repaired by the probe, without anybody noticing: the window comes down all the same.
            self.begin_reduction();
            self.recovery.phase = Phase::Cwr;
            self.end_reduction();
            self.recovery.phase = Phase::Open;
            self.try_keep_open();
        } else if !news.of.intersects(NewsOf::ADVANCED | NewsOf::NOT_DUPLICATE | NewsOf::SACKED) {
            // Both copies have arrived.
            self.recovery.probe_end = None;
        }
    }

    /// The timer of the phase: when what is out is to be acknowledged at the latest (`tcp_set_xmit_timer`).
    #[inline]
    pub(in crate::proto::tcp) fn set_transmit_timer(&mut self, cx: &Cx<'_>) {
        if !self.schedule_loss_probe(cx, true) {
            self.rearm(cx);
        }
    }

    /// `tcp_rearm_rto`
    pub(in crate::proto::tcp) fn rearm(&mut self, cx: &Cx<'_>) {
        if self.snd.sent.is_empty() {
            self.timers.stop_resend();
        } else {
            let timeout = self.rtt.timeout(cx.sysctl);
            let left = match self.snd.sent.front() {
                Some(front) if self.timers.is_probe_of_loss_set() => {
                    after(front.at, timeout).as_nanos().saturating_sub(cx.now.as_nanos()).max(1)
                }
                _ => timeout,
            };
            self.timers.set_retransmit(cx.now, left);
        }
    }

    /// `tcp_schedule_loss_probe`: two round trips after the last segment, one goes out to learn what became of it (RFC 8985
    /// section 7). `false` if the retransmission timer is to be set instead.
    #[inline]
    pub(in crate::proto::tcp) fn schedule_loss_probe(&mut self, cx: &Cx<'_>, advancing: bool) -> bool {
        let is_calm = matches!(self.recovery.phase, Phase::Open | Phase::Cwr);
        if cx.sysctl.early_retrans < 3
            || self.snd.sent.is_empty()
            || (self.marks & (Marks::SACK | Marks::FAST_OPEN)) != Marks::SACK
            || !is_calm
            || self.recovery.probe_end.is_some()
        {
            return false;
        }
        let timeout = match self.rtt.smoothed() {
            Some(srtt) => {
                let delayed =
                    if self.snd.sent.len() == 1 { u64::from(cx.sysctl.rto_min) * 1_000_000 } else { TIMEOUT_MIN };
                2 * srtt * 1000 + delayed
            }
            None => rtt::INITIAL,
        };
        let rto = if advancing {
            self.rtt.timeout(cx.sysctl)
        } else {
            let front = self.snd.sent.front().map_or(cx.now, |front| front.at);
            after(front, self.rtt.timeout(cx.sysctl)).as_nanos().saturating_sub(cx.now.as_nanos())
        };
        let timeout = if rto > 0 { timeout.min(rto) } else { timeout };
        self.timers.set_loss_probe(cx.now, timeout);
        true
    }

    /// `tcp_send_loss_probe`
    pub(in crate::proto::tcp) fn loss_probe_is_due(&mut self, cx: &mut Cx<'_>) {
        if self.recovery.probe_end.is_none() && !self.snd.sent.is_empty() {
            let sent_new = self.send_probe_of_new_data(cx);
            if sent_new {
                self.recovery.probe_repeats = false;
                self.recovery.probe_end = Some(self.snd.nxt);
            } else {
                let last = self.snd.sent.len() as usize - 1;
                if self.snd.sent.back().is_some_and(|sent| !sent.fate.contains(Fate::SACKED))
                    && self.retransmit(cx, last)
                {
                    self.recovery.probe_repeats = true;
                    self.recovery.probe_end = Some(self.snd.nxt);
                }
            }
        }
        self.timers.stop_resend();
        self.rearm(cx);
    }
}
