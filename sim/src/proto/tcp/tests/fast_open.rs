//! RFC 7413: data in the SYN, from the client's side and from the server's.

use super::script::{Script, config};
use crate::{
    proto::{
        Readiness,
        tcp::{Config, Failure, Handshake, Opening, SendError, State},
    },
    wire::FastOpenCookie,
};

fn cookie() -> FastOpenCookie {
    FastOpenCookie::from_slice(b"12345678")
}

fn with_cookie() -> Opening {
    Opening::Cookie { cookie: cookie(), mss: Some(900) }
}

/// SYN_SENT with 100 bytes in the SYN, which has been taken from the wire.
fn opened() -> Script {
    let mut s = Script::put_off(config());
    assert_eq!(s.open_fast(&with_cookie(), 100), 100);
    recv!(s, at 0 ms, "S 0:100(100) win 65000 <mss 1000,wscale 7,tfo cookie>");
    s
}

#[test]
fn nothing_is_sent_before_it_opens() {
    let mut s = Script::put_off(config());
    assert_eq!(s.state(), State::SynSent);
    assert_eq!(s.readiness(), Readiness::OUT);
    assert_eq!(s.write(1, 10), Err(SendError::WouldBlock));
    recv_nothing!(s, until 100000 ms);
    s.close();
    assert!(s.connection.is_finished());
    recv_nothing!(s, until 200000 ms);
}

#[test]
fn without_a_cookie_it_asks_and_sends_no_data() {
    let mut s = Script::put_off(config());
    assert_eq!(s.open_fast(&Opening::Asking, 100), 0);
    recv!(s, at 0 ms, "S 0:0(0) win 65000 <mss 1000,wscale 7,tfo cookiereq>");
    assert_eq!(s.readiness(), Readiness::empty());
    // Without the option when it is repeated.
    recv!(s, at 1000 ms, "S 0:0(0) win 65000 <mss 1000,wscale 7>");
    send!(s, at 1001 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000>");
    recv!(s, at 1001 ms, ". 1:1(0) ack 1");
    assert_eq!(s.fast_open_info(), (false, 1));
}

#[test]
fn told_that_none_is_needed_it_sends_data_without_the_option() {
    let mut s = Script::put_off(config());
    assert_eq!(s.open_fast(&Opening::WithoutCookie { mss: None }, 2000), 960);
    recv!(s, at 0 ms, "S 0:960(960) win 65000 <mss 1000,wscale 7>");
}

#[test]
fn the_syn_takes_what_the_server_takes_less_the_options() {
    let mut s = Script::put_off(config());
    assert_eq!(s.open_fast(&with_cookie(), 2000), 860);
    recv!(s, at 0 ms, "S 0:860(860) win 65000 <mss 1000,wscale 7,tfo cookie>");
}

#[test]
fn data_in_the_syn_is_acknowledged_with_it() {
    let mut s = opened();
    send!(s, at 30 ms, "S. 0:0(0) ack 101 win 60000 <mss 1000>");
    recv!(s, at 30 ms, ". 101:101(0) ack 1");
    assert_eq!(s.state(), State::Established);
    assert_eq!(s.fast_open_info(), (true, 0));
    assert_eq!(s.write(101, 10), Ok(10));
    recv!(s, at 30 ms, "P. 101:111(10) ack 1");
    send!(s, at 60 ms, ". 1:1(0) ack 111 win 60000");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn what_is_not_acknowledged_goes_out_again_at_once() {
    let mut s = opened();
    send!(s, at 30 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000>");
    recv!(s, at 30 ms, "P. 1:101(100) ack 1");
    assert_eq!(s.fast_open_info(), (false, 2));
    send!(s, at 60 ms, ". 1:1(0) ack 101 win 60000");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn data_that_is_lost_after_the_handshake_is_repeated_by_the_timer() {
    let mut s = opened();
    send!(s, at 30 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000>");
    recv!(s, at 30 ms, "P. 1:101(100) ack 1");
    recv!(s, at 260 ms, "P. 1:101(100) ack 1");
}

#[test]
fn a_part_that_is_acknowledged_is_not_sent_again() {
    let mut s = opened();
    send!(s, at 30 ms, "S. 0:0(0) ack 41 win 60000 <mss 1000>");
    recv!(s, at 30 ms, "P. 41:101(60) ack 1");
}

#[test]
fn a_lost_syn_is_repeated_without_data() {
    let mut s = opened();
    recv!(s, at 1000 ms, "S 0:0(0) win 65000 <mss 1000,wscale 7>");
    send!(s, at 1030 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000>");
    recv!(s, at 1030 ms, "P. 1:101(100) ack 1");
    assert_eq!(s.fast_open_info(), (false, 3));
}

#[test]
fn an_answer_beyond_the_data_is_reset() {
    let mut s = opened();
    send!(s, at 1 ms, "S. 0:0(0) ack 102 win 60000 <mss 1000>");
    recv!(s, at 1 ms, "R 102:102(0) win 0");
    assert_eq!(s.state(), State::SynSent);
}

#[test]
fn the_answer_may_carry_data() {
    let mut s = opened();
    send!(s, at 30 ms, "S. 0:50(50) ack 101 win 60000 <mss 1000>");
    recv!(s, at 30 ms, ". 101:101(0) ack 51");
    assert_eq!(s.read(0, 100), Ok(50));
}

#[test]
fn when_both_open_the_data_follows_the_handshake() {
    let mut s = opened();
    send!(s, at 5 ms, "S 0:0(0) win 60000 <mss 1000>");
    recv!(s, at 5 ms, "S. 0:0(0) ack 1");
    send!(s, at 10 ms, "S. 0:0(0) ack 1 win 60000 <mss 1000>");
    assert_eq!(s.state(), State::Established);
    s.take_sent();
    recv!(s, at 220 ms, "P. 1:101(100) ack 1");
    send!(s, at 230 ms, ". 1:1(0) ack 101 win 60000");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn a_refusal_ends_it() {
    let mut s = opened();
    send!(s, at 1 ms, "R. 0:0(0) ack 101 win 0");
    s.assert_failed(Failure::Refused);
}

/// SYN_RECEIVED, open already: 100 bytes were in the SYN. The SYN+ACK has been taken from the wire.
fn accepted_with(config: Config) -> Script {
    let mut s = Script::accepting_fast(config, "S 0:100(100) win 60000 <mss 1000>");
    recv!(s, at 0 ms, "S. 0:0(0) ack 101 win 65000 <mss 1000>");
    assert_eq!(s.state(), State::SynReceived);
    assert_eq!(s.connection.handshake(), Handshake::Pending);
    s
}

fn accepted() -> Script {
    accepted_with(config())
}

#[test]
fn it_is_read_and_answered_before_the_handshake_is_over() {
    let mut s = accepted();
    assert_eq!(s.readiness(), Readiness::IN | Readiness::OUT);
    assert_eq!(s.fast_open_info(), (true, 0));
    assert_eq!(s.read(0, 1000), Ok(100));
    assert_eq!(s.readiness(), Readiness::OUT);
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 101");
    send!(s, at 20 ms, ". 101:101(0) ack 1 win 60000");
    assert_eq!(s.state(), State::Established);
    assert_eq!(s.connection.handshake(), Handshake::Over);
    send!(s, at 21 ms, ". 101:101(0) ack 11 win 60000");
    recv_nothing!(s, until 100000 ms);
}

#[test]
fn before_the_handshake_is_over_the_syn_ack_alone_is_repeated() {
    let mut s = accepted();
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 101");
    recv!(s, at 1000 ms, "S. 0:0(0) ack 101 win 65000 <mss 1000>");
    recv!(s, at 3000 ms, "S. 0:0(0) ack 101");
    send!(s, at 3500 ms, ". 101:101(0) ack 1 win 60000");
    assert_eq!(s.state(), State::Established);
}

#[test]
fn it_gives_up_after_six_repetitions() {
    let mut s = accepted();
    for ms in [1000, 3000, 7000, 15000, 31000, 63000] {
        s.expect(ms, "S. 0:0(0) ack 101");
    }
    recv_nothing!(s, until 126999 ms);
    recv_nothing!(s, until 127000 ms);
    s.assert_failed(Failure::TimedOut);
}

#[test]
fn the_same_syn_is_answered_by_the_same_syn_ack() {
    let mut s = accepted();
    send!(s, at 5 ms, "S 0:0(0) win 60000 <mss 1000>");
    recv!(s, at 5 ms, "S. 0:0(0) ack 101");
    assert_eq!(s.state(), State::SynReceived);
}

#[test]
fn another_syn_is_reset_and_leaves_it_alone() {
    let mut s = accepted();
    send!(s, at 5 ms, "S 200:200(0) win 60000 <mss 1000>");
    recv!(s, at 5 ms, "R. 0:0(0) ack 201");
    assert_eq!(s.state(), State::SynReceived);
}

#[test]
fn a_reset_tells_that_it_was_reset() {
    let mut s = accepted();
    send!(s, at 5 ms, "R 101:101(0) win 0");
    assert_eq!(s.connection.handshake(), Handshake::Reset);
    assert_eq!(s.read(0, 1000), Ok(100));
    s.assert_failed(Failure::Reset);
}

#[test]
fn an_ack_of_nothing_is_reset() {
    let mut s = accepted();
    send!(s, at 5 ms, ". 101:101(0) ack 77 win 60000");
    recv!(s, at 5 ms, "R 77:77(0) win 0");
    assert_eq!(s.state(), State::SynReceived);
}

#[test]
fn closed_early_it_sends_its_fin() {
    let mut s = accepted();
    assert_eq!(s.read(0, 1000), Ok(100));
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 101");
    s.close();
    recv!(s, at 0 ms, "F. 11:11(0) ack 101");
    assert_eq!(s.state(), State::FinWait1);
    recv!(s, at 1000 ms, "S. 0:0(0) ack 101");
    send!(s, at 1100 ms, ". 101:101(0) ack 12 win 60000");
    assert_eq!(s.state(), State::FinWait2);
}

#[test]
fn shut_down_early_its_fin_waits_for_the_handshake() {
    let mut s = accepted();
    s.shutdown_write();
    assert_eq!(s.write(1, 10), Err(SendError::ShutDown));
    recv_nothing!(s, until 20 ms);
    send!(s, at 20 ms, ". 101:101(0) ack 1 win 60000");
    recv!(s, at 20 ms, "F. 1:1(0) ack 101");
    assert_eq!(s.state(), State::FinWait1);
}

#[test]
fn closed_with_unread_data_it_is_reset() {
    let mut s = accepted();
    s.close();
    recv!(s, at 0 ms, "R. 1:1(0) ack 101");
    assert!(s.connection.is_finished());
    assert_eq!(s.connection.handshake(), Handshake::Over);
}

#[test]
fn icmp_does_not_end_it() {
    let mut s = accepted();
    s.icmp(Failure::HostUnreachable);
    assert_eq!(s.state(), State::SynReceived);
    send!(s, at 20 ms, ". 101:101(0) ack 1 win 60000");
    assert_eq!(s.state(), State::Established);
}

#[test]
fn defer_accept_does_not_hold_it_back() {
    let mut s = accepted_with(Config { defer_accept: 3, ..config() });
    send!(s, at 20 ms, ". 101:101(0) ack 1 win 60000");
    assert_eq!(s.state(), State::Established);
}

#[test]
fn a_listener_limits_those_in_the_handshake() {
    use crate::{base::Instant, proto::tcp::Listener};

    let at = Instant::from_nanos;
    let mut listener = Listener::new(16);
    assert!(!listener.may_open_early(0, at(0)));
    assert!(listener.may_open_early(2, at(0)));
    listener.opened_early(1);
    listener.opened_early(2);
    assert!(!listener.may_open_early(2, at(0)));
    assert!(listener.may_open_early(3, at(0)));
    assert_eq!((listener.pop(), listener.pop()), (Some(1), Some(2)));
    // One is established, the other was reset: that counts for a minute.
    assert!(listener.early_is_over(1, None));
    assert!(listener.early_is_over(2, Some(at(5))));
    assert!(!listener.early_is_over(2, None));
    assert!(!listener.may_open_early(1, at(60_000_000_005)));
    assert!(listener.may_open_early(1, at(60_000_000_006)));
}
