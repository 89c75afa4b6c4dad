//! `SOL_SOCKET`: `sk_getsockopt` and `sk_setsockopt`.

use std::{net::IpAddr, time::Duration};

use slotmap::Key;
use wavetank_api::{Errno, c, option as names};

use super::{
    Asked, Given, HZ, Value,
    buffers::{set_rcvbuf, set_rcvlowat, set_sndbuf},
    filter::{bpf_refused, filter_refused},
    int,
    stamps::{set_stamps, stamps, timestamping},
    text, within, zero_or_one,
};
use crate::{
    call::errno::IntoErrno,
    host::{Body, Family, Host, LO, RareSwitches, Socket, Switches, Tcp},
    proto::unix::{Credentials, Kind},
};

/// How long the name of an interface is at most, with its NUL.
const IFNAMSIZ: usize = 16;

/// MAX_SCHEDULE_TIMEOUT / HZ: seconds that are for ever.
const FOR_EVER: u64 = i64::MAX as u64 / HZ;

const SO_RCVTIMEO_NEW: i32 = names::SO_RCVTIMEO_NEW.name();
const SO_SNDTIMEO_NEW: i32 = names::SO_SNDTIMEO_NEW.name();
const SO_BINDTOIFINDEX: i32 = names::SO_BINDTOIFINDEX.name();
const SO_TIMESTAMP_NEW: i32 = names::SO_TIMESTAMP_NEW.name();
const SO_TIMESTAMPNS_NEW: i32 = names::SO_TIMESTAMPNS_NEW.name();
const SO_TIMESTAMPING_NEW: i32 = names::SO_TIMESTAMPING_NEW.name();
const SO_PREFER_BUSY_POLL: i32 = names::SO_PREFER_BUSY_POLL.name();
const SO_BUSY_POLL_BUDGET: i32 = names::SO_BUSY_POLL_BUDGET.name();
const SO_INCOMING_NAPI_ID: i32 = names::SO_INCOMING_NAPI_ID.name();
const SO_MEMINFO: i32 = names::SO_MEMINFO.name();
const SO_COOKIE: i32 = names::SO_COOKIE.name();
const SO_NETNS_COOKIE: i32 = names::SO_NETNS_COOKIE.name();
const SO_CNX_ADVICE: i32 = names::SO_CNX_ADVICE.name();
const SO_ZEROCOPY: i32 = names::SO_ZEROCOPY.name();
const SO_TXTIME: i32 = names::SO_TXTIME.name();
const SO_BUF_LOCK: i32 = names::SO_BUF_LOCK.name();
const SO_RESERVE_MEM: i32 = names::SO_RESERVE_MEM.name();
const SO_TXREHASH: i32 = names::SO_TXREHASH.name();
const SO_RCVMARK: i32 = names::SO_RCVMARK.name();
const SO_DETACH_REUSEPORT_BPF: i32 = names::SO_DETACH_REUSEPORT_BPF.name();

/// SOF_TXTIME_DEADLINE_MODE and SOF_TXTIME_REPORT_ERRORS.
const TXTIME_BITS: u32 = 3;
/// The clocks that SO_TXTIME takes (`sockopt_validate_clockid`).
const TXTIME_CLOCKS: [i32; 3] = [libc::CLOCK_REALTIME, libc::CLOCK_MONOTONIC, libc::CLOCK_TAI];
/// Bytes of a `struct dmabuf_token`, and the most of them.
const DMABUF_TOKEN: usize = 8;
const MAX_DMABUF_TOKENS: usize = 128;
/// The options that are on or off, whatever the number.
fn switch_of(name: i32) -> Option<Switches> {
    Some(match name {
        libc::SO_DEBUG => Switches::DEBUG,
        libc::SO_DONTROUTE => Switches::DONTROUTE,
        libc::SO_NO_CHECK => Switches::NO_CHECK,
        libc::SO_RXQ_OVFL => Switches::RXQ_OVFL,
        libc::SO_WIFI_STATUS => Switches::WIFI_STATUS,
        libc::SO_NOFCS => Switches::NOFCS,
        libc::SO_SELECT_ERR_QUEUE => Switches::SELECT_ERR_QUEUE,
        SO_PREFER_BUSY_POLL => Switches::PREFER_BUSY_POLL,
        SO_RCVMARK => Switches::RCVMARK,
        _ => return None,
    })
}

pub(super) fn get(asked: &mut Asked<'_>) -> Result<Value, Errno> {
    if let Some(switch) = switch_of(asked.name) {
        return Ok(asked.switch(switch));
    }
    if asked.name == libc::SO_ERROR {
        let error = take_error(&mut asked.host.sockets[asked.id]);
        return Ok(Value::Int(error.map_or(0, Errno::raw)));
    }
    let socket = asked.socket();
    let (options, rare) = (&socket.options, asked.rare());
    let is_unix = socket.family == Family::Unix;
    Ok(Value::Int(match asked.name {
        libc::SO_REUSEADDR => options.reuseaddr.into(),
        libc::SO_REUSEPORT => options.reuseport.into(),
        libc::SO_KEEPALIVE => options.keepalive.into(),
        libc::SO_BROADCAST => options.broadcast.into(),
        libc::SO_OOBINLINE => options.oobinline.into(),
        // As a connection has tuned them.
        libc::SO_RCVBUF => socket.connection().map_or(options.rcvbuf, |live| live.rcvbuf()) as i32,
        libc::SO_SNDBUF => socket.connection().map_or(options.sndbuf, |live| live.sndbuf()) as i32,
        libc::SO_RCVLOWAT => options.rcvlowat,
        libc::SO_SNDLOWAT => 1,
        libc::SO_PRIORITY => rare.priority,
        libc::SO_ACCEPTCONN => socket.is_listening().into(),
        libc::SO_TYPE => match &socket.body {
            Body::Udp(_) => libc::SOCK_DGRAM,
            Body::Tcp(_) => libc::SOCK_STREAM,
            Body::Unix(unix) => match unix.kind {
                Kind::Stream => libc::SOCK_STREAM,
                Kind::Datagram => libc::SOCK_DGRAM,
                Kind::Packets => libc::SOCK_SEQPACKET,
            },
        },
        libc::SO_DOMAIN => match socket.family {
            Family::Inet => libc::AF_INET,
            Family::Inet6 => libc::AF_INET6,
            Family::Unix => libc::AF_UNIX,
        },
        libc::SO_PROTOCOL => match socket.body {
            Body::Tcp(_) => libc::IPPROTO_TCP,
            Body::Udp(_) => libc::IPPROTO_UDP,
            Body::Unix(_) => 0,
        },
        libc::SO_RCVTIMEO | SO_RCVTIMEO_NEW => return Ok(timeval(options.rcvtimeo())),
        libc::SO_SNDTIMEO | SO_SNDTIMEO_NEW => return Ok(timeval(options.sndtimeo())),
        libc::SO_LINGER => {
            let seconds = match rare.linger_shown {
                ..0 => FOR_EVER as i32,
                seconds => seconds,
            };
            return Ok(Value::Bytes([options.linger.is_some().into(), seconds].map(i32::to_ne_bytes).concat()));
        }
        libc::SO_BSDCOMPAT | SO_INCOMING_NAPI_ID | SO_RESERVE_MEM => 0,
        // Of UNIX sockets only, since Linux 6.16.
        libc::SO_PASSCRED | libc::SO_PASSSEC | c::SO_PASSPIDFD | c::SO_PASSRIGHTS if !is_unix => {
            return Err(Errno::EOPNOTSUPP);
        }
        libc::SO_PASSCRED => return Ok(asked.switch(Switches::PASSCRED)),
        libc::SO_PASSSEC => return Ok(asked.switch(Switches::PASSSEC)),
        c::SO_PASSPIDFD => return Ok(asked.rare_switch(RareSwitches::PASSPIDFD)),
        c::SO_PASSRIGHTS => (!rare.switches.contains(RareSwitches::NO_PASSRIGHTS)).into(),
        c::SO_RCVPRIORITY => return Ok(asked.rare_switch(RareSwitches::RCVPRIORITY)),
        // Whoever made the peer is in no other group; and without a peer there is nothing to say.
        c::SO_PEERGROUPS if maker(socket).is_some() => return Ok(Value::Bytes(Vec::new())),
        c::SO_PEERGROUPS => return Err(Errno::ENODATA),
        libc::SO_BINDTODEVICE => return device_name(asked.host, rare.device, asked.room),
        SO_BINDTOIFINDEX => rare.device,
        // There is no filter.
        libc::SO_ATTACH_FILTER => return Ok(Value::Bytes(Vec::new())),
        libc::SO_PEERNAME if is_unix => return unix_peer_name(asked),
        libc::SO_PEERNAME => return peer_name(socket, asked.room),
        libc::SO_PEERCRED => return Ok(peer_credentials(socket, asked.room)),
        libc::SO_TIMESTAMP => stamps(options.switches, Switches::TIMESTAMP),
        libc::SO_TIMESTAMPNS => stamps(options.switches, Switches::TIMESTAMP | Switches::TIMESTAMP_NS),
        // Alone of the four it does not mind of which kind they are.
        SO_TIMESTAMP_NEW => asked.is_on(Switches::TIMESTAMP | Switches::TIMESTAMP_NEW).into(),
        SO_TIMESTAMPNS_NEW => {
            stamps(options.switches, Switches::TIMESTAMP | Switches::TIMESTAMP_NS | Switches::TIMESTAMP_NEW)
        }
        // `struct so_timestamping`: the flags, and a clock; by the new name only what was set by it.
        SO_TIMESTAMPING_NEW if !asked.is_on(Switches::TIMESTAMP_NEW) => return Ok(Value::Bytes(vec![0; 8])),
        libc::SO_TIMESTAMPING | SO_TIMESTAMPING_NEW => {
            return Ok(Value::Bytes([rare.timestamping, 0].map(u32::to_ne_bytes).concat()));
        }
        libc::SO_MARK => rare.mark as i32,
        libc::SO_PEEK_OFF => rare.peek_off,
        libc::SO_LOCK_FILTER => return Ok(asked.switch(Switches::LOCK_FILTER)),
        libc::SO_BUSY_POLL => rare.busy_poll,
        libc::SO_MAX_PACING_RATE if asked.room >= 8 => {
            return Ok(Value::Bytes(rare.max_pacing_rate.to_ne_bytes().to_vec()));
        }
        libc::SO_MAX_PACING_RATE => rare.max_pacing_rate.min(u32::MAX.into()) as i32,
        // SKF_AD_MAX
        libc::SO_BPF_EXTENSIONS => 64,
        libc::SO_INCOMING_CPU => rare.incoming_cpu,
        SO_MEMINFO => return Ok(memory(socket)),
        SO_COOKIE if asked.room < 8 => return Err(Errno::EINVAL),
        SO_COOKIE => return Ok(Value::Bytes(asked.id.data().as_ffi().to_ne_bytes().to_vec())),
        SO_NETNS_COOKIE if asked.room != 8 => return Err(Errno::EINVAL),
        SO_NETNS_COOKIE => return Ok(Value::Bytes(asked.machine.to_ne_bytes().to_vec())),
        SO_ZEROCOPY => return Ok(asked.switch(Switches::ZEROCOPY)),
        SO_TXTIME => return Ok(Value::Bytes([rare.txtime.0.to_ne_bytes(), rare.txtime.1.to_ne_bytes()].concat())),
        SO_BUF_LOCK => i32::from(options.sndbuf_set) | i32::from(options.rcvbuf_set) << 1,
        SO_TXREHASH if !matches!(socket.body, Body::Tcp(_)) => return Err(Errno::EOPNOTSUPP),
        SO_TXREHASH => rare.txrehash,
        _ => return Err(Errno::ENOPROTOOPT),
    }))
}

/// `sock_error`: the pending error, once.
fn take_error(socket: &mut Socket) -> Option<Errno> {
    match &mut socket.body {
        Body::Tcp(Tcp::Connection { connection, .. }) => connection.take_failure().map(IntoErrno::errno),
        Body::Tcp(_) => socket.take_error_left().map(IntoErrno::errno),
        Body::Udp(udp) => udp.take_failure().map(IntoErrno::errno),
        Body::Unix(unix) => unix.take_reset().then_some(Errno::ECONNRESET),
    }
}

/// The name with its NUL; nothing if the socket is bound to no device, EINVAL if there is no room for any name (IFNAMSIZ).
fn device_name(host: &Host, device: i32, room: usize) -> Result<Value, Errno> {
    match device {
        0 => Ok(Value::Bytes(Vec::new())),
        _ if room < IFNAMSIZ => Err(Errno::EINVAL),
        _ => {
            // `netdev_get_name`
            let name = host.interface_name(device.cast_unsigned()).ok_or(Errno::ENODEV)?;
            Ok(Value::Bytes([name.as_bytes(), b"\0"].concat()))
        }
    }
}

/// Who made the peer of a UNIX socket.
fn maker(socket: &Socket) -> Option<Credentials> {
    match &socket.body {
        Body::Unix(unix) => unix.peer_credentials,
        Body::Tcp(_) | Body::Udp(_) => None,
    }
}

/// `struct ucred` of who made the peer; of a socket without one, no process, and nobody (`cred_to_ucred`).
fn peer_credentials(socket: &Socket, room: usize) -> Value {
    let (pid, uid, gid) = maker(socket).map_or((0, u32::MAX, u32::MAX), |who| (who.pid, who.uid, who.gid));
    let mut bytes = [pid.cast_unsigned(), uid, gid].map(u32::to_ne_bytes).concat();
    bytes.truncate(room);
    Value::Bytes(bytes)
}

/// The peer's name, which may be none; EINVAL if there is more room than it takes.
fn unix_peer_name(asked: &Asked<'_>) -> Result<Value, Errno> {
    asked.host.unix(asked.id).and_then(|unix| unix.peer).ok_or(Errno::ENOTCONN)?;
    let mut bytes = asked.host.unix_peer_name(asked.id).to_sockaddr().unwrap_or_default();
    if asked.room > bytes.len() {
        return Err(Errno::EINVAL);
    }
    bytes.truncate(asked.room);
    Ok(Value::Bytes(bytes))
}

/// The peer's address; EINVAL if there is more room than it takes.
fn peer_name(socket: &Socket, room: usize) -> Result<Value, Errno> {
    // `inet_getname`
    let remote = socket.remote.filter(|remote| remote.port() != 0).ok_or(Errno::ENOTCONN)?;
    let (port, nothing) = (remote.port().to_be_bytes(), [0; 8]);
    let bytes = match (socket.family, remote.ip()) {
        // `struct sockaddr_in6`: the flow label before the address, the scope after it.
        (Family::Inet6, ip) => {
            let v6 = match ip {
                IpAddr::V4(v4) => v4.to_ipv6_mapped(),
                IpAddr::V6(v6) => v6,
            };
            [&(libc::AF_INET6 as u16).to_ne_bytes()[..], &port, &nothing[..4], &v6.octets(), &nothing[..4]].concat()
        }
        (_, IpAddr::V4(v4)) => [&(libc::AF_INET as u16).to_ne_bytes()[..], &port, &v4.octets(), &nothing].concat(),
        (_, IpAddr::V6(_)) => return Err(Errno::EINVAL),
    };
    if room > bytes.len() { Err(Errno::EINVAL) } else { Ok(Value::Bytes(bytes)) }
}

/// SK_MEMINFO_*: nine numbers, of which the model knows the sizes of the buffers and what lies in them.
fn memory(socket: &Socket) -> Value {
    let (unread, unacked) =
        socket.connection().map_or((0, 0), |connection| (connection.unread(), connection.unacked()));
    let (rcvbuf, sndbuf) = (socket.options.rcvbuf, socket.options.sndbuf);
    let numbers = [unread as u32, rcvbuf, 0, sndbuf, 0, unacked as u32, 0, 0, 0];
    Value::Bytes(numbers.map(u32::to_ne_bytes).concat())
}

pub(super) fn set(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    if given.name == libc::SO_BINDTODEVICE {
        // Stored.
        return bind_to_device(given);
    }
    let is_unix = given.socket().family == Family::Unix;
    let is_unix_stream = matches!(&given.socket().body, Body::Unix(unix) if unix.kind == Kind::Stream);
    if given.name == c::SO_INQ && is_unix_stream {
        // `unix_setsockopt` is asked before all others.
        let Ok(value) = <[u8; 4]>::try_from(given.value) else { return Err(Errno::EINVAL) };
        given.rare_switch(RareSwitches::INQ, zero_or_one(i32::from_ne_bytes(value))?);
        return Ok(());
    }
    let value = given.int()?;
    let on = value != 0;
    if let Some(switch) = switch_of(given.name) {
        if switch == Switches::DONTROUTE {
            given.forget_route();
        }
        given.switch(switch, on);
        return Ok(());
    }
    match given.name {
        // Act: may two sockets share an address?
        libc::SO_REUSEADDR => given.socket_mut().options.reuseaddr = on,
        libc::SO_REUSEPORT if on && is_unix => return Err(Errno::EOPNOTSUPP),
        libc::SO_REUSEPORT => given.socket_mut().options.reuseport = on,
        // Acts for UDP.
        libc::SO_BROADCAST => given.socket_mut().options.broadcast = on,
        // Stored.
        libc::SO_KEEPALIVE => given.socket_mut().options.keepalive = on,
        libc::SO_OOBINLINE => given.socket_mut().options.oobinline = on,
        libc::SO_PRIORITY => given.rare_mut().priority = value,
        // Acts: `tcp_set_rcvlowat` for TCP. A negative number means as much as possible.
        libc::SO_RCVLOWAT => set_rcvlowat(given, value),
        // Act: bounded by the system's limit but for the FORCE forms, then doubled, and never less than a minimum (socket(7)).
        libc::SO_RCVBUF | libc::SO_RCVBUFFORCE => set_rcvbuf(given, value),
        libc::SO_SNDBUF | libc::SO_SNDBUFFORCE => set_sndbuf(given, value),
        // Act.
        libc::SO_RCVTIMEO | SO_RCVTIMEO_NEW => {
            let receive = duration(given.value)?;
            given.socket_mut().options.timeouts_mut().receive = receive;
        }
        libc::SO_SNDTIMEO | SO_SNDTIMEO_NEW => {
            let send = duration(given.value)?;
            given.socket_mut().options.timeouts_mut().send = send;
        }
        // Acts: with time 0 close resets the connection, with another it waits that long for what was sent to arrive.
        libc::SO_LINGER => set_linger(given, on)?,
        // Acts on MSG_PEEK (`sk_set_peek_off`).
        libc::SO_PEEK_OFF => given.rare_mut().peek_off = value,
        // `ip6_negative_advice`; a route of IPv4 stays (`ipv4_negative_advice`).
        SO_CNX_ADVICE if value == 1 && given.socket().sends_ipv6() => given.forget_route(),
        // Stored from here on.
        libc::SO_BSDCOMPAT | SO_CNX_ADVICE => {}
        libc::SO_PASSCRED | libc::SO_PASSSEC | c::SO_PASSPIDFD | c::SO_PASSRIGHTS if !is_unix => {
            return Err(Errno::EOPNOTSUPP);
        }
        libc::SO_PASSCRED => given.switch(Switches::PASSCRED, on),
        libc::SO_PASSSEC => given.switch(Switches::PASSSEC, on),
        c::SO_PASSPIDFD => given.rare_switch(RareSwitches::PASSPIDFD, on),
        // Stored: descriptors are taken whatever it says.
        c::SO_PASSRIGHTS => given.rare_switch(RareSwitches::NO_PASSRIGHTS, !on),
        c::SO_RCVPRIORITY => given.rare_switch(RareSwitches::RCVPRIORITY, on),
        SO_BINDTOIFINDEX => {
            bind_to_interface(given, within(value, 0, i32::MAX)?);
        }
        libc::SO_TIMESTAMP => set_stamps(given, Switches::TIMESTAMP, on),
        libc::SO_TIMESTAMPNS => set_stamps(given, Switches::TIMESTAMP | Switches::TIMESTAMP_NS, on),
        SO_TIMESTAMP_NEW => set_stamps(given, Switches::TIMESTAMP | Switches::TIMESTAMP_NEW, on),
        SO_TIMESTAMPNS_NEW => {
            set_stamps(given, Switches::TIMESTAMP | Switches::TIMESTAMP_NS | Switches::TIMESTAMP_NEW, on);
        }
        libc::SO_TIMESTAMPING | SO_TIMESTAMPING_NEW => {
            given.rare_mut().timestamping = timestamping(given.socket(), value as u32)?;
            given.switch(Switches::TIMESTAMP_NEW, given.name == SO_TIMESTAMPING_NEW);
        }
        libc::SO_MARK if given.socket().options.rare().mark == value as u32 => {}
        libc::SO_MARK => {
            given.rare_mut().mark = value as u32;
            given.forget_route();
        }
        libc::SO_LOCK_FILTER if !on && given.socket().options.switches.contains(Switches::LOCK_FILTER) => {
            return Err(Errno::EPERM);
        }
        libc::SO_LOCK_FILTER => given.switch(Switches::LOCK_FILTER, on),
        libc::SO_BUSY_POLL => given.rare_mut().busy_poll = within(value, 0, i32::MAX)?,
        // It cannot be read.
        SO_BUSY_POLL_BUDGET => {
            within(value, 0, i32::from(u16::MAX))?;
        }
        libc::SO_MAX_PACING_RATE => {
            let rate = given.value.first_chunk::<8>();
            let forever = if value == -1 { u64::MAX } else { u64::from(value as u32) };
            given.rare_mut().max_pacing_rate = rate.map_or(forever, |rate| u64::from_ne_bytes(*rate));
        }
        libc::SO_INCOMING_CPU => given.rare_mut().incoming_cpu = value,
        SO_ZEROCOPY if is_unix => return Err(Errno::EOPNOTSUPP),
        SO_ZEROCOPY => given.switch(Switches::ZEROCOPY, zero_or_one(value)?),
        SO_TXTIME => {
            let flags = int(given.value.get(4..).unwrap_or_default())? as u32;
            if given.value.len() != 8 || flags & !TXTIME_BITS != 0 || !TXTIME_CLOCKS.contains(&value) {
                return Err(Errno::EINVAL);
            }
            given.rare_mut().txtime = (value, flags);
        }
        // Acts: SOCK_SNDBUF_LOCK and SOCK_RCVBUF_LOCK.
        SO_BUF_LOCK => {
            let bits = within(value, 0, 3)?;
            let socket = given.socket_mut();
            // What is locked is the size that there is now.
            let live = socket.connection().map(|live| (live.sndbuf(), live.rcvbuf()));
            let options = &mut socket.options;
            (options.sndbuf, options.rcvbuf) = live.unwrap_or((options.sndbuf, options.rcvbuf));
            (options.sndbuf_set, options.rcvbuf_set) = (bits & 1 != 0, bits & 2 != 0);
        }
        SO_TXREHASH if !matches!(given.socket().body, Body::Tcp(_)) => return Err(Errno::EOPNOTSUPP),
        // -1 is `net.core.txrehash`, which is 1.
        SO_TXREHASH => given.rare_mut().txrehash = within(value, -1, 1)?.abs(),
        // Refused: there is no memory accounting, and no filter can be taken from the program's memory.
        SO_RESERVE_MEM if value < 0 => return Err(Errno::EINVAL),
        SO_RESERVE_MEM => return Err(Errno::EOPNOTSUPP),
        libc::SO_ATTACH_FILTER | libc::SO_ATTACH_REUSEPORT_CBPF => return Err(filter_refused(given)),
        libc::SO_ATTACH_BPF | libc::SO_ATTACH_REUSEPORT_EBPF => return Err(bpf_refused(given, value)),
        // `sock_devmem_dontneed`, since Linux 6.12: no memory of a device was ever given out.
        c::SO_DEVMEM_DONTNEED if !matches!(given.socket().body, Body::Tcp(_)) => return Err(Errno::EBADF),
        c::SO_DEVMEM_DONTNEED => {
            let len = given.value.len();
            if !len.is_multiple_of(DMABUF_TOKEN) || len > DMABUF_TOKEN * MAX_DMABUF_TOKENS {
                return Err(Errno::EINVAL);
            }
        }
        libc::SO_DETACH_FILTER if given.socket().options.switches.contains(Switches::LOCK_FILTER) => {
            return Err(Errno::EPERM);
        }
        libc::SO_DETACH_FILTER => return Err(Errno::ENOENT),
        // `reuseport_detach_prog`
        SO_DETACH_REUSEPORT_BPF if given.socket().options.reuseport => return Err(Errno::ENOENT),
        SO_DETACH_REUSEPORT_BPF => return Err(Errno::EINVAL),
        _ => return Err(Errno::ENOPROTOOPT),
    }
    Ok(())
}

/// While it is off, the time is what it was.
fn set_linger(given: &mut Given<'_, '_>, on: bool) -> Result<(), Errno> {
    let seconds = int(given.value.get(4..).unwrap_or_default())?;
    given.socket_mut().options.linger = on.then_some(seconds);
    if on && seconds != given.socket().options.rare().linger_shown {
        given.rare_mut().linger_shown = seconds;
    }
    Ok(())
}

/// By the name of an interface, up to its NUL; none, and it is bound to no device.
fn bind_to_device(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    let name = if given.value.is_empty() { b"" } else { text(given.value, IFNAMSIZ - 1)? };
    let index = match name {
        b"" => 0,
        name => {
            let found = given.host.interfaces().find(|(_, of)| of.as_bytes() == name);
            found.ok_or(Errno::ENODEV)?.0.cast_signed()
        }
    };
    bind_to_interface(given, index);
    Ok(())
}

fn bind_to_interface(given: &mut Given<'_, '_>, index: i32) {
    given.host.binds_to_lo |= index.cast_unsigned() == LO;
    given.rare_mut().device = index;
    given.forget_route();
}

/// A `struct timeval`: zero means for ever; kept in jiffies, and rounded up to one (`sock_set_timeout`).
fn duration(value: &[u8]) -> Result<Option<Duration>, Errno> {
    let (seconds, rest) = value.split_first_chunk::<8>().ok_or(Errno::EINVAL)?;
    let (micros, _) = rest.split_first_chunk::<8>().ok_or(Errno::EINVAL)?;
    let (seconds, micros) = (i64::from_ne_bytes(*seconds), i64::from_ne_bytes(*micros));
    if !(0..1_000_000).contains(&micros) {
        return Err(Errno::EDOM);
    }
    let Ok(seconds) = u64::try_from(seconds) else {
        // A negative time has passed already: do not wait at all.
        return Ok(Some(Duration::ZERO));
    };
    if (seconds == 0 && micros == 0) || seconds >= FOR_EVER - 1 {
        return Ok(None);
    }
    const JIFFY_MICROS: u64 = 1_000_000 / HZ;
    let jiffies = (micros as u64).div_ceil(JIFFY_MICROS);
    Ok(Some(Duration::from_secs(seconds) + Duration::from_micros(jiffies * JIFFY_MICROS)))
}

fn timeval(time: Option<Duration>) -> Value {
    let time = time.unwrap_or_default();
    let words = [time.as_secs() as i64, i64::from(time.subsec_micros())];
    Value::Bytes(words.map(i64::to_ne_bytes).concat())
}
