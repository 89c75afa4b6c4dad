//! Cases that ask for what turmoil-net leaves to its driver, or has decided not to have, without a call that would say so: they are absent.
//!
//! Everything else is decided while a case runs, by the call that is missing.

/// What the driver here brings: a case about it would say nothing of turmoil-net.
const DRIVER: &str = "clocks, threads, locks and randomness: turmoil-net leaves them to its driver";
/// "The stack itself is clock-free": the README of turmoil-net 0.1.0.
const CLOCK: &str = "a clock: retransmission is counted in passes of the network, and the driver decides how many";
/// `kernel/mod.rs` and `netstat.rs` of turmoil-net: no 2MSL timer, no bind-conflict hold.
const TIMERS: &str = "timers of TCP: it has no clock, keepalive, TIME_WAIT or timeout of FIN_WAIT_2";

/// A part of the case's name, and what is missing.
const UNSAYABLE: &[(&str, &str)] = &[
    ("host::", DRIVER),
    ("open::a_lost_syn_is_sent_again", CLOCK),
    ("open::a_lost_synack_is_sent_again", CLOCK),
    ("alive::defaults_give_up_on_a_handshake", CLOCK),
    ("close::orphan_in_fin_wait_2", TIMERS),
    ("closing::waits::fin_wait_2_lasts_a_minute", TIMERS),
];

/// What is missing for that case.
pub(crate) fn unsayable(case: &str) -> Option<&'static str> {
    UNSAYABLE.iter().find(|(part, _)| case.starts_with(part)).map(|&(_, what)| what)
}
