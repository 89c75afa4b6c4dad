//! read(2) and write(2) on a TUN device. It has no descriptor here, and belongs to no host: whichever process has a handle of it may.

use std::time::Duration;

use wavetank_api::{Errno, Result};

use super::{Attempt, Caller, For, Told, deadline_after};
use crate::{base::HostId, wire::Malformed, world::World};

impl Caller<'_> {
    /// The oldest packet; EAGAIN if none has come when the time is over.
    #[track_caller]
    pub(crate) fn tun_read(&self, tun: HostId, timeout: Option<Duration>) -> Result<Vec<u8>> {
        let told = Told { call: "read", numbers: [tun.0.into(), 0, 0], text: || format!("read(tun, {timeout:?})") };
        let read = self.blocking(-1, told, |world, deadline| {
            let Some(device) = world.topology.tun_mut(tun) else { return Attempt::Done(Err(Errno::EBADF)) };
            let readers = device.readers;
            if let Some(packet) = device.read() {
                return Attempt::Done(Ok((packet.len(), packet)));
            }
            if timeout.is_some_and(|timeout| timeout.is_zero()) {
                return Attempt::Done(Err(Errno::EAGAIN));
            }
            deadline_after(world, deadline, timeout);
            Attempt::Wait(For::Count(readers))
        });
        read.map(|(_, packet)| packet)
    }

    /// A packet goes in. What it was refused for is EINVAL in the trace.
    pub(crate) fn tun_write(&self, tun: HostId, packet: &[u8]) -> Result<(), Malformed> {
        let len = packet.len();
        let told =
            Told { call: "write", numbers: [tun.0.into(), len as u64, 0], text: || format!("write(tun, {len})") };
        let mut refused = Ok(());
        let written = self.call(told, |world: &mut World| {
            refused = world.enter_by_tun(tun, packet);
            refused.map(|()| len).map_err(|_| Errno::EINVAL)
        });
        // In a program that is dead a call does nothing.
        drop(written);
        refused
    }
}
