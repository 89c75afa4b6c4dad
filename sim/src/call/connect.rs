//! listen(2), accept(2) and connect(2).

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use wavetank_api::{Addr, Errno, Result, SockFlags};

use super::{
    Attempt, Caller, For, Told, deadline_after,
    errno::IntoErrno,
    has_passed,
    name::{self, Use},
};
use crate::{
    base::{Instant, SocketId},
    host::{AcceptError, Body, ConnectStatus, Env, Family, Host, RareSwitches, Stage, Switches, UnixError, ipv4_of},
    proto::{Readiness, tcp::Opening},
    world::{World, underway::Fate},
};

impl Caller<'_> {
    pub(crate) fn listen(&self, fd: i32, backlog: i32) -> Result<()> {
        let told = Told {
            call: "listen",
            numbers: [fd as u64, backlog as u64, 0],
            text: || format!("listen({fd}, {backlog})"),
        };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let host = self.host_mut(world);
            match host.sockets[id].body {
                Body::Tcp(_) => host.tcp_listen(id, backlog).map_err(IntoErrno::errno),
                // `sock_no_listen`
                Body::Udp(_) => Err(Errno::EOPNOTSUPP),
                Body::Unix(_) => self.listen_unix(world, id, backlog),
            }
        })
    }

    #[inline]
    #[track_caller]
    pub(crate) fn accept(&self, fd: i32, flags: SockFlags) -> Result<(i32, Addr)> {
        let told = Told {
            call: "accept",
            numbers: [fd as u64, flags.bits() as u64, 0],
            text: || format!("accept({fd}, {flags})"),
        };
        self.blocking(fd, told, |world, deadline| {
            let id = match self.may_accept(world, fd, flags) {
                Ok(id) => id,
                Err(errno) => return Attempt::Done(Err(errno)),
            };
            let host = self.host(world);
            if host.tcp_may_accept(id) == Err(AcceptError::WouldBlock)
                || host.unix_may_accept(id) == Some(UnixError::WouldBlock)
            {
                if !self.blocks(world, id) {
                    return Attempt::Done(Err(Errno::EAGAIN));
                }
                // Nobody will come (`__skb_wait_for_more_packets`, `unix_accept`).
                if self.host(world).unix(id).is_some_and(|unix| unix.read_shut) {
                    return Attempt::Done(Err(Errno::EINVAL));
                }
                let timeout = self.host(world).sockets[id].options.rcvtimeo();
                deadline_after(world, deadline, timeout);
                return Attempt::Wait(For::Ready { socket: id, interest: Readiness::IN });
            }
            Attempt::Done(self.take_connection(world, id, flags))
        })
    }

    /// What is checked before anything is waited for. The descriptor is reserved first (`__sys_accept4_file`).
    fn may_accept(&self, world: &World, fd: i32, flags: SockFlags) -> Result<SocketId, Errno> {
        let id = self.socket(world, fd)?;
        if !(SockFlags::NONBLOCK | SockFlags::CLOEXEC).contains(flags) {
            return Err(Errno::EINVAL);
        }
        self.has_room(world, 1)?;
        match self.host(world).sockets[id].body {
            Body::Tcp(_) => match self.host(world).tcp_may_accept(id) {
                Err(AcceptError::NotListening) => Err(Errno::EINVAL),
                _ => Ok(id),
            },
            Body::Udp(_) => Err(Errno::EOPNOTSUPP),
            Body::Unix(_) => match self.host(world).unix_may_accept(id) {
                None | Some(UnixError::WouldBlock) => Ok(id),
                Some(error) => Err(error.errno()),
            },
        }
    }

    fn take_connection(&self, world: &mut World, id: SocketId, flags: SockFlags) -> Result<(i32, Addr), Errno> {
        if let Body::Unix(_) = self.host(world).sockets[id].body {
            let child = world.on_host(self.host, |host, env| host.unix_accept(env, id)).ok_or(Errno::EAGAIN)?;
            let fd = self.open(world, child, flags)?;
            return Ok((fd, self.host(world).unix_peer_name(child)));
        }
        let child = world.on_host(self.host, |host, env| host.tcp_accept(env, id)).map_err(IntoErrno::errno)?;
        let fd = self.open(world, child, flags)?;
        let socket = &self.host(world).sockets[child];
        let remote = socket.remote.unwrap_or(SocketAddr::from(([0; 4], 0)));
        Ok((fd, name::show(socket.family, remote)))
    }

    #[track_caller]
    pub(crate) fn connect(&self, fd: i32, addr: &Addr) -> Result<()> {
        let told =
            Told { call: "connect", numbers: name::addr_numbers(fd, addr), text: || format!("connect({fd}, {addr})") };
        let mut waiting = None;
        self.blocking(fd, told, |world, deadline| {
            let id = match self.socket(world, fd) {
                Ok(id) => id,
                Err(errno) => return Attempt::Done(Err(errno)),
            };
            match self.host(world).sockets[id].body {
                Body::Tcp(_) => self.connect_tcp(world, id, addr, &mut waiting, deadline),
                Body::Udp(_) => Attempt::Done(self.connect_udp(world, id, addr)),
                Body::Unix(_) => self.connect_unix(world, id, addr, deadline),
            }
        })
    }

    /// `__inet_stream_connect`: begins the handshake if there is none, then waits for its end. `waiting` is what a call that waits is told
    /// when its time is over: that it has begun something, or that another has.
    fn connect_tcp(
        &self,
        world: &mut World,
        id: SocketId,
        addr: &Addr,
        waiting: &mut Option<Errno>,
        deadline: &mut Option<Instant>,
    ) -> Attempt<()> {
        let waits = self.blocks(world, id);
        if world.has_befallen(Fate::Disconnected) {
            return Attempt::Done(Err(Errno::EPIPE));
        }
        if waiting.is_none() && matches!(addr, Addr::Unspec) {
            // connect(2): AF_UNSPEC dissolves the association; `tcp_disconnect` resets a connection.
            world.befall(self.host, id, Fate::Disconnected);
            world.on_host(self.host, |host, env| host.tcp_disconnect(env, id));
            return Attempt::Done(Ok(()));
        }
        match world.on_host(self.host, |host, _| host.tcp_connect_status(id, waiting.is_some())) {
            ConnectStatus::Fresh => {
                let fast = self.host(world).sockets[id].options.switches.contains(Switches::FASTOPEN_CONNECT);
                let result = self.begin_connect(world, id, addr, fast);
                if let Err(errno) = result {
                    return Attempt::Done(Err(errno));
                }
                *waiting = Some(Errno::EINPROGRESS);
                if fast && self.is_put_off_or_asks(world, id) {
                    return Attempt::Done(Ok(()));
                }
                if !waits {
                    // Even over loopback, where the handshake is over by now (`inet_stream_connect` with no time to wait).
                    return Attempt::Done(Err(Errno::EINPROGRESS));
                }
                if !matches!(self.host(world).sockets[id].connect_status(), ConnectStatus::Connecting) {
                    return self.connect_tcp(world, id, addr, waiting, deadline);
                }
                self.wait_connected(world, id, deadline, Errno::EINPROGRESS)
            }
            // One that is put off begins when somebody writes.
            status @ (ConnectStatus::PutOff | ConnectStatus::Connecting) => {
                let of_others = if status == ConnectStatus::PutOff { Errno::EISCONN } else { Errno::EALREADY };
                let errno = *waiting.get_or_insert(of_others);
                if !waits || has_passed(world, *deadline) {
                    // connect(2) under SO_SNDTIMEO: the handshake goes on without us (socket(7)).
                    return Attempt::Done(Err(errno));
                }
                self.wait_connected(world, id, deadline, errno)
            }
            ConnectStatus::Succeeded => {
                self.host_mut(world).sockets[id].stage = Stage::Connected;
                Attempt::Done(Ok(()))
            }
            ConnectStatus::Failed(failure) => {
                world.befall(self.host, id, Fate::Disconnected);
                world.on_host(self.host, |host, env| host.tcp_disconnect(env, id));
                Attempt::Done(Err(failure.map_or(Errno::ECONNABORTED, IntoErrno::errno)))
            }
            ConnectStatus::Connected => Attempt::Done(Err(Errno::EISCONN)),
            ConnectStatus::Disconnecting => Attempt::Done(Err(Errno::EINVAL)),
        }
    }

    /// TCP_FASTOPEN_CONNECT: with a cookie the first write will open; without one the handshake begins, and asks for one
    /// (`tcp_fastopen_defer_connect`). `true` if it is put off.
    fn is_put_off_or_asks(&self, world: &mut World, id: SocketId) -> bool {
        if self.host(world).opening(id) != Opening::Asking {
            return true;
        }
        world.on_host(self.host, |host, env| host.tcp_open_fast(env, id, &[]));
        self.host_mut(world).sockets[id].options.rare_mut().switches.insert(RareSwitches::FASTOPEN_ASKED);
        false
    }

    pub(super) fn begin_connect(
        &self,
        world: &mut World,
        id: SocketId,
        addr: &Addr,
        put_off: bool,
    ) -> Result<(), Errno> {
        let socket = &self.host(world).sockets[id];
        debug_assert!(socket.family != Family::Unix);
        let to = name::read(socket, addr, Use::Connect)?;
        let ip = name::not_unspecified6(socket, to)?.ip();
        let bound = socket.local.map(|local| local.ip()).filter(|_| socket.addr_locked);
        let bound = bound.filter(|bound| *bound != IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        // To be bound to an address of IPv6 has made it IPV6_V6ONLY, and to IPv4 it had no way; but if that was taken back, it is bound to
        // what stands for such an address. For the other way round see `Host::way`.
        let bound = bound.map(|bound| if ip.is_ipv4() { ipv4_of(bound).into() } else { bound });
        // TCP has no multicast: of IPv6 that is looked at first (`tcp_v6_connect`), of IPv4, with broadcast, when there is a way.
        if ip.is_ipv6() && ip.is_multicast() {
            return Err(Errno::ENETUNREACH);
        }
        let source = bound.filter(|bound| ip.is_ipv6() || !bound.is_unspecified());
        let reachable = world.has_route(self.host, ip);
        let way = self
            .host(world)
            .way(ip, source, &socket.options, socket.options.device(), reachable)
            .map_err(IntoErrno::errno)?;
        if ip.is_multicast() || Host::is_broadcast(ip) {
            return Err(Errno::ENETUNREACH);
        }
        let connect = |host: &mut Host, env: &mut Env<'_>| host.tcp_connect(env, id, (way, to.port()), put_off);
        world.on_host(self.host, connect).map_err(IntoErrno::errno)
    }

    pub(super) fn wait_connected<T>(
        &self,
        world: &World,
        id: SocketId,
        deadline: &mut Option<Instant>,
        errno: Errno,
    ) -> Attempt<T> {
        let timeout = self.host(world).sockets[id].options.sndtimeo();
        deadline_after(world, deadline, timeout);
        // A negative SO_SNDTIMEO is no time at all (`sock_set_timeout`, `inet_wait_for_connect`).
        if timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Attempt::Done(Err(errno));
        }
        Attempt::Wait(For::Ready { socket: id, interest: Readiness::OUT })
    }
}
