//! Signals: a system call says `EINTR`; what `Socket` does is made again (PEP 475), with what is left of its time.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use wavetank_api::{Addr, Errno, MsgFlags, Net, Result, Socket, TcpListener, socketpair};

use crate::sys::{self, Thread};
use crate::this;

const PAUSE: Duration = Duration::from_millis(30);

/// Runs the call on a thread that is interrupted every 30 ms, and does `meanwhile` after some of that.
fn interrupted<T: Send>(call: impl FnOnce() -> T + Send, meanwhile: impl FnOnce()) -> T {
    sys::interrupts_calls();
    let (tell, told) = mpsc::channel();
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let worker = scope.spawn(move || {
            tell.send(Thread::this()).unwrap();
            let result = call();
            drop(done);
            result
        });
        let thread = told.recv().unwrap();
        let mut meanwhile = Some(meanwhile);
        for turn in 0.. {
            match is_done.recv_timeout(PAUSE) {
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                _ if turn == 4 => meanwhile.take().unwrap()(),
                // It is not joined before the end of this function.
                _ => thread.interrupt(),
            }
        }
        worker.join().unwrap()
    })
}

#[test]
fn a_system_call_is_interrupted() {
    let (left, _right) = socketpair(&this()).unwrap();
    let error = interrupted(|| this().recv(left.fd(), &mut [0; 4], MsgFlags::empty()), || {}).unwrap_err();
    assert_eq!(error, Errno::EINTR);
}

#[test]
fn a_recv_goes_on() {
    let (left, right) = socketpair(&this()).unwrap();
    assert_eq!(interrupted(|| left.recv_vec(16), || right.sendall(b"ahoy").unwrap()).unwrap(), b"ahoy");
}

#[test]
fn a_recv_with_a_timeout_has_one_time_for_all() {
    let (left, _right) = socketpair(&this()).unwrap();
    left.settimeout(Some(PAUSE * 8)).unwrap();
    let begin = Instant::now();
    let error = interrupted(|| left.recv(&mut [0; 4]), || {}).unwrap_err();
    assert!(error.is_timeout(), "{error}");
    let took = begin.elapsed();
    assert!(took >= PAUSE * 8 && took < PAUSE * 8 + Duration::from_secs(5), "{took:?}");
}

#[test]
fn an_accept_goes_on() {
    let listener = TcpListener::bind(&this(), "127.0.0.1:0").unwrap();
    let addr = Addr::from(listener.local_addr().unwrap());
    let client: Result<Socket<_>> = Socket::new(&this(), addr.family(), wavetank_api::SockType::STREAM);
    let client = client.unwrap();
    let accepted = interrupted(|| listener.accept(), || client.connect(&addr).unwrap());
    assert_eq!(Addr::from(accepted.unwrap().1), client.getsockname().unwrap());
}

#[test]
fn sending_everything_goes_on() {
    let (left, right) = socketpair(&this()).unwrap();
    let data = vec![7; 3_000_000];
    let mut got = 0;
    let sent = interrupted(
        || left.sendall(&data),
        || {
            while got < data.len() {
                got += right.recv(&mut [0; 65_536]).unwrap();
            }
        },
    );
    sent.unwrap();
    assert_eq!(got, data.len());
}
