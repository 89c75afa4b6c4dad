//! [`Bed`]: what a case may ask of the world it runs in.

use std::fmt;

use wavetank_api::{Errno, Family, Host};

use crate::{
    case::World,
    check::{Outcome, Stop},
    need::Kernel,
    pair::Place,
};

/// A world made ready for one case: two places on a network, which may be the same machine.
pub trait Bed {
    /// The machines of this world.
    type Host: Host;

    /// Where the case runs: the client's side.
    fn near(&self) -> Place<'_, Self::Host>;

    /// The other side. On loopback another address of the same machine, as far as the family has one.
    fn far(&self) -> Place<'_, Self::Host>;

    /// IPv4 or IPv6: what this run of the case is over.
    fn family(&self) -> Family;

    /// Which world this is. Only for what is recorded on the one and looser on the other.
    fn world(&self) -> World;

    /// Waits until everything that is on its way has arrived, and what follows from it at once has happened.
    fn settle(&self);

    /// What becomes of packets to that side, from now on. Only a case that runs between two machines may ask.
    fn set_gate(&self, to: Side, gate: Gate) -> Outcome;

    /// Sets what an administrator may set on that side, by Linux's name: `net.ipv4.tcp_fin_timeout`. Only a case that runs between
    /// two machines may: loopback's are everybody's.
    fn set_sysctl(&self, side: Side, name: &str, value: &str) -> Outcome;

    /// Takes an interface away from the machine of an `apart` case.
    fn unplug(&self, interface: &str) -> Outcome;

    /// Nothing arrives any more, on either side, and nobody is told.
    fn cut(&self) -> Outcome {
        self.set_gate(Side::Near, Gate::Closed)?;
        self.set_gate(Side::Far, Gate::Closed)
    }

    /// Everything arrives again.
    fn mend(&self) -> Outcome {
        self.set_gate(Side::Near, Gate::Open)?;
        self.set_gate(Side::Far, Gate::Open)
    }

    /// The version of Linux that this world is, or is made after. Only for what has changed between versions.
    fn kernel(&self) -> Kernel;

    /// How a case ends that asks this world for what it has not: skipped by a machine, [`Stop::Absent`] in the simulated world. `errno`
    /// is what the call answered that asked for it. Sockets are declared in the table of cases; this is for what is no socket.
    fn lacks(&self, what: &str, errno: Errno) -> Stop;

    /// Whether this world, here and now, can do that; if not, why.
    fn can(&self, capability: Capability) -> Result<(), String>;

    /// Skips the case unless this world can do that.
    fn need(&self, capability: Capability) -> Outcome {
        self.can(capability).map_err(Stop::Skipped)
    }
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
