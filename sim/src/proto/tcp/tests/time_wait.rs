use super::script::Script;
use crate::{
    base::Instant,
    proto::{
        Readiness,
        tcp::{SendError, State},
    },
};

#[test]
fn lasts_60_s() {
    let mut s = Script::time_wait();
    assert_eq!(s.connection.time_wait_since(), Some(Instant::from_nanos(0)));
    recv_nothing!(s, until 59999 ms);
    assert_eq!(s.state(), State::TimeWait);
    recv_nothing!(s, until 60000 ms);
    assert!(s.connection.is_finished());
    assert_eq!(s.connection.time_wait_since(), None);
}

#[test]
fn to_the_program_it_is_closed() {
    let mut s = Script::time_wait();
    let closed = Readiness::IN | Readiness::OUT | Readiness::RDHUP | Readiness::HUP;
    assert_eq!(s.readiness(), closed);
    assert_eq!(s.read(1, 1), Ok(0));
    assert_eq!(s.write(1, 1), Err(SendError::ShutDown));
    assert!(s.shutdown(true, true).is_err());
    s.close();
    assert_eq!(s.state(), State::TimeWait);
    recv_nothing!(s, until 60000 ms);
    assert!(s.connection.is_finished());
}

#[test]
fn repeated_fin_is_acknowledged_and_restarts_the_time() {
    let mut s = Script::time_wait();
    send!(s, at 5000 ms, "F. 1:1(0) ack 2 win 60000");
    recv!(s, at 5000 ms, ". 2:2(0) ack 2");
    recv_nothing!(s, until 64999 ms);
    assert_eq!(s.state(), State::TimeWait);
    recv_nothing!(s, until 65000 ms);
    assert!(s.connection.is_finished());
}

#[test]
fn every_repeated_fin_is_acknowledged() {
    let mut s = Script::fin_wait_2();
    send!(s, at 0 ms, "FP. 1:11(10) ack 2 win 60000");
    recv!(s, at 0 ms, ". 2:2(0) ack 12");
    send!(s, at 1 ms, "F. 11:11(0) ack 2 win 60000");
    recv!(s, at 1 ms, ". 2:2(0) ack 12");
    send!(s, at 2 ms, "FP. 1:11(10) ack 2 win 60000");
    recv!(s, at 2 ms, ". 2:2(0) ack 12");
}

#[test]
fn bare_ack_in_order_is_not_answered() {
    let mut s = Script::time_wait();
    send!(s, at 5 ms, ". 2:2(0) ack 2 win 60000");
    recv_nothing!(s, until 1000 ms);
}

#[test]
fn bare_ack_elsewhere_is_answered_but_not_too_often() {
    let mut s = Script::time_wait();
    send!(s, at 5 ms, ". 1:1(0) ack 2 win 60000");
    recv!(s, at 5 ms, ". 2:2(0) ack 2");
    send!(s, at 6 ms, ". 1:1(0) ack 2 win 60000");
    recv_nothing!(s, until 1000 ms);
}

#[test]
fn reset_at_the_very_number_assassinates_it() {
    let mut s = Script::time_wait();
    send!(s, at 5 ms, "R 3:3(0) win 0");
    assert_eq!(s.state(), State::TimeWait);
    send!(s, at 6 ms, "R 2:2(0) win 0");
    assert!(s.connection.is_finished());
    assert_eq!(s.connection.take_failure(), None);
}

#[test]
fn new_syn_beyond_the_old_numbers_is_accepted() {
    let s = Script::time_wait();
    for (syn, accepted) in [
        ("S 3:3(0) win 100", true),
        ("S 100000:100000(0) win 100", true),
        ("S 2:2(0) win 100", false),
        ("S 0:0(0) win 100", false),
        ("S. 100:100(0) ack 2 win 100", false),
        ("RS 100:100(0) win 100", false),
        (". 100:100(0) ack 2 win 100", false),
    ] {
        assert_eq!(s.connection.time_wait_accepts(&s.segment(syn)), accepted, "{syn}");
    }
    let s = Script::established();
    assert!(!s.connection.time_wait_accepts(&s.segment("S 100:100(0) win 100")));
}

#[test]
fn old_syn_is_answered_and_does_not_restart_the_time() {
    let mut s = Script::time_wait();
    send!(s, at 5000 ms, "S 0:0(0) win 100");
    recv!(s, at 5000 ms, ". 2:2(0) ack 2");
    recv_nothing!(s, until 60000 ms);
    assert!(s.connection.is_finished());
}

#[test]
fn what_was_received_can_be_read_afterwards() {
    let mut s = Script::fin_wait_2();
    send!(s, at 0 ms, "FP. 1:11(10) ack 2 win 60000");
    recv!(s, at 0 ms, ". 2:2(0) ack 12");
    assert_eq!(s.state(), State::TimeWait);
    recv_nothing!(s, until 70000 ms);
    assert_eq!(s.read(1, 100), Ok(10));
    assert_eq!(s.read(11, 100), Ok(0));
}
