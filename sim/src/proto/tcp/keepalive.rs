//! SO_KEEPALIVE: RFC 9293 section 3.8.4, `tcp_keepalive_timer`.

use super::{
    Connection, Marks, State, Switches, Sysctl,
    timers::{MILLISECOND, SECOND, since},
};
use crate::{base::Instant, proto::Cx};

/// A keepalive probe that could not be sent is tried again after this, 500 ms: TCP_RESOURCE_PROBE_INTERVAL.
const AGAIN: u64 = 500_000_000;

impl Connection {
    /// SO_KEEPALIVE was switched: the time begins now (`tcp_set_keepalive`). Or TCP_KEEPIDLE was `changed`: then what has
    /// passed counts (`tcp_sock_set_keepidle_locked`).
    pub(super) fn set_keepalive(&mut self, cx: &Cx<'_>, changed: bool) {
        if self.state == State::TimeWait || self.is(Marks::ORPHAN) || self.state == State::Closed {
            return;
        }
        if self.config.has(Switches::KEEPALIVE) {
            let idle = self.keepidle(cx.sysctl);
            let quiet = if changed { self.quiet_for(cx.now) } else { 0 };
            self.timers.set_linger(cx.now, idle.saturating_sub(quiet));
        } else {
            self.timers.stop_linger();
        }
    }

    fn keepidle(&self, sysctl: &Sysctl) -> u64 {
        let seconds = if self.config.keepidle > 0 { self.config.keepidle.into() } else { sysctl.keepalive_time };
        u64::from(seconds) * SECOND
    }

    /// For how long nothing has come from the peer (`keepalive_time_elapsed`).
    fn quiet_for(&self, now: Instant) -> u64 {
        let data = self.rcv.data_at.get().unwrap_or(Instant::EPOCH).max(self.rcv.heard_at);
        since(now, data)
    }

    /// `tcp_keepalive_timer`: RFC 9293 section 3.8.4.
    pub(super) fn keepalive_is_due(&mut self, cx: &mut Cx<'_>) {
        if !self.config.has(Switches::KEEPALIVE) || matches!(self.state, State::Closed | State::SynSent) {
            return;
        }
        let idle = self.keepidle(cx.sysctl);
        if !self.snd.is_idle() || self.snd.left() > 0 {
            // Data in flight is a better probe.
            return self.timers.set_linger(cx.now, idle);
        }
        let quiet = self.quiet_for(cx.now);
        if quiet < idle {
            return self.timers.set_linger(cx.now, idle - quiet);
        }
        let user_timeout = u64::from(self.config.user_timeout) * MILLISECOND;
        let count = if self.config.keepcnt > 0 { self.config.keepcnt } else { cx.sysctl.keepalive_probes };
        let over =
            if user_timeout > 0 { quiet >= user_timeout && self.snd.probes > 0 } else { self.snd.probes >= count };
        if over {
            self.send_reset(cx);
            return self.time_out();
        }
        self.send_probe(cx);
        self.snd.probes += 1;
        let seconds = if self.config.keepintvl > 0 { self.config.keepintvl.into() } else { cx.sysctl.keepalive_intvl };
        self.timers.set_linger(cx.now, (u64::from(seconds) * SECOND).max(AGAIN));
    }
}
