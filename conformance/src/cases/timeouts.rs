//! The two kinds of time limits: the kernel's SO_RCVTIMEO and SO_SNDTIMEO, and the socket's timeout mode.

use std::time::Duration;

use wavetank_api::{
    Errno, Error, Host, Net, Socket,
    option::{SO_RCVBUF, SO_RCVTIMEO, SO_SNDBUF, SO_SNDTIMEO, TCP_USER_TIMEOUT},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, fails, holds, joins, receives, same, takes, times_out},
    pair::connected,
};

cases! { timeouts:
    rcvtimeo_of_a_stream everywhere
        "A recv that SO_RCVTIMEO ends says EAGAIN; the connection goes on"
        from "socket(7) SO_RCVTIMEO";
    rcvtimeo_of_udp everywhere
        "So does UDP's"
        from "socket(7) SO_RCVTIMEO; __skb_wait_for_more_packets";
    rcvtimeo_of_a_unix_pair once
        "And a UNIX stream's"
        from "socket(7) SO_RCVTIMEO; unix_stream_data_wait";
    rcvtimeo_does_not_concern_nonblocking families
        "A non-blocking recv does not wait for it"
        from "sock_rcvtimeo";
    sndtimeo_of_a_stream everywhere
        "A send that SO_SNDTIMEO ends returns what was taken, and EAGAIN if that is nothing"
        from "socket(7) SO_SNDTIMEO; tcp_sendmsg_locked";
    negative_is_no_time families
        "A negative time is no time at all: EAGAIN at once, and it reads back as 0"
        from "sock_set_timeout";
    zero_is_for_ever families
        "Zero is no limit, and switches one off"
        from "socket(7): the default, zero, never times out";
    microseconds_out_of_range families
        "Microseconds below 0 or from a million on: EDOM, and the old time stays"
        from "sock_set_timeout";
    too_short_a_value families
        "Fewer bytes than a struct timeval: EINVAL"
        from "sock_copy_user_timeval";
    reads_back_rounded_up families
        "The time reads back rounded up to the kernel's tick"
        from "sock_set_timeout: DIV_ROUND_UP to jiffies";
    user_timeout_of_a_closed_window everywhere
        "TCP_USER_TIMEOUT ends a connection whose peer takes nothing for that long: ETIMEDOUT"
        from "tcp(7) TCP_USER_TIMEOUT; RFC 5482; tcp_probe_timer: icsk_user_timeout";
    settimeout_of_recv everywhere
        "In timeout mode recv fails with a timeout, which has no errno"
        from "Python's socket.settimeout";
    settimeout_of_send everywhere
        "In timeout mode send fails with a timeout when there is no room"
        from "Python's socket.settimeout";
    sendall_has_one_deadline everywhere
        "sendall has one time for all it sends, however often some of it is taken"
        from "Python's socket.sendall since 3.5";
    settimeout_zero_is_nonblocking everywhere
        "A time of zero is the non-blocking mode: EAGAIN"
        from "Python's socket.settimeout";
}

const TIME: Duration = Duration::from_millis(60);

fn rcvtimeo<B: Bed>(bed: &B, socket: &Socket<B::Host>) -> Outcome {
    socket.setsockopt(SO_RCVTIMEO, Some(TIME))?;
    fails(takes(bed.near().host, TIME, || socket.recv(&mut [0]))?, Errno::EAGAIN)
}

fn rcvtimeo_of_a_stream<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    rcvtimeo(bed, &pair.near)?;
    pair.far.sendall(b"late")?;
    receives(&pair.near, b"late")?;
    rcvtimeo(bed, &pair.near)
}

fn rcvtimeo_of_udp<B: Bed>(bed: &B) -> Outcome {
    rcvtimeo(bed, &bed.near().bound_udp()?)
}

fn rcvtimeo_of_a_unix_pair<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    rcvtimeo(bed, &left)?;
    right.sendall(b"late")?;
    receives(&left, b"late")
}

fn rcvtimeo_does_not_concern_nonblocking<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_RCVTIMEO, Some(Duration::from_secs(5)))?;
    pair.near.setblocking(false)?;
    fails(takes(bed.near().host, Duration::ZERO, || pair.near.recv(&mut [0]))?, Errno::EAGAIN)
}

/// More than all the buffers on the way hold.
const TOO_MUCH: usize = 20_000_000;

fn sndtimeo_of_a_stream<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_SNDTIMEO, Some(TIME))?;
    let data = vec![0; TOO_MUCH];
    let sent = pair.near.send(&data)?;
    holds("a part was taken", 0 < sent && sent < TOO_MUCH)?;
    // What was on its way may have made a little room.
    let empty = loop {
        if let Err(error) = takes(bed.near().host, TIME, || pair.near.send(&data))? {
            break error;
        }
    };
    fails(Err::<(), _>(empty), Errno::EAGAIN)
}

/// `struct timeval` as the call takes it.
fn timeval(seconds: i64, micros: i64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&seconds.to_ne_bytes());
    bytes[8..].copy_from_slice(&micros.to_ne_bytes());
    bytes
}

fn set<N: Net>(socket: &Socket<N>, value: &[u8]) -> wavetank_api::Result<()> {
    socket.setsockopt_raw(SO_RCVTIMEO.level(), SO_RCVTIMEO.name(), value)?;
    socket.setsockopt_raw(SO_SNDTIMEO.level(), SO_SNDTIMEO.name(), value)
}

fn negative_is_no_time<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    set(&pair.near, &timeval(-1, 0))?;
    same("SO_RCVTIMEO", pair.near.getsockopt(SO_RCVTIMEO)?, None)?;
    fails(takes(bed.near().host, Duration::ZERO, || pair.near.recv(&mut [0]))?, Errno::EAGAIN)
}

fn zero_is_for_ever<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    same("SO_RCVTIMEO", socket.getsockopt(SO_RCVTIMEO)?, None)?;
    same("SO_SNDTIMEO", socket.getsockopt(SO_SNDTIMEO)?, None)?;
    set(&socket, &timeval(5, 0))?;
    same("SO_RCVTIMEO", socket.getsockopt(SO_RCVTIMEO)?, Some(Duration::from_secs(5)))?;
    same("SO_SNDTIMEO", socket.getsockopt(SO_SNDTIMEO)?, Some(Duration::from_secs(5)))?;
    set(&socket, &timeval(0, 0))?;
    same("SO_RCVTIMEO", socket.getsockopt(SO_RCVTIMEO)?, None)
}

fn microseconds_out_of_range<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    set(&socket, &timeval(5, 0))?;
    for micros in [-1, 1_000_000, i64::MAX] {
        fails(set(&socket, &timeval(1, micros)), Errno::EDOM)?;
    }
    same("SO_RCVTIMEO", socket.getsockopt(SO_RCVTIMEO)?, Some(Duration::from_secs(5)))
}

fn too_short_a_value<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    for len in [0, 4, 15] {
        fails(set(&socket, &timeval(5, 0)[..len]), Errno::EINVAL)?;
    }
    Ok(())
}

/// A tick of the slowest kernels (CONFIG_HZ_100).
const TICK: Duration = Duration::from_millis(10);

fn reads_back_rounded_up<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    for micros in [1, 2_500, 999_999] {
        let time = Duration::from_micros(micros);
        socket.setsockopt(SO_RCVTIMEO, Some(time))?;
        let back = socket.getsockopt(SO_RCVTIMEO)?.unwrap_or_default();
        holds("it is rounded up by less than a tick", back >= time && back < time + TICK)?;
    }
    Ok(())
}

fn user_timeout_of_a_closed_window<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_USER_TIMEOUT, Duration::from_millis(500))?;
    pair.near.setsockopt(SO_SNDTIMEO, Some(Duration::from_secs(8)))?;
    // The send that finds no room any more waits until the connection ends.
    let data = vec![0; TOO_MUCH];
    let end = loop {
        if let Err(error) = pair.near.send(&data) {
            break error;
        }
    };
    fails(Err::<(), _>(end), Errno::ETIMEDOUT)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)
}

fn settimeout_of_recv<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    for socket in [&pair.near, &bed.near().bound_udp()?] {
        socket.settimeout(Some(TIME))?;
        let result = takes(bed.near().host, TIME, || socket.recv(&mut [0]))?;
        same("errno", result.as_ref().err().and_then(Error::errno), None)?;
        times_out(result)?;
    }
    Ok(())
}

fn settimeout_of_send<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.settimeout(Some(TIME))?;
    let data = vec![0; TOO_MUCH];
    let full = loop {
        if let Err(error) = pair.near.send(&data) {
            break error;
        }
    };
    times_out(Err::<(), _>(full))
}

fn sendall_has_one_deadline<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(SO_RCVBUF, 16_384)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_SNDBUF, 16_384)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    // A reader that is slow, but never slower than the timeout.
    let host = bed.far().host.clone();
    let reader = bed.far().host.spawn("reader", move || {
        let mut buf = vec![0; 8_192];
        for _ in 0..40 {
            host.sleep(Duration::from_millis(20));
            if far.recv(&mut buf)? == 0 {
                break;
            }
        }
        Ok::<_, Error>(far)
    });
    let time = Duration::from_millis(300);
    near.settimeout(Some(time))?;
    let result = takes(bed.near().host, time, || near.sendall(&vec![0; TOO_MUCH]))?;
    times_out(result)?;
    near.close()?;
    joins(reader)??;
    Ok(())
}

fn settimeout_zero_is_nonblocking<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.settimeout(Some(Duration::ZERO))?;
    same("O_NONBLOCK", bed.near().host.nonblocking(pair.near.fd())?, true)?;
    fails(pair.near.recv(&mut [0]), Errno::EAGAIN)?;
    pair.near.settimeout(None)?;
    same("O_NONBLOCK", bed.near().host.nonblocking(pair.near.fd())?, false)
}
