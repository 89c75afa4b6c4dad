//! The scripts that may fail in the simulator, each with a reason that an engineer of the kernel would accept.
//!
//! A script that is listed here is expected to fail there. When it no longer does, that is a failure: the entry has to go.

/// A script that may fail in the simulator.
#[derive(Clone, Copy, Debug)]
pub struct ScriptDifference {
    /// The script's name, as in `close/local-close-then-remote-fin`.
    pub script: &'static str,
    /// Why that is right.
    pub reason: &'static str,
}

/// All of them.
pub const SCRIPT_DIFFERENCES: &[ScriptDifference] = &[
    row(
        "ack/second-full-segment-at-once",
        "the second full segment waits for the delayed acknowledgement in pingpong mode",
    ),
    row("backlog/overflow-resets-if-asked", "the RST of an overflow carries an acknowledgement"),
    row(
        "close/both-at-once",
        "TCP_INFO shows TIME_WAIT, where Linux has put a smaller socket in its place and shows CLOSE",
    ),
    row("close/fin-that-acknowledges-the-fin", "TCP_INFO shows TIME_WAIT, as above"),
    row("close/local-first", "TCP_INFO shows TIME_WAIT, as above"),
    row("close/fin-out-of-order-waits", "a FIN with data is acknowledged late"),
    row("close/fin-with-data", "a FIN with data is acknowledged late"),
    row("close/linger2-negative-has-no-fin-wait-2", "no RST is sent in place of FIN_WAIT_2"),
    row("fastopen/client-asks-and-uses-cookie", "Fast Open is not modelled"),
    row("fastopen/client-data-not-taken-is-sent-again", "Fast Open is not modelled"),
    row("fastopen/server-gives-cookie", "Fast Open is not modelled"),
    row("fastopen/server-takes-data-with-cookie", "Fast Open is not modelled"),
    row("fastopen/server-wrong-cookie", "Fast Open is not modelled"),
    row("fastopen/switched-off", "Fast Open is not modelled"),
    row("info/counts", "TCP_INFO does not count bytes and data segments"),
    row("open/active-rst-with-wrong-ack-is-ignored", "the SYN is not repeated early after a wrong acknowledgement"),
    row("open/active-synack-with-wrong-ack-gets-rst", "the SYN is not repeated early after a wrong acknowledgement"),
    row("open/passive-with-all-options", "TCP_INFO's advmss does not allow for time stamps"),
    row("open/simultaneous", "the SYN,ACK of a simultaneous open offers only what was offered"),
    row("open/simultaneous-answered-with-ack", "the SYN,ACK of a simultaneous open offers only what was offered"),
    row("recovery/dsack-undoes", "a D-SACK after the end of a recovery does not undo it"),
    row("rto/frto-spurious-time-out", "after a time-out the next segment is repeated before F-RTO has decided"),
    row("rto/retries2-gives-up", "one repetition more than tcp_retries2 says"),
    row("seq/ack-of-unsent-data-is-answered", "an acknowledgement of what was not sent is not answered"),
    row("seq/data-with-ack-of-unsent-data-is-dropped", "an acknowledgement of what was not sent is not answered"),
    row("seq/challenge-ack-limit-per-second", "tcp_challenge_ack_limit is only kept: no host answers so many"),
    row("urgent/byte-is-out-of-band", "SIOCATMARK does not know the mark"),
    row("urgent/inline", "SIOCATMARK does not know the mark"),
    row("window/closes-as-data-is-not-read", "the window of a small receive buffer does not grow"),
    row("window/update-after-reading", "the window of a small receive buffer does not grow"),
    row("window/rcvbuf-limits-it", "the scale of the window is not reckoned from a buffer that was set"),
    row("window/segments-are-half-of-a-small-window", "segments are not kept below half of the largest window"),
];

const fn row(script: &'static str, reason: &'static str) -> ScriptDifference {
    ScriptDifference { script, reason }
}

/// The difference that is permitted for a script.
pub(super) fn permitted(script: &str) -> Option<&'static ScriptDifference> {
    SCRIPT_DIFFERENCES.iter().find(|difference| difference.script == script)
}
