//! A network stack that reads its answers from a script, for what `Socket` does between two calls.

use std::collections::VecDeque;
use std::fs::File;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wavetank_api::{
    Addr, AddrInfo, AddrQuery, Descriptor, Errno, Error, Family, HostEntry, Instant, MsgFlags, NameFlags, Net,
    PollEvents, PollFd, Protocol, RecvMsg, Result, SendMsg, Shutdown, SockFlags, SockType, Socket,
};

/// What a call answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// A count of bytes, or nothing to tell.
    Ok(usize),
    Err(Errno),
    /// `poll` found this, so many milliseconds after it was called.
    Polled(PollEvents, u64),
    /// `poll` was interrupted, so many milliseconds after it was called.
    PollInterrupted(u64),
}

/// The stack: each call takes the next answer, and is written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    answers: VecDeque<Answer>,
    calls: Vec<String>,
    now: Instant,
}

#[derive(Debug)]
pub(crate) struct Fd;

impl Descriptor for Fd {
    fn raw(&self) -> i32 {
        3
    }
}

impl Script {
    /// A socket on a stack that will answer so.
    pub(crate) fn socket(timeout: Option<Duration>, answers: &[Answer]) -> (Self, Socket<Self>) {
        let script = Self::default();
        let socket = Socket::new(&script, Family::INET, SockType::STREAM).unwrap();
        socket.settimeout(timeout).unwrap();
        script.0.lock().unwrap().answers = answers.iter().copied().collect();
        (script, socket)
    }

    /// The calls so far. Every answer must have been used.
    #[track_caller]
    pub(crate) fn calls(&self) -> Vec<String> {
        let state = self.0.lock().unwrap();
        assert!(state.answers.is_empty(), "not asked for: {:?}", state.answers);
        state.calls.clone()
    }

    #[track_caller]
    fn call(&self, name: &'static str, argument: impl std::fmt::Display) -> Result<usize> {
        check_caller();
        let mut state = self.0.lock().unwrap();
        state.calls.push(format!("{name} {argument}").trim_end().to_owned());
        match state.answers.pop_front() {
            Some(Answer::Ok(count)) => Ok(count),
            Some(Answer::Err(errno)) => Err(Error::new(errno, name)),
            answer => panic!("{name} finds {answer:?} in the script"),
        }
    }
}

impl Net for Script {
    type Fd = Fd;

    fn socket(&self, _: Family, _: SockType, _: SockFlags, _: Protocol) -> Result<Fd> {
        Ok(Fd)
    }

    fn accept(&self, _: &Fd, _: SockFlags) -> Result<(Fd, Addr)> {
        self.call("accept", "").map(|_| (Fd, Addr::ANY_V4))
    }

    fn connect(&self, _: &Fd, _: &Addr) -> Result<()> {
        self.call("connect", "").map(drop)
    }

    fn send(&self, _: &Fd, data: &[u8], _: MsgFlags) -> Result<usize> {
        self.call("send", data.len())
    }

    fn recv(&self, _: &Fd, buf: &mut [u8], _: MsgFlags) -> Result<usize> {
        self.call("recv", buf.len())
    }

    fn sendmsg(&self, _: &Fd, msg: &SendMsg<'_, Fd>, _: MsgFlags) -> Result<usize> {
        self.call("sendmsg", msg.len())
    }

    fn recvmsg(&self, _: &Fd, msg: &mut RecvMsg<'_, '_, Fd>, _: MsgFlags) -> Result<usize> {
        self.call("recvmsg", msg.len())
    }

    /// Of every option: the number that the script says.
    fn getsockopt(&self, _: &Fd, _: i32, _: i32, value: &mut [u8]) -> Result<usize> {
        let number = self.call("getsockopt", "")? as i32;
        value[..4].copy_from_slice(&number.to_ne_bytes());
        Ok(4)
    }

    fn set_nonblocking(&self, _: &Fd, _: bool) -> Result<()> {
        Ok(())
    }

    fn poll(&self, fds: &mut [PollFd<'_, Self>], timeout: Option<Duration>) -> Result<usize> {
        check_caller();
        let mut state = self.0.lock().unwrap();
        let timeout = timeout.map_or("for ever".to_owned(), |timeout| format!("{timeout:?}"));
        state.calls.push(format!("poll {} {timeout}", fds[0].events));
        match state.answers.pop_front() {
            Some(Answer::Polled(revents, millis)) => {
                state.now += Duration::from_millis(millis);
                fds[0].revents = revents;
                Ok(usize::from(!revents.is_empty()))
            }
            Some(Answer::PollInterrupted(millis)) => {
                state.now += Duration::from_millis(millis);
                Err(Error::new(Errno::EINTR, "poll"))
            }
            answer => panic!("poll finds {answer:?} in the script"),
        }
    }

    fn monotonic(&self) -> Instant {
        self.0.lock().unwrap().now
    }

    fn socketpair(&self, _: Family, _: SockType, _: SockFlags, _: Protocol) -> Result<(Fd, Fd)> {
        unscripted()
    }
    fn bind(&self, _: &Fd, _: &Addr) -> Result<()> {
        unscripted()
    }
    fn listen(&self, _: &Fd, _: i32) -> Result<()> {
        unscripted()
    }
    fn getsockname(&self, _: &Fd) -> Result<Addr> {
        unscripted()
    }
    fn getpeername(&self, _: &Fd) -> Result<Addr> {
        unscripted()
    }
    fn setsockopt(&self, _: &Fd, _: i32, _: i32, _: &[u8]) -> Result<()> {
        unscripted()
    }
    fn shutdown(&self, _: &Fd, _: Shutdown) -> Result<()> {
        unscripted()
    }
    fn dup(&self, _: &Fd) -> Result<Fd> {
        unscripted()
    }
    fn close(&self, _: Fd) -> Result<()> {
        unscripted()
    }
    fn nonblocking(&self, _: &Fd) -> Result<bool> {
        unscripted()
    }
    fn ioctl(&self, _: &Fd, _: u64, _: &mut [u8]) -> Result<i32> {
        unscripted()
    }
    fn getaddrinfo(&self, _: &AddrQuery<'_>) -> Result<Vec<AddrInfo>> {
        unscripted()
    }
    fn getnameinfo(&self, _: &Addr, _: NameFlags) -> Result<(String, String)> {
        unscripted()
    }
    fn gethostname(&self) -> Result<String> {
        unscripted()
    }
    fn sethostname(&self, _: &str) -> Result<()> {
        unscripted()
    }
    fn if_nameindex(&self) -> Result<Vec<(u32, String)>> {
        unscripted()
    }
    fn sendfile(&self, _: &Fd, _: &File, offset: u64, count: usize) -> Result<usize> {
        self.call("sendfile", format_args!("{offset} {count}"))
    }
    fn setsockopt_null(&self, _: &Fd, _: i32, _: i32, _: u32) -> Result<()> {
        unscripted()
    }
    fn inheritable(&self, _: &Fd) -> Result<bool> {
        unscripted()
    }
    fn set_inheritable(&self, _: &Fd, _: bool) -> Result<()> {
        unscripted()
    }
    fn default_timeout(&self) -> Option<Duration> {
        None
    }
    fn set_default_timeout(&self, _: Option<Duration>) {
        unscripted()
    }
    fn gethostbyname_ex(&self, _: &str) -> Result<HostEntry> {
        unscripted()
    }
    fn gethostbyaddr(&self, _: IpAddr) -> Result<HostEntry> {
        unscripted()
    }
    fn getservbyname(&self, _: &str, _: Option<&str>) -> Result<u16> {
        unscripted()
    }
    fn getservbyport(&self, _: u16, _: Option<&str>) -> Result<String> {
        unscripted()
    }
    fn getprotobyname(&self, _: &str) -> Result<Protocol> {
        unscripted()
    }
    fn if_nametoindex(&self, _: &str) -> Result<u32> {
        unscripted()
    }
    fn if_indextoname(&self, _: u32) -> Result<String> {
        unscripted()
    }
}

/// However deep in `Socket` a call is made, it is reported to come from the line of the test.
#[track_caller]
fn check_caller() {
    let file = std::panic::Location::caller().file();
    assert!(file.ends_with("tests/it/socket.rs"), "the call comes from {file}");
}

fn unscripted<T>() -> T {
    panic!("no script has this call")
}
