//! getaddrinfo(3) and getnameinfo(3), from the zone of the world: no file of the machine is read.
//!
//! What a name means is the same for every host. Addresses come in the order of RFC 6724 as far as this network needs it:
//! what the asking host has no address to reach comes last, then the policy table decides. So a global IPv6 address comes
//! before IPv4, and IPv4 before a unique local one. (glibc still has the table of RFC 3484, which puts both before IPv4.)

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{
    Addr, AddrInfo, AddrQuery, AiFlags, Eai, Error, Family, NameFlags, Protocol, Result, SockType, inet_ntop,
    numeric_host, numeric_service,
};

use super::{Caller, Told, netdb};
use crate::{host::Host, world::World};

const CALL: &str = "getaddrinfo";

impl Caller<'_> {
    pub(crate) fn getaddrinfo(&self, query: &AddrQuery<'_>) -> Result<Vec<AddrInfo>> {
        let text = || format!("getaddrinfo({:?}, {:?}, {}, {})", query.host, query.service, query.family, query.kind);
        let key = |text: Option<&str>| text.map_or(0, |text| crate::base::rng::fnv1a(text.as_bytes()));
        let numbers = [key(query.host), key(query.service), query.family.raw() as u64];
        let mut answer = Err(Eai::FAIL);
        // The trace has no room for a resolver's error; it shows how many addresses there were.
        let traced = self.call(Told { call: CALL, numbers, text }, |world| {
            answer = self.resolve(world, query);
            Ok(answer.as_ref().map_or(0, Vec::len))
        });
        traced?;
        answer.map_err(|eai| Error::resolve(eai, CALL))
    }

    fn resolve<'q>(&self, world: &World, query: &AddrQuery<'q>) -> Result<Vec<AddrInfo>, Eai> {
        const KNOWN: AiFlags = AiFlags::PASSIVE
            .union(AiFlags::CANONNAME)
            .union(AiFlags::NUMERICHOST)
            .union(AiFlags::V4MAPPED)
            .union(AiFlags::ALL)
            .union(AiFlags::ADDRCONFIG)
            .union(AiFlags::NUMERICSERV);
        // glibc takes a star for nothing at all.
        let unless_star = |text: Option<&'q str>| text.filter(|&text| text != "*");
        let query = &AddrQuery { host: unless_star(query.host), service: unless_star(query.service), ..*query };
        if query.host.is_none() && query.service.is_none() {
            return Err(Eai::NONAME);
        }
        if !KNOWN.contains(query.flags) || (query.host.is_none() && query.flags.contains(AiFlags::CANONNAME)) {
            return Err(Eai::BADFLAGS);
        }
        if ![Family::UNSPEC, Family::INET, Family::INET6].contains(&query.family) {
            return Err(Eai::FAMILY);
        }
        let kinds = kinds(query)?;
        let addrs = self.addresses(world, query)?;
        let mut canonname = query.flags.contains(AiFlags::CANONNAME).then(|| query.host.unwrap_or_default().to_owned());
        let mut found = Vec::new();
        for addr in addrs {
            for &(kind, protocol, port) in &kinds {
                let addr = addr.clone().with_port(port);
                found.push(AddrInfo { family: addr.family(), kind, protocol, canonname: canonname.take(), addr });
            }
        }
        Ok(found)
    }

    /// The addresses of the host asked for, of the families asked for.
    fn addresses(&self, world: &World, query: &AddrQuery<'_>) -> Result<Vec<Addr>, Eai> {
        let host = self.host(world);
        let addr = |ip: IpAddr| Addr::from((ip, 0));
        let wanted = |ip: &IpAddr| match query.family {
            Family::INET => ip.is_ipv4(),
            Family::INET6 => ip.is_ipv6(),
            _ => true,
        };
        let Some(name) = query.host else {
            let both: [IpAddr; 2] = if query.flags.contains(AiFlags::PASSIVE) {
                // glibc names the IPv4 wildcard first.
                [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()]
            } else {
                [Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()]
            };
            return Ok(both.into_iter().filter(wanted).map(addr).collect());
        };
        if let Some(addr) = numeric_host(name, query.family, query.flags, |name| host.interface_index(name))? {
            return Ok(vec![addr]);
        }
        if query.flags.contains(AiFlags::NUMERICHOST) {
            return Err(Eai::NONAME);
        }
        let mut addrs: Vec<IpAddr> = match name {
            name if name.eq_ignore_ascii_case("localhost") => {
                vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()]
            }
            name => world.names.find(name).ok_or(Eai::NONAME)?.to_vec(),
        };
        addrs.retain(wanted);
        let reaches = |ip: &IpAddr| ip.is_loopback() || host.addrs.iter().any(|own| own.is_ipv4() == ip.is_ipv4());
        // Rule 1, avoid unusable destinations; rule 6, prefer higher precedence; rule 10, leave the order unchanged.
        addrs.sort_by_key(|ip| (!reaches(ip), std::cmp::Reverse(precedence(*ip))));
        if addrs.is_empty() { Err(Eai::NODATA) } else { Ok(addrs.into_iter().map(addr).collect()) }
    }

    pub(crate) fn getnameinfo(&self, addr: &Addr, flags: NameFlags) -> Result<(String, String)> {
        let told = Told {
            call: "getnameinfo",
            numbers: super::name::addr_numbers(0, addr),
            text: || format!("getnameinfo({addr}, {flags})"),
        };
        let mut answer = Err(Eai::FAMILY);
        let traced = self.call(told, |world| {
            answer = self.name_of(world, addr, flags);
            Ok(())
        });
        traced?;
        answer.map_err(|eai| Error::resolve(eai, "getnameinfo"))
    }

    fn name_of(&self, world: &World, addr: &Addr, flags: NameFlags) -> Result<(String, String), Eai> {
        let (Some(ip), Some(port)) = (addr.ip(), addr.port()) else { return Err(Eai::FAMILY) };
        let name = if flags.contains(NameFlags::NUMERICHOST) { None } else { netdb::name_of(world, ip) };
        if name.is_none() && flags.contains(NameFlags::NAMEREQD) {
            return Err(Eai::NONAME);
        }
        let protocol = if flags.contains(NameFlags::DGRAM) { "udp" } else { "tcp" };
        let service = match flags.contains(NameFlags::NUMERICSERV) {
            true => None,
            false => netdb::service_of(port, Some(protocol)),
        };
        let service = service.map_or_else(|| port.to_string(), str::to_owned);
        Ok((name.unwrap_or_else(|| numeric(self.host(world), addr, ip)), service))
    }
}

/// The policy table of RFC 6724 section 2.1.
fn precedence(ip: IpAddr) -> u8 {
    let IpAddr::V6(v6) = ip else { return 35 };
    match v6.segments() {
        _ if v6.is_loopback() => 50,
        [0x2002, ..] => 30,
        [0x2001, 0, ..] => 5,
        [prefix, ..] if prefix & 0xfe00 == 0xfc00 => 3,
        [prefix, ..] if prefix & 0xffc0 == 0xfec0 => 1,
        [0x3ffe, ..] => 1,
        [0, 0, 0, 0, 0, 0, ..] => 1,
        _ => 40,
    }
}

/// An address in digits; a scope that means something follows it, by the interface's name (getnameinfo(3)).
fn numeric(host: &Host, addr: &Addr, ip: IpAddr) -> String {
    let Addr::V6(v6) = addr else { return ip.to_string() };
    let ip = inet_ntop(Family::INET6, &v6.ip().octets()).unwrap_or_default();
    match v6.scope_id() {
        0 => ip,
        scope if names_interface(*v6.ip()) => match host.interface_name(scope) {
            Some(name) => format!("{ip}%{name}"),
            None => format!("{ip}%{scope}"),
        },
        scope => format!("{ip}%{scope}"),
    }
}

/// Link-local addresses, and multicast to the link (`gni_host_inet_numeric` of glibc).
fn names_interface(ip: Ipv6Addr) -> bool {
    ip.is_unicast_link_local() || ip.segments()[0] & 0xff0f == 0xff02
}

/// What the resolver knows of a type: glibc's `gaih_inet_typeproto`.
struct Type {
    kind: SockType,
    protocol: Protocol,
    /// How /etc/services calls the protocol.
    name: &'static str,
    /// Part of the answer to who asks for any type.
    default: bool,
}

const DCCP: i32 = libc::SOCK_DCCP;

#[rustfmt::skip]
const TYPES: [Type; 7] = [
    Type { kind: SockType::STREAM, protocol: Protocol::TCP, name: "tcp", default: true },
    Type { kind: SockType::DGRAM, protocol: Protocol::UDP, name: "udp", default: true },
    Type { kind: SockType::from_raw(DCCP), protocol: Protocol::from_raw(libc::IPPROTO_DCCP), name: "dccp", default: false },
    Type { kind: SockType::DGRAM, protocol: Protocol::UDPLITE, name: "udplite", default: false },
    Type { kind: SockType::STREAM, protocol: Protocol::SCTP, name: "sctp", default: false },
    Type { kind: SockType::SEQPACKET, protocol: Protocol::SCTP, name: "sctp", default: false },
    // With any protocol, and no services.
    Type { kind: SockType::RAW, protocol: Protocol::IP, name: "raw", default: true },
];

impl Type {
    fn is_raw(&self) -> bool {
        self.kind == SockType::RAW
    }

    fn fits(&self, query: &AddrQuery<'_>) -> bool {
        (query.kind == SockType::ANY || query.kind == self.kind)
            && (query.protocol == Protocol::IP || query.protocol == self.protocol || self.is_raw())
    }
}

/// The socket types, protocols and ports that an answer is repeated for (`gaih_inet` of glibc). Who asks for a type or a protocol gets
/// the first that fits; who asks for a service by name, those that have it.
fn kinds(query: &AddrQuery<'_>) -> Result<Vec<(SockType, Protocol, u16)>, Eai> {
    let number = query.service.map(|service| numeric_service(service, query.flags)).transpose()?;
    if query.kind == SockType::ANY && query.protocol == Protocol::IP {
        let all = TYPES.iter();
        let kinds: Vec<_> = match (query.service, number) {
            (Some(service), Some(None)) => all
                .filter(|row| !row.is_raw())
                .filter_map(|row| Some((row.kind, row.protocol, netdb::port_of(service, Some(row.name))?)))
                .collect(),
            _ => {
                let port = number.flatten().unwrap_or(0);
                all.filter(|row| row.default).map(|row| (row.kind, row.protocol, port)).collect()
            }
        };
        return if kinds.is_empty() { Err(Eai::SERVICE) } else { Ok(kinds) };
    }
    let unknown = if query.kind == SockType::ANY { Eai::SERVICE } else { Eai::SOCKTYPE };
    let row = TYPES.iter().find(|row| row.fits(query)).ok_or(unknown)?;
    let port = match (query.service, number) {
        (Some(_), _) if row.is_raw() => return Err(Eai::SERVICE),
        (Some(service), Some(None)) => netdb::port_of(service, Some(row.name)).ok_or(Eai::SERVICE)?,
        _ => number.flatten().unwrap_or(0),
    };
    let protocol = if row.is_raw() { query.protocol } else { row.protocol };
    Ok(vec![(row.kind, protocol, port)])
}
