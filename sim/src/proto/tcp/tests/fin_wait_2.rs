use super::script::{Script, config};
use crate::proto::{
    Readiness,
    tcp::{Config, SendError, State},
};

#[test]
fn fin_leads_to_time_wait() {
    let mut s = Script::fin_wait_2();
    send!(s, at 10 ms, "F. 1:1(0) ack 2 win 60000");
    recv!(s, at 10 ms, ". 2:2(0) ack 2");
    assert_eq!(s.state(), State::TimeWait);
}

#[test]
fn half_closed_connection_goes_on_receiving() {
    let mut s = Script::fin_wait_2();
    assert_eq!(s.write(1, 1), Err(SendError::ShutDown));
    send!(s, at 500000 ms, "P. 1:101(100) ack 2 win 60000");
    recv!(s, at 500000 ms, ". 2:2(0) ack 101");
    assert_eq!(s.readiness(), Readiness::IN | Readiness::OUT);
    assert_eq!(s.read(1, 1000), Ok(100));
    send!(s, at 900000 ms, "FP. 101:201(100) ack 2 win 60000");
    recv!(s, at 900000 ms, ". 2:2(0) ack 202");
    assert_eq!(s.state(), State::TimeWait);
    assert_eq!(s.read(101, 1000), Ok(100));
    assert_eq!(s.read(201, 1000), Ok(0));
}

#[test]
fn orphan_waits_60_s_for_the_fin() {
    let mut s = Script::fin_wait_2();
    recv_nothing!(s, until 1000 ms);
    s.close();
    recv_nothing!(s, until 60999 ms);
    assert_eq!(s.state(), State::FinWait2);
    recv_nothing!(s, until 61000 ms);
    assert!(s.connection.is_finished());
}

#[test]
fn orphan_that_gets_its_ack_later_waits_from_then() {
    let mut s = Script::established_with(Config { linger2: 5, ..config() });
    s.close();
    recv!(s, at 0 ms, "F. 1:1(0) ack 1");
    send!(s, at 100 ms, ". 1:1(0) ack 2 win 60000");
    recv_nothing!(s, until 5099 ms);
    assert_eq!(s.state(), State::FinWait2);
    recv_nothing!(s, until 5100 ms);
    assert!(s.connection.is_finished());
}

#[test]
fn data_for_an_orphan_resets() {
    let mut s = Script::fin_wait_2();
    s.close();
    send!(s, at 10 ms, "P. 1:11(10) ack 2 win 60000");
    recv!(s, at 10 ms, "R 2:2(0) win 0");
    assert!(s.connection.is_finished());
}

#[test]
fn fin_of_an_orphans_peer_leads_to_time_wait() {
    let mut s = Script::fin_wait_2();
    s.close();
    send!(s, at 10 ms, "F. 1:1(0) ack 2 win 60000");
    recv!(s, at 10 ms, ". 2:2(0) ack 2");
    recv_nothing!(s, until 60009 ms);
    assert_eq!(s.state(), State::TimeWait);
    recv_nothing!(s, until 60010 ms);
    assert!(s.connection.is_finished());
}

#[test]
fn abort_resets() {
    let mut s = Script::fin_wait_2();
    s.abort();
    recv!(s, at 0 ms, "R. 2:2(0) ack 1");
    assert!(s.connection.is_finished());
}
