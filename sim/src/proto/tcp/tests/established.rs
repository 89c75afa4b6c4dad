use super::script::{Script, config};
use crate::proto::{
    Readiness,
    tcp::{Config, Failure, RecvError, SendError, State},
};

#[test]
fn first_data_is_acknowledged_at_once() {
    let mut s = Script::established();
    send!(s, at 10 ms, "P. 1:101(100) ack 1 win 60000");
    recv!(s, at 10 ms, ". 1:1(0) ack 101 win 64900");
    assert_eq!(s.readiness(), Readiness::IN | Readiness::OUT);
    assert_eq!(s.connection.unread(), 100);
    assert_eq!(s.read(1, 60), Ok(60));
    assert_eq!(s.read(61, 60), Ok(40));
    assert_eq!(s.read(101, 60), Err(RecvError::WouldBlock));
    recv_nothing!(s, until 100000 ms);
}

/// A request, its answer: from here on the connection is interactive, and ACKs wait for data.
fn interactive() -> Script {
    let mut s = Script::established();
    send!(s, at 0 ms, "P. 1:101(100) ack 1 win 60000");
    recv!(s, at 0 ms, ". 1:1(0) ack 101");
    assert_eq!(s.read(1, 1000), Ok(100));
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 101");
    s
}

#[test]
fn answer_carries_the_ack() {
    let mut s = interactive();
    send!(s, at 10 ms, "P. 101:201(100) ack 11 win 60000");
    assert_eq!(s.read(101, 1000), Ok(100));
    assert_eq!(s.write(11, 10), Ok(10));
    recv!(s, at 10 ms, "P. 11:21(10) ack 201");
    send!(s, at 20 ms, ". 201:201(0) ack 21 win 60000");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn ack_waits_40_ms_for_an_answer() {
    let mut s = interactive();
    send!(s, at 10 ms, "P. 101:201(100) ack 11 win 60000");
    recv_nothing!(s, until 49 ms);
    recv!(s, at 50 ms, ". 11:11(0) ack 201");
}

#[test]
fn program_that_did_not_answer_is_not_waited_for() {
    let mut s = interactive();
    send!(s, at 10 ms, "P. 101:201(100) ack 11 win 60000");
    recv!(s, at 50 ms, ". 11:11(0) ack 201");
    send!(s, at 60 ms, "P. 201:301(100) ack 11 win 60000");
    recv!(s, at 60 ms, ". 11:11(0) ack 301");
}

#[test]
fn second_full_segment_is_acknowledged_at_once() {
    let mut s = interactive();
    send!(s, at 10 ms, ". 101:1101(1000) ack 11 win 60000");
    recv_nothing!(s, until 11 ms);
    // Half a window would do as well: what is not read is acknowledged as soon only while the window grows.
    assert_eq!(s.read(101, 2000), Ok(1000));
    send!(s, at 11 ms, ". 1101:2101(1000) ack 11 win 60000");
    recv_nothing!(s, until 11 ms);
    assert_eq!(s.read(1101, 2000), Ok(1000));
    recv!(s, at 11 ms, ". 11:11(0) ack 2101");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn only_a_listener_acknowledges_what_it_has_read() {
    let mut s = Script::established();
    // Quick mode takes sixteen.
    for n in 0..16 {
        let first = 1 + 10 * n;
        s.deliver(0, &format!("P. {first}:{}(10) ack 1 win 60000", first + 10));
        s.expect(0, &format!(". 1:1(0) ack {}", first + 10));
    }
    assert_eq!(s.read(1, 1000), Ok(160));
    send!(s, at 5 ms, "P. 161:171(10) ack 1 win 60000");
    recv_nothing!(s, until 6 ms);
    assert_eq!(s.read(161, 1000), Ok(10));
    recv!(s, at 6 ms, ". 1:1(0) ack 171");
}

#[test]
fn out_of_order_is_acknowledged_at_once_and_kept() {
    let mut s = interactive();
    send!(s, at 1 ms, "P. 201:301(100) ack 11 win 60000");
    recv!(s, at 1 ms, ". 11:11(0) ack 101");
    send!(s, at 1 ms, "P. 401:501(100) ack 11 win 60000");
    recv!(s, at 1 ms, ". 11:11(0) ack 101");
    assert_eq!(s.connection.unread(), 0);
    send!(s, at 2 ms, "P. 101:201(100) ack 11 win 60000");
    recv!(s, at 2 ms, ". 11:11(0) ack 301");
    assert_eq!(s.read(101, 1000), Ok(200));
    send!(s, at 3 ms, "P. 251:451(200) ack 11 win 60000");
    recv!(s, at 3 ms, ". 11:11(0) ack 501");
    assert_eq!(s.read(301, 1000), Ok(200));
}

#[test]
fn old_data_is_acknowledged_at_once() {
    let mut s = interactive();
    send!(s, at 1 ms, "P. 1:101(100) ack 11 win 60000");
    recv!(s, at 1 ms, ". 11:11(0) ack 101");
    assert_eq!(s.read(101, 1), Err(RecvError::WouldBlock));
}

#[test]
fn partly_old_data_is_trimmed() {
    let mut s = interactive();
    send!(s, at 1 ms, "P. 51:151(100) ack 11 win 60000");
    assert_eq!(s.read(101, 1000), Ok(50));
    recv!(s, at 41 ms, ". 11:11(0) ack 151");
}

#[test]
fn data_beyond_the_window_is_trimmed() {
    let mut s = Script::established_with(Config { rcvbuf: 1000, ..config() });
    send!(s, at 1 ms, "P. 1:601(600) ack 1 win 60000");
    recv!(s, at 1 ms, ". 1:1(0) ack 501 win 0");
    assert_eq!(s.read(1, 1000), Ok(500));
    recv!(s, at 1 ms, ". 1:1(0) ack 501 win 500");
}

#[test]
fn data_far_out_of_the_window_is_answered_and_dropped() {
    let mut s = interactive();
    send!(s, at 1 ms, "P. 90001:90101(100) ack 11 win 60000");
    recv!(s, at 1 ms, ". 11:11(0) ack 101");
    assert_eq!(s.connection.unread(), 0);
}

#[test]
fn reset_at_the_very_number_ends_it() {
    let mut s = Script::established();
    send!(s, at 1 ms, "P. 1:11(10) ack 1 win 60000");
    recv!(s, at 1 ms, ". 1:1(0) ack 11");
    send!(s, at 2 ms, "R 11:11(0) win 0");
    assert_eq!(s.state(), State::Closed);
    let all = Readiness::IN | Readiness::OUT | Readiness::HUP | Readiness::RDHUP;
    assert_eq!(s.readiness(), all | Readiness::ERR);
    // What came before can be read, then the error once, then the end.
    assert_eq!(s.read(1, 1000), Ok(10));
    assert_eq!(s.read(11, 1000), Err(RecvError::Failed(Failure::Reset)));
    assert_eq!(s.read(11, 1000), Ok(0));
    assert_eq!(s.readiness(), all);
    assert_eq!(s.write(1, 1), Err(SendError::ShutDown));
}

#[test]
fn reset_elsewhere_in_the_window_is_challenged() {
    let mut s = Script::established();
    send!(s, at 1 ms, "R 2:2(0) win 0");
    recv!(s, at 1 ms, ". 1:1(0) ack 1");
    // Not again within half a second.
    send!(s, at 400 ms, "R 2:2(0) win 0");
    send!(s, at 501 ms, "R 2:2(0) win 0");
    recv!(s, at 501 ms, ". 1:1(0) ack 1");
    send!(s, at 502 ms, "R 70000:70000(0) win 0");
    assert_eq!(s.state(), State::Established);
}

#[test]
fn syn_in_the_window_is_challenged() {
    for syn in ["S 1:1(0) win 100", "S 5:5(0) win 100", "S. 0:0(0) ack 1 win 60000", "S 90000:90000(0) win 100"] {
        let mut s = Script::established();
        s.deliver(1, syn);
        recv!(s, at 1 ms, ". 1:1(0) ack 1");
        assert_eq!(s.state(), State::Established);
    }
}

#[test]
fn ack_of_what_was_not_sent_is_answered_and_its_data_dropped() {
    let mut s = Script::established();
    send!(s, at 1 ms, "P. 1:11(10) ack 2 win 60000");
    recv!(s, at 1 ms, ". 1:1(0) ack 1");
    assert_eq!(s.connection.unread(), 0);
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn segment_without_ack_is_dropped() {
    let mut s = Script::established();
    send!(s, at 1 ms, "P 1:11(10) win 60000");
    assert_eq!(s.connection.unread(), 0);
}

#[test]
fn fin_closes_the_peers_half() {
    let mut s = Script::established();
    send!(s, at 1 ms, "FP. 1:11(10) ack 1 win 60000");
    assert_eq!(s.state(), State::CloseWait);
    assert_eq!(s.readiness(), Readiness::IN | Readiness::OUT | Readiness::RDHUP);
    // The ACK of a FIN waits for ours.
    recv!(s, at 41 ms, ". 1:1(0) ack 12");
    assert_eq!(s.read(1, 100), Ok(10));
    assert_eq!(s.read(11, 100), Ok(0));
    assert_eq!(s.read(11, 100), Ok(0));
}

#[test]
fn fin_out_of_order_waits_for_the_data() {
    let mut s = Script::established();
    send!(s, at 1 ms, "FP. 11:21(10) ack 1 win 60000");
    recv!(s, at 1 ms, ". 1:1(0) ack 1");
    assert_eq!(s.state(), State::Established);
    send!(s, at 2 ms, "P. 1:11(10) ack 1 win 60000");
    recv!(s, at 2 ms, ". 1:1(0) ack 22");
    assert_eq!(s.state(), State::CloseWait);
    assert_eq!(s.read(1, 100), Ok(20));
    assert_eq!(s.read(21, 100), Ok(0));
}

#[test]
fn bare_fin_out_of_order_waits_too() {
    let mut s = Script::established();
    send!(s, at 1 ms, "F. 11:11(0) ack 1 win 60000");
    recv!(s, at 1 ms, ". 1:1(0) ack 1");
    send!(s, at 2 ms, "P. 1:11(10) ack 1 win 60000");
    assert_eq!(s.state(), State::CloseWait);
}

#[test]
fn close_sends_what_is_queued_then_a_fin() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 12_500), Ok(12_500));
    s.close();
    for n in 0..10 {
        let first = 1 + 1000 * n;
        s.expect(0, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    send!(s, at 10 ms, ". 1:1(0) ack 10001 win 60000");
    recv!(s, at 10 ms, ". 10001:11001(1000) ack 1");
    recv!(s, at 10 ms, ". 11001:12001(1000) ack 1");
    recv!(s, at 10 ms, "FP. 12001:12501(500) ack 1");
    assert_eq!(s.state(), State::FinWait1);
}

#[test]
fn close_with_unread_data_resets() {
    let mut s = Script::established();
    send!(s, at 1 ms, "P. 1:11(10) ack 1 win 60000");
    recv!(s, at 1 ms, ". 1:1(0) ack 11");
    s.close();
    recv!(s, at 1 ms, "R. 1:1(0) ack 11");
    assert!(s.connection.is_finished());
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn abort_resets() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 1");
    s.abort();
    recv!(s, at 0 ms, "R. 11:11(0) ack 1");
    assert!(s.connection.is_finished());
}

#[test]
fn shut_read_is_the_end_of_the_stream_but_what_comes_can_be_read() {
    let mut s = Script::established();
    s.shutdown_read();
    assert_eq!(s.readiness(), Readiness::IN | Readiness::OUT | Readiness::RDHUP);
    assert_eq!(s.read(1, 10), Ok(0));
    send!(s, at 1 ms, "P. 1:11(10) ack 1 win 60000");
    recv!(s, at 1 ms, ". 1:1(0) ack 11");
    assert_eq!(s.read(1, 100), Ok(10));
    assert_eq!(s.read(11, 100), Ok(0));
}

#[test]
fn icmp_is_remembered_only() {
    let mut s = Script::established();
    s.icmp(Failure::HostUnreachable);
    assert_eq!((s.state(), s.readiness()), (State::Established, Readiness::OUT));
    assert_eq!(s.connection.take_failure(), Some(Failure::HostUnreachable));
    assert_eq!(s.connection.take_failure(), None);
}

#[test]
fn peek_leaves_the_bytes() {
    let mut s = Script::established();
    send!(s, at 1 ms, "P. 1:11(10) ack 1 win 60000");
    recv!(s, at 1 ms, ". 1:1(0) ack 11");
    assert_eq!(s.peek(1, 4), Ok(4));
    assert_eq!(s.peek(1, 100), Ok(10));
    assert_eq!(s.read(1, 100), Ok(10));
    assert_eq!(s.peek(11, 100), Err(RecvError::WouldBlock));
}

#[test]
fn reading_into_nothing() {
    let mut s = Script::established();
    assert_eq!(s.read(1, 0), Err(RecvError::WouldBlock));
    send!(s, at 1 ms, "P. 1:11(10) ack 1 win 60000");
    recv!(s, at 1 ms, ". 1:1(0) ack 11");
    assert_eq!(s.read(1, 0), Ok(0));
    assert_eq!(s.connection.unread(), 10);
}
