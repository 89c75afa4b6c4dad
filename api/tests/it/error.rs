//! `Error`: its causes, its text, and the way through `io::Error` and back.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use wavetank_api::{Eai, Errno, Error};

/// Each cause once.
fn each() -> [Error; 4] {
    [
        Error::new(Errno::EPIPE, "send"),
        Error::timeout("recv"),
        Error::resolve(Eai::NONAME, "getaddrinfo"),
        io::Error::new(ErrorKind::InvalidData, "not a frame").into(),
    ]
}

#[test]
fn an_error_is_small() {
    assert!(size_of::<Error>() <= 24);
    assert!(size_of::<Result<usize, Error>>() <= 24);
}

#[test]
fn the_text_says_the_call_and_the_cause() {
    let texts = each().map(|error| error.to_string());
    assert_eq!(
        texts,
        [
            "send: EPIPE (Broken pipe)",
            "recv: timed out",
            "getaddrinfo: EAI_NONAME (Name or service not known)",
            "not a frame",
        ]
    );
}

#[test]
fn the_long_text_adds_the_hint() {
    let error = Error::new(Errno::ENETUNREACH, "connect");
    assert_eq!(format!("{error:#}"), format!("{error}; {}", error.hint().unwrap()));
    let error = Error::new(Errno::EXDEV, "connect");
    assert_eq!(format!("{error:#}"), format!("{error}"));
}

#[test]
fn each_cause_is_told_apart() {
    let [os, timeout, resolve, io] = each();
    assert_eq!(os.errno(), Some(Errno::EPIPE));
    assert_eq!([timeout.errno(), resolve.errno(), io.errno()], [None; 3]);
    assert_eq!([&os, &timeout, &resolve, &io].map(Error::is_timeout), [false, true, false, false]);
    assert_eq!(resolve, Eai::NONAME);
    assert_eq!([os.call(), timeout.call(), resolve.call(), io.call()], ["send", "recv", "getaddrinfo", ""]);
}

#[test]
fn the_timeout_of_the_mode_is_not_the_kernels() {
    let kernels = Error::new(Errno::ETIMEDOUT, "connect");
    let modes = Error::timeout("connect");
    assert_eq!((kernels.is_timeout(), kernels.errno()), (false, Some(Errno::ETIMEDOUT)));
    assert_eq!((modes.is_timeout(), modes.errno()), (true, None));
    // They agree on the kind alone.
    assert_eq!((kernels.kind(), modes.kind()), (ErrorKind::TimedOut, ErrorKind::TimedOut));
}

#[test]
fn through_io_error_and_back_nothing_is_lost_but_the_call_of_an_errno() {
    for error in each() {
        let back = Error::from(io::Error::from(error.clone()));
        assert_eq!((back.errno(), back.eai(), back.is_timeout()), (error.errno(), error.eai(), error.is_timeout()));
        assert_eq!(back.kind(), error.kind());
    }
    let back = Error::from(io::Error::from(Error::new(Errno::EPIPE, "send")));
    assert_eq!(back.to_string(), "EPIPE (Broken pipe)");
    let back = Error::from(io::Error::from(Error::timeout("recv")));
    assert_eq!(back.to_string(), "recv: timed out");
}

#[test]
fn io_errors_are_exactly_those_of_std() {
    for &errno in Errno::ALL {
        let (ours, theirs) = (io::Error::from(Error::new(errno, "connect")), io::Error::from_raw_os_error(errno.raw()));
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        assert_eq!(Error::new(errno, "connect").kind(), theirs.kind());
    }
}

#[test]
fn a_shared_io_error_keeps_kind_and_text() {
    let error: Error = io::Error::new(ErrorKind::InvalidData, "not a frame").into();
    let shared = error.clone();
    let io = io::Error::from(error);
    assert_eq!((io.kind(), io.to_string().as_str()), (ErrorKind::InvalidData, "not a frame"));
    assert_eq!(shared.kind(), ErrorKind::InvalidData);
}

#[test]
fn what_other_code_wraps_keeps_its_source() {
    let cause = "x".parse::<i32>().unwrap_err();
    let error: Error = io::Error::other(cause.clone()).into();
    assert_eq!(error.to_string(), cause.to_string());
    assert!(error.source().is_none());
    assert!(Error::new(Errno::EIO, "read").source().is_none());
}

#[test]
fn a_hint_depends_on_the_call() {
    let hint = |call, errno| Error::new(errno, call).hint().unwrap_or_default();
    assert!(hint("connect", Errno::ECONNREFUSED).contains("listening"));
    assert!(hint("recv", Errno::ECONNREFUSED).contains("datagram"));
    assert!(hint("bind", Errno::EADDRINUSE).contains("TIME_WAIT"));
    assert!(hint("socket", Errno::EMFILE).contains("ulimit -n"));
    assert!(Error::resolve(Eai::AGAIN, "getaddrinfo").hint().is_some());
    assert!(Error::timeout("recv").hint().is_some());
    assert_eq!(Error::new(Errno::EXDEV, "bind").hint(), None);
}
