//! TIME_WAIT: RFC 9293 section 3.6.

use super::{
    Connection, Marks, ReceiveSide, SendSide, State, congestion::Congestion, recovery::Recovery, window::Window,
};
use crate::proto::Cx;

impl Connection {
    /// What stands in TIME_WAIT for a connection that a program still holds (`tcp_time_wait`, `struct tcp_timewait_sock`): the numbers, the
    /// clocks and the time. The connection itself is over (`tcp_done`), and keeps what was received.
    pub(crate) fn split_off_time_wait(&mut self, cx: &Cx<'_>) -> Self {
        debug_assert_eq!(self.state, State::TimeWait);
        let snd = SendSide {
            una: self.snd.una,
            nxt: self.snd.nxt,
            end: self.snd.end,
            wnd: self.snd.wnd,
            max_wnd: self.snd.max_wnd,
            scale: self.snd.scale,
            ..SendSide::new(self.snd.una, self.snd.mss, self.snd.sent_at)
        };
        let rcv = ReceiveSide {
            nxt: self.rcv.nxt,
            wup: self.rcv.wup,
            edge: self.rcv.edge,
            scale: self.rcv.scale,
            ..ReceiveSide::new(Window::new(&self.config, 0, self.snd.mss, cx.sysctl), cx.now)
        };
        let rest = Self {
            ends: self.ends,
            config: self.config,
            state: State::TimeWait,
            marks: self.marks | Marks::ORPHAN,
            failure: None,
            soft_failure: None,
            snd,
            rcv,
            stamps: self.stamps,
            rtt: self.rtt,
            congestion: Congestion::new(self.config.congestion),
            recovery: Recovery::new(cx.sysctl),
            timers: self.timers,
            urgent: None,
            counts: self.counts,
        };
        self.finish(None);
        rest
    }
}
