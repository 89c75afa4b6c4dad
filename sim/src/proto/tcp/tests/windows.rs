//! The window, on both sides: silly window avoidance, updates, and probes.

use super::script::{Script, config};
use crate::proto::tcp::{Config, Failure, State, Sysctl};

fn small_buffer() -> Script {
    Script::established_with(Config { rcvbuf: 8000, ..config() })
}

/// Fills the receive buffer of 4,000 bytes.
fn full_buffer() -> Script {
    let mut s = small_buffer();
    // Quick mode lasts for half a window's segments, but at least two; then, as nobody reads, ACKs wait.
    send!(s, at 0 ms, ". 1:1001(1000) ack 1 win 60000");
    recv!(s, at 0 ms, ". 1:1(0) ack 1001 win 3000");
    send!(s, at 0 ms, ". 1001:2001(1000) ack 1 win 60000");
    recv!(s, at 0 ms, ". 1:1(0) ack 2001 win 2000");
    send!(s, at 0 ms, ". 2001:3001(1000) ack 1 win 60000");
    send!(s, at 0 ms, ". 3001:4001(1000) ack 1 win 60000");
    recv!(s, at 40 ms, ". 1:1(0) ack 4001 win 0");
    s
}

#[test]
fn window_closes_as_the_buffer_fills_and_opens_when_it_is_worth_it() {
    let mut s = full_buffer();
    // Less than a segment is as good as nothing.
    assert_eq!(s.read(1, 999), Ok(999));
    recv_nothing!(s, until 41 ms);
    assert_eq!(s.read(1000, 1), Ok(1));
    recv!(s, at 41 ms, ". 1:1(0) ack 4001 win 1000");
    // Then only when it doubles.
    assert_eq!(s.read(1001, 999), Ok(999));
    recv_nothing!(s, until 42 ms);
    assert_eq!(s.read(2000, 1), Ok(1));
    recv!(s, at 42 ms, ". 1:1(0) ack 4001 win 2000");
    assert_eq!(s.read(2001, 2000), Ok(2000));
    // Half of what may be offered is on offer: no need to say more.
    recv_nothing!(s, until 50 ms);
}

#[test]
fn promise_is_kept_even_if_it_is_not_worth_it() {
    let mut s = small_buffer();
    send!(s, at 0 ms, ". 1:1001(1000) ack 1 win 60000");
    recv!(s, at 0 ms, ". 1:1(0) ack 1001 win 3000");
    send!(s, at 0 ms, ". 1001:2001(1000) ack 1 win 60000");
    recv!(s, at 0 ms, ". 1:1(0) ack 2001 win 2000");
    send!(s, at 0 ms, "P. 2001:3101(1100) ack 1 win 60000");
    recv!(s, at 40 ms, ". 1:1(0) ack 3101 win 900");
}

#[test]
fn probe_of_a_closed_window_is_answered() {
    let mut s = full_buffer();
    // Linux probes with an empty old segment, others with a byte.
    send!(s, at 200 ms, ". 4000:4000(0) ack 1 win 60000");
    recv!(s, at 200 ms, ". 1:1(0) ack 4001 win 0");
    send!(s, at 300 ms, ". 4001:4002(1) ack 1 win 60000");
    recv!(s, at 300 ms, ". 1:1(0) ack 4001 win 0");
    assert_eq!(s.connection.unread(), 4000);
}

#[test]
fn fin_fits_into_a_closed_window() {
    let mut s = full_buffer();
    send!(s, at 60 ms, "F. 4001:4001(0) ack 1 win 60000");
    assert_eq!(s.state(), State::CloseWait);
    recv!(s, at 100 ms, ". 1:1(0) ack 4002 win 0");
}

#[test]
fn scaled_window_is_rounded_up_and_never_taken_back() {
    let mut s = Script::connecting_under(Sysctl { rmem: [4096, 8192, 6 << 20], ..Sysctl::DEFAULT }, config());
    // Whole segments of what there is.
    recv!(s, at 0 ms, "S 0:0(0) win 4000 <mss 1000,wscale 7>");
    send!(s, at 0 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000,wscale 0>");
    recv!(s, at 0 ms, ". 1:1(0) ack 1 win 32");
    send!(s, at 0 ms, "P. 1:1001(1000) ack 1 win 60000");
    // 3,096 are free: 24.2 units.
    recv!(s, at 0 ms, ". 1:1(0) ack 1001 win 25");
    send!(s, at 0 ms, ". 1001:2001(1000) ack 1 win 60000");
    // 2,096 are free, but 4,201 was promised.
    recv!(s, at 0 ms, ". 1:1(0) ack 2001 win 18");
}

#[test]
fn peers_window_is_respected() {
    let mut s = Script::established();
    send!(s, at 0 ms, ". 1:1(0) ack 1 win 2500");
    assert_eq!(s.write(1, 5000), Ok(5000));
    recv!(s, at 0 ms, ". 1:1001(1000) ack 1");
    recv!(s, at 0 ms, ". 1001:2001(1000) ack 1");
    recv_nothing!(s, until 10 ms);
    send!(s, at 10 ms, ". 1:1(0) ack 2001 win 3000");
    recv!(s, at 10 ms, ". 2001:3001(1000) ack 1");
    recv!(s, at 10 ms, ". 3001:4001(1000) ack 1");
    recv!(s, at 10 ms, "P. 4001:5001(1000) ack 1");
}

/// The peer has closed its window over data that is queued.
fn shut_out() -> Script {
    let mut s = Script::established();
    send!(s, at 0 ms, ". 1:1(0) ack 1 win 0");
    assert_eq!(s.write(1, 1500), Ok(1500));
    s
}

#[test]
fn closed_window_is_probed_with_back_off_for_ever_while_the_peer_answers() {
    let mut s = shut_out();
    let (mut ms, mut wait) = (0, 200);
    for _ in 0..100 {
        ms += wait;
        wait = (wait * 2).min(120_000);
        s.expect(ms, ". 0:0(0) ack 1");
        s.deliver(ms, ". 1:1(0) ack 1 win 0");
    }
    assert_eq!(s.state(), State::Established);
    s.deliver(ms + 10, ". 1:1(0) ack 1 win 60000");
    s.expect(ms + 10, ". 1:1001(1000) ack 1");
    s.expect(ms + 10, "P. 1001:1501(500) ack 1");
    // Without any memory of the back-off.
    s.expect(ms + 210, ". 1:1001(1000) ack 1");
}

#[test]
fn probes_without_answer_end_in_a_timeout() {
    let mut s = shut_out();
    let (mut ms, mut wait) = (0, 200);
    for _ in 0..15 {
        ms += wait;
        wait = (wait * 2).min(120_000);
        s.expect(ms, ". 0:0(0) ack 1");
    }
    s.expect_silence(ms + wait);
    s.assert_failed(Failure::TimedOut);
}

#[test]
fn orphan_does_not_probe_for_ever() {
    let mut s = shut_out();
    s.close();
    let (mut ms, mut wait) = (0, 200);
    for _ in 0..10 {
        ms += wait;
        wait *= 2;
        s.expect(ms, ". 0:0(0) ack 1");
        s.deliver(ms, ". 1:1(0) ack 1 win 0");
    }
    s.expect_silence(ms + 120_000);
    assert!(s.connection.is_finished());
}

#[test]
fn window_update_sends_at_once() {
    let mut s = shut_out();
    send!(s, at 100 ms, ". 1:1(0) ack 1 win 60000");
    recv!(s, at 100 ms, ". 1:1001(1000) ack 1");
    recv!(s, at 100 ms, "P. 1001:1501(500) ack 1");
}

#[test]
fn sliver_of_a_window_is_used_only_by_the_probe() {
    let mut s = shut_out();
    send!(s, at 100 ms, ". 1:1(0) ack 1 win 300");
    recv!(s, at 300 ms, ". 1:301(300) ack 1");
    send!(s, at 310 ms, ". 1:1(0) ack 301 win 60000");
    recv!(s, at 310 ms, ". 301:1301(1000) ack 1");
    recv!(s, at 310 ms, "P. 1301:1501(200) ack 1");
}

#[test]
fn tiny_windows_are_sent_into_by_halves() {
    let mut s = Script::connecting(config());
    recv!(s, at 0 ms, "S 0:0(0)");
    send!(s, at 0 ms, "S. 0:0(0) ack 1 win 1200 <mss 1000>");
    recv!(s, at 0 ms, ". 1:1(0) ack 1");
    assert_eq!(s.write(1, 5000), Ok(5000));
    recv!(s, at 0 ms, ". 1:601(600) ack 1");
    // Half a window was filled since the last push.
    recv!(s, at 0 ms, "P. 601:1201(600) ack 1");
    recv_nothing!(s, until 10 ms);
}

#[test]
fn fin_waits_for_the_window() {
    let mut s = Script::established();
    send!(s, at 0 ms, ". 1:1(0) ack 1 win 0");
    s.shutdown_write();
    recv!(s, at 200 ms, ". 0:0(0) ack 1");
    send!(s, at 210 ms, ". 1:1(0) ack 1 win 100");
    recv!(s, at 210 ms, "F. 1:1(0) ack 1");
}

#[test]
fn old_segment_does_not_shrink_the_window() {
    let mut s = Script::established();
    send!(s, at 0 ms, "P. 1:11(10) ack 1 win 60000");
    recv!(s, at 0 ms, ". 1:1(0) ack 11");
    send!(s, at 1 ms, ". 10:10(0) ack 1 win 10");
    recv!(s, at 1 ms, ". 1:1(0) ack 11");
    assert_eq!(s.write(1, 3000), Ok(3000));
    recv!(s, at 1 ms, ". 1:1001(1000) ack 11");
    recv!(s, at 1 ms, ". 1001:2001(1000) ack 11");
}
