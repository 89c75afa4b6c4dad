//! The states of a connection, described by what each permits. LISTEN is the state of a [`super::Listener`].

/// RFC 9293 section 3.3.2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
    Closed,
}

impl State {
    /// The handshake is not over.
    #[inline]
    pub(crate) fn is_connecting(self) -> bool {
        matches!(self, Self::SynSent | Self::SynReceived)
    }

    /// There is no connection for `shutdown` to end: TCP_SYN_SENT, TCP_SYN_RECV or TCP_CLOSE.
    pub(crate) fn is_connecting_or_closed(self) -> bool {
        self.is_connecting() || matches!(self, Self::Closed | Self::TimeWait)
    }

    /// TIME_WAIT, or nothing at all: the socket is closed (`tcp_time_wait`, `tcp_done`).
    #[inline]
    pub(crate) fn is_over(self) -> bool {
        matches!(self, Self::TimeWait | Self::Closed)
    }

    /// A program may add bytes to what is to be sent.
    #[inline]
    pub(super) fn takes_data(self) -> bool {
        matches!(self, Self::Established | Self::CloseWait)
    }

    /// Queued bytes and a queued FIN may be sent, or sent again.
    #[inline]
    pub(super) fn may_transmit(self) -> bool {
        matches!(self, Self::Established | Self::CloseWait | Self::FinWait1 | Self::Closing | Self::LastAck)
    }

    /// The peer may send bytes: it has not sent its FIN.
    #[inline]
    pub(super) fn awaits_data(self) -> bool {
        matches!(self, Self::Established | Self::FinWait1 | Self::FinWait2)
    }

    /// The peer's FIN has been taken, and this end still holds the connection.
    pub(super) fn is_past_peer_fin(self) -> bool {
        matches!(self, Self::CloseWait | Self::Closing | Self::LastAck)
    }

    /// The peer believes in the connection, so an end by force must be told (`tcp_need_reset`).
    pub(super) fn needs_reset(self) -> bool {
        matches!(self, Self::SynReceived | Self::Established | Self::FinWait1 | Self::FinWait2 | Self::CloseWait)
    }

    /// Our FIN is sent or about to be, and not acknowledged: what a close with SO_LINGER waits out.
    pub(crate) fn awaits_ack_of_fin(self) -> bool {
        matches!(self, Self::FinWait1 | Self::Closing | Self::LastAck)
    }
}
