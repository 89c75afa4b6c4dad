//! socket(2), socketpair(2), dup(2), close(2), fcntl(2) and shutdown(2).

use std::time::Duration;

use wavetank_api::{Errno, Family, Protocol, Result, Shutdown, SockFlags, SockType};

use super::{Attempt, Caller, Told, deadline_after, errno::IntoErrno, has_passed};
use crate::{
    base::SocketId,
    host::{Body, Family as HostFamily, Socket, SocketOptions, Switches, Tcp},
    proto::{Readiness, udp::Udp, unix},
    world::{World, underway::Fate},
};

/// `AF_MAX` of include/linux/socket.h.
const AF_MAX: i32 = 46;
/// `SOCK_MAX` of include/linux/net.h.
const SOCK_MAX: i32 = 11;

/// What there is to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Tcp(HostFamily),
    Udp(HostFamily),
    Unix(unix::Kind),
}

/// `__sock_create`, then `inet_create` or `unix_create`: which check comes first is visible.
fn kind_of(family: Family, kind: SockType, flags: SockFlags, protocol: Protocol) -> Result<Kind, Errno> {
    // `__sys_socket`: SOCK_TYPE_MASK.
    if !(SockFlags::NONBLOCK | SockFlags::CLOEXEC).contains(flags) || kind.raw() & !0xf != 0 {
        return Err(Errno::EINVAL);
    }
    if !(0..AF_MAX).contains(&family.raw()) {
        return Err(Errno::EAFNOSUPPORT);
    }
    if !(0..SOCK_MAX).contains(&kind.raw()) {
        return Err(Errno::EINVAL);
    }
    let inet = |family| match (kind, protocol.raw()) {
        (SockType::STREAM, 0 | libc::IPPROTO_TCP) => Ok(Kind::Tcp(family)),
        (SockType::DGRAM, 0 | libc::IPPROTO_UDP) => Ok(Kind::Udp(family)),
        (_, protocol) if !(0..IPPROTO_MAX).contains(&protocol) => Err(Errno::EINVAL),
        (SockType::STREAM | SockType::DGRAM, _) => Err(Errno::EPROTONOSUPPORT),
        // Raw sockets are absent, but for the one that nobody has: its protocol must be given (`inet_create`).
        (SockType::RAW, 0) => Err(Errno::EPROTONOSUPPORT),
        _ => Err(Errno::ESOCKTNOSUPPORT),
    };
    match family {
        Family::INET => inet(HostFamily::Inet),
        Family::INET6 => inet(HostFamily::Inet6),
        // `unix_create`: the protocol may be 0 or PF_UNIX.
        Family::UNIX if !matches!(protocol.raw(), 0 | libc::PF_UNIX) => Err(Errno::EPROTONOSUPPORT),
        Family::UNIX => Ok(Kind::Unix(match kind {
            SockType::STREAM => unix::Kind::Stream,
            // "Believe it or not BSD has AF_UNIX, SOCK_RAW though nothing uses it."
            SockType::DGRAM | SockType::RAW => unix::Kind::Datagram,
            SockType::SEQPACKET => unix::Kind::Packets,
            _ => return Err(Errno::ESOCKTNOSUPPORT),
        })),
        _ => Err(Errno::EAFNOSUPPORT),
    }
}

/// `IPPROTO_MAX` of include/uapi/linux/in.h: Multipath TCP's number, 262, is the last.
const IPPROTO_MAX: i32 = 263;

impl Caller<'_> {
    pub(crate) fn socket_call(
        &self,
        family: Family,
        kind: SockType,
        flags: SockFlags,
        protocol: Protocol,
    ) -> Result<i32> {
        let told = Told {
            call: "socket",
            numbers: [family.raw() as u64, (kind.raw() | flags.bits()) as u64, protocol.raw() as u64],
            text: || format!("socket({family}, {}, {protocol})", type_text(kind, flags)),
        };
        let (kind, more) = kind.split();
        let flags = flags | more;
        self.call(told, |world| {
            let kind = kind_of(family, kind, flags, protocol)?;
            self.has_room(world, 1)?;
            let id = self.make(world, kind);
            self.open(world, id, flags)
        })
    }

    pub(crate) fn socketpair(
        &self,
        family: Family,
        kind: SockType,
        flags: SockFlags,
        protocol: Protocol,
    ) -> Result<(i32, i32)> {
        let told = Told {
            call: "socketpair",
            numbers: [family.raw() as u64, (kind.raw() | flags.bits()) as u64, protocol.raw() as u64],
            text: || format!("socketpair({family}, {}, {protocol})", type_text(kind, flags)),
        };
        let (kind, more) = kind.split();
        let flags = flags | more;
        self.call(told, |world| {
            // `__sys_socketpair` reserves both descriptors before it makes the sockets.
            if !(SockFlags::NONBLOCK | SockFlags::CLOEXEC).contains(flags) || kind.raw() & !0xf != 0 {
                return Err(Errno::EINVAL);
            }
            self.has_room(world, 2)?;
            let Kind::Unix(kind) = kind_of(family, kind, flags, protocol)? else {
                // `sock_no_socketpair`: internet sockets come one at a time.
                return Err(Errno::EOPNOTSUPP);
            };
            let (left, right) = self.host_mut(world).unix_pair(kind, self.program);
            Ok((self.open(world, left, flags)?, self.open(world, right, flags)?))
        })
    }

    fn make(&self, world: &mut World, kind: Kind) -> SocketId {
        let host = self.host_mut(world);
        let settings = &host.settings;
        let (rmem, wmem) = (settings.rmem_default, settings.wmem_default);
        let mut socket = match kind {
            Kind::Tcp(family) => {
                // `tcp_init_sock`: the middle of tcp_rmem and tcp_wmem, until a connection tunes them.
                let tcp = settings.tcp();
                let mut options = SocketOptions::new(tcp.rmem[1], tcp.wmem[1]);
                options.congestion = tcp.congestion_control;
                Socket::new(family, Body::Tcp(Tcp::Closed), options)
            }
            Kind::Udp(family) => Socket::new(
                family,
                Body::Udp(Box::new(Udp::new(rmem as usize, wmem as usize))),
                SocketOptions::new(rmem, wmem),
            ),
            Kind::Unix(kind) => return host.unix_socket(kind),
        };
        // `inet6_create` does not switch IP_MULTICAST_ALL on.
        socket.options.switches.set(Switches::NO_MULTICAST_ALL, socket.family == HostFamily::Inet6);
        host.sockets.insert(socket)
    }

    /// Fails as the kernel does when a program has as many descriptors as it may.
    pub(crate) fn has_room(&self, world: &World, count: usize) -> Result<(), Errno> {
        let host = self.host(world);
        let room = host.programs[self.program.index()].has_room(count, host.settings.nofile);
        if room { Ok(()) } else { Err(Errno::EMFILE) }
    }

    /// Gives an open socket a descriptor.
    pub(crate) fn open(&self, world: &mut World, id: SocketId, flags: SockFlags) -> Result<i32, Errno> {
        let host = self.host_mut(world);
        let limit = host.settings.nofile;
        let fd = host.programs[self.program.index()].open(id, limit).map_err(IntoErrno::errno)?;
        let socket = &mut host.sockets[id];
        socket.descriptors += 1;
        socket.nonblocking |= flags.contains(SockFlags::NONBLOCK);
        Ok(fd)
    }

    pub(crate) fn dup(&self, fd: i32) -> Result<i32> {
        let told = Told { call: "dup", numbers: [fd as u64, 0, 0], text: || format!("dup({fd})") };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            self.open(world, id, SockFlags::empty())
        })
    }

    /// close(2). In a world that is over, a descriptor is nothing: closing it does nothing.
    #[track_caller]
    pub(crate) fn close(&self, fd: i32) -> Result<()> {
        if self.world.enter(|world| self.lingers(world, fd)) {
            return self.close_and_linger(fd);
        }
        let told = Told { call: "close", numbers: [fd as u64, 0, 0], text: || format!("close({fd})") };
        self.call(told, |world| {
            let id = self.host_mut(world).programs[self.program.index()].close(fd).ok_or(Errno::EBADF)?;
            world.on_host(self.host, |host, env| host.release(env, id));
            Ok(())
        })
    }

    #[inline]
    fn lingers(&self, world: &World, fd: i32) -> bool {
        !world.is_dead(self.host, self.program)
            && self.socket(world, fd).is_ok_and(|id| self.host(world).sockets[id].options.linger.is_some())
    }

    /// The last descriptor of a connection with SO_LINGER waits until what was sent is acknowledged, or its time is over
    /// (`inet_release`, `tcp_close`); O_NONBLOCK makes no difference.
    #[cold]
    #[track_caller]
    fn close_and_linger(&self, fd: i32) -> Result<()> {
        let told = Told { call: "close", numbers: [fd as u64, 0, 0], text: || format!("close({fd})") };
        let mut closed = None;
        self.blocking(fd, told, |world, deadline| {
            let id = match closed {
                Some(id) => id,
                None => {
                    let Some(id) = self.host_mut(world).programs[self.program.index()].close(fd) else {
                        return Attempt::Done(Err(Errno::EBADF));
                    };
                    let linger = self.linger_of(world, id);
                    world.on_host(self.host, |host, env| host.release(env, id));
                    if linger.is_none() {
                        return Attempt::Done(Ok(()));
                    }
                    deadline_after(world, deadline, linger);
                    closed = Some(id);
                    id
                }
            };
            let expired = has_passed(world, *deadline);
            let connection = self.host(world).sockets.get(id).and_then(Socket::connection);
            if expired || !connection.is_some_and(|connection| connection.state().awaits_ack_of_fin()) {
                return Attempt::Done(Ok(()));
            }
            Attempt::Wait(super::For::Ready { socket: id, interest: Readiness::all() })
        })
    }

    /// How long closing this descriptor may wait; not at all if others name the socket, or nobody runs who could wait.
    fn linger_of(&self, world: &World, id: SocketId) -> Option<Duration> {
        let socket = self.host(world).sockets.get(id)?;
        socket.connection().filter(|_| socket.descriptors == 1 && world.current.is_some())?;
        let seconds = socket.options.linger?;
        // A negative time is a very long one (`sk_setsockopt`: t_s is unsigned).
        let seconds = u64::try_from(seconds).unwrap_or(u64::MAX / 1_000_000_000);
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    pub(crate) fn nonblocking(&self, fd: i32) -> Result<bool> {
        let told = Told { call: "fcntl", numbers: [fd as u64, 0, 0], text: || format!("fcntl({fd}, F_GETFL)") };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            Ok(self.host(world).sockets[id].nonblocking)
        })
    }

    /// O_NONBLOCK. Calls that wait already go on waiting.
    pub(super) fn make_nonblocking(&self, world: &mut World, id: SocketId, nonblocking: bool) {
        if nonblocking {
            world.befall(self.host, id, Fate::Nonblocking);
        }
        self.host_mut(world).sockets[id].nonblocking = nonblocking;
    }

    /// Whether a call waits on this socket if it has to.
    #[inline]
    pub(super) fn blocks(&self, world: &mut World, id: SocketId) -> bool {
        !self.host(world).sockets[id].nonblocking || world.has_befallen(Fate::Nonblocking)
    }

    pub(crate) fn set_nonblocking(&self, fd: i32, nonblocking: bool) -> Result<()> {
        let told = Told {
            call: "fcntl",
            numbers: [fd as u64, 1, u64::from(nonblocking)],
            text: || format!("fcntl({fd}, F_SETFL, O_RDWR{})", if nonblocking { "|O_NONBLOCK" } else { "" }),
        };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            self.make_nonblocking(world, id, nonblocking);
            Ok(())
        })
    }

    pub(crate) fn inheritable(&self, fd: i32) -> Result<bool> {
        let told = Told { call: "fcntl", numbers: [fd as u64, 2, 0], text: || format!("fcntl({fd}, F_GETFD)") };
        self.call(told, |world| {
            self.socket(world, fd)?;
            Ok(self.host(world).programs[self.program.index()].is_inheritable(fd))
        })
    }

    pub(crate) fn set_inheritable(&self, fd: i32, inheritable: bool) -> Result<()> {
        let told = Told {
            call: "fcntl",
            numbers: [fd as u64, 3, u64::from(inheritable)],
            text: || format!("fcntl({fd}, F_SETFD, {})", if inheritable { "0" } else { "FD_CLOEXEC" }),
        };
        self.call(told, |world| {
            self.socket(world, fd)?;
            self.host_mut(world).programs[self.program.index()].set_inheritable(fd, inheritable);
            Ok(())
        })
    }

    pub(crate) fn shutdown(&self, fd: i32, how: Shutdown) -> Result<()> {
        let (read, write) = (how != Shutdown::Write, how != Shutdown::Read);
        let name = match how {
            Shutdown::Read => "SHUT_RD",
            Shutdown::Write => "SHUT_WR",
            Shutdown::Both => "SHUT_RDWR",
        };
        let told = Told {
            call: "shutdown",
            numbers: [fd as u64, how.raw() as u64, 0],
            text: || format!("shutdown({fd}, {name})"),
        };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            world.on_host(self.host, |host, env| match &mut host.sockets[id].body {
                Body::Tcp(_) => host.tcp_shutdown(env, id, read, write).map_err(IntoErrno::errno),
                Body::Udp(udp) => {
                    // Linux shuts the halves of an unconnected socket too, and says ENOTCONN all the same.
                    udp.shutdown(read, write);
                    let connected = host.sockets[id].remote.is_some();
                    host.wake_all(env, id);
                    if connected { Ok(()) } else { Err(Errno::ENOTCONN) }
                }
                Body::Unix(_) => {
                    host.unix_shutdown(env, id, read, write);
                    Ok(())
                }
            })
        })
    }
}

fn type_text(kind: SockType, flags: SockFlags) -> String {
    if flags.is_empty() { kind.to_string() } else { format!("{kind}|{flags}") }
}
