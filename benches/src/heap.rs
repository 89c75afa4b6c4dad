//! An allocator that counts. A test makes it its `#[global_allocator]` and reads the counts before and after.
//!
//! The counts belong to the thread: tests run beside each other, and a simulation stays on the thread that built it (its
//! coroutines too). What is allocated on one thread and freed on another is therefore counted wrongly.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait; nothing else is unsafe here")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting.
#[derive(Debug)]
pub struct Counting;

/// What the calling thread has done so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Calls that asked for memory; a change of size is one.
    pub allocations: u64,
    /// Bytes asked for and not yet given back.
    pub live_bytes: i64,
}

thread_local! {
    // Constants, so that a first use allocates nothing and no destructor is registered.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static LIVE_BYTES: Cell<i64> = const { Cell::new(0) };
}

/// The counts of the calling thread. They stay zero where [`Counting`] is not the global allocator.
pub fn counts() -> Counts {
    Counts { allocations: ALLOCATIONS.get(), live_bytes: LIVE_BYTES.get() }
}

/// What `work` added to the counts of the calling thread.
pub fn counted(work: impl FnOnce()) -> Counts {
    let before = counts();
    work();
    let after = counts();
    Counts { allocations: after.allocations - before.allocations, live_bytes: after.live_bytes - before.live_bytes }
}

fn note(allocations: u64, bytes: i64) {
    ALLOCATIONS.set(ALLOCATIONS.get() + allocations);
    LIVE_BYTES.set(LIVE_BYTES.get() + bytes);
}

// SAFETY: every call goes to the system's allocator with the arguments it came with, and its answer is returned as it is.
// The counting allocates nothing and cannot unwind.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as i64);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        note(0, -(layout.size() as i64));
        // SAFETY: as above; the block is the system's, since all are.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note(1, new_size as i64 - layout.size() as i64);
        // SAFETY: as above; the block is the system's, since all are.
        unsafe { System.realloc(block, layout, new_size) }
    }
}
