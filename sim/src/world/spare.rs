//! What is left of a world is of use to the next: its containers, emptied but not freed, kept by the thread.
//!
//! Most of what a small simulation costs would otherwise be asking the allocator for the same blocks again. Nothing of a
//! run survives in them but capacity, which nothing can see: hash maps cannot be iterated here, and containers whose
//! keys remember earlier lives (slot maps) are not kept.

use std::cell::RefCell;

use super::{Event, World, delivery::Flights, task::Tasks};
use crate::{
    base::{Agenda, HostId, SocketId},
    host::{Host, HostParts, Waiter},
    net::{DropReason, Names, Topology},
    proto::Out,
    wire::Packet,
};

/// The containers of a world.
#[derive(Default)]
pub(super) struct Spare {
    pub(super) agenda: Agenda<Event>,
    pub(super) flights: Flights,
    pub(super) out: Out,
    pub(super) batch: Vec<Packet>,
    pub(super) wakes: Vec<Waiter>,
    pub(super) unarmed: Vec<SocketId>,
    pub(super) to_arm: Vec<(HostId, SocketId)>,
    pub(super) refused: Vec<(DropReason, Packet)>,
    pub(super) topology: Topology,
    pub(super) names: Names,
    pub(super) tasks: Tasks,
    pub(super) hosts: Vec<Host>,
    pub(super) host_parts: Vec<HostParts>,
}

/// Worlds alive at once on one thread are few: a test that compares two, a simulation inside another.
const KEPT: usize = 4;
/// A world larger than this is freed, so that one large run does not hold its memory for good.
const LARGEST_KEPT: usize = 64;

thread_local! {
    static SPARE: RefCell<Vec<Spare>> = const { RefCell::new(Vec::new()) };
}

impl Spare {
    pub(super) fn take() -> Self {
        SPARE.with_borrow_mut(Vec::pop).unwrap_or_default()
    }
}

impl World {
    /// Takes everything out of a world whose processes are gone, and keeps what the next can use.
    pub(super) fn take_apart(&mut self) {
        let mut spare = Spare {
            agenda: std::mem::take(&mut self.agenda),
            flights: std::mem::take(&mut self.flights),
            out: std::mem::take(&mut self.out),
            batch: std::mem::take(&mut self.batch),
            wakes: std::mem::take(&mut self.wakes),
            unarmed: std::mem::take(&mut self.unarmed),
            to_arm: std::mem::take(&mut self.to_arm),
            refused: std::mem::take(&mut self.refused),
            topology: std::mem::take(&mut self.topology),
            names: std::mem::take(&mut self.names),
            tasks: std::mem::take(&mut self.tasks),
            hosts: std::mem::take(&mut self.hosts),
            host_parts: std::mem::take(&mut self.host_parts),
        };
        self.partitions = Vec::new();
        self.failures = Vec::new();
        if spare.hosts.len() > LARGEST_KEPT || spare.tasks.all.len() > LARGEST_KEPT {
            return;
        }
        spare.agenda.clear();
        spare.flights.clear(&mut spare.out.pool);
        spare.out.packets.clear();
        spare.out.resets = None;
        spare.wakes.clear();
        spare.unarmed.clear();
        spare.to_arm.clear();
        spare.refused.clear();
        spare.topology.clear();
        spare.names.clear();
        spare.tasks.clear();
        while let Some(host) = spare.hosts.pop() {
            spare.host_parts.push(host.into_parts());
        }
        SPARE.with_borrow_mut(|kept| {
            if kept.len() < KEPT {
                kept.push(spare);
            }
        });
    }
}
