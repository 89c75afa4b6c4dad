//! The sockets of a world: what of tokio's names stands for a socket in each of its states.
//!
//! tokio has no name for some states, and turmoil-net's shim no `TcpSocket`. What a program cannot say there is told as missing, by
//! [`Stack::missing`], and never as wrong. Two things are said in another way:
//!
//! * **bound and not listening.** The port is held by a `TcpListener`, which listens; while somebody connects to it, it is put aside, so that
//!   he is refused as he would be;
//! * **the backlog of `listen`**, which `TcpListener::bind` does not take: all have 16. Who connects to a queue that is longer than its
//!   `listen` asked for finds it missing.

use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use tokio::io::{AsyncWrite, ReadBuf};
use turmoil_net::{
    NetstatState,
    shim::tokio::net::{TcpListener, TcpStream, UdpSocket},
};
use wavetank_api::{Addr, Errno, Error, Family, PollEvents, Result, SockType};

use crate::world::{ADDRESSES, Stack};

/// A socket by its number.
pub(crate) struct Socket {
    pub(crate) host: usize,
    pub(crate) family: Family,
    pub(crate) kind: SockType,
    pub(crate) nonblocking: bool,
    pub(crate) state: State,
    /// How a connect that was not waited for has ended, until it is asked for: what its future ended with.
    pub(crate) end_of_connect: Option<std::result::Result<(), Errno>>,
}

type Connect = Pin<Box<dyn Future<Output = io::Result<TcpStream>>>>;

/// What it is, in tokio's names.
pub(crate) enum State {
    /// There is no name for it.
    Fresh,
    /// A TCP socket with an address; what holds the port, unless it is put aside.
    Bound(SocketAddr, Option<TcpListener>),
    Listening(Listener),
    Connecting(SocketAddr, Connect),
    Stream(TcpStream),
    Udp(UdpSocket),
}

pub(crate) struct Listener {
    pub(crate) socket: TcpListener,
    pub(crate) backlog: i32,
    /// What `poll` has found by accepting it.
    pub(crate) accepted: VecDeque<(TcpStream, SocketAddr)>,
}

/// The sockets of a world.
#[derive(Default)]
pub(crate) struct Table {
    sockets: BTreeMap<i32, Socket>,
    last: i32,
}

impl Table {
    pub(crate) fn insert(&mut self, socket: Socket) -> i32 {
        self.last += 1;
        // As if the first three were taken.
        self.sockets.insert(self.last + 2, socket);
        self.last + 2
    }

    pub(crate) fn first_host(&self) -> Option<usize> {
        self.sockets.first_key_value().map(|(_, socket)| socket.host)
    }

    pub(crate) fn drop_first(&mut self) {
        drop(self.sockets.pop_first());
    }

    fn named(&mut self, fd: i32) -> &mut Socket {
        self.sockets.get_mut(&fd).expect("a number lives as long as its socket")
    }
}

/// One poll of what tokio would poll.
pub(crate) fn once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut context())
}

fn context() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// `WouldBlock` of the `try_` calls, too, is that it is not ready.
pub(crate) fn tried<T>(call: &'static str, result: io::Result<T>) -> Poll<Result<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result.map_err(|error| named(call, &error))),
    }
}

/// What [`std`] would have made that kind of.
pub(crate) fn named(call: &'static str, error: &io::Error) -> Error {
    Error::new(errno(error), call)
}

fn errno(error: &io::Error) -> Errno {
    use io::ErrorKind as Kind;
    match (error.raw_os_error(), error.kind()) {
        (Some(number), _) => Errno::from_raw(number),
        (_, Kind::AddrInUse) => Errno::EADDRINUSE,
        (_, Kind::AddrNotAvailable) => Errno::EADDRNOTAVAIL,
        (_, Kind::BrokenPipe) => Errno::EPIPE,
        (_, Kind::ConnectionRefused) => Errno::ECONNREFUSED,
        (_, Kind::ConnectionReset) => Errno::ECONNRESET,
        (_, Kind::InvalidInput) => Errno::EINVAL,
        (_, Kind::NotConnected) => Errno::ENOTCONN,
        (_, Kind::NotFound) => Errno::EBADF,
        (_, Kind::PermissionDenied) => Errno::EACCES,
        (_, Kind::TimedOut) => Errno::ETIMEDOUT,
        (_, kind) => panic!("turmoil-net answers {kind:?}, which is no errno"),
    }
}

impl Socket {
    fn is_tcp(&self) -> bool {
        self.kind == SockType::STREAM
    }

    fn wildcard(&self) -> SocketAddr {
        if self.family == Family::INET6 { (Ipv6Addr::UNSPECIFIED, 0).into() } else { (Ipv4Addr::UNSPECIFIED, 0).into() }
    }
}

impl Stack {
    /// The socket, whose machine is the current one from now on.
    pub(crate) fn socket(&mut self, fd: i32) -> &mut Socket {
        let host = self.sockets.named(fd).host;
        self.enter(host);
        self.sockets.named(fd)
    }

    pub(crate) fn close(&mut self, fd: i32) {
        self.socket(fd);
        drop(self.sockets.sockets.remove(&fd));
        self.put_back();
    }

    /// The internet address of the socket's own family; tokio takes the family from the address.
    fn inet(&mut self, call: &'static str, fd: i32, addr: &Addr) -> Result<SocketAddr> {
        let family = self.socket(fd).family;
        match addr.as_inet() {
            Some(inet) if addr.family() == family => Ok(inet),
            _ => {
                Err(self.missing(call, &format!("{call} with an address of {} to a socket of {family}", addr.family())))
            }
        }
    }

    pub(crate) fn bind(&mut self, fd: i32, addr: &Addr) -> Result<()> {
        let addr = self.inet("bind", fd, addr)?;
        let socket = self.socket(fd);
        match (&socket.state, socket.is_tcp()) {
            (State::Fresh, true) => {
                let holder = immediate("bind", TcpListener::bind(addr))?;
                let bound = holder.local_addr().map_err(|error| named("bind", &error))?;
                socket.state = State::Bound(bound, Some(holder));
                Ok(())
            }
            (State::Fresh, false) => {
                socket.state = State::Udp(immediate("bind", UdpSocket::bind(addr))?);
                Ok(())
            }
            _ => Err(self.missing("bind", "bind of a socket that has an address")),
        }
    }

    /// The UDP socket, bound to the wildcard if it was not, which is how a program of tokio's would begin.
    fn udp(&mut self, call: &'static str, fd: i32) -> Result<&mut UdpSocket> {
        let socket = self.socket(fd);
        if let State::Fresh = socket.state {
            socket.state = State::Udp(immediate(call, UdpSocket::bind(socket.wildcard()))?);
        }
        match &mut socket.state {
            State::Udp(udp) => Ok(udp),
            _ => panic!("a datagram socket is one of UDP"),
        }
    }

    pub(crate) fn listen(&mut self, fd: i32, backlog: i32) -> Result<()> {
        let socket = self.socket(fd);
        if !socket.is_tcp() {
            return Err(self.missing("listen", "listen on a UDP socket"));
        }
        let listening = |socket| State::Listening(Listener { socket, backlog, accepted: VecDeque::new() });
        match std::mem::replace(&mut socket.state, State::Fresh) {
            State::Bound(_, Some(holder)) => socket.state = listening(holder),
            State::Bound(addr, None) => socket.state = listening(immediate("listen", TcpListener::bind(addr))?),
            State::Fresh => socket.state = listening(immediate("listen", TcpListener::bind(socket.wildcard()))?),
            State::Listening(listener) => socket.state = State::Listening(Listener { backlog, ..listener }),
            other => {
                socket.state = other;
                return Err(self.missing("listen", "listen on a socket that connects or is connected"));
            }
        }
        Ok(())
    }

    /// A connection, as the number of its socket.
    pub(crate) fn accept(&mut self, fd: i32, nonblocking: bool) -> Poll<Result<(i32, Addr)>> {
        let socket = self.socket(fd);
        let is_blocking = !socket.nonblocking;
        let (host, family, kind) = (socket.host, socket.family, socket.kind);
        let State::Listening(listener) = &mut socket.state else {
            return Poll::Ready(Err(self.missing("accept", "accept on a socket that does not listen")));
        };
        let polled = match listener.accepted.pop_front() {
            Some(accepted) => Poll::Ready(Ok(accepted)),
            None => listener.socket.poll_accept(&mut context()),
        };
        match polled {
            Poll::Ready(Ok((stream, peer))) => {
                let state = State::Stream(stream);
                let fd = self.sockets.insert(Socket { host, family, kind, nonblocking, state, end_of_connect: None });
                Poll::Ready(Ok((fd, Addr::from(peer))))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(named("accept", &error))),
            Poll::Pending if is_blocking => Poll::Pending,
            Poll::Pending => Poll::Ready(Err(Error::new(Errno::EAGAIN, "accept"))),
        }
    }

    /// The first attempt at `connect`; [`connected`](Self::connected) is the rest.
    pub(crate) fn connect(&mut self, fd: i32, addr: &Addr) -> Result<()> {
        let addr = self.inet("connect", fd, addr)?;
        if !self.socket(fd).is_tcp() {
            let udp = self.udp("connect", fd)?;
            return immediate("connect", udp.connect(addr));
        }
        let what = match &self.socket(fd).state {
            State::Fresh => {
                self.look_at_queue(addr)?;
                self.put_aside(addr);
                let socket = self.socket(fd);
                socket.state = State::Connecting(addr, Box::pin(TcpStream::connect(addr)));
                return Ok(());
            }
            State::Connecting(to, _) if *to == addr => return Ok(()),
            State::Bound(..) => "TcpSocket: connect of a socket that is bound",
            _ => "connect of a socket that connects, is connected or listens",
        };
        Err(self.missing("connect", what))
    }

    /// How a connect goes on.
    pub(crate) fn connected(&mut self, fd: i32) -> Poll<Result<()>> {
        let socket = self.socket(fd);
        let State::Connecting(_, connect) = &mut socket.state else { return Poll::Ready(Ok(())) };
        let Poll::Ready(end) = once(connect.as_mut()) else { return Poll::Pending };
        let result = match end {
            Ok(stream) => {
                socket.state = State::Stream(stream);
                socket.end_of_connect = Some(Ok(()));
                Ok(())
            }
            Err(error) => {
                socket.state = State::Fresh;
                socket.end_of_connect = Some(Err(errno(&error)));
                Err(named("connect", &error))
            }
        };
        self.put_back();
        Poll::Ready(result)
    }

    /// Whether a queue there is full by what its `listen` asked for.
    fn look_at_queue(&mut self, addr: SocketAddr) -> Result<()> {
        let backlogs = self.sockets.sockets.values().filter_map(|socket| match &socket.state {
            State::Listening(listener) if listener.backlog < 16 => Some((socket.host, listener)),
            _ => None,
        });
        let asked: Vec<_> = backlogs
            .filter_map(|(host, listener)| {
                let local = listener.socket_addr(self, host)?;
                (local.port() == addr.port()).then_some((host, local, listener.backlog, listener.accepted.len()))
            })
            .collect();
        for (host, local, backlog, accepted) in asked {
            let table = turmoil_net::netstat(ADDRESSES[host][0]);
            let is_it =
                |entry: &&turmoil_net::NetstatEntry| entry.state == Some(NetstatState::Listen) && entry.local == local;
            let queued: usize = table.entries.iter().filter(is_it).map(|entry| entry.recv_q + accepted).sum();
            if queued > usize::try_from(backlog).unwrap_or(0) {
                return Err(self.missing("connect", "the backlog of listen, which TcpListener::bind does not take"));
            }
        }
        Ok(())
    }

    /// What is bound there and does not listen must not answer.
    fn put_aside(&mut self, to: SocketAddr) {
        let holds = |socket: &Socket| match &socket.state {
            State::Bound(addr, Some(_)) => {
                addr.port() == to.port() && (addr.ip() == to.ip() || addr.ip().is_unspecified())
            }
            _ => false,
        };
        let fds: Vec<_> = self.sockets.sockets.iter().filter(|(_, socket)| holds(socket)).map(|(&fd, _)| fd).collect();
        for fd in fds {
            if let State::Bound(_, holder) = &mut self.socket(fd).state {
                drop(holder.take());
            }
        }
    }

    /// Holds again what was put aside, once nobody connects any more.
    fn put_back(&mut self) {
        let mut states = self.sockets.sockets.values().map(|socket| &socket.state);
        if states.any(|state| matches!(state, State::Connecting(..))) {
            return;
        }
        let is_aside = |socket: &Socket| matches!(socket.state, State::Bound(_, None));
        let fds: Vec<_> =
            self.sockets.sockets.iter().filter(|(_, socket)| is_aside(socket)).map(|(&fd, _)| fd).collect();
        for fd in fds {
            if let State::Bound(addr, holder) = &mut self.socket(fd).state {
                // Somebody may have got the port meanwhile, which no case does.
                *holder = immediate("bind", TcpListener::bind(*addr)).ok();
            }
        }
    }

    pub(crate) fn name(&mut self, fd: i32) -> Result<Addr> {
        let name = match &self.socket(fd).state {
            State::Bound(addr, _) => Ok(*addr),
            State::Listening(listener) => listener.socket.local_addr(),
            State::Stream(stream) => stream.local_addr(),
            State::Udp(udp) => udp.local_addr(),
            State::Fresh | State::Connecting(..) => {
                return Err(self.missing("getsockname", "the name of a socket that is not bound, or connects"));
            }
        };
        name.map(Addr::from).map_err(|error| named("getsockname", &error))
    }

    pub(crate) fn peer(&mut self, fd: i32) -> Result<Addr> {
        let peer = match &self.socket(fd).state {
            State::Stream(stream) => stream.peer_addr(),
            State::Udp(udp) => udp.peer_addr(),
            _ => return Err(self.missing("getpeername", "getpeername of what is no TcpStream or UdpSocket")),
        };
        peer.map(Addr::from).map_err(|error| named("getpeername", &error))
    }

    /// The stream of TCP, for a call of that name.
    fn stream(&mut self, call: &'static str, fd: i32) -> Result<&mut TcpStream> {
        // A connect that has come to its end is told when it is asked for.
        drop(self.connected(fd));
        if !matches!(self.socket(fd).state, State::Stream(_)) {
            return Err(self.missing(call, &format!("{call} on a TCP socket that is not connected")));
        }
        match &mut self.socket(fd).state {
            State::Stream(stream) => Ok(stream),
            _ => unreachable!("it was one a moment ago"),
        }
    }

    /// Some of the bytes, or one datagram.
    pub(crate) fn send(&mut self, fd: i32, data: &[u8], to: Option<&Addr>) -> Poll<Result<usize>> {
        if self.socket(fd).is_tcp() {
            return match (self.stream("send", fd), to) {
                (Ok(stream), None) => tried("send", stream.try_write(data)),
                (Ok(_), Some(_)) => Poll::Ready(Err(self.missing("send", "sendto on a TcpStream"))),
                (Err(error), _) => Poll::Ready(Err(error)),
            };
        }
        let to = match to.map(|to| self.inet("sendto", fd, to)).transpose() {
            Ok(to) => to,
            Err(error) => return Poll::Ready(Err(error)),
        };
        match (self.udp("send", fd), to) {
            (Ok(udp), Some(to)) => tried("send", udp.try_send_to(data, to)),
            (Ok(udp), None) => tried("send", udp.try_send(data)),
            (Err(error), _) => Poll::Ready(Err(error)),
        }
    }

    /// What is there, and from whom, as far as he is told.
    pub(crate) fn recv(
        &mut self,
        fd: i32,
        len: usize,
        peek: bool,
        want_addr: bool,
    ) -> Poll<Result<(Vec<u8>, Option<Addr>)>> {
        let mut bytes = vec![0; len];
        let got = if self.socket(fd).is_tcp() {
            let stream = match self.stream("recv", fd) {
                Ok(stream) => stream,
                Err(error) => return Poll::Ready(Err(error)),
            };
            let got = if peek {
                tried_poll("recv", stream.poll_peek(&mut context(), &mut ReadBuf::new(&mut bytes)))
            } else {
                tried("recv", stream.try_read(&mut bytes))
            };
            got.map(|got| got.map(|count| (count, None)))
        } else {
            let udp = match self.udp("recv", fd) {
                Ok(udp) => udp,
                Err(error) => return Poll::Ready(Err(error)),
            };
            match (peek, want_addr) {
                (true, _) => tried_poll("recv", once(udp.peek_from(&mut bytes))).map(from),
                (false, true) => tried("recv", udp.try_recv_from(&mut bytes)).map(from),
                (false, false) => tried("recv", udp.try_recv(&mut bytes)).map(|got| got.map(|count| (count, None))),
            }
        };
        got.map(|got| {
            got.map(|(count, addr)| {
                bytes.truncate(count);
                (bytes, addr)
            })
        })
    }

    pub(crate) fn shut_down_writing(&mut self, fd: i32) -> Result<()> {
        if !self.socket(fd).is_tcp() {
            return Err(self.missing("shutdown", "shutdown of a UdpSocket"));
        }
        let stream = self.stream("shutdown", fd)?;
        match tried_poll("shutdown", Pin::new(stream).poll_shutdown(&mut context())) {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("turmoil-net's shutdown waits"),
        }
    }

    /// What `poll` finds, of what can be found: that there is something to read, and that a connect has ended.
    pub(crate) fn ready(&mut self, fd: i32, events: PollEvents) -> Result<PollEvents> {
        const READINESS: &str = "readiness of a socket for anything but reading: writable() and ready() of tokio";
        if matches!(self.socket(fd).state, State::Connecting(..)) && events == PollEvents::OUT {
            let is_ready = self.connected(fd).is_ready();
            return Ok(if is_ready { PollEvents::OUT } else { PollEvents::empty() });
        }
        if events != PollEvents::IN {
            return Err(self.missing("poll", READINESS));
        }
        let is_ready = match &mut self.socket(fd).state {
            State::Listening(listener) => {
                if let Poll::Ready(Ok(accepted)) = listener.socket.poll_accept(&mut context()) {
                    listener.accepted.push_back(accepted);
                }
                !listener.accepted.is_empty()
            }
            State::Stream(stream) => {
                let mut byte = [0];
                stream.poll_peek(&mut context(), &mut ReadBuf::new(&mut byte)).is_ready()
            }
            State::Udp(udp) => once(udp.peek_from(&mut [0])).is_ready(),
            _ => return Err(self.missing("poll", READINESS)),
        };
        Ok(if is_ready { PollEvents::IN } else { PollEvents::empty() })
    }
}

impl Listener {
    /// Of that machine.
    fn socket_addr(&self, stack: &Stack, host: usize) -> Option<SocketAddr> {
        stack.enter(host);
        self.socket.local_addr().ok()
    }
}

fn from(result: Result<(usize, SocketAddr)>) -> Result<(usize, Option<Addr>)> {
    result.map(|(count, from)| (count, Some(Addr::from(from))))
}

fn tried_poll<T>(call: &'static str, polled: Poll<io::Result<T>>) -> Poll<Result<T>> {
    polled.map_err(|error| named(call, &error))
}

/// What tokio makes asynchronous, and turmoil-net answers at once.
fn immediate<T>(call: &'static str, future: impl Future<Output = io::Result<T>>) -> Result<T> {
    match once(future) {
        Poll::Ready(result) => result.map_err(|error| named(call, &error)),
        Poll::Pending => panic!("turmoil-net's {call} waits"),
    }
}
