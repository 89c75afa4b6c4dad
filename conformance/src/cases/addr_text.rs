//! Addresses in text through the calls that take them: what the parsers of `wavetank_api` promise is what both worlds do. Ten million more:
//! `fuzz/checks/src/bin/addr.rs`.

use std::net::IpAddr;

use wavetank_api::{
    Addr, AddrParseError, AddrQuery, AiFlags, Eai, Errno, Family, NameFlags, Net, SockType, inet_aton, inet_ntoa,
    inet_ntop, inet_pton, numeric_host,
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, same},
};

cases! { addr_text:
    hosts_in_numbers once
        "A host in numbers is read as by inet_aton with nothing behind it, or as by inet_pton with a scope"
        from "getaddrinfo(3) AI_NUMERICHOST; glibc gaih_inet, __inet6_scopeid_pton";
    services_in_numbers once
        "A service in numbers is read as by strtoul: white space and a sign before it, no end of zeros; the port is its lower 16 bits, and a negative int is a name"
        from "getaddrinfo(3) AI_NUMERICSERV; glibc getaddrinfo";
    stars once
        "A star for a host or a service is none"
        from "glibc getaddrinfo";
    labels_of_interfaces once
        "A colon and what follows it are no part of an interface's name; 16 bytes are too long for one"
        from "netdevice(7); Linux dev_ioctl, IFNAMSIZ";
    written_addresses once
        "getnameinfo writes as inet_ntop does, and inet_pton reads it again; of IPv6 the longest run of zeros is left out, and a carried IPv4 address is a dotted quad"
        from "RFC 5952; glibc inet_ntop";
}

fn hosts_in_numbers<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let unspec = Family::UNSPEC;
    let none = AiFlags::empty();
    let rows = [
        ("127.1", unspec, none, Ok("127.0.0.1:0")),
        ("0x7f.010", unspec, none, Ok("127.0.0.8:0")),
        ("4294967295", unspec, none, Ok("255.255.255.255:0")),
        ("08.0.0.1", unspec, none, Err(Eai::NONAME)),
        ("1.2.3.256", unspec, none, Err(Eai::NONAME)),
        ("1.2.3.4 ", unspec, none, Err(Eai::NONAME)),
        ("1.2.3.4%1", unspec, none, Err(Eai::NONAME)),
        ("1.2.3.4", Family::INET6, none, Err(Eai::ADDRFAMILY)),
        ("1.2.3.4", Family::INET6, AiFlags::V4MAPPED, Ok("[::ffff:1.2.3.4]:0")),
        ("::1", unspec, none, Ok("[::1]:0")),
        ("::1", Family::INET, none, Err(Eai::ADDRFAMILY)),
        ("::ffff:1.2.3.4", Family::INET, none, Ok("1.2.3.4:0")),
        ("1:2:3:4:5:6:7::", unspec, none, Ok("[1:2:3:4:5:6:7:0]:0")),
        ("1:2:3:4::5:6:7:8", unspec, none, Err(Eai::NONAME)),
        ("::01.2.3.4", unspec, none, Err(Eai::NONAME)),
        ("[::1]", unspec, none, Err(Eai::NONAME)),
        ("fe80::1%lo", unspec, none, Ok("[fe80::1%1]:0")),
        ("fe80::1%lo:label", unspec, none, Ok("[fe80::1%1]:0")),
        ("fe80::1%4294967295", unspec, none, Ok("[fe80::1%4294967295]:0")),
        ("fe80::1%4294967296", unspec, none, Err(Eai::NONAME)),
        ("fe80::1%+1", unspec, none, Err(Eai::NONAME)),
        ("fe80::1%", unspec, none, Err(Eai::NONAME)),
        ("2001:db8::1%lo", unspec, none, Err(Eai::NONAME)),
        ("2001:db8::1%1", unspec, none, Ok("[2001:db8::1%1]:0")),
        ("::ffff:254.128.0.1%lo", Family::INET, none, Ok("254.128.0.1:0")),
        ("<broadcast>", unspec, none, Err(Eai::NONAME)),
        ("", unspec, none, Err(Eai::NONAME)),
    ];
    for (text, family, flags, expected) in rows {
        let ours = numeric_host(text, family, flags, |name| host.if_nametoindex(str::from_utf8(name).ok()?).ok());
        let ours = ours.and_then(|addr| addr.ok_or(Eai::NONAME)).map(|addr| addr.to_string());
        same(text, ours, expected.map(str::to_owned))?;
        let flags = flags | AiFlags::NUMERICHOST;
        let query = AddrQuery { host: Some(text), family, flags, kind: SockType::STREAM, ..AddrQuery::default() };
        same(text, addrs(host, &query), expected.map(|addr| vec![addr.to_owned()]))?;
    }
    Ok(())
}

/// The addresses in text, or the resolver's number.
fn addrs<N: Net>(net: &N, query: &AddrQuery<'_>) -> Result<Vec<String>, Eai> {
    let found = net.getaddrinfo(query).map_err(|error| error.eai().unwrap_or(Eai::SYSTEM))?;
    Ok(found.into_iter().map(|info| info.addr.to_string()).collect())
}

fn services_in_numbers<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let rows = [
        ("80", Ok(80)),
        ("00000000000000000000080", Ok(80)),
        (" +80", Ok(80)),
        ("\u{b}80", Ok(80)),
        ("-0", Ok(0)),
        ("65536", Ok(0)),
        ("65616", Ok(80)),
        ("2147483647", Ok(65535)),
        ("4294967376", Ok(80)),
        ("-4294967216", Ok(80)),
        ("", Ok(0)),
        ("-1", Err(Eai::SERVICE)),
        ("2147483648", Err(Eai::SERVICE)),
        ("18446744073709551616", Err(Eai::SERVICE)),
        ("80 ", Err(Eai::NONAME)),
        ("0x50", Err(Eai::NONAME)),
        ("+", Err(Eai::NONAME)),
        ("http", Err(Eai::NONAME)),
    ];
    for (text, port) in rows {
        let flags = AiFlags::NUMERICHOST | AiFlags::NUMERICSERV;
        let query = AddrQuery { service: Some(text), flags, kind: SockType::STREAM, ..AddrQuery::default() };
        let query = AddrQuery { host: Some("127.0.0.1"), ..query };
        same(text, addrs(host, &query), port.map(|port| vec![format!("127.0.0.1:{port}")]))?;
    }
    Ok(())
}

fn stars<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let ask = |host: Option<&'static str>, service| AddrQuery {
        host,
        service,
        family: Family::INET,
        kind: SockType::STREAM,
        ..AddrQuery::default()
    };
    let one = |addr: &str| Ok(vec![addr.to_owned()]);
    same("a host", addrs(host, &ask(Some("*"), Some("80"))), one("127.0.0.1:80"))?;
    let passive = AddrQuery { flags: AiFlags::PASSIVE, ..ask(Some("*"), Some("80")) };
    same("a passive host", addrs(host, &passive), one("0.0.0.0:80"))?;
    same("a service", addrs(host, &ask(Some("127.1"), Some("*"))), one("127.0.0.1:0"))?;
    same("both", addrs(host, &ask(Some("*"), Some("*"))), Err(Eai::NONAME))?;
    same("a host alone", addrs(host, &ask(Some("*"), None)), Err(Eai::NONAME))
}

fn labels_of_interfaces<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for name in ["lo", "lo:", "lo:1", "lo:aaaaaaaaaaaa"] {
        same(name, host.if_nametoindex(name)?, 1)?;
    }
    for name in ["lo:aaaaaaaaaaaaa", ":lo", "", "LO", "lo ", "lo\0", "1"] {
        fails(host.if_nametoindex(name), Errno::ENODEV)?;
    }
    Ok(())
}

fn written_addresses<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let written = |addr: &Addr| {
        let flags = NameFlags::NUMERICHOST | NameFlags::NUMERICSERV;
        host.getnameinfo(addr, flags).map(|(name, _)| name)
    };
    let rows = [
        "::",
        "::1",
        "::1.2.3.4",
        "::0.1.0.0",
        "::ffff:1.2.3.4",
        "::ffff:0:102:304",
        "1:0:0:2::3",
        "1::2:0:0:3:4",
        "1:0:2:0:3:0:4:0",
    ];
    for text in rows {
        let IpAddr::V6(ip) = read(inet_pton(Family::INET6, text))? else { return Err(Stop::failed("expected IPv6")) };
        same("inet_ntop", read(inet_ntop(Family::INET6, &ip.octets()))?, text.to_owned())?;
        same("getnameinfo", written(&Addr::from((ip, 80)))?, text.to_owned())?;
    }
    for text in ["0.0.0.0", "127.0.0.1", "10.20.30.40", "255.255.255.255"] {
        let ip = read(inet_aton(text))?;
        same("inet_pton", read(inet_pton(Family::INET, text))?, IpAddr::V4(ip))?;
        same("inet_ntop", read(inet_ntop(Family::INET, &ip.octets()))?, text.to_owned())?;
        same("inet_ntoa", inet_ntoa(ip), text.to_owned())?;
        same("getnameinfo", written(&Addr::from((ip, 80)))?, text.to_owned())?;
    }
    Ok(())
}

/// What a parser refuses is an error of the case.
fn read<T>(read: Result<T, AddrParseError>) -> wavetank_api::Result<T> {
    Ok(read?)
}
