//! The port rules, case by case: what two sockets may share.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{BindError, Body, Family, Flow, Host, HostParts, Socket, SocketOptions, Tcp, ports::By};
use crate::{
    base::{HostId, Instant, SocketId},
    proto::udp::Udp,
};

const ANY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
const ANY6: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const OWN: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

fn host() -> Host {
    Host::new(HostId(0), "h".into(), &[OWN], 0, HostParts::default())
}

fn tcp(host: &mut Host, family: Family, reuseaddr: bool) -> SocketId {
    let mut options = SocketOptions::new(131_072, 16_384);
    options.reuseaddr = reuseaddr;
    host.sockets.insert(Socket::new(family, Body::Tcp(Tcp::Closed), options))
}

fn udp(host: &mut Host) -> SocketId {
    host.sockets.insert(Socket::new(
        Family::Inet,
        Body::Udp(Box::new(Udp::new(4096, 4096))),
        SocketOptions::new(4096, 4096),
    ))
}

fn bind(host: &mut Host, id: SocketId, ip: IpAddr, port: u16) -> Result<(), BindError> {
    host.bind(id, SocketAddr::new(ip, port))
}

#[test]
fn addresses_that_overlap_are_in_conflict() {
    for (first, second, conflict) in [
        (ANY, ANY, true),
        (ANY, LOCAL, true),
        (LOCAL, ANY, true),
        (LOCAL, LOCAL, true),
        (LOCAL, OWN, false),
        (ANY6, ANY, true),
    ] {
        let mut host = host();
        let family = |ip: IpAddr| if ip.is_ipv4() { Family::Inet } else { Family::Inet6 };
        let (a, b) = (tcp(&mut host, family(first), false), tcp(&mut host, family(second), false));
        assert_eq!(bind(&mut host, a, first, 80), Ok(()));
        let expected = if conflict { Err(BindError::AddrInUse) } else { Ok(()) };
        assert_eq!(bind(&mut host, b, second, 80), expected, "{first} then {second}");
    }
}

#[test]
fn an_ipv6_only_wildcard_leaves_ipv4_alone() {
    let mut host = host();
    let (a, b) = (tcp(&mut host, Family::Inet6, false), tcp(&mut host, Family::Inet, false));
    host.sockets[a].options.v6only = true;
    assert_eq!(bind(&mut host, a, ANY6, 80), Ok(()));
    assert_eq!(bind(&mut host, b, ANY, 80), Ok(()));
}

#[test]
fn reuseaddr_on_both_shares_a_port_until_one_listens() {
    let mut host = host();
    let (a, b, c) =
        (tcp(&mut host, Family::Inet, true), tcp(&mut host, Family::Inet, true), tcp(&mut host, Family::Inet, true));
    assert_eq!(bind(&mut host, a, ANY, 80), Ok(()));
    assert_eq!(bind(&mut host, b, ANY, 80), Ok(()));
    assert_eq!(host.tcp_listen(a, 1), Ok(()));
    assert_eq!(bind(&mut host, c, ANY, 80), Err(BindError::AddrInUse));
    assert!(host.tcp_listen(b, 1).is_err());
}

#[test]
fn tcp_and_udp_ports_are_apart() {
    let mut host = host();
    let (a, b) = (tcp(&mut host, Family::Inet, false), udp(&mut host));
    assert_eq!(bind(&mut host, a, ANY, 80), Ok(()));
    assert_eq!(bind(&mut host, b, ANY, 80), Ok(()));
}

#[test]
fn binding_twice_and_to_a_foreign_address_is_refused() {
    let mut host = host();
    let a = tcp(&mut host, Family::Inet, false);
    let foreign = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    assert_eq!(bind(&mut host, a, foreign, 80), Err(BindError::AddrNotAvailable));
    assert_eq!(bind(&mut host, a, ANY, 80), Ok(()));
    assert_eq!(bind(&mut host, a, ANY, 81), Err(BindError::AlreadyBound));
}

#[test]
fn port_zero_gives_every_port_of_the_range_once() {
    let mut host = host();
    host.settings.port_range = (1000, 1009);
    let mut ports: Vec<u16> = (0..10)
        .map(|_| {
            let id = tcp(&mut host, Family::Inet, false);
            bind(&mut host, id, ANY, 0).unwrap();
            host.sockets[id].local.unwrap().port()
        })
        .collect();
    // Odd ones first: the even ones are for connect.
    assert!(ports[..5].iter().all(|port| port % 2 == 1), "{ports:?}");
    ports.sort_unstable();
    assert_eq!(ports, (1000..=1009).collect::<Vec<_>>());
    let id = tcp(&mut host, Family::Inet, false);
    assert_eq!(bind(&mut host, id, ANY, 0), Err(BindError::AddrInUse));
}

#[test]
fn a_port_is_free_again_when_its_last_user_is_gone() {
    let mut host = host();
    let a = tcp(&mut host, Family::Inet, false);
    bind(&mut host, a, ANY, 80).unwrap();
    host.forget(a);
    let b = tcp(&mut host, Family::Inet, false);
    assert_eq!(bind(&mut host, b, ANY, 80), Ok(()));
}

#[test]
fn descriptors_are_the_lowest_free_ones() {
    let mut host = host();
    let id = tcp(&mut host, Family::Inet, false);
    let program = &mut host.programs[0];
    assert_eq!([program.open(id, 6), program.open(id, 6), program.open(id, 6)], [Ok(3), Ok(4), Ok(5)]);
    assert_eq!(program.open(id, 6), Err(super::TableFull));
    assert_eq!(program.close(4), Some(id));
    assert_eq!(program.close(4), None);
    assert_eq!(program.close(-1), None);
    assert_eq!(program.open(id, 6), Ok(4));
}

/// Every port of the range serves once towards one destination, those at an even distance first, whether a set of the ports in
/// use is kept or not; and all of them serve towards another.
#[test]
fn connect_uses_every_port_once() {
    let mut host = host();
    let (low, high) = host.settings.port_range;
    let remote = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)), 80);
    let other = SocketAddr::new(remote.ip(), 81);
    let mut taken = Vec::new();
    let (mut sockets, now) = (Vec::new(), Instant::EPOCH);
    loop {
        let id = tcp(&mut host, Family::Inet, false);
        let Some(port) = host.ephemeral_for_connect(id, OWN, remote, now) else { break };
        let local = SocketAddr::new(OWN, port);
        host.flows.insert(Flow::new(local, remote), id);
        host.take_port(id, local, By::Connect);
        taken.push(port);
        sockets.push(id);
    }
    let (even, odd) = taken.split_at(taken.len() / 2);
    assert!(even.iter().all(|port| (port - low) % 2 == 0) && odd.iter().all(|port| (port - low) % 2 == 1));
    taken.sort_unstable();
    assert_eq!(taken, (low..=high).collect::<Vec<_>>());
    let id = tcp(&mut host, Family::Inet, false);
    assert!(host.ephemeral_for_connect(id, OWN, other, now).is_some());
    let gone = sockets[5000];
    let local = host.sockets[gone].local.unwrap();
    host.flows.remove(&Flow::new(local, remote));
    host.unbind(gone);
    assert_eq!(host.ephemeral_for_connect(id, OWN, remote, now), Some(local.port()));
}
