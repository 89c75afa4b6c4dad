//! Processes on stackful coroutines (corosensei), which switch in a few nanoseconds.

#![allow(unsafe_code)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
};

use corosensei::{CoroutineResult, Yielder};

use super::{Body, EXIT, Ended, Order, Resumed, stack::Stack};

pub(crate) struct Coroutine(corosensei::Coroutine<Order, Option<String>, Ended, Stack>);

impl Coroutine {
    pub(super) fn new(body: Body) -> Self {
        Self(corosensei::Coroutine::with_stack(Stack::take(), move |yielder: &Yielder<_, _>, order| {
            EXIT.set(Some(super::Exit::Coroutine(Exit(ptr::from_ref(yielder)))));
            if order == Order::Die {
                // Killed before its first step: nothing has run that would have to unwind.
                return catch_unwind(AssertUnwindSafe(|| drop(body)));
            }
            body()
        }))
    }

    #[inline(always)] // of every step
    pub(super) fn resume(&mut self, order: Order) -> Resumed {
        if self.0.done() {
            return Resumed::Finished(Ok(()));
        }
        let outer = EXIT.take();
        let result = self.0.resume(order);
        EXIT.set(outer);
        match result {
            CoroutineResult::Yield(None) => Resumed::Parked,
            CoroutineResult::Yield(Some(description)) => Resumed::Described(description),
            CoroutineResult::Return(ended) => Resumed::Finished(ended),
        }
    }
}

/// The yielder of the running coroutine, which lives on its stack as long as it runs.
#[derive(Clone, Copy)]
pub(super) struct Exit(*const Yielder<Order, Option<String>>);

impl Exit {
    pub(super) fn switch(self, description: Option<String>) -> Order {
        // SAFETY: `EXIT` holds this pointer only while its coroutine runs on this thread: it is set on the coroutine's
        // own stack after each switch to it, and put back to the outer value when control returns to the resumer. The
        // yielder outlives the body of the coroutine, on whose stack we are.
        unsafe { (*self.0).suspend(description) }
    }
}
