//! `IPPROTO_IP`: `do_ip_getsockopt` and `do_ip_setsockopt`. All stored, but for IP_TTL and IP_MINTTL, and IP_BIND_ADDRESS_NO_PORT and
//! IP_LOCAL_PORT_RANGE, which act (`host/ports.rs`, `host/ephemeral.rs`).

use wavetank_api::{Errno, c, option as names};

use super::{Asked, Given, Value, int, ip_options, multicast, pktoptions, policy_refused, within, zero_or_one};
use crate::host::{Body, Family, Switches};

/// The two bits of the type of service that are congestion notification's: INET_ECN_MASK.
const ECN: u8 = 3;

const IP_PKTOPTIONS: i32 = names::IP_PKTOPTIONS.name();
const IP_LOCAL_PORT_RANGE: i32 = names::IP_LOCAL_PORT_RANGE.name();
const IP_RECVERR_RFC4884: i32 = names::IP_RECVERR_RFC4884.name();

/// The options that are on or off, whatever the number.
fn switch_of(name: i32) -> Option<Switches> {
    Some(match name {
        libc::IP_RECVOPTS => Switches::RECVOPTS,
        libc::IP_RETOPTS => Switches::RETOPTS,
        libc::IP_PKTINFO => Switches::PKTINFO,
        libc::IP_RECVERR => Switches::RECVERR,
        libc::IP_RECVTTL => Switches::RECVTTL,
        libc::IP_RECVTOS => Switches::RECVTOS,
        libc::IP_PASSSEC => Switches::IP_PASSSEC,
        libc::IP_RECVORIGDSTADDR => Switches::RECVORIGDSTADDR,
        libc::IP_CHECKSUM => Switches::CHECKSUM,
        libc::IP_BIND_ADDRESS_NO_PORT => Switches::BIND_ADDRESS_NO_PORT,
        _ => return None,
    })
}

pub(super) fn get(asked: &Asked<'_>) -> Result<Value, Errno> {
    if let Some(switch) = switch_of(asked.name) {
        return Ok(Value::ByteOrInt(asked.is_on(switch).into()));
    }
    let (options, rare) = (&asked.socket().options, asked.rare());
    Ok(Value::ByteOrInt(match asked.name {
        libc::IP_TOS => options.tos.into(),
        libc::IP_TTL if options.ttl < 0 => asked.host.settings.default_ttl.into(),
        libc::IP_TTL => options.ttl.into(),
        libc::IP_OPTIONS => return Ok(Value::Bytes(rare.blob(libc::IPPROTO_IP, libc::IP_OPTIONS).to_vec())),
        IP_PKTOPTIONS => return pktoptions::v4(asked),
        libc::IP_HDRINCL | libc::IP_ROUTER_ALERT | libc::IP_NODEFRAG => 0,
        libc::IP_MTU_DISCOVER => rare.mtu_discover.unwrap_or(PMTUDISC_WANT).into(),
        libc::IP_MTU => asked.path_mtu()?,
        libc::IP_FREEBIND => asked.is_on(Switches::FREEBIND).into(),
        libc::IP_TRANSPARENT => asked.is_on(Switches::TRANSPARENT).into(),
        libc::IP_MINTTL => rare.min_ttl.into(),
        libc::IP_RECVFRAGSIZE => asked.is_on(Switches::RECVFRAGSIZE).into(),
        IP_RECVERR_RFC4884 => asked.is_on(Switches::RECVERR_RFC4884).into(),
        libc::IP_MULTICAST_IF => return Ok(Value::Bytes(rare.multicast_if.to_vec())),
        libc::IP_MULTICAST_TTL => asked.multicast().0,
        libc::IP_MULTICAST_LOOP => (!asked.is_on(Switches::NO_MULTICAST_LOOP)).into(),
        libc::IP_MULTICAST_ALL => (!asked.is_on(Switches::NO_MULTICAST_ALL)).into(),
        libc::IP_UNICAST_IF => rare.unicast_if,
        c::IP_MSFILTER => return multicast::get_ip_msfilter(asked),
        c::MCAST_MSFILTER => return multicast::get_group_filter(asked, c::AF_INET),
        // Of a raw socket its protocol; the field (`inet_num`) is any other's port.
        c::IP_PROTOCOL => {
            asked.socket().local.filter(|_| asked.socket().port_slot.is_some()).map_or(0, |local| local.port().into())
        }
        IP_LOCAL_PORT_RANGE => {
            let (low, high) = rare.local_port_range;
            (u32::from(high) << 16 | u32::from(low)) as i32
        }
        _ => return Err(Errno::ENOPROTOOPT),
    }))
}

/// `rt_tos2priority`: TC_PRIO_BESTEFFORT, TC_PRIO_BULK, TC_PRIO_INTERACTIVE, TC_PRIO_INTERACTIVE_BULK.
pub(crate) fn priority_of(tos: u8) -> i32 {
    [0, 2, 6, 4][usize::from(tos >> 3 & 3)]
}

/// IP_PMTUDISC_WANT, which `ip_no_pmtu_disc` = 0 begins with.
const PMTUDISC_WANT: u8 = 1;

pub(super) fn set(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    // An `int`, a single byte, or nothing, which is 0; some options insist on one byte.
    let value = match *given.value {
        [] => 0,
        [byte, ..] if given.value.len() < 4 => i32::from(byte),
        _ => int(given.value)?,
    };
    let one_byte = || if given.value.is_empty() { Err(Errno::EINVAL) } else { Ok(value) };
    let is_stream = !matches!(given.socket().body, Body::Udp(_));
    if let Some(switch) = switch_of(given.name) {
        given.switch(switch, value != 0);
        return Ok(());
    }
    match given.name {
        // Only a byte is kept, which is compared with all that was asked for; of TCP not its two lowest bits, which are ECN's
        // (`__ip_sock_set_tos`).
        libc::IP_TOS => {
            let old = given.socket().options.tos;
            let tos = if is_stream { value & !i32::from(ECN) | i32::from(old & ECN) } else { value };
            if tos != i32::from(old) {
                given.socket_mut().options.tos = tos as u8;
                given.rare_mut().priority = priority_of(tos as u8);
                given.forget_route();
            }
        }
        libc::IP_TTL => {
            let ttl = one_byte()?;
            given.socket_mut().options.ttl = if ttl == -1 { -1 } else { within(ttl, 1, 255)? as i16 };
        }
        libc::IP_OPTIONS => return ip_options::set(given),
        // Of raw sockets only.
        libc::IP_HDRINCL | libc::IP_NODEFRAG => return Err(Errno::ENOPROTOOPT),
        libc::IP_ROUTER_ALERT => return Err(Errno::EINVAL),
        libc::IP_MTU_DISCOVER => given.rare_mut().mtu_discover = Some(within(value, 0, 5)? as u8),
        libc::IP_FREEBIND => {
            let on = one_byte()? != 0;
            given.switch(Switches::FREEBIND, on);
        }
        libc::IP_TRANSPARENT => {
            let on = one_byte()? != 0;
            given.switch(Switches::TRANSPARENT, on);
        }
        libc::IP_MINTTL => {
            let ttl = one_byte()?;
            given.rare_mut().min_ttl = within(ttl, 0, 255)? as u8;
            given.host.minds_headers |= ttl > 0;
        }
        libc::IP_RECVFRAGSIZE if is_stream => return Err(Errno::EINVAL),
        libc::IP_RECVFRAGSIZE => given.switch(Switches::RECVFRAGSIZE, value != 0),
        IP_RECVERR_RFC4884 => given.switch(Switches::RECVERR_RFC4884, zero_or_one(value)?),
        libc::IP_MULTICAST_IF | libc::IP_MULTICAST_TTL if is_stream => return Err(Errno::EINVAL),
        libc::IP_MULTICAST_IF => {
            let (addr, index) = multicast::interface(given)?;
            (given.rare_mut().multicast_if, given.rare_mut().multicast_index) = (addr, index);
        }
        libc::IP_MULTICAST_TTL => {
            let ttl = one_byte()?;
            given.rare_mut().multicast_ttl = if ttl == -1 { 1 } else { within(ttl, 0, 255)? as i16 };
        }
        libc::IP_MULTICAST_LOOP => {
            let on = one_byte()? != 0;
            given.switch(Switches::NO_MULTICAST_LOOP, !on);
        }
        libc::IP_MULTICAST_ALL => {
            let on = zero_or_one(one_byte()?)?;
            given.switch(Switches::NO_MULTICAST_ALL, !on);
        }
        libc::IP_UNICAST_IF => {
            let [a, b, c, d] = *given.value else { return Err(Errno::EINVAL) };
            let index = i32::from_be_bytes([a, b, c, d]);
            given.may_leave_by(index)?;
            given.rare_mut().unicast_if = i32::from_ne_bytes([a, b, c, d]);
        }
        35..=48 => return multicast::set_v4(given),
        c::IP_IPSEC_POLICY | c::IP_XFRM_POLICY => return Err(policy_refused(given, (c::IP_XFRM_POLICY, Family::Inet))),
        IP_LOCAL_PORT_RANGE => {
            // Exactly four bytes.
            let [a, b, c, d] = *given.value else { return Err(Errno::EINVAL) };
            let range = u32::from_ne_bytes([a, b, c, d]);
            let (low, high) = (range as u16, (range >> 16) as u16);
            if low != 0 && high != 0 && low > high {
                return Err(Errno::EINVAL);
            }
            given.rare_mut().local_port_range = (low, high);
        }
        _ => return Err(Errno::ENOPROTOOPT),
    }
    Ok(())
}
