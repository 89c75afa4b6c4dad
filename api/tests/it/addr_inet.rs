//! The parsers of the C library's names: the edges that were measured on glibc 2.36. Ten million more: `fuzz/`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use wavetank_api::{
    Addr, AiFlags, Eai, Errno, Error, Family, if_lookup_name, inet_aton, inet_ntoa, inet_ntop, inet_pton, numeric_host,
    numeric_service, parse_ip,
};

proptest! {
    #[test]
    fn what_inet_ntop_writes_inet_pton_reads(groups in prop::array::uniform8(prop_oneof![Just(0), Just(0xffff), any::<u16>()])) {
        let ip = Ipv6Addr::from(groups);
        let text = inet_ntop(Family::INET6, &ip.octets()).unwrap();
        prop_assert_eq!(inet_pton(Family::INET6, &text), Ok(IpAddr::V6(ip)));
        prop_assert_eq!(text.parse(), Ok(ip));
        prop_assert_eq!(parse_ip(&text), Some(IpAddr::V6(ip)));
    }

    #[test]
    fn what_inet_ntoa_writes_all_read(octets in any::<[u8; 4]>()) {
        let ip = Ipv4Addr::from(octets);
        let text = inet_ntoa(octets);
        prop_assert_eq!(inet_ntop(Family::INET, &octets), Ok(text.clone()));
        prop_assert_eq!(inet_aton(&text), Ok(ip));
        prop_assert_eq!(inet_pton(Family::INET, &text), Ok(IpAddr::V4(ip)));
        prop_assert_eq!(parse_ip(&text), Some(IpAddr::V4(ip)));
    }

    #[test]
    fn std_reads_ipv6_as_inet_pton_does(text in "[0-9a-fx:.%]{0,24}|(:{0,2}[0-9a-f]{1,5}){0,9}(:{0,2}1\\.2\\.3\\.4)?:{0,2}") {
        prop_assert_eq!(inet_pton(Family::INET6, &text).ok(), text.parse().ok().map(IpAddr::V6), "{:?}", text);
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = (inet_aton(&bytes), parse_ip(&bytes), if_lookup_name(&bytes), numeric_service(&bytes, AiFlags::empty()));
        for family in [Family::UNSPEC, Family::INET, Family::INET6, Family::UNIX] {
            let _ = (inet_pton(family, &bytes), inet_ntop(family, &bytes));
            let _ = numeric_host(&bytes, family, AiFlags::empty(), |_| Some(1));
        }
    }
}

#[test]
fn inet_aton_of_every_kind() {
    let rows = [
        ("0", Some("0.0.0.0")),
        ("00", Some("0.0.0.0")),
        ("4294967295", Some("255.255.255.255")),
        ("4294967296", None),
        ("037777777777", Some("255.255.255.255")),
        ("040000000000", None),
        ("0xffffffff", Some("255.255.255.255")),
        ("0x100000000", None),
        ("18446744073709551616", None),
        ("0x00000000000000000000000000001", Some("0.0.0.1")),
        ("1.16777215", Some("1.255.255.255")),
        ("1.16777216", None),
        ("256.1", None),
        ("1.2.65536", None),
        ("1.2.3.0377", Some("1.2.3.255")),
        ("1.2.3.0400", None),
        ("08", None),
        ("0x", None),
        ("0x 1", None),
        ("0x1g", None),
        ("0b1", None),
        ("1..2", None),
        ("1.", None),
        ("1.2.3.4.", None),
        ("-1", None),
        ("1.-2", None),
        ("1. 2", None),
        ("1 .2", Some("0.0.0.1")),
        ("1.2.3.4\n", Some("1.2.3.4")),
        ("1.2.3.4\x0b\u{e9}", Some("1.2.3.4")),
        ("1.2.3.4\u{a0}", None),
        ("1.2.3.4 \0", None),
        ("\0", None),
    ];
    for (text, ip) in rows {
        assert_eq!(inet_aton(text).ok(), ip.map(|ip| ip.parse().unwrap()), "{text:?}");
    }
    assert_eq!(inet_aton(b"127.1 \xff"), Ok(Ipv4Addr::LOCALHOST));
}

#[test]
fn inet_pton_of_every_kind() {
    for text in [
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.00",
        "1.2.3.256",
        "1.2.3.4 ",
        "1.2.3.4\0",
        "1.2.3.",
        ".1.2.3",
        "",
        "0x1.2.3.4",
    ] {
        assert!(inet_pton(Family::INET, text).is_err(), "{text:?}");
    }
    let wrong = [
        "",
        ":",
        ":::",
        "1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "1:",
        ":1",
        "::1:",
        "1:::2",
        "::12345",
        "::g",
        "::1%1",
        "::1\0",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "::1.2.3",
        "::01.2.3.4",
        "::1.2.3.256",
        "1:2:3:4::5:6:7:8",
        "::1 ",
        "[::1]",
    ];
    for text in wrong {
        assert!(inet_pton(Family::INET6, text).is_err(), "{text:?}");
    }
    let right = [
        ("::", "::"),
        ("::1.2.3.4", "::1.2.3.4"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("ABCD::0ef", "abcd::ef"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:0:0:2:0:0:3:4", "1::2:0:0:3:4"),
        ("::1:0", "::0.1.0.0"),
        ("::ffff:0:0", "::ffff:0.0.0.0"),
        ("0:0:0:0:1:ffff:1:1", "::1:ffff:1:1"),
        ("0:0:0:1::", "0:0:0:1::"),
    ];
    for (text, written) in right {
        let Ok(IpAddr::V6(ip)) = inet_pton(Family::INET6, text) else { panic!("{text:?} was not read") };
        assert_eq!(inet_ntop(Family::INET6, &ip.octets()).unwrap(), written);
    }
    for family in [Family::UNIX, Family::UNSPEC, Family::from_raw(-1)] {
        assert_eq!(Error::from(inet_pton(family, "1.2.3.4").unwrap_err()), Errno::EAFNOSUPPORT);
        assert_eq!(Error::from(inet_ntop(family, &[0; 4]).unwrap_err()), Errno::EAFNOSUPPORT);
    }
    for len in [0, 3, 5, 15, 17] {
        assert!(inet_ntop(Family::INET, &vec![0; len]).is_err());
        assert!(inet_ntop(Family::INET6, &vec![0; len]).is_err());
    }
}

#[test]
fn hosts_in_numbers() {
    let interfaces = |name: &[u8]| match name {
        b"lo" => Some(1),
        // Its name goes before the number.
        b"5" => Some(9),
        _ => None,
    };
    let none = AiFlags::empty();
    let mapped = AiFlags::V4MAPPED;
    let (unspec, inet, inet6) = (Family::UNSPEC, Family::INET, Family::INET6);
    let rows = [
        ("fe80::1%lo", unspec, none, Ok("[fe80::1%1]:0")),
        ("febf::1%lo:alias", inet6, none, Ok("[febf::1%1]:0")),
        ("ff02::1%lo", unspec, none, Ok("[ff02::1%1]:0")),
        ("ff11::1%lo", unspec, none, Ok("[ff11::1%1]:0")),
        ("ff05::1%lo", unspec, none, Err(Eai::NONAME)),
        ("fec0::1%lo", unspec, none, Err(Eai::NONAME)),
        ("::1%lo", unspec, none, Err(Eai::NONAME)),
        ("fe80::1%5", unspec, none, Ok("[fe80::1%9]:0")),
        ("::1%5", unspec, none, Ok("[::1%5]:0")),
        ("fe80::1%4294967295", unspec, none, Ok("[fe80::1%4294967295]:0")),
        ("fe80::1%4294967296", unspec, none, Err(Eai::NONAME)),
        ("fe80::1%", unspec, none, Err(Eai::NONAME)),
        ("fe80::1%+1", unspec, none, Err(Eai::NONAME)),
        ("fe80::1%lo%lo", unspec, none, Err(Eai::NONAME)),
        ("::1", inet, none, Err(Eai::ADDRFAMILY)),
        ("1.2.3.4", inet6, none, Err(Eai::ADDRFAMILY)),
        ("1.2.3.4", inet6, mapped, Ok("[::ffff:1.2.3.4]:0")),
        ("::ffff:1.2.3.4", inet, none, Ok("1.2.3.4:0")),
        ("::ffff:1.2.3.4%7", inet, none, Ok("1.2.3.4:0")),
        ("::ffff:1.2.3.4%lo", inet, none, Err(Eai::NONAME)),
        // glibc's accident, see `numeric_host`.
        ("::ffff:254.128.3.4%lo", inet, none, Ok("254.128.3.4:0")),
        ("1.2.3.4", Family::UNIX, none, Err(Eai::FAMILY)),
    ];
    for (text, family, flags, expected) in rows {
        let host = numeric_host(text, family, flags, interfaces);
        let host = host.as_ref().map(|addr| addr.as_ref().map(Addr::to_string));
        assert_eq!(host, expected.as_ref().map(|text| Some((*text).to_owned())), "{text:?}");
    }
    for text in
        ["", "localhost", "1.2.3.4%1", "1.2.3.4 ", "::1 ", "[::1]", "<broadcast>", "*", "%lo", "::1\0", "1.2.3.4\0"]
    {
        assert_eq!(numeric_host(text, unspec, none, interfaces), Ok(None), "{text:?}");
    }
}

#[test]
fn services_in_numbers() {
    let rows = [
        ("", Ok(Some(0))),
        ("*", Ok(Some(0))),
        ("00000000000000000000080", Ok(Some(80))),
        ("\t\u{b}-0", Ok(Some(0))),
        ("65535", Ok(Some(65535))),
        ("65536", Ok(Some(0))),
        ("2147483647", Ok(Some(65535))),
        ("2147483648", Ok(None)),
        ("4294967376", Ok(Some(80))),
        ("-4294967216", Ok(Some(80))),
        ("-1", Ok(None)),
        ("18446744073709551616", Ok(None)),
        ("80x", Err(Eai::NONAME)),
        ("80 ", Err(Eai::NONAME)),
        ("80\0", Err(Eai::NONAME)),
        ("+", Err(Eai::NONAME)),
        ("+-1", Err(Eai::NONAME)),
        (" ", Err(Eai::NONAME)),
        ("http", Err(Eai::NONAME)),
    ];
    for (text, port) in rows {
        assert_eq!(numeric_service(text, AiFlags::NUMERICSERV), port, "{text:?}");
        assert_eq!(numeric_service(text, AiFlags::empty()), port.or(Ok(None)), "{text:?}");
    }
}

#[test]
fn names_of_interfaces() {
    let rows = [
        ("lo", Some("lo")),
        ("lo:", Some("lo")),
        ("lo:aaaaaaaaaaaa", Some("lo")),
        ("lo:aaaaaaaaaaaaa", None),
        ("123456789012345", Some("123456789012345")),
        ("1234567890123456", None),
        (":lo", None),
        ("", None),
        ("l\0o", None),
    ];
    for (text, name) in rows {
        assert_eq!(if_lookup_name(text), name.map(str::as_bytes), "{text:?}");
    }
}
