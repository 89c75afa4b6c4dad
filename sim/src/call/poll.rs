//! poll(2).

use std::time::Duration;

use wavetank_api::{PollEvents, Result};

use super::{Attempt, Caller, For, Told, deadline_after, has_passed};
use crate::{base::SocketId, host::Body, proto::Readiness, world::World};

/// One entry of the array: a descriptor, what is asked of it and what it answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) fd: i32,
    pub(crate) events: PollEvents,
    pub(crate) revents: PollEvents,
}

impl Caller<'_> {
    #[track_caller]
    pub(crate) fn poll(&self, entries: &mut [Entry], timeout: Option<Duration>) -> Result<usize> {
        let first = entries.first().map_or(-1, |entry| entry.fd);
        let asked = entries.to_vec();
        let told = Told {
            call: "poll",
            numbers: [entries.len() as u64, first as u64, timeout.map_or(u64::MAX, |time| time.as_nanos() as u64)],
            text: || poll_text(&asked, timeout),
        };
        self.blocking(first, told, |world, deadline| {
            let ready = entries.iter_mut().map(|entry| self.look(world, entry)).filter(|&ready| ready).count();
            let expired = has_passed(world, *deadline);
            if ready > 0 || expired || timeout.is_some_and(|time| time.is_zero()) {
                return Attempt::Done(Ok(ready));
            }
            deadline_after(world, deadline, timeout);
            let interest = entries.iter().filter_map(|entry| self.interest(world, entry)).collect();
            Attempt::Wait(For::AnyReady(interest))
        })
    }

    /// Fills in what a descriptor is ready for; errors and hang-ups unasked.
    fn look(&self, world: &mut World, entry: &mut Entry) -> bool {
        entry.revents = match self.socket(world, entry.fd) {
            // poll(2): a negative descriptor is passed over.
            Err(_) if entry.fd < 0 => PollEvents::empty(),
            Err(_) => PollEvents::NVAL,
            Ok(id) => {
                let asked = entry.events | PollEvents::ERR | PollEvents::HUP;
                let socket = &mut self.host_mut(world).sockets[id];
                let ready = socket.readiness();
                if !ready.contains(Readiness::OUT)
                    && let Some(connection) = socket.connection_mut()
                {
                    connection.misses_room();
                }
                bits(ready, matches!(socket.body, Body::Tcp(_))) & asked
            }
        };
        !entry.revents.is_empty()
    }

    fn interest(&self, world: &World, entry: &Entry) -> Option<(SocketId, Readiness)> {
        let id = self.socket(world, entry.fd).ok()?;
        let mut interest = Readiness::BY_POLL;
        interest.set(Readiness::IN, entry.events.intersects(PollEvents::IN | RDNORM));
        interest.set(Readiness::OUT, entry.events.intersects(PollEvents::OUT | WRNORM | WRBAND));
        interest.set(Readiness::PRI, entry.events.contains(PollEvents::PRI));
        interest.set(Readiness::RDHUP, entry.events.contains(PollEvents::RDHUP));
        Some((id, interest))
    }
}

/// The bits of System V's streams: every family says POLLIN and POLLRDNORM together, and POLLOUT and POLLWRNORM. POLLWRBAND goes
/// with them in `datagram_poll`, `unix_poll` and `unix_dgram_poll`, not in `tcp_poll`; POLLRDBAND and POLLMSG no socket says.
const RDNORM: PollEvents = PollEvents::from_bits_retain(libc::POLLRDNORM);
const WRNORM: PollEvents = PollEvents::from_bits_retain(libc::POLLWRNORM);
const WRBAND: PollEvents = PollEvents::from_bits_retain(libc::POLLWRBAND);

fn bits(ready: Readiness, is_tcp: bool) -> PollEvents {
    let mut bits = PollEvents::empty();
    bits.set(PollEvents::IN | RDNORM, ready.contains(Readiness::IN));
    bits.set(PollEvents::OUT | WRNORM, ready.contains(Readiness::OUT));
    bits.set(WRBAND, ready.contains(Readiness::OUT) && !is_tcp);
    bits.set(PollEvents::PRI, ready.contains(Readiness::PRI));
    bits.set(PollEvents::RDHUP, ready.contains(Readiness::RDHUP));
    bits.set(PollEvents::HUP, ready.contains(Readiness::HUP));
    bits.set(PollEvents::ERR, ready.contains(Readiness::ERR));
    bits
}

fn poll_text(entries: &[Entry], timeout: Option<Duration>) -> String {
    let list: Vec<_> = entries.iter().map(|entry| format!("{{fd={}, events={}}}", entry.fd, entry.events)).collect();
    let timeout = timeout.map_or_else(|| "-1".to_owned(), |time| time.as_millis().to_string());
    format!("poll([{}], {}, {timeout})", list.join(", "), entries.len())
}
