//! Options: their numbers, and their values in memory.

use std::time::Duration;

use wavetank_api::option::*;
use wavetank_api::{
    Errno, SockType,
    control::{ControlBuf, SCM_SECURITY, cmsg_space},
};

fn bytes<T: OptValue>(value: T::Value) -> Vec<u8> {
    let mut bytes = [0xaa; MAX_LEN];
    let len = T::encode(&value, &mut bytes);
    bytes[..len].to_vec()
}

fn ints(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_ne_bytes()).collect()
}

#[test]
fn levels_and_names_are_linuxs() {
    let rows = [
        (SO_KEEPALIVE.level(), SO_KEEPALIVE.name(), 1, 9),
        (SO_LINGER.level(), SO_LINGER.name(), 1, 13),
        (TCP_NODELAY.level(), TCP_NODELAY.name(), 6, 1),
        (TCP_CONGESTION.level(), TCP_CONGESTION.name(), 6, 13),
        (IP_TTL.level(), IP_TTL.name(), 0, 2),
        (IPV6_V6ONLY.level(), IPV6_V6ONLY.name(), 41, 26),
    ];
    for (level, name, linux_level, linux_name) in rows {
        assert_eq!((level, name), (linux_level, linux_name));
    }
    assert_eq!(SO_KEEPALIVE.to_string(), "SO_KEEPALIVE");
    assert_eq!(option_name(41, 26), Some("IPV6_V6ONLY"));
    assert_eq!(option_name(41, 9999), None);
}

#[test]
fn values_in_memory() {
    assert_eq!(bytes::<bool>(true), ints(&[1]));
    assert_eq!(bytes::<i32>(-1), ints(&[-1]));
    assert_eq!(bytes::<u32>(u32::MAX), ints(&[-1]));
    assert_eq!(bytes::<SockType>(SockType::DGRAM), ints(&[2]));
    assert_eq!(bytes::<Seconds>(Duration::from_millis(1_001)), ints(&[2]));
    assert_eq!(bytes::<Millis>(Duration::from_micros(1)), ints(&[1]));
    assert_eq!(bytes::<Millis>(Duration::MAX), ints(&[i32::MAX]));
    assert_eq!(bytes::<Linger>(None), ints(&[0, 0]));
    assert_eq!(bytes::<Linger>(Some(Duration::ZERO)), ints(&[1, 0]));
    assert_eq!(bytes::<Linger>(Some(Duration::from_nanos(1))), ints(&[1, 1]));
    assert_eq!(bytes::<String>("cubic".to_owned()), b"cubic");
}

#[test]
fn a_timeout_in_memory_is_never_none_by_rounding() {
    let timeval = |seconds: i64, micros: i64| [seconds.to_ne_bytes(), micros.to_ne_bytes()].concat();
    for (timeout, expected) in [
        (None, timeval(0, 0)),
        (Some(Duration::ZERO), timeval(0, 1)),
        (Some(Duration::from_nanos(1)), timeval(0, 1)),
        (Some(Duration::from_nanos(1_001)), timeval(0, 2)),
        (Some(Duration::from_millis(1_500)), timeval(1, 500_000)),
        (Some(Duration::from_nanos(999_999_999)), timeval(1, 0)),
    ] {
        assert_eq!(bytes::<Timeval>(timeout), expected, "{timeout:?}");
    }
    assert_eq!(bytes::<Timeval>(Some(Duration::MAX)).len(), 16);
    assert_eq!(Timeval::decode(&timeval(1, 500_000)), Some(Some(Duration::from_millis(1_500))));
    assert_eq!(Timeval::decode(&timeval(0, 0)), Some(None));
    assert_eq!(Timeval::decode(&[0; 8]), None);
}

#[test]
fn values_from_memory() {
    assert_eq!(<Option<Errno>>::decode(&ints(&[0])), Some(None));
    assert_eq!(<Option<Errno>>::decode(&ints(&[111])), Some(Some(Errno::ECONNREFUSED)));
    assert_eq!(bool::decode(&ints(&[2])), Some(true));
    assert_eq!(i32::decode(&[64]), Some(64));
    assert_eq!(i32::decode(&[]), None);
    assert_eq!(Linger::decode(&ints(&[1, 5])), Some(Some(Duration::from_secs(5))));
    assert_eq!(Linger::decode(&ints(&[0, 5])), Some(None));
    assert_eq!(Linger::decode(&ints(&[1])), None);
    assert_eq!(String::decode(b"reno\0\0\0"), Some("reno".to_owned()));
    assert_eq!(String::decode(b"\xff"), None);
}

/// Found by fuzzing: they were cut in silence.
#[test]
fn values_that_do_not_fit() {
    for (text, fits) in [("", true), ("eth0", true), ("eth0\0", false), ("e\0th0", false)] {
        assert_eq!(String::fits(&text.to_owned()), fits, "{text:?}");
    }
    for len in [0, MAX_LEN, MAX_LEN + 1, 100_000] {
        let (text, bytes) = ("x".repeat(len), vec![7; len]);
        assert_eq!(*String::bytes(&text, &mut [0; MAX_LEN]), *text.as_bytes());
        assert_eq!(*Vec::bytes(&bytes, &mut [0; MAX_LEN]), *bytes);
    }
    let mut control = ControlBuf::new();
    control.push(SCM_SECURITY, vec![7; MAX_LEN + 1]).unwrap();
    assert_eq!(control.as_bytes().len(), cmsg_space(MAX_LEN + 1).unwrap());
}

/// Found by fuzzing: a million microseconds were carried into the seconds, and over the end of time.
#[test]
fn microseconds_are_fewer_than_a_million() {
    let timeval = |seconds: i64, micros: i64| [seconds.to_ne_bytes(), micros.to_ne_bytes()].concat();
    assert_eq!(Timeval::decode(&timeval(i64::MAX, 999_999)).map(|timeout| timeout.is_some()), Some(true));
    assert_eq!(Timeval::decode(&timeval(0, 1_000_000)), None);
    assert_eq!(Timeval::decode(&timeval(1, -1)), None);
}

/// Bytes in memory of whole values, lists included.
#[cfg(target_os = "linux")]
#[test]
fn values_of_every_family_in_memory() {
    use std::net::{Ipv4Addr, Ipv6Addr};
    use wavetank_api::can::{CanFilter, CanId};

    fn whole<T: OptValue>(value: &T::Value) -> Vec<u8> {
        T::bytes(value, &mut [0xaa; MAX_LEN]).into_owned()
    }
    let group = Ipv4Addr::new(239, 1, 2, 3);
    assert_eq!(
        whole::<IpMreqn>(&IpMreqn { ifindex: 7, ..IpMreqn::any(group) }),
        [239, 1, 2, 3, 0, 0, 0, 0, 7, 0, 0, 0]
    );
    assert_eq!(
        MulticastIf::decode(&[127, 0, 0, 1]),
        Some(IpMreqn { address: Ipv4Addr::LOCALHOST, ..IpMreqn::interface(0) })
    );
    let source = IpMreqSource { group, interface: Ipv4Addr::LOCALHOST, source: Ipv4Addr::new(1, 2, 3, 4) };
    assert_eq!(whole::<IpMreqSource>(&source), [239, 1, 2, 3, 127, 0, 0, 1, 1, 2, 3, 4]);
    let six = Ipv6Mreq { group: "ff02::1".parse::<Ipv6Addr>().unwrap(), ifindex: 1 };
    assert_eq!(whole::<Ipv6Mreq>(&six)[12..], [0, 0, 0, 1, 1, 0, 0, 0]);

    let request = GroupReq { ifindex: 3, group: (group, 0).into() };
    let bytes = whole::<GroupReq>(&request);
    assert_eq!((bytes.len(), &bytes[..4], &bytes[8..16]), (136, &[3, 0, 0, 0][..], &[2, 0, 0, 0, 239, 1, 2, 3][..]));
    assert_eq!(GroupReq::decode(&bytes), Some(request));
    let request = GroupSourceReq { ifindex: 3, group: (six.group, 0).into(), source: (Ipv6Addr::LOCALHOST, 0).into() };
    let bytes = whole::<GroupSourceReq>(&request);
    assert_eq!((bytes.len(), GroupSourceReq::decode(&bytes)), (264, Some(request)));
    assert!(bytes.len() > MAX_LEN);

    let filters = vec![CanFilter::exactly(CanId::standard(0x123)); 512];
    let bytes = whole::<List<CanFilter>>(&filters);
    assert_eq!((bytes.len(), &bytes[..8]), (4096, &CanFilter::encode(&filters[..1])[..]));
    assert_eq!(List::<CanFilter>::decode(&bytes), Some(filters));
    assert_eq!(whole::<List<CanFilter>>(&vec![]), []);
    assert_eq!(List::<u32>::decode(&[1, 0, 0, 0, 2]), Some(vec![1]));

    assert_eq!(whole::<PacketMreq>(&PacketMreq::promiscuous(2)), [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let filter = HciFilter { type_mask: 1, event_mask_low: 2, event_mask_high: 3, opcode: 4 };
    assert_eq!(whole::<HciFilter>(&filter), [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
    for len in 0..HciFilter::LEN - 2 {
        assert_eq!(HciFilter::decode(&whole::<HciFilter>(&filter)[..len]), None);
    }
    assert_eq!(PathMtu::decode(&[0; 32]), Some(PathMtu { addr: None, mtu: 0 }));
    let path = PathMtu { addr: Some((Ipv6Addr::LOCALHOST, 9).into()), mtu: 1_280 };
    assert_eq!(PathMtu::decode(&whole::<PathMtu>(&path)), Some(path));
}

/// Levels are shared: a constant knows its own name, numbers have the internet's.
#[cfg(target_os = "linux")]
#[test]
fn an_option_of_a_shared_level_has_its_own_name() {
    assert_eq!((HCI_FILTER.level(), HCI_FILTER.name()), (IP_TTL.level(), IP_TTL.name()));
    assert_eq!((HCI_FILTER.to_string().as_str(), option_name(0, 2)), ("HCI_FILTER", Some("IP_TTL")));
    assert_eq!(SO_VM_SOCKETS_BUFFER_SIZE.to_string(), "SO_VM_SOCKETS_BUFFER_SIZE");
    assert_eq!((CAN_RAW_FILTER.level(), CAN_RAW_FILTER.name()), (101, 1));
    for (level, number, name) in all() {
        assert_eq!(wavetank_api::c::by_name(name), Some(number.into()), "{name}");
        assert!(option_name(level, number).is_some());
    }
}
