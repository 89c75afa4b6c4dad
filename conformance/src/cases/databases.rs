//! The databases of `netdb.h`: hosts, services, protocols; and the names of interfaces and of the machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{Eai, Errno, HErrno, Net, Protocol, getfqdn, gethostbyaddr, gethostbyname};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, fails, fails_to_resolve, holds, same},
};

cases! { databases:
    gethostbyname_gives_one_address once
        "gethostbyname gives the first IPv4 address: of a name, of an address in text, 0.0.0.0 of '', 255.255.255.255 of <broadcast>"
        from "gethostbyname(3); Python, socket families: host";
    gethostbyname_knows_no_ipv6 once
        "An IPv6 address in text has no IPv4 address: EAI_ADDRFAMILY"
        from "Python, socket.gethostbyname; getaddrinfo(3)";
    gethostbyname_ex_tells_all once
        "An address in text is its own name and address; localhost is a name of 127.0.0.1"
        from "gethostbyname(3)";
    an_address_of_ipv6_is_no_host once
        "gethostbyname looks IPv4 up only: an IPv6 address in text is HOST_NOT_FOUND"
        from "gethostbyname(3); h_errno";
    gethostbyaddr_names_loopback once
        "127.0.0.1 is named, given as text, as a number or by a name of it; the addresses have it"
        from "gethostbyaddr(3)";
    getfqdn_has_a_dot_or_the_name once
        "The full name of nobody is the machine's, and never empty; one that is not found is given back"
        from "Python, socket.getfqdn";
    services_by_name_and_port once
        "http is port 80 of tcp, and port 80 is http; a protocol may be left out, and must fit"
        from "getservbyname(3), getservbyport(3); services(5)";
    unknown_services once
        "What has no entry is not found, which is no errno"
        from "getservbyname(3), getservbyport(3); Python, socket.getservbyname";
    protocols_by_name once
        "icmp, tcp and udp are 1, 6 and 17, in capitals too; what has no entry is not found"
        from "getprotobyname(3); protocols(5)";
    interfaces_by_name_and_number once
        "Each interface of if_nameindex is found by its name and by its number"
        from "if_nameindex(3), if_nametoindex(3)";
    unknown_interfaces once
        "No interface of that name is ENODEV; none of that number, ENXIO"
        from "if_nametoindex(3)";
    sethostname_has_a_limit once
        "A name of 65 bytes is EINVAL; the machine's own can be set, and is then read"
        from "sethostname(2); __NEW_UTS_LEN";
}

fn gethostbyname_gives_one_address<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for (name, ip) in [
        ("localhost", Ipv4Addr::LOCALHOST),
        ("192.0.2.1", Ipv4Addr::new(192, 0, 2, 1)),
        ("", Ipv4Addr::UNSPECIFIED),
        ("<broadcast>", Ipv4Addr::BROADCAST),
    ] {
        same(name, gethostbyname(host, name)?, ip)?;
    }
    Ok(())
}

fn gethostbyname_knows_no_ipv6<B: Bed>(bed: &B) -> Outcome {
    fails_to_resolve(gethostbyname(bed.near().host, "2001:db8::1"), Eai::ADDRFAMILY)
}

fn gethostbyname_ex_tells_all<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let found = host.gethostbyname_ex("192.0.2.1")?;
    same("name", &*found.name, "192.0.2.1")?;
    same("aliases", found.aliases, Vec::new())?;
    same("addresses", found.addrs, vec![IpAddr::from([192, 0, 2, 1])])?;
    let found = host.gethostbyname_ex("localhost")?;
    holds(
        "localhost is the name or an alias",
        found.name == "localhost" || found.aliases.contains(&"localhost".to_owned()),
    )?;
    same("addresses", found.addrs, vec![Ipv4Addr::LOCALHOST.into()])
}

fn an_address_of_ipv6_is_no_host<B: Bed>(bed: &B) -> Outcome {
    match bed.near().host.gethostbyname_ex("::1") {
        Err(error) => same("h_errno", error.h_errno(), Some(HErrno::HOST_NOT_FOUND)),
        Ok(found) => Err(Stop::Failed(format!("expected HOST_NOT_FOUND, got {found:?}"))),
    }
}

fn gethostbyaddr_names_loopback<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
    let found = host.gethostbyaddr(loopback)?;
    holds("it has a name", !found.name.is_empty())?;
    same("addresses", &found.addrs, &vec![loopback])?;
    same("by text", gethostbyaddr(host, "127.0.0.1")?, found)?;
    let by_name = gethostbyaddr(host, "localhost")?;
    holds("by a name", by_name.addrs.iter().all(|ip| [loopback, Ipv6Addr::LOCALHOST.into()].contains(ip)))
}

fn getfqdn_has_a_dot_or_the_name<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let own = getfqdn(host, "")?;
    holds("the machine has a full name", !own.is_empty())?;
    same("of the wildcard", getfqdn(host, "0.0.0.0")?, own)?;
    same("of loopback", getfqdn(host, "127.0.0.1")?.is_empty(), false)
}

fn services_by_name_and_port<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::ServiceNames)?;
    let host = bed.near().host;
    for protocol in [Some("tcp"), None] {
        same("getservbyname", host.getservbyname("http", protocol)?, 80)?;
        same("getservbyport", &*host.getservbyport(80, protocol)?, "http")?;
    }
    same("getservbyname", host.getservbyname("domain", Some("udp"))?, 53)?;
    same("getservbyport", &*host.getservbyport(53, Some("udp"))?, "domain")?;
    holds("http is not of udp", host.getservbyname("http", Some("udp")).is_err())
}

fn unknown_services<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let Err(error) = host.getservbyname("no-such-service", None) else { return Err(Stop::failed("it was found")) };
    holds("it is not found", error.is_not_found() && error.errno().is_none())?;
    same("the text", &*error.to_string(), "getservbyname: service/proto not found")?;
    let Err(error) = host.getservbyport(3, Some("no-such-protocol")) else { return Err(Stop::failed("it was found")) };
    same("the text", &*error.to_string(), "getservbyport: port/proto not found")
}

fn protocols_by_name<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::ServiceNames)?;
    let host = bed.near().host;
    for (names, protocol) in
        [(["icmp", "ICMP"], Protocol::ICMP), (["tcp", "TCP"], Protocol::TCP), (["udp", "UDP"], Protocol::UDP)]
    {
        for name in names {
            same(name, host.getprotobyname(name)?, protocol)?;
        }
    }
    let Err(error) = host.getprotobyname("no-such-protocol") else { return Err(Stop::failed("it was found")) };
    same("the text", &*error.to_string(), "getprotobyname: protocol not found")
}

fn interfaces_by_name_and_number<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for (index, name) in host.if_nameindex()? {
        same(&name, host.if_nametoindex(&name)?, index)?;
        same("if_indextoname", host.if_indextoname(index)?, name)?;
    }
    same("lo", &*host.if_indextoname(1)?, "lo")
}

fn unknown_interfaces<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    fails(host.if_nametoindex("no-such-if"), Errno::ENODEV)?;
    fails(host.if_nametoindex("a-name-of-more-than-fifteen-bytes"), Errno::ENODEV)?;
    fails(host.if_indextoname(0), Errno::ENXIO)?;
    fails(host.if_indextoname(1_000_000), Errno::ENXIO)
}

fn sethostname_has_a_limit<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::NetAdmin)?;
    let host = bed.near().host;
    let name = host.gethostname()?;
    fails(host.sethostname(&"a".repeat(65)), Errno::EINVAL)?;
    host.sethostname(&name)?;
    same("gethostname", host.gethostname()?, name)
}
