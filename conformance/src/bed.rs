//! [`Bed`]: what a case may ask of the world it runs in.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use wavetank_api::{Addr, AddrQuery, Errno, Family, Host, SockType, Socket, option::SO_MARK};

use crate::{
    case::World,
    check::{Outcome, Stop},
    need::{Absence, Kernel, RECORDED_ON},
    pair::Place,
};

/// A world made ready for one case: two places on a network, which may be the same machine.
///
/// What has a default need not be there: a case that asks for it is skipped, with the reason.
pub trait Bed: 'static {
    /// The machines of this world.
    type Host: Host;

    /// Where the case runs: the client's side.
    fn near(&self) -> Place<'_, Self::Host>;

    /// The other side. On loopback another address of the same machine, as far as the family has one.
    fn far(&self) -> Place<'_, Self::Host>;

    /// What this run of the case is over: what the [`Trial`](crate::Trial) asked for.
    fn way(&self) -> Way;

    /// IPv4 or IPv6: what this run of the case is over.
    fn family(&self) -> Family {
        self.way().family
    }

    /// Which world this is. Only for what is recorded on the one and looser on the other: nobody else needs to say.
    fn world(&self) -> World {
        World::Other("somebody's")
    }

    /// Waits until everything that is on its way has arrived, and what follows from it at once has happened.
    #[track_caller]
    fn settle(&self) {
        self.near().host.sleep(SETTLE);
    }

    /// What becomes of packets to that side, from now on. Only a case that runs between two machines may ask.
    ///
    /// # Errors
    ///
    /// That it cannot be done.
    fn set_gate(&self, _to: Side, _gate: Gate) -> Outcome {
        Err(Stop::Skipped("this bed has no network that can be cut".to_owned()))
    }

    /// Sets what an administrator may set on that side, by Linux's name: `net.ipv4.tcp_fin_timeout`. Only a case that runs between
    /// two machines may: loopback's are everybody's.
    ///
    /// # Errors
    ///
    /// That it cannot be done.
    fn set_sysctl(&self, _side: Side, name: &str, _value: &str) -> Outcome {
        Err(Stop::Skipped(format!("this bed has no sysctls: {name}")))
    }

    /// Takes an interface away from the machine of an `apart` case.
    ///
    /// # Errors
    ///
    /// That it cannot be done.
    fn unplug(&self, interface: &str) -> Outcome {
        Err(Stop::Skipped(format!("this bed cannot take an interface away: {interface}")))
    }

    /// Nothing arrives any more, on either side, and nobody is told.
    ///
    /// # Errors
    ///
    /// As [`set_gate`](Self::set_gate).
    fn cut(&self) -> Outcome {
        self.set_gate(Side::Near, Gate::Closed)?;
        self.set_gate(Side::Far, Gate::Closed)
    }

    /// Everything arrives again.
    ///
    /// # Errors
    ///
    /// As [`set_gate`](Self::set_gate).
    fn mend(&self) -> Outcome {
        self.set_gate(Side::Near, Gate::Open)?;
        self.set_gate(Side::Far, Gate::Open)
    }

    /// The version of Linux that this world is, or is made after. Only for what has changed between versions.
    fn kernel(&self) -> Kernel {
        RECORDED_ON
    }

    /// How a case ends that asks this world for what it has not: skipped by a machine, [`Stop::Absent`] in any other world. `errno`
    /// is what the call answered that asked for it. Sockets are declared in the table of cases; this is for what is no socket.
    fn lacks(&self, what: &str, errno: Errno) -> Stop {
        Stop::Absent(Absence::answering(what, errno))
    }

    /// What the case has asked for up to now and this world has no way to say: an option that there is no call for. Then the case has
    /// neither passed nor failed.
    fn absence(&self) -> Option<Absence> {
        None
    }

    /// Whether this world, here and now, can do that; if not, why. By default it is tried.
    ///
    /// # Errors
    ///
    /// Why not.
    fn can(&self, capability: Capability) -> Result<(), String> {
        tried(self, capability)
    }

    /// Skips the case unless this world can do that.
    ///
    /// # Errors
    ///
    /// [`Stop::Skipped`].
    fn need(&self, capability: Capability) -> Outcome {
        self.can(capability).map_err(Stop::Skipped)
    }
}

/// What a bed waits for that does not say how long its own network takes.
const SETTLE: Duration = Duration::from_millis(25);

/// What a capability comes to where it is tried.
pub(crate) fn tried<B: Bed + ?Sized>(bed: &B, capability: Capability) -> Result<(), String> {
    let reason = match capability {
        Capability::Ipv6 if binds(bed.near().host, Ipv6Addr::LOCALHOST.into(), 0) => return Ok(()),
        Capability::Ipv6 => "this machine has no IPv6 on loopback",
        Capability::Privileged if has_low_ports(bed) => return Ok(()),
        Capability::Privileged => "run by root, or with CAP_NET_BIND_SERVICE",
        Capability::NetAdmin if may_mark(bed.near().host) => return Ok(()),
        Capability::NetAdmin => "run by root, or with CAP_NET_ADMIN",
        Capability::Unprivileged if !has_low_ports(bed) => return Ok(()),
        Capability::Unprivileged => "run as a user who may not bind port 1",
        Capability::FillDescriptors => "this bed does not say that its descriptors may all be opened",
        Capability::ServiceNames if knows_http(bed.near().host) => return Ok(()),
        Capability::ServiceNames => "this machine has no /etc/services",
    };
    Err(reason.to_owned())
}

fn binds<H: Host>(host: &H, ip: IpAddr, port: u16) -> bool {
    let addr = Addr::from((ip, port));
    Socket::new(host, addr.family(), SockType::DGRAM).is_ok_and(|socket| socket.bind(&addr).is_ok())
}

/// Of an address beside that of the case.
fn has_low_ports<B: Bed + ?Sized>(bed: &B) -> bool {
    let [a, b, c, _] = bed.near().v4.octets();
    let v4 = if bed.way().link { bed.near().v4 } else { [a, b, c, 3].into() };
    binds(bed.near().host, v4.into(), 1)
}

fn may_mark<H: Host>(host: &H) -> bool {
    let socket = Socket::new(host, Family::INET, SockType::DGRAM);
    socket.is_ok_and(|socket| socket.setsockopt(SO_MARK, 1).is_ok())
}

fn knows_http<H: Host>(host: &H) -> bool {
    let query = AddrQuery { service: Some("http"), kind: SockType::STREAM, ..AddrQuery::default() };
    host.getaddrinfo(&query).is_ok()
}

/// One of the two places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Where the case runs.
    Near,
    /// The other one.
    Far,
}

/// What becomes of packets on their way, at a router between the two machines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    /// They pass.
    Open,
    /// They are lost in silence.
    Closed,
    /// They are lost, and their sender is told by ICMP, by a router whose route says unreachable.
    Rejecting,
}

/// What not every machine can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Capability {
    /// IPv6 on loopback.
    Ipv6,
    /// Whatever root may: ports below 1024.
    Privileged,
    /// Whatever CAP_NET_ADMIN allows: SO_MARK.
    NetAdmin,
    /// Being refused what only root may.
    Unprivileged,
    /// Opening as many descriptors as the program may have.
    FillDescriptors,
    /// The usual names of services: `http` is port 80.
    ServiceNames,
}

/// What a run of a case is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Way {
    /// IPv4 or IPv6.
    pub family: Family,
    /// Between two machines instead of on loopback.
    pub link: bool,
    /// On a machine of its own.
    pub apart: bool,
}

impl Way {
    pub(crate) const V4: Self = Self { family: Family::INET, link: false, apart: false };
    pub(crate) const V6: Self = Self { family: Family::INET6, link: false, apart: false };
    pub(crate) const V4_LINK: Self = Self { family: Family::INET, link: true, apart: false };
    pub(crate) const V6_LINK: Self = Self { family: Family::INET6, link: true, apart: false };
    pub(crate) const APART: Self = Self { family: Family::INET, link: false, apart: true };
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.family == Family::INET6 { "IPv6" } else { "IPv4" };
        let place = match (self.link, self.apart) {
            (true, _) => "between two machines",
            (false, true) => "on a machine of its own",
            (false, false) => "on loopback",
        };
        write!(f, "{family} {place}")
    }
}
