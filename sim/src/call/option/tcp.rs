//! `IPPROTO_TCP`: `do_tcp_getsockopt` and `do_tcp_setsockopt`, whose ranges these are.

use wavetank_api::{Errno, c, option as names};

use super::{Asked, Given, HZ, TcpState, Value, state, tcp_info, text, within, zero_or_one};
use crate::{
    host::{FASTOPEN_CLIENT, Family, Switches},
    proto::tcp::{self, CongestionControl},
};

/// TCP_MSS_DEFAULT: what a socket without a connection shows.
const MSS_DEFAULT: i32 = 536;
/// TCP_CA_NAME_MAX: bytes of an algorithm's name, its NUL included.
const CA_NAME_MAX: usize = 16;
/// TCP_FIN_TIMEOUT_MAX, in seconds.
const FIN_TIMEOUT_MAX: i32 = 120;
/// SOCK_MIN_RCVBUF / 2: the least window clamp.
const WINDOW_CLAMP_MIN: i32 = 1152;
/// Bytes of `struct tcp_md5sig`, of its key at most, and where their length stands in it.
const MD5SIG: usize = 216;
const MD5SIG_MAXKEYLEN: u16 = 80;
const MD5SIG_KEYLEN_AT: usize = 130;
/// Bytes of `struct tcp_repair_window`.
const REPAIR_WINDOW: usize = 20;
/// From here on a delay would overflow the round-trip time it is added to (since Linux 6.18).
const TX_DELAY_END: i32 = 1 << 28;

const TCP_MD5SIG: i32 = names::TCP_MD5SIG.name();
const TCP_MD5SIG_EXT: i32 = names::TCP_MD5SIG_EXT.name();
const TCP_TX_DELAY: i32 = names::TCP_TX_DELAY.name();

pub(super) fn get(asked: &Asked<'_>) -> Result<Value, Errno> {
    let socket = asked.socket();
    let options = &socket.options;
    let sysctl = asked.host.settings.tcp();
    // A number that was not set is the sysctl's.
    let or = |number: u32, default: u32| if number == 0 { default as i32 } else { number as i32 };
    Ok(Value::Int(match asked.name {
        libc::TCP_NODELAY => options.nodelay.into(),
        libc::TCP_MAXSEG => maxseg(asked),
        libc::TCP_CORK => options.cork.into(),
        libc::TCP_KEEPIDLE => or(options.keepidle.into(), sysctl.keepalive_time),
        libc::TCP_KEEPINTVL => or(options.keepintvl.into(), sysctl.keepalive_intvl),
        libc::TCP_KEEPCNT => or(options.keepcnt.into(), sysctl.keepalive_probes.into()),
        libc::TCP_SYNCNT => or(options.syncnt.into(), sysctl.syn_retries.into()),
        libc::TCP_LINGER2 if options.linger2 == 0 => sysctl.fin_timeout as i32,
        libc::TCP_LINGER2 => options.linger2.into(),
        libc::TCP_DEFER_ACCEPT => seconds_of_retries(options.defer_accept),
        libc::TCP_WINDOW_CLAMP => socket.connection().map_or(options.window_clamp, |live| live.window_clamp()) as i32,
        libc::TCP_INFO => return Ok(Value::Bytes(tcp_info::bytes(asked))),
        libc::TCP_QUICKACK => match socket.connection() {
            Some(connection) => connection.is_quickack().into(),
            None => (!asked.is_on(Switches::PINGPONG)).into(),
        },
        libc::TCP_CONGESTION => {
            let mut name = options.congestion.name().as_bytes().to_vec();
            name.resize(CA_NAME_MAX, 0);
            return Ok(Value::Bytes(name));
        }
        libc::TCP_THIN_LINEAR_TIMEOUTS => return Ok(asked.switch(Switches::THIN_LINEAR)),
        libc::TCP_THIN_DUPACK => 0,
        libc::TCP_USER_TIMEOUT => options.user_timeout as i32,
        libc::TCP_REPAIR => return Ok(asked.switch(Switches::REPAIR)),
        libc::TCP_REPAIR_QUEUE if asked.is_on(Switches::REPAIR) => asked.rare().repair_queue.into(),
        // No queue is under repair; or there is nothing in it, ever: TCP_QUEUE_SEQ cannot be set to anything.
        libc::TCP_REPAIR_QUEUE | libc::TCP_QUEUE_SEQ => return Err(Errno::EINVAL),
        libc::TCP_REPAIR_WINDOW if asked.room != REPAIR_WINDOW => return Err(Errno::EINVAL),
        libc::TCP_REPAIR_WINDOW => return Err(Errno::EPERM),
        libc::TCP_FASTOPEN => asked.rare().fastopen as i32,
        libc::TCP_TIMESTAMP => (asked.now.as_nanos() / 1_000_000) as i32,
        libc::TCP_NOTSENT_LOWAT => options.notsent_lowat as i32,
        // Cubic and Reno tell nothing of themselves; no header of a SYN is kept, and there is no protocol on top.
        libc::TCP_CC_INFO | libc::TCP_SAVED_SYN | libc::TCP_ULP => return Ok(Value::Bytes(Vec::new())),
        libc::TCP_SAVE_SYN => asked.rare().save_syn.into(),
        libc::TCP_FASTOPEN_CONNECT => return Ok(asked.switch(Switches::FASTOPEN_CONNECT)),
        libc::TCP_FASTOPEN_NO_COOKIE => return Ok(asked.switch(Switches::FASTOPEN_NO_COOKIE)),
        libc::TCP_FASTOPEN_KEY => return Ok(Value::Bytes(asked.rare().blob(libc::IPPROTO_TCP, asked.name).to_vec())),
        libc::TCP_INQ => return Ok(asked.switch(Switches::INQ)),
        TCP_TX_DELAY => asked.rare().tx_delay,
        c::TCP_IS_MPTCP => 0,
        c::TCP_RTO_MAX_MS => asked.rare().rto_max_ms as i32,
        c::TCP_RTO_MIN_US => asked.rare().rto_min_us as i32,
        c::TCP_DELACK_MAX_US => asked.rare().delack_max_us as i32,
        // Looked at first, and then there is no authentication to be repaired.
        c::TCP_AO_REPAIR if state(socket) == TcpState::Listen => return Err(Errno::EPERM),
        _ => return Err(Errno::ENOPROTOOPT),
    }))
}

/// What is in use, or without a connection what was asked for.
fn maxseg(asked: &Asked<'_>) -> i32 {
    let socket = asked.socket();
    match (socket.connection(), i32::from(socket.options.maxseg)) {
        (Some(connection), asked) if !connection.is_finished() || asked == 0 => connection.mss().into(),
        (_, 0) => socket.rest().path.map_or(MSS_DEFAULT, |path| path.mss.into()),
        (_, asked) => asked,
    }
}

/// TCP_DEFER_ACCEPT is kept as a number of retransmissions, and shown as the time they take: 1, 3, 7, ... seconds, each wait twice the
/// one before and 120 s at most (`retrans_to_secs`).
fn seconds_of_retries(retries: u8) -> i32 {
    let (mut period, mut timeout) = (i32::from(retries > 0), 1);
    for _ in 1..retries {
        timeout = (timeout * 2).min(120);
        period += timeout;
    }
    period
}

/// `secs_to_retrans`
fn retries_of_seconds(seconds: i32) -> u8 {
    (0..u8::MAX).find(|&retries| seconds_of_retries(retries) >= seconds).unwrap_or(u8::MAX)
}

pub(super) fn set(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    // Values that are text or bytes; all others are an `int`.
    match given.name {
        libc::TCP_CONGESTION => {
            // Acts.
            given.socket_mut().options.congestion = congestion_called(text(given.value, CA_NAME_MAX - 1)?)?;
            return Ok(());
        }
        // Refused: there is no protocol that could be put on top.
        libc::TCP_ULP => return text(given.value, CA_NAME_MAX - 1).and(Err(Errno::ENOENT)),
        // Stored.
        libc::TCP_FASTOPEN_KEY => {
            if !matches!(given.value.len(), 16 | 32) {
                return Err(Errno::EINVAL);
            }
            let (name, value) = (given.name, given.value);
            given.rare_mut().set_blob(libc::IPPROTO_TCP, name, value);
            return Ok(());
        }
        _ => {}
    }
    let value = given.int()?;
    let state = state(given.socket());
    let on = value != 0;
    match given.name {
        // Acts.
        libc::TCP_NODELAY => {
            given.socket_mut().options.nodelay = on;
            if on {
                given.push(tcp::Connection::push_now);
            }
        }
        // Acts on the next connection: 1 to MAX_TCP_SYNCNT.
        libc::TCP_SYNCNT => given.socket_mut().options.syncnt = within(value, 1, 127)? as u8,
        // Stored. TCP_MIN_MSS to MAX_TCP_WINDOW.
        libc::TCP_MAXSEG if value == 0 => given.socket_mut().options.maxseg = 0,
        libc::TCP_MAXSEG => given.socket_mut().options.maxseg = within(value, 88, 32_767)? as u16,
        libc::TCP_CORK => {
            given.socket_mut().options.cork = on;
            if !on {
                given.push(tcp::Connection::push_usually);
            }
        }
        libc::TCP_KEEPIDLE => given.socket_mut().options.keepidle = within(value, 1, 32_767)? as u16,
        libc::TCP_KEEPINTVL => given.socket_mut().options.keepintvl = within(value, 1, 32_767)? as u16,
        libc::TCP_KEEPCNT => given.socket_mut().options.keepcnt = within(value, 1, 127)? as u8,
        libc::TCP_LINGER2 => given.socket_mut().options.linger2 = value.clamp(-1, FIN_TIMEOUT_MAX) as i16,
        libc::TCP_DEFER_ACCEPT => given.socket_mut().options.defer_accept = retries_of_seconds(value),
        // `tcp_set_window_clamp`: taken away only from a closed socket.
        libc::TCP_WINDOW_CLAMP if value == 0 && state != TcpState::Close => return Err(Errno::EINVAL),
        libc::TCP_WINDOW_CLAMP if value == 0 => {
            given.socket_mut().options.window_clamp = 0;
            given.push(|connection, _| connection.forget_window_clamp());
        }
        libc::TCP_WINDOW_CLAMP => given.socket_mut().options.window_clamp = value.max(WINDOW_CLAMP_MIN) as u32,
        libc::TCP_QUICKACK => {
            given.switch(Switches::PINGPONG, !on);
            let id = given.id;
            given.host.with_connection(given.env, id, |connection, cx| connection.set_quickack(cx, value));
        }
        libc::TCP_THIN_LINEAR_TIMEOUTS => given.switch(Switches::THIN_LINEAR, zero_or_one(value)?),
        libc::TCP_THIN_DUPACK => {
            zero_or_one(value)?;
        }
        libc::TCP_USER_TIMEOUT => given.socket_mut().options.user_timeout = within(value, 0, i32::MAX)? as u32,
        libc::TCP_NOTSENT_LOWAT => given.socket_mut().options.notsent_lowat = value as u32,
        libc::TCP_SAVE_SYN => given.rare_mut().save_syn = within(value, 0, 2)? as u8,
        libc::TCP_INQ => given.switch(Switches::INQ, zero_or_one(value)?),
        TCP_TX_DELAY => given.rare_mut().tx_delay = within(value, 0, TX_DELAY_END - 1)?,
        libc::TCP_FASTOPEN => {
            let queue = within(value, 0, i32::MAX)?;
            if !state.is_close_or_listen() {
                return Err(Errno::EINVAL);
            }
            given.rare_mut().fastopen = queue.min(given.host.settings.somaxconn) as u32;
        }
        libc::TCP_FASTOPEN_CONNECT => {
            let on = zero_or_one(value)?;
            if given.host.settings.tcp().fastopen & FASTOPEN_CLIENT == 0 {
                return Err(Errno::EOPNOTSUPP);
            }
            if state != TcpState::Close {
                return Err(Errno::EINVAL);
            }
            given.switch(Switches::FASTOPEN_CONNECT, on);
        }
        libc::TCP_FASTOPEN_NO_COOKIE => {
            let on = zero_or_one(value)?;
            if !state.is_close_or_listen() {
                return Err(Errno::EINVAL);
            }
            given.switch(Switches::FASTOPEN_NO_COOKIE, on);
        }
        libc::TCP_REPAIR
        | libc::TCP_REPAIR_QUEUE
        | libc::TCP_QUEUE_SEQ
        | libc::TCP_REPAIR_OPTIONS
        | libc::TCP_REPAIR_WINDOW
        | libc::TCP_TIMESTAMP => return repair(given, value, state),
        TCP_MD5SIG | TCP_MD5SIG_EXT => return md5sig(given),
        // `tcp_can_repair_sock`; and then there is no authentication to be repaired.
        c::TCP_AO_REPAIR if state == TcpState::Listen => return Err(Errno::EPERM),
        // Stored, since Linux 6.15.
        c::TCP_RTO_MAX_MS => {
            const JIFFY: u32 = 1_000 / HZ as u32;
            given.rare_mut().rto_max_ms = (within(value, 1_000, 120_000)? as u32).next_multiple_of(JIFFY);
        }
        c::TCP_RTO_MIN_US => given.rare_mut().rto_min_us = in_jiffies(value)?,
        c::TCP_DELACK_MAX_US => given.rare_mut().delack_max_us = in_jiffies(value)?,
        _ => return Err(Errno::ENOPROTOOPT),
    }
    Ok(())
}

/// Microseconds of a timer, rounded up to jiffies (`usecs_to_jiffies`): from TCP_TIMEOUT_MIN, two of them, to TCP_RTO_MIN or TCP_DELACK_MAX,
/// 200 ms.
fn in_jiffies(micros: i32) -> Result<u32, Errno> {
    const JIFFY: u32 = 1_000_000 / HZ as u32;
    let jiffies = micros.cast_unsigned().div_ceil(JIFFY);
    if (2..=200_000 / JIFFY).contains(&jiffies) { Ok(jiffies * JIFFY) } else { Err(Errno::EINVAL) }
}

/// Stored: a socket under repair is one that answers so. Nothing of it can be taken out or put in.
fn repair(given: &mut Given<'_, '_>, value: i32, state: TcpState) -> Result<(), Errno> {
    let under_repair = given.socket().options.switches.contains(Switches::REPAIR);
    match given.name {
        // `tcp_can_repair_sock`
        libc::TCP_REPAIR if state == TcpState::Listen => Err(Errno::EPERM),
        libc::TCP_REPAIR => {
            let on = within(value, -1, 1)? == 1;
            given.switch(Switches::REPAIR, on);
            if on {
                given.rare_mut().repair_queue = 0;
            } else {
                // It had stood for the time of the repair.
                given.socket_mut().options.reuseaddr = false;
            }
            if value == 0 && state == TcpState::Established {
                let id = given.id;
                given.host.with_connection(given.env, id, |connection, cx| connection.send_window_probe(cx));
            }
            Ok(())
        }
        libc::TCP_REPAIR_QUEUE if !under_repair => Err(Errno::EPERM),
        libc::TCP_REPAIR_QUEUE => {
            given.rare_mut().repair_queue = within(value, 0, 2)? as u8;
            Ok(())
        }
        libc::TCP_QUEUE_SEQ if state == TcpState::Close => Err(Errno::EINVAL),
        libc::TCP_REPAIR_OPTIONS if !under_repair => Err(Errno::EINVAL),
        _ => Err(Errno::EPERM),
    }
}

/// Refused, after the checks of `tcp_v4_parse_md5_keys` and `tcp_v6_parse_md5_keys`: no segment here is signed.
fn md5sig(given: &Given<'_, '_>) -> Result<(), Errno> {
    let family = given.value.first_chunk::<2>().map(|bytes| u16::from_ne_bytes(*bytes));
    let key_len =
        given.value.get(MD5SIG_KEYLEN_AT..).and_then(<[u8]>::first_chunk::<2>).map(|len| u16::from_ne_bytes(*len));
    let expected = match given.socket().family {
        Family::Inet6 => libc::AF_INET6,
        _ => libc::AF_INET,
    };
    match (family, key_len) {
        (Some(family), Some(len)) if given.value.len() >= MD5SIG && i32::from(family) == expected => match len {
            // To be deleted.
            0 => Err(Errno::ENOENT),
            1..=MD5SIG_MAXKEYLEN => Err(Errno::ENOPROTOOPT),
            _ => Err(Errno::EINVAL),
        },
        _ => Err(Errno::EINVAL),
    }
}

/// ENOENT if there is none of that name.
fn congestion_called(name: &[u8]) -> Result<CongestionControl, Errno> {
    std::str::from_utf8(name).ok().and_then(CongestionControl::named).ok_or(Errno::ENOENT)
}
