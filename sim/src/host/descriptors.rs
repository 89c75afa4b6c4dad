//! The descriptor table of a program: small integers, the lowest free one first, each naming an open socket.

use std::time::Duration;

use smallvec::SmallVec;

use crate::base::{SocketId, TaskId};

/// A running program of a host: what POSIX calls a process. Its threads share this table.
#[derive(Default)]
pub(crate) struct Program {
    table: SmallVec<[Option<SocketId>; 4]>,
    open: usize,
    /// The descriptors without FD_CLOEXEC: few programs have any.
    inheritable: Vec<i32>,
    /// The timeout with which new sockets begin: Python's, not the kernel's.
    default_timeout: Option<Box<Duration>>,
    /// Below this every descriptor is in use.
    lowest_free: usize,
    /// The threads it ever started, by number.
    pub(crate) threads: SmallVec<[TaskId; 2]>,
    /// It has crashed or was killed: its threads unwind, and their calls no longer do anything.
    pub(crate) dead: bool,
}

/// `RLIMIT_NOFILE` is reached: EMFILE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TableFull;

/// 0, 1 and 2 are standard input, output and error, in a simulated program too.
const FIRST: usize = 3;

impl Program {
    /// Gives the lowest free descriptor to a socket.
    pub(crate) fn open(&mut self, socket: SocketId, limit: usize) -> Result<i32, TableFull> {
        let index = self.next_free();
        if index + FIRST >= limit {
            return Err(TableFull);
        }
        if index == self.table.len() {
            self.table.push(None);
        }
        self.table[index] = Some(socket);
        self.open += 1;
        self.lowest_free = index + 1;
        Ok((index + FIRST) as i32)
    }

    /// Whether `count` more descriptors would fit.
    pub(crate) fn has_room(&self, count: usize, limit: usize) -> bool {
        self.open + count + FIRST <= limit
    }

    fn next_free(&self) -> usize {
        let from = self.lowest_free.min(self.table.len());
        self.table[from..].iter().position(Option::is_none).map_or(self.table.len(), |offset| from + offset)
    }

    pub(crate) fn get(&self, fd: i32) -> Option<SocketId> {
        let index = usize::try_from(fd).ok()?.checked_sub(FIRST)?;
        self.table.get(index).copied().flatten()
    }

    pub(crate) fn close(&mut self, fd: i32) -> Option<SocketId> {
        let index = usize::try_from(fd).ok()?.checked_sub(FIRST)?;
        let socket = self.table.get_mut(index)?.take();
        if socket.is_some() {
            self.lowest_free = self.lowest_free.min(index);
            self.open -= 1;
            if !self.inheritable.is_empty() {
                self.set_inheritable(fd, false);
            }
        }
        socket
    }

    /// Whether a descriptor is without FD_CLOEXEC.
    pub(crate) fn is_inheritable(&self, fd: i32) -> bool {
        self.inheritable.contains(&fd)
    }

    /// Clears or sets the FD_CLOEXEC of an open descriptor. No simulated program executes another: the flag is only kept.
    pub(crate) fn set_inheritable(&mut self, fd: i32, inheritable: bool) {
        self.inheritable.retain(|&other| other != fd);
        if inheritable {
            self.inheritable.push(fd);
        }
    }

    #[inline]
    pub(crate) fn default_timeout(&self) -> Option<Duration> {
        self.default_timeout.as_deref().copied()
    }

    pub(crate) fn set_default_timeout(&mut self, timeout: Option<Duration>) {
        self.default_timeout = timeout.map(Box::new);
    }

    /// Empties the table.
    pub(crate) fn close_all(&mut self) -> Vec<SocketId> {
        self.lowest_free = 0;
        self.open = 0;
        self.inheritable.clear();
        std::mem::take(&mut self.table).into_iter().flatten().collect()
    }
}
