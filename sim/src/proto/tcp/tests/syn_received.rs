use super::script::{Script, config};
use crate::proto::{
    Readiness,
    tcp::{Failure, State},
};

#[test]
fn ack_establishes_without_an_answer() {
    let mut s = Script::syn_received();
    assert_eq!(s.readiness(), Readiness::empty());
    send!(s, at 20 ms, ". 1:1(0) ack 1 win 60000");
    assert_eq!((s.state(), s.readiness()), (State::Established, Readiness::OUT));
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn data_may_come_with_the_ack() {
    let mut s = Script::syn_received();
    send!(s, at 20 ms, "P. 1:101(100) ack 1 win 60000");
    recv!(s, at 20 ms, ". 1:1(0) ack 101");
    assert_eq!(s.read(1, 200), Ok(100));
}

#[test]
fn fin_may_come_with_the_ack() {
    let mut s = Script::syn_received();
    send!(s, at 20 ms, "F. 1:1(0) ack 1 win 60000");
    assert_eq!(s.state(), State::CloseWait);
    recv!(s, at 21 ms, ". 1:1(0) ack 2");
}

#[test]
fn syn_ack_is_repeated_five_times_then_forgotten_after_63_s() {
    let mut s = Script::syn_received();
    recv!(s, at 1000 ms, "S. 0:0(0) ack 1 win 65000 <mss 1000>");
    recv!(s, at 3000 ms, "S. 0:0(0) ack 1");
    recv!(s, at 7000 ms, "S. 0:0(0) ack 1");
    recv!(s, at 15000 ms, "S. 0:0(0) ack 1");
    recv!(s, at 31000 ms, "S. 0:0(0) ack 1");
    recv_nothing!(s, until 62999 ms);
    assert_eq!(s.state(), State::SynReceived);
    recv_nothing!(s, until 63000 ms);
    assert!(s.connection.is_finished());
}

#[test]
fn repeated_syn_gets_the_same_answer_but_not_too_often() {
    let mut s = Script::syn_received();
    send!(s, at 100 ms, "S 0:0(0) win 60000 <mss 1000>");
    recv!(s, at 100 ms, "S. 0:0(0) ack 1 win 65000 <mss 1000>");
    send!(s, at 200 ms, "S 0:0(0) win 60000 <mss 1000>");
    recv_nothing!(s, until 600 ms);
    send!(s, at 600 ms, "S 0:0(0) win 60000 <mss 1000>");
    recv!(s, at 600 ms, "S. 0:0(0) ack 1");
}

#[test]
fn wrong_ack_is_reset_but_forgives() {
    let mut s = Script::syn_received();
    send!(s, at 1 ms, ". 1:1(0) ack 5 win 60000");
    recv!(s, at 1 ms, "R 5:5(0) win 0");
    assert_eq!(s.state(), State::SynReceived);
    send!(s, at 2 ms, ". 1:1(0) ack 1 win 60000");
    assert_eq!(s.state(), State::Established);
}

#[test]
fn reset_in_the_window_ends_it() {
    let mut s = Script::syn_received();
    send!(s, at 1 ms, "R 100000:100000(0) win 0");
    assert_eq!(s.state(), State::SynReceived);
    send!(s, at 1 ms, "R 1:1(0) win 0");
    assert!(s.connection.is_finished());
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn another_syn_in_the_window_is_reset() {
    let mut s = Script::syn_received();
    send!(s, at 1 ms, "S 100:100(0) win 60000");
    recv!(s, at 1 ms, "R. 0:0(0) ack 101 win 0");
    assert!(s.connection.is_finished());
}

#[test]
fn segment_without_ack_is_ignored() {
    let mut s = Script::syn_received();
    send!(s, at 1 ms, "P 1:11(10) win 60000");
    assert_eq!(s.state(), State::SynReceived);
    recv_nothing!(s, until 999 ms);
}

#[test]
fn scaling_is_agreed_only_if_offered() {
    let mut s = Script::accepting(config(), "S 0:0(0) win 60000 <mss 1000,wscale 3>");
    recv!(s, at 0 ms, "S. 0:0(0) ack 1 win 65000 <mss 1000,wscale 7>");
    send!(s, at 0 ms, ". 1:1(0) ack 1 win 60000");
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 1 win 508");
}

#[test]
fn abort_of_a_request_is_silent() {
    let mut s = Script::syn_received();
    s.abort();
    assert!(s.connection.is_finished());
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn simultaneous_open_may_be_shut_down_before_it_is_over() {
    let mut s = Script::syn_sent();
    send!(s, at 0 ms, "S 0:0(0) win 60000 <mss 1000>");
    recv!(s, at 0 ms, "S. 0:0(0) ack 1");
    s.shutdown_write();
    recv_nothing!(s, until 5 ms);
    send!(s, at 5 ms, ". 1:1(0) ack 1 win 60000");
    recv!(s, at 5 ms, "F. 1:1(0) ack 1");
    assert_eq!(s.state(), State::FinWait1);
}

#[test]
fn reset_of_a_simultaneous_open_is_believed_only_at_the_very_number() {
    let mut s = Script::syn_sent();
    send!(s, at 0 ms, "S 0:0(0) win 60000 <mss 1000>");
    recv!(s, at 0 ms, "S. 0:0(0) ack 1");
    send!(s, at 1 ms, "R 9:9(0) win 0");
    recv!(s, at 1 ms, ". 1:1(0) ack 1");
    send!(s, at 2 ms, "R 1:1(0) win 0");
    s.assert_failed(Failure::Reset);
}
