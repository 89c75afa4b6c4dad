use super::script::Script;
use crate::proto::{
    Readiness,
    tcp::{Failure, RecvError, SendError, State},
};

#[test]
fn the_other_half_goes_on() {
    let mut s = Script::close_wait();
    assert_eq!(s.readiness(), Readiness::IN | Readiness::OUT | Readiness::RDHUP);
    assert_eq!(s.read(1, 1), Ok(0));
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 2");
    send!(s, at 10 ms, ". 2:2(0) ack 11 win 60000");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn fin_leads_to_last_ack() {
    let mut s = Script::close_wait();
    s.shutdown_write();
    recv!(s, at 0 ms, "F. 1:1(0) ack 2");
    assert_eq!(s.state(), State::LastAck);
    assert_eq!(s.readiness(), Readiness::IN | Readiness::OUT | Readiness::RDHUP | Readiness::HUP);
}

#[test]
fn repeated_fin_is_acknowledged_at_once() {
    let mut s = Script::close_wait();
    recv!(s, at 1 ms, ". 1:1(0) ack 2");
    send!(s, at 200 ms, "F. 1:1(0) ack 1 win 60000");
    recv!(s, at 200 ms, ". 1:1(0) ack 2");
}

#[test]
fn data_behind_the_fin_is_ignored() {
    let mut s = Script::close_wait();
    recv!(s, at 1 ms, ". 1:1(0) ack 2");
    send!(s, at 50 ms, "P. 2:12(10) ack 1 win 60000");
    recv_nothing!(s, until 100000 ms);
    assert_eq!((s.state(), s.read(1, 10)), (State::CloseWait, Ok(0)));
}

#[test]
fn reset_is_a_broken_pipe_and_not_reported_to_the_reader() {
    let mut s = Script::close_wait();
    recv!(s, at 1 ms, ". 1:1(0) ack 2");
    send!(s, at 1 ms, "R 2:2(0) win 0");
    assert_eq!(s.read(1, 1), Ok(0));
    assert!(s.readiness().contains(Readiness::ERR));
    assert_eq!(s.write(1, 1), Err(SendError::Failed(Failure::BrokenPipe)));
    assert_eq!(s.write(1, 1), Err(SendError::ShutDown));
}

#[test]
fn reset_that_missed_our_ack_of_the_fin_counts() {
    let mut s = Script::close_wait();
    recv!(s, at 1 ms, ". 1:1(0) ack 2");
    send!(s, at 50 ms, "R 1:1(0) win 0");
    s.assert_failed(Failure::BrokenPipe);
}

#[test]
fn program_writes_after_the_peer_is_gone() {
    // The first write succeeds, its answer is a RST, the next is a broken pipe.
    let mut s = Script::close_wait();
    assert_eq!(s.write(1, 1), Ok(1));
    recv!(s, at 0 ms, "P. 1:2(1) ack 2");
    send!(s, at 1 ms, "R 2:2(0) win 0");
    assert_eq!(s.write(2, 1), Err(SendError::Failed(Failure::BrokenPipe)));
    assert_eq!(s.read(1, 1), Ok::<usize, RecvError>(0));
}

#[test]
fn unread_data_resets_at_close() {
    let mut s = Script::established();
    send!(s, at 0 ms, "FP. 1:11(10) ack 1 win 60000");
    s.close();
    recv!(s, at 0 ms, "R. 1:1(0) ack 12");
    assert!(s.connection.is_finished());
}
