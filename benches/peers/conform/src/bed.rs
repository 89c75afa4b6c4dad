//! [`TurmoilBed`]: two machines of turmoil-net, or the loopback of one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::Errno;
use wavetank_conformance::{Absence, Bed, Capability, Gate, Outcome, Place, Side, Stop, Subject, Trial, Way, World};

use crate::{
    machine::Machine,
    unsayable::unsayable,
    world::{self, ADDRESSES, Link, absent},
};

/// The subject: a world for each run of a case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TurmoilNet;

impl Subject for TurmoilNet {
    type Bed = TurmoilBed;

    fn world(&self) -> World {
        World::Other("turmoil-net")
    }

    fn run(&self, trial: Trial<TurmoilBed>) -> Outcome {
        if let Some(what) = unsayable(trial.case.name) {
            return Err(absent(what));
        }
        world::run(trial.way.link, move |link| {
            let machines = [0, 1].map(|host| Machine::new(link.clone(), if trial.way.link { host } else { 0 }));
            trial.run(&TurmoilBed { link: link.clone(), machines, way: trial.way })
        })
    }

    fn is_in_real_time(&self) -> bool {
        false
    }
}

/// What a case finds.
#[derive(Debug)]
pub(crate) struct TurmoilBed {
    link: Link,
    machines: [Machine; 2],
    way: Way,
}

impl Bed for TurmoilBed {
    type Host = Machine;

    fn near(&self) -> Place<'_, Machine> {
        self.place(0)
    }

    fn far(&self) -> Place<'_, Machine> {
        self.place(1)
    }

    fn way(&self) -> Way {
        self.way
    }

    /// By a rule that drops packets. One that is told to its sender would need ICMP.
    fn set_gate(&self, to: Side, gate: Gate) -> Outcome {
        if !self.way.link {
            return Err(Stop::Failed("only a linked case may change its network".to_owned()));
        }
        if gate == Gate::Rejecting {
            return Err(absent("ICMP errors from a router"));
        }
        let side = usize::from(to == Side::Far);
        self.link.tell("set_gate", move |stack| stack.set_closed(side, gate == Gate::Closed));
        Ok(())
    }

    fn set_sysctl(&self, _: Side, name: &str, _: &str) -> Outcome {
        Err(absent(&format!("the sysctl {name}")))
    }

    fn unplug(&self, _: &str) -> Outcome {
        Err(absent("interfaces"))
    }

    fn lacks(&self, what: &str, _: Errno) -> Stop {
        absent(what)
    }

    fn absence(&self) -> Option<Absence> {
        self.link.absence()
    }

    fn need(&self, capability: Capability) -> Outcome {
        match capability {
            Capability::Ipv6 | Capability::Privileged => Ok(()),
            Capability::NetAdmin => Err(absent("SO_MARK")),
            Capability::ServiceNames => Err(absent("names of services")),
            Capability::FillDescriptors => Err(absent("a limit of descriptors")),
            Capability::Unprivileged => Err(absent("users without privileges")),
        }
    }
}

impl TurmoilBed {
    fn place(&self, side: usize) -> Place<'_, Machine> {
        let (mut v4, mut v6) = (Ipv4Addr::from([[127, 0, 0, 1], [127, 0, 0, 2]][side]), Ipv6Addr::LOCALHOST);
        if self.way.link {
            for address in ADDRESSES[side] {
                match address {
                    IpAddr::V4(ip) => v4 = ip,
                    IpAddr::V6(ip) => v6 = ip,
                }
            }
        }
        Place { host: &self.machines[side], family: self.way.family, v4, v6 }
    }
}
