//! What goes out again: what is lost, what is too large for the path, what a timeout asks for.

use super::{Phase, Resend};
use crate::proto::{
    Cx,
    tcp::{Connection, output::Push, scoreboard::Fate, timers::since},
};

impl Connection {
    /// `tcp_xmit_recovery`
    pub(in crate::proto::tcp) fn resend(&mut self, cx: &mut Cx<'_>, what: Resend) {
        match what {
            Resend::Nothing => {}
            Resend::New => {
                self.output_queued(cx, Push::Now);
                if !self.recovery.high.before(self.snd.nxt) {
                    self.recovery.frto = false;
                    self.resend_lost(cx);
                }
            }
            Resend::Lost => self.resend_lost(cx),
        }
    }

    /// `tcp_xmit_retransmit_queue`: what is lost goes out again, as far as the window goes.
    pub(in crate::proto::tcp) fn resend_lost(&mut self, cx: &mut Cx<'_>) {
        let mut index = 0;
        while let Some(sent) = self.snd.sent.get(index) {
            if self.snd.sent.retransmitted >= self.snd.sent.lost {
                break;
            }
            if sent.fate.contains(Fate::LOST) && !sent.fate.intersects(Fate::SACKED | Fate::RETRANSMITTED) {
                if self.snd.sent.in_flight() >= self.congestion.cwnd || !self.repeat(cx, index) {
                    break;
                }
                if self.recovery.reduces() {
                    self.recovery.sent += 1;
                }
                if index == 0 && !self.timers.is_reordering_set() {
                    self.timers.set_retransmit(cx.now, self.rtt.timeout(cx.sysctl));
                }
            }
            index += 1;
        }
    }

    /// `tcp_retransmit_skb`
    pub(in crate::proto::tcp) fn repeat(&mut self, cx: &mut Cx<'_>, index: usize) -> bool {
        // Also of what was tried in vain (`retrans_stamp`).
        self.recovery.resent_since.get_or_insert(cx.now);
        if !self.retransmit(cx, index) {
            return false;
        }
        self.snd.sent.repeated(index);
        self.recovery.unexplained = self.recovery.unexplained.max(0) + 1;
        true
    }

    /// `tcp_simple_retransmit`: what is larger than a segment may be now goes out again. The window is not to blame.
    pub(in crate::proto::tcp) fn resend_what_is_too_large(&mut self, cx: &mut Cx<'_>) {
        let mss = self.current_mss();
        let mut any = false;
        for index in 0..self.snd.sent.len() as usize {
            let Some(&sent) = self.snd.sent.get(index) else { break };
            let len = sent.end.0.wrapping_sub(sent.seq.0) - u32::from(self.ends_with_fin(sent.end));
            any |= len > mss && self.snd.sent.mark_lost(index);
        }
        if any {
            self.resend_without_blame(cx);
        }
    }

    /// What is lost goes out again; no congestion is to blame (`tcp_non_congestion_loss_retransmit`).
    pub(in crate::proto::tcp) fn resend_without_blame(&mut self, cx: &mut Cx<'_>) {
        if self.recovery.phase != Phase::Loss {
            self.recovery.high = self.snd.nxt;
            self.congestion.ssthresh = self.congestion.current_ssthresh(self.recovery.reduces());
            self.recovery.prior_ssthresh = 0;
            self.recovery.undo_from = None;
            self.recovery.phase = Phase::Loss;
        }
        self.resend_lost(cx);
    }

    /// The network says that it is broken, not congested: the timeout comes back one step (RFC 6069; `tcp_ld_RTO_revert`).
    pub(in crate::proto::tcp) fn path_is_broken(&mut self, cx: &mut Cx<'_>) {
        if self.snd.retries == 0 || self.rtt.backoff() == 0 || self.snd.sent.is_empty() {
            return;
        }
        self.rtt.step_back();
        let since_sent = self.snd.sent.front().map_or(0, |front| since(cx.now, front.at));
        // What is over by now is due at once, that is when time is looked at next.
        let left = self.rtt.timeout(cx.sysctl).saturating_sub(since_sent);
        self.timers.set_retransmit(cx.now, left.max(1));
    }
}
