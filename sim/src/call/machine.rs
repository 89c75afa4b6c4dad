//! What a program asks of its machine besides the network: time, threads, randomness, event counts.

use std::{panic::Location, time::Duration};

use wavetank_api::{Errno, Result};

use super::{Attempt, Caller, For, Told};
use crate::{base::Instant, world::carrier};

impl Caller<'_> {
    /// `clock_gettime(CLOCK_MONOTONIC)`. Not traced: reading a clock changes nothing. But who reads it again and again is
    /// waiting for it to move, and is preempted like any process that spins.
    #[track_caller]
    pub(crate) fn now(&self) -> Instant {
        let (now, spins) =
            self.world.enter(|world| (world.now, !world.is_dead(self.host, self.program) && world.spins()));
        if spins {
            self.preempt();
        }
        now
    }

    /// `clock_gettime(CLOCK_REALTIME)`, since the UNIX epoch.
    pub(crate) fn wall_clock(&self) -> Duration {
        self.world.enter(|world| {
            let epoch = world.hosts.get(self.host.index()).map_or(Duration::ZERO, |host| host.epoch);
            epoch.saturating_add(world.now.duration_since(Instant::default()))
        })
    }

    /// nanosleep(2).
    #[track_caller]
    pub(crate) fn sleep(&self, duration: Duration) {
        let told = Told {
            call: "nanosleep",
            numbers: [duration.as_nanos() as u64, 0, 0],
            text: || format!("nanosleep({duration:?})"),
        };
        let result: Result<()> = self.blocking(-1, told, |world, deadline| match *deadline {
            _ if duration.is_zero() => Attempt::Done(Ok(())),
            Some(deadline) if deadline <= world.now => Attempt::Done(Ok(())),
            Some(_) => Attempt::Wait(For::Time),
            None => {
                *deadline = Some(world.now + duration);
                Attempt::Wait(For::Time)
            }
        });
        // In a program that is dead a sleep is over at once.
        drop(result);
    }

    /// sched_yield(2).
    #[track_caller]
    pub(crate) fn yield_now(&self) {
        let line = Location::caller();
        let parked = self.world.enter(|world| {
            let is_alone = !world.tasks.any_ready() && !world.tasks.has_chooser();
            if std::thread::panicking() || is_alone || world.is_dead(self.host, self.program) {
                return false;
            }
            let Some((task, parking)) = world.begin_parking() else { return false };
            world.park((self.host, self.program), "sched_yield", -1, line, None);
            world.wake(task, parking)
        });
        if parked {
            carrier::suspend();
        }
    }

    /// getrandom(2).
    pub(crate) fn random(&self, buf: &mut [u8]) {
        let told =
            Told { call: "getrandom", numbers: [buf.len() as u64, 0, 0], text: || format!("getrandom({})", buf.len()) };
        let len = buf.len();
        let mut bytes = vec![0; len];
        let result = self.call(told, |world| {
            self.host_mut(world).program_rng.fill(&mut bytes);
            Ok(len)
        });
        drop(result);
        buf.copy_from_slice(&bytes);
    }

    /// Waits until an event count is no longer `ticket`; `false` if the deadline came first.
    #[track_caller]
    pub(crate) fn wait_count(&self, count: u32, ticket: u64, until: Option<Instant>) -> bool {
        let told = Told {
            call: "futex",
            numbers: [u64::from(count), ticket, until.map_or(u64::MAX, Instant::as_nanos)],
            text: || format!("futex(#{count}, FUTEX_WAIT, {ticket})"),
        };
        let result: Result<bool> = self.blocking(-1, told, |world, deadline| {
            let moved = world.counts.value(count) != ticket;
            let expired = until.is_some_and(|until| until <= world.now);
            if moved || expired {
                return Attempt::Done(Ok(moved));
            }
            *deadline = until;
            Attempt::Wait(For::Count(count))
        });
        // Who unwinds cannot wait, and is told so: else it would ask again for ever.
        result.unwrap_or(false)
    }

    /// Moves an event count. Not a system call of its own in the trace: the wakes it causes are.
    pub(crate) fn notify_count(&self, count: u32, all: bool) {
        self.world.enter(|world| {
            if !world.is_dead(self.host, self.program) {
                world.notify(count, all);
            }
        });
    }

    pub(crate) fn gethostname(&self) -> Result<String> {
        let told = Told { call: "gethostname", numbers: [0; 3], text: || "gethostname()".to_owned() };
        self.call(told, |world| {
            let host = self.host(world);
            Ok(((), host.hostname.clone().unwrap_or_else(|| (*host.name).to_owned())))
        })
        .map(|((), name)| name)
    }

    pub(crate) fn sethostname(&self, name: &str) -> Result<()> {
        let told = Told {
            call: "sethostname",
            numbers: [crate::base::rng::fnv1a(name.as_bytes()), 0, 0],
            text: || format!("sethostname({name:?})"),
        };
        self.call(told, |world| {
            // sethostname(2): longer than __NEW_UTS_LEN.
            if name.len() > 64 {
                return Err(Errno::EINVAL);
            }
            self.host_mut(world).hostname = Some(name.to_owned());
            Ok(())
        })
    }

    pub(crate) fn if_nameindex(&self) -> Result<Vec<(u32, String)>> {
        let told = Told { call: "if_nameindex", numbers: [0; 3], text: || "if_nameindex()".to_owned() };
        let interfaces = self.call(told, |world| {
            let named = |index, name: &str| (index, name.to_owned());
            Ok(((), self.host(world).interfaces().map(|(index, name)| named(index, name)).collect()))
        });
        interfaces.map(|((), interfaces)| interfaces)
    }

    pub(crate) fn if_nametoindex(&self, name: &str) -> Result<u32> {
        let told = Told {
            call: "if_nametoindex",
            numbers: [crate::base::rng::fnv1a(name.as_bytes()), 0, 0],
            text: || format!("if_nametoindex({name:?})"),
        };
        let index = self.call(told, |world| {
            // `dev_ioctl`: SIOCGIFINDEX of a name that no device has.
            self.host(world).interface_index(name.as_bytes()).map(|index| ((), index)).ok_or(Errno::ENODEV)
        });
        index.map(|((), index)| index)
    }

    pub(crate) fn if_indextoname(&self, index: u32) -> Result<String> {
        let told = Told {
            call: "if_indextoname",
            numbers: [u64::from(index), 0, 0],
            text: || format!("if_indextoname({index})"),
        };
        let name = self.call(told, |world| {
            // glibc makes ENXIO of the ENODEV of SIOCGIFNAME.
            self.host(world).interface_name(index).map(|name| ((), name.to_owned())).ok_or(Errno::ENXIO)
        });
        name.map(|((), name)| name)
    }

    /// The default timeout of the program's new sockets. No call of the kernel, and not traced: a program's own memory.
    #[inline]
    pub(crate) fn default_timeout(&self) -> Option<Duration> {
        self.world.enter(|world| self.host(world).programs[self.program.index()].default_timeout())
    }

    pub(crate) fn set_default_timeout(&self, timeout: Option<Duration>) {
        self.world.enter(|world| self.host_mut(world).programs[self.program.index()].set_default_timeout(timeout));
    }
}
