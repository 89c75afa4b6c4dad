//! Typed options of each family that this machine's kernel has: set, read back, and what they do. The others' bytes are compared with the
//! C compiler's in `api/tests/it/layout.rs`, and their behaviour with kernels that have them in `conformance/`.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use wavetank_api::option::*;
use wavetank_api::{Addr, Errno, Family, Protocol, Result, SockType, Socket, c};
use wavetank_real::Machine;

use crate::{loopback, this};

/// The socket, or `None` with a printed reason where the kernel lacks the family or the test the privilege.
fn socket(family: Family, kind: SockType, protocol: Protocol) -> Option<Socket<Machine>> {
    match Socket::with_protocol(&this(), family, kind, protocol) {
        Ok(socket) => Some(socket),
        Err(error) => {
            let known = [Errno::EAFNOSUPPORT, Errno::EPROTONOSUPPORT, Errno::EPERM, Errno::ESOCKTNOSUPPORT];
            assert!(error.errno().is_some_and(|errno| known.contains(&errno)), "{family} {kind} {protocol}: {error}");
            println!("not tested: {family} {kind} {protocol}: {error}");
            None
        }
    }
}

/// What is set is read back.
fn back<T: OptValue<Value: Clone + PartialEq + std::fmt::Debug>>(
    socket: &Socket<Machine>,
    option: SockOpt<T>,
    value: T::Value,
) {
    socket.setsockopt(option, value.clone()).unwrap_or_else(|error| panic!("{option} {value:?}: {error}"));
    assert_eq!(socket.getsockopt(option).unwrap(), value, "{option}");
}

fn refused<T: std::fmt::Debug>(answer: Result<T>, errno: Errno) {
    assert_eq!(answer.unwrap_err(), errno);
}

fn datagram(family: Family) -> Socket<Machine> {
    Socket::new(&this(), family, SockType::DGRAM).unwrap()
}

#[test]
fn groups_of_ipv4() {
    let socket = datagram(Family::INET);
    let group = Ipv4Addr::new(239, 7, 7, 7);
    let lo = IpMreqn { ifindex: 1, ..IpMreqn::any(group) };
    refused(socket.setsockopt(IP_DROP_MEMBERSHIP, lo), Errno::EADDRNOTAVAIL);
    refused(socket.setsockopt(IP_ADD_MEMBERSHIP, IpMreqn { group: Ipv4Addr::LOCALHOST, ..lo }), Errno::EINVAL);
    refused(socket.setsockopt(IP_ADD_MEMBERSHIP, IpMreqn { ifindex: 9_999, ..lo }), Errno::ENODEV);
    socket.setsockopt(IP_ADD_MEMBERSHIP, lo).unwrap();
    refused(socket.setsockopt(IP_ADD_MEMBERSHIP, lo), Errno::EADDRINUSE);

    let source = IpMreqSource { group, interface: Ipv4Addr::LOCALHOST, source: Ipv4Addr::new(127, 0, 0, 9) };
    refused(socket.setsockopt(IP_UNBLOCK_SOURCE, source), Errno::EADDRNOTAVAIL);
    socket.setsockopt(IP_BLOCK_SOURCE, source).unwrap();
    socket.setsockopt(IP_UNBLOCK_SOURCE, source).unwrap();
    socket.setsockopt(IP_DROP_MEMBERSHIP, lo).unwrap();
    socket.setsockopt(IP_ADD_SOURCE_MEMBERSHIP, source).unwrap();
    refused(socket.setsockopt(IP_ADD_SOURCE_MEMBERSHIP, source), Errno::EADDRNOTAVAIL);
    socket.setsockopt(IP_DROP_SOURCE_MEMBERSHIP, source).unwrap();

    socket.setsockopt(IP_MULTICAST_IF, IpMreqn { address: Ipv4Addr::LOCALHOST, ..IpMreqn::interface(1) }).unwrap();
    assert_eq!(socket.getsockopt(IP_MULTICAST_IF).unwrap().address, Ipv4Addr::LOCALHOST);
    back(&socket, IP_MULTICAST_TTL, 7);
    back(&socket, IP_MULTICAST_LOOP, false);
    back(&socket, IP_MULTICAST_ALL, false);
    back(&socket, IP_RECVTOS, true);
    back(&socket, IP_PKTINFO, true);
}

/// A message to a group comes to who joined it on loopback.
#[test]
fn a_group_is_heard() {
    let (sender, receiver) = (datagram(Family::INET), datagram(Family::INET));
    let group = Ipv4Addr::new(239, 7, 7, 8);
    receiver.bind(&Addr::ANY_V4).unwrap();
    receiver.setsockopt(IP_ADD_MEMBERSHIP, IpMreqn { ifindex: 1, ..IpMreqn::any(group) }).unwrap();
    receiver.settimeout(Some(Duration::from_secs(10))).unwrap();
    sender.setsockopt(IP_MULTICAST_IF, IpMreqn::interface(1)).unwrap();
    sender.bind(&loopback(0)).unwrap();
    let port = receiver.getsockname().unwrap().port().unwrap();
    sender.sendto(b"ahoy", &Addr::v4(group, port)).unwrap();
    assert_eq!(receiver.recv(&mut [0; 10]).unwrap(), 4);
}

#[test]
fn groups_of_ipv6_and_of_either() {
    let Some(socket) = socket(Family::INET6, SockType::DGRAM, Protocol::DEFAULT) else { return };
    let group: Ipv6Addr = "ff02::7:7".parse().unwrap();
    let lo = Ipv6Mreq { group, ifindex: 1 };
    refused(socket.setsockopt(IPV6_LEAVE_GROUP, lo), Errno::EADDRNOTAVAIL);
    socket.setsockopt(IPV6_JOIN_GROUP, lo).unwrap();
    refused(socket.setsockopt(IPV6_ADD_MEMBERSHIP, lo), Errno::EADDRINUSE);
    socket.setsockopt(IPV6_LEAVE_GROUP, lo).unwrap();
    refused(socket.setsockopt(IPV6_JOIN_GROUP, Ipv6Mreq { group: Ipv6Addr::LOCALHOST, ..lo }), Errno::EINVAL);

    let either = |option: SockOpt<GroupReq>| SockOpt::<GroupReq>::new(c::IPPROTO_IPV6, option.name());
    let request = GroupReq { ifindex: 1, group: (group, 0).into() };
    socket.setsockopt(either(MCAST_JOIN_GROUP), request).unwrap();
    refused(socket.setsockopt(either(MCAST_JOIN_GROUP), request), Errno::EADDRINUSE);
    socket.setsockopt(either(MCAST_LEAVE_GROUP), request).unwrap();
    let from = GroupSourceReq { ifindex: 1, group: (group, 0).into(), source: (Ipv6Addr::LOCALHOST, 0).into() };
    let join = SockOpt::<GroupSourceReq>::new(c::IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP.name());
    socket.setsockopt(join, from).unwrap();
    refused(socket.setsockopt(join, from), Errno::EADDRNOTAVAIL);

    let from = GroupSourceReq {
        ifindex: 1,
        group: (Ipv4Addr::new(239, 7, 7, 9), 0).into(),
        source: (Ipv4Addr::LOCALHOST, 0).into(),
    };
    let socket = datagram(Family::INET);
    socket.setsockopt(MCAST_JOIN_SOURCE_GROUP, from).unwrap();
    socket.setsockopt(MCAST_LEAVE_SOURCE_GROUP, from).unwrap();
}

#[test]
fn ipv6() {
    let Some(socket) = socket(Family::INET6, SockType::DGRAM, Protocol::DEFAULT) else { return };
    socket.setsockopt(IPV6_PKTINFO, Pkt6Info { addr: Ipv6Addr::LOCALHOST, ifindex: 1 }).unwrap();
    refused(socket.getsockopt(IPV6_PKTINFO), Errno::ENOPROTOOPT);
    back(&socket, IPV6_RECVPKTINFO, true);
    back(&socket, IPV6_RECVHOPLIMIT, true);
    back(&socket, IPV6_RECVTCLASS, true);
    back(&socket, IPV6_RECVPATHMTU, true);
    refused(socket.getsockopt(IPV6_PATHMTU), Errno::ENOTCONN);
    socket.connect(&Addr::v6(Ipv6Addr::LOCALHOST, 9)).unwrap();
    let path = socket.getsockopt(IPV6_PATHMTU).unwrap();
    assert!(path.mtu >= 1_280 && path.addr.is_none(), "{path:?}");
    refused(socket.getsockopt(IPV6_HDRINCL), Errno::ENOPROTOOPT);
}

#[test]
fn udp_and_udplite() {
    let udp = datagram(Family::INET);
    back(&udp, UDP_SEGMENT, 1_000);
    back(&udp, UDP_GRO, true);
    back(&udp, UDP_CORK, true);
    refused(udp.setsockopt(UDP_SEGMENT, 65_536), Errno::EINVAL);
    refused(udp.setsockopt(UDP_ENCAP, 99), Errno::ENOPROTOOPT);
    refused(udp.setsockopt(SockOpt::<i32>::new(c::IPPROTO_UDP, UDPLITE_SEND_CSCOV.name()), 20), Errno::ENOPROTOOPT);

    for family in [Family::INET, Family::INET6] {
        let Some(lite) = socket(family, SockType::DGRAM, Protocol::UDPLITE) else { continue };
        back(&lite, UDPLITE_SEND_CSCOV, 20);
        back(&lite, UDPLITE_RECV_CSCOV, 8);
        for (set, read) in [(0, 0), (1, 8), (7, 8), (65_535, 65_535), (65_536, 65_535)] {
            lite.setsockopt(UDPLITE_SEND_CSCOV, set).unwrap();
            assert_eq!(lite.getsockopt(UDPLITE_SEND_CSCOV).unwrap(), read, "{set}");
        }
    }
}

#[test]
fn unix() {
    let (a, b) = Socket::pair(&this(), Family::UNIX, SockType::STREAM).unwrap();
    let peer = a.getsockopt(SO_PEERCRED).unwrap();
    assert_eq!(peer.pid, std::process::id().cast_signed());
    assert_eq!(peer, b.getsockopt(SO_PEERCRED).unwrap());
    refused(a.setsockopt(SO_PEERCRED, peer), Errno::ENOPROTOOPT);
    println!("groups: {:?}", a.getsockopt(SO_PEERGROUPS).unwrap());
    assert_eq!(datagram(Family::UNIX).getsockopt(SO_PEERCRED).unwrap(), Ucred { pid: 0, uid: u32::MAX, gid: u32::MAX });
    refused(datagram(Family::UNIX).getsockopt(SO_PEERGROUPS), Errno::ENODATA);
    match a.getsockopt(SO_PEERSEC) {
        Ok(label) => println!("label: {label:?}"),
        Err(error) => assert_eq!(error, Errno::ENOPROTOOPT),
    }
}

#[test]
fn of_every_socket() {
    let socket = datagram(Family::INET);
    assert_eq!(socket.getsockopt(SO_MEMINFO).unwrap().len(), 9);
    back(&socket, SO_TIMESTAMPING, (c::SOF_TIMESTAMPING_RX_SOFTWARE | c::SOF_TIMESTAMPING_SOFTWARE).cast_unsigned());
    back(&socket, SO_TXTIME, SockTxtime { clock: libc::CLOCK_MONOTONIC, flags: 0 });
    refused(socket.setsockopt(SO_TXTIME, SockTxtime { clock: 99, flags: 0 }), Errno::EINVAL);
    assert_eq!(socket.getsockopt(SO_DOMAIN).unwrap(), Family::INET);
    assert_eq!(socket.getsockopt(SO_PROTOCOL).unwrap(), Protocol::UDP);
}

#[test]
fn packet() {
    let Some(socket) = socket(Family::PACKET, SockType::RAW, Protocol::DEFAULT) else { return };
    assert_eq!(socket.getsockopt(PACKET_STATISTICS).unwrap(), PacketStats { packets: 0, drops: 0 });
    back(&socket, PACKET_AUXDATA, true);
    back(&socket, PACKET_ORIGDEV, true);
    back(&socket, PACKET_VERSION, c::TPACKET_V3);
    refused(socket.setsockopt(PACKET_VERSION, 9), Errno::EINVAL);
    back(&socket, PACKET_RESERVE, 16);
    back(&socket, PACKET_LOSS, true);
    back(&socket, PACKET_QDISC_BYPASS, true);
    back(&socket, PACKET_IGNORE_OUTGOING, true);
    refused(socket.getsockopt(PACKET_ROLLOVER_STATS), Errno::EINVAL);
    socket.setsockopt(PACKET_ADD_MEMBERSHIP, PacketMreq::promiscuous(1)).unwrap();
    socket.setsockopt(PACKET_DROP_MEMBERSHIP, PacketMreq::promiscuous(1)).unwrap();
    refused(socket.setsockopt(PACKET_ADD_MEMBERSHIP, PacketMreq::promiscuous(9_999)), Errno::ENODEV);
    let group = PacketMreq::multicast(1, [1, 0, 0x5e, 0, 0, 1]);
    refused(socket.setsockopt(PACKET_ADD_MEMBERSHIP, PacketMreq { len: 7, ..group }), Errno::EINVAL);
}

#[test]
fn netlink() {
    let Some(socket) = socket(Family::NETLINK, SockType::RAW, Protocol::NETLINK_ROUTE) else { return };
    assert_eq!(socket.protocol().to_string(), "NETLINK_ROUTE");
    assert!(socket.getsockopt(NETLINK_LIST_MEMBERSHIPS).unwrap().iter().all(|word| *word == 0));
    socket.setsockopt(NETLINK_ADD_MEMBERSHIP, 5).unwrap();
    assert_eq!(socket.getsockopt(NETLINK_LIST_MEMBERSHIPS).unwrap()[0], 1 << 4);
    socket.setsockopt(NETLINK_DROP_MEMBERSHIP, 5).unwrap();
    refused(socket.setsockopt(NETLINK_ADD_MEMBERSHIP, 9_999), Errno::EINVAL);
    for option in [
        NETLINK_PKTINFO,
        NETLINK_BROADCAST_ERROR,
        NETLINK_NO_ENOBUFS,
        NETLINK_CAP_ACK,
        NETLINK_EXT_ACK,
        NETLINK_GET_STRICT_CHK,
    ] {
        back(&socket, option, true);
    }
}

#[test]
fn vsock() {
    let Some(socket) = socket(Family::VSOCK, SockType::STREAM, Protocol::DEFAULT) else { return };
    assert_eq!(socket.getsockopt(SO_VM_SOCKETS_BUFFER_SIZE).unwrap(), 262_144);
    assert_eq!(socket.getsockopt(SO_VM_SOCKETS_BUFFER_MIN_SIZE).unwrap(), 128);
    assert_eq!(socket.getsockopt(SO_VM_SOCKETS_CONNECT_TIMEOUT).unwrap(), Some(Duration::from_secs(2)));
    back(&socket, SO_VM_SOCKETS_BUFFER_MAX_SIZE, 1_000_000);
    back(&socket, SO_VM_SOCKETS_BUFFER_SIZE, 500_000);
    back(&socket, SO_VM_SOCKETS_CONNECT_TIMEOUT, Some(Duration::from_millis(1_500)));
    socket.setsockopt(SO_VM_SOCKETS_CONNECT_TIMEOUT, None).unwrap();
    assert_eq!(socket.getsockopt(SO_VM_SOCKETS_CONNECT_TIMEOUT).unwrap(), Some(Duration::from_secs(2)));
    refused(socket.setsockopt(SO_VM_SOCKETS_CONNECT_TIMEOUT, Some(Duration::MAX)), Errno::ERANGE);
    let short = socket.setsockopt_raw(c::AF_VSOCK, c::SO_VM_SOCKETS_BUFFER_SIZE, &[0; 4]);
    refused(short, Errno::EINVAL);
}

#[test]
fn mptcp() {
    let Some(listener) = socket(Family::INET, SockType::STREAM, Protocol::MPTCP) else { return };
    listener.bind(&loopback(0)).unwrap();
    listener.listen(1).unwrap();
    let client = socket(Family::INET, SockType::STREAM, Protocol::MPTCP).unwrap();
    client.connect(&listener.getsockname().unwrap()).unwrap();
    let info = client.getsockopt(MPTCP_INFO).unwrap();
    assert_eq!((info.subflows, info.flags & 1), (0, 0), "{info:?}");
    assert_ne!(info.token, 0);
    assert!(!client.getsockopt(TCP_NODELAY).unwrap());
}

/// A length without a value: an option that reads one says so.
#[test]
fn no_value_at_all() {
    let udp = datagram(Family::INET);
    for (level, name, len, errno) in [
        (c::SOL_SOCKET, c::SO_REUSEADDR, 4, Errno::EFAULT),
        (c::SOL_SOCKET, c::SO_REUSEADDR, 0, Errno::EINVAL),
        (c::IPPROTO_IP, c::IP_TTL, 4, Errno::EFAULT),
        (c::IPPROTO_IP, c::IP_ADD_MEMBERSHIP, 12, Errno::EFAULT),
        (c::SOL_SOCKET, 9_999, 4, Errno::EFAULT),
        (9_999, 1, 4, Errno::ENOPROTOOPT),
    ] {
        assert_eq!(udp.setsockopt_null(level, name, len).unwrap_err(), errno, "{level} {name} {len}");
    }
    // The name of no interface: any.
    udp.setsockopt_null(c::SOL_SOCKET, c::SO_BINDTODEVICE, 0).unwrap();
}
