//! The scripts that may fail in the simulator, each with what is different there: an absence that was decided on (ECN), or a fault that is known and not mended yet.
//!
//! A script that is listed here is expected to fail there. When it no longer does, that is a failure: the entry has to go.

/// A script that may fail in the simulator.
#[derive(Clone, Copy, Debug)]
pub struct ScriptDifference {
    /// The script's name, as in `close/local-first`.
    pub script: &'static str,
    /// What is different.
    pub reason: &'static str,
}

/// All of them.
pub const SCRIPT_DIFFERENCES: &[ScriptDifference] = &[
    row("ack/congestion-experienced-is-echoed", "ECN is not modelled: tcp_ecn is only kept"),
    row("cwnd/congestion-experienced-reduces", "ECN is not modelled: tcp_ecn is only kept"),
    row(
        "icmp/time-exceeded-ends-connecting",
        "ICMP time exceeded is not told to TCP: nothing in a simulated net sends it",
    ),
    row("open/active-asks-for-ecn", "ECN is not modelled: tcp_ecn is only kept"),
    row("open/ecn-is-agreed-on-if-asked", "ECN is not modelled: tcp_ecn is only kept"),
    row(
        "rto/retries2-gives-up",
        "a kernel's timers are late by a tick, so four timeouts add up to over 3 s, the limit; in the model they are 2.94 s",
    ),
    row("seq/challenge-ack-limit-per-second", "tcp_challenge_ack_limit is only kept: no host answers so many"),
    row("window/closes-as-data-is-not-read", SCALING_RATIO),
    row("window/update-after-reading", SCALING_RATIO),
];

const SCALING_RATIO: &str = "since 6.6 the part of a receive buffer that is offered follows what segments cost in memory \
     (scaling_ratio), which the device decides; the model offers half of it, as 6.1 does";

const fn row(script: &'static str, reason: &'static str) -> ScriptDifference {
    ScriptDifference { script, reason }
}

/// The difference that is permitted for a script.
pub(super) fn permitted(script: &str) -> Option<&'static ScriptDifference> {
    SCRIPT_DIFFERENCES.iter().find(|difference| difference.script == script)
}
