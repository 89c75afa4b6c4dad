//! The text of every family's addresses, both ways.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV6};
use std::os::unix::ffi::OsStrExt;

use proptest::prelude::*;
use wavetank_api::{
    Addr, AlgAddr, BdAddr, BluetoothAddr, CanAddr, Errno, Guid, HwAddr, HypervAddr, NetlinkAddr, PacketAddr,
    QipcrtrAddr, SystemAddr, TipcAddr, TipcName, UnixAddr, VsockAddr, can::CanId,
};

/// Any address of any variant, in which the values that have a name or mean nothing are not rare.
pub(crate) fn any_addr() -> impl Strategy<Value = Addr> {
    prop_oneof![internet(), unix(), linux(), elsewhere()]
}

fn word() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), Just(1), Just(2), Just(3), Just(0x4_0000), Just(u32::MAX - 1), Just(u32::MAX), any::<u32>()]
}

fn can_id() -> impl Strategy<Value = u32> {
    (prop_oneof![0..0x1000_u32, any::<u32>()], 0..8_u32).prop_map(|(bits, flags)| bits & CanId::EFF_MASK | flags << 29)
}

fn internet() -> impl Strategy<Value = Addr> {
    let group = || prop_oneof![Just(0), any::<u16>()];
    let v6 = (prop::array::uniform8(group()), any::<u16>(), word(), word());
    prop_oneof![
        (any::<[u8; 4]>(), any::<u16>()).prop_map(|(ip, port)| Addr::v4(Ipv4Addr::from(ip), port)),
        v6.prop_map(|(ip, port, flow, scope)| SocketAddrV6::new(Ipv6Addr::from(ip), port, flow, scope).into()),
        Just(Addr::Unspec),
    ]
}

fn unix() -> impl Strategy<Value = Addr> {
    prop_oneof![
        prop::collection::vec(1_u8..=255, 0..=UnixAddr::PATH_MAX).prop_map(|path| UnixAddr::pathname(
            OsStr::from_bytes(&path)
        )
        .unwrap()
        .into()),
        prop::collection::vec(any::<u8>(), 0..=UnixAddr::ABSTRACT_MAX)
            .prop_map(|name| UnixAddr::abstract_name(name).unwrap().into()),
    ]
}

fn linux() -> impl Strategy<Value = Addr> {
    let can = prop_oneof![
        word().prop_map(|ifindex| CanAddr::Raw { ifindex }),
        (word(), can_id(), can_id()).prop_map(|(ifindex, rx_id, tx_id)| CanAddr::Isotp { ifindex, rx_id, tx_id }),
        (word(), any::<u64>(), word(), any::<u8>()).prop_map(|(ifindex, name, pgn, addr)| CanAddr::J1939 {
            ifindex,
            name,
            pgn,
            addr
        }),
    ];
    let packet = (any::<u16>(), word(), 0..3_u16, 0..7_u8, prop::collection::vec(any::<u8>(), 0..=HwAddr::MAX))
        .prop_map(|(protocol, ifindex, hatype, pkttype, addr)| PacketAddr {
            protocol,
            ifindex,
            hatype,
            pkttype,
            addr: HwAddr::new(&addr).unwrap(),
        });
    let tipc_name = (0..3, word(), word(), word()).prop_map(|(form, a, b, c)| match form {
        0 => TipcName::Name { kind: a, instance: b, domain: c },
        1 => TipcName::NameSeq { kind: a, lower: b, upper: c },
        _ => TipcName::Id { node: a, reference: b },
    });
    let alg = ("[ -~]{0,13}", "[ -~]{0,63}", word(), word()).prop_map(|(kind, name, feat, mask)| {
        let mut addr = AlgAddr::new(&kind, &name).unwrap();
        (addr.feat, addr.mask) = (feat, mask);
        addr
    });
    let bluetooth =
        (0..4, any::<[u8; 6]>(), 0..3_u16, any::<u16>(), 0..4_u8).prop_map(|(form, bdaddr, small, any, byte)| {
            let bdaddr = BdAddr(bdaddr);
            match form {
                0 => BluetoothAddr::L2cap { bdaddr, psm: small, cid: any, bdaddr_type: byte },
                1 => BluetoothAddr::Rfcomm { bdaddr, channel: byte },
                2 => BluetoothAddr::Hci { device: any, channel: small },
                _ => BluetoothAddr::Sco { bdaddr },
            }
        });
    prop_oneof![
        can.prop_map(Addr::from),
        packet.prop_map(Addr::from),
        (word(), word()).prop_map(|(pid, groups)| NetlinkAddr { pid, groups }.into()),
        (word(), word(), any::<u8>()).prop_map(|(cid, port, flags)| VsockAddr { cid, port, flags }.into()),
        (tipc_name, prop_oneof![-4..4_i8, any::<i8>()]).prop_map(|(name, scope)| TipcAddr { scope, name }.into()),
        alg.prop_map(Addr::from),
        bluetooth.prop_map(Addr::from),
        (word(), word()).prop_map(|(node, port)| QipcrtrAddr { node, port }.into()),
    ]
}

fn elsewhere() -> impl Strategy<Value = Addr> {
    prop_oneof![
        (any::<[u8; 16]>(), any::<[u8; 16]>()).prop_map(|(vm, service)| HypervAddr {
            vm_id: Guid(vm),
            service_id: Guid(service)
        }
        .into()),
        (word(), word()).prop_map(|(id, unit)| SystemAddr { id, unit }.into()),
        (any::<u16>(), prop::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(family, bytes)| Addr::Raw { family, bytes: bytes.into() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn every_address_comes_back_from_its_text(addr in any_addr()) {
        let text = addr.to_string();
        prop_assert!(text.chars().all(|char| (' '..='~').contains(&char)), "{text:?}");
        prop_assert_eq!(text.parse(), Ok(addr));
    }

    /// What a call may have filled, of every family: also ALG's names that are no UTF-8.
    #[test]
    fn what_memory_holds_comes_back_from_its_text(family in 0..48_u16, bytes in prop::collection::vec(prop_oneof![Just(0), any::<u8>()], 0..120)) {
        let addr = Addr::from_sockaddr(&[&family.to_ne_bytes()[..], &bytes].concat());
        prop_assert_eq!(addr.to_string().parse(), Ok(addr));
    }

    #[test]
    fn every_can_identifier_comes_back_from_its_text(id in can_id()) {
        prop_assert_eq!(CanId(id).to_string().parse(), Ok(CanId(id)));
    }

    #[test]
    fn a_text_with_a_byte_changed_is_no_panic(addr in any_addr(), at in any::<prop::sample::Index>(), byte in any::<char>()) {
        let mut text: Vec<char> = addr.to_string().chars().collect();
        let at = at.index(text.len());
        text[at] = byte;
        let text: String = text.into_iter().collect();
        if let Ok(other) = text.parse::<Addr>() {
            prop_assert_eq!(other.to_string().parse(), Ok(other));
        }
    }
}

#[test]
fn each_family_has_its_text() {
    let bdaddr = BdAddr([0x00, 0x1a, 0x7d, 0xda, 0x71, 0x13]);
    let v6 = |flow: u32, scope| SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, flow.to_be(), scope);
    let mut alg = AlgAddr::new("aead", "rfc4106(gcm(aes))").unwrap();
    alg.feat = 1;
    let rows: Vec<(Addr, &str)> = vec![
        (v6(0x12345, 0).into(), "[::1]:80/flow=0x12345"),
        (v6(0x0ff0_0001, 7).into(), "[::1%7]:80/flow=0xff00001"),
        (UnixAddr::pathname("/run/x").unwrap().into(), "unix:/run/x"),
        (UnixAddr::pathname("@x").unwrap().into(), r"unix:\x40x"),
        (UnixAddr::pathname(OsStr::from_bytes(b"\xff\\")).unwrap().into(), r"unix:\xff\x5c"),
        (UnixAddr::abstract_name(b"a\0\xc3\xa9").unwrap().into(), r"unix:@a\x00\xc3\xa9"),
        (UnixAddr::abstract_name(b"").unwrap().into(), "unix:@"),
        (UnixAddr::unnamed().into(), "unix:"),
        (CanAddr::Raw { ifindex: 3 }.into(), "can:3"),
        (CanAddr::Isotp { ifindex: 3, rx_id: 0x7e8, tx_id: 0x98db_33f1 }.into(), "can-isotp:3/rx=7e8/tx=18db33f1"),
        (CanAddr::J1939 { ifindex: 3, name: 0, pgn: 0x4_0000, addr: 0xff }.into(), "can-j1939:3"),
        (CanAddr::J1939 { ifindex: 0, name: 1, pgn: 0, addr: 0 }.into(), "can-j1939:0/name=0x1/pgn=0x0/addr=0x0"),
        (PacketAddr::new(3, 2).into(), "packet:2/proto=0x0003"),
        (
            PacketAddr { protocol: 0x800, ifindex: 2, hatype: 1, pkttype: 4, addr: [1, 2, 3, 4, 5, 0xff].into() }
                .into(),
            "packet:2/proto=0x0800/hatype=1/pkttype=outgoing/addr=01:02:03:04:05:ff",
        ),
        (NetlinkAddr::KERNEL.into(), "netlink:0"),
        (NetlinkAddr { pid: 12, groups: 0x11 }.into(), "netlink:12/groups=0x11"),
        (VsockAddr::new(VsockAddr::CID_HOST, 1234).into(), "vsock:host:1234"),
        (VsockAddr::new(VsockAddr::CID_ANY, VsockAddr::PORT_ANY).into(), "vsock:any:any"),
        (VsockAddr { cid: 3, port: 1, flags: 1 }.into(), "vsock:3:1/flags=0x1"),
        (TipcAddr { scope: 0, name: TipcName::Name { kind: 1000, instance: 5, domain: 0 } }.into(), "tipc-name:1000:5"),
        (
            TipcAddr { scope: 3, name: TipcName::Name { kind: 1000, instance: 5, domain: 0x100_1001 } }.into(),
            "tipc-name:1000:5/domain=0x1001001/scope=node",
        ),
        (
            TipcAddr { scope: -2, name: TipcName::NameSeq { kind: 1000, lower: 0, upper: 9 } }.into(),
            "tipc-nameseq:1000:0:9/scope=-cluster",
        ),
        (TipcAddr { scope: -128, name: TipcName::Id { node: 0x11, reference: 7 } }.into(), "tipc-id:0x11:7/scope=-128"),
        (AlgAddr::new("hash", "sha256").unwrap().into(), "alg:hash:sha256"),
        (AlgAddr::new("a:b", "c/d").unwrap().into(), r"alg:a\x3ab:c\x2fd"),
        (alg.into(), "alg:aead:rfc4106(gcm(aes))/feat=0x1"),
        (
            BluetoothAddr::L2cap { bdaddr, psm: 0x1001, cid: 0, bdaddr_type: 1 }.into(),
            "l2cap:00:1a:7d:da:71:13/psm=0x1001/type=1",
        ),
        (BluetoothAddr::Rfcomm { bdaddr, channel: 3 }.into(), "rfcomm:00:1a:7d:da:71:13/channel=3"),
        (BluetoothAddr::Hci { device: 0xffff, channel: 2 }.into(), "hci:65535/channel=2"),
        (BluetoothAddr::Sco { bdaddr }.into(), "sco:00:1a:7d:da:71:13"),
        (QipcrtrAddr { node: 1, port: 77 }.into(), "qipcrtr:1:77"),
        (QipcrtrAddr { node: QipcrtrAddr::NODE_BCAST, port: QipcrtrAddr::PORT_CTRL }.into(), "qipcrtr:bcast:ctrl"),
        (
            HypervAddr { vm_id: "E0E16197-DD56-4A10-9195-5EE7A155A838".parse().unwrap(), service_id: Guid([1; 16]) }
                .into(),
            "hyperv:e0e16197-dd56-4a10-9195-5ee7a155a838:01010101-0101-0101-0101-010101010101",
        ),
        (SystemAddr { id: 2, unit: 1 }.into(), "system:2:1"),
    ];
    for (addr, text) in rows {
        assert_eq!(addr.to_string(), text);
        assert_eq!(text.parse(), Ok(addr), "{text}");
    }
}

#[test]
fn other_texts_of_the_same_address() {
    let rows = [
        ("[::1]:80/flow=0", "[::1]:80"),
        ("[::1]:80/flow=74565", "[::1]:80/flow=0x12345"),
        ("packet:0x2/addr=1:2/proto=3", "packet:2/proto=0x0003/addr=01:02"),
        ("packet:2/pkttype=0/addr=", "packet:2"),
        ("vsock:2:0x50/flags=0", "vsock:host:80"),
        ("tipc-name:1:2/scope=+0", ""),
        ("tipc-name:1:2/scope=-0", "tipc-name:1:2"),
        ("can-isotp:1/tx=0x123/rx=18DB33F1#R", "can-isotp:1/rx=18db33f1#R/tx=123"),
        ("l2cap:0:1:2:3:4:5", "l2cap:00:01:02:03:04:05"),
        (r"unix:/a\x2fb", "unix:/a/b"),
        ("unix:/é", r"unix:/\xc3\xa9"),
    ];
    for (text, same) in rows {
        let read = text.parse::<Addr>().map_or_else(|_| String::new(), |addr| addr.to_string());
        assert_eq!(read, same, "{text}");
    }
}

#[test]
fn texts_that_are_no_address() {
    let long = "x".repeat(109);
    let rows = [
        "1.2.3.4:80/flow=0x1",
        "[::1]:80/flow=",
        "[::1]:80/flow=0x100000000",
        "[::1]:80/flow=1/flow=1",
        "[::1]:80/",
        "[::1]:80/flow",
        "unspec:",
        "can",
        "can:",
        "can:lo",
        "can:+1",
        "can:4294967296",
        "can:1/rx=123",
        "can-isotp:1",
        "can-isotp:1/rx=123",
        "can-isotp:1/rx=123/tx=",
        "can-isotp:1/rx=800/tx=123",
        "can-isotp:1/rx=20000000#R/tx=123",
        "can-isotp:1/rx=1234/tx=123",
        "can-j1939:1/addr=256",
        "can-j1939:1/name=0x10000000000000000",
        "packet:1/addr=1:2:",
        "packet:1/addr=100",
        "packet:1/proto=65536",
        "packet:1/pkttype=nobody",
        "netlink:1/",
        "netlink:-1",
        "vsock:1",
        "vsock:1:2:3",
        "vsock:Host:1",
        "vsock:1:2/flags=256",
        "tipc-name:1",
        "tipc-name:1:2:3",
        "tipc-nameseq:1:2",
        "tipc-nameseq:1:2:3/domain=1",
        "tipc-id:1:2/scope=128",
        "tipc-id:1:2/scope=-129",
        "alg:hash",
        "alg:12345678901234:x",
        r"alg:hash:a\x00b",
        r"alg:hash:\x0",
        "l2cap:1:2:3:4:5/psm=1",
        "l2cap:1:2:3:4:5:6/psm=0x10000",
        "rfcomm:1:2:3:4:5:6/channel=256",
        "rfcomm:1:2:3:4:5:6/psm=1",
        "hci:65536",
        "sco:1:2:3:4:5:6:7",
        "sco:1:2:3:4:5:100",
        "qipcrtr:1",
        "qipcrtr:ctrl:bcast",
        "hyperv:e0e16197-dd56-4a10-9195-5ee7a155a838",
        "system:1",
        "system:1:2:3",
        "raw:65536:00",
        "raw:+1:00",
        "raw:1:0é",
        &format!("unix:{long}"),
        &format!("unix:@{}", &long[..108]),
        r"unix:a\x00b",
        r"unix:\é",
        "tcp:1",
    ];
    for text in rows {
        assert!(text.parse::<Addr>().is_err(), "{text:?} was read");
    }
}

#[test]
fn an_error_says_what_to_write() {
    let rows = [
        ("1.2.3.4", "write 1.2.3.4:80"),
        ("tcp:1", "write 1.2.3.4:80"),
        ("unix:\0", "108 bytes"),
        ("can:can0", "number of the interface"),
        ("packet:eth0", "packet:2"),
        ("netlink:x", "netlink:1234"),
        ("vsock:x", "vsock:2:1234"),
        ("tipc-id:x", "tipc-id:0x1001001:77"),
        ("alg:x", "alg:hash:sha256"),
        ("hci:x", "hci:0/channel=1"),
        ("qipcrtr:x", "qipcrtr:1:77"),
        ("hyperv:x", "two GUIDs"),
        ("system:x", "system:2:1"),
        ("raw:x", "raw:40:00ff"),
    ];
    for (text, part) in rows {
        let error = text.parse::<Addr>().unwrap_err().to_string();
        assert!(error.starts_with("not a") && error.contains(part), "{text}: {error}");
    }
}

#[test]
fn a_family_reads_its_own_only() {
    assert_eq!("vsock:2:1".parse(), Ok(VsockAddr::new(2, 1)));
    assert_eq!("unix:@x".parse(), Ok(UnixAddr::abstract_name("x").unwrap()));
    assert!("unix:@x".parse::<VsockAddr>().is_err());
    assert!("vsock:2:1".parse::<UnixAddr>().is_err());
    assert!("vsock".parse::<VsockAddr>().is_err());
    assert!("can:1".parse::<SystemAddr>().is_err());
    assert!("can:1".parse::<BluetoothAddr>().is_err());
}

#[test]
fn bluetooth_addresses_as_scanf_reads_them() {
    let rows = [
        ("00:1a:7D:da:71:13", Some([0x00, 0x1a, 0x7d, 0xda, 0x71, 0x13])),
        ("1:2:3:4:5:6", Some([1, 2, 3, 4, 5, 6])),
        (" 1:\t+2:0x3:-0:0005:0X", Some([1, 2, 3, 0, 5, 0])),
        ("1:2:3:4:5", None),
        ("1:2:3:4:5:6:", None),
        ("1:2:3:4:5:6 ", None),
        ("1 :2:3:4:5:6", None),
        ("1:2:3:4:5:-6", None),
        ("1:2:3:4:5:100", None),
        ("1:2:3:4:5:100000001", None),
        ("1:2:3:4:5:", None),
        ("1:2:3:4:5:+", None),
        ("1:2:3:4:5:+ 1", None),
        ("1:2:3:4:5:0x0x1", None),
        ("1:2:3:4:5:6\0", None),
        ("", None),
    ];
    for (text, bytes) in rows {
        assert_eq!(text.parse::<BdAddr>().ok(), bytes.map(BdAddr), "{text:?}");
    }
}

#[test]
fn unix_names_have_their_limits_in_text() {
    let long = "x".repeat(108);
    assert!(format!("unix:{long}").parse::<Addr>().is_ok());
    assert!(format!("unix:@{}", &long[1..]).parse::<Addr>().is_ok());
    assert_eq!(UnixAddr::pathname(long + "x").unwrap_err(), Errno::EINVAL);
}
