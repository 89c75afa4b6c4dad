//! getaddrinfo and getnameinfo, as far as no name server is needed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{Addr, AddrInfo, AddrQuery, AiFlags, Eai, Family, NameFlags, Net, Protocol, SockType};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, fails_to_resolve, holds, same},
};

cases! { resolve:
    neither_host_nor_service once
        "Neither a host nor a service: EAI_NONAME"
        from "getaddrinfo(3)";
    numeric_address once
        "An address in text is found without asking anybody, with the port in text"
        from "getaddrinfo(3); RFC 3493 section 6.1";
    one_answer_for_each_type once
        "Without a type there is an answer for stream, datagram and raw, in this order"
        from "glibc gaih_inet_typeproto";
    type_and_protocol_choose once
        "A type or a protocol leaves only its own answers, with the protocol filled in"
        from "getaddrinfo(3)";
    type_and_protocol_that_do_not_fit once
        "A type and a protocol that do not belong together: EAI_SOCKTYPE"
        from "glibc getaddrinfo";
    no_host_is_loopback once
        "Without a host: loopback of each family, IPv6 first"
        from "getaddrinfo(3); RFC 6724";
    no_host_passive_is_the_wildcard once
        "Without a host, with AI_PASSIVE: the wildcard of each family, IPv4 first"
        from "getaddrinfo(3) AI_PASSIVE; glibc";
    localhost once
        "localhost is a loopback address"
        from "RFC 6761 section 6.3";
    name_that_must_be_numeric once
        "With AI_NUMERICHOST a name is EAI_NONAME"
        from "getaddrinfo(3) AI_NUMERICHOST";
    service_that_must_be_numeric once
        "With AI_NUMERICSERV a service's name is EAI_NONAME"
        from "getaddrinfo(3) AI_NUMERICSERV";
    unknown_service once
        "A service that nobody knows: EAI_SERVICE"
        from "getaddrinfo(3)";
    known_service once
        "A service by its name is its port"
        from "services(5)";
    unknown_family once
        "A family other than IPv4 and IPv6: EAI_FAMILY"
        from "getaddrinfo(3)";
    unknown_type once
        "A type that no protocol has: EAI_SOCKTYPE"
        from "getaddrinfo(3)";
    unknown_flag once
        "A flag that does not exist, or AI_CANONNAME without a host: EAI_BADFLAGS"
        from "getaddrinfo(3)";
    address_of_the_other_family once
        "An IPv4 address in text where IPv6 is asked for, or the other way round: EAI_ADDRFAMILY"
        from "glibc gaih_inet";
    mapped_on_demand once
        "With AI_V4MAPPED an IPv4 address where IPv6 is asked for is answered mapped"
        from "getaddrinfo(3) AI_V4MAPPED";
    canonical_name once
        "AI_CANONNAME puts the name into the first answer, and no other"
        from "getaddrinfo(3) AI_CANONNAME";
    old_spellings_of_ipv4 once
        "Octal, hexadecimal and short forms of IPv4 addresses are understood"
        from "inet_aton(3), which getaddrinfo uses";
    numbers_of_an_address once
        "getnameinfo with NI_NUMERICHOST and NI_NUMERICSERV turns an address into text"
        from "getnameinfo(3)";
    name_of_a_unix_address once
        "getnameinfo of an address without a family it knows: EAI_FAMILY"
        from "getnameinfo(3)";
}

fn ask<B: Bed>(bed: &B, query: AddrQuery<'_>) -> wavetank_api::Result<Vec<AddrInfo>> {
    bed.near().host.getaddrinfo(&query)
}

const STREAM: AddrQuery<'static> = AddrQuery {
    host: None,
    service: None,
    family: Family::UNSPEC,
    kind: SockType::STREAM,
    protocol: Protocol::DEFAULT,
    flags: AiFlags::empty(),
};

fn addrs(found: &[AddrInfo]) -> Vec<Addr> {
    found.iter().map(|info| info.addr.clone()).collect()
}

const V4: Addr = Addr::v4(Ipv4Addr::new(192, 0, 2, 1), 80);
const V6: Addr = Addr::v6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 80);

fn neither_host_nor_service<B: Bed>(bed: &B) -> Outcome {
    fails_to_resolve(ask(bed, STREAM), Eai::NONAME)?;
    fails_to_resolve(ask(bed, AddrQuery { flags: AiFlags::PASSIVE, ..STREAM }), Eai::NONAME)
}

fn numeric_address<B: Bed>(bed: &B) -> Outcome {
    for (host, addr) in [("192.0.2.1", V4), ("2001:db8::1", V6)] {
        for flags in [AiFlags::empty(), AiFlags::NUMERICHOST | AiFlags::NUMERICSERV, AiFlags::PASSIVE] {
            let found = ask(bed, AddrQuery { host: Some(host), service: Some("80"), flags, ..STREAM })?;
            let expected = AddrInfo {
                family: addr.family(),
                kind: SockType::STREAM,
                protocol: Protocol::TCP,
                canonname: None,
                addr: addr.clone(),
            };
            same("getaddrinfo", found, vec![expected])?;
        }
    }
    let found = ask(bed, AddrQuery { host: Some("192.0.2.1"), ..STREAM })?;
    same("without a service", addrs(&found), vec![V4.with_port(0)])
}

fn kinds(found: &[AddrInfo]) -> Vec<(SockType, Protocol)> {
    found.iter().map(|info| (info.kind, info.protocol)).collect()
}

fn one_answer_for_each_type<B: Bed>(bed: &B) -> Outcome {
    let found = ask(bed, AddrQuery { host: Some("192.0.2.1"), service: Some("80"), ..AddrQuery::default() })?;
    let all = [(SockType::STREAM, Protocol::TCP), (SockType::DGRAM, Protocol::UDP), (SockType::RAW, Protocol::IP)];
    same("types and protocols", kinds(&found), all.to_vec())?;
    same("addresses", addrs(&found), vec![V4, V4, V4])
}

fn type_and_protocol_choose<B: Bed>(bed: &B) -> Outcome {
    let query = AddrQuery { host: Some("192.0.2.1"), ..AddrQuery::default() };
    let rows = [
        (SockType::DGRAM, Protocol::DEFAULT, (SockType::DGRAM, Protocol::UDP)),
        (SockType::STREAM, Protocol::TCP, (SockType::STREAM, Protocol::TCP)),
        (SockType::RAW, Protocol::DEFAULT, (SockType::RAW, Protocol::IP)),
    ];
    for (kind, protocol, expected) in rows {
        same("getaddrinfo", kinds(&ask(bed, AddrQuery { kind, protocol, ..query })?), vec![expected])?;
    }
    let tcp = kinds(&ask(bed, AddrQuery { protocol: Protocol::TCP, ..query })?);
    same("for a protocol alone", tcp, vec![(SockType::STREAM, Protocol::TCP)])
}

fn type_and_protocol_that_do_not_fit<B: Bed>(bed: &B) -> Outcome {
    let query = AddrQuery { host: Some("192.0.2.1"), protocol: Protocol::UDP, ..STREAM };
    fails_to_resolve(ask(bed, query), Eai::SOCKTYPE)
}

fn no_host_is_loopback<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let found = ask(bed, AddrQuery { service: Some("80"), ..STREAM })?;
    same("addresses", addrs(&found), vec![Addr::v6(Ipv6Addr::LOCALHOST, 80), Addr::v4(Ipv4Addr::LOCALHOST, 80)])?;
    let found = ask(bed, AddrQuery { service: Some("80"), family: Family::INET, ..STREAM })?;
    same("of IPv4", addrs(&found), vec![Addr::v4(Ipv4Addr::LOCALHOST, 80)])
}

fn no_host_passive_is_the_wildcard<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let found = ask(bed, AddrQuery { service: Some("80"), flags: AiFlags::PASSIVE, ..STREAM })?;
    same("addresses", addrs(&found), vec![Addr::ANY_V4.with_port(80), Addr::ANY_V6.with_port(80)])?;
    let found = ask(bed, AddrQuery { service: Some("80"), flags: AiFlags::PASSIVE, family: Family::INET6, ..STREAM })?;
    same("of IPv6", addrs(&found), vec![Addr::ANY_V6.with_port(80)])
}

fn localhost<B: Bed>(bed: &B) -> Outcome {
    let found = ask(bed, AddrQuery { host: Some("localhost"), service: Some("80"), ..STREAM })?;
    holds("there is an answer", !found.is_empty())?;
    holds("all are loopback", found.iter().all(|info| info.addr.ip().is_some_and(|ip| ip.is_loopback())))?;
    let v4 = ask(bed, AddrQuery { host: Some("localhost"), family: Family::INET, ..STREAM })?;
    same("of IPv4", addrs(&v4), vec![Addr::v4(Ipv4Addr::LOCALHOST, 0)])
}

fn name_that_must_be_numeric<B: Bed>(bed: &B) -> Outcome {
    let query = AddrQuery { host: Some("localhost"), flags: AiFlags::NUMERICHOST, ..STREAM };
    fails_to_resolve(ask(bed, query), Eai::NONAME)
}

fn service_that_must_be_numeric<B: Bed>(bed: &B) -> Outcome {
    let query = AddrQuery { host: Some("192.0.2.1"), service: Some("http"), flags: AiFlags::NUMERICSERV, ..STREAM };
    fails_to_resolve(ask(bed, query), Eai::NONAME)
}

fn unknown_service<B: Bed>(bed: &B) -> Outcome {
    let query = AddrQuery { host: Some("192.0.2.1"), service: Some("no-such-service"), ..STREAM };
    fails_to_resolve(ask(bed, query), Eai::SERVICE)
}

fn known_service<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::ServiceNames)?;
    let found = ask(bed, AddrQuery { host: Some("192.0.2.1"), service: Some("http"), ..STREAM })?;
    same("addresses", addrs(&found), vec![V4])?;
    let named = bed.near().host.getnameinfo(&V4, NameFlags::NUMERICHOST)?;
    same("getnameinfo", named, ("192.0.2.1".to_owned(), "http".to_owned()))
}

fn unknown_family<B: Bed>(bed: &B) -> Outcome {
    for family in [Family::UNIX, Family::from_raw(99)] {
        fails_to_resolve(ask(bed, AddrQuery { host: Some("192.0.2.1"), family, ..STREAM }), Eai::FAMILY)?;
    }
    Ok(())
}

fn unknown_type<B: Bed>(bed: &B) -> Outcome {
    let query = AddrQuery { host: Some("192.0.2.1"), kind: SockType::from_raw(77), ..STREAM };
    fails_to_resolve(ask(bed, query), Eai::SOCKTYPE)
}

fn unknown_flag<B: Bed>(bed: &B) -> Outcome {
    let flags = AiFlags::from_bits_retain(0x10_0000);
    fails_to_resolve(ask(bed, AddrQuery { host: Some("192.0.2.1"), flags, ..STREAM }), Eai::BADFLAGS)?;
    let query = AddrQuery { service: Some("80"), flags: AiFlags::CANONNAME, ..STREAM };
    fails_to_resolve(ask(bed, query), Eai::BADFLAGS)
}

fn address_of_the_other_family<B: Bed>(bed: &B) -> Outcome {
    for (host, family) in [("192.0.2.1", Family::INET6), ("2001:db8::1", Family::INET)] {
        fails_to_resolve(ask(bed, AddrQuery { host: Some(host), family, ..STREAM }), Eai::ADDRFAMILY)?;
    }
    Ok(())
}

fn mapped_on_demand<B: Bed>(bed: &B) -> Outcome {
    let query = AddrQuery { host: Some("192.0.2.1"), family: Family::INET6, flags: AiFlags::V4MAPPED, ..STREAM };
    let mapped = Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped();
    same("addresses", addrs(&ask(bed, query)?), vec![Addr::v6(mapped, 0)])
}

fn canonical_name<B: Bed>(bed: &B) -> Outcome {
    let query = AddrQuery { host: Some("192.0.2.1"), flags: AiFlags::CANONNAME, ..AddrQuery::default() };
    let names: Vec<_> = ask(bed, query)?.into_iter().map(|info| info.canonname).collect();
    same("names", names, vec![Some("192.0.2.1".to_owned()), None, None])
}

fn old_spellings_of_ipv4<B: Bed>(bed: &B) -> Outcome {
    for (host, ip) in [("127.1", [127, 0, 0, 1]), ("0x7f.0.0.010", [127, 0, 0, 8]), ("3221225985", [192, 0, 2, 1])] {
        let found = ask(bed, AddrQuery { host: Some(host), ..STREAM })?;
        same(host, addrs(&found), vec![Addr::from((IpAddr::from(ip), 0))])?;
    }
    Ok(())
}

fn numbers_of_an_address<B: Bed>(bed: &B) -> Outcome {
    let flags = NameFlags::NUMERICHOST | NameFlags::NUMERICSERV;
    for (addr, host) in [(V4, "192.0.2.1"), (V6, "2001:db8::1")] {
        let found = bed.near().host.getnameinfo(&addr, flags)?;
        same("getnameinfo", found, (host.to_owned(), "80".to_owned()))?;
    }
    let contradiction = NameFlags::NUMERICHOST | NameFlags::NAMEREQD;
    match bed.near().host.getnameinfo(&V4, contradiction) {
        Err(error) if error == Eai::NONAME => Ok(()),
        other => Err(Stop::Failed(format!("a number where a name is required: expected EAI_NONAME, got {other:?}"))),
    }
}

fn name_of_a_unix_address<B: Bed>(bed: &B) -> Outcome {
    fails_to_resolve(bed.near().host.getnameinfo(&Addr::Unspec, NameFlags::empty()), Eai::FAMILY)
}
