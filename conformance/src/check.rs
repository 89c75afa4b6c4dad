//! What a case says of what it sees. Every check reports the line it stands on.

use std::{fmt::Debug, panic::Location, time::Duration};

use wavetank_api::{
    Addr, Eai, Errno, Error, Host, JoinHandle, Net, PollEvents, Result, SockOpt, Socket, option::OptValue, poll_one,
};

use crate::need::Absence;

/// How a case ends.
pub type Outcome = std::result::Result<(), Stop>;

/// Why a case ended before its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The world did something else than the case says; what was expected, and what happened.
    Failed(String),
    /// This machine cannot run the case; why.
    Skipped(String),
    /// The simulated world does not have it yet.
    Absent(Absence),
}

impl Stop {
    #[track_caller]
    pub(crate) fn failed(what: &str) -> Self {
        let line = Location::caller();
        Self::Failed(format!("{what} ({}:{})", line.file(), line.line()))
    }
}

/// A call that should have succeeded.
impl From<Error> for Stop {
    #[track_caller]
    fn from(error: Error) -> Self {
        Self::failed(&format!("expected success, got {error}"))
    }
}

impl From<std::io::Error> for Stop {
    #[track_caller]
    fn from(error: std::io::Error) -> Self {
        Self::failed(&format!("expected success, got {error}"))
    }
}

/// `got` is `expected`.
#[track_caller]
pub(crate) fn same<T: PartialEq + Debug>(what: &str, got: T, expected: T) -> Outcome {
    if got == expected { Ok(()) } else { Err(Stop::failed(&format!("{what}: expected {expected:?}, got {got:?}"))) }
}

/// That is so.
#[track_caller]
pub(crate) fn holds(what: &str, is_so: bool) -> Outcome {
    if is_so { Ok(()) } else { Err(Stop::failed(&format!("it does not hold that {what}"))) }
}

/// Sets an option that not every kernel has: on one without it the case is skipped.
#[track_caller]
pub(crate) fn sets_if_known<N: Net, T: OptValue>(socket: &Socket<N>, option: SockOpt<T>, value: T::Value) -> Outcome {
    match socket.setsockopt(option, value) {
        Err(error) if error == Errno::ENOPROTOOPT => Err(Stop::Skipped(format!("this kernel has no {option}"))),
        other => Ok(other?),
    }
}

/// The call fails with this errno.
#[track_caller]
pub(crate) fn fails<T>(result: Result<T>, errno: Errno) -> Outcome {
    match result {
        Err(error) if error == errno => Ok(()),
        Err(error) => Err(Stop::failed(&format!("expected {errno:?}, got {error}"))),
        Ok(_) => Err(Stop::failed(&format!("expected {errno:?}, got success"))),
    }
}

/// The resolver fails with this number.
#[track_caller]
pub(crate) fn fails_to_resolve<T: Debug>(result: Result<T>, eai: Eai) -> Outcome {
    match result {
        Err(error) if error == eai => Ok(()),
        Err(error) => Err(Stop::failed(&format!("expected {eai:?}, got {error}"))),
        Ok(found) => Err(Stop::failed(&format!("expected {eai:?}, got {found:?}"))),
    }
}

/// The call fails because the time of the socket's timeout mode is over.
#[track_caller]
pub(crate) fn times_out<T>(result: Result<T>) -> Outcome {
    match result {
        Err(error) if error.is_timeout() => Ok(()),
        Err(error) => Err(Stop::failed(&format!("expected a timeout, got {error}"))),
        Ok(_) => Err(Stop::failed("expected a timeout, got success")),
    }
}

/// What `poll` is asked for in these cases.
pub(crate) const ALL: PollEvents =
    PollEvents::IN.union(PollEvents::PRI).union(PollEvents::OUT).union(PollEvents::RDHUP);

/// `poll` reports exactly this, now.
#[track_caller]
pub(crate) fn polls<N: Net>(socket: &Socket<N>, expected: PollEvents) -> Outcome {
    let got = poll_one(socket.net(), socket.fd(), ALL, Some(Duration::ZERO))?;
    if got == expected { Ok(()) } else { Err(Stop::failed(&format!("poll: expected {expected}, got {got}"))) }
}

/// `poll` reports at least one of these, within some seconds.
#[track_caller]
pub(crate) fn becomes<N: Net>(socket: &Socket<N>, events: PollEvents) -> Outcome {
    let got = poll_one(socket.net(), socket.fd(), events, Some(PATIENCE))?;
    if got.is_empty() { Err(Stop::failed(&format!("poll: {events} does not come"))) } else { Ok(()) }
}

/// How long a case waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// One `recv` returns exactly these bytes.
#[track_caller]
pub(crate) fn receives<N: Net>(socket: &Socket<N>, expected: &[u8]) -> Outcome {
    let got = socket.recv_vec(expected.len() + 16)?;
    let text = |bytes: &[u8]| bytes[..bytes.len().min(40)].escape_ascii().to_string();
    if got == expected {
        return Ok(());
    }
    Err(Stop::failed(&format!(
        "recv: expected {} bytes \"{}\", got {} bytes \"{}\"",
        expected.len(),
        text(expected),
        got.len(),
        text(&got)
    )))
}

/// `recv` returns 0: the end of the stream.
#[track_caller]
pub(crate) fn ends<N: Net>(socket: &Socket<N>) -> Outcome {
    let got = socket.recv(&mut [0; 64])?;
    if got == 0 { Ok(()) } else { Err(Stop::failed(&format!("expected the end of the stream, got {got} bytes"))) }
}

/// The action takes at least this long, and less than a second (of a busy machine) more.
#[track_caller]
pub(crate) fn takes<H: Host, T>(host: &H, time: Duration, action: impl FnOnce() -> T) -> std::result::Result<T, Stop> {
    let begin = host.now();
    let result = action();
    let took = host.now() - begin;
    // Timers of the kernel are as coarse as its tick, and may be early by less than one when read by another clock.
    let early = time.saturating_sub(Duration::from_millis(1));
    if took >= early && took < time + Duration::from_secs(1) {
        return Ok(result);
    }
    Err(Stop::failed(&format!("expected to take {time:?}, took {took:?}")))
}

/// The action takes at least `least` and at most `most`: what a timer does that no setting names.
#[track_caller]
pub(crate) fn takes_between<H: Host, T>(
    host: &H,
    least: Duration,
    most: Duration,
    action: impl FnOnce() -> T,
) -> std::result::Result<T, Stop> {
    let begin = host.now();
    let result = action();
    let took = host.now() - begin;
    if least <= took && took <= most {
        return Ok(result);
    }
    Err(Stop::failed(&format!("expected to take {least:?} to {most:?}, took {took:?}")))
}

/// As [`takes`], where somebody else's clock began to run before: what another thread does after `time`.
#[track_caller]
pub(crate) fn waits<H: Host, T>(host: &H, time: Duration, action: impl FnOnce() -> T) -> std::result::Result<T, Stop> {
    takes(host, time / 2, action)
}

/// What a thread of the case returned.
#[track_caller]
pub(crate) fn joins<H: Host, T>(thread: JoinHandle<H, T>) -> std::result::Result<T, Stop> {
    thread.join().map_err(|_| Stop::failed("a thread of the case panicked"))
}

/// The IP address of an address.
#[track_caller]
pub(crate) fn ip_of(addr: &Addr) -> std::result::Result<std::net::IpAddr, Stop> {
    addr.ip().ok_or_else(|| Stop::failed(&format!("expected an internet address, got {addr}")))
}

/// The port of an address.
#[track_caller]
pub(crate) fn port_of(addr: &Addr) -> std::result::Result<u16, Stop> {
    addr.port().ok_or_else(|| Stop::failed(&format!("expected an internet address, got {addr}")))
}
