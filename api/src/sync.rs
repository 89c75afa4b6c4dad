//! Locks, condition variables and channels that may be held across a blocking call, in either world.
//!
//! A lock of `std` that is held across a blocking call stops a simulation: whoever waits for it blocks the operating system's thread
//! on which the holder, too, would have to run. What is here waits on the machine's own [`EventCount`], the same code in both worlds.
//! Nobody is called unless somebody waits: without contention, locking and unlocking are a few atomic instructions.
//!
//! There is no poisoning: a panic while a lock is held unlocks it.

mod channel;
mod condvar;
mod mutex;

pub use self::channel::{
    Iter, Receiver, RecvError, RecvTimeoutError, SendError, Sender, TryRecvError, TrySendError, bounded, channel,
};
pub use self::condvar::Condvar;
pub use self::mutex::{Mutex, MutexGuard};

#[cfg(doc)]
use crate::EventCount;
