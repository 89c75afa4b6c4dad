use super::script::Script;
use crate::proto::{
    Readiness,
    tcp::{Failure, SendError, State},
};

#[test]
fn ack_of_the_fin_leads_to_fin_wait_2() {
    let mut s = Script::fin_wait_1();
    assert_eq!((s.state(), s.readiness()), (State::FinWait1, Readiness::OUT));
    assert_eq!(s.write(1, 1), Err(SendError::ShutDown));
    send!(s, at 10 ms, ". 1:1(0) ack 2 win 60000");
    assert_eq!(s.state(), State::FinWait2);
    recv_nothing!(s, until 1000000 ms);
    assert_eq!(s.state(), State::FinWait2);
}

#[test]
fn fin_of_the_peer_leads_to_closing() {
    let mut s = Script::fin_wait_1();
    send!(s, at 10 ms, "F. 1:1(0) ack 1 win 60000");
    recv!(s, at 10 ms, ". 2:2(0) ack 2");
    assert_eq!(s.state(), State::Closing);
    assert_eq!(s.readiness(), Readiness::IN | Readiness::OUT | Readiness::RDHUP | Readiness::HUP);
}

#[test]
fn fin_with_the_ack_leads_to_time_wait() {
    let mut s = Script::fin_wait_1();
    send!(s, at 10 ms, "F. 1:1(0) ack 2 win 60000");
    recv!(s, at 10 ms, ". 2:2(0) ack 2");
    assert_eq!(s.state(), State::TimeWait);
}

#[test]
fn fin_is_sent_again() {
    let mut s = Script::fin_wait_1();
    recv!(s, at 200 ms, "F. 1:1(0) ack 1");
    recv!(s, at 600 ms, "F. 1:1(0) ack 1");
    send!(s, at 700 ms, ". 1:1(0) ack 2 win 60000");
    assert_eq!(s.state(), State::FinWait2);
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn data_is_received_and_acknowledged() {
    let mut s = Script::fin_wait_1();
    send!(s, at 10 ms, "P. 1:11(10) ack 2 win 60000");
    recv!(s, at 10 ms, ". 2:2(0) ack 11");
    assert_eq!((s.state(), s.read(1, 100)), (State::FinWait2, Ok(10)));
}

#[test]
fn data_for_nobody_resets() {
    let mut s = Script::established();
    s.close();
    recv!(s, at 0 ms, "F. 1:1(0) ack 1");
    send!(s, at 10 ms, "P. 1:11(10) ack 1 win 60000");
    recv!(s, at 10 ms, "R 1:1(0) win 0");
    assert!(s.connection.is_finished());
}

#[test]
fn data_after_both_halves_are_shut_resets_a_program_that_still_holds_it() {
    let mut s = Script::established();
    s.shutdown_read();
    s.shutdown_write();
    recv!(s, at 0 ms, "F. 1:1(0) ack 1");
    send!(s, at 10 ms, "P. 1:11(10) ack 1 win 60000");
    recv!(s, at 10 ms, "R 1:1(0) win 0");
    s.assert_failed(Failure::Reset);
}

#[test]
fn impossible_ack_is_challenged() {
    let mut s = Script::fin_wait_1();
    send!(s, at 10 ms, ". 1:1(0) ack 9 win 60000");
    recv!(s, at 10 ms, ". 2:2(0) ack 1");
    assert_eq!(s.state(), State::FinWait1);
}

#[test]
fn orphan_gives_up_sooner() {
    let mut s = Script::established();
    s.close();
    recv!(s, at 0 ms, "F. 1:1(0) ack 1");
    for ms in [200, 600, 1400, 3000, 6200, 12_600, 25_400, 51_000, 102_200] {
        s.expect(ms, "F. 1:1(0) ack 1");
    }
    // 102.2 s since it was first sent again.
    recv_nothing!(s, until 204600 ms);
    assert!(s.connection.is_finished());
}

#[test]
fn close_after_shutdown_sends_nothing_more() {
    let mut s = Script::fin_wait_1();
    s.close();
    recv_nothing!(s, until 199 ms);
    assert_eq!(s.state(), State::FinWait1);
}
