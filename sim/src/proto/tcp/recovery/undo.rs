//! What was reduced for nothing is undone: by timestamps (Eifel, RFC 3522), by D-SACK (RFC 3708), by F-RTO (RFC 5682).

use super::Phase;
use crate::{
    proto::tcp::{Connection, Marks, ack::News},
    wire::Timestamps,
};

impl Connection {
    /// Whether the reduction was for nothing (`tcp_may_undo`): every repetition was explained by a D-SACK, or what was
    /// acknowledged had been sent before anything was repeated.
    pub(super) fn may_undo(&self, stamp: Option<Timestamps>) -> bool {
        self.recovery.undo_from.is_some() && (self.recovery.unexplained == 0 || self.was_delayed(stamp))
    }

    /// `tcp_packet_delayed`: Eifel's detection.
    pub(super) fn was_delayed(&self, stamp: Option<Timestamps>) -> bool {
        match (self.recovery.resent_since, stamp) {
            (Some(at), Some(stamp)) => self.stamps.on && self.stamps.echo_is_before(stamp, at),
            _ => false,
        }
    }

    /// `tcp_undo_cwnd_reduction`
    pub(super) fn undo(&mut self, unmark: bool) {
        if unmark {
            self.snd.sent.unmark_lost();
        }
        if self.recovery.prior_ssthresh > 0 {
            self.congestion.cwnd = self.congestion.cwnd.max(self.recovery.prior_cwnd);
            self.congestion.ssthresh = self.congestion.ssthresh.max(self.recovery.prior_ssthresh);
        }
        self.recovery.undo_from = None;
        self.snd.sent.set_rack_advanced();
    }

    /// `tcp_try_undo_recovery`: everything sent before the loss is acknowledged. `true` if the phase stays, without SACK,
    /// to keep a late duplicate from beginning it anew (RFC 6582 section 4.1).
    pub(super) fn try_undo_recovery(&mut self, news: &News) -> bool {
        if self.may_undo(news.stamp) {
            self.undo(false);
        }
        if !self.is(Marks::SACK) && self.snd.una == self.recovery.high {
            if !self.any_retransmission_out() {
                self.recovery.forget_resent();
            }
            return true;
        }
        self.recovery.phase = Phase::Open;
        false
    }

    /// `tcp_try_undo_partial`: a part of it was acknowledged, and had never been lost.
    pub(super) fn try_undo_partial(&mut self, news: &News) -> bool {
        if self.recovery.undo_from.is_some() && self.was_delayed(news.stamp) {
            if self.snd.sent.retransmitted > 0 {
                return true;
            }
            if !self.any_retransmission_out() {
                self.recovery.forget_resent();
            }
            self.undo(true);
            self.try_keep_open();
        }
        false
    }

    /// `tcp_try_undo_dsack`
    pub(super) fn try_undo_by_dsack(&mut self) -> bool {
        if self.recovery.undo_from.is_some() && self.recovery.unexplained == 0 {
            self.recovery.persist = self.recovery.persist.max(1) - 1;
            self.undo(false);
            return true;
        }
        false
    }

    /// `tcp_try_undo_loss`
    pub(super) fn try_undo_loss(&mut self, news: &News, by_frto: bool) -> bool {
        if !by_frto && !self.may_undo(news.stamp) {
            return false;
        }
        self.undo(true);
        self.snd.retries = 0;
        if by_frto || self.is(Marks::SACK) {
            self.recovery.phase = Phase::Open;
        }
        true
    }
}
