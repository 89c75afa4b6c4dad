//! The retransmission timer, fast retransmit and fast recovery.

use super::script::{Script, config};
use crate::proto::tcp::{Config, Failure};

#[test]
fn first_segment_is_sent_again_with_back_off() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 1500), Ok(1500));
    recv!(s, at 0 ms, ". 1:1001(1000) ack 1");
    recv!(s, at 0 ms, "P. 1001:1501(500) ack 1");
    recv!(s, at 200 ms, ". 1:1001(1000) ack 1");
    recv!(s, at 600 ms, ". 1:1001(1000) ack 1");
    recv!(s, at 1400 ms, ". 1:1001(1000) ack 1");
    // What follows goes out as the ACKs come.
    send!(s, at 1450 ms, ". 1:1(0) ack 1001 win 60000");
    recv!(s, at 1450 ms, "P. 1001:1501(500) ack 1");
    send!(s, at 1500 ms, ". 1:1(0) ack 1501 win 60000");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn ack_that_jumps_over_what_arrived_after_all() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 3000), Ok(3000));
    for first in [1, 1001] {
        s.expect(0, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    recv!(s, at 0 ms, "P. 2001:3001(1000) ack 1");
    recv!(s, at 200 ms, ". 1:1001(1000) ack 1");
    send!(s, at 210 ms, ". 1:1(0) ack 3001 win 60000");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn timeout_follows_the_round_trip_time() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 1");
    send!(s, at 80 ms, ". 1:1(0) ack 11 win 60000");
    // SRTT 0 * 7/8 + 80 * 1/8 = 10 ms, and not less than 200 ms on top.
    assert_eq!(s.write(11, 10), Ok(10));
    recv!(s, at 80 ms, "P. 11:21(10) ack 1");
    recv!(s, at 290 ms, "P. 11:21(10) ack 1");
}

#[test]
fn data_is_given_up_after_15_minutes() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 1");
    let (mut ms, mut wait) = (0, 200);
    for _ in 0..16 {
        ms += wait;
        wait = (wait * 2).min(120_000);
        s.expect(ms, "P. 1:11(10) ack 1");
    }
    // 924.4 s since it was first sent again was not enough, so one more timeout.
    assert_eq!(ms, 924_600);
    s.expect_silence(ms + 120_000);
    s.assert_failed(Failure::TimedOut);
}

#[test]
fn what_icmp_said_is_the_reason() {
    let mut s = Script::established();
    s.sysctl.retries2 = 1;
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 1");
    s.icmp(Failure::NetUnreachable);
    recv!(s, at 200 ms, "P. 1:11(10) ack 1");
    recv!(s, at 600 ms, "P. 1:11(10) ack 1");
    recv_nothing!(s, until 1400 ms);
    // SO_ERROR clears the one, then the other.
    assert_eq!(s.connection.take_failure(), Some(Failure::NetUnreachable));
    s.assert_soft(Failure::NetUnreachable);
}

/// Ten segments in flight, of which the first is lost.
fn ten_in_flight() -> Script {
    let mut s = Script::established_with(Config { sndbuf: 100_000, ..config() });
    assert_eq!(s.write(1, 40_000), Ok(40_000));
    for n in 0..10 {
        let first = 1 + 1000 * n;
        s.expect(0, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    // The first segment after the SYN+ACK is never a duplicate: it is newer than what told the window last.
    send!(s, at 0 ms, ". 1:1(0) ack 1 win 60000");
    s
}

#[test]
fn three_duplicates_send_the_first_again() {
    let mut s = ten_in_flight();
    // Limited transmit: a new segment for each of the first two.
    send!(s, at 50 ms, ". 1:1(0) ack 1 win 60000");
    recv!(s, at 50 ms, ". 10001:11001(1000) ack 1");
    send!(s, at 50 ms, ". 1:1(0) ack 1 win 60000");
    recv!(s, at 50 ms, ". 11001:12001(1000) ack 1");
    send!(s, at 50 ms, ". 1:1(0) ack 1 win 60000");
    recv!(s, at 50 ms, ". 1:1001(1000) ack 1");
    // The window comes down from 10 to 7, in proportion to what arrives: seven segments for ten duplicates.
    let mut sent = 0;
    for _ in 0..9 {
        send!(s, at 51 ms, ". 1:1(0) ack 1 win 60000");
        sent += s.take_sent();
    }
    assert_eq!(sent, 7);
    // All that was in flight at the loss is there: seven are in flight, no more.
    send!(s, at 100 ms, ". 1:1(0) ack 12001 win 60000");
    sent += s.take_sent();
    assert_eq!(sent, 7);
}

#[test]
fn partial_ack_sends_the_next_missing_one() {
    let mut s = ten_in_flight();
    for n in 0..3 {
        send!(s, at 50 ms, ". 1:1(0) ack 1 win 60000");
        match n {
            0 => recv!(s, at 50 ms, ". 10001:11001(1000) ack 1"),
            1 => recv!(s, at 50 ms, ". 11001:12001(1000) ack 1"),
            _ => recv!(s, at 50 ms, ". 1:1001(1000) ack 1"),
        }
    }
    for _ in 0..7 {
        send!(s, at 51 ms, ". 1:1(0) ack 1 win 60000");
        s.take_sent();
    }
    send!(s, at 100 ms, ". 1:1(0) ack 4001 win 60000");
    recv!(s, at 100 ms, ". 4001:5001(1000) ack 1");
}

#[test]
fn window_update_is_no_duplicate() {
    let mut s = ten_in_flight();
    for window in [60_001, 60_002, 60_003, 60_004] {
        s.deliver(50, &format!(". 1:1(0) ack 1 win {window}"));
    }
    recv_nothing!(s, until 199 ms);
}

#[test]
fn data_of_the_peer_is_no_duplicate() {
    let mut s = ten_in_flight();
    for n in 0..4 {
        let first = 1 + 10 * n;
        s.deliver(50, &format!("P. {first}:{}(10) ack 1 win 60000", first + 10));
        s.expect(50, &format!(". 10001:10001(0) ack {}", first + 10));
    }
}

#[test]
fn window_decays_while_nothing_is_sent() {
    let mut s = ten_in_flight();
    // Grow it to 20.
    send!(s, at 10 ms, ". 1:1(0) ack 10001 win 60000");
    for n in 10..30 {
        let first = 1 + 1000 * n;
        s.expect(10, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    send!(s, at 20 ms, ". 1:1(0) ack 30001 win 60000");
    // Half a window was filled since the last push.
    recv!(s, at 20 ms, "P. 30001:31001(1000) ack 1");
    for n in 31..39 {
        let first = 1 + 1000 * n;
        s.expect(20, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    recv!(s, at 20 ms, "P. 39001:40001(1000) ack 1");
    send!(s, at 30 ms, ". 1:1(0) ack 40001 win 60000");
    recv_nothing!(s, until 10000 ms);
    assert_eq!(s.write(40_001, 40_000), Ok(40_000));
    for n in 40..50 {
        let first = 1 + 1000 * n;
        s.expect(10_000, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    recv_nothing!(s, until 10001 ms);
}

#[test]
fn shrunken_window_over_data_in_flight_is_probed_with_the_data() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 1000), Ok(1000));
    recv!(s, at 0 ms, "P. 1:1001(1000) ack 1");
    send!(s, at 10 ms, ". 1:1(0) ack 1 win 0");
    let (mut ms, mut wait) = (0, 200);
    for _ in 0..40 {
        ms += wait;
        wait = (wait * 2).min(120_000);
        s.expect(ms, "P. 1:1001(1000) ack 1");
        s.deliver(ms, ". 1:1(0) ack 1 win 0");
    }
}

#[test]
fn timer_starts_anew_when_something_is_acknowledged() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 1500), Ok(1500));
    recv!(s, at 0 ms, ". 1:1001(1000) ack 1");
    recv!(s, at 0 ms, "P. 1001:1501(500) ack 1");
    send!(s, at 80 ms, ". 1:1(0) ack 1001 win 60000");
    recv!(s, at 290 ms, "P. 1001:1501(500) ack 1");
}

#[test]
fn what_was_sent_again_is_not_timed() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 1");
    recv!(s, at 200 ms, "P. 1:11(10) ack 1");
    send!(s, at 390 ms, ". 1:1(0) ack 11 win 60000");
    // Karn: the back-off stays until something new is timed.
    assert_eq!(s.write(11, 10), Ok(10));
    recv!(s, at 390 ms, "P. 11:21(10) ack 1");
    send!(s, at 398 ms, ". 1:1(0) ack 21 win 60000");
    assert_eq!(s.write(21, 10), Ok(10));
    recv!(s, at 398 ms, "P. 21:31(10) ack 1");
    recv!(s, at 599 ms, "P. 21:31(10) ack 1");
}

#[test]
fn back_off_stays_until_something_is_timed() {
    // Karn's rule: without timestamps, what was sent twice times nothing.
    let mut s = Script::established();
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 1");
    recv!(s, at 200 ms, "P. 1:11(10) ack 1");
    send!(s, at 210 ms, ". 1:1(0) ack 11 win 60000");
    assert_eq!(s.write(11, 10), Ok(10));
    recv!(s, at 210 ms, "P. 11:21(10) ack 1");
    recv!(s, at 610 ms, "P. 11:21(10) ack 1");
}

#[test]
fn one_segment_is_timed_once() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 2000), Ok(2000));
    recv!(s, at 0 ms, ". 1:1001(1000) ack 1");
    recv!(s, at 0 ms, "P. 1001:2001(1000) ack 1");
    send!(s, at 0 ms, ". 1:1(0) ack 1001 win 60000");
    // Were this one's ACK held against the first one's departure, the timeout would grow.
    send!(s, at 160 ms, ". 1:1(0) ack 2001 win 60000");
    assert_eq!(s.write(2001, 10), Ok(10));
    recv!(s, at 160 ms, "P. 2001:2011(10) ack 1");
    // 20 ms smoothed, and the least variance.
    recv!(s, at 380 ms, "P. 2001:2011(10) ack 1");
}

#[test]
fn patience_begins_anew_when_something_is_acknowledged() {
    let mut s = Script::established();
    s.sysctl.retries2 = 1;
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 1");
    recv!(s, at 200 ms, "P. 1:11(10) ack 1");
    send!(s, at 210 ms, ". 1:1(0) ack 11 win 60000");
    recv_nothing!(s, until 5000 ms);
    assert_eq!(s.write(11, 10), Ok(10));
    recv!(s, at 5000 ms, "P. 11:21(10) ack 1");
    recv!(s, at 5400 ms, "P. 11:21(10) ack 1");
    send!(s, at 5410 ms, ". 1:1(0) ack 21 win 60000");
    recv_nothing!(s, until 10000 ms);
}

#[test]
fn timeout_begins_with_one_segment_again() {
    let mut s = ten_in_flight();
    s.sysctl.frto = 0;
    recv!(s, at 200 ms, ". 1:1001(1000) ack 1");
    recv_nothing!(s, until 210 ms);
    send!(s, at 210 ms, ". 1:1(0) ack 1001 win 60000");
    recv!(s, at 210 ms, ". 1001:2001(1000) ack 1");
    recv!(s, at 210 ms, ". 2001:3001(1000) ack 1");
    recv_nothing!(s, until 220 ms);
    // Slow start up to seven tenths of what the window was.
    send!(s, at 220 ms, ". 1:1(0) ack 3001 win 60000");
    for first in [3001, 4001, 5001, 6001] {
        s.expect(220, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    send!(s, at 230 ms, ". 1:1(0) ack 5001 win 60000");
    for first in [7001, 8001, 9001, 10_001] {
        s.expect(230, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    recv_nothing!(s, until 231 ms);
}

#[test]
fn duplicates_count_only_in_a_row() {
    let mut s = ten_in_flight();
    for first in [10_001, 11_001] {
        send!(s, at 50 ms, ". 1:1(0) ack 1 win 60000");
        s.expect(50, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    send!(s, at 60 ms, ". 1:1(0) ack 1001 win 60000");
    recv_nothing!(s, until 70 ms);
    send!(s, at 70 ms, ". 1:1(0) ack 1001 win 60000");
    recv!(s, at 70 ms, ". 12001:13001(1000) ack 1");
    send!(s, at 70 ms, ". 1:1(0) ack 1001 win 60000");
    recv!(s, at 70 ms, ". 13001:14001(1000) ack 1");
    send!(s, at 70 ms, ". 1:1(0) ack 1001 win 60000");
    recv!(s, at 70 ms, ". 1001:2001(1000) ack 1");
}
