//! TIME_WAIT: RFC 9293 section 3.6.

use super::{Connection, State};

impl Connection {
    /// A new connection takes its place (`inet_twsk_deschedule_put`). Who still has a descriptor of it keeps what was received.
    pub(crate) fn end_time_wait(&mut self) {
        debug_assert_eq!(self.state, State::TimeWait);
        self.finish(None);
    }
}
