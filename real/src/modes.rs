//! The timeout with which the sockets of this process begin.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// In nanoseconds; [`NONE`] is none.
static DEFAULT_TIMEOUT: AtomicU64 = AtomicU64::new(NONE);

/// No timeout. 584 years would be the same.
const NONE: u64 = u64::MAX;

#[inline]
pub(crate) fn default_timeout() -> Option<Duration> {
    match DEFAULT_TIMEOUT.load(Ordering::Relaxed) {
        NONE => None,
        nanos => Some(Duration::from_nanos(nanos)),
    }
}

pub(crate) fn set_default_timeout(timeout: Option<Duration>) {
    let nanos = timeout.map_or(NONE, |timeout| u64::try_from(timeout.as_nanos()).unwrap_or(NONE - 1));
    DEFAULT_TIMEOUT.store(nanos, Ordering::Relaxed);
}
