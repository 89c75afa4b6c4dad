//! Stacks for coroutines: slots of large arenas, guarded, and pooled from one simulation to the next.
//!
//! A mapping per stack would end at some 32,000 of them (`vm.max_map_count`), and cost more to make than the whole
//! simulation it is for. An arena is one mapping without reserved memory; a slot costs what it touches. The lowest page of
//! a slot is its guard: `MADV_GUARD_INSTALL` where the kernel has it (Linux 6.13), which needs no mapping of its own, else
//! a page without access. The tops of neighbouring slots are shifted by a cache line each, because page-aligned stacks
//! would all compete for the same lines of the cache.

#![allow(unsafe_code)]

use std::{cell::RefCell, io, num::NonZeroUsize, ptr, rc::Rc};

use corosensei::stack::StackPointer;

/// Address space of one slot, its guard included. Only touched pages cost memory.
const SLOT: usize = 256 * 1024;
const SLOTS_PER_ARENA: usize = 1024;
const PAGE: usize = 4096;
/// Cache lines by which the top of a slot may be lowered.
const COLOURS: usize = 16;
const CACHE_LINE: usize = 64;
/// `MADV_GUARD_INSTALL` of include/uapi/asm-generic/mman-common.h, Linux 6.13; not in `libc` for every target.
const MADV_GUARD_INSTALL: libc::c_int = 102;

/// A slot in use. Dropping it gives it back to the pool of its thread.
pub(crate) struct Stack {
    base: NonZeroUsize,
    limit: NonZeroUsize,
    pool: Rc<RefCell<Pool>>,
}

/// The free slots of a thread and the arenas they lie in.
#[derive(Default)]
struct Pool {
    /// Slots that were used before, the latest last: it is likely to be in the cache still.
    free: Vec<(NonZeroUsize, NonZeroUsize)>,
    arenas: Vec<Arena>,
    used_of_last: usize,
}

struct Arena {
    start: *mut libc::c_void,
}

thread_local! {
    static POOL: Rc<RefCell<Pool>> = Rc::default();
}

impl Stack {
    /// A stack from the pool of this thread.
    ///
    /// # Panics
    /// If the operating system has no address space left.
    pub(super) fn take() -> Self {
        let pool = POOL.with(Rc::clone);
        let (base, limit) = pool.borrow_mut().slot().unwrap_or_else(|error| {
            panic!(
                "no stack for a simulated process: {error}. Fewer processes, or a larger vm.max_map_count, would help"
            )
        });
        Self { base, limit, pool }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.pool.borrow_mut().free.push((self.base, self.limit));
    }
}

// SAFETY: the slot is readable and writable from its guard page up to `base`, is larger than the minimum, is lent to
// one `Stack` at a time, and its lowest page faults on access. `base` is a multiple of 64.
unsafe impl corosensei::stack::Stack for Stack {
    fn base(&self) -> StackPointer {
        self.base
    }

    fn limit(&self) -> StackPointer {
        self.limit
    }
}

impl Pool {
    fn slot(&mut self) -> io::Result<(NonZeroUsize, NonZeroUsize)> {
        if let Some(slot) = self.free.pop() {
            return Ok(slot);
        }
        if self.arenas.is_empty() || self.used_of_last == SLOTS_PER_ARENA {
            self.arenas.push(Arena::new()?);
            self.used_of_last = 0;
        }
        let arena = self.arenas.last().expect("one was just made");
        let index = self.used_of_last;
        let limit = arena.start.addr() + index * SLOT;
        arena.guard(index)?;
        self.used_of_last += 1;
        let base = limit + SLOT - (index % COLOURS) * CACHE_LINE;
        let address = |address| NonZeroUsize::new(address).expect("a mapping does not start at zero");
        Ok((address(base), address(limit)))
    }
}

impl Arena {
    fn new() -> io::Result<Self> {
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches nothing of ours.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                SLOT * SLOTS_PER_ARENA,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // A huge page would make each touched slot cost 2 MiB. Where there are none, the refusal does not matter.
        // SAFETY: the range is the mapping just made.
        unsafe { libc::madvise(start, SLOT * SLOTS_PER_ARENA, libc::MADV_NOHUGEPAGE) };
        Ok(Self { start })
    }

    /// Makes the lowest page of a slot fault on access.
    fn guard(&self, index: usize) -> io::Result<()> {
        let page = self.start.wrapping_byte_add(index * SLOT);
        // SAFETY: the page lies inside this mapping, and no `Stack` has been given this slot yet.
        let guarded = unsafe {
            libc::madvise(page, PAGE, MADV_GUARD_INSTALL) == 0 || libc::mprotect(page, PAGE, libc::PROT_NONE) == 0
        };
        if guarded { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: the pool owns its arenas and is dropped only when no `Stack` holds it any more.
        unsafe { libc::munmap(self.start, SLOT * SLOTS_PER_ARENA) };
    }
}
