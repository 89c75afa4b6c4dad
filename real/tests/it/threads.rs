//! `Host` on the operating system: threads, clocks, randomness, the event count.

use std::time::{Duration, SystemTime};

use wavetank_api::{Completer, EventCount, Host, Instant, JoinHandle};
use wavetank_real::Machine;

use crate::this;

#[test]
fn a_thread_has_a_name_and_a_result() {
    let handle = this().spawn("worker", || std::thread::current().name().map(str::to_owned));
    assert_eq!(handle.join().unwrap().as_deref(), Some("worker"));
    assert_eq!(this().spawn("nul\0name", || 1).join().unwrap(), 1);
}

#[test]
fn a_panic_is_carried_to_who_joins() {
    let handle = this().spawn("panics", || std::panic::resume_unwind(Box::new("ouch")));
    let payload = handle.join().unwrap_err();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"ouch"));
}

#[test]
fn it_tells_when_it_is_finished() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let handle = this().spawn("waits", move || receiver.recv().unwrap_err());
    assert!(!handle.is_finished());
    drop(sender);
    while !handle.is_finished() {
        this().sleep(Duration::from_millis(1));
    }
    handle.join().unwrap();
}

#[test]
fn a_thread_that_ends_without_a_result_is_told_too() {
    let (completer, handle): (Completer<Machine, ()>, _) = JoinHandle::pair(&this());
    drop(completer);
    assert_eq!(handle.join().unwrap_err().downcast_ref::<&str>(), Some(&"the thread ended without a result"));
}

#[test]
fn clocks_move() {
    let (host, start) = (this(), this().now());
    host.sleep(Duration::from_millis(2));
    let slept = host.now() - start;
    assert!(slept >= Duration::from_millis(2) && slept < Duration::from_secs(5));
    let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    assert!(wall.abs_diff(host.wall_clock()) < Duration::from_secs(5));
}

#[test]
fn random_bytes_differ() {
    let (mut a, mut b) = ([0; 1_000], [0; 1_000]);
    this().random(&mut a);
    this().random(&mut b);
    this().random(&mut []);
    assert_ne!(a, b);
}

#[test]
fn an_event_count_loses_no_notification() {
    let count = this().event_count();
    let ticket = count.ticket();
    count.notify_one();
    assert!(count.wait(ticket, None));
    let ticket = count.ticket();
    count.notify_all();
    assert!(count.wait(ticket, Some(Instant::EPOCH)));
    let ticket = count.ticket();
    assert!(!count.wait(ticket, Some(this().now() + Duration::from_millis(2))));
}

#[test]
fn handles_go_between_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Machine>();
    is_shared::<wavetank_api::Socket<Machine>>();
    is_shared::<wavetank_api::TcpStream<Machine>>();
    is_shared::<wavetank_api::sync::Mutex<Machine, std::cell::Cell<u8>>>();
    is_shared::<wavetank_api::sync::Condvar<Machine>>();
    is_shared::<wavetank_api::sync::Sender<Machine, u8>>();
    is_shared::<JoinHandle<Machine, u8>>();
}
