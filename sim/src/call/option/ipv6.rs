//! `IPPROTO_IPV6`: `do_ipv6_getsockopt` and `do_ipv6_setsockopt`. All stored, but for IPV6_V6ONLY, IPV6_ADDRFORM,
//! IPV6_UNICAST_HOPS and IPV6_MINHOPCOUNT.

use wavetank_api::{Errno, c, option as names};

use super::{Asked, Given, TcpState, Value, multicast, pktoptions, policy_refused, state, within, zero_or_one};
use crate::{
    call::ip_control::how_to_send_v6,
    host::{Body, Family, RareSwitches, Switches},
};

const IPV6_MULTICAST_ALL: i32 = names::IPV6_MULTICAST_ALL.name();
const IPV6_RECVERR_RFC4884: i32 = names::IPV6_RECVERR_RFC4884.name();
const IPV6_FLOWINFO_SEND: i32 = names::IPV6_FLOWINFO_SEND.name();
const IPV6_AUTOFLOWLABEL: i32 = names::IPV6_AUTOFLOWLABEL.name();
const IPV6_ADDR_PREFERENCES: i32 = names::IPV6_ADDR_PREFERENCES.name();
const IPV6_MINHOPCOUNT: i32 = names::IPV6_MINHOPCOUNT.name();
const IPV6_RECVORIGDSTADDR: i32 = names::IPV6_RECVORIGDSTADDR.name();
const IPV6_TRANSPARENT: i32 = names::IPV6_TRANSPARENT.name();
const IPV6_UNICAST_IF: i32 = names::IPV6_UNICAST_IF.name();
const IPV6_RECVFRAGSIZE: i32 = names::IPV6_RECVFRAGSIZE.name();
const IPV6_FREEBIND: i32 = names::IPV6_FREEBIND.name();

/// Bytes of `struct ip6_mtuinfo`, of `struct in6_pktinfo`, and of `struct in6_flowlabel_req`.
const MTU_INFO: usize = 32;
const PKTINFO: usize = 20;
const FLOWLABEL_REQUEST: usize = 32;
/// The most that an extension header can have.
const MAX_HEADER: usize = 8 * 255;
/// IPV6_MIN_MTU.
const MIN_MTU: i32 = 1280;
/// IPV6_PMTUDISC_WANT.
const PMTUDISC_WANT: u8 = 1;
/// IPV6_PREFER_SRC_*: which of two kinds of source address is preferred.
const PREFER_TMP: i32 = 0x1;
const PREFER_PUBLIC: i32 = 0x2;
const PREFER_COA: i32 = 0x4;
const PREFER_CGA: i32 = 0x8;
const PREFER_PUBTMP_DEFAULT: i32 = 0x100;
const PREFER_HOME: i32 = 0x400;
const PREFER_NONCGA: i32 = 0x800;

/// The options that are on or off, whatever the number; and whether a value shorter than an `int` is refused, or off.
fn switch_of(name: i32) -> Option<(Switches, bool)> {
    Some(match name {
        libc::IPV6_2292PKTINFO => (Switches::V6_2292PKTINFO, true),
        libc::IPV6_2292HOPLIMIT => (Switches::V6_2292HOPLIMIT, true),
        libc::IPV6_FLOWINFO => (Switches::V6_FLOWINFO, true),
        libc::IPV6_RECVERR => (Switches::V6_RECVERR, true),
        IPV6_FLOWINFO_SEND => (Switches::V6_FLOWINFO_SEND, true),
        libc::IPV6_RECVPKTINFO => (Switches::V6_RECVPKTINFO, true),
        libc::IPV6_RECVHOPLIMIT => (Switches::V6_RECVHOPLIMIT, true),
        libc::IPV6_RECVHOPOPTS => (Switches::V6_RECVHOPOPTS, true),
        libc::IPV6_RECVRTHDR => (Switches::V6_RECVRTHDR, true),
        libc::IPV6_RECVDSTOPTS => (Switches::V6_RECVDSTOPTS, true),
        libc::IPV6_RECVPATHMTU => (Switches::V6_RECVPATHMTU, true),
        libc::IPV6_DONTFRAG => (Switches::V6_DONTFRAG, false),
        libc::IPV6_RECVTCLASS => (Switches::V6_RECVTCLASS, true),
        IPV6_RECVORIGDSTADDR => (Switches::V6_RECVORIGDSTADDR, true),
        IPV6_TRANSPARENT => (Switches::TRANSPARENT, true),
        IPV6_RECVFRAGSIZE => (Switches::V6_RECVFRAGSIZE, false),
        IPV6_FREEBIND => (Switches::FREEBIND, true),
        _ => return None,
    })
}

/// More of them, which insist on an `int`.
fn rare_switch_of(name: i32) -> Option<RareSwitches> {
    Some(match name {
        c::IPV6_2292HOPOPTS => RareSwitches::V6_2292HOPOPTS,
        c::IPV6_2292DSTOPTS => RareSwitches::V6_2292DSTOPTS,
        c::IPV6_2292RTHDR => RareSwitches::V6_2292RTHDR,
        c::IPV6_ROUTER_ALERT_ISOLATE => RareSwitches::V6_ROUTER_ALERT_ISOLATE,
        _ => return None,
    })
}

pub(super) fn get(asked: &Asked<'_>) -> Result<Value, Errno> {
    if let Some((switch, _)) = switch_of(asked.name) {
        return Ok(asked.switch(switch));
    }
    if let Some(switch) = rare_switch_of(asked.name) {
        return Ok(asked.rare_switch(switch));
    }
    let socket = asked.socket();
    let (options, rare) = (&socket.options, asked.rare());
    Ok(Value::Int(match asked.name {
        libc::IPV6_ADDRFORM if state(socket) != TcpState::Established => return Err(Errno::ENOTCONN),
        libc::IPV6_ADDRFORM => libc::AF_INET6,
        libc::IPV6_2292PKTOPTIONS => return pktoptions::v6(asked),
        libc::IPV6_RTHDR => return Ok(Value::Bytes(Vec::new())),
        c::MCAST_MSFILTER => return multicast::get_group_filter(asked, c::AF_INET6),
        // `ipv6_flowlabel_opt_get`: no label is leased.
        libc::IPV6_FLOWLABEL_MGR if asked.room < FLOWLABEL_REQUEST => return Err(Errno::EINVAL),
        libc::IPV6_FLOWLABEL_MGR => return Err(Errno::ENOENT),
        libc::IPV6_HOPOPTS | libc::IPV6_RTHDRDSTOPTS | libc::IPV6_DSTOPTS => {
            return Ok(Value::Bytes(rare.blob(libc::IPPROTO_IPV6, asked.name).to_vec()));
        }
        libc::IPV6_UNICAST_HOPS if options.hops < 0 => DEFAULT_HOPS,
        libc::IPV6_UNICAST_HOPS => options.hops.into(),
        libc::IPV6_MULTICAST_IF => asked.v6_multicast().1,
        libc::IPV6_MULTICAST_HOPS => asked.v6_multicast().0,
        libc::IPV6_MULTICAST_LOOP => (!asked.is_on(Switches::V6_NO_MULTICAST_LOOP)).into(),
        IPV6_MULTICAST_ALL => (!asked.is_on(Switches::V6_NO_MULTICAST_ALL)).into(),
        libc::IPV6_ROUTER_ALERT => 0,
        libc::IPV6_MTU_DISCOVER => rare.v6_mtu_discover.unwrap_or(PMTUDISC_WANT).into(),
        libc::IPV6_MTU => asked.path_mtu()?,
        IPV6_RECVERR_RFC4884 => return Ok(asked.switch(Switches::V6_RECVERR_RFC4884)),
        libc::IPV6_V6ONLY => options.v6only.into(),
        libc::IPV6_PATHMTU if asked.room < MTU_INFO => return Err(Errno::EINVAL),
        libc::IPV6_PATHMTU => return mtu_info(asked),
        libc::IPV6_TCLASS => options.tclass.into(),
        // `net.ipv6.auto_flowlabels` is 1.
        IPV6_AUTOFLOWLABEL if !asked.is_on(Switches::V6_AUTOFLOWLABEL_SET) => 1,
        IPV6_AUTOFLOWLABEL => return Ok(asked.switch(Switches::V6_AUTOFLOWLABEL)),
        IPV6_ADDR_PREFERENCES => preferences_shown(rare.v6_source_preference.into()),
        IPV6_MINHOPCOUNT => rare.v6_min_hops.into(),
        IPV6_UNICAST_IF => rare.v6_unicast_if,
        _ => return Err(Errno::ENOPROTOOPT),
    }))
}

/// IPV6_DEFAULT_HOPLIMIT
const DEFAULT_HOPS: i32 = 64;

/// `struct ip6_mtuinfo`, of which only the MTU is filled in.
fn mtu_info(asked: &Asked<'_>) -> Result<Value, Errno> {
    let mut bytes = vec![0; MTU_INFO];
    bytes[28..].copy_from_slice(&asked.path_mtu()?.to_ne_bytes());
    Ok(Value::Bytes(bytes))
}

pub(super) fn set(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    if let Some((switch, insists)) = switch_of(given.name) {
        let value = if insists { given.int()? } else { given.int().unwrap_or(0) };
        given.switch(switch, value != 0);
        given.host.minds_headers |= Switches::NOTED_OF_SEGMENTS.contains(switch);
        return Ok(());
    }
    if let Some(switch) = rare_switch_of(given.name) {
        let on = given.int()? != 0;
        given.rare_switch(switch, on);
        return Ok(());
    }
    match given.name {
        c::IPV6_JOIN_GROUP | c::IPV6_LEAVE_GROUP | c::IPV6_JOIN_ANYCAST | c::IPV6_LEAVE_ANYCAST | 42..=48 => {
            multicast::set_v6(given)
        }
        34 | c::IPV6_XFRM_POLICY => Err(policy_refused(given, (c::IPV6_XFRM_POLICY, Family::Inet6))),
        libc::IPV6_FLOWLABEL_MGR => Err(flowlabel_refused(given.value)),
        // `tcp_v6` is a stream: these are a datagram socket's.
        libc::IPV6_MULTICAST_IF | libc::IPV6_MULTICAST_HOPS if !matches!(given.socket().body, Body::Udp(_)) => {
            Err(Errno::ENOPROTOOPT)
        }
        libc::IPV6_MTU | libc::IPV6_ROUTER_ALERT | libc::IPV6_ADDRFORM | libc::IPV6_V6ONLY => set_special(given),
        libc::IPV6_HOPOPTS | libc::IPV6_RTHDR | libc::IPV6_RTHDRDSTOPTS | libc::IPV6_DSTOPTS => {
            set_header(given)?;
            // `ipv6_update_options`
            given.forget_route();
            Ok(())
        }
        libc::IPV6_2292PKTOPTIONS => {
            set_pktoptions(given)?;
            // `ipv6_update_options`
            given.forget_route();
            Ok(())
        }
        libc::IPV6_PKTINFO => set_pktinfo(given),
        // Read only.
        libc::IPV6_PATHMTU => Err(Errno::ENOPROTOOPT),
        IPV6_AUTOFLOWLABEL => {
            let on = given.int().unwrap_or(0) != 0;
            given.switch(Switches::V6_AUTOFLOWLABEL_SET, true);
            given.switch(Switches::V6_AUTOFLOWLABEL, on);
            Ok(())
        }
        _ => set_number(given),
    }
}

/// Numbers, all of them an `int`.
fn set_number(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    let known = matches!(
        given.name,
        libc::IPV6_UNICAST_HOPS
            | libc::IPV6_MULTICAST_IF
            | libc::IPV6_MULTICAST_HOPS
            | libc::IPV6_MULTICAST_LOOP
            | libc::IPV6_MTU_DISCOVER
            | libc::IPV6_TCLASS
            | IPV6_MULTICAST_ALL
            | IPV6_RECVERR_RFC4884
            | IPV6_ADDR_PREFERENCES
            | IPV6_MINHOPCOUNT
            | IPV6_UNICAST_IF
    );
    if !known {
        return Err(Errno::ENOPROTOOPT);
    }
    let value = given.int()?;
    // -1 stands for the default.
    let or_default =
        |default: i16| if value == -1 { Ok(default) } else { within(value, 0, 255).map(|value| value as i16) };
    match given.name {
        libc::IPV6_UNICAST_HOPS => given.socket_mut().options.hops = or_default(-1)?,
        libc::IPV6_MULTICAST_HOPS => given.rare_mut().v6_multicast_hops = or_default(1)?,
        libc::IPV6_MULTICAST_IF => {
            if value != 0 && !given.has_interface(value) {
                return Err(Errno::ENODEV);
            }
            let device = given.socket().options.device().cast_signed();
            if value != 0 && device != 0 && device != value {
                return Err(Errno::EINVAL);
            }
            given.rare_mut().v6_multicast_if = value;
        }
        libc::IPV6_MULTICAST_LOOP => given.switch(Switches::V6_NO_MULTICAST_LOOP, !zero_or_one(value)?),
        IPV6_MULTICAST_ALL => given.switch(Switches::V6_NO_MULTICAST_ALL, value == 0),
        libc::IPV6_MTU_DISCOVER => given.rare_mut().v6_mtu_discover = Some(within(value, 0, 5)? as u8),
        libc::IPV6_TCLASS => {
            // Of TCP not the two lowest bits, which are congestion notification's.
            let class = or_default(0)? as u8;
            let is_tcp = matches!(given.socket().body, Body::Tcp(_));
            let class = if is_tcp { class & !3 } else { class };
            if std::mem::replace(&mut given.socket_mut().options.tclass, class) != class {
                given.forget_route();
            }
        }
        IPV6_RECVERR_RFC4884 => given.switch(Switches::V6_RECVERR_RFC4884, zero_or_one(value)?),
        IPV6_ADDR_PREFERENCES => given.rare_mut().v6_source_preference = preferences(value)?,
        IPV6_MINHOPCOUNT => {
            given.rare_mut().v6_min_hops = within(value, 0, 255)? as u8;
            given.host.minds_headers |= value > 0;
        }
        _ => {
            let index = i32::from_be(value);
            if given.value.len() != 4 {
                return Err(Errno::EINVAL);
            }
            given.may_leave_by(index)?;
            given.rare_mut().v6_unicast_if = value;
        }
    }
    Ok(())
}

fn set_special(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    let value = given.int()?;
    let socket = given.socket();
    match given.name {
        // Acts on datagrams, and cannot be read: what is read is the path's.
        libc::IPV6_MTU if value != 0 && value < MIN_MTU => Err(Errno::EINVAL),
        libc::IPV6_MTU => {
            given.rare_mut().v6_frag_size = usize::try_from(value).ok().filter(|size| *size > 0);
            Ok(())
        }
        // Of raw sockets only.
        libc::IPV6_ROUTER_ALERT => Err(Errno::ENOPROTOOPT),
        // Acts; only while the socket has no port (inet_num).
        libc::IPV6_V6ONLY if socket.port_slot.is_some() => Err(Errno::EINVAL),
        libc::IPV6_V6ONLY => {
            given.socket_mut().options.v6only = value != 0;
            Ok(())
        }
        // Acts: an IPv6 socket that speaks IPv4 becomes an IPv4 socket.
        _ if value != libc::AF_INET => Err(Errno::EINVAL),
        _ if matches!(&socket.body, Body::Udp(udp) if udp.pending.as_ref().is_some_and(|gathered| gathered.to.is_ipv6())) => {
            Err(Errno::EBUSY)
        }
        _ if state(socket) != TcpState::Established => Err(Errno::ENOTCONN),
        _ if !socket.remote.is_some_and(|remote| remote.is_ipv4()) => Err(Errno::EADDRNOTAVAIL),
        _ => {
            given.socket_mut().become_v4();
            Ok(())
        }
    }
}

/// `ipv6_set_opt_hdr`: nothing takes the header away; else whole words, as many as it says itself.
fn set_header(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    let (name, mut value) = (given.name, given.value);
    if let Some(words) = value.get(1) {
        let len = (usize::from(*words) + 1) * 8;
        let is_whole = value.len() % 8 == 0 && value.len() <= MAX_HEADER;
        if !is_whole || len > value.len() || name == libc::IPV6_RTHDR {
            return Err(Errno::EINVAL);
        }
        value = &value[..len];
    } else if !value.is_empty() {
        return Err(Errno::EINVAL);
    }
    given.rare_mut().set_blob(libc::IPPROTO_IPV6, name, value);
    Ok(())
}

/// `struct in6_pktinfo`: whatever it says, unless the socket is bound to another interface. It cannot be read.
fn set_pktinfo(given: &Given<'_, '_>) -> Result<(), Errno> {
    let index = given.value.get(..PKTINFO).and_then(<[u8]>::last_chunk::<4>).ok_or(Errno::EINVAL)?;
    match given.socket().options.rare().device {
        bound if bound != 0 && bound != i32::from_ne_bytes(*index) => Err(Errno::EINVAL),
        _ => Ok(()),
    }
}

/// Control messages that are to go with every datagram: checked, and nothing of them is kept.
fn set_pktoptions(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    const MOST: usize = 64 << 10;
    if given.value.len() > MOST {
        return Err(Errno::EINVAL);
    }
    how_to_send_v6(given.host, given.socket().options.device(), given.value)?;
    // `ipv6_update_options`
    given.forget_route();
    Ok(())
}

/// `ipv6_flowlabel_opt`: to give a label back or to renew it, there has to be one; none is leased here.
fn flowlabel_refused(value: &[u8]) -> Errno {
    const ACTION_AT: usize = 20;
    const PUT: u8 = 1;
    const RENEW: u8 = 2;
    match value.get(..FLOWLABEL_REQUEST).map(|request| request[ACTION_AT]) {
        Some(PUT | RENEW) => Errno::ESRCH,
        _ => Errno::EINVAL,
    }
}

/// `ip6_sock_set_addr_preferences`: of each pair at most one.
fn preferences(value: i32) -> Result<u8, Errno> {
    let one_of = |mask: i32| if (value & mask).count_ones() > 1 { Err(Errno::EINVAL) } else { Ok(value & mask) };
    let kind = one_of(PREFER_TMP | PREFER_PUBLIC | PREFER_PUBTMP_DEFAULT)?;
    let mobility = one_of(PREFER_HOME | PREFER_COA)?;
    one_of(PREFER_CGA | PREFER_NONCGA)?;
    Ok(((kind & (PREFER_TMP | PREFER_PUBLIC)) | (mobility & PREFER_COA)) as u8)
}

fn preferences_shown(kept: i32) -> i32 {
    let kind = match kept & (PREFER_TMP | PREFER_PUBLIC) {
        0 => PREFER_PUBTMP_DEFAULT,
        kind => kind,
    };
    let mobility = if kept & PREFER_COA == 0 { PREFER_HOME } else { PREFER_COA };
    kind | mobility
}
