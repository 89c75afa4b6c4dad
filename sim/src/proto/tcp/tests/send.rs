use super::script::{Script, config};
use crate::proto::{
    Readiness,
    tcp::{Config, SendError, SendFlags, Switches},
};

#[test]
fn large_write_fills_the_initial_window_of_ten() {
    let mut s = Script::established();
    assert_eq!(s.write(1, 20_000), Ok(20_000));
    for n in 0..10 {
        let first = 1 + 1000 * n;
        s.expect(0, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    recv_nothing!(s, until 30 ms);
    assert_eq!((s.connection.unacked(), s.connection.unsent()), (20_000, 10_000));
    // Slow start: one segment more for each that left.
    send!(s, at 30 ms, ". 1:1(0) ack 2001 win 60000");
    for n in 10..14 {
        let first = 1 + 1000 * n;
        s.expect(30, &format!(". {first}:{}(1000) ack 1", first + 1000));
    }
    recv_nothing!(s, until 31 ms);
}

/// Ten bytes are under way, so that the next few wait.
fn held_by_nagle(config: Config) -> Script {
    let switches = config.switches - Switches::NODELAY;
    let mut s = Script::established_with(Config { switches, ..config });
    assert_eq!(s.write(1, 10), Ok(10));
    recv!(s, at 0 ms, "P. 1:11(10) ack 1");
    s
}

#[test]
fn nagle_holds_a_second_small_segment() {
    let mut s = held_by_nagle(config());
    assert_eq!(s.write(11, 10), Ok(10));
    assert_eq!(s.write(21, 10), Ok(10));
    recv_nothing!(s, until 20 ms);
    send!(s, at 20 ms, ". 1:1(0) ack 11 win 60000");
    recv!(s, at 20 ms, "P. 11:31(20) ack 1");
}

#[test]
fn nagle_lets_full_segments_go_and_one_small_one_after_them() {
    let mut s = Script::established_with(Config { switches: Switches::empty(), ..config() });
    assert_eq!(s.write(1, 2010), Ok(2010));
    recv!(s, at 0 ms, ". 1:1001(1000) ack 1");
    recv!(s, at 0 ms, ". 1001:2001(1000) ack 1");
    recv!(s, at 0 ms, "P. 2001:2011(10) ack 1");
}

#[test]
fn nodelay_lets_go_what_nagle_held() {
    let mut s = held_by_nagle(config());
    assert_eq!(s.write(11, 10), Ok(10));
    s.set_nodelay(true);
    recv!(s, at 0 ms, "P. 11:21(10) ack 1");
}

#[test]
fn fin_is_not_held_by_nagle() {
    let mut s = held_by_nagle(config());
    assert_eq!(s.write(11, 10), Ok(10));
    s.shutdown_write();
    recv!(s, at 0 ms, "FP. 11:21(10) ack 1");
}

#[test]
fn send_takes_what_fits() {
    // A packet of 1,000 bytes costs 1,832; the last is begun as long as there is any room.
    let switches = config().switches | Switches::IN_MEMORY;
    let mut s = Script::established_with(Config { sndbuf: 5496, switches, ..config() });
    assert_eq!(s.write(1, 2000), Ok(2000));
    assert_eq!(s.readiness(), Readiness::OUT);
    assert_eq!(s.write(2001, 2000), Ok(1000));
    assert_eq!(s.readiness(), Readiness::empty());
    assert_eq!(s.write(3001, 1), Err(SendError::WouldBlock));
    assert_eq!(s.write(3001, 0), Ok(0));
    recv!(s, at 0 ms, ". 1:1001(1000) ack 1");
    recv!(s, at 0 ms, "P. 1001:2001(1000) ack 1");
    recv!(s, at 0 ms, "P. 2001:3001(1000) ack 1");
    // Room for a byte is not yet worth waking for: a third of the buffer must be free.
    send!(s, at 1 ms, ". 1:1(0) ack 1000 win 60000");
    assert_eq!(s.readiness(), Readiness::empty());
    send!(s, at 1 ms, ". 1:1(0) ack 1001 win 60000");
    assert_eq!(s.readiness(), Readiness::OUT);
}

/// What is on the way to this machine's own addresses, with so much room (SO_SNDBUF as `getsockopt` shows it).
fn in_memory(sndbuf: u32) -> Config {
    Config { sndbuf, switches: config().switches | Switches::IN_MEMORY, ..config() }
}

#[test]
fn last_packet_is_filled_before_another_is_begun() {
    // Two packets of 10 bytes cost 1,684; 990 bytes go into the second, room or not, and a third is begun if there is room behind them.
    for (sndbuf, taken) in [(1684, Ok(990)), (2674, Ok(990)), (2675, Ok(1990)), (4506, Ok(1990)), (4507, Ok(2990))] {
        let mut s = held_by_nagle(in_memory(sndbuf));
        assert_eq!(s.write(11, 10), Ok(10));
        assert_eq!(s.write(21, 5000), taken, "{sndbuf}");
    }
}

#[test]
fn end_of_a_record_ends_its_packet() {
    let mut s = held_by_nagle(in_memory(2675));
    assert_eq!(s.write_with(11, 10, SendFlags::EOR), Ok(10));
    // Nothing goes into that packet any more.
    assert_eq!(s.write(21, 5000), Ok(1000));
}

#[test]
fn large_write_looks_what_has_come_after_sixteen_packets() {
    let mut s = held_by_nagle(in_memory(100_000));
    assert_eq!(s.connection.until_flush(false), 16_000);
    assert_eq!(s.write(11, 10), Ok(10));
    assert_eq!(s.connection.until_flush(false), 990 + 16_000);
}

#[test]
fn no_packet_is_begun_while_as_much_as_notsent_lowat_waits() {
    let mut s = held_by_nagle(Config { notsent_lowat: 1500, ..in_memory(100_000) });
    assert_eq!(s.write(11, 10), Ok(10));
    // What is filled goes, nine packets more until the congestion window is full; of those that then wait the second is the last.
    assert_eq!(s.write(21, 50_000), Ok(990 + 8000 + 2000));
    assert_eq!(s.connection.unsent(), 2000);
    assert_eq!(s.write(11_011, 1), Err(SendError::WouldBlock));
}
