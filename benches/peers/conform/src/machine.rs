//! [`Machine`]: a host of turmoil-net as [`Net`].
//!
//! What tokio's names say is asked of turmoil-net. Everything else is [missing](crate::world::Link::missing).

use std::{fmt, fs::File, io, net::IpAddr, task::Poll, time::Duration};

use wavetank_api::{
    Addr, AddrInfo, AddrQuery, Descriptor, Errno, Error, Family, HostEntry, Instant, MsgFlags, NameFlags, Net,
    PollEvents, PollFd, Protocol, RecvMsg, Result, SendMsg, Shutdown, SockFlags, SockType, c,
};

use crate::{
    knob::Knob,
    socket::{Socket, State, named},
    world::{Link, Stack},
};

/// `is_write_vectored()` is false.
const VECTORS: &str = "several buffers in one call: write_vectored";

/// A machine of a world.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) link: Link,
    host: usize,
}

/// A socket by its number; closed when it is dropped.
pub(crate) struct Fd {
    number: i32,
    link: Link,
}

impl Descriptor for Fd {
    /// tokio's sockets have one, turmoil-net's have not.
    fn raw(&self) -> i32 {
        drop(self.link.missing("fileno", "numbers of descriptors: AsRawFd"));
        self.number
    }
}

impl fmt::Debug for Fd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        let number = self.number;
        self.link.tell("close", move |stack| stack.close(number));
    }
}

impl Machine {
    pub(crate) fn new(link: Link, host: usize) -> Self {
        Self { link, host }
    }

    fn nonblocking_of(&self, call: &'static str, flags: SockFlags) -> Result<bool> {
        let other = flags.difference(SockFlags::NONBLOCK | SockFlags::CLOEXEC);
        if other.is_empty() {
            Ok(flags.contains(SockFlags::NONBLOCK))
        } else {
            self.missing(call, &format!("{call} with {other:?}"))
        }
    }

    fn missing<T>(&self, call: &'static str, what: &str) -> Result<T> {
        Err(self.link.missing(call, what))
    }

    fn fd(&self, number: i32) -> Fd {
        Fd { number, link: self.link.clone() }
    }

    /// An attempt that is ready at once.
    fn ask<T: Send + 'static>(
        &self,
        call: &'static str,
        mut ask: impl FnMut(&mut Stack) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.link.call(call, move |stack| Poll::Ready(ask(stack)))
    }

    /// One that waits, unless the socket or the flags say that it must not.
    fn wait<T: Send + 'static>(
        &self,
        call: &'static str,
        fd: &Fd,
        flags: MsgFlags,
        mut attempt: impl FnMut(&mut Stack) -> Poll<Result<T>> + Send + 'static,
    ) -> Result<T> {
        let number = fd.number;
        self.link.call(call, move |stack| {
            let waits = !flags.contains(MsgFlags::DONTWAIT) && !stack.socket(number).nonblocking;
            match attempt(stack) {
                Poll::Pending if !waits => Poll::Ready(Err(Error::new(Errno::EAGAIN, call))),
                polled => polled,
            }
        })
    }

    fn receive(&self, fd: &Fd, len: usize, flags: MsgFlags, want_addr: bool) -> Result<(Vec<u8>, Option<Addr>)> {
        let other = flags.difference(MsgFlags::DONTWAIT | MsgFlags::PEEK);
        if !other.is_empty() {
            return self.missing("recv", &format!("recv with {other}"));
        }
        let (number, peek) = (fd.number, flags.contains(MsgFlags::PEEK));
        self.wait("recv", fd, flags, move |stack| stack.recv(number, len, peek, want_addr))
    }

    /// All of it, as `write_all` would; on a stream that does not wait, or has failed after a part, the part.
    fn transmit(&self, fd: &Fd, data: Vec<u8>, to: Option<Addr>, flags: MsgFlags) -> Result<usize> {
        let other = flags.difference(MsgFlags::DONTWAIT | MsgFlags::NOSIGNAL);
        if !other.is_empty() {
            return self.missing("send", &format!("send with {other}"));
        }
        let number = fd.number;
        let mut sent = 0;
        self.link.call("send", move |stack| {
            let waits = !flags.contains(MsgFlags::DONTWAIT) && !stack.socket(number).nonblocking;
            loop {
                match stack.send(number, &data[sent..], to.as_ref()) {
                    Poll::Ready(Ok(count)) => sent += count,
                    Poll::Ready(Err(_)) | Poll::Pending if sent > 0 && !waits => return Poll::Ready(Ok(sent)),
                    Poll::Ready(Err(_)) if sent > 0 => return Poll::Ready(Ok(sent)),
                    Poll::Pending if !waits => return Poll::Ready(Err(Error::new(Errno::EAGAIN, "send"))),
                    other => return other,
                }
                if sent == data.len() {
                    return Poll::Ready(Ok(sent));
                }
            }
        })
    }

    /// An option that tokio has a method for, on what has that method.
    fn knob<T: Send + 'static>(
        &self,
        call: &'static str,
        fd: &Fd,
        (level, name): (i32, i32),
        mut ask: impl FnMut(&Knob<'_>) -> io::Result<T> + Send + 'static,
    ) -> Result<T> {
        let number = fd.number;
        self.ask(call, move |stack| {
            if let Some(knob) = Knob::of(&stack.socket(number).state, level, name) {
                return ask(&knob).map_err(|error| named(call, &error));
            }
            let option = wavetank_api::option::option_name(level, name);
            let option = option.map_or_else(|| format!("option {name} of level {level}"), str::to_owned);
            let later = if Knob::is_known(level, name) {
                " of a socket that is no TcpStream, TcpListener or UdpSocket"
            } else {
                ""
            };
            Err(stack.missing(call, &format!("{option}{later}")))
        })
    }
}

impl Net for Machine {
    type Fd = Fd;

    fn socket(&self, family: Family, kind: SockType, flags: SockFlags, protocol: Protocol) -> Result<Fd> {
        let is_tcp = kind == SockType::STREAM && [Protocol::DEFAULT, Protocol::TCP].contains(&protocol);
        let is_udp = kind == SockType::DGRAM && [Protocol::DEFAULT, Protocol::UDP].contains(&protocol);
        if ![Family::INET, Family::INET6].contains(&family) || !(is_tcp || is_udp) {
            return self.missing("socket", &format!("socket({family}, {kind}, {})", protocol.raw()));
        }
        let nonblocking = self.nonblocking_of("socket", flags)?;
        let host = self.host;
        let number = self.ask("socket", move |stack| {
            let socket = Socket { host, family, kind, nonblocking, state: State::Fresh, end_of_connect: None };
            Ok(stack.sockets.insert(socket))
        })?;
        Ok(self.fd(number))
    }

    fn socketpair(&self, family: Family, kind: SockType, _: SockFlags, _: Protocol) -> Result<(Fd, Fd)> {
        self.missing("socketpair", &format!("socketpair({family}, {kind})"))
    }

    fn bind(&self, fd: &Fd, addr: &Addr) -> Result<()> {
        let (number, addr) = (fd.number, addr.clone());
        self.ask("bind", move |stack| stack.bind(number, &addr))
    }

    fn listen(&self, fd: &Fd, backlog: i32) -> Result<()> {
        let number = fd.number;
        self.ask("listen", move |stack| stack.listen(number, backlog))
    }

    fn accept(&self, fd: &Fd, flags: SockFlags) -> Result<(Fd, Addr)> {
        let nonblocking = self.nonblocking_of("accept", flags)?;
        let number = fd.number;
        let (number, peer) = self.link.call("accept", move |stack| stack.accept(number, nonblocking))?;
        Ok((self.fd(number), peer))
    }

    /// Without waiting, the connect begins, and `poll` for writing is its end.
    fn connect(&self, fd: &Fd, addr: &Addr) -> Result<()> {
        let (number, addr) = (fd.number, addr.clone());
        let mut begun = false;
        self.link.call("connect", move |stack| {
            if !begun {
                if let Err(error) = stack.connect(number, &addr) {
                    return Poll::Ready(Err(error));
                }
                begun = true;
            }
            let end = stack.connected(number);
            // It is told here, and not again by SO_ERROR.
            stack.socket(number).end_of_connect = None;
            match end {
                Poll::Pending if stack.socket(number).nonblocking => {
                    Poll::Ready(Err(Error::new(Errno::EINPROGRESS, "connect")))
                }
                polled => polled,
            }
        })
    }

    fn getsockname(&self, fd: &Fd) -> Result<Addr> {
        let number = fd.number;
        self.ask("getsockname", move |stack| stack.name(number))
    }

    fn getpeername(&self, fd: &Fd) -> Result<Addr> {
        let number = fd.number;
        self.ask("getpeername", move |stack| stack.peer(number))
    }

    fn sendmsg(&self, fd: &Fd, msg: &SendMsg<'_, Fd>, flags: MsgFlags) -> Result<usize> {
        if !msg.control.is_empty() || !msg.fds.is_empty() {
            return self.missing("sendmsg", "control messages");
        }
        if msg.bufs.len() > 1 {
            return self.missing("sendmsg", VECTORS);
        }
        let data = msg.bufs.iter().flat_map(|buf| buf.iter().copied()).collect();
        self.transmit(fd, data, msg.addr.cloned(), flags)
    }

    fn recvmsg(&self, fd: &Fd, msg: &mut RecvMsg<'_, '_, Fd>, flags: MsgFlags) -> Result<usize> {
        if !msg.control.is_empty() {
            return self.missing("recvmsg", "control messages");
        }
        if msg.bufs.len() > 1 {
            return self.missing("recvmsg", VECTORS);
        }
        let room = msg.len();
        let (bytes, addr) = self.receive(fd, room, flags, msg.want_addr)?;
        let number = fd.number;
        let is_udp = self.ask("recvmsg", move |stack| Ok(stack.socket(number).kind == SockType::DGRAM))?;
        if is_udp && bytes.len() == room {
            return self.missing("recvmsg", "MSG_TRUNC: what does not fit is cut off, and nobody told");
        }
        if let Some(buf) = msg.bufs.first_mut() {
            buf[..bytes.len()].copy_from_slice(&bytes);
        }
        (msg.addr, msg.control_len, msg.flags) = (addr, 0, MsgFlags::empty());
        Ok(bytes.len())
    }

    fn send(&self, fd: &Fd, data: &[u8], flags: MsgFlags) -> Result<usize> {
        self.transmit(fd, data.to_vec(), None, flags)
    }

    fn recv(&self, fd: &Fd, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        let (bytes, _) = self.receive(fd, buf.len(), flags, false)?;
        buf[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    fn sendfile(&self, _: &Fd, _: &File, _: u64, _: usize) -> Result<usize> {
        self.missing("sendfile", "sendfile")
    }

    fn getsockopt(&self, fd: &Fd, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
        let number = fd.number;
        let int = if (level, name) == (c::SOL_SOCKET, c::SO_ERROR) {
            self.ask("getsockopt", move |stack| match stack.socket(number).end_of_connect.take() {
                Some(Ok(())) => Ok(0),
                Some(Err(errno)) => Ok(errno.raw()),
                None => Err(stack.missing("getsockopt", "SO_ERROR: take_error() of tokio")),
            })?
        } else {
            self.knob("getsockopt", fd, (level, name), |knob: &Knob<'_>| knob.get())?.cast_signed()
        };
        let bytes = int.to_ne_bytes();
        let len = value.len().min(bytes.len());
        value[..len].copy_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn setsockopt(&self, fd: &Fd, level: i32, name: i32, value: &[u8]) -> Result<()> {
        let int = value.first_chunk().map(|bytes| i32::from_ne_bytes(*bytes));
        let Some(Ok(value)) = int.map(u32::try_from) else {
            return self.missing("setsockopt", "an option's value that tokio's types do not have");
        };
        self.knob("setsockopt", fd, (level, name), move |knob| knob.set(value))
    }

    fn setsockopt_null(&self, _: &Fd, _: i32, _: i32, _: u32) -> Result<()> {
        self.missing("setsockopt", "setsockopt without a value")
    }

    fn shutdown(&self, fd: &Fd, how: Shutdown) -> Result<()> {
        let number = fd.number;
        match how {
            Shutdown::Write => self.ask("shutdown", move |stack| stack.shut_down_writing(number)),
            Shutdown::Read | Shutdown::Both => self.missing("shutdown", "shutdown of reading"),
        }
    }

    fn dup(&self, _: &Fd) -> Result<Fd> {
        self.missing("dup", "dup: a second descriptor of a socket")
    }

    fn close(&self, fd: Fd) -> Result<()> {
        drop(fd);
        Ok(())
    }

    fn nonblocking(&self, fd: &Fd) -> Result<bool> {
        let number = fd.number;
        self.ask("fcntl", move |stack| Ok(stack.socket(number).nonblocking))
    }

    /// Whether `try_` methods are called, or what waits is awaited.
    fn set_nonblocking(&self, fd: &Fd, nonblocking: bool) -> Result<()> {
        let number = fd.number;
        self.ask("fcntl", move |stack| {
            stack.socket(number).nonblocking = nonblocking;
            Ok(())
        })
    }

    fn inheritable(&self, _: &Fd) -> Result<bool> {
        self.missing("fcntl", "inheritance of descriptors")
    }

    fn set_inheritable(&self, _: &Fd, _: bool) -> Result<()> {
        self.missing("fcntl", "inheritance of descriptors")
    }

    fn default_timeout(&self) -> Option<Duration> {
        None
    }

    fn set_default_timeout(&self, _: Option<Duration>) {
        drop(self.link.missing("setdefaulttimeout", "a default timeout"));
    }

    fn ioctl(&self, _: &Fd, request: u64, _: &mut [u8]) -> Result<i32> {
        self.missing("ioctl", &format!("ioctl {request:#x}"))
    }

    fn poll(&self, fds: &mut [PollFd<'_, Self>], timeout: Option<Duration>) -> Result<usize> {
        let asked: Vec<_> = fds.iter().map(|entry| (entry.fd.number, entry.events)).collect();
        let deadline = timeout.map(|timeout| self.monotonic() + timeout);
        let found = self.link.until("poll", deadline, move |stack| {
            let found: Result<Vec<_>> = asked.iter().map(|&(number, events)| stack.ready(number, events)).collect();
            match found {
                Ok(found) if found.iter().all(PollEvents::is_empty) => Poll::Pending,
                found => Poll::Ready(found),
            }
        });
        let found = found.transpose()?;
        for (index, entry) in fds.iter_mut().enumerate() {
            entry.revents = found.as_ref().map_or(PollEvents::empty(), |found| found[index]);
        }
        Ok(fds.iter().filter(|entry| !entry.revents.is_empty()).count())
    }

    fn monotonic(&self) -> Instant {
        self.link.now()
    }

    fn getaddrinfo(&self, _: &AddrQuery<'_>) -> Result<Vec<AddrInfo>> {
        self.missing("getaddrinfo", "getaddrinfo: lookup_host of tokio")
    }

    fn getnameinfo(&self, _: &Addr, _: NameFlags) -> Result<(String, String)> {
        self.missing("getnameinfo", "getnameinfo")
    }

    fn gethostbyname_ex(&self, _: &str) -> Result<HostEntry> {
        self.missing("gethostbyname", "gethostbyname")
    }

    fn gethostbyaddr(&self, _: IpAddr) -> Result<HostEntry> {
        self.missing("gethostbyaddr", "gethostbyaddr")
    }

    fn getservbyname(&self, _: &str, _: Option<&str>) -> Result<u16> {
        self.missing("getservbyname", "names of services")
    }

    fn getservbyport(&self, _: u16, _: Option<&str>) -> Result<String> {
        self.missing("getservbyport", "names of services")
    }

    fn getprotobyname(&self, _: &str) -> Result<Protocol> {
        self.missing("getprotobyname", "names of protocols")
    }

    fn gethostname(&self) -> Result<String> {
        self.missing("gethostname", "gethostname")
    }

    fn sethostname(&self, _: &str) -> Result<()> {
        self.missing("sethostname", "sethostname")
    }

    fn if_nameindex(&self) -> Result<Vec<(u32, String)>> {
        self.missing("if_nameindex", "interfaces")
    }

    fn if_nametoindex(&self, _: &str) -> Result<u32> {
        self.missing("if_nametoindex", "interfaces")
    }

    fn if_indextoname(&self, _: u32) -> Result<String> {
        self.missing("if_indextoname", "interfaces")
    }
}
