//! Families, types, protocols and flag sets: names, and numbers without one.

use wavetank_api::{AiFlags, Family, MsgFlags, NameFlags, PollEvents, Protocol, Shutdown, SockFlags, SockType};

#[test]
fn known_numbers_have_names_and_others_survive() {
    assert_eq!(Family::INET6.to_string(), "AF_INET6");
    assert_eq!(Family::from_raw(99).to_string(), "99");
    assert_eq!(Family::from_raw(99).raw(), 99);
    assert_eq!(SockType::SEQPACKET.to_string(), "SOCK_SEQPACKET");
    assert_eq!(Protocol::DEFAULT, Protocol::IP);
    assert_eq!(Protocol::from_raw(6).name(), Some("IPPROTO_TCP"));
}

#[test]
fn flags_are_written_as_in_c() {
    assert_eq!(MsgFlags::empty().to_string(), "0");
    assert_eq!((SockFlags::NONBLOCK | SockFlags::CLOEXEC).to_string(), "SOCK_NONBLOCK|SOCK_CLOEXEC");
    assert_eq!((PollEvents::IN | PollEvents::HUP).to_string(), "POLLIN|POLLHUP");
    assert_eq!(PollEvents::from_bits_retain(0x4001).to_string(), "POLLIN|0x4000");
}

#[test]
fn unknown_bits_survive() {
    assert_eq!(MsgFlags::from_bits_truncate(i32::MIN).bits(), i32::MIN);
    assert_eq!(MsgFlags::from_bits(0x100000).map(|flags| flags.bits()), Some(0x100000));
}

#[test]
fn shutdown_has_the_numbers_of_c() {
    assert_eq!([Shutdown::Read, Shutdown::Write, Shutdown::Both].map(Shutdown::raw), [0, 1, 2]);
    assert_eq!(Shutdown::from(std::net::Shutdown::Both), Shutdown::Both);
}

#[test]
fn names_are_looked_up() {
    for (name, family) in Family::ALL {
        assert_eq!((family.name(), Family::by_name(name)), (Some(*name), Some(*family)));
        assert_eq!(wavetank_api::c::by_name(name), Some(family.raw().into()));
    }
    for (name, kind) in SockType::ALL {
        assert_eq!((kind.name(), SockType::by_name(name)), (Some(*name), Some(*kind)));
    }
    for (name, protocol) in Protocol::ALL {
        assert_eq!((protocol.name(), Protocol::by_name(name)), (Some(*name), Some(*protocol)));
        assert_eq!(wavetank_api::c::by_name(name), Some(protocol.raw().into()));
    }
    assert_eq!(MsgFlags::by_name("MSG_PEEK"), Some(MsgFlags::PEEK));
    assert_eq!([MsgFlags::by_name("MSG_"), MsgFlags::by_name("PEEK"), MsgFlags::by_name("MSG_peek")], [None; 3]);
    for (name, flag) in AiFlags::all_named() {
        assert_eq!((flag.to_string(), wavetank_api::c::by_name(&name)), (name.clone(), Some(flag.bits().into())));
    }
    for (name, flag) in NameFlags::all_named() {
        assert_eq!((flag.to_string(), wavetank_api::c::by_name(&name)), (name.clone(), Some(flag.bits().into())));
    }
}

/// The members of Python's `AddressFamily`, `SocketKind`, `MsgFlag` and `AddressInfo` all have a value here.
#[cfg(target_os = "linux")]
#[test]
fn every_name_that_python_gives_a_type_has_one() {
    let table = include_str!("../../../fixtures/constants/cpython.tsv");
    let mut seen = [0; 4];
    for (name, number) in table.lines().filter_map(|line| line.split_once('\t')) {
        let (index, value) = match name.split_once('_').map_or("", |parts| parts.0) {
            "AF" => (0, Family::from_raw(number.parse().unwrap()).name().is_some()),
            "SOCK" if SockFlags::by_name(name).is_some() => continue,
            "SOCK" => (1, SockType::by_name(name).is_some()),
            "MSG" => (2, MsgFlags::by_name(name).is_some()),
            "AI" => (3, AiFlags::by_name(name).is_some()),
            _ => continue,
        };
        assert!(value, "{name}");
        seen[index] += 1;
    }
    assert!(seen[0] > 30 && seen[1] == 5 && seen[2] > 12 && seen[3] >= 7, "{seen:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_protocol_is_named_as_its_family_names_it() {
    let rows = [
        (Protocol::of(Family::INET6, 58), "IPPROTO_ICMPV6"),
        (Protocol::of(Family::CAN, 6), "CAN_ISOTP"),
        (Protocol::of(Family::BLUETOOTH, 3), "BTPROTO_RFCOMM"),
        (Protocol::of(Family::NETLINK, 0), "NETLINK_ROUTE"),
        (Protocol::of(Family::NETLINK, 99), "99"),
        (Protocol::of(Family::VSOCK, 6), "6"),
        (Protocol::CAN_BCM, "CAN_BCM"),
    ];
    for (protocol, name) in rows {
        assert_eq!(protocol.to_string(), name);
    }
    assert_eq!(Protocol::CAN_RAW, Protocol::ICMP);
    assert_eq!(Protocol::CAN_RAW.max(Protocol::TCP).to_string(), "IPPROTO_TCP");
}
