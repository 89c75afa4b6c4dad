//! [`execute`]: runs a program over any [`Net`], and writes down what it saw.

use std::{
    io::{IoSlice, IoSliceMut},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use wavetank_api::{
    Addr, Family, MsgFlags, Net, PollEvents, PollFd, Protocol, RecvMsg, Result, SendMsg, Shutdown, SockFlags, SockType,
    TcpState, UnixAddr, c,
    control::Cmsg,
    option::{OptValue as _, TcpInfo},
};

use crate::{
    Answer, Bytes, Call, Entry, Fact, Log, Place, Port, Program, SLOTS, Seen, Slot,
    log::EPHEMERAL,
    slots::{Held, Slots},
};

/// A network that programs can be run on: one or two hosts.
pub trait Tank {
    /// Its hosts.
    type Net: Net;

    /// A host, 0 or 1, on which this thread makes sockets from now on.
    fn host(&self, index: u8) -> &Self::Net;

    /// Waits until everything that is on its way has arrived.
    fn settle(&self);

    /// A call has its socket, and is about to be made, or to let go of it: with several threads, others may run in between.
    fn before_call(&self, _call: &Call) {}

    /// A call is over and still has its socket: others may close that, which comes true when the call lets go of it.
    fn after_call(&self) {}

    /// Lets time pass.
    fn pass(&self, time: Duration);

    /// Who was told by a RST that there is no such connection, since the last time: from whom, to whom. None, where this cannot be
    /// seen.
    fn resets(&self) -> Vec<(SocketAddr, SocketAddr)> {
        Vec::new()
    }

    /// The first of [`Port::NAMES`] ports that no program before had.
    fn first_port(&self) -> u16;
}

/// Runs the calls of a sequential program, in their order.
///
/// # Panics
///
/// If the program has threads: that is for somebody else.
pub fn execute<T: Tank>(tank: &T, program: &Program) -> Log {
    assert!(program.threads.is_empty(), "a concurrent program has no one order in which it is executed");
    let mut run = Run::new(tank);
    for (step, call) in program.calls.iter().enumerate() {
        run.step(step, call);
    }
    run.log
}

/// What makes the calls of one thread.
pub(crate) struct Run<'a, T: Tank> {
    tank: &'a T,
    slots: Slots<<T::Net as Net>::Fd>,
    first_port: u16,
    /// Ephemeral ports in the order in which they came up; none if they keep their numbers, because others have some too.
    ephemeral: Option<Vec<u16>>,
    /// The names of UNIX sockets that the kernel has chosen, in their order, too.
    chosen_names: Vec<Vec<u8>>,
    log: Log,
    buf: Vec<u8>,
}

/// Everything that `poll` can be asked for.
pub(crate) const ALL: PollEvents = PollEvents::from_bits_retain(0x27c7);

/// What the port of slot 0 is called where it is told by its slot.
const KNOWN_PORTS: u16 = 2000;

/// A call that cannot be made.
enum Stop {
    NoSocket,
    Error(wavetank_api::Error),
}

impl From<wavetank_api::Error> for Stop {
    fn from(error: wavetank_api::Error) -> Self {
        Self::Error(error)
    }
}

type Said = std::result::Result<Vec<Fact>, Stop>;

impl<'a, T: Tank> Run<'a, T> {
    fn new(tank: &'a T) -> Self {
        Self { ephemeral: Some(Vec::new()), ..Self::sharing(tank, Slots::default(), tank.first_port()) }
    }

    /// One of those that share these slots and named ports. Ephemeral ports keep their numbers.
    pub(crate) fn sharing(tank: &'a T, slots: Slots<<T::Net as Net>::Fd>, first_port: u16) -> Self {
        Self {
            tank,
            slots,
            first_port,
            ephemeral: None,
            chosen_names: Vec::new(),
            log: Log::default(),
            buf: Vec::new(),
        }
    }

    fn step(&mut self, step: usize, call: &Call) {
        let answer = self.answer(step, call);
        self.tank.settle();
        let seen = self.look();
        let resets = self.resets();
        self.log.entries.push(Entry { answer, seen, resets });
    }

    /// Makes a call.
    pub(crate) fn answer(&mut self, step: usize, call: &Call) -> Answer {
        match self.make(step, call) {
            Ok(facts) => Answer::Done(facts),
            Err(Stop::NoSocket) => Answer::NoSocket,
            Err(Stop::Error(error)) => error.errno().map_or(Answer::NoSocket, Answer::Failed),
        }
    }

    fn held(&self, slot: Slot) -> std::result::Result<Held<<T::Net as Net>::Fd>, Stop> {
        self.slots.get(slot).ok_or(Stop::NoSocket)
    }

    fn put(&mut self, slot: Slot, host: u8, fd: <T::Net as Net>::Fd) {
        let is_tcp = tcp_state(self.tank.host(host), &fd).is_some();
        let before = self.slots.put(slot, Held { fd: Arc::new(fd), host, is_tcp });
        if before.is_some() {
            self.tank.before_call(&Call::Close { slot });
        }
    }

    /// What each socket shows.
    pub(crate) fn look(&self) -> [Option<Seen>; SLOTS] {
        let (mut seen, slots) = ([None; SLOTS], self.slots.all());
        for host in 0..2 {
            let of_host = || slots.iter().enumerate().filter_map(|(slot, held)| Some((slot, held.as_ref()?)));
            let mut fds: Vec<PollFd<'_, T::Net>> =
                of_host().filter(|(_, held)| held.host == host).map(|(_, held)| PollFd::new(&*held.fd, ALL)).collect();
            if fds.is_empty() {
                continue;
            }
            let net = self.tank.host(host);
            // An error would leave nothing seen, which the comparison sees.
            drop(net.poll(&mut fds, Some(Duration::ZERO)));
            for ((slot, held), entry) in of_host().filter(|(_, held)| held.host == host).zip(&fds) {
                let state = if held.is_tcp { tcp_state(net, &held.fd) } else { None };
                seen[slot] = Some(Seen { ready: entry.revents, state });
            }
        }
        seen
    }

    /// The ports of all sockets that there are.
    pub(crate) fn ports(&self) -> Vec<(Slot, u16)> {
        let held = self.slots.all().into_iter().enumerate().filter_map(|(slot, held)| Some((slot as Slot, held?)));
        let port = |held: &Held<<T::Net as Net>::Fd>| self.tank.host(held.host).getsockname(&held.fd).ok()?.port();
        held.filter_map(|(slot, held)| Some((slot, port(&held).filter(|port| *port > 0)?))).collect()
    }

    /// Who was told by a RST, by whom, since the last time: the named ports by their names, those of `known` sockets by their slots, and
    /// others alike. Of neither it is somebody else's affair.
    pub(crate) fn resets_among(&self, known: &[(Slot, u16)]) -> Vec<[SocketAddr; 2]> {
        let named = self.first_port..self.first_port + Port::NAMES;
        let name = |port: u16| {
            let of_slot = || known.iter().find(|known| known.1 == port).map(|(slot, _)| KNOWN_PORTS + u16::from(*slot));
            if named.contains(&port) { Some(port - self.first_port + Port::NAMED) } else { of_slot() }
        };
        let renamed = |(from, to): (SocketAddr, SocketAddr)| {
            let names = [from, to].map(|end| name(end.port()));
            names.iter().any(Option::is_some).then(|| {
                let [of_from, of_to] = names.map(|name| name.unwrap_or(0));
                [SocketAddr::new(from.ip(), of_from), SocketAddr::new(to.ip(), of_to)]
            })
        };
        self.tank.resets().into_iter().filter_map(renamed).collect()
    }

    fn resets(&mut self) -> Vec<[Addr; 2]> {
        let mut resets = self.tank.resets();
        // Two hosts are asked one after the other, and a port is numbered when it first comes up.
        resets.sort_by_key(|(from, to)| (from.ip(), to.ip()));
        let mut renamed: Vec<_> =
            resets.into_iter().map(|(from, to)| [self.renamed(from.into()), self.renamed(to.into())]).collect();
        renamed.sort_by_cached_key(|[from, to]| format!("{from} {to}"));
        renamed
    }

    /// The address with the ports of this run renamed.
    fn renamed(&mut self, mut addr: Addr) -> Addr {
        if let Addr::V6(v6) = &mut addr {
            // A hash of both ends (`ip6_make_flowlabel`), which the error queue tells to who has IPV6_FLOWINFO_SEND.
            v6.set_flowinfo(0);
        }
        match addr.port() {
            Some(port) => addr.with_port(self.renamed_port(port)),
            None => self.renamed_unix(addr),
        }
    }

    fn renamed_port(&mut self, port: u16) -> u16 {
        let named = self.first_port..self.first_port + Port::NAMES;
        match &mut self.ephemeral {
            _ if named.contains(&port) => port - self.first_port + Port::NAMED,
            Some(ephemeral) if EPHEMERAL.contains(&port) => {
                let known = ephemeral.iter().position(|&known| known == port);
                let index = known.unwrap_or_else(|| {
                    ephemeral.push(port);
                    ephemeral.len() - 1
                });
                EPHEMERAL.end() + 1 + index as u16
            }
            _ => port,
        }
    }

    /// The value of an option that has a port in it; a part of a port says nothing.
    fn rename_in(&mut self, level: i32, name: i32, value: &mut [u8]) {
        match (level, name, value) {
            // A name that the kernel has chosen, perhaps, and perhaps but a part of it.
            (c::SOL_SOCKET, c::SO_PEERNAME, [1, 0, rest @ ..]) => rest.fill(0),
            (c::SOL_SOCKET, c::SO_PEERNAME, value) => self.rename_address(value),
            (c::IPPROTO_IP, c::IP_PROTOCOL, value) => match value.first_chunk_mut() {
                Some(int) => {
                    let port = u16::try_from(i32::from_ne_bytes(*int)).unwrap_or(0);
                    *int = i32::from(self.renamed_port(port)).to_ne_bytes();
                }
                None => value.fill(0),
            },
            _ => {}
        }
    }

    /// `struct sockaddr_in` and `sockaddr_in6`, which begin alike.
    fn rename_address(&mut self, value: &mut [u8]) {
        match value {
            [_, _, high, low, ..] => [*high, *low] = self.renamed_port(u16::from_be_bytes([*high, *low])).to_be_bytes(),
            [_, _, rest @ ..] => rest.fill(0),
            _ => {}
        }
    }

    /// A name that the kernel has chosen (`unix_autobind`), by when it first came up.
    fn renamed_unix(&mut self, addr: Addr) -> Addr {
        let Addr::Unix(name) = &addr else { return addr };
        // As `own_name` has made it.
        let suffix = format!("{:05}", self.first_port);
        if let Some(own) = name.as_abstract_name().and_then(|name| name.strip_suffix(suffix.as_bytes())) {
            return UnixAddr::abstract_name(own).map_or(addr, Addr::Unix);
        }
        let digits = name.as_abstract_name().filter(|name| name.len() == 5 && name.iter().all(u8::is_ascii_hexdigit));
        let Some(digits) = digits else { return addr };
        let known = self.chosen_names.iter().position(|known| known == digits);
        let index = known.unwrap_or_else(|| {
            self.chosen_names.push(digits.to_vec());
            self.chosen_names.len() - 1
        });
        UnixAddr::abstract_name(format!("chosen {index}")).map_or(addr, Addr::Unix)
    }

    /// Abstract names are each run's own, as ports are: of a program before, descriptors may be under way and keep theirs.
    fn own_name(&self, addr: &Addr) -> Addr {
        let Addr::Unix(name) = addr else { return addr.clone() };
        let own = name.as_abstract_name().map(|name| [name, format!("{:05}", self.first_port).as_bytes()].concat());
        own.and_then(|own| UnixAddr::abstract_name(own).ok()).map_or_else(|| addr.clone(), Addr::Unix)
    }

    fn fact_of(&mut self, addr: Option<Addr>) -> Fact {
        Fact::Addr(addr.map(|addr| self.renamed(addr)))
    }

    fn addr(&self, call: &Call, place: &Place) -> std::result::Result<Addr, Stop> {
        let name = |slot| {
            let held = self.held(slot)?;
            let name = self.tank.host(held.host).getsockname(&held.fd)?;
            // Who closes that socket meanwhile leaves its end to us; who does it before the call is made closes it.
            self.tank.before_call(call);
            drop(held);
            self.tank.before_call(call);
            Ok::<_, Stop>(name)
        };
        Ok(match place {
            Place::Literal(addr) => self.own_name(addr),
            Place::Name(slot) => name(*slot)?,
            Place::Ip(ip, Port::Of(slot)) => Addr::from((*ip, name(*slot)?.port().unwrap_or(0))),
            Place::Ip(ip, Port::Number(port)) => {
                let is_named = (Port::NAMED..Port::NAMED + Port::NAMES).contains(port);
                Addr::from((*ip, if is_named { port - Port::NAMED + self.first_port } else { *port }))
            }
        })
    }

    fn make(&mut self, step: usize, call: &Call) -> Said {
        let tank = self.tank;
        if let Some(slot) = call.slot() {
            let held = self.held(slot)?;
            self.tank.before_call(call);
            if matches!(call, Call::Close { .. }) {
                drop(held);
                let before = self.slots.take(slot);
                self.tank.before_call(call);
                drop(before);
                return Ok(Vec::new());
            }
            let said = self.on_socket(step, call, &held);
            self.tank.after_call();
            if Arc::strong_count(&held.fd) == 1 {
                // Another thread has closed it meanwhile, which comes true when we let go of it: sooner or later.
                self.tank.before_call(call);
            }
            return said;
        }
        match call {
            Call::Socket { host, into, family, kind, protocol } => {
                let net = tank.host(*host);
                let (family, kind) = (Family::from_raw(*family), SockType::from_raw(*kind));
                let fd = net.socket(family, kind, SockFlags::NONBLOCK, Protocol::from_raw(*protocol))?;
                self.put(*into, *host, fd);
            }
            Call::Socketpair { host, into, family, kind, protocol } => {
                let net = tank.host(*host);
                let (family, kind) = (Family::from_raw(*family), SockType::from_raw(*kind));
                let (a, b) = net.socketpair(family, kind, SockFlags::NONBLOCK, Protocol::from_raw(*protocol))?;
                self.put(into[0], *host, a);
                self.put(into[1], *host, b);
            }
            Call::Wait { millis } => tank.pass(Duration::from_millis((*millis).into())),
            _ => unreachable!("every other call is on a socket"),
        }
        Ok(Vec::new())
    }

    fn on_socket(&mut self, step: usize, call: &Call, held: &Held<<T::Net as Net>::Fd>) -> Said {
        let (net, fd) = (self.tank.host(held.host), &*held.fd);
        let done = |result: Result<()>| result.map(|()| Vec::new()).map_err(Stop::from);
        match call {
            Call::Bind { addr, .. } => done(net.bind(fd, &self.addr(call, addr)?)),
            Call::Listen { backlog, .. } => done(net.listen(fd, *backlog)),
            Call::Connect { addr, .. } => {
                let to = self.addr(call, addr)?;
                done(self.tank.host(held.host).connect(fd, &to))
            }
            Call::Accept { into, .. } => {
                let (new, addr) = net.accept(fd, SockFlags::NONBLOCK)?;
                self.put(*into, held.host, new);
                Ok(vec![self.fact_of(Some(addr))])
            }
            Call::Send { .. } => self.send(step, call, held),
            Call::Recv { .. } => self.recv(call, held),
            Call::Shutdown { how, .. } => {
                const HOW: [Shutdown; 3] = [Shutdown::Read, Shutdown::Write, Shutdown::Both];
                done(net.shutdown(fd, HOW[usize::from(*how) % 3]))
            }
            Call::Dup { into, .. } => {
                let fd = net.dup(fd)?;
                self.put(*into, held.host, fd);
                Ok(Vec::new())
            }
            Call::Getsockname { .. } => {
                net.getsockname(fd).map(|addr| vec![self.fact_of(Some(addr))]).map_err(Stop::from)
            }
            Call::Getpeername { .. } => {
                net.getpeername(fd).map(|addr| vec![self.fact_of(Some(addr))]).map_err(Stop::from)
            }
            Call::Setsockopt { level, name, value, .. } => done(net.setsockopt(fd, *level, *name, value)),
            Call::Getsockopt { level, name, room, .. } => {
                let mut value = vec![0; usize::from(*room)];
                let len = net.getsockopt(fd, *level, *name, &mut value)?;
                value.truncate(len);
                self.rename_in(*level, *name, &mut value);
                Ok(if (*level, *name) == (c::IPPROTO_TCP, c::TCP_INFO) {
                    info(&value)
                } else {
                    vec![Fact::Value(value)]
                })
            }
            Call::Ioctl { request, arg, .. } => {
                let mut bytes = arg.to_ne_bytes();
                let answer = net.ioctl(fd, u64::from(*request), &mut bytes)?;
                Ok(vec![Fact::Number(answer.into()), Fact::Value(bytes.to_vec())])
            }
            Call::SetNonblocking { on, .. } => done(net.set_nonblocking(fd, *on)),
            Call::Poll { events, waits, .. } => {
                let mut fds = [PollFd::new(fd, PollEvents::from_bits_retain(*events))];
                let count = net.poll(&mut fds, Some(Duration::ZERO).filter(|_| !waits))?;
                Ok(vec![Fact::Number(count as i64), Fact::Events(fds[0].revents)])
            }
            Call::Socket { .. } | Call::Socketpair { .. } | Call::Wait { .. } | Call::Close { .. } => {
                unreachable!("made already")
            }
        }
    }

    fn send(&mut self, step: usize, call: &Call, held: &Held<<T::Net as Net>::Fd>) -> Said {
        let Call::Send { len, flags, to, control, carry, .. } = call else { unreachable!("a send") };
        let to = to.as_ref().map(|place| self.addr(call, place)).transpose()?;
        let carried = carry.map(|slot| self.held(slot)).transpose()?;
        // A descriptor cannot leave its machine.
        if carried.as_ref().is_some_and(|carried| carried.host != held.host) {
            return Err(Stop::NoSocket);
        }
        // What the n-th call sends is told from what others do. It repeats itself: a program sends a lot of it, in builds without optimisation.
        let mut data =
            std::array::from_fn::<u8, 256, _>(|at| (step * 37 + at * 11) as u8).repeat(*len as usize / 256 + 1);
        data.truncate(*len as usize);
        let flags = MsgFlags::from_bits_retain(*flags);
        let net = self.tank.host(held.host);
        let sent = if call.name() == "send" {
            net.send(&held.fd, &data, flags)
        } else {
            let bufs = [IoSlice::new(&data)];
            let fds: Vec<_> = carried.iter().map(|carried| &*carried.fd).collect();
            let msg = SendMsg { bufs: &bufs, addr: to.as_ref(), control, fds: &fds };
            net.sendmsg(&held.fd, &msg, flags)
        };
        if carried.is_some() {
            // Which may be open only because we hold it.
            self.tank.after_call();
        }
        Ok(vec![Fact::Number(sent? as i64)])
    }

    fn recv(&mut self, call: &Call, held: &Held<<T::Net as Net>::Fd>) -> Said {
        let Call::Recv { len, flags, from, control, into, .. } = call else { unreachable!("a recv") };
        let flags = MsgFlags::from_bits_retain(*flags);
        let net = self.tank.host(held.host);
        let mut buf = std::mem::take(&mut self.buf);
        buf.clear();
        buf.resize(*len as usize, 0);
        if call.name() == "recv" {
            let count = net.recv(&held.fd, &mut buf, flags);
            // With MSG_TRUNC there may be more than there was room for.
            let facts = count
                .map(|count| vec![Fact::Number(count as i64), Fact::Data(Bytes::of(&buf[..count.min(buf.len())]))]);
            self.buf = buf;
            return facts.map_err(Stop::from);
        }
        let mut room = vec![0; *control as usize];
        let mut bufs = [IoSliceMut::new(&mut buf)];
        let mut msg = RecvMsg::new(&mut bufs).with_control(&mut room);
        msg.want_addr = *from;
        let count = net.recvmsg(&held.fd, &mut msg, flags)?;
        let mut facts = vec![Fact::Number(count as i64), Fact::Flags(msg.flags), Fact::Descriptors(msg.fds.len())];
        let is_error = msg.flags.contains(MsgFlags::ERRQUEUE);
        for message in msg.control_messages() {
            let (level, kind) = (message.level, message.kind);
            let mut data = shared(&message);
            // In an error's, what was sent stands where the port would be.
            if ORIGINAL.contains(&(level, kind)) && !is_error {
                self.rename_address(&mut data);
            }
            facts.push(Fact::Control(level, kind, data));
        }
        let (addr, fds) = (msg.addr.take(), std::mem::take(&mut msg.fds));
        drop(msg);
        facts.push(Fact::Data(Bytes::of(&buf[..count.min(buf.len())])));
        if *from {
            facts.push(self.fact_of(addr));
        }
        self.buf = buf;
        if let (Some(into), Some(fd)) = (into, fds.into_iter().next()) {
            self.put(*into, held.host, fd);
        }
        Ok(facts)
    }
}

/// Control messages whose data is each run's own: the numbers of descriptors, when something came, and a sum over headers.
pub(crate) const OWN: [(i32, i32); 8] = [
    (c::SOL_SOCKET, c::SCM_RIGHTS),
    (c::SOL_SOCKET, c::SO_TIMESTAMP_OLD),
    (c::SOL_SOCKET, c::SO_TIMESTAMPNS_OLD),
    (c::SOL_SOCKET, c::SO_TIMESTAMPING_OLD),
    (c::SOL_SOCKET, c::SO_TIMESTAMP_NEW),
    (c::SOL_SOCKET, c::SO_TIMESTAMPNS_NEW),
    (c::SOL_SOCKET, c::SO_TIMESTAMPING_NEW),
    (c::IPPROTO_IP, c::IP_CHECKSUM),
];

/// Control messages with the address that a datagram was sent to, and so a port.
pub(crate) const ORIGINAL: [(i32, i32); 2] =
    [(c::IPPROTO_IP, c::IP_ORIGDSTADDR), (c::IPPROTO_IPV6, c::IPV6_ORIGDSTADDR)];

/// What a control message says; of data that is each run's own, the length, and of a process, whether there is one.
fn shared(message: &Cmsg<'_>) -> Vec<u8> {
    if OWN.contains(&(message.level, message.kind)) {
        return vec![0; message.data.len()];
    }
    let mut data = message.data.to_vec();
    if let (c::SOL_SOCKET, c::SCM_CREDENTIALS, Some(pid)) = (message.level, message.kind, data.first_chunk_mut::<4>()) {
        *pid = i32::from(*pid != [0; 4]).to_ne_bytes();
    }
    data
}

/// The state, if it is a TCP socket.
fn tcp_state<N: Net>(net: &N, fd: &N::Fd) -> Option<TcpState> {
    let mut state = [0];
    let len = net.getsockopt(fd, c::IPPROTO_TCP, c::TCP_INFO, &mut state).ok()?;
    (len == 1).then(|| TcpState::from_raw(state[0]))
}

/// What of `struct tcp_info` is no measurement of time.
pub(crate) fn info(value: &[u8]) -> Vec<Fact> {
    let len = Fact::Number(value.len() as i64);
    let Some(info) = TcpInfo::decode(value) else { return vec![len] };
    let mut facts = vec![len];
    let fields: [(&'static str, u64); 18] = [
        ("state", info.state.into()),
        ("ca_state", info.ca_state.into()),
        ("retransmits", info.retransmits.into()),
        ("probes", info.probes.into()),
        ("backoff", info.backoff.into()),
        ("options", info.options.into()),
        ("snd_mss", info.snd_mss.into()),
        ("unacked", info.unacked.into()),
        ("sacked", info.sacked.into()),
        ("lost", info.lost.into()),
        ("retrans", info.retrans.into()),
        ("pmtu", info.pmtu.into()),
        ("advmss", info.advmss.into()),
        ("total_retrans", info.total_retrans.into()),
        ("bytes_received", info.bytes_received),
        ("bytes_acked", info.bytes_acked),
        ("notsent_bytes", info.notsent_bytes.into()),
        ("bytes_sent", info.bytes_sent),
    ];
    facts.extend(fields.map(|(name, value)| Fact::Info(name, value)));
    facts
}
