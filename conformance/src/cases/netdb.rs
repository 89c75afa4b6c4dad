//! More of the databases of `databases.rs`: what is not found, whole tables of services, services by type, scopes, the byte order.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{
    Addr, AddrQuery, AiFlags, Eai, Family, HErrno, NameFlags, Net, Protocol, SockType, gethostbyname, htonl, htons,
    ntohl, ntohs,
};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, fails_to_resolve, holds, same},
};

cases! { netdb:
    host_in_digits once
        "An address in text is its own answer; gethostbyname_ex keeps the text as the name"
        from "gethostbyname(3): no lookup is performed; glibc __nss_hostname_digits_dots";
    unknown_host once
        "A name that nobody has: HOST_NOT_FOUND, or TRY_AGAIN where no name server answers; EAI_NONAME or EAI_AGAIN from gethostbyname"
        from "gethostbyname(3); RFC 6761 section 6.4: invalid";
    address_without_a_name once
        "An address that nobody has: HOST_NOT_FOUND, or TRY_AGAIN where no name server answers"
        from "gethostbyaddr(3)";
    services_by_name once
        "A service has a port, under its other names too, for its protocols only; names are compared letter for letter"
        from "getservbyname(3); services(5)";
    services_by_port once
        "A port has a service, for its protocols only; of several without a protocol, the first of the table"
        from "getservbyport(3); services(5)";
    services_and_types once
        "getaddrinfo of a service by name answers for the types that have it: EAI_SERVICE for the others, and for raw sockets always"
        from "glibc gaih_inet_typeproto: GAI_PROTO_NOSERVICE";
    service_names_of_an_address once
        "getnameinfo tells the service of a stream, or with NI_DGRAM of a datagram"
        from "getnameinfo(3) NI_DGRAM";
    scopes once
        "A scope in text may be an interface's name; it is no part of the address's text, but getnameinfo shows it: by name for link-local addresses, in digits for others"
        from "RFC 4007 section 11; getnameinfo(3); Python since 3.7";
    byte_order once
        "The network's byte order is most significant first; there and back is nothing"
        from "byteorder(3)";
}

fn digits(bytes: [u8; 4]) -> Ipv4Addr {
    Ipv4Addr::from(bytes)
}

fn host_in_digits<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for (text, ip) in
        [("192.0.2.7", digits([192, 0, 2, 7])), ("127.1", digits([127, 0, 0, 1])), ("1.2.3", digits([1, 2, 0, 3]))]
    {
        same(text, gethostbyname(host, text)?, ip)?;
        let entry = host.gethostbyname_ex(text)?;
        same("the name", entry.name, text.to_owned())?;
        same("the aliases", entry.aliases, Vec::new())?;
        same("the addresses", entry.addrs, vec![IpAddr::V4(ip)])?;
    }
    Ok(())
}

#[track_caller]
fn fails_as<T: std::fmt::Debug>(result: wavetank_api::Result<T>, permitted: &[HErrno]) -> Outcome {
    match result {
        Err(error) if error.h_errno().is_some_and(|h_errno| permitted.contains(&h_errno)) => Ok(()),
        other => Err(Stop::failed(&format!("expected one of {permitted:?}, got {other:?}"))),
    }
}

const NOBODY: &[HErrno] = &[HErrno::HOST_NOT_FOUND, HErrno::TRY_AGAIN];

fn unknown_host<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for name in ["nobody.invalid", "with a space", "0x7f.1", "300.1.1.1", "nul\0inside"] {
        fails_as(host.gethostbyname_ex(name), NOBODY)?;
    }
    let eai = gethostbyname(host, "nobody.invalid").err().and_then(|error| error.eai());
    holds("gethostbyname says EAI_NONAME or EAI_AGAIN", matches!(eai, Some(Eai::NONAME | Eai::AGAIN)))
}

fn address_without_a_name<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for ip in [IpAddr::from(digits([192, 0, 2, 200])), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xdead).into()] {
        fails_as(host.gethostbyaddr(ip), NOBODY)?;
    }
    Ok(())
}

#[track_caller]
fn not_found<T: std::fmt::Debug>(result: wavetank_api::Result<T>, text: &str) -> Outcome {
    match result {
        Err(error) if error.is_not_found() && error.errno().is_none() => {
            same("the text", error.to_string(), text.to_owned())
        }
        other => Err(Stop::failed(&format!("expected that nothing is found, got {other:?}"))),
    }
}

fn services_by_name<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::ServiceNames)?;
    let host = bed.near().host;
    let rows = [
        ("http", None, 80),
        ("http", Some("tcp"), 80),
        ("www", Some("tcp"), 80),
        ("domain", Some("udp"), 53),
        ("echo", None, 7),
        ("syslog", None, 514),
        ("shell", Some("tcp"), 514),
    ];
    for (service, protocol, port) in rows {
        same(service, host.getservbyname(service, protocol)?, port)?;
    }
    let unknown = [
        ("http", Some("nonsense")),
        ("HTTP", None),
        ("80", None),
        ("", None),
        ("no such service", None),
        ("a\0b", None),
    ];
    for (service, protocol) in unknown {
        not_found(host.getservbyname(service, protocol), "getservbyname: service/proto not found")?;
    }
    Ok(())
}

fn services_by_port<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::ServiceNames)?;
    let host = bed.near().host;
    let rows =
        [(80, None, "http"), (53, Some("udp"), "domain"), (514, Some("tcp"), "shell"), (514, Some("udp"), "syslog")];
    for (port, protocol, service) in rows {
        same("the service", host.getservbyport(port, protocol)?, service.to_owned())?;
    }
    for (port, protocol) in [(80, Some("nonsense")), (0, None), (65_535, None)] {
        not_found(host.getservbyport(port, protocol), "getservbyport: port/proto not found")?;
    }
    Ok(())
}

fn services_and_types<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::ServiceNames)?;
    let ask = |service, kind, protocol| {
        let query =
            AddrQuery { host: Some("192.0.2.1"), service: Some(service), kind, protocol, ..AddrQuery::default() };
        let found = bed.near().host.getaddrinfo(&query)?;
        let row = |info: &wavetank_api::AddrInfo| (info.kind, info.protocol, info.addr.port());
        Ok::<_, wavetank_api::Error>(found.iter().map(row).collect::<Vec<_>>())
    };
    let (any, unsaid) = (SockType::ANY, Protocol::DEFAULT);
    let stream = |port| (SockType::STREAM, Protocol::TCP, Some(port));
    let datagram = |port| (SockType::DGRAM, Protocol::UDP, Some(port));
    same("domain", ask("domain", any, unsaid)?, vec![stream(53), datagram(53)])?;
    same("www", ask("www", any, unsaid)?, vec![stream(80)])?;
    same("ntp", ask("ntp", any, unsaid)?, vec![datagram(123)])?;
    same("80 over SCTP", ask("80", any, Protocol::SCTP)?, vec![(SockType::STREAM, Protocol::SCTP, Some(80))])?;
    for (service, kind, protocol) in [
        ("http", SockType::DGRAM, unsaid),
        ("ntp", any, Protocol::TCP),
        ("80", SockType::RAW, unsaid),
        ("http", SockType::RAW, unsaid),
        ("80", any, Protocol::ICMP),
    ] {
        fails_to_resolve(ask(service, kind, protocol), Eai::SERVICE)?;
    }
    fails_to_resolve(ask("80", SockType::STREAM, Protocol::UDP), Eai::SOCKTYPE)
}

fn service_names_of_an_address<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::ServiceNames)?;
    let host = bed.near().host;
    let addr = Addr::from((digits([192, 0, 2, 1]), 514));
    let service = |flags| host.getnameinfo(&addr, flags | NameFlags::NUMERICHOST).map(|(_, service)| service);
    same("a stream's", service(NameFlags::empty())?, "shell".to_owned())?;
    same("a datagram's", service(NameFlags::DGRAM)?, "syslog".to_owned())?;
    same("in digits", service(NameFlags::NUMERICSERV)?, "514".to_owned())
}

fn scopes<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for (text, shown) in [("fe80::7", "fe80::7%lo"), ("ff02::7", "ff02::7%lo"), ("ff05::7", "ff05::7%1")] {
        let scoped = if shown.ends_with("%lo") { format!("{text}%lo") } else { format!("{text}%1") };
        let query = AddrQuery {
            host: Some(&scoped),
            family: Family::INET6,
            kind: SockType::DGRAM,
            flags: AiFlags::NUMERICHOST,
            ..AddrQuery::default()
        };
        let found = host.getaddrinfo(&query)?;
        let [info] = &found[..] else { return Err(Stop::failed("expected one address")) };
        let Addr::V6(addr) = &info.addr else { return Err(Stop::failed("expected an IPv6 address")) };
        same("the scope", addr.scope_id(), 1)?;
        same("the address", addr.ip().to_string(), text.to_owned())?;
        let (name, _) = host.getnameinfo(&info.addr, NameFlags::NUMERICHOST | NameFlags::NUMERICSERV)?;
        same("getnameinfo", name, shown.to_owned())?;
    }
    let nowhere = AddrQuery { host: Some("fe80::7%nosuch"), kind: SockType::DGRAM, ..AddrQuery::default() };
    fails_to_resolve(host.getaddrinfo(&nowhere), Eai::NONAME)
}

fn byte_order<B: Bed>(_: &B) -> Outcome {
    same("htonl", htonl(0x0102_0304).to_ne_bytes(), [1, 2, 3, 4])?;
    same("htons", htons(0x0102).to_ne_bytes(), [1, 2])?;
    same("ntohl", ntohl(htonl(0xdead_beef)), 0xdead_beef)?;
    same("ntohs", ntohs(htons(0xbeef)), 0xbeef)
}
