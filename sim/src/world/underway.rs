//! What befalls a call while it waits, and the next attempt at it could not tell from the socket.
//!
//! A call that waits is made again (`call/mod.rs`), and would take the socket as it finds it. Linux remembers some things from the
//! beginning of a call: here only the few calls are remembered to which that matters, when it happens, so that others cost nothing.

use super::{
    World,
    task::{State, Wait},
};
use crate::base::{HostId, SocketId, TaskId};

/// What befalls it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// O_NONBLOCK was set. The call has made up its mind to wait (`sock_rcvtimeo` and its like, at the beginning).
    Nonblocking,
    /// The socket was disconnected: EPIPE, whatever else there is to tell (`sk_wait_event`, `sk_disconnects`; Linux 6.6).
    Disconnected,
}

/// The calls that something has befallen.
#[derive(Default)]
pub(crate) struct Underway(Vec<Call>);

struct Call {
    task: TaskId,
    /// The wait that it is in, or will be in next.
    parking: u32,
    fate: Fate,
}

impl World {
    /// Something befalls all calls that wait on a socket. A call on several (`poll`) is none.
    pub(crate) fn befall(&mut self, host: HostId, socket: SocketId, fate: Fate) {
        let Self { tasks, hosts, underway, .. } = self;
        underway.0.retain(|call| call.parking.wrapping_sub(tasks.get(call.task).parking) < 2);
        // Who waits on the socket itself may be another host's process, if the harness has given it the socket.
        if let Some(socket) = hosts[host.index()].sockets.get(socket) {
            let waits = |task: TaskId| tasks.get(task).wait.is_some_and(|wait| wait.call != "poll");
            let parked = socket.waiters.iter().filter(|waiter| waits(waiter.task));
            underway.0.extend(parked.map(|waiter| Call { task: waiter.task, parking: waiter.parking, fate }));
        }
        // And so may be who has been woken, and has not made its call again yet.
        let is_on_it = |wait: Wait| {
            let (of, program) = wait.of;
            of == host
                && wait.call != "poll"
                && hosts[of.index()].programs[program.index()].get(wait.fd) == Some(socket)
        };
        for (index, task) in tasks.all.iter().enumerate() {
            if task.state == State::Ready && task.wait.is_some_and(is_on_it) {
                underway.0.push(Call { task: TaskId(index as u32), parking: task.parking, fate });
            }
        }
    }

    /// Whether that has befallen the call that the running process is making.
    #[inline]
    pub(crate) fn has_befallen(&mut self, fate: Fate) -> bool {
        !self.underway.0.is_empty() && self.has_befallen_this(fate)
    }

    #[cold]
    fn has_befallen_this(&mut self, fate: Fate) -> bool {
        // A call that has ended was counted: then this is another.
        let Some(task) = self.current.filter(|_| self.calls_in_a_row == 0) else { return false };
        let next = self.tasks.get(task).parking.wrapping_add(1);
        let mut calls = self.underway.0.iter_mut();
        let found = calls.find(|call| call.task == task && call.fate == fate && next.wrapping_sub(call.parking) < 2);
        // It may wait once more.
        found.map(|call| call.parking = next).is_some()
    }
}
