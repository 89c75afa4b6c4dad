//! Sockets that are only in flight to one another: nobody can ever receive them. `unix_gc` (net/unix/garbage.c) looks for them whenever a
//! UNIX socket is gone while others are in flight, and throws away what waits in their queues.

use slotmap::SecondaryMap;

use super::super::{Body, Env, Host, Socket};
use crate::{
    base::SocketId,
    proto::unix::{self, Buffer},
};

impl Host {
    /// What was in flight to sockets that nobody can receive: empty when there are none, or no more.
    pub(super) fn unix_gc(&mut self, env: &mut Env<'_>) -> Vec<SocketId> {
        if !self.unix_in_flight {
            return Vec::new();
        }
        let in_flight = self.unix_count_in_flight();
        self.unix_in_flight = !in_flight.is_empty();
        let reached = self.unix_reached(&in_flight);
        let garbage: Vec<_> = in_flight.keys().filter(|id| !reached.contains_key(*id)).collect();
        let mut orphans = Vec::new();
        for id in garbage {
            let waiting = self.unix(id).map(|unix| unix.waiting.iter().copied().collect::<Vec<_>>());
            for receiver in waiting.into_iter().flatten().chain([id]) {
                let queue = self.unix_mut(receiver).map(|unix| std::mem::take(&mut unix.queue));
                orphans.extend(queue.into_iter().flatten().flat_map(|buffer| self.unix_free(env, buffer)));
            }
        }
        orphans
    }

    fn unix_all(&self) -> impl Iterator<Item = (SocketId, &Socket, &unix::Socket)> {
        self.sockets.iter().filter_map(|(id, socket)| match &socket.body {
            Body::Unix(unix) => Some((id, socket, &**unix)),
            _ => None,
        })
    }

    /// How many descriptors of each UNIX socket are in flight.
    fn unix_count_in_flight(&self) -> SecondaryMap<SocketId, u32> {
        let mut counts = SecondaryMap::new();
        for &right in self.unix_all().flat_map(|(_, _, unix)| rights_in(unix)) {
            if self.unix(right).is_some()
                && let Some(count) = counts.entry(right)
            {
                *count.or_insert(0) += 1;
            }
        }
        counts
    }

    /// Sockets that a program has, or can receive through one that it has.
    fn unix_reached(&self, in_flight: &SecondaryMap<SocketId, u32>) -> SecondaryMap<SocketId, ()> {
        let count = |id| in_flight.get(id).copied().unwrap_or(0);
        let is_had = |(id, socket, _): &(SocketId, &Socket, &unix::Socket)| socket.descriptors > count(*id);
        let mut next: Vec<_> = self.unix_all().filter(is_had).map(|(id, ..)| id).collect();
        let mut reached = SecondaryMap::new();
        while let Some(id) = next.pop() {
            let Some(unix) = self.unix(id) else { continue };
            if reached.insert(id, ()).is_none() {
                // Who accepts one that waits gets what was sent to it.
                next.extend(unix.waiting.iter().chain(rights_in(unix)).copied());
            }
        }
        reached
    }
}

fn rights_in(unix: &unix::Socket) -> impl Iterator<Item = &SocketId> {
    unix.queue.iter().flat_map(|buffer: &Buffer| &buffer.rights)
}
