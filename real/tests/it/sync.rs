//! The locks and channels of `wavetank_api::sync`, across threads of the operating system.

use std::sync::Arc;
use std::time::Duration;

use wavetank_api::sync::{
    Condvar, Mutex, RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError, bounded, channel,
};
use wavetank_api::{Host, JoinHandle};
use wavetank_real::Machine;

use crate::this;

const SHORT: Duration = Duration::from_millis(20);

fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<Machine, T> {
    this().spawn("test", body)
}

#[test]
fn a_lock_excludes() {
    let count = Arc::new(Mutex::new(&this(), 0));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let count = count.clone();
            spawn(move || {
                for _ in 0..20_000 {
                    let mut count = count.lock();
                    let was = *count;
                    std::hint::spin_loop();
                    *count = was + 1;
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(*count.lock(), 80_000);
    assert_eq!(Arc::into_inner(count).unwrap().into_inner(), 80_000);
}

#[test]
fn try_lock_does_not_wait() {
    let mut mutex = Mutex::new(&this(), 1);
    let guard = mutex.lock();
    assert!(mutex.try_lock().is_none());
    assert_eq!(format!("{mutex:?} {guard:?}"), "Mutex(<locked>) 1");
    drop(guard);
    *mutex.try_lock().unwrap() += 1;
    *mutex.get_mut() += 1;
    assert_eq!(format!("{mutex:?}"), "Mutex(3)");
}

#[test]
fn a_panic_opens_the_lock() {
    let mutex = Arc::new(Mutex::new(&this(), 1));
    let other = mutex.clone();
    let thread = spawn(move || {
        let _guard = other.lock();
        std::panic::resume_unwind(Box::new("ouch"));
    });
    thread.join().unwrap_err();
    assert_eq!(*mutex.lock(), 1);
}

#[test]
fn a_condition_is_waited_for() {
    let shared = Arc::new((Mutex::new(&this(), Vec::new()), Condvar::new(&this())));
    let other = shared.clone();
    let consumer = spawn(move || {
        let (queue, changed) = &*other;
        (0..1_000).map(|_| changed.wait_while(queue.lock(), |queue| queue.is_empty()).remove(0)).collect::<Vec<i32>>()
    });
    let (queue, changed) = &*shared;
    for number in 0..1_000 {
        queue.lock().push(number);
        changed.notify_one();
    }
    assert_eq!(consumer.join().unwrap(), (0..1_000).collect::<Vec<_>>());
}

#[test]
fn every_waiter_can_be_woken() {
    let shared = Arc::new((Mutex::new(&this(), false), Condvar::new(&this())));
    let waiters: Vec<_> = (0..4)
        .map(|_| {
            let shared = shared.clone();
            spawn(move || drop(shared.1.wait_while(shared.0.lock(), |go| !*go)))
        })
        .collect();
    this().sleep(SHORT);
    *shared.0.lock() = true;
    shared.1.notify_all();
    waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
}

#[test]
fn a_wait_has_its_time() {
    let (mutex, condvar) = (Mutex::new(&this(), ()), Condvar::new(&this()));
    let start = this().now();
    let (guard, notified) = condvar.wait_timeout(mutex.lock(), SHORT);
    assert!(!notified && this().now() - start >= SHORT);
    drop(guard);
    assert!(mutex.try_lock().is_some());
}

#[test]
fn a_channel_keeps_the_order_and_tells_the_end() {
    let (sender, receiver) = channel(&this());
    let thread = spawn(move || (0..10_000).for_each(|number| sender.send(number).unwrap()));
    assert!(receiver.iter().eq(0..10_000));
    thread.join().unwrap();
    assert_eq!(receiver.recv(), Err(RecvError));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Disconnected));
}

#[test]
fn what_nobody_can_receive_comes_back() {
    let (sender, receiver) = channel(&this());
    let (other, first) = (sender.clone(), Arc::new(1));
    sender.send(first.clone()).unwrap();
    drop(receiver);
    // What was queued went with the receiver.
    assert_eq!(Arc::strong_count(&first), 1);
    assert_eq!(other.send(Arc::new(2)), Err(SendError(Arc::new(2))));
    assert_eq!(other.try_send(Arc::new(2)), Err(TrySendError::Disconnected(Arc::new(2))));
}

#[test]
fn an_empty_channel() {
    let (sender, receiver) = channel(&this());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    let start = this().now();
    assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
    assert!(this().now() - start >= SHORT);
    sender.try_send(1).unwrap();
    assert_eq!((&receiver).into_iter().next(), Some(1));
}

#[test]
fn a_bound_makes_the_sender_wait() {
    let (sender, receiver) = bounded(&this(), 2);
    sender.send(1).unwrap();
    sender.try_send(2).unwrap();
    assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
    let thread = spawn(move || sender.send(3));
    this().sleep(SHORT);
    assert!(!thread.is_finished());
    assert_eq!(receiver.recv(), Ok(1));
    thread.join().unwrap().unwrap();
    assert!(receiver.iter().eq([2, 3]));
}

#[test]
fn a_bound_of_nothing_is_a_rendezvous() {
    let (sender, receiver) = bounded(&this(), 0);
    assert_eq!(sender.try_send(0), Err(TrySendError::Full(0)));
    let thread = spawn(move || {
        sender.send(1).unwrap();
        sender
    });
    this().sleep(SHORT);
    assert!(!thread.is_finished());
    assert_eq!(receiver.recv(), Ok(1));
    let sender = thread.join().unwrap();
    let thread = spawn(move || sender.send(2));
    this().sleep(SHORT);
    drop(receiver);
    assert_eq!(thread.join().unwrap(), Err(SendError(2)));
}

#[test]
fn many_senders_and_a_small_bound() {
    for bound in [0, 1, 3] {
        let (sender, receiver) = bounded(&this(), bound);
        for number in 0..4 {
            let sender = sender.clone();
            spawn(move || (0..500).for_each(|step| sender.send(number * 1_000 + step).unwrap()));
        }
        drop(sender);
        let mut received: Vec<i32> = receiver.iter().collect();
        received.sort_unstable();
        assert!(received.into_iter().eq((0..4).flat_map(|number| (0..500).map(move |step| number * 1_000 + step))));
    }
}
