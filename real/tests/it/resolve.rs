//! `getaddrinfo` and `getnameinfo` of the C library, and the names of the machine.

use proptest::prelude::*;
use wavetank_api::{
    Addr, AddrQuery, AiFlags, Eai, Errno, Family, NameFlags, Net, Protocol, SockType, ToAddrs, inet_aton,
};

use crate::{loopback, this};

fn numeric(host: &str) -> AddrQuery<'_> {
    AddrQuery { host: Some(host), flags: AiFlags::NUMERICHOST, ..AddrQuery::default() }
}

#[test]
fn an_address_has_an_entry_for_each_type() {
    let found = this().getaddrinfo(&AddrQuery { service: Some("80"), ..numeric("127.0.0.1") }).unwrap();
    let rows: Vec<_> = found.iter().map(|info| (info.kind, info.protocol, &info.addr)).collect();
    let addr = loopback(80);
    assert_eq!(
        rows,
        [
            (SockType::STREAM, Protocol::TCP, &addr),
            (SockType::DGRAM, Protocol::UDP, &addr),
            (SockType::RAW, Protocol::IP, &addr),
        ]
    );
}

#[test]
fn hints_narrow_the_answer() {
    let query =
        AddrQuery { kind: SockType::DGRAM, flags: AiFlags::PASSIVE, service: Some("7"), ..AddrQuery::default() };
    let found = this().getaddrinfo(&AddrQuery { family: Family::INET, ..query }).unwrap();
    assert_eq!(found.iter().map(|info| info.addr.to_string()).collect::<Vec<_>>(), ["0.0.0.0:7"]);
    let found = this().getaddrinfo(&AddrQuery { family: Family::INET6, ..query }).unwrap();
    assert_eq!(found.iter().map(|info| info.addr.to_string()).collect::<Vec<_>>(), ["[::]:7"]);
}

#[test]
fn the_canonical_name_comes_with_the_first() {
    let query = AddrQuery { kind: SockType::STREAM, ..numeric("127.0.0.1") };
    let found = this().getaddrinfo(&AddrQuery { flags: query.flags | AiFlags::CANONNAME, ..query }).unwrap();
    assert_eq!(found[0].canonname.as_deref(), Some("127.0.0.1"));
    assert_eq!(this().getaddrinfo(&query).unwrap()[0].canonname, None);
}

#[test]
fn errors_have_their_numbers() {
    let fails = |query| this().getaddrinfo(&query).unwrap_err();
    assert_eq!(fails(numeric("localhost")), Eai::NONAME);
    assert_eq!(fails(AddrQuery::default()), Eai::NONAME);
    assert_eq!(fails(AddrQuery { family: Family::from_raw(99), ..numeric("::1") }), Eai::FAMILY);
    assert_eq!(fails(AddrQuery { family: Family::INET, ..numeric("::1") }), Eai::ADDRFAMILY);
    assert_eq!(fails(AddrQuery { kind: SockType::from_raw(99), ..numeric("::1") }), Eai::SOCKTYPE);
    assert_eq!(fails(AddrQuery { service: Some("nonsense"), ..numeric("::1") }), Eai::SERVICE);
    assert_eq!(fails(AddrQuery { flags: AiFlags::from_bits_retain(1 << 30), ..numeric("::1") }), Eai::BADFLAGS);
    assert_eq!(fails(numeric("a\0b")), Eai::NONAME);
}

#[test]
fn names_of_addresses() {
    let flags = NameFlags::NUMERICHOST | NameFlags::NUMERICSERV;
    let name = |addr: Addr| this().getnameinfo(&addr, flags);
    assert_eq!(name(loopback(80)).unwrap(), ("127.0.0.1".to_owned(), "80".to_owned()));
    assert_eq!(name("[fe80::1%1]:80".parse().unwrap()).unwrap().0, "fe80::1%lo");
    assert_eq!(name(Addr::Unspec).unwrap_err(), Eai::FAMILY);
}

#[test]
fn names_of_the_machine() {
    let name = this().gethostname().unwrap();
    assert_eq!(std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap().trim_end(), name);
    assert!(this().if_nameindex().unwrap().contains(&(1, "lo".to_owned())));
}

#[test]
fn a_name_too_long_for_the_machine() {
    // Without the privilege the check for it comes first.
    let errno = this().sethostname(&"x".repeat(65)).unwrap_err().errno().unwrap();
    assert!([Errno::EINVAL, Errno::EPERM].contains(&errno), "{errno}");
}

#[test]
fn a_scope_by_name_with_a_port() {
    let addrs = |text: &str| text.to_addrs(&this()).map_err(|error| error.eai());
    assert_eq!(addrs("[fe80::1%lo]:80").unwrap(), ["[fe80::1%1]:80".parse::<Addr>().unwrap()]);
    assert_eq!(addrs("[fe80::1%nosuch]:80").unwrap_err(), Some(Eai::NONAME));
    assert_eq!(addrs("[::1]:http").unwrap_err(), None);
}

proptest! {
    /// glibc reads a numeric IPv4 host by `inet_aton` and nothing after it.
    #[test]
    fn inet_aton_reads_what_the_c_library_reads(text in "(0|0x|0X)?[0-9a-f]{0,4}(\\.(0|0x)?[0-9a-f]{0,9}){0,4}") {
        let query = AddrQuery { family: Family::INET, kind: SockType::STREAM, ..numeric(&text) };
        let theirs = this().getaddrinfo(&query).ok().and_then(|found| found[0].addr.ip());
        prop_assert_eq!(inet_aton(&text).ok().map(std::net::IpAddr::V4), theirs, "{:?}", text);
    }
}
