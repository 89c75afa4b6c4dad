use super::script::Script;
use crate::proto::tcp::State;

#[test]
fn ack_of_the_fin_leads_to_time_wait() {
    let mut s = Script::closing();
    send!(s, at 10 ms, ". 2:2(0) ack 2 win 60000");
    assert_eq!(s.state(), State::TimeWait);
    recv_nothing!(s, until 60009 ms);
    assert_eq!(s.state(), State::TimeWait);
    recv_nothing!(s, until 60010 ms);
    assert!(s.connection.is_finished());
}

#[test]
fn fin_is_sent_again() {
    let mut s = Script::closing();
    recv!(s, at 200 ms, "F. 1:1(0) ack 2");
}

#[test]
fn repeated_fin_of_the_peer_is_acknowledged() {
    let mut s = Script::closing();
    send!(s, at 100 ms, "F. 1:1(0) ack 1 win 60000");
    recv!(s, at 100 ms, ". 2:2(0) ack 2");
    assert_eq!(s.state(), State::Closing);
}

#[test]
fn abort_is_silent_when_all_is_sent() {
    let mut s = Script::closing();
    s.abort();
    assert!(s.connection.is_finished());
    recv_nothing!(s, until 100000 ms);
}
