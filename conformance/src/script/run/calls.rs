//! The calls of a script, each on a thread of its own, so that one that blocks by mistake does not hold the script up.

use std::{
    collections::BTreeMap,
    io::IoSlice,
    net::IpAddr,
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use wavetank_api::{
    Addr, Errno, Family, Host, Instant, MsgFlags, PollEvents, PollFd, Protocol, Result, SendMsg, Shutdown, SockFlags,
    SockType,
    sync::{Receiver, channel},
};

use super::{
    super::model::{Address, Call, Data, Expected, OptionValue, PollEntry},
    connection::REMOTE_PORTS,
    pattern,
};

/// A descriptor of the script, and how far its streams are.
struct Open<H: Host> {
    fd: Arc<H::Fd>,
    progress: Arc<Progress>,
}

impl<H: Host> Clone for Open<H> {
    fn clone(&self) -> Self {
        Self { fd: Arc::clone(&self.fd), progress: Arc::clone(&self.progress) }
    }
}

/// Bytes of the pattern that were written and read.
#[derive(Default)]
struct Progress {
    sent: AtomicU64,
    received: AtomicU64,
}

/// What a call came to.
pub(super) struct Ended<H: Host> {
    pub(super) result: std::result::Result<i64, Errno>,
    /// What else is not as the script says: a value, bytes.
    pub(super) fault: Option<String>,
    pub(super) at: Instant,
    new: Option<H::Fd>,
    /// The streams of the descriptor that the new one is a copy of.
    copy_of: Option<Arc<Progress>>,
}

/// A call that has begun.
pub(super) struct Begun<H: Host> {
    told: Receiver<H, Ended<H>>,
    expected: Expected,
}

impl<H: Host> Begun<H> {
    /// Its end, if it comes by then.
    pub(super) fn wait(&self, host: &H, until: Instant) -> Option<Ended<H>> {
        self.told.recv_timeout(until - host.now()).ok()
    }
}

/// Where the addresses of a script are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) local: IpAddr,
    pub(crate) remote: IpAddr,
}

impl Places {
    fn addr(self, address: Address) -> Addr {
        let any = match self.local {
            IpAddr::V4(_) => IpAddr::from([0; 4]),
            IpAddr::V6(_) => IpAddr::from([0; 16]),
        };
        match address {
            Address::Local(port) => (self.local, port).into(),
            Address::Any(port) => (any, port).into(),
            Address::Remote(number) => (self.remote, REMOTE_PORTS + number as u16).into(),
            Address::Unspec => Addr::Unspec,
        }
    }
}

/// The program of a script: its descriptors.
pub(super) struct Calls<H: Host> {
    host: H,
    family: Family,
    places: Places,
    /// Whether bytes are checked against the pattern.
    patterned: bool,
    open: BTreeMap<i32, Open<H>>,
}

/// What a call's thread does.
type Body<H> = Box<dyn FnOnce(&H) -> Ended<H> + Send>;

impl<H: Host> Calls<H> {
    pub(super) fn new(host: &H, family: Family, places: Places, patterned: bool) -> Self {
        Self { host: host.clone(), family, places, patterned, open: BTreeMap::new() }
    }

    /// Begins a call.
    pub(super) fn begin(&mut self, call: &Call, expected: &Expected) -> std::result::Result<Begun<H>, String> {
        let body = self.body(call)?;
        let (tell, told) = channel(&self.host);
        let host = self.host.clone();
        drop(self.host.spawn("call", move || {
            let mut ended = body(&host);
            ended.at = host.now();
            drop(tell.send(ended));
        }));
        Ok(Begun { told, expected: expected.clone() })
    }

    /// A call has ended: what it made gets its number, and what is not as expected is told.
    pub(super) fn end(&mut self, begun: &Begun<H>, ended: &mut Ended<H>) -> Option<String> {
        if let Some(fault) = ended.fault.take() {
            return Some(fault);
        }
        let expected = &begun.expected;
        let as_expected = match (&ended.result, expected) {
            (_, Expected::Anything) => true,
            (Ok(_), Expected::Returns(_)) if ended.new.is_some() => true,
            (Ok(got), Expected::Returns(range)) => range.contains(got),
            (Err(got), Expected::Fails(errno)) => got == errno,
            _ => false,
        };
        if !as_expected {
            return Some(format!("result: expected {expected}, got {}", shown_result(ended)));
        }
        if let (Some(fd), Expected::Returns(number)) = (ended.new.take(), expected) {
            let number = *number.start() as i32;
            let progress = ended.copy_of.take().unwrap_or_default();
            if self.open.insert(number, Open { fd: Arc::new(fd), progress }).is_some() {
                return Some(format!("descriptor {number} of the script is open: give the new one another number"));
            }
        }
        None
    }

    fn get(&self, fd: i32) -> std::result::Result<Open<H>, String> {
        self.open.get(&fd).cloned().ok_or_else(|| format!("no descriptor {fd} is open in the script"))
    }

    /// `getsockopt(fd, IPPROTO_TCP, TCP_INFO)`.
    pub(super) fn info(&self, fd: i32) -> std::result::Result<Vec<u8>, String> {
        let open = self.get(fd)?;
        let mut info = vec![0; super::super::info::SIZE];
        let len = self.host.getsockopt(&open.fd, libc::IPPROTO_TCP, libc::TCP_INFO, &mut info);
        info.truncate(len.map_err(|error| format!("TCP_INFO: {error}"))?);
        Ok(info)
    }

    /// The call as a closure for its thread.
    fn body(&mut self, call: &Call) -> std::result::Result<Body<H>, String> {
        let places = self.places;
        Ok(match call.clone() {
            Call::Socket { kind, protocol } => {
                let family = self.family;
                let nonblocking = SockFlags::from_bits_retain(kind & libc::SOCK_NONBLOCK);
                let kind = SockType::from_raw(kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC));
                Box::new(move |host| made(host.socket(family, kind, nonblocking, Protocol::from_raw(protocol)), None))
            }
            Call::Bind { fd, addr } => {
                let open = self.get(fd)?;
                Box::new(move |host| plain(host.bind(&open.fd, &places.addr(addr))))
            }
            Call::Listen { fd, backlog } => {
                let open = self.get(fd)?;
                Box::new(move |host| plain(host.listen(&open.fd, backlog)))
            }
            Call::Accept { fd, flags } => {
                let open = self.get(fd)?;
                let flags = SockFlags::from_bits_retain(flags);
                Box::new(move |host| made(host.accept(&open.fd, flags).map(|(fd, _)| fd), None))
            }
            Call::Connect { fd, addr } => {
                let open = self.get(fd)?;
                Box::new(move |host| plain(host.connect(&open.fd, &places.addr(addr))))
            }
            Call::Close { fd } => {
                let open = self.open.remove(&fd).ok_or_else(|| format!("no descriptor {fd} is open in the script"))?;
                let fd = Arc::into_inner(open.fd).ok_or_else(|| format!("a call on descriptor {fd} has not ended"))?;
                Box::new(move |host| plain(host.close(fd)))
            }
            Call::Dup { fd } => {
                let open = self.get(fd)?;
                Box::new(move |host| made(host.dup(&open.fd), Some(open.progress)))
            }
            Call::Shutdown { fd, how } => {
                let open = self.get(fd)?;
                let how = match how {
                    libc::SHUT_RD => Shutdown::Read,
                    libc::SHUT_WR => Shutdown::Write,
                    libc::SHUT_RDWR => Shutdown::Both,
                    _ => return Err("SHUT_RD, SHUT_WR and SHUT_RDWR are all there are".to_owned()),
                };
                Box::new(move |host| plain(host.shutdown(&open.fd, how)))
            }
            Call::Poll { fds, timeout } => {
                let opens = fds.iter().map(|entry| self.get(entry.fd).map(|open| (open, *entry)));
                let opens = opens.collect::<std::result::Result<Vec<_>, _>>()?;
                let timeout = u64::try_from(timeout).ok().map(Duration::from_millis);
                Box::new(move |host| poll(host, &opens, timeout))
            }
            transfer @ (Call::Send { .. } | Call::Recv { .. }) => self.transfer(transfer)?,
            setting => self.setting(setting)?,
        })
    }

    fn transfer(&self, call: Call) -> std::result::Result<Body<H>, String> {
        let check = self.patterned;
        Ok(match call {
            Call::Send { fd, data, len, flags, to, .. } => {
                let open = self.get(fd)?;
                let flags = MsgFlags::from_bits_retain(flags);
                let to = to.map(|to| self.places.addr(to));
                Box::new(move |host| counted(send(host, &open, &data, len, flags, to.as_ref())))
            }
            Call::Recv { fd, data, len, flags, .. } => {
                let open = self.get(fd)?;
                let flags = MsgFlags::from_bits_retain(flags);
                Box::new(move |host| recv(host, &open, &data, len, flags, check))
            }
            other => return Err(format!("{other:?} does not transfer")),
        })
    }

    fn setting(&self, call: Call) -> std::result::Result<Body<H>, String> {
        let addr = |addr: Option<Address>| addr.map(|addr| self.places.addr(addr));
        Ok(match call {
            Call::Setsockopt { fd, level, name, value } => {
                let open = self.get(fd)?;
                Box::new(move |host| plain(host.setsockopt(&open.fd, level, name, &value)))
            }
            Call::Getsockopt { fd, level, name, value } => {
                let open = self.get(fd)?;
                Box::new(move |host| getsockopt(host, &open, level, name, value.as_ref()))
            }
            Call::Ioctl { fd, request, value } => {
                let open = self.get(fd)?;
                Box::new(move |host| ioctl(host, &open, request, value))
            }
            Call::SetFlags { fd, flags } => {
                let open = self.get(fd)?;
                Box::new(move |host| plain(host.set_nonblocking(&open.fd, flags & libc::O_NONBLOCK != 0)))
            }
            Call::GetFlags { fd } => {
                let open = self.get(fd)?;
                let flags = |on: bool| i64::from(libc::O_RDWR | if on { libc::O_NONBLOCK } else { 0 });
                Box::new(move |host| counted(host.nonblocking(&open.fd).map(flags)))
            }
            Call::Getsockname { fd, addr: expected } => {
                let (open, expected) = (self.get(fd)?, addr(expected));
                Box::new(move |host| named(host.getsockname(&open.fd), expected.as_ref()))
            }
            Call::Getpeername { fd, addr: expected } => {
                let (open, expected) = (self.get(fd)?, addr(expected));
                Box::new(move |host| named(host.getpeername(&open.fd), expected.as_ref()))
            }
            other => return Err(format!("{other:?} cannot be made")),
        })
    }
}

/// A result as `strace` shows it.
pub(super) fn shown_result<H: Host>(ended: &Ended<H>) -> String {
    match &ended.result {
        Err(errno) => format!("-1 {errno}"),
        Ok(_) if ended.new.is_some() => "a new descriptor".to_owned(),
        Ok(result) => result.to_string(),
    }
}

fn counted<H: Host>(result: Result<i64>) -> Ended<H> {
    let result = result.map_err(|error| error.errno().unwrap_or(Errno::EIO));
    Ended { result, fault: None, at: Instant::EPOCH, new: None, copy_of: None }
}

fn plain<H: Host>(result: Result<()>) -> Ended<H> {
    counted(result.map(|()| 0))
}

fn made<H: Host>(result: Result<H::Fd>, copy_of: Option<Arc<Progress>>) -> Ended<H> {
    match result {
        Ok(fd) => Ended { new: Some(fd), copy_of, ..counted(Ok(0)) },
        Err(error) => counted(Err(error)),
    }
}

fn named<H: Host>(result: Result<Addr>, expected: Option<&Addr>) -> Ended<H> {
    match result {
        Ok(got) => {
            let wrong = expected.filter(|expected| **expected != got);
            let fault = wrong.map(|expected| format!("address: expected {expected}, got {got}"));
            Ended { fault, ..counted(Ok(0)) }
        }
        Err(error) => counted(Err(error)),
    }
}

fn send<H: Host>(host: &H, open: &Open<H>, data: &Data, len: usize, flags: MsgFlags, to: Option<&Addr>) -> Result<i64> {
    let bytes = match data {
        Data::Pattern => pattern(open.progress.sent.load(Ordering::Relaxed), len),
        Data::Bytes(bytes) => bytes.iter().copied().chain(std::iter::repeat(0)).take(len).collect(),
    };
    let sent = match to {
        None => host.send(&open.fd, &bytes, flags)?,
        Some(_) => {
            let bufs = [IoSlice::new(&bytes)];
            host.sendmsg(&open.fd, &SendMsg { addr: to, ..SendMsg::new(&bufs) }, flags)?
        }
    };
    open.progress.sent.fetch_add(sent as u64, Ordering::Relaxed);
    Ok(sent as i64)
}

fn recv<H: Host>(host: &H, open: &Open<H>, data: &Data, len: usize, flags: MsgFlags, check: bool) -> Ended<H> {
    let mut buf = vec![0; len];
    let got = match host.recv(&open.fd, &mut buf, flags) {
        Ok(got) => got,
        Err(error) => return counted(Err(error)),
    };
    let begin = open.progress.received.fetch_add(got as u64, Ordering::Relaxed);
    let bytes = &buf[..got.min(len)];
    let fault = match data {
        Data::Bytes(expected) if bytes == expected => None,
        Data::Bytes(expected) => {
            Some(format!("bytes: expected \"{}\", got \"{}\"", expected.escape_ascii(), bytes.escape_ascii()))
        }
        Data::Pattern if check => {
            let expected = pattern(begin, bytes.len());
            let at = expected.iter().zip(bytes).position(|(expected, got)| expected != got);
            at.map(|at| format!("bytes: number {} of the stream is not what was sent", begin + at as u64))
        }
        Data::Pattern => None,
    };
    Ended { fault, ..counted(Ok(got as i64)) }
}

fn getsockopt<H: Host>(host: &H, open: &Open<H>, level: i32, name: i32, expected: Option<&OptionValue>) -> Ended<H> {
    let mut value = [0; 256];
    let room = match expected {
        Some(OptionValue::Bytes(bytes)) => bytes.len().clamp(16, 256),
        _ => 4,
    };
    let len = match host.getsockopt(&open.fd, level, name, &mut value[..room]) {
        Ok(len) => len,
        Err(error) => return counted(Err(error)),
    };
    let fault = match expected {
        None => None,
        Some(OptionValue::Int(range)) => {
            let wide = i64::from(i32::from_ne_bytes([value[0], value[1], value[2], value[3]]));
            let got = if len < 4 { i64::from(value[0]) } else { wide };
            (!range.contains(&got)).then(|| format!("value: expected {}, got {got}", shown(range)))
        }
        Some(OptionValue::Bytes(bytes)) => {
            let got = &value[..len];
            // Text comes with zeros after it.
            let same = got.starts_with(bytes) && got[bytes.len()..].iter().all(|byte| *byte == 0);
            (!same).then(|| format!("value: expected \"{}\", got \"{}\"", bytes.escape_ascii(), got.escape_ascii()))
        }
    };
    Ended { fault, ..counted(Ok(0)) }
}

fn ioctl<H: Host>(host: &H, open: &Open<H>, request: u64, expected: Option<RangeInclusive<i64>>) -> Ended<H> {
    let mut value = [0; 4];
    let mut ended = counted(host.ioctl(&open.fd, request, &mut value).map(i64::from));
    let got = i64::from(i32::from_ne_bytes(value));
    let wrong = expected.filter(|range| ended.result.is_ok() && !range.contains(&got));
    ended.fault = wrong.map(|range| format!("value: expected {}, got {got}", shown(&range)));
    ended
}

fn poll<H: Host>(host: &H, opens: &[(Open<H>, PollEntry)], timeout: Option<Duration>) -> Ended<H> {
    let events = PollEvents::from_bits_retain;
    let mut fds: Vec<_> = opens.iter().map(|(open, entry)| PollFd::new(&*open.fd, events(entry.events))).collect();
    let count = host.poll(&mut fds, timeout).map(|count| count as i64);
    let wrong = opens.iter().zip(&fds).find(|((_, entry), got)| got.revents != events(entry.revents));
    let fault = wrong.map(|((_, entry), got)| {
        format!("revents of {}: expected {}, got {}", entry.fd, events(entry.revents), got.revents)
    });
    Ended { fault, ..counted(count) }
}

fn shown(range: &RangeInclusive<i64>) -> String {
    Expected::Returns(range.clone()).to_string()
}
