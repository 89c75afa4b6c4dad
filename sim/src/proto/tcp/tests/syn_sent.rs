use super::script::{Script, config};
use crate::proto::{
    Readiness,
    tcp::{Config, Failure, RecvError, SendError, State},
};

#[test]
fn syn_ack_is_acknowledged_at_once() {
    let mut s = Script::syn_sent();
    assert_eq!(s.readiness(), Readiness::empty());
    send!(s, at 30 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000,wscale 2>");
    recv!(s, at 30 ms, ". 1:1(0) ack 1 win 508");
    assert_eq!(s.state(), State::Established);
    assert_eq!(s.readiness(), Readiness::OUT);
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn syn_is_repeated_six_times_then_times_out_after_127_s() {
    let mut s = Script::syn_sent();
    recv!(s, at 1000 ms, "S 0:0(0) win 65000 <mss 1000,wscale 7>");
    recv!(s, at 3000 ms, "S 0:0(0) win 65000 <mss 1000,wscale 7>");
    recv!(s, at 7000 ms, "S 0:0(0)");
    recv!(s, at 15000 ms, "S 0:0(0)");
    recv!(s, at 31000 ms, "S 0:0(0)");
    recv!(s, at 63000 ms, "S 0:0(0)");
    recv_nothing!(s, until 126999 ms);
    assert_eq!(s.state(), State::SynSent);
    recv_nothing!(s, until 127000 ms);
    assert!(
        s.readiness().contains(Readiness::IN | Readiness::OUT | Readiness::HUP | Readiness::RDHUP | Readiness::ERR)
    );
    s.assert_failed(Failure::TimedOut);
    assert_eq!(s.read(1, 1), Ok(0));
}

#[test]
fn syn_retries_are_configured() {
    let mut s = Script::connecting(Config { syn_retries: 1, ..config() });
    recv!(s, at 0 ms, "S 0:0(0)");
    recv!(s, at 1000 ms, "S 0:0(0)");
    recv_nothing!(s, until 3000 ms);
    s.assert_failed(Failure::TimedOut);
}

#[test]
fn reset_with_the_right_ack_refuses() {
    let mut s = Script::syn_sent();
    send!(s, at 1 ms, "R. 0:0(0) ack 1 win 0");
    s.assert_failed(Failure::Refused);
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn refused_connection_reports_the_error_once_through_any_call() {
    let mut s = Script::syn_sent();
    send!(s, at 1 ms, "R. 0:0(0) ack 1 win 0");
    assert_eq!(s.write(1, 1), Err(SendError::Failed(Failure::Refused)));
    assert_eq!(s.write(1, 1), Err(SendError::ShutDown));
    assert_eq!(s.read(1, 1), Ok(0));
}

#[test]
fn reset_without_ack_or_with_a_wrong_one_is_ignored() {
    let mut s = Script::syn_sent();
    send!(s, at 1 ms, "R 0:0(0) win 0");
    send!(s, at 1 ms, "R. 0:0(0) ack 2 win 0");
    send!(s, at 1 ms, "R. 0:0(0) ack 0 win 0");
    assert_eq!(s.state(), State::SynSent);
    recv!(s, at 9 ms, "S 0:0(0)");
}

#[test]
fn wrong_ack_is_reset_and_the_handshake_goes_on() {
    let mut s = Script::syn_sent();
    send!(s, at 1 ms, "S. 0:0(0) ack 7 win 60000 <mss 1000>");
    recv!(s, at 1 ms, "R 7:7(0) win 0");
    send!(s, at 2 ms, ". 1:1(0) ack 2 win 60000");
    recv!(s, at 2 ms, "R 2:2(0) win 0");
    assert_eq!(s.state(), State::SynSent);
    // Whoever remembers another connection has been told; the SYN goes out again without a long wait.
    recv!(s, at 10 ms, "S 0:0(0)");
}

#[test]
fn ack_without_syn_and_bare_fin_are_ignored() {
    let mut s = Script::syn_sent();
    send!(s, at 1 ms, ". 1:1(0) ack 1 win 60000");
    send!(s, at 1 ms, "F 1:1(0) win 60000");
    assert_eq!(s.state(), State::SynSent);
}

#[test]
fn simultaneous_open() {
    let mut s = Script::syn_sent();
    send!(s, at 5 ms, "S 0:0(0) win 60000 <mss 1000>");
    recv!(s, at 5 ms, "S. 0:0(0) ack 1 win 65000 <mss 1000,wscale 7>");
    assert_eq!((s.state(), s.readiness()), (State::SynReceived, Readiness::empty()));
    send!(s, at 10 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000>");
    assert_eq!(s.state(), State::Established);
    // The SYN it carries is old, so Linux says so.
    recv!(s, at 10 ms, ". 1:1(0) ack 1");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn calls_wait_for_the_connection() {
    let mut s = Script::syn_sent();
    assert_eq!(s.write(1, 10), Err(SendError::WouldBlock));
    assert_eq!(s.read(1, 10), Err(RecvError::WouldBlock));
    assert_eq!((s.connection.unread(), s.connection.unacked(), s.connection.unsent()), (0, 0, 0));
    recv_nothing!(s, until 999 ms);
}

#[test]
fn an_attempt_called_off_is_as_one_that_was_reset() {
    let mut s = Script::syn_sent();
    assert_eq!(s.disconnect(), Some(Failure::Reset));
    assert!(s.connection.is_finished());
    recv_nothing!(s, until 200000 ms);
}

#[test]
fn close_and_abort_are_silent() {
    for close in [Script::close, Script::abort] {
        let mut s = Script::syn_sent();
        close(&mut s);
        assert!(s.connection.is_finished());
        recv_nothing!(s, until 200000 ms);
    }
}

#[test]
fn icmp_ends_the_handshake() {
    let mut s = Script::syn_sent();
    s.icmp(Failure::HostUnreachable);
    s.assert_failed(Failure::HostUnreachable);
}

#[test]
fn repeated_handshake_is_not_timed() {
    let mut s = Script::syn_sent();
    recv!(s, at 1000 ms, "S 0:0(0)");
    send!(s, at 1010 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000>");
    recv!(s, at 1010 ms, ". 1:1(0) ack 1");
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 1010 ms, "P. 1:11(10) ack 1");
    // RFC 6298 section 5.7: 3 s.
    recv!(s, at 4010 ms, "P. 1:11(10) ack 1");
}

#[test]
fn peer_without_options_gets_segments_of_536() {
    let mut s = Script::syn_sent();
    send!(s, at 0 ms, "S. 0:0(0) ack 1 win 60000");
    recv!(s, at 0 ms, ". 1:1(0) ack 1 win 65000");
    assert_eq!(s.write(1, 1000), Ok(1000));
    recv!(s, at 0 ms, ". 1:537(536) ack 1");
    recv!(s, at 0 ms, "P. 537:1001(464) ack 1");
}
