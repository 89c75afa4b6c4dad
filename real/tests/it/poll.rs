//! `poll` on the operating system.

use std::time::Duration;

use wavetank_api::{Host, Net, PollEvents, PollFd, poll_one};

use crate::{pair, this};

const IN: PollEvents = PollEvents::IN;

#[test]
fn it_counts_and_marks_those_that_are_ready() {
    let (a, b) = pair();
    let (c, _d) = pair();
    b.send(b"x").unwrap();
    let mut fds = [PollFd::of(&a, IN), PollFd::of(&c, IN), PollFd::of(&c, PollEvents::OUT)];
    assert_eq!(this().poll(&mut fds, None).unwrap(), 2);
    assert_eq!(fds.each_ref().map(|fd| fd.revents), [IN, PollEvents::empty(), PollEvents::OUT]);
    assert_eq!(fds.each_ref().map(PollFd::is_readable), [true, false, false]);
    assert_eq!(fds.each_ref().map(PollFd::is_writable), [false, false, true]);
    assert_eq!(format!("{:?}", fds[0]), format!("{{fd={}, events=POLLIN, revents=POLLIN}}", a.fileno()));
}

#[test]
fn more_than_fit_on_the_stack() {
    let pairs: Vec<_> = (0..40).map(|_| pair()).collect();
    pairs[33].1.send(b"x").unwrap();
    let mut fds: Vec<_> = pairs.iter().map(|(a, _)| PollFd::of(a, IN)).collect();
    assert_eq!(this().poll(&mut fds, Some(Duration::from_secs(5))).unwrap(), 1);
    assert_eq!(fds.iter().position(PollFd::is_readable), Some(33));
}

#[test]
fn the_time_is_kept_below_a_millisecond() {
    let (a, _b) = pair();
    for timeout in [Duration::ZERO, Duration::from_micros(300), Duration::from_millis(3)] {
        let start = this().now();
        assert_eq!(poll_one(&this(), a.fd(), IN, Some(timeout)).unwrap(), PollEvents::empty());
        let took = this().now() - start;
        assert!(took >= timeout && took < timeout + Duration::from_millis(500), "{took:?} for {timeout:?}");
    }
}

#[test]
fn nothing_to_poll_is_a_sleep() {
    assert_eq!(this().poll(&mut [], Some(Duration::from_millis(1))).unwrap(), 0);
}

#[test]
fn the_end_of_a_stream_is_readable_and_hung_up() {
    let (a, b) = pair();
    drop(b);
    let asked = IN | PollEvents::RDHUP;
    assert_eq!(poll_one(&this(), a.fd(), asked, None).unwrap(), asked | PollEvents::HUP);
}

#[test]
fn the_longest_time_is_for_ever() {
    let (a, b) = pair();
    b.send(b"x").unwrap();
    assert_eq!(poll_one(&this(), a.fd(), IN, Some(Duration::MAX)).unwrap(), IN);
    let mut fds = [PollFd::of(&a, IN)];
    assert_eq!(this().poll(&mut fds, Some(Duration::MAX)).unwrap(), 1);
}
