//! `Addr` and `UnixAddr`: text both ways, and what is refused.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::ffi::OsStrExt;

use proptest::prelude::*;
use wavetank_api::{Addr, Errno, Family, UnixAddr, inet_aton, parse_ip};

proptest! {
    #[test]
    fn every_unix_address_comes_back_from_its_bytes(path in prop::collection::vec(1_u8..=255, 0..=108)) {
        let addr = UnixAddr::pathname(OsStr::from_bytes(&path)).unwrap();
        prop_assert_eq!(UnixAddr::from_sun_path(&addr.to_sun_path()).unwrap(), addr);
    }

    #[test]
    fn no_text_is_a_panic(text in ".{0,40}") {
        let _ = (text.parse::<Addr>(), inet_aton(&text), parse_ip(&text));
        let _ = format!("unix:{text}").parse::<Addr>();
    }

    #[test]
    fn dotted_quads_are_read_as_std_reads_them(ip in any::<[u8; 4]>()) {
        let ip = Ipv4Addr::from(ip);
        prop_assert_eq!(inet_aton(ip.to_string()), Ok(ip));
        prop_assert_eq!(inet_aton(ip.to_bits().to_string()), Ok(ip));
    }
}

#[test]
fn texts_that_are_no_address() {
    for text in [
        "",
        "1.2.3.4",
        "::1",
        "localhost:80",
        "1.2.3.4:65536",
        "unix",
        r"unix:\q",
        r"unix:\x0",
        r"unix:\x+1",
        "raw:",
        "raw:1",
        "raw:1:0",
        "raw:1:0g",
    ] {
        assert!(text.parse::<Addr>().is_err(), "{text:?}");
    }
}

#[test]
fn a_leading_at_sign_of_a_path_is_not_an_abstract_name() {
    let addr = UnixAddr::pathname("@a").unwrap();
    assert_eq!(addr.to_string(), r"unix:\x40a");
    assert_eq!(r"unix:\x40a".parse(), Ok(Addr::Unix(addr)));
}

#[test]
fn unix_names_have_their_limits() {
    let long = "x".repeat(109);
    assert_eq!(UnixAddr::pathname(&long).unwrap_err(), Errno::EINVAL);
    assert_eq!(UnixAddr::abstract_name(&long[..108]).unwrap_err(), Errno::EINVAL);
    assert_eq!(UnixAddr::pathname("a\0b").unwrap_err(), Errno::EINVAL);
    assert!(UnixAddr::pathname(&long[..108]).is_ok());
    assert_eq!(UnixAddr::pathname(&long[..108]).unwrap().to_sun_path().len(), 108);
    assert_eq!(UnixAddr::pathname(&long[..107]).unwrap().to_sun_path().len(), 108);
    assert!(UnixAddr::pathname("").unwrap().is_unnamed());
}

#[test]
fn the_parts_of_an_address() {
    let v4 = Addr::from("1.2.3.4:5".parse::<SocketAddr>().unwrap());
    assert_eq!((v4.family(), v4.ip(), v4.port()), (Family::INET, Some(Ipv4Addr::new(1, 2, 3, 4).into()), Some(5)));
    assert_eq!(v4.clone().with_port(6).to_string(), "1.2.3.4:6");
    assert_eq!(v4.as_inet(), Some("1.2.3.4:5".parse().unwrap()));
    assert_eq!(Addr::Unspec.with_port(6), Addr::Unspec);
    assert_eq!(Addr::Unix(UnixAddr::unnamed()).port(), None);
    assert_eq!(Addr::Raw { family: 40, bytes: [].into() }.family(), Family::VSOCK);
}

#[test]
fn an_address_is_small() {
    assert!(size_of::<Addr>() <= 32);
}
