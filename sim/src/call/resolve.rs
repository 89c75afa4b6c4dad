//! getaddrinfo(3) and getnameinfo(3), from the zone of the world: no file of the machine is read.
//!
//! What a name means is the same for every host. Addresses come in the order of RFC 6724 as far as this network needs it:
//! what the asking host has no address to reach comes last, then the policy table decides. So a global IPv6 address comes
//! before IPv4, and IPv4 before a unique local one. (glibc still has the table of RFC 3484, which puts both before IPv4.)

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use wavetank_api::{Addr, AddrInfo, AddrQuery, AiFlags, Eai, Error, Family, NameFlags, Protocol, Result, SockType};

use super::{Caller, Told};
use crate::world::World;

const CALL: &str = "getaddrinfo";

/// The services that programs ask for by name; a part of /etc/services as every distribution ships it.
const SERVICES: &[(&str, u16)] = &[
    ("echo", 7),
    ("discard", 9),
    ("daytime", 13),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("time", 37),
    ("domain", 53),
    ("tftp", 69),
    ("http", 80),
    ("pop3", 110),
    ("ntp", 123),
    ("imap2", 143),
    ("snmp", 161),
    ("https", 443),
];

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

    fn resolve(&self, world: &World, query: &AddrQuery<'_>) -> Result<Vec<AddrInfo>, Eai> {
        const KNOWN: AiFlags = AiFlags::PASSIVE
            .union(AiFlags::CANONNAME)
            .union(AiFlags::NUMERICHOST)
            .union(AiFlags::V4MAPPED)
            .union(AiFlags::ALL)
            .union(AiFlags::ADDRCONFIG)
            .union(AiFlags::NUMERICSERV);
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
        let port = port(query)?;
        let addrs = self.addresses(world, query)?;
        let mut canonname = query.flags.contains(AiFlags::CANONNAME).then(|| query.host.unwrap_or_default().to_owned());
        let mut found = Vec::new();
        for ip in addrs {
            for &(kind, protocol) in &kinds {
                let family = if ip.is_ipv4() { Family::INET } else { Family::INET6 };
                let addr = Addr::from(SocketAddr::new(ip, port));
                found.push(AddrInfo { family, kind, protocol, canonname: canonname.take(), addr });
            }
        }
        Ok(found)
    }

    /// The addresses of the host asked for, of the families asked for.
    fn addresses(&self, world: &World, query: &AddrQuery<'_>) -> Result<Vec<IpAddr>, Eai> {
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
            return Ok(both.into_iter().filter(wanted).collect());
        };
        if let Some(ip) = literal(name) {
            return match ip {
                ip if wanted(&ip) => Ok(vec![ip]),
                IpAddr::V4(v4) if query.flags.contains(AiFlags::V4MAPPED) => Ok(vec![v4.to_ipv6_mapped().into()]),
                // A literal of the other family (`EAI_ADDRFAMILY` of glibc).
                _ => Err(Eai::ADDRFAMILY),
            };
        }
        if query.flags.contains(AiFlags::NUMERICHOST) {
            return Err(Eai::NONAME);
        }
        let mut addrs: Vec<IpAddr> = match name {
            "localhost" => vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()],
            name => world.names.find(name).ok_or(Eai::NONAME)?.to_vec(),
        };
        addrs.retain(wanted);
        let host = self.host(world);
        let reaches = |ip: &IpAddr| ip.is_loopback() || host.addrs.iter().any(|own| own.is_ipv4() == ip.is_ipv4());
        // Rule 1, avoid unusable destinations; rule 6, prefer higher precedence; rule 10, leave the order unchanged.
        addrs.sort_by_key(|ip| (!reaches(ip), std::cmp::Reverse(precedence(*ip))));
        if addrs.is_empty() { Err(Eai::NODATA) } else { Ok(addrs) }
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
        let name = match ip {
            _ if flags.contains(NameFlags::NUMERICHOST) => None,
            ip if ip.is_loopback() => Some("localhost"),
            ip => world.topology.owner(ip).map(|owner| &*world.hosts[owner.index()].name),
        };
        if name.is_none() && flags.contains(NameFlags::NAMEREQD) {
            return Err(Eai::NONAME);
        }
        let service = SERVICES.iter().find(|(_, number)| *number == port && !flags.contains(NameFlags::NUMERICSERV));
        let service = service.map_or_else(|| port.to_string(), |(name, _)| (*name).to_owned());
        Ok((name.map_or_else(|| ip.to_string(), str::to_owned), service))
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

/// The socket types and protocols an answer is repeated for (`gaih_inet_typeproto` of glibc: stream, datagram, raw).
fn kinds(query: &AddrQuery<'_>) -> Result<Vec<(SockType, Protocol)>, Eai> {
    const ALL: [(SockType, Protocol); 3] =
        [(SockType::STREAM, Protocol::TCP), (SockType::DGRAM, Protocol::UDP), (SockType::RAW, Protocol::IP)];
    let fits = |&(kind, protocol): &(SockType, Protocol)| {
        (query.kind == SockType::ANY || query.kind == kind)
            && (query.protocol == Protocol::IP
                || protocol == query.protocol
                || kind == query.kind && kind == SockType::RAW)
    };
    let kinds: Vec<_> = ALL.into_iter().filter(fits).collect();
    if kinds.is_empty() {
        return Err(if query.kind == SockType::ANY { Eai::SERVICE } else { Eai::SOCKTYPE });
    }
    Ok(kinds)
}

/// An address as text: IPv4 in all the spellings of inet_aton(3), IPv6 in its own.
fn literal(name: &str) -> Option<IpAddr> {
    wavetank_api::numeric_host(name, Family::UNSPEC, AiFlags::empty(), |_| None).ok()??.ip()
}

/// A service is a number or a name.
fn port(query: &AddrQuery<'_>) -> Result<u16, Eai> {
    let Some(service) = query.service else { return Ok(0) };
    if let Ok(number) = service.parse::<u32>() {
        // glibc keeps the lower sixteen bits of a larger number.
        return Ok(number as u16);
    }
    if query.flags.contains(AiFlags::NUMERICSERV) {
        return Err(Eai::NONAME);
    }
    SERVICES.iter().find(|(name, _)| *name == service).map(|(_, port)| *port).ok_or(Eai::SERVICE)
}
