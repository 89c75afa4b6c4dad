use super::script::Script;
use crate::proto::tcp::State;

#[test]
fn ack_of_the_fin_ends_it() {
    let mut s = Script::last_ack();
    send!(s, at 10 ms, ". 2:2(0) ack 2 win 60000");
    assert!(s.connection.is_finished());
    assert_eq!(s.connection.take_failure(), None);
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn fin_is_sent_again() {
    let mut s = Script::last_ack();
    recv!(s, at 200 ms, "F. 1:1(0) ack 2");
    recv!(s, at 600 ms, "F. 1:1(0) ack 2");
}

#[test]
fn repeated_fin_of_the_peer_is_acknowledged() {
    let mut s = Script::last_ack();
    send!(s, at 100 ms, "F. 1:1(0) ack 1 win 60000");
    recv!(s, at 100 ms, ". 2:2(0) ack 2");
    assert_eq!(s.state(), State::LastAck);
}

#[test]
fn reset_ends_it() {
    let mut s = Script::last_ack();
    send!(s, at 1 ms, "R 2:2(0) win 0");
    assert!(s.connection.is_finished());
}

#[test]
fn data_still_goes_out_before_the_fin() {
    let mut s = Script::close_wait();
    assert_eq!(s.write(1, 10_500), Ok(10_500));
    s.close();
    assert_eq!(s.state(), State::LastAck);
    for n in 0..10 {
        let first = 1 + 1000 * n;
        s.expect(0, &format!(". {first}:{}(1000) ack 2", first + 1000));
    }
    send!(s, at 10 ms, ". 2:2(0) ack 10001 win 60000");
    recv!(s, at 10 ms, "FP. 10001:10501(500) ack 2");
    assert_eq!(s.state(), State::LastAck);
    send!(s, at 20 ms, ". 2:2(0) ack 10502 win 60000");
    assert!(s.connection.is_finished());
}
