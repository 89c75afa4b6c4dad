//! A program that makes whatever calls its bytes say, with descriptors that its threads share.

mod rare;

use std::{
    io::{IoSlice, IoSliceMut},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use wavetank_api::{
    Addr, AddrQuery, EventCount, Family, Host, JoinHandle, MsgFlags, Net, PollFd, Protocol, RecvMsg, Result, SendMsg,
    SockFlags, SockType,
    option::{SO_RCVTIMEO, SO_SNDTIMEO},
    sync,
};
use wavetank_sim::{SimFd, SimHost};

use super::{arguments, input::Input};

/// Bytes of a step.
pub const STEP: usize = 8;
/// Threads of a program, the first one included.
pub const THREADS: usize = 3;

/// Descriptors that programs of every host have given away, each with the number of its program.
pub type Gifts = Arc<Mutex<Vec<(usize, Arc<SimFd>)>>>;

/// Descriptors a program holds at a time.
const SLOTS: usize = 8;
/// Descriptors that are given away at most: each stays open to the end.
const GIFTS: usize = 6;

/// What the threads of a program share.
struct Shared {
    host: SimHost,
    number: usize,
    slots: Mutex<[Option<Arc<SimFd>>; SLOTS]>,
    gifts: Gifts,
    threads: Mutex<Vec<JoinHandle<SimHost, ()>>>,
    lock: sync::Mutex<SimHost, u32>,
    changed: sync::Condvar<SimHost>,
    sender: Mutex<Option<sync::Sender<SimHost, u8>>>,
    receiver: sync::Mutex<SimHost, sync::Receiver<SimHost, u8>>,
    count: <SimHost as Host>::EventCount,
    spawned: AtomicUsize,
}

/// Does what the scripts say, one thread for each, then gives everything back and looks whether it was all.
pub fn program(host: &SimHost, number: usize, scripts: Vec<Vec<Vec<u8>>>, gifts: &Gifts, waits: bool, nofile: usize) {
    let (sender, receiver) = sync::bounded(host, number);
    let shared = Arc::new(Shared {
        host: host.clone(),
        number,
        slots: Mutex::default(),
        gifts: Arc::clone(gifts),
        threads: Mutex::default(),
        lock: sync::Mutex::new(host, 0),
        changed: sync::Condvar::new(host),
        sender: Mutex::new(Some(sender)),
        receiver: sync::Mutex::new(host, receiver),
        count: host.event_count(),
        spawned: AtomicUsize::new(0),
    });
    let mut scripts = scripts.into_iter();
    let own = scripts.next().unwrap_or_default();
    for script in scripts.filter(|script| !script.is_empty()) {
        shared.start(script);
    }
    shared.run(&own);
    if !waits {
        return;
    }
    drop(unpoisoned(&shared.sender).take());
    loop {
        let Some(thread) = unpoisoned(&shared.threads).pop() else { break };
        assert!(thread.join().is_ok(), "a thread panicked");
    }
    let held = std::mem::take(&mut *unpoisoned(&shared.slots));
    drop(held);
    let given = unpoisoned(gifts).iter().filter(|(giver, _)| *giver == number).count();
    assert_eq!(free_descriptors(host) + given, nofile.saturating_sub(3), "descriptors were lost, or came from nowhere");
}

/// How many descriptors can still be had.
fn free_descriptors(host: &SimHost) -> usize {
    let one = || host.socket(Family::INET, SockType::STREAM, SockFlags::empty(), Protocol::DEFAULT);
    std::iter::from_fn(|| one().ok()).collect::<Vec<_>>().len()
}

/// A lock of std that is never held across a call.
fn unpoisoned<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn start(self: &Arc<Self>, script: Vec<Vec<u8>>) {
        // A program can have as many threads as it likes; the run is to end some time.
        if self.spawned.fetch_add(1, Ordering::Relaxed) < 8 {
            let inner = Arc::clone(self);
            let thread = self.host.spawn("thread", move || inner.run(&script));
            unpoisoned(&self.threads).push(thread);
        }
    }

    fn run(self: &Arc<Self>, script: &[Vec<u8>]) {
        for step in script {
            // Whatever the answer, the program goes on.
            drop(self.step(&mut Input::new(&step[1..])));
        }
    }

    fn get(&self, input: &mut Input<'_>) -> Option<Arc<SimFd>> {
        let choice = usize::from(input.byte());
        if choice >= 250 {
            let gifts = unpoisoned(&self.gifts);
            return gifts.get(choice % gifts.len().max(1)).map(|(_, fd)| Arc::clone(fd));
        }
        let slots = unpoisoned(&self.slots);
        // The next that is taken, so that few steps go to waste.
        (0..SLOTS).find_map(|offset| slots[(choice + offset) % SLOTS].clone())
    }

    fn put(&self, input: &mut Input<'_>, fd: SimFd) {
        let slot = usize::from(input.byte()) % SLOTS;
        let before = unpoisoned(&self.slots)[slot].replace(Arc::new(fd));
        drop(before);
    }

    fn take(&self, input: &mut Input<'_>) -> Option<Arc<SimFd>> {
        let slot = usize::from(input.byte()) % SLOTS;
        unpoisoned(&self.slots)[slot].take()
    }

    fn step(self: &Arc<Self>, input: &mut Input<'_>) -> Result<()> {
        let what = input.byte();
        if what >= 192 {
            return self.rare(what - 192, input);
        }
        let what = what % 64;
        if what < 12 {
            return self.make(what, input);
        }
        if what >= 52 {
            self.elsewhere(what, input);
            return Ok(());
        }
        let Some(fd) = self.get(input) else { return self.make(0, input) };
        self.use_descriptor(what, &fd, input)
    }

    /// Steps that begin with no descriptor.
    fn make(&self, what: u8, input: &mut Input<'_>) -> Result<()> {
        let host = &self.host;
        match what {
            0 | 1 => {
                let (family, kind) = (arguments::family(input), arguments::kind(input));
                let fd = host.socket(family, kind, arguments::sock_flags(input), arguments::protocol(input))?;
                self.soften(&fd, input);
                self.put(input, fd);
            }
            2 => {
                let fd = self.inet(input, SockType::DGRAM)?;
                let addr = arguments::addr(input);
                let bound = host.bind(&fd, &addr);
                self.put(input, fd);
                bound?;
            }
            3 => {
                let fd = self.inet(input, SockType::STREAM)?;
                let any = if input.once_in(3) { Addr::ANY_V6 } else { Addr::ANY_V4 };
                let listens = host.bind(&fd, &any.with_port(arguments::port(input)));
                let listens = listens.and_then(|()| host.listen(&fd, arguments::backlog(input)));
                self.put(input, fd);
                listens?;
            }
            4 => {
                let fd = self.inet(input, SockType::STREAM)?;
                host.set_nonblocking(&fd, !input.once_in(3))?;
                let connected = host.connect(&fd, &arguments::addr(input));
                self.put(input, fd);
                connected?;
            }
            5 => {
                // Both ends of a connection over loopback, which is there before the call returns.
                let listener = self.inet(input, SockType::STREAM)?;
                host.listen(&listener, 1)?;
                let to = host.getsockname(&listener)?;
                let left = self.inet(&mut input.clone(), SockType::STREAM)?;
                host.connect(&left, &to)?;
                let (right, _) = host.accept(&listener, arguments::sock_flags(input))?;
                self.soften(&right, input);
                self.put(input, left);
                self.put(input, right);
            }
            6 | 7 => {
                let (family, kind) = (if input.once_in(8) { Family::INET } else { Family::UNIX }, SockType::STREAM);
                let (left, right) = host.socketpair(family, kind, arguments::sock_flags(input), Protocol::DEFAULT)?;
                self.soften(&left, input);
                self.soften(&right, &mut input.clone());
                self.put(input, left);
                self.put(input, right);
            }
            8 => drop(self.take(input)),
            9 | 10 => {
                // `close` takes the descriptor itself; a thread that is using it closes it when it is done.
                if let Some(Ok(fd)) = self.take(input).map(Arc::try_unwrap) {
                    host.close(fd)?;
                }
            }
            _ => {
                let fds: Vec<_> =
                    (0..usize::from(input.byte()) % 6).filter_map(|_| self.get(&mut input.clone())).collect();
                let timeout = arguments::timeout(input);
                let mut entries: Vec<_> = fds.iter().map(|fd| PollFd::new(&**fd, arguments::events(input))).collect();
                host.poll(&mut entries, timeout)?;
            }
        }
        Ok(())
    }

    /// A socket of an internet family, as most programs make it.
    fn inet(&self, input: &mut Input<'_>, kind: SockType) -> Result<SimFd> {
        let family = if input.once_in(3) { Family::INET6 } else { Family::INET };
        let fd = self.host.socket(family, kind, SockFlags::empty(), Protocol::DEFAULT)?;
        self.soften(&fd, input);
        Ok(fd)
    }

    /// Most sockets get timeouts, so that a program does not stop at the first call that nobody answers.
    fn soften(&self, fd: &SimFd, input: &mut Input<'_>) {
        if input.once_in(8) {
            return;
        }
        let timeval = [0_i64.to_ne_bytes(), 50_000_i64.to_ne_bytes()].concat();
        for (level, name) in [(SO_RCVTIMEO.level(), SO_RCVTIMEO.name()), (SO_SNDTIMEO.level(), SO_SNDTIMEO.name())] {
            drop(self.host.setsockopt(fd, level, name, &timeval));
        }
    }

    /// Steps that do something to a descriptor.
    fn use_descriptor(self: &Arc<Self>, what: u8, fd: &Arc<SimFd>, input: &mut Input<'_>) -> Result<()> {
        let host = &self.host;
        match what {
            12..=15 => host.bind(fd, &arguments::addr(input))?,
            16..=18 => host.listen(fd, arguments::backlog(input))?,
            19..=21 => {
                let (fd, _) = host.accept(fd, arguments::sock_flags(input))?;
                self.soften(&fd, input);
                self.put(input, fd);
            }
            22..=26 => host.connect(fd, &arguments::addr(input))?,
            27 => drop(host.getsockname(fd)?),
            28 => drop(host.getpeername(fd)?),
            29..=32 => {
                let flags = arguments::msg_flags(input);
                host.send(fd, &vec![0x5a; arguments::len(input)], flags)?;
            }
            33..=36 => {
                let flags = arguments::msg_flags(input);
                host.recv(fd, &mut vec![0; arguments::len(input)], flags)?;
            }
            37 | 38 => self.send_message(fd, input)?,
            39 | 40 => self.receive_message(fd, input)?,
            41 => {
                let (level, name) = arguments::option(input);
                let mut value = arguments::option_value(input);
                let room = value.len();
                assert!(host.getsockopt(fd, level, name, &mut value)? <= room);
            }
            42..=44 => {
                let (level, name) = arguments::option(input);
                host.setsockopt(fd, level, name, &arguments::option_value(input))?;
            }
            45 | 46 => host.shutdown(fd, arguments::half(input))?,
            47 => {
                let fd = host.dup(fd)?;
                self.put(input, fd);
            }
            48 => drop(host.nonblocking(fd)?),
            49 => host.set_nonblocking(fd, input.once_in(2))?,
            50 => {
                let request = arguments::request(input);
                host.ioctl(fd, request, &mut arguments::option_value(input))?;
            }
            _ => {
                let duplicate = host.dup(fd)?;
                let mut gifts = unpoisoned(&self.gifts);
                if gifts.len() < GIFTS {
                    gifts.push((self.number, Arc::new(duplicate)));
                } else {
                    drop(gifts);
                    drop(duplicate);
                }
            }
        }
        Ok(())
    }

    fn send_message(&self, fd: &SimFd, input: &mut Input<'_>) -> Result<()> {
        let flags = arguments::msg_flags(input);
        let parts = if input.once_in(32) { 1025 } else { usize::from(input.byte()) % 5 };
        let data: Vec<_> =
            (0..parts).map(|part| vec![0x5a; if part > 4 { 1 } else { arguments::len(input) }]).collect();
        let bufs: Vec<_> = data.iter().map(|part| IoSlice::new(part)).collect();
        let to = arguments::addr(input);
        let control = arguments::control(&mut input.clone());
        let mut message = SendMsg::new(&bufs);
        if input.once_in(2) {
            message = message.to(&to);
        }
        if input.once_in(8) {
            message = message.with_control(&control);
        }
        self.host.sendmsg(fd, &message, flags).map(drop)
    }

    fn receive_message(&self, fd: &SimFd, input: &mut Input<'_>) -> Result<()> {
        let flags = arguments::msg_flags(input);
        let parts = usize::from(input.byte()) % 5;
        let mut data: Vec<_> = (0..parts).map(|_| vec![0; arguments::len(input)]).collect();
        let room: usize = data.iter().map(Vec::len).sum();
        let mut bufs: Vec<_> = data.iter_mut().map(|part| IoSliceMut::new(part)).collect();
        let mut control = [0; 24];
        let mut message = RecvMsg::new(&mut bufs).with_control(&mut control);
        let count = self.host.recvmsg(fd, &mut message, flags)?;
        assert!(message.control_len <= 24);
        assert!(count <= room || flags.contains(MsgFlags::TRUNC), "{count} bytes in a buffer of {room}");
        Ok(())
    }

    /// Steps that need no descriptor at all: names, time, threads, locks.
    fn elsewhere(self: &Arc<Self>, what: u8, input: &mut Input<'_>) {
        let host = &self.host;
        match what {
            52 => {
                let (name, service) = (arguments::host_name(input), arguments::service(input));
                let flags = arguments::ai_flags(input);
                let (family, kind) = (arguments::family(input), arguments::kind(input));
                let query =
                    AddrQuery { host: name, service, family, kind, flags, protocol: arguments::protocol(input) };
                drop(host.getaddrinfo(&query));
            }
            53 => drop(host.getnameinfo(&arguments::addr(input), arguments::name_flags(input))),
            54 => {
                drop(host.sethostname(arguments::host_name(input).unwrap_or_default()));
                drop(host.gethostname());
                drop(host.if_nameindex());
            }
            55 | 56 => {
                if let Some(time) = arguments::timeout(input) {
                    let before = host.now();
                    host.sleep(time);
                    assert!(host.now() >= before + time, "a sleep of {time:?} was shorter");
                }
                host.wall_clock();
            }
            57 => host.random(&mut vec![0; usize::from(input.word())]),
            58 => {
                // A thread of a thread, with what is left of the step repeated.
                let step = input.rest().iter().copied().cycle().take(STEP).collect();
                if !input.rest().is_empty() {
                    self.start(vec![step]);
                }
            }
            59 => {
                let guard = if input.once_in(2) { self.lock.try_lock() } else { Some(self.lock.lock()) };
                if let Some(mut guard) = guard {
                    *guard += 1;
                    host.sleep(arguments::timeout(input).unwrap_or_default().min(std::time::Duration::from_secs(1)));
                    self.changed.notify_one();
                }
            }
            60 => {
                let guard = self.lock.lock();
                let time = arguments::timeout(input).unwrap_or_default();
                drop(self.changed.wait_timeout(guard, time));
            }
            61 => {
                let sender = unpoisoned(&self.sender).clone();
                if let Some(sender) = sender {
                    let _ = if input.once_in(8) { sender.send(1).ok() } else { sender.try_send(1).ok() };
                }
            }
            62 => {
                let time = arguments::timeout(input).unwrap_or_default();
                if let Some(receiver) = self.receiver.try_lock() {
                    let _ = receiver.recv_timeout(time);
                }
            }
            _ => {
                let ticket = self.count.ticket().wrapping_sub(u64::from(input.once_in(2)));
                match input.byte() % 3 {
                    0 => self.count.notify_one(),
                    1 => self.count.notify_all(),
                    _ => drop(self.count.wait(ticket, arguments::timeout(input).map(|time| host.now() + time))),
                }
            }
        }
    }
}
