//! The window comes down: in proportion to what arrives (PRR, RFC 6937), and no further than the algorithm says.

use super::Phase;
use crate::proto::tcp::{Connection, congestion, scoreboard::Fate};

impl Connection {
    /// `tcp_enter_recovery`
    pub(super) fn enter_recovery(&mut self) {
        self.recovery.prior_ssthresh = 0;
        self.mark_undo();
        if !self.recovery.reduces() {
            self.recovery.prior_ssthresh = self.congestion.current_ssthresh(false);
            self.begin_reduction();
        }
        self.recovery.phase = Phase::Recovery;
    }

    /// `tcp_init_undo`
    pub(super) fn mark_undo(&mut self) {
        self.recovery.undo_from = Some(self.snd.una);
        let retransmitted = self.snd.sent.retransmitted as i32;
        self.recovery.unexplained = if retransmitted > 0 { retransmitted } else { -1 };
    }

    /// `tcp_init_cwnd_reduction`
    pub(super) fn begin_reduction(&mut self) {
        self.recovery.high = self.snd.nxt;
        self.recovery.probe_end = None;
        self.recovery.prior_cwnd = self.congestion.cwnd;
        (self.recovery.delivered, self.recovery.sent) = (0, 0);
        self.congestion.reduce();
    }

    /// Proportional rate reduction: RFC 6937, `tcp_cwnd_reduction`.
    pub(in crate::proto::tcp) fn reduce_window(&mut self, delivered: u32, lost: u32, advanced: bool) {
        let recovery = &mut self.recovery;
        if delivered == 0 || recovery.prior_cwnd == 0 {
            return;
        }
        let in_flight = self.snd.sent.in_flight();
        let ssthresh = self.congestion.ssthresh;
        recovery.delivered += delivered;
        let send = if in_flight > ssthresh {
            let target = u64::from(ssthresh) * u64::from(recovery.delivered) + u64::from(recovery.prior_cwnd) - 1;
            (target / u64::from(recovery.prior_cwnd)) as i64 - i64::from(recovery.sent)
        } else {
            let behind = i64::from(recovery.delivered) - i64::from(recovery.sent);
            let more = behind.max(delivered.into()) + i64::from(advanced && lost == 0);
            more.min(i64::from(ssthresh - in_flight))
        };
        // Entering, at least the first segment goes out again.
        let send = send.max(i64::from(recovery.sent == 0));
        self.congestion.cwnd = in_flight + send as u32;
    }

    /// `tcp_end_cwnd_reduction`
    pub(super) fn end_reduction(&mut self) {
        let is_set = self.congestion.ssthresh < congestion::INFINITE;
        if is_set && (self.recovery.phase == Phase::Cwr || self.recovery.undo_from.is_some()) {
            self.congestion.cwnd = self.congestion.ssthresh;
        }
    }

    /// `tcp_try_to_open`
    pub(super) fn try_to_open(&mut self) {
        if !self.any_retransmission_out() {
            self.recovery.forget_resent();
        }
        if self.recovery.phase != Phase::Cwr {
            self.try_keep_open();
        }
    }

    /// `tcp_try_keep_open`
    pub(super) fn try_keep_open(&mut self) {
        let in_order = self.snd.sent.sacked == 0 && self.snd.sent.lost == 0 && !self.any_retransmission_out();
        let phase = if in_order { Phase::Open } else { Phase::Disorder };
        if self.recovery.phase != phase {
            self.recovery.phase = phase;
            self.recovery.high = self.snd.nxt;
        }
    }

    pub(super) fn any_retransmission_out(&self) -> bool {
        self.snd.sent.retransmitted > 0
            || self.snd.sent.front().is_some_and(|sent| sent.fate.contains(Fate::EVER_RETRANSMITTED))
    }
}
