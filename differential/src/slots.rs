//! [`Slots`]: the sockets of a program, as its threads share them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::{SLOTS, Slot};

/// A socket, and where it lives.
///
/// Who makes a call holds it as long as the call lasts, as the kernel's `fdget` does: one that another thread closes meanwhile is
/// closed when the last call on it has ended.
pub(crate) struct Held<F> {
    pub(crate) fd: Arc<F>,
    pub(crate) host: u8,
    pub(crate) is_tcp: bool,
}

impl<F> Clone for Held<F> {
    fn clone(&self) -> Self {
        Self { fd: Arc::clone(&self.fd), ..*self }
    }
}

type All<F> = [Option<Held<F>>; SLOTS];

/// All of them. Its clones are the same slots.
///
/// No lock is held while a socket is used or closed: either may wait.
pub(crate) struct Slots<F>(Arc<Mutex<Table<F>>>);

struct Table<F> {
    now: All<F>,
    /// Every socket that there was, with its host.
    ever: Vec<(Weak<F>, u8)>,
}

impl<F> Clone for Slots<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F> Default for Slots<F> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Table { now: Default::default(), ever: Vec::new() })))
    }
}

impl<F> Slots<F> {
    fn lock(&self) -> MutexGuard<'_, Table<F>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<Held<F>> {
        self.lock().now.get(usize::from(slot))?.clone()
    }

    /// What was there before, to be closed, is returned.
    pub(crate) fn put(&self, slot: Slot, held: Held<F>) -> Option<Held<F>> {
        let mut table = self.lock();
        table.ever.push((Arc::downgrade(&held.fd), held.host));
        table.now[usize::from(slot) % SLOTS].replace(held)
    }

    /// What was there: to be closed.
    pub(crate) fn take(&self, slot: Slot) -> Option<Held<F>> {
        self.lock().now[usize::from(slot) % SLOTS].take()
    }

    pub(crate) fn all(&self) -> All<F> {
        self.lock().now.clone()
    }

    /// Every socket that is open, also those that only a call holds any more.
    pub(crate) fn ever(&self) -> Vec<(Arc<F>, u8)> {
        self.lock().ever.iter().filter_map(|(fd, host)| Some((fd.upgrade()?, *host))).collect()
    }
}
