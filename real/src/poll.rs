//! `poll(2)`: our entries to `struct pollfd`, and the answers back.

use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use wavetank_api::{Errno, PollEvents, PollFd};

use crate::{Machine, sys};

/// As many entries as are polled without an allocation.
const ON_STACK: usize = 16;

const EMPTY: libc::pollfd = libc::pollfd { fd: -1, events: 0, revents: 0 };

pub(crate) fn poll(fds: &mut [PollFd<'_, Machine>], timeout: Option<Duration>) -> Result<usize, Errno> {
    if fds.len() <= ON_STACK {
        poll_in(&mut [EMPTY; ON_STACK][..fds.len()], fds, timeout)
    } else {
        poll_in(&mut vec![EMPTY; fds.len()], fds, timeout)
    }
}

fn poll_in(
    raw: &mut [libc::pollfd],
    fds: &mut [PollFd<'_, Machine>],
    timeout: Option<Duration>,
) -> Result<usize, Errno> {
    for (raw, entry) in raw.iter_mut().zip(&*fds) {
        *raw = libc::pollfd { fd: entry.fd.as_fd().as_raw_fd(), events: entry.events.bits(), revents: 0 };
    }
    let count = sys::poll(raw, timeout)?;
    for (raw, entry) in raw.iter().zip(fds) {
        entry.revents = PollEvents::from_bits_retain(raw.revents);
    }
    Ok(count)
}
