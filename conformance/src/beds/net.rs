//! Two machines of a real kernel: namespaces that are joined by a router, which can be told to let nothing pass.
//!
//! The router is a third namespace. A machine that fell silent by itself would not do for the cut: its neighbour would notice
//! (ARP), or its own routes would go with the interface, and either is an error that TCP reports.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream},
    sync::Arc,
    time::Duration,
};

use wavetank_lab::{End, Error, Namespace, Result, Route, veth};

use crate::bed::{Gate, Side};

/// The namespaces, gone when this is dropped and their last socket is closed.
#[derive(Debug)]
pub(super) struct TwoMachines {
    pub(super) near: Arc<Namespace>,
    pub(super) far: Arc<Namespace>,
    router: Namespace,
}

/// The network of a side, of which `.1` is the machine and `.254` the router: 10.66.1.0/24 and 10.66.2.0/24, fd66:1::/64 and
/// fd66:2::/64.
const PREFIX: [u8; 2] = [24, 64];

fn in_net(side: Side, last: u8) -> (Ipv4Addr, Ipv6Addr) {
    let net = if side == Side::Near { 1 } else { 2 };
    (Ipv4Addr::new(10, 66, net, last), Ipv6Addr::new(0xfd66, net.into(), 0, 0, 0, 0, 0, last.into()))
}

/// The machine of that side.
pub(super) fn machine(side: Side) -> (Ipv4Addr, Ipv6Addr) {
    in_net(side, 1)
}

fn both((v4, v6): (Ipv4Addr, Ipv6Addr)) -> [(IpAddr, u8); 2] {
    [(v4.into(), PREFIX[0]), (v6.into(), PREFIX[1])]
}

impl TwoMachines {
    pub(super) fn new() -> Result<Self> {
        let (near, far, router) = (Namespace::new()?, Namespace::new()?, Namespace::new()?);
        for (space, side, name, other) in [(&near, Side::Near, "near", Side::Far), (&far, Side::Far, "far", Side::Near)]
        {
            let machine = End { namespace: space, name: "eth0", addresses: &both(machine(side)) };
            veth(machine, End { namespace: &router, name, addresses: &both(in_net(side, 254)) })?;
            // The group in which a neighbour is asked for is joined a moment after the address is there: ask again soon, and for a
            // second in all. By default a neighbour is asked for three times, once a second.
            for (space, name) in [(space, "eth0"), (&router, name)] {
                for version in ["ipv4", "ipv6"] {
                    space.set_sysctl(&format!("net.{version}.neigh.{name}.retrans_time_ms"), "100")?;
                    space.set_sysctl(&format!("net.{version}.neigh.{name}.mcast_solicit"), "10")?;
                }
            }
            for ((net, prefix), (gateway, _)) in both(in_net(other, 0)).into_iter().zip(both(in_net(side, 254))) {
                space.add_route(net, prefix, Route::Via(gateway))?;
            }
            // Who forwards asks for his neighbour from a link-local address (`ndisc_send_ns`), and the lab gives none.
            router.add_address(name, Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1).into(), 64)?;
        }
        // A router sends an ICMP error for every packet, not one a second.
        for (name, value) in [
            ("net.ipv4.ip_forward", "1"),
            ("net.ipv6.conf.all.forwarding", "1"),
            ("net.ipv4.icmp_ratemask", "0"),
            ("net.ipv6.icmp.ratelimit", "0"),
        ] {
            router.set_sysctl(name, value)?;
        }
        let machines = Self { near: Arc::new(near), far: Arc::new(far), router };
        machines.warm_up();
        Ok(machines)
    }

    /// Everybody gets to know his neighbours: no case waits for that. Whether it went well is the case's to find out.
    fn warm_up(&self) {
        let (v4, v6) = machine(Side::Far);
        for ip in [IpAddr::from(v4), v6.into()] {
            drop(self.near.run(|| TcpStream::connect_timeout(&(ip, 1).into(), Duration::from_secs(1))));
        }
    }

    pub(super) fn space(&self, side: Side) -> &Arc<Namespace> {
        if side == Side::Near { &self.near } else { &self.far }
    }

    /// The route to the very address goes before the one to its network.
    pub(super) fn set_gate(&self, to: Side, gate: Gate) -> Result<()> {
        for (ip, host) in both(machine(to)).map(|(ip, _)| (ip, if ip.is_ipv4() { 32 } else { 128 })) {
            // There is none if the gate was open.
            let gone: std::result::Result<(), Error> = self.router.del_route(ip, host);
            drop(gone);
            match gate {
                Gate::Open => {}
                Gate::Closed => self.router.add_route(ip, host, Route::Blackhole)?,
                Gate::Rejecting => self.router.add_route(ip, host, Route::Unreachable)?,
            }
        }
        Ok(())
    }
}
