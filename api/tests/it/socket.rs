//! What `Socket` does between two calls: retries, deadlines, and nothing where nothing is to be done.

use std::io::{Read, Seek, Write};
use std::time::Duration;

use wavetank_api::{Addr, Buffering, Errno, FileMode, PollEvents};

use crate::script::{Answer, Answer::*, Script};

const SECOND: Option<Duration> = Some(Duration::from_secs(1));
const NONE: PollEvents = PollEvents::empty();
const IN: PollEvents = PollEvents::IN;
const OUT: PollEvents = PollEvents::OUT;

const AGAIN: Answer = Err(Errno::EAGAIN);
const INTERRUPTED: Answer = Err(Errno::EINTR);
const IN_PROGRESS: Answer = Err(Errno::EINPROGRESS);

#[test]
fn a_call_that_succeeds_is_one_call() {
    for timeout in [None, SECOND, Some(Duration::ZERO)] {
        let (script, socket) = Script::socket(timeout, &[Ok(4), Ok(5)]);
        assert_eq!(socket.send(&[0; 4]).unwrap(), 4);
        assert_eq!(socket.recv(&mut [0; 9]).unwrap(), 5);
        assert_eq!(script.calls(), ["send 4", "recv 9"]);
    }
}

#[test]
fn an_interrupted_call_is_made_again() {
    for timeout in [None, SECOND, Some(Duration::ZERO)] {
        let (script, socket) = Script::socket(timeout, &[INTERRUPTED, INTERRUPTED, Ok(1)]);
        assert_eq!(socket.recv(&mut [0]).unwrap(), 1);
        assert_eq!(script.calls(), ["recv 1", "recv 1", "recv 1"]);
    }
}

#[test]
fn would_block_is_an_answer_without_a_timeout() {
    for timeout in [None, Some(Duration::ZERO)] {
        // In blocking mode it is SO_RCVTIMEO that struck.
        let (script, socket) = Script::socket(timeout, &[AGAIN]);
        assert_eq!(socket.recv(&mut [0]).unwrap_err(), Errno::EAGAIN);
        assert_eq!(script.calls(), ["recv 1"]);
    }
}

#[test]
fn with_a_timeout_it_waits_and_tries_again_until_one_deadline() {
    // Twice there is nothing after all; a signal does not begin the time anew.
    let answers = [AGAIN, Polled(IN, 300), AGAIN, PollInterrupted(300), Polled(IN, 100), AGAIN, Polled(NONE, 300)];
    let (script, socket) = Script::socket(SECOND, &answers);
    let error = socket.recv(&mut [0]).unwrap_err();
    assert_eq!((error.is_timeout(), error.to_string().as_str()), (true, "recv: timed out"));
    assert_eq!(
        script.calls(),
        ["recv 1", "poll POLLIN 1s", "recv 1", "poll POLLIN 700ms", "poll POLLIN 400ms", "recv 1", "poll POLLIN 300ms"]
    );
}

#[test]
fn each_direction_waits_for_its_own_event() {
    let (script, socket) = Script::socket(SECOND, &[AGAIN, Polled(OUT, 1), Ok(1), AGAIN, Polled(IN, 1), Ok(0)]);
    socket.sendto(b"x", &Addr::ANY_V4).unwrap();
    socket.accept().unwrap();
    assert_eq!(script.calls(), ["sendmsg 1", "poll POLLOUT 1s", "sendmsg 1", "accept", "poll POLLIN 1s", "accept"]);
}

#[test]
fn sendall_goes_on_where_it_was_and_has_one_deadline() {
    let (script, socket) =
        Script::socket(SECOND, &[Ok(3), AGAIN, Polled(OUT, 600), Ok(2), INTERRUPTED, AGAIN, Polled(NONE, 400)]);
    assert!(socket.sendall(&[0; 10]).unwrap_err().is_timeout());
    assert_eq!(
        script.calls(),
        ["send 10", "send 7", "poll POLLOUT 1s", "send 7", "send 5", "send 5", "poll POLLOUT 400ms"]
    );
}

#[test]
fn write_all_and_read_exact_go_on_where_they_were() {
    let (script, mut socket) = Script::socket(None, &[Ok(3), INTERRUPTED, Ok(1), Ok(2), Ok(2)]);
    socket.write_all(&[0; 4]).unwrap();
    socket.read_exact(&mut [0; 4]).unwrap();
    assert_eq!(script.calls(), ["send 4", "send 1", "send 1", "recv 4", "recv 2"]);
}

#[test]
fn a_blocking_connect_that_is_interrupted_goes_on() {
    // PEP 475: the handshake cannot be begun again, so its end is waited for.
    let (script, socket) = Script::socket(None, &[INTERRUPTED, PollInterrupted(1), Polled(OUT, 1), Ok(0)]);
    socket.connect(&Addr::ANY_V4).unwrap();
    assert_eq!(script.calls(), ["connect", "poll POLLOUT for ever", "poll POLLOUT for ever", "getsockopt"]);
}

#[test]
fn a_connect_with_a_timeout_reports_how_it_ended() {
    let refused = Errno::ECONNREFUSED.raw() as usize;
    let (script, socket) = Script::socket(SECOND, &[IN_PROGRESS, Polled(OUT, 1), Ok(refused)]);
    assert_eq!(socket.connect(&Addr::ANY_V4).unwrap_err().to_string(), "connect: ECONNREFUSED (Connection refused)");
    assert_eq!(script.calls(), ["connect", "poll POLLOUT 1s", "getsockopt"]);

    let (script, socket) = Script::socket(SECOND, &[IN_PROGRESS, Polled(NONE, 1_000)]);
    assert_eq!(socket.connect(&Addr::ANY_V4).unwrap_err().to_string(), "connect: timed out");
    assert_eq!(script.calls(), ["connect", "poll POLLOUT 1s"]);
}

#[test]
fn a_non_blocking_connect_does_not_wait() {
    for answer in [IN_PROGRESS, AGAIN, Err(Errno::EALREADY)] {
        let (script, socket) = Script::socket(Some(Duration::ZERO), &[answer]);
        socket.connect(&Addr::ANY_V4).unwrap_err();
        assert_eq!(script.calls(), ["connect"]);
    }
}

#[test]
fn a_full_queue_of_a_unix_listener_is_not_waited_for() {
    // EAGAIN of connect(2) on a UNIX socket is no promise of a later POLLOUT.
    let (script, socket) = Script::socket(SECOND, &[AGAIN]);
    assert_eq!(socket.connect(&Addr::ANY_V4).unwrap_err(), Errno::EAGAIN);
    assert_eq!(script.calls(), ["connect"]);
}

#[test]
fn sendfile_goes_on_after_a_signal_and_after_a_wait() {
    let mut file = std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let (script, socket) = Script::socket(SECOND, &[Ok(3), INTERRUPTED, AGAIN, Polled(OUT, 600), Ok(4), Ok(0)]);
    assert_eq!(socket.sendfile(&mut file, 2, Some(10)).unwrap(), 7);
    assert_eq!(file.stream_position().unwrap(), 9);
    assert_eq!(
        script.calls(),
        ["sendfile 2 10", "sendfile 5 7", "sendfile 5 7", "poll POLLOUT 1s", "sendfile 5 7", "sendfile 9 3"]
    );
}

#[test]
fn sendfile_gives_up_on_the_kernel_only_before_the_first_byte() {
    let mut file = std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let (script, socket) = Script::socket(None, &[Err(Errno::ENOSYS), INTERRUPTED, Ok(4), Ok(6)]);
    assert_eq!(socket.sendfile(&mut file, 0, Some(10)).unwrap(), 10);
    assert_eq!(script.calls(), ["sendfile 0 10", "send 10", "send 10", "send 6"]);
    assert_eq!(file.stream_position().unwrap(), 10);

    let (script, socket) = Script::socket(None, &[Ok(3), Err(Errno::EINVAL)]);
    assert_eq!(socket.sendfile(&mut file, 0, Some(10)).unwrap_err(), Errno::EINVAL);
    assert_eq!(script.calls(), ["sendfile 0 10", "sendfile 3 7"]);
    assert_eq!(file.stream_position().unwrap(), 3);

    // A connection that is gone is no reason to read.
    let (script, socket) = Script::socket(None, &[Err(Errno::ECONNRESET)]);
    assert_eq!(socket.sendfile(&mut file, 0, None).unwrap_err(), Errno::ECONNRESET);
    assert_eq!(script.calls(), ["sendfile 0 1073741824"]);
    assert_eq!(file.stream_position().unwrap(), 3);
}

#[test]
fn a_file_of_a_socket_goes_on_after_a_signal_and_keeps_what_it_could_not_send() {
    let (script, socket) = Script::socket(SECOND, &[INTERRUPTED, AGAIN, Polled(NONE, 1_000), Ok(2), Ok(3)]);
    let mut file = std::sync::Arc::new(socket).makefile(FileMode::Write, Buffering::Default).unwrap();
    file.write_all(b"12345").unwrap();
    assert_eq!(file.flush().unwrap_err().kind(), std::io::ErrorKind::TimedOut);
    file.flush().unwrap();
    assert_eq!(script.calls(), ["send 5", "send 5", "poll POLLOUT 1s", "send 5", "send 3"]);
}
