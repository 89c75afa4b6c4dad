//! Groups of either family, and anycast addresses: net/ipv4/igmp.c, net/ipv6/mcast.c, net/ipv6/anycast.c. All stored: memberships are
//! kept and read back, and no datagram to a group is delivered.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{Errno, c};

use super::{Asked, Given, Value, int, within};
use crate::host::{Body, Host, Membership};

/// The interfaces, as options number them.
const LO: i32 = crate::host::LO.cast_signed();
const ETH0: i32 = crate::host::ETH0.cast_signed();

/// `net.ipv4.igmp_max_memberships`, `net.ipv4.igmp_max_msf` and `net.ipv6.mld_max_msf`.
const MAX_MEMBERSHIPS: usize = 20;
const MAX_V4_SOURCES: u32 = 10;
const MAX_V6_SOURCES: u32 = 64;
/// `net.core.optmem_max`, since Linux 6.8.
const OPTMEM_MAX: usize = 131_072;
/// Bytes of the structures: `ip_mreq`, `ipv6_mreq`, `ip_mreq_source`, `sockaddr_storage`, and of the filters without their sources.
const IP_MREQ: usize = 8;
const IPV6_MREQ: usize = 20;
const IP_MREQ_SOURCE: usize = 12;
const STORAGE: usize = 128;
const IP_MSFILTER: usize = 16;
const GROUP_FILTER: usize = 144;
/// Where `struct group_req` and its like have the group, and the filter its mode.
const GROUP_AT: usize = 8;
const MODE_AT: usize = GROUP_AT + STORAGE;

/// A group on an interface: by index, by address, or by the route there.
#[derive(Clone, Copy)]
struct Place {
    group: IpAddr,
    index: i32,
    address: Ipv4Addr,
}

/// Which sources a group's packets may come from, as a program says it at once.
struct Filter {
    place: Place,
    includes: bool,
    sources: Vec<IpAddr>,
}

/// How a single source is put in or taken out.
#[derive(Clone, Copy)]
struct Edit {
    includes: bool,
    adds: bool,
}

/// Of the option that says it so.
fn edit_of(name: i32) -> Edit {
    Edit {
        includes: !matches!(
            name,
            c::IP_BLOCK_SOURCE | c::IP_UNBLOCK_SOURCE | c::MCAST_BLOCK_SOURCE | c::MCAST_UNBLOCK_SOURCE
        ),
        adds: matches!(
            name,
            c::IP_BLOCK_SOURCE | c::IP_ADD_SOURCE_MEMBERSHIP | c::MCAST_BLOCK_SOURCE | c::MCAST_JOIN_SOURCE_GROUP
        ),
    }
}

/// Those of `IPPROTO_IP`; the caller has seen that the name is one of them.
pub(super) fn set_v4(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    let value = given.value;
    match given.name {
        // `ip_mreq` or `ip_mreqn`; of a connection's protocol not at all.
        c::IP_ADD_MEMBERSHIP | c::IP_DROP_MEMBERSHIP if is_tcp(given) => Err(Errno::EPROTO),
        c::IP_ADD_MEMBERSHIP | c::IP_DROP_MEMBERSHIP => {
            let place = ip_mreq(value).ok_or(Errno::EINVAL)?;
            if given.name == c::IP_ADD_MEMBERSHIP { join(given, place, false) } else { leave(given, place) }
        }
        c::IP_MSFILTER => {
            let filter = ip_msfilter(value)?;
            set_filter(given, filter)
        }
        c::IP_BLOCK_SOURCE | c::IP_UNBLOCK_SOURCE | c::IP_ADD_SOURCE_MEMBERSHIP | c::IP_DROP_SOURCE_MEMBERSHIP => {
            if value.len() != IP_MREQ_SOURCE {
                return Err(Errno::EINVAL);
            }
            let place = Place { group: v4(value, 0).into(), index: 0, address: v4(value, 4) };
            edit_source(given, place, v4(value, 8).into())
        }
        _ => set_protocol_independent(given, c::AF_INET),
    }
}

/// Those of `IPPROTO_IPV6`; the caller has seen that the name is one of them.
pub(super) fn set_v6(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    let value = given.value;
    let name = given.name;
    if !matches!(name, c::IPV6_JOIN_GROUP | c::IPV6_LEAVE_GROUP | c::IPV6_JOIN_ANYCAST | c::IPV6_LEAVE_ANYCAST) {
        return set_protocol_independent(given, c::AF_INET6);
    }
    if value.len() < IPV6_MREQ {
        return Err(Errno::EINVAL);
    }
    let (addr, index) = (v6(value, 0), int(&value[16..])?);
    let place = Place { group: addr.into(), index, address: Ipv4Addr::UNSPECIFIED };
    match name {
        c::IPV6_JOIN_ANYCAST => join_anycast(given, addr, index),
        c::IPV6_LEAVE_ANYCAST => leave_anycast(given, addr, index),
        _ if is_tcp(given) => Err(Errno::EPROTO),
        c::IPV6_JOIN_GROUP => join(given, place, false),
        _ => leave(given, place),
    }
}

/// RFC 3678: the same numbers at either level.
fn set_protocol_independent(given: &mut Given<'_, '_>, family: i32) -> Result<(), Errno> {
    let value = given.value;
    match given.name {
        c::MCAST_JOIN_GROUP | c::MCAST_LEAVE_GROUP => {
            let place = group_req(value, family)?.ok_or(match family {
                c::AF_INET => Errno::EINVAL,
                _ => Errno::EADDRNOTAVAIL,
            })?;
            if given.name == c::MCAST_JOIN_GROUP { join(given, place, false) } else { leave(given, place) }
        }
        c::MCAST_MSFILTER => {
            let filter = group_filter(value, family)?;
            set_filter(given, filter)
        }
        _ => {
            let long_enough = match family {
                c::AF_INET => value.len() == GROUP_AT + 2 * STORAGE,
                _ => value.len() >= GROUP_AT + 2 * STORAGE,
            };
            if !long_enough {
                return Err(Errno::EINVAL);
            }
            let place = group_req(value, family)?.ok_or(Errno::EADDRNOTAVAIL)?;
            let source = stored(value, GROUP_AT + STORAGE, family).ok_or(Errno::EADDRNOTAVAIL)?;
            edit_source(given, place, source)
        }
    }
}

fn is_tcp(given: &Given<'_, '_>) -> bool {
    matches!(given.socket().body, Body::Tcp(_))
}

fn v4(value: &[u8], at: usize) -> Ipv4Addr {
    value.get(at..).and_then(<[u8]>::first_chunk::<4>).map_or(Ipv4Addr::UNSPECIFIED, |bytes| Ipv4Addr::from(*bytes))
}

fn v6(value: &[u8], at: usize) -> Ipv6Addr {
    value.get(at..).and_then(<[u8]>::first_chunk::<16>).map_or(Ipv6Addr::UNSPECIFIED, |bytes| Ipv6Addr::from(*bytes))
}

/// The address in a `sockaddr_storage`; `None` if it is of another family.
fn stored(value: &[u8], at: usize, family: i32) -> Option<IpAddr> {
    let kind = value.get(at..)?.first_chunk::<2>()?;
    (i32::from(u16::from_ne_bytes(*kind)) == family).then(|| match family {
        c::AF_INET => v4(value, at + 4).into(),
        _ => v6(value, at + 8).into(),
    })
}

/// IP_MULTICAST_IF: an address, `ip_mreq` or `ip_mreqn`, of which the address is shown.
pub(super) fn interface(given: &Given<'_, '_>) -> Result<([u8; 4], i32), Errno> {
    const ADDRESS: usize = 4;
    let value = given.value;
    let (addr, index) = match ip_mreq(value) {
        _ if value.len() < ADDRESS => return Err(Errno::EINVAL),
        Some(place) => (place.address, place.index),
        None => (v4(value, 0), 0),
    };
    let place = Place { group: Ipv4Addr::UNSPECIFIED.into(), index, address: addr };
    if index == 0 && addr.is_unspecified() {
        return Ok(([0; 4], 0));
    }
    let found = device(given.host, place).ok_or(Errno::EADDRNOTAVAIL)?;
    let bound = given.socket().options.rare().device;
    if bound != 0 && bound != found { Err(Errno::EINVAL) } else { Ok((addr.octets(), found)) }
}

/// `struct ip_mreq`, or `ip_mreqn` where there is room for its index.
fn ip_mreq(value: &[u8]) -> Option<Place> {
    (value.len() >= IP_MREQ).then(|| Place {
        group: v4(value, 0).into(),
        index: value.get(8..).map_or(0, |rest| int(rest).unwrap_or(0)),
        address: v4(value, 4),
    })
}

/// How `struct group_req` begins, and all that are like it; `None` if the group is of another family.
fn group_req(value: &[u8], family: i32) -> Result<Option<Place>, Errno> {
    if value.len() < GROUP_AT + STORAGE {
        return Err(Errno::EINVAL);
    }
    let index = int(value)?;
    Ok(stored(value, GROUP_AT, family).map(|group| Place { group, index, address: Ipv4Addr::UNSPECIFIED }))
}

/// The number of sources that a filter says it has, which has to be there; the limits are checked in the order of
/// `ip_set_mcast_msfilter`.
fn source_count(value: &[u8], header: usize, each: usize, most: u32) -> Result<usize, Errno> {
    if value.len() < header {
        return Err(Errno::EINVAL);
    }
    let count = int(&value[header - 4..])?.cast_unsigned();
    if value.len() > OPTMEM_MAX || count > most {
        return Err(Errno::ENOBUFS);
    }
    let count = count as usize;
    if header + count * each > value.len() { Err(Errno::EINVAL) } else { Ok(count) }
}

/// MCAST_EXCLUDE or MCAST_INCLUDE of a group; looked at after the group (`ip_mc_msfilter`, `ip6_mc_msfilter`).
fn filter(place: Place, mode: i32, sources: Vec<IpAddr>) -> Result<Filter, Errno> {
    if !place.group.is_multicast() {
        return Err(Errno::EINVAL);
    }
    Ok(Filter { place, includes: within(mode, c::MCAST_EXCLUDE, c::MCAST_INCLUDE)? == c::MCAST_INCLUDE, sources })
}

fn ip_msfilter(value: &[u8]) -> Result<Filter, Errno> {
    let count = source_count(value, IP_MSFILTER, 4, MAX_V4_SOURCES)?;
    let place = Place { group: v4(value, 0).into(), index: 0, address: v4(value, 4) };
    filter(place, int(&value[8..])?, (0..count).map(|at| v4(value, IP_MSFILTER + at * 4).into()).collect())
}

fn group_filter(value: &[u8], family: i32) -> Result<Filter, Errno> {
    let most = if family == c::AF_INET { MAX_V4_SOURCES } else { MAX_V6_SOURCES };
    let count = source_count(value, GROUP_FILTER, STORAGE, most)?;
    // IPv4 compares the families, IPv6 asks whether it is a group (`ip6_mc_msfilter`).
    let place = group_req(value, family)?.ok_or(match family {
        c::AF_INET => Errno::EADDRNOTAVAIL,
        _ => Errno::EINVAL,
    })?;
    // Nor does it look at the families of sources.
    let source = |at: usize| match family {
        c::AF_INET => stored(value, at, family).ok_or(Errno::EADDRNOTAVAIL),
        _ => Ok(v6(value, at + 8).into()),
    };
    let sources = (0..count).map(|number| source(GROUP_FILTER + number * STORAGE));
    filter(place, int(&value[MODE_AT..])?, sources.collect::<Result<_, _>>()?)
}

/// `ip_mc_find_dev`, `ip6_mc_find_dev`: the interface's index. Without an index or an address the route decides, and only IPv6 has one
/// to its groups of itself (ff00::/8).
fn device(host: &Host, place: Place) -> Option<i32> {
    let owned = |index: i32| host.interface_name(index.cast_unsigned()).map(|_| index);
    if place.index != 0 {
        return owned(place.index);
    }
    let by_address = place.address;
    if by_address.is_loopback() {
        return Some(LO);
    }
    if !by_address.is_unspecified() {
        return host.owns(by_address.into()).then_some(ETH0);
    }
    match place.group {
        IpAddr::V6(_) => owned(ETH0),
        group if group.is_unspecified() || host.owns(group) => Some(LO),
        group => is_near(host, group).then_some(ETH0),
    }
}

/// Whether the host is on the network of that address, as far as the lengths of prefixes go that such networks have.
fn is_near(host: &Host, addr: IpAddr) -> bool {
    let is_near = |own: &IpAddr| match (own, addr) {
        (IpAddr::V4(own), IpAddr::V4(addr)) => own.to_bits() >> 8 == addr.to_bits() >> 8,
        (IpAddr::V6(own), IpAddr::V6(addr)) => own.to_bits() >> 64 == addr.to_bits() >> 64,
        _ => false,
    };
    host.addrs.iter().any(is_near)
}

/// `ip_mc_join_group`, `__ipv6_sock_mc_join`.
fn join(given: &mut Given<'_, '_>, place: Place, includes: bool) -> Result<(), Errno> {
    if !place.group.is_multicast() {
        return Err(Errno::EINVAL);
    }
    let memberships = &given.socket().options.rare().memberships;
    let of_family = || memberships.iter().filter(|member| member.group.is_ipv4() == place.group.is_ipv4());
    let is_member =
        |index: i32| of_family().any(|member| member.group == place.group && (index == 0 || member.interface == index));
    if place.group.is_ipv6() && is_member(place.index) {
        return Err(Errno::EADDRINUSE);
    }
    let interface = device(given.host, place).ok_or(Errno::ENODEV)?;
    if is_member(interface) {
        return Err(Errno::EADDRINUSE);
    }
    if place.group.is_ipv4() && of_family().count() >= MAX_MEMBERSHIPS {
        return Err(Errno::ENOBUFS);
    }
    let Place { group, address, .. } = place;
    given.rare_mut().memberships.push(Membership { group, interface, address, includes, sources: Vec::new() });
    Ok(())
}

/// `ip_mc_leave_group`, `ipv6_sock_mc_drop`.
fn leave(given: &mut Given<'_, '_>, place: Place) -> Result<(), Errno> {
    if place.group.is_ipv6() && !place.group.is_multicast() {
        return Err(Errno::EINVAL);
    }
    let device = device(given.host, place);
    let named = place.index != 0 || !place.address.is_unspecified();
    if place.group.is_ipv4() && !named && device.is_none() {
        return Err(Errno::ENODEV);
    }
    // What IPv4 has found by address or route counts like an index.
    let index = if place.group.is_ipv4() { device.unwrap_or(place.index) } else { place.index };
    let fits = |member: &Membership| {
        member.group == place.group
            && match index {
                0 => place.address.is_unspecified() || place.address == member.address,
                index => member.interface == index,
            }
    };
    // The last to be joined is the first to be left.
    let at = given.socket().options.rare().memberships.iter().rposition(fits).ok_or(Errno::EADDRNOTAVAIL)?;
    given.rare_mut().memberships.remove(at);
    Ok(())
}

/// The membership that a filter is of; EINVAL without one (`ip_mc_source`, `ip6_mc_source`).
fn membership<'g>(given: &'g mut Given<'_, '_>, place: Place) -> Result<&'g mut Membership, Errno> {
    if !place.group.is_multicast() {
        return Err(Errno::EINVAL);
    }
    let device = device(given.host, place).ok_or(Errno::ENODEV)?;
    // IPv6 looks for the interface as it was named: `ip6_mc_source` takes any for none, `ip6_mc_msfilter` none.
    let (by_index, any) = (place.group.is_ipv6(), place.index == 0 && given.name != c::MCAST_MSFILTER);
    let fits = |member: &Membership| {
        if by_index { any || member.interface == place.index } else { member.interface == device }
    };
    // The last to be joined stands first in the list.
    let mut memberships = given.rare_mut().memberships.iter_mut().rev();
    memberships.find(|member| member.group == place.group && fits(member)).ok_or(Errno::EINVAL)
}

/// One source more or less, of a group that is joined for it if that is what is asked.
fn edit_source(given: &mut Given<'_, '_>, place: Place, source: IpAddr) -> Result<(), Errno> {
    let Edit { includes, adds } = edit_of(given.name);
    if includes && adds {
        match join(given, place, true) {
            Ok(()) | Err(Errno::EADDRINUSE) => {}
            Err(errno) => return Err(errno),
        }
    }
    let most = if place.group.is_ipv4() { MAX_V4_SOURCES } else { MAX_V6_SOURCES } as usize;
    let member = membership(given, place)?;
    if member.includes != includes {
        // The mode may change while there is no source.
        if !member.sources.is_empty() {
            return Err(Errno::EINVAL);
        }
        member.includes = includes;
    }
    let known = member.sources.iter().position(|known| *known == source);
    match (known, adds) {
        (_, true) if member.sources.len() >= most => return Err(Errno::ENOBUFS),
        (Some(_), true) | (None, false) => return Err(Errno::EADDRNOTAVAIL),
        (None, true) => member.sources.push(source),
        // To listen to nobody is to leave.
        (Some(_), false) if includes && member.sources.len() == 1 => return leave(given, place),
        (Some(at), false) => drop(member.sources.remove(at)),
    }
    Ok(())
}

/// `ip_mc_msfilter`, `ip6_mc_msfilter`.
fn set_filter(given: &mut Given<'_, '_>, filter: Filter) -> Result<(), Errno> {
    let Filter { place, includes, sources } = filter;
    if includes && sources.is_empty() {
        device(given.host, place).ok_or(Errno::ENODEV)?;
        return leave(given, place);
    }
    let member = membership(given, place)?;
    (member.includes, member.sources) = (includes, sources);
    Ok(())
}

/// `ipv6_sock_ac_join`: an address that is nobody's, of a network that the host is on.
fn join_anycast(given: &mut Given<'_, '_>, addr: Ipv6Addr, index: i32) -> Result<(), Errno> {
    if addr.is_multicast() || given.host.owns(addr.into()) {
        return Err(Errno::EINVAL);
    }
    if index != 0 && !given.has_interface(index) {
        return Err(Errno::ENODEV);
    }
    if index == LO || !is_near(given.host, addr.into()) {
        return Err(Errno::EADDRNOTAVAIL);
    }
    given.rare_mut().anycast.push((addr, ETH0));
    Ok(())
}

/// `ipv6_sock_ac_drop`
fn leave_anycast(given: &mut Given<'_, '_>, addr: Ipv6Addr, index: i32) -> Result<(), Errno> {
    let fits = |&(of, interface): &(Ipv6Addr, i32)| of == addr && (index == 0 || interface == index);
    let at = given.socket().options.rare().anycast.iter().position(fits).ok_or(Errno::ENOENT)?;
    given.rare_mut().anycast.remove(at);
    Ok(())
}

/// IP_MSFILTER, whose group stands where the answer will (`ip_mc_msfget`).
pub(super) fn get_ip_msfilter(asked: &Asked<'_>) -> Result<Value, Errno> {
    let buffer = asked.buffer;
    if buffer.len() < IP_MSFILTER {
        return Err(Errno::EINVAL);
    }
    let place = Place { group: v4(buffer, 0).into(), index: 0, address: v4(buffer, 4) };
    if !place.group.is_multicast() {
        return Err(Errno::EINVAL);
    }
    let interface = device(asked.host, place).ok_or(Errno::ENODEV)?;
    let sources =
        |member: &Membership| member.sources.iter().map(|source| storage_of(*source)[4..8].to_vec()).collect();
    answer(asked, place.group, interface, IP_MSFILTER, sources)
}

/// MCAST_MSFILTER (`ip_mc_gsfget`, `ip6_mc_msfget`).
pub(super) fn get_group_filter(asked: &Asked<'_>, family: i32) -> Result<Value, Errno> {
    if asked.buffer.len() < GROUP_FILTER {
        return Err(Errno::EINVAL);
    }
    let place = group_req(asked.buffer, family)?.ok_or(match family {
        c::AF_INET => Errno::EINVAL,
        _ => Errno::EADDRNOTAVAIL,
    })?;
    if !place.group.is_multicast() {
        return Err(Errno::EINVAL);
    }
    let sources = |member: &Membership| member.sources.iter().map(|source| storage_of(*source)).collect();
    answer(asked, place.group, place.index, GROUP_FILTER, sources)
}

/// The header as it was given with mode and number, and as many of the sources as it has asked for.
fn answer(
    asked: &Asked<'_>,
    group: IpAddr,
    interface: i32,
    header: usize,
    sources: impl Fn(&Membership) -> Vec<Vec<u8>>,
) -> Result<Value, Errno> {
    let mut members = asked.rare().memberships.iter();
    let member =
        members.find(|member| member.group == group && member.interface == interface).ok_or(Errno::EADDRNOTAVAIL)?;
    let mut bytes = asked.buffer[..header].to_vec();
    let wanted = int(&bytes[header - 4..])?.cast_unsigned() as usize;
    let mode = if member.includes { c::MCAST_INCLUDE } else { c::MCAST_EXCLUDE };
    bytes[header - 8..header - 4].copy_from_slice(&mode.to_ne_bytes());
    bytes[header - 4..].copy_from_slice(&(member.sources.len() as u32).to_ne_bytes());
    bytes.extend(sources(member).into_iter().take(wanted).flatten());
    Ok(Value::Bytes(bytes))
}

/// A `sockaddr_storage`.
fn storage_of(addr: IpAddr) -> Vec<u8> {
    let mut bytes = vec![0; STORAGE];
    match addr {
        IpAddr::V4(addr) => {
            bytes[..2].copy_from_slice(&(c::AF_INET as u16).to_ne_bytes());
            bytes[4..8].copy_from_slice(&addr.octets());
        }
        IpAddr::V6(addr) => {
            bytes[..2].copy_from_slice(&(c::AF_INET6 as u16).to_ne_bytes());
            bytes[8..24].copy_from_slice(&addr.octets());
        }
    }
    bytes
}
