//! The table of each world. Every state has a host of its own, so that nothing of one is in another's way.

use std::{
    net::Ipv6Addr,
    sync::{Arc, Mutex, PoisonError},
};

use wavetank_lab::Namespace;
use wavetank_real::Machine;
use wavetank_sim::Sim;

use super::{State, Table, measure};
use crate::check::Stop;

/// An address besides `::1`.
const V6_OTHER: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2);

/// As the kernel answers, in network namespaces made for it. Skipped where that is not allowed.
pub fn real(states: &[State]) -> Result<Table, Stop> {
    let in_namespace = |state: &State| -> Result<Table, Stop> {
        let namespace = Namespace::new()?;
        namespace.add_address("lo", V6_OTHER.into(), 128)?;
        namespace.run(|| measure(&Machine::this(), V6_OTHER, &[*state]))
    };
    states.iter().map(in_namespace).collect()
}

/// As the simulator answers.
pub fn sim(states: &[State]) -> Result<Table, Stop> {
    let in_world = |state: &State| -> Result<Table, Stop> {
        let (sim, state) = (Sim::new(1), *state);
        let machine = sim.host_with_addrs("machine", &[[10, 0, 0, 1].into(), V6_OTHER.into()]);
        let table = Arc::new(Mutex::new(None));
        let tell = Arc::clone(&table);
        machine.run(move |host| {
            *tell.lock().unwrap_or_else(PoisonError::into_inner) = Some(measure(host, V6_OTHER, &[state]));
            Ok(())
        });
        let report = sim.run();
        let told = table.lock().unwrap_or_else(PoisonError::into_inner).take();
        told.unwrap_or_else(|| Err(Stop::Failed(report.to_string())))
    };
    states.iter().map(in_world).collect()
}

impl FromIterator<Self> for Table {
    fn from_iter<T: IntoIterator<Item = Self>>(tables: T) -> Self {
        Self { grids: tables.into_iter().flat_map(|table| table.grids).collect() }
    }
}

impl From<wavetank_lab::Error> for Stop {
    fn from(error: wavetank_lab::Error) -> Self {
        if error.is_not_allowed() { Self::Skipped(error.to_string()) } else { Self::Failed(error.to_string()) }
    }
}
