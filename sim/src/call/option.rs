//! getsockopt(2) and setsockopt(2): which options there are, what each takes, how Linux bounds and shows it.
//!
//! An option that is not here answers ENOPROTOOPT, as a kernel built without it would. *Acts* and *stored* are said arm by
//! arm: a stored option is validated and read back like Linux, and changes nothing yet.

use std::time::Duration;

use wavetank_api::{Errno, Result, option::SockOpt};

use super::{Caller, Told, errno::IntoErrno};
use crate::{
    base::SocketId,
    host::{Body, Env, Family, Host, Socket, SocketOptions, Tcp},
    proto::tcp,
};

/// `SOCK_MIN_RCVBUF` and `SOCK_MIN_SNDBUF` of include/net/sock.h: one and two of TCP_SKB_MIN_TRUESIZE.
const MIN_RCVBUF: u32 = 2304;
const MIN_SNDBUF: u32 = 4608;

impl Caller<'_> {
    pub(crate) fn getsockopt(&self, fd: i32, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
        let told = Told {
            call: "getsockopt",
            numbers: [fd as u64, level as u64, name as u64],
            text: || format!("getsockopt({fd}, {})", option_text(level, name)),
        };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let found = get(self.host_mut(world), id, level, name)?;
            let bytes = found.bytes();
            let len = bytes.len().min(value.len());
            value[..len].copy_from_slice(&bytes[..len]);
            Ok(len)
        })
    }

    pub(crate) fn setsockopt(&self, fd: i32, level: i32, name: i32, value: &[u8]) -> Result<()> {
        let told = Told {
            call: "setsockopt",
            numbers: [fd as u64 | (level as u64) << 32, name as u64, value_word(value)],
            text: || format!("setsockopt({fd}, {}, {})", option_text(level, name), value_text(value)),
        };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            world.on_host(self.host, |host, env| set(host, env, id, level, name, value))
        })
    }

    /// ioctl(2): FIONREAD, TIOCOUTQ (SIOCOUTQ) and FIONBIO.
    pub(crate) fn ioctl(&self, fd: i32, request: u64, arg: &mut [u8]) -> Result<i32> {
        let told =
            Told { call: "ioctl", numbers: [fd as u64, request, 0], text: || format!("ioctl({fd}, {request:#x})") };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let socket = &mut self.host_mut(world).sockets[id];
            let count = match request {
                libc::FIONREAD => unread(socket)?,
                libc::TIOCOUTQ => unsent(socket)?,
                libc::FIONBIO => {
                    socket.nonblocking = int(arg)? != 0;
                    return Ok(0);
                }
                _ => return Err(Errno::ENOTTY),
            };
            let bytes = (count.min(i32::MAX as usize) as i32).to_ne_bytes();
            arg.get_mut(..bytes.len()).ok_or(Errno::EFAULT)?.copy_from_slice(&bytes);
            Ok(0)
        })
    }
}

/// Bytes that can be read: of a stream all of them, of a datagram socket the first datagram's.
fn unread(socket: &Socket) -> Result<usize, Errno> {
    Ok(match &socket.body {
        Body::Tcp(Tcp::Connection { connection, .. }) => connection.unread(),
        // `tcp_ioctl`: a listener has nothing to read, ever.
        Body::Tcp(Tcp::Listening(_)) => return Err(Errno::EINVAL),
        Body::Tcp(Tcp::Closed(_)) => 0,
        Body::Udp(udp) => udp.next_len(),
        Body::Unix { end, .. } => end.unread(),
    })
}

fn unsent(socket: &Socket) -> Result<usize, Errno> {
    Ok(match &socket.body {
        Body::Tcp(Tcp::Connection { connection, .. }) => connection.unacked(),
        Body::Tcp(Tcp::Listening(_)) => return Err(Errno::EINVAL),
        _ => 0,
    })
}

/// What an option holds.
enum Value {
    Int(i32),
    Bytes(Vec<u8>),
}

impl Value {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Int(int) => int.to_ne_bytes().to_vec(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

fn get(host: &mut Host, id: SocketId, level: i32, name: i32) -> Result<Value, Errno> {
    let socket = &mut host.sockets[id];
    let is_tcp = matches!(socket.body, Body::Tcp(_));
    match level {
        libc::SOL_SOCKET => get_socket(socket, name),
        libc::IPPROTO_TCP if is_tcp => get_tcp(socket, name),
        libc::IPPROTO_IP if socket.family != Family::Unix => get_ip(&socket.options, name),
        libc::IPPROTO_IPV6 if socket.family == Family::Inet6 => get_ipv6(&socket.options, name),
        // `do_ipv6_getsockopt` of another level.
        _ if socket.family == Family::Inet6 => Err(Errno::ENOPROTOOPT),
        // `do_ip_getsockopt` of another level, and `sock_no_getsockopt` for UNIX sockets.
        _ => Err(Errno::EOPNOTSUPP),
    }
}

fn get_socket(socket: &mut Socket, name: i32) -> Result<Value, Errno> {
    let listening = socket.is_listening();
    let options = &socket.options;
    Ok(Value::Int(match name {
        libc::SO_REUSEADDR => options.reuseaddr.into(),
        libc::SO_REUSEPORT => options.reuseport.into(),
        libc::SO_KEEPALIVE => options.keepalive.into(),
        libc::SO_BROADCAST => options.broadcast.into(),
        libc::SO_OOBINLINE => options.oobinline.into(),
        libc::SO_DONTROUTE => options.dontroute.into(),
        libc::SO_RCVBUF => options.rcvbuf as i32,
        libc::SO_SNDBUF => options.sndbuf as i32,
        libc::SO_RCVLOWAT => options.rcvlowat,
        libc::SO_SNDLOWAT => 1,
        libc::SO_PRIORITY => options.priority,
        libc::SO_ACCEPTCONN => listening.into(),
        libc::SO_TYPE => match socket.body {
            Body::Udp(_) => libc::SOCK_DGRAM,
            Body::Tcp(_) | Body::Unix { .. } => libc::SOCK_STREAM,
        },
        libc::SO_DOMAIN => match socket.family {
            Family::Inet => libc::AF_INET,
            Family::Inet6 => libc::AF_INET6,
            Family::Unix => libc::AF_UNIX,
        },
        libc::SO_PROTOCOL => match socket.body {
            Body::Tcp(_) => libc::IPPROTO_TCP,
            Body::Udp(_) => libc::IPPROTO_UDP,
            Body::Unix { .. } => 0,
        },
        libc::SO_ERROR => take_error(socket).map_or(0, Errno::raw),
        libc::SO_RCVTIMEO => return Ok(timeval(options.rcvtimeo)),
        libc::SO_SNDTIMEO => return Ok(timeval(options.sndtimeo)),
        libc::SO_LINGER => {
            let on = i32::from(options.linger.is_some());
            return Ok(Value::Bytes([on, options.linger.unwrap_or(0)].map(i32::to_ne_bytes).concat()));
        }
        _ => return Err(Errno::ENOPROTOOPT),
    }))
}

/// `sock_error`: the pending error, once.
fn take_error(socket: &mut Socket) -> Option<Errno> {
    match &mut socket.body {
        Body::Tcp(Tcp::Connection { connection, .. }) => connection.take_failure().map(IntoErrno::errno),
        Body::Tcp(Tcp::Closed(failure)) => failure.take().map(IntoErrno::errno),
        Body::Tcp(Tcp::Listening(_)) => None,
        Body::Udp(udp) => udp.take_failure().map(IntoErrno::errno),
        Body::Unix { end, .. } => end.take_reset().then_some(Errno::ECONNRESET),
    }
}

fn get_tcp(socket: &Socket, name: i32) -> Result<Value, Errno> {
    let options = &socket.options;
    Ok(Value::Int(match name {
        libc::TCP_NODELAY => options.nodelay.into(),
        libc::TCP_CORK => options.cork.into(),
        libc::TCP_QUICKACK => options.quickack.into(),
        libc::TCP_MAXSEG => options.maxseg,
        libc::TCP_KEEPIDLE => options.keepidle,
        libc::TCP_KEEPINTVL => options.keepintvl,
        libc::TCP_KEEPCNT => options.keepcnt,
        libc::TCP_SYNCNT => options.syncnt,
        libc::TCP_USER_TIMEOUT => options.user_timeout,
        libc::TCP_DEFER_ACCEPT => options.defer_accept,
        _ => return Err(Errno::ENOPROTOOPT),
    }))
}

fn get_ip(options: &SocketOptions, name: i32) -> Result<Value, Errno> {
    Ok(Value::Int(match name {
        libc::IP_TTL => options.ttl,
        libc::IP_TOS => options.tos,
        _ => return Err(Errno::ENOPROTOOPT),
    }))
}

fn get_ipv6(options: &SocketOptions, name: i32) -> Result<Value, Errno> {
    Ok(Value::Int(match name {
        libc::IPV6_V6ONLY => options.v6only.into(),
        libc::IPV6_UNICAST_HOPS => options.hops,
        _ => return Err(Errno::ENOPROTOOPT),
    }))
}

/// TCP_DEFER_ACCEPT is kept as a number of retransmissions, and shown as the time they take: 1, 3, 7, ... seconds, each wait
/// twice the one before and 120 s at most (`secs_to_retrans`, `retrans_to_secs`).
fn seconds_of_retries(seconds: i32) -> i32 {
    if seconds <= 0 {
        return 0;
    }
    let (mut period, mut timeout, mut retries) = (1, 1, 1);
    while seconds > period && retries < 255 {
        retries += 1;
        timeout = (timeout * 2).min(120);
        period += timeout;
    }
    period
}

fn set(host: &mut Host, env: &mut Env<'_>, id: SocketId, level: i32, name: i32, value: &[u8]) -> Result<(), Errno> {
    let socket = &mut host.sockets[id];
    let is_tcp = matches!(socket.body, Body::Tcp(_));
    match level {
        libc::SOL_SOCKET => set_socket(host, env, id, name, value),
        libc::IPPROTO_TCP if is_tcp => set_tcp(host, env, id, name, int(value)?),
        libc::IPPROTO_IP if socket.family != Family::Unix => set_ip(&mut socket.options, is_tcp, name, value),
        libc::IPPROTO_IPV6 if socket.family == Family::Inet6 => set_ipv6(socket, name, int(value)?),
        _ if socket.family == Family::Unix => Err(Errno::EOPNOTSUPP),
        _ => Err(Errno::ENOPROTOOPT),
    }
}

/// `sk_setsockopt`.
fn set_socket(host: &mut Host, env: &mut Env<'_>, id: SocketId, name: i32, value: &[u8]) -> Result<(), Errno> {
    let (rmem_max, wmem_max) = (host.settings.rmem_max, host.settings.wmem_max);
    let socket = &mut host.sockets[id];
    let options = &mut socket.options;
    match name {
        // Acts: may two sockets share an address?
        libc::SO_REUSEADDR => options.reuseaddr = int(value)? != 0,
        libc::SO_REUSEPORT => options.reuseport = int(value)? != 0,
        // Acts for UDP.
        libc::SO_BROADCAST => options.broadcast = int(value)? != 0,
        // Stored.
        libc::SO_KEEPALIVE => options.keepalive = int(value)? != 0,
        libc::SO_OOBINLINE => options.oobinline = int(value)? != 0,
        libc::SO_DONTROUTE => options.dontroute = int(value)? != 0,
        libc::SO_PRIORITY => options.priority = int(value)?,
        // Stored; a negative number means as much as possible (`sock_set_rcvlowat`).
        libc::SO_RCVLOWAT => {
            let wanted = int(value)?;
            options.rcvlowat = if wanted < 0 { i32::MAX } else { wanted.max(1) };
        }
        // Act: bounded by the system's limit, then doubled, and never less than a minimum (socket(7)).
        libc::SO_RCVBUF => {
            options.rcvbuf = (buffer(value)?.min(rmem_max) * 2).max(MIN_RCVBUF);
            options.rcvbuf_set = true;
            apply_buffers(host, env, id);
        }
        libc::SO_SNDBUF => {
            options.sndbuf = (buffer(value)?.min(wmem_max) * 2).max(MIN_SNDBUF);
            options.sndbuf_set = true;
            apply_buffers(host, env, id);
        }
        // Act.
        libc::SO_RCVTIMEO => options.rcvtimeo = duration(value)?,
        libc::SO_SNDTIMEO => options.sndtimeo = duration(value)?,
        // Acts: with time 0 close resets the connection, with another it waits that long for what was sent to arrive.
        libc::SO_LINGER => {
            let (on, seconds) = (int(value)?, int(value.get(4..).unwrap_or_default())?);
            options.linger = (on != 0).then_some(seconds);
        }
        libc::SO_ERROR
        | libc::SO_TYPE
        | libc::SO_DOMAIN
        | libc::SO_PROTOCOL
        | libc::SO_ACCEPTCONN
        | libc::SO_SNDLOWAT => {
            return Err(Errno::ENOPROTOOPT);
        }
        _ => return Err(Errno::ENOPROTOOPT),
    }
    Ok(())
}

/// Brings new buffer sizes to the protocol.
fn apply_buffers(host: &mut Host, env: &mut Env<'_>, id: SocketId) {
    let config = host.tcp_config(id);
    let socket = &mut host.sockets[id];
    let (rcvbuf, sndbuf) = (socket.options.rcvbuf as usize, socket.options.sndbuf as usize);
    match &mut socket.body {
        Body::Udp(udp) => udp.set_rcvbuf(rcvbuf),
        Body::Unix { end, .. } => end.set_sndbuf(sndbuf),
        Body::Tcp(_) => {
            host.with_connection(env, id, |connection, _| {
                connection.set_rcvbuf(config.rcvbuf);
                connection.set_sndbuf(config.sndbuf);
            });
        }
    }
}

/// `do_tcp_setsockopt`: the ranges are its own.
fn set_tcp(host: &mut Host, env: &mut Env<'_>, id: SocketId, name: i32, value: i32) -> Result<(), Errno> {
    let options = &mut host.sockets[id].options;
    let within = |low: i32, high: i32| if (low..=high).contains(&value) { Ok(value) } else { Err(Errno::EINVAL) };
    match name {
        // Acts.
        libc::TCP_NODELAY => {
            options.nodelay = value != 0;
            host.with_connection(env, id, |connection: &mut tcp::Connection, cx| {
                connection.set_nodelay(cx, value != 0)
            });
        }
        // Acts on the next connection: TCP_SYNCNT of tcp(7), 1 to MAX_TCP_SYNCNT.
        libc::TCP_SYNCNT => options.syncnt = within(1, 127)?,
        // Stored.
        libc::TCP_CORK => options.cork = value != 0,
        libc::TCP_QUICKACK => options.quickack = value != 0,
        libc::TCP_MAXSEG => options.maxseg = if value == 0 { 536 } else { within(88, 32767)? },
        libc::TCP_KEEPIDLE => options.keepidle = within(1, 32767)?,
        libc::TCP_KEEPINTVL => options.keepintvl = within(1, 32767)?,
        libc::TCP_KEEPCNT => options.keepcnt = within(1, 127)?,
        libc::TCP_USER_TIMEOUT => options.user_timeout = within(0, i32::MAX)?,
        libc::TCP_DEFER_ACCEPT => options.defer_accept = seconds_of_retries(value),
        _ => return Err(Errno::ENOPROTOOPT),
    }
    Ok(())
}

/// `do_ip_setsockopt`; all stored. One byte is enough for these (ip(7)).
fn set_ip(options: &mut SocketOptions, is_tcp: bool, name: i32, value: &[u8]) -> Result<(), Errno> {
    let value = match *value {
        [byte] => i32::from(byte),
        _ => int(value)?,
    };
    match name {
        libc::IP_TTL if value == -1 => options.ttl = 64,
        libc::IP_TTL if (1..=255).contains(&value) => options.ttl = value,
        libc::IP_TTL => return Err(Errno::EINVAL),
        // Only a byte is kept; of TCP not its two lowest bits, which are ECN's (`__ip_sock_set_tos`).
        libc::IP_TOS if is_tcp => options.tos = value & 0xfc,
        libc::IP_TOS => options.tos = value & 0xff,
        _ => return Err(Errno::ENOPROTOOPT),
    }
    Ok(())
}

fn set_ipv6(socket: &mut Socket, name: i32, value: i32) -> Result<(), Errno> {
    match name {
        // Acts; only before the socket is bound (`do_ipv6_setsockopt`).
        libc::IPV6_V6ONLY if socket.local.is_some() => return Err(Errno::EINVAL),
        libc::IPV6_V6ONLY => socket.options.v6only = value != 0,
        // Stored.
        libc::IPV6_UNICAST_HOPS if (-1..=255).contains(&value) => {
            socket.options.hops = if value == -1 { 64 } else { value };
        }
        libc::IPV6_UNICAST_HOPS => return Err(Errno::EINVAL),
        _ => return Err(Errno::ENOPROTOOPT),
    }
    Ok(())
}

/// An `int`; EINVAL if there are fewer bytes.
fn int(value: &[u8]) -> Result<i32, Errno> {
    let bytes = value.first_chunk::<4>().ok_or(Errno::EINVAL)?;
    Ok(i32::from_ne_bytes(*bytes))
}

/// A size as the kernel reads it: a negative number is a very large one.
fn buffer(value: &[u8]) -> Result<u32, Errno> {
    Ok(int(value)? as u32)
}

/// A `struct timeval`: zero means for ever (`sock_set_timeout`).
fn duration(value: &[u8]) -> Result<Option<Duration>, Errno> {
    let words = value.first_chunk::<16>().ok_or(Errno::EINVAL)?;
    let (seconds, micros) = words.split_at(8);
    let number = |bytes: &[u8]| i64::from_ne_bytes(bytes.try_into().unwrap_or_default());
    let (seconds, micros) = (number(seconds), number(micros));
    if !(0..1_000_000).contains(&micros) {
        return Err(Errno::EDOM);
    }
    let Ok(seconds) = u64::try_from(seconds) else {
        // A negative time has passed already: do not wait at all.
        return Ok(Some(Duration::ZERO));
    };
    let time = Duration::from_secs(seconds) + Duration::from_micros(micros as u64);
    Ok((!time.is_zero()).then_some(time))
}

fn timeval(time: Option<Duration>) -> Value {
    let time = time.unwrap_or_default();
    let words = [time.as_secs() as i64, i64::from(time.subsec_micros())];
    Value::Bytes(words.map(i64::to_ne_bytes).concat())
}

fn value_word(value: &[u8]) -> u64 {
    value.iter().rev().fold(value.len() as u64, |word, &byte| word.rotate_left(8) ^ u64::from(byte))
}

fn value_text(value: &[u8]) -> String {
    match int(value) {
        Ok(int) if value.len() == 4 => format!("[{int}]"),
        _ => format!("{value:?}"),
    }
}

/// An option by its C name, or its numbers.
fn option_text(level: i32, name: i32) -> String {
    SockOpt::<i32>::new(level, name).to_string()
}
